//! Error functions, incomplete gamma functions and integrals of elementary functions; the
//! logarithm of products; elliptic integrals and functions.

use super::constants::euler_gamma;
use super::gamma::{gamma, is_pole};
use super::hypergeometric::series;
use crate::precise::Precise;

fn half(k: i64, bits: usize) -> Precise {
    Precise::int(k, bits).over(2)
}

fn gamma_constant(bits: usize) -> Precise {
    Precise::real(euler_gamma(bits), bits)
}

pub(super) fn erf(args: &[Precise]) -> Option<Precise> {
    let z = &args[0];
    let bits = z.bits();
    if z.size() > 60.0 && is_far(z) {
        return Some(Precise::int(1, bits).sub(&erfc(args)?));
    }
    // 2 z exp(-z^2)/sqrt(Pi) F(1; 3/2; z^2)
    let square = z.square();
    let sum = series(&[Precise::int(1, bits)], &[half(3, bits)], &square)?;
    let factor = z.times(2).mul(&square.neg().exp()?).div(&Precise::pi(bits).sqrt())?;
    Some(factor.mul(&sum))
}

/// Returns whether the asymptotic series has enough digits.
fn is_far(z: &Precise) -> bool {
    z.size() * z.size() > z.bits() as f64 * 0.8 + 10.0
}

pub(super) fn erfc(args: &[Precise]) -> Option<Precise> {
    let z = &args[0];
    let bits = z.bits();
    if z.to_f64().0 >= 0.0 && is_far(z) {
        return erfc_far(z);
    }
    if z.to_f64().0 < 0.0 && z.size() > 60.0 {
        return Some(Precise::int(2, bits).sub(&erfc(&[z.neg()])?));
    }
    Some(Precise::int(1, bits).sub(&erf(args)?))
}

/// exp(-z^2)/(z sqrt(Pi)) (1 - 1/(2 z^2) + 3/(2 z^2)^2 - ...)
fn erfc_far(z: &Precise) -> Option<Precise> {
    let bits = z.bits();
    let step = z.square().times(2).inv()?.neg();
    let (mut term, mut sum) = (Precise::int(1, bits), Precise::int(1, bits));
    let mut last = i64::MAX;
    for k in 0..4 * bits as i64 {
        term = term.mul(&step).times(2 * k + 1);
        if term.magnitude() > last {
            return None;
        }
        last = term.magnitude();
        sum = sum.add(&term);
        if last < -(bits as i64) - 4 {
            break;
        }
    }
    z.square().neg().exp()?.mul(&sum).div(&z.mul(&Precise::pi(bits).sqrt()))
}

pub(super) fn erfi(args: &[Precise]) -> Option<Precise> {
    // -i erf(i z)
    let value = erf(&[args[0].times_i()])?.times_i().neg();
    Some(if args[0].is_real() { Precise::real(value.re.clone(), value.bits()) } else { value })
}

/// The inverse of the error function by Newton's method.
pub(super) fn inverse_erf(args: &[Precise]) -> Option<Precise> {
    let y = &args[0];
    let bits = y.bits();
    if !y.is_real() || !y.abs().plus(-1).is_negative() {
        return None;
    }
    // Winitzki's approximation to begin with.
    let (value, _) = y.to_f64();
    let log = (1.0 - value * value).max(1e-300).ln();
    let a = 2.0 / (std::f64::consts::PI * 0.147) + log / 2.0;
    let start = value.signum() * ((a * a - log / 0.147).sqrt() - a).sqrt();
    let mut x = Precise::real(crate::value::Binary::try_from(start).ok()?, bits);
    let factor = Precise::pi(bits).sqrt().over(2);
    for _ in 0..64 {
        let error = erf(std::slice::from_ref(&x))?.sub(y);
        let step = error.mul(&factor).mul(&x.square().exp()?);
        // Halley's correction: y'' = -2 x y'
        let step = step.div(&Precise::int(1, bits).add(&x.mul(&step)))?;
        x = x.sub(&step);
        if step.is_zero() || step.magnitude() < x.magnitude() - bits as i64 * 2 / 3 {
            // Convergence is cubic.
            return Some(x);
        }
    }
    None
}

pub(super) fn inverse_erfc(args: &[Precise]) -> Option<Precise> {
    inverse_erf(&[Precise::int(1, args[0].bits()).sub(&args[0])])
}

/// The integral of t^(a - 1) exp(-t) from 0 to z.
pub(super) fn lower_gamma(a: &Precise, z: &Precise) -> Option<Precise> {
    let bits = z.bits();
    if is_pole(a) || z.size() > 1e4 {
        return None;
    }
    let sum = series(&[Precise::int(1, bits)], &[a.plus(1)], z)?;
    z.pow(a)?.mul(&z.neg().exp()?).mul(&sum).div(a)
}

pub(super) fn upper_gamma(args: &[Precise]) -> Option<Precise> {
    let [a, z] = args else { return None };
    let bits = z.bits();
    if z.is_zero() {
        return gamma(std::slice::from_ref(a));
    }
    if z.to_f64().0 >= 0.0 && z.size() > bits as f64 * 0.8 + a.size() + 10.0 {
        return upper_gamma_far(a, z);
    }
    if is_pole(a) {
        // Down from exponential integral: gamma(a, z) = (gamma(a + 1, z) - z^a exp(-z))/a
        let mut value = e1(z)?;
        for k in 1..=-a.as_integer()? {
            let power = z.powi(-k)?.mul(&z.neg().exp()?);
            value = value.sub(&power).over(-k);
        }
        return Some(value);
    }
    Some(gamma(std::slice::from_ref(a))?.sub(&lower_gamma(a, z)?))
}

/// z^(a - 1) exp(-z) (1 + (a - 1)/z + (a - 1)(a - 2)/z^2 + ...)
fn upper_gamma_far(a: &Precise, z: &Precise) -> Option<Precise> {
    let bits = z.bits();
    let inverse = z.inv()?;
    let (mut term, mut sum) = (Precise::int(1, bits), Precise::int(1, bits));
    let mut last = i64::MAX;
    for k in 1..4 * bits as i64 {
        term = term.mul(&a.plus(-k)).mul(&inverse);
        if term.magnitude() > last && k as f64 > a.size() {
            return None;
        }
        last = term.magnitude();
        sum = sum.add(&term);
        if term.is_zero() || last < sum.magnitude() - bits as i64 - 4 {
            break;
        }
    }
    Some(z.pow(&a.plus(-1))?.mul(&z.neg().exp()?).mul(&sum))
}

/// The exponential integral E1 by its series: -gamma - log z - sum (-z)^k/(k k!)
fn e1(z: &Precise) -> Option<Precise> {
    Some(gamma_constant(z.bits()).add(&z.ln()?).add(&entire(&z.neg())?).neg())
}

/// The sum of z^k/(k k!) from k = 1.
fn entire(z: &Precise) -> Option<Precise> {
    let bits = z.bits();
    let one = Precise::int(1, bits);
    if z.size() > 1e4 {
        return None;
    }
    let two = Precise::int(2, bits);
    Some(z.mul(&series(&[one.clone(), one], &[two.clone(), two], z)?))
}

pub(super) fn exp_integral_e(args: &[Precise]) -> Option<Precise> {
    let [n, z] = args else { return None };
    let rest = Precise::int(1, z.bits()).sub(n);
    if z.is_zero() {
        return n.plus(-1).inv().filter(|_| n.to_f64().0 > 1.0);
    }
    // z^(n - 1) gamma(1 - n, z)
    Some(z.pow(&n.plus(-1))?.mul(&upper_gamma(&[rest, z.clone()])?))
}

pub(super) fn exp_integral_ei(args: &[Precise]) -> Option<Precise> {
    let z = &args[0];
    let log = if z.is_real() {
        z.abs().ln()?
    } else {
        // (log z - log(1/z))/2
        z.ln()?.sub(&z.inv()?.ln()?).over(2)
    };
    Some(gamma_constant(z.bits()).add(&log).add(&entire(z)?))
}

pub(super) fn log_integral(args: &[Precise]) -> Option<Precise> {
    exp_integral_ei(&[args[0].ln()?])
}

/// Sums over odd powers: z - z^3/(3 3!) + ..., with other signs for the hyperbolic one.
fn sine_like(z: &Precise, alternates: bool) -> Option<Precise> {
    let bits = z.bits();
    let square = z.square().over(4);
    let square = if alternates { square.neg() } else { square };
    if z.size() > 5e3 {
        return None;
    }
    Some(z.mul(&series(&[half(1, bits)], &[half(3, bits), half(3, bits)], &square)?))
}

pub(super) fn sin_integral(args: &[Precise]) -> Option<Precise> {
    sine_like(&args[0], true)
}

pub(super) fn sinh_integral(args: &[Precise]) -> Option<Precise> {
    sine_like(&args[0], false)
}

/// gamma + log z - z^2/(2 2!) + ..., with other signs for the hyperbolic one.
fn cosine_like(z: &Precise, alternates: bool) -> Option<Precise> {
    let bits = z.bits();
    let square = z.square().over(4);
    let square = if alternates { square.neg() } else { square };
    if z.size() > 5e3 {
        return None;
    }
    let (one, two) = (Precise::int(1, bits), Precise::int(2, bits));
    let sum = series(&[one.clone(), one], &[half(3, bits), two.clone(), two], &square)?;
    Some(gamma_constant(bits).add(&z.ln()?).add(&square.mul(&sum)))
}

pub(super) fn cos_integral(args: &[Precise]) -> Option<Precise> {
    cosine_like(&args[0], true)
}

pub(super) fn cosh_integral(args: &[Precise]) -> Option<Precise> {
    cosine_like(&args[0], false)
}

pub(super) fn fresnel_s(args: &[Precise]) -> Option<Precise> {
    let z = &args[0];
    let bits = z.bits();
    let x = Precise::pi(bits).over(4).mul(&z.square()).square().neg();
    let quarter = |k: i64| Precise::int(k, bits).over(4);
    let sum = series(&[quarter(3)], &[half(3, bits), quarter(7)], &x)?;
    Some(Precise::pi(bits).over(6).mul(&z.square()).mul(z).mul(&sum))
}

pub(super) fn fresnel_c(args: &[Precise]) -> Option<Precise> {
    let z = &args[0];
    let bits = z.bits();
    let x = Precise::pi(bits).over(4).mul(&z.square()).square().neg();
    let quarter = |k: i64| Precise::int(k, bits).over(4);
    Some(z.mul(&series(&[quarter(1)], &[half(1, bits), quarter(5)], &x)?))
}

/// Lambert's function on a branch by Halley's method.
pub(super) fn product_log(args: &[Precise]) -> Option<Precise> {
    let (branch, z) = match args {
        [z] => (0, z),
        [k, z] => (k.as_integer()?, z),
        _ => return None,
    };
    let bits = z.bits();
    if z.is_zero() {
        return (branch == 0).then(|| z.clone());
    }
    let mut w = product_log_start(branch, z)?;
    for _ in 0..200 {
        let power = w.exp()?;
        let error = w.mul(&power).sub(z);
        let one_more = w.plus(1);
        if one_more.is_zero() {
            return Some(w);
        }
        let slope = power.mul(&one_more).sub(&w.plus(2).mul(&error).div(&one_more.times(2))?);
        let step = error.div(&slope)?;
        w = w.sub(&step);
        if step.is_zero() || step.magnitude() < w.magnitude() - bits as i64 * 2 / 3 {
            return Some(w);
        }
    }
    // Near the branch point the last digits do not settle.
    Some(w)
}

fn product_log_start(branch: i64, z: &Precise) -> Option<Precise> {
    let bits = z.bits();
    let (re, im) = z.to_f64();
    let near = (re + 1.0 / std::f64::consts::E).hypot(im);
    let is_real_branch = z.is_real() && re > -1.0 / std::f64::consts::E;
    if near < 0.3 && (branch == 0 || branch == -1 && (im >= 0.0) || branch == 1 && im < 0.0) {
        // -1 + p - p^2/3 with p = sqrt(2 (e z + 1))
        let p = z.mul(&Precise::int(1, bits).exp()?).plus(1).times(2).sqrt();
        let p = if branch == 0 { p } else { p.neg() };
        return Some(p.plus(-1).sub(&p.square().over(3)));
    }
    if branch == 0 && z.size() < 3.0 {
        let start = z.plus(1).ln().filter(|_| re > -0.9).unwrap_or_else(|| Precise::i(bits));
        return Some(if z.is_real() && re < -1.0 / std::f64::consts::E {
            start.add(&Precise::i(bits))
        } else {
            start
        });
    }
    if branch == -1 && is_real_branch && re < 0.0 {
        let log = z.neg().ln()?;
        return Some(log.sub(&log.neg().ln()?));
    }
    let turn = Precise::pi(bits).times(2 * branch).times_i();
    let log = z.ln()?.add(&turn);
    Some(log.sub(&log.ln()?))
}

// Elliptic integrals (Carlson 1995).

/// The integral of 1/(2 sqrt((t + x)(t + y)(t + z))) from 0.
fn carlson_f(x: &Precise, y: &Precise, z: &Precise) -> Option<Precise> {
    let bits = x.bits();
    let (mut x, mut y, mut z) = (x.clone(), y.clone(), z.clone());
    for _ in 0..bits {
        let mean = x.add(&y).add(&z).over(3);
        let (dx, dy, dz) = (mean.sub(&x), mean.sub(&y), mean.sub(&z));
        let off = dx.magnitude().max(dy.magnitude()).max(dz.magnitude());
        if dx.is_zero() && dy.is_zero() && dz.is_zero()
            || off.saturating_sub(mean.magnitude()).saturating_mul(6) < -(bits as i64) - 8
        {
            let (a, b) = (dx.div(&mean)?, dy.div(&mean)?);
            let c = a.add(&b).neg();
            let e2 = a.mul(&b).sub(&c.square());
            let e3 = a.mul(&b).mul(&c);
            let one = Precise::int(1, bits);
            let sum = one
                .sub(&e2.over(10))
                .add(&e3.over(14))
                .add(&e2.square().over(24))
                .sub(&e2.mul(&e3).times(3).over(44));
            return sum.div(&mean.sqrt());
        }
        let (p, q, r) = (x.sqrt(), y.sqrt(), z.sqrt());
        let shift = p.mul(&q).add(&q.mul(&r)).add(&r.mul(&p));
        (x, y, z) = (x.add(&shift).over(4), y.add(&shift).over(4), z.add(&shift).over(4));
    }
    None
}

fn carlson_c(x: &Precise, y: &Precise) -> Option<Precise> {
    carlson_f(x, y, y)
}

/// The integral of 3/(2 (t + p) sqrt((t + x)(t + y)(t + z))) from 0.
fn carlson_j(x: &Precise, y: &Precise, z: &Precise, p: &Precise) -> Option<Precise> {
    let bits = x.bits();
    let (mut x, mut y, mut z, mut p) = (x.clone(), y.clone(), z.clone(), p.clone());
    let (mut sum, mut scale) = (Precise::int(0, bits), Precise::int(1, bits));
    for _ in 0..bits {
        let mean = x.add(&y).add(&z).add(&p.times(2)).over(5);
        let off = [&x, &y, &z, &p].map(|v| mean.sub(v).magnitude()).into_iter().max()?;
        if (off - mean.magnitude()) * 6 < -(bits as i64) - 8 {
            let of = |v: &Precise| mean.sub(v).div(&mean);
            let (a, b, c) = (of(&x)?, of(&y)?, of(&z)?);
            let d = a.add(&b).add(&c).over(2).neg();
            let e2 = a.mul(&b).add(&a.mul(&c)).add(&b.mul(&c)).sub(&d.square().times(3));
            let abc = a.mul(&b).mul(&c);
            let e3 = abc.add(&e2.mul(&d).times(2)).add(&d.square().mul(&d).times(4));
            let e4 = abc.times(2).add(&e2.mul(&d)).add(&d.square().mul(&d).times(3)).mul(&d);
            let e5 = abc.mul(&d.square());
            let one = Precise::int(1, bits);
            let tail = one
                .sub(&e2.times(3).over(14))
                .add(&e3.over(6))
                .add(&e2.square().times(9).over(88))
                .sub(&e4.times(3).over(22))
                .sub(&e2.mul(&e3).times(9).over(52))
                .add(&e5.times(3).over(26));
            let last = scale.mul(&tail).div(&mean.mul(&mean.sqrt()))?;
            return Some(sum.times(6).add(&last));
        }
        let (q, r, s, t) = (x.sqrt(), y.sqrt(), z.sqrt(), p.sqrt());
        let shift = q.mul(&r).add(&r.mul(&s)).add(&s.mul(&q));
        let d = t.add(&q).mul(&t.add(&r)).mul(&t.add(&s));
        // RC(1, 1 + (p - x)(p - y)(p - z)/d^2)
        let ratio = p.sub(&x).mul(&p.sub(&y)).mul(&p.sub(&z)).div(&d.square())?;
        let one = Precise::int(1, bits);
        sum = sum.add(&scale.mul(&carlson_c(&one, &ratio.plus(1))?).div(&d)?);
        scale = scale.over(4);
        (x, y, z, p) = (
            x.add(&shift).over(4),
            y.add(&shift).over(4),
            z.add(&shift).over(4),
            p.add(&shift).over(4),
        );
    }
    None
}

fn carlson_d(x: &Precise, y: &Precise, z: &Precise) -> Option<Precise> {
    carlson_j(x, y, z, z)
}

pub(super) fn elliptic_k(args: &[Precise]) -> Option<Precise> {
    let bits = args[0].bits();
    let one = Precise::int(1, bits);
    if args[0].as_integer() == Some(1) {
        return None;
    }
    carlson_f(&Precise::int(0, bits), &one.sub(&args[0]), &one)
}

/// The angle brought between -Pi/2 and Pi/2, and how many half turns were taken off.
fn reduced(angle: &Precise) -> Option<(Precise, i64)> {
    let turns = (angle.to_f64().0 / std::f64::consts::PI).round();
    if turns.is_nan() || turns.abs() >= 1e9 {
        return None;
    }
    Some((angle.sub(&Precise::pi(angle.bits()).times(turns as i64)), turns as i64))
}

pub(super) fn elliptic_f(args: &[Precise]) -> Option<Precise> {
    let [angle, m] = args else { return None };
    let (rest, turns) = reduced(angle)?;
    let (sin, cos) = rest.sin_cos()?;
    let one = Precise::int(1, angle.bits());
    let square = sin.square();
    let value = sin.mul(&carlson_f(&cos.square(), &one.sub(&m.mul(&square)), &one)?);
    match turns {
        0 => Some(value),
        _ => Some(value.add(&elliptic_k(std::slice::from_ref(m))?.times(2 * turns))),
    }
}

pub(super) fn elliptic_e(args: &[Precise]) -> Option<Precise> {
    let bits = args[0].bits();
    let one = Precise::int(1, bits);
    match args {
        [m] => {
            if m.as_integer() == Some(1) {
                return Some(one);
            }
            let (zero, rest) = (Precise::int(0, bits), one.sub(m));
            let first = carlson_f(&zero, &rest, &one)?;
            Some(first.sub(&m.over(3).mul(&carlson_d(&zero, &rest, &one)?)))
        }
        [angle, m] => {
            let (rest, turns) = reduced(angle)?;
            let (sin, cos) = rest.sin_cos()?;
            let square = sin.square();
            let (x, y) = (cos.square(), one.sub(&m.mul(&square)));
            let first = sin.mul(&carlson_f(&x, &y, &one)?);
            let second = m.mul(&square).mul(&sin).over(3).mul(&carlson_d(&x, &y, &one)?);
            let value = first.sub(&second);
            match turns {
                0 => Some(value),
                _ => Some(value.add(&elliptic_e(std::slice::from_ref(m))?.times(2 * turns))),
            }
        }
        _ => None,
    }
}

pub(super) fn elliptic_pi(args: &[Precise]) -> Option<Precise> {
    let bits = args[0].bits();
    let one = Precise::int(1, bits);
    match args {
        [n, m] => {
            let (zero, rest) = (Precise::int(0, bits), one.sub(m));
            let first = carlson_f(&zero, &rest, &one)?;
            Some(first.add(&n.over(3).mul(&carlson_j(&zero, &rest, &one, &one.sub(n))?)))
        }
        [n, angle, m] => {
            let (rest, turns) = reduced(angle)?;
            let (sin, cos) = rest.sin_cos()?;
            let square = sin.square();
            let (x, y) = (cos.square(), one.sub(&m.mul(&square)));
            let third = carlson_j(&x, &y, &one, &one.sub(&n.mul(&square)))?;
            let value = sin
                .mul(&carlson_f(&x, &y, &one)?)
                .add(&n.mul(&square).mul(&sin).over(3).mul(&third));
            match turns {
                0 => Some(value),
                _ => Some(value.add(&elliptic_pi(&[n.clone(), m.clone()])?.times(2 * turns))),
            }
        }
        _ => None,
    }
}

/// Sine, cosine and difference of the amplitude by theta functions.
pub(super) fn jacobi_sn_cn_dn(u: &Precise, m: &Precise) -> Option<(Precise, Precise, Precise)> {
    let bits = u.bits();
    if m.is_zero() {
        let (sin, cos) = u.sin_cos()?;
        return Some((sin, cos, Precise::int(1, bits)));
    }
    if m.as_integer() == Some(1) {
        let (sinh, cosh) = u.sinh_cosh()?;
        return Some((sinh.div(&cosh)?, cosh.inv()?, cosh.inv()?));
    }
    let one = Precise::int(1, bits);
    let (k, k_prime) = (elliptic_k(std::slice::from_ref(m))?, elliptic_k(&[one.sub(m)])?);
    let q = Precise::pi(bits).mul(&k_prime).div(&k)?.neg().exp()?;
    let z = u.mul(&Precise::pi(bits)).div(&k.times(2))?;
    let zero = Precise::int(0, bits);
    let theta = |kind: u8, z: &Precise| theta(kind, z, &q);
    let (t2, t3, t4) = (theta(2, &zero)?, theta(3, &zero)?, theta(4, &zero)?);
    let bottom = theta(4, &z)?;
    let sn = t3.mul(&theta(1, &z)?).div(&t2.mul(&bottom))?;
    let cn = t4.mul(&theta(2, &z)?).div(&t2.mul(&bottom))?;
    Some((sn, cn, t4.mul(&theta(3, &z)?).div(&t3.mul(&bottom))?))
}

/// Jacobi's theta functions 1 to 4.
pub(super) fn theta(kind: u8, z: &Precise, q: &Precise) -> Option<Precise> {
    let bits = z.bits();
    if q.size() >= 0.95 {
        return None;
    }
    let mut sum = Precise::int(if kind >= 3 { 1 } else { 0 }, bits);
    let quarter = q.sqrt().sqrt();
    let mut small = 0;
    for n in 0..2000i64 {
        let (power, turn) = match kind {
            1 | 2 => (q.powi(n * (n + 1))?.mul(&quarter), 2 * n + 1),
            _ => (q.powi((n + 1) * (n + 1))?, 2 * (n + 1)),
        };
        let (sin, cos) = z.times(turn).sin_cos()?;
        let wave = if kind == 1 { sin } else { cos };
        let term = power.mul(&wave).times(2);
        let is_negative = match kind {
            1 => n % 2 == 1,
            4 => n % 2 == 0,
            _ => false,
        };
        sum = if is_negative { sum.sub(&term) } else { sum.add(&term) };
        small = if term.is_zero() || term.magnitude() < sum.magnitude() - bits as i64 - 4 {
            small + 1
        } else {
            0
        };
        if small > 1 {
            return Some(sum);
        }
    }
    None
}

/// The arithmetic-geometric mean.
pub(super) fn agm(args: &[Precise]) -> Option<Precise> {
    let [a, b] = args else { return None };
    let (mut a, mut b) = (a.clone(), b.clone());
    if a.is_zero() || b.is_zero() || a.add(&b).is_zero() {
        return Some(Precise::int(0, a.bits()));
    }
    for _ in 0..a.bits() {
        let difference = a.sub(&b);
        if difference.is_zero() || difference.magnitude() < a.magnitude() - a.bits() as i64 + 4 {
            return Some(a);
        }
        let mean = a.add(&b).over(2);
        let ratio = b.div(&a)?.sqrt();
        (a, b) = (mean, a.mul(&ratio));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::precise::test::{at, near};

    /// Integrates by the trapezoidal rule after t = tanh(sinh(u) Pi/2) (Takahasi and Mori).
    fn integral(from: f64, to: f64, f: &dyn Fn(f64) -> f64) -> f64 {
        let h: f64 = 1.0 / 64.0;
        let (middle, radius) = ((from + to) / 2.0, (to - from) / 2.0);
        (-320..=320)
            .map(|k| {
                let u = f64::from(k) * h;
                let s = std::f64::consts::FRAC_PI_2 * u.sinh();
                let weight = std::f64::consts::FRAC_PI_2 * u.cosh() / s.cosh().powi(2);
                let value = f(middle + radius * s.tanh());
                if value.is_finite() { value * weight * h * radius } else { 0.0 }
            })
            .sum()
    }

    fn is_integral(value: Option<Precise>, from: f64, to: f64, f: &dyn Fn(f64) -> f64) {
        let (value, wanted) = (value.expect("finite").to_f64().0, integral(from, to, f));
        assert!((value - wanted).abs() < 1e-12 * wanted.abs().max(1.0), "{value} {wanted}");
    }

    #[test]
    fn functions_are_the_integrals_that_define_them() {
        let tau = 2.0 / std::f64::consts::PI.sqrt();
        is_integral(erf(&[at(1.3, 0.0)]), 0.0, 1.3, &|t| tau * (-t * t).exp());
        is_integral(sin_integral(&[at(4.0, 0.0)]), 0.0, 4.0, &|t| t.sin() / t);
        is_integral(fresnel_s(&[at(1.7, 0.0)]), 0.0, 1.7, &|t| {
            (std::f64::consts::FRAC_PI_2 * t * t).sin()
        });
        is_integral(fresnel_c(&[at(1.7, 0.0)]), 0.0, 1.7, &|t| {
            (std::f64::consts::FRAC_PI_2 * t * t).cos()
        });
        is_integral(elliptic_f(&[at(0.8, 0.0), at(0.6, 0.0)]), 0.0, 0.8, &|t| {
            1.0 / (1.0 - 0.6 * t.sin().powi(2)).sqrt()
        });
        is_integral(elliptic_e(&[at(0.8, 0.0), at(0.6, 0.0)]), 0.0, 0.8, &|t| {
            (1.0 - 0.6 * t.sin().powi(2)).sqrt()
        });
        is_integral(elliptic_pi(&[at(0.4, 0.0), at(0.8, 0.0), at(0.6, 0.0)]), 0.0, 0.8, &|t| {
            1.0 / ((1.0 - 0.4 * t.sin().powi(2)) * (1.0 - 0.6 * t.sin().powi(2)).sqrt())
        });
        is_integral(upper_gamma(&[at(2.5, 0.0), at(3.0, 0.0)]), 3.0, 60.0, &|t| {
            t.powf(1.5) * (-t).exp()
        });
        is_integral(exp_integral_e(&[at(2.0, 0.0), at(2.0, 0.0)]), 0.0, 1.0, &|t| (-2.0 / t).exp());
    }

    #[test]
    fn inverse_functions_are_inverse() {
        for x in [0.1, -0.7, 0.999] {
            near(
                &erf(&[inverse_erf(&[at(x, 0.0)]).expect("finite")]).expect("finite"),
                &at(x, 0.0),
            );
        }
        for (branch, re, im) in [
            (0, 1.0, 0.0),
            (0, -0.3, 0.0),
            (-1, -0.2, 0.0),
            (0, -1.5, 0.0),
            (0, 2.0, -3.0),
            (2, 1.0, 1.0),
            (-1, 0.5, 0.5),
        ] {
            let z = at(re, im);
            let w = product_log(&[Precise::int(branch, 96), z.clone()]).expect("finite");
            near(&w.mul(&w.exp().expect("finite")), &z);
        }
        near(
            &jacobi_sn_cn_dn(
                &elliptic_f(&[at(0.8, 0.0), at(0.6, 0.0)]).expect("finite"),
                &at(0.6, 0.0),
            )
            .expect("finite")
            .0,
            &at(0.8, 0.0).sin().expect("finite"),
        );
    }

    #[test]
    fn far_series_agree_with_near_ones() {
        let z = at(12.0, 0.0);
        near(
            &erfc_far(&z).expect("finite").with_bits(96),
            &Precise::int(1, 400).sub(&erf(&[z.with_bits(600)]).expect("finite")).with_bits(96),
        );
        near(
            &agm(&[at(1.0, 0.0), at(0.5, 0.0)]).expect("finite"),
            &Precise::pi(96)
                .div(&elliptic_k(&[at(0.75, 0.0)]).expect("finite").times(2))
                .expect("finite"),
        );
    }
}
