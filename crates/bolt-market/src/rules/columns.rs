//! The values of rules over bars.

use super::Rules;
use super::map::Kind;
use crate::broker::{Error, check_length};
use crate::formulas::{Columns, Formula, StrategyError, Wants, evaluate};
use bolt_base::Bytes;
use bolt_kernel::{Catalog, Graph, NodeId, Options, Output, Program, Scope};
use std::convert::Infallible;
use std::ops::Range;

/// The values of a formula.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// The same number at each bar.
    Constant(f64),
    /// A number a bar, NaN if it is missing.
    Numbers(Vec<f64>),
    /// A truth value a bar, `None` if it is missing.
    Truths(Vec<Option<bool>>),
}

impl Column {
    /// Returns the number at a bar, unless it is missing.
    pub(super) fn number(&self, bar: usize) -> Option<f64> {
        let number = match self {
            Self::Constant(number) => *number,
            Self::Numbers(numbers) => numbers[bar],
            Self::Truths(truths) => f64::from(u8::from(truths[bar]?)),
        };
        (!number.is_nan()).then_some(number)
    }

    /// Returns whether it is true at a bar.
    pub(super) fn is_true(&self, bar: usize) -> bool {
        match self {
            Self::Truths(truths) => truths[bar] == Some(true),
            Self::Constant(_) | Self::Numbers(_) => self.number(bar).is_some_and(|n| n != 0.0),
        }
    }

    fn is_missing(&self) -> bool {
        match self {
            Self::Constant(number) => number.is_nan(),
            Self::Numbers(numbers) => numbers.iter().all(|number| number.is_nan()),
            Self::Truths(truths) => truths.iter().all(Option::is_none),
        }
    }

    fn allocated(&self) -> usize {
        match self {
            Self::Constant(_) => 0,
            Self::Numbers(numbers) => numbers.capacity() * size_of::<f64>(),
            Self::Truths(truths) => truths.capacity() * size_of::<Option<bool>>(),
        }
    }

    fn slice(&self, bars: Range<usize>) -> Self {
        match self {
            Self::Constant(number) => Self::Constant(*number),
            Self::Numbers(numbers) => Self::Numbers(numbers[bars].to_vec()),
            Self::Truths(truths) => Self::Truths(truths[bars].to_vec()),
        }
    }

    fn check(&self, bars: usize) -> Result<(), Error> {
        match self {
            Self::Constant(_) => Ok(()),
            Self::Numbers(numbers) => check_length("rule", numbers.len(), bars),
            Self::Truths(truths) => check_length("rule", truths.len(), bars),
        }
    }
}

/// What the formulas of rules say at each bar.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleColumns {
    /// The rules with their values.
    pub rules: Rules<Column>,
    /// First bars on which some number in the formulas has no value yet.
    pub warm_up: usize,
}

impl RuleColumns {
    /// Returns the values at some of the bars; nothing of them is warm-up any more.
    ///
    /// # Panics
    /// If the range does not lie inside.
    #[must_use]
    pub fn slice(&self, bars: Range<usize>) -> Self {
        let part = |_, column: &Column| Ok::<_, Infallible>(column.slice(bars.clone()));
        match self.rules.try_map(part) {
            Ok(rules) => Self { rules, warm_up: 0 },
            Err(never) => match never {},
        }
    }

    /// Returns the memory that the values have allocated.
    pub fn allocated(&self) -> Bytes {
        let columns = self.rules.formulas().into_iter();
        Bytes(columns.map(|column| column.allocated() as u64).sum())
    }

    /// Returns for each formula, in the order of the rules, whether it has no value on any bar.
    pub(crate) fn are_missing(&self) -> Vec<bool> {
        self.rules.formulas().into_iter().map(Column::is_missing).collect()
    }

    pub(super) fn check(&self, bars: usize) -> Result<(), Error> {
        self.rules.formulas().into_iter().try_for_each(|column| column.check(bars))
    }
}

/// A formula in a graph.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Built {
    Constant(f64),
    Node(NodeId),
}

impl Rules<Formula> {
    /// Evaluates the formulas over columns of bars.
    ///
    /// # Errors
    /// If a formula is wrong.
    ///
    /// # Panics
    /// If columns differ in length.
    pub fn evaluate(
        &self,
        columns: &Columns<'_>,
        catalog: &Catalog,
        parameters: &[(&str, f64)],
        options: &Options,
    ) -> Result<RuleColumns, StrategyError> {
        let mut graph = Graph::new();
        let schema = columns.schema();
        let scope = Scope { catalog, columns: &schema, parameters, universe: None };
        let built = self.build(&mut graph, &scope)?;
        let program = Program::new(&graph, &built.roots());
        let inputs = columns.inputs(&program);
        let (outputs, _held) = evaluate(&program, &inputs, columns.rows(), 1, options)?;
        Ok(built.columns(&mut outputs.into_iter(), program.longest_warm_up()))
    }

    /// Adds the formulas to a graph.
    pub(crate) fn build(
        &self,
        graph: &mut Graph,
        scope: &Scope<'_>,
    ) -> Result<Rules<Built>, StrategyError> {
        self.try_map(|kind, formula| {
            if kind == Kind::Truth {
                return Ok(Built::Node(formula.build(graph, scope, Wants::Truths)?));
            }
            let node = formula.build(graph, scope, Wants::Numbers)?;
            let Some(number) = graph.as_constant(node) else { return Ok(Built::Node(node)) };
            check_constant(kind, number).map_err(|range| {
                formula.refuse(format!("this is {number}, and must be {range}"), None)
            })?;
            Ok(Built::Constant(number))
        })
    }
}

fn check_constant(kind: Kind, number: f64) -> Result<(), &'static str> {
    match kind {
        Kind::Truth => Ok(()),
        Kind::Positive if number > 0.0 && number.is_finite() => Ok(()),
        Kind::Positive => Err("positive"),
        Kind::Share if number > 0.0 && number <= 1.0 => Ok(()),
        Kind::Share => Err("a fraction above 0 and up to 1"),
    }
}

impl Rules<Built> {
    /// Returns for each formula the number of first bars on which it cannot have a value.
    pub(crate) fn warm_ups(&self, program: &Program) -> Vec<usize> {
        let mut of_roots = program.warm_up().iter().copied();
        let warm_up = |built: &Built| match built {
            Built::Constant(_) => 0,
            Built::Node(_) => of_roots.next().expect("a program of these roots"),
        };
        self.formulas().into_iter().map(warm_up).collect()
    }

    /// Returns the nodes in the order in which [`Rules::columns`] takes their values.
    pub(crate) fn roots(&self) -> Vec<NodeId> {
        let nodes = self.formulas().into_iter().filter_map(|built| match built {
            Built::Node(node) => Some(*node),
            Built::Constant(_) => None,
        });
        nodes.collect()
    }

    /// Returns the columns that the kernel computed for the roots.
    ///
    /// # Panics
    /// If there are fewer outputs than roots.
    pub(crate) fn columns(
        &self,
        outputs: &mut impl Iterator<Item = Output<f64>>,
        warm_up: usize,
    ) -> RuleColumns {
        let column = |_, built: &Built| {
            let column = match built {
                Built::Constant(number) => Column::Constant(*number),
                Built::Node(_) => match outputs.next().expect("a root has an output") {
                    Output::Numbers(numbers) => Column::Numbers(numbers),
                    Output::Truths(truths) => Column::Truths(truths),
                },
            };
            Ok::<Column, Infallible>(column)
        };
        match self.try_map(column) {
            Ok(rules) => RuleColumns { rules, warm_up },
            Err(never) => match never {},
        }
    }
}
