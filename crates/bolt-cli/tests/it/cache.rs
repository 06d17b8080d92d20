//! `bolt cache`, and what sweeps leave there.

use std::fs;

use serde_json::json;

use crate::support::{Workspace, text};

/// Arguments of a sweep that goes bar by bar, which takes long enough to be kept.
fn sweep<'a>(bars: &'a str, fast: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let signal = ["--signal", "SMA[close, fast] > SMA[close, 40]", "--sl", "9%", "--set", fast];
    [&[bars][..], &signal, more].concat()
}

/// What a sweep says of the cache when it asks the disk alone.
fn usage(found: usize, kept: usize, assessment_found: bool) -> serde_json::Value {
    let by_level = if found > 0 { json!({"persistent": found}) } else { json!({}) };
    json!({
        "found": found,
        "by_level": by_level,
        "kept": kept,
        "left_out": 0,
        "assessment_found": assessment_found,
        "degraded": {},
        "failed": null,
    })
}

#[test]
fn a_larger_grid_finds_what_a_smaller_one_has_left() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 3_000);
    let (_, outcome) = workspace.sweep(&sweep(text(&bars), "fast=2..9", &[]));
    assert_eq!(outcome["cache"], usage(0, 8, false));
    let larger = sweep(text(&bars), "fast=1..12", &[]);
    let (rows, outcome) = workspace.sweep(&larger);
    assert_eq!(outcome["cache"], usage(8, 4, false));
    let (anew, outcome) = workspace.sweep(&[&larger[..], &["--no-cache"]].concat());
    assert_eq!(outcome["cache"], usage(0, 0, false));
    assert_eq!(rows, anew);
    let output = workspace.run(&[&["sweep"], &larger[..]].concat());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("note: 12 of 12 combinations were in the cache"), "{told}");
    let (_, outcome) = workspace.sweep(&larger);
    assert_eq!(outcome["cache"], usage(12, 0, true));
    // Each of four sweeps looked for rows and for what is said of the best, which the first and the
    // second did not find; the one that did without looked for nothing.
    let stats = workspace.json(&["cache", "stats"]);
    assert_eq!((&stats["entries"], &stats["hit_ratio"]), (&json!(3), &json!(5.0 / 8.0)));
    assert_eq!(stats["usage"]["writes"], 4);
    let levels = &stats["levels"];
    assert_eq!((&levels["persistent"]["hits"], &levels["memory"]["hits"]), (&json!(5), &json!(0)));
    let found = workspace.json(&["diagnostics", "cache"]);
    let names: Vec<_> =
        found["levels"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["memory", "persistent"]);
    assert_eq!(
        (&found["levels"][1]["hits"], &found["levels"][1]["misses"]),
        (&json!(5), &json!(3))
    );
    assert_eq!(found["levels"][0]["misses"], 8);
}

#[test]
fn what_is_kept_is_read_shrunk_and_cleared() {
    let workspace = Workspace::new();
    assert_eq!(workspace.json(&["cache", "stats"])["entries"], 0);
    assert_eq!(workspace.text(&["cache", "warm"]), "nothing is kept yet\n");
    let bars = workspace.bars("wave.csv", 3_000);
    workspace.sweep(&sweep(text(&bars), "fast=2..9", &[]));
    let warm = workspace.json(&["cache", "warm"]);
    assert_eq!((&warm["entries"], &warm["corrupt"]), (&json!(2), &json!(0)));
    assert!(warm["read_bytes"].as_u64().unwrap() > 8 * 20, "{warm}");
    let resized = workspace.json(&["cache", "resize", "1MB"]);
    assert_eq!((&resized["removed"], &resized["entries"]), (&json!(0), &json!(2)));
    for (size, why) in [
        ("2", "a size has a unit; write for example `2 GB`"),
        ("1e9", "a size has a unit"),
        ("3B", "the room is 0 or at least 1 MiB"),
        ("1023 KB", "the room is 0 or at least 1 MiB"),
        ("-1", "a size is not negative"),
        ("-1GB", "a size is not negative"),
        ("18446744073709551615", "a size has a unit"),
    ] {
        let told = workspace.refused(&["cache", "resize", size]);
        assert!(told.contains(why), "{size}: {told}");
    }
    assert_eq!(workspace.json(&["cache", "stats"])["entries"], 2, "what was refused took nothing");
    let told = workspace.refused(&["cache", "resize", "20GB"]);
    assert!(told.contains("`cache.size` is 10 GiB"), "{told}");
    assert_eq!(workspace.json(&["cache", "clear"])["removed"], 2);
    let stats = workspace.json(&["cache", "stats"]);
    assert_eq!((&stats["entries"], &stats["usage"]["writes"]), (&json!(0), &json!(0)));
}

#[test]
fn a_walk_forward_run_says_what_it_found() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 600);
    let arguments = sweep(text(&bars), "fast=2..9", &["--folds", "3"]);
    let run = [&["walkforward"], &arguments[..]].concat();
    let first = workspace.json(&run);
    assert_eq!((&first["cache"]["found"], &first["cache"]["kept"]), (&json!(0), &json!(24)));
    let again = workspace.json(&run);
    assert_eq!(again["cache"], usage(24, 0, false));
    assert_eq!((&again["folds"], &again["summary"]), (&first["folds"], &first["summary"]));
    let told = String::from_utf8(workspace.run(&run).stderr).unwrap();
    assert!(told.contains("note: 24 of 24 combinations were in the cache"), "{told}");
}

#[test]
fn a_file_that_is_not_the_cache_s_is_left_when_it_is_cleared() {
    let workspace = Workspace::new();
    workspace.sweep(&sweep(text(&workspace.bars("wave.csv", 300)), "fast=2..9", &[]));
    let foreign = workspace.write(".cache/bolt/results/000000aa.segment", "a part of a film");
    let told = workspace.refused(&["cache", "clear"]);
    assert!(told.contains("000000aa.segment") && told.contains("left as it is"), "{told}");
    assert_eq!(workspace.json(&["cache", "stats"])["entries"], 0);
    assert_eq!(fs::read(foreign).unwrap(), b"a part of a film");
}

#[test]
fn a_server_that_does_not_answer_is_named() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    // Nobody listens to the port of echo.
    let redis = ["-O", "cache.redis=redis://:secret@127.0.0.1:7"];
    let arguments = sweep(text(&bars), "fast=2..9", &redis);
    let (_, outcome) = workspace.sweep(&arguments);
    assert_eq!((&outcome["cache"]["failed"], &outcome["cache"]["kept"]), (&json!(null), &json!(8)));
    let told = outcome["cache"]["degraded"]["redis"].as_str().unwrap();
    assert!(told.contains("127.0.0.1:7") && !told.contains("secret"), "{told}");
    let found = workspace.json(&[&["diagnostics", "cache"], &redis[..]].concat());
    let level = &found["levels"][1];
    assert_eq!((&level["name"], &found["redis"]), (&json!("redis"), &json!("127.0.0.1:7")));
    assert!(level["unusable_because"].as_str().unwrap().contains("127.0.0.1:7"), "{level}");
    let shown = workspace.text(&[&["config", "show"], &redis[..]].concat());
    assert!(shown.contains("redis://:***@127.0.0.1:7") && !shown.contains("secret"), "{shown}");
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
    assert_eq!(outcome["cache"], usage(0, 8, false));
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
