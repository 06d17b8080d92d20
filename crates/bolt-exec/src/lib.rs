//! Thread pools, cooperative cancellation, and limits of what a process uses.
//!
//! Engines take a [`Pool`] and a [`CancelToken`]; they start no threads of their own and read no
//! signals.

mod cancel;
mod connections;
mod executor;
mod fork;
mod histogram;
mod home;
mod limits;
mod loops;
mod messages;
mod monitor;
mod panic;
mod pool;
mod pools;
mod sync;
mod threads;

pub use cancel::{CancelReason, CancelToken};
pub use connections::{
    Connect, ConnectionError, ConnectionOptions, ConnectionPool, ConnectionStatistics, Lease,
};
pub use executor::*;
pub use fork::Fork;
pub use home::Forked;
pub use limits::{
    Deadline, DeadlineExceeded, Deadlines, FileLimit, Governor, Holder, Limit, LimitCounts,
    LimitExceeded, LimitReport, LimitSettingError, LimitSettings, Limits, LimitsReport, Permit,
    Permits, RateExceeded, RateLimit,
};
pub use loops::{Batch, ChunkOptions, Chunks, chunk_items};
pub use messages::{MessageBatcher, MessageOptions, MessageStatistics, SendError};
pub use pool::{Pool, PoolOptions};
pub use pools::{
    PoolKind, PoolPlan, PoolStatistics, Pools, PoolsError, PoolsPlan, PoolsPlanError,
    PoolsSettings, Reduction, RejectedTask, TaskPool, TooMany, pinning,
};
pub use threads::{Bind, STACK_BYTES, Thread, ThreadError, Threads};
