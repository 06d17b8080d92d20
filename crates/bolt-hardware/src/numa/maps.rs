//! `/proc/self/numa_maps`: on which nodes the process's pages are.

use std::collections::BTreeMap;

use bolt_base::Bytes;

use crate::{IdSet, Reading, Root};

/// The process's mappings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NumaMaps {
    /// By address.
    pub mappings: Vec<Mapping>,
}

/// A range of addresses with one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Where it begins.
    pub address: u64,
    /// Its policy in the kernel's words: `default`, `bind:0`, `interleave:0-1`.
    pub policy: String,
    /// Resident memory by node.
    pub by_node: BTreeMap<usize, Bytes>,
}

impl NumaMaps {
    /// Reads the process's mappings under a root.
    ///
    /// # Errors
    /// If the kernel has no such file.
    pub fn read(root: &Root) -> Reading<Self> {
        Ok(Self::parse(&root.text("/proc/self/numa_maps")?))
    }

    /// Parses `/proc/PID/numa_maps`; lines that are not as documented (numa(7)) are passed over.
    pub fn parse(text: &str) -> Self {
        Self { mappings: text.lines().filter_map(Mapping::parse).collect() }
    }

    /// Returns all resident memory by node.
    pub fn by_node(&self) -> BTreeMap<usize, Bytes> {
        let mut sums = BTreeMap::<usize, Bytes>::new();
        for (&node, bytes) in self.mappings.iter().flat_map(|mapping| &mapping.by_node) {
            let sum = sums.entry(node).or_default();
            sum.0 = sum.0.saturating_add(bytes.0);
        }
        sums
    }

    /// Returns the mapping in which an address lies, if it is resident: the last that begins at or
    /// below it.
    pub fn at(&self, address: u64) -> Option<&Mapping> {
        self.mappings.iter().filter(|mapping| mapping.address <= address).max_by_key(|m| m.address)
    }
}

impl Mapping {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let address = u64::from_str_radix(words.next()?, 16).ok()?;
        let policy = words.next()?.to_owned();
        let fields = || words.clone().filter_map(|word| word.split_once('='));
        let page = fields().find(|(name, _)| *name == "kernelpagesize_kB");
        // Mappings without resident pages do not tell the size of a page.
        let page: u64 = page.map_or(Some(0), |(_, size)| size.parse().ok())?;
        let node = |(name, pages): (&str, &str)| {
            let node = name.strip_prefix('N')?.parse().ok().filter(|&id| id < IdSet::IDS_MAX)?;
            let bytes = pages.parse::<u64>().ok()?.checked_mul(page)?.checked_mul(1024)?;
            Some((node, Bytes(bytes)))
        };
        Some(Self { address, policy, by_node: fields().filter_map(node).collect() })
    }
}
