#![allow(clippy::print_stdout, reason = "it prints what it measured")]
//! Measures what appending trades costs: the store's batch against a transaction for each row, and
//! against DuckDB appending an Arrow table where a Python interpreter with `duckdb` and `pyarrow`
//! is named. Everything is durable: each commit is synchronised to the disk.
//!
//! ```text
//! cargo run --release -p bolt-sql --example append -- \
//!     [--rows 100000] [--rounds 5] [--directory DIR] [--python PYTHON]
//! ```
//!
//! Prints JSON lines: first processor and wall time of one row for each way, the median of the
//! rounds; then what the others take as multiples of the batch. The ways are measured in turn
//! inside each round, so that a busy machine slows all of them.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use bolt_base::{Rng, UnixNanos};
use bolt_sql::records::{Run, RunKind, Side, TradeExit, TradeRecord};
use bolt_sql::{Store, StoreOptions};
use rusqlite::{Connection, params};
use serde_json::{Value, json};

/// Rows written one by one: enough for a steady figure for each row, and soon done.
const SINGLE_ROWS: usize = 2_000;

type Fallible<T> = Result<T, Box<dyn Error>>;

struct Arguments {
    rows: usize,
    rounds: usize,
    directory: PathBuf,
    python: Option<PathBuf>,
}

/// Seconds for each row.
#[derive(Clone, Copy)]
struct Cost {
    cpu: f64,
    wall: f64,
}

fn main() -> Fallible<()> {
    let arguments = parse(std::env::args().skip(1))?;
    let folder = tempfile::tempdir_in(&arguments.directory)?;
    let trades: Vec<TradeRecord> = (0..arguments.rows).map(trade).collect();
    let mut costs: BTreeMap<&str, Vec<Cost>> = BTreeMap::new();
    for round in 0..arguments.rounds {
        let file = |way: &str| folder.path().join(format!("{way}-{round}.db"));
        costs.entry("batch").or_default().push(batch(&file("batch"), &trades)?);
        for (way, journal) in [("single-wal", "WAL"), ("single-rollback", "DELETE")] {
            costs.entry(way).or_default().push(single(&file(way), journal, &trades)?);
        }
        if let Some(python) = &arguments.python {
            let cost = duckdb(python, &file("duckdb"), arguments.rows)?;
            costs.entry("duckdb-arrow").or_default().push(cost);
        }
    }
    let costs: BTreeMap<&str, Cost> =
        costs.into_iter().map(|(way, costs)| (way, median(&costs))).collect();
    print(&costs, &arguments);
    Ok(())
}

fn parse(arguments: impl Iterator<Item = String>) -> Fallible<Arguments> {
    let mut parsed =
        Arguments { rows: 100_000, rounds: 5, directory: std::env::temp_dir(), python: None };
    let mut arguments = arguments;
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("`{name}` wants a value"))?;
        match name.as_str() {
            "--rows" => parsed.rows = value.parse()?,
            "--rounds" => parsed.rounds = value.parse::<usize>()?.max(1),
            "--directory" => parsed.directory = value.into(),
            "--python" => parsed.python = Some(value.into()),
            _ => return Err(format!("there is no argument `{name}`").into()),
        }
    }
    Ok(parsed)
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

/// The store as a user has it.
fn batch(path: &Path, trades: &[TradeRecord]) -> Fallible<Cost> {
    let mut store = Store::open(path, &StoreOptions::default())?;
    let id = store.record(&run(), &[], &[], &mut Rng::new(1))?;
    measure(trades.len(), || match store.batch_insert_trades(&id, trades)? {
        written if written == trades.len() => Ok(()),
        written => Err(format!("{written} of {} trades were written", trades.len()).into()),
    })
}

/// The same table, a transaction for each row.
fn single(path: &Path, journal: &str, trades: &[TradeRecord]) -> Fallible<Cost> {
    Store::open(path, &StoreOptions::default())?.record(&run(), &[], &[], &mut Rng::new(1))?;
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", journal)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let mut statement = connection.prepare(
        "INSERT INTO trades (run, sequence, timestamp, exit_timestamp, symbol, side, size,
                             entry_price, exit_price, exit_reason, pnl, fees)
         VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let trades = &trades[..SINGLE_ROWS.min(trades.len())];
    measure(trades.len(), || {
        for (i, trade) in trades.iter().enumerate() {
            let exit = trade.exit.as_ref();
            statement.execute(params![
                i as i64,
                trade.timestamp.0,
                exit.map(|exit| exit.timestamp.0),
                trade.symbol,
                trade.side.name(),
                trade.size,
                trade.entry_price,
                exit.map(|exit| exit.price),
                exit.map(|exit| exit.reason.as_str()),
                trade.pnl,
                trade.fees,
            ])?;
        }
        Ok(())
    })
}

fn run() -> Run {
    Run {
        created: UnixNanos(1_700_000_000_000_000_000),
        kind: RunKind::Backtest,
        name: String::new(),
        formula: String::new(),
        manifest: "{}".into(),
        figures: BTreeMap::new(),
    }
}

const DUCKDB: &str = r#"
import sys, time, duckdb, pyarrow as pa
path, rows = sys.argv[1], int(sys.argv[2])
minute, start = 60_000_000_000, 1_700_000_000_000_000_000
price = [100.0 + (i % 997) * 0.013 for i in range(rows)]
trades = pa.table({
    "run": pa.array([1] * rows, pa.int64()),
    "sequence": pa.array(range(rows), pa.int64()),
    "timestamp": pa.array([start + i * minute for i in range(rows)], pa.int64()),
    "exit_timestamp": pa.array([start + (i + 30) * minute for i in range(rows)], pa.int64()),
    "symbol": [("AAPL", "MSFT", "BTC-USD")[i % 3] for i in range(rows)],
    "side": [("long", "short")[i % 2] for i in range(rows)],
    "size": [1.0 + i % 89 for i in range(rows)],
    "entry_price": price,
    "exit_price": [p * 1.001 for p in price],
    "exit_reason": ["signal"] * rows,
    "pnl": [p * 0.001 for p in price],
    "fees": [p * 0.0001 for p in price],
})
connection = duckdb.connect(path)
connection.register("arrow", trades)
connection.execute("CREATE TABLE trades AS SELECT * FROM arrow LIMIT 0")
cpu, wall = time.process_time(), time.perf_counter()
connection.execute("INSERT INTO main.trades SELECT * FROM arrow")
print(time.process_time() - cpu, time.perf_counter() - wall)
assert connection.execute("SELECT count(*) FROM main.trades").fetchone() == (rows,)
"#;

fn duckdb(python: &Path, path: &Path, rows: usize) -> Fallible<Cost> {
    let output =
        Command::new(python).arg("-c").arg(DUCKDB).arg(path).arg(rows.to_string()).output()?;
    let text = String::from_utf8(output.stdout)?;
    let seconds: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    match seconds.as_slice() {
        [cpu, wall] => Ok(Cost { cpu: cpu / rows as f64, wall: wall / rows as f64 }),
        _ => Err(format!("DuckDB failed: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

fn measure(rows: usize, work: impl FnOnce() -> Fallible<()>) -> Fallible<Cost> {
    let (cpu, wall) = (thread_seconds()?, Instant::now());
    work()?;
    let (cpu, wall) = (thread_seconds()? - cpu, wall.elapsed().as_secs_f64());
    Ok(Cost { cpu: cpu / rows as f64, wall: wall / rows as f64 })
}

/// Returns the processor time of this thread; Linux only.
fn thread_seconds() -> Fallible<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos: u64 = text.split_whitespace().next().unwrap_or_default().parse()?;
    Ok(nanos as f64 * 1e-9)
}

fn median(costs: &[Cost]) -> Cost {
    let middle = |part: fn(&Cost) -> f64| {
        let mut values: Vec<f64> = costs.iter().map(part).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Cost { cpu: middle(|cost| cost.cpu), wall: middle(|cost| cost.wall) }
}

fn print(costs: &BTreeMap<&str, Cost>, arguments: &Arguments) {
    let line = |mut value: Value| {
        value["schema"] = "bolt.bench.append/1".into();
        println!("{value}");
    };
    for (way, cost) in costs {
        line(json!({
            "way": way,
            "rows": if way.starts_with("single") { SINGLE_ROWS.min(arguments.rows) } else { arguments.rows },
            "rounds": arguments.rounds,
            "cpu_us_per_row": cost.cpu * 1e6,
            "wall_us_per_row": cost.wall * 1e6,
        }));
    }
    let batch = costs["batch"];
    for (way, cost) in costs.iter().filter(|(way, _)| **way != "batch") {
        line(json!({
            "ratio": format!("{way} / batch"),
            "cpu": cost.cpu / batch.cpu,
            "wall": cost.wall / batch.wall,
        }));
    }
    if arguments.python.is_none() {
        line(json!({ "way": "duckdb-arrow", "unavailable": "no --python was given" }));
    }
}
