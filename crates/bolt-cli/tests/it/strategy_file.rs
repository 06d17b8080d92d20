//! `--strategy FILE`.

use std::fs;

use bolt_sql::{RunFilter, Store, StoreOptions};
use serde_json::Value;

use crate::support::{Workspace, text};

const BREAKOUT: &str = "
[strategy]
name = 'breakout'

[parameters]
entry = 10
exit = 5

[trading]
cash = 50_000
fees = '0.1%'

[[orders]]
when = 'True'
if = 'flat'
side = 'buy'
size = 0.5
stop = 'TsMax[high, entry]'

[[stops]]
stop_loss = 'TsMin[low, exit]'
ratchet = true
";

fn without_file(mut found: Value) -> Value {
    found["manifest"].as_object_mut().unwrap().remove("strategy");
    found
}

#[test]
fn a_file_of_signals_is_the_flags_it_stands_for() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 400);
    let file = workspace.write(
        "cross.toml",
        "[parameters]\nn = 20\n\
         [formulas]\nentry = 'CrossAbove[close, SMA[close, n]]'\nexit = 'close < SMA[close, n]'\n\
         [trading]\nfees = '0.1%'\nstop_loss = '2%'\naccumulate = true\nequity_size = 0.5\n",
    );
    let entry = ["--entry", "CrossAbove[close, SMA[close, n]]", "--exit", "close < SMA[close, n]"];
    let trading = ["--fees", "0.1%", "--sl", "2%", "--accumulate", "--equity-size", "0.5"];
    let flags = [&["backtest", text(&bars), "--set", "n=20"], &entry[..], &trading].concat();
    let from_file = workspace.json(&["backtest", text(&bars), "--strategy", text(&file)]);
    let from_flags = workspace.json(&flags);
    assert!(from_file["manifest"]["strategy"]["hash"].is_string());
    assert!(from_flags["manifest"]["strategy"].is_null());
    assert!(from_flags["summary"]["n_trades"].as_u64() >= Some(5), "{from_flags}");
    assert_eq!(without_file(from_file), from_flags);
}

#[test]
fn a_file_of_rules_trades_orders() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 400);
    let file = workspace.write("breakout.toml", BREAKOUT);
    let arguments = ["backtest", text(&bars), "--strategy", text(&file)];
    let found = workspace.json(&arguments);
    let trades = found["trades"].as_array().unwrap();
    assert!(trades.len() >= 5, "{found}");
    for trade in trades {
        assert_eq!(trade["side"], "long");
        assert!(trade["open"] == true || trade["exit_reason"] == "stop-loss", "{trade}");
    }
    let manifest = &found["manifest"];
    assert_eq!(manifest["formulas"]["orders[0].stop"], "TsMax[high, entry]");
    assert_eq!(manifest["formulas"]["orders[0].size"], "0.5");
    assert_eq!(manifest["formulas"]["stops[0].stop_loss"], "TsMin[low, exit]");
    assert_eq!(manifest["parameters"]["entry"], 10.0);
    assert_eq!(manifest["strategy"]["name"], "breakout");
    assert_eq!(manifest["trading"]["cash"], 50_000.0);
    let shown = workspace.text(&arguments);
    assert!(shown.contains("orders[0].stop") && shown.contains("TsMin[low, exit]"), "{shown}");
}

#[test]
fn flags_win_over_the_file_and_the_file_over_settings() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    let file = workspace.write("breakout.toml", BREAKOUT);
    workspace.write("bolt.toml", "[market]\ncash = 7000\nspread = 0.002\n");
    let trading = |more: &[&str]| {
        let arguments = ["backtest", text(&bars), "--strategy", text(&file)];
        workspace.json(&[&arguments[..], more].concat())["manifest"].clone()
    };
    let found = trading(&[]);
    assert_eq!(found["trading"]["cash"], 50_000.0);
    assert_eq!(found["trading"]["costs"]["fees"], 0.001);
    assert_eq!(found["trading"]["costs"]["spread"], 0.002);
    let found = trading(&["--cash", "9000", "--fees", "0", "--finalize", "--set", "exit=7"]);
    assert_eq!(found["trading"]["cash"], 9_000.0);
    assert_eq!(found["trading"]["costs"]["fees"], 0.0);
    assert_eq!(found["trading"]["finalize"], true);
    assert_eq!(
        (&found["parameters"]["entry"], &found["parameters"]["exit"]),
        (&10.0.into(), &7.0.into())
    );
}

#[test]
fn a_sweep_of_a_file_gives_what_single_backtests_give() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 400);
    let file = workspace.write("breakout.toml", BREAKOUT);
    let out = workspace.path("results.jsonl");
    let sweep = [
        "sweep",
        text(&bars),
        "--strategy",
        text(&file),
        "--set",
        "entry=4..20:4",
        "--where",
        "exit < entry",
        "--out",
        text(&out),
    ];
    workspace.text(&sweep);
    let rows: Vec<Value> = workspace
        .read("results.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let entries: Vec<f64> = rows.iter().map(|row| row["entry"].as_f64().unwrap()).collect();
    assert_eq!(entries, [8.0, 12.0, 16.0, 20.0], "`exit` is 5 as in the file");
    for row in &rows {
        let set = format!("entry={}", row["entry"]);
        let single =
            workspace.json(&["backtest", text(&bars), "--strategy", text(&file), "--set", &set]);
        for name in ["equity_final", "return_pct", "sharpe", "max_dd_pct", "n_trades"] {
            let (a, b) = (row[name].as_f64().unwrap(), single["summary"][name].as_f64().unwrap());
            assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{name}: {a} for {b}");
        }
    }
    fs::write(&file, BREAKOUT.replace("ratchet = true", "ratchet = false")).unwrap();
    assert!(workspace.refused(&sweep).contains("`strategy` differs"));
}

#[test]
fn a_recorded_run_has_the_name_of_the_file() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    let file = workspace.write("breakout.toml", BREAKOUT);
    let store = workspace.path("runs.db");
    let record = ["--strategy", text(&file), "--record", "--store", text(&store)];
    workspace.json(&[&["backtest", text(&bars)][..], &record].concat());
    workspace.json(&[&["backtest", text(&bars), "--name", "mine"][..], &record].concat());
    let store = Store::open(&store, &StoreOptions::default()).unwrap();
    let mut names: Vec<String> = store
        .runs(&RunFilter::default())
        .unwrap()
        .into_iter()
        .map(|record| record.run.name)
        .collect();
    names.sort();
    assert_eq!(names, ["breakout", "mine"]);
}

/// Runs a file that is wrong in one line; returns what is said.
#[track_caller]
fn refused(old: &str, new: &str, more: &[&str], parts: &[&str]) {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 60);
    assert!(BREAKOUT.contains(old), "{old}");
    workspace.write("breakout.toml", BREAKOUT.replacen(old, new, 1));
    let arguments = ["backtest", text(&bars), "--strategy", "breakout.toml"];
    let message = workspace.refused(&[&arguments[..], more].concat());
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn mistakes_name_the_line_and_what_to_try() {
    refused(
        "side =",
        "sied =",
        &[],
        &["breakout.toml:16: ", "`sied`", "hint: did you mean `side`?"],
    );
    refused("fees = '0.1%'", "fees = 'x'", &[], &["breakout.toml:11: ", "fraction", "\"5%\""]);
    refused("[[orders]]", "[[orders]", &[], &["breakout.toml:13: ", "not TOML"]);
    refused(
        "TsMax[high, entry]",
        "TsMaxx[high, entry]",
        &[],
        &[
            "breakout.toml:18: stop: TsMaxx[high, entry]",
            "\n                          ^^^^^^",
            "`TsMax`",
        ],
    );
    refused(
        "TsMin[low, exit]",
        "TsMin[low, exti]",
        &[],
        &["breakout.toml:21: stop_loss: ", "`exit`"],
    );
    refused("when = 'True'", "when = 'close'", &[], &["breakout.toml:14: when", "true or false"]);
    refused("size = 0.5", "size = 50", &[], &["breakout.toml:17: size", "up to 1"]);
    refused("exit = 5", "exit = -5", &[], &["breakout.toml:21: stop_loss: TsMin[low, exit]"]);
}

#[test]
fn requests_that_make_no_sense_with_a_file() {
    let same = ("exit = 5", "exit = 5");
    let refused = |more: &[&str], parts: &[&str]| refused(same.0, same.1, more, parts);
    refused(&["--convention", "vectorbt"], &["`vectorbt` has no orders"]);
    refused(&["--opposite", "close"], &["`--opposite` has no effect on these orders"]);
    refused(&["--accumulate"], &["`--accumulate` has no effect on these orders"]);
    refused(&["--size", "10%"], &["each of them has its own"]);
    refused(&["--set", "exti=3"], &["no parameter `exti`", "did you mean `exit`?"]);
    refused(&["--entry", "close > 1"], &["--strategy", "does not go together with"]);
    refused(&["--signal", "close > 1"], &["--strategy", "does not go together with"]);
    refused(&["--entry-size", "1"], &["--strategy", "does not go together with"]);
}

#[test]
fn a_missing_file_is_a_failure_of_the_machine() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 60);
    let output = workspace.run(&["backtest", text(&bars), "--strategy", "nothing.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("`nothing.toml`"));
    workspace.write("latin.toml", b"# \xe9\n");
    let message = workspace.refused(&["backtest", text(&bars), "--strategy", "latin.toml"]);
    assert!(message.contains("latin.toml:1: this is not UTF-8"), "{message}");
}

#[test]
fn the_file_in_the_help_is_a_strategy() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 200);
    for command in ["backtest", "sweep"] {
        let help = workspace.text(&[command, "--help"]);
        assert!(help.contains("Examples:"), "{help}");
        let begin = help.find("  [strategy]").unwrap();
        let end = help.find("In place of orders").unwrap();
        let file = workspace.write("help.toml", &help[begin..end]);
        workspace.text(&["backtest", text(&bars), "--strategy", text(&file)]);
    }
}
