//! What a file of records holds, found out when a store is opened.
//!
//! What a commit calls synced was on the drive: where it cannot be read, pages are lost, and it is
//! said which. What was written after the last sync is taken up to the first record that is not
//! whole, since the machine may have stopped in the middle of it; what follows is cut off, and older
//! versions count, as nothing newer was promised.

use std::collections::BTreeMap;
use std::fs::File;

use super::super::io::{Io, Read, SECTOR, SectorBuffer};
use super::record::{Kind, Record};

/// What was found.
#[derive(Debug, Default)]
pub(in crate::pages) struct Scanned {
    /// Blocks, and lists of removed and lost pages.
    pub(in crate::pages) records: Vec<Record>,
    /// Blocks that are damaged: what commits say of them.
    pub(in crate::pages) lost: Vec<Record>,
    pub(in crate::pages) end: u64,
    pub(in crate::pages) synced: u64,
    /// How many bytes at the end are not to be kept.
    pub(in crate::pages) cut: u64,
    /// How many sectors are damaged without that it can be said what was there.
    pub(in crate::pages) unknown: u64,
}

/// The records of a file by position, as they are found.
#[derive(Debug, Default)]
struct Found {
    records: BTreeMap<u64, Record>,
    /// By the position of what they are about.
    commits: BTreeMap<u64, Record>,
    damaged: Vec<u64>,
    synced: u64,
}

pub(in crate::pages) struct Scanner<'a> {
    pub(in crate::pages) io: &'a dyn Io,
    pub(in crate::pages) file: &'a File,
    pub(in crate::pages) nonce: u64,
    pub(in crate::pages) length: u64,
    /// Memory for the largest record.
    pub(in crate::pages) buffer: &'a mut SectorBuffer,
}

impl Scanner<'_> {
    pub(in crate::pages) fn scan(&mut self) -> Scanned {
        let found = self.find();
        let mut scanned = Scanned { synced: found.synced, ..Scanned::default() };
        // The positions of what is known and was damaged or whole, and where it ends.
        let mut covered: Vec<(u64, u64)> = Vec::new();
        let places = found.records.keys().chain(found.commits.keys());
        let mut places: Vec<u64> = places.copied().collect();
        places.sort_unstable();
        places.dedup();
        for place in places {
            let (record, commit) = (found.records.get(&place), found.commits.get(&place));
            let end = match (record, commit) {
                (_, Some(commit)) => commit.offset + SECTOR as u64,
                (Some(record), None) => place + (record.bytes() + SECTOR) as u64,
                (None, None) => continue,
            };
            if place >= found.synced && !self.is_whole(record, commit) {
                break;
            }
            covered.push((place, end));
            scanned.end = end;
            match (record, commit) {
                (Some(record), _) => scanned.records.push(record.clone()),
                (None, Some(commit)) if commit.about == Kind::Block => {
                    scanned.lost.push(commit.clone());
                }
                (None, Some(commit)) => {
                    let mut record = commit.clone();
                    record.kind = commit.about;
                    scanned.records.push(record);
                }
                (None, None) => {}
            }
        }
        scanned.end = scanned.end.max(found.synced).min(self.length);
        scanned.cut = self.length - scanned.end;
        let is_unknown = |at: &&u64| {
            **at < found.synced && !covered.iter().any(|(start, end)| (start..end).contains(at))
        };
        scanned.unknown = found.damaged.iter().filter(is_unknown).count() as u64;
        scanned
    }

    /// Goes from record to record, and from sector to sector where there is none.
    fn find(&mut self) -> Found {
        let mut found = Found::default();
        let mut at = 0;
        while at + SECTOR as u64 <= self.length {
            let is_read = self.read(at, SECTOR);
            let record = Record::decode(&self.buffer[..SECTOR], self.nonce, at).filter(|_| is_read);
            let Some(record) = record else {
                found.damaged.push(at);
                at += SECTOR as u64;
                continue;
            };
            at += record.bytes() as u64;
            if record.kind != Kind::Commit {
                found.records.insert(record.offset, record);
                continue;
            }
            found.synced = found.synced.max(record.synced.min(self.length));
            if record.about != Kind::Nothing {
                found.commits.insert(record.reference, record);
            }
        }
        found
    }

    /// Returns whether a record that was not synced was written whole.
    fn is_whole(&mut self, record: Option<&Record>, commit: Option<&Record>) -> bool {
        let (Some(record), Some(commit)) = (record, commit) else { return false };
        let bytes = record.bytes();
        record.sequence == commit.sequence
            && (record.kind != Kind::Block
                || (bytes <= self.buffer.len()
                    && self.read(record.offset, bytes)
                    && record.payload(&self.buffer[..bytes], self.nonce).is_some()))
    }

    fn read(&mut self, at: u64, bytes: usize) -> bool {
        let mut reads = [Read::new(self.file, at, &mut self.buffer[..bytes])];
        self.io.read(&mut reads);
        let [read] = reads;
        read.result.is_ok()
    }
}
