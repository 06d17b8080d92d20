//! Segments: files of records, each written once, from its beginning to its end.
//!
//! When a segment is full, a last record says what it holds, so that opening a store reads that and
//! not all headers. Eight bytes after it say where it begins. They are believed only as far as a
//! sound footer is there; without one the headers are read.

use super::record::{HEADER, Header, Kind, MAGIC, Place, Record};
use bolt_base::UnixNanos;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Bytes of an item in a footer.
pub(super) const ITEM: u64 = 32;
/// Bytes of a footer and of what follows it, without items.
pub(super) const FOOTER: u64 = HEADER as u64 + TRAILER as u64;
const TRAILER: usize = 8;
const TRAILER_MAGIC: [u8; 4] = *b"BCT\x01";
/// Headers are looked for in so many bytes at a time.
const WINDOW: usize = 1 << 16;
const EXTENSION: &str = ".segment";

#[derive(Debug)]
pub(super) struct Segment {
    pub(super) id: u32,
    pub(super) path: PathBuf,
    file: File,
}

/// What is known of a record without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) hash: u64,
    pub(super) expires: UnixNanos,
    pub(super) offset: u32,
    pub(super) length: u32,
    pub(super) raw_length: u32,
    pub(super) kind: Kind,
}

/// The records of a segment, as far as they are sound.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) items: Vec<Item>,
    /// Where they end.
    pub(super) end: u64,
    /// Whether a footer says that these are all.
    pub(super) is_sealed: bool,
    /// Bytes of the file.
    pub(super) length: u64,
}

impl Segment {
    pub(super) fn create(folder: &Path, id: u32) -> io::Result<Self> {
        let path = path(folder, id);
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path)?;
        Ok(Self { id, path, file })
    }

    pub(super) fn open(folder: &Path, id: u32, is_writable: bool) -> io::Result<Self> {
        let path = path(folder, id);
        let file = OpenOptions::new().read(true).write(is_writable).open(&path)?;
        Ok(Self { id, path, file })
    }

    /// Returns whether the file begins or ends as a segment does, or has nothing yet: nothing at
    /// all, or the zeros that a failure of power leaves.
    pub(super) fn is_ours(&self) -> io::Result<bool> {
        let mut first = MAGIC;
        let read = self.read_up_to(&mut first, 0)?;
        if first == MAGIC || first[..read].iter().all(|byte| *byte == 0) {
            return Ok(true);
        }
        Ok(self.footer_start(self.file.metadata()?.len())?.is_some())
    }

    /// Returns a record, or `None` if it is damaged.
    pub(super) fn read(&self, offset: u32, length: u32) -> io::Result<Option<Record>> {
        let mut bytes = vec![0; length as usize];
        match self.file.read_exact_at(&mut bytes, u64::from(offset)) {
            Ok(()) => Ok(Record::read(bytes, self.place(offset))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn write(&self, record: &mut Record, offset: u32) -> io::Result<()> {
        self.file.write_all_at(record.at(self.place(offset)), u64::from(offset))
    }

    /// Writes what the segment holds after its records.
    pub(super) fn seal(&self, items: &[Item], end: u32) -> io::Result<()> {
        let content: Vec<u8> = items.iter().flat_map(Item::bytes).collect();
        let mut footer = Record::footer(&content);
        self.write(&mut footer, end)?;
        let mut trailer = [0; TRAILER];
        trailer[..4].copy_from_slice(&TRAILER_MAGIC);
        trailer[4..].copy_from_slice(&end.to_le_bytes());
        self.file.write_all_at(&trailer, u64::from(end) + footer.length())
    }

    pub(super) fn truncate(&self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Returns what the segment holds.
    pub(super) fn contents(&self) -> io::Result<Contents> {
        // Offsets are 32 bits wide; what a file has beyond them is not ours.
        let length = self.file.metadata()?.len().min(u64::from(u32::MAX));
        let Some(start) = self.footer_start(length)? else { return self.scan(length) };
        if let Some(contents) = self.footer(start, length)? {
            return Ok(contents);
        }
        let contents = self.scan(length)?;
        // The footer is damaged, but the records before it are all there.
        let is_sealed = contents.is_sealed || contents.end == u64::from(start);
        Ok(Contents { is_sealed, ..contents })
    }

    /// Returns where the footer begins, if the end of the file says so.
    fn footer_start(&self, length: u64) -> io::Result<Option<u32>> {
        let mut trailer = [0; TRAILER];
        let Some(end) = length.checked_sub(TRAILER as u64) else { return Ok(None) };
        let is_one =
            self.read_up_to(&mut trailer, end)? == TRAILER && trailer[..4] == TRAILER_MAGIC;
        let start = u32::from_le_bytes(*trailer.last_chunk().expect("it has eight bytes"));
        Ok(is_one.then_some(start))
    }

    fn footer(&self, start: u32, length: u64) -> io::Result<Option<Contents>> {
        let end = length - TRAILER as u64;
        let footer_length = end.checked_sub(u64::from(start)).and_then(|n| u32::try_from(n).ok());
        let Some(footer_length) = footer_length else { return Ok(None) };
        let Some(record) = self.read(start, footer_length)? else { return Ok(None) };
        if record.header.kind != Kind::Footer {
            return Ok(None);
        }
        let content = record.into_value().unwrap_or_default();
        let items = items(&content, u64::from(start));
        Ok(items.map(|items| Contents { items, end: start.into(), is_sealed: true, length }))
    }

    /// Reads headers until there is none.
    fn scan(&self, length: u64) -> io::Result<Contents> {
        let mut contents = Contents { length, ..Contents::default() };
        let mut window = Vec::new();
        let mut start = 0;
        loop {
            let offset = contents.end;
            if offset + HEADER as u64 > start + window.len() as u64 {
                window.resize(WINDOW, 0);
                let read = self.read_up_to(&mut window, offset)?;
                window.truncate(read);
                start = offset;
            }
            let place = self.place(offset as u32);
            let bytes = &window[(offset - start) as usize..];
            let Some(header) = Header::read(bytes, place) else { return Ok(contents) };
            let end = offset + header.length();
            if end > length {
                return Ok(contents);
            }
            if header.kind == Kind::Footer {
                contents.is_sealed = true;
                return Ok(contents);
            }
            contents.items.push(Item::of(&header, place.offset));
            contents.end = end;
        }
    }

    /// Fills a buffer as far as the file goes.
    fn read_up_to(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut read = 0;
        while read < buffer.len() {
            match self.file.read_at(&mut buffer[read..], offset + read as u64) {
                Ok(0) => break,
                Ok(count) => read += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    fn place(&self, offset: u32) -> Place {
        Place { segment: self.id, offset }
    }
}

impl Item {
    pub(super) fn of(header: &Header, offset: u32) -> Self {
        Self {
            hash: header.hash,
            expires: header.expires,
            offset,
            length: header.length() as u32,
            raw_length: header.raw_length,
            kind: header.kind,
        }
    }

    fn bytes(&self) -> [u8; ITEM as usize] {
        let Self { hash, expires, offset, length, raw_length, kind } = *self;
        let mut bytes = [0; ITEM as usize];
        bytes[..8].copy_from_slice(&hash.to_le_bytes());
        bytes[8..16].copy_from_slice(&expires.0.to_le_bytes());
        let halves = [offset, length, raw_length, kind as u32];
        for (to, half) in bytes[16..].chunks_exact_mut(4).zip(halves) {
            to.copy_from_slice(&half.to_le_bytes());
        }
        bytes
    }

    fn read(bytes: &[u8; ITEM as usize]) -> Option<Self> {
        let half = |at: usize| {
            u32::from_le_bytes(*bytes[at..].first_chunk().expect("fields end within the item"))
        };
        let whole = |at| u64::from(half(at)) | u64::from(half(at + 4)) << 32;
        Some(Self {
            hash: whole(0),
            expires: UnixNanos(whole(8) as i64),
            offset: half(16),
            length: half(20),
            raw_length: half(24),
            kind: u8::try_from(half(28)).ok().and_then(Kind::of)?,
        })
    }
}

/// Returns the items of a footer, if they lie one behind the other before the footer.
fn items(content: &[u8], end: u64) -> Option<Vec<Item>> {
    let (chunks, rest) = content.as_chunks();
    let items: Option<Vec<Item>> = chunks.iter().map(Item::read).collect();
    let mut next = 0;
    let are_in_order = items.iter().flatten().all(|item| {
        let begins = u64::from(item.offset) == next;
        next += u64::from(item.length);
        begins && item.length as usize >= HEADER
    });
    items.filter(|_| rest.is_empty() && are_in_order && next == end)
}

/// Returns the file of a segment.
pub(super) fn path(folder: &Path, id: u32) -> PathBuf {
    folder.join(format!("{id:08x}{EXTENSION}"))
}

/// Returns the number of a segment by the name of its file, if it is one.
pub(super) fn id(name: &str) -> Option<u32> {
    let digits = name.strip_suffix(EXTENSION)?;
    let is_ours = digits.len() == 8 && !digits.contains('+');
    is_ours.then(|| u32::from_str_radix(digits, 16).ok())?
}
