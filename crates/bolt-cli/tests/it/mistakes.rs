//! What is wrong is refused with exit code 2, and the message says where and what to try.

use crate::support::{Workspace, text};

#[track_caller]
fn check_data(content: impl AsRef<[u8]>, expected: &[&str]) {
    let workspace = Workspace::new();
    let data = workspace.write("data.csv", content);
    let message = workspace.refused(&["backtest", text(&data), "--signal", "close > 1"]);
    for part in expected {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

fn bars(lines: &[&str]) -> String {
    let more = (10..31).map(|day| format!("2020-01-{day},1,2,0.5,1.5,9\n"));
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    format!("ts,open,high,low,close,volume\n{lines}{}", more.collect::<String>())
}

#[test]
fn data_that_are_no_bars() {
    check_data("", &["data.csv", "empty"]);
    check_data("ts,open,high,low,close\n", &["data.csv"]);
    check_data(b"\x7fELF\0\0\0\x01\x02", &["data.csv"]);
    check_data("a,b\n1,2\n", &["data.csv"]);
    check_data(bars(&["2020-01-09,1,2"]), &["line 2"]);
    check_data(bars(&["2020-01-09,1,2,0.5,x,9"]), &["line 2", "close", "`x`"]);
    check_data(bars(&["2020-01-09,1,2,0.5,-1.5,9"]), &["line 2", "-1.5", "hint"]);
    check_data(bars(&["2020-01-09,1,0.4,0.5,1.5,9"]), &["line 2"]);
    check_data(bars(&["2020-02-09,1,2,0.5,1.5,9"]), &["line 3"]);
    check_data(bars(&["2020-01-10,1,2,0.5,1.25,9"]), &["line 3"]);
    check_data(bars(&["2020-01-09T00:00:00+02:00,1,2,0.5,1.5,9"]), &["data.csv"]);
    check_data("ts,close\n2020-01-01,nan\n2020-01-02,nan\n", &["close"]);
}

#[test]
fn repairs_are_counted() {
    let workspace = Workspace::new();
    let data = workspace.write("data.csv", bars(&["2020-02-09,1,2,0.5,1.5,9"]));
    let arguments = ["backtest", text(&data), "--signal", "close > 1", "--repair"];
    let output = workspace.run(&arguments);
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{notes}");
    assert!(notes.contains("note: moved into the order of time: 21"), "{notes}");
}

#[track_caller]
fn check_formula(formula: &str, expected: &[&str]) {
    let workspace = Workspace::new();
    let data = workspace.bars("wave.csv", 50);
    let message = workspace.refused(&["backtest", text(&data), "--signal", formula]);
    for part in expected {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn formulas_that_are_wrong() {
    check_formula("SMAA[close, 3] > 1", &["SMAA", "--signal: SMAA[close", "^^^^", "`SMA`"]);
    check_formula("clsoe > 1", &["clsoe", "`close`"]);
    check_formula("Delay[close, -1] > 1", &["^", "-1"]);
    check_formula("close >", &["--signal: close >"]);
    check_formula("close * 2", &["fraction of equity"]);
    check_formula("SMA[close] > 1 > 2 {", &["--signal"]);
}

#[test]
fn requests_that_make_no_sense() {
    let workspace = Workspace::new();
    let data = workspace.bars("wave.csv", 50);
    let refused = |more: &[&str], part: &str| {
        let message = workspace.refused(&[&["backtest", text(&data)][..], more].concat());
        assert!(message.contains(part), "`{part}` is not in: {message}");
    };
    refused(&[], "nothing to trade");
    refused(&["--exit", "close > 1"], "nothing to trade");
    refused(&["--signal", "close > 1", "--entry", "close > 2"], "not both");
    refused(&["--signal", "close > 1", "--convention", "next-opn"], "`next-open`");
    refused(&["--signal", "close > 1", "--convention", "vectorbt", "--spread", "1%"], "no spread");
    for (option, what) in
        [("--max-bars=3", "maximum number of bars"), ("--risk-free=1%", "riskless rate")]
    {
        let more = ["--entry", "close > 1", "--convention", "vectorbt", option];
        refused(&more, &format!("the convention `vectorbt` has no {what};"));
    }
    refused(&["--signal", "close > 1", "--cash", "-5"], "--cash");
    refused(&["--signal", "close > 1", "--size", "95"], "--units");
    refused(&["--signal", "close > 1", "--sl", "x"], "not a fraction");
    refused(&["--signal", "close > 1", "--from", "2031"], "2015-01-01");
    refused(&["--signal", "close > 1", "--from", "yesterday"], "yesterday");
    refused(&["--signal", "close > 1", "--tz", "Europe/Berln"], "Europe/Berlin");
    refused(&["--signal", "close > n", "--set", "n=1..3"], "bolt sweep");
    refused(&["--signal", "close > 1", "-O", "market.cahs=3"], "`market.cash`");
    refused(&["--signal", "close > 1", "--dividends", "dividend"], "dividend");
    assert!(
        workspace
            .refused(&["sweep", text(&data), "--signal", "close > n", "--set", "n=5..1"])
            .contains("n=5..1")
    );
}

#[test]
fn a_file_that_is_missing_is_a_failure_of_the_machine() {
    let workspace = Workspace::new();
    let output = workspace.run(&["backtest", "nothing.csv", "--signal", "True"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("nothing.csv"));
}

#[test]
fn settings_that_would_do_nothing_or_something_else() {
    let workspace = Workspace::new();
    let data = workspace.bars("wave.csv", 60);
    let refused = |more: &[&str], part: &str| {
        let message = workspace.refused(&[&["backtest", text(&data)][..], more].concat());
        assert!(message.contains(part), "`{part}` is not in: {message}");
    };
    let signal = ["--signal", "close > 99"];
    refused(&[&signal[..], &["--units", "3"]].concat(), "size of entries");
    refused(&[&signal[..], &["--entry-limit", "close"]].concat(), "limit price");
    refused(&["--entry", "close > 99", "--entry-size", "0 - 5"], "positive");
    refused(&["--signal", "close > x", "--set", "x=1", "y=2"], "stands in no formula");
    refused(&["--signal", "close > x", "--set", "x=1", "x=2"], "given twice");
    refused(&["--signal", "close > open", "--set", "open=2"], "name of a column");
    refused(&[&signal[..], &["--splits", "volume"]].concat(), "the split at");
    refused(&[&signal[..], &["--dividends", "close"]].concat(), "the dividend at");
    refused(&[&signal[..], &["--report", "wave.csv"]].concat(), "is no report");
    let short = workspace.bars("short.csv", 30);
    refused(&[&signal[..], &["--benchmark", text(&short)]].concat(), "the benchmark ends");
    let device = workspace.refused(&["backtest", "/dev/zero", "--signal", "True"]);
    assert!(device.contains("is a device"), "{device}");
}

#[test]
fn numbers_out_of_their_range() {
    let workspace = Workspace::new();
    let data = workspace.bars("wave.csv", 60);
    let check = |command: &str, more: &[&str], part: &str| {
        let words = [&[command, text(&data), "--signal", "close > 99"][..], more].concat();
        let message = workspace.refused(&words);
        assert!(message.contains(part), "`{part}` is not in: {message}");
    };
    let backtest = |more: &[&str], part: &str| check("backtest", more, part);
    backtest(&["--slippage", "-0.1%"], "--slippage");
    backtest(&["--fees", "-1%"], "`--fees`: `-1%` is not a fraction from 0 to 0.5");
    backtest(&["--slippage", "1e400"], "`--slippage`: `1e400` is beyond 1e15");
    backtest(&["--max-position", "1e308"], "`1e308` is beyond 1e15");
    backtest(&["--leverage", "0"], "`--leverage`: `0` is not a number of 1 or more");
    backtest(&["--borrow-rate", "-200%"], "`-200%` is not a rate a year above -100%");
    backtest(&["--size", "-1"], "`--size`: `-1` is not above zero");
    backtest(&["--skip-lines", "-1"], "`--skip-lines`: `-1` is not a whole number of 0 or more");
    backtest(&["--delimiter", "::"], "`::` is not one character");
    backtest(&["--stop-loss", "-5%"], "`--stop-loss`: `-5%` is not above zero");
    backtest(&["--fee-fixed", "-1"], "`--fee-fixed`: `-1` is not a number of zero or more");
    backtest(&["--stop-loss", "100%"], "a stop-loss of 100 %");
    backtest(&["--sl", "5"], "a stop-loss of 500 %");
    backtest(&["--trailing-stop", "1.5"], "a trailing stop of 150 %");
    backtest(&["--max-bars", "0"], "`--max-bars`: `0` is not a whole number of 1 or more");
    backtest(&["--resample", "1h"], "cannot make bars of 1h: the data are bars of 1d");
    let grid = ["--set", "x=1,2"];
    let sweep = |more: &[&str], part: &str| check("sweep", &[&grid[..], more].concat(), part);
    let walk = |more: &[&str], part: &str| check("walkforward", &[&grid[..], more].concat(), part);
    sweep(&["--top", "0"], "`--top`");
    sweep(&["--benchmark", "wave.csv"], "there is no option `--benchmark`");
    walk(&["--folds", "0"], "`--folds`");
    walk(&["--train", "0", "--test", "5"], "`--train`");
    check("sweep", &["--set", "x=5,6,5.0"], "has the value 5 twice");
    let short = ["backtest", text(&data), "--short-entry", "close > 99"];
    workspace.text(&[&short[..], &["--sl", "150%"]].concat());
    let message = workspace.refused(&[&short[..], &["--tp", "100%"]].concat());
    assert!(message.contains("no short trade reaches"), "{message}");
    let weights = ["backtest", text(&data), "--weights", "If[close > 99, 1, 0]"];
    let refused = |more: &[&str], part: &str| {
        let message = workspace.refused(&[&weights[..], more].concat());
        assert!(message.contains(part), "`{part}` is not in: {message}");
    };
    refused(&["--rebalance-weights", "0"], "`--rebalance-weights`");
    refused(&["--cash-buffer", "1"], "`--cash-buffer`: `1` is not a fraction from 0 to less than");
    for more in [["--rebalance-weights", "1M"], ["--cash-buffer", "50%"]] {
        let signal = ["backtest", text(&data), "--signal", "close > 99"];
        let message = workspace.refused(&[&signal[..], &more].concat());
        let expected = format!("`{}` has no effect without `--weights`", more[0]);
        assert!(message.contains(&expected), "{message}");
    }
    refused(&["--set", "x=3"], "the parameter `x` stands in no formula");
    refused(&["--set", "close=3"], "has the name of a column");
    assert!(workspace.refused(&["runs", "list", "--limit", "0"]).contains("`--limit`"));
    let sample = ["data", "sample", "--out", "s.csv", "--bars", "0"];
    assert!(workspace.refused(&sample).contains("`--bars`"));
}

#[test]
fn values_may_be_negative_where_that_means_something() {
    let workspace = Workspace::new();
    let data = workspace.bars("wave.csv", 60);
    let rate = ["backtest", text(&data), "--signal", "-1", "--credit-rate", "-2%"];
    assert_eq!(workspace.json(&rate)["manifest"]["trading"]["rates"]["credit"], -0.02);
    let rate = ["backtest", text(&data), "--signal", "-0.5 Sign[close]", "--risk-free", "-1%"];
    assert_eq!(workspace.json(&rate)["manifest"]["risk_free_rate"], -0.01);
}

#[test]
fn commands_that_do_not_exist() {
    let workspace = Workspace::new();
    let check = |words: &[&str], message: &str, hint: &str| {
        let found = workspace.refused(words);
        assert_eq!(found, format!("error: {message}\n  hint: {hint}\n"), "{words:?}");
    };
    check(&["bakctest"], "there is no command `bakctest`", "did you mean `backtest`?");
    check(&["zzz"], "there is no command `zzz`", "`bolt --help` lists what there is");
    check(&["data", "imprt"], "there is no command `imprt`", "did you mean `import`?");
    let backtest = ["backtest", "x.csv", "--signal", "True"];
    let with = |more: [&'static str; 2]| [&backtest[..], &more].concat();
    check(
        &with(["--convntion", "y"]),
        "there is no option `--convntion`",
        "did you mean `--convention`?",
    );
    check(
        &with(["--benchmark", "-5%"]),
        "there is no option `-5`",
        "`bolt backtest --help` lists what there is",
    );
    check(
        &with(["--opposite", "reverze"]),
        "`--opposite` cannot be `reverze`",
        "did you mean `reverse`?",
    );
    check(
        &with(["--opposite", "x"]),
        "`--opposite` cannot be `x`",
        "it may be `reverse`, `close`, `ignore`",
    );
    check(
        &["data", "import"],
        "`--out` and `<FILE>...` are missing",
        "`bolt data import --help` lists what there is",
    );
    check(&["backtest"], "`<DATA>...` is missing", "`bolt backtest --help` lists what there is");
    check(
        &["runs", "compare", "x"],
        "`<RUNS>` is needed 2 times, not 1",
        "`bolt runs compare --help` lists what there is",
    );
    let message = workspace.refused(&["demo", "--seed", "-1"]);
    assert_eq!(message, "error: `--seed`: `-1` is not a whole number of 0 or more\n");
    let message = workspace.refused(&["data", "sample", "--out", "x.csv", "--price", "x"]);
    assert_eq!(message, "error: `--price`: `x` is not a number\n");
    let message = workspace.refused(&[&with(["--fees", "0"])[..], &["--fees", "1%"]].concat());
    assert_eq!(message, "error: `--fees` is given twice\n");
    let message = workspace.refused(&[&with(["--lot", "2"])[..], &["--whole-units"]].concat());
    assert_eq!(
        message,
        "error: `--lot` does not go together with `--whole-units`; leave one of them out\n"
    );
    let message = workspace.refused(&with(["--sl", "x"]));
    assert_eq!(message, "error: `--stop-loss`: `x` is not a fraction; write `0.05` or `5%`\n");
}

#[test]
fn options_that_do_not_go_together() {
    let workspace = Workspace::new();
    let check = |words: &[&str], expected: &str| {
        let found = workspace.refused(words);
        assert!(found.starts_with(&format!("error: {expected}\n")), "{words:?}: {found}");
        assert!(!found.contains("Usage"), "{found}");
    };
    let backtest = ["backtest", "x.csv", "--signal", "True"];
    let with = |more: &[&'static str]| [&backtest[..], more].concat();
    check(
        &with(&["--lot", "2", "--whole-units"]),
        "`--lot` does not go together with `--whole-units`; leave one of them out",
    );
    check(&with(&["--signal", "False"]), "`--signal` is given twice");
    check(&with(&["--name", "x"]), "`--record` is missing");
    check(&["backtest"], "`<DATA>...` is missing");
    check(
        &["walkforward", "x.csv", "--set", "n=1", "--anchored"],
        "`--test` and `--train` are missing",
    );
}

#[test]
fn a_long_formula_is_shown_around_its_mistake() {
    let workspace = Workspace::new();
    let data = workspace.bars("wave.csv", 60);
    let deep = format!("{}close{} > 1", "(".repeat(5_000), ")".repeat(5_000));
    let message = workspace.refused(&["backtest", text(&data), "--signal", &deep]);
    assert!(message.len() < 1_000 && message.contains("..."), "{message}");
    let long = format!("{}clsoe > 1", "open + ".repeat(100));
    let message = workspace.refused(&["backtest", text(&data), "--signal", &long]);
    let lines: Vec<&str> = message.lines().collect();
    let at = lines[2].find('^').unwrap();
    assert_eq!(&lines[1][at..at + 5], "clsoe", "{message}");
}

#[test]
fn files_that_are_not_what_their_names_say() {
    let workspace = Workspace::new();
    let check = |name: &str, content: &[u8], expected: &str| {
        workspace.write(name, content);
        let message = workspace.refused(&["backtest", name, "--signal", "True"]);
        let start = format!("error: cannot read `{name}`: {expected}");
        assert!(message.starts_with(&start), "{message}");
    };
    let store = "it is not the column store that its name says; as text:";
    check("a.bolt", b"garbage", &format!("{store} it has a header and no rows"));
    check("b.bolt", b"\x01\0\x02", &format!("{store} line 1 holds a NUL byte"));
    let parquet = "it is not the Parquet file that its name says; as text:";
    check("a.parquet", b"gar,bage\nx,y\n", &format!("{parquet} line 1"));
    check("c.bolt", b"", "it is empty");
    check("d.bolt", b"\x1f\x8b\x08", "it is compressed with gzip");
    workspace.write("cut.parquet", b"PAR1garbagePAR1");
    let message = workspace.refused(&["backtest", "cut.parquet", "--signal", "True"]);
    let start = "error: cannot use the Parquet file `cut.parquet`: it is damaged or cut off (";
    assert!(message.starts_with(start), "{message}");
}

#[test]
fn a_damaged_store_is_not_traded() {
    let workspace = Workspace::new();
    let csv = workspace.bars("wave.csv", 60);
    workspace.text(&["data", "import", text(&csv), "--out", "wave.bolt"]);
    let path = workspace.path("wave.bolt");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 40;
    bytes[last] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    std::fs::write(workspace.path("renamed"), &bytes).unwrap();
    std::fs::create_dir(workspace.path("folder")).unwrap();
    std::fs::write(workspace.path("folder/wave.bolt"), &bytes).unwrap();
    for data in ["wave.bolt", "renamed"] {
        let message = workspace.refused(&["backtest", data, "--signal", "True"]);
        assert!(message.contains(data), "{message}");
    }
    let message = workspace.refused(&["backtest", "folder", "--weights", "1"]);
    assert!(message.contains("wave.bolt"), "{message}");
}
