//! An account that owes more than it has.

use serde_json::Value;

use crate::support::{Workspace, text};

/// Writes bars that rise fivefold from the tenth day on: whoever is short by all he has owes money.
fn rise(workspace: &Workspace) -> std::path::PathBuf {
    let mut rows = String::from("ts,open,high,low,close\n");
    for day in 1..=28 {
        let price = if day < 10 { 100.0 + f64::from(day % 3) } else { 500.0 };
        rows += &format!("2020-01-{day:02},{price},{price},{price},{price}\n");
    }
    workspace.write("rise.csv", rows)
}

const SHORT: [&str; 2] = ["--signal", "-1"];

fn note(notes: &Value) -> &str {
    notes[0].as_str().unwrap()
}

#[test]
fn returns_on_a_debt_are_no_figures() {
    let workspace = Workspace::new();
    let bars = rise(&workspace);
    let hold = [&["backtest", text(&bars), "--benchmark", text(&bars)][..], &SHORT].concat();
    let found = workspace.json(&hold);
    let (summary, stats) = (&found["summary"], &found["stats"]);
    assert!(summary["equity_final"].as_f64().unwrap() < 0.0, "{summary}");
    assert!(summary["return_pct"].as_f64().unwrap() < -100.0, "{summary}");
    assert!(summary["max_dd_pct"].as_f64().unwrap() < -100.0, "{summary}");
    assert_eq!(stats["max_dd_pct"], summary["max_dd_pct"]);
    assert!(summary["sharpe"].is_null(), "{summary}");
    for name in ["cagr_pct", "sharpe", "volatility_pct", "win_rate_pct", "turnover", "beta"] {
        assert!(stats[name].is_null(), "{name}: {}", stats[name]);
    }
    assert_eq!(stats["n_trades"], 1);
    let expected = "equity is zero or below at the close of 19 bars from 2020-01-10 on";
    assert!(note(&found["notes"]).starts_with(expected), "{}", found["notes"]);
    let output = workspace.run(&hold);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains(&format!("note: {expected}")), "{stderr}");
    // On a margin the position is closed in time, and everything is defined.
    let margin = [&hold[..], &["--maintenance-margin", "25%", "--to", "2020-01-09"]].concat();
    let found = workspace.json(&margin);
    assert_eq!(found["notes"], Value::Array(Vec::new()));
    assert!(found["stats"]["sharpe"].is_number(), "{}", found["stats"]);
}

#[test]
fn peers_keep_their_own_figures() {
    let workspace = Workspace::new();
    let bars = rise(&workspace);
    let arguments = ["backtest", text(&bars), "--short-entry", "True"];
    let found = workspace.json(&[&arguments[..], &["--convention", "vectorbt"]].concat());
    assert!(note(&found["notes"]).ends_with("figures of returns are what vectorbt makes of it"));
    assert!(found["stats"]["Total Trades"].is_u64(), "{}", found["stats"]);
}

#[test]
fn a_sweep_does_not_choose_among_debts() {
    let workspace = Workspace::new();
    let bars = rise(&workspace);
    let sweep = ["sweep", text(&bars), "--signal", "-x", "--set", "x=0.1,0.2,1"];
    let (rows, outcome) = workspace.sweep(&sweep[1..]);
    let defined: Vec<bool> = rows.iter().map(|row| row["sharpe"].is_number()).collect();
    assert_eq!(defined, [true, true, false], "{rows:?}");
    assert_eq!(outcome["selection"]["combinations_looked_at"], 2);
    let stderr = String::from_utf8(workspace.run(&sweep).stderr).unwrap();
    assert!(stderr.contains("note: combinations that ran out of equity: 1"), "{stderr}");
}

#[test]
fn tests_after_the_end_of_equity_are_not_traded() {
    let workspace = Workspace::new();
    let bars = rise(&workspace);
    let windows = ["--train", "7", "--test", "7", "--by", "trades"];
    let walk = [&["walkforward", text(&bars), "--signal", "-x", "--set", "x=1"][..], &windows];
    let found = workspace.json(&walk.concat());
    assert_eq!(found["folds"].as_array().unwrap().len(), 1, "{}", found["folds"]);
    let notes = found["notes"].as_array().unwrap();
    let untested = "tests that were not traded, because the account had run out of equity: 2";
    assert!(notes.iter().any(|note| note == untested), "{notes:?}");
    assert!(found["efficiency"].is_null());
}
