//! What is said of the machine.

use bolt_testkit::Machine;

use crate::support::{Workspace, text};

/// Two nodes in a container that has three of their processors, throttled to two.
fn container() -> Machine {
    let cpu = "/sys/devices/system/cpu";
    let mut machine = Machine::new()
        .file("/proc/cpuinfo", "model name\t: Example 9000")
        .node(0, "0-1", 4, "10 21")
        .node(1, "2-3", 4, "21 10")
        .affinity("1-3")
        .memory(8, 6)
        .cgroup2("/sys/fs/cgroup", "/")
        .file("/sys/fs/cgroup/cpu.max", "200000 100000")
        .file("/sys/fs/cgroup/memory.max", "1073741824")
        .file("/sys/fs/cgroup/memory.current", "268435456")
        .file("/sys/fs/cgroup/memory.pressure", "some avg10=1.50 avg60=0.25 avg300=0.00 total=9")
        .file("/sys/class/hwmon/hwmon0/name", "k10temp")
        .file("/sys/class/hwmon/hwmon0/temp1_input", "61250")
        .file(&format!("{cpu}/smt/control"), "off")
        .file(&format!("{cpu}/intel_pstate/no_turbo"), "1");
    for core in 0..4 {
        let cpu = core.to_string();
        machine = machine.core(core / 2, &cpu).cache(2, "Unified", "1024K", &cpu);
    }
    machine.cache(3, "Unified", "8M", "0-1").cache(3, "Unified", "8M", "2-3")
}

const TEXT: &str = "\
Example 9000
  processors              0-3 (2 packages, 2 nodes, 4 cores, 4 processors)
  kinds of cores          unavailable (all cores are of one kind)
  vector instructions     unavailable (not told by files)
  page size               unavailable (not told by files)
  transparent huge pages  unavailable (there is no `/sys/kernel/mm/transparent_hugepage/enabled`)

Limits of this process
  may run on               1-3
  affinity                 1-3
  control groups           version 2
  processors of the group  unavailable (no group under `/sys/fs/cgroup` has processors set)
  processor time           2 processors
  memory                   1 GiB

Roles
  role               processors  threads
  compute on node 0  1                 1
  compute on node 1  2-3               1
  input and output   1-3
  background         1-3

Caches
  cache        size  line  count  processors of the first
  L2 unified  1 MiB  64 B      4  0
  L3 unified  8 MiB  64 B      2  0-1

Nodes; memory policies: for nodes 0-1
";

#[test]
fn a_machine_is_shown_as_its_files_describe_it() {
    let (workspace, machine) = (Workspace::new(), container());
    let root = ["diagnostics", "hardware", "--root", text(machine.path())];
    let shown = workspace.text(&root);
    assert_eq!(&shown[..TEXT.len().min(shown.len())], TEXT);
    for line in [
        "  usable by this process    1 GiB",
        "  available now             768 MiB",
        "  memory       the group   1.50 %  0.25 %  0.00 %  -",
        "  processors                                       \
           unavailable (there is no `/proc/pressure/cpu`)",
        "  hottest          61.2 °C (k10temp temp1)",
        "  clock now        unavailable (no driver of frequencies)",
        "  turbo                   off",
        "  echo 0 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    assert_eq!(shown.matches("sudo").count(), 1, "SMT is off, and nothing says more: {shown}");
    let full = workspace.text(&[&root[..], &["--full"]].concat());
    assert!(full.contains("  3     performance        1     1"), "{full}");
    assert!(full.contains("  k10temp temp1  61.2 °C"), "{full}");
}

#[test]
fn readings_in_json_are_values_or_reasons() {
    let (workspace, machine) = (Workspace::new(), container());
    let view = workspace.json(&["diagnostics", "hardware", "--root", text(machine.path())]);
    assert_eq!(view["schema"], "bolt.diagnostics.hardware/1");
    assert_eq!(view["plan"]["compute_threads"], 2);
    assert_eq!(view["plan"]["domains"][1]["cpus"], "2-3");
    assert_eq!(view["limits"]["quota"]["cpus"], 2.0);
    assert_eq!(view["memory"]["available_bytes"], 768 << 20);
    assert_eq!(view["topology"]["memory_policies"], "0-1");
    assert_eq!(view["topology"]["nodes"][1]["distances"], serde_json::json!([21, 10]));
    assert_eq!(view["thermal"]["sensors"][0]["celsius"], 61.25);
    assert_eq!(view["thermal"]["throttling"]["unavailable"], "the processor does not count it");
    assert_eq!(view["simd"]["unavailable"], "not told by files");
    assert_eq!(view["pressure"]["memory"]["scope"], "group");
    let turbo = &view["settings"][1];
    assert_eq!((&turbo["name"], &turbo["value"]), (&"turbo".into(), &"off".into()));
    assert!(turbo["change"]["command"].as_str().unwrap().contains("no_turbo"));
    assert_eq!(view["settings"][2]["change"], serde_json::Value::Null);
}

#[test]
fn this_machine_is_shown() {
    let workspace = Workspace::new();
    let view = workspace.json(&["diagnostics", "hardware"]);
    let threads = view["plan"]["compute_threads"].as_u64().unwrap();
    assert!(threads >= 1, "{view}");
    assert!(view["page_bytes"].as_u64().is_some_and(|bytes| bytes >= 4096), "{view}");
    assert!(view["simd"].is_string(), "{view}");
    let shown = workspace.text(&["diagnostics", "hardware"]);
    assert!(shown.contains("\nRoles\n") && shown.contains("\nMemory\n"), "{shown}");
    let missing = workspace.refused(&["diagnostics", "hardware", "--root", "nowhere"]);
    assert!(missing.contains("`nowhere` is not a folder"), "{missing}");
}
