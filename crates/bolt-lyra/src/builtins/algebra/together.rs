//! Fractions: `Together`, `Cancel` and their like.

use bolt_algebra::Watch;
use std::collections::HashSet;
use triomphe::Arc;

use super::build::Refusal;
use super::expand::{options, threaded};
use super::kernels::{Basis, Form};
use super::ratio::{self, Ratio};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Together",
        Attributes::LISTABLE,
        |s, c| on_first(s, c, "Together", together),
        "Together[e] puts the terms of a sum over one denominator and cancels what is common.",
        &[
            ("Together[1/x + 1/(x + 1)]", "(1 + 2*x)/(x*(1 + x))"),
            ("Together[x^2/(x^2 - 1) + x/(x^2 - 1)]", "x/(-1 + x)"),
        ],
    ),
    builtin(
        "Cancel",
        Attributes::LISTABLE,
        |s, c| on_first(s, c, "Cancel", cancel),
        "Cancel[e] divides the numerator and the denominator of each fraction in a sum by what they \
         have in common.",
        &[
            ("Cancel[(x^2 - 1)/(x - 1)]", "1 + x"),
            ("Cancel[(x^2 - y^2)/(x^2 + 2 x y + y^2)]", "(x - y)/(x + y)"),
        ],
    ),
];

/// Applies a function to the first argument of a call, options being read past.
pub(crate) fn on_first(
    session: &mut Session,
    call: &mut Arc<Call>,
    name: &str,
    of: fn(&mut Session, &Value) -> Evaluated,
) -> Evaluated<Step> {
    let (args, _) = options(call.args());
    let [value] = args else {
        let count = args.len();
        session.wrong_count_of(name, count, 1, 1);
        return Ok(Step::Same);
    };
    let value = value.clone();
    Ok(Step::Done(threaded(session, &value, &mut |session, part| of(session, part))?))
}

/// An expression as a fraction of polynomials, with the kernels.
pub(crate) struct Fraction {
    pub(crate) basis: Basis,
    pub(crate) ratio: Ratio,
    /// Whether a number in it is approximate.
    pub(crate) is_approximate: bool,
}

impl Session {
    /// Reads an expression as a fraction of polynomials in lowest terms; kernels of a list come
    /// first. `None` if it is none that can be had.
    pub(crate) fn fraction(
        &mut self,
        value: &Value,
        first: &[Value],
    ) -> Evaluated<Option<Fraction>> {
        Ok(self.fractions(&[value], first)?.map(|(basis, ratios, is_approximate)| {
            let ratio = ratios.into_iter().next().expect("one for each expression");
            Fraction { basis, ratio, is_approximate }
        }))
    }

    /// Reads expressions as fractions of polynomials in the same kernels.
    pub(crate) fn fractions(
        &mut self,
        values: &[&Value],
        first: &[Value],
    ) -> Evaluated<Option<(Basis, Vec<Ratio>, bool)>> {
        let mut basis = Basis::new(self, Form::Fraction, values, HashSet::new());
        basis.put_first(first);
        let flag = self.interrupt.clone();
        let watch = Watch::new(&flag);
        let ratios: Result<Vec<Ratio>, Refusal> =
            values.iter().map(|value| ratio::read(&basis, value, watch)).collect();
        match ratios {
            Ok(ratios) => {
                let is_approximate = values.iter().any(|value| has_approximate(value));
                Ok(Some((basis, ratios, is_approximate)))
            }
            Err(refusal) => {
                self.refused(refusal)?;
                Ok(None)
            }
        }
    }

    /// Tells why an expression was refused.
    pub(crate) fn refused(&mut self, refusal: Refusal) -> Evaluated<()> {
        match refusal {
            Refusal::Stopped => self.check_interrupt(),
            Refusal::TooLarge => {
                self.message(sym::General, "nomem", &[]);
                Ok(())
            }
            Refusal::Unknown | Refusal::Infinite => Ok(()),
        }
    }

    /// Evaluates a result; its numbers become approximate if those it came from were.
    pub(crate) fn finish(&mut self, value: &Value, is_approximate: bool) -> Evaluated {
        let value = self.evaluate(value)?;
        match is_approximate {
            true => self.evaluate(&approximate(&value)),
            false => Ok(value),
        }
    }
}

/// Returns whether an approximate number is a coefficient somewhere.
pub(crate) fn has_approximate(value: &Value) -> bool {
    match value {
        Value::Real(_) | Value::BigReal(_) => true,
        Value::Complex(_) => !crate::number::is_exact(value),
        Value::Call(call) if [sym::Plus, sym::Times].iter().any(|head| call.is(*head)) => {
            call.args().iter().any(has_approximate)
        }
        Value::Call(call) if call.is(sym::Power) && call.args().len() == 2 => {
            has_approximate(&call.args()[0])
        }
        _ => false,
    }
}

/// Returns it with machine numbers for coefficients.
fn approximate(value: &Value) -> Value {
    match value {
        Value::Integer(_) | Value::BigInteger(_) | Value::Rational(_) => {
            crate::number::to_f64(value).map_or_else(|| value.clone(), Value::Real)
        }
        Value::Complex(complex) => {
            crate::number::complex(approximate(&complex.re), approximate(&complex.im))
        }
        Value::Call(call) if [sym::Plus, sym::Times].iter().any(|head| call.is(*head)) => {
            Value::call(call.head().clone(), call.args().iter().map(approximate).collect::<Args>())
        }
        Value::Call(call) if call.is(sym::Power) && call.args().len() == 2 => {
            let base = approximate(&call.args()[0]);
            Value::call(sym::Power, [base, call.args()[1].clone()])
        }
        _ => value.clone(),
    }
}

/// Puts a sum over one denominator.
pub(crate) fn together(session: &mut Session, value: &Value) -> Evaluated {
    if !is_arithmetic(value) {
        return Ok(value.clone());
    }
    match session.fraction(value, &[])? {
        Some(Fraction { basis, ratio, is_approximate }) => {
            let written = ratio::write_signed(&basis, &ratio);
            session.finish(&written, is_approximate)
        }
        None => Ok(value.clone()),
    }
}

pub(crate) fn is_arithmetic(value: &Value) -> bool {
    [sym::Plus, sym::Times, sym::Power].iter().any(|head| value.args_of(*head).is_some())
}

/// Cancels in each term of a sum.
pub(crate) fn cancel(session: &mut Session, value: &Value) -> Evaluated {
    let Some(terms) = value.args_of(sym::Plus) else { return cancel_term(session, value) };
    let terms: Args =
        terms.iter().map(|term| cancel_term(session, term)).collect::<Evaluated<_>>()?;
    session.evaluate(&Value::call(sym::Plus, terms))
}

fn cancel_term(session: &mut Session, value: &Value) -> Evaluated {
    let has_denominator = ratio::factors_of(value).iter().any(super::parts::is_inverse);
    if has_denominator { together(session, value) } else { Ok(value.clone()) }
}
