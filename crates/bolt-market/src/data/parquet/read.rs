//! Parquet to frames.

use std::cell::Cell;
use std::fs::File;
use std::panic::{AssertUnwindSafe, UnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Once;

use ::parquet::basic::{Compression, ConvertedType, LogicalType, TimeUnit, Type};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;

use super::{SYMBOL_KEY, ZONE_KEY};
use crate::data::csv::EpochUnit;
use crate::data::error::{DataError, FileFault, RowFault, RowFaultKind, RowFaults};
use crate::data::frame::{
    Frame, Lines, Names, SkippedTimes, Symbols, TimeBasis, TimeSource, instants,
};
use crate::data::load::LoadOptions;
use crate::data::names;
use crate::data::report::RepairReport;
use crate::data::zone::Zone;

/// How many rows are decoded at a time.
const BATCH: usize = 8192;

/// Reads a file.
///
/// A damaged file may make the decoder panic; that is caught here and reported as what it is.
pub(crate) fn read(file: &str, path: &Path, options: &LoadOptions) -> Result<Frame, DataError> {
    let open = || File::open(path).map_err(DataError::io("open", path));
    let damaged = |reason: String| DataError::Parquet { file: file.to_owned(), reason };
    let read = || {
        let reader = SerializedFileReader::new(open()?).map_err(|error| damaged(said(&error)))?;
        Table::new(file, &reader, options)?.read(options)
    };
    quietly(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(damaged("it is damaged: decoding it failed unexpectedly; write it again".to_owned()))
    })
}

thread_local! {
    /// Whether a panic of this thread is one of the decoder's, which becomes an error.
    static DECODES: Cell<bool> = const { Cell::new(false) };
}

/// Runs the decoder, whose panics over damaged files are caught and not printed.
fn quietly<T>(read: impl FnOnce() -> T + UnwindSafe) -> std::thread::Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !DECODES.get() {
                before(panic);
            }
        }));
    });
    DECODES.set(true);
    let result = catch_unwind(read);
    DECODES.set(false);
    result
}

fn said(error: &ParquetError) -> String {
    match error {
        ParquetError::NYI(_) => format!("{error}; write it with plainer options"),
        _ => format!("it is damaged or cut off ({error}); fetch it or write it again"),
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Content {
    /// Numbers, to be divided by the number given.
    Number { divisor: f64, signed: bool },
    /// Times in units of so many nanoseconds, as instants or on an unnamed clock.
    Time { unit: i64, instant: bool },
    /// Text.
    Text,
    /// Nothing that can be kept.
    Other,
}

fn content_of(column: &ColumnDescriptor) -> Content {
    const NUMBER: Content = Content::Number { divisor: 1.0, signed: true };
    if column.max_rep_level() > 0 || column.path().parts().len() > 1 {
        return Content::Other;
    }
    let scale = || Content::Number { divisor: 10f64.powi(column.type_scale()), signed: true };
    let time = |unit, instant| Content::Time { unit, instant };
    let physical = column.physical_type();
    let is_integer = matches!(physical, Type::INT32 | Type::INT64 | Type::FIXED_LEN_BYTE_ARRAY)
        && column.type_length() <= 16;
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Timestamp(kind)), _) => {
            time(nanos(&kind.unit), kind.is_adjusted_to_u_t_c)
        }
        (None, ConvertedType::TIMESTAMP_MILLIS) => time(1_000_000, true),
        (None, ConvertedType::TIMESTAMP_MICROS) => time(1_000, true),
        (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => {
            time(bolt_base::UnixNanos::DAY, false)
        }
        (Some(LogicalType::Decimal(_)), _) | (None, ConvertedType::DECIMAL) if is_integer => {
            scale()
        }
        (Some(LogicalType::Decimal(_) | LogicalType::Time(_)), _) => Content::Other,
        (Some(LogicalType::Integer(kind)), _) => {
            Content::Number { divisor: 1.0, signed: kind.is_signed }
        }
        (Some(LogicalType::String), _) | (None, ConvertedType::UTF8) => Content::Text,
        _ => match physical {
            Type::BOOLEAN | Type::INT32 | Type::INT64 | Type::FLOAT | Type::DOUBLE => NUMBER,
            Type::INT96 => time(1, false),
            Type::BYTE_ARRAY => Content::Text,
            Type::FIXED_LEN_BYTE_ARRAY => Content::Other,
        },
    }
}

fn nanos(unit: &TimeUnit) -> i64 {
    match unit {
        TimeUnit::MILLIS => 1_000_000,
        TimeUnit::MICROS => 1_000,
        TimeUnit::NANOS => 1,
    }
}

/// A file and what its columns are.
struct Table<'a> {
    file: &'a str,
    reader: &'a SerializedFileReader<File>,
    titles: Vec<String>,
    contents: Vec<Content>,
    time: usize,
    symbol: Option<usize>,
    numbers: Vec<usize>,
}

impl<'a> Table<'a> {
    fn new(
        file: &'a str,
        reader: &'a SerializedFileReader<File>,
        options: &LoadOptions,
    ) -> Result<Self, DataError> {
        let at_file = |fault| DataError::file(file, fault);
        let schema = reader.metadata().file_metadata().schema_descr();
        let titles = schema.columns().iter().map(|column| column.path().string()).collect();
        let titles = options.columns.rename(titles).map_err(at_file)?;
        let mut contents: Vec<Content> = schema.columns().iter().map(|c| content_of(c)).collect();
        let ignored = options.columns.ignored(&titles).map_err(at_file)?;
        ignored.into_iter().for_each(|column| contents[column] = Content::Other);
        let time = find_time(&titles, &contents, options).map_err(at_file)?;
        let is = |wanted: fn(&Content) -> bool| {
            let contents = &contents;
            (0..contents.len()).filter(move |&column| column != time && wanted(&contents[column]))
        };
        let symbol = is(|content| *content == Content::Text)
            .find(|&column| names::is_symbol(&names::normalize(&titles[column])));
        let numbers = is(|content| matches!(content, Content::Number { .. })).collect();
        Ok(Self { file, reader, titles, contents, time, symbol, numbers })
    }

    fn read(self, options: &LoadOptions) -> Result<Frame, DataError> {
        let titles: Vec<String> =
            self.numbers.iter().map(|&column| self.titles[column].clone()).collect();
        let (kind, names) = names::name_columns(&titles, &self.numbers, options.columns.kind)
            .map_err(|fault| DataError::file(self.file, fault))?;
        let (times, source) = self.times(options)?;
        if times.is_empty() {
            return Err(DataError::file(self.file, FileFault::HeaderOnly));
        }
        let values = self.numbers.iter().map(|&column| self.numbers_of(column));
        let columns: Vec<(String, Vec<f64>)> =
            names.into_iter().zip(values.collect::<Result<Vec<_>, _>>()?).collect();
        let symbols = self.symbols()?;
        let lengths = columns.iter().map(|(name, values)| (name.as_str(), values.len()));
        let of_symbols = match &symbols {
            Symbols::One(_) => None,
            Symbols::Each { numbers, .. } => Some(("the symbols", numbers.len())),
        };
        self.check_lengths(times.len(), lengths.chain(of_symbols))?;
        let mut report = RepairReport { rows_read: times.len() as u64, ..RepairReport::default() };
        let kept = |column: &usize| {
            *column == self.time || self.symbol == Some(*column) || self.numbers.contains(column)
        };
        report.ignored_columns =
            (0..self.titles.len()).filter(|c| !kept(c)).map(|c| self.titles[c].clone()).collect();
        let lines = Lines::Dense { first: 1, skipped: Vec::new() };
        let zone = self.zone(options)?;
        let (times, skipped_times) = match source {
            TimeSource::Naive => instants(&zone, times, &lines, &mut report),
            TimeSource::Instant => {
                let times = times.into_iter().map(bolt_base::UnixNanos).collect();
                (times, SkippedTimes::default())
            }
        };
        Ok(Frame {
            file: self.file.to_owned(),
            unit: "row",
            kind,
            basis: TimeBasis::of(zone, source, &times),
            times,
            skipped_times,
            columns,
            symbols,
            lines,
            source_hash: 0,
            report,
        })
    }

    /// Checks that columns have as many values as there are times: not so in a damaged file.
    fn check_lengths<'c>(
        &self,
        rows: usize,
        mut lengths: impl Iterator<Item = (&'c str, usize)>,
    ) -> Result<(), DataError> {
        match lengths.find(|(_, length)| *length != rows) {
            Some((name, length)) => {
                let reason = format!(
                    "it is damaged: `{name}` has {length} values and there are {rows} times; write \
                     it again"
                );
                Err(DataError::Parquet { file: self.file.to_owned(), reason })
            }
            None => Ok(()),
        }
    }

    fn metadata(&self, key: &str) -> Option<String> {
        let pairs = self.reader.metadata().file_metadata().key_value_metadata()?;
        pairs.iter().find(|pair| pair.key == key)?.value.clone()
    }

    fn zone(&self, options: &LoadOptions) -> Result<Zone, DataError> {
        match (&options.zone, self.metadata(ZONE_KEY)) {
            (Some(zone), _) => Ok(zone.clone()),
            (None, Some(name)) => Ok(Zone::named(&name)?),
            (None, None) => Ok(Zone::utc()),
        }
    }

    fn symbols(&self) -> Result<Symbols, DataError> {
        let Some(column) = self.symbol else {
            return Ok(Symbols::One(self.metadata(SYMBOL_KEY)));
        };
        let mut names = Names::default();
        let mut numbers = Vec::new();
        self.each_group(column, |reader, levels| match reader {
            ColumnReader::ByteArrayColumnReader(reader) => {
                let number =
                    |name: &ByteArray| names.number_of(&String::from_utf8_lossy(name.data()));
                append(reader, levels, number, u32::MAX, &mut numbers)
            }
            _ => Ok(()),
        })?;
        if numbers.contains(&u32::MAX) {
            let column = &self.titles[column];
            let reason = format!("the column `{column}` does not name an asset in each row");
            return Err(DataError::Parquet { file: self.file.to_owned(), reason });
        }
        Ok(match names.list.len() {
            0 | 1 => Symbols::One(names.list.into_iter().next()),
            _ => Symbols::Each { names: names.list, numbers },
        })
    }

    /// Reads the times as nanoseconds, in UTC or on an unnamed clock.
    fn times(&self, options: &LoadOptions) -> Result<(Vec<i64>, TimeSource), DataError> {
        let mut counts: Vec<Option<i64>> = Vec::new();
        self.each_group(self.time, |reader, levels| match reader {
            ColumnReader::Int64ColumnReader(r) => {
                append(r, levels, |v| Some(*v), None, &mut counts)
            }
            ColumnReader::Int32ColumnReader(r) => {
                append(r, levels, |v| Some(i64::from(*v)), None, &mut counts)
            }
            ColumnReader::Int96ColumnReader(r) => {
                append(r, levels, |v| Some(v.to_nanos()), None, &mut counts)
            }
            _ => Ok(()),
        })?;
        let last = counts.iter().rev().find_map(|count| *count).unwrap_or(0);
        let (unit, source) = match self.contents[self.time] {
            Content::Time { unit, instant: false } => (unit, TimeSource::Naive),
            Content::Time { unit, instant: true } => (unit, TimeSource::Instant),
            _ => {
                let unit = options.csv.epoch.unwrap_or_else(|| EpochUnit::of_magnitude(last));
                (unit.nanos(), TimeSource::Instant)
            }
        };
        let mut faults =
            RowFaults { file: self.file.to_owned(), unit: "row", first: Vec::new(), count: 0 };
        let mut convert = |(count, line): (Option<i64>, u64)| {
            count.and_then(|count| count.checked_mul(unit)).unwrap_or_else(|| {
                faults.count += 1;
                if faults.first.len() < RowFaults::MAX {
                    let column = self.titles[self.time].clone();
                    let value = count.map_or(String::new(), |count| count.to_string());
                    let form = "years 1678 to 2261".to_owned();
                    let kind = if count.is_some() {
                        RowFaultKind::Time { form }
                    } else {
                        RowFaultKind::NoTime
                    };
                    faults.first.push(RowFault { line, column, value, kind });
                }
                0
            })
        };
        let times = counts.into_iter().zip(1..).map(&mut convert).collect();
        if faults.count > 0 { Err(faults.into()) } else { Ok((times, source)) }
    }

    fn numbers_of(&self, column: usize) -> Result<Vec<f64>, DataError> {
        let Content::Number { divisor, signed } = self.contents[column] else {
            return Ok(Vec::new());
        };
        let mut out = Vec::new();
        let int32 = |v: &i32| if signed { f64::from(*v) } else { f64::from(*v as u32) } / divisor;
        let int64 = |v: &i64| if signed { *v as f64 } else { *v as u64 as f64 } / divisor;
        self.each_group(column, |reader, levels| match reader {
            ColumnReader::DoubleColumnReader(r) => append(r, levels, |v| *v, f64::NAN, &mut out),
            ColumnReader::FloatColumnReader(r) => {
                append(r, levels, |v| f64::from(*v), f64::NAN, &mut out)
            }
            ColumnReader::Int32ColumnReader(r) => append(r, levels, int32, f64::NAN, &mut out),
            ColumnReader::Int64ColumnReader(r) => append(r, levels, int64, f64::NAN, &mut out),
            ColumnReader::BoolColumnReader(r) => {
                append(r, levels, |v| f64::from(u8::from(*v)), f64::NAN, &mut out)
            }
            ColumnReader::FixedLenByteArrayColumnReader(r) => {
                append(r, levels, |v| big_endian(v.data()) / divisor, f64::NAN, &mut out)
            }
            _ => Ok(()),
        })?;
        Ok(out)
    }

    /// Hands the reader of each row group's part of a column to `read`, with the level at which
    /// a value is present.
    fn each_group(
        &self,
        column: usize,
        mut read: impl FnMut(ColumnReader, i16) -> Result<(), ParquetError>,
    ) -> Result<(), DataError> {
        let fail = |reason: String| DataError::Parquet { file: self.file.to_owned(), reason };
        for group in 0..self.reader.num_row_groups() {
            let metadata = self.reader.metadata().row_group(group).column(column);
            let codec = metadata.compression();
            let is_known = matches!(
                codec,
                Compression::UNCOMPRESSED
                    | Compression::SNAPPY
                    | Compression::ZSTD(_)
                    | Compression::LZ4
                    | Compression::LZ4_RAW
            );
            if !is_known {
                let column = &self.titles[column];
                return Err(fail(format!(
                    "column `{column}` is compressed with {codec}, which is not read; write it with snappy, zstd or lz4"
                )));
            }
            let level = metadata.column_descr().max_def_level();
            let group = self.reader.get_row_group(group);
            let column = group.and_then(|group| group.get_column_reader(column));
            column.and_then(|reader| read(reader, level)).map_err(|error| fail(said(&error)))?;
        }
        Ok(())
    }
}

/// Returns a signed integer of at most 16 bytes, as decimals are kept.
fn big_endian(bytes: &[u8]) -> f64 {
    let sign = if bytes.first().is_some_and(|first| *first >= 0x80) { -1i128 } else { 0 };
    bytes.iter().fold(sign, |value, byte| value << 8 | i128::from(*byte)) as f64
}

/// Finds the column of times: the one named, else the one of that type with the most telling
/// name, else one of whole numbers with such a name.
fn find_time(
    titles: &[String],
    contents: &[Content],
    options: &LoadOptions,
) -> Result<usize, FileFault> {
    if let Some(name) = options.columns.times.first() {
        return names::place("time-column", name, titles);
    }
    let names: Vec<String> = titles.iter().map(|title| names::normalize(title)).collect();
    let is_time = |column: &usize| matches!(contents[*column], Content::Time { .. });
    let is_number = |column: &usize| matches!(contents[*column], Content::Number { .. });
    let candidates = names::time_candidates(&names);
    let by_name = candidates.iter().copied().find(is_time);
    let by_type = || (0..titles.len()).find(is_time);
    let counted = || candidates.iter().copied().find(is_number);
    by_name.or_else(by_type).or_else(counted).ok_or(FileFault::NoTime { columns: titles.to_vec() })
}

/// Appends all values of a part of a column, with `missing` where there is none.
fn append<T: DataType, Out: Copy>(
    mut reader: ColumnReaderImpl<T>,
    present: i16,
    mut convert: impl FnMut(&T::T) -> Out,
    missing: Out,
    out: &mut Vec<Out>,
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    loop {
        values.clear();
        levels.clear();
        let (records, ..) = reader.read_records(BATCH, Some(&mut levels), None, &mut values)?;
        if records == 0 {
            return Ok(());
        }
        if present == 0 {
            out.extend(values.iter().map(&mut convert));
            continue;
        }
        let mut values = values.iter();
        for level in &levels {
            let value = if *level == present { values.next() } else { None };
            out.push(value.map_or(missing, &mut convert));
        }
    }
}
