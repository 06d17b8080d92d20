//! A chunk of combinations bar by bar.

use super::{Row, Sweep, SweepError};
use crate::ledger::Ledger;
use crate::plan::{Decisions, PlanNodes};
use crate::statistics::{PeriodsPerYear, RiskFree, drawdowns, returns, trades};
use bolt_kernel::{Graph, NodeId, Program, Scope};

/// Bytes a bar that a formula of one combination takes at most: the kernel's outputs and the
/// columns made of them.
const BYTES_PER_VALUE: u64 = 16;

/// Runs the combinations in groups whose columns fit the memory.
pub(super) fn run<E: std::error::Error>(
    sweep: &Sweep<'_>,
    combinations: &[usize],
    threads: usize,
) -> Result<Vec<Row>, SweepError<E>> {
    let bars = sweep.market.prices.len() as u64;
    let formulas = sweep.plan.texts().len() as u64;
    let one = (bars * formulas * BYTES_PER_VALUE).max(1) * threads as u64;
    let group = usize::try_from(sweep.memory_bytes / one).unwrap_or(usize::MAX).max(1);
    let mut rows = Vec::with_capacity(combinations.len());
    for group in combinations.chunks(group) {
        let decisions = evaluate(sweep, group)?;
        for (&index, decisions) in group.iter().zip(decisions) {
            rows.push(row(sweep, index, &trade(sweep, &decisions)?));
        }
    }
    Ok(rows)
}

/// Evaluates the formulas of several combinations at once.
pub(super) fn evaluate<E: std::error::Error>(
    sweep: &Sweep<'_>,
    combinations: &[usize],
) -> Result<Vec<Decisions>, SweepError<E>> {
    let mut graph = Graph::new();
    let schema = sweep.columns.schema();
    let mut nodes = Vec::with_capacity(combinations.len());
    for &index in combinations {
        let parameters = sweep.parameters(index);
        let scope = Scope {
            catalog: sweep.catalog,
            columns: &schema,
            parameters: &parameters,
            universe: None,
        };
        let built = sweep.plan.build(&mut graph, &scope);
        nodes.push(built.map_err(|error| sweep.strategy_error(index, error))?);
    }
    let roots: Vec<NodeId> = nodes.iter().flat_map(PlanNodes::roots).collect();
    let program = Program::new(&graph, &roots);
    let rows = sweep.columns.rows();
    let inputs = sweep.columns.inputs(&program);
    let mut outputs = program.evaluate(&inputs, rows, 1, &sweep.options).into_iter();
    let each = combinations.iter().zip(nodes);
    each.map(|(&index, nodes)| {
        let decisions = nodes.decisions(&graph, &mut outputs);
        decisions.map_err(|error| sweep.strategy_error(index, error))
    })
    .collect()
}

/// Trades what one combination decides.
pub(super) fn trade<E: std::error::Error>(
    sweep: &Sweep<'_>,
    decisions: &Decisions,
) -> Result<Ledger, SweepError<E>> {
    let convention = sweep.convention.after_warm_up(decisions.warm_up());
    Ok(decisions.trade(&sweep.market, &sweep.rules, &convention)?)
}

fn row(sweep: &Sweep<'_>, index: usize, ledger: &Ledger) -> Row {
    let bars = sweep.market.prices.len();
    let changes = returns::of_equity(&ledger.equity);
    let sharpe_per_bar = returns::sharpe(&changes, PeriodsPerYear::stated(1.0), RiskFree::ZERO);
    let equity_final = ledger.equity.last().copied().unwrap_or(sweep.cash());
    let summary = trades::summarize(&ledger.trades, bars);
    Row {
        index,
        equity_final,
        return_pct: (equity_final / sweep.cash() - 1.0) * 100.0,
        sharpe: sweep.annual(sharpe_per_bar),
        sharpe_per_bar,
        max_dd_pct: 100.0 * drawdowns::deepest(&ledger.equity),
        n_trades: ledger.trades.len() as u32,
        win_rate_pct: 100.0 * summary.win_rate,
        exposure_pct: 100.0 * bars_held(ledger, bars) as f64 / bars as f64,
    }
}

/// Returns the number of bars at whose close a trade was open.
fn bars_held(ledger: &Ledger, bars: usize) -> usize {
    let mut held = vec![false; bars];
    for trade in &ledger.trades {
        let end = trade.exit.map_or(bars, |exit| exit.bar);
        held[trade.entry_bar.min(end)..end].fill(true);
    }
    held.into_iter().filter(|held| *held).count()
}
