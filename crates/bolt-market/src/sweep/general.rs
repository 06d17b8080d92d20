//! A chunk of combinations bar by bar.

use super::{Row, Sweep, SweepError};
use crate::ledger::Ledger;
use crate::plan::{Decisions, PlanNodes};
use crate::statistics::{PeriodsPerYear, RiskFree, drawdowns, returns, trades};
use bolt_exec::Pool;
use bolt_kernel::{Graph, NodeId, Program, Scope};

/// Runs the combinations in groups whose columns fit the memory, of which `threads` run at a time.
pub(super) fn run<E: std::error::Error>(
    sweep: &Sweep<'_>,
    combinations: &[usize],
    pool: &Pool,
    threads: usize,
) -> Result<Vec<Row>, SweepError<E>> {
    let one = sweep.combination_bytes().max(1) * threads as u64;
    let more = usize::try_from(sweep.memory_bytes / one).unwrap_or(usize::MAX);
    let group = more.saturating_add(1);
    let mut rows = Vec::with_capacity(combinations.len());
    for group in combinations.chunks(group) {
        let decisions = evaluate(sweep, group)?;
        pool.pause();
        for (&index, decisions) in group.iter().zip(decisions) {
            let ledger = trade(sweep, &decisions)?;
            rows.push(row(sweep, index, &ledger, decisions.warm_up()));
            pool.pause();
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

/// Returns the figures of one combination. Sharpe ratio and number of trades are those of the peer
/// whose convention it is, as in a backtest.
fn row(sweep: &Sweep<'_>, index: usize, ledger: &Ledger, warm_up: usize) -> Row {
    let bars = sweep.market.prices.len();
    let changes = returns::of_equity(&ledger.equity);
    let sharpe_per_bar = returns::sharpe(&changes, PeriodsPerYear::stated(1.0), RiskFree::ZERO);
    let equity_final = ledger.equity.last().copied().unwrap_or(sweep.convention.cash());
    let summary = trades::summarize(&ledger.trades, bars);
    let close = sweep.market.prices.close;
    let statistics = |times| sweep.convention.peer_statistics(ledger, close, times, warm_up);
    let peer = sweep.market.times.and_then(statistics);
    let peer = |label: &str| peer.as_ref().and_then(|statistics| statistics.number(label));
    let trades = peer("# Trades").or_else(|| peer("Total Trades"));
    Row {
        index,
        equity_final,
        return_pct: (equity_final / sweep.convention.cash() - 1.0) * 100.0,
        sharpe: peer("Sharpe Ratio")
            .unwrap_or_else(|| returns::sharpe(&changes, sweep.periods, sweep.risk_free)),
        sharpe_per_bar,
        max_dd_pct: 100.0 * drawdowns::deepest(&ledger.equity),
        n_trades: trades.map_or(ledger.trades.len() as u32, |count| count as u32),
        win_rate_pct: 100.0 * summary.win_rate,
        exposure_pct: 100.0 * summary.exposure_at_close,
    }
}
