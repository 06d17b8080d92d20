//! Patterns and lists of rules that functions were given, compiled once.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Index, Subject};
use crate::rule::{Rule, sides};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

/// How patterns are compiled, with those that were.
#[derive(Debug)]
pub(crate) struct Patterns {
    /// Whether rules that look at each argument by itself are matched without the matcher.
    pub(crate) has_fast_path: bool,
    /// Whether many rules are found by an index.
    pub(crate) is_indexed: bool,
    /// How many features of a rule an index asks for at most.
    pub(crate) depth: usize,
    /// How many compiled patterns are kept.
    pub(crate) capacity: usize,
    /// How often a compiled pattern was known, and how often it was not.
    pub(crate) hits: u64,
    pub(crate) misses: u64,
    known: HashMap<Value, Known, foldhash::fast::FixedState>,
    /// The keys in the order in which they are asked to leave (CLOCK), and who is next.
    ring: Vec<Value>,
    hand: usize,
}

/// What was compiled for an expression.
#[derive(Debug)]
struct Known {
    compiled: Compiled,
    /// Whether it was used since it was last asked to leave.
    is_used: bool,
}

#[derive(Debug, Clone)]
enum Compiled {
    Pattern(Arc<Rule>),
    Rules(Arc<RuleList>),
}

impl Default for Patterns {
    fn default() -> Self {
        Self {
            has_fast_path: true,
            is_indexed: true,
            depth: 8,
            capacity: 10_000,
            hits: 0,
            misses: 0,
            known: HashMap::default(),
            ring: Vec::new(),
            hand: 0,
        }
    }
}

impl Patterns {
    /// Returns how many compiled patterns are kept.
    pub(crate) fn len(&self) -> usize {
        self.ring.len()
    }

    /// Returns the same settings with nothing compiled.
    pub(crate) fn sibling(&self) -> Self {
        let Self { has_fast_path, is_indexed, depth, capacity, .. } = *self;
        Self { has_fast_path, is_indexed, depth, capacity, ..Self::default() }
    }

    /// Forgets what was compiled.
    pub(crate) fn clear(&mut self) {
        self.known.clear();
        self.ring.clear();
        self.hand = 0;
    }

    fn get(&mut self, source: &Value) -> Option<Compiled> {
        let known = self.known.get_mut(source);
        match &known {
            Some(_) => self.hits += 1,
            None => self.misses += 1,
        }
        let known = known?;
        known.is_used = true;
        Some(known.compiled.clone())
    }

    fn keep(&mut self, source: &Value, compiled: Compiled) {
        if self.capacity == 0 || has_locals(source) {
            return;
        }
        let known = Known { compiled, is_used: false };
        if self.known.insert(source.clone(), known).is_some() {
            return;
        }
        if self.ring.len() < self.capacity {
            self.ring.push(source.clone());
            return;
        }
        loop {
            let place = self.hand;
            self.hand = (self.hand + 1) % self.ring.len();
            let leaving = &self.ring[place];
            match self.known.get_mut(leaving).filter(|known| known.is_used) {
                Some(known) => known.is_used = false,
                None => {
                    self.known.remove(leaving);
                    self.ring[place] = source.clone();
                    return;
                }
            }
        }
    }
}

/// Returns whether symbols occur that live as long as they are referred to.
fn has_locals(value: &Value) -> bool {
    crate::builtins::forms::any_part(value, &|part| matches!(part, Value::Temporary(_)))
}

impl Session {
    /// Returns the rule that replaces what matches a pattern by nothing, compiled.
    pub(crate) fn pattern(&mut self, source: &Value) -> Arc<Rule> {
        if let Some(Compiled::Pattern(rule)) = self.known_pattern(source)
            && rule.pattern.attribute_epoch == self.attribute_epoch
        {
            return rule;
        }
        let rule = Arc::new(Rule::new(self, source, &Value::NULL, false));
        if matches!(source, Value::Call(_)) {
            self.patterns.keep(source, Compiled::Pattern(rule.clone()));
        }
        rule
    }

    /// Returns rules, compiled; `None` if something is no rule.
    pub(crate) fn rules(&mut self, source: &Value) -> Option<Arc<RuleList>> {
        let count = source.as_call().map_or(0, Call::len).max(1);
        if count < RuleList::LARGE {
            return RuleList::new(self, source).map(Arc::new);
        }
        if let Some(Compiled::Rules(list)) = self.known_pattern(source)
            && list.attribute_epoch == self.attribute_epoch
        {
            return Some(list);
        }
        let list = Arc::new(RuleList::new(self, source)?);
        self.patterns.keep(source, Compiled::Rules(list.clone()));
        Some(list)
    }

    fn known_pattern(&mut self, source: &Value) -> Option<Compiled> {
        match source {
            Value::Call(_) | Value::Association(_) => self.patterns.get(source),
            _ => None,
        }
    }
}

/// Rules that are tried in the order in which they were given.
#[derive(Debug)]
pub(crate) struct RuleList {
    rules: Vec<Arc<Rule>>,
    index: Option<Index>,
    attribute_epoch: u32,
}

impl RuleList {
    /// Fewer rules are compiled each time and tried one by one.
    const LARGE: usize = 16;

    fn new(session: &mut Session, source: &Value) -> Option<Self> {
        let source = match source.exactly(sym::Dispatch) {
            Some([rules]) => rules,
            None => source,
        };
        let mut rules = Vec::new();
        let mut add = |session: &mut Session, lhs: &Value, rhs: &Value, delayed: bool| {
            rules.push(Arc::new(Rule::new(session, lhs, rhs, delayed)));
        };
        match source {
            Value::Association(entries) => {
                for (key, entry) in entries.iter() {
                    add(session, key, &entry.value, entry.delayed);
                }
            }
            _ => {
                for rule in source.as_list().unwrap_or(std::slice::from_ref(source)) {
                    let (lhs, rhs, delayed) = sides(rule)?;
                    add(session, lhs, rhs, delayed);
                }
            }
        }
        let is_indexed = rules.len() >= Self::LARGE && session.patterns.is_indexed;
        let index = is_indexed.then(|| Index::new(session, &rules, Subject::Expression));
        Some(Self { rules, index, attribute_epoch: session.attribute_epoch })
    }

    /// Returns the rules in order.
    pub(crate) fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// Replaces an expression as a whole, or some of the arguments of a flat call, by the first
    /// rule that matches.
    pub(crate) fn apply(&self, session: &mut Session, of: &Value) -> Evaluated<Option<Value>> {
        let Some(index) = &self.index else {
            return first_of(session, self.rules.iter(), of);
        };
        let places = index.candidates(std::slice::from_ref(of));
        index.count_tried(places.len());
        first_of(session, places.iter().map(|place| &index.rules[*place as usize]), of)
    }
}

fn first_of<'r>(
    session: &mut Session,
    rules: impl Iterator<Item = &'r Arc<Rule>>,
    of: &Value,
) -> Evaluated<Option<Value>> {
    for rule in rules {
        if let Some(value) = rule.apply(session, of)? {
            return Ok(Some(value));
        }
        if let Some(value) = rule.apply_to_part_of_flat(session, of)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}
