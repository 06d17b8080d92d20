//! Versions stand in one place, and every feature is built in CI.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

pub(crate) fn check(root: &Path, problems: &mut Vec<String>) -> Result<()> {
    let ci = std::fs::read_to_string(root.join(".ci/run")).context("reading `.ci/run`")?;
    for path in manifests(root)? {
        let text = std::fs::read_to_string(&path)?;
        let manifest: toml::Table =
            text.parse().with_context(|| format!("parsing `{}`", path.display()))?;
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        for (section, table) in dependency_tables(&manifest) {
            for (name, value) in table {
                let inherits = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
                if !inherits {
                    problems.push(format!(
                        "`{shown}`: `{name}` in [{section}] has its own version; move it to \
                         [workspace.dependencies] and write `{name}.workspace = true`"
                    ));
                }
            }
        }
        let features = manifest.get("features").and_then(toml::Value::as_table);
        for feature in features.into_iter().flat_map(|table| table.keys()) {
            if feature != "default" && !ci.contains(feature.as_str()) {
                problems
                    .push(format!("`{shown}`: the feature `{feature}` is not named in .ci/run"));
            }
        }
    }
    Ok(())
}

fn manifests(root: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = vec![root.join("xtask/Cargo.toml")];
    for entry in std::fs::read_dir(root.join("crates"))? {
        paths.push(entry?.path().join("Cargo.toml"));
    }
    paths.retain(|path| path.exists());
    paths.sort();
    Ok(paths)
}

/// Returns the tables of dependencies with their names, those of targets included.
fn dependency_tables(manifest: &toml::Table) -> Vec<(&str, &toml::Table)> {
    let own = SECTIONS.iter().filter_map(|section| Some((*section, manifest.get(*section)?)));
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let of_targets = targets
        .into_iter()
        .flat_map(|targets| targets.values())
        .flat_map(|target| SECTIONS.iter().filter_map(|s| Some((*s, target.get(*s)?))));
    own.chain(of_targets).filter_map(|(name, table)| Some((name, table.as_table()?))).collect()
}
