//! A lot: units bought or sold at one price, until they are closed, oldest first.

use crate::ledger::{Exit, Side, Trade};

/// Units of one entry that are still held.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lot {
    pub(crate) asset: usize,
    pub(crate) side: Side,
    /// Units, positive.
    pub(crate) size: f64,
    pub(crate) entry_bar: usize,
    pub(crate) entry_price: f64,
    /// Fees of the entry.
    pub(crate) fees: f64,
    /// Dividends received less dividends and borrow fees paid.
    pub(crate) income: f64,
}

impl Lot {
    /// Takes `size` units out of the lot, with their share of fees and income, and returns them as
    /// a trade that ended.
    pub(crate) fn close(&mut self, size: f64, exit: Exit, exit_fees: f64) -> Trade {
        let (fees, income) = if size >= self.size {
            (self.fees, self.income)
        } else {
            let share = size / self.size;
            (self.fees * share, self.income * share)
        };
        self.size -= size;
        self.fees -= fees;
        self.income -= income;
        self.trade(size, exit.price, fees + exit_fees, income, Some(exit))
    }

    /// Returns the lot as an open trade, valued at a price.
    pub(crate) fn open(&self, price: f64) -> Trade {
        self.trade(self.size, price, self.fees, self.income, None)
    }

    fn trade(&self, size: f64, price: f64, fees: f64, income: f64, exit: Option<Exit>) -> Trade {
        let gain = self.side.sign() * size * (price - self.entry_price);
        Trade {
            asset: self.asset,
            side: self.side,
            size,
            entry_bar: self.entry_bar,
            entry_price: self.entry_price,
            exit,
            pnl: gain - fees + income,
            fees,
        }
    }
}
