//! Operators over a panel of 500 assets and 2,500 bars, in double and in single precision.
//!
//! Every fifth asset begins late: until it has a whole window, and while it has no value at all,
//! results are missing on both sides. Single precision is of the columns; sums are double.

use crate::bench::{Bench, Case, Goal, Peer};
use crate::formulas;
use crate::inputs::{Inputs, panel};
use crate::peers::Peers;
use crate::values::Values;
use anyhow::Result;
use bolt_kernel::{Options, Output};
use bolt_market::data::Panel;
use serde_json::json;

const BARS: usize = 2_500;
const ASSETS: usize = 500;
const WINDOW: u32 = 20;

/// Operator, formula with `%` for the window, goal, and the peers that have it. A peer with a `*`
/// has it in double precision only: its sums of squares are single too, and then not the result.
const OPERATORS: [(&str, &str, f64, &[&str]); 10] = [
    ("TsMean", "TsMean[close, %]", 1.0, &["numba", "bottleneck", "polars"]),
    ("TsStd", "TsStd[close, %]", 1.0, &["numba", "bottleneck*", "polars"]),
    ("TsMin", "TsMin[close, %]", 1.0, &["numba", "bottleneck", "polars"]),
    ("TsMax", "TsMax[close, %]", 5.0, &["numba", "bottleneck", "polars"]),
    ("TsArgMax", "TsArgMax[close, %]", 1.0, &["numba", "bottleneck"]),
    ("TsRank", "TsRank[close, %]", 5.0, &["numba", "bottleneck", "polars"]),
    ("TsCorr", "TsCorr[close, volume, %]", 1.0, &["numba", "polars*"]),
    ("TsDecayLinear", "TsDecayLinear[close, %]", 1.0, &["numba"]),
    ("CsRank", "CsRank[close]", 2.0, &["numba", "bottleneck", "polars"]),
    ("CsZScore", "CsZScore[close]", 1.0, &["numba", "bottleneck*"]),
];

/// The fields that formulas read, in both precisions, rows of all assets one after another.
struct Fields {
    names: [&'static str; 2],
    double: [Vec<f64>; 2],
    single: [Vec<f32>; 2],
}

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    let names = |precision| move |(operator, ..): &(&str, _, _, _)| name(operator, precision);
    if !OPERATORS
        .iter()
        .flat_map(|op| [names("f64")(op), names("f32")(op)])
        .any(|n| bench.wants(&n))
    {
        return Ok(());
    }
    let (inputs, fields) = (Inputs::new()?, fields(&panel(BARS, ASSETS)?)?);
    inputs.numbers(&json!({ "assets": ASSETS, "window": WINDOW }))?;
    for (field, values) in fields.names.iter().zip(&fields.double) {
        inputs.column(field, values)?;
    }
    let mut peers = bench.peers("panel.py", &inputs)?;
    for operator in OPERATORS {
        double(bench, &mut peers, &fields, operator)?;
        single(bench, &mut peers, &fields, operator)?;
    }
    Ok(())
}

fn name(operator: &str, precision: &str) -> String {
    format!("panel-{}-{precision}", operator.to_lowercase())
}

fn fields(panel: &Panel) -> Result<Fields> {
    let names = ["close", "volume"];
    let field = |name| -> Result<Vec<f64>> {
        let values = panel.field(name)?;
        let mut dense = Vec::with_capacity(BARS * ASSETS);
        for (bar, row) in values.chunks_exact(panel.stride()).enumerate() {
            dense.extend(row[..ASSETS].iter().enumerate().map(|(asset, &value)| {
                // The late ones begin on different bars.
                let is_late = asset.is_multiple_of(5) && bar < 2 * asset;
                if is_late { f64::NAN } else { value }
            }));
        }
        Ok(dense)
    };
    let double = [field(names[0])?, field(names[1])?];
    let single = double.each_ref().map(|values| values.iter().map(|&value| value as f32).collect());
    Ok(Fields { names, double, single })
}

type Operator = (&'static str, &'static str, f64, &'static [&'static str]);

fn double(
    bench: &mut Bench,
    peers: &mut Option<Peers>,
    fields: &Fields,
    (operator, text, goal, names): Operator,
) -> Result<()> {
    let program = formulas::program(&[&text.replace('%', &WINDOW.to_string())])?;
    let column = |name: &str| Some(&*fields.double[fields.names.iter().position(|n| *n == name)?]);
    let columns = formulas::panels(&program, ASSETS, column)?;
    let ours = || {
        let outputs = program.evaluate(&columns, BARS, ASSETS, &Options::default());
        Ok(Values::F64(outputs.into_iter().map(Output::into_numbers).collect()))
    };
    let goals = goals(operator, "f64", goal, names);
    let case = Case { name: name(operator, "f64"), ours: Box::new(ours), goals, tolerance: 1e-6 };
    bench.run(peers, case)
}

fn single(
    bench: &mut Bench,
    peers: &mut Option<Peers>,
    fields: &Fields,
    (operator, text, goal, names): Operator,
) -> Result<()> {
    let program = formulas::program(&[&text.replace('%', &WINDOW.to_string())])?;
    let column = |name: &str| Some(&*fields.single[fields.names.iter().position(|n| *n == name)?]);
    let columns = formulas::panels(&program, ASSETS, column)?;
    let ours = || {
        let outputs = program.evaluate(&columns, BARS, ASSETS, &Options::default());
        Ok(Values::F32(outputs.into_iter().map(Output::into_numbers).collect()))
    };
    let goals = goals(operator, "f32", goal, names);
    let case = Case { name: name(operator, "f32"), ours: Box::new(ours), goals, tolerance: 1e-4 };
    bench.run(peers, case)
}

fn goals(operator: &str, precision: &str, least: f64, names: &[&str]) -> Vec<Goal> {
    let has = |name: &&&str| precision == "f64" || !name.ends_with('*');
    let peer =
        |name: &&str| Peer::whole(format!("{}:{operator}:{precision}", name.trim_end_matches('*')));
    vec![Goal::Ratio(least, names.iter().filter(has).map(peer).collect())]
}
