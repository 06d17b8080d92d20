//! Bytes in a second.

use super::counts::{Counters, LimitCounts};
use super::error::{Limit, RateExceeded};
use crate::monitor::Monitor;
use crate::sync::Mutex;
use bolt_base::Clock;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

const NANOS: u128 = 1_000_000_000;

/// A token bucket over time that is given to it, kept as the time at which it will be full again
/// (the generic cell rate algorithm of ATM): whole nanoseconds, no drift, no timer.
#[derive(Debug, Clone)]
struct Bucket {
    /// Tokens a second, at least 1.
    rate: u64,
    /// The time in which an empty bucket fills.
    fills_in: Duration,
    full_at: Duration,
    /// The latest time seen.
    now: Duration,
}

impl Bucket {
    /// A bucket that is full.
    fn new(rate: u64, burst: u64, now: Duration) -> Self {
        let rate = rate.max(1);
        Self { rate, fills_in: time_of(burst, rate), full_at: now, now }
    }

    /// Returns how long tokens that are asked for now would have to wait, and what then is the time
    /// at which the bucket is full. More than a bucketful waits until it could have come in.
    fn ask(&mut self, now: Duration, tokens: u64) -> (Duration, Duration) {
        self.now = self.now.max(now);
        let full_at = self.full_at.max(self.now).saturating_add(time_of(tokens, self.rate));
        let wait = full_at.saturating_sub(self.now.saturating_add(self.fills_in));
        (wait, full_at)
    }
}

/// Returns the time in which tokens come in, rounded up.
fn time_of(tokens: u64, rate: u64) -> Duration {
    let nanos = (u128::from(tokens) * NANOS).div_ceil(u128::from(rate));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// Lets so many bytes a second pass, and a burst of as many as come in during a short time. Who
/// asks first goes first. Clones share the bucket.
#[derive(Debug, Clone)]
pub struct RateLimit {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    limit: Limit,
    rate: u64,
    bucket: Mutex<Bucket>,
    clock: Arc<dyn Clock>,
    counters: Counters,
}

impl RateLimit {
    pub(super) fn new(limit: Limit, rate: u64, burst: Duration, clock: Arc<dyn Clock>) -> Self {
        let tokens = u128::from(rate).saturating_mul(burst.as_nanos()) / NANOS;
        let tokens = u64::try_from(tokens).unwrap_or(u64::MAX);
        let bucket = Mutex::new(Bucket::new(rate, tokens, clock.now()));
        let counters = Counters::default();
        Self { shared: Arc::new(Shared { limit, rate, bucket, clock, counters }) }
    }

    /// Waits for the turn of some bytes, and returns how long that took. Nothing waits that would
    /// wait longer than `longest`.
    ///
    /// # Errors
    /// If the bytes would have to wait longer; they then are not counted.
    pub fn take(
        &self,
        asker: &str,
        bytes: u64,
        longest: Duration,
    ) -> Result<Duration, RateExceeded> {
        let Shared { limit, rate, bucket, clock, counters } = &*self.shared;
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.now();
        let (wait, full_at) = bucket.ask(now, bytes);
        if wait > longest {
            counters.refuse();
            let (limit, rate, asker) = (*limit, *rate, asker.to_owned());
            return Err(RateExceeded { limit, asker, asked: bytes, rate, wait, longest });
        }
        bucket.full_at = full_at;
        drop(bucket);
        counters.grant();
        if !wait.is_zero() {
            counters.wait(wait);
            sleep_until(now.saturating_add(wait), &**clock);
        }
        Ok(wait)
    }

    /// Waits for the turn of some bytes, however long that takes, and returns how long it took.
    pub fn wait(&self, asker: &str, bytes: u64) -> Duration {
        // Nothing waits longer than `Duration::MAX`.
        self.take(asker, bytes, Duration::MAX).unwrap_or(Duration::MAX)
    }

    /// Returns the bytes a second.
    pub fn rate(&self) -> u64 {
        self.shared.rate
    }

    /// Returns what was asked so far.
    pub fn counts(&self) -> LimitCounts {
        self.shared.counters.read()
    }
}

/// Sleeps until a clock shows a time.
pub(super) fn sleep_until(deadline: Duration, clock: &dyn Clock) {
    let monitor = Arc::new(Monitor::new(()));
    let mut guard = monitor.lock();
    while clock.now() < deadline {
        guard = monitor.wait_until(guard, clock, Some(deadline));
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use bolt_base::{ManualClock, Rng};

    const SECOND: Duration = Duration::from_secs(1);

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_burst_passes_at_once_and_the_rest_at_the_rate() {
        let clock = Arc::new(ManualClock::default());
        // 1,000 bytes a second, of which 100 at once.
        let limit = RateLimit::new(Limit::Read, 1_000, ms(100), clock.clone());
        let refused = |bytes| limit.take("csv", bytes, Duration::ZERO).unwrap_err().wait;
        assert_eq!(limit.take("csv", 100, Duration::ZERO), Ok(Duration::ZERO));
        assert_eq!((refused(1), refused(50), refused(1_000)), (ms(1), ms(50), SECOND));
        clock.advance(ms(40));
        assert_eq!(limit.take("csv", 40, Duration::ZERO), Ok(Duration::ZERO));
        assert_eq!(refused(1), ms(1));
        // What is not used is not saved beyond a burst.
        clock.advance(3_600 * SECOND);
        assert_eq!((refused(101), refused(150)), (ms(1), ms(50)));
        let counts = limit.counts();
        assert_eq!((counts.granted, counts.refused, counts.waited), (2, 6, 0));
        let told = limit.take("csv", 350, ms(200)).unwrap_err().to_string();
        assert_eq!(
            told,
            "`csv` asks for 350 bytes of `read_bytes_per_second`, 1000 a second; they would have \
             to wait 250ms, and may wait 200ms"
        );
    }

    #[test]
    fn bytes_wait_for_their_turn_in_the_order_of_their_asks() {
        let clock = Arc::new(ManualClock::default());
        let limit = RateLimit::new(Limit::Write, 1_000, Duration::ZERO, clock.clone());
        let mut waiting = Vec::new();
        for (index, due) in [(0, 500), (1, 1_000), (2, 1_500)] {
            let (limit, clock) = (limit.clone(), Arc::clone(&clock));
            let thread = {
                let clock = Arc::clone(&clock);
                std::thread::spawn(move || {
                    let waited = limit.wait("store", 500);
                    (waited, clock.now())
                })
            };
            while clock.alarms().len() <= index {
                std::thread::yield_now();
            }
            waiting.push((thread, ms(due)));
        }
        for (thread, due) in waiting {
            assert!(!thread.is_finished());
            clock.advance(ms(500));
            let (waited, woken) = thread.join().unwrap();
            assert_eq!((waited, woken), (due, due));
        }
        let counts = limit.counts();
        assert_eq!((counts.waited, counts.wait), (3, ms(3_000)));
    }

    /// What passed by any time is at most a burst and what came in since any other.
    #[test]
    fn no_window_lets_more_pass_than_its_rate_and_a_burst() {
        for seed in 0..100 {
            let mut rng = Rng::new(seed);
            let (rate, burst) = (1 + rng.below(5_000), rng.below(2_000));
            let (mut bucket, mut now) = (Bucket::new(rate, burst, Duration::ZERO), Duration::ZERO);
            let mut passed: Vec<(Duration, u64)> = Vec::new();
            for _ in 0..60 {
                now += ms(rng.below(300));
                // A clock that goes back neither fills nor empties the bucket.
                let seen = now.saturating_sub(ms(rng.below(3) * 500));
                let tokens = rng.below(1_500);
                let (wait, full_at) = bucket.ask(seen, tokens);
                bucket.full_at = full_at;
                passed.push((bucket.now + wait, tokens));
            }
            for (first, (begin, _)) in passed.iter().enumerate() {
                for (last, (end, _)) in passed.iter().enumerate().skip(first) {
                    let sum: u64 = passed[first..=last].iter().map(|(_, tokens)| tokens).sum();
                    let window = end.saturating_sub(*begin).as_secs_f64();
                    let largest = passed[first].1.max(burst) as f64;
                    let most = window * rate as f64 + largest + 2.0;
                    assert!(sum as f64 <= most, "seed {seed}: {sum} in {window} s, {most}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_lost_at_extremes() {
        let clock = Arc::new(ManualClock::default());
        let limit = RateLimit::new(Limit::Write, u64::MAX, Duration::MAX, clock.clone());
        assert_eq!(limit.take("w", u64::MAX, Duration::ZERO), Ok(Duration::ZERO));
        let limit = RateLimit::new(Limit::Write, 0, Duration::ZERO, clock);
        assert!(limit.take("w", u64::MAX, SECOND).unwrap_err().wait > 1_000_000 * SECOND);
    }
}
