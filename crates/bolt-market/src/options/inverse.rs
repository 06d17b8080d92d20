//! The inverse of the normalised Black-Scholes value, after Jaeckel.
//!
//! See [`super::implied`] for the method.

use super::elementary::{exp, exp_minus_half_square, ln};
use super::mills::{self, ratio_and_difference};
use super::normal::{self, INVERSE_SQRT_TAU};

/// A price to invert: find `deviation = volatility sqrt(years)` where the option out of the
/// money, as a fraction of the smaller of spot and strike value, is worth `value`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    /// Absolute logarithm of forward over strike.
    pub(super) distance: f64,
    /// In `[0, 1)`.
    pub(super) value: f64,
    /// `1 - value`, known better than by subtraction.
    pub(super) complement: f64,
}

/// The normalised value at one deviation; `slope` is its derivative by the deviation.
struct Point {
    value: f64,
    log_value: f64,
    complement: f64,
    log_complement: f64,
    slope: f64,
    slope_over_value: f64,
    slope_over_complement: f64,
    /// Second derivative over the first.
    bend: f64,
    /// Third derivative over the first.
    twist: f64,
}

/// Which transformed price the steps are taken on.
#[derive(Clone, Copy)]
enum Zone {
    /// Prices near 0: the reciprocal of the logarithm.
    Low,
    /// The price itself.
    Middle,
    /// Prices near the maximum: the logarithm of what is missing.
    High,
}

/// Steps before giving up on convergence: with bisection as the fallback, more than enough to
/// exhaust the precision of a number.
const MAX_STEPS: usize = 100;
/// A step of order four smaller than this (relative) leaves an error below the last bit.
const LAST_STEP: f64 = 1e-5;

impl Target {
    /// Returns the deviation at which the option has the value.
    pub(super) fn deviation(&self) -> f64 {
        if self.value == 0.0 {
            return 0.0;
        }
        let (zone, mut deviation, mut below, mut above) = self.guess();
        for _ in 0..MAX_STEPS {
            let point = point(self.distance, deviation);
            let step = self.step(zone, &point);
            if step > 0.0 {
                below = deviation;
            } else {
                above = deviation;
            }
            let next = deviation + step;
            if next > below && next < above {
                deviation = next;
                if step.abs() <= LAST_STEP * next {
                    break;
                }
            } else if step.abs() <= LAST_STEP * deviation {
                break;
            } else {
                deviation = if above.is_finite() { 0.5 * (below + above) } else { 2.0 * below };
            }
        }
        deviation
    }

    /// Householder's step of order four from a point.
    fn step(&self, zone: Zone, point: &Point) -> f64 {
        let Point { bend, twist, .. } = *point;
        let (newton, second, third) = match zone {
            Zone::Low => {
                let (log, slope) = (point.log_value, point.slope_over_value);
                let target = ln(self.value);
                let inverse = 1.0 / log;
                (
                    (target - log) * log / (target * slope),
                    bend - slope * (1.0 + 2.0 * inverse),
                    twist + 2.0 * slope * slope * (1.0 + 3.0 * inverse * (1.0 + inverse))
                        - 3.0 * bend * slope * (1.0 + 2.0 * inverse),
                )
            }
            Zone::Middle => ((self.value - point.value) / point.slope, bend, twist),
            Zone::High => {
                let slope = point.slope_over_complement;
                (
                    (point.log_complement - ln(self.complement)) / slope,
                    bend + slope,
                    twist + slope * (2.0 * slope + 3.0 * bend),
                )
            }
        };
        let above = 1.0 + 0.5 * second * newton;
        let below = 1.0 + newton * (second + third * newton / 6.0);
        newton * above / below
    }
}

/// Values the option out of the money at a positive deviation.
fn point(distance: f64, deviation: f64) -> Point {
    let (h, t) = (distance / deviation, 0.5 * deviation);
    let (a, b) = (h - t, h + t);
    let density = exp_minus_half_square(a);
    let slope = INVERSE_SQRT_TAU * density;
    // value = density * value_scale, complement = density * complement_scale, where known.
    let reflect = a < mills::LEAST;
    let (near, gap) = if reflect { (-a, 2.0 * h) } else { (a, deviation) };
    let (at_b, difference) = ratio_and_difference(near, b, gap);
    let (value, complement, value_scale, complement_scale);
    if reflect {
        complement_scale = at_b + difference + at_b;
        complement = density * complement_scale;
        value = 1.0 - complement;
        value_scale = value / density;
    } else {
        value_scale = difference;
        value = density * value_scale;
        complement = 1.0 - value;
        complement_scale = complement / density;
    }
    let bend = a * b / deviation;
    Point {
        value,
        log_value: ln(value_scale) - 0.5 * a * a,
        complement,
        log_complement: ln(complement_scale) - 0.5 * a * a,
        slope,
        slope_over_value: INVERSE_SQRT_TAU / value_scale,
        slope_over_complement: INVERSE_SQRT_TAU / complement_scale,
        bend,
        twist: bend * bend - 3.0 * (h / deviation) * (h / deviation) - 0.25,
    }
}

/// One end of a rational cubic: abscissa, value and slope.
#[derive(Clone, Copy)]
struct End {
    x: f64,
    value: f64,
    slope: f64,
}

/// Which end's second derivative shapes a rational cubic.
#[derive(Clone, Copy)]
enum Curvature {
    Left(f64),
    Right(f64),
}

/// Interpolates at `x` by the rational cubic of Delbourgo and Gregory whose shape parameter
/// matches one second derivative, as far as the curve stays monotone and convex or concave.
fn rational_cubic(x: f64, left: End, right: End, curvature: Curvature) -> f64 {
    let width = right.x - left.x;
    let chord = (right.value - left.value) / width;
    let (from_left, to_right) = (chord - left.slope, right.slope - chord);
    let bend = right.slope - left.slope;
    let wanted = match curvature {
        Curvature::Left(second) => (0.5 * width * second + bend) / from_left,
        Curvature::Right(second) => (0.5 * width * second + bend) / to_right,
    };
    let monotone = (left.slope + right.slope) / chord;
    let convex = (bend / from_left).abs().max((bend / to_right).abs());
    let shape = wanted.max(monotone).max(convex);
    let t = (x - left.x) / width;
    if shape.is_nan() || shape > 1e100 {
        return left.value + (right.value - left.value) * t;
    }
    let u = 1.0 - t;
    let sum = right.value * t * t * t
        + (shape * right.value - width * right.slope) * t * t * u
        + (shape * left.value + width * left.slope) * t * u * u
        + left.value * u * u * u;
    sum / (1.0 + (shape - 3.0) * t * u)
}

impl Target {
    /// Returns the zone of the price, a first deviation, and bounds of the right one.
    fn guess(&self) -> (Zone, f64, f64, f64) {
        let Self { distance, value, .. } = *self;
        // At the centre the value bends from convex to concave; its slope there is 1/sqrt(2 pi).
        let centre = (2.0 * distance).sqrt();
        let centre_value = if distance == 0.0 { 0.0 } else { point(distance, centre).value };
        let centre_end = End { x: centre_value, value: centre, slope: 1.0 / INVERSE_SQRT_TAU };
        if value < centre_value {
            let left = centre - centre_value / INVERSE_SQRT_TAU;
            let at = point(distance, left);
            if value < at.value {
                return (Zone::Low, self.guess_low(left, &at), 0.0, left);
            }
            let end = End { x: at.value, value: left, slope: 1.0 / at.slope };
            let guess = rational_cubic(value, end, centre_end, Curvature::Right(0.0));
            return (Zone::Middle, guess, left, centre);
        }
        let right = centre + (1.0 - centre_value) / INVERSE_SQRT_TAU;
        let at = point(distance, right);
        if value <= at.value {
            let end = End { x: at.value, value: right, slope: 1.0 / at.slope };
            let guess = rational_cubic(value, centre_end, end, Curvature::Left(0.0));
            return (Zone::Middle, guess, centre, right);
        }
        (Zone::High, self.guess_high(right, &at), right, f64::INFINITY)
    }

    /// Below `left`: interpolates `c Phi(-y / (sqrt(3) s))^3`, which the value resembles.
    fn guess_low(&self, left: f64, at: &Point) -> f64 {
        let y = self.distance;
        let scale = 2.0 * std::f64::consts::PI * y / 27f64.sqrt();
        let z = y / (3f64.sqrt() * left);
        let (tail, density) = (normal::cdf(-z), normal::density(z));
        let slope = 3.0 * scale * tail * tail * density * z / left;
        let second = 3.0 * scale * tail * density * z / (left * left)
            * (2.0 * density * z + tail * (z * z - 2.0));
        let start = End { x: 0.0, value: 0.0, slope: exp(-0.5 * y) };
        let end = End { x: at.value, value: scale * tail * tail * tail, slope: slope / at.slope };
        let curvature = Curvature::Right((second - slope * at.bend) / (at.slope * at.slope));
        let image = rational_cubic(self.value, start, end, curvature);
        let tail = exp(ln(image / scale) / 3.0);
        (y / (3f64.sqrt() * normal::quantile(tail))).abs()
    }

    /// Above `right`: interpolates `Phi(-s / 2)`, which the complement resembles.
    fn guess_high(&self, right: f64, at: &Point) -> f64 {
        let half = 0.5 * right;
        let density = normal::density(half);
        let (slope, second) = (-0.5 * density, 0.25 * half * density);
        let start = End { x: 0.0, value: 0.0, slope: 0.5 * exp(-0.5 * self.distance) };
        let end = End { x: at.complement, value: normal::cdf(-half), slope: -slope / at.slope };
        let curvature = (second - slope * at.bend) / (at.slope * at.slope);
        let image = rational_cubic(self.complement, start, end, Curvature::Right(curvature));
        -2.0 * normal::quantile(image)
    }
}
