//! The exponentially weighted mean of all values so far.

use crate::simd::{Element, Kernel, Simd, dispatch};
use bolt_hardware::SimdLevel;

/// What a weighted mean remembers, a value a lane.
#[derive(Debug, Clone)]
pub(crate) struct MeanState {
    sum: Vec<f64>,
    weight: Vec<f64>,
}

impl MeanState {
    pub(crate) fn new(lanes: usize) -> Self {
        Self { sum: vec![0.0; lanes], weight: vec![0.0; lanes] }
    }
}

/// A weighted mean over a block of rows.
pub(crate) struct MeanJob<'a, E> {
    pub(crate) decay: f64,
    pub(crate) state: &'a mut MeanState,
    pub(crate) x: &'a [E],
    pub(crate) out: &'a mut [E],
}

struct WeightedMean<'a, E> {
    job: MeanJob<'a, E>,
    rows: usize,
    stride: usize,
}

impl<E: Element> Kernel for WeightedMean<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { job: MeanJob { decay, state, x, out }, rows, stride } = self;
        for row in 0..rows {
            let range = row * stride..(row + 1) * stride;
            let lanes = x[range.clone()].iter().zip(&mut out[range]);
            let states = state.sum.iter_mut().zip(&mut state.weight);
            for ((x, out), (sum, weight)) in lanes.zip(states) {
                let x = x.to_f64();
                let present = x.is_finite();
                *sum = sum.mul_add(decay, if present { x } else { 0.0 });
                *weight = weight.mul_add(decay, if present { 1.0 } else { 0.0 });
                *out = E::from_f64(if present { *sum / *weight } else { f64::NAN });
            }
        }
    }
}

/// Writes the exponentially weighted mean of all values so far.
pub(crate) fn weighted_mean<E: Element>(
    level: SimdLevel,
    rows: usize,
    stride: usize,
    job: MeanJob<'_, E>,
) {
    dispatch(level, WeightedMean { job, rows, stride });
}
