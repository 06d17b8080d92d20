//! Reading reference runs, and comparing with them.

use bolt_market::ohlc::Ohlc;
use bolt_testkit::is_close;
use serde_json::Value;

/// Price columns that own their values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bars {
    pub(crate) open: Vec<f64>,
    pub(crate) high: Vec<f64>,
    pub(crate) low: Vec<f64>,
    pub(crate) close: Vec<f64>,
}

impl Bars {
    pub(crate) fn view(&self) -> Ohlc<'_> {
        Ohlc { open: &self.open, high: &self.high, low: &self.low, close: &self.close }
    }

    /// Reads the price columns of a shared CSV file.
    pub(crate) fn shared(file: &str) -> Option<Self> {
        let text = bolt_testkit::text(file)?;
        let column = |name: &str| csv_column(&text, name);
        Some(Self {
            open: column("open"),
            high: column("high"),
            low: column("low"),
            close: column("close"),
        })
    }

    /// Reads the price columns of a JSON object.
    pub(crate) fn json(value: &Value) -> Self {
        let column = |name: &str| numbers(&value[name]);
        Self {
            open: column("open"),
            high: column("high"),
            low: column("low"),
            close: column("close"),
        }
    }
}

/// Reads a column of numbers; an empty cell is NaN.
pub(crate) fn csv_column(text: &str, name: &str) -> Vec<f64> {
    let mut lines = text.lines();
    let header = lines.next().expect("a CSV file has a header");
    let index = header.split(',').position(|column| column == name).expect("the column exists");
    let cell = |line: &str| {
        let cell = line.split(',').nth(index).unwrap_or("");
        if cell.is_empty() { f64::NAN } else { cell.parse().expect("a cell is a number") }
    };
    lines.map(cell).collect()
}

/// Returns the numbers of a JSON array; `null` is NaN.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    let array = value.as_array().expect("an array of numbers");
    array.iter().map(|number| number.as_f64().unwrap_or(f64::NAN)).collect()
}

/// Returns the records of every `.jsonl` file in the folder named by `BOLT_PEER_RUNS` that are of
/// one peer; says so and returns none if the variable is unset.
pub(crate) fn peer_runs(peer: &str) -> Vec<Value> {
    let Some(folder) = std::env::var_os("BOLT_PEER_RUNS") else {
        eprintln!("skipped: set `BOLT_PEER_RUNS` to a folder of recorded runs of {peer}");
        return Vec::new();
    };
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder named by BOLT_PEER_RUNS exists")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    files.sort();
    let mut records = Vec::new();
    for file in files {
        for line in std::fs::read_to_string(&file).expect("a readable file").lines() {
            let record: Value = serde_json::from_str(line).expect("a line is JSON");
            if record["peer"] == peer {
                records.push(record);
            }
        }
    }
    records
}

/// Runs `check` over recorded runs and fails with the first deviations if there are any.
pub(crate) fn check_runs(peer: &str, check: impl Fn(&Value) -> Result<(), String>) {
    let runs = peer_runs(peer);
    let failures: Vec<String> = runs
        .iter()
        .filter_map(|run| check(run).err().map(|error| format!("seed {}: {error}", run["seed"])))
        .collect();
    println!("{peer}: {} of {} runs match", runs.len() - failures.len(), runs.len());
    let shown = failures.iter().take(12).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} runs deviate:\n{shown}", failures.len());
}

/// Compares two numbers relative to the larger.
pub(crate) fn same(what: &str, actual: f64, expected: f64, tolerance: f64) -> Result<(), String> {
    let scale = actual.abs().max(expected.abs());
    let close = actual == expected
        || (actual.is_nan() && expected.is_nan())
        || (actual - expected).abs() <= tolerance * scale;
    if close { Ok(()) } else { Err(format!("{what}: {actual:?} is not {expected:?}")) }
}

/// Compares two numbers relative to the larger, and absolute in units of `scale`: for differences
/// of large numbers.
pub(crate) fn near(
    what: &str,
    actual: f64,
    expected: f64,
    tolerance: f64,
    scale: f64,
) -> Result<(), String> {
    if is_close(actual / scale, expected / scale, tolerance) {
        Ok(())
    } else {
        Err(format!("{what}: {actual:?} is not {expected:?}"))
    }
}
