//! Simulation of given orders over several columns that share one account.

use super::execution::{Holding, Purse, Scope, Want, execute};
use super::trades::Trades;
use super::{Amount, Direction, Error, Settings};
use crate::broker::check_length;
use crate::journal::Journal;
use crate::ledger::{Fill, Ledger, Reason, RejectReason, Rejection};
use crate::order::Size;

/// The sequence in which the orders of a bar are executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// By column.
    InOrder,
    /// By value, so that sales come before purchases.
    SalesFirst,
}

/// What is simulated. Panels are time-major: the value of asset `a` at bar `t` stands at
/// `t * assets + a`.
#[derive(Debug, Clone, Copy)]
pub struct Orders<'a> {
    /// Number of assets.
    pub assets: usize,
    /// Closes, which value the positions; NaN where there is none.
    pub close: &'a [f64],
    /// Order prices; the closes if absent.
    pub price: Option<&'a [f64]>,
    /// Sizes; NaN for no order.
    pub size: &'a [f64],
    /// How sizes are given.
    pub amount: Amount,
    /// Whether sizes are positions to arrive at.
    pub target: bool,
    /// Whether positions may be long, short or both.
    pub direction: Direction,
    /// The sequence within a bar.
    pub calls: Calls,
}

struct Group<'a> {
    orders: &'a Orders<'a>,
    settings: &'a Settings,
    purse: Purse,
    holdings: Vec<Holding>,
    /// Last known order price of each asset.
    values: Vec<f64>,
    trades: Vec<Trades>,
    ledger: Journal,
}

/// Simulates the orders of a panel.
///
/// # Errors
/// If a panel's length is not a multiple of the number of assets, panels differ in length or a
/// setting is out of its range.
pub fn run_orders(orders: &Orders<'_>, settings: &Settings) -> Result<Ledger, Error> {
    settings.check()?;
    let Orders { assets, close, price, size, .. } = *orders;
    check_length("close", close.len(), close.len() / assets.max(1) * assets)?;
    check_length("size", size.len(), close.len())?;
    check_length("price", price.map_or(close.len(), <[f64]>::len), close.len())?;
    let mut group = Group {
        orders,
        settings,
        purse: Purse::new(settings.cash),
        holdings: vec![Holding::default(); assets],
        values: vec![f64::NAN; assets],
        trades: (0..assets).map(Trades::new).collect(),
        ledger: Journal::new(close.len() / assets.max(1))?,
    };
    let mut marks: Vec<f64> = (0..assets).map(|asset| first_known(close, assets, asset)).collect();
    for (bar, closes) in close.chunks_exact(assets.max(1)).enumerate() {
        group.step(bar);
        for (asset, close) in closes.iter().enumerate().filter(|(_, close)| !close.is_nan()) {
            marks[asset] = *close;
        }
        let value = group.value(&marks);
        group.ledger.equity.push(value);
    }
    for (trades, mark) in group.trades.into_iter().zip(marks) {
        trades.finish(mark).append_to(&mut group.ledger.trades);
    }
    Ok(group.ledger.finish()?)
}

fn first_known(panel: &[f64], assets: usize, asset: usize) -> f64 {
    let mut column = panel.iter().skip(asset).step_by(assets);
    column.find(|value| !value.is_nan()).copied().unwrap_or(f64::NAN)
}

impl Group<'_> {
    fn value(&self, marks: &[f64]) -> f64 {
        let positions = self.holdings.iter().zip(marks).filter(|(held, _)| held.units != 0.0);
        positions.fold(self.purse.cash, |value, (held, mark)| value + held.units * mark)
    }

    fn step(&mut self, bar: usize) {
        let assets = self.orders.assets;
        let row = bar * assets..(bar + 1) * assets;
        let prices = &self.orders.price.unwrap_or(self.orders.close)[row.clone()];
        let sizes = &self.orders.size[row];
        for (value, price) in self.values.iter_mut().zip(prices) {
            if !price.is_nan() {
                *value = *price;
            }
        }
        let value = self.value(&self.values);
        let mut calls: Vec<usize> = (0..assets).collect();
        if self.orders.calls == Calls::SalesFirst {
            let worth = |asset: usize| self.worth(asset, sizes[asset], value);
            let worth: Vec<f64> = (0..assets).map(worth).collect();
            calls.sort_by(|a, b| worth[*a].total_cmp(&worth[*b]));
        }
        for asset in calls {
            if !sizes[asset].is_nan() {
                self.order(bar, asset, sizes[asset], prices[asset], value);
            }
        }
    }

    /// Returns about what an order is worth, negative for a sale.
    fn worth(&self, asset: usize, size: f64, value: f64) -> f64 {
        let size = if self.orders.direction == Direction::Short { -size } else { size };
        let (held, price) = (self.holdings[asset].units, self.values[asset]);
        let worth = match (self.orders.amount, self.orders.target) {
            (Amount::Units, false) => size * price,
            (Amount::Units, true) => (size - held) * price,
            (Amount::Value, false) => size,
            (Amount::Value, true) => size - held * price,
            (Amount::Percent, true) => size * value - held * price,
            (Amount::Percent, false) if size > 0.0 => size * self.purse.cash,
            (Amount::Percent, false) if self.orders.direction == Direction::Long => {
                size * held * price
            }
            (Amount::Percent, false) => size * self.purse.free,
        };
        if worth.is_nan() { 0.0 } else { worth }
    }

    /// Returns what an order asks for.
    fn units(&self, asset: usize, size: f64, value: f64) -> Option<Want> {
        let size = if self.orders.direction == Direction::Short { -size } else { size };
        let (held, price) = (self.holdings[asset].units, self.values[asset]);
        let units = match (self.orders.amount, self.orders.target) {
            (Amount::Units, _) => size,
            (Amount::Value, _) => size / price,
            (Amount::Percent, false) => return Some(Want::Percent(size)),
            (Amount::Percent, true) if value > 0.0 => size * value / price,
            (Amount::Percent, true) => return None,
        };
        let units = if self.orders.target { units - held } else { units };
        (!units.is_nan()).then_some(Want::Units(units))
    }

    fn order(&mut self, bar: usize, asset: usize, size: f64, price: f64, value: f64) {
        let scope = match self.orders.direction {
            Direction::Long => Scope::Long,
            Direction::Short => Scope::Short,
            Direction::Both => Scope::Both,
        };
        let done = match self.units(asset, size, value) {
            Some(want) => execute(
                &mut self.purse,
                &mut self.holdings[asset],
                want,
                price,
                scope,
                self.settings,
            ),
            None => Err(RejectReason::Malformed),
        };
        match done {
            Ok(done) => {
                let fill = Fill {
                    asset,
                    bar,
                    units: done.units,
                    price: done.price,
                    fees: done.fees,
                    reason: Reason::Signal,
                };
                self.ledger.fills.push(fill);
                self.trades[asset].book(bar, &done, Reason::Signal);
            }
            Err(reason) => {
                let size = Size::Units(size);
                self.ledger.rejected.push(Rejection { asset, bar, size, reason });
            }
        }
    }
}
