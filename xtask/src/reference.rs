//! `cargo xtask reference`: writes the reference of Lyra, `docs/reference/lyra`, from what its
//! functions say of themselves.

use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

pub(crate) fn run(root: &Path) -> Result<()> {
    let program =
        ["run", "--quiet", "--locked", "--package", "bolt-lyra", "--example", "reference"];
    let status = Command::new("cargo")
        .args(program)
        .args(["--", "docs/reference/lyra"])
        .current_dir(root)
        .status()
        .context("running `cargo run`")?;
    ensure!(status.success(), "the reference was not written");
    Ok(())
}
