//! A strategy that does what a recorded script says.

use bolt_market::order::{Level, OrderRequest, Size};
use bolt_market::strategy::{Broker, Strategy};
use serde_json::Value;

/// Performs the actions recorded for each bar, and notes what it saw before.
pub(crate) struct Script<'a> {
    actions: &'a Value,
    /// Bar, equity, position, number of orders and of trades at each call.
    pub(crate) seen: Vec<[f64; 5]>,
}

impl<'a> Script<'a> {
    pub(crate) fn new(actions: &'a Value) -> Self {
        Self { actions, seen: Vec::new() }
    }
}

impl Strategy for Script<'_> {
    fn next(&mut self, broker: &mut dyn Broker) {
        self.seen.push([
            broker.bar() as f64,
            broker.equity(),
            broker.position(),
            broker.orders().len() as f64,
            broker.trades().len() as f64,
        ]);
        let actions = self.actions[broker.bar().to_string()].as_array();
        for action in actions.into_iter().flatten() {
            perform(action, broker);
        }
    }
}

fn perform(action: &Value, broker: &mut dyn Broker) {
    let index = action["index"].as_u64().unwrap_or(0) as usize;
    let trade = broker.trades().get(index).map(|trade| trade.id);
    let level = action["level"].as_f64();
    let portion = action["portion"].as_f64().unwrap_or(1.0);
    match (action["do"].as_str().unwrap(), trade) {
        ("order", _) => {
            broker.submit(request(action));
        }
        ("close_position", _) => {
            for trade in broker.trades().to_vec() {
                broker.close(trade.id, portion);
            }
        }
        ("close_trade", Some(trade)) => broker.close(trade, portion),
        ("set_sl", Some(trade)) => broker.set_stop_loss(trade, level),
        ("set_tp", Some(trade)) => broker.set_take_profit(trade, level),
        ("close_trade" | "set_sl" | "set_tp", None) => {}
        ("cancel", _) => {
            let mut orders = broker.orders().iter().filter(|order| !order.purpose.protects());
            if let Some(id) = orders.nth(index).map(|order| order.id) {
                broker.cancel(id);
            }
        }
        ("cancel_all", _) => broker.cancel_all(),
        (other, _) => panic!("unknown action `{other}`"),
    }
}

/// Returns the order of an action: without a size it is for everything, below 1 a fraction of what
/// is available, else a number of units.
pub(crate) fn request(action: &Value) -> OrderRequest {
    let size = match action["size"].as_f64() {
        None => Size::AvailableFraction(1.0),
        Some(size) if size < 1.0 => Size::AvailableFraction(size),
        Some(size) => Size::Units(size),
    };
    let level = |name: &str| action[name].as_f64().map(Level::Price);
    OrderRequest {
        limit: action["limit"].as_f64(),
        stop: action["stop"].as_f64(),
        stop_loss: level("sl"),
        take_profit: level("tp"),
        ..if action["side"] == "buy" { OrderRequest::buy(size) } else { OrderRequest::sell(size) }
    }
}
