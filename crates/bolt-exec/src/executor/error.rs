//! Why a task was refused, and why one has no result.

use crate::home::Forked;
use std::sync::Arc;
use std::time::Duration;

/// Why a task was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// As many tasks wait as may.
    #[error("{waiting_max} tasks wait, which is the limit; try again in {retry_after:?}")]
    Full {
        /// The limit.
        waiting_max: usize,
        /// When a place is expected to be free.
        retry_after: Duration,
    },
    /// The executor was closed.
    #[error("the executor is closed")]
    Closed,
    /// The executor's threads are in another process.
    #[error(transparent)]
    Forked(#[from] Forked),
    /// A task was submitted by a task that was itself submitted by one, beyond the limit.
    #[error("tasks may submit tasks to a depth of {depth_max}, which this one exceeds")]
    TooDeep {
        /// The limit.
        depth_max: usize,
    },
}

/// Why a task that was accepted has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// Whoever holds the handle cancelled it.
    #[error("the task was cancelled")]
    Cancelled,
    /// Its deadline passed.
    #[error("the task `{kind}` did not {} within {limit:?}", phase.verb())]
    TimedOut {
        /// The kind of task.
        kind: Arc<str>,
        /// How far it had come.
        phase: Phase,
        /// The time that it had: from submission, or from its start, whichever ended first.
        limit: Duration,
    },
    /// It panicked.
    #[error("the task `{kind}` panicked: {message}")]
    Panicked {
        /// The kind of task.
        kind: Arc<str>,
        /// What the panic said.
        message: String,
    },
    /// The handler of a batch returned too few results or too many.
    #[error("the handler of `{kind}` returned {results} results for {requests} requests")]
    BatchSize {
        /// The kind of task.
        kind: Arc<str>,
        /// Requests it was given.
        requests: usize,
        /// Results it returned.
        results: usize,
    },
    /// The executor was closed before it ended.
    #[error("the executor was closed before the task ended")]
    Stopped,
    /// Its result will be known in another process.
    #[error(transparent)]
    Forked(#[from] Forked),
}

/// How far a task had come when its deadline passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It had not been started.
    Waiting,
    /// It was running, and was asked to stop.
    Running,
}

impl Phase {
    fn verb(self) -> &'static str {
        match self {
            Self::Waiting => "start",
            Self::Running => "end",
        }
    }
}
