//! What is in a segment's file.
//!
//! A file is a row of records, each of whole sectors. Numbers are little-endian.
//!
//! | bytes | |
//! |---|---|
//! | 0..4 | magic |
//! | 4..6 | version |
//! | 6 | kind |
//! | 7 | packing of a block; the kind that a commit is about |
//! | 8..16 | the file's own random number, which is also in its name |
//! | 16..24 | where in the file the record is |
//! | 24..32 | sequence, rising through the whole store |
//! | 32..36 | count of pages |
//! | 36..40 | bytes of a block's pages together |
//! | 40..44 | bytes they are packed to |
//! | 44..48 | zero |
//! | 48..56 | checksum of a block's packed bytes; where the record is that a commit is about |
//! | 56..64 | up to where the file was known to be on the drive when a commit was written |
//! | 64..72 | checksum of the header and the list of pages |
//! | 72.. | by page: number (8), length (4) |
//! | .. | a block's packed bytes |
//!
//! Every block, and every list of removed or lost pages, is followed by a commit that repeats its
//! list: one damaged sector never hides which pages were hit. Checksums are xxh3 seeded with the
//! file's number, so that no page can hold what looks like a record of its file.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::super::compression::Packing;
use super::super::io::{SECTOR, sectors};

const MAGIC: [u8; 4] = *b"BPG1";
const VERSION: u16 = 1;
const HEADER: usize = 72;
const ENTRY: usize = 12;
const CHECKSUM: std::ops::Range<usize> = 64..72;

/// How many pages a record may list, so that header and list fit a sector.
pub(in crate::pages) const PAGES_MAX: usize = (SECTOR - HEADER) / ENTRY;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) enum Kind {
    /// Nothing; what a commit is about that only says how far the file is on the drive.
    Nothing,
    /// Pages.
    Block,
    /// Pages that were removed.
    Removed,
    /// Pages whose block was damaged.
    Lost,
    /// That the record before is whole.
    Commit,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Nothing, Self::Block, Self::Removed, Self::Lost, Self::Commit];

    fn of_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// A page of a record: its number, and how many bytes it has in a block.
pub(in crate::pages) type Listed = (u64, u32);

/// A record without its packed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pages) struct Record {
    pub(in crate::pages) kind: Kind,
    /// Of a block.
    pub(in crate::pages) packing: Packing,
    /// Of a commit.
    pub(in crate::pages) about: Kind,
    pub(in crate::pages) offset: u64,
    pub(in crate::pages) sequence: u64,
    pub(in crate::pages) pages: Vec<Listed>,
    pub(in crate::pages) raw: u32,
    pub(in crate::pages) packed: u32,
    /// A block's checksum, or where the record is that a commit is about.
    pub(in crate::pages) reference: u64,
    pub(in crate::pages) synced: u64,
}

impl Record {
    /// Returns a record of a kind that has no bytes of pages.
    pub(in crate::pages) fn list(kind: Kind, sequence: u64, pages: Vec<Listed>) -> Self {
        Self {
            kind,
            packing: Packing::None,
            about: Kind::Nothing,
            offset: 0,
            sequence,
            pages,
            raw: 0,
            packed: 0,
            reference: 0,
            synced: 0,
        }
    }

    /// Returns the commit that follows this record.
    pub(in crate::pages) fn commit(&self, synced: u64) -> Self {
        let mut commit = Self::list(Kind::Commit, self.sequence, self.pages.clone());
        commit.about = self.kind;
        commit.offset = self.offset + self.bytes() as u64;
        commit.reference = self.offset;
        commit.synced = synced;
        commit
    }

    /// Returns how many bytes it takes in the file.
    pub(in crate::pages) fn bytes(&self) -> usize {
        let packed = if self.kind == Kind::Block { self.packed as usize } else { 0 };
        sectors(self.head() + packed)
    }

    /// Returns the length of header and list.
    pub(in crate::pages) fn head(&self) -> usize {
        head(self.pages.len())
    }

    /// Writes header and list to the front of a sector or more.
    pub(in crate::pages) fn encode(&self, nonce: u64, out: &mut [u8]) {
        let Self { kind, packing, about, offset, sequence, .. } = self;
        let code = if *kind == Kind::Commit { *about as u8 } else { packing.code() };
        out[0..4].copy_from_slice(&MAGIC);
        out[4..6].copy_from_slice(&VERSION.to_le_bytes());
        out[6] = *kind as u8;
        out[7] = code;
        out[8..16].copy_from_slice(&nonce.to_le_bytes());
        out[16..24].copy_from_slice(&offset.to_le_bytes());
        out[24..32].copy_from_slice(&sequence.to_le_bytes());
        out[32..36].copy_from_slice(&(self.pages.len() as u32).to_le_bytes());
        out[36..40].copy_from_slice(&self.raw.to_le_bytes());
        out[40..44].copy_from_slice(&self.packed.to_le_bytes());
        out[44..48].fill(0);
        out[48..56].copy_from_slice(&self.reference.to_le_bytes());
        out[56..64].copy_from_slice(&self.synced.to_le_bytes());
        out[CHECKSUM].fill(0);
        for ((id, length), place) in self.pages.iter().zip(out[HEADER..].chunks_exact_mut(ENTRY)) {
            place[..8].copy_from_slice(&id.to_le_bytes());
            place[8..].copy_from_slice(&length.to_le_bytes());
        }
        let checksum = xxh3_64_with_seed(&out[..self.head()], nonce);
        out[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    }

    /// Reads the record at `offset` of a file from its first sector, if there is a whole one.
    pub(in crate::pages) fn decode(sector: &[u8], nonce: u64, offset: u64) -> Option<Self> {
        let number = |at: usize| Some(u64::from_le_bytes(sector.get(at..at + 8)?.try_into().ok()?));
        let short = |at: usize| Some(u32::from_le_bytes(sector.get(at..at + 4)?.try_into().ok()?));
        let count = short(32)? as usize;
        if sector.get(..4)? != MAGIC
            || sector.get(4..6)? != VERSION.to_le_bytes()
            || number(8)? != nonce
            || number(16)? != offset
            || count > PAGES_MAX
        {
            return None;
        }
        let mut summed = [0; SECTOR];
        let summed = &mut summed[..head(count)];
        summed.copy_from_slice(sector.get(..head(count))?);
        summed[CHECKSUM].fill(0);
        if xxh3_64_with_seed(summed, nonce) != number(64)? {
            return None;
        }
        let kind = Kind::of_code(*sector.get(6)?)?;
        let code = *sector.get(7)?;
        let is_commit = kind == Kind::Commit;
        let listed =
            |index| Some((number(HEADER + index * ENTRY)?, short(HEADER + index * ENTRY + 8)?));
        let record = Self {
            kind,
            packing: if is_commit { Packing::None } else { Packing::of_code(code)? },
            about: if is_commit { Kind::of_code(code)? } else { Kind::Nothing },
            offset,
            sequence: number(24)?,
            pages: (0..count).map(listed).collect::<Option<_>>()?,
            raw: short(36)?,
            packed: short(40)?,
            reference: number(48)?,
            synced: number(56)?,
        };
        let sum: u64 = record.pages.iter().map(|(_, length)| u64::from(*length)).sum();
        (kind != Kind::Block || sum == u64::from(record.raw)).then_some(record)
    }

    /// Returns the packed bytes of a block, if they are whole.
    pub(in crate::pages) fn payload<'a>(&self, bytes: &'a [u8], nonce: u64) -> Option<&'a [u8]> {
        let payload = bytes.get(self.head()..self.head() + self.packed as usize)?;
        (checksum(payload, nonce, self.sequence) == self.reference).then_some(payload)
    }
}

pub(in crate::pages) const fn head(pages: usize) -> usize {
    HEADER + pages * ENTRY
}

/// Returns the checksum of a block's packed bytes, which are no other block's.
pub(in crate::pages) fn checksum(packed: &[u8], nonce: u64, sequence: u64) -> u64 {
    xxh3_64_with_seed(packed, nonce ^ sequence.rotate_left(32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(pages: usize) -> Record {
        let pages: Vec<Listed> = (0..pages as u64).map(|id| (id << 40, 7)).collect();
        let mut record = Record::list(Kind::Block, 9, pages);
        record.packing = Packing::Zstd;
        record.offset = 3 * SECTOR as u64;
        record.raw = 7 * record.pages.len() as u32;
        record.packed = 5_000;
        record.reference = 77;
        record
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        for pages in [0, 1, 16, PAGES_MAX] {
            let block = block(pages);
            let commit = block.commit(SECTOR as u64);
            assert_eq!(commit.offset, block.offset + sectors(block.head() + 5_000) as u64);
            for record in [block, commit] {
                let mut sector = [0xA5; SECTOR];
                record.encode(11, &mut sector);
                assert_eq!(Record::decode(&sector, 11, record.offset).as_ref(), Some(&record));
                assert_eq!(Record::decode(&sector, 12, record.offset), None, "of another file");
                assert_eq!(Record::decode(&sector, 11, 0), None, "of another place");
            }
        }
    }

    #[test]
    fn no_changed_byte_of_header_or_list_passes() {
        let record = block(3);
        let mut sector = [0; SECTOR];
        record.encode(5, &mut sector);
        for index in 0..record.head() {
            for bit in 0..8 {
                sector[index] ^= 1 << bit;
                assert_eq!(Record::decode(&sector, 5, record.offset), None, "byte {index}");
                sector[index] ^= 1 << bit;
            }
        }
        for length in 0..record.head() {
            assert_eq!(Record::decode(&sector[..length], 5, record.offset), None);
        }
    }
}
