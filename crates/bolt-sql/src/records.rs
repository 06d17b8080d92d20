//! What the store holds: plain structs, converted from engines' types by whoever calls.
//!
//! Numbers come back as they went in, with two exceptions that SQLite makes: a NaN that is allowed
//! (figures, `pnl`, `equity`, `cash`) is stored as `NULL` and comes back as the standard NaN, and
//! `-0.0` may come back as `0.0`. Infinities are stored as they are.

use std::collections::BTreeMap;
use std::fmt;

use bolt_base::{Rng, UnixNanos};

use crate::error::ErrorKind;

/// The name of a run, such as `20260131-142512-7k3f9x0a`: the second (UTC) in which it was
/// recorded and eight random characters. Ids sort by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub(crate) String);

impl RunId {
    /// Where the random characters begin.
    pub(crate) const RANDOM_FROM: usize = "YYYYMMDD-HHMMSS-".len();

    pub(crate) fn draw(created: UnixNanos, rng: &mut Rng) -> Self {
        const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let (year, month, day) = created.date();
        let seconds = created.nanos_of_day() / 1_000_000_000;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let bits = rng.next_u64();
        let random: String =
            (0..8).map(|i| char::from(DIGITS[(bits >> (5 * i)) as usize % 32])).collect();
        Self(format!("{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}-{random}"))
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What kind of work a run was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunKind {
    /// One backtest.
    Backtest,
    /// A grid of backtests.
    Sweep,
    /// Optimised and tested on windows that move forward.
    WalkForward,
}

impl RunKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Backtest, Self::Sweep, Self::WalkForward];

    /// Returns the name used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Backtest => "backtest",
            Self::Sweep => "sweep",
            Self::WalkForward => "walk-forward",
        }
    }
}

/// What is recorded of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// When it was recorded.
    pub created: UnixNanos,
    /// What kind of work it was.
    pub kind: RunKind,
    /// The name that the user gave it, or an empty text.
    pub name: String,
    /// The formula or strategy.
    pub formula: String,
    /// A JSON object of everything needed to repeat it: data with its hash, settings, version, seed.
    pub manifest: String,
    /// Summary figures by name. A figure that is not defined is NaN.
    pub figures: BTreeMap<String, f64>,
}

impl Run {
    pub(crate) fn check(&self) -> Result<(), ErrorKind> {
        match serde_json::from_str::<serde_json::Map<_, _>>(&self.manifest) {
            Ok(_) => Ok(()),
            Err(error) => {
                Err(ErrorKind::Invalid(format!("the run's manifest is not a JSON object: {error}")))
            }
        }
    }
}

/// A run as it stands in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// Its id.
    pub id: RunId,
    /// What is recorded of it.
    pub run: Run,
}

/// The direction of a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Bought first.
    Long,
    /// Sold first.
    Short,
}

impl Side {
    /// Returns the name used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
        }
    }
}

/// A round trip, or its first half if still open.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeRecord {
    /// When it began.
    pub timestamp: UnixNanos,
    /// What was traded.
    pub symbol: String,
    /// Long or short.
    pub side: Side,
    /// Units, positive.
    pub size: f64,
    /// Price per unit, costs of execution included. Prices may be negative.
    pub entry_price: f64,
    /// The end, or `None` while the trade is open.
    pub exit: Option<TradeExit>,
    /// Profit or loss net of costs; NaN if it is not known.
    pub pnl: f64,
    /// Fees of entry and exit together.
    pub fees: f64,
}

/// The end of a trade.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeExit {
    /// When; not before the trade began.
    pub timestamp: UnixNanos,
    /// Price per unit, costs of execution included.
    pub price: f64,
    /// Why, such as `signal` or `stop-loss`.
    pub reason: String,
}

impl TradeRecord {
    /// `position` is the trade's place among those that are being written.
    pub(crate) fn check(&self, position: usize) -> Result<(), ErrorKind> {
        let refuse = |what: String| {
            let symbol = &self.symbol;
            Err(ErrorKind::Invalid(format!("trade {position} (`{symbol}`) has {what}")))
        };
        let numbers = [("entry price", Some(self.entry_price)), ("fees", Some(self.fees))];
        let exit_price = ("exit price", self.exit.as_ref().map(|exit| exit.price));
        for (name, value) in numbers.into_iter().chain([exit_price]) {
            if let Some(value) = value.filter(|value| !value.is_finite()) {
                return refuse(format!("the {name} {value}, which is no number"));
            }
        }
        if !(self.size.is_finite() && self.size > 0.0) {
            return refuse(format!("the size {}, which is not a positive number", self.size));
        }
        match &self.exit {
            Some(exit) if exit.timestamp < self.timestamp => refuse(format!(
                "its end {} before its beginning {}",
                exit.timestamp, self.timestamp
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// A portfolio at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct PortfolioPoint {
    /// The time.
    pub date: UnixNanos,
    /// Value of the account.
    pub equity: f64,
    /// The part of it that is not invested.
    pub cash: f64,
    /// Units held by symbol, negative if sold short; finite.
    pub positions: BTreeMap<String, f64>,
    /// Prices that the positions were valued at, as far as they are known; finite.
    pub prices: BTreeMap<String, f64>,
    /// What a unit of a position was bought or sold for, as far as it is known; finite.
    pub costs: BTreeMap<String, f64>,
}

impl PortfolioPoint {
    pub(crate) fn check(&self) -> Result<(), ErrorKind> {
        let Self { date, equity: _, cash: _, positions, prices, costs } = self;
        let columns = [("units", positions), ("as the price", prices), ("as the cost", costs)];
        for (what, numbers) in columns {
            if let Some((symbol, number)) = numbers.iter().find(|(_, number)| !number.is_finite()) {
                return Err(ErrorKind::Invalid(format!(
                    "the portfolio holds {number} {what} of `{symbol}` on {date}, which is no number"
                )));
            }
        }
        Ok(())
    }
}
