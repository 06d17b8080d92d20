//! Vectors of a fixed virtual width, 64 bytes at every SIMD level.
//!
//! Kernels are written once over [`Vector`] and run through [`dispatch`] at the level chosen at
//! run time. Every operation is IEEE 754 on each lane and every level has the same eight `f64` or
//! sixteen `f32` lanes, so a kernel's result does not depend on the level, not even in the last
//! bit. The one exception is the payload and sign of NaN, which nothing here looks at and which
//! outputs replace by the canonical NaN.
//!
//! This module holds the crate's intrinsics; kernels themselves are safe code.
#![expect(unsafe_code, reason = "processor intrinsics and the calls that enable them")]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub(crate) mod math;
mod portable;

use bolt_hardware::SimdLevel;
use std::mem::MaybeUninit;

/// The lanes of one comparison.
pub trait Mask: Copy {
    fn from_bits(bits: u16) -> Self;
    /// Returns a bit a lane, lane 0 lowest; bits beyond the lanes are zero.
    fn bits(self) -> u16;
}

/// 64 bytes of floating-point lanes.
///
/// All methods are `#[inline(always)]` so that they take on the instruction set of the kernel
/// that calls them.
pub trait Vector: Copy {
    type Element: Element;
    type Mask: Mask;

    fn load(chunk: &<Self::Element as Lanes>::Chunk) -> Self;
    fn store(self, chunk: &mut <Self::Element as Lanes>::Chunk);
    /// Writes to places that hold nothing yet.
    fn store_new(self, chunk: &mut <Self::Element as Lanes>::NewChunk);
    fn splat(value: Self::Element) -> Self;

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;
    /// Returns `self * factor + addend`, rounded once.
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    fn sqrt(self) -> Self;
    fn neg(self) -> Self;
    fn abs(self) -> Self;
    fn floor(self) -> Self;
    fn ceil(self) -> Self;
    /// Rounds to the nearest integer, ties to even.
    fn round(self) -> Self;

    fn lt(self, other: Self) -> Self::Mask;
    fn le(self, other: Self) -> Self::Mask;
    fn eq(self, other: Self) -> Self::Mask;
    /// Less or greater: false where either is NaN.
    fn ne(self, other: Self) -> Self::Mask;
    /// True where either is NaN.
    fn unordered(self, other: Self) -> Self::Mask;
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// Returns the larger, `other` if they are equal, NaN where either is.
    fn max(self, other: Self) -> Self;
    /// Returns the smaller, `other` if they are equal, NaN where either is.
    fn min(self, other: Self) -> Self;

    /// Returns 1 for a number above zero, -1 for one below, 0 for either zero, NaN for NaN.
    #[inline(always)]
    fn sign(self) -> Self {
        let number = |value| Self::splat(Self::Element::from_f64(value));
        let zero = number(0.0);
        let negative = Self::select(self.lt(zero), number(-1.0), zero);
        let sign = Self::select(zero.lt(self), number(1.0), negative);
        Self::select(self.unordered(self), self, sign)
    }
}

/// The bit-level operations that the mathematical functions need, on `f64` lanes.
pub trait Bits64: Vector<Element = f64> {
    fn and_bits(self, bits: u64) -> Self;
    fn or_bits(self, bits: u64) -> Self;
    fn xor(self, other: Self) -> Self;
    /// Adds to the bits of each lane as a 64-bit integer.
    fn add_bits(self, other: Self) -> Self;
    fn shift_left_52(self) -> Self;
    fn shift_right_52(self) -> Self;
}

/// Lanes that are rows of a column.
pub trait Sequence: Vector {
    /// Returns eight lanes from lane `FROM` on (4, 6 or 7) of two vectors, one after the other.
    fn window<const FROM: i32>(first: Self, second: Self) -> Self;
}

/// One instruction set.
pub trait Simd: Copy {
    type F64: Bits64 + Sequence;
    type F32: Vector<Element = f32>;
    /// Converts sixteen lanes to the lower and the upper eight, exactly.
    fn widen(vector: Self::F32) -> (Self::F64, Self::F64);
    /// Converts two times eight lanes to sixteen, rounded to nearest.
    fn narrow(low: Self::F64, high: Self::F64) -> Self::F32;

    /// Asks for memory that is read soon, so many bytes after an address; any address will do.
    #[inline(always)]
    fn prefetch<T>(_near: *const T, _bytes: usize) {}
    /// As [`Self::prefetch`], of memory that is written soon.
    #[inline(always)]
    fn prefetch_for_writing<T>(_near: *const T, _bytes: usize) {}
}

/// A type that columns are made of: `f64` or `f32`.
pub trait Element:
    Copy + PartialEq + PartialOrd + Default + Send + Sync + std::fmt::Debug + 'static + Lanes
{
    /// The missing value.
    const NAN: Self;
    /// The smallest finite value.
    const MIN: Self;
    /// The largest finite value.
    const MAX: Self;
    /// Converts from `f64`, rounded to nearest.
    fn from_f64(value: f64) -> Self;
    /// Converts to `f64`, exactly.
    fn to_f64(self) -> f64;
    /// Returns the bits, with every NaN made the same.
    fn canonical_bits(self) -> u64;
    /// Returns `low + (high - low) * fraction`.
    #[must_use]
    fn interpolate(low: Self, high: Self, fraction: Self) -> Self;
}

pub(crate) mod sealed {
    use super::{Simd, Vector};
    use std::mem::MaybeUninit;

    /// What an element type is to the vector code.
    pub trait Lanes: Sized {
        const LANES: usize;
        type Chunk: Copy;
        /// A chunk that holds nothing yet.
        type NewChunk;
        type Vector<S: Simd>: Vector<Element = Self>;
        fn chunks(values: &[Self]) -> &[Self::Chunk];
        fn chunks_mut(values: &mut [Self]) -> &mut [Self::Chunk];
        fn new_chunks(values: &mut [MaybeUninit<Self>]) -> &mut [Self::NewChunk];
        /// Writes the first lanes, as many as there is room for.
        fn store_new<S: Simd>(vector: Self::Vector<S>, to: &mut [MaybeUninit<Self>]);
    }
}
use sealed::Lanes;

/// A function of its own, so that whole vectors are not copied by the same code.
#[cold]
#[inline(never)]
fn store_some<E: Copy>(chunk: &[E], to: &mut [MaybeUninit<E>]) {
    to.write_copy_of_slice(&chunk[..to.len()]);
}

macro_rules! element {
    ($element:ident, $lanes:literal, $vector:ident) => {
        impl Lanes for $element {
            const LANES: usize = $lanes;
            type Chunk = [$element; $lanes];
            type NewChunk = [MaybeUninit<$element>; $lanes];
            type Vector<S: Simd> = S::$vector;
            #[inline(always)]
            fn chunks(values: &[Self]) -> &[Self::Chunk] {
                values.as_chunks().0
            }
            #[inline(always)]
            fn chunks_mut(values: &mut [Self]) -> &mut [Self::Chunk] {
                values.as_chunks_mut().0
            }
            #[inline(always)]
            fn new_chunks(values: &mut [MaybeUninit<Self>]) -> &mut [Self::NewChunk] {
                values.as_chunks_mut().0
            }
            #[inline(always)]
            fn store_new<S: Simd>(vector: Self::Vector<S>, to: &mut [MaybeUninit<Self>]) {
                match to.first_chunk_mut::<$lanes>() {
                    Some(to) => vector.store_new(to),
                    None => {
                        let mut chunk = [0.0; $lanes];
                        vector.store(&mut chunk);
                        store_some(&chunk, to);
                    }
                }
            }
        }
    };
}
element!(f64, 8, F64);
element!(f32, 16, F32);

impl Element for f64 {
    const NAN: Self = Self::NAN;
    const MIN: Self = Self::MIN;
    const MAX: Self = Self::MAX;
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
    fn canonical_bits(self) -> u64 {
        if self.is_nan() { Self::NAN.to_bits() } else { self.to_bits() }
    }
    #[inline(always)]
    fn interpolate(low: Self, high: Self, fraction: Self) -> Self {
        low + (high - low) * fraction
    }
}

impl Element for f32 {
    const NAN: Self = Self::NAN;
    const MIN: Self = Self::MIN;
    const MAX: Self = Self::MAX;
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as Self
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    fn canonical_bits(self) -> u64 {
        u64::from(if self.is_nan() { Self::NAN.to_bits() } else { self.to_bits() })
    }
    #[inline(always)]
    fn interpolate(low: Self, high: Self, fraction: Self) -> Self {
        low + (high - low) * fraction
    }
}

/// The widest number of lanes of any element type: lengths given to kernels are multiples of it.
pub(crate) const LANES_MAX: usize = 16;

/// How many bytes ahead a kernel that goes down the rows asks for: the processor foresees steps
/// along a row, not down a column.
pub(crate) const AHEAD: usize = 256;

/// A loop over vectors. `run` is `#[inline(always)]` in every implementation.
pub(crate) trait Kernel {
    type Output;
    fn run<S: Simd>(self) -> Self::Output;
}

/// Runs a kernel compiled for a SIMD level.
#[inline]
pub(crate) fn dispatch<K: Kernel>(level: SimdLevel, kernel: K) -> K::Output {
    match level {
        // SAFETY: a level above Portable is only ever made after `SimdLevel::is_supported`
        // (`Level::new`), which checks every feature that the callee enables.
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx512 => unsafe { avx512::run(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx2 => unsafe { avx2::run(kernel) },
        _ => kernel.run::<portable::Portable>(),
    }
}

/// Chunks of a slice at equal distances, without a check for each.
#[derive(Debug, Clone)]
pub(crate) struct Strided<'a, E> {
    values: &'a [E],
    stride: usize,
    /// Where the next chunk begins.
    next: usize,
    /// Where the chunk after the last would begin.
    end: usize,
    left: usize,
}

impl<'a, E: Element> Strided<'a, E> {
    /// Returns `count` chunks: the first begins at `first`, the others `stride` further each.
    ///
    /// # Panics
    /// If the last chunk does not end within the values.
    #[inline(always)]
    pub(crate) fn new(values: &'a [E], first: usize, stride: usize, count: usize) -> Self {
        assert_fits(values.len(), (first, stride, count), E::LANES);
        Self { values, stride, next: first, end: first + count * stride, left: count }
    }

    /// Takes the first chunk that is left.
    ///
    /// # Panics
    /// If there is none.
    #[inline(always)]
    pub(crate) fn take_next(&mut self) -> &'a E::Chunk {
        assert!(self.left > 0, "a chunk is left");
        self.left -= 1;
        self.next += self.stride;
        self.at(self.next - self.stride)
    }

    /// Takes the last chunk that is left.
    ///
    /// # Panics
    /// If there is none.
    #[inline(always)]
    pub(crate) fn take_last(&mut self) -> &'a E::Chunk {
        assert!(self.left > 0, "a chunk is left");
        self.left -= 1;
        self.end -= self.stride;
        self.at(self.end)
    }

    #[inline(always)]
    fn at(&self, start: usize) -> &'a E::Chunk {
        // SAFETY: `new` checked that the last chunk ends within the values, this one is not after
        // it, and a chunk is an array of `LANES` elements, aligned like one.
        unsafe { &*self.values.as_ptr().add(start).cast::<E::Chunk>() }
    }
}

#[inline(always)]
fn assert_fits(length: usize, (first, stride, count): (usize, usize, usize), lanes: usize) {
    let last = count.saturating_sub(1) * stride;
    assert!(count == 0 || first + last + lanes <= length, "chunks lie in the values");
}

impl<'a, E: Element> Iterator for Strided<'a, E> {
    type Item = &'a E::Chunk;

    #[inline(always)]
    fn next(&mut self) -> Option<&'a E::Chunk> {
        if self.left == 0 { None } else { Some(self.take_next()) }
    }
}

/// Places for chunks at equal distances, without a check for each.
#[derive(Debug)]
pub(crate) struct StridedPlaces<'a, E> {
    values: &'a mut [MaybeUninit<E>],
    stride: usize,
    lanes: usize,
    next: usize,
    left: usize,
}

impl<'a, E: Element> StridedPlaces<'a, E> {
    /// Returns places as [`Strided::new`] returns chunks, of the first `lanes` lanes each.
    ///
    /// # Panics
    /// If the last place does not end within the values.
    #[inline(always)]
    pub(crate) fn new(
        values: &'a mut [MaybeUninit<E>],
        (first, stride, count): (usize, usize, usize),
        lanes: usize,
    ) -> Self {
        assert_fits(values.len(), (first, stride, count), lanes);
        Self { values, stride, lanes, next: first, left: count }
    }

    /// Writes the next chunk.
    ///
    /// # Panics
    /// If there is no place left.
    #[inline(always)]
    pub(crate) fn push<S: Simd>(&mut self, value: E::Vector<S>) {
        assert!(self.left > 0, "there is a place left");
        self.left -= 1;
        let start = self.next;
        self.next += self.stride;
        // SAFETY: `new` checked that the last place ends within the values, and this one is not
        // after it.
        let to = unsafe { self.values.get_unchecked_mut(start..start + self.lanes) };
        S::prefetch_for_writing(to.as_ptr(), AHEAD);
        E::store_new::<S>(value, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Signs([f64; 8]);

    impl Kernel for Signs {
        type Output = ([f64; 8], [f32; 16]);

        #[inline(always)]
        fn run<S: Simd>(self) -> Self::Output {
            let (mut double, mut single) = ([0.0; 8], [0.0; 16]);
            S::F64::load(&self.0).sign().store(&mut double);
            let values = std::array::from_fn(|lane| self.0[lane % 8] as f32);
            S::F32::load(&values).sign().store(&mut single);
            (double, single)
        }
    }

    #[test]
    fn signs_at_every_level() {
        let values = [0.0, -0.0, 1.0, -3.5, f64::INFINITY, f64::NEG_INFINITY, 1e-40, f64::NAN];
        let expected = [0.0, 0.0, 1.0, -1.0, 1.0, -1.0, 1.0, f64::NAN].map(f64::canonical_bits);
        for level in SimdLevel::ALL.into_iter().filter(|level| level.is_supported()) {
            let (double, single) = dispatch(level, Signs(values));
            assert_eq!(double.map(f64::canonical_bits), expected, "{level}");
            let single = single.map(|value| f64::from(value).canonical_bits());
            assert_eq!(single[..8], expected, "{level}");
            assert_eq!(single[8..], expected, "{level}");
        }
    }
}
