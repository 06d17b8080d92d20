//! String patterns: `"a" ~~ x__ ~~ "b"`, regular expressions, and lists of them with or without
//! replacements.
//!
//! A pattern is read into a [`node::Node`], compiled into a [`program::Program`] and run by a
//! [`machine::Machine`]. [`Patterns`] looks for several of them at once, the first of the list
//! that matches at a place being the one.

mod machine;
mod node;
mod program;
mod read;
mod regex;
mod set;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use triomphe::Arc;

use self::machine::Machine;
use self::program::Program;
use self::read::Reader;
pub(super) use self::set::lower;
use crate::pattern::Binding;
use crate::rule::{Template, sides};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// Which matches count where one begins inside another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overlaps {
    /// The next one begins after the end of the last.
    None,
    /// One at every place.
    OneAtEachPlace,
    /// All, also several at one place.
    All,
}

/// What the matches of a pattern are replaced by.
#[derive(Debug, Clone)]
enum Replacement {
    /// What was matched.
    Matched,
    Constant(Value),
    Filled(Template),
}

#[derive(Debug, Clone)]
struct Compiled {
    program: Program,
    literal: Option<String>,
    replacement: Replacement,
    /// The slot of the first group of a regular expression, whose text is `$1`.
    first_group: Option<usize>,
}

/// Patterns to be looked for at once.
#[derive(Debug, Clone)]
pub(super) struct Patterns {
    all: Vec<Compiled>,
    /// The bytes that a match may begin with.
    first_bytes: Option<Box<[bool; 256]>>,
}

/// A place that a pattern matches.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Which of the patterns it is.
    pattern: usize,
    /// What the slots are bound to, if the replacement asks for them.
    bindings: Vec<Option<Binding>>,
}

/// How patterns are read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reading {
    pub(super) ignores_case: bool,
    /// Whether a string is one of `*` (any characters) and `@` (any but capital letters).
    pub(super) abbreviated: bool,
    /// Whether a match is one of the whole text.
    pub(super) whole: bool,
}

impl Patterns {
    /// Reads patterns, rules or a list of them; tells what is no pattern in a message.
    pub(super) fn read(session: &mut Session, value: &Value, reading: Reading) -> Option<Self> {
        let several = value.as_list().unwrap_or(std::slice::from_ref(value));
        let mut all = Vec::with_capacity(several.len());
        for one in several {
            match Compiled::new(session, one, reading) {
                Ok(compiled) => all.push(compiled),
                Err(invalid) => {
                    let whole = sides(one).map_or(one, |(lhs, _, _)| lhs).clone();
                    session.message(sym::StringExpression, "invld", &[invalid, whole]);
                    return None;
                }
            }
        }
        let mut first_bytes = Some(Box::new([false; 256]));
        for one in &all {
            match (one.program.first_bytes(), &mut first_bytes) {
                (Some(own), Some(bytes)) => {
                    bytes.iter_mut().zip(own).for_each(|(byte, own)| *byte |= own);
                }
                _ => first_bytes = None,
            }
        }
        Some(Self { all, first_bytes })
    }

    /// Returns whether every one of them is a rule.
    pub(super) fn are_rules(value: &Value) -> bool {
        let several = value.as_list().unwrap_or(std::slice::from_ref(value));
        several.iter().all(|one| sides(one).is_some())
    }

    /// Returns the text that is looked for, if the pattern is one that stands for itself.
    pub(super) fn literal(&self) -> Option<&str> {
        match &self.all[..] {
            [one] => one.literal.as_deref(),
            _ => None,
        }
    }

    /// Returns the first match at a place or after it.
    pub(super) fn find(
        &self,
        session: &mut Session,
        search: &mut Search<'_>,
        from: usize,
    ) -> Evaluated<Option<Found>> {
        let text = search.text;
        if let Some(literal) = self.literal() {
            let start = text[from..].find(literal).map(|length| from + length);
            return Ok(start.map(|start| Found::plain(start, start + literal.len())));
        }
        let mut position = from;
        loop {
            if let Some(bytes) = &self.first_bytes {
                let rest = &text.as_bytes()[position..];
                match rest.iter().position(|byte| bytes[usize::from(*byte)]) {
                    Some(length) => position += length,
                    None => return Ok(None),
                }
            }
            if !text.is_char_boundary(position) {
                position += 1;
                continue;
            }
            if let Some(found) = self.at(session, search, position)? {
                return Ok(Some(found));
            }
            match text[position..].chars().next() {
                Some(c) => position += c.len_utf8(),
                None => return Ok(None),
            }
        }
    }

    /// Returns the match of the first pattern that matches at a place.
    pub(super) fn at(
        &self,
        session: &mut Session,
        search: &mut Search<'_>,
        position: usize,
    ) -> Evaluated<Option<Found>> {
        for (place, one) in self.all.iter().enumerate() {
            if let Some(found) = self.one_at(session, search, (place, one), position)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn one_at(
        &self,
        session: &mut Session,
        search: &mut Search<'_>,
        (place, one): (usize, &Compiled),
        position: usize,
    ) -> Evaluated<Option<Found>> {
        if let Some(literal) = &one.literal {
            let is_here = search.text.as_bytes()[position..].starts_with(literal.as_bytes());
            let found =
                || Found { pattern: place, ..Found::plain(position, position + literal.len()) };
            return Ok(is_here.then(found));
        }
        let machine = &mut search.machines[place];
        let Some(end) = machine.run(session, &one.program, position)? else { return Ok(None) };
        let bindings = match one.replacement {
            Replacement::Filled(_) => machine.bindings(one.program.slots),
            Replacement::Constant(_) if one.first_group.is_some() => {
                machine.bindings(one.program.slots)
            }
            _ => Vec::new(),
        };
        Ok(Some(Found { start: position, end, pattern: place, bindings }))
    }

    /// Returns the matches in a text, `most` of them at most.
    pub(super) fn all(
        &self,
        session: &mut Session,
        text: &str,
        overlaps: Overlaps,
        most: usize,
    ) -> Evaluated<Vec<Found>> {
        if overlaps == Overlaps::All {
            return self.all_ends(session, text, most);
        }
        self.all_of(session, self.search(text), overlaps, most)
    }

    fn all_of(
        &self,
        session: &mut Session,
        mut search: Search<'_>,
        overlaps: Overlaps,
        most: usize,
    ) -> Evaluated<Vec<Found>> {
        let text = search.text;
        if let (Some(literal), Overlaps::None) = (self.literal(), overlaps) {
            let found = text.match_indices(literal).take(most);
            return Ok(found.map(|(start, own)| Found::plain(start, start + own.len())).collect());
        }
        let (mut all, mut from) = (Vec::new(), 0);
        while all.len() < most && from <= text.len() {
            if all.len().is_multiple_of(4096) {
                session.check_interrupt()?;
            }
            let Some(found) = self.find(session, &mut search, from)? else { break };
            let next = match overlaps {
                Overlaps::None if found.end > found.start => found.end,
                _ => text[found.start..]
                    .chars()
                    .next()
                    .map_or(usize::MAX, |c| found.start + c.len_utf8()),
            };
            let inside = next < found.end;
            search.machines.iter_mut().for_each(|machine| machine.matched(found.end, inside));
            from = next;
            all.push(found);
        }
        Ok(all)
    }

    /// Returns the matches from every place to every other one.
    fn all_ends(&self, session: &mut Session, text: &str, most: usize) -> Evaluated<Vec<Found>> {
        let mut all = Vec::new();
        let ends = || text.char_indices().map(|(place, _)| place).chain([text.len()]);
        for start in ends() {
            for end in ends().filter(|end| *end > start) {
                session.check_interrupt()?;
                let mut search = self.search(&text[..end]);
                let found = self.at(session, &mut search, start)?;
                if let Some(found) = found.filter(|found| found.end == end) {
                    all.push(found);
                }
                if all.len() >= most {
                    return Ok(all);
                }
            }
        }
        Ok(all)
    }

    /// Begins a search in a text.
    pub(super) fn search<'t>(&self, text: &'t str) -> Search<'t> {
        let machine = |one: &Compiled| Machine::new(&one.program, text);
        Search { text, machines: self.all.iter().map(machine).collect() }
    }

    /// Returns what a match is replaced by, `None` if a condition on it fails.
    pub(super) fn replacement(
        &self,
        session: &mut Session,
        text: &str,
        found: &Found,
    ) -> Evaluated<Option<Value>> {
        let one = &self.all[found.pattern];
        let matched = &text[found.start..found.end];
        let mut value = match &one.replacement {
            Replacement::Matched => return Ok(Some(Value::string(matched))),
            Replacement::Constant(value) => value.clone(),
            Replacement::Filled(template) => template.fill(&found.bindings),
        };
        if let Some(first) = one.first_group {
            let groups = &found.bindings[first..];
            value = with_groups(&value, matched, groups);
        }
        if value.as_str().is_some() {
            return Ok(Some(value));
        }
        if crate::scoping::ends_in_condition(&value) || value.exactly::<2>(sym::Condition).is_some()
        {
            return crate::scoping::evaluate_conditional(session, &value);
        }
        session.evaluate(&value).map(Some)
    }
}

/// A search in a text.
pub(super) struct Search<'t> {
    text: &'t str,
    machines: Vec<Machine<'t>>,
}

impl Found {
    fn plain(start: usize, end: usize) -> Self {
        Self { start, end, pattern: 0, bindings: Vec::new() }
    }
}

impl Compiled {
    fn new(session: &mut Session, value: &Value, reading: Reading) -> Result<Self, Value> {
        let (mut lhs, rhs) = match sides(value) {
            Some((lhs, rhs, delayed)) => (lhs, Some((rhs, delayed))),
            None => (value, None),
        };
        if let Some([inner]) = lhs.exactly(sym::HoldPattern) {
            lhs = inner;
        }
        let mut reader = Reader {
            session,
            names: Vec::new(),
            ignores_case: reading.ignores_case,
            lazy: false,
            first_group: None,
        };
        let mut node = match lhs {
            Value::String(text) if reading.abbreviated => abbreviated(text, reading.ignores_case),
            _ => reader.read(lhs)?,
        };
        if reading.whole {
            node = node::Node::Sequence(vec![node, node::Node::At(node::Place::End)]);
        }
        let replacement = match rhs {
            None => Replacement::Matched,
            Some((rhs, _)) => match reader.template(rhs) {
                Template::Constant(value) => Replacement::Constant(value),
                template => Replacement::Filled(template),
            },
        };
        let Reader { names, first_group, .. } = reader;
        let program = Program::new(&node, names.len()).ok_or_else(|| lhs.clone())?;
        let literal = program.literal();
        Ok(Self { program, literal, replacement, first_group })
    }
}

/// Reads a string in which `*` is any characters, `@` one or more that are no capital letters,
/// and a backslash takes that meaning away.
fn abbreviated(text: &str, ignores_case: bool) -> node::Node {
    use self::node::Node;
    use self::set::{Class, Item, Set};
    let some = |set: Set, least| Node::Repeat {
        of: Box::new(Node::Set(Arc::new(set))),
        least,
        most: None,
        greedy: true,
    };
    let mut parts = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        parts.push(match c {
            '*' => some(Set::of(Class::All), 0),
            '@' => some(Set::new(vec![Item::Class(Class::Upper)], true, false), 1),
            '\\' => match rest.next_if(|next| matches!(next, '*' | '@' | '\\')) {
                Some(next) => Node::Char(next, ignores_case),
                None => Node::Char(c, ignores_case),
            },
            _ => Node::Char(c, ignores_case),
        });
    }
    Node::Sequence(parts)
}

/// Puts the texts of groups in place of `$1`, `$2`, ... in the strings of an expression; `$0` is
/// the whole match.
fn with_groups(value: &Value, matched: &str, groups: &[Option<Binding>]) -> Value {
    match value {
        Value::String(text) if text.contains('$') => {
            Value::string(text_with_groups(text, matched, groups))
        }
        Value::Call(call) => crate::value::grown(call.depth(), || {
            let args: Args =
                call.args().iter().map(|arg| with_groups(arg, matched, groups)).collect();
            Value::from(Call::new(with_groups(call.head(), matched, groups), args))
        }),
        _ => value.clone(),
    }
}

fn text_with_groups(text: &str, matched: &str, groups: &[Option<Binding>]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        filled.push_str(&rest[..start]);
        rest = &rest[start + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        match rest[..digits].parse::<usize>() {
            Ok(0) => filled.push_str(matched),
            Ok(number) if number <= groups.len() => {
                let text = groups[number - 1].as_ref().map(Binding::value);
                filled.push_str(text.as_ref().and_then(Value::as_str).unwrap_or(""));
            }
            Ok(_) => {}
            Err(_) => filled.push('$'),
        }
        rest = &rest[digits..];
    }
    filled.push_str(rest);
    filled
}

/// Returns a way from places in bytes to places in characters.
pub(super) fn character_places(text: &str, places: impl Iterator<Item = usize>) -> Vec<usize> {
    if text.is_ascii() {
        return places.collect();
    }
    let wanted: Vec<usize> = places.collect();
    let mut known: HashMap<usize, usize> = wanted.iter().map(|place| (*place, 0)).collect();
    let ends = text.char_indices().map(|(place, _)| place).chain([text.len()]);
    for (count, place) in ends.enumerate() {
        if let Some(own) = known.get_mut(&place) {
            *own = count;
        }
    }
    wanted.iter().map(|place| known[place]).collect()
}
