//! How many items of a loop are run together, from what they are seen to take.

use crate::fork::Fork;
use crate::pool::Pool;
use bolt_base::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How a loop is cut. The defaults are those of the tuning guide, but for the time, which is what
/// sharing a piece with another thread costs many times over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkOptions {
    /// The fewest items in a piece, but for the last.
    pub items_min: usize,
    /// The most items in a piece.
    pub items_max: usize,
    /// The fewest pieces for each thread, as long as they have the fewest items.
    pub per_thread: usize,
    /// The time that a piece should take.
    pub time: Duration,
}

impl Default for ChunkOptions {
    fn default() -> Self {
        Self { items_min: 10, items_max: 1_000, per_thread: 3, time: Duration::from_micros(20) }
    }
}

/// Returns the items of a piece when an item takes `item`, or nothing is known of that.
///
/// There are as many items as fill the time of a piece; of items of which nothing is known, the
/// fewest. A short loop is cut finer, so that each thread has some pieces.
pub fn chunk_items(
    options: &ChunkOptions,
    items: usize,
    threads: usize,
    item: Option<Duration>,
) -> usize {
    let filling = item.map_or(0, |item| {
        let count = options.time.as_nanos() / item.as_nanos().max(1);
        usize::try_from(count).unwrap_or(usize::MAX)
    });
    let fair = items / (threads * options.per_thread).max(1);
    filling.min(fair).min(options.items_max).max(options.items_min).max(1)
}

/// The pieces of a loop that is run again and again, and what its items are seen to take.
#[derive(Debug)]
pub struct Chunks {
    options: ChunkOptions,
    clock: Arc<dyn Clock>,
    /// What an item takes in picoseconds, the last pieces weighing most; 0 if not known.
    item_picos: AtomicU64,
    pieces: AtomicU64,
}

impl Chunks {
    /// Knows nothing of the items yet.
    pub fn new(options: ChunkOptions, clock: Arc<dyn Clock>) -> Self {
        Self { options, clock, item_picos: AtomicU64::new(0), pieces: AtomicU64::new(0) }
    }

    /// Returns what an item takes, if any has been run.
    pub fn item(&self) -> Option<Duration> {
        let picos = self.item_picos.load(Ordering::Relaxed);
        (picos > 0).then(|| Duration::from_nanos(picos.div_ceil(1_000)))
    }

    /// Returns how many pieces were run.
    pub fn pieces(&self) -> u64 {
        self.pieces.load(Ordering::Relaxed)
    }

    /// Returns the items of the next piece of a loop.
    pub fn items(&self, items: usize, threads: usize) -> usize {
        chunk_items(&self.options, items, threads, self.item())
    }

    /// Runs a piece and takes note of the time.
    pub(crate) fn run_piece<R>(&self, items: usize, work: impl FnOnce() -> R) -> R {
        let start = self.clock.now();
        let result = work();
        let took = self.clock.now().saturating_sub(start);
        self.pieces.fetch_add(1, Ordering::Relaxed);
        let picos = took.as_nanos().saturating_mul(1_000) / items.max(1) as u128;
        let picos = u64::try_from(picos).unwrap_or(u64::MAX).max(1);
        let known = self.item_picos.load(Ordering::Relaxed);
        // Threads may overwrite each other's observation, which is then as if it were not made.
        let next = if known == 0 { picos } else { known - known / 4 + picos / 4 };
        self.item_picos.store(next.max(1), Ordering::Relaxed);
        result
    }
}

impl Pool {
    /// Runs `work` for each item, on any thread and in any order.
    ///
    /// # Panics
    /// If `work` does; some items then are not run.
    pub fn for_each<T: Sync>(&self, items: &[T], chunks: &Chunks, work: impl Fn(&T) + Sync) {
        let cut = Cut { chunks, items: items.len(), threads: self.threads() };
        self.fork(|fork| cut.run(fork, items, &|piece| piece.iter().for_each(&work), &|(), ()| ()));
    }

    /// Returns what `work` makes of each item, in the order of the items.
    ///
    /// # Panics
    /// If `work` does; some items then are not run.
    pub fn map<T: Sync, R: Send>(
        &self,
        items: &[T],
        chunks: &Chunks,
        work: impl Fn(&T) -> R + Sync,
    ) -> Vec<R> {
        let cut = Cut { chunks, items: items.len(), threads: self.threads() };
        let piece = |piece: &[T]| vec![piece.iter().map(&work).collect::<Vec<R>>()];
        let merge = |mut left: Vec<Vec<R>>, mut right: Vec<Vec<R>>| {
            left.append(&mut right);
            left
        };
        let pieces = self.fork(|fork| cut.run(fork, items, &piece, &merge));
        let mut results = Vec::with_capacity(items.len());
        results.extend(pieces.into_iter().flatten());
        results
    }
}

/// A loop that is being cut.
struct Cut<'a> {
    chunks: &'a Chunks,
    items: usize,
    threads: usize,
}

impl Cut<'_> {
    /// Halves the items until a piece is left. The later that is, the better its size is known.
    fn run<T: Sync, R: Send>(
        &self,
        fork: &Fork,
        items: &[T],
        piece: &(impl Fn(&[T]) -> R + Sync),
        merge: &(impl Fn(R, R) -> R + Sync),
    ) -> R {
        if items.len() <= self.chunks.items(self.items, self.threads) {
            return self.chunks.run_piece(items.len(), || piece(items));
        }
        let (left, right) = items.split_at(items.len() / 2);
        let (left, right) = fork.join(
            |fork| self.run(fork, left, piece, merge),
            |fork| self.run(fork, right, piece, merge),
        );
        merge(left, right)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use bolt_base::{ManualClock, SystemClock};
    use std::sync::atomic::AtomicU32;

    #[test]
    fn pieces_fill_their_time_within_bounds() {
        let options = ChunkOptions::default();
        let nanos = |nanos| Some(Duration::from_nanos(nanos));
        for (items, threads, item, expected) in [
            (1_000_000, 4, None, 10),
            (1_000_000, 4, nanos(0), 1_000),
            (1_000_000, 4, nanos(1), 1_000),
            (1_000_000, 4, nanos(20), 1_000),
            (1_000_000, 4, nanos(40), 500),
            (1_000_000, 4, nanos(1_000), 20),
            (1_000_000, 4, nanos(2_000), 10),
            (1_000_000, 4, nanos(1_000_000_000), 10),
            // Three pieces for each thread.
            (1_200, 4, nanos(1), 100),
            (1_200, 1, nanos(1), 400),
            (60, 4, nanos(1), 10),
            (0, 4, nanos(1), 10),
        ] {
            let told = chunk_items(&options, items, threads, item);
            assert_eq!(told, expected, "{items} items, {threads} threads, {item:?}");
        }
        let zero = ChunkOptions { items_min: 0, items_max: 0, per_thread: 0, ..options };
        assert_eq!(chunk_items(&zero, 100, 0, nanos(1)), 1);
    }

    /// Runs a loop on one thread whose items take a given time by the clock, and returns the items
    /// of a next piece and the pieces that there were.
    fn learned(item: Duration) -> (usize, u64) {
        let clock = Arc::new(ManualClock::default());
        let chunks = Chunks::new(ChunkOptions::default(), clock.clone());
        let pool = Pool::new(Some(1)).expect("a thread");
        let items: Vec<u32> = (0..8_192).collect();
        pool.for_each(&items, &chunks, |_| clock.advance(item));
        (chunks.items(8_192, 1), chunks.pieces())
    }

    #[test]
    fn the_size_of_pieces_is_learned() {
        // Items that take 1 us come in pieces of 16 once that is known: 8,192 halved to 20 or less.
        let (items, pieces) = learned(Duration::from_micros(1));
        assert_eq!(items, 20);
        assert!((512..520).contains(&pieces), "{pieces}");
        let (items, pieces) = learned(Duration::from_nanos(1));
        assert_eq!(items, 1_000);
        assert!((16..24).contains(&pieces), "{pieces}");
        let (items, pieces) = learned(Duration::from_millis(1));
        assert_eq!((items, pieces), (10, 1_024));
    }

    #[test]
    fn what_items_take_is_followed() {
        let clock = Arc::new(ManualClock::default());
        let chunks = Chunks::new(ChunkOptions::default(), clock.clone());
        assert_eq!(chunks.item(), None);
        let mut seen = Vec::new();
        for micros in [10, 10, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2] {
            chunks.run_piece(100, || clock.advance(Duration::from_micros(100 * micros)));
            seen.push(chunks.item().unwrap());
        }
        assert_eq!(seen[..3], [10, 10, 8].map(Duration::from_micros));
        assert!(seen[21] < Duration::from_nanos(2_100), "{seen:?}");
    }

    #[test]
    fn each_item_is_run_once_and_results_are_in_order() {
        for threads in [1, 2, 4] {
            let pool = Pool::new(Some(threads)).unwrap();
            let chunks = Chunks::new(ChunkOptions::default(), Arc::new(SystemClock::default()));
            for count in [0, 1, 9, 10, 11, 1_000, 20_011] {
                let items: Vec<u32> = (0..count).collect();
                let runs: Vec<AtomicU32> = (0..count).map(|_| AtomicU32::new(0)).collect();
                pool.for_each(&items, &chunks, |&i| {
                    runs[i as usize].fetch_add(1, Ordering::Relaxed);
                });
                assert!(runs.iter().all(|runs| runs.load(Ordering::Relaxed) == 1));
                let squares = pool.map(&items, &chunks, |&i| u64::from(i) * u64::from(i));
                let expected: Vec<u64> = (0..u64::from(count)).map(|i| i * i).collect();
                assert_eq!(squares, expected);
            }
        }
    }
}
