//! An index of rules, so that those that cannot match are not tried.
//!
//! It is a tree over the features that rules demand, the rarest first. A look-up walks where the
//! features of an expression lead, and finds the rules whose demands are all met (set-tries:
//! Savnik, "Index data structure for fast subset and superset queries", 2013).

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Pattern;
use super::features::{Demands, Feature};
use crate::definition::Attributes;
use crate::rule::Rule;
use crate::session::Session;
use crate::value::Value;

/// Rules in the order in which they are tried, found by what they demand.
#[derive(Debug)]
pub(crate) struct Index {
    /// The epoch of attributes that the rules are compiled in.
    pub(crate) attribute_epoch: u32,
    pub(crate) rules: Vec<Arc<Rule>>,
    demands: Demands,
    root: Node,
    /// How many expressions were looked up, and how many rules were tried for them.
    looked_up: AtomicU64,
    tried: AtomicU64,
}

#[derive(Debug, Default)]
struct Node {
    /// Rules that demand no more than what leads here.
    rules: Vec<u32>,
    children: HashMap<Feature, Node, foldhash::fast::FixedState>,
}

/// What an index is like.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shape {
    /// How many features are asked for at most.
    pub(crate) depth: usize,
    pub(crate) nodes: usize,
    pub(crate) looked_up: u64,
    pub(crate) tried: u64,
}

/// What the features of a rule are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The arguments of the call that is defined.
    Arguments,
    /// The whole expression, as one argument.
    Expression,
}

impl Index {
    /// Makes the index of rules, which are compiled anew where attributes have changed.
    pub(crate) fn new(session: &mut Session, rules: &[Arc<Rule>], subject: Subject) -> Self {
        let rules: Vec<Arc<Rule>> = rules.iter().map(|rule| Rule::current(rule, session)).collect();
        let mut demands = Demands::default();
        let mut demanded = |rule: &Arc<Rule>| match applies_to_part(session, rule, subject) {
            true => Vec::new(),
            false => demanded(&mut demands, &rule.pattern.root, subject),
        };
        let mut of_rules: Vec<Vec<Feature>> = rules.iter().map(&mut demanded).collect();
        let mut counts: HashMap<Feature, usize, foldhash::fast::FixedState> = HashMap::default();
        for feature in of_rules.iter().flatten() {
            *counts.entry(*feature).or_default() += 1;
        }
        let mut root = Node::default();
        for (place, features) in of_rules.iter_mut().enumerate() {
            // What all demand tells none apart.
            features.retain(|feature| counts[feature] < rules.len());
            features.sort_unstable_by_key(|feature| (counts[feature], *feature));
            features.truncate(session.patterns.depth);
            let node = features
                .iter()
                .fold(&mut root, |node, feature| node.children.entry(*feature).or_default());
            node.rules.push(place as u32);
        }
        Self {
            attribute_epoch: session.attribute_epoch,
            rules,
            demands,
            root,
            looked_up: AtomicU64::new(0),
            tried: AtomicU64::new(0),
        }
    }

    /// Returns the places of the rules that arguments may match, in order.
    pub(crate) fn candidates(&self, args: &[Value]) -> Vec<u32> {
        let found = match self.demands.found_in(args) {
            Some(features) => {
                let mut found = Vec::new();
                self.root.collect(&features, &mut found);
                found.sort_unstable();
                found
            }
            None => (0..self.rules.len() as u32).collect(),
        };
        self.looked_up.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// Counts rules that were tried.
    pub(crate) fn count_tried(&self, count: usize) {
        self.tried.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// Returns what the index is like.
    pub(crate) fn shape(&self) -> Shape {
        let mut shape = Shape {
            looked_up: self.looked_up.load(Ordering::Relaxed),
            tried: self.tried.load(Ordering::Relaxed),
            ..Shape::default()
        };
        self.root.measure(0, &mut shape);
        shape
    }
}

impl Node {
    fn collect(&self, features: &[Feature], found: &mut Vec<u32>) {
        found.extend(&self.rules);
        if self.children.len() < features.len() {
            for (feature, child) in &self.children {
                if features.binary_search(feature).is_ok() {
                    child.collect(features, found);
                }
            }
            return;
        }
        for feature in features {
            if let Some(child) = self.children.get(feature) {
                child.collect(features, found);
            }
        }
    }

    fn measure(&self, depth: usize, shape: &mut Shape) {
        shape.nodes += 1;
        shape.depth = shape.depth.max(depth);
        self.children.values().for_each(|child| child.measure(depth + 1, shape));
    }
}

fn demanded(demands: &mut Demands, pattern: &Pattern, subject: Subject) -> Vec<Feature> {
    const MOVES: Attributes =
        Attributes::FLAT.and(Attributes::ORDERLESS).and(Attributes::ONE_IDENTITY);
    match (pattern.bare(), subject) {
        (Pattern::Call(call), Subject::Arguments) if !call.attributes.has_any(MOVES) => {
            demands.of(&call.args)
        }
        (_, Subject::Arguments) => Vec::new(),
        (_, Subject::Expression) => demands.of(std::slice::from_ref(pattern)),
    }
}

/// Returns whether a rule is also tried on some of the arguments of a flat call.
fn applies_to_part(session: &Session, rule: &Rule, subject: Subject) -> bool {
    let Pattern::Exact(Value::Call(call)) = rule.pattern.root.bare() else { return false };
    subject == Subject::Expression && session.attributes_of(call.head()).has(Attributes::FLAT)
}
