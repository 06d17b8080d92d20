//! Our processor time beside the best peers', as ratios.
//!
//! Each case runs our public functions in this process and the same work in a Python process over
//! the same data, in turn, and compares what they computed before it compares how long they took.
//! `cargo xtask bench market` builds and runs it.
//!
//! Where to start: a case is a file in `cases`, the peers' side of it is a script in
//! `benches/peers`, and [`bench::Bench`] runs the two.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool")]

mod bench;
mod cases;
mod clock;
mod formulas;
mod inputs;
mod options;
mod peers;
mod report;
mod values;

use anyhow::Result;
use bench::Bench;
use options::{Command, Options};
use std::process::ExitCode;

/// The allocator of the command line, whose speed this is about.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    match Command::parse(std::env::args().skip(1))? {
        Command::Help => {
            println!("{}", options::USAGE);
            Ok(ExitCode::SUCCESS)
        }
        Command::PeakOfSweep => {
            println!("{}", cases::sweep::peak_bytes()?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Market(options) => measure(options, cases::MARKET),
        Command::Runtime(options) => measure(options, cases::RUNTIME),
    }
}

fn measure(options: Options, cases: &[fn(&mut Bench) -> Result<()>]) -> Result<ExitCode> {
    let mut bench = Bench::new(options);
    for case in cases {
        case(&mut bench)?;
    }
    bench.finish()
}
