//! A chunk of combinations on the sparse path.

use super::general::by_groups;
use super::sparse::{BLOCK_BYTES, BLOCK_ROWS_MAX, Block, Costs, Summary, Tracker};
use super::{Row, Sweep, SweepError};
use crate::broker::Error;
use crate::formulas::Role;
use crate::plan::PlanNodes;
use bolt_base::Bytes;
use bolt_exec::Pool;
use bolt_kernel::{Graph, Machine, NodeId, Options, Program, Scope, ValueType};
use bolt_memory::Working;

/// What the roots of a combination mean, in their order.
#[derive(Debug, Clone, Copy)]
enum Signal {
    Level,
    Entry,
    EntryAndExit,
}

/// Runs the combinations, as many as there is memory for in one pass over time. Those whose
/// position is a number, a fraction of equity and so not all in or out, are run bar by bar: how one
/// is run depends on itself alone, so that its row has the same bits whatever is run with it.
pub(super) fn run<E: std::error::Error>(
    sweep: &Sweep<'_>,
    combinations: &[usize],
    costs: Costs,
    pool: &Pool,
) -> Result<Vec<Row>, SweepError<E>> {
    by_groups(combinations, combinations.len(), |group, rows| {
        rows.extend(run_group(sweep, group, costs, pool)?);
        Ok(())
    })
}

fn run_group<E: std::error::Error>(
    sweep: &Sweep<'_>,
    combinations: &[usize],
    costs: Costs,
    pool: &Pool,
) -> Result<Vec<Row>, SweepError<E>> {
    let mut held = Working::default();
    let mut graph = Graph::new();
    let mut roots: Vec<NodeId> = Vec::new();
    let schema = sweep.columns.schema();
    let mut signals = Vec::with_capacity(combinations.len());
    let mut is_number = Vec::with_capacity(combinations.len());
    for &index in combinations {
        let parameters = sweep.parameters(index);
        let scope = Scope {
            catalog: sweep.catalog,
            columns: &schema,
            parameters: &parameters,
            universe: None,
        };
        let built = sweep.plan.build(&mut graph, &scope);
        let PlanNodes::Signals(nodes) =
            built.map_err(|error| sweep.strategy_error(index, error))?
        else {
            unreachable!("rules for orders take the general path")
        };
        let first = roots.len();
        let mut root = |wanted: Role| {
            let node = nodes.iter().find(|(role, _)| *role == wanted).map(|(_, node)| *node);
            roots.extend(node);
            node.is_some()
        };
        signals.push(match (root(Role::Signal), root(Role::Entry), root(Role::Exit)) {
            (true, ..) => Signal::Level,
            (false, true, false) => Signal::Entry,
            (false, true, true) => Signal::EntryAndExit,
            (false, false, _) => unreachable!("a strategy has a level or an entry"),
        });
        is_number
            .push(roots[first..].iter().any(|&root| graph.value_type(root) != ValueType::Bool));
        held.resize(Bytes(graph.allocated() as u64)).map_err(Error::Memory)?;
    }
    if is_number.contains(&true) {
        drop((graph, held));
        return run_apart(sweep, combinations, &is_number, costs, pool);
    }
    let program = Program::new(&graph, &roots);
    let options = Options { block_rows: Some(BLOCK_ROWS_MAX), ..sweep.options.clone() };
    let buffers = Machine::<f64>::buffer_bytes(&program, 1, &options);
    let trackers = combinations.len() * size_of::<Tracker>();
    drop(graph);
    let all = program.allocated(1) + buffers + trackers + BLOCK_BYTES;
    held.resize(Bytes(all as u64)).map_err(Error::Memory)?;
    let trackers = track(sweep, &program, &signals, costs, &options, pool);
    let rows = combinations.iter().zip(trackers);
    Ok(rows.map(|(&index, tracker)| row(sweep, index, &tracker.summary())).collect())
}

/// Runs the combinations whose position is a number bar by bar, and the others as before.
fn run_apart<E: std::error::Error>(
    sweep: &Sweep<'_>,
    combinations: &[usize],
    is_number: &[bool],
    costs: Costs,
    pool: &Pool,
) -> Result<Vec<Row>, SweepError<E>> {
    let of = |wanted: bool| -> Vec<usize> {
        let each = combinations.iter().zip(is_number);
        each.filter(|(_, is_number)| **is_number == wanted).map(|(index, _)| *index).collect()
    };
    let (numbers, truths) = (of(true), of(false));
    let mut numbers = super::general::run(sweep, &numbers, pool, 1)?.into_iter();
    let mut truths = match truths.is_empty() {
        true => Vec::new(),
        false => run_group(sweep, &truths, costs, pool)?,
    }
    .into_iter();
    let next = |is_number: &bool| if *is_number { numbers.next() } else { truths.next() };
    Ok(is_number.iter().filter_map(next).collect())
}

fn track(
    sweep: &Sweep<'_>,
    program: &Program,
    signals: &[Signal],
    costs: Costs,
    options: &Options,
    pool: &Pool,
) -> Vec<Tracker> {
    let mut trackers = vec![Tracker::new(costs); signals.len()];
    let prices = sweep.market.prices;
    let mut machine = Machine::<f64>::new(program, 1, options);
    let columns = sweep.columns.inputs(program);
    let (mut block, mut entries) = (None, Vec::new());
    let mut next = 0;
    machine.run(&columns, prices.len(), |root, values| {
        if root == 0 {
            pool.pause();
            let rows = values.first_row..values.first_row + values.rows;
            let before = rows.start.checked_sub(1).map(|bar| prices.close[bar]);
            block = Some(Block::new(&prices.open[rows.clone()], &prices.close[rows], before));
            next = 0;
        }
        let Some(block) = &block else { unreachable!("roots come in order") };
        let bits = values.true_bits();
        // A combination's last root is where all of its bits are known.
        match signals[next] {
            Signal::Level => trackers[next].advance(block, bits),
            Signal::Entry => trackers[next].advance_by_events(block, bits, None),
            Signal::EntryAndExit if entries.is_empty() => {
                entries.extend_from_slice(bits);
                return;
            }
            Signal::EntryAndExit => {
                trackers[next].advance_by_events(block, &entries, Some(bits));
                entries.clear();
            }
        }
        next += 1;
    });
    trackers
}

fn row(sweep: &Sweep<'_>, index: usize, summary: &Summary) -> Row {
    let bars = sweep.market.prices.len() as f64;
    let free = sweep.risk_free.per_period(sweep.periods);
    let deviation = if summary.deviation > 0.0 { summary.deviation } else { f64::NAN };
    Row {
        index,
        equity_final: sweep.convention.cash() * summary.growth,
        return_pct: (summary.growth - 1.0) * 100.0,
        sharpe: (summary.mean_return - free) / deviation * sweep.periods.value.sqrt(),
        sharpe_per_bar: summary.mean_return / deviation,
        max_dd_pct: 0.0 - 100.0 * summary.max_drawdown,
        n_trades: summary.trades,
        win_rate_pct: 100.0 * f64::from(summary.wins) / f64::from(summary.closed),
        exposure_pct: 100.0 * f64::from(summary.bars_held) / bars,
    }
}
