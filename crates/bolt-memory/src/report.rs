//! What a budget tells about itself.

use bolt_base::Bytes;
use bolt_hardware::Unavailable;

use crate::component::Component;
use crate::level::Level;
use crate::pressure::Reading;
use crate::refused::Holder;

/// What there is to know about a budget, read at one time while others go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The limit of everything.
    pub limit: Bytes,
    /// What is held of it.
    pub held: Bytes,
    /// The most that ever was held.
    pub peak: Bytes,
    /// How full memory is.
    pub level: Level,
    /// What the sources said last.
    pub readings: Vec<Reading>,
    /// By component, in the order of the table.
    pub components: Vec<ComponentReport>,
    /// The jobs that hold something, the largest first.
    pub jobs: Vec<Holder>,
    /// What happened so far.
    pub events: Events,
}

/// What a component holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentReport {
    /// The component.
    pub component: Component,
    /// What nobody can take from it.
    pub share: Bytes,
    /// What it holds.
    pub held: Bytes,
    /// The part that cannot be had back.
    pub fixed: Bytes,
    /// The most that it ever held.
    pub peak: Bytes,
    /// What it has allocated and not freed, as far as both happened in its scope.
    pub used: Result<i64, Unavailable>,
}

/// Counts since the budget was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Events {
    /// How often the level rose past the warning's threshold.
    pub warnings: u64,
    /// How often the level rose past the critical threshold.
    pub criticals: u64,
    /// How many asks were refused.
    pub refusals: u64,
    /// How often owners were asked for memory, by [`Cost`](crate::Cost).
    pub reclaims: [u64; 3],
    /// What they gave.
    pub reclaimed: [Bytes; 3],
}
