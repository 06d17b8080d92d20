//! Typed code for loops: what the values of variables are is taken to stay what it is.
//!
//! Where a loop of a unit has gone round often enough, its instructions are translated once more,
//! for the kinds of values that its variables have then: integers, reals, truth values and lists
//! of such. Numbers stand in a frame of 64-bit slots, and nothing is looked up or counted. What the
//! typed code relies on beside (that built-in functions do what they did, that variables may be
//! set) is checked where it is entered: nothing that runs in it can change that.
//!
//! An instruction that cannot go on (an integer that does not fit, a quotient that is not whole, a
//! real that is none) is an exit: variables, registers, iterations and lists get the values they
//! have, and the ordinary machine goes on with the instruction that the typed one was made of. So
//! results are the same to the last bit, and nothing runs twice.
//!
//! `lower` makes the code, `run` runs it; [`super::machine`] enters and leaves it.

mod code;
mod lower;
mod run;
mod state;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};

use code::Element;
pub(super) use code::{Kind, Open, Place, Program, Steps, value};
pub(super) use lower::Entry;
pub(super) use run::Frame;

use super::code::{Code, Position};
use super::optimize::{self, Live};
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Call, Value};

/// The typed code of a unit.
#[derive(Debug, Default)]
pub(super) struct Versions(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    live: Option<Arc<Live>>,
    /// The places that matter where a loop begins.
    places: Vec<(Position, Arc<[Place]>)>,
    /// Code for what was known at an entry; `None` if it was refused.
    programs: Vec<(Entry, Option<Arc<Program>>)>,
}

/// So many versions are made of the code from one position on.
const MOST_VERSIONS: usize = 6;

/// Units with more instructions are not looked at.
const MOST_OPS: usize = 1_024;

impl Known {
    fn live(&mut self, code: &Code) -> Arc<Live> {
        self.live.get_or_insert_with(|| Arc::new(optimize::live(code))).clone()
    }
}

impl Versions {
    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Returns the places that matter at a position.
    pub(super) fn places(&self, code: &Code, position: Position) -> Arc<[Place]> {
        let mut known = self.known();
        if let Some((_, places)) = known.places.iter().find(|(at, _)| *at == position) {
            return places.clone();
        }
        let places: Arc<[Place]> = lower::places(code, &known.live(code), position).into();
        known.places.push((position, places.clone()));
        places
    }

    /// Returns the code for what is known at an entry.
    pub(super) fn program(
        &self,
        session: &Session,
        code: &Code,
        places: &[Place],
        entry: Entry,
    ) -> Option<Arc<Program>> {
        let mut known = self.known();
        if let Some((_, program)) = known.programs.iter().find(|(seen, _)| *seen == entry) {
            return program.clone();
        }
        let is_here = |(seen, _): &&(Entry, _)| {
            (seen.position, seen.is_call) == (entry.position, entry.is_call)
        };
        if known.programs.iter().filter(is_here).count() >= MOST_VERSIONS
            || code.ops.len() > MOST_OPS
        {
            return None;
        }
        let leaves = session.is_as_built(sym::Break) && session.is_as_built(sym::Continue);
        let live = known.live(code);
        let program = lower::lower(code, live, places, &entry, leaves).ok().map(Arc::new);
        known.programs.push((entry, program.clone()));
        program
    }
}

/// Returns what kind of value something is.
pub(super) fn kind_of(value: &Value) -> Kind {
    match value {
        Value::Integer(_) => Kind::Integer,
        Value::Real(real) if real.is_finite() => Kind::Real,
        Value::Symbol(sym::True | sym::False) => Kind::Boolean,
        Value::Symbol(sym::Null) => Kind::Null,
        Value::Symbol(sym::Unset) => Kind::Unset,
        Value::Call(list) => element_of(list).map_or(Kind::Other, Kind::List),
        _ => Kind::Other,
    }
}

/// Returns what the elements of a list that evaluates to itself are likely to be.
pub(super) fn element_of(list: &Call) -> Option<Element> {
    if !list.is(sym::List) || list.evaluated_at() != Call::EVER {
        return None;
    }
    Some(match (list.array(), list.len()) {
        (Some(array), _) if array.dimensions().len() > 1 => Element::Any,
        (_, 0) => Element::Any,
        _ => list.get(0).map_or(Element::Any, |first| kind_of(&first).as_element()),
    })
}
