//! Where the time of an evaluation goes: a tree of calls, each timed.
//!
//! Functions are timed where they are called, not sampled. What a function is rewritten to counts as
//! called by it. Nothing is translated to code while it is measured, so that no call is missed;
//! measuring costs about as much as evaluating a small call.

use std::collections::HashMap;
use std::time::Duration;

use crate::session::{Evaluated, Session};
use crate::symbol::Symbol;
use crate::value::{Call, Value};

/// Calls of a function from a certain chain of others.
#[derive(Debug)]
struct Node {
    symbol: Symbol,
    parent: usize,
    children: HashMap<Symbol, usize>,
    calls: u64,
    /// Without that of the calls inside.
    own: Duration,
}

/// What was called by whom, and how long it took.
#[derive(Debug)]
pub(crate) struct Profile {
    /// The first is the root, which is no call.
    nodes: Vec<Node>,
    /// The calls that go on, the innermost last.
    stack: Vec<usize>,
    /// Of each level of evaluation: how many calls went on when it began, `None` if it is left out.
    levels: Vec<Option<usize>>,
    /// When the last change of the stack was.
    last: Duration,
    /// One of so many levels is measured.
    stride: u64,
    count: u64,
}

/// What is known of a function.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calls {
    pub(crate) symbol: Symbol,
    pub(crate) calls: u64,
    /// With that of what it calls.
    pub(crate) total: Duration,
    /// Without it.
    pub(crate) own: Duration,
    /// For how many calls each one stands that was measured.
    stride: u64,
}

impl Calls {
    /// Returns what times of calls that were measured are to be multiplied by for all calls.
    pub(crate) fn share(&self) -> f64 {
        self.stride as f64
    }
}

/// More chains of calls than this are not told apart.
const NODES_MAX: usize = 1 << 20;
/// Chains are not followed deeper than this.
const DEPTH_MAX: usize = 2_000;

impl Profile {
    pub(crate) fn new(now: Duration, stride: u64) -> Self {
        let root = Node {
            symbol: Symbol(u32::MAX),
            parent: 0,
            children: HashMap::new(),
            calls: 0,
            own: Duration::ZERO,
        };
        let (stack, levels) = (Vec::new(), Vec::new());
        Self { nodes: vec![root], stack, levels, last: now, stride: stride.max(1), count: 0 }
    }

    /// Counts the time since the last change for the call that went on.
    fn tick(&mut self, now: Duration) {
        if let Some(&node) = self.stack.last() {
            self.nodes[node].own += now.saturating_sub(self.last);
        }
        self.last = now;
    }

    fn begin_level(&mut self) {
        self.count += 1;
        let is_measured = self.count.is_multiple_of(self.stride) && self.stack.len() < DEPTH_MAX;
        self.levels.push(is_measured.then_some(self.stack.len()));
    }

    fn end_level(&mut self, now: Duration) {
        if let Some(Some(before)) = self.levels.pop() {
            self.tick(now);
            self.stack.truncate(before);
        }
    }

    /// Takes note of a call at the current level.
    fn call(&mut self, symbol: Symbol, now: Duration) {
        let Some(&Some(before)) = self.levels.last() else { return };
        self.tick(now);
        // What calls itself in its last step goes on as one call.
        let own = &self.stack[before..];
        if let Some(place) = own.iter().position(|&node| self.nodes[node].symbol == symbol) {
            self.stack.truncate(before + place + 1);
        } else {
            let parent = self.stack.last().copied().unwrap_or(0);
            let node = self.child(parent, symbol);
            self.stack.push(node);
        }
        if let Some(&node) = self.stack.last() {
            self.nodes[node].calls += 1;
        }
    }

    fn child(&mut self, parent: usize, symbol: Symbol) -> usize {
        if let Some(&known) = self.nodes[parent].children.get(&symbol) {
            return known;
        }
        if self.nodes.len() >= NODES_MAX {
            return parent;
        }
        let (children, own) = (HashMap::new(), Duration::ZERO);
        self.nodes.push(Node { symbol, parent, children, calls: 0, own });
        let new = self.nodes.len() - 1;
        self.nodes[parent].children.insert(symbol, new);
        new
    }

    /// Returns the chain of calls that leads to a node, the outermost first.
    fn chain(&self, mut node: usize) -> Vec<Symbol> {
        let mut chain = Vec::new();
        while node != 0 {
            chain.push(self.nodes[node].symbol);
            node = self.nodes[node].parent;
        }
        chain.reverse();
        chain
    }

    /// Returns the chains of calls that took time themselves, in the order in which they were met.
    pub(crate) fn chains(&self) -> Vec<(Vec<Symbol>, Duration)> {
        let all = self.nodes.iter().enumerate().skip(1);
        all.filter(|(_, node)| !node.own.is_zero())
            .map(|(index, node)| (self.chain(index), node.own))
            .collect()
    }

    /// Returns what is known of each function, those that took longest themselves first.
    pub(crate) fn functions(&self) -> Vec<Calls> {
        // A child comes after its parent.
        let mut totals: Vec<Duration> = self.nodes.iter().map(|node| node.own).collect();
        for index in (1..self.nodes.len()).rev() {
            let total = totals[index];
            totals[self.nodes[index].parent] += total;
        }
        let mut functions: HashMap<Symbol, Calls> = HashMap::new();
        for (index, node) in self.nodes.iter().enumerate().skip(1) {
            let symbol = node.symbol;
            let zero = Duration::ZERO;
            let stride = self.stride;
            let entry = Calls { symbol, calls: 0, total: zero, own: zero, stride };
            let entry = functions.entry(symbol).or_insert(entry);
            entry.calls += node.calls * self.stride;
            entry.own += node.own;
            // A call inside a call of the same function is part of it.
            let is_inner = self.chain(node.parent).contains(&symbol);
            if !is_inner {
                entry.total += totals[index];
            }
        }
        let mut all: Vec<Calls> = functions.into_values().collect();
        all.sort_unstable_by_key(|calls| (std::cmp::Reverse(calls.own), calls.symbol));
        all
    }

    /// Returns how many calls there were.
    pub(crate) fn calls(&self) -> u64 {
        self.nodes.iter().map(|node| node.calls).sum::<u64>() * self.stride
    }
}

impl Session {
    /// Runs a level of evaluation that is measured.
    pub(crate) fn profiled(&mut self, run: impl FnOnce(&mut Self) -> Evaluated) -> Evaluated {
        let mut level = 0;
        if let Some(profile) = &mut self.profile {
            profile.begin_level();
            level = profile.levels.len();
        }
        let result = run(self);
        let now = self.clock.now();
        // Measuring may have begun or ended inside.
        if let Some(profile) = self.profile.as_mut().filter(|profile| profile.levels.len() == level)
        {
            profile.end_level(now);
        }
        result
    }

    /// Returns whether hot code is translated, which is not measured.
    pub(crate) fn translates(&self) -> bool {
        self.is_compiling && self.profile.is_none()
    }

    /// Takes note of a call that is about to be rewritten.
    pub(crate) fn profile_round(&mut self, call: &Call) {
        let mut head = call.head();
        while let Value::Call(inner) = head {
            head = inner.head();
        }
        let Some(symbol) = head.as_symbol() else { return };
        let now = self.clock.now();
        if let Some(profile) = &mut self.profile {
            profile.call(symbol, now);
        }
    }

    /// Evaluates something while its calls are measured.
    pub(crate) fn evaluate_profiled(&mut self, value: &Value) -> (Evaluated, Profile) {
        let profile = Box::new(Profile::new(self.clock.now(), 1));
        let outer = self.profile.replace(profile);
        let result = self.evaluate(value);
        let now = self.clock.now();
        let own = std::mem::replace(&mut self.profile, outer);
        let mut own = own.map_or_else(|| Profile::new(now, 1), |own| *own);
        own.tick(now);
        (result, own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn symbol(number: u32) -> Symbol {
        Symbol(number)
    }

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// 1 calls 2 twice and 3, which calls 1.
    fn sample() -> Profile {
        let mut profile = Profile::new(at(0), 1);
        let begin = |profile: &mut Profile, number, now| {
            profile.begin_level();
            profile.call(symbol(number), at(now));
        };
        begin(&mut profile, 1, 0);
        begin(&mut profile, 2, 10);
        profile.end_level(at(15));
        begin(&mut profile, 2, 16);
        profile.end_level(at(21));
        begin(&mut profile, 3, 21);
        begin(&mut profile, 1, 23);
        profile.end_level(at(30));
        profile.end_level(at(31));
        profile.end_level(at(40));
        profile
    }

    #[test]
    fn time_is_told_by_function_and_by_chain() {
        let profile = sample();
        let told: Vec<(u32, u64, u128, u128)> = profile
            .functions()
            .iter()
            .map(|f| (f.symbol.0, f.calls, f.total.as_millis(), f.own.as_millis()))
            .collect();
        assert_eq!(told, [(1, 2, 40, 27), (2, 2, 10, 10), (3, 1, 10, 3)]);
        let chains: Vec<(Vec<u32>, u128)> = profile
            .chains()
            .into_iter()
            .map(|(chain, own)| (chain.iter().map(|s| s.0).collect(), own.as_millis()))
            .collect();
        let expected = [(vec![1], 20), (vec![1, 2], 10), (vec![1, 3], 3), (vec![1, 3, 1], 7)];
        assert_eq!(chains, expected);
    }

    #[test]
    fn of_a_stride_one_level_counts_for_all() {
        let mut profile = Profile::new(at(0), 4);
        for _ in 0..100 {
            profile.begin_level();
            profile.call(symbol(1), at(1));
            profile.end_level(at(2));
        }
        assert_eq!((profile.calls(), profile.functions()[0].calls), (100, 100));
    }
}
