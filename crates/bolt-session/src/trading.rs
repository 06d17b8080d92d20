//! How a user says signals are to be traded, and what each convention makes of it.
//!
//! A setting that the convention does not have is refused, never ignored.

mod effects;
mod options;

pub(crate) use effects::Traded;
pub use options::TradingOptions;

use bolt_config::Config;
use bolt_market::broker::next_open::{Margin, Rates};
use bolt_market::broker::{Costs, Error, backtesting_py, backtrader, next_open, vectorbt};
use bolt_market::order::Size;
use bolt_market::signals::{
    Convention, Opposite, Rebalance, Repeated, SignalRules, VolatilityTarget,
};

use crate::SessionError;

/// The conventions by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConventionName {
    /// Our own.
    #[default]
    NextOpen,
    /// That of backtesting.py.
    BacktestingPy,
    /// That of vectorbt.
    Vectorbt,
    /// That of backtrader.
    Backtrader,
}

impl ConventionName {
    /// Every convention.
    pub const ALL: [Self; 4] =
        [Self::NextOpen, Self::BacktestingPy, Self::Vectorbt, Self::Backtrader];

    /// Returns the name used in settings and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::NextOpen => "next-open",
            Self::BacktestingPy => "backtesting.py",
            Self::Vectorbt => "vectorbt",
            Self::Backtrader => "backtrader",
        }
    }

    /// Returns whether it can close what is open at the end.
    pub(crate) fn can_finalize(self) -> bool {
        matches!(self, Self::NextOpen | Self::BacktestingPy)
    }

    /// Returns the convention of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|convention| convention.name() == name)
    }
}

/// Whether a convention has a setting.
type Has = fn(ConventionName) -> bool;

/// What the size of an entry counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SizeKind {
    /// A fraction of what cash and margin allow; 1 is all.
    #[default]
    Available,
    /// A fraction of equity.
    Equity,
    /// Units.
    Units,
    /// An amount of the account's currency.
    Value,
}

/// Sizes positions by their volatility.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VolatilitySizing {
    /// Standard deviation of returns a year that positions are to have, as a fraction.
    pub annual: f64,
    /// Number of returns it is estimated from.
    pub window_bars: usize,
}

/// How signals are traded, with every setting of every convention.
#[derive(Debug, Clone, PartialEq)]
pub struct Trading {
    /// Whose rules fill orders.
    pub convention: ConventionName,
    /// Cash at the start.
    pub cash: f64,
    /// Fees, spread and slippage.
    pub costs: Costs,
    /// Size of entries in the unit of `size_kind`.
    pub size: f64,
    /// What the size counts.
    pub size_kind: SizeKind,
    /// Step of sizes, 1 for whole units.
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
    pub repeated: Repeated,
    /// What to do with an entry in a position on the other side.
    pub opposite: Opposite,
    /// When a target is traded.
    pub rebalance: Rebalance,
    /// Sizes by volatility.
    pub volatility: Option<VolatilitySizing>,
    /// How many times equity may be invested.
    pub leverage: f64,
    /// Fraction of a position's value that equity must not fall below.
    pub maintenance_margin: f64,
    /// Interest a year.
    pub rates: Rates,
    /// Orders that open less than this value are dropped.
    pub minimum_value: f64,
    /// Largest position as a fraction of equity.
    pub maximum_position: Option<f64>,
    /// Whether trades open at the end are closed there.
    pub finalize: bool,
    /// Whether market orders fill at the close they were decided on.
    pub trade_on_close: bool,
    /// Whether long and short trades may be open at the same time.
    pub hedging: bool,
    /// Whether an order cancels the orders and closes the trades before it.
    pub exclusive_orders: bool,
}

impl Trading {
    /// Returns the settings' convention, cash and costs, and no more.
    pub fn of_config(config: &Config) -> Self {
        let convention = ConventionName::named(config.market_convention()).unwrap_or_default();
        Self {
            convention,
            cash: config.market_cash(),
            costs: Costs {
                spread: config.market_spread(),
                slippage: config.market_slippage(),
                ..Costs::rate(config.market_fees())
            },
            size: 1.0,
            size_kind: SizeKind::default(),
            lot: None,
            stop_loss: None,
            take_profit: None,
            trailing_stop: None,
            max_bars: None,
            repeated: Repeated::default(),
            opposite: Opposite::default(),
            rebalance: Rebalance::default(),
            volatility: None,
            leverage: 1.0,
            maintenance_margin: 0.0,
            rates: Rates::default(),
            minimum_value: 0.0,
            maximum_position: None,
            finalize: false,
            trade_on_close: false,
            hedging: false,
            exclusive_orders: false,
        }
    }

    /// Returns the rules by which signals become orders; the periods a year are those of the
    /// volatility target.
    pub(crate) fn rules(&self, periods_per_year: f64) -> SignalRules {
        let size = match self.size_kind {
            SizeKind::Available => Size::AvailableFraction(self.size),
            SizeKind::Equity => Size::EquityFraction(self.size),
            SizeKind::Units => Size::Units(self.size),
            SizeKind::Value => Size::Value(self.size),
        };
        let volatility = self.volatility.map(|sizing| VolatilityTarget {
            annual: sizing.annual,
            window_bars: sizing.window_bars,
            bars_per_year: periods_per_year,
            maximum: self.maximum_position.unwrap_or(self.leverage),
        });
        SignalRules {
            size,
            volatility,
            stop_loss: self.stop_loss,
            take_profit: self.take_profit,
            trailing_stop: self.trailing_stop,
            max_bars: self.max_bars,
            repeated: self.repeated,
            opposite: self.opposite,
            rebalance: self.rebalance,
        }
    }

    /// Returns the convention with its settings.
    ///
    /// # Errors
    /// If it lacks a setting that was asked for.
    pub(crate) fn convention(&self) -> Result<Convention, SessionError> {
        if !(self.leverage >= 1.0 && self.leverage.is_finite()) {
            let (value, range) = (self.leverage, "1 or more");
            return Err(Error::Setting { name: "leverage", value, range }.into());
        }
        let Costs { fee_rate, fee_fixed, spread, slippage, .. } = self.costs;
        let convention = match self.convention {
            ConventionName::NextOpen => Convention::NextOpen(self.next_open()),
            ConventionName::BacktestingPy => Convention::BacktestingPy(backtesting_py::Settings {
                cash: self.cash,
                commission: backtesting_py::Commission { fixed: fee_fixed, rate: fee_rate },
                spread,
                margin: 1.0 / self.leverage,
                trade_on_close: self.trade_on_close,
                hedging: self.hedging,
                exclusive_orders: self.exclusive_orders,
                finalize_trades: self.finalize,
                ..backtesting_py::Settings::default()
            }),
            ConventionName::Vectorbt => Convention::Vectorbt(vectorbt::Settings {
                cash: self.cash,
                fees: fee_rate,
                fixed_fees: fee_fixed,
                slippage,
                size_granularity: self.lot,
            }),
            ConventionName::Backtrader => Convention::Backtrader(backtrader::Settings {
                cash: self.cash,
                commission: fee_rate,
                ..backtrader::Settings::default()
            }),
        };
        match self.asked().into_iter().find(|(_, asked, has)| *asked && !has(self.convention)) {
            None => Ok(convention),
            Some((what, ..)) => {
                Err(Error::Unsupported { what, convention: convention.name() }.into())
            }
        }
    }

    fn next_open(&self) -> next_open::Settings {
        next_open::Settings {
            cash: self.cash,
            costs: self.costs,
            lot: self.lot,
            margin: Margin { initial: 1.0 / self.leverage, maintenance: self.maintenance_margin },
            rates: self.rates,
            minimum_value: self.minimum_value,
            maximum_position: self.maximum_position.unwrap_or(f64::INFINITY),
            finalize: self.finalize,
            first_bar: 0,
        }
    }

    /// Returns for each setting that some convention lacks what it is called, whether it was asked
    /// for, and which conventions have it.
    fn asked(&self) -> [(&'static str, bool, Has); 18] {
        use ConventionName::{BacktestingPy, Backtrader, NextOpen, Vectorbt};
        let Costs { fee_rate: _, fee_fixed, fee_per_unit, fee_minimum, spread, slippage } =
            self.costs;
        let ours: Has = |name| name == NextOpen;
        let theirs: Has = |name| name == BacktestingPy;
        [
            ("fees an order", fee_fixed != 0.0, |name| name != Backtrader),
            ("fees a unit", fee_per_unit != 0.0, ours),
            ("minimum fee", fee_minimum != 0.0, ours),
            ("spread", spread != 0.0, |name| matches!(name, NextOpen | BacktestingPy)),
            ("slippage", slippage != 0.0, |name| matches!(name, NextOpen | Vectorbt)),
            ("lot size", self.lot.is_some(), |name| matches!(name, NextOpen | Vectorbt)),
            ("leverage", self.leverage != 1.0, |name| matches!(name, NextOpen | BacktestingPy)),
            ("maintenance margin", self.maintenance_margin != 0.0, ours),
            ("interest on cash", self.rates.credit != 0.0, ours),
            ("interest on debt", self.rates.debit != 0.0, ours),
            ("borrow fees", self.rates.borrow != 0.0, ours),
            ("smallest order", self.minimum_value != 0.0, ours),
            ("largest position", self.maximum_position.is_some(), ours),
            ("closing of trades at the end", self.finalize, ConventionName::can_finalize),
            ("trading on close", self.trade_on_close, theirs),
            ("hedging", self.hedging, theirs),
            ("exclusive orders", self.exclusive_orders, theirs),
            ("sizes as a fraction of equity", self.size_kind == SizeKind::Equity, |name| {
                name != Vectorbt
            }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_config::Sources;

    fn trading(convention: ConventionName) -> Trading {
        let config = Config::resolve(&Sources::default()).unwrap();
        Trading { convention, ..Trading::of_config(&config) }
    }

    #[track_caller]
    fn check(change: impl Fn(&mut Trading), what: &str, has: &[ConventionName]) {
        for convention in ConventionName::ALL {
            let mut trading = trading(convention);
            change(&mut trading);
            match trading.convention() {
                Ok(made) => assert!(has.contains(&convention), "{} has {what}", made.name()),
                Err(error) => {
                    assert!(!has.contains(&convention), "{error}");
                    assert!(error.to_string().contains(what), "{error}");
                }
            }
        }
    }

    #[test]
    fn what_a_convention_lacks_is_refused() {
        use ConventionName::{BacktestingPy, NextOpen, Vectorbt};
        check(|_| {}, "", &ConventionName::ALL);
        check(|t| t.costs.spread = 0.01, "spread", &[NextOpen, BacktestingPy]);
        check(|t| t.costs.slippage = 0.01, "slippage", &[NextOpen, Vectorbt]);
        check(|t| t.lot = Some(1.0), "lot", &[NextOpen, Vectorbt]);
        check(|t| t.finalize = true, "closing", &[NextOpen, BacktestingPy]);
        check(|t| t.hedging = true, "hedging", &[BacktestingPy]);
        check(|t| t.rates.borrow = 0.01, "borrow", &[NextOpen]);
        check(|t| t.leverage = 0.5, "leverage", &[]);
    }
}
