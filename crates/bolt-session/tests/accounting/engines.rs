//! Every engine of a session, as work that is done again and again.

use std::sync::Arc;

use bolt_base::{Rng, UnixNanos};
use bolt_config::{Config, Flag, Sources};
use bolt_exec::CancelToken;
use bolt_market::data::{Bars, Column, Panel};
use bolt_market::formulas::{Role, Strategy};
use bolt_market::sweep::{Grid, Parameter};
use bolt_market::weights::WeightRules;
use bolt_memory::{Component, Kind};
use bolt_session::{
    BacktestRequest, ConventionName, Done, MarketEvents, Session, SweepRequest, Trading,
    WalkForwardRequest, WeightsRequest, Windows,
};

/// Bars of one asset and a panel of several.
#[derive(Debug)]
pub(crate) struct Market {
    pub(crate) bars: Bars,
    pub(crate) panel: Panel,
}

/// A session whose pool has two threads, and whose shares stay as they are.
pub(crate) const SETTINGS: [(&str, &str); 3] =
    [("exec.threads", "2"), ("memory.limit", "4 GB"), ("memory.adaptive", "false")];

const ASSETS: usize = 20;

fn walk(count: usize, seed: u64) -> Bars {
    let mut rng = Rng::new(seed);
    let mut price = 100.0;
    let prices: Vec<f64> = (0..count)
        .map(|_| {
            price *= 1.0 + 0.002 * rng.normal();
            price
        })
        .collect();
    let times: Vec<UnixNanos> = (0..count).map(|i| UnixNanos(i as i64 * 60_000_000_000)).collect();
    let column = |by: f64| -> Column { prices.iter().map(|price| price * by).collect() };
    let columns = [("open", 1.0), ("high", 1.001), ("low", 0.999), ("close", 1.0005)];
    let columns = columns.map(|(name, by)| (name.to_owned(), column(by)));
    Bars::new(format!("S{seed}"), times, columns).expect("prices of a random walk")
}

impl Market {
    /// Makes so many bars, and as many prices in a panel, reserved as a session that read them
    /// would.
    pub(crate) fn new(session: &Session, bars: usize) -> Self {
        let _scope = Component::Market.enter();
        let job = session.memory.budget.job(Component::Market, "data", None);
        let assets: Vec<Bars> =
            (0..ASSETS).map(|asset| walk(bars / ASSETS, 2 + asset as u64)).collect();
        let (mut bars, mut panel) = (walk(bars, 1), Panel::align(&assets).expect("same times"));
        let hold = |bytes| Some(Arc::new(job.reserve(Kind::Fixed, bytes).expect("enough")));
        bars.memory = hold(bars.allocated());
        panel.memory = hold(panel.allocated());
        Self { bars, panel }
    }
}

pub(crate) fn session(settings: &[(&str, &str)]) -> Session {
    let flag = |(name, value): &(&str, &str)| Flag {
        flag: "--test".to_owned(),
        name: (*name).to_owned(),
        value: (*value).to_owned(),
    };
    let flags = settings.iter().map(flag).collect();
    let config = Config::resolve(&Sources { flags, ..Sources::default() }).expect("settings");
    Session::new(config).expect("a session")
}

type Run = fn(&Session, &Market);

/// The engines by their names.
pub(crate) const ENGINES: [(&str, Run); 11] = [
    ("backtest of a level", |s, m| backtest(s, m, &[LEVEL], |_| {})),
    ("backtest of events", |s, m| backtest(s, m, &EVENTS, |_| {})),
    ("backtest with stops", |s, m| backtest(s, m, &EVENTS, |t| t.stop_loss = Some(0.02))),
    ("backtest of numbers", |s, m| {
        backtest(s, m, &[(Role::Signal, "(RSI[close, 14] - 50) / 100")], |_| {});
    }),
    ("backtesting.py", |s, m| {
        backtest(s, m, &EVENTS, |t| follow(t, ConventionName::BacktestingPy));
    }),
    ("vectorbt", |s, m| backtest(s, m, &EVENTS, |t| follow(t, ConventionName::Vectorbt))),
    ("backtrader", |s, m| backtest(s, m, &EVENTS, |t| follow(t, ConventionName::Backtrader))),
    ("sweep by events", |s, m| sweep(s, m, &sweep_request(s, None, FEW))),
    ("sweep bar by bar", |s, m| sweep(s, m, &sweep_request(s, Some(0.05), FEW))),
    ("walk-forward", walk_forward),
    ("weights of a panel", weights),
];

const LEVEL: (Role, &str) = (Role::Signal, "SMA[close, 10] > SMA[close, 30]");
const EVENTS: [(Role, &str); 2] =
    [(Role::Entry, "SMA[close, 10] > SMA[close, 30]"), (Role::Exit, "RSI[close, 14] > 70")];

/// Half of the equity can always be paid for.
fn follow(trading: &mut Trading, convention: ConventionName) {
    (trading.convention, trading.size) = (convention, 0.5);
}

fn backtest(
    session: &Session,
    market: &Market,
    formulas: &[(Role, &str)],
    change: fn(&mut Trading),
) {
    let _scope = Component::Market.enter();
    let mut trading = Trading::of_config(&session.config);
    change(&mut trading);
    let request = BacktestRequest {
        plan: Strategy::parse(formulas.iter().copied()).expect("formulas").into(),
        parameters: Vec::new(),
        trading,
        benchmark: None,
        events: MarketEvents::default(),
    };
    let result = session.backtest(&market.bars, &request).expect("it runs");
    assert!(!result.ledger.fills.is_empty());
}

const FEW: [&str; 2] = ["a=5..9", "b=20..50:10"];

/// A sweep in which graphs and rows are most of what is used.
pub(crate) fn sweep_of_many(session: &Session, market: &Market) {
    sweep(session, market, &sweep_request(session, None, ["a=5..84", "b=100..199"]));
}

fn sweep_request(session: &Session, stop_loss: Option<f64>, grid: [&str; 2]) -> SweepRequest {
    let mut trading = Trading::of_config(&session.config);
    trading.stop_loss = stop_loss;
    let grid = grid.map(|text| Parameter::parse(text).expect("a parameter"));
    let text = "SMA[close, a] > SMA[close, b]";
    SweepRequest {
        plan: Strategy::parse([(Role::Signal, text)]).expect("a formula").into(),
        trading,
        grid: Grid::new(grid.into()).expect("a grid"),
        condition: None,
        events: MarketEvents::default(),
        seed: 1,
    }
}

fn sweep(session: &Session, market: &Market, request: &SweepRequest) {
    let _scope = Component::Market.enter();
    let all = session.combinations(request).expect("combinations");
    let (done, cancel) = (Done::default(), CancelToken::default());
    let found = session.sweep(&market.bars, request, &all, done, &cancel, &mut |_| Ok(()));
    let found = found.expect("it runs");
    assert!(found.rows.len() == all.len() && found.selection.is_some_and(|said| said.is_ok()));
}

fn walk_forward(session: &Session, market: &Market) {
    let _scope = Component::Market.enter();
    let request = WalkForwardRequest {
        sweep: sweep_request(session, Some(0.05), FEW),
        windows: Windows::folds(market.bars.len(), 3),
        choose_by: |row| row.return_pct,
    };
    let cancel = CancelToken::default();
    let found = session.walk_forward(&market.bars, &request, &cancel, &mut |_, _| ());
    assert!(found.expect("it runs").is_some());
}

fn weights(session: &Session, market: &Market) {
    let _scope = Component::Market.enter();
    let text = "If[CsRank[ROC[close, 20]] > 0.5, 0.08, 0]";
    let request = WeightsRequest {
        strategy: Strategy::parse([(Role::Weights, text)]).expect("a formula"),
        parameters: Vec::new(),
        trading: Trading::of_config(&session.config),
        rules: WeightRules::default(),
        benchmark: None,
    };
    let found = session.backtest_weights(&market.panel, &request).expect("it runs");
    assert!(found.1.summary.n_trades > 10);
}

/// Runs engines that are drawn by chance from several threads at once.
pub(crate) fn together(session: &Session, markets: &[Market], seed: u64) {
    const THREADS: u64 = 3;
    const RUNS: usize = 12;
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                let mut rng = Rng::new(seed * THREADS + thread);
                for _ in 0..RUNS {
                    let (_, run) = ENGINES[rng.below(ENGINES.len() as u64) as usize];
                    run(session, &markets[rng.below(markets.len() as u64) as usize]);
                }
            });
        }
    });
}
