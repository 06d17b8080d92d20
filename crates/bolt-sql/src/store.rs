//! The open store.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bolt_base::Rng;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{ErrorKind, StoreError};
use crate::file::{self, Access};
use crate::records::{PortfolioPoint, Run, RunId, TradeRecord};
use crate::timer::{SlowWork, Timer};
use crate::{portfolio, runs, schema, trades};

/// How a store is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreOptions {
    /// How long to wait for another process to finish writing.
    pub busy_timeout: Duration,
    /// How long a query or a write may run; `None` for as long as it takes.
    pub query_timeout: Option<Duration>,
    /// What takes so long is remembered as slow.
    pub slow_query: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            busy_timeout: Duration::from_secs(5),
            query_timeout: None,
            slow_query: Duration::from_millis(100),
        }
    }
}

/// A store of runs, trades and portfolio history.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    timer: Timer,
}

impl Store {
    /// Opens a store; a file that is missing is made, with its folders.
    ///
    /// # Errors
    /// If the file cannot be opened or written to, is no store, is damaged, or was written by a
    /// newer version; if another process keeps it locked for longer than the busy timeout.
    pub fn open(path: &Path, options: &StoreOptions) -> Result<Self, StoreError> {
        Self::open_by(path, options, || {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)
                    .map_err(|error| ErrorKind::CannotOpen(error.to_string()))?;
            }
            connect(path, Access::Create, options)
        })
    }

    /// Opens a store that is there, to read it or to take something out of it.
    ///
    /// # Errors
    /// As [`Store::open`]; if there is no file, or it is empty.
    pub fn open_existing(path: &Path, options: &StoreOptions) -> Result<Self, StoreError> {
        Self::open_by(path, options, || match std::fs::metadata(path) {
            Ok(file) if file.len() == 0 => Err(ErrorKind::Missing),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ErrorKind::Missing),
            Ok(_) | Err(_) => connect(path, Access::Write, options),
        })
    }

    /// Returns a store that holds nothing and keeps nothing: what stands at a path until something
    /// is written there.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn empty(path: &Path) -> Result<Self, StoreError> {
        Self::open_by(path, &StoreOptions::default(), || {
            let mut connection = Connection::open_in_memory()?;
            schema::migrate(&mut connection)?;
            Ok(connection)
        })
    }

    fn open_by(
        path: &Path,
        options: &StoreOptions,
        open: impl FnOnce() -> Result<Connection, ErrorKind>,
    ) -> Result<Self, StoreError> {
        let timed = || {
            let mut connection = open()?;
            let timer = Timer::new(&mut connection, options)?;
            Ok((connection, timer))
        };
        match timed() {
            Ok((connection, timer)) => Ok(Self { connection, path: path.to_owned(), timer }),
            Err(kind) => Err(StoreError { doing: "open a store", path: path.to_owned(), kind }),
        }
    }

    /// Returns the work that was slow so far, in order.
    pub fn slow_work(&self) -> Vec<SlowWork> {
        self.timer.slow()
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Records a run with its trades and its equity curve, all or nothing, and returns its id,
    /// drawn from the run's time and `rng`.
    ///
    /// # Errors
    /// If a record is invalid, or the file cannot be written to.
    pub fn record(
        &mut self,
        run: &Run,
        trades: &[TradeRecord],
        history: &[PortfolioPoint],
        rng: &mut Rng,
    ) -> Result<RunId, StoreError> {
        self.write("record a run", |connection| {
            let (key, id) = runs::insert(connection, run, rng)?;
            trades::insert(connection, key, trades)?;
            let portfolio = portfolio::of_run(connection, key, &id)?;
            portfolio::insert(connection, portfolio, id.as_str(), history)?;
            Ok(id)
        })
    }

    /// Looks for damage in the whole file.
    ///
    /// # Errors
    /// If there is some.
    pub fn verify(&self) -> Result<(), StoreError> {
        self.read("verify a store", |connection| {
            let found: String =
                connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            match found.as_str() {
                "ok" => Ok(()),
                _ => Err(ErrorKind::Corrupt(found)),
            }
        })
    }

    /// Gives the space of deleted runs back to the file system, by writing the file anew.
    ///
    /// # Errors
    /// If the file cannot be written to, or there is not as much free space as the store has data.
    pub fn compact(&mut self) -> Result<(), StoreError> {
        let compacted = self.connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);");
        compacted.map_err(|error| self.error("compact a store", error.into()))
    }

    /// Runs `work` on one state of the database, whatever others write meanwhile. Inside another
    /// reading it is that one's state.
    pub(crate) fn read<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, ErrorKind>,
    ) -> Result<T, StoreError> {
        let run = || {
            if !self.connection.is_autocommit() {
                return work(&self.connection);
            }
            self.timer.run(doing, || {
                let _transaction = self.connection.unchecked_transaction()?;
                work(&self.connection)
            })
        };
        run().map_err(|kind| self.error(doing, kind))
    }

    /// Runs `work` in a transaction that is taken back unless `work` succeeds. The lock is taken
    /// at the beginning, so that waiting for it cannot fail later on.
    pub(crate) fn write<T>(
        &mut self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, ErrorKind>,
    ) -> Result<T, StoreError> {
        let run = || {
            let behavior = TransactionBehavior::Immediate;
            let transaction = Transaction::new_unchecked(&self.connection, behavior)?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        self.timer.run(doing, run).map_err(|kind| self.error(doing, kind))
    }

    fn error(&self, doing: &'static str, kind: ErrorKind) -> StoreError {
        StoreError { doing, path: self.path.clone(), kind }
    }
}

fn connect(path: &Path, access: Access, options: &StoreOptions) -> Result<Connection, ErrorKind> {
    let StoreOptions { busy_timeout, query_timeout, slow_query: _ } = *options;
    let busy_timeout = query_timeout.map_or(busy_timeout, |limit| limit.min(busy_timeout));
    let mut connection = file::open(path, access, busy_timeout)?;
    schema::check(&connection)?;
    file::make_durable(&connection, busy_timeout)?;
    schema::migrate(&mut connection)?;
    Ok(connection)
}
