//! Iterations of the machine.

use triomphe::Arc;

use super::{Frame, Machine};
use crate::builtins::iteration::{MAX_LENGTH, Values, nth};
use crate::compile::code::{Held, Op, Register, Variable};
use crate::definition::Definition;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

/// An iteration that has begun.
pub(super) struct Iteration {
    pub(super) variable: Variable,
    /// What the variable was before.
    pub(super) saved: Saved,
    pub(super) values: Remaining,
}

pub(super) enum Saved {
    Nothing,
    Register(Value),
    Own(Box<Definition>),
}

impl Saved {
    /// Takes what is defined for a symbol but its attributes.
    pub(super) fn own(session: &mut Session, symbol: Symbol) -> Self {
        let old = std::mem::take(session.change(symbol));
        session.definition_mut(symbol).attributes = old.attributes;
        Self::Own(Box::new(old))
    }
}

/// The values that are left.
pub(super) enum Remaining {
    Integers { next: i64, step: i64, left: u64 },
    Reals { first: f64, step: f64, place: u64, count: u64 },
    Steps { first: Value, step: Value, place: u64, count: u64 },
    Elements { of: Arc<Call>, place: usize },
}

impl Remaining {
    fn new(values: Values) -> Self {
        match values {
            Values::Elements(of) => Self::Elements { of, place: 0 },
            Values::Steps { first, step, count } => match (&first, &step) {
                (Value::Integer(next), Value::Integer(step)) => {
                    Self::Integers { next: *next, step: *step, left: count }
                }
                (Value::Real(first), Value::Real(step)) => {
                    Self::Reals { first: *first, step: *step, place: 0, count }
                }
                _ => Self::Steps { first, step, place: 0, count },
            },
        }
    }

    #[inline]
    fn next(&mut self, session: &mut Session) -> Evaluated<Option<Value>> {
        Ok(match self {
            Self::Integers { left: 0, .. } => None,
            Self::Integers { next, step, left } => {
                let value = *next;
                *left -= 1;
                // Beyond the last value it may leave the range.
                *next = next.wrapping_add(*step);
                Some(Value::Integer(value))
            }
            Self::Reals { first, step, place, count } => (*place < *count).then(|| {
                *place += 1;
                Value::Real(*first + (*place - 1) as f64 * *step)
            }),
            Self::Steps { first, step, place, count } => match *place < *count {
                true => {
                    *place += 1;
                    Some(nth(session, first, step, *place - 1)?)
                }
                false => None,
            },
            Self::Elements { of, place } => {
                *place += 1;
                of.get(*place - 1)
            }
        })
    }
}

/// How an iteration begins.
struct Beginning<'c> {
    variable: Variable,
    bounds: Args,
    is_table: bool,
    spec: &'c Held,
}

impl Machine {
    /// Runs an instruction that begins an iteration; returns whether that is possible.
    pub(super) fn begin(
        &mut self,
        session: &mut Session,
        frame: &Frame,
        op: &Op,
    ) -> Evaluated<bool> {
        let Op::Iterate { variable, bounds, count, is_table, spec, .. } = *op else {
            return Ok(false);
        };
        let bounds = self.neighbours(frame, bounds, count as usize);
        let spec = &frame.code.templates[spec as usize];
        self.iterate(session, frame, &Beginning { variable, bounds, is_table, spec })
    }

    /// Begins an iteration; returns whether that is possible.
    fn iterate(
        &mut self,
        session: &mut Session,
        frame: &Frame,
        beginning: &Beginning<'_>,
    ) -> Evaluated<bool> {
        let Beginning { variable, ref bounds, is_table, spec } = *beginning;
        let values = match Values::new(session, bounds, variable != Variable::None)? {
            Some(Values::Steps { count: MAX_LENGTH.., .. }) if is_table => {
                session.message(sym::General, "nomem", &[]);
                return Ok(false);
            }
            Some(values) => values,
            None => {
                let spec = self.interpret(session, frame, spec)?;
                let name = if is_table { sym::Table } else { sym::Do };
                session.message(name, "iterb", &[spec]);
                return Ok(false);
            }
        };
        let saved = match variable {
            Variable::None => Saved::Nothing,
            Variable::Register(register) => {
                let place = &mut self.stack[frame.base + register as usize];
                Saved::Register(std::mem::replace(place, Value::Symbol(sym::Unset)))
            }
            Variable::Own(symbol) => Saved::own(session, symbol),
        };
        self.iterations.push(Iteration { variable, saved, values: Remaining::new(values) });
        Ok(true)
    }

    /// Gives the variable of the innermost iteration its next value; returns whether there is one.
    #[inline]
    pub(super) fn next(&mut self, session: &mut Session, base: usize) -> Evaluated<bool> {
        let Some(iteration) = self.iterations.last_mut() else { return Ok(false) };
        let Some(value) = iteration.values.next(session)? else { return Ok(false) };
        match iteration.variable {
            Variable::None => {}
            Variable::Register(register) => self.assign(session, base, register, value),
            Variable::Own(symbol) => session.change(symbol).own = Some(value),
        }
        Ok(true)
    }

    /// Ends the innermost iteration: its variable is what it was before.
    pub(super) fn end_iteration(&mut self, session: &mut Session, base: usize) {
        let Some(iteration) = self.iterations.pop() else { return };
        match (iteration.saved, iteration.variable) {
            (Saved::Own(old), Variable::Own(symbol)) => *session.change(symbol) = *old,
            (Saved::Register(old), Variable::Register(register)) => {
                self.stack[base + register as usize] = old;
            }
            _ => {}
        }
    }

    /// Returns the values of neighbouring registers.
    pub(super) fn neighbours(&self, frame: &Frame, first: Register, count: usize) -> Args {
        let start = frame.base + first as usize;
        Args::from(&self.stack[start..start + count])
    }
}
