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
    assert_eq!(output.status.code(), Some(1));
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
