//! Looks at what is reserved and what is counted while work goes on.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use bolt_memory::{Budget, Component, usage};

/// What is reserved and counted for the market.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bytes {
    /// Reserved in the budget.
    pub(crate) held: i64,
    /// Counted by the allocator.
    pub(crate) used: i64,
}

impl Bytes {
    /// Returns what there is now.
    pub(crate) fn now(budget: &Budget) -> Self {
        Self {
            used: usage().expect("the allocator counts").of(Component::Market),
            held: budget.held_by(Component::Market).0 as i64,
        }
    }

    /// Returns by which part of what is counted the reserved is off, of what is beyond `floor`.
    pub(crate) fn off(self, floor: i64) -> f64 {
        let Self { held, used } = self;
        let off = (held - used).abs() - floor;
        if off > 0 { off as f64 / used as f64 * (held - used).signum() as f64 } else { 0.0 }
    }
}

/// What was seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// The most that was reserved, and that was counted, each at its time.
    pub(crate) peak: Bytes,
    /// All looks at which reservations did not change meanwhile.
    pub(crate) looks: Vec<Bytes>,
    /// The most that was counted outside of all components beyond what there was.
    pub(crate) outside: i64,
}

impl Seen {
    /// Returns by how much reserved and counted differed at so large a part of all looks at most.
    pub(crate) fn quantile(&self, part: f64, floor: i64) -> f64 {
        let mut off: Vec<f64> = self.looks.iter().map(|look| look.off(floor).abs()).collect();
        off.sort_unstable_by(f64::total_cmp);
        let last = off.len().saturating_sub(1);
        off.get((last as f64 * part) as usize).copied().unwrap_or(0.0)
    }
}

const EVERY: Duration = Duration::from_micros(50);

/// Runs `work` while another thread looks.
pub(crate) fn watch<R>(budget: &Budget, work: impl FnOnce() -> R) -> (R, Seen) {
    let (is_done, has_begun) = (AtomicBool::new(false), AtomicBool::new(false));
    let outside = || usage().expect("the allocator counts").of(Component::Other);
    let before = outside();
    let (result, seen) = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            // With room before the first look.
            let mut seen = Seen { looks: Vec::with_capacity(1 << 20), ..Seen::default() };
            let own = 1 << 24;
            while !is_done.load(SeqCst) {
                let now = Bytes::now(budget);
                if now.held == budget.held_by(Component::Market).0 as i64 {
                    seen.peak.held = seen.peak.held.max(now.held);
                    seen.peak.used = seen.peak.used.max(now.used);
                    seen.outside = seen.outside.max(outside() - before - own);
                    seen.looks.push(now);
                }
                has_begun.store(true, SeqCst);
                std::thread::sleep(EVERY);
            }
            seen
        });
        while !has_begun.load(SeqCst) {
            std::thread::yield_now();
        }
        let result = catch_unwind(AssertUnwindSafe(work));
        is_done.store(true, SeqCst);
        (result, watcher.join().expect("it only looks"))
    });
    (result.unwrap_or_else(|panic| resume_unwind(panic)), seen)
}
