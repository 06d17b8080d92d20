//! The smaller commands, and the demonstration.

use bolt_testkit::assert_close;
use serde_json::Value;

use crate::support::{Workspace, text};

#[test]
fn the_demonstration_writes_its_reports() {
    let workspace = Workspace::new();
    let shown = workspace.text(&["demo"]);
    assert!(shown.contains("bolt-demo/backtest.html"), "{shown}");
    for name in ["backtest", "sweep", "walkforward"] {
        let page = workspace.read(&format!("bolt-demo/{name}.html"));
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<svg"), "{name}");
        assert!(!page.contains("http://") && !page.contains("https://"), "{name} loads something");
    }
    let again = Workspace::new();
    again.text(&["demo"]);
    let results = |workspace: &Workspace| workspace.read("bolt-demo/sweep.jsonl");
    assert_eq!(results(&workspace), results(&again));
}

#[test]
fn data_keep_their_values_from_file_to_file() {
    let workspace = Workspace::new();
    let csv = workspace.bars("wave.csv", 300);
    let hash = |path: &str| workspace.json(&["data", "info", path])["hash"].clone();
    for name in ["wave.bolt", "wave.parquet", "copy.csv"] {
        let out = workspace.path(name);
        workspace.text(&["data", "import", text(&csv), "--out", text(&out)]);
        assert_eq!(hash(text(&out)), hash(text(&csv)), "{name}");
        let message = workspace.refused(&["data", "import", text(&csv), "--out", text(&out)]);
        assert!(message.contains("--overwrite"), "{message}");
    }
    let run = |path: &str| {
        workspace.json(&["backtest", path, "--signal", "close > SMA[close, 9]"])["summary"].clone()
    };
    assert_eq!(run(text(&workspace.path("wave.bolt"))), run(text(&csv)));
    assert_eq!(run(text(&workspace.path("wave.parquet"))), run(text(&csv)));
}

#[test]
fn a_damaged_store_is_found() {
    let workspace = Workspace::new();
    let csv = workspace.bars("wave.csv", 300);
    let out = workspace.path("wave.bolt");
    workspace.text(&["data", "import", text(&csv), "--out", text(&out)]);
    workspace.text(&["data", "info", text(&out)]);
    let mut bytes = std::fs::read(&out).unwrap();
    let last = bytes.len() - 100;
    bytes[last] ^= 1;
    std::fs::write(&out, &bytes).unwrap();
    let message = workspace.refused(&["data", "info", text(&out)]);
    assert!(message.contains("wave.bolt"), "{message}");
    std::fs::write(&out, &bytes[..bytes.len() / 2]).unwrap();
    workspace.refused(&["data", "info", text(&out)]);
}

#[test]
fn samples_are_the_same_for_the_same_seed() {
    let workspace = Workspace::new();
    let sample = |name: &str, seed: &str| {
        workspace.text(&["data", "sample", "--bars", "100", "--out", name, "--seed", seed]);
        workspace.read(name)
    };
    assert_eq!(sample("a.csv", "3"), sample("b.csv", "3"));
    assert_ne!(sample("c.csv", "4"), workspace.read("a.csv"));
    assert_eq!(workspace.read("a.csv").lines().count(), 101);
    let panel = ["data", "sample", "--bars", "50", "--assets", "3", "--out", "panel.bolt"];
    assert_eq!(workspace.json(&panel)["assets"], 3);
    let info = workspace.json(&["data", "info", "panel.bolt"]);
    assert_eq!(info["kind"], "panel");
    assert_eq!(info["columns"].as_array().map(Vec::len), Some(5));
    for column in info["columns"].as_array().unwrap() {
        assert_eq!(column["missing"], 0, "the rows of a panel are filled up: {column}");
    }
}

#[test]
fn runs_are_kept_listed_and_compared() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 300);
    let record = |name: &str, signal: &str| {
        let arguments = ["backtest", text(&bars), "--signal", signal, "--record", "--name", name];
        workspace.json(&arguments)["run"].as_str().unwrap().to_owned()
    };
    let (a, b) = (record("a", "close > SMA[close, 5]"), record("b", "close > SMA[close, 20]"));
    let list = workspace.json(&["runs", "list"]);
    let names: Vec<&Value> = list["runs"].as_array().unwrap().iter().map(|r| &r["name"]).collect();
    assert_eq!(names.len(), 2);
    let shown = workspace.json(&["runs", "show", &a]);
    assert_eq!(shown["run"]["manifest"]["formulas"]["signal"], "close > SMA[close, 5]");
    let trades = shown["trades"].as_array().unwrap().len();
    assert_eq!(shown["run"]["figures"]["n_trades"], trades as f64);
    let compared = workspace.json(&["runs", "compare", &a, &b]);
    assert_eq!(compared["figures"]["sharpe"].as_array().unwrap().len(), 2);
    workspace.text(&["runs", "delete", &a]);
    assert!(workspace.refused(&["runs", "show", &a]).contains("no run"));
    assert_eq!(workspace.json(&["runs", "list"])["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_walk_forward_joins_tests_that_no_choice_has_seen() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 600);
    let strategy =
        ["--signal", "SMA[close, fast] > SMA[close, slow]", "--set", "fast=2..6", "slow=8..20:4"];
    let run = |data: &str, more: &[&str]| {
        workspace.json(&[&["walkforward", data][..], &strategy, more].concat())
    };
    let found = run(text(&bars), &["--train", "200", "--test", "100"]);
    let folds = found["folds"].as_array().unwrap();
    assert_eq!(folds.len(), 4);
    let joined = folds.iter().fold(1.0, |growth, fold| {
        growth * (1.0 + fold["tested"]["return_pct"].as_f64().unwrap() / 100.0)
    });
    let total = found["summary"]["return_pct"].as_f64().unwrap();
    assert_close(100.0 * (joined - 1.0), total, 1e-9, "return");
    assert!(found["trades"].as_array().unwrap().iter().all(|trade| trade["open"] == false));
    // What comes after a test does not change its choice or its result.
    let lines: Vec<String> = workspace.read("wave.csv").lines().map(str::to_owned).collect();
    let shorter = workspace.write("shorter.csv", lines[..=400].join("\n") + "\n");
    let first = run(text(&shorter), &["--train", "200", "--test", "100"]);
    assert_eq!(first["folds"].as_array().unwrap()[..], folds[..2]);
    // The choice is the best of a sweep over the same bars.
    let part = workspace.write("part.csv", lines[..=200].join("\n") + "\n");
    let (rows, _) = workspace.sweep(&[&[text(&part)][..], &strategy].concat());
    let best = rows.iter().map(|row| row["sharpe"].as_f64().unwrap()).fold(f64::MIN, f64::max);
    assert_eq!(folds[0]["trained"]["sharpe"].as_f64(), Some(best));
}

#[test]
fn functions_are_listed_and_explained() {
    let workspace = Workspace::new();
    let list = workspace.json(&["indicators"]);
    let functions = list["functions"].as_array().unwrap();
    assert!(functions.iter().any(|function| function["name"] == "TsRank"));
    assert!(workspace.text(&["indicators", "rsi"]).contains("Wilder"));
    assert!(workspace.refused(&["indicators", "TsRnak"]).contains("`TsRank`"));
    let bars = workspace.bars("wave.csv", 700);
    for function in functions {
        let example = function["example"].as_str().unwrap();
        if function["group"] == "Across assets" {
            continue;
        }
        // Whatever an example gives, a comparison of it is a signal or already is one.
        let signals = [format!("({example}) > 0"), example.to_owned()];
        let works = signals.iter().any(|signal| {
            workspace.run(&["backtest", text(&bars), "--signal", signal]).status.success()
        });
        assert!(works, "{example}");
    }
}

#[test]
fn settings_are_shown_with_their_origin_and_checked() {
    let workspace = Workspace::new();
    workspace.write("bolt.toml", "[market]\nfees = 0.002\n");
    let shown = workspace.text(&["config", "show", "--origin"]);
    assert!(shown.contains("fees = 0.002") && shown.contains("bolt.toml:2"), "{shown}");
    let bars = workspace.bars("wave.csv", 100);
    let found = workspace.json(&["backtest", text(&bars), "--signal", "close > 100"]);
    assert_eq!(found["manifest"]["trading"]["costs"]["fees"], 0.002);
    let reference = workspace.json(&["config", "reference"]);
    let fees = reference["settings"].as_array().unwrap().iter();
    let fees: Vec<&Value> = fees.filter(|setting| setting["name"] == "market.fees").collect();
    assert_eq!(fees[0]["value"], "a fraction from 0 to 0.5, such as `0.05` or `5%`");
    let schema: Value = serde_json::from_str(&workspace.text(&["config", "schema"])).unwrap();
    assert_eq!(schema["type"], "object");
    let wrong = workspace.write("wrong.toml", "[market]\nfess = 0.002\n");
    let message = workspace.refused(&["config", "check", text(&wrong)]);
    assert!(message.contains("wrong.toml:2") && message.contains("fees"), "{message}");
    workspace.text(&["config", "check", text(&workspace.path("bolt.toml"))]);
}

#[test]
fn a_settings_file_may_be_yaml_and_named() {
    let workspace = Workspace::new();
    workspace.write("bolt.yaml", "exec:\n  threads: 3\n");
    workspace.write("other.yml", "exec:\n  threads: 2\n");
    let threads = |more: &[&str]| {
        let shown = workspace.json(&[&["config", "show", "--origin"], more].concat());
        let threads = &shown["settings"]["exec.threads"];
        format!("{} {}", threads["value"], threads["origin"].as_str().unwrap())
    };
    let path = |name: &str| workspace.path(name).display().to_string();
    assert_eq!(threads(&[]), format!("3 {}:2", path("bolt.yaml")));
    assert_eq!(threads(&["--config", "other.yml"]), "2 other.yml:2");

    workspace.write("bolt.toml", "exec.threads = 4\n");
    let message = workspace.refused(&["config", "show"]);
    assert!(message.contains("bolt.yaml: `") && message.contains("bolt.toml`"), "{message}");
    assert_eq!(threads(&["--config", "other.yml"]), "2 other.yml:2");
    let message = workspace.refused(&["--config", "none.yml", "config", "show"]);
    assert!(message.contains("none.yml: cannot read the settings file"), "{message}");

    workspace.write("wrong.yaml", "exec:\n  threads: 9 parsecs\n");
    let output = workspace.run(&["config", "check", "wrong.yaml", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let problem = &found["problems"][0];
    assert_eq!(problem["kind"], "value");
    assert_eq!((&problem["line"], &problem["column"]), (&2.into(), &12.into()));
}

#[test]
fn files_of_guides_are_read_and_what_has_no_effect_is_told() {
    let workspace = Workspace::new();
    let yaml = "system:\n  cpu_cores: 3\n  gpu_enabled: true\nagents:\n  count: 8\n";
    workspace.write("production.yaml", yaml);
    let shown = workspace.text(&["config", "check", "production.yaml"]);
    for part in
        ["2:14  system.cpu_cores  exec.threads = 3", "3:16  system.gpu_enabled  there is no"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let found = workspace.json(&["config", "check", "production.yaml"]);
    assert_eq!(found["effective"][0]["setting"], "exec.threads");
    assert_eq!(found["effective"][0]["value"], 3);
    assert_eq!(found["unused"][1]["name"], "agents.count");
    assert_eq!(found["unused"][1]["line"], 5);

    let mut command = workspace.bolt();
    command.args(["--config", "production.yaml", "config", "show", "--json", "--origin"]);
    command.env("BOLT_CPU_AFFINITY", "0,1").env("BOLT_PROFILING", "true");
    let output = command.output().unwrap();
    let settings: Value = serde_json::from_slice(&output.stdout).unwrap();
    let origin = &settings["settings"]["exec.threads"]["origin"];
    assert_eq!(origin, "production.yaml:2, `system.cpu_cores`");
    let processors = &settings["settings"]["exec.processors"];
    assert_eq!(processors["value"], "0,1");
    assert!(processors["origin"].as_str().unwrap().contains("BOLT_CPU_AFFINITY"), "{processors}");
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.contains("production.yaml: names without an effect: 2\n"), "{notes}");
    assert!(notes.contains("BOLT_PROFILING: it has no effect: "), "{notes}");

    workspace.write("wrong.yaml", yaml.replace("cpu_cores", "cpu_croes"));
    let message = workspace.refused(&["config", "check", "wrong.yaml"]);
    assert!(message.contains("wrong.yaml:2:3: ") && message.contains("cpu_cores"), "{message}");
}

#[test]
fn a_profile_changes_defaults() {
    let workspace = Workspace::new();
    workspace.write("bolt.yaml", "sweep:\n  memory: 5 MB\n");
    let shown = workspace.text(&["--profile", "edge", "config", "show", "--origin"]);
    let line = |name: &str| shown.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(line("profile = \"edge\"").ends_with("# --profile"), "{shown}");
    assert!(line("exec.threads = 4").ends_with("# profile edge"), "{shown}");
    assert!(line("sweep.memory = \"5 MiB\"").ends_with("bolt.yaml:2"), "{shown}");
    let message = workspace.refused(&["--profile", "egde", "config", "show"]);
    assert!(message.contains("did you mean `edge`?"), "{message}");
}

#[test]
fn output_color() {
    let workspace = Workspace::new();
    let bars = workspace.bars("wave.csv", 100);
    let arguments = ["backtest", text(&bars), "--signal", "close > 100"];
    let escapes = |more: &[&str]| workspace.text(&[&arguments[..], more].concat()).contains('\x1b');
    assert!(!escapes(&[]), "not a terminal");
    assert!(escapes(&["--color", "always"]));
    assert!(!escapes(&["--color", "never"]));
}

#[test]
fn shells_get_completions() {
    let workspace = Workspace::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = workspace.text(&["completions", shell]);
        let view = workspace.json(&["completions", shell]);
        assert_eq!(view["script"], script.as_str());
        assert!(script.contains("walkforward"), "{shell}");
    }
}

#[test]
fn splits_and_dividends_are_taken_out() {
    let workspace = Workspace::new();
    let rows = "2020-01-01,100,0,0\n2020-01-02,100,4,0\n2020-01-03,48,0,2\n2020-01-06,48,0,1\n";
    workspace.write("x.csv", format!("Date,Close,Dividends,Stock Splits\n{rows}"));
    let import = |out: &str, more: &[&str]| {
        workspace.json(&[&["data", "import", "x.csv", "--out", out][..], more].concat());
        workspace.read(out).lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned()
    };
    let columns = ["--splits", "Stock Splits", "--dividends", "Dividends"];
    assert_eq!(import("raw.csv", &[]), "100");
    assert_eq!(import("s.csv", &[&["--adjust", "splits"][..], &columns].concat()), "50");
    assert_eq!(import("t.csv", &[&["--adjust", "total-return"][..], &columns].concat()), "48");
    let message =
        workspace.refused(&["data", "import", "x.csv", "--out", "n.csv", "--adjust", "splits"]);
    assert!(message.contains("--splits"), "{message}");
}

#[test]
fn fractions_may_be_percentages_wherever_they_stand() {
    let workspace = Workspace::new();
    let mut count = 0;
    for command in [&["backtest"][..], &["sweep"], &["walkforward"], &["data", "sample"]] {
        let help = workspace.text(&[command, &["--help"]].concat());
        assert!(help.contains("A FRACTION is written 0.05 or 5%."), "{command:?}");
        let options = help.lines().filter(|line| line.contains("<FRACTION>"));
        for option in options.map(|line| line.trim_start().split(' ').next().unwrap()) {
            let message = workspace.refused(&[command, &[option, "five"]].concat());
            assert!(message.contains("`five` is not a fraction"), "{option}: {message}");
            assert!(message.contains("`5%`"), "{option}: {message}");
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}
