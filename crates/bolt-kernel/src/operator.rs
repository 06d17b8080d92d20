//! The functions of formulas: what a name means, in one table.
//!
//! An [`Operator`] is a row: from it a formula is checked and lowered, and help and reference are
//! made. The rows of this crate are in [`operators`]; other crates bring their own and put them
//! together in a [`Catalog`].

use crate::graph::{Bits, Graph, NodeId};
use crate::hash::WordMap;

/// The most rows that a delay or a window may span.
pub const ROWS_MAX: u32 = 1_000_000;

/// The group of operators that work across assets: assets outside the universe take no part.
pub const ACROSS_ASSETS: &str = "Across assets";

/// What an argument must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ArgumentKind {
    /// A number for each row; a truth value counts as 1 or 0.
    Number,
    /// A truth value for each row.
    Truth,
    /// A constant whole number of rows, from the number given to [`ROWS_MAX`].
    Rows(u32),
    /// A constant number between two bounds, both included.
    Constant(f64, f64),
}

/// One argument of an [`Operator`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Argument {
    /// The name used in help and messages.
    pub name: &'static str,
    /// What it must be.
    pub kind: ArgumentKind,
    /// The value of a constant that is left out; `None` if it must be given.
    pub default: Option<f64>,
}

impl Argument {
    /// A number for each row.
    pub const fn number(name: &'static str) -> Self {
        Self { name, kind: ArgumentKind::Number, default: None }
    }

    /// A truth value for each row.
    pub const fn truth(name: &'static str) -> Self {
        Self { name, kind: ArgumentKind::Truth, default: None }
    }

    /// A number of rows, at least `least`.
    pub const fn rows(name: &'static str, least: u32) -> Self {
        Self { name, kind: ArgumentKind::Rows(least), default: None }
    }

    /// A constant between two bounds.
    pub const fn constant(name: &'static str, least: f64, most: f64) -> Self {
        Self { name, kind: ArgumentKind::Constant(least, most), default: None }
    }

    /// The same argument with a value for when it is left out.
    #[must_use]
    pub const fn or(self, default: f64) -> Self {
        Self { default: Some(default), ..self }
    }
}

/// The checked arguments of one use of an [`Operator`], by position.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Arguments {
    pub(crate) columns: Vec<NodeId>,
    pub(crate) nodes: Vec<NodeId>,
    pub(crate) constants: Vec<Bits>,
}

impl Arguments {
    /// Returns the `index`th column that the operator reads by itself.
    pub fn column(&self, index: usize) -> NodeId {
        self.columns[index]
    }

    /// Returns an argument that varies by row.
    pub fn node(&self, index: usize) -> NodeId {
        self.nodes[index]
    }

    /// Returns all arguments of a variadic operator.
    pub fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// Returns a constant argument.
    pub fn constant(&self, index: usize) -> f64 {
        self.constants[index].value()
    }

    /// Returns an argument that counts rows.
    pub fn rows(&self, index: usize) -> u32 {
        self.constant(index) as u32
    }
}

/// A function that formulas can use.
#[derive(Debug, Clone, Copy)]
pub struct Operator {
    /// The name, as formulas write it.
    pub name: &'static str,
    /// The part of the reference it stands in.
    pub group: &'static str,
    /// Columns that it reads beside its arguments.
    pub columns: &'static [&'static str],
    /// The arguments; those with a default come last.
    pub arguments: &'static [Argument],
    /// Whether the last argument may be repeated, or left out if there are others.
    pub variadic: bool,
    /// The names of its results if there are several.
    pub results: &'static [&'static str],
    /// First rows without a result, a formula over the arguments that are constants.
    pub warm_up: &'static str,
    /// What it computes.
    pub definition: &'static str,
    /// Where that is defined, for what is not elementary.
    pub source: &'static str,
    /// A use of it.
    pub example: &'static str,
    /// Builds its results, as many as there are names of results, or one.
    pub build: fn(&mut Graph, &Arguments) -> Vec<NodeId>,
}

impl Operator {
    /// Returns the way it is written: `SMA[x, n]`.
    pub fn usage(&self) -> String {
        let arguments = self.arguments.iter().map(|argument| match argument.default {
            Some(default) => format!("{} = {default}", argument.name),
            None => argument.name.to_owned(),
        });
        let dots = self.variadic.then(|| "...".to_owned());
        let arguments: Vec<String> = arguments.chain(dots).collect();
        format!("{}[{}]", self.name, arguments.join(", "))
    }
}

/// All operators that a formula may use.
#[derive(Debug, Clone)]
pub struct Catalog {
    by_name: WordMap<&'static str, &'static Operator>,
    in_order: Vec<&'static Operator>,
}

impl Catalog {
    /// Puts tables together.
    ///
    /// # Panics
    /// If two operators have the same name.
    pub fn new(tables: impl IntoIterator<Item = &'static [Operator]>) -> Self {
        let in_order: Vec<&'static Operator> = tables.into_iter().flatten().collect();
        let by_name: WordMap<_, _> = in_order.iter().map(|&op| (op.name, op)).collect();
        assert_eq!(by_name.len(), in_order.len(), "names of operators are different");
        Self { by_name, in_order }
    }

    /// Returns the operator of a name.
    pub fn get(&self, name: &str) -> Option<&'static Operator> {
        self.by_name.get(name).copied()
    }

    /// Returns all operators in the order of their tables.
    pub fn iter(&self) -> impl Iterator<Item = &'static Operator> {
        self.in_order.iter().copied()
    }
}
