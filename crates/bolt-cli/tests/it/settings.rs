//! Settings files before a run, and those of the guides.

use serde_json::Value;

use crate::support::Workspace;

/// Returns what is wrong with a settings file: line, column and message of each problem.
#[track_caller]
fn problems(name: &str, file: &str) -> Vec<(u64, u64, String)> {
    let workspace = Workspace::new();
    workspace.write(name, file);
    let output = workspace.run(&["config", "check", name, "--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = found["problems"].as_array().unwrap();
    assert_eq!(output.status.code(), Some(if problems.is_empty() { 0 } else { 2 }), "{file}");
    assert_eq!(found["valid"], problems.is_empty());
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let message = |value: &Value| value.as_str().unwrap().to_owned();
    let view = |p: &Value| (number(&p["line"]), number(&p["column"]), message(&p["message"]));
    problems.iter().map(view).collect()
}

#[track_caller]
fn check_problem(file: &str, place: (u64, u64), told: &str) {
    for (name, text, columns) in [("a.toml", file.to_owned(), 0), ("a.yaml", yaml(file), 1)] {
        let found = problems(name, &text);
        let [(line, column, message)] = &found[..] else { panic!("{text}: {found:?}") };
        assert_eq!((*line, *column), (place.0, place.1 - columns), "{text}: {message}");
        assert!(message.contains(told), "{message}");
    }
}

/// Returns lines of TOML with whole names as YAML: what follows a name is a character nearer.
fn yaml(toml: &str) -> String {
    toml.replace(" = ", ": ")
}

#[test]
fn a_check_of_a_file_finds_what_a_run_refuses() {
    let shares = "memory.share_market = 0.6\nexec.threads = 2\nmemory.share_cache = 0.3\n";
    let told = "`memory.share_market`, `memory.share_cache`: the shares come to 1.3";
    check_problem(shares, (3, 22), told);
    let foreign = if cfg!(target_arch = "aarch64") { "avx2" } else { "neon" };
    let simd = format!("exec.threads = 2\nkernel.simd = \"{foreign}\"\n");
    check_problem(&simd, (2, 15), &format!("`kernel.simd`: this processor has no {foreign}"));
    check_problem("exec.processors = \"8000\"\n", (1, 19), "may not use the processors 8000");
    let threads = "exec.threads = 4\nlimits.threads = 3\n";
    check_problem(threads, (2, 18), "4 threads are needed, and 3 may be started");
    let market = "market.convention = \"vectorbt\"\nmarket.spread = 0.01\n";
    check_problem(market, (2, 17), "has no spread");
    check_problem("memory.warning = 0.96\n", (1, 18), "thresholds must be");
    // What the file leaves to a profile has no line.
    let profile = "profile = \"production\"\nexec.threads = 101\n";
    check_problem(profile, (2, 16), "102 threads are needed, one of them for");
    assert_eq!(problems("a.toml", "exec.threads = 2\nmemory.share_market = 0.4\n"), []);
    let workspace = Workspace::new();
    workspace.write("bolt.toml", shares);
    let message = workspace.refused(&["config", "check", "bolt.toml"]);
    assert!(message.starts_with("error: bolt.toml:3:22: `memory.share_market`, "), "{message}");
    workspace.bars("wave.csv", 100);
    let run = workspace.refused(&["backtest", "wave.csv", "--signal", "close > 100"]);
    assert!(run.contains("bolt.toml:3), `memory") || run.contains("bolt.toml:3): "), "{run}");
}

#[test]
fn a_run_says_which_variable_named_its_processors() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 100);
    let mut command = workspace.bolt();
    command.args(["backtest", "wave.csv", "--signal", "close > 100"]);
    let output = command.env("BOLT_CPU_AFFINITY", "8000").output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(
        error.starts_with("error: the setting `exec.processors` (BOLT_CPU_AFFINITY): "),
        "{error}"
    );
}

/// Returns the fenced blocks of all guides in a language with their names, or `None` without the
/// guides.
fn blocks(language: &str) -> Option<Vec<(String, String)>> {
    let mut blocks = Vec::new();
    for guide in ["bob", "bolt", "exorust", "lyra", "peak-trade"] {
        let text = bolt_testkit::text(&format!("guides/{guide}.md"))?;
        let opened = format!("```{language}\n");
        for (index, rest) in text.split(&opened).skip(1).enumerate() {
            let block = rest.split("```").next().unwrap();
            blocks.push((format!("{guide}-{index}.{language}"), block.to_owned()));
        }
    }
    Some(blocks)
}

/// Returns how many keys of a settings file have a value on their line.
fn keys(text: &str, separator: char) -> usize {
    let lines = text.lines().map(|line| line.split('#').next().unwrap());
    lines.filter(|l| l.split_once(separator).is_some_and(|(_, v)| !v.trim().is_empty())).count()
}

#[test]
fn every_settings_file_of_the_guides_is_valid_here_and_each_key_is_accounted_for() {
    let (Some(yaml), Some(toml)) = (blocks("yaml"), blocks("toml")) else { return };
    assert_eq!((yaml.len(), toml.len()), (1, 5));
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 60);
    for (name, text) in yaml.iter().chain(&toml) {
        workspace.write(name, text);
        let found = workspace.json(&["config", "check", name]);
        let listed = |what: &str| found[what].as_array().unwrap().len();
        let separator = if name.ends_with("yaml") { ':' } else { '=' };
        let all = keys(text, separator);
        assert!(all > 3, "{name}");
        assert_eq!(listed("effective") + listed("unused"), all, "{name}: {found}");
        for one in found["unused"].as_array().unwrap() {
            assert!(one["reason"].as_str().is_some_and(|reason| reason.len() > 20), "{one}");
        }
        // What is valid runs.
        let run = ["backtest", "wave.csv", "--signal", "close > 100", "--config", name];
        workspace.json(&run);
    }
}

/// Returns the variables that a line of a guide sets, with their values.
fn variables_in(line: &str) -> Vec<(String, String)> {
    let is_name = |name: &str| {
        name.len() > 3
            && name.bytes().all(|b| b.is_ascii_uppercase() || b"_0123456789".contains(&b))
    };
    let line = line.split('#').next().unwrap().trim();
    let plain = |text: &str| text.trim().trim_matches(['"', ',', ')', ';', ' ']).to_owned();
    let exported = line.strip_prefix("export ").and_then(|rest| rest.split_once('='));
    let of_rust = line.strip_prefix("env::set_var(\"").and_then(|rest| rest.split_once("\", "));
    let of_python = line.strip_prefix('"').and_then(|rest| rest.split_once("\": \""));
    let found = exported.or(of_rust).or(of_python).filter(|(name, _)| is_name(name));
    found.map(|(name, value)| (name.to_owned(), plain(value))).into_iter().collect()
}

#[test]
fn every_variable_of_the_guides_sets_something_or_says_why_not() {
    let languages = ["bash", "python", "rust"].map(blocks);
    let mut variables = Vec::new();
    for blocks in languages {
        let Some(blocks) = blocks else { return };
        let lines = blocks.iter().flat_map(|(_, text)| text.lines());
        variables.extend(lines.flat_map(variables_in));
    }
    assert!(variables.len() > 15, "{variables:?}");
    let workspace = Workspace::new();
    for (name, value) in variables {
        let mut command = workspace.bolt();
        let output = command.args(["config", "show", "--origin", "--json"]).env(&name, &value);
        let output = output.output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{name}={value}: {error}");
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        let settings = shown["settings"].as_object().unwrap().values();
        let set = settings.filter(|setting| setting["origin"] == *name).count();
        let unused = shown["unused"].as_array().unwrap();
        let is_explained =
            unused.iter().any(|one| one["name"] == *name && one["reason"].as_str().is_some());
        assert!((set == 1) != is_explained, "{name}={value}: {shown}");
    }
}

#[test]
fn a_job_that_takes_too_long_is_refused() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 400);
    let timeout = ["-O", "limits.query_timeout=0.000001"];
    let signal = ["wave.csv", "--signal", "close > SMA[close, n]"];
    for (command, grid) in [("backtest", "n=9"), ("sweep", "n=2..300"), ("walkforward", "n=2..300")]
    {
        let arguments = [&timeout[..], &[command], &signal[..], &["--set", grid]].concat();
        let told = workspace.refused(&arguments);
        assert!(told.contains("the setting `limits.query_timeout` is "), "{command}: {told}");
    }
    workspace.text(&[&["backtest"], &signal[..], &["--set", "n=9", "--record"]].concat());
}

#[test]
fn store_slow_query() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 100);
    let notes = |arguments: &[&str], seconds: &str| {
        let slow = format!("store.slow_query={seconds}");
        let output = workspace.run(&[arguments, &["-O", &slow]].concat());
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).unwrap().contains(" s to ")
    };
    let record = ["backtest", "wave.csv", "--signal", "close > 100", "--record"];
    let update = ["portfolio", "update", "mine", "--positions", "A=1", "--prices", "A=1"];
    for command in [&record[..], &["runs", "list"], &["runs", "list", "--json"], &update] {
        assert_eq!((notes(command, "0"), notes(command, "3600")), (true, false), "{command:?}");
    }
}
