//! Loops over many small tasks: how many are run together, and how they get to the pool.

mod batch;
mod chunks;

pub use batch::Batch;
pub use chunks::{ChunkOptions, Chunks, chunk_items};
