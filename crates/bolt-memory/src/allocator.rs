//! An allocator that counts whose memory is in use.
//!
//! [`CountingAllocator`] is mimalloc with one addition on each way in and out: bytes go to the
//! component in scope ([`Component::enter`]), and to [`Component::Other`] where none is. It counts
//! what was asked for, not how the allocator rounds it.
//!
//! What is freed is counted for the component in scope then, since nothing says which one it was
//! allocated in. So the sum over all components is right, and a component's own count is as right
//! as its frees are in its scope. [`ExactAllocator`], for tests, remembers.

mod counting;
mod exact;
mod local;
mod raw;
#[cfg(test)]
mod tests;

pub use counting::CountingAllocator;
pub use exact::{ExactAllocator, allocations_of_this_thread};
pub use local::{Scope, Usage, usage};

use crate::component::Component;

impl Component {
    /// Counts what this thread allocates for the component, until the scope is dropped.
    pub fn enter(self) -> Scope {
        Scope::enter(self)
    }
}
