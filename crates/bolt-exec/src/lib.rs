//! Thread pools and cooperative cancellation.
//!
//! Engines take a [`Pool`] and a [`CancelToken`]; they start no threads of their own and read no
//! signals.

mod cancel;
mod executor;
mod histogram;
mod monitor;
mod pool;
mod sync;

pub use cancel::{CancelReason, CancelToken};
pub use executor::*;
pub use pool::Pool;
