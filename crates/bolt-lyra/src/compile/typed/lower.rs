//! From expressions to instructions with typed registers.
//!
//! The type of an expression follows from those of its parts: integers become reals, and reals
//! complex numbers, where the other operand is one. A variable has the type of what it is set to
//! first.

mod control;

use std::collections::HashSet;

use super::code::{Bank, Function, Inst, Position, Program, Register, Scalar, Type};
use crate::compile::code::{Binary, Relation};
use crate::complex64::Complex64;
use crate::number;
use crate::session::Session;
use crate::symbol::{Symbol, sym};
use crate::value::{Call, Value};

/// Why an expression has no typed instructions.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::compile) enum Refusal {
    /// There are none for this expression.
    Form(Value),
    /// A variable of one type is set to a value of another.
    Assignment { variable: Value, own: Type, given: Type },
    /// There are too many of something.
    Size,
}

type Lowered<T = Place> = Result<T, Refusal>;

/// Where a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    of: Type,
    register: Register,
}

/// A name with a value.
struct Variable {
    name: Value,
    /// `None` until it is set.
    place: Option<Place>,
    may_change: bool,
}

/// Where `Break` and `Continue` of a loop lead, once that is known.
#[derive(Default)]
struct Loop {
    breaks: Vec<usize>,
    continues: Vec<usize>,
}

struct Lowering<'s> {
    session: &'s mut Session,
    program: Program,
    variables: Vec<Variable>,
    loops: Vec<Loop>,
    /// The integer registers that are constants.
    constants: HashSet<Register>,
    /// How many expressions were looked at.
    work: usize,
}

/// Expressions that nest deeper than this are not lowered.
const DEEPEST: u32 = 200;

/// More expressions than this are not looked at: the types of choices within choices take time.
const MOST_WORK: usize = 100_000;

/// More registers of a kind than this are not used.
const MOST_REGISTERS: usize = 1 << 14;

/// Lowers a body with parameters.
pub(super) fn lower(
    session: &mut Session,
    parameters: &[(Value, Type)],
    body: &Value,
) -> Result<Program, Refusal> {
    let program = Program {
        insts: Vec::new(),
        parameters: Vec::new(),
        result: (Type::BOOLEAN, 0),
        integers: Vec::new(),
        reals: Vec::new(),
        complexes: Vec::new(),
        integer_arrays: 0,
        real_arrays: 0,
        names: Vec::new(),
    };
    if body.depth() > DEEPEST {
        return Err(Refusal::Size);
    }
    let mut new = Lowering {
        session,
        program,
        variables: Vec::new(),
        loops: Vec::new(),
        constants: HashSet::new(),
        work: 0,
    };
    for (name, of) in parameters {
        let place = new.fresh(*of)?;
        new.program.parameters.push((*of, place.register));
        new.variables.push(Variable { name: name.clone(), place: Some(place), may_change: false });
    }
    let result = new.value(body)?;
    new.program.result = (result.of, result.register);
    new.emit(Inst::Return);
    Ok(new.program)
}

fn real_function(symbol: Symbol) -> Option<Function> {
    Some(match symbol {
        sym::Sin => f64::sin,
        sym::Cos => f64::cos,
        sym::Tan => f64::tan,
        sym::ArcSin => f64::asin,
        sym::ArcCos => f64::acos,
        sym::ArcTan => f64::atan,
        sym::Sinh => f64::sinh,
        sym::Cosh => f64::cosh,
        sym::Tanh => f64::tanh,
        sym::Exp => f64::exp,
        sym::Log => f64::ln,
        sym::Sqrt => f64::sqrt,
        sym::Abs => f64::abs,
        _ => return None,
    })
}

impl Lowering<'_> {
    fn emit(&mut self, inst: Inst) -> usize {
        self.program.insts.push(inst);
        self.program.insts.len() - 1
    }

    fn here(&self) -> Position {
        self.program.insts.len() as Position
    }

    /// Makes a jump lead here.
    fn land(&mut self, jump: usize) {
        let here = self.here();
        match &mut self.program.insts[jump] {
            Inst::Jump { to }
            | Inst::Unless { to, .. }
            | Inst::UnlessI { to, .. }
            | Inst::UnlessR { to, .. } => *to = here,
            other => unreachable!("{other:?} is no jump"),
        }
    }

    fn refuse<T>(value: &Value) -> Lowered<T> {
        Err(Refusal::Form(value.clone()))
    }

    /// Returns a new register.
    fn fresh(&mut self, of: Type) -> Lowered {
        let program = &mut self.program;
        let place = match of.bank() {
            Bank::Integers => {
                program.integers.push(0);
                program.integers.len() - 1
            }
            Bank::Reals => {
                program.reals.push(0.0);
                program.reals.len() - 1
            }
            Bank::Complexes => {
                program.complexes.push(Complex64::ZERO);
                program.complexes.len() - 1
            }
            Bank::IntegerArrays => {
                program.integer_arrays += 1;
                program.integer_arrays - 1
            }
            Bank::RealArrays => {
                program.real_arrays += 1;
                program.real_arrays - 1
            }
        };
        if place >= MOST_REGISTERS {
            return Err(Refusal::Size);
        }
        Ok(Place { of, register: place as Register })
    }

    fn integer(&mut self, value: i64) -> Lowered {
        let place = self.fresh(Type::INTEGER)?;
        self.program.integers[place.register as usize] = value;
        self.constants.insert(place.register);
        Ok(place)
    }

    fn real(&mut self, value: f64) -> Lowered {
        let place = self.fresh(Type::REAL)?;
        self.program.reals[place.register as usize] = value;
        Ok(place)
    }

    /// Lowers an expression; returns where its value is.
    fn value(&mut self, value: &Value) -> Lowered {
        self.work += 1;
        if self.work > MOST_WORK {
            return Err(Refusal::Size);
        }
        match value {
            Value::Integer(integer) => self.integer(*integer),
            Value::Real(real) if real.is_finite() => self.real(*real),
            Value::Rational(_) => match number::to_f64(value) {
                Some(real) => self.real(real),
                None => Self::refuse(value),
            },
            Value::Complex(_) => {
                let Some(complex) = Complex64::read(value) else { return Self::refuse(value) };
                let place = self.fresh(Type::COMPLEX)?;
                self.program.complexes[place.register as usize] = complex;
                Ok(place)
            }
            Value::Symbol(_) | Value::Temporary(_) => self.symbol(value),
            Value::Call(call) => self.call(value, call),
            _ => Self::refuse(value),
        }
    }

    fn variable(&self, name: &Value) -> Option<usize> {
        self.variables.iter().rposition(|variable| variable.name == *name)
    }

    fn symbol(&mut self, value: &Value) -> Lowered {
        if let Some(place) = self.variable(value) {
            return self.variables[place].place.map_or_else(|| Self::refuse(value), Ok);
        }
        match value.as_symbol() {
            Some(sym::True) => {
                let place = self.integer(1)?;
                Ok(Place { of: Type::BOOLEAN, ..place })
            }
            Some(sym::False) => {
                let place = self.integer(0)?;
                Ok(Place { of: Type::BOOLEAN, ..place })
            }
            Some(sym::Pi) => self.real(std::f64::consts::PI),
            Some(sym::E) => self.real(std::f64::consts::E),
            Some(sym::Degree) => self.real(std::f64::consts::PI / 180.0),
            _ => Self::refuse(value),
        }
    }

    /// Lowers an expression; what it is in does not change when what stands after it is evaluated.
    fn value_before(&mut self, value: &Value, later: &[Value]) -> Lowered {
        let place = self.value(value)?;
        let is_here = |one: &Variable| one.may_change && one.place == Some(place);
        let is_variable = self.variables.iter().any(is_here);
        if !is_variable || !later.iter().any(assigns) {
            return Ok(place);
        }
        let copy = self.fresh(place.of)?;
        self.copy(copy, place);
        Ok(copy)
    }

    /// Copies a value to a register of the same type.
    fn copy(&mut self, to: Place, from: Place) {
        let (to, register) = (to.register, from.register);
        self.emit(match from.of.bank() {
            Bank::Integers => Inst::MoveI { to, from: register },
            Bank::Reals => Inst::MoveR { to, from: register },
            Bank::Complexes => Inst::MoveC { to, from: register },
            Bank::IntegerArrays => Inst::MoveIs { to, from: register },
            Bank::RealArrays => Inst::MoveRs { to, from: register },
        });
    }

    /// Returns a value as one of another type, if that holds all its values.
    fn convert(&mut self, from: Place, of: Type, value: &Value) -> Lowered {
        if from.of == of {
            return Ok(from);
        }
        let to = match (from.of.scalar, of.scalar, from.of.rank, of.rank) {
            (Scalar::Integer, Scalar::Real, 0, 0) if self.constants.contains(&from.register) => {
                self.real(self.program.integers[usize::from(from.register)] as f64)?
            }
            (Scalar::Integer, Scalar::Real, 0, 0) => {
                let to = self.fresh(of)?;
                self.emit(Inst::RealOfI { to: to.register, of: from.register });
                to
            }
            (Scalar::Real, Scalar::Complex, 0, 0) => {
                let to = self.fresh(of)?;
                self.emit(Inst::ComplexOfR { to: to.register, of: from.register });
                to
            }
            (Scalar::Integer, Scalar::Complex, 0, 0) => {
                let real = self.convert(from, Type::REAL, value)?;
                self.convert(real, of, value)?
            }
            _ => return Self::refuse(value),
        };
        Ok(to)
    }

    /// Lowers an expression to a number of a type; constants are converted beforehand.
    fn value_as(&mut self, value: &Value, of: Type) -> Lowered {
        if let (Value::Integer(integer), Type::REAL) = (value, of) {
            return self.real(*integer as f64);
        }
        let place = self.value(value)?;
        self.convert(place, of, value)
    }

    fn call(&mut self, value: &Value, call: &Call) -> Lowered {
        let Some(head) = call.head().as_symbol() else { return Self::refuse(value) };
        if !self.session.is_as_built(head) || self.variable(call.head()).is_some() {
            return Self::refuse(value);
        }
        match (head, call.args()) {
            (sym::Plus, [first, rest @ ..]) => self.chain(Binary::Add, first, rest),
            (sym::Times, [first, rest @ ..]) => self.chain(Binary::Multiply, first, rest),
            (sym::Max, [first, rest @ ..]) => self.chain(Binary::Greatest, first, rest),
            (sym::Min, [first, rest @ ..]) => self.chain(Binary::Least, first, rest),
            (sym::Subtract, [a, b]) => self.binary(Binary::Subtract, a, b),
            (sym::Divide, [a, b]) => self.binary(Binary::Divide, a, b),
            (sym::Minus, [a]) => self.binary(Binary::Multiply, &Value::Integer(-1), a),
            (sym::Power, [base, exponent]) => self.power(base, exponent),
            (sym::Mod, [a, b]) => self.binary(Binary::Modulo, a, b),
            (sym::Quotient, [a, b]) => self.quotient(value, a, b),
            (sym::ArcTan, [x, y]) => {
                let a = self.value_as(x, Type::REAL)?;
                let b = self.value_as(y, Type::REAL)?;
                let to = self.fresh(Type::REAL)?;
                self.emit(Inst::ArcTanR { to: to.register, a: a.register, b: b.register });
                Ok(to)
            }
            (
                sym::Less
                | sym::LessEqual
                | sym::Greater
                | sym::GreaterEqual
                | sym::Equal
                | sym::Unequal
                | sym::SameQ
                | sym::UnsameQ,
                [a, b],
            ) => self.comparison(value, head, a, b),
            (sym::Not, [a]) => {
                let of = self.boolean(a)?;
                let to = self.fresh(Type::BOOLEAN)?;
                self.emit(Inst::Not { to: to.register, of });
                Ok(to)
            }
            (sym::And | sym::Or, _) => self.connective(value),
            (sym::Part, [list, indices @ ..]) => self.part(value, list, indices),
            (sym::Dot, [a, b]) => self.dot(value, a, b),
            (_, [of]) => match self.control(value, head, call.args())? {
                Some(place) => Ok(place),
                None => self.unary(value, head, of),
            },
            (_, args) => match self.control(value, head, args)? {
                Some(place) => Ok(place),
                None => Self::refuse(value),
            },
        }
    }

    fn chain(&mut self, kind: Binary, first: &Value, rest: &[Value]) -> Lowered {
        // `a + (-1) b` is a difference, `a b^(-1)` a quotient.
        let mut result = self.value_before(first, rest)?;
        if rest.is_empty() && result.of.rank > 0 {
            return Self::refuse(first);
        }
        for (place, next) in rest.iter().enumerate() {
            let (kind, next) = match (kind, next.exactly(sym::Times), next.exactly(sym::Power)) {
                (Binary::Add, Some([Value::Integer(-1), b]), _) => (Binary::Subtract, b),
                (Binary::Multiply, _, Some([b, Value::Integer(-1)])) => (Binary::Divide, b),
                _ => (kind, next),
            };
            let is_last = place + 1 == rest.len();
            let next = match (result.of, next) {
                (Type::REAL, Value::Integer(_)) => self.value_as(next, Type::REAL)?,
                _ if is_last => self.value(next)?,
                _ => self.value_before(next, &rest[place + 1..])?,
            };
            result = self.combine(kind, result, next, first)?;
        }
        Ok(result)
    }

    fn binary(&mut self, kind: Binary, a: &Value, b: &Value) -> Lowered {
        let first = self.value_before(a, std::slice::from_ref(b))?;
        let second = match first.of {
            Type::REAL if matches!(b, Value::Integer(_)) => self.value_as(b, Type::REAL)?,
            _ => self.value(b)?,
        };
        self.combine(kind, first, second, a)
    }

    /// Computes with two numbers, as the wider of their types.
    fn combine(&mut self, kind: Binary, a: Place, b: Place, value: &Value) -> Lowered {
        if a.of.rank > 0 || b.of.rank > 0 {
            return Self::refuse(value);
        }
        let mut scalar = a.of.scalar.max(b.of.scalar);
        if scalar == Scalar::Boolean {
            return Self::refuse(value);
        }
        if kind == Binary::Divide {
            scalar = scalar.max(Scalar::Real);
        }
        let of = Type::of(scalar);
        let (a, b) = (self.convert(a, of, value)?, self.convert(b, of, value)?);
        let to = self.fresh(of)?;
        let (result, a, b) = (to.register, a.register, b.register);
        self.emit(match (scalar, kind) {
            (Scalar::Integer, Binary::Add) => Inst::AddI { to: result, a, b },
            (Scalar::Integer, Binary::Subtract) => Inst::SubtractI { to: result, a, b },
            (Scalar::Integer, Binary::Multiply) => Inst::MultiplyI { to: result, a, b },
            (Scalar::Integer, kind) => Inst::BinaryI { kind, to: result, a, b },
            (Scalar::Real, Binary::Add) => Inst::AddR { to: result, a, b },
            (Scalar::Real, Binary::Subtract) => Inst::SubtractR { to: result, a, b },
            (Scalar::Real, Binary::Multiply) => Inst::MultiplyR { to: result, a, b },
            (Scalar::Real, Binary::Divide) => Inst::DivideR { to: result, a, b },
            (Scalar::Real, kind) => Inst::BinaryR { kind, to: result, a, b },
            (_, Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide) => {
                Inst::BinaryC { kind, to: result, a, b }
            }
            _ => return Self::refuse(value),
        });
        Ok(to)
    }

    fn power(&mut self, base: &Value, exponent: &Value) -> Lowered {
        let half = exponent.as_call().is_none() && number::to_f64(exponent) == Some(0.5);
        match exponent {
            _ if base.is(sym::E) => return self.real_call(sym::Exp, exponent),
            Value::Integer(-1) => return self.binary(Binary::Divide, &Value::Integer(1), base),
            _ if half => return self.unary(base, sym::Sqrt, base),
            _ => {}
        }
        let a = self.value_before(base, std::slice::from_ref(exponent))?;
        let b = self.value(exponent)?;
        let is_natural = matches!(exponent, Value::Integer(0..));
        match (a.of, b.of) {
            (Type::INTEGER, Type::INTEGER) if is_natural => self.combine(Binary::Power, a, b, base),
            (Type::REAL, Type::INTEGER) if matches!(exponent, Value::Integer(2)) => {
                self.combine(Binary::Multiply, a, a, base)
            }
            (Type::REAL, Type::INTEGER) => {
                let to = self.fresh(Type::REAL)?;
                self.emit(Inst::PowerRI { to: to.register, a: a.register, b: b.register });
                Ok(to)
            }
            (Type::COMPLEX, Type::INTEGER) if is_natural => {
                let to = self.fresh(Type::COMPLEX)?;
                self.emit(Inst::PowerCI { to: to.register, a: a.register, b: b.register });
                Ok(to)
            }
            (Type::INTEGER | Type::REAL, Type::REAL) => {
                let a = self.convert(a, Type::REAL, base)?;
                self.combine(Binary::Power, a, b, base)
            }
            _ => Self::refuse(base),
        }
    }

    fn quotient(&mut self, value: &Value, a: &Value, b: &Value) -> Lowered {
        let first = self.value_before(a, std::slice::from_ref(b))?;
        let second = self.value(b)?;
        match (first.of, second.of) {
            (Type::INTEGER, Type::INTEGER) => self.combine(Binary::Quotient, first, second, value),
            _ => Self::refuse(value),
        }
    }

    fn real_call(&mut self, function: Symbol, value: &Value) -> Lowered {
        let Some(call) = real_function(function) else { return Self::refuse(value) };
        let of = self.value_as(value, Type::REAL)?;
        let to = self.fresh(Type::REAL)?;
        let name = self.program.names.len() as u16;
        self.program.names.push(Value::Symbol(function));
        self.emit(Inst::CallR { function: call, name, to: to.register, of: of.register });
        Ok(to)
    }

    fn unary(&mut self, value: &Value, head: Symbol, arg: &Value) -> Lowered {
        let of = self.value(arg)?;
        let register = of.register;
        let place = |lowering: &mut Self, of: Type, inst: &dyn Fn(Register) -> Inst| {
            let to = lowering.fresh(of)?;
            lowering.emit(inst(to.register));
            Ok(to)
        };
        match (head, of.of) {
            (sym::Abs, Type::INTEGER) => {
                place(self, Type::INTEGER, &|to| Inst::AbsI { to, of: register })
            }
            (sym::Abs, Type::COMPLEX) => {
                place(self, Type::REAL, &|to| Inst::AbsC { to, of: register })
            }
            (sym::Sqrt, Type::COMPLEX) => {
                place(self, Type::COMPLEX, &|to| Inst::SqrtC { to, of: register })
            }
            (sym::EvenQ | sym::OddQ, Type::INTEGER) => {
                let is_odd = head == sym::OddQ;
                place(self, Type::BOOLEAN, &|to| Inst::OddI { to, of: register, is_odd })
            }
            (sym::Floor | sym::Ceiling | sym::Round | sym::IntegerPart, Type::INTEGER) => Ok(of),
            (sym::Floor, Type::REAL) => self.round(0, register),
            (sym::Ceiling, Type::REAL) => self.round(1, register),
            (sym::Round, Type::REAL) => self.round(2, register),
            (sym::IntegerPart, Type::REAL) => self.round(3, register),
            (sym::Sign, Type::INTEGER) => {
                place(self, Type::INTEGER, &|to| Inst::SignI { to, of: register })
            }
            (sym::Sign, Type::REAL) => {
                place(self, Type::INTEGER, &|to| Inst::SignR { to, of: register })
            }
            (sym::Re | sym::Im, Type::COMPLEX) => {
                let is_real = head == sym::Re;
                place(self, Type::REAL, &|to| Inst::PartC { is_real, to, of: register })
            }
            (sym::Conjugate, Type::COMPLEX) => {
                place(self, Type::COMPLEX, &|to| Inst::ConjugateC { to, of: register })
            }
            (sym::Boole, Type::BOOLEAN) => Ok(Place { of: Type::INTEGER, ..of }),
            (sym::N, Type { rank: 0, scalar: Scalar::Integer }) => {
                self.convert(of, Type::REAL, value)
            }
            (sym::N, Type { rank: 0, scalar: Scalar::Real | Scalar::Complex }) => Ok(of),
            (_, Type { rank: 1 | 2, .. }) => self.of_array(value, head, of),
            (_, Type::INTEGER | Type::REAL) if real_function(head).is_some() => {
                let real = self.convert(of, Type::REAL, value)?;
                let to = self.fresh(Type::REAL)?;
                let name = self.program.names.len() as u16;
                self.program.names.push(Value::Symbol(head));
                let Some(function) = real_function(head) else { return Self::refuse(value) };
                self.emit(Inst::CallR { function, name, to: to.register, of: real.register });
                Ok(to)
            }
            _ => Self::refuse(value),
        }
    }

    fn round(&mut self, how: u8, of: Register) -> Lowered {
        let to = self.fresh(Type::INTEGER)?;
        self.emit(Inst::RoundR { how, to: to.register, of });
        Ok(to)
    }

    fn of_array(&mut self, value: &Value, head: Symbol, of: Place) -> Lowered {
        let register = of.register;
        let is_real = of.of.scalar == Scalar::Real;
        match head {
            sym::Length => {
                let to = self.fresh(Type::INTEGER)?;
                let result = to.register;
                self.emit(match is_real {
                    true => Inst::LengthRs { to: result, of: register },
                    false => Inst::LengthIs { to: result, of: register },
                });
                Ok(to)
            }
            sym::Total if of.of.rank == 1 => {
                let to = self.fresh(Type::of(of.of.scalar))?;
                let result = to.register;
                self.emit(match is_real {
                    true => Inst::TotalRs { to: result, of: register },
                    false => Inst::TotalIs { to: result, of: register },
                });
                Ok(to)
            }
            _ => Self::refuse(value),
        }
    }

    fn dot(&mut self, value: &Value, a: &Value, b: &Value) -> Lowered {
        let (a, b) = (self.value(a)?, self.value(b)?);
        let vector = Type { scalar: Scalar::Real, rank: 1 };
        if (a.of, b.of) != (vector, vector) {
            return Self::refuse(value);
        }
        let to = self.fresh(Type::REAL)?;
        self.emit(Inst::DotRs { to: to.register, a: a.register, b: b.register });
        Ok(to)
    }

    fn part(&mut self, value: &Value, list: &Value, indices: &[Value]) -> Lowered {
        let array = self.value(list)?;
        if usize::from(array.of.rank) != indices.len() {
            return Self::refuse(value);
        }
        let indices = self.indices(value, indices)?;
        let to = self.fresh(Type::of(array.of.scalar))?;
        let (result, of) = (to.register, array.register);
        let is_real = array.of.scalar == Scalar::Real;
        self.emit(match (&indices[..], is_real) {
            ([index], true) => Inst::PartRs { to: result, of, index: *index },
            ([index], false) => Inst::PartIs { to: result, of, index: *index },
            ([row, column], true) => Inst::PartRs2 { to: result, of, row: *row, column: *column },
            ([row, column], false) => Inst::PartIs2 { to: result, of, row: *row, column: *column },
            _ => return Self::refuse(value),
        });
        Ok(to)
    }

    fn indices(&mut self, value: &Value, indices: &[Value]) -> Lowered<Vec<Register>> {
        let mut all = Vec::with_capacity(indices.len());
        for (place, index) in indices.iter().enumerate() {
            let index = self.value_before(index, &indices[place + 1..])?;
            if index.of != Type::INTEGER {
                return Self::refuse(value);
            }
            all.push(index.register);
        }
        Ok(all)
    }

    fn relation(head: Symbol) -> Option<Relation> {
        Some(match head {
            sym::Less => Relation::Less,
            sym::LessEqual => Relation::LessEqual,
            sym::Greater => Relation::Greater,
            sym::GreaterEqual => Relation::GreaterEqual,
            sym::Equal => Relation::Equal,
            sym::Unequal => Relation::Unequal,
            _ => return None,
        })
    }

    /// Returns the registers of two numbers that are compared, and whether they are integers.
    fn compared(&mut self, a: &Value, b: &Value) -> Lowered<(Register, Register, bool)> {
        let first = self.value_before(a, std::slice::from_ref(b))?;
        let second = match first.of {
            Type::REAL => self.value_as(b, Type::REAL)?,
            _ => self.value(b)?,
        };
        match (first.of, second.of) {
            (Type::INTEGER, Type::INTEGER) => Ok((first.register, second.register, true)),
            (Type::INTEGER | Type::REAL, Type::INTEGER | Type::REAL) => {
                let first = self.convert(first, Type::REAL, a)?;
                let second = self.convert(second, Type::REAL, b)?;
                Ok((first.register, second.register, false))
            }
            _ => Self::refuse(a),
        }
    }

    fn comparison(&mut self, value: &Value, head: Symbol, a: &Value, b: &Value) -> Lowered {
        let Some(relation) = Self::relation(head) else { return Self::refuse(value) };
        let (a, b, is_integer) = self.compared(a, b)?;
        let to = self.fresh(Type::BOOLEAN)?;
        let result = to.register;
        self.emit(match is_integer {
            true => Inst::CompareI { relation, to: result, a, b },
            false => Inst::CompareR { relation, to: result, a, b },
        });
        Ok(to)
    }

    /// Lowers a test to a register.
    fn boolean(&mut self, value: &Value) -> Lowered<Register> {
        let place = self.value(value)?;
        match place.of {
            Type::BOOLEAN => Ok(place.register),
            _ => Self::refuse(value),
        }
    }

    /// Lowers a test; returns the jumps that are taken if it fails.
    fn unless(&mut self, test: &Value) -> Lowered<Vec<usize>> {
        if let Some(call) = test.as_call()
            && let Some(head) = call.head().as_symbol()
            && self.session.is_as_built(head)
        {
            if head == sym::And {
                let mut all = Vec::new();
                if call.args().iter().any(assigns) {
                    return Self::refuse(test);
                }
                for arg in call.args() {
                    all.extend(self.unless(arg)?);
                }
                return Ok(all);
            }
            if let ([a, b], Some(relation)) = (call.args(), Self::relation(head)) {
                let (a, b, is_integer) = self.compared(a, b)?;
                let jump = match is_integer {
                    true => Inst::UnlessI { relation, a, b, to: 0 },
                    false => Inst::UnlessR { relation, a, b, to: 0 },
                };
                return Ok(vec![self.emit(jump)]);
            }
        }
        let of = self.boolean(test)?;
        Ok(vec![self.emit(Inst::Unless { of, to: 0 })])
    }

    /// `And` and `Or`, as a value.
    fn connective(&mut self, value: &Value) -> Lowered {
        let Value::Call(call) = value else { return Self::refuse(value) };
        let is_and = call.is(sym::And);
        if call.args().iter().any(assigns) {
            return Self::refuse(value);
        }
        let to = self.fresh(Type::BOOLEAN)?;
        let known = self.integer(i64::from(!is_and))?;
        let otherwise = self.integer(i64::from(is_and))?;
        self.copy(to, known);
        let mut ends = Vec::new();
        for arg in call.args() {
            let fails = self.unless(arg)?;
            match is_and {
                true => ends.extend(fails),
                false => {
                    ends.push(self.emit(Inst::Jump { to: 0 }));
                    fails.into_iter().for_each(|jump| self.land(jump));
                }
            }
        }
        // `And`: all hold; `Or`: none does.
        self.copy(to, otherwise);
        ends.into_iter().for_each(|jump| self.land(jump));
        Ok(to)
    }
}

/// Returns whether an expression sets a variable somewhere.
fn assigns(value: &Value) -> bool {
    let Value::Call(call) = value else { return false };
    let is_assignment = [
        sym::Set,
        sym::AddTo,
        sym::SubtractFrom,
        sym::TimesBy,
        sym::DivideBy,
        sym::Increment,
        sym::Decrement,
        sym::PreIncrement,
        sym::PreDecrement,
    ]
    .iter()
    .any(|&head| call.is(head));
    is_assignment || call.args().iter().any(assigns)
}
