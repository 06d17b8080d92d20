//! The vocabulary that every crate shares: time, sizes, randomness and words of messages.
//!
//! This crate is rebuilt into everything, so it stays tiny and has no dependencies. It knows
//! nothing of files or engines; it holds the seams ([`Clock`], [`Rng`], [`interrupt`]) through
//! which the outside world enters the crates above.

mod clock;
mod count;
pub mod interrupt;
mod rng;
mod suggest;
mod time;
mod units;

pub use clock::{Clock, ManualClock, SystemClock};
pub use count::{count, counted};
pub use rng::Rng;
pub use suggest::nearest;
pub use time::UnixNanos;
pub use units::Bytes;
