//! What engines reserve against what the program's allocator counts for them.
//!
//! A program of its own does it (`bin/accounting.rs`), since its allocator is the one that counts.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::bench::{Bench, median};
use crate::report::{Outcome, Row};

const MOST: f64 = 0.05;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    const NAME: &str = "accounting";
    if !bench.wants(NAME) {
        return Ok(());
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--locked", "--package", "bolt-bench"])
        .args(["--bin", "bolt-accounting", "--", &bench.repeats().to_string()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .context("running `cargo run --bin bolt-accounting`")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`bolt-accounting` failed: {told}");
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let (engine, off) = line.split_once('\t').context("an engine and how far it was off")?;
        let off: Vec<f64> =
            off.split(' ').map(|off| Ok(off.parse::<f64>()?.abs())).collect::<Result<_>>()?;
        let worst = off.iter().copied().fold(0.0, f64::max);
        let outcome = Outcome::Off { most: MOST, reached: worst <= MOST, median: median(&off) };
        let case = format!("{NAME}: {engine}");
        bench.add(Row { case, ours: worst, peers: Vec::new(), outcome });
    }
    Ok(())
}
