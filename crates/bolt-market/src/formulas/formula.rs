//! One formula, and where its author can find it.

use super::StrategyError;
use bolt_kernel::{FormulaError, Graph, NodeId, Scope, ValueType, lower, parse_formula};
use bolt_lyra_syntax::Expr;

/// A formula, parsed.
#[derive(Debug, Clone)]
pub struct Formula {
    name: String,
    place: String,
    text: String,
    tree: Expr,
}

/// What the values of a formula must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wants {
    /// Numbers or truth values.
    Any,
    /// Truth values.
    Truths,
    /// Numbers.
    Numbers,
}

impl Formula {
    /// Parses a formula. `name` is what it is called in results, such as `entry`; `place` is where
    /// it was written, as messages show it: `--entry` or `breakout.toml:7: entry`.
    ///
    /// # Errors
    /// If it is not a formula.
    pub fn parse(
        name: impl Into<String>,
        place: impl Into<String>,
        text: impl Into<String>,
    ) -> Result<Self, StrategyError> {
        let (name, place, text) = (name.into(), place.into(), text.into());
        match parse_formula(&text) {
            Ok(tree) => Ok(Self { name, place, text, tree }),
            Err(errors) => Err(StrategyError::Formula { errors, place, text }),
        }
    }

    /// Returns what it is called in results.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns its syntax tree as text: the same for all texts that differ in spaces, comments and
    /// parentheses only, and read back as the same tree.
    pub fn canonical(&self) -> String {
        self.tree.to_string()
    }

    /// Adds the formula to a graph; returns the node of its values.
    pub(crate) fn build(
        &self,
        graph: &mut Graph,
        scope: &Scope<'_>,
        wants: Wants,
    ) -> Result<NodeId, StrategyError> {
        let node = lower(graph, &self.tree, scope).map_err(|error| self.wrong(error))?;
        let is_truth = graph.value_type(node) == ValueType::Bool;
        let (name, tree) = (&self.name, &self.tree);
        let (message, hint) = match wants {
            Wants::Truths if !is_truth => (
                format!("`{name}` wants true or false, not a number"),
                format!("compare it with something: `{tree} > 0`"),
            ),
            Wants::Numbers if is_truth => (
                format!("`{name}` wants a number, not true or false"),
                format!("choose between two: `Where[{tree}, 1, 0]`"),
            ),
            Wants::Any | Wants::Truths | Wants::Numbers => return Ok(node),
        };
        Err(self.wrong(FormulaError { span: tree.span, message, hint: Some(hint) }))
    }

    /// Returns the error of a formula whose value cannot be used.
    pub(crate) fn refuse(&self, message: String, hint: Option<String>) -> StrategyError {
        self.wrong(FormulaError { span: self.tree.span, message, hint })
    }

    fn wrong(&self, error: FormulaError) -> StrategyError {
        let (place, text) = (self.place.clone(), self.text.clone());
        StrategyError::Formula { place, text, errors: vec![error] }
    }
}
