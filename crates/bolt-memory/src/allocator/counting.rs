//! The allocator of the program.

#![expect(unsafe_code, reason = "an allocator hands out raw memory")]

use std::alloc::{GlobalAlloc, Layout};

use super::local::{count, counted};
use super::raw;

/// mimalloc, counting; see the [module](super).
///
/// A small block is counted before mimalloc is asked, so that its answer goes straight to the
/// caller. Where mimalloc has not even these, which few programs survive, they stay counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct CountingAllocator;

// SAFETY: all blocks are mimalloc's, from which they come and to which they go with the layout that
// the caller promises; counting touches none of them.
unsafe impl GlobalAlloc for CountingAllocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if raw::is_small(layout) && counted(layout.size() as i64) {
            // SAFETY: it is small.
            unsafe { raw::allocate_small(layout) }
        } else {
            // SAFETY: the caller's promise.
            unsafe { allocate_and_count(layout) }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if counted(-(layout.size() as i64)) {
            // SAFETY: the caller's promise.
            unsafe { raw::free(pointer, layout) }
        } else {
            // SAFETY: the caller's promise.
            unsafe { count_and_free(pointer, layout) }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        count_if_there(unsafe { raw::allocate_zeroed(layout) }, layout.size() as i64)
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        let pointer = unsafe { raw::reallocate(pointer, layout, size) };
        count_if_there(pointer, size as i64 - layout.size() as i64)
    }
}

/// Counts a change, if memory was there for it.
#[inline]
fn count_if_there(pointer: *mut u8, change: i64) -> *mut u8 {
    if !pointer.is_null() && !counted(change) {
        count(change);
    }
    pointer
}

#[inline(never)]
unsafe fn allocate_and_count(layout: Layout) -> *mut u8 {
    // SAFETY: the caller's promise.
    count_if_there(unsafe { raw::allocate(layout) }, layout.size() as i64)
}

#[cold]
#[inline(never)]
unsafe fn count_and_free(pointer: *mut u8, layout: Layout) {
    count(-(layout.size() as i64));
    // SAFETY: the caller's promise.
    unsafe { raw::free(pointer, layout) }
}
