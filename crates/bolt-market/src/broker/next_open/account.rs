//! Cash, lots and what happens to them without orders.

use super::{Market, Settings};
use crate::broker::lot::Lot;
use crate::ledger::{Exit, Fill, Ledger, Reason, RejectReason, Rejection, Side};
use crate::order::{Distance, Level, Order, OrderRequest, Size, TradeId};
use crate::strategy::OpenTrade;
use bolt_base::UnixNanos;

const YEAR_NANOS: f64 = 365.0 * UnixNanos::DAY as f64;

/// What the broker knows of an open trade besides the trade.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holding {
    pub(super) lot: Lot,
    pub(super) trailing: Option<Distance>,
    /// Best price since the entry.
    pub(super) best: f64,
    pub(super) max_bars: Option<usize>,
    pub(super) course: Course,
}

/// How the price came to the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// It was the open, or the entry was in an earlier bar.
    Open,
    /// Against the trade: a limit was reached.
    Against,
    /// With the trade: a stop was reached.
    With,
    /// First one, then the other.
    Back,
}

pub(super) struct Account<'a> {
    market: &'a Market<'a>,
    pub(super) settings: &'a Settings,
    pub(super) bar: usize,
    pub(super) cash: f64,
    /// Units held: the sum over the lots.
    pub(super) units: f64,
    /// Last known close.
    pub(super) mark: f64,
    pub(super) trades: Vec<OpenTrade>,
    /// One for each trade, in the same order.
    pub(super) holdings: Vec<Holding>,
    pub(super) orders: Vec<Order>,
    /// Whether the next open closes everything.
    pub(super) liquidate: bool,
    ids: u64,
    pub(super) ledger: Ledger,
}

impl<'a> Account<'a> {
    pub(super) fn new(market: &'a Market<'a>, settings: &'a Settings) -> Self {
        Self {
            market,
            settings,
            bar: 0,
            cash: settings.cash,
            units: 0.0,
            mark: 0.0,
            trades: Vec::new(),
            holdings: Vec::new(),
            orders: Vec::new(),
            liquidate: false,
            ids: 0,
            ledger: Ledger::default(),
        }
    }

    pub(super) fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    /// Returns open, high, low and close of the bar.
    pub(super) fn prices(&self) -> [f64; 4] {
        let prices = &self.market.prices;
        [&prices.open, &prices.high, &prices.low, &prices.close].map(|column| column[self.bar])
    }

    pub(super) fn is_gap(&self) -> bool {
        is_gap(self.prices())
    }

    pub(super) fn equity_at(&self, price: f64) -> f64 {
        self.cash + self.units * price
    }

    pub(super) fn mark(&mut self) {
        let close = self.market.prices.close[self.bar];
        if is_known(close) {
            self.mark = close;
        }
    }

    pub(super) fn reject(&mut self, size: Size, reason: RejectReason) {
        self.ledger.rejected.push(Rejection { asset: 0, bar: self.bar, size, reason });
    }

    pub(super) fn reject_orders(&mut self, reason: RejectReason) {
        for order in std::mem::take(&mut self.orders) {
            self.reject(order.request.size, reason);
        }
    }

    pub(super) fn pay_interest(&mut self) {
        let (Some(times), Some(before)) = (self.market.times, self.bar.checked_sub(1)) else {
            return;
        };
        let years = times[self.bar].0.wrapping_sub(times[before].0) as f64 / YEAR_NANOS;
        let short_value = (-self.units).max(0.0) * self.mark;
        let rates = &self.settings.rates;
        let interest = if self.cash < 0.0 {
            self.cash * rates.debit
        } else {
            (self.cash - short_value).max(0.0) * rates.credit
        };
        self.cash += interest * years;
        if short_value > 0.0 {
            for holding in &mut self.holdings {
                let fee = holding.lot.size * self.mark * rates.borrow * years;
                self.cash -= fee;
                holding.lot.income -= fee;
            }
        }
    }

    pub(super) fn pay_dividends(&mut self) {
        let dividend = self.market.dividends.map_or(0.0, |dividends| dividends[self.bar]);
        if dividend != 0.0 && !dividend.is_nan() {
            for holding in &mut self.holdings {
                let amount = holding.lot.side.sign() * holding.lot.size * dividend;
                self.cash += amount;
                holding.lot.income += amount;
            }
        }
    }

    pub(super) fn split(&mut self) {
        let ratio = self.market.splits.map_or(1.0, |splits| splits[self.bar]);
        if ratio == 1.0 || ratio.is_nan() || ratio <= 0.0 {
            return;
        }
        self.mark /= ratio;
        for (trade, holding) in self.trades.iter_mut().zip(&mut self.holdings) {
            holding.lot.size *= ratio;
            holding.lot.entry_price /= ratio;
            holding.best /= ratio;
            holding.trailing = holding.trailing.map(|distance| split_distance(distance, ratio));
            trade.size = holding.lot.size;
            trade.entry_price = holding.lot.entry_price;
            trade.stop_loss = trade.stop_loss.map(|price| price / ratio);
            trade.take_profit = trade.take_profit.map(|price| price / ratio);
        }
        self.sum_units();
        for order in &mut self.orders {
            split_request(&mut order.request, ratio);
        }
    }

    fn sum_units(&mut self) {
        self.units = self.trades.iter().fold(0.0, |units, trade| units + trade.units());
    }

    /// Buys or sells what opens a trade.
    pub(super) fn open_trade(
        &mut self,
        request: &OrderRequest,
        side: Side,
        size: f64,
        price: f64,
        course: Course,
    ) {
        let sign = side.sign();
        let fees = self.settings.costs.fees(size, price);
        self.cash = self.cash - sign * size * price - fees;
        let units = sign * size;
        let bar = self.bar;
        self.ledger.fills.push(Fill { asset: 0, bar, units, price, fees, reason: Reason::Signal });
        let id = TradeId(self.next_id());
        let lot =
            Lot { asset: 0, side, size, entry_bar: bar, entry_price: price, fees, income: 0.0 };
        self.trades.push(OpenTrade {
            id,
            side,
            size,
            entry_bar: bar,
            entry_price: price,
            stop_loss: request.stop_loss.map(|level| level.price(price, -sign)),
            take_profit: request.take_profit.map(|level| level.price(price, sign)),
        });
        let OrderRequest { trailing_stop: trailing, max_bars, .. } = *request;
        self.holdings.push(Holding { lot, trailing, best: price, max_bars, course });
        self.sum_units();
    }

    /// Closes a part of a trade.
    pub(super) fn close_trade(&mut self, index: usize, size: f64, price: f64, reason: Reason) {
        let fees = self.settings.costs.fees(size, price);
        self.record_exit(self.trades[index].side, size, price, fees, reason);
        self.end_lot(index, size, price, fees, reason);
        self.sum_units();
    }

    /// Closes units of trades, oldest first, in one order.
    pub(super) fn close_oldest(&mut self, size: f64, price: f64, reason: Reason) {
        let Some(side) = self.trades.first().map(|trade| trade.side) else { return };
        let fees = self.settings.costs.fees(size, price);
        self.record_exit(side, size, price, fees, reason);
        let all = size >= self.units.abs();
        let mut left = size;
        while let Some(trade) = self.trades.first()
            && (all || left > 0.0)
        {
            let part = if all { trade.size } else { left.min(trade.size) };
            self.end_lot(0, part, price, fees * (part / size), reason);
            left -= part;
        }
        self.sum_units();
    }

    fn record_exit(&mut self, side: Side, size: f64, price: f64, fees: f64, reason: Reason) {
        let units = -side.sign() * size;
        self.cash = self.cash - units * price - fees;
        self.ledger.fills.push(Fill { asset: 0, bar: self.bar, units, price, fees, reason });
    }

    fn end_lot(&mut self, index: usize, size: f64, price: f64, fees: f64, reason: Reason) {
        let exit = Exit { bar: self.bar, price, reason };
        let lot = &mut self.holdings[index].lot;
        self.ledger.trades.push(lot.close(size, exit, fees));
        self.trades[index].size = lot.size;
        if lot.size <= 0.0 {
            self.trades.remove(index);
            self.holdings.remove(index);
        }
    }

    pub(super) fn finish(mut self) -> Ledger {
        if self.settings.finalize {
            let direction = -self.units.signum();
            let price = self.settings.costs.taken(self.mark, direction);
            self.close_oldest(self.units.abs(), price, Reason::Finalize);
            if let Some(last) = self.ledger.equity.last_mut() {
                *last = self.cash;
            }
        }
        for holding in &self.holdings {
            self.ledger.trades.push(holding.lot.open(self.mark));
        }
        self.ledger
    }
}

/// Returns whether a price of a bar is unknown or not positive.
#[inline]
pub(crate) fn is_gap([open, high, low, close]: [f64; 4]) -> bool {
    let positive = (open > 0.0) & (high > 0.0) & (low > 0.0) & (close > 0.0);
    !(positive & is_finite(open + high + low + close))
}

/// Returns whether a price is a positive number.
#[inline]
pub(crate) fn is_known(price: f64) -> bool {
    (price > 0.0) & is_finite(price)
}

/// As [`f64::is_finite`], but by arithmetic, which is faster where the number is at hand.
#[expect(clippy::eq_op, reason = "infinity less infinity is not a number")]
#[inline]
fn is_finite(number: f64) -> bool {
    number - number == 0.0
}

fn split_distance(distance: Distance, ratio: f64) -> Distance {
    match distance {
        Distance::Fraction(fraction) => Distance::Fraction(fraction),
        Distance::Absolute(amount) => Distance::Absolute(amount / ratio),
    }
}

fn split_request(request: &mut OrderRequest, ratio: f64) {
    let level = |level: Level| match level {
        Level::Price(price) => Level::Price(price / ratio),
        Level::Away(distance) => Level::Away(split_distance(distance, ratio)),
    };
    if let Size::Units(units) = request.size {
        request.size = Size::Units(units * ratio);
    }
    request.limit = request.limit.map(|price| price / ratio);
    request.stop = request.stop.map(|price| price / ratio);
    request.stop_loss = request.stop_loss.map(level);
    request.take_profit = request.take_profit.map(level);
    request.trailing_stop = request.trailing_stop.map(|distance| split_distance(distance, ratio));
}
