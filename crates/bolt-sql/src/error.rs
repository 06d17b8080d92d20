//! What can go wrong, by what a caller would do about it.

use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::records::RunId;

/// What was being done, to which file, and what went wrong.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} in `{}`: {kind}", path.display())]
pub struct StoreError {
    /// What was being done, as an infinitive.
    pub doing: &'static str,
    /// The database.
    pub path: PathBuf,
    /// What went wrong.
    pub kind: ErrorKind,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum ErrorKind {
    /// The file cannot be opened or created.
    #[error("the file cannot be opened ({0})")]
    CannotOpen(String),
    /// There is no file, or nothing in it.
    #[error("there is no such file")]
    Missing,
    /// The file is something else than a SQLite database.
    #[error("this is not a database; choose another file")]
    NotADatabase,
    /// The file is a SQLite database, but not a store.
    #[error("this database belongs to another program; choose another file")]
    NotAStore,
    /// A newer version of the program wrote the file.
    #[error("the store has version {found}, and this program knows up to {known}; update it")]
    Newer {
        /// The version of the file.
        found: i64,
        /// The newest version known.
        known: i64,
    },
    /// The file is damaged.
    #[error("the file is damaged ({0}); restore a copy")]
    Corrupt(String),
    /// The file or its folder cannot be written to.
    #[error("the file or its folder is read-only; copy it to where you may write")]
    ReadOnly,
    /// Another process kept the file locked for longer than the busy timeout.
    #[error("another process is writing and did not finish in time; try again")]
    Busy,
    /// The query ran for longer than it may.
    #[error("it was stopped: it ran for longer than the setting `limits.query_timeout` allows")]
    TimedOut,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The file system cannot share memory between processes, as many network file systems.
    #[error("the file system does not support write-ahead logging; choose a local folder")]
    NoWriteAheadLog,
    /// There is no such run.
    #[error("there is no run `{0}`")]
    UnknownRun(String),
    /// A shortened id fits several runs.
    #[error("`{text}` fits several runs: {}", list(candidates))]
    AmbiguousRun {
        /// The shortened id.
        text: String,
        /// Some of the runs that it fits.
        candidates: Vec<RunId>,
    },
    /// A record holds a value that makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// A query is wrong, or does what a profiled query may not.
    #[error("{0}")]
    Query(String),
    /// The operating system or SQLite reports something else.
    #[error("{0}")]
    Other(String),
}

fn list(ids: &[RunId]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    ids.join(", ")
}

impl From<rusqlite::Error> for ErrorKind {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error;
        let text = error.to_string();
        let code = match &error {
            Error::SqliteFailure(failure, _) => failure.code,
            Error::SqlInputError { error: failure, .. } => failure.code,
            // The schema is strict, so a value of another type or range is damage.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..) => ErrorCode::DatabaseCorrupt,
            _ => ErrorCode::Unknown,
        };
        match code {
            ErrorCode::NotADatabase => Self::NotADatabase,
            ErrorCode::DatabaseCorrupt => Self::Corrupt(text),
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::OperationInterrupted => Self::TimedOut,
            ErrorCode::DiskFull => Self::DiskFull,
            ErrorCode::CannotOpen => Self::CannotOpen(text),
            _ => Self::Other(text),
        }
    }
}
