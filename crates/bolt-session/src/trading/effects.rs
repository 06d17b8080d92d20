//! Which settings can change what comes of a strategy, by what the strategy is made of.
//!
//! A setting that cannot is refused: whoever gives it expects something of it. One that could have
//! changed something and on these bars did not is no mistake. `--hedging` and `--exclusive-orders` are
//! taken beside signals and events, which do as they say anyway: who repeats a run of backtesting.py
//! has them in it.

use bolt_market::formulas::{Formula, Role, Strategy};
use bolt_market::plan::{Plan, Sides};
use bolt_market::rules::{OrderRule, Rules};
use bolt_market::signals::{Opposite, Rebalance, Repeated};

use super::{ConventionName, SizeKind, Trading};
use crate::SessionError;

/// What is traded, as far as settings depend on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traded<'a> {
    kind: Kind<'a>,
    sides: Sides,
}

#[derive(Debug, Clone, Copy)]
enum Kind<'a> {
    /// A position wanted.
    Signal,
    /// Entries and exits.
    Events(&'a Strategy),
    /// Rules for orders.
    Orders(&'a Rules),
    /// Positions wanted in several assets.
    Weights,
}

/// An option that may be without effect.
struct Row {
    option: &'static str,
    is_given: bool,
    /// Whether it can change something.
    counts: bool,
    /// Why not.
    why: &'static str,
}

impl<'a> Traded<'a> {
    /// Returns what a plan that may hold something on some sides is.
    pub(crate) fn plan(plan: &'a Plan, sides: Sides) -> Self {
        let kind = match plan {
            Plan::Signals(strategy) if strategy.texts().any(|(role, _)| role.is_level()) => {
                Kind::Signal
            }
            Plan::Signals(strategy) => Kind::Events(strategy),
            Plan::Orders(rules) => Kind::Orders(rules),
        };
        Self { kind, sides }
    }

    /// Returns what weights of several assets are.
    pub(crate) fn weights() -> Self {
        Self { kind: Kind::Weights, sides: Sides { long: true, short: true } }
    }

    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Signal => "a signal",
            Kind::Events(_) => "these events",
            Kind::Orders(_) => "these orders",
            Kind::Weights => "weights",
        }
    }

    fn has(&self, role: Role) -> bool {
        matches!(self.kind, Kind::Events(strategy) if strategy.text(role).is_some())
    }

    fn is_events(&self) -> bool {
        matches!(self.kind, Kind::Events(_))
    }

    /// Returns whether trades take a setting that a rule for orders may have itself.
    fn takes(&self, has_own: fn(&OrderRule<Formula>) -> bool) -> bool {
        match self.kind {
            Kind::Signal | Kind::Events(_) => true,
            Kind::Orders(rules) => !rules.orders.iter().all(has_own),
            Kind::Weights => false,
        }
    }
}

impl Trading {
    /// Refuses settings that cannot change what comes of a strategy, and stops that no trade
    /// reaches.
    pub(crate) fn check(&self, traded: &Traded<'_>) -> Result<(), SessionError> {
        let rows = self.of_trades(traded).into_iter().chain(self.of_entries(traded));
        let mut rows = rows.chain(self.of_the_account(traded));
        if let Some(Row { option, why, .. }) = rows.find(|row| row.is_given && !row.counts) {
            let name = traded.name();
            let message = format!("`{option}` has no effect on {name}: {why}; leave it out");
            return Err(SessionError::Settings(message));
        }
        self.check_reachable(traded)
    }

    fn of_trades(&self, traded: &Traded<'_>) -> [Row; 4] {
        let why = match traded.kind {
            Kind::Orders(_) => "each of them has its own",
            _ => "it is for trades that a signal, events or orders open",
        };
        let row = |option, is_given, counts| Row { option, is_given, counts, why };
        [
            row(
                "--stop-loss",
                self.stop_loss.is_some(),
                traded.takes(|order| order.stop_loss.is_some()),
            ),
            row(
                "--take-profit",
                self.take_profit.is_some(),
                traded.takes(|order| order.take_profit.is_some()),
            ),
            row(
                "--trailing-stop",
                self.trailing_stop.is_some(),
                traded.takes(|order| order.trailing_stop.is_some()),
            ),
            row(
                "--max-bars",
                self.max_bars.is_some(),
                traded.takes(|order| order.max_bars.is_some()),
            ),
        ]
    }

    fn of_entries(&self, traded: &Traded<'_>) -> [Row; 6] {
        let scaled = self.volatility.is_some();
        let row = |option, is_given, counts, why| Row { option, is_given, counts, why };
        [
            row(
                match self.size_kind {
                    SizeKind::Available => "--size",
                    SizeKind::Equity => "--equity-size",
                    SizeKind::Units => "--units",
                    SizeKind::Value => "--value",
                },
                self.size != 1.0 || self.size_kind != SizeKind::Available,
                // The engine says what a signal has in place of it.
                matches!(traded.kind, Kind::Signal)
                    || traded.takes(|order| order.size.is_some()) && !scaled,
                match traded.kind {
                    Kind::Orders(_) => "each of them has its own",
                    Kind::Weights => "they are the sizes",
                    _ => "`--volatility-target` sizes entries",
                },
            ),
            row(
                "--entry-size",
                traded.has(Role::Size),
                !scaled,
                "`--volatility-target` sizes entries",
            ),
            row(
                "--volatility-target",
                scaled,
                matches!(traded.kind, Kind::Signal | Kind::Events(_)),
                "it is for a signal and for events",
            ),
            row(
                "--accumulate",
                self.repeated != Repeated::default(),
                traded.is_events(),
                "it is for entries, given by `--entry`, that come while a trade is open",
            ),
            row(
                "--opposite",
                self.opposite != Opposite::default(),
                traded.is_events() && traded.sides.long && traded.sides.short,
                "it is for `--entry` and `--short-entry` together",
            ),
            row(
                "--rebalance",
                self.rebalance != Rebalance::default(),
                matches!(traded.kind, Kind::Signal),
                "it is for `--signal`, as `--rebalance-weights` is for `--weights`",
            ),
        ]
    }

    fn of_the_account(&self, traded: &Traded<'_>) -> [Row; 5] {
        let (short, levered) = (traded.sides.short, self.leverage > 1.0);
        let is_weights = matches!(traded.kind, Kind::Weights);
        // A peer takes a signal as a fraction of what its margin allows.
        let is_whole = matches!(traded.kind, Kind::Signal)
            && self.volatility.is_none()
            && self.convention == ConventionName::NextOpen;
        let row = |option, is_given, counts, why| Row { option, is_given, counts, why };
        [
            row(
                "--leverage",
                levered,
                !is_whole,
                "none asks for more than the whole of equity, as `--volatility-target`, `--entry` \
                 and `--weights` can",
            ),
            row(
                "--maintenance-margin",
                self.maintenance_margin != 0.0,
                short || levered,
                "a long position needs `--leverage` to fall below a margin",
            ),
            row(
                "--debit-rate",
                self.rates.debit != 0.0,
                levered || is_weights,
                "without `--leverage` there is no debt",
            ),
            row("--borrow-rate", self.rates.borrow != 0.0, short, "nothing is sold short"),
            row(
                "--max-position",
                self.maximum_position.is_some(),
                self.maximum_position.is_none_or(|most| most <= self.leverage),
                "no position can be larger than `--leverage`, 1 unless given, times equity",
            ),
        ]
    }

    /// Refuses stops at a price of zero or below, which none of the trades can reach: the loss of a
    /// long trade, the profit of a short one.
    fn check_reachable(&self, traded: &Traded<'_>) -> Result<(), SessionError> {
        let (side, all) = match traded.sides.long {
            false => ("short", [("take-profit", self.take_profit), ("", None)]),
            true => {
                ("long", [("stop-loss", self.stop_loss), ("trailing stop", self.trailing_stop)])
            }
        };
        let beyond =
            |(name, away): (_, Option<f64>)| Some((name, away.filter(|away| *away >= 1.0)?));
        match all.into_iter().find_map(beyond) {
            None => Ok(()),
            Some((name, away)) => Err(SessionError::Settings(format!(
                "a {name} of {} % is at a price of zero or below, which no {side} trade reaches; take \
                 less than 100 % (`5%` and `0.05` are the same)",
                (away * 1e8).round() / 1e6
            ))),
        }
    }
}
