//! Strategy files: any text is a strategy or an error that can be shown, and a strategy trades.
#![no_main]

use bolt_base::UnixNanos;
use bolt_config::{Config, Sources};
use bolt_market::data::{Bars, Column};
use bolt_session::{BacktestRequest, MarketEvents, Session, StrategyDefinition};
use libfuzzer_sys::fuzz_target;
use std::path::Path;
use std::sync::LazyLock;

const BARS: usize = 60;

static SESSION: LazyLock<Session> = LazyLock::new(|| {
    let config = Config::resolve(&Sources::default()).expect("the defaults are valid");
    Session::new(config).expect("and fit any machine")
});

static DAYS: LazyLock<Bars> = LazyLock::new(|| {
    let times: Vec<UnixNanos> =
        (0..BARS as i64).map(|day| UnixNanos(day * UnixNanos::DAY)).collect();
    let columns = [("open", 0.0), ("high", 2.0), ("low", -2.0), ("close", 1.0), ("volume", 900.0)];
    let columns = columns.map(|(name, by)| {
        let values: Column = (0..BARS).map(|day| 100.0 + by + (day % 7) as f64).collect();
        (name.to_owned(), values)
    });
    Bars::new("WEEK", times, columns).expect("times are ordered")
});

fuzz_target!(|text: &str| {
    let strategy = match StrategyDefinition::parse(Path::new("fuzz.toml"), text) {
        Ok(strategy) => strategy,
        Err(error) => return drop(error.to_string()),
    };
    let trading = match strategy.trading.resolve(&SESSION.config) {
        Ok(trading) => trading,
        Err(error) => return drop(error.to_string()),
    };
    let request = BacktestRequest {
        plan: strategy.plan,
        parameters: strategy.parameters,
        trading,
        benchmark: None,
        events: MarketEvents::default(),
    };
    match SESSION.backtest(&DAYS, &request) {
        Ok(backtest) => assert_eq!(backtest.ledger.equity.len(), BARS),
        Err(error) => drop(error.to_string()),
    }
});
