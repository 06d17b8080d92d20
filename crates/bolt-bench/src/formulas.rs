//! Formulas as programs of the kernel.

use anyhow::{Context, Result};
use bolt_kernel::{Column, Graph, Program, Scalar, Scope, Shape, formula};

/// Returns one program of some formulas over columns of bars.
pub(crate) fn program(formulas: &[&str]) -> Result<Program> {
    let catalog = bolt_indicators::catalog();
    let columns = ["open", "high", "low", "close", "volume"].map(|name| (name, Shape::Panel));
    let scope = Scope { catalog: &catalog, columns: &columns, parameters: &[], universe: None };
    let mut graph = Graph::new();
    let mut roots = Vec::new();
    for source in formulas {
        let node = formula(&mut graph, source, &scope)
            .map_err(|errors| anyhow::anyhow!("`{source}`: {}", errors[0]))?;
        roots.push(node);
    }
    Ok(Program::new(&graph, &roots))
}

/// Returns what a program over one lane reads, of columns by name.
pub(crate) fn series<'a, E: Scalar>(
    program: &Program,
    column: impl Fn(&str) -> Option<&'a [E]>,
) -> Result<Vec<Column<'a, E>>> {
    columns(program, |name| column(name).map(Column::Series))
}

/// Returns what a program over several lanes reads, of fields by name.
pub(crate) fn panels<'a, E: Scalar>(
    program: &Program,
    stride: usize,
    field: impl Fn(&str) -> Option<&'a [E]>,
) -> Result<Vec<Column<'a, E>>> {
    columns(program, |name| field(name).map(|values| Column::Panel { values, stride }))
}

fn columns<'a, E: Scalar>(
    program: &Program,
    find: impl Fn(&str) -> Option<Column<'a, E>>,
) -> Result<Vec<Column<'a, E>>> {
    let find = |name: &str| find(name).with_context(|| format!("there is no column `{name}`"));
    program.inputs().iter().map(|input| find(&input.name)).collect()
}
