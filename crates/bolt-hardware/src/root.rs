//! The files by which the kernel describes the machine, under a folder of your choosing.

use std::fs::File;
use std::io::ErrorKind::{NotADirectory, NotFound};
use std::io::Read;
use std::path::PathBuf;
use std::str::FromStr;

use crate::{IdSet, Reading, Unavailable};

/// The folder that stands for `/`. Paths below it are written as on the running system, `/sys/…`
/// and `/proc/…`, in readings' reasons, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    folder: PathBuf,
}

/// Bytes of one file that are read; the longest, the maps of a large process, have a few million.
const FILE_BYTES_MAX: u64 = 64 << 20;

impl Root {
    /// Returns the running system's.
    pub fn system() -> Self {
        Self::at("/")
    }

    /// Returns one that stands in a folder, such as a copy of another machine's files.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Returns what a file says, without white space around it.
    pub(crate) fn text(&self, path: &str) -> Reading<String> {
        self.text_up_to(path, FILE_BYTES_MAX)
    }

    /// Returns at most the first `bytes` of a file; what they cut of a character is left out.
    pub(crate) fn text_up_to(&self, path: &str, bytes: u64) -> Reading<String> {
        self.read(path, bytes)?.ok_or_else(|| absent(path))
    }

    /// Returns what a file says, or `None` if there is no such file.
    pub(crate) fn text_if_there(&self, path: &str) -> Reading<Option<String>> {
        self.read(path, FILE_BYTES_MAX)
    }

    fn read(&self, path: &str, bytes: u64) -> Reading<Option<String>> {
        let failed = |error| Unavailable::new(format!("`{path}` cannot be read: {error}"));
        let file = match File::open(self.folder.join(path.trim_start_matches('/'))) {
            Ok(file) => file,
            Err(error) if matches!(error.kind(), NotFound | NotADirectory) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut content = Vec::new();
        file.take(bytes).read_to_end(&mut content).map_err(failed)?;
        let valid = match std::str::from_utf8(&content) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() => {
                std::str::from_utf8(&content[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return Err(Unavailable::new(format!("`{path}` is not text"))),
        };
        Ok(Some(valid.trim().to_owned()))
    }

    /// Returns what a file says as a value; `what` names the kind that is expected.
    pub(crate) fn value<T: FromStr>(&self, path: &str, what: &str) -> Reading<T> {
        let text = self.text(path)?;
        text.parse().map_err(|_| not(path, &text, what))
    }

    pub(crate) fn number(&self, path: &str) -> Reading<u64> {
        self.value(path, "a number")
    }

    pub(crate) fn ids(&self, path: &str) -> Reading<IdSet> {
        self.value(path, "a list of numbers")
    }

    /// Returns the names in a folder, in order.
    pub(crate) fn names(&self, path: &str) -> Reading<Vec<String>> {
        let folder = self.folder.join(path.trim_start_matches('/'));
        let entries = std::fs::read_dir(folder).map_err(|_| absent(path))?;
        let mut names: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        Ok(names)
    }

    /// Returns the numbers of a folder's entries `cpu0`, `cpu1`, …: `prefix` and nothing but digits.
    pub(crate) fn numbered(&self, path: &str, prefix: &str) -> Reading<IdSet> {
        let names = self.names(path)?;
        let digits = names.iter().filter_map(|name| name.strip_prefix(prefix));
        Ok(digits.filter_map(id).collect())
    }
}

fn id(digits: &str) -> Option<usize> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|&id| is_number && id < IdSet::IDS_MAX)
}

fn absent(path: &str) -> Unavailable {
    Unavailable::new(format!("there is no `{path}`"))
}

/// Returns why a file that says something else is no reading. Of long texts the beginning is shown.
pub(crate) fn not(path: &str, text: &str, what: &str) -> Unavailable {
    if text.is_empty() {
        return Unavailable::new(format!("`{path}` is empty"));
    }
    Unavailable::new(format!("`{path}` says `{}`, not {what}", beginning(text)))
}

/// Returns the first characters of a text's first line, control characters escaped.
pub(crate) fn beginning(text: &str) -> String {
    const SHOWN: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    let shown: String = line.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if line.chars().count() > SHOWN { format!("{shown}…") } else { shown }
}
