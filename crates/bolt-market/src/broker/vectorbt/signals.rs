//! Simulation from entry and exit events of one column.

use super::execution::{Done, Holding, Purse, Scope, Want, execute};
use super::trades::Trades;
use super::{Error, Settings};
use crate::broker::{check_length, check_prices};
use crate::journal::Journal;
use crate::ledger::{Fill, Ledger, Reason, RejectReason, Rejection};
use crate::ohlc::Ohlc;
use crate::order::Size;

/// One number for every bar, or a number a bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Column<'a> {
    /// The same for every bar.
    Constant(f64),
    /// One value a bar; NaN is none.
    Bars(&'a [f64]),
}

impl Column<'_> {
    fn at(&self, bar: usize) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Bars(values) => values[bar],
        }
    }

    fn check(&self, name: &'static str, bars: usize) -> Result<(), Error> {
        match self {
            Self::Constant(_) => Ok(()),
            Self::Bars(values) => check_length(name, values.len(), bars),
        }
    }
}

/// How sizes are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// In units.
    Units,
    /// In currency.
    Value,
    /// As a fraction: of the resources or, for a target, of equity.
    Percent,
}

/// Whether entries add to a position and exits take from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accumulate {
    /// Entries are ignored in a position, exits close it.
    Neither,
    /// Both.
    Both,
    /// Entries add, exits close.
    Add,
    /// Entries are ignored in a position, exits reduce it.
    Remove,
}

/// Which positions a pair of entry and exit events, or an order, may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Long ones.
    Long,
    /// Short ones: an entry, or a positive size, sells.
    Short,
    /// Both: entries go long, exits go short.
    Both,
}

/// Events, one a bar; an absent column never fires.
#[derive(Debug, Clone, Copy, Default)]
pub struct Events<'a> {
    /// Enter long.
    pub long_entries: Option<&'a [bool]>,
    /// Leave long.
    pub long_exits: Option<&'a [bool]>,
    /// Enter short.
    pub short_entries: Option<&'a [bool]>,
    /// Leave short.
    pub short_exits: Option<&'a [bool]>,
}

impl<'a> Events<'a> {
    /// Returns the events that a pair of columns means in a direction.
    pub fn directed(entries: &'a [bool], exits: &'a [bool], direction: Direction) -> Self {
        let none = Self::default();
        let (entries, exits) = (Some(entries), Some(exits));
        match direction {
            Direction::Long => Self { long_entries: entries, long_exits: exits, ..none },
            Direction::Short => Self { short_entries: entries, short_exits: exits, ..none },
            Direction::Both => Self { long_entries: entries, short_entries: exits, ..none },
        }
    }
}

/// What is simulated.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Prices: the close values the position, all four decide about stops.
    pub prices: Ohlc<'a>,
    /// Events.
    pub events: Events<'a>,
    /// Order prices; the closes if absent.
    pub price: Option<&'a [f64]>,
    /// Sizes, infinite for all.
    pub size: Column<'a>,
    /// How sizes are given.
    pub amount: Amount,
    /// Whether entries add and exits reduce.
    pub accumulate: Accumulate,
    /// Stop-losses as fractions, as of the entry; NaN for none.
    pub stop_loss: Column<'a>,
    /// Whether stop-losses trail.
    pub trailing: bool,
    /// Take-profits as fractions, as of the entry; NaN for none.
    pub take_profit: Column<'a>,
}

impl<'a> Request<'a> {
    /// Returns a request that trades everything on events and has no stops.
    pub fn new(prices: Ohlc<'a>, events: Events<'a>) -> Self {
        Self {
            prices,
            events,
            price: None,
            size: Column::Constant(f64::INFINITY),
            amount: Amount::Units,
            accumulate: Accumulate::Neither,
            stop_loss: Column::Constant(f64::NAN),
            trailing: false,
            take_profit: Column::Constant(f64::NAN),
        }
    }
}

/// A stop-loss or take-profit of the open position.
#[derive(Debug, Clone, Copy)]
struct Stop {
    /// Bar and price it is counted from.
    bar: usize,
    base: f64,
    fraction: f64,
}

impl Stop {
    fn none() -> Self {
        Self { bar: 0, base: f64::NAN, fraction: f64::NAN }
    }
}

struct Simulation<'a> {
    request: &'a Request<'a>,
    settings: &'a Settings,
    purse: Purse,
    holding: Holding,
    stop_loss: Stop,
    take_profit: Stop,
    trades: Trades,
    ledger: Journal,
}

/// Simulates events of one column.
///
/// # Errors
/// If columns differ in length, a setting is out of its range or an entry would reverse a position
/// by a fraction.
pub fn run_signals(request: &Request<'_>, settings: &Settings) -> Result<Ledger, Error> {
    check_prices(&request.prices)?;
    settings.check()?;
    let bars = request.prices.len();
    let Events { long_entries, long_exits, short_entries, short_exits } = request.events;
    for column in [long_entries, long_exits, short_entries, short_exits].into_iter().flatten() {
        check_length("events", column.len(), bars)?;
    }
    check_length("price", request.price.map_or(bars, <[f64]>::len), bars)?;
    request.size.check("size", bars)?;
    request.stop_loss.check("stop_loss", bars)?;
    request.take_profit.check("take_profit", bars)?;
    let mut simulation = Simulation {
        request,
        settings,
        purse: Purse::new(settings.cash),
        holding: Holding::default(),
        stop_loss: Stop::none(),
        take_profit: Stop::none(),
        trades: Trades::default(),
        ledger: Journal::new(bars)?,
    };
    let close = request.prices.close;
    let mut last = close.iter().copied().find(|close| !close.is_nan()).unwrap_or(f64::NAN);
    for (bar, &close) in close.iter().enumerate() {
        simulation.step(bar)?;
        if !close.is_nan() {
            last = close;
        }
        let (cash, units) = (simulation.purse.cash, simulation.holding.units);
        simulation.ledger.equity.push(if units == 0.0 { cash } else { cash + units * last });
    }
    simulation.ledger.trades = simulation.trades.finish(last);
    Ok(simulation.ledger.finish()?)
}

impl Simulation<'_> {
    fn step(&mut self, bar: usize) -> Result<(), Error> {
        let close = self.request.prices.close[bar];
        let units = self.holding.units;
        if units != 0.0
            && let Some((price, reason)) = self.stop(bar)
        {
            let scope = if units > 0.0 { Scope::Long } else { Scope::Short };
            let settings = Settings { slippage: 0.0, ..*self.settings };
            return self.order(bar, Want::Units(-units), price, scope, reason, &settings);
        }
        let price = self.request.price.map_or(close, |prices| prices[bar]);
        if let Some((want, scope)) = self.decide(bar, price) {
            let settings = *self.settings;
            return self.order(bar, want, price, scope, Reason::Signal, &settings);
        }
        Ok(())
    }

    /// Returns the price at which a stop is hit, and moves a trailing stop.
    fn stop(&mut self, bar: usize) -> Option<(f64, Reason)> {
        let Ohlc { open, high, low, close } = self.request.prices;
        let close = close[bar];
        let open = if open[bar].is_nan() { close } else { open[bar] };
        let high = if high[bar].is_nan() { open.max(close) } else { high[bar] };
        let low = if low[bar].is_nan() { open.min(close) } else { low[bar] };
        // A short position mirrors a long one.
        let sign = self.holding.units.signum();
        let (open, high, low) = if sign > 0.0 { (open, high, low) } else { (-open, -low, -high) };
        let hit = |level: f64| {
            if sign * level >= low && sign * level <= high { Some(level) } else { None }
        };
        let Stop { bar: since, base, fraction } = self.stop_loss;
        let mut found = None;
        if bar > since {
            let level = base * (1.0 - sign * fraction);
            let reason =
                if self.request.trailing { Reason::TrailingStop } else { Reason::StopLoss };
            let price = if open <= sign * level { Some(sign * open) } else { hit(level) };
            found = price.map(|price| (price, reason));
            if self.request.trailing && high > sign * base {
                self.stop_loss.base = sign * high;
            }
        }
        let Stop { bar: since, base, fraction } = self.take_profit;
        if found.is_none() && bar > since {
            let level = base * (1.0 + sign * fraction);
            let price = if open >= sign * level { Some(sign * open) } else { hit(level) };
            found = price.map(|price| (price, Reason::TakeProfit));
        }
        found
    }

    /// Returns what the events of a bar ask for.
    fn decide(&self, bar: usize, price: f64) -> Option<(Want, Scope)> {
        let at = |events: Option<&[bool]>| events.is_some_and(|events| events[bar]);
        let events = &self.request.events;
        let (mut long_entry, mut long_exit) = (at(events.long_entries), at(events.long_exits));
        let (mut short_entry, mut short_exit) = (at(events.short_entries), at(events.short_exits));
        if long_entry && long_exit {
            (long_entry, long_exit) = (false, false);
        }
        if short_entry && short_exit {
            (short_entry, short_exit) = (false, false);
        }
        if long_entry && short_entry {
            (long_entry, short_entry) = (false, false);
        }
        let units = self.holding.units;
        let size = self.request.size.at(bar);
        let adds = matches!(self.request.accumulate, Accumulate::Both | Accumulate::Add);
        let removes = matches!(self.request.accumulate, Accumulate::Both | Accumulate::Remove);
        let want = |sign: f64| match self.request.amount {
            Amount::Units => Want::Units(sign * size),
            Amount::Value => Want::Units(sign * size / price),
            Amount::Percent => Want::Percent(sign * size),
        };
        let reverse = |sign: f64| match want(sign) {
            Want::Units(size) => Want::Units(size - units),
            percent @ Want::Percent(_) => percent,
        };
        for (entry, sign) in [(long_entry, 1.0), (short_entry, -1.0)] {
            let held = sign * units;
            if entry && (held == 0.0 || (held > 0.0 && adds)) {
                return Some((want(sign), Scope::Both));
            }
            if entry && held < 0.0 {
                return Some((if removes { want(sign) } else { reverse(sign) }, Scope::Both));
            }
        }
        for (exit, sign) in [(long_exit, 1.0), (short_exit, -1.0)] {
            if exit && sign * units > 0.0 {
                let scope = if sign > 0.0 { Scope::Long } else { Scope::Short };
                return Some((if removes { want(-sign) } else { Want::Units(-units) }, scope));
            }
        }
        None
    }

    fn order(
        &mut self,
        bar: usize,
        want: Want,
        price: f64,
        scope: Scope,
        reason: Reason,
        settings: &Settings,
    ) -> Result<(), Error> {
        let before = self.holding.units;
        match execute(&mut self.purse, &mut self.holding, want, price, scope, settings) {
            Ok(done) => self.book(bar, before, &done, reason),
            // The peer ends the run with an error too.
            Err(RejectReason::Unsupported) => {
                let what = "reversal of a position by sizes that are fractions";
                return Err(Error::Unsupported { what, convention: "vectorbt" });
            }
            Err(why) => {
                let (Want::Units(amount) | Want::Percent(amount)) = want;
                let size = Size::Units(amount);
                self.ledger.rejected.push(Rejection { asset: 0, bar, size, reason: why });
            }
        }
        Ok(())
    }

    fn book(&mut self, bar: usize, before: f64, done: &Done, reason: Reason) {
        let Done { units, price, fees } = *done;
        self.ledger.fills.push(Fill { asset: 0, bar, units, price, fees, reason });
        self.trades.book(bar, done, reason);
        let after = self.holding.units;
        let base = self.request.prices.close[bar];
        let fresh = before == 0.0 || before * after < 0.0;
        if after == 0.0 || (!fresh && after.abs() <= before.abs()) {
            return;
        }
        let update = |stop: &mut Stop, column: &Column<'_>| {
            let fraction = column.at(bar);
            if fresh || !fraction.is_nan() {
                *stop = Stop { bar, base, fraction };
            }
        };
        update(&mut self.stop_loss, &self.request.stop_loss);
        update(&mut self.take_profit, &self.request.take_profit);
    }
}
