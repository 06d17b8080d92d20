//! A chunk of combinations bar by bar.

use super::{Row, Sweep, SweepError};
use crate::broker::Error;
use crate::formulas;
use crate::ledger::Ledger;
use crate::plan::{Decisions, PlanNodes};
use crate::statistics::{PeriodsPerYear, RiskFree, drawdowns, returns, trades};
use bolt_base::Bytes;
use bolt_exec::Pool;
use bolt_kernel::{Graph, NodeId, Program, Scope};
use bolt_memory::Working;

/// Runs the combinations in groups whose columns fit the memory, of which `threads` run at a time.
pub(super) fn run<E: std::error::Error>(
    sweep: &Sweep<'_>,
    combinations: &[usize],
    pool: &Pool,
    threads: usize,
) -> Result<Vec<Row>, SweepError<E>> {
    let one = sweep.combination_bytes().max(1) * threads as u64;
    let more = usize::try_from(sweep.memory_bytes / one).unwrap_or(usize::MAX);
    by_groups(combinations, more.saturating_add(1), |group, rows| {
        run_group(sweep, group, pool, rows)
    })
}

/// Runs combinations in groups that are not larger than `size`. Where there is not memory enough
/// for a group, as others have taken what there was, it goes on from where it was by half of it.
pub(super) fn by_groups<E: std::error::Error>(
    combinations: &[usize],
    mut size: usize,
    run: impl Fn(&[usize], &mut Vec<Row>) -> Result<(), SweepError<E>>,
) -> Result<Vec<Row>, SweepError<E>> {
    let mut rows = Vec::with_capacity(combinations.len());
    while let rest @ [_, ..] = &combinations[rows.len()..] {
        let group = &rest[..size.min(rest.len())];
        match run(group, &mut rows) {
            Err(SweepError::Engine(Error::Memory(_))) if group.len() > 1 => size = group.len() / 2,
            done => done?,
        }
    }
    Ok(rows)
}

fn run_group<E: std::error::Error>(
    sweep: &Sweep<'_>,
    combinations: &[usize],
    pool: &Pool,
    rows: &mut Vec<Row>,
) -> Result<(), SweepError<E>> {
    let (all, mut held) = evaluate(sweep, combinations)?;
    pool.pause();
    for (&index, decisions) in combinations.iter().zip(all) {
        let taken = decisions.allocated();
        let ledger = trade(sweep, &decisions)?;
        let measuring = Working::of(measuring_bytes(&ledger)).map_err(Error::Memory)?;
        rows.push(row(sweep, index, &ledger, decisions.warm_up()));
        drop((ledger, measuring, decisions));
        held.shrink(taken);
        pool.pause();
    }
    Ok(())
}

/// Returns what it takes to measure a ledger: it, the returns, and columns of its trades.
fn measuring_bytes(ledger: &Ledger) -> Bytes {
    let returns = size_of_val(&*ledger.equity) as u64;
    Bytes(ledger.allocated().0 + returns + trades::summarizing_bytes(&ledger.trades).0)
}

/// Evaluates the formulas of several combinations at once; returns what they decide with what is
/// reserved for it.
pub(super) fn evaluate<E: std::error::Error>(
    sweep: &Sweep<'_>,
    combinations: &[usize],
) -> Result<(Vec<Decisions>, Working), SweepError<E>> {
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
    let evaluated = formulas::evaluate(&program, &inputs, rows, 1, &sweep.options);
    let (outputs, mut held) = evaluated.map_err(Error::Memory)?;
    let mut outputs = outputs.into_iter();
    let each = combinations.iter().zip(nodes).map(|(&index, nodes)| {
        let decisions = nodes.decisions(&graph, &mut outputs, &mut held);
        decisions.map_err(|error| sweep.strategy_error(index, error))
    });
    let decisions = each.collect::<Result<_, SweepError<E>>>()?;
    Ok((decisions, held))
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
