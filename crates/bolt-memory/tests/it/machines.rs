//! Pressure that the machine tells of, from the files of machines that are made for it.

use std::sync::Arc;

use bolt_base::Bytes;
use bolt_hardware::{Hardware, Root};
use bolt_memory::{
    Budget, ControlGroup, Level, MachineMemory, Policy, Pressure, ResidentMemory, Stalls,
};
use bolt_testkit::Machine;

const MIB: u64 = 1 << 20;

fn read(machine: &Machine) -> Arc<Hardware> {
    Arc::new(Hardware::read(&Root::at(machine.path())))
}

fn mib(count: u64) -> String {
    (count * MIB).to_string()
}

/// A machine of 8 GiB of which 6 are available.
fn machine() -> Machine {
    Machine::new().affinity("0").memory(8, 6)
}

fn ratio(source: &dyn Pressure) -> f64 {
    source.ratio().unwrap()
}

fn reason(source: &dyn Pressure) -> String {
    source.ratio().unwrap_err().to_string()
}

#[test]
fn a_group_of_version_2_is_measured_against_the_least_of_its_limits() {
    let folder = "/sys/fs/cgroup/job";
    let machine = machine()
        .cgroup2("/sys/fs/cgroup", "/job")
        .file(&format!("{folder}/memory.max"), &mib(1000))
        .file(&format!("{folder}/memory.high"), "max")
        .file(&format!("{folder}/memory.current"), &mib(600))
        .file(&format!("{folder}/memory.stat"), &format!("inactive_file {}", 100 * MIB));
    let source = ControlGroup(read(&machine));
    assert_eq!(ratio(&source), 0.5, "files that can be dropped do not count");
    let machine = machine.file(&format!("{folder}/memory.high"), &mib(625));
    assert_eq!(ratio(&source), 0.8, "it is read anew, and what slows down is a limit");
    let machine = machine
        .file("/sys/fs/cgroup/memory.max", &mib(2000))
        .file("/sys/fs/cgroup/memory.current", &mib(1800));
    assert_eq!(ratio(&source), 0.9, "the fullest of the groups above counts");
    let machine = machine.without(&format!("{folder}/memory.current"));
    let expected = "unavailable (there is no `/sys/fs/cgroup/job/memory.current`)";
    assert_eq!(reason(&source), expected);
    let none = machine
        .file(&format!("{folder}/memory.max"), "max")
        .file(&format!("{folder}/memory.high"), "max")
        .file("/sys/fs/cgroup/memory.max", "max");
    assert_eq!(reason(&ControlGroup(read(&none))), "unavailable (no control group limits memory)");
}

#[test]
fn groups_of_version_1_and_of_a_hybrid_are_measured() {
    let machine = machine()
        .cgroup1("memory", "/sys/fs/cgroup/memory", "/", "/job")
        .cgroup2("/sys/fs/cgroup/unified", "/")
        .file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712")
        .file("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", &mib(512))
        .file("/sys/fs/cgroup/memory/job/memory.usage_in_bytes", &mib(384))
        .file(
            "/sys/fs/cgroup/memory/job/memory.stat",
            &format!("total_inactive_file {}", 128 * MIB),
        )
        .file("/sys/fs/cgroup/unified/memory.max", &mib(1))
        .file("/sys/fs/cgroup/unified/memory.current", &mib(1));
    let hardware = read(&machine);
    assert_eq!(ratio(&ControlGroup(hardware.clone())), 0.5);
    // The group does not count stalls, so those of the machine count.
    let missing = "unavailable (there is no `/proc/pressure/memory`)";
    assert_eq!(reason(&Stalls(hardware.clone())), missing);
    let line = "some avg10=30.00 avg60=0.00 avg300=0.00 total=1";
    let _machine = machine.file("/proc/pressure/memory", line);
    assert_eq!(ratio(&Stalls(hardware)), 0.5);
}

#[test]
fn stalls_of_the_group_come_before_those_of_the_machine() {
    let line = |percent| format!("some avg10={percent} avg60=0.00 avg300=0.00 total=1");
    let machine = machine()
        .cgroup2("/sys/fs/cgroup", "/")
        .file("/sys/fs/cgroup/memory.pressure", &line("6.00"))
        .file("/proc/pressure/memory", &line("60.00"));
    assert!((ratio(&Stalls(read(&machine))) - 0.1).abs() < 1e-12);
}

#[test]
fn what_other_programs_use_of_the_machine_is_pressure() {
    assert_eq!(ratio(&MachineMemory(read(&machine()))), 0.25);
    // Of a container's 1 GiB, half is all that the machine has left.
    let small = Machine::new()
        .affinity("0")
        .file("/proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable: 524288 kB\nSwapFree: 0 kB")
        .cgroup2("/sys/fs/cgroup", "/")
        .file("/sys/fs/cgroup/memory.max", &mib(1024))
        .file("/sys/fs/cgroup/memory.current", "0");
    assert_eq!(ratio(&MachineMemory(read(&small))), 0.5);
    let unknown = reason(&MachineMemory(read(&Machine::new())));
    assert_eq!(unknown, "unavailable (there is no `/proc/meminfo`)");
}

#[test]
fn the_highest_reading_makes_the_level_and_all_are_reported() {
    let machine = machine()
        .cgroup2("/sys/fs/cgroup", "/")
        .file("/sys/fs/cgroup/memory.max", &mib(100))
        .file("/sys/fs/cgroup/memory.current", &mib(96));
    let hardware = read(&machine);
    let sources: Vec<Box<dyn Pressure>> = vec![
        Box::new(ControlGroup(hardware.clone())),
        Box::new(MachineMemory(hardware.clone())),
        Box::new(Stalls(hardware)),
        Box::new(ResidentMemory::new(Bytes(1 << 50))),
    ];
    let budget = Budget::new(Policy::new(Bytes(1_000)), sources).unwrap();
    assert_eq!(budget.poll(), Level::Critical);
    let report = budget.report();
    let names: Vec<&str> = report.readings.iter().map(|reading| &*reading.source).collect();
    assert_eq!(names, ["control group", "machine", "stalls for memory", "resident memory"]);
    assert!(report.readings[2].ratio.is_err());
    assert_eq!(report.components[0].share, Bytes(300), "shares of high pressure");
    let _machine = machine.file("/sys/fs/cgroup/memory.current", &mib(10));
    assert_eq!(budget.poll(), Level::Normal);
}
