//! What passes between the scheduler and whoever runs tasks.

use crate::executor::error::TaskError;
use crate::executor::options::Priority;
use std::sync::Arc;
use std::time::Duration;

/// What a task asks for.
#[derive(Debug, Clone, Copy)]
pub(in crate::executor) struct Submission {
    pub(in crate::executor) priority: Priority,
    pub(in crate::executor) kind: usize,
    /// The agent that it is meant for.
    pub(in crate::executor) home: Option<usize>,
    /// Less time than its lane gives, from submission to end.
    pub(in crate::executor) timeout: Option<Duration>,
    pub(in crate::executor) complexity: f64,
}

/// What an agent is to do.
#[derive(Debug)]
pub(in crate::executor) enum Next<P> {
    Run(Claim<P>),
    Sleep,
    Exit,
}

/// Tasks to run together: one, or a batch.
#[derive(Debug)]
pub(in crate::executor) struct Claim<P> {
    pub(in crate::executor) kind: Arc<str>,
    pub(in crate::executor) tasks: Vec<Claimed<P>>,
}

#[derive(Debug)]
pub(in crate::executor) struct Claimed<P> {
    pub(in crate::executor) sequence: u64,
    pub(in crate::executor) payload: P,
    pub(in crate::executor) deadline: Duration,
}

/// How a task that ran came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::executor) enum Ending {
    Completed,
    /// It panicked, or its batch handler did wrong.
    Failed,
}

/// A task whose handle is to be settled without a result.
#[derive(Debug)]
pub(in crate::executor) struct Settled<P> {
    pub(in crate::executor) payload: P,
    pub(in crate::executor) error: TaskError,
}
