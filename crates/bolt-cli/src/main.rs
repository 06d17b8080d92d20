//! The command line.
//!
//! Arguments become plain requests to bolt-session; what comes back is shown as text or JSON. Every
//! command is a file in `commands`. Exit codes: 0 done, 2 it cannot be done, with the reason on
//! standard error, 130 interrupted.

mod arguments;
mod commands;
mod context;
mod failure;
mod output;
mod usage;

use std::process::ExitCode;

// mimalloc, half the time of an allocation of the system's, which counts whose memory is in use.
#[global_allocator]
static ALLOCATOR: bolt_memory::CountingAllocator = bolt_memory::CountingAllocator;

fn main() -> ExitCode {
    report_large_files();
    match arguments::Arguments::of_command_line() {
        Err(error) => usage::report(&error),
        Ok(arguments) => match commands::run(arguments) {
            Ok(code) => code,
            Err(error) => failure::report(&error),
        },
    }
}

/// Makes a write beyond the limit on the size of files an error, where it would end the program.
fn report_large_files() {
    #[cfg(unix)]
    {
        #[expect(unsafe_code, reason = "the standard library sets no signals")]
        // SAFETY: no handler is installed; the signal is ignored, and `write` returns `EFBIG`.
        unsafe {
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        }
    }
}
