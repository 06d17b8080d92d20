//! What instructions do where there is no fast way.

use triomphe::Arc;

use super::{Frame, Machine};
use crate::builtins::assignment;
use crate::compile::code::{Binary, Held, Local, Operand, Register, Relation, Update};
use crate::compile::fast::{self, UNARY};
use crate::compile::translate::{function_of, function_of_relation};
use crate::definition::Attributes;
use crate::number;
use crate::pattern::Binding;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};

impl Machine {
    pub(super) fn binary(
        &self,
        session: &mut Session,
        frame: &Frame,
        kind: Binary,
        a: Operand,
        b: Operand,
    ) -> Evaluated {
        let (a, b) = (self.value(session, frame, a)?, self.value(session, frame, b)?);
        if frame.code.is_valid(session) {
            if let Some(value) = fast::binary(kind, &a, &b) {
                return Ok(value);
            }
            if a.is_number() && b.is_number() {
                match kind {
                    Binary::Add => return Ok(number::add(&a, &b)),
                    Binary::Multiply => return Ok(number::multiply(&a, &b)),
                    Binary::Subtract => return Ok(number::add(&a, &number::negate(&b))),
                    _ => {}
                }
            }
        }
        let call = match kind {
            Binary::Subtract => {
                let negative = Value::call(sym::Times, [Value::Integer(-1), b]);
                Value::call(sym::Plus, [a, negative])
            }
            Binary::Divide => {
                let inverse = Value::call(sym::Power, [b, Value::Integer(-1)]);
                Value::call(sym::Times, [a, inverse])
            }
            _ => Value::call(function_of(kind), [a, b]),
        };
        session.evaluate(&call)
    }

    /// Adds or multiplies the values of neighbouring registers.
    pub(super) fn fold(
        &self,
        session: &mut Session,
        frame: &Frame,
        is_sum: bool,
        (first, count): (Register, u16),
    ) -> Evaluated {
        let start = frame.base + first as usize;
        let values = &self.stack[start..start + count as usize];
        if frame.code.is_valid(session)
            && let Some(value) = fast::fold(is_sum, values)
        {
            return Ok(value);
        }
        let head = if is_sum { sym::Plus } else { sym::Times };
        session.evaluate(&Value::call(head, Args::from(values)))
    }

    pub(super) fn unary(
        &self,
        session: &mut Session,
        frame: &Frame,
        place: u8,
        of: Operand,
    ) -> Evaluated {
        let (function, fast) = UNARY[place as usize];
        let is_valid = frame.code.is_valid(session);
        let known = self.peek(session, frame, of).filter(|_| is_valid).and_then(fast);
        if let Some(value) = known {
            return Ok(value);
        }
        let value = self.value(session, frame, of)?;
        let call = match function {
            sym::Minus => Value::call(sym::Times, [Value::Integer(-1), value]),
            sym::Exp => Value::call(sym::Power, [Value::Symbol(sym::E), value]),
            _ => Value::call(function, [value].as_slice()),
        };
        session.evaluate(&call)
    }

    pub(super) fn compare(
        &self,
        session: &mut Session,
        frame: &Frame,
        relation: Relation,
        a: Operand,
        b: Operand,
    ) -> Evaluated {
        let (a, b) = (self.value(session, frame, a)?, self.value(session, frame, b)?);
        if frame.code.is_valid(session)
            && let Some(holds) = fast::compare(relation, &a, &b)
        {
            return Ok(Value::boolean(holds));
        }
        session.evaluate(&Value::call(function_of_relation(relation), [a, b]))
    }

    /// Changes the value of a symbol and returns what the expression that does so is worth.
    pub(super) fn update(
        &self,
        session: &mut Session,
        frame: &Frame,
        update: &Update,
        by: Operand,
    ) -> Evaluated {
        let old = Operand::Own(update.symbol);
        let fast = match (self.peek(session, frame, old), self.peek(session, frame, by)) {
            (Some(old), Some(by)) if frame.code.is_valid(session) => {
                fast::binary(update.kind, old, by).map(|new| (old.clone(), new))
            }
            _ => None,
        };
        if let Some((old, new)) = fast {
            store(session, update.symbol, new.clone())?;
            return Ok(if update.gives_old { old } else { new });
        }
        let mut args = Args::from([Value::Symbol(update.symbol)].as_slice());
        if update.takes_operand {
            args.push(self.value(session, frame, by)?);
        }
        session.evaluate(&Value::call(update.function, args))
    }

    pub(super) fn part(
        &self,
        session: &mut Session,
        frame: &Frame,
        of: Operand,
        index: Operand,
    ) -> Evaluated {
        let place = self.peek(session, frame, index).and_then(Value::as_usize);
        let list = self.peek(session, frame, of).and_then(Value::as_call);
        if let (Some(list), Some(place @ 1..)) = (list, place)
            && let Some(element) = list.get(place - 1)
            && frame.code.is_valid(session)
        {
            return session.evaluate(&element);
        }
        let (of, index) = (self.value(session, frame, of)?, self.value(session, frame, index)?);
        session.evaluate(&Value::call(sym::Part, [of, index]))
    }

    /// Sets a local. If a symbol stands for it outside the unit, that has the value, and the
    /// register has the symbol.
    pub(super) fn assign(
        &mut self,
        session: &mut Session,
        base: usize,
        local: Register,
        value: Value,
    ) {
        let place = base + local as usize;
        if !self.escaped.is_empty()
            && let Some(symbol) = self.escaped_as(place).and_then(Value::as_symbol)
        {
            session.change(symbol).own = Some(value);
            return;
        }
        self.stack[place] = value;
    }

    /// Returns the symbol that stands for a local outside its unit.
    fn escaped_as(&self, place: usize) -> Option<&Value> {
        let (_, symbol) = self.escaped.iter().rev().find(|(known, _)| *known == place)?;
        // The register of a scope that was left has something else.
        crate::evaluate::identical(symbol, &self.stack[place]).then_some(symbol)
    }

    /// Forgets the symbols of the locals of a frame.
    #[inline]
    pub(super) fn forget_escaped(&mut self, base: usize) {
        if !self.escaped.is_empty() {
            self.escaped.retain(|(place, _)| *place < base);
        }
    }

    /// Puts an expression together, with a symbol for each local that occurs in it, and evaluates
    /// it.
    pub(super) fn interpret(
        &mut self,
        session: &mut Session,
        frame: &Frame,
        held: &Held,
    ) -> Evaluated {
        let register = |slot: u16| self.stack[frame.base + slot as usize].clone();
        let mut slots: Vec<Option<Binding>> =
            held.slots.iter().map(|&slot| Some(Binding::One(register(slot)))).collect();
        let mut symbols = Vec::with_capacity(held.locals.len());
        for Local { slot, value, like } in &held.locals {
            let place = frame.base + *value as usize;
            let symbol = match self.escaped_as(place) {
                Some(symbol) => symbol.clone(),
                None => {
                    let symbol = session.temporary(*like);
                    let value = self.stack[place].clone();
                    if let Some(local) = symbol.as_symbol()
                        && !value.is(sym::Unset)
                    {
                        session.definition_mut(local).own = Some(value);
                    }
                    symbol
                }
            };
            slots[*slot] = Some(Binding::One(symbol.clone()));
            symbols.push(symbol);
        }
        let expression = held.template.fill(&slots);
        if !held.evaluates {
            // It stays as it is until something changes.
            if let Value::Call(call) = &expression {
                call.mark_evaluated(session.epoch);
            }
            return Ok(expression);
        }
        drop(slots);
        let result = session.evaluate(&expression);
        drop(expression);
        for (local, symbol) in held.locals.iter().zip(symbols) {
            self.take_back(session, frame.base + local.value as usize, symbol);
        }
        result
    }

    /// Gives a register the value of the symbol that stood for it, or the symbol itself if
    /// something else refers to it now.
    fn take_back(&mut self, session: &Session, place: usize, symbol: Value) {
        let Value::Temporary(temporary) = &symbol else { return };
        if self.escaped_as(place).is_some() {
            return;
        }
        let own = session.definition(temporary.symbol).and_then(|known| known.own.clone());
        match own {
            Some(own) if Arc::is_unique(temporary) => self.stack[place] = own,
            _ => {
                self.stack[place] = symbol.clone();
                self.escaped.push((place, symbol));
            }
        }
    }
}

/// Sets the value of a symbol.
#[inline]
pub(super) fn store(session: &mut Session, symbol: Symbol, value: Value) -> Evaluated<()> {
    let closed = Attributes::PROTECTED.and(Attributes::LOCKED);
    let is_special =
        session.attributes(symbol).has_any(closed) || value.args_of(sym::Sequence).is_some();
    if is_special {
        let set = Value::call(sym::Set, [Value::Symbol(symbol), value]);
        session.evaluate(&set)?;
    } else {
        session.change(symbol).own = Some(value);
    }
    Ok(())
}

/// Sets an element of the value of a symbol, in place if nothing else refers to the list.
pub(super) fn store_part(
    session: &mut Session,
    symbol: Symbol,
    index: Value,
    value: &Value,
) -> Evaluated<()> {
    let is_open = !session.attributes(symbol).has(Attributes::PROTECTED);
    if let Some(place @ 1..) = index.as_usize().filter(|_| is_open)
        && let Some(Value::Call(list)) = &mut session.change(symbol).own
        && list.is(sym::List)
    {
        let list = Arc::make_mut(list);
        let is_set = list.change_packed(place - 1, value)
            || list.change_arg(place - 1, |element| {
                *element = value.clone();
                true
            });
        if is_set {
            return Ok(());
        }
    }
    let part = Value::call(sym::Part, [Value::Symbol(symbol), index]);
    assignment::assign(session, &part, value, false)?;
    Ok(())
}
