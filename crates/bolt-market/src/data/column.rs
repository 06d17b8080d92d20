//! Columns: immutable values that clones, views and threads share.
//!
//! A [`Column`] does not know its name or meaning; [`Bars`](super::Bars) and
//! [`Panel`](super::Panel) give it both.

#![expect(unsafe_code, reason = "bytes of a memory map and cache-line blocks are read as values")]

use std::ops::{Deref, Range};
use std::sync::Arc;

use bolt_base::UnixNanos;
use memmap2::Mmap;

mod sealed {
    /// Keeps [`super::Element`] to types of which every bit pattern is a value.
    pub trait Plain {}
}

/// A type that columns hold: `f64`, `i64`, `u8` or [`UnixNanos`].
///
/// Sealed: memory-mapped bytes are read as these types, so each bit pattern must be a value.
pub trait Element: sealed::Plain + Copy + Default + Send + Sync + 'static {}

macro_rules! element {
    ($($name:ty),*) => { $(impl sealed::Plain for $name {} impl Element for $name {})* };
}
element!(f64, i64, u8, UnixNanos);

/// Bytes in a block of aligned storage: the cache line, and the widest vector register.
pub const ALIGNMENT: usize = 64;

/// An immutable column of values, owned or memory-mapped.
///
/// Dereferences to a slice. A clone and a [`view`](Column::view) share the values. A column of a
/// mapped file or an [`aligned`](Column::aligned) one starts on a 64-byte boundary; one made from
/// a `Vec` is aligned as its type.
///
/// The values of a mapped column are those of the file: the file must not be shortened while it
/// is mapped (the column store replaces files and never writes into one).
#[derive(Debug, Clone)]
pub struct Column<T: Element = f64> {
    storage: Storage<T>,
    start: usize,
    len: usize,
}

#[derive(Debug, Clone)]
enum Storage<T> {
    Owned(Arc<Vec<T>>),
    Blocks(Arc<Vec<Block>>),
    /// The map and the offset of the first value in bytes. The constructor has checked that the
    /// values lie inside the map and that the first one is aligned.
    Mapped(Arc<Mmap>, usize),
}

#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Block([u8; ALIGNMENT]);

impl<T: Element> Column<T> {
    /// Returns a column of `len` default values (zeros) that starts on a 64-byte boundary, after
    /// `fill` has written them.
    pub fn aligned(len: usize, fill: impl FnOnce(&mut [T])) -> Self {
        let blocks = (len * size_of::<T>()).div_ceil(ALIGNMENT);
        let mut storage = vec![Block([0; ALIGNMENT]); blocks];
        // SAFETY: the blocks are contiguous and initialised, hold at least `len` values, are
        // aligned to 64 bytes (no element asks for more), and every bit pattern is a value; the
        // borrow of `storage` lasts as long as the slice.
        let values =
            unsafe { std::slice::from_raw_parts_mut(storage.as_mut_ptr().cast::<T>(), len) };
        fill(values);
        Self { storage: Storage::Blocks(Arc::new(storage)), start: 0, len }
    }

    /// Returns the `len` values at byte `offset` of a map, or `None` if they do not lie inside it
    /// or the first is not aligned.
    pub(crate) fn mapped(map: &Arc<Mmap>, offset: usize, len: usize) -> Option<Self> {
        let end = len.checked_mul(size_of::<T>())?.checked_add(offset)?;
        let aligned = (map.as_ptr() as usize).checked_add(offset)?.is_multiple_of(align_of::<T>());
        let storage = Storage::Mapped(Arc::clone(map), offset);
        (aligned && end <= map.len()).then_some(Self { storage, start: 0, len })
    }

    /// Returns a part of the column without copying it.
    ///
    /// # Panics
    /// If the range does not lie inside the column.
    #[must_use]
    pub fn view(&self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.len, "{range:?} of {}", self.len);
        Self { storage: self.storage.clone(), start: self.start + range.start, len: range.len() }
    }

    /// Returns whether the values are read from a file on demand.
    pub fn is_mapped(&self) -> bool {
        matches!(self.storage, Storage::Mapped(..))
    }

    /// Returns the bytes that this column, with all that share its values, has allocated; none of a
    /// mapped one.
    pub fn allocated_bytes(&self) -> usize {
        match &self.storage {
            Storage::Owned(values) => values.capacity() * size_of::<T>(),
            Storage::Blocks(blocks) => blocks.capacity() * ALIGNMENT,
            Storage::Mapped(..) => 0,
        }
    }

    /// Returns the values as they lie in memory.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        let values: &[T] = self;
        // SAFETY: elements are plain numbers without padding, so each of their bytes is
        // initialised; the result borrows from `self` as the values do.
        unsafe { std::slice::from_raw_parts(values.as_ptr().cast::<u8>(), size_of_val(values)) }
    }
}

impl<T: Element> Deref for Column<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        let first = match &self.storage {
            Storage::Owned(values) => return &values[self.start..self.start + self.len],
            Storage::Blocks(blocks) => blocks.as_ptr().cast::<T>(),
            // SAFETY: `mapped` has checked that the offset lies inside the map.
            Storage::Mapped(map, offset) => unsafe { map.as_ptr().add(*offset).cast::<T>() },
        };
        // SAFETY: `aligned` and `mapped` have checked that the storage holds the whole column at
        // an aligned address, `view` keeps `start + len` inside it, every bit pattern is a
        // value, and the storage lives as long as `self`. Nothing writes to it: blocks are shared
        // read-only, and the type's documentation asks that a mapped file is not changed.
        unsafe { std::slice::from_raw_parts(first.add(self.start), self.len) }
    }
}

impl<T: Element> From<Vec<T>> for Column<T> {
    fn from(values: Vec<T>) -> Self {
        Self { start: 0, len: values.len(), storage: Storage::Owned(Arc::new(values)) }
    }
}

impl<T: Element> FromIterator<T> for Column<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        values.into_iter().collect::<Vec<T>>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_view_shares_the_values() {
        let column: Column = (0..10).map(f64::from).collect();
        let view = column.view(2..5).view(1..3);
        assert_eq!(*view, [3.0, 4.0]);
        assert_eq!(view.as_ptr(), column[3..].as_ptr());
        assert!(column.view(10..10).is_empty());
    }

    #[test]
    fn aligned_columns_start_on_a_cache_line() {
        for len in [0, 1, 7, 8, 9, 1000] {
            let column = Column::<i64>::aligned(len, |values| {
                assert!(values.iter().all(|&v| v == 0));
                values.iter_mut().enumerate().for_each(|(i, v)| *v = i as i64);
            });
            assert!((column.as_ptr() as usize).is_multiple_of(ALIGNMENT) && !column.is_mapped());
            assert_eq!(column.to_vec(), (0..len as i64).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_view_holds_all_of_what_it_shares() {
        let mut values = Vec::with_capacity(100);
        values.extend([1.0; 10]);
        let column: Column = values.into();
        assert_eq!(column.view(2..3).allocated_bytes(), 800);
        assert_eq!(Column::<u8>::aligned(65, |_| ()).allocated_bytes(), 128);
    }

    #[test]
    fn mapped_columns_refuse_what_does_not_lie_in_the_map() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&(0..8i64).flat_map(i64::to_le_bytes).collect::<Vec<u8>>()).unwrap();
        // SAFETY: nothing else knows of the temporary file.
        let map = Arc::new(unsafe { Mmap::map(&file) }.unwrap());
        let column = Column::<UnixNanos>::mapped(&map, 16, 6).unwrap();
        assert!(column.is_mapped() && column.allocated_bytes() == 0);
        assert_eq!(column.view(1..3).to_vec(), [UnixNanos(3), UnixNanos(4)]);
        assert_eq!(column.as_bytes(), &map[16..]);
        for (offset, len) in [(16, 7), (4, 1), (72, 0), (0, usize::MAX / 8), (usize::MAX, 1)] {
            assert!(Column::<f64>::mapped(&map, offset, len).is_none(), "{offset} {len}");
        }
    }
}
