//! Typed forms of control, assignments, iterations and lists.

use super::{Lowered, Lowering, Then};
use crate::compile::code::{Op, Operand, Position, Region, Register, Variable};
use crate::compile::specialize::code::{Beginning, Element, Inst, Kind, Open, Place, Slot, Steps};
use crate::compile::specialize::state::State;
use crate::symbol::{Symbol, sym};

impl Lowering<'_> {
    /// Makes the typed form of an instruction.
    pub(super) fn op(&mut self, position: Position, state: &mut State) -> Lowered<Then> {
        match self.code.ops[position] {
            Op::Jump { to } => Ok(Then::Jump(to)),
            Op::Back { to } => self.back(to, state),
            Op::Guard { .. } => Ok(Then::Next),
            Op::Move { to, from } => self.copy(state, Place::Register(to), from),
            Op::Assign { local, from } => self.copy(state, Place::Register(local), from),
            Op::Clear { register } => {
                let slot = self.slot(Place::Register(register))?;
                state.set(slot, Kind::Unset);
                Ok(Then::Next)
            }
            Op::Store { symbol, from } => {
                self.store(symbol);
                self.copy(state, Place::Own(symbol), from)
            }
            Op::Known { to, constant, .. } => {
                self.copy(state, Place::Register(to), Operand::Constant(constant))
            }
            Op::Reuse { to, from, guards, otherwise } => {
                for &register in &self.code.guards[usize::from(guards)] {
                    let slot = self.slot(Place::Register(register))?;
                    if !matches!(state.kind(slot), Kind::Integer | Kind::Real) {
                        return Ok(Then::Jump(otherwise));
                    }
                }
                self.copy(state, Place::Register(to), Operand::Register(from))
            }
            Op::Branch { of, no, .. } => self.test(state, of, no),
            Op::Iterate { .. } => self.begin(position, state),
            Op::Next { end } => self.next(end, state),
            Op::EndLoop => self.end(state),
            Op::Return { from } if self.is_call => {
                let Some(result) = self.operand(state, from)? else { return Ok(Then::Leave) };
                self.exit = Some(self.leave(position, state, Some(result))?);
                self.emit(Inst::Exit)?;
                Ok(Then::End)
            }
            Op::Apply { head, count: 0, .. } => self.leave_loop(position, head, state),
            ref op => match self.of_lists(position, op, state)? {
                Some(then) => Ok(then),
                None => self.compute(position, state),
            },
        }
    }

    fn back(&mut self, to: Position, state: &State) -> Lowered<Then> {
        self.branch(Inst::Back { to: 0 }, to, state.clone())?;
        if let Op::Next { .. } = self.code.ops[to] {
            // Taken where the iteration ends, if both become one instruction.
            self.emit(Inst::Jump { to: 0 })?;
        }
        Ok(Then::End)
    }

    /// Jumps where a truth value is `False`.
    fn test(&mut self, state: &mut State, of: Operand, no: Position) -> Lowered<Then> {
        let (slot, kind) = match self.operand(state, of)? {
            Some((_, Kind::Known(is))) if is => return Ok(Then::Next),
            Some((_, Kind::Known(_))) => return Ok(Then::Jump(no)),
            Some(found) => found,
            None => return Ok(Then::Leave),
        };
        if kind != Kind::Boolean {
            return Ok(Then::Leave);
        }
        let dies = match of {
            Operand::Register(register) => !self.live.is_after(self.at, register),
            _ => false,
        };
        let is_free = dies && self.program.insts.len() > self.straight;
        let branch = match self.program.insts.last().filter(|_| is_free) {
            Some(&Inst::Parity { to, of, is_odd }) if to == slot => {
                Some(Inst::UnlessParity { of, is_odd, to: 0 })
            }
            Some(&Inst::Not { to, of }) if to == slot => Some(Inst::If { of, to: 0 }),
            _ => None,
        };
        if dies {
            state.set(slot, Kind::Dead);
        }
        match branch {
            Some(branch) => {
                self.replace_last(branch);
                let from = Some(self.program.insts.len() as u32 - 1);
                self.pending.push(super::Edge { from, to: no, state: state.clone() });
            }
            None => self.branch(Inst::Unless { of: slot, to: 0 }, no, state.clone())?,
        }
        Ok(Then::Next)
    }

    fn replace_last(&mut self, inst: Inst) {
        if let Some(last) = self.program.insts.last_mut() {
            *last = inst;
        }
    }

    /// Begins an iteration.
    fn begin(&mut self, position: Position, state: &mut State) -> Lowered<Then> {
        let Op::Iterate { variable, bounds, count, is_table, .. } = self.code.ops[position] else {
            return Ok(Then::Leave);
        };
        let mut given = [(0, Kind::Dead); 3];
        for (register, bound) in (bounds..bounds + Register::from(count)).zip(&mut given) {
            let operand = Operand::Register(register);
            let Some(found) = self.operand(state, operand)? else { return Ok(Then::Leave) };
            *bound = found;
        }
        let kinds = given.map(|(_, kind)| kind);
        let steps = match (variable, &kinds[..usize::from(count)]) {
            (_, [Kind::Integer]) => Steps::Integers,
            (Variable::Register(_) | Variable::Own(_), [Kind::List(element)]) => {
                Steps::Elements(*element)
            }
            (_, [Kind::Integer, Kind::Integer | Kind::Real, step @ ..])
                if step.iter().all(|kind| *kind == Kind::Integer) =>
            {
                Steps::Integers
            }
            (_, [Kind::Real, Kind::Integer | Kind::Real, Kind::Real]) => Steps::Reals,
            _ => return Ok(Then::Leave),
        };
        let slots = match self.iterations.get(&position) {
            Some(slots) => *slots,
            None => {
                let slots = (self.fresh(4)?, self.fresh(1)?);
                self.iterations.insert(position, slots);
                slots
            }
        };
        let (base, saved) = slots;
        let place = self.variable(variable)?;
        let before = place.map_or(Kind::Dead, |slot| state.kind(slot));
        let open = Open { base, steps, variable, begun: Some((before, saved)) };
        let begun = self.program.begun.len() as u16;
        self.program.begun.push(Beginning {
            open,
            bounds: given,
            count,
            is_table,
            variable: place,
        });
        self.emit(Inst::Begin { place: begun })?;
        if let Some(slot) = place {
            state.set(slot, Kind::Dead);
        }
        if let Variable::Own(symbol) = variable {
            self.store(symbol);
        }
        state.iterations.push(open);
        Ok(Then::Next)
    }

    /// Returns the slot of the variable of an iteration.
    pub(super) fn variable(&mut self, variable: Variable) -> Lowered<Option<Slot>> {
        Ok(match variable {
            Variable::None => None,
            Variable::Register(register) => Some(self.slot(Place::Register(register))?),
            Variable::Own(symbol) => Some(self.slot(Place::Own(symbol))?),
        })
    }

    /// Gives the variable its next value, or jumps.
    fn next(&mut self, end: Position, state: &mut State) -> Lowered<Then> {
        let Some(&Open { base, steps, variable, .. }) = state.iterations.last() else {
            return Ok(Then::Leave);
        };
        if let Variable::Own(symbol) = variable {
            self.store(symbol);
        }
        let named = self.variable(variable)?;
        // Nobody reads the last of its slots.
        let variable = named.unwrap_or(base + 3);
        let (inst, kind) = match steps {
            Steps::Integers => (Inst::NextI { base, variable, to: 0 }, Kind::Integer),
            Steps::Reals if named.is_some() => (Inst::NextR { base, variable, to: 0 }, Kind::Real),
            Steps::Elements(element) => match Kind::of_element(element) {
                Some(kind) => (Inst::NextElement { element, base, variable, to: 0 }, kind),
                None => return Ok(Then::Leave),
            },
            _ => return Ok(Then::Leave),
        };
        self.branch(inst, end, state.clone())?;
        if let Some(slot) = named {
            state.set(slot, kind);
        }
        Ok(Then::Next)
    }

    /// Ends an iteration: its variable has what it had before.
    fn end(&mut self, state: &mut State) -> Lowered<Then> {
        let Some(Open { variable, begun: Some((before, saved)), .. }) =
            state.iterations.last().copied()
        else {
            return Ok(Then::Leave);
        };
        if let Some(slot) = self.variable(variable)? {
            match before {
                Kind::List(_) => {
                    self.emit(Inst::MoveObject { to: slot, from: saved, takes: true })?;
                }
                kind if kind.is_machine() => {
                    self.emit(Inst::Move { to: slot, from: saved })?;
                }
                _ => {}
            }
            state.set(slot, before);
        }
        state.iterations.pop();
        Ok(Then::Next)
    }

    /// `Break[]` and `Continue[]`
    fn leave_loop(&mut self, position: Position, head: u16, state: &mut State) -> Lowered<Then> {
        let head = self.code.constants[usize::from(head)].as_symbol();
        let is_here = |region: &&Region| (region.start..region.end).contains(&position);
        let Some(region) = self.code.regions.iter().find(is_here) else { return Ok(Then::Leave) };
        let is_plain = state.iterations.len() == region.inside && state.lists.len() == region.lists;
        match head {
            Some(sym::Continue) if is_plain && self.is_built_in => {
                Ok(Then::Jump(region.on_continue))
            }
            Some(sym::Break) if is_plain && self.is_built_in => {
                let (after, result) = (region.after, region.result);
                for _ in region.outside..region.inside {
                    if let Then::Leave = self.end(state)? {
                        return Ok(Then::Leave);
                    }
                }
                let slot = self.slot(Place::Register(result))?;
                state.set(slot, Kind::Null);
                Ok(Then::Jump(after))
            }
            _ => Ok(Then::Leave),
        }
    }

    /// Makes the typed form of an instruction of lists.
    fn of_lists(
        &mut self,
        position: Position,
        op: &Op,
        state: &mut State,
    ) -> Lowered<Option<Then>> {
        Ok(Some(match *op {
            Op::BeginList => {
                let list = match self.lists.get(&position) {
                    Some(list) => *list,
                    None => {
                        let list = u8::try_from(self.program.lists).map_err(|_| super::Refused)?;
                        self.program.lists += 1;
                        self.lists.insert(position, list);
                        list
                    }
                };
                self.emit(Inst::BeginList { list })?;
                state.lists.push((list, None));
                Then::Next
            }
            Op::Push { from } => return self.push(state, from).map(Some),
            Op::EndList { to } => {
                let Some((list, kind)) = state.lists.pop() else { return Ok(Some(Then::Leave)) };
                let element = kind.map_or(Element::Any, Kind::as_element);
                let inst = Inst::EndList { to: self.slot(Place::Register(to))?, list };
                self.emit(inst)?;
                let slot = self.slot(Place::Register(to))?;
                state.set(slot, Kind::List(element));
                Then::Next
            }
            Op::Part { to, of, index } => {
                let list = self.operand(state, of)?;
                let index = self.machine(state, index)?;
                match (list, index) {
                    (Some((of, Kind::List(element))), Some((index, Kind::Integer))) => {
                        let Some(kind) = Kind::of_element(element) else {
                            return Ok(Some(Then::Leave));
                        };
                        let inst = Inst::Part { element, to: 0, of, index };
                        self.put(state, Place::Register(to), inst, kind)?
                    }
                    _ => Then::Leave,
                }
            }
            Op::StorePart { symbol, index, from } => {
                return self.set_part(state, symbol, index, from).map(Some);
            }
            _ => return Ok(None),
        }))
    }

    fn push(&mut self, state: &mut State, from: Operand) -> Lowered<Then> {
        let found = match self.machine(state, from)? {
            Some(found) => Some(found),
            None => self.operand(state, from)?.filter(|(_, kind)| matches!(kind, Kind::List(_))),
        };
        let (Some((from, kind)), Some((list, elements))) = (found, state.lists.last_mut()) else {
            return Ok(Then::Leave);
        };
        *elements = Some(match *elements {
            None => kind,
            Some(known) if known == kind => kind,
            Some(_) => Kind::List(Element::Any),
        });
        let inst = Inst::Push { kind: kind.as_element(), list: *list, from };
        self.emit(inst)?;
        Ok(Then::Next)
    }

    fn set_part(
        &mut self,
        state: &State,
        symbol: Symbol,
        index: Operand,
        from: Operand,
    ) -> Lowered<Then> {
        let of = self.slot(Place::Own(symbol))?;
        let (index, from) = (self.machine(state, index)?, self.machine(state, from)?);
        match (state.kind(of), index, from) {
            (Kind::List(_), Some((index, Kind::Integer)), Some((from, kind))) => {
                self.store(symbol);
                if !self.program.changed.contains(&symbol) {
                    self.program.changed.push(symbol);
                }
                self.emit(Inst::SetPart { element: kind.as_element(), of, index, from })?;
                Ok(Then::Next)
            }
            _ => Ok(Then::Leave),
        }
    }
}
