//! Every setting that a session reads changes a result, a refusal or how the work is done. The tests
//! are named after the settings.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bolt_base::UnixNanos;
use bolt_config::{Config, Flag, Sources};
use bolt_exec::CancelToken;
use bolt_kernel::{Graph, Program, Run, Scope, Shape, formula};
use bolt_market::data::{Bars, Column};
use bolt_market::formulas::{Role, Strategy};
use bolt_market::plan::Plan;
use bolt_market::sweep::{Grid, Parameter};
use bolt_sql::RunFilter;

use crate::{
    Backtest, BacktestRequest, Done, Manifest, MarketEvents, Recorder, Session, SessionError,
    SweepRequest, Trading,
};

pub(crate) fn config(settings: &[(&str, &str)]) -> Config {
    let flag = |(name, value): &(&str, &str)| Flag {
        flag: "--test".to_owned(),
        name: (*name).to_owned(),
        value: (*value).to_owned(),
    };
    let flags = settings.iter().map(flag).collect();
    Config::resolve(&Sources { flags, ..Sources::default() }).unwrap()
}

pub(crate) fn session(settings: &[(&str, &str)]) -> Result<Session, SessionError> {
    Session::new(config(settings))
}

/// Daily bars whose price swings around a slow rise.
pub(crate) fn bars() -> Bars {
    let price = |i: usize| 100.0 + 0.02 * i as f64 + 9.0 * (i as f64 / 9.0).sin();
    let times: Vec<UnixNanos> = (0..400).map(|i| UnixNanos(i * UnixNanos::DAY)).collect();
    let column =
        |shift: usize, by: f64| -> Column { (0..400).map(|i| price(i + shift) + by).collect() };
    let columns = [("open", column(0, 0.0)), ("high", column(0, 2.0)), ("low", column(0, -2.0))];
    let columns = columns.into_iter().chain([("close", column(1, 0.0))]);
    let columns = columns.map(|(name, column)| (name.to_owned(), column));
    Bars::new("WAVE", times, columns).unwrap()
}

pub(crate) fn signal(text: &str) -> Plan {
    Strategy::parse([(Role::Signal, text)]).unwrap().into()
}

fn request(session: &Session) -> BacktestRequest {
    BacktestRequest {
        plan: signal("SMA[close, 3] > SMA[close, 15]"),
        parameters: Vec::new(),
        trading: Trading::of_config(&session.config),
        benchmark: None,
        events: MarketEvents::default(),
    }
}

fn run(settings: &[(&str, &str)]) -> Result<Backtest, SessionError> {
    let session = session(settings)?;
    session.backtest(&bars(), &request(&session))
}

fn equity(settings: &[(&str, &str)]) -> f64 {
    run(settings).unwrap().summary.equity_final
}

#[test]
fn exec_threads() {
    let threads = |count: &str| {
        let session = session(&[("exec.threads", count)]).unwrap();
        session.pool.run(|| std::thread::current().name().map(str::to_owned));
        session.pool.threads()
    };
    assert_eq!(threads("3"), 3);
    assert!(threads("0") >= 1);
}

#[test]
fn kernel_simd() {
    assert_eq!(run(&[("kernel.simd", "none")]).unwrap().ledger, run(&[]).unwrap().ledger);
    let foreign = if cfg!(target_arch = "aarch64") { "avx2" } else { "neon" };
    let refusal = run(&[("kernel.simd", foreign)]).unwrap_err().to_string();
    assert!(refusal.contains(foreign) && refusal.contains("kernel.simd"), "{refusal}");
}

#[test]
fn kernel_jit() {
    let reasons = |value: &str| -> Vec<Run> {
        let session = session(&[("kernel.jit", value)]).unwrap();
        let mut graph = Graph::new();
        let columns = [("close", Shape::Panel)];
        let scope =
            Scope { catalog: &session.catalog, columns: &columns, parameters: &[], universe: None };
        let text = "Sqrt[close * 2 + 1] - Abs[close - 3] / 7";
        let root = formula(&mut graph, text, &scope).unwrap();
        let program = Program::new(&graph, &[root]);
        program.explain::<f64>(64, &session.kernel).into_iter().map(|step| step.run).collect()
    };
    let is_compiled = |run: &Run| matches!(run, Run::Compiled { .. });
    assert!(!reasons("false").iter().any(is_compiled));
    let compiles =
        cfg!(target_arch = "x86_64") && bolt_hardware::SimdLevel::detect().name() != "none";
    assert_eq!(reasons("true").iter().any(is_compiled), compiles);
    assert_eq!(run(&[("kernel.jit", "false")]).unwrap().ledger, run(&[]).unwrap().ledger);
}

#[test]
fn market_cash() {
    assert!((equity(&[("market.cash", "20000")]) / equity(&[]) - 2.0).abs() < 1e-9);
}

#[test]
fn market_fees() {
    assert!(equity(&[("market.fees", "0.01")]) < equity(&[]));
}

#[test]
fn market_spread() {
    assert!(equity(&[("market.spread", "0.01")]) < equity(&[]));
}

#[test]
fn market_slippage() {
    // Half a spread and as much slippage move the price by the same.
    let (spread, slippage) =
        (equity(&[("market.spread", "0.01")]), equity(&[("market.slippage", "0.005")]));
    assert!((spread - slippage).abs() < 1e-9 * spread && slippage < equity(&[]));
}

#[test]
fn market_convention() {
    let run = |name| run(&[("market.convention", name)]).unwrap();
    let bar = |name| run(name).ledger.trades[0].entry_bar;
    assert_eq!((bar("next-open"), bar("vectorbt")), (bar("backtrader"), bar("next-open") - 1));
    let units = run("backtesting.py").ledger.trades[0].size;
    assert_eq!(units, units.trunc());
}

#[test]
fn market_periods_per_year() {
    let sharpe = |value| run(&[("market.periods_per_year", value)]).unwrap().summary.sharpe;
    assert!((sharpe("400") / sharpe("100") - 2.0).abs() < 1e-12);
    let own = [("market.periods_per_year", "100"), ("market.convention", "vectorbt")];
    assert!(run(&own).unwrap_err().to_string().contains("periods a year"));
}

#[test]
fn market_risk_free_rate() {
    let sharpe = |value| run(&[("market.risk_free_rate", value)]).unwrap().summary.sharpe;
    assert!(sharpe("0.05") < sharpe("0"));
}

/// That it bounds what is held, `tests/memory.rs` shows.
#[test]
fn rows_of_a_sweep_do_not_depend_on_its_memory() {
    let sweep = |settings: &[(&str, &str)]| {
        let session = session(settings).unwrap();
        let mut trading = Trading::of_config(&session.config);
        trading.stop_loss = Some(0.05);
        let request = SweepRequest {
            plan: signal("close > SMA[close, n]"),
            trading,
            grid: Grid::new(vec![Parameter::parse("n=2..80").unwrap()]).unwrap(),
            condition: None,
            events: MarketEvents::default(),
            seed: 1,
        };
        let combinations = session.combinations(&request).unwrap();
        let mut chunks = Vec::new();
        let cancel = CancelToken::default();
        let sink = &mut |rows: &[_]| {
            chunks.push(rows.len());
            Ok(())
        };
        let outcome = session
            .sweep(&bars(), &request, &combinations, Done::default(), &cancel, sink)
            .unwrap();
        (outcome.rows, chunks)
    };
    let (rows, _) = sweep(&[]);
    let (in_parts, _) = sweep(&[("sweep.memory", "1 MiB")]);
    assert_eq!(rows.len(), 79);
    assert_eq!(format!("{rows:?}"), format!("{in_parts:?}"));
    let refusal = Config::resolve(&Sources {
        flags: vec![Flag {
            flag: "--test".to_owned(),
            name: "sweep.memory".to_owned(),
            value: "1 KB".to_owned(),
        }],
        ..Sources::default()
    });
    assert!(refusal.is_err());
}

#[test]
fn store_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs/bolt.db");
    let session = session(&[("store.path", path.to_str().unwrap())]).unwrap();
    let (bars, request) = (bars(), request(&session));
    let backtest = session.backtest(&bars, &request).unwrap();
    let manifest = Manifest::new(
        &session,
        &bars,
        &crate::DataSource::default(),
        &request.plan,
        &[],
        &request.trading,
    );
    let mut recorder = Recorder::open(&session.config).unwrap();
    recorder.backtest("first", &bars, &backtest, &manifest).unwrap();
    assert!(path.is_file());
    let runs = recorder.store().runs(&RunFilter::default()).unwrap();
    assert_eq!(runs[0].run.name, "first");
}
