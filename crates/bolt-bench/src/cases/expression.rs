//! One expression of twelve operations, a rolling mean among them, over a million bars: what it
//! costs to read three columns and write one.

use crate::bench::{Bench, Case, Goal, Peer};
use crate::formulas;
use crate::inputs::{Inputs, minutes};
use crate::values::Values;
use anyhow::Result;
use bolt_kernel::{Options, Output};
use serde_json::json;

const BARS: usize = 1_000_000;
const WINDOW: u32 = 20;

/// The distance from the mean in units of the bar's range, clipped, times the close's place in the
/// bar, from the high.
const FORMULA: &str = "Min[Max[(close - TsMean[close, 20]) / Sqrt[(high - low) * (high - low) + \
                       0.0001], -3], 3] * (close - low) + high";

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    let name = "expression-12-1M".to_owned();
    if !bench.wants(&name) {
        return Ok(());
    }
    let (inputs, bars) = (Inputs::new()?, minutes(BARS)?);
    inputs.bars(&bars)?;
    inputs.numbers(&json!({ "window": WINDOW }))?;
    let mut peers = bench.peers("expression.py", &inputs)?;
    let program = formulas::program(&[FORMULA])?;
    let columns = formulas::series(&program, |name| bars.get(name).map(|column| &**column))?;
    let options = Options::default();
    let ours = || {
        let outputs = program.evaluate(&columns, BARS, 1, &options);
        Ok(Values::F64(outputs.into_iter().map(Output::into_numbers).collect()))
    };
    let goal = |least, peer| Goal::Ratio(least, vec![Peer::whole(peer)]);
    let goals = vec![goal(4.0, "numexpr"), goal(10.0, "polars"), goal(1.0, "numba")];
    bench.run(&mut peers, Case { name, ours: Box::new(ours), goals, tolerance: 1e-6 })
}
