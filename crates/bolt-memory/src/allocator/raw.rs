//! mimalloc, without counting. Miri, which runs no C, has the allocator of the system.

#![expect(unsafe_code, reason = "an allocator hands out raw memory")]

use std::alloc::Layout;

/// What every block is aligned to at least.
const NATURAL_ALIGNMENT: usize = 8;

/// What blocks of as many bytes or more are aligned to at least: mimalloc's `MI_MAX_ALIGN_SIZE`.
const WIDE_ALIGNMENT: usize = 16;

/// Returns whether a block is aligned without mimalloc being asked for it, which it answers with a
/// larger block and a search for its start when that is freed.
#[inline(always)]
pub(super) fn is_natural(layout: Layout) -> bool {
    let align = layout.align();
    align <= NATURAL_ALIGNMENT || (align <= WIDE_ALIGNMENT && layout.size() >= WIDE_ALIGNMENT)
}

/// mimalloc's `MI_SMALL_SIZE_MAX`, a power of two.
const SMALL_BYTES: usize = 128 * size_of::<usize>();

/// Returns whether [`allocate_small`] can be used. One comparison does for size and alignment, as
/// neither has a bit from that power of two on.
#[inline(always)]
pub(super) fn is_small(layout: Layout) -> bool {
    layout.size() | (layout.align() + (SMALL_BYTES - 1 - NATURAL_ALIGNMENT)) < SMALL_BYTES
}

pub(super) use source::{
    allocate, allocate_small, allocate_zeroed, free, map_as_needed, reallocate, tell_refusals,
};

/// All functions have the contracts of the functions of [`GlobalAlloc`](std::alloc::GlobalAlloc);
/// `allocate_small` wants what [`is_small`] tells.
#[cfg(not(miri))]
mod source {
    use super::is_natural;
    use crate::allocator::refusal::is_refusal_expected;
    use libmimalloc_sys as mimalloc;
    use std::alloc::Layout;
    use std::ffi::{c_int, c_long, c_void};
    use std::sync::OnceLock;

    unsafe extern "C" {
        fn mi_malloc_small(size: usize) -> *mut c_void;
        fn mi_option_set(option: c_int, value: c_long);
        fn mi_register_error(told: extern "C" fn(c_int, *mut c_void), argument: *mut c_void);
    }

    /// `mi_option_disallow_arena_alloc` of mimalloc 3.
    const DISALLOW_ARENAS: c_int = 26;

    pub(in super::super) fn map_as_needed() {
        // SAFETY: the function takes any number, and writes two words that allocations read.
        unsafe { mi_option_set(DISALLOW_ARENAS, 1) }
    }

    static REFUSED: OnceLock<fn()> = OnceLock::new();

    extern "C" fn on_error(code: c_int, _: *mut c_void) {
        if code == rustix::io::Errno::NOMEM.raw_os_error()
            && !is_refusal_expected()
            && let Some(refused) = REFUSED.get()
        {
            refused();
        }
    }

    pub(in super::super) fn tell_refusals(refused: fn()) {
        if REFUSED.set(refused).is_ok() {
            // SAFETY: the function takes what mimalloc calls it with, and lives for ever.
            unsafe { mi_register_error(on_error, std::ptr::null_mut()) };
        }
    }

    #[inline(always)]
    pub(in super::super) unsafe fn allocate_small(layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { mi_malloc_small(layout.size()).cast() }
    }

    pub(in super::super) unsafe fn allocate(layout: Layout) -> *mut u8 {
        // SAFETY: both take any size; the alignment of a layout is a power of two.
        let pointer = unsafe {
            if is_natural(layout) {
                mimalloc::mi_malloc(layout.size())
            } else {
                mimalloc::mi_malloc_aligned(layout.size(), layout.align())
            }
        };
        pointer.cast()
    }

    pub(in super::super) unsafe fn allocate_zeroed(layout: Layout) -> *mut u8 {
        // SAFETY: as in `allocate`.
        let pointer = unsafe {
            if is_natural(layout) {
                mimalloc::mi_zalloc(layout.size())
            } else {
                mimalloc::mi_zalloc_aligned(layout.size(), layout.align())
            }
        };
        pointer.cast()
    }

    pub(in super::super) unsafe fn reallocate(
        pointer: *mut u8,
        layout: Layout,
        size: usize,
    ) -> *mut u8 {
        // SAFETY: as in `allocate`; the block is of mimalloc, and the size makes a layout with the
        // old alignment, as the caller promises.
        let pointer = unsafe {
            if is_natural(Layout::from_size_align_unchecked(size, layout.align())) {
                mimalloc::mi_realloc(pointer.cast(), size)
            } else {
                mimalloc::mi_realloc_aligned(pointer.cast(), size, layout.align())
            }
        };
        pointer.cast()
    }

    #[inline(always)]
    pub(in super::super) unsafe fn free(pointer: *mut u8, _: Layout) {
        // SAFETY: the block is of mimalloc, as the caller promises.
        unsafe { mimalloc::mi_free(pointer.cast()) }
    }
}

#[cfg(miri)]
mod source {
    use std::alloc::{GlobalAlloc, Layout, System};

    /// The allocator of the system has its own ways.
    pub(in super::super) fn map_as_needed() {}

    /// The allocator of the system tells of no refusal.
    pub(in super::super) fn tell_refusals(_: fn()) {}

    pub(in super::super) unsafe fn allocate_small(layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    pub(in super::super) unsafe fn allocate(layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    pub(in super::super) unsafe fn allocate_zeroed(layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    pub(in super::super) unsafe fn reallocate(
        pointer: *mut u8,
        layout: Layout,
        size: usize,
    ) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }

    pub(in super::super) unsafe fn free(pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}
