//! Technical indicators, each defined once as a kernel expression.
//!
//! A definition is a function that builds nodes of a [`bolt_kernel::Graph`]; the kernel runs it
//! over whole columns, row by row as bars arrive, and for many parameters at once, with the same
//! results. Names, defaults, warm-up and values are TA-Lib's; a value is missing where TA-Lib has
//! none. Names are without TA-Lib's underscores (`PLUSDI`), which mean patterns in formulas.
//!
//! Start at [`indicators`], the table from which formulas and help are made.

mod momentum;
mod smoothing;
mod trend;
mod volatility;
mod volume;

use bolt_kernel::{Argument, Catalog, Operator};

/// Returns the tables of indicators, a table a group.
pub fn indicators() -> [&'static [Operator]; 5] {
    [smoothing::TABLE, trend::TABLE, momentum::TABLE, volatility::TABLE, volume::TABLE]
}

/// Returns all operators that formulas know: the kernel's and the indicators.
pub fn catalog() -> Catalog {
    Catalog::new(std::iter::once(bolt_kernel::operators()).chain(indicators()))
}

const X: Argument = Argument::number("x");

/// A window of `n` rows with TA-Lib's default.
const fn rows(least: u32, default: f64) -> Argument {
    Argument::rows("n", least).or(default)
}

/// What most rows of the tables share.
const BASE: Operator = Operator {
    name: "",
    group: "Indicators",
    columns: &[],
    arguments: &[],
    variadic: false,
    results: &[],
    warm_up: "n - 1",
    definition: "",
    source: "",
    example: "",
    build: |_, _| Vec::new(),
};
