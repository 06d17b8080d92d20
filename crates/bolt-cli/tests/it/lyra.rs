//! Lyra from the command line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

#[cfg(target_os = "linux")]
use crate::memory::under;
use crate::support::{Workspace, text};
#[cfg(unix)]
use crate::terminal::Terminal;

fn streams(output: &Output) -> (String, String) {
    let of = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (of(&output.stdout), of(&output.stderr))
}

/// Runs a program from standard input.
fn piped(workspace: &Workspace, source: impl AsRef<[u8]>) -> Output {
    let mut command = workspace.bolt();
    command.arg("lyra").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(source.as_ref()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn values_are_shown_as_they_come_unless_a_semicolon_ends_them() {
    let workspace = Workspace::new();
    let run = |arguments: &[&str]| workspace.text(&[&["lyra"], arguments].concat());
    assert_eq!(run(&["-e", "1 + 1"]), "2\n");
    assert_eq!(run(&["-e", "x = 2; x^2", "-e", "x;", "-e", "%1 x"]), "4\n8\n");
    assert_eq!(run(&["-e", "{1/3, 2.5, \"a\"}"]), "{1/3, 2.5, a}\n");
    assert_eq!(run(&["--form", "input", "-e", "{1/3, \"a\"}"]), "{1/3, \"a\"}\n");
    assert_eq!(run(&["--form", "full", "-e", "a - b"]), "Plus[a, Times[-1, b]]\n");
    assert_eq!(run(&["-e", "-1"]), "-1\n");
    let file = workspace
        .write("square.wl", "#!/usr/bin/env -S bolt lyra\nsquare[x_] := x^2\nPrint[square[3]]\n");
    assert_eq!(run(&[text(&file), "-e", "square[4]"]), "9\n16\n");
    assert_eq!(streams(&piped(&workspace, "a = 3\n%^2\n")).0, "3\n9\n");
}

#[test]
fn messages_are_told_beside_the_values() {
    let workspace = Workspace::new();
    let output = workspace.run(&["lyra", "-e", "Print[1]; First[{}]; 1/0"]);
    let (out, err) = streams(&output);
    assert_eq!((out.as_str(), output.status.code()), ("1\nComplexInfinity\n", Some(0)));
    let names: Vec<&str> = err.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(names, ["First::nofirst", "Power::infy"]);
}

#[test]
fn json_has_values_messages_and_what_was_printed() {
    let workspace = Workspace::new();
    let view = workspace.json(&[
        "lyra",
        "-e",
        "{1, 2.5, \"a\", <|\"k\" -> True|>}",
        "-e",
        "Print[2]; 1/0",
    ]);
    assert_eq!(view["schema"], "bolt.lyra/1");
    let results = &view["results"];
    assert_eq!(results[0]["value"], serde_json::json!([1, 2.5, "a", {"k": true}]));
    assert_eq!(results[0]["input_form"], "{1, 2.5, \"a\", <|\"k\" -> True|>}");
    assert_eq!(results[1]["value"], serde_json::Value::Null);
    assert_eq!(results[1]["input_form"], "ComplexInfinity");
    assert_eq!(results[1]["printed"], serde_json::json!(["2"]));
    assert_eq!(results[1]["messages"][0]["name"], "Power::infy");
    assert!(results[1]["seconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn programs_end_as_they_ask_for() {
    let workspace = Workspace::new();
    let code = |source: &str| workspace.run(&["lyra", "-e", source]).status.code();
    assert_eq!(code("Quit[3]"), Some(3));
    assert_eq!(code("Do[If[i > 2, Exit[]], {i, 9}]; 1"), Some(0));
    assert_eq!(code("Throw[1]"), Some(0));
}

#[test]
fn each_syntax_error_is_shown_where_it_is_and_nothing_runs() {
    let workspace = Workspace::new();
    workspace.write("wrong.wl", "Print[1]\nf[x_ := 3\n2 + * 3\n");
    let error = workspace.refused(&["lyra", "wrong.wl"]);
    let places: Vec<&str> =
        error.lines().filter_map(|line| line.strip_prefix("  wrong.wl:")).collect();
    assert_eq!(places, ["2:2: f[x_ := 3", "3:5: 2 + * 3"], "{error}");
    assert!(error.contains("hint: ") && error.matches('^').count() == 2, "{error}");
    let output = workspace.run(&["lyra", "wrong.wl", "--json"]);
    let view: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(view["diagnostics"][1]["start"], serde_json::json!({"line": 3, "column": 5}));
    assert_eq!(view["results"], serde_json::json!([]));
}

#[test]
fn what_is_no_program_is_refused() {
    let workspace = Workspace::new();
    workspace.write("latin.wl", b"a = 1;\nb = \"\xe9\";\n");
    let error = workspace.refused(&["lyra", "latin.wl"]);
    assert!(error.contains("line 2, column 6 has the byte 0xE9"), "{error}");
    workspace.write("zero.wl", b"a = 1;\n\0\0");
    let error = workspace.refused(&["lyra", "zero.wl"]);
    assert!(error.contains("line 2 has a byte 0"), "{error}");
    workspace.write("binary.wl", b"\x7fELF\xe9\n\0");
    let error = workspace.refused(&["lyra", "binary.wl"]);
    assert!(error.contains("line 2 has a byte 0"), "{error}");
    workspace.write("wide.wl", b"\xff\xfe1\0");
    assert!(workspace.refused(&["lyra", "wide.wl"]).contains("iconv -f UTF-16"));
    assert!(workspace.refused(&["lyra", "."]).contains("cannot read `.`"));
    assert!(workspace.refused(&["lyra", "none.wl"]).contains("cannot read `none.wl`"));
}

#[test]
fn nothing_that_is_asked_for_ends_the_session() {
    let workspace = Workspace::new();
    for [open, close] in
        [["{", "}"], ["(", ")"], ["f[", "]"], ["<|", "|>"], ["x=", "1"], ["-", "1"]]
    {
        let deep = format!("{}1{}", open.repeat(1_000_000), close.repeat(1_000_000));
        let output = piped(&workspace, deep);
        assert_eq!(output.status.code(), Some(2), "{open}");
        assert!(streams(&output).1.contains("nested more than"), "{open}");
    }
    for source in [
        "f[x_] := f[x + 1] + 1; f[1];",
        "2^10^10;",
        "x = x + 1;",
        "Range[10^12];",
        "Nest[f, x, 10^5];",
        "10^10^10^10;",
        "Nest[#^2 &, 1.5`30, 100];",
        "ConstantArray[0, {10^6, 10^6, 10^6}];",
        "IntegerDigits[10, 2, 10^15];",
        "(1 + I)^10^10;",
    ] {
        let out = workspace.text(&["lyra", "-e", source, "-e", "7"]);
        assert_eq!(out.trim_start_matches("$Aborted\n"), "7\n", "{source}");
    }
}

#[test]
fn what_takes_too_much_memory_is_aborted_and_the_session_goes_on() {
    let workspace = Workspace::new();
    let greedy = "l = {}; While[True, l = {l, Range[10^5]}]";
    let limit = "memory.limit=300MiB";
    let output = workspace.run(&["lyra", "-O", limit, "-e", greedy, "-e", "l = 0; 5"]);
    let (out, err) = streams(&output);
    assert_eq!((out.as_str(), output.status.code()), ("$Aborted\n5\n", Some(0)), "{err}");
    assert!(
        err.contains("General::nomem") && err.contains("`memory.limit` allows 300 MiB"),
        "{err}"
    );
}

/// Whatever an evaluation is doing, and while its value is written.
#[test]
#[cfg(unix)]
fn an_interrupt_ends_the_evaluation() {
    let workspace = Workspace::new();
    for endless in
        ["While[True]", "7^(3*10^8)", "N[Pi, 10^6]", "Nest[{#, #} &, x, 60]", "Pause[Infinity]"]
    {
        let mut command = workspace.bolt();
        command.args(["lyra", "-e", &format!("Print[1]; {endless}"), "-e", "Print[2]"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert_eq!(line, "1\n", "{endless}");
        std::thread::sleep(Duration::from_millis(200));
        let id = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130), "{endless}");
        out.read_line(&mut line).unwrap();
        assert!(line.ends_with("$Aborted\n"), "{endless}: {line}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_limit_on_what_the_process_maps_is_told_of_and_survived() {
    let workspace = Workspace::new();
    let source = "Length[Range[10^9]]; Length[ConstantArray[0, 10^9]]; 7";
    let output = under(&workspace, "ulimit -v 4000000", &["lyra", "-e", source]);
    let (out, err) = streams(&output);
    assert_eq!((out.as_str(), output.status.code()), ("7\n", Some(0)), "{err}");
    assert_eq!(err.matches("General::nomem").count(), 2, "{err}");
}

#[test]
#[cfg(unix)]
fn a_dialogue_numbers_lines_explains_names_and_survives_an_interrupt() {
    let workspace = Workspace::new();
    let history = workspace.path("lines");
    let mut command = workspace.bolt();
    command.args(["lyra", "-O", &format!("lyra.history={}", text(&history))]);
    let mut terminal = Terminal::new(command);
    terminal.expect("In[1]:= ");
    let mut line = |typed: &str, shown: &[&str]| {
        terminal.send(typed);
        shown.iter().for_each(|text| terminal.expect(text));
    };
    line("6 7\r", &["Out[1]= 42", "In[2]:= "]);
    line("%/2;\r", &["In[3]:= "]);
    line("%\r", &["Out[3]= 21", "In[4]:= "]);
    line("f[x_,\ry_] := x\r", &["In[5]:= "]);
    line("f[3, 4]\r", &["Out[5]= 3", "In[6]:= "]);
    line("?Plus\r", &["is the sum", "In[6]:= "]);
    line("1 + ]\r", &["In[6]:1:5: 1 + ]", "In[6]:= "]);
    line("Print[spinning]; While[True]\r", &["spinning\n"]);
    line("\x03", &["Out[6]= $Aborted", "In[7]:= "]);
    line("StringJoi\t[\"a\", \"b\"]\r", &["Out[7]= ab", "In[8]:= "]);
    line("Quit[3]\r", &[]);
    assert_eq!(terminal.end(), Some(3));
    let lines = std::fs::read_to_string(history).unwrap();
    assert!(lines.starts_with("6 7\n%/2;\n%\n"), "{lines}");
}

/// The test of the setting `lyra.history`.
#[test]
#[cfg(unix)]
fn lyra_history() {
    let workspace = Workspace::new();
    let blocked = workspace.write("file", "");
    let mut command = workspace.bolt();
    command.args(["lyra", "-O", &format!("lyra.history={}/lines", text(&blocked))]);
    let mut terminal = Terminal::new(command);
    terminal.expect("`lyra.history`");
    assert_eq!(terminal.end(), Some(2));
    let default = workspace.path(".local/state/bolt/lyra_history");
    let mut command = workspace.bolt();
    command.arg("lyra");
    let mut terminal = Terminal::new(command);
    terminal.expect("In[1]:= ");
    terminal.send("kept = 1\r");
    terminal.expect("In[2]:= ");
    terminal.send("\x04");
    assert_eq!(terminal.end(), Some(0));
    assert_eq!(std::fs::read_to_string(default).unwrap(), "kept = 1\n");
}

#[test]
fn coverage_says_what_is_built_in_and_what_is_not() {
    let workspace = Workspace::new();
    let all = workspace.text(&["lyra", "coverage"]);
    assert!(all.contains("StringJoin") && all.contains("Pi") && !all.contains("Wombat"), "{all}");
    let table = workspace
        .write("names.tsv", "rank\tname\tshare\n1\tPlus\t0.5\n2\tWombat\t0.1\n3\tPi\t0.1\n");
    let missing = ["lyra", "coverage", "--missing", text(&table)];
    assert_eq!(workspace.text(&missing), "Wombat\n");
    assert!(
        workspace
            .text(&["lyra", "coverage", text(&table)])
            .starts_with("2 of 3 names are built in")
    );
    let view = workspace.json(&missing);
    assert_eq!((&view["wanted"], &view["missing"]), (&3.into(), &serde_json::json!(["Wombat"])));
    let list = workspace.write("names.txt", "Plus\nWombat\n");
    assert_eq!(workspace.text(&["lyra", "coverage", "--missing", text(&list)]), "Wombat\n");
}

/// `cargo xtask reference` writes the pages anew.
#[test]
fn the_reference_is_what_the_functions_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/lyra");
    let pages = bolt_lyra::reference();
    let stale = pages.iter().filter(|page| {
        std::fs::read_to_string(folder.join(&page.file)).is_ok_and(|text| text != page.text)
            || !folder.join(&page.file).exists()
    });
    let stale: Vec<&str> = stale.map(|page| page.file.as_str()).collect();
    assert!(stale.is_empty(), "`cargo xtask reference` writes these anew: {stale:?}");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), pages.len(), "pages that are left over");
}

#[test]
fn formulas_use_what_a_program_defines() {
    let workspace = Workspace::new();
    let bars = workspace.bars("bars.csv", 400);
    let program = "mean[x_, n_] := SMA[x, n]\n\
                   trend[fast_, slow_] := mean[close, fast] > mean[close, slow]\n\
                   few = 5;\n";
    let rules = workspace.write("rules.wl", program);
    let run = |rest: &[&str]| workspace.json(&[&["backtest", text(&bars)], rest].concat());
    let plain = run(&["--signal", "SMA[close, 5] > SMA[close, 20]"]);
    let defined = run(&["--define", text(&rules), "--signal", "trend[few, 20]"]);
    assert_eq!(plain["summary"], defined["summary"]);
    assert_eq!(plain["trades"], defined["trades"]);
    let parameter = ["--define", text(&rules), "--signal", "trend[few, n]", "--set", "n=20"];
    assert_eq!(run(&parameter)["summary"], plain["summary"]);
    let weights = ["--weights", "If[trend[few, 20], 1, 0]", "--define", text(&rules)];
    assert!(run(&weights)["summary"]["n_trades"].as_u64().unwrap() > 0);
    let grid = ["--set", "n=10..20:5", "--define", text(&rules), "--signal", "trend[few, n]"];
    let (rows, _) = workspace.sweep(&[&[text(&bars)][..], &grid].concat());
    assert_eq!(rows.len(), 3);
    workspace.write("wrong.wl", "f[x_] := x\nf[1\n");
    let refused = |rest: &[&str]| workspace.refused(&[&["backtest", text(&bars)], rest].concat());
    assert!(refused(&["--define", "wrong.wl", "--signal", "f[close]"]).contains("wrong.wl:2: "));
    workspace.write("endless.wl", "f[x_] := f[x + 1] + 1");
    let error = refused(&["--define", "endless.wl", "--signal", "f[close]"]);
    assert!(error.contains("with the definitions of `endless.wl`"), "{error}");
}

#[test]
fn programs_read_bars_and_run_backtests() {
    let workspace = Workspace::new();
    workspace.bars("bars.csv", 400);
    let plain = workspace.json(&[
        "backtest",
        "bars.csv",
        "--signal",
        "SMA[close, 5] > SMA[close, 20]",
        "--fees",
        "0.1%",
    ]);
    let program = "bars = Bars[\"bars.csv\"];\n\
                   {Keys[bars], Length[bars[\"close\"]], bars[\"ts\"][[1]], Bars[\"bars.csv\", \"close\"][[1]]}\n\
                   trend[n_] := SMA[close, n] > SMA[close, 20];\n\
                   r = Backtest[\"bars.csv\", trend[5], \"fees\" -> 0.001];\n\
                   {r[\"return_pct\"], Length[r[\"equity\"]], Length[r[\"trades\"]], r[\"trades\"][[1]][\"side\"]}\n\
                   Backtest[\"bars.csv\", <|\"entry\" -> \"CrossAbove[close, SMA[close, n]]\", \"exit\" -> RSI[close, 14] > 70|>, \"parameters\" -> {n -> 20}][\"n_trades\"] > 0\n";
    workspace.write("program.wl", program);
    let view = workspace.json(&["lyra", "program.wl"]);
    let results = &view["results"];
    let first = &results[1]["value"];
    assert_eq!(first[0], serde_json::json!(["ts", "open", "high", "low", "close", "volume"]));
    assert_eq!((&first[1], &first[2]), (&400.into(), &"2015-01-01T00:00:00Z".into()));
    let figures = &results[4]["value"];
    assert_eq!(figures[0], plain["summary"]["return_pct"], "{view}");
    assert_eq!(figures[1], 400);
    assert_eq!(figures[2], plain["trades"].as_array().unwrap().len());
    assert_eq!(figures[3], "long");
    assert_eq!(results[5]["value"], true, "{view}");
    let wrong = workspace.json(&[
        "lyra",
        "-e",
        "Bars[\"none.csv\"]",
        "-e",
        "Backtest[\"bars.csv\", Frobnicate[close]]",
        "-e",
        "Bars[\"bars.csv\", \"clsoe\"]",
    ]);
    for (index, told) in [(0, "none.csv"), (1, "Frobnicate"), (2, "clsoe")] {
        assert_eq!(wrong["results"][index]["input_form"], "$Failed");
        let message = &wrong["results"][index]["messages"][0];
        assert!(message["text"].as_str().unwrap().contains(told), "{message}");
    }
}
