//! Our processor time beside the best peers', as ratios.
//!
//! Each case of `cargo xtask bench market` runs our public functions in this process and the same
//! work in a Python process over the same data, in turn, and compares what they computed before it
//! compares how long they took. The peers of `cargo xtask bench runtime` are crates, in this process.
//!
//! Where to start: a case is a file in `cases`, the peers' side of it is a script in
//! `benches/peers`, and [`bench::Bench`] runs the two. Cases of the runtime are in `runtime`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool")]

mod bench;
mod cases;
mod clock;
mod formulas;
mod inputs;
mod lyra;
mod options;
mod peers;
mod report;
mod runtime;
mod values;

use anyhow::Result;
use bench::Bench;
use options::{Area, Command, Options};
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
        Command::Measure(options) => measure(options),
    }
}

fn measure(options: Options) -> Result<ExitCode> {
    let cases = match options.area {
        Area::Market => cases::MARKET,
        Area::Runtime => runtime::CASES,
        Area::Lyra => lyra::CASES,
    };
    let mut bench = Bench::new(options);
    for case in cases {
        case(&mut bench)?;
    }
    bench.finish()
}
