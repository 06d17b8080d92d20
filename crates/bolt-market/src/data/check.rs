//! Checking rows, and mending them where that is allowed.
//!
//! | found | without leave | with leave, each counted in the report |
//! |---|---|---|
//! | infinite value | error | |
//! | column without values | error | |
//! | cell without a number | kept as NaN and counted | |
//! | price of zero or less | error | accepted with `allow_nonpositive` |
//! | high below, or low above, another price of the bar | error | range widened to hold them |
//! | the same within `rounding` | accepted and counted | |
//! | negative volume | error | made a missing one |
//! | time before the one above | error | rows sorted, those of equal times in the order of the file |
//! | rows equal in time and all values | later ones dropped and counted | |
//! | rows equal in time only | error | last one kept |
//! | last line cut off by the end of the file | error | dropped |
//! | last number short, without a line end | accepted and counted | |
//! | bars missing | counted and listed | |
//!
//! Trades may share a time. A comparison with NaN finds no fault.

use std::ops::Range;

use super::error::{DataError, FileFault, RowFault, RowFaultKind, RowFaults};
use super::frame::{Frame, FrameKind};
use super::report::RepairKind;

/// What to do with a row that is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnProblem {
    /// Refuse the file, with the line and the value.
    Refuse,
    /// Mend it and count it in the report.
    Repair,
}

/// What to accept, what to mend and what to refuse; the module's table says how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Bars whose high or low does not hold their prices.
    pub inconsistent_bars: OnProblem,
    /// By how much of its value a price may lie outside its bar: what decimals were rounded off.
    pub rounding: f64,
    /// Rows with a time before that of a row above.
    pub out_of_order: OnProblem,
    /// Rows with the time of another and other values.
    pub conflicting_duplicates: OnProblem,
    /// Rows equal to another in time and all values.
    pub exact_duplicates: OnProblem,
    /// Volumes below zero.
    pub negative_volumes: OnProblem,
    /// A last line that the end of the file cuts off.
    pub cut_line: OnProblem,
    /// Whether prices of zero and below are accepted, as spreads and rates have them.
    pub allow_nonpositive: bool,
}

impl Default for Policy {
    /// Refuses everything that would change or lose information.
    fn default() -> Self {
        Self {
            inconsistent_bars: OnProblem::Refuse,
            rounding: 1e-6,
            out_of_order: OnProblem::Refuse,
            conflicting_duplicates: OnProblem::Refuse,
            exact_duplicates: OnProblem::Repair,
            negative_volumes: OnProblem::Refuse,
            cut_line: OnProblem::Refuse,
            allow_nonpositive: false,
        }
    }
}

impl Policy {
    /// Returns the policy that mends everything that can be mended.
    pub fn repair() -> Self {
        Self {
            inconsistent_bars: OnProblem::Repair,
            out_of_order: OnProblem::Repair,
            conflicting_duplicates: OnProblem::Repair,
            negative_volumes: OnProblem::Repair,
            cut_line: OnProblem::Repair,
            ..Self::default()
        }
    }
}

/// Checks the rows of one asset, or of one file with a column an asset.
pub(crate) fn check(mut frame: Frame, policy: &Policy) -> Result<Frame, DataError> {
    let mut faults = Faults::default();
    order_rows(&mut frame, policy, &mut faults);
    check_values(&mut frame, policy, &mut faults);
    if faults.count > 0 {
        faults.first.sort_by_key(|fault| fault.line);
        // A time that the clock skipped may be out of order and a duplicate.
        let found = faults.first.len();
        faults.first.dedup();
        faults.count -= (found - faults.first.len()) as u64;
        faults.first.truncate(RowFaults::MAX);
        let (file, unit) = (frame.file, frame.unit);
        return Err(RowFaults { file, unit, first: faults.first, count: faults.count }.into());
    }
    let rows = frame.times.len() as u64;
    if let Some((column, _)) = frame.report.missing_cells.iter().find(|(_, count)| *count == rows) {
        return Err(DataError::file(&frame.file, FileFault::NoValues { column: column.clone() }));
    }
    frame.report.rows_kept = rows;
    Ok(frame)
}

/// Faults of several kinds; each kind keeps the first few of its own.
#[derive(Default)]
struct Faults {
    first: Vec<RowFault>,
    count: u64,
    of_kind: usize,
}

impl Faults {
    fn begin_kind(&mut self) {
        self.of_kind = 0;
    }

    fn add(&mut self, fault: impl FnOnce() -> RowFault) {
        self.count += 1;
        if self.of_kind < RowFaults::MAX {
            self.of_kind += 1;
            self.first.push(fault());
        }
    }
}

/// Brings rows into the order of time, and drops duplicates of bars.
fn order_rows(frame: &mut Frame, policy: &Policy, faults: &mut Faults) {
    let allows_equal = frame.kind == FrameKind::Trades;
    let ordered =
        |pair: &[bolt_base::UnixNanos]| pair[0] < pair[1] || (allows_equal && pair[0] == pair[1]);
    if frame.times.windows(2).all(ordered) {
        return;
    }
    note_disorder(frame, policy, faults);
    let mut order: Vec<usize> = (0..frame.times.len()).collect();
    order.sort_by_key(|&row| frame.times[row]);
    if !allows_equal {
        order = drop_duplicates(frame, &order, policy, faults);
    }
    frame.select(&order);
}

fn note_disorder(frame: &mut Frame, policy: &Policy, faults: &mut Faults) {
    faults.begin_kind();
    let mut latest = 0;
    for row in 1..frame.times.len() {
        let at = frame.times[row];
        if at >= frame.times[latest] {
            latest = row;
            continue;
        }
        let line = frame.lines.of(row);
        match policy.out_of_order {
            OnProblem::Repair => frame.report.note(RepairKind::Sorted, line),
            OnProblem::Refuse => faults.add(|| {
                skipped_time(frame, [latest, row]).unwrap_or_else(|| RowFault {
                    line,
                    column: "time".to_owned(),
                    value: at.to_string(),
                    kind: RowFaultKind::OutOfOrder { previous: frame.times[latest].to_string() },
                })
            }),
        }
    }
}

/// Returns the fault of that of two rows whose time the zone's clock never showed.
fn skipped_time(frame: &Frame, rows: [usize; 2]) -> Option<RowFault> {
    let lines = rows.into_iter().map(|row| frame.lines.of(row));
    let (line, value) =
        lines.filter_map(|line| Some((line, frame.skipped_times.of(line)?))).next()?;
    let kind = RowFaultKind::SkippedTime { zone: frame.basis.zone.name().to_owned() };
    Some(RowFault { line, column: "time".to_owned(), value, kind })
}

/// Returns the rows to keep: of each time the last one in the file.
fn drop_duplicates(
    frame: &mut Frame,
    order: &[usize],
    policy: &Policy,
    faults: &mut Faults,
) -> Vec<usize> {
    faults.begin_kind();
    let mut kept = Vec::with_capacity(order.len());
    for group in order.chunk_by(|&a, &b| frame.times[a] == frame.times[b]) {
        let last = group[group.len() - 1];
        kept.push(last);
        for &row in &group[..group.len() - 1] {
            let exact = equal_rows(frame, row, last);
            let (action, repair) = if exact {
                (policy.exact_duplicates, RepairKind::DroppedExactDuplicate)
            } else {
                (policy.conflicting_duplicates, RepairKind::DroppedEarlierDuplicate)
            };
            let (line, other) = (frame.lines.of(last), frame.lines.of(row));
            match action {
                OnProblem::Repair => frame.report.note(repair, other),
                OnProblem::Refuse => faults.add(|| {
                    skipped_time(frame, [row, last]).unwrap_or_else(|| RowFault {
                        line,
                        column: "time".to_owned(),
                        value: frame.times[last].to_string(),
                        kind: RowFaultKind::Duplicate { unit: frame.unit, other, exact },
                    })
                }),
            }
        }
    }
    kept
}

fn equal_rows(frame: &Frame, a: usize, b: usize) -> bool {
    let same = |x: f64, y: f64| x == y || (x.is_nan() && y.is_nan());
    frame.columns.iter().all(|(_, values)| same(values[a], values[b]))
}

/// How many rows are looked at together: few enough to stay in the cache.
const BLOCK: usize = 2048;

fn check_values(frame: &mut Frame, policy: &Policy, faults: &mut Faults) {
    let mut missing = vec![0; frame.columns.len()];
    for start in (0..frame.times.len()).step_by(BLOCK) {
        let rows = start..frame.times.len().min(start + BLOCK);
        for ((_, values), missing) in frame.columns.iter().zip(&mut missing) {
            let values = &values[rows.clone()];
            *missing += values.iter().filter(|value| value.is_nan()).count() as u64;
        }
        check_block(frame, rows, policy, faults);
    }
    let names = frame.columns.iter().map(|(name, _)| name.clone());
    frame.report.missing_cells = names.zip(missing).filter(|(_, count)| *count > 0).collect();
}

/// Looks for anything wrong at the speed of memory, and closer only where there is.
fn check_block(frame: &mut Frame, rows: Range<usize>, policy: &Policy, faults: &mut Faults) {
    let infinite =
        |values: &[f64]| values.iter().fold(false, |any, v| any | (v.abs() == f64::INFINITY));
    let below_zero = |values: &[f64], least: bool| {
        values.iter().fold(false, |any, v| any | (*v < 0.0) | (least & (*v == 0.0)))
    };
    for column in 0..frame.columns.len() {
        let (name, values) = &frame.columns[column];
        let values = &values[rows.clone()];
        if infinite(values) {
            report_infinite(frame, column, rows.clone(), faults);
        } else if !policy.allow_nonpositive
            && is_price(frame.kind, name)
            && below_zero(values, true)
        {
            report_nonpositive(frame, column, rows.clone(), faults);
        } else if (name == "volume" || name == "size") && below_zero(values, false) {
            clear_volumes(frame, column, rows.clone(), policy, faults);
        }
    }
    if frame.kind == FrameKind::Bars && !ranges_hold(frame, &rows) {
        mend_ranges(frame, rows, policy, faults);
    }
}

fn is_price(kind: FrameKind, name: &str) -> bool {
    match kind {
        FrameKind::Wide => true,
        FrameKind::Trades => name == "price",
        FrameKind::Bars => ["open", "high", "low", "close", "adj_close"].contains(&name),
    }
}

fn value_fault(frame: &Frame, column: usize, row: usize, kind: RowFaultKind) -> RowFault {
    let (name, values) = &frame.columns[column];
    let value = values[row].to_string();
    RowFault { line: frame.lines.of(row), column: name.clone(), value, kind }
}

fn report_infinite(frame: &Frame, column: usize, rows: Range<usize>, faults: &mut Faults) {
    faults.begin_kind();
    for row in rows.filter(|&row| frame.columns[column].1[row].is_infinite()) {
        faults.add(|| value_fault(frame, column, row, RowFaultKind::Infinite));
    }
}

fn report_nonpositive(frame: &Frame, column: usize, rows: Range<usize>, faults: &mut Faults) {
    faults.begin_kind();
    for row in rows.filter(|&row| frame.columns[column].1[row] <= 0.0) {
        faults.add(|| value_fault(frame, column, row, RowFaultKind::NotPositive));
    }
}

fn clear_volumes(
    frame: &mut Frame,
    column: usize,
    rows: Range<usize>,
    policy: &Policy,
    faults: &mut Faults,
) {
    faults.begin_kind();
    for row in rows {
        if frame.columns[column].1[row] >= 0.0 || frame.columns[column].1[row].is_nan() {
            continue;
        }
        match policy.negative_volumes {
            OnProblem::Refuse => {
                faults.add(|| value_fault(frame, column, row, RowFaultKind::NegativeVolume));
            }
            OnProblem::Repair => {
                frame.columns[column].1[row] = f64::NAN;
                frame.report.note(RepairKind::ClearedVolume, frame.lines.of(row));
            }
        }
    }
}

/// Whether each bar's high and low hold its prices.
fn ranges_hold(frame: &Frame, rows: &Range<usize>) -> bool {
    let prices = ["open", "high", "low", "close"].map(|name| frame.column(name));
    let [Some(open), Some(high), Some(low), Some(close)] = prices else { return true };
    let [open, high, low, close] = [open, high, low, close].map(|values| &values[rows.clone()]);
    let mut broken = false;
    for (((o, h), l), c) in open.iter().zip(high).zip(low).zip(close) {
        broken |= (h < o) | (h < c) | (h < l) | (l > o) | (l > c);
    }
    !broken
}

/// Refuses, widens or accepts the bars of a block whose range does not hold their prices.
fn mend_ranges(frame: &mut Frame, rows: Range<usize>, policy: &Policy, faults: &mut Faults) {
    let place = |name: &str| frame.columns.iter().position(|(known, _)| known == name);
    let places = ["open", "high", "low", "close"].map(place);
    let [Some(open), Some(high), Some(low), Some(close)] = places else { return };
    faults.begin_kind();
    for row in rows {
        let at = |column: usize| frame.columns[column].1[row];
        let others = [("open", at(open)), ("low", at(low)), ("close", at(close))];
        let above = worst(others, |price| price - at(high));
        let others = [("open", at(open)), ("high", at(high)), ("close", at(close))];
        let below = worst(others, |price| at(low) - price);
        if above.is_none() && below.is_none() {
            continue;
        }
        let excess = |found: Option<(&str, f64)>, price: f64| {
            found.map_or(0.0, |(_, other)| (other - price).abs() / other.abs().max(price.abs()))
        };
        let beyond = excess(above, at(high)).max(excess(below, at(low))) > policy.rounding;
        let line = frame.lines.of(row);
        match (beyond, policy.inconsistent_bars) {
            (false, _) => frame.report.note(RepairKind::AcceptedRounding, line),
            (true, OnProblem::Repair) => {
                let (top, bottom) = (
                    above.map_or(at(high), |(_, price)| price),
                    below.map_or(at(low), |(_, price)| price),
                );
                frame.columns[high].1[row] = top;
                frame.columns[low].1[row] = bottom;
                frame.report.note(RepairKind::WidenedBar, line);
            }
            (true, OnProblem::Refuse) => faults.add(|| match (above, below) {
                (Some((other, price)), _) => {
                    value_fault(frame, high, row, RowFaultKind::HighTooLow { other, price })
                }
                (None, found) => {
                    let (other, price) = found.unwrap_or(("close", at(close)));
                    value_fault(frame, low, row, RowFaultKind::LowTooHigh { other, price })
                }
            }),
        }
    }
}

/// Returns the price with the largest positive excess.
fn worst(
    prices: [(&'static str, f64); 3],
    excess: impl Fn(f64) -> f64,
) -> Option<(&'static str, f64)> {
    let outside = prices.into_iter().filter(|(_, price)| excess(*price) > 0.0);
    outside.max_by(|a, b| excess(a.1).total_cmp(&excess(b.1)))
}
