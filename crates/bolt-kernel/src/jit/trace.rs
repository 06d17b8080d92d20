//! An instruction set that computes nothing and records what it is asked to.
//!
//! Kernels are written once over [`Simd`]; run with [`Trace`] they leave their operations in a
//! [`Body`]. What the interpreter computes and what is compiled therefore have one definition.

use super::ir::{Arithmetic, Body, Op, Predicate, Single, Type, Value};
use crate::simd::{Bits64, Element, Mask, Sequence, Simd, Vector};
use std::cell::RefCell;
use std::marker::PhantomData;

thread_local! {
    static BODY: RefCell<Body> = RefCell::default();
}

/// Runs `f`, which may use traced vectors made from values of the body.
pub(super) fn record<T>(body: &mut Body, f: impl FnOnce() -> T) -> T {
    BODY.with(|cell| cell.swap_with(body));
    let result = f();
    BODY.with(|cell| cell.swap_with(body));
    result
}

trait SwapWith<T> {
    fn swap_with(&self, other: &mut T);
}

impl<T> SwapWith<T> for RefCell<T> {
    fn swap_with(&self, other: &mut T) {
        std::mem::swap(&mut *self.borrow_mut(), other);
    }
}

fn define(op: Op, value_type: Type) -> Value {
    BODY.with_borrow_mut(|body| body.define(op, value_type))
}

#[derive(Clone, Copy)]
pub(super) struct Trace;

/// A vector of a body.
#[derive(Clone, Copy)]
pub(super) struct Traced<E>(pub(super) Value, PhantomData<E>);

/// A comparison of a body.
#[derive(Clone, Copy)]
pub(super) struct TracedMask(pub(super) Value);

impl Mask for TracedMask {
    fn from_bits(_bits: u16) -> Self {
        unreachable!("kernels that are recorded make masks only by comparing")
    }

    /// Any lane may be set: code that asks takes the path that is right for all.
    fn bits(self) -> u16 {
        u16::MAX
    }
}

/// What tells the element types apart here.
pub(super) trait Recorded: Element {
    const TYPE: Type;
}

impl Recorded for f64 {
    const TYPE: Type = Type::F64;
}

impl Recorded for f32 {
    const TYPE: Type = Type::F32;
}

impl<E> Traced<E> {
    pub(super) fn new(value: Value) -> Self {
        Self(value, PhantomData)
    }
}

impl<E: Recorded> Traced<E> {
    fn arithmetic(self, operation: Arithmetic, other: Self) -> Self {
        Self::new(define(Op::Arithmetic(operation, self.0, other.0), E::TYPE))
    }

    fn single(self, operation: Single) -> Self {
        Self::new(define(Op::Single(operation, self.0), E::TYPE))
    }

    fn compare(self, predicate: Predicate, other: Self) -> TracedMask {
        TracedMask(define(Op::Compare(predicate, self.0, other.0), E::TYPE.mask()))
    }

    fn constant(value: f64) -> Self {
        Self::new(BODY.with_borrow_mut(|body| body.constant(value, E::TYPE)))
    }

    fn bits(bits: u64) -> Self {
        Self::new(define(Op::Constant(bits), E::TYPE))
    }

    fn as_constant(self) -> Option<f64> {
        BODY.with_borrow(|body| body.as_constant(self.0))
    }

    /// Returns the smaller or larger one as [`Vector`] defines it: the processor's own instruction
    /// gives its second operand where they are equal or either is NaN.
    fn extreme(self, operation: Arithmetic, other: Self) -> Self {
        match (self.as_constant(), other.as_constant()) {
            (Some(own), _) if !own.is_nan() => self.arithmetic(operation, other),
            // Equal numbers other than zero are the same bits, so the order does not matter.
            (None, Some(bound)) if bound != 0.0 && !bound.is_nan() => {
                other.arithmetic(operation, self)
            }
            _ => {
                let extreme = self.arithmetic(operation, other);
                Self::select(self.unordered(self), self, extreme)
            }
        }
    }
}

impl<E: Recorded> Vector for Traced<E> {
    type Element = E;
    type Mask = TracedMask;

    fn load(_chunk: &E::Chunk) -> Self {
        unreachable!("recorded kernels are given their operands")
    }
    fn store(self, _chunk: &mut E::Chunk) {
        unreachable!("recorded kernels return their results")
    }
    fn store_new(self, _chunk: &mut E::NewChunk) {
        unreachable!("recorded kernels return their results")
    }
    fn splat(value: E) -> Self {
        Self::constant(value.to_f64())
    }
    fn add(self, other: Self) -> Self {
        self.arithmetic(Arithmetic::Add, other)
    }
    fn sub(self, other: Self) -> Self {
        self.arithmetic(Arithmetic::Sub, other)
    }
    fn mul(self, other: Self) -> Self {
        self.arithmetic(Arithmetic::Mul, other)
    }
    fn div(self, other: Self) -> Self {
        self.arithmetic(Arithmetic::Div, other)
    }
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self::new(define(Op::MultiplyAdd(self.0, factor.0, addend.0), E::TYPE))
    }
    fn sqrt(self) -> Self {
        self.single(Single::Sqrt)
    }
    fn neg(self) -> Self {
        self.arithmetic(Arithmetic::Xor, Self::constant(-0.0))
    }
    fn abs(self) -> Self {
        let but_the_sign = match E::TYPE {
            Type::F64 | Type::Mask64 => (1 << 63) - 1,
            Type::F32 | Type::Mask32 => (1 << 31) - 1,
        };
        self.arithmetic(Arithmetic::And, Self::bits(but_the_sign))
    }
    fn floor(self) -> Self {
        self.single(Single::Floor)
    }
    fn ceil(self) -> Self {
        self.single(Single::Ceil)
    }
    fn round(self) -> Self {
        self.single(Single::Round)
    }
    fn lt(self, other: Self) -> TracedMask {
        self.compare(Predicate::Less, other)
    }
    fn le(self, other: Self) -> TracedMask {
        self.compare(Predicate::LessEqual, other)
    }
    fn eq(self, other: Self) -> TracedMask {
        self.compare(Predicate::Equal, other)
    }
    fn ne(self, other: Self) -> TracedMask {
        self.compare(Predicate::Unequal, other)
    }
    fn unordered(self, other: Self) -> TracedMask {
        self.compare(Predicate::Unordered, other)
    }
    fn select(mask: TracedMask, yes: Self, no: Self) -> Self {
        Self::new(define(Op::Blend(mask.0, yes.0, no.0), E::TYPE))
    }
    fn max(self, other: Self) -> Self {
        self.extreme(Arithmetic::Max, other)
    }
    fn min(self, other: Self) -> Self {
        self.extreme(Arithmetic::Min, other)
    }
}

impl Sequence for Traced<f64> {
    fn window<const FROM: i32>(_: Self, _: Self) -> Self {
        unreachable!("what is recorded stays within its lane")
    }
}

impl Bits64 for Traced<f64> {
    fn and_bits(self, bits: u64) -> Self {
        self.arithmetic(Arithmetic::And, Self::bits(bits))
    }
    fn or_bits(self, bits: u64) -> Self {
        self.arithmetic(Arithmetic::Or, Self::bits(bits))
    }
    fn xor(self, other: Self) -> Self {
        self.arithmetic(Arithmetic::Xor, other)
    }
    fn add_bits(self, other: Self) -> Self {
        self.arithmetic(Arithmetic::AddBits, other)
    }
    fn shift_left_52(self) -> Self {
        self.single(Single::ShiftLeft52)
    }
    fn shift_right_52(self) -> Self {
        self.single(Single::ShiftRight52)
    }
}

impl Simd for Trace {
    type F64 = Traced<f64>;
    type F32 = Traced<f32>;

    fn widen(vector: Traced<f32>) -> (Traced<f64>, Traced<f64>) {
        let half = |half| Traced::new(define(Op::Widen(vector.0, half), Type::F64));
        (half(0), half(1))
    }

    fn narrow(low: Traced<f64>, high: Traced<f64>) -> Traced<f32> {
        // The only lane is in the lower half.
        let high = if BODY.with_borrow(|body| body.one_lane) { low } else { high };
        Traced::new(define(Op::Narrow(low.0, high.0), Type::F32))
    }
}
