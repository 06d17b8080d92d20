//! The early-exercise boundary of an American put, and the put's value from it.
//!
//! The spectral collocation method of Andersen, Lake and Offengenden ("High-performance American
//! option pricing", Journal of Computational Finance 20, 2016). The boundary `B` solves the
//! integral equation of Kim (1990); `H = ln(B / X)^2` as a function of the square root of the
//! time left is nearly a polynomial, so its values at a few Chebyshev nodes describe it. Each
//! round of a fixed-point iteration computes new values from integrals over the old curve. The
//! value is that of the European put plus an integral over the boundary.
//!
//! Strikes are 1 here: the value is homogeneous in spot and strike. Rates must make the boundary
//! a single curve, see [`super::american`].

use std::f64::consts::PI;
use std::sync::LazyLock;

use super::elementary::{exp, ln};
use super::normal::density_and_cdf;

/// Intervals between Chebyshev nodes; at the last node no time is left and the boundary is known.
const NODES: usize = 12;
/// Points of the integrals in the iteration.
const INNER: usize = 24;
/// Points of the integral that gives the value.
const OUTER: usize = 80;

/// Rounds of the iteration before a solution is given up.
const MAX_ROUNDS: usize = 60;
/// Largest relative change of a node in the last round.
const TOLERANCE: f64 = 1e-9;
/// The least boundary considered, as a fraction of its limit at expiry.
const LEAST: f64 = 1e-8;

/// A put with strike 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Put {
    pub(super) years: f64,
    pub(super) rate: f64,
    pub(super) dividend_yield: f64,
    pub(super) volatility: f64,
}

/// The boundary of a put: exercise at spots up to [`Boundary::critical`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Boundary {
    put: Put,
    /// Logarithm of the boundary just before expiry.
    log_limit: f64,
    /// Logarithm of the limit over the boundary at each node, not negative.
    fall: [f64; NODES],
}

/// Value of the right to exercise early and its derivatives by the spot.
pub(super) struct Premium {
    pub(super) value: f64,
    pub(super) delta: f64,
    pub(super) gamma: f64,
}

/// Points and weights for integrals over the time `u` of a curve of length `tau`, substituting
/// `tau - u = tau s^2`, and the weights that interpolate `H` there from its nodes.
struct Rule<const P: usize> {
    s: [f64; P],
    weight: [f64; P],
    interpolation: Vec<[[f64; P]; NODES]>,
}

struct Tables {
    /// Square root of the time left at each node, as a fraction of the longest.
    root: [f64; NODES],
    inner: Rule<INNER>,
    outer: Rule<OUTER>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);

impl Tables {
    fn new() -> Self {
        let root = std::array::from_fn(|i| 0.5 * (1.0 + chebyshev_node(i)));
        Self { root, inner: Rule::new(&root), outer: Rule::new(&root[..1]) }
    }
}

/// `cos(i pi / 12)`, from the cosine of the smallest angle by Chebyshev's recurrence.
fn chebyshev_node(i: usize) -> f64 {
    const { assert!(NODES == 12, "the first cosine below is that of pi / 12") };
    let first = (6f64.sqrt() + 2f64.sqrt()) / 4.0;
    let (mut last, mut node) = (first, 1.0);
    for _ in 0..i {
        (last, node) = (node, 2.0 * first * node - last);
    }
    node
}

impl<const P: usize> Rule<P> {
    /// The double-exponential rule of Takahasi and Mori (1974), which tolerates the root
    /// singularities at both ends, for integrals up to each of `roots`.
    fn new(roots: &[f64]) -> Self {
        const REACH: f64 = 2.85;
        let step = 2.0 * REACH / P as f64;
        let (mut s, mut weight, mut rest) = ([0.0; P], [0.0; P], [0.0; P]);
        for k in 0..P {
            let t = (k as f64 + 0.5) * step - REACH;
            // du = 2 s ds, s = 1 / (1 + e^(-pi sinh t)), and ds = s (1 - s) pi cosh(t) dt.
            let (grow, shrink) = (exp(t), exp(-t));
            let stretch = exp(0.5 * PI * (grow - shrink));
            s[k] = stretch / (1.0 + stretch);
            rest[k] = 1.0 / (1.0 + stretch);
            weight[k] = s[k] * s[k] * rest[k] * PI * (grow + shrink) * step;
        }
        let interpolation = roots.iter().map(|root| {
            let at: [f64; P] =
                std::array::from_fn(|k| 2.0 * root * (rest[k] * (1.0 + s[k])).sqrt() - 1.0);
            interpolation_weights(&at)
        });
        let interpolation = interpolation.collect();
        Self { s, weight, interpolation }
    }

    /// Returns the fall of the boundary at the points of the integral up to node `i`.
    #[inline(always)]
    fn fall(&self, i: usize, height: &[f64; NODES]) -> [f64; P] {
        let mut sum = [0.0; P];
        for (weights, height) in self.interpolation[i].iter().zip(height) {
            for (sum, weight) in sum.iter_mut().zip(weights) {
                *sum += weight * height;
            }
        }
        sum.map(|height| if height > 0.0 { height.sqrt() } else { 0.0 })
    }
}

/// Weights with which values at the Chebyshev nodes make up the values at `at` (the barycentric
/// formula); the value at the last node is 0 and left out.
fn interpolation_weights<const P: usize>(at: &[f64; P]) -> [[f64; P]; NODES] {
    let mut weights = [[0.0; P]; NODES];
    for (k, &z) in at.iter().enumerate() {
        let part = |i: usize| {
            let half = if i == 0 || i == NODES { 0.5 } else { 1.0 };
            let sign = if i.is_multiple_of(2) { 1.0 } else { -1.0 };
            half * sign / (z - chebyshev_node(i))
        };
        if let Some(i) = (0..=NODES).find(|&i| z == chebyshev_node(i)) {
            if i < NODES {
                weights[i][k] = 1.0;
            }
            continue;
        }
        let total: f64 = (0..=NODES).map(part).sum();
        for (i, row) in weights.iter_mut().enumerate() {
            row[k] = part(i) / total;
        }
    }
    weights
}

/// The two fixed-point equations of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Equation {
    /// Smooth pasting: contracts quickly, but not at low volatility.
    A,
    /// Value matching: contracts slowly, and always did so far.
    B,
}

/// What the integrals up to one node need that does not change between rounds.
struct Node {
    deviation: f64,
    drift: f64,
    strike_discount: f64,
    spot_discount: f64,
    interest: [f64; INNER],
    dividend: [f64; INNER],
    drift_along: [f64; INNER],
    spread: [f64; INNER],
}

impl Node {
    fn new(put: &Put, root: f64) -> Self {
        let Put { years, rate, dividend_yield, volatility } = *put;
        let time = years * root * root;
        let deviation = volatility * years.sqrt() * root;
        let Rule { s, weight, .. } = &TABLES.inner;
        let elapsed = s.map(|s| time * s * s);
        let flow =
            |rate: f64| std::array::from_fn(|k| rate * time * weight[k] * exp(-rate * elapsed[k]));
        Self {
            deviation,
            drift: (rate - dividend_yield) * time,
            strike_discount: exp(-rate * time),
            spot_discount: exp(-dividend_yield * time),
            interest: flow(rate),
            dividend: flow(dividend_yield),
            drift_along: elapsed.map(|elapsed| (rate - dividend_yield) * elapsed),
            spread: s.map(|s| deviation * s),
        }
    }

    /// The boundary at this node by equation A, given the fall of the boundary `here` and
    /// `along` the integral.
    #[inline(always)]
    fn smooth_pasting(&self, log_limit: f64, here: f64, along: &[f64; INNER]) -> f64 {
        let (mut above, mut below) = ([0.0; INNER], [0.0; INNER]);
        for k in 0..INNER {
            let spread = self.spread[k];
            let up = (along[k] - here + self.drift_along[k]) / spread + 0.5 * spread;
            let (density_up, cdf_up) = density_and_cdf(up);
            let (density_down, _) = density_and_cdf(up - spread);
            above[k] = self.interest[k] * density_down / spread;
            below[k] = self.dividend[k] * (cdf_up + density_up / spread);
        }
        let (up, down) = self.strike_arguments(log_limit, here);
        let (density_up, cdf_up) = density_and_cdf(up);
        let (density_down, _) = density_and_cdf(down);
        let above = self.strike_discount * density_down / self.deviation + sum(&above);
        let below = self.spot_discount * (cdf_up + density_up / self.deviation) + sum(&below);
        above / below
    }

    /// The same by equation B.
    #[inline(always)]
    fn value_matching(&self, log_limit: f64, here: f64, along: &[f64; INNER]) -> f64 {
        let (mut above, mut below) = ([0.0; INNER], [0.0; INNER]);
        for k in 0..INNER {
            let spread = self.spread[k];
            let up = (along[k] - here + self.drift_along[k]) / spread + 0.5 * spread;
            above[k] = self.interest[k] * density_and_cdf(up - spread).1;
            below[k] = self.dividend[k] * density_and_cdf(up).1;
        }
        let (up, down) = self.strike_arguments(log_limit, here);
        let above = self.strike_discount * density_and_cdf(down).1 + sum(&above);
        let below = self.spot_discount * density_and_cdf(up).1 + sum(&below);
        above / below
    }

    /// The normal arguments of the boundary against the strike.
    fn strike_arguments(&self, log_limit: f64, here: f64) -> (f64, f64) {
        let up = (log_limit - here + self.drift) / self.deviation + 0.5 * self.deviation;
        (up, up - self.deviation)
    }
}

impl Boundary {
    /// Solves for the boundary; `None` if the iteration does not converge. `start` may be the
    /// boundary of a similar put.
    pub(super) fn solve(put: &Put, start: Option<&Self>) -> Option<Self> {
        let Put { rate, dividend_yield, .. } = *put;
        let limit = if dividend_yield > rate { rate / dividend_yield } else { 1.0 };
        let mut boundary = Self { put: *put, log_limit: ln(limit), fall: [0.0; NODES] };
        let guess = start.map_or_else(|| boundary.guess(), |start| start.fall);
        let nodes = TABLES.root.map(|root| Node::new(put, root));
        for equation in [Equation::A, Equation::B] {
            boundary.fall = guess;
            if boundary.iterate(equation, &nodes) {
                return Some(boundary);
            }
        }
        None
    }

    /// The flat boundary that Bjerksund and Stensland ("Closed-form approximation of American
    /// options", Scandinavian Journal of Management 9, 1993) give for each node.
    fn guess(&self) -> [f64; NODES] {
        let Put { years, rate, dividend_yield, volatility } = self.put;
        // For the call that the put mirrors: its rate is the put's dividend yield.
        let variance = volatility * volatility;
        let drift = dividend_yield - rate;
        let centre = drift / variance - 0.5;
        let root = (centre * centre + 2.0 * dividend_yield / variance).max(0.0).sqrt();
        let exponent = root - centre;
        let near = exp(-self.log_limit);
        let far = if exponent > 1.0 { exponent / (exponent - 1.0) } else { 1.0 / LEAST };
        TABLES.root.map(|node| {
            let time = years * node * node;
            let speed = drift * time + 2.0 * volatility * time.sqrt();
            let trigger = near + (far - near) * (1.0 - exp(-speed * near / (far - near)));
            if trigger > near && trigger.is_finite() { ln(trigger / near) } else { 0.0 }
        })
    }

    /// Repeats rounds until no node changes; returns whether that happened.
    fn iterate(&mut self, equation: Equation, nodes: &[Node; NODES]) -> bool {
        let mut last_change = f64::INFINITY;
        let mut growing = 0;
        for _ in 0..MAX_ROUNDS {
            let next = self.round(equation, nodes);
            let pairs = self.fall.iter().zip(&next);
            let change = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            self.fall = next;
            if next.iter().any(|fall| fall.is_nan()) {
                return false;
            }
            if change < TOLERANCE {
                return true;
            }
            if equation == Equation::A && change > 0.7 * last_change {
                growing += 1;
                if growing == 2 {
                    return false;
                }
            }
            last_change = change;
        }
        // The slow equation may creep on far below what matters.
        equation == Equation::B && last_change < 1e3 * TOLERANCE
    }

    /// One round of the iteration.
    fn round(&self, equation: Equation, nodes: &[Node; NODES]) -> [f64; NODES] {
        let height = self.fall.map(|fall| fall * fall);
        std::array::from_fn(|i| {
            let along = TABLES.inner.fall(i, &height);
            let (node, here) = (&nodes[i], self.fall[i]);
            let boundary = match equation {
                Equation::A => node.smooth_pasting(self.log_limit, here, &along),
                Equation::B => node.value_matching(self.log_limit, here, &along),
            };
            let fall = self.log_limit - ln(boundary.clamp(f64::MIN_POSITIVE, f64::MAX));
            fall.clamp(0.0, -ln(LEAST))
        })
    }

    /// Returns the spot at and below which to exercise now.
    pub(super) fn critical(&self) -> f64 {
        exp(self.log_limit - self.fall[0])
    }

    /// Returns the premium over the European put at a spot above the boundary.
    pub(super) fn premium(&self, spot: f64) -> Premium {
        let Put { years, rate, dividend_yield, volatility } = self.put;
        let rule = &TABLES.outer;
        let along = rule.fall(0, &self.fall.map(|fall| fall * fall));
        let deviation = volatility * years.sqrt();
        let log_spot = ln(spot) - self.log_limit;
        let (mut value, mut delta, mut gamma) = ([0.0; OUTER], [0.0; OUTER], [0.0; OUTER]);
        for k in 0..OUTER {
            let elapsed = years * rule.s[k] * rule.s[k];
            let spread = deviation * rule.s[k];
            let rise = log_spot + along[k] + (rate - dividend_yield) * elapsed;
            let up = rise / spread + 0.5 * spread;
            let down = up - spread;
            let (density_up, above_up) = density_and_cdf(-up);
            let (density_down, above_down) = density_and_cdf(-down);
            let weight = years * rule.weight[k];
            let interest = weight * rate * exp(-rate * elapsed);
            let dividend = weight * dividend_yield * exp(-dividend_yield * elapsed);
            value[k] = interest * above_down - dividend * spot * above_up;
            delta[k] = dividend * (density_up / spread - above_up)
                - interest * density_down / (spot * spread);
            gamma[k] = (interest * density_down * up / spot - dividend * density_up * down)
                / (spot * spread * spread);
        }
        Premium { value: sum(&value), delta: sum(&delta), gamma: sum(&gamma) }
    }
}

fn sum(terms: &[f64]) -> f64 {
    terms.iter().sum()
}
