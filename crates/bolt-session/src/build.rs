//! Which build of the program this is.

use std::fs::Metadata;
#[cfg(target_os = "linux")]
use std::ops::Range;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::SystemTime;

/// Returns what tells this build from all others, for results that are kept: a later build may
/// compute them otherwise. `None` if it cannot be said.
///
/// It is when the file with this code was written, and its length. A version is not enough: it
/// stays the same while the program is developed.
pub(crate) fn identity() -> Option<&'static [u8]> {
    static IDENTITY: OnceLock<Option<Vec<u8>>> = OnceLock::new();
    IDENTITY.get_or_init(|| of(&own_file()?.metadata().ok()?)).as_deref()
}

fn of(file: &Metadata) -> Option<Vec<u8>> {
    let written = file.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let parts = [u128::from(file.len()), written.as_nanos()];
    Some(parts.map(u128::to_le_bytes).concat())
}

/// Returns the file that this code was loaded from: the program, or a library of another program.
#[cfg(target_os = "linux")]
fn own_file() -> Option<PathBuf> {
    let here = own_file as *const () as usize;
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let line = maps.lines().find(|line| range(line).is_some_and(|range| range.contains(&here)))?;
    let path = &line[line.find('/')?..];
    (!path.ends_with(" (deleted)")).then(|| path.into())
}

/// Returns the addresses that a line of `/proc/self/maps` is about.
#[cfg(target_os = "linux")]
fn range(line: &str) -> Option<Range<usize>> {
    let (from, to) = line.split(' ').next()?.split_once('-')?;
    let address = |text| usize::from_str_radix(text, 16).ok();
    Some(address(from)?..address(to)?)
}

/// Returns the file of the program.
#[cfg(not(target_os = "linux"))]
fn own_file() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn code_is_of_the_running_program() {
        assert_eq!(own_file().unwrap(), std::env::current_exe().unwrap());
        assert_eq!(identity().unwrap().len(), 32);
    }

    #[test]
    fn a_file_that_is_written_again_is_another_build() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let identity = || of(&file.as_file().metadata().unwrap()).unwrap();
        let first = identity();
        let later =
            SystemTime::UNIX_EPOCH + std::time::Duration::from_nanos(1_700_000_000_000_000_001);
        file.as_file().set_modified(later).unwrap();
        let second = identity();
        assert_ne!(first, second);
        file.as_file().set_len(7).unwrap();
        file.as_file().set_modified(later).unwrap();
        assert_ne!(identity(), second);
    }
}
