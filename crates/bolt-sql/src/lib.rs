//! The store of runs, their trades and portfolio history: one SQLite file.
//!
//! Start at [`Store::open`]. Records are plain structs of [`records`]; a run goes in with its trades
//! and its equity curve in one transaction ([`Store::record`]), and batches of trades or of
//! portfolio points can follow. Several processes may use one file at once: writers wait for one
//! another up to the busy timeout, readers always see whole transactions, and a transaction that
//! was reported as done survives a crash and a power cut (`synchronous=FULL`).
//!
//! Beside the store stand two tools that work on any SQLite file: [`optimize_database`] makes the
//! indexes that common queries want, and [`QueryProfiler`] tells what a query costs and which
//! index it lacks.
//!
//! This crate knows no engine, draws no random numbers of its own, and does not interpret a run's
//! manifest. SQL is spoken here and nowhere else.

mod advice;
mod error;
mod file;
mod optimize;
mod portfolio;
mod profiler;
pub mod records;
mod runs;
mod schema;
mod store;
mod timer;
mod trades;

#[cfg(test)]
mod tests;

pub use error::{ErrorKind, StoreError};
pub use optimize::{INDEXES, Index, Optimized, optimize_database};
pub use profiler::{QueryProfile, QueryProfiler, SlowQuery, SqlValue, SuggestedIndex};
pub use runs::{Comparison, PruneRule, RunFilter};
pub use store::{Store, StoreOptions};
pub use timer::SlowWork;
pub use trades::{StoredTrade, TradeFilter};
