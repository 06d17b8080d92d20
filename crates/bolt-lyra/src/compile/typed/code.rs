//! Instructions with typed registers.

use std::sync::Arc;

use crate::compile::code::{Binary, Relation};
use crate::complex64::Complex64;
use crate::value::Value;

/// The type of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::compile) enum Scalar {
    Boolean,
    Integer,
    Real,
    Complex,
}

/// The type of a value: a number, or an array of so many dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::compile) struct Type {
    pub(in crate::compile) scalar: Scalar,
    pub(in crate::compile) rank: u8,
}

impl Type {
    pub(super) const BOOLEAN: Self = Self::of(Scalar::Boolean);
    pub(super) const INTEGER: Self = Self::of(Scalar::Integer);
    pub(super) const REAL: Self = Self::of(Scalar::Real);
    pub(super) const COMPLEX: Self = Self::of(Scalar::Complex);

    pub(super) const fn of(scalar: Scalar) -> Self {
        Self { scalar, rank: 0 }
    }

    /// Returns which registers have values of the type.
    pub(super) fn bank(self) -> Bank {
        match (self.scalar, self.rank) {
            (Scalar::Boolean | Scalar::Integer, 0) => Bank::Integers,
            (Scalar::Real, 0) => Bank::Reals,
            (Scalar::Complex, 0) => Bank::Complexes,
            (Scalar::Real, _) => Bank::RealArrays,
            _ => Bank::IntegerArrays,
        }
    }
}

/// The registers of values of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bank {
    Integers,
    Reals,
    Complexes,
    IntegerArrays,
    RealArrays,
}

/// An array of numbers, the last index running fastest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dense<T> {
    pub(super) elements: Arc<Vec<T>>,
    pub(super) dimensions: [usize; 2],
}

impl<T> Default for Dense<T> {
    fn default() -> Self {
        Self { elements: Arc::default(), dimensions: [0, 1] }
    }
}

/// The place of a register among those of its kind.
pub(super) type Register = u16;

/// The place of an instruction.
pub(super) type Position = u32;

/// A function of a real number.
pub(super) type Function = fn(f64) -> f64;

/// An instruction; its name ends in the kind of its registers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Inst {
    AddI {
        to: Register,
        a: Register,
        b: Register,
    },
    SubtractI {
        to: Register,
        a: Register,
        b: Register,
    },
    MultiplyI {
        to: Register,
        a: Register,
        b: Register,
    },
    BinaryI {
        kind: Binary,
        to: Register,
        a: Register,
        b: Register,
    },
    AddR {
        to: Register,
        a: Register,
        b: Register,
    },
    SubtractR {
        to: Register,
        a: Register,
        b: Register,
    },
    MultiplyR {
        to: Register,
        a: Register,
        b: Register,
    },
    DivideR {
        to: Register,
        a: Register,
        b: Register,
    },
    BinaryR {
        kind: Binary,
        to: Register,
        a: Register,
        b: Register,
    },
    /// A power with an integer exponent.
    PowerRI {
        to: Register,
        a: Register,
        b: Register,
    },
    BinaryC {
        kind: Binary,
        to: Register,
        a: Register,
        b: Register,
    },
    PowerCI {
        to: Register,
        a: Register,
        b: Register,
    },
    AbsI {
        to: Register,
        of: Register,
    },
    SignI {
        to: Register,
        of: Register,
    },
    OddI {
        to: Register,
        of: Register,
        is_odd: bool,
    },
    Not {
        to: Register,
        of: Register,
    },
    /// A function of a real number whose name is among the names of the program.
    CallR {
        function: Function,
        name: u16,
        to: Register,
        of: Register,
    },
    /// Rounds: 0 down, 1 up, 2 to the nearest, 3 towards zero.
    RoundR {
        how: u8,
        to: Register,
        of: Register,
    },
    SignR {
        to: Register,
        of: Register,
    },
    ArcTanR {
        to: Register,
        a: Register,
        b: Register,
    },
    AbsC {
        to: Register,
        of: Register,
    },
    SqrtC {
        to: Register,
        of: Register,
    },
    /// The real part, the imaginary part.
    PartC {
        is_real: bool,
        to: Register,
        of: Register,
    },
    ConjugateC {
        to: Register,
        of: Register,
    },
    RealOfI {
        to: Register,
        of: Register,
    },
    ComplexOfR {
        to: Register,
        of: Register,
    },
    MoveI {
        to: Register,
        from: Register,
    },
    MoveR {
        to: Register,
        from: Register,
    },
    MoveC {
        to: Register,
        from: Register,
    },
    MoveIs {
        to: Register,
        from: Register,
    },
    MoveRs {
        to: Register,
        from: Register,
    },
    CompareI {
        relation: Relation,
        to: Register,
        a: Register,
        b: Register,
    },
    CompareR {
        relation: Relation,
        to: Register,
        a: Register,
        b: Register,
    },
    /// Jumps unless a comparison holds.
    UnlessI {
        relation: Relation,
        a: Register,
        b: Register,
        to: Position,
    },
    UnlessR {
        relation: Relation,
        a: Register,
        b: Register,
        to: Position,
    },
    Unless {
        of: Register,
        to: Position,
    },
    Jump {
        to: Position,
    },
    /// Goes back, unless an abort was asked for.
    Back {
        to: Position,
    },
    /// Takes an element: of a vector, or of a row.
    PartIs {
        to: Register,
        of: Register,
        index: Register,
    },
    PartRs {
        to: Register,
        of: Register,
        index: Register,
    },
    PartIs2 {
        to: Register,
        of: Register,
        row: Register,
        column: Register,
    },
    PartRs2 {
        to: Register,
        of: Register,
        row: Register,
        column: Register,
    },
    SetIs {
        of: Register,
        index: Register,
        from: Register,
    },
    SetRs {
        of: Register,
        index: Register,
        from: Register,
    },
    SetIs2 {
        of: Register,
        row: Register,
        column: Register,
        from: Register,
    },
    SetRs2 {
        of: Register,
        row: Register,
        column: Register,
        from: Register,
    },
    LengthIs {
        to: Register,
        of: Register,
    },
    LengthRs {
        to: Register,
        of: Register,
    },
    TotalIs {
        to: Register,
        of: Register,
    },
    TotalRs {
        to: Register,
        of: Register,
    },
    DotRs {
        to: Register,
        a: Register,
        b: Register,
    },
    NewIs {
        to: Register,
    },
    NewRs {
        to: Register,
    },
    PushIs {
        to: Register,
        from: Register,
    },
    PushRs {
        to: Register,
        from: Register,
    },
    Return,
}

/// A body with typed registers.
#[derive(Debug)]
pub(in crate::compile) struct Program {
    pub(super) insts: Vec<Inst>,
    /// The types of the arguments; they are in the first registers of their kinds.
    pub(super) parameters: Vec<(Type, Register)>,
    pub(super) result: (Type, Register),
    /// What registers have when it begins: constants, and zeros.
    pub(super) integers: Vec<i64>,
    pub(super) reals: Vec<f64>,
    pub(super) complexes: Vec<Complex64>,
    pub(super) integer_arrays: usize,
    pub(super) real_arrays: usize,
    /// The names of the functions that are called.
    pub(super) names: Vec<Value>,
}
