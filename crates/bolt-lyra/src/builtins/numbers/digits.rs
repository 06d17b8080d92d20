//! Digits of numbers in any base.

use dashu_base::{Gcd, Signed};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use triomphe::Arc;

use super::super::{Builtin, builtin};
use super::precision::exact;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

const LISTABLE: Attributes = Attributes::LISTABLE;
const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "RealDigits",
        LISTABLE,
        real_digits,
        "RealDigits[x] is {digits, e}: the digits of x and the number of those before the point; \
         those of a fraction that repeat are a list of their own. RealDigits[x, b] has those in \
         base b, RealDigits[x, b, n] n of them, RealDigits[x, b, n, p] beginning with that of b^p. \
         Digits that are not known are Indeterminate.",
        &[
            ("RealDigits[19/7]", "{{2, {7, 1, 4, 2, 8, 5}}, 1}"),
            ("RealDigits[Pi, 10, 8]", "{{3, 1, 4, 1, 5, 9, 2, 6}, 1}"),
            ("RealDigits[Pi, 10, 3, -3]", "{{1, 5, 9}, -2}"),
            ("RealDigits[1.25, 2, 5]", "{{1, 0, 1, 0, 0}, 1}"),
        ],
    ),
    builtin(
        "FromDigits",
        NONE,
        from_digits,
        "FromDigits[list] is the number with these decimal digits, FromDigits[list, b] in base b; \
         FromDigits[{list, e}] with e digits before the point, as RealDigits has them. The digits \
         may be a text; FromDigits[text, \"Roman\"] reads Roman numerals.",
        &[
            ("FromDigits[{1, 2, 3}]", "123"),
            ("FromDigits[\"ff\", 16]", "255"),
            ("FromDigits[{{2, {7, 1, 4, 2, 8, 5}}, 1}]", "19/7"),
            ("FromDigits[{a, b}, x]", "b + a*x"),
        ],
    ),
    builtin(
        "IntegerExponent",
        LISTABLE,
        |_, c| {
            let (n, base) = match c.args() {
                [n] => (n, IBig::from(10)),
                [n, base] => match number::integer(base) {
                    Some(base) => (n, base),
                    None => return Ok(Step::Same),
                },
                _ => return Ok(Step::Same),
            };
            let Some(n) = number::integer(n).filter(|_| base > IBig::ONE) else {
                return Ok(Step::Same);
            };
            Ok(match n == IBig::ZERO {
                true => Step::Done(Value::Symbol(sym::Infinity)),
                false => Step::Done(Value::Integer(exponent(n, &base).1)),
            })
        },
        "IntegerExponent[n, b] is the highest power of b that divides n; IntegerExponent[n] that of \
         10.",
        &[("IntegerExponent[48, 2]", "4"), ("IntegerExponent[{500, 0}]", "{2, Infinity}")],
    ),
    written!(
        "IntegerLength",
        LISTABLE,
        "{IntegerLength[0 | 0, _ : 10] :> 0, IntegerLength[n_Integer] :> Length[IntegerDigits[n]],
          IntegerLength[n_Integer, b_Integer] /; b > 1 :> Length[IntegerDigits[n, b]]}",
        "IntegerLength[n, b] is the number of digits of n in base b, IntegerLength[n] in base 10.",
        &[("IntegerLength[1234]", "4"), ("IntegerLength[8, 2]", "4")],
    ),
    written!(
        "DigitCount",
        LISTABLE,
        "{DigitCount[n_Integer] :> DigitCount[n, 10],
          DigitCount[n_Integer, b_Integer] /; b > 1 && b < 10^6 :> With[{d = Counts[IntegerDigits[n, b]]}, Table[Lookup[d, Mod[$k, b], 0], {$k, b}]],
          DigitCount[n_Integer, b_Integer, k_Integer] /; b > 1 :> Count[IntegerDigits[n, b], k]}",
        "DigitCount[n, b] is the list of how often the digits 1, 2, ..., 0 occur in n in base b; \
         DigitCount[n, b, d] is how often d does.",
        &[("DigitCount[242, 10, 2]", "2"), ("DigitCount[5, 2]", "{2, 1}")],
    ),
    written!(
        "DigitSum",
        LISTABLE,
        "{DigitSum[n_Integer] :> Total[IntegerDigits[n]], DigitSum[n_Integer, b_Integer] /; b > 1 :> Total[IntegerDigits[n, b]]}",
        "DigitSum[n, b] is the sum of the digits of n in base b, DigitSum[n] in base 10.",
        &[("DigitSum[1234]", "10"), ("DigitSum[{7, 8}, 2]", "{3, 1}")],
    ),
    written!(
        "IntegerReverse",
        LISTABLE,
        "{IntegerReverse[n_Integer] :> FromDigits[Reverse[IntegerDigits[n]]],
          IntegerReverse[n_Integer, b_Integer] /; b > 1 :> FromDigits[Reverse[IntegerDigits[n, b]], b],
          IntegerReverse[n_Integer, b_Integer, l_Integer?NonNegative] /; b > 1 :> FromDigits[Reverse[IntegerDigits[n, b, l]], b]}",
        "IntegerReverse[n, b] is the integer with the digits of n in base b in reverse order.",
        &[("IntegerReverse[120]", "21"), ("IntegerReverse[6, 2]", "3")],
    ),
    written!(
        "NumberDigit",
        LISTABLE,
        "{NumberDigit[x_, n_Integer] :> NumberDigit[x, n, 10],
          NumberDigit[x_?NumericQ, n_Integer, b_Integer] /; b > 1 && Im[x] === 0 :> With[{d = RealDigits[x, b, 1, n]}, d[[1, 1]] /; ListQ[d]]}",
        "NumberDigit[x, n] is the decimal digit of x that stands for 10^n; NumberDigit[x, n, b] \
         that for b^n in base b.",
        &[("NumberDigit[1234, 2]", "2"), ("NumberDigit[Pi, -2]", "4")],
    ),
    written!(
        "MantissaExponent",
        LISTABLE,
        "{MantissaExponent[x_] :> MantissaExponent[x, 10],
          MantissaExponent[x_, _] /; NumericQ[x] && x == 0 :> {x, 0},
          MantissaExponent[x_, b_] /; NumericQ[x] && NumericQ[b] && b > 1 && Im[x] === 0 :> With[{e = Floor[Log[b, Abs[x]]] + 1},
            Which[Abs[x] >= b^e, {x/b^(e + 1), e + 1}, Abs[x] < b^(e - 1), {x/b^(e - 1), e - 1}, True, {x/b^e, e}]]}",
        "MantissaExponent[x, b] is {m, e} with x == m b^e and 1/b <= Abs[m] < 1; \
         MantissaExponent[x] that for the base 10.",
        &[("MantissaExponent[1/4]", "{1/4, 0}"), ("MantissaExponent[2500]", "{1/4, 4}")],
    ),
    written!(
        "NumberDecompose",
        NONE,
        "{NumberDecompose[x_?NumericQ, u : {__}] :> Module[{r = x}, Append[Table[With[{q = If[x < 0, -Floor[-r/$u], Floor[r/$u]]}, r = r - q $u; q], {$u, Most[u]}], r/Last[u]]]}",
        "NumberDecompose[x, {u1, u2, ...}] is the list of how many of each of the units x is made \
         of, the largest first.",
        &[
            ("NumberDecompose[3725, {3600, 60, 1}]", "{1, 2, 5}"),
            ("NumberDecompose[98, {25, 10, 1}]", "{3, 2, 3}"),
        ],
    ),
    written!(
        "NumberCompose",
        NONE,
        "{NumberCompose[c_List, u_List] /; Length[c] == Length[u] :> c . u}",
        "NumberCompose[{c1, c2, ...}, {u1, u2, ...}] is c1 u1 + c2 u2 + ...",
        &[("NumberCompose[{1, 2, 5}, {3600, 60, 1}]", "3725"), ("NumberCompose[{2}, {x}]", "2*x")],
    ),
];

/// Divides a base out of an integer that is not 0, as often as it goes, by its powers 1, 2, 4, ...;
/// returns what is left and how often.
fn exponent(n: IBig, base: &IBig) -> (IBig, i64) {
    if &n % base != IBig::ZERO {
        return (n, 0);
    }
    let (rest, half) = exponent(n, &(base * base));
    match &rest % base == IBig::ZERO {
        true => (rest / base, 2 * half + 1),
        false => (rest, 2 * half),
    }
}

/// The digits of a number and how many of them are before the point.
struct Expansion {
    digits: Vec<Value>,
    exponent: i64,
}

impl Expansion {
    fn into_value(self) -> Value {
        Value::list([Value::list(self.digits), Value::Integer(self.exponent)])
    }
}

/// Expansions of more digits than this are not written.
const MOST_DIGITS: usize = 1 << 24;

/// Returns how many digits a number above 0 has before the point; below 1/base they are negative.
fn leading(x: &RBig, base: u64) -> i64 {
    let bits = |n: &UBig| number::bit_length(&IBig::from(n.clone())) as f64;
    let (top, bottom) = x.clone().into_parts();
    let log = (bits(&top.into_parts().1) - bits(&bottom)) / (base as f64).log2();
    let mut exponent = log.floor() as i64;
    while *x >= power(base, exponent) {
        exponent += 1;
    }
    while *x < power(base, exponent - 1) {
        exponent -= 1;
    }
    exponent
}

fn power(base: u64, exponent: i64) -> RBig {
    let size = UBig::from(base).pow(exponent.unsigned_abs() as usize);
    match exponent < 0 {
        true => RBig::from_parts(IBig::ONE, size),
        false => RBig::from(size),
    }
}

/// Returns all digits of a fraction that is not negative.
fn all_digits(session: &Session, x: &RBig, base: u64) -> Evaluated<Option<Expansion>> {
    if *x == RBig::ZERO {
        return Ok(Some(Expansion { digits: vec![Value::Integer(0)], exponent: 1 }));
    }
    let exponent = leading(x, base);
    if exponent.unsigned_abs() > MOST_DIGITS as u64 {
        return Ok(None);
    }
    let (top, bottom) = (x * power(base, -exponent)).into_parts();
    let bottom = IBig::from(bottom);
    // After as many digits as divide the base out of the denominator, they repeat.
    let (mut coprime, mut before) = (bottom.clone(), 0);
    loop {
        let common = IBig::from((&coprime).gcd(&IBig::from(base)));
        if common == IBig::ONE {
            break;
        }
        coprime /= common;
        before += 1;
    }
    let (mut rest, mut digits, mut begin) = (top, Vec::new(), None);
    loop {
        if digits.len() == before {
            begin = Some(rest.clone());
        } else if begin.as_ref() == Some(&rest) {
            break;
        }
        if rest == IBig::ZERO {
            break;
        }
        if digits.len() > MOST_DIGITS {
            return Ok(None);
        }
        if digits.len() % 1024 == 0 {
            session.check_interrupt()?;
        }
        let scaled = rest * base;
        digits.push(Value::from(&scaled / &bottom));
        rest = scaled % &bottom;
    }
    if coprime != IBig::ONE {
        let repeating = digits.split_off(before);
        digits.push(Value::list(repeating));
    } else if exponent > digits.len() as i64 {
        digits.resize(exponent as usize, Value::Integer(0));
    }
    Ok(Some(Expansion { digits, exponent }))
}

/// Returns so many digits of a number that is not negative, beginning with that of the power
/// `exponent - 1` of the base; the rest is cut off.
fn some_digits(x: &RBig, base: u64, exponent: i64, count: usize) -> Vec<Value> {
    let scaled = x * power(base, count as i64 - exponent);
    padded(scaled.trunc(), base, count)
}

/// Returns the last so many digits of an integer.
fn padded(n: IBig, base: u64, count: usize) -> Vec<Value> {
    let digits = n.into_parts().1.to_digits(base);
    let missing = count.saturating_sub(digits.len());
    let surplus = digits.len().saturating_sub(count);
    let zeros = std::iter::repeat_n(Value::Integer(0), missing);
    zeros.chain(digits[surplus..].iter().map(|&digit| Value::Integer(digit as i64))).collect()
}

/// What digits of a number are asked for.
struct Wanted {
    base: u64,
    count: Option<usize>,
    first: Option<i64>,
}

fn wanted(session: &mut Session, call: &Call) -> Option<Wanted> {
    let automatic = Value::Symbol(sym::Automatic);
    let get = |place: usize| call.args().get(place).filter(|arg| **arg != automatic);
    let base = match get(1) {
        None => 10,
        Some(base) => match base.as_i64() {
            Some(base @ 2..) => base as u64,
            _ => {
                if base.is_number() {
                    session.message_of("RealDigits", "ibase", std::slice::from_ref(base));
                }
                return None;
            }
        },
    };
    let count = match get(2) {
        None => None,
        Some(count) => Some(count.as_usize().filter(|&count| count <= MOST_DIGITS)?),
    };
    let first = match get(3) {
        None => None,
        Some(first) => Some(first.as_i64().filter(|first| first.unsigned_abs() < 1 << 24)?),
    };
    (1..=4).contains(&call.args().len()).then_some(Wanted { base, count, first })
}

fn real_digits(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(x) = call.args().first() else { return Ok(Step::Same) };
    let Some(wanted) = wanted(session, call) else { return Ok(Step::Same) };
    let x = match number::is_real(x) {
        true => x.clone(),
        false => match (session.is_numeric(x), wanted.count) {
            (true, Some(count)) => match numeric_to(session, x, &wanted, count)? {
                Some(x) => x,
                None => return Ok(Step::Same),
            },
            (true, None) if !matches!(x, Value::Complex(_)) => {
                session.message_of("RealDigits", "ndig", std::slice::from_ref(x));
                return Ok(Step::Same);
            }
            _ => return Ok(Step::Same),
        },
    };
    let expansion = match number::rational(&x) {
        Some(x) => digits_of_fraction(session, &absolute(x), &wanted)?,
        None => digits_of_real(&x, &wanted),
    };
    Ok(expansion.map_or(Step::Same, |expansion| Step::Done(expansion.into_value())))
}

fn absolute(x: RBig) -> RBig {
    if x.is_negative() { -x } else { x }
}

/// Returns a fraction whose first so many digits are those of a numeric expression.
fn numeric_to(
    session: &mut Session,
    x: &Value,
    wanted: &Wanted,
    count: usize,
) -> Evaluated<Option<Value>> {
    let per_digit = (wanted.base as f64).log10();
    let Some(size) = session.machine_value(x)?.filter(|size| size.is_finite()) else {
        return Ok(None);
    };
    let above = if size == 0.0 { 0.0 } else { size.abs().log10().ceil() };
    let from = wanted.first.map_or(0.0, |first| above - (first as f64 + 1.0) * per_digit);
    let digits = (count as f64 * per_digit + from).max(0.0).ceil() + 12.0;
    let number = session
        .evaluate(&Value::call(sym::N, [x.clone(), Value::Integer(digits as i64)].as_slice()))?;
    Ok(match &number {
        Value::BigReal(_) => exact(&number).map(|fraction| Value::from(absolute(fraction))),
        _ => number::rational(&number).map(Value::from),
    })
}

fn digits_of_fraction(
    session: &Session,
    x: &RBig,
    wanted: &Wanted,
) -> Evaluated<Option<Expansion>> {
    let base = wanted.base;
    let exponent = match wanted.first {
        Some(first) => first + 1,
        None if *x == RBig::ZERO => 1,
        None => leading(x, base),
    };
    match wanted.count {
        None if wanted.first.is_none() => all_digits(session, x, base),
        None => Ok(None),
        Some(count) => {
            let digits = some_digits(x, base, exponent, count);
            Ok(Some(Expansion { digits, exponent }))
        }
    }
}

/// Returns the digits of a real number that are known; if more are wanted, they are
/// `Indeterminate`.
fn digits_of_real(x: &Value, wanted: &Wanted) -> Option<Expansion> {
    let base = wanted.base;
    let value = absolute(exact(x)?);
    let known = (number::precision(x) / (base as f64).log10()).round().max(1.0) as usize;
    let (exponent, digits) = match value == RBig::ZERO {
        true => (1, vec![Value::Integer(0); known]),
        false => rounded_digits(&value, base, known),
    };
    let from = wanted.first.map_or(0, |first| exponent - (first + 1));
    let count = wanted.count.unwrap_or_else(|| (known as i64 - from).max(0) as usize);
    let digit = |place: i64| match usize::try_from(place) {
        Err(_) => Value::Integer(0),
        Ok(place) => digits.get(place).cloned().unwrap_or(Value::Symbol(sym::Indeterminate)),
    };
    let digits = (0..count as i64).map(|place| digit(place + from)).collect();
    Some(Expansion { digits, exponent: exponent - from })
}

/// Returns the digits of a number above 0, rounded to so many, and how many are before the point.
fn rounded_digits(x: &RBig, base: u64, count: usize) -> (i64, Vec<Value>) {
    let exponent = leading(x, base);
    let round = |exponent: i64| (x * power(base, count as i64 - exponent)).round();
    let rounded = round(exponent);
    match rounded >= IBig::from(UBig::from(base).pow(count)) {
        true => (exponent + 1, padded(round(exponent + 1), base, count)),
        false => (exponent, padded(rounded, base, count)),
    }
}

fn from_digits(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let ten = Value::Integer(10);
    let (digits, base) = match call.args() {
        [digits] => (digits, &ten),
        [digits, base] => (digits, base),
        _ => return Ok(Step::Same),
    };
    if let Some(text) = digits.as_str() {
        return Ok(match base.as_str() {
            Some("Roman") => Step::Again(Value::call(
                session.system_symbol("FromRomanNumeral"),
                [digits.clone()].as_slice(),
            )),
            Some(_) => Step::Same,
            None => match text.chars().map(digit_of).collect::<Option<Vec<Value>>>() {
                Some(digits) => joined(session, &digits, base)?,
                None => Step::Same,
            },
        });
    }
    if call.args().len() == 2 && base.as_call().is_some() && base.as_list().is_none() {
        let mixed = session.by_rules(
            call,
            "{FromDigits[l_List, MixedRadix[b_List]] :> Fold[#1 First[#2] + Last[#2] &, 0, Transpose[{Take[Join[ConstantArray[1, Max[0, Length[l] - Length[b]]], b], -Length[l]], l}]]}",
        )?;
        if !matches!(mixed, Step::Same) {
            return Ok(mixed);
        }
    }
    let Some(list) = digits.as_list() else { return Ok(Step::Same) };
    match list {
        [inner, Value::Integer(exponent)] if inner.as_list().is_some() => {
            with_point(session, inner.as_list().unwrap_or(&[]), *exponent, base)
        }
        _ => joined(session, list, base),
    }
}

/// Returns what a character stands for as a digit.
fn digit_of(c: char) -> Option<Value> {
    c.to_digit(36).map(|digit| Value::Integer(i64::from(digit)))
}

/// Returns the number with so many digits before the point; a list at the end repeats.
fn with_point(
    session: &mut Session,
    digits: &[Value],
    exponent: i64,
    base: &Value,
) -> Evaluated<Step> {
    let (plain, repeating) = match digits {
        [plain @ .., last] if last.as_list().is_some() => (plain, last.as_list()),
        _ => (digits, None),
    };
    let mut total = match joined(session, plain, base)? {
        Step::Done(value) | Step::Again(value) => value,
        Step::Same => return Ok(Step::Same),
    };
    let power = |exponent: i64| Value::call(sym::Power, [base.clone(), Value::Integer(exponent)]);
    if let Some(repeating) = repeating {
        let block = match joined(session, repeating, base)? {
            Step::Done(value) | Step::Again(value) => value,
            Step::Same => return Ok(Step::Same),
        };
        let less = Value::call(sym::Plus, [power(repeating.len() as i64), Value::Integer(-1)]);
        let ratio = Value::call(sym::Divide, [block, less]);
        total = Value::call(sym::Plus, [total, ratio]);
    }
    let shift = exponent.saturating_sub(plain.len() as i64);
    Ok(Step::Again(Value::call(sym::Times, [total, power(shift)])))
}

/// Returns the value of digits in a base; of ones that are no integers, a formula.
fn joined(session: &Session, digits: &[Value], base: &Value) -> Evaluated<Step> {
    let integers: Option<Vec<IBig>> = digits.iter().map(number::integer).collect();
    if let (Some(integers), Some(base)) = (integers, number::integer(base)) {
        return Ok(Step::Done(Value::from(halves(&integers, &base).0)));
    }
    let mut total = Value::Integer(0);
    for digit in digits {
        session.check_interrupt()?;
        total = match total {
            Value::Integer(0) => digit.clone(),
            total => {
                let scaled = Value::call(sym::Times, [base.clone(), total]);
                Value::call(sym::Plus, [scaled, digit.clone()])
            }
        };
    }
    Ok(Step::Again(total))
}

/// Joins the digits of each half, then both; returns the value and the power of the base that
/// their number is.
fn halves(digits: &[IBig], base: &IBig) -> (IBig, IBig) {
    if digits.len() < 8 {
        let value = digits.iter().fold(IBig::ZERO, |value, digit| value * base + digit);
        return (value, base.pow(digits.len()));
    }
    let (high, low) = digits.split_at(digits.len() / 2);
    let ((a, p), (b, q)) = (halves(high, base), halves(low, base));
    (a * &q + b, p * q)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(session: &mut Session, source: &str) -> Value {
        let parsed = bolt_lyra_syntax::parse(source);
        let value = session.read(&parsed.exprs[0]);
        session.evaluate(&value).expect("nothing stops it")
    }

    #[test]
    fn fractions_come_back_from_their_digits() {
        let mut session = Session::new();
        for (top, bottom, base) in [
            (1, 7, 10),
            (1, 70, 10),
            (1000, 3, 10),
            (5, 4, 10),
            (22, 97, 2),
            (1, 12, 6),
            (7, 96, 60),
        ] {
            let source =
                format!("FromDigits[RealDigits[{top}/{bottom}, {base}], {base}] == {top}/{bottom}");
            assert!(run(&mut session, &source).is(sym::True), "{source}");
        }
        let all = "And @@ Flatten[Table[FromDigits[RealDigits[p/q, b], b] == p/q, {p, 25}, {q, 25}, {b, {2, 10, 12}}]]";
        assert!(run(&mut session, all).is(sym::True));
    }

    #[test]
    fn exponents_are_those_of_repeated_division() {
        for n in 1..2000u32 {
            for base in [2u32, 3, 6, 10] {
                let (mut rest, mut count) = (n, 0);
                while rest % base == 0 {
                    rest /= base;
                    count += 1;
                }
                assert_eq!(exponent(IBig::from(n), &IBig::from(base)).1, count);
            }
        }
    }
}
