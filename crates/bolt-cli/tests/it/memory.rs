//! Memory: what is said of it, and what happens where there is little.

use std::process::{Command, Output};

use crate::support::Workspace;

#[test]
fn the_budget_is_shown() {
    let workspace = Workspace::new();
    let shares = ["-O", "memory.limit=100 MiB", "-O", "memory.share_market=0.4"];
    let view = workspace.json(&[&["diagnostics", "memory"], &shares[..]].concat());
    assert_eq!(view["schema"], "bolt.diagnostics.memory/1");
    assert_eq!((&view["limit_bytes"], &view["held_bytes"]), (&(100 << 20).into(), &0.into()));
    assert_eq!(view["limit"]["asked_bytes"], 100 << 20);
    let usable = view["limit"]["usable_bytes"].as_u64().unwrap();
    let reserve = view["limit"]["reserve_bytes"].as_u64().unwrap();
    assert_eq!(reserve, usable / 6);
    let components = view["components"].as_array().unwrap();
    assert_eq!(components.len(), 7);
    assert_eq!(
        (&components[0]["component"], &components[0]["share_bytes"]),
        (&"market".into(), &(40 << 20).into())
    );
    // The program's allocator counts: the command line itself has something allocated.
    let other = &components[6];
    assert_eq!(other["component"], "other");
    assert!(other["in_use_bytes"].as_i64().is_some_and(|bytes| bytes > 1_000), "{view}");
    let sources: Vec<&str> = view["pressure"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| source["source"].as_str().unwrap())
        .collect();
    assert_eq!(sources, ["control group", "machine", "stalls for memory", "resident memory"]);
    for source in view["pressure"].as_array().unwrap() {
        let ratio = &source["ratio"];
        assert!(ratio.is_number() || ratio["unavailable"].is_string(), "{source}");
    }
    let shown = workspace.text(&[&["diagnostics", "memory"], &shares[..]].concat());
    for line in ["  limit                   100 MiB (memory.limit 100 MiB)", "Components"] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    let market: Vec<&str> = shown.split_whitespace().skip_while(|word| *word != "market").collect();
    assert_eq!(market[..3], ["market", "40", "MiB"]);
    let lines = narrow(&workspace);
    assert!(lines.iter().all(|line| line.chars().count() <= 60), "{lines:?}");
}

fn narrow(workspace: &Workspace) -> Vec<String> {
    let output = workspace.bolt().args(["diagnostics", "memory"]).env("COLUMNS", "60").output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    assert!(text.contains("market"), "{text}");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_limit_beyond_the_machine_is_reduced_and_said() {
    let workspace = Workspace::new();
    let output = workspace.run(&["diagnostics", "memory", "-O", "memory.limit=1000 TB", "--json"]);
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.starts_with("note: `memory.limit` asks for 1000 TiB"), "{notes}");
    let refused = workspace.refused(&["diagnostics", "memory", "-O", "memory.reserve=900 TB"]);
    assert!(refused.contains("nothing is left"), "{refused}");
}

/// Runs a command under limits that a shell sets first.
#[cfg(target_os = "linux")]
pub(crate) fn under(workspace: &Workspace, limits: &str, arguments: &[&str]) -> Output {
    let script = format!("{limits}; exec \"$0\" \"$@\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_bolt")]).args(arguments);
    shell.current_dir(workspace.path("")).env_clear().env("HOME", workspace.path(""));
    shell.output().unwrap()
}

/// Bars, and a sweep over them that would keep 80 MB of returns if no stop is given.
#[cfg(target_os = "linux")]
fn sweep<'a>(workspace: &Workspace, more: &[&'a str]) -> Vec<&'a str> {
    if !workspace.path("sample.bolt").exists() {
        workspace.text(&["data", "sample", "--bars", "100000", "--out", "sample.bolt"]);
    }
    let sweep = ["sweep", "sample.bolt", "--json", "--outcome", "-q", "--no-cache"];
    let signal = ["--signal", "close > SMA[close, n]", "-O", "exec.threads=2"];
    [&sweep[..], &signal, more].concat()
}

#[cfg(target_os = "linux")]
#[track_caller]
fn rows(output: Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_sweep_takes_what_there_is_or_says_that_it_is_too_little() {
    // What the process may have beside what it reserves: stacks, the program, its allocator's slack.
    const BESIDE_MIB: usize = 64;
    const LIMIT_MIB: usize = 96;
    let workspace = Workspace::new();
    let limits = format!("ulimit -d {}", (LIMIT_MIB + BESIDE_MIB) << 10);
    let limit = format!("memory.limit={LIMIT_MIB} MiB");
    let run = |more: &[&str]| {
        let arguments = sweep(&workspace, &[&["-O", &limit], more].concat());
        under(&workspace, &limits, &arguments)
    };
    let small = ["--set", "n=5..14", "-O", "sweep.memory=20 MiB"];
    let large = ["--set", "n=5..104", "-O", "sweep.memory=20 MiB"];
    for stop in [&["--sl", "5%"][..], &[]] {
        let all = [stop, &large].concat();
        let expected = rows(workspace.run(&sweep(&workspace, &all)));
        assert_eq!(expected.lines().count(), 101);
        assert_eq!(rows(run(&all)), expected);
        rows(run(&[stop, &small].concat()));
    }
    // The returns that are to be compared do not fit.
    let refused = run(&["--set", "n=5..104", "-O", "sweep.memory=200 MiB"]);
    let error = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{error}");
    assert!(error.starts_with("error: `market/sweep` asks for ") && refused.stdout.is_empty());
    let hint = "\n  hint: raise `memory.share_market` or `memory.limit`; `bolt diagnostics memory` \
                shows what bounds the limit\n";
    assert!(error.contains("of its share of 48 MiB") && error.ends_with(hint), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn limits_of_the_process_are_the_budget_s() {
    let workspace = Workspace::new();
    let view = |limits: &str| {
        let shown = under(&workspace, limits, &["diagnostics", "memory", "--json"]);
        let view: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
        let from = view["limit"]["usable_from"].as_str().unwrap().to_owned();
        (from, view["limit"]["usable_bytes"].as_u64().unwrap() >> 20)
    };
    let (from, mib) = view("ulimit -v 700000");
    assert_eq!(from, "process limit on address space");
    assert!((350..683).contains(&mib), "{mib}");
    let (from, mib) = view("ulimit -d 300000");
    assert_eq!(from, "process limit on data");
    assert!((250..293).contains(&mib), "{mib}");
    let both = under(&workspace, "ulimit -d 300000", &["diagnostics", "hardware"]);
    let shown = String::from_utf8(both.stdout).unwrap();
    let line = "  limit of the process      293.0 MiB of data, which leave 293.0 MiB for data";
    assert!(shown.lines().any(|shown| shown == line), "{shown}");
}

/// Whatever the limit, a sweep is done as if there were none, or ends with an error and exit code 2.
#[cfg(target_os = "linux")]
#[test]
fn no_limit_of_the_process_aborts_the_program() {
    let workspace = Workspace::new();
    let arguments = |stop: &[&'static str]| {
        let grid = ["--set", "n=5..104", "-O", "sweep.memory=300 MiB"];
        sweep(&workspace, &[stop, &grid].concat())
    };
    let (mut done, mut refused) = (0, 0);
    for stop in [&["--sl", "5%"][..], &[]] {
        let arguments = arguments(stop);
        let expected = rows(workspace.run(&arguments));
        for (flag, mib) in [("d", 30), ("d", 60), ("d", 120), ("d", 400), ("v", 400), ("v", 700)] {
            let output = under(&workspace, &format!("ulimit -{flag} {}", mib << 10), &arguments);
            let error = String::from_utf8_lossy(&output.stderr);
            match output.status.code() {
                Some(0) => {
                    done += 1;
                    assert!(output.stdout == expected.as_bytes(), "other rows with {flag} {mib}");
                }
                code => {
                    refused += 1;
                    assert_eq!(code, Some(2), "{flag} {mib}: {error}");
                    assert!(error.starts_with("error: "), "{flag} {mib}: {error}");
                }
            }
        }
    }
    assert!(done >= 4 && refused >= 2, "{done} {refused}");
}

/// Where there is not enough for what is in no budget, such as the program's own tables.
#[cfg(target_os = "linux")]
#[test]
fn what_the_system_refuses_is_an_error_too() {
    let workspace = Workspace::new();
    let mut told = 0;
    // With less than its tables take, some 4 MiB, the program cannot even be loaded.
    for mib in [6, 8, 12, 16, 24] {
        let limits = format!("ulimit -d {}", mib << 10);
        let output = under(&workspace, &limits, &["demo", "--help"]);
        let error = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => {}
            code => {
                assert_eq!(code, Some(2), "{mib}: {error}");
                let refused = "error: the operating system gives this process no more memory\n";
                told += usize::from(error.starts_with(refused));
            }
        }
    }
    assert!(told > 0);
}
