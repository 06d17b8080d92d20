//! `TrigExpand`: addition theorems, and de Moivre's formula for integer multiples.

use super::super::forms::{coefficient_and_rest, of, over, plus, terms, times, to_the};
use super::{CIRCULAR, HYPERBOLIC, function_of};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// Larger multiples stay as they are.
const MOST: i64 = 100;

/// Expands trigonometric and hyperbolic functions of sums and multiples.
pub(super) fn expand(session: &mut Session, value: &Value) -> Evaluated {
    let result = session.rewrite_parts(value, &mut |session, part| {
        let (head, x, is_circular) = match function_of(part, CIRCULAR) {
            Some((head, x)) => (head, x, true),
            None => match function_of(part, HYPERBOLIC) {
                Some((head, x)) => (head, x, false),
                None => return Ok(None),
            },
        };
        let x = session.expanded(x)?;
        let Some(both) = sine_and_cosine(session, &x, is_circular)? else { return Ok(None) };
        let one = Value::Integer(1);
        let quotient = |top: Value, bottom: Value| of(sym::Expand, over(top, bottom));
        Ok(Some(match head {
            sym::Sin | sym::Sinh => both.sin,
            sym::Cos | sym::Cosh => both.cos,
            sym::Tan | sym::Tanh => quotient(both.sin, both.cos),
            sym::Cot | sym::Coth => quotient(both.cos, both.sin),
            sym::Sec | sym::Sech => over(one, both.cos),
            _ => over(one, both.sin),
        }))
    })?;
    match super::has_trigonometry(&result) {
        true => session.evaluate(&of(sym::Expand, result)),
        false => Ok(result),
    }
}

/// The sine and the cosine of something.
struct Both {
    sin: Value,
    cos: Value,
}

/// Returns both functions of a sum or a multiple, `None` if it is neither.
fn sine_and_cosine(session: &mut Session, x: &Value, is_circular: bool) -> Evaluated<Option<Both>> {
    let parts = terms(x);
    if let [one] = parts {
        return multiple(session, one, is_circular);
    }
    let mut all: Option<Both> = None;
    for term in parts {
        let of_term = match multiple(session, term, is_circular)? {
            Some(both) => both,
            None => simple(term, is_circular),
        };
        all = Some(match all {
            None => of_term,
            Some(so_far) => sum(session, so_far, of_term, is_circular)?,
        });
    }
    Ok(all)
}

fn simple(x: &Value, is_circular: bool) -> Both {
    match is_circular {
        true => Both { sin: of(sym::Sin, x.clone()), cos: of(sym::Cos, x.clone()) },
        false => Both { sin: of(sym::Sinh, x.clone()), cos: of(sym::Cosh, x.clone()) },
    }
}

fn sum(session: &mut Session, a: Both, b: Both, is_circular: bool) -> Evaluated<Both> {
    let sign = Value::Integer(if is_circular { -1 } else { 1 });
    let sin = plus([times([a.sin.clone(), b.cos.clone()]), times([a.cos.clone(), b.sin.clone()])]);
    let cos = plus([times([a.cos, b.cos]), times([sign, a.sin, b.sin].as_slice())]);
    Ok(Both {
        sin: session.evaluate(&of(sym::Expand, sin))?,
        cos: session.evaluate(&of(sym::Expand, cos))?,
    })
}

/// Both functions of `n x`, by the powers of cos x + i sin x.
fn multiple(session: &mut Session, x: &Value, is_circular: bool) -> Evaluated<Option<Both>> {
    let (coefficient, rest) = coefficient_and_rest(x);
    let Some(rational) = number::rational(&coefficient) else { return Ok(None) };
    let (top, bottom) = rational.into_parts();
    let Ok(times_taken) = i64::try_from(&top) else { return Ok(None) };
    let count = times_taken.abs();
    if !(2..=MOST).contains(&count) || number::is_one(&rest) || rest.is(sym::Pi) {
        return Ok(None);
    }
    let below = Value::from(dashu_int::IBig::from(bottom));
    let angle = session.evaluate(&over(rest, below))?;
    let base = simple(&angle, is_circular);
    let mut binomial = Value::Integer(1);
    let (mut sin, mut cos) = (Args::new(), Args::new());
    for k in 0..=count {
        let negative = is_circular && k % 4 >= 2;
        let sign = Value::Integer(if negative { -1 } else { 1 });
        let term = times(
            [
                number::multiply(&sign, &binomial),
                to_the(base.cos.clone(), count - k),
                to_the(base.sin.clone(), k),
            ]
            .as_slice(),
        );
        if k % 2 == 0 {
            cos.push(term);
        } else {
            sin.push(term);
        }
        let next = number::multiply(&binomial, &Value::Integer(count - k));
        binomial = number::divide(&next, &Value::Integer(k + 1)).unwrap_or(Value::Integer(0));
    }
    let sin = match times_taken < 0 {
        true => times([Value::Integer(-1), plus(sin)]),
        false => plus(sin),
    };
    Ok(Some(Both { sin: session.evaluate(&sin)?, cos: session.evaluate(&plus(cos))? }))
}
