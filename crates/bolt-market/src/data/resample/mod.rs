//! Coarser bars: from bars or from trades, by time or by activity.
//!
//! A bar opens at the first price of its rows, closes at the last, and its high, low and volume are
//! the highest, lowest and sum. Other columns keep their last value unless told otherwise. NaN is
//! left out; a bar without any value has NaN. A bar's time is the beginning of its grid cell; of
//! bars by activity it is the time of their first row, made later by a nanosecond where it would
//! repeat. Cells without rows make no bar.
//!
//! | bars of | end when |
//! |---|---|
//! | [`BarRule::Every`] | the time of the grid is over |
//! | [`BarRule::Rows`] | so many rows (trades, ticks) are in |
//! | [`BarRule::Volume`] | the volume reached so much; the row that reaches it is the last |
//! | [`BarRule::Value`] | price times volume reached so much |

mod bins;

pub use bins::Anchor;

pub(crate) use bins::period;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use bolt_base::UnixNanos;

use super::bars::Bars;
use super::column::Column;
use super::error::DataError;
use super::frame::TimeBasis;
use super::interval::Interval;
use super::trades::Trades;
use super::zone::Zone;
use bins::{Bin, Bins};

/// When a bar ends. Parses and shows `5m` (any [`Interval`]), `100t` rows, `1000v` volume and `1e6$`
/// value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BarRule {
    /// After a time.
    Every(Interval),
    /// After a number of rows, at least 1.
    Rows(usize),
    /// After a volume above 0.
    Volume(f64),
    /// After a value (price times volume) above 0.
    Value(f64),
}

impl fmt::Display for BarRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(interval) => interval.fmt(f),
            Self::Rows(rows) => write!(f, "{rows}t"),
            Self::Volume(volume) => write!(f, "{volume}v"),
            Self::Value(value) => write!(f, "{value}$"),
        }
    }
}

impl FromStr for BarRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("`{text}` does not say when a bar ends; write `5m`, `100t`, `1000v` or `1e6$`")
        };
        let amount = |digits: &str| {
            digits
                .parse()
                .ok()
                .filter(|amount: &f64| *amount > 0.0 && amount.is_finite())
                .ok_or_else(wrong)
        };
        if let Some(rows) = text.strip_suffix('t') {
            return rows.parse().ok().filter(|rows| *rows > 0).map(Self::Rows).ok_or_else(wrong);
        }
        match (text.strip_suffix('v'), text.strip_suffix('$')) {
            (Some(volume), _) => amount(volume).map(Self::Volume),
            (_, Some(value)) => amount(value).map(Self::Value),
            _ => text.parse().map(Self::Every).map_err(|_| wrong()),
        }
    }
}

/// What becomes of the values of a further column in a coarser bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Combine {
    /// The first value.
    First,
    /// The last value.
    Last,
    /// The highest value.
    Max,
    /// The lowest value.
    Min,
    /// The sum.
    Sum,
    /// The mean of the values that there are.
    Mean,
}

/// How to resample.
#[derive(Debug, Clone, Default)]
pub struct ResampleOptions {
    /// Where bars by time begin.
    pub anchor: Anchor,
    /// The zone of [`Anchor::Midnight`]; that of the data if not given.
    pub zone: Option<Zone>,
    /// What becomes of columns; [`Combine::Last`] for columns that are neither prices nor volume
    /// and not listed.
    pub combine: Vec<(String, Combine)>,
}

/// Coarser bars, and what came of the rows.
#[derive(Debug, Clone)]
pub struct Resampled {
    /// The bars.
    pub bars: Bars,
    /// Whether the last bar may lack rows: the data end before its time is over, or before it
    /// reached its rows, volume or value.
    pub last_is_partial: bool,
    /// Rows that lie in no session.
    pub rows_outside: u64,
}

/// Makes coarser bars of bars.
///
/// # Errors
/// If the rule asks for finer bars, needs a volume and there is none, the interval cannot be aligned
/// so, or `combine` names no column.
pub fn resample(
    bars: &Bars,
    rule: BarRule,
    options: &ResampleOptions,
) -> Result<Resampled, DataError> {
    check_coarser(bars, rule)?;
    let source = Source {
        symbol: &bars.symbol,
        basis: &bars.basis,
        step: bars.interval.map_or(0, Interval::nominal_nanos),
        times: bars.timestamps(),
        price: bars.close(),
        volume: bars.volume().map(|volume| &**volume),
        columns: bars.columns().map(|(name, column)| (name, name, &**column)).collect(),
    };
    source.resample(rule, options)
}

/// Refuses to make finer bars than there are: they would be the same bars under another name.
fn check_coarser(bars: &Bars, rule: BarRule) -> Result<(), DataError> {
    match (rule, bars.interval) {
        (BarRule::Every(wanted), Some(found)) if wanted.nominal_nanos() < found.nominal_nanos() => {
            Err(DataError::Mismatch(format!(
                "cannot make bars of {wanted}: the data are bars of {found}, and nothing is known \
                 of what lies between"
            )))
        }
        _ => Ok(()),
    }
}

/// Makes bars of trades: price to open, high, low and close, size to volume, and a column
/// `trades` with their number.
///
/// # Errors
/// If the interval cannot be aligned so, or `combine` names no column.
pub fn resample_trades(
    trades: &Trades,
    rule: BarRule,
    options: &ResampleOptions,
) -> Result<Resampled, DataError> {
    let (price, size) = (trades.column("price")?, trades.column("size")?);
    let ones = vec![1.0; trades.len()];
    let mut columns: Vec<(&str, &str, &[f64])> =
        ["open", "high", "low", "close"].map(|name| (name, "price", &**price)).into();
    columns.push(("volume", "size", size));
    columns.push(("trades", "trades", &ones));
    let known = |name: &str| ["price", "size", "trades"].contains(&name);
    columns.extend(
        trades.columns().filter(|(name, _)| !known(name)).map(|(name, c)| (name, name, &**c)),
    );
    let source = Source {
        symbol: &trades.symbol,
        basis: &trades.basis,
        step: 0,
        times: trades.timestamps(),
        price,
        volume: Some(size),
        columns,
    };
    source.resample(rule, options)
}

/// Rows to be combined.
struct Source<'a> {
    symbol: &'a str,
    basis: &'a TimeBasis,
    /// How long a row lasts.
    step: i64,
    times: &'a [UnixNanos],
    price: &'a [f64],
    volume: Option<&'a [f64]>,
    /// The name of each column in the result, its name in the source, and its values.
    columns: Vec<(&'a str, &'a str, &'a [f64])>,
}

/// The rows of each bar.
struct Groups {
    groups: Vec<Group>,
    /// The rows that the groups count, if they are not all.
    kept: Option<Vec<usize>>,
    last_is_partial: bool,
}

/// Rows that make a bar, and its time.
struct Group {
    start: usize,
    end: usize,
    time: UnixNanos,
}

impl Source<'_> {
    fn resample(&self, rule: BarRule, options: &ResampleOptions) -> Result<Resampled, DataError> {
        for (name, _) in &options.combine {
            if !self.columns.iter().any(|(known, ..)| known == name) {
                let names = self.columns.iter().map(|(name, ..)| *name);
                return Err(super::error::UnknownColumn::new(name, names).into());
            }
        }
        let Groups { groups, kept, last_is_partial } = match rule {
            BarRule::Every(interval) => self.by_time(interval, options)?,
            BarRule::Rows(rows) => self.by_amount(rows as f64, |_| 1.0),
            BarRule::Volume(volume) => {
                let size = self.sizes(rule)?;
                self.by_amount(volume, |row| size[row])
            }
            BarRule::Value(value) => {
                let size = self.sizes(rule)?;
                self.by_amount(value, |row| size[row] * self.price[row])
            }
        };
        let combined = |(name, _, values): &(&str, &str, &[f64])| {
            let how = options.combine.iter().find(|(known, _)| known == name);
            let how = how.map_or_else(|| usual(name), |(_, how)| *how);
            let values: Cow<'_, [f64]> = match &kept {
                Some(rows) => rows.iter().map(|&row| values[row]).collect(),
                None => Cow::from(*values),
            };
            let column: Column =
                groups.iter().map(|g| combine(&values[g.start..g.end], how)).collect();
            ((*name).to_owned(), column)
        };
        let columns: Vec<(String, Column)> = self.columns.iter().map(combined).collect();
        let times: Column<UnixNanos> = groups.iter().map(|group| group.time).collect();
        let mut bars = Bars::of_ordered(self.symbol.to_owned(), times, columns)?;
        bars.interval = match rule {
            BarRule::Every(interval) => Some(interval),
            BarRule::Rows(_) | BarRule::Volume(_) | BarRule::Value(_) => None,
        };
        let zone = match (&options.anchor, &options.zone) {
            (Anchor::Midnight, Some(zone)) => zone,
            _ => &self.basis.zone,
        };
        bars.basis = TimeBasis::of(zone.clone(), self.basis.source, bars.timestamps());
        let rows_outside = kept.map_or(0, |kept| self.times.len() - kept.len()) as u64;
        Ok(Resampled { bars, last_is_partial, rows_outside })
    }

    fn sizes(&self, rule: BarRule) -> Result<&[f64], DataError> {
        self.volume.ok_or_else(|| {
            DataError::Mismatch(format!("bars of `{rule}` need a volume, and there is none"))
        })
    }

    fn by_time(&self, interval: Interval, options: &ResampleOptions) -> Result<Groups, DataError> {
        let zone = options.zone.as_ref().unwrap_or(&self.basis.zone);
        let mut bins = Bins::new(interval, &options.anchor, zone)?;
        let mut groups: Vec<Group> = Vec::new();
        let mut kept = Vec::new();
        let mut bin: Option<Bin> = None;
        for (row, &at) in self.times.iter().enumerate() {
            if bin.is_none_or(|bin| at.0 >= bin.unbroken_until) {
                let Some(found) = bins.bin_of(at) else { continue };
                if bin.is_none_or(|bin| bin.start != found.start) {
                    let (start, time) = (kept.len(), UnixNanos(found.start));
                    groups.push(Group { start, end: start, time });
                }
                bin = Some(found);
            }
            kept.push(row);
            if let Some(group) = groups.last_mut() {
                group.end = kept.len();
            }
        }
        let last = self.times.last().map_or(i64::MAX, |at| at.0.saturating_add(self.step.max(1)));
        let last_is_partial = bin.is_some_and(|bin| last < bin.end);
        let kept = Some(kept).filter(|kept| kept.len() < self.times.len());
        Ok(Groups { groups, kept, last_is_partial })
    }

    /// Groups rows until their amounts sum up to `limit`.
    fn by_amount(&self, limit: f64, amount: impl Fn(usize) -> f64) -> Groups {
        let mut groups: Vec<Group> = Vec::new();
        let mut filled = limit;
        for (row, &time) in self.times.iter().enumerate() {
            match groups.last_mut() {
                Some(group) if filled < limit => group.end = row + 1,
                last => {
                    let after = last.map_or(i64::MIN, |group| group.time.0.saturating_add(1));
                    let time = UnixNanos(time.0.max(after));
                    groups.push(Group { start: row, end: row + 1, time });
                    filled = 0.0;
                }
            }
            let more = amount(row);
            filled += if more > 0.0 { more } else { 0.0 };
        }
        Groups { groups, kept: None, last_is_partial: filled < limit }
    }
}

/// What becomes of a column that nothing was said about.
fn usual(name: &str) -> Combine {
    match name {
        "open" => Combine::First,
        "high" => Combine::Max,
        "low" => Combine::Min,
        "volume" | "trades" => Combine::Sum,
        _ => Combine::Last,
    }
}

fn combine(values: &[f64], how: Combine) -> f64 {
    let mut present = values.iter().copied().filter(|value| !value.is_nan());
    let sum = |values: &mut dyn Iterator<Item = f64>| values.reduce(|a, b| a + b);
    let combined = match how {
        Combine::First => present.next(),
        Combine::Last => present.next_back(),
        Combine::Max => present.reduce(f64::max),
        Combine::Min => present.reduce(f64::min),
        Combine::Sum => sum(&mut present),
        Combine::Mean => {
            let count = present.clone().count() as f64;
            sum(&mut present).map(|sum| sum / count)
        }
    };
    combined.unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests;
