//! Kernels that carry a value from row to row.
//!
//! Values that are missing, infinite or beyond half the largest number, so that a difference could
//! be infinite, are skipped: the result is missing there and the recurrence goes on as if the row
//! were not. Each result is the same function of the same values however
//! rows are cut into blocks.

mod linear;
mod lookahead;
mod mean;

pub(crate) use linear::{LinearJob, linear};
pub(crate) use lookahead::LinearState;
pub(crate) use mean::{MeanJob, MeanState, weighted_mean};
