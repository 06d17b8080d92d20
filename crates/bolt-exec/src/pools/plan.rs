//! How many threads each pool has, and where they run: a pure function of the machine's plan.

use crate::limits::Holder;
use bolt_hardware::{CpuSet, Plan};
use std::fmt;

/// What a pool is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PoolKind {
    /// Computing.
    Cpu,
    /// Waiting for files and sockets.
    Io,
    /// Work that does both.
    General,
    /// Work that nobody waits for.
    Background,
}

impl PoolKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Cpu, Self::Io, Self::General, Self::Background];

    /// Returns `cpu`, `io`, `general` or `background`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Io => "io",
            Self::General => "general",
            Self::Background => "background",
        }
    }
}

/// What is done when more threads are asked for than there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMany {
    /// Nothing is started.
    Refuse,
    /// Pools other than `cpu` get fewer, in proportion, and [`PoolsPlan::reduced`] says so.
    Reduce,
}

/// How pools are set up. The defaults are those of the tuning guides.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolsSettings {
    /// Threads that wait for files and sockets, for each that computes.
    pub io_factor: f64,
    /// Threads for mixed work, for each that computes.
    pub general_factor: f64,
    /// Threads for work that nobody waits for.
    pub background_threads: usize,
    /// The most tasks that may wait, by [`PoolKind`].
    pub waiting_max: [usize; 4],
    /// Whether threads run on the processors of their role only.
    pub pinned: bool,
    /// What is done when there would be more threads than there may be.
    pub too_many: TooMany,
}

impl Default for PoolsSettings {
    fn default() -> Self {
        Self {
            io_factor: 2.0,
            general_factor: 1.5,
            background_threads: 2,
            waiting_max: [1_000, 5_000, 2_000, 1_000],
            pinned: true,
            too_many: TooMany::Reduce,
        }
    }
}

/// The pools to be started.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolsPlan {
    /// In the order of [`PoolKind::ALL`]; of `cpu`, one for each domain of the machine's plan.
    pub pools: Vec<PoolPlan>,
    /// Pools that have fewer threads than was asked for.
    pub reduced: Vec<Reduction>,
}

/// One pool of threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolPlan {
    /// What it is for.
    pub kind: PoolKind,
    /// Its name; `cpu0`, `cpu1` where there are several domains.
    pub name: String,
    /// How many threads it has.
    pub threads: usize,
    /// Where they run; `None` for anywhere.
    pub cpus: Option<CpuSet>,
}

/// A pool that has fewer threads than was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reduction {
    /// The pool's name.
    pub pool: String,
    /// How many were asked for.
    pub asked: usize,
    /// How many it has.
    pub threads: usize,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PoolsPlanError {
    /// A factor that makes no sense.
    #[error("`{name}` is {value}; it must be from 0.1 to 100")]
    Factor {
        /// The setting.
        name: &'static str,
        /// What was found.
        value: f64,
    },
    /// No thread or no waiting task would be allowed.
    #[error("`{0}` is 0; it must be at least 1")]
    Zero(&'static str),
    /// More threads are asked for than there may be.
    #[error("the pools ask for {asked} threads ({}), and {left} may be started", listed(by_pool))]
    TooMany {
        /// How many are asked for.
        asked: usize,
        /// How many may be started.
        left: usize,
        /// Who asks for how many.
        by_pool: Vec<Holder>,
    },
}

fn listed(pools: &[Holder]) -> String {
    let told = pools.iter().map(|Holder { name, held }| format!("{name} {held}"));
    told.collect::<Vec<_>>().join(", ")
}

/// Shows `io 40 of 64`.
impl fmt::Display for Reduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pool, asked, threads } = self;
        write!(f, "{pool} {threads} of {asked}")
    }
}

impl PoolsSettings {
    fn check(&self) -> Result<(), PoolsPlanError> {
        let Self { io_factor, general_factor, background_threads, waiting_max, .. } = self;
        for (name, value) in [("io_factor", *io_factor), ("general_factor", *general_factor)] {
            if !(0.1..=100.0).contains(&value) {
                return Err(PoolsPlanError::Factor { name, value });
            }
        }
        if *background_threads == 0 {
            return Err(PoolsPlanError::Zero("background_threads"));
        }
        if waiting_max.contains(&0) {
            return Err(PoolsPlanError::Zero("waiting_max"));
        }
        Ok(())
    }
}

impl PoolsPlan {
    /// Plans pools for a machine, of which at most `left` threads may be started.
    ///
    /// # Errors
    /// If a setting cannot be meant, or more threads are asked for and cannot be fewer.
    pub fn new(plan: &Plan, settings: &PoolsSettings, left: usize) -> Result<Self, PoolsPlanError> {
        settings.check()?;
        let of_compute = |factor: f64| (plan.compute_threads as f64 * factor).ceil() as usize;
        let asked = [
            of_compute(settings.io_factor),
            of_compute(settings.general_factor),
            settings.background_threads,
        ];
        let given = fitting(plan.compute_threads, asked, settings.too_many, left)?;
        let mut pools = cpu_pools(plan);
        let others = [
            (PoolKind::Io, &plan.io),
            (PoolKind::General, &plan.io),
            (PoolKind::Background, &plan.background),
        ];
        let mut reduced = Vec::new();
        for (((kind, cpus), asked), threads) in others.into_iter().zip(asked).zip(given) {
            let name = kind.name().to_owned();
            if threads < asked {
                reduced.push(Reduction { pool: name.clone(), asked, threads });
            }
            pools.push(PoolPlan { kind, name, threads, cpus: Some(cpus.clone()) });
        }
        if !settings.pinned {
            pools.iter_mut().for_each(|pool| pool.cpus = None);
        }
        Ok(Self { pools, reduced })
    }

    /// Returns how many threads there are in all.
    pub fn threads(&self) -> usize {
        self.pools.iter().map(|pool| pool.threads).sum()
    }
}

/// Returns a pool for each domain.
fn cpu_pools(plan: &Plan) -> Vec<PoolPlan> {
    let is_alone = plan.domains.len() == 1;
    let pool = |(index, domain): (usize, &bolt_hardware::Domain)| PoolPlan {
        kind: PoolKind::Cpu,
        name: if is_alone { "cpu".to_owned() } else { format!("cpu{index}") },
        threads: domain.threads,
        cpus: Some(domain.cpus.clone()),
    };
    plan.domains.iter().enumerate().map(pool).collect()
}

/// Returns how many threads the pools beside `cpu` get of those asked for.
fn fitting(
    cpu: usize,
    asked: [usize; 3],
    too_many: TooMany,
    left: usize,
) -> Result<[usize; 3], PoolsPlanError> {
    let others: usize = asked.iter().sum();
    if cpu + others <= left {
        return Ok(asked);
    }
    // One thread for each is the least.
    if too_many == TooMany::Refuse || cpu + asked.len() > left {
        let counts = [cpu, asked[0], asked[1], asked[2]];
        let holder = |(kind, count): (PoolKind, usize)| Holder {
            name: kind.name().to_owned(),
            held: count as u64,
        };
        let by_pool = PoolKind::ALL.into_iter().zip(counts).map(holder).collect();
        return Err(PoolsPlanError::TooMany { asked: cpu + others, left, by_pool });
    }
    let remaining = left - cpu;
    let mut given = [1; 3];
    // One thread after the other goes to the pool that has the smallest part of what it asked for.
    for _ in given.len()..remaining {
        let part = |&index: &usize| given[index] * others * others / asked[index];
        let index = (0..given.len()).min_by_key(part).expect("three pools");
        given[index] += 1;
    }
    Ok(given)
}

#[cfg(all(test, not(loom)))]
mod tests;
