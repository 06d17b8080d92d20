//! Sums over windows of many lanes, and what is read off them, in one pass over the rows.
//!
//! Each lane keeps its sums in registers, adds what comes into the window and takes off what
//! leaves it. Sums are kept in two parts (see `wide`), so that a window's sum is correctly rounded
//! whatever went before it: what leaves is taken off as exactly as it was added, and the result is
//! the one that the tree of `rolling` gives over one lane. Missing and infinite values count as
//! zero in the sums and are counted apart; a window that holds one gives NaN.

use crate::graph::{Finish, SUMS_MAX};
use crate::rows::{Out, Rows};
use crate::simd::sealed::Lanes;
use crate::simd::{Kernel, Mask, Simd, Vector, dispatch};
use crate::wide::{Pair, Widen, finish_pairs, two_sum};
use bolt_hardware::SimdLevel;

/// The memory of one step: planes of a value a lane.
#[derive(Debug, Clone)]
pub(crate) struct SumsState {
    finish: Finish,
    rows: u32,
    /// High and low part of each sum, and of the age-weighted one.
    planes: Vec<[Vec<f64>; 2]>,
    /// How many values of the window are missing.
    missing: Vec<f64>,
}

fn is_aged(finish: Finish) -> bool {
    matches!(finish, Finish::DecayMean | Finish::Slope)
}

/// Returns how many sums are kept: of x; and of x x; or of x, y, x y; or of x, y, x x, y y, x y.
fn count(finish: Finish) -> usize {
    match finish {
        Finish::Sum | Finish::Mean | Finish::Distance => 1,
        Finish::DecayMean | Finish::Slope => 1,
        Finish::Deviation { .. } => 2,
        Finish::Covariance { .. } => 3,
        Finish::Correlation => 5,
    }
}

impl SumsState {
    pub(crate) fn new(finish: Finish, rows: u32, lanes: usize) -> Self {
        let planes = count(finish) + usize::from(is_aged(finish));
        let plane = || [vec![0.0; lanes], vec![0.0; lanes]];
        Self {
            finish,
            rows,
            planes: (0..planes).map(|_| plane()).collect(),
            // There is nothing before the first row.
            missing: vec![f64::from(rows); lanes],
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

struct SumsKernel<'a, E, const SUMS: usize, const AGED: bool>(SumsJob<'a, E>);

/// The sums of eight lanes that are being worked on.
#[derive(Clone, Copy)]
struct Running<V, const SUMS: usize> {
    sums: [Pair<V>; SUMS],
    aged: Pair<V>,
    missing: V,
}

impl<E: Widen, const SUMS: usize, const AGED: bool> Kernel for SumsKernel<'_, E, SUMS, AGED> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        for lane in (0..self.0.x.lanes).step_by(E::LANES) {
            if self.is_complete::<S>(lane) {
                self.run_lanes::<S, true>(lane);
            } else {
                self.run_lanes::<S, false>(lane);
            }
        }
    }
}

impl<E: Widen, const SUMS: usize, const AGED: bool> SumsKernel<'_, E, SUMS, AGED> {
    /// Returns whether no value is missing in a chunk of lanes, from the window before the block
    /// to its last row.
    #[inline(always)]
    fn is_complete<S: Simd>(&self, lane: usize) -> bool {
        let SumsJob { state, x, y, .. } = &self.0;
        if state.missing[lane..lane + E::LANES].iter().any(|count| *count != 0.0) {
            return false;
        }
        let mut sum = E::Vector::<S>::splat(E::from_f64(0.0));
        for row in 0..x.rows {
            let x = E::Vector::<S>::load(x.chunk(row, lane, 0));
            sum = sum.add(x.sub(x));
            if SUMS > 2 {
                let y = E::Vector::<S>::load(y.chunk(row, lane, 0));
                sum = sum.add(y.sub(y));
            }
        }
        sum.unordered(sum).bits() == 0
    }

    #[inline(always)]
    fn run_lanes<S: Simd, const COMPLETE: bool>(&mut self, lane: usize) {
        let SumsJob { state, x, y, out } = &mut self.0;
        let (x, y) = (*x, *y);
        let (finish, length) = (state.finish, state.rows as usize);
        // Not a loop over halves: then the sums would be in memory.
        let has_upper = E::LANES == 16;
        let mut lower = state.load::<S, SUMS, AGED>(lane / 8);
        let mut upper = if has_upper { state.load::<S, SUMS, AGED>(lane / 8 + 1) } else { lower };
        for row in 0..x.rows {
            let (new, old) = (x.chunk(row, lane, 0), x.chunk(row, lane, length));
            let change = match SUMS > 2 {
                true => {
                    let (new_y, old_y) = (y.chunk(row, lane, 0), y.chunk(row, lane, length));
                    Change { new: (new, new_y), old: (old, old_y) }
                }
                false => Change { new: (new, new), old: (old, old) },
            };
            let window = (finish, length as f64);
            let low = lower.advance::<E, S, AGED, COMPLETE>(change, 0, window);
            let high = match has_upper {
                true => upper.advance::<E, S, AGED, COMPLETE>(change, 1, window),
                false => low,
            };
            out.store::<S>(row, lane, E::join::<S>(low, high));
        }
        state.store::<S, SUMS, AGED>(lane / 8, lower);
        if has_upper {
            state.store::<S, SUMS, AGED>(lane / 8 + 1, upper);
        }
    }
}

/// What comes into a window of both columns and what leaves it.
struct Change<'a, E: Widen> {
    new: (&'a E::Chunk, &'a E::Chunk),
    old: (&'a E::Chunk, &'a E::Chunk),
}

impl<E: Widen> Clone for Change<'_, E> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: Widen> Copy for Change<'_, E> {}

impl SumsState {
    #[inline(always)]
    fn load<S: Simd, const SUMS: usize, const AGED: bool>(
        &self,
        chunk: usize,
    ) -> Running<S::F64, SUMS> {
        let zero = S::F64::splat(0.0);
        let at = |plane: &Vec<f64>| S::F64::load(&f64::chunks(plane)[chunk]);
        let mut sums = [Pair(zero, zero); SUMS];
        for (sum, [high, low]) in sums.iter_mut().zip(&self.planes) {
            *sum = Pair(at(high), at(low));
        }
        let mut aged = Pair(zero, zero);
        if AGED {
            aged = Pair(at(&self.planes[SUMS][0]), at(&self.planes[SUMS][1]));
        }
        Running { sums, aged, missing: at(&self.missing) }
    }

    #[inline(always)]
    fn store<S: Simd, const SUMS: usize, const AGED: bool>(
        &mut self,
        chunk: usize,
        running: Running<S::F64, SUMS>,
    ) {
        let aged = AGED.then_some(running.aged);
        let pairs = running.sums.into_iter().chain(aged);
        for (Pair(high, low), [high_plane, low_plane]) in pairs.zip(&mut self.planes) {
            high.store(&mut f64::chunks_mut(high_plane)[chunk]);
            low.store(&mut f64::chunks_mut(low_plane)[chunk]);
        }
        running.missing.store(&mut f64::chunks_mut(&mut self.missing)[chunk]);
    }
}

impl<V: Vector<Element = f64>, const SUMS: usize> Running<V, SUMS> {
    /// Moves the window of the lower (0) or upper (1) lanes by one row; returns what is read off.
    #[inline(always)]
    fn advance<E: Widen, S: Simd<F64 = V>, const AGED: bool, const COMPLETE: bool>(
        &mut self,
        change: Change<'_, E>,
        half: usize,
        (finish, length): (Finish, f64),
    ) -> V {
        let load = |chunk| E::load_half::<S>(chunk, half);
        let (new, old) = (change.new, change.old);
        let (new, old) = ((load(new.0), load(new.1)), (load(old.0), load(old.1)));
        if COMPLETE {
            self.step::<E, AGED>(new, old, length);
            return self.read_off(finish, length, new.0);
        }
        self.step_with_gaps::<E, AGED>(new, old, length);
        let value = self.read_off(finish, length, new.0);
        V::select(self.missing.eq(V::splat(0.0)), value, V::splat(f64::NAN))
    }

    /// Moves the window by one row whose values, and those it replaces, may be missing.
    #[inline(always)]
    fn step_with_gaps<E: Widen, const AGED: bool>(
        &mut self,
        new: (V, V),
        old: (V, V),
        length: f64,
    ) {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let (new_zero, old_zero) = (zero_if_finite(new), zero_if_finite(old));
        let (bad_new, bad_old) = (new_zero.unordered(new_zero), old_zero.unordered(old_zero));
        self.missing = V::select(bad_new, self.missing.add(one), self.missing);
        self.missing = V::select(bad_old, self.missing.sub(one), self.missing);
        let new = (V::select(bad_new, zero, new.0), V::select(bad_new, zero, new.1));
        let old = (V::select(bad_old, zero, old.0), V::select(bad_old, zero, old.1));
        self.step::<E, AGED>(new, old, length);
    }

    /// Moves the window by one row.
    #[inline(always)]
    fn step<E: Widen, const AGED: bool>(&mut self, new: (V, V), old: (V, V), length: f64) {
        if AGED {
            // All values grow older by a row; the oldest would be as old as the window is long.
            let Pair(high, low) = self.sums[0];
            let (sum, error) = two_sum(self.aged.0, high);
            let leaving = Pair::product(old.0, V::splat(-length));
            let (sum, second_error) = two_sum(sum, leaving.0);
            let low = self.aged.1.add(low).add(leaving.1);
            self.aged = Pair(sum, low.add(error.add(second_error)));
        }
        self.sums[0].replace(new.0, old.0);
        if SUMS == 2 {
            self.sums[1].replace_product::<E>((new.0, new.0), (old.0, old.0));
        }
        if SUMS > 2 {
            self.sums[1].replace(new.1, old.1);
            self.sums[SUMS - 1].replace_product::<E>(new, old);
        }
        if SUMS == 5 {
            self.sums[2].replace_product::<E>((new.0, new.0), (old.0, old.0));
            self.sums[3].replace_product::<E>((new.1, new.1), (old.1, old.1));
        }
    }

    #[inline(always)]
    fn read_off(&self, finish: Finish, length: f64, newest: V) -> V {
        let zero = V::splat(0.0);
        let mut sums = [Pair(zero, zero); SUMS_MAX];
        sums[..SUMS].copy_from_slice(&self.sums);
        match finish {
            Finish::Distance => sums[1] = Pair(newest, zero),
            Finish::DecayMean | Finish::Slope => sums[1] = self.aged,
            _ => {}
        }
        finish_pairs(finish, length, sums)
    }
}

impl<V: Vector<Element = f64>> Pair<V> {
    /// Adds one number and takes another off.
    #[inline(always)]
    fn replace(&mut self, new: V, old: V) {
        let (change, change_error) = two_sum(new, old.neg());
        let (high, error) = two_sum(self.0, change);
        *self = Self(high, self.1.add(change_error.add(error)));
    }

    /// Adds the product of two numbers and takes another off.
    #[inline(always)]
    fn replace_product<E: Widen>(&mut self, new: (V, V), old: (V, V)) {
        let new = Self::exact_product::<E>(new.0, new.1);
        let old = Self::exact_product::<E>(old.0, old.1);
        self.replace(new.0, old.0);
        if E::LANES == 8 {
            self.1 = self.1.add(new.1.sub(old.1));
        }
    }
}

/// Zero where both numbers are finite, NaN elsewhere.
#[inline(always)]
fn zero_if_finite<V: Vector<Element = f64>>((x, y): (V, V)) -> V {
    x.sub(x).add(y.sub(y))
}

/// Runs one step over a block of rows.
pub(crate) fn window_sums<E: Widen>(level: SimdLevel, job: SumsJob<'_, E>) {
    let finish = job.state.finish;
    match (count(finish), is_aged(finish)) {
        (1, false) => dispatch(level, SumsKernel::<E, 1, false>(job)),
        (1, true) => dispatch(level, SumsKernel::<E, 1, true>(job)),
        (2, _) => dispatch(level, SumsKernel::<E, 2, false>(job)),
        (3, _) => dispatch(level, SumsKernel::<E, 3, false>(job)),
        _ => dispatch(level, SumsKernel::<E, 5, false>(job)),
    }
}
