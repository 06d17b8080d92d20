//! An account with one asset: the position, what guards its trades, and the orders that wait.

use super::book::{Book, Position, is_gap};
use super::{Market, Settings};
use crate::ledger::{Ledger, Reason, RejectReason, Side};
use crate::order::{Distance, Level, Order, OrderRequest, Size, TradeId};
use crate::strategy::OpenTrade;
use bolt_memory::Refused;
use std::slice;

/// What the broker knows of an open trade besides its lot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holding {
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
    pub(super) book: Book<'a>,
    pub(super) position: Position,
    /// One for each lot of the position, in the same order.
    pub(super) trades: Vec<OpenTrade>,
    /// One for each trade, in the same order.
    pub(super) holdings: Vec<Holding>,
    pub(super) orders: Vec<Order>,
    /// Whether the next open closes everything.
    pub(super) liquidate: bool,
    ids: u64,
}

impl<'a> Account<'a> {
    pub(super) fn new(market: &'a Market<'a>, settings: &'a Settings) -> Result<Self, Refused> {
        Ok(Self {
            market,
            book: Book::new(settings, market.prices.len())?,
            position: Position::new(0),
            trades: Vec::new(),
            holdings: Vec::new(),
            orders: Vec::new(),
            liquidate: false,
            ids: 0,
        })
    }

    pub(super) fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    /// Returns open, high, low and close of the bar.
    pub(super) fn prices(&self) -> [f64; 4] {
        let prices = &self.market.prices;
        [&prices.open, &prices.high, &prices.low, &prices.close].map(|column| column[self.book.bar])
    }

    pub(super) fn is_gap(&self) -> bool {
        is_gap(self.prices())
    }

    pub(super) fn mark(&mut self) {
        let [.., close] = self.prices();
        self.position.see_close(close);
    }

    pub(super) fn reject(&mut self, size: Size, reason: RejectReason) {
        self.book.reject(0, size, reason);
    }

    pub(super) fn reject_orders(&mut self, reason: RejectReason) {
        for order in std::mem::take(&mut self.orders) {
            self.reject(order.request.size, reason);
        }
    }

    pub(super) fn pay_interest(&mut self) {
        self.book.pay_interest(self.market.times, slice::from_mut(&mut self.position));
    }

    pub(super) fn pay_dividends(&mut self) {
        let dividend = self.market.dividends.map_or(0.0, |dividends| dividends[self.book.bar]);
        self.book.pay_dividend(&mut self.position, dividend);
    }

    pub(super) fn split(&mut self) {
        let ratio = self.market.splits.map_or(1.0, |splits| splits[self.book.bar]);
        if !self.position.split(ratio) {
            return;
        }
        let trades = self.trades.iter_mut().zip(&mut self.holdings);
        for ((trade, holding), lot) in trades.zip(&self.position.lots) {
            holding.best /= ratio;
            holding.trailing = holding.trailing.map(|distance| split_distance(distance, ratio));
            trade.size = lot.size;
            trade.entry_price = lot.entry_price;
            trade.stop_loss = trade.stop_loss.map(|price| price / ratio);
            trade.take_profit = trade.take_profit.map(|price| price / ratio);
        }
        for order in &mut self.orders {
            split_request(&mut order.request, ratio);
        }
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
        self.book.open(&mut self.position, side, size, price);
        let sign = side.sign();
        let id = TradeId(self.next_id());
        self.book.ledger.make_room(&mut self.trades);
        self.trades.push(OpenTrade {
            id,
            side,
            size,
            entry_bar: self.book.bar,
            entry_price: price,
            stop_loss: request.stop_loss.map(|level| level.price(price, -sign)),
            take_profit: request.take_profit.map(|level| level.price(price, sign)),
        });
        let OrderRequest { trailing_stop: trailing, max_bars, .. } = *request;
        self.book.ledger.make_room(&mut self.holdings);
        self.holdings.push(Holding { trailing, best: price, max_bars, course });
    }

    /// Closes a part of a trade.
    pub(super) fn close_trade(&mut self, index: usize, size: f64, price: f64, reason: Reason) {
        self.book.close(&mut self.position, index, size, price, reason);
        if self.position.lots.len() < self.trades.len() {
            self.trades.remove(index);
            self.holdings.remove(index);
        } else {
            self.trades[index].size = self.position.lots[index].size;
        }
    }

    /// Closes units of trades, oldest first, in one order.
    pub(super) fn close_oldest(&mut self, size: f64, price: f64, reason: Reason) {
        self.book.close_oldest(&mut self.position, size, price, reason);
        self.forget_closed();
    }

    /// Closes everything at what is offered at the open.
    pub(super) fn close_whole(&mut self, reason: Reason) {
        let [open, ..] = self.prices();
        self.book.close_whole(&mut self.position, open, reason);
        self.forget_closed();
    }

    /// Drops the trades whose lots are gone, all of them the oldest.
    fn forget_closed(&mut self) {
        let gone = self.trades.len() - self.position.lots.len();
        self.trades.drain(..gone);
        self.holdings.drain(..gone);
        if let (Some(trade), Some(lot)) = (self.trades.first_mut(), self.position.lots.first()) {
            trade.size = lot.size;
        }
    }

    pub(super) fn finish(mut self) -> Result<Ledger, Refused> {
        self.book.finish(slice::from_mut(&mut self.position))
    }
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
