//! The store as its users see it.

mod fetch;
mod opening;
mod stream;

pub(super) use opening::pool;
pub use stream::{PageStream, ReadAhead};

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bolt_base::Bytes;

use super::disk::{Claim, Disk};
use super::error::PageError;
use super::io::choose;
use super::options::{PageStoreOptions, PrefetchOptions};
use super::report::PageStoreReport;
use super::state::State;
use super::tier::Tier;
use crate::budget::{Budget, Registration};
use crate::buffers::{BufferPool, Lease};
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
        opening::identify(options)?;
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
        PageStream::new(self.clone())
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
