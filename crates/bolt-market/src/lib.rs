//! Bars, backtests, sweeps, statistics, options and portfolios.
//!
//! This crate takes data and returns data: it knows nothing of terminals, JSON or SQL. Files are
//! read and written by [`data`] alone. Start at [`data::load`], [`plan`], [`weights::run`]
//! and [`sweep`].

pub mod broker;
pub mod data;
pub mod formulas;
mod journal;
pub mod ledger;
pub mod ohlc;
pub mod options;
pub mod order;
pub mod plan;
pub mod portfolio;
pub mod rules;
pub mod signals;
pub mod statistics;
pub mod strategy;
pub mod sweep;
pub mod weights;
