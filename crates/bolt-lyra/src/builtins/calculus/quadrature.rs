//! Numerical integration by the double exponential rule (Takahasi and Mori), which takes
//! singularities at the ends and infinite ranges, on pieces that are halved where it does not
//! converge.

use super::numeric::complex::{C, ZERO};

/// A numerical integral with an estimate of its error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estimate {
    pub(crate) value: C,
    pub(crate) error: f64,
}

/// Points that are nearer to an end than this share of the length may have no value.
const NEAR: f64 = 1e-12;

/// Pieces that a range is divided into at most.
const PIECES: usize = 400;

/// Returns the integral of a function from a to b, either of which may be infinite; `None` if it
/// does not converge to a relative error.
pub(crate) fn integral(
    f: &mut dyn FnMut(f64) -> C,
    a: f64,
    b: f64,
    tolerance: f64,
) -> Option<Estimate> {
    if a > b {
        let turned = integral(f, b, a, tolerance)?;
        return Some(Estimate { value: -turned.value, error: turned.error });
    }
    match (a.is_finite(), b.is_finite()) {
        (true, true) => finite(f, a, b, tolerance),
        (true, false) => {
            let near = finite(f, a, a + 1.0, tolerance)?;
            let far = tail(&mut |t| f(a + t), tolerance)?;
            Some(sum(near, far))
        }
        (false, true) => {
            let near = finite(f, b - 1.0, b, tolerance)?;
            let far = tail(&mut |t| f(b - t), tolerance)?;
            Some(sum(near, far))
        }
        (false, false) => {
            let left = integral(f, f64::NEG_INFINITY, 0.0, tolerance)?;
            let right = integral(f, 0.0, f64::INFINITY, tolerance)?;
            Some(sum(left, right))
        }
    }
}

fn sum(a: Estimate, b: Estimate) -> Estimate {
    Estimate { value: a.value + b.value, error: a.error + b.error }
}

/// The integral from 1 to infinity, by t = 1/s.
fn tail(f: &mut dyn FnMut(f64) -> C, tolerance: f64) -> Option<Estimate> {
    let mut inverse = |s: f64| {
        let value = f(1.0 / s);
        if value == ZERO { value } else { value * (1.0 / (s * s)) }
    };
    if let Some(found) = finite(&mut inverse, 0.0, 1.0, tolerance) {
        return Some(found);
    }
    None
}

fn finite(f: &mut dyn FnMut(f64) -> C, a: f64, b: f64, tolerance: f64) -> Option<Estimate> {
    let mut pieces = vec![(a, b, double_exponential(f, a, b))];
    loop {
        let mut value = ZERO;
        let (mut error, mut worst, mut size) = (0.0, 0, 0.0);
        for (place, piece) in pieces.iter().enumerate() {
            value = value + piece.2.value;
            size += piece.2.value.abs();
            error += piece.2.error;
            let larger = piece.2.error > pieces[worst].2.error || !piece.2.error.is_finite();
            if larger {
                worst = place;
            }
        }
        if error.is_finite() && error <= tolerance * size.max(1e-290) {
            return Some(Estimate { value, error });
        }
        if pieces.len() >= PIECES {
            return None;
        }
        let (low, high, _) = pieces.swap_remove(worst);
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high || (high - low) < 1e-13 * (b - a).abs() {
            return None;
        }
        pieces.push((low, middle, double_exponential(f, low, middle)));
        pieces.push((middle, high, double_exponential(f, middle, high)));
    }
}

/// The rule on one piece at steps 1/4 and 1/8 and so on until two agree.
fn double_exponential(f: &mut dyn FnMut(f64) -> C, a: f64, b: f64) -> Estimate {
    bolt_base::interrupt::poll();
    let half = 0.5 * (b - a);
    let mut term = |t: f64| -> C {
        // The distance from the nearer end is computed without cancellation.
        let s = std::f64::consts::FRAC_PI_2 * t.sinh();
        let weight = std::f64::consts::FRAC_PI_2 * t.cosh() / s.cosh().powi(2);
        if weight < 1e-300 || !weight.is_finite() {
            return ZERO;
        }
        let distance = (b - a) / (1.0 + (2.0 * s.abs()).exp());
        let at = if s < 0.0 { a + distance } else { b - distance };
        if at <= a || at >= b {
            return ZERO;
        }
        let value = f(at);
        // Quotients of what is 0 by rounding this near to an end count for nothing.
        match value.is_finite() || distance > NEAR * (b - a) {
            true => value * weight,
            false => ZERO,
        }
    };
    let mut step = 0.5;
    let range = 4.0;
    let mut total = term(0.0);
    let mut k = 1.0;
    while k * step <= range {
        total = total + term(k * step) + term(-k * step);
        k += 1.0;
    }
    let mut old = total * step;
    let mut error = f64::INFINITY;
    for _ in 0..5 {
        step *= 0.5;
        let mut k = 1.0;
        while k * step <= range {
            total = total + term(k * step) + term(-k * step);
            k += 2.0;
        }
        let new = total * step;
        error = (new - old).abs();
        old = new;
        if error <= 1e-13 * new.abs() {
            break;
        }
    }
    Estimate { value: old * half, error: error * half.abs() }
}
