//! Which way to read and write there is, found out by trying.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::positioned::Positioned;
use super::{Io, SECTOR, SectorBuffer};
use crate::buffers::BufferPool;

/// How files are to be read and written, if the machine lets us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IoOptions {
    /// Through io_uring, many parts at once.
    pub ring: bool,
    /// Past the page cache, with `O_DIRECT`.
    pub direct: bool,
    /// How many parts are under way at a time.
    pub queue_depth: u32,
}

impl Default for IoOptions {
    fn default() -> Self {
        Self { ring: true, direct: true, queue_depth: 32 }
    }
}

/// How files of a folder are read and written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IoReport {
    /// How many parts are under way at a time if it is io_uring; else it is pread and pwrite.
    pub ring_depth: Option<u32>,
    /// Whether the page cache is passed by.
    pub direct: bool,
    /// Why it is not io_uring or not direct.
    pub reasons: Vec<String>,
}

impl fmt::Display for IoReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ring_depth, direct, reasons } = self;
        match ring_depth {
            Some(depth) => write!(f, "io_uring of depth {depth}")?,
            None => f.write_str("pread and pwrite")?,
        }
        f.write_str(if *direct { ", direct" } else { ", through the page cache" })?;
        if !reasons.is_empty() {
            write!(f, " ({})", reasons.join("; "))?;
        }
        Ok(())
    }
}

/// Opens a file of a tier.
pub(in crate::pages) fn open(path: &Path, direct: bool, is_new: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(is_new);
    if direct {
        ask_direct(&mut options)?;
    }
    options.open(path)
}

#[cfg(target_os = "linux")]
fn ask_direct(options: &mut OpenOptions) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    options.custom_flags(rustix::fs::OFlags::DIRECT.bits().cast_signed());
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn ask_direct(_: &mut OpenOptions) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "only Linux has O_DIRECT"))
}

/// Chooses the best way that is asked for and that works in a folder.
pub(in crate::pages) fn choose(
    options: IoOptions,
    folder: &Path,
    pool: &BufferPool,
) -> (Arc<dyn Io>, IoReport) {
    let ring = options.ring.then(|| ring(options.queue_depth));
    let direct = options.direct.then(|| try_direct(folder, pool));
    settle(options.queue_depth, ring, direct)
}

#[cfg(target_os = "linux")]
fn ring(depth: u32) -> io::Result<Arc<dyn Io>> {
    Ok(Arc::new(super::ring::Ring::new(depth)?))
}

#[cfg(not(target_os = "linux"))]
fn ring(_: u32) -> io::Result<Arc<dyn Io>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "only Linux has io_uring"))
}

/// Takes what was asked for and what came of it.
fn settle(
    depth: u32,
    ring: Option<io::Result<Arc<dyn Io>>>,
    direct: Option<io::Result<()>>,
) -> (Arc<dyn Io>, IoReport) {
    let mut reasons = Vec::new();
    let mut reason = |text: String| reasons.push(text);
    let ring = match ring {
        Some(Ok(ring)) => Some(ring),
        Some(Err(error)) => {
            reason(format!("io_uring was refused: {error}"));
            None
        }
        None => {
            reason("io_uring is turned off".to_owned());
            None
        }
    };
    let direct = match direct {
        Some(Ok(())) => true,
        Some(Err(error)) => {
            reason(format!("the folder refuses O_DIRECT: {error}"));
            false
        }
        None => {
            reason("O_DIRECT is turned off".to_owned());
            false
        }
    };
    let ring_depth = ring.is_some().then_some(depth);
    let io = ring.unwrap_or_else(|| Arc::new(Positioned));
    (io, IoReport { ring_depth, direct, reasons })
}

/// Writes a sector to a file of the folder and reads it back.
fn try_direct(folder: &Path, pool: &BufferPool) -> io::Result<()> {
    let path = folder.join("direct.probe");
    let _ = std::fs::remove_file(&path);
    let tried = open(&path, true, true).and_then(|file| {
        let mut sector = SectorBuffer::lease(pool, SECTOR).map_err(io::Error::other)?;
        sector.fill(0xB0);
        Positioned.write(&file, 0, &sector)?;
        sector.fill(0);
        let mut reads = [super::Read::new(&file, 0, &mut sector)];
        Positioned.read(&mut reads);
        let [read] = reads;
        read.result?;
        if sector.iter().all(|byte| *byte == 0xB0) {
            return Ok(());
        }
        Err(io::Error::other("other bytes came back"))
    });
    let _ = std::fs::remove_file(&path);
    tried
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_says_why_it_is_no_better() {
        let refused = || io::Error::from(io::ErrorKind::PermissionDenied);
        let ring = || Some(Ok(Arc::new(Positioned) as Arc<dyn Io>));
        let told = |ring, direct| settle(32, ring, direct).1.to_string();
        assert_eq!(told(ring(), Some(Ok(()))), "io_uring of depth 32, direct");
        assert_eq!(
            told(Some(Err(refused())), Some(Ok(()))),
            "pread and pwrite, direct (io_uring was refused: permission denied)"
        );
        assert_eq!(
            told(ring(), Some(Err(io::ErrorKind::InvalidInput.into()))),
            "io_uring of depth 32, through the page cache (the folder refuses O_DIRECT: invalid \
             input parameter)"
        );
        assert_eq!(
            told(None, None),
            "pread and pwrite, through the page cache (io_uring is turned off; O_DIRECT is turned \
             off)"
        );
    }
}
