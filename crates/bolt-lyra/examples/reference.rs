//! Writes the reference: `reference FOLDER`; `cargo xtask reference` calls it.
#![allow(clippy::print_stderr, reason = "a program")]

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: reference FOLDER");
        return ExitCode::FAILURE;
    };
    match write(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {folder}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Makes the folder hold the pages and nothing else.
fn write(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let pages = bolt_lyra::reference();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_page = pages.iter().any(|page| folder.join(&page.file) == path);
        if !is_page && path.extension().is_some_and(|extension| extension == "md") {
            std::fs::remove_file(path)?;
        }
    }
    pages.iter().try_for_each(|page| std::fs::write(folder.join(&page.file), &page.text))
}
