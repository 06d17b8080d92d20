//! The convention of backtrader 1.9.78.123, so that its results can be reproduced.
//!
//! Everything here was found by running that library (broker defaults: cash checked on submission,
//! neither cheat-on-open nor cheat-on-close, no slippage) and comparing, and is kept as found, also
//! where another choice would be better; for honest results use the next-open convention.
//!
//! # A bar
//! Children of brackets whose parent was filled in the bar before become active; orders handed in
//! since are accepted or dropped; active orders are looked at once, in the order of submission;
//! equity is noted at the close; then the strategy decides. Orders of the last bar never fill.
//!
//! # Acceptance
//! From the cash balance each new order in turn takes what it would cost, or adds what it would
//! bring, at its stop price, else its limit, else the last close, with commission and whatever the
//! position. An order that leaves the sum negative is dropped, and its cost stays in the sum.
//! Before it is accepted an order cannot be cancelled.
//!
//! # Fills
//! - A market order fills at the open.
//! - A limit fills at the open if that is as good or better, else at the limit if the bar reaches
//!   it; a stop at the open if that is beyond it, else at the stop if the bar reaches it.
//! - A stop-limit order whose stop the open is beyond is a limit order in that bar and from then on.
//!   If the stop is reached later in the bar it fills at the stop unless the limit is stricter; then
//!   it fills at the limit if the bar runs against the order (a falling bar for a purchase, a bar
//!   that does not fall for a sale) and closes at the limit or better; else it waits as a limit.
//! - What reduces the position always fills. What adds to it fills only if cash stays at zero or
//!   above; otherwise that part of the order is dropped. A short sale brings cash.
//! - Nothing stops the run when equity is gone.
//!
//! # Brackets and groups
//! A stop-loss and a take-profit are orders of their own, each of the size of their parent, handed
//! in with it and looked at from the bar after the parent's fill. Of a group the first to fill
//! cancels the others; so does the first to be cancelled or dropped, as far as the others have been
//! accepted. A bracket whose parent or child is cancelled or dropped is cancelled whole.
//! [`Level::Away`] is measured from the order's limit, else its stop, else the last close. A
//! trailing stop starts at that distance from the last close and, while it is active, follows the
//! close of each bar.
//!
//! # Positions
//! One position at its average price; a trade runs from flat to flat, its prices are averages over
//! its fills. Commission is a fraction of the value of each fill. Sizes that are not units are
//! turned into whole units at the last close, of a debt into as many on the side that was asked for;
//! a target is the difference between its value and the position's.
//!
//! # Beyond the original
//! Closing a whole trade, and a maximum number of bars, act as a strategy would that cancels what
//! protects the position, not what goes with an entry that waits, and then closes it with a market
//! order. Moving a stop-loss or take-profit
//! cancels the old order and hands in a new one.

mod fills;

use super::{Error, check_prices, check_setting};
use crate::journal::Journal;
use crate::ledger::{Exit, Ledger, Reason, RejectReason, Rejection, Trade};
use crate::ohlc::Ohlc;
use crate::order::{Order, OrderId, OrderRequest, Purpose, Size, TradeId};
use crate::strategy::{Broker, OpenTrade, Strategy};
use bolt_memory::Refused;

/// How the account works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Cash at the start.
    pub cash: f64,
    /// Commission as a fraction of the value traded.
    pub commission: f64,
    /// Index of the first bar the strategy is called for.
    pub first_bar: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { cash: 10_000.0, commission: 0.0, first_bar: 0 }
    }
}

impl Settings {
    fn check(&self) -> Result<(), Error> {
        let Self { cash, commission, first_bar: _ } = *self;
        check_setting("cash", cash, cash > 0.0 && cash.is_finite(), "positive")?;
        let valid = commission >= 0.0 && commission.is_finite();
        check_setting("commission", commission, valid, "0 or more")
    }
}

/// Runs a strategy over the bars.
///
/// # Errors
/// If the price columns differ in length or a setting is out of its range.
pub fn run(
    prices: Ohlc<'_>,
    settings: &Settings,
    strategy: &mut dyn Strategy,
) -> Result<Ledger, Error> {
    check_prices(&prices)?;
    settings.check()?;
    let mut account = Account::new(prices, settings)?;
    for bar in 0..prices.len() {
        account.bar = bar;
        account.process_bar();
        if bar >= settings.first_bar {
            account.close_old_trades();
            strategy.next(&mut account);
        }
    }
    Ok(account.finish()?)
}

/// What the broker knows of a waiting order besides the order.
#[derive(Debug, Clone, Copy)]
struct State {
    /// Whether cash has been checked: from the bar after the submission.
    accepted: bool,
    /// Whether it may fill; the children of a bracket wait for their parent.
    active: bool,
    /// Whether it buys; the rest of an order after rounding may have the other sign.
    buys: bool,
    /// The order of which this one is a child.
    parent: Option<OrderId>,
}

/// Running sums of the trade that is open.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    opened: f64,
    opened_value: f64,
    closed: f64,
    closed_value: f64,
    fees: f64,
}

struct Account<'a> {
    prices: Ohlc<'a>,
    settings: &'a Settings,
    bar: usize,
    cash: f64,
    /// Units held and their average price.
    units: f64,
    average: f64,
    /// The trade that is open: none or one.
    trades: Vec<OpenTrade>,
    sums: Sums,
    /// After how many bars the open trade is to be closed.
    max_bars: Option<usize>,
    orders: Vec<Order>,
    states: Vec<State>,
    /// Orders filled in the last bar, whose children become active.
    filled: Vec<OrderId>,
    ids: u64,
    ledger: Journal,
}

impl<'a> Account<'a> {
    fn new(prices: Ohlc<'a>, settings: &'a Settings) -> Result<Self, Refused> {
        Ok(Self {
            prices,
            settings,
            bar: 0,
            cash: settings.cash,
            units: 0.0,
            average: 0.0,
            trades: Vec::new(),
            sums: Sums::default(),
            max_bars: None,
            orders: Vec::new(),
            states: Vec::new(),
            filled: Vec::new(),
            ids: 0,
            ledger: Journal::new(prices.len())?,
        })
    }

    fn process_bar(&mut self) {
        for parent in std::mem::take(&mut self.filled) {
            for state in self.states.iter_mut().filter(|state| state.parent == Some(parent)) {
                state.active = true;
            }
        }
        self.accept_orders();
        self.fill_orders();
        self.note_levels();
        let equity = self.equity();
        self.ledger.equity.push(equity);
    }

    /// Writes the prices of the protecting orders into the open trade.
    fn note_levels(&mut self) {
        let Some(open) = self.trades.first_mut() else { return };
        let request = |purpose: Purpose| {
            self.orders.iter().find(|order| order.purpose == purpose).map(|order| order.request)
        };
        open.stop_loss = request(Purpose::StopLoss(open.id)).and_then(|request| request.stop);
        open.take_profit = request(Purpose::TakeProfit(open.id)).and_then(|request| request.limit);
    }

    fn close_old_trades(&mut self) {
        let (Some(open), Some(bars)) = (self.trades.first(), self.max_bars) else { return };
        if self.bar >= open.entry_bar + bars {
            self.close(open.id, 1.0);
        }
    }

    fn finish(mut self) -> Result<Ledger, Refused> {
        if let Some(open) = self.trades.first() {
            let last = self.prices.close[self.bar];
            let Sums { opened, opened_value, closed, closed_value, fees } = self.sums;
            let gain = closed_value + (opened - closed) * last - opened_value;
            self.ledger.trades.push(Trade {
                asset: 0,
                side: open.side,
                size: opened,
                entry_bar: open.entry_bar,
                entry_price: opened_value / opened,
                exit: None,
                pnl: open.side.sign() * gain - fees,
                fees,
            });
        }
        self.ledger.finish()
    }

    /// Books the end of the open trade.
    fn end_trade(&mut self, open: &OpenTrade, reason: Reason) {
        let Sums { opened, opened_value, closed, closed_value, fees } =
            std::mem::take(&mut self.sums);
        self.ledger.trades.push(Trade {
            asset: 0,
            side: open.side,
            size: opened,
            entry_bar: open.entry_bar,
            entry_price: opened_value / opened,
            exit: Some(Exit { bar: self.bar, price: closed_value / closed, reason }),
            pnl: open.side.sign() * (closed_value - opened_value) - fees,
            fees,
        });
    }

    fn reject(&mut self, size: Size, reason: RejectReason) {
        self.ledger.rejected.push(Rejection { asset: 0, bar: self.bar, size, reason });
    }

    fn next_id(&mut self) -> OrderId {
        self.ids += 1;
        OrderId(self.ids)
    }

    fn index_of(&self, id: OrderId) -> Option<usize> {
        self.orders.iter().position(|order| order.id == id)
    }

    fn push(&mut self, order: Order, parent: Option<OrderId>) {
        let buys = order.request.size.amount() > 0.0;
        let active = parent.is_none();
        self.orders.push(order);
        self.states.push(State { accepted: false, active, buys, parent });
    }

    fn remove(&mut self, index: usize) -> (Order, State) {
        (self.orders.remove(index), self.states.remove(index))
    }

    /// Cancels the orders that end with one that is gone unfilled: all of its bracket, and what
    /// has been accepted of its group.
    fn end_with(&mut self, order: &Order, state: &State) {
        self.end_bracket(order, state);
        self.end_group(order);
    }

    fn end_bracket(&mut self, order: &Order, state: &State) {
        let root = state.parent.unwrap_or(order.id);
        while self.remove_first(|o, s| o.id == root || s.parent == Some(root)).is_some() {}
    }

    /// Cancels what has been accepted of the rest of an order's group.
    fn end_group(&mut self, of: &Order) {
        let group = of.request.one_cancels_other;
        if group.is_none() {
            return;
        }
        while let Some((order, state)) = self.remove_first(|order, state| {
            order.id != of.id && state.accepted && order.request.one_cancels_other == group
        }) {
            self.end_bracket(&order, &state);
        }
    }

    fn remove_first(&mut self, which: impl Fn(&Order, &State) -> bool) -> Option<(Order, State)> {
        let mut waiting = self.orders.iter().zip(&self.states);
        let index = waiting.position(|(order, state)| which(order, state))?;
        Some(self.remove(index))
    }

    /// Turns any size into units, as a strategy would that computes them from the last close.
    fn units_of(&self, size: Size) -> f64 {
        let close = self.prices.close[self.bar];
        let whole = |value: f64| (value / close).trunc();
        match size {
            Size::Units(units) => units,
            Size::Value(value) => whole(value),
            Size::EquityFraction(fraction) => whole(fraction * self.equity()).copysign(fraction),
            Size::AvailableFraction(fraction) => whole(fraction * self.cash).copysign(fraction),
            Size::Target(fraction) => {
                if fraction == 0.0 {
                    return -self.units;
                }
                whole(fraction * self.equity() - self.units * close)
            }
        }
    }

    /// Hands in the children of a bracket.
    fn submit_children(&mut self, parent: &Order) {
        let OrderRequest { stop_loss, take_profit, trailing_stop, limit, stop, .. } =
            parent.request;
        let close = self.prices.close[self.bar];
        let units = parent.request.size.amount();
        let direction = units.signum();
        let entry = limit.or(stop).unwrap_or(close);
        let stop_loss = stop_loss.map(|level| level.price(entry, -direction));
        let trailing = trailing_stop.map(|distance| distance.beyond(close, -direction));
        let trade = TradeId(parent.id.0);
        let child = OrderRequest::new(Size::Units(-units));
        if let Some(stop) = stop_loss.or(trailing) {
            let request = OrderRequest { stop: Some(stop), trailing_stop, ..child };
            self.push_child(Purpose::StopLoss(trade), request, false);
        }
        if let Some(level) = take_profit {
            let limit = Some(level.price(entry, direction));
            self.push_child(Purpose::TakeProfit(trade), OrderRequest { limit, ..child }, false);
        }
    }

    fn push_child(&mut self, purpose: Purpose, request: OrderRequest, active: bool) {
        let (Purpose::StopLoss(trade) | Purpose::TakeProfit(trade)) = purpose else { return };
        let id = self.next_id();
        self.push(Order { id, purpose, request }, Some(OrderId(trade.0)));
        if let Some(state) = self.states.last_mut() {
            state.active = active;
        }
    }

    /// Replaces the order that protects the open trade.
    fn protect(&mut self, trade: TradeId, purpose: Purpose, request: Option<OrderRequest>) {
        if self.trades.first().is_none_or(|open| open.id != trade) {
            return;
        }
        while self.remove_first(|order, _| order.purpose == purpose).is_some() {}
        if let Some(request) = request {
            self.push_child(purpose, request, true);
        }
        self.note_levels();
    }
}

impl Broker for Account<'_> {
    fn bar(&self) -> usize {
        self.bar
    }

    fn equity(&self) -> f64 {
        self.cash + self.units * self.prices.close[self.bar]
    }

    fn price(&self) -> f64 {
        self.prices.close[self.bar]
    }

    fn cash(&self) -> f64 {
        self.cash
    }

    fn position(&self) -> f64 {
        self.units
    }

    fn trades(&self) -> &[OpenTrade] {
        &self.trades
    }

    fn orders(&self) -> &[Order] {
        &self.orders
    }

    fn submit(&mut self, request: OrderRequest) -> OrderId {
        let id = self.next_id();
        let units = self.units_of(request.size);
        if let Err(reason) = check_request(&request, units) {
            self.reject(request.size, reason);
            return id;
        }
        let request = OrderRequest { size: Size::Units(units), ..request };
        let order = Order { id, purpose: Purpose::Entry, request };
        self.push(order, None);
        self.submit_children(&order);
        id
    }

    fn cancel(&mut self, order: OrderId) {
        if let Some(index) = self.index_of(order)
            && self.states[index].accepted
        {
            let (order, state) = self.remove(index);
            self.end_with(&order, &state);
        }
    }

    fn set_stop_loss(&mut self, trade: TradeId, price: Option<f64>) {
        let child = OrderRequest::new(Size::Units(-self.units));
        let request = price.map(|price| OrderRequest { stop: Some(price), ..child });
        self.protect(trade, Purpose::StopLoss(trade), request);
    }

    fn set_take_profit(&mut self, trade: TradeId, price: Option<f64>) {
        let child = OrderRequest::new(Size::Units(-self.units));
        let request = price.map(|price| OrderRequest { limit: Some(price), ..child });
        self.protect(trade, Purpose::TakeProfit(trade), request);
    }

    fn close(&mut self, trade: TradeId, portion: f64) {
        if self.trades.first().is_none_or(|open| open.id != trade) {
            return;
        }
        if portion >= 1.0 {
            let filled = self.filled.clone();
            let is_filled = |parent: Option<OrderId>| parent.is_some_and(|id| filled.contains(&id));
            let protects = |order: &Order, state: &State| {
                order.purpose.protects() && (state.active || is_filled(state.parent))
            };
            while self.remove_first(protects).is_some() {}
        }
        let id = self.next_id();
        let request = OrderRequest::new(Size::Units(-self.units * portion));
        self.push(Order { id, purpose: Purpose::Close(trade), request }, None);
    }
}

fn check_request(request: &OrderRequest, units: f64) -> Result<(), RejectReason> {
    let prices = [request.limit, request.stop];
    if !units.is_finite() || prices.iter().flatten().any(|price| !price.is_finite()) {
        return Err(RejectReason::Malformed);
    }
    if units == 0.0 {
        return Err(RejectReason::TooSmall);
    }
    if request.stop_loss.is_some() && request.trailing_stop.is_some() {
        return Err(RejectReason::Unsupported);
    }
    Ok(())
}
