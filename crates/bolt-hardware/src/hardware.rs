//! The machine as one value.

use std::sync::OnceLock;

use crate::cgroup::Cgroups;
use crate::{
    CpuSet, Energy, Frequency, GroupMemory, HugePages, Limits, Memory, NodeStatistics, NumaMaps,
    Plan, PlanError, PlanSettings, Pressure, Quota, Reading, Root, SimdLevel, Thermal, Topology,
    Tuning, system,
};

/// What the machine has, what of it the process may use, and where to read what changes.
#[derive(Debug, Clone)]
pub struct Hardware {
    /// Processors, cores, caches and nodes.
    pub topology: Topology,
    /// What the process may use of them.
    pub limits: Limits,
    /// The process's control groups.
    pub cgroups: Reading<Cgroups>,
    /// The widest vector instructions of the processor that runs this, whatever the root.
    pub simd: SimdLevel,
    /// Bytes of a page of the system that runs this, whatever the root.
    pub page_bytes: Reading<u64>,
    root: Root,
    source: Source,
}

/// What describes the machine.
#[derive(Debug, Clone, Copy)]
enum Source {
    Files,
    #[cfg(target_os = "macos")]
    Sysctl,
}

/// Limits as they were when something first asked for them: before threads were pinned, which
/// would make the machine look as small as what the asking thread was pinned to.
fn first_limits() -> &'static (Reading<Cgroups>, Limits) {
    static FIRST: OnceLock<(Reading<Cgroups>, Limits)> = OnceLock::new();
    FIRST.get_or_init(|| read_limits(&Root::system()))
}

fn read_limits(root: &Root) -> (Reading<Cgroups>, Limits) {
    let cgroups = Cgroups::read(root);
    let limits = Limits::read(root, &cgroups);
    (cgroups, limits)
}

/// Returns how many threads the processors that this process may use are worth (affinity, control
/// groups and quota included), at least 1. It stays the same when threads are pinned.
pub fn available_cores() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| {
        let (_, limits) = first_limits();
        let most = limits.quota().map_or(usize::MAX, Quota::threads);
        let known = limits.cpus().ok().map(|cpus| cpus.len().min(most));
        let told = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        known.unwrap_or_else(told)
    })
}

impl Hardware {
    /// Returns the running machine, read at the first call. Call it before pinning a thread.
    pub fn get() -> &'static Self {
        static HARDWARE: OnceLock<Hardware> = OnceLock::new();
        HARDWARE.get_or_init(Self::of_system)
    }

    #[cfg(not(target_os = "macos"))]
    fn of_system() -> Self {
        let root = Root::system();
        Self::with(Topology::read(&root), first_limits().clone(), root)
    }

    #[cfg(target_os = "macos")]
    fn of_system() -> Self {
        let root = Root::system();
        let topology = crate::apple::topology(&system::SystemSysctl);
        let limits = crate::apple::limits(&topology);
        let hardware = Self::with(topology, (Cgroups::read(&root), limits), root);
        Self { source: Source::Sysctl, ..hardware }
    }

    /// Reads the machine that a root describes.
    pub fn read(root: &Root) -> Self {
        Self::with(Topology::read(root), read_limits(root), root.clone())
    }

    fn with(topology: Topology, limits: (Reading<Cgroups>, Limits), root: Root) -> Self {
        let (cgroups, limits) = limits;
        let (simd, page_bytes) = (SimdLevel::detect(), system::page_bytes());
        Self { topology, limits, cgroups, simd, page_bytes, root, source: Source::Files }
    }

    /// Returns the processors that the process may run on; all, if nothing says which.
    pub fn cpus(&self) -> CpuSet {
        let allowed = self.limits.cpus().map(|cpus| &cpus & &self.topology.cpus);
        let allowed = allowed.ok().filter(|cpus| !cpus.is_empty());
        allowed.unwrap_or_else(|| self.topology.cpus.clone())
    }

    /// Plans which processors do what.
    ///
    /// # Errors
    /// If the settings ask for what is not there.
    pub fn plan(&self, settings: &PlanSettings) -> Result<Plan, PlanError> {
        Plan::new(&self.topology, &self.cpus(), self.limits.quota(), settings)
    }

    /// Reads how much memory there is now.
    pub fn memory(&self) -> Memory {
        match self.source {
            Source::Files => Memory::read(&self.root, &self.cgroups),
            #[cfg(target_os = "macos")]
            Source::Sysctl => crate::apple::memory(&system::SystemSysctl),
        }
    }

    /// Reads which of the process's control groups is the fullest now, of those with a limit.
    ///
    /// # Errors
    /// If there are no groups, or one does not say what it uses.
    pub fn group_memory(&self) -> Reading<Option<GroupMemory>> {
        GroupMemory::fullest(&self.root, &self.cgroups)
    }

    /// Reads what threads wait for now.
    pub fn pressure(&self) -> Pressure {
        Pressure::read(&self.root, &self.cgroups)
    }

    /// Reads how hot the machine is now.
    pub fn thermal(&self) -> Thermal {
        Thermal::read(&self.root, &self.topology.cpus)
    }

    /// Reads how fast processors run now.
    pub fn frequency(&self) -> Frequency {
        Frequency::read(&self.root, &self.topology.cpus)
    }

    /// Reads the counters of energy.
    ///
    /// # Errors
    /// If there is none.
    pub fn energy(&self) -> Reading<Vec<Energy>> {
        crate::power::energy(&self.root)
    }

    /// Reads how many files and sockets this process has open now.
    ///
    /// # Errors
    /// If the kernel does not tell.
    pub fn open_files(&self) -> Reading<u64> {
        // One of them is the folder that is being read.
        let names = self.root.names("/proc/self/fd").or_else(|_| self.root.names("/dev/fd"))?;
        Ok((names.len() as u64).saturating_sub(1))
    }

    /// Reads which huge pages there are now.
    pub fn huge_pages(&self) -> HugePages {
        HugePages::read(&self.root)
    }

    /// Reads where the process's memory is now.
    ///
    /// # Errors
    /// If the kernel does not tell.
    pub fn numa_maps(&self) -> Reading<NumaMaps> {
        NumaMaps::read(&self.root)
    }

    /// Reads how a node's memory was taken until now.
    ///
    /// # Errors
    /// If the kernel does not tell.
    pub fn node_statistics(&self, node: usize) -> Reading<NodeStatistics> {
        NodeStatistics::read(&self.root, node)
    }

    /// Reads what an administrator may set for speed.
    pub fn tuning(&self) -> Vec<Tuning> {
        match self.source {
            Source::Files => crate::tuning::tuning(&self.root, &self.topology.cpus),
            #[cfg(target_os = "macos")]
            Source::Sysctl => crate::apple::tuning(),
        }
    }
}
