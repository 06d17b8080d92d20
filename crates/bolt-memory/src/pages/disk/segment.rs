//! A file of records.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::io::{Io, SECTOR, SectorBuffer, open};
use super::record::{Kind, Listed, Record};

/// An open file of records, and what is alive in it.
#[derive(Debug)]
pub(in crate::pages) struct Segment {
    pub(in crate::pages) file: Arc<File>,
    pub(in crate::pages) path: PathBuf,
    /// The file's own number.
    pub(in crate::pages) nonce: u64,
    /// Where the next record goes.
    pub(in crate::pages) end: u64,
    /// Up to where a commit says that all is on the drive.
    pub(in crate::pages) synced: u64,
    /// Whether nothing is added any more.
    pub(in crate::pages) is_closed: bool,
    /// The lowest sequence in it.
    pub(in crate::pages) first_sequence: u64,
    /// Sequences of the blocks with pages that are alive.
    pub(in crate::pages) blocks: BTreeSet<u64>,
    /// What these blocks take.
    pub(in crate::pages) live: u64,
    /// What it says of pages that are not there.
    pub(in crate::pages) notes: Vec<Note>,
}

/// That a page was removed or lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) struct Note {
    pub(in crate::pages) id: u64,
    pub(in crate::pages) sequence: u64,
    pub(in crate::pages) kind: Kind,
}

impl Segment {
    pub(in crate::pages) fn of_file(file: File, path: PathBuf, nonce: u64) -> Self {
        Self {
            file: Arc::new(file),
            path,
            nonce,
            end: 0,
            synced: 0,
            is_closed: false,
            first_sequence: u64::MAX,
            blocks: BTreeSet::new(),
            live: 0,
            notes: Vec::new(),
        }
    }

    /// Makes a new file.
    pub(in crate::pages) fn create(
        folder: &Path,
        number: u64,
        nonce: u64,
        direct: bool,
    ) -> io::Result<Self> {
        let path = folder.join(format!("{number:016x}-{nonce:016x}.segment"));
        let file = open(&path, direct, true)?;
        Ok(Self::of_file(file, path, nonce))
    }

    /// Returns a segment's numbers, if that is a segment's name.
    pub(in crate::pages) fn numbers(name: &str) -> Option<(u64, u64)> {
        let (number, nonce) = name.strip_suffix(".segment")?.split_once('-')?;
        let hex = |text: &str| u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16);
        Some((hex(number)?, hex(nonce)?))
    }

    /// Adds a record, whose packed bytes are already behind its head in `out`, and its commit.
    ///
    /// # Errors
    /// If it cannot be written; then it is as if nothing was added.
    pub(in crate::pages) fn append(
        &mut self,
        io: &dyn Io,
        mut record: Record,
        out: &mut SectorBuffer,
    ) -> io::Result<Record> {
        record.offset = self.end;
        let bytes = record.bytes();
        let is_block = record.kind == Kind::Block;
        let used = record.head() + if is_block { record.packed as usize } else { 0 };
        record.encode(self.nonce, out);
        out[used..bytes + SECTOR].fill(0);
        record.commit(self.synced).encode(self.nonce, &mut out[bytes..bytes + SECTOR]);
        let written = io.write(&self.file, self.end, &out[..bytes + SECTOR]);
        if written.is_err() {
            // What of it was written must not be taken for a record that was damaged.
            self.is_closed |= self.file.set_len(self.end).is_err();
        }
        written?;
        self.end += (bytes + SECTOR) as u64;
        self.first_sequence = self.first_sequence.min(record.sequence);
        if !is_block {
            let Record { kind, sequence, pages, .. } = &record;
            let note = |(id, _): &Listed| Note { id: *id, sequence: *sequence, kind: *kind };
            self.notes.extend(pages.iter().map(note));
        }
        Ok(record)
    }

    /// Has all of it kept by the drive, and says so in the file.
    ///
    /// # Errors
    /// If that fails.
    pub(in crate::pages) fn sync(&mut self, io: &dyn Io, out: &mut SectorBuffer) -> io::Result<()> {
        if self.end == self.synced {
            return Ok(());
        }
        io.sync(&self.file)?;
        let mut barrier = Record::list(Kind::Commit, 0, Vec::new());
        barrier.offset = self.end;
        barrier.synced = self.end + SECTOR as u64;
        let sector = &mut out[..SECTOR];
        sector.fill(0);
        barrier.encode(self.nonce, sector);
        io.write(&self.file, self.end, sector)?;
        self.end += SECTOR as u64;
        io.sync(&self.file)?;
        self.synced = self.end;
        Ok(())
    }
}
