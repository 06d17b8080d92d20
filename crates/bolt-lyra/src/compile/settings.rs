//! What translation does, and when: the settings of a session.

use std::collections::HashMap;

use crate::symbol::Symbol;

/// The settings of translation.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) passes: Passes,
    pub(crate) dispatch: Dispatch,
    pub(crate) inlining: Inlining,
    /// How often a loop goes round before typed code is made of it.
    pub(crate) rounds: u32,
    /// How often typed code was entered.
    pub(crate) entered: u64,
    /// How many definitions were called as often as inlining asks for.
    pub(crate) hot: u32,
}

/// Which optimisations are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Passes {
    /// What numbers come to is computed when the unit is translated.
    pub(crate) constant_folding: bool,
    /// What is never reached or never used is left out.
    pub(crate) dead_code: bool,
    /// What was computed already is used again.
    pub(crate) common_subexpressions: bool,
    /// The bodies of small loops stand several times in a row.
    pub(crate) loop_unrolling: bool,
    /// Calls in tail position are jumps, which no limit counts.
    pub(crate) tail_calls: bool,
}

/// From which call on definitions are translated.
#[derive(Debug, Clone)]
pub(crate) struct Dispatch {
    /// That of all definitions that are not named.
    pub(crate) threshold: u64,
    /// That of definitions that are named.
    pub(crate) named: HashMap<Symbol, u64>,
}

/// Which definitions stand in the place of their calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inlining {
    /// Those with so many instructions at most.
    pub(crate) instructions: usize,
    /// So many within one another.
    pub(crate) depth: u32,
    /// Those that were called so often.
    pub(crate) hot: u64,
}

impl Passes {
    /// All of them, or none.
    pub(crate) const fn all(is_on: bool) -> Self {
        Self {
            constant_folding: is_on,
            dead_code: is_on,
            common_subexpressions: is_on,
            loop_unrolling: is_on,
            tail_calls: is_on,
        }
    }
}

impl Dispatch {
    /// Returns from which call on a definition is translated.
    pub(crate) fn threshold(&self, symbol: Symbol) -> u64 {
        match self.named.is_empty() {
            true => self.threshold,
            false => self.named.get(&symbol).copied().unwrap_or(self.threshold),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            passes: Passes { tail_calls: false, ..Passes::all(true) },
            dispatch: Dispatch { threshold: 3, named: HashMap::new() },
            inlining: Inlining { instructions: 10, depth: 3, hot: 1_000 },
            rounds: 100,
            entered: 0,
            hot: 0,
        }
    }
}
