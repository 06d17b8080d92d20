//! The branches that wait for the thread that made them.

use super::job::Job;
use std::cell::Cell;
use std::ptr::NonNull;

/// The most branches that wait: what a thread can offer until joins further up the recursion, or
/// further on in it, add others. Beyond that a join is two calls.
const BRANCHES_MAX: u32 = 3;

/// A list through branches that lie on the thread's stack, so that joining needs no memory and an
/// entry costs three stores. The newest comes out first for the thread itself, the oldest for
/// others.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// `None` if the list is empty.
    newest: Cell<Option<NonNull<Job>>>,
    /// What it says counts while the list is not empty.
    oldest: Cell<Option<NonNull<Job>>>,
    len: Cell<u32>,
}

impl Pending {
    /// Returns whether as many branches wait as may.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.len.get() >= BRANCHES_MAX
    }

    /// Adds a branch and returns the one before it, which [`Pending::pop`] wants to know.
    ///
    /// # Safety
    /// Each branch of the list lives until it was taken out.
    #[expect(unsafe_code, reason = "the list is made of pointers to the stack")]
    #[inline]
    pub(super) unsafe fn push(&self, job: NonNull<Job>) -> Option<NonNull<Job>> {
        self.len.set(self.len.get() + 1);
        let before = self.newest.replace(Some(job));
        match before {
            // SAFETY: it is in the list.
            Some(before) => unsafe { before.as_ref() }.next.set(Some(job)),
            None => self.oldest.set(Some(job)),
        }
        before
    }

    /// Takes a branch out that was pushed after `before`, and all after which were taken out.
    /// Returns false if it was taken out already, as the oldest.
    #[inline]
    pub(super) fn pop(&self, job: NonNull<Job>, before: Option<NonNull<Job>>) -> bool {
        if self.newest.get() != Some(job) {
            return false;
        }
        self.len.set(self.len.get() - 1);
        // If this is the oldest, what was before it is in the list no longer.
        self.newest.set(if self.oldest.get() == Some(job) { None } else { before });
        true
    }

    /// Takes the oldest branch out.
    ///
    /// # Safety
    /// Each branch of the list lives.
    #[expect(unsafe_code, reason = "the list is made of pointers to the stack")]
    pub(super) unsafe fn take_oldest(&self) -> Option<NonNull<Job>> {
        let newest = self.newest.get()?;
        let oldest = self.oldest.get()?;
        self.len.set(self.len.get() - 1);
        if oldest == newest {
            self.newest.set(None);
        } else {
            // SAFETY: it is in the list.
            self.oldest.set(unsafe { oldest.as_ref() }.next.get());
        }
        Some(oldest)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::fork::job::Branch;
    use bolt_base::Rng;
    use std::collections::VecDeque;

    /// Random pushes, pops in the order of a stack, and takes, beside a list of indices.
    #[test]
    #[expect(unsafe_code, reason = "what is tested works on pointers")]
    fn the_list_does_what_a_queue_does() {
        for seed in 0..200 {
            let mut rng = Rng::new(seed);
            let branches: Vec<_> = (0..64).map(|_| Branch::new(|_: &_| ())).collect();
            let (pending, mut model) = (Pending::default(), VecDeque::new());
            let mut before = Vec::new();
            for step in 0..400 {
                let depth = before.len();
                assert_eq!(pending.is_full(), model.len() >= BRANCHES_MAX as usize);
                match rng.below(5) {
                    0 | 1 if depth < branches.len() => {
                        // SAFETY: the branches outlive the list.
                        before.push(unsafe { pending.push(branches[depth].pointer()) });
                        model.push_back(depth);
                    }
                    2 | 3 if depth > 0 => {
                        let last = before.pop().unwrap();
                        let is_there = pending.pop(branches[depth - 1].pointer(), last);
                        assert_eq!(
                            is_there,
                            model.pop_back_if(|index| *index == depth - 1).is_some()
                        );
                    }
                    _ => {
                        // SAFETY: as above.
                        let taken = unsafe { pending.take_oldest() };
                        let expected = model.pop_front().map(|index| branches[index].pointer());
                        assert_eq!(taken, expected, "seed {seed}, step {step}");
                    }
                }
            }
        }
    }
}
