//! From expressions to text: as they are typed, and as they are shown.

use bolt_base::interrupt;
use bolt_lyra_syntax::{Expr, ExprKind, to_full_form, to_input_form, to_output_form};

use dashu_int::IBig;
use dashu_ratio::RBig;

use crate::builtins::Displayed;
use crate::number;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Call, Value, WRITTEN_LEVELS, grown, with_room};

/// How an expression is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As it would be typed, with all digits and with quotes around strings.
    Input,
    /// As it is shown: six digits, no quotes.
    Output,
    /// Without operators.
    Full,
}

/// Digits of a machine real that are shown.
const SHOWN_DIGITS: usize = 6;

impl Session {
    /// Returns an expression as it would be typed.
    pub fn input_form(&self, value: &Value) -> String {
        self.written(value, Form::Input, to_input_form)
    }

    /// Returns an expression as it is shown: six digits of a machine real, strings without quotes.
    pub fn output_form(&self, value: &Value) -> String {
        match value {
            Value::String(text) => text.to_string(),
            _ => self.written(value, Form::Output, to_output_form),
        }
    }

    /// Returns an expression without operators.
    pub fn full_form(&self, value: &Value) -> String {
        self.written(value, Form::Full, to_full_form)
    }

    /// Writes an expression. Within an evaluation an interrupt is one of that; else it is here that
    /// the text ends.
    fn written(&self, value: &Value, form: Form, write: fn(&Expr) -> String) -> String {
        let text = || match value.depth() > WRITTEN_LEVELS {
            true => {
                let upper = upper_levels(value, WRITTEN_LEVELS - 1);
                with_room(WRITTEN_LEVELS, || write(&self.tree(&upper, form)))
            }
            false => with_room(value.depth(), || write(&self.tree(value, form))),
        };
        if interrupt::flag().is_some() {
            return text();
        }
        let whole = interrupt::watched(&self.interrupt, || interrupt::caught(text));
        whole.unwrap_or_else(|_| "$Aborted".to_owned())
    }

    fn tree(&self, value: &Value, form: Form) -> Expr {
        interrupt::poll();
        grown(value.depth(), || match value {
            Value::Symbol(sym::Infinity) if form == Form::Full => {
                Expr::call("DirectedInfinity", vec![integer(&Value::Integer(1))])
            }
            Value::Symbol(symbol) => Expr::symbol(&self.names.shown(*symbol)),
            Value::Temporary(temporary) => Expr::symbol(&self.names.shown(temporary.symbol)),
            Value::String(text) if form == Form::Output => text_as_it_is(text),
            Value::String(text) => Expr::new(ExprKind::String(text.as_str().into())),
            Value::Integer(_) | Value::BigInteger(_) => integer(value),
            Value::Real(real) => real_number(*real, form),
            Value::BigReal(real) => big_real(real, form),
            Value::Rational(_) => self.rational(value, form),
            Value::Complex(complex) => self.complex(&complex.re, &complex.im, form),
            Value::Association(entries) => self.plain(&crate::association::as_call(entries), form),
            Value::Call(call) => match form {
                Form::Full => self.plain(call, form),
                Form::Output if let Some(displayed) = self.displayed(call) => match displayed {
                    Displayed::Text(text) => text_as_it_is(&text),
                    Displayed::Other(value) => self.tree(&value, form),
                },
                _ => self.arithmetic(call, form).unwrap_or_else(|| self.plain(call, form)),
            },
        })
    }

    fn plain(&self, call: &Call, form: Form) -> Expr {
        let args = call.args().iter().map(|arg| self.tree(arg, form)).collect();
        Expr::new(ExprKind::Call { head: Box::new(self.tree(call.head(), form)), args })
    }

    fn rational(&self, value: &Value, form: Form) -> Expr {
        let parts = number::as_call(value);
        let Some([top, bottom]) = parts.as_ref().and_then(crate::value::fixed) else {
            return Expr::symbol("Indeterminate");
        };
        match form {
            Form::Full => Expr::call("Rational", vec![integer(top), integer(bottom)]),
            _ if number::is_negative(top) => {
                minus(over(integer(&number::negate(top)), integer(bottom)))
            }
            _ => over(integer(top), integer(bottom)),
        }
    }

    fn complex(&self, re: &Value, im: &Value, form: Form) -> Expr {
        let of = |value: &Value| self.tree(value, form);
        if form == Form::Full {
            return Expr::call("Complex", vec![of(re), of(im)]);
        }
        let unit = Expr::symbol("I");
        let negative = number::is_negative(im);
        let size = if negative { number::negate(im) } else { im.clone() };
        let product = match number::is_one(&size) {
            true => unit,
            false => Expr::call("Times", vec![of(&size), unit]),
        };
        let imaginary = if negative { minus(product) } else { product };
        match re {
            Value::Integer(0) => imaginary,
            _ => Expr::call("Plus", vec![of(re), imaginary]),
        }
    }

    /// Sums, products and powers with minus signs, fractions and roots.
    fn arithmetic(&self, call: &Call, form: Form) -> Option<Expr> {
        let Value::Symbol(head) = call.head() else { return None };
        match (*head, call.args()) {
            (sym::Plus, args @ [_, _, ..]) => {
                let terms = args.iter().map(|term| self.tree(term, form)).collect();
                Some(Expr::call("Plus", terms))
            }
            (sym::Times, args @ [_, _, ..]) => Some(self.product(args, form)),
            (sym::Power, [base, Value::Rational(exponent)]) if is_half(exponent) => {
                let root = Expr::call("Sqrt", vec![self.tree(base, form)]);
                match number::is_negative(&call.args()[1]) {
                    true => Some(over(integer(&Value::Integer(1)), root)),
                    false => Some(root),
                }
            }
            (sym::Power, [_, exponent])
                if form == Form::Output && number::is_negative(exponent) =>
            {
                Some(self.product(&[Value::from(call.clone())], form))
            }
            (sym::DirectedInfinity, [Value::Integer(1)]) => Some(Expr::symbol("Infinity")),
            (sym::DirectedInfinity, [Value::Integer(-1)]) => Some(minus(Expr::symbol("Infinity"))),
            (sym::DirectedInfinity, []) => Some(Expr::symbol("ComplexInfinity")),
            _ => None,
        }
    }

    /// A product as a fraction with its sign in front.
    fn product(&self, factors: &[Value], form: Form) -> Expr {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        let mut negative = false;
        for (place, factor) in factors.iter().enumerate() {
            if place == 0 && number::is_real(factor) {
                negative = number::is_negative(factor);
                let size = if negative { number::negate(factor) } else { factor.clone() };
                match number::as_call(&size).as_ref().and_then(crate::value::fixed) {
                    Some([top, bottom]) => {
                        if !number::is_one(top) {
                            above.push(integer(top));
                        }
                        below.push(integer(bottom));
                    }
                    None if negative && number::is_one(&size) => {}
                    None => above.push(self.tree(&size, form)),
                }
                continue;
            }
            if let Some(partner) = partner_of_root(factors, factor) {
                if let Some(root) = partner {
                    above.push(self.tree(&root, form));
                }
                continue;
            }
            match factor.exactly(sym::Power) {
                Some([base, exponent])
                    if number::is_real(exponent) && number::is_negative(exponent) =>
                {
                    below.push(self.power(base, &number::negate(exponent), form));
                }
                _ => above.push(self.tree(factor, form)),
            }
        }
        let of = |mut factors: Vec<Expr>| match factors.len() {
            0 => integer(&Value::Integer(1)),
            1 => factors.remove(0),
            _ => Expr::call("Times", factors),
        };
        let product = if below.is_empty() { of(above) } else { over(of(above), of(below)) };
        if negative { minus(product) } else { product }
    }

    fn power(&self, base: &Value, exponent: &Value, form: Form) -> Expr {
        match exponent {
            Value::Integer(1) => self.tree(base, form),
            _ => self.tree(&Value::call(sym::Power, [base.clone(), exponent.clone()]), form),
        }
    }
}

/// Returns the root of a fraction that a root of an integer is written as if another root in a
/// product is below: the outer `None` if there is none, the inner one for the root below.
fn partner_of_root(factors: &[Value], factor: &Value) -> Option<Option<Value>> {
    let parts = |factor: &Value| match factor.exactly(sym::Power) {
        Some([base, exponent @ Value::Rational(_)]) => {
            Some((number::integer(base).filter(|base| *base > IBig::ONE)?, exponent.clone()))
        }
        _ => None,
    };
    let (base, exponent) = parts(factor)?;
    let opposite = number::negate(&exponent);
    let (other, _) = factors.iter().filter_map(parts).find(|(_, own)| *own == opposite)?;
    if number::is_negative(&exponent) {
        return Some(None);
    }
    let fraction = Value::from(RBig::from(base) / RBig::from(other));
    Some(Some(Value::call(sym::Power, [fraction, exponent])))
}

/// Returns an expression without what is deeper inside of it than so many levels.
fn upper_levels(value: &Value, levels: u32) -> Value {
    let Value::Call(call) = value else { return value.clone() };
    if call.depth() <= levels {
        return value.clone();
    }
    if levels == 0 {
        return Value::call(sym::Skeleton, [Value::Integer(1)].as_slice());
    }
    grown(call.depth(), || {
        let of = |part: &Value| upper_levels(part, levels - 1);
        Value::call(of(call.head()), call.args().iter().map(of).collect::<Args>())
    })
}

/// Returns a text that is written without quotes.
fn text_as_it_is(text: &str) -> Expr {
    Expr::new(ExprKind::Boxes(text.into()))
}

fn is_half(exponent: &RBig) -> bool {
    let two = dashu_int::UBig::from(2u8);
    *exponent.denominator() == two
        && (exponent.numerator().is_one() || (-exponent.numerator()).is_one())
}

fn integer(value: &Value) -> Expr {
    let text = match value {
        Value::Integer(small) => small.to_string(),
        Value::BigInteger(big) => crate::aside::text(big, 10),
        _ => String::new(),
    };
    Expr::new(ExprKind::Integer(text.into()))
}

fn minus(of: Expr) -> Expr {
    Expr::call("Times", vec![integer(&Value::Integer(-1)), of])
}

fn over(above: Expr, below: Expr) -> Expr {
    let inverse = Expr::call("Power", vec![below, integer(&Value::Integer(-1))]);
    Expr::call("Times", vec![above, inverse])
}

fn real_number(real: f64, form: Form) -> Expr {
    if !real.is_finite() {
        return match real {
            _ if real.is_nan() => Expr::symbol("Indeterminate"),
            _ if real < 0.0 => minus(Expr::symbol("Infinity")),
            _ => Expr::symbol("Infinity"),
        };
    }
    let digits = match form {
        Form::Output => format!("{:.*e}", SHOWN_DIGITS - 1, real),
        Form::Input | Form::Full => format!("{real:e}"),
    };
    Expr::new(ExprKind::Real(point(&digits, "").into()))
}

fn big_real(real: &crate::value::BigReal, form: Form) -> Expr {
    if real.value.repr().significand().is_zero() {
        let text = match form {
            Form::Output => format!("0.*^{:.0}", -real.precision),
            Form::Input | Form::Full => format!("0``{}", trim(real.precision)),
        };
        return Expr::new(ExprKind::Real(text.into()));
    }
    let shown = (real.precision.round().max(1.0) as usize).max(1);
    let (significand, exponent) = number::decimal(&real.value, shown);
    let digits = crate::aside::text(&significand, 10);
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest.to_owned()),
        None => ("", digits),
    };
    let exponent = exponent + digits.len() as isize - 1;
    let (first, rest) = digits.split_at(1);
    let mark = match form {
        Form::Output => String::new(),
        Form::Input | Form::Full => format!("`{}", trim(real.precision)),
    };
    let text = point(&format!("{sign}{first}.{rest}e{exponent}"), &mark);
    Expr::new(ExprKind::Real(text.into()))
}

fn trim(precision: f64) -> String {
    match precision.fract() == 0.0 {
        true => format!("{precision:.0}."),
        false => format!("{precision}"),
    }
}

/// Writes `1.5e3` as `1500.`, and as `1.5*^10` what is large or small.
fn point(scientific: &str, mark: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let whole = |length: usize| {
        let padded = format!("{digits:0<length$}");
        let (whole, fraction) = padded.split_at(length);
        format!("{whole}.{fraction}")
    };
    match exponent {
        _ if digits == "0" => format!("{sign}0.{mark}"),
        0..=5 => format!("{sign}{}{mark}", whole(exponent as usize + 1)),
        -5..=-1 => {
            let zeros = "0".repeat((-exponent - 1) as usize);
            format!("{sign}0.{zeros}{digits}{mark}")
        }
        _ => format!("{sign}{}{mark}*^{exponent}", whole(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_deeper_than_can_be_written_is_left_out() {
        let nest = |depth: i64| {
            (0..depth).fold(Value::Integer(1), |inner, _| Value::list([inner].as_slice()))
        };
        let session = Session::new();
        let shown = |value: &Value, levels| session.input_form(&upper_levels(value, levels));
        assert_eq!(shown(&nest(3), 3), "{{{1}}}");
        assert_eq!(shown(&nest(5), 3), "{{{Skeleton[1]}}}");
    }
}
