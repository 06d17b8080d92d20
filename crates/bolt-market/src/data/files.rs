//! Reading files through a map and replacing them whole.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::Mmap;

use super::error::DataError;

/// The bytes of a file: mapped, or read where it is no plain file.
///
/// A map shows the file as it is. If another process shortens the file meanwhile, reading behind
/// its end raises SIGBUS; files written by [`replace`] are never shortened.
pub(crate) enum FileBytes {
    Mapped(Arc<Mmap>),
    Read(Vec<u8>),
}

impl FileBytes {
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        let fail = DataError::io("open", path);
        let file = File::open(path).map_err(&fail)?;
        let is_plain = file.metadata().map_err(&fail)?.is_file();
        if !is_plain {
            check_ends(&file, path)?;
            return fs::read(path).map(Self::Read).map_err(fail);
        }
        #[expect(unsafe_code, reason = "a file is mapped to read it without a copy")]
        // SAFETY: the map is read-only and all its bytes are plain data. That nobody shortens the
        // file is the documented condition of the type.
        let map = unsafe { Mmap::map(&file) }.map_err(fail)?;
        Ok(Self::Mapped(Arc::new(map)))
    }
}

/// Refuses devices: reading one may never end.
#[cfg(unix)]
fn check_ends(file: &File, path: &Path) -> Result<(), DataError> {
    use std::os::unix::fs::FileTypeExt;
    let kind = file.metadata().map_err(DataError::io("open", path))?.file_type();
    if kind.is_char_device() || kind.is_block_device() {
        let reason = format!("`{}` is a device, not a file of data", path.display());
        return Err(DataError::Mismatch(reason));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_ends(_: &File, _: &Path) -> Result<(), DataError> {
    Ok(())
}

impl Deref for FileBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Read(bytes) => bytes,
        }
    }
}

/// Writes a file so that there is always either the old or the whole new one: into a temporary
/// file beside it, which is synchronised to disk and then renamed.
///
/// # Errors
/// If the operating system refuses, or `write` fails; the temporary file is removed then.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), DataError> {
    let temporary = temporary_path(path);
    let written = write_synced(&temporary, write).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to report, whether or not something is left to remove.
        let _ = fs::remove_file(&temporary);
    }
    written.and_then(|()| sync_directory(path)).map_err(DataError::io("write", path))
}

fn write_synced(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let mut writer = BufWriter::with_capacity(1 << 18, file);
    write(&mut writer)?;
    writer.flush()?;
    writer.get_ref().sync_all()
}

/// A name that no other writer in this or another process uses.
fn temporary_path(path: &Path) -> PathBuf {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}-{count}.tmp", std::process::id()));
    path.with_file_name(name)
}

/// Makes the renaming itself durable.
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if cfg!(unix) { File::open(directory.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x");
        replace(&path, |writer| writer.write_all(b"old")).unwrap();
        let error = replace(&path, |writer| {
            writer.write_all(b"new")?;
            Err(io::Error::other("disk on fire"))
        });
        assert!(error.unwrap_err().to_string().contains("disk on fire"));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        replace(&path, |writer| writer.write_all(b"new")).unwrap();
        assert_eq!(&*FileBytes::open(&path).unwrap(), b"new");
        assert!(replace(&directory.path().join("no/x"), |_| Ok(())).is_err());
    }

    #[test]
    fn an_empty_file_has_no_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(FileBytes::open(file.path()).unwrap().is_empty());
    }
}
