//! The column store: bars, a panel or trades in one file that is mapped, not read.
//!
//! Opening maps the file and checks the header; values are read when they are used. Checksums of
//! the values are verified on demand ([`verify`]). Files are never changed in place: [`write`] and
//! [`append`] write a new file beside the old one, synchronise it to disk and rename it, so a crash
//! leaves the old file or the new one, and readers keep what they have mapped. Appending therefore
//! copies the history once. Two processes that append at the same time lose one of the additions:
//! there is one writer at a time.
//!
//! # Format, version 1
//!
//! Numbers are little-endian. A text is its length in bytes (`u32`) and its UTF-8 bytes.
//!
//! | offset | bytes | content |
//! |---|---|---|
//! | 0 | 8 | magic `8A 42 4F 4C 54 0D 0A 1A`, which conversions of line ends destroy |
//! | 8 | 4 | version, 1 |
//! | 12 | 4 | length of the header, from byte 0 to the end of its checksum |
//! | 16 | 8 | length of the file |
//! | 24 | 8 | rows |
//! | 32 | 4 | kind: 1 bars, 2 panel, 3 trades |
//! | 36 | 4 | number of columns |
//! | 40 | 4 | number of assets, 0 unless a panel |
//! | 44 | 4 | values a row: 1, of a panel the stride |
//! | 48 | | directory, an entry a column |
//! | | | assets, a text each |
//! | | | symbol (text), zone (text) |
//! | | 4, 4 | times were written: 0 without a zone, 1 as instants; 1 if dates only |
//! | | 4, 8 | interval: unit (0 none, 1 nanoseconds, 2 days, 3 weeks, 4 months) and number |
//! | | 16 | XXH3 (128 bits) of the file that the data came from, 0 if none |
//! | | 8 | XXH3 (64 bits) of all bytes before |
//! | | | the values of each column, in the order of the directory, each at the next multiple of 64 bytes behind the one before; zeros between |
//!
//! A directory entry is the type of values (`u32`: 1 `f64`, 2 nanoseconds since 1970 as `i64`, 3
//! `u8`), the name (text), the offset of the first value (`u64`), the number of values (`u64`) and
//! the XXH3 (64 bits) of their bytes (`u64`). The first column is `ts`, the times; the column
//! `universe` of a panel holds its mask as `u8`; all others are `f64`, of a panel row by row.

mod layout;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use bolt_base::UnixNanos;
use memmap2::Mmap;
use xxhash_rust::xxh3::Xxh3;

use super::bars::Bars;
use super::column::{Column, Element};
use super::error::{DataError, StoreFault};
use super::files::{FileBytes, replace};
use super::load::Dataset;
use super::panel::Panel;
use super::trades::Trades;
use layout::{Entry, Header, Kind, MAGIC, ValueType};

const _: () = assert!(cfg!(target_endian = "little"), "columns are mapped as they lie in the file");

/// The name of the column of times.
const TIMES: &str = "ts";
/// The name of the column of a panel's mask.
const UNIVERSE: &str = "universe";

/// Writes data into a column store, replacing the file whole.
///
/// # Errors
/// If the file cannot be written; the old one, if any, is untouched then.
pub fn write(path: impl AsRef<Path>, data: &Dataset) -> Result<(), DataError> {
    let contents = Contents::of(data);
    write_parts(path.as_ref(), &contents.header, &[&contents])
}

/// Appends later rows to a column store.
///
/// The file is written anew and renamed: a crash leaves the old one.
///
/// # Errors
/// If the file is not a sound store, the data have other columns or assets, or do not begin after
/// the last row of the store.
pub fn append(path: impl AsRef<Path>, data: &Dataset) -> Result<(), DataError> {
    let path = path.as_ref();
    verify(path)?;
    let old = open(path)?;
    let (old, new) = (Contents::of(&old), Contents::of(data));
    let fail = |reason: String| {
        Err(DataError::Mismatch(format!("cannot append to `{}`: {reason}", path.display())))
    };
    let names = |contents: &Contents| -> Vec<String> {
        contents.header.columns.iter().map(|entry| entry.name.clone()).collect()
    };
    if old.header.kind != new.header.kind || old.header.assets != new.header.assets {
        return fail("it holds data of another kind or other assets".to_owned());
    }
    if names(&old) != names(&new) {
        return fail(format!("it has the columns {:?}, not {:?}", names(&old), names(&new)));
    }
    let allows_equal = old.header.kind == Kind::Trades;
    if let (Some(last), Some(first)) = (old.times.last(), new.times.first())
        && (first < last || (first == last && !allows_equal))
    {
        return fail(format!("the new rows begin at {first}, and the last row is of {last}"));
    }
    write_parts(path, &old.header, &[&old, &new])
}

/// Opens a column store. Its values are mapped and not verified; see [`verify`].
///
/// # Errors
/// If the file cannot be opened, or its header is not sound.
pub fn open(path: impl AsRef<Path>) -> Result<Dataset, DataError> {
    let path = path.as_ref();
    let FileBytes::Mapped(map) = FileBytes::open(path)? else {
        let reason = format!("`{}` is not a plain file, so it cannot be mapped", path.display());
        return Err(DataError::Mismatch(reason));
    };
    open_map(&path.display().to_string(), &map)
}

/// Reads all of a column store: checksums, padding, and the order of times.
///
/// # Errors
/// If the file cannot be opened or anything is not as it was written.
pub fn verify(path: impl AsRef<Path>) -> Result<(), DataError> {
    let path = path.as_ref();
    let data = open(path)?;
    verify_map(&path.display().to_string(), &FileBytes::open(path)?, &data)
}

/// Verifies the bytes of a store that holds some data.
pub(crate) fn verify_map(file: &str, bytes: &[u8], data: &Dataset) -> Result<(), DataError> {
    let fail = |fault| DataError::Store { file: file.to_owned(), fault };
    let header = Header::decode(bytes).map_err(fail)?;
    let mut position = header.encode(0).len();
    for entry in &header.columns {
        let (start, end) = (entry.offset as usize, entry.end() as usize);
        let damaged = checksum(std::iter::once(&bytes[start..end])) != entry.checksum;
        if damaged || bytes[position..start].iter().any(|&b| b != 0) {
            return Err(fail(StoreFault::ColumnChecksum(entry.name.clone())));
        }
        position = end;
    }
    let times = Contents::of(data).times;
    let allows_equal = header.kind == Kind::Trades;
    match times.windows(2).position(|t| t[0] > t[1] || (t[0] == t[1] && !allows_equal)) {
        Some(row) => {
            let reason = format!("the time of row {} is not after the one before", row + 2);
            Err(fail(StoreFault::Content(reason)))
        }
        None => Ok(()),
    }
}

/// Whether bytes begin as a column store does, even one damaged by a conversion of line ends.
pub(crate) fn is_store(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC[..5])
}

pub(crate) fn open_map(file: &str, map: &Arc<Mmap>) -> Result<Dataset, DataError> {
    let fail = |fault| DataError::Store { file: file.to_owned(), fault };
    let header = Header::decode(map).map_err(fail)?;
    let content = |error: DataError| fail(StoreFault::Content(error.to_string()));
    dataset(header, map).map_err(|error| match error {
        Broken::Data(error) => content(error),
        Broken::Header(reason) => fail(StoreFault::Header(reason)),
    })
}

/// Why a sound header does not make data.
enum Broken {
    Header(String),
    Data(DataError),
}

fn dataset(header: Header, map: &Arc<Mmap>) -> Result<Dataset, Broken> {
    let Header { kind, rows: _, stride, assets, columns, symbol, basis, interval, source_hash } =
        header;
    let is_times = |entry: &Entry| entry.value_type == ValueType::Time && entry.name == TIMES;
    let Some((times, others)) = columns.split_first().filter(|(first, _)| is_times(first)) else {
        return Err(Broken::Header(format!("the first column is not `{TIMES}`")));
    };
    let times: Column<UnixNanos> = mapped(times, map)?;
    let mut values = Vec::new();
    let mut universe = None;
    for entry in others {
        match entry.value_type {
            ValueType::F64 => values.push((entry.name.clone(), mapped(entry, map)?)),
            ValueType::U8 if entry.name == UNIVERSE => universe = Some(mapped(entry, map)?),
            ValueType::U8 | ValueType::Time => {
                return Err(Broken::Header(format!("`{}` has values of another type", entry.name)));
            }
        }
    }
    let stride = stride as usize;
    if kind != Kind::Panel && (stride != 1 || universe.is_some() || !assets.is_empty()) {
        return Err(Broken::Header("assets without a panel".to_owned()));
    }
    match kind {
        Kind::Bars => {
            let mut bars = Bars::of_ordered(symbol, times, values).map_err(Broken::Data)?;
            (bars.basis, bars.interval, bars.source_hash) = (basis, interval, source_hash);
            Ok(Dataset::Bars(bars))
        }
        Kind::Panel => {
            let panel = Panel::of_parts(assets, stride, times, values, universe);
            let mut panel = panel.map_err(Broken::Data)?;
            (panel.basis, panel.interval, panel.source_hash) = (basis, interval, source_hash);
            Ok(Dataset::Panel(panel))
        }
        Kind::Trades => {
            let mut trades = Trades::of_ordered(symbol, times, values).map_err(Broken::Data)?;
            (trades.basis, trades.source_hash) = (basis, source_hash);
            Ok(Dataset::Trades(trades))
        }
    }
}

fn mapped<T: Element>(entry: &Entry, map: &Arc<Mmap>) -> Result<Column<T>, Broken> {
    let column = Column::mapped(map, entry.offset as usize, entry.values as usize);
    column.ok_or_else(|| Broken::Header(format!("`{}` does not lie in the file", entry.name)))
}

/// Data as a store keeps them: a header whose columns have no place yet, and their bytes.
struct Contents<'a> {
    header: Header,
    times: &'a [UnixNanos],
    bytes: Vec<&'a [u8]>,
}

impl<'a> Contents<'a> {
    fn of(data: &'a Dataset) -> Self {
        match data {
            Dataset::Bars(bars) => {
                let mut contents = Self::empty(Kind::Bars, bars.timestamps());
                contents.header.symbol.clone_from(&bars.symbol);
                contents.header.basis = bars.basis.clone();
                contents.header.interval = bars.interval;
                contents.header.source_hash = bars.source_hash;
                bars.columns()
                    .for_each(|(name, column)| contents.add(name, ValueType::F64, column));
                contents
            }
            Dataset::Panel(panel) => {
                let mut contents = Self::empty(Kind::Panel, panel.timestamps());
                contents.header.stride = panel.stride() as u32;
                contents.header.assets = panel.assets().to_vec();
                contents.header.basis = panel.basis.clone();
                contents.header.interval = panel.interval;
                contents.header.source_hash = panel.source_hash;
                panel.fields().for_each(|(name, field)| contents.add(name, ValueType::F64, field));
                if let Some(universe) = panel.universe() {
                    contents.add(UNIVERSE, ValueType::U8, universe);
                }
                contents
            }
            Dataset::Trades(trades) => {
                let mut contents = Self::empty(Kind::Trades, trades.timestamps());
                contents.header.symbol.clone_from(&trades.symbol);
                contents.header.basis = trades.basis.clone();
                contents.header.source_hash = trades.source_hash;
                trades
                    .columns()
                    .for_each(|(name, column)| contents.add(name, ValueType::F64, column));
                contents
            }
        }
    }

    fn empty(kind: Kind, times: &'a Column<UnixNanos>) -> Self {
        let header = Header {
            kind,
            rows: times.len() as u64,
            stride: 1,
            assets: Vec::new(),
            columns: Vec::new(),
            symbol: String::new(),
            basis: super::frame::TimeBasis::default(),
            interval: None,
            source_hash: 0,
        };
        let mut contents = Self { header, times, bytes: Vec::new() };
        contents.add(TIMES, ValueType::Time, times);
        contents
    }

    fn add<T: Element>(&mut self, name: &str, value_type: ValueType, column: &'a Column<T>) {
        let values = column.len() as u64;
        let name = name.to_owned();
        self.header.columns.push(Entry { name, value_type, offset: 0, values, checksum: 0 });
        self.bytes.push(column.as_bytes());
    }
}

fn checksum<'a>(parts: impl Iterator<Item = &'a [u8]>) -> u64 {
    let mut hasher = Xxh3::new();
    parts.for_each(|part| hasher.update(part));
    hasher.digest()
}

/// Writes the rows of several contents of one shape behind one another.
fn write_parts(path: &Path, header: &Header, parts: &[&Contents<'_>]) -> Result<(), DataError> {
    let mut header = header.clone();
    header.rows = parts.iter().map(|part| part.header.rows).sum();
    for (column, entry) in header.columns.iter_mut().enumerate() {
        entry.values = parts.iter().map(|part| part.header.columns[column].values).sum();
        entry.checksum = checksum(parts.iter().map(|part| part.bytes[column]));
    }
    let length = header.place_columns();
    let head = header.encode(length);
    replace(path, |writer| {
        writer.write_all(&head)?;
        let mut position = head.len() as u64;
        for (column, entry) in header.columns.iter().enumerate() {
            let padding = [0; super::column::ALIGNMENT];
            writer.write_all(&padding[..(entry.offset - position) as usize])?;
            parts.iter().try_for_each(|part| writer.write_all(part.bytes[column]))?;
            position = entry.end();
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests;
