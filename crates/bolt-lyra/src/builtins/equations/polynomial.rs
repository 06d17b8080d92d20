//! Expressions as polynomials in one unknown, with expressions as coefficients.

use super::forms::{self, contains, minus, of, plus, times, to_the};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value, grown};

/// Higher degrees are not written out.
pub(crate) const MOST_DEGREE: usize = 5_000;

/// Coefficients by rising power; the last is not 0.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Polynomial(pub(crate) Vec<Value>);

impl Polynomial {
    /// Reads an expression as a polynomial in an unknown; `None` if it is none.
    pub(crate) fn read(session: &mut Session, value: &Value, x: &Value) -> Evaluated<Option<Self>> {
        let read = coefficients(session, value, x)?;
        let Some(mut all) = read else { return Ok(None) };
        for coefficient in &mut all {
            if !coefficient.is_number() {
                *coefficient = session.expanded(coefficient)?;
            }
        }
        Ok(Some(Self(trimmed(all))))
    }

    /// Returns the degree; of 0, also 0.
    pub(crate) fn degree(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// Returns a coefficient, 0 beyond the degree.
    pub(crate) fn coefficient(&self, power: usize) -> Value {
        self.0.get(power).cloned().unwrap_or(Value::Integer(0))
    }

    /// Returns whether all coefficients are exact fractions.
    pub(crate) fn is_rational(&self) -> bool {
        self.0.iter().all(|c| number::rational(c).is_some())
    }

    /// Returns whether a coefficient is an approximate number.
    pub(crate) fn is_approximate(&self) -> bool {
        self.0
            .iter()
            .any(|c| forms::any_part(c, &|part| part.is_number() && !number::is_exact(part)))
    }

    /// Returns it as an expression in an unknown.
    pub(crate) fn at(&self, x: &Value) -> Value {
        let term = |(power, c): (usize, &Value)| {
            let power = i64::try_from(power).unwrap_or(i64::MAX);
            times([c.clone(), to_the(x.clone(), power)])
        };
        plus(self.0.iter().enumerate().map(term).collect::<Args>())
    }
}

fn trimmed(mut all: Vec<Value>) -> Vec<Value> {
    while all.last().is_some_and(number::is_zero) {
        all.pop();
    }
    all
}

fn sum(session: &mut Session, a: &Value, b: &Value) -> Evaluated {
    match a.is_number() && b.is_number() {
        true => Ok(number::add(a, b)),
        false => session.evaluate(&plus([a.clone(), b.clone()])),
    }
}

fn product(session: &mut Session, a: &Value, b: &Value) -> Evaluated {
    match (a, b) {
        _ if a.is_number() && b.is_number() => Ok(number::multiply(a, b)),
        (Value::Integer(1), other) | (other, Value::Integer(1)) => Ok(other.clone()),
        _ => session.evaluate(&of(sym::Expand, times([a.clone(), b.clone()]))),
    }
}

fn coefficients(session: &mut Session, value: &Value, x: &Value) -> Evaluated<Option<Vec<Value>>> {
    session.check_interrupt()?;
    if value == x {
        return Ok(Some(vec![Value::Integer(0), Value::Integer(1)]));
    }
    if !contains(value, x) {
        return Ok(Some(vec![value.clone()]));
    }
    let Value::Call(call) = value else { return Ok(None) };
    grown(call.depth(), || match (call.head().as_symbol(), call.args()) {
        (Some(sym::Plus), terms) => {
            let mut all: Vec<Value> = Vec::new();
            for term in terms {
                let Some(own) = coefficients(session, term, x)? else { return Ok(None) };
                all.resize(all.len().max(own.len()), Value::Integer(0));
                for (known, add) in all.iter_mut().zip(&own) {
                    *known = sum(session, known, add)?;
                }
            }
            Ok(Some(all))
        }
        (Some(sym::Times), factors) => {
            let mut all = vec![Value::Integer(1)];
            for factor in factors {
                let Some(own) = coefficients(session, factor, x)? else { return Ok(None) };
                let Some(both) = convolution(session, &all, &own)? else { return Ok(None) };
                all = both;
            }
            Ok(Some(all))
        }
        (Some(sym::Power), [base, Value::Integer(exponent @ 1..)]) => {
            let exponent = usize::try_from(*exponent).unwrap_or(usize::MAX);
            if base == x && exponent <= MOST_DEGREE {
                let mut all = vec![Value::Integer(0); exponent];
                all.push(Value::Integer(1));
                return Ok(Some(all));
            }
            let Some(own) = coefficients(session, base, x)? else { return Ok(None) };
            if own.len().saturating_sub(1).saturating_mul(exponent) > MOST_DEGREE {
                return Ok(None);
            }
            let mut all = vec![Value::Integer(1)];
            for _ in 0..exponent {
                let Some(next) = convolution(session, &all, &own)? else { return Ok(None) };
                all = next;
            }
            Ok(Some(all))
        }
        _ => Ok(None),
    })
}

fn convolution(session: &mut Session, a: &[Value], b: &[Value]) -> Evaluated<Option<Vec<Value>>> {
    if a.len() + b.len() > MOST_DEGREE {
        return Ok(None);
    }
    let mut all = vec![Value::Integer(0); (a.len() + b.len()).saturating_sub(1)];
    for (i, x) in a.iter().enumerate().filter(|(_, x)| !number::is_zero(x)) {
        for (j, y) in b.iter().enumerate().filter(|(_, y)| !number::is_zero(y)) {
            let term = product(session, x, y)?;
            all[i + j] = sum(session, &all[i + j], &term)?;
        }
    }
    Ok(Some(all))
}

/// Returns the numerator and the denominator of a sum of fractions.
pub(crate) fn fraction(session: &mut Session, value: &Value) -> Evaluated<(Value, Value)> {
    let together = session.system("Together", [value.clone()].as_slice())?;
    let name = session.system_symbol("Together");
    let together = match together.args_of(name) {
        Some(_) => value.clone(),
        None => together,
    };
    let numerator = session.system("Numerator", [together.clone()].as_slice())?;
    let denominator = session.system("Denominator", [together].as_slice())?;
    Ok((numerator, denominator))
}

/// Returns the factors of an expression with how often each occurs, numbers left out.
pub(crate) fn factor_list(session: &mut Session, value: &Value) -> Evaluated<Vec<(Value, usize)>> {
    let factored = session.system("Factor", [value.clone()].as_slice())?;
    let name = session.system_symbol("Factor");
    let factored = if factored.args_of(name).is_some() { value.clone() } else { factored };
    let mut all = Vec::new();
    for factor in forms::factors(&factored) {
        if factor.is_number() {
            continue;
        }
        match factor.exactly(sym::Power) {
            Some([base, Value::Integer(times @ 1..)]) => {
                all.push((base.clone(), usize::try_from(*times).unwrap_or(usize::MAX)));
            }
            _ => all.push((factor.clone(), 1)),
        }
    }
    Ok(all)
}

/// Returns `a - b` of an equation.
pub(crate) fn difference(session: &mut Session, a: &Value, b: &Value) -> Evaluated {
    match number::is_zero(b) {
        true => Ok(a.clone()),
        false => session.evaluate(&minus(a.clone(), b.clone())),
    }
}
