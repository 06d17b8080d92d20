//! Rows as text, and back.

use std::fmt::Write;

use bolt_market::sweep::{Grid, Row};

/// Names of a row's figures, in the order in which they are written.
pub(super) const FIGURES: [&str; 8] = [
    "equity_final",
    "return_pct",
    "sharpe",
    "sharpe_per_bar",
    "max_dd_pct",
    "n_trades",
    "win_rate_pct",
    "exposure_pct",
];

/// Schema of a row as JSON.
pub(super) const SCHEMA: &str = "bolt.sweep/1";

pub(super) fn figures(row: &Row) -> [f64; 8] {
    let Row {
        index: _,
        equity_final,
        return_pct,
        sharpe,
        sharpe_per_bar,
        max_dd_pct,
        n_trades,
        win_rate_pct,
        exposure_pct,
    } = *row;
    let n_trades = f64::from(n_trades);
    [
        equity_final,
        return_pct,
        sharpe,
        sharpe_per_bar,
        max_dd_pct,
        n_trades,
        win_rate_pct,
        exposure_pct,
    ]
}

/// Returns the row of a combination from its figures, in their order.
pub(super) fn row(index: usize, figures: &[f64]) -> Option<Row> {
    let &[
        equity_final,
        return_pct,
        sharpe,
        sharpe_per_bar,
        max_dd_pct,
        n_trades,
        win_rate_pct,
        exposure_pct,
    ] = figures
    else {
        return None;
    };
    Some(Row {
        index,
        equity_final,
        return_pct,
        sharpe,
        sharpe_per_bar,
        max_dd_pct,
        n_trades: n_trades as u32,
        win_rate_pct,
        exposure_pct,
    })
}

/// Returns a row as a line of JSON: the parameters, then the figures; a missing figure is null.
pub fn row_line(row: &Row, grid: &Grid) -> String {
    let mut out = String::with_capacity(192);
    json(row, grid, &mut out);
    out
}

pub(super) fn json(row: &Row, grid: &Grid, out: &mut String) {
    let names = grid.parameters().iter().map(|parameter| parameter.name.as_str());
    let values = grid.combination(row.index);
    let named = names.zip(values).chain(FIGURES.into_iter().zip(figures(row)));
    let _ = write!(out, "{{\"schema\":\"{SCHEMA}\"");
    for (name, value) in named {
        // Names are letters, digits and underscores.
        let _ = write!(out, ",\"{name}\":");
        if value.is_finite() {
            let _ = write!(out, "{value}");
        } else {
            out.push_str("null");
        }
    }
    out.push_str("}\n");
}

pub(super) fn csv(row: &Row, grid: &Grid, out: &mut String) {
    let values = grid.combination(row.index).into_iter().chain(figures(row));
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push(',');
        }
        if value.is_finite() {
            let _ = write!(out, "{value}");
        }
    }
    out.push('\n');
}

pub(super) fn csv_header(grid: &Grid) -> String {
    let names = grid.parameters().iter().map(|parameter| parameter.name.as_str()).chain(FIGURES);
    names.collect::<Vec<_>>().join(",") + "\n"
}
