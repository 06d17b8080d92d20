//! `bolt diagnostics hardware`.

pub(super) mod json;
pub(super) mod text;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use bolt_config::Config;
use bolt_hardware::{
    Energy, Frequency, Hardware, HugePages, Memory, NodeStatistics, Plan, Pressure, Reading, Root,
    SimdLevel, Thermal, Tuning, Unavailable,
};
use clap::Args;

use crate::context::Context;

#[derive(Debug, Args)]
pub(crate) struct HardwareArguments {
    /// Read a machine from a copy of its files: a folder with `proc` and `sys`
    #[arg(long, value_name = "FOLDER")]
    root: Option<PathBuf>,
}

/// Everything that is read, once.
struct Findings<'a> {
    hardware: &'a Hardware,
    /// The vector instructions, of this machine only.
    simd: Reading<SimdLevel>,
    /// The size of a page, of this machine only.
    page_bytes: Reading<u64>,
    plan: Plan,
    memory: Memory,
    pressure: Pressure,
    thermal: Thermal,
    frequency: Frequency,
    energy: Reading<Vec<Energy>>,
    huge_pages: HugePages,
    /// How each node's memory was taken.
    node_statistics: Vec<Reading<NodeStatistics>>,
    tuning: Vec<Tuning>,
}

impl<'a> Findings<'a> {
    fn of(hardware: &'a Hardware, is_copy: bool, config: &Config) -> Result<Self> {
        let elsewhere = || Unavailable::new("not told by files");
        let nodes = &hardware.topology.nodes;
        Ok(Self {
            simd: if is_copy { Err(elsewhere()) } else { Ok(hardware.simd) },
            page_bytes: if is_copy { Err(elsewhere()) } else { hardware.page_bytes.clone() },
            plan: bolt_session::machine::plan(config, hardware)?,
            memory: hardware.memory(),
            pressure: hardware.pressure(),
            thermal: hardware.thermal(),
            frequency: hardware.frequency(),
            energy: hardware.energy(),
            huge_pages: hardware.huge_pages(),
            node_statistics: nodes.iter().map(|node| hardware.node_statistics(node.id)).collect(),
            tuning: hardware.tuning(),
            hardware,
        })
    }
}

pub(super) fn run(arguments: &HardwareArguments, mut context: Context) -> Result<()> {
    let copy = copy_of(arguments.root.as_deref())?;
    let hardware = copy.as_ref().unwrap_or_else(|| Hardware::get());
    let findings = Findings::of(hardware, copy.is_some(), &context.config)?;
    match context.json {
        true => context.write_json(&json::view(&findings))?,
        false => text::show(&findings, &mut context)?,
    }
    warn(&findings.thermal, &context);
    Ok(())
}

/// Reads the machine whose files are in a folder, if one is named.
pub(super) fn copy_of(root: Option<&Path>) -> Result<Option<Hardware>> {
    match root {
        Some(folder) if !folder.is_dir() => bail!("`{}` is not a folder", folder.display()),
        Some(folder) => Ok(Some(Hardware::read(&Root::at(folder)))),
        None => Ok(None),
    }
}

/// Warns of sensors at their alert or above.
pub(super) fn warn(thermal: &Thermal, context: &Context) {
    for alert in thermal.alerts(Thermal::ALERT_CELSIUS) {
        context.warn(&format!("too hot: {alert}"));
    }
}
