//! Any data as one table of rows: what text and Parquet files hold.

use std::borrow::Cow;

use bolt_base::UnixNanos;

use super::error::DataError;
use super::frame::{TimeBasis, TimeSource};
use super::load::Dataset;
use super::panel::Panel;
use super::zone::Zone;

/// Columns of equal lengths.
pub(crate) struct Table<'a> {
    pub(crate) times: Cow<'a, [UnixNanos]>,
    /// Names of assets, and the number of each row's.
    pub(crate) symbols: Option<(&'a [String], Vec<u32>)>,
    pub(crate) columns: Vec<(&'a str, Cow<'a, [f64]>)>,
    pub(crate) basis: &'a TimeBasis,
}

impl<'a> Table<'a> {
    /// Lays out data as rows; a panel as one row an asset and time.
    ///
    /// # Errors
    /// If a panel has a universe, which has no place in a table.
    pub(crate) fn of(data: &'a Dataset) -> Result<Self, DataError> {
        let borrowed = |(name, column): (&'a str, &'a super::Column)| (name, Cow::from(&**column));
        match data {
            Dataset::Bars(bars) => Ok(Self {
                times: Cow::from(&**bars.timestamps()),
                symbols: None,
                columns: bars.columns().map(borrowed).collect(),
                basis: &bars.basis,
            }),
            Dataset::Trades(trades) => Ok(Self {
                times: Cow::from(&**trades.timestamps()),
                symbols: None,
                columns: trades.columns().map(borrowed).collect(),
                basis: &trades.basis,
            }),
            Dataset::Panel(panel) => Self::of_panel(panel),
        }
    }

    fn of_panel(panel: &'a Panel) -> Result<Self, DataError> {
        if panel.universe().is_some() {
            let reason = "a universe has no place in a table; write a `.bolt` file".to_owned();
            return Err(DataError::Mismatch(reason));
        }
        let assets = panel.assets().len();
        let fields: Vec<(&str, &[f64])> = panel.fields().map(|(name, f)| (name, &**f)).collect();
        let cells = (0..panel.len()).flat_map(|row| (0..assets).map(move |asset| (row, asset)));
        let place = |(row, asset): (usize, usize)| row * panel.stride() + asset;
        let has_value =
            |cell: &(usize, usize)| fields.iter().any(|(_, field)| !field[place(*cell)].is_nan());
        let kept: Vec<(usize, usize)> = cells.filter(has_value).collect();
        let values = |field: &[f64]| kept.iter().map(|&cell| field[place(cell)]).collect();
        Ok(Self {
            times: kept.iter().map(|&(row, _)| panel.timestamps()[row]).collect(),
            symbols: Some((panel.assets(), kept.iter().map(|&(_, asset)| asset as u32).collect())),
            columns: fields.iter().map(|(name, field)| (*name, values(field))).collect(),
            basis: &panel.basis,
        })
    }

    /// Whether the times are to be written without a zone, as they were read.
    pub(crate) fn is_naive(&self) -> bool {
        self.basis.source == TimeSource::Naive && self.basis.zone == Zone::utc()
    }
}
