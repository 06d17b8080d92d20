//! A lock for what takes nanoseconds.
//!
//! `std::sync::Mutex` writes atomically when it is taken and when it is given back, because it has
//! to know whether somebody sleeps; these two writes are most of the time of a hit. Here giving back
//! is a plain store: who waits looks again by itself, at once for a while, then after it let others
//! run, then after short sleeps. So a waiting thread keeps no processor from one that was
//! interrupted while it held the lock, and is late by a sleep at most.
//!
//! There is no poisoning: a guard gives the lock back when a panic drops it.

#[cfg(all(test, loom))]
use loom::sync::atomic::AtomicBool;
use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
#[cfg(not(all(test, loom)))]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// A value that one thread at a time may use.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Lock<T> {
    is_held: AtomicBool,
    value: UnsafeCell<T>,
}

#[expect(unsafe_code, reason = "what a lock is for")]
// SAFETY: only the thread that turned `is_held` from false to true reaches the value, until it turns
// it back; the swap and the store that do so order what it did before what the next one does.
unsafe impl<T: Send> Sync for Lock<T> {}

/// Gives the lock back when dropped.
#[derive(Debug)]
pub(crate) struct Guard<'a, T> {
    lock: &'a Lock<T>,
    /// It is to be shared between threads only if a reference to the value may be.
    value: PhantomData<&'a mut T>,
}

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { is_held: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// Waits until nobody else has the lock, and takes it.
    #[inline]
    pub(crate) fn lock(&self) -> Guard<'_, T> {
        if self.is_held.swap(true, Ordering::Acquire) {
            self.wait();
        }
        Guard { lock: self, value: PhantomData }
    }

    #[cold]
    fn wait(&self) {
        let mut rounds = 0;
        loop {
            // Looking only, so that the line is not taken from the one who has the lock.
            while self.seems_held() {
                pause(rounds);
                rounds += 1;
            }
            if !self.is_held.swap(true, Ordering::Acquire) {
                return;
            }
        }
    }
}

/// Waits for a while that depends on how often that was done before.
#[cfg(not(all(test, loom)))]
fn pause(rounds: u32) {
    use std::time::Duration;
    match rounds {
        0..64 => std::hint::spin_loop(),
        64..80 => std::thread::yield_now(),
        _ => std::thread::sleep(Duration::from_micros(50)),
    }
}

#[cfg(all(test, loom))]
fn pause(_: u32) {
    loom::thread::yield_now();
}

impl<T> Lock<T> {
    #[cfg(not(all(test, loom)))]
    fn seems_held(&self) -> bool {
        self.is_held.load(Ordering::Relaxed)
    }

    #[cfg(not(all(test, loom)))]
    #[inline]
    fn give_back(&self) {
        self.is_held.store(false, Ordering::Release);
    }

    /// To the model checker, a store or a load may be late for ever; an exchange never is.
    #[cfg(all(test, loom))]
    fn seems_held(&self) -> bool {
        pause(0);
        false
    }

    #[cfg(all(test, loom))]
    fn give_back(&self) {
        self.is_held.swap(false, Ordering::Release);
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    #[inline]
    #[expect(unsafe_code, reason = "what a guard is for")]
    fn deref(&self) -> &T {
        // SAFETY: this guard's thread holds the lock, and the guard is borrowed.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    #[inline]
    #[expect(unsafe_code, reason = "what a guard is for")]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above; and the guard, the only one, is borrowed mutably.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for Guard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.give_back();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Lock;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn one_thread_at_a_time_has_it() {
        let lock = Lock::new([0u64; 8]);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20_000 {
                        let mut values = lock.lock();
                        assert!(values.iter().all(|value| *value == values[0]));
                        values.iter_mut().for_each(|value| *value += 1);
                    }
                });
            }
        });
        assert_eq!(*lock.lock(), [160_000; 8]);
    }

    #[test]
    fn a_panic_gives_it_back() {
        let lock = Lock::new(1);
        let panic = catch_unwind(AssertUnwindSafe(|| {
            let _guard = lock.lock();
            panic!("on purpose");
        }));
        assert!(panic.is_err());
        assert_eq!(*lock.lock(), 1);
    }
}

/// `RUSTFLAGS="--cfg loom" cargo test --package bolt-cache --lib every_interleaving`
#[cfg(all(test, loom))]
mod interleavings {
    use super::Lock;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;

    struct Counter {
        lock: Lock<()>,
        /// Tells when two threads are in it at once, or one does not see what the other did.
        count: UnsafeCell<u32>,
    }

    #[expect(unsafe_code, reason = "what the lock is to make safe")]
    // SAFETY: the count is only used under the lock; that this suffices is what is tested.
    unsafe impl Sync for Counter {}

    impl Counter {
        fn add(&self) -> u32 {
            let _guard = self.lock.lock();
            self.count.with_mut(|count| {
                #[expect(unsafe_code, reason = "as above")]
                // SAFETY: as above; the pointer is to the count.
                let count = unsafe { &mut *count };
                *count += 1;
                *count
            })
        }
    }

    #[test]
    fn every_interleaving_keeps_threads_apart() {
        loom::model(|| {
            let counter = Arc::new(Counter { lock: Lock::new(()), count: UnsafeCell::new(0) });
            let other = Arc::clone(&counter);
            let thread = loom::thread::spawn(move || (other.add(), other.add()));
            counter.add();
            thread.join().unwrap();
            assert_eq!(counter.add(), 4);
        });
    }
}
