//! Where threads run.

use crate::{CpuSet, Plan, Reading, system};

/// What a thread is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Computing.
    Compute,
    /// Waiting for files and sockets.
    Io,
    /// Work that nobody waits for.
    Background,
}

/// How a thread was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// It runs on these processors only, as the kernel says.
    Pinned(CpuSet),
    /// The system knows what it is for, and chooses the processors itself: macOS with the quality
    /// of service of this name.
    Hint(&'static str),
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Compute, Self::Io, Self::Background];

    /// Returns `compute`, `io` or `background`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Io => "io",
            Self::Background => "background",
        }
    }
}

impl Plan {
    /// Returns the processors of a role.
    pub fn cpus(&self, role: Role) -> &CpuSet {
        match role {
            Role::Compute => &self.compute,
            Role::Io => &self.io,
            Role::Background => &self.background,
        }
    }
}

/// Lets the calling thread run on `cpus` only, and returns what the kernel says it now may run on:
/// less, if the process's control group has less. Threads that it starts later inherit it.
///
/// # Errors
/// If none of the processors may be used, or the system pins no threads.
pub fn pin_thread(cpus: &CpuSet) -> Reading<CpuSet> {
    system::set_affinity(cpus)?;
    system::affinity()
}

/// Returns the processors that the calling thread may run on.
///
/// # Errors
/// If the system does not tell.
pub fn thread_affinity() -> Reading<CpuSet> {
    system::affinity()
}

/// Places the calling thread for a role: pins it to `cpus` where the system pins threads, else tells
/// the system what the thread is for.
///
/// # Errors
/// If the system refuses, or can do neither.
pub fn place_thread(role: Role, cpus: &CpuSet) -> Reading<Placed> {
    system::place_thread(role, cpus)
}
