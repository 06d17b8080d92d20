//! The inputs of a case: made from a seed, and written where the peers find them.

use anyhow::{Context, Result};
use bolt_market::data::sample::{SampleOptions, sample};
use bolt_market::data::{Bars, Panel};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A temporary folder with inputs.
#[derive(Debug)]
pub(crate) struct Inputs {
    folder: TempDir,
}

impl Inputs {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { folder: tempfile::tempdir().context("making a folder for the inputs")? })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes numbers by name; a JSON object.
    pub(crate) fn numbers(&self, numbers: &Value) -> Result<()> {
        Ok(std::fs::write(self.path("numbers.json"), numbers.to_string())?)
    }

    /// Writes a column of values as they lie in memory, lowest byte first.
    pub(crate) fn column(&self, name: &str, values: &[f64]) -> Result<()> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Ok(std::fs::write(self.path(name), bytes)?)
    }

    /// Writes the prices and volumes of bars, a file a column.
    pub(crate) fn bars(&self, bars: &Bars) -> Result<()> {
        for (name, values) in bars.columns() {
            self.column(name, values)?;
        }
        Ok(())
    }
}

/// Returns minute bars of a made-up market. Prices have nine decimals, so that two averages are
/// never equal by rounding: peers that sum in another order then see the same crossings.
pub(crate) fn minutes(bars: usize) -> Result<Bars> {
    let options = SampleOptions { bars, decimals: 9, ..SampleOptions::default() };
    Ok(sample(&options)?.into_bars()?)
}

/// Returns a panel of made-up markets with the same habits.
pub(crate) fn panel(bars: usize, assets: usize) -> Result<Panel> {
    let options = SampleOptions { bars, assets, decimals: 9, ..SampleOptions::default() };
    Ok(sample(&options)?.into_panel()?)
}
