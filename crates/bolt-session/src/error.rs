//! What can go wrong in a job, by the part that found it.

use std::convert::Infallible;
use std::path::PathBuf;

use bolt_exec::{DeadlineExceeded, ThreadError};
use bolt_market::broker;
use bolt_market::data::DataError;
use bolt_market::formulas::StrategyError;
use bolt_market::statistics::PeriodsError;
use bolt_market::sweep::{GridError, SelectionError, SweepError};
use bolt_memory::Refused;
use bolt_sql::StoreError;

use crate::memory::MemoryError;
use crate::settings::SettingError;

/// Why a job could not be done.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Data were refused.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A formula, or a strategy as a whole, is wrong.
    #[error(transparent)]
    Strategy(StrategyError),
    /// A strategy file is wrong.
    #[error("{}:{line}: {message}{}", path.display(), hint_line(hint.as_deref()))]
    StrategyFile {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What was found.
        message: String,
        /// What to try.
        hint: Option<String>,
    },
    /// An engine refused a setting.
    #[error(transparent)]
    Engine(broker::Error),
    /// A grid of parameters is wrong.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// A combination of a sweep failed.
    #[error("with {combination}: {error}")]
    Combination {
        /// The combination, `fast = 5, slow = 20`.
        combination: String,
        /// What is wrong.
        error: StrategyError,
    },
    /// The choice of the best combination could not be assessed.
    #[error("the choice of the best combination cannot be assessed: {0}")]
    Selection(String),
    /// The number of bars a year cannot be told.
    #[error(transparent)]
    Periods(#[from] PeriodsError),
    /// The store of runs refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error("cannot {doing} `{}`: {error}", path.display())]
    File {
        /// What was being done, as an infinitive.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        error: std::io::Error,
    },
    /// Rows could not be handed on.
    #[error("cannot write results: {0}")]
    Output(std::io::Error),
    /// There is not enough memory, or the settings of memory cannot be met.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// Settings contradict one another, or ask for what is not there.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A thread was refused.
    #[error(transparent)]
    Thread(#[from] ThreadError),
    /// The job ran for longer than it may.
    #[error(transparent)]
    Deadline(#[from] DeadlineExceeded),
    /// A request makes no sense, or asks for what is not there.
    #[error("{0}")]
    Settings(String),
}

fn hint_line(hint: Option<&str>) -> String {
    hint.map_or_else(String::new, |hint| format!("\n  hint: {hint}"))
}

impl SessionError {
    /// Returns an error of whoever takes rows.
    pub fn output(error: std::io::Error) -> Self {
        Self::Output(error)
    }

    /// Returns an error of the operating system with what was being done.
    pub(crate) fn file(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |error| Self::File { doing, path, error }
    }
}

impl From<Refused> for SessionError {
    fn from(refused: Refused) -> Self {
        Self::Memory(MemoryError::Refused(refused))
    }
}

impl From<StrategyError> for SessionError {
    fn from(error: StrategyError) -> Self {
        match error {
            StrategyError::Memory(refused) => refused.into(),
            error => Self::Strategy(error),
        }
    }
}

impl From<broker::Error> for SessionError {
    fn from(error: broker::Error) -> Self {
        match error {
            broker::Error::Memory(refused) => refused.into(),
            error => Self::Engine(error),
        }
    }
}

impl From<SweepError<Self>> for SessionError {
    fn from(error: SweepError<Self>) -> Self {
        match error {
            SweepError::Strategy { combination, error } if combination.is_empty() => {
                Self::Strategy(error)
            }
            SweepError::Strategy { combination, error } => Self::Combination { combination, error },
            SweepError::Engine(error) => error.into(),
            SweepError::Sink(error) => error,
        }
    }
}

impl From<SweepError<Infallible>> for SessionError {
    fn from(error: SweepError<Infallible>) -> Self {
        match error {
            SweepError::Strategy { combination, error } => Self::Combination { combination, error },
            SweepError::Engine(error) => error.into(),
            SweepError::Sink(never) => match never {},
        }
    }
}

impl From<SelectionError> for SessionError {
    fn from(error: SelectionError) -> Self {
        match error {
            SelectionError::NothingTraded | SelectionError::Cancelled => {
                Self::Selection(error.to_string())
            }
            SelectionError::Sweep(error) => error.into(),
        }
    }
}
