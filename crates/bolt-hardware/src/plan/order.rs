//! The order in which threads are pinned.

use std::collections::BTreeMap;

use super::{Domain, Placement};
use crate::{CacheDomain, CoreKind, CpuSet, Topology};

/// A processor and what decides its turn.
struct Place {
    cpu: usize,
    /// Position of its domain among all.
    domain: usize,
    /// Position of its domain among those of its node, then its node.
    spread: (usize, usize),
    /// How many processors of its core come before it.
    sibling: usize,
    kind: CoreKind,
}

/// Returns processors in the order in which threads are to be pinned. Cores come before second
/// siblings of a core, and performance cores before efficiency cores: `Spread` orders so over all
/// domains and takes one of each in turn, nodes first; `Compact` fills one domain after the other.
pub(super) fn pinning(topology: &Topology, cpus: &CpuSet, placement: Placement) -> Vec<usize> {
    let mut places = places(topology, cpus);
    match placement {
        Placement::Compact => places.sort_by_key(|p| (p.domain, p.sibling, p.kind, p.cpu)),
        Placement::Spread => {
            // The turn of a processor is how many of the same rank its domain has before it.
            let mut turns = BTreeMap::new();
            let mut turn = |p: &Place| {
                let next: &mut usize = turns.entry((p.sibling, p.kind, p.domain)).or_default();
                *next += 1;
                *next
            };
            let mut keyed: Vec<_> =
                places.into_iter().map(|p| ((p.sibling, p.kind, turn(&p), p.spread), p)).collect();
            keyed.sort_by_key(|(key, _)| *key);
            places = keyed.into_iter().map(|(_, place)| place).collect();
        }
    }
    places.into_iter().map(|place| place.cpu).collect()
}

/// Returns the processors by number.
fn places(topology: &Topology, cpus: &CpuSet) -> Vec<Place> {
    let domains = topology.cache_domains();
    let place = |cpu: usize| {
        let domain = domains.iter().position(|domain| domain.cpus.contains(cpu)).unwrap_or(0);
        let node = domains.get(domain).map_or(0, |domain| domain.node);
        let before = domains[..domain].iter().filter(|other| other.node == node).count();
        let core = topology.core_of(cpu);
        let used = core.map(|core| &core.cpus & cpus).unwrap_or_default();
        Place {
            cpu,
            domain,
            spread: (before, node),
            sibling: used.iter().take_while(|&other| other < cpu).count(),
            kind: core.map_or(CoreKind::Performance, |core| core.kind),
        }
    };
    cpus.iter().map(place).collect()
}

/// Returns the domains of `cpus` that have threads.
pub(super) fn domains(topology: &Topology, cpus: &CpuSet, threads: &[usize]) -> Vec<Domain> {
    let domain = |CacheDomain { node, cpus: all }: CacheDomain| {
        let threads = threads.iter().filter(|&&cpu| all.contains(cpu)).count();
        (threads > 0).then(|| Domain { node, cpus: &all & cpus, threads })
    };
    topology.cache_domains().into_iter().filter_map(domain).collect()
}
