//! Values that are freed together.

use std::alloc::Layout;
use std::cell::RefCell;
use std::ptr::NonNull;

use bolt_base::Bytes;
use bumpalo::Bump;

use crate::allocator::or_null;
use crate::refused::Refused;
use crate::reservation::{Job, Kind, Reservation};

/// What bumpalo adds to a block at most when it rounds it to a page or, if it is smaller than that,
/// to a power of two.
const ROUNDING: usize = 4096;

/// What bumpalo keeps for itself at the end of a block, at most.
const FOOTER: usize = 64;

/// Why a value has no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArenaError {
    /// The budget has no room for another block.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The operating system has no memory, or there is none that large.
    #[error("the operating system has no {0} left")]
    OutOfMemory(Bytes),
}

/// Memory that grows by blocks and is freed at once. Every block is reserved before it is
/// allocated.
///
/// It runs no destructors, and takes no values that have one.
#[derive(Debug)]
pub struct Arena {
    bump: Bump,
    reservation: RefCell<Reservation>,
    block_bytes: usize,
}

impl Arena {
    /// Makes an arena of a job that grows by blocks of about this size.
    ///
    /// # Errors
    /// If there is no memory for the first block.
    pub fn new(job: &Job, block: Bytes) -> Result<Self, ArenaError> {
        let block_bytes = usize::try_from(block.0).unwrap_or(usize::MAX).max(1);
        let upper = block_bytes.saturating_add(ROUNDING + FOOTER);
        let reservation = job.reserve(Kind::Fixed, Bytes(upper as u64))?;
        let bump = Layout::from_size_align(upper, 1).ok().and_then(|_| {
            // bumpalo panics on what no layout can have.
            or_null(|| Bump::try_with_capacity(block_bytes).ok())
        });
        let bump = bump.ok_or(ArenaError::OutOfMemory(Bytes(upper as u64)))?;
        let arena = Self { bump, reservation: RefCell::new(reservation), block_bytes };
        arena.settle();
        Ok(arena)
    }

    /// Places a value.
    ///
    /// # Errors
    /// If it does not fit the last block and there is no memory for another.
    #[expect(clippy::mut_from_ref, reason = "every value has a place of its own")]
    pub fn try_alloc<T>(&self, value: T) -> Result<&mut T, ArenaError> {
        const { assert!(!std::mem::needs_drop::<T>()) };
        let place = self.place(Layout::new::<T>())?.cast::<T>();
        #[expect(unsafe_code, reason = "a value is put into raw memory")]
        // SAFETY: the place is new, has the layout of a `T`, and lives as long as the arena.
        unsafe {
            place.write(value);
            Ok(&mut *place.as_ptr())
        }
    }

    /// Places a copy of a slice.
    ///
    /// # Errors
    /// As [`Arena::try_alloc`].
    #[expect(clippy::mut_from_ref, reason = "every value has a place of its own")]
    pub fn try_alloc_slice<T: Copy>(&self, values: &[T]) -> Result<&mut [T], ArenaError> {
        let place = self.place(Layout::for_value(values))?.cast::<T>();
        #[expect(unsafe_code, reason = "values are put into raw memory")]
        // SAFETY: the place is new, has the layout of the slice, and lives as long as the arena.
        unsafe {
            place.copy_from_nonoverlapping(NonNull::from(values).cast(), values.len());
            Ok(std::slice::from_raw_parts_mut(place.as_ptr(), values.len()))
        }
    }

    /// Places a copy of a text.
    ///
    /// # Errors
    /// As [`Arena::try_alloc`].
    pub fn try_alloc_str(&self, text: &str) -> Result<&str, ArenaError> {
        let bytes = self.try_alloc_slice(text.as_bytes())?;
        #[expect(unsafe_code, reason = "the text is known to be one")]
        // SAFETY: the bytes are those of a text.
        Ok(unsafe { std::str::from_utf8_unchecked(bytes) })
    }

    /// Frees all values. The last block is kept for the next.
    pub fn reset(&mut self) {
        self.bump.reset();
        self.settle();
    }

    /// Returns what the arena holds.
    pub fn held(&self) -> Bytes {
        self.reservation.borrow().bytes()
    }

    #[inline]
    fn place(&self, layout: Layout) -> Result<NonNull<u8>, ArenaError> {
        // No block is beyond the limit yet, so this uses the last one or fails.
        self.bump.try_alloc_layout(layout).or_else(|_| self.place_in_another(layout))
    }

    /// Reserves a block and places a value in it.
    ///
    /// bumpalo tries the double of the last block and halves of that, so the block of a value that
    /// is larger than usual can come to nearly twice the value.
    #[cold]
    fn place_in_another(&self, layout: Layout) -> Result<NonNull<u8>, ArenaError> {
        let bytes = layout.size().saturating_add(layout.align()).max(self.block_bytes);
        for bytes in [bytes, bytes.saturating_mul(2)] {
            let room = bytes.saturating_add(ROUNDING);
            let upper = room.saturating_add(FOOTER);
            self.reservation.borrow_mut().try_grow(Bytes(upper as u64))?;
            let limit = self.bump.allocated_bytes().saturating_add(room);
            self.bump.set_allocation_limit(Some(limit));
            let place = or_null(|| self.bump.try_alloc_layout(layout));
            self.settle();
            if let Ok(place) = place {
                return Ok(place);
            }
        }
        Err(ArenaError::OutOfMemory(Bytes(bytes as u64)))
    }

    /// Holds what is allocated and no more, and lets bumpalo allocate no more.
    fn settle(&self) {
        let held = self.bump.allocated_bytes_including_metadata() as u64;
        let mut reservation = self.reservation.borrow_mut();
        let surplus = reservation.bytes().0.checked_sub(held);
        reservation.shrink(Bytes(surplus.expect("a block is no larger than reserved")));
        self.bump.set_allocation_limit(Some(self.bump.allocated_bytes()));
    }
}
