//! Quantiles over windows.
//!
//! The window's values are kept sorted. When the window moves, one value is replaced and the rest
//! shift by at most one place, so that every place of the new order needs only its neighbours: two
//! selections and a median of three, without a branch. Over many lanes vectors run across the
//! lanes; over one lane, along the places.
//!
//! A missing value is kept as infinity and counted apart.

use crate::rows::Rows;
use crate::simd::{Element, Kernel, Simd, Vector, dispatch};
use bolt_hardware::SimdLevel;

/// The sorted windows of all lanes.
#[derive(Debug, Clone)]
pub(crate) struct SortedState<E> {
    rows: usize,
    q: f64,
    /// For each chunk of lanes the window's values by place, a row of lanes a place.
    sorted: Vec<E>,
    /// How many values of a lane's window are missing.
    missing: Vec<E>,
}

impl<E: Element> SortedState<E> {
    pub(crate) fn new(q: f64, rows: u32, lanes: usize) -> Self {
        let rows = rows as usize;
        // There is nothing before the first row.
        let infinity = E::from_f64(f64::INFINITY);
        let missing = vec![E::from_f64(rows as f64); lanes];
        Self { rows, q, sorted: vec![infinity; rows * lanes], missing }
    }
}

/// One step over a block.
pub(crate) struct QuantileJob<'a, E> {
    pub(crate) state: &'a mut SortedState<E>,
    pub(crate) x: Rows<'a, E>,
    pub(crate) stride: usize,
    pub(crate) out: &'a mut [E],
}

impl<E: Element> Kernel for QuantileJob<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        if self.stride == 1 {
            one_lane(self);
        } else {
            many_lanes::<E, S>(self);
        }
    }
}

#[inline(always)]
fn many_lanes<E: Element, S: Simd>(job: QuantileJob<'_, E>) {
    let QuantileJob { state, x, stride, out } = job;
    let SortedState { rows: length, q, sorted, missing } = state;
    let place = *q * (*length - 1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    let fraction = E::Vector::<S>::splat(E::from_f64(place - place.floor()));
    let windows = sorted.chunks_exact_mut(*length * E::LANES);
    for (group, (window, missing)) in windows.zip(E::chunks_mut(missing)).enumerate() {
        let window = E::chunks_mut(window);
        let mut absent = E::Vector::<S>::load(missing);
        for row in 0..x.rows {
            let lane = group * E::LANES;
            let position = row * stride + lane;
            let old = E::Vector::<S>::load(x.chunk(row, lane, *length));
            let new = E::Vector::<S>::load(x.chunk(row, lane, 0));
            absent = replace::<E, S>(window, old, new, absent);
            let low = E::Vector::<S>::load(&window[below]);
            let high = E::Vector::<S>::load(&window[above]);
            let between = low.add(high.sub(low).mul(fraction));
            let result = Vector::select(low.eq(high), low, between);
            let zero = E::Vector::<S>::splat(E::default());
            let result = Vector::select(absent.eq(zero), result, E::Vector::<S>::splat(E::NAN));
            result.store(&mut E::chunks_mut(&mut out[position..position + E::LANES])[0]);
        }
        absent.store(missing);
    }
}

/// Replaces one value of each lane's sorted window; returns how many are missing now.
#[inline(always)]
fn replace<E: Element, S: Simd>(
    window: &mut [E::Chunk],
    old: E::Vector<S>,
    new: E::Vector<S>,
    absent: E::Vector<S>,
) -> E::Vector<S> {
    let one = E::Vector::<S>::splat(E::from_f64(1.0));
    let infinity = E::Vector::<S>::splat(E::from_f64(f64::INFINITY));
    let absent = Vector::select(old.unordered(old), absent.sub(one), absent);
    let absent = Vector::select(new.unordered(new), absent.add(one), absent);
    let old = Vector::select(old.unordered(old), infinity, old);
    let new = Vector::select(new.unordered(new), infinity, new);
    // Without the old value, places from its own on hold what the next place held.
    let mut before = infinity.neg();
    let mut here = E::Vector::<S>::load(&window[0]);
    for place in 0..window.len() {
        let next = match window.get(place + 1) {
            Some(next) => E::Vector::<S>::load(next),
            None => infinity,
        };
        let kept = Vector::select(here.lt(old), here, next);
        // The new value stands between its neighbours: the median of three.
        let smaller = Vector::select(new.lt(kept), new, kept);
        let placed = Vector::select(smaller.lt(before), before, smaller);
        placed.store(&mut window[place]);
        (before, here) = (kept, next);
    }
    absent
}

#[inline(always)]
fn one_lane<E: Element>(job: QuantileJob<'_, E>) {
    let QuantileJob { state, x, out, .. } = job;
    let SortedState { rows: length, q, sorted, missing } = state;
    let infinity = E::from_f64(f64::INFINITY);
    let place = *q * (*length - 1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    let mut absent = missing[0].to_f64();
    let mut kept = vec![infinity; *length + 1];
    for (row, out) in out.iter_mut().enumerate().take(x.rows) {
        let old = x.values[x.origin + row - *length];
        let new = x.values[x.origin + row];
        let is_missing = |value: E| value.to_f64().is_nan();
        absent += f64::from(u8::from(is_missing(new))) - f64::from(u8::from(is_missing(old)));
        let old = if is_missing(old) { infinity } else { old };
        let new = if is_missing(new) { infinity } else { new };
        // `kept[i + 1]` is place `i` without the old value.
        kept[0] = E::from_f64(f64::NEG_INFINITY);
        let shifted = sorted[1..].iter().chain(std::iter::once(&infinity));
        for ((kept, here), next) in kept[1..].iter_mut().zip(&*sorted).zip(shifted) {
            *kept = if *here < old { *here } else { *next };
        }
        for (place, pair) in sorted.iter_mut().zip(kept.windows(2)) {
            let smaller = if new < pair[1] { new } else { pair[1] };
            *place = if smaller < pair[0] { pair[0] } else { smaller };
        }
        let (low, high) = (sorted[below], sorted[above]);
        let between = E::interpolate(low, high, E::from_f64(place - place.floor()));
        let result = if low == high { low } else { between };
        *out = if absent == 0.0 { result } else { E::NAN };
    }
    missing[0] = E::from_f64(absent);
}

/// Runs one step over a block of rows.
pub(crate) fn quantile<E: Element>(level: SimdLevel, job: QuantileJob<'_, E>) {
    dispatch(level, job);
}
