//! Kernels over accumulators: sums that keep what rounding takes off.
//!
//! An accumulator is the unevaluated sum of two `f64` planes, `high + low`, added with Knuth's
//! two-sum and multiplied with a fused multiply-add (Dekker 1971; Ogita, Rump and Oishi 2005):
//! about 100 bits. A window's sum is therefore correctly rounded but for rare ties, whatever came
//! before the window, and a window of equal values has exactly zero deviation.

use crate::graph::{Finish, SUMS_MAX};
use crate::simd::sealed::Lanes;
use crate::simd::{Element, Kernel, Mask, Simd, Vector, dispatch};
use bolt_hardware::SimdLevel;

/// A readable accumulator: two planes of equal length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wide<'a> {
    pub(crate) high: &'a [f64],
    pub(crate) low: &'a [f64],
}

/// A writable accumulator.
#[derive(Debug)]
pub(crate) struct WideMut<'a> {
    pub(crate) high: &'a mut [f64],
    pub(crate) low: &'a mut [f64],
}

/// Returns the rounded sum and what rounding took off it.
#[inline(always)]
pub(crate) fn two_sum<V: Vector>(a: V, b: V) -> (V, V) {
    let sum = a.add(b);
    let b_part = sum.sub(a);
    (sum, a.sub(sum.sub(b_part)).add(b.sub(b_part)))
}

#[inline(always)]
fn two_product<V: Vector>(a: V, b: V) -> (V, V) {
    let product = a.mul(b);
    (product, a.mul_add(b, product.neg()))
}

/// A number in two parts inside a register.
#[derive(Clone, Copy)]
pub(crate) struct Pair<V>(pub(crate) V, pub(crate) V);

impl<V: Vector<Element = f64>> Pair<V> {
    #[inline(always)]
    fn load(wide: Wide<'_>, chunk: usize) -> Self {
        let at = |plane: &[f64]| V::load(&f64::chunks(plane)[chunk]);
        Self(at(wide.high), at(wide.low))
    }

    #[inline(always)]
    pub(crate) fn product(a: V, b: V) -> Self {
        let (high, low) = two_product(a, b);
        Self(high, low)
    }

    /// Returns `factor * self`, the parts not normalized.
    #[inline(always)]
    fn scaled(self, factor: f64) -> Self {
        let factor = V::splat(factor);
        let (high, error) = two_product(self.0, factor);
        Self(high, self.1.mul_add(factor, error))
    }

    /// Returns `self - other`, rounded; zero where the difference is below what the parts can
    /// resolve, so that what should cancel does.
    #[inline(always)]
    fn minus(self, other: Self) -> V {
        let (high, error) = two_sum(self.0, other.0.neg());
        let difference = high.add(self.1.sub(other.1).add(error));
        let resolution = self.0.abs().mul(V::splat(2f64.powi(-94)));
        V::select(difference.abs().lt(resolution), V::splat(0.0), difference)
    }

    /// Returns `self * other`, the parts not normalized.
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        let (high, error) = two_product(self.0, other.0);
        let cross = self.0.mul_add(other.1, self.1.mul(other.0));
        Self(high, cross.add(error))
    }

    /// Returns `self / divisor`, correctly rounded but for rare ties: a quotient by the
    /// reciprocal, and one correction.
    #[inline(always)]
    pub(crate) fn over(self, divisor: f64) -> V {
        let reciprocal = V::splat(1.0 / divisor);
        let quotient = self.0.mul(reciprocal);
        let rest = quotient.neg().mul_add(V::splat(divisor), self.0).add(self.1);
        rest.mul_add(reciprocal, quotient)
    }

    /// Returns the sum of both parts.
    #[inline(always)]
    pub(crate) fn value(self) -> V {
        self.0.add(self.1)
    }
}

/// Returns `a + b`, the parts not normalized.
#[inline(always)]
pub(crate) fn sum<V: Vector>(a: Pair<V>, b: Pair<V>) -> Pair<V> {
    let (high, error) = two_sum(a.0, b.0);
    Pair(high, a.1.add(b.1).add(error))
}

/// Returns `a + x` for a number.
#[inline(always)]
pub(crate) fn sum_with_number<V: Vector>(a: Pair<V>, x: V) -> Pair<V> {
    let (high, error) = two_sum(a.0, x);
    Pair(high, a.1.add(error))
}

/// Returns `a + factor * b`, the parts not normalized.
#[inline(always)]
pub(crate) fn sum_with_scaled<V: Vector<Element = f64>>(
    a: Pair<V>,
    b: Pair<V>,
    factor: f64,
) -> Pair<V> {
    let Pair(product, rest) = b.scaled(factor);
    let (high, error) = two_sum(a.0, product);
    Pair(high, a.1.add(rest).add(error))
}

/// Returns what an accumulator holds that is made from one or two numbers.
#[inline(always)]
pub(crate) fn from_number_vectors<V: Vector<Element = f64>>(
    operation: FromNumbers,
    a: V,
    b: V,
) -> Pair<V> {
    match operation {
        FromNumbers::Value => Pair(a, V::splat(0.0)),
        FromNumbers::Sum => {
            let (high, low) = two_sum(a, b);
            Pair(high, low)
        }
        FromNumbers::Product => Pair::product(a, b),
    }
}

struct Add<'a>(Wide<'a>, Wide<'a>, WideMut<'a>);

impl Kernel for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self(a, b, out) = self;
        let high = f64::chunks(a.high).iter().zip(f64::chunks(b.high));
        let low = f64::chunks(a.low).iter().zip(f64::chunks(b.low));
        let outs = f64::chunks_mut(out.high).iter_mut().zip(f64::chunks_mut(out.low));
        for (((out_high, out_low), (a, b)), (a_low, b_low)) in outs.zip(high).zip(low) {
            let a = Pair(S::F64::load(a), S::F64::load(a_low));
            let Pair(high, low) = sum(a, Pair(S::F64::load(b), S::F64::load(b_low)));
            high.store(out_high);
            low.store(out_low);
        }
    }
}

/// Writes `a + b`.
pub(crate) fn add(level: SimdLevel, a: Wide<'_>, b: Wide<'_>, out: WideMut<'_>) {
    dispatch(level, Add(a, b, out));
}

struct AddScaled<'a>(Wide<'a>, Wide<'a>, f64, WideMut<'a>);

impl Kernel for AddScaled<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self(a, b, factor, out) = self;
        let outs = f64::chunks_mut(out.high).iter_mut().zip(f64::chunks_mut(out.low));
        for (chunk, (out_high, out_low)) in outs.enumerate() {
            let (a, b) = (Pair::<S::F64>::load(a, chunk), Pair::<S::F64>::load(b, chunk));
            let Pair(high, low) = sum_with_scaled(a, b, factor);
            high.store(out_high);
            low.store(out_low);
        }
    }
}

/// Writes `a + factor * b`.
pub(crate) fn add_scaled(
    level: SimdLevel,
    a: Wide<'_>,
    b: Wide<'_>,
    factor: u32,
    out: WideMut<'_>,
) {
    dispatch(level, AddScaled(a, b, f64::from(factor), out));
}

/// The element types, as accumulators see them.
pub trait Widen: Element {
    /// Returns the lower (0) or upper (1) eight lanes of a chunk; an `f64` chunk has only lower.
    #[doc(hidden)]
    fn load_half<S: Simd>(chunk: &Self::Chunk, half: usize) -> S::F64;
    /// Returns a vector of lanes; `high` is left out over `f64`.
    #[doc(hidden)]
    fn join<S: Simd>(low: S::F64, high: S::F64) -> Self::Vector<S>;
}

impl Widen for f64 {
    #[inline(always)]
    fn load_half<S: Simd>(chunk: &[f64; 8], _half: usize) -> S::F64 {
        Vector::load(chunk)
    }

    #[inline(always)]
    fn join<S: Simd>(low: S::F64, _high: S::F64) -> S::F64 {
        low
    }
}

impl Widen for f32 {
    #[inline(always)]
    fn load_half<S: Simd>(chunk: &[f32; 16], half: usize) -> S::F64 {
        let (low, high) = S::widen(Vector::load(chunk));
        if half == 0 { low } else { high }
    }

    #[inline(always)]
    fn join<S: Simd>(low: S::F64, high: S::F64) -> S::F32 {
        S::narrow(low, high)
    }
}

/// What of one or two numbers goes into an accumulator.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FromNumbers {
    /// The first.
    Value,
    /// Their sum.
    Sum,
    /// Their product.
    Product,
}

struct FromNumbersKernel<'a, E>(FromNumbers, &'a [E], &'a [E], WideMut<'a>);

impl<E: Widen> Kernel for FromNumbersKernel<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self(operation, a, b, WideMut { high, low }) = self;
        let halves = E::LANES / 8;
        let (highs, lows) = (f64::chunks_mut(high), f64::chunks_mut(low));
        for (chunk, (a, b)) in E::chunks(a).iter().zip(E::chunks(b)).enumerate() {
            for half in 0..halves {
                let (a, b) = (E::load_half::<S>(a, half), E::load_half::<S>(b, half));
                let Pair(high, low) = from_number_vectors(operation, a, b);
                high.store(&mut highs[chunk * halves + half]);
                low.store(&mut lows[chunk * halves + half]);
            }
        }
    }
}

/// Writes one or two columns of numbers as an accumulator.
pub(crate) fn from_numbers<E: Widen>(
    level: SimdLevel,
    operation: FromNumbers,
    a: &[E],
    b: &[E],
    out: WideMut<'_>,
) {
    dispatch(level, FromNumbersKernel(operation, a, b, out));
}

struct AddNumber<'a, E>(Wide<'a>, &'a [E], WideMut<'a>);

impl<E: Widen> Kernel for AddNumber<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self(a, x, out) = self;
        let halves = E::LANES / 8;
        let highs = f64::chunks_mut(out.high);
        let lows = f64::chunks_mut(out.low);
        for (chunk, x) in E::chunks(x).iter().enumerate() {
            for half in 0..halves {
                let index = chunk * halves + half;
                let x = E::load_half::<S>(x, half);
                let Pair(high, low) = sum_with_number(Pair::<S::F64>::load(a, index), x);
                high.store(&mut highs[index]);
                low.store(&mut lows[index]);
            }
        }
    }
}

/// Writes `a + x` for a column of numbers.
pub(crate) fn add_number<E: Widen>(level: SimdLevel, a: Wide<'_>, x: &[E], out: WideMut<'_>) {
    dispatch(level, AddNumber(a, x, out));
}

struct FinishKernel<'a, E> {
    finish: Finish,
    rows: f64,
    sums: &'a [Wide<'a>],
    out: &'a mut [E],
}

impl<E: Widen> Kernel for FinishKernel<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { finish, rows, sums, out } = self;
        let halves = E::LANES / 8;
        for (chunk, out) in E::chunks_mut(out).iter_mut().enumerate() {
            let low = finish_at::<S::F64>(finish, rows, sums, chunk * halves);
            let high = match halves {
                1 => low,
                _ => finish_at::<S::F64>(finish, rows, sums, chunk * halves + 1),
            };
            E::join::<S>(low, high).store(out);
        }
    }
}

#[inline(always)]
fn finish_at<V: Vector<Element = f64>>(
    finish: Finish,
    rows: f64,
    sums: &[Wide<'_>],
    index: usize,
) -> V {
    let mut pairs = [Pair(V::splat(0.0), V::splat(0.0)); SUMS_MAX];
    for (pair, sum) in pairs.iter_mut().zip(sums) {
        *pair = Pair::load(*sum, index);
    }
    finish_pairs(finish, rows, pairs)
}

/// Returns what `finish` reads off sums over windows of `rows` rows.
#[inline(always)]
pub(crate) fn finish_pairs<V: Vector<Element = f64>>(
    finish: Finish,
    rows: f64,
    [first, second, third, fourth, fifth]: [Pair<V>; SUMS_MAX],
) -> V {
    match finish {
        Finish::Sum => first.value(),
        Finish::Mean => first.over(rows),
        Finish::Distance => {
            let distance = second.scaled(rows).minus(first);
            distance.mul(V::splat(1.0 / rows))
        }
        Finish::Deviation { ddof } => {
            let factor = 1.0 / (rows * (rows - f64::from(ddof)));
            spread(first, second, rows).mul(V::splat(factor)).sqrt()
        }
        Finish::Covariance { ddof } => {
            let factor = 1.0 / (rows * (rows - f64::from(ddof)));
            third.scaled(rows).minus(first.times(second)).mul(V::splat(factor))
        }
        Finish::Correlation => {
            let together = fifth.scaled(rows).minus(first.times(second));
            correlation(together, spread(first, third, rows), spread(second, fourth, rows))
        }
        Finish::DecayMean => {
            let weighted = first.scaled(rows).minus(second);
            weighted.mul(V::splat(2.0 / (rows * (rows + 1.0))))
        }
        Finish::Slope => {
            let weighted = first.scaled((rows - 1.0) / 2.0).minus(second);
            weighted.mul(V::splat(12.0 / (rows * (rows * rows - 1.0))))
        }
    }
}

/// Returns `rows` times the sum of squared distances from the mean.
#[inline(always)]
fn spread<V: Vector<Element = f64>>(sum: Pair<V>, squares: Pair<V>, rows: f64) -> V {
    squares.scaled(rows).minus(sum.times(sum))
}

#[inline(always)]
pub(crate) fn correlation<V: Vector<Element = f64>>(together: V, x: V, y: V) -> V {
    let (one, zero) = (V::splat(1.0), V::splat(0.0));
    let product = x.mul(y);
    let mut size = product.sqrt();
    // One square root is enough unless the product leaves the range of numbers.
    let (least, most) = (V::splat(1e-280), V::splat(1e300));
    if product.lt(least).bits() | most.lt(product).bits() != 0 {
        let apart = x.sqrt().mul(y.sqrt());
        size = V::select(product.lt(least), apart, size);
        size = V::select(most.lt(product), apart, size);
    }
    let bounded = together.div(size).min(one).max(one.neg());
    V::select(size.eq(zero), V::splat(f64::NAN), bounded)
}

/// Writes what `finish` reads off sums over windows of `rows` rows.
pub(crate) fn finish<E: Widen>(
    level: SimdLevel,
    finish: Finish,
    rows: u32,
    sums: &[Wide<'_>],
    out: &mut [E],
) {
    dispatch(level, FinishKernel { finish, rows: f64::from(rows), sums, out });
}
