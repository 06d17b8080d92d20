//! `Numerator` and `Denominator`: what stands above and below the line.

use super::ratio::factors_of;
use super::together::on_first;
use crate::builtins::arithmetic::{negative, times};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Numerator",
        Attributes::LISTABLE,
        |s, c| on_first(s, c, "Numerator", numerator),
        "Numerator[e] is the product of the factors of e that are not negative powers.",
        &[("Numerator[a x^2/(b y)]", "a*x^2"), ("Numerator[2/3]", "2")],
    ),
    builtin(
        "Denominator",
        Attributes::LISTABLE,
        |s, c| on_first(s, c, "Denominator", denominator),
        "Denominator[e] is the product of the inverses of the negative powers among the factors of e.",
        &[("Denominator[a x^2/(b y)]", "b*y"), ("Denominator[2/3]", "3")],
    ),
    builtin(
        "ExpandNumerator",
        Attributes::NONE,
        |s, c| {
            on_first(s, c, "ExpandNumerator", |session, value| expand_side(session, value, true))
        },
        "ExpandNumerator[e] multiplies out the numerator of each term of e.",
        &[
            ("ExpandNumerator[(x + 1)^2/(y + 1)^2]", "(1 + 2*x + x^2)/(1 + y)^2"),
            ("ExpandNumerator[(a + b) c]", "a*c + b*c"),
        ],
    ),
    builtin(
        "ExpandDenominator",
        Attributes::NONE,
        |s, c| {
            on_first(s, c, "ExpandDenominator", |session, value| expand_side(session, value, false))
        },
        "ExpandDenominator[e] multiplies out the denominator of each term of e.",
        &[
            ("ExpandDenominator[(x + 1)^2/(y + 1)^2]", "(1 + x)^2/(1 + 2*y + y^2)"),
            ("ExpandDenominator[a/(x (x + 1))]", "a/(x + x^2)"),
        ],
    ),
];

/// Returns whether a factor is a power with an exponent that is written with a minus.
pub(crate) fn is_inverse(factor: &Value) -> bool {
    match factor.exactly(sym::Power) {
        Some([_, exponent]) => is_written_negative(exponent),
        None => matches!(factor, Value::Rational(_)),
    }
}

fn is_written_negative(exponent: &Value) -> bool {
    match exponent.args_of(sym::Times) {
        Some([first, ..]) => number::is_negative(first),
        _ => match exponent.args_of(sym::Plus) {
            Some(terms) => terms.iter().all(is_written_negative),
            None => number::is_negative(exponent),
        },
    }
}

/// Returns the factors above and below the line; the latter inverted, yet to be evaluated.
fn sides(value: &Value) -> (Args, Args) {
    let (mut above, mut below) = (Args::new(), Args::new());
    for factor in factors_of(value) {
        match &factor {
            Value::Rational(fraction) => {
                above.push(Value::from(fraction.numerator().clone()));
                below.push(Value::from(fraction.denominator().as_ibig().clone()));
            }
            Value::Complex(complex) => match common_denominator(&complex.re, &complex.im) {
                Some(denominator) => {
                    above.push(number::multiply(&factor, &denominator));
                    below.push(denominator);
                }
                None => above.push(factor),
            },
            _ if is_inverse(&factor) => {
                let [base, exponent] =
                    factor.exactly(sym::Power).expect("only powers and fractions are inverse");
                below.push(Value::call(sym::Power, [base.clone(), minus(exponent)]));
            }
            // The exponential of a sum is divided term by term.
            _ => match factor.exactly(sym::Power) {
                Some([base, exponent]) if exponent.args_of(sym::Plus).is_some() => {
                    let terms = exponent.args_of(sym::Plus).unwrap_or(&[]);
                    let (low, high): (Vec<&Value>, Vec<&Value>) =
                        terms.iter().partition(|term| is_written_negative(term));
                    let raise = |exponent: Value| Value::call(sym::Power, [base.clone(), exponent]);
                    let sum = |terms: Args| Value::call(sym::Plus, terms);
                    above.push(raise(sum(high.into_iter().cloned().collect())));
                    if !low.is_empty() {
                        below.push(raise(sum(low.into_iter().map(minus).collect())));
                    }
                }
                _ => above.push(factor),
            },
        }
    }
    (above, below)
}

fn minus(exponent: &Value) -> Value {
    match exponent.args_of(sym::Plus) {
        Some(terms) => Value::call(sym::Plus, terms.iter().map(minus).collect::<Args>()),
        None => negative(exponent.clone()),
    }
}

fn common_denominator(re: &Value, im: &Value) -> Option<Value> {
    use dashu_base::Gcd;
    let of = |value: &Value| Some(number::rational(value)?.denominator().clone());
    let (a, b) = (of(re)?, of(im)?);
    let common = &a * &b / (&a).gcd(&b);
    Some(Value::from(dashu_int::IBig::from(common)))
}

/// Returns what stands above the line.
pub(crate) fn numerator(session: &mut Session, value: &Value) -> Evaluated {
    session.evaluate(&times(sides(value).0))
}

/// Returns what stands below the line.
pub(crate) fn denominator(session: &mut Session, value: &Value) -> Evaluated {
    session.evaluate(&times(sides(value).1))
}

/// Returns the numerator and the denominator of an expression put over one denominator.
#[allow(dead_code, reason = "other areas ask for it")]
pub(crate) fn numerator_denominator(
    session: &mut Session,
    value: &Value,
) -> Evaluated<(Value, Value)> {
    let joined = super::together::together(session, value)?;
    Ok((numerator(session, &joined)?, denominator(session, &joined)?))
}

fn expand_side(session: &mut Session, value: &Value, is_above: bool) -> Evaluated {
    if let Some(terms) = value.args_of(sym::Plus) {
        let terms: Args = terms
            .iter()
            .map(|term| expand_side(session, term, is_above))
            .collect::<Evaluated<_>>()?;
        return session.evaluate(&Value::call(sym::Plus, terms));
    }
    let (above, below) = (numerator(session, value)?, denominator(session, value)?);
    let (above, below) = match is_above {
        true => (super::expand(session, &above)?, below),
        false => (above, super::expand(session, &below)?),
    };
    let inverse = Value::call(sym::Power, [below, Value::Integer(-1)]);
    session.evaluate(&times([above, inverse]))
}
