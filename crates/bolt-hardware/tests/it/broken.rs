//! Machines whose files are missing, broken or contradict each other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use bolt_hardware::{CpuSet, Hardware, PlanSettings};
use bolt_testkit::Machine;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::machines::{arm, eight_nodes, four_nodes, hybrid, read, two_sockets};

const CPU: &str = "/sys/devices/system/cpu";

/// What holds of any machine, however broken.
#[track_caller]
fn check_invariants(hardware: &Hardware) {
    let topology = &hardware.topology;
    assert!(!topology.cpus.is_empty());
    let partition = |parts: Vec<&CpuSet>| {
        let union = parts.iter().fold(CpuSet::default(), |all, part| &all | part);
        let count: usize = parts.iter().map(|part| part.len()).sum();
        assert_eq!((union, count), (topology.cpus.clone(), topology.cpus.len()));
    };
    partition(topology.cores.iter().map(|core| &core.cpus).collect());
    partition(topology.nodes.iter().map(|node| &node.cpus).collect());
    let domains = topology.cache_domains();
    partition(domains.iter().map(|domain| &domain.cpus).collect());
    partition(topology.packages().values().collect());
    assert!(topology.caches.iter().all(|cache| cache.cpus.is_subset(&topology.cpus)));
    let plan = hardware.plan(&PlanSettings::default()).unwrap();
    assert!(plan.compute.is_subset(&hardware.cpus()) && plan.compute_threads > 0);
    // Reading what changes does not panic, either.
    let _ = (hardware.memory(), hardware.pressure(), hardware.thermal(), hardware.frequency());
    let _ = (hardware.energy(), hardware.huge_pages(), hardware.tuning(), hardware.numa_maps());
}

fn gaps(machine: &Machine) -> Vec<String> {
    let hardware = read(machine);
    check_invariants(&hardware);
    hardware.topology.gaps.iter().map(|gap| gap.reason().to_owned()).collect()
}

#[test]
fn nothing_is_one_processor_and_says_so() {
    let machine = Machine::new();
    assert_eq!(
        gaps(&machine),
        [
            "there is no `/sys/devices/system/cpu/online`; assumed: all processors are online",
            "there is no `/sys/devices/system/cpu`; \
             assumed: there are those that the process may run on",
            "there is no `/proc/self/status`; assumed: there is one processor",
            "there is no `/sys/devices/system/node`; assumed: all memory is one node",
            "there is no `/sys/devices/system/cpu/cpu0/topology/thread_siblings_list`; \
             assumed: the processor is a core of its own",
            "there is no `/sys/devices/system/cpu/cpu0/topology/physical_package_id`; \
             assumed: the core is of package 0",
            "there is no `/sys/devices/system/cpu/cpu0/cache`; assumed: there is no such cache",
        ]
    );
    let hardware = read(&machine);
    assert_eq!(hardware.topology.to_string(), "1 package, 1 node, 1 core, 1 processor");
    assert!(hardware.memory().total.is_err() && hardware.memory().usable.is_err());
    assert!(hardware.limits.cpus().is_err());
    assert_eq!(read(&machine.affinity("3-6")).topology.cpus.to_string(), "3-6");
}

#[test]
fn a_missing_part_is_assumed_and_told() {
    let machine = two_sockets().without(&format!("{CPU}/online"));
    assert_eq!(read(&machine).topology.cpus.to_string(), "0-15");
    let machine = two_sockets().without(&format!("{CPU}/cpu0/topology/core_cpus_list"));
    assert_eq!(gaps(&machine), [""; 0], "the file's other name");
    let machine = machine.without(&format!("{CPU}/cpu0/topology/thread_siblings_list"));
    let told = gaps(&machine);
    assert!(told.len() == 1 && told[0].ends_with("core of its own"), "{told:?}");
    assert_eq!(read(&machine).topology.cores.len(), 9);
    let machine = two_sockets().without("/sys/devices/system/node/node1/cpulist");
    let told = gaps(&machine);
    assert!(told[1].contains("no node has the processors 4-7,12-15; assumed"), "{told:?}");
}

#[test]
fn broken_files_are_named_with_what_they_say() {
    let told = gaps(&two_sockets().file(&format!("{CPU}/cpu3/topology/physical_package_id"), "x1"));
    let said =
        "`/sys/devices/system/cpu/cpu3/topology/physical_package_id` says `x1`, not a number";
    assert_eq!(told, [format!("{said}; assumed: the core is of package 0")]);
    let folder = format!("{CPU}/cpu2/cache/index0");
    let cases: [(&str, &[u8], &str); 5] = [
        ("type", b"Victim\n", "says `Victim`, not a kind of cache"),
        ("level", b"\n", "is empty"),
        ("level", b"\xff\xfe", "is not text"),
        ("shared_cpu_list", b"0-\x07", "says `0-\\u{7}`, not a list of numbers"),
        ("shared_cpu_list", &[b'9'; 500], "says `9999999999999999999999999999999999999999…`"),
    ];
    for (name, content, said) in cases {
        let told = gaps(&two_sockets().bytes(&format!("{folder}/{name}"), content));
        assert!(told.len() == 1 && told[0].contains(said), "{told:?}");
    }
    let told = gaps(&two_sockets().unreadable(&format!("{folder}/type")));
    assert!(told[0].contains("index0/type` cannot be read: "), "{told:?}");
}

#[test]
fn contradictions_leave_each_processor_in_one_place() {
    // Siblings that are not mutual, offline or without the processor itself.
    let machine = two_sockets()
        .file(&format!("{CPU}/cpu0/topology/core_cpus_list"), "0-1,77")
        .file(&format!("{CPU}/cpu1/topology/core_cpus_list"), "2")
        .file(&format!("{CPU}/cpu2/topology/core_cpus_list"), "")
        .file("/sys/devices/system/node/node1/cpulist", "0-15")
        .file(&format!("{CPU}/cpu4/cache/index1/shared_cpu_list"), "0-4,77");
    check_invariants(&read(&machine));
    assert_eq!(read(&machine).topology.cores[0].cpus.to_string(), "0-1");
    // Distances of another number of nodes.
    let machine = four_nodes().file("/sys/devices/system/node/node2/distance", "32 32 10");
    let distances = read(&machine).topology.nodes[2].distances.clone();
    assert!(distances.unwrap_err().reason().ends_with("not a distance to each node"));
    // All processors that the process may use are gone.
    let machine = two_sockets().affinity("40-50");
    check_invariants(&read(&machine));
    assert!(read(&machine).limits.cpus().is_err());
}

/// Returns the files of a machine by path.
fn files(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.insert(path);
        }
    }
}

#[test]
fn any_damage_leaves_a_machine() {
    let text = "[0-9,:a-z -]{0,9}|\\PC{0,9}";
    let damage = prop::collection::vec((any::<prop::sample::Index>(), text), 1..12);
    for machine in [hybrid, two_sockets, four_nodes, eight_nodes, arm] {
        let machine =
            machine().cgroup2("/sys/fs/cgroup", "/a").file("/sys/fs/cgroup/cpu.max", "1 1");
        let mut found = BTreeSet::new();
        files(machine.path(), &mut found);
        let found: Vec<PathBuf> = found.into_iter().collect();
        let mut runner = TestRunner::new(ProptestConfig::with_cases(30));
        let result = runner.run(&damage, |damage| {
            let damage =
                damage.iter().map(|(which, text)| (&found[which.index(found.len())], text));
            let sound: Vec<_> =
                damage.clone().map(|(path, _)| (path, std::fs::read(path).unwrap())).collect();
            damage.for_each(|(path, text)| std::fs::write(path, text).unwrap());
            check_invariants(&read(&machine));
            sound.into_iter().for_each(|(path, content)| std::fs::write(path, content).unwrap());
            Ok(())
        });
        result.unwrap();
    }
}
