//! Work on other threads counts for the component that hands it in, and is held up where the process
//! uses too much processor time.
//!
//! Whoever gives closures to rayon makes them pieces of the pool (`bolt_exec::Pool::piece`); nothing
//! else tells a thread that steals them whose memory it allocates, or to wait. bolt-exec does it for
//! its own.

use anyhow::Result;
use std::path::Path;

use super::sizes::rust_files;

pub(crate) fn check(root: &Path, problems: &mut Vec<String>) -> Result<()> {
    for path in rust_files(&root.join("crates"))? {
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let is_product = shown.contains("/src/") && !shown.starts_with("crates/bolt-bench");
        let is_own = shown.starts_with("crates/bolt-exec") || shown.contains("tests");
        if is_product && !is_own && lacks_pieces(&std::fs::read_to_string(&path)?) {
            problems.push(format!("`{shown}` gives work to rayon that is no `Pool::piece`"));
        }
    }
    Ok(())
}

/// Returns whether a file has more parallel iterators than pieces given to them.
fn lacks_pieces(text: &str) -> bool {
    let parallel = ["par_iter()", "into_par_iter()", "par_iter_mut()"];
    let iterators: usize = parallel.iter().map(|name| text.matches(name).count()).sum();
    // A name within a longer one was counted twice.
    let iterators = iterators - text.matches("into_par_iter()").count();
    text.contains("use rayon::prelude") && text.matches(".piece(").count() < iterators.max(1)
}

#[cfg(test)]
mod tests {
    use super::lacks_pieces;

    #[test]
    fn every_parallel_iterator_takes_pieces() {
        let with = |code: &str| lacks_pieces(&format!("use rayon::prelude::*;\n{code}"));
        assert!(with("a.par_iter().map(f)"));
        assert!(!with("a.par_iter().map(pool.piece(f))"));
        assert!(with("a.par_iter().map(pool.piece(f)); b.into_par_iter().map(f)"));
        assert!(with("a.par_chunks(3).for_each(f)"));
        assert!(!with("a.into_par_iter().for_each(pool.piece(f))"));
        assert!(!lacks_pieces("a.iter().map(f)"));
    }
}
