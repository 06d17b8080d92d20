//! Reading and writing files at positions, by whichever way the machine has.
//!
//! All of it is in sectors of 4 KiB, in memory aligned to that, so that the same files can be
//! read with `O_DIRECT` and without. Which way it is, and why not a better one, is said by
//! [`IoReport`].

mod buffer;
mod choice;
mod positioned;
#[cfg(target_os = "linux")]
mod ring;
#[cfg(all(test, not(miri)))]
mod tests;

use std::fmt::Debug;
use std::fs::File;
use std::io;

pub(super) use buffer::SectorBuffer;
pub use choice::{IoOptions, IoReport};
pub(super) use choice::{choose, open};

/// What positions, lengths and memory are aligned to.
pub(super) const SECTOR: usize = 4_096;

/// Rounds up to whole sectors.
pub(super) const fn sectors(bytes: usize) -> usize {
    bytes.div_ceil(SECTOR) * SECTOR
}

/// A part of a file that is wanted whole.
#[derive(Debug)]
pub(super) struct Read<'a> {
    pub(super) file: &'a File,
    pub(super) offset: u64,
    pub(super) bytes: &'a mut [u8],
    /// How it went; set by [`Io::read`].
    pub(super) result: io::Result<()>,
}

impl<'a> Read<'a> {
    pub(super) fn new(file: &'a File, offset: u64, bytes: &'a mut [u8]) -> Self {
        Self { file, offset, bytes, result: Ok(()) }
    }
}

/// A way to read and write.
pub(super) trait Io: Send + Sync + Debug {
    /// Reads all parts, at once if it can.
    fn read(&self, reads: &mut [Read<'_>]);

    /// Writes all bytes.
    ///
    /// # Errors
    /// If that fails; then any part may have been written.
    fn write(&self, file: &File, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Returns once all that was written is kept by the drive.
    ///
    /// # Errors
    /// If that fails.
    fn sync(&self, file: &File) -> io::Result<()>;
}
