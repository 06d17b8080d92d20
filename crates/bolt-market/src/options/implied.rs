//! The volatility at which an option is worth its price.
//!
//! European: Jaeckel's method ("Let's be rational", Wilmott 2015). The price becomes a number
//! between 0 and 1, the first guess comes from rational cubics (Delbourgo and Gregory, "Shape
//! preserving piecewise rational interpolation", SIAM J. Sci. Stat. Comput. 6, 1985) over four
//! zones of it, and Householder steps of order four, taken on a transformed price in the outer
//! zones, finish. Steps that leave the bracket known so far are replaced by bisection, so the
//! search always ends.
//!
//! American: a secant search, kept inside a bracket, that begins at the volatility of a European
//! option with the same price, which is too high.
//!
//! The result is the exact volatility of a price that differs from the given one by a few
//! roundings. Where vega is nearly nothing that may still be far from the volatility one
//! started from: the price no longer says it.

use super::american::{Method, Prepared};
use super::elementary::{exp, ln_ratio};
use super::inverse::Target;
use super::{Contract, Market, OptionKind, european, is_valid};

/// Why a price has no implied volatility.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ImpliedVolatilityError {
    /// The price violates the lower bound.
    #[error(
        "cannot imply a volatility: the price `{price}` is below `{bound}`, what the option is \
         worth without any volatility; check the rate, the dividend yield and the quote's time"
    )]
    BelowIntrinsic {
        /// The price given.
        price: f64,
        /// The least price without arbitrage.
        bound: f64,
    },
    /// The price violates the upper bound.
    #[error(
        "cannot imply a volatility: the price `{price}` is not below `{bound}`, what the option \
         is worth at infinite volatility; check that price and spot are in the same unit"
    )]
    AboveMaximum {
        /// The price given.
        price: f64,
        /// The bound that prices of finite volatility stay below.
        bound: f64,
    },
    /// There is no time in which volatility could act.
    #[error(
        "cannot imply a volatility: the option has expired, so its price does not depend on it"
    )]
    Expired,
    /// A number that describes no option.
    #[error(
        "cannot imply a volatility: spot `{spot}`, strike `{strike}`, years `{years}`, rate \
         `{rate}`, dividend yield `{dividend_yield}` and price `{price}` must be finite, spot and \
         strike positive also when discounted, years not negative"
    )]
    Invalid {
        /// The spot given.
        spot: f64,
        /// The strike given.
        strike: f64,
        /// The time given.
        years: f64,
        /// The rate given.
        rate: f64,
        /// The dividend yield given.
        dividend_yield: f64,
        /// The price given.
        price: f64,
    },
}

/// Refuses numbers that describe no option and options that have expired.
fn check(contract: &Contract, market: &Market, price: f64) -> Result<(), ImpliedVolatilityError> {
    let Contract { strike, years, .. } = *contract;
    let Market { spot, rate, dividend_yield } = *market;
    let discounted = [spot * exp(-dividend_yield * years), strike * exp(-rate * years)];
    let usable = discounted.iter().all(|value| value.is_normal()) && price.is_finite();
    if !is_valid(contract, market, 0.0) || !usable {
        let invalid =
            ImpliedVolatilityError::Invalid { spot, strike, years, rate, dividend_yield, price };
        return Err(invalid);
    }
    if years == 0.0 {
        return Err(ImpliedVolatilityError::Expired);
    }
    Ok(())
}

/// Returns the volatility at which a European option is worth `price`; 0 if that is exactly its
/// value without volatility.
///
/// # Errors
/// If the price is below the value without volatility or not below the value at infinite
/// volatility, if the option has expired, or if a number describes no option.
pub fn of_european(
    contract: &Contract,
    market: &Market,
    price: f64,
) -> Result<f64, ImpliedVolatilityError> {
    check(contract, market, price)?;
    let Contract { kind, strike, years } = *contract;
    let Market { spot, rate, dividend_yield } = *market;
    let spot_value = spot * exp(-dividend_yield * years);
    let strike_value = strike * exp(-rate * years);
    let distance = ln_ratio(spot, strike) + (rate - dividend_yield) * years;
    let (intrinsic, bound) = match kind {
        OptionKind::Call => (spot_value - strike_value, spot_value),
        OptionKind::Put => (strike_value - spot_value, strike_value),
    };
    // The same side as the valuation takes: the put if the forward is above the strike.
    let in_the_money = (kind == OptionKind::Call) == (distance > 0.0);
    let value = if in_the_money { price - intrinsic } else { price };
    if value < 0.0 {
        let bound = if in_the_money { intrinsic } else { 0.0 };
        return Err(ImpliedVolatilityError::BelowIntrinsic { price, bound });
    }
    let low = spot_value.min(strike_value);
    if value >= low {
        return Err(ImpliedVolatilityError::AboveMaximum { price, bound });
    }
    let distance = distance.abs();
    let target = Target { distance, value: value / low, complement: (low - value) / low };
    Ok(target.deviation() / years.sqrt())
}

/// Returns the least volatility at which an American option is worth `price`: 0 if that is
/// exactly its value without volatility, as it is for every volatility below some bound when
/// it is best to exercise now.
///
/// # Errors
/// As [`of_european`], with the bounds that early exercise gives.
pub fn of_american(
    contract: &Contract,
    market: &Market,
    price: f64,
) -> Result<f64, ImpliedVolatilityError> {
    check(contract, market, price)?;
    let certain = Prepared::new(contract, market, 0.0);
    if certain.method() == Some(Method::European) {
        return of_european(contract, market, price);
    }
    let bound = certain.price(market.spot);
    if price < bound {
        return Err(ImpliedVolatilityError::BelowIntrinsic { price, bound });
    }
    if price == bound {
        return Ok(0.0);
    }
    let bound = match contract.kind {
        OptionKind::Call => market.spot * exp(-market.dividend_yield * contract.years).max(1.0),
        OptionKind::Put => contract.strike * exp(-market.rate * contract.years).max(1.0),
    };
    if price >= bound {
        return Err(ImpliedVolatilityError::AboveMaximum { price, bound });
    }
    let excess =
        |volatility: f64| Prepared::new(contract, market, volatility).price(market.spot) - price;
    Ok(search(excess, first_volatility(contract, market, price)))
}

/// A volatility and the change of it that one unit of price costs.
fn first_volatility(contract: &Contract, market: &Market, price: f64) -> (f64, f64) {
    let volatility = match of_european(contract, market, price) {
        Ok(volatility) if volatility > 0.0 => volatility,
        _ => 1.0,
    };
    (volatility, 1.0 / european::greeks(contract, market, volatility).vega)
}

/// Evaluations before the search gives up on a smaller bracket.
const MAX_EVALUATIONS: usize = 100;
/// Relative change of the volatility at which the search ends; prices are not known better.
const TOLERANCE: f64 = 1e-11;

/// Finds where a rising function is zero, given a first guess and the inverse of its slope.
fn search(excess: impl Fn(f64) -> f64, (first, inverse_slope): (f64, f64)) -> f64 {
    let (mut below, mut above) = (0.0, f64::INFINITY);
    let mut at = first;
    let mut inverse_slope = inverse_slope;
    let mut last: Option<(f64, f64)> = None;
    for _ in 0..MAX_EVALUATIONS {
        let value = excess(at);
        if value < 0.0 {
            below = at;
        } else {
            above = at;
        }
        if let Some((other, other_value)) = last {
            inverse_slope = (at - other) / (value - other_value);
        }
        last = Some((at, value));
        let step = -value * inverse_slope;
        let next = at + step;
        if value == 0.0 || (above.is_finite() && above - below <= TOLERANCE * above) {
            break;
        }
        if next > below && next < above {
            at = next;
            if step.abs() <= TOLERANCE * at {
                break;
            }
        } else {
            at = if above.is_finite() { 0.5 * (below + above) } else { 2.0 * below };
        }
    }
    at
}
