//! What each thread has counted.
//!
//! A thread counts in its own counters, which are in a list, so that a reader can add them up: a
//! count is an addition to memory of the thread, and a sum is right whenever it is read. When a
//! thread ends, what it counted moves to counters that are shared.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::component::Component;

/// What a count of zero looks like: so far above zero that no memory brings it below.
const ZERO: i64 = i64::MAX / 2;

/// What a thread without counters has in their place, before it began or after it ended: so far
/// below zero that no memory brings it above.
const NONE: i64 = i64::MIN / 2;

/// The counters of a thread. It has no destructor, so reaching it costs one instruction and works
/// until the very end of the thread.
pub(super) struct Local {
    /// The bytes of each component, from [`ZERO`]; [`NONE`] if there is more to do than to count.
    /// A change of scope moves none of them, so whoever reads finds each where it was counted.
    bytes: [AtomicI64; Component::COUNT],
    /// The component in scope.
    component: Cell<Component>,
    stage: Cell<Stage>,
    /// Neighbours in the list. Changed under its lock only.
    next: Cell<*const Local>,
    previous: Cell<*const Local>,
    /// Allocations, where [`ExactAllocator`](super::ExactAllocator) counts them.
    allocations: Cell<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Listed,
    Ended,
}

/// What threads counted that have ended, by component.
static SHARED: [Shared; Component::COUNT] = [const { Shared(AtomicI64::new(0)) }; Component::COUNT];

#[repr(align(128))]
struct Shared(AtomicI64);

static THREADS: Mutex<Threads> = Mutex::new(Threads { first: ptr::null() });

static IS_COUNTING: AtomicBool = AtomicBool::new(false);

/// The list of the threads' counters.
struct Threads {
    first: *const Local,
}

#[expect(unsafe_code, reason = "the list has raw pointers")]
// SAFETY: what the pointers lead to is read by any thread and is atomic, or changed under the lock.
unsafe impl Send for Threads {}

thread_local! {
    static LOCAL: Local = const {
        Local {
            bytes: [const { AtomicI64::new(NONE) }; Component::COUNT],
            component: Cell::new(Component::Other),
            stage: Cell::new(Stage::New),
            next: Cell::new(ptr::null()),
            previous: Cell::new(ptr::null()),
            allocations: Cell::new(0),
        }
    };
    static AT_END: AtEnd = const { AtEnd };
}

/// Empties the thread's counters when it ends.
struct AtEnd;

impl Drop for AtEnd {
    fn drop(&mut self) {
        LOCAL.with(Local::end);
    }
}

/// Counts what was allocated, or freed if it is negative, if there is no more to do; returns
/// whether there was not.
#[inline(always)]
pub(super) fn counted(bytes: i64) -> bool {
    LOCAL.with(|local| {
        let in_scope = local.in_scope();
        let sum = in_scope.load(Relaxed).wrapping_add(bytes);
        let is_there = sum >= 0;
        if is_there {
            in_scope.store(sum, Relaxed);
        }
        is_there
    })
}

/// Counts what was allocated, or freed if it is negative, whatever there is to do.
#[cold]
#[inline(never)]
pub(super) fn count(bytes: i64) {
    is_counting();
    LOCAL.with(|local| local.count(bytes));
}

/// Counts for the component with this index, whichever is in scope, at once.
pub(super) fn count_for(component: usize, bytes: i64) {
    is_counting();
    share(component, bytes);
}

/// Remembers that the program's allocator counts. A scope alone does not say so.
fn is_counting() {
    if !IS_COUNTING.load(Relaxed) {
        IS_COUNTING.store(true, Relaxed);
    }
}

fn share(component: usize, bytes: i64) {
    SHARED[component].0.fetch_add(bytes, Relaxed);
}

/// Returns the component in scope.
pub(super) fn component_in_scope() -> Component {
    LOCAL.with(|local| local.component.get())
}

/// Adds to the number of allocations of this thread, and returns what it was before.
pub(super) fn count_calls(more: u64) -> u64 {
    LOCAL.with(|local| local.allocations.replace(local.allocations.get() + more))
}

impl Local {
    /// Returns the counter of the component in scope.
    #[inline(always)]
    fn in_scope(&self) -> &AtomicI64 {
        &self.bytes[self.component.get().index()]
    }

    fn count(&self, bytes: i64) {
        self.begin();
        if self.stage.get() == Stage::Ended {
            share(self.component.get().index(), bytes);
        } else {
            self.in_scope().store(self.in_scope().load(Relaxed) + bytes, Relaxed);
        }
    }

    /// Enters the list, once.
    fn begin(&self) {
        if self.stage.get() != Stage::New {
            return;
        }
        self.stage.set(Stage::Listed);
        self.set_all(ZERO);
        threads().add(self);
        // The standard library allocates nothing for this with the global allocator. A thread that
        // is ending already has no destructors any more.
        if AT_END.try_with(|_| ()).is_err() {
            self.end();
        }
    }

    /// Leaves the list, and what was counted to all.
    fn end(&self) {
        let mut threads = threads();
        for (component, bytes) in self.counts().enumerate() {
            share(component, bytes);
        }
        self.set_all(NONE);
        self.stage.set(Stage::Ended);
        threads.remove(self);
    }

    fn set_all(&self, bytes: i64) {
        self.bytes.iter().for_each(|each| each.store(bytes, Relaxed));
    }

    /// Returns the bytes of all components, while the thread is in the list.
    fn counts(&self) -> impl Iterator<Item = i64> {
        self.bytes.iter().map(|bytes| bytes.load(Relaxed) - ZERO)
    }
}

fn threads() -> MutexGuard<'static, Threads> {
    THREADS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(unsafe_code, reason = "the list has raw pointers")]
impl Threads {
    fn add(&mut self, local: &Local) {
        local.next.set(self.first);
        local.previous.set(ptr::null());
        // SAFETY: whatever is in the list lives, since `Local::end` takes it out before.
        if let Some(first) = unsafe { self.first.as_ref() } {
            first.previous.set(local);
        }
        self.first = local;
    }

    fn remove(&mut self, local: &Local) {
        // SAFETY: as in `add`.
        let (next, previous) =
            unsafe { (local.next.get().as_ref(), local.previous.get().as_ref()) };
        match previous {
            Some(previous) => previous.next.set(local.next.get()),
            None => self.first = local.next.get(),
        }
        if let Some(next) = next {
            next.previous.set(local.previous.get());
        }
    }

    fn for_each(&self, mut see: impl FnMut(&Local)) {
        let mut next = self.first;
        // SAFETY: as in `add`; the lock is held, as there is a `&self`.
        while let Some(local) = unsafe { next.as_ref() } {
            see(local);
            next = local.next.get();
        }
    }
}

/// Memory in use, by component, as the allocator counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage([i64; Component::COUNT]);

impl Usage {
    /// Returns the bytes of a component; below zero if it freed what others allocated.
    pub fn of(&self, component: Component) -> i64 {
        self.0[component.index()]
    }

    /// Returns the bytes of all components.
    pub fn total(&self) -> i64 {
        self.0.iter().sum()
    }
}

/// Returns what is in use, if the program counts it. It is exact while no thread allocates.
pub fn usage() -> Option<Usage> {
    if !IS_COUNTING.load(Relaxed) {
        return None;
    }
    let threads = threads();
    let mut bytes = [0; Component::COUNT];
    for (bytes, shared) in bytes.iter_mut().zip(&SHARED) {
        *bytes = shared.0.load(Relaxed);
    }
    threads.for_each(|local| {
        for (sum, bytes) in bytes.iter_mut().zip(local.counts()) {
            *sum += bytes;
        }
    });
    Some(Usage(bytes))
}

/// Counts what a thread allocates for a component, until it is dropped. Scopes nest; the one that
/// was entered last is to be dropped first.
#[derive(Debug)]
#[must_use = "dropping it ends the scope"]
pub struct Scope {
    before: Component,
    /// It is this thread's.
    not_send: PhantomData<*const ()>,
}

impl Scope {
    pub(super) fn enter(component: Component) -> Self {
        let before = LOCAL.with(|local| local.component.replace(component));
        Self { before, not_send: PhantomData }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        LOCAL.with(|local| local.component.set(self.before));
    }
}
