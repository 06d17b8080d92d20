//! Fork and join at a few nanoseconds, for recursion whose size is not known beforehand.
//!
//! A thread keeps the second branches of its joins to itself, the oldest few in a list and the
//! others where a call would leave them. Of these it has a few on offer to the pool, at most one for each other thread: the
//! oldest, which in a recursion are the largest. The first offers of a recursion are made at once,
//! further ones at a distance ([`pace`]). So what a join costs beyond a call does not depend on
//! the pool, and what it costs to share work is a small part of the time, however small the work
//! is. These are private deques (Acar, Charguéraud and Rainey, "Scheduling parallel programs by
//! work stealing with private deques", 2013) with a few public places each.
//!
//! The threads are those of the pool, which waiting threads help with whatever else it has. The
//! price is that nothing is offered between joins: a branch that runs for milliseconds without
//! one belongs to rayon's own functions, in [`Pool::run`](crate::Pool::run).

mod job;
mod offer;
mod pace;
mod pending;

use crate::panic::drop_quietly;
use bolt_base::{Clock, SystemClock};
use bolt_memory::Scope;
use job::{Branch, Job, Offered};
use pace::Pace;
use pending::Pending;
use std::fmt;
use std::mem;
use std::panic::resume_unwind;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// How often a waiting thread looks again at once, and lets others run, before it sleeps.
const SPINS: u32 = 32;
/// How long a waiting thread sleeps before it looks whether the pool has work for it.
const NAP: Duration = Duration::from_micros(200);
const NAP_MAX: Duration = Duration::from_millis(5);

/// A thread's side of a recursion: what [`Fork::join`] is called on.
pub struct Fork {
    /// Second branches that wait for this thread.
    pending: Pending,
    /// Branches of this thread that are on offer.
    offers: Arc<AtomicUsize>,
    /// How many may be: one for each other thread.
    offers_max: usize,
    pace: Pace,
    clock: SystemClock,
}

impl Fork {
    /// Returns the side of the thread of a pool that begins a recursion.
    pub(crate) fn new() -> Self {
        Self::offering_at_once(rayon::current_num_threads() - 1)
    }

    fn offering_at_once(offers: usize) -> Self {
        let clock = SystemClock::default();
        Self {
            pending: Pending::default(),
            offers: Arc::default(),
            offers_max: rayon::current_num_threads() - 1,
            pace: Pace::new(offers, clock.now()),
            clock,
        }
    }

    /// Runs two closures, maybe at the same time, and returns both results. The first runs on this
    /// thread.
    ///
    /// # Panics
    /// If one of them panics, when both have ended. If both do, with the first one's panic.
    #[inline]
    pub fn join<A, B, RA, RB>(&self, a: A, b: B) -> (RA, RB)
    where
        A: FnOnce(&Self) -> RA,
        B: FnOnce(&Self) -> RB + Send,
        RB: Send,
    {
        let looks = self.pace.count();
        if looks || !self.pending.is_full() {
            return self.join_listed(a, b, looks);
        }
        let a = a(self);
        (a, b(self))
    }

    /// Joins with the second branch in the list. It is not inlined, so that the function that
    /// recurses is as small as it would be without joins.
    #[inline(never)]
    fn join_listed<A, B, RA, RB>(&self, a: A, b: B, looks: bool) -> (RA, RB)
    where
        A: FnOnce(&Self) -> RA,
        B: FnOnce(&Self) -> RB + Send,
        RB: Send,
    {
        let branch = Branch::new(b);
        #[expect(unsafe_code, reason = "a list through the stack")]
        // SAFETY: the branch is taken out before this function returns or unwinds.
        let before = unsafe { self.pending.push(branch.pointer()) };
        if looks {
            self.share();
        }
        let unwinding = Unwinding { fork: self, branch: &branch, before };
        let a = a(self);
        mem::forget(unwinding);
        if let Some(offered) = self.take_back(&branch, before) {
            wait(&offered, true);
            #[expect(unsafe_code, reason = "the result was written by another thread")]
            // SAFETY: the offer is done.
            let b = unsafe { branch.take_result() };
            return (a, b.unwrap_or_else(|panic| resume_unwind(panic)));
        }
        #[expect(unsafe_code, reason = "other threads may have pointed to the closure")]
        // SAFETY: the branch is this thread's, which runs it here and nowhere else.
        let b = unsafe { branch.take_work() };
        (a, b(self))
    }

    /// Makes a branch this thread's again; returns the offer if another thread has it.
    #[inline]
    fn take_back<B, R>(
        &self,
        branch: &Branch<B, R>,
        before: Option<NonNull<Job>>,
    ) -> Option<Arc<Offered>>
    where
        B: FnOnce(&Self) -> R + Send,
        R: Send,
    {
        if self.pending.pop(branch.pointer(), before) {
            return None;
        }
        let offered = branch.take_offered();
        if !offered.offer.reclaim() {
            return Some(offered);
        }
        self.offers.fetch_sub(1, Ordering::Relaxed);
        None
    }

    #[cold]
    fn share(&self) {
        let has_room = self.offers.load(Ordering::Relaxed) < self.offers_max;
        if self.pace.look(self.clock.now(), has_room) {
            self.offer_oldest();
        }
    }

    fn offer_oldest(&self) {
        #[expect(unsafe_code, reason = "the branch lies further down on this thread's stack")]
        // SAFETY: what is pending lives: `join` takes it out before it returns or unwinds, and
        // waits for what another thread has taken.
        let ticket = unsafe {
            let Some(oldest) = self.pending.take_oldest() else { return };
            job::offer(oldest)
        };
        self.offers.fetch_add(1, Ordering::Relaxed);
        let offers = Arc::clone(&self.offers);
        let at_once = self.pace.at_once_of_taker();
        let redeem = Scope::carry_once(move |()| {
            ticket.redeem(&offers, &Self::offering_at_once(at_once));
        });
        rayon::spawn(move || redeem(()));
    }
}

impl fmt::Debug for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fork").field("offers", &self.offers).finish_non_exhaustive()
    }
}

/// Sees to the second branch when the first one panics: nothing may point to it afterwards.
struct Unwinding<'a, B, R>
where
    B: FnOnce(&Fork) -> R + Send,
    R: Send,
{
    fork: &'a Fork,
    branch: &'a Branch<B, R>,
    before: Option<NonNull<Job>>,
}

impl<B, R> Drop for Unwinding<'_, B, R>
where
    B: FnOnce(&Fork) -> R + Send,
    R: Send,
{
    fn drop(&mut self) {
        if let Some(offered) = self.fork.take_back(self.branch, self.before) {
            // A thread that unwinds begins nothing else.
            wait(&offered, false);
            #[expect(unsafe_code, reason = "the result was written by another thread")]
            // SAFETY: the offer is done.
            let result = unsafe { self.branch.take_result() };
            drop_quietly(result);
            return;
        }
        #[expect(unsafe_code, reason = "other threads may have pointed to the closure")]
        // SAFETY: the branch is this thread's, and will not be run.
        drop(unsafe { self.branch.take_work() });
    }
}

/// Waits until another thread has run a branch, and helps the pool meanwhile if it may.
fn wait(offered: &Offered, helps: bool) {
    let (mut spins, mut nap) = (0, NAP);
    while !offered.offer.is_done() {
        if helps && rayon::yield_now() == Some(rayon::Yield::Executed) {
            (spins, nap) = (0, NAP);
        } else if spins < SPINS {
            spins += 1;
            thread::yield_now();
        } else {
            // Whoever completes the branch wakes this thread; work for the pool does not.
            thread::park_timeout(nap);
            nap = (nap * 2).min(NAP_MAX);
        }
    }
}
