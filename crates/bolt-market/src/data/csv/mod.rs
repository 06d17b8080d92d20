//! Delimited text: what a file means is detected, said, and can be told.
//!
//! Reading has two halves. [`layout`] looks at the first 200 lines and decides everything about
//! the file: delimiter, decimal mark, header, which column is what, how times are written. Then
//! [`rows`] runs over the bytes once with that layout in hand. What a reader could decide two
//! ways and nothing in the file tells is an error that names the option.
//!
//! | detected | rule | option |
//! |---|---|---|
//! | delimiter | the first of tab, `;`, `\|`, `,` that lines have equally often | `delimiter` |
//! | decimal comma | a delimiter other than `,`, and fields such as `1,5` but none such as `1.5` | `decimal_comma` |
//! | header | the first line has text where the others have numbers or times | `header` |
//! | columns | by the names that vendors use; without a header by their number | `times`, `rename`, `ignore` of [`ColumnOptions`] |
//! | kind | prices, trades (`price` and `size`), or a column an asset | `kind` of [`ColumnOptions`] |
//! | form of times | the first value, and for a compact date all values of the sample | `epoch` |
//! | day or month first | the first date of the file with a number above 12 | `date_order` |
//! | zone | UTC, unless times have an offset | `zone` of [`LoadOptions`] |
//!
//! [`ColumnOptions`]: super::ColumnOptions

mod ending;
mod fields;
mod forms;
mod layout;
mod number;
mod records;
mod rows;
mod sniff;
mod time;
mod write;

#[cfg(test)]
mod tests;

pub use records::{Record, RecordColumn, Records, write_records};
pub use time::{DateOrder, EpochUnit};
pub use write::write;

use bolt_base::UnixNanos;
use bolt_exec::Pool;

use super::check::OnProblem;
use super::error::{DataError, FileFault, RowFault, RowFaults};
use super::frame::{Frame, Lines, Names, SkippedTimes, Symbols, TimeBasis, TimeSource, instants};
use super::load::LoadOptions;
use super::report::{RepairKind, RepairReport};
use super::zone::Zone;
use layout::{FieldKind, Layout};
use rows::{Part, Rows};

/// What the caller knows about a delimited file. Everything left out is detected.
#[derive(Debug, Clone, Default)]
pub struct CsvOptions {
    /// The byte between fields.
    pub delimiter: Option<u8>,
    /// Whether numbers are written `1,5`.
    pub decimal_comma: Option<bool>,
    /// Whether the first line names the columns.
    pub header: Option<bool>,
    /// How many lines to skip before the table.
    pub skip_lines: usize,
    /// The order of day and month in dates such as `03/04/2024`.
    pub date_order: Option<DateOrder>,
    /// The unit of times that are numbers.
    pub epoch: Option<EpochUnit>,
}

/// The least number of bytes that is worth a thread.
const PART_BYTES: usize = 1 << 20;

/// Reads a file's bytes.
pub(crate) fn read(file: &str, bytes: &[u8], options: &LoadOptions) -> Result<Frame, DataError> {
    let at_file = |fault| DataError::file(file, fault);
    let layout = layout::detect(bytes, options).map_err(at_file)?;
    let text = &bytes[layout.start..];
    let drop_cut_line = options.policy.cut_line == OnProblem::Repair;
    let rows = read_parts(text, &layout, drop_cut_line, options.pool.as_ref());
    if rows.fault_count > 0 {
        return Err(sniff::find_nul(bytes).map_or_else(|| row_faults(file, rows), at_file));
    }
    if rows.times.is_empty() {
        return Err(at_file(FileFault::HeaderOnly));
    }
    let last = layout.line + rows.lines.saturating_sub(1);
    let ends_in_number = layout.fields.last() == Some(&FieldKind::Number);
    let is_short = ends_in_number && ending::is_short(text, layout.delimiter);
    let zone = options.zone.clone().unwrap_or_default();
    let mut frame = finish(file, layout, rows, zone).map_err(at_file)?;
    if is_short && frame.report.count(RepairKind::DroppedCutLine) == 0 {
        frame.report.note(RepairKind::AcceptedShortEnd, last);
    }
    Ok(frame)
}

fn row_faults(file: &str, rows: Rows) -> DataError {
    RowFaults { file: file.to_owned(), unit: "line", first: rows.faults, count: rows.fault_count }
        .into()
}

fn read_parts(text: &[u8], layout: &Layout, drop_cut_line: bool, pool: Option<&Pool>) -> Rows {
    let threads = pool.map_or(1, Pool::threads);
    let parts = split(text, if threads > 1 { threads * 4 } else { 1 });
    let line_length = mean_line_length(text);
    let last = parts.len() - 1;
    let read = |(index, part): (usize, &[u8])| {
        let expected_rows = part.len() / line_length + part.len() / line_length / 50 + 16;
        rows::read(part, layout, Part { is_last: index == last, drop_cut_line, expected_rows })
    };
    let read: Vec<Rows> = match pool {
        Some(pool) if parts.len() > 1 => {
            pool.map_items(parts.into_iter().enumerate().collect(), read)
        }
        _ => parts.into_iter().enumerate().map(read).collect(),
    };
    join(read, layout.line)
}

/// Cuts text behind line ends into at most `count` parts of at least [`PART_BYTES`].
fn split(text: &[u8], count: usize) -> Vec<&[u8]> {
    let size = text.len().div_ceil(count).max(PART_BYTES);
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > size {
        let Some(end) = rest[size..].iter().position(|&b| b == b'\n') else { break };
        let (part, behind) = rest.split_at(size + end + 1);
        parts.push(part);
        rest = behind;
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(rest);
    }
    parts
}

/// The mean length of the first lines, at least 1.
fn mean_line_length(text: &[u8]) -> usize {
    let sample = &text[..text.len().min(1 << 16)];
    let lines = sample.iter().filter(|&&b| b == b'\n').count();
    sample.len() / lines.max(1)
}

/// Puts parts behind one another; lines are counted on from `line`.
fn join(parts: Vec<Rows>, line: u64) -> Rows {
    let rows: usize = parts.iter().map(|part| part.times.len()).sum();
    let mut parts = parts.into_iter();
    let Some(mut all) = parts.next() else { return Rows::default() };
    shift_lines(&mut all, line);
    let more = rows - all.times.len();
    all.times.reserve_exact(more);
    all.columns.iter_mut().for_each(|column| column.reserve_exact(more));
    for mut part in parts {
        shift_lines(&mut part, line + all.lines);
        let row = all.times.len();
        all.times.append(&mut part.times);
        for (to, mut from) in all.columns.iter_mut().zip(part.columns) {
            to.append(&mut from);
        }
        let numbers: Vec<u32> =
            part.symbols.list.iter().map(|name| all.symbols.number_of(name)).collect();
        all.symbol_numbers.extend(part.symbol_numbers.iter().map(|&n| numbers[n as usize]));
        all.blank_lines.extend(part.blank_lines.iter().map(|(at, count)| (at + row, *count)));
        all.lines += part.lines;
        all.fault_count += part.fault_count;
        all.faults.append(&mut part.faults);
        all.first_naive = all.first_naive.or(part.first_naive);
        all.first_aware = all.first_aware.or(part.first_aware);
        all.offsets.append(&mut part.offsets);
        all.cut_line = part.cut_line;
    }
    all.faults.truncate(RowFaults::MAX);
    all.offsets.sort_unstable();
    all.offsets.dedup();
    all
}

fn shift_lines(rows: &mut Rows, by: u64) {
    rows.faults.iter_mut().for_each(|RowFault { line, .. }| *line += by);
    for (line, _) in [&mut rows.first_naive, &mut rows.first_aware].into_iter().flatten() {
        *line += by;
    }
    rows.cut_line = rows.cut_line.map(|line| line + by);
}

fn finish(file: &str, layout: Layout, rows: Rows, zone: Zone) -> Result<Frame, FileFault> {
    let Layout { line, numbers, ignored, kind, symbol, .. } = layout;
    let Rows {
        times, columns, symbol_numbers, symbols, blank_lines, first_naive, first_aware, ..
    } = rows;
    if let (Some((naive_line, naive)), Some((aware_line, aware))) = (&first_naive, &first_aware) {
        return Err(FileFault::MixedOffsets {
            naive_line: *naive_line,
            naive: naive.clone(),
            aware_line: *aware_line,
            aware: aware.clone(),
        });
    }
    let lines = Lines::Dense { first: line, skipped: cumulated(blank_lines) };
    let mut report = RepairReport {
        rows_read: times.len() as u64 + u64::from(rows.cut_line.is_some()),
        ignored_columns: ignored,
        offsets_seconds: rows.offsets,
        ..RepairReport::default()
    };
    if let Some(line) = rows.cut_line {
        report.note(RepairKind::DroppedCutLine, line);
    }
    let source = if first_aware.is_some() { TimeSource::Instant } else { TimeSource::Naive };
    let (times, skipped_times) = match source {
        TimeSource::Naive => instants(&zone, times, &lines, &mut report),
        TimeSource::Instant => {
            (times.into_iter().map(UnixNanos).collect(), SkippedTimes::default())
        }
    };
    let Names { list: names, .. } = symbols;
    let symbols = match names.len() {
        0 => Symbols::One(symbol),
        1 => Symbols::One(names.into_iter().next()),
        _ => Symbols::Each { names, numbers: symbol_numbers },
    };
    let basis = TimeBasis::of(zone, source, &times);
    Ok(Frame {
        file: file.to_owned(),
        unit: "line",
        kind,
        times,
        columns: numbers.into_iter().zip(columns).collect(),
        symbols,
        lines,
        basis,
        skipped_times,
        source_hash: 0,
        report,
    })
}

fn cumulated(mut runs: Vec<(usize, u64)>) -> Vec<(usize, u64)> {
    let mut total = 0;
    for (_, count) in &mut runs {
        total += *count;
        *count = total;
    }
    runs
}
