//! Memory for vectors of numbers.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

/// What buffers are aligned to: a cache line, and the widest vectors there are.
pub const ALIGNMENT: usize = 64;

/// A number of which any bytes are a value.
pub trait Plain: Copy + Send + Sync + sealed::Sealed + 'static {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! plain {
    ($($number:ty),*) => {
        $(
            impl sealed::Sealed for $number {}
            impl Plain for $number {}
        )*
    };
}

plain!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize, f32, f64);

/// Aligned bytes on the heap, zero until they are written. The operating system commits large ones
/// page by page as they are touched.
#[derive(Debug)]
pub(super) struct AlignedBytes {
    pointer: NonNull<u8>,
    layout: Layout,
}

#[expect(unsafe_code, reason = "raw memory")]
// SAFETY: the bytes are owned, and reached through references only.
unsafe impl Send for AlignedBytes {}
#[expect(unsafe_code, reason = "raw memory")]
// SAFETY: as above.
unsafe impl Sync for AlignedBytes {}

impl AlignedBytes {
    /// Allocates, if there is memory. At least one byte.
    pub(super) fn zeroed(bytes: usize) -> Option<Self> {
        let layout = Layout::from_size_align(bytes.max(1), ALIGNMENT).ok()?;
        #[expect(unsafe_code, reason = "raw memory")]
        // SAFETY: the layout is not empty.
        let pointer = unsafe { alloc_zeroed(layout) };
        NonNull::new(pointer).map(|pointer| Self { pointer, layout })
    }

    /// Returns the first `length` numbers.
    pub(super) fn numbers<T: Plain>(&self, length: usize) -> &[T] {
        self.check::<T>(length);
        #[expect(unsafe_code, reason = "raw memory")]
        // SAFETY: the bytes are there and initialised, any bytes are a `T`, and no `T` wants more
        // alignment than there is.
        unsafe {
            std::slice::from_raw_parts(self.pointer.as_ptr().cast(), length)
        }
    }

    /// Returns the first `length` numbers.
    pub(super) fn numbers_mut<T: Plain>(&mut self, length: usize) -> &mut [T] {
        self.check::<T>(length);
        #[expect(unsafe_code, reason = "raw memory")]
        // SAFETY: as in `numbers`, and nobody else has a reference.
        unsafe {
            std::slice::from_raw_parts_mut(self.pointer.as_ptr().cast(), length)
        }
    }

    fn check<T: Plain>(&self, length: usize) {
        const { assert!(align_of::<T>() <= ALIGNMENT) };
        assert!(length <= self.layout.size() / size_of::<T>(), "the buffer is that long");
    }
}

impl Drop for AlignedBytes {
    fn drop(&mut self) {
        #[expect(unsafe_code, reason = "raw memory")]
        // SAFETY: it was allocated with this layout.
        unsafe {
            dealloc(self.pointer.as_ptr(), self.layout);
        }
    }
}
