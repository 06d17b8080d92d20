//! Caches.

use bolt_base::Bytes;

use super::{Cache, CacheKind, assumed};
use crate::{CpuSet, Reading, Root, Unavailable};

const FOLDER: &str = "/sys/devices/system/cpu";

pub(super) fn read(root: &Root, cpus: &CpuSet, gaps: &mut Vec<Unavailable>) -> Vec<Cache> {
    let mut caches: Vec<Cache> = Vec::new();
    let mut gap = None;
    for cpu in cpus.iter() {
        let folder = format!("{FOLDER}/cpu{cpu}/cache");
        let indices = root.numbered(&folder, "index").unwrap_or_else(|why| {
            gap.get_or_insert(why);
            CpuSet::default()
        });
        for index in indices.iter() {
            match cache(root, &format!("{folder}/index{index}"), cpu, &caches) {
                Ok(Some(found)) => caches.push(Cache { cpus: &found.cpus & cpus, ..found }),
                Ok(None) => {}
                Err(why) => drop(gap.get_or_insert(why)),
            }
        }
    }
    gaps.extend(gap.map(|gap| assumed(&gap, "there is no such cache")));
    caches.sort_by_key(|cache| (cache.level, cache.kind, cache.cpus.first()));
    caches
}

/// Returns a processor's cache, unless it is `known` from another that shares it.
fn cache(root: &Root, folder: &str, cpu: usize, known: &[Cache]) -> Reading<Option<Cache>> {
    let level: u32 = root.value(&format!("{folder}/level"), "a level")?;
    let path = format!("{folder}/type");
    let kind = match root.text(&path)?.as_str() {
        "Data" => CacheKind::Data,
        "Instruction" => CacheKind::Instruction,
        "Unified" => CacheKind::Unified,
        other => return Err(crate::root::not(&path, other, "a kind of cache")),
    };
    let is_it =
        |cache: &Cache| cache.level == level && cache.kind == kind && cache.cpus.contains(cpu);
    if known.iter().any(is_it) {
        return Ok(None);
    }
    let sharing = root.ids(&format!("{folder}/shared_cpu_list"))?;
    Ok(Some(Cache {
        level,
        kind,
        size: root.value::<Bytes>(&format!("{folder}/size"), "a size"),
        line_bytes: root.number(&format!("{folder}/coherency_line_size")),
        cpus: &sharing | &CpuSet::from_iter([cpu]),
    }))
}
