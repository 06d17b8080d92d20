//! What an order comes to at the price it fills at.

use super::Settings;
use super::account::{Account, Course};
use crate::broker::costs::round_to_lot;
use crate::ledger::{Reason, RejectReason, Side};
use crate::order::{Order, Size};

/// The price of a fill: what the bar shows there, and a limit that it is not to be worse than.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quote {
    pub(crate) mark: f64,
    pub(crate) limit: Option<f64>,
}

/// A size before what can be paid for is known.
enum Wish {
    Units(f64),
    /// Units that costs may make smaller.
    About(f64),
    /// All that this budget covers.
    Budget(f64),
}

/// A relative difference that rounding can make.
const ROUNDING: f64 = 1e-9;

/// A fraction of equity too small for a trade to be meant.
const DUST: f64 = 1e-12;

/// An account at the moment of a fill in one of its assets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Funds<'a> {
    pub(crate) settings: &'a Settings,
    /// The account's value at the prices of the moment.
    pub(crate) equity: f64,
    /// What of it covers the margin of all that is held.
    pub(crate) margin: f64,
    /// Units held of the asset.
    pub(crate) units: f64,
    pub(crate) quote: Quote,
}

impl Account<'_> {
    fn funds(&self, quote: Quote) -> Funds<'_> {
        Funds::of_one(self.book.settings, self.book.cash, self.position.units, quote)
    }

    /// Fills an order of the strategy: closes the other side, then opens what is left.
    pub(super) fn fill_entry(&mut self, order: &Order, quote: Quote, course: Course) {
        let size = order.request.size;
        let Some((side, closing)) = self.funds(quote).closing(size) else { return };
        let price = self.funds(quote).price(side);
        let mut filled = closing > 0.0;
        if filled {
            self.close_oldest(closing, price, Reason::Signal);
        }
        let other_side_left = self.position.units * side.sign() < 0.0;
        if !other_side_left && !matches!(size, Size::Target(0.0)) {
            match self.funds(quote).opening(size, side, closing) {
                Ok(units) if units > 0.0 => {
                    self.open_trade(&order.request, side, units, price, course);
                    filled = true;
                }
                Ok(_) => {}
                Err(reason) => self.reject(size, reason),
            }
        }
        if filled && let Some(group) = order.request.one_cancels_other {
            self.orders.retain(|waiting| waiting.request.one_cancels_other != Some(group));
        }
    }
}

impl<'a> Funds<'a> {
    /// Returns those of an account with one asset.
    #[inline]
    pub(crate) fn of_one(settings: &'a Settings, cash: f64, units: f64, quote: Quote) -> Self {
        let equity = cash + units * quote.mark;
        let margin = settings.margin.initial * units.abs() * quote.mark;
        Self { settings, equity, margin, units, quote }
    }

    /// Returns what may be spent on margin and costs.
    #[inline]
    pub(crate) fn free(&self) -> f64 {
        self.equity - self.margin
    }

    /// Returns the price an order of this direction fills at.
    #[inline]
    pub(crate) fn price(&self, side: Side) -> f64 {
        let taken = self.settings.costs.taken(self.quote.mark, side.sign());
        match (self.quote.limit, side) {
            (None, _) => taken,
            (Some(limit), Side::Long) => taken.min(limit),
            (Some(limit), Side::Short) => taken.max(limit),
        }
    }

    /// Returns the direction of an order and the units of the other side that it closes; `None` if
    /// there is nothing to do.
    pub(crate) fn closing(&self, size: Size) -> Option<(Side, f64)> {
        let held = self.units;
        let change = match size {
            Size::Target(fraction) if self.is_met(fraction) => return None,
            Size::Target(fraction) => self.missing(fraction),
            size => size.amount(),
        };
        let side = if change > 0.0 {
            Side::Long
        } else if change < 0.0 {
            Side::Short
        } else {
            return None;
        };
        let against = (-side.sign() * held).max(0.0);
        let units = match size {
            Size::AvailableFraction(_) => f64::INFINITY,
            Size::Target(fraction) if fraction * held <= 0.0 => f64::INFINITY,
            Size::Units(_) | Size::Target(_) => change.abs(),
            Size::Value(_) | Size::EquityFraction(_) => self.units_for(size, side).max(0.0),
        };
        if units >= against {
            Some((side, against))
        } else {
            Some((side, round_to_lot(units, self.settings.lot)))
        }
    }

    /// Returns the units that a value, or a fraction of equity, pays for with the fees.
    fn units_for(&self, size: Size, side: Side) -> f64 {
        let budget = match size {
            Size::EquityFraction(fraction) => fraction.abs() * self.equity,
            size => size.amount().abs(),
        };
        let price = self.price(side);
        self.settings.costs.affordable(budget, price, price)
    }

    /// Returns the units an order opens, after it has closed `closed` units.
    #[inline]
    pub(crate) fn opening(&self, size: Size, side: Side, closed: f64) -> Result<f64, RejectReason> {
        let (initial, mark) = (self.settings.margin.initial, self.quote.mark);
        let free = self.free();
        let wish = match size {
            Size::Units(units) => Wish::Units(units.abs() - closed),
            Size::Value(_) => Wish::Units(self.units_for(size, side) - closed),
            Size::EquityFraction(_) => Wish::About(self.units_for(size, side) - closed),
            Size::AvailableFraction(fraction) => Wish::Budget(fraction.abs() * free),
            Size::Target(fraction) => Wish::About(self.missing(fraction).abs()),
        };
        let most = self.affordable(free, side);
        let units = match wish {
            Wish::Units(units) if units <= most * (1.0 + ROUNDING) => units,
            Wish::About(units) if units * initial * mark <= free * (1.0 + ROUNDING) => {
                units.min(most)
            }
            // The usual wish, everything, has been computed just now.
            Wish::Budget(budget) if budget == free => most,
            Wish::Budget(budget) => self.affordable(budget, side).min(most),
            Wish::Units(_) | Wish::About(_) => return Err(RejectReason::Unaffordable),
        };
        if matches!(wish, Wish::Budget(_)) {
            self.limit(units)
        } else {
            self.allowed(units, closed)
        }
    }

    /// Returns how many of the units that are left of an order it opens, after it has closed some.
    pub(crate) fn allowed(&self, units: f64, closed: f64) -> Result<f64, RejectReason> {
        if closed > 0.0 && units <= 0.0 { Ok(0.0) } else { self.limit(units) }
    }

    /// Returns the units that a target is away, negative if they are to be sold.
    #[inline]
    pub(crate) fn missing(&self, fraction: f64) -> f64 {
        fraction * self.equity / self.quote.mark - self.units
    }

    /// Returns whether a position differs from a target by no more than rounding errors.
    fn is_met(&self, fraction: f64) -> bool {
        let difference = (self.missing(fraction) * self.quote.mark).abs();
        fraction != 0.0 && difference <= DUST * self.equity.abs()
    }

    /// Returns what opening a unit takes besides fees: its margin, and what it is bought too dear.
    #[inline]
    fn unit_cost(&self, side: Side) -> f64 {
        let mark = self.quote.mark;
        self.settings.margin.initial * mark + (self.price(side) - mark).abs()
    }

    /// Returns what opening some units takes.
    pub(crate) fn need(&self, units: f64, side: Side) -> f64 {
        units * self.unit_cost(side) + self.settings.costs.fees(units, self.price(side))
    }

    /// Returns the units whose opening a budget covers, negative if not even the fees.
    #[inline]
    pub(crate) fn affordable(&self, budget: f64, side: Side) -> f64 {
        self.settings.costs.affordable(budget, self.unit_cost(side), self.price(side))
    }

    /// Cuts units that open a position down to what the settings allow.
    #[inline]
    fn limit(&self, units: f64) -> Result<f64, RejectReason> {
        let mark = self.quote.mark;
        let room = self.settings.maximum_position * self.equity / mark - self.units.abs();
        if room <= 0.0 {
            return Err(RejectReason::PositionLimit);
        }
        let units = round_to_lot(units.min(room), self.settings.lot);
        if units > 0.0 && units * mark >= self.settings.minimum_value {
            Ok(units)
        } else {
            Err(RejectReason::TooSmall)
        }
    }
}
