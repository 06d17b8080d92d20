//! Which processors do what.

mod order;

use std::fmt;

use crate::limits::Quota;
use crate::{CoreKind, CpuSet, Topology};

/// What the user wants of a [`Plan`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSettings {
    /// What efficiency cores are for, where there are performance cores, too.
    pub efficiency_cores: EfficiencyCoreUse,
    /// Cores that are left to other programs: the first, on which most interrupts are served.
    pub reserved_cores: usize,
    /// The processors that compute, instead of those that the plan would choose.
    pub compute: Option<CpuSet>,
    /// Whether the second processor of a core computes, too.
    pub siblings: bool,
    /// Where threads go that are fewer than processors.
    pub placement: Placement,
}

impl Default for PlanSettings {
    fn default() -> Self {
        Self {
            efficiency_cores: EfficiencyCoreUse::Background,
            reserved_cores: 0,
            compute: None,
            siblings: true,
            placement: Placement::Spread,
        }
    }
}

/// What efficiency cores are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EfficiencyCoreUse {
    /// Background work, and input and output.
    Background,
    /// Computing beside the performance cores, and background work.
    Compute,
    /// Nothing.
    Never,
}

/// Where threads go that are fewer than processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Over all nodes and caches, for the most bandwidth.
    Spread,
    /// Into as few nodes and caches as possible, for the shortest ways.
    Compact,
}

/// The processors of each role. Roles may share processors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Those that compute.
    pub compute: CpuSet,
    /// Threads to compute with: one a processor, or fewer if a quota grants less time.
    pub compute_threads: usize,
    /// Where those threads go, by node and cache: a pool for each keeps its work together. Domains
    /// without a thread are left out.
    pub domains: Vec<Domain>,
    /// The processors of `compute` in the order in which threads are to be pinned: the first `n`
    /// for `n` threads.
    pub pinning: Vec<usize>,
    /// Those on which threads wait for files and sockets.
    pub io: CpuSet,
    /// Those of work that nobody waits for.
    pub background: CpuSet,
}

/// Processors of a node that share a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Number of the NUMA node.
    pub node: usize,
    /// The processors.
    pub cpus: CpuSet,
    /// Threads of the plan that go there, at least 1.
    pub threads: usize,
}

/// A wish that the machine cannot fulfil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanError {
    /// No processor is both there and allowed.
    NoProcessor,
    /// Processors are asked for that the process may not use.
    NotAllowed {
        /// The processors.
        asked: CpuSet,
        /// Those that it may use.
        allowed: CpuSet,
    },
    /// An empty list of processors is asked for.
    NothingAsked,
    /// As many cores are to be reserved as there are, or more.
    TooManyReserved {
        /// How many are to be.
        asked: usize,
        /// How many there are to reserve, while one is left.
        most: usize,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProcessor => f.write_str("no processor is online and allowed"),
            Self::NotAllowed { asked, allowed } => {
                write!(f, "the process may not use the processors {asked}, only {allowed}")
            }
            Self::NothingAsked => f.write_str("the list of processors to compute on is empty"),
            Self::TooManyReserved { asked, most } => {
                write!(f, "{asked} cores cannot be left to others, at most {most}")
            }
        }
    }
}

impl std::error::Error for PlanError {}

impl Plan {
    /// Plans the roles over the processors that the process may use.
    ///
    /// A list of processors to compute on is taken as it is; reserved cores are then others. Without
    /// one, performance cores compute and efficiency cores do the rest, as the settings say. On a
    /// machine (or in a container) with one kind of core all roles share it.
    ///
    /// # Errors
    /// If the settings ask for what is not there.
    pub fn new(
        topology: &Topology,
        allowed: &CpuSet,
        quota: Option<Quota>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanError> {
        let PlanSettings { efficiency_cores, reserved_cores, compute, siblings, placement } =
            settings;
        let allowed = allowed & &topology.cpus;
        if allowed.is_empty() {
            return Err(PlanError::NoProcessor);
        }
        check_asked(compute.as_ref(), &allowed)?;
        let usable = &allowed - &reserved(topology, &allowed, *reserved_cores, compute.as_ref())?;
        let (fast, slow) = by_kind(topology, &usable);
        let used = if *efficiency_cores == EfficiencyCoreUse::Never { &fast } else { &usable };
        let chosen = match (compute, efficiency_cores) {
            (Some(asked), _) => asked.clone(),
            (None, EfficiencyCoreUse::Compute) => usable.clone(),
            (None, EfficiencyCoreUse::Background | EfficiencyCoreUse::Never) => fast.clone(),
        };
        let chosen = if *siblings { chosen } else { first_siblings(topology, &chosen) };
        let elsewhere = used - &cores_of(topology, &chosen);
        let background = [&slow & used, elsewhere].into_iter().find(|cpus| !cpus.is_empty());
        let pinning = order::pinning(topology, &chosen, *placement);
        let most = quota.map_or(usize::MAX, Quota::threads);
        let compute_threads = chosen.len().min(most);
        Ok(Self {
            domains: order::domains(topology, &chosen, &pinning[..compute_threads]),
            pinning,
            compute_threads,
            io: used.clone(),
            background: background.unwrap_or_else(|| used.clone()),
            compute: chosen,
        })
    }

    /// Returns the processor of the thread with an index from 0; threads beyond the processors begin
    /// again at the first.
    pub fn cpu_of_thread(&self, index: usize) -> usize {
        self.pinning[index % self.pinning.len()]
    }
}

/// Shows `compute 0-7 (8 threads), io 0-15, background 8-15`.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { compute, compute_threads, io, background, domains: _, pinning: _ } = self;
        let threads = if *compute_threads == 1 { "thread" } else { "threads" };
        write!(f, "compute {compute} ({compute_threads} {threads}), io {io}, ")?;
        write!(f, "background {background}")
    }
}

fn check_asked(asked: Option<&CpuSet>, allowed: &CpuSet) -> Result<(), PlanError> {
    let Some(asked) = asked else { return Ok(()) };
    if asked.is_empty() {
        return Err(PlanError::NothingAsked);
    }
    let more = asked - allowed;
    match more.is_empty() {
        true => Ok(()),
        false => Err(PlanError::NotAllowed { asked: more, allowed: allowed.clone() }),
    }
}

/// Returns the processors of the first `count` cores that are not asked to compute; one core at
/// least is left.
fn reserved(
    topology: &Topology,
    allowed: &CpuSet,
    count: usize,
    asked: Option<&CpuSet>,
) -> Result<CpuSet, PlanError> {
    let is_free = |cpus: &CpuSet| asked.is_none_or(|asked| !asked.intersects(cpus));
    let cores = topology.cores.iter().map(|core| &core.cpus & allowed);
    let free: Vec<CpuSet> = cores.filter(|cpus| !cpus.is_empty() && is_free(cpus)).collect();
    let most = if asked.is_some() { free.len() } else { free.len() - 1 };
    if count > most {
        return Err(PlanError::TooManyReserved { asked: count, most });
    }
    Ok(free[..count].iter().flat_map(CpuSet::iter).collect())
}

/// Returns the processors of performance cores and those of efficiency cores; all are the former if
/// they are of one kind.
fn by_kind(topology: &Topology, cpus: &CpuSet) -> (CpuSet, CpuSet) {
    let slow = &topology.cpus_of(CoreKind::Efficiency) & cpus;
    let fast = cpus - &slow;
    if fast.is_empty() { (slow, fast) } else { (fast, slow) }
}

/// Returns the processors of the cores that have any of `cpus`.
fn cores_of(topology: &Topology, cpus: &CpuSet) -> CpuSet {
    let cores = topology.cores.iter().filter(|core| core.cpus.intersects(cpus));
    cores.flat_map(|core| core.cpus.iter()).collect()
}

fn first_siblings(topology: &Topology, cpus: &CpuSet) -> CpuSet {
    topology.cores.iter().filter_map(|core| (&core.cpus & cpus).first()).collect()
}
