//! Which page is where, and what follows from an access.
//!
//! Everything here is behind one lock. A page has at most one copy in memory and one on disk: the
//! disk's is what survives the process. A page in memory is dirty if its disk copy is older or not
//! there. The old copy is kept until the new one is written, so that what was flushed once is never
//! gone before something newer is there.

#[cfg(test)]
mod check;
mod compact;
mod demote;
mod memory;
mod recover;
mod told;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use bolt_base::{Bytes, Clock};

use super::device::Device;
use super::disk::{Address, Disk, Kind, Note, PAGES_MAX};
use super::error::PageError;
use super::heat::{Heat, Heating};
use super::io::SectorBuffer;
use super::options::PageStoreOptions;
use super::report::{Latency, PrefetchReport, RecoveryReport};
use super::tier::{EvictionThresholds, Tier};
use crate::buffers::{BufferPool, Lease};
use crate::reservation::{Job, Kind as Holding, Reservation};

/// A page that is somewhere.
#[derive(Debug)]
struct Entry {
    heat: Heat,
    place: Place,
    kept: Kept,
    /// What is in memory is newer than what is kept.
    is_dirty: bool,
    /// It was read ahead, and nobody asked for it yet.
    is_ahead: bool,
    /// It was removed, and no disk knows that yet.
    is_removed: bool,
}

/// Where in memory a page is.
#[derive(Debug)]
enum Place {
    Nowhere,
    Gpu { slot: usize, length: usize },
    Cpu(Box<[u8]>),
}

/// Where on disk a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Nowhere,
    In {
        disk: usize,
        block: u64,
    },
    /// Its block is damaged.
    Lost,
}

/// A tier of memory: how many pages it may hold, and those that it does, the coldest first.
#[derive(Debug)]
struct Room {
    most: usize,
    /// Above this pages leave.
    limit: usize,
    order: BTreeSet<(Heat, u64)>,
}

#[derive(Debug)]
struct Gpu {
    room: Room,
    device: Arc<dyn Device>,
    free: Vec<usize>,
}

/// Memory that moving pages to and between disks takes, held all the time: when memory is short,
/// there is none to be had.
#[derive(Debug)]
struct Staging {
    /// Records as they are read and written.
    read: SectorBuffer,
    write: SectorBuffer,
    /// Pages as they are.
    unpacked: Lease<u8>,
    raw: Lease<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    /// By tier from and to: pages, bytes, moves.
    pub(super) migrations: [[(u64, u64, u64); Tier::COUNT]; Tier::COUNT],
    pub(super) prefetch: PrefetchReport,
    pub(super) hits: [u64; 2],
    pub(super) misses: u64,
    pub(super) absent: u64,
    pub(super) compactions: [u64; Tier::COUNT],
    pub(super) read_latency: Latency,
    pub(super) migration_latency: Latency,
    pub(super) failures: u64,
    pub(super) last_failure: Option<String>,
    pub(super) recovery: RecoveryReport,
}

#[derive(Debug)]
pub(super) struct State {
    page: usize,
    entries: HashMap<u64, Entry>,
    heating: Heating,
    thresholds: EvictionThresholds,
    gpu: Option<Gpu>,
    cpu: Room,
    disks: Vec<Disk>,
    /// What the pages in the machine's memory take.
    memory: Reservation,
    /// What the index takes.
    index: Reservation,
    sequence: u64,
    staging: Option<Staging>,
    /// Removed pages that disks do not know of.
    removals: BTreeSet<u64>,
    /// Pages that were read ahead may take so many pages of memory.
    ahead_max: usize,
    clock: Arc<dyn Clock>,
    pub(super) counts: Counts,
}

/// What the index takes for a page at most: its entry in a table that has just doubled, its place in
/// the order of a tier, and its place in the list of a block.
const INDEX_BYTES: Bytes = Bytes(2 * size_of::<(u64, Entry)>() as u64 + 2 * 24 + 16);

/// What a look at the index says of a page.
#[derive(Debug)]
pub(super) enum Found {
    Absent,
    /// Its bytes were copied, so many.
    Here(usize),
    Lost,
    /// It has to be read, and other pages may be with it.
    OnDisk(Vec<Wanted>),
}

/// A block to read, and the pages that are wanted of it.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) address: Address,
    pub(super) disk: usize,
    pub(super) ids: Vec<u64>,
}

impl State {
    pub(super) fn new(
        options: &PageStoreOptions,
        job: &Job,
        pool: &BufferPool,
        disks: Vec<Disk>,
    ) -> Result<Self, PageError> {
        let page = options.page.0 as usize;
        let room = |capacity: Bytes, tier: Tier, is_last: bool| {
            let most = options.pages(capacity);
            let threshold = if is_last { 1.0 } else { options.thresholds.of(tier) };
            let limit = (most as f64 * threshold).floor() as usize;
            Room { most, limit, order: BTreeSet::new() }
        };
        let gpu = options.gpu.as_ref().map(|gpu| {
            let room = room(gpu.capacity, Tier::Gpu, false);
            let device =
                gpu.device.clone().unwrap_or_else(|| Arc::new(super::HostStandIn::default()));
            let prepared = device.prepare(room.most, page);
            let free = (0..room.most).rev().collect();
            prepared.map_err(|source| memory::failed(&*device, source)).map(|()| Gpu {
                room,
                device,
                free,
            })
        });
        let gpu = gpu.transpose()?;
        let staging = (!disks.is_empty()).then(|| {
            let bytes = options.staging_bytes();
            Ok::<_, PageError>(Staging {
                read: SectorBuffer::lease(pool, bytes)?,
                write: SectorBuffer::lease(pool, bytes)?,
                unpacked: pool.lease(bytes)?,
                raw: pool.lease(bytes)?,
            })
        });
        let cpu = room(options.cpu, Tier::Cpu, disks.is_empty());
        let pages = cpu.most + gpu.as_ref().map_or(0, |gpu| gpu.room.most);
        let ahead_max = options.pages(options.prefetch.in_flight_max).min(cpu.limit / 4);
        let holding = if disks.is_empty() { Holding::Fixed } else { Holding::Spillable };
        Ok(Self {
            page,
            entries: HashMap::new(),
            heating: Heating::new(options.half_life_accesses.unwrap_or(pages as u64)),
            thresholds: options.thresholds,
            gpu,
            cpu,
            disks,
            memory: job.reservation(holding),
            index: job.reservation(Holding::Fixed),
            sequence: 1,
            staging: staging.transpose()?,
            removals: BTreeSet::new(),
            ahead_max,
            clock: Arc::clone(&options.clock),
            counts: Counts::default(),
        })
    }

    /// Keeps a page.
    pub(super) fn write(&mut self, id: u64, bytes: &[u8]) -> Result<(), PageError> {
        match self.entries.get(&id).map(|entry| &entry.place) {
            Some(Place::Gpu { .. } | Place::Cpu(_)) => self.overwrite(id, bytes)?,
            Some(Place::Nowhere) | None => self.write_new(id, bytes)?,
        }
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.is_removed = false;
        }
        self.removals.remove(&id);
        self.touch(id);
        self.relieve();
        Ok(())
    }

    /// Puts a page into the highest tier, or on disk if the budget has no memory for it.
    fn write_new(&mut self, id: u64, bytes: &[u8]) -> Result<(), PageError> {
        let tier = if self.gpu.is_some() { Tier::Gpu } else { Tier::Cpu };
        let is_known = self.entries.contains_key(&id);
        if !is_known {
            self.index.try_grow(INDEX_BYTES)?;
            self.entries.insert(id, Entry::new());
        }
        let is_in_memory = match self.insert(tier, id, bytes) {
            Err(PageError::Refused(_)) if !self.disks.is_empty() => {
                self.write_through(id, bytes).map(|()| false)
            }
            inserted => inserted.map(|()| true),
        };
        match (&is_in_memory, self.entries.get_mut(&id)) {
            (Ok(is_dirty), Some(entry)) => entry.is_dirty = *is_dirty,
            (Err(_), _) if !is_known => drop(self.take_out(id)),
            _ => {}
        }
        is_in_memory.map(|_| ())
    }

    /// Looks a page up. What is in memory is copied to `out`; for what is on disk it is said what
    /// to read, together with those of `ahead` that are there, too.
    pub(super) fn find(
        &mut self,
        id: u64,
        ahead: &[u64],
        out: &mut [u8],
    ) -> Result<Found, PageError> {
        let Some(entry) = self.entries.get_mut(&id).filter(|entry| !entry.is_removed) else {
            self.counts.absent += 1;
            return Ok(Found::Absent);
        };
        match (&entry.place, entry.kept) {
            (Place::Nowhere, Kept::In { .. }) => {
                self.counts.misses += 1;
                Ok(Found::OnDisk(self.plan(Some(id), ahead)))
            }
            (Place::Nowhere, Kept::Lost) => Ok(Found::Lost),
            (Place::Nowhere, Kept::Nowhere) => Ok(Found::Absent),
            (place, _) => {
                let tier = if matches!(place, Place::Gpu { .. }) { Tier::Gpu } else { Tier::Cpu };
                let length = self.copy_out(id, out)?;
                self.counts.hits[tier.index()] += 1;
                self.use_ahead(id);
                self.touch(id);
                if tier == Tier::Cpu {
                    self.promote(id);
                }
                Ok(Found::Here(length))
            }
        }
    }

    /// Returns which blocks to read for pages on disk: that of `id`, and those of pages to come as
    /// far as they have room.
    pub(super) fn plan(&self, id: Option<u64>, ahead: &[u64]) -> Vec<Wanted> {
        let waiting = self.counts.prefetch.waiting as usize;
        let is_on_disk = |id: &u64| {
            self.entries.get(id).is_some_and(|entry| {
                matches!((&entry.place, entry.kept), (Place::Nowhere, Kept::In { .. }))
                    && !entry.is_removed
            })
        };
        let ahead = ahead.iter().copied().filter(is_on_disk).filter(|other| Some(*other) != id);
        let ahead = ahead.take(self.ahead_max.saturating_sub(waiting));
        let mut wanted: Vec<Wanted> = Vec::new();
        let mut places: HashMap<u64, usize> = HashMap::new();
        for id in id.into_iter().chain(ahead) {
            let Some(Kept::In { disk, block }) = self.entries.get(&id).map(|entry| entry.kept)
            else {
                continue;
            };
            if let Some(place) = places.get(&block) {
                wanted[*place].ids.push(id);
            } else if let Some(address) = self.disks[disk].address(block) {
                places.insert(block, wanted.len());
                wanted.push(Wanted { address, disk, ids: vec![id] });
            }
        }
        wanted
    }

    /// Takes in a page that was read from a block, if it is still the one there. The page that
    /// was asked for goes up as its heat allows; one that was read ahead goes to memory.
    pub(super) fn arrive(&mut self, id: u64, from: &Wanted, bytes: &[u8], is_ahead: bool) {
        let kept = Kept::In { disk: from.disk, block: from.address.sequence };
        let is_same = |entry: &Entry| entry.kept == kept && !entry.is_removed;
        if !self.entries.get(&id).is_some_and(is_same) {
            return;
        }
        self.touch(id);
        let entry = self.entries.get(&id).expect("it is there");
        if !matches!(entry.place, Place::Nowhere) {
            return;
        }
        let tier = if is_ahead { Some(Tier::Cpu) } else { self.place_for(entry.heat) };
        let Some(tier) = tier else { return };
        if let Err(error) = self.insert(tier, id, bytes) {
            self.note_failure(&error);
            return;
        }
        let from = self.disks[from.disk].tier;
        self.note_migration(from, tier, 1, bytes.len(), None);
        if is_ahead {
            self.entries.get_mut(&id).expect("it is there").is_ahead = true;
            self.counts.prefetch.issued += 1;
            self.counts.prefetch.waiting += 1;
        }
    }

    /// Takes in that a block is damaged: its pages are lost, but for those with a newer copy.
    pub(super) fn lose(&mut self, disk: usize, block: u64) {
        let Some(known) = self.disks[disk].blocks.get(&block) else { return };
        let segment = known.segment;
        let ids: Vec<u64> = known.pages.iter().map(|(id, _)| *id).collect();
        for id in ids {
            let Some(entry) = self.entries.get_mut(&id) else { continue };
            if entry.kept != (Kept::In { disk, block }) {
                continue;
            }
            entry.kept = Kept::Lost;
            // A copy in memory is now the only one.
            entry.is_dirty = !matches!(entry.place, Place::Nowhere);
            self.disks[disk].release(block);
            if let Some(segment) = self.disks[disk].segments.get_mut(&segment) {
                segment.notes.push(Note { id, sequence: block, kind: Kind::Lost });
            }
        }
    }

    /// Removes a page; returns whether there was one.
    pub(super) fn remove(&mut self, id: u64) -> Result<bool, PageError> {
        let Some(entry) = self.entries.get(&id).filter(|entry| !entry.is_removed) else {
            return Ok(false);
        };
        let is_kept = entry.kept != Kept::Nowhere;
        self.leave_memory(id);
        if !is_kept {
            self.take_out(id);
            return Ok(true);
        }
        self.entries.get_mut(&id).expect("it is there").is_removed = true;
        self.removals.insert(id);
        if self.removals.len() >= PAGES_MAX {
            self.write_removals()?;
        }
        Ok(true)
    }

    /// Returns the highest tier where a page is.
    pub(super) fn tier_of(&self, id: u64) -> Option<Tier> {
        let entry = self.entries.get(&id).filter(|entry| !entry.is_removed)?;
        match (&entry.place, entry.kept) {
            (Place::Gpu { .. }, _) => Some(Tier::Gpu),
            (Place::Cpu(_), _) => Some(Tier::Cpu),
            (Place::Nowhere, Kept::In { disk, .. }) => Some(self.disks[disk].tier),
            (Place::Nowhere, Kept::Nowhere | Kept::Lost) => None,
        }
    }

    /// Takes in that a page is accessed.
    fn touch(&mut self, id: u64) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let before = entry.heat;
        entry.heat = self.heating.touch(before);
        let (after, kept) = (entry.heat, entry.kept);
        let room = match entry.place {
            Place::Gpu { .. } => self.gpu.as_mut().map(|gpu| &mut gpu.room),
            Place::Cpu(_) => Some(&mut self.cpu),
            Place::Nowhere => None,
        };
        if let Some(room) = room {
            room.order.remove(&(before, id));
            room.order.insert((after, id));
        }
        if let Kept::In { disk, block } = kept {
            self.disks[disk].warm(block, after);
        }
    }

    /// Takes a page out of the index.
    fn take_out(&mut self, id: u64) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        self.index.shrink(INDEX_BYTES);
        Some(entry)
    }

    fn use_ahead(&mut self, id: u64) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        if std::mem::take(&mut entry.is_ahead) {
            self.counts.prefetch.used += 1;
            self.counts.prefetch.waiting -= 1;
        }
    }

    pub(super) fn note_failure(&mut self, error: &PageError) {
        self.counts.failures += 1;
        self.counts.last_failure = Some(error.to_string());
    }

    fn note_migration(
        &mut self,
        from: Tier,
        to: Tier,
        pages: usize,
        bytes: usize,
        started: Option<Duration>,
    ) {
        let count = &mut self.counts.migrations[from.index()][to.index()];
        *count = (count.0 + pages as u64, count.1 + bytes as u64, count.2 + 1);
        if let Some(started) = started {
            let taken = self.clock.now().saturating_sub(started);
            self.counts.migration_latency.note(taken);
        }
    }

    fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence - 1
    }
}

impl Entry {
    fn new() -> Self {
        Self {
            heat: Heat::COLDEST,
            place: Place::Nowhere,
            kept: Kept::Nowhere,
            is_dirty: false,
            is_ahead: false,
            is_removed: false,
        }
    }
}
