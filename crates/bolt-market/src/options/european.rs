//! European options after Black, Scholes and Merton, with a continuous dividend yield.
//!
//! Black and Scholes, "The pricing of options and corporate liabilities" (1973); Merton, "Theory
//! of rational option pricing" (1973). The textbook difference of two normal probabilities loses
//! digits when the option is far out of the money or the volatility is low; here the option that
//! is out of the money at the forward is valued as `e^(-a^2/2) (R(a) - R(b))` with the scaled
//! tail `R` and a difference that does not cancel (the form of Jaeckel, "Let's be rational",
//! Wilmott 2015), and the other by parity. So a value of 1e-200 has as many correct digits as
//! one of 100.
//!
//! Limits. With no time or no volatility left the value is that of the forward's certain payoff,
//! `max(S e^(-q T) - K e^(-r T), 0)` for a call, and delta, theta and the rhos are its
//! derivatives. Exactly at the kink `S e^(-q T) = K e^(-r T)` they are the means of both sides,
//! gamma is infinite, and theta is minus infinity if time has run out with volatility left. A
//! price that is not positive, a time or volatility that is negative, or a NaN gives NaN.

use super::elementary::{exp, exp_minus_half_square, ln_ratio};
use super::mills::{self, ratio_and_difference};
use super::normal::INVERSE_SQRT_TAU;
use super::{Contract, Greeks, Market, OptionKind, is_valid};

/// Returns the value of a European option.
pub fn price(contract: &Contract, market: &Market, volatility: f64) -> f64 {
    evaluate(&Terms::new(contract, market, volatility)).price
}

/// Returns the value of a European option and its derivatives.
pub fn greeks(contract: &Contract, market: &Market, volatility: f64) -> Greeks {
    evaluate(&Terms::new(contract, market, volatility))
}

/// What the formulas need; the last three may be shared by many evaluations.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) is_call: bool,
    pub(super) spot: f64,
    pub(super) years: f64,
    pub(super) rate: f64,
    pub(super) dividend_yield: f64,
    pub(super) volatility: f64,
    /// `ln(S / K)`.
    pub(super) log_moneyness: f64,
    /// `e^(-q T)`.
    pub(super) spot_discount: f64,
    /// `K e^(-r T)`.
    pub(super) strike_value: f64,
}

impl Terms {
    #[inline(always)]
    pub(super) fn new(contract: &Contract, market: &Market, volatility: f64) -> Self {
        let discounts =
            (exp(-market.dividend_yield * contract.years), exp(-market.rate * contract.years));
        Self::with_discounts(contract, market, volatility, discounts)
    }

    /// Terms with `e^(-q T)` and `e^(-r T)` already known.
    #[inline(always)]
    pub(super) fn with_discounts(
        contract: &Contract,
        market: &Market,
        volatility: f64,
        (spot_discount, strike_discount): (f64, f64),
    ) -> Self {
        let Contract { kind, strike, years } = *contract;
        let Market { spot, rate, dividend_yield } = *market;
        let valid = is_valid(contract, market, volatility);
        Self {
            is_call: matches!(kind, OptionKind::Call),
            spot,
            years,
            rate,
            dividend_yield,
            volatility,
            log_moneyness: ln_ratio(spot, strike),
            spot_discount,
            // Every result depends on this one.
            strike_value: if valid { strike * strike_discount } else { f64::NAN },
        }
    }
}

/// Stands for zero in a divisor: the quotient is 0 for 0 and infinite otherwise.
const TINY: f64 = 5e-324;
/// From here on `e^(-x^2/2)` is 0, whatever it is multiplied by.
const FAR: f64 = 1e3;

/// An option out of the money at the forward, as parts that all other figures are made of.
pub(super) struct Parts {
    /// `min(S e^(-q T), K e^(-r T)) e^(-a^2/2)`, which is `S e^(-q T)` times the density at d1
    /// times `sqrt(2 pi)`.
    pub(super) density: f64,
    /// The value of the option.
    pub(super) value: f64,
    /// The smaller of spot and strike value times its probability.
    pub(super) near: f64,
    /// The larger times its probability.
    pub(super) far: f64,
}

/// Values an option out of the money: `low` is the smaller of spot and strike value,
/// `distance` the absolute logarithm of their ratio, `deviation` is `volatility sqrt(years)`.
#[inline(always)]
pub(super) fn parts(low: f64, distance: f64, deviation: f64) -> Parts {
    let deviation = if deviation < TINY { TINY } else { deviation };
    let h = distance / deviation;
    let h = if h > FAR { FAR } else { h };
    let t = 0.5 * deviation;
    let t = if t > FAR { FAR } else { t };
    let (a, b) = (h - t, h + t);
    // Below the range of R, R(a) = e^(a^2/2) - R(-a).
    let reflect = a < mills::LEAST;
    let (near, gap) = if reflect { (-a, 2.0 * h) } else { (a, 2.0 * t) };
    let (at_b, difference) = ratio_and_difference(near, b, gap);
    let density = low * exp_minus_half_square(a);
    let far = density * at_b;
    let value =
        if reflect { low - density * (at_b + difference + at_b) } else { density * difference };
    Parts { density, value, near: value + far, far }
}

/// The greeks of valid terms. Free of branches, so that a loop over it becomes vector code.
#[inline(always)]
pub(super) fn evaluate(terms: &Terms) -> Greeks {
    let Terms { is_call, spot, years, rate, dividend_yield, volatility, .. } = *terms;
    let spot_value = spot * terms.spot_discount;
    let strike_value = terms.strike_value;
    let root = years.sqrt();
    let deviation = volatility * root;
    let distance = terms.log_moneyness + (rate - dividend_yield) * years;
    let low = if spot_value < strike_value { spot_value } else { strike_value };
    let Parts { density, value, near, far } = parts(low, distance.abs(), deviation);
    // The parts are those of the put if the forward is above the strike, else of the call.
    let from_put = distance > 0.0;
    let intrinsic = spot_value - strike_value;
    let intrinsic = if is_call { intrinsic } else { -intrinsic };
    let price = if is_call == from_put { intrinsic + value } else { value };
    // S e^(-q T) Phi(d1) and K e^(-r T) Phi(d2) of the call, less S and K of the put.
    let (below_1, below_2) = if from_put { (-far, -near) } else { (near, far) };
    let add = is_call == from_put;
    let sign = if is_call { 1.0 } else { -1.0 };
    let spot_part = if add { below_1 + sign * spot_value } else { below_1 };
    let strike_part = if add { below_2 + sign * strike_value } else { below_2 };
    let slope = density * INVERSE_SQRT_TAU;
    let decay = slope * volatility * 0.5 / if root < TINY { TINY } else { root };
    Greeks {
        price,
        delta: spot_part / spot,
        gamma: slope / spot / spot / if deviation < TINY { TINY } else { deviation },
        theta: dividend_yield * spot_part - rate * strike_part - decay,
        vega: slope * root,
        rho: years * strike_part,
        dividend_rho: -years * spot_part,
    }
}
