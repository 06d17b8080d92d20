//! `TrigFactor`: sums of two sines or cosines as products, anything else by factoring it as a
//! polynomial in sines and cosines.

use super::super::forms::{coefficient_and_rest, half, minus, of, plus, terms, times};
use super::function_of;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::Value;

/// Writes a formula as a product, as far as that is found.
pub(super) fn factor(session: &mut Session, value: &Value) -> Evaluated {
    if !super::has_trigonometry(value) {
        return session.system("Factor", [value.clone()].as_slice());
    }
    if let Some(product) = sum_of_two(session, value)? {
        return session.evaluate(&product);
    }
    let expanded = super::expand::expand(session, value)?;
    let simple = super::by_sine_and_cosine(session, &expanded)?;
    let factored = session.system("Factor", [simple].as_slice())?;
    session.rewrite_parts(&factored, &mut |session, part| pythagoras(session, part))
}

/// `f[a] + f[b]` and `f[a] - f[b]` for one function f.
fn sum_of_two(session: &mut Session, value: &Value) -> Evaluated<Option<Value>> {
    let [first, second] = terms(value) else { return Ok(None) };
    let ((c, x), (d, y)) = (coefficient_and_rest(first), coefficient_and_rest(second));
    const HEADS: &[Symbol] = &[sym::Sin, sym::Cos, sym::Sinh, sym::Cosh];
    let (Some((f, a)), Some((g, b))) = (function_of(&x, HEADS), function_of(&y, HEADS)) else {
        return Ok(None);
    };
    let is_difference = number::add(&c, &d) == Value::Integer(0);
    if f != g || !(is_difference || c == d) {
        return Ok(None);
    }
    let halved = |session: &mut Session, angle: Value| session.expanded(&times([half(), angle]));
    let sum = halved(session, plus([a.clone(), b.clone()]))?;
    let difference = halved(session, minus(a.clone(), b.clone()))?;
    // sin a + sin b = 2 sin((a + b)/2) cos((a - b)/2), and so on.
    let (of_sum, of_difference, factor) = match (f, is_difference) {
        (sym::Sin, false) => (sym::Sin, sym::Cos, 2),
        (sym::Sin, true) => (sym::Cos, sym::Sin, 2),
        (sym::Cos, false) => (sym::Cos, sym::Cos, 2),
        (sym::Cos, true) => (sym::Sin, sym::Sin, -2),
        (sym::Sinh, false) => (sym::Sinh, sym::Cosh, 2),
        (sym::Sinh, true) => (sym::Cosh, sym::Sinh, 2),
        (_, false) => (sym::Cosh, sym::Cosh, 2),
        (_, true) => (sym::Sinh, sym::Sinh, 2),
    };
    let factors = [Value::Integer(factor), c, of(of_difference, difference), of(of_sum, sum)];
    Ok(Some(times(factors.as_slice())))
}

/// Takes a sum that is a multiple of sin^2 + cos^2 or of cosh^2 - sinh^2 for what it is.
fn pythagoras(session: &mut Session, part: &Value) -> Evaluated<Option<Value>> {
    let [first, second] = terms(part) else { return Ok(None) };
    let ((c, x), (d, y)) = (coefficient_and_rest(first), coefficient_and_rest(second));
    let square = |value: &Value, head: Symbol| match value.exactly(sym::Power) {
        Some([base, Value::Integer(2)]) => function_of(base, &[head]).map(|(_, x)| x.clone()),
        _ => None,
    };
    let same = |f: Symbol, g: Symbol| square(&x, f).zip(square(&y, g)).is_some_and(|(a, b)| a == b);
    if c == d && same(sym::Cos, sym::Sin) {
        return Ok(Some(c));
    }
    if same(sym::Cosh, sym::Sinh) && number::add(&c, &d) == Value::Integer(0) {
        return Ok(Some(c));
    }
    let _ = session;
    Ok(None)
}
