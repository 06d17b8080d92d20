//! The rank of the newest value among those of its window.
//!
//! Of a window of `n` values with `b` below the newest and `a` above it, twice the average rank is
//! `b - a + n + 1`: the signs of the differences tell it, and their sum is missing where a value
//! is. Rows are copied first, so that a window is looked at in the nearest cache, and infinite
//! values are made the largest finite ones, so that the difference of two of them is zero.

use crate::rows::{Out, Rows};
use crate::simd::{AHEAD, Element, Kernel, Simd, Strided, Vector, dispatch};
use bolt_hardware::SimdLevel;

/// Rows that are copied at a time, with the windows that reach back from them.
const ROWS: usize = 64;

struct RankKernel<'a, E> {
    x: Rows<'a, E>,
    /// Rows of a window.
    length: usize,
    out: Out<'a, E>,
}

impl<E: Element> Kernel for RankKernel<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let rows = self.x.rows.next_multiple_of(E::LANES).min(ROWS);
        let mut copy = vec![E::NAN; (self.length - 1 + rows) * E::LANES];
        for first in (0..self.x.rows).step_by(rows) {
            if self.x.lanes == 1 {
                self.series::<S>(first, rows, &mut copy);
                continue;
            }
            for lane in (0..self.x.lanes).step_by(E::LANES) {
                self.lanes::<S>((first, lane), rows.min(self.x.rows - first), &mut copy);
            }
        }
    }
}

impl<E: Element> RankKernel<'_, E> {
    /// Some rows of one lane; whole vectors of them are written.
    #[inline(always)]
    fn series<S: Simd>(&mut self, first: usize, rows: usize, copy: &mut [E]) {
        let rows = rows.min((self.x.rows - first).next_multiple_of(E::LANES));
        let start = self.x.origin + first + 1 - self.length;
        let values = &self.x.values[start..start + self.length - 1 + rows];
        for (to, &value) in copy.iter_mut().zip(values) {
            let largest = if value > E::MAX { E::MAX } else { value };
            *to = if largest < E::MIN { E::MIN } else { largest };
        }
        for row in (0..rows).step_by(E::LANES) {
            let window = Strided::new(copy, row, 1, self.length);
            let rank = rank_of::<E, S>(window, self.length);
            self.out.store::<S>(0, first + row, rank);
        }
    }

    /// Some rows of a vector of lanes.
    #[inline(always)]
    fn lanes<S: Simd>(&mut self, at: (usize, usize), rows: usize, copy: &mut [E]) {
        let (least, most) = (E::Vector::<S>::splat(E::MIN), E::Vector::<S>::splat(E::MAX));
        let count = self.length - 1 + rows;
        let mut values = self.x.window((at.0 + rows - 1, at.1), 0, count);
        for to in &mut E::chunks_mut(copy)[..count] {
            let chunk = values.take_next();
            S::prefetch(chunk, AHEAD);
            E::Vector::<S>::load(chunk).min(most).max(least).store(to);
        }
        let mut out = self.out.column(at, rows);
        for row in 0..rows {
            let window = Strided::new(copy, row * E::LANES, E::LANES, self.length);
            out.push::<S>(rank_of::<E, S>(window, self.length));
        }
    }
}

#[inline(always)]
fn rank_of<E: Element, S: Simd>(mut window: Strided<'_, E>, length: usize) -> E::Vector<S> {
    let newest = E::Vector::<S>::load(window.take_last());
    // The newest value itself is missing, or as large as it is.
    let mut signs = newest.sub(newest);
    for _ in 1..length {
        let value = E::Vector::<S>::load(window.take_next());
        signs = signs.add(newest.sub(value).sign());
    }
    let twice = signs.add(E::Vector::<S>::splat(E::from_f64(length as f64 + 1.0)));
    twice.div(E::Vector::<S>::splat(E::from_f64(2.0 * length as f64)))
}

/// Writes the rank of the newest of `length` rows, ties averaged, divided by the length.
pub(crate) fn rank<E: Element>(level: SimdLevel, x: Rows<'_, E>, length: usize, out: Out<'_, E>) {
    dispatch(level, RankKernel { x, length, out });
}
