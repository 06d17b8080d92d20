//! What machines have.

use std::fmt::Write;

use bolt_base::Bytes;
use bolt_hardware::{Cache, Topology};
use bolt_testkit::Machine;

use crate::machines::{arm, eight_nodes, four_nodes, hybrid, read, two_sockets};

/// Returns all of a topology as text; caches that are alike share a line.
fn describe(topology: &Topology) -> String {
    let mut text = format!("{topology}\n");
    for (package, cpus) in topology.packages() {
        let _ = writeln!(text, "package {package}: {cpus}");
    }
    for node in &topology.nodes {
        let memory = node.memory.as_ref().map_or_else(ToString::to_string, ToString::to_string);
        let distances = node.distances.as_ref().map(|all| {
            let all: Vec<String> = all.iter().map(ToString::to_string).collect();
            all.join(" ")
        });
        let distances = distances.unwrap_or_else(ToString::to_string);
        let _ = writeln!(text, "node {}: {}, {memory}, {distances}", node.id, node.cpus);
    }
    for core in &topology.cores {
        let _ = write!(text, "{} {};", &core.kind.name()[..1], core.cpus);
    }
    text.push('\n');
    let mut caches: &[Cache] = &topology.caches;
    while let Some(first) = caches.first() {
        let alike = |cache: &&Cache| {
            (cache.level, cache.kind, &cache.size) == (first.level, first.kind, &first.size)
        };
        let cpus: Vec<String> =
            caches.iter().take_while(alike).map(|cache| cache.cpus.to_string()).collect();
        let size = first.size.as_ref().map_or_else(|_| "unknown".to_owned(), Bytes::to_string);
        let (level, kind) = (first.level, first.kind.name());
        let _ = writeln!(text, "L{level} {kind} {size}: {}", cpus.join(" "));
        caches = &caches[cpus.len()..];
    }
    let domains = topology.cache_domains();
    let domains: Vec<String> = domains.iter().map(|d| format!("{}@{}", d.cpus, d.node)).collect();
    let _ = writeln!(text, "domains: {}", domains.join(" "));
    if let Ok(from) = topology.kinds_from {
        let _ = writeln!(text, "kinds: {from}");
    }
    for gap in &topology.gaps {
        let _ = writeln!(text, "gap: {}", gap.reason());
    }
    text
}

#[track_caller]
fn check(machine: &Machine, expected: &str) {
    let expected: String =
        expected.trim().lines().map(|line| format!("{}\n", line.trim())).collect();
    assert_eq!(describe(&read(machine).topology), expected);
}

#[test]
fn hybrid_cores() {
    check(
        &hybrid(),
        "
        1 package, 1 node, 24 cores (8 performance, 16 efficiency), 32 processors
        package 0: 0-31
        node 0: 0-31, 32 GiB, 10
        p 0-1;p 2-3;p 4-5;p 6-7;p 8-9;p 10-11;p 12-13;p 14-15;e 16;e 17;e 18;e 19;e 20;e 21;e 22;e 23;e 24;e 25;e 26;e 27;e 28;e 29;e 30;e 31;
        L1 data 48 KiB: 0-1 2-3 4-5 6-7 8-9 10-11 12-13 14-15
        L1 data 32 KiB: 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
        L1 instruction 32 KiB: 0-1 2-3 4-5 6-7 8-9 10-11 12-13 14-15
        L2 unified 2 MiB: 0-1 2-3 4-5 6-7 8-9 10-11 12-13 14-15
        L2 unified 4 MiB: 16-19 20-23 24-27 28-31
        L3 unified 36 MiB: 0-31
        domains: 0-31@0
        kinds: /sys/devices/cpu_core and cpu_atom",
    );
}

#[test]
fn two_packages() {
    check(
        &two_sockets(),
        "
        2 packages, 2 nodes, 8 cores, 16 processors
        package 0: 0-3,8-11
        package 1: 4-7,12-15
        node 0: 0-3,8-11, 64 GiB, 10 21
        node 1: 4-7,12-15, 64 GiB, 21 10
        p 0,8;p 1,9;p 2,10;p 3,11;p 4,12;p 5,13;p 6,14;p 7,15;
        L2 unified 1 MiB: 0,8 1,9 2,10 3,11 4,12 5,13 6,14 7,15
        L3 unified 16 MiB: 0-3,8-11 4-7,12-15
        domains: 0-3,8-11@0 4-7,12-15@1",
    );
}

#[test]
fn two_nodes_a_package_and_two_caches_a_node() {
    check(
        &four_nodes(),
        "
        2 packages, 4 nodes, 16 cores, 16 processors
        package 0: 0-7
        package 1: 8-15
        node 0: 0-3, 64 GiB, 10 12 32 32
        node 1: 4-7, 64 GiB, 12 10 32 32
        node 2: 8-11, 64 GiB, 32 32 10 12
        node 3: 12-15, 64 GiB, 32 32 12 10
        p 0;p 1;p 2;p 3;p 4;p 5;p 6;p 7;p 8;p 9;p 10;p 11;p 12;p 13;p 14;p 15;
        L3 unified 32 MiB: 0-1 2-3 4-5 6-7 8-9 10-11 12-13 14-15
        domains: 0-1@0 2-3@0 4-5@1 6-7@1 8-9@2 10-11@2 12-13@3 14-15@3",
    );
}

#[test]
fn eight_nodes_with_memory_only_ones() {
    let machine = eight_nodes().node(8, "", 256, "24 24 24 24 24 24 24 24 10");
    let topology = read(&machine).topology;
    assert_eq!(topology.to_string(), "8 packages, 9 nodes, 16 cores, 32 processors");
    assert_eq!(topology.nodes_with_memory().to_string(), "0-8");
    let domains = topology.cache_domains();
    assert_eq!(domains.len(), 8, "a node without processors is no domain");
    assert_eq!((domains[7].node, domains[7].cpus.to_string()), (7, "14-15,30-31".to_owned()));
    // The distances of the others are those of eight nodes.
    assert!(topology.nodes[0].distances.is_err());
    assert_eq!(topology.nodes[8].distances.as_ref().map(Vec::len), Ok(9));
}

#[test]
fn capacities_tell_kinds_apart() {
    check(
        &arm(),
        "
        1 package, 1 node, 8 cores (4 performance, 4 efficiency), 8 processors
        package 0: 0-7
        node 0: 0-7, 8 GiB, 10
        e 0;e 1;e 2;e 3;p 4;p 5;p 6;p 7;
        L1 data unknown: 0 
        L1 data unknown: 1 
        L1 data unknown: 2 
        L1 data unknown: 3 
        L1 data unknown: 4 
        L1 data unknown: 5 
        L1 data unknown: 6 
        L1 data unknown: 7 
        L2 unified 512 KiB: 0-3
        L3 unified 4 MiB: 0-7
        domains: 0-7@0
        kinds: cpu_capacity
        gap: there is no `/sys/devices/system/node`; assumed: all memory is one node",
    );
}

#[test]
fn cores_that_differ_a_little_are_alike() {
    let capacity = |machine: Machine, cpu: usize, capacity: &str| {
        machine.file(&format!("/sys/devices/system/cpu/cpu{cpu}/cpu_capacity"), capacity)
    };
    let machine = Machine::new().core(0, "0").core(0, "1").core(0, "2");
    let machine = capacity(capacity(capacity(machine, 0, "1024"), 1, "1009"), 2, "780");
    let topology = read(&machine).topology;
    assert_eq!(topology.kinds_from.unwrap_err().reason(), "all cores are of one kind");
    assert_eq!(read(&capacity(machine, 2, "700")).topology.kinds_from, Ok("cpu_capacity"));
}

#[test]
fn low_power_cores_are_efficiency_cores_outside_the_shared_cache() {
    let machine = hybrid().file("/sys/devices/cpu_lowpower/cpus", "32-33");
    let machine = machine.core(0, "32").core(0, "33").cache(2, "Unified", "2M", "32-33");
    let machine = machine.node(0, "0-33", 32, "10");
    let topology = read(&machine).topology;
    assert_eq!(
        topology.to_string(),
        "1 package, 1 node, 26 cores (8 performance, 18 efficiency), 34 processors"
    );
    let domains = topology.cache_domains();
    let domains: Vec<String> = domains.iter().map(|domain| domain.cpus.to_string()).collect();
    assert_eq!(domains, ["0-31", "32-33"]);
}

#[test]
fn processors_with_private_caches_share_a_domain_by_node() {
    let mut machine = Machine::new().node(0, "0-3", 4, "10");
    for cpu in ["0", "1", "2", "3"] {
        machine = machine.core(0, cpu).cache(2, "Unified", "1M", cpu);
    }
    let machine = machine.cache(3, "Unified", "4M", "1-2");
    let domains = read(&machine).topology.cache_domains();
    let domains: Vec<String> = domains.iter().map(|domain| domain.cpus.to_string()).collect();
    assert_eq!(domains, ["0,3", "1-2"]);
}

#[test]
fn instructions_are_no_data() {
    let machine = Machine::new().core(0, "0").cache(1, "Instruction", "32K", "0");
    let topology = read(&machine).topology;
    assert_eq!((topology.caches.len(), topology.data_cache(1, 0)), (1, None));
}

#[test]
fn models_are_named_by_what_the_file_calls_them() {
    let model = |text: &str| read(&Machine::new().file("/proc/cpuinfo", text)).topology.model;
    assert_eq!(model("model name\t: AMD EPYC").as_deref(), Ok("AMD EPYC"));
    assert_eq!(model("processor: 0\nModel\t: Raspberry Pi 5").as_deref(), Ok("Raspberry Pi 5"));
    assert!(model("processor: 0").unwrap_err().reason().contains("no model"));
    // More processors than are looked at.
    let many = "processor: 0\nmodel name: Ä\n\n".repeat(4000);
    for cut in 0..30 {
        let many = format!("{}{many}", " ".repeat(cut));
        assert_eq!(model(&format!("x\n{many}")).as_deref(), Ok("Ä"), "{cut}");
    }
}
