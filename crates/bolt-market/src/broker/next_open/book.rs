//! Cash, what is held of each asset, and the record of both.

use super::{Rates, Settings};
use crate::broker::lot::Lot;
use crate::journal::Journal;
use crate::ledger::{Exhausted, Exit, Fill, Ledger, Reason, RejectReason, Rejection, Side};
use crate::order::Size;
use bolt_base::UnixNanos;
use bolt_memory::Refused;

const YEAR_NANOS: f64 = 365.0 * UnixNanos::DAY as f64;

/// What is held of one asset.
#[derive(Debug, Clone, Default)]
pub(crate) struct Position {
    pub(crate) asset: usize,
    /// Units held: the sum over the lots.
    pub(crate) units: f64,
    /// Last known close.
    pub(crate) mark: f64,
    /// Oldest first, all of one side.
    pub(crate) lots: Vec<Lot>,
}

impl Position {
    pub(crate) fn new(asset: usize) -> Self {
        Self { asset, ..Self::default() }
    }

    /// Takes a close as the last known one if it is a price.
    pub(crate) fn see_close(&mut self, close: f64) {
        if is_known(close) {
            self.mark = close;
        }
    }

    /// Makes `ratio` units of each; returns whether it did.
    pub(crate) fn split(&mut self, ratio: f64) -> bool {
        if ratio == 1.0 || ratio.is_nan() || ratio <= 0.0 {
            return false;
        }
        self.mark /= ratio;
        for lot in &mut self.lots {
            lot.size *= ratio;
            lot.entry_price /= ratio;
        }
        self.sum_units();
        true
    }

    fn sum_units(&mut self) {
        self.units = self.lots.iter().fold(0.0, |units, lot| units + lot.side.sign() * lot.size);
    }
}

/// Cash and the ledger of what was done with it, whatever the number of assets.
#[derive(Debug)]
pub(crate) struct Book<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) bar: usize,
    pub(crate) cash: f64,
    pub(crate) ledger: Journal,
}

impl<'a> Book<'a> {
    /// Returns the book of an account before the first of so many bars.
    pub(crate) fn new(settings: &'a Settings, bars: usize) -> Result<Self, Refused> {
        Ok(Self { settings, bar: 0, cash: settings.cash, ledger: Journal::new(bars)? })
    }

    /// Returns the account's value if each position is worth its last known close.
    pub(crate) fn equity(&self, positions: &[Position]) -> f64 {
        positions.iter().fold(self.cash, |equity, held| equity + held.units * held.mark)
    }

    pub(crate) fn reject(&mut self, asset: usize, size: Size, reason: RejectReason) {
        self.ledger.rejected.push(Rejection { asset, bar: self.bar, size, reason });
    }

    /// Pays and earns interest for the time since the bar before.
    pub(crate) fn pay_interest(&mut self, times: Option<&[UnixNanos]>, positions: &mut [Position]) {
        let (Some(times), Some(before)) = (times, self.bar.checked_sub(1)) else { return };
        let years = times[self.bar].0.wrapping_sub(times[before].0) as f64 / YEAR_NANOS;
        let Rates { credit, debit, borrow } = self.settings.rates;
        let short_value =
            positions.iter().fold(0.0, |value, held| value + (-held.units).max(0.0) * held.mark);
        let interest = if self.cash < 0.0 {
            self.cash * debit
        } else {
            (self.cash - short_value).max(0.0) * credit
        };
        self.cash += interest * years;
        for Position { mark, lots, .. } in positions.iter_mut().filter(|held| held.units < 0.0) {
            for lot in lots {
                let fee = lot.size * *mark * borrow * years;
                self.cash -= fee;
                lot.income -= fee;
            }
        }
    }

    pub(crate) fn pay_dividend(&mut self, position: &mut Position, dividend: f64) {
        if dividend != 0.0 && !dividend.is_nan() {
            for lot in &mut position.lots {
                let amount = lot.side.sign() * lot.size * dividend;
                self.cash += amount;
                lot.income += amount;
            }
        }
    }

    /// Buys or sells what makes a new lot.
    pub(crate) fn open(&mut self, position: &mut Position, side: Side, size: f64, price: f64) {
        let (asset, bar, sign) = (position.asset, self.bar, side.sign());
        let fees = self.settings.costs.fees(size, price);
        self.cash = self.cash - sign * size * price - fees;
        let units = sign * size;
        self.ledger.fills.push(Fill { asset, bar, units, price, fees, reason: Reason::Signal });
        let lot = Lot { asset, side, size, entry_bar: bar, entry_price: price, fees, income: 0.0 };
        self.ledger.make_room(&mut position.lots);
        position.lots.push(lot);
        position.sum_units();
    }

    /// Closes a part of a lot.
    pub(crate) fn close(
        &mut self,
        position: &mut Position,
        index: usize,
        size: f64,
        price: f64,
        reason: Reason,
    ) {
        let fees = self.settings.costs.fees(size, price);
        self.record_exit(position, position.lots[index].side, size, price, fees, reason);
        self.end_lot(position, index, size, price, fees, reason);
        position.sum_units();
    }

    /// Closes units of lots, oldest first, in one order.
    pub(crate) fn close_oldest(
        &mut self,
        position: &mut Position,
        size: f64,
        price: f64,
        reason: Reason,
    ) {
        let Some(side) = position.lots.first().map(|lot| lot.side) else { return };
        let fees = self.settings.costs.fees(size, price);
        self.record_exit(position, side, size, price, fees, reason);
        let all = size >= position.units.abs();
        let mut left = size;
        while let Some(lot) = position.lots.first()
            && (all || left > 0.0)
        {
            let part = if all { lot.size } else { left.min(lot.size) };
            self.end_lot(position, 0, part, price, fees * (part / size), reason);
            left -= part;
        }
        position.sum_units();
    }

    /// Closes all that is held, at what is offered where the bars show a price.
    pub(crate) fn close_whole(&mut self, position: &mut Position, shown: f64, reason: Reason) {
        let price = self.settings.costs.taken(shown, -position.units.signum());
        self.close_oldest(position, position.units.abs(), price, reason);
    }

    fn record_exit(
        &mut self,
        position: &Position,
        side: Side,
        size: f64,
        price: f64,
        fees: f64,
        reason: Reason,
    ) {
        let units = -side.sign() * size;
        self.cash = self.cash - units * price - fees;
        let fill = Fill { asset: position.asset, bar: self.bar, units, price, fees, reason };
        self.ledger.fills.push(fill);
    }

    fn end_lot(
        &mut self,
        position: &mut Position,
        index: usize,
        size: f64,
        price: f64,
        fees: f64,
        reason: Reason,
    ) {
        let exit = Exit { bar: self.bar, price, reason };
        let lot = &mut position.lots[index];
        self.ledger.trades.push(lot.close(size, exit, fees));
        if lot.size <= 0.0 {
            position.lots.remove(index);
        }
    }

    /// Notes equity at the close; returns whether everything has to be closed.
    pub(crate) fn note_equity(&mut self, positions: &[Position]) -> bool {
        let equity = self.equity(positions);
        self.ledger.equity.push(equity);
        if self.ledger.exhausted.is_some() {
            return false;
        }
        if equity <= 0.0 {
            self.ledger.exhausted = Some(Exhausted { bar: self.bar });
            return true;
        }
        let value = positions.iter().fold(0.0, |value, held| value + held.units.abs() * held.mark);
        value > 0.0 && equity < self.settings.margin.maintenance * value
    }

    /// Lists what is still open, closed before if the settings say so.
    pub(crate) fn finish(mut self, positions: &mut [Position]) -> Result<Ledger, Refused> {
        if self.settings.finalize {
            for position in positions.iter_mut() {
                let last = position.mark;
                self.close_whole(position, last, Reason::Finalize);
            }
            if let Some(last) = self.ledger.equity.last_mut() {
                *last = self.cash;
            }
        }
        for position in positions {
            let open = position.lots.iter().map(|lot| lot.open(position.mark));
            self.ledger.trades.extend(open);
        }
        self.ledger.finish()
    }
}

/// Returns whether a price of a bar is unknown or not positive.
#[inline]
pub(crate) fn is_gap([open, high, low, close]: [f64; 4]) -> bool {
    let positive = (open > 0.0) & (high > 0.0) & (low > 0.0) & (close > 0.0);
    !(positive & is_finite(open + high + low + close))
}

/// Returns whether a price is a positive number.
#[inline]
pub(crate) fn is_known(price: f64) -> bool {
    (price > 0.0) & is_finite(price)
}

/// As [`f64::is_finite`], but by arithmetic, which is faster where the number is at hand.
#[expect(clippy::eq_op, reason = "infinity less infinity is not a number")]
#[inline]
fn is_finite(number: f64) -> bool {
    number - number == 0.0
}
