//! `cargo xtask conformance`: builds the program that runs conformance cases, and runs it.

use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::Command;

/// Runs the cases of an area, `lyra`, with the arguments that follow it.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let Some(("lyra", rest)) = arguments.split_first().map(|(area, rest)| (area.as_str(), rest))
    else {
        bail!("usage: {USAGE}");
    };
    let program = ["run", "--quiet", "--release", "--locked", "--package", "bolt-lyra"];
    let status = Command::new("cargo")
        .args(program)
        .args(["--example", "conformance", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .arg("--")
        .args(rest)
        .status()
        .context("running `cargo run`")?;
    ensure!(status.success(), "the cases could not be run");
    Ok(())
}

const USAGE: &str = "cargo xtask conformance lyra [--failures] [--area AREA]... \
                     [--without AREA,AREA] [--package FILE]... [--jobs N] FILE...";
