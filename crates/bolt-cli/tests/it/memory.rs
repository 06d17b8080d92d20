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

/// Runs a command whose data, beside what is shared or a file, may not pass so many MiB: an
/// allocation beyond them ends the process.
#[cfg(target_os = "linux")]
fn in_mib(workspace: &Workspace, mib: usize, arguments: &[&str]) -> Output {
    let script = format!("ulimit -d {}; exec \"$0\" \"$@\"", mib << 10);
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_bolt")]).args(arguments);
    shell.current_dir(workspace.path("")).env_clear().env("HOME", workspace.path(""));
    shell.output().unwrap()
}

/// What the process may have beside what it reserves: stacks, the program, its allocator's slack.
#[cfg(target_os = "linux")]
const BESIDE_MIB: usize = 64;

#[cfg(target_os = "linux")]
#[test]
fn a_sweep_takes_what_there_is_or_says_that_it_is_too_little() {
    const LIMIT_MIB: usize = 96;
    let workspace = Workspace::new();
    workspace.text(&["data", "sample", "--bars", "100000", "--out", "sample.bolt"]);
    let signal = ["--signal", "close > SMA[close, n]"];
    let sweep = |mib: Option<usize>, stop: &[&str], more: &[&str]| {
        let limit = mib.map(|mib| format!("memory.limit={mib} MiB"));
        let mut arguments = vec!["sweep", "sample.bolt", "--json", "--outcome", "-q", "--no-cache"];
        arguments.extend(signal);
        arguments.extend(["-O", "exec.threads=2"]);
        arguments.extend(limit.iter().flat_map(|limit| ["-O", limit.as_str()]));
        arguments.extend(stop);
        arguments.extend(more);
        match mib {
            Some(mib) => in_mib(&workspace, mib + BESIDE_MIB, &arguments),
            None => workspace.run(&arguments),
        }
    };
    let rows = |output: &Output| {
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{error}");
        String::from_utf8(output.stdout.clone()).unwrap()
    };
    let small = ["--set", "n=5..14", "-O", "sweep.memory=20 MiB"];
    let large = ["--set", "n=5..104", "-O", "sweep.memory=20 MiB"];
    for stop in [&["--sl", "5%"][..], &[]] {
        let expected = rows(&sweep(None, stop, &large));
        assert_eq!(expected.lines().count(), 101);
        assert_eq!(rows(&sweep(Some(LIMIT_MIB), stop, &large)), expected);
        rows(&sweep(Some(LIMIT_MIB), stop, &small));
    }
    // Without a limit of its own it runs into that of the operating system.
    let all = ["--sl", "5%", "--set", "n=5..104", "-O", "sweep.memory=300 MiB"];
    let arguments = [&["sweep", "sample.bolt", "-q", "-O", "exec.threads=2"], &signal[..], &all];
    let ended = in_mib(&workspace, LIMIT_MIB + BESIDE_MIB, &arguments.concat());
    assert_eq!(ended.status.code(), None, "the limit is too high to show anything");
    // The returns that are to be compared do not fit.
    let large = ["--set", "n=5..104", "-O", "sweep.memory=200 MiB"];
    let refused = sweep(Some(LIMIT_MIB), &[], &large);
    let error = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{error}");
    assert!(error.starts_with("error: `market/sweep` asks for ") && refused.stdout.is_empty());
    assert!(error.contains("of its share of 48 MiB; give it a larger share"), "{error}");
}
