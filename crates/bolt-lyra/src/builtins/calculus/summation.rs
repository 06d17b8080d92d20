//! Sums and products with symbolic or infinite bounds.

use super::formula::lyra;
use super::poly::Poly;
use super::series::expand::is_finite;
use super::sums;
use super::terms::{factors, is_free, is_zero, small_fraction, terms};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// An iterator with bounds that are no numbers: k from a to b.
struct Range {
    k: Value,
    a: Value,
    b: Value,
}

fn range(session: &mut Session, spec: &Value) -> Evaluated<Option<Range>> {
    let Some(items) = spec.as_list() else { return Ok(None) };
    let (k, a, b) = match items {
        [k, b] => (k, Value::Integer(1), b.clone()),
        [k, a, b] => (k, a.clone(), b.clone()),
        _ => return Ok(None),
    };
    if k.as_symbol().is_none() {
        return Ok(None);
    }
    let (a, b) = (session.evaluate(&a)?, session.evaluate(&b)?);
    if a.as_list().is_some() || b.as_list().is_some() {
        return Ok(None);
    }
    Ok(Some(Range { k: k.clone(), a, b }))
}

/// Returns a sum or product over symbolic bounds in closed form.
pub(crate) fn symbolic(session: &mut Session, call: &Call) -> Evaluated<Option<Value>> {
    let [body, specs @ ..] = call.args() else { return Ok(None) };
    let Some((last, outer)) = specs.split_last() else { return Ok(None) };
    let Some(range) = range(session, last)? else { return Ok(None) };
    let index = Value::Symbol(session.names.symbol("Lyra`Sum`k"));
    let body = super::terms::substituted(body, &range.k, &index);
    let body = session.evaluate(&body)?;
    // A body that is a name stands for an expression in the variable.
    let body = session.put(&body, &range.k, &index)?;
    let range = Range { k: index, ..range };
    session.quiet += 1;
    let inner = match call.is(sym::Sum) {
        true => sum(session, &body, &range),
        false => product(session, &body, &range),
    };
    session.quiet -= 1;
    let Some(inner) = inner? else { return Ok(None) };
    let inner = match call.is(sym::Product) {
        true => ratio_simplified(session, &inner)?,
        false => inner,
    };
    if outer.is_empty() {
        return Ok(Some(inner));
    }
    let args: Args = std::iter::once(inner).chain(outer.iter().cloned()).collect();
    Ok(Some(Value::call(call.head().clone(), args)))
}

fn sum(session: &mut Session, f: &Value, range: &Range) -> Evaluated<Option<Value>> {
    let Range { k, a, b } = range;
    if is_free(f, k) {
        if !is_finite(b) {
            return Ok(None);
        }
        return lyra!(session, "f*(b - a + 1)", f, a, b).map(Some);
    }
    let is_infinite = matches!(b, Value::Symbol(sym::Infinity));
    let (constant, rest): (Args, Args) =
        factors(f).iter().cloned().partition(|factor| is_free(factor, k));
    if !constant.is_empty() {
        let rest = session.product_of(rest)?;
        let Some(value) = sum(session, &rest, range)? else { return Ok(None) };
        return session.product_of(constant.into_iter().chain([value]).collect::<Args>()).map(Some);
    }
    if is_infinite {
        return infinite(session, f, k, a);
    }
    if !is_finite(a) || !is_finite(b) {
        return Ok(None);
    }
    if let Some(found) = harmonic(session, f, range)? {
        return Ok(Some(found));
    }
    if let Some(found) = sums::finite(session, f, k, a, b)? {
        return Ok(Some(found));
    }
    if let Some(antidifference) = antidifference(session, f, k)? {
        let above = lyra!(session, "b + 1", b)?;
        let (high, low) =
            (session.put(&antidifference, k, &above)?, session.put(&antidifference, k, a)?);
        let difference = session.difference_of(&high, &low)?;
        let simple = match session.has_builtin("Factor") && is_polynomial_in(&difference, b) {
            true => session.system("Factor", [difference].as_slice())?,
            false => difference,
        };
        return Ok(is_finite(&simple).then_some(simple));
    }
    if let Some(found) = termwise(session, f, range)? {
        return Ok(Some(found));
    }
    let found = super::gosper::sum(session, f, k, [a, b])?;
    Ok(found.filter(is_finite))
}

fn is_polynomial_in(value: &Value, b: &Value) -> bool {
    match value {
        Value::Call(call) if call.is(sym::Power) => {
            is_free(&call.args()[1], b)
                && call.args()[1].as_i64().is_some()
                && is_polynomial_in(&call.args()[0], b)
        }
        Value::Call(call) => {
            (call.is(sym::Plus) || call.is(sym::Times))
                && call.args().iter().all(|arg| is_polynomial_in(arg, b))
        }
        _ => true,
    }
}

fn termwise(session: &mut Session, f: &Value, range: &Range) -> Evaluated<Option<Value>> {
    let mut f = f.clone();
    if terms(&f).len() < 2 && session.has_builtin("Expand") {
        f = session.system("Expand", [f].as_slice())?;
    }
    if terms(&f).len() < 2 {
        return Ok(None);
    }
    let mut parts = Args::new();
    for term in terms(&f).to_vec() {
        match sum(session, &term, range)? {
            Some(part) => parts.push(part),
            None => return Ok(None),
        }
    }
    session.sum_of(parts).map(Some)
}

/// 1/k^s and 1/(k + r).
fn harmonic(session: &mut Session, f: &Value, range: &Range) -> Evaluated<Option<Value>> {
    let Range { k, a, b } = range;
    let Some([base, exponent]) = f.exactly(sym::Power) else { return Ok(None) };
    let Some(poly) = session.poly(base, k)? else { return Ok(None) };
    if poly.degree() != 1 || !is_free(exponent, k) {
        return Ok(None);
    }
    let is_power = matches!(exponent, Value::Integer(0..));
    if is_power {
        return Ok(None);
    }
    let (p, q) = (poly.at(0), poly.at(1));
    let s = lyra!(session, "-exponent", exponent)?;
    // Over k from a to b of (q (k + p/q))^(-s)
    let high = lyra!(session, "b + p/q", b, p, q)?;
    let low = lyra!(session, "a + p/q - 1", a, p, q)?;
    let whole = |value: &Value| number::integer(value).is_some();
    if !whole(&low) && !is_zero(&p) {
        return Ok(match &s {
            Value::Integer(1) => Some(lyra!(
                session,
                "(PolyGamma[0, high + 1] - PolyGamma[0, low + 1])/q",
                high,
                low,
                q
            )?),
            _ => None,
        });
    }
    let at = |session: &mut Session, n: &Value| -> Evaluated {
        if is_zero(n) {
            return Ok(Value::Integer(0));
        }
        match &s {
            Value::Integer(1) => lyra!(session, "HarmonicNumber[n]", n),
            _ => lyra!(session, "HarmonicNumber[n, s]", n, s),
        }
    };
    if number::is_negative(&low) {
        return Ok(None);
    }
    let (high, low) = (at(session, &high)?, at(session, &low)?);
    lyra!(session, "(high - low)/q^s", high, low, q, s).map(Some)
}

/// Returns F with F(k + 1) - F(k) = f(k): of polynomials, of polynomials times exponentials, and
/// of rational functions that telescope.
fn antidifference(session: &mut Session, f: &Value, k: &Value) -> Evaluated<Option<Value>> {
    if let Some(poly) = session.poly(f, k)? {
        return polynomial(session, &poly, k).map(Some);
    }
    let (mut rate, mut rest) = (Args::new(), Args::new());
    for factor in factors(f) {
        match factor.exactly(sym::Power) {
            Some([base, exponent]) if is_free(base, k) && !is_free(exponent, k) => {
                let Some(poly) = session.poly(exponent, k)? else { return Ok(None) };
                if poly.degree() != 1 {
                    return Ok(None);
                }
                let (p, q) = (poly.at(0), poly.at(1));
                rate.push(lyra!(session, "base^q", base, q)?);
                rest.push(lyra!(session, "base^p", base, p)?);
            }
            _ => rest.push(factor.clone()),
        }
    }
    if rate.is_empty() {
        return rational(session, f, k);
    }
    let r = session.product_of(rate)?;
    let rest = session.product_of(rest)?;
    let Some(poly) = session.poly(&rest, k)? else { return Ok(None) };
    if number::is_one(&r) {
        return polynomial(session, &poly, k).map(Some);
    }
    // Q with r Q(k + 1) - Q(k) = P(k), from the highest coefficient on.
    let mut q = vec![Value::Integer(0); poly.0.len()];
    for j in (0..poly.0.len()).rev() {
        let mut known = poly.at(j);
        for (i, coefficient) in q.iter().enumerate().skip(j + 1) {
            let c = Value::from(binomial(i, j));
            known = lyra!(session, "known - r*c*coefficient", known, r, c, coefficient)?;
        }
        q[j] = lyra!(session, "known/(r - 1)", known, r)?;
    }
    let q = session.unpoly(&Poly(q), k)?;
    lyra!(session, "q*r^k", q, r, k).map(Some)
}

fn binomial(n: usize, k: usize) -> dashu_int::IBig {
    let mut result = dashu_int::IBig::ONE;
    for i in 0..k {
        result = result * dashu_int::IBig::from(n - i) / dashu_int::IBig::from(i + 1);
    }
    result
}

/// The sum of a polynomial, by its differences at 0.
fn polynomial(session: &mut Session, poly: &Poly, k: &Value) -> Evaluated {
    let mut values = Vec::new();
    for n in 0..poly.0.len() {
        values.push(session.poly_at(poly, &Value::Integer(n as i64))?);
    }
    let mut sum = Args::new();
    let mut falling = k.clone();
    for j in 0..poly.0.len() {
        let lead = values[0].clone();
        let n = Value::Integer(j as i64 + 1);
        sum.push(lyra!(session, "lead*falling/n!", lead, falling, n)?);
        falling = lyra!(session, "falling*(k - n)", falling, k, n)?;
        let mut next = Vec::new();
        for pair in values.windows(2) {
            next.push(session.difference_of(&pair[1], &pair[0])?);
        }
        values = next;
    }
    session.sum_of(sum)
}

/// Partial fractions with equal residues at roots that differ by integers telescope.
fn rational(session: &mut Session, f: &Value, k: &Value) -> Evaluated<Option<Value>> {
    let Some(fraction) = session.fraction_in(f, k)? else { return Ok(None) };
    let Some((whole, parts)) = session.partial_fractions(&fraction)? else { return Ok(None) };
    let mut sum = vec![polynomial(session, &whole, k)?];
    let mut residues = Value::Integer(0);
    for part in parts {
        if part.factor.degree() != 1 || part.power != 1 {
            return Ok(None);
        }
        let (p, q, c) = (part.factor.at(0), part.factor.at(1), part.top.at(0));
        residues = lyra!(session, "residues + c/q", residues, c, q)?;
        sum.push(lyra!(session, "c/q*PolyGamma[0, k + p/q]", c, p, q, k)?);
    }
    if !is_zero(&residues) {
        return Ok(None);
    }
    // Digammas whose arguments differ by integers are one and a rational function.
    let total = session.sum_of(Args::from(sum))?;
    let simple = digammas_joined(session, &total, k)?;
    let is_plain = simple.as_ref().is_some_and(free_of_digamma);
    Ok(simple.filter(|_| is_plain))
}

fn free_of_digamma(value: &Value) -> bool {
    match value {
        Value::Call(call) => !call.is(sym::PolyGamma) && call.args().iter().all(free_of_digamma),
        _ => true,
    }
}

/// Writes PolyGamma[0, k + n] as PolyGamma[0, k] and a sum of fractions.
fn digammas_joined(session: &mut Session, value: &Value, k: &Value) -> Evaluated<Option<Value>> {
    let mut sum = Args::new();
    let mut known: Vec<Value> = Vec::new();
    for term in terms(value).to_vec() {
        let Some(place) = factors(&term).iter().position(|f| f.args_of(sym::PolyGamma).is_some())
        else {
            sum.push(term);
            continue;
        };
        let function = factors(&term)[place].clone();
        let Some([_, argument]) = function.exactly(sym::PolyGamma) else { return Ok(None) };
        let others: Args = factors(&term).iter().filter(|f| **f != function).cloned().collect();
        let c = session.product_of(others)?;
        let shift = session.difference_of(argument, k)?;
        let mut base = None;
        for other in &known {
            let n = session.difference_of(&shift, other)?;
            if let Value::Integer(n) = n
                && n.abs() < 200
            {
                base = Some((other.clone(), n));
            }
        }
        let (start, n) = base.unwrap_or_else(|| {
            known.push(shift.clone());
            (shift.clone(), 0)
        });
        sum.push(lyra!(session, "c*PolyGamma[0, k + start]", c, k, start)?);
        let (from, to, sign) = if n >= 0 { (0, n, 1) } else { (n, 0, -1) };
        for j in from..to {
            let (j, sign) = (Value::Integer(j), Value::Integer(sign));
            sum.push(lyra!(session, "sign*c/(k + start + j)", sign, c, k, start, j)?);
        }
    }
    session.sum_of(sum).map(Some)
}

/// Sums to infinity: by the limit of an antidifference, by zeta values, and by hypergeometric
/// series.
fn infinite(session: &mut Session, f: &Value, k: &Value, a: &Value) -> Evaluated<Option<Value>> {
    let infinity = Value::Symbol(sym::Infinity);
    if let Some([base, Value::Integer(n @ ..=-2)]) = f.exactly(sym::Power)
        && let Some(poly) = session.poly(base, k)?.filter(|poly| poly.degree() == 1)
    {
        let (p, q, s) = (poly.at(0), poly.at(1), Value::Integer(-n));
        let low = lyra!(session, "a + p/q", a, p, q)?;
        return match &low {
            Value::Integer(1) => lyra!(session, "Zeta[s]/q^s", s, q).map(Some),
            Value::Integer(low @ 2..=2000) => {
                let last = Value::Integer(low - 1);
                lyra!(session, "(Zeta[s] - HarmonicNumber[last, s])/q^s", s, last, q).map(Some)
            }
            _ => lyra!(session, "Zeta[s, low]/q^s", s, low, q).map(Some),
        };
    }
    if let Some(found) = antidifference(session, f, k)?
        && let Some(high) = super::limit::at(session, &found, k, &infinity, None)?
        && is_finite(&high)
    {
        let low = session.put(&found, k, a)?;
        return session.difference_of(&high, &low).map(Some);
    }
    if let Some(found) = geometric(session, f, k, a)? {
        return Ok(Some(found));
    }
    if let Some(found) = zeta_parts(session, f, k, a)? {
        return Ok(Some(found));
    }
    if let Some(found) = sums::exponential(session, f, k, a)? {
        return Ok(Some(found));
    }
    hypergeometric(session, f, k, a)
}

/// r^k P(k) with a symbolic rate: formally convergent.
fn geometric(session: &mut Session, f: &Value, k: &Value, a: &Value) -> Evaluated<Option<Value>> {
    let Some(antidifference) = antidifference(session, f, k)? else { return Ok(None) };
    if session.poly(f, k)?.is_some() || session.fraction_in(f, k)?.is_some() {
        return Ok(None);
    }
    // A number as the rate has to be below 1 in size.
    let next = lyra!(session, "k + 1", k)?;
    let ahead = session.put(f, k, &next)?;
    let ratio = session.quotient_of(&ahead, f)?;
    let ratio = super::limit::at(session, &ratio, k, &Value::Symbol(sym::Infinity), None)?;
    let Some(ratio) = ratio else { return Ok(None) };
    let size = lyra!(session, "Abs[ratio]", ratio)?;
    if session.machine_value(&size)?.is_some_and(|size| size >= 1.0) {
        return Ok(None);
    }
    let low = session.put(&antidifference, k, a)?;
    lyra!(session, "-low", low).map(Some)
}

/// Rational functions by partial fractions, whose residues of first order add up to 0.
fn zeta_parts(session: &mut Session, f: &Value, k: &Value, a: &Value) -> Evaluated<Option<Value>> {
    let Some(fraction) = session.fraction_in(f, k)? else { return Ok(None) };
    let Some((whole, parts)) = session.partial_fractions(&fraction)? else { return Ok(None) };
    if !whole.is_zero() || parts.is_empty() {
        return Ok(None);
    }
    let (mut sum, mut residues) = (Args::new(), Value::Integer(0));
    for part in parts {
        let Some(roots) = session.poly_roots(&part.factor)? else { return Ok(None) };
        if part.power > 1 && roots.len() > 1 {
            return Ok(None);
        }
        let derivative = session.poly_derivative(&part.factor)?;
        for root in roots {
            let top = session.poly_at(&part.top, &root)?;
            let lead = session.poly_at(&derivative, &root)?;
            let n = Value::Integer(part.power as i64);
            let c = lyra!(session, "top/lead^n", top, lead, n)?;
            let low = lyra!(session, "a - root", a, root)?;
            match part.power {
                1 => {
                    residues = session.sum_of([residues, c.clone()])?;
                    sum.push(lyra!(session, "-c*PolyGamma[0, low]", c, low)?);
                }
                _ => sum.push(lyra!(session, "c*Zeta[n, low]", c, n, low)?),
            }
        }
    }
    let rest = super::check::vanishes(session, &residues);
    if !is_zero(&residues) && rest != Some(true) {
        return Ok(None);
    }
    let total = session.sum_of(sum)?;
    Ok(is_finite(&total).then_some(total))
}

/// Sums whose ratio of terms is rational: 0F0, 1F0 and others by name.
fn hypergeometric(
    session: &mut Session,
    f: &Value,
    k: &Value,
    a: &Value,
) -> Evaluated<Option<Value>> {
    let next = lyra!(session, "k + 1", k)?;
    let ahead = session.put(f, k, &next)?;
    let ratio = session.quotient_of(&ahead, f)?;
    let ratio = ratio_simplified(session, &ratio)?;
    let Some(fraction) = session.fraction_in(&ratio, k)? else { return Ok(None) };
    let start = lyra!(session, "k + a", k, a)?;
    let (top, mut bottom) = (fraction.top.clone(), Poly::constant(Value::Integer(1)));
    for (factor, power) in &fraction.bottom {
        let raised = session.poly_power(factor, *power)?;
        bottom = session.poly_product(&bottom, &raised)?;
    }
    let shifted = |session: &mut Session, poly: &Poly| -> Evaluated<Option<Poly>> {
        let value = session.unpoly(poly, k)?;
        let value = session.put(&value, k, &start)?;
        session.poly(&value, k)
    };
    let (Some(top), Some(bottom)) = (shifted(session, &top)?, shifted(session, &bottom)?) else {
        return Ok(None);
    };
    let z = session.quotient_of(&top.leading(), &bottom.leading())?;
    let (Some(mut upper), Some(mut lower)) =
        (minus_roots(session, &top)?, minus_roots(session, &bottom)?)
    else {
        return Ok(None);
    };
    if let Some(shift) = last_whole_root(&upper, &lower) {
        return beyond(session, f, k, a, shift);
    }
    let first = session.put(f, k, a)?;
    // Common parameters cancel; the factor k + 1 is that of the factorial.
    upper.retain(|p| match lower.iter().position(|q| q == p) {
        Some(place) => {
            lower.remove(place);
            false
        }
        None => true,
    });
    match lower.iter().position(number::is_one) {
        Some(place) => {
            lower.remove(place);
        }
        None => upper.push(Value::Integer(1)),
    }
    let Some(value) = named_series(session, &upper, &lower, &z)? else { return Ok(None) };
    let result = session.product_of([first, value])?;
    Ok(is_finite(&result).then_some(result))
}

/// Terms that are taken off the beginning of a series at most.
const FIRST_TERMS: i64 = 60;

/// Returns how far the last term is at which the ratio of terms is 0 or infinite.
fn last_whole_root(upper: &[Value], lower: &[Value]) -> Option<i64> {
    let root = |value: &Value| value.as_i64().filter(|root| *root <= 0).map(|root| -root);
    upper.iter().chain(lower).filter_map(root).max()
}

/// The sum of the first terms, and of the series from where no term is 0.
fn beyond(
    session: &mut Session,
    f: &Value,
    k: &Value,
    a: &Value,
    shift: i64,
) -> Evaluated<Option<Value>> {
    let Some(from) = a.as_i64().filter(|_| shift < FIRST_TERMS) else { return Ok(None) };
    let mut sum = Args::new();
    for n in from..=from + shift {
        sum.push(session.put(f, k, &Value::Integer(n))?);
    }
    if !sum.iter().all(is_finite) {
        return Ok(None);
    }
    let start = Value::Integer(from + shift + 1);
    let first = session.put(f, k, &start)?;
    if !is_zero(&first) {
        let Some(rest) = hypergeometric(session, f, k, &start)? else { return Ok(None) };
        sum.push(rest);
    }
    session.sum_of(sum).map(Some)
}

/// Factorials and powers in a ratio of neighbouring terms.
pub(super) fn ratio_simplified(session: &mut Session, ratio: &Value) -> Evaluated {
    let mut parts = Args::new();
    for factor in factors(ratio) {
        match factor.exactly(sym::Power) {
            // A power of a factorial is a product of them.
            Some([base, Value::Integer(n @ (-6..=-2 | 2..=6))])
                if base.exactly::<1>(sym::Factorial).is_some() =>
            {
                let one = session.power_of(base, &Value::Integer(n.signum()))?;
                parts.extend(std::iter::repeat_n(one, n.unsigned_abs() as usize));
            }
            _ => parts.push(factor.clone()),
        }
    }
    // n! over m! with a whole difference.
    let mut changed = true;
    while changed {
        changed = false;
        'pairs: for i in 0..parts.len() {
            for j in 0..parts.len() {
                let (Some(u), Some(v)) = (factorial(&parts[i], true), factorial(&parts[j], false))
                else {
                    continue;
                };
                let n = lyra!(session, "Expand[u - v]", u, v)?;
                if let Value::Integer(n) = n
                    && n.abs() < 50
                {
                    let mut product = Args::new();
                    let (low, sign) = if n >= 0 { (&v, 1) } else { (&u, -1) };
                    for step in 1..=n.abs() {
                        let (step, sign) = (Value::Integer(step), Value::Integer(sign));
                        product.push(lyra!(session, "(low + step)^sign", low, step, sign)?);
                    }
                    parts[i] = session.product_of(product)?;
                    parts[j] = Value::Integer(1);
                    changed = true;
                    break 'pairs;
                }
            }
        }
    }
    session.product_of(parts)
}

/// The argument of u! or Gamma[u + 1], above or below the line.
fn factorial(value: &Value, above: bool) -> Option<Value> {
    let (base, exponent) = super::terms::base_and_exponent(value);
    let wanted = if above { 1 } else { -1 };
    if exponent.as_i64() != Some(wanted) {
        return None;
    }
    base.exactly::<1>(sym::Factorial).map(|[u]| u.clone())
}

/// Returns the negatives of the roots of a polynomial, with multiplicity.
fn minus_roots(session: &mut Session, poly: &Poly) -> Evaluated<Option<Vec<Value>>> {
    let mut all = Vec::new();
    for (factor, times) in session.poly_factors(poly)? {
        let Some(roots) = session.poly_roots(&factor)? else { return Ok(None) };
        for root in roots {
            let minus = lyra!(session, "-root", root)?;
            all.extend(std::iter::repeat_n(minus, times));
        }
    }
    Ok(Some(all))
}

fn named_series(
    session: &mut Session,
    upper: &[Value],
    lower: &[Value],
    z: &Value,
) -> Evaluated<Option<Value>> {
    let half = super::terms::fraction(1, 2);
    let size = lyra!(session, "Abs[z]", z)?;
    let size = session.machine_value(&size)?;
    let s = &mut *session;
    let is = |value: &Value, top: i64, bottom: i64| small_fraction(value) == Some((top, bottom));
    Ok(Some(match (upper, lower) {
        ([], []) => lyra!(s, "E^z", z)?,
        ([a], []) if size.is_none_or(|size| size < 1.0) => lyra!(s, "(1 - z)^(-a)", a, z)?,
        ([], [b]) if *b == half => lyra!(s, "Cosh[2*Sqrt[z]]", z)?,
        ([], [b]) if is(b, 3, 2) => lyra!(s, "Sinh[2*Sqrt[z]]/(2*Sqrt[z])", z)?,
        ([], [b]) if is(b, 1, 1) => lyra!(s, "BesselI[0, 2*Sqrt[z]]", z)?,
        ([a, b], [c]) if is(a, 1, 1) && is(b, 1, 1) && is(c, 2, 1) => {
            if size.is_some_and(|size| size > 1.0) || is(z, 1, 1) {
                return Ok(None);
            }
            lyra!(s, "-Log[1 - z]/z", z)?
        }
        ([a, b], [c])
            if is(c, 3, 2) && ((is(a, 1, 1) && is(b, 1, 2)) || (is(a, 1, 2) && is(b, 1, 1))) =>
        {
            if size.is_some_and(|size| size > 1.0) || is(z, 1, 1) {
                return Ok(None);
            }
            match number::is_negative(z) {
                true => lyra!(s, "ArcTan[Sqrt[-z]]/Sqrt[-z]", z)?,
                false => lyra!(s, "ArcTanh[Sqrt[z]]/Sqrt[z]", z)?,
            }
        }
        ([a, b], [c]) if size.is_none_or(|size| size < 1.0) => {
            lyra!(s, "Hypergeometric2F1[a, b, c, z]", a, b, c, z)?
        }
        ([a], [b]) => lyra!(s, "Hypergeometric1F1[a, b, z]", a, b, z)?,
        ([], [b]) => lyra!(s, "Hypergeometric0F1[b, z]", b, z)?,
        _ => return Ok(None),
    }))
}

/// Products: of constants, of linear factors, of powers, of exponentials.
fn product(session: &mut Session, f: &Value, range: &Range) -> Evaluated<Option<Value>> {
    let Range { k, a, b } = range;
    if !is_finite(b) {
        return infinite_product(session, f, range);
    }
    if is_free(f, k) {
        return lyra!(session, "f^(b - a + 1)", f, a, b).map(Some);
    }
    if let Some(all) = f.args_of(sym::Times) {
        let mut parts = Args::new();
        for factor in all {
            match product(session, factor, range)? {
                Some(part) => parts.push(part),
                None => return Ok(None),
            }
        }
        return session.product_of(parts).map(Some);
    }
    if let Some([base, exponent]) = f.exactly(sym::Power) {
        if is_free(exponent, k) {
            let Some(inner) = product(session, &base.clone(), range)? else { return Ok(None) };
            return lyra!(session, "inner^exponent", inner, exponent).map(Some);
        }
        if is_free(base, k) {
            let Some(total) = sum(session, exponent, range)? else { return Ok(None) };
            return lyra!(session, "base^total", base, total).map(Some);
        }
        return Ok(None);
    }
    let Some(poly) = session.poly(f, k)? else { return Ok(None) };
    let mut parts = Args::new();
    let mut lead = Value::Integer(1);
    for (factor, times) in session.poly_factors(&poly)? {
        let Some(roots) = session.poly_roots(&factor)? else { return Ok(None) };
        let n = Value::Integer(times as i64);
        let own = factor.leading();
        lead = lyra!(session, "lead*own^n", lead, own, n)?;
        for root in roots {
            let part = linear_product(session, &root, a, b)?;
            parts.push(lyra!(session, "part^n", part, n)?);
        }
    }
    let c = session.quotient_of(&poly.leading(), &lead)?;
    let scale = lyra!(session, "(c*lead)^(b - a + 1)", c, lead, a, b)?;
    parts.push(scale);
    session.product_of(parts).map(Some)
}

/// The product of k - root over k from a to b.
fn linear_product(session: &mut Session, root: &Value, a: &Value, b: &Value) -> Evaluated {
    let (high, low) =
        (lyra!(session, "b - root", b, root)?, lyra!(session, "a - root - 1", a, root)?);
    match &low {
        Value::Integer(0..) => lyra!(session, "high!/low!", high, low),
        Value::Integer(_) => lyra!(session, "Pochhammer[low + 1, b - a + 1]", low, a, b),
        _ if number::integer(root).is_some() => lyra!(session, "high!/low!", high, low),
        _ => lyra!(session, "Gamma[high + 1]/Gamma[low + 1]", high, low),
    }
}

fn infinite_product(session: &mut Session, f: &Value, range: &Range) -> Evaluated<Option<Value>> {
    if !matches!(range.b, Value::Symbol(sym::Infinity)) || is_free(f, &range.k) {
        return Ok(None);
    }
    let n = Value::Symbol(session.names.symbol("Lyra`Sum`n"));
    let finite = Range { k: range.k.clone(), a: range.a.clone(), b: n.clone() };
    let f = match session.has_builtin("Together") {
        true => session.system("Together", [f.clone()].as_slice())?,
        false => f.clone(),
    };
    let Some(partial) = product(session, &f, &finite)? else { return Ok(None) };
    let ratio = ratio_simplified(session, &partial)?;
    let limit = super::limit::at(session, &ratio, &n, &range.b, None)?;
    Ok(limit.filter(is_finite))
}
