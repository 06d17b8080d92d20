//! Sums over windows of many lanes, and what is read off them, in a few additions a row.
//!
//! Rows are cut into groups as long as a window, counted from the machine's first row. A window is
//! the end of one group and the start of the next (van Herk 1992): sums from each row of a group
//! to its end are made backwards once the group is complete, and sums from the start of the next
//! one as its rows come. Nothing is ever taken off a sum. No rounding error outlives its window
//! therefore, and a missing value makes exactly the windows missing that hold it, without code of
//! its own. Groups do not depend on blocks, so results do not either.
//!
//! What is summed, and how a result is read off, is in [`kinds`].

mod kinds;

use crate::graph::Finish;
use crate::rows::{Out, Rows};
use crate::simd::sealed::Lanes;
use crate::simd::{AHEAD, Kernel, Simd, Vector, dispatch};
use crate::wide::Widen;
use bolt_hardware::SimdLevel;
use kinds::{
    Aged, Correlation, Covariance, Deviation, Distance, Exact, Kind, Newest, Plain, Slope,
};
use std::marker::PhantomData;

/// The memory of one step.
#[derive(Debug, Clone)]
pub(crate) struct SumsState {
    finish: Finish,
    /// Rows of a window and of a group.
    rows: usize,
    /// Rows of the current group so far.
    position: usize,
    /// Of each eight lanes: for each row of a group, sums over the rows after it in the last one.
    after: Vec<f64>,
    /// Of each eight lanes: sums over the current group so far.
    so_far: Vec<f64>,
}

/// Returns the most sums that are kept of a row.
fn planes(finish: Finish) -> usize {
    match finish {
        Finish::Distance => 1,
        Finish::Sum | Finish::Mean | Finish::Deviation { .. } => 2,
        Finish::DecayMean => 2,
        Finish::Covariance { .. } => 3,
        Finish::Slope => 4,
        Finish::Correlation => 5,
    }
}

impl SumsState {
    pub(crate) fn new(finish: Finish, rows: u32, lanes: usize) -> Self {
        let (rows, values) = (rows as usize, planes(finish) * lanes);
        Self {
            finish,
            rows,
            position: 0,
            after: vec![0.0; rows * values],
            so_far: vec![0.0; values],
        }
    }
}

/// One step over a block.
pub(crate) struct SumsJob<'a, E> {
    pub(crate) state: &'a mut SumsState,
    /// Both have as many rows of history as their window.
    pub(crate) x: Rows<'a, E>,
    pub(crate) y: Rows<'a, E>,
    pub(crate) out: Out<'a, E>,
}

struct SumsKernel<'a, E, K, const SUMS: usize>(SumsJob<'a, E>, PhantomData<K>);

impl<E: Widen, K: Kind<SUMS>, const SUMS: usize> Kernel for SumsKernel<'_, E, K, SUMS> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let mut first = 0;
        while first < self.0.x.rows {
            let SumsState { rows, position, .. } = *self.0.state;
            let count = (rows - position).min(self.0.x.rows - first);
            for lane in (0..self.0.x.lanes).step_by(E::LANES) {
                self.rows_of_group::<S>(first, count, lane);
            }
            self.0.state.position = (position + count) % rows;
            first += count;
        }
    }
}

/// Sums of eight lanes that are being worked on.
struct Eight<'a, V, const SUMS: usize> {
    reference: (V, V),
    so_far: [V; SUMS],
    after: std::slice::Iter<'a, [[f64; 8]; SUMS]>,
}

/// A row's values of both columns.
#[derive(Clone, Copy)]
struct Chunks<'a, E: Widen>(&'a E::Chunk, &'a E::Chunk);

impl<E: Widen> Chunks<'_, E> {
    /// Returns the lower (0) or upper (1) eight lanes, as distances from a reference.
    #[inline(always)]
    fn load<S: Simd, K: Kind<SUMS>, const SUMS: usize>(
        &self,
        half: usize,
        reference: (S::F64, S::F64),
    ) -> (S::F64, S::F64) {
        let (x, y) = (E::load_half::<S>(self.0, half), E::load_half::<S>(self.1, half));
        if K::IS_CENTRED { (x.sub(reference.0), y.sub(reference.1)) } else { (x, y) }
    }
}

impl<E: Widen, K: Kind<SUMS>, const SUMS: usize> SumsKernel<'_, E, K, SUMS> {
    /// Rows from `first` on, all of one group.
    #[inline(always)]
    fn rows_of_group<S: Simd>(&mut self, first: usize, count: usize, lane: usize) {
        // Not a loop over halves: then the sums would be in memory.
        let has_upper = E::LANES == 16;
        if self.0.state.position == 0 {
            self.turn::<S>(first, lane, 0);
            if has_upper {
                self.turn::<S>(first, lane, 1);
            }
        }
        let SumsJob { state, x, y, out } = &mut self.0;
        let (x, y, length) = (*x, *y, state.rows as f64);
        let (at, start) = ((first, lane), state.position + 1);
        let mut lower = eight::<E, S, K, SUMS>(state, (x, y), at, 0);
        let mut upper = eight::<E, S, K, SUMS>(state, (x, y), at, usize::from(has_upper));
        let last = (first + count - 1, lane);
        let mut out = out.column(at, count);
        let (mut xs, mut ys) = (x.window(last, 0, count), y.window(last, 0, count));
        // Not adaptors of iterators: those are functions without the kernel's instructions.
        for row in 0..count {
            let chunks = Chunks::<E>(xs.take_next(), ys.take_next());
            S::prefetch(chunks.0, AHEAD);
            if K::HAS_TWO_COLUMNS {
                S::prefetch(chunks.1, AHEAD);
            }
            let age = (start + row) as f64;
            let low = lower.advance::<E, S, K>(chunks, 0, (length, age), state.finish);
            let high = match has_upper {
                true => upper.advance::<E, S, K>(chunks, 1, (length, age), state.finish),
                false => low,
            };
            out.push::<S>(E::join::<S>(low, high));
        }
        let (lower, upper) = (lower.so_far, upper.so_far);
        let planes = &mut f64::chunks_mut(&mut state.so_far)[lane / 8 * SUMS..];
        for (sum, plane) in lower.into_iter().zip(&mut *planes) {
            sum.store(plane);
        }
        if has_upper {
            for (sum, plane) in upper.into_iter().zip(&mut planes[SUMS..]) {
                sum.store(plane);
            }
        }
    }

    /// Sums the group before row `first` backwards.
    #[inline(always)]
    fn turn<S: Simd>(&mut self, first: usize, lane: usize, half: usize) {
        let SumsJob { state, x, y, .. } = &mut self.0;
        let zero = S::F64::splat(0.0);
        let reference = E::load_half::<S>(x.chunk(first, lane, 0), half);
        let reference = (reference, E::load_half::<S>(y.chunk(first, lane, 0), half));
        let rows = state.rows;
        let at = (first, lane);
        let (mut xs, mut ys) = (x.window(at, 1, rows), y.window(at, 1, rows));
        let after = state.after_mut::<SUMS>(lane / 8 + half);
        let mut sums = [zero; SUMS];
        for age in 0..rows {
            let after = &mut after[rows - 1 - age];
            for sum in 0..SUMS {
                sums[sum].store(&mut after[sum]);
            }
            let chunks = Chunks::<E>(xs.take_last(), ys.take_last());
            let values = chunks.load::<S, K, SUMS>(half, reference);
            sums = K::older(sums, values, S::F64::splat(age as f64));
        }
        let zeros = &mut f64::chunks_mut(&mut state.so_far)[(lane / 8 + half) * SUMS..][..SUMS];
        for plane in zeros {
            zero.store(plane);
        }
    }
}

#[inline(always)]
fn eight<'s, E: Widen, S: Simd, K: Kind<SUMS>, const SUMS: usize>(
    state: &'s SumsState,
    (x, y): (Rows<'_, E>, Rows<'_, E>),
    (row, lane): (usize, usize),
    half: usize,
) -> Eight<'s, S::F64, SUMS> {
    let index = lane / 8 + half;
    let reference =
        |rows: Rows<'_, E>| E::load_half::<S>(rows.chunk(row, lane, state.position), half);
    let planes = &f64::chunks(&state.so_far)[index * SUMS..][..SUMS];
    let mut so_far = [S::F64::splat(0.0); SUMS];
    for (sum, plane) in so_far.iter_mut().zip(planes) {
        *sum = S::F64::load(plane);
    }
    let after = state.after::<SUMS>(index)[state.position..].iter();
    Eight { reference: (reference(x), reference(y)), so_far, after }
}

impl SumsState {
    fn after<const SUMS: usize>(&self, index: usize) -> &[[[f64; 8]; SUMS]] {
        &f64::chunks(&self.after).as_chunks().0[index * self.rows..][..self.rows]
    }

    fn after_mut<const SUMS: usize>(&mut self, index: usize) -> &mut [[[f64; 8]; SUMS]] {
        &mut f64::chunks_mut(&mut self.after).as_chunks_mut().0[index * self.rows..][..self.rows]
    }
}

impl<V: Vector<Element = f64>, const SUMS: usize> Eight<'_, V, SUMS> {
    /// Moves the window of the lower (0) or upper (1) lanes by one row; returns what is read off.
    #[inline(always)]
    fn advance<E: Widen, S: Simd<F64 = V>, K: Kind<SUMS>>(
        &mut self,
        chunks: Chunks<'_, E>,
        half: usize,
        (length, age): (f64, f64),
        finish: Finish,
    ) -> V {
        let values = chunks.load::<S, K, SUMS>(half, self.reference);
        self.so_far = K::newer(self.so_far, values);
        let mut after = [V::splat(0.0); SUMS];
        if let Some(planes) = self.after.next() {
            for (sum, plane) in after.iter_mut().zip(planes) {
                *sum = V::load(plane);
            }
        }
        let newest = Newest { value: values.0, reference: self.reference.0, length, age };
        K::read(finish, self.so_far, after, newest)
    }
}

/// Runs one step over a block of rows.
pub(crate) fn window_sums<E: Widen>(level: SimdLevel, job: SumsJob<'_, E>) {
    match job.state.finish {
        Finish::Sum | Finish::Mean if E::LANES == 16 => run::<E, Plain, 1>(level, job),
        Finish::Sum | Finish::Mean => run::<E, Exact, 2>(level, job),
        Finish::Distance => run::<E, Distance, 1>(level, job),
        Finish::Deviation { .. } => run::<E, Deviation, 2>(level, job),
        Finish::DecayMean => run::<E, Aged, 2>(level, job),
        Finish::Slope => run::<E, Slope, 4>(level, job),
        Finish::Covariance { .. } => run::<E, Covariance, 3>(level, job),
        Finish::Correlation => run::<E, Correlation, 5>(level, job),
    }
}

fn run<E: Widen, K: Kind<SUMS>, const SUMS: usize>(level: SimdLevel, job: SumsJob<'_, E>) {
    dispatch(level, SumsKernel::<E, K, SUMS>(job, PhantomData));
}
