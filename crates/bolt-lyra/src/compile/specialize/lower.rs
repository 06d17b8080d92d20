//! From the instructions of a unit to typed ones, for the kinds of values that places have now.
//!
//! Code is made along the ways that can be taken from the entry. Where ways meet, the first decides
//! which kinds places have; a way with others leaves the typed code there, as does every
//! instruction that has no typed form.

mod control;
mod numbers;

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::code::{Exit, Inst, Kind, Open, Place, Program, SLOTS, Slot, Steps, Target};
use super::state::State;
use crate::compile::code::{Code, Op, Operand, Position, Register, Variable};
use crate::compile::optimize::{Live, labels};
use crate::symbol::{Symbol, sym};
use crate::value::Value;

/// What is known where typed code is entered.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::compile) struct Entry {
    pub(in crate::compile) position: Position,
    /// Whether the unit is called, and returns what it comes to.
    pub(in crate::compile) is_call: bool,
    /// The kinds of all places that the unit refers to: see [`places`].
    pub(in crate::compile) kinds: Vec<Kind>,
    /// The iterations and the number of lists that are begun.
    pub(in crate::compile) iterations: Vec<(Steps, Variable)>,
    pub(in crate::compile) lists: usize,
}

/// Typed code would have too many slots, or is not worth it.
#[derive(Debug)]
pub(in crate::compile) struct Refused;

type Lowered<T = ()> = Result<T, Refused>;

/// How it goes on after an instruction.
enum Then {
    Next,
    Jump(Position),
    /// There is no typed form: the code is left before the instruction.
    Leave,
    /// What follows was seen to already.
    End,
}

/// A way that is yet to be followed.
struct Edge {
    /// The jump that leads there.
    from: Option<Target>,
    to: Position,
    state: State,
}

struct Lowering<'c> {
    code: &'c Code,
    live: Arc<Live>,
    labels: Vec<bool>,
    program: Program,
    slots: IndexMap<Place, Slot>,
    constants: HashMap<i64, Slot>,
    /// Where code for a position begins, and for which state.
    placed: HashMap<Position, (Target, State)>,
    pending: Vec<Edge>,
    /// Where the code begins that runs without being jumped into.
    straight: usize,
    /// The instruction that is lowered, what was known before it, and its exit.
    at: Position,
    before: State,
    exit: Option<u16>,
    iterations: HashMap<Position, (Slot, Slot)>,
    lists: HashMap<Position, u8>,
    /// Whether a way leads back to where it has been.
    has_cycle: bool,
    is_call: bool,
    /// Whether `Break` and `Continue` are what they were.
    is_built_in: bool,
    /// Slots for what is needed within an instruction, and how many are in use.
    scratch: (Vec<Slot>, usize),
}

/// Returns the places that a unit refers to and that have to be known where it is entered at a
/// position: registers that are read from there on, and symbols.
pub(in crate::compile) fn places(code: &Code, live: &Live, position: Position) -> Vec<Place> {
    let mut all = Vec::new();
    for register in 0..code.registers as Register {
        if live.is_before(position, register) {
            all.push(Place::Register(register));
        }
    }
    let mut add = |symbol| {
        if !all.contains(&Place::Own(symbol)) {
            all.push(Place::Own(symbol));
        }
    };
    code.ops.iter().for_each(|op| op.each_symbol(&mut add));
    code.updates.iter().for_each(|update| add(update.symbol));
    all
}

/// Makes typed code.
pub(in crate::compile) fn lower(
    code: &Code,
    live: Arc<Live>,
    places: &[Place],
    entry: &Entry,
    is_built_in: bool,
) -> Lowered<Program> {
    let program = Program {
        insts: Vec::new(),
        exit_of: Vec::new(),
        exits: Vec::new(),
        numbers: Box::new([0; SLOTS]),
        slots: 0,
        lists: entry.lists,
        entry: Vec::new(),
        iterations: Vec::new(),
        stored: Vec::new(),
        changed: Vec::new(),
        begun: Vec::new(),
        groups: Vec::new(),
        functions: Vec::new(),
    };
    let state = State::new(Vec::new(), (0..entry.lists as u8).map(|list| (list, None)).collect());
    let mut lowering = Lowering {
        code,
        live,
        labels: labels(code),
        program,
        slots: IndexMap::new(),
        constants: HashMap::new(),
        placed: HashMap::new(),
        pending: Vec::new(),
        straight: 0,
        at: entry.position,
        before: state.clone(),
        exit: None,
        iterations: HashMap::new(),
        lists: HashMap::new(),
        has_cycle: false,
        is_call: entry.is_call,
        is_built_in,
        scratch: (Vec::new(), 0),
    };
    let state = lowering.enter(places, entry, state)?;
    lowering.labels[entry.position] = true;
    lowering.pending.push(Edge { from: None, to: entry.position, state });
    lowering.follow()?;
    let returns = lowering.program.exits.iter().any(|exit| exit.result.is_some());
    if !lowering.has_cycle && !returns {
        return Err(Refused);
    }
    let mut program = lowering.program;
    let Program { exits, stored, .. } = &mut program;
    for exit in exits {
        exit.values.retain(|(place, ..)| match place {
            Place::Register(_) => true,
            Place::Own(symbol) => stored.contains(symbol),
        });
    }
    Ok(program)
}

impl Lowering<'_> {
    /// Gives slots to what is known where the code is entered.
    fn enter(&mut self, places: &[Place], entry: &Entry, mut state: State) -> Lowered<State> {
        for (&place, &kind) in places.iter().zip(&entry.kinds) {
            let slot = self.slot(place)?;
            state.set(slot, kind);
            self.program.entry.push((place, slot, kind));
        }
        for &(steps, variable) in &entry.iterations {
            let open = Open { base: self.fresh(4)?, steps, variable, begun: None };
            state.iterations.push(open);
            self.program.iterations.push(open);
        }
        Ok(state)
    }

    /// Follows all ways.
    fn follow(&mut self) -> Lowered {
        while let Some(edge) = self.pending.pop() {
            let mut next = self.arrive(edge)?;
            while let Some((position, state)) = next {
                next = match self.block(position, state)? {
                    Some((to, state)) => self.arrive(Edge { from: None, to, state })?,
                    None => None,
                };
            }
        }
        Ok(())
    }

    /// Makes a way lead to the code for its end; returns where code is yet to be made.
    fn arrive(&mut self, edge: Edge) -> Lowered<Option<(Position, State)>> {
        let Edge { from, to, mut state } = edge;
        let to = self.thread(to, &state);
        if self.program.insts.len() > MOST_INSTS {
            return Err(Refused);
        }
        let arrived = self.program.insts.len();
        self.straight = arrived;
        (self.at, self.before, self.exit) = (to, state.clone(), None);
        self.settle(to, &mut state)?;
        let Some((place, known)) = self.placed.get(&to) else {
            self.link(from, arrived as Target);
            self.straight = self.program.insts.len();
            self.placed.insert(to, (self.straight as Target, state.clone()));
            return Ok(Some((to, state)));
        };
        let (place, agrees) = (*place, known.agrees(&state));
        let is_back =
            from.is_some_and(|from| matches!(self.program.insts[from as usize], Inst::Back { .. }));
        self.has_cycle |= agrees && is_back;
        if !agrees {
            self.link(from, arrived as Target);
            self.emit(Inst::Exit)?;
        } else if let (Some(from), true) = (from, arrived == self.program.insts.len()) {
            self.link(Some(from), place);
            self.close(from as usize, place);
        } else {
            self.link(from, arrived as Target);
            self.emit(Inst::Jump { to: place })?;
        }
        Ok(None)
    }

    /// Makes a jump lead to an instruction.
    fn link(&mut self, from: Option<Target>, to: Target) {
        if let Some(target) = from.and_then(|from| self.program.insts[from as usize].target()) {
            *target = to;
        }
    }

    /// Makes one instruction of a jump back to the next value of an iteration and what gives that.
    fn close(&mut self, back: usize, top: Target) {
        let insts = &mut self.program.insts;
        if let (Inst::Back { .. }, Inst::NextI { base, variable, .. }) =
            (insts[back], insts[top as usize])
        {
            insts[back] = Inst::LoopI { base, variable, to: top + 1 };
            insts[back + 1] = Inst::Jump { to: top };
        }
    }

    /// Follows jumps that are sure to be taken.
    fn thread(&self, mut to: Position, state: &State) -> Position {
        for _ in 0..MOST_JUMPS {
            to = match self.code.ops[to] {
                Op::Jump { to } => to,
                Op::Branch { of: Operand::Register(register), no, .. } => {
                    let slot = self.slots.get(&Place::Register(register));
                    match slot.map(|&slot| state.kind(slot)) {
                        Some(Kind::Known(true)) => to + 1,
                        Some(Kind::Known(false)) => no,
                        _ => return to,
                    }
                }
                _ => return to,
            };
        }
        to
    }

    /// Brings what is known into the form that it has where ways may meet: what is not read is
    /// dead, and truth values are in their slots.
    fn settle(&mut self, to: Position, state: &mut State) -> Lowered {
        if let (Op::Next { .. }, Some(open)) = (&self.code.ops[to], state.iterations.last()) {
            // The variable gets another value, or the one that it had before.
            let variable = open.variable;
            if let Some(slot) = self.variable(variable)? {
                state.set(slot, Kind::Dead);
            }
        }
        let all: Vec<(Place, Slot)> =
            self.slots.iter().map(|(&place, &slot)| (place, slot)).collect();
        for (place, slot) in all {
            if let Place::Register(register) = place
                && !self.live.is_before(to, register)
            {
                state.set(slot, Kind::Dead);
            }
            if let Kind::Known(is) = state.kind(slot) {
                let from = self.constant(i64::from(is))?;
                self.emit(Inst::Move { to: slot, from })?;
                state.set(slot, Kind::Boolean);
            }
        }
        Ok(())
    }

    /// Makes code from a position on until it may be jumped into, or ends; returns where it goes on.
    fn block(
        &mut self,
        mut position: Position,
        mut state: State,
    ) -> Lowered<Option<(Position, State)>> {
        loop {
            (self.at, self.before, self.exit) = (position, state.clone(), None);
            self.scratch.1 = 0;
            position = match self.op(position, &mut state)? {
                Then::Next => position + 1,
                Then::Jump(to) => to,
                Then::Leave => {
                    self.emit(Inst::Exit)?;
                    return Ok(None);
                }
                Then::End => return Ok(None),
            };
            if self.labels[position] {
                return Ok(Some((position, state)));
            }
        }
    }

    /// Adds an instruction; returns its place.
    fn emit(&mut self, inst: Inst) -> Lowered<Target> {
        let exit = match self.exit {
            Some(exit) => exit,
            None => {
                let state = self.before.clone();
                let exit = self.leave(self.at, &state, None)?;
                *self.exit.insert(exit)
            }
        };
        self.program.insts.push(inst);
        self.program.exit_of.push(exit);
        Ok(self.program.insts.len() as Target - 1)
    }

    /// Adds a jump whose way is followed later.
    fn branch(&mut self, inst: Inst, to: Position, state: State) -> Lowered {
        let from = self.emit(inst)?;
        self.pending.push(Edge { from: Some(from), to, state });
        Ok(())
    }

    /// Describes how the ordinary machine goes on at a position.
    fn leave(
        &mut self,
        position: Position,
        state: &State,
        result: Option<(Slot, Kind)>,
    ) -> Lowered<u16> {
        let mut values: Vec<(Place, Slot, Kind)> = Vec::new();
        for (&place, &slot) in &self.slots {
            let kind = state.kind(slot);
            let is_written = match place {
                Place::Register(register) => {
                    result.is_none() && self.live.is_before(position, register)
                }
                Place::Own(_) => kind != Kind::Unset,
            };
            if is_written && !matches!(kind, Kind::Dead | Kind::Other) {
                values.push((place, slot, kind));
            }
        }
        let lists = state.lists.iter().map(|(list, _)| *list).collect();
        let iterations = state.iterations.clone();
        self.program.exits.push(Exit { position, values, iterations, lists, result });
        u16::try_from(self.program.exits.len() - 1).map_err(|_| Refused)
    }

    /// Returns so many slots that are free.
    fn fresh(&mut self, count: usize) -> Lowered<Slot> {
        let first = self.program.slots;
        self.program.slots += count;
        if self.program.slots > SLOTS {
            return Err(Refused);
        }
        Ok(first as Slot)
    }

    /// Returns a slot for what is needed within an instruction.
    fn temporary(&mut self) -> Lowered<Slot> {
        if self.scratch.1 == self.scratch.0.len() {
            let slot = self.fresh(1)?;
            self.scratch.0.push(slot);
        }
        self.scratch.1 += 1;
        Ok(self.scratch.0[self.scratch.1 - 1])
    }

    fn slot(&mut self, place: Place) -> Lowered<Slot> {
        if let Some(slot) = self.slots.get(&place) {
            return Ok(*slot);
        }
        let slot = self.fresh(1)?;
        self.slots.insert(place, slot);
        Ok(slot)
    }

    /// Returns the slot that has a constant.
    fn constant(&mut self, bits: i64) -> Lowered<Slot> {
        if let Some(slot) = self.constants.get(&bits) {
            return Ok(*slot);
        }
        let slot = self.fresh(1)?;
        self.constants.insert(bits, slot);
        self.program.numbers[usize::from(slot)] = bits;
        Ok(slot)
    }

    /// Returns where the value of an operand is; `None` if it is not known to stand for itself.
    fn operand(&mut self, state: &State, operand: Operand) -> Lowered<Option<(Slot, Kind)>> {
        let place = match operand {
            Operand::Register(register) => Place::Register(register),
            Operand::Own(symbol) => Place::Own(symbol),
            Operand::Constant(place) => {
                let value = &self.code.constants[usize::from(place)];
                return Ok(match value {
                    Value::Integer(integer) => Some((self.constant(*integer)?, Kind::Integer)),
                    Value::Real(real) if real.is_finite() => {
                        Some((self.constant(real.to_bits() as i64)?, Kind::Real))
                    }
                    value if value.is(sym::Null) => Some((self.constant(0)?, Kind::Null)),
                    value => match value.as_bool() {
                        Some(is) => Some((self.constant(i64::from(is))?, Kind::Known(is))),
                        None => None,
                    },
                });
            }
        };
        let slot = self.slot(place)?;
        Ok(match state.kind(slot) {
            Kind::Dead | Kind::Other | Kind::Unset => None,
            kind => Some((slot, kind)),
        })
    }

    /// Returns the slot of an operand that is a number or a truth value.
    fn machine(&mut self, state: &State, operand: Operand) -> Lowered<Option<(Slot, Kind)>> {
        Ok(match self.operand(state, operand)? {
            Some((_, Kind::Known(is))) => Some((self.constant(i64::from(is))?, Kind::Boolean)),
            found => found.filter(|(_, kind)| kind.is_machine()),
        })
    }

    /// Puts the result of an instruction into a place.
    fn put(&mut self, state: &mut State, place: Place, inst: Inst, kind: Kind) -> Lowered<Then> {
        let slot = self.slot(place)?;
        let mut inst = inst;
        if let Some(to) = inst.result() {
            *to = slot;
        }
        self.emit(inst)?;
        state.set(slot, kind);
        Ok(Then::Next)
    }

    /// Copies a value to a place. What computed it in a register that is not read any more puts it
    /// there at once.
    fn copy(&mut self, state: &mut State, place: Place, from: Operand) -> Lowered<Then> {
        let Some((source, kind)) = self.operand(state, from)? else { return Ok(Then::Leave) };
        let to = self.slot(place)?;
        let dies = match from {
            Operand::Register(register) => {
                !self.live.is_after(self.at, register) && place != Place::Register(register)
            }
            _ => false,
        };
        match kind {
            Kind::List(_) if source != to => {
                self.emit(Inst::MoveObject { to, from: source, takes: dies })?;
            }
            kind if kind.is_machine() && source != to => {
                let is_free = dies && self.program.insts.len() > self.straight;
                let last = self.program.insts.last_mut().filter(|_| is_free);
                match last.and_then(Inst::result).filter(|result| **result == source) {
                    Some(result) => *result = to,
                    None => {
                        self.emit(Inst::Move { to, from: source })?;
                    }
                }
            }
            _ => {}
        }
        if dies {
            state.set(source, Kind::Dead);
        }
        state.set(to, kind);
        Ok(Then::Next)
    }

    /// Notes that a symbol gets another value.
    fn store(&mut self, symbol: Symbol) {
        if !self.program.stored.contains(&symbol) {
            self.program.stored.push(symbol);
        }
    }
}

/// Larger programs are not made.
const MOST_INSTS: usize = 4_096;

/// So many jumps in a row are followed.
const MOST_JUMPS: usize = 16;
