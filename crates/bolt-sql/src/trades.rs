//! Trades: writing them in batches, reading and exporting them.

use std::borrow::Borrow;
use std::iter;

use bolt_base::UnixNanos;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, Statement, params_from_iter};

use crate::error::{ErrorKind, StoreError};
use crate::records::{RunId, Side, TradeExit, TradeRecord};
use crate::runs;
use crate::store::Store;

/// Which trades are wanted; by default all. Every condition that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TradeFilter {
    /// Trades of this run.
    pub run: Option<RunId>,
    /// Trades of this symbol.
    pub symbol: Option<String>,
    /// Trades that began at this time or later.
    pub from: Option<UnixNanos>,
    /// Trades that began before this time.
    pub until: Option<UnixNanos>,
    /// Open trades only, or closed ones only.
    pub open: Option<bool>,
    /// At most this many.
    pub limit: Option<u64>,
}

/// A trade as it stands in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredTrade {
    /// The run that it belongs to.
    pub run: RunId,
    /// Its place among the run's trades, from 0.
    pub sequence: u64,
    /// The trade.
    pub trade: TradeRecord,
}

impl Store {
    /// Appends trades to a run in one transaction, all or nothing, and returns how many.
    ///
    /// The trades are written as they come, so that they need not be in memory together; other
    /// writers wait until the iterator ends.
    ///
    /// # Errors
    /// If there is no such run, a trade is invalid, or the file cannot be written to.
    pub fn batch_insert_trades(
        &mut self,
        run: &RunId,
        trades: impl IntoIterator<Item: Borrow<TradeRecord>>,
    ) -> Result<usize, StoreError> {
        self.write("insert trades", |connection| {
            let key = runs::key(connection, run)?;
            insert(connection, key, trades)
        })
    }

    /// Returns the trades that pass a filter: of one run in the order in which they were written,
    /// else in the order in which they began.
    ///
    /// # Errors
    /// If the filter names a run that does not exist, or the file cannot be read.
    pub fn trades(&self, filter: &TradeFilter) -> Result<Vec<StoredTrade>, StoreError> {
        let mut trades = Vec::new();
        self.export_trades(filter, |trade| trades.push(trade))?;
        Ok(trades)
    }

    /// Hands the trades that pass a filter to `sink` one by one, ordered as by [`Store::trades`].
    ///
    /// # Errors
    /// As [`Store::trades`].
    pub fn export_trades(
        &self,
        filter: &TradeFilter,
        mut sink: impl FnMut(StoredTrade),
    ) -> Result<(), StoreError> {
        self.read("read trades", |connection| {
            let key = filter.run.as_ref().map(|run| runs::key(connection, run)).transpose()?;
            let (sql, parameters) = select(filter, key);
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query(params_from_iter(parameters))?;
            while let Some(row) = rows.next()? {
                sink(stored_trade(row)?);
            }
            Ok(())
        })
    }
}

/// Rows of one `INSERT` statement: 32 took a fifth less processor time than 1, and 64 no less.
const ROWS_PER_STATEMENT: usize = 32;
const COLUMNS: [&str; 12] = [
    "run",
    "sequence",
    "timestamp",
    "exit_timestamp",
    "symbol",
    "side",
    "size",
    "entry_price",
    "exit_price",
    "exit_reason",
    "pnl",
    "fees",
];

/// Appends trades to the run of a key; part of a transaction.
pub(crate) fn insert(
    connection: &Connection,
    run: i64,
    trades: impl IntoIterator<Item: Borrow<TradeRecord>>,
) -> Result<usize, ErrorKind> {
    let first: i64 = connection.query_row(
        "SELECT coalesce(max(sequence) + 1, 0) FROM trades WHERE run = ?",
        [run],
        |row| row.get(0),
    )?;
    let mut many = connection.prepare(&insert_sql(ROWS_PER_STATEMENT))?;
    let mut one = connection.prepare(&insert_sql(1))?;
    let mut trades = trades.into_iter();
    let mut chunk = Vec::with_capacity(ROWS_PER_STATEMENT);
    let mut written = 0;
    loop {
        chunk.extend(trades.by_ref().take(ROWS_PER_STATEMENT));
        let full = chunk.len() == ROWS_PER_STATEMENT;
        for (place, trade) in chunk.drain(..).enumerate() {
            let trade: &TradeRecord = trade.borrow();
            trade.check(written)?;
            let sequence = first + written as i64;
            if full {
                bind(&mut many, place, run, sequence, trade)?;
            } else {
                bind(&mut one, 0, run, sequence, trade)?;
                one.raw_execute()?;
            }
            written += 1;
        }
        if !full {
            return Ok(written);
        }
        many.raw_execute()?;
    }
}

fn insert_sql(rows: usize) -> String {
    let row = format!("({})", iter::repeat_n("?", COLUMNS.len()).collect::<Vec<_>>().join(", "));
    let rows = iter::repeat_n(row, rows).collect::<Vec<_>>().join(", ");
    format!("INSERT INTO trades ({}) VALUES {rows}", COLUMNS.join(", "))
}

/// Binds a trade to the parameters of a statement's row.
fn bind(
    statement: &mut Statement<'_>,
    row: usize,
    run: i64,
    sequence: i64,
    trade: &TradeRecord,
) -> rusqlite::Result<()> {
    let TradeRecord { timestamp, symbol, side, size, entry_price, exit, pnl, fees } = trade;
    let exit = exit.as_ref();
    let first = row * COLUMNS.len() + 1;
    statement.raw_bind_parameter(first, run)?;
    statement.raw_bind_parameter(first + 1, sequence)?;
    statement.raw_bind_parameter(first + 2, timestamp.0)?;
    statement.raw_bind_parameter(first + 3, exit.map(|exit| exit.timestamp.0))?;
    statement.raw_bind_parameter(first + 4, symbol)?;
    statement.raw_bind_parameter(first + 5, side.name())?;
    statement.raw_bind_parameter(first + 6, size)?;
    statement.raw_bind_parameter(first + 7, entry_price)?;
    statement.raw_bind_parameter(first + 8, exit.map(|exit| exit.price))?;
    statement.raw_bind_parameter(first + 9, exit.map(|exit| exit.reason.as_str()))?;
    statement.raw_bind_parameter(first + 10, nan_as_null(*pnl))?;
    statement.raw_bind_parameter(first + 11, fees)
}

/// SQLite knows no NaN.
pub(crate) fn nan_as_null(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number)
}

pub(crate) fn null_as_nan(number: Option<f64>) -> f64 {
    number.unwrap_or(f64::NAN)
}

/// Returns the query of a filter and its parameters; `run` is the key of the filter's run.
pub(crate) fn select(filter: &TradeFilter, run: Option<i64>) -> (String, Vec<Value>) {
    let TradeFilter { run: _, symbol, from, until, open, limit } = filter;
    let mut conditions = Conditions::default();
    conditions.and("trades.run = ?", run.map(Value::Integer));
    conditions.and("symbol = ?", symbol.clone().map(Value::Text));
    conditions.and("timestamp >= ?", from.map(|time| Value::Integer(time.0)));
    conditions.and("timestamp < ?", until.map(|time| Value::Integer(time.0)));
    let order = match run {
        Some(_) => "sequence",
        None => "timestamp, trades.run, sequence",
    };
    let open = match open {
        Some(true) => " AND exit_timestamp IS NULL",
        Some(false) => " AND exit_timestamp IS NOT NULL",
        None => "",
    };
    let sql = format!(
        "SELECT runs.id, sequence, timestamp, exit_timestamp, symbol, side, size, entry_price,
                exit_price, exit_reason, pnl, fees
         FROM trades JOIN runs ON runs.key = trades.run
         WHERE {}{open} ORDER BY {order} LIMIT ?",
        conditions.sql()
    );
    (sql, conditions.with_limit(*limit))
}

fn stored_trade(row: &Row<'_>) -> Result<StoredTrade, ErrorKind> {
    let exit = match row.get::<_, Option<i64>>(3)? {
        Some(timestamp) => Some(TradeExit {
            timestamp: UnixNanos(timestamp),
            price: row.get(8)?,
            reason: row.get(9)?,
        }),
        None => None,
    };
    let trade = TradeRecord {
        timestamp: UnixNanos(row.get(2)?),
        symbol: row.get(4)?,
        side: side(&row.get::<_, String>(5)?)?,
        size: row.get(6)?,
        entry_price: row.get(7)?,
        exit,
        pnl: null_as_nan(row.get(10)?),
        fees: row.get(11)?,
    };
    let sequence: i64 = row.get(1)?;
    Ok(StoredTrade { run: RunId(row.get(0)?), sequence: sequence as u64, trade })
}

fn side(name: &str) -> Result<Side, ErrorKind> {
    [Side::Long, Side::Short]
        .into_iter()
        .find(|side| side.name() == name)
        .ok_or_else(|| ErrorKind::Corrupt(format!("a trade is `{name}`")))
}

/// The conditions of a query that were given, with their parameters.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    sql: Vec<&'static str>,
    parameters: Vec<Value>,
}

impl Conditions {
    /// Adds a condition with one `?` if there is a value for it.
    pub(crate) fn and(&mut self, sql: &'static str, value: Option<Value>) {
        if let Some(value) = value {
            self.sql.push(sql);
            self.parameters.push(value);
        }
    }

    pub(crate) fn sql(&self) -> String {
        match self.sql.as_slice() {
            [] => "true".into(),
            conditions => conditions.join(" AND "),
        }
    }

    /// Returns the parameters, followed by that of `LIMIT`. To SQLite, -1 is no limit.
    pub(crate) fn with_limit(mut self, limit: Option<u64>) -> Vec<Value> {
        let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        self.parameters.push(Value::Integer(limit));
        self.parameters
    }
}
