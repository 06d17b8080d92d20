//! The machine that runs instructions with typed registers.

use std::cmp::Ordering;
use std::sync::Arc;

use super::code::{Dense, Inst, Program, Register, Scalar, Type};
use crate::builtins::comparison::order_of_reals;
use crate::compile::code::{Binary, Relation};
use crate::complex64::Complex64;
use crate::session::{Session, Stop};
use crate::value::{Args, Value};

/// Why a program does not come to its end.
pub(super) enum Fault {
    /// The instruction at a place has a result that its register cannot have, or none.
    Numerical(usize),
    Stop(Box<Stop>),
}

/// A value of one of the kinds.
pub(super) enum Machined {
    Integer(i64),
    Real(f64),
    Complex(Complex64),
    Integers(Dense<i64>),
    Reals(Dense<f64>),
}

#[derive(Default)]
struct Registers {
    i: Vec<i64>,
    r: Vec<f64>,
    c: Vec<Complex64>,
    is: Vec<Dense<i64>>,
    rs: Vec<Dense<f64>>,
}

/// Runs a program with arguments of its types.
pub(super) fn run(
    session: &Session,
    program: &Program,
    args: Vec<Machined>,
) -> Result<Value, Fault> {
    let mut registers = Registers {
        i: program.integers.clone(),
        r: program.reals.clone(),
        c: program.complexes.clone(),
        is: vec![Dense::default(); program.integer_arrays],
        rs: vec![Dense::default(); program.real_arrays],
    };
    for (arg, (_, register)) in args.into_iter().zip(&program.parameters) {
        let place = usize::from(*register);
        match arg {
            Machined::Integer(value) => registers.i[place] = value,
            Machined::Real(value) => registers.r[place] = value,
            Machined::Complex(value) => registers.c[place] = value,
            Machined::Integers(value) => registers.is[place] = value,
            Machined::Reals(value) => registers.rs[place] = value,
        }
    }
    let mut position = 0;
    match registers.run(session, program, &mut position) {
        Some(Ok(())) => {}
        Some(Err(stop)) => return Err(Fault::Stop(stop)),
        None => return Err(Fault::Numerical(position - 1)),
    }
    registers.result(program).ok_or(Fault::Numerical(program.insts.len()))
}

fn at(register: Register) -> usize {
    usize::from(register)
}

impl Registers {
    /// Runs instructions to the end; `None` if the one before the position has no result.
    fn run(
        &mut self,
        session: &Session,
        program: &Program,
        position: &mut usize,
    ) -> Option<Result<(), Box<Stop>>> {
        loop {
            let inst = program.insts[*position];
            *position += 1;
            match inst {
                Inst::AddI { to, a, b } => {
                    self.i[at(to)] = self.i[at(a)].checked_add(self.i[at(b)])?;
                }
                Inst::SubtractI { to, a, b } => {
                    self.i[at(to)] = self.i[at(a)].checked_sub(self.i[at(b)])?;
                }
                Inst::MultiplyI { to, a, b } => {
                    self.i[at(to)] = self.i[at(a)].checked_mul(self.i[at(b)])?;
                }
                Inst::AddR { to, a, b } => self.r[at(to)] = self.r[at(a)] + self.r[at(b)],
                Inst::SubtractR { to, a, b } => self.r[at(to)] = self.r[at(a)] - self.r[at(b)],
                Inst::MultiplyR { to, a, b } => self.r[at(to)] = self.r[at(a)] * self.r[at(b)],
                Inst::DivideR { to, a, b } => {
                    self.r[at(to)] = self.r[at(a)] * inverse(self.r[at(b)])?;
                }
                Inst::MoveI { to, from } => self.i[at(to)] = self.i[at(from)],
                Inst::MoveR { to, from } => self.r[at(to)] = self.r[at(from)],
                Inst::RealOfI { to, of } => self.r[at(to)] = self.i[at(of)] as f64,
                Inst::PartRs { to, of, index } => {
                    self.r[at(to)] = self.rs[at(of)].get(self.i[at(index)])?;
                }
                Inst::PartIs { to, of, index } => {
                    self.i[at(to)] = self.is[at(of)].get(self.i[at(index)])?;
                }
                Inst::UnlessI { relation, a, b, to } => {
                    if !holds(relation, self.i[at(a)].cmp(&self.i[at(b)])) {
                        *position = to as usize;
                    }
                }
                Inst::UnlessR { relation, a, b, to } => {
                    if !holds(relation, order_of_reals(self.r[at(a)], self.r[at(b)])?) {
                        *position = to as usize;
                    }
                }
                Inst::Unless { of, to } => {
                    if self.i[at(of)] == 0 {
                        *position = to as usize;
                    }
                }
                Inst::Jump { to } => *position = to as usize,
                Inst::Back { to } => {
                    if let Err(stop) = session.check_interrupt() {
                        return Some(Err(stop));
                    }
                    *position = to as usize;
                }
                Inst::Return => return Some(Ok(())),
                inst => self.rarer(inst)?,
            }
        }
    }

    fn rarer(&mut self, inst: Inst) -> Option<()> {
        match inst {
            Inst::BinaryI { kind, to, a, b } => {
                self.i[at(to)] = integers(kind, self.i[at(a)], self.i[at(b)])?;
            }
            Inst::BinaryR { kind, to, a, b } => {
                self.r[at(to)] = reals(kind, self.r[at(a)], self.r[at(b)])?;
            }
            Inst::PowerRI { to, a, b } => {
                let exponent = i32::try_from(self.i[at(b)]).ok()?;
                let base = self.r[at(a)];
                let value = base.powi(exponent);
                let is_defined = value.is_finite() && (base != 0.0 || exponent > 0);
                self.r[at(to)] = is_defined.then_some(value)?;
            }
            Inst::AbsI { to, of } => self.i[at(to)] = self.i[at(of)].checked_abs()?,
            Inst::SignI { to, of } => self.i[at(to)] = self.i[at(of)].signum(),
            Inst::OddI { to, of, is_odd } => {
                self.i[at(to)] = i64::from((self.i[at(of)] & 1 == 1) == is_odd);
            }
            Inst::Not { to, of } => self.i[at(to)] = 1 - self.i[at(of)],
            Inst::CallR { function, to, of, .. } => {
                let value = function(self.r[at(of)]);
                self.r[at(to)] = value.is_finite().then_some(value)?;
            }
            Inst::RoundR { how, to, of } => self.i[at(to)] = rounded(how, self.r[at(of)])?,
            Inst::SignR { to, of } => {
                let value = self.r[at(of)];
                self.i[at(to)] = i64::from(value > 0.0) - i64::from(value < 0.0);
            }
            Inst::ArcTanR { to, a, b } => {
                let (x, y) = (self.r[at(a)], self.r[at(b)]);
                self.r[at(to)] = (x != 0.0 || y != 0.0).then(|| y.atan2(x))?;
            }
            Inst::CompareI { relation, to, a, b } => {
                let order = self.i[at(a)].cmp(&self.i[at(b)]);
                self.i[at(to)] = i64::from(holds(relation, order));
            }
            Inst::CompareR { relation, to, a, b } => {
                let order = order_of_reals(self.r[at(a)], self.r[at(b)])?;
                self.i[at(to)] = i64::from(holds(relation, order));
            }
            inst => return self.of_complexes(inst).or_else(|| self.of_arrays(inst)),
        }
        Some(())
    }

    fn of_complexes(&mut self, inst: Inst) -> Option<()> {
        match inst {
            Inst::BinaryC { kind, to, a, b } => {
                let (a, b) = (self.c[at(a)], self.c[at(b)]);
                let value = match kind {
                    Binary::Add => a + b,
                    Binary::Subtract => a - b,
                    Binary::Multiply => a * b,
                    Binary::Divide if b != Complex64::ZERO => a / b,
                    _ => return None,
                };
                self.c[at(to)] = (value.re + value.im).is_finite().then_some(value)?;
            }
            Inst::PowerCI { to, a, b } => {
                let (base, exponent) = (self.c[at(a)], self.i[at(b)]);
                let mut value = Complex64::ONE;
                for _ in 0..u32::try_from(exponent).ok().filter(|&n| n <= 64)? {
                    value = value * base;
                }
                self.c[at(to)] = value;
            }
            Inst::AbsC { to, of } => self.r[at(to)] = self.c[at(of)].abs(),
            Inst::SqrtC { to, of } => self.c[at(to)] = self.c[at(of)].sqrt(),
            Inst::PartC { is_real, to, of } => {
                let value = self.c[at(of)];
                self.r[at(to)] = if is_real { value.re } else { value.im };
            }
            Inst::ConjugateC { to, of } => self.c[at(to)] = self.c[at(of)].conj(),
            Inst::ComplexOfR { to, of } => {
                self.c[at(to)] = Complex64::new(self.r[at(of)], 0.0);
            }
            Inst::MoveC { to, from } => self.c[at(to)] = self.c[at(from)],
            _ => return None,
        }
        Some(())
    }

    fn of_arrays(&mut self, inst: Inst) -> Option<()> {
        match inst {
            Inst::MoveIs { to, from } => self.is[at(to)] = self.is[at(from)].clone(),
            Inst::MoveRs { to, from } => self.rs[at(to)] = self.rs[at(from)].clone(),
            Inst::PartIs2 { to, of, row, column } => {
                self.i[at(to)] = self.is[at(of)].get2(self.i[at(row)], self.i[at(column)])?;
            }
            Inst::PartRs2 { to, of, row, column } => {
                self.r[at(to)] = self.rs[at(of)].get2(self.i[at(row)], self.i[at(column)])?;
            }
            Inst::SetIs { of, index, from } => {
                self.is[at(of)].set(self.i[at(index)], self.i[at(from)])?;
            }
            Inst::SetRs { of, index, from } => {
                self.rs[at(of)].set(self.i[at(index)], self.r[at(from)])?;
            }
            Inst::SetIs2 { of, row, column, from } => {
                let place = self.is[at(of)].place2(self.i[at(row)], self.i[at(column)])?;
                self.is[at(of)].put(place, self.i[at(from)]);
            }
            Inst::SetRs2 { of, row, column, from } => {
                let place = self.rs[at(of)].place2(self.i[at(row)], self.i[at(column)])?;
                self.rs[at(of)].put(place, self.r[at(from)]);
            }
            Inst::LengthIs { to, of } => self.i[at(to)] = self.is[at(of)].dimensions[0] as i64,
            Inst::LengthRs { to, of } => self.i[at(to)] = self.rs[at(of)].dimensions[0] as i64,
            Inst::TotalIs { to, of } => {
                let elements = &self.is[at(of)].elements;
                self.i[at(to)] = elements.iter().try_fold(0_i64, |sum, x| sum.checked_add(*x))?;
            }
            Inst::TotalRs { to, of } => self.r[at(to)] = self.rs[at(of)].elements.iter().sum(),
            Inst::DotRs { to, a, b } => {
                let (a, b) = (&self.rs[at(a)].elements, &self.rs[at(b)].elements);
                if a.len() != b.len() {
                    return None;
                }
                self.r[at(to)] = a.iter().zip(b.iter()).map(|(x, y)| x * y).sum();
            }
            Inst::NewIs { to } => self.is[at(to)] = Dense::default(),
            Inst::NewRs { to } => self.rs[at(to)] = Dense::default(),
            Inst::PushIs { to, from } => {
                let value = self.i[at(from)];
                self.is[at(to)].push(value);
            }
            Inst::PushRs { to, from } => {
                let value = self.r[at(from)];
                self.rs[at(to)].push(value);
            }
            _ => return None,
        }
        Some(())
    }

    /// Returns the result as a value; `None` if it is no number.
    fn result(&self, program: &Program) -> Option<Value> {
        let (Type { scalar, rank }, register) = program.result;
        let place = at(register);
        Some(match (scalar, rank) {
            (Scalar::Boolean, 0) => Value::boolean(self.i[place] != 0),
            (Scalar::Integer, 0) => Value::Integer(self.i[place]),
            (Scalar::Real, 0) => Value::Real(self.r[place].is_finite().then(|| self.r[place])?),
            (Scalar::Complex, 0) => self.c[place].value(),
            (Scalar::Real, _) => {
                let array = &self.rs[place];
                if array.elements.iter().any(|element| !element.is_finite()) {
                    return None;
                }
                nested(&array.elements, array.dimensions, rank, &Value::Real)
            }
            _ => nested(&self.is[place].elements, self.is[place].dimensions, rank, &Value::Integer),
        })
    }
}

/// Returns an array as lists.
fn nested<T: Copy>(
    elements: &[T],
    [_, width]: [usize; 2],
    rank: u8,
    of: &dyn Fn(T) -> Value,
) -> Value {
    let list = |elements: &[T]| {
        let list = crate::value::Call::new(
            crate::symbol::sym::List,
            elements.iter().map(|element| of(*element)).collect::<Args>(),
        );
        crate::array::pack(&list).unwrap_or_else(|| Value::from(list))
    };
    match rank {
        1 => list(elements),
        _ => Value::list(elements.chunks(width.max(1)).map(list).collect::<Args>()),
    }
}

impl<T: Copy> Dense<T> {
    /// Returns the place of an index, which counts from 1, or from the end if it is negative.
    fn place(index: i64, length: usize) -> Option<usize> {
        let place = match index {
            1.. => usize::try_from(index).ok()? - 1,
            _ => length.checked_sub(usize::try_from(index.checked_neg()?).ok()?)?,
        };
        (place < length).then_some(place)
    }

    fn get(&self, index: i64) -> Option<T> {
        if let Some(element) = self.elements.get((index as usize).wrapping_sub(1)) {
            return Some(*element);
        }
        Self::place(index, self.elements.len()).map(|place| self.elements[place])
    }

    fn place2(&self, row: i64, column: i64) -> Option<usize> {
        let [height, width] = self.dimensions;
        Some(Self::place(row, height)? * width + Self::place(column, width)?)
    }

    fn get2(&self, row: i64, column: i64) -> Option<T> {
        self.elements.get(self.place2(row, column)?).copied()
    }

    fn set(&mut self, index: i64, element: T) -> Option<()> {
        let place = Self::place(index, self.elements.len())?;
        self.put(place, element);
        Some(())
    }

    fn put(&mut self, place: usize, element: T) {
        Arc::make_mut(&mut self.elements)[place] = element;
    }

    fn push(&mut self, element: T) {
        Arc::make_mut(&mut self.elements).push(element);
        self.dimensions[0] += 1;
    }
}

/// A quotient is a product with the inverse, as in evaluation.
fn inverse(x: f64) -> Option<f64> {
    (x != 0.0 && x.is_finite()).then(|| 1.0 / x)
}

fn holds(relation: Relation, order: Ordering) -> bool {
    match relation {
        Relation::Less => order.is_lt(),
        Relation::LessEqual => order.is_le(),
        Relation::Greater => order.is_gt(),
        Relation::GreaterEqual => order.is_ge(),
        Relation::Equal | Relation::Same => order.is_eq(),
        Relation::Unequal | Relation::Unsame => order.is_ne(),
    }
}

fn integers(kind: Binary, a: i64, b: i64) -> Option<i64> {
    match kind {
        Binary::Power => {
            (a != 0 || b > 0).then(|| u32::try_from(b).ok().and_then(|b| a.checked_pow(b)))?
        }
        Binary::Modulo => {
            let rest = a.checked_rem(b)?;
            Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
        }
        Binary::Quotient => {
            let (whole, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
            Some(whole - i64::from(rest != 0 && (rest < 0) != (b < 0)))
        }
        Binary::Greatest => Some(a.max(b)),
        Binary::Least => Some(a.min(b)),
        _ => None,
    }
}

fn reals(kind: Binary, a: f64, b: f64) -> Option<f64> {
    let value = match kind {
        Binary::Power if a > 0.0 => a.powf(b),
        Binary::Modulo if b != 0.0 => a - b * (a / b).floor(),
        Binary::Greatest => a.max(b),
        Binary::Least => a.min(b),
        _ => return None,
    };
    value.is_finite().then_some(value)
}

fn rounded(how: u8, x: f64) -> Option<i64> {
    let whole = match how {
        0 => x.floor(),
        1 => x.ceil(),
        2 => x.round_ties_even(),
        _ => x.trunc(),
    };
    (whole.abs() < (1_i64 << 53) as f64).then_some(whole as i64)
}
