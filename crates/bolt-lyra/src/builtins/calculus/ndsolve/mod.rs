//! `NDSolve`: ordinary differential equations by numbers.
//!
//! Equations are solved for their highest derivatives and written as a system of the first order,
//! which is followed from the place of the conditions to both ends of the range: by an explicit
//! method, and by one for stiff equations where the explicit one turns out to be held up.

mod boundary;
mod command;
mod events;
mod explicit;
mod stiff;
mod system;

pub(super) use command::TABLE;

use super::numeric::complex::C;
use crate::session::{Evaluated, Session};

/// A point of a solution.
#[derive(Debug, Clone)]
struct Node {
    x: f64,
    y: Vec<C>,
    slope: Vec<C>,
}

/// Computes the slopes at a point; what is not known there is not a number.
type Slope<'a> = &'a mut dyn FnMut(&mut Session, f64, &[C]) -> Evaluated<Vec<C>>;

/// How steps are limited.
#[derive(Debug, Clone, Copy)]
struct Limits {
    to: f64,
    /// Errors that are let pass, absolute and relative to the values.
    absolute: f64,
    relative: f64,
    steps: usize,
    longest: f64,
}

/// Why a method has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Reached,
    Stiff,
    Singular,
    TooManySteps,
}

impl Limits {
    fn bounded(&self, h: f64) -> f64 {
        if h.abs() > self.longest { self.longest.copysign(h) } else { h }
    }

    /// A first step over which values change by a hundredth or so.
    fn first_step(&self, y: &[C], slope: &[C], x: f64) -> f64 {
        let norm = |values: &[C]| {
            let scale = |y: &C| self.absolute + self.relative * y.abs();
            let sum: f64 =
                values.iter().zip(y).map(|(value, y)| (value.abs() / scale(y)).powi(2)).sum();
            (sum / values.len().max(1) as f64).sqrt()
        };
        let (size, speed) = (norm(y), norm(slope));
        let h = if size > 1e-5 && speed > 1e-5 { 0.01 * size / speed } else { 1e-6 };
        let room = (self.to - x).abs();
        self.bounded(h.min(room.max(f64::MIN_POSITIVE))).abs().copysign(self.to - x)
    }
}

/// Returns how large an error is of what is let pass: up to 1 is.
fn scaled_norm(error: &[C], before: &[C], after: &[C], limits: &Limits) -> f64 {
    let sum: f64 = error
        .iter()
        .zip(before.iter().zip(after))
        .map(|(error, (a, b))| {
            let scale = limits.absolute + limits.relative * a.abs().max(b.abs());
            (error.abs() / scale).powi(2)
        })
        .sum();
    (sum / error.len().max(1) as f64).sqrt()
}

/// Follows a solution from its first node to an end.
fn follow(
    session: &mut Session,
    slope: Slope<'_>,
    nodes: &mut Vec<Node>,
    limits: &Limits,
) -> Evaluated<End> {
    match explicit::integrate(session, slope, nodes, limits)? {
        End::Stiff => stiff::integrate(session, slope, nodes, limits),
        end => Ok(end),
    }
}

#[cfg(test)]
mod tests {
    use super::super::numeric::complex::{c, r};
    use super::*;

    type Method = fn(&mut Session, Slope<'_>, &mut Vec<Node>, &Limits) -> Evaluated<End>;

    /// Follows y' = y cos x from 1 at 0 to 2 with a tolerance; returns the error at the end.
    fn error_of(method: Method, tolerance: f64) -> (f64, usize) {
        let mut session = Session::new();
        let limits = Limits {
            to: 2.0,
            absolute: tolerance,
            relative: tolerance,
            steps: 100_000,
            longest: 1.0,
        };
        let mut slope = |_: &mut Session, x: f64, y: &[C]| Ok(vec![y[0] * r(x.cos())]);
        let mut nodes = vec![Node { x: 0.0, y: vec![r(1.0)], slope: vec![r(1.0)] }];
        let end = method(&mut session, &mut slope, &mut nodes, &limits).expect("no abort");
        assert_eq!(end, End::Reached);
        let last = &nodes[nodes.len() - 1];
        ((last.y[0] - c(2f64.sin().exp(), 0.0)).abs(), nodes.len())
    }

    #[test]
    fn both_methods_keep_to_the_tolerance_and_have_their_order() {
        for (method, order) in [(explicit::integrate as Method, 5.0), (stiff::integrate, 4.0)] {
            let (coarse, few) = error_of(method, 1e-6);
            let (fine, many) = error_of(method, 1e-10);
            assert!(coarse < 1e-4 && fine < 1e-8, "{coarse} {fine}");
            // The number of steps grows as the tolerance to the power -1/order.
            let growth = (many as f64 / few as f64).log10() / 4.0;
            assert!((growth - 1.0 / order).abs() < 0.06, "{few} {many}");
        }
    }
}
