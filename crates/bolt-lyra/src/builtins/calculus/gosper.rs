//! Sums of hypergeometric terms by Gosper's algorithm ("Decision procedure for indefinite
//! hypergeometric summation", 1978; Petkovšek, Wilf and Zeilberger, "A = B", chapter 5).

use super::dsolve::solve_linear;
use super::formula::lyra;
use super::poly::Poly;
use super::summation::ratio_simplified;
use super::terms::{is_free, is_zero};
use crate::session::{Evaluated, Session};
use crate::value::{Args, Value};

/// Shifts between factors of numerator and denominator that are looked for.
const MOST_SHIFT: i64 = 24;
/// Degrees of the polynomial that is solved for.
const MOST_DEGREE: usize = 24;

/// a(k)/b(k) c(k + 1)/c(k), where a(k) and b(k + h) have no factor in common for h >= 0.
struct Form {
    a: Poly,
    b: Poly,
    c: Poly,
}

/// Returns T with T(k + 1) - T(k) = f(k), if it is a hypergeometric term.
pub(super) fn antidifference(
    session: &mut Session,
    f: &Value,
    k: &Value,
) -> Evaluated<Option<Value>> {
    let next = lyra!(session, "k + 1", k)?;
    let next = session.put(f, k, &next)?;
    let ratio = lyra!(session, "next/f", next, f)?;
    let ratio = ratio_simplified(session, &ratio)?;
    let ratio = session.system("FunctionExpand", [ratio].as_slice())?;
    let ratio = session.system("Simplify", [ratio].as_slice())?;
    let Some(fraction) = session.fraction_in(&ratio, k)? else { return Ok(None) };
    let mut bottom = Poly::constant(Value::Integer(1));
    for (poly, power) in &fraction.bottom {
        let raised = session.poly_power(poly, *power)?;
        bottom = session.poly_product(&bottom, &raised)?;
    }
    let Some(form) = form(session, fraction.top, bottom)? else { return Ok(None) };
    let before = shifted(session, &form.b, -1)?;
    let Some(x) = solution(session, &form, &before)? else { return Ok(None) };
    let (b, x, c) =
        (session.unpoly(&before, k)?, session.unpoly(&x, k)?, session.unpoly(&form.c, k)?);
    lyra!(session, "b*x/c*f", b, x, c, f).map(Some)
}

/// p(k + h)
fn shifted(session: &mut Session, p: &Poly, h: i64) -> Evaluated<Poly> {
    let step = Poly(vec![Value::Integer(h), Value::Integer(1)]);
    let mut result = Poly(Vec::new());
    for coefficient in p.0.iter().rev() {
        let product = match h {
            0 => session.poly_product(&result, &Poly::variable())?,
            _ => session.poly_product(&result, &step)?,
        };
        result = session.poly_sum(&product, &Poly::constant(coefficient.clone()))?;
    }
    Ok(result)
}

fn form(session: &mut Session, mut a: Poly, mut b: Poly) -> Evaluated<Option<Form>> {
    let mut c = Poly::constant(Value::Integer(1));
    if a.is_zero() || b.is_zero() {
        return Ok(None);
    }
    for h in 0..=MOST_SHIFT {
        session.check_interrupt()?;
        let there = shifted(session, &b, h)?;
        let common = session.poly_gcd(&a, &there)?;
        if common.degree() == 0 {
            continue;
        }
        a = session.poly_divide(&a, &common)?.0;
        let back = shifted(session, &common, -h)?;
        b = session.poly_divide(&b, &back)?.0;
        for i in 1..=h {
            let factor = shifted(session, &common, -i)?;
            c = session.poly_product(&c, &factor)?;
        }
    }
    Ok(Some(Form { a, b, c }))
}

/// The polynomial x with a(k) x(k + 1) - b(k - 1) x(k) = c(k).
fn solution(session: &mut Session, form: &Form, before: &Poly) -> Evaluated<Option<Poly>> {
    let Form { a, c, .. } = form;
    let m = a.degree().max(before.degree());
    let leads = session.difference_of(&a.leading(), &before.leading())?;
    let is_same = a.degree() == before.degree() && is_zero(&leads);
    let mut most = c.degree() as i64 - m as i64;
    if is_same {
        most += 1;
        if m > 0 {
            let (high, low, lead) = (before.at(m - 1), a.at(m - 1), a.leading());
            if let Value::Integer(k) =
                lyra!(session, "Together[(high - low)/lead]", high, low, lead)?
            {
                most = most.max(k);
            }
        }
    }
    let Some(degree) = usize::try_from(most).ok().filter(|degree| *degree <= MOST_DEGREE) else {
        return Ok(None);
    };
    // Column j is a(k) (k + 1)^j - b(k - 1) k^j.
    let mut columns = Vec::new();
    for j in 0..=degree {
        let power = session.poly_power(&Poly::variable(), j)?;
        let next = shifted(session, &power, 1)?;
        let (first, second) =
            (session.poly_product(a, &next)?, session.poly_product(before, &power)?);
        columns.push(session.poly_difference(&first, &second)?);
    }
    let height = columns.iter().map(|column| column.0.len()).max().unwrap_or(0).max(c.0.len());
    let rows = (0..height)
        .map(|row| (columns.iter().map(|column| column.at(row)).collect(), c.at(row)))
        .collect();
    let Some(values) = solve_linear(session, rows, degree + 1)? else { return Ok(None) };
    let values: Vec<Value> =
        values.into_iter().map(|value| value.unwrap_or(Value::Integer(0))).collect();
    Ok(Some(Poly(values)))
}

/// The sum of a hypergeometric term from a to b.
pub(super) fn sum(
    session: &mut Session,
    f: &Value,
    k: &Value,
    [a, b]: [&Value; 2],
) -> Evaluated<Option<Value>> {
    let Some(whole) = antidifference(session, f, k)? else { return Ok(None) };
    let above = lyra!(session, "b + 1", b)?;
    let (high, low) = (session.put(&whole, k, &above)?, session.put(&whole, k, a)?);
    let value = session.difference_of(&high, &low)?;
    let value = session.system("Simplify", [value].as_slice())?;
    // The recurrence is checked at the first terms, where the antidifference may have a pole.
    let is_right = is_free(&value, k) && agrees(session, f, &value, k, [a, b])?;
    Ok(is_right.then_some(value))
}

/// Whether a closed form has the sums of the first terms.
fn agrees(
    session: &mut Session,
    f: &Value,
    value: &Value,
    k: &Value,
    [a, b]: [&Value; 2],
) -> Evaluated<bool> {
    if b.as_symbol().is_none() {
        return Ok(true);
    }
    let mut terms = Args::new();
    for step in 0..3 {
        let step = Value::Integer(step);
        let at = lyra!(session, "a + step", a, step)?;
        terms.push(session.put(f, k, &at)?);
        let sum = session.sum_of(terms.clone())?;
        let closed = session.put(value, b, &at)?;
        let difference = lyra!(session, "Simplify[sum - closed]", sum, closed)?;
        if !is_zero(&difference) && super::check::vanishes(session, &difference) != Some(true) {
            return Ok(false);
        }
    }
    Ok(true)
}
