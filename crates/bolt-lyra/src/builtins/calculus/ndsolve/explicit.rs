//! The embedded Runge-Kutta method of order 5(4) of Dormand and Prince ("A family of embedded
//! Runge-Kutta formulae", 1980), with the step sizes and the test for stiffness of Hairer, Nørsett
//! and Wanner, "Solving Ordinary Differential Equations", I.4 and IV.2.

use super::super::numeric::complex::{C, ZERO, r};
use super::{End, Limits, Node, Slope, scaled_norm};
use crate::session::{Evaluated, Session};

const NODES: [f64; 7] = [0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];
const STAGES: [&[f64]; 7] = [
    &[],
    &[0.2],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
/// The result of order 5 less that of order 4.
const ERROR: [f64; 7] = [
    71.0 / 57600.0,
    0.0,
    -71.0 / 16695.0,
    71.0 / 1920.0,
    -17253.0 / 339_200.0,
    22.0 / 525.0,
    -1.0 / 40.0,
];
/// Steps in sequence that stability rather than accuracy has limited.
const STIFF_STEPS: usize = 15;
/// The radius of the region of stability on the negative real axis.
const STABLE: f64 = 3.25;

/// Returns `base + h * sum of coefficient * slope`.
fn combined(base: &[C], slopes: &[Vec<C>], coefficients: &[f64], h: f64) -> Vec<C> {
    let at = |place: usize| {
        let sum = slopes.iter().zip(coefficients).fold(ZERO, |sum, (k, c)| sum + k[place] * r(*c));
        base[place] + sum * r(h)
    };
    (0..base.len()).map(at).collect()
}

/// Takes steps from the last node to the end, or to where the equations turn out to be stiff.
pub(super) fn integrate(
    session: &mut Session,
    slope: Slope<'_>,
    nodes: &mut Vec<Node>,
    limits: &Limits,
) -> Evaluated<End> {
    let Some(start) = nodes.last().cloned() else { return Ok(End::Reached) };
    let (mut x, mut y) = (start.x, start.y);
    let mut first = start.slope;
    let mut h = limits.first_step(&y, &first, x);
    let (mut stiff, mut gentle) = (0, 0);
    loop {
        session.check_interrupt()?;
        if x == limits.to {
            return Ok(End::Reached);
        }
        if nodes.len() > limits.steps {
            return Ok(End::TooManySteps);
        }
        let is_last = (limits.to - x).abs() <= h.abs() * 1.000_000_1;
        if is_last {
            h = limits.to - x;
        }
        if h.abs() <= 4.0 * f64::EPSILON * x.abs().max(f64::MIN_POSITIVE) {
            return Ok(End::Singular);
        }
        let mut slopes = vec![first.clone()];
        let mut stage = y.clone();
        let mut before_last = y.clone();
        for (place, row) in STAGES.iter().enumerate().skip(1) {
            before_last = std::mem::replace(&mut stage, combined(&y, &slopes, row, h));
            slopes.push(slope(session, x + NODES[place] * h, &stage)?);
        }
        let zero = vec![ZERO; y.len()];
        let error = scaled_norm(&combined(&zero, &slopes, &ERROR, h), &y, &stage, limits);
        if error.is_nan() || error > 1.0 {
            let factor = if error.is_finite() { 0.9 * error.powf(-0.2) } else { 0.1 };
            h *= factor.clamp(0.1, 0.9);
            continue;
        }
        let distance = |a: &[C], b: &[C]| {
            a.iter().zip(b).map(|(a, b)| (*a - *b).abs().powi(2)).sum::<f64>().sqrt()
        };
        let spread = distance(&stage, &before_last);
        let rate = h.abs() * distance(&slopes[6], &slopes[5]);
        match spread > 0.0 && rate > STABLE * spread {
            true => (stiff, gentle) = (stiff + 1, 0),
            false => gentle += 1,
        }
        if gentle >= 6 {
            stiff = 0;
        }
        x = if is_last { limits.to } else { x + h };
        y = stage;
        first = slopes.swap_remove(6);
        nodes.push(Node { x, y: y.clone(), slope: first.clone() });
        if stiff >= STIFF_STEPS {
            return Ok(End::Stiff);
        }
        h = limits.bounded(h * (0.9 * error.max(1e-10).powf(-0.2)).clamp(0.2, 5.0));
    }
}
