//! The binomial tree of Leisen and Reimer ("Binomial models for option valuation: examining and
//! improving convergence", Applied Mathematical Finance 3, 1996).
//!
//! Slow and plain: it knows nothing of boundaries, so it values what the boundary method cannot,
//! and it is what the tests compare the boundary method with.

use super::elementary::{exp, ln, ln_ratio};

/// An option with strike 1 whose holder may exercise at any step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lattice {
    pub(super) is_call: bool,
    pub(super) spot: f64,
    pub(super) years: f64,
    pub(super) rate: f64,
    pub(super) dividend_yield: f64,
    pub(super) volatility: f64,
}

/// A value and its derivatives by the spot.
pub(super) struct Value {
    pub(super) price: f64,
    pub(super) delta: f64,
    pub(super) gamma: f64,
}

/// Probabilities of rising and of falling that a tree of `steps` steps needs so that its end
/// distribution has the normal quantile `z` where it should be (the second inversion of Peizer
/// and Pratt). The smaller is exact to the last digits, down to 0.
fn inversion(z: f64, steps: f64) -> (f64, f64) {
    let scaled = z / (steps + 1.0 / 3.0 + 0.1 / (steps + 1.0));
    let rest = exp(-scaled * scaled * (steps + 1.0 / 6.0));
    let smaller = 0.5 * rest / (1.0 + (1.0 - rest).sqrt());
    if z > 0.0 { (1.0 - smaller, smaller) } else { (smaller, 1.0 - smaller) }
}

impl Lattice {
    /// Values the option with an odd number of steps, 5 or more; `None` if the volatility is so
    /// low that no tree of so many steps can show it.
    pub(super) fn value(&self, steps: usize) -> Option<Value> {
        let Self { is_call, spot, years, rate, dividend_yield, volatility } = *self;
        let count = steps as f64;
        let deviation = volatility * years.sqrt();
        let drift = (rate - dividend_yield) * years;
        let up_argument = (ln(spot) + drift) / deviation + 0.5 * deviation;
        let step = years / count;
        let growth = exp((rate - dividend_yield) * step);
        let (rise, fall) = inversion(up_argument - deviation, count);
        let (weighted_rise, weighted_fall) = inversion(up_argument, count);
        let (up, down) = (growth * weighted_rise / rise, growth * weighted_fall / fall);
        if !(up.is_normal() && down.is_normal()) {
            return None;
        }
        let discount = exp(-rate * step);
        let (weight_up, weight_down) = (discount * rise, discount * fall);
        let sign = if is_call { 1.0 } else { -1.0 };
        // Spots of a level, lowest first; a level down divides by the down factor.
        let mut spots = vec![0.0; steps + 1];
        let ratio = ln_ratio(up, down);
        let lowest = ln(spot) + count * ln(down);
        for (j, spot) in spots.iter_mut().enumerate() {
            *spot = exp(lowest + j as f64 * ratio);
        }
        let mut values: Vec<f64> = spots.iter().map(|s| (sign * (s - 1.0)).max(0.0)).collect();
        let back = 1.0 / down;
        let mut third_level = [(0.0, 0.0); 3];
        for level in (0..steps).rev() {
            for j in 0..=level {
                spots[j] *= back;
                let kept = weight_up * values[j + 1] + weight_down * values[j];
                values[j] = kept.max(sign * (spots[j] - 1.0));
            }
            if level == 2 {
                third_level = std::array::from_fn(|j| (spots[j], values[j]));
            }
        }
        let (delta, gamma) = parabola_slopes(third_level, spot);
        Some(Value { price: values[0], delta, gamma })
    }
}

/// First and second derivative at `x` of the parabola through three points.
fn parabola_slopes(points: [(f64, f64); 3], x: f64) -> (f64, f64) {
    let [(x0, y0), (x1, y1), (x2, y2)] = points;
    let (low, high) = ((y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1));
    let bend = (high - low) / (x2 - x0);
    (low + bend * (2.0 * x - x0 - x1), 2.0 * bend)
}
