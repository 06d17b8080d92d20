//! `bolt sweep`.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Workspace, text};

const SIGNAL: &str = "SMA[close, fast] > SMA[close, slow]";

fn arguments<'a>(bars: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let grid = ["--set", "fast=2..9", "slow=5..40:5", "--where", "fast < slow"];
    [&["sweep", bars, "--signal", SIGNAL][..], &grid, more].concat()
}

#[test]
fn a_row_a_combination_and_each_is_the_backtest() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 400);
    let (found, _) = workspace.sweep(&arguments(text(&bars), &["--fees", "0.1%"])[1..]);
    assert_eq!(found.len(), 8 * 8 - 5, "five have `fast` at or above `slow`");
    for row in found.iter().step_by(7) {
        let set = |name: &str| format!("{name}={}", row[name]);
        let single = workspace.json(&[
            "backtest",
            text(&bars),
            "--signal",
            SIGNAL,
            "--fees",
            "0.1%",
            "--set",
            &set("fast"),
            "--set",
            &set("slow"),
        ]);
        for name in ["equity_final", "return_pct", "sharpe", "max_dd_pct", "n_trades"] {
            let (a, b) = (row[name].as_f64(), single["summary"][name].as_f64());
            let (a, b) = (a.unwrap(), b.unwrap());
            assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{name}: {a} for {b}");
        }
    }
}

#[test]
fn the_riskless_rate_counts() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    // Both ways of running combinations.
    for more in [&[][..], &["--sl", "9%"]] {
        let signal = ["--signal", "close > SMA[close, n]", "--set", "n=9", "--risk-free", "7%"];
        let arguments = [&[text(&bars)][..], &signal, more].concat();
        let (swept, single) = (
            workspace.sweep(&arguments).0.remove(0),
            workspace.json(&[&["backtest"][..], &arguments].concat()),
        );
        let (a, b) = (swept["sharpe"].as_f64(), single["summary"]["sharpe"].as_f64());
        bolt_testkit::assert_close(a.unwrap(), b.unwrap(), 1e-9, "sharpe");
    }
}

#[test]
fn a_sweep_goes_on_where_it_was_cut_off() {
    for (name, header) in [("results.jsonl", 0), ("results.csv", 1)] {
        let workspace = Workspace::new();
        let bars = workspace.bars("wave.csv", 300);
        let out = workspace.path(name);
        let arguments = arguments(text(&bars), &["--out", text(&out)]);
        workspace.text(&arguments);
        let whole = workspace.read(name);
        assert_eq!(whole.lines().count(), 59 + header);
        // Cut within a line, at a line, within the header, and at nothing.
        for cut in [whole.len() - 30, whole.find('\n').unwrap() + 1, 10, 0] {
            fs::write(&out, &whole[..cut]).unwrap();
            workspace.text(&arguments);
            assert_eq!(workspace.read(name), whole, "{name} cut at {cut}");
        }
    }
}

#[test]
fn results_of_another_sweep_are_not_touched() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    let other = workspace.bars("other.csv", 301);
    let out = workspace.path("results.jsonl");
    workspace.text(&arguments(text(&bars), &["--out", text(&out)]));
    let before = workspace.read("results.jsonl");
    let refused = |bars: &str, more: &[&str], why: &str| {
        let message =
            workspace.refused(&arguments(bars, &[&["--out", text(&out)][..], more].concat()));
        assert!(message.contains(why), "{message}");
        assert_eq!(workspace.read("results.jsonl"), before);
    };
    refused(text(&other), &[], "`data` differs");
    refused(text(&bars), &["--fees", "0.1%"], "`trading` differs");
    refused(text(&bars), &["--seed", "2"], "`seed` differs");
    fs::write(&out, before.replacen("\"fast\":2", "\"fast\":3", 1)).unwrap();
    let message = workspace.refused(&arguments(text(&bars), &["--out", text(&out)]));
    assert!(message.contains("line 1 of"), "{message}");
    workspace.text(&arguments(text(&bars), &["--out", text(&out), "--overwrite"]));
    assert_eq!(workspace.read("results.jsonl"), before);
}

#[test]
fn the_choice_of_the_best_is_assessed() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 400);
    let out = workspace.path("results.csv");
    let output = workspace.run(&arguments(text(&bars), &["--out", text(&out)]));
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.contains("the highest Sharpe ratio of 59 combinations"), "{notes}");
    assert!(notes.contains("probability of backtest overfitting"), "{notes}");
    let manifest: Value =
        serde_json::from_str(&workspace.read("results.csv.manifest.json")).unwrap();
    let selection = &manifest["outcome"]["selection"];
    assert_eq!(selection["tried"], 59);
    assert!(selection["deflated_sharpe_probability"].is_number(), "{selection}");
}

#[test]
fn the_last_object_says_what_the_best_is_worth() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 400);
    let out = workspace.path("results.jsonl");
    let more = ["--out", text(&out), "--seed", "3"];
    let (rows, outcome) = workspace.sweep(&arguments(text(&bars), &more)[1..]);
    assert_eq!(workspace.read("results.jsonl").lines().count(), rows.len());
    let found = &outcome["selection"];
    assert_eq!(*found, selection(&workspace, "results.jsonl"));
    assert_eq!((&outcome["reasons"], &found["reasons"]), (&json!({}), &json!({})));
    assert_eq!((&found["tried"], &found["seed"]), (&json!(59), &json!(3)));
    let sharpe = |row: &Value| row["sharpe_per_bar"].as_f64().unwrap();
    let best = rows.iter().max_by(|a, b| sharpe(a).total_cmp(&sharpe(b))).unwrap();
    for name in ["fast", "slow"] {
        assert_eq!(found["best"][name].as_f64(), best[name].as_f64(), "{name}");
    }
    bolt_testkit::assert_close(sharpe(found), sharpe(best), 1e-9, "Sharpe ratio");
    for (name, range) in [
        ("deflated_sharpe_probability", 0.0..=1.0),
        ("overfitting_probability", 0.0..=1.0),
        ("mean_correlation", 0.0..=1.0),
        ("independent_tries", 1.0..=59.0),
    ] {
        assert!(range.contains(&found[name].as_f64().unwrap()), "{name}: {found}");
    }
    // The same again, from what is there.
    let (again, mut then) = workspace.sweep(&arguments(text(&bars), &more)[1..]);
    then["cache"] = outcome["cache"].clone();
    assert_eq!((again, then), (rows, outcome));
}

#[test]
fn what_cannot_be_said_of_the_best_has_a_reason() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 30);
    let sweep = |signal: &str| {
        let arguments = [text(&bars), "--signal", signal, "--set", "n=2,3"];
        workspace.sweep(&arguments).1
    };
    let outcome = sweep("close > SMA[close, n]");
    let found = &outcome["selection"];
    assert!(found["overfitting_probability"].is_null(), "{found}");
    let reason = found["reasons"]["overfitting_probability"].as_str().unwrap();
    assert!(reason.starts_with("cannot split `29` returns"), "{reason}");
    // One of the two trades.
    let outcome = sweep("close > 0 && n > 2");
    let found = &outcome["selection"];
    assert!(found["deflated_sharpe_probability"].is_null(), "{found}");
    assert!(found["sharpe_per_bar_threshold"].is_null(), "{found}");
    for name in ["deflated_sharpe_probability", "sharpe_per_bar_threshold"] {
        let reason = found["reasons"][name].as_str().unwrap();
        assert!(reason.starts_with("fewer than two combinations"), "{reason}");
    }
    let outcome = sweep("close < n - n");
    assert!(outcome["selection"].is_null(), "{outcome}");
    let reason = &outcome["reasons"]["selection"];
    assert_eq!(reason, "no combination traded, so there is none to choose");
}

/// What the manifest says of the choice of the best.
fn selection(workspace: &Workspace, results: &str) -> Value {
    let manifest = workspace.read(&format!("{results}.manifest.json"));
    serde_json::from_str::<Value>(&manifest).unwrap()["outcome"]["selection"].clone()
}

/// Makes the manifest say that the deflated Sharpe ratio is one half, which it is not.
fn plant(workspace: &Workspace, results: &str) {
    let path = workspace.path(&format!("{results}.manifest.json"));
    let mut manifest: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    manifest["outcome"]["selection"]["deflated_sharpe_probability"] = 0.5.into();
    fs::write(path, manifest.to_string()).unwrap();
}

#[test]
fn what_was_said_of_finished_results_is_not_measured_again() {
    for name in ["results.jsonl", "results.csv"] {
        let workspace = Workspace::new();
        let bars = workspace.bars("wave.csv", 1_500);
        let out = workspace.path(name);
        let run = |more: &[&str]| {
            let more = [&["--out", text(&out)][..], more].concat();
            let notes = workspace.run(&arguments(text(&bars), &more)).stderr;
            (String::from_utf8(notes).unwrap(), selection(&workspace, name))
        };
        let (notes, measured) = run(&[]);
        assert!(!notes.contains("probability of 50 % (deflated"), "{notes}");
        let whole = workspace.read(name);
        plant(&workspace, name);
        let (notes, repeated) = run(&[]);
        assert!(notes.contains("probability of 50 % (deflated"), "{notes}");
        assert_eq!(repeated["deflated_sharpe_probability"], 0.5);
        assert_eq!(repeated["overfitting_probability"], measured["overfitting_probability"]);
        // Memory for 1,110 returns: they are measured otherwise.
        let (_, summed) = run(&["-O", "sweep.memory=1MiB"]);
        assert_eq!(
            (&measured["bars_per_return"], &summed["bars_per_return"]),
            (&1.into(), &2.into())
        );
        assert_ne!(summed["deflated_sharpe_probability"], 0.5);
        assert_eq!(run(&[]).1, measured);
        // A row is missing, then one is another.
        plant(&workspace, name);
        fs::write(&out, &whole[..whole.trim_end().rfind('\n').unwrap() + 1]).unwrap();
        assert_eq!(run(&[]).1, measured);
        plant(&workspace, name);
        let last = whole.trim_end();
        let row = last.trim_end_matches('}');
        fs::write(&out, format!("{row}e1{}\n", &last[row.len()..])).unwrap();
        assert_ne!(run(&[]).1["deflated_sharpe_probability"], 0.5);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing_that_was_written() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    let out = workspace.path("results.jsonl");
    workspace.text(&arguments(text(&bars), &["--out", text(&out)]));
    let whole = workspace.read("results.jsonl");
    fs::write(&out, &whole[..whole.len() / 2]).unwrap();
    let limit = format!("ulimit -f {}; exec \"$0\" \"$@\"", (whole.len() / 2).div_ceil(1024) + 1);
    let output = std::process::Command::new("sh")
        .args(["-c", &limit, env!("CARGO_BIN_EXE_bolt")])
        .args(arguments(text(&bars), &["--out", text(&out)]))
        .env("HOME", workspace.path("home"))
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("cannot write results to"), "{message}");
    let left = workspace.read("results.jsonl");
    assert!(whole.starts_with(&left) && left.ends_with('\n'), "{left}");
    workspace.text(&arguments(text(&bars), &["--out", text(&out)]));
    assert_eq!(workspace.read("results.jsonl"), whole);
}

#[test]
fn rows_are_the_backtest_under_every_convention() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    for convention in ["next-open", "backtesting.py", "vectorbt", "backtrader"] {
        let more = ["--convention", convention];
        let events =
            ["--entry", "CrossAbove[close, SMA[close, n]]", "--exit", "close < SMA[close, n]"];
        let (rows, _) =
            workspace.sweep(&[&[text(&bars), "--set", "n=7"][..], &events, &more].concat());
        let row = &rows[0];
        let single = workspace
            .json(&[&["backtest", text(&bars), "--set", "n=7"][..], &events, &more].concat());
        for name in ["equity_final", "return_pct", "sharpe", "max_dd_pct", "n_trades"] {
            let (a, b) = (row[name].as_f64().unwrap(), single["summary"][name].as_f64().unwrap());
            assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{convention} {name}: {a} for {b}");
        }
        if let Some(exposure) = single["stats"]["exposure_pct"].as_f64() {
            let swept = row["exposure_pct"].as_f64().unwrap();
            assert!((swept - exposure).abs() < 1e-9, "{convention}: {swept} for {exposure}");
        }
    }
}

/// Where nothing was chosen, nothing is said of a choice.
#[test]
fn of_a_single_combination_no_choice_is_doubted() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 400);
    let told = |grid: &str| {
        let arguments =
            ["sweep", "wave.csv", "--signal", "close > SMA[close, n]", "--set", grid, "--no-cache"];
        let report = workspace.path("report.html");
        let report = ["--report", text(&report)];
        let output = workspace.run(&[&arguments[..], &report[..]].concat());
        let notes = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{notes}");
        let page = workspace.read("report.html");
        fs::remove_file(workspace.path("report.html")).unwrap();
        let doubts = ["luck", "Sharpe ratio of", "overfitting"];
        let of_page = ["Overfitting", "Deflated", "luck", "fewer than two"];
        let notes = doubts.iter().any(|doubt| notes.contains(doubt));
        (notes, of_page.iter().any(|doubt| page.contains(doubt)))
    };
    assert_eq!(told("n=20,30"), (true, true));
    assert_eq!(told("n=20"), (false, false));
}
