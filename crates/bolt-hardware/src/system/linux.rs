//! Linux: affinity and memory policies of threads.
//!
//! The C library has no functions for memory policies, and its set of processors ends at 1,024.

use std::ffi::{c_int, c_long, c_ulong};
use std::io;

use crate::numa::MemoryPolicy;
use crate::{CpuSet, IdSet, NodeSet, Placed, Reading, Role, Unavailable};

const WORD_BITS: usize = c_ulong::BITS as usize;
const WORDS: usize = IdSet::IDS_MAX / WORD_BITS;
/// Bits of the mask. The kernel looks at one less than it is told.
const MASK_BITS: usize = IdSet::IDS_MAX + 1;

const NO_FLAGS: c_ulong = 0;

/// A mask as the kernel takes it.
type Mask = [c_ulong; WORDS];

fn mask(set: &IdSet) -> Mask {
    let mut mask = [0; WORDS];
    set.iter().for_each(|id| mask[id / WORD_BITS] |= 1 << (id % WORD_BITS));
    mask
}

fn set(mask: &Mask) -> IdSet {
    (0..IdSet::IDS_MAX).filter(|id| mask[id / WORD_BITS] >> (id % WORD_BITS) & 1 == 1).collect()
}

fn checked(what: &str, result: c_long) -> Reading<c_long> {
    match result {
        -1 => Err(Unavailable::new(format!("{what} failed: {}", io::Error::last_os_error()))),
        result => Ok(result),
    }
}

/// Returns the bytes of a page.
pub(crate) fn page_bytes() -> Reading<u64> {
    #[expect(unsafe_code, reason = "the standard library does not tell the size of a page")]
    // SAFETY: the call takes a number and gives one.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(bytes)
        .map_err(|_| Unavailable::new("the system does not tell the size of a page"))
}

/// Returns the processors that the calling thread may run on.
pub(crate) fn affinity() -> Reading<CpuSet> {
    let mut mask: Mask = [0; WORDS];
    #[expect(unsafe_code, reason = "the standard library knows no affinity")]
    // SAFETY: the kernel writes at most the size of `mask`, which outlives the call.
    let result = unsafe {
        libc::syscall(libc::SYS_sched_getaffinity, 0, size_of::<Mask>(), mask.as_mut_ptr())
    };
    checked("sched_getaffinity", result)?;
    Ok(set(&mask))
}

/// Lets the calling thread run on `cpus` only.
pub(crate) fn set_affinity(cpus: &CpuSet) -> Reading<()> {
    let mask = mask(cpus);
    #[expect(unsafe_code, reason = "the standard library knows no affinity")]
    // SAFETY: the kernel reads the size of `mask`, which outlives the call.
    let result =
        unsafe { libc::syscall(libc::SYS_sched_setaffinity, 0, size_of::<Mask>(), mask.as_ptr()) };
    checked(&format!("pinning to {cpus}"), result).map(drop)
}

/// Pins the calling thread to `cpus`.
pub(crate) fn place_thread(_: Role, cpus: &CpuSet) -> Reading<Placed> {
    set_affinity(cpus)?;
    affinity().map(Placed::Pinned)
}

fn mode(policy: &MemoryPolicy) -> (c_int, NodeSet) {
    match policy {
        MemoryPolicy::Default => (libc::MPOL_DEFAULT, NodeSet::default()),
        MemoryPolicy::Local => (libc::MPOL_LOCAL, NodeSet::default()),
        MemoryPolicy::Preferred(node) => (libc::MPOL_PREFERRED, NodeSet::from_iter([*node])),
        MemoryPolicy::Bind(nodes) => (libc::MPOL_BIND, nodes.clone()),
        MemoryPolicy::Interleave(nodes) => (libc::MPOL_INTERLEAVE, nodes.clone()),
    }
}

/// Sets where memory goes that the calling thread touches first from now on.
pub(crate) fn set_memory_policy(policy: &MemoryPolicy) -> Reading<()> {
    let (mode, nodes) = mode(policy);
    let mask = mask(&nodes);
    // Modes without nodes take no mask.
    let (pointer, bits) = match nodes.is_empty() {
        true => (std::ptr::null(), 0),
        false => (mask.as_ptr(), MASK_BITS),
    };
    #[expect(unsafe_code, reason = "the standard library knows no memory policies")]
    // SAFETY: the kernel reads `bits` of `mask`, which outlives the call, or nothing.
    let result = unsafe { libc::syscall(libc::SYS_set_mempolicy, mode, pointer, bits) };
    checked(&format!("the memory policy {policy}"), result).map(drop)
}

/// Returns the calling thread's policy.
pub(crate) fn memory_policy() -> Reading<MemoryPolicy> {
    let mut mode: c_int = 0;
    let mut mask: Mask = [0; WORDS];
    #[expect(unsafe_code, reason = "the standard library knows no memory policies")]
    // SAFETY: the kernel writes one number and at most `MASK_BITS - 1` bits, which both have room;
    // no address is asked about.
    let result = unsafe {
        libc::syscall(
            libc::SYS_get_mempolicy,
            &raw mut mode,
            mask.as_mut_ptr(),
            MASK_BITS,
            std::ptr::null::<u8>(),
            NO_FLAGS,
        )
    };
    checked("get_mempolicy", result)?;
    let nodes = set(&mask);
    match mode {
        libc::MPOL_DEFAULT => Ok(MemoryPolicy::Default),
        libc::MPOL_LOCAL => Ok(MemoryPolicy::Local),
        libc::MPOL_BIND => Ok(MemoryPolicy::Bind(nodes)),
        libc::MPOL_INTERLEAVE => Ok(MemoryPolicy::Interleave(nodes)),
        libc::MPOL_PREFERRED => {
            Ok(nodes.first().map_or(MemoryPolicy::Local, MemoryPolicy::Preferred))
        }
        other => Err(Unavailable::new(format!("the thread has a memory policy {other}"))),
    }
}

/// Sets where the pages go that lie wholly in `memory`; `migrate` moves those that are elsewhere
/// already. Returns their bytes.
pub(crate) fn place_memory(memory: &[u8], policy: &MemoryPolicy, migrate: bool) -> Reading<usize> {
    let page = page_bytes()? as usize;
    let skipped = memory.as_ptr().align_offset(page);
    let bytes = memory.len().saturating_sub(skipped) / page * page;
    if bytes == 0 {
        return Ok(0);
    }
    let (mode, nodes) = mode(policy);
    let mask = mask(&nodes);
    let (pointer, bits) = match nodes.is_empty() {
        true => (std::ptr::null(), 0),
        false => (mask.as_ptr(), MASK_BITS),
    };
    let flags = if migrate { MPOL_MF_MOVE } else { 0 };
    let start = memory[skipped..].as_ptr();
    #[expect(unsafe_code, reason = "the standard library knows no memory policies")]
    // SAFETY: the kernel reads `bits` of `mask`, which outlives the call, or nothing. The range is
    // memory of ours; where its pages are changes neither its addresses nor what it holds.
    let result = unsafe {
        libc::syscall(libc::SYS_mbind, start, bytes, c_long::from(mode), pointer, bits, flags)
    };
    checked(&format!("the memory policy {policy} of a range"), result)?;
    Ok(bytes)
}

/// Moves pages that only this process uses (linux/mempolicy.h).
const MPOL_MF_MOVE: c_int = 1 << 1;

#[cfg(test)]
mod tests;
