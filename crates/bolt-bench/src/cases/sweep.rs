//! A sweep: 10,000 pairs of moving averages over 10,000 bars, long while the fast one is above the
//! slow one, with return, Sharpe ratio, drawdown and trades of each.
//!
//! Signals of a close are filled at the next open, with fees. The loop in numba is the best we can
//! write by hand: each moving average once, from sums of all prices before, and one pass over the
//! bars for each pair.

use crate::bench::{Bench, Case, Goal, Part, Peer};
use crate::clock;
use crate::inputs::{Inputs, minutes};
use crate::report::{Outcome, Row};
use crate::values::Values;
use anyhow::{Context, Result, ensure};
use bolt_exec::{CancelToken, Pool};
use bolt_kernel::{Catalog, Options};
use bolt_market::broker::Costs;
use bolt_market::broker::next_open::{Market, Settings};
use bolt_market::data::Bars;
use bolt_market::formulas::{Columns, Role, Strategy};
use bolt_market::plan::Plan;
use bolt_market::signals::{Convention, SignalRules};
use bolt_market::statistics::{PeriodsPerYear, RiskFree};
use bolt_market::sweep::{End, Grid, Parameter, Path, Sweep};
use serde_json::json;
use std::convert::Infallible;

const BARS: usize = 10_000;
const FEE_RATE: f64 = 0.0005;
/// Minutes of a year of 365 days, which is what vectorbt makes of minute bars.
const PERIODS: f64 = 525_600.0;
const FAST: &str = "fast=5..104";
const SLOW: &str = "slow=110..308:2";
/// vectorbt runs every twentieth pair and its time is scaled up: all of them at once would need
/// gigabytes.
const VECTORBT_STEP: usize = 20;
/// Return, Sharpe, drawdown, trades.
const FIGURES: usize = 4;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    if bench.wants("sweep-memory") {
        memory(bench)?;
    }
    if !bench.wants("sweep-10k-pairs") {
        return Ok(());
    }
    let (inputs, bars, grid) = (Inputs::new()?, minutes(BARS)?, grid()?);
    let pairs: Vec<Vec<f64>> = (0..grid.len()).map(|index| grid.combination(index)).collect();
    inputs.bars(&bars)?;
    inputs.numbers(&json!({
        "pairs": pairs, "fee": FEE_RATE, "periods": PERIODS, "step": VECTORBT_STEP,
    }))?;
    let mut peers = bench.peers("sweep.py", &inputs)?;
    let plan = plan()?;
    let vectorbt = Peer {
        name: "vectorbt".to_owned(),
        scale: VECTORBT_STEP as f64,
        part: Part::Records { width: FIGURES, step: VECTORBT_STEP },
    };
    let goals =
        vec![Goal::Ratio(5.0, vec![Peer::whole("numba")]), Goal::Ratio(200.0, vec![vectorbt])];
    let pool = Pool::new(Some(1)).map_err(anyhow::Error::msg)?;
    let ours = || figures(&bars, &plan, &grid, &pool).map(|all| Values::F64(vec![all]));
    let name = "sweep-10k-pairs".to_owned();
    bench.run(&mut peers, Case { name, ours: Box::new(ours), goals, tolerance: 1e-6 })
}

fn plan() -> Result<Plan> {
    Ok(Strategy::parse([(Role::Signal, "SMA[close, fast] > SMA[close, slow]")])?.into())
}

fn grid() -> Result<Grid> {
    let parameters = [FAST, SLOW].map(Parameter::parse);
    Ok(Grid::new(parameters.into_iter().collect::<Result<_, _>>()?)?)
}

/// Returns the figures of all pairs, one after another.
fn figures(bars: &Bars, plan: &Plan, grid: &Grid, pool: &Pool) -> Result<Vec<f64>> {
    let catalog: Catalog = bolt_indicators::catalog();
    let costs = Costs { fee_rate: FEE_RATE, ..Costs::default() };
    let sweep = Sweep {
        market: Market::new(bars.ohlc()),
        columns: Columns::new(bars.len(), bars.columns().map(|(name, values)| (name, &**values))),
        plan,
        rules: SignalRules::default(),
        convention: Convention::NextOpen(Settings { costs, ..Settings::default() }),
        grid,
        catalog: &catalog,
        options: Options::default(),
        periods: PeriodsPerYear::stated(PERIODS),
        risk_free: RiskFree::ZERO,
        memory_bytes: 64 << 20,
        assessment_bytes: 32 << 20,
    };
    ensure!(sweep.path() == Path::Sparse, "the sweep is not of the kind that is measured");
    let all: Vec<usize> = (0..grid.len()).collect();
    let mut figures = Vec::with_capacity(FIGURES * all.len());
    let end = sweep.run(&all, pool, &CancelToken::default(), |rows| {
        for row in rows {
            figures.extend([row.return_pct, row.sharpe, row.max_dd_pct, row.n_trades.into()]);
        }
        Ok::<(), Infallible>(())
    })?;
    ensure!(end == End::Complete, "the sweep was cancelled");
    Ok(figures)
}

/// Measures the peak memory of a sweep in a process of its own.
fn memory(bench: &mut Bench) -> Result<()> {
    const MOST: f64 = 100e6;
    let program = std::env::current_exe()?;
    let output = std::process::Command::new(program).arg("peak-of-sweep").output()?;
    let error = || String::from_utf8_lossy(&output.stderr).into_owned();
    let text = std::str::from_utf8(&output.stdout)?.trim();
    let bytes: f64 = text.parse().with_context(error)?;
    let outcome = Outcome::Bytes { most: MOST, reached: bytes < MOST };
    bench.add(Row { case: "sweep-memory".to_owned(), ours: bytes, peers: Vec::new(), outcome });
    Ok(())
}

/// Runs the sweep once; returns the peak memory of this process.
pub(crate) fn peak_bytes() -> Result<u64> {
    let pool = Pool::new(Some(1)).map_err(anyhow::Error::msg)?;
    let figures = figures(&minutes(BARS)?, &plan()?, &grid()?, &pool)?;
    ensure!(figures.len() == FIGURES * grid()?.len(), "the sweep is not complete");
    clock::peak_bytes()
}
