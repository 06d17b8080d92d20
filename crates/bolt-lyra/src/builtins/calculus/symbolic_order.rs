//! Derivatives of an order that is a symbol.

use super::formula::lyra;
use super::terms::is_free;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// Returns the derivative of an order that is not a number, where a formula is known.
pub(super) fn derivative(
    session: &mut Session,
    of: &Value,
    variable: &Value,
    order: &Value,
) -> Evaluated<Option<Value>> {
    if let Some(terms) = of.args_of(sym::Plus) {
        let mut parts = Args::new();
        for term in terms {
            match derivative(session, term, variable, order)? {
                Some(part) => parts.push(part),
                None => return Ok(None),
            }
        }
        return session.sum_of(parts).map(Some);
    }
    let (constant, rest): (Vec<Value>, Vec<Value>) =
        super::terms::factors(of).iter().cloned().partition(|factor| is_free(factor, variable));
    let [function] = &rest[..] else { return Ok(None) };
    let (f, n, x) = (function, order, variable);
    let found = match function.as_call().map(|call| (call.head().as_symbol(), call.args())) {
        Some((Some(sym::Power), [base, exponent]))
            if base == variable && is_free(exponent, variable) =>
        {
            let m = exponent;
            lyra!(session, "FactorialPower[m, n]*x^(m - n)", m, n, x)?
        }
        Some((Some(sym::Power), [base, exponent])) if is_free(base, variable) => {
            let Some(a) = slope(session, exponent, variable)? else { return Ok(None) };
            let b = base;
            lyra!(session, "a^n*Log[b]^n*f", a, b, n, f)?
        }
        Some((Some(head @ (sym::Sin | sym::Cos)), [inner])) => {
            let Some(a) = slope(session, inner, variable)? else { return Ok(None) };
            let u = inner;
            match head {
                sym::Sin => lyra!(session, "a^n*Sin[n*Pi/2 + u]", a, n, u)?,
                _ => lyra!(session, "a^n*Cos[n*Pi/2 + u]", a, n, u)?,
            }
        }
        _ => return Ok(None),
    };
    session.product_of(constant.into_iter().chain([found]).collect::<Args>()).map(Some)
}

/// Returns the coefficient of the variable in an expression that is linear in it.
fn slope(session: &mut Session, of: &Value, variable: &Value) -> Evaluated<Option<Value>> {
    let slope = super::derivative::derivative(session, of, variable)?;
    Ok(is_free(&slope, variable).then_some(slope))
}
