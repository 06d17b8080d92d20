//! Bars of one asset.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bolt_base::{Bytes, UnixNanos};
use bolt_memory::Reservation;

use super::calendar::Calendar;
use super::column::Column;
use super::error::{DataError, UnknownColumn};
use super::frame::{Frame, Symbols, TimeBasis, TimeSource};
use super::gaps;
use super::hash::ContentHasher;
use super::interval::Interval;
use super::report::RepairReport;
use super::zone::Zone;
use crate::ohlc::Ohlc;

/// Names with a meaning, in the order in which bars keep them.
const ORDER: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// Bars of one asset: timestamps (the opening of each bar), prices, and further columns.
///
/// There is always a `close`; `open`, `high` and `low` are there together or not at all. Columns
/// are shared and immutable, so a clone or a [`slice`](Bars::slice) costs no copy. Timestamps
/// ascend strictly in everything that readers deliver.
#[derive(Debug, Clone)]
pub struct Bars {
    /// What the asset is called; empty if unknown.
    pub symbol: String,
    /// What the timestamps mean.
    pub basis: TimeBasis,
    /// The usual time between bars, if there are two.
    pub interval: Option<Interval>,
    /// What was repaired and found missing when the bars were read.
    pub report: Arc<RepairReport>,
    /// Hash (XXH3, 128 bits) of the file the bars came from, 0 if from none.
    pub source_hash: u128,
    /// What is reserved for the columns, where a budget counts them. It is given back with the
    /// last clone or slice.
    pub memory: Option<Arc<Reservation>>,
    timestamps: Column<UnixNanos>,
    columns: Vec<(String, Column)>,
    /// The hash of both once it was asked for: who changes one of them begins anew.
    content_hash: Arc<OnceLock<u128>>,
}

impl Bars {
    /// Returns bars of columns by name, with timestamps in UTC.
    ///
    /// # Errors
    /// If there is no `close`, only some of `open`, `high` and `low`, a name twice, columns of
    /// different lengths, or timestamps that do not ascend strictly.
    pub fn new(
        symbol: impl Into<String>,
        timestamps: impl Into<Column<UnixNanos>>,
        columns: impl IntoIterator<Item = (String, Column)>,
    ) -> Result<Self, DataError> {
        let timestamps = timestamps.into();
        if let Some(row) = timestamps.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(DataError::Mismatch(format!(
                "cannot make bars: the time {} of row {} does not come after the one before it",
                timestamps[row + 1],
                row + 2
            )));
        }
        let interval = Interval::detect(&timestamps);
        let basis = TimeBasis::of(Zone::utc(), TimeSource::Naive, &timestamps);
        let bars = Self::of_ordered(symbol.into(), timestamps, columns.into_iter().collect())?;
        Ok(Self { basis, interval, ..bars })
    }

    /// The same for timestamps that are known to ascend, without their interval.
    pub(crate) fn of_ordered(
        symbol: String,
        timestamps: Column<UnixNanos>,
        mut columns: Vec<(String, Column)>,
    ) -> Result<Self, DataError> {
        let place =
            |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
        columns.sort_by_key(|(name, _)| place(name));
        check_columns(timestamps.len(), &columns).map_err(DataError::Mismatch)?;
        Ok(Self {
            symbol,
            basis: TimeBasis::default(),
            interval: None,
            report: Arc::default(),
            source_hash: 0,
            memory: None,
            timestamps,
            columns,
            content_hash: Arc::default(),
        })
    }

    /// Takes over a checked frame of one asset and looks for gaps.
    pub(crate) fn of_frame(frame: Frame, calendar: Option<&Calendar>) -> Result<Self, DataError> {
        let Frame { times, columns, symbols, basis, source_hash, mut report, .. } = frame;
        let symbol = match symbols {
            Symbols::One(name) => name.unwrap_or_default(),
            Symbols::Each { .. } => String::new(),
        };
        let columns = columns.into_iter().map(|(name, values)| (name, values.into())).collect();
        let interval = Interval::detect(&times);
        report.gaps = gaps::find(&times, interval, calendar, &basis);
        let bars = Self::of_ordered(symbol, times.into(), columns)?;
        Ok(Self { basis, interval, source_hash, report: Arc::new(report), ..bars })
    }

    /// Returns the number of bars.
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Returns whether there are no bars.
    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }

    /// Returns the opening times.
    pub fn timestamps(&self) -> &Column<UnixNanos> {
        &self.timestamps
    }

    /// Returns the closing prices.
    pub fn close(&self) -> &Column {
        let place = if self.has_range() { 3 } else { 0 };
        &self.columns[place].1
    }

    /// Returns the volumes, if known.
    pub fn volume(&self) -> Option<&Column> {
        self.get("volume")
    }

    /// Returns whether there are `open`, `high` and `low` beside `close`.
    pub fn has_range(&self) -> bool {
        self.columns[0].0 == "open"
    }

    /// Returns the prices that engines read. Of bars without a [range](Bars::has_range) the close
    /// stands for all four.
    pub fn ohlc(&self) -> Ohlc<'_> {
        let at = |place: usize| &*self.columns[if self.has_range() { place } else { 0 }].1;
        Ohlc { open: at(0), high: at(1), low: at(2), close: at(3) }
    }

    /// Returns the columns with their names: prices, volume, then the others in the order of the
    /// file.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column)> + Clone {
        self.columns.iter().map(|(name, column)| (name.as_str(), column))
    }

    /// Returns a column, if there is one of that name.
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.columns().find(|(known, _)| *known == name).map(|(_, column)| column)
    }

    /// Returns a column.
    ///
    /// # Errors
    /// If there is none of that name; the error suggests the nearest.
    pub fn column(&self, name: &str) -> Result<&Column, UnknownColumn> {
        let names = self.columns().map(|(name, _)| name);
        self.get(name).ok_or_else(|| UnknownColumn::new(name, names))
    }

    /// Returns the bars with a column added or replaced.
    ///
    /// # Errors
    /// If the column has another length, or is one of `open`, `high` and `low` alone.
    pub fn with_column(&self, name: &str, column: Column) -> Result<Self, DataError> {
        let mut columns: Vec<_> = self.columns.iter().filter(|(n, _)| n != name).cloned().collect();
        columns.push((name.to_owned(), column));
        let bars = Self::of_ordered(self.symbol.clone(), self.timestamps.clone(), columns)?;
        let Self { columns, content_hash, .. } = bars;
        Ok(Self { columns, content_hash, ..self.clone() })
    }

    /// Returns the bars under another name.
    #[must_use]
    pub fn with_symbol(self, symbol: impl Into<String>) -> Self {
        Self { symbol: symbol.into(), ..self }
    }

    /// Returns some of the bars without copying them.
    ///
    /// # Panics
    /// If the range does not lie inside.
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Self {
        let part = |(name, column): &(String, Column)| (name.clone(), column.view(rows.clone()));
        Self {
            timestamps: self.timestamps.view(rows.clone()),
            columns: self.columns.iter().map(part).collect(),
            content_hash: Arc::default(),
            ..self.clone()
        }
    }

    /// Returns the bars that open from `from` up to, not including, `to`, without copying them.
    #[must_use]
    pub fn between(&self, from: UnixNanos, to: UnixNanos) -> Self {
        let row = |time: UnixNanos| self.timestamps.partition_point(|&at| at < time);
        self.slice(row(from)..row(to).max(row(from)))
    }

    /// Returns the memory that the columns have allocated, those of all bars of which these are a
    /// slice.
    pub fn allocated(&self) -> Bytes {
        let columns = self.columns.iter().map(|(_, column)| column.allocated_bytes());
        Bytes((columns.sum::<usize>() + self.timestamps.allocated_bytes()) as u64)
    }

    /// Returns a hash (XXH3, 128 bits) of names, timestamps and the bits of all values: equal for
    /// equal data, wherever they come from. It is computed once for all clones.
    pub fn content_hash(&self) -> u128 {
        *self.content_hash.get_or_init(|| {
            let mut hasher = ContentHasher::new();
            hasher.add("", &self.timestamps);
            self.columns().for_each(|(name, column)| hasher.add(name, column));
            hasher.finish()
        })
    }
}

fn check_columns(rows: usize, columns: &[(String, Column)]) -> Result<(), String> {
    let fail = |reason: String| Err(format!("cannot make bars: {reason}"));
    if let Some((name, column)) = columns.iter().find(|(_, column)| column.len() != rows) {
        return fail(format!("`{name}` has {} values and there are {rows} times", column.len()));
    }
    let has = |name: &str| columns.iter().any(|(known, _)| known == name);
    if let Some(missing) =
        ORDER[..3].iter().find(|name| ORDER[..3].iter().any(|n| has(n)) && !has(name))
    {
        return fail(format!(
            "there is no `{missing}`; give `open`, `high` and `low`, or none of them"
        ));
    }
    if !has("close") {
        return fail("there is no `close`".to_owned());
    }
    let mut names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => fail(format!("there are two columns `{}`", pair[0])),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(count: i64) -> Vec<UnixNanos> {
        (0..count).map(|i| UnixNanos(i * 60_000_000_000)).collect()
    }

    fn column(count: usize, first: f64) -> Column {
        (0..count).map(|i| first + i as f64).collect()
    }

    fn named(names: &[&str]) -> Vec<(String, Column)> {
        names.iter().zip(1..).map(|(name, i)| (name.to_string(), column(4, f64::from(i)))).collect()
    }

    #[test]
    fn columns_have_their_roles_in_any_order() {
        let columns = named(&["vwap", "close", "volume", "low", "open", "high"]);
        let bars = Bars::new("X", times(4), columns).unwrap();
        let names: Vec<&str> = bars.columns().map(|(name, _)| name).collect();
        assert_eq!(names, ["open", "high", "low", "close", "volume", "vwap"]);
        let Ohlc { open, high, low, close } = bars.ohlc();
        assert_eq!([open[0], high[0], low[0], close[0]], [5.0, 6.0, 4.0, 2.0]);
        assert_eq!((bars.close()[1], bars.volume().unwrap()[0]), (3.0, 3.0));
        assert_eq!(bars.interval.unwrap().to_string(), "1m");
        let error = bars.column("volum").unwrap_err();
        assert_eq!(error.suggestion.as_deref(), Some("volume"));
    }

    #[test]
    fn a_close_stands_for_all_prices() {
        let bars = Bars::new("X", times(4), named(&["close"])).unwrap();
        assert!(!bars.has_range());
        assert_eq!(bars.ohlc().high, bars.ohlc().close);
        let more = bars.with_column("factor", column(4, 0.0)).unwrap();
        assert_eq!(more.column("factor").unwrap()[3], 3.0);
        assert!(bars.with_column("open", column(4, 0.0)).is_err());
    }

    #[test]
    fn parts_share_the_values() {
        let bars = Bars::new("X", times(4), named(&["close", "open", "high", "low"])).unwrap();
        let part = bars.between(UnixNanos(1), UnixNanos(180_000_000_000));
        assert_eq!(part.len(), 2);
        assert_eq!(part.close().as_ptr(), bars.close()[1..].as_ptr());
        assert!(bars.between(UnixNanos(9), UnixNanos(3)).is_empty());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let check = |times: Vec<UnixNanos>, columns, expected: &str| {
            let error = Bars::new("X", times, columns).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(times(3), named(&["close"]), "4 values");
        check(times(4), named(&["open"]), "no `high`");
        check(times(4), named(&["volume"]), "no `close`");
        check(times(4), named(&["close", "x", "x"]), "two columns `x`");
        check(times(4).into_iter().rev().collect(), named(&["close"]), "row 2");
    }

    #[test]
    fn the_hash_sees_names_times_and_bits() {
        let bars = |name: &str, first: f64, start: i64| {
            let times: Vec<UnixNanos> = (start..start + 4).map(UnixNanos).collect();
            let columns =
                vec![("close".to_owned(), column(4, first)), (name.to_owned(), column(4, 0.0))];
            Bars::new("X", times, columns).unwrap().content_hash()
        };
        assert_eq!(bars("x", 1.0, 0), bars("x", 1.0, 0));
        let hashes = [bars("x", 1.0, 0), bars("y", 1.0, 0), bars("x", 1.5, 0), bars("x", 1.0, 1)];
        assert!(hashes.iter().enumerate().all(|(i, h)| !hashes[..i].contains(h)), "{hashes:?}");
    }

    #[test]
    fn the_hash_is_computed_once_for_all_clones_and_anew_for_other_bars() {
        let bars = Bars::new("X", times(4), named(&["close", "x"])).unwrap();
        let clone = bars.clone();
        let hash = bars.content_hash();
        assert_eq!(clone.content_hash.get(), Some(&hash));
        let anew = |bars: &Bars| {
            let columns = bars.columns().map(|(name, column)| (name.to_owned(), column.clone()));
            Bars::new("X", bars.timestamps().clone(), columns).unwrap().content_hash()
        };
        for other in [bars.slice(1..4), bars.with_column("x", column(4, 7.0)).unwrap()] {
            assert_eq!(other.content_hash(), anew(&other));
            assert_ne!(other.content_hash(), hash);
        }
    }
}
