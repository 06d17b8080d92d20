//! Reports on disk.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use bolt_market::data::replace;

use super::BEGINNING;
use crate::SessionError;

/// Refuses a path that no report may be written to, before there is one: its folder must exist, and
/// a file that is no report must not. An empty file holds nothing to lose, and a device or a pipe is
/// written to.
///
/// # Errors
/// If the folder does not exist, or the file is something else or cannot be read.
pub fn check_report_path(path: &Path) -> Result<(), SessionError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        let reason = format!("there is no folder `{}`", folder.display());
        let error = io::Error::new(io::ErrorKind::NotFound, reason);
        return Err(SessionError::file("write", path)(error));
    }
    let is_file = path.metadata().is_ok_and(|file| file.is_file() && file.len() > 0);
    if is_file && !begins_as_report(path).map_err(SessionError::file("replace", path))? {
        return Err(SessionError::Settings(format!(
            "`{}` exists and is no report of Bolt; choose another name",
            path.display()
        )));
    }
    Ok(())
}

fn begins_as_report(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(BEGINNING.len() as u64).read_to_end(&mut start)?;
    Ok(start == BEGINNING.as_bytes())
}

/// Writes a report, whole or not at all, in place of an earlier one.
///
/// # Errors
/// If the file is something else than a report, or cannot be written.
pub fn write_report(path: &Path, page: &str) -> Result<(), SessionError> {
    check_report_path(path)?;
    Ok(replace(path, |writer| writer.write_all(page.as_bytes()))?)
}
