//! Text on narrow terminals.

use crate::support::Workspace;

const COLUMNS: usize = 60;

/// Runs a command where lines have 60 columns; returns what it shows.
#[track_caller]
fn narrow(workspace: &Workspace, arguments: &[&str]) -> String {
    let mut command = workspace.bolt();
    let output = command.args(arguments).env("COLUMNS", COLUMNS.to_string()).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {error}");
    let text = String::from_utf8(output.stdout).unwrap();
    for line in text.lines() {
        assert!(line.chars().count() <= COLUMNS, "{arguments:?}: {line}");
    }
    text
}

#[test]
fn lines_fit() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 400);
    workspace.write("chain.csv", "type,strike,years,spot,price\ncall,90,1,100,15\n");
    let signal =
        ["wave.csv", "--signal", "SMA[close, fast] > SMA[close, slow] && volume > 0 && True"];
    let with =
        |command: &'static str, more: &[&'static str]| [&[command], &signal[..], more].concat();
    for name in ["a", "b"] {
        let more = ["--set", "fast=3", "slow=20", "--record", "--name", name, "--fees", "0.1%"];
        let shown = narrow(&workspace, &with("backtest", &more));
        assert!(shown.contains("no room for"), "{shown}");
        assert!(shown.contains("return %") && !shown.contains("reason\n5"), "{shown}");
    }
    let grid = ["--set", "fast=3,4", "slow=20,30"];
    narrow(&workspace, &with("sweep", &grid));
    narrow(&workspace, &with("walkforward", &grid));
    let list = workspace.json(&["runs", "list"]);
    let run = |at: usize| list["runs"][at]["id"].as_str().unwrap();
    narrow(&workspace, &["runs", "list"]);
    let compared = narrow(&workspace, &["runs", "compare", run(0), run(1)]);
    for at in 0..2 {
        assert!(compared.contains(run(at)), "{compared}");
    }
    let held =
        ["--positions", "AAPL=10@100.123456", "MSFT=5", "--prices", "AAPL=99.87654", "MSFT=1"];
    narrow(&workspace, &[&["portfolio", "update", "mine"][..], &held].concat());
    narrow(&workspace, &["portfolio", "history", "mine"]);
    narrow(&workspace, &["portfolio", "list"]);
    narrow(&workspace, &["options", "chain", "chain.csv"]);
    let option = ["--type", "put", "--style", "american", "--strike", "40", "--years", "1"];
    let option =
        [&["options", "price", "--spot", "36", "--volatility", "20%"][..], &option].concat();
    narrow(&workspace, &option);
    let grid = ["--spot", "100", "--volatility", "20%", "--position", "call:105:0.5:-10"];
    let grid = [&["options", "scenario", "--volatilities", "-9%..9%:1%"][..], &grid].concat();
    let scenarios = narrow(&workspace, &grid);
    for volatility in -9..=9 {
        let sign = if volatility > 0 { "+" } else { "" };
        assert!(scenarios.contains(&format!(" {sign}{volatility} %")), "{volatility}: {scenarios}");
    }
    let functions = narrow(&workspace, &["indicators"]);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&functions), words(&workspace.text(&["indicators"])));
    narrow(&workspace, &["indicators", "MACD", "BBANDS"]);
    narrow(&workspace, &["data", "info", "wave.csv"]);
}

#[test]
fn settings_fit() {
    let workspace = Workspace::new();
    let long =
        "a folder with words and-one-word-that-is-longer-than-the-lines-of-the-terminal/s.db";
    workspace.write("bolt.toml", format!("store.path = '{long}'\n[system]\ncpu_cores = 3\n"));
    workspace.write("guide.yaml", "memory:\n  numa_aware: true\nsystem: {cpu_cores: 3}\n");
    let words = |text: &str| text.split([' ', '\n', '#']).collect::<String>();
    for arguments in [
        &["config", "show"][..],
        &["config", "show", "--origin"],
        &["config", "show", "--origin", "--profile", "edge", "--config", "guide.yaml"],
        &["config", "schema"],
        &["config", "reference"],
        &["config", "check", "bolt.toml"],
    ] {
        let (folded, whole) = (narrow(&workspace, arguments), workspace.text(arguments));
        if arguments[1] != "check" {
            assert_eq!(words(&folded), words(&whole), "{arguments:?}");
        }
    }
    narrow(&workspace, &["config", "check", "guide.yaml"]);
    let shown = narrow(&workspace, &["config", "show", "--origin", "--config", "guide.yaml"]);
    assert!(
        shown.contains("exec.threads = 3\n    # guide.yaml:3, `system.cpu_cores`\n"),
        "{shown}"
    );
    let end = "\n# Without an effect:\n# guide.yaml:2, `memory.numa_aware`: memory is";
    assert!(shown.contains(end), "{shown}");
}

#[test]
fn errors_and_runs_fit() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 100);
    workspace.write("wrong.toml", "market.fees = 0.7\nmarket.spraed = 3\n");
    let refused = |arguments: &[&str]| {
        let mut command = workspace.bolt();
        let output = command.args(arguments).env("COLUMNS", COLUMNS.to_string()).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        for line in error.lines() {
            assert!(line.chars().count() <= COLUMNS, "{arguments:?}: {line}");
        }
        error
    };
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for arguments in [
        &["config", "check", "wrong.toml"][..],
        &["backtest", "nothing-of-this-name-is-here.csv", "--signal", "close > 1"],
        &["backtest", "wave.csv", "--sginal", "close > 1"],
        &["backtest", "wave.csv", "--signal", "close > 1", "--config", "wrong.toml"],
        &["runs", "show", "nothing-that-was-recorded"],
    ] {
        assert_eq!(words(&refused(arguments)), words(&workspace.refused(arguments)));
    }
    let formula =
        "SMA[close, 9] > SMA[close, 19] && close > SMAA[close, 50] && volume > 0 || close > 7";
    let told = refused(&["backtest", "wave.csv", "--signal", formula]);
    let lines: Vec<&str> = told.lines().collect();
    let marks = lines.iter().position(|line| line.contains('^')).unwrap();
    let marked = lines[marks].find('^').unwrap();
    assert!(lines[marks - 1][marked..].starts_with("SMAA"), "{told}");
    let name = "a name of a run that is longer than the lines of a terminal that is narrow";
    let signal = ["backtest", "wave.csv", "--signal", "SMA[close, 9] > SMA[close, 19]"];
    workspace.text(&[&signal[..], &["--record", "--name", name]].concat());
    let list = workspace.json(&["runs", "list"]);
    let show = ["runs", "show", list["runs"][0]["id"].as_str().unwrap()];
    assert_eq!(words(&narrow(&workspace, &show)), words(&workspace.text(&show)));
}

#[test]
fn what_goes_into_a_file_is_whole() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 400);
    let shown = workspace.text(&["backtest", "wave.csv", "--signal", "close > SMA[close, 9]"]);
    assert!(shown.contains("reason") && !shown.contains("no room for"), "{shown}");
}
