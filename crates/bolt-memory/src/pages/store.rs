//! The store as its users see it.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bolt_base::Bytes;

use super::disk::{Address, Claim, Disk, Identity, random};
use super::error::{Doing, PageError};
use super::io::{Read, SectorBuffer, choose};
use super::options::{PageStoreOptions, PrefetchOptions};
use super::pattern::{AccessPattern, PatternDetector};
use super::report::PageStoreReport;
use super::state::{Found, State, Wanted};
use super::tier::Tier;
use crate::budget::{Budget, Registration};
use crate::buffers::{BufferPool, BufferPoolOptions, Lease};
use crate::component::Component;
use crate::reclaim::{Cost, Reclaim};

/// Pages of memory over five tiers. Clones share it.
#[derive(Debug, Clone)]
pub struct PageStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    pool: BufferPool,
    page: usize,
    prefetch: PrefetchOptions,
    clock: Arc<dyn bolt_base::Clock>,
    capacities: [Option<Bytes>; 2],
    /// What stands for device memory.
    device: Option<String>,
    registration: Mutex<Option<Registration>>,
    _claims: Vec<Claim>,
}

/// The bytes of a page, copied.
#[derive(Debug)]
pub struct Page {
    lease: Lease<u8>,
    length: usize,
}

impl Deref for Page {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.lease[..self.length]
    }
}

impl PageStore {
    /// Opens the store whose folders are given, or makes it. What the last one flushed is there
    /// again; the report says what is not.
    ///
    /// # Errors
    /// If the options make no sense, a folder is in use, of another store or cannot be read, or the
    /// budget has no memory for buffers.
    pub fn open(
        options: &PageStoreOptions,
        budget: &Budget,
        component: Component,
    ) -> Result<Self, PageError> {
        options.check()?;
        let pool = pool(options, budget, component)?;
        let folders = options.folders();
        let claims = folders.iter().map(|(_, disk)| Claim::of(&disk.folder));
        let claims = claims.collect::<Result<Vec<Claim>, _>>()?;
        identify(options)?;
        let disks = folders.into_iter().map(|(tier, disk)| {
            let (io, report) = choose(options.io, &disk.folder, &pool);
            Disk::new(tier, disk.clone(), io, report)
        });
        let disks = disks.collect();
        Self::with_disks(options, budget, component, pool, claims, disks)
    }

    /// Opens a store over disks that are not loaded yet.
    pub(super) fn with_disks(
        options: &PageStoreOptions,
        budget: &Budget,
        component: Component,
        pool: BufferPool,
        claims: Vec<Claim>,
        disks: Vec<Disk>,
    ) -> Result<Self, PageError> {
        let is_reclaimable = !disks.is_empty();
        let job = budget.job(component, "pages", None);
        let mut state = State::new(options, &job, &pool, disks)?;
        state.recover()?;
        let shared = Arc::new(Shared {
            device: state.device(),
            state: Mutex::new(state),
            pool,
            page: options.page.0 as usize,
            prefetch: options.prefetch,
            clock: Arc::clone(&options.clock),
            capacities: [options.gpu.as_ref().map(|gpu| gpu.capacity), Some(options.cpu)],
            registration: Mutex::new(None),
            _claims: claims,
        });
        if is_reclaimable {
            let registration = budget.on_reclaim(component, Cost::Spill, &shared);
            *lock(&shared.registration) = Some(registration);
        }
        Ok(Self { shared })
    }

    /// Keeps a page: its bytes, or fewer, as it is read again. It is the hottest page now, in the
    /// highest tier, and is on disk once it was flushed or moved there.
    ///
    /// # Errors
    /// If it is too long, or no tier has room; then the page is as it was.
    pub fn write(&self, id: u64, bytes: &[u8]) -> Result<(), PageError> {
        let page = self.shared.page;
        if bytes.len() > page {
            return Err(PageError::TooLong { id, length: bytes.len(), page });
        }
        lock(&self.shared.state).write(id, bytes)
    }

    /// Returns a page, if there is one.
    ///
    /// A page that is read goes up to the highest tier of memory that has room for it or a page
    /// that is colder.
    ///
    /// # Errors
    /// If it is lost, cannot be read, or there is no buffer for it.
    pub fn read(&self, id: u64) -> Result<Option<Page>, PageError> {
        self.shared.read(id, &[])
    }

    /// Begins a stream of reads, for which pages are read ahead as its pattern says.
    pub fn stream(&self) -> PageStream {
        PageStream { store: self.clone(), detector: PatternDetector::default() }
    }

    /// Removes a page and returns whether there was one. A disk knows once it was flushed.
    ///
    /// # Errors
    /// If so many were removed that a disk must be told, and cannot.
    pub fn remove(&self, id: u64) -> Result<bool, PageError> {
        lock(&self.shared.state).remove(id)
    }

    /// Has all pages kept by the drives. What is flushed is there after a crash, in this version or
    /// a newer one. Dropping the last clone of a store flushes it too, but cannot tell if it fails.
    ///
    /// # Errors
    /// If that fails, or there is no folder.
    pub fn flush(&self) -> Result<(), PageError> {
        lock(&self.shared.state).flush()
    }

    /// Returns the highest tier where a page is.
    pub fn tier_of(&self, id: u64) -> Option<Tier> {
        lock(&self.shared.state).tier_of(id)
    }

    /// Returns what there is to know.
    pub fn report(&self) -> PageStoreReport {
        let Shared { state, capacities, device, .. } = &*self.shared;
        lock(state).report(*capacities, device.as_deref())
    }
}

/// Reads that belong together, and what is read ahead for them.
#[derive(Debug)]
pub struct PageStream {
    store: PageStore,
    detector: PatternDetector,
}

impl PageStream {
    /// Returns a page, as [`PageStore::read`]. If it has to come from disk, the pages that the
    /// pattern says come next are read together with it.
    ///
    /// # Errors
    /// As [`PageStore::read`].
    pub fn read(&mut self, id: u64) -> Result<Option<Page>, PageError> {
        self.detector.observe(id);
        self.store.shared.read(id, &self.ahead())
    }

    /// Returns the pattern and how sure that is, from 0 to 1.
    pub fn pattern(&self) -> (AccessPattern, f64) {
        self.detector.pattern()
    }

    /// Returns the reading ahead that is due, for another thread to do while this one goes on: none
    /// if the next half of what the pattern says is in memory.
    pub fn read_ahead(&self) -> Option<ReadAhead> {
        let ids = self.ahead();
        let next = ids.get(..ids.len() / 2)?;
        let is_due = next.iter().any(|id| self.store.tier_of(*id).is_some_and(Tier::is_disk));
        is_due.then(|| ReadAhead { store: self.store.clone(), ids })
    }

    fn ahead(&self) -> Vec<u64> {
        let PrefetchOptions { is_on, distance, distance_sequential, confidence, .. } =
            self.store.shared.prefetch;
        let (pattern, sure) = self.detector.pattern();
        if !is_on || sure < confidence {
            return Vec::new();
        }
        let is_sequential = pattern == AccessPattern::Sequential;
        let count = if is_sequential { distance_sequential } else { distance };
        self.detector.predict(pattern, count)
    }
}

/// Pages to be read ahead.
#[derive(Debug)]
pub struct ReadAhead {
    store: PageStore,
    ids: Vec<u64>,
}

impl ReadAhead {
    /// Reads them. What cannot be read is counted as a failure, and told to whoever wants it.
    ///
    /// # Errors
    /// If there are no buffers.
    pub fn run(self) -> Result<(), PageError> {
        let shared = &self.store.shared;
        let plan = lock(&shared.state).plan(None, &self.ids);
        shared.fetch(None, &plan, &mut []).map(|_| ())
    }
}

impl Shared {
    fn read(&self, id: u64, ahead: &[u64]) -> Result<Option<Page>, PageError> {
        // Before the lock: the budget may ask this store for memory.
        let mut lease = self.pool.lease::<u8>(self.page)?;
        let started = self.clock.now();
        let found = lock(&self.state).find(id, ahead, &mut lease)?;
        let length = match found {
            Found::Absent => return Ok(None),
            Found::Lost => return Err(PageError::Lost(id)),
            Found::Here(length) => length,
            Found::OnDisk(plan) => {
                let length = self.fetch(Some(id), &plan, &mut lease)?;
                let taken = self.clock.now().saturating_sub(started);
                lock(&self.state).counts.read_latency.note(taken);
                length
            }
        };
        Ok(Some(Page { lease, length }))
    }

    /// Reads blocks all at once and takes their pages in. The page `id`, which is one of the first
    /// block, is copied to `out`, and its length returned. What goes wrong with other blocks is
    /// counted, and found again by whoever wants them.
    fn fetch(&self, id: Option<u64>, plan: &[Wanted], out: &mut [u8]) -> Result<usize, PageError> {
        let mut buffers = self.buffers(plan)?;
        let plan = &plan[..buffers.len()];
        let results = read_all(plan, &mut buffers);
        let raw = plan.iter().map(|wanted| wanted.address.raw).max().unwrap_or(0);
        let mut raw = self.pool.lease::<u8>(raw)?;
        let mut length = Ok(0);
        for ((wanted, bytes), result) in plan.iter().zip(&buffers).zip(results) {
            let is_asked = |page: u64| id == Some(page);
            let unpacked = result.map(|()| wanted.address.unpack(bytes, &mut raw));
            let mut state = lock(&self.state);
            match unpacked {
                Ok(Some(pages)) => {
                    let mut start = 0;
                    for (page, page_length) in pages {
                        let bytes = &raw[start..start + page_length as usize];
                        start += bytes.len();
                        // The block may hold an old copy of a page that is wanted of another.
                        if !wanted.ids.contains(&page) {
                            continue;
                        }
                        if is_asked(page) {
                            out[..bytes.len()].copy_from_slice(bytes);
                            length = Ok(bytes.len());
                        }
                        state.arrive(page, wanted, bytes, !is_asked(page));
                    }
                    state.relieve();
                }
                Ok(None) => {
                    state.lose(wanted.disk, wanted.address.sequence);
                    if let Some(id) = id.filter(|id| wanted.ids.contains(id)) {
                        length = Err(PageError::Lost(id));
                    }
                }
                Err(error) if wanted.ids.iter().any(|page| is_asked(*page)) => length = Err(error),
                Err(error) => state.note_failure(&error),
            }
        }
        length
    }

    /// Leases memory for blocks: at least for the first, for the others while there is some.
    fn buffers(&self, plan: &[Wanted]) -> Result<Vec<SectorBuffer>, PageError> {
        let mut buffers = Vec::with_capacity(plan.len());
        for wanted in plan {
            match SectorBuffer::lease(&self.pool, wanted.address.bytes) {
                Ok(buffer) => buffers.push(buffer),
                Err(error) if buffers.is_empty() => return Err(error.into()),
                Err(_) => break,
            }
        }
        Ok(buffers)
    }
}

impl Reclaim for Shared {
    /// The pool gives back its buffers itself. Whoever asks may hold this store's lock, and then
    /// there is nothing to be had.
    fn reclaim(&self, bytes: Bytes) -> Bytes {
        let given = self.state.try_lock().map(|mut state| state.reclaim(bytes.0));
        Bytes(given.unwrap_or(0))
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // Whoever wants to know flushes before.
            let _ = lock(&self.state).flush();
        }
    }
}

/// Reads blocks; those of a disk at once.
fn read_all(plan: &[Wanted], buffers: &mut [SectorBuffer]) -> Vec<Result<(), PageError>> {
    let mut results: Vec<Result<(), PageError>> = plan.iter().map(|_| Ok(())).collect();
    let disks: std::collections::BTreeSet<usize> = plan.iter().map(|wanted| wanted.disk).collect();
    for disk in disks {
        let of_disk = plan.iter().zip(buffers.iter_mut()).zip(&mut results);
        let of_disk = of_disk.filter(|((wanted, _), _)| wanted.disk == disk);
        let (mut reads, mut places, mut io) = (Vec::new(), Vec::new(), None);
        for ((wanted, buffer), result) in of_disk {
            let Address { file, offset, bytes, .. } = &wanted.address;
            reads.push(Read::new(file, *offset, &mut buffer[..*bytes]));
            places.push((&wanted.address, result));
            io = Some(&wanted.address.io);
        }
        if let Some(io) = io {
            io.read(&mut reads);
        }
        for (read, (address, result)) in reads.into_iter().zip(places) {
            // A file that ends too soon is damaged, which the block's checksum shows.
            let is_short =
                |error: &std::io::Error| error.kind() == std::io::ErrorKind::UnexpectedEof;
            if read.result.as_ref().is_err_and(|error| !is_short(error)) {
                *result = read.result.doing("reading", &address.path);
            } else if read.result.is_err() {
                read.bytes.fill(0);
            }
        }
    }
    results
}

/// Makes the buffers that pages are read, written and lent out with.
pub(super) fn pool(
    options: &PageStoreOptions,
    budget: &Budget,
    component: Component,
) -> Result<BufferPool, PageError> {
    let largest = SectorBuffer::leased(options.staging_bytes()).max(options.page.0 as usize);
    let of_pool = BufferPoolOptions {
        cap: options.buffers,
        // Sizes are rounded up by a fifth at most.
        largest: Bytes(largest as u64),
        leases_max: usize::MAX,
        ..BufferPoolOptions::default()
    };
    BufferPool::new(budget, component, "page buffers", of_pool).map_err(|_| {
        let (buffers, least) = (options.buffers, Bytes(8 * largest as u64));
        super::PageStoreOptionsError::Buffers { buffers, least }.into()
    })
}

/// Sees that all folders are of one store, and says so in them.
fn identify(options: &PageStoreOptions) -> Result<(), PageError> {
    let folders = options.folders();
    let found = folders.iter().map(|(_, disk)| Identity::read(&disk.folder));
    let found = found.collect::<Result<Vec<Option<Identity>>, _>>()?;
    let own = Identity {
        store: found.iter().flatten().next().map_or_else(random, |first| first.store),
        tiers: folders.iter().map(|(tier, _)| *tier).collect(),
        page: options.page.0,
    };
    for ((_, disk), found) in folders.iter().zip(&found) {
        if let Some(found) = found {
            own.check(found, &disk.folder)?;
        }
    }
    for ((_, disk), found) in folders.iter().zip(&found) {
        if found.as_ref() != Some(&own) {
            own.write(&disk.folder)?;
        }
    }
    Ok(())
}

/// A panic leaves counts and places whole, so the lock is as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
impl PageStore {
    pub(super) fn reclaim_for_test(&self, bytes: u64) -> u64 {
        self.shared.reclaim(Bytes(bytes)).0
    }

    /// Returns a page without moving it.
    pub(super) fn peek_for_test(&self, id: u64) -> Option<Vec<u8>> {
        lock(&self.shared.state).peek(id)
    }

    /// Panics if counts are not those of the pages that are there.
    pub(super) fn check_for_test(&self) {
        lock(&self.shared.state).check();
    }
}
