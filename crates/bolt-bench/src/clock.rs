//! Processor time and peak memory of this process.

use anyhow::{Context, Result, ensure};

/// Returns the processor time of all threads of this process so far, in seconds.
///
/// # Errors
/// If the operating system does not keep that clock.
pub(crate) fn process_seconds() -> Result<f64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    #[expect(unsafe_code, reason = "the standard library has no clock of processor time")]
    // SAFETY: the pointer is to a timespec that lives through the call, which writes nothing else.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    ensure!(status == 0, "reading the clock of processor time failed");
    Ok(time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9)
}

/// Returns the most bytes this process had in memory at a time; Linux only.
///
/// # Errors
/// If the operating system does not say.
pub(crate) fn peak_bytes() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("reading peak memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix("kB"));
    let kibibytes: u64 = kibibytes.context("no peak memory in the status")?.trim().parse()?;
    Ok(kibibytes * 1024)
}
