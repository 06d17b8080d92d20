//! What an error names can be done.

use std::path::Path;

use crate::support::{Workspace, text};

/// Returns the options that a text names between backticks, each with its value.
fn options(text: &str) -> Vec<Vec<String>> {
    let quoted = text.split('`').skip(1).step_by(2);
    let options = quoted.filter(|part| part.starts_with("--"));
    options
        .map(|part| part.split_whitespace().map(|word| word.replace('\'', "")).collect())
        .collect()
}

/// Runs what is wrong, and again with each of the options that the error names; one of them must
/// help, and all be known.
#[track_caller]
fn check(content: impl AsRef<[u8]>, expected: &[&str]) {
    let workspace = Workspace::new();
    let data = workspace.write("data.csv", content);
    let run = ["backtest", text(&data), "--signal", "close > 1", "--periods", "252"];
    let message = workspace.refused(&run);
    let named = options(&message);
    let names: Vec<&str> = named.iter().map(|option| option[0].as_str()).collect();
    assert_eq!(names, expected, "{message}");
    let with = |option: &Vec<String>| {
        let words: Vec<&str> = option.iter().map(String::as_str).collect();
        workspace.run(&[&run[..], &words].concat())
    };
    let outputs: Vec<_> = named.iter().map(with).collect();
    for output in &outputs {
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("there is no option"), "{stderr}");
    }
    let stderr = String::from_utf8_lossy(&outputs[0].stderr);
    assert!(outputs.iter().any(|output| output.status.success()), "{message}\n{stderr}");
}

fn bars(lines: &[&str]) -> String {
    let more = (10..31).map(|day| format!("2020-01-{day},1,2,0.5,1.5,9\n"));
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    format!("ts,open,high,low,close,volume\n{lines}{}", more.collect::<String>())
}

#[test]
fn following_a_hint_helps() {
    check(bars(&["2020-01-09,1,2,0.5,1.5,x"]), &["--ignore"]);
    check(bars(&["2020-01-09,-2,-1,-3,-1.5,9"]), &["--allow-nonpositive"]);
    check(bars(&["2020-01-09,1,1.4995,0.5,1.5,9"]), &["--repair", "--rounding"]);
    check(bars(&["2020-02-09,1,2,0.5,1.5,9"]), &["--repair"]);
    check(bars(&["2020-01-10,1,2,0.5,1.25,9"]), &["--repair"]);
    check(bars(&["2020-01-09,1,2,0.5,1.5,-9"]), &["--repair"]);
    check(bars(&[]).trim_end().trim_end_matches(",1.5,9"), &["--repair"]);
    check(
        "when,close\n01/02/2020,1.5\n02/02/2020,1.6\n03/02/2020,1.7\n",
        &["--date-order", "--date-order"],
    );
    check("ts,open,high,low,end\n2020-01-01,2,2,2,2\n2020-01-02,3,3,3,3\n", &["--rename"]);
    check("ts,close,x\n2020-01-01,2,\n2020-01-02,3,\n", &["--ignore"]);
    check("ts,close,close\n2020-01-01,2,3\n2020-01-02,3,4\n", &["--ignore"]);
}

/// Returns the options of a command and of those below it.
fn known(workspace: &Workspace, command: &[&str], names: &mut Vec<String>) {
    let help = workspace.text(&[command, &["--help"]].concat());
    let words = help.split(|c: char| c.is_whitespace() || ",=[]".contains(c));
    names.extend(words.filter(|word| word.starts_with("--")).map(str::to_owned));
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    for line in commands.filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
        let name = line.split_whitespace().next().unwrap();
        if name != "help" {
            known(workspace, &[command, &[name]].concat(), names);
        }
    }
}

/// Calls with each text between backticks that begins as an option, and where it stands.
fn named(folder: &Path, take: &mut dyn FnMut(&str, &str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named(&path, take);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                for option in options(line) {
                    take(&option[0], path.to_str().unwrap());
                }
            }
        }
    }
}

#[test]
fn options_that_messages_name_exist() {
    let workspace = Workspace::new();
    let mut known_names = Vec::new();
    known(&workspace, &[], &mut known_names);
    assert!(known_names.len() > 300, "the help of all commands: {}", known_names.len());
    let mut count = 0;
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for name in
        ["bolt-market", "bolt-session", "bolt-sql", "bolt-kernel", "bolt-config", "bolt-cli"]
    {
        named(&crates.join(name).join("src"), &mut |option, place| {
            // What follows a brace is filled in when the message is made.
            let option = option.split(['{', '=']).next().unwrap();
            count += 1;
            // `---` separates documents of YAML.
            let exists =
                matches!(option, "--" | "---") || known_names.iter().any(|known| known == option);
            assert!(exists, "{place} names `{option}`");
        });
    }
    assert!(count > 40, "{count}");
}
