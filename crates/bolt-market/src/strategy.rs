//! The two sides of an order-based backtest: the strategy that decides and the broker it talks to.
//!
//! The same [`Strategy`] runs under every order-based convention of [`crate::broker`]; it sees
//! the account only through [`Broker`], and the future through nothing.

use crate::ledger::Side;
use crate::order::{Order, OrderId, OrderRequest, TradeId};

/// A decision maker, called once a bar after the broker has processed that bar.
pub trait Strategy {
    /// Looks at the account as of the close of bar [`Broker::bar`] and asks for what it wants.
    ///
    /// Data of later bars must not be read; the engine cannot see what a strategy captured, but a
    /// run over the first bars only gives the first results of the whole run if it is not.
    fn next(&mut self, broker: &mut dyn Broker);
}

impl<F: FnMut(&mut dyn Broker)> Strategy for F {
    fn next(&mut self, broker: &mut dyn Broker) {
        self(broker);
    }
}

/// A trade that is open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenTrade {
    /// Its identity.
    pub id: TradeId,
    /// Long or short.
    pub side: Side,
    /// Units, positive.
    pub size: f64,
    /// Index of the bar in which it began.
    pub entry_bar: usize,
    /// Price per unit, spread and slippage included.
    pub entry_price: f64,
    /// Price of its stop-loss.
    pub stop_loss: Option<f64>,
    /// Price of its take-profit.
    pub take_profit: Option<f64>,
}

impl OpenTrade {
    /// Returns the units, negative for a short trade.
    pub fn units(&self) -> f64 {
        self.side.sign() * self.size
    }

    /// Returns the profit or loss at a price, before costs.
    pub fn gain(&self, price: f64) -> f64 {
        self.units() * (price - self.entry_price)
    }
}

/// An account with one asset, as a strategy sees it at the close of a bar.
pub trait Broker {
    /// Returns the index of the bar whose close is known.
    fn bar(&self) -> usize;

    /// Returns the account's value at that close.
    fn equity(&self) -> f64;

    /// Returns what a unit is worth at that close: the last known one, splits since then counted.
    fn price(&self) -> f64;

    /// Returns the cash balance.
    fn cash(&self) -> f64;

    /// Returns the units held, negative if short.
    fn position(&self) -> f64;

    /// Returns the open trades, oldest first.
    fn trades(&self) -> &[OpenTrade];

    /// Returns the orders that wait, in the order in which the broker looks at them.
    fn orders(&self) -> &[Order];

    /// Hands in an order. An order that cannot be accepted is dropped and listed among the
    /// ledger's rejections.
    fn submit(&mut self, request: OrderRequest) -> OrderId;

    /// Withdraws an order; does nothing if it is no longer waiting.
    fn cancel(&mut self, order: OrderId);

    /// Moves or removes the stop-loss of a trade; does nothing if the trade is not open.
    fn set_stop_loss(&mut self, trade: TradeId, price: Option<f64>);

    /// Moves or removes the take-profit of a trade; does nothing if the trade is not open.
    fn set_take_profit(&mut self, trade: TradeId, price: Option<f64>);

    /// Closes a portion in `(0, 1]` of a trade at the next opportunity; does nothing if the trade
    /// is not open.
    fn close(&mut self, trade: TradeId, portion: f64);

    /// Closes every open trade at the next opportunity.
    fn close_all(&mut self) {
        for index in 0..self.trades().len() {
            let trade = self.trades()[index].id;
            self.close(trade, 1.0);
        }
    }

    /// Withdraws every order but stop-losses and take-profits.
    fn cancel_all(&mut self) {
        let orders = self.orders().iter().filter(|order| !order.purpose.protects());
        for order in orders.map(|order| order.id).collect::<Vec<_>>() {
            self.cancel(order);
        }
    }
}
