//! Having memory back from its owners.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bolt_base::Bytes;

use crate::component::Component;

/// What it costs to have memory back, the cheapest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cost {
    /// A cache forgets what it can compute again.
    Shrink,
    /// Work writes its state to disk, or goes on with less.
    Spill,
    /// A job of low priority ends.
    Cancel,
}

impl Cost {
    /// All costs, the cheapest first.
    pub const ALL: [Self; 3] = [Self::Shrink, Self::Spill, Self::Cancel];

    /// Returns the name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shrink => "shrink",
            Self::Spill => "spill",
            Self::Cancel => "cancel",
        }
    }
}

/// An owner that can give memory back.
///
/// It is called in whichever thread asks for memory, one owner at a time. It may shrink and drop
/// reservations; one that it grows gets only what is free at once. It must not wait for another
/// thread that asks for memory.
pub trait Reclaim: Send + Sync {
    /// Gives back at least `bytes`, or what there is, and returns how much it was. What another
    /// thread will give back soon, such as a job that was told to end, does not count.
    fn reclaim(&self, bytes: Bytes) -> Bytes;
}

impl<F: Fn(Bytes) -> Bytes + Send + Sync> Reclaim for F {
    fn reclaim(&self, bytes: Bytes) -> Bytes {
        self(bytes)
    }
}

/// A registered owner. The budget does not keep it alive.
pub(crate) struct Entry {
    id: u64,
    pub(crate) component: Component,
    pub(crate) cost: Cost,
    owner: Weak<dyn Reclaim>,
}

/// How often owners were asked, and what they gave, by cost.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) calls: [AtomicU64; 3],
    pub(crate) bytes: [AtomicU64; 3],
}

/// The registered owners.
#[derive(Default)]
pub(crate) struct Reclaimers {
    entries: Mutex<Vec<Arc<Entry>>>,
    next: AtomicU64,
    /// Held while owners are called: what one ask frees should not be counted on by another.
    pub(crate) turn: Mutex<()>,
    pub(crate) tally: Tally,
}

impl Reclaimers {
    pub(crate) fn add(&self, component: Component, cost: Cost, owner: Weak<dyn Reclaim>) -> u64 {
        let id = self.next.fetch_add(1, Relaxed);
        let entry = Arc::new(Entry { id, component, cost, owner });
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        id
    }

    pub(crate) fn remove(&self, id: u64) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|entry| entry.id != id);
    }

    /// Returns the owners with the cheapest first, and of one cost those whose component is
    /// furthest over its share.
    pub(crate) fn by_cost(&self, excess: impl Fn(Component) -> u64) -> Vec<Arc<Entry>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone();
        entries.sort_by_cached_key(|entry| {
            (entry.cost, std::cmp::Reverse(excess(entry.component)), entry.id)
        });
        entries
    }

    /// Asks one owner and returns what it gave.
    pub(crate) fn ask(&self, entry: &Entry, bytes: u64) -> u64 {
        let Some(owner) = entry.owner.upgrade() else { return 0 };
        let given = {
            let _inside = Inside::enter();
            owner.reclaim(Bytes(bytes)).0
        };
        let index = entry.cost as usize;
        self.tally.calls[index].fetch_add(1, Relaxed);
        self.tally.bytes[index].fetch_add(given, Relaxed);
        given
    }
}

impl std::fmt::Debug for Reclaimers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reclaimers").field("tally", &self.tally).finish_non_exhaustive()
    }
}

thread_local! {
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Marks that this thread is inside an owner's [`Reclaim::reclaim`].
struct Inside;

impl Inside {
    fn enter() -> Self {
        IS_INSIDE.set(true);
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        IS_INSIDE.set(false);
    }
}

/// Returns whether this thread is inside an owner's [`Reclaim::reclaim`], which must not start
/// another round.
pub(crate) fn is_inside() -> bool {
    IS_INSIDE.get()
}
