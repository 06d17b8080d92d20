//! Entering and leaving typed code.

use super::iterate::{Iteration, Remaining, Saved};
use super::{Frame, Machine};
use crate::compile::code::{Op, Variable};
use crate::compile::specialize::{
    Entry, Frame as Typed, Kind, Open, Place, Program, Steps, element_of, kind_of, value,
};
use crate::session::Session;
use crate::value::Value;

/// How a frame comes to have typed code.
#[derive(Debug)]
pub(super) struct Heat {
    /// How often loops went round since typed code was asked for.
    pub(super) backs: u32,
    /// How often they have to until it is asked for again.
    pub(super) wait: u32,
    /// A loop whose code has come to its end: that around it is asked for first.
    inner: Option<usize>,
    /// Whether there is no typed code for a loop around others.
    is_outer_refused: bool,
}

/// How often loops go round at most until typed code is asked for again where it did not help.
const LONGEST_WAIT: u32 = 1 << 22;

/// Typed code that went round so often was worth it.
const WORTH: u64 = 32;

impl Heat {
    pub(super) fn new(session: &Session) -> Self {
        Self { backs: 0, wait: session.compiler.rounds, inner: None, is_outer_refused: false }
    }
}

impl Machine {
    /// Runs typed code from the loop on that a frame goes back to, if there is any; the frame goes
    /// on where that is left.
    pub(super) fn specialize(&mut self, session: &mut Session, frame: &mut Frame) {
        frame.heat.backs = 0;
        if frame.heat.inner == Some(frame.position) && !frame.heat.is_outer_refused {
            return;
        }
        let is_outer = frame.heat.inner.take().is_some();
        let Some(program) = self.typed(session, frame) else {
            frame.heat.is_outer_refused |= is_outer;
            frame.heat.wait = frame.heat.wait.saturating_mul(4).min(LONGEST_WAIT);
            return;
        };
        let (entered, mut typed) = (frame.position, std::mem::take(&mut self.typed));
        self.load(session, frame, &program, &mut typed);
        session.compiler.entered += 1;
        let exit = typed.run(session, &program);
        self.write_back(session, frame, &program, &mut typed, exit);
        let ends = matches!(frame.code.ops[frame.position], Op::EndLoop);
        frame.heat.inner = ends.then_some(entered);
        frame.heat.wait = match typed.backs {
            WORTH.. => 1,
            _ if ends => 1,
            _ => frame.heat.wait.saturating_mul(2).min(LONGEST_WAIT),
        };
        self.typed = typed;
    }

    /// Returns typed code for the values that there are.
    fn typed(&self, session: &Session, frame: &Frame) -> Option<std::sync::Arc<Program>> {
        let code = &frame.code;
        if !self.escaped.is_empty() || !code.is_valid(session) {
            return None;
        }
        let places = code.versions.places(code, frame.position);
        let kind = |place: &Place| match *place {
            Place::Register(register) => kind_of(&self.stack[frame.base + register as usize]),
            Place::Own(symbol) => match session.definition(symbol).and_then(|d| d.own.as_ref()) {
                Some(own) => kind_of(own),
                None => Kind::Unset,
            },
        };
        let entry = Entry {
            position: frame.position,
            is_call: false,
            kinds: places.iter().map(kind).collect(),
            iterations: self.iterations[frame.iterations..].iter().map(Iteration::steps).collect(),
            lists: self.lists.len() - frame.lists,
        };
        let program = code.versions.program(session, code, &places, entry)?;
        program.may_store(session).then_some(program)
    }

    /// Gives values to the slots.
    fn load(&mut self, session: &mut Session, frame: &Frame, program: &Program, typed: &mut Typed) {
        typed.clear(program);
        for &(place, slot, kind) in &program.entry {
            let own = match place {
                Place::Register(register) => {
                    Some(self.stack[frame.base + register as usize].clone())
                }
                Place::Own(symbol) if !matches!(kind, Kind::Unset | Kind::Other) => {
                    let is_changed = program.changed.contains(&symbol);
                    let own = &mut session.definition_mut(symbol).own;
                    if is_changed { own.take() } else { own.clone() }
                }
                Place::Own(_) => None,
            };
            if let Some(own) = own {
                typed.set(slot, own);
            }
        }
        for (open, iteration) in program.iterations.iter().zip(&self.iterations[frame.iterations..])
        {
            iteration.load(open, typed);
        }
        for (place, (list, _)) in self.lists.drain(frame.lists..).enumerate() {
            typed.lists[place] = list;
        }
    }

    /// Gives their values back to variables, registers, iterations and lists.
    pub(super) fn write_back(
        &mut self,
        session: &mut Session,
        frame: &mut Frame,
        program: &Program,
        typed: &mut Typed,
        exit: usize,
    ) {
        let exit = &program.exits[exit];
        for (place, open) in exit.iterations.iter().enumerate() {
            match open.begun {
                None => self.iterations[frame.iterations + place].update(open, typed),
                Some(saved) => self.reopen(session, frame, typed, open, saved),
            }
        }
        for &(place, slot, kind) in &exit.values {
            let Some(value) = typed.take(slot, kind) else { continue };
            match place {
                Place::Register(register) => self.stack[frame.base + register as usize] = value,
                Place::Own(symbol) => session.change(symbol).own = Some(value),
            }
        }
        for &list in &exit.lists {
            let list = std::mem::take(&mut typed.lists[usize::from(list)]);
            self.lists.push((list, Session::NO_EPOCH));
        }
        frame.position = exit.position;
        typed.objects.clear();
    }

    /// Begins an iteration for the ordinary machine that typed code has begun.
    fn reopen(
        &mut self,
        session: &mut Session,
        frame: &Frame,
        typed: &Typed,
        open: &Open,
        (before, saved): (Kind, u8),
    ) {
        let old = typed.value(saved, before);
        let saved = match open.variable {
            Variable::None => Saved::Nothing,
            Variable::Register(register) => {
                let place = &self.stack[frame.base + register as usize];
                Saved::Register(old.unwrap_or_else(|| place.clone()))
            }
            Variable::Own(symbol) => {
                if let Some(old) = old.filter(|_| before != Kind::Unset) {
                    session.change(symbol).own = Some(old);
                }
                Saved::own(session, symbol)
            }
        };
        let values = Remaining::of(open, typed);
        self.iterations.push(Iteration { variable: open.variable, saved, values });
    }
}

impl Iteration {
    /// Returns what typed code has to know.
    fn steps(&self) -> (Steps, Variable) {
        let steps = match &self.values {
            Remaining::Integers { left, .. } if i64::try_from(*left).is_ok() => Steps::Integers,
            Remaining::Reals { .. } => Steps::Reals,
            Remaining::Elements { of, .. } => element_of(of).map_or(Steps::Other, Steps::Elements),
            _ => Steps::Other,
        };
        (steps, self.variable)
    }

    fn load(&self, open: &Open, typed: &mut Typed) {
        let base = usize::from(open.base);
        match &self.values {
            Remaining::Integers { next, step, left } => {
                typed.numbers[base..base + 3].copy_from_slice(&[*next, *step, *left as i64]);
            }
            Remaining::Reals { first, step, place, count } => {
                let bits = |real: &f64| real.to_bits() as i64;
                let slots = [bits(first), bits(step), *place as i64, *count as i64];
                typed.numbers[base..base + 4].copy_from_slice(&slots);
            }
            Remaining::Elements { of, place } => {
                typed.objects[base] = Value::Call(of.clone());
                typed.numbers[base] = *place as i64;
            }
            Remaining::Steps { .. } => {}
        }
    }

    /// Brings what is left up to what typed code has left of it.
    fn update(&mut self, open: &Open, typed: &Typed) {
        if open.steps != Steps::Other {
            self.values = Remaining::of(open, typed);
        }
    }
}

impl Remaining {
    fn of(open: &Open, typed: &Typed) -> Self {
        let base = usize::from(open.base);
        let number = |place: usize| typed.numbers[base + place];
        let real = |place: usize| f64::from_bits(number(place) as u64);
        match (open.steps, typed.objects.get(base)) {
            (Steps::Elements(_), Some(Value::Call(of))) => {
                Self::Elements { of: of.clone(), place: number(0) as usize }
            }
            (Steps::Reals, _) => Self::Reals {
                first: real(0),
                step: real(1),
                place: number(2) as u64,
                count: number(3) as u64,
            },
            _ => Self::Integers { next: number(0), step: number(1), left: number(2) as u64 },
        }
    }
}

impl Typed {
    /// Puts constants into the slots, and makes room for what a program works on.
    pub(super) fn clear(&mut self, program: &Program) {
        self.numbers.copy_from_slice(&program.numbers[..]);
        self.objects.clear();
        self.objects.resize(program.slots, Value::NULL);
        self.lists.clear();
        self.lists.resize_with(program.lists, Default::default);
    }

    /// Gives a value to a slot.
    fn set(&mut self, slot: u8, value: Value) {
        let slot = usize::from(slot);
        match value {
            Value::Integer(integer) => self.numbers[slot] = integer,
            Value::Real(real) => self.numbers[slot] = real.to_bits() as i64,
            value => match value.as_bool() {
                Some(is) => self.numbers[slot] = i64::from(is),
                None => self.objects[slot] = value,
            },
        }
    }

    pub(super) fn value(&self, slot: u8, kind: Kind) -> Option<Value> {
        value(self.numbers[usize::from(slot)], &self.objects[usize::from(slot)], kind)
    }

    /// Takes the value of a slot.
    pub(super) fn take(&mut self, slot: u8, kind: Kind) -> Option<Value> {
        match kind {
            Kind::List(_) => {
                Some(std::mem::replace(&mut self.objects[usize::from(slot)], Value::NULL))
            }
            kind => self.value(slot, kind),
        }
    }
}
