//! What an expression has to have to match a pattern, as features that are compared by hash.
//!
//! Heads and expressions at places that a match cannot move, and symbols that occur somewhere in
//! an argument. What a pattern demands is never more than every match has; what is found of an
//! expression is never less than it has.

use std::hash::{BuildHasher, Hash};

use super::{CallPattern, Pattern};
use crate::definition::Attributes;
use crate::number;
use crate::symbol::sym;
use crate::value::{Call, Value};

/// A feature, by its hash: two that share one only make a look-up find more than it need.
pub(super) type Feature = u64;

/// Which arguments lead to a part: the first is one of the call's, the next one of its.
pub(super) type Path = Vec<u8>;

/// So deep places are told apart.
const DEEPEST: usize = 3;
/// So many parts of an argument are looked at.
const MOST_PARTS: usize = 400;

#[derive(Hash)]
enum Kind<'a> {
    Count(usize),
    Head(&'a [u8], &'a Value),
    Whole(&'a [u8], &'a Value),
    Symbol(u8, &'a Value),
}

impl Kind<'_> {
    fn feature(self) -> Feature {
        foldhash::fast::FixedState::default().hash_one(self)
    }
}

/// What patterns demand, and where it is to be looked for.
#[derive(Debug, Default)]
pub(super) struct Demands {
    /// The places whose heads or wholes are asked for.
    pub(super) places: Vec<Path>,
    /// The arguments whose symbols are asked for.
    pub(super) holders: Vec<u8>,
}

impl Demands {
    /// Returns what arguments have to have to match these patterns.
    pub(super) fn of(&mut self, patterns: &[Pattern]) -> Vec<Feature> {
        let mut features = Vec::new();
        if patterns.iter().all(Pattern::is_single) {
            features.push(Kind::Count(patterns.len()).feature());
        }
        let fixed = patterns.iter().take_while(|pattern| pattern.is_single());
        for (place, pattern) in fixed.take(usize::from(u8::MAX)).enumerate() {
            self.place(pattern, &mut vec![place as u8], &mut features);
            let symbols = symbols_of(pattern);
            if !symbols.is_empty() && !self.holders.contains(&(place as u8)) {
                self.holders.push(place as u8);
            }
            let feature = |symbol: &Value| Kind::Symbol(place as u8, symbol).feature();
            features.extend(symbols.iter().map(feature));
        }
        features.sort_unstable();
        features.dedup();
        features
    }

    fn place(&mut self, pattern: &Pattern, path: &mut Path, features: &mut Vec<Feature>) {
        match pattern {
            Pattern::Exact(value) => {
                self.asked(path);
                features.push(match value.is_atom() {
                    true => Kind::Whole(path, value).feature(),
                    false => Kind::Head(path, &value.head()).feature(),
                });
            }
            Pattern::Any(Some(head)) => {
                self.asked(path);
                features.push(Kind::Head(path, head).feature());
            }
            Pattern::Except(_, of)
            | Pattern::Bind(_, of)
            | Pattern::Where(of, _)
            | Pattern::Test(of, _)
            | Pattern::Prefer { of, .. } => self.place(of, path, features),
            Pattern::Call(call) if !may_be_left_out(call) => self.call(call, path, features),
            _ => {}
        }
    }

    fn call(&mut self, call: &CallPattern, path: &mut Path, features: &mut Vec<Feature>) {
        let Pattern::Exact(head) = &call.head else { return };
        self.asked(path);
        features.push(Kind::Head(path, head).feature());
        // What is no call inside, or is not held as one, is matched as what it stands for.
        let is_other = [sym::List, sym::Association, sym::Rational, sym::Complex];
        let moves = call.attributes.has_any(Attributes::FLAT | Attributes::ORDERLESS);
        if moves || path.len() == DEEPEST || is_other.iter().any(|symbol| head.is(*symbol)) {
            return;
        }
        let fixed = call.args.iter().take_while(|pattern| pattern.is_single());
        for (place, pattern) in fixed.take(usize::from(u8::MAX)).enumerate() {
            path.push(place as u8);
            self.place(pattern, path, features);
            path.pop();
        }
    }

    fn asked(&mut self, path: &Path) {
        if !self.places.contains(path) {
            self.places.push(path.clone());
        }
    }

    /// Returns the features of arguments, in order; `None` if there is too much to look at.
    pub(super) fn found_in(&self, args: &[Value]) -> Option<Vec<Feature>> {
        let mut features = vec![Kind::Count(args.len()).feature()];
        for path in &self.places {
            if let Some(value) = part_at(args, path) {
                features.push(Kind::Head(path, &value.head()).feature());
                if value.is_atom() {
                    features.push(Kind::Whole(path, &value).feature());
                }
            }
        }
        for &holder in &self.holders {
            if let Some(arg) = args.get(usize::from(holder)) {
                symbols_in(arg, &mut |symbol| {
                    features.push(Kind::Symbol(holder, symbol).feature());
                })?;
            }
        }
        features.sort_unstable();
        features.dedup();
        Some(features)
    }
}

/// Returns whether a call may match what is no call of its head: `a_. x_` matches `x`.
fn may_be_left_out(call: &CallPattern) -> bool {
    call.attributes.has(Attributes::ONE_IDENTITY) && call.least <= 1 && call.most > call.least
}

fn part_at(args: &[Value], path: &[u8]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    let mut value = args.get(usize::from(*first))?.clone();
    for place in rest {
        value = value.as_call()?.get(usize::from(*place))?;
    }
    Some(value)
}

/// Returns symbols that occur in whatever matches.
fn symbols_of(pattern: &Pattern) -> Vec<Value> {
    let all = |patterns: &[Pattern]| patterns.iter().flat_map(symbols_of).collect::<Vec<_>>();
    let of_head = |head: &Value| match head {
        Value::Symbol(_) => vec![head.clone()],
        _ => Vec::new(),
    };
    match pattern {
        Pattern::Exact(value) => {
            let mut symbols = Vec::new();
            // Of a large expression some symbols are enough.
            let _ = symbols_in(value, &mut |symbol| symbols.push(symbol.clone()));
            // Numbers may stand in an array, whose heads are not looked at.
            symbols.retain(|symbol| !symbol.is(sym::List));
            symbols
        }
        Pattern::Any(Some(head)) | Pattern::AnySequence { head: Some(head), least: 1.. } => {
            of_head(head)
        }
        Pattern::Except(_, of)
        | Pattern::Bind(_, of)
        | Pattern::Where(of, _)
        | Pattern::Test(of, _)
        | Pattern::Prefer { of, .. }
        | Pattern::Repeat { of, least: 1.., .. } => symbols_of(of),
        Pattern::Either(of) => {
            let mut each = of.iter().map(symbols_of);
            let mut shared = each.next().unwrap_or_default();
            each.for_each(|other| shared.retain(|symbol| other.contains(symbol)));
            shared
        }
        Pattern::Sequence(of) | Pattern::Unordered(of) => all(of),
        Pattern::Call(call) => {
            let mut symbols = all(&call.args);
            if let (Pattern::Exact(head), false) = (&call.head, may_be_left_out(call)) {
                symbols.extend(of_head(head));
            }
            symbols
        }
        _ => Vec::new(),
    }
}

/// Tells the symbols of an expression and the heads of its atoms; `None` if it is too large.
fn symbols_in(value: &Value, tell: &mut dyn FnMut(&Value)) -> Option<()> {
    let mut left = MOST_PARTS;
    let mut parts: Vec<Value> = vec![value.clone()];
    while let Some(part) = parts.pop() {
        left = left.checked_sub(1)?;
        match &part {
            Value::Symbol(_) => {
                tell(&part);
                tell(&Value::Symbol(sym::Symbol));
            }
            Value::Call(call) => {
                push_parts(call, left, &mut parts)?;
            }
            Value::Association(entries) => {
                tell(&Value::Symbol(sym::Association));
                push_parts(&crate::association::as_call(entries), left, &mut parts)?;
            }
            atom => {
                tell(&atom.head());
                if let Some(call) = number::as_call(atom) {
                    push_parts(&call, left, &mut parts)?;
                }
            }
        }
    }
    Some(())
}

fn push_parts(call: &Call, left: usize, parts: &mut Vec<Value>) -> Option<()> {
    parts.push(call.head().clone());
    if call.array().is_some() {
        // One element stands for all of them; arrays of arrays hold arrays.
        parts.extend(call.get(0));
        return Some(());
    }
    if call.len() > left {
        return None;
    }
    parts.extend(call.args().iter().cloned());
    Some(())
}
