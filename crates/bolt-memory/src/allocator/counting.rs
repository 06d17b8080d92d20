//! The allocator of the program.

#![expect(unsafe_code, reason = "an allocator hands out raw memory")]

use std::alloc::{GlobalAlloc, Layout};

use super::local::{count, counted};
use super::{marked, raw};

/// mimalloc, counting; see the [module](super).
///
/// A block that is not large, and is aligned enough as it comes, is counted before mimalloc is asked,
/// so that its answer goes straight to the caller. Where mimalloc has not even these, which few
/// programs survive, they stay counted.
/// Large blocks, in which most memory is, remember their component, however they are freed.
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
        if !is_large(layout.size()) && counted(-(layout.size() as i64)) {
            // SAFETY: the caller's promise.
            unsafe { raw::free(pointer, layout) }
        } else {
            // SAFETY: the caller's promise.
            unsafe { count_and_free(pointer, layout) }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_large(layout.size()) {
            // SAFETY: the caller's promise.
            return unsafe { marked::allocate(layout, true) };
        }
        // SAFETY: the caller's promise.
        count_if_there(unsafe { raw::allocate_zeroed(layout) }, layout.size() as i64)
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        match (is_large(layout.size()), is_large(size)) {
            // SAFETY: the caller's promise; the block was large when it was allocated.
            (true, true) => unsafe { marked::reallocate(pointer, layout, size) },
            (false, false) => {
                // SAFETY: the caller's promise.
                let pointer = unsafe { raw::reallocate(pointer, layout, size) };
                count_if_there(pointer, size as i64 - layout.size() as i64)
            }
            // SAFETY: the caller's promise.
            (true, false) | (false, true) => unsafe { self.move_to(pointer, layout, size) },
        }
    }
}

/// From here on blocks are marked with their component. To fill one takes a hundred times as long.
const LARGE_BYTES: usize = 1 << 16;

#[inline(always)]
fn is_large(size: usize) -> bool {
    size >= LARGE_BYTES
}

impl CountingAllocator {
    /// Has memory mapped as it is needed from now on, rounded up by an eighth at most, and unmapped
    /// when it is free, rather than taken from ranges of a GiB that stay mapped. That costs time,
    /// and is for processes whose mappings are limited. To be called before the first allocation, since a range that is there
    /// would stay unused; it allocates nothing.
    pub fn map_as_needed() {
        raw::map_as_needed();
    }

    /// Has `refused` called, in whichever thread, where the operating system gives no memory for a
    /// block, before null is returned for it. Buffer pools and arenas, which have an error for
    /// that, are left out. The first to ask is heard. `refused` may end the process; it must not
    /// allocate, and may not count on any lock.
    pub fn on_refusal(refused: fn()) {
        raw::tell_refusals(refused);
    }

    /// Moves a block that becomes large or is not any more.
    ///
    /// # Safety
    /// As [`GlobalAlloc::realloc`].
    unsafe fn move_to(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the size makes a layout and is not zero.
        let to = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !to.is_null() {
            // SAFETY: both blocks have so many bytes; the old one is not used after this.
            unsafe {
                to.copy_from_nonoverlapping(pointer, size.min(layout.size()));
                self.dealloc(pointer, layout);
            }
        }
        to
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
    if is_large(layout.size()) {
        // SAFETY: the caller's promise.
        return unsafe { marked::allocate(layout, false) };
    }
    if raw::is_natural(layout) && counted(layout.size() as i64) {
        // SAFETY: the caller's promise.
        return unsafe { raw::allocate(layout) };
    }
    // SAFETY: the caller's promise.
    count_if_there(unsafe { raw::allocate(layout) }, layout.size() as i64)
}

#[cold]
#[inline(never)]
unsafe fn count_and_free(pointer: *mut u8, layout: Layout) {
    if is_large(layout.size()) {
        // SAFETY: the caller's promise; the block was large when it was allocated.
        return unsafe { marked::free(pointer, layout) };
    }
    count(-(layout.size() as i64));
    // SAFETY: the caller's promise.
    unsafe { raw::free(pointer, layout) }
}
