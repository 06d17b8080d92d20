//! The layout of a table: which field of a line means what.

use super::fields::{self, is_missing, parse_truth};
use super::forms::{self, Known, Value, column_values, find_form, looks_like_time};
use super::number::parse_field;
use super::sniff::{Sample, check_container, find_decimal_mark, find_nul, sample};
use super::time::{TimeForm, parse_time_of_day};
use crate::data::error::FileFault;
use crate::data::frame::FrameKind;
use crate::data::load::LoadOptions;
use crate::data::names;

/// What a field of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    /// The time, or the date where there is a time of day beside it.
    Time,
    /// The time of day.
    TimeOfDay,
    /// A number.
    Number,
    /// The name of the row's asset.
    Symbol,
    /// Nothing that is kept.
    Ignored,
}

/// How to read a table.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) delimiter: u8,
    pub(super) decimal_mark: u8,
    /// Where the first row begins.
    pub(super) start: usize,
    /// The number of the line of the first row.
    pub(super) line: u64,
    /// What each field is.
    pub(super) fields: Vec<FieldKind>,
    /// How many numbers stand side by side from each field on.
    pub(super) runs: Vec<usize>,
    /// The name of each field, for messages.
    pub(super) titles: Vec<String>,
    /// The names of the numbers, in the order of the fields.
    pub(super) numbers: Vec<String>,
    /// The names of the columns that are not kept.
    pub(super) ignored: Vec<String>,
    pub(super) time: TimeForm,
    pub(super) kind: FrameKind,
    /// The symbol, if the layout tells it.
    pub(super) symbol: Option<String>,
}

/// How many columns a file may have.
const MAX_COLUMNS: usize = 100_000;

/// Finds the layout of a file.
pub(super) fn detect(bytes: &[u8], options: &LoadOptions) -> Result<Layout, FileFault> {
    let start = check_container(bytes)?;
    if let Some(fault) = find_nul(&bytes[..bytes.len().min(1 << 16)]) {
        return Err(fault);
    }
    let sample = sample(bytes, start, options.csv.skip_lines, options.csv.delimiter);
    let table = Table::new(&sample, options)?;
    let (times, form) = table.find_times(bytes, options)?;
    table.assign(&times, form, options)
}

/// The sampled table: titles and rows of fields.
struct Table<'a> {
    delimiter: u8,
    decimal_mark: u8,
    start: usize,
    line: u64,
    /// The titles as the file (or an option) writes them.
    raw: Vec<String>,
    /// The titles as formulas use them.
    names: Vec<String>,
    rows: Vec<Vec<&'a [u8]>>,
    lines: Vec<u64>,
    symbol: Option<String>,
}

/// The fields that make the time.
struct Times {
    date: usize,
    time_of_day: Option<usize>,
}

impl<'a> Table<'a> {
    fn new(sample: &Sample<'a>, options: &LoadOptions) -> Result<Self, FileFault> {
        let delimiter = sample.delimiter;
        let mut rows: Vec<Vec<&[u8]>> =
            sample.lines.iter().map(|line| fields::split(line.text, delimiter)).collect();
        let Some(first) = rows.first() else { return Err(FileFault::Empty) };
        if first.len() > MAX_COLUMNS {
            let claimed = format!("{} columns", first.len());
            let limit = format!("at most {MAX_COLUMNS} are read");
            return Err(FileFault::TooLarge { claimed, limit });
        }
        let has_header = options.csv.header.unwrap_or_else(|| looks_like_header(&rows));
        let (raw, symbol, used) =
            if has_header { header(&rows)? } else { (headerless(&rows), None, 0) };
        let Some(line) = sample.lines.get(used) else { return Err(FileFault::HeaderOnly) };
        rows.drain(..used);
        let decimal_mark = match options.csv.decimal_comma {
            Some(comma) => {
                if comma {
                    b','
                } else {
                    b'.'
                }
            }
            None => find_decimal_mark(&rows, delimiter),
        };
        let lines = sample.lines[used..].iter().map(|line| line.number).collect();
        let raw = options.columns.rename(raw)?;
        let names = raw.iter().map(|name| names::normalize(name)).collect();
        Ok(Self {
            delimiter,
            decimal_mark,
            start: line.start,
            line: line.number,
            raw,
            names,
            rows,
            lines,
            symbol,
        })
    }

    /// The sampled values of a column.
    fn values(&self, column: usize) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.rows.iter().map(move |row| row.get(column).copied().unwrap_or_default())
    }

    fn present(&self, column: usize) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.values(column).filter(|value| !is_missing(value))
    }

    fn is_number(&self, value: &[u8]) -> bool {
        parse_field(value, self.decimal_mark).is_some() || parse_truth(value).is_some()
    }

    /// Whether a column has values and none is a number.
    fn is_text(&self, column: usize) -> bool {
        self.present(column).next().is_some() && !self.present(column).any(|v| self.is_number(v))
    }

    fn find_times(
        &self,
        bytes: &[u8],
        options: &LoadOptions,
    ) -> Result<(Times, TimeForm), FileFault> {
        let times = match options.columns.times.as_slice() {
            [] => self.detect_times().ok_or(FileFault::NoTime { columns: self.raw.clone() })?,
            [time] => {
                Times { date: names::place("time-column", time, &self.raw)?, time_of_day: None }
            }
            [date, time, ..] => Times {
                date: names::place("time-column", date, &self.raw)?,
                time_of_day: Some(names::place("time-column", time, &self.raw)?),
            },
        };
        let values: Vec<Value<'_>> = self
            .lines
            .iter()
            .zip(self.values(times.date))
            .map(|(&line, text)| Value { line, text })
            .collect();
        let known = Known { date_order: options.csv.date_order, epoch: options.csv.epoch };
        let all = || column_values(bytes, self.start, self.line, self.delimiter, times.date);
        let form = find_form(&self.raw[times.date], &values, all, known)?;
        Ok((times, form))
    }

    fn detect_times(&self) -> Option<Times> {
        if let Some((date, time)) = names::date_and_time(&self.names)
            && self.present(time).all(|value| parse_time_of_day(value).is_some())
            && self.present(date).all(|value| looks_like_time(value) && value.len() <= 12)
        {
            return Some(Times { date, time_of_day: Some(time) });
        }
        let readable = |column: &usize| {
            let textual = self.present(*column).next().is_some_and(looks_like_time);
            textual || self.present(*column).next().is_some_and(|v| parse_field(v, b'.').is_some())
        };
        let textual = |column: &usize| self.present(*column).next().is_some_and(looks_like_time);
        let candidates = names::time_candidates(&self.names);
        let date = candidates.iter().copied().find(readable);
        let date = date.or_else(|| (0..self.names.len()).find(textual));
        // A column that only its title makes a time is kept for the message about its values.
        let date = date.or_else(|| candidates.first().copied())?;
        Some(Times { date, time_of_day: None })
    }

    fn assign(
        self,
        times: &Times,
        time: TimeForm,
        options: &LoadOptions,
    ) -> Result<Layout, FileFault> {
        let kinds = self.field_kinds(times, options)?;
        let numbers: Vec<usize> =
            (0..kinds.len()).filter(|&column| kinds[column] == FieldKind::Number).collect();
        let titles: Vec<String> = numbers.iter().map(|&column| self.raw[column].clone()).collect();
        let (kind, names) = names::name_columns(&titles, &numbers, options.columns.kind)?;
        let own_name = titles.first().filter(|title| {
            titles.len() == 1 && kind == FrameKind::Bars && !names::is_price(title)
        });
        let symbol = self.symbol.clone().or_else(|| own_name.cloned());
        let is_ignored = |column: &usize| kinds[*column] == FieldKind::Ignored;
        let ignored = (0..kinds.len()).filter(is_ignored).map(|c| self.raw[c].clone()).collect();
        Ok(Layout {
            delimiter: self.delimiter,
            decimal_mark: self.decimal_mark,
            start: self.start,
            line: self.line,
            titles: self.raw,
            runs: runs(&kinds),
            fields: kinds,
            numbers: names,
            ignored,
            time,
            kind,
            symbol,
        })
    }

    fn field_kinds(
        &self,
        times: &Times,
        options: &LoadOptions,
    ) -> Result<Vec<FieldKind>, FileFault> {
        let ignored = options.columns.ignored(&self.raw)?;
        let mut has_symbol = false;
        let kind = |column: usize| {
            let has_role = names::is_bar_column(&self.names[column]);
            if column == times.date {
                FieldKind::Time
            } else if Some(column) == times.time_of_day {
                FieldKind::TimeOfDay
            } else if ignored.contains(&column) || self.is_row_number(column) {
                FieldKind::Ignored
            } else if self.is_text(column) && !has_role {
                let is_symbol = !has_symbol && names::is_symbol(&self.names[column]);
                has_symbol |= is_symbol;
                if is_symbol { FieldKind::Symbol } else { FieldKind::Ignored }
            } else {
                FieldKind::Number
            }
        };
        Ok((0..self.raw.len()).map(kind).collect())
    }

    /// Whether a column without a title is empty or counts the rows.
    fn is_row_number(&self, column: usize) -> bool {
        let numbers: Vec<Option<f64>> =
            self.present(column).map(|value| parse_field(value, b'.')).collect();
        let counts = |pair: &[Option<f64>]| match pair {
            [Some(a), Some(b)] => b - a == 1.0,
            _ => false,
        };
        self.names[column].is_empty() && numbers.windows(2).all(counts)
    }
}

fn runs(fields: &[FieldKind]) -> Vec<usize> {
    let mut runs = vec![0; fields.len() + 1];
    for index in (0..fields.len()).rev() {
        let is_number = fields[index] == FieldKind::Number;
        runs[index] = if is_number { runs[index + 1] + 1 } else { 0 };
    }
    runs
}

/// Whether the first row names the columns: somewhere it has text where the others have a
/// number or a time.
fn looks_like_header(rows: &[Vec<&[u8]>]) -> bool {
    let is_value = |field: &[u8]| {
        parse_field(field, b'.').is_some()
            || parse_field(field, b',').is_some()
            || looks_like_time(field)
    };
    let Some((first, rest)) = rows.split_first() else { return false };
    let column_has_values =
        |column: usize| rest.iter().filter_map(|row| row.get(column)).any(|field| is_value(field));
    let titled = |(column, field): (usize, &&[u8])| {
        !is_missing(field) && !is_value(field) && (rest.is_empty() || column_has_values(column))
    };
    first.iter().enumerate().any(titled)
}

/// Returns the titles, the symbol if the header tells it, and the number of lines used.
fn header(rows: &[Vec<&[u8]>]) -> Result<(Vec<String>, Option<String>, usize), FileFault> {
    let name = |field: &&[u8]| {
        std::str::from_utf8(field)
            .map(|name| name.trim().to_owned())
            .map_err(|_| FileFault::NotUtf8)
    };
    let mut titles: Vec<String> = rows[0].iter().map(name).collect::<Result<_, _>>()?;
    let starts = |row: usize, word: &str| {
        rows.get(row)
            .and_then(|row| row.first())
            .is_some_and(|f| f.eq_ignore_ascii_case(word.as_bytes()))
    };
    if !(starts(0, "price") && starts(1, "ticker")) {
        return Ok((titles, None, 1));
    }
    // Three header lines: the prices, their tickers, and the title of the time.
    let tickers: Vec<String> = rows[1].iter().skip(1).map(name).collect::<Result<_, _>>()?;
    if let Some(other) = tickers.iter().find(|ticker| **ticker != tickers[0]) {
        let symbols = vec![tickers[0].clone(), other.clone()];
        return Err(FileFault::SeveralSymbols { count: 2, symbols });
    }
    let has_third = starts(2, "date") || starts(2, "datetime");
    if has_third {
        titles[0] = name(&rows[2][0])?;
    }
    Ok((titles, tickers.into_iter().next(), if has_third { 3 } else { 2 }))
}

fn headerless(rows: &[Vec<&[u8]>]) -> Vec<String> {
    let Some(first) = rows.first() else { return Vec::new() };
    let date_and_time = first.get(..2).is_some_and(|fields| {
        looks_like_time(fields[0])
            && fields[1].contains(&b':')
            && parse_time_of_day(fields[1]).is_some()
    });
    names::without_header(first.len(), date_and_time)
}

/// Returns a value as a message shows it.
pub(super) fn shown(bytes: &[u8]) -> String {
    forms::text(bytes)
}
