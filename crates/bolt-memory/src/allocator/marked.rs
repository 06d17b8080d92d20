//! Blocks that remember the component they were allocated in, so that they count for it whoever
//! resizes or frees them. The mark is in a header before the block.

#![expect(unsafe_code, reason = "an allocator hands out raw memory")]

use std::alloc::Layout;

use super::local::{component_in_scope, count, count_for, counted};
use super::raw;

/// The least bytes before a block, of which the last is the mark.
const HEADER_BYTES: usize = 16;

/// Returns the bytes before a block, which keep it aligned.
fn header_bytes(layout: Layout) -> usize {
    layout.align().max(HEADER_BYTES)
}

/// Returns the layout with a header and the header's size.
fn with_header(layout: Layout, size: usize) -> Option<(Layout, usize)> {
    let header = header_bytes(layout);
    let layout = Layout::from_size_align(size.checked_add(header)?, header).ok()?;
    Some((layout, header))
}

/// Counts for a component: where the thread counts if it is the one in scope, as it mostly is, and
/// with an atomic operation for all threads if not.
fn count_marked(component: usize, bytes: i64) {
    if component != component_in_scope().index() {
        count_for(component, bytes);
    } else if !counted(bytes) {
        count(bytes);
    }
}

/// Allocates a block for the component in scope and counts it.
///
/// # Safety
/// As [`GlobalAlloc::alloc`](std::alloc::GlobalAlloc::alloc).
pub(super) unsafe fn allocate(layout: Layout, zeroed: bool) -> *mut u8 {
    let Some((with, header)) = with_header(layout, layout.size()) else {
        return std::ptr::null_mut();
    };
    // SAFETY: the layout is not empty, as it has a header.
    let base = unsafe { if zeroed { raw::allocate_zeroed(with) } else { raw::allocate(with) } };
    if base.is_null() {
        return base;
    }
    let component = component_in_scope().index();
    count_marked(component, layout.size() as i64);
    // SAFETY: the header is before the block.
    unsafe {
        base.add(header - 1).write(component as u8);
        base.add(header)
    }
}

/// Frees a block for the component that it is marked with.
///
/// # Safety
/// The block is of [`allocate`] or [`reallocate`], with this layout.
pub(super) unsafe fn free(pointer: *mut u8, layout: Layout) {
    let header = header_bytes(layout);
    // SAFETY: the block has a header of this size, with which its layout was made when it was
    // allocated.
    unsafe {
        count_marked(usize::from(*pointer.sub(1)), -(layout.size() as i64));
        let with = Layout::from_size_align_unchecked(layout.size() + header, header);
        raw::free(pointer.sub(header), with);
    }
}

/// Resizes a block, which keeps its mark.
///
/// # Safety
/// As [`free`], and as [`GlobalAlloc::realloc`](std::alloc::GlobalAlloc::realloc).
pub(super) unsafe fn reallocate(pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
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
        let pointer = base.add(header);
        count_marked(usize::from(*pointer.sub(1)), size as i64 - layout.size() as i64);
        pointer
    }
}
