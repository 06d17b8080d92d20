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

use std::time::Duration;

use bolt_exec::CancelToken;
use bolt_kernel::{Graph, Program, Scope, Shape, ValueType, formula};
use bolt_market::data::Bars;
use bolt_market::formulas::Columns;
use bolt_market::plan::Plan;
use bolt_market::statistics::PeriodsPerYear;
use bolt_market::sweep::{End, Grid, Path, Row, SelectionError, Sweep};
use serde_json::{Value, json};

use crate::backtest::MarketEvents;
use crate::data::{borrowed, formula_columns};
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
}

/// Combinations that were run.
pub(crate) struct Ran {
    pub(crate) rows: Vec<Row>,
    pub(crate) end: End,
    pub(crate) cache: CacheUse,
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
    /// If a formula is wrong, the convention lacks a setting, or the sink fails.
    pub fn sweep(
        &self,
        bars: &Bars,
        request: &SweepRequest,
        combinations: &[usize],
        done: Done,
        cancel: &CancelToken,
        sink: &mut Sink<'_>,
    ) -> Result<SweepOutcome, SessionError> {
        let columns = formula_columns(bars);
        let Done { rows, assessment } = done;
        let known = assessment.filter(|_| rows.len() == combinations.len());
        let ran = self.sweep_rows(bars, request, combinations, rows, cancel, sink)?;
        let Ran { rows, end, cache } = ran;
        let sweep = self.prepare(bars, &columns, request)?;
        let known = known.filter(|known| {
            known.seed == request.seed && known.bars_per_return == sweep.bars_per_return(rows.len())
        });
        let (path, periods) = (sweep.path(), sweep.periods);
        let assess = || {
            let selection = sweep.assess(&rows, &self.pool, cancel, request.seed)?;
            Ok(Assessment::new(&selection, &request.grid, request.seed))
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
        Ok(SweepOutcome { rows, end, selection, path, periods, cache })
    }

    /// Runs the combinations that there are no rows of yet, here or in the cache; returns all rows.
    pub(crate) fn sweep_rows(
        &self,
        bars: &Bars,
        request: &SweepRequest,
        combinations: &[usize],
        done: Vec<Row>,
        cancel: &CancelToken,
        sink: &mut Sink<'_>,
    ) -> Result<Ran, SessionError> {
        let columns = formula_columns(bars);
        let names = request.grid.parameters().iter().map(|each| each.name.as_str());
        let known: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        self.check_parameters(names, &request.plan.texts(), &known)?;
        let sweep = self.prepare(bars, &columns, request)?;
        let rest = combinations.get(done.len()..).unwrap_or_default();
        let mut known = KnownRows::read(&self.results, bars, request, &sweep);
        let found: Vec<Option<Row>> = rest.iter().map(|&index| known.find(index)).collect();
        let lacks = |(index, found): (&usize, &Option<Row>)| found.is_none().then_some(*index);
        let missing: Vec<usize> = rest.iter().zip(&found).filter_map(lacks).collect();
        let (mut rows, mut in_order) = (done, InOrder::new(found));
        let mut hand_on = |new: &[Row]| -> Result<(), SessionError> {
            let new = in_order.fill(new);
            if !new.is_empty() {
                sink(&new)?;
            }
            rows.extend_from_slice(&new);
            Ok(())
        };
        hand_on(&[])?;
        let (mut new, mut took, mut since) = (Vec::new(), Duration::ZERO, self.clock.now());
        let mut keep = |some: &[Row]| -> Result<(), SessionError> {
            took += self.clock.now().saturating_sub(since);
            new.extend_from_slice(some);
            hand_on(some)?;
            since = self.clock.now();
            Ok(())
        };
        let run = |batch: &[usize]| sweep.run(batch, &self.pool, cancel, &mut keep);
        let end = run_paced(&missing, self.pool.threads(), &*self.clock, run);
        let cache = known.keep(&new, took);
        Ok(Ran { rows, end: end?, cache })
    }

    fn prepare<'a>(
        &'a self,
        bars: &'a Bars,
        columns: &'a [(String, &'a [f64])],
        request: &'a SweepRequest,
    ) -> Result<Sweep<'a>, SessionError> {
        let periods = self.periods(bars)?;
        let convention = request.trading.convention()?;
        self.check_peer_statistics(&convention)?;
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
            memory_bytes: self.config.sweep_memory().0,
        })
    }
}

/// Takes rows as they come.
type Sink<'a> = dyn FnMut(&[Row]) -> Result<(), SessionError> + Send + 'a;

/// Combinations whose condition is evaluated at a time.
const CONDITION_CHUNK: usize = 1 << 16;
