//! The other side: a Python process for each script, which loads the same data, compiles what it
//! compiles, and then runs a piece of work whenever it is told to.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A script that answers commands.
#[derive(Debug)]
pub(crate) struct Peers {
    process: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

/// Every library that would start threads is told not to: processor time is compared, and threads
/// waiting for each other would only add to the peers'.
const ONE_THREAD: [&str; 6] = [
    "NUMBA_NUM_THREADS",
    "NUMEXPR_MAX_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
];

impl Peers {
    /// Starts a script of `benches/peers` over the data in a folder.
    pub(crate) fn start(python: &Path, script: &str, folder: &Path) -> Result<Self> {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
        let mut process = Command::new(python)
            .arg("-B")
            .arg(scripts.join(script))
            .arg(folder)
            .envs(ONE_THREAD.map(|name| (name, "1")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting `{}`", python.display()))?;
        let commands = process.stdin.take();
        let answers = process.stdout.take().context("the peer has no output")?;
        let answers = BufReader::new(answers);
        Ok(Self { process, commands, answers, folder: folder.to_owned() })
    }

    /// Loads and compiles a peer's work and runs it once.
    ///
    /// # Errors
    /// If it cannot be had, for example because a package is not installed.
    pub(crate) fn prepare(&mut self, name: &str) -> Result<()> {
        self.ask("prepare", name).map(drop)
    }

    /// Returns the processor time of one run in seconds.
    pub(crate) fn seconds(&mut self, name: &str) -> Result<f64> {
        let answer = self.ask("time", name)?;
        answer["seconds"].as_f64().context("the peer did not say how long it took")
    }

    /// Returns the values that the last run gave.
    pub(crate) fn values(&mut self, name: &str) -> Result<Vec<f64>> {
        self.ask("values", name)?;
        let bytes = std::fs::read(self.folder.join("values.f64"))?;
        let (values, rest) = bytes.as_chunks::<8>();
        ensure!(rest.is_empty(), "the peer's values are cut off");
        Ok(values.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect())
    }

    fn ask(&mut self, command: &str, name: &str) -> Result<Value> {
        let commands = self.commands.as_mut().context("the peer has no input")?;
        writeln!(commands, "{command} {name}")?;
        commands.flush()?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        ensure!(!line.is_empty(), "the peer's process ended");
        let answer: Value =
            serde_json::from_str(&line).with_context(|| format!("the peer said `{line}`"))?;
        match answer["error"].as_str() {
            Some(error) => bail!("{error}"),
            None => Ok(answer),
        }
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        // Without input the script ends.
        drop(self.commands.take());
        let _ = self.process.wait();
    }
}
