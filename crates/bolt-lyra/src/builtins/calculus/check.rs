//! Whether expressions agree, by their values at random points.

use super::numeric::Tape;
use super::numeric::complex::{C, c, r};
use crate::session::{Evaluated, Session};
use crate::value::Value;

/// How far values may differ, relative to their size.
const TOLERANCE: f64 = 1e-8;
/// Points that have to agree, and points that are tried to find so many.
const POINTS: usize = 5;
const TRIES: usize = 24;

/// What values at random points say of two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreement {
    Agree,
    Differ,
    /// There were too few points with values.
    Unknown,
}

/// A stream of numbers that are the same each time (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Compares two expressions at random positive values of their symbols.
pub(crate) fn compare(session: &Session, a: &Value, b: &Value, seed: u64) -> Agreement {
    let tape = Tape::new(session, &[], &[a, b]);
    let mut random = Random(seed);
    let mut work = Vec::new();
    let (mut agreed, mut differed, mut seen) = (0, 0, 0);
    for trial in 0..TRIES {
        // Small values first: functions that grow fast leave the range of numbers.
        let width = [1.6, 0.8, 2.9][trial % 3];
        let values: Vec<C> =
            tape.variables.iter().map(|_| r(0.15 + width * random.unit())).collect();
        let results = tape.run(&values, &mut work);
        let (a, b) = (results[0], results[1]);
        // Where a part has left the range of numbers the rest says nothing.
        let has_overflowed = work.iter().any(|v| v.re.is_infinite() || v.im.is_infinite());
        if !a.is_finite() || !b.is_finite() || a.abs() > 1e100 || has_overflowed {
            continue;
        }
        seen += 1;
        let scale = a.abs().max(b.abs());
        let size = work.iter().filter(|v| v.is_finite()).map(|v| v.abs()).fold(0.0, f64::max);
        let error = (a - b).abs();
        if error <= TOLERANCE * scale || error < 1e-290 {
            agreed += 1;
        } else if error > 1e-4 * scale || error > 1e-11 * size {
            differed += 1;
        }
        if differed > 0 {
            return Agreement::Differ;
        }
        if agreed >= POINTS {
            return Agreement::Agree;
        }
    }
    match seen {
        0 => Agreement::Unknown,
        _ if agreed >= 3 => Agreement::Agree,
        _ => Agreement::Unknown,
    }
}

/// Returns whether an expression is 0 at random points, if it has values there.
pub(crate) fn vanishes(session: &Session, value: &Value) -> Option<bool> {
    if let Some(number) = crate::number::to_f64(value) {
        return Some(number == 0.0);
    }
    let tape = Tape::new(session, &[], &[value]);
    let mut random = Random(17);
    let mut work = Vec::new();
    let mut zeros = 0;
    for _ in 0..8 {
        let values: Vec<C> =
            tape.variables.iter().map(|_| c(0.3 + 1.4 * random.unit(), 0.0)).collect();
        let result = tape.run(&values, &mut work)[0];
        let has_overflowed = work.iter().any(|v| v.re.is_infinite() || v.im.is_infinite());
        if !result.is_finite() || has_overflowed {
            continue;
        }
        let size = work.iter().filter(|v| v.is_finite()).map(|v| v.abs()).fold(0.0, f64::max);
        if result.abs() > 1e-11 * size.min(1e6) {
            return Some(false);
        }
        zeros += 1;
        if zeros >= 3 {
            return Some(true);
        }
    }
    (zeros > 0).then_some(true)
}

impl Session {
    /// Returns whether the derivative of an expression agrees with another at random points; a
    /// derivative that has no values there does not.
    ///
    /// # Errors
    /// What ends the evaluation of the derivative otherwise.
    pub fn is_antiderivative(
        &mut self,
        answer: &Value,
        integrand: &Value,
        variable: &Value,
    ) -> Evaluated<bool> {
        let derivative = super::derivative::derivative(self, answer, variable)?;
        Ok(compare(self, &derivative, integrand, 5) == Agreement::Agree)
    }
}
