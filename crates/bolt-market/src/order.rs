//! What a strategy asks a broker for: orders, sizes and levels.
//!
//! An [`OrderRequest`] says what is wanted; which price it fills at, when, and what it costs is the
//! business of the convention it runs under (see [`crate::broker`]).

use crate::ledger::Side;

/// Identifies an order within one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderId(pub u64);

/// Identifies a trade within one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TradeId(pub u64);

/// How much to buy (positive) or sell (negative).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// A number of units.
    Units(f64),
    /// An amount of the account's currency, fees included.
    Value(f64),
    /// A fraction of equity, fees included.
    EquityFraction(f64),
    /// A fraction of what cash and margin allow to be bought or sold at the fill; `1.0` is all.
    AvailableFraction(f64),
    /// Whatever brings the position to this signed fraction of equity.
    Target(f64),
}

impl Size {
    /// Returns the signed number inside.
    pub fn amount(self) -> f64 {
        match self {
            Self::Units(amount)
            | Self::Value(amount)
            | Self::EquityFraction(amount)
            | Self::AvailableFraction(amount)
            | Self::Target(amount) => amount,
        }
    }

    /// Returns a size of the same kind with another number.
    #[must_use]
    pub fn with_amount(self, amount: f64) -> Self {
        match self {
            Self::Units(_) => Self::Units(amount),
            Self::Value(_) => Self::Value(amount),
            Self::EquityFraction(_) => Self::EquityFraction(amount),
            Self::AvailableFraction(_) => Self::AvailableFraction(amount),
            Self::Target(_) => Self::Target(amount),
        }
    }

    /// Returns the same size in the other direction.
    #[must_use]
    pub fn reversed(self) -> Self {
        self.with_amount(-self.amount())
    }
}

/// A distance from a price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distance {
    /// A fraction of the price it is measured from.
    Fraction(f64),
    /// An amount in units of price.
    Absolute(f64),
}

impl Distance {
    /// Returns the price that lies this far above (`direction` 1) or below (-1) `from`.
    pub fn beyond(self, from: f64, direction: f64) -> f64 {
        match self {
            Self::Fraction(fraction) => from * (1.0 + direction * fraction),
            Self::Absolute(amount) => from + direction * amount,
        }
    }

    /// Returns the number inside.
    pub fn amount(self) -> f64 {
        match self {
            Self::Fraction(amount) | Self::Absolute(amount) => amount,
        }
    }
}

/// Where a stop-loss or take-profit stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Level {
    /// At a price.
    Price(f64),
    /// This far from the entry, on the losing side for a stop-loss and on the winning side for a
    /// take-profit. Each convention says which price counts as the entry.
    Away(Distance),
}

impl Level {
    /// Returns the price of the level for an entry at `entry`; `direction` is 1 if the level lies
    /// above it, -1 if below.
    pub fn price(self, entry: f64, direction: f64) -> f64 {
        match self {
            Self::Price(price) => price,
            Self::Away(distance) => distance.beyond(entry, direction),
        }
    }
}

/// A group of orders of which the first to fill cancels the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OneCancelsOther(pub u32);

/// An order: market unless it has a limit or a stop price.
///
/// With both it is a stop-limit order: the stop price wakes it, then it is a limit order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderRequest {
    /// How much, and in which direction.
    pub size: Size,
    /// Fill at this price or better.
    pub limit: Option<f64>,
    /// Wait until the price has reached this one, moving in the order's direction.
    pub stop: Option<f64>,
    /// Close the trade this order opens at a loss.
    pub stop_loss: Option<Level>,
    /// Close the trade this order opens at a profit.
    pub take_profit: Option<Level>,
    /// Close the trade this order opens when the price has come back this far from its best.
    pub trailing_stop: Option<Distance>,
    /// Close the trade this order opens after so many bars.
    pub max_bars: Option<usize>,
    /// Cancel the rest of the group once this order fills.
    pub one_cancels_other: Option<OneCancelsOther>,
}

impl OrderRequest {
    /// Returns a market order of a signed size.
    pub fn new(size: Size) -> Self {
        Self {
            size,
            limit: None,
            stop: None,
            stop_loss: None,
            take_profit: None,
            trailing_stop: None,
            max_bars: None,
            one_cancels_other: None,
        }
    }

    /// Returns a market order that buys; `size` is positive.
    pub fn buy(size: Size) -> Self {
        Self::new(size)
    }

    /// Returns a market order that sells; `size` is positive.
    pub fn sell(size: Size) -> Self {
        Self::new(size.reversed())
    }

    /// Returns the direction, or `None` if the size is zero or not a number.
    ///
    /// Of a [`Size::Target`] it is the side of the position aimed at.
    pub fn side(&self) -> Option<Side> {
        let amount = self.size.amount();
        if amount > 0.0 {
            Some(Side::Long)
        } else if amount < 0.0 {
            Some(Side::Short)
        } else {
            None
        }
    }
}

/// What a pending order is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The strategy's own order.
    Entry,
    /// Closes a trade, or a part of it, at the next opportunity.
    Close(TradeId),
    /// The stop-loss of a trade.
    StopLoss(TradeId),
    /// The take-profit of a trade.
    TakeProfit(TradeId),
}

impl Purpose {
    /// Returns whether the order lives and dies with the trade it protects.
    pub fn protects(self) -> bool {
        matches!(self, Self::StopLoss(_) | Self::TakeProfit(_))
    }
}

/// An order that waits to be filled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Order {
    /// Its identity.
    pub id: OrderId,
    /// What it is for.
    pub purpose: Purpose,
    /// What was asked for; a stop price that has been reached is gone from it.
    pub request: OrderRequest,
}
