//! Results of a sweep in a file that a later run can go on with.
//!
//! Beside `results.jsonl` stands `results.jsonl.manifest.json`: what the rows are the results of.
//! Once all are there, it also holds what is said of them together and a hash of them, so that a
//! later run need not measure it again. Rows are appended in the order of the grid, whole lines at a time, so the file of a run that was
//! killed holds the first rows and perhaps a piece of a line, which is cut off.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bolt_exec::RateLimit;
use bolt_market::data::replace;
use bolt_market::sweep::{Grid, Row};
use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::Xxh3;

use super::{Assessment, Done, SweepOutcome, line};
use crate::SessionError;
use crate::manifest::Manifest;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// Comma-separated values with a header.
    Csv,
}

impl Format {
    /// Returns the format that a file's name asks for.
    ///
    /// # Errors
    /// If it ends neither in `.jsonl` nor in `.csv`.
    pub fn of(path: &Path) -> Result<Self, SessionError> {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        match extension.to_str() {
            Some("jsonl" | "ndjson") => Ok(Self::JsonLines),
            Some("csv") => Ok(Self::Csv),
            _ => Err(SessionError::Settings(format!(
                "cannot write results to `{}`: end its name in `.jsonl` or `.csv`",
                path.display()
            ))),
        }
    }
}

/// A file of results, open to be appended to.
#[derive(Debug)]
pub struct ResultFile {
    path: PathBuf,
    file: File,
    format: Format,
    grid: Grid,
    /// Length of the whole lines written.
    length: u64,
    manifest: Manifest,
    /// How fast may be written.
    rate: Option<RateLimit>,
}

impl ResultFile {
    /// Opens the results of a sweep over `combinations` of a grid: a new file, or one that holds
    /// the first results of the same sweep. Returns what is there.
    ///
    /// # Errors
    /// If the file holds something else, or cannot be read or written.
    pub fn open(
        path: &Path,
        grid: &Grid,
        combinations: &[usize],
        manifest: Manifest,
        overwrite: bool,
    ) -> Result<(Self, Done), SessionError> {
        let format = Format::of(path)?;
        let exists = path.exists() && !overwrite;
        let old = if exists { Some(check_same(path, &manifest)?) } else { None };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(!exists);
        let file = options.open(path).map_err(SessionError::file("open", path))?;
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(SessionError::Settings(format!(
                "another process is writing to `{}`; wait for it or choose another file",
                path.display()
            )));
        }
        let (path, grid) = (path.to_owned(), grid.clone());
        let mut results = Self { path, file, format, grid, length: 0, manifest, rate: None };
        let Some(old) = old else {
            results.write_manifest()?;
            if format == Format::Csv {
                results.append_text(&line::csv_header(&results.grid))?;
            }
            return Ok((results, Done::default()));
        };
        let rows = results.read_rows(combinations)?;
        let outcome = old.get("outcome");
        if outcome.is_some_and(|outcome| outcome.get(ROWS_HASH) != Some(&rows_hash(&rows))) {
            // It is not about the rows that are there.
            results.write_manifest()?;
            return Ok((results, Done { rows, assessment: None }));
        }
        let selection = outcome.and_then(|outcome| outcome.get("selection"));
        let assessment = selection.and_then(|value| Assessment::from_json(value, &results.grid));
        Ok((results, Done { rows, assessment }))
    }

    /// Appends rows.
    ///
    /// # Errors
    /// If they cannot be written; what was written before stays as it was.
    pub fn append(&mut self, rows: &[Row]) -> Result<(), SessionError> {
        let mut text = String::with_capacity(rows.len() * 192);
        for row in rows {
            match self.format {
                Format::JsonLines => line::json(row, &self.grid, &mut text),
                Format::Csv => line::csv(row, &self.grid, &mut text),
            }
        }
        if let Some(rate) = &self.rate {
            rate.wait("results", text.len() as u64);
        }
        self.append_text(&text)
    }

    /// Lets rows wait for their turn, where only so many bytes a second may be written.
    #[must_use]
    pub fn limited_by(mut self, rate: Option<RateLimit>) -> Self {
        self.rate = rate;
        self
    }

    /// Adds to the manifest what came of the sweep, and makes sure that everything is on disk.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self, outcome: &SweepOutcome) -> Result<(), SessionError> {
        self.file.sync_all().map_err(SessionError::file("write", &self.path))?;
        let mut about = outcome.to_json();
        about[ROWS_HASH] = rows_hash(&outcome.rows);
        self.manifest = self.manifest.clone().with("outcome", about);
        self.write_manifest()
    }

    fn append_text(&mut self, text: &str) -> Result<(), SessionError> {
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            // Half a line helps nobody; if it cannot be cut off now, the next run does.
            let _ = self.file.set_len(self.length);
            return Err(SessionError::file("write results to", &self.path)(error));
        }
        self.length += text.len() as u64;
        Ok(())
    }

    fn write_manifest(&self) -> Result<(), SessionError> {
        let path = manifest_path(&self.path);
        let manifest = self.manifest.to_json();
        Ok(replace(&path, |writer| writeln!(writer, "{manifest:#}"))?)
    }

    /// Reads the whole lines that are there and cuts the rest off.
    fn read_rows(&mut self, combinations: &[usize]) -> Result<Vec<Row>, SessionError> {
        let mut text = String::new();
        self.file.read_to_string(&mut text).map_err(SessionError::file("read", &self.path))?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let header =
            if self.format == Format::Csv { line::csv_header(&self.grid) } else { String::new() };
        let foreign = |number: usize| {
            SessionError::Settings(format!(
                "line {number} of `{}` is not what this sweep wrote there; choose another file, \
                 or start anew with `--overwrite`",
                self.path.display()
            ))
        };
        let begun = &text[..whole];
        let lines = if begun.is_empty() {
            ""
        } else {
            begun.strip_prefix(&header).ok_or_else(|| foreign(1))?
        };
        let first_line = 1 + header.lines().count();
        let mut rows = Vec::new();
        for (position, text) in lines.lines().enumerate() {
            let index = combinations.get(position);
            let row = index.and_then(|index| self.read_row(*index, text));
            rows.push(row.ok_or_else(|| foreign(first_line + position))?);
        }
        self.length = whole as u64;
        let cut = self.file.set_len(self.length).and_then(|()| self.file.seek(SeekFrom::End(0)));
        cut.map_err(SessionError::file("write", &self.path))?;
        if begun.is_empty() {
            self.append_text(&header)?;
        }
        Ok(rows)
    }

    /// Reads the row of a combination back; `None` if the line is of something else.
    fn read_row(&self, index: usize, text: &str) -> Option<Row> {
        let parameters = self.grid.combination(index);
        let count = parameters.len() + line::FIGURES.len();
        let values: Vec<f64> = match self.format {
            Format::Csv => {
                let number = |cell: &str| {
                    if cell.is_empty() { Some(f64::NAN) } else { cell.parse().ok() }
                };
                text.split(',').map(number).collect::<Option<_>>()?
            }
            Format::JsonLines => {
                let object: Map<String, Value> = serde_json::from_str(text).ok()?;
                let names = self.grid.parameters().iter().map(|each| each.name.as_str());
                let number = |name: &str| match object.get(name)? {
                    Value::Null => Some(f64::NAN),
                    value => value.as_f64(),
                };
                names.chain(line::FIGURES).map(number).collect::<Option<_>>()?
            }
        };
        let same = values.len() == count && values[..parameters.len()] == parameters[..];
        same.then(|| line::row(index, &values[parameters.len()..]))?
    }
}

fn manifest_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".manifest.json");
    name.into()
}

/// Parts of a manifest that may differ between two runs of one sweep.
const FREE: [&str; 3] = ["outcome", "simd", "files"];

/// The part of an outcome that says which rows it is about.
const ROWS_HASH: &str = "rows_hash";

/// Returns the XXH3 hash of rows as they are read back, where all that is not finite is missing.
fn rows_hash(rows: &[Row]) -> Value {
    let mut hasher = Xxh3::new();
    for row in rows {
        hasher.update(&(row.index as u64).to_le_bytes());
        for figure in line::figures(row) {
            let figure = if figure.is_finite() { figure } else { f64::NAN };
            hasher.update(&figure.to_le_bytes());
        }
    }
    json!(format!("{:032x}", hasher.digest128()))
}

/// Checks that the results in a file are of the same sweep; returns their manifest.
fn check_same(path: &Path, manifest: &Manifest) -> Result<Map<String, Value>, SessionError> {
    let refuse = |why: String| {
        SessionError::Settings(format!(
            "`{}` exists and {why}; choose another file, or start anew with `--overwrite`",
            path.display()
        ))
    };
    let manifest_path = manifest_path(path);
    let text = fs::read_to_string(&manifest_path)
        .map_err(|_| refuse(format!("there is no `{}` to go on with", manifest_path.display())))?;
    let old: Map<String, Value> = serde_json::from_str(&text)
        .map_err(|error| refuse(format!("`{}` is damaged: {error}", manifest_path.display())))?;
    let names =
        manifest.parts.keys().chain(old.keys()).filter(|name| !FREE.contains(&name.as_str()));
    match names.into_iter().find(|name| manifest.parts.get(*name) != old.get(*name)) {
        Some(name) => Err(refuse(format!("holds another sweep: `{name}` differs"))),
        None => Ok(old),
    }
}

#[cfg(test)]
mod tests {
    use bolt_market::statistics::PeriodsPerYear;
    use bolt_market::sweep::{End, Parameter, Path as Way};

    use super::super::CacheUse;
    use super::*;

    fn row(index: usize) -> Row {
        let figures = [1e4, f64::NAN, 0.1, -0.0, -2.5, 3.0, f64::INFINITY, 100.0 / 3.0];
        line::row(index, &figures).unwrap()
    }

    #[test]
    fn an_outcome_is_kept_as_long_as_its_rows_are() {
        for name in ["rows.jsonl", "rows.csv"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(name);
            let grid = Grid::new(vec![Parameter::parse("n=1..3").unwrap()]).unwrap();
            let open = || {
                let manifest = Manifest { parts: Map::new() };
                ResultFile::open(&path, &grid, &[0, 1, 2], manifest, false).unwrap()
            };
            let has_outcome =
                || fs::read_to_string(manifest_path(&path)).unwrap().contains("tried");
            let assessment = Assessment {
                tried: 3,
                best: vec![("n".to_owned(), 2.0)],
                deflated_sharpe_probability: Ok(0.7),
                sharpe_per_bar: 0.1,
                sharpe_per_bar_threshold: 0.05,
                independent_tries: 2.0,
                mean_correlation: 0.5,
                overfitting_probability: Err("too short".to_owned()),
                combinations_looked_at: 3,
                bars_per_return: 1,
                seed: 4,
            };
            let outcome = SweepOutcome {
                rows: (0..3).map(row).collect(),
                end: End::Complete,
                selection: Some(Ok(assessment.clone())),
                path: Way::General,
                periods: PeriodsPerYear::stated(252.0),
                cache: CacheUse::default(),
                heat: None,
                memory: None,
            };
            let (mut file, done) = open();
            assert!(done.rows.is_empty() && done.assessment.is_none());
            file.append(&outcome.rows).unwrap();
            assert!(!has_outcome());
            file.finish(&outcome).unwrap();
            let done = open().1;
            assert_eq!((done.rows.len(), done.assessment), (3, Some(assessment)));
            assert!(has_outcome());
            let whole = fs::read_to_string(&path).unwrap();
            fs::write(&path, &whole[..whole.len() - 9]).unwrap();
            let done = open().1;
            assert_eq!((done.rows.len(), done.assessment), (2, None));
            assert!(!has_outcome(), "of rows that are no longer there");
        }
    }
}
