//! What settings are read from. The outside world enters here.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::problem::{Errors, Origin, Problem};

/// What settings are read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// Command-line flags; of two for one setting the later wins.
    pub flags: Vec<Flag>,
    /// The environment. An empty variable counts as not set.
    pub environment: BTreeMap<String, OsString>,
    /// The project's `bolt.toml`.
    pub project: Option<SourceFile>,
    /// The user's `config.toml`.
    pub user: Option<SourceFile>,
}

/// A flag that sets a knob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The flag as the user knows it, such as `--threads`.
    pub flag: String,
    /// The setting's name, such as `exec.threads`.
    pub name: String,
    /// The value as given.
    pub value: String,
}

/// A settings file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Name of a project's settings file.
const PROJECT_FILE: &str = "bolt.toml";

impl Sources {
    /// Reads this process's environment and the settings files.
    ///
    /// # Errors
    /// As [`Sources::gather`], and if there is no working directory.
    pub fn from_system(flags: Vec<Flag>) -> Result<Self, Errors> {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .collect();
        let working_directory = std::env::current_dir().map_err(|error| {
            Errors(vec![unreadable(Path::new("."), "find the working directory", &error)])
        })?;
        Self::gather(flags, environment, &working_directory, &|path| std::fs::read(path))
    }

    /// Finds and reads the settings files: the nearest `bolt.toml` in the working directory or
    /// above, and `bolt/config.toml` in `$XDG_CONFIG_HOME`, else in `~/.config`.
    ///
    /// # Errors
    /// If a file is there but cannot be read, or is not UTF-8 text.
    pub fn gather(
        flags: Vec<Flag>,
        environment: BTreeMap<String, OsString>,
        working_directory: &Path,
        read: &dyn Fn(&Path) -> io::Result<Vec<u8>>,
    ) -> Result<Self, Errors> {
        let project_paths = working_directory.ancestors().map(|folder| folder.join(PROJECT_FILE));
        let project = first_file(project_paths, read);
        let user = first_file(user_file(&environment).into_iter(), read);
        match (project, user) {
            (Ok(project), Ok(user)) => Ok(Self { flags, environment, project, user }),
            (project, user) => Err(Errors(project.err().into_iter().chain(user.err()).collect())),
        }
    }
}

/// Returns the directory that a variable names. The XDG Base Directory Specification has relative
/// paths ignored.
pub(crate) fn directory(environment: &BTreeMap<String, OsString>, name: &str) -> Option<PathBuf> {
    environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

fn user_file(environment: &BTreeMap<String, OsString>) -> Option<PathBuf> {
    let folder = directory(environment, "XDG_CONFIG_HOME")
        .or_else(|| Some(directory(environment, "HOME")?.join(".config")))?;
    Some(folder.join("bolt/config.toml"))
}

fn first_file(
    mut paths: impl Iterator<Item = PathBuf>,
    read: &dyn Fn(&Path) -> io::Result<Vec<u8>>,
) -> Result<Option<SourceFile>, Problem> {
    paths.find_map(|path| read_file(path, read).transpose()).transpose()
}

fn read_file(
    path: PathBuf,
    read: &dyn Fn(&Path) -> io::Result<Vec<u8>>,
) -> Result<Option<SourceFile>, Problem> {
    let bytes = match read(&path) {
        Ok(bytes) => bytes,
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(&path, "read the settings file", &error)),
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(SourceFile { path, text })),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..valid].iter().filter(|b| **b == b'\n').count();
            let message = "this line is not UTF-8 text".into();
            Err(Problem { origin: Origin::File { path, line }, message, hint: None })
        }
    }
}

fn unreadable(path: &Path, doing: &str, error: &io::Error) -> Problem {
    let origin = Origin::File { path: path.to_owned(), line: 0 };
    Problem { origin, message: format!("cannot {doing}: {error}"), hint: None }
}
