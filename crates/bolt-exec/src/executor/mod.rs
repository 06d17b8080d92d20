//! The agent executor.

mod agents;
mod error;
mod options;
mod queue;
mod scaling;
mod scheduler;
mod statistics;
mod timeouts;

#[cfg(all(test, not(loom)))]
mod tests;

pub use error::{Phase, SubmitError, TaskError};
pub use options::{
    AgentOptions, BatchOptions, ExecutorOptions, LaneOptions, OptionsError, Priority, StealOptions,
};
pub use scaling::{Load, Scale, ScalingOptions, next_decision, scale};
pub use statistics::{AgentStatistics, LaneStatistics, Statistics};
pub use timeouts::TimeoutOptions;
