//! A faster way to trade events under our own convention, where nothing but the usual is asked:
//! one trade at a time, market entries, stops, a target and a maximum number of bars.
//!
//! A bar in which something happens is worked through by [`Run::step`], with the arithmetic of the
//! general broker; the bars in between, in which nothing can happen, are found by comparing whole
//! columns and only valued. The general broker is the definition and, in tests, the oracle.

mod quiet;
mod valuing;
mod vectors;

use super::strategy::{Decision, side_of};
use super::{Curve, Repeated, SignalRules, Signals};
use crate::broker::lot::Lot;
use crate::broker::next_open::book::{is_gap, is_known};
use crate::broker::next_open::guard::Guard;
use crate::broker::next_open::sizing::{Funds, Quote};
use crate::broker::next_open::{Market, Rates, Settings};
use crate::broker::{Error, check_prices};
use crate::journal::Journal;
use crate::ledger::{Exhausted, Exit, Fill, Ledger, Reason, RejectReason, Rejection, Side};
use crate::ohlc::Ohlc;
use crate::order::{Distance, Size};
use bolt_memory::Refused;
use quiet::Stop;

/// Room for trades is made as if there was one in so many bars.
const TYPICAL_TRADE_BARS: usize = 64;

/// Returns whether a run can take the faster way.
pub(super) fn is_eligible(
    market: &Market<'_>,
    signals: &Signals<'_>,
    rules: &SignalRules,
    settings: &Settings,
) -> bool {
    let Signals { target, entry_limit, entry_stop, size, .. } = *signals;
    let plain_market = market.dividends.is_none() && market.splits.is_none();
    let plain_orders = target.is_none() && entry_limit.is_none() && entry_stop.is_none();
    let plain_sizes =
        size.is_none() && rules.volatility.is_none() && !matches!(rules.size, Size::Target(_));
    let plain_account = settings.rates == Rates::default() && settings.margin.maintenance == 0.0;
    let one_trade = rules.repeated == Repeated::Ignore;
    plain_market && plain_orders && plain_sizes && plain_account && one_trade
}

/// Trades events; the columns have been checked against the closes.
pub(super) fn run(
    market: &Market<'_>,
    signals: &Signals<'_>,
    rules: &SignalRules,
    settings: &Settings,
    curve: Curve,
) -> Result<Ledger, Error> {
    check_prices(&market.prices)?;
    settings.check(market.times)?;
    let bars = market.prices.len();
    let mut run = Run {
        prices: market.prices,
        signals,
        rules,
        settings,
        cash: settings.cash,
        mark: 0.0,
        trade: None,
        pending: None,
        closing: false,
        liquidate: false,
        ledger: Journal::new(if curve == Curve::Keep { bars } else { 1 })?,
    };
    run.ledger.trades.reserve(bars / TYPICAL_TRADE_BARS);
    run.ledger.fills.reserve(2 * bars / TYPICAL_TRADE_BARS);
    let mut bar = 0;
    while bar < bars {
        if run.act_at_open(bar) {
            let (quiet, stop) = run.quiet_until(bar);
            if stop == Stop::Event && quiet < bars {
                run.value(bar, quiet + 1, curve);
                run.decide_only(quiet);
                bar = quiet + 1;
                continue;
            }
            run.value(bar, quiet, curve);
            bar = quiet;
        }
        if bar < bars {
            run.step(bar, curve);
            bar += 1;
        }
    }
    Ok(run.finish(curve)?)
}

struct Trade {
    lot: Lot,
    guard: Guard,
}

struct Run<'a> {
    prices: Ohlc<'a>,
    signals: &'a Signals<'a>,
    rules: &'a SignalRules,
    settings: &'a Settings,
    cash: f64,
    mark: f64,
    trade: Option<Trade>,
    /// The side of an entry that waits for an open.
    pending: Option<Side>,
    /// Whether the trade has been told to close.
    closing: bool,
    /// Whether equity is used up and the trade still has to go.
    liquidate: bool,
    ledger: Journal,
}

impl Run<'_> {
    fn units(&self) -> f64 {
        self.trade.as_ref().map_or(0.0, |trade| trade.lot.side.sign() * trade.lot.size)
    }

    fn equity(&self) -> f64 {
        self.cash + self.units() * self.mark
    }

    /// Works through one bar.
    fn step(&mut self, bar: usize, curve: Curve) {
        let Ohlc { open, high, low, close } = self.prices;
        let prices @ [open, high, low, close] = [open[bar], high[bar], low[bar], close[bar]];
        if !is_gap(prices) {
            self.trade_at_open(bar, open);
            self.trade_within(bar, prices);
            if let Some(Trade { guard, .. }) = &mut self.trade {
                let (_, best) = guard.extremes(high, low);
                guard.follow(best);
            }
        }
        if is_known(close) {
            self.mark = close;
        }
        let equity = self.equity();
        if curve == Curve::Keep {
            self.ledger.equity.push(equity);
        }
        if self.ledger.exhausted.is_some() {
            return;
        }
        if equity <= 0.0 {
            self.exhaust(bar);
        } else if bar >= self.settings.first_bar {
            self.decide(bar);
        }
    }

    fn trade_at_open(&mut self, bar: usize, open: f64) {
        if let Some(Trade { lot, guard }) = &self.trade {
            let taken = self.settings.costs.taken(open, -lot.side.sign());
            let over = bar > lot.entry_bar
                && self.rules.max_bars.is_some_and(|bars| bar >= lot.entry_bar + bars);
            let exit = if self.liquidate {
                Some((taken, Reason::MarginCall))
            } else if self.closing {
                Some((taken, Reason::Signal))
            } else if over {
                Some((taken, Reason::MaxBars))
            } else {
                guard.exit_at_open(open, &self.settings.costs)
            };
            if let Some((price, reason)) = exit {
                self.close(bar, price, reason);
            }
        }
        self.closing = false;
        self.liquidate = false;
        if let Some(side) = self.pending.take() {
            self.open(bar, side, open);
        }
    }

    fn trade_within(&mut self, bar: usize, [open, high, low, _]: [f64; 4]) {
        let Some(Trade { guard, .. }) = &self.trade else { return };
        let costs = &self.settings.costs;
        let (worst, best) = guard.extremes(high, low);
        let exit =
            guard.exit_at_open(open, costs).or_else(|| guard.exit_between(worst, best, costs));
        if let Some((price, reason)) = exit {
            self.close(bar, price, reason);
        }
    }

    fn size(&self, side: Side) -> Size {
        if side == Side::Long { self.rules.size } else { self.rules.size.reversed() }
    }

    fn open(&mut self, bar: usize, side: Side, open: f64) {
        let settings = self.settings;
        let quote = Quote { mark: open, limit: None };
        let funds = Funds::of_one(settings, self.cash, 0.0, quote);
        let size = match funds.opening(self.size(side), side, 0.0) {
            Ok(size) => size,
            Err(reason) => {
                self.reject(bar, side, reason);
                return;
            }
        };
        let (sign, price) = (side.sign(), funds.price(side));
        let fees = settings.costs.fees(size, price);
        self.cash = self.cash - sign * size * price - fees;
        let units = sign * size;
        self.ledger.fills.push(Fill { asset: 0, bar, units, price, fees, reason: Reason::Signal });
        let away = |fraction: f64, sign: f64| Distance::Fraction(fraction).beyond(price, sign);
        let guard = Guard {
            side,
            stop_loss: self.rules.stop_loss.map(|fraction| away(fraction, -sign)),
            take_profit: self.rules.take_profit.map(|fraction| away(fraction, sign)),
            trailing: self.rules.trailing_stop.map(Distance::Fraction),
            best: price,
        };
        let lot =
            Lot { asset: 0, side, size, entry_bar: bar, entry_price: price, fees, income: 0.0 };
        self.trade = Some(Trade { lot, guard });
    }

    fn close(&mut self, bar: usize, price: f64, reason: Reason) {
        let Some(Trade { mut lot, .. }) = self.trade.take() else { return };
        let size = lot.size;
        let fees = self.settings.costs.fees(size, price);
        let units = -lot.side.sign() * size;
        self.cash = self.cash - units * price - fees;
        self.ledger.fills.push(Fill { asset: 0, bar, units, price, fees, reason });
        self.ledger.trades.push(lot.close(size, Exit { bar, price, reason }, fees));
    }

    fn reject(&mut self, bar: usize, side: Side, reason: RejectReason) {
        let size = self.size(side);
        self.ledger.rejected.push(Rejection { asset: 0, bar, size, reason });
    }

    fn exhaust(&mut self, bar: usize) {
        self.ledger.exhausted = Some(Exhausted { bar });
        self.liquidate = true;
        if std::mem::take(&mut self.closing) {
            let (size, reason) = (Size::Units(-self.units()), RejectReason::Stopped);
            self.ledger.rejected.push(Rejection { asset: 0, bar, size, reason });
        }
        if let Some(side) = self.pending.take() {
            self.reject(bar, side, RejectReason::Stopped);
        }
    }

    fn decide(&mut self, bar: usize) {
        let events = self.signals.events(bar);
        if (events.exit && self.pending == Some(Side::Long))
            || (events.short_exit && self.pending == Some(Side::Short))
        {
            self.pending = None;
        }
        let Decision { closes, enters } = self.rules.decide(&events, side_of(self.units()), true);
        self.closing |= closes;
        if enters.is_some() {
            self.pending = enters;
        }
    }

    /// Does what was decided for the open of a bar, if nothing else can happen there; returns
    /// whether it is done, else the bar needs a step.
    fn act_at_open(&mut self, bar: usize) -> bool {
        if self.liquidate {
            return false;
        }
        if !self.closing && self.pending.is_none() {
            return true;
        }
        let Ohlc { open, high, low, close } = self.prices;
        if is_gap([open[bar], high[bar], low[bar], close[bar]]) {
            return false;
        }
        if std::mem::take(&mut self.closing)
            && let Some(Trade { lot, .. }) = &self.trade
        {
            let price = self.settings.costs.taken(open[bar], -lot.side.sign());
            self.close(bar, price, Reason::Signal);
        }
        if let Some(side) = self.pending.take() {
            self.open(bar, side, open[bar]);
        }
        self.trade.is_some() || self.cash > 0.0
    }

    /// Returns the first bar from `bar` on in which something may happen, and what; a trailing stop
    /// has followed the bars before it.
    fn quiet_until(&mut self, bar: usize) -> (usize, Stop) {
        let bars = self.prices.len();
        let Signals { entry, exit, short_entry, short_exit, .. } = *self.signals;
        match &mut self.trade {
            _ if self.ledger.exhausted.is_some() => (bars, Stop::Touch),
            None => (quiet::until_event([entry, short_entry], bar, bars), Stop::Event),
            Some(Trade { lot, guard }) => {
                let over =
                    self.rules.max_bars.map_or(bars, |max| lot.entry_bar.saturating_add(max));
                let end = over.clamp(bar, bars);
                let events = match lot.side {
                    Side::Long => [exit, short_entry],
                    Side::Short => [short_exit, entry],
                };
                let ruin = -self.cash / (lot.side.sign() * lot.size);
                let costs = &self.settings.costs;
                quiet::until_touch(&self.prices, events, guard, costs, ruin, bar..end)
            }
        }
    }

    /// Works through a bar, valued already, in which nothing happens but events.
    fn decide_only(&mut self, bar: usize) {
        let Ohlc { open, high, low, close } = self.prices;
        if let Some(Trade { guard, .. }) = &mut self.trade
            && !is_gap([open[bar], high[bar], low[bar], close[bar]])
        {
            let (_, best) = guard.extremes(high[bar], low[bar]);
            guard.follow(best);
        }
        if bar >= self.settings.first_bar {
            self.decide(bar);
        }
    }

    /// Values the bars of a range in which nothing is traded.
    fn value(&mut self, from: usize, to: usize, curve: Curve) {
        let closes = &self.prices.close[from..to];
        let (cash, units) = (self.cash, self.units());
        let equity = &mut self.ledger.equity;
        if curve == Curve::Keep && units == 0.0 {
            valuing::value_cash(equity, to, cash);
        } else if curve == Curve::Keep && !valuing::value_known(equity, closes, cash, units) {
            let mut mark = self.mark;
            equity.extend(closes.iter().map(|close| {
                mark = if is_known(*close) { *close } else { mark };
                cash + units * mark
            }));
        }
        if let Some(close) = closes.iter().rev().find(|close| is_known(**close)) {
            self.mark = *close;
        }
    }

    fn finish(mut self, curve: Curve) -> Result<Ledger, Refused> {
        if self.settings.finalize {
            if let Some(Trade { lot, .. }) = &self.trade {
                let price = self.settings.costs.taken(self.mark, -lot.side.sign());
                self.close(self.prices.len() - 1, price, Reason::Finalize);
            }
            if let Some(last) = self.ledger.equity.last_mut() {
                *last = self.cash;
            }
        }
        if let Some(Trade { lot, .. }) = &self.trade {
            self.ledger.trades.push(lot.open(self.mark));
        }
        if curve == Curve::Last && !self.prices.is_empty() {
            let equity = self.equity();
            self.ledger.equity.push(equity);
        }
        self.ledger.finish()
    }
}
