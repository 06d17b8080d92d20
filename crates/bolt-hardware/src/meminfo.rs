//! `/proc/meminfo`.

use bolt_base::Bytes;

use crate::{Reading, Root, Unavailable};

/// What the kernel says of the machine's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemInfo {
    text: String,
}

const PATH: &str = "/proc/meminfo";

impl MemInfo {
    pub(crate) fn read(root: &Root) -> Reading<Self> {
        Ok(Self { text: root.text(PATH)? })
    }

    /// Returns the size of a name, such as `MemTotal`.
    pub(crate) fn size(&self, name: &str) -> Reading<Bytes> {
        let mut lines = self.text.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(key, _)| key.trim() == name).and_then(|(_, text)| size(text));
        found.ok_or_else(|| Unavailable::new(format!("`{PATH}` has no `{name}`")))
    }
}

/// Returns all memory that the kernel manages.
pub(crate) fn total(root: &Root) -> Reading<Bytes> {
    MemInfo::read(root)?.size("MemTotal")
}

/// Parses `123 kB`.
pub(crate) fn size(text: &str) -> Option<Bytes> {
    let number: u64 = text.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    number.checked_mul(1024).map(Bytes)
}
