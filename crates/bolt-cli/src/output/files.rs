//! Files that results go to.

use std::path::Path;

use anyhow::{Result, bail};

/// Refuses a file that exists, unless it is to be replaced: nothing is lost unasked.
pub(crate) fn check_new(path: &Path, overwrite: bool) -> Result<()> {
    if !overwrite && path.exists() {
        bail!("`{}` exists; `--overwrite` replaces it", path.display());
    }
    Ok(())
}
