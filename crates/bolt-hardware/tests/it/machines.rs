//! Machines to read.

use bolt_hardware::{Hardware, Root};
use bolt_testkit::Machine;

pub(crate) fn read(machine: &Machine) -> Hardware {
    Hardware::read(&Root::at(machine.path()))
}

/// Intel: 8 performance cores with two processors each, 16 efficiency cores, one cache of level 3.
pub(crate) fn hybrid() -> Machine {
    let mut machine = Machine::new()
        .file("/sys/devices/cpu_core/cpus", "0-15")
        .file("/sys/devices/cpu_atom/cpus", "16-31")
        .file("/proc/cpuinfo", "processor\t: 0\nmodel name\t: Intel(R) Core(TM) i9\n")
        .affinity("0-31")
        .memory(32, 24);
    for core in 0..8 {
        let cpus = format!("{}-{}", 2 * core, 2 * core + 1);
        machine = machine
            .core(0, &cpus)
            .cache(1, "Data", "48K", &cpus)
            .cache(1, "Instruction", "32K", &cpus)
            .cache(2, "Unified", "2048K", &cpus);
    }
    for cpu in 16..32 {
        machine = machine.core(0, &cpu.to_string()).cache(1, "Data", "32K", &cpu.to_string());
    }
    for cluster in ["16-19", "20-23", "24-27", "28-31"] {
        machine = machine.cache(2, "Unified", "4096K", cluster);
    }
    machine.cache(3, "Unified", "36864K", "0-31").node(0, "0-31", 32, "10")
}

/// Two packages of four cores with two processors each, numbered as Linux does: first all cores,
/// then their second processors.
pub(crate) fn two_sockets() -> Machine {
    let mut machine = Machine::new()
        .node(0, "0-3,8-11", 64, "10 21")
        .node(1, "4-7,12-15", 64, "21 10")
        .affinity("0-15")
        .memory(128, 100);
    for core in 0..8 {
        let cpus = format!("{core},{}", core + 8);
        machine = machine.core(core / 4, &cpus).cache(2, "Unified", "1024K", &cpus);
    }
    machine.cache(3, "Unified", "16384K", "0-3,8-11").cache(3, "Unified", "16384K", "4-7,12-15")
}

/// Two packages of two nodes, each with two caches of level 3, each of two cores.
pub(crate) fn four_nodes() -> Machine {
    let mut machine = Machine::new().affinity("0-15").memory(256, 200);
    let distances = ["10 12 32 32", "12 10 32 32", "32 32 10 12", "32 32 12 10"];
    for (node, distances) in distances.into_iter().enumerate() {
        let cpus = format!("{}-{}", 4 * node, 4 * node + 3);
        machine = machine.node(node, &cpus, 64, distances);
        for cpu in 4 * node..4 * node + 4 {
            machine = machine.core(node / 2, &cpu.to_string());
        }
        for first in [4 * node, 4 * node + 2] {
            let cpus = format!("{first}-{}", first + 1);
            machine = machine.cache(3, "Unified", "32768K", &cpus);
        }
    }
    machine
}

/// Eight nodes of two cores with two processors each.
pub(crate) fn eight_nodes() -> Machine {
    let mut machine = Machine::new().affinity("0-31").memory(512, 400);
    for node in 0..8 {
        let distance = |other| if other == node { "10" } else { "16" };
        let distances: Vec<&str> = (0..8).map(distance).collect();
        let (first, second) = (2 * node, 2 * node + 16);
        let cpus = format!("{first}-{},{second}-{}", first + 1, second + 1);
        machine = machine.node(node, &cpus, 64, &distances.join(" "));
        for core in [first, first + 1] {
            machine = machine.core(node, &format!("{core},{}", core + 16));
        }
        machine = machine.cache(3, "Unified", "16M", &cpus);
    }
    machine
}

/// Arm: four small cores, three larger and one largest, told apart by their capacity; no nodes,
/// and caches without sizes.
pub(crate) fn arm() -> Machine {
    let mut machine = Machine::new().affinity("0-7").memory(8, 5);
    for (cpu, capacity) in [325, 325, 325, 325, 870, 870, 870, 1024].into_iter().enumerate() {
        let folder = format!("/sys/devices/system/cpu/cpu{cpu}");
        machine = machine
            .core(0, &cpu.to_string())
            .file(&format!("{folder}/cpu_capacity"), &capacity.to_string())
            .cache(1, "Data", "64K", &cpu.to_string())
            .without(&format!("{folder}/cache/index0/size"));
    }
    machine.cache(2, "Unified", "512K", "0-3").cache(3, "Unified", "4M", "0-7")
}
