//! The command line.
//!
//! Arguments become plain requests to bolt-session; what comes back is shown as text or JSON. Every
//! command is a file in `commands`. Exit codes: 0 done, 1 the machine or a file failed, 2 the
//! request or the data are wrong, 130 interrupted.

mod arguments;
mod commands;
mod context;
mod failure;
mod output;

use std::process::ExitCode;

use clap::Parser;

// Half the time of an allocation of the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    match commands::run(arguments) {
        Ok(code) => code,
        Err(error) => failure::report(&error),
    }
}
