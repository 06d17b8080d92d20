//! The indexes that queries across runs want, made when wanted.

use std::path::Path;

use rusqlite::Connection;

use crate::error::{ErrorKind, StoreError};
use crate::file::{self, Access};
use crate::store::StoreOptions;

/// A recommended index.
#[derive(Debug)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// The table.
    pub table: &'static str,
    /// The columns in order.
    pub columns: &'static [&'static str],
    /// The condition of the rows that it holds, or an empty text for all.
    pub condition: &'static str,
    /// The question that it answers without reading the whole table.
    pub answers: &'static str,
}

/// The recommended indexes. An index over several columns serves its first columns alone too.
pub static INDEXES: &[Index] = &[
    Index {
        name: "trades_by_timestamp",
        table: "trades",
        columns: &["timestamp"],
        condition: "",
        answers: "trades of all runs in a range of time",
    },
    Index {
        name: "trades_by_symbol",
        table: "trades",
        columns: &["symbol", "timestamp"],
        condition: "",
        answers: "trades of a symbol, in a range of time or at all",
    },
    Index {
        name: "trades_open",
        table: "trades",
        columns: &["timestamp", "symbol"],
        condition: "exit_timestamp IS NULL",
        answers: "open trades",
    },
    Index {
        name: "portfolio_history_by_date",
        table: "portfolio_history",
        columns: &["date"],
        condition: "",
        answers: "all portfolios in a range of time",
    },
    Index {
        name: "runs_by_created",
        table: "runs",
        columns: &["created"],
        condition: "",
        answers: "the newest runs",
    },
    Index {
        name: "runs_by_kind",
        table: "runs",
        columns: &["kind", "created"],
        condition: "",
        answers: "the newest runs of a kind",
    },
];

/// What [`optimize_database`] did, by the names of [`INDEXES`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Optimized {
    /// Indexes made now.
    pub created: Vec<&'static str>,
    /// Indexes that were there.
    pub present: Vec<&'static str>,
    /// Indexes whose table or columns the database does not have.
    pub not_applicable: Vec<&'static str>,
}

/// Makes the recommended indexes that a database does not have yet, and gathers the statistics
/// by which SQLite chooses among indexes.
///
/// Works on any SQLite database with tables of these names. An index makes appending slower.
///
/// # Errors
/// If the file does not exist, is no database, or cannot be written to.
pub fn optimize_database(path: &Path, options: &StoreOptions) -> Result<Optimized, StoreError> {
    let optimize = || {
        let mut connection = file::open(path, Access::Write, options.busy_timeout)?;
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut done = Optimized::default();
        for index in INDEXES {
            let list = if exists(&transaction, index)? {
                &mut done.present
            } else if is_applicable(&transaction, index)? {
                transaction.execute_batch(&index.sql())?;
                &mut done.created
            } else {
                &mut done.not_applicable
            };
            list.push(index.name);
        }
        transaction.execute_batch("ANALYZE")?;
        transaction.commit()?;
        Ok(done)
    };
    optimize().map_err(|kind| StoreError {
        doing: "optimize a database",
        path: path.to_owned(),
        kind,
    })
}

impl Index {
    /// Returns the statement that makes it.
    pub fn sql(&self) -> String {
        let Self { name, table, columns, condition, answers: _ } = self;
        let columns = columns.join(", ");
        match *condition {
            "" => format!("CREATE INDEX {name} ON {table} ({columns})"),
            condition => format!("CREATE INDEX {name} ON {table} ({columns}) WHERE {condition}"),
        }
    }
}

fn exists(connection: &Connection, index: &Index) -> Result<bool, ErrorKind> {
    let mut statement = connection.prepare(
        "SELECT true FROM sqlite_schema WHERE type = 'index' AND name = ? AND tbl_name = ?",
    )?;
    Ok(statement.exists([index.name, index.table])?)
}

fn is_applicable(connection: &Connection, index: &Index) -> Result<bool, ErrorKind> {
    let mut statement =
        connection.prepare("SELECT true FROM pragma_table_info(?) WHERE name = ?")?;
    let condition_column = index.condition.split_whitespace().next();
    for column in index.columns.iter().copied().chain(condition_column) {
        if !statement.exists([index.table, column])? {
            return Ok(false);
        }
    }
    Ok(true)
}
