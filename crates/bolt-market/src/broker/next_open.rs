//! Our own convention: what is decided at the close of a bar is filled at the next open or later.
//!
//! It is meant to be honest. Nothing of a bar is known before its close, whatever could have
//! happened in two orders inside a bar is taken to have happened in the worse one, and an order that
//! cannot be paid for is dropped and listed. Running it on the first bars only gives the first
//! results of the whole run.
//!
//! # A bar
//! 1. Splits and dividends of the bar act on what is held; interest and borrow fees for the time
//!    since the bar before are paid.
//! 2. At the open: a margin call liquidates; trades that were told to close, and those whose
//!    [`OrderRequest::max_bars`] are over, close; stops and targets the open lies beyond are filled;
//!    then market orders and the limit and stop orders the open satisfies, in the order of
//!    submission.
//! 3. Within the bar: stops and targets of open trades, then waiting limit and stop orders in the
//!    order of submission, then what certainly ended a trade that began within the bar.
//! 4. Trailing stops move, equity is marked at the close, margin is checked, the strategy decides.
//!
//! A bar of which a price is unknown, or not positive, is a gap: nothing fills, orders stay, and
//! positions are valued at the last known close.
//!
//! # Prices
//! The bars show the price between bid and ask. Orders that take what is offered (market, stop,
//! stop-loss, trailing stop) fill at that price made worse by half the [`Costs::spread`] and the
//! [`Costs::slippage`]; a stop at its level, or at the open if that is beyond it. A limit (and a
//! take-profit) fills once bid or ask reaches it: at the limit, or if the open is better than it, at
//! the open made worse, but never worse than the limit.
//!
//! A stop-limit order becomes a limit order once its stop is reached. If that happens within a bar
//! it fills at the stop if the limit allows; at a limit that the price must come back to, only if
//! the bar closes there or better.
//!
//! # Stops of a trade
//! A stop-loss or take-profit given as [`Level::Away`] is counted from the price of the fill. A
//! trailing stop stands at its distance from the best price since the entry: the highs (of a short
//! trade, the lows), because that is what a resting order would follow, each counted after its bar,
//! because the order of high and low within a bar is unknown; of the bar of an entry within the bar
//! only the close counts.
//!
//! If stop and target both lie within a bar, the stop is filled. Both are active in the bar of an
//! entry at the open. In the bar of an entry within the bar a trade ends only if that is certain:
//! if the price came to the entry from above, what lies below it was touched later; if it came from
//! below, what lies above was; and the close is later than everything. If then stop and target
//! were both touched, the stop is filled.
//!
//! # Sizes and margin
//! Sizes are resolved at the fill, fees included, and rounded down to a multiple of
//! [`Settings::lot`]. A position is opened as far as equity less the margin of what is held covers
//! the margin ([`Margin::initial`], 1 over the leverage) and the costs of what is added, all at the
//! price of the fill. A fraction of equity, and a target, shrinks by the costs that make it too
//! large; anything else that is too large is dropped. A target that is missed by rounding errors only
//! is met.
//!
//! An order first closes the other side's trades, oldest first; the rest opens a trade. An order
//! for a fraction of what is available closes the other side whole before it is sized, so does a
//! target that changes side: the new position is sized after the costs of closing the old.
//!
//! If at a close equity is below [`Margin::maintenance`] of the position's value, everything is
//! closed at the next open and all orders are dropped. If equity is zero or less, trading ends there
//! ([`Ledger::exhausted`]) and the rest of the account, possibly a debt, stays as it is.
//!
//! # Holding
//! Per year of 365 days and for the time between the opens of bars: a negative balance pays
//! [`Rates::debit`], what is above the value of short positions earns [`Rates::credit`], short
//! positions pay [`Rates::borrow`] of their value at the last close. A dividend is paid on positions
//! held before the open of its bar, by short ones. A split multiplies units and divides prices of
//! trades and orders; fractions of a lot that it leaves stay.
//!
//! # End
//! Open trades stay open and are listed at the last known close, unless [`Settings::finalize`]: then
//! they close at the last known close, costs included.

mod account;
pub(crate) mod book;
mod fills;
pub(crate) mod guard;
pub(crate) mod sizing;

use super::{Costs, Error, check_length, check_prices, check_setting};
use crate::ledger::{Exhausted, Ledger, RejectReason};
use crate::ohlc::Ohlc;
use crate::order::{Distance, Level, Order, OrderId, OrderRequest, Purpose, Size, TradeId};
use crate::strategy::{Broker, OpenTrade, Strategy};
use account::Account;
use bolt_base::UnixNanos;

/// What happens in the market, a value a bar in each column.
#[derive(Debug, Clone, Copy)]
pub struct Market<'a> {
    /// Prices.
    pub prices: Ohlc<'a>,
    /// When each bar opens; needed for interest only.
    pub times: Option<&'a [UnixNanos]>,
    /// Cash paid per unit to who held it before the bar's open; 0 for none.
    pub dividends: Option<&'a [f64]>,
    /// Units that one unit becomes at the bar's open; 1 for no split.
    pub splits: Option<&'a [f64]>,
}

impl<'a> Market<'a> {
    /// Returns a market of prices alone.
    pub fn new(prices: Ohlc<'a>) -> Self {
        Self { prices, times: None, dividends: None, splits: None }
    }

    /// Returns the first `bars` bars.
    ///
    /// # Panics
    /// If there are fewer.
    #[must_use]
    pub fn first(&self, bars: usize) -> Self {
        Self {
            prices: self.prices.first(bars),
            times: self.times.map(|times| &times[..bars]),
            dividends: self.dividends.map(|dividends| &dividends[..bars]),
            splits: self.splits.map(|splits| &splits[..bars]),
        }
    }

    fn check(&self) -> Result<(), Error> {
        check_prices(&self.prices)?;
        let bars = self.prices.len();
        check_length("times", self.times.map_or(bars, <[_]>::len), bars)?;
        check_length("dividends", self.dividends.map_or(bars, <[_]>::len), bars)?;
        check_length("splits", self.splits.map_or(bars, <[_]>::len), bars)
    }
}

/// How much of a position's value must be covered by equity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin {
    /// To open it: 1 over the leverage.
    pub initial: f64,
    /// To keep it.
    pub maintenance: f64,
}

impl Default for Margin {
    fn default() -> Self {
        Self { initial: 1.0, maintenance: 0.0 }
    }
}

/// Interest a year, as fractions.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rates {
    /// Earned on cash.
    pub credit: f64,
    /// Paid on a negative balance.
    pub debit: f64,
    /// Paid on the value of short positions.
    pub borrow: f64,
}

/// How the account works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Cash at the start.
    pub cash: f64,
    /// Fees, spread and slippage.
    pub costs: Costs,
    /// Step of sizes, 1 for whole units; fractional units if absent.
    pub lot: Option<f64>,
    /// Margin.
    pub margin: Margin,
    /// Interest; needs [`Market::times`].
    pub rates: Rates,
    /// Orders that open less than this value are dropped.
    pub minimum_value: f64,
    /// Largest position as a fraction of equity; orders are cut down to it.
    pub maximum_position: f64,
    /// Whether trades open at the end are closed there.
    pub finalize: bool,
    /// Index of the first bar the strategy is called for.
    pub first_bar: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cash: 10_000.0,
            costs: Costs::default(),
            lot: None,
            margin: Margin::default(),
            rates: Rates::default(),
            minimum_value: 0.0,
            maximum_position: f64::INFINITY,
            finalize: false,
            first_bar: 0,
        }
    }
}

impl Settings {
    /// Checks that every setting is in its range, and that there are times if they are needed.
    pub(crate) fn check(&self, times: Option<&[UnixNanos]>) -> Result<(), Error> {
        if self.rates != Rates::default() && times.is_none() {
            return Err(Error::TimesMissing);
        }
        let Self { cash, costs, lot, margin, rates, minimum_value, maximum_position, .. } = *self;
        costs.check()?;
        check_setting("cash", cash, cash > 0.0 && cash.is_finite(), "positive")?;
        let lot = lot.unwrap_or(1.0);
        check_setting("lot", lot, lot > 0.0 && lot.is_finite(), "positive")?;
        let Margin { initial, maintenance } = margin;
        check_setting("margin.initial", initial, initial > 0.0 && initial <= 1.0, "in (0, 1]")?;
        let valid = (0.0..=initial).contains(&maintenance);
        check_setting(
            "margin.maintenance",
            maintenance,
            valid,
            "from 0 to the initial margin, 1 over the leverage",
        )?;
        let Rates { credit, debit, borrow } = rates;
        for (name, rate) in
            [("rates.credit", credit), ("rates.debit", debit), ("rates.borrow", borrow)]
        {
            check_setting(name, rate, rate > -1.0 && rate.is_finite(), "above -1")?;
        }
        check_setting("minimum_value", minimum_value, minimum_value >= 0.0, "0 or more")?;
        check_setting("maximum_position", maximum_position, maximum_position > 0.0, "positive")
    }
}

/// Runs a strategy over the bars.
///
/// # Errors
/// If columns differ in length, a setting is out of its range, or interest is asked for and there
/// are no times.
pub fn run(
    market: &Market<'_>,
    settings: &Settings,
    strategy: &mut dyn Strategy,
) -> Result<Ledger, Error> {
    market.check()?;
    settings.check(market.times)?;
    let mut account = Account::new(market, settings)?;
    for bar in 0..market.prices.len() {
        account.process_bar(bar);
        if bar >= settings.first_bar && account.book.ledger.exhausted.is_none() {
            strategy.next(&mut account);
        }
    }
    Ok(account.finish()?)
}

impl Account<'_> {
    fn process_bar(&mut self, bar: usize) {
        self.book.bar = bar;
        self.split();
        self.pay_interest();
        self.pay_dividends();
        if !self.is_gap() {
            self.fill_at_open();
            self.fill_within();
            self.trail();
        }
        self.mark();
        self.liquidate |= self.book.note_equity(std::slice::from_ref(&self.position));
        if self.book.ledger.exhausted == Some(Exhausted { bar }) {
            self.reject_orders(RejectReason::Stopped);
        }
    }

    fn check_request(&self, request: &OrderRequest) -> Result<(), RejectReason> {
        let amount = request.size.amount();
        let price = |price: Option<f64>| price.is_none_or(|price| price > 0.0 && price.is_finite());
        let distance =
            |distance: Distance| distance.amount() >= 0.0 && distance.amount().is_finite();
        let level = |level: Option<Level>| match level {
            Some(Level::Price(level)) => price(Some(level)),
            Some(Level::Away(away)) => distance(away),
            None => true,
        };
        let valid = amount.is_finite()
            && price(request.limit)
            && price(request.stop)
            && level(request.stop_loss)
            && level(request.take_profit)
            && request.trailing_stop.is_none_or(distance);
        let target = matches!(request.size, Size::Target(_));
        if !valid {
            Err(RejectReason::Malformed)
        } else if target && (request.limit.is_some() || request.stop.is_some()) {
            Err(RejectReason::Unsupported)
        } else if amount == 0.0 && !target {
            Err(RejectReason::TooSmall)
        } else {
            Ok(())
        }
    }
}

impl Broker for Account<'_> {
    fn bar(&self) -> usize {
        self.book.bar
    }

    fn equity(&self) -> f64 {
        self.book.equity(std::slice::from_ref(&self.position))
    }

    fn price(&self) -> f64 {
        self.position.mark
    }

    fn cash(&self) -> f64 {
        self.book.cash
    }

    fn position(&self) -> f64 {
        self.position.units
    }

    fn trades(&self) -> &[OpenTrade] {
        &self.trades
    }

    fn orders(&self) -> &[Order] {
        &self.orders
    }

    fn submit(&mut self, request: OrderRequest) -> OrderId {
        let id = OrderId(self.next_id());
        match self.check_request(&request) {
            Ok(()) => self.orders.push(Order { id, purpose: Purpose::Entry, request }),
            Err(reason) => self.reject(request.size, reason),
        }
        id
    }

    fn cancel(&mut self, order: OrderId) {
        self.orders.retain(|waiting| waiting.id != order);
    }

    fn set_stop_loss(&mut self, trade: TradeId, price: Option<f64>) {
        if let Some(open) = self.trades.iter_mut().find(|open| open.id == trade) {
            open.stop_loss = price;
        }
    }

    fn set_take_profit(&mut self, trade: TradeId, price: Option<f64>) {
        if let Some(open) = self.trades.iter_mut().find(|open| open.id == trade) {
            open.take_profit = price;
        }
    }

    fn close(&mut self, trade: TradeId, portion: f64) {
        let Some(open) = self.trades.iter().find(|open| open.id == trade) else { return };
        let purpose = Purpose::Close(trade);
        let request = OrderRequest::new(Size::Units(-open.units() * portion.clamp(0.0, 1.0)));
        let told = |order: &Order| order.purpose == purpose && order.request == request;
        if portion < 1.0 || !self.orders.iter().any(told) {
            let id = OrderId(self.next_id());
            self.orders.push(Order { id, purpose, request });
        }
    }
}
