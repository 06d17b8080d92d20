//! Kernels without memory: one result a value, the same operation on every lane.
//!
//! Lengths of all slices of a call are equal and multiples of the vector's lanes. A destination
//! is never one of the sources: the compiler would fall back to scalar code.

use crate::graph::{Binary, Compare, Unary};
use crate::simd::sealed::Lanes;
use crate::simd::{Element, Kernel, Mask, Simd, Vector, dispatch, math};
use bolt_hardware::SimdLevel;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// An operand: a value a position, or one for all.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Operand<'a, E> {
    Column(&'a [E]),
    Constant(E),
}

impl<'a, E, const N: usize> From<&'a [E; N]> for Operand<'a, E> {
    fn from(values: &'a [E; N]) -> Self {
        Self::Column(values)
    }
}

/// Where a kernel's loop gets its vectors from; one type for each kind of [`Operand`], so that the
/// loop has no branch.
trait Source<E: Element>: Copy {
    fn get<S: Simd>(&self, chunk: usize) -> E::Vector<S>;
}

impl<E: Element> Source<E> for &[E::Chunk] {
    #[inline(always)]
    fn get<S: Simd>(&self, chunk: usize) -> E::Vector<S> {
        Vector::load(&self[chunk])
    }
}

#[derive(Clone, Copy)]
struct Splat<E>(E);

impl<E: Element> Source<E> for Splat<E> {
    #[inline(always)]
    fn get<S: Simd>(&self, _chunk: usize) -> E::Vector<S> {
        Vector::splat(self.0)
    }
}

trait UnaryOperation<E: Element> {
    fn apply<S: Simd>(x: E::Vector<S>) -> E::Vector<S>;
}

struct UnaryKernel<'a, E: Element, O> {
    x: &'a [E],
    out: &'a mut [E],
    operation: PhantomData<O>,
}

impl<E: Element, O: UnaryOperation<E>> Kernel for UnaryKernel<'_, E, O> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for (out, x) in E::chunks_mut(self.out).iter_mut().zip(E::chunks(self.x)) {
            O::apply::<S>(Vector::load(x)).store(out);
        }
    }
}

/// Applies a function of eight `f64` lanes to the lanes of either element type.
pub trait Lift: Element {
    #[doc(hidden)]
    fn lift<S: Simd>(x: Self::Vector<S>, f: impl Fn(S::F64) -> S::F64) -> Self::Vector<S>;
    #[doc(hidden)]
    fn lift2<S: Simd>(
        x: Self::Vector<S>,
        y: Self::Vector<S>,
        f: impl Fn(S::F64, S::F64) -> S::F64,
    ) -> Self::Vector<S>;
}

impl Lift for f64 {
    #[inline(always)]
    fn lift<S: Simd>(x: S::F64, f: impl Fn(S::F64) -> S::F64) -> S::F64 {
        f(x)
    }
    #[inline(always)]
    fn lift2<S: Simd>(x: S::F64, y: S::F64, f: impl Fn(S::F64, S::F64) -> S::F64) -> S::F64 {
        f(x, y)
    }
}

impl Lift for f32 {
    #[inline(always)]
    fn lift<S: Simd>(x: S::F32, f: impl Fn(S::F64) -> S::F64) -> S::F32 {
        let (low, high) = S::widen(x);
        S::narrow(f(low), f(high))
    }
    #[inline(always)]
    fn lift2<S: Simd>(x: S::F32, y: S::F32, f: impl Fn(S::F64, S::F64) -> S::F64) -> S::F32 {
        let ((x_low, x_high), (y_low, y_high)) = (S::widen(x), S::widen(y));
        S::narrow(f(x_low, y_low), f(x_high, y_high))
    }
}

macro_rules! unary_operations {
    ($($name:ident: |$x:ident, $simd:ident, $element:ident| $body:expr;)*) => {
        $(
            struct $name;
            impl<$element: Lift> UnaryOperation<$element> for $name {
                #[inline(always)]
                fn apply<$simd: Simd>($x: $element::Vector<$simd>) -> $element::Vector<$simd> {
                    $body
                }
            }
        )*

        /// Returns `operation(x)`.
        #[cfg(all(target_arch = "x86_64", unix))]
        #[inline(always)]
        pub(crate) fn apply_unary<E: Lift, S: Simd>(
            operation: Unary,
            x: E::Vector<S>,
        ) -> E::Vector<S> {
            match operation {
                $(Unary::$name => <$name as UnaryOperation<E>>::apply::<S>(x),)*
            }
        }

        /// Writes `operation(x)` to `out`.
        pub(crate) fn unary<E: Lift>(level: SimdLevel, operation: Unary, x: &[E], out: &mut [E]) {
            match operation {
                $(Unary::$name => {
                    dispatch(level, UnaryKernel { x, out, operation: PhantomData::<$name> });
                })*
            }
        }
    };
}

unary_operations! {
    Neg: |x, S, E| x.neg();
    Abs: |x, S, E| x.abs();
    Sign: |x, S, E| {
        let one = E::Vector::<S>::splat(E::from_f64(1.0));
        let zero = E::Vector::<S>::splat(E::from_f64(0.0));
        let negative = Vector::select(x.lt(zero), one.neg(), x);
        Vector::select(zero.lt(x), one, negative)
    };
    Sqrt: |x, S, E| x.sqrt();
    Exp: |x, S, E| E::lift::<S>(x, math::exp);
    Ln: |x, S, E| E::lift::<S>(x, math::ln);
    Sin: |x, S, E| E::lift::<S>(x, math::sin);
    Cos: |x, S, E| E::lift::<S>(x, math::cos);
    Tan: |x, S, E| E::lift::<S>(x, math::tan);
    Tanh: |x, S, E| E::lift::<S>(x, math::tanh);
    Floor: |x, S, E| x.floor();
    Ceil: |x, S, E| x.ceil();
    Round: |x, S, E| x.round();
}

trait BinaryOperation<E: Element> {
    fn apply<S: Simd>(a: E::Vector<S>, b: E::Vector<S>) -> E::Vector<S>;
}

struct BinaryKernel<'a, E: Element, O, A, B> {
    a: A,
    b: B,
    out: &'a mut [E],
    operation: PhantomData<O>,
}

impl<E, O, A, B> Kernel for BinaryKernel<'_, E, O, A, B>
where
    E: Element,
    O: BinaryOperation<E>,
    A: Source<E>,
    B: Source<E>,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for (chunk, out) in E::chunks_mut(self.out).iter_mut().enumerate() {
            O::apply::<S>(self.a.get::<S>(chunk), self.b.get::<S>(chunk)).store(out);
        }
    }
}

fn run_binary<E: Element, O: BinaryOperation<E>>(
    level: SimdLevel,
    a: Operand<'_, E>,
    b: Operand<'_, E>,
    out: &mut [E],
) {
    let (length, operation) = (out.len(), PhantomData::<O>);
    match (a, b) {
        (Operand::Column(a), Operand::Column(b)) => {
            let (a, b) = (E::chunks(&a[..length]), E::chunks(&b[..length]));
            dispatch(level, BinaryKernel { a, b, out, operation });
        }
        (Operand::Column(a), Operand::Constant(b)) => {
            let (a, b) = (E::chunks(&a[..length]), Splat(b));
            dispatch(level, BinaryKernel { a, b, out, operation });
        }
        (Operand::Constant(a), Operand::Column(b)) => {
            let (a, b) = (Splat(a), E::chunks(&b[..length]));
            dispatch(level, BinaryKernel { a, b, out, operation });
        }
        (Operand::Constant(a), Operand::Constant(b)) => {
            dispatch(level, BinaryKernel { a: Splat(a), b: Splat(b), out, operation });
        }
    }
}

macro_rules! binary_operations {
    ($($name:ident: |$a:ident, $b:ident, $simd:ident, $element:ident| $body:expr;)*) => {
        $(
            struct $name;
            impl<$element: Lift> BinaryOperation<$element> for $name {
                #[inline(always)]
                fn apply<$simd: Simd>(
                    $a: $element::Vector<$simd>,
                    $b: $element::Vector<$simd>,
                ) -> $element::Vector<$simd> {
                    $body
                }
            }
        )*

        /// Returns `operation(a, b)`.
        #[cfg(all(target_arch = "x86_64", unix))]
        #[inline(always)]
        pub(crate) fn apply_binary<E: Lift, S: Simd>(
            operation: Binary,
            a: E::Vector<S>,
            b: E::Vector<S>,
        ) -> E::Vector<S> {
            match operation {
                $(Binary::$name => <$name as BinaryOperation<E>>::apply::<S>(a, b),)*
            }
        }

        /// Writes `operation(a, b)` to `out`.
        pub(crate) fn binary<'a, E: Lift>(
            level: SimdLevel,
            operation: Binary,
            a: impl Into<Operand<'a, E>>,
            b: impl Into<Operand<'a, E>>,
            out: &mut [E],
        ) {
            match operation {
                $(Binary::$name => run_binary::<E, $name>(level, a.into(), b.into(), out),)*
            }
        }
    };
}

binary_operations! {
    Add: |a, b, S, E| a.add(b);
    Sub: |a, b, S, E| a.sub(b);
    Mul: |a, b, S, E| a.mul(b);
    Div: |a, b, S, E| a.div(b);
    Min: |a, b, S, E| a.min(b);
    Max: |a, b, S, E| a.max(b);
    Pow: |a, b, S, E| E::lift2::<S>(a, b, math::pow);
    Mod: |a, b, S, E| a.sub(b.mul(a.div(b).floor()));
}

/// Truth values, a bit each, lane 0 of a byte lowest: known to be true, and known to be false.
/// Neither is missing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Planes {
    pub(crate) yes: Vec<u8>,
    pub(crate) no: Vec<u8>,
}

impl Planes {
    pub(crate) fn new(lanes: usize) -> Self {
        let plane = vec![0; lanes.div_ceil(8)];
        Self { yes: plane.clone(), no: plane }
    }

    /// Returns a position's value, `None` for missing.
    pub(crate) fn get(&self, position: usize) -> Option<bool> {
        let bit = |plane: &[u8]| plane[position / 8] >> (position % 8) & 1 == 1;
        if bit(&self.yes) {
            Some(true)
        } else if bit(&self.no) {
            Some(false)
        } else {
            None
        }
    }
}

#[inline(always)]
fn store_bits<E: Element>(plane: &mut [u8], chunk: usize, mask: impl Mask) {
    let bits = mask.bits();
    let bytes = E::LANES / 8;
    plane[chunk * bytes] = bits as u8;
    if bytes == 2 {
        plane[chunk * bytes + 1] = (bits >> 8) as u8;
    }
}

#[inline(always)]
fn load_bits<E: Element, M: Mask>(plane: &[u8], chunk: usize) -> M {
    let bytes = E::LANES / 8;
    let low = u16::from(plane[chunk * bytes]);
    let high = if bytes == 2 { u16::from(plane[chunk * bytes + 1]) << 8 } else { 0 };
    M::from_bits(low | high)
}

pub(crate) type MaskOf<E, S> = <<E as Lanes>::Vector<S> as Vector>::Mask;

trait CompareOperation<E: Element> {
    /// Returns where the comparison is true and where it is false.
    fn apply<S: Simd>(a: E::Vector<S>, b: E::Vector<S>) -> (MaskOf<E, S>, MaskOf<E, S>);
}

struct CompareKernel<'a, E, O, A, B> {
    a: A,
    b: B,
    chunks: usize,
    out: &'a mut Planes,
    operation: PhantomData<(E, O)>,
}

impl<E, O, A, B> Kernel for CompareKernel<'_, E, O, A, B>
where
    E: Element,
    O: CompareOperation<E>,
    A: Source<E>,
    B: Source<E>,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        // In whole bytes, so that the compiler sees that every chunk lies within.
        let bytes = self.chunks * (E::LANES / 8);
        let (yes, no) = (&mut self.out.yes[..bytes], &mut self.out.no[..bytes]);
        for chunk in 0..self.chunks {
            let (holds, fails) = O::apply::<S>(self.a.get::<S>(chunk), self.b.get::<S>(chunk));
            store_bits::<E>(yes, chunk, holds);
            store_bits::<E>(no, chunk, fails);
        }
    }
}

macro_rules! compare_operations {
    ($($name:ident: |$a:ident, $b:ident| $holds:expr, $fails:expr;)*) => {
        $(
            struct $name;
            impl<E: Element> CompareOperation<E> for $name {
                #[inline(always)]
                fn apply<S: Simd>(
                    $a: E::Vector<S>,
                    $b: E::Vector<S>,
                ) -> (MaskOf<E, S>, MaskOf<E, S>) {
                    ($holds, $fails)
                }
            }
        )*

        /// Returns where the comparison is true and where it is false.
        #[cfg(all(target_arch = "x86_64", unix))]
        #[inline(always)]
        pub(crate) fn apply_compare<E: Element, S: Simd>(
            comparison: Compare,
            a: E::Vector<S>,
            b: E::Vector<S>,
        ) -> (MaskOf<E, S>, MaskOf<E, S>) {
            match comparison {
                $(Compare::$name => <$name as CompareOperation<E>>::apply::<S>(a, b),)*
            }
        }

        /// Writes the comparison of the first `length` positions to `out`.
        pub(crate) fn compare<E: Element>(
            level: SimdLevel,
            comparison: Compare,
            a: Operand<'_, E>,
            b: Operand<'_, E>,
            length: usize,
            out: &mut Planes,
        ) {
            match comparison {
                $(Compare::$name => run_compare::<E, $name>(level, a, b, length, out),)*
            }
        }
    };
}

compare_operations! {
    Less: |a, b| a.lt(b), b.le(a);
    LessEqual: |a, b| a.le(b), b.lt(a);
    Equal: |a, b| a.eq(b), a.ne(b);
    Unequal: |a, b| a.ne(b), a.eq(b);
}

fn run_compare<E: Element, O: CompareOperation<E>>(
    level: SimdLevel,
    a: Operand<'_, E>,
    b: Operand<'_, E>,
    length: usize,
    out: &mut Planes,
) {
    let (chunks, operation) = (length / E::LANES, PhantomData::<(E, O)>);
    match (a, b) {
        (Operand::Column(a), Operand::Column(b)) => {
            let (a, b) = (E::chunks(&a[..length]), E::chunks(&b[..length]));
            dispatch(level, CompareKernel { a, b, chunks, out, operation });
        }
        (Operand::Column(a), Operand::Constant(b)) => {
            let (a, b) = (E::chunks(&a[..length]), Splat(b));
            dispatch(level, CompareKernel { a, b, chunks, out, operation });
        }
        (Operand::Constant(a), Operand::Column(b)) => {
            let (a, b) = (Splat(a), E::chunks(&b[..length]));
            dispatch(level, CompareKernel { a, b, chunks, out, operation });
        }
        (Operand::Constant(a), Operand::Constant(b)) => {
            dispatch(level, CompareKernel { a: Splat(a), b: Splat(b), chunks, out, operation });
        }
    }
}

struct SelectKernel<'a, E> {
    condition: &'a Planes,
    yes: &'a [E],
    no: &'a [E],
    out: &'a mut [E],
}

impl<E: Element> Kernel for SelectKernel<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let sources = E::chunks(self.yes).iter().zip(E::chunks(self.no));
        let missing = E::Vector::<S>::splat(E::NAN);
        for (chunk, (out, (yes, no))) in E::chunks_mut(self.out).iter_mut().zip(sources).enumerate()
        {
            let fails = load_bits::<E, _>(&self.condition.no, chunk);
            let holds = load_bits::<E, _>(&self.condition.yes, chunk);
            let otherwise = Vector::select(fails, E::Vector::<S>::load(no), missing);
            E::Vector::<S>::select(holds, Vector::load(yes), otherwise).store(out);
        }
    }
}

/// Writes `yes` where the condition holds, `no` where it fails, NaN elsewhere.
pub(crate) fn select<E: Element>(
    level: SimdLevel,
    condition: &Planes,
    yes: &[E],
    no: &[E],
    out: &mut [E],
) {
    dispatch(level, SelectKernel { condition, yes, no, out });
}

struct ToNumberKernel<'a, E> {
    x: &'a Planes,
    out: &'a mut [E],
}

impl<E: Element> Kernel for ToNumberKernel<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let one = E::Vector::<S>::splat(E::from_f64(1.0));
        let zero = E::Vector::<S>::splat(E::from_f64(0.0));
        let missing = E::Vector::<S>::splat(E::NAN);
        for (chunk, out) in E::chunks_mut(self.out).iter_mut().enumerate() {
            let otherwise = Vector::select(load_bits::<E, _>(&self.x.no, chunk), zero, missing);
            let holds = load_bits::<E, _>(&self.x.yes, chunk);
            E::Vector::<S>::select(holds, one, otherwise).store(out);
        }
    }
}

/// Writes 1 for true, 0 for false, NaN for missing.
pub(crate) fn to_number<E: Element>(level: SimdLevel, x: &Planes, out: &mut [E]) {
    dispatch(level, ToNumberKernel { x, out });
}

/// Returns where `x` is NaN and where it is not.
#[inline(always)]
pub(crate) fn apply_is_missing<E: Element, S: Simd>(
    x: E::Vector<S>,
) -> (MaskOf<E, S>, MaskOf<E, S>) {
    (x.unordered(x), x.eq(x))
}

struct IsMissingKernel<'a, E> {
    x: &'a [E],
    out: &'a mut Planes,
}

impl<E: Element> Kernel for IsMissingKernel<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for (chunk, x) in E::chunks(self.x).iter().enumerate() {
            let (missing, present) = apply_is_missing::<E, S>(Vector::load(x));
            store_bits::<E>(&mut self.out.yes, chunk, missing);
            store_bits::<E>(&mut self.out.no, chunk, present);
        }
    }
}

/// Writes whether each value is NaN.
pub(crate) fn is_missing<E: Element>(level: SimdLevel, x: &[E], out: &mut Planes) {
    dispatch(level, IsMissingKernel { x, out });
}

/// Writes the negation of the first `bytes` bytes.
pub(crate) fn not(x: &Planes, bytes: usize, out: &mut Planes) {
    out.yes[..bytes].copy_from_slice(&x.no[..bytes]);
    out.no[..bytes].copy_from_slice(&x.yes[..bytes]);
}

/// Writes the conjunction of the first `bytes` bytes.
pub(crate) fn and(a: &Planes, b: &Planes, bytes: usize, out: &mut Planes) {
    combine(&a.yes, &b.yes, &mut out.yes[..bytes], |a, b| a & b);
    combine(&a.no, &b.no, &mut out.no[..bytes], |a, b| a | b);
}

/// Writes the disjunction of the first `bytes` bytes.
pub(crate) fn or(a: &Planes, b: &Planes, bytes: usize, out: &mut Planes) {
    combine(&a.yes, &b.yes, &mut out.yes[..bytes], |a, b| a | b);
    combine(&a.no, &b.no, &mut out.no[..bytes], |a, b| a & b);
}

#[inline(always)]
fn combine(a: &[u8], b: &[u8], out: &mut [u8], f: impl Fn(u8, u8) -> u8) {
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = f(*a, *b);
    }
}

struct AllFinite<'a, E>(&'a [E]);

impl<E: Element> Kernel for AllFinite<'_, E> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self) -> bool {
        let mut sum = E::Vector::<S>::splat(E::from_f64(0.0));
        for chunk in E::chunks(self.0) {
            let x = E::Vector::<S>::load(chunk);
            // Zero for finite x, NaN otherwise.
            sum = sum.add(x.sub(x));
        }
        sum.unordered(sum).bits() == 0
    }
}

/// Returns whether no value is missing or infinite; of any number of values.
pub(crate) fn all_finite<E: Element>(level: SimdLevel, x: &[E]) -> bool {
    let rest = &x[x.len() / E::LANES * E::LANES..];
    dispatch(level, AllFinite(x)) && rest.iter().all(|x| x.to_f64().is_finite())
}

/// Rows of lanes to be copied elsewhere.
#[derive(Debug)]
pub(crate) struct CopyRows<'a, E> {
    pub(crate) from: &'a [E],
    pub(crate) from_stride: usize,
    /// Begins at the first row's first lane.
    pub(crate) to: &'a mut [MaybeUninit<E>],
    pub(crate) to_stride: usize,
    pub(crate) rows: usize,
    pub(crate) lanes: usize,
}

impl<E: Element> Kernel for CopyRows<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { from, from_stride, to, to_stride, rows, lanes } = self;
        let missing = E::Vector::<S>::splat(E::NAN);
        for row in 0..rows {
            let from = &from[row * from_stride..row * from_stride + lanes];
            let to = &mut to[row * to_stride..row * to_stride + lanes];
            for (to, from) in to.chunks_exact_mut(E::LANES).zip(E::chunks(from)) {
                let x = E::Vector::<S>::load(from);
                let x = E::Vector::<S>::select(x.unordered(x), missing, x);
                E::store_new::<S>(x, to);
            }
            for lane in lanes / E::LANES * E::LANES..lanes {
                let x = from[lane];
                to[lane].write(if x.to_f64().is_nan() { E::NAN } else { x });
            }
        }
    }
}

/// Copies rows, every NaN made the canonical one.
pub(crate) fn copy_rows<E: Element>(level: SimdLevel, copy: CopyRows<'_, E>) {
    dispatch(level, copy);
}

struct Spread<'a, E> {
    values: &'a [E],
    stride: usize,
    out: &'a mut [E],
}

impl<E: Element> Kernel for Spread<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for (row, &value) in self.out.chunks_exact_mut(self.stride).zip(self.values) {
            let value = E::Vector::<S>::splat(value);
            E::chunks_mut(row).iter_mut().for_each(|chunk| value.store(chunk));
        }
    }
}

/// Writes each value to all lanes of its row; `stride` is a multiple of the vector's lanes.
pub(crate) fn spread<E: Element>(level: SimdLevel, values: &[E], stride: usize, out: &mut [E]) {
    dispatch(level, Spread { values, stride, out });
}
