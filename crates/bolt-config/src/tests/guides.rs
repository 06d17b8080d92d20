//! Names of the guides: small samples, and the guides' own files and variables.

use super::*;
use crate::guides::Meaning;

fn check_text(name: &str, text: &str) -> Check {
    check(&SourceFile { path: name.into(), text: text.into() })
}

/// Returns what a text sets and what has no effect, a line each.
#[track_caller]
fn said(name: &str, text: &str) -> (Vec<String>, Vec<String>) {
    let Check { effective, unused, problems } = check_text(name, text);
    assert_eq!(problems, [], "{text}");
    let effective = effective.iter().map(|one| {
        let name = one.setting.alias.unwrap_or(one.knob().name);
        format!("{:#} {name}: {} = {}", one.setting.origin, one.knob().name, one.setting.value)
    });
    let unused = unused.iter().map(|one| format!("{:#} {}: {}", one.origin, one.name, one.reason));
    (effective.collect(), unused.collect())
}

#[test]
fn a_name_of_a_guide_sets_ours_or_has_a_reason() {
    let text = "system:\n  cpu_cores: 12\n  gpu_enabled: true\nexec: {threads: 12}\n\
                tools:\n  ripgrep:\n    memory_map: true\n";
    let (effective, unused) = said("x.yaml", text);
    assert_eq!(
        effective,
        [
            "x.yaml:2:14 system.cpu_cores: exec.threads = 12",
            "x.yaml:4:17 exec.threads: exec.threads = 12"
        ]
    );
    assert_eq!(
        unused,
        [
            "x.yaml:3:16 system.gpu_enabled: there is no part for graphics processors yet",
            "x.yaml:7:17 tools.ripgrep.memory_map: no command searches or analyses code yet",
        ]
    );
}

#[test]
fn words_of_guides_become_ours() {
    let values = |text: &str| {
        let (effective, _) = said("x.toml", text);
        effective.iter().map(|line| line.split(": ").nth(1).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(values("concurrency.worker_threads = 'auto'"), ["exec.threads = 0"]);
    assert_eq!(values("concurrency.worker_threads = 3"), ["exec.threads = 3"]);
    assert_eq!(values("optimizations.vectorization = 'AVX512'"), ["kernel.simd = \"avx512\""]);
    assert_eq!(values("hardware.vectorization = 'auto'"), ["kernel.simd = \"auto\""]);
    assert_eq!(values("compilation.optimization_level = 'aggressive'"), ["kernel.jit = true"]);
    assert_eq!(values("compilation.optimization_level = 'none'"), ["kernel.jit = false"]);
    assert_eq!(values("system.memory_limit_gb = 18"), ["memory.limit = \"18 GiB\""]);
    assert_eq!(values("system.memory_limit_gb = 1.5"), ["memory.limit = \"1.5 GiB\""]);
    assert_eq!(values("system.memory_limit_gb = '512 MB'"), ["memory.limit = \"512 MiB\""]);
    assert_eq!(values("edge_config.memory_limit = '4GB'"), ["memory.limit = \"4 GiB\""]);
    let share = "memory.component_budgets.duckdb = '17%'";
    assert_eq!(values(share), ["memory.share_market = 0.17"]);
}

#[track_caller]
fn check_problem(text: &str, expected: &[&str]) {
    let problems = check_text("x.toml", text).problems;
    let found: Vec<String> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn names_and_values_of_guides_are_checked_like_ours() {
    check_problem(
        "concurrency.worker_threads = 'many'",
        &["x.toml:1:30: `concurrency.worker_threads` is `'many'`, but must be `auto` or \
           a whole number from 0 to 4096"],
    );
    check_problem(
        "system.memory_limit_gb = -1",
        &[
            "x.toml:1:26: `system.memory_limit_gb` is `-1`, but must be a number of GB or `auto`, a number of bytes \
           from 1 MiB to 1024 TiB, or text such as `100 MB`\n  hint: a size is not negative",
        ],
    );
    check_problem(
        "performance.parallel.max_wrokers = 8",
        &["x.toml:1:22: there is no setting `performance.parallel.max_wrokers`\
           \n  hint: did you mean `performance.parallel.max_workers`?"],
    );
    check_problem(
        "[performance.paralel]\nmax_workers = 8",
        &["x.toml:1:14: there is no setting `performance.paralel`\
           \n  hint: did you mean `performance.parallel`?"],
    );
    check_problem(
        "monitoring = true",
        &["x.toml:1:1: `monitoring` is a section, not a setting\
           \n  hint: write a setting of it, such as `monitoring.performance_monitoring`"],
    );
}

#[test]
fn two_names_of_a_setting_must_agree() {
    let text = "[exec]\nthreads = 4\n[system]\ncpu_cores = 8\n[edge_config]\nworker_threads = 4\n";
    check_problem(
        text,
        &["x.toml:4:13: this sets `exec.threads` to `8`, but x.toml:2 sets it to `4`"],
    );
    assert_eq!(check_text("x.toml", text).problems[0].kind, ProblemKind::Conflict);
    check_problem(&text.replace('8', "4"), &[]);
}

#[test]
fn what_has_no_effect_is_told_once() {
    let mut sources = project("[memory]\nnuma_aware = true\nmemory_pools = true\n");
    for (name, value) in [("BOLT_MONITORING", "true"), ("RIPGREP_MAX_WORKERS", "12")] {
        sources.environment.insert(name.into(), value.into());
    }
    let config = Config::resolve(&sources).unwrap();
    let names: Vec<&str> = config.unused().iter().map(|unused| unused.name.as_str()).collect();
    let expected =
        ["memory.numa_aware", "memory.memory_pools", "BOLT_MONITORING", "RIPGREP_MAX_WORKERS"];
    assert_eq!(names, expected);
    let warnings: Vec<String> = config.warnings().iter().map(Problem::to_string).collect();
    assert_eq!(
        warnings,
        [
            "BOLT_MONITORING: it has no effect: no command is monitored or profiled yet",
            "/projects/one/bolt.toml: names without an effect: 2\
             \n  hint: `bolt config check /projects/one/bolt.toml` says why",
        ]
    );
}

#[test]
fn an_alias_is_named_in_the_origin() {
    let config = Config::resolve(&project("system.cpu_cores = 3")).unwrap();
    assert_eq!(config.exec_threads(), 3);
    let expected = "/projects/one/bolt.toml:1, `system.cpu_cores`";
    assert_eq!(find(&config, "exec.threads").source(), expected);
}

#[test]
fn flags_take_our_names_only() {
    let sources = Sources { flags: vec![flag("system.cpu_cores", "3")], ..sources([]) };
    let error = Config::resolve(&sources).unwrap_err().to_string();
    assert_eq!(error, "--set: there is no setting `system.cpu_cores`");
}

#[test]
fn the_tables_of_names_are_well_formed() {
    let names: Vec<&str> = crate::guides::file_names().chain(crate::guides::variables()).collect();
    let distinct: std::collections::BTreeSet<&&str> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "a name stands in two rows");
    for name in names {
        assert!(KNOBS.iter().all(|knob| knob.name != name && knob.variable() != name), "{name}");
    }
    let aliases = KNOBS.iter().flat_map(Knob::aliases).count();
    let sets = |name: &&str| matches!(crate::guides::in_file(name), Some(Meaning::Sets(_)));
    let all = crate::guides::file_names().filter(sets).count();
    assert_eq!(all, aliases, "an alias names no knob");
}

/// A fenced block of a guide.
struct Block {
    name: String,
    text: String,
}

/// Returns the fenced blocks of all guides in a language, or `None` without the guides.
fn blocks(language: &str) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    for guide in ["bob", "bolt", "exorust", "lyra", "peak-trade"] {
        let text = bolt_testkit::text(&format!("guides/{guide}.md"))?;
        let mut open: Option<Block> = None;
        for (index, line) in text.lines().enumerate() {
            match &mut open {
                None if line == format!("```{language}") => {
                    let name = format!("{guide}-{}.{language}", index + 1);
                    open = Some(Block { name, text: String::new() });
                }
                Some(_) if line == "```" => blocks.extend(open.take()),
                Some(block) => block.text += &format!("{line}\n"),
                None => {}
            }
        }
    }
    Some(blocks)
}

/// Counts keys that have a value on their line.
fn count_keys(text: &str, separator: char) -> usize {
    let lines = text.lines().map(|line| line.split('#').next().unwrap().trim());
    lines.filter(|line| line.split_once(separator).is_some_and(|(_, v)| !v.is_empty())).count()
}

#[test]
fn files_of_the_guides_load_as_they_are() {
    let (Some(yaml), Some(toml)) = (blocks("yaml"), blocks("toml")) else { return };
    assert_eq!((yaml.len(), toml.len()), (1, 5));
    let mut set = Vec::new();
    for Block { name, text } in yaml.iter().chain(&toml) {
        let (effective, unused) = said(name, text);
        let separator = if name.ends_with("yaml") { ':' } else { '=' };
        assert_eq!(effective.len() + unused.len(), count_keys(text, separator), "{name}");
        let names = effective.iter().map(|line| line.split_once(' ').unwrap().1.to_owned());
        set.push(names.collect::<Vec<_>>().join("; "));
        let sources = Sources { project: file(name, text), ..sources([]) };
        let config = Config::resolve(&sources).unwrap();
        assert_eq!(config.unused().len(), unused.len(), "{name}");
    }
    assert_eq!(
        set,
        [
            "system.memory_limit_gb: memory.limit = \"18 GiB\"; \
             system.cpu_cores: exec.threads = 12; \
             memory.component_budgets.duckdb: memory.share_market = 0.5; \
             memory.component_budgets.jarvis: memory.share_code = 0.17; \
             memory.component_budgets.einstein: memory.share_search = 0.08; \
             memory.component_budgets.cache: memory.share_cache = 0.1; \
             memory.component_budgets.other: memory.share_other = 0.05; \
             memory.pressure_thresholds.warning: memory.warning = 0.85; \
             memory.pressure_thresholds.critical: memory.critical = 0.95",
            "",
            "memory.hot_cache_size: lyra.hot_symbols = 128; \
             concurrency.worker_threads: exec.threads = 0; \
             concurrency.steal_threshold: lyra.steal_threshold = 4; \
             concurrency.adaptive_chunking: lyra.adaptive_chunking = true; \
             compilation.optimization_level: kernel.jit = true; \
             hardware.vectorization: kernel.simd = \"auto\"; \
             monitoring.performance_monitoring: lyra.monitor = true; \
             monitoring.sample_interval: lyra.monitor_interval = 100.0",
            "hpc_config.worker_threads: exec.threads = 64; \
             hpc_config.memory_per_node: memory.limit = \"256 GiB\"; \
             optimizations.vectorization: kernel.simd = \"avx512\"",
            "edge_config.worker_threads: exec.threads = 4; \
             edge_config.memory_limit: memory.limit = \"4 GiB\"; \
             optimizations.vectorization: kernel.simd = \"neon\"",
            "performance.cache.l1_ttl: cache.memory_time_to_live = 300.0; \
             performance.parallel.max_workers: exec.threads = 8",
        ]
    );
}

/// The guide's `CACHE_CONFIG`, as a file.
#[test]
fn levels_of_caches_are_ours_or_have_a_reason() {
    let text = "l1_cache: {size_mb: 64, ttl_seconds: 60, type: lru}\n\
                l2_cache: {size_mb: 512, ttl_seconds: 300, type: lfu}\n\
                l3_cache: {size_mb: 2048, ttl_seconds: 3600, type: arc, compression: lz4}\n\
                persistent_cache: {path: /tmp/bob_cache, size_gb: 10, ttl_days: 7}\n";
    let (effective, unused) = said("x.yaml", text);
    let set: Vec<&str> = effective.iter().map(|line| line.rsplit(": ").next().unwrap()).collect();
    assert_eq!(
        set,
        [
            "cache.memory = \"64 MiB\"",
            "cache.memory_time_to_live = 60.0",
            "cache.path = \"/tmp/bob_cache\"",
            "cache.size = \"10 GiB\"",
            "cache.time_to_live = 604800.0",
        ]
    );
    assert_eq!(unused.len(), 8);
}

/// The same names as the guide writes them, if it is there.
#[test]
fn the_guide_s_cache_config_is_known() {
    let Some(blocks) = blocks("python") else { return };
    let (mut section, mut known) = (String::new(), 0);
    let text = blocks.iter().find(|block| block.text.contains("CACHE_CONFIG = {"));
    for line in text.unwrap().text.lines().skip_while(|line| !line.starts_with("CACHE_CONFIG")) {
        let Some((name, value)) = line.split_once("\": ") else {
            if line == "}" { break } else { continue }
        };
        let name = name.trim().trim_start_matches('"');
        if value == "{" {
            section = name.to_owned();
        } else {
            let name = format!("{section}.{name}");
            assert!(crate::guides::in_file(&name).is_some(), "{name}");
            known += 1;
        }
    }
    assert_eq!(known, 13);
}

/// Returns the names of environment variables that a line of a guide sets.
fn variables_in(line: &str) -> Vec<String> {
    let is_name = |word: &&str| {
        word.len() > 3
            && word.bytes().all(|b| b.is_ascii_uppercase() || b"_0123456789".contains(&b))
    };
    let line = line.trim();
    let assignments = line.strip_prefix("export ").unwrap_or(line).split(' ');
    let assigned = assignments.map_while(|word| Some(word.split_once('=')?.0)).filter(is_name);
    let of_rust = line.strip_prefix("env::set_var(\"").and_then(|rest| rest.split('"').next());
    let of_python = line.strip_prefix('"').and_then(|rest| rest.split_once("\": \""));
    let of_python = of_python.map(|(name, _)| name).filter(is_name);
    assigned.chain(of_rust).chain(of_python).map(String::from).collect()
}

#[test]
fn variables_of_the_guides_are_known() {
    let languages = ["bash", "python", "rust"].map(blocks);
    let mut names = std::collections::BTreeSet::new();
    for blocks in languages {
        let Some(blocks) = blocks else { return };
        let lines = blocks.iter().flat_map(|block| block.text.lines());
        names.extend(lines.flat_map(variables_in));
    }
    let ours = |name: &String| KNOBS.iter().any(|knob| knob.variable() == **name);
    assert!(names.remove("BOLT_MEMORY_LIMIT") && ours(&"BOLT_MEMORY_LIMIT".to_owned()));
    let known: std::collections::BTreeSet<String> =
        crate::guides::variables().map(String::from).collect();
    assert_eq!(names, known);
}
