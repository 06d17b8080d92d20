//! The seam to the outside world: files, the time of day and the environment.
//!
//! A session does no input or output. It asks its [`Host`], which is a file system in memory until
//! another is given to it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::runtime::Runtime;

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A file.
    File,
    /// A directory.
    Directory,
}

/// What is known of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// What it is.
    pub kind: FileKind,
    /// Its size.
    pub bytes: u64,
    /// When it was last changed, since 1970 in UTC, if that is known.
    pub changed: Option<Duration>,
}

/// Files, the time of day and the environment of a session. Paths are text, with `/` between
/// their parts; those that do not begin with one are in the current directory of the host.
pub trait Host: Send {
    /// Returns what a file holds.
    ///
    /// # Errors
    /// If it cannot be read.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;

    /// Writes a file, or adds to what it holds.
    ///
    /// # Errors
    /// If it cannot be written.
    fn write(&mut self, path: &str, bytes: &[u8], adds: bool) -> io::Result<()>;

    /// Returns what is known of a file, `None` if there is none.
    fn facts(&self, path: &str) -> Option<FileFacts>;

    /// Returns the names in a directory, in order.
    ///
    /// # Errors
    /// If it cannot be read.
    fn list(&self, directory: &str) -> io::Result<Vec<String>>;

    /// Makes a directory and those that it is in.
    ///
    /// # Errors
    /// If it cannot be made.
    fn create_directory(&mut self, path: &str) -> io::Result<()>;

    /// Removes a file, or a directory that is empty.
    ///
    /// # Errors
    /// If it cannot be removed.
    fn remove(&mut self, path: &str) -> io::Result<()>;

    /// Renames a file.
    ///
    /// # Errors
    /// If it cannot be renamed.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;

    /// Returns the current directory.
    fn directory(&self) -> String;

    /// Changes the current directory.
    ///
    /// # Errors
    /// If there is no such directory.
    fn set_directory(&mut self, path: &str) -> io::Result<()>;

    /// Returns the directory for files that are not kept.
    fn temporary_directory(&self) -> String;

    /// Returns the time since 1970 in UTC, `None` if there is no clock.
    fn now(&self) -> Option<Duration>;

    /// Returns by how many hours local time is ahead of UTC at a time.
    fn hours_ahead(&self, at: Duration) -> f64;

    /// Returns a variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;

    /// Returns what tells how many bytes of memory are in use, if anything does: what the process
    /// has in memory, unless its host knows better.
    fn memory_meter(&self) -> fn() -> Option<u64> {
        resident_memory
    }

    /// Returns how many bytes can still be had at most, if anything tells: what the machine has, and
    /// what the limit that the process runs under leaves, unless its host knows better.
    fn memory_left(&self) -> Option<u64> {
        [left_of_address_space(), memory_of_machine()].into_iter().flatten().min()
    }

    /// Returns the machine, if there is one beside the files.
    fn runtime(&self) -> Option<Arc<dyn Runtime>> {
        None
    }

    /// Returns a host of the same files for another thread, which only reads; `None` if there can
    /// be none.
    fn reader(&self) -> Option<Box<dyn Host>> {
        None
    }
}

/// Returns how many bytes of the process are in memory, where the system tells.
fn resident_memory() -> Option<u64> {
    memory_of_process(1)
}

/// Returns how many bytes the process may still map, if there is a limit.
fn left_of_address_space() -> Option<u64> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::As).current?;
    Some(limit.saturating_sub(memory_of_process(0)?))
}

/// Returns how many bytes the machine has, where the system tells (proc_meminfo(5)).
fn memory_of_machine() -> Option<u64> {
    let figures = std::fs::read_to_string("/proc/meminfo").ok()?;
    let total = figures.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1 << 10)
}

/// Returns a figure of the process' memory in the order of proc_pid_statm(5): what is mapped, what
/// of it is there.
fn memory_of_process(figure: usize) -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split_whitespace().nth(figure)?.parse().ok()?;
    pages.checked_mul(rustix::param::page_size() as u64)
}

/// A file system in memory, with a clock that stands still.
#[derive(Debug, Default)]
pub struct MemoryHost {
    files: BTreeMap<String, Vec<u8>>,
    directories: BTreeSet<String>,
    directory: String,
    /// The time since 1970, if there is a clock.
    pub now: Option<Duration>,
}

fn missing(path: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("there is no `{path}`"))
}

impl MemoryHost {
    /// Returns a path from the root, without `.` and `..`.
    fn absolute(&self, path: &str) -> String {
        let whole = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("{}/{path}", self.directory)
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in whole.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    }

    fn is_directory(&self, path: &str) -> bool {
        let inside = format!("{}/", path.trim_end_matches('/'));
        path == "/"
            || self.directories.contains(path)
            || self.files.keys().any(|file| file.starts_with(&inside))
    }
}

impl Host for MemoryHost {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.files.get(&self.absolute(path)).cloned().ok_or_else(|| missing(path))
    }

    fn write(&mut self, path: &str, bytes: &[u8], adds: bool) -> io::Result<()> {
        let path = self.absolute(path);
        if self.is_directory(&path) {
            return Err(io::Error::other(format!("`{path}` is a directory")));
        }
        let file = self.files.entry(path).or_default();
        if !adds {
            file.clear();
        }
        file.extend_from_slice(bytes);
        Ok(())
    }

    fn facts(&self, path: &str) -> Option<FileFacts> {
        let path = self.absolute(path);
        let (kind, bytes) = match self.files.get(&path) {
            Some(file) => (FileKind::File, file.len() as u64),
            None if self.is_directory(&path) => (FileKind::Directory, 0),
            None => return None,
        };
        Some(FileFacts { kind, bytes, changed: None })
    }

    fn list(&self, directory: &str) -> io::Result<Vec<String>> {
        let path = self.absolute(directory);
        if !self.is_directory(&path) {
            return Err(missing(directory));
        }
        let inside = format!("{}/", path.trim_end_matches('/'));
        let own = |whole: &String| {
            let rest = whole.strip_prefix(&inside).filter(|rest| !rest.is_empty())?;
            Some(rest.split('/').next().unwrap_or(rest).to_owned())
        };
        let all: BTreeSet<String> =
            self.files.keys().chain(&self.directories).filter_map(own).collect();
        Ok(all.into_iter().collect())
    }

    fn create_directory(&mut self, path: &str) -> io::Result<()> {
        let path = self.absolute(path);
        if self.files.contains_key(&path) {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("`{path}` is a file"),
            ));
        }
        self.directories.insert(path);
        Ok(())
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        let absolute = self.absolute(path);
        let is_empty = self.list(&absolute).is_ok_and(|names| names.is_empty());
        let is_removed = self.files.remove(&absolute).is_some()
            || (is_empty && self.directories.remove(&absolute));
        if is_removed { Ok(()) } else { Err(missing(path)) }
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let (from_path, to) = (self.absolute(from), self.absolute(to));
        let file = self.files.remove(&from_path).ok_or_else(|| missing(from))?;
        self.files.insert(to, file);
        Ok(())
    }

    fn directory(&self) -> String {
        self.absolute("")
    }

    fn set_directory(&mut self, path: &str) -> io::Result<()> {
        let absolute = self.absolute(path);
        match self.is_directory(&absolute) {
            true => {
                self.directory = absolute;
                Ok(())
            }
            false => Err(missing(path)),
        }
    }

    fn temporary_directory(&self) -> String {
        "/tmp".to_owned()
    }

    fn now(&self) -> Option<Duration> {
        self.now
    }

    fn hours_ahead(&self, _: Duration) -> f64 {
        0.0
    }

    fn variable(&self, _: &str) -> Option<String> {
        None
    }
}
