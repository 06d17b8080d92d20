//! What settings are read from. The outside world enters here.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use bolt_base::Bytes;

use crate::problem::{Errors, Origin, Problem, ProblemKind};

/// What settings are read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// Command-line flags; of two for one setting the later wins.
    pub flags: Vec<Flag>,
    /// The environment. An empty variable counts as not set.
    pub environment: BTreeMap<String, OsString>,
    /// The project's `bolt.toml` or `bolt.yaml`, or the file named in its place.
    pub project: Option<SourceFile>,
    /// The user's `config.toml` or `config.yaml`.
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

/// How a settings file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// TOML 1.0.
    Toml,
    /// YAML 1.2.
    Yaml,
}

impl SourceFile {
    /// Returns the format that the path's ending names: YAML for `.yaml` and `.yml`, else TOML.
    pub fn format(&self) -> Format {
        match self.path.extension().and_then(|extension| extension.to_str()) {
            Some("yaml" | "yml") => Format::Yaml,
            _ => Format::Toml,
        }
    }
}

/// Names of a project's settings file; a folder has one of them at most.
const PROJECT_FILES: [&str; 3] = ["bolt.toml", "bolt.yaml", "bolt.yml"];
/// Names of the user's settings file, in the folder for settings.
const USER_FILES: [&str; 3] = ["config.toml", "config.yaml", "config.yml"];
/// Size of the largest settings file that is read: far more than all settings with long comments.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Reads a file; injected, so that tests need no files.
type Read<'a> = &'a dyn Fn(&Path) -> io::Result<Vec<u8>>;

impl Sources {
    /// Reads this process's environment and the settings files; `file`, if it is named, takes the
    /// place of the project's.
    ///
    /// # Errors
    /// As [`Sources::gather`], and if there is no working directory.
    pub fn from_system(flags: Vec<Flag>, file: Option<&Path>) -> Result<Self, Errors> {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .collect();
        let working_directory = std::env::current_dir().map_err(|error| {
            Errors(vec![unreadable(Path::new("."), "find the working directory", &error)])
        })?;
        Self::gather(flags, environment, file, &working_directory, &read_bounded)
    }

    /// Finds and reads the settings files: the nearest `bolt.toml`, `bolt.yaml` or `bolt.yml` in
    /// the working directory or above, and `bolt/config.toml` (or `.yaml`, `.yml`) in
    /// `$XDG_CONFIG_HOME`, else in `~/.config`. `file`, if it is named, takes the place of the
    /// project's.
    ///
    /// # Errors
    /// If a file is there but cannot be read, is not UTF-8 text or is larger than 1 MiB, if the
    /// named one is not there, and if a folder has two that could be meant.
    pub fn gather(
        flags: Vec<Flag>,
        environment: BTreeMap<String, OsString>,
        file: Option<&Path>,
        working_directory: &Path,
        read: Read<'_>,
    ) -> Result<Self, Errors> {
        let project = match file {
            Some(path) => SourceFile::named(path, read).map(Some),
            None => first_file(working_directory.ancestors(), PROJECT_FILES, read),
        };
        let user = user_folder(&environment);
        let user = first_file(user.as_deref().into_iter(), USER_FILES, read);
        match (project, user) {
            (Ok(project), Ok(user)) => Ok(Self { flags, environment, project, user }),
            (project, user) => Err(Errors(project.err().into_iter().chain(user.err()).collect())),
        }
    }
}

impl SourceFile {
    /// Reads a settings file.
    ///
    /// # Errors
    /// If it cannot be read, is not UTF-8 text or is larger than 1 MiB.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        Self::named(path, &read_bounded)
    }

    fn named(path: &Path, read: Read<'_>) -> Result<Self, Problem> {
        match read(path) {
            Ok(bytes) => Self::of_bytes(path.to_owned(), bytes),
            Err(error) => Err(unreadable(path, "read the settings file", &error)),
        }
    }

    fn of_bytes(path: PathBuf, bytes: Vec<u8>) -> Result<Self, Problem> {
        let problem = |path, line, message| {
            let origin = Origin::File { path, line, column: 0 };
            Err(Problem { kind: ProblemKind::Unreadable, origin, message, hint: None })
        };
        if bytes.len() as u64 > FILE_BYTES_MAX {
            let message = format!("a settings file is at most {} large", Bytes(FILE_BYTES_MAX));
            return problem(path, 0, message);
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { path, text }),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let line = 1 + error.as_bytes()[..valid].iter().filter(|b| **b == b'\n').count();
                problem(path, line, "this line is not UTF-8 text".into())
            }
        }
    }
}

/// Reads a file, but of a larger one than is allowed only as much as tells.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns the directory that a variable names. The XDG Base Directory Specification has relative
/// paths ignored.
pub(crate) fn directory(environment: &BTreeMap<String, OsString>, name: &str) -> Option<PathBuf> {
    environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

fn user_folder(environment: &BTreeMap<String, OsString>) -> Option<PathBuf> {
    let folder = directory(environment, "XDG_CONFIG_HOME")
        .or_else(|| Some(directory(environment, "HOME")?.join(".config")))?;
    Some(folder.join("bolt"))
}

/// Returns the settings file of the first folder that has one.
fn first_file<'a>(
    mut folders: impl Iterator<Item = &'a Path>,
    names: [&str; 3],
    read: Read<'_>,
) -> Result<Option<SourceFile>, Problem> {
    folders.find_map(|folder| only_file(folder, names, read).transpose()).transpose()
}

/// Returns the settings file of a folder.
fn only_file(
    folder: &Path,
    names: [&str; 3],
    read: Read<'_>,
) -> Result<Option<SourceFile>, Problem> {
    let mut found: Option<SourceFile> = None;
    for path in names.map(|name| folder.join(name)) {
        let bytes = match read(&path) {
            Ok(bytes) => bytes,
            Err(error) if is_absent(&error) => continue,
            Err(error) => return Err(unreadable(&path, "read the settings file", &error)),
        };
        if let Some(first) = found {
            return Err(both(&first.path, path));
        }
        found = Some(SourceFile::of_bytes(path, bytes)?);
    }
    Ok(found)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn both(first: &Path, second: PathBuf) -> Problem {
    Problem {
        kind: ProblemKind::Conflict,
        message: format!("`{}` is there, too, and either could be meant", first.display()),
        hint: Some("remove one of the two, or name one with `--config`".into()),
        origin: Origin::File { path: second, line: 0, column: 0 },
    }
}

fn unreadable(path: &Path, doing: &str, error: &io::Error) -> Problem {
    let origin = Origin::File { path: path.to_owned(), line: 0, column: 0 };
    let message = format!("cannot {doing}: {error}");
    Problem { kind: ProblemKind::Unreadable, origin, message, hint: None }
}
