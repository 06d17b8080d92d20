//! Things of which so many may be held at a time.

use super::counts::{Counters, LimitCounts};
use super::error::{Limit, LimitExceeded, largest};
use crate::monitor::Monitor;
use bolt_base::Clock;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Hands out permits up to a limit, and knows by name who holds them. Clones share both.
#[derive(Debug, Clone)]
pub struct Permits {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    limit: Limit,
    most: u64,
    held: Arc<Monitor<Held>>,
    clock: Arc<dyn Clock>,
    counters: Counters,
}

#[derive(Debug, Default)]
struct Held {
    all: u64,
    by: BTreeMap<String, u64>,
}

/// Permits that are held until this is dropped.
#[derive(Debug)]
#[must_use = "what is permitted ends when the permit is dropped"]
pub struct Permit {
    shared: Arc<Shared>,
    holder: String,
    count: u64,
}

impl Permits {
    pub(super) fn new(limit: Limit, most: u64, clock: Arc<dyn Clock>) -> Self {
        let (held, counters) = (Arc::default(), Counters::default());
        Self { shared: Arc::new(Shared { limit, most, held, clock, counters }) }
    }

    /// Takes permits at once.
    ///
    /// # Errors
    /// If there are not as many left; none is taken.
    pub fn take(&self, holder: &str, asked: u64) -> Result<Permit, LimitExceeded> {
        self.take_within(holder, asked, Duration::ZERO)
    }

    /// Takes permits, and waits so long for others to give theirs back. Whoever asks for few may
    /// overtake whoever waits for many.
    ///
    /// # Errors
    /// If there were not as many left in that time, or more are asked for than there are in all;
    /// none is taken.
    pub fn take_within(
        &self,
        holder: &str,
        asked: u64,
        longest: Duration,
    ) -> Result<Permit, LimitExceeded> {
        let Shared { limit: _, most, held: monitor, clock, counters } = &*self.shared;
        let start = clock.now();
        let deadline = start.saturating_add(longest);
        let mut held = monitor.lock();
        let mut has_waited = false;
        while held.all.saturating_add(asked) > *most {
            if asked > *most || clock.now() >= deadline {
                counters.refuse();
                return Err(self.refusal(&held, holder, asked));
            }
            has_waited = true;
            held = monitor.wait_until(held, &**clock, Some(deadline));
        }
        held.all += asked;
        *held.by.entry(holder.to_owned()).or_default() += asked;
        drop(held);
        counters.grant();
        if has_waited {
            counters.wait(clock.now().saturating_sub(start));
        }
        Ok(Permit { shared: Arc::clone(&self.shared), holder: holder.to_owned(), count: asked })
    }

    fn refusal(&self, held: &Held, holder: &str, asked: u64) -> LimitExceeded {
        LimitExceeded {
            limit: self.shared.limit,
            asker: holder.to_owned(),
            asked,
            held: held.all,
            most: self.shared.most,
            holders: largest(held.by.iter().map(|(name, count)| (name.as_str(), *count))),
        }
    }

    /// Returns how many permits there are in all.
    pub fn most(&self) -> u64 {
        self.shared.most
    }

    /// Returns how many are held.
    pub fn held(&self) -> u64 {
        self.shared.held.lock().all
    }

    /// Returns what was asked so far.
    pub fn counts(&self) -> LimitCounts {
        self.shared.counters.read()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut held = self.shared.held.lock();
        held.all -= self.count;
        if let Some(own) = held.by.get_mut(&self.holder) {
            *own -= self.count;
            if *own == 0 {
                held.by.remove(&self.holder);
            }
        }
        drop(held);
        self.shared.held.notify_all();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use bolt_base::{ManualClock, Rng};

    fn permits(most: u64) -> (Permits, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::default());
        (Permits::new(Limit::OpenFiles, most, clock.clone()), clock)
    }

    #[test]
    fn what_is_beyond_the_limit_is_refused_and_the_holders_are_named() {
        let (permits, _) = permits(10);
        let _sweep = permits.take("sweep", 5).unwrap();
        let first = permits.take("index", 1).unwrap();
        let _index = permits.take("index", 2).unwrap();
        let _bars = permits.take("bars", 1).unwrap();
        let error = permits.take("report", 2).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`report` asks for 2 of `open_files`, and 9 of 10 are held, by `sweep` 5, `index` 3, \
             `bars` 1"
        );
        drop(first);
        assert_eq!(permits.held(), 8);
        let _report = permits.take("report", 2).unwrap();
        let counts = permits.counts();
        assert_eq!((counts.granted, counts.refused, counts.waited), (5, 1, 0));
    }

    #[test]
    fn an_ask_waits_for_what_others_give_back() {
        let (permits, clock) = permits(3);
        let held = permits.take("first", 2).unwrap();
        let waiting = {
            let permits = permits.clone();
            std::thread::spawn(move || permits.take_within("second", 2, Duration::from_secs(5)))
        };
        while clock.alarms().is_empty() {
            std::thread::yield_now();
        }
        clock.advance(Duration::from_secs(2));
        drop(held);
        let second = waiting.join().unwrap().unwrap();
        assert_eq!(permits.held(), 2);
        let counts = permits.counts();
        assert_eq!((counts.waited, counts.wait), (1, Duration::from_secs(2)));
        drop(second);
    }

    #[test]
    fn an_ask_that_waits_too_long_is_refused() {
        let (permits, clock) = permits(3);
        let _held = permits.take("first", 2).unwrap();
        let waiting = {
            let permits = permits.clone();
            std::thread::spawn(move || permits.take_within("second", 2, Duration::from_secs(5)))
        };
        while clock.alarms().is_empty() {
            std::thread::yield_now();
        }
        clock.advance(Duration::from_secs(5));
        let error = waiting.join().unwrap().unwrap_err();
        assert_eq!((error.asked, error.held, error.most), (2, 2, 3));
        // What never can be granted is not waited for.
        assert!(permits.take_within("third", 4, Duration::from_secs(5)).is_err());
    }

    #[test]
    fn permits_are_counted_through_any_order_of_takes_and_drops() {
        for seed in 0..50 {
            let mut rng = Rng::new(seed);
            let ((permits, _), mut held) = (permits(20), Vec::<(u64, Permit)>::new());
            for _ in 0..300 {
                let sum: u64 = held.iter().map(|(count, _)| count).sum();
                assert_eq!(permits.held(), sum, "seed {seed}");
                if rng.below(2) == 0 && !held.is_empty() {
                    drop(held.swap_remove(rng.below(held.len() as u64) as usize));
                } else {
                    let asked = rng.below(8);
                    let permit = permits.take(["a", "b", "c"][rng.below(3) as usize], asked);
                    assert_eq!(permit.is_ok(), sum + asked <= 20, "seed {seed}");
                    held.extend(permit.ok().map(|permit| (asked, permit)));
                }
            }
        }
    }
}
