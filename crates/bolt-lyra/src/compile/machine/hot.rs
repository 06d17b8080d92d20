//! Functions that are called many times in a row, in typed code.

use triomphe::Arc;

use super::{Frame, Machine};
use crate::compile::code::Code;
use crate::compile::specialize::{
    Entry, Frame as Typed, Kind, Place, Program, element_of, kind_of,
};
use crate::session::{Evaluated, Session};
use crate::value::Value;

/// The typed code of a function that is called many times.
#[derive(Default)]
pub(crate) struct Hot {
    calls: u32,
    /// From which call on typed code is asked for.
    from: u32,
    program: Option<std::sync::Arc<Program>>,
    typed: Option<Box<Typed>>,
    /// Whether the constants are in their slots.
    is_clear: bool,
    /// How often typed code was left before its end.
    left: u32,
}

impl Hot {
    /// Calls a unit with arguments; `None` if ordinary code has to.
    #[inline]
    pub(in crate::compile) fn call(
        &mut self,
        session: &mut Session,
        code: &Arc<Code>,
        args: &[Value],
    ) -> Option<Evaluated> {
        self.calls = self.calls.saturating_add(1);
        if self.calls <= self.from.max(session.compiler.rounds / 4) {
            return None;
        }
        let mut typed = self.typed.take().unwrap_or_default();
        let program = match self.program.take() {
            Some(program) if self.load(session, &program, args, &mut typed) => Some(program),
            _ => self.other(session, code, args, &mut typed),
        };
        let result = program.as_ref().map(|program| {
            session.compiler.entered += 1;
            let exit = typed.run(session, program);
            self.finish(session, code, args, program, &mut typed, exit)
        });
        self.program = program;
        self.typed = Some(typed);
        result
    }

    /// Returns the program for arguments of other kinds than before, with its slots loaded.
    #[cold]
    fn other(
        &mut self,
        session: &mut Session,
        code: &Arc<Code>,
        args: &[Value],
        typed: &mut Typed,
    ) -> Option<std::sync::Arc<Program>> {
        self.is_clear = false;
        let places = code.versions.places(code, 0);
        let kind = |place: &Place| match *place {
            Place::Register(register) => kind_of(&args[register as usize]),
            Place::Own(symbol) => match session.definition(symbol).and_then(|d| d.own.as_ref()) {
                Some(own) => kind_of(own),
                None => Kind::Unset,
            },
        };
        let entry = Entry {
            position: 0,
            is_call: true,
            kinds: places.iter().map(kind).collect(),
            iterations: Vec::new(),
            lists: 0,
        };
        let program = code
            .versions
            .program(session, code, &places, entry)
            .filter(|program| program.may_store(session) && program.changed.is_empty());
        if program.is_none() {
            self.from = self.calls.saturating_mul(2);
        }
        program.filter(|program| self.load(session, program, args, typed))
    }

    /// Gives values to the slots; returns whether they are of the kinds that the program is for.
    #[inline]
    fn load(
        &mut self,
        session: &Session,
        program: &Program,
        args: &[Value],
        typed: &mut Typed,
    ) -> bool {
        if !std::mem::replace(&mut self.is_clear, true) {
            typed.clear(program);
        }
        for &(place, slot, kind) in &program.entry {
            let value = match place {
                Place::Register(register) => Some(&args[register as usize]),
                Place::Own(symbol) => session.definition(symbol).and_then(|d| d.own.as_ref()),
            };
            let slot = usize::from(slot);
            match (kind, value) {
                (Kind::Integer, Some(Value::Integer(integer))) => typed.numbers[slot] = *integer,
                (Kind::Real, Some(Value::Real(real))) if real.is_finite() => {
                    typed.numbers[slot] = real.to_bits() as i64;
                }
                (Kind::List(element), Some(Value::Call(list)))
                    if element_of(list) == Some(element) =>
                {
                    typed.objects[slot] = Value::Call(list.clone());
                }
                (Kind::Boolean, Some(value)) => match value.as_bool() {
                    Some(is) => typed.numbers[slot] = i64::from(is),
                    None => return false,
                },
                (Kind::Unset, None) => {}
                (Kind::Other | Kind::Null, Some(value)) if kind_of(value) == kind => {}
                _ => return false,
            }
        }
        true
    }

    /// Returns what typed code has come to, or what ordinary code comes to from where it was left.
    fn finish(
        &mut self,
        session: &mut Session,
        code: &Arc<Code>,
        args: &[Value],
        program: &Program,
        typed: &mut Typed,
        exit: usize,
    ) -> Evaluated {
        let found = &program.exits[exit];
        if let Some((slot, kind)) = found.result
            && let Some(value) = typed.value(slot, kind)
        {
            for &(place, slot, kind) in &found.values {
                if let (Place::Own(symbol), Some(value)) = (place, typed.take(slot, kind)) {
                    session.change(symbol).own = Some(value);
                }
            }
            return Ok(value);
        }
        self.is_clear = false;
        self.left += 1;
        if self.left > self.calls / 8 {
            self.from = self.calls.saturating_mul(2);
        }
        let mut machine = session.machines.pop().unwrap_or_default();
        machine.stack.extend_from_slice(args);
        machine.stack.resize(code.registers, Value::NULL);
        let mut frame = Frame::new(session, code.clone(), 0, (0, 0), session.depth);
        machine.write_back(session, &mut frame, program, typed, exit);
        let value = Machine::run(machine, session, frame)?;
        session.evaluate(&value)
    }
}
