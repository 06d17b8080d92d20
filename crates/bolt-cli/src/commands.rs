//! The commands, a file each.

pub(crate) mod backtest;
pub(crate) mod cache;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod data;
pub(crate) mod demo;
pub(crate) mod diagnostics;
pub(crate) mod indicators;
pub(crate) mod lyra;
pub(crate) mod options;
pub(crate) mod portfolio;
pub(crate) mod runs;
pub(crate) mod sweep;
pub(crate) mod walkforward;
pub(crate) mod weights;

use std::process::ExitCode;

use anyhow::Result;

use crate::arguments::{Arguments, Command};
use crate::context::Context;

pub(crate) fn run(arguments: Arguments) -> Result<ExitCode> {
    let Arguments { global, command } = arguments;
    let context = |flags| Context::new(&global, flags);
    match command {
        Command::Backtest(arguments) => backtest::run(&arguments, context(arguments.flags())?)?,
        Command::Options(arguments) => options::run(&arguments, context(Vec::new())?)?,
        Command::Portfolio(arguments) => portfolio::run(&arguments, context(Vec::new())?)?,
        Command::Sweep(arguments) => {
            return sweep::run(&arguments, context(arguments.grid.flags())?);
        }
        Command::Walkforward(arguments) => {
            return walkforward::run(&arguments, context(arguments.grid.flags())?);
        }
        Command::Demo(arguments) => demo::run(&arguments, context(Vec::new())?)?,
        Command::Indicators(arguments) => indicators::run(&arguments, context(Vec::new())?)?,
        Command::Lyra(arguments) => return lyra::run(&arguments, context(Vec::new())?),
        Command::Data(arguments) => data::run(&arguments, context(Vec::new())?)?,
        Command::Runs(arguments) => runs::run(&arguments, context(Vec::new())?)?,
        Command::Diagnostics(arguments) => diagnostics::run(&arguments, context(Vec::new())?)?,
        Command::Cache(arguments) => cache::run(&arguments, context(Vec::new())?)?,
        Command::Config(arguments) => return config::run(&arguments, &global),
        Command::Completions(arguments) => completions::run(&arguments, context(Vec::new())?)?,
    }
    Ok(ExitCode::SUCCESS)
}
