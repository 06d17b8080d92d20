//! What was mended, left out and found missing on the way from a file to data.

use std::fmt;

use bolt_base::{UnixNanos, counted};

/// How many lines and gaps a report lists; the rest are counted.
pub(crate) const LISTED: usize = 5;

/// What happened to the rows of a file, and what they lack.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RepairReport {
    /// Rows read from the file.
    pub rows_read: u64,
    /// Rows kept.
    pub rows_kept: u64,
    /// What was changed or dropped, one entry a kind.
    pub repairs: Vec<Repair>,
    /// Columns with cells that hold no number (kept as NaN), and how many cells.
    pub missing_cells: Vec<(String, u64)>,
    /// Columns of text and such, which were not kept.
    pub ignored_columns: Vec<String>,
    /// The different offsets from UTC, in seconds, of times that were brought to UTC.
    pub offsets_seconds: Vec<i32>,
    /// Bars that should be there.
    pub gaps: Gaps,
}

/// One kind of repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// What was done.
    pub kind: RepairKind,
    /// To how many rows.
    pub count: u64,
    /// The numbers of the first few lines (rows, of a file without lines).
    pub first_lines: Vec<u64>,
}

/// What can be done to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RepairKind {
    /// Dropped: the last line, which the end of the file cuts off.
    DroppedCutLine,
    /// Dropped: a row equal to another in time and every value.
    DroppedExactDuplicate,
    /// Dropped: a row whose time a later row has with other values.
    DroppedEarlierDuplicate,
    /// Moved: a row that stood after a later time.
    Sorted,
    /// Changed: the high or low of a bar, to hold its open and close.
    WidenedBar,
    /// Changed: a volume below zero, to a missing one.
    ClearedVolume,
    /// Shifted: a local time that the clock skipped when it was set forward.
    ShiftedSkippedTime,
    /// Decided by order: a local time that the clock showed twice when it was set back.
    ResolvedRepeatedTime,
    /// Left as it is: a price outside its bar by no more than rounding.
    AcceptedRounding,
    /// Left as it is: a last number without a line end that is shorter than all others in its
    /// column.
    AcceptedShortEnd,
}

impl RepairKind {
    /// Returns what was done, after a number of rows.
    pub fn description(self) -> &'static str {
        match self {
            Self::DroppedCutLine => "dropped: cut off by the end of the file",
            Self::DroppedExactDuplicate => "dropped: exact duplicate of another",
            Self::DroppedEarlierDuplicate => "dropped: a later row has the same time",
            Self::Sorted => "moved into the order of time",
            Self::WidenedBar => "changed: high or low widened to hold open and close",
            Self::ClearedVolume => "changed: negative volume made a missing one",
            Self::ShiftedSkippedTime => "shifted: the local time was skipped by the clock",
            Self::ResolvedRepeatedTime => {
                "resolved by order: the clock showed the local time twice"
            }
            Self::AcceptedRounding => "accepted: a price outside its bar by rounding",
            Self::AcceptedShortEnd => {
                "accepted: a last number without a line end, shorter than all others in its column \
                 (the file may be cut off)"
            }
        }
    }
}

/// Bars that a calendar expects and the data do not have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gaps {
    /// The calendar; empty if the bars have no regular interval.
    pub calendar: String,
    /// How many runs of missing bars there are.
    pub count: u64,
    /// How many bars are missing.
    pub missing_bars: u64,
    /// The first few gaps.
    pub first: Vec<Gap>,
}

/// One run of missing bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The last bar before the gap.
    pub after: UnixNanos,
    /// The first bar behind it.
    pub before: UnixNanos,
    /// How many bars are missing between them.
    pub missing_bars: u64,
}

impl RepairReport {
    /// Notes that something was done to the row of a line.
    pub(crate) fn note(&mut self, kind: RepairKind, line: u64) {
        let found = self.repairs.iter().position(|repair| repair.kind == kind);
        let index = found.unwrap_or_else(|| {
            self.repairs.push(Repair { kind, count: 0, first_lines: Vec::new() });
            self.repairs.len() - 1
        });
        let repair = &mut self.repairs[index];
        repair.count += 1;
        if repair.first_lines.len() < LISTED {
            repair.first_lines.push(line);
        }
    }

    /// Returns to how many rows something was done.
    pub fn count(&self, kind: RepairKind) -> u64 {
        self.repairs.iter().filter(|repair| repair.kind == kind).map(|repair| repair.count).sum()
    }
}

impl fmt::Display for RepairReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} read, {} kept", counted(self.rows_read, "row"), self.rows_kept)?;
        for Repair { kind, count, first_lines } in &self.repairs {
            let lines: Vec<String> = first_lines.iter().map(u64::to_string).collect();
            let more = if *count > lines.len() as u64 { ", …" } else { "" };
            write!(f, "\n{count} {} ({}{more})", kind.description(), lines.join(", "))?;
        }
        for (column, count) in &self.missing_cells {
            write!(f, "\ncells of `{column}` without a value: {count}")?;
        }
        if !self.ignored_columns.is_empty() {
            write!(f, "\ncolumns not read: {}", super::error::quoted(&self.ignored_columns))?;
        }
        if self.offsets_seconds.len() > 1 {
            write!(f, "\n{} different offsets brought to UTC", self.offsets_seconds.len())?;
        }
        let Gaps { calendar, count, missing_bars, first } = &self.gaps;
        if *count > 0 {
            let (bars, gaps) = (counted(*missing_bars, "bar"), counted(*count, "gap"));
            write!(f, "\n{bars} missing in {gaps} (calendar {calendar})")?;
        }
        for Gap { after, before, missing_bars } in first {
            write!(f, "\n  {missing_bars} between {after} and {before}")?;
        }
        Ok(())
    }
}
