//! Hypergeometric series and functions that are given by them.

use super::gamma::{self, gamma, is_pole, reciprocal};
use crate::precise::Precise;

/// Series of more terms than this are not added up.
const MOST_TERMS: i64 = 60_000;

/// The sum of products of (a)_k over products of (b)_k times z^k/k!.
pub(super) fn series(upper: &[Precise], lower: &[Precise], z: &Precise) -> Option<Precise> {
    let bits = z.bits();
    let ends = upper.iter().filter_map(Precise::as_integer).filter(|&a| a <= 0).max();
    let breaks = lower.iter().filter_map(Precise::as_integer).filter(|&b| b <= 0).max();
    if breaks.is_some_and(|b| ends.is_none_or(|a| a < b)) {
        return None;
    }
    let mut term = Precise::int(1, bits);
    let mut sum = term.clone();
    for k in 0..MOST_TERMS {
        for a in upper {
            term = term.mul(&a.plus(k));
        }
        for b in lower {
            term = term.div(&b.plus(k))?;
        }
        term = term.mul(z).over(k + 1);
        if term.is_zero() {
            return Some(sum);
        }
        sum = sum.add(&term);
        let size = sum.magnitude().max(-(bits as i64));
        if term.magnitude() < size - bits as i64 - 8 && k > 8 {
            return Some(sum);
        }
        if term.magnitude() > 1 << 30 {
            return None;
        }
    }
    None
}

/// Moves a parameter by far less than the result is known to, with as many more bits, so that
/// limits where it is an integer come out of the general formula.
fn moved(value: &Precise, bits: usize) -> Precise {
    let wide = value.with_bits(3 * bits + 64);
    let step = Precise::int(1, wide.bits()).mul(
        &Precise::int(2, wide.bits()).powi(-(bits as i64) - 8).unwrap_or_else(|| wide.clone()),
    );
    wide.add(&step)
}

fn wide(value: &Precise, bits: usize) -> Precise {
    value.with_bits(3 * bits + 64)
}

pub(super) fn f0f1(args: &[Precise]) -> Option<Precise> {
    series(&[], &args[..1], &args[1])
}

pub(super) fn f1f1(args: &[Precise]) -> Option<Precise> {
    let [a, b, z] = args else { return None };
    if z.to_f64().0 < 0.0 && !is_pole(a) {
        // Kummer: exp(z) F(b - a, b, -z)
        return Some(z.exp()?.mul(&series(&[b.sub(a)], std::slice::from_ref(b), &z.neg())?));
    }
    series(std::slice::from_ref(a), std::slice::from_ref(b), z)
}

/// Tricomi's function by two series; integer b by moving it.
pub(super) fn tricomi(args: &[Precise]) -> Option<Precise> {
    let [a, b, z] = args else { return None };
    let bits = z.bits();
    let is_special = b.as_integer().is_some();
    let (a, z) = (wide(a, bits), wide(z, bits));
    let b = if is_special { moved(b, bits) } else { wide(b, bits) };
    let one = Precise::int(1, b.bits());
    let first = gamma(&[one.sub(&b)])?.mul(&reciprocal(&a.sub(&b).plus(1))?).mul(&series(
        std::slice::from_ref(&a),
        std::slice::from_ref(&b),
        &z,
    )?);
    let other = Precise::int(2, b.bits()).sub(&b);
    let second = gamma(&[b.plus(-1)])?
        .mul(&reciprocal(&a)?)
        .mul(&z.pow(&one.sub(&b))?)
        .mul(&series(&[a.sub(&b).plus(1)], &[other], &z)?);
    Some(first.add(&second).with_bits(bits))
}

/// Gauss's function, by the transformation that brings its argument nearest to 0.
pub(super) fn f2f1(args: &[Precise]) -> Option<Precise> {
    let [a, b, c, z] = args else { return None };
    let bits = z.bits();
    let ends = |x: &Precise| x.as_integer().is_some_and(|n| n <= 0);
    if ends(a) || ends(b) || z.size() < 0.75 {
        return series(&[a.clone(), b.clone()], std::slice::from_ref(c), z);
    }
    let one = Precise::int(1, bits);
    if z.as_integer() == Some(1) {
        let rest = c.sub(a).sub(b);
        if rest.to_f64().0 <= 0.0 {
            return None;
        }
        let top = gamma(std::slice::from_ref(c))?.mul(&gamma(&[rest])?);
        return Some(top.mul(&reciprocal(&c.sub(a))?).mul(&reciprocal(&c.sub(b))?));
    }
    let pfaff = z.div(&z.plus(-1))?;
    if pfaff.size() < 0.75 {
        let factor = one.sub(z).pow(&a.neg())?;
        return Some(factor.mul(&series(&[a.clone(), c.sub(b)], std::slice::from_ref(c), &pfaff)?));
    }
    if one.sub(z).size() < 0.75 {
        return near_one(a, b, c, z);
    }
    if z.size() > 1.3 {
        return far(a, b, c, z);
    }
    // Near the circle that no transformation moves: half way along from 0 by the differential
    // equation's Taylor series.
    along(a, b, c, z)
}

fn near_one(a: &Precise, b: &Precise, c: &Precise, z: &Precise) -> Option<Precise> {
    let bits = z.bits();
    let is_special = c.sub(a).sub(b).as_integer().is_some();
    let (a, b, z) = (wide(a, bits), wide(b, bits), wide(z, bits));
    let c = if is_special { moved(c, bits) } else { wide(c, bits) };
    let rest = c.sub(&a).sub(&b);
    let one = Precise::int(1, z.bits());
    let other = one.sub(&z);
    let of_c = gamma(std::slice::from_ref(&c))?;
    let first = gamma(std::slice::from_ref(&rest))?
        .mul(&reciprocal(&c.sub(&a))?)
        .mul(&reciprocal(&c.sub(&b))?)
        .mul(&series(&[a.clone(), b.clone()], &[one.sub(&rest)], &other)?);
    let second = gamma(&[rest.neg()])?
        .mul(&reciprocal(&a)?)
        .mul(&reciprocal(&b)?)
        .mul(&other.pow(&rest)?)
        .mul(&series(&[c.sub(&a), c.sub(&b)], &[rest.plus(1)], &other)?);
    Some(of_c.mul(&first.add(&second)).with_bits(bits))
}

fn far(a: &Precise, b: &Precise, c: &Precise, z: &Precise) -> Option<Precise> {
    let bits = z.bits();
    let is_special = a.sub(b).as_integer().is_some();
    let (a, c, z) = (wide(a, bits), wide(c, bits), wide(z, bits));
    let b = if is_special { moved(b, bits) } else { wide(b, bits) };
    let inverse = z.inv()?;
    let one = Precise::int(1, z.bits());
    let half = |a: &Precise, b: &Precise| {
        let factor = gamma(&[b.sub(a)])?.mul(&reciprocal(b)?).mul(&reciprocal(&c.sub(a))?);
        let power = z.neg().pow(&a.neg())?;
        let sum = series(&[a.clone(), a.sub(&c).plus(1)], &[a.sub(b).add(&one)], &inverse)?;
        Some(factor.mul(&power).mul(&sum))
    };
    let sum = half(&a, &b)?.add(&half(&b, &a)?);
    Some(gamma(std::slice::from_ref(&c))?.mul(&sum).with_bits(bits))
}

/// Goes from a point where the series is good to the argument in steps of the Taylor series.
fn along(a: &Precise, b: &Precise, c: &Precise, z: &Precise) -> Option<Precise> {
    let bits = z.bits();
    let (a, b, c, target) = (wide(a, bits), wide(b, bits), wide(c, bits), wide(z, bits));
    let mut at = target.div(&Precise::int(2, target.bits()).mul(&target.abs()))?;
    let mut value = series(&[a.clone(), b.clone()], std::slice::from_ref(&c), &at)?;
    let slope = series(&[a.plus(1), b.plus(1)], &[c.plus(1)], &at)?;
    let mut slope = slope.mul(&a).mul(&b).div(&c)?;
    for _ in 0..64 {
        let left = target.sub(&at);
        let reach = at.size().min(at.plus(-1).size()) * 0.4;
        let is_last = left.size() <= reach;
        let step = match is_last {
            true => left,
            false => {
                let share = (reach / left.size() * 1024.0).floor().max(1.0) as i64;
                left.times(share).over(1024)
            }
        };
        (value, slope) = taylor(&a, &b, &c, &at, &step, (&value, &slope))?;
        at = at.add(&step);
        if is_last {
            return Some(value.with_bits(bits));
        }
    }
    None
}

/// One step along a solution of z (1 - z) y'' + (c - (a + b + 1) z) y' - a b y = 0.
fn taylor(
    a: &Precise,
    b: &Precise,
    c: &Precise,
    at: &Precise,
    step: &Precise,
    (value, slope): (&Precise, &Precise),
) -> Option<(Precise, Precise)> {
    let bits = at.bits();
    let one = Precise::int(1, bits);
    let leading = at.mul(&one.sub(at)).inv()?;
    let (mut y0, mut y1) = (value.clone(), slope.clone());
    let (mut sum, mut sum_slope) = (y0.add(&y1.mul(step)), y1.clone());
    let mut power = step.clone();
    for n in 0..MOST_TERMS {
        // (n + 1)(n + 2) z (1 - z) y[n + 2] = -(n + 1)(n (1 - 2 z) + c - (a + b + 1) z) y[n + 1]
        //   + (n + a)(n + b) y[n]
        let middle = one.sub(&at.times(2)).times(n).add(c).sub(&a.add(b).plus(1).mul(at));
        let right = y0.mul(&a.plus(n)).mul(&b.plus(n)).sub(&middle.mul(&y1).times(n + 1));
        let next = right.mul(&leading).over(n + 1).over(n + 2);
        sum_slope = sum_slope.add(&next.mul(&power).times(n + 2));
        power = power.mul(step);
        let term = next.mul(&power);
        sum = sum.add(&term);
        (y0, y1) = (y1, next);
        if term.magnitude() < sum.magnitude() - bits as i64 - 8 && n > 8 {
            return Some((sum, sum_slope));
        }
    }
    None
}

/// The generalized function; as many upper as lower parameters and one more inside the circle.
pub(super) fn pfq(upper: &[Precise], lower: &[Precise], z: &Precise) -> Option<Precise> {
    match (upper, lower) {
        ([a], [b]) => f1f1(&[a.clone(), b.clone(), z.clone()]),
        ([a, b], [c]) => f2f1(&[a.clone(), b.clone(), c.clone(), z.clone()]),
        _ => {
            let ends = upper.iter().any(|a| a.as_integer().is_some_and(|n| n <= 0));
            let converges =
                upper.len() <= lower.len() || upper.len() == lower.len() + 1 && z.size() < 0.95;
            (ends || converges).then(|| series(upper, lower, z))?
        }
    }
}

// Bessel functions and their like.

/// (z/2)^n/gamma(n + 1) times a series in z^2/4 or -z^2/4.
fn bessel_series(n: &Precise, z: &Precise, alternates: bool) -> Option<Precise> {
    let n = match n.as_integer() {
        // The same up to the sign.
        Some(k) if k < 0 => {
            let value = bessel_series(&n.neg(), z, alternates)?;
            return Some(if alternates && k % 2 != 0 { value.neg() } else { value });
        }
        _ => n,
    };
    if z.size() > 2e4 {
        return None;
    }
    let quarter = z.square().over(4);
    let quarter = if alternates { quarter.neg() } else { quarter };
    let sum = series(&[], &[n.plus(1)], &quarter)?;
    if z.is_zero() {
        let value = if n.is_zero() { 1 } else { 0 };
        return (!n.is_negative()).then(|| Precise::int(value, z.bits()));
    }
    Some(z.over(2).pow(n)?.mul(&reciprocal(&n.plus(1))?).mul(&sum))
}

pub(super) fn bessel_j(args: &[Precise]) -> Option<Precise> {
    hankel(&args[0], &args[1]).map(|(j, _)| j).or_else(|| bessel_series(&args[0], &args[1], true))
}

pub(super) fn bessel_i(args: &[Precise]) -> Option<Precise> {
    bessel_series(&args[0], &args[1], false)
}

/// J and Y of a large real argument by Hankel's asymptotic series, `None` if it is not good enough.
fn hankel(n: &Precise, z: &Precise) -> Option<(Precise, Precise)> {
    let bits = z.bits();
    let wanted = bits as f64 * 0.4 + n.size() * n.size();
    if !z.is_real() || !n.is_real() || z.is_negative() || z.size() < wanted {
        return None;
    }
    let four = n.square().times(4);
    let (mut p, mut q) = (Precise::int(1, bits), Precise::int(0, bits));
    let mut term = Precise::int(1, bits);
    let mut last = i64::MAX;
    for k in 1..4 * bits as i64 {
        let odd = 2 * k - 1;
        term = term.mul(&four.plus(-(odd * odd))).div(&z.times(8 * k))?;
        if term.is_zero() || term.magnitude() < -(bits as i64) - 4 {
            break;
        }
        if term.magnitude() > last {
            return None;
        }
        last = term.magnitude();
        match k % 4 {
            0 => p = p.add(&term),
            1 => q = q.add(&term),
            2 => p = p.sub(&term),
            _ => q = q.sub(&term),
        }
    }
    let angle = z.sub(&n.over(2).add(&Precise::int(1, bits).over(4)).mul(&Precise::pi(bits)));
    let (sin, cos) = angle.sin_cos()?;
    let scale = Precise::int(2, bits).div(&Precise::pi(bits).mul(z))?.sqrt();
    let j = p.mul(&cos).sub(&q.mul(&sin)).mul(&scale);
    Some((j, p.mul(&sin).add(&q.mul(&cos)).mul(&scale)))
}

pub(super) fn bessel_y(args: &[Precise]) -> Option<Precise> {
    let [n, z] = args else { return None };
    if z.is_zero() {
        return None;
    }
    if let Some((_, y)) = hankel(n, z) {
        return Some(y);
    }
    let bits = z.bits();
    let (is_special, z) = (n.as_integer().is_some(), wide(z, bits));
    let n = if is_special { moved(n, bits) } else { wide(n, bits) };
    let (j, other) = (bessel_series(&n, &z, true)?, bessel_series(&n.neg(), &z, true)?);
    Some(j.mul(&n.cos_pi()?).sub(&other).div(&n.sin_pi()?)?.with_bits(bits))
}

pub(super) fn bessel_k(args: &[Precise]) -> Option<Precise> {
    let [n, z] = args else { return None };
    if z.is_zero() {
        return None;
    }
    let bits = z.bits();
    let (is_special, z) = (n.as_integer().is_some(), wide(z, bits));
    let n = if is_special { moved(n, bits) } else { wide(n, bits) };
    let difference = bessel_series(&n.neg(), &z, false)?.sub(&bessel_series(&n, &z, false)?);
    let value = difference.mul(&Precise::pi(z.bits())).div(&n.sin_pi()?.times(2))?;
    Some(value.with_bits(bits))
}

/// The two series of Airy's equation, and their derivatives, with their factors for Ai.
fn airy_parts(z: &Precise, slope: bool) -> Option<(Precise, Precise)> {
    let bits = z.bits();
    if z.size() > 150.0 {
        return None;
    }
    let third = |n: i64| Precise::int(n, bits).over(3);
    let x = z.square().mul(z).over(9);
    let three = Precise::int(3, bits);
    let c1 = three.pow(&third(-2))?.mul(&reciprocal(&third(2))?);
    let c2 = three.pow(&third(-1))?.mul(&reciprocal(&third(1))?);
    Some(match slope {
        false => {
            (c1.mul(&series(&[], &[third(2)], &x)?), c2.mul(z).mul(&series(&[], &[third(4)], &x)?))
        }
        true => (
            c1.mul(&z.square()).over(2).mul(&series(&[], &[third(5)], &x)?),
            c2.mul(&series(&[], &[third(1)], &x)?),
        ),
    })
}

pub(super) fn airy_ai(args: &[Precise]) -> Option<Precise> {
    airy_parts(&args[0], false).map(|(a, b)| a.sub(&b))
}

pub(super) fn airy_bi(args: &[Precise]) -> Option<Precise> {
    let root = Precise::int(3, args[0].bits()).sqrt();
    airy_parts(&args[0], false).map(|(a, b)| a.add(&b).mul(&root))
}

pub(super) fn airy_ai_prime(args: &[Precise]) -> Option<Precise> {
    airy_parts(&args[0], true).map(|(a, b)| a.sub(&b))
}

pub(super) fn airy_bi_prime(args: &[Precise]) -> Option<Precise> {
    let root = Precise::int(3, args[0].bits()).sqrt();
    airy_parts(&args[0], true).map(|(a, b)| a.add(&b).mul(&root))
}

/// Struve's function: (z/2)^(n + 1) times the sum of (-z^2/4)^k/(gamma(k + 3/2) gamma(k + n + 3/2)).
fn struve(n: &Precise, z: &Precise, alternates: bool) -> Option<Precise> {
    let bits = z.bits();
    let quarter = z.square().over(4);
    let quarter = if alternates { quarter.neg() } else { quarter };
    let (half, start) = (Precise::int(3, bits).over(2), n.add(&Precise::int(3, bits).over(2)));
    if is_pole(&start) || z.size() > 1e4 {
        return None;
    }
    let sum = series(&[Precise::int(1, bits)], &[half.clone(), start.clone()], &quarter)?;
    let factor = z.over(2).pow(&n.plus(1))?.mul(&reciprocal(&half)?).mul(&reciprocal(&start)?);
    Some(factor.mul(&sum))
}

pub(super) fn struve_h(args: &[Precise]) -> Option<Precise> {
    struve(&args[0], &args[1], true)
}

pub(super) fn struve_l(args: &[Precise]) -> Option<Precise> {
    struve(&args[0], &args[1], false)
}

// Orthogonal functions.

pub(super) fn legendre_p(args: &[Precise]) -> Option<Precise> {
    let [n, z] = args else { return None };
    let bits = z.bits();
    let x = Precise::int(1, bits).sub(z).over(2);
    f2f1(&[n.neg(), n.plus(1), Precise::int(1, bits), x])
}

pub(super) fn associated_legendre_p(args: &[Precise]) -> Option<Precise> {
    let [n, m, z] = args else { return None };
    let bits = z.bits();
    let one = Precise::int(1, bits);
    let wide_m = if m.as_integer().is_some_and(|m| m > 0) { moved(m, bits) } else { wide(m, bits) };
    let (n, z) = (wide(n, bits), wide(z, bits));
    let one = one.with_bits(z.bits());
    let half = wide_m.over(2);
    // Type 1: (1 + z)^(m/2)/(1 - z)^(m/2), branches as of each power.
    let factor = one.add(&z).pow(&half)?.div(&one.sub(&z).pow(&half)?)?;
    let lower = one.sub(&wide_m);
    let sum = f2f1(&[n.neg(), n.plus(1), lower.clone(), one.sub(&z).over(2)])?;
    Some(factor.mul(&sum).mul(&reciprocal(&lower)?).with_bits(bits))
}

pub(super) fn chebyshev_t(args: &[Precise]) -> Option<Precise> {
    let [n, z] = args else { return None };
    z.acos()?.mul(n).cos()
}

pub(super) fn chebyshev_u(args: &[Precise]) -> Option<Precise> {
    let [n, z] = args else { return None };
    let angle = z.acos()?;
    angle.mul(&n.plus(1)).sin()?.div(&angle.sin()?)
}

pub(super) fn hermite(args: &[Precise]) -> Option<Precise> {
    let [n, z] = args else { return None };
    let bits = z.bits();
    let half = Precise::int(1, bits).over(2);
    let square = z.square();
    let one = |k: i64| Precise::int(k, bits).over(2);
    let first = reciprocal(&one(1).sub(&n.over(2)))?.mul(&f1f1(&[
        n.over(2).neg(),
        half.clone(),
        square.clone(),
    ])?);
    let upper = one(1).sub(&n.over(2));
    let second =
        z.times(2).mul(&reciprocal(&n.over(2).neg())?).mul(&f1f1(&[upper, one(3), square])?);
    let factor = Precise::int(2, bits).pow(n)?.mul(&Precise::pi(bits).sqrt());
    Some(factor.mul(&first.sub(&second)))
}

pub(super) fn laguerre(args: &[Precise]) -> Option<Precise> {
    let [n, a, z] = args else { return None };
    let factor = gamma::binomial(&[n.add(a), n.clone()])?;
    Some(factor.mul(&f1f1(&[n.neg(), a.plus(1), z.clone()])?))
}

pub(super) fn gegenbauer(args: &[Precise]) -> Option<Precise> {
    let [n, a, z] = args else { return None };
    let bits = z.bits();
    let twice = a.times(2);
    let factor = gamma(&[n.add(&twice)])?.mul(&reciprocal(&n.plus(1))?).mul(&reciprocal(&twice)?);
    let half = Precise::int(1, bits).over(2);
    let x = Precise::int(1, bits).sub(z).over(2);
    Some(factor.mul(&f2f1(&[n.neg(), n.add(&twice), a.add(&half), x])?))
}

pub(super) fn jacobi(args: &[Precise]) -> Option<Precise> {
    let [n, a, b, z] = args else { return None };
    let bits = z.bits();
    let factor = gamma::binomial(&[n.add(a), n.clone()])?;
    let x = Precise::int(1, bits).sub(z).over(2);
    Some(factor.mul(&f2f1(&[n.neg(), n.add(a).add(b).plus(1), a.plus(1), x])?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::precise::test::{at, near};

    #[test]
    fn gauss_functions_agree_across_transformations() {
        let (a, b, c) = (at(0.3, 0.1), at(1.7, 0.0), at(2.2, 0.0));
        // -log(1 - z)/z is F(1, 1; 2; z), in all regions.
        let one = at(1.0, 0.0);
        for (re, im) in [(0.5, 0.2), (0.9, 0.1), (2.5, 1.0), (-3.0, 0.5), (0.55, 0.85), (0.5, -0.9)]
        {
            let z = at(re, im);
            let value = f2f1(&[one.clone(), one.clone(), at(2.0, 0.0), z.clone()]).expect("finite");
            let log = one.sub(&z).ln().and_then(|l| l.neg().div(&z)).expect("finite");
            near(&value, &log);
            // Euler's transformation joins different methods.
            let other = f2f1(&[c.sub(&a), c.sub(&b), c.clone(), z.clone()]).expect("finite");
            let power = one.sub(&z).pow(&c.sub(&a).sub(&b)).expect("finite");
            let direct = f2f1(&[a.clone(), b.clone(), c.clone(), z]).expect("finite");
            near(&power.mul(&other), &direct);
        }
    }

    #[test]
    fn bessel_functions_have_their_wronskians() {
        for (n, x) in [(0.0, 1.5), (1.0, 3.0), (2.5, 0.7), (0.0, 120.0)] {
            let (n, z) = (at(n, 0.0), at(x, 0.0));
            let of = |f: fn(&[Precise]) -> Option<Precise>, n: &Precise| {
                f(&[n.clone(), z.clone()]).expect("finite")
            };
            let next = n.plus(1);
            // J(n + 1) Y(n) - J(n) Y(n + 1) = 2/(Pi z)
            let left = of(bessel_j, &next)
                .mul(&of(bessel_y, &n))
                .sub(&of(bessel_j, &n).mul(&of(bessel_y, &next)));
            near(&left, &at(2.0, 0.0).div(&Precise::pi(96).mul(&z)).expect("finite"));
            if x < 100.0 {
                let left = of(bessel_i, &n)
                    .mul(&of(bessel_k, &next))
                    .add(&of(bessel_i, &next).mul(&of(bessel_k, &n)));
                near(&left, &z.inv().expect("finite"));
            }
        }
        let z = at(1.3, -0.4);
        let of =
            |f: fn(&[Precise]) -> Option<Precise>| f(std::slice::from_ref(&z)).expect("finite");
        let left = of(airy_ai).mul(&of(airy_bi_prime)).sub(&of(airy_ai_prime).mul(&of(airy_bi)));
        near(&left, &Precise::pi(96).inv().expect("finite"));
    }

    #[test]
    fn orthogonal_functions_of_integers_are_their_polynomials() {
        let (two, z) = (at(2.0, 0.0), at(0.3, 0.4));
        near(
            &legendre_p(&[two.clone(), z.clone()]).expect("finite"),
            &z.square().times(3).plus(-1).over(2),
        );
        near(
            &chebyshev_t(&[two.clone(), z.clone()]).expect("finite"),
            &z.square().times(2).plus(-1),
        );
        near(
            &chebyshev_u(&[two.clone(), z.clone()]).expect("finite"),
            &z.square().times(4).plus(-1),
        );
        near(&hermite(&[two.clone(), z.clone()]).expect("finite"), &z.square().times(4).plus(-2));
        let laguerre = laguerre(&[two.clone(), at(0.0, 0.0), z.clone()]).expect("finite");
        near(&laguerre, &z.square().over(2).sub(&z.times(2)).plus(1));
        let half = at(0.5, 0.0);
        near(
            &gegenbauer(&[two.clone(), half, z.clone()]).expect("finite"),
            &legendre_p(&[two, z]).expect("finite"),
        );
    }
}
