//! How much memory there is to be had.

use bolt_base::Bytes;

use crate::cgroup::{CgroupVersion, Cgroups, Tree};
use crate::limits::memory_limit;
use crate::meminfo::MemInfo;
use crate::process::Status;
use crate::{ProcessLimit, Reading, Root, Unavailable};

/// Memory of the machine, of the process's control groups and of the process, now.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// What the kernel manages.
    pub total: Reading<Bytes>,
    /// The least limit of the process's control groups, if it is below the total.
    pub limit: Reading<Option<Bytes>>,
    /// The limit of the process that leaves the least; `None` if there is none.
    pub process_limit: Reading<Option<ProcessLimit>>,
    /// What the process may ever have: the least of the total, of the groups' limit and of what the
    /// limits of the process leave for data.
    pub usable: Reading<Bytes>,
    /// What can be allocated now without swapping, being refused or killed: the least of what the
    /// machine has available, of what each group has left, and of what the limits of the process
    /// leave beside the data that is resident.
    pub available: Reading<Bytes>,
    /// What the process's control group uses, without files that can be dropped.
    pub group_used: Reading<Bytes>,
    /// What the process has resident.
    pub resident: Reading<Bytes>,
    /// Room for swapping that is left.
    pub swap_free: Reading<Bytes>,
}

impl Memory {
    /// Reads memory under a root.
    pub fn read(root: &Root, cgroups: &Reading<Cgroups>) -> Self {
        let info = MemInfo::read(root);
        let size = |name: &str| info.as_ref().map_err(Clone::clone)?.size(name);
        let total = size("MemTotal");
        let levels = levels(root, cgroups);
        let least = |of: fn(&Level) -> Option<Bytes>| {
            levels.as_ref().map(|levels| levels.iter().filter_map(of).min()).map_err(Clone::clone)
        };
        let below_total = |limit: &Bytes| total.as_ref().map_or(true, |total| limit < total);
        let limit = least(|level| level.limit).map(|limit| limit.filter(below_total));
        let process_limit = ProcessLimit::read(root);
        let room = process_limit.clone().map(|limit| limit.map(|limit| limit.room()));
        let left = room.clone().map(|room| room.map(|room| without(room, data(root))));
        // A limit that cannot be read is told by its field and counts as none here.
        let or_less = |bytes: Bytes, limits: [&Reading<Option<Bytes>>; 2]| {
            let limits = limits.into_iter().filter_map(|limit| *limit.as_ref().ok()?);
            limits.fold(bytes, Bytes::min)
        };
        let group_used = match &levels {
            Ok(levels) => levels.first().map_or_else(|| Err(none()), |own| own.used.clone()),
            Err(why) => Err(why.clone()),
        };
        Self {
            usable: total.clone().map(|bytes| or_less(bytes, [&limit, &room])),
            available: size("MemAvailable")
                .map(|bytes| or_less(bytes, [&least(Level::left), &left])),
            group_used,
            resident: Status::read(root).and_then(|status| status.size("VmRSS")),
            process_limit,
            swap_free: size("SwapFree"),
            total,
            limit,
        }
    }
}

/// A control group with a limit, and how much it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMemory {
    /// The group's folder.
    pub folder: String,
    /// What it uses without files that can be dropped.
    pub used: Bytes,
    /// Its limit: the least of `memory.max` and `memory.high`, or version 1's.
    pub limit: Bytes,
}

impl GroupMemory {
    /// Returns the fullest of the process's group and those above it, `None` if none has a limit.
    ///
    /// # Errors
    /// If there are no groups, or one of them has a limit and does not say what it uses.
    pub fn fullest(root: &Root, cgroups: &Reading<Cgroups>) -> Reading<Option<Self>> {
        let limited = levels(root, cgroups)?.into_iter().filter_map(|level| {
            let Level { folder, limit, used } = level;
            limit.map(|limit| used.map(|used| Self { folder, used, limit }))
        });
        let groups: Reading<Vec<Self>> = limited.collect();
        Ok(groups?.into_iter().max_by(|a, b| a.ratio().total_cmp(&b.ratio())))
    }

    /// Returns which part of the limit is used.
    pub fn ratio(&self) -> f64 {
        self.used.0 as f64 / self.limit.0.max(1) as f64
    }
}

/// A group's memory.
struct Level {
    folder: String,
    limit: Option<Bytes>,
    used: Reading<Bytes>,
}

impl Level {
    /// Returns what is left below the limit; none of it if nothing says how much is used.
    fn left(&self) -> Option<Bytes> {
        self.limit.map(|limit| without(limit, self.used.clone()))
    }
}

/// Returns the process's group and those above it.
fn levels(root: &Root, cgroups: &Reading<Cgroups>) -> Reading<Vec<Level>> {
    let cgroups = cgroups.as_ref().map_err(Clone::clone)?;
    let tree = cgroups.of("memory").ok_or_else(none)?;
    let level = |folder: String| {
        let limit = memory_limit(root, tree, &folder)?;
        Ok(Level { limit, used: used(root, tree, &folder), folder })
    };
    tree.folders().into_iter().map(level).collect()
}

fn none() -> Unavailable {
    Unavailable::new("no control group for `memory`")
}

/// Returns what a group uses without files that the kernel would drop first.
fn used(root: &Root, tree: &Tree, folder: &str) -> Reading<Bytes> {
    let (used, droppable) = match tree.version {
        CgroupVersion::V1 => ("memory.usage_in_bytes", "total_inactive_file"),
        CgroupVersion::V2 => ("memory.current", "inactive_file"),
    };
    let used = root.number(&format!("{folder}/{used}"))?;
    let statistics = root.text(&format!("{folder}/memory.stat")).unwrap_or_default();
    let mut fields = statistics.lines().filter_map(|line| line.split_once(' '));
    let found = fields.find(|(name, _)| *name == droppable);
    let droppable = found.and_then(|(_, bytes)| bytes.trim().parse().ok()).unwrap_or(0);
    Ok(Bytes(used.saturating_sub(droppable)))
}

/// Returns what is resident of the process's own data; without that line, which kernels before 4.5
/// lack, all that is resident.
fn data(root: &Root) -> Reading<Bytes> {
    let status = Status::read(root)?;
    status.size("RssAnon").or_else(|_| status.size("VmRSS"))
}

/// Returns what is left of a room; none of it if nothing says how much is used.
fn without(room: Bytes, used: Reading<Bytes>) -> Bytes {
    Bytes(room.0.saturating_sub(used.map_or(u64::MAX, |used| used.0)))
}
