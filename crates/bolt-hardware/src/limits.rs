//! What the process may use of the machine: affinity and control groups.

use bolt_base::Bytes;

use crate::cgroup::{CgroupVersion, Cgroups, Tree};
use crate::root::not;
use crate::{CpuSet, Reading, Root, Unavailable};

/// What the process may use. Where groups are nested the least of a group and those above it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Processors that are online.
    pub online: Reading<CpuSet>,
    /// Processors that the process's first thread may run on.
    pub affinity: Reading<CpuSet>,
    /// Processors of the process's control group.
    pub cpuset: Reading<CpuSet>,
    /// Processor time of the control groups; `None` if they do not limit it.
    pub quota: Reading<Option<Quota>>,
    /// Memory of the control groups; `None` if they do not limit it.
    pub memory: Reading<Option<Bytes>>,
}

/// Processor time in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Processor time that may be used in a period, of all threads together, in microseconds.
    pub used_us: u64,
    /// Length of a period, in microseconds; not 0.
    pub period_us: u64,
}

impl Quota {
    /// Returns how many processors are worth it.
    pub fn cpus(self) -> f64 {
        self.used_us as f64 / self.period_us as f64
    }

    /// Returns how many threads use it up: at least 1, a part of a processor rounded up, since a
    /// thread more waits at times while one less leaves what is granted unused.
    pub fn threads(self) -> usize {
        (self.used_us.div_ceil(self.period_us) as usize).max(1)
    }

    /// Parses version 2's `cpu.max`: `50000 100000`, or `max 100000` for none.
    ///
    /// # Errors
    /// If it is neither.
    pub fn parse_max(text: &str) -> Result<Option<Self>, String> {
        let mut words = text.split_whitespace();
        let found = match (words.next(), words.next(), words.next()) {
            (Some("max"), Some(period), None) if period.parse::<u64>().is_ok() => Some(None),
            (Some(used), Some(period), None) => Self::of(used, period).map(Some),
            _ => None,
        };
        found.ok_or_else(|| "a processor time and a period".to_owned())
    }

    fn of(used: &str, period: &str) -> Option<Self> {
        let (used_us, period_us) = (used.parse().ok()?, period.parse().ok()?);
        (used_us > 0 && period_us > 0).then_some(Self { used_us, period_us })
    }
}

impl Limits {
    /// Reads the limits under a root.
    pub fn read(root: &Root, cgroups: &Reading<Cgroups>) -> Self {
        let of = |controller: &str| {
            let cgroups = cgroups.as_ref().map_err(Clone::clone)?;
            let missing = || Unavailable::new(format!("no control group for `{controller}`"));
            cgroups.of(controller).ok_or_else(missing)
        };
        Self {
            online: root.ids("/sys/devices/system/cpu/online"),
            affinity: affinity(root),
            cpuset: of("cpuset").and_then(|tree| cpuset(root, tree)),
            quota: of("cpu").and_then(|tree| quota(root, tree)),
            memory: of("memory").and_then(|tree| {
                let limits = tree.folders().into_iter().map(|at| memory_limit(root, tree, &at));
                Ok(limits.collect::<Reading<Vec<_>>>()?.into_iter().flatten().min())
            }),
        }
    }

    /// Returns the processors that the process may run on, as far as something says which.
    pub fn cpus(&self) -> Reading<CpuSet> {
        let Self { online, affinity, cpuset, quota: _, memory: _ } = self;
        let said = [affinity, cpuset, online].into_iter().flatten().cloned();
        let cpus = said.reduce(|a, b| &a & &b).ok_or_else(|| {
            Unavailable::new("nothing says which processors the process may run on")
        })?;
        match cpus.is_empty() {
            true => Err(Unavailable::new("no processor is online, allowed and of the group")),
            false => Ok(cpus),
        }
    }

    /// Returns the quota, if there is one that can be read.
    pub fn quota(&self) -> Option<Quota> {
        self.quota.clone().ok().flatten()
    }
}

/// Returns the mask of the process's first thread.
pub(crate) fn affinity(root: &Root) -> Reading<CpuSet> {
    let path = "/proc/self/status";
    let text = root.text(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let list = line.ok_or_else(|| Unavailable::new(format!("`{path}` has no affinity")))?.trim();
    list.parse().map_err(|_| not(path, list, "a list of numbers"))
}

/// Returns the processors of the nearest group that has any set. They are a part of those above.
fn cpuset(root: &Root, tree: &Tree) -> Reading<CpuSet> {
    let names: &[&str] = match tree.version {
        CgroupVersion::V1 => &["cpuset.effective_cpus", "cpuset.cpus"],
        CgroupVersion::V2 => &["cpuset.cpus.effective"],
    };
    for folder in tree.folders() {
        for name in names {
            let path = format!("{folder}/{name}");
            let Some(text) = root.text_if_there(&path)? else { continue };
            let cpus: CpuSet = text.parse().map_err(|_| not(&path, &text, "a list of numbers"))?;
            if !cpus.is_empty() {
                return Ok(cpus);
            }
        }
    }
    Err(Unavailable::new(format!("no group under `{}` has processors set", tree.mount)))
}

fn quota(root: &Root, tree: &Tree) -> Reading<Option<Quota>> {
    let of_folder = |folder: String| match tree.version {
        CgroupVersion::V1 => quota_v1(root, &folder),
        CgroupVersion::V2 => {
            let path = format!("{folder}/cpu.max");
            let Some(text) = root.text_if_there(&path)? else { return Ok(None) };
            Quota::parse_max(&text).map_err(|what| not(&path, &text, &what))
        }
    };
    let quotas: Reading<Vec<Option<Quota>>> = tree.folders().into_iter().map(of_folder).collect();
    Ok(quotas?.into_iter().flatten().min_by(|a, b| a.cpus().total_cmp(&b.cpus())))
}

fn quota_v1(root: &Root, folder: &str) -> Reading<Option<Quota>> {
    let path = format!("{folder}/cpu.cfs_quota_us");
    let used = match root.text_if_there(&path)? {
        None => return Ok(None),
        Some(none) if none == "-1" => return Ok(None),
        Some(used) => used,
    };
    let period = root.text(&format!("{folder}/cpu.cfs_period_us"))?;
    let quota = Quota::of(&used, &period);
    Ok(Some(quota.ok_or_else(|| not(&path, &used, "a processor time of a period"))?))
}

/// Returns a group's own limit. Version 2's `memory.high` slows a group down until it has given
/// memory back, so that beyond it there is as little to be had as beyond `memory.max`.
pub(crate) fn memory_limit(root: &Root, tree: &Tree, folder: &str) -> Reading<Option<Bytes>> {
    let names: &[&str] = match tree.version {
        CgroupVersion::V1 => &["memory.limit_in_bytes"],
        CgroupVersion::V2 => &["memory.max", "memory.high"],
    };
    let mut least = None;
    for name in names {
        let path = format!("{folder}/{name}");
        let bytes = match root.text_if_there(&path)?.as_deref() {
            None | Some("max" | "-1") => continue,
            Some(text) => text.parse().map_err(|_| not(&path, text, "a size in bytes"))?,
        };
        if bytes < NO_LIMIT_V1 {
            least = Some(least.map_or(Bytes(bytes), |least: Bytes| least.min(Bytes(bytes))));
        }
    }
    Ok(least)
}

/// Version 1 writes "no limit" as the greatest multiple of a page below 2^63, whatever the size of a
/// page; no machine comes near.
const NO_LIMIT_V1: u64 = 1 << 62;
