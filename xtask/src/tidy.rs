//! What no compiler checks: layers, licences, versions in one place, sizes of files and functions.

mod graph;
mod manifests;
mod scopes;
mod sizes;

use anyhow::{Result, bail};
use std::path::Path;

/// Runs all checks; with `bless`, sizes that grew are accepted.
pub(crate) fn run(root: &Path, bless: bool) -> Result<()> {
    let mut problems = Vec::new();
    graph::check(root, &mut problems)?;
    manifests::check(root, &mut problems)?;
    scopes::check(root, &mut problems)?;
    sizes::check(root, bless, &mut problems)?;
    if problems.is_empty() {
        println!("tidy: no problems");
        return Ok(());
    }
    for problem in &problems {
        eprintln!("tidy: {problem}");
    }
    bail!("problems: {}", problems.len());
}
