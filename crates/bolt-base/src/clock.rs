//! The seam for time: code that waits or expires takes a [`Clock`], so that a test can turn it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

/// A source of monotonic time, counted from an arbitrary start.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Returns the time since this clock's start.
    fn now(&self) -> Duration;

    /// Arranges that a thread that waits for `deadline` gets to see it.
    ///
    /// Returns how long the thread may sleep at most before it looks at the clock again. `None`
    /// means as long as it likes: this clock does not move by itself, and whoever moves it to
    /// `deadline` or beyond calls `waker` once.
    ///
    /// A thread that decides under a lock to sleep calls this under the same lock, and its waker
    /// takes that lock before it notifies: then no wake-up falls between the two.
    ///
    /// Unless a clock says otherwise, it moves by itself.
    fn wake_at(&self, deadline: Duration, waker: &Waker) -> Option<Duration> {
        let _ = waker;
        Some(deadline.saturating_sub(self.now()))
    }
}

/// The machine's monotonic clock.
#[derive(Debug, Clone)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// A clock that moves only when told to.
#[derive(Debug, Default)]
pub struct ManualClock {
    state: Mutex<Manual>,
}

#[derive(Debug, Default)]
struct Manual {
    now: Duration,
    /// Who waits, by deadline and by order of asking.
    alarms: BTreeMap<(Duration, u64), Waker>,
    asked: u64,
}

impl ManualClock {
    /// Moves the clock forward and wakes those whose deadline it reaches.
    pub fn advance(&self, by: Duration) {
        let mut state = self.lock();
        state.now = state.now.saturating_add(by);
        let now = state.now;
        let later = state.alarms.split_off(&(now, u64::MAX));
        let due = std::mem::replace(&mut state.alarms, later);
        // A waker takes the lock of whoever waits, and who waits holds it while asking this clock.
        drop(state);
        for waker in due.into_values() {
            waker.wake();
        }
    }

    /// Returns the deadlines to come that somebody asked to be woken at, the earliest first.
    pub fn alarms(&self) -> Vec<Duration> {
        self.lock().alarms.keys().map(|(deadline, _)| *deadline).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Manual> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        self.lock().now
    }

    fn wake_at(&self, deadline: Duration, waker: &Waker) -> Option<Duration> {
        let mut state = self.lock();
        if deadline <= state.now {
            return Some(Duration::ZERO);
        }
        let same = (deadline, 0)..=(deadline, u64::MAX);
        if !state.alarms.range(same).any(|(_, known)| known.will_wake(waker)) {
            state.asked += 1;
            let key = (deadline, state.asked);
            state.alarms.insert(key, waker.clone());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    #[derive(Default)]
    struct Calls(AtomicUsize);

    impl Wake for Calls {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::default();
        assert_eq!(clock.now(), Duration::ZERO);
        clock.advance(Duration::from_millis(250));
        assert_eq!(clock.now(), Duration::from_millis(250));
    }

    #[test]
    fn a_manual_clock_wakes_whoever_waits_once_and_at_the_deadline() {
        let (clock, calls) = (ManualClock::default(), Arc::new(Calls::default()));
        let count = || calls.0.load(Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&calls));
        let second = Duration::from_secs(1);
        assert_eq!(clock.wake_at(second, &waker), None);
        assert_eq!(clock.wake_at(second, &waker), None, "asked again");
        assert_eq!(clock.wake_at(second * 3, &waker), None);
        assert_eq!(clock.alarms(), [second, second * 3]);
        clock.advance(second - Duration::from_nanos(1));
        assert_eq!(count(), 0);
        clock.advance(Duration::from_nanos(1));
        assert_eq!((count(), clock.alarms()), (1, vec![second * 3]));
        clock.advance(second * 5);
        assert_eq!((count(), clock.alarms()), (2, vec![]));
    }

    #[test]
    fn nobody_sleeps_for_a_deadline_that_has_passed() {
        let (manual, waker) = (ManualClock::default(), Waker::noop());
        manual.advance(Duration::from_secs(2));
        assert_eq!(manual.wake_at(Duration::from_secs(2), waker), Some(Duration::ZERO));
        assert_eq!(manual.alarms(), []);
        let system = SystemClock::default();
        assert_eq!(system.wake_at(Duration::ZERO, waker), Some(Duration::ZERO));
        let hour = Duration::from_secs(3600);
        assert!(system.wake_at(hour, waker).is_some_and(|left| left <= hour));
    }

    #[test]
    fn the_system_clock_does_not_go_back() {
        let clock = SystemClock::default();
        let first = clock.now();
        assert!(clock.now() >= first);
    }
}
