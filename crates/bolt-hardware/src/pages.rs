//! Sizes of pages.

use bolt_base::Bytes;

use crate::root::not;
use crate::{Reading, Root};

/// Pages larger than the common ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HugePages {
    /// Pools of huge pages that the administrator set aside, by size.
    pub pools: Reading<Vec<HugePagePool>>,
    /// When the kernel uses huge pages of its own accord: `always`, `madvise` or `never`.
    pub transparent: Reading<String>,
    /// Their size.
    pub transparent_size: Reading<Bytes>,
}

/// Huge pages of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HugePagePool {
    /// Size of each.
    pub size: Bytes,
    /// How many are set aside.
    pub count: u64,
    /// How many of them are free.
    pub free: u64,
}

impl HugePages {
    /// Reads `/sys/kernel/mm` under a root.
    pub fn read(root: &Root) -> Self {
        let folder = "/sys/kernel/mm/transparent_hugepage";
        let size = root.number(&format!("{folder}/hpage_pmd_size"));
        Self {
            pools: pools(root),
            transparent: chosen(root, &format!("{folder}/enabled")),
            transparent_size: size.map(Bytes),
        }
    }
}

fn pools(root: &Root) -> Reading<Vec<HugePagePool>> {
    let folder = "/sys/kernel/mm/hugepages";
    let mut pools = Vec::new();
    for name in root.names(folder)? {
        let size = name.strip_prefix("hugepages-").and_then(|size| size.strip_suffix("kB"));
        let size = size.and_then(|size| size.parse::<u64>().ok()?.checked_mul(1024));
        let size = size.ok_or_else(|| not(folder, &name, "a folder `hugepages-2048kB`"))?;
        let number = |file: &str| root.number(&format!("{folder}/{name}/{file}"));
        let (count, free) = (number("nr_hugepages")?, number("free_hugepages")?);
        pools.push(HugePagePool { size: Bytes(size), count, free });
    }
    pools.sort_by_key(|pool| pool.size);
    Ok(pools)
}

/// Returns the word in brackets of `always [madvise] never`.
pub(crate) fn chosen(root: &Root, path: &str) -> Reading<String> {
    let text = root.text(path)?;
    let word = text.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    let word = word.map(|(word, _)| word.to_owned());
    word.ok_or_else(|| not(path, &text, "choices with one in brackets"))
}
