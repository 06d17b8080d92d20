//! Control, assignments and scopes.

use super::{Loop, Lowered, Lowering, Place, Refusal, Variable};
use crate::compile::code::Binary;
use crate::compile::typed::code::{Bank, Inst, Position, Scalar, Type};
use crate::symbol::{Symbol, sym};
use crate::value::Value;

impl Lowering<'_> {
    /// Lowers what controls, assigns or has scope; `None` if it is something else.
    pub(super) fn control(
        &mut self,
        value: &Value,
        head: Symbol,
        args: &[Value],
    ) -> Lowered<Option<Place>> {
        let place = match (head, args) {
            (sym::If, [test, yes, no]) => self.choice(test, yes, Some(no))?,
            (sym::Which, [test, yes, sym_true, no]) if sym_true.is(sym::True) => {
                self.choice(test, yes, Some(no))?
            }
            (sym::Which, [test, yes, rest @ ..]) if rest.len() >= 2 => {
                let rest = Value::call(sym::Which, crate::value::Args::from(rest));
                self.choice(test, yes, Some(&rest))?
            }
            (sym::CompoundExpression, [first @ .., last]) => {
                for statement in first {
                    self.effect(statement)?;
                }
                self.value(last)?
            }
            (sym::Module | sym::Block | sym::With, [variables, body]) => {
                let known = self.variables.len();
                self.declare(value, variables, head != sym::With)?;
                let result = self.value(body)?;
                self.variables.truncate(known);
                result
            }
            (sym::Table, [body, spec]) => self.table(value, body, spec)?,
            (sym::Sum, [body, spec]) => self.sum(value, body, spec)?,
            (sym::Increment | sym::Decrement, _) => return Self::refuse(value),
            _ if self.assignment(value, head, args)? => match args.first().map(|to| self.value(to))
            {
                Some(place) => place?,
                None => return Self::refuse(value),
            },
            _ => return Ok(None),
        };
        Ok(Some(place))
    }

    /// Lowers an expression whose value nobody uses.
    pub(super) fn effect(&mut self, value: &Value) -> Lowered<()> {
        if value.is(sym::Null) {
            return Ok(());
        }
        let Value::Call(call) = value else { return self.value(value).map(|_| ()) };
        let Some(head) = call.head().as_symbol().filter(|&head| self.session.is_as_built(head))
        else {
            return Self::refuse(value);
        };
        match (head, call.args()) {
            (sym::If, [test, yes, rest @ ..]) if rest.len() <= 1 => {
                let fails = self.unless(test)?;
                self.perhaps(|s| s.effect(yes))?;
                let end = self.emit(Inst::Jump { to: 0 });
                fails.into_iter().for_each(|jump| self.land(jump));
                if let [no] = rest {
                    self.perhaps(|s| s.effect(no))?;
                }
                self.land(end);
            }
            (sym::Which, _) if call.args().len() >= 2 => self.cases(call.args())?,
            (sym::CompoundExpression, all) => {
                for statement in all {
                    self.effect(statement)?;
                }
            }
            (sym::Module | sym::Block | sym::With, [variables, body]) => {
                let known = self.variables.len();
                self.declare(value, variables, head != sym::With)?;
                self.effect(body)?;
                self.variables.truncate(known);
            }
            (sym::While, [test, rest @ ..]) if rest.len() <= 1 => {
                self.while_loop(test, rest.first(), None)?;
            }
            (sym::For, [start, test, step, rest @ ..]) if rest.len() <= 1 => {
                self.effect(start)?;
                self.while_loop(test, rest.first(), Some(step))?;
            }
            (sym::Do, [body, specs @ ..]) if !specs.is_empty() => {
                self.do_loop(value, body, specs)?;
            }
            (sym::Break | sym::Continue, []) => {
                let jump = self.emit(Inst::Jump { to: 0 });
                let Some(innermost) = self.loops.last_mut() else { return Self::refuse(value) };
                match head {
                    sym::Break => innermost.breaks.push(jump),
                    _ => innermost.continues.push(jump),
                }
            }
            (_, args) => {
                if !self.assignment(value, head, args)? {
                    self.value(value)?;
                }
            }
        }
        Ok(())
    }

    /// Lowers what may not be evaluated: variables that are set there have no value afterwards.
    fn perhaps<T>(&mut self, lower: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<T> {
        let unset: Vec<bool> = self.variables.iter().map(|one| one.place.is_none()).collect();
        let result = lower(self)?;
        for (variable, was_unset) in self.variables.iter_mut().zip(unset) {
            if was_unset {
                variable.place = None;
            }
        }
        Ok(result)
    }

    fn cases(&mut self, args: &[Value]) -> Lowered<()> {
        let mut ends = Vec::new();
        for pair in args.chunks(2) {
            let [test, body] = pair else { return Self::refuse(&pair[0]) };
            let fails = self.perhaps(|s| s.unless(test))?;
            self.perhaps(|s| s.effect(body))?;
            ends.push(self.emit(Inst::Jump { to: 0 }));
            fails.into_iter().for_each(|jump| self.land(jump));
        }
        ends.into_iter().for_each(|jump| self.land(jump));
        Ok(())
    }

    /// A value of two: what the narrower comes to is converted.
    fn choice(&mut self, test: &Value, yes: &Value, no: Option<&Value>) -> Lowered {
        let Some(no) = no else { return Self::refuse(test) };
        // The types of both are known once they were lowered; that is undone.
        let of = match (self.type_of(yes)?, self.type_of(no)?) {
            (a, b) if a == b => a,
            (a, b) if a.rank == 0 && b.rank == 0 => {
                let wider = a.scalar.max(b.scalar);
                if a.scalar.min(b.scalar) == Scalar::Boolean {
                    return Self::refuse(yes);
                }
                Type::of(wider)
            }
            _ => return Self::refuse(yes),
        };
        let to = self.fresh(of)?;
        let fails = self.unless(test)?;
        let value = self.perhaps(|s| s.value_as(yes, of))?;
        self.copy(to, value);
        let end = self.emit(Inst::Jump { to: 0 });
        fails.into_iter().for_each(|jump| self.land(jump));
        let value = self.perhaps(|s| s.value_as(no, of))?;
        self.copy(to, value);
        self.land(end);
        Ok(to)
    }

    /// Returns the type of an expression, without leaving instructions behind.
    fn type_of(&mut self, value: &Value) -> Lowered<Type> {
        let (insts, names) = (self.program.insts.len(), self.program.names.len());
        let places: Vec<Option<Place>> = self.variables.iter().map(|one| one.place).collect();
        let loops: Vec<(usize, usize)> =
            self.loops.iter().map(|one| (one.breaks.len(), one.continues.len())).collect();
        let place = self.value(value)?;
        self.program.insts.truncate(insts);
        self.program.names.truncate(names);
        for (variable, place) in self.variables.iter_mut().zip(places) {
            variable.place = place;
        }
        for (one, (breaks, continues)) in self.loops.iter_mut().zip(loops) {
            one.breaks.truncate(breaks);
            one.continues.truncate(continues);
        }
        Ok(place.of)
    }

    fn declare(&mut self, value: &Value, list: &Value, may_change: bool) -> Lowered<()> {
        let Some(variables) = crate::scoping::variables(list) else {
            return Self::refuse(value);
        };
        let mut new = Vec::new();
        for variable in variables {
            if variable.delayed {
                return Self::refuse(value);
            }
            let place = match variable.value {
                Some(start) => {
                    let from = self.value(start)?;
                    let place = self.fresh(from.of)?;
                    self.copy(place, from);
                    Some(place)
                }
                None => None,
            };
            new.push(Variable { name: variable.name.clone(), place, may_change });
        }
        self.variables.extend(new);
        Ok(())
    }

    /// Lowers an assignment; returns whether it is one.
    fn assignment(&mut self, value: &Value, head: Symbol, args: &[Value]) -> Lowered<bool> {
        let one = Value::Integer(1);
        let (kind, target, by) = match (head, args) {
            (sym::Set, [target, by]) => (None, target, by),
            (sym::AddTo, [target, by]) => (Some(Binary::Add), target, by),
            (sym::SubtractFrom, [target, by]) => (Some(Binary::Subtract), target, by),
            (sym::TimesBy, [target, by]) => (Some(Binary::Multiply), target, by),
            (sym::DivideBy, [target, by]) => (Some(Binary::Divide), target, by),
            (sym::PreIncrement | sym::Increment, [target]) => (Some(Binary::Add), target, &one),
            (sym::PreDecrement | sym::Decrement, [target]) => {
                (Some(Binary::Subtract), target, &one)
            }
            _ => return Ok(false),
        };
        if let Some([list, indices @ ..]) = target.args_of(sym::Part) {
            let combined = kind.map(|kind| combined(kind, target, by));
            self.set_part(value, list, indices, combined.as_ref().unwrap_or(by))?;
            return Ok(true);
        }
        let from = match kind {
            Some(kind) => self.binary(kind, target, by)?,
            None => self.value(by)?,
        };
        self.set(value, target, from)?;
        Ok(true)
    }

    fn set(&mut self, value: &Value, target: &Value, from: Place) -> Lowered<()> {
        let Some(at) = self.variable(target).filter(|&at| self.variables[at].may_change) else {
            return Self::refuse(value);
        };
        match self.variables[at].place {
            None => {
                let place = self.fresh(from.of)?;
                self.copy(place, from);
                self.variables[at].place = Some(place);
            }
            Some(place) => {
                let is_wider = from.of != place.of
                    && !(from.of == Type::INTEGER && place.of == Type::REAL)
                    && !(from.of.rank == 0 && place.of == Type::COMPLEX);
                if is_wider {
                    let variable = target.clone();
                    return Err(Refusal::Assignment { variable, own: place.of, given: from.of });
                }
                let from = self.convert(from, place.of, value)?;
                self.copy(place, from);
            }
        }
        Ok(())
    }

    fn set_part(
        &mut self,
        value: &Value,
        list: &Value,
        indices: &[Value],
        by: &Value,
    ) -> Lowered<()> {
        let Some(at) = self.variable(list).filter(|&at| self.variables[at].may_change) else {
            return Self::refuse(value);
        };
        let Some(array) = self.variables[at].place else { return Self::refuse(value) };
        if usize::from(array.of.rank) != indices.len() {
            return Self::refuse(value);
        }
        let from = self.value_as(by, Type::of(array.of.scalar))?.register;
        let indices = self.indices(value, indices)?;
        let of = array.register;
        let is_real = array.of.bank() == Bank::RealArrays;
        self.emit(match (&indices[..], is_real) {
            ([index], true) => Inst::SetRs { of, index: *index, from },
            ([index], false) => Inst::SetIs { of, index: *index, from },
            ([row, column], true) => Inst::SetRs2 { of, row: *row, column: *column, from },
            ([row, column], false) => Inst::SetIs2 { of, row: *row, column: *column, from },
            _ => return Self::refuse(value),
        });
        Ok(())
    }

    fn while_loop(
        &mut self,
        test: &Value,
        body: Option<&Value>,
        step: Option<&Value>,
    ) -> Lowered<()> {
        let top = self.here();
        let fails = self.unless(test)?;
        self.loops.push(Loop::default());
        if let Some(body) = body {
            self.perhaps(|s| s.effect(body))?;
        }
        let Loop { breaks, continues } = self.loops.pop().unwrap_or_default();
        continues.into_iter().for_each(|jump| self.land(jump));
        if let Some(step) = step {
            self.perhaps(|s| s.effect(step))?;
        }
        self.emit(Inst::Back { to: top });
        fails.into_iter().chain(breaks).for_each(|jump| self.land(jump));
        Ok(())
    }

    fn do_loop(&mut self, value: &Value, body: &Value, specs: &[Value]) -> Lowered<()> {
        let [spec, rest @ ..] = specs else { return self.effect(body) };
        // `Break` ends all iterations: only that of one is known here.
        let known = self.variables.len();
        self.loops.push(Loop::default());
        let (top, end) = self.begin(value, spec)?;
        match rest {
            [] => self.perhaps(|s| s.effect(body))?,
            _ if leaves(body) => return Self::refuse(value),
            rest => self.perhaps(|s| s.do_loop(value, body, rest))?,
        }
        let Loop { breaks, continues } = self.loops.pop().unwrap_or_default();
        continues.into_iter().for_each(|jump| self.land(jump));
        self.emit(Inst::Back { to: top });
        self.land(end);
        breaks.into_iter().for_each(|jump| self.land(jump));
        self.variables.truncate(known);
        Ok(())
    }

    /// Lowers an iterator: what begins it, and what gives the variable its next value; returns
    /// where the latter is, and the jump at the end. The variable is added.
    fn begin(&mut self, value: &Value, spec: &Value) -> Lowered<(Position, usize)> {
        let items = spec.as_list().unwrap_or(std::slice::from_ref(spec));
        let one = Value::Integer(1);
        let (name, first, last, step) = match items {
            [last] => (None, &one, last, &one),
            [name, last] => (Some(name), &one, last, &one),
            [name, first, last] => (Some(name), first, last, &one),
            [name, first, last, step] => (Some(name), first, last, step),
            _ => return Self::refuse(value),
        };
        let (first, last, step) = (self.value(first)?, self.value(last)?, self.value(step)?);
        if [first, last, step].iter().any(|place| place.of != Type::INTEGER) {
            return Self::refuse(value);
        }
        // The counter goes up to the number of values; the variable follows it.
        let total = self.count(first, last, step)?;
        let (counter, next) = (self.fresh(Type::INTEGER)?, self.fresh(Type::INTEGER)?);
        let (zero, unit) = (self.integer(0)?, self.integer(1)?);
        self.copy(counter, zero);
        self.copy(next, first);
        let variable = self.fresh(Type::INTEGER)?;
        let top = self.here();
        let (a, b) = (counter.register, total.register);
        let relation = crate::compile::code::Relation::Less;
        let end = self.emit(Inst::UnlessI { relation, a, b, to: 0 });
        self.emit(Inst::AddI { to: a, a, b: unit.register });
        self.copy(variable, next);
        self.emit(Inst::AddI { to: next.register, a: next.register, b: step.register });
        if let Some(name) = name {
            let (name, place) = (name.clone(), Some(variable));
            self.variables.push(Variable { name, place, may_change: true });
        }
        Ok((top, end))
    }

    /// Computes how many values an iterator has: none if the step leads away.
    fn count(&mut self, first: Place, last: Place, step: Place) -> Lowered {
        let difference = self.combine(Binary::Subtract, last, first, &Value::NULL)?;
        let quotient = self.combine(Binary::Quotient, difference, step, &Value::NULL)?;
        let one = self.integer(1)?;
        self.combine(Binary::Add, quotient, one, &Value::NULL)
    }

    fn table(&mut self, value: &Value, body: &Value, spec: &Value) -> Lowered {
        let known = self.variables.len();
        self.loops.push(Loop::default());
        // The type of the elements is known once the variable is.
        let start = self.program.insts.len();
        self.begin(value, spec)?;
        let of = self.type_of(body)?;
        self.program.insts.truncate(start);
        self.variables.truncate(known);
        if !matches!(of, Type::INTEGER | Type::REAL) {
            return Self::refuse(value);
        }
        let to = self.fresh(Type { scalar: of.scalar, rank: 1 })?;
        let list = to.register;
        let is_real = of == Type::REAL;
        self.emit(if is_real { Inst::NewRs { to: list } } else { Inst::NewIs { to: list } });
        let (top, end) = self.begin(value, spec)?;
        let from = self.value(body)?.register;
        self.emit(match is_real {
            true => Inst::PushRs { to: list, from },
            false => Inst::PushIs { to: list, from },
        });
        self.emit(Inst::Back { to: top });
        self.land(end);
        self.variables.truncate(known);
        self.loops.pop();
        Ok(to)
    }

    fn sum(&mut self, value: &Value, body: &Value, spec: &Value) -> Lowered {
        let known = self.variables.len();
        let start = self.program.insts.len();
        self.begin(value, spec)?;
        let of = self.type_of(body)?;
        self.program.insts.truncate(start);
        self.variables.truncate(known);
        if !matches!(of, Type::INTEGER | Type::REAL) {
            return Self::refuse(value);
        }
        let to = self.fresh(of)?;
        let zero = match of {
            Type::REAL => self.real(0.0)?,
            _ => self.integer(0)?,
        };
        self.copy(to, zero);
        let (top, end) = self.begin(value, spec)?;
        let next = self.value(body)?;
        let sum = self.combine(Binary::Add, to, next, value)?;
        self.copy(to, sum);
        self.emit(Inst::Back { to: top });
        self.land(end);
        self.variables.truncate(known);
        Ok(to)
    }
}

/// Returns the new value of a target that is changed.
fn combined(kind: Binary, target: &Value, by: &Value) -> Value {
    let head = match kind {
        Binary::Add => sym::Plus,
        Binary::Subtract => sym::Subtract,
        Binary::Multiply => sym::Times,
        _ => sym::Divide,
    };
    Value::call(head, [target.clone(), by.clone()])
}

/// Returns whether a body may leave its loop.
fn leaves(body: &Value) -> bool {
    match body {
        Value::Symbol(sym::Break | sym::Continue) => true,
        Value::Call(call) => leaves(call.head()) || call.args().iter().any(leaves),
        _ => false,
    }
}
