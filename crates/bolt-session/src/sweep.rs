//! Sweeps over the combinations of parameters, with results on disk as they come.

mod assessment;
mod file;
mod known;
mod line;
mod pace;
#[cfg(test)]
mod tests;

pub use assessment::Assessment;
pub use file::{Format, ResultFile};
pub use known::CacheUse;
pub use line::row_line;

use std::sync::Arc;

use bolt_base::Bytes;
use bolt_exec::CancelToken;
use bolt_kernel::{Graph, Program, Scope, Shape, ValueType, formula};
use bolt_market::data::Bars;
use bolt_market::formulas::Columns;
use bolt_market::plan::Plan;
use bolt_market::statistics::PeriodsPerYear;
use bolt_market::sweep::{Demand, End, Grid, Path, Row, SelectionError, Sweep};
use bolt_memory::{Component, Job, Kind, Reservation};
use serde_json::{Value, json};

use crate::backtest::{MarketEvents, check_peer_statistics};
use crate::cooling::Slowed;
use crate::data::{borrowed, formula_columns};
use crate::memory::room_up_to;
use crate::trading::{Traded, Trading};
use crate::{Session, SessionError};
use known::{InOrder, KnownRows};
use pace::run_paced;

/// What is to be swept.
#[derive(Debug, Clone)]
pub struct SweepRequest {
    /// The formulas; parameters of the grid stand for numbers in them.
    pub plan: Plan,
    /// How they are traded.
    pub trading: Trading,
    /// The combinations.
    pub grid: Grid,
    /// A condition on the parameters that combinations must meet, as a formula.
    pub condition: Option<String>,
    /// Cash dividends and splits, a value a bar.
    pub events: MarketEvents,
    /// Chooses the pairs of combinations that the assessment compares.
    pub seed: u64,
}

/// What an earlier run of the same sweep has left.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// The rows of the first combinations, in the order of the grid.
    pub rows: Vec<Row>,
    /// What was said of the choice of the best, if these are all rows.
    pub assessment: Option<Assessment>,
}

/// What came of a sweep.
#[derive(Debug, Clone)]
pub struct SweepOutcome {
    /// A row a combination, in the order of the grid.
    pub rows: Vec<Row>,
    /// How it ended.
    pub end: End,
    /// What choosing the best leaves of its result, or why that cannot be said; `None` of a sweep
    /// that was cut short.
    pub selection: Option<Result<Assessment, String>>,
    /// How combinations were run.
    pub path: Path,
    /// Bars a year, and where the number comes from.
    pub periods: PeriodsPerYear,
    /// What was found in the cache, and added to it.
    pub cache: CacheUse,
    /// That combinations ran on fewer threads because of heat, if they did.
    pub heat: Option<String>,
    /// What is reserved for the rows, where a budget counts them.
    pub memory: Option<Arc<Reservation>>,
}

/// Combinations that were run.
pub(crate) struct Ran {
    pub(crate) rows: Vec<Row>,
    pub(crate) end: End,
    pub(crate) cache: CacheUse,
    pub(crate) slowed: Slowed,
}

impl SweepOutcome {
    /// Returns what is said of all rows together. `selection` is `null` where the choice of the
    /// best could not be assessed, with the reason in `reasons`.
    pub fn to_json(&self) -> Value {
        let (selection, reason) = match &self.selection {
            Some(Ok(assessment)) => (assessment.to_json(), None),
            Some(Err(reason)) => (Value::Null, Some(reason.as_str())),
            None => (Value::Null, Some("the sweep was interrupted")),
        };
        json!({
            "combinations": self.rows.len(),
            "path": self.path.name(),
            "periods_per_year": self.periods.value,
            "selection": selection,
            "reasons": reason.map_or(json!({}), |reason| json!({"selection": reason})),
        })
    }
}

impl Session {
    /// Returns the indices of the combinations that meet the condition.
    ///
    /// # Errors
    /// If the condition is not a formula of truth over the parameters, or nothing meets it.
    pub fn combinations(&self, request: &SweepRequest) -> Result<Vec<usize>, SessionError> {
        let SweepRequest { grid, condition, .. } = request;
        let all = 0..grid.len();
        let Some(condition) = condition else { return Ok(all.collect()) };
        let mut kept = Vec::new();
        for first in all.step_by(CONDITION_CHUNK) {
            let chunk = first..(first + CONDITION_CHUNK).min(grid.len());
            let truths = self.meets(grid, condition, chunk.clone())?;
            kept.extend(chunk.zip(truths).filter(|(_, meets)| *meets).map(|(index, _)| index));
        }
        if kept.is_empty() {
            let reason = format!("no combination meets the condition `{condition}`");
            return Err(SessionError::Settings(reason));
        }
        Ok(kept)
    }

    /// Evaluates the condition over some combinations, a row each.
    fn meets(
        &self,
        grid: &Grid,
        condition: &str,
        indices: std::ops::Range<usize>,
    ) -> Result<Vec<bool>, SessionError> {
        let names: Vec<&str> = grid.parameters().iter().map(|each| each.name.as_str()).collect();
        let mut values = vec![Vec::with_capacity(indices.len()); names.len()];
        for index in indices.clone() {
            for (column, value) in values.iter_mut().zip(grid.combination(index)) {
                column.push(value);
            }
        }
        let schema: Vec<(&str, Shape)> = names.iter().map(|name| (*name, Shape::Panel)).collect();
        let catalog = &self.catalog;
        let scope = Scope { catalog, columns: &schema, parameters: &[], universe: None };
        let mut graph = Graph::new();
        let wrong = |reason: String| {
            SessionError::Settings(format!("the condition `{condition}` is wrong: {reason}"))
        };
        let node = formula(&mut graph, condition, &scope)
            .map_err(|errors| wrong(errors[0].to_string()))?;
        if graph.value_type(node) != ValueType::Bool {
            return Err(wrong("it is a number; compare something, such as `fast < slow`".into()));
        }
        let program = Program::new(&graph, &[node]);
        let borrowed = names.iter().zip(&values).map(|(name, column)| (*name, &column[..]));
        let columns = Columns::new(indices.len(), borrowed);
        let outputs = program.evaluate(&columns.inputs(&program), indices.len(), 1, &self.kernel);
        let truths = outputs.into_iter().flat_map(bolt_kernel::Output::into_truths);
        Ok(truths.map(|truth| truth == Some(true)).collect())
    }

    /// Runs a sweep over its [`combinations`](Self::combinations). Those that `done` has rows of
    /// are not run again; the rows of the others are handed to `sink` in order, as they come. What
    /// `done` says of the choice of the best is not measured again if it was measured on the same
    /// rows in the same way.
    ///
    /// # Errors
    /// If a formula is wrong, the convention lacks a setting, the sink fails, it runs for longer
    /// than it may, or there is not memory enough for the rows, one combination a thread and the
    /// assessment.
    pub fn sweep(
        &self,
        bars: &Bars,
        request: &SweepRequest,
        combinations: &[usize],
        done: Done,
        cancel: &CancelToken,
        sink: &mut Sink<'_>,
    ) -> Result<SweepOutcome, SessionError> {
        let query = self.query("sweep", cancel)?;
        let mut timed = |rows: &[Row]| sink(rows).and_then(|()| query.check());
        let outcome =
            self.run_sweep(bars, request, combinations, done, query.token(), &mut timed)?;
        query.end((outcome.end == End::Complete).then_some(()))?;
        Ok(outcome)
    }

    fn run_sweep(
        &self,
        bars: &Bars,
        request: &SweepRequest,
        combinations: &[usize],
        done: Done,
        cancel: &CancelToken,
        sink: &mut Sink<'_>,
    ) -> Result<SweepOutcome, SessionError> {
        let job = self.memory.job(&*self.clock, Component::Market, "sweep");
        let _scope = job.enter();
        let columns = formula_columns(bars);
        let Done { rows, assessment } = done;
        let known = assessment.filter(|_| rows.len() == combinations.len());
        let mut sweep = self.checked(bars, &columns, request)?;
        let known = known.filter(|known| {
            let bars_per_return = sweep.bars_per_return(combinations.len());
            known.seed == request.seed && known.bars_per_return == bars_per_return
        });
        let demand = sweep.demand(combinations.len(), self.pool.threads());
        let assessment = if known.is_some() { 0 } else { demand.assessment };
        self.find_room(&job, &mut sweep, demand, assessment)?;
        let mut held = job.reservation(Kind::Fixed);
        let new = combinations.len() - rows.len();
        let mut kept = KnownRows::read(self, bars, request, &sweep, new);
        let ran = self.run_rows(&sweep, combinations, rows, &mut kept, &mut held, cancel, sink)?;
        let (rows, end, slowed) = ran;
        let (path, periods) = (sweep.path(), sweep.periods);
        let mut assess = || -> Result<Assessment, SelectionError> {
            let (seed, bars_per_return) = (request.seed, sweep.bars_per_return(rows.len()));
            if let Some(known) = kept.assessment(combinations, seed, bars_per_return) {
                return Ok(known);
            }
            let selection = sweep.assess(&rows, &self.pool, cancel, seed)?;
            let assessment = Assessment::new(&selection, &request.grid, seed);
            kept.keep_assessment(combinations, &assessment);
            Ok(assessment)
        };
        let assessed = match (end, known) {
            (End::Cancelled, _) => Err(SelectionError::Cancelled),
            (End::Complete, Some(known)) => Ok(known),
            (End::Complete, None) => assess(),
        };
        let (end, selection) = match assessed {
            Err(SelectionError::Cancelled) => (End::Cancelled, None),
            assessed => (end, Some(assessed.map_err(|error| error.to_string()))),
        };
        let (cache, heat, memory) = (kept.finish(), slowed.note(), Some(Arc::new(held)));
        Ok(SweepOutcome { rows, end, selection, path, periods, cache, heat, memory })
    }

    /// Runs the combinations of a sweep of which nothing is assessed.
    pub(crate) fn sweep_rows(
        &self,
        bars: &Bars,
        request: &SweepRequest,
        combinations: &[usize],
        cancel: &CancelToken,
    ) -> Result<Ran, SessionError> {
        let job = self.memory.job(&*self.clock, Component::Market, "sweep");
        let _scope = job.enter();
        let columns = formula_columns(bars);
        let mut sweep = self.checked(bars, &columns, request)?;
        let demand = sweep.demand(combinations.len(), self.pool.threads());
        self.find_room(&job, &mut sweep, demand, 0)?;
        let mut known = KnownRows::read(self, bars, request, &sweep, combinations.len());
        let (mut held, sink) = (job.reservation(Kind::Fixed), &mut |_: &[Row]| Ok(()));
        let (rows, end, slowed) =
            self.run_rows(&sweep, combinations, Vec::new(), &mut known, &mut held, cancel, sink)?;
        Ok(Ran { rows, end, cache: known.finish(), slowed })
    }

    /// Refuses a sweep that there is no memory for, and says how much of it columns of signals may
    /// take: what `sweep.memory` allows and the combinations need, or less where there is less. What
    /// runs then reserves what it has.
    fn find_room(
        &self,
        job: &Job,
        sweep: &mut Sweep<'_>,
        demand: Demand,
        assessment: u64,
    ) -> Result<(), SessionError> {
        let columns = demand.columns.min(self.config.sweep_memory().0);
        let (most, least) = (demand.least + columns, demand.least.max(assessment));
        let room = room_up_to(job, Bytes(most), Bytes(least))?;
        sweep.memory_bytes = (room.0 - demand.least).min(columns);
        Ok(())
    }

    /// Runs the combinations that there are no rows of yet, here or in the cache; returns all rows,
    /// for which memory is held.
    #[expect(clippy::too_many_arguments, reason = "what runs, what is there, and who is told")]
    fn run_rows(
        &self,
        sweep: &Sweep<'_>,
        combinations: &[usize],
        done: Vec<Row>,
        known: &mut KnownRows<'_>,
        held: &mut Reservation,
        cancel: &CancelToken,
        sink: &mut Sink<'_>,
    ) -> Result<(Vec<Row>, End, Slowed), SessionError> {
        let rest = combinations.get(done.len()..).unwrap_or_default();
        let mut rows = done;
        rows.reserve_exact(rest.len());
        let all = Bytes((rows.capacity() * size_of::<Row>()) as u64);
        // In the cache or not, where it is missing, and as a row to be kept.
        let each = size_of::<Option<Row>>() + size_of::<usize>() + size_of::<Row>();
        held.try_resize(Bytes(all.0 + (rest.len() * each) as u64))?;
        let found: Vec<Option<Row>> = rest.iter().map(|&index| known.find(index)).collect();
        let lacks = |(index, found): (&usize, &Option<Row>)| found.is_none().then_some(*index);
        let mut missing = Vec::with_capacity(rest.len());
        missing.extend(rest.iter().zip(&found).filter_map(lacks));
        let mut in_order = InOrder::new(found);
        let mut hand_on = |new: &[Row]| -> Result<(), SessionError> {
            let new = in_order.fill(new);
            if !new.is_empty() {
                sink(&new)?;
            }
            rows.extend_from_slice(&new);
            Ok(())
        };
        hand_on(&[])?;
        let mut new = Vec::with_capacity(rest.len());
        let mut keep = |some: &[Row]| -> Result<(), SessionError> {
            new.extend_from_slice(some);
            hand_on(some)
        };
        let mut slowed = Slowed::default();
        let run = |batch: &[usize]| {
            let Self { memory, cooling, limits, pool, clock, .. } = self;
            memory.poll(&**clock);
            let pool = cooling.pool(pool, &limits.threads, &**clock, batch.len(), &mut slowed);
            sweep.run(batch, &pool, cancel, &mut keep)
        };
        let end = run_paced(&missing, self.pool.threads(), &*self.clock, run);
        known.keep(&new);
        drop((new, missing, in_order));
        held.try_resize(all)?;
        Ok((rows, end?, slowed))
    }

    /// Prepares a sweep whose parameters were checked.
    fn checked<'a>(
        &'a self,
        bars: &'a Bars,
        columns: &'a [(String, &'a [f64])],
        request: &'a SweepRequest,
    ) -> Result<Sweep<'a>, SessionError> {
        let names = request.grid.parameters().iter().map(|each| each.name.as_str());
        let known: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        self.check_parameters(names, &request.plan.texts(), &known)?;
        self.prepare(bars, columns, request)
    }

    fn prepare<'a>(
        &'a self,
        bars: &'a Bars,
        columns: &'a [(String, &'a [f64])],
        request: &'a SweepRequest,
    ) -> Result<Sweep<'a>, SessionError> {
        let periods = self.periods(bars)?;
        let convention = request.trading.convention()?;
        check_peer_statistics(&self.config, &convention)?;
        let columns = borrowed(bars.len(), columns);
        let names = request.grid.parameters().iter().map(|each| each.name.as_str());
        let first: Vec<(&str, f64)> = names.zip(request.grid.combination(0)).collect();
        let sides = request.plan.sides(&columns, &self.catalog, &first);
        request.trading.check(&Traded::plan(&request.plan, sides))?;
        Ok(Sweep {
            market: request.events.market(bars),
            columns,
            plan: &request.plan,
            rules: request.trading.rules(periods.value),
            convention,
            grid: &request.grid,
            catalog: &self.catalog,
            options: self.kernel.clone(),
            periods,
            risk_free: self.risk_free(),
            memory_bytes: 0,
            assessment_bytes: self.config.sweep_memory().0 / 2,
        })
    }
}

/// Takes rows as they come.
type Sink<'a> = dyn FnMut(&[Row]) -> Result<(), SessionError> + Send + 'a;

/// Combinations whose condition is evaluated at a time.
const CONDITION_CHUNK: usize = 1 << 16;
