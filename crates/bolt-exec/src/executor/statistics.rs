//! What an executor has done so far.

use super::options::Priority;
use crate::histogram::DecayedHistogram;
use std::time::Duration;

/// After so many others, the wait of a task counts half.
const WAIT_HALF_LIFE: f64 = 1_000.0;

/// Counts since the executor was started, and what it holds now.
///
/// Each accepted task is counted once as `completed`, `failed`, `cancelled`, `stopped`,
/// `timed_out_waiting` or `timed_out_running` when its handle is settled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statistics {
    /// Tasks accepted.
    pub submitted: u64,
    /// Tasks refused because too many waited.
    pub rejected: u64,
    /// Tasks that returned a result in time.
    pub completed: u64,
    /// Tasks that panicked, or whose batch handler did or returned a wrong number of results.
    pub failed: u64,
    /// Tasks cancelled by whoever holds their handle.
    pub cancelled: u64,
    /// Tasks whose deadline passed before they were started.
    pub timed_out_waiting: u64,
    /// Tasks whose deadline passed while they ran.
    pub timed_out_running: u64,
    /// Tasks that were given up because the executor was closed.
    pub stopped: u64,
    /// Tasks that ended after their handle was settled.
    pub late: u64,
    /// Tasks started by another agent than the one they were meant for.
    pub stolen: u64,
    /// Calls of batch handlers.
    pub batches: u64,
    /// Requests handled in them.
    pub batched: u64,
    /// Tasks running now.
    pub running: usize,
    /// The lanes, by [`Priority`].
    pub lanes: [LaneStatistics; 4],
    /// The agents.
    pub agents: AgentStatistics,
}

/// Counts of one lane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LaneStatistics {
    /// Tasks waiting now.
    pub waiting: usize,
    /// Tasks started.
    pub started: u64,
    /// The longest that a task waited for its start.
    pub wait_max: Duration,
    /// Half of the recent tasks waited no longer; `None` before the first.
    pub wait_p50: Option<Duration>,
    /// All but a twentieth of the recent tasks waited no longer.
    pub wait_p95: Option<Duration>,
}

/// Counts of agents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AgentStatistics {
    /// Agents there are.
    pub present: usize,
    /// Of these, those without work.
    pub idle: usize,
    /// Of these, those that run something.
    pub busy: usize,
    /// Threads given up because of a hung task that have not come back.
    pub hung: usize,
    /// Times that agents were added because of load.
    pub scaled_up: u64,
    /// Times that an agent was let go for lack of load.
    pub scaled_down: u64,
    /// Threads that were replaced because of a hung task.
    pub replaced: u64,
    /// Threads that the operating system or the limit of threads refused.
    pub refused: u64,
}

/// The waits of one lane.
#[derive(Debug)]
pub(super) struct Waits {
    recent: DecayedHistogram,
    max: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self { recent: DecayedHistogram::new(WAIT_HALF_LIFE), max: Duration::ZERO }
    }
}

impl Waits {
    pub(super) fn record(&mut self, wait: Duration) {
        self.recent.record(wait);
        self.max = self.max.max(wait);
    }

    pub(super) fn fill(&self, lane: &mut LaneStatistics) {
        lane.started = self.recent.count();
        lane.wait_max = self.max;
        lane.wait_p50 = self.recent.quantile(0.5);
        lane.wait_p95 = self.recent.quantile(0.95);
    }
}

impl Statistics {
    /// Returns the counts of a lane.
    pub fn lane(&self, priority: Priority) -> &LaneStatistics {
        &self.lanes[priority.index()]
    }
}
