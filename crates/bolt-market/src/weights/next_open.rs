//! Weights under the next-open convention.

use super::schedule::Schedule;
use super::{PanelMarket, Rebalance, WeightRules};
use crate::broker::Error;
use crate::broker::next_open::Settings;
use crate::broker::next_open::book::{Book, Position, is_gap};
use crate::broker::next_open::sizing::{Funds, Quote};
use crate::ledger::{Exhausted, Ledger, Reason, RejectReason, Side};
use crate::ohlc::Ohlc;
use crate::order::Size;

pub(super) fn run(
    market: &PanelMarket<'_>,
    weights: &[f64],
    rules: &WeightRules,
    settings: &Settings,
) -> Result<Ledger, Error> {
    settings.check(market.times)?;
    let mut account = Account {
        market,
        rules,
        book: Book::new(settings, market.bars())?,
        positions: (0..market.assets).map(Position::new).collect(),
        targets: vec![None; market.assets],
        liquidate: vec![false; market.assets],
        opens: vec![f64::NAN; market.assets],
        schedule: Schedule::new(market, rules.rebalance, settings.first_bar),
    };
    for (bar, weights) in weights.chunks_exact(market.assets).enumerate() {
        account.process_bar(bar);
        if bar >= settings.first_bar && account.book.ledger.exhausted.is_none() {
            account.decide(weights);
        }
    }
    Ok(account.book.finish(&mut account.positions)?)
}

struct Account<'a> {
    market: &'a PanelMarket<'a>,
    rules: &'a WeightRules,
    book: Book<'a>,
    positions: Vec<Position>,
    /// The order of each asset that waits for its next open, as a fraction of equity.
    targets: Vec<Option<f64>>,
    /// Whether the next open of each asset closes its position.
    liquidate: Vec<bool>,
    /// The open of each asset at the bar, NaN if it has none.
    opens: Vec<f64>,
    schedule: Schedule<'a>,
}

/// An order that fills at the open.
#[derive(Debug, Clone, Copy)]
struct Order {
    asset: usize,
    target: f64,
    side: Side,
    /// Units of the other side that it closes.
    closing: f64,
}

/// What an order opens.
#[derive(Debug)]
struct Wish<'a> {
    order: Order,
    /// The account before anything is opened.
    funds: Funds<'a>,
    units: f64,
    /// What that takes of free equity.
    need: f64,
}

/// The account at the opens of a bar.
#[derive(Debug, Clone, Copy)]
struct Totals {
    equity: f64,
    margin: f64,
}

impl<'a> Account<'a> {
    fn process_bar(&mut self, bar: usize) {
        self.book.bar = bar;
        let PanelMarket { prices, times, dividends, splits, .. } = *self.market;
        let row = |matrix| self.market.row(matrix, bar);
        if let Some(splits) = splits {
            for (position, ratio) in self.positions.iter_mut().zip(row(splits)) {
                position.split(*ratio);
            }
        }
        self.book.pay_interest(times, &mut self.positions);
        if let Some(dividends) = dividends {
            for (position, dividend) in self.positions.iter_mut().zip(row(dividends)) {
                self.book.pay_dividend(position, *dividend);
            }
        }
        self.see_opens(prices);
        self.fill_at_open();
        for (position, close) in self.positions.iter_mut().zip(row(prices.close)) {
            position.see_close(*close);
        }
        if self.book.note_equity(&self.positions) {
            self.liquidate.fill(true);
        }
        if self.book.ledger.exhausted == Some(Exhausted { bar }) {
            (0..self.targets.len()).for_each(|asset| self.reject(asset, RejectReason::Stopped));
        }
    }

    fn see_opens(&mut self, prices: Ohlc<'_>) {
        let Ohlc { open, high, low, close } = prices;
        let first = self.book.bar * self.market.stride;
        for (asset, to) in self.opens.iter_mut().enumerate() {
            let at = first + asset;
            let gap = is_gap([open[at], high[at], low[at], close[at]]);
            *to = if gap { f64::NAN } else { open[at] };
        }
    }

    /// Drops the order of an asset, if there is one.
    fn reject(&mut self, asset: usize, reason: RejectReason) {
        if let Some(target) = self.targets[asset].take() {
            self.book.reject(asset, Size::Target(target), reason);
        }
    }

    fn fill_at_open(&mut self) {
        for asset in 0..self.opens.len() {
            let open = self.opens[asset];
            if self.liquidate[asset] && !open.is_nan() {
                self.liquidate[asset] = false;
                self.reject(asset, RejectReason::Liquidated);
                self.book.close_whole(&mut self.positions[asset], open, Reason::MarginCall);
            }
        }
        let orders = self.take_orders();
        for order in orders.iter().filter(|order| order.closing > 0.0) {
            let position = &mut self.positions[order.asset];
            let price = self.book.settings.costs.taken(self.opens[order.asset], order.side.sign());
            self.book.close_oldest(position, order.closing, price, Reason::Signal);
        }
        self.fill_openings(orders);
    }

    /// Takes the orders of the assets that open, sized by the equity before any of them.
    fn take_orders(&mut self) -> Vec<Order> {
        let totals = self.totals();
        let mut orders = Vec::new();
        for asset in 0..self.opens.len() {
            if self.opens[asset].is_nan() {
                continue;
            }
            let Some(target) = self.targets[asset].take() else { continue };
            if let Some((side, closing)) = self.funds(asset, totals).closing(Size::Target(target)) {
                orders.push(Order { asset, target, side, closing });
            }
        }
        orders
    }

    /// Fills what orders open, cut down to what equity covers.
    fn fill_openings(&mut self, orders: Vec<Order>) {
        let totals = self.totals();
        let wish = |order| self.wish(order, totals);
        let wishes: Vec<Wish<'_>> = orders.into_iter().filter_map(wish).collect();
        let free = totals.equity - totals.margin;
        let total: f64 = wishes.iter().map(|wish| wish.need).sum();
        for wish in wishes {
            let budget = if total > free { free * (wish.need / total) } else { free };
            self.fill_opening(&wish, budget);
        }
    }

    /// Returns what an order opens; `None` if nothing.
    fn wish(&self, order: Order, totals: Totals) -> Option<Wish<'a>> {
        let Order { asset, target, side, .. } = order;
        let funds = self.funds(asset, totals);
        let units = side.sign() * funds.missing(target);
        let other_side_left = side.sign() * funds.units < 0.0;
        // Costs have made the target smaller than what is held. (Below zero equity has turned its
        // sign, and there is nothing to pay it with.)
        let is_exceeded = units <= 0.0 && totals.equity >= 0.0;
        if other_side_left || target == 0.0 || is_exceeded {
            return None;
        }
        let units = units.abs();
        Some(Wish { order, funds, units, need: funds.need(units, side) })
    }

    fn fill_opening(&mut self, wish: &Wish<'_>, budget: f64) {
        let Wish { order: Order { asset, target, side, closing }, funds, units, .. } = *wish;
        let size = if budget > 0.0 {
            funds.allowed(units.min(funds.affordable(budget, side)), closing)
        } else {
            Err(RejectReason::Unaffordable)
        };
        match size {
            Ok(units) if units > 0.0 => {
                self.book.open(&mut self.positions[asset], side, units, funds.price(side));
            }
            Ok(_) => {}
            Err(reason) => self.book.reject(asset, Size::Target(target), reason),
        }
    }

    /// Returns equity and margin at the opens, at last known closes where there are none.
    fn totals(&self) -> Totals {
        let initial = self.book.settings.margin.initial;
        let mut totals = Totals { equity: self.book.cash, margin: 0.0 };
        for (position, open) in self.positions.iter().zip(&self.opens) {
            let price = if open.is_nan() { position.mark } else { *open };
            totals.equity += position.units * price;
            totals.margin += initial * position.units.abs() * price;
        }
        totals
    }

    fn funds(&self, asset: usize, Totals { equity, margin }: Totals) -> Funds<'a> {
        let quote = Quote { mark: self.opens[asset], limit: None };
        let (settings, units) = (self.book.settings, self.positions[asset].units);
        Funds { settings, equity, margin, units, quote }
    }

    fn decide(&mut self, weights: &[f64]) {
        self.schedule.begin(self.book.bar);
        let equity = self.book.equity(&self.positions);
        for (asset, weight) in weights.iter().enumerate() {
            let target = self.rules.target(*weight);
            let value = self.positions[asset].units * self.positions[asset].mark;
            let wanted = match self.rules.rebalance {
                Rebalance::Outside(band) => {
                    let closes = target == 0.0 && value != 0.0;
                    closes || (value / equity - target).abs() > band
                }
                _ => true,
            };
            if self.schedule.is_due(asset, *weight) && wanted {
                self.targets[asset] = Some(target);
            }
        }
    }
}
