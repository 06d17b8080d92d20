//! The strategy that rules make.

use super::{Column, Condition, DistanceRule, ExitRule, LevelRule, OrderRule, Rules, SizeRule};
use crate::ledger::Side;
use crate::order::{Distance, Level, OrderId, OrderRequest, Size};
use crate::signals::SignalRules;
use crate::strategy::{Broker, OpenTrade, Strategy};

/// Trades rules under a convention that has orders, as the documentation of [`super`] says.
#[derive(Debug)]
pub struct RuleStrategy<'a> {
    closes: &'a [f64],
    rules: &'a Rules<Column>,
    defaults: &'a SignalRules,
    /// The last order of each order rule.
    last: Vec<Option<LastOrder>>,
}

/// An order that may still wait.
#[derive(Debug, Clone, Copy)]
struct LastOrder {
    id: OrderId,
    /// Index of the last bar in which it may fill.
    until: Option<usize>,
}

impl<'a> RuleStrategy<'a> {
    /// Returns the strategy; every column has a value for each close. What a rule leaves open is
    /// taken from `defaults`.
    pub fn new(closes: &'a [f64], rules: &'a Rules<Column>, defaults: &'a SignalRules) -> Self {
        Self { closes, rules, defaults, last: vec![None; rules.orders.len()] }
    }

    fn withdraw(&self, broker: &mut dyn Broker) {
        let bar = broker.bar();
        for last in self.last.iter().flatten() {
            if last.until.is_some_and(|until| until <= bar) {
                broker.cancel(last.id);
            }
        }
    }

    fn move_stops(&self, broker: &mut dyn Broker) {
        let bar = broker.bar();
        for rule in &self.rules.stops {
            let Some(price) = rule.stop_loss.number(bar) else { continue };
            for trade in broker.trades().to_vec() {
                let sign = trade.side.sign();
                let nearer = trade.stop_loss.is_none_or(|old| sign * price > sign * old);
                if is_of(rule.side, &trade) && (nearer || !rule.ratchet) {
                    broker.set_stop_loss(trade.id, Some(price));
                }
            }
        }
    }

    fn exit(&self, broker: &mut dyn Broker) {
        let bar = broker.bar();
        let mut trades = broker.trades().to_vec();
        for rule in &self.rules.exits {
            trades.retain(|trade| {
                let closes = rule.closes(trade, bar);
                if closes {
                    broker.close(trade.id, rule.portion);
                }
                !closes || rule.portion < 1.0
            });
        }
    }

    fn enter(&mut self, broker: &mut dyn Broker) {
        let bar = broker.bar();
        for (rule, last) in self.rules.orders.iter().zip(&mut self.last) {
            if !rule.when.is_true(bar) || !rule.condition.holds(broker.trades()) {
                continue;
            }
            let Some(request) = rule.request(bar, self.closes[bar], self.defaults) else {
                continue;
            };
            if let Some(old) = last {
                broker.cancel(old.id);
            }
            let waits = request.limit.is_some() || request.stop.is_some();
            let until = rule.lasts_bars.filter(|_| waits).map(|bars| bar + bars);
            *last = Some(LastOrder { id: broker.submit(request), until });
        }
    }
}

impl Strategy for RuleStrategy<'_> {
    fn next(&mut self, broker: &mut dyn Broker) {
        self.withdraw(broker);
        self.move_stops(broker);
        self.exit(broker);
        self.enter(broker);
    }
}

impl Condition {
    fn holds(self, trades: &[OpenTrade]) -> bool {
        let some = |side: Side| trades.iter().any(|trade| trade.side == side);
        match self {
            Self::Any => true,
            Self::Flat => trades.is_empty(),
            Self::Long => some(Side::Long),
            Self::Short => some(Side::Short),
            Self::InPosition => !trades.is_empty(),
        }
    }
}

impl ExitRule<Column> {
    fn closes(&self, trade: &OpenTrade, bar: usize) -> bool {
        let lasted = bar - trade.entry_bar;
        let due = match (&self.when, self.after_bars) {
            (None, None) => false,
            (None, Some(bars)) => lasted == bars,
            (Some(when), bars) => when.is_true(bar) && bars.is_none_or(|bars| lasted >= bars),
        };
        due && is_of(self.side, trade)
    }
}

impl OrderRule<Column> {
    /// Returns the order of a bar; `None` if one of its numbers is missing.
    fn request(&self, bar: usize, close: f64, defaults: &SignalRules) -> Option<OrderRequest> {
        let size = match &self.size {
            Some(size) => size.at(bar)?,
            None => defaults.size,
        };
        let (size, direction) = match self.side {
            Side::Long => (size, 1.0),
            Side::Short => (size.reversed(), -1.0),
        };
        let price = |column: &Option<Column>| match column {
            Some(column) => column.number(bar).map(Some),
            None => Some(None),
        };
        let level =
            |rule: &Option<LevelRule<Column>>, default: Option<f64>, direction: f64| match rule {
                Some(rule) => rule.at(bar, close, direction).map(Some),
                None => Some(default.map(|fraction| Level::Away(Distance::Fraction(fraction)))),
            };
        Some(OrderRequest {
            limit: price(&self.limit)?,
            stop: price(&self.stop)?,
            stop_loss: level(&self.stop_loss, defaults.stop_loss, -direction)?,
            take_profit: level(&self.take_profit, defaults.take_profit, direction)?,
            trailing_stop: match &self.trailing_stop {
                Some(distance) => Some(distance.at(bar)?),
                None => defaults.trailing_stop.map(Distance::Fraction),
            },
            max_bars: self.max_bars.or(defaults.max_bars),
            one_cancels_other: self.one_cancels_other,
            ..OrderRequest::new(size)
        })
    }
}

impl SizeRule<Column> {
    fn at(&self, bar: usize) -> Option<Size> {
        let (kind, column): (fn(f64) -> Size, _) = match self {
            Self::Units(column) => (Size::Units, column),
            Self::Value(column) => (Size::Value, column),
            Self::EquityFraction(column) => (Size::EquityFraction, column),
            Self::AvailableFraction(column) => (Size::AvailableFraction, column),
        };
        column.number(bar).filter(|amount| *amount > 0.0).map(kind)
    }
}

impl DistanceRule<Column> {
    fn at(&self, bar: usize) -> Option<Distance> {
        match self {
            Self::Fraction(column) => column.number(bar).map(Distance::Fraction),
            Self::Absolute(column) => column.number(bar).map(Distance::Absolute),
        }
    }
}

impl LevelRule<Column> {
    /// Returns the level; `direction` is 1 if it lies above the entry, -1 if below.
    fn at(&self, bar: usize, close: f64, direction: f64) -> Option<Level> {
        match self {
            Self::Price(price) => price.number(bar).map(Level::Price),
            Self::FromEntry(distance) => distance.at(bar).map(Level::Away),
            Self::FromClose(distance) => {
                Some(Level::Price(distance.at(bar)?.beyond(close, direction)))
            }
        }
    }
}

/// Returns whether a trade is on a side, `None` for any.
fn is_of(side: Option<Side>, trade: &OpenTrade) -> bool {
    side.is_none_or(|side| side == trade.side)
}
