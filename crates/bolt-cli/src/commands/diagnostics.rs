//! `bolt diagnostics`.

mod cache;
mod hardware;
mod limits;
mod memory;
mod page;
mod thermal;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::context::Context;

#[derive(Debug, Args)]
pub(crate) struct DiagnosticsArguments {
    #[command(subcommand)]
    command: DiagnosticsCommand,
}

#[derive(Debug, Subcommand)]
enum DiagnosticsCommand {
    /// Show processors, caches, memory and heat, and which processors do what
    Hardware(hardware::HardwareArguments),
    /// Show how hot the machine is, whether it has slowed down, and what power it takes
    Thermal(thermal::ThermalArguments),
    /// Show how much memory the engines may use, who has which share, and how full it is
    Memory,
    /// Show where results are kept, and whether they can be
    Cache,
    /// Show how many files, threads and how much processor time there may be, and every thread
    Limits,
}

pub(crate) fn run(arguments: &DiagnosticsArguments, context: Context) -> Result<()> {
    match &arguments.command {
        DiagnosticsCommand::Hardware(arguments) => hardware::run(arguments, context),
        DiagnosticsCommand::Thermal(arguments) => thermal::run(arguments, context),
        DiagnosticsCommand::Memory => memory::run(context),
        DiagnosticsCommand::Cache => cache::run(context),
        DiagnosticsCommand::Limits => limits::run(context),
    }
}
