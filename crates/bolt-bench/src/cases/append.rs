//! Appending 100,000 trades to a store that is durable: each commit is synchronised to the disk.
//!
//! The store's batch against a transaction for each row through Python's sqlite3, of which fewer
//! rows are written and scaled up, and against DuckDB appending an Arrow table. Each side appends
//! to what it wrote before.

use crate::bench::{Bench, Case, Goal, Part, Peer};
use crate::inputs::Inputs;
use crate::values::Values;
use anyhow::Result;
use bolt_base::{Rng, UnixNanos};
use bolt_sql::records::{Run, RunKind, Side, TradeExit, TradeRecord};
use bolt_sql::{Store, StoreOptions};
use serde_json::json;
use std::collections::BTreeMap;

const ROWS: usize = 100_000;
/// One of so many rows is written by itself: enough for a steady figure, and soon done.
const SINGLE_STEP: usize = 100;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    let name = "append-100k-trades".to_owned();
    if !bench.wants(&name) {
        return Ok(());
    }
    let inputs = Inputs::new()?;
    inputs.numbers(&json!({ "rows": ROWS, "step": SINGLE_STEP }))?;
    let mut peers = bench.peers("append.py", &inputs)?;
    let trades: Vec<TradeRecord> = (0..ROWS).map(trade).collect();
    let mut store = Store::open(&inputs.path("ours.db"), &StoreOptions::default())?;
    let mut rng = Rng::new(1);
    let ours = || {
        let id = store.record(&empty_run(), &[], &[], &mut rng)?;
        let written = store.batch_insert_trades(&id, &trades)?;
        Ok(Values::F64(vec![vec![written as f64]]))
    };
    let single = Peer { name: "sqlite3".to_owned(), scale: SINGLE_STEP as f64, part: Part::All };
    let goals =
        vec![Goal::Ratio(100.0, vec![single]), Goal::Ratio(1.0, vec![Peer::whole("duckdb")])];
    bench.run(&mut peers, Case { name, ours: Box::new(ours), goals, tolerance: 0.0 })
}

fn trade(i: usize) -> TradeRecord {
    const MINUTE: i64 = 60_000_000_000;
    let timestamp = UnixNanos(1_700_000_000_000_000_000 + i as i64 * MINUTE);
    let price = 100.0 + (i % 997) as f64 * 0.013;
    TradeRecord {
        timestamp,
        symbol: ["AAPL", "MSFT", "BTC-USD"][i % 3].into(),
        side: if i.is_multiple_of(2) { Side::Long } else { Side::Short },
        size: 1.0 + (i % 89) as f64,
        entry_price: price,
        exit: Some(TradeExit {
            timestamp: UnixNanos(timestamp.0 + 30 * MINUTE),
            price: price * 1.001,
            reason: "signal".into(),
        }),
        pnl: price * 0.001,
        fees: price * 0.0001,
    }
}

fn empty_run() -> Run {
    Run {
        created: UnixNanos(1_700_000_000_000_000_000),
        kind: RunKind::Backtest,
        name: String::new(),
        formula: String::new(),
        manifest: "{}".into(),
        figures: BTreeMap::new(),
    }
}
