//! Tests of the features, through the public functions. Nothing here reads the real environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::Duration;

use bolt_base::Bytes;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::*;

mod guides;
mod profiles;
mod yaml;

const HOME: &str = "/home/user";
const PROJECT: &str = "/projects/one/bolt.toml";
const USER: &str = "/home/user/.config/bolt/config.toml";

fn environment<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, OsString> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

fn sources<const N: usize>(pairs: [(&str, &str); N]) -> Sources {
    let mut environment = environment(pairs);
    environment.insert("HOME".into(), HOME.into());
    Sources { environment, ..Sources::default() }
}

fn file(path: &str, text: &str) -> Option<SourceFile> {
    Some(SourceFile { path: path.into(), text: text.into() })
}

fn project(text: &str) -> Sources {
    Sources { project: file(PROJECT, text), ..sources([]) }
}

/// Returns what is wrong with a project file.
fn problems(text: &str) -> Vec<Problem> {
    check(&SourceFile { path: "bolt.toml".into(), text: text.into() }).problems
}

/// Returns the settings as a file, with their origins as comments.
fn show(config: &Config) -> String {
    config.lines().iter().map(|(line, source)| format!("{line} # {source}\n")).collect()
}

fn flag(name: &str, value: &str) -> Flag {
    Flag { flag: "--set".into(), name: name.into(), value: value.into() }
}

fn find<'a>(config: &'a Config, name: &str) -> &'a Setting {
    config.settings().find(|(knob, _)| knob.name == name).expect("a knob of this name").1
}

/// Two valid values of a kind that differ from each other and from every default, as text for the
/// command line and as TOML.
fn samples(kind: Kind) -> [(String, String); 2] {
    let plain = |text: &str| (text.to_owned(), text.to_owned());
    let quoted = |text: &str| (text.to_owned(), format!("\"{text}\""));
    match kind {
        Kind::Switch => [plain("true"), plain("false")],
        Kind::Count { .. } => [plain("3"), plain("7")],
        Kind::Number { .. } | Kind::NumberOrAuto { .. } => [plain("0.25"), plain("0.125")],
        Kind::Fraction { .. } => [quoted("25%"), plain("0.125")],
        Kind::Choice(words) => [quoted(words[1]), quoted(words[2])],
        Kind::Size { .. } | Kind::SizeOrAuto { .. } => [quoted("3 MiB"), plain("7340032")],
        Kind::Time { min, .. } if min > 0.0 => [plain("2.5"), quoted("150 min")],
        Kind::Time { .. } => [plain("0.25"), quoted("150 ms")],
        Kind::Processors => [quoted("0-3,8"), plain("1")],
        Kind::Server => [quoted("redis://localhost"), quoted("redis://10.0.0.7:7000/3")],
        Kind::File => [quoted("/data/a.db"), quoted("/data/b \\u00e9.db")],
    }
}

/// Every value of a kind that is just outside its range, or of another type, as JSON.
fn refused(kind: Kind) -> Vec<Json> {
    let outside = |min: f64, max: f64| {
        let margin = |x: f64| x.abs().max(1.0) * 1e-6;
        vec![json!(min - margin(min)), json!(max + margin(max)), json!("x"), json!(true)]
    };
    match kind {
        Kind::Switch => vec![json!(1), json!("true")],
        Kind::Count { min, max } => {
            let mut values = vec![json!(max + 1), json!(-1), json!(1.5), json!("1"), json!([1])];
            values.extend(min.checked_sub(1).map(|below| json!(below)));
            values
        }
        Kind::Number { min, max } => outside(min, max),
        Kind::NumberOrAuto { min, max } => outside(min, max),
        Kind::Choice(_) => vec![json!("x"), json!(""), json!("AUTO"), json!(1)],
        Kind::Size { min, max } | Kind::SizeOrAuto { min, max } => {
            let mut values = vec![json!(max.0 + 1), json!(-1), json!(1.5)];
            values.extend(min.0.checked_sub(1).map(|below| json!(below)));
            values
        }
        Kind::Fraction { min, max } | Kind::Time { min, max, .. } => {
            outside(min, max).into_iter().filter(|value| !value.is_string()).collect()
        }
        Kind::Processors => vec![json!(""), json!(-1), json!(0.5), json!(true)],
        Kind::Server => vec![json!(1), json!(true)],
        Kind::File => vec![json!(""), json!(1)],
    }
}

/// A JSON value as TOML.
fn toml_of(value: &Json) -> String {
    match value {
        Json::Number(number) if number.is_f64() => format!("{:?}", number.as_f64().unwrap()),
        value => value.to_string(),
    }
}

/// An independent validator of the few JSON Schema keywords in use; any other fails the test.
fn accepts(schema: &Json, value: &Json) -> bool {
    let keywords = schema.as_object().expect("a schema is an object");
    keywords.iter().all(|(keyword, argument)| match keyword.as_str() {
        "$schema" | "title" | "description" | "default" => true,
        "type" => match argument.as_str().unwrap() {
            "object" => value.is_object(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
            "number" => value.is_number(),
            other => panic!("type {other}"),
        },
        "enum" => argument.as_array().unwrap().contains(value),
        "const" => argument == value,
        "anyOf" => argument.as_array().unwrap().iter().any(|schema| accepts(schema, value)),
        "minimum" => value.as_f64().is_none_or(|number| number >= argument.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|number| number <= argument.as_f64().unwrap()),
        "minLength" => value.as_str().is_none_or(|s| s.len() as u64 >= argument.as_u64().unwrap()),
        "properties" => value.as_object().is_none_or(|object| {
            object.iter().all(|(name, value)| argument.get(name).is_none_or(|s| accepts(s, value)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|object| {
            let known = &schema["properties"];
            *argument != json!(false) || object.keys().all(|name| known.get(name).is_some())
        }),
        other => panic!("keyword {other}"),
    })
}

fn settings_file(knob: &Knob, value: &Json) -> Json {
    match knob.parts() {
        ("", name) => json!({ name: value }),
        (section, name) => json!({ section: { name: value } }),
    }
}

#[test]
fn the_table_is_well_formed() {
    let variables: std::collections::BTreeSet<_> = KNOBS.iter().map(Knob::variable).collect();
    assert_eq!(variables.len(), KNOBS.len(), "two knobs share a name");
    let mut sections: Vec<&str> = KNOBS.iter().map(|k| k.name.split('.').next().unwrap()).collect();
    sections.dedup();
    let distinct: std::collections::BTreeSet<_> = sections.iter().collect();
    assert_eq!(distinct.len(), sections.len(), "a section stands in two places");
    for knob in KNOBS {
        let name = knob.name;
        assert!(name.split('.').count() == 2 || name == "profile", "{name}");
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b"._".contains(&b)), "{name}");
        assert!(knob.doc().ends_with('.') && !knob.doc().contains("  "), "{name}: {}", knob.doc());
        assert!(knob.reader.starts_with("bolt-") && knob.test.starts_with("bolt-"), "{name}");
    }
}

#[test]
fn defaults_are_in_effect_without_any_layer() {
    let config = Config::resolve(&sources([])).unwrap();
    config.call_every_getter();
    assert!(config.settings().all(|(_, setting)| setting.origin == Origin::Default));
    assert_eq!(config.exec_threads(), 0);
    assert_eq!(config.market_cash(), 10_000.0);
    assert_eq!(config.market_periods_per_year(), None);
    assert_eq!(config.sweep_memory(), Bytes(100 << 20));
    assert_eq!(config.store_busy_timeout(), Duration::from_secs(5));
    assert_eq!(config.store_slow_query(), Duration::from_millis(100));
    assert_eq!(config.store_path(), Some(Path::new("/home/user/.local/share/bolt/bolt.db")));
}

#[test]
fn a_stronger_layer_wins_for_every_knob() {
    let origin_of = |layer: usize, knob: &Knob| match layer {
        0 => Origin::File { path: USER.into(), line: 2, column: 4 + knob.parts().1.len() },
        1 => Origin::File { path: PROJECT.into(), line: 1, column: 4 + knob.name.len() },
        2 => Origin::Variable(knob.variable()),
        _ => Origin::Flag("--set".into()),
    };
    let put =
        |sources: &mut Sources, layer: usize, knob: &Knob, (text, toml): &(String, String)| {
            let header = match knob.parts().0 {
                "" => String::new(),
                section => format!("[{section}]"),
            };
            let last = knob.parts().1;
            match layer {
                0 => sources.user = file(USER, &format!("{header}\n{last} = {toml}")),
                1 => sources.project = file(PROJECT, &format!("{} = {toml}", knob.name)),
                2 => drop(sources.environment.insert(knob.variable(), text.into())),
                _ => sources.flags.push(flag(knob.name, text)),
            }
        };
    for knob in KNOBS {
        let [one, two] = samples(knob.kind);
        for strong in 0..4 {
            let mut alone = sources([]);
            put(&mut alone, strong, knob, &one);
            let alone = Config::resolve(&alone).unwrap_or_else(|e| panic!("{}: {e}", knob.name));
            alone.call_every_getter();
            let alone = find(&alone, knob.name);
            assert_eq!(alone.origin, origin_of(strong, knob), "{}", knob.name);
            for weak in 0..strong {
                let mut both = sources([]);
                put(&mut both, weak, knob, &two);
                let weaker = find(&Config::resolve(&both).unwrap(), knob.name).value.clone();
                assert_ne!(weaker, alone.value, "{}: layer {weak}", knob.name);
                put(&mut both, strong, knob, &one);
                assert_eq!(find(&Config::resolve(&both).unwrap(), knob.name), alone);
            }
        }
    }
}

#[test]
fn the_later_of_two_flags_wins_and_an_empty_variable_is_not_set() {
    let mut sources = sources([("BOLT_EXEC_THREADS", ""), ("BOLT_MARKET_CASH", " 5 ")]);
    sources.flags = vec![flag("market.fees", "0.1"), flag("market.fees", "0.2")];
    let config = Config::resolve(&sources).unwrap();
    assert_eq!(config.market_fees(), 0.2);
    assert_eq!(config.market_cash(), 5.0);
    assert_eq!(find(&config, "exec.threads").origin, Origin::Default);
}

#[track_caller]
fn check_value(toml: &str, read: impl Fn(&Config) -> bool) {
    let config = Config::resolve(&project(toml)).unwrap_or_else(|e| panic!("{toml}: {e}"));
    assert!(read(&config), "{toml}:\n{}", show(&config));
}

#[test]
fn values_can_be_written_in_several_ways() {
    check_value("exec.threads = 0x10", |c| c.exec_threads() == 16);
    check_value("[exec]\nthreads = +1_0", |c| c.exec_threads() == 10);
    check_value("market.cash = 5", |c| c.market_cash() == 5.0);
    check_value("market.cash = 1_000.5", |c| c.market_cash() == 1000.5);
    check_value("market = { cash = 1e6 }", |c| c.market_cash() == 1e6);
    check_value("market.periods_per_year = 252", |c| c.market_periods_per_year() == Some(252.0));
    check_value("sweep.memory = '2GiB'", |c| c.sweep_memory() == Bytes(2 << 30));
    check_value("sweep.memory = 2097152", |c| c.sweep_memory() == Bytes(2 << 20));
    let timeout = |seconds| move |c: &Config| c.store_busy_timeout().as_secs_f64() == seconds;
    check_value("store.busy_timeout = 250", timeout(0.25));
    check_value("store.busy_timeout = '250ms'", timeout(0.25));
    check_value("store.busy_timeout = '2 s'", timeout(2.0));
    check_value("store.busy_timeout = '1.5 min'", timeout(90.0));
    check_value("cache.time_to_live = '7d'", |c| {
        c.cache_time_to_live() == Duration::from_secs(7 * 86_400)
    });
    check_value("store.slow_query = '20 ms'", |c| {
        c.store_slow_query() == Duration::from_millis(20)
    });
    check_value("market.fees = 0.001", |c| c.market_fees() == 0.001);
    check_value("market.fees = '0.1%'", |c| c.market_fees() == 0.001);
    check_value("market.risk_free_rate = '-2.5 %'", |c| c.market_risk_free_rate() == -0.025);
    check_value("kernel.jit = false", |c| !c.kernel_jit());
}

/// Checks every problem of a project file.
#[track_caller]
fn check_problems(text: &str, expected: &[&str]) {
    let found: Vec<String> = problems(text).iter().map(Problem::to_string).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn unknown_names_are_errors_with_the_nearest_known_one() {
    check_problems(
        "\n[exec]\nthraeds = 4",
        &[
            "bolt.toml:3:1: there is no setting `exec.thraeds`\n  hint: did you mean `exec.threads`?",
        ],
    );
    check_problems(
        "[exce]\nthreads = 4",
        &[
            "bolt.toml:2:1: there is no setting `exce.threads`\n  hint: did you mean `exec.threads`?",
        ],
    );
    check_problems(
        "thread = 4",
        &["bolt.toml:1:1: there is no setting `thread`\n  hint: did you mean `exec.threads`?"],
    );
    check_problems("[unheard]", &["bolt.toml:1:2: there is no setting `unheard`"]);
    check_problems("[market.of.it]\na = 1", &["bolt.toml:1:9: there is no setting `market.of`"]);
    check_problems(
        "market = 5",
        &["bolt.toml:1:1: `market` is a section, not a setting\
           \n  hint: write a setting of it, such as `market.cash`"],
    );
    check_problems("[market]\n[exec]", &[]);
    check_problems(
        "\"exec.threads\" = 4",
        &[
            "bolt.toml:1:1: there is no setting `\"exec.threads\"`\n  hint: did you mean `exec.threads`?",
        ],
    );
}

#[test]
fn wrong_types_and_ranges_say_what_was_found_and_what_is_allowed() {
    check_problems(
        "[exec]\n\nthreads = 9999",
        &["bolt.toml:3:11: `exec.threads` is `9999`, but must be a whole number from 0 to 4096"],
    );
    check_problems(
        "exec.threads = \"4\"",
        &["bolt.toml:1:16: `exec.threads` is `\"4\"`, but must be a whole number from 0 to 4096\
           \n  hint: write 4 without quotes"],
    );
    check_problems(
        "exec.threads = 99999999999999999999999999999999999999999999",
        &["bolt.toml:1:16: `exec.threads` is `99999999999999999999999999999999999999999999`, \
           but must be a whole number from 0 to 4096"],
    );
    check_problems(
        "exec = { threads = -1 }",
        &["bolt.toml:1:20: `exec.threads` is `-1`, but must be a whole number from 0 to 4096"],
    );
    check_problems(
        "market.fees = nan",
        &["bolt.toml:1:15: `market.fees` is `nan`, but must be a fraction from 0 to 0.5, such as \
           `0.05` or `5%`"],
    );
    check_problems(
        "market.spread = 5",
        &["bolt.toml:1:17: `market.spread` is `5`, but must be a fraction from 0 to 0.5, such as \
           `0.05` or `5%`\n  hint: 5 is 500 %; write `5%` for 0.05"],
    );
    check_problems(
        "market.risk_free_rate = '500%'",
        &[
            "bolt.toml:1:25: `market.risk_free_rate` is `'500%'`, but must be a fraction from -0.5 to 1, \
           such as `0.05` or `5%`",
        ],
    );
    check_problems(
        "kernel.simd = 'avx-2'",
        &[
            "bolt.toml:1:15: `kernel.simd` is `'avx-2'`, but must be one of `auto`, `none`, `avx2`, \
           `avx512`, `neon`\n  hint: did you mean `avx2`?",
        ],
    );
    check_problems(
        "sweep.memory = '1 KB'",
        &[
            "bolt.toml:1:16: `sweep.memory` is `'1 KB'`, but must be a number of bytes from 1 MiB to \
           1024 TiB, or text such as `100 MB`",
        ],
    );
    check_problems(
        "store.slow_query = [\n1,\n2]",
        &["bolt.toml:1:20: `store.slow_query` is `[…`, but must be a time from 0 s to 3600 s: \
           a number in s, or text such as `250 ms` or `7 d`"],
    );
}

#[test]
fn settings_of_the_cache_say_what_they_take() {
    check_problems(
        "cache.time_to_live = '2 weeks'",
        &["bolt.toml:1:22: `cache.time_to_live` is `'2 weeks'`, but must be a time from 1 s to \
           320000000 s: a number in s, or text such as `250 ms` or `7 d`\
           \n  hint: `weeks` is not a unit of time; use ms, s, min, h or d"],
    );
    check_problems(
        "cache.size = '10 Gb/s'",
        &[
            "bolt.toml:1:14: `cache.size` is `'10 Gb/s'`, but must be a number of bytes from 0 B to \
           1024 TiB, or text such as `100 MB`\
           \n  hint: `gb/s` is not a unit of memory; use B, KB, MB, GB, TB or PB",
        ],
    );
    check_problems(
        "cache.redis = 'rediss://localhost'",
        &["bolt.toml:1:15: `cache.redis` is `'rediss://localhost'`, but must be `none` or the \
           address of a server, such as `redis://localhost:6379`\
           \n  hint: encrypted connections are not spoken; use `redis://`"],
    );
    check_problems(
        "cache.redis = 'localhost:6379'",
        &["bolt.toml:1:15: `cache.redis` is `'localhost:6379'`, but must be `none` or the \
           address of a server, such as `redis://localhost:6379`\
           \n  hint: write `redis://localhost:6379`"],
    );
}

#[test]
fn times_have_units_up_to_days_and_passwords_are_not_shown() {
    let config = Config::resolve(&project("cache.time_to_live = '7d'")).unwrap();
    assert_eq!(config.cache_time_to_live(), Duration::from_secs(7 * 86_400));
    for (address, shown) in [
        ("redis://me:se@cret@host:1/2", "redis://me:***@host:1/2"),
        ("redis://:secret@host", "redis://:***@host"),
        ("redis://host:6379", "redis://host:6379"),
        ("none", "none"),
        ("", "none"),
    ] {
        let config = Config::resolve(&project(&format!("cache.redis = '{address}'"))).unwrap();
        let value = &find(&config, "cache.redis").value;
        assert_eq!((value.to_string(), value.to_json()), (format!("\"{shown}\""), json!(shown)));
        let read = config.cache_redis();
        assert_eq!(read, Some(address).filter(|address| address.contains("://")));
    }
}

#[track_caller]
fn check_hint(text: &str, expected: Option<&str>) {
    for file in [("x.toml", text.to_owned()), ("x.yaml", text.replace(" = ", ": "))] {
        let found = check(&SourceFile { path: file.0.into(), text: file.1 }).problems;
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].kind, ProblemKind::Value, "{text}");
        assert_eq!(found[0].hint.as_deref(), expected, "{text}");
    }
}

#[test]
fn hints_say_what_is_wrong_or_what_to_write() {
    let unit = "`parsecs` is not a unit of memory; use B, KB, MB, GB, TB or PB";
    check_hint("sweep.memory = '9 parsecs'", Some(unit));
    check_hint("sweep.memory = '-1 GB'", Some("a size is not negative"));
    check_hint("sweep.memory = -1", Some("a size is not negative"));
    let too_large = "`99999999 TB` is more than 64 bits can count";
    check_hint("sweep.memory = '99999999 TB'", Some(too_large));
    check_hint("sweep.memory = '8000 TB'", None);
    check_hint("sweep.memory = 1e400", Some("a number is at most about 1.8e308"));
    check_hint("market.cash = -1e400", Some("a number is at most about 1.8e308"));
    check_hint("market.fees = 1e400", Some("a number is at most about 1.8e308"));
    check_hint(
        "store.slow_query = '9 parsecs'",
        Some("`parsecs` is not a unit of time; use ms, s, min, h or d"),
    );
    check_hint("store.slow_query = '-9 ms'", Some("a time is not negative"));
    check_hint("store.slow_query = '2 h'", None);
    check_hint("kernel.jit = 'On'", Some("write `true`"));
    check_hint("kernel.jit = 'no'", Some("write `false`"));
    check_hint("kernel.jit = 'perhaps'", None);
    check_hint("exec.threads = 4.0", Some("write 4"));
    check_hint("exec.threads = 4.5", None);
    check_hint("exec.threads = 5000.0", None);
    check_hint("market.cash = '5'", Some("write 5 without quotes"));
    check_hint("market.cash = 'five'", None);
    check_hint("limits.cpu_percent = '30%'", Some("write 30"));
    check_hint("limits.cpu_percent = '130%'", None);
    check_hint(
        "cache.time_to_live = '7 days'",
        Some("`days` is not a unit of time; use ms, s, min, h or d"),
    );
}

#[test]
fn every_problem_of_a_file_is_reported_in_order() {
    let text = "[market]\ncash = 0\nfees =\nspread = 0.7\nsplippage = 1\n";
    let lines: Vec<usize> = problems(text)
        .iter()
        .map(|problem| match problem.origin {
            Origin::File { line, .. } => line,
            _ => panic!("{problem}"),
        })
        .collect();
    assert_eq!(lines, [2, 3, 4, 5]);
    let errors = Config::resolve(&Sources {
        user: file(USER, "zz = 1\nz = 2\n= 3"),
        flags: vec![flag("exec.threads", "x")],
        ..project("y = 3")
    });
    let origins: Vec<String> = errors.unwrap_err().0.iter().map(|p| p.origin.to_string()).collect();
    let expected: [String; 5] = [
        format!("{USER}:1"),
        format!("{USER}:2"),
        format!("{USER}:3"),
        format!("{PROJECT}:1"),
        "--set".into(),
    ];
    assert_eq!(origins, expected);
}

#[test]
fn a_line_that_is_not_toml_is_reported_once() {
    for text in ["= = = [", "[exec]]] threads = 9999 = x", "exec.threads = 9999 9999 9999"] {
        assert_eq!(problems(text).len(), 1, "{text}");
    }
}

#[test]
fn flags_and_variables_are_named_in_problems() {
    let mut sources = sources([("BOLT_KERNEL_JIT", "maybe")]);
    sources.flags = vec![flag("exec.thread", "4")];
    assert_eq!(
        Config::resolve(&sources).unwrap_err().to_string(),
        "BOLT_KERNEL_JIT: `kernel.jit` is `maybe`, but must be `true` or `false`\n\
         --set: there is no setting `exec.thread`\n  hint: did you mean `exec.threads`?"
    );
}

#[test]
fn unknown_variables_are_warnings() {
    let sources = sources([("BOLT_EXEC_THREDS", "4"), ("BOLT_SHARED", "/x"), ("CASH", "1")]);
    let config = Config::resolve(&sources).unwrap();
    let warnings: Vec<String> = config.warnings().iter().map(Problem::to_string).collect();
    assert_eq!(
        warnings,
        ["BOLT_EXEC_THREDS: there is no such setting; the variable has no effect\
          \n  hint: did you mean `BOLT_EXEC_THREADS`?"]
    );
}

#[test]
fn conventional_variables_change_defaults_only() {
    let color = |sources: &Sources| {
        let config = Config::resolve(sources).unwrap();
        (config.output_color(), find(&config, "output.color").origin.to_string())
    };
    let mut sources = sources([("NO_COLOR", "1"), ("XDG_DATA_HOME", "/data")]);
    assert_eq!(color(&sources), ("never", "default with NO_COLOR".into()));
    let config = Config::resolve(&sources).unwrap();
    assert_eq!(config.store_path(), Some(Path::new("/data/bolt/bolt.db")));
    assert_eq!(find(&config, "store.path").origin, Origin::Derived("XDG_DATA_HOME"));

    sources.user = file(USER, "output.color = 'always'");
    assert_eq!(color(&sources).0, "always");
    sources.user = None;
    sources.environment.insert("NO_COLOR".into(), "".into());
    assert_eq!(color(&sources), ("auto", "default".into()));
    sources.environment.insert("XDG_DATA_HOME".into(), "relative".into());
    assert_eq!(find(&Config::resolve(&sources).unwrap(), "store.path").origin, Origin::Default);
}

#[test]
fn paths_count_from_the_file_that_names_them() {
    let path = |sources: &Sources| {
        Config::resolve(sources).unwrap().store_path().map(|path| path.display().to_string())
    };
    assert_eq!(path(&project("store.path = 'runs.db'")).unwrap(), "/projects/one/runs.db");
    assert_eq!(path(&project("store.path = '/a/b.db'")).unwrap(), "/a/b.db");
    assert_eq!(path(&project("store.path = '~/b.db'")).unwrap(), "/home/user/b.db");
    assert_eq!(path(&sources([("BOLT_STORE_PATH", "runs.db")])).unwrap(), "runs.db");
    assert_eq!(path(&Sources::default()), None, "without a home there is no default");

    let homeless = Sources { flags: vec![flag("store.path", "~/b.db")], ..Sources::default() };
    assert_eq!(
        Config::resolve(&homeless).unwrap_err().to_string(),
        "--set: `store.path` is `~/b.db`, but no home directory is known\
         \n  hint: set `HOME`, or write the whole path"
    );
}

#[test]
fn files_are_found_where_they_belong() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("a/b/c");
    std::fs::create_dir_all(&inner).unwrap();
    std::fs::create_dir_all(folder.path().join("settings/bolt")).unwrap();
    std::fs::write(folder.path().join("bolt.toml"), "exec.threads = 1").unwrap();
    std::fs::write(folder.path().join("a/bolt.toml"), "exec.threads = 2").unwrap();
    std::fs::write(folder.path().join("settings/bolt/config.toml"), "market.cash = 3").unwrap();
    let mut environment = environment([]);
    environment.insert("XDG_CONFIG_HOME".into(), folder.path().join("settings").into());
    let read: &dyn Fn(&Path) -> io::Result<Vec<u8>> = &|path| std::fs::read(path);

    let sources = Sources::gather(Vec::new(), environment.clone(), None, &inner, read).unwrap();
    let config = Config::resolve(&sources).unwrap();
    assert_eq!(config.exec_threads(), 2, "the nearest bolt.toml upward");
    assert_eq!(config.market_cash(), 3.0);

    std::fs::write(inner.join("bolt.toml"), b"[exec]\nthreads = '\xff'").unwrap();
    let error = Sources::gather(Vec::new(), environment, None, &inner, read).unwrap_err();
    let expected = format!("{}:2: this line is not UTF-8 text", inner.join("bolt.toml").display());
    assert_eq!(error.to_string(), expected);
}

#[test]
fn the_user_file_is_below_home_without_xdg_and_trouble_reading_it_is_reported() {
    let read: &dyn Fn(&Path) -> io::Result<Vec<u8>> = &|path| match path.to_str() {
        Some(USER) => Err(io::ErrorKind::PermissionDenied.into()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let environment = environment([("HOME", HOME), ("XDG_CONFIG_HOME", "")]);
    let error =
        Sources::gather(Vec::new(), environment, None, Path::new("/projects"), read).unwrap_err();
    let expected = format!("{USER}: cannot read the settings file: permission denied");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn the_real_environment_can_be_read() {
    let sources = Sources::from_system(vec![flag("market.cash", "7")], None).unwrap();
    assert!(sources.environment.contains_key("PATH"));
    assert_eq!(sources.flags.len(), 1);
}

#[test]
fn shown_settings_tell_their_origins() {
    let mut sources = project("[market]\ncash = 5000");
    sources.environment.insert("BOLT_KERNEL_JIT".into(), "0".into());
    sources.flags = vec![flag("exec.threads", "3")];
    let shown = show(&Config::resolve(&sources).unwrap());
    let has = |line: &str| shown.lines().any(|l| l.split_whitespace().eq(line.split_whitespace()));
    for line in [
        "exec.threads = 3 # --set",
        "kernel.jit = false # BOLT_KERNEL_JIT",
        "market.cash = 5000.0 # /projects/one/bolt.toml:2",
        "store.busy_timeout = 5000.0 # default",
        "sweep.memory = \"100 MiB\" # default",
    ] {
        assert!(has(line), "{line}\n{shown}");
    }
}

#[test]
fn a_line_break_in_a_path_does_not_break_the_shown_settings() {
    let project = file("/odd\npath/bolt.toml", "store.path = \"a\\nb\\t\\\"\\\\\"");
    let config = Config::resolve(&Sources { project, ..sources([]) }).unwrap();
    let again = Config::resolve(&self::project(&show(&config))).unwrap();
    assert_eq!(again.store_path(), Some(Path::new("/odd\npath/a\nb\t\"\\")));
}

#[test]
fn help_and_reference_hold_every_knob() {
    let (reference, help) = (reference(), help());
    for knob in KNOBS {
        for text in [knob.name, &knob.doc(), &knob.variable(), &knob.kind.to_string()] {
            assert!(reference.contains(text), "{text}");
        }
        assert!(knob.aliases().all(|alias| reference.contains(alias)), "{}", knob.name);
        assert!(help.contains(&format!("{} [default: {}]\n", knob.name, knob.default)));
    }
    let widest = help.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{widest:?}");
}

#[test]
fn processors_are_numbers_and_ranges() {
    for (text, expected) in [("\"0-3,8\"", Some("0-3,8")), ("5", Some("5")), ("\"auto\"", None)] {
        let text = format!("exec.processors = {text}");
        check_value(&text, |config| config.exec_processors() == expected);
    }
    for text in ["x", "1-", "-1", "1,,2", "1-2-3"] {
        assert_eq!(problems(&format!("exec.processors = \"{text}\"")).len(), 1, "{text}");
    }
}

#[test]
fn the_schema_agrees_with_the_checks() {
    let schema = schema();
    for knob in KNOBS {
        let default = match knob.parts() {
            ("", name) => &schema["properties"][name]["default"],
            (section, name) => &schema["properties"][section]["properties"][name]["default"],
        };
        assert!(accepts(&schema, &settings_file(knob, default)), "{}: {default}", knob.name);
        let text = format!("{} = {}", knob.name, toml_of(default));
        assert_eq!(problems(&text), [], "{text}");
        for value in refused(knob.kind) {
            let text = format!("{} = {}", knob.name, toml_of(&value));
            assert!(!accepts(&schema, &settings_file(knob, &value)), "the schema takes {text}");
            assert_eq!(problems(&text).len(), 1, "{text}");
        }
    }
    for (settings, is_accepted) in [
        (json!({ "system": { "cpu_cores": 12, "memory_limit_gb": 1.5 } }), true),
        (json!({ "system": { "memory_limit_gb": -1 } }), false),
        (json!({ "concurrency": { "worker_threads": "auto" } }), true),
        (json!({ "concurrency": { "worker_threads": "many" } }), false),
        (json!({ "hardware": { "vectorization": "AVX512" } }), true),
        (json!({ "memory": { "numa_aware": true, "component_budgets": { "cache": 0.2 } } }), true),
        (json!({ "memory": { "component_budgets": { "cash": 0.2 } } }), false),
        (json!({ "profile": "hpc" }), true),
        (json!({ "profile": "hcp" }), false),
    ] {
        assert_eq!(accepts(&schema, &settings), is_accepted, "{settings}");
        // JSON is YAML.
        let file = SourceFile { path: "x.yaml".into(), text: settings.to_string() };
        assert_eq!(check(&file).problems.is_empty(), is_accepted, "{settings}");
    }
    assert!(!accepts(&schema, &json!({ "exec": { "thraeds": 1 } })));
    assert!(!accepts(&schema, &json!({ "exce": {} })));
}

#[test]
fn the_schema_says_what_names_of_guides_and_profiles_do() {
    let schema = schema();
    for name in crate::guides::file_names() {
        let sections = name.split('.');
        let property = sections.fold(&schema, |at, name| &at["properties"][name]);
        let description = property["description"].as_str().unwrap_or_else(|| panic!("{name}"));
        let is_said = match crate::guides::in_file(name).unwrap() {
            crate::guides::Meaning::Sets(alias) => description.contains(alias.knob),
            crate::guides::Meaning::Unused(reason) => description.contains(reason),
        };
        assert!(is_said, "{name}: {description}");
    }
    let profiles = schema["properties"]["profile"]["anyOf"].as_array().unwrap();
    for (found, profile) in profiles[1..].iter().zip(PROFILES) {
        assert_eq!(found["const"], profile.name);
        for (knob, value) in profile.values {
            let description = found["description"].as_str().unwrap();
            assert!(description.contains(&format!("`{knob} = {value}`")), "{description}");
        }
    }
}

#[test]
fn values_become_json() {
    let config = Config::resolve(&project("sweep.memory = '2 MB'\nmarket.fees = 0.5")).unwrap();
    let json = |name| find(&config, name).value.to_json();
    assert_eq!(json("sweep.memory"), json!(2 << 20));
    assert_eq!(json("market.fees"), json!(0.5));
    assert_eq!(json("market.periods_per_year"), json!("auto"));
    assert_eq!(json("kernel.jit"), json!(true));
    assert_eq!(json("store.busy_timeout"), json!(5000.0));
    let homeless = Config::resolve(&Sources::default()).unwrap();
    assert_eq!(find(&homeless, "store.path").value.to_json(), Json::Null);
}

#[test]
fn nesting_costs_no_stack() {
    for text in [
        format!("{}a = 1", "a.".repeat(50_000)),
        format!("[{}a]", "a.".repeat(50_000)),
        format!("a = {}", "[".repeat(50_000)),
        format!("a = {}", "{a=".repeat(50_000)),
    ] {
        assert!(!problems(&text).is_empty());
    }
}

#[test]
fn a_long_file_takes_no_longer_for_each_line() {
    let text: String = (0..10_000).map(|i| format!("key_{i} = {i}\n= {i}\n")).collect();
    let problems = problems(&text);
    assert_eq!(problems.len(), 20_000);
    assert_eq!(
        problems[19_999].origin,
        Origin::File { path: "bolt.toml".into(), line: 20_000, column: 1 }
    );
}

fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<f64>().prop_map(|x| format!("{x:?}").to_lowercase()),
        any::<i64>().prop_map(|x| x.to_string()),
        (1u64 << 20..1 << 40).prop_map(|x| x.to_string()),
        any::<bool>().prop_map(|x| x.to_string()),
        "[a-z0-9 ]{0,8}".prop_map(|x| format!("'{x}'")),
        (0.0..1.0, prop::sample::select(vec!["ms", "s", "MB", "GB", "%"]))
            .prop_map(|(x, unit)| format!("'{x} {unit}'")),
        Just("[1, 'a']".into()),
        Just("1979-05-27".into()),
    ]
}

fn any_line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(KNOBS.iter().map(|knob| knob.name).collect::<Vec<_>>());
    prop_oneof![
        (name.clone(), any_value()).prop_map(|(name, value)| format!("{name} = {value}")),
        (name, ".{0,12}").prop_map(|(name, noise)| format!("{name}{noise}")),
        ".{0,30}",
    ]
}

proptest! {
    #[test]
    fn no_text_makes_a_panic(text in ".{0,200}", lines in prop::collection::vec(any_line(), 0..8)) {
        for text in [text, lines.join("\n")] {
            let problems = problems(&text);
            let resolved = Config::resolve(&project(&text));
            prop_assert_eq!(problems.is_empty(), resolved.is_ok(), "{}", text);
            let lines = text.split('\n').count();
            for problem in problems {
                let inside = matches!(problem.origin, Origin::File { line, .. } if (1..=lines).contains(&line));
                prop_assert!(inside, "{problem} in {text:?}");
            }
        }
    }

    #[test]
    fn shown_settings_read_back_as_they_were(row in 0..KNOBS.len(), value in any_value()) {
        let text = format!("{} = {value}", KNOBS[row].name);
        if let Ok(config) = Config::resolve(&project(&text)) {
            let values = |config: &Config| {
                config.settings().map(|(_, setting)| setting.value.clone()).collect::<Vec<_>>()
            };
            let again = Config::resolve(&project(&show(&config))).unwrap();
            prop_assert_eq!(values(&config), values(&again), "{}", show(&config));
        }
    }

    #[test]
    fn what_the_check_takes_the_schema_takes(row in 0..KNOBS.len(), value in any_value()) {
        let knob = &KNOBS[row];
        if problems(&format!("{} = {value}", knob.name)).is_empty() {
            let value: Json = serde_json::from_str(&value.replace('\'', "\"")).unwrap();
            prop_assert!(accepts(&schema(), &settings_file(knob, &value)), "{}: {value}", knob.name);
        }
    }
}
