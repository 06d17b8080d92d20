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

/// Has the program end with a message where it gets no more memory. Where a limit bounds what the
/// process maps (`ulimit -v`, `-d`), has allocators map what they need and little more: mimalloc,
/// and that of the C library, which else reserves 64 MiB for each thread.
///
/// The loader calls this before anything is allocated, even by the runtime.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
extern "C" fn before_main() {
    bolt_memory::CountingAllocator::on_refusal(failure::out_of_memory);
    #[expect(unsafe_code, reason = "the standard library reads no limits")]
    // SAFETY: the limit that is written outlives the call; options of malloc may be set any time.
    unsafe {
        let is_limited = |resource| {
            let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            libc::getrlimit(resource, &raw mut limit) == 0 && limit.rlim_cur != libc::RLIM_INFINITY
        };
        if is_limited(libc::RLIMIT_AS) || is_limited(libc::RLIMIT_DATA) {
            bolt_memory::CountingAllocator::map_as_needed();
            libc::mallopt(libc::M_ARENA_MAX, 1);
        }
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "only the loader comes before the first allocation")]
// SAFETY: the section holds such functions, which may ignore the arguments that they are given.
#[unsafe(link_section = ".init_array")]
#[used]
static BEFORE_MAIN: extern "C" fn() = before_main;

fn main() -> ExitCode {
    // Where nothing comes before.
    bolt_memory::CountingAllocator::on_refusal(failure::out_of_memory);
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
