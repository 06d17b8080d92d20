//! Machines to read: the files by which Linux describes one, in a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder that stands for `/` of some machine. It begins empty and is deleted when dropped.
#[derive(Debug)]
pub struct Machine {
    folder: TempDir,
    /// Processors and how many caches each has.
    cpus: BTreeMap<usize, usize>,
    mounts: String,
    groups: String,
}

const CPUS: &str = "/sys/devices/system/cpu";

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

/// Each method writes files, and panics if it cannot.
#[expect(clippy::missing_panics_doc, reason = "said above, and a test fails by panicking")]
impl Machine {
    /// Returns a machine of which nothing is known.
    pub fn new() -> Self {
        // Hundreds of small files are made in no time where no disk is behind them.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.expect("a temporary folder can be made");
        Self { folder, cpus: BTreeMap::new(), mounts: String::new(), groups: String::new() }
    }

    /// Returns the folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path.trim_start_matches('/'))
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        std::fs::write(path, content).expect("a file can be written");
    }

    /// Writes a file, which ends in a new line as the kernel's do.
    #[must_use]
    pub fn file(self, path: &str, text: &str) -> Self {
        self.write(path, format!("{text}\n"));
        self
    }

    /// Writes a file as it is.
    #[must_use]
    pub fn bytes(self, path: &str, content: &[u8]) -> Self {
        self.write(path, content);
        self
    }

    /// Removes a file or a folder.
    #[must_use]
    pub fn without(self, path: &str) -> Self {
        let path = self.at(path);
        let removed =
            if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        removed.expect("it was there");
        self
    }

    /// Puts a folder where a file was, so that reading it fails.
    #[must_use]
    pub fn unreadable(self, path: &str) -> Self {
        let machine = self.without(path);
        std::fs::create_dir_all(machine.at(path)).expect("a folder can be made");
        machine
    }

    /// Adds a core with the processors of a list.
    #[must_use]
    pub fn core(mut self, package: usize, cpus: &str) -> Self {
        for cpu in ids(cpus) {
            let topology = format!("{CPUS}/cpu{cpu}/topology");
            self.write(&format!("{topology}/core_cpus_list"), format!("{cpus}\n"));
            self.write(&format!("{topology}/thread_siblings_list"), format!("{cpus}\n"));
            self.write(&format!("{topology}/physical_package_id"), format!("{package}\n"));
            self.cpus.entry(cpu).or_default();
        }
        let online: Vec<String> = self.cpus.keys().map(usize::to_string).collect();
        self.write(&format!("{CPUS}/online"), online.join(","));
        self
    }

    /// Adds a cache that the processors of a list share: level, type and size in the kernel's words.
    #[must_use]
    pub fn cache(mut self, level: u32, kind: &str, size: &str, cpus: &str) -> Self {
        for cpu in ids(cpus) {
            let index = self.cpus.entry(cpu).or_default();
            let folder = format!("{CPUS}/cpu{cpu}/cache/index{index}");
            *index += 1;
            let level = level.to_string();
            let files = [
                ("level", level.as_str()),
                ("type", kind),
                ("size", size),
                ("coherency_line_size", "64"),
                ("shared_cpu_list", cpus),
            ];
            for (name, text) in files {
                self.write(&format!("{folder}/{name}"), format!("{text}\n"));
            }
        }
        self
    }

    /// Adds a NUMA node with the processors of a list, which may be empty.
    #[must_use]
    pub fn node(self, id: usize, cpus: &str, gib: u64, distances: &str) -> Self {
        let folder = format!("/sys/devices/system/node/node{id}");
        let memory = format!("Node {id} MemTotal:       {} kB", gib << 20);
        self.file(&format!("{folder}/cpulist"), cpus)
            .file(&format!("{folder}/meminfo"), &memory)
            .file(&format!("{folder}/distance"), distances)
    }

    /// Sets which processors the process may run on.
    #[must_use]
    pub fn affinity(self, cpus: &str) -> Self {
        let status = format!("Name:\ttest\nVmRSS:\t    2048 kB\nCpus_allowed_list:\t{cpus}");
        self.file("/proc/self/status", &status)
    }

    /// Sets the limits of the process on address space and data, in bytes or `unlimited`, and what
    /// it has mapped: all, of that data, and of the data what is resident.
    #[must_use]
    pub fn process(self, limits: [&str; 2], mapped_mib: [u64; 3]) -> Self {
        let [space, data] = limits;
        let line =
            |name: &str, soft: &str| format!("{name:<26}{soft:<21}unlimited            bytes");
        let text = format!(
            "Limit                     Soft Limit           Hard Limit           Units\n\
             Max cpu time              unlimited            unlimited            seconds\n{}\n\
             Max resident set          1                    1                    bytes\n{}",
            line("Max data size", data),
            line("Max address space", space),
        );
        let [size, data, resident] = mapped_mib.map(|mib| mib << 10);
        let status = format!(
            "Name:\ttest\nVmSize:\t{size:>8} kB\nVmRSS:\t    2048 kB\nRssAnon:\t{resident:>8} kB\n\
             VmData:\t{data:>8} kB\nCpus_allowed_list:\t0"
        );
        self.file("/proc/self/limits", &text).file("/proc/self/status", &status)
    }

    /// Sets the machine's memory, all and available.
    #[must_use]
    pub fn memory(self, total_gib: u64, available_gib: u64) -> Self {
        let line = |name: &str, gib: u64| format!("{name}:       {} kB\n", gib << 20);
        let text = line("MemTotal", total_gib)
            + &line("MemAvailable", available_gib)
            + &line("SwapFree", 1);
        self.file("/proc/meminfo", &text)
    }

    /// Mounts a tree of control groups of version 2, of which the process is in `group`.
    #[must_use]
    pub fn cgroup2(self, mount: &str, group: &str) -> Self {
        self.tree(&format!("0::{group}"), "/", mount, "cgroup2", "rw")
    }

    /// Returns two sockets of four cores with two processors each, a cache of level 3 and a node a
    /// socket.
    #[must_use]
    pub fn two_sockets() -> Self {
        (0..8)
            .fold(Self::new(), |machine, core| {
                machine.core(core / 4, &format!("{core},{}", core + 8))
            })
            .cache(3, "Unified", "32768K", "0-3,8-11")
            .cache(3, "Unified", "32768K", "4-7,12-15")
            .node(0, "0-3,8-11", 64, "10 21")
            .node(1, "4-7,12-15", 64, "21 10")
    }

    /// Returns four nodes of four cores, each with a cache of level 3.
    #[must_use]
    pub fn four_nodes() -> Self {
        let cores = (0..16).fold(Self::new(), |machine, cpu| machine.core(0, &cpu.to_string()));
        (0..4).fold(cores, |machine, node| {
            let cpus = format!("{}-{}", 4 * node, 4 * node + 3);
            let distances = ["10 12 32 32", "12 10 32 32", "32 32 10 12", "32 32 12 10"][node];
            machine.cache(3, "Unified", "16384K", &cpus).node(node, &cpus, 16, distances)
        })
    }

    /// Mounts a tree of version 1 with its controllers, such as `cpu,cpuacct`; `seen` is the group
    /// that is seen as the mount's folder, `/` outside containers.
    #[must_use]
    pub fn cgroup1(self, controllers: &str, mount: &str, seen: &str, group: &str) -> Self {
        let options = format!("rw,{controllers}");
        self.tree(&format!("4:{controllers}:{group}"), seen, mount, "cgroup", &options)
    }

    fn tree(mut self, member: &str, seen: &str, mount: &str, kind: &str, options: &str) -> Self {
        self.groups += &format!("{member}\n");
        let seen = seen.replace(' ', "\\040");
        self.mounts += &format!("33 31 0:30 {seen} {mount} rw,nosuid - {kind} {kind} {options}\n");
        self.write("/proc/self/cgroup", &self.groups);
        self.write("/proc/self/mountinfo", &self.mounts);
        self
    }
}

/// Returns the numbers of a list such as `0-3,8`.
fn ids(list: &str) -> Vec<usize> {
    let number = |text: &str| text.parse::<usize>().expect("a number");
    let parts = list.split(',').filter(|part| !part.is_empty());
    let range = |part: &str| match part.split_once('-') {
        Some((first, last)) => (number(first)..=number(last)).collect::<Vec<_>>(),
        None => vec![number(part)],
    };
    parts.flat_map(range).collect()
}
