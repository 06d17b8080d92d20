//! Trades of one asset.

use bolt_base::{Bytes, UnixNanos};
use bolt_memory::Reservation;

use super::column::Column;
use super::error::{DataError, UnknownColumn};
use super::frame::{Frame, Symbols, TimeBasis};
use super::report::RepairReport;
use std::sync::Arc;

/// Single trades: when, at what price, how much, and further columns.
///
/// Timestamps ascend; several trades may share one.
#[derive(Debug, Clone)]
pub struct Trades {
    /// What the asset is called; empty if unknown.
    pub symbol: String,
    /// What the timestamps mean.
    pub basis: TimeBasis,
    /// What was repaired when the trades were read.
    pub report: Arc<RepairReport>,
    /// Hash (XXH3, 128 bits) of the file the trades came from, 0 if from none.
    pub source_hash: u128,
    /// What is reserved for the columns, where a budget counts them. It is given back with the
    /// last clone.
    pub memory: Option<Arc<Reservation>>,
    timestamps: Column<UnixNanos>,
    columns: Vec<(String, Column)>,
}

impl Trades {
    /// Returns the memory that the columns have allocated.
    pub fn allocated(&self) -> Bytes {
        let columns = self.columns.iter().map(|(_, column)| column.allocated_bytes());
        Bytes((columns.sum::<usize>() + self.timestamps.allocated_bytes()) as u64)
    }

    /// Returns trades of columns by name.
    ///
    /// # Errors
    /// If `price` or `size` is missing, columns have different lengths, or timestamps descend.
    pub fn new(
        symbol: impl Into<String>,
        timestamps: impl Into<Column<UnixNanos>>,
        columns: impl IntoIterator<Item = (String, Column)>,
    ) -> Result<Self, DataError> {
        let timestamps = timestamps.into();
        if let Some(row) = timestamps.windows(2).position(|pair| pair[0] > pair[1]) {
            return Err(DataError::Mismatch(format!(
                "cannot make trades: the time of row {} comes before that of row {}",
                row + 2,
                row + 1
            )));
        }
        Self::of_ordered(symbol.into(), timestamps, columns.into_iter().collect())
    }

    /// The same for timestamps that are known to ascend.
    pub(crate) fn of_ordered(
        symbol: String,
        timestamps: Column<UnixNanos>,
        columns: Vec<(String, Column)>,
    ) -> Result<Self, DataError> {
        let fail =
            |reason: String| Err(DataError::Mismatch(format!("cannot make trades: {reason}")));
        for name in ["price", "size"] {
            if !columns.iter().any(|(known, _)| known == name) {
                return fail(format!("there is no `{name}`"));
            }
        }
        if let Some((name, column)) = columns.iter().find(|(_, c)| c.len() != timestamps.len()) {
            let (found, rows) = (column.len(), timestamps.len());
            return fail(format!("`{name}` has {found} values and there are {rows} times"));
        }
        Ok(Self {
            symbol,
            basis: TimeBasis::default(),
            report: Arc::default(),
            source_hash: 0,
            memory: None,
            timestamps,
            columns,
        })
    }

    pub(crate) fn of_frame(frame: Frame) -> Result<Self, DataError> {
        let Frame { times, columns, symbols, basis, source_hash, report, .. } = frame;
        let symbol = match symbols {
            Symbols::One(name) => name.unwrap_or_default(),
            Symbols::Each { .. } => String::new(),
        };
        let columns = columns.into_iter().map(|(name, values)| (name, values.into()));
        let trades = Self::new(symbol, times, columns)?;
        Ok(Self { basis, source_hash, report: Arc::new(report), ..trades })
    }

    /// Returns the number of trades.
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Returns whether there are no trades.
    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }

    /// Returns the times.
    pub fn timestamps(&self) -> &Column<UnixNanos> {
        &self.timestamps
    }

    /// Returns the columns with their names.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column)> + Clone {
        self.columns.iter().map(|(name, column)| (name.as_str(), column))
    }

    /// Returns a column, such as `price` or `size`.
    ///
    /// # Errors
    /// If there is none of that name; the error suggests the nearest.
    pub fn column(&self, name: &str) -> Result<&Column, UnknownColumn> {
        let found = self.columns().find(|(known, _)| *known == name).map(|(_, column)| column);
        found.ok_or_else(|| UnknownColumn::new(name, self.columns().map(|(name, _)| name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trades_may_share_a_time_and_not_go_back() {
        let make = |times: &[i64], names: &[&str]| {
            let times: Vec<UnixNanos> = times.iter().copied().map(UnixNanos).collect();
            let column = |name: &&str| (name.to_string(), Column::from(vec![1.0; 3]));
            Trades::new("X", times, names.iter().map(column))
        };
        assert_eq!(make(&[1, 1, 2], &["price", "size"]).unwrap().len(), 3);
        let fails = |times, names, expected: &str| {
            let error = make(times, names).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        fails(&[1, 2, 1], &["price", "size"], "row 3");
        fails(&[1, 2], &["price", "size"], "3 values");
        fails(&[1, 2, 3], &["price"], "`size`");
    }
}
