//! What an administrator may set for speed. It is read and told; nothing here sets it.

use crate::pages::chosen;
use crate::{CpuSet, Frequency, Reading, Root, Unavailable};

/// A setting of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuning {
    /// What it is.
    pub name: &'static str,
    /// What it is set to.
    pub value: Reading<String>,
    /// What the other choice does, and the command that makes it, which needs the superuser. `None`
    /// if it is set for speed already or cannot be set.
    pub change: Option<Change>,
}

/// A change for an administrator to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// What it is good for.
    pub effect: &'static str,
    /// The command; it is shown, never run.
    pub command: &'static str,
}

/// Reads the settings under a root.
pub(crate) fn tuning(root: &Root, cpus: &CpuSet) -> Vec<Tuning> {
    vec![governor(root, cpus), turbo(root), smt(root), huge_pages(root)]
}

fn tuning_of(
    name: &'static str,
    value: Reading<String>,
    change: impl FnOnce(&str) -> Option<Change>,
) -> Tuning {
    let change = value.as_ref().ok().and_then(|value| change(value));
    Tuning { name, value, change }
}

fn governor(root: &Root, cpus: &CpuSet) -> Tuning {
    let governors = Frequency::read(root, cpus).governors.map(|names| names.join(", "));
    tuning_of("frequency governor", governors, |value| {
        (value != "performance").then_some(Change {
            effect: "full frequency at once, more power",
            command: "sudo cpupower frequency-set --governor performance",
        })
    })
}

/// Intel's driver says whether turbo is off, the others whether it is on.
fn turbo(root: &Root) -> Tuning {
    let intel = "/sys/devices/system/cpu/intel_pstate/no_turbo";
    let others = "/sys/devices/system/cpu/cpufreq/boost";
    let switch = |path: &str, on: u64| match root.number(path) {
        Ok(value) => Ok(if value == on { "on" } else { "off" }.to_owned()),
        Err(why) => Err(why),
    };
    let (value, command) = match (switch(intel, 0), switch(others, 1)) {
        (Ok(value), _) => {
            (Ok(value), "echo 0 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo")
        }
        (Err(_), Ok(value)) => {
            (Ok(value), "echo 1 | sudo tee /sys/devices/system/cpu/cpufreq/boost")
        }
        (Err(_), Err(_)) => {
            (Err(Unavailable::new("the frequency driver has no switch for turbo")), "")
        }
    };
    tuning_of("turbo", value, |value| {
        let effect = "higher frequency while few cores work";
        (value == "off").then_some(Change { effect, command })
    })
}

fn smt(root: &Root) -> Tuning {
    let value = root.text("/sys/devices/system/cpu/smt/control");
    tuning_of("SMT", value, |value| {
        (value == "on").then_some(Change {
            effect: "steadier times of a thread, but half as many threads and less work in all",
            command: "echo off | sudo tee /sys/devices/system/cpu/smt/control",
        })
    })
}

/// Nothing here maps pages of the administrator's pools or asks the kernel for huge ones, so that
/// only those count that it gives to everybody.
fn huge_pages(root: &Root) -> Tuning {
    let value = chosen(root, "/sys/kernel/mm/transparent_hugepage/enabled");
    tuning_of("transparent huge pages", value, |value| {
        (value != "always").then_some(Change {
            effect: "fewer misses of the address cache in large columns",
            command: "echo always | sudo tee /sys/kernel/mm/transparent_hugepage/enabled",
        })
    })
}
