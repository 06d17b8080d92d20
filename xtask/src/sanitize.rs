//! The tests of crates with unsafe code under AddressSanitizer.

use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// Crates that call the system, hand out raw memory or run generated machine code.
const CRATES: [&str; 5] =
    ["bolt-hardware", "bolt-memory", "bolt-exec", "bolt-cache", "bolt-kernel"];

/// Runs the tests of the named crates, or of all of them, under AddressSanitizer, and fails at the
/// first crate that has an error.
///
/// The sanitizer is a flag of unstable compilers; `RUSTC_BOOTSTRAP` has the stable one take it.
/// A target must be named for the flag not to reach build scripts.
pub(crate) fn run(root: &Path, crates: &[String]) -> Result<()> {
    let all = CRATES.map(str::to_owned);
    for name in if crates.is_empty() { &all[..] } else { crates } {
        println!("== {name}");
        let mut cargo = Command::new("cargo");
        cargo.args(["test", "--target", &host()?, "--target-dir", "target/sanitize"]);
        cargo.args(["--package", name]).current_dir(root);
        cargo.env("RUSTC_BOOTSTRAP", "1");
        cargo.env("RUSTFLAGS", "-Zsanitizer=address -Cforce-frame-pointers=yes");
        let status = cargo.status().context("cargo cannot be run")?;
        ensure!(status.success(), "{name}: {status}");
    }
    Ok(())
}

/// Returns the target that the compiler itself runs on.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc cannot be run")?;
    let text = String::from_utf8(output.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not tell its host")?.to_owned())
}
