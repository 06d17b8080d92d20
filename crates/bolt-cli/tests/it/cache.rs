//! `bolt cache`, and what sweeps leave there.

use std::fs;

use serde_json::json;

use crate::support::{Workspace, text};

/// Arguments of a sweep that goes bar by bar, which takes long enough to be kept.
fn sweep<'a>(bars: &'a str, fast: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let signal = ["--signal", "SMA[close, fast] > SMA[close, 40]", "--sl", "9%", "--set", fast];
    [&[bars][..], &signal, more].concat()
}

#[test]
fn a_larger_grid_finds_what_a_smaller_one_has_left() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 3_000);
    let (_, outcome) = workspace.sweep(&sweep(text(&bars), "fast=2..9", &[]));
    assert_eq!(outcome["cache"], json!({"found": 0, "kept": 8, "failed": null}));
    let larger = sweep(text(&bars), "fast=1..12", &[]);
    let (rows, outcome) = workspace.sweep(&larger);
    assert_eq!(outcome["cache"], json!({"found": 8, "kept": 4, "failed": null}));
    let (anew, outcome) = workspace.sweep(&[&larger[..], &["--no-cache"]].concat());
    assert_eq!(outcome["cache"], json!({"found": 0, "kept": 0, "failed": null}));
    assert_eq!(rows, anew);
    let output = workspace.run(&[&["sweep"], &larger[..]].concat());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("note: 12 of 12 combinations were in the cache"), "{told}");
    // The look-ups of three sweeps; the one that did without made none.
    let stats = workspace.json(&["cache", "stats"]);
    assert_eq!((&stats["entries"], &stats["hit_ratio"]), (&json!(1), &json!(2.0 / 3.0)));
    assert_eq!(stats["usage"]["writes"], 2);
}

#[test]
fn what_is_kept_is_read_shrunk_and_cleared() {
    let workspace = Workspace::new();
    assert_eq!(workspace.json(&["cache", "stats"])["entries"], 0);
    assert_eq!(workspace.text(&["cache", "warm"]), "nothing is kept yet\n");
    let bars = workspace.bars("wave.csv", 3_000);
    workspace.sweep(&sweep(text(&bars), "fast=2..9", &[]));
    let warm = workspace.json(&["cache", "warm"]);
    assert_eq!((&warm["entries"], &warm["corrupt"]), (&json!(1), &json!(0)));
    assert!(warm["read_bytes"].as_u64().unwrap() > 8 * 20, "{warm}");
    let resized = workspace.json(&["cache", "resize", "1MB"]);
    assert_eq!((&resized["removed"], &resized["entries"]), (&json!(0), &json!(1)));
    let told = workspace.refused(&["cache", "resize", "20GB"]);
    assert!(told.contains("`cache.size` is 10 GiB"), "{told}");
    assert_eq!(workspace.json(&["cache", "clear"])["removed"], 1);
    let stats = workspace.json(&["cache", "stats"]);
    assert_eq!((&stats["entries"], &stats["usage"]["writes"]), (&json!(0), &json!(0)));
}

#[test]
fn another_build_of_the_program_runs_everything() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    let arguments = sweep(text(&bars), "fast=2..9", &[]);
    workspace.sweep(&arguments);
    let other = workspace.path("other-bolt");
    fs::copy(env!("CARGO_BIN_EXE_bolt"), &other).unwrap();
    let mut command = std::process::Command::new(&other);
    command.current_dir(workspace.path("")).env_clear().env("HOME", workspace.path(""));
    let output = command.arg("sweep").args(&arguments).args(["--json", "--outcome"]).output();
    let told = String::from_utf8(output.unwrap().stdout).unwrap();
    let outcome: serde_json::Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert_eq!(outcome["cache"], json!({"found": 0, "kept": 8, "failed": null}));
}

#[test]
fn without_a_cache_it_says_why() {
    let workspace = Workspace::new();
    let told = workspace.refused(&["cache", "stats", "-O", "cache.size=0"]);
    assert!(told.contains("`cache.size` is 0"), "{told}");
    workspace.write("file", "no folder");
    for command in ["stats", "warm"] {
        let told = workspace.refused(&["cache", command, "-O", "cache.path=file"]);
        assert!(told.contains("file/results"), "{told}");
    }
    let output = workspace.bolt().env_remove("HOME").args(["cache", "stats"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && told.contains("no home directory"), "{told}");
}

#[test]
fn a_damaged_or_unusable_cache_costs_time_and_nothing_else() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 3_000);
    let arguments = sweep(text(&bars), "fast=2..9", &[]);
    let (rows, _) = workspace.sweep(&arguments);
    let folder = workspace.path(".cache/bolt/results");
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        bytes.iter_mut().skip(40).step_by(7).for_each(|byte| *byte ^= 0x55);
        fs::write(&path, bytes).unwrap();
    }
    let (again, outcome) = workspace.sweep(&arguments);
    assert_eq!((&again, &outcome["cache"]["found"]), (&rows, &json!(0)));
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, "no folder").unwrap();
    let (again, outcome) = workspace.sweep(&arguments);
    assert_eq!(again, rows);
    let reason = outcome["cache"]["failed"].as_str().unwrap();
    assert!(reason.contains("results"), "{reason}");
    let output = workspace.run(&[&["sweep"], &arguments[..]].concat());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("note: ") && told.contains("the cache was not used"), "{told}");
    assert_eq!(output.status.code(), Some(0));
}
