//! Times are shown on the clock that the data follow.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Workspace, text};

/// Writes daily bars by their dates.
fn dates(workspace: &Workspace) -> std::path::PathBuf {
    let mut rows = String::from("Date,Open,High,Low,Close\n");
    for month in 1..=12 {
        for day in 1..=28 {
            let price = 100 + (day * 7 + month * 3) % 13;
            rows += &format!("2021-{month:02}-{day:02},{price},{price},{price},{price}\n");
        }
    }
    workspace.write("dates.csv", rows)
}

#[test]
fn days_in_a_zone_are_days() {
    let workspace = Workspace::new();
    let bars = dates(&workspace);
    let zoned = |zone: &str, more: &[&str]| {
        let arguments = ["backtest", text(&bars), "--signal", "close > 106", "--tz", zone];
        workspace.text(&[&arguments[..], more].concat())
    };
    // East and west of Greenwich, in summer and in winter.
    for zone in ["America/New_York", "Asia/Tokyo"] {
        let shown = zoned(zone, &["--report", "page.html"]);
        let heading = format!("dates: 336 bars of 1d, 2021-01-01 to 2021-12-28, {zone}");
        assert!(shown.contains(&heading), "{shown}");
        let utc = zoned("UTC", &["--quiet"]);
        let trades = |shown: &str| shown[shown.find("of ").unwrap()..].to_owned();
        let days = |shown: &str| {
            let at = shown.find("trades\n").unwrap();
            trades(&shown[at - 20..])
        };
        assert_eq!(days(&shown), days(&utc));
        let page = workspace.read("page.html");
        assert!(page.contains("336 bars of 1d, 2021-01-01 to 2021-12-28"), "{zone}");
        assert!(!page.contains("05:00") && !page.contains("15:00"), "{zone}: a time of day");
        let info = workspace.text(&["data", "info", text(&bars), "--tz", zone]);
        assert!(info.contains("2021-01-01 to 2021-12-28"), "{info}");
        std::fs::remove_file(workspace.path("page.html")).unwrap();
    }
    // JSON has instants.
    let arguments = ["backtest", text(&bars), "--signal", "close > 106", "--tz", "Asia/Tokyo"];
    assert_eq!(workspace.json(&arguments)["stats"]["start"], "2020-12-31T15:00:00Z");
}

#[test]
fn tests_of_a_walk_forward_are_shown_on_the_clock() {
    let workspace = Workspace::new();
    let bars = dates(&workspace);
    let strategy = ["--signal", "close > n", "--set", "n=103..109", "--tz", "Asia/Tokyo"];
    let windows = ["--train", "112", "--test", "112"];
    let shown = workspace.text(&[&["walkforward", text(&bars)][..], &strategy, &windows].concat());
    assert!(shown.contains("2021-05-01  2021-08-28"), "{shown}");
}

#[test]
fn bars_may_come_from_standard_input() {
    let workspace = Workspace::new();
    let bars = dates(&workspace);
    let expected = workspace.json(&["backtest", text(&bars), "--signal", "close > 106"]);
    for name in ["-", "/dev/stdin"] {
        let mut command = workspace.bolt();
        command.args(["backtest", name, "--signal", "close > 106", "--json"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let written = child.stdin.take().unwrap().write_all(workspace.read("dates.csv").as_bytes());
        written.unwrap();
        let output = child.wait_with_output().unwrap();
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["summary"], expected["summary"]);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_writes_to_does_not_hang() {
    let workspace = Workspace::new();
    let pipe = workspace.path("pipe.csv");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let message = workspace.refused(&["backtest", text(&pipe), "--signal", "True"]);
    assert!(message.contains("is a named pipe") && message.contains("/dev/stdin"), "{message}");
}
