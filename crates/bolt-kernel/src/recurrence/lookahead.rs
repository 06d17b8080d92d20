//! Linear recurrences, eight rows ahead.
//!
//! `y[t] = decay * y[t-1] + gain * x[t]` is a chain of dependent steps, and over one lane its
//! latency is the limit. With `y[t] = scale * (x[t] + decay * e[t])`, where `scale` is
//! `gain / (1 - decay)` and `e[t]` is called the lag, the same recurrence reads
//! `e[t] = decay * e[t-1] + x[t-1] - x[t]`, and eight steps at once (look-ahead: Parhi and
//! Messerschmitt 1989)
//!
//! ```text
//! e[t] = decay^8 * e[t-8] + sum of decay^j * (x[t-j-1] - x[t-j]) for j in 0..8
//! ```
//!
//! where the sum doubles its length three times: over two rows, four and eight. A row no longer
//! waits for the row before. As nothing comes in from a column that stands still, its lag goes to
//! zero and the result to the column's value: crossings do not come of rounding.
//!
//! Other decays than those between 0 and 1, cumulative sums among them, go row by row, and so does
//! what [`Linear::row_by_row`] asks for.

use crate::graph::Linear;
use crate::simd::sealed::Lanes;
use crate::simd::{LANES_MAX, Sequence, Vector};
use std::ops::Range;

/// Rows between a lag and the one that it is computed from.
pub(super) const AHEAD: usize = 8;

/// Values that are remembered of each lane: see [`Past`].
const DEPTH: usize = 16;

/// What a linear recurrence remembers: planes of a value a lane. The first are those of [`Past`],
/// its fields in order, the oldest row first.
#[derive(Debug, Clone, Default)]
pub(crate) struct LinearState {
    values: Vec<f64>,
    /// Values of a plane: whole vectors.
    lanes: usize,
}

/// The plane of the sum that a recurrence starts from.
pub(super) const SEED_SUM: usize = DEPTH;

/// The plane of the newest lag.
pub(super) const NEWEST_LAG: usize = DEPTH - 1;

/// The plane of how many values were not skipped.
pub(super) const SEEN: usize = DEPTH + 1;

impl LinearState {
    pub(crate) fn new(lanes: usize) -> Self {
        let lanes = lanes.next_multiple_of(LANES_MAX);
        Self { values: vec![0.0; lanes * (DEPTH + 2)], lanes }
    }

    #[inline(always)]
    pub(super) fn plane(&self, plane: usize) -> &[f64] {
        &self.values[plane * self.lanes..][..self.lanes]
    }

    #[inline(always)]
    pub(super) fn plane_mut(&mut self, plane: usize) -> &mut [f64] {
        &mut self.values[plane * self.lanes..][..self.lanes]
    }

    #[inline(always)]
    pub(super) fn load<V: Vector<Element = f64>>(&self, plane: usize, chunk: usize) -> V {
        V::load(&f64::chunks(self.plane(plane))[chunk])
    }

    #[inline(always)]
    pub(super) fn store<V: Vector<Element = f64>>(&mut self, plane: usize, chunk: usize, value: V) {
        value.store(&mut f64::chunks_mut(self.plane_mut(plane))[chunk]);
    }
}

/// A recurrence's parameters, in registers.
#[derive(Clone, Copy)]
pub(super) struct Factors<V> {
    pub(super) decay: V,
    decay_2: V,
    decay_4: V,
    decay_8: V,
    pub(super) gain: V,
    pub(super) scale: V,
}

/// Tiny decays make lags that leave the range of numbers.
pub(super) fn is_ahead(linear: &Linear) -> bool {
    let has_lag = (1e-3..1.0).contains(&linear.decay.value()) && linear.gain.value() != 0.0;
    has_lag && !linear.row_by_row
}

/// What the next rows of some lanes look back at.
#[derive(Clone, Copy)]
pub(super) struct Past<V> {
    x: V,
    /// The `x` before less `x`.
    pub(super) change: V,
    /// Changes summed over two rows, weighted by age.
    two: [V; 2],
    /// The same over four rows.
    four: [V; 4],
    /// Lags; the last is the result where rows go one by one.
    pub(super) lag: [V; AHEAD],
}

impl<V: Vector<Element = f64>> Factors<V> {
    #[inline(always)]
    pub(super) fn new(linear: &Linear) -> Self {
        let (decay, gain) = (linear.decay.value(), linear.gain.value());
        let decay_2 = decay * decay;
        let decay_4 = decay_2 * decay_2;
        let scale = gain / (1.0 - decay);
        // Of a mean, but for the rounding of its decay.
        let scale = if (scale - 1.0).abs() < 1e-9 { 1.0 } else { scale };
        Self {
            decay: V::splat(decay),
            decay_2: V::splat(decay_2),
            decay_4: V::splat(decay_4),
            decay_8: V::splat(decay_4 * decay_4),
            gain: V::splat(gain),
            scale: V::splat(scale),
        }
    }

    /// Returns the result of a value and its lag.
    #[inline(always)]
    pub(super) fn result(&self, x: V, lag: V) -> V {
        lag.mul_add(self.decay, x).mul(self.scale)
    }
}

impl<V: Vector<Element = f64>> Past<V> {
    /// Returns the past with a row's value, and the lag that the row before it gives.
    #[inline(always)]
    pub(super) fn with(mut self, x: V, factors: &Factors<V>) -> Self {
        let change = self.x.sub(x);
        let two = self.change.mul_add(factors.decay, change);
        let four = self.two[0].mul_add(factors.decay_2, two);
        let eight = self.four[0].mul_add(factors.decay_4, four);
        let lag = self.lag[0].mul_add(factors.decay_8, eight);
        self.x = x;
        self.change = change;
        self.two = [self.two[1], two];
        self.four = [self.four[1], self.four[2], self.four[3], four];
        self.push_lag(lag);
        self
    }

    #[inline(always)]
    pub(super) fn push_lag(&mut self, lag: V) {
        self.lag.rotate_left(1);
        self.lag[AHEAD - 1] = lag;
    }

    #[inline(always)]
    pub(super) fn newest_lag(&self) -> V {
        self.lag[AHEAD - 1]
    }

    #[inline(always)]
    pub(super) fn to_array(self) -> [V; DEPTH] {
        let Self { x, change, two, four, lag } = self;
        let mut all = [x; DEPTH];
        all[1] = change;
        all[2..4].copy_from_slice(&two);
        all[4..8].copy_from_slice(&four);
        all[8..].copy_from_slice(&lag);
        all
    }

    #[inline(always)]
    pub(super) fn from_array(all: [V; DEPTH]) -> Self {
        let [x, change, two_0, two_1, four_0, four_1, four_2, four_3, lag @ ..] = all;
        Self { x, change, two: [two_0, two_1], four: [four_0, four_1, four_2, four_3], lag }
    }

    #[inline(always)]
    pub(super) fn load(state: &LinearState, chunk: usize) -> Self {
        let mut all = [V::splat(0.0); DEPTH];
        for (plane, value) in all.iter_mut().enumerate() {
            *value = state.load(plane, chunk);
        }
        Self::from_array(all)
    }

    #[inline(always)]
    pub(super) fn store(self, state: &mut LinearState, chunk: usize) {
        for (plane, value) in self.to_array().into_iter().enumerate() {
            state.store(plane, chunk, value);
        }
    }

    /// Returns `next` in some lanes.
    #[inline(always)]
    pub(super) fn replaced(self, lanes: V::Mask, next: Self) -> Self {
        let mut all = self.to_array();
        for (old, new) in all.iter_mut().zip(next.to_array()) {
            *old = V::select(lanes, new, *old);
        }
        Self::from_array(all)
    }
}

/// What the next rows of one lane look back at: of each field of [`Past`], the last eight rows.
pub(super) struct EightRows<V> {
    x: V,
    change: V,
    two: V,
    four: V,
    lag: V,
}

/// The planes of each field.
const FIELDS: [Range<usize>; 5] = [0..1, 1..2, 2..4, 4..8, 8..16];

impl<V: Sequence + Vector<Element = f64>> EightRows<V> {
    #[inline(always)]
    pub(super) fn load(state: &LinearState) -> Self {
        let mut rows = [[0.0; 8]; FIELDS.len()];
        for (rows, planes) in rows.iter_mut().zip(FIELDS) {
            for (row, plane) in rows[8 - planes.len()..].iter_mut().zip(planes) {
                *row = state.plane(plane)[0];
            }
        }
        let [x, change, two, four, lag] = &rows;
        Self {
            x: V::load(x),
            change: V::load(change),
            two: V::load(two),
            four: V::load(four),
            lag: V::load(lag),
        }
    }

    #[inline(always)]
    pub(super) fn store(self, state: &mut LinearState) {
        let fields = [self.x, self.change, self.two, self.four, self.lag];
        for (planes, field) in FIELDS.into_iter().zip(fields) {
            let mut rows = [0.0; 8];
            field.store(&mut rows);
            for (row, plane) in rows[8 - planes.len()..].iter().zip(planes) {
                state.plane_mut(plane).fill(*row);
            }
        }
    }

    /// As [`Past::with`], over eight rows.
    #[inline(always)]
    pub(super) fn advance(&mut self, x: V, factors: &Factors<V>) -> V {
        let change = V::window::<7>(self.x, x).sub(x);
        let two = V::window::<7>(self.change, change).mul_add(factors.decay, change);
        let four = V::window::<6>(self.two, two).mul_add(factors.decay_2, two);
        let eight = V::window::<4>(self.four, four).mul_add(factors.decay_4, four);
        let lag = self.lag.mul_add(factors.decay_8, eight);
        *self = Self { x, change, two, four, lag };
        factors.result(x, lag)
    }
}
