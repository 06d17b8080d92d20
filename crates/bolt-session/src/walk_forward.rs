//! Walk-forward: parameters chosen on one stretch of bars are traded on the next.
//!
//! Formulas are evaluated once over all bars, so that they are warm where a test begins; each
//! formula is causal, so a test knows nothing of what comes after it. Every test starts flat with
//! the money the one before it ended with, and closes what it holds at its last bar, costs
//! included, where the convention can; elsewhere what is held counts at its last close. The tests
//! joined end to end are one run that no choice has seen.

use std::ops::Range;
use std::sync::Arc;

use bolt_base::{Bytes, UnixNanos, counted};
use bolt_exec::CancelToken;
use bolt_market::data::Bars;
use bolt_market::ledger::{Fill, Ledger};
use bolt_market::statistics::PeriodsPerYear;
use bolt_market::sweep::{End, Row};
use bolt_memory::{Component, Kind, Reservation, Working};

use crate::backtest::{Summary, figures_bytes};
use crate::cooling::Slowed;
use crate::data::{borrowed, formula_columns};
use crate::query::Query;
use crate::statistics::{Figures, Line, Run};
use crate::sweep::{CacheUse, SweepRequest};
use crate::when::show_time;
use crate::{Session, SessionError};

/// How bars are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// Bars that parameters are chosen on.
    pub train_bars: usize,
    /// Bars that they are then traded on.
    pub test_bars: usize,
    /// Bars left out between the two.
    pub gap_bars: usize,
    /// Whether every choice begins at the first bar, so that it grows.
    pub anchored: bool,
}

impl Windows {
    /// Returns windows that make so many tests of equal length, the first choice being made on as
    /// many bars as a test has, and every choice on all bars before it.
    pub fn folds(bars: usize, folds: usize) -> Self {
        let each = bars / (folds + 1);
        Self { train_bars: bars - folds * each, test_bars: each, gap_bars: 0, anchored: true }
    }

    /// Returns the bars of each choice and of the test after it.
    fn split(&self, bars: usize) -> Vec<(Range<usize>, Range<usize>)> {
        let Self { train_bars, test_bars, gap_bars, anchored } = *self;
        let mut folds = Vec::new();
        let mut end = train_bars;
        while end + gap_bars < bars && test_bars > 0 {
            let test = end + gap_bars..(end + gap_bars + test_bars).min(bars);
            let start = if anchored { 0 } else { end - train_bars };
            folds.push((start..end, test));
            end += test_bars;
        }
        folds
    }
}

/// What is to be run.
#[derive(Debug, Clone)]
pub struct WalkForwardRequest {
    /// The strategy, the combinations and how they are traded.
    pub sweep: SweepRequest,
    /// How bars are divided.
    pub windows: Windows,
    /// The figure that the choice is made by, larger is better.
    pub choose_by: fn(&Row) -> f64,
}

/// One choice and its test.
#[derive(Debug, Clone)]
pub struct Fold {
    /// The bars that the choice was made on.
    pub train: Range<usize>,
    /// The bars that it was tested on.
    pub test: Range<usize>,
    /// The times of the first and the last of the bars that the choice was made on.
    pub train_times: (UnixNanos, UnixNanos),
    /// Those of the test.
    pub test_times: (UnixNanos, UnixNanos),
    /// The combination chosen: names and values.
    pub parameters: Vec<(String, f64)>,
    /// Its result on the bars that it was chosen on.
    pub trained: Row,
    /// Its result on the test.
    pub tested: Summary,
}

/// What came of a walk-forward run.
#[derive(Debug, Clone)]
pub struct WalkForward {
    /// The choices, in time.
    pub folds: Vec<Fold>,
    /// The bars of all tests.
    pub bars: Bars,
    /// The tests joined end to end, over these bars.
    pub ledger: Ledger,
    /// The figures to lead with, of the joined tests.
    pub summary: Summary,
    /// All figures of the joined tests.
    pub lines: Vec<Line>,
    /// What to know of the figures.
    pub notes: Vec<String>,
    /// Mean annual growth in the tests over that in the choices; NaN if nothing was gained there.
    pub efficiency: f64,
    /// Bars a year, and where the number comes from.
    pub periods: PeriodsPerYear,
    /// Combinations that choices were made from, over all choices.
    pub combinations: usize,
    /// What of them was found in the cache, and added to it.
    pub cache: CacheUse,
    /// What is reserved for the ledger.
    pub memory: Arc<Reservation>,
}

impl Session {
    /// Runs a walk-forward; `progress` hears of each fold with the number of them all. Returns
    /// `None` if it was cancelled.
    ///
    /// # Errors
    /// If the bars make no fold, no combination trades, a formula is wrong, the convention lacks a
    /// setting, it runs for longer than it may, or there is not memory enough.
    pub fn walk_forward(
        &self,
        bars: &Bars,
        request: &WalkForwardRequest,
        cancel: &CancelToken,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Option<WalkForward>, SessionError> {
        let query = self.query("walk-forward", cancel)?;
        let found = self.run_walk_forward(bars, request, &query, progress)?;
        query.end(found)
    }

    fn run_walk_forward(
        &self,
        bars: &Bars,
        request: &WalkForwardRequest,
        query: &Query,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Option<WalkForward>, SessionError> {
        let cancel = query.token();
        let job = self.memory.job(&*self.clock, Component::Market, "walk-forward");
        let _scope = job.enter();
        let mut held = job.reservation(Kind::Fixed);
        let periods = self.periods(bars)?;
        let split = request.windows.split(bars.len());
        if split.is_empty() {
            let Windows { train_bars, test_bars, gap_bars, .. } = request.windows;
            return Err(SessionError::Settings(format!(
                "{} cannot be divided into {} to choose on, {gap_bars} left out and {test_bars} to \
                 test on",
                counted(bars.len() as u64, "bar"),
                counted(train_bars as u64, "bar")
            )));
        }
        let combinations = self.combinations(&request.sweep)?;
        let mut joined = Joined::new(request.sweep.trading.cash, split[0].1.start);
        for (number, (train, test)) in split.iter().enumerate() {
            let chosen =
                self.choose(bars, request, &combinations, train.clone(), cancel, &mut joined)?;
            let Some(chosen) = chosen else { return Ok(None) };
            joined.combinations += combinations.len();
            let fold = self.test(bars, request, train, test, chosen, periods, &mut joined)?;
            query.check()?;
            joined.folds.push(fold);
            held.try_resize(joined.ledger.allocated())?;
            progress(number + 1, split.len());
            if joined.cash <= 0.0 {
                break;
            }
        }
        let untested = split.len() - joined.folds.len();
        let _measuring = job.reserve(Kind::Fixed, figures_bytes(&joined.ledger))?;
        Ok(Some(self.finish(bars, joined, untested, request, periods, held)?))
    }

    /// Returns the best combination on some bars; adds what the cache and heat had to do with it.
    fn choose(
        &self,
        bars: &Bars,
        request: &WalkForwardRequest,
        combinations: &[usize],
        train: Range<usize>,
        cancel: &CancelToken,
        joined: &mut Joined,
    ) -> Result<Option<Row>, SessionError> {
        let part = bars.slice(train.clone());
        let mut sweep = request.sweep.clone();
        sweep.events = request.sweep.events.slice(train.clone());
        let ran = self.sweep_rows(&part, &sweep, combinations, cancel)?;
        joined.cache.add(ran.cache);
        joined.slowed.add(ran.slowed);
        if ran.end == End::Cancelled {
            return Ok(None);
        }
        let best = ran.rows.into_iter().filter(|row| !(request.choose_by)(row).is_nan());
        let best = best.max_by(|a, b| {
            let (x, y) = ((request.choose_by)(a), (request.choose_by)(b));
            x.total_cmp(&y).then(b.index.cmp(&a.index))
        });
        best.map(Some).ok_or_else(|| {
            let at = |bar: usize| show_time(bars.timestamps()[bar], &bars.basis.zone);
            let (first, end) = (at(train.start), at(train.end - 1));
            SessionError::Settings(format!(
                "no combination trades from {first} to {end}, so there is none to choose"
            ))
        })
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one fold")]
    fn test(
        &self,
        bars: &Bars,
        request: &WalkForwardRequest,
        train: &Range<usize>,
        test: &Range<usize>,
        chosen: Row,
        periods: PeriodsPerYear,
        joined: &mut Joined,
    ) -> Result<Fold, SessionError> {
        let SweepRequest { plan, trading, grid, events, .. } = &request.sweep;
        let names = grid.parameters().iter().map(|each| each.name.clone());
        let parameters: Vec<(String, f64)> = names.zip(grid.combination(chosen.index)).collect();
        let columns = formula_columns(bars);
        let columns = borrowed(bars.len(), &columns);
        let named: Vec<(&str, f64)> =
            parameters.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let decisions = plan.evaluate(&columns, &self.catalog, &named, &self.kernel)?;
        let mut held = Working::of(decisions.allocated())?;
        let mut own = trading.clone();
        own.cash = joined.cash;
        own.finalize = own.convention.can_finalize();
        let convention = own.convention()?;
        let part = bars.slice(test.clone());
        let events = events.slice(test.clone());
        let (market, rules) = (events.market(&part), own.rules(periods.value));
        held.grow(Bytes(decisions.allocated().0 / bars.len() as u64 * test.len() as u64))?;
        let tested = decisions.slice(test.clone());
        drop(decisions);
        held.resize(tested.allocated())?;
        let ledger = tested.trade(&market, &rules, &convention)?;
        drop(tested);
        held.resize(Bytes(ledger.allocated().0 + size_of_val(&*ledger.equity) as u64))?;
        let tested = Summary::own(&ledger, joined.cash, periods, self.risk_free());
        joined.append(ledger, test.start);
        let times = |bars_of: &Range<usize>| {
            let times = bars.timestamps();
            (times[bars_of.start], times[bars_of.end - 1])
        };
        Ok(Fold {
            train: train.clone(),
            test: test.clone(),
            train_times: times(train),
            test_times: times(test),
            parameters,
            trained: chosen,
            tested,
        })
    }

    fn finish(
        &self,
        bars: &Bars,
        joined: Joined,
        untested: usize,
        request: &WalkForwardRequest,
        periods: PeriodsPerYear,
        held: Reservation,
    ) -> Result<WalkForward, SessionError> {
        let Joined { folds, ledger, first, combinations, cache, slowed, cash: _ } = joined;
        let bars = bars.slice(first..first + ledger.equity.len());
        let cash = request.sweep.trading.cash;
        let risk_free = self.risk_free();
        let convention = request.sweep.trading.convention()?;
        let run = Run {
            bars: &bars,
            ledger: &ledger,
            convention: &convention,
            periods,
            risk_free,
            benchmark: None,
            cash,
            warm_up: 0,
        };
        let Figures { summary, lines, mut notes } = run.own();
        if untested > 0 {
            notes.push(format!(
                "tests that were not traded, because the account had run out of equity: {untested}"
            ));
        }
        notes.extend(slowed.note());
        let efficiency = efficiency(&folds, periods);
        let memory = Arc::new(held);
        Ok(WalkForward {
            folds,
            bars,
            ledger,
            summary,
            lines,
            notes,
            efficiency,
            periods,
            combinations,
            cache,
            memory,
        })
    }
}

/// The tests so far.
struct Joined {
    cash: f64,
    first: usize,
    folds: Vec<Fold>,
    ledger: Ledger,
    combinations: usize,
    cache: CacheUse,
    slowed: Slowed,
}

impl Joined {
    fn new(cash: f64, first: usize) -> Self {
        let (folds, ledger, cache, slowed) = Default::default();
        Self { cash, first, folds, ledger, combinations: 0, cache, slowed }
    }

    /// Appends a test that began at a bar.
    fn append(&mut self, ledger: Ledger, bar: usize) {
        let shift = bar - self.first;
        let Ledger { equity, fills, trades, rejected, exhausted } = ledger;
        self.cash = equity.last().copied().unwrap_or(self.cash);
        self.ledger.equity.extend(equity);
        let fills = fills.into_iter().map(|fill| Fill { bar: fill.bar + shift, ..fill });
        self.ledger.fills.extend(fills);
        self.ledger.trades.extend(trades.into_iter().map(|mut trade| {
            trade.entry_bar += shift;
            trade.exit = trade.exit.map(|mut exit| {
                exit.bar += shift;
                exit
            });
            trade
        }));
        self.ledger.rejected.extend(rejected.into_iter().map(|mut rejection| {
            rejection.bar += shift;
            rejection
        }));
        let exhausted = exhausted.map(|mut exhausted| {
            exhausted.bar += shift;
            exhausted
        });
        self.ledger.exhausted = self.ledger.exhausted.or(exhausted);
    }
}

/// Returns the mean annual growth in the tests over that in the choices.
fn efficiency(folds: &[Fold], periods: PeriodsPerYear) -> f64 {
    let annual = |return_pct: f64, bars: &Range<usize>| {
        (1.0 + return_pct / 100.0).powf(periods.value / bars.len() as f64) - 1.0
    };
    let tested: f64 = folds.iter().map(|fold| annual(fold.tested.return_pct, &fold.test)).sum();
    let trained: f64 = folds.iter().map(|fold| annual(fold.trained.return_pct, &fold.train)).sum();
    if trained > 0.0 { tested / trained } else { f64::NAN }
}
