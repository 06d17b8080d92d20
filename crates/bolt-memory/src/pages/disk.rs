//! A tier that is a folder: segments of blocks.
//!
//! Blocks are added to the last segment's end and never changed. What is no longer wanted of them
//! stays in its file until the whole segment goes. The tier knows blocks and what they take; which
//! pages of a block are still wanted is known by the store above.

mod identity;
mod record;
mod scan;
mod segment;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use bolt_base::Bytes;

use super::error::{Doing, PageError};
use super::heat::Heat;
use super::io::{Io, IoReport, SECTOR, SectorBuffer, open, sectors};
use super::tier::{DiskTierOptions, Tier};

pub(super) use identity::{Claim, Identity};
pub(super) use record::{Kind, Listed, PAGES_MAX, Record};
pub(super) use scan::Scanned;
pub(super) use segment::{Note, Segment};

use record::{checksum, head};
use scan::Scanner;

/// A block of pages, some of which are still wanted.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) segment: u64,
    pub(super) offset: u64,
    /// What it takes in the file, its commit included.
    pub(super) bytes: u64,
    pub(super) pages: Box<[Listed]>,
    /// How many of its pages are wanted.
    pub(super) wanted: usize,
    /// That of its hottest page.
    pub(super) heat: Heat,
}

/// How to read a block without the store.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) io: Arc<dyn Io>,
    pub(super) file: Arc<File>,
    pub(super) path: std::path::PathBuf,
    pub(super) nonce: u64,
    pub(super) offset: u64,
    pub(super) sequence: u64,
    /// Of the record, without its commit.
    pub(super) bytes: usize,
    /// Of its pages, unpacked.
    pub(super) raw: usize,
}

#[derive(Debug)]
pub(super) struct Disk {
    pub(super) tier: Tier,
    pub(super) options: DiskTierOptions,
    pub(super) report: IoReport,
    io: Arc<dyn Io>,
    pub(super) segments: BTreeMap<u64, Segment>,
    pub(super) blocks: HashMap<u64, Block>,
    /// Blocks, the coldest first.
    pub(super) order: BTreeSet<(Heat, u64)>,
    /// Blocks, those with the fewest wanted pages first.
    pub(super) sparse: BTreeSet<(usize, u64)>,
    /// What blocks with wanted pages take.
    pub(super) live: u64,
    /// Whether files were made or removed since the folder was synced.
    is_folder_changed: bool,
}

impl Disk {
    pub(super) fn new(
        tier: Tier,
        options: DiskTierOptions,
        io: Arc<dyn Io>,
        report: IoReport,
    ) -> Self {
        Self {
            tier,
            options,
            report,
            io,
            segments: BTreeMap::new(),
            blocks: HashMap::new(),
            order: BTreeSet::new(),
            sparse: BTreeSet::new(),
            live: 0,
            is_folder_changed: false,
        }
    }

    /// Returns the most that a block and its commit take, packed or not.
    pub(super) fn block_bytes_max(&self, pages: usize) -> u64 {
        (sectors(head(pages) + self.options.block.0 as usize) + SECTOR) as u64
    }

    /// Returns how much memory making a record takes.
    pub(super) fn staging_bytes(options: &DiskTierOptions, pages: usize) -> usize {
        let block = options.block.0 as usize;
        let packed = options.compression.room(block).max(block);
        sectors(head(pages) + packed) + 2 * SECTOR
    }

    /// Opens the segments that are there and returns what is in them.
    ///
    /// # Errors
    /// If files cannot be listed or opened.
    pub(super) fn load(
        &mut self,
        buffer: &mut SectorBuffer,
    ) -> Result<Vec<(u64, Scanned)>, PageError> {
        let folder = self.options.folder.clone();
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&folder).doing("listing", &folder)? {
            let name = entry.doing("listing", &folder)?.file_name();
            let numbers = name.to_str().and_then(Segment::numbers);
            if let Some((number, nonce)) = numbers {
                found
                    .push((number, self.load_segment(&folder.join(&name), number, nonce, buffer)?));
            }
        }
        Ok(found)
    }

    fn load_segment(
        &mut self,
        path: &Path,
        number: u64,
        nonce: u64,
        buffer: &mut SectorBuffer,
    ) -> Result<Scanned, PageError> {
        let file = open(path, self.report.direct, false).doing("opening", path)?;
        let length = file.metadata().doing("opening", path)?.len();
        let io = &*self.io;
        let scanned = Scanner { io, file: &file, nonce, length, buffer }.scan();
        if scanned.cut > 0 {
            file.set_len(scanned.end).doing("cutting", path)?;
        }
        let mut segment = Segment::of_file(file, path.to_owned(), nonce);
        segment.end = scanned.end;
        segment.synced = scanned.synced.min(scanned.end);
        let all = scanned.records.iter().chain(&scanned.lost);
        segment.first_sequence = all.map(|record| record.sequence).min().unwrap_or(u64::MAX);
        // What is closed is not added to: a file may be read-only by now, or of another size.
        segment.is_closed = true;
        self.segments.insert(number, segment);
        Ok(scanned)
    }

    /// Adds a block of which some pages are wanted.
    pub(super) fn admit(&mut self, segment: u64, record: &Record, wanted: usize, heat: Heat) {
        let bytes = (record.bytes() + SECTOR) as u64;
        let block = Block {
            segment,
            offset: record.offset,
            bytes,
            pages: record.pages.as_slice().into(),
            wanted,
            heat,
        };
        self.live += bytes;
        if let Some(segment) = self.segments.get_mut(&segment) {
            segment.live += bytes;
            segment.blocks.insert(record.sequence);
        }
        self.order.insert((heat, record.sequence));
        self.sparse.insert((wanted, record.sequence));
        self.blocks.insert(record.sequence, block);
    }

    /// Takes in that a page of a block is no longer wanted; with the last one the block goes.
    pub(super) fn release(&mut self, sequence: u64) {
        let Some(block) = self.blocks.get_mut(&sequence) else { return };
        self.sparse.remove(&(block.wanted, sequence));
        block.wanted -= 1;
        if block.wanted == 0 {
            self.drop_block(sequence);
        } else {
            self.sparse.insert((block.wanted, sequence));
        }
    }

    fn drop_block(&mut self, sequence: u64) {
        let Some(block) = self.blocks.remove(&sequence) else { return };
        self.order.remove(&(block.heat, sequence));
        self.live -= block.bytes;
        if let Some(segment) = self.segments.get_mut(&block.segment) {
            segment.live -= block.bytes;
            segment.blocks.remove(&sequence);
        }
    }

    /// Takes in that a page of a block became as hot as this.
    pub(super) fn warm(&mut self, sequence: u64, heat: Heat) {
        if self.blocks.get(&sequence).is_some_and(|block| block.heat < heat) {
            self.heat(sequence, heat);
        }
    }

    /// Sets how hot a block is.
    pub(super) fn heat(&mut self, sequence: u64, heat: Heat) {
        if let Some(block) = self.blocks.get_mut(&sequence) {
            self.order.remove(&(block.heat, sequence));
            block.heat = heat;
            self.order.insert((heat, sequence));
        }
    }

    /// Returns where a block is.
    pub(super) fn address(&self, sequence: u64) -> Option<Address> {
        let block = self.blocks.get(&sequence)?;
        let segment = self.segments.get(&block.segment)?;
        Some(Address {
            io: Arc::clone(&self.io),
            file: Arc::clone(&segment.file),
            path: segment.path.clone(),
            nonce: segment.nonce,
            offset: block.offset,
            sequence,
            bytes: (block.bytes - SECTOR as u64) as usize,
            raw: block.pages.iter().map(|(_, length)| *length as usize).sum(),
        })
    }

    /// Packs pages and adds them as a block. It is known to the tier when it is admitted.
    ///
    /// # Errors
    /// If they cannot be written.
    pub(super) fn write_block(
        &mut self,
        sequence: u64,
        pages: Vec<Listed>,
        raw: &[u8],
        out: &mut SectorBuffer,
    ) -> Result<(u64, Record), PageError> {
        let mut record = Record::list(Kind::Block, sequence, pages);
        let head = record.head();
        let (packing, packed) = self.options.compression.pack(raw, &mut out[head..]);
        let number = self.open_segment((sectors(head + packed) + SECTOR) as u64)?;
        let segment = &self.segments[&number];
        record.packing = packing;
        record.raw = raw.len() as u32;
        record.packed = packed as u32;
        record.reference = checksum(&out[head..head + packed], segment.nonce, sequence);
        Ok((number, self.append(number, record, out)?))
    }

    /// Adds a list of pages that are removed or lost.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn write_list(
        &mut self,
        kind: Kind,
        sequence: u64,
        ids: &[u64],
        out: &mut SectorBuffer,
    ) -> Result<(), PageError> {
        let pages = ids.iter().map(|id| (*id, 0)).collect();
        let number = self.open_segment(2 * SECTOR as u64)?;
        self.append(number, Record::list(kind, sequence, pages), out).map(|_| ())
    }

    fn append(
        &mut self,
        number: u64,
        record: Record,
        out: &mut SectorBuffer,
    ) -> Result<Record, PageError> {
        let segment = self.segments.get_mut(&number).expect("it was just opened");
        let path = segment.path.clone();
        segment.append(&*self.io, record, out).doing("writing", &path)
    }

    /// Returns the segment that takes so many bytes more.
    fn open_segment(&mut self, bytes: u64) -> Result<u64, PageError> {
        let size = self.options.segment.0;
        if let Some((number, segment)) = self.segments.last_key_value()
            && !segment.is_closed
            && (segment.end == 0 || segment.end + bytes <= size)
        {
            return Ok(*number);
        }
        let number = self.segments.last_key_value().map_or(0, |(last, _)| last + 1);
        let folder = &self.options.folder;
        let segment = Segment::create(folder, number, random(), self.report.direct);
        self.segments.insert(number, segment.doing("making a file in", folder)?);
        self.is_folder_changed = true;
        Ok(number)
    }

    /// Has everything kept by the drive.
    ///
    /// # Errors
    /// If that fails.
    pub(super) fn sync(&mut self, out: &mut SectorBuffer) -> Result<(), PageError> {
        for segment in self.segments.values_mut() {
            let path = segment.path.clone();
            segment.sync(&*self.io, out).doing("syncing", &path)?;
        }
        if std::mem::take(&mut self.is_folder_changed) {
            let folder = &self.options.folder;
            let synced = File::open(folder).and_then(|folder| folder.sync_all());
            self.is_folder_changed = synced.is_err();
            synced.doing("syncing", folder)?;
        }
        Ok(())
    }

    /// Returns the segment that gives most back when it is written anew, if files take more than
    /// they may, or one of which nothing is wanted.
    pub(super) fn to_compact(&self) -> Option<u64> {
        let last = *self.segments.last_key_value()?.0;
        let closed = || self.segments.iter().filter(|(number, _)| **number != last);
        if let Some((number, _)) = closed().find(|(_, segment)| segment.live == 0) {
            return Some(*number);
        }
        let allowed = self.options.capacity.0 / 4 + 2 * self.options.segment.0;
        if self.file_bytes() - self.live <= allowed {
            return None;
        }
        closed().max_by_key(|(_, segment)| segment.end - segment.live).map(|(number, _)| *number)
    }

    /// Removes a segment's file.
    ///
    /// # Errors
    /// If that fails; then the segment stays.
    pub(super) fn delete(&mut self, number: u64) -> Result<(), PageError> {
        let Some(segment) = self.segments.get(&number) else { return Ok(()) };
        assert!(segment.blocks.is_empty(), "nobody wants pages of what is deleted");
        std::fs::remove_file(&segment.path).doing("removing", &segment.path)?;
        self.segments.remove(&number);
        self.is_folder_changed = true;
        Ok(())
    }

    /// Returns what the files take.
    pub(super) fn file_bytes(&self) -> u64 {
        self.segments.values().map(|segment| segment.end).sum()
    }

    pub(super) fn capacity(&self) -> Bytes {
        self.options.capacity
    }
}

impl Address {
    /// Returns the pages of a block that was read to `bytes`, unpacked to the front of `raw`, or
    /// none if it is damaged.
    pub(super) fn unpack(&self, bytes: &[u8], raw: &mut [u8]) -> Option<Vec<Listed>> {
        let record = Record::decode(bytes.get(..SECTOR)?, self.nonce, self.offset)?;
        if record.kind != Kind::Block || record.sequence != self.sequence {
            return None;
        }
        let payload = record.payload(bytes, self.nonce)?;
        let raw = raw.get_mut(..record.raw as usize)?;
        record.packing.unpack(payload, raw).ok()?;
        Some(record.pages)
    }
}

/// Returns a number that is no other file's.
pub(super) fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::hash::RandomState::new().build_hasher().finish()
}
