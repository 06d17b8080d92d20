//! What a strategy written as formulas trades by: signals, or rules for orders.
//!
//! Backtests and sweeps take a [`Plan`] and need not know which of the two it is.

use crate::broker::Error;
use crate::broker::next_open::Market;
use crate::formulas::{Columns, Role, SignalColumns, Strategy, StrategyError};
use crate::ledger::{Ledger, Side};
use crate::rules::{self, Built, RuleColumns, Rules};
use crate::signals::{self, Convention, Curve, SignalRules};
use bolt_base::Bytes;
use bolt_kernel::{Catalog, Graph, NodeId, Options, Output, Program, Scope, ValueType};
use bolt_memory::Working;
use std::convert::Infallible;
use std::ops::Range;

/// The formulas of a strategy.
#[derive(Debug, Clone)]
pub enum Plan {
    /// Signals that say what position is wanted.
    Signals(Strategy),
    /// Rules that say which orders are handed in.
    Orders(Rules),
}

/// The sides on which trades may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides {
    /// Whether one may be long.
    pub long: bool,
    /// Whether one may be short.
    pub short: bool,
}

impl From<Strategy> for Plan {
    fn from(strategy: Strategy) -> Self {
        Self::Signals(strategy)
    }
}

impl Plan {
    /// Returns what each formula is called, and its text.
    pub fn texts(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Signals(strategy) => {
                strategy.texts().map(|(role, text)| (role.name(), text)).collect()
            }
            Self::Orders(rules) => rules
                .formulas()
                .into_iter()
                .map(|formula| (formula.name(), formula.text()))
                .collect(),
        }
    }

    /// Returns everything that the plan says as text: the same for plans whose formulas have the
    /// same syntax trees, however and wherever they are written.
    pub fn canonical(&self) -> String {
        match self {
            Self::Signals(strategy) => format!("{:?}", strategy.canonical()),
            Self::Orders(rules) => {
                let Ok(rules) =
                    rules.try_map(|_, formula| Ok::<_, Infallible>(formula.canonical()));
                format!("{rules:?}")
            }
        }
    }

    /// Returns the sides that events and orders enter. A signal may be on both, unless it is true or
    /// false: then it is long or flat.
    pub fn sides(
        &self,
        columns: &Columns<'_>,
        catalog: &Catalog,
        parameters: &[(&str, f64)],
    ) -> Sides {
        match self {
            Self::Signals(strategy) if strategy.texts().all(|(role, _)| !role.is_level()) => {
                Sides {
                    long: strategy.text(Role::Entry).is_some(),
                    short: strategy.text(Role::ShortEntry).is_some(),
                }
            }
            Self::Signals(strategy) => {
                let mut graph = Graph::new();
                let schema = columns.schema();
                let scope = Scope { catalog, columns: &schema, parameters, universe: None };
                // What is wrong with it is said where it is evaluated.
                let nodes = strategy.build(&mut graph, &scope).unwrap_or_default();
                let is_truth =
                    |(_, node): &(Role, NodeId)| graph.value_type(*node) == ValueType::Bool;
                Sides { long: true, short: !nodes.iter().any(is_truth) }
            }
            Self::Orders(rules) => {
                let enters = |side: Side| rules.orders.iter().any(|order| order.side == side);
                Sides { long: enters(Side::Long), short: enters(Side::Short) }
            }
        }
    }

    /// Evaluates the formulas over columns of bars.
    ///
    /// # Errors
    /// If a formula is wrong, or a signal asks for more than the whole of equity.
    ///
    /// # Panics
    /// If columns differ in length.
    pub fn evaluate(
        &self,
        columns: &Columns<'_>,
        catalog: &Catalog,
        parameters: &[(&str, f64)],
        options: &Options,
    ) -> Result<Decisions, StrategyError> {
        match self {
            Self::Signals(strategy) => {
                let signals = strategy.evaluate(columns, catalog, parameters, options)?;
                Ok(Decisions::Signals(signals))
            }
            Self::Orders(rules) => {
                Ok(Decisions::Orders(rules.evaluate(columns, catalog, parameters, options)?))
            }
        }
    }

    /// Returns the formulas that have no value on any bar, by what they came to over the same
    /// columns, and the bars that each needs for its first value.
    ///
    /// # Errors
    /// If a formula is wrong.
    pub fn undefined(
        &self,
        decisions: &Decisions,
        columns: &Columns<'_>,
        catalog: &Catalog,
        parameters: &[(&str, f64)],
    ) -> Result<Vec<(&str, usize)>, StrategyError> {
        let missing = match decisions {
            Decisions::Signals(signals) => {
                let is_missing =
                    |name: &str| signals.undefined.iter().any(|role| role.name() == name);
                self.texts().into_iter().map(|(name, _)| is_missing(name)).collect()
            }
            Decisions::Orders(columns) => columns.are_missing(),
        };
        if !missing.contains(&true) {
            return Ok(Vec::new());
        }
        let mut graph = Graph::new();
        let schema = columns.schema();
        let scope = Scope { catalog, columns: &schema, parameters, universe: None };
        let nodes = self.build(&mut graph, &scope)?;
        let warm_ups = nodes.warm_ups(&Program::new(&graph, &nodes.roots()));
        let names = self.texts().into_iter().map(|(name, _)| name);
        let all = names.zip(warm_ups).zip(missing);
        Ok(all.filter(|(_, missing)| *missing).map(|((name, bars), _)| (name, bars + 1)).collect())
    }

    /// Adds the formulas to a graph.
    pub(crate) fn build(
        &self,
        graph: &mut Graph,
        scope: &Scope<'_>,
    ) -> Result<PlanNodes, StrategyError> {
        match self {
            Self::Signals(strategy) => Ok(PlanNodes::Signals(strategy.build(graph, scope)?)),
            Self::Orders(rules) => Ok(PlanNodes::Orders(rules.build(graph, scope)?)),
        }
    }
}

/// The formulas of a plan in a graph.
pub(crate) enum PlanNodes {
    Signals(Vec<(Role, NodeId)>),
    Orders(Rules<Built>),
}

impl PlanNodes {
    /// Returns the nodes in the order in which [`PlanNodes::decisions`] takes their values.
    pub(crate) fn roots(&self) -> Vec<NodeId> {
        match self {
            Self::Signals(nodes) => nodes.iter().map(|(_, node)| *node).collect(),
            Self::Orders(rules) => rules.roots(),
        }
    }

    /// Returns for each formula the number of first bars on which it cannot have a value.
    fn warm_ups(&self, program: &Program) -> Vec<usize> {
        match self {
            Self::Signals(_) => program.warm_up().to_vec(),
            Self::Orders(rules) => rules.warm_ups(program),
        }
    }

    /// Returns what the kernel computed for the roots, which are taken from `outputs`. What they
    /// take is reserved in `held`, which follows.
    pub(crate) fn decisions(
        &self,
        graph: &Graph,
        outputs: &mut impl Iterator<Item = Output<f64>>,
        held: &mut Working,
    ) -> Result<Decisions, StrategyError> {
        // Of several plans in one graph, each is warm when its own formulas are.
        let warm_up = Program::new(graph, &self.roots()).longest_warm_up();
        match self {
            Self::Signals(nodes) => {
                let outputs = nodes.iter().map(|(role, _)| *role).zip(outputs);
                Ok(Decisions::Signals(SignalColumns::from_outputs(outputs, warm_up, held)?))
            }
            Self::Orders(rules) => Ok(Decisions::Orders(rules.columns(outputs, warm_up))),
        }
    }
}

/// What the formulas of a plan say at each bar.
#[derive(Debug, Clone, PartialEq)]
pub enum Decisions {
    /// The position wanted.
    Signals(SignalColumns),
    /// The orders handed in.
    Orders(RuleColumns),
}

impl Decisions {
    /// Returns the number of first bars on which some number in the formulas has no value yet.
    pub fn warm_up(&self) -> usize {
        match self {
            Self::Signals(columns) => columns.warm_up,
            Self::Orders(columns) => columns.warm_up,
        }
    }

    /// Returns the memory that the decisions have allocated.
    pub fn allocated(&self) -> Bytes {
        match self {
            Self::Signals(columns) => columns.allocated(),
            Self::Orders(columns) => columns.allocated(),
        }
    }

    /// Returns the decisions at some of the bars.
    ///
    /// # Panics
    /// If the range does not lie inside.
    #[must_use]
    pub fn slice(&self, bars: Range<usize>) -> Self {
        match self {
            Self::Signals(columns) => Self::Signals(columns.slice(bars)),
            Self::Orders(columns) => Self::Orders(columns.slice(bars)),
        }
    }

    /// Trades the decisions under a convention. `rules` say how signals become orders, and what an
    /// order has that its rule leaves open.
    ///
    /// # Errors
    /// If columns differ in length, a setting is out of its range, decisions contradict one
    /// another, or the convention cannot do what is asked.
    pub fn trade(
        &self,
        market: &Market<'_>,
        rules: &SignalRules,
        convention: &Convention,
    ) -> Result<Ledger, Error> {
        match self {
            Self::Signals(columns) => {
                signals::run(market, &columns.signals(), rules, convention, Curve::Keep)
            }
            Self::Orders(columns) => rules::run(market, columns, rules, convention),
        }
    }
}
