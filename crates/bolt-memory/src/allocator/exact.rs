//! The allocator of tests.

#![expect(unsafe_code, reason = "an allocator hands out raw memory")]

use std::alloc::{GlobalAlloc, Layout};

use super::local::{component_in_scope, count_calls, count_for};
use super::raw;

/// A counting allocator for tests: each block remembers the component it was allocated in, each
/// count is there at once, and allocations are counted by thread. Several times slower than
/// [`CountingAllocator`](super::CountingAllocator).
#[derive(Debug, Clone, Copy, Default)]
pub struct ExactAllocator;

/// Returns how often this thread allocated or reallocated, where [`ExactAllocator`] is installed.
pub fn allocations_of_this_thread() -> u64 {
    count_calls(0)
}

/// The least bytes before a block, of which the last remembers the component.
const HEADER_BYTES: usize = 16;

/// Returns the layout with a header and the header's size, which keeps the block aligned.
fn with_header(layout: Layout, size: usize) -> Option<(Layout, usize)> {
    let header = layout.align().max(HEADER_BYTES);
    let layout = Layout::from_size_align(size.checked_add(header)?, header).ok()?;
    Some((layout, header))
}

/// Writes the header and counts.
///
/// # Safety
/// `base` is null or a block with the header and `bytes` after it.
unsafe fn begin(base: *mut u8, header: usize, bytes: usize) -> *mut u8 {
    if base.is_null() {
        return base;
    }
    let component = component_in_scope();
    count_calls(1);
    count_for(component, bytes as i64);
    // SAFETY: the header is before the block, as the caller promises.
    unsafe {
        base.add(header - 1).write(component as u8);
        base.add(header)
    }
}

// SAFETY: a block is what follows the header in a block of mimalloc; the header is as long as the
// alignment or a multiple of it, and both ways it is computed from the same layout.
unsafe impl GlobalAlloc for ExactAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some((with, header)) = with_header(layout, layout.size()) else {
            return std::ptr::null_mut();
        };
        // SAFETY: the layout is not empty, as it has a header.
        unsafe { begin(raw::allocate(with), header, layout.size()) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let Some((with, header)) = with_header(layout, layout.size()) else {
            return std::ptr::null_mut();
        };
        // SAFETY: the layout is not empty, as it has a header.
        unsafe { begin(raw::allocate_zeroed(with), header, layout.size()) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let Some((with, header)) = with_header(layout, layout.size()) else {
            unreachable!("it was allocated with a header");
        };
        // SAFETY: the block has a header of this size.
        unsafe {
            count_for(usize::from(*pointer.sub(1)), -(layout.size() as i64));
            raw::free(pointer.sub(header), with);
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let old = with_header(layout, layout.size());
        let (Some((old, header)), Some((new, _))) = (old, with_header(layout, size)) else {
            return std::ptr::null_mut();
        };
        // SAFETY: the block has a header of this size; mimalloc copies it with the rest.
        unsafe {
            let base = raw::reallocate(pointer.sub(header), old, new.size());
            if base.is_null() {
                return base;
            }
            count_calls(1);
            let pointer = base.add(header);
            count_for(usize::from(*pointer.sub(1)), size as i64 - layout.size() as i64);
            pointer
        }
    }
}
