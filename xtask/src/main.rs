//! The project's own tool: what cargo and rustc do not do.
//!
//! `cargo xtask tidy` checks what no compiler checks. It is part of CI. `cargo xtask bench` says how
//! fast we are beside our peers. `cargo xtask conformance` runs cases that others wrote. `cargo xtask sanitize` runs the tests of what is unsafe under
//! AddressSanitizer.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool")]

mod bench;
mod conformance;
mod reference;
mod sanitize;
mod tidy;

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask tidy [--bless]\n       cargo xtask bench market|runtime|lyra [--help]\n       \
                     cargo xtask conformance lyra [--failures] FILE...\n       \
                     cargo xtask reference\n       \
                     cargo xtask sanitize [CRATE]...";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["tidy"] => tidy::run(&root(), false),
        ["tidy", "--bless"] => tidy::run(&root(), true),
        ["bench", ..] => bench::run(&root(), &arguments[1..]),
        ["reference"] => reference::run(&root()),
        ["conformance", ..] => conformance::run(&root(), &arguments[1..]),
        ["sanitize", ..] => sanitize::run(&root(), &arguments[1..]),
        ["help" | "--help"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("{USAGE}"),
    }
}

/// Returns the workspace's folder.
fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}
