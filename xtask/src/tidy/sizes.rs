//! Files over 1,000 lines and functions over 70: a list that only shrinks.
//!
//! `xtask/oversized.txt` holds what is too long today, a line each: lines, file, function. A new
//! entry or one that grew is a problem; `--bless` writes the list anew, for the reviewer to see.

use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const FILE_LINES_MAX: usize = 1_000;
const FUNCTION_LINES_MAX: usize = 70;

/// Lines by what is too long: a file, or a function in a file.
type Sizes = BTreeMap<String, usize>;

pub(crate) fn check(root: &Path, bless: bool, problems: &mut Vec<String>) -> Result<()> {
    let list = root.join("xtask/oversized.txt");
    let mut found = Sizes::new();
    for folder in ["crates", "xtask", "fuzz"] {
        for path in rust_files(&root.join(folder))? {
            let text = std::fs::read_to_string(&path)?;
            let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            measure(&shown, &text, &mut found);
        }
    }
    if bless {
        let mut text = String::new();
        for (what, lines) in &found {
            writeln!(text, "{lines}\t{what}")?;
        }
        std::fs::write(&list, text)?;
        return Ok(());
    }
    let known = parse(&std::fs::read_to_string(&list).unwrap_or_default());
    for (what, lines) in &found {
        match known.get(what) {
            None => problems.push(format!("`{what}` has {lines} lines; split it")),
            Some(before) if lines > before => {
                problems.push(format!("`{what}` grew from {before} to {lines} lines; split it"));
            }
            Some(_) => {}
        }
    }
    for what in known.keys().filter(|what| !found.contains_key(*what)) {
        problems.push(format!("`{what}` is no longer too long; take it off {}", list.display()));
    }
    Ok(())
}

fn parse(text: &str) -> Sizes {
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(lines, what)| Some((what.to_owned(), lines.parse().ok()?)))
        .collect()
}

pub(super) fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() || folder.ends_with("target") {
            continue;
        }
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn measure(file: &str, text: &str, found: &mut Sizes) {
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() > FILE_LINES_MAX {
        found.insert(file.to_owned(), lines.len());
    }
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        if !has_body(&lines[index..]) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        // rustfmt puts the closing brace of a function at the indent of its first line.
        let end =
            lines[index..].iter().position(|line| line.trim_end() == format!("{:indent$}}}", ""));
        let length = end.map_or(0, |end| end + 1);
        if length > FUNCTION_LINES_MAX {
            found.insert(format!("{file}: {name}"), length);
        }
    }
}

/// Returns whether the function that begins here is more than a declaration.
fn has_body(lines: &[&str]) -> bool {
    let ends =
        lines.iter().map(|line| line.trim_end()).find(|line| line.ends_with(['{', '}', ';']));
    ends.is_some_and(|line| !line.ends_with(';'))
}

/// Returns the name of the function that a line begins.
fn function_name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (before, after) = line.split_once("fn ")?;
    let modifiers = ["pub", "const", "unsafe", "async", "extern", "\"C\""];
    let is_item = before
        .split_whitespace()
        .all(|word| modifiers.iter().any(|modifier| word == *modifier || word.starts_with("pub(")));
    let name = after.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (is_item && !name.is_empty()).then_some(name)
}
