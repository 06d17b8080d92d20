//! What keeps a removed value from coming back.
//!
//! Who writes a value to levels found or computed it before. If its key was removed since, the value
//! must not be written any longer, or it would outlive its removal. So a writer takes a ticket
//! before it looks, and shows it before it writes; a removal makes older tickets void. Writers do
//! not wait for each other; they wait for removals and these for them, of keys in the same stripe.

#[cfg(all(test, loom))]
use loom::sync::{
    RwLock, RwLockReadGuard, RwLockWriteGuard,
    atomic::{AtomicU64, Ordering},
};
#[cfg(not(all(test, loom)))]
use std::sync::{
    RwLock, RwLockReadGuard, RwLockWriteGuard,
    atomic::{AtomicU64, Ordering},
};

use std::sync::PoisonError;

/// Keys of one stripe share their tickets.
const STRIPES: usize = if cfg!(all(test, loom)) { 1 } else { 64 };

/// Tickets to write, by key.
#[derive(Debug)]
pub(super) struct Gate {
    stripes: Box<[Stripe]>,
}

#[derive(Debug)]
struct Stripe {
    lock: RwLock<()>,
    removals: AtomicU64,
}

/// Leave to write values of a key that were found after it was taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticket {
    stripe: usize,
    removals: u64,
}

/// While it lives, no key of the stripe is removed.
#[derive(Debug)]
pub(super) struct Writing<'a> {
    _guard: RwLockReadGuard<'a, ()>,
}

/// While it lives, nobody else writes or removes keys of the stripe. Dropping it makes tickets void.
#[derive(Debug)]
pub(super) struct Removing<'a> {
    removals: &'a AtomicU64,
    _guard: RwLockWriteGuard<'a, ()>,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self::with_stripes(STRIPES)
    }

    fn with_stripes(count: usize) -> Self {
        let stripe = |_| Stripe { lock: RwLock::new(()), removals: AtomicU64::new(0) };
        Self { stripes: (0..count).map(stripe).collect() }
    }

    /// Returns a ticket for the key of a hash. To be taken before its value is looked for.
    pub(super) fn ticket(&self, hash: u64) -> Ticket {
        let stripe = hash as usize % self.stripes.len();
        Ticket { stripe, removals: self.stripes[stripe].removals.load(Ordering::Acquire) }
    }

    /// Returns leave to write, unless the key was removed since the ticket was taken.
    pub(super) fn enter(&self, ticket: Ticket) -> Option<Writing<'_>> {
        let stripe = &self.stripes[ticket.stripe];
        let guard = stripe.lock.read().unwrap_or_else(PoisonError::into_inner);
        let is_valid = stripe.removals.load(Ordering::Acquire) == ticket.removals;
        is_valid.then_some(Writing { _guard: guard })
    }

    /// Begins a removal of the key of a hash.
    pub(super) fn remove(&self, hash: u64) -> Removing<'_> {
        Removing::begin(&self.stripes[hash as usize % self.stripes.len()])
    }

    /// Begins a removal of all keys.
    pub(super) fn remove_all(&self) -> Vec<Removing<'_>> {
        self.stripes.iter().map(Removing::begin).collect()
    }
}

impl<'a> Removing<'a> {
    fn begin(stripe: &'a Stripe) -> Self {
        let guard = stripe.lock.write().unwrap_or_else(PoisonError::into_inner);
        Self { removals: &stripe.removals, _guard: guard }
    }
}

impl Drop for Removing<'_> {
    fn drop(&mut self) {
        // At the end, before the lock is given back: who took a ticket while values were being
        // removed may have found one.
        self.removals.fetch_add(1, Ordering::Release);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Gate;

    #[test]
    fn a_removal_makes_tickets_of_its_keys_void() {
        let gate = Gate::with_stripes(2);
        let (even, odd) = (gate.ticket(2), gate.ticket(3));
        assert!(gate.enter(even).is_some() && gate.enter(odd).is_some());
        let removing = gate.remove(4);
        let during = gate.ticket(4);
        drop(removing);
        assert!(gate.enter(even).is_none() && gate.enter(during).is_none());
        assert!(gate.enter(odd).is_some() && gate.enter(gate.ticket(2)).is_some());
        drop(gate.remove_all());
        assert!(gate.enter(odd).is_none());
    }
}

/// `RUSTFLAGS="--cfg loom" cargo test --package bolt-cache --lib every_interleaving`
#[cfg(all(test, loom))]
mod interleavings {
    use super::Gate;
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicBool, Ordering};

    /// A level that holds one key or not, below another.
    struct Levels {
        gate: Gate,
        upper: AtomicBool,
        lower: AtomicBool,
    }

    impl Levels {
        fn promote(&self) {
            let ticket = self.gate.ticket(0);
            if self.lower.load(Ordering::Acquire)
                && let Some(_writing) = self.gate.enter(ticket)
            {
                self.upper.store(true, Ordering::Release);
            }
        }

        fn remove(&self) {
            let _removing = self.gate.remove(0);
            self.lower.store(false, Ordering::Release);
            self.upper.store(false, Ordering::Release);
        }
    }

    #[test]
    fn every_interleaving_leaves_what_was_removed_removed() {
        loom::model(|| {
            let levels = Arc::new(Levels {
                gate: Gate::with_stripes(1),
                upper: AtomicBool::new(false),
                lower: AtomicBool::new(true),
            });
            let other = Arc::clone(&levels);
            let thread = loom::thread::spawn(move || other.promote());
            levels.remove();
            thread.join().unwrap();
            assert!(!levels.upper.load(Ordering::Acquire));
        });
    }
}
