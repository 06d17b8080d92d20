//! What a backtest produces, whatever the fill convention: fills, trades and the equity curve.

use bolt_base::Bytes;

use crate::order::Size;

/// The direction of a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Bought first: gains when the price rises.
    Long,
    /// Sold first: gains when the price falls.
    Short,
}

impl Side {
    /// Returns `1.0` for long and `-1.0` for short.
    pub fn sign(self) -> f64 {
        match self {
            Self::Long => 1.0,
            Self::Short => -1.0,
        }
    }

    /// Returns the name used in results: `long` or `short`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
        }
    }
}

/// One execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Fill {
    /// Index of the asset in the panel; 0 in a run over one asset.
    pub asset: usize,
    /// Index of the bar in which it happened.
    pub bar: usize,
    /// Units bought (positive) or sold (negative).
    pub units: f64,
    /// Price per unit, spread and slippage included.
    pub price: f64,
    /// Fees paid, in the account's currency.
    pub fees: f64,
    /// Why it happened.
    pub reason: Reason,
}

/// Why a fill happened or a trade ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The strategy's signal or order.
    Signal,
    /// The trade's stop-loss.
    StopLoss,
    /// The trade's take-profit.
    TakeProfit,
    /// The trade's trailing stop.
    TrailingStop,
    /// The limit on the number of bars a trade may last.
    MaxBars,
    /// Equity fell below the maintenance margin.
    MarginCall,
    /// The end of the data, if open trades are to be closed there.
    Finalize,
}

impl Reason {
    /// Returns the name used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::StopLoss => "stop-loss",
            Self::TakeProfit => "take-profit",
            Self::TrailingStop => "trailing-stop",
            Self::MaxBars => "max-bars",
            Self::MarginCall => "margin-call",
            Self::Finalize => "finalize",
        }
    }
}

/// The end of a trade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exit {
    /// Index of the bar in which the trade ended.
    pub bar: usize,
    /// Price per unit, spread and slippage included.
    pub price: f64,
    /// Why the trade ended.
    pub reason: Reason,
}

/// A round trip, or its first half if still open.
#[derive(Debug, Clone, PartialEq)]
pub struct Trade {
    /// Index of the asset in the panel; 0 in a run over one asset.
    pub asset: usize,
    /// Long or short.
    pub side: Side,
    /// Units, positive.
    pub size: f64,
    /// Index of the bar in which the trade began.
    pub entry_bar: usize,
    /// Price per unit, spread and slippage included.
    pub entry_price: f64,
    /// The end, or `None` while the trade is open.
    pub exit: Option<Exit>,
    /// Profit or loss net of costs; of an open trade, at the last close.
    pub pnl: f64,
    /// Fees of entry and exit together.
    pub fees: f64,
}

impl Trade {
    /// Returns profit or loss as a fraction of the entry value.
    pub fn return_fraction(&self) -> f64 {
        self.pnl / (self.size * self.entry_price)
    }
}

/// An order that was dropped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rejection {
    /// Index of the asset in the panel; 0 in a run over one asset.
    pub asset: usize,
    /// Index of the bar in which it was dropped.
    pub bar: usize,
    /// What was asked for.
    pub size: Size,
    /// Why it was dropped.
    pub reason: RejectReason,
}

/// Why an order was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RejectReason {
    /// Cash or margin did not suffice.
    Unaffordable,
    /// The size came to less than a lot, or to less than the smallest order allowed.
    TooSmall,
    /// The largest position allowed was already held.
    PositionLimit,
    /// A stop-loss, limit or take-profit stood on the wrong side of the price.
    LevelsOutOfOrder,
    /// A size or price was not a number the convention accepts.
    Malformed,
    /// The convention has no such order.
    Unsupported,
    /// A margin call dropped all orders.
    Liquidated,
    /// Trading had ended.
    Stopped,
}

impl RejectReason {
    /// Returns the name used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unaffordable => "unaffordable",
            Self::TooSmall => "too-small",
            Self::PositionLimit => "position-limit",
            Self::LevelsOutOfOrder => "levels-out-of-order",
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::Liquidated => "liquidated",
            Self::Stopped => "stopped",
        }
    }
}

/// Trading ended before the data did: equity was used up at the close of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted {
    /// Index of that bar.
    pub bar: usize,
}

/// The result of one backtest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ledger {
    /// Account value at each bar's close; one value a bar.
    pub equity: Vec<f64>,
    /// Executions in the order in which they happened.
    pub fills: Vec<Fill>,
    /// Trades in the order in which they ended, open ones last.
    pub trades: Vec<Trade>,
    /// Orders that were dropped, in the order in which that happened.
    pub rejected: Vec<Rejection>,
    /// Whether, and when, the account ran out of equity.
    pub exhausted: Option<Exhausted>,
}

impl Ledger {
    /// Returns the memory that the ledger has allocated.
    pub fn allocated(&self) -> Bytes {
        fn of<T>(values: &Vec<T>) -> usize {
            values.capacity() * size_of::<T>()
        }
        let Self { equity, fills, trades, rejected, exhausted: _ } = self;
        Bytes((of(equity) + of(fills) + of(trades) + of(rejected)) as u64)
    }
}
