//! Sweeps against single backtests, and what selection says of them.

use bolt_base::Rng;
use bolt_exec::{CancelToken, Pool};
use bolt_kernel::{Argument, Catalog, Compare, Operator, Options};
use bolt_market::broker::Costs;
use bolt_market::broker::next_open::{Market, Settings};
use bolt_market::formulas::{Columns, Role, Strategy};
use bolt_market::ohlc::Ohlc;
use bolt_market::plan::Plan;
use bolt_market::signals::{Convention, SignalRules};
use bolt_market::statistics::{PeriodsPerYear, RiskFree};
use bolt_market::sweep::{End, Grid, Parameter, Path, Row, SelectionError, Sweep, SweepError};
use std::convert::Infallible;

pub(crate) struct Bars {
    pub(crate) open: Vec<f64>,
    pub(crate) high: Vec<f64>,
    pub(crate) low: Vec<f64>,
    pub(crate) close: Vec<f64>,
}

impl Bars {
    pub(crate) fn random(seed: u64, bars: usize) -> Self {
        let mut rng = Rng::new(seed);
        let (mut open, mut high) = (Vec::new(), Vec::new());
        let (mut low, mut close) = (Vec::new(), Vec::new());
        let mut price = 100.0;
        for _ in 0..bars {
            let first: f64 = price * (1.0 + 0.003 * rng.normal());
            price *= 1.0 + 0.02 * rng.normal();
            open.push(first);
            high.push(first.max(price) * (1.0 + 0.01 * rng.uniform()));
            low.push(first.min(price) * (1.0 - 0.01 * rng.uniform()));
            close.push(price);
        }
        Self { open, high, low, close }
    }

    pub(crate) fn prices(&self) -> Ohlc<'_> {
        Ohlc { open: &self.open, high: &self.high, low: &self.low, close: &self.close }
    }

    pub(crate) fn columns(&self) -> Columns<'_> {
        let columns = [
            ("open", self.open.as_slice()),
            ("high", &self.high),
            ("low", &self.low),
            ("close", &self.close),
        ];
        Columns::new(self.close.len(), columns)
    }
}

pub(crate) fn settings() -> Settings {
    let costs = Costs { fee_rate: 0.001, spread: 0.0004, slippage: 0.0003, ..Costs::default() };
    Settings { costs, ..Settings::default() }
}

pub(crate) fn grid(texts: &[&str]) -> Grid {
    Grid::new(texts.iter().map(|text| Parameter::parse(text).unwrap()).collect()).unwrap()
}

pub(crate) fn sweep<'a>(
    bars: &'a Bars,
    plan: &'a Plan,
    grid: &'a Grid,
    catalog: &'a Catalog,
    settings: Settings,
) -> Sweep<'a> {
    Sweep {
        market: Market::new(bars.prices()),
        columns: bars.columns(),
        plan,
        rules: SignalRules::default(),
        convention: Convention::NextOpen(settings),
        grid,
        catalog,
        options: Options::default(),
        periods: PeriodsPerYear::stated(252.0),
        risk_free: RiskFree::ZERO,
        memory_bytes: 1 << 20,
        assessment_bytes: 1 << 19,
    }
}

pub(crate) fn run(sweep: &Sweep<'_>, combinations: &[usize]) -> Vec<Row> {
    let pool = Pool::new(Some(2)).unwrap();
    let mut rows = Vec::new();
    let end = sweep.run(combinations, &pool, &CancelToken::default(), |chunk| {
        rows.extend_from_slice(chunk);
        Ok::<(), Infallible>(())
    });
    assert_eq!(end.unwrap(), End::Complete);
    rows
}

#[track_caller]
fn check_paths_agree(formulas: &[(Role, &str)], parameters: &[&str]) {
    let catalog = bolt_indicators::catalog();
    let strategy = Plan::from(Strategy::parse(formulas.iter().copied()).unwrap());
    let grid = grid(parameters);
    let all: Vec<usize> = (0..grid.len()).collect();
    for seed in 0..4 {
        let bars = Bars::random(seed, 1_500 + 777 * seed as usize);
        let sparse = sweep(&bars, &strategy, &grid, &catalog, settings());
        assert_eq!(sparse.path(), Path::Sparse);
        // A limit that is never reached asks for the general path.
        let never = Settings { minimum_value: 1e-12, ..settings() };
        let general = sweep(&bars, &strategy, &grid, &catalog, never);
        assert_eq!(general.path(), Path::General);
        for (a, b) in run(&sparse, &all).iter().zip(run(&general, &all)) {
            let what = format!("seed {seed}, combination {:?}", grid.combination(a.index));
            let counts = |row: &Row| (row.index, row.n_trades);
            assert_eq!(counts(a), counts(&b), "{what}");
            for (a, b, name) in [
                (a.equity_final, b.equity_final, "equity"),
                (a.return_pct, b.return_pct, "return"),
                (a.sharpe, b.sharpe, "sharpe"),
                (a.max_dd_pct, b.max_dd_pct, "drawdown"),
                (a.win_rate_pct, b.win_rate_pct, "win rate"),
                (a.exposure_pct, b.exposure_pct, "exposure"),
            ] {
                bolt_testkit::assert_close(a, b, 1e-9, &format!("{name}, {what}"));
            }
        }
    }
}

#[test]
fn the_sparse_path_gives_what_going_bar_by_bar_gives() {
    check_paths_agree(
        &[(Role::Signal, "SMA[close, fast] > SMA[close, slow]")],
        &["fast=3..12:3", "slow=10..40:15"],
    );
    check_paths_agree(
        &[(Role::Entry, "RSI[close, n] < low"), (Role::Exit, "RSI[close, n] > 60")],
        &["n=5..14:3", "low=25..40:5"],
    );
    check_paths_agree(&[(Role::Entry, "close > TsMax[Delay[close], n]")], &["n=5..20:5"]);
}

#[test]
fn a_number_that_is_swept_is_a_position() {
    let catalog = bolt_indicators::catalog();
    let bars = Bars::random(9, 800);
    let formulas = [(Role::Signal, "Where[close > SMA[close, n], size, 0]")];
    let strategy = Plan::from(Strategy::parse(formulas).unwrap());
    let grid = grid(&["n=10,20", "size=0.5,1"]);
    let rows = run(&sweep(&bars, &strategy, &grid, &catalog, settings()), &[0, 1, 2, 3]);
    assert!(rows[0].max_dd_pct > rows[1].max_dd_pct, "half the position, less of a fall");
    assert!(rows.iter().all(|row| row.n_trades > 10));
}

#[test]
fn a_sweep_cut_in_two_gives_the_same_rows() {
    let catalog = bolt_indicators::catalog();
    let bars = Bars::random(3, 2_000);
    let formulas = [(Role::Signal, "EMA[close, fast] > EMA[close, slow]")];
    let strategy = Plan::from(Strategy::parse(formulas).unwrap());
    let grid = grid(&["fast=2..20", "slow=20..50:5"]);
    let sweep = sweep(&bars, &strategy, &grid, &catalog, settings());
    let all: Vec<usize> = (0..grid.len()).collect();
    let whole = run(&sweep, &all);
    let (first, second) = all.split_at(50);
    let parts = [run(&sweep, first), run(&sweep, second)].concat();
    assert_eq!(format!("{whole:?}"), format!("{parts:?}"));
}

/// `Wanted[x, n]`: whether `x` has risen since `n` rows ago; from 20 on, a quarter if it has.
static WANTED: [Operator; 1] = [Operator {
    name: "Wanted",
    group: "Test",
    columns: &[],
    arguments: &[Argument::number("x"), Argument::rows("n", 1)],
    variadic: false,
    results: &[],
    warm_up: "n",
    definition: "",
    source: "",
    example: "Wanted[close, 5]",
    build: |graph, arguments| {
        let (x, n) = (arguments.node(0), arguments.rows(0));
        let earlier = graph.delay(x, n);
        let truth = graph.compare(Compare::Less, earlier, x);
        let (quarter, nothing) = (graph.constant(0.25), graph.constant(0.0));
        vec![if n < 20 { truth } else { graph.select(truth, quarter, nothing) }]
    },
}];

#[test]
fn a_row_has_the_same_bits_whatever_is_run_with_it() {
    let tables =
        [bolt_kernel::operators(), &WANTED].into_iter().chain(bolt_indicators::indicators());
    let catalog = Catalog::new(tables);
    let bars = Bars::random(5, 2_300);
    let strategies = [
        "Wanted[close, n]",
        "EMA[close, n] > SMA[close, 2 n]",
        "RSI[close, n] < 40 || TsStd[close, n] < TsMean[TsStd[close, 5], n]",
        "Where[close > SMA[close, n], 1 / n, 0]",
    ];
    for text in strategies {
        let strategy = Plan::from(Strategy::parse([(Role::Signal, text)]).unwrap());
        let large = grid(&["n=2..60"]);
        for limit in [0.0, 1e-12] {
            let settings = Settings { minimum_value: limit, ..settings() };
            let whole = sweep(&bars, &strategy, &large, &catalog, settings);
            let all: Vec<usize> = (0..large.len()).collect();
            let rows = run(&whole, &all);
            assert_eq!(rows.iter().map(|row| row.index).collect::<Vec<_>>(), all);
            // Grids of one combination, and every third in one.
            let thin = grid(&["n=2..60:3"]);
            let thin = sweep(&bars, &strategy, &thin, &catalog, settings);
            let others: Vec<usize> = (0..20).collect();
            for (row, place) in run(&thin, &others).into_iter().zip((0..).step_by(3)) {
                let row = Row { index: place, ..row };
                assert_eq!(format!("{row:?}"), format!("{:?}", rows[place]), "{text}");
            }
            for place in [0, 17, 18, 58] {
                let row = run(&whole, &[place]);
                assert_eq!(format!("{row:?}"), format!("[{:?}]", rows[place]), "{text}");
            }
        }
    }
}

#[test]
fn mistakes_name_their_combination() {
    let catalog = bolt_indicators::catalog();
    let bars = Bars::random(1, 100);
    let strategy = Plan::from(Strategy::parse([(Role::Signal, "close > SMA[close, n]")]).unwrap());
    let grid = grid(&["n=-1..2"]);
    let sweep = sweep(&bars, &strategy, &grid, &catalog, settings());
    let pool = Pool::new(Some(1)).unwrap();
    let result: Result<End, SweepError<Infallible>> =
        sweep.run(&[0, 1, 2, 3], &pool, &CancelToken::default(), |_| Ok(()));
    let message = result.unwrap_err().to_string();
    assert!(message.starts_with("with n = -1: the formula of `signal` is wrong"), "{message}");
}

#[test]
fn a_cancelled_sweep_stops_between_chunks() {
    let catalog = bolt_indicators::catalog();
    let bars = Bars::random(1, 200);
    let strategy = Plan::from(Strategy::parse([(Role::Signal, "close > SMA[close, n]")]).unwrap());
    let grid = grid(&["n=1..100"]);
    let general = Settings { minimum_value: 1e-12, ..settings() };
    let sweep = sweep(&bars, &strategy, &grid, &catalog, general);
    let (pool, cancel) = (Pool::new(Some(1)).unwrap(), CancelToken::default());
    let all: Vec<usize> = (0..100).collect();
    let mut rows = 0;
    let end = sweep.run(&all, &pool, &cancel, |chunk| {
        rows += chunk.len();
        cancel.cancel();
        Ok::<(), Infallible>(())
    });
    assert_eq!(end.unwrap(), End::Cancelled);
    assert_eq!(rows, 64);
}

#[test]
fn few_combinations_are_shared_by_the_threads() {
    let catalog = bolt_indicators::catalog();
    let bars = Bars::random(1, 200);
    let strategy = Plan::from(Strategy::parse([(Role::Signal, "close > SMA[close, n]")]).unwrap());
    let grid = grid(&["n=1..10"]);
    let general = Settings { minimum_value: 1e-12, ..settings() };
    for settings in [settings(), general] {
        let sweep = sweep(&bars, &strategy, &grid, &catalog, settings);
        let pool = Pool::new(Some(3)).unwrap();
        let all: Vec<usize> = (0..10).collect();
        let mut shares = Vec::new();
        let end = sweep.run(&all, &pool, &CancelToken::default(), |rows| {
            shares.push(rows.len());
            Ok::<(), Infallible>(())
        });
        assert_eq!((end.unwrap(), shares), (End::Complete, vec![4, 4, 2]));
    }
}

#[test]
fn choosing_the_best_of_noise_is_seen_through() {
    let catalog = bolt_indicators::catalog();
    let bars = Bars::random(11, 3_000);
    let strategy = Plan::from(
        Strategy::parse([(Role::Signal, "SMA[close, fast] > SMA[close, slow]")]).unwrap(),
    );
    let grid = grid(&["fast=2..20:2", "slow=25..70:5"]);
    let free = Settings::default();
    let sweep = sweep(&bars, &strategy, &grid, &catalog, free);
    let all: Vec<usize> = (0..grid.len()).collect();
    let rows = run(&sweep, &all);
    let pool = Pool::new(Some(2)).unwrap();
    let selection = sweep.assess(&rows, &pool, &CancelToken::default(), 1).unwrap();
    let cancelled = CancelToken::default();
    cancelled.cancel();
    let interrupted = sweep.assess(&rows, &pool, &cancelled, 1);
    assert!(matches!(interrupted, Err(SelectionError::Cancelled)));
    assert_eq!(selection.tried, 100);
    let best = rows.iter().max_by(|a, b| a.sharpe.total_cmp(&b.sharpe)).unwrap();
    assert_eq!(selection.best, best.index);
    bolt_testkit::assert_close(selection.deflated.sharpe, best.sharpe_per_bar, 1e-9, "sharpe");
    assert!(selection.deflated.probability < 0.95, "{:?}", selection.deflated);
    assert!(selection.overfitting.unwrap().probability > 0.2);
    assert!(selection.effective.value > 1.0 && selection.effective.value < 100.0);
}
