//! Reference data that lives beside the project, not in it.
//!
//! A test that needs it starts with `let Some(text) = bolt_testkit::text("reference/x.json") else
//! { return };`. Without the data the test says so on standard error and passes, so that a fresh
//! clone is green; with `BOLT_REQUIRE_SHARED=1`, as in CI, missing data fails.

use std::path::PathBuf;

/// Returns the path of a shared file, or `None` (with a line on standard error) if the shared
/// data is not there.
///
/// The data is looked for in `$BOLT_SHARED`, else in `shared` beside the workspace root.
///
/// # Panics
/// If the file is missing and `BOLT_REQUIRE_SHARED` is `1`.
pub fn path(relative: &str) -> Option<PathBuf> {
    let root = std::env::var_os("BOLT_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = root.join(relative);
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var("BOLT_REQUIRE_SHARED").is_ok_and(|value| value == "1");
    assert!(!required, "`{}` is missing and BOLT_REQUIRE_SHARED is set", path.display());
    eprintln!("skipped: this test needs `{}`", path.display());
    None
}

/// Returns the text of a shared file, or `None` if the shared data is not there.
///
/// # Panics
/// If the file exists and is not UTF-8 text.
pub fn text(relative: &str) -> Option<String> {
    let path = path(relative)?;
    Some(std::fs::read_to_string(&path).expect("a shared file is readable UTF-8"))
}

/// Returns a shared JSON file, or `None` if the shared data is not there.
///
/// # Panics
/// If the file is not JSON.
pub fn json(relative: &str) -> Option<serde_json::Value> {
    Some(serde_json::from_str(&text(relative)?).expect("a shared .json file is JSON"))
}

/// Returns the records of a shared file of JSON lines, or `None` if the shared data is not there.
///
/// # Panics
/// If a line is not JSON.
pub fn lines(relative: &str) -> Option<Vec<serde_json::Value>> {
    let parse = |line: &str| serde_json::from_str(line).expect("a line of a .jsonl file is JSON");
    Some(text(relative)?.lines().map(parse).collect())
}
