//! Kernels that carry a value from row to row.
//!
//! A recurrence is computed in the order of the rows, each step rounded the same way, so its
//! results do not depend on blocks. Values that are missing or infinite are skipped: the result
//! is missing there and the recurrence goes on as if the row were not.
//!
//! Over one lane the chain of dependent steps is the limit, four cycles a row; several recurrences
//! that do not depend on each other run interleaved, so that their chains overlap.

use crate::elementwise::all_finite;
use crate::graph::Linear;
use crate::simd::sealed::Lanes;
use crate::simd::{Element, Kernel, Simd, Vector, dispatch};
use crate::wide::Widen;
use bolt_hardware::SimdLevel;

/// What a linear recurrence remembers, a value a lane.
#[derive(Debug, Clone)]
pub(crate) struct LinearState {
    result: Vec<f64>,
    seed_sum: Vec<f64>,
    seen: Vec<u32>,
}

impl LinearState {
    pub(crate) fn new(lanes: usize) -> Self {
        Self { result: vec![0.0; lanes], seed_sum: vec![0.0; lanes], seen: vec![0; lanes] }
    }
}

/// One linear recurrence over a block of rows.
#[derive(Debug)]
pub(crate) struct LinearJob<'a, E> {
    pub(crate) linear: Linear,
    pub(crate) state: &'a mut LinearState,
    pub(crate) x: &'a [E],
    pub(crate) out: &'a mut [E],
}

impl<E: Element> LinearJob<'_, E> {
    fn is_warm(&self, lanes: std::ops::Range<usize>) -> bool {
        let needed = self.linear.offset + self.linear.warm_up;
        self.state.seen[lanes].iter().all(|&seen| seen >= needed)
    }

    /// One value of one lane, whatever the state.
    fn step(&mut self, lane: usize, position: usize) {
        let x = self.x[position].to_f64();
        let Linear { decay, gain, offset, seed, seed_divisor, warm_up } = self.linear;
        let LinearState { result, seed_sum, seen } = &mut *self.state;
        self.out[position] = E::NAN;
        if !x.is_finite() {
            return;
        }
        let index = seen[lane];
        seen[lane] = index.saturating_add(1);
        let Some(index) = index.checked_sub(offset) else { return };
        if index < seed {
            seed_sum[lane] += x;
            result[lane] = seed_sum[lane] / seed_divisor.value();
        } else {
            result[lane] = result[lane].mul_add(decay.value(), x * gain.value());
        }
        if index + 1 >= warm_up {
            self.out[position] = E::from_f64(result[lane]);
        }
    }
}

/// Runs linear recurrences that do not depend on each other over the same rows.
pub(crate) fn linear<E: Widen>(
    level: SimdLevel,
    rows: usize,
    stride: usize,
    jobs: &mut [LinearJob<'_, E>],
) {
    if stride > 1 {
        for job in jobs {
            linear_lanes(level, rows, stride, job);
        }
        return;
    }
    let mut steady = Vec::with_capacity(jobs.len());
    for job in jobs {
        if job.is_warm(0..1) && all_finite(level, &job.x[..rows]) {
            steady.push(job);
        } else {
            (0..rows).for_each(|row| job.step(0, row));
        }
    }
    let mut rest = steady.as_mut_slice();
    while !rest.is_empty() {
        let count = [8, 4, 2, 1].into_iter().find(|count| *count <= rest.len()).unwrap_or(1);
        let (jobs, later) = rest.split_at_mut(count);
        match count {
            8 => dispatch(level, Interleaved::<E, 8> { jobs, rows }),
            4 => dispatch(level, Interleaved::<E, 4> { jobs, rows }),
            2 => dispatch(level, Interleaved::<E, 2> { jobs, rows }),
            _ => dispatch(level, Interleaved::<E, 1> { jobs, rows }),
        }
        rest = later;
    }
}

/// `N` recurrences over one lane, past their warm-up and without missing values.
struct Interleaved<'s, 'j, 'a, E, const N: usize> {
    jobs: &'s mut [&'j mut LinearJob<'a, E>],
    rows: usize,
}

impl<E: Element, const N: usize> Kernel for Interleaved<'_, '_, '_, E, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { jobs, rows } = self;
        let decay: [f64; N] = std::array::from_fn(|i| jobs[i].linear.decay.value());
        let gain: [f64; N] = std::array::from_fn(|i| jobs[i].linear.gain.value());
        let mut result: [f64; N] = std::array::from_fn(|i| jobs[i].state.result[0]);
        let x: [&[E]; N] = std::array::from_fn(|i| &jobs[i].x[..rows]);
        let mut outputs = jobs.iter_mut().map(|job| &mut job.out[..rows]);
        let out: [&mut [E]; N] = std::array::from_fn(|_| outputs.next().expect("N jobs"));
        for row in 0..rows {
            for i in 0..N {
                result[i] = result[i].mul_add(decay[i], x[i][row].to_f64() * gain[i]);
                out[i][row] = E::from_f64(result[i]);
            }
        }
        for (job, result) in jobs.iter_mut().zip(result) {
            job.state.result[0] = result;
        }
    }
}

fn linear_lanes<E: Widen>(
    level: SimdLevel,
    rows: usize,
    stride: usize,
    job: &mut LinearJob<'_, E>,
) {
    for lane in (0..stride).step_by(E::LANES) {
        if job.is_warm(lane..lane + E::LANES) {
            dispatch(level, LinearLanes { job, rows, stride, lane });
            continue;
        }
        for row in 0..rows {
            (lane..lane + E::LANES).for_each(|lane| job.step(lane, row * stride + lane));
        }
    }
}

/// A chunk of lanes past their warm-up.
struct LinearLanes<'j, 'a, E> {
    job: &'j mut LinearJob<'a, E>,
    rows: usize,
    stride: usize,
    lane: usize,
}

impl<E: Widen> Kernel for LinearLanes<'_, '_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { job, rows, stride, lane } = self;
        let decay = S::F64::splat(job.linear.decay.value());
        let gain = S::F64::splat(job.linear.gain.value());
        let missing = S::F64::splat(f64::NAN);
        let mut results = [S::F64::splat(0.0); 2];
        let states = f64::chunks_mut(&mut job.state.result[lane..lane + E::LANES]);
        for (result, state) in results.iter_mut().zip(&*states) {
            *result = S::F64::load(state);
        }
        for row in 0..rows {
            let position = row * stride + lane;
            let mut outs = [missing; 2];
            let x = &E::chunks(&job.x[position..position + E::LANES])[0];
            for half in 0..E::LANES / 8 {
                let x = E::load_half::<S>(x, half);
                let zero = x.sub(x);
                let skipped = zero.unordered(zero);
                let next = results[half].mul_add(decay, x.mul(gain));
                outs[half] = S::F64::select(skipped, missing, next);
                results[half] = S::F64::select(skipped, results[half], next);
            }
            let out = &mut E::chunks_mut(&mut job.out[position..position + E::LANES])[0];
            E::join::<S>(outs[0], outs[1]).store(out);
        }
        for (result, state) in results.iter().zip(states) {
            result.store(state);
        }
    }
}

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
