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
#[cfg(test)]
mod tests;

pub use counting::CountingAllocator;
pub use exact::{ExactAllocator, allocations_of_this_thread};
pub use local::{Scope, Usage, usage};

use libmimalloc_sys as mimalloc;
use std::alloc::Layout;
use std::ffi::c_void;

use crate::component::Component;

impl Component {
    /// Counts what this thread allocates for the component, until the scope is dropped.
    pub fn enter(self) -> Scope {
        Scope::enter(self)
    }
}

/// mimalloc aligns everything to this, at least.
const NATURAL_ALIGNMENT: usize = 8;

/// Allocates without counting.
///
/// # Safety
/// As [`GlobalAlloc::alloc`](std::alloc::GlobalAlloc::alloc).
#[expect(unsafe_code, reason = "mimalloc is C")]
unsafe fn allocate(layout: Layout) -> *mut u8 {
    // SAFETY: both take any size; the alignment of a layout is a power of two.
    let pointer = unsafe {
        if layout.align() <= NATURAL_ALIGNMENT {
            mimalloc::mi_malloc(layout.size())
        } else {
            mimalloc::mi_malloc_aligned(layout.size(), layout.align())
        }
    };
    pointer.cast()
}

/// Allocates zeros without counting.
///
/// # Safety
/// As [`GlobalAlloc::alloc_zeroed`](std::alloc::GlobalAlloc::alloc_zeroed).
#[expect(unsafe_code, reason = "mimalloc is C")]
unsafe fn allocate_zeroed(layout: Layout) -> *mut u8 {
    // SAFETY: both take any size; the alignment of a layout is a power of two.
    let pointer = unsafe {
        if layout.align() <= NATURAL_ALIGNMENT {
            mimalloc::mi_zalloc(layout.size())
        } else {
            mimalloc::mi_zalloc_aligned(layout.size(), layout.align())
        }
    };
    pointer.cast()
}

/// Changes the size of a block without counting.
///
/// # Safety
/// As [`GlobalAlloc::realloc`](std::alloc::GlobalAlloc::realloc).
#[expect(unsafe_code, reason = "mimalloc is C")]
unsafe fn reallocate(pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    let pointer: *mut c_void = pointer.cast();
    // SAFETY: the block is of mimalloc, as the caller promises.
    let pointer = unsafe {
        if layout.align() <= NATURAL_ALIGNMENT {
            mimalloc::mi_realloc(pointer, size)
        } else {
            mimalloc::mi_realloc_aligned(pointer, size, layout.align())
        }
    };
    pointer.cast()
}
