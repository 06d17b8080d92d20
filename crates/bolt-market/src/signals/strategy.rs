//! The strategy that turns signals into orders.

use super::{Opposite, Rebalance, Repeated, SignalRules, Signals};
use crate::ledger::Side;
use crate::order::{Distance, Level, OrderRequest, Purpose, Size};
use crate::strategy::{Broker, Strategy};

/// Trades signals under an order-based convention.
///
/// At each bar, in this order:
/// - An exit closes the trades of its side and withdraws entries of its side that wait.
/// - An entry is ignored if its side's exit, or the other side's entry, comes with it.
/// - An entry in a position on its side follows [`SignalRules::repeated`], one in a position on the
///   other side [`SignalRules::opposite`]: a market entry closes the position first, a limit or
///   stop entry when it fills.
/// - An entry withdraws the entries that still wait, so that the last one counts.
pub struct SignalStrategy<'a> {
    closes: &'a [f64],
    signals: &'a Signals<'a>,
    rules: &'a SignalRules,
    /// The last target that was not NaN.
    target: Option<f64>,
}

/// The events of one bar after conflicts are settled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Events {
    pub(super) exit: bool,
    pub(super) short_exit: bool,
    pub(super) entry: Option<Side>,
}

impl Signals<'_> {
    #[inline]
    pub(super) fn events(&self, bar: usize) -> Events {
        let at = |column: Option<&[bool]>| column.is_some_and(|column| column[bar]);
        let (exit, short_exit) = (at(self.exit), at(self.short_exit));
        let long = at(self.entry) && !exit;
        let short = at(self.short_entry) && !short_exit;
        let entry = match (long, short) {
            (true, false) => Some(Side::Long),
            (false, true) => Some(Side::Short),
            _ => None,
        };
        Events { exit, short_exit, entry }
    }
}

/// What the events of a bar come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decision {
    /// Whether everything held is closed.
    pub(super) closes: bool,
    /// The side entered.
    pub(super) enters: Option<Side>,
}

impl SignalRules {
    /// Decides on the events of a bar; `market` says that an entry would be a market order.
    #[inline]
    pub(super) fn decide(&self, events: &Events, held: Option<Side>, market: bool) -> Decision {
        let exits = match held {
            Some(Side::Long) => events.exit,
            Some(Side::Short) => events.short_exit,
            None => false,
        };
        let (Some(held), Some(side)) = (held, events.entry) else {
            return Decision { closes: exits, enters: events.entry };
        };
        if held == side {
            let enters = (self.repeated == Repeated::Add).then_some(side);
            return Decision { closes: exits, enters };
        }
        match self.opposite {
            Opposite::Reverse => Decision { closes: exits || market, enters: Some(side) },
            Opposite::Close => Decision { closes: true, enters: exits.then_some(side) },
            Opposite::Ignore => Decision { closes: exits, enters: exits.then_some(side) },
        }
    }
}

impl<'a> SignalStrategy<'a> {
    /// Returns the strategy; every column has one value for each close.
    pub fn new(closes: &'a [f64], signals: &'a Signals<'a>, rules: &'a SignalRules) -> Self {
        Self { closes, signals, rules, target: None }
    }

    fn follow_target(&mut self, target: f64, broker: &mut dyn Broker) {
        if target.is_nan() {
            return;
        }
        let changed = self.target != Some(target);
        let due = match self.rules.rebalance {
            Rebalance::OnChange => changed,
            Rebalance::EveryBar => true,
            Rebalance::Outside(band) => {
                let value = broker.position() * broker.price();
                let closes = target == 0.0 && value != 0.0;
                closes || (value / broker.equity() - target).abs() > band
            }
        };
        self.target = Some(target);
        let Some(scale) = self.scale(broker.bar()) else { return };
        if due {
            broker.cancel_all();
            broker.submit(self.request(Size::Target(target * scale)));
        }
    }

    fn follow_events(&self, broker: &mut dyn Broker) {
        let bar = broker.bar();
        let events = self.signals.events(bar);
        if events.exit {
            withdraw_entries(Some(Side::Long), broker);
        }
        if events.short_exit {
            withdraw_entries(Some(Side::Short), broker);
        }
        let limit = price(self.signals.entry_limit, bar);
        let stop = price(self.signals.entry_stop, bar);
        let market = limit.is_none() && stop.is_none();
        let decision = self.rules.decide(&events, side_of(broker.position()), market);
        if decision.closes {
            broker.close_all();
        }
        if let Some(side) = decision.enters
            && let Some(size) = self.size(bar, side)
        {
            withdraw_entries(None, broker);
            broker.submit(OrderRequest { limit, stop, ..self.request(size) });
        }
    }

    fn request(&self, size: Size) -> OrderRequest {
        let away = |fraction: f64| Level::Away(Distance::Fraction(fraction));
        OrderRequest {
            stop_loss: self.rules.stop_loss.map(away),
            take_profit: self.rules.take_profit.map(away),
            trailing_stop: self.rules.trailing_stop.map(Distance::Fraction),
            max_bars: self.rules.max_bars,
            ..OrderRequest::new(size)
        }
    }

    /// Returns what volatility scales sizes by, or `None` if it is not known yet.
    fn scale(&self, bar: usize) -> Option<f64> {
        match &self.rules.volatility {
            Some(volatility) => volatility.fraction(&self.closes[..=bar]),
            None => Some(1.0),
        }
    }

    /// Returns the size of an entry; `None` if there is none for this bar.
    fn size(&self, bar: usize, side: Side) -> Option<Size> {
        let size = match (&self.rules.volatility, self.signals.size) {
            (Some(volatility), _) => {
                Size::EquityFraction(volatility.fraction(&self.closes[..=bar])?)
            }
            (None, Some(sizes)) => self.rules.size.with_amount(sizes[bar]),
            (None, None) => self.rules.size,
        };
        let size = if side == Side::Long { size } else { size.reversed() };
        (!size.amount().is_nan()).then_some(size)
    }
}

impl Strategy for SignalStrategy<'_> {
    fn next(&mut self, broker: &mut dyn Broker) {
        match self.signals.target {
            Some(target) => self.follow_target(target[broker.bar()], broker),
            None => self.follow_events(broker),
        }
    }
}

pub(super) fn side_of(position: f64) -> Option<Side> {
    if position > 0.0 {
        Some(Side::Long)
    } else if position < 0.0 {
        Some(Side::Short)
    } else {
        None
    }
}

fn price(column: Option<&[f64]>, bar: usize) -> Option<f64> {
    column.map(|column| column[bar]).filter(|price| !price.is_nan())
}

/// Withdraws the entries of a side, or all of them, that still wait.
fn withdraw_entries(side: Option<Side>, broker: &mut dyn Broker) {
    let waiting = broker.orders().iter().filter(|order| {
        order.purpose == Purpose::Entry && (side.is_none() || order.request.side() == side)
    });
    for order in waiting.map(|order| order.id).collect::<Vec<_>>() {
        broker.cancel(order);
    }
}
