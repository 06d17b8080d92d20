//! The rows, as a table or as JSON lines.

use crate::options::{Area, Options};
use bolt_hardware::SimdLevel;
use serde_json::{Value, json};

/// One line: a case and one of its goals.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) case: String,
    /// Our seconds, bytes for [`Outcome::Bytes`], a share for [`Outcome::Share`].
    pub(crate) ours: f64,
    /// The best first.
    pub(crate) peers: Vec<PeerValue>,
    pub(crate) outcome: Outcome,
}

/// How long a peer took, or how far it came, in the unit of the row.
#[derive(Debug, PartialEq)]
pub(crate) struct PeerValue {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// The value is so many times what was measured: the peer did a part of the work.
    pub(crate) scale: f64,
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
    /// A share of what is possible, where more is better.
    Share {
        least: f64,
        reached: bool,
        /// What the shares are of, in words.
        of: String,
    },
    /// By which part of the truth something was off at worst, where less is better.
    Off {
        most: f64,
        reached: bool,
        median: f64,
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

/// Returns what the numbers depend on.
fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let level = SimdLevel::detect().name();
    format!("{}, vectors of {level}", model.unwrap_or("unknown processor"))
}

pub(crate) fn print_head(options: &Options) {
    if options.json {
        return println!("{}", head_json(options));
    }
    if !options.has_peers() {
        println!("Peers were not measured: there is no Python. To have them:\n  {INSTALL}\n");
    }
    println!("{}", machine());
    println!("processor time, median of {}; ratio = fastest peer / ours", options.repeats);
    if options.area == Area::Runtime {
        println!("shares of what is possible; ratio = ours / best peer");
    }
    println!(
        "\n{:<30} {:>10} {:>10} {:<12} {:>8} {:>9}",
        "case", "ours", "peer", "which", "ratio", "goal"
    );
}

fn head_json(options: &Options) -> Value {
    let mut line = json!({
        "schema": options.area.schema(),
        "machine": machine(),
        "repeats": options.repeats,
        "peers_measured": options.has_peers(),
    });
    if !options.has_peers() {
        line["install"] = json!(INSTALL);
    }
    line
}

pub(crate) fn print_row(row: &Row, options: &Options) {
    if options.json {
        println!("{}", json(row, options.area));
    } else {
        println!("{}", line(row));
    }
}

pub(crate) fn print_tail(rows: &[Row], options: &Options) {
    let count = |wanted: &str| rows.iter().filter(|row| verdict(&row.outcome) == wanted).count();
    let (reached, missed, errors) = (count("reached"), count("missed"), count("error"));
    println!("\n{reached} reached, {missed} missed, {errors} errors");
    if !options.has_peers() {
        println!("Peers were not measured. To have them:\n  {INSTALL}");
    }
}

fn verdict(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Ratio { reached: true, .. }
        | Outcome::Seconds { reached: true, .. }
        | Outcome::Bytes { reached: true, .. }
        | Outcome::Share { reached: true, .. }
        | Outcome::Off { reached: true, .. } => "reached",
        Outcome::Ratio { .. }
        | Outcome::Seconds { .. }
        | Outcome::Bytes { .. }
        | Outcome::Share { .. }
        | Outcome::Off { .. } => "missed",
        Outcome::Unmeasured { .. } => "unmeasured",
        Outcome::Error(_) => "error",
    }
}

fn line(row: &Row) -> String {
    let Row { case, ours, peers, outcome } = row;
    let told = verdict(outcome);
    let show = match outcome {
        Outcome::Bytes { .. } => megabytes,
        Outcome::Share { .. } => share,
        Outcome::Off { .. } => percent,
        _ => time,
    };
    let own = show(*ours);
    let (peer, which) = match peers.first() {
        Some(peer) => (show(peer.value), peer.name.as_str()),
        None => (String::new(), ""),
    };
    let (ratio, goal) = match outcome {
        Outcome::Ratio { ratio, least, .. } => {
            (format!("{ratio:.2}"), format!(">= {}x", (least * 1e3).round() / 1e3))
        }
        Outcome::Seconds { most, .. } => (String::new(), format!("<= {}", time(*most))),
        Outcome::Bytes { most, .. } => (String::new(), format!("< {}", megabytes(*most))),
        Outcome::Share { least, .. } => {
            let ratio = peers.first().map(|peer| format!("{:.2}", ours / peer.value));
            (ratio.unwrap_or_default(), format!(">= {least}"))
        }
        Outcome::Off { most, .. } => (String::new(), format!("<= {}", percent(*most))),
        Outcome::Unmeasured { least } => (String::new(), format!(">= {least}x")),
        Outcome::Error(error) => return format!("{case:<30} {own:>10} ERROR {error}"),
    };
    let mut line =
        format!("{case:<30} {own:>10} {peer:>10} {which:<12} {ratio:>8} {goal:>9} {told}");
    if let Some(scale) = peers.first().map(|peer| peer.scale).filter(|scale| *scale != 1.0) {
        line += &format!("; measured on 1 of {scale} and scaled");
    }
    for peer in peers.iter().skip(1) {
        line += &format!("; {} {}", peer.name, show(peer.value));
    }
    if let Outcome::Off { median, .. } = outcome {
        line += &format!("; median {}", percent(*median));
    }
    if let Outcome::Share { of, .. } = outcome {
        line += &format!("; of {of}");
    }
    line
}

fn json(row: &Row, area: Area) -> Value {
    let Row { case, ours, peers, outcome } = row;
    let mut value = json!({
        "schema": area.schema(),
        "case": case,
        "outcome": verdict(outcome),
    });
    let unit = match outcome {
        Outcome::Bytes { .. } => "bytes",
        Outcome::Share { .. } => "share",
        Outcome::Off { .. } => "off",
        _ => "seconds",
    };
    value[unit] = json!(ours);
    let peer = |peer: &PeerValue| {
        let PeerValue { name, value, scale } = peer;
        json!({ "name": name, unit: value, "scaled_by": scale })
    };
    value["peers"] = peers.iter().map(peer).collect();
    match outcome {
        Outcome::Ratio { ratio, least, .. } => {
            value["ratio"] = json!(ratio);
            value["ratio_goal"] = json!(least);
        }
        Outcome::Seconds { most, .. } => value["seconds_goal"] = json!(most),
        Outcome::Bytes { most, .. } => value["bytes_goal"] = json!(most),
        Outcome::Share { least, of, .. } => {
            value["share_of"] = json!(of);
            value["share_goal"] = json!(least);
        }
        Outcome::Off { most, median, .. } => {
            value["off_goal"] = json!(most);
            value["off_median"] = json!(median);
        }
        Outcome::Unmeasured { least } => value["ratio_goal"] = json!(least),
        Outcome::Error(error) => value["error"] = json!(error),
    }
    value
}

fn time(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s if s >= 1e-6 => format!("{:.1} us", s * 1e6),
        s => format!("{:.1} ns", s * 1e9),
    }
}

fn share(value: f64) -> String {
    format!("{value:.3}")
}

fn percent(part: f64) -> String {
    format!("{:.1} %", 100.0 * part)
}

fn megabytes(bytes: f64) -> String {
    format!("{:.0} MB", bytes / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(outcome: Outcome) -> Row {
        let time = |name: &str, value, scale| PeerValue { name: name.into(), value, scale };
        let peers = vec![time("numba", 0.25, 20.0), time("polars", 3.0, 1.0)];
        Row { case: "sweep".into(), ours: 0.1, peers, outcome }
    }

    #[test]
    fn a_line_has_all_peers_and_what_was_scaled() {
        let text = line(&row(Outcome::Ratio { ratio: 2.5, least: 5.0, reached: false }));
        let words: Vec<&str> = text.split_whitespace().collect();
        let expected = "sweep 100.00 ms 250.00 ms numba 2.50 >= 5x missed; measured on 1 of 20 and \
                        scaled; polars 3.00 s";
        assert_eq!(words.join(" "), expected);
    }

    #[test]
    fn an_error_takes_the_place_of_the_ratio() {
        let outcome = || Outcome::Error("numba: results differ".into());
        let text = line(&row(outcome()));
        assert!(text.ends_with("100.00 ms ERROR numba: results differ"), "{text}");
        let value = json(&row(outcome()), Area::Market);
        assert_eq!(value["error"], "numba: results differ");
        assert_eq!(value["outcome"], "error");
        assert!(value["ratio"].is_null());
    }

    #[test]
    fn a_share_is_compared_the_other_way_round() {
        let peer = PeerValue { name: "lru".into(), value: 0.4, scale: 1.0 };
        let outcome = || Outcome::Share { least: 0.75, reached: true, of: "0.5 hits".into() };
        let row = || Row { case: "cache".into(), ours: 0.8, peers: Vec::new(), outcome: outcome() };
        let text = line(&Row { peers: vec![peer], ..row() });
        let words: Vec<&str> = text.split_whitespace().collect();
        let expected = "cache 0.800 0.400 lru 2.00 >= 0.75 reached; of 0.5 hits";
        assert_eq!(words.join(" "), expected);
        let value = json(&row(), Area::Runtime);
        assert_eq!((&value["share"], &value["share_goal"]), (&json!(0.8), &json!(0.75)));
        assert_eq!(value["schema"], "bolt.bench.runtime/1");
    }

    #[test]
    fn times_and_sizes_have_units() {
        let times = [2.0, 0.0205, 4.56e-5, 3.21e-8].map(time);
        assert_eq!(times, ["2.00 s", "20.50 ms", "45.6 us", "32.1 ns"]);
        assert_eq!(megabytes(38_400_000.0), "38 MB");
    }
}
