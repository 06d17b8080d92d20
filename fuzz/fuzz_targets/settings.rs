//! Settings files: any text is settings or problems at places in it, and what is shown of settings
//! is read back the same, in YAML as in TOML.
#![no_main]

use bolt_config::{Check, Config, Origin, SourceFile, Sources, Value, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for name in ["/a/fuzz.yaml", "/a/fuzz.toml"] {
        let file = SourceFile { path: name.into(), text: text.into() };
        let Check { effective, unused, problems } = check(&file);
        let origins = effective.iter().map(|one| &one.setting.origin);
        let origins = origins.chain(unused.iter().map(|one| &one.origin));
        for origin in origins.chain(problems.iter().map(|one| &one.origin)) {
            let Origin::File { line, column, .. } = origin else { panic!("{origin}") };
            assert!((1..=lines(text) + 1).contains(line) && *column > 0, "{origin:#}");
        }
        let resolved = Config::resolve(&sources(file));
        // Here no home directory is known.
        assert!(problems.is_empty() || resolved.is_err());
        if let Ok(config) = resolved {
            read_back(&config);
        }
    }
});

/// YAML ends lines at a carriage return, too.
fn lines(text: &str) -> usize {
    text.split(['\n', '\r']).count()
}

fn sources(file: SourceFile) -> Sources {
    Sources { project: Some(file), ..Sources::default() }
}

fn read_back(config: &Config) {
    for (name, sign) in [("/a/again.yaml", ": "), ("/a/again.toml", " = ")] {
        let lines = config.lines();
        let text = lines.iter().map(|(line, source)| {
            let line = line.replacen(" = ", sign, 1);
            format!("{line} # {source}\n")
        });
        let again = SourceFile { path: name.into(), text: text.collect() };
        let again = Config::resolve(&sources(again)).expect("what is shown is a settings file");
        assert_eq!(values(config), values(&again));
    }
}

fn values(config: &Config) -> Vec<&Value> {
    config.settings().map(|(_, setting)| &setting.value).collect()
}
