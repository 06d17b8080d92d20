//! Thread pools and cooperative cancellation.
//!
//! Engines take a [`Pool`] and a [`CancelToken`]; they start no threads of their own and read no
//! signals.

mod cancel;
mod pool;

pub use cancel::CancelToken;
pub use pool::Pool;
