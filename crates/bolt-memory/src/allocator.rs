//! An allocator that counts whose memory is in use.
//!
//! [`CountingAllocator`] is mimalloc with one addition on each way in and out: bytes go to the
//! component in scope ([`Component::enter`]), and to [`Component::Other`] where none is. It counts
//! what was asked for, not how the allocator rounds it.
//!
//! A large block remembers the component it was allocated in. A small one that is freed is counted
//! for the component in scope then, since nothing says which one it was allocated in. So the sum
//! over all components is right, and a component's own count is right but for small blocks that
//! others free. [`ExactAllocator`], for tests, remembers all.

mod counting;
mod exact;
mod local;
mod marked;
mod raw;
mod refusal;
#[cfg(test)]
mod tests;

pub use counting::CountingAllocator;
pub use exact::{ExactAllocator, allocations_of_this_thread};
pub use local::{Scope, Usage, usage};
pub(crate) use refusal::or_null;

use crate::component::Component;

impl Component {
    /// Counts what this thread allocates for the component, until the scope is dropped.
    pub fn enter(self) -> Scope {
        Scope::enter(self)
    }

    /// Returns the component that this thread's allocations count for.
    pub fn in_scope() -> Self {
        local::component_in_scope()
    }
}
