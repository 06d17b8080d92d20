//! `bolt options`.

mod contract;
mod price;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::context::Context;

#[derive(Debug, Args)]
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
}

pub(crate) fn run(arguments: &OptionsArguments, context: Context) -> Result<()> {
    match &arguments.command {
        OptionsCommand::Price(arguments) => price::price(arguments, context),
        OptionsCommand::Implied(arguments) => price::implied(arguments, context),
    }
}
