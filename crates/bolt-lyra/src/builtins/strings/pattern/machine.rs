//! The machine that runs a program over a text: depth first, the preferred choice first.
//!
//! A program whose steps depend on nothing but the place in the text remembers at which choices
//! it has failed once a search has become long; then a search takes time in proportion to the
//! text times the size of the program.

use super::node::Place;
use super::program::{Op, Program};
use super::set::lower;
use crate::pattern::Binding;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::Value;

/// A register that holds no place.
pub(crate) const UNSET: usize = usize::MAX;

/// Steps of a search after which failures are remembered.
const SHORT_SEARCH: usize = 2_000;

enum Frame {
    Branch { at: usize, position: usize },
    Restore { register: usize, old: usize },
}

/// Choices that have failed, as bits by place and number; pages of them are made when needed.
#[derive(Default)]
struct Failures {
    pages: Vec<Option<Box<[u64; 64]>>>,
    splits: usize,
}

/// Bits of a page.
const PAGE: usize = 64 * 64;

impl Failures {
    /// Remembers that a choice was tried; returns whether it was tried before.
    fn try_again(&mut self, position: usize, number: usize) -> bool {
        let bit = position * self.splits + number;
        if self.pages.len() <= bit / PAGE {
            self.pages.resize_with(bit / PAGE + 1, || None);
        }
        let page = self.pages[bit / PAGE].get_or_insert_with(|| Box::new([0; 64]));
        let word = &mut page[bit % PAGE / 64];
        let mask = 1 << (bit % 64);
        let before = *word & mask != 0;
        *word |= mask;
        before
    }

    fn forget_at(&mut self, position: usize) {
        for bit in position * self.splits..(position + 1) * self.splits {
            if let Some(Some(page)) = self.pages.get_mut(bit / PAGE) {
                page[bit % PAGE / 64] &= !(1 << (bit % 64));
            }
        }
    }
}

/// A program at work on a text.
pub(crate) struct Machine<'t> {
    pub(crate) text: &'t str,
    /// Two for each slot: from where to where it is bound.
    pub(crate) registers: Vec<usize>,
    /// How many slots there are.
    slots: usize,
    stack: Vec<Frame>,
    failures: Failures,
    steps: usize,
    /// Steps after which failures are remembered.
    pub(super) remembers_after: usize,
}

impl<'t> Machine<'t> {
    /// Returns a machine for a program and a text.
    pub(crate) fn new(program: &Program, text: &'t str) -> Self {
        Self {
            text,
            registers: vec![UNSET; program.registers],
            slots: program.slots,
            stack: Vec::new(),
            failures: Failures { pages: Vec::new(), splits: program.splits << program.loops.len() },
            steps: 0,
            remembers_after: SHORT_SEARCH,
        }
    }

    /// Tries the program at a place; returns where the match ends.
    pub(crate) fn run(
        &mut self,
        session: &mut Session,
        program: &Program,
        from: usize,
    ) -> Evaluated<Option<usize>> {
        self.registers.fill(UNSET);
        self.stack.clear();
        self.go_on(session, program, from, 0)
    }

    /// Forgets what a match at a place in the text says of those that begin later: with `all`
    /// those that begin inside it, too.
    pub(crate) fn matched(&mut self, end: usize, all: bool) {
        match all {
            true => self.failures.pages.clear(),
            false => self.failures.forget_at(end),
        }
    }

    /// Runs until a match or until nothing above `floor` is left on the stack.
    fn go_on(
        &mut self,
        session: &mut Session,
        program: &Program,
        from: usize,
        floor: usize,
    ) -> Evaluated<Option<usize>> {
        let (mut at, mut position) = (0, from);
        loop {
            self.steps += 1;
            if self.steps.is_multiple_of(4096) {
                session.check_interrupt()?;
            }
            match self.step(session, program, at, position)? {
                Next::At(next, place) => (at, position) = (next, place),
                Next::Matched => return Ok(Some(position)),
                Next::Failed => match self.back(floor) {
                    Some(branch) => (at, position) = branch,
                    None => return Ok(None),
                },
            }
        }
    }

    /// Goes back to the last choice.
    fn back(&mut self, floor: usize) -> Option<(usize, usize)> {
        while self.stack.len() > floor {
            match self.stack.pop()? {
                Frame::Branch { at, position } => return Some((at, position)),
                Frame::Restore { register, old } => self.registers[register] = old,
            }
        }
        None
    }

    fn set(&mut self, register: usize, place: usize) {
        let old = std::mem::replace(&mut self.registers[register], place);
        self.stack.push(Frame::Restore { register, old });
    }

    fn step(
        &mut self,
        session: &mut Session,
        program: &Program,
        at: usize,
        position: usize,
    ) -> Evaluated<Next> {
        let next = |place: usize| Next::At(at + 1, place);
        let here = |is: bool| if is { next(position) } else { Next::Failed };
        Ok(match &program.ops[at] {
            Op::Char(c) => self.take(at, position, |own| own == *c),
            Op::Folded(c) => self.take(at, position, |own| lower(own) == *c),
            Op::Set(set) => self.take(at, position, |own| set.contains(own)),
            Op::Split { first, second, number } => {
                if self.has_failed(program, position, *number) {
                    return Ok(Next::Failed);
                }
                self.stack.push(Frame::Branch { at: *second, position });
                Next::At(*first, position)
            }
            Op::Jump(to) => Next::At(*to, position),
            Op::Save(register) => {
                self.set(*register, position);
                next(position)
            }
            Op::Bind { from, slot } => {
                self.set(2 * slot, self.registers[*from]);
                self.set(2 * slot + 1, position);
                next(position)
            }
            Op::IfBound(slot, to) => match self.slot(*slot) {
                Some(_) => Next::At(*to, position),
                None => next(position),
            },
            Op::Same(slot, folds) => match self.slot(*slot) {
                Some(own) => match same(own, &self.text[position..], *folds) {
                    Some(length) => next(position + length),
                    None => Next::Failed,
                },
                None => Next::Failed,
            },
            Op::At(place) => here(is_at(self.text, position, *place)),
            Op::Look { ahead: true, negated, body, .. } => {
                let found = self.inner(session, body, position)?;
                here(found.is_some() != *negated)
            }
            Op::Look { ahead: false, negated, body, least, most } => {
                let found = self.behind(session, body, position, (*least, *most))?;
                here(found != *negated)
            }
            Op::Atomic(body) => match self.inner(session, body, position)? {
                Some(end) => next(end),
                None => Next::Failed,
            },
            Op::Test(from, test) => {
                let text = Value::string(&self.text[self.registers[*from]..position]);
                here(session.call(test, [text].as_slice())?.is(sym::True))
            }
            Op::Where(test) => {
                let test = test.fill(&self.bindings(self.slots));
                here(session.evaluate(&test)?.is(sym::True))
            }
            Op::Progress(register) => here(self.registers[*register] != position),
            Op::Match => Next::Matched,
        })
    }

    /// Returns whether a choice has failed here before; notes that it is tried.
    fn has_failed(&mut self, program: &Program, position: usize, number: usize) -> bool {
        if !program.is_pure || self.steps <= self.remembers_after {
            return false;
        }
        let moved = |so_far: usize, register: &usize| {
            2 * so_far + usize::from(self.registers[*register] != position)
        };
        let state = program.loops.iter().fold(0, moved) * program.splits + number;
        self.failures.try_again(position, state)
    }

    fn take(&self, at: usize, position: usize, is: impl Fn(char) -> bool) -> Next {
        let bytes = self.text.as_bytes();
        match bytes.get(position) {
            None => Next::Failed,
            Some(&byte) if byte.is_ascii() => match is(char::from(byte)) {
                true => Next::At(at + 1, position + 1),
                false => Next::Failed,
            },
            Some(_) => match self.text[position..].chars().next() {
                Some(c) if is(c) => Next::At(at + 1, position + c.len_utf8()),
                _ => Next::Failed,
            },
        }
    }

    /// Runs a part on its own; the choices it made are final.
    fn inner(
        &mut self,
        session: &mut Session,
        body: &Program,
        from: usize,
    ) -> Evaluated<Option<usize>> {
        let floor = self.stack.len();
        let end = self.go_on(session, body, from, floor)?;
        if end.is_some() {
            // What it bound stays, and is undone when the whole goes back.
            let made = self.stack.split_off(floor);
            let is_kept = |frame: &Frame| matches!(frame, Frame::Restore { .. });
            self.stack.extend(made.into_iter().filter(is_kept));
        }
        Ok(end)
    }

    /// Returns whether a part matches so that it ends at a place.
    fn behind(
        &mut self,
        session: &mut Session,
        body: &Program,
        position: usize,
        (least, most): (usize, Option<usize>),
    ) -> Evaluated<bool> {
        let starts = std::iter::once(position)
            .chain(self.text[..position].char_indices().rev().map(|(start, _)| start))
            .skip(least)
            .take(most.map_or(UNSET, |most| most - least + 1));
        for start in starts {
            if self.inner(session, body, start)? == Some(position) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the text of a slot.
    pub(crate) fn slot(&self, slot: usize) -> Option<&'t str> {
        let (start, end) = (self.registers[2 * slot], self.registers[2 * slot + 1]);
        (end != UNSET).then(|| &self.text[start..end])
    }

    /// Returns what the first slots are bound to.
    pub(crate) fn bindings(&self, slots: usize) -> Vec<Option<Binding>> {
        let of = |slot: usize| self.slot(slot).map(|text| Binding::One(Value::string(text)));
        (0..slots).map(of).collect()
    }
}

enum Next {
    At(usize, usize),
    Matched,
    Failed,
}

/// Returns how many bytes of a text are the same as another text.
fn same(own: &str, text: &str, folds: bool) -> Option<usize> {
    if !folds {
        return text.starts_with(own).then_some(own.len());
    }
    let mut rest = text.chars();
    let is_same = own.chars().all(|c| rest.next().is_some_and(|other| lower(other) == lower(c)));
    is_same.then(|| text.len() - rest.as_str().len())
}

fn is_at(text: &str, position: usize, place: Place) -> bool {
    let bytes = text.as_bytes();
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let boundary =
        || word(text[..position].chars().next_back()) != word(text[position..].chars().next());
    match place {
        Place::Start => position == 0,
        Place::End => position == text.len(),
        Place::LastEnd => position == text.len() || &bytes[position..] == b"\n",
        Place::LineStart => position == 0 || bytes[position - 1] == b'\n',
        Place::LineEnd => position == text.len() || bytes[position] == b'\n',
        Place::Boundary => boundary(),
        Place::NoBoundary => !boundary(),
    }
}
