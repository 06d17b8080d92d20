//! Writing: records at the end, room at the beginning.
//!
//! Segments go in the order in which they were begun, and only so: then no record comes back that
//! another had replaced or removed. Before one goes for room, those of its records that were asked
//! for since they were written are written again (FIFO with reinsertion, as CLOCK does it), as long
//! as this is not more than half of all that goes. When more than half of the bytes of all are of no use, the
//! first segment's records are all written again before it goes, until that is no longer so.
//!
//! While records are written again they are there twice; a segment's worth of the capacity is kept
//! free for that.

use super::State;
use super::folder::{self, Found};
use super::index::{BLOCK, Entry, Part};
use super::record::{Place, Record};
use super::segment::{self, Contents, Item, Segment};
use crate::store::StoreError;
use bolt_base::{Bytes, UnixNanos};
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

/// A segment is so small a part of the capacity, so that little goes at a time.
const SEGMENTS: u64 = 128;
const SEGMENT_LEAST: u64 = 16 << 10;
const SEGMENT_MOST: u64 = 1 << 30;
/// Offsets are 32 bits wide.
const ENTRY_MOST: u64 = 1 << 30;
/// What a segment may take beside one record: its footer, and the rest of a block.
const BESIDE: u64 = 4_096 + 128;
/// Segments whose records are written again for one that is new; then they just go.
const ROUNDS: usize = 4;

#[derive(Debug)]
pub(super) struct Writer {
    pub(super) capacity: Bytes,
    tail: Option<Tail>,
    /// How many bytes may be written again for room.
    credit: u64,
    /// The number of the next segment.
    next: u32,
    /// Files of others in the folder.
    foreign: Vec<PathBuf>,
    lock: File,
}

/// The segment that is being written.
#[derive(Debug)]
struct Tail {
    segment: Arc<Segment>,
    end: u64,
    items: Vec<Item>,
    /// Whether something was written since it was opened: then it has no footer.
    is_changed: bool,
}

/// Which records of a segment are written again before it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Asked,
    All,
    Nothing,
}

impl Keep {
    fn wants(self, entry: &Entry, now: UnixNanos) -> bool {
        match self {
            Self::Asked => now < entry.expires && entry.was_asked(),
            Self::All => now < entry.expires,
            Self::Nothing => false,
        }
    }
}

impl Writer {
    /// Goes on where writing ended.
    pub(super) fn new(lock: File, capacity: Bytes, found: &mut Found) -> Result<Self, StoreError> {
        let (last, foreign) = (found.last.take(), std::mem::take(&mut found.foreign));
        let next = last.as_ref().map_or(1, |(segment, _)| segment.id.saturating_add(1));
        let tail = last.map(|(segment, contents)| {
            let Contents { items, end, is_sealed, length } = contents;
            // Whole records can be behind one that is not: they must not be met again when this
            // one is written over.
            if !is_sealed && end < length {
                segment.truncate(end).map_err(folder::error(&segment.path))?;
            }
            Ok(Tail { segment, end, items, is_changed: !is_sealed })
        });
        Ok(Self { capacity, tail: tail.transpose()?, credit: u64::MAX, next, foreign, lock })
    }

    /// Returns the most that a record may have: it fits when all others are gone.
    fn entry_most(&self) -> u64 {
        let half = (self.capacity.0 - self.reserve()) / 2;
        half.saturating_sub(BESIDE).min(ENTRY_MOST)
    }

    fn segment_bytes(&self) -> u64 {
        (self.capacity.0 / SEGMENTS).clamp(SEGMENT_LEAST, SEGMENT_MOST)
    }

    /// Returns what is kept free for records that are written again.
    fn reserve(&self) -> u64 {
        self.segment_bytes().min(self.capacity.0)
    }

    pub(super) fn append(
        &mut self,
        state: &State,
        record: &mut Record,
        now: UnixNanos,
    ) -> Result<(), StoreError> {
        let most = self.entry_most();
        if record.length() > most {
            let (bytes, most) = (Bytes(record.length()), Bytes(most));
            return Err(StoreError::TooLarge { bytes, most });
        }
        if self.is_tail_full(record.length()) {
            self.seal()?;
            self.reclaim(state, now)?;
        }
        self.make_room(state, record.length(), now)?;
        self.push(state, record)
    }

    /// Makes segments go until there is room for a record of this length.
    pub(super) fn make_room(
        &mut self,
        state: &State,
        length: u64,
        now: UnixNanos,
    ) -> Result<(), StoreError> {
        let most = self.capacity.0 - self.reserve();
        let mut rounds = 0;
        while self.bytes_with(state, length) > most && state.read().first().is_some() {
            let keep = if rounds < ROUNDS { Keep::Asked } else { Keep::Nothing };
            self.cut(state, keep, now)?;
            rounds += 1;
        }
        Ok(())
    }

    /// Makes the first segments go as long as they hold nothing valid, or more than half of all
    /// bytes are of no use.
    pub(super) fn reclaim(&mut self, state: &State, now: UnixNanos) -> Result<(), StoreError> {
        // Each segment once: those that are written now are not looked at again.
        let parts = state.read().ids().count();
        for _ in 0..parts {
            let keep = self.use_of_first(state, now);
            let Some(keep) = keep else { break };
            self.cut(state, keep, now)?;
        }
        Ok(())
    }

    /// Returns what of the first segment is to be kept when it goes, if it is not worth its room.
    fn use_of_first(&self, state: &State, now: UnixNanos) -> Option<Keep> {
        let index = state.read();
        let first = index.first().filter(|first| !self.is_tail(first))?;
        let room = self.capacity.0.saturating_sub(index.bytes + 2 * BESIDE);
        if first.expires <= now || first.live == 0 {
            Some(Keep::Nothing)
        } else if index.live < index.bytes / 2 && first.bytes <= room {
            Some(Keep::All)
        } else {
            None
        }
    }

    fn is_tail(&self, part: &Part) -> bool {
        self.tail.as_ref().is_some_and(|tail| tail.segment.id == part.segment.id)
    }

    /// Makes the first segment go.
    fn cut(&mut self, state: &State, keep: Keep, now: UnixNanos) -> Result<(), StoreError> {
        let (segment, is_tail) = {
            let index = state.read();
            let Some(first) = index.first() else { return Ok(()) };
            if keep == Keep::Asked {
                self.credit = self.credit.saturating_add(first.bytes / 2).min(self.reserve() * 2);
            }
            (Arc::clone(&first.segment), self.is_tail(first))
        };
        // One that is being written needs no footer to go, for which there might be no room.
        let tail = self.tail.take_if(|_| is_tail);
        let items = match tail {
            Some(tail) => tail.items,
            None => segment.contents().map_err(folder::error(&segment.path))?.items,
        };
        self.carry_over(state, &segment, &items, keep, now)?;
        let (expired, evicted) = state.write().remove_records(segment.id, &items, now);
        state.counters.expired.add(expired);
        state.counters.evicted.add(evicted);
        fs::remove_file(&segment.path).map_err(folder::error(&segment.path))?;
        state.write().pop();
        Ok(())
    }

    /// Writes records of a segment again.
    fn carry_over(
        &mut self,
        state: &State,
        segment: &Segment,
        items: &[Item],
        keep: Keep,
        now: UnixNanos,
    ) -> Result<(), StoreError> {
        let mut is_changed = false;
        for item in items {
            let length = u64::from(item.length);
            if !state.read().find_item(segment.id, item).is_some_and(|e| keep.wants(e, now))
                || keep == Keep::Asked && length > self.credit
                || self.bytes_with(state, length) > self.capacity.0
            {
                continue;
            }
            let read = segment.read(item.offset, item.length);
            let Some(mut record) = read.map_err(folder::error(&segment.path))? else {
                state.counters.corrupt.add(1);
                continue;
            };
            match self.push(state, &mut record) {
                // The segment goes to make room: what cannot be written again goes with it.
                Err(StoreError::Full { .. }) if keep == Keep::Asked => break,
                pushed => pushed?,
            }
            if keep == Keep::Asked {
                self.credit -= length;
            }
            is_changed = true;
        }
        if is_changed { self.sync(state) } else { Ok(()) }
    }

    /// Writes a record at the end.
    fn push(&mut self, state: &State, record: &mut Record) -> Result<(), StoreError> {
        if self.is_tail_full(record.length()) {
            self.seal()?;
        }
        if self.tail.is_none() {
            self.tail = Some(self.begin(state)?);
        }
        let tail = self.tail.as_mut().expect("it was just made");
        let item = tail.write(record).map_err(folder::error(&tail.segment.path))?;
        let mut index = state.write();
        index.apply(tail.segment.id, &item);
        index.set_length(tail.segment.id, folder::length(tail.end, tail.items.len()));
        Ok(())
    }

    /// Begins a segment.
    fn begin(&mut self, state: &State) -> Result<Tail, StoreError> {
        let id = self.next;
        let after = id.checked_add(1);
        self.next = after.ok_or_else(|| StoreError::Unsupported {
            store: "persistent".to_owned(),
            what: "number another segment",
        })?;
        if let Some(path) =
            self.foreign.iter().find(|path| **path == segment::path(&state.folder, id))
            && path.exists()
        {
            self.next = id;
            return Err(StoreError::Foreign { path: path.clone() });
        }
        let segment = Segment::create(&state.folder, id);
        let segment = Arc::new(segment.map_err(|source| {
            self.next = id;
            folder::error(&state.folder)(source)
        })?);
        state.write().push(Arc::clone(&segment));
        Ok(Tail { segment, end: 0, items: Vec::new(), is_changed: true })
    }

    fn is_tail_full(&self, length: u64) -> bool {
        let most = self.segment_bytes();
        self.tail.as_ref().is_some_and(|tail| {
            tail.end > 0 && folder::length(tail.end + length, tail.items.len() + 1) > most
        })
    }

    /// Ends the segment that is being written. It is on disk before the next one begins, so that
    /// only the last can be cut by a failure of power.
    fn seal(&mut self) -> Result<(), StoreError> {
        if let Some(tail) = &mut self.tail {
            tail.close()
                .and_then(|()| tail.segment.sync())
                .map_err(folder::error(&tail.segment.path))?;
            self.tail = None;
        }
        Ok(())
    }

    /// Writes what the last segment holds, so that opening the store need not find out.
    pub(super) fn close(&mut self) -> Result<(), StoreError> {
        match &mut self.tail {
            Some(tail) => tail.close().map_err(folder::error(&tail.segment.path)),
            None => Ok(()),
        }
    }

    /// Makes what was written survive a failure of power.
    pub(super) fn sync(&mut self, state: &State) -> Result<(), StoreError> {
        if let Some(tail) = &self.tail {
            tail.segment.sync().map_err(folder::error(&tail.segment.path))?;
        }
        folder::sync(&state.folder)
    }

    /// Removes everything but files of others; then it fails, naming one.
    pub(super) fn clear(&mut self, state: &State) -> Result<(), StoreError> {
        self.tail = None;
        let removed = state.write().clear();
        state.counters.removed.add(removed);
        loop {
            let first = state.read().first().map(|first| first.segment.path.clone());
            let Some(path) = first else { break };
            fs::remove_file(&path).map_err(folder::error(&path))?;
            state.write().pop();
        }
        folder::sync(&state.folder)?;
        match self.foreign.iter().find(|path| path.exists()) {
            Some(path) => Err(StoreError::Foreign { path: path.clone() }),
            None => Ok(()),
        }
    }

    /// Returns how many bytes there will be on disk when a record of this length is written too.
    fn bytes_with(&self, state: &State, length: u64) -> u64 {
        let index = state.read();
        let tail = self.tail.as_ref().filter(|_| !self.is_tail_full(length));
        let (before, end, items) = tail.map_or((0, 0, 0), |tail| {
            let part = index.part(tail.segment.id);
            (part.map_or(0, |part| part.bytes), tail.end, tail.items.len())
        });
        let after = folder::length(end + length, items + 1).next_multiple_of(BLOCK);
        index.bytes - before + after
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Closing it is not enough: a child that another thread is about to start has it open too,
        // until it runs its program.
        let _ = self.lock.unlock();
    }
}

impl Tail {
    fn write(&mut self, record: &mut Record) -> std::io::Result<Item> {
        if !self.is_changed {
            self.segment.truncate(self.end)?;
            self.is_changed = true;
        }
        let place = Place { segment: self.segment.id, offset: self.end as u32 };
        let written = self.segment.write(record, place.offset);
        if let Err(error) = written {
            // If this fails too, the next record is written over what there is of this one.
            let _ = self.segment.truncate(self.end);
            return Err(error);
        }
        let item = Item::of(&record.header, place.offset);
        self.items.push(item);
        self.end += record.length();
        Ok(item)
    }

    fn close(&mut self) -> std::io::Result<()> {
        if self.is_changed {
            self.segment.truncate(self.end)?;
            self.segment.seal(&self.items, self.end as u32)?;
            self.is_changed = false;
        }
        Ok(())
    }
}
