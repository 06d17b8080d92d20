//! `bolt options`.

mod chain;
mod columns;
mod contract;
mod price;
mod scenario;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::context::Context;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt options price --type call --spot 100 --strike 105 --years 0.5 --rate 5% --volatility 20%
  bolt options scenario --spot 100 --volatility 20% --position call:105:0.5:-10 stock:6")]
pub(crate) struct OptionsArguments {
    #[command(subcommand)]
    command: OptionsCommand,
}

#[derive(Debug, Subcommand)]
enum OptionsCommand {
    /// Value an option with its greeks
    Price(price::PriceArguments),
    /// Find the volatility at which an option is worth a price
    Implied(price::ImpliedArguments),
    /// Value the options of a file
    Chain(chain::ChainArguments),
    /// Shock spot, volatility and time under a portfolio
    Scenario(scenario::ScenarioArguments),
}

pub(crate) fn run(arguments: &OptionsArguments, context: Context) -> Result<()> {
    match &arguments.command {
        OptionsCommand::Price(arguments) => price::price(arguments, context),
        OptionsCommand::Implied(arguments) => price::implied(arguments, context),
        OptionsCommand::Chain(arguments) => chain::run(arguments, context),
        OptionsCommand::Scenario(arguments) => scenario::run(arguments, context),
    }
}
