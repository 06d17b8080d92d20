//! Running the program in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder in which commands run, away from the user's settings and store.
pub(crate) struct Workspace {
    folder: TempDir,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Returns the program, ready to be given arguments.
    pub(crate) fn bolt(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bolt"));
        command.current_dir(self.folder.path()).env_clear().env("HOME", self.folder.path());
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.bolt().args(arguments).output().unwrap()
    }

    /// Runs a command that must succeed; returns what it wrote to standard output.
    #[track_caller]
    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (code, stderr) = (output.status.code(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(code, Some(0), "{arguments:?}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must succeed; returns its result as JSON.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.text(&arguments)).unwrap()
    }

    /// Runs a sweep that must succeed; returns its rows, and what it says of all of them.
    #[track_caller]
    pub(crate) fn sweep(&self, arguments: &[&str]) -> (Vec<Value>, Value) {
        let arguments: Vec<&str> =
            ["sweep"].iter().chain(arguments).copied().chain(["--json", "--outcome"]).collect();
        let text = self.text(&arguments);
        let mut rows: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let outcome = rows.pop().unwrap();
        assert_eq!(outcome["schema"], "bolt.sweep.outcome/1");
        assert_eq!(outcome["combinations"], rows.len());
        assert!(rows.iter().all(|row| row["schema"] == "bolt.sweep/1"), "{text}");
        (rows, outcome)
    }

    /// Runs a command that must be refused; returns what it says, without a panic in it.
    #[track_caller]
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(text.starts_with("error: ") && !text.contains("panicked"), "{arguments:?}: {text}");
        text
    }

    /// Writes daily bars: a wave around a slow rise, a little different for each seed.
    pub(crate) fn bars(&self, name: &str, count: usize) -> PathBuf {
        let mut text = String::from("ts,open,high,low,close,volume\n");
        let day = bolt_base::UnixNanos::from_date(2015, 1, 1).unwrap().0;
        let price = |i: usize| 100.0 + 0.01 * i as f64 + 8.0 * (i as f64 / 11.0).sin();
        for i in 0..count {
            let time = bolt_base::UnixNanos(day + i as i64 * bolt_base::UnixNanos::DAY);
            let (open, close) = (price(i), price(i + 1));
            let (high, low) = (open.max(close) + 0.5, open.min(close) - 0.5);
            text += &format!("{time},{open:.4},{high:.4},{low:.4},{close:.4},{}\n", 1000 + i);
        }
        self.write(name, text)
    }
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
