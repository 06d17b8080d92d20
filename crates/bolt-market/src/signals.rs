//! Columns of signals, and how each convention trades them.
//!
//! [`run`] is how a [`Plan`](crate::plan::Plan) of signals is traded. Under the order-based
//! conventions the signals are traded by one strategy, [`SignalStrategy`], which places the orders
//! a user of that convention would place; under that of vectorbt they are handed to its simulation
//! of arrays. The common case under our own convention takes a faster way with the same results,
//! bit for bit.

mod fast;
mod strategy;
mod vectorbt;

pub use strategy::SignalStrategy;

use crate::broker::next_open::Market;
use crate::broker::{
    Error, backtesting_py, backtrader, check_length, check_setting, next_open, vectorbt as arrays,
};
use crate::ledger::Ledger;
use crate::order::Size;
use crate::statistics::peers;
use crate::strategy::Strategy;
use bolt_base::UnixNanos;

/// Columns of signals, one value a bar, each decided with what is known at that bar's close.
///
/// Either a target, or events.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signals<'a> {
    /// The position wanted, as a fraction of equity, negative for short; NaN leaves it as it is.
    pub target: Option<&'a [f64]>,
    /// Enter long.
    pub entry: Option<&'a [bool]>,
    /// Leave long.
    pub exit: Option<&'a [bool]>,
    /// Enter short.
    pub short_entry: Option<&'a [bool]>,
    /// Leave short.
    pub short_exit: Option<&'a [bool]>,
    /// Limit prices of entries; NaN for none.
    pub entry_limit: Option<&'a [f64]>,
    /// Stop prices of entries; NaN for none.
    pub entry_stop: Option<&'a [f64]>,
    /// Sizes of entries in place of the amount in [`SignalRules::size`], positive.
    pub size: Option<&'a [f64]>,
}

/// What to do with an entry in a position on its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repeated {
    /// Nothing.
    #[default]
    Ignore,
    /// Open another trade.
    Add,
}

/// What to do with an entry in a position on the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Opposite {
    /// Close the position and enter.
    #[default]
    Reverse,
    /// Close the position.
    Close,
    /// Nothing.
    Ignore,
}

/// When a target is traded.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Rebalance {
    /// When it changes.
    #[default]
    OnChange,
    /// At every bar that has one.
    EveryBar,
    /// When the position's fraction of equity is further away from it than this.
    Outside(f64),
}

/// Sizes positions so that their volatility comes to a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VolatilityTarget {
    /// Standard deviation of returns a year, as a fraction.
    pub annual: f64,
    /// Number of returns, up to and including the current bar's, it is estimated from.
    pub window_bars: usize,
    /// Bars a year.
    pub bars_per_year: f64,
    /// Largest fraction of equity.
    pub maximum: f64,
}

impl VolatilityTarget {
    /// Returns the fraction of equity for the volatility of the last closes; `None` if there are
    /// too few of them or one is unknown.
    pub fn fraction(&self, closes: &[f64]) -> Option<f64> {
        let window = closes.get(closes.len().checked_sub(self.window_bars + 1)?..)?;
        let n = self.window_bars as f64;
        let returns = || window.windows(2).map(|pair| pair[1] / pair[0] - 1.0);
        let mean = returns().sum::<f64>() / n;
        let variance = returns().map(|r| (r - mean) * (r - mean)).sum::<f64>() / (n - 1.0);
        let annual = (variance * self.bars_per_year).sqrt();
        (!annual.is_nan()).then(|| (self.annual / annual).min(self.maximum))
    }
}

/// How signals are traded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignalRules {
    /// Size of entries, positive.
    pub size: Size,
    /// Scales entries and targets by volatility; entries then are fractions of equity.
    pub volatility: Option<VolatilityTarget>,
    /// Stop-loss as a fraction of the entry price.
    pub stop_loss: Option<f64>,
    /// Take-profit as a fraction of the entry price.
    pub take_profit: Option<f64>,
    /// Trailing stop as a fraction of the best price.
    pub trailing_stop: Option<f64>,
    /// Number of bars after which a trade is closed.
    pub max_bars: Option<usize>,
    /// What to do with an entry in a position on its side.
    pub repeated: Repeated,
    /// What to do with an entry in a position on the other side.
    pub opposite: Opposite,
    /// When a target is traded.
    pub rebalance: Rebalance,
}

impl Default for SignalRules {
    fn default() -> Self {
        Self {
            size: Size::AvailableFraction(1.0),
            volatility: None,
            stop_loss: None,
            take_profit: None,
            trailing_stop: None,
            max_bars: None,
            repeated: Repeated::default(),
            opposite: Opposite::default(),
            rebalance: Rebalance::default(),
        }
    }
}

impl SignalRules {
    /// Checks that every setting is in its range.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let SignalRules { size, stop_loss, take_profit, trailing_stop, .. } = *self;
        check_setting("size", size.amount(), size.amount() > 0.0, "positive")?;
        for (name, fraction) in [
            ("stop_loss", stop_loss),
            ("take_profit", take_profit),
            ("trailing_stop", trailing_stop),
        ] {
            let fraction = fraction.unwrap_or(0.1);
            check_setting(name, fraction, fraction > 0.0 && fraction.is_finite(), "positive")?;
        }
        Ok(())
    }
}

/// A convention and its settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Convention {
    /// Our own.
    NextOpen(next_open::Settings),
    /// That of backtesting.py.
    BacktestingPy(backtesting_py::Settings),
    /// That of backtrader.
    Backtrader(backtrader::Settings),
    /// That of vectorbt.
    Vectorbt(arrays::Settings),
}

impl Convention {
    /// Returns the name used in results and options.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NextOpen(_) => "next-open",
            Self::BacktestingPy(_) => "backtesting.py",
            Self::Backtrader(_) => "backtrader",
            Self::Vectorbt(_) => "vectorbt",
        }
    }
}

impl Convention {
    /// Returns the cash that an account begins with.
    pub fn cash(&self) -> f64 {
        match self {
            Self::NextOpen(settings) => settings.cash,
            Self::BacktestingPy(settings) => settings.cash,
            Self::Backtrader(settings) => settings.cash,
            Self::Vectorbt(settings) => settings.cash,
        }
    }

    /// Returns what the peer whose convention it is says of a run over one asset, if it says
    /// something; `warm_up_bars` are the first bars on which a formula has no value.
    pub fn peer_statistics(
        &self,
        ledger: &Ledger,
        close: &[f64],
        times: &[UnixNanos],
        warm_up_bars: usize,
    ) -> Option<peers::Statistics> {
        match self {
            Self::NextOpen(_) | Self::Backtrader(_) => None,
            Self::BacktestingPy(_) => (close.len() >= 2)
                .then(|| peers::backtesting_py::of_ledger(ledger, close, times, warm_up_bars)),
            Self::Vectorbt(_) => {
                Some(peers::vectorbt::of_ledger(ledger, close, times, self.cash()))
            }
        }
    }

    /// Returns the convention with its first bar set for formulas that have no value on so many
    /// first bars, as the peers find it from their indicators.
    #[must_use]
    pub fn after_warm_up(mut self, warm_up_bars: usize) -> Self {
        match &mut self {
            Self::NextOpen(_) | Self::Vectorbt(_) => {}
            Self::BacktestingPy(settings) => settings.first_bar = warm_up_bars + 1,
            Self::Backtrader(settings) => settings.first_bar = warm_up_bars,
        }
        self
    }
}

impl Convention {
    /// Runs a strategy over the bars.
    ///
    /// # Errors
    /// If the convention has no orders or lacks something, columns differ in length, or a setting
    /// is out of its range.
    pub fn run_orders(
        &self,
        market: &Market<'_>,
        strategy: &mut dyn Strategy,
    ) -> Result<Ledger, Error> {
        if !matches!(self, Self::NextOpen(_)) {
            check_plain(market, self)?;
        }
        match self {
            Self::NextOpen(settings) => next_open::run(market, settings, strategy),
            Self::BacktestingPy(settings) => backtesting_py::run(market.prices, settings, strategy),
            Self::Backtrader(settings) => backtrader::run(market.prices, settings, strategy),
            Self::Vectorbt(_) => {
                Err(Error::Unsupported { what: "orders", convention: self.name() })
            }
        }
    }
}

/// Whether a run keeps the equity curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// One value a bar.
    Keep,
    /// None: [`Ledger::equity`] holds the last value only.
    Last,
}

impl Curve {
    /// Drops from a ledger what is not kept.
    pub(crate) fn cut(self, mut ledger: Ledger) -> Ledger {
        if self == Self::Last {
            ledger.equity.drain(..ledger.equity.len().saturating_sub(1));
        }
        ledger
    }
}

/// Trades signals under a convention.
///
/// # Errors
/// If columns differ in length, a setting is out of its range, signals contradict one another, or
/// the convention cannot do what is asked.
pub fn run(
    market: &Market<'_>,
    signals: &Signals<'_>,
    rules: &SignalRules,
    convention: &Convention,
    curve: Curve,
) -> Result<Ledger, Error> {
    check(market, signals, rules)?;
    let ledger = match convention {
        Convention::NextOpen(settings) if fast::is_eligible(market, signals, rules, settings) => {
            return fast::run(market, signals, rules, settings, curve);
        }
        Convention::Vectorbt(settings) => {
            check_plain(market, convention)?;
            vectorbt::run(market.prices, signals, rules, settings)?
        }
        Convention::NextOpen(_) | Convention::BacktestingPy(_) | Convention::Backtrader(_) => {
            if matches!(convention, Convention::Backtrader(_))
                && rules.stop_loss.is_some()
                && rules.trailing_stop.is_some()
            {
                let what = "stop-loss together with a trailing stop";
                return Err(Error::Unsupported { what, convention: convention.name() });
            }
            let mut strategy = SignalStrategy::new(market.prices.close, signals, rules);
            convention.run_orders(market, &mut strategy)?
        }
    };
    Ok(curve.cut(ledger))
}

const EVENTS_INSTEAD: &str = "give `entry` and `exit` in place of the signal";

fn check(market: &Market<'_>, signals: &Signals<'_>, rules: &SignalRules) -> Result<(), Error> {
    let bars = market.prices.len();
    let Signals { target, entry, exit, short_entry, short_exit, entry_limit, entry_stop, size } =
        *signals;
    let events = [
        ("entry", entry),
        ("exit", exit),
        ("short_entry", short_entry),
        ("short_exit", short_exit),
    ];
    for (name, column) in events {
        check_length(name, column.map_or(bars, <[bool]>::len), bars)?;
    }
    let numbers = [
        ("target", target),
        ("entry_limit", entry_limit),
        ("entry_stop", entry_stop),
        ("size", size),
    ];
    for (name, column) in numbers {
        check_length(name, column.map_or(bars, <[f64]>::len), bars)?;
    }
    if target.is_some() && events.iter().any(|(_, column)| column.is_some()) {
        return Err(Error::TargetAndEvents);
    }
    let sized = rules.size != SignalRules::default().size || size.is_some();
    let entries_only = [
        (
            "size of entries",
            sized,
            "write the size into it, as in `If[close > SMA[close, 10], 0.5, 0]`",
        ),
        ("limit price of entries", entry_limit.is_some(), EVENTS_INSTEAD),
        ("stop price of entries", entry_stop.is_some(), EVENTS_INSTEAD),
    ];
    let asked = entries_only.into_iter().find(|(_, asked, _)| *asked);
    if let (Some(_), Some((what, _, instead))) = (target, asked) {
        return Err(Error::TargetAndEntries { what, instead });
    }
    if let Some(value) = size.into_iter().flatten().find(|value| **value <= 0.0) {
        return check_setting("entry size", *value, false, "positive");
    }
    rules.check()
}

/// Checks that nothing but prices is asked of a convention that knows nothing else.
fn check_plain(market: &Market<'_>, convention: &Convention) -> Result<(), Error> {
    let what = match (market.dividends, market.splits) {
        (Some(_), _) => "dividends",
        (_, Some(_)) => "splits",
        (None, None) => return Ok(()),
    };
    Err(Error::Unsupported { what, convention: convention.name() })
}
