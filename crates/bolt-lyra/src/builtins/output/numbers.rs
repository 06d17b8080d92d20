//! How numbers are to look: digits, exponents, blocks, padding.

use crate::builtins::options::Options;
use crate::builtins::{Builtin, inert};
use crate::number;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Value, grown};

pub(super) const TABLE: &[Builtin] = &[
    inert(
        "NumberForm",
        "NumberForm[e, n] is shown with n digits of real numbers, NumberForm[e, {n, f}] with f of \
         them after the point. DigitBlock, NumberSeparator, NumberPoint, NumberSigns, \
         NumberPadding, SignPadding and ExponentFunction are options.",
        &[
            ("ToString[NumberForm[3.14159265, 4]]", "\"3.142\""),
            ("ToString[NumberForm[1234567, DigitBlock -> 3]]", "\"1,234,567\""),
        ],
    ),
    inert(
        "DecimalForm",
        "DecimalForm[e, n] is shown with n digits of real numbers and without exponents.",
        &[
            ("ToString[DecimalForm[1234567.89, 9]]", "\"1234567.89\""),
            ("ToString[DecimalForm[0.0000001]]", "\"0.0000001\""),
        ],
    ),
    inert(
        "ScientificForm",
        "ScientificForm[e, n] is shown with one digit before the point and an exponent.",
        &[
            ("ToString[ScientificForm[12345.678, 4]]", "\"1.235×10^4\""),
            ("ToString[ScientificForm[0.5]]", "\"5.×10^-1\""),
        ],
    ),
    inert(
        "EngineeringForm",
        "EngineeringForm[e, n] is shown with an exponent that is a multiple of 3.",
        &[
            ("ToString[EngineeringForm[12345.678, 4]]", "\"12.35×10^3\""),
            ("ToString[EngineeringForm[0.05]]", "\"50.×10^-3\""),
        ],
    ),
    inert(
        "AccountingForm",
        "AccountingForm[e, n] is shown without exponents, negative numbers in parentheses.",
        &[
            ("ToString[AccountingForm[-5.25]]", "\"(5.25)\""),
            ("ToString[AccountingForm[10.^7]]", "\"10000000.\""),
        ],
    ),
    inert(
        "PaddedForm",
        "PaddedForm[e, n] is shown with room for n digits and a sign before each number, \
         PaddedForm[e, {n, f}] with f digits after the point.",
        &[
            ("ToString[PaddedForm[42, 5]]", "\"    42\""),
            ("ToString[PaddedForm[1.5, {5, 2}]]", "\"   1.50\""),
        ],
    ),
    inert(
        "PercentForm",
        "PercentForm[e, n] is shown as percent.",
        &[("ToString[PercentForm[0.256]]", "\"25.6%\""), ("ToString[PercentForm[1/4]]", "\"25%\"")],
    ),
    inert(
        "BaseForm",
        "BaseForm[e, b] is shown with the integers in base b, which follows each as an index.",
        &[
            ("ToString[BaseForm[10, 2]]", "\"1010_2\""),
            ("ToString[BaseForm[255, 16]]", "\"ff_16\""),
        ],
    ),
];

/// How numbers are to look.
struct Look<'a> {
    session: &'a Session,
    kind: &'a str,
    digits: usize,
    /// Digits after the point, if they are said.
    places: Option<usize>,
    options: Options<'a>,
}

/// A number as digits: `0.d1d2d3... * 10^exponent` has its point after the first.
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i32,
}

/// Returns an expression with its numbers as texts; of a number, the text itself, too.
pub(super) fn shown(
    session: &Session,
    kind: &str,
    args: &[Value],
) -> Option<(Value, Option<String>)> {
    let (args, options) = Options::split(args, 1);
    let (of, spec) = match args {
        [of] => (of, None),
        [of, spec] => (of, Some(spec)),
        _ => return None,
    };
    let (digits, places) = match spec.map(|spec| (spec, spec.as_list())) {
        None => (if kind == "DecimalForm" { 16 } else { 6 }, None),
        Some((_, Some([digits, places]))) => (digits.as_usize()?, Some(places.as_usize()?)),
        Some((digits, _)) => (digits.as_usize()?, None),
    };
    if digits == 0 || digits > 10_000 || places.is_some_and(|places| places > 10_000) {
        return None;
    }
    let look = Look { session, kind, digits, places, options };
    if let Some(text) = look.number(of) {
        return Some((of.clone(), Some(text)));
    }
    Some((look.all(of), None))
}

impl Look<'_> {
    /// Returns an expression with texts for its numbers.
    fn all(&self, value: &Value) -> Value {
        if let Some(text) = self.number(value) {
            return Value::call(sym::OutputForm, [Value::string(text)].as_slice());
        }
        let Value::Call(call) = value else { return value.clone() };
        grown(call.depth(), || {
            let args: Args = call.args().iter().map(|arg| self.all(arg)).collect();
            Value::call(call.head().clone(), args)
        })
    }

    fn number(&self, value: &Value) -> Option<String> {
        let percent = self.kind == "PercentForm";
        let value = match percent {
            true if number::is_real(value) => number::multiply(value, &Value::Integer(100)),
            _ => value.clone(),
        };
        let text = match &value {
            Value::Integer(_) | Value::BigInteger(_) => self.integer(&value),
            Value::Real(_) | Value::BigReal(_) => self.real(&value)?,
            _ => return None,
        };
        Some(if percent { text + "%" } else { text })
    }

    fn text_option(&self, name: &str) -> Option<String> {
        self.options.get(self.session, name)?.as_str().map(str::to_owned)
    }

    fn integer(&self, value: &Value) -> String {
        let text = self.session.output_form(value);
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.as_str()),
        };
        let width = self.digits;
        self.put_together(negative, &self.blocks(digits), None, width)
    }

    fn real(&self, value: &Value) -> Option<String> {
        let decimal = rounded(value, self.digits)?;
        let shown = self.exponent(decimal.exponent);
        // The digits before the point are those up to what is left of the exponent.
        let shift = decimal.exponent - shown.unwrap_or(0);
        let (mut whole, mut fraction) = point(&decimal.digits, shift);
        match self.places {
            Some(places) => {
                (whole, fraction) =
                    to_places(value, shown.unwrap_or(0), places).unwrap_or((whole, fraction));
            }
            None => fraction = fraction.trim_end_matches('0').to_owned(),
        }
        let point = self.text_option("NumberPoint").unwrap_or_else(|| ".".into());
        let number = format!("{}{point}{fraction}", self.blocks(&whole));
        let is_zero = whole.bytes().chain(fraction.bytes()).all(|byte| byte == b'0');
        let exponent = shown.filter(|_| !is_zero || self.kind == "ScientificForm");
        Some(self.put_together(decimal.negative && !is_zero, &number, exponent, self.digits + 1))
    }

    /// Returns the exponent that is shown, if one is.
    fn exponent(&self, exponent: i32) -> Option<i32> {
        match self.kind {
            "ScientificForm" => Some(exponent),
            "EngineeringForm" => Some(exponent.div_euclid(3) * 3).filter(|shown| *shown != 0),
            "AccountingForm" | "DecimalForm" | "PercentForm" => None,
            _ => match self.options.get(self.session, "ExponentFunction") {
                Some(function) if is_null_function(function) => None,
                _ => Some(exponent).filter(|exponent| !(-5..=5).contains(exponent)),
            },
        }
    }

    /// Puts separators between blocks of digits.
    fn blocks(&self, digits: &str) -> String {
        let block = match self.options.get(self.session, "DigitBlock") {
            Some(Value::Integer(block @ 1..)) => *block as usize,
            Some(blocks) => match blocks.as_list() {
                Some([Value::Integer(block @ 1..), ..]) => *block as usize,
                _ => return digits.to_owned(),
            },
            None => return digits.to_owned(),
        };
        let separator = self.text_option("NumberSeparator").unwrap_or_else(|| ",".into());
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(block) {
                text.push_str(&separator);
            }
            text.push(digit);
        }
        text
    }

    fn put_together(
        &self,
        negative: bool,
        number: &str,
        exponent: Option<i32>,
        width: usize,
    ) -> String {
        let signs = self.options.get(self.session, "NumberSigns").and_then(Value::as_list);
        let (sign, after) = match (signs, self.kind) {
            (Some([minus, plus]), _) => {
                let sign = if negative { minus } else { plus };
                (sign.as_str().unwrap_or("").to_owned(), "")
            }
            (_, "AccountingForm") if negative => ("(".to_owned(), ")"),
            _ => (if negative { "-" } else { "" }.to_owned(), ""),
        };
        let power = exponent.map(|exponent| format!("×10^{exponent}")).unwrap_or_default();
        let padding = self.options.get(self.session, "NumberPadding").and_then(Value::as_list);
        let pad = match padding {
            Some([left, _]) => left.as_str().and_then(|left| left.chars().next()),
            _ => (self.kind == "PaddedForm").then_some(' '),
        };
        let Some(pad) = pad else { return format!("{sign}{number}{after}{power}") };
        // There is room for a sign before the digits.
        let missing = (width + 1).saturating_sub(number.chars().count() + sign.chars().count());
        let padding = pad.to_string().repeat(missing);
        match pad {
            ' ' => format!("{padding}{sign}{number}{after}{power}"),
            _ => format!("{sign}{padding}{number}{after}{power}"),
        }
    }
}

/// Returns whether a function gives `Null` for everything: no exponents.
fn is_null_function(function: &Value) -> bool {
    matches!(function.args_of(sym::Function), Some([Value::Symbol(sym::Null)]))
}

/// Returns a real number rounded to so many digits.
fn rounded(value: &Value, digits: usize) -> Option<Decimal> {
    let text = match value {
        Value::Real(real) if real.is_finite() => format!("{real:.*e}", digits - 1),
        Value::BigReal(real) => {
            let digits = digits.min(real.precision.round().max(1.0) as usize);
            let (significand, exponent) = number::decimal(&real.value, digits);
            let significand = crate::aside::text(&significand, 10);
            let (sign, all) = match significand.strip_prefix('-') {
                Some(rest) => ("-", rest),
                None => ("", significand.as_str()),
            };
            let exponent = exponent + all.len() as isize - 1;
            let (first, rest) = all.split_at(1);
            format!("{sign}{first}.{rest}e{exponent}")
        }
        _ => return None,
    };
    let (mantissa, exponent) = text.split_once('e')?;
    let negative = mantissa.starts_with('-');
    let digits = mantissa.chars().filter(char::is_ascii_digit).collect();
    Some(Decimal { negative, digits, exponent: exponent.parse().ok()? })
}

/// Splits digits at the point, which is after digit `exponent + 1`.
fn point(digits: &str, exponent: i32) -> (String, String) {
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        return ("0".into(), zeros + digits);
    }
    let before = exponent as usize + 1;
    match digits.len() <= before {
        true => (format!("{digits:0<before$}"), String::new()),
        false => (digits[..before].into(), digits[before..].into()),
    }
}

/// Returns a number, divided by a power of ten, with so many digits after the point.
fn to_places(value: &Value, exponent: i32, places: usize) -> Option<(String, String)> {
    // The shortest decimal that is the number is rounded, to the even digit in the middle.
    let exact = match value {
        Value::Real(real) => decimal_of(&format!("{real:e}"))?,
        _ => {
            let decimal = rounded(value, 10_000)?;
            let sign = if decimal.negative { "-" } else { "" };
            let (first, rest) = decimal.digits.split_at(1);
            decimal_of(&format!("{sign}{first}.{rest}e{}", decimal.exponent))?
        }
    };
    let scale =
        number::power(&Value::Integer(10), i64::try_from(places).ok()? - i64::from(exponent))?;
    let scaled = number::multiply(&exact, &scale);
    let nearest = number::rational(&scaled)?.round();
    let text = nearest.to_string();
    let digits = text.trim_start_matches('-');
    let digits = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    Some((whole.to_owned(), fraction.to_owned()))
}

/// Returns the exact number that `1.5e3` says.
fn decimal_of(text: &str) -> Option<Value> {
    let (mantissa, exponent) = text.split_once('e')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: dashu_int::IBig = format!("{whole}{fraction}").parse().ok()?;
    let shift = exponent.parse::<i64>().ok()? - i64::try_from(fraction.len()).ok()?;
    Some(number::multiply(&Value::from(digits), &number::power(&Value::Integer(10), shift)?))
}

/// Returns an expression with the integers in a base, `None` if there is no such base.
pub(super) fn in_base(session: &Session, value: &Value, base: &Value) -> Option<String> {
    let base = base.as_usize().filter(|base| (2..=36).contains(base))?;
    Some(session.output_form(&based(value, base as u8)))
}

fn based(value: &Value, base: u8) -> Value {
    if let Some(integer) = number::integer(value) {
        let text = format!("{}_{base}", crate::aside::text(&integer, base));
        return Value::call(sym::OutputForm, [Value::string(text)].as_slice());
    }
    let Value::Call(call) = value else { return value.clone() };
    grown(call.depth(), || {
        let args: Args = call.args().iter().map(|arg| based(arg, base)).collect();
        Value::call(call.head().clone(), args)
    })
}
