//! `bolt backtest`.

use crate::support::{Workspace, text};

#[test]
fn a_backtest_says_what_it_did() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    let signal = "SMA[close, fast] > SMA[close, 20]";
    let arguments =
        ["backtest", text(&bars), "--signal", signal, "--set", "fast=5", "--fees", "0.1%"];
    let found = workspace.json(&arguments);
    assert_eq!(found["schema"], "bolt.backtest/1");
    assert_eq!(found["summary"]["n_trades"], found["trades"].as_array().unwrap().len());
    assert_eq!(found["stats"]["bars"], 300.0);
    assert_eq!(found["manifest"]["formulas"]["signal"], signal);
    assert_eq!(found["manifest"]["parameters"]["fast"], 5.0);
    assert_eq!(found["manifest"]["trading"]["costs"]["fees"], 0.001);
    let trade = &found["trades"][0];
    assert_eq!((&trade["side"], &trade["open"]), (&"long".into(), &false.into()));
    assert!(trade["entry_time"].as_str().unwrap().ends_with("T00:00:00Z"));
    let shown = workspace.text(&arguments);
    assert!(shown.contains("300 bars of 1d, 2015-01-01 to 2015-10-27"), "{shown}");
    assert!(shown.contains(signal) && shown.contains("fees 0.1 %"), "{shown}");
}

#[test]
fn results_do_not_depend_on_threads_or_simd() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 500);
    let run = |more: &[&str]| {
        let arguments = ["backtest", text(&bars), "--signal", "RSI[close, 9] < 45", "--sl", "2%"];
        let mut found = workspace.json(&[&arguments[..], more].concat());
        found["manifest"]["simd"] = "any".into();
        found
    };
    let expected = run(&[]);
    assert_eq!(run(&["--threads", "1"]), expected);
    assert_eq!(run(&["-O", "kernel.simd=none"]), expected);
}

#[test]
fn part_of_the_data_is_a_run_of_its_own() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 400);
    let run = |more: &[&str]| {
        let arguments = ["backtest", text(&bars), "--signal", "close > Delay[close, 1]"];
        workspace.json(&[&arguments[..], more].concat())["stats"].clone()
    };
    assert_eq!(run(&["--from", "2015-02", "--to", "2015-03-10"])["bars"], 38.0);
    assert_eq!(run(&["--from", "2015-02"])["start"], "2015-02-01T00:00:00Z");
    assert_eq!(run(&["--resample", "1w"])["bars"], 58.0);
}

#[test]
fn a_benchmark_is_compared_with() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 200);
    let hold = ["backtest", text(&bars), "--signal", "True", "--benchmark", text(&bars)];
    let stats = &workspace.json(&hold)["stats"];
    // One bar passes before the first fill.
    assert!((stats["beta"].as_f64().unwrap() - 1.0).abs() < 0.02, "{stats}");
    assert!(workspace.json(&hold[..4])["stats"]["beta"].is_null());
}

#[test]
fn columns_of_dividends_and_splits_count() {
    let workspace = Workspace::new();
    let mut text_of_bars = String::from("Date,Open,High,Low,Close,Dividends,Stock Splits\n");
    for day in 1..=20 {
        let price = if day < 10 { 100.0 } else { 50.0 };
        let (dividend, split) =
            (if day == 5 { 2.0 } else { 0.0 }, if day == 10 { 2.0 } else { 0.0 });
        text_of_bars +=
            &format!("2020-01-{day:02},{price},{price},{price},{price},{dividend},{split}\n");
    }
    let bars = workspace.write("split.csv", text_of_bars);
    let hold = ["backtest", text(&bars), "--signal", "True", "--periods", "252"];
    let equity = |more: &[&str]| {
        workspace.json(&[&hold[..], more].concat())["summary"]["equity_final"].as_f64().unwrap()
    };
    assert_eq!(equity(&[]), 5_000.0);
    assert_eq!(equity(&["--splits", "stock_splits"]), 10_000.0);
    assert_eq!(equity(&["--splits", "stock_splits", "--dividends", "dividends"]), 10_200.0);
}

#[test]
fn weights_of_one_asset_are_its_signal() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    let run = |more: &[&str]| {
        let found = workspace.json(&[&["backtest", text(&bars), "--fees", "0.1%"], more].concat());
        found["summary"].clone()
    };
    let formula = "close > SMA[close, 9]";
    assert_eq!(run(&["--weights", formula]), run(&["--signal", formula]));
    let warm_up = workspace.json(&["backtest", text(&bars), "--weights", formula]);
    assert_eq!(warm_up["stats"]["warm_up_bars"], 8);
    assert_eq!(warm_up["manifest"]["formulas"], serde_json::json!({"weights": formula}));
    let shown = workspace.text(&["backtest", text(&bars), "--weights", formula]);
    assert!(shown.contains(&format!("  weights      {formula}\n")), "{shown}");
}

#[test]
fn formulas_of_weights_know_the_columns_that_signals_know() {
    let workspace = Workspace::new();
    let rows: String = (1..=28).map(|day| format!("2021-01-{day:02},10,5\n")).collect();
    let bars = workspace.write("adjusted.csv", format!("Date,Close,Adj Close\n{rows}"));
    for kind in ["--signal", "--weights"] {
        let run = ["backtest", text(&bars), kind, "adjClose < 6"];
        assert_eq!(workspace.json(&run)["summary"]["n_trades"], 1, "{kind}");
    }
}

#[test]
fn weights_that_the_account_cannot_hold_are_told() {
    let workspace = Workspace::new();
    workspace.bars("A.csv", 40);
    workspace.bars("B.csv", 40);
    let notes = |weight: &str, more: &[&str]| {
        let run = ["backtest", "A.csv", "B.csv", "--weights", weight];
        workspace.json(&[&run[..], more].concat())["notes"].to_string()
    };
    let told = "weights add up to more than the account can hold on 40 bars, at most to 1.4000";
    assert!(notes("0.7", &[]).contains(told), "{}", notes("0.7", &[]));
    assert_eq!(notes("0.5", &[]), "[]");
    assert_eq!(notes("0.7", &["--leverage", "1.4"]), "[]");
}

#[test]
fn bars_a_year_that_the_spacing_does_not_give_are_told() {
    let workspace = Workspace::new();
    let sample = |name: &str, interval: &str, start: &str, bars: &str| {
        let market = ["--interval", interval, "--start", start, "--bars", bars];
        workspace.text(&[&["data", "sample", "--out", name][..], &market].concat());
    };
    sample("early.csv", "1d", "2004", "400");
    sample("next.csv", "1d", "2005-02-04", "400");
    sample("late.csv", "1d", "2015", "400");
    sample("hours.csv", "1h", "2005-02-04", "9000");
    let notes = |other: &str, more: &[&str]| {
        let run = ["backtest", "early.csv", other, "--weights", "0.5"];
        workspace.json(&[&run[..], more].concat())["notes"].to_string()
    };
    assert_eq!(notes("next.csv", &[]), "[]");
    let told = "take 365 bars for a year, by their usual spacing, but the assets together have 66";
    assert!(notes("late.csv", &[]).contains(told), "{}", notes("late.csv", &[]));
    assert_eq!(notes("late.csv", &["--periods", "66"]), "[]");
    assert_eq!(notes("late.csv", &["--convention", "vectorbt"]), "[]");
    assert!(notes("hours.csv", &[]).contains("take 365 bars"), "{}", notes("hours.csv", &[]));
}

#[test]
fn orders_that_were_all_dropped_are_told() {
    let workspace = Workspace::new();
    let data = workspace.bars("wave.csv", 60);
    let notes = |more: &[&str]| {
        let run = ["backtest", text(&data), "--entry", "close > 0"];
        workspace.json(&[&run[..], more].concat())["notes"].clone()
    };
    let dropped = |why: &str, count: usize| {
        let note = format!("nothing was traded: {count} orders dropped, the first because {why}");
        serde_json::json!([note])
    };
    assert_eq!(notes(&["--units", "1000"]), dropped("cash or margin did not suffice", 59));
    let malformed = dropped("its size or a price of it was no number to trade by", 60);
    assert_eq!(notes(&["--entry-limit", "-1"]), malformed);
    // Some of them fill.
    assert_eq!(notes(&["--units", "102"]), serde_json::json!([]));
}

#[test]
fn one_of_something_is_singular() {
    let workspace = Workspace::new();
    let data = workspace.bars("wave.csv", 60);
    let shown = workspace.text(&["backtest", text(&data), "--weights", "0.5"]);
    assert!(shown.contains("1 asset: 60 bars of 1d") && shown.contains("\n1 trade\n"), "{shown}");
    let grid = ["--signal", "close > n", "--set", "n=99"];
    let shown = workspace.text(&[&["sweep", text(&data)], &grid[..]].concat());
    assert!(shown.starts_with("1 combination, "), "{shown}");
}

#[test]
fn a_formula_without_a_value_is_told() {
    let workspace = Workspace::new();
    let data = workspace.bars("wave.csv", 60);
    workspace.write(
        "rules.toml",
        "[[orders]]\nwhen = 'close > SMA[close, 61]'\nside = 'buy'\nstop = 'high'\n",
    );
    let check = |strategy: &[&str], expected: &[&str]| {
        let run = [&["backtest", text(&data)], strategy].concat();
        let found = workspace.json(&run);
        assert_eq!(found["notes"], serde_json::json!(expected), "{strategy:?}");
        let output = workspace.run(&run);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(expected.iter().all(|note| told.contains(note)), "{told}");
    };
    let long = "is undefined on all bars: it needs 61 of them, and there are 60";
    let short = "is undefined on all 60 bars";
    check(&["--signal", "0/0"], &[&format!("`signal` {short}")]);
    check(&["--signal", "close > SMA[close, 61]"], &[&format!("`signal` {long}")]);
    check(&["--signal", "close > SMA[close, 60]"], &[]);
    check(&["--weights", "close > SMA[close, 61]"], &[&format!("`weights` {long}")]);
    check(&["--weights", "Missing"], &[&format!("`weights` {short}")]);
    let events = ["--entry", "close > 99", "--exit", "close > Missing"];
    check(&events, &[&format!("`exit` {short}")]);
    check(&["--strategy", "rules.toml"], &[&format!("`orders[0].when` {long}")]);
}

#[test]
fn weights_trade_several_assets_in_one_account() {
    let workspace = Workspace::new();
    for (name, count) in [("A.csv", 300), ("B.csv", 250)] {
        workspace.bars(name, count);
    }
    let data = ["backtest", "A.csv", "B.csv"];
    let monthly = ["--weights", "0.5", "--rebalance-weights", "1M", "--cash-buffer", "1%"];
    let found = workspace.json(&[&data[..], &monthly].concat());
    let trades = found["trades"].as_array().unwrap();
    assert!(trades.iter().any(|trade| trade["symbol"] == "A"));
    assert!(trades.iter().any(|trade| trade["symbol"] == "B"));
    assert_eq!(found["manifest"]["assets"][1], "B");
    let text_of_gap: String = workspace
        .read("A.csv")
        .lines()
        .enumerate()
        .map(
            |(line, text)| {
                if (100..110).contains(&line) { String::new() } else { format!("{text}\n") }
            },
        )
        .collect();
    workspace.write("gap.csv", text_of_gap);
    let gap = workspace.json(&[&["backtest", "gap.csv", "B.csv"][..], &monthly].concat());
    assert_eq!(gap["notes"].as_array().unwrap().len(), 1, "{}", gap["notes"]);
    assert!(gap["notes"][0].as_str().unwrap().starts_with("gap: bars missing"), "{}", gap["notes"]);
    let order = |trade: &serde_json::Value| {
        let text = |name: &str| trade[name].as_str().unwrap().to_owned();
        (text("entry_time"), text("symbol"))
    };
    assert!(trades.is_sorted_by_key(order), "{trades:?}");
    assert!(!trades.is_sorted_by_key(|trade| order(trade).1), "{trades:?}");
    let shown = workspace.text(&[&data[..], &monthly].concat());
    assert!(shown.contains("2 assets") && shown.contains("A long"), "{shown}");
    let refused = workspace.refused(&[&data[..], &monthly, &["--sl", "5%"]].concat());
    assert!(refused.contains("stop-loss"), "{refused}");
    let refused = workspace.refused(&[&data[..], &["--signal", "True"]].concat());
    assert!(refused.contains("`bolt backtest --weights`"), "{refused}");
    workspace.refused(&[&data[..], &monthly, &["--signal", "True"]].concat());
}
