//! The formulas of a strategy.

use anyhow::Result;
use bolt_market::formulas::{Formula, Role, Strategy, StrategyError};
use bolt_market::plan::Plan;
use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Strategy")]
pub(crate) struct FormulaArguments {
    /// Position wanted: True or False is long or flat, a number is a fraction of equity
    #[arg(long, short, value_name = "FORMULA")]
    signal: Option<String>,
    /// Enter long where this is True
    #[arg(long, value_name = "FORMULA")]
    entry: Option<String>,
    /// Leave long where this is True
    #[arg(long, value_name = "FORMULA")]
    exit: Option<String>,
    /// Enter short where this is True
    #[arg(long, value_name = "FORMULA")]
    short_entry: Option<String>,
    /// Leave short where this is True
    #[arg(long, value_name = "FORMULA")]
    short_exit: Option<String>,
    /// Limit price of entries
    #[arg(long, value_name = "FORMULA")]
    entry_limit: Option<String>,
    /// Stop price of entries
    #[arg(long, value_name = "FORMULA")]
    entry_stop: Option<String>,
    /// Size of each entry, in the unit of --size
    #[arg(long, value_name = "FORMULA")]
    entry_size: Option<String>,
}

impl FormulaArguments {
    /// Parses the formulas.
    pub(crate) fn plan(&self) -> Result<Plan> {
        let parse = |(role, flag, text): (Role, &str, &str)| {
            Ok((role, Formula::parse(role.name(), flag, text)?))
        };
        let formulas = self.texts().map(parse).collect::<Result<_, StrategyError>>()?;
        Ok(Strategy::new(formulas)?.into())
    }

    fn texts(&self) -> impl Iterator<Item = (Role, &'static str, &str)> {
        let Self {
            signal,
            entry,
            exit,
            short_entry,
            short_exit,
            entry_limit,
            entry_stop,
            entry_size,
        } = self;
        let all = [
            (Role::Signal, "--signal", signal),
            (Role::Entry, "--entry", entry),
            (Role::Exit, "--exit", exit),
            (Role::ShortEntry, "--short-entry", short_entry),
            (Role::ShortExit, "--short-exit", short_exit),
            (Role::EntryLimit, "--entry-limit", entry_limit),
            (Role::EntryStop, "--entry-stop", entry_stop),
            (Role::Size, "--entry-size", entry_size),
        ];
        all.into_iter()
            .filter_map(|(role, flag, text)| text.as_deref().map(|text| (role, flag, text)))
    }
}
