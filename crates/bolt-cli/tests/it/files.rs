//! Files that results go to: whole or not at all, and nothing replaced unasked.

use std::fs;

use crate::support::Workspace;

const SIGNAL: [&str; 2] = ["--signal", "close > SMA[close, 9]"];

fn names(workspace: &Workspace) -> Vec<String> {
    let entries = fs::read_dir(workspace.path("")).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<String> = entries.map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

#[test]
fn what_exists_is_replaced_only_with_overwrite() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 60);
    workspace.write("chain.csv", "type,strike,years,spot,volatility\ncall,90,1,100,20%\n");
    for (file, command) in [
        ("a.csv", &["data", "sample", "--bars", "9", "--out", "a.csv"][..]),
        ("b.csv", &["data", "import", "wave.csv", "--out", "b.csv"]),
        ("c.csv", &["options", "chain", "chain.csv", "--out", "c.csv"]),
        (
            "d.csv",
            &["sweep", "wave.csv", "--signal", "close > n", "--set", "n=1,2", "--out", "d.csv"],
        ),
    ] {
        workspace.text(command);
        let written = workspace.read(file);
        fs::write(workspace.path(file), "mine\n").unwrap();
        let message = workspace.refused(command);
        assert!(message.contains(file) && message.contains("`--overwrite`"), "{message}");
        assert_eq!(workspace.read(file), "mine\n", "{command:?}");
        workspace.text(&[command, &["--overwrite"]].concat());
        assert_eq!(workspace.read(file), written, "{command:?}");
    }
}

#[test]
fn a_demonstration_replaces_nothing_unasked() {
    let workspace = Workspace::new();
    fs::create_dir(workspace.path("mine")).unwrap();
    let demo = ["demo", "--out", "mine"];
    for name in ["sample.csv", "sweep.jsonl", "backtest.html", "sweep.html", "walkforward.html"] {
        let path = workspace.write(&format!("mine/{name}"), "mine");
        let message = workspace.refused(&demo);
        assert!(message.contains(name) && message.contains("`--overwrite`"), "{message}");
        assert_eq!(fs::read_dir(workspace.path("mine")).unwrap().count(), 1, "{name}");
        fs::remove_file(path).unwrap();
    }
    workspace.write("mine/notes.txt", "mine");
    workspace.text(&demo);
    workspace.refused(&demo);
    workspace.write("mine/sample.csv", "mine");
    workspace.text(&[&demo[..], &["--overwrite"]].concat());
    assert!(workspace.read("mine/sample.csv").starts_with("ts,"));
    assert_eq!(workspace.read("mine/notes.txt"), "mine");
}

#[test]
fn a_report_replaces_a_report_and_nothing_else() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 60);
    let run = [&["backtest", "wave.csv", "--report", "r.html"][..], &SIGNAL].concat();
    workspace.text(&run);
    let report = workspace.read("r.html");
    for earlier in [&report[..], ""] {
        workspace.write("r.html", earlier);
        workspace.text(&run);
        assert_eq!(workspace.read("r.html"), report);
    }
    let sweep =
        ["sweep", "wave.csv", "--signal", "close > n", "--set", "n=1,2", "--report", "r.html"];
    let walk = [
        "walkforward",
        "wave.csv",
        "--signal",
        "close > n",
        "--set",
        "n=1,2",
        "--report",
        "r.html",
    ];
    for other in ["<!DOCTYPE html>\n<html lang=\"en\">\n<title>My page</title>", "ts,close\n"] {
        workspace.write("r.html", other);
        for run in [&run[..], &sweep, &walk] {
            // Said before the work is done: nothing is recorded.
            let message = workspace.refused(&[run, &["--record", "--store", "runs.db"]].concat());
            assert!(message.contains("`r.html` exists and is no report"), "{message}");
        }
        assert_eq!(workspace.read("r.html"), other);
    }
    assert!(!workspace.path("runs.db").exists());
    let nowhere = [&["backtest", "wave.csv", "--report", "no/r.html"][..], &SIGNAL].concat();
    let output = workspace.run(&nowhere);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("cannot write `no/r.html`: there is no folder `no`"), "{message}");
    let piped = [&["backtest", "wave.csv", "--report", "/dev/stdout"][..], &SIGNAL].concat();
    assert!(workspace.text(&piped).starts_with(&report));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_earlier_report() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 60);
    let run = [&["backtest", "wave.csv", "--report", "r.html"][..], &SIGNAL].concat();
    let limited = || {
        let output = std::process::Command::new("sh")
            .args(["-c", "ulimit -f 8; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_bolt")])
            .args(&run)
            .current_dir(workspace.path(""))
            .env("HOME", workspace.path("home"))
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains("cannot write `r.html`"), "{message}");
        assert!(output.stdout.is_empty());
    };
    limited();
    assert_eq!(names(&workspace), ["wave.csv"]);
    workspace.text(&run);
    let report = workspace.read("r.html");
    limited();
    assert_eq!(names(&workspace), ["r.html", "wave.csv"]);
    assert_eq!(workspace.read("r.html"), report);
}

#[test]
fn reading_makes_nothing() {
    let workspace = Workspace::new();
    let reading = [
        &["runs", "list"][..],
        &["runs", "show", "x"],
        &["runs", "compare", "x", "y"],
        &["runs", "delete", "x"],
        &["portfolio", "list"],
        &["portfolio", "show", "x"],
        &["portfolio", "history", "x"],
    ];
    for command in reading {
        let named = workspace.run(&[command, &["--store", "none.db"]].concat());
        let message = String::from_utf8(named.stderr).unwrap();
        assert_eq!(named.status.code(), Some(2), "{command:?}: {message}");
        assert!(message.contains("`none.db`: there is no such file"), "{message}");
        // Where it is by default, nothing has been recorded yet.
        match command.last() {
            Some(&"list") => drop(workspace.text(command)),
            _ => assert!(workspace.refused(command).contains("there is no"), "{command:?}"),
        }
        assert!(names(&workspace).is_empty(), "{command:?}: {:?}", names(&workspace));
    }
    assert!(workspace.text(&["runs", "list"]).contains("no runs"));
    workspace.text(&["portfolio", "update", "x", "--positions", "A=1", "--prices", "A=1"]);
    assert!(workspace.text(&["portfolio", "list"]).contains('x'));
}

#[test]
fn a_report_separates_thousands() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 1_200);
    let more = ["--fees", "0.1%", "--report", "r.html"];
    workspace.text(&[&["backtest", "wave.csv"][..], &SIGNAL, &more].concat());
    let page = workspace.read("r.html");
    for part in ["1,200 bars of 1d", "<dd>10,000.00</dd>", "<dd>0.1%</dd>"] {
        assert!(page.contains(part), "{part}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 60);
    workspace.write("bolt.toml", "[market]\nfees = 0.001\n");
    let record = [&["backtest", "wave.csv", "--record"][..], &SIGNAL].concat();
    let ids = [0, 1].map(|_| workspace.json(&record)["run"].as_str().unwrap().to_owned());
    let [a, b] = ids.each_ref().map(String::as_str);
    workspace.text(&["portfolio", "update", "x", "--positions", "A=1", "--prices", "A=1"]);
    let strategy = ["wave.csv", "--signal", "close > n", "--set", "n=1,2"];
    let option = ["--type", "call", "--spot", "1", "--strike", "1", "--years", "1"];
    let commands = [
        &["--help"][..],
        &["--version"],
        &[&["backtest", "wave.csv"][..], &SIGNAL].concat(),
        &[&["sweep"][..], &strategy].concat(),
        &[&["walkforward"][..], &strategy].concat(),
        &["indicators"],
        &["indicators", "RSI"],
        &["data", "info", "wave.csv"],
        &["data", "import", "wave.csv", "--out", "w.bolt", "--overwrite"],
        &["data", "sample", "--bars", "9", "--out", "s.csv", "--overwrite"],
        &["runs", "list"],
        &["runs", "list", "--name", "none"],
        &["runs", "show", a],
        &["runs", "compare", a, b],
        &["runs", "delete", a],
        &["portfolio", "list"],
        &["portfolio", "show", "x"],
        &["portfolio", "history", "x"],
        &["config", "show"],
        &["config", "schema"],
        &["config", "reference"],
        &["config", "check", "bolt.toml"],
        &["completions", "fish"],
        &[&["options", "price", "--volatility", "20%"][..], &option].concat(),
        &[&["options", "implied", "--price", "0.1"][..], &option].concat(),
        &["options", "scenario", "--spot", "9", "--position", "stock:1"],
    ];
    for command in commands {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = workspace.bolt().args(command).stdout(full).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{command:?}: {message}");
    }
}
