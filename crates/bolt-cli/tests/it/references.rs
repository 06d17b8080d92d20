//! Peers' results, reproduced from the command line.

use bolt_testkit::{json, path};
use serde_json::Value;

use crate::support::{Workspace, text};

const ENTRY: &str = "CrossAbove[SMA[close, 10], SMA[close, 20]]";
const EXIT: &str = "CrossBelow[SMA[close, 10], SMA[close, 20]]";

#[track_caller]
fn close(name: &str, found: &Value, expected: &Value, tolerance: f64) {
    let (Some(found), Some(expected)) = (found.as_f64(), expected.as_f64()) else {
        assert_eq!(found, expected, "{name}");
        return;
    };
    let error = (found - expected).abs() / expected.abs().max(1e-12);
    assert!(error <= tolerance, "{name}: {found} for {expected}");
}

/// Runs a backtest with a reference's data and compares summary, statistics and trades.
fn check(reference: &str, arguments: &[&str]) {
    let Some(expected) = json(&format!("reference/{reference}.json")) else { return };
    let Some(data) = path(expected["data"].as_str().unwrap()) else { return };
    let workspace = Workspace::new();
    let arguments: Vec<&str> =
        ["backtest", text(&data)].into_iter().chain(arguments.iter().copied()).collect();
    let found = workspace.json(&arguments);
    for (name, value) in expected["summary"].as_object().unwrap() {
        close(&format!("{reference} {name}"), &found["summary"][name], value, 1e-9);
    }
    for (name, value) in expected["stats"].as_object().unwrap() {
        if value.is_number() {
            close(&format!("{reference} {name}"), &found["stats"][name], value, 1e-9);
        }
    }
    check_trades(reference, &expected["trades"], &found["trades"]);
}

fn check_trades(reference: &str, expected: &Value, found: &Value) {
    let expected = expected.as_array().unwrap();
    // The peer lists a position open at the end only if it closes it.
    let closed = expected[0]["EntryBar"].is_number();
    let mut found: Vec<&Value> =
        found.as_array().unwrap().iter().filter(|t| !closed || t["open"] == false).collect();
    found.sort_by_key(|trade| trade["entry_bar"].as_u64());
    assert_eq!(found.len(), expected.len(), "{reference}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let name = format!("{reference}, trade {index}");
        let either = |ours: &str, theirs: &str| {
            let value = if closed { &expected[theirs] } else { &expected[ours] };
            (found[ours].clone(), value.clone())
        };
        let (bar, value) = either("entry_bar", "EntryBar");
        assert_eq!(bar, value, "{name}");
        for (ours, theirs) in [("entry_price", "EntryPrice"), ("exit_price", "ExitPrice")] {
            let (price, value) = either(ours, theirs);
            if found["open"] == false {
                close(&name, &price, &value, 1e-12);
            }
        }
        let (pnl, value) = either("pnl", "PnL");
        close(&name, &pnl, &value, 1e-9);
        let side = match &expected["direction"] {
            Value::String(side) => side.clone(),
            _ if expected["Size"].as_f64() > Some(0.0) => "long".to_owned(),
            _ => "short".to_owned(),
        };
        assert_eq!(found["side"], side, "{name}");
    }
}

#[test]
fn moving_averages_under_backtesting_py() {
    let formulas = ["--entry", ENTRY, "--short-entry", EXIT, "--convention", "backtesting.py"];
    let run = |reference: &str, more: &[&str]| {
        check(reference, &[&formulas[..], &["--exclusive-orders"], more].concat());
    };
    run("bt_smacross_goog_c002_nofinalize", &["--commission", "0.002"]);
    run("bt_smacross_goog_c002", &["--commission", "0.2%", "--finalize"]);
    let costs = ["--fees", "0.0005", "--fee-fixed", "1", "--spread", "0.001"];
    run("bt_smacross_goog_spread_toc", &[&costs[..], &["--trade-on-close", "--finalize"]].concat());
}

#[test]
fn moving_averages_under_vectorbt() {
    let formulas = ["--entry", ENTRY, "--exit", EXIT, "--convention", "vectorbt"];
    check("vbt_smacross_goog_close", &[&formulas[..], &["--fees", "0.002"]].concat());
}

#[test]
fn stops_under_vectorbt() {
    let formulas = [
        "--entry",
        "CrossBelow[RSI[close, 14], 30]",
        "--exit",
        "CrossAbove[RSI[close, 14], 70]",
        "--convention",
        "vectorbt",
    ];
    let stops = ["--fees", "0.0001", "--sl", "0.003", "--tp", "0.006"];
    check("vbt_rsi_stops_eurusd", &[formulas, stops].concat());
}

#[test]
fn equal_weights_under_vectorbt() {
    let reference = "vbt_multi_equalweight";
    let Some(expected) = json(&format!("reference/{reference}.json")) else { return };
    let Some(data) = path(expected["data"].as_str().unwrap()) else { return };
    let header = std::fs::read_to_string(&data).unwrap();
    let wanted = expected["cols"].as_array().unwrap();
    let names = header.lines().next().unwrap().split(',').skip(1);
    let others = names.filter(|name| !wanted.iter().any(|column| column == name));
    let ignored: Vec<&str> = others.flat_map(|name| ["--ignore", name]).collect();
    let start = expected["start"].as_str().unwrap();
    let weights = ["--weights", "1/14", "--rebalance-weights", "1M", "--from", start];
    let account = ["--convention", "vectorbt", "--fees", "0.1%", "--cash", "100000"];
    let arguments = [&["backtest", text(&data)][..], &ignored, &weights, &account].concat();
    let found = Workspace::new().json(&arguments);
    for name in ["equity_final", "return_pct", "max_dd_pct", "sharpe"] {
        close(name, &found["summary"][name], &expected["summary"][name], 1e-9);
    }
}
