//! `cargo xtask bench`: builds the benchmark as users get the engines, and runs it.

use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// Runs the benchmark with the arguments that follow `bench`.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let status = Command::new("cargo")
        .args(["run", "--quiet", "--release", "--locked", "--package", "bolt-bench", "--"])
        .args(arguments)
        .current_dir(root)
        .status()
        .context("running `cargo run`")?;
    ensure!(status.success(), "the benchmark failed");
    Ok(())
}
