//! What a store tells about itself.

use std::time::Duration;

use bolt_base::Bytes;

use super::io::IoReport;
use super::tier::Tier;

/// What there is to know about a store, read at one time while others go on.
#[derive(Debug, Clone, PartialEq)]
pub struct PageStoreReport {
    /// All tiers, those too that are not configured.
    pub tiers: Vec<TierReport>,
    /// Pages that went from one tier to another, by pair.
    pub migrations: Vec<MigrationReport>,
    /// What was read ahead.
    pub prefetch: PrefetchReport,
    /// How many reads found their page in device memory and in the machine's.
    pub hits: [u64; 2],
    /// How many reads had to wait for a disk.
    pub misses: u64,
    /// How many reads found no page of that number.
    pub absent: u64,
    /// How long reads took that waited for a disk.
    pub read_latency: Latency,
    /// How long it took to gather, pack and write a block of another tier.
    pub migration_latency: Latency,
    /// What was found when the store was opened.
    pub recovery: RecoveryReport,
    /// How many moves between tiers failed; their pages stayed where they were.
    pub failures: u64,
    /// Why the last one did.
    pub last_failure: Option<String>,
}

/// A tier and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct TierReport {
    /// The tier.
    pub tier: Tier,
    /// What it is; none if it is not configured, and then pages pass it by.
    pub state: Option<TierState>,
}

/// What a tier holds.
#[derive(Debug, Clone, PartialEq)]
pub struct TierState {
    /// What it may hold.
    pub capacity: Bytes,
    /// What its pages take: whole pages in memory, packed blocks on disk.
    pub used: Bytes,
    /// How many pages are there. A page in memory may have its copy on disk, which counts there.
    pub pages: usize,
    /// What it is made of.
    pub medium: Medium,
}

/// What a tier is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Medium {
    /// A device's memory, or what takes its place.
    Device(String),
    /// Memory of the machine.
    Memory,
    /// A folder.
    Folder {
        /// How its files are read and written.
        io: IoReport,
        /// How blocks are packed.
        compression: String,
        /// What its files take, with what is no longer wanted.
        files: Bytes,
        /// How often a file was written anew to have space back.
        compactions: u64,
    },
}

/// What went from a tier to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationReport {
    /// From where.
    pub from: Tier,
    /// To where.
    pub to: Tier,
    /// How many pages.
    pub pages: u64,
    /// What they have when they are not packed.
    pub bytes: Bytes,
    /// In how many moves.
    pub moves: u64,
}

/// What was read ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PrefetchReport {
    /// How many pages.
    pub issued: u64,
    /// How many of them were read or are in use.
    pub used: u64,
    /// How many left memory or were overwritten before anybody read them.
    pub wasted: u64,
    /// How many wait in memory to be read.
    pub waiting: u64,
}

impl PageStoreReport {
    /// Returns the share of reads of pages from disk that found them read ahead.
    pub fn prefetch_hit_rate(&self) -> Option<f64> {
        let wanted = self.prefetch.used + self.misses;
        (wanted > 0).then(|| self.prefetch.used as f64 / wanted as f64)
    }

    /// Returns the share of reads that found their page in memory.
    pub fn hit_rate(&self) -> Option<f64> {
        let hits = self.hits[0] + self.hits[1];
        let all = hits + self.misses;
        (all > 0).then(|| hits as f64 / all as f64)
    }
}

/// What was found when a store was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecoveryReport {
    /// How many pages are there.
    pub pages: usize,
    /// Pages that were kept, and whose blocks are damaged.
    pub lost: Vec<u64>,
    /// How many sectors are damaged without that it can be said what was there.
    pub unknown_sectors: u64,
    /// What was cut off ends of files, as it was not written whole.
    pub cut: Bytes,
}

/// How long something took: a histogram whose steps are an eighth of a power of two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latency {
    counts: Vec<u64>,
}

/// Each power of two nanoseconds has so many steps.
const STEPS: u64 = 8;

impl Default for Latency {
    fn default() -> Self {
        Self { counts: vec![0; (64 * STEPS) as usize] }
    }
}

impl Latency {
    pub(super) fn note(&mut self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.counts[Self::step(nanoseconds)] += 1;
    }

    /// Below eight nanoseconds each has its own step.
    fn step(nanoseconds: u64) -> usize {
        if nanoseconds < STEPS {
            return nanoseconds as usize;
        }
        let bits = u64::from(nanoseconds.ilog2());
        let eighth = (nanoseconds >> (bits - 3)) & (STEPS - 1);
        ((bits - 2) * STEPS + eighth) as usize
    }

    /// Returns the first number of nanoseconds beyond a step.
    fn end(step: usize) -> u64 {
        let (power, eighth) = (step as u64 / STEPS, step as u64 % STEPS);
        if power == 0 {
            return eighth + 1;
        }
        (STEPS + eighth + 1).saturating_mul(1 << (power - 1))
    }

    /// Returns how often it was measured.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns the time that a share of all, from 0 to 1, did not exceed, rounded up by at most an
    /// eighth.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let count = self.count();
        let rank = ((count as f64 * share).ceil() as u64).clamp(1, count.max(1));
        let mut sum = 0;
        let reaches = |(_, count): &(usize, &u64)| {
            sum += **count;
            sum >= rank
        };
        let found = self.counts.iter().enumerate().find(reaches).filter(|_| count > 0);
        found.map(|(step, _)| Duration::from_nanos(Self::end(step) - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_in_the_step_that_ends_after_it() {
        let times = (0..70).flat_map(|bits| [1u64.checked_shl(bits), Some(bits.into())]).flatten();
        for time in times.flat_map(|time| [time.saturating_sub(1), time, time + time / 3]) {
            let step = Latency::step(time);
            assert!(Latency::end(step) > time || Latency::end(step) == u64::MAX, "{time}");
            assert!(step == 0 || Latency::end(step - 1) <= time, "{time}");
        }
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_times_rounded_up() {
        let mut latency = Latency::default();
        assert_eq!(latency.quantile(0.5), None);
        (1..=1_000).for_each(|i| latency.note(Duration::from_micros(i)));
        assert_eq!(latency.count(), 1_000);
        for (share, micros) in [(0.0, 1), (0.5, 500), (0.99, 990), (1.0, 1_000)] {
            let time = latency.quantile(share).unwrap().as_nanos() as f64 / 1_000.0;
            assert!((micros as f64..micros as f64 * 1.126).contains(&time), "{share}: {time}");
        }
    }
}
