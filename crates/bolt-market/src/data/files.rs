//! Reading files through a map and replacing them whole.

use std::ffi::OsString;
use std::fs::{self, File, FileType, Metadata, OpenOptions};
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
        let kind = fs::metadata(path).map_err(&fail)?.file_type();
        if !kind.is_file() {
            check_ends(kind, path)?;
            return fs::read(path).map(Self::Read).map_err(fail);
        }
        let file = File::open(path).map_err(&fail)?;
        #[expect(unsafe_code, reason = "a file is mapped to read it without a copy")]
        // SAFETY: the map is read-only and all its bytes are plain data. That nobody shortens the
        // file is the documented condition of the type.
        let map = unsafe { Mmap::map(&file) }.map_err(fail)?;
        Ok(Self::Mapped(Arc::new(map)))
    }
}

/// Refuses what may never end: a device, and a pipe with a name, which waits for somebody to write
/// to it. A pipe that this process was given, as `/dev/stdin` or by a shell, has a writer.
#[cfg(unix)]
fn check_ends(kind: FileType, path: &Path) -> Result<(), DataError> {
    use std::os::unix::fs::FileTypeExt;
    let shown = path.display();
    let reason = if kind.is_char_device() || kind.is_block_device() {
        format!("`{shown}` is a device, not a file of data")
    } else if kind.is_fifo() && path.canonicalize().is_ok() {
        format!("`{shown}` is a named pipe; pipe the data into this program and read `/dev/stdin`")
    } else {
        return Ok(());
    };
    Err(DataError::Mismatch(reason))
}

#[cfg(not(unix))]
fn check_ends(_: FileType, _: &Path) -> Result<(), DataError> {
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
/// A link stays one, and what it leads to is replaced. What is no plain file, such as
/// `/dev/stdout`, is written to.
///
/// # Errors
/// If the operating system refuses, or `write` fails; the temporary file is removed then.
pub fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), DataError> {
    let written = match fs::metadata(path) {
        Ok(old) if !old.is_file() => write_into(path, write),
        old => fs::canonicalize(path)
            .or_else(|_| Ok(path.to_owned()))
            .and_then(|path| replace_file(&path, old.ok(), write)),
    };
    written.map_err(DataError::io("write", path))
}

fn write_into(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let mut writer = BufWriter::with_capacity(BUFFER, OpenOptions::new().write(true).open(path)?);
    write(&mut writer)?;
    writer.flush()
}

fn replace_file(
    path: &Path,
    old: Option<Metadata>,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let temporary = temporary_path(path);
    let written = write_synced(&temporary, old, write).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to report, whether or not something is left to remove.
        let _ = fs::remove_file(&temporary);
    }
    written.and_then(|()| sync_directory(path))
}

const BUFFER: usize = 1 << 18;

fn write_synced(
    path: &Path,
    old: Option<Metadata>,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    if let Some(old) = old {
        file.set_permissions(old.permissions())?;
    }
    let mut writer = BufWriter::with_capacity(BUFFER, file);
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

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_outlast_a_replacement() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("x"), directory.path().join("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("x", &link).unwrap();
        replace(&link, |writer| writer.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_is_written_to() {
        use std::io::Read;
        use std::os::fd::AsRawFd;
        let (mut reader, writer) = io::pipe().unwrap();
        let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
        replace(Path::new(&path), |writer| writer.write_all(b"new")).unwrap();
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "new");
    }

    #[test]
    fn an_empty_file_has_no_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(FileBytes::open(file.path()).unwrap().is_empty());
    }
}
