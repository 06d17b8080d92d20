//! The allocator of tests.

#![expect(unsafe_code, reason = "an allocator hands out raw memory")]

use std::alloc::{GlobalAlloc, Layout};

use super::local::count_calls;
use super::marked;

/// A counting allocator for tests: each block remembers the component it was allocated in, each
/// count is there at once, and allocations are counted by thread. Several times slower than
/// [`CountingAllocator`](super::CountingAllocator).
#[derive(Debug, Clone, Copy, Default)]
pub struct ExactAllocator;

/// Returns how often this thread allocated or reallocated, where [`ExactAllocator`] is installed.
pub fn allocations_of_this_thread() -> u64 {
    count_calls(0)
}

fn counted(pointer: *mut u8) -> *mut u8 {
    if !pointer.is_null() {
        count_calls(1);
    }
    pointer
}

// SAFETY: all blocks are marked ones, which go back with the layout that the caller promises.
unsafe impl GlobalAlloc for ExactAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        counted(unsafe { marked::allocate(layout, false) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        counted(unsafe { marked::allocate(layout, true) })
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { marked::free(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        counted(unsafe { marked::reallocate(pointer, layout, size) })
    }
}
