//! Buffers that are used again.

mod aligned;
mod classes;
mod pool;

pub use aligned::{ALIGNMENT, Plain};
pub use pool::{
    BufferPool, BufferPoolOptions, BufferPoolOptionsError, BufferPoolReport, Lease, LeaseError,
};
