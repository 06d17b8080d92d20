//! The commands, a file each.

pub(crate) mod backtest;
pub(crate) mod sweep;

use std::process::ExitCode;

use anyhow::Result;

use crate::arguments::{Arguments, Command};
use crate::context::Context;

pub(crate) fn run(arguments: Arguments) -> Result<ExitCode> {
    let Arguments { global, command } = arguments;
    let context = |flags| Context::new(&global, flags);
    match command {
        Command::Backtest(arguments) => backtest::run(&arguments, context(arguments.flags())?)?,
        Command::Sweep(arguments) => return sweep::run(&arguments, context(arguments.flags())?),
    }
    Ok(ExitCode::SUCCESS)
}
