//! What fills in a bar, and at which price.

use super::account::{Account, Course};
use super::guard::Guard;
use super::sizing::Quote;
use crate::broker::costs::round_to_lot;
use crate::ledger::{Reason, RejectReason};
use crate::order::{Order, OrderId, Purpose};

impl Account<'_> {
    pub(super) fn fill_at_open(&mut self) {
        if self.liquidate {
            self.liquidate();
        }
        self.fill_closes();
        self.close_where(Self::due_at_open);
        self.fill_orders(Self::fill_at_open_price);
    }

    fn liquidate(&mut self) {
        self.liquidate = false;
        self.reject_orders(RejectReason::Liquidated);
        self.close_whole(Reason::MarginCall);
    }

    /// Fills the orders that close a trade.
    fn fill_closes(&mut self) {
        let [open, ..] = self.prices();
        let mut index = 0;
        while let Some(order) = self.orders.get(index).copied() {
            let Purpose::Close(id) = order.purpose else {
                index += 1;
                continue;
            };
            self.orders.remove(index);
            let Some(trade) = self.trades.iter().position(|trade| trade.id == id) else { continue };
            let held = self.trades[trade].size;
            let asked = order.request.size.amount().abs();
            let size =
                if asked >= held { held } else { round_to_lot(asked, self.book.settings.lot) };
            if size > 0.0 {
                let price = self.book.settings.costs.taken(open, -self.trades[trade].side.sign());
                self.close_trade(trade, size, price, Reason::Signal);
            } else {
                self.reject(order.request.size, RejectReason::TooSmall);
            }
        }
    }

    /// Closes the trades that have an exit.
    fn close_where(&mut self, exit: impl Fn(&Self, usize) -> Option<(f64, Reason)>) {
        let mut index = 0;
        while index < self.trades.len() {
            match exit(self, index) {
                Some((price, why)) => self.close_trade(index, self.trades[index].size, price, why),
                None => index += 1,
            }
        }
    }

    /// Returns the exit at the open of a trade whose time is over or whose stop or target the open
    /// lies beyond.
    fn due_at_open(&self, index: usize) -> Option<(f64, Reason)> {
        let [open, ..] = self.prices();
        let trade = self.trades[index];
        let bars = self.holdings[index].max_bars;
        if bars.is_some_and(|bars| self.book.bar >= trade.entry_bar + bars) {
            Some((self.book.settings.costs.taken(open, -trade.side.sign()), Reason::MaxBars))
        } else {
            self.exit_at_open(index)
        }
    }

    pub(super) fn fill_within(&mut self) {
        self.close_where(|account, index| {
            account.exit_at_open(index).or_else(|| account.exit_within(index))
        });
        self.fill_orders(Self::fill_within_price);
        self.close_where(Self::exit_of_new);
    }

    fn fill_orders(&mut self, fill: fn(&mut Self, usize) -> Option<(Quote, Course)>) {
        let waiting: Vec<OrderId> = self.orders.iter().map(|order| order.id).collect();
        for id in waiting {
            let Some(index) = self.orders.iter().position(|order| order.id == id) else { continue };
            if let Some((quote, course)) = fill(self, index) {
                let order = self.orders.remove(index);
                self.fill_entry(&order, quote, course);
            }
        }
    }

    fn fill_at_open_price(&mut self, index: usize) -> Option<(Quote, Course)> {
        let [open, ..] = self.prices();
        let costs = self.book.settings.costs;
        let Order { request, .. } = &mut self.orders[index];
        let sign = if request.size.amount() < 0.0 { -1.0 } else { 1.0 };
        if let Some(stop) = request.stop {
            if sign * open < sign * stop {
                return None;
            }
            request.stop = None;
        }
        let reached = |limit: f64| sign * costs.quoted(open, sign) <= sign * limit;
        if request.limit.is_some_and(|limit| !reached(limit)) {
            return None;
        }
        Some((Quote { mark: open, limit: request.limit }, Course::Open))
    }

    fn fill_within_price(&mut self, index: usize) -> Option<(Quote, Course)> {
        let [_, high, low, close] = self.prices();
        let costs = self.book.settings.costs;
        let Order { request, .. } = &mut self.orders[index];
        // A sale mirrors a purchase.
        let sign = if request.size.amount() < 0.0 { -1.0 } else { 1.0 };
        let (best, worst) = if sign > 0.0 { (low, high) } else { (high, low) };
        let reached = |price: f64, limit: f64| sign * costs.quoted(price, sign) <= sign * limit;
        match (request.stop, request.limit) {
            (None, None) => None,
            (None, Some(limit)) => reached(best, limit)
                .then_some((Quote { mark: limit, limit: Some(limit) }, Course::Against)),
            (Some(stop), limit) => {
                if sign * worst < sign * stop {
                    return None;
                }
                request.stop = None;
                match limit {
                    None => Some((Quote { mark: stop, limit }, Course::With)),
                    Some(price) if reached(stop, price) => {
                        Some((Quote { mark: stop, limit }, Course::With))
                    }
                    Some(price) if reached(close, price) => {
                        Some((Quote { mark: price, limit }, Course::Back))
                    }
                    Some(_) => None,
                }
            }
        }
    }

    fn exit_at_open(&self, index: usize) -> Option<(f64, Reason)> {
        let [open, ..] = self.prices();
        self.guard(index).exit_at_open(open, &self.book.settings.costs)
    }

    /// Returns the exit within the bar of a trade that was open all of it.
    fn exit_within(&self, index: usize) -> Option<(f64, Reason)> {
        let [_, high, low, _] = self.prices();
        let guard = self.guard(index);
        let (worst, best) = guard.extremes(high, low);
        guard.exit_between(worst, best, &self.book.settings.costs)
    }

    /// Returns the exit of a trade that began within the bar, if it is certain that it ended there.
    fn exit_of_new(&self, index: usize) -> Option<(f64, Reason)> {
        let [_, high, low, close] = self.prices();
        let guard = self.guard(index);
        let (worst, best) = guard.extremes(high, low);
        let (worst_after, best_after) = match self.holdings[index].course {
            Course::Open => return None,
            Course::Against => (worst, close),
            Course::With => (close, best),
            Course::Back => (close, close),
        };
        let costs = &self.book.settings.costs;
        guard.exit_between(worst_after, best_after, costs)?;
        guard.exit_between(worst, best, costs)
    }

    /// Moves the best price of each trade along.
    pub(super) fn trail(&mut self) {
        let [_, high, low, close] = self.prices();
        for index in 0..self.trades.len() {
            let mut guard = self.guard(index);
            let (_, best) = guard.extremes(high, low);
            let holding = &mut self.holdings[index];
            guard.follow(if holding.course == Course::Open { best } else { close });
            holding.best = guard.best;
            holding.course = Course::Open;
        }
    }

    fn guard(&self, index: usize) -> Guard {
        let (trade, holding) = (&self.trades[index], &self.holdings[index]);
        Guard {
            side: trade.side,
            stop_loss: trade.stop_loss,
            take_profit: trade.take_profit,
            trailing: holding.trailing,
            best: holding.best,
        }
    }
}
