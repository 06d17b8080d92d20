//! The seam to the machine: processors, threads and what can be read of them.
//!
//! A session starts no threads for its work and reads no sensor. It asks the [`Runtime`] of its
//! host; without one it works alone, and what concerns the machine is unavailable.

use std::time::Duration;

/// The machine as a session sees it.
pub trait Runtime: Send + Sync {
    /// Returns how many processors the process may use, at least 1.
    fn processors(&self) -> usize;

    /// Starts threads for parallel loops.
    ///
    /// # Errors
    /// If they are refused or cannot be placed so, with the reason.
    fn crew(&self, request: &CrewRequest) -> Result<Box<dyn Crew>, String>;

    /// Reads something of the process or the machine.
    ///
    /// # Errors
    /// If it cannot be read, with the reason.
    fn read(&self, gauge: Gauge) -> Result<f64, String>;

    /// Returns how many memory nodes there are, at least 1.
    fn nodes(&self) -> usize;

    /// Reads something of a memory node.
    ///
    /// # Errors
    /// If it cannot be read, with the reason.
    fn read_node(&self, node: usize, gauge: NodeGauge) -> Result<f64, String>;

    /// Has memory that threads touch first from now on go to their own node, or to all in turn.
    ///
    /// # Errors
    /// If there is no choice, with the reason.
    fn bind_memory(&self, binding: MemoryBinding) -> Result<(), String>;

    /// Has kernels of backtests use vector instructions: `auto`, `none`, `avx2`, `avx512`, `neon`.
    /// Returns which they use.
    ///
    /// # Errors
    /// If the processor lacks them, with the reason.
    fn set_vectors(&self, name: &str) -> Result<String, String>;

    /// Calls something again and again on a thread that nobody waits for, until it returns false.
    ///
    /// # Errors
    /// If the thread is refused, with the reason.
    fn every(
        &self,
        interval: Duration,
        tick: Box<dyn FnMut() -> bool + Send>,
    ) -> Result<(), String>;
}

/// What can be read of the process or the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gauge {
    /// Bytes of the process that are in memory.
    Resident,
    /// Bytes that the process has allocated and not freed.
    Allocated,
    /// Bytes that the process may have.
    MemoryLimit,
    /// Seconds of processor time that the process has used.
    ProcessorTime,
    /// How often threads of the process were taken off their processors.
    ContextSwitches,
    /// How often the process met pages that were not in memory.
    PageFaults,
    /// Threads of the process.
    Threads,
    /// Misses of caches of the process.
    CacheMisses,
    /// Pages that processors took from the memory of other nodes.
    NodeTraffic,
    /// Bytes of a level of cache, counted from 1.
    Cache(u32),
    /// Bytes of a line of cache.
    CacheLine,
}

/// What can be read of a memory node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeGauge {
    /// Its bytes.
    Memory,
    /// Its processors.
    Processors,
    /// Pages of it that were taken by processors of other nodes.
    Traffic,
}

/// Where memory goes on a machine with several nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryBinding {
    /// To the node of the processor that touches it first.
    Local,
    /// To all nodes in turn.
    Interleave,
}

/// Threads that work on parallel loops.
pub trait Crew: Send + Sync {
    /// Returns how many threads there are, at least 1.
    fn threads(&self) -> usize;

    /// Runs `work` once for each worker, `0..workers`, and returns when all have ended. Meanwhile
    /// it calls `watch` on the calling thread every few milliseconds.
    ///
    /// # Errors
    /// If the threads are gone, with the reason.
    fn run(
        &self,
        workers: usize,
        work: &(dyn Fn(usize) + Sync),
        watch: &mut dyn FnMut(),
    ) -> Result<(), String>;
}

/// How threads for parallel loops are set up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CrewRequest {
    /// How many; `None` for one for each processor.
    pub threads: Option<usize>,
    /// Where they run; `None` leaves that to the system.
    pub placement: Option<Placement>,
}

/// Where threads run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// Whether neighbours are on different nodes and caches, or on the same.
    pub spread: bool,
    /// Whether each thread is bound to a processor of its own.
    pub pinned: bool,
    /// Whether the second processor of a core is used, too.
    pub siblings: bool,
}
