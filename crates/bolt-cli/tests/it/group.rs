//! The program in a control group whose limit the kernel holds.
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bolt_hardware::{CgroupVersion, Hardware};

use crate::support::Workspace;

const MIB: u64 = 1 << 20;

/// A control group with a limit of memory, of either version. It is removed when dropped.
struct Group {
    folder: PathBuf,
    version: CgroupVersion,
}

impl Group {
    /// Makes a group under that of this process or one above it, wherever that can be done: the
    /// groups of version 2 that have processes may have none below them. Without a place for it
    /// (no control groups, no right to change them) the test that asks says so, and passes; with
    /// `BOLT_REQUIRE_CGROUPS=1` it fails.
    fn new(name: &str) -> Option<Self> {
        let tree = Hardware::get().cgroups.as_ref().ok().and_then(|groups| groups.of("memory"));
        let made = tree.and_then(|tree| {
            let name = format!("bolt-test-{}-{name}", std::process::id());
            tree.folders().into_iter().find_map(|above| {
                let folder = Path::new(&above).join(&name);
                std::fs::create_dir(&folder).ok()?;
                let group = Self { folder, version: tree.version };
                group.set_limit(64 * MIB).is_ok().then_some(group)
            })
        });
        if made.is_none() {
            let required = std::env::var("BOLT_REQUIRE_CGROUPS").is_ok_and(|value| value == "1");
            assert!(!required, "no group can be made and BOLT_REQUIRE_CGROUPS is set");
            eprintln!("skipped: this test needs a control group for memory that it may change");
        }
        made
    }

    fn name<'a>(&self, v1: &'a str, v2: &'a str) -> &'a str {
        match self.version {
            CgroupVersion::V1 => v1,
            CgroupVersion::V2 => v2,
        }
    }

    fn set_limit(&self, bytes: u64) -> std::io::Result<()> {
        let file = self.folder.join(self.name("memory.limit_in_bytes", "memory.max"));
        // A file that is not there would be made by writing it, where folders are ordinary ones.
        std::fs::OpenOptions::new().write(true).open(&file)?;
        std::fs::write(file, bytes.to_string())
    }

    fn read(&self, v1: &str, v2: &str) -> String {
        std::fs::read_to_string(self.folder.join(self.name(v1, v2))).unwrap()
    }

    /// Returns how many processes of the group were killed for memory.
    fn kills(&self) -> u64 {
        let text = self.read("memory.oom_control", "memory.events");
        let count = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
        count.expect("the kernel counts kills").trim().parse().unwrap()
    }

    /// Returns the most that the group has used.
    fn peak(&self) -> u64 {
        self.read("memory.max_usage_in_bytes", "memory.peak").trim().parse().unwrap()
    }

    /// Runs a command in the group.
    fn run(&self, command: &Command, workspace: &Workspace) -> Output {
        let procs = self.folder.join("cgroup.procs");
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo $$ > \"$0\" && exec \"$@\""]).arg(procs);
        shell.arg(command.get_program()).args(command.get_args());
        shell.current_dir(workspace.path("")).env_clear().env("HOME", workspace.path(""));
        shell.env("PATH", "/usr/bin:/bin").output().unwrap()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // A process that was just waited for may still be listed for a moment.
        for _ in 0..100 {
            if std::fs::remove_dir(&self.folder).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        eprintln!("`{}` cannot be removed", self.folder.display());
    }
}

fn bolt(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bolt"));
    command.args(arguments);
    command
}

/// A sweep whose combinations' returns are all kept, 0.8 MB each.
fn sweep(combinations: usize) -> Command {
    let last = 4 + combinations;
    let grid = format!("n=5..{last}");
    let mut command = bolt(&["sweep", "sample.bolt", "--signal", "close > SMA[close, n]"]);
    command.args(["--set", &grid, "--no-cache", "--json", "-q"]);
    command.args(["-O", "exec.threads=2", "-O", "sweep.memory=1 GiB"]);
    command
}

const LIMIT: u64 = 256 * MIB;

#[test]
fn a_sweep_keeps_the_limit_of_its_control_group() {
    let Some(group) = Group::new("sweep") else { return };
    let workspace = Workspace::new();
    workspace.text(&["data", "sample", "--bars", "100000", "--out", "sample.bolt"]);
    // Where the limit is far off, it is passed.
    let (few, many) = (110, 300);
    group.set_limit(4096 * MIB).unwrap();
    let expected = group.run(&sweep(few), &workspace);
    assert_eq!(expected.status.code(), Some(0));
    assert_eq!(group.run(&sweep(many), &workspace).status.code(), Some(0));
    assert!(group.peak() > LIMIT + 64 * MIB, "the limit is too high to show anything");

    group.set_limit(LIMIT).unwrap();
    let view = group.run(&bolt(&["diagnostics", "memory", "--json"]), &workspace);
    let view: serde_json::Value = serde_json::from_slice(&view.stdout).unwrap();
    assert_eq!(view["limit"]["usable_from"], "control group");
    assert_eq!(view["limit"]["usable_bytes"], LIMIT);

    let kept = group.run(&sweep(few), &workspace);
    assert_eq!(kept.status.code(), Some(0), "{}", String::from_utf8_lossy(&kept.stderr));
    assert!(kept.stdout == expected.stdout, "another limit, other rows");
    let refused = group.run(&sweep(many), &workspace);
    let error = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{error}");
    assert!(error.starts_with("error: `market/sweep` asks for "), "{error}");
    assert!(error.contains("hint: raise `memory.share_market` or `memory.limit`"), "{error}");
    assert_eq!(group.kills(), 0);
}

#[test]
fn what_does_not_keep_the_limit_is_killed() {
    let Some(group) = Group::new("killed") else { return };
    let mut greedy = Command::new("sh");
    // The last line of a file that has one only is all of it.
    greedy.args(["-c", "head -c 200000000 /dev/zero | tail -n 1 | wc -c"]);
    let output = group.run(&greedy, &Workspace::new());
    assert_eq!((output.stdout.trim_ascii(), group.kills()), (&b"0"[..], 1));
}
