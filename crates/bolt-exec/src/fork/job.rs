//! The second branch of a join, which lies on the stack of the thread that joins.

use super::Fork;
use super::offer::Offer;
use std::cell::{Cell, UnsafeCell};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Thread};

/// An offer that was made, as owner and taker hold it.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) offer: Offer,
    owner: Thread,
}

/// What is known of a branch whatever its types.
pub(super) struct Job {
    /// Runs the branch and leaves the result beside it.
    run: unsafe fn(NonNull<Job>, &Fork),
    /// The branch after it, where it waits for its owner and is not the last.
    pub(super) next: Cell<Option<NonNull<Job>>>,
    /// Set by the owner, and looked at by nobody else.
    offered: Cell<Option<Arc<Offered>>>,
}

/// A branch. Its first field is what a pointer to it is cast to. Nothing of it is dropped with it:
/// what it holds is taken out, whichever way a join ends.
#[repr(C)]
pub(super) struct Branch<B, R> {
    job: ManuallyDrop<Job>,
    work: UnsafeCell<ManuallyDrop<B>>,
    result: UnsafeCell<MaybeUninit<thread::Result<R>>>,
}

/// The right to run a branch that was offered, which travels to another thread.
pub(super) struct Ticket {
    offered: Arc<Offered>,
    job: NonNull<Job>,
}

#[expect(unsafe_code, reason = "the branch that the pointer is to lies on another thread's stack")]
// SAFETY: what is behind `job` is touched only by whoever has the offer; the branch's closure and
// result are `Send`, which `Branch::new` asks for.
unsafe impl Send for Ticket {}

/// Offers a branch: whoever takes the ticket first may run it.
///
/// # Safety
/// The branch lives until its owner has taken the offer back, or the offer is done.
#[expect(unsafe_code, reason = "the branch lies on the stack of the thread that joins")]
pub(super) unsafe fn offer(job: NonNull<Job>) -> Ticket {
    let offered = Arc::new(Offered { offer: Offer::new(), owner: thread::current() });
    // SAFETY: the branch lives.
    unsafe { job.as_ref() }.offered.set(Some(Arc::clone(&offered)));
    Ticket { offered, job }
}

impl<B, R> Branch<B, R>
where
    B: FnOnce(&Fork) -> R + Send,
    R: Send,
{
    #[inline]
    pub(super) fn new(work: B) -> Self {
        Self {
            job: ManuallyDrop::new(Job {
                run: run::<B, R>,
                next: Cell::new(None),
                offered: Cell::new(None),
            }),
            work: UnsafeCell::new(ManuallyDrop::new(work)),
            result: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }

    /// Returns a pointer through which all of the branch may be touched.
    #[inline]
    pub(super) fn pointer(&self) -> NonNull<Job> {
        NonNull::from(self).cast()
    }

    /// Returns the offer that was made, and forgets it.
    pub(super) fn take_offered(&self) -> Arc<Offered> {
        self.job.offered.take().expect("a branch that waits no longer was offered")
    }

    /// Takes the closure out.
    ///
    /// # Safety
    /// It is called once, by whoever has the branch.
    #[expect(unsafe_code, reason = "a closure is moved out of what other threads point to")]
    #[inline]
    pub(super) unsafe fn take_work(&self) -> B {
        // SAFETY: nobody else touches it, and it is moved out once; the caller sees to that.
        unsafe { ManuallyDrop::take(&mut *self.work.get()) }
    }

    /// Takes the result that another thread has left.
    ///
    /// # Safety
    /// The offer is done, and this is called once.
    #[expect(unsafe_code, reason = "the result was written by another thread")]
    pub(super) unsafe fn take_result(&self) -> thread::Result<R> {
        // SAFETY: the taker wrote it before it said so, and touches it no more.
        unsafe { (*self.result.get()).assume_init_read() }
    }
}

/// # Safety
/// `job` is the first field of a `Branch<B, R>` that lives until the offer is done, and the caller
/// has the branch.
#[expect(unsafe_code, reason = "the type of the branch is restored from a pointer to its head")]
unsafe fn run<B, R>(job: NonNull<Job>, fork: &Fork)
where
    B: FnOnce(&Fork) -> R + Send,
    R: Send,
{
    // SAFETY: the caller's.
    let branch: &Branch<B, R> = unsafe { job.cast().as_ref() };
    // SAFETY: the caller has the branch, and runs it once.
    let work = unsafe { branch.take_work() };
    let result = catch_unwind(AssertUnwindSafe(|| work(fork)));
    // SAFETY: the owner looks at it when the offer is done.
    unsafe { (*branch.result.get()).write(result) };
}

impl Ticket {
    /// Runs the branch on this thread, unless its owner took it back; it then is no longer one of
    /// the owner's open offers.
    pub(super) fn redeem(self, offers: &AtomicUsize, fork: &Fork) {
        let Self { offered, job } = self;
        if !offered.offer.take() {
            return;
        }
        offers.fetch_sub(1, Ordering::Relaxed);
        #[expect(unsafe_code, reason = "the branch lies on another thread's stack")]
        // SAFETY: this thread has the branch, which lives until the offer is done: its owner waits
        // for that before it leaves the function that holds it, whichever way it leaves.
        unsafe {
            (job.as_ref().run)(job, fork);
        }
        offered.offer.complete();
        offered.owner.unpark();
    }
}
