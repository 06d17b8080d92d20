//! Cores: siblings, packages and kinds.

use super::{Core, CoreKind, Node, assumed};
use crate::{CpuSet, Reading, Root, Unavailable};

/// A core whose capacity is below this share of the greatest is an efficiency core. Cores that are
/// alike differ by a few percent (a favoured core is clocked higher); the economical ones of Arm,
/// Apple and Intel have less than two thirds.
const EFFICIENCY_SHARE: f64 = 0.75;

const FOLDER: &str = "/sys/devices/system/cpu";

pub(super) fn read(
    root: &Root,
    cpus: &CpuSet,
    nodes: &[Node],
    gaps: &mut Vec<Unavailable>,
) -> Vec<Core> {
    let mut cores = Vec::new();
    let mut left = cpus.clone();
    let (mut lonely, mut homeless) = (None, None);
    while let Some(cpu) = left.first() {
        let own = CpuSet::from_iter([cpu]);
        let siblings = siblings(root, cpu).unwrap_or_else(|gap| {
            lonely.get_or_insert(gap);
            own.clone()
        });
        // What others claimed already stays theirs.
        let together = &(&siblings | &own) & &left;
        left = &left - &together;
        let package = package(root, cpu).unwrap_or_else(|gap| {
            homeless.get_or_insert(gap);
            0
        });
        let node = nodes.iter().find(|node| node.cpus.contains(cpu)).map_or(0, |node| node.id);
        cores.push(Core { cpus: together, kind: CoreKind::Performance, package, node });
    }
    gaps.extend(lonely.map(|gap| assumed(&gap, "the processor is a core of its own")));
    gaps.extend(homeless.map(|gap| assumed(&gap, "the core is of package 0")));
    cores
}

/// Returns the processors of a processor's core. The file has had two names.
fn siblings(root: &Root, cpu: usize) -> Reading<CpuSet> {
    let read = |name: &str| root.ids(&format!("{FOLDER}/cpu{cpu}/topology/{name}"));
    read("core_cpus_list").or_else(|_| read("thread_siblings_list"))
}

fn package(root: &Root, cpu: usize) -> Reading<usize> {
    let path = format!("{FOLDER}/cpu{cpu}/topology/physical_package_id");
    match root.value::<i64>(&path, "a number")? {
        // Firmware that names no packages.
        -1 => Ok(0),
        number => usize::try_from(number)
            .map_err(|_| Unavailable::new(format!("`{path}` says `{number}`, not a package"))),
    }
}

/// Returns the cores with their kinds, and what tells them.
pub(super) fn with_kinds(root: &Root, mut cores: Vec<Core>) -> (Vec<Core>, Reading<&'static str>) {
    let found = of_device_folders(root).or_else(|| of_capacities(root, &cores));
    let one_kind = || Unavailable::new("all cores are of one kind");
    let Some((from, efficiency)) = found else { return (cores, Err(one_kind())) };
    let is_efficient = |core: &Core| core.cpus.first().is_some_and(|cpu| efficiency.contains(cpu));
    let count = cores.iter().filter(|core| is_efficient(core)).count();
    if count == 0 || count == cores.len() {
        return (cores, Err(one_kind()));
    }
    for core in &mut cores {
        core.kind = match is_efficient(core) {
            true => CoreKind::Efficiency,
            false => CoreKind::Performance,
        };
    }
    (cores, Ok(from))
}

/// Returns the efficiency cores of Intel's hybrids: each kind has counters of its own, and the
/// counters' devices list their processors.
fn of_device_folders(root: &Root) -> Option<(&'static str, CpuSet)> {
    let of = |device: &str| root.ids(&format!("/sys/devices/{device}/cpus")).ok();
    of("cpu_core")?;
    let efficiency = of("cpu_atom")?;
    let low_power = of("cpu_lowpower").unwrap_or_default();
    Some(("/sys/devices/cpu_core and cpu_atom", &efficiency | &low_power))
}

/// Returns the efficiency cores of machines that tell how much each processor can do.
fn of_capacities(root: &Root, cores: &[Core]) -> Option<(&'static str, CpuSet)> {
    let capacity = |cpu| root.number(&format!("{FOLDER}/cpu{cpu}/cpu_capacity")).ok();
    let cpus = || cores.iter().flat_map(|core| core.cpus.iter());
    let capacities: Option<Vec<(usize, u64)>> =
        cpus().map(|cpu| Some((cpu, capacity(cpu)?))).collect();
    let capacities = capacities?;
    let greatest = capacities.iter().map(|&(_, capacity)| capacity).max()?;
    let is_small = |capacity: u64| (capacity as f64) < EFFICIENCY_SHARE * greatest as f64;
    let small = capacities.into_iter().filter(|&(_, capacity)| is_small(capacity));
    Some(("cpu_capacity", small.map(|(cpu, _)| cpu).collect()))
}
