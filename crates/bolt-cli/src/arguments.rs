//! What the command line takes. Groups that several commands share have files of their own.

mod data;
mod grid;
mod strategy;
mod trading;
mod values;

pub(crate) use data::{DataArguments, ReadingArguments, inputs};
pub(crate) use grid::{By, GridArguments, Prepared};
pub(crate) use strategy::{FILE_HELP, FORMULAS, StrategyArguments, expanded};
pub(crate) use trading::TradingArguments;
pub(crate) use values::{
    at_least_one, character, cost, fraction, not_negative, not_negative_fraction, number,
    one_or_more, part, positive, positive_fraction, rate, setting, values,
};

use std::path::PathBuf;

use bolt_config::Flag;
use clap::builder::StyledStr;
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands;

/// Formulas backtested and swept over real bars.
#[derive(Debug, Parser)]
#[command(name = "bolt", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 done, 2 it cannot be done, with the reason on standard \
                        error, 130 interrupted.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Print the result as JSON, with times as instants in UTC
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) json: bool,
    /// Show every figure
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) full: bool,
    /// Leave out notes and progress
    #[arg(long, short, global = true, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// When to use colours: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", help_heading = "Output")]
    color: Option<String>,
    /// Threads to use, 0 for one a processor
    #[arg(long, global = true, value_name = "N", help_heading = "Settings")]
    threads: Option<String>,
    /// The database of runs
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings")]
    store: Option<String>,
    /// A settings file to read instead of the project's: TOML, or YAML if it ends in `.yaml`
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings")]
    pub(crate) config: Option<PathBuf>,
    /// A set of values for a kind of machine: production, hpc or edge
    #[arg(long, global = true, value_name = "NAME", help_heading = "Settings")]
    profile: Option<String>,
    /// Any setting of `bolt config show`
    #[arg(long = "option", short = 'O', global = true, value_name = "NAME=VALUE", value_parser = setting, help_heading = "Settings")]
    options: Vec<(String, String)>,
}

impl Global {
    pub(crate) fn flags(&self) -> Vec<Flag> {
        let Self { json: _, full: _, quiet: _, color, threads, store, config: _, profile, options } =
            self;
        let named = [
            ("--color", "output.color", color),
            ("--threads", "exec.threads", threads),
            ("--store", "store.path", store),
            ("--profile", "profile", profile),
        ];
        let options = options.iter().map(|(name, value)| flag("--option", name, value));
        let named = named
            .into_iter()
            .filter_map(|(text, name, value)| value.as_ref().map(|value| flag(text, name, value)));
        options.chain(named).collect()
    }
}

/// Returns a flag that sets a knob.
pub(crate) fn flag(text: &str, name: &str, value: &str) -> Flag {
    Flag { flag: text.to_owned(), name: name.to_owned(), value: value.to_owned() }
}

impl Arguments {
    /// Parses the command line.
    ///
    /// # Errors
    /// If it is wrong, or asks for help.
    pub(crate) fn of_command_line() -> Result<Self, clap::Error> {
        Self::from_arg_matches(&command().try_get_matches()?)
    }
}

/// Returns the commands.
pub(crate) fn command() -> clap::Command {
    with_percents(with_signs(Arguments::command()))
}

/// What values may begin with a minus, by the names that help has for them. What is wrong with a
/// negative one is said by whoever reads it.
const SIGNED: [&str; 15] = [
    "AMOUNT",
    "BARS",
    "CHANGES",
    "EXPRESSION",
    "FORMULA",
    "FRACTION",
    "MONEY",
    "N",
    "NUMBER",
    "PRICE",
    "RATE",
    "SIZE",
    "VOLATILITY",
    "WHEN",
    "YEARS",
];

/// Lets values begin with a minus where they may.
fn with_signs(command: clap::Command) -> clap::Command {
    let is_signed = |argument: &Arg| {
        let names = argument.get_value_names().unwrap_or_default();
        let is_single = argument.get_num_args().is_none_or(|count| count.max_values() == 1);
        is_single && names.iter().any(|name| SIGNED.contains(&name.as_str()))
    };
    command
        .allow_negative_numbers(true)
        .mut_args(|argument| match is_signed(&argument) {
            true => argument.allow_hyphen_values(true),
            false => argument,
        })
        .mut_subcommands(with_signs)
}

/// Says in the help of commands that take fractions how these are written.
fn with_percents(command: clap::Command) -> clap::Command {
    let is_fraction = |argument: &Arg| {
        argument.get_value_names().unwrap_or_default().iter().any(|name| name == "FRACTION")
    };
    let takes_fractions = command.get_arguments().any(is_fraction);
    let command = command.mut_subcommands(with_percents);
    if !takes_fractions {
        return command;
    }
    let with = |help: Option<&StyledStr>| {
        let note = "A FRACTION is written 0.05 or 5%.";
        help.map_or_else(|| note.to_owned(), |help| format!("{note}\n\n{help}"))
    };
    let short = with(command.get_after_help());
    let long = with(command.get_after_long_help().or(command.get_after_help()));
    command.after_help(short).after_long_help(long)
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run everything once on a made-up market
    Demo(commands::demo::DemoArguments),
    /// Run a strategy over bars
    Backtest(Box<commands::backtest::BacktestArguments>),
    /// Run a strategy with many parameters
    Sweep(Box<commands::sweep::SweepArguments>),
    /// Choose parameters on the past and trade them on what follows, again and again
    Walkforward(Box<commands::walkforward::WalkForwardArguments>),
    /// Price options, imply volatilities and shock portfolios of them
    Options(Box<commands::options::OptionsArguments>),
    /// Value portfolios and keep their history
    Portfolio(Box<commands::portfolio::PortfolioArguments>),
    /// List and explain the functions that formulas may use
    Indicators(commands::indicators::IndicatorArguments),
    /// Evaluate Lyra, a symbolic language: programs, expressions, a dialogue
    Lyra(commands::lyra::LyraArguments),
    /// Read, describe, convert and make data
    Data(commands::data::DataCommandArguments),
    /// List, show and compare recorded runs
    Runs(commands::runs::RunsArguments),
    /// Show, shrink and clear the results that are kept for later runs
    Cache(commands::cache::CacheArguments),
    /// Show what the machine has and how it is used
    Diagnostics(commands::diagnostics::DiagnosticsArguments),
    /// Show and check settings
    Config(commands::config::ConfigArguments),
    /// Print completions for a shell
    Completions(commands::completions::CompletionArguments),
}
