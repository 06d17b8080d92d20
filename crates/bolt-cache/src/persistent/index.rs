//! Where the records of keys are, in memory.

use super::record::Kind;
use super::segment::{Item, Segment};
use bolt_base::UnixNanos;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Slot;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Files take whole blocks.
pub(super) const BLOCK: u64 = 4_096;

/// The last record of a key.
///
/// Keys are told apart by 64 bits of their hash; of two with the same, one is not found. The key
/// stands in the record, so that none is taken for another.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) hash: u64,
    pub(super) expires: UnixNanos,
    pub(super) segment: u32,
    pub(super) offset: u32,
    pub(super) length: u32,
    pub(super) raw_length: u32,
    /// Whether it was asked for since it was written here.
    was_asked: AtomicBool,
}

/// A segment and what is counted of it.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) segment: Arc<Segment>,
    /// Bytes on disk, as far as they are known: whole blocks, the footer to come included.
    pub(super) bytes: u64,
    /// Bytes of the records that entries point to.
    pub(super) live: u64,
    /// When the last of its values expires.
    pub(super) expires: UnixNanos,
}

/// The segments, whose numbers follow each other, and where in them the last record of each key is.
#[derive(Debug, Default)]
pub(super) struct Index {
    entries: HashTable<Entry>,
    parts: VecDeque<Part>,
    /// The sums of those of the parts.
    pub(super) bytes: u64,
    pub(super) live: u64,
    /// Bytes of the values of all entries.
    pub(super) raw: u64,
}

impl Entry {
    pub(super) fn ask(&self) {
        // Most are asked for often; only the first writes.
        if !self.was_asked() {
            self.was_asked.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn was_asked(&self) -> bool {
        self.was_asked.load(Ordering::Relaxed)
    }
}

impl Index {
    pub(super) fn entries(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn find(&self, hash: u64) -> Option<&Entry> {
        self.entries.find(hash, |entry| entry.hash == hash)
    }

    /// Returns the entry of a record, if it is the last of its key.
    pub(super) fn find_item(&self, segment: u32, item: &Item) -> Option<&Entry> {
        let found = self.find(item.hash);
        found.filter(|entry| entry.segment == segment && entry.offset == item.offset)
    }

    pub(super) fn part(&self, segment: u32) -> Option<&Part> {
        let first = self.parts.front()?.segment.id;
        self.parts.get(segment.checked_sub(first)? as usize)
    }

    pub(super) fn first(&self) -> Option<&Part> {
        self.parts.front()
    }

    pub(super) fn last(&self) -> Option<u32> {
        Some(self.parts.back()?.segment.id)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = u32> {
        self.parts.iter().map(|part| part.segment.id)
    }

    fn part_mut(&mut self, segment: u32) -> Option<&mut Part> {
        let first = self.parts.front()?.segment.id;
        self.parts.get_mut(segment.checked_sub(first)? as usize)
    }

    /// Adds a segment, whose number follows the last one's.
    pub(super) fn push(&mut self, segment: Arc<Segment>) {
        debug_assert!(self.parts.back().is_none_or(|last| last.segment.id + 1 == segment.id));
        let expires = UnixNanos(i64::MIN);
        self.parts.push_back(Part { segment, bytes: 0, live: 0, expires });
    }

    /// Says how many bytes a segment has.
    pub(super) fn set_length(&mut self, segment: u32, length: u64) {
        let bytes = length.next_multiple_of(BLOCK);
        if let Some(part) = self.part_mut(segment) {
            let before = std::mem::replace(&mut part.bytes, bytes);
            self.bytes = self.bytes - before + bytes;
        }
    }

    /// Takes note of a record: from now on it is the last of its key.
    pub(super) fn apply(&mut self, segment: u32, item: &Item) {
        let Item { hash, expires, offset, length, raw_length, kind } = *item;
        if kind == Kind::Removal {
            self.remove(hash);
            return;
        }
        let was_asked = AtomicBool::new(false);
        let entry = Entry { hash, expires, segment, offset, length, raw_length, was_asked };
        self.raw += u64::from(raw_length);
        self.live += u64::from(length);
        if let Some(part) = self.part_mut(segment) {
            part.live += u64::from(length);
            part.expires = part.expires.max(expires);
        }
        let before = match self.entries.entry(hash, |entry| entry.hash == hash, |entry| entry.hash)
        {
            Slot::Occupied(mut occupied) => Some(std::mem::replace(occupied.get_mut(), entry)),
            Slot::Vacant(vacant) => {
                vacant.insert(entry);
                None
            }
        };
        self.subtract(before.as_ref());
    }

    /// Forgets the record of a key; returns whether there was one.
    pub(super) fn remove(&mut self, hash: u64) -> bool {
        let found = self.entries.find_entry(hash, |entry| entry.hash == hash).ok();
        let removed = found.map(|found| found.remove().0);
        self.subtract(removed.as_ref());
        removed.is_some()
    }

    fn subtract(&mut self, entry: Option<&Entry>) {
        let Some(entry) = entry else { return };
        self.raw -= u64::from(entry.raw_length);
        self.live -= u64::from(entry.length);
        if let Some(part) = self.part_mut(entry.segment) {
            part.live -= u64::from(entry.length);
        }
    }

    /// Forgets all records of a segment, which are these as far as they are known; returns how many
    /// had expired and how many had not.
    pub(super) fn remove_records(
        &mut self,
        segment: u32,
        items: &[Item],
        now: UnixNanos,
    ) -> (u64, u64) {
        let found = items.iter().filter(|item| self.find_item(segment, item).is_some());
        let mut hashes: Vec<u64> = found.map(|item| item.hash).collect();
        let bytes = |hash: &u64| self.find(*hash).map_or(0, |entry| u64::from(entry.length));
        let live = self.part(segment).map_or(0, |part| part.live);
        if hashes.iter().map(bytes).sum::<u64>() < live {
            // The segment was damaged since it was opened.
            let all = self.entries.iter().filter(|entry| entry.segment == segment);
            hashes = all.map(|entry| entry.hash).collect();
        }
        let is_valid = |hash: &&u64| self.find(**hash).is_some_and(|entry| now < entry.expires);
        let valid = hashes.iter().filter(is_valid).count();
        let expired = hashes.len() - valid;
        for hash in hashes {
            self.remove(hash);
        }
        (expired as u64, valid as u64)
    }

    /// Forgets the first segment, which has no records any more.
    pub(super) fn pop(&mut self) {
        if let Some(part) = self.parts.pop_front() {
            debug_assert_eq!(part.live, 0);
            self.bytes -= part.bytes;
        }
    }

    /// Forgets all records; returns how many there were.
    pub(super) fn clear(&mut self) -> u64 {
        let count = self.entries.len() as u64;
        self.entries.clear();
        (self.live, self.raw) = (0, 0);
        self.parts.iter_mut().for_each(|part| part.live = 0);
        count
    }
}
