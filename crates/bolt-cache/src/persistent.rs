//! A level that keeps bytes in files, where they outlive the process.
//!
//! Values are compressed and appended to files of a folder, the segments (`persistent/segment.rs`,
//! `persistent/record.rs`); where the last record of each key is stands in memory
//! (`persistent/index.rs`). What goes when room is needed is said in `persistent/writer.rs`, what is
//! found when a store is opened in `persistent/folder.rs`.
//!
//! - **Bound.** The files, in whole blocks, never take more than the capacity.
//! - **Crashes.** A value that was kept survives the end of the process, however it comes; after
//!   [`Persistent::sync`] also a failure of power. What is found is what there was at some moment
//!   since then; a record that is damaged is a miss.
//! - **Processes.** One writes, and [`Persistent::open`] tells others so. Any number can look at
//!   what there was when they opened the folder with [`Persistent::open_read_only`].
//! - **Time** is that of the wall clock, since it goes on between processes. A record stamped later
//!   than now, because the clock was set back, is a miss until the clock has caught up: how old it
//!   is cannot be known. So none is returned that is older than its time to live, but for
//!   [`CLOCK_SLACK`], by which clocks are commonly corrected.
//! - **Threads.** Look-ups do not wait for each other, nor for what a writer does on disk.

mod folder;
mod index;
mod record;
mod segment;
mod writer;

use crate::store::{Store, StoreError, StoreStats};
use bolt_base::{Bytes, UnixNanos};
use index::{Entry, Index};
use record::Record;
use segment::Segment;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, SystemTime};
use writer::Writer;

/// By how much a record may be stamped later than now and still be returned.
pub const CLOCK_SLACK: Duration = Duration::from_secs(60);

/// The most that a key and its value may have together, before compression.
const ENTRY_MOST: Bytes = Bytes(1 << 30);

/// Tells the time of day.
pub type WallClock = Arc<dyn Fn() -> UnixNanos + Send + Sync>;

/// Returns the machine's wall clock.
pub fn system_wall_clock() -> WallClock {
    Arc::new(|| match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => UnixNanos(nanos(after)),
        Err(before) => UnixNanos(-nanos(before.duration())),
    })
}

/// Where a store is, and how much it may keep for how long.
#[derive(Debug, Clone)]
pub struct PersistentOptions {
    /// The folder of its files, which is made if it is not there.
    pub path: PathBuf,
    /// The most that the files may take.
    pub capacity: Bytes,
    /// How long a value is valid, if it does not say.
    pub time_to_live: Duration,
}

impl PersistentOptions {
    /// Returns options of 10 GiB and 7 days.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let time_to_live = Duration::from_secs(7 * 24 * 3600);
        Self { path: path.into(), capacity: Bytes(10 << 30), time_to_live }
    }
}

/// A store in files; see the module's documentation.
pub struct Persistent {
    state: State,
    /// `None` if it was opened to be read only.
    writer: Option<Mutex<Writer>>,
    time_to_live: Duration,
    clock: WallClock,
}

/// What readers and the writer share.
struct State {
    folder: PathBuf,
    index: RwLock<Index>,
    counters: Counters,
}

#[derive(Debug, Default)]
struct Counters {
    hits: Counter,
    misses: Counter,
    writes: Counter,
    removed: Counter,
    evicted: Counter,
    expired: Counter,
    corrupt: Counter,
    errors: Counter,
}

#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Counter {
    fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A record that may be the value asked for.
struct Candidate {
    segment: Arc<Segment>,
    offset: u32,
    length: u32,
}

impl Persistent {
    /// Opens a store to read and write it. If it takes more than the capacity, entries go.
    ///
    /// # Errors
    /// If another process writes to it, or its files cannot be read and written.
    pub fn open(options: &PersistentOptions, clock: WallClock) -> Result<Self, StoreError> {
        let PersistentOptions { path, capacity, time_to_live } = options;
        let lock = folder::lock(path)?;
        let mut found = folder::read(path, true)?;
        let writer = Writer::new(lock, *capacity, &mut found)?;
        let state = State::new(path.clone(), found.index, found.corrupt);
        let writer = Some(Mutex::new(writer));
        let store = Self { state, writer, time_to_live: *time_to_live, clock };
        let now = store.now();
        let mut writer = store.writer()?;
        writer.reclaim(&store.state, now)?;
        writer.make_room(&store.state, 0, now)?;
        drop(writer);
        Ok(store)
    }

    /// Opens a store to read what is there now, also while another process writes to it or if it
    /// cannot be written to. What that process changes is not seen. Files that it removes take
    /// their room on disk until this is dropped.
    ///
    /// # Errors
    /// If the folder or one of its files cannot be read.
    pub fn open_read_only(path: impl Into<PathBuf>, clock: WallClock) -> Result<Self, StoreError> {
        let path = path.into();
        let found = folder::read(&path, false)?;
        let state = State::new(path, found.index, found.corrupt);
        Ok(Self { state, writer: None, time_to_live: Duration::ZERO, clock })
    }

    /// Makes all that was kept and removed until now survive a failure of power.
    ///
    /// # Errors
    /// If the operating system does not manage to.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.counted(self.writer().and_then(|mut writer| writer.sync(&self.state)))
    }

    /// Frees room that is taken by values past their time, and by records that were replaced or
    /// removed. This happens by itself while values are kept.
    ///
    /// # Errors
    /// If files cannot be written or removed.
    pub fn reclaim(&self) -> Result<(), StoreError> {
        let now = self.now();
        self.counted(self.writer().and_then(|mut writer| writer.reclaim(&self.state, now)))
    }

    /// Reads every value, so that look-ups find it in memory for as long as the operating system
    /// keeps it there; returns the bytes read. Damaged records are counted, and misses from then on.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn warm(&self) -> Result<Bytes, StoreError> {
        let mut all = self.state.candidates();
        all.sort_unstable_by_key(|(_, candidate)| (candidate.segment.id, candidate.offset));
        let mut bytes = 0;
        for (hash, candidate) in all {
            let Candidate { segment, offset, length } = &candidate;
            let record = segment.read(*offset, *length).map_err(folder::error(&segment.path));
            match self.counted(record)? {
                Some(_) => bytes += u64::from(*length),
                None => self.state.forget(hash, &candidate),
            }
        }
        Ok(Bytes(bytes))
    }

    fn now(&self) -> UnixNanos {
        (self.clock)()
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>, StoreError> {
        let path = || self.state.folder.clone();
        let writer = self.writer.as_ref().ok_or_else(|| StoreError::ReadOnly { path: path() })?;
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn counted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_err() {
            self.state.counters.errors.add(1);
        }
        result
    }

    fn look_up(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let (hash, now) = (record::hash(key), self.now());
        let Some(candidate) = self.state.candidate(hash, now) else { return Ok(None) };
        let Candidate { segment, offset, length } = &candidate;
        let record = segment.read(*offset, *length).map_err(folder::error(&segment.path))?;
        let Some(record) = record else {
            self.state.forget(hash, &candidate);
            return Ok(None);
        };
        if record.key() != key {
            return Ok(None);
        }
        let is_from_the_future = record.header.written > after(now, CLOCK_SLACK);
        if is_from_the_future || record.header.expires <= now {
            self.state.counters.expired.add(1);
            return Ok(None);
        }
        let value = record.into_value();
        if value.is_none() {
            self.state.forget(hash, &candidate);
        }
        Ok(value)
    }

    fn append(&self, key: &[u8], value: &[u8], time_to_live: Duration) -> Result<(), StoreError> {
        let bytes = Bytes(key.len() as u64 + value.len() as u64);
        if bytes > ENTRY_MOST {
            self.append_removal(key)?;
            return Err(StoreError::TooLarge { bytes, most: ENTRY_MOST });
        }
        let now = self.now();
        let mut record = Record::value(key, value, now, after(now, time_to_live));
        let appended = self.writer()?.append(&self.state, &mut record, now);
        if matches!(appended, Err(StoreError::TooLarge { .. })) {
            // The older value must not stand for the one that is not kept.
            self.append_removal(key)?;
        }
        appended
    }

    fn append_removal(&self, key: &[u8]) -> Result<bool, StoreError> {
        let (hash, now) = (record::hash(key), self.now());
        let mut writer = self.writer()?;
        let is_there = self.state.candidate(hash, now).is_some();
        if is_there {
            writer.append(&self.state, &mut Record::removal(key, now), now)?;
        }
        Ok(is_there)
    }
}

impl Store for Persistent {
    fn name(&self) -> &str {
        "persistent"
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.counted(self.look_up(key));
        let Counters { hits, misses, .. } = &self.state.counters;
        if let Ok(value) = &value {
            if value.is_some() { hits } else { misses }.add(1);
        }
        value
    }

    fn put(
        &self,
        key: &[u8],
        value: &[u8],
        time_to_live: Option<Duration>,
    ) -> Result<(), StoreError> {
        let time_to_live = time_to_live.unwrap_or(self.time_to_live);
        self.counted(self.append(key, value, time_to_live))?;
        self.state.counters.writes.add(1);
        Ok(())
    }

    fn remove(&self, key: &[u8]) -> Result<bool, StoreError> {
        let was_there = self.counted(self.append_removal(key))?;
        self.state.counters.removed.add(u64::from(was_there));
        Ok(was_there)
    }

    fn clear(&self) -> Result<(), StoreError> {
        self.counted(self.writer().and_then(|mut writer| writer.clear(&self.state)))
    }

    fn resize(&self, capacity: Bytes) -> Result<(), StoreError> {
        let now = self.now();
        self.counted(self.writer().and_then(|mut writer| {
            writer.capacity = capacity;
            writer.make_room(&self.state, 0, now)
        }))
    }

    fn stats(&self) -> StoreStats {
        let capacity = self.writer().ok().map(|writer| writer.capacity);
        let index = self.state.read();
        let Counters { hits, misses, writes, removed, evicted, expired, corrupt, errors } =
            &self.state.counters;
        StoreStats {
            hits: hits.get(),
            misses: misses.get(),
            writes: writes.get(),
            removed: removed.get(),
            evicted: evicted.get(),
            expired: expired.get(),
            corrupt: corrupt.get(),
            errors: errors.get(),
            entries: index.entries() as u64,
            bytes: Bytes(index.bytes),
            raw_bytes: Bytes(index.raw),
            capacity: capacity.unwrap_or(Bytes(index.bytes)),
        }
    }
}

impl State {
    fn new(folder: PathBuf, index: Index, corrupt: u64) -> Self {
        let counters = Counters::default();
        counters.corrupt.add(corrupt);
        Self { folder, index: RwLock::new(index), counters }
    }

    fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns where the value of a key is, if it has not expired.
    fn candidate(&self, hash: u64, now: UnixNanos) -> Option<Candidate> {
        let index = self.read();
        let entry = index.find(hash)?;
        if entry.expires <= now {
            let (segment, offset) = (entry.segment, entry.offset);
            drop(index);
            self.remove_if(hash, segment, offset, &self.counters.expired);
            return None;
        }
        entry.ask();
        let segment = Arc::clone(&index.part(entry.segment)?.segment);
        Some(Candidate { segment, offset: entry.offset, length: entry.length })
    }

    /// Returns where the value of every key is, without asking for it.
    fn candidates(&self) -> Vec<(u64, Candidate)> {
        let index = self.read();
        let candidate = |entry: &Entry| {
            let &Entry { hash, offset, length, .. } = entry;
            let segment = Arc::clone(&index.part(entry.segment)?.segment);
            Some((hash, Candidate { segment, offset, length }))
        };
        index.iter().filter_map(candidate).collect()
    }

    /// Takes a record for lost.
    fn forget(&self, hash: u64, candidate: &Candidate) {
        let Candidate { segment, offset, length: _ } = candidate;
        self.remove_if(hash, segment.id, *offset, &self.counters.corrupt);
    }

    /// Forgets the record of a key, if it is still this one.
    fn remove_if(&self, hash: u64, segment: u32, offset: u32, counter: &Counter) {
        let mut index = self.write();
        let entry = index.find(hash);
        if entry.is_some_and(|entry| entry.segment == segment && entry.offset == offset) {
            index.remove(hash);
            counter.add(1);
        }
    }
}

impl Drop for Persistent {
    fn drop(&mut self) {
        if let Some(writer) = &mut self.writer {
            let writer = writer.get_mut().unwrap_or_else(PoisonError::into_inner);
            // Without it, the next one to open the store reads the headers instead.
            let _ = writer.close();
        }
    }
}

impl fmt::Debug for Persistent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Persistent")
            .field("path", &self.state.folder)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

fn after(time: UnixNanos, duration: Duration) -> UnixNanos {
    UnixNanos(time.0.saturating_add(nanos(duration)))
}

#[cfg(test)]
mod tests;
