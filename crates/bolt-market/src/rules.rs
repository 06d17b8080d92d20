//! Rules for orders: what to ask a broker for, and when, as formulas over columns of bars.
//!
//! Where signals say what position is wanted, rules say which orders lead to it: limits and stops
//! at prices of their own, orders that cancel one another, stops that move. [`Rules`] holds the
//! formulas, [`Rules::evaluate`] their values over bars, and [`RuleStrategy`] trades them under any
//! convention that has orders. A formula at bar t sees the bars up to t, so that no rule can look
//! ahead; what the account did is seen through [`OrderRule::condition`] and
//! [`ExitRule::after_bars`] alone.
//!
//! # A bar
//! At the close of each bar, after the broker has filled what that bar filled, in this order:
//! 1. Orders whose time is over ([`OrderRule::lasts_bars`]) are withdrawn.
//! 2. Stop rules move the stop-losses of open trades, in the order of the rules.
//! 3. Exit rules close trades, in the order of the rules, the oldest trade first. A trade that one
//!    rule closes whole is no longer looked at by the next.
//! 4. Order rules hand in orders, in the order of the rules. A rule has one order waiting at most:
//!    a new one takes the place of the old.
//!
//! Conditions look at the trades that are open at that close. What is decided there fills from the
//! next bar on, so that an exit and an order `if` flat never go together: the order comes a bar
//! later. To turn a position around, let an order for the other side close it.
//!
//! # Missing values
//! What is missing is not true. An order of which a number is missing, or whose size is not
//! positive, is not handed in, and a stop is not moved to a price that is missing.

mod columns;
mod map;
mod strategy;

pub(crate) use columns::Built;
pub use columns::{Column, RuleColumns};
pub use strategy::RuleStrategy;

use crate::broker::Error;
use crate::broker::next_open::Market;
use crate::formulas::Formula;
use crate::ledger::{Ledger, Side};
use crate::order::OneCancelsOther;
use crate::signals::{Convention, Opposite, Rebalance, Repeated, SignalRules};

/// The rules of a strategy. `T` stands for each formula: a [`Formula`], or its [`Column`].
#[derive(Debug, Clone, PartialEq)]
pub struct Rules<T = Formula> {
    /// What hands in orders.
    pub orders: Vec<OrderRule<T>>,
    /// What closes trades.
    pub exits: Vec<ExitRule<T>>,
    /// What moves stop-losses.
    pub stops: Vec<StopRule<T>>,
}

/// Hands in an order, a market order unless it has a limit or a stop price.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRule<T> {
    /// True on the bars at whose close the order is handed in.
    pub when: T,
    /// What must be held for that.
    pub condition: Condition,
    /// [`Side::Long`] buys.
    pub side: Side,
    /// How much; if absent, [`SignalRules::size`].
    pub size: Option<SizeRule<T>>,
    /// Fill at this price or better.
    pub limit: Option<T>,
    /// Wait until the price has reached this one, moving in the order's direction.
    pub stop: Option<T>,
    /// Stop-loss of the trade; if absent, [`SignalRules::stop_loss`].
    pub stop_loss: Option<LevelRule<T>>,
    /// Take-profit of the trade; if absent, [`SignalRules::take_profit`].
    pub take_profit: Option<LevelRule<T>>,
    /// Trailing stop of the trade; if absent, [`SignalRules::trailing_stop`].
    pub trailing_stop: Option<DistanceRule<T>>,
    /// Bars after which the trade is closed; if absent, [`SignalRules::max_bars`].
    pub max_bars: Option<usize>,
    /// Number of bars in which a limit or stop order may fill; `None` for as many as it takes. A
    /// market order fills in the next bar that has prices.
    pub lasts_bars: Option<usize>,
    /// Group of orders of which the first to fill cancels the others.
    pub one_cancels_other: Option<OneCancelsOther>,
}

/// Closes open trades, or a part of each.
#[derive(Debug, Clone, PartialEq)]
pub struct ExitRule<T> {
    /// True on the bars at whose close trades are closed.
    pub when: Option<T>,
    /// Bars that a trade must have lasted. Without `when`, a trade is closed at the close at which
    /// it has lasted just so many.
    pub after_bars: Option<usize>,
    /// The side that is closed; `None` for both.
    pub side: Option<Side>,
    /// Which part of each trade, in `(0, 1]`.
    pub portion: f64,
}

/// Moves the stop-losses of open trades at each close.
#[derive(Debug, Clone, PartialEq)]
pub struct StopRule<T> {
    /// The side whose stops it moves; `None` for both.
    pub side: Option<Side>,
    /// The price of the stop.
    pub stop_loss: T,
    /// Whether a stop only moves towards the price: up for a long trade, down for a short one.
    pub ratchet: bool,
}

/// What must be held for an order to be handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Condition {
    /// Anything or nothing.
    #[default]
    Any,
    /// No trade is open.
    Flat,
    /// A long trade is open.
    Long,
    /// A short trade is open.
    Short,
    /// Some trade is open.
    InPosition,
}

/// Size of an order, positive; its kinds are those of [`Size`](crate::order::Size).
#[derive(Debug, Clone, PartialEq)]
pub enum SizeRule<T> {
    /// A number of units.
    Units(T),
    /// An amount of the account's currency.
    Value(T),
    /// A fraction of equity.
    EquityFraction(T),
    /// A fraction of what can be bought or sold.
    AvailableFraction(T),
}

/// A distance from a price.
#[derive(Debug, Clone, PartialEq)]
pub enum DistanceRule<T> {
    /// A fraction of that price.
    Fraction(T),
    /// An amount in units of price.
    Absolute(T),
}

/// Where a stop-loss or take-profit stands.
#[derive(Debug, Clone, PartialEq)]
pub enum LevelRule<T> {
    /// At a price.
    Price(T),
    /// This far from the entry; each convention says which price counts as the entry.
    FromEntry(DistanceRule<T>),
    /// This far from the close of the bar at which the order is handed in.
    FromClose(DistanceRule<T>),
}

/// Trades rules under a convention. What a rule leaves open is taken from `defaults`.
///
/// # Errors
/// If the convention has no orders or lacks something, columns differ in length, or a setting is
/// out of its range or for signals only.
pub fn run(
    market: &Market<'_>,
    columns: &RuleColumns,
    defaults: &SignalRules,
    convention: &Convention,
) -> Result<Ledger, Error> {
    defaults.check()?;
    check_for_orders(defaults)?;
    columns.check(market.prices.len())?;
    let both = |rule: &OrderRule<Column>| {
        (rule.stop_loss.is_some() || defaults.stop_loss.is_some())
            && (rule.trailing_stop.is_some() || defaults.trailing_stop.is_some())
    };
    if matches!(convention, Convention::Backtrader(_)) && columns.rules.orders.iter().any(both) {
        let what = "stop-loss together with a trailing stop";
        return Err(Error::Unsupported { what, convention: convention.name() });
    }
    let mut strategy = RuleStrategy::new(market.prices.close, &columns.rules, defaults);
    convention.run_orders(market, &mut strategy)
}

/// Refuses settings that only signals have.
fn check_for_orders(defaults: &SignalRules) -> Result<(), Error> {
    let what = if defaults.repeated != Repeated::default() {
        "what to do with an entry in a position on its side"
    } else if defaults.opposite != Opposite::default() {
        "what to do with an entry in a position on the other side"
    } else if defaults.rebalance != Rebalance::default() {
        "when to rebalance"
    } else if defaults.volatility.is_some() {
        "a volatility target"
    } else {
        return Ok(());
    };
    Err(Error::ForSignals { what })
}
