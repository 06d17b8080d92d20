//! Limits that the process was started with, such as those of `ulimit`, on what it may map.
//!
//! Linux holds mappings to two of them (getrlimit(2)). `RLIMIT_AS` bounds all that is mapped, and
//! `RLIMIT_DATA` what is writable and of this process alone: its heap and the stacks of its threads.
//! `RLIMIT_RSS` bounds nothing. The soft limit is the one that is held.
//!
//! Engines are given what remains of a limit for data. Of the address space that is the limit
//! without what is mapped and no data: code, libraries, files, room that is set aside. What is
//! mapped as data is not taken off, since an allocator hands most of that out again.

use bolt_base::Bytes;

use crate::root::not;
use crate::{Reading, Root, Unavailable};

/// A limit on what the process may map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessLimit {
    /// What it bounds.
    pub kind: ProcessLimitKind,
    /// The limit.
    pub limit: Bytes,
    /// What of it is mapped now and no data.
    pub taken: Bytes,
}

/// What a limit of the process bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessLimitKind {
    /// All that is mapped: `ulimit -v`.
    AddressSpace,
    /// What is mapped writable and for this process alone: `ulimit -d`.
    Data,
}

impl ProcessLimitKind {
    /// Returns the name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::AddressSpace => "address space",
            Self::Data => "data",
        }
    }

    /// Returns how a line of `/proc/self/limits` begins.
    fn label(self) -> &'static str {
        match self {
            Self::AddressSpace => "Max address space",
            Self::Data => "Max data size",
        }
    }
}

impl ProcessLimit {
    /// Reads the limit that leaves the least for data; `None` if the process has none.
    ///
    /// # Errors
    /// If the kernel does not tell the limits, or one is set and it does not tell what is mapped.
    pub fn read(root: &Root) -> Reading<Option<Self>> {
        let text = root.text(LIMITS)?;
        let data = soft_limit(&text, ProcessLimitKind::Data)?;
        let data = data.map(|limit| Self { kind: ProcessLimitKind::Data, limit, taken: Bytes(0) });
        let space = match soft_limit(&text, ProcessLimitKind::AddressSpace)? {
            Some(limit) => {
                let taken = mapped_beside_data(root)?;
                Some(Self { kind: ProcessLimitKind::AddressSpace, limit, taken })
            }
            None => None,
        };
        Ok([data, space].into_iter().flatten().min_by_key(Self::room))
    }

    /// Returns what the limit leaves for data: heap and stacks.
    pub fn room(&self) -> Bytes {
        Bytes(self.limit.0.saturating_sub(self.taken.0))
    }
}

const LIMITS: &str = "/proc/self/limits";

fn soft_limit(text: &str, kind: ProcessLimitKind) -> Reading<Option<Bytes>> {
    let label = kind.label();
    let line = text.lines().find_map(|line| line.strip_prefix(label));
    let line = line.ok_or_else(|| Unavailable::new(format!("`{LIMITS}` has no `{label}`")))?;
    match line.split_whitespace().next().unwrap_or_default() {
        "unlimited" => Ok(None),
        bytes => bytes.parse().map(|bytes| Some(Bytes(bytes))).map_err(|_| {
            not(LIMITS, &format!("{label} {bytes}"), "a size in bytes or `unlimited`")
        }),
    }
}

/// Returns what is mapped and does not count as data.
fn mapped_beside_data(root: &Root) -> Reading<Bytes> {
    let status = Status::read(root)?;
    let (all, data) = (status.size("VmSize")?, status.size("VmData")?);
    Ok(Bytes(all.0.saturating_sub(data.0)))
}

/// What the kernel says of the process.
pub(crate) struct Status {
    text: String,
}

const STATUS: &str = "/proc/self/status";

impl Status {
    pub(crate) fn read(root: &Root) -> Reading<Self> {
        Ok(Self { text: root.text(STATUS)? })
    }

    /// Returns the size of a name, such as `VmRSS`.
    pub(crate) fn size(&self, name: &str) -> Reading<Bytes> {
        let mut lines = self.text.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(key, _)| *key == name);
        let size = found.and_then(|(_, text)| crate::meminfo::size(text));
        size.ok_or_else(|| Unavailable::new(format!("`{STATUS}` has no `{name}`")))
    }
}
