//! What a user said of trading, in flags or in a strategy file; the rest stays open.

use bolt_config::Config;
use bolt_market::broker::Costs;
use bolt_market::broker::next_open::Rates;
use bolt_market::signals::{Opposite, Rebalance, Repeated};

use super::{ConventionName, SizeKind, Trading, VolatilitySizing};
use crate::SessionError;

/// The settings of [`Trading`], each given or left open.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TradingOptions {
    /// Whose rules fill orders.
    pub convention: Option<ConventionName>,
    /// Cash at the start.
    pub cash: Option<f64>,
    /// Fees as a fraction of the value traded.
    pub fees: Option<f64>,
    /// Fees an order.
    pub fee_fixed: Option<f64>,
    /// Fees a unit.
    pub fee_per_unit: Option<f64>,
    /// Least fee of an order.
    pub fee_minimum: Option<f64>,
    /// Distance between bid and ask as a fraction of the price.
    pub spread: Option<f64>,
    /// By how much of the price fills are worse.
    pub slippage: Option<f64>,
    /// Interest a year on cash.
    pub credit_rate: Option<f64>,
    /// Interest a year on debt.
    pub debit_rate: Option<f64>,
    /// Fees a year on what is sold short.
    pub borrow_rate: Option<f64>,
    /// Size of entries, and what it counts.
    pub size: Option<(f64, SizeKind)>,
    /// Step of sizes.
    pub lot: Option<f64>,
    /// Stop-loss as a fraction of the entry price.
    pub stop_loss: Option<f64>,
    /// Take-profit as a fraction of the entry price.
    pub take_profit: Option<f64>,
    /// Trailing stop as a fraction of the best price.
    pub trailing_stop: Option<f64>,
    /// Bars after which a trade is closed.
    pub max_bars: Option<usize>,
    /// What to do with an entry in a position on its side.
    pub repeated: Option<Repeated>,
    /// What to do with an entry in a position on the other side.
    pub opposite: Option<Opposite>,
    /// When a target is traded.
    pub rebalance: Option<Rebalance>,
    /// Volatility a year that positions are scaled to.
    pub volatility_target: Option<f64>,
    /// Number of returns that volatility is estimated from.
    pub volatility_window: Option<usize>,
    /// How many times equity may be invested.
    pub leverage: Option<f64>,
    /// Fraction of a position's value that equity must not fall below.
    pub maintenance_margin: Option<f64>,
    /// Orders of less value are dropped.
    pub min_value: Option<f64>,
    /// Largest position as a fraction of equity.
    pub max_position: Option<f64>,
    /// Whether trades open at the end are closed there.
    pub finalize: Option<bool>,
    /// Whether market orders fill at the close they were decided on.
    pub trade_on_close: Option<bool>,
    /// Whether long and short trades may be open at the same time.
    pub hedging: Option<bool>,
    /// Whether an order cancels the orders and closes the trades before it.
    pub exclusive_orders: Option<bool>,
}

/// Returns that volatility is estimated from, unless something else is asked for.
const VOLATILITY_WINDOW: usize = 20;

impl TradingOptions {
    /// Returns these options, and what they leave open as `rest` says it.
    #[must_use]
    pub fn or(&self, rest: &Self) -> Self {
        Self {
            convention: self.convention.or(rest.convention),
            cash: self.cash.or(rest.cash),
            fees: self.fees.or(rest.fees),
            fee_fixed: self.fee_fixed.or(rest.fee_fixed),
            fee_per_unit: self.fee_per_unit.or(rest.fee_per_unit),
            fee_minimum: self.fee_minimum.or(rest.fee_minimum),
            spread: self.spread.or(rest.spread),
            slippage: self.slippage.or(rest.slippage),
            credit_rate: self.credit_rate.or(rest.credit_rate),
            debit_rate: self.debit_rate.or(rest.debit_rate),
            borrow_rate: self.borrow_rate.or(rest.borrow_rate),
            size: self.size.or(rest.size),
            lot: self.lot.or(rest.lot),
            stop_loss: self.stop_loss.or(rest.stop_loss),
            take_profit: self.take_profit.or(rest.take_profit),
            trailing_stop: self.trailing_stop.or(rest.trailing_stop),
            max_bars: self.max_bars.or(rest.max_bars),
            repeated: self.repeated.or(rest.repeated),
            opposite: self.opposite.or(rest.opposite),
            rebalance: self.rebalance.or(rest.rebalance),
            volatility_target: self.volatility_target.or(rest.volatility_target),
            volatility_window: self.volatility_window.or(rest.volatility_window),
            leverage: self.leverage.or(rest.leverage),
            maintenance_margin: self.maintenance_margin.or(rest.maintenance_margin),
            min_value: self.min_value.or(rest.min_value),
            max_position: self.max_position.or(rest.max_position),
            finalize: self.finalize.or(rest.finalize),
            trade_on_close: self.trade_on_close.or(rest.trade_on_close),
            hedging: self.hedging.or(rest.hedging),
            exclusive_orders: self.exclusive_orders.or(rest.exclusive_orders),
        }
    }

    /// Returns how is traded: what is left open is as the settings, or the defaults, have it.
    ///
    /// # Errors
    /// If sizing by volatility makes no sense.
    pub fn resolve(&self, config: &Config) -> Result<Trading, SessionError> {
        let base = Trading::of_config(config);
        let Costs { fee_rate, fee_fixed, fee_per_unit, fee_minimum, spread, slippage } = base.costs;
        let costs = Costs {
            fee_rate: self.fees.unwrap_or(fee_rate),
            fee_fixed: self.fee_fixed.unwrap_or(fee_fixed),
            fee_per_unit: self.fee_per_unit.unwrap_or(fee_per_unit),
            fee_minimum: self.fee_minimum.unwrap_or(fee_minimum),
            spread: self.spread.unwrap_or(spread),
            slippage: self.slippage.unwrap_or(slippage),
        };
        let Rates { credit, debit, borrow } = base.rates;
        let rates = Rates {
            credit: self.credit_rate.unwrap_or(credit),
            debit: self.debit_rate.unwrap_or(debit),
            borrow: self.borrow_rate.unwrap_or(borrow),
        };
        let (size, size_kind) = self.size.unwrap_or((base.size, base.size_kind));
        Ok(Trading {
            convention: self.convention.unwrap_or(base.convention),
            cash: self.cash.unwrap_or(base.cash),
            costs,
            size,
            size_kind,
            lot: self.lot,
            stop_loss: self.stop_loss,
            take_profit: self.take_profit,
            trailing_stop: self.trailing_stop,
            max_bars: self.max_bars,
            repeated: self.repeated.unwrap_or(base.repeated),
            opposite: self.opposite.unwrap_or(base.opposite),
            rebalance: self.rebalance.unwrap_or(base.rebalance),
            volatility: self.volatility()?,
            leverage: self.leverage.unwrap_or(base.leverage),
            maintenance_margin: self.maintenance_margin.unwrap_or(base.maintenance_margin),
            rates,
            minimum_value: self.min_value.unwrap_or(base.minimum_value),
            maximum_position: self.max_position,
            finalize: self.finalize.unwrap_or(base.finalize),
            trade_on_close: self.trade_on_close.unwrap_or(base.trade_on_close),
            hedging: self.hedging.unwrap_or(base.hedging),
            exclusive_orders: self.exclusive_orders.unwrap_or(base.exclusive_orders),
        })
    }

    fn volatility(&self) -> Result<Option<VolatilitySizing>, SessionError> {
        let wrong = |reason: String| Err(SessionError::Settings(reason));
        let (annual, window_bars) = match (self.volatility_target, self.volatility_window) {
            (None, None) => return Ok(None),
            (None, Some(_)) => {
                let reason = "the volatility window has no effect without a volatility target";
                return wrong(reason.to_owned());
            }
            (Some(annual), window) => (annual, window.unwrap_or(VOLATILITY_WINDOW)),
        };
        if annual <= 0.0 {
            return wrong(format!("the volatility target is {annual}, and must be positive"));
        }
        if window_bars < 2 {
            return wrong(format!("the volatility window is {window_bars}, and must be 2 or more"));
        }
        Ok(Some(VolatilitySizing { annual, window_bars }))
    }
}
