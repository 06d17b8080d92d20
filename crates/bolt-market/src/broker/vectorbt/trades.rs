//! Trades from fills: one for each exit, at the average price of the entries before it.

use super::execution::{Done, add};
use crate::journal::Growing;
use crate::ledger::{Exit, Reason, Side, Trade};

/// The open position of one asset and the trades that have ended.
#[derive(Debug, Default)]
pub(super) struct Trades {
    asset: usize,
    units: f64,
    entry_bar: usize,
    /// Sums over the entries of the open position, less their share in its exits.
    size: f64,
    value: f64,
    fees: f64,
    ended: Growing<Trade>,
}

impl Trades {
    pub(super) fn new(asset: usize) -> Self {
        Self { asset, ..Self::default() }
    }

    pub(super) fn book(&mut self, bar: usize, done: &Done, reason: Reason) {
        let Done { units, price, fees } = *done;
        let before = self.units;
        self.units = add(before, units);
        let size = units.abs();
        if before == 0.0 {
            (self.entry_bar, self.size, self.value, self.fees) = (bar, 0.0, 0.0, 0.0);
        } else if before * units < 0.0 {
            let closed = size.min(before.abs());
            self.end(
                before,
                closed,
                Some(Exit { bar, price, reason }),
                price,
                fees * closed / size,
            );
            if before * self.units < 0.0 {
                let opened = self.units.abs();
                self.entry_bar = bar;
                self.size = opened;
                self.value = opened * price;
                self.fees = fees * opened / size;
            }
            return;
        }
        self.size += size;
        self.value += size * price;
        self.fees += fees;
    }

    fn end(&mut self, units: f64, size: f64, exit: Option<Exit>, price: f64, exit_fees: f64) {
        let side = if units > 0.0 { Side::Long } else { Side::Short };
        let entry_price = self.value / self.size;
        let entry_fees = self.fees * size / self.size;
        let fees = entry_fees + exit_fees;
        self.size = units.abs() - size;
        self.value = entry_price * self.size;
        self.fees -= entry_fees;
        self.ended.push(Trade {
            asset: self.asset,
            side,
            size,
            entry_bar: self.entry_bar,
            entry_price,
            exit,
            pnl: side.sign() * add(size * price, -(size * entry_price)) - entry_fees - exit_fees,
            fees,
        });
    }

    /// Returns the trades, an open one last and valued at `price`.
    pub(super) fn finish(mut self, price: f64) -> Growing<Trade> {
        if self.units != 0.0 {
            self.end(self.units, self.units.abs(), None, price, 0.0);
        }
        self.ended
    }
}
