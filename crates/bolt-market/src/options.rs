//! Options: prices, greeks, implied volatility and scenario grids, European and American.
//!
//! Everything here is arithmetic over numbers that the caller brings: there is no calendar, no
//! day count, no volatility surface and no market data. Start at [`european::greeks`],
//! [`american::greeks`], [`implied::of_european`], [`chain::greeks`] and [`scenario::evaluate`].
//!
//! One set of units throughout: times are years, rates and dividend yields are continuously
//! compounded and per year (`0.05` is 5 %), volatility is per square root of a year (`0.2` is
//! 20 %), and a greek is the plain derivative by one unit of its variable: theta per year, vega
//! per 1.00 of volatility, rho per 1.00 of rate.
//!
//! The functions use neither the system's mathematics library nor fused operations, so that a
//! result has the same bits on every machine, alone or in a batch.

pub mod american;
pub mod batch;
pub mod chain;
pub mod european;
pub mod implied;
pub mod normal;
pub mod scenario;

mod boundary;
mod elementary;
mod inverse;
mod lattice;
mod mills;

/// The right that an option gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OptionKind {
    /// To buy at the strike.
    Call,
    /// To sell at the strike.
    Put,
}

impl OptionKind {
    /// Returns `1.0` for a call and `-1.0` for a put.
    pub fn sign(self) -> f64 {
        match self {
            Self::Call => 1.0,
            Self::Put => -1.0,
        }
    }

    /// Returns the name used in results: `call` or `put`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Put => "put",
        }
    }
}

/// What the parties agreed on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contract {
    /// Call or put.
    pub kind: OptionKind,
    /// Price at which the holder may trade, positive.
    pub strike: f64,
    /// Years until expiry, not negative.
    pub years: f64,
}

/// What the market says of the underlying, its volatility aside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Market {
    /// Price of the underlying, positive.
    pub spot: f64,
    /// Interest rate per year, continuously compounded; may be negative.
    pub rate: f64,
    /// Dividend yield (or foreign rate, or cost of borrowing) per year, continuously
    /// compounded; may be negative.
    pub dividend_yield: f64,
}

/// A value and its derivatives.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Greeks {
    /// Value of one unit.
    pub price: f64,
    /// By the spot.
    pub delta: f64,
    /// Second derivative by the spot.
    pub gamma: f64,
    /// By calendar time, per year: what a year's passing would add at this pace.
    pub theta: f64,
    /// By the volatility, per 1.00.
    pub vega: f64,
    /// By the rate, per 1.00.
    pub rho: f64,
    /// By the dividend yield, per 1.00.
    pub dividend_rho: f64,
}

impl Greeks {
    /// Every field, in order.
    #[inline(always)]
    fn to_array(self) -> [f64; 7] {
        let Self { price, delta, gamma, theta, vega, rho, dividend_rho } = self;
        [price, delta, gamma, theta, vega, rho, dividend_rho]
    }

    fn from_array([price, delta, gamma, theta, vega, rho, dividend_rho]: [f64; 7]) -> Self {
        Self { price, delta, gamma, theta, vega, rho, dividend_rho }
    }
}

/// Returns whether the numbers describe an option: positive finite prices, finite time and
/// volatility that are not negative, finite rates.
#[inline(always)]
fn is_valid(contract: &Contract, market: &Market, volatility: f64) -> bool {
    // Without short circuits, so that a loop over it has no branches.
    let positive = |x: f64| (x > 0.0) & (x < f64::INFINITY);
    let not_negative = |x: f64| (0.0..f64::INFINITY).contains(&x);
    positive(contract.strike)
        & positive(market.spot)
        & not_negative(contract.years)
        & not_negative(volatility)
        & market.rate.is_finite()
        & market.dividend_yield.is_finite()
}

#[cfg(test)]
mod tests;
