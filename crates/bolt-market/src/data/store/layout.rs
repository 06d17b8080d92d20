//! The header of a column store: encoding, decoding and refusing.

use xxhash_rust::xxh3::xxh3_64;

use crate::data::column::ALIGNMENT;
use crate::data::error::StoreFault;
use crate::data::frame::{TimeBasis, TimeSource};
use crate::data::interval::Interval;
use crate::data::zone::Zone;

pub(super) const MAGIC: [u8; 8] = *b"\x8ABOLT\r\n\x1A";
pub(super) const VERSION: u32 = 1;

/// Bytes before the directory.
const FIXED: usize = 48;
/// Bytes of a directory entry without its name.
const ENTRY: usize = 32;
const CHECKSUM: usize = 8;
/// The longest header that is read.
const MAX_HEADER: usize = 1 << 26;

/// What a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bars = 1,
    Panel = 2,
    Trades = 3,
}

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueType {
    F64 = 1,
    Time = 2,
    U8 = 3,
}

impl ValueType {
    pub(super) fn size(self) -> u64 {
        match self {
            Self::F64 | Self::Time => 8,
            Self::U8 => 1,
        }
    }
}

/// One column in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) value_type: ValueType,
    pub(super) offset: u64,
    pub(super) values: u64,
    pub(super) checksum: u64,
}

impl Entry {
    /// The position behind the last byte. A decoded entry lies inside the file.
    pub(super) fn end(&self) -> u64 {
        self.offset + self.values * self.value_type.size()
    }
}

/// Everything but the values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) rows: u64,
    pub(super) stride: u32,
    pub(super) assets: Vec<String>,
    pub(super) columns: Vec<Entry>,
    pub(super) symbol: String,
    pub(super) basis: TimeBasis,
    pub(super) interval: Option<Interval>,
    pub(super) source_hash: u128,
}

/// Returns the next multiple of the alignment.
fn aligned(position: u64) -> u64 {
    position.next_multiple_of(ALIGNMENT as u64)
}

impl Header {
    /// Gives each column its place, in their order, and returns the length of the file.
    pub(super) fn place_columns(&mut self) -> u64 {
        let mut position = self.encode(0).len() as u64;
        for entry in &mut self.columns {
            entry.offset = aligned(position);
            position = entry.end();
        }
        position
    }

    /// Returns the bytes of the header of a file of that length.
    pub(super) fn encode(&self, file_length: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(file_length.to_le_bytes());
        bytes.extend(self.rows.to_le_bytes());
        bytes.extend((self.kind as u32).to_le_bytes());
        bytes.extend((self.columns.len() as u32).to_le_bytes());
        bytes.extend((self.assets.len() as u32).to_le_bytes());
        bytes.extend(self.stride.to_le_bytes());
        for Entry { name, value_type, offset, values, checksum } in &self.columns {
            bytes.extend((*value_type as u32).to_le_bytes());
            put_text(&mut bytes, name);
            bytes.extend(offset.to_le_bytes());
            bytes.extend(values.to_le_bytes());
            bytes.extend(checksum.to_le_bytes());
        }
        self.assets.iter().for_each(|asset| put_text(&mut bytes, asset));
        self.encode_meaning(&mut bytes);
        let length = (bytes.len() + CHECKSUM) as u32;
        bytes[12..16].copy_from_slice(&length.to_le_bytes());
        bytes.extend(xxh3_64(&bytes).to_le_bytes());
        bytes
    }

    fn encode_meaning(&self, bytes: &mut Vec<u8>) {
        let Self { symbol, basis, interval, source_hash, .. } = self;
        put_text(bytes, symbol);
        put_text(bytes, basis.zone.name());
        let source = match basis.source {
            TimeSource::Naive => 0u32,
            TimeSource::Instant => 1,
        };
        bytes.extend(source.to_le_bytes());
        bytes.extend(u32::from(basis.dates_only).to_le_bytes());
        let (unit, count) = match *interval {
            None => (0u32, 0),
            Some(Interval::Time(nanos)) => (1, nanos),
            Some(Interval::Days(count)) => (2, i64::from(count)),
            Some(Interval::Weeks(count)) => (3, i64::from(count)),
            Some(Interval::Months(count)) => (4, i64::from(count)),
        };
        bytes.extend(unit.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(source_hash.to_le_bytes());
    }

    /// Reads the header of a file. Nothing is allocated before a length has been compared with
    /// the bytes that there are.
    pub(super) fn decode(file: &[u8]) -> Result<Self, StoreFault> {
        let header = checked_header(file)?;
        let mut reader = Reader { rest: &header[16..header.len() - CHECKSUM] };
        let _file_length = reader.u64()?;
        let rows = reader.u64()?;
        let kind = match reader.u32()? {
            1 => Kind::Bars,
            2 => Kind::Panel,
            3 => Kind::Trades,
            other => return Err(inconsistent(format!("content of kind {other}"))),
        };
        let columns = reader.count(ENTRY)?;
        let assets = reader.count(4)?;
        let stride = reader.u32()?;
        let columns = (0..columns).map(|_| reader.entry()).collect::<Result<Vec<_>, _>>()?;
        let assets = (0..assets).map(|_| reader.text()).collect::<Result<_, _>>()?;
        let symbol = reader.text()?;
        let (basis, interval, source_hash) = reader.meaning()?;
        if !reader.rest.is_empty() {
            return Err(inconsistent(format!("{} bytes too many", reader.rest.len())));
        }
        let header =
            Self { kind, rows, stride, assets, columns, symbol, basis, interval, source_hash };
        header.check_columns(file.len() as u64, header.encode(0).len() as u64)?;
        Ok(header)
    }

    /// Every column lies inside the file, behind the one before it, and has a value for each row.
    fn check_columns(&self, file_length: u64, header_length: u64) -> Result<(), StoreFault> {
        let mut position = header_length;
        for entry in &self.columns {
            let Entry { name, value_type, offset, values, .. } = entry;
            let per_row = if *value_type == ValueType::Time { 1 } else { u64::from(self.stride) };
            if self.rows.checked_mul(per_row) != Some(*values) {
                let rows = self.rows;
                return Err(inconsistent(format!("{values} values of `{name}` in {rows} rows")));
            }
            let length = values.checked_mul(value_type.size());
            let end = length.and_then(|length| offset.checked_add(length));
            if *offset != aligned(position) || end.is_none_or(|end| end > file_length) {
                let claim = format!("{values} values of `{name}` at byte {offset}");
                return Err(inconsistent(format!("{claim}, in a file of {file_length} bytes")));
            }
            position = entry.end();
        }
        if position != file_length {
            return Err(inconsistent(format!(
                "{} bytes behind the columns",
                file_length - position
            )));
        }
        Ok(())
    }
}

/// Returns the bytes of a header that is whole and has its checksum.
fn checked_header(file: &[u8]) -> Result<&[u8], StoreFault> {
    if !file.starts_with(&MAGIC) {
        let converted = [&b"\x8ABOLT\n\x1A"[..], b"\x8ABOLT\r\r\n\x1A", b"\x8ABOLT\r\n\n"];
        let is_converted = converted.iter().any(|start| file.starts_with(start));
        return Err(if is_converted { StoreFault::LineEnds } else { StoreFault::NotAStore });
    }
    let cut_off = |expected: usize| StoreFault::Length {
        expected: expected as u64,
        found: file.len() as u64,
    };
    let fixed = file.get(..FIXED).ok_or(cut_off(FIXED + CHECKSUM))?;
    let mut reader = Reader { rest: &fixed[8..] };
    let version = reader.u32()?;
    if version != VERSION {
        return Err(StoreFault::Version(version));
    }
    let length = reader.u32()? as usize;
    let expected = reader.u64()?;
    if !(FIXED + CHECKSUM..=MAX_HEADER).contains(&length) {
        return Err(inconsistent(format!("a header of {length} bytes")));
    }
    let header = file.get(..length).ok_or(cut_off(length))?;
    let (content, checksum) = header.split_at(length - CHECKSUM);
    if xxh3_64(content).to_le_bytes() != checksum {
        return Err(StoreFault::HeaderChecksum);
    }
    if expected != file.len() as u64 {
        return Err(StoreFault::Length { expected, found: file.len() as u64 });
    }
    Ok(header)
}

fn inconsistent(what: impl Into<String>) -> StoreFault {
    StoreFault::Header(what.into())
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// Takes values off the front of the header's bytes.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], StoreFault> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(|| {
            inconsistent(format!("{count} bytes where {} are left", self.rest.len()))
        })?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreFault> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32, StoreFault> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, StoreFault> {
        self.array().map(u64::from_le_bytes)
    }

    /// A number of things of at least `size` bytes each, which must fit into what is left.
    fn count(&mut self, size: usize) -> Result<usize, StoreFault> {
        let count = self.u32()? as usize;
        match count.checked_mul(size) {
            Some(bytes) if bytes <= self.rest.len() => Ok(count),
            _ => Err(inconsistent(format!("{count} entries in {} bytes", self.rest.len()))),
        }
    }

    fn text(&mut self) -> Result<String, StoreFault> {
        let length = self.u32()? as usize;
        let bytes = self.take(length)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| inconsistent("a name that is not UTF-8"))
    }

    fn entry(&mut self) -> Result<Entry, StoreFault> {
        let value_type = match self.u32()? {
            1 => ValueType::F64,
            2 => ValueType::Time,
            3 => ValueType::U8,
            other => return Err(inconsistent(format!("values of type {other}"))),
        };
        let name = self.text()?;
        let (offset, values, checksum) = (self.u64()?, self.u64()?, self.u64()?);
        Ok(Entry { name, value_type, offset, values, checksum })
    }

    fn meaning(&mut self) -> Result<(TimeBasis, Option<Interval>, u128), StoreFault> {
        let zone = Zone::named(&self.text()?).map_err(|error| inconsistent(error.to_string()))?;
        let source = match self.u32()? {
            0 => TimeSource::Naive,
            1 => TimeSource::Instant,
            other => return Err(inconsistent(format!("times of source {other}"))),
        };
        let dates_only = self.u32()? != 0;
        let (unit, count) = (self.u32()?, self.array().map(i64::from_le_bytes)?);
        let small = || u32::try_from(count).ok().filter(|&count| count > 0);
        let interval = match unit {
            0 => None,
            1 => Some(count).filter(|&nanos| nanos > 0).map(Interval::Time),
            2 => small().map(Interval::Days),
            3 => small().map(Interval::Weeks),
            4 => small().map(Interval::Months),
            other => return Err(inconsistent(format!("an interval of unit {other}"))),
        };
        if unit != 0 && interval.is_none() {
            return Err(inconsistent(format!("an interval of {count}")));
        }
        let source_hash = self.array().map(u128::from_le_bytes)?;
        Ok((TimeBasis { zone, source, dates_only }, interval, source_hash))
    }
}
