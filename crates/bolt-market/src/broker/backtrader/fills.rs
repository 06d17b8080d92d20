//! Accepting and filling the orders of one bar.

use super::{Account, Sums};
use crate::ledger::{Fill, Reason, RejectReason, Side};
use crate::order::{Order, OrderId, Purpose, Size, TradeId};
use crate::strategy::OpenTrade;

/// Cash and position as an execution changes them.
#[derive(Debug, Clone, Copy)]
struct Balance {
    cash: f64,
    units: f64,
    average: f64,
}

/// What one execution does to a balance.
#[derive(Debug, Clone, Copy)]
struct Execution {
    /// Units that reduce the position, and units that add to it; signed as the order.
    closed: f64,
    opened: f64,
    /// Balance after both.
    after: Balance,
    /// Whether cash sufficed.
    paid: bool,
}

fn execute(balance: Balance, units: f64, price: f64, rate: f64) -> Execution {
    let Balance { mut cash, units: held, average } = balance;
    let total = held + units;
    let (closed, mut opened) = if held * units >= 0.0 {
        (0.0, units)
    } else if held * total >= 0.0 {
        (units, 0.0)
    } else {
        (-held, total)
    };
    cash -= closed * price + closed.abs() * price * rate;
    let mut after = Balance { cash, units: total, average };
    let mut paid = true;
    if opened != 0.0 {
        cash -= opened * price + opened.abs() * price * rate;
        paid = cash >= 0.0;
        if paid {
            after.cash = cash;
            after.average =
                if closed == 0.0 { (held * average + opened * price) / total } else { price };
        } else {
            opened = 0.0;
            after.units = held + closed;
        }
    }
    Execution { closed, opened, after, paid }
}

impl Account<'_> {
    /// Checks the cash of the orders handed in since the last bar.
    pub(super) fn accept_orders(&mut self) {
        let mut cash = self.cash;
        let waiting: Vec<OrderId> = self.orders.iter().map(|order| order.id).collect();
        for id in waiting {
            let Some(index) = self.index_of(id) else { continue };
            if self.states[index].accepted {
                continue;
            }
            let request = self.orders[index].request;
            let last = self.prices.close[self.bar - 1];
            let price = request.stop.or(request.limit).unwrap_or(last);
            let units = request.size.amount();
            cash -= units * price + units.abs() * price * self.settings.commission;
            if cash >= 0.0 {
                self.states[index].accepted = true;
            } else {
                self.drop_order(index);
            }
        }
    }

    fn drop_order(&mut self, index: usize) {
        let (order, state) = self.remove(index);
        self.reject(order.request.size, RejectReason::Unaffordable);
        self.end_with(&order, &state);
    }

    /// Looks at each active order once, in the order of submission.
    pub(super) fn fill_orders(&mut self) {
        let waiting: Vec<OrderId> = self.orders.iter().map(|order| order.id).collect();
        for id in waiting {
            let Some(index) = self.index_of(id) else { continue };
            if !self.states[index].active {
                continue;
            }
            match self.fill_price(index) {
                Some(price) => self.fill(index, price),
                None => self.trail(index),
            }
        }
    }

    /// Lets a trailing stop follow the close.
    fn trail(&mut self, index: usize) {
        let sign = if self.states[index].buys { 1.0 } else { -1.0 };
        let request = &mut self.orders[index].request;
        if let (Some(stop), Some(distance)) = (request.stop, request.trailing_stop)
            && self.orders[index].purpose.protects()
        {
            let level = distance.beyond(self.prices.close[self.bar], sign);
            if sign * level < sign * stop {
                self.orders[index].request.stop = Some(level);
            }
        }
    }

    fn fill_price(&mut self, index: usize) -> Option<f64> {
        let (open, close) = (self.prices.open[self.bar], self.prices.close[self.bar]);
        let (high, low) = (self.prices.high[self.bar], self.prices.low[self.bar]);
        let request = &mut self.orders[index].request;
        // Selling mirrors buying.
        let sign = if self.states[index].buys { 1.0 } else { -1.0 };
        let (open, close) = (sign * open, sign * close);
        let (high, low) = if sign > 0.0 { (high, low) } else { (-low, -high) };
        let limit_fill = |limit: f64| {
            if open <= limit {
                Some(open)
            } else if low <= limit {
                Some(limit)
            } else {
                None
            }
        };
        let stop = request.stop.map(|stop| sign * stop);
        let limit = request.limit.map(|limit| sign * limit);
        let fill = match (limit, stop) {
            (None, None) => Some(open),
            (Some(limit), None) => limit_fill(limit),
            (None, Some(stop)) if open >= stop => Some(open),
            (None, Some(stop)) => (high >= stop).then_some(stop),
            (Some(limit), Some(stop)) if open >= stop => {
                request.stop = None;
                limit_fill(limit)
            }
            (Some(limit), Some(stop)) if high >= stop => {
                request.stop = None;
                if limit >= stop {
                    Some(stop)
                } else if (open > close || (open == close && sign < 0.0)) && limit >= close {
                    Some(limit)
                } else {
                    None
                }
            }
            (Some(_), Some(_)) => None,
        };
        fill.map(|price| sign * price)
    }

    fn fill(&mut self, index: usize, price: f64) {
        let units = self.orders[index].request.size.amount();
        let execution = execute(self.balance(), units, price, self.settings.commission);
        let order = self.orders[index];
        if execution.closed + execution.opened != 0.0 {
            self.book(&order, &execution, price);
        }
        if !execution.paid {
            self.drop_order(index);
            return;
        }
        self.end_group(&order);
        let Some(index) = self.index_of(order.id) else { return };
        let left = units - (execution.closed + execution.opened);
        if left != 0.0 {
            // Rounding of a reversal leaves a speck of the order waiting.
            self.orders[index].request.size = Size::Units(left);
        } else {
            let (order, state) = self.remove(index);
            self.filled.push(order.id);
            if state.parent.is_some() {
                self.end_bracket(&order, &state);
            }
        }
    }

    fn book(&mut self, order: &Order, execution: &Execution, price: f64) {
        let rate = self.settings.commission;
        let Execution { closed, opened, after, paid: _ } = *execution;
        let reason = match (order.purpose, order.request.trailing_stop) {
            (Purpose::Entry, _) => Reason::Signal,
            (Purpose::Close(_), _) => Reason::Signal,
            (Purpose::StopLoss(_), None) => Reason::StopLoss,
            (Purpose::StopLoss(_), Some(_)) => Reason::TrailingStop,
            (Purpose::TakeProfit(_), _) => Reason::TakeProfit,
        };
        let (closed_value, opened_value) = (closed.abs() * price, opened.abs() * price);
        let fees = closed_value * rate + opened_value * rate;
        let units = closed + opened;
        self.ledger.fills.push(Fill { asset: 0, bar: self.bar, units, price, fees, reason });
        Balance { cash: self.cash, units: self.units, average: self.average } = after;
        if closed != 0.0 {
            self.sums.closed += closed.abs();
            self.sums.closed_value += closed_value;
            self.sums.fees += closed_value * rate;
            if after.units == opened
                && let Some(open) = self.trades.pop()
            {
                self.end_trade(&open, reason);
            }
        }
        if opened != 0.0 {
            if self.trades.is_empty() {
                self.begin_trade(order, opened);
            }
            self.sums.opened += opened.abs();
            self.sums.opened_value += opened_value;
            self.sums.fees += opened_value * rate;
        }
        if let Some(open) = self.trades.first_mut() {
            open.size = after.units.abs();
            open.entry_price = after.average;
        }
    }

    fn begin_trade(&mut self, order: &Order, opened: f64) {
        self.sums = Sums::default();
        self.max_bars = order.request.max_bars;
        self.trades.push(OpenTrade {
            id: TradeId(order.id.0),
            side: if opened > 0.0 { Side::Long } else { Side::Short },
            size: 0.0,
            entry_bar: self.bar,
            entry_price: 0.0,
            stop_loss: None,
            take_profit: None,
        });
    }

    fn balance(&self) -> Balance {
        Balance { cash: self.cash, units: self.units, average: self.average }
    }
}
