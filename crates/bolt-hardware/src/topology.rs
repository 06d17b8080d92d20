//! Processors and how they share cores, caches, nodes and packages.

mod caches;
mod cores;
mod nodes;

use std::collections::BTreeMap;
use std::fmt;

use bolt_base::Bytes;

use crate::{CpuSet, NodeSet, Reading, Root, Unavailable};

/// The machine's processors (hardware threads), as far as they are online.
#[derive(Debug, Clone, PartialEq)]
pub struct Topology {
    /// What the manufacturer calls the processor.
    pub model: Reading<String>,
    /// Processors online.
    pub cpus: CpuSet,
    /// Cores by their first processor. Each processor is of exactly one.
    pub cores: Vec<Core>,
    /// What tells the kinds of cores apart; unavailable where all are of one kind.
    pub kinds_from: Reading<&'static str>,
    /// NUMA nodes by number. Each processor is of exactly one; some have memory only.
    pub nodes: Vec<Node>,
    /// Caches by level, kind and first processor.
    pub caches: Vec<Cache>,
    /// What could not be read, each with what was assumed instead.
    pub gaps: Vec<Unavailable>,
}

/// A core: one processor, or several that share its arithmetic (SMT).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Core {
    /// Its processors.
    pub cpus: CpuSet,
    /// Whether it is made for speed or for economy.
    pub kind: CoreKind,
    /// Number of its package, the chip that stands in a socket.
    pub package: usize,
    /// Number of its NUMA node.
    pub node: usize,
}

/// What a core is made for. Where all cores are alike, all are performance cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CoreKind {
    /// For speed.
    Performance,
    /// For economy.
    Efficiency,
}

impl CoreKind {
    /// Returns `performance` or `efficiency`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Performance => "performance",
            Self::Efficiency => "efficiency",
        }
    }
}

/// A NUMA node.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its number.
    pub id: usize,
    /// Its processors; none if it has memory only.
    pub cpus: CpuSet,
    /// Its memory.
    pub memory: Reading<Bytes>,
    /// Distances to each node of [`Topology::nodes`], 10 to itself, as the firmware tells them
    /// (ACPI SLIT): 20 is twice as long.
    pub distances: Reading<Vec<u32>>,
}

/// A cache.
#[derive(Debug, Clone, PartialEq)]
pub struct Cache {
    /// 1 is nearest to the processor.
    pub level: u32,
    /// What it holds.
    pub kind: CacheKind,
    /// Its size.
    pub size: Reading<Bytes>,
    /// Bytes of a line.
    pub line_bytes: Reading<u64>,
    /// The processors that share it.
    pub cpus: CpuSet,
}

/// What a cache holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CacheKind {
    /// Data.
    Data,
    /// Instructions.
    Instruction,
    /// Both.
    Unified,
}

impl CacheKind {
    /// Returns `data`, `instruction` or `unified`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Instruction => "instruction",
            Self::Unified => "unified",
        }
    }
}

/// Processors of one node that share a last-level cache: threads that work on the same data are
/// best kept inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheDomain {
    /// Number of the NUMA node.
    pub node: usize,
    /// The processors.
    pub cpus: CpuSet,
}

impl Topology {
    /// Reads `/sys/devices/system` under a root. Each part that is missing or contradicts itself is
    /// replaced by the simplest assumption and told in [`Self::gaps`].
    pub fn read(root: &Root) -> Self {
        let mut gaps = Vec::new();
        let cpus = online(root, &mut gaps);
        let nodes = nodes::read(root, &cpus, &mut gaps);
        let cores = cores::read(root, &cpus, &nodes, &mut gaps);
        let (cores, kinds_from) = cores::with_kinds(root, cores);
        let caches = caches::read(root, &cpus, &mut gaps);
        Self { model: model(root), cpus, cores, kinds_from, nodes, caches, gaps }
    }

    /// Returns the packages by number, each with its processors.
    pub fn packages(&self) -> BTreeMap<usize, CpuSet> {
        let mut packages = BTreeMap::<usize, CpuSet>::new();
        for core in &self.cores {
            let cpus = packages.entry(core.package).or_default();
            *cpus = &*cpus | &core.cpus;
        }
        packages
    }

    /// Returns the processors of the cores of a kind.
    pub fn cpus_of(&self, kind: CoreKind) -> CpuSet {
        self.cores
            .iter()
            .filter(|core| core.kind == kind)
            .flat_map(|core| core.cpus.iter())
            .collect()
    }

    /// Returns the nodes that have memory.
    pub fn nodes_with_memory(&self) -> NodeSet {
        let has_memory = |node: &&Node| node.memory.as_ref().is_ok_and(|bytes| bytes.0 > 0);
        self.nodes.iter().filter(has_memory).map(|node| node.id).collect()
    }

    /// Returns the largest cache of a level that a processor uses for data.
    pub fn data_cache(&self, level: u32, cpu: usize) -> Option<&Cache> {
        let holds_data = |cache: &&Cache| cache.kind != CacheKind::Instruction;
        let of_cpu = |cache: &&Cache| cache.level == level && cache.cpus.contains(cpu);
        self.caches.iter().filter(holds_data).find(of_cpu)
    }

    /// Returns the domains by node and first processor; each processor is of exactly one. Processors
    /// that share no cache with another core are in a domain with the others of their node.
    pub fn cache_domains(&self) -> Vec<CacheDomain> {
        let mut domains = Vec::new();
        for node in &self.nodes {
            let mut left = node.cpus.clone();
            for cpu in node.cpus.iter().filter(|&cpu| self.shares_last_level(cpu)) {
                let shared = self.last_level_of(cpu).map(|cache| &cache.cpus & &left);
                if let Some(cpus) = shared.filter(|cpus| cpus.contains(cpu)) {
                    left = &left - &cpus;
                    domains.push(CacheDomain { node: node.id, cpus });
                }
            }
            if !left.is_empty() {
                domains.push(CacheDomain { node: node.id, cpus: left });
            }
        }
        domains.sort_by_key(|domain| (domain.node, domain.cpus.first()));
        domains
    }

    /// Returns the core of a processor.
    pub fn core_of(&self, cpu: usize) -> Option<&Core> {
        self.cores.iter().find(|core| core.cpus.contains(cpu))
    }

    fn last_level_of(&self, cpu: usize) -> Option<&Cache> {
        (1..=4).rev().find_map(|level| self.data_cache(level, cpu))
    }

    fn shares_last_level(&self, cpu: usize) -> bool {
        let last = self.last_level_of(cpu).zip(self.core_of(cpu));
        last.is_some_and(|(cache, core)| !cache.cpus.is_subset(&core.cpus))
    }
}

/// Shows counts: `2 packages, 4 nodes, 16 cores, 32 processors`.
impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |count: usize, name: &str| match count {
            1 => format!("1 {name}"),
            count => format!("{count} {name}s"),
        };
        let efficiency = self.cores.iter().filter(|core| core.kind == CoreKind::Efficiency).count();
        let cores = count(self.cores.len(), "core");
        let cores = match efficiency {
            0 => cores,
            _ => format!(
                "{cores} ({} performance, {efficiency} efficiency)",
                self.cores.len() - efficiency
            ),
        };
        let (packages, nodes) = (self.packages().len(), self.nodes.len());
        let (packages, nodes) = (count(packages, "package"), count(nodes, "node"));
        write!(f, "{packages}, {nodes}, {cores}, {}", count(self.cpus.len(), "processor"))
    }
}

/// Returns the processors that are online; if nothing says so, those that there are, and if nothing
/// says that either, those that the process may run on.
fn online(root: &Root, gaps: &mut Vec<Unavailable>) -> CpuSet {
    let folder = "/sys/devices/system/cpu";
    let some = |reading: Reading<CpuSet>| match reading {
        Ok(cpus) if cpus.is_empty() => {
            Err(Unavailable::new(format!("no processors in `{folder}`")))
        }
        reading => reading,
    };
    let found = some(root.ids(&format!("{folder}/online")));
    let found = found.or_else(|gap| {
        gaps.push(assumed(&gap, "all processors are online"));
        some(root.numbered(folder, "cpu"))
    });
    let found = found.or_else(|gap| {
        gaps.push(assumed(&gap, "there are those that the process may run on"));
        some(crate::limits::affinity(root))
    });
    found.unwrap_or_else(|gap| {
        gaps.push(assumed(&gap, "there is one processor"));
        CpuSet::from_iter([0])
    })
}

/// Returns a gap: what is missing and what is taken instead.
fn assumed(missing: &Unavailable, instead: &str) -> Unavailable {
    Unavailable::new(format!("{}; assumed: {instead}", missing.reason()))
}

fn model(root: &Root) -> Reading<String> {
    // The name is in the first processor's paragraph; machines with many have a megabyte of them.
    const FIRST_BYTES: u64 = 8 << 10;
    let path = "/proc/cpuinfo";
    let text = root.text_up_to(path, FIRST_BYTES)?;
    let names = ["model name", "Model", "cpu model", "uarch"];
    let fields = || text.lines().filter_map(|line| line.split_once(':'));
    let find = |name| fields().find(|(key, _)| key.trim() == name);
    let found = names.into_iter().find_map(find).map(|(_, value)| value.trim());
    let found = found.filter(|value| !value.is_empty());
    found.map(str::to_owned).ok_or_else(|| Unavailable::new(format!("`{path}` names no model")))
}
