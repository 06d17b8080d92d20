//! The convention of backtesting.py 0.6.6, so that its results can be reproduced.
//!
//! Everything here was found by running that library and comparing, and is kept as found, also
//! where another choice would be better; for honest results use the next-open convention.
//!
//! # A bar
//! From [`Settings::first_bar`] on, in each bar: the broker looks at the waiting orders, equity is
//! noted at the close, then the strategy decides. Before the first bar equity is the cash.
//!
//! # Orders
//! - Market orders fill at the open of the next bar, or with [`Settings::trade_on_close`] at the
//!   close of the bar they were decided on, which is then also their bar in the trade list.
//! - A stop is reached if the high is at or above it (buying) or the low at or below (selling); it
//!   fills at the worse of open and stop (with `trade_on_close`, of the previous close and stop).
//! - A limit is reached if the low is at or below it (buying) or the high at or above (selling); it
//!   fills at the better of open and limit.
//! - A stop-limit order whose stop is reached is a limit order from then on. In that very bar it
//!   fills at the better of stop and limit, unless the limit lies on the near side of the stop:
//!   then it is taken to have been touched too early.
//! - Orders are looked at in the order of a queue. New orders and take-profits join its end,
//!   stop-losses and closing orders its front, so that a stop-loss wins over a take-profit reached
//!   in the same bar.
//! - An order with stops is refused unless stop-loss, entry and take-profit follow one another;
//!   the entry is the limit, else the stop, else the last close with the spread.
//! - With [`Settings::exclusive_orders`] a new order first cancels the waiting ones (searching the
//!   queue while it shrinks, so that of neighbours only every other one is found) and closes every
//!   open trade.
//!
//! # Sizes
//! Whole units. A fraction of what is available buys as many whole units as margin available times
//! leverage times the fraction covers, at a price per unit of the price with the spread plus the
//! commission on the fraction, divided by the fraction. An order for everything asks for all but
//! one machine epsilon. Margin available is equity less the margin of open trades, both at the
//! close of the bar in which the order fills: of a bar that is not over yet.
//!
//! Values, fractions of equity and targets are resolved as a strategy would that computes whole
//! units from the last close; a target closes every trade and opens one of that size.
//!
//! # Fills
//! An order first closes trades of the other side, oldest first, unless [`Settings::hedging`];
//! what is left opens a trade if margin suffices and is dropped otherwise. The spread makes
//! entries dearer and leaves exits alone. Commission is charged at entry and exit; of a trade
//! closed in parts, the entry's commission is counted anew for each part in the trade list.
//!
//! After a market order with a stop-loss or a take-profit has opened a trade, the whole queue is
//! looked at once more within the same bar; likewise after a stop order whose take-profit, and not
//! whose stop-loss, lies within the bar. Stops of other trades act from the next bar on.
//!
//! # End
//! If equity falls to zero at a close, every other open trade is closed at that close, cash and
//! all later equity are zero, and the run ends. With [`Settings::finalize_trades`] open trades are
//! closed by looking at the orders of the last bar once more, hence at its open; the strategy's
//! orders of the last bar fill along with them.
//!
//! # Other than the original
//! The original trades without waiting for an indicator that has no value in all the bars; with
//! more bars those trades would not be. Here such a run has no trades.
//!
//! # Beyond the original
//! Groups of orders that cancel one another, trailing stops and a maximum number of bars act as
//! the usual lines at the beginning of `next` would: the trailing stop follows the close, a trade
//! is told to close once it has lasted so many bars.

mod fills;

use super::{Error, check_prices, check_setting};
use crate::journal::Journal;
use crate::ledger::{Exhausted, Ledger, Reason, RejectReason, Rejection, Trade};
use crate::ohlc::Ohlc;
use crate::order::{
    Distance, Level, OneCancelsOther, Order, OrderId, OrderRequest, Purpose, Size, TradeId,
};
use crate::strategy::{Broker, OpenTrade, Strategy};
use bolt_memory::Refused;

/// The fraction that an order for everything asks for.
const EVERYTHING: f64 = 1.0 - f64::EPSILON;

/// What a trade costs, charged at its entry and again at its exit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Commission {
    /// Amount an order.
    pub fixed: f64,
    /// Fraction of the value traded.
    pub rate: f64,
}

impl Commission {
    fn of(self, units: f64, price: f64) -> f64 {
        self.fixed + units.abs() * price * self.rate
    }
}

/// How the account works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Cash at the start.
    pub cash: f64,
    /// Commission.
    pub commission: Commission,
    /// Fraction by which an entry is dearer than the price.
    pub spread: f64,
    /// Fraction of a position's value that must be covered: 1 over the leverage.
    pub margin: f64,
    /// Whether market orders fill at the close of the bar they were decided on.
    pub trade_on_close: bool,
    /// Whether long and short trades may be open at the same time.
    pub hedging: bool,
    /// Whether an order cancels the orders and closes the trades before it.
    pub exclusive_orders: bool,
    /// Whether trades open at the end are closed there.
    pub finalize_trades: bool,
    /// Index of the first bar that broker and strategy see: 1 plus the longest warm-up of the
    /// strategy's indicators, and never 0.
    pub first_bar: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cash: 10_000.0,
            commission: Commission::default(),
            spread: 0.0,
            margin: 1.0,
            trade_on_close: false,
            hedging: false,
            exclusive_orders: false,
            finalize_trades: false,
            first_bar: 1,
        }
    }
}

impl Settings {
    fn check(&self) -> Result<(), Error> {
        let Commission { fixed, rate } = self.commission;
        let not_negative = |value: f64| value >= 0.0 && value.is_finite();
        let cash = self.cash;
        check_setting("cash", cash, cash > 0.0 && cash.is_finite(), "positive")?;
        check_setting("commission.fixed", fixed, not_negative(fixed), "0 or more")?;
        check_setting("commission.rate", rate, rate > -0.1 && rate < 0.1, "in (-0.1, 0.1)")?;
        check_setting("spread", self.spread, not_negative(self.spread), "0 or more")?;
        let margin = self.margin;
        check_setting("margin", margin, margin > 0.0 && margin <= 1.0, "in (0, 1]")?;
        check_setting("first_bar", self.first_bar as f64, self.first_bar > 0, "1 or more")
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
    account.run(strategy);
    Ok(account.finish()?)
}

/// What a strategy would do about a trade at the beginning of each `next`.
struct Routine {
    trade: TradeId,
    trailing_stop: Option<Distance>,
    max_bars: Option<usize>,
}

struct Account<'a> {
    prices: Ohlc<'a>,
    settings: &'a Settings,
    bar: usize,
    cash: f64,
    trades: Vec<OpenTrade>,
    orders: Vec<Order>,
    routines: Vec<Routine>,
    filled_groups: Vec<OneCancelsOther>,
    ids: u64,
    ledger: Journal,
}

impl<'a> Account<'a> {
    fn new(prices: Ohlc<'a>, settings: &'a Settings) -> Result<Self, Refused> {
        let mut ledger = Journal::new(prices.len())?;
        ledger.equity.resize(prices.len(), settings.cash);
        Ok(Self {
            prices,
            settings,
            bar: 0,
            cash: settings.cash,
            trades: Vec::new(),
            orders: Vec::new(),
            routines: Vec::new(),
            filled_groups: Vec::new(),
            ids: 0,
            ledger,
        })
    }

    fn run(&mut self, strategy: &mut dyn Strategy) {
        for bar in self.settings.first_bar..self.prices.len() {
            self.bar = bar;
            self.process_bar();
            if self.ledger.exhausted.is_some() {
                return;
            }
            self.perform_routines();
            strategy.next(self);
        }
        if self.settings.finalize_trades && self.settings.first_bar < self.prices.len() {
            for index in (0..self.trades.len()).rev() {
                self.close(self.trades[index].id, 1.0);
            }
            self.process_bar();
        }
    }

    fn finish(mut self) -> Result<Ledger, Refused> {
        for trade in &self.trades {
            let fees = self.settings.commission.of(trade.size, trade.entry_price);
            self.ledger.trades.push(Trade {
                asset: 0,
                side: trade.side,
                size: trade.size,
                entry_bar: trade.entry_bar,
                entry_price: trade.entry_price,
                exit: None,
                pnl: trade.gain(self.close_price()) - fees,
                fees,
            });
        }
        self.ledger.finish()
    }

    fn process_bar(&mut self) {
        while self.process_orders() {}
        let equity = self.equity();
        self.ledger.equity[self.bar] = equity;
        if equity <= 0.0 {
            self.exhaust();
        }
    }

    fn exhaust(&mut self) {
        let mut index = 0;
        while let Some(trade) = self.trades.get(index).copied() {
            self.close_trade(trade, self.close_price(), self.bar, Reason::MarginCall);
            index += 1;
        }
        self.cash = 0.0;
        self.ledger.equity[self.bar..].fill(0.0);
        self.ledger.exhausted = Some(Exhausted { bar: self.bar });
    }

    fn perform_routines(&mut self) {
        let close = self.close_price();
        let filled = std::mem::take(&mut self.filled_groups);
        self.orders.retain(|order| {
            order.request.one_cancels_other.is_none_or(|group| !filled.contains(&group))
        });
        let mut routines = std::mem::take(&mut self.routines);
        routines.retain(|routine| {
            let Some(trade) = self.trades.iter().find(|trade| trade.id == routine.trade).copied()
            else {
                return false;
            };
            if let Some(distance) = routine.trailing_stop {
                let direction = -trade.side.sign();
                let level = distance.beyond(close, direction);
                let tighter = |old: f64| direction * level < direction * old;
                if trade.stop_loss.is_none_or(tighter) {
                    self.set_stop_loss(trade.id, Some(level));
                }
            }
            if routine.max_bars.is_some_and(|bars| self.bar >= trade.entry_bar + bars) {
                self.close(trade.id, 1.0);
            }
            true
        });
        self.routines = routines;
    }

    fn reject(&mut self, size: Size, reason: RejectReason) {
        self.ledger.rejected.push(Rejection { asset: 0, bar: self.bar, size, reason });
    }

    fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    fn close_price(&self) -> f64 {
        self.prices.close[self.bar]
    }

    /// Turns levels into prices and sizes into whole units or fractions of what is available.
    fn resolve(&self, request: OrderRequest) -> Result<OrderRequest, RejectReason> {
        let amount = request.size.amount();
        let close = self.close_price();
        let entry = request.limit.or(request.stop).unwrap_or(close);
        let direction = if amount < 0.0 { -1.0 } else { 1.0 };
        let below = |level: Level| Level::Price(level.price(entry, -direction));
        let above = |level: Level| Level::Price(level.price(entry, direction));
        let whole = |value: f64| Size::Units((value.abs() / close).floor().copysign(amount));
        let size = match request.size {
            Size::Units(units) => Size::Units(units),
            Size::Value(value) => whole(value),
            Size::EquityFraction(fraction) => whole(fraction * self.equity()),
            Size::AvailableFraction(fraction) | Size::Target(fraction) => {
                Size::AvailableFraction(fraction.clamp(-EVERYTHING, EVERYTHING))
            }
        };
        if size.amount() == 0.0 {
            return Err(RejectReason::TooSmall);
        }
        let whole = !matches!(size, Size::Units(units) if units != units.trunc());
        if !whole || !size.amount().is_finite() {
            return Err(RejectReason::Malformed);
        }
        let request = OrderRequest {
            size,
            stop_loss: request.stop_loss.map(below),
            take_profit: request.take_profit.map(above),
            ..request
        };
        self.check_levels(&request)?;
        Ok(request)
    }

    /// Checks that stop-loss, entry and take-profit follow one another as they must.
    fn check_levels(&self, request: &OrderRequest) -> Result<(), RejectReason> {
        let amount = request.size.amount();
        let positive =
            |price: Option<f64>| price.is_none_or(|price| price > 0.0 && price.is_finite());
        let (stop_loss, take_profit) = (price(request.stop_loss), price(request.take_profit));
        if ![request.limit, request.stop, stop_loss, take_profit].into_iter().all(positive) {
            return Err(RejectReason::Malformed);
        }
        let last = self.close_price() * (1.0 + self.settings.spread.copysign(amount));
        let entry = request.limit.or(request.stop).unwrap_or(last);
        let (below, above) =
            if amount > 0.0 { (stop_loss, take_profit) } else { (take_profit, stop_loss) };
        if below.is_none_or(|below| below < entry) && above.is_none_or(|above| entry < above) {
            Ok(())
        } else {
            Err(RejectReason::LevelsOutOfOrder)
        }
    }

    /// Cancels orders as exclusive orders do: each one cancelled hides the next from the search.
    fn cancel_every_other(&mut self) {
        let mut index = 0;
        while let Some(order) = self.orders.get(index) {
            if !order.purpose.protects() {
                self.orders.remove(index);
            }
            index += 1;
        }
    }

    /// Replaces the order that protects a trade.
    fn protect(&mut self, purpose: Purpose, trade: OpenTrade, price: Option<f64>) {
        self.orders.retain(|order| order.purpose != purpose);
        let Some(price) = price else { return };
        let mut request = OrderRequest::new(Size::Units(-trade.units()));
        let id = OrderId(self.next_id());
        if let Purpose::TakeProfit(_) = purpose {
            request.limit = Some(price);
            self.orders.push(Order { id, purpose, request });
        } else {
            request.stop = Some(price);
            self.orders.insert(0, Order { id, purpose, request });
        }
    }
}

/// Returns the price of a level that has been resolved.
fn price(level: Option<Level>) -> Option<f64> {
    level.map(|level| level.price(f64::NAN, f64::NAN))
}

impl Broker for Account<'_> {
    fn bar(&self) -> usize {
        self.bar
    }

    fn equity(&self) -> f64 {
        let price = self.close_price();
        let (mut units, mut paid) = (0.0, 0.0);
        for trade in &self.trades {
            units += trade.units();
            paid += trade.units() * trade.entry_price;
        }
        // The peer's order of operations: statistics count drawdowns of one unit in the last place.
        self.cash + (units * price - paid)
    }

    fn price(&self) -> f64 {
        self.prices.close[self.bar]
    }

    fn cash(&self) -> f64 {
        self.cash
    }

    fn position(&self) -> f64 {
        self.trades.iter().fold(0.0, |units, trade| units + trade.units())
    }

    fn trades(&self) -> &[OpenTrade] {
        &self.trades
    }

    fn orders(&self) -> &[Order] {
        &self.orders
    }

    fn submit(&mut self, request: OrderRequest) -> OrderId {
        let id = OrderId(self.next_id());
        if let Size::Target(target) = request.size {
            self.cancel_all();
            self.close_all();
            if target == 0.0 {
                return id;
            }
        }
        match self.resolve(request) {
            Ok(request) => {
                if self.settings.exclusive_orders {
                    self.cancel_every_other();
                    self.close_all();
                }
                self.orders.push(Order { id, purpose: Purpose::Entry, request });
            }
            Err(reason) => self.reject(request.size, reason),
        }
        id
    }

    fn cancel(&mut self, order: OrderId) {
        self.orders.retain(|waiting| waiting.id != order);
    }

    fn set_stop_loss(&mut self, trade: TradeId, price: Option<f64>) {
        let Some(open) = self.trades.iter_mut().find(|open| open.id == trade) else { return };
        open.stop_loss = price;
        let open = *open;
        self.protect(Purpose::StopLoss(trade), open, price);
    }

    fn set_take_profit(&mut self, trade: TradeId, price: Option<f64>) {
        let Some(open) = self.trades.iter_mut().find(|open| open.id == trade) else { return };
        open.take_profit = price;
        let open = *open;
        self.protect(Purpose::TakeProfit(trade), open, price);
    }

    fn close(&mut self, trade: TradeId, portion: f64) {
        let Some(open) = self.trades.iter().find(|open| open.id == trade) else { return };
        let size = (open.size * portion).round_ties_even().max(1.0);
        let request = OrderRequest::new(Size::Units(-open.side.sign() * size));
        let id = OrderId(self.next_id());
        self.orders.insert(0, Order { id, purpose: Purpose::Close(trade), request });
    }
}
