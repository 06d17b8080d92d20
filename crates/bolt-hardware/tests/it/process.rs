//! Limits that a process is started with.
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use bolt_base::Bytes;
use bolt_hardware::{Memory, ProcessLimit, ProcessLimitKind};
use bolt_testkit::Machine;

use crate::machines::read;

const MIB: u64 = 1 << 20;

/// A machine of 8 GiB, with 6 available; the process has 300 MiB mapped, of which 100 are data, and
/// of these 40 resident.
fn limited(space: &str, data: &str) -> Machine {
    Machine::new().memory(8, 6).process([space, data], [300, 100, 40])
}

fn memory(space: &str, data: &str) -> Memory {
    read(&limited(space, data)).memory()
}

fn mib(count: u64) -> String {
    (count * MIB).to_string()
}

#[test]
fn of_the_address_space_what_is_no_data_is_taken_off() {
    let memory = memory(&mib(700), "unlimited");
    let (kind, limit) = (ProcessLimitKind::AddressSpace, Bytes(700 * MIB));
    let expected = ProcessLimit { kind, limit, taken: Bytes(200 * MIB) };
    assert_eq!(memory.process_limit, Ok(Some(expected)));
    assert_eq!(memory.usable, Ok(Bytes(500 * MIB)));
    assert_eq!(memory.available, Ok(Bytes(460 * MIB)));
    assert_eq!(memory.limit.ok(), None, "that of control groups");
}

#[test]
fn of_the_data_nothing_is_taken_off() {
    let memory = memory("unlimited", &mib(300));
    let (kind, limit) = (ProcessLimitKind::Data, Bytes(300 * MIB));
    assert_eq!(memory.process_limit, Ok(Some(ProcessLimit { kind, limit, taken: Bytes(0) })));
    assert_eq!((memory.usable, memory.available), (Ok(limit), Ok(Bytes(260 * MIB))));
}

#[test]
fn the_limit_that_leaves_less_counts() {
    let kind = |space: u64, data: u64| {
        let limit = memory(&mib(space), &mib(data)).process_limit.unwrap().unwrap();
        (limit.kind, limit.room().0 / MIB)
    };
    assert_eq!(kind(700, 499), (ProcessLimitKind::Data, 499));
    assert_eq!(kind(700, 501), (ProcessLimitKind::AddressSpace, 500));
    assert_eq!(kind(150, 100), (ProcessLimitKind::AddressSpace, 0), "less than is mapped");
}

#[test]
fn without_a_limit_the_machine_counts() {
    let memory = memory("unlimited", "unlimited");
    assert_eq!(memory.process_limit, Ok(None));
    assert_eq!((memory.usable, memory.available), (Ok(Bytes(8 << 30)), Ok(Bytes(6 << 30))));
    // A limit beyond the machine limits nothing.
    let beyond = self::memory("unlimited", &(1u64 << 40).to_string());
    assert_eq!((beyond.usable, beyond.available), (Ok(Bytes(8 << 30)), Ok(Bytes(6 << 30))));
}

#[test]
fn groups_and_limits_of_the_process_are_both_kept() {
    let both = |group: u64, data: u64| {
        let machine = limited("unlimited", &mib(data))
            .cgroup2("/sys/fs/cgroup", "/")
            .file("/sys/fs/cgroup/memory.max", &mib(group))
            .file("/sys/fs/cgroup/memory.current", &mib(50));
        let memory = read(&machine).memory();
        (memory.usable.unwrap().0 / MIB, memory.available.unwrap().0 / MIB)
    };
    assert_eq!(both(600, 400), (400, 360));
    assert_eq!(both(400, 600), (400, 350));
    assert_eq!(both(400, 405), (400, 350));
    assert_eq!(both(405, 391), (391, 351));
}

#[test]
fn what_cannot_be_read_is_told_and_counts_as_no_limit() {
    let check = |machine: Machine, why: &str| {
        let memory = read(&machine).memory();
        assert_eq!(memory.process_limit.unwrap_err().reason(), why);
        assert_eq!((memory.usable, memory.available), (Ok(Bytes(8 << 30)), Ok(Bytes(6 << 30))));
    };
    check(Machine::new().memory(8, 6), "there is no `/proc/self/limits`");
    let text = |text| limited("1", "1").file("/proc/self/limits", text);
    check(text("Max data size 5 5 bytes"), "`/proc/self/limits` has no `Max address space`");
    let said = "`/proc/self/limits` says `Max data size lots`, not a size in bytes or `unlimited`";
    check(text("Max data size lots 5 bytes\nMax address space unlimited"), said);
    let unknown = limited(&mib(700), "unlimited").file("/proc/self/status", "VmSize:\t 9 kB");
    check(unknown, "`/proc/self/status` has no `VmData`");
}

#[test]
fn data_of_which_nothing_is_known_leaves_nothing() {
    let status = |text| limited("unlimited", &mib(700)).file("/proc/self/status", text);
    let available = |machine: Machine| read(&machine).memory().available;
    assert_eq!(available(status("VmRSS:\t 1024 kB")), Ok(Bytes(699 * MIB)), "an older kernel");
    assert_eq!(available(status("Name:\ttest")), Ok(Bytes(0)));
}

/// Runs a test of this file in a process with limits of its own.
#[cfg(target_os = "linux")]
fn under(script: &str, name: &str) -> bool {
    const CHILD: &str = "BOLT_TEST_CHILD";
    if std::env::var_os(CHILD).is_some() {
        return true;
    }
    let script = format!("{script}; exec \"$0\" \"$@\"");
    let test = std::env::current_exe().unwrap();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).arg(test).args(["--exact", &format!("process::{name}")]);
    let output = shell.env(CHILD, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}

#[cfg(target_os = "linux")]
#[test]
fn this_process_s_address_space_is_what_can_be_mapped() {
    const LIMIT_KIB: u64 = 2_000_000;
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mapped = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap();
    let mapped: u64 = mapped.trim().strip_suffix(" kB").unwrap().parse().unwrap();
    if mapped > LIMIT_KIB {
        eprintln!("skipped: {mapped} KiB are mapped already, as under a sanitizer");
        return;
    }
    if under(
        &format!("ulimit -v {LIMIT_KIB}"),
        "this_process_s_address_space_is_what_can_be_mapped",
    ) {
        let limit = || bolt_hardware::Hardware::get().memory().process_limit.unwrap().unwrap();
        let before = limit();
        assert_eq!(
            (before.kind, before.limit),
            (ProcessLimitKind::AddressSpace, Bytes(LIMIT_KIB << 10))
        );
        // Data take nothing off the room, and no more data than that can be had.
        let held: Vec<u8> = Vec::with_capacity(256 << 20);
        let after = limit();
        assert!(before.taken.0.abs_diff(after.taken.0) < MIB, "{before:?} {after:?}");
        let room = usize::try_from(after.room().0).unwrap();
        assert!(Vec::<u8>::new().try_reserve_exact(room).is_err());
        assert!(Vec::<u8>::new().try_reserve_exact(room / 2).is_ok());
        drop(held);
    }
}
