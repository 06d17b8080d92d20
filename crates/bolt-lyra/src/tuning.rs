//! Settings that programs tune a session by, and what monitors have seen.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::builtins::Builtin;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

/// How a session is tuned.
#[derive(Debug)]
pub(crate) struct Tuning {
    /// Settings that programs have chosen and that only who reads them knows, by their names.
    pub(crate) chosen: BTreeMap<(&'static str, &'static str), Value>,
    /// More symbols than this are told of.
    pub(crate) symbols_max: usize,
    /// Values of expensive functions, if they are kept.
    pub(crate) memory: Option<Remembered>,
    /// The epoch before the marks of final values were given up, if they are.
    pub(crate) marks_given_up: Option<u32>,
    pub(crate) monitor: Option<Monitor>,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            chosen: BTreeMap::new(),
            symbols_max: usize::MAX,
            memory: None,
            marks_given_up: None,
            monitor: None,
        }
    }
}

/// What a session begins with, as its owner's settings say.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionSettings {
    /// How many symbols that were looked for lately are found at once.
    pub hot_symbols: usize,
    /// The fewest items of a parallel loop that a worker must have left for others to take some.
    pub steal_threshold: usize,
    /// Whether workers take as many items together as fill some time.
    pub adaptive_chunking: bool,
    /// How often memory and processor time are read; `None` for never.
    pub monitor: Option<Duration>,
}

impl Session {
    /// Sets what its owner's settings say, after [`Session::set_host`]. Programs may set other
    /// values.
    ///
    /// # Errors
    /// If the machine cannot be monitored, with the reason.
    pub fn tune(&mut self, settings: &SessionSettings) -> Result<(), String> {
        let SessionSettings { hot_symbols, steal_threshold, adaptive_chunking, monitor } =
            *settings;
        self.names.set_hot_size(hot_symbols);
        self.workers.sharing.threshold = steal_threshold.max(1);
        self.workers.sharing.adaptive = adaptive_chunking;
        match monitor {
            Some(interval) => crate::builtins::begin_monitor(self, interval),
            None => Ok(()),
        }
    }
}

/// Values of calls that are expensive, valid in an epoch of definitions.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    pub(crate) epoch: u32,
    pub(crate) values: HashMap<Value, Value>,
    pub(crate) hits: u64,
}

/// A monitor that reads gauges again and again.
#[derive(Debug, Clone)]
pub(crate) struct Monitor {
    /// Set when it is to end.
    pub(crate) ends: Arc<AtomicBool>,
    /// What it reads, and what it saw last of each, the newest reading last.
    pub(crate) series: Arc<Mutex<VecDeque<Reading>>>,
    /// How often it has read.
    pub(crate) count: Arc<AtomicU64>,
    /// How often a part of something was above the threshold.
    pub(crate) alerts: Arc<AtomicU64>,
}

/// What a monitor saw at a time, by the name of the metric.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) at: Duration,
    pub(crate) values: Vec<(&'static str, f64)>,
}

impl Session {
    /// Tells if there are more symbols than there are to be.
    pub(crate) fn check_symbols(&mut self) {
        let (count, most) = (self.names.interned(), self.tuning.symbols_max);
        if count > most {
            let parts = [count, most].map(|count| Value::Integer(count as i64));
            self.message_of("ConfigureSymbolInterning", "symbols", &parts);
        }
    }
}

/// Functions whose values are worth keeping: they take long, and their arguments say all.
const EXPENSIVE: &[&str] = &[
    "Apart",
    "DSolve",
    "Eliminate",
    "Factor",
    "FactorInteger",
    "FullSimplify",
    "GroebnerBasis",
    "Integrate",
    "Limit",
    "PolynomialGCD",
    "RSolve",
    "Reduce",
    "Resultant",
    "Series",
    "Simplify",
    "Solve",
    "Together",
];

/// Values that are kept at most.
const REMEMBERED_MAX: usize = 100_000;

impl Session {
    /// Applies a built-in function, or takes the value that it had for the same arguments.
    pub(crate) fn apply_remembered(
        &mut self,
        builtin: &'static Builtin,
        call: &mut triomphe::Arc<Call>,
    ) -> Evaluated<Step> {
        if EXPENSIVE.binary_search(&builtin.name).is_err() {
            return (builtin.apply)(self, call);
        }
        // What is assumed is an argument, too.
        let assumed = self.definition(sym::Assumptions).and_then(|own| own.own.clone());
        let key = Value::list([Value::Call(call.clone()), assumed.unwrap_or(Value::TRUE)]);
        let epoch = self.epoch;
        if let Some(memory) = &mut self.tuning.memory {
            if memory.epoch != epoch {
                memory.values.clear();
                memory.epoch = epoch;
            }
            if let Some(value) = memory.values.get(&key) {
                memory.hits += 1;
                return Ok(Step::Done(value.clone()));
            }
        }
        let told = self.message_names.len();
        let hidden = std::mem::replace(&mut self.hidden_dependence, false);
        let value = match (builtin.apply)(self, call)? {
            Step::Same => None,
            Step::Done(value) => Some(value),
            Step::Again(value) => Some(self.evaluate(&value)?),
        };
        let is_pure = !self.hidden_dependence && self.message_names.len() == told;
        self.hidden_dependence |= hidden;
        let Some(value) = value else { return Ok(Step::Same) };
        if let Some(memory) = &mut self.tuning.memory
            && is_pure
            && self.epoch == epoch
            && epoch != Self::LAST_EPOCH
            && memory.values.len() < REMEMBERED_MAX
        {
            memory.epoch = epoch;
            memory.values.insert(key, value.clone());
        }
        Ok(Step::Done(value))
    }
}
