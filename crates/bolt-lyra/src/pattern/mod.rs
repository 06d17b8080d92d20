//! Patterns: compiled once, matched by backtracking.
//!
//! [`Compiled`] is a tree in which every name is a slot. Matching goes from left to right and
//! takes what is to happen next as an argument, so that whatever fails later, a condition
//! included, makes an earlier choice go on; `matching` does it, `specificity` tells which of two
//! patterns is the more special one, `index` which of many can match at all, and `cache` keeps
//! what was compiled.

mod cache;
mod features;
mod index;
mod matching;
mod simple;
mod specificity;
#[cfg(test)]
mod tests;

pub(crate) use cache::{Patterns, RuleList};
pub(crate) use index::{Index, Shape, Subject};
pub(crate) use matching::{Binding, Matcher};
pub(crate) use simple::Simple;
pub(crate) use specificity::is_more_specific;

use crate::builtins::options::GIVEN;
use crate::compile::Condition;
use crate::definition::Attributes;
use crate::rule::Template;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::Value;

/// A pattern with its names.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    pub(crate) root: Pattern,
    /// The symbols that are bound, by slot.
    pub(crate) names: Vec<Value>,
    /// Whether a name stands at more than one place.
    pub(crate) repeats_name: bool,
    /// The epoch of attributes it was compiled in.
    pub(crate) attribute_epoch: u32,
}

/// One place of a pattern.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    /// Just this expression.
    Exact(Value),
    /// `_`, `_h`
    Any(Option<Value>),
    /// `__`, `___`, with a head or without
    AnySequence { head: Option<Value>, least: usize },
    /// `x : p`
    Bind(usize, Box<Self>),
    /// `p | q`
    Either(Vec<Self>),
    /// `p /; test`
    Where(Box<Self>, Condition),
    /// `p ? test`
    Test(Box<Self>, Value),
    /// `Except[not]`, `Except[not, p]`
    Except(Box<Self>, Box<Self>),
    /// `p ..`, `p ...`, `Repeated[p, {least, most}]`
    Repeat { of: Box<Self>, least: usize, most: usize },
    /// `p : default`, `p .`
    Optional { of: Box<Self>, default: Option<Value> },
    /// `PatternSequence[p, q]`
    Sequence(Vec<Self>),
    /// `OrderlessPatternSequence[p, q]`
    Unordered(Vec<Self>),
    /// `Longest[p]` and `Shortest[p]`
    Prefer { longest: bool, of: Box<Self> },
    /// `OptionsPattern[]`
    Options,
    /// `KeyValuePattern[{k -> p}]`
    Keys(Vec<Self>),
    /// `f[p, q]`
    Call(Box<CallPattern>),
}

/// A pattern for a call.
#[derive(Debug, Clone)]
pub(crate) struct CallPattern {
    pub(crate) head: Pattern,
    pub(crate) args: Vec<Pattern>,
    pub(crate) attributes: Attributes,
    /// How many arguments the patterns take at least and at most.
    pub(crate) least: usize,
    pub(crate) most: usize,
}

/// More arguments than any call has.
pub(crate) const MANY: usize = usize::MAX;

impl Pattern {
    /// Returns how many expressions of a sequence it takes at least and at most.
    pub(crate) fn lengths(&self) -> (usize, usize) {
        match self {
            Self::AnySequence { least, .. } => (*least, MANY),
            Self::Bind(_, of)
            | Self::Where(of, _)
            | Self::Test(of, _)
            | Self::Prefer { of, .. } => of.lengths(),
            Self::Either(of) => {
                of.iter().map(Self::lengths).fold((MANY, 0), |(a, b), (c, d)| (a.min(c), b.max(d)))
            }
            Self::Repeat { of, least, most } => {
                let (a, b) = of.lengths();
                (a.saturating_mul(*least), b.saturating_mul(*most))
            }
            Self::Optional { of, .. } => (0, of.lengths().1),
            Self::Sequence(of) | Self::Unordered(of) => sum_of_lengths(of),
            Self::Options => (0, MANY),
            Self::Exact(_) | Self::Any(_) | Self::Except(..) | Self::Keys(_) | Self::Call(_) => {
                (1, 1)
            }
        }
    }

    /// Returns whether it takes one expression, no more and no less.
    pub(crate) fn is_single(&self) -> bool {
        self.lengths() == (1, 1)
    }

    /// Returns what it is without names, conditions and tests.
    pub(crate) fn bare(&self) -> &Self {
        match self {
            Self::Bind(_, of)
            | Self::Where(of, _)
            | Self::Test(of, _)
            | Self::Prefer { of, .. } => of.bare(),
            _ => self,
        }
    }
}

/// Returns how many values a sequence of patterns takes, at least and at most.
pub(crate) fn lengths(session: &Session, patterns: &[Value]) -> (usize, usize) {
    let compiled: Vec<Pattern> =
        patterns.iter().map(|pattern| Compiled::new(session, pattern).root).collect();
    sum_of_lengths(&compiled)
}

fn sum_of_lengths(patterns: &[Pattern]) -> (usize, usize) {
    patterns
        .iter()
        .map(Pattern::lengths)
        .fold((0, 0), |(a, b), (c, d)| (a.saturating_add(c), b.saturating_add(d)))
}

/// Compiles patterns of one scope of names.
pub(crate) struct Compiler<'s> {
    session: &'s Session,
    names: Vec<Value>,
    repeats_name: bool,
}

impl Compiled {
    /// Compiles an expression that stands for a pattern.
    pub(crate) fn new(session: &Session, source: &Value) -> Self {
        let mut compiler = Compiler { session, names: Vec::new(), repeats_name: false };
        let root = compiler.compile(source);
        let Compiler { names, repeats_name, .. } = compiler;
        Self { root, names, repeats_name, attribute_epoch: session.attribute_epoch }
    }

    /// Adds a condition, in which the pattern's names are what they are bound to.
    pub(crate) fn with_condition(mut self, test: &Value) -> Self {
        let template = Template::of_names(test, &self.names);
        self.root = Pattern::Where(Box::new(self.root), Condition::new(template));
        self
    }
}

impl Compiler<'_> {
    fn compile(&mut self, source: &Value) -> Pattern {
        let Value::Call(call) = source else {
            return Pattern::Exact(source.clone());
        };
        let head = match call.head() {
            Value::Symbol(head) => *head,
            _ => return self.call(source),
        };
        match (head, call.args()) {
            (sym::Blank, head @ ([] | [_])) => Pattern::Any(head.first().cloned()),
            (sym::BlankSequence, head @ ([] | [_])) => {
                Pattern::AnySequence { head: head.first().cloned(), least: 1 }
            }
            (sym::BlankNullSequence, head @ ([] | [_])) => {
                Pattern::AnySequence { head: head.first().cloned(), least: 0 }
            }
            (sym::Pattern, [name, of]) if is_name(name) => self.bind(name, of),
            (sym::Alternatives, all) => {
                Pattern::Either(all.iter().map(|one| self.compile(one)).collect())
            }
            (sym::Condition, [of, test]) => {
                let of = self.compile(of);
                let template = Template::of_names(test, &self.names);
                Pattern::Where(Box::new(of), Condition::new(template))
            }
            (sym::PatternTest, [of, test]) => Pattern::Test(self.boxed(of), test.clone()),
            (sym::Except, [not]) => Pattern::Except(self.boxed(not), Box::new(Pattern::Any(None))),
            (sym::Except, [not, of]) => Pattern::Except(self.boxed(not), self.boxed(of)),
            (sym::Repeated, [of]) => self.repeat(of, 1, MANY),
            (sym::RepeatedNull, [of]) => self.repeat(of, 0, MANY),
            (sym::Repeated, [of, range]) => match repetitions(range) {
                Some((least, most)) => self.repeat(of, least, most),
                None => Pattern::Exact(source.clone()),
            },
            (sym::Optional, [of]) => Pattern::Optional { of: self.boxed(of), default: None },
            (sym::Optional, [of, default]) => {
                Pattern::Optional { of: self.boxed(of), default: Some(default.clone()) }
            }
            (sym::PatternSequence, all) => Pattern::Sequence(self.all(all)),
            (sym::OrderlessPatternSequence, all) => Pattern::Unordered(self.all(all)),
            (sym::Longest, [of]) => Pattern::Prefer { longest: true, of: self.boxed(of) },
            (sym::Shortest, [of]) => Pattern::Prefer { longest: false, of: self.boxed(of) },
            (sym::OptionsPattern, [] | [_]) => {
                Pattern::Bind(self.slot(&Value::string(GIVEN)), Box::new(Pattern::Options))
            }
            (sym::KeyValuePattern, [keys]) => {
                let keys = keys.as_list().unwrap_or(std::slice::from_ref(keys));
                Pattern::Keys(self.all(keys))
            }
            (sym::HoldPattern, [of]) => self.compile(of),
            (sym::Verbatim, [of]) => Pattern::Exact(of.clone()),
            _ => self.call(source),
        }
    }

    fn boxed(&mut self, source: &Value) -> Box<Pattern> {
        Box::new(self.compile(source))
    }

    fn all(&mut self, sources: &[Value]) -> Vec<Pattern> {
        sources.iter().map(|source| self.compile(source)).collect()
    }

    fn repeat(&mut self, of: &Value, least: usize, most: usize) -> Pattern {
        Pattern::Repeat { of: self.boxed(of), least, most }
    }

    fn bind(&mut self, name: &Value, of: &Value) -> Pattern {
        let slot = self.slot(name);
        Pattern::Bind(slot, self.boxed(of))
    }

    /// Returns the slot of a name.
    fn slot(&mut self, name: &Value) -> usize {
        let slot = self.names.iter().position(|known| known == name);
        self.repeats_name |= slot.is_some();
        slot.unwrap_or_else(|| {
            self.names.push(name.clone());
            self.names.len() - 1
        })
    }

    /// A call of anything that has no meaning of its own in patterns.
    fn call(&mut self, source: &Value) -> Pattern {
        let Value::Call(call) = source else { return Pattern::Exact(source.clone()) };
        let before = self.names.len();
        let head = self.compile(call.head());
        let args = self.all(call.args());
        let is_exact = |pattern: &Pattern| matches!(pattern, Pattern::Exact(_));
        let unchanged = |(pattern, arg): (&Pattern, &Value)| match pattern {
            Pattern::Exact(value) => value == arg,
            _ => false,
        };
        let all_exact = self.names.len() == before
            && is_exact(&head)
            && args.iter().zip(call.args()).all(unchanged);
        if all_exact {
            return Pattern::Exact(source.clone());
        }
        let attributes = match &head {
            Pattern::Exact(head) => self.session.attributes_of(head),
            _ => Attributes::NONE,
        };
        let (least, most) = sum_of_lengths(&args);
        Pattern::Call(Box::new(CallPattern { head, args, attributes, least, most }))
    }
}

/// Names are symbols; a rule makes names for itself that are strings, which no program can refer to.
fn is_name(name: &Value) -> bool {
    name.as_symbol().is_some() || matches!(name, Value::String(_))
}

/// Reads how often: `n` is up to n times, `{n}` exactly, `{a, b}` from a to b.
fn repetitions(range: &Value) -> Option<(usize, usize)> {
    let most = |value: &Value| match value {
        Value::Call(call) if call.is(sym::DirectedInfinity) => Some(MANY),
        Value::Symbol(sym::Infinity) => Some(MANY),
        _ => value.as_usize(),
    };
    match range.as_list() {
        Some([times]) => Some((times.as_usize()?, times.as_usize()?)),
        Some([least, last]) => Some((least.as_usize()?, most(last)?)),
        Some(_) => None,
        None => Some((1, most(range)?)),
    }
}
