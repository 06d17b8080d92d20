//! Special functions of complex arguments, to about 12 digits: what the check of an antiderivative
//! and numerical integration need of them.

use std::f64::consts::PI;

use super::complex::{C, I, ONE, ZERO, c, r};

const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// Lanczos' approximation with g = 7 and nine coefficients (Godfrey).
const LANCZOS: [f64; 9] = [
    0.999_999_999_999_809_9,
    676.520_368_121_885_1,
    -1_259.139_216_722_402_8,
    771.323_428_777_653_1,
    -176.615_029_162_140_6,
    12.507_343_278_686_905,
    -0.138_571_095_265_720_12,
    9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
];

/// The gamma function.
pub(crate) fn gamma(z: C) -> C {
    if z.re < 0.5 {
        return r(PI) / ((z * PI).sin() * gamma(ONE - z));
    }
    let z = z - ONE;
    let mut sum = r(LANCZOS[0]);
    for (place, coefficient) in LANCZOS.iter().enumerate().skip(1) {
        sum = sum + r(*coefficient) / (z + r(place as f64));
    }
    let t = z + r(7.5);
    sum * (t.ln() * (z + r(0.5)) - t).exp() * (2.0 * PI).sqrt()
}

/// The upper incomplete gamma function, by its power series or by its continued fraction
/// (DLMF 8.7.1, 8.9.2).
pub(crate) fn upper_gamma(a: C, z: C) -> C {
    if z == ZERO {
        return gamma(a);
    }
    let is_pole = a.im == 0.0 && a.re <= 0.0 && a.re.fract() == 0.0;
    if is_pole && z.abs() < 2.0 {
        // From the exponential integral by the recurrence downwards.
        let mut value = exponential_integral_1(z);
        let power = (-z).exp();
        for n in 1..=(-a.re as i64) {
            let k = -(n as f64);
            value = (value - z.powi(-n) * power) * (1.0 / k);
        }
        return value;
    }
    let near_cut = z.re < 0.0 && z.im.abs() < z.re.abs();
    if z.abs() < 2.0 + a.abs() || (near_cut && z.abs() < 30.0) {
        if is_pole {
            return c(f64::NAN, f64::NAN);
        }
        // e^-z z^a sum of z^k / (a)_(k+1)
        let (mut term, mut sum) = (ONE / a, ONE / a);
        for k in 1..600 {
            term = term * z / (a + r(f64::from(k)));
            sum = sum + term;
            if term.abs() < 1e-17 * sum.abs() {
                break;
            }
        }
        return gamma(a) - sum * (z.ln() * a - z).exp();
    }
    (z.ln() * a - z).exp() * continued_gamma(a, z)
}

/// Lentz's algorithm for the continued fraction of the upper incomplete gamma function.
fn continued_gamma(a: C, z: C) -> C {
    let tiny = r(1e-300);
    let mut b = z + ONE - a;
    let mut cc = ONE / tiny;
    let mut d = ONE / b;
    let mut h = d;
    for k in 1..1000 {
        let k = f64::from(k);
        let an = (a - r(k)) * k;
        b = b + r(2.0);
        d = an * d + b;
        d = ONE / if d.abs() < 1e-300 { tiny } else { d };
        cc = b + an / cc;
        let delta = d * cc;
        h = h * delta;
        if (delta - ONE).abs() < 1e-15 {
            break;
        }
    }
    h
}

/// The exponential integral E1 (DLMF 6.6.2, 6.9.1).
pub(crate) fn exponential_integral_1(z: C) -> C {
    let near_cut = z.re < 0.0 && z.im.abs() < z.re.abs();
    if z.abs() < 3.0 || (near_cut && z.abs() < 36.0) {
        let (mut term, mut sum) = (ONE, ZERO);
        for k in 1..400 {
            let k = f64::from(k);
            term = term * (-z) * (1.0 / k);
            let add = term * (1.0 / k);
            sum = sum + add;
            if add.abs() < 1e-17 * sum.abs() {
                break;
            }
        }
        return -(r(EULER_GAMMA) + z.ln() + sum);
    }
    (-z).exp() * continued_gamma(ZERO, z)
}

/// The exponential integral Ei.
pub(crate) fn ei(z: C) -> C {
    if z.im == 0.0 {
        let value = -exponential_integral_1(c(-z.re, 0.0));
        return r(value.re);
    }
    -exponential_integral_1(-z) + c(0.0, PI.copysign(z.im))
}

/// The error function: its Taylor series, or by the complementary incomplete gamma function.
pub(crate) fn erf(z: C) -> C {
    if z.re < 0.0 {
        return -erf(-z);
    }
    if z.abs() < 4.0 {
        let square = z * z;
        let (mut term, mut sum) = (z, z);
        for k in 1..300 {
            let k = f64::from(k);
            // e^-z^2 sum of 2^k z^(2k+1) / (2k+1)!! does not cancel.
            term = term * square * (2.0 / (2.0 * k + 1.0));
            sum = sum + term;
            if term.abs() < 1e-17 * sum.abs() {
                break;
            }
        }
        return sum * (-square).exp() * (2.0 / PI.sqrt());
    }
    ONE - erfc_large(z)
}

fn erfc_large(z: C) -> C {
    upper_gamma(r(0.5), z * z) * (1.0 / PI.sqrt())
}

/// The complementary error function.
pub(crate) fn erfc(z: C) -> C {
    if z.re > 0.0 && z.abs() >= 4.0 { erfc_large(z) } else { ONE - erf(z) }
}

/// The imaginary error function.
pub(crate) fn erfi(z: C) -> C {
    erf(z.turned()).turned_back()
}

/// The Fresnel integrals S and C, by the error function (DLMF 7.5.8).
pub(crate) fn fresnel(z: C) -> (C, C) {
    let half = PI.sqrt() / 2.0;
    let plus = erf(c(half, -half) * z) * c(0.5, 0.5);
    let minus = erf(c(half, half) * z) * c(0.5, -0.5);
    ((plus - minus).turned_back() * 0.5, (plus + minus) * 0.5)
}

/// Sine and hyperbolic sine integrals as power series; `sign` is that of the squares.
fn sine_series(z: C, sign: f64) -> C {
    let square = z * z * sign;
    let (mut term, mut sum) = (z, z);
    for k in 1..200 {
        let k = f64::from(k);
        term = term * square * (1.0 / ((2.0 * k) * (2.0 * k + 1.0)));
        let add = term * (1.0 / (2.0 * k + 1.0));
        sum = sum + add;
        if add.abs() < 1e-17 * sum.abs() {
            break;
        }
    }
    sum
}

fn cosine_series(z: C, sign: f64) -> C {
    let square = z * z * sign;
    let (mut term, mut sum) = (ONE, ZERO);
    for k in 1..200 {
        let k = f64::from(k);
        term = term * square * (1.0 / ((2.0 * k - 1.0) * (2.0 * k)));
        let add = term * (1.0 / (2.0 * k));
        sum = sum + add;
        if add.abs() < 1e-17 * sum.abs() {
            break;
        }
    }
    sum + r(EULER_GAMMA) + z.ln()
}

/// The sine integral.
pub(crate) fn si(z: C) -> C {
    if z.re < 0.0 {
        return -si(-z);
    }
    if z.abs() < 12.0 {
        return sine_series(z, -1.0);
    }
    let (a, b) = (exponential_integral_1(z.turned()), exponential_integral_1(-z.turned()));
    (a - b).turned_back() * 0.5 + r(PI / 2.0)
}

/// The cosine integral.
pub(crate) fn ci(z: C) -> C {
    if z.abs() < 12.0 {
        return cosine_series(z, -1.0);
    }
    if z.re < 0.0 {
        return ci(-z) + z.ln() - (-z).ln();
    }
    (exponential_integral_1(z.turned()) + exponential_integral_1(-z.turned())) * -0.5
}

/// The hyperbolic sine integral.
pub(crate) fn shi(z: C) -> C {
    if z.abs() < 20.0 { sine_series(z, 1.0) } else { si(z.turned()).turned_back() }
}

/// The hyperbolic cosine integral.
pub(crate) fn chi(z: C) -> C {
    if z.abs() < 20.0 {
        return cosine_series(z, 1.0);
    }
    ci(z.turned()) + z.ln() - z.turned().ln()
}

/// The Riemann zeta function at integers above 1 and at those below, where polylogarithms need it.
fn zeta(s: i64) -> f64 {
    if s == 0 {
        return -0.5;
    }
    if s < 0 {
        // The functional equation (DLMF 25.4.1).
        let t = 1 - s;
        let x = t as f64;
        let angle = (PI * x / 2.0).cos();
        return 2.0 * (2.0 * PI).powf(-x) * angle * gamma(r(x)).re * zeta(t);
    }
    // Euler-Maclaurin.
    let (s, n) = (s as f64, 20.0f64);
    let mut sum: f64 = (1..20).map(|k| f64::from(k).powf(-s)).sum();
    sum += n.powf(1.0 - s) / (s - 1.0) + 0.5 * n.powf(-s);
    sum += s / 12.0 * n.powf(-s - 1.0);
    sum -= s * (s + 1.0) * (s + 2.0) / 720.0 * n.powf(-s - 3.0);
    sum + s * (s + 1.0) * (s + 2.0) * (s + 3.0) * (s + 4.0) / 30_240.0 * n.powf(-s - 5.0)
}

/// The polylogarithm of integer order: its series, the expansion in the logarithm (DLMF 25.12.12),
/// or inversion.
pub(crate) fn polylog(order: i64, z: C) -> C {
    if order == 1 {
        return -(ONE - z).ln();
    }
    if order <= 0 {
        return polylog_below(order, z);
    }
    if z.abs() <= 0.5 {
        let (mut power, mut sum) = (ONE, ZERO);
        for k in 1..200 {
            power = power * z;
            let term = power * f64::from(k).powi(-(order as i32));
            sum = sum + term;
            if term.abs() < 1e-18 {
                break;
            }
        }
        return sum;
    }
    if z.abs() > 2.0 {
        return polylog_inverted(order, z);
    }
    // With m = log z: sum of zeta(s-k) m^k/k! without k = s-1, and the term with log(-m).
    let m = z.ln();
    if m.abs() < 1e-300 {
        return r(zeta(order));
    }
    let (mut power, mut sum) = (ONE, ZERO);
    let mut harmonic = 0.0;
    for k in 0..80i64 {
        if k == order - 1 {
            // On the cut above 1 the value is that from below.
            let mut log = (-m).ln();
            if z.im == 0.0 && z.re > 1.0 {
                log = c(log.re, PI);
            }
            sum = sum + power * (r(harmonic) - log);
        } else {
            sum = sum + power * zeta(order - k);
        }
        power = power * m * (1.0 / (k as f64 + 1.0));
        harmonic += 1.0 / (k as f64 + 1.0);
    }
    sum
}

fn polylog_below(order: i64, z: C) -> C {
    // (z d/dz)^n of z/(1-z), by Eulerian numbers.
    let n = (-order) as usize;
    if n == 0 {
        return z / (ONE - z);
    }
    let mut row = vec![1.0f64];
    for m in 2..=n {
        let old = |k: usize| row.get(k).copied().unwrap_or(0.0);
        let next = (0..m)
            .map(|k| {
                (k as f64 + 1.0) * old(k) + if k > 0 { (m - k) as f64 * old(k - 1) } else { 0.0 }
            })
            .collect();
        row = next;
    }
    let sum = row.iter().rev().fold(ZERO, |sum, a| sum * z + r(*a));
    sum * z / (ONE - z).powi(n as i64 + 1)
}

/// Jonquière's inversion for a positive integer order.
fn polylog_inverted(order: i64, z: C) -> C {
    // Bernoulli polynomial of (1/2 + log(-z)/(2 pi i)).
    let x = r(0.5) + (-z).ln() / c(0.0, 2.0 * PI);
    let x = if z.im == 0.0 && z.re > 1.0 {
        // log(-z) on the cut: its argument is taken as +pi here, from below.
        r(0.5) + c(z.re.ln(), PI) / c(0.0, 2.0 * PI)
    } else {
        x
    };
    let factor = c(0.0, 2.0 * PI).powi(order) * (1.0 / gamma(r(order as f64 + 1.0)).re);
    let sign = if order % 2 == 0 { 1.0 } else { -1.0 };
    -(factor * bernoulli_polynomial(order as usize, x)) - polylog(order, ONE / z) * sign
}

fn bernoulli_polynomial(n: usize, x: C) -> C {
    let mut numbers = vec![1.0f64];
    for m in 1..=n {
        let mut sum = 0.0;
        let mut binomial = 1.0;
        for (k, number) in numbers.iter().enumerate() {
            sum += binomial * number;
            binomial = binomial * (m + 1 - k) as f64 / (k + 1) as f64;
        }
        numbers.push(-sum / (m + 1) as f64);
    }
    let mut binomial = 1.0;
    let mut sum = ZERO;
    for (k, number) in numbers.iter().enumerate() {
        sum = sum + x.powi((n - k) as i64) * (binomial * number);
        binomial = binomial * (n - k) as f64 / (k + 1) as f64;
    }
    sum
}

/// The product logarithm, by Halley's iteration.
pub(crate) fn product_log(z: C) -> C {
    let e = std::f64::consts::E;
    let mut w = if (z + r(1.0 / e)).abs() < 0.3 {
        let p = ((z * e + ONE) * 2.0).sqrt();
        -ONE + p - p * p * (1.0 / 3.0)
    } else if z.abs() < 2.0 {
        (ONE + z).ln()
    } else {
        let log = z.ln();
        log - log.ln()
    };
    for _ in 0..60 {
        let power = w.exp();
        let f = w * power - z;
        let step = f / (power * (w + ONE) - (w + r(2.0)) * f / ((w + ONE) * 2.0));
        w = w - step;
        if step.abs() < 1e-16 * w.abs().max(1e-300) {
            break;
        }
    }
    w
}

/// Carlson's symmetric integral of the first kind.
fn carlson_rf(mut x: C, mut y: C, mut z: C) -> C {
    for _ in 0..60 {
        let lambda = x.sqrt() * y.sqrt() + y.sqrt() * z.sqrt() + z.sqrt() * x.sqrt();
        (x, y, z) = ((x + lambda) * 0.25, (y + lambda) * 0.25, (z + lambda) * 0.25);
        let mean = (x + y + z) * (1.0 / 3.0);
        let spread = [x, y, z].iter().map(|v| (*v - mean).abs()).fold(0.0, f64::max);
        if spread < 1e-4 * mean.abs() {
            let (a, b) = (ONE - x / mean, ONE - y / mean);
            let cc = -(a + b);
            let (e2, e3) = (a * b - cc * cc, a * b * cc);
            let sum = ONE - e2 * 0.1 + e3 * (1.0 / 14.0) + e2 * e2 * (1.0 / 24.0)
                - e2 * e3 * (3.0 / 44.0);
            return sum / mean.sqrt();
        }
    }
    c(f64::NAN, f64::NAN)
}

/// The incomplete elliptic integral of the first kind with the parameter m.
pub(crate) fn elliptic_f(phi: C, m: C) -> C {
    if phi.re.abs() > PI / 2.0 {
        let turns = (phi.re / PI).round();
        return elliptic_f(phi - r(turns * PI), m) + carlson_rf(ZERO, ONE - m, ONE) * (2.0 * turns);
    }
    let (sin, cos) = (phi.sin(), phi.cos());
    sin * carlson_rf(cos * cos, ONE - m * sin * sin, ONE)
}

/// The hypergeometric function 2F1 by its series after a transformation of the argument
/// (DLMF 15.8).
pub(crate) fn hypergeometric(a: C, b: C, cc: C, z: C) -> C {
    if z.abs() < 0.72 {
        return hypergeometric_series(a, b, cc, z);
    }
    let pfaff = z / (z - ONE);
    if pfaff.abs() < 0.72 {
        return (ONE - z).pow(-a) * hypergeometric_series(a, cc - b, cc, pfaff);
    }
    let is_integer = |v: C| v.im.abs() < 1e-12 && (v.re - v.re.round()).abs() < 1e-9;
    let rest = ONE - z;
    if rest.abs() < 0.75 && !is_integer(cc - a - b) {
        let s = cc - a - b;
        let one = gamma(cc) * gamma(s) / (gamma(cc - a) * gamma(cc - b));
        let two = gamma(cc) * gamma(-s) / (gamma(a) * gamma(b)) * rest.pow(s);
        return one * hypergeometric_series(a, b, ONE - s, rest)
            + two * hypergeometric_series(cc - a, cc - b, ONE + s, rest);
    }
    if z.abs() > 1.35 && !is_integer(a - b) {
        let side = |a: C, b: C| {
            gamma(cc) * gamma(b - a) / (gamma(b) * gamma(cc - a))
                * (-z).pow(-a)
                * hypergeometric_series(a, a - cc + ONE, a - b + ONE, ONE / z)
        };
        return side(a, b) + side(b, a);
    }
    hypergeometric_path(a, b, cc, z)
}

fn hypergeometric_series(a: C, b: C, cc: C, z: C) -> C {
    let (mut term, mut sum) = (ONE, ONE);
    for k in 0..2000 {
        let k = f64::from(k);
        term = term * (a + r(k)) * (b + r(k)) * z / ((cc + r(k)) * (k + 1.0));
        sum = sum + term;
        if term.abs() <= 1e-17 * sum.abs() {
            break;
        }
    }
    sum
}

/// Continues the function from inside the unit circle by Taylor steps of its equation.
fn hypergeometric_path(a: C, b: C, cc: C, z: C) -> C {
    // On the cut the value is that from below.
    let direction = if z.im > 0.0 { I } else { -I };
    let start = direction * 0.45;
    let mut at = start;
    let mut value = hypergeometric_series(a, b, cc, at);
    let mut slope = a * b / cc * hypergeometric_series(a + ONE, b + ONE, cc + ONE, at);
    let half_way = if z.re > 0.5 { direction * 0.9 + r(0.5) } else { z };
    for goal in [half_way, z] {
        for _ in 0..200 {
            let left = goal - at;
            if left.abs() < 1e-300 {
                break;
            }
            let radius = 0.4 * at.abs().min((ONE - at).abs());
            let step = if left.abs() <= radius { left } else { left * (radius / left.abs()) };
            (value, slope) = taylor_step(a, b, cc, at, value, slope, step);
            at = at + step;
            if left.abs() <= radius {
                break;
            }
        }
    }
    value
}

#[expect(clippy::many_single_char_names, reason = "as the equation is written")]
fn taylor_step(a: C, b: C, cc: C, z: C, f: C, g: C, h: C) -> (C, C) {
    // (z(1-z)) f'' + (c - (a+b+1) z) f' - a b f = 0 in powers of h.
    let p = z * (ONE - z);
    let q = ONE - z * 2.0;
    let s = cc - (a + b + ONE) * z;
    let (mut older, mut old) = (f, g);
    let (mut value, mut slope) = (f + g * h, g);
    let mut power = h;
    for n in 0..80 {
        let n = f64::from(n);
        let next = -(old * ((q * n + s) * (n + 1.0)) - older * ((a + r(n)) * (b + r(n))))
            / (p * ((n + 1.0) * (n + 2.0)));
        slope = slope + next * power * (n + 2.0);
        power = power * h;
        value = value + next * power;
        (older, old) = (old, next);
        if (next * power).abs() < 1e-18 * value.abs() {
            break;
        }
    }
    (value, slope)
}

/// The logarithm of the gamma function's derivative, by recurrence and its asymptotic series.
pub(crate) fn digamma(mut z: C) -> C {
    let mut shift = ZERO;
    while z.re < 12.0 {
        shift = shift - ONE / z;
        z = z + ONE;
    }
    let inverse = ONE / (z * z);
    let tail = inverse * (1.0 / 12.0) - inverse * inverse * (1.0 / 120.0)
        + inverse.powi(3) * (1.0 / 252.0)
        - inverse.powi(4) * (1.0 / 240.0)
        + inverse.powi(5) * (1.0 / 132.0);
    shift + z.ln() - ONE / (z * 2.0) - tail
}
