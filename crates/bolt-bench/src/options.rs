//! The command line.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
usage: cargo xtask bench market|runtime|lyra [options]

  --only TEXT      only cases whose name contains this
  --repeats N      times each side is measured; the median counts (default 5)
  --json           one JSON object a line instead of a table
  --python PATH    of market and lyra: the interpreter that has the peers; without it BOLT_BENCH_PYTHON,
                   then `.venv/bin/python` in the project's folder";

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Measure(Options),
    /// Prints the peak memory of a sweep; the benchmark runs itself so, for a process of its own.
    PeakOfSweep,
}

/// Cases that are measured together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Area {
    /// Its peers are libraries of Python.
    Market,
    /// Its peers are crates.
    Runtime,
    /// Its peers are libraries of Python and Python itself.
    Lyra,
}

impl Area {
    /// Returns the name of what the JSON lines are.
    pub(crate) fn schema(self) -> &'static str {
        match self {
            Self::Market => "bolt.bench.market/1",
            Self::Runtime => "bolt.bench.runtime/1",
            Self::Lyra => "bolt.bench.lyra/1",
        }
    }
}

/// What to measure, and how.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) area: Area,
    pub(crate) only: Option<String>,
    pub(crate) repeats: usize,
    pub(crate) json: bool,
    pub(crate) python: Option<PathBuf>,
}

impl Options {
    /// Returns whether peers can be run.
    pub(crate) fn has_peers(&self) -> bool {
        self.area == Area::Runtime || self.python.is_some()
    }
}

impl Command {
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut arguments = arguments;
        let area = match arguments.next().as_deref() {
            Some("market") => Area::Market,
            Some("runtime") => Area::Runtime,
            Some("lyra") => Area::Lyra,
            Some("peak-of-sweep") => return Ok(Self::PeakOfSweep),
            Some("help" | "--help") => return Ok(Self::Help),
            _ => bail!("{USAGE}"),
        };
        let mut options = Options { area, only: None, repeats: 5, json: false, python: None };
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("`{name}` wants a value"));
            match name.as_str() {
                "--only" => options.only = Some(value()?),
                "--repeats" => {
                    let text = value()?;
                    let repeats = text.parse().ok().filter(|repeats| *repeats > 0);
                    options.repeats = repeats
                        .with_context(|| format!("`--repeats {text}` is no number above 0"))?;
                }
                "--json" => options.json = true,
                "--python" if area != Area::Runtime => options.python = Some(value()?.into()),
                "--help" => return Ok(Self::Help),
                _ => bail!("there is no option `{name}`\n{USAGE}"),
            }
        }
        if area != Area::Runtime {
            options.python = find_python(options.python)?;
        }
        Ok(Self::Measure(options))
    }
}

/// Returns the interpreter to use; none if none was named and the project has none.
fn find_python(named: Option<PathBuf>) -> Result<Option<PathBuf>> {
    let from_environment = || std::env::var_os("BOLT_BENCH_PYTHON").map(PathBuf::from);
    if let Some(python) = named.or_else(from_environment) {
        return match python.is_file() {
            true => Ok(Some(python)),
            false => bail!("there is no Python at `{}`", python.display()),
        };
    }
    let own = PathBuf::from(".venv/bin/python");
    Ok(own.is_file().then_some(own))
}

#[cfg(test)]
mod tests {
    use super::{Area, Command};

    fn parse(line: &str) -> Result<Command, String> {
        let words = line.split_whitespace().map(str::to_owned);
        Command::parse(words).map_err(|error| error.to_string())
    }

    #[test]
    fn options_are_read() {
        let program = std::env::current_exe().unwrap();
        let line = format!("market --only sweep --repeats 7 --json --python {}", program.display());
        let Ok(Command::Measure(options)) = parse(&line) else { panic!("`{line}`") };
        assert_eq!(options.only.as_deref(), Some("sweep"));
        assert_eq!((options.repeats, options.json), (7, true));
        assert_eq!(options.python, Some(program));
        let Ok(Command::Measure(options)) = parse("runtime --only cache") else { panic!() };
        assert_eq!((options.area, options.has_peers()), (Area::Runtime, true));
    }

    #[test]
    fn mistakes_are_explained() {
        let error = |line: &str| parse(line).unwrap_err();
        assert_eq!(error("market --repeats 0"), "`--repeats 0` is no number above 0");
        assert_eq!(error("market --only"), "`--only` wants a value");
        assert_eq!(
            error("market --python nowhere/python"),
            "there is no Python at `nowhere/python`"
        );
        assert!(error("market --fast").starts_with("there is no option `--fast`\nusage:"));
        assert!(error("runtime --python p").starts_with("there is no option `--python`"));
        assert!(error("").starts_with("usage:"));
    }
}
