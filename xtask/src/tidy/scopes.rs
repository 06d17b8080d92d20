//! Work on other threads counts for the component that hands it in.
//!
//! Whoever gives closures to rayon has them carry the scope (`bolt_memory::Scope::carry`); nothing
//! else tells a thread that steals them whose memory it allocates. bolt-exec does it for its own.

use anyhow::Result;
use std::path::Path;

use super::sizes::rust_files;

pub(crate) fn check(root: &Path, problems: &mut Vec<String>) -> Result<()> {
    for path in rust_files(&root.join("crates"))? {
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let is_product = shown.contains("/src/") && !shown.starts_with("crates/bolt-bench");
        let is_own = shown.starts_with("crates/bolt-exec") || shown.contains("tests");
        if is_product && !is_own && lacks_scope(&std::fs::read_to_string(&path)?) {
            problems.push(format!("`{shown}` gives work to rayon that does not carry its scope"));
        }
    }
    Ok(())
}

/// Returns whether a file has more parallel iterators than scopes carried into them.
fn lacks_scope(text: &str) -> bool {
    let parallel = ["par_iter()", "into_par_iter()", "par_iter_mut()"];
    let iterators: usize = parallel.iter().map(|name| text.matches(name).count()).sum();
    // A name within a longer one was counted twice.
    let iterators = iterators - text.matches("into_par_iter()").count();
    text.contains("use rayon::prelude") && text.matches("Scope::carry(").count() < iterators.max(1)
}

#[cfg(test)]
mod tests {
    use super::lacks_scope;

    #[test]
    fn every_parallel_iterator_carries_a_scope() {
        let with = |code: &str| lacks_scope(&format!("use rayon::prelude::*;\n{code}"));
        assert!(with("a.par_iter().map(f)"));
        assert!(!with("a.par_iter().map(Scope::carry(f))"));
        assert!(with("a.par_iter().map(Scope::carry(f)); b.into_par_iter().map(f)"));
        assert!(with("a.par_chunks(3).for_each(f)"));
        assert!(!with("a.into_par_iter().for_each(Scope::carry(f))"));
        assert!(!lacks_scope("a.iter().map(f)"));
    }
}
