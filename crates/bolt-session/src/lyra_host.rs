//! The machine as the host of a Lyra session.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bolt_lyra::{FileFacts, FileKind, Host, Runtime};

use crate::LyraRuntime;

/// Files, the clock and the environment of the machine. The current directory is the process's at
/// first; changing it changes nothing for anyone else.
#[derive(Debug)]
pub struct LyraHost {
    directory: PathBuf,
    runtime: Option<Arc<LyraRuntime>>,
}

impl Default for LyraHost {
    fn default() -> Self {
        let directory = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
        Self { directory, runtime: None }
    }
}

impl LyraHost {
    /// Makes a host of a machine whose processors and sensors programs may ask for, too.
    pub fn new(runtime: Arc<LyraRuntime>) -> Self {
        Self { runtime: Some(runtime), ..Self::default() }
    }

    fn path(&self, path: &str) -> PathBuf {
        match path.strip_prefix("~/").zip(std::env::home_dir()) {
            Some((rest, home)) => home.join(rest),
            None => self.directory.join(path),
        }
    }
}

impl Host for LyraHost {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(path))
    }

    fn write(&mut self, path: &str, bytes: &[u8], adds: bool) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.create(true).write(true).append(adds).truncate(!adds);
        options.open(self.path(path))?.write_all(bytes)
    }

    fn facts(&self, path: &str) -> Option<FileFacts> {
        let facts = fs::metadata(self.path(path)).ok()?;
        let kind = if facts.is_dir() { FileKind::Directory } else { FileKind::File };
        let changed = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Some(FileFacts { kind, bytes: facts.len(), changed })
    }

    fn list(&self, directory: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.path(directory))? {
            names.extend(entry?.file_name().into_string().ok());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn create_directory(&mut self, path: &str) -> io::Result<()> {
        fs::create_dir_all(self.path(path))
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        let path = self.path(path);
        if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) }
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn directory(&self) -> String {
        self.directory.to_string_lossy().into_owned()
    }

    fn set_directory(&mut self, path: &str) -> io::Result<()> {
        let new = self.path(path).canonicalize()?;
        if !new.is_dir() {
            return Err(io::Error::new(io::ErrorKind::NotADirectory, "it is no directory"));
        }
        self.directory = new;
        Ok(())
    }

    fn temporary_directory(&self) -> String {
        std::env::temp_dir().to_string_lossy().trim_end_matches('/').to_owned()
    }

    fn now(&self) -> Option<Duration> {
        SystemTime::now().duration_since(UNIX_EPOCH).ok()
    }

    fn hours_ahead(&self, at: Duration) -> f64 {
        let seconds = i64::try_from(at.as_secs()).unwrap_or(i64::MAX);
        let zone = jiff::tz::TimeZone::system();
        jiff::Timestamp::from_second(seconds)
            .map_or(0.0, |time| f64::from(zone.to_offset(time).seconds()) / 3600.0)
    }

    fn memory_meter(&self) -> fn() -> Option<u64> {
        || bolt_memory::usage().and_then(|usage| u64::try_from(usage.total()).ok())
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn runtime(&self) -> Option<Arc<dyn Runtime>> {
        self.runtime.clone().map(|runtime| -> Arc<dyn Runtime> { runtime })
    }

    fn reader(&self) -> Option<Box<dyn Host>> {
        Some(Box::new(Self { directory: self.directory.clone(), runtime: None }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_read_listed_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let mut host = LyraHost { directory: folder.path().to_owned(), runtime: None };
        host.write("a.txt", b"one", false).unwrap();
        host.write("a.txt", b"two", true).unwrap();
        assert_eq!(host.read("a.txt").unwrap(), b"onetwo");
        host.write("a.txt", b"new", false).unwrap();
        assert_eq!(host.facts("a.txt").unwrap().bytes, 3);
        host.create_directory("d/e").unwrap();
        assert_eq!(host.list("").unwrap(), ["a.txt", "d"]);
        host.set_directory("d").unwrap();
        assert_eq!(host.list("..").unwrap(), ["a.txt", "d"]);
        host.rename("../a.txt", "b.txt").unwrap();
        assert_eq!(host.list("").unwrap(), ["b.txt", "e"]);
        host.remove("b.txt").unwrap();
        host.remove("e").unwrap();
        assert_eq!(host.facts("b.txt"), None);
        assert!(host.set_directory("not there").is_err());
        assert!(host.now().unwrap() > Duration::from_secs(1_700_000_000));
    }
}
