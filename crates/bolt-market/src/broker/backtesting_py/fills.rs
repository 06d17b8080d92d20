//! Filling the orders of one bar.

use super::{Account, Routine, price};
use crate::broker::floor_divide;
use crate::ledger::{Exit, Fill, Reason, RejectReason, Side, Trade};
use crate::order::{Order, OrderId, OrderRequest, Purpose, Size, TradeId};
use crate::strategy::{Broker, OpenTrade};

impl Account<'_> {
    /// Looks at each waiting order once; returns whether they must be looked at once more.
    pub(super) fn process_orders(&mut self) -> bool {
        let mut again = false;
        let waiting: Vec<OrderId> = self.orders.iter().map(|order| order.id).collect();
        for id in waiting {
            let Some(index) = self.orders.iter().position(|order| order.id == id) else { continue };
            let order = self.orders[index];
            let Some(price) = self.fill_price(index) else { continue };
            self.orders.remove(index);
            let market = order.request.stop.is_none() && order.request.limit.is_none();
            let bar = if market && self.settings.trade_on_close { self.bar - 1 } else { self.bar };
            let (trade, reason) = match order.purpose {
                Purpose::Entry => {
                    again |= self.fill_entry(&order, price, bar);
                    continue;
                }
                Purpose::Close(trade) => (trade, Reason::Signal),
                Purpose::StopLoss(trade) => (trade, Reason::StopLoss),
                Purpose::TakeProfit(trade) => (trade, Reason::TakeProfit),
            };
            self.fill_exit(&order, trade, price, bar, reason);
        }
        again
    }

    /// Returns the price at which an order fills in this bar, before the spread.
    fn fill_price(&mut self, index: usize) -> Option<f64> {
        let (open, high, low) = self.open_high_low();
        let Order { purpose, request, .. } = &mut self.orders[index];
        let buys = request.size.amount() > 0.0;
        let stop = request.stop;
        if let Some(stop) = stop {
            let reached = if buys { high >= stop } else { low <= stop };
            if !reached {
                return None;
            }
            request.stop = None;
        }
        if let Some(limit) = request.limit {
            let reached = if buys { low <= limit } else { high >= limit };
            let too_early =
                stop.is_some_and(|stop| if buys { limit <= stop } else { limit >= stop });
            if !reached || too_early {
                return None;
            }
            let start = stop.unwrap_or(open);
            return Some(if buys { start.min(limit) } else { start.max(limit) });
        }
        let on_close = self.settings.trade_on_close && !purpose.protects();
        let start = if on_close { self.prices.close[self.bar - 1] } else { open };
        Some(match stop {
            Some(stop) if buys => start.max(stop),
            Some(stop) => start.min(stop),
            None => start,
        })
    }

    fn fill_exit(&mut self, order: &Order, id: TradeId, price: f64, bar: usize, reason: Reason) {
        if let Some(trade) = self.trades.iter().find(|trade| trade.id == id).copied() {
            let size = order.request.size.amount().abs().min(trade.size);
            self.reduce_trade(trade, size, price, bar, reason);
        }
    }

    /// Fills an order of the strategy; returns whether its stops may act within this bar.
    fn fill_entry(&mut self, order: &Order, price: f64, bar: usize) -> bool {
        let size = order.request.size;
        let amount = size.amount().abs();
        let side = if size.amount() > 0.0 { Side::Long } else { Side::Short };
        let adjusted = price * (1.0 + side.sign() * self.settings.spread);
        let unit_cost = adjusted + self.settings.commission.of(amount, price) / amount;
        let mut units = match size {
            Size::Units(_) => amount,
            _ => floor_divide(self.purchasing_power() * amount, unit_cost).trunc(),
        };
        if units == 0.0 {
            self.reject(size, RejectReason::TooSmall);
            return false;
        }
        if !self.settings.hedging {
            units = self.net(units, side, price, bar);
        }
        if units > 0.0 && units * unit_cost > self.purchasing_power() {
            self.reject(size, RejectReason::Unaffordable);
            return false;
        }
        self.filled_groups.extend(order.request.one_cancels_other);
        if units == 0.0 {
            return false;
        }
        self.open_trade(&order.request, side, units, adjusted, bar);
        self.acts_at_once(&order.request, side)
    }

    /// Closes trades of the other side, oldest first; returns the units that are left.
    fn net(&mut self, mut units: f64, side: Side, price: f64, bar: usize) -> f64 {
        for trade in self.trades.clone() {
            if trade.side == side || units == 0.0 {
                continue;
            }
            let size = units.min(trade.size);
            self.reduce_trade(trade, size, price, bar, Reason::Signal);
            units -= size;
        }
        units
    }

    fn open_trade(&mut self, request: &OrderRequest, side: Side, size: f64, at: f64, bar: usize) {
        let fees = self.settings.commission.of(size, at);
        self.cash -= fees;
        let id = TradeId(self.next_id());
        self.ledger.make_room(&mut self.trades);
        self.trades.push(OpenTrade {
            id,
            side,
            size,
            entry_bar: bar,
            entry_price: at,
            stop_loss: None,
            take_profit: None,
        });
        self.record_fill(side.sign() * size, at, fees, bar, Reason::Signal);
        if request.take_profit.is_some() {
            self.set_take_profit(id, price(request.take_profit));
        }
        if request.stop_loss.is_some() {
            self.set_stop_loss(id, price(request.stop_loss));
        }
        let OrderRequest { trailing_stop, max_bars, .. } = *request;
        if trailing_stop.is_some() || max_bars.is_some() {
            self.routines.push(Routine { trade: id, trailing_stop, max_bars });
        }
    }

    /// Returns whether the stops of a trade that an order has just opened may end it in this bar.
    fn acts_at_once(&self, request: &OrderRequest, side: Side) -> bool {
        let (stop_loss, take_profit) = (price(request.stop_loss), price(request.take_profit));
        match (request.limit, request.stop, take_profit) {
            (None, None, _) => stop_loss.is_some() || take_profit.is_some(),
            (None, Some(_), Some(target)) => {
                let (_, high, low) = self.open_high_low();
                match side {
                    Side::Long => target <= high && stop_loss.is_none_or(|stop| stop < low),
                    Side::Short => target >= low && stop_loss.is_none_or(|stop| stop > high),
                }
            }
            _ => false,
        }
    }

    fn reduce_trade(&mut self, trade: OpenTrade, size: f64, price: f64, bar: usize, why: Reason) {
        let left = trade.size - size;
        if left <= 0.0 {
            self.close_trade(trade, price, bar, why);
            return;
        }
        if let Some(open) = self.trades.iter_mut().find(|open| open.id == trade.id) {
            open.size = left;
        }
        for order in self.orders.iter_mut().filter(|order| protects(order, trade.id)) {
            order.request.size = Size::Units(-trade.side.sign() * left);
        }
        self.settle(&OpenTrade { size, ..trade }, price, bar, why);
    }

    pub(super) fn close_trade(&mut self, trade: OpenTrade, price: f64, bar: usize, why: Reason) {
        self.trades.retain(|open| open.id != trade.id);
        self.orders.retain(|order| !protects(order, trade.id));
        self.settle(&trade, price, bar, why);
    }

    fn settle(&mut self, trade: &OpenTrade, price: f64, bar: usize, reason: Reason) {
        let exit_fees = self.settings.commission.of(trade.size, price);
        let fees = self.settings.commission.of(trade.size, trade.entry_price) + exit_fees;
        let gain = trade.gain(price);
        self.cash += gain - exit_fees;
        self.record_fill(-trade.units(), price, exit_fees, bar, reason);
        self.ledger.trades.push(Trade {
            asset: 0,
            side: trade.side,
            size: trade.size,
            entry_bar: trade.entry_bar,
            entry_price: trade.entry_price,
            exit: Some(Exit { bar, price, reason }),
            pnl: gain - fees,
            fees,
        });
    }

    fn record_fill(&mut self, units: f64, price: f64, fees: f64, bar: usize, reason: Reason) {
        self.ledger.fills.push(Fill { asset: 0, bar, units, price, fees, reason });
    }

    /// Returns the value that may be bought or sold: margin available times leverage.
    fn purchasing_power(&self) -> f64 {
        let (price, margin) = (self.close_price(), self.settings.margin);
        let used: f64 = self.trades.iter().map(|trade| trade.size * price * margin).sum();
        (self.equity() - used).max(0.0) / margin
    }

    fn open_high_low(&self) -> (f64, f64, f64) {
        (self.prices.open[self.bar], self.prices.high[self.bar], self.prices.low[self.bar])
    }
}

fn protects(order: &Order, trade: TradeId) -> bool {
    matches!(order.purpose, Purpose::StopLoss(id) | Purpose::TakeProfit(id) if id == trade)
}
