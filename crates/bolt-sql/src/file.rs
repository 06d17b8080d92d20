//! Opening SQLite files.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::error::ErrorKind;

/// What is done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
    /// As `Write`; a file that is missing is made.
    Create,
}

/// Opens a SQLite file. Locks of other processes are waited for up to `busy_timeout`.
pub(crate) fn open(
    path: &Path,
    access: Access,
    busy_timeout: Duration,
) -> Result<Connection, ErrorKind> {
    let mode = match access {
        Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Access::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    };
    let connection =
        Connection::open_with_flags(plain(path), mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(busy_timeout.min(Duration::from_millis(i32::MAX as u64)))?;
    // SQLite opens a file that it may not write for reading, whatever was asked.
    if access != Access::Read && connection.is_readonly("main")? {
        return Err(ErrorKind::ReadOnly);
    }
    Ok(connection)
}

/// SQLite gives a meaning to names such as `:memory:` and `file:x?mode=ro`; ours are files.
fn plain(path: &Path) -> PathBuf {
    Path::new(".").join(path)
}

/// Makes a connection durable and safe to share with other processes.
pub(crate) fn make_durable(
    connection: &Connection,
    busy_timeout: Duration,
) -> Result<(), ErrorKind> {
    write_ahead(connection, busy_timeout)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

/// Switches to write-ahead logging. When two do this at once, SQLite fails one of them without
/// waiting for the other, so that the waiting is done here.
fn write_ahead(connection: &Connection, busy_timeout: Duration) -> Result<(), ErrorKind> {
    const PAUSE: Duration = Duration::from_millis(2);
    let begun = Instant::now();
    loop {
        let switched = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match switched.map_err(ErrorKind::from) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => return Err(ErrorKind::NoWriteAheadLog),
            Err(ErrorKind::Busy) if begun.elapsed() < busy_timeout => std::thread::sleep(PAUSE),
            Err(error) => return Err(error),
        }
    }
}
