//! Tests of the features, through the public functions, on files of their own.

mod damage;
mod optimize;
mod processes;
mod profiler;
mod queries;
mod records;

use std::collections::BTreeMap;
use std::path::PathBuf;

use bolt_base::{Rng, UnixNanos};
use tempfile::TempDir;

use crate::records::{PortfolioPoint, Run, RunId, RunKind, Side, TradeExit, TradeRecord};
use crate::{Store, StoreOptions};

/// A store in a folder that goes away with it.
struct Fixture {
    folder: TempDir,
    store: Store,
    rng: Rng,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("store.db"));
        Self { folder, store, rng: Rng::new(1) }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    fn record(&mut self, run: &Run) -> RunId {
        self.store.record(run, &[], &[], &mut self.rng).unwrap()
    }

    /// Records runs with `trades` trades each, in two symbols, one trade a minute.
    fn with_trades(runs: usize, trades: usize) -> Self {
        let mut fixture = Self::new();
        for i in 0..runs {
            let trades: Vec<_> = (0..trades).map(|k| trade(i * trades + k)).collect();
            fixture.store.record(&run(i), &trades, &[], &mut fixture.rng).unwrap();
        }
        fixture
    }
}

fn open(path: &std::path::Path) -> Store {
    Store::open(path, &StoreOptions::default()).unwrap()
}

const MINUTE: i64 = 60_000_000_000;

/// 2026-01-31T14:25:12Z.
const START: UnixNanos = UnixNanos(1_769_869_512_000_000_000);

fn minute(i: usize) -> UnixNanos {
    UnixNanos(START.0 + i as i64 * MINUTE)
}

/// The `i`-th of runs recorded a minute apart.
fn run(i: usize) -> Run {
    Run {
        created: minute(i),
        kind: RunKind::ALL[i % 3],
        name: format!("Run {i}"),
        formula: "CrossAbove[SMA[close, 10], SMA[close, 20]]".into(),
        manifest: format!("{{\"seed\": {i}}}"),
        figures: BTreeMap::from([("sharpe".into(), i as f64), ("trades".into(), 12.0)]),
    }
}

/// The `i`-th of trades that began a minute apart; every tenth is open.
fn trade(i: usize) -> TradeRecord {
    let exit = TradeExit { timestamp: minute(i + 5), price: 101.5, reason: "signal".into() };
    TradeRecord {
        timestamp: minute(i),
        symbol: if i.is_multiple_of(2) { "AAPL" } else { "BTC-USD" }.into(),
        side: if i.is_multiple_of(3) { Side::Short } else { Side::Long },
        size: 1.0 + i as f64,
        entry_price: 100.25,
        exit: (!i.is_multiple_of(10)).then_some(exit),
        pnl: i as f64 * 0.1 - 3.0,
        fees: 0.07,
    }
}

fn point(i: usize) -> PortfolioPoint {
    PortfolioPoint {
        date: minute(i),
        equity: 10_000.0 + i as f64,
        cash: 500.1,
        positions: BTreeMap::from([("AAPL".into(), 3.5), ("MSFT".into(), -0.1)]),
        prices: BTreeMap::from([("AAPL".into(), 201.5)]),
        costs: BTreeMap::from([("MSFT".into(), 410.25)]),
    }
}
