//! What a run keeps of how it was made, and how runs differ.

use crate::support::{Workspace, text};

#[test]
fn everything_that_changes_a_result_is_kept() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    let manifest = |more: &[&str]| {
        let hold = ["backtest", text(&bars), "--signal", "close > SMA[close, 5]"];
        workspace.json(&[&hold[..], more].concat())["manifest"].clone()
    };
    let plain = manifest(&[]);
    assert_eq!(plain["reading"]["zone"], "UTC");
    assert!(plain["benchmark"].is_null() && plain["periods_per_year"].is_null(), "{plain}");
    let full = manifest(&[
        "--tz",
        "America/New_York",
        "--repair",
        "--rounding",
        "0.1%",
        "--from",
        "2015-02",
        "--resample",
        "1w",
        "--benchmark",
        text(&bars),
        "--risk-free",
        "2%",
        "--periods",
        "52",
        "--ignore",
        "volume",
    ]);
    let reading = &full["reading"];
    // These bars are instants: the zone says how they are cut, not when they are.
    assert_eq!(reading["zone"], "America/New_York");
    assert_eq!(reading["policy"]["out_of_order"], "repair");
    assert_eq!(reading["policy"]["rounding"], 0.001);
    assert_eq!(reading["from"], "2015-02-01T05:00:00Z");
    assert_eq!(reading["resample"], "1w");
    assert_eq!(reading["ignore"][0], "volume");
    assert_eq!(full["benchmark"]["files"][0], text(&bars));
    assert_eq!(full["benchmark"]["data"]["bars"], 300);
    assert_eq!((&full["risk_free_rate"], &full["periods_per_year"]), (&0.02.into(), &52.0.into()));
}

#[test]
fn comparisons_show_what_differs() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    let record = |more: &[&str]| {
        let hold = ["backtest", text(&bars), "--signal", "close > SMA[close, n]", "--record"];
        let found = workspace.json(&[&hold[..], more].concat());
        found["run"].as_str().unwrap().to_owned()
    };
    let a = record(&["--set", "n=5"]);
    let b = record(&["--set", "n=9", "--tz", "Asia/Tokyo", "--fees", "0.1%"]);
    let found = workspace.json(&["runs", "compare", &a, &b]);
    let differences = found["differences"].as_object().unwrap();
    assert_eq!(differences["parameters.n"], serde_json::json!([5.0, 9.0]));
    assert_eq!(differences["reading.zone"], serde_json::json!(["UTC", "Asia/Tokyo"]));
    assert_eq!(differences["trading.costs.fees"], serde_json::json!([0.0, 0.001]));
    assert!(!differences.contains_key("trading.cash") && !differences.contains_key("data.hash"));
    assert!(found["figures"]["n_trades"][0].is_u64(), "{}", found["figures"]);
    let shown = workspace.text(&["runs", "compare", &a, &b]);
    let line = shown.lines().find(|line| line.starts_with("reading.zone")).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["reading.zone", "UTC", "Asia/Tokyo"]);
    assert!(!shown.contains("close > SMA"), "the formulas are the same: {shown}");
    let other = ["backtest", text(&bars), "--signal", "close > SMA[open, 19] + 0.5", "--record"];
    let c = workspace.json(&other)["run"].as_str().unwrap().to_owned();
    let shown = workspace.text(&["runs", "compare", &a, &c]);
    let formulas = format!("formulas.signal\n  {a}  close > SMA[close, n]\n  {c}  close > SMA");
    assert!(shown.contains(&formulas), "{shown}");
}
