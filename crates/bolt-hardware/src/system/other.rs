//! Systems of which nothing is read.

use crate::numa::MemoryPolicy;
use crate::{CpuSet, Placed, Reading, Role, Unavailable};

fn missing<T>(what: &str) -> Reading<T> {
    Err(Unavailable::new(format!("{what} on {} is not known here", std::env::consts::OS)))
}

pub(crate) fn page_bytes() -> Reading<u64> {
    missing("the size of a page")
}

pub(crate) fn affinity() -> Reading<CpuSet> {
    missing("affinity")
}

pub(crate) fn set_affinity(_: &CpuSet) -> Reading<()> {
    missing("affinity")
}

pub(crate) fn set_memory_policy(_: &MemoryPolicy) -> Reading<()> {
    missing("memory policy")
}

pub(crate) fn memory_policy() -> Reading<MemoryPolicy> {
    missing("memory policy")
}

pub(crate) fn place_thread(_: Role, _: &CpuSet) -> Reading<Placed> {
    missing("affinity")
}

pub(crate) fn place_memory(_: &[u8], _: &MemoryPolicy, _: bool) -> Reading<usize> {
    missing("memory policy")
}
