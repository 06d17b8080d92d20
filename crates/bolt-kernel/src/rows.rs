//! Rows of lanes at any distance: of a machine's buffers, or of the columns and results of its
//! caller, which then are neither copied in nor copied out.

use crate::simd::{Element, Simd, Strided, StridedPlaces, Vector};
use std::mem::MaybeUninit;
use std::ops::Range;

/// Rows of a column with the history that windows reach into: row `r` of lane `l` is at
/// `origin + r * stride + l`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a, E> {
    pub(crate) values: &'a [E],
    pub(crate) origin: usize,
    pub(crate) rows: usize,
    pub(crate) stride: usize,
    /// Lanes to compute: one, or whole vectors. Those after the last lane mean nothing.
    pub(crate) lanes: usize,
}

impl<'a, E: Element> Rows<'a, E> {
    /// Returns the chunk from a lane on, `back` rows before a row.
    #[inline(always)]
    pub(crate) fn chunk(&self, row: usize, lane: usize, back: usize) -> &'a E::Chunk {
        let start = self.origin + row * self.stride + lane - back * self.stride;
        &E::chunks(&self.values[start..start + E::LANES])[0]
    }

    /// Returns whole chunks of rows of one lane.
    #[inline(always)]
    pub(crate) fn chunks(&self, rows: Range<usize>) -> &'a [E::Chunk] {
        E::chunks(&self.values[self.origin + rows.start..self.origin + rows.end])
    }

    /// Returns the chunks of `count` rows up to `back` rows before a row, the oldest first.
    #[inline(always)]
    pub(crate) fn window(
        &self,
        (row, lane): (usize, usize),
        back: usize,
        count: usize,
    ) -> Strided<'a, E> {
        let end = self.origin + (row + 1) * self.stride + lane;
        Strided::new(self.values, end - (back + count) * self.stride, self.stride, count)
    }
}

/// Rows to be written.
#[derive(Debug)]
pub(crate) struct Out<'a, E> {
    /// Begins at the first row's first lane.
    values: &'a mut [MaybeUninit<E>],
    stride: usize,
    lanes: usize,
}

impl<'a, E: Element> Out<'a, E> {
    /// Returns rows of `lanes` lanes; no lane after them is written.
    pub(crate) fn new(values: &'a mut [MaybeUninit<E>], stride: usize, lanes: usize) -> Self {
        Self { values, stride, lanes }
    }

    /// Returns rows that hold values already.
    pub(crate) fn over(values: &'a mut [E], stride: usize, lanes: usize) -> Self {
        Self::new(as_uninit(values), stride, lanes)
    }

    /// Returns where the chunks of `count` rows from a lane on go, one row after another.
    #[inline(always)]
    pub(crate) fn column(&mut self, (row, lane): (usize, usize), count: usize) -> OutColumn<'_, E> {
        let (start, lanes) = (row * self.stride + lane, E::LANES.min(self.lanes - lane));
        OutColumn(StridedPlaces::new(self.values, (start, self.stride, count), lanes))
    }

    /// Writes a chunk from a lane on, every NaN made the canonical one.
    #[inline(always)]
    pub(crate) fn store<S: Simd>(&mut self, row: usize, lane: usize, value: E::Vector<S>) {
        let value = canonical::<E, S>(value);
        let start = row * self.stride + lane;
        let end = start + E::LANES.min(self.lanes - lane);
        E::store_new::<S>(value, &mut self.values[start..end]);
    }

    /// Returns whole chunks of rows of one lane; what is written there must have its NaNs made
    /// canonical (see [`canonical`]).
    #[inline(always)]
    pub(crate) fn chunks(&mut self, rows: Range<usize>) -> &mut [E::NewChunk] {
        E::new_chunks(&mut self.values[rows])
    }

    /// Writes one row of one lane; a NaN is made the canonical one.
    #[inline(always)]
    pub(crate) fn put(&mut self, row: usize, value: E) {
        let is_missing = value.to_f64().is_nan();
        self.values[row * self.stride].write(if is_missing { E::NAN } else { value });
    }
}

/// Returns a vector with every NaN made the canonical one.
#[inline(always)]
pub(crate) fn canonical<E: Element, S: Simd>(value: E::Vector<S>) -> E::Vector<S> {
    let missing = E::Vector::<S>::splat(E::NAN);
    E::Vector::<S>::select(value.unordered(value), missing, value)
}

/// Places for the results of some rows from a lane on.
#[derive(Debug)]
pub(crate) struct OutColumn<'a, E>(StridedPlaces<'a, E>);

impl<E: Element> OutColumn<'_, E> {
    /// Writes the next row's chunk, every NaN made the canonical one.
    #[inline(always)]
    pub(crate) fn push<S: Simd>(&mut self, value: E::Vector<S>) {
        self.0.push::<S>(canonical::<E, S>(value));
    }
}

/// Returns values as places that may be written.
#[expect(unsafe_code, reason = "a slice of numbers seen as one of places for numbers")]
pub(crate) fn as_uninit<E: Element>(values: &mut [E]) -> &mut [MaybeUninit<E>] {
    let (start, length) = (values.as_mut_ptr().cast(), values.len());
    // SAFETY: both have the same layout. This module and the copies that it is lent to write
    // numbers only, never a place without one.
    unsafe { std::slice::from_raw_parts_mut(start, length) }
}
