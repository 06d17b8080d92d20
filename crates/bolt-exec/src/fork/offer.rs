//! A branch that was put up for other threads: who runs it, and when it is done.

use crate::sync::atomic::{AtomicU8, Ordering};

/// Nobody runs it.
const OPEN: u8 = 0;
/// Its owner took it back.
const RECLAIMED: u8 = 1;
/// Another thread runs it.
const TAKEN: u8 = 2;
/// The other thread has left its result.
const DONE: u8 = 3;

/// The state of an offer. Exactly one of owner and taker gets the branch.
#[derive(Debug)]
pub(super) struct Offer(AtomicU8);

impl Offer {
    pub(super) fn new() -> Self {
        Self(AtomicU8::new(OPEN))
    }

    /// Takes the branch for the owner; if that fails, another thread has it.
    pub(super) fn reclaim(&self) -> bool {
        self.claim(RECLAIMED)
    }

    /// Takes the branch for another thread; if that fails, the owner has it.
    pub(super) fn take(&self) -> bool {
        self.claim(TAKEN)
    }

    fn claim(&self, state: u8) -> bool {
        // What the owner wrote before it made the offer came along with the offer.
        self.0.compare_exchange(OPEN, state, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Says that the result is there. Whoever took the branch touches nothing of its owner
    /// afterwards.
    pub(super) fn complete(&self) {
        self.0.store(DONE, Ordering::Release);
    }

    /// Returns whether the result is there, and if so, lets the owner read it.
    pub(super) fn is_done(&self) -> bool {
        self.0.load(Ordering::Acquire) == DONE
    }
}

#[cfg(all(test, loom))]
mod schedules {
    use super::*;
    use loom::cell::UnsafeCell;
    use std::sync::Arc;

    struct Branch {
        offer: Offer,
        result: UnsafeCell<u32>,
    }

    // SAFETY: `result` is touched by whoever has the branch, and by the owner once it is done;
    // loom checks that.
    #[expect(unsafe_code, reason = "what is tested is whether this is sound")]
    unsafe impl Sync for Branch {}

    #[expect(unsafe_code, reason = "what is tested is whether this is sound")]
    fn add(branch: &Branch) {
        // SAFETY: see above.
        branch.result.with_mut(|result| unsafe { *result += 1 });
    }

    #[test]
    fn one_thread_runs_the_branch_and_the_owner_sees_its_result() {
        loom::model(|| {
            let (offer, result) = (Offer::new(), UnsafeCell::new(0));
            let branch = Arc::new(Branch { offer, result });
            let taker = {
                let branch = Arc::clone(&branch);
                loom::thread::spawn(move || {
                    if branch.offer.take() {
                        add(&branch);
                        branch.offer.complete();
                    }
                })
            };
            if branch.offer.reclaim() {
                add(&branch);
            } else {
                while !branch.offer.is_done() {
                    loom::thread::yield_now();
                }
            }
            #[expect(unsafe_code, reason = "what is tested is whether this is sound")]
            // SAFETY: see above.
            let result = branch.result.with(|result| unsafe { *result });
            assert_eq!(result, 1);
            taker.join().expect("a thread that ends");
        });
    }
}
