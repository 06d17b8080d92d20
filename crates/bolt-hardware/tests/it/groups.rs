//! Containers: what control groups leave of a machine.

use bolt_base::Bytes;
use bolt_hardware::{CgroupVersion, Cgroups, Hardware, PlanSettings, Quota, Scope, Tree};
use bolt_testkit::Machine;
use proptest::prelude::*;

use crate::machines::{hybrid, read, two_sockets};

const V2: &str = "/sys/fs/cgroup";
const MIB: u64 = 1 << 20;

/// Version 2 inside a container that sees its own group as the root.
fn container() -> Machine {
    two_sockets()
        .cgroup2(V2, "/")
        .affinity("2-5")
        .file("/sys/fs/cgroup/cpuset.cpus.effective", "2-5")
        .file("/sys/fs/cgroup/cpu.max", "250000 100000")
        .file("/sys/fs/cgroup/memory.max", &(4096 * MIB).to_string())
        .file("/sys/fs/cgroup/memory.high", "max")
        .file("/sys/fs/cgroup/memory.current", &(1536 * MIB).to_string())
        .file("/sys/fs/cgroup/memory.stat", "anon 5\ninactive_file 536870912\nslab 3")
}

fn plan(hardware: &Hardware) -> String {
    hardware.plan(&PlanSettings::default()).unwrap().to_string()
}

#[test]
fn a_container_of_version_2() {
    let machine = container();
    let hardware = read(&machine);
    assert_eq!(hardware.limits.cpuset, Ok("2-5".parse().unwrap()));
    assert_eq!(hardware.limits.quota, Ok(Some(Quota { used_us: 250_000, period_us: 100_000 })));
    assert_eq!(hardware.limits.memory, Ok(Some(Bytes(4 << 30))));
    assert_eq!(plan(&hardware), "compute 2-5 (3 threads), io 2-5, background 2-5");
    let memory = hardware.memory();
    assert_eq!((memory.total, memory.usable), (Ok(Bytes(128 << 30)), Ok(Bytes(4 << 30))));
    // 4 GiB less what is used, 1.5 GiB, of which half a GiB can be dropped.
    assert_eq!(memory.available, Ok(Bytes(3 << 30)));
    assert_eq!(memory.group_used, Ok(Bytes(1 << 30)));
    assert_eq!(memory.resident, Ok(Bytes(2 * MIB)));
    assert_eq!(memory.swap_free, Ok(Bytes(1 << 30)));
}

#[test]
fn the_least_of_nested_groups_counts() {
    let folder = "/sys/fs/cgroup/pod.slice";
    let machine = two_sockets()
        .cgroup2(V2, "/pod.slice/app")
        .file(&format!("{folder}/cpu.max"), "150000 100000")
        .file(&format!("{folder}/app/cpu.max"), "max 100000")
        .file(&format!("{folder}/memory.max"), &(2048 * MIB).to_string())
        .file(&format!("{folder}/memory.current"), &(1948 * MIB).to_string())
        .file(&format!("{folder}/app/memory.max"), &(8192 * MIB).to_string())
        .file(&format!("{folder}/app/memory.high"), &(4096 * MIB).to_string())
        .file(&format!("{folder}/app/memory.current"), &(10 * MIB).to_string())
        .file("/sys/fs/cgroup/cpuset.cpus.effective", "0-15")
        .file(&format!("{folder}/cpuset.cpus.effective"), "0-2");
    let hardware = read(&machine);
    assert_eq!(hardware.limits.quota().map(Quota::threads), Some(2), "a part is rounded up");
    assert_eq!(hardware.limits.memory, Ok(Some(Bytes(2048 * MIB))));
    assert_eq!(hardware.memory().available, Ok(Bytes(100 * MIB)));
    assert_eq!(hardware.memory().group_used, Ok(Bytes(10 * MIB)));
    assert_eq!(plan(&hardware), "compute 0-2 (2 threads), io 0-2, background 0-2");
    let machine = machine.file(&format!("{folder}/app/cpu.max"), "300000 100000");
    assert_eq!(read(&machine).limits.quota().map(Quota::cpus), Some(1.5));
    // Without the pod's limit the application's lower one counts.
    let machine = machine.without(&format!("{folder}/memory.max"));
    assert_eq!(read(&machine).memory().usable, Ok(Bytes(4096 * MIB)));
}

#[test]
fn a_container_of_version_1() {
    let group = "/docker/0a1b";
    let mounts = "/sys/fs/cgroup";
    let machine = two_sockets()
        .affinity("0-15")
        .cgroup1("cpu,cpuacct", &format!("{mounts}/cpu,cpuacct"), group, group)
        .cgroup1("cpuset", &format!("{mounts}/cpuset"), group, group)
        .cgroup1("memory", &format!("{mounts}/memory"), group, group)
        .file("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "400000")
        .file("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000")
        .file("/sys/fs/cgroup/cpuset/cpuset.cpus", "8-15")
        .file("/sys/fs/cgroup/cpuset/cpuset.effective_cpus", "8-14")
        .file("/sys/fs/cgroup/memory/memory.limit_in_bytes", &(512 * MIB).to_string())
        .file("/sys/fs/cgroup/memory/memory.usage_in_bytes", &(300 * MIB).to_string())
        .file("/sys/fs/cgroup/memory/memory.stat", "cache 1\ntotal_inactive_file 104857600");
    let hardware = read(&machine);
    assert_eq!(plan(&hardware), "compute 8-14 (4 threads), io 8-14, background 8-14");
    assert_eq!(hardware.memory().usable, Ok(Bytes(512 * MIB)));
    assert_eq!(hardware.memory().available, Ok(Bytes(312 * MIB)));
}

#[test]
fn a_hybrid_of_both_versions_takes_each_controller_from_its_tree() {
    let group = "/job/13ff";
    let machine = two_sockets()
        .cgroup1("memory", "/sys/fs/cgroup/memory", "/", group)
        .cgroup1("cpu", "/sys/fs/cgroup/cpu", "/", "/")
        .cgroup2("/sys/fs/cgroup/unified", "/")
        .file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712")
        .file("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", &(1024 * MIB).to_string())
        .file("/sys/fs/cgroup/memory/job/memory.usage_in_bytes", &(24 * MIB).to_string())
        .file("/sys/fs/cgroup/memory/job/13ff/memory.limit_in_bytes", "9223372036854771712")
        .file("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1")
        .file("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000")
        .file("/sys/fs/cgroup/unified/memory.max", "1");
    let hardware = read(&machine);
    let cgroups = hardware.cgroups.clone().unwrap();
    assert_eq!(cgroups.of("memory").map(|tree| tree.version), Some(CgroupVersion::V1));
    assert_eq!(cgroups.of("io").map(|tree| tree.version), Some(CgroupVersion::V2));
    assert_eq!(hardware.limits.memory, Ok(Some(Bytes(1024 * MIB))));
    assert_eq!(hardware.memory().available, Ok(Bytes(1000 * MIB)));
    assert_eq!(hardware.limits.quota, Ok(None));
    let tree = cgroups.of("memory").unwrap();
    let folders: Vec<&str> = ["/job/13ff", "/job", ""].to_vec();
    let folders: Vec<String> =
        folders.iter().map(|folder| format!("/sys/fs/cgroup/memory{folder}")).collect();
    assert_eq!(tree.folders(), folders);
}

#[test]
fn no_limit_is_none() {
    for none in ["max", "9223372036854771712", "9223372036854775807", "18446744073709551615"] {
        let machine = container().file("/sys/fs/cgroup/memory.max", none);
        let hardware = read(&machine);
        assert_eq!(hardware.limits.memory, Ok(None), "{none}");
        assert_eq!(hardware.memory().usable, Ok(Bytes(128 << 30)), "{none}");
        assert_eq!(hardware.memory().available, Ok(Bytes(100 << 30)), "{none}");
    }
    // A limit beyond the machine's memory limits nothing.
    let machine = container().file("/sys/fs/cgroup/memory.max", &(1u64 << 40).to_string());
    assert_eq!(read(&machine).memory().limit, Ok(None));
    assert_eq!(read(&machine).memory().usable, Ok(Bytes(128 << 30)));
}

#[test]
fn a_limit_that_cannot_be_read_is_not_none() {
    let memory =
        |text: &str| read(&container().file("/sys/fs/cgroup/memory.max", text)).limits.memory;
    for text in ["lots", "-5", "", "1.5", "99999999999999999999999"] {
        assert!(memory(text).is_err(), "{text}");
    }
    let said = memory("lots").unwrap_err();
    assert_eq!(said.reason(), "`/sys/fs/cgroup/memory.max` says `lots`, not a size in bytes");
    let quota = |text: &str| read(&container().file("/sys/fs/cgroup/cpu.max", text)).limits.quota;
    for text in ["max", "0 100000", "5 0", "1 2 3", "a b", ""] {
        assert!(quota(text).is_err(), "{text}");
    }
    // Used memory of which nothing is known leaves nothing to be had.
    let machine = container().without("/sys/fs/cgroup/memory.current");
    assert_eq!(read(&machine).memory().available, Ok(Bytes(0)));
    assert!(read(&machine).memory().group_used.is_err());
}

#[test]
fn groups_that_cannot_be_seen_are_passed_over() {
    let group = |membership: &str, seen: &str| {
        let mount = format!("33 31 0:30 {seen} /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
        let groups = Cgroups::parse(&format!("0::{membership}"), &mount);
        groups.unified().map(Tree::folders)
    };
    let folders = |list: &[&str]| Some(list.iter().map(|&folder| folder.to_owned()).collect());
    assert_eq!(group("/a/b", "/"), folders(&["/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a", V2]));
    assert_eq!(group("/a/b", "/a"), folders(&["/sys/fs/cgroup/b", V2]));
    assert_eq!(group("/a/b", "/a/b"), folders(&[V2]));
    // Neither the folder `ab` of a mount of `/a` nor one outside of it.
    assert_eq!(group("/ab", "/a"), folders(&[V2]));
    assert_eq!(group("/ab/c", "/a"), folders(&[V2]));
    assert_eq!(group("/../x", "/"), folders(&[V2]));
    assert_eq!(group("/x", "/deleted\\040(here)"), folders(&[V2]));
    assert_eq!(
        group("/deleted (here)/x", "/deleted\\040(here)"),
        folders(&["/sys/fs/cgroup/x", V2])
    );
    // A path that has colons.
    assert_eq!(group("/a:b", "/"), folders(&["/sys/fs/cgroup/a:b", V2]));
    assert_eq!(Cgroups::parse("0::/", "").trees(), []);
}

const SOME: &str = "some avg10=32.63 avg60=12.85 avg300=6.44 total=3567994664";
const FULL: &str = "full avg10=0.50 avg60=0.25 avg300=0.10 total=1000";

#[test]
fn pressure_is_the_groups_own_where_it_is_counted() {
    let machine = container()
        .file("/proc/pressure/cpu", &format!("{SOME}\n{FULL}"))
        .file("/proc/pressure/memory", &format!("{SOME}\n{FULL}"))
        .file("/sys/fs/cgroup/memory.pressure", FULL.replace("full", "some").as_str());
    let pressure = read(&machine).pressure();
    let (cpu, memory) = (pressure.cpu.unwrap(), pressure.memory.unwrap());
    assert_eq!((cpu.scope, cpu.some.avg10, cpu.some.avg60), (Scope::Machine, 32.63, 12.85));
    assert_eq!(cpu.some.total.as_micros(), 3_567_994_664);
    assert_eq!(cpu.full.map(|full| full.avg300), Some(0.10));
    assert_eq!((memory.scope, memory.some.avg10, memory.full), (Scope::Group, 0.5, None));
    assert_eq!(pressure.io.unwrap_err().reason(), "there is no `/proc/pressure/io`");
    // A group whose file is there and cannot be read is no worse than none.
    let machine = machine.unreadable("/sys/fs/cgroup/memory.pressure");
    assert_eq!(read(&machine).pressure().memory.map(|stall| stall.scope), Ok(Scope::Machine));
}

#[test]
fn pressure_that_makes_no_sense_is_unavailable() {
    for text in [
        "",
        "some",
        "full avg10=0.50 avg60=0.25 avg300=0.10 total=1000",
        "some avg10=0.50 avg60=0.25 avg300=0.10",
        "some avg10=NaN avg60=0.25 avg300=0.10 total=5",
        "some avg10=101 avg60=0.25 avg300=0.10 total=5",
        "some avg10=1 avg60=0.25 avg300=0.10 total=-5",
        &format!("{SOME}\nfull avg10=x"),
    ] {
        let machine = Machine::new().file("/proc/pressure/cpu", text);
        assert!(read(&machine).pressure().cpu.is_err(), "{text}");
    }
}

#[test]
fn outside_groups_the_affinity_counts() {
    let machine = hybrid().affinity("0-3,16-17,99");
    let hardware = read(&machine);
    assert!(hardware.limits.quota.is_err());
    assert_eq!(plan(&hardware), "compute 0-3 (4 threads), io 0-3,16-17, background 16-17");
    assert_eq!(hardware.memory().available, Ok(Bytes(24 << 30)));
}

proptest! {
    #[test]
    fn any_text_is_read(membership in any::<String>(), mounts in any::<String>()) {
        let _ = Cgroups::parse(&membership, &mounts);
        let _ = Quota::parse_max(&membership);
    }

    #[test]
    fn quotas_are_those_of_a_slow_sum(used in 1u64..10_000_000, period in 1u64..1_000_000) {
        let quota = Quota { used_us: used, period_us: period };
        // As many threads as it takes to use it up, and not one more.
        let threads = quota.threads() as u64;
        prop_assert!(threads * period >= used && (threads == 1 || (threads - 1) * period < used));
        prop_assert_eq!(Quota::parse_max(&format!("{used} {period}")), Ok(Some(quota)));
    }
}
