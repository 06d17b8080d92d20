//! Apple's machines, as macOS describes them by sysctl.
//!
//! macOS numbers no processors. Those given here are ours: performance cores come first.

use bolt_base::Bytes;

use crate::topology::{Cache, CacheKind, Core, CoreKind, Node};
use crate::{Change, CpuSet, Limits, Memory, Reading, Topology, Tuning, Unavailable};

/// Values by name.
pub(crate) trait Sysctl {
    /// Returns a number.
    fn number(&self, name: &str) -> Reading<u64>;
    /// Returns a text.
    fn text(&self, name: &str) -> Reading<String>;
}

/// Cores that are alike.
struct PerfLevel {
    kind: CoreKind,
    cores: usize,
    cpus_per_core: usize,
    cpus_per_l2: usize,
    /// Names of its values begin so.
    prefix: String,
}

/// Processors of a machine at most; more would be a misreading.
const CPUS_MAX: u64 = 1024;

pub(crate) fn topology(sysctl: &dyn Sysctl) -> Topology {
    let mut gaps = Vec::new();
    let levels = levels(sysctl, &mut gaps);
    let line_bytes = sysctl.number("hw.cachelinesize");
    let (mut cores, mut caches) = (Vec::new(), Vec::new());
    let mut next = 0;
    for level in &levels {
        let first = next;
        for _ in 0..level.cores {
            let cpus: CpuSet = (next..next + level.cpus_per_core).collect();
            next += level.cpus_per_core;
            cores.push(Core { cpus, kind: level.kind, package: 0, node: 0 });
        }
        let mut cache = |rank, kind, name: &str, step: usize| {
            let size = sysctl.number(&format!("{}{name}", level.prefix)).map(Bytes);
            for start in (first..next).step_by(step) {
                let cpus = (start..next.min(start + step)).collect();
                let (size, line_bytes) = (size.clone(), line_bytes.clone());
                caches.push(Cache { level: rank, kind, size, line_bytes, cpus });
            }
        };
        cache(1, CacheKind::Data, "l1dcachesize", level.cpus_per_core);
        cache(1, CacheKind::Instruction, "l1icachesize", level.cpus_per_core);
        cache(2, CacheKind::Unified, "l2cachesize", level.cpus_per_l2);
    }
    let cpus: CpuSet = (0..next).collect();
    if let Ok(size) = sysctl.number("hw.l3cachesize").map(Bytes)
        && size.0 > 0
    {
        let (size, cpus) = (Ok(size), cpus.clone());
        caches.push(Cache { level: 3, kind: CacheKind::Unified, size, line_bytes, cpus });
    }
    caches.sort_by_key(|cache| (cache.level, cache.kind, cache.cpus.first()));
    let kinds_from = match levels.iter().any(|level| level.kind == CoreKind::Efficiency) {
        true => Ok("hw.perflevel"),
        false => Err(Unavailable::new("all cores are of one kind")),
    };
    let memory = sysctl.number("hw.memsize").map(Bytes);
    let node = Node { id: 0, cpus: cpus.clone(), memory, distances: Ok(vec![10]) };
    let model = sysctl.text("machdep.cpu.brand_string");
    Topology { model, cpus, cores, kinds_from, nodes: vec![node], caches, gaps }
}

/// Returns the levels, fastest first. Machines with Intel's processors have one without a number.
fn levels(sysctl: &dyn Sysctl, gaps: &mut Vec<Unavailable>) -> Vec<PerfLevel> {
    let count = sysctl.number("hw.nperflevels").unwrap_or(0).min(8);
    let prefixes = (0..count).map(|index| format!("hw.perflevel{index}."));
    let mut levels: Vec<PerfLevel> =
        prefixes.filter_map(|prefix| level(sysctl, prefix, gaps)).collect();
    if levels.is_empty() {
        levels.extend(level(sysctl, "hw.".to_owned(), gaps));
    }
    if levels.is_empty() {
        gaps.push(Unavailable::new("nothing counts the processors; assumed: there is one"));
        let (kind, prefix) = (CoreKind::Performance, "hw.".to_owned());
        levels.push(PerfLevel { kind, cores: 1, cpus_per_core: 1, cpus_per_l2: 1, prefix });
    }
    levels
}

fn level(sysctl: &dyn Sysctl, prefix: String, gaps: &mut Vec<Unavailable>) -> Option<PerfLevel> {
    let count = |name: &str| -> Reading<usize> {
        let name = format!("{prefix}{name}");
        let count = sysctl.number(&name)?;
        match (1..=CPUS_MAX).contains(&count) {
            true => Ok(count as usize),
            false => Err(Unavailable::new(format!("`{name}` says {count}, not a count"))),
        }
    };
    let counts = count("logicalcpu").and_then(|cpus| Ok((cpus, count("physicalcpu")?)));
    let (cpus, cores) = counts.map_err(|gap| gaps.push(gap)).ok()?;
    let per_l2 = sysctl.number(&format!("{prefix}cpusperl2")).ok().filter(|n| *n > 0);
    let cpus_per_core = (cpus / cores).max(1);
    // The name decides, not the rank: of three levels two may be for speed.
    let name = sysctl.text(&format!("{prefix}name"));
    let kind = match name.as_deref() {
        Ok("Efficiency") => CoreKind::Efficiency,
        _ => CoreKind::Performance,
    };
    let cpus_per_l2 = per_l2.map_or(cpus_per_core, |count| count.min(CPUS_MAX) as usize);
    Some(PerfLevel { kind, cores, cpus_per_core, cpus_per_l2, prefix })
}

/// Returns memory: what is free, purgeable or read ahead is available.
pub(crate) fn memory(sysctl: &dyn Sysctl) -> Memory {
    let total = sysctl.number("hw.memsize").map(Bytes);
    let available = || {
        let pages = ["free", "purgeable", "speculative"]
            .map(|kind| sysctl.number(&format!("vm.page_{kind}_count")));
        let pages = pages.into_iter().sum::<Reading<u64>>()?;
        Ok(Bytes(pages.saturating_mul(sysctl.number("hw.pagesize")?)))
    };
    let none = || Unavailable::new("macOS has no control groups");
    Memory {
        limit: Err(none()),
        process_limit: Err(Unavailable::new("sysctl does not tell it")),
        usable: total.clone(),
        available: available(),
        group_used: Err(none()),
        resident: Err(Unavailable::new("sysctl does not tell it")),
        swap_free: Err(Unavailable::new("macOS swaps into files as it needs")),
        total,
    }
}

/// Returns that nothing limits the process to some processors.
pub(crate) fn limits(topology: &Topology) -> Limits {
    let none = || Unavailable::new("macOS has no control groups");
    Limits {
        online: Ok(topology.cpus.clone()),
        affinity: Err(Unavailable::new("macOS pins no threads")),
        cpuset: Err(none()),
        quota: Err(none()),
        memory: Err(none()),
    }
}

/// Returns what an administrator may set.
pub(crate) fn tuning() -> Vec<Tuning> {
    let change = Change {
        effect: "long runs go on while nobody is there",
        command: "sudo pmset -c sleep 0",
    };
    let value = Err(Unavailable::new("`pmset -g` shows it"));
    vec![Tuning { name: "sleep on mains power", value, change: Some(change) }]
}

#[cfg(test)]
mod tests;
