//! The gamma function and what is made of it, and zeta functions.

use std::cell::RefCell;
use std::collections::HashMap;

use dashu_ratio::RBig;

use crate::builtins::combinatorics::numbers::bernoulli_numbers;
use crate::precise::Precise;

thread_local! {
    /// Bernoulli numbers of even indices that were computed before.
    static BERNOULLI: RefCell<Vec<RBig>> = const { RefCell::new(Vec::new()) };
    /// Values of the Stirling shift by bits are not kept, those of log(2 Pi)/2 are.
    static HALF_LOG_TAU: RefCell<HashMap<usize, Precise>> = RefCell::new(HashMap::new());
}

/// Returns the Bernoulli numbers of indices 2, 4, ..., 2 `count`, at least.
fn bernoulli(count: usize) -> Vec<RBig> {
    BERNOULLI.with_borrow_mut(|known| {
        if known.len() < count {
            *known = bernoulli_numbers(count.next_power_of_two());
        }
        known[..count].to_vec()
    })
}

fn half_log_tau(bits: usize) -> Option<Precise> {
    if let Some(known) = HALF_LOG_TAU.with_borrow(|known| known.get(&bits).cloned()) {
        return Some(known);
    }
    let value = Precise::pi(bits).times(2).ln()?.over(2);
    HALF_LOG_TAU.with_borrow_mut(|known| known.insert(bits, value.clone()));
    Some(value)
}

/// Returns whether it is 0, -1, -2, ...
pub(super) fn is_pole(z: &Precise) -> bool {
    z.as_integer().is_some_and(|n| n <= 0)
}

/// How far an argument is moved to the right for the asymptotic series.
fn shift(z: &Precise) -> i64 {
    let wanted = z.bits() as f64 * 0.12 + 4.0;
    let (re, im) = z.to_f64();
    if im.abs() > wanted && re > -wanted { 0 } else { (wanted - re).ceil().max(0.0) as i64 }
}

/// Stirling's series for the logarithm of gamma at a large argument.
fn stirling(z: &Precise) -> Option<Precise> {
    let bits = z.bits();
    let half = Precise::int(1, bits).over(2);
    let mut sum = z.sub(&half).mul(&z.ln()?).sub(z).add(&half_log_tau(bits)?);
    let inverse = z.inv()?;
    let square = inverse.square();
    let mut power = inverse;
    for (place, number) in bernoulli(bits / 6 + 8).iter().enumerate() {
        let k = place as i64 + 1;
        let term = power.mul(&Precise::ratio(number, bits)).over(2 * k * (2 * k - 1));
        if term.is_zero() || term.magnitude() < sum.magnitude() - bits as i64 - 4 {
            break;
        }
        sum = sum.add(&term);
        power = power.mul(&square);
    }
    Some(sum)
}

/// z (z + 1) ... (z + n - 1)
fn rising(z: &Precise, n: i64) -> Precise {
    (0..n).fold(Precise::int(1, z.bits()), |product, k| product.mul(&z.plus(k)))
}

pub(in crate::builtins) fn gamma(args: &[Precise]) -> Option<Precise> {
    let z = &args[0];
    if is_pole(z) || z.to_f64().0.abs() > 1e15 {
        return None;
    }
    if let Some(n) = z.as_integer().filter(|&n| n < 2000) {
        return Some((1..n).fold(Precise::int(1, z.bits()), |product, k| product.times(k)));
    }
    if z.to_f64().0 < 0.5 {
        // Pi/(sin(Pi z) gamma(1 - z))
        let other = gamma(&[Precise::int(1, z.bits()).sub(z)])?;
        return Precise::pi(z.bits()).div(&z.sin_pi()?.mul(&other));
    }
    let n = shift(z);
    stirling(&z.plus(n))?.exp()?.div(&rising(z, n))
}

/// 1/gamma, which is 0 at the poles.
pub(super) fn reciprocal(z: &Precise) -> Option<Precise> {
    if is_pole(z) {
        return Some(Precise::int(0, z.bits()));
    }
    gamma(std::slice::from_ref(z))?.inv()
}

pub(super) fn log_gamma(args: &[Precise]) -> Option<Precise> {
    let z = &args[0];
    if is_pole(z) {
        return None;
    }
    // It is 0 there, which no number of digits would show.
    if matches!(z.as_integer(), Some(1 | 2)) {
        return Some(Precise::int(0, z.bits()));
    }
    let n = shift(z);
    if n > 1 << 16 {
        return None;
    }
    let mut value = stirling(&z.plus(n))?;
    for k in 0..n {
        value = value.sub(&z.plus(k).ln()?);
    }
    Some(value)
}

pub(super) fn digamma(args: &[Precise]) -> Option<Precise> {
    let z = &args[0];
    let bits = z.bits();
    if is_pole(z) || z.to_f64().0 < -1e6 {
        return None;
    }
    let n = shift(z);
    let far = z.plus(n);
    let mut sum = far.ln()?.sub(&far.inv()?.over(2));
    let square = far.square().inv()?;
    let mut power = square.clone();
    for (place, number) in bernoulli(bits / 6 + 8).iter().enumerate() {
        let term = power.mul(&Precise::ratio(number, bits)).over(2 * (place as i64 + 1));
        if term.is_zero() || term.magnitude() < sum.magnitude() - bits as i64 - 4 {
            break;
        }
        sum = sum.sub(&term);
        power = power.mul(&square);
    }
    for k in 0..n {
        sum = sum.sub(&z.plus(k).inv()?);
    }
    Some(sum)
}

/// The n-th derivative of digamma: (-1)^(n + 1) n! zeta(n + 1, z).
pub(super) fn polygamma(args: &[Precise]) -> Option<Precise> {
    let (n, z) = (args[0].as_integer()?, &args[1]);
    if n == 0 {
        return digamma(std::slice::from_ref(z));
    }
    if !(1..1000).contains(&n) || is_pole(z) {
        return None;
    }
    let value = hurwitz(&[Precise::int(n + 1, z.bits()), z.clone()])?;
    let value = (1..=n).fold(value, |product, k| product.times(k));
    Some(if n % 2 == 0 { value.neg() } else { value })
}

pub(super) fn beta(args: &[Precise]) -> Option<Precise> {
    let [a, b] = args else { return None };
    let top = gamma(std::slice::from_ref(a))?.mul(&gamma(std::slice::from_ref(b))?);
    Some(top.mul(&reciprocal(&a.add(b))?))
}

/// gamma(a + n)/gamma(a)
pub(super) fn pochhammer(args: &[Precise]) -> Option<Precise> {
    let [a, n] = args else { return None };
    if let Some(n) = n.as_integer().filter(|n| (0..10_000).contains(n)) {
        return Some(rising(a, n));
    }
    Some(gamma(&[a.add(n)])?.mul(&reciprocal(a)?))
}

/// gamma(n + 1)/(gamma(k + 1) gamma(n - k + 1))
pub(super) fn binomial(args: &[Precise]) -> Option<Precise> {
    let [n, k] = args else { return None };
    let top = gamma(&[n.plus(1)])?;
    Some(top.mul(&reciprocal(&k.plus(1))?).mul(&reciprocal(&n.sub(k).plus(1))?))
}

/// Euler's and Maclaurin's sum of 1/(a + k)^s.
pub(super) fn hurwitz(args: &[Precise]) -> Option<Precise> {
    let [s, a] = args else { return None };
    let bits = s.bits();
    if s.as_integer() == Some(1) || is_pole(a) {
        return None;
    }
    let (size, re) = (s.size(), a.to_f64().0);
    let far = bits as f64 * 0.15 + size + 10.0;
    let count = (far - re).ceil().max(1.0);
    if count.is_nan() || count >= 1e5 {
        return None;
    }
    let (count, minus_s) = (count as i64, s.neg());
    let mut sum = Precise::int(0, bits);
    for k in 0..count {
        sum = sum.add(&a.plus(k).pow(&minus_s)?);
    }
    let end = a.plus(count);
    let power = end.pow(&minus_s)?;
    sum = sum.add(&power.mul(&end).div(&s.plus(-1))?).add(&power.over(2));
    let square = end.square().inv()?;
    // s (s + 1) ... (s + 2k - 2)/(2k)! (a + n)^(-s - 2k + 1)
    let mut factor = power.mul(&end.inv()?).mul(s).over(2);
    for (place, number) in bernoulli(bits / 5 + size as usize + 10).iter().enumerate() {
        let k = place as i64 + 1;
        let term = factor.mul(&Precise::ratio(number, bits));
        sum = sum.add(&term);
        if term.is_zero() || term.magnitude() < sum.magnitude() - bits as i64 - 4 {
            break;
        }
        let next = s.plus(2 * k - 1).mul(&s.plus(2 * k)).mul(&square);
        factor = factor.mul(&next).over((2 * k + 1) * (2 * k + 2));
    }
    Some(sum)
}

pub(in crate::builtins) fn zeta(args: &[Precise]) -> Option<Precise> {
    let s = &args[0];
    let bits = s.bits();
    if s.to_f64().0 < -4.0 {
        // 2^s Pi^(s - 1) sin(Pi s/2) gamma(1 - s) zeta(1 - s)
        let other = Precise::int(1, bits).sub(s);
        let first = Precise::int(2, bits).pow(s)?.mul(&Precise::pi(bits).pow(&s.plus(-1))?);
        let rest = gamma(std::slice::from_ref(&other))?.mul(&zeta(&[other])?);
        return Some(first.mul(&s.over(2).sin_pi()?).mul(&rest));
    }
    if s.size() > 1e4 {
        return (s.is_real() && s.to_f64().0 > bits as f64).then(|| Precise::int(1, bits));
    }
    hurwitz(&[s.clone(), Precise::int(1, bits)])
}

pub(super) fn polylog(args: &[Precise]) -> Option<Precise> {
    let [s, z] = args else { return None };
    let bits = s.bits();
    if z.is_zero() {
        return Some(z.clone());
    }
    if z.as_integer() == Some(1) {
        return zeta(std::slice::from_ref(s)).filter(|_| s.to_f64().0 > 1.0);
    }
    if let Some(n) = s.as_integer().filter(|&n| n <= 1) {
        return negative_polylog(n, z);
    }
    if z.size() <= 0.6 {
        return power_sum(s, z);
    }
    let log = z.ln()?;
    if log.size() < 5.5 {
        return near_one(s, &log);
    }
    let n = s.as_integer()?;
    if z.size() < 1.0 {
        return power_sum(s, z);
    }
    // Li_n(z) + (-1)^n Li_n(1/z) = -(2 Pi i)^n/n! B_n(1/2 + log(-z)/(2 Pi i))
    let inverse = power_sum(s, &z.inv()?)?;
    let tau_i = Precise::pi(bits).times(2).times_i();
    let x = z.neg().ln()?.div(&tau_i)?.add(&Precise::int(1, bits).over(2));
    let mut value = bernoulli_polynomial(n, &x).mul(&tau_i.powi(n)?);
    for k in 1..=n {
        value = value.over(k);
    }
    let value = value.neg();
    Some(if n % 2 == 0 { value.sub(&inverse) } else { value.add(&inverse) })
}

fn bernoulli_polynomial(n: i64, x: &Precise) -> Precise {
    let bits = x.bits();
    let mut sum = Precise::int(0, bits);
    let mut binomial = RBig::ONE;
    for k in 0..=n {
        let number = crate::builtins::combinatorics::numbers::bernoulli(k as usize);
        if let Some(power) = x.powi(n - k) {
            sum = sum.add(&power.mul(&Precise::ratio(&(number * &binomial), bits)));
        }
        binomial = binomial * RBig::from(n - k) / RBig::from(k + 1);
    }
    sum
}

/// The sum of z^k/k^s, for |z| < 1.
fn power_sum(s: &Precise, z: &Precise) -> Option<Precise> {
    let bits = s.bits();
    let minus_s = s.neg();
    let (mut sum, mut power) = (Precise::int(0, bits), z.clone());
    for k in 1..20_000 {
        let term = power.mul(&Precise::int(k, bits).pow(&minus_s)?);
        sum = sum.add(&term);
        if term.magnitude() < sum.magnitude() - bits as i64 - 4 {
            return Some(sum);
        }
        power = power.mul(z);
    }
    None
}

/// For s = 1, 0, -1, ...: derivatives of -log(1 - z) by z d/dz.
fn negative_polylog(n: i64, z: &Precise) -> Option<Precise> {
    let bits = z.bits();
    let one = Precise::int(1, bits);
    if n == 1 {
        return Some(one.sub(z).ln()?.neg());
    }
    if n < -300 {
        return None;
    }
    // The sum of k! S(m + 1, k + 1) (z/(1 - z))^(k + 1) over k, for m = -n.
    let ratio = z.div(&one.sub(z))?;
    let m = -n;
    // Stirling numbers of the second kind
    let mut row = vec![RBig::ONE];
    for size in 1..=m + 1 {
        let at = |k: i64| {
            usize::try_from(k).ok().and_then(|k| row.get(k)).cloned().unwrap_or(RBig::ZERO)
        };
        row = (0..=size).map(|k| at(k - 1) + at(k) * RBig::from(k)).collect();
    }
    let (mut sum, mut factorial, mut power) = (Precise::int(0, bits), RBig::ONE, ratio.clone());
    for k in 0..=m {
        let value = &row[(k + 1) as usize] * &factorial;
        sum = sum.add(&power.mul(&Precise::ratio(&value, bits)));
        power = power.mul(&ratio);
        factorial *= RBig::from(k + 1);
    }
    Some(sum)
}

/// Sums of zeta(s - k) log(z)^k/k!, for |log z| < 2 Pi.
fn near_one(s: &Precise, log: &Precise) -> Option<Precise> {
    let bits = s.bits();
    let whole = s.as_integer();
    let mut sum = match whole {
        Some(n) => {
            // log^(n - 1)/(n - 1)! (H(n - 1) - log(-log z))
            let mut harmonic = Precise::int(0, bits);
            let mut factor = Precise::int(1, bits);
            for k in 1..n {
                harmonic = harmonic.add(&Precise::int(1, bits).over(k));
                factor = factor.mul(log).over(k);
            }
            factor.mul(&harmonic.sub(&log.neg().ln()?))
        }
        None => {
            let one_less = Precise::int(1, bits).sub(s);
            gamma(std::slice::from_ref(&one_less))?.mul(&log.neg().pow(&one_less.neg())?)
        }
    };
    let mut power = Precise::int(1, bits);
    let mut small = 0;
    for k in 0..(4 * bits as i64 + 100) {
        if whole != Some(k + 1) {
            let term = power.mul(&zeta(&[s.plus(-k)])?);
            sum = sum.add(&term);
            // Every other zeta value may be 0.
            small = if term.is_zero() || term.magnitude() < sum.magnitude() - bits as i64 - 4 {
                small + 1
            } else {
                0
            };
            if small > 2 {
                return Some(sum);
            }
        }
        power = power.mul(log).over(k + 1);
    }
    None
}

/// The sum of z^k/(k + a)^s.
pub(super) fn lerch(args: &[Precise]) -> Option<Precise> {
    let [z, s, a] = args else { return None };
    if z.as_integer() == Some(1) {
        return hurwitz(&[s.clone(), a.clone()]).filter(|_| s.to_f64().0 > 1.0);
    }
    if z.size() > 0.95 || is_pole(a) {
        return None;
    }
    let (bits, minus_s) = (z.bits(), s.neg());
    let (mut sum, mut power) = (Precise::int(0, bits), Precise::int(1, bits));
    for k in 0..40_000 {
        let term = power.mul(&a.plus(k).pow(&minus_s)?);
        sum = sum.add(&term);
        if k > 4 && term.magnitude() < sum.magnitude() - bits as i64 - 4 {
            return Some(sum);
        }
        power = power.mul(z);
    }
    None
}

/// Barnes's G at integers and by its Weierstrass product's asymptotic series otherwise is not
/// computed; integers are.
pub(super) fn barnes(n: i64) -> Option<dashu_int::IBig> {
    use dashu_int::IBig;
    if n <= 0 {
        return Some(IBig::ZERO);
    }
    if n > 400 {
        return None;
    }
    let (mut product, mut factorial) = (IBig::ONE, IBig::ONE);
    for k in 1..n - 1 {
        factorial *= k;
        product *= &factorial;
    }
    Some(product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::precise::test::{at, near};

    #[test]
    fn gamma_satisfies_its_recurrence_and_reflection() {
        for (re, im) in [(0.3, 0.0), (7.9, 0.0), (-2.5, 0.0), (0.5, 3.0), (-3.2, -1.0)] {
            let z = at(re, im);
            let g = gamma(std::slice::from_ref(&z)).expect("finite");
            near(&gamma(&[z.plus(1)]).expect("finite"), &g.mul(&z));
            near(&log_gamma(std::slice::from_ref(&z)).and_then(|l| l.exp()).expect("finite"), &g);
        }
        near(&gamma(&[at(0.5, 0.0)]).expect("finite").square(), &Precise::pi(96));
    }

    #[test]
    fn digamma_is_the_slope_of_the_logarithm_of_gamma() {
        let z = at(2.3, 0.4).with_bits(400);
        let step = Precise::int(1, 400)
            .div(&Precise::int(2, 400).powi(120).expect("finite"))
            .expect("finite");
        let of = |z: Precise| log_gamma(&[z]).expect("finite");
        let slope = of(z.add(&step)).sub(&of(z.sub(&step))).div(&step.times(2)).expect("finite");
        let value = digamma(std::slice::from_ref(&z)).expect("finite");
        assert!(slope.sub(&value).magnitude() < -200);
    }

    #[test]
    fn zeta_has_its_known_values_and_its_functional_equation() {
        let pi = Precise::pi(96);
        near(&zeta(&[at(2.0, 0.0)]).expect("finite"), &pi.square().over(6));
        near(&zeta(&[at(-1.0, 0.0)]).expect("finite"), &Precise::int(-1, 96).over(12));
        // Across the change of method at -4.
        let s = at(-4.5, 1.0);
        let direct = hurwitz(&[s.clone(), Precise::int(1, 96)]).expect("finite");
        near(&zeta(&[s]).expect("finite"), &direct);
    }

    #[test]
    fn polylogarithms_agree_across_methods() {
        for (re, im) in [(0.55, 0.1), (-0.5, 0.3)] {
            let (s, z) = (at(2.0, 0.0), at(re, im));
            let direct = power_sum(&s, &z).expect("finite");
            near(&near_one(&s, &z.ln().expect("finite")).expect("finite"), &direct);
            let s = at(2.5, 0.5);
            let direct = power_sum(&s, &z).expect("finite");
            near(&near_one(&s, &z.ln().expect("finite")).expect("finite"), &direct);
            let direct = power_sum(&at(-3.0, 0.0), &z).expect("finite");
            near(&negative_polylog(-3, &z).expect("finite"), &direct);
        }
    }
}
