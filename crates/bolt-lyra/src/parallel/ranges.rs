//! Who works on which items: ranges that are cut from the front and stolen from the back.
//!
//! Each worker begins with an equal range of neighbouring items and takes a chunk at a time from
//! its front. One that has none left steals the back half of another's range. A range is one
//! word that is replaced by compare and swap. An item is in one range or taken, so that a word that
//! comes back stands for the same items, and a swap that meets it is right.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bolt_base::Rng;

/// How a worker behaves that has nothing left to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backoff {
    None,
    Linear,
    Exponential,
}

/// How items are shared between workers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sharing {
    /// Rounds in which a worker asks all others before it gives up.
    pub(crate) attempts: u32,
    /// Whether it asks them in random order, rather than in the order after its own.
    pub(crate) randomization: bool,
    /// How it waits between rounds.
    pub(crate) backoff: Backoff,
    /// The fewest items that another must have left.
    pub(crate) threshold: usize,
    /// The fewest items that are taken together.
    pub(crate) chunk_min: usize,
    /// The most.
    pub(crate) chunk_max: usize,
    /// Whether chunks follow the time that items take, rather than their number alone.
    pub(crate) adaptive: bool,
}

impl Default for Sharing {
    fn default() -> Self {
        Self {
            attempts: 3,
            randomization: true,
            backoff: Backoff::Exponential,
            threshold: 2,
            chunk_min: 1,
            chunk_max: 1000,
            adaptive: true,
        }
    }
}

/// What a worker did.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) items: u64,
    pub(crate) chunks: u64,
    /// Ranges that it stole.
    pub(crate) steals: u64,
    /// Workers that it asked in vain.
    pub(crate) misses: u64,
    /// Swaps that somebody else came before.
    pub(crate) conflicts: u64,
    /// How long it evaluated items.
    pub(crate) busy: Duration,
}

/// A chunk is to take so long where its size follows the time.
const CHUNK_TIME: Duration = Duration::from_micros(200);
/// Chunks for each worker where their size follows the number of items.
const CHUNKS_PER_WORKER: usize = 3;
/// The first wait between rounds.
const PAUSE: Duration = Duration::from_micros(20);

/// The ranges of all workers.
#[derive(Debug)]
pub(crate) struct Ranges {
    ranges: Vec<Line>,
    count: usize,
    sharing: Sharing,
}

/// A range on a cache line of its own.
#[derive(Debug)]
#[repr(align(128))]
struct Line(AtomicU64);

fn packed(range: &Range<usize>) -> u64 {
    (range.start as u64) << 32 | range.end as u64
}

fn unpacked(word: u64) -> Range<usize> {
    (word >> 32) as usize..(word & u64::from(u32::MAX)) as usize
}

impl Ranges {
    /// The most items that can be shared.
    pub(crate) const MOST: usize = u32::MAX as usize;

    /// Gives each worker an equal range of the items.
    pub(crate) fn new(count: usize, workers: usize, sharing: Sharing) -> Self {
        let at = |worker: usize| count * worker / workers;
        let ranges = (0..workers)
            .map(|worker| Line(AtomicU64::new(packed(&(at(worker)..at(worker + 1))))))
            .collect();
        Self { ranges, count, sharing }
    }

    /// Returns the next items of a worker; `None` if it is done.
    pub(crate) fn next(
        &self,
        worker: usize,
        item: Option<Duration>,
        rng: &mut Rng,
        tally: &mut Tally,
    ) -> Option<Range<usize>> {
        loop {
            let own = &self.ranges[worker].0;
            let word = own.load(Ordering::Acquire);
            let range = unpacked(word);
            if range.is_empty() {
                if !self.steal(worker, rng, tally) {
                    return None;
                }
                continue;
            }
            let cut = range.start + self.chunk(item).min(range.len());
            let rest = packed(&(cut..range.end));
            if own.compare_exchange(word, rest, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                tally.chunks += 1;
                return Some(range.start..cut);
            }
            tally.conflicts += 1;
        }
    }

    /// Returns how many items are taken together when an item takes so long.
    fn chunk(&self, item: Option<Duration>) -> usize {
        let Sharing { chunk_min, chunk_max, adaptive, .. } = self.sharing;
        let fair = self.count / (self.ranges.len() * CHUNKS_PER_WORKER).max(1);
        let wanted = match (adaptive, item) {
            (true, Some(item)) => {
                let fitting = CHUNK_TIME.as_nanos() / item.as_nanos().max(1);
                usize::try_from(fitting).unwrap_or(usize::MAX).min(fair)
            }
            (true, None) => 1,
            (false, _) => fair,
        };
        wanted.min(chunk_max).max(chunk_min).max(1)
    }

    /// Gives a worker without items half of another's.
    fn steal(&self, thief: usize, rng: &mut Rng, tally: &mut Tally) -> bool {
        let workers = self.ranges.len();
        for attempt in 0..self.sharing.attempts {
            self.wait(attempt);
            let first = match self.sharing.randomization {
                true => rng.below(workers as u64) as usize,
                false => thief + 1,
            };
            let others = (0..workers).map(|step| (first + step) % workers);
            for victim in others.filter(|&victim| victim != thief) {
                if let Some(range) = self.steal_from(victim, tally) {
                    tally.steals += 1;
                    self.ranges[thief].0.store(packed(&range), Ordering::Release);
                    return true;
                }
            }
        }
        false
    }

    fn steal_from(&self, victim: usize, tally: &mut Tally) -> Option<Range<usize>> {
        let line = &self.ranges[victim].0;
        let word = line.load(Ordering::Acquire);
        let range = unpacked(word);
        if range.is_empty() || range.len() < self.sharing.threshold {
            tally.misses += 1;
            return None;
        }
        let middle = range.start + range.len() / 2;
        let rest = packed(&(range.start..middle));
        match line.compare_exchange(word, rest, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => Some(middle..range.end),
            Err(_) => {
                tally.conflicts += 1;
                tally.misses += 1;
                None
            }
        }
    }

    fn wait(&self, attempt: u32) {
        let times = match self.sharing.backoff {
            _ if attempt == 0 => return,
            Backoff::None => return,
            Backoff::Linear => attempt,
            Backoff::Exponential => 1 << (attempt - 1).min(10),
        };
        std::thread::sleep(PAUSE * times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    fn sharing() -> Sharing {
        Sharing { adaptive: false, ..Sharing::default() }
    }

    #[test]
    fn each_item_is_taken_once_by_however_many() {
        for (count, workers) in [(0, 2), (1, 4), (7, 3), (1_000, 4), (20_011, 2)] {
            let ranges = Ranges::new(count, workers, sharing());
            let taken: Vec<AtomicU32> = (0..count).map(|_| AtomicU32::new(0)).collect();
            std::thread::scope(|scope| {
                for worker in 0..workers {
                    let (ranges, taken) = (&ranges, &taken);
                    scope.spawn(move || {
                        let (mut rng, mut tally) = (Rng::new(worker as u64), Tally::default());
                        while let Some(chunk) = ranges.next(worker, None, &mut rng, &mut tally) {
                            chunk.for_each(|item| {
                                taken[item].fetch_add(1, Ordering::Relaxed);
                            });
                        }
                    });
                }
            });
            assert!(taken.iter().all(|times| times.load(Ordering::Relaxed) == 1), "{count}");
        }
    }

    /// Lets the first of two workers take everything, and returns what it did.
    fn alone(sharing: Sharing, count: usize) -> (usize, Tally) {
        let ranges = Ranges::new(count, 2, sharing);
        let (mut rng, mut tally) = (Rng::new(1), Tally::default());
        let mut items = 0;
        while let Some(chunk) = ranges.next(0, None, &mut rng, &mut tally) {
            items += chunk.len();
        }
        (items, tally)
    }

    #[test]
    fn a_worker_steals_as_long_as_others_have_enough() {
        let (items, tally) = alone(sharing(), 64);
        assert_eq!((items, tally.steals), (63, 5));
        // At the default threshold one item is left to its owner.
        let (items, tally) = alone(Sharing { threshold: 1, ..sharing() }, 64);
        assert_eq!((items, tally.steals), (64, 6));
        let (items, tally) = alone(Sharing { threshold: 33, ..sharing() }, 64);
        assert_eq!((items, tally.steals), (32, 0));
        assert_eq!(tally.misses, 3);
        let (items, tally) = alone(Sharing { attempts: 0, ..sharing() }, 64);
        assert_eq!((items, tally.steals, tally.misses), (32, 0, 0));
    }

    #[test]
    fn chunks_follow_the_number_or_the_time_of_items() {
        let chunk = |sharing, item| Ranges::new(6_000, 2, sharing).chunk(item);
        let micros = |micros| Some(Duration::from_micros(micros));
        assert_eq!(chunk(sharing(), micros(1)), 1_000);
        assert_eq!(chunk(Sharing { chunk_max: 50, ..sharing() }, None), 50);
        let adaptive = Sharing::default();
        assert_eq!(chunk(adaptive, None), 1);
        assert_eq!(chunk(adaptive, micros(10)), 20);
        assert_eq!(chunk(adaptive, micros(1_000)), 1);
        assert_eq!(chunk(Sharing { chunk_min: 10, ..adaptive }, micros(1_000)), 10);
    }
}
