//! What is read when a store is opened: which segments there are, and what they hold.
//!
//! What is found is one run of the records that were written: cut at its beginning where room was
//! made or a segment is missing or damaged, and at its end where writing was interrupted. What
//! comes before damage goes too, because what is damaged may have replaced or removed it.

use super::index::Index;
use super::segment::{self, Contents, FOOTER, ITEM, Segment};
use crate::store::StoreError;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const LOCK: &str = "lock";

/// What a folder holds.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) index: Index,
    /// The last segment and what it holds.
    pub(super) last: Option<(Arc<Segment>, Contents)>,
    /// Damaged segments, and files of others that have the name of one.
    pub(super) corrupt: u64,
    /// Files with the name of a segment that do not begin as one. They are left alone.
    pub(super) foreign: Vec<PathBuf>,
    /// Files that are of no use, the oldest first.
    unused: Vec<u32>,
}

/// Makes a folder, if there is none, and keeps other writers out of it as long as the file is open.
pub(super) fn lock(folder: &Path) -> Result<File, StoreError> {
    make(folder).map_err(error(folder))?;
    let path = folder.join(LOCK);
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(error(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(error(&path)(source)),
    }
}

/// Makes a folder that only its owner can use: values may be anything.
fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    match fs::metadata(folder) {
        Ok(_) => Ok(()),
        Err(_) => fs::DirBuilder::new().recursive(true).mode(0o700).create(folder),
    }
}

/// Makes names of files that were made or removed survive a failure of power.
pub(super) fn sync(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(error(folder))
}

/// Returns what makes an error of the operating system, met at a path, one of ours.
pub(super) fn error(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let path = path.to_owned();
    move |source| match source.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => StoreError::Full { path, source },
        _ => StoreError::Io { path, source },
    }
}

/// Reads what a folder holds; a writer removes files that are of no use.
pub(super) fn read(folder: &Path, is_writer: bool) -> Result<Found, StoreError> {
    let ids = ids(folder).map_err(error(folder))?;
    let mut found = Found::default();
    let mut ours = Vec::with_capacity(ids.len());
    for id in ids {
        if is_ours(folder, id)? {
            ours.push(id);
        } else {
            found.foreign.push(segment::path(folder, id));
        }
    }
    found.corrupt = found.foreign.len() as u64;
    for &id in &ours {
        found.add(folder, id, is_writer, ours.last() == Some(&id))?;
    }
    if is_writer {
        for id in &found.unused {
            let path = segment::path(folder, *id);
            fs::remove_file(&path).map_err(error(&path))?;
        }
    }
    Ok(found)
}

/// Returns whether a file is a segment by its first bytes, so that no other is ever written or
/// removed. One that cannot be opened is looked at later.
fn is_ours(folder: &Path, id: u32) -> Result<bool, StoreError> {
    match Segment::open(folder, id, false) {
        Ok(segment) => segment.is_ours().map_err(error(&segment.path)),
        Err(_) => Ok(true),
    }
}

/// Returns the numbers of the files that have the name of a segment, in order.
fn ids(folder: &Path) -> io::Result<Vec<u32>> {
    let mut ids = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        // Opening a pipe would wait for whoever writes to it.
        if file.file_type()?.is_file() {
            ids.extend(file.file_name().to_str().and_then(segment::id));
        }
    }
    ids.sort_unstable();
    Ok(ids)
}

impl Found {
    fn add(
        &mut self,
        folder: &Path,
        id: u32,
        is_writer: bool,
        is_last: bool,
    ) -> Result<(), StoreError> {
        let path: PathBuf = segment::path(folder, id);
        let segment = match Segment::open(folder, id, is_writer && is_last) {
            Ok(segment) => Arc::new(segment),
            // A writer has made room since the folder was listed.
            Err(e) if e.kind() == io::ErrorKind::NotFound && !is_writer => {
                self.forget();
                return Ok(());
            }
            Err(e) => return Err(error(&path)(e)),
        };
        let contents = segment.contents().map_err(error(&path))?;
        let is_cut = !contents.is_sealed && contents.end < contents.length;
        // Where somebody still writes, what is at the end is not whole yet.
        self.corrupt += u64::from(is_cut && (is_writer || !is_last));
        if !is_last && !contents.is_sealed {
            self.forget();
            self.unused.push(id);
            return Ok(());
        }
        if self.index.last().is_some_and(|last| last + 1 != id) {
            self.forget();
        }
        self.index.push(Arc::clone(&segment));
        for item in &contents.items {
            self.index.apply(id, item);
        }
        self.index.set_length(id, length(contents.end, contents.items.len()));
        if is_last {
            self.last = Some((segment, contents));
        }
        Ok(())
    }

    /// Takes all segments until now for lost.
    fn forget(&mut self) {
        self.unused.extend(self.index.ids());
        self.index = Index::default();
    }
}

/// Returns how many bytes a segment takes when its footer is written.
pub(super) fn length(end: u64, items: usize) -> u64 {
    end + items as u64 * ITEM + FOOTER
}
