//! The inner loop: rows of text to columns of numbers.

use super::fields::{Field, field_at, is_missing, parse_truth};
use super::layout::{FieldKind, Layout, shown};
use super::number;
use super::time::{IsoReader, Stamp, TimeForm, parse_time_of_day};
use crate::data::error::{RowFault, RowFaultKind, RowFaults};
use crate::data::frame::Names;

/// The rows of a part of a file that begins and ends between lines.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Nanoseconds since 1970: in UTC or on a local clock, as the file has them.
    pub(super) times: Vec<i64>,
    pub(super) columns: Vec<Vec<f64>>,
    /// The number of the symbol of each row; empty without a column of symbols.
    pub(super) symbol_numbers: Vec<u32>,
    pub(super) symbols: Names,
    /// For each run of blank lines, the row it stands before and its length.
    pub(super) blank_lines: Vec<(usize, u64)>,
    /// How many lines there are.
    pub(super) lines: u64,
    pub(super) faults: Vec<RowFault>,
    pub(super) fault_count: u64,
    /// The first time without and the first with an offset: line and text.
    pub(super) first_naive: Option<(u64, String)>,
    pub(super) first_aware: Option<(u64, String)>,
    pub(super) offsets: Vec<i32>,
    /// Whether the last line was dropped because the end of the file cuts it off.
    pub(super) cut_line: Option<u64>,
}

/// How a part is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// Whether the end of the part is the end of the file.
    pub(super) is_last: bool,
    /// Whether a last line that the end of the file cuts off is dropped.
    pub(super) drop_cut_line: bool,
    /// About how many rows there are.
    pub(super) expected_rows: usize,
}

/// Reads the rows of `bytes`, lines counted from 0.
pub(super) fn read(bytes: &[u8], layout: &Layout, part: Part) -> Rows {
    let mut reader = RowReader::new(bytes, layout, part);
    let mut at = 0;
    while at < bytes.len() {
        at = match line_end(bytes, at) {
            Some(next) => reader.blank_line(next),
            None => reader.row(at),
        };
        reader.rows.lines += 1;
    }
    reader.rows
}

/// Returns where the next line begins if a line end stands at `at`.
#[inline]
fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at) {
        Some(b'\n') => Some(at + 1),
        Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => Some(at + 2),
        Some(b'\r') if at + 1 == bytes.len() => Some(at + 1),
        _ => None,
    }
}

/// Reads fields that are plain numbers, one a column, and returns where it stopped and how many it
/// read. `ends_row` tells that the last one ends its line.
///
/// Nearly all the time of reading a file goes by here, so the loop keeps to few variables.
#[inline(never)]
fn plain_numbers(
    bytes: &[u8],
    mut at: usize,
    columns: &mut [Vec<f64>],
    layout: &Layout,
    ends_row: bool,
) -> (usize, usize) {
    let (delimiter, mark) = (layout.delimiter, layout.decimal_mark);
    let inner = columns.len() - usize::from(ends_row);
    for (count, column) in columns[..inner].iter_mut().enumerate() {
        let Some(window) = bytes[at..].first_chunk() else { return (at, count) };
        let (value, len) = number::parse_prefix(window, mark);
        if len == 0 || bytes.get(at + len) != Some(&delimiter) {
            return (at, count);
        }
        column.push(value);
        at += len + 1;
    }
    let (Some(column), Some(window)) = (columns.get_mut(inner), bytes[at..].first_chunk()) else {
        return (at, inner);
    };
    let (value, len) = number::parse_prefix(window, mark);
    match line_end(bytes, at + len) {
        Some(next) if len > 0 => {
            column.push(value);
            (next, inner + 1)
        }
        _ => (at, inner),
    }
}

struct RowReader<'a> {
    bytes: &'a [u8],
    layout: &'a Layout,
    part: Part,
    rows: Rows,
    iso: IsoReader,
    /// The time of the current row, as far as it has been read.
    time: Option<i64>,
    /// How many faults are kept and counted before the current row.
    faults_before: (usize, u64),
    last_symbol: &'a [u8],
}

impl<'a> RowReader<'a> {
    fn new(bytes: &'a [u8], layout: &'a Layout, part: Part) -> Self {
        let columns = layout.numbers.iter().map(|_| Vec::with_capacity(part.expected_rows));
        let rows = Rows {
            times: Vec::with_capacity(part.expected_rows),
            columns: columns.collect(),
            ..Rows::default()
        };
        let iso = IsoReader::default();
        Self { bytes, layout, part, rows, iso, time: None, faults_before: (0, 0), last_symbol: b"" }
    }

    fn blank_line(&mut self, next: usize) -> usize {
        let row = self.rows.times.len();
        match self.rows.blank_lines.last_mut() {
            Some((before, count)) if *before == row => *count += 1,
            _ => self.rows.blank_lines.push((row, 1)),
        }
        next
    }

    /// Reads the row at `at` and returns where the next line begins.
    fn row(&mut self, mut at: usize) -> usize {
        let layout = self.layout;
        let (mut index, mut slot) = (0, 0);
        self.time = None;
        self.faults_before = (self.rows.faults.len(), self.rows.fault_count);
        while let Some(&kind) = layout.fields.get(index) {
            if kind == FieldKind::Number {
                let columns = &mut self.rows.columns[slot..slot + layout.runs[index]];
                let ends_row = index + columns.len() == layout.fields.len();
                let (next, count) = plain_numbers(self.bytes, at, columns, layout, ends_row);
                at = next;
                index += count;
                slot += count;
                if layout.fields.get(index) != Some(&FieldKind::Number) {
                    continue;
                }
            }
            let end = match kind {
                FieldKind::Number => self.odd_number(at, slot, index),
                FieldKind::Time => self.time(at, index),
                FieldKind::TimeOfDay | FieldKind::Symbol | FieldKind::Ignored => {
                    self.other(at, index, kind)
                }
            };
            slot += usize::from(kind == FieldKind::Number);
            index += 1;
            if index == layout.fields.len() {
                at = line_end(self.bytes, end).unwrap_or_else(|| self.long_row(end));
            } else if self.bytes.get(end) == Some(&layout.delimiter) {
                at = end + 1;
            } else {
                return self.short_row(at, end, index, slot);
            }
        }
        self.rows.times.push(self.time.unwrap_or(i64::MIN));
        at
    }

    /// Whether a field may end at `end`: a delimiter or a line end stands there.
    #[inline]
    fn ends_field(&self, end: usize) -> bool {
        self.bytes.get(end) == Some(&self.layout.delimiter) || line_end(self.bytes, end).is_some()
    }

    /// Reads a number that is not plain digits: missing, quoted, with an exponent, or none.
    #[cold]
    fn odd_number(&mut self, at: usize, slot: usize, index: usize) -> usize {
        let field = self.field(at, index);
        let mark = self.layout.decimal_mark;
        let value = if is_missing(field.content) {
            f64::NAN
        } else if let Some(value) = number::parse_field(field.content, mark) {
            value
        } else if let Some(value) =
            without_thousands(field.content, mark).or_else(|| parse_truth(field.content))
        {
            value
        } else {
            self.fault(index, field.content, RowFaultKind::NotANumber);
            f64::NAN
        };
        self.rows.columns[slot].push(value);
        field.end
    }

    /// Reads a time and returns where its field ends.
    #[inline(always)]
    fn time(&mut self, at: usize, index: usize) -> usize {
        if self.layout.time == TimeForm::YearFirst
            && let Some((stamp, len)) = self.iso.parse_prefix(&self.bytes[at..])
            && self.ends_field(at + len)
        {
            self.add_time(stamp, at, at + len);
            return at + len;
        }
        self.odd_time(at, index)
    }

    fn odd_time(&mut self, at: usize, index: usize) -> usize {
        let field = self.field(at, index);
        match self.layout.time.parse(field.content) {
            Some(stamp) => self.add_time(stamp, at, field.end),
            None if is_missing(field.content) => {
                self.fault(index, field.content, RowFaultKind::NoTime);
            }
            None => self.time_fault(index, field.content),
        }
        field.end
    }

    #[inline]
    fn add_time(&mut self, stamp: Stamp, start: usize, end: usize) {
        match stamp.offset {
            None if self.rows.first_naive.is_some() => {}
            Some(offset) if self.rows.offsets.last() == Some(&offset) => {}
            _ => self.first_of_kind(stamp, start, end),
        }
        self.time = stamp.nanos.checked_add(self.time.unwrap_or(0));
    }

    #[cold]
    fn first_of_kind(&mut self, stamp: Stamp, start: usize, end: usize) {
        let here = Some((self.rows.lines, shown(&self.bytes[start..end])));
        match stamp.offset {
            None => self.rows.first_naive = here,
            Some(offset) => {
                self.rows.first_aware = self.rows.first_aware.take().or(here);
                // The offset in use is kept last, where `add_time` looks.
                self.rows.offsets.retain(|known| *known != offset);
                self.rows.offsets.push(offset);
            }
        }
    }

    fn other(&mut self, at: usize, index: usize, kind: FieldKind) -> usize {
        let field = self.field(at, index);
        match kind {
            FieldKind::TimeOfDay => match parse_time_of_day(field.content) {
                Some(nanos) => {
                    self.time = nanos.checked_add(self.time.unwrap_or(0));
                }
                None => self.time_fault(index, field.content),
            },
            FieldKind::Symbol => self.symbol(field.content),
            FieldKind::Time | FieldKind::Number | FieldKind::Ignored => {}
        }
        field.end
    }

    fn symbol(&mut self, name: &'a [u8]) {
        let unchanged = self.last_symbol == name && !self.rows.symbol_numbers.is_empty();
        let number = match self.rows.symbol_numbers.last() {
            Some(&last) if unchanged => last,
            _ => self.rows.symbols.number_of(&String::from_utf8_lossy(name)),
        };
        self.last_symbol = name;
        self.rows.symbol_numbers.push(number);
    }

    fn field(&mut self, at: usize, index: usize) -> Field<'a> {
        let field = field_at(self.bytes, at, self.layout.delimiter);
        if field.open_quote {
            self.fault(index, field.content, RowFaultKind::OpenQuote);
        }
        field
    }

    /// Handles a row that ends after `found` fields, the last of which is `start..end`.
    #[cold]
    fn short_row(&mut self, start: usize, end: usize, found: usize, slot: usize) -> usize {
        let expected = self.layout.fields.len();
        let next = line_end(self.bytes, end);
        let is_cut = next.is_none() && self.part.is_last;
        if is_cut && self.part.drop_cut_line {
            self.rows.cut_line = Some(self.rows.lines);
            for column in &mut self.rows.columns[..slot] {
                column.pop();
            }
            self.rows.symbol_numbers.truncate(self.rows.times.len());
            self.rows.faults.truncate(self.faults_before.0);
            self.rows.fault_count = self.faults_before.1;
            return self.bytes.len();
        }
        let kind = if is_cut {
            RowFaultKind::Truncated { expected, found }
        } else {
            RowFaultKind::FieldCount { expected, found }
        };
        let value = self.bytes[start..end].trim_ascii();
        self.fault(found - 1, value, kind);
        for column in &mut self.rows.columns[slot..] {
            column.push(f64::NAN);
        }
        self.rows.times.push(self.time.unwrap_or(i64::MIN));
        next.unwrap_or(end.max(start + 1))
    }

    /// Handles what stands behind the last field: nothing at the end of the file, or more fields.
    #[cold]
    fn long_row(&mut self, end: usize) -> usize {
        if end >= self.bytes.len() {
            return end;
        }
        let expected = self.layout.fields.len();
        let line = &self.bytes[end..];
        let len = line.iter().position(|&b| b == b'\n').unwrap_or(line.len());
        let more = super::fields::split(&line[..len], self.layout.delimiter);
        let found = expected + more.len() - 1;
        let value = more.last().copied().unwrap_or_default();
        self.fault(expected - 1, value, RowFaultKind::FieldCount { expected, found });
        end + len + usize::from(len < line.len())
    }

    fn time_fault(&mut self, index: usize, value: &[u8]) {
        let form = self.layout.time.example().to_owned();
        self.fault(index, value, RowFaultKind::Time { form });
    }

    #[cold]
    fn fault(&mut self, index: usize, value: &[u8], kind: RowFaultKind) {
        self.rows.fault_count += 1;
        if self.rows.faults.len() < RowFaults::MAX {
            let column = self.layout.titles[index].clone();
            let line = self.rows.lines;
            self.rows.faults.push(RowFault { line, column, value: shown(value), kind });
        }
    }
}

/// Reads `1,234,567.89`: groups of three digits, so that the comma cannot be a decimal mark.
fn without_thousands(field: &[u8], decimal_mark: u8) -> Option<f64> {
    let separator = if decimal_mark == b'.' { b',' } else { b'.' };
    let unsigned = field.strip_prefix(b"-").unwrap_or(field);
    let whole = unsigned.split(|&b| b == decimal_mark).next()?;
    let mut groups = whole.split(|&b| b == separator);
    let first = groups.next().filter(|group| (1..=3).contains(&group.len()))?;
    let grouped = first.len() < whole.len() && groups.all(|group| group.len() == 3);
    let plain: Vec<u8> = field.iter().copied().filter(|&b| b != separator).collect();
    grouped.then(|| number::parse_field(&plain, decimal_mark))?
}
