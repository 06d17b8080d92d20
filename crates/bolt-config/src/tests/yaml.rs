//! Settings in YAML, and that it makes no difference in which format they are.

use super::*;

const YAML: &str = "/projects/one/bolt.yaml";

fn yaml(text: &str) -> Sources {
    Sources { project: file(YAML, text), ..sources([]) }
}

#[track_caller]
fn check_value(text: &str, read: impl Fn(&Config) -> bool) {
    let config = Config::resolve(&yaml(text)).unwrap_or_else(|e| panic!("{text}: {e}"));
    assert!(read(&config), "{text}:\n{}", show(&config));
}

#[track_caller]
fn check_problems(text: &str, expected: &[&str]) {
    let file = SourceFile { path: "bolt.yaml".into(), text: text.into() };
    let found: Vec<String> = check(&file).problems.iter().map(Problem::to_string).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn values_can_be_written_in_several_ways() {
    check_value("exec:\n  threads: 3", |c| c.exec_threads() == 3);
    check_value("exec: {threads: 0x10}", |c| c.exec_threads() == 16);
    check_value("exec.threads: 012", |c| c.exec_threads() == 12);
    check_value("---\nexec:\n  threads: +7 # all\n...\n", |c| c.exec_threads() == 7);
    check_value("\u{feff}market: {cash: 1e6}", |c| c.market_cash() == 1e6);
    check_value("market: {cash: 5}", |c| c.market_cash() == 5.0);
    check_value("market: {fees: 0.1%}", |c| c.market_fees() == 0.001);
    check_value("market:\r\n  risk_free_rate: -2.5 %\r\n", |c| c.market_risk_free_rate() == -0.025);
    check_value("market: {periods_per_year: auto}", |c| c.market_periods_per_year().is_none());
    check_value("kernel: {jit: False}", |c| !c.kernel_jit());
    check_value("kernel: {simd: !!str none}", |c| c.kernel_simd() == "none");
    check_value("sweep: {memory: 2 GiB}", |c| c.sweep_memory() == Bytes(2 << 30));
    check_value("sweep: {memory: 2097152}", |c| c.sweep_memory() == Bytes(2 << 20));
    check_value("store: {slow_query: '20 ms'}", |c| {
        c.store_slow_query() == Duration::from_millis(20)
    });
    check_value("store:\n  path: |-\n    ru ns.db", |c| {
        c.store_path() == Some(Path::new("/projects/one/ru ns.db"))
    });
    check_value("\"exec\":\n  'threads': 5", |c| c.exec_threads() == 5);
}

#[test]
fn nothing_is_no_setting() {
    for text in
        ["", "\n", "# a comment\n", "---\n", "~", "{}", "exec:", "exec:\nmarket: ~", "exec: {}"]
    {
        let config = Config::resolve(&yaml(text)).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert!(config.settings().all(|(_, s)| s.origin == Origin::Default), "{text}");
    }
    check_problems(
        "exec:\n  threads:\n",
        &["bolt.yaml:2:10: `exec.threads` is `null`, but must be a whole number from 0 to 4096"],
    );
}

#[test]
fn every_value_knows_its_line() {
    let text = "# comment\nexec:\n  threads: 4\nmarket: {fees: 0.01,\n  cash:\n    5}\n";
    let config = Config::resolve(&yaml(text)).unwrap();
    let place = |name: &str| match &find(&config, name).origin {
        Origin::File { path, line, column } if path == Path::new(YAML) => (*line, *column),
        other => panic!("{name}: {other}"),
    };
    assert_eq!(place("exec.threads"), (3, 12));
    assert_eq!(place("market.fees"), (4, 16));
    assert_eq!(place("market.cash"), (6, 5));
    assert!(show(&config).contains("# /projects/one/bolt.yaml:3\n"));
}

#[test]
fn unknown_names_and_wrong_values_are_errors() {
    check_problems(
        "exec:\n  thraeds: 4\nmarket:\n  cahs: é\n  fees: yes\nunheard: {}\nmarket.of:\n  it: 1\nsweep: 5",
        &[
            "bolt.yaml:2:3: there is no setting `exec.thraeds`\n  hint: did you mean `exec.threads`?",
            "bolt.yaml:4:3: there is no setting `market.cahs`\n  hint: did you mean `market.cash`?",
            "bolt.yaml:5:9: `market.fees` is `yes`, but must be a fraction from 0 to 0.5, such as \
             `0.05` or `5%`",
            "bolt.yaml:6:1: there is no setting `unheard`",
            "bolt.yaml:8:3: there is no setting `market.of.it`\n  hint: did you mean `market.fees`?",
            "bolt.yaml:9:1: `sweep` is a section, not a setting\n  hint: write a setting of it, such as `sweep.memory`",
        ],
    );
    check_problems(
        "exec: {threads: '4'}",
        &["bolt.yaml:1:17: `exec.threads` is `'4'`, but must be a whole number from 0 to 4096\
           \n  hint: write 4 without quotes"],
    );
    check_problems(
        "exec: {threads: [4]}",
        &["bolt.yaml:1:17: `exec.threads` is `[…]`, but must be a whole number from 0 to 4096"],
    );
    check_problems(
        "exec: {threads: {a: 4}}",
        &["bolt.yaml:1:17: `exec.threads` is `{…}`, but must be a whole number from 0 to 4096"],
    );
    check_problems(
        "- exec",
        &["bolt.yaml:1:1: a settings file is a mapping of sections\
           \n  hint: write a line such as `exec.threads: 4`"],
    );
}

#[test]
fn what_is_not_yaml_ends_the_reading_and_spoils_its_line_only() {
    check_problems(
        "exec: {threads: -1}\nmarket: {fees: 5, : :\nsweep: {memory: x}",
        &[
            "bolt.yaml:1:17: `exec.threads` is `-1`, but must be a whole number from 0 to 4096",
            "bolt.yaml:2:21: this is not YAML: while parsing a node, did not find expected node content",
        ],
    );
    check_problems(
        "exec:\n\tthreads: 4\n",
        &[
            "bolt.yaml:2:2: this is not YAML: tabs disallowed within this context (block indentation)",
        ],
    );
}

#[test]
fn keys_stand_once() {
    check_problems(
        "exec:\n  threads: 1\n  threads: 2\n",
        &["bolt.yaml:3:3: `threads` is already in line 2"],
    );
    check_problems("exec: {? [x] : 1}", &["bolt.yaml:1:10: a key must be plain text"]);
    check_problems("exec: {? {x: 1} : 1}", &["bolt.yaml:1:10: a key must be plain text"]);
    check_problems("exec: {threads: &x 4, *x : 5}", &["bolt.yaml:1:23: a key must be plain text"]);
}

#[test]
fn there_is_one_document() {
    check_problems(
        "exec: {threads: 4}\n---\nexec: {threads: 5}\n",
        &["bolt.yaml:2:1: a settings file is one YAML document\
           \n  hint: keep one of the parts that `---` separates"],
    );
}

#[test]
fn tags_of_applications_are_refused() {
    check_problems(
        "exec:\n  threads: !env THREADS\n",
        &[
            "bolt.yaml:2:12: settings have no tags such as `!env`",
            "bolt.yaml:2:12: `exec.threads` is `THREADS`, but must be a whole number from 0 to 4096",
        ],
    );
}

#[test]
fn aliases_stand_for_their_anchors() {
    check_value("market:\n  fees: &cost 0.5%\n  spread: *cost\n", |c| {
        c.market_fees() == 0.005 && c.market_spread() == 0.005
    });
    check_value("market: &m {cash: &n 5}\nexec: {threads: *n}", |c| c.exec_threads() == 5);
    check_problems(
        "market: &m {cash: 5}\nexec: *m\n",
        &["bolt.yaml:1:13: there is no setting `exec.cash`\n  hint: did you mean `market.cash`?"],
    );
    check_problems(
        "market: &m {cash: 5}\nexec:\n  <<: *m\n",
        &["bolt.yaml:3:3: merge keys are not part of YAML 1.2\
           \n  hint: write the settings out, or use an alias as the value of a section"],
    );
    check_problems(
        "exec: {threads: *n}",
        &["bolt.yaml:1:17: this is not YAML: while parsing node, found unknown anchor"],
    );
}

#[test]
fn aliases_of_aliases_cost_nothing() {
    let mut text = String::from("a0: &a0 [x, x, x]\n");
    for level in 1..60 {
        let before = level - 1;
        text += &format!("a{level}: &a{level} {{k: *a{before}, l: *a{before}, m: *a{before}}}\n");
    }
    text += "exec: &e {threads: *e}\n";
    let file = SourceFile { path: "bolt.yaml".into(), text };
    assert_eq!(check(&file).problems.len(), 1 + 59 * 3 + 1);
}

#[test]
fn keys_of_aliases_are_counted() {
    let keys: String = (0..200).map(|key| format!("k{key}: 1, ")).collect();
    let aliases: String = (0..60).map(|alias| format!("s{alias}: *all\n")).collect();
    let file =
        SourceFile { path: "bolt.yaml".into(), text: format!("all: &all {{{keys}}}\n{aliases}") };
    let problems = check(&file).problems;
    assert_eq!(problems.len(), 10_001);
    assert!(problems.iter().any(|p| p.message == "the file has more than 10000 keys"));
}

#[test]
fn nesting_costs_no_stack() {
    for text in ["[", "{a: ", "- ", "? ", "a:\n  - "].map(|text| text.repeat(50_000)) {
        let file = SourceFile { path: "bolt.yaml".into(), text };
        assert!(!check(&file).problems.is_empty());
    }
}

#[test]
fn a_folder_has_one_settings_file() {
    let read = |known: &'static [&'static str]| {
        move |path: &Path| match path.to_str() {
            Some(path) if known.contains(&path) => Ok(b"# nothing".to_vec()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    };
    let gather = |file: Option<&Path>, known: &'static [&'static str]| {
        let home = environment([("HOME", "/home")]);
        Sources::gather(Vec::new(), home, file, Path::new("/a/b"), &read(known))
    };
    let found = |known| gather(None, known).unwrap().project.unwrap().path;
    assert_eq!(found(&["/a/bolt.yaml"]), Path::new("/a/bolt.yaml"));
    assert_eq!(found(&["/a/bolt.toml", "/a/b/bolt.yml"]), Path::new("/a/b/bolt.yml"));
    let user = gather(None, &["/home/.config/bolt/config.yml"]).unwrap().user.unwrap();
    assert_eq!(user.format(), Format::Yaml);

    let errors = gather(None, &["/a/bolt.toml", "/a/bolt.yml"]).unwrap_err();
    assert_eq!(errors.0[0].kind, ProblemKind::Conflict);
    assert_eq!(
        errors.to_string(),
        "/a/bolt.yml: `/a/bolt.toml` is there, too, and either could be meant\
         \n  hint: remove one of the two, or name one with `--config`"
    );
    let errors = gather(None, &["/home/.config/bolt/config.yml", "/home/.config/bolt/config.yaml"]);
    assert_eq!(errors.unwrap_err().0[0].kind, ProblemKind::Conflict);

    let named = gather(Some(Path::new("x.yaml")), &["x.yaml", "/a/bolt.toml", "/a/bolt.yml"]);
    assert_eq!(named.unwrap().project.unwrap().path, Path::new("x.yaml"));
    let missing = gather(Some(Path::new("y.yaml")), &["/a/bolt.toml"]).unwrap_err();
    assert_eq!(missing.0[0].kind, ProblemKind::Unreadable);
    assert_eq!(missing.to_string(), "y.yaml: cannot read the settings file: entity not found");
}

#[test]
fn a_settings_file_has_a_largest_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.toml");
    std::fs::write(&path, vec![b'\n'; 1 << 20]).unwrap();
    assert!(SourceFile::read(&path).is_ok());
    std::fs::write(&path, vec![b'\n'; (1 << 20) + 1]).unwrap();
    let problem = SourceFile::read(&path).unwrap_err();
    assert_eq!(problem.message, "a settings file is at most 1 MiB large");
}

/// A value of `any_value` as YAML, which has no dates.
fn yaml_of(toml: &str) -> String {
    match toml {
        "inf" | "nan" => format!(".{toml}"),
        "-inf" => "-.inf".into(),
        "1979-05-27" => "[]".into(),
        other => other.into(),
    }
}

proptest! {
    #[test]
    fn toml_and_yaml_say_the_same(row in 0..KNOBS.len(), value in any_value(), nested: bool) {
        let name = KNOBS[row].name;
        let (section, last) = name.split_once('.').unwrap_or(("", name));
        let toml = format!("{name} = {value}");
        let yaml_value = yaml_of(&value);
        let text = match nested && !section.is_empty() {
            true => format!("{section}:\n  {last}: {yaml_value}\n"),
            false => format!("{name}: {yaml_value}\n"),
        };
        match (Config::resolve(&project(&toml)), Config::resolve(&yaml(&text))) {
            (Ok(toml), Ok(yaml)) => {
                let values = |config: &Config| {
                    config.settings().map(|(_, s)| s.value.clone()).collect::<Vec<_>>()
                };
                prop_assert_eq!(values(&toml), values(&yaml), "{}", text);
            }
            (toml, yaml) => prop_assert_eq!(toml.is_ok(), yaml.is_ok(), "{}", text),
        }
    }

    #[test]
    fn every_knob_keeps_its_value_in_yaml(row in 0..KNOBS.len(), sample in 0..2usize) {
        let knob = &KNOBS[row];
        let (_, written) = &samples(knob.kind)[sample];
        let toml = Config::resolve(&project(&format!("{} = {written}", knob.name))).unwrap();
        let value = &find(&toml, knob.name).value;
        let shown = Config::resolve(&yaml(&format!("{}: {value}", knob.name))).unwrap();
        prop_assert_eq!(&find(&shown, knob.name).value, value);
    }

    #[test]
    fn no_yaml_makes_a_panic(
        text in "(?s).{0,200}",
        pieces in prop::collection::vec(piece(), 0..40),
    ) {
        for text in [text, pieces.concat()] {
            let source = SourceFile { path: "x.yaml".into(), text: text.clone() };
            let problems = check(&source).problems;
            prop_assert_eq!(problems.is_empty(), Config::resolve(&yaml(&text)).is_ok(), "{}", text);
        }
    }
}

/// Parts that YAML texts are made of.
fn piece() -> impl Strategy<Value = String> {
    let signs = [
        "\n", "\n  ", ": ", "- ", "? ", "{", "}", "[", "]", ", ", "&a ", "*a ", "'", "\"", "|\n",
        "!t ", "---\n", "#", "\t", "<<: ",
    ];
    let names = KNOBS.iter().flat_map(|knob| [knob.name, knob.parts().0, knob.parts().1]);
    let all: Vec<&str> = signs.into_iter().chain(names).collect();
    prop_oneof![prop::sample::select(all).prop_map(String::from), any_value()]
}
