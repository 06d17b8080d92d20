//! Kernels over a window of rows whose cost grows with the window.
//!
//! Each result is a function of the values in its window alone, so it is the same whatever the
//! block in which it is computed. A window that holds a missing value, or reaches back before the
//! first row, gives NaN.

use crate::extreme;
use crate::graph::Window;
use crate::rank;
use crate::rows::{Out, Rows};
use crate::simd::{Element, Kernel, Simd, Vector, dispatch};
use crate::wide::Widen;
use bolt_hardware::SimdLevel;
use std::marker::PhantomData;

/// One window operation, on the chunk of lanes at a row and lane.
///
/// A trait and not a closure: only `#[inline(always)]` methods are sure to be compiled with the
/// instruction set of the kernel around them.
trait Operation<E: Element> {
    fn at<S: Simd>(x: Rows<'_, E>, at: (usize, usize), length: usize) -> E::Vector<S>;
}

struct WindowKernel<'a, E, O> {
    x: Rows<'a, E>,
    length: usize,
    out: Out<'a, E>,
    operation: PhantomData<O>,
}

impl<E: Widen, O: Operation<E>> Kernel for WindowKernel<'_, E, O> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { x, length, mut out, .. } = self;
        if x.lanes == 1 {
            for row in (0..x.rows).step_by(E::LANES) {
                out.store::<S>(0, row, O::at::<S>(x, (row, 0), length));
            }
            return;
        }
        // Down the rows first, so that the window's rows stay in the nearest cache.
        for lane in (0..x.lanes).step_by(E::LANES) {
            for row in 0..x.rows {
                out.store::<S>(row, lane, O::at::<S>(x, (row, lane), length));
            }
        }
    }
}

struct AgeOfBest<const LARGEST: bool>;

impl<E: Element, const LARGEST: bool> Operation<E> for AgeOfBest<LARGEST> {
    #[inline(always)]
    fn at<S: Simd>(x: Rows<'_, E>, at: (usize, usize), length: usize) -> E::Vector<S> {
        let one = E::Vector::<S>::splat(E::from_f64(1.0));
        let mut age = E::Vector::<S>::splat(E::from_f64(length as f64));
        let mut window = x.window(at, 0, length);
        let mut best = match window.next() {
            Some(oldest) => E::Vector::<S>::load(oldest),
            None => unreachable!("a window has at least one row"),
        };
        age = age.sub(one);
        let mut best_age = age;
        for chunk in window {
            let value = E::Vector::<S>::load(chunk);
            age = age.sub(one);
            let at_least_as_good = if LARGEST { best.le(value) } else { value.le(best) };
            best = if LARGEST { value.max(best) } else { value.min(best) };
            best_age = Vector::select(at_least_as_good, age, best_age);
        }
        Vector::select(best.unordered(best), best, best_age)
    }
}

/// A window operation in double precision, on eight lanes.
trait WideOperation {
    fn at<E: Widen, S: Simd>(x: Half<'_, E>, length: usize) -> S::F64;
}

/// The lower or upper eight lanes at a position.
#[derive(Clone, Copy)]
struct Half<'a, E> {
    x: Rows<'a, E>,
    at: (usize, usize),
    half: usize,
}

impl<E: Widen> Half<'_, E> {
    #[inline(always)]
    fn newest<S: Simd>(&self) -> S::F64 {
        E::load_half::<S>(self.x.chunk(self.at.0, self.at.1, 0), self.half)
    }

    /// Returns the mean, by distances from the newest value: of equal values it is exact.
    #[inline(always)]
    fn mean<S: Simd>(&self, length: usize) -> S::F64 {
        let newest = self.newest::<S>();
        let mut sum = newest.sub(newest);
        for chunk in self.x.window(self.at, 0, length) {
            sum = sum.add(E::load_half::<S>(chunk, self.half).sub(newest));
        }
        newest.add(sum.div(S::F64::splat(length as f64)))
    }
}

struct InDouble<O>(PhantomData<O>);

impl<E: Widen, O: WideOperation> Operation<E> for InDouble<O> {
    #[inline(always)]
    fn at<S: Simd>(x: Rows<'_, E>, at: (usize, usize), length: usize) -> E::Vector<S> {
        let low = O::at::<E, S>(Half { x, at, half: 0 }, length);
        if E::LANES == 8 {
            return E::join::<S>(low, low);
        }
        E::join::<S>(low, O::at::<E, S>(Half { x, at, half: 1 }, length))
    }
}

struct MeanDeviation;

impl WideOperation for MeanDeviation {
    #[inline(always)]
    fn at<E: Widen, S: Simd>(x: Half<'_, E>, length: usize) -> S::F64 {
        let mean = x.mean::<S>(length);
        let mut sum = S::F64::splat(0.0);
        for chunk in x.x.window(x.at, 0, length) {
            sum = sum.add(E::load_half::<S>(chunk, x.half).sub(mean).abs());
        }
        sum.div(S::F64::splat(length as f64))
    }
}

struct Skew;

impl WideOperation for Skew {
    #[inline(always)]
    fn at<E: Widen, S: Simd>(x: Half<'_, E>, length: usize) -> S::F64 {
        let mean = x.mean::<S>(length);
        let (mut squares, mut cubes) = (S::F64::splat(0.0), S::F64::splat(0.0));
        for chunk in x.x.window(x.at, 0, length) {
            let distance = E::load_half::<S>(chunk, x.half).sub(mean);
            let square = distance.mul(distance);
            squares = squares.add(square);
            cubes = cubes.add(square.mul(distance));
        }
        let n = length as f64;
        let factor = S::F64::splat(n * (n - 1.0).sqrt() / (n - 2.0));
        let result = cubes.div(squares.mul(squares.sqrt())).mul(factor);
        // Equal values have no shape; what is left of them is rounding.
        let least = mean.mul(S::F64::splat(f64::EPSILON));
        let flat = squares.le(least.mul(least).mul(S::F64::splat(n)));
        Vector::select(flat, S::F64::splat(f64::NAN), result)
    }
}

/// Writes a window operation over `length` rows.
pub(crate) fn window<E: Widen>(
    level: SimdLevel,
    window: Window,
    x: Rows<'_, E>,
    length: usize,
    out: Out<'_, E>,
) {
    match window {
        Window::Rank => rank::rank(level, x, length, out),
        Window::ArgMin | Window::ArgMax if x.lanes > 1 && length > 1 => {
            extreme::age_of_extreme(level, window == Window::ArgMax, x, length, out);
        }
        Window::ArgMin => run::<E, AgeOfBest<false>>(level, x, length, out),
        Window::ArgMax => run::<E, AgeOfBest<true>>(level, x, length, out),
        Window::MeanDeviation => run::<E, InDouble<MeanDeviation>>(level, x, length, out),
        Window::Skew => run::<E, InDouble<Skew>>(level, x, length, out),
        Window::Quantile(_) => unreachable!("has a step of its own"),
    }
}

fn run<E: Widen, O: Operation<E>>(
    level: SimdLevel,
    x: Rows<'_, E>,
    length: usize,
    out: Out<'_, E>,
) {
    dispatch(level, WindowKernel::<E, O> { x, length, out, operation: PhantomData });
}
