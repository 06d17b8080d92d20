//! State behind a lock, and threads that wait for it to change or for a time to come.

use crate::sync::{Condvar, Mutex, MutexGuard};
use bolt_base::Clock;
use std::sync::{Arc, PoisonError};
use std::task::{Wake, Waker};
use std::time::Duration;

/// A value behind a lock with one condition: "it changed". Waiting for a time goes through a
/// [`Clock`], so that a test decides when the time has come.
///
/// Code of users never runs under the lock, so a lock is never poisoned by a panic of theirs.
#[derive(Debug, Default)]
pub(crate) struct Monitor<T> {
    state: Mutex<T>,
    changed: Condvar,
}

impl<T> Monitor<T> {
    pub(crate) fn new(state: T) -> Self {
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes every waiting thread; call it after a change.
    pub(crate) fn notify_all(&self) {
        self.changed.notify_all();
    }

    /// Waits for a notification; may return without one.
    pub(crate) fn wait<'a>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.changed.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + 'static> Monitor<T> {
    /// Waits for a notification or until the clock shows `deadline`; may return before either.
    pub(crate) fn wait_until<'a>(
        self: &Arc<Self>,
        guard: MutexGuard<'a, T>,
        clock: &dyn Clock,
        deadline: Option<Duration>,
    ) -> MutexGuard<'a, T> {
        let Some(deadline) = deadline else { return self.wait(guard) };
        match clock.wake_at(deadline, &Waker::from(Arc::clone(self))) {
            None => self.wait(guard),
            Some(Duration::ZERO) => guard,
            Some(left) => {
                let woken = self.changed.wait_timeout(guard, left);
                woken.unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }
}

impl<T: Send + 'static> Wake for Monitor<T> {
    fn wake(self: Arc<Self>) {
        // Who asked the clock under the lock has gone to sleep when the lock is free.
        drop(self.lock());
        self.notify_all();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use bolt_base::ManualClock;

    #[test]
    fn a_thread_sees_the_time_come() {
        let clock = Arc::new(ManualClock::default());
        let monitor = Arc::new(Monitor::new(0));
        let waiting = {
            let (clock, monitor) = (Arc::clone(&clock), Arc::clone(&monitor));
            std::thread::spawn(move || {
                let deadline = Duration::from_secs(60);
                let mut guard = monitor.lock();
                while clock.now() < deadline {
                    guard = monitor.wait_until(guard, &*clock, Some(deadline));
                }
                *guard
            })
        };
        while clock.alarms().is_empty() {
            std::thread::yield_now();
        }
        *monitor.lock() = 7;
        clock.advance(Duration::from_secs(60));
        assert_eq!(waiting.join().unwrap(), 7);
    }

    #[test]
    fn a_thread_sees_a_change_before_its_time() {
        let clock = Arc::new(ManualClock::default());
        let monitor = Arc::new(Monitor::new(false));
        let waiting = {
            let (clock, monitor) = (Arc::clone(&clock), Arc::clone(&monitor));
            std::thread::spawn(move || {
                let mut guard = monitor.lock();
                while !*guard {
                    guard = monitor.wait_until(guard, &*clock, Some(Duration::from_secs(1)));
                }
            })
        };
        while clock.alarms().is_empty() {
            std::thread::yield_now();
        }
        *monitor.lock() = true;
        monitor.notify_all();
        waiting.join().unwrap();
        assert_eq!(clock.now(), Duration::ZERO);
    }
}

/// Run with `RUSTFLAGS="--cfg loom" cargo test -p bolt-exec --lib schedules`.
#[cfg(all(test, loom))]
mod schedules {
    use super::*;
    use bolt_base::ManualClock;

    #[test]
    fn no_wake_up_is_lost_between_asking_the_clock_and_sleeping() {
        loom::model(|| {
            let clock = Arc::new(ManualClock::default());
            let monitor = Arc::new(Monitor::new(()));
            let deadline = Duration::from_secs(1);
            let waiting = {
                let (clock, monitor) = (Arc::clone(&clock), Arc::clone(&monitor));
                loom::thread::spawn(move || {
                    let mut guard = monitor.lock();
                    while clock.now() < deadline {
                        guard = monitor.wait_until(guard, &*clock, Some(deadline));
                    }
                })
            };
            clock.advance(deadline);
            waiting.join().unwrap();
        });
    }
}
