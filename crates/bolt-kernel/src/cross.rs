//! Kernels across the lanes of a row.
//!
//! Missing and infinite values take no part and give NaN. Sums run over eight fixed virtual lanes
//! and are folded in a fixed order, so that they do not depend on the SIMD level.

use crate::elementwise::all_finite;
use crate::graph::Cross;
use crate::simd::{Element, Kernel, Simd, Vector, dispatch};
use crate::wide::Widen;
use bolt_hardware::SimdLevel;

/// Buffers reused from row to row.
#[derive(Debug)]
pub(crate) struct Scratch<E: Sortable> {
    keys: Vec<E::Key>,
    spare: Vec<E::Key>,
    /// `1/count`, `2/count`, ..., 1 for the count of the row before.
    ranks: Vec<E>,
    present: Vec<(u32, f64)>,
    other: Vec<f64>,
    sorted: Vec<f64>,
}

impl<E: Sortable> Default for Scratch<E> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            spare: Vec::new(),
            ranks: Vec::new(),
            present: Vec::new(),
            other: Vec::new(),
            sorted: Vec::new(),
        }
    }
}

/// A value as an integer of the same order, and its lane.
pub trait Key: Copy + Default + std::fmt::Debug {
    #[doc(hidden)]
    fn order(self) -> u64;
    #[doc(hidden)]
    fn lane(self) -> usize;
}

/// Element types as the ranking sees them.
pub trait Sortable: Element {
    #[doc(hidden)]
    type Key: Key;
    #[doc(hidden)]
    fn key(self, lane: usize) -> Self::Key;
}

impl Key for (u64, u32) {
    #[inline(always)]
    fn order(self) -> u64 {
        self.0
    }
    #[inline(always)]
    fn lane(self) -> usize {
        self.1 as usize
    }
}

impl Sortable for f64 {
    type Key = (u64, u32);

    #[inline(always)]
    fn key(self, lane: usize) -> (u64, u32) {
        // Both zeros are the same; the sign bit is turned so that integers order as numbers do.
        let bits = (self + 0.0).to_bits();
        (bits ^ ((bits.cast_signed() >> 63) as u64 | 1 << 63), lane as u32)
    }
}

/// The order in the upper half, the lane in the lower.
impl Key for u64 {
    #[inline(always)]
    fn order(self) -> u64 {
        self >> 32
    }
    #[inline(always)]
    fn lane(self) -> usize {
        self as u32 as usize
    }
}

impl Sortable for f32 {
    type Key = u64;

    #[inline(always)]
    fn key(self, lane: usize) -> u64 {
        let bits = (self + 0.0).to_bits();
        let order = bits ^ ((bits.cast_signed() >> 31) as u32 | 1 << 31);
        u64::from(order) << 32 | lane as u64
    }
}

/// Writes one row: `x`, `other` and `out` hold the lanes; those from `lanes` on are padding.
pub(crate) fn row<E: Sortable + Widen>(
    level: SimdLevel,
    cross: Cross,
    x: &[E],
    other: Option<&[E]>,
    lanes: usize,
    scratch: &mut Scratch<E>,
    out: &mut [E],
) {
    out.fill(E::NAN);
    let (x, other) = (&x[..lanes], other.map(|other| &other[..lanes]));
    let out = &mut out[..lanes];
    let sum = |term, center| sum_present(level, term, x, center);
    match cross {
        Cross::Rank => rank(level, x, scratch, out),
        Cross::Demean => {
            let (total, count) = sum(Term::Value, 0.0);
            let place = Placing { center: total / count, divisor: 1.0, factor: 1.0 };
            place_present(level, place, x, out);
        }
        Cross::ZScore => {
            let (total, count) = sum(Term::Value, 0.0);
            let center = total / count;
            let deviation = (sum(Term::Square, center).0 / (count - 1.0)).sqrt();
            place_present(level, Placing { center, divisor: deviation, factor: 1.0 }, x, out);
        }
        Cross::Scale(total) => {
            let size = sum(Term::Absolute, 0.0).0;
            let place = Placing { center: 0.0, divisor: size, factor: total.value() };
            place_present(level, place, x, out);
        }
        Cross::Winsorize(q) => {
            scratch.collect(x, None);
            winsorize(q.value(), scratch, out);
        }
        Cross::GroupDemean => {
            scratch.collect(x, other);
            group_demean(&mut scratch.present, &scratch.other, out);
        }
        Cross::Residual => {
            scratch.collect(x, other);
            residual(&scratch.present, &scratch.other, out);
        }
    }
}

/// What is summed of each value, taken from a center.
#[derive(Debug, Clone, Copy)]
enum Term {
    Value,
    Square,
    Absolute,
}

struct SumPresent<'a, E>(Term, &'a [E], f64);

impl<E: Widen> Kernel for SumPresent<'_, E> {
    type Output = (f64, f64);

    #[inline(always)]
    fn run<S: Simd>(self) -> (f64, f64) {
        let Self(term, values, center) = self;
        let (zero, one) = (S::F64::splat(0.0), S::F64::splat(1.0));
        let (mut sum, mut count) = (zero, zero);
        let mut last = [E::NAN; 16];
        let whole = values.len() / E::LANES * E::LANES;
        last[..values.len() - whole].copy_from_slice(&values[whole..]);
        let chunks = E::chunks(&values[..whole]).iter().chain(&E::chunks(&last)[..1]);
        for chunk in chunks {
            for half in 0..E::LANES / 8 {
                let x = E::load_half::<S>(chunk, half).sub(S::F64::splat(center));
                let x = match term {
                    Term::Value => x,
                    Term::Square => x.mul(x),
                    Term::Absolute => x.abs(),
                };
                let is_finite = x.sub(x).eq(zero);
                sum = sum.add(S::F64::select(is_finite, x, zero));
                count = count.add(S::F64::select(is_finite, one, zero));
            }
        }
        (fold(sum), fold(count))
    }
}

/// Adds eight lanes in a fixed order.
#[inline(always)]
fn fold<V: Vector<Element = f64>>(vector: V) -> f64 {
    let mut lanes = [0.0; 8];
    vector.store(&mut lanes);
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Returns the sum of a term over the values that are present, and how many these are.
fn sum_present<E: Widen>(level: SimdLevel, term: Term, x: &[E], center: f64) -> (f64, f64) {
    dispatch(level, SumPresent(term, x, center))
}

/// `(x - center) / divisor * factor`.
#[derive(Debug, Clone, Copy)]
struct Placing {
    center: f64,
    divisor: f64,
    factor: f64,
}

struct PlacePresent<'a, E>(Placing, &'a [E], &'a mut [E]);

impl<E: Widen> Kernel for PlacePresent<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self(Placing { center, divisor, factor }, x, out) = self;
        let (missing, zero) = (S::F64::splat(f64::NAN), S::F64::splat(0.0));
        let whole = x.len() / E::LANES * E::LANES;
        let (mut last_x, mut last_out) = ([E::NAN; 16], [E::NAN; 16]);
        last_x[..x.len() - whole].copy_from_slice(&x[whole..]);
        let (out, rest) = out.split_at_mut(whole);
        let chunks = E::chunks(&x[..whole]).iter().chain(&E::chunks(&last_x)[..1]);
        let outs = E::chunks_mut(out).iter_mut().chain(&mut E::chunks_mut(&mut last_out)[..1]);
        for (out, chunk) in outs.zip(chunks) {
            let mut halves = [missing; 2];
            for (half, result) in halves.iter_mut().enumerate().take(E::LANES / 8) {
                let x = E::load_half::<S>(chunk, half);
                let placed = x.sub(S::F64::splat(center)).div(S::F64::splat(divisor));
                let placed = placed.mul(S::F64::splat(factor));
                *result = S::F64::select(x.sub(x).eq(zero), placed, missing);
            }
            E::join::<S>(halves[0], halves[1]).store(out);
        }
        rest.copy_from_slice(&last_out[..rest.len()]);
    }
}

/// Writes where the values that are present stand.
fn place_present<E: Widen>(level: SimdLevel, placing: Placing, x: &[E], out: &mut [E]) {
    dispatch(level, PlacePresent(placing, x, out));
}

fn winsorize<E: Sortable>(q: f64, scratch: &mut Scratch<E>, out: &mut [E]) {
    let Scratch { present, sorted, .. } = scratch;
    sorted.clear();
    sorted.extend(present.iter().map(|(_, value)| value));
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = (quantile(sorted, q), quantile(sorted, 1.0 - q));
    for &(lane, value) in present.iter() {
        out[lane as usize] = E::from_f64(value.max(low).min(high));
    }
}

impl<E: Sortable> Scratch<E> {
    /// Gathers the lanes in which all operands are present.
    fn collect(&mut self, x: &[E], other: Option<&[E]>) {
        self.present.clear();
        self.other.clear();
        for (lane, x) in x.iter().enumerate() {
            let x = x.to_f64();
            let second = other.map_or(0.0, |other| other[lane].to_f64());
            if x.is_finite() && second.is_finite() {
                self.present.push((lane as u32, x));
                self.other.push(second);
            }
        }
    }
}

fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let mut sums = [0.0; 8];
    for (index, value) in values.enumerate() {
        sums[index % 8] += value;
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

fn mean(present: &[(u32, f64)]) -> f64 {
    sum(present.iter().map(|(_, value)| *value)) / present.len() as f64
}

fn quantile(sorted: &[f64], q: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let place = q * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * (place - place.floor())
}

fn group_demean<E: Element>(present: &mut [(u32, f64)], groups: &[f64], out: &mut [E]) {
    let mut order: Vec<usize> = (0..present.len()).collect();
    // Within a group lanes keep their order, which fixes the order of its sum.
    order.sort_by(|&a, &b| groups[a].total_cmp(&groups[b]));
    for group in order.chunk_by(|&a, &b| groups[a] == groups[b]) {
        let mean = sum(group.iter().map(|&i| present[i].1)) / group.len() as f64;
        for &i in group {
            let (lane, value) = present[i];
            out[lane as usize] = E::from_f64(value - mean);
        }
    }
}

fn residual<E: Element>(present: &[(u32, f64)], other: &[f64], out: &mut [E]) {
    let count = present.len() as f64;
    let x_mean = sum(other.iter().copied()) / count;
    let y_mean = mean(present);
    let covariance = sum(present.iter().zip(other).map(|((_, y), x)| (y - y_mean) * (x - x_mean)));
    let variance = sum(other.iter().map(|x| (x - x_mean) * (x - x_mean)));
    let slope = if variance > 0.0 { covariance / variance } else { 0.0 };
    for (&(lane, y), x) in present.iter().zip(other) {
        out[lane as usize] = E::from_f64(y - y_mean - slope * (x - x_mean));
    }
}

fn rank<E: Sortable>(level: SimdLevel, x: &[E], scratch: &mut Scratch<E>, out: &mut [E]) {
    let Scratch { keys, spare, ranks, .. } = scratch;
    keys.clear();
    if all_finite(level, x) {
        keys.extend(x.iter().enumerate().map(|(lane, x)| x.key(lane)));
    } else {
        let present = x.iter().enumerate().filter(|(_, x)| (**x).to_f64().is_finite());
        keys.extend(present.map(|(lane, x)| x.key(lane)));
    }
    sort(keys, spare);
    let count = keys.len();
    if ranks.len() != count {
        ranks.clear();
        ranks.extend((1..=count).map(|rank| E::from_f64(rank as f64 / count as f64)));
    }
    let tied =
        keys.windows(2).fold(false, |tied, pair| tied | (pair[0].order() == pair[1].order()));
    if tied {
        share_ranks(keys, out);
    } else {
        for (key, rank) in keys.iter().zip(ranks.iter()) {
            out[key.lane()] = *rank;
        }
    }
}

/// Writes ranks where some values are equal: they share the mean of theirs.
fn share_ranks<E: Sortable>(keys: &[E::Key], out: &mut [E]) {
    let mut below = 0;
    for ties in keys.chunk_by(|a, b| a.order() == b.order()) {
        let average = below as f64 + (ties.len() as f64 + 1.0) / 2.0;
        for key in ties {
            out[key.lane()] = E::from_f64(average / keys.len() as f64);
        }
        below += ties.len();
    }
}

/// Sorts by `order`: two radix passes over the highest 16 bits in which keys differ, which leaves
/// few out of place, and an insertion sort for those.
fn sort<K: Key>(keys: &mut [K], spare: &mut Vec<K>) {
    let first = keys.first().map_or(0, |key| key.order());
    let differing = keys.iter().fold(0, |bits, key| bits | (key.order() ^ first));
    let shift = (u64::BITS - differing.leading_zeros()).saturating_sub(16);
    let (mut low, mut high) = ([0u32; 256], [0u32; 256]);
    for key in keys.iter() {
        let digits = key.order() >> shift;
        low[(digits & 0xFF) as usize] += 1;
        high[(digits >> 8 & 0xFF) as usize] += 1;
    }
    spare.resize(keys.len(), K::default());
    distribute(keys, spare, &mut low, shift);
    distribute(spare, keys, &mut high, shift + 8);
    insertion_sort(keys);
}

/// Moves keys to where a digit puts them, `counts` being how often each digit comes.
fn distribute<K: Key>(from: &[K], to: &mut [K], counts: &mut [u32; 256], shift: u32) {
    let mut start = 0;
    for slot in counts.iter_mut() {
        start += std::mem::replace(slot, start);
    }
    for key in from {
        let place = &mut counts[(key.order() >> shift & 0xFF) as usize];
        to[*place as usize] = *key;
        *place += 1;
    }
}

fn insertion_sort<K: Key>(keys: &mut [K]) {
    let mut moves_left = 8 * keys.len();
    for index in 1..keys.len() {
        let key = keys[index];
        if keys[index - 1].order() <= key.order() {
            continue;
        }
        let mut place = index;
        while place > 0 && keys[place - 1].order() > key.order() {
            keys[place] = keys[place - 1];
            place -= 1;
        }
        keys[place] = key;
        moves_left = moves_left.saturating_sub(index - place);
        if moves_left == 0 {
            // Many keys agree in the bits that were sorted by.
            keys.sort_unstable_by_key(|key| key.order());
            return;
        }
    }
}
