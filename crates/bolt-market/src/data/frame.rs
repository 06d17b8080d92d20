//! Timestamps and columns as a file holds them, before they are checked.

use std::collections::HashMap;

use bolt_base::UnixNanos;

use super::report::{RepairKind, RepairReport};
use super::zone::Zone;

/// What the columns of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameKind {
    /// Prices of one asset, a row a bar; of several assets if there is a column of symbols.
    Bars,
    /// Trades of one asset, a row a trade.
    Trades,
    /// One column an asset.
    Wide,
}

/// How a file wrote its timestamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TimeSource {
    /// Without a zone: read as UTC, or as the zone that was given.
    #[default]
    Naive,
    /// With an offset from UTC, or as a count since 1970: instants.
    Instant,
}

/// What the timestamps mean.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TimeBasis {
    /// The zone whose calendar the data follow: the one given, else UTC.
    pub zone: Zone,
    /// How the file wrote the times.
    pub source: TimeSource,
    /// Whether each time is midnight in the zone, so that it stands for a date.
    pub dates_only: bool,
}

impl TimeBasis {
    pub(crate) fn of(zone: Zone, source: TimeSource, times: &[UnixNanos]) -> Self {
        let mut clock = zone.clock();
        let dates_only = times.iter().all(|at| clock.local(*at).rem_euclid(UnixNanos::DAY) == 0);
        Self { zone, source, dates_only }
    }
}

/// Which line of a file each row comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Lines {
    /// The first row's line, and for each run of blank lines the row it stands before and how many
    /// blank lines there are up to it.
    Dense { first: u64, skipped: Vec<(usize, u64)> },
    /// Each row's line.
    Listed(Vec<u64>),
}

impl Lines {
    pub(crate) fn of(&self, row: usize) -> u64 {
        match self {
            Self::Dense { first, skipped } => {
                let runs = skipped.partition_point(|(at, _)| *at <= row);
                first + row as u64 + runs.checked_sub(1).map_or(0, |run| skipped[run].1)
            }
            Self::Listed(lines) => lines[row],
        }
    }

    /// The lines of some rows, in their order.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        Self::Listed(rows.iter().map(|&row| self.of(row)).collect())
    }
}

/// Local times that no clock of the zone ever showed, with their lines, in the order of lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct SkippedTimes(Vec<(u64, i64)>);

impl SkippedTimes {
    /// Returns the local time of a line, if it is one of them, as text.
    pub(crate) fn of(&self, line: u64) -> Option<String> {
        let at = self.0.binary_search_by_key(&line, |(line, _)| *line).ok()?;
        Some(UnixNanos(self.0[at].1).to_string().trim_end_matches('Z').to_owned())
    }
}

/// Turns local times, in nanoseconds on a zone's clock, into instants; what the clock made of some
/// of them is noted in the report.
pub(crate) fn instants(
    zone: &Zone,
    times: Vec<i64>,
    lines: &Lines,
    report: &mut RepairReport,
) -> (Vec<UnixNanos>, SkippedTimes) {
    let mut skipped = SkippedTimes::default();
    let times = zone.instants(times, |row, kind, local| {
        let line = lines.of(row);
        report.note(kind, line);
        if kind == RepairKind::ShiftedSkippedTime {
            skipped.0.push((line, local));
        }
    });
    (times, skipped)
}

/// The assets that the rows of a frame belong to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Symbols {
    /// All to one, whose name may be unknown.
    One(Option<String>),
    /// Each to the one with its number.
    Each { names: Vec<String>, numbers: Vec<u32> },
}

/// Names and their numbers, in the order of their first appearance.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) list: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Names {
    /// Returns the number of a name, after adding it if it is new.
    pub(crate) fn number_of(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.list.len() as u32;
        self.list.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

/// What a reader delivers: rows that are well-formed and not yet checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    /// The file, for messages.
    pub(crate) file: String,
    /// What a row is called: `line` or `row`.
    pub(crate) unit: &'static str,
    pub(crate) kind: FrameKind,
    pub(crate) times: Vec<UnixNanos>,
    pub(crate) columns: Vec<(String, Vec<f64>)>,
    pub(crate) symbols: Symbols,
    pub(crate) lines: Lines,
    pub(crate) basis: TimeBasis,
    pub(crate) skipped_times: SkippedTimes,
    /// Hash of the file's bytes.
    pub(crate) source_hash: u128,
    pub(crate) report: RepairReport,
}

impl Frame {
    /// Keeps only some rows, in the order given.
    pub(crate) fn select(&mut self, rows: &[usize]) {
        self.times = pick(&self.times, rows);
        self.columns.iter_mut().for_each(|(_, values)| *values = pick(values, rows));
        if let Symbols::Each { numbers, .. } = &mut self.symbols {
            *numbers = pick(numbers, rows);
        }
        self.lines = self.lines.select(rows);
    }

    /// Returns a frame for each symbol, in the order of their first rows.
    pub(crate) fn by_symbol(self) -> Vec<Self> {
        let Symbols::Each { names, numbers } = self.symbols else { return vec![self] };
        let mut rows = vec![Vec::new(); names.len()];
        numbers.iter().enumerate().for_each(|(row, &number)| rows[number as usize].push(row));
        let columns = |rows: &[usize]| {
            let pick = |(name, values): &(String, Vec<f64>)| (name.clone(), pick(values, rows));
            self.columns.iter().map(pick).collect()
        };
        let part = |(name, rows): (String, Vec<usize>)| Self {
            file: self.file.clone(),
            times: pick(&self.times, &rows),
            columns: columns(&rows),
            symbols: Symbols::One(Some(name)),
            lines: self.lines.select(&rows),
            basis: self.basis.clone(),
            skipped_times: self.skipped_times.clone(),
            report: RepairReport { rows_read: rows.len() as u64, ..self.report.clone() },
            ..self
        };
        names.into_iter().zip(rows).map(part).collect()
    }

    pub(crate) fn column(&self, name: &str) -> Option<&[f64]> {
        self.columns.iter().find(|(known, _)| known == name).map(|(_, values)| values.as_slice())
    }
}

fn pick<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|&row| values[row]).collect()
}
