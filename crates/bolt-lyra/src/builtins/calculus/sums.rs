//! Sums of known kinds: of sines, with binomial coefficients, and over factorials.

use super::formula::lyra;
use super::poly::Poly;
use super::terms::{factors, is_free};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// A sum over k from a to b that has a closed form by its kind.
pub(super) fn finite(
    session: &mut Session,
    f: &Value,
    k: &Value,
    a: &Value,
    b: &Value,
) -> Evaluated<Option<Value>> {
    if let Some(found) = sine(session, f, k, a, b)? {
        return Ok(Some(found));
    }
    binomials(session, f, k, a, b)
}

/// Sin[p + q k] and Cos[p + q k], whose sums are quotients of sines.
fn sine(
    session: &mut Session,
    f: &Value,
    k: &Value,
    a: &Value,
    b: &Value,
) -> Evaluated<Option<Value>> {
    let is_sine = f.exactly::<1>(sym::Sin).is_some();
    let Some([argument]) = f.exactly(sym::Sin).or_else(|| f.exactly(sym::Cos)) else {
        return Ok(None);
    };
    let Some(poly) = session.poly(argument, k)?.filter(|poly| poly.degree() == 1) else {
        return Ok(None);
    };
    let (p, q) = (poly.at(0), poly.at(1));
    let is_whole_turn = lyra!(session, "Sin[q/2]", q)?;
    if super::terms::is_zero(&is_whole_turn) {
        return Ok(None);
    }
    Ok(Some(match is_sine {
        true => lyra!(session, "Sin[p + q*(a + b)/2]*Sin[q*(b - a + 1)/2]*Csc[q/2]", p, q, a, b)?,
        false => lyra!(session, "Cos[p + q*(a + b)/2]*Sin[q*(b - a + 1)/2]*Csc[q/2]", p, q, a, b)?,
    }))
}

/// P(k) r^k times a factor that depends on k in another way.
struct Weighted {
    poly: Poly,
    rate: Value,
}

/// Takes polynomials and exponentials apart from what is left of a product.
fn weighted(session: &mut Session, f: &Value, k: &Value) -> Evaluated<Option<(Weighted, Value)>> {
    let (mut plain, mut rate, mut rest) = (Args::new(), Args::new(), Args::new());
    for factor in factors(f) {
        if let Some([base, exponent]) = factor.exactly(sym::Power)
            && is_free(base, k)
            && let Some(poly) = session.poly(exponent, k)?
        {
            if poly.degree() != 1 {
                return Ok(None);
            }
            let (p, q) = (poly.at(0), poly.at(1));
            rate.push(lyra!(session, "base^q", base, q)?);
            plain.push(lyra!(session, "base^p", base, p)?);
            continue;
        }
        match session.poly(factor, k)?.is_some() {
            true => plain.push(factor.clone()),
            false => rest.push(factor.clone()),
        }
    }
    let plain = session.product_of(plain)?;
    let Some(poly) = session.poly(&plain, k)? else { return Ok(None) };
    let (rate, rest) = (session.product_of(rate)?, session.product_of(rest)?);
    Ok(Some((Weighted { poly, rate }, rest)))
}

/// Returns the coefficients of a polynomial by falling powers k (k - 1) ... (k - j + 1): its
/// differences at 0 over factorials.
fn falling(session: &mut Session, poly: &Poly) -> Evaluated<Vec<Value>> {
    let mut values = Vec::new();
    for n in 0..poly.0.len() {
        values.push(session.poly_at(poly, &Value::Integer(n as i64))?);
    }
    let mut found = Vec::new();
    for j in 0..poly.0.len() {
        let (lead, n) = (values[0].clone(), Value::Integer(j as i64));
        found.push(lyra!(session, "lead/n!", lead, n)?);
        let mut next = Vec::new();
        for pair in values.windows(2) {
            next.push(session.difference_of(&pair[1], &pair[0])?);
        }
        values = next;
    }
    Ok(found)
}

/// Binomial[n, k] P(k) r^k over all k.
fn binomials(
    session: &mut Session,
    f: &Value,
    k: &Value,
    a: &Value,
    b: &Value,
) -> Evaluated<Option<Value>> {
    let Some((Weighted { poly, rate }, rest)) = weighted(session, f, k)? else { return Ok(None) };
    let Some([n, own]) = rest.exactly(sym::Binomial) else { return Ok(None) };
    let Some(start) = a.as_i64().filter(|start| (0..=20).contains(start)) else { return Ok(None) };
    // 0^(n - j) has no value at n = j.
    if own != k || !is_free(n, k) || n != b || rate == Value::Integer(-1) {
        return Ok(None);
    }
    let mut sum = Args::new();
    for (j, c) in falling(session, &poly)?.into_iter().enumerate() {
        let (j, r) = (Value::Integer(j as i64), &rate);
        // n (n - 1) ... (n - j + 1) r^j (1 + r)^(n - j)
        sum.push(lyra!(
            session,
            "c*Product[n - i, {i, 0, j - 1}]*r^j*(1 + r)^(n - j)",
            c,
            n,
            j,
            r
        )?);
    }
    for early in 0..start {
        let value = session.put(f, k, &Value::Integer(early))?;
        sum.push(lyra!(session, "-value", value)?);
    }
    session.sum_of(sum).map(Some)
}

/// P(k) r^k/k! over k from a whole number to infinity.
pub(super) fn exponential(
    session: &mut Session,
    f: &Value,
    k: &Value,
    a: &Value,
) -> Evaluated<Option<Value>> {
    let Some(start) = a.as_i64().filter(|start| (0..=50).contains(start)) else { return Ok(None) };
    let Some((Weighted { poly, rate }, rest)) = weighted(session, f, k)? else { return Ok(None) };
    let expected = lyra!(session, "1/k!", k)?;
    if rest != expected {
        return Ok(None);
    }
    let mut sum = Args::new();
    for (j, c) in falling(session, &poly)?.into_iter().enumerate() {
        let (j, r) = (Value::Integer(j as i64), &rate);
        sum.push(lyra!(session, "c*r^j", c, r, j)?);
    }
    let sum = session.sum_of(sum)?;
    let (r, mut all) = (&rate, Args::new());
    all.push(lyra!(session, "sum*E^r", sum, r)?);
    for early in 0..start {
        let value = session.put(f, k, &Value::Integer(early))?;
        all.push(lyra!(session, "-value", value)?);
    }
    session.sum_of(all).map(Some)
}
