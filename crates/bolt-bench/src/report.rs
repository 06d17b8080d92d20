//! The rows, as a table or as JSON lines.

use serde_json::{Value, json};

/// One line: a case and one of its goals.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) case: String,
    /// Our seconds, or bytes for [`Outcome::Bytes`].
    pub(crate) ours: f64,
    /// Peers and their seconds, the fastest first.
    pub(crate) peers: Vec<(String, f64)>,
    pub(crate) outcome: Outcome,
}

#[derive(Debug)]
pub(crate) enum Outcome {
    Ratio {
        ratio: f64,
        least: f64,
        reached: bool,
    },
    Seconds {
        most: f64,
        reached: bool,
    },
    Bytes {
        most: f64,
        reached: bool,
    },
    /// There is a goal, and no Python with the peers.
    Unmeasured {
        least: f64,
    },
    /// Results differ, or a peer could not be run.
    Error(String),
}

const INSTALL: &str = "python3 -m venv .venv && .venv/bin/pip install numpy pandas pyarrow numba \
                       TA-Lib vectorbt polars bottleneck numexpr duckdb";

pub(crate) fn print_head(peers: bool, repeats: usize) {
    if !peers {
        println!("Peers were not measured: there is no Python. To have them:\n  {INSTALL}\n");
    }
    println!("processor time of one thread, median of {repeats}; ratio = fastest peer / ours\n");
    println!(
        "{:<30} {:>10} {:>10} {:<12} {:>8} {:>9}",
        "case", "ours", "peer", "which", "ratio", "goal"
    );
}

pub(crate) fn print_no_peers_json() {
    let line = json!({
        "schema": "bolt.bench.market/1",
        "peers": "not measured: there is no Python",
        "install": INSTALL,
    });
    println!("{line}");
}

pub(crate) fn print_row(row: &Row, as_json: bool) {
    if as_json {
        println!("{}", json(row));
    } else {
        println!("{}", line(row));
    }
}

pub(crate) fn print_tail(rows: &[Row], has_peers: bool) {
    let count = |wanted: &str| rows.iter().filter(|row| verdict(&row.outcome) == wanted).count();
    let (reached, missed, errors) = (count("reached"), count("missed"), count("error"));
    println!("\n{reached} reached, {missed} missed, {errors} errors");
    if !has_peers {
        println!("Peers were not measured. To have them:\n  {INSTALL}");
    }
}

fn verdict(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Ratio { reached: true, .. }
        | Outcome::Seconds { reached: true, .. }
        | Outcome::Bytes { reached: true, .. } => "reached",
        Outcome::Ratio { .. } | Outcome::Seconds { .. } | Outcome::Bytes { .. } => "missed",
        Outcome::Unmeasured { .. } => "unmeasured",
        Outcome::Error(_) => "error",
    }
}

fn line(row: &Row) -> String {
    let Row { case, ours, peers, outcome } = row;
    let told = verdict(outcome);
    let own = match outcome {
        Outcome::Bytes { .. } => megabytes(*ours),
        _ => time(*ours),
    };
    let (peer, which) = match peers.first() {
        Some((name, seconds)) => (time(*seconds), name.as_str()),
        None => (String::new(), ""),
    };
    let (ratio, goal) = match outcome {
        Outcome::Ratio { ratio, least, .. } => (format!("{ratio:.2}"), format!(">= {least}x")),
        Outcome::Seconds { most, .. } => (String::new(), format!("<= {}", time(*most))),
        Outcome::Bytes { most, .. } => (String::new(), format!("< {}", megabytes(*most))),
        Outcome::Unmeasured { least } => (String::new(), format!(">= {least}x")),
        Outcome::Error(error) => return format!("{case:<30} {own:>10} ERROR {error}"),
    };
    let mut line =
        format!("{case:<30} {own:>10} {peer:>10} {which:<12} {ratio:>8} {goal:>9} {told}");
    for (name, seconds) in peers.iter().skip(1) {
        line += &format!("; {name} {}", time(*seconds));
    }
    line
}

fn json(row: &Row) -> Value {
    let Row { case, ours, peers, outcome } = row;
    let mut value = json!({
        "schema": "bolt.bench.market/1",
        "case": case,
        "outcome": verdict(outcome),
    });
    let unit = if matches!(outcome, Outcome::Bytes { .. }) { "bytes" } else { "seconds" };
    value[unit] = json!(ours);
    if let Some((name, seconds)) = peers.first() {
        value["peer"] = json!(name);
        value["peer_seconds"] = json!(seconds);
        let all = peers.iter().map(|(name, seconds)| (name.clone(), json!(seconds)));
        value["peers"] = Value::Object(all.collect());
    }
    match outcome {
        Outcome::Ratio { ratio, least, .. } => {
            value["ratio"] = json!(ratio);
            value["ratio_goal"] = json!(least);
        }
        Outcome::Seconds { most, .. } => value["seconds_goal"] = json!(most),
        Outcome::Bytes { most, .. } => value["bytes_goal"] = json!(most),
        Outcome::Unmeasured { least } => value["ratio_goal"] = json!(least),
        Outcome::Error(error) => value["error"] = json!(error),
    }
    value
}

fn time(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.1} us", s * 1e6),
    }
}

fn megabytes(bytes: f64) -> String {
    format!("{:.0} MB", bytes / 1e6)
}
