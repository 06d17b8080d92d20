//! Who may depend on whom, and under which licences.

use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The layer of each crate; dependencies go to a lower layer.
const LAYERS: &[(&str, u32)] = &[
    ("bolt-base", 0),
    ("bolt-config", 0),
    ("bolt-lyra-syntax", 0),
    ("bolt-testkit", 0),
    ("bolt-algebra", 1),
    ("bolt-hardware", 1),
    ("bolt-cache", 1),
    ("bolt-exec", 1),
    ("bolt-kernel", 1),
    ("bolt-memory", 1),
    ("bolt-plot", 1),
    ("bolt-indicators", 2),
    ("bolt-lyra", 2),
    ("bolt-market", 2),
    ("bolt-sql", 2),
    ("bolt-session", 3),
    ("bolt-cli", 4),
    ("bolt-bench", 5),
    ("xtask", 5),
];

/// Dependencies within a layer that the design allows.
const WITHIN_LAYER: &[(&str, &str)] = &[
    ("bolt-cache", "bolt-memory"),
    ("bolt-config", "bolt-base"),
    ("bolt-exec", "bolt-hardware"),
    ("bolt-exec", "bolt-memory"),
    ("bolt-kernel", "bolt-hardware"),
    ("bolt-market", "bolt-indicators"),
    ("bolt-memory", "bolt-hardware"),
];

/// What a crate must not reach, however indirectly; `*` ends a prefix.
const MUST_NOT_REACH: &[(&str, &[&str])] = &[
    ("bolt-lyra-syntax", &["*"]),
    ("bolt-base", &["*"]),
    ("bolt-config", &["tokio", "clap", "rayon", "rusqlite", "arrow*", "pyo3"]),
    ("bolt-hardware", &["tokio", "clap", "rayon", "serde*", "arrow*", "pyo3"]),
    ("bolt-cache", &["tokio", "clap", "rayon", "serde*", "arrow*", "pyo3"]),
    ("bolt-exec", &["tokio", "clap", "serde*", "arrow*", "pyo3"]),
    ("bolt-kernel", &["tokio", "clap", "rayon", "serde*", "arrow*", "pyo3"]),
    ("bolt-memory", &["tokio", "clap", "rayon", "serde*", "arrow*", "pyo3"]),
    ("bolt-plot", &["tokio", "clap", "rayon", "serde*", "arrow*", "pyo3"]),
    ("bolt-indicators", &["tokio", "clap", "rayon", "serde*", "arrow*", "pyo3"]),
    ("bolt-market", &["tokio", "clap", "serde_json", "rusqlite", "arrow*", "pyo3"]),
    ("bolt-sql", &["tokio", "clap", "rayon", "arrow*", "pyo3", "bolt-market"]),
    ("bolt-cli", &["tokio", "arrow*", "pyo3"]),
];

/// Dependencies by features that only the front end asks for; cargo lists them for all who share
/// the crate.
const FOR_FRONT_END: &[(&str, &str)] = &[
    // reedline has events of the terminal serialized.
    ("bitflags", "serde_core"),
];

pub(crate) fn check(root: &Path, problems: &mut Vec<String>) -> Result<()> {
    let metadata = metadata(root)?;
    let names = names(&metadata);
    let edges = edges(&metadata, &names);
    check_layers(&metadata, problems);
    for (from, forbidden) in MUST_NOT_REACH {
        check_reach(from, forbidden, &edges, problems);
    }
    check_licences(root, &metadata, problems)
}

fn metadata(root: &Path) -> Result<Value> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .context("running `cargo metadata`")?;
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).with_context(|| format!("`cargo metadata`: {error}"))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or("")
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

fn names(metadata: &Value) -> BTreeMap<&str, &str> {
    list(metadata, "packages").map(|package| (text(package, "id"), text(package, "name"))).collect()
}

/// Returns the dependencies that end up in a build, tests left out.
fn edges<'v>(
    metadata: &'v Value,
    names: &BTreeMap<&'v str, &'v str>,
) -> BTreeMap<&'v str, BTreeSet<&'v str>> {
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for node in list(&metadata["resolve"], "nodes") {
        let name = names[text(node, "id")];
        let from = edges.entry(name).or_default();
        for dependency in list(node, "deps") {
            let is_used = list(dependency, "dep_kinds").any(|kind| kind["kind"].is_null());
            let on = names[text(dependency, "pkg")];
            if is_used && !FOR_FRONT_END.contains(&(name, on)) {
                from.insert(on);
            }
        }
    }
    edges
}

fn check_layers(metadata: &Value, problems: &mut Vec<String>) {
    let layer =
        |name: &str| LAYERS.iter().find(|(known, _)| *known == name).map(|(_, layer)| *layer);
    for package in list(metadata, "packages").filter(|package| package["source"].is_null()) {
        let name = text(package, "name");
        let Some(own) = layer(name) else {
            problems.push(format!("`{name}` has no layer; add it to LAYERS in xtask"));
            continue;
        };
        for dependency in list(package, "dependencies") {
            let on = text(dependency, "name");
            let is_for_tests = dependency["kind"] == "dev";
            let allowed = WITHIN_LAYER.contains(&(name, on));
            if let Some(other) = layer(on)
                && other >= own
                && !allowed
                && !is_for_tests
            {
                problems.push(format!("`{name}` (layer {own}) depends on `{on}` (layer {other})"));
            }
            if on == "bolt-testkit" && !is_for_tests {
                problems.push(format!("`{name}` links `bolt-testkit`, which is for tests"));
            }
        }
    }
}

fn check_reach(
    from: &str,
    forbidden: &[&str],
    edges: &BTreeMap<&str, BTreeSet<&str>>,
    problems: &mut Vec<String>,
) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut stack: Vec<&str> = edges.get(from).into_iter().flatten().copied().collect();
    while let Some(name) = stack.pop() {
        if seen.insert(name) {
            stack.extend(edges.get(name).into_iter().flatten());
        }
    }
    for name in seen {
        let matches = |pattern: &&str| match pattern.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == *pattern,
        };
        if forbidden.iter().any(matches) {
            problems.push(format!("`{from}` reaches `{name}`, which it must not"));
        }
    }
}

/// Checks every package's licence against the list in `deny.toml`: of alternatives one must be
/// allowed, of conjunctions all.
fn check_licences(root: &Path, metadata: &Value, problems: &mut Vec<String>) -> Result<()> {
    let deny: toml::Table = std::fs::read_to_string(root.join("deny.toml"))
        .context("reading `deny.toml`")?
        .parse()
        .context("parsing `deny.toml`")?;
    let allowed: BTreeSet<&str> = deny["licenses"]["allow"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_str)
        .collect();
    for package in list(metadata, "packages") {
        let licence = text(package, "license").replace('/', " OR ");
        if !is_allowed(&licence, &allowed) {
            let name = text(package, "name");
            problems.push(format!(
                "`{name}` has the licence `{licence}`, which deny.toml does not allow"
            ));
        }
    }
    Ok(())
}

fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let one = |licence: &str| allowed.contains(licence.trim_matches(|c: char| "() ".contains(c)));
    let all =
        |alternative: &str| alternative.split(" AND ").all(|part| part.split(" OR ").any(one));
    if expression.contains(" AND ") { all(expression) } else { expression.split(" OR ").any(one) }
}
