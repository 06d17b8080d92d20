//! Linear recurrences over blocks of rows: past their start, eight rows ahead (see `lookahead`).

use super::lookahead::{
    AHEAD, EightRows, Factors, LinearState, NEWEST_LAG, Past, SEED_SUM, SEEN, is_ahead,
};
use crate::graph::Linear;
use crate::rows::{Out, Rows, canonical};
use crate::simd::{Kernel, Mask, Simd, Vector, dispatch};
use crate::wide::Widen;
use bolt_hardware::SimdLevel;
use std::ops::Range;

/// One linear recurrence over a block of rows.
#[derive(Debug)]
pub(crate) struct LinearJob<'a, E> {
    pub(crate) linear: Linear,
    pub(crate) state: &'a mut LinearState,
    pub(crate) x: Rows<'a, E>,
    pub(crate) out: Out<'a, E>,
}

/// Lanes that are being worked on.
struct Running<V> {
    past: Past<V>,
    seed_sum: V,
    seen: V,
}

/// What to do with rows until a recurrence is steady, and around missing values.
struct Start<V> {
    offset: V,
    seed: V,
    seed_divisor: V,
    warm_up: V,
    is_ahead: bool,
}

impl<V: Vector<Element = f64>> Start<V> {
    #[inline(always)]
    fn new(linear: &Linear) -> Self {
        let splat = |count: u32| V::splat(f64::from(count));
        Self {
            offset: splat(linear.offset),
            seed: splat(linear.seed),
            seed_divisor: V::splat(linear.seed_divisor.value()),
            warm_up: splat(linear.warm_up),
            is_ahead: is_ahead(linear),
        }
    }
}

impl<V: Vector<Element = f64>> Running<V> {
    #[inline(always)]
    fn load(state: &LinearState, chunk: usize) -> Self {
        Self {
            past: Past::load(state, chunk),
            seed_sum: state.load(SEED_SUM, chunk),
            seen: state.load(SEEN, chunk),
        }
    }

    #[inline(always)]
    fn store(self, state: &mut LinearState, chunk: usize) {
        self.past.store(state, chunk);
        state.store(SEED_SUM, chunk, self.seed_sum);
        state.store(SEEN, chunk, self.seen);
    }

    /// Returns the results of a row, whatever came before it and whatever it holds.
    #[inline(always)]
    fn advance(&mut self, x: V, start: &Start<V>, factors: &Factors<V>) -> V {
        let one = V::splat(1.0);
        let index = self.seen.sub(start.offset);
        let is_seed = index.lt(start.seed);
        let zero = zero_if_counted(x);
        let valid = !zero.unordered(zero).bits();
        let counted = valid & V::splat(0.0).le(index).bits();
        let sum = self.seed_sum.add(x);
        let in_sum = V::Mask::from_bits(counted & is_seed.bits());
        self.seed_sum = V::select(in_sum, sum, self.seed_sum);
        let seeded = sum.div(start.seed_divisor);
        let mut next = self.past.with(x, factors);
        let (lag, result) = if start.is_ahead {
            // Not yet as many rows after the seed as are looked back at.
            let is_early = index.lt(start.seed.add(V::splat((AHEAD - 1) as f64)));
            let step = self.past.newest_lag().mul_add(factors.decay, next.change);
            let lag = V::select(is_early, step, next.newest_lag());
            let seed_lag = seeded.div(factors.scale).sub(x).div(factors.decay);
            let lag = V::select(is_seed, seed_lag, lag);
            (lag, factors.result(x, lag))
        } else {
            let step = self.past.newest_lag().mul_add(factors.decay, x.mul(factors.gain));
            (V::select(is_seed, seeded, step), step)
        };
        next.lag[AHEAD - 1] = lag;
        let is_valid = V::Mask::from_bits(valid);
        self.past = self.past.replaced(is_valid, next);
        self.seen = V::select(is_valid, self.seen.add(one), self.seen);
        let has_result = counted & start.warm_up.le(index.add(one)).bits();
        let result = V::select(is_seed, seeded, result);
        V::select(V::Mask::from_bits(has_result), result, V::splat(f64::NAN))
    }
}

/// Zero, or NaN where a value is missing, infinite or so large that a difference could be.
#[inline(always)]
fn zero_if_counted<V: Vector>(x: V) -> V {
    let twice = x.add(x);
    twice.sub(twice)
}

/// Returns whether a sum of [`zero_if_counted`] says that no value is skipped.
#[inline(always)]
fn is_complete<V: Vector>(zeros: V) -> bool {
    zeros.unordered(zeros).bits() == 0
}

struct LinearKernel<'a, E> {
    job: LinearJob<'a, E>,
    /// Values after which the recurrence is steady: every result is made in the same way.
    steady: f64,
}

impl<E: Widen> Kernel for LinearKernel<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        if self.job.x.lanes == 1 {
            return self.along_rows::<S>();
        }
        for lane in (0..self.job.x.lanes).step_by(E::LANES) {
            let seen = &self.job.state.plane(SEEN)[lane..lane + E::LANES];
            let is_steady = seen.iter().all(|seen| *seen >= self.steady);
            if !is_steady || !self.across_lanes::<S>(lane) {
                self.start_lanes::<S>(lane);
            }
        }
    }
}

impl<E: Widen> LinearKernel<'_, E> {
    /// Many lanes, in any state.
    #[inline(always)]
    fn start_lanes<S: Simd>(&mut self, lane: usize) {
        let LinearJob { linear, state, x, out } = &mut self.job;
        let (start, factors) = (Start::<S::F64>::new(linear), Factors::new(linear));
        let mut low = Running::load(state, lane / 8);
        let has_upper = E::LANES == 16;
        let mut high = Running::load(state, lane / 8 + usize::from(has_upper));
        for row in 0..x.rows {
            let chunk = x.chunk(row, lane, 0);
            let lower = low.advance(E::load_half::<S>(chunk, 0), &start, &factors);
            let upper = match has_upper {
                true => high.advance(E::load_half::<S>(chunk, 1), &start, &factors),
                false => lower,
            };
            out.store::<S>(row, lane, E::join::<S>(lower, upper));
        }
        low.store(state, lane / 8);
        if has_upper {
            high.store(state, lane / 8 + 1);
        }
    }

    /// Many lanes, steady; returns false, with nothing remembered, if a value is to be skipped.
    #[inline(always)]
    fn across_lanes<S: Simd>(&mut self, lane: usize) -> bool {
        let LinearJob { linear, state, x, out } = &mut self.job;
        let (factors, is_ahead) = (Factors::<S::F64>::new(linear), is_ahead(linear));
        let advance = |past: &mut Past<S::F64>, x: S::F64| {
            if is_ahead {
                *past = past.with(x, &factors);
                return factors.result(x, past.newest_lag());
            }
            let result = past.newest_lag().mul_add(factors.decay, x.mul(factors.gain));
            past.push_lag(result);
            result
        };
        let mut low = Past::load(state, lane / 8);
        let has_upper = E::LANES == 16;
        let mut high = Past::load(state, lane / 8 + usize::from(has_upper));
        let mut zeros = E::Vector::<S>::splat(E::from_f64(0.0));
        for row in 0..x.rows {
            let chunk = x.chunk(row, lane, 0);
            zeros = zeros.add(zero_if_counted(E::Vector::<S>::load(chunk)));
            let lower = advance(&mut low, E::load_half::<S>(chunk, 0));
            let upper = match has_upper {
                true => advance(&mut high, E::load_half::<S>(chunk, 1)),
                false => lower,
            };
            out.store::<S>(row, lane, E::join::<S>(lower, upper));
        }
        if !is_complete(zeros) {
            return false;
        }
        low.store(state, lane / 8);
        if has_upper {
            high.store(state, lane / 8 + 1);
        }
        let seen = &mut state.plane_mut(SEEN)[lane..lane + E::LANES];
        seen.iter_mut().for_each(|seen| *seen += x.rows as f64);
        true
    }

    /// One lane.
    #[inline(always)]
    fn along_rows<S: Simd>(&mut self) {
        let rows = self.job.x.rows;
        let mut row = 0;
        while row < rows && self.job.state.plane(SEEN)[0] < self.steady {
            self.start_rows::<S>(row..row + 1);
            row += 1;
        }
        let whole = row..rows - (rows - row) % E::LANES;
        let is_done = match is_ahead(&self.job.linear) {
            true => self.ahead::<S>(whole.clone()),
            false => self.one_by_one(whole.clone()),
        };
        if is_done {
            row = whole.end;
        }
        if row < rows {
            self.start_rows::<S>(row..rows);
        }
    }

    /// Rows of one lane, in any state.
    #[inline(always)]
    fn start_rows<S: Simd>(&mut self, rows: Range<usize>) {
        let LinearJob { linear, state, x, out } = &mut self.job;
        let (start, factors) = (Start::<S::F64>::new(linear), Factors::new(linear));
        let mut running = Running::load(state, 0);
        for row in rows {
            let x = S::F64::splat(x.values[x.origin + row].to_f64());
            let mut results = [0.0; 8];
            running.advance(x, &start, &factors).store(&mut results);
            out.put(row, E::from_f64(results[0]));
        }
        running.store(state, 0);
    }

    /// Rows of one lane, steady, each after the one before; returns false, with nothing
    /// remembered, if a value is to be skipped.
    fn one_by_one(&mut self, rows: Range<usize>) -> bool {
        let LinearJob { linear, state, x, out } = &mut self.job;
        let (decay, gain) = (linear.decay.value(), linear.gain.value());
        let mut result = state.plane(NEWEST_LAG)[0];
        let (count, mut zeros) = (rows.len(), 0.0);
        for row in rows {
            let x = x.values[x.origin + row].to_f64();
            zeros += (x + x) * 0.0;
            result = result.mul_add(decay, x * gain);
            out.put(row, E::from_f64(result));
        }
        if f64::is_nan(zeros) {
            return false;
        }
        state.plane_mut(SEEN)[0] += count as f64;
        state.plane_mut(NEWEST_LAG).fill(result);
        true
    }

    /// Rows of one lane, steady, eight at a time; returns false, with nothing remembered, if a
    /// value is to be skipped.
    #[inline(always)]
    fn ahead<S: Simd>(&mut self, rows: Range<usize>) -> bool {
        let LinearJob { linear, state, x, out } = &mut self.job;
        let factors = Factors::<S::F64>::new(linear);
        let mut eight = EightRows::load(state);
        let (count, mut zeros) = (rows.len(), E::Vector::<S>::splat(E::from_f64(0.0)));
        for (chunk, out) in x.chunks(rows.clone()).iter().zip(out.chunks(rows)) {
            zeros = zeros.add(zero_if_counted(E::Vector::<S>::load(chunk)));
            let lower = eight.advance(E::load_half::<S>(chunk, 0), &factors);
            let upper = match E::LANES == 16 {
                true => eight.advance(E::load_half::<S>(chunk, 1), &factors),
                false => lower,
            };
            canonical::<E, S>(E::join::<S>(lower, upper)).store_new(out);
        }
        if !is_complete(zeros) {
            return false;
        }
        state.plane_mut(SEEN)[0] += count as f64;
        eight.store(state);
        true
    }
}

/// Runs a linear recurrence over a block of rows.
pub(crate) fn linear<E: Widen>(level: SimdLevel, job: LinearJob<'_, E>) {
    let Linear { offset, seed, warm_up, .. } = job.linear;
    let rows = warm_up.max(seed + AHEAD as u32);
    dispatch(level, LinearKernel { steady: f64::from(offset) + f64::from(rows), job });
}
