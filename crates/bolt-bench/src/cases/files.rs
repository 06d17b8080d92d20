//! A million bars from files: opening a column store and adding up the closes, and reading CSV.
//! The files are in the page cache.

use crate::bench::{Bench, Case, Goal, Peer};
use crate::inputs::{Inputs, minutes};
use crate::values::Values;
use anyhow::Result;
use bolt_market::data::{self, Dataset, LoadOptions};
use serde_json::json;

const BARS: usize = 1_000_000;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    let (store, csv) = ("store-open-sum-1M".to_owned(), "csv-import-1M".to_owned());
    if !bench.wants(&store) && !bench.wants(&csv) {
        return Ok(());
    }
    let inputs = Inputs::new()?;
    let bars = Dataset::Bars(minutes(BARS)?);
    data::write(inputs.path("bars.bolt"), &bars)?;
    data::write(inputs.path("bars.csv"), &bars)?;
    inputs.numbers(&json!({}))?;
    let sum = || {
        let bars = data::store::open(inputs.path("bars.bolt"))?.into_bars()?;
        Ok(Values::F64(vec![vec![sum(bars.close())]]))
    };
    let goals = vec![Goal::Seconds(3e-3)];
    bench.run(&mut None, Case { name: store, ours: Box::new(sum), goals, tolerance: 0.0 })?;

    let mut peers = bench.peers("files.py", &inputs)?;
    let load = || {
        let bars = data::load(inputs.path("bars.csv"), &LoadOptions::default())?.into_bars()?;
        let last = bars.timestamps().last().map_or(f64::NAN, |time| time.0 as f64);
        let columns = bars.columns().map(|(_, values)| values[values.len() - 1]);
        Ok(Values::F64(vec![vec![bars.len() as f64, last], columns.collect()]))
    };
    let goals = vec![Goal::Ratio(1.0, vec![Peer::whole("pyarrow")])];
    bench.run(&mut peers, Case { name: csv, ours: Box::new(load), goals, tolerance: 1e-9 })
}

/// Returns the sum of values, in several sums that do not wait for each other.
fn sum(values: &[f64]) -> f64 {
    let (parts, rest) = values.as_chunks::<16>();
    let mut sums = [0.0; 16];
    for part in parts {
        for (sum, value) in sums.iter_mut().zip(part) {
            *sum += value;
        }
    }
    sums.iter().chain(rest).sum()
}
