//! Pressure stall information: how long threads waited for processors, memory and disks.

use std::str::FromStr;
use std::time::Duration;

use crate::cgroup::Cgroups;
use crate::root::not;
use crate::{Reading, Root};

/// Waiting by resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Pressure {
    /// For a processor.
    pub cpu: Reading<Stall>,
    /// For memory: reclaim, swapping, pages read again.
    pub memory: Reading<Stall>,
    /// For disks.
    pub io: Reading<Stall>,
}

/// Waiting for one resource.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stall {
    /// Whose threads are counted.
    pub scope: Scope,
    /// Time in which some threads waited.
    pub some: StallTime,
    /// Time in which all that were not idle waited; not every kernel counts it for processors.
    pub full: Option<StallTime>,
}

/// Whose threads are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those of the process's control group and the groups in it.
    Group,
    /// All of the machine's.
    Machine,
}

impl Scope {
    /// Returns `group` or `machine`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Machine => "machine",
        }
    }
}

/// How long was waited.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StallTime {
    /// Percent of the last 10 seconds.
    pub avg10: f64,
    /// Percent of the last minute.
    pub avg60: f64,
    /// Percent of the last 5 minutes.
    pub avg300: f64,
    /// All time since the start.
    pub total: Duration,
}

impl Pressure {
    /// Reads, for each resource, the pressure of the process's control group, or the machine's if
    /// groups do not count theirs. In a container `/proc/pressure` is that of the host, whose other
    /// containers may stall while this one does not, and the other way round.
    pub fn read(root: &Root, cgroups: &Reading<Cgroups>) -> Self {
        let group = cgroups.as_ref().ok().and_then(Cgroups::unified);
        let folder = group.and_then(|tree| tree.folders().into_iter().next());
        let of = |resource: &str| {
            let machine = || read(root, &format!("/proc/pressure/{resource}"), Scope::Machine);
            match &folder {
                Some(folder) => {
                    let own = read(root, &format!("{folder}/{resource}.pressure"), Scope::Group);
                    own.or_else(|_| machine())
                }
                None => machine(),
            }
        };
        Self { cpu: of("cpu"), memory: of("memory"), io: of("io") }
    }
}

fn read(root: &Root, path: &str, scope: Scope) -> Reading<Stall> {
    let text = root.text(path)?;
    Stall::parse(&text, scope).ok_or_else(|| not(path, &text, "stall times"))
}

impl Stall {
    /// Parses the kernel's lines `some avg10=0.00 avg60=0.00 avg300=0.00 total=0` and `full …`.
    pub fn parse(text: &str, scope: Scope) -> Option<Self> {
        let line = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once(' '));
            lines.find(|(key, _)| *key == name).map(|(_, fields)| fields)
        };
        let full = line("full").map(StallTime::parse);
        let some = StallTime::parse(line("some")?)?;
        Some(Self { scope, some, full: full.map_or(Some(None), |full| full.map(Some))? })
    }
}

impl StallTime {
    fn parse(fields: &str) -> Option<Self> {
        let percent = |name| field::<f64>(fields, name).filter(|x| (0.0..=100.0).contains(x));
        Some(Self {
            avg10: percent("avg10")?,
            avg60: percent("avg60")?,
            avg300: percent("avg300")?,
            total: Duration::from_micros(field(fields, "total")?),
        })
    }
}

fn field<T: FromStr>(fields: &str, name: &str) -> Option<T> {
    let mut fields = fields.split_whitespace().filter_map(|field| field.split_once('='));
    fields.find(|(key, _)| *key == name)?.1.parse().ok()
}
