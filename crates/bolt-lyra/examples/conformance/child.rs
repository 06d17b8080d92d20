//! Children of a process that has one thread: forked, with limits, read through a pipe.
#![allow(unsafe_code, reason = "the standard library does not fork")]

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, FromRawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Sets a flag when this process has used so much processor time.
pub(crate) fn abort_after(time: Duration, interrupt: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        while processor_time() < time {
            std::thread::sleep(Duration::from_millis(20));
        }
        interrupt.store(true, Ordering::Relaxed);
    });
}

fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes one `timespec`, which outlives it.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Bounds what this process may take: seconds of processor time, and address space. What goes beyond
/// is ended by the system.
pub(crate) fn limit(seconds: u64, memory: u64) {
    for (resource, most) in [(libc::RLIMIT_AS, memory), (libc::RLIMIT_CPU, seconds)] {
        let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
        // SAFETY: the limit outlives the call.
        unsafe { libc::setrlimit(resource, &raw const limit) };
    }
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: as above. What crashes leaves no core behind.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
}

pub(crate) fn pipe() -> Result<(File, File), String> {
    let mut ends = [0; 2];
    // SAFETY: the call writes two descriptors, which are owned by nobody else.
    unsafe {
        match libc::pipe(ends.as_mut_ptr()) {
            0 => Ok((File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1]))),
            _ => Err(format!("no pipe: {}", std::io::Error::last_os_error())),
        }
    }
}

/// Forks; returns 0 in the child.
pub(crate) fn fork() -> Result<libc::pid_t, String> {
    // SAFETY: the process has one thread, so that no lock is held by another.
    match unsafe { libc::fork() } {
        -1 => Err(format!("no process: {}", std::io::Error::last_os_error())),
        child => Ok(child),
    }
}

/// Ends a child without what the parent would do at its end.
pub(crate) fn exit() -> ! {
    // SAFETY: nothing runs afterwards.
    unsafe { libc::_exit(0) }
}

pub(crate) fn kill(child: libc::pid_t) {
    // SAFETY: the child was not waited for, so that the number is its own.
    unsafe { libc::kill(child, libc::SIGKILL) };
}

/// Waits for the end of a child; returns the signal that ended it, if one did.
pub(crate) fn wait(child: libc::pid_t) -> Option<i32> {
    let mut status = 0;
    // SAFETY: the status outlives the call.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status))
}

/// Reads a line or to the end, at most until a deadline.
pub(crate) fn read_line(reader: File, deadline: Instant) -> String {
    let text = read_until(reader, deadline, |bytes| bytes.ends_with(b"\n"));
    text.trim_end().to_owned()
}

/// Reads until what was read is enough, or to the end, at most until a deadline.
pub(crate) fn read_until(
    mut reader: File,
    deadline: Instant,
    is_enough: impl Fn(&[u8]) -> bool,
) -> String {
    let mut bytes = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now()).as_millis();
        let mut poll = libc::pollfd { fd: reader.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: there is one entry, which outlives the call.
        let ready = unsafe { libc::poll(&raw mut poll, 1, i32::try_from(left).unwrap_or(0)) };
        let mut block = [0; 4096];
        match (ready > 0).then(|| reader.read(&mut block)) {
            Some(Ok(count @ 1..)) => bytes.extend(&block[..count]),
            _ => break,
        }
        if is_enough(&bytes) {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
