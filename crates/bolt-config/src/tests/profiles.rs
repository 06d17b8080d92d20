//! Profiles.

use super::*;

#[test]
fn a_profile_stands_between_defaults_and_files() {
    let mut sources = Sources {
        user: file(USER, "profile = 'edge'\nstore.slow_query = 2"),
        ..project("sweep.memory = '3 MB'")
    };
    let origin = |sources: &Sources, name: &str| {
        let config = Config::resolve(sources).unwrap();
        let setting = find(&config, name);
        format!("{} # {}", setting.value, setting.source())
    };
    assert_eq!(origin(&sources, "profile"), format!("\"edge\" # {USER}:1"));
    assert_eq!(origin(&sources, "exec.threads"), "4 # profile edge");
    assert_eq!(origin(&sources, "sweep.memory"), format!("\"3 MiB\" # {PROJECT}:1"));
    assert_eq!(origin(&sources, "store.busy_timeout"), "5000.0 # default");

    sources.environment.insert("BOLT_PROFILE".into(), "hpc".into());
    assert_eq!(origin(&sources, "exec.threads"), "0 # default", "one profile at a time");
    assert_eq!(origin(&sources, "store.busy_timeout"), "600000.0 # profile hpc");
    assert_eq!(origin(&sources, "store.slow_query"), format!("2.0 # {USER}:2"));

    sources.flags = vec![flag("profile", "none"), flag("exec.threads", "7")];
    assert_eq!(origin(&sources, "store.busy_timeout"), "5000.0 # default");
    sources.flags[0].value = "edge".into();
    assert_eq!(origin(&sources, "exec.threads"), "7 # --set");
}

#[test]
fn profiles_are_what_the_setting_takes_and_change_something() {
    let names: Vec<&str> = PROFILES.iter().map(|profile| profile.name).collect();
    let knob = KNOBS.iter().find(|knob| knob.name == "profile").unwrap();
    assert_eq!(knob.kind, Kind::Choice(&["none", "production", "hpc", "edge"]));
    assert_eq!(names, ["production", "hpc", "edge"]);
    let plain = Config::resolve(&sources([])).unwrap();
    for Profile { name, doc, values } in PROFILES {
        assert!(doc.ends_with('.') && !doc.contains("  "), "{doc}");
        let config = Config::resolve(&sources([("BOLT_PROFILE", name)])).unwrap();
        config.call_every_getter();
        let from_profile: Vec<&str> = config
            .settings()
            .filter(|(_, setting)| setting.origin == Origin::Profile(name))
            .map(|(knob, _)| knob.name)
            .collect();
        assert_eq!(from_profile.len(), values.len(), "{name}");
        for (line, _) in config.lines().iter().filter(|(_, source)| source.contains(name)) {
            assert!(reference().contains(&format!("\n- `{line}`\n")), "{line}");
        }
        for knob in from_profile {
            assert!(values.iter().any(|(set, _)| *set == knob), "{knob}");
            let (profile, default) = (&find(&config, knob).value, &find(&plain, knob).value);
            assert_ne!(profile, default, "{name}: {knob} is what it is without");
        }
        assert!(reference().contains(&format!("### `{name}`\n\n{doc}\n")), "{name}");
    }
}

#[test]
fn an_unknown_profile_is_an_error_with_the_nearest_one() {
    let error = Config::resolve(&project("profile = 'prodution'")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/projects/one/bolt.toml:1:11: `profile` is `'prodution'`, but must be one of `none`, \
         `production`, `hpc`, `edge`\n  hint: did you mean `production`?"
    );
    let error = Config::resolve(&project("[exec]\nprofile = 'edge'")).unwrap_err();
    assert!(error.to_string().ends_with("\n  hint: did you mean `profile`?"), "{error}");
}

#[test]
fn figures_of_profiles_are_those_of_the_guides() {
    let (Some(bolt), Some(lyra)) =
        (bolt_testkit::text("guides/bolt.md"), bolt_testkit::text("guides/lyra.md"))
    else {
        return;
    };
    let after = |text: &str, name: &str| -> String {
        let rest = text.split(name).nth(1).unwrap_or_else(|| panic!("{name}"));
        rest.trim_start_matches([' ', '=', ':', '"']).lines().next().unwrap().into()
    };
    let share: f64 = after(&bolt, "\n    cache:").parse().unwrap();
    let memory = |profile: &str, whole_gb: f64| {
        let config = Config::resolve(&sources([("BOLT_PROFILE", profile)])).unwrap();
        let tenth = whole_gb * share * (1u64 << 30) as f64;
        let ratio = config.sweep_memory().0 as f64 / tenth;
        assert!((0.97..=1.001).contains(&ratio), "{profile}: {ratio}");
        assert_eq!(config.memory_limit(), Some(Bytes((whole_gb as u64) << 30)), "{profile}");
        config
    };
    let gigabytes = |text: String| text.trim_end_matches("GB\"").parse::<f64>().unwrap();
    memory("production", after(&bolt, "memory_limit_gb").parse().unwrap());
    memory("hpc", gigabytes(after(&lyra, "memory_per_node")));
    let edge = lyra.split("[edge_config]").nth(1).unwrap();
    let config = memory("edge", gigabytes(after(edge, "memory_limit")));
    assert_eq!(config.exec_threads().to_string(), after(edge, "worker_threads"));
}
