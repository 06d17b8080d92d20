//! The operating system has no more memory: what asks for it gets an error, and goes on.
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::process::Command;

use bolt_base::Bytes;
use bolt_memory::{
    Arena, ArenaError, Budget, BufferPool, BufferPoolOptions, Component, CountingAllocator, Lease,
    LeaseError, Policy,
};
use rustix::process::{Resource, Rlimit, setrlimit};

const VARIABLE: &str = "BOLT_MEMORY_TEST_LIMIT";
const GIB: u64 = 1 << 30;

/// Runs a test of this file in a process of its own whose address space is limited.
fn run_limited(name: &str) {
    if status_bytes("VmSize") > 1 << 40 {
        eprintln!("skipped: a sanitizer has more mapped than the limit that is to be set");
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("exhaustion::{name}"), "--nocapture", "--test-threads=1"])
        .env(VARIABLE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}\n{text}", output.status);
    assert!(text.contains("1 passed"), "{text}");
}

/// Returns whether this process is the limited one, and limits its address space.
fn is_limited() -> bool {
    let is_limited = std::env::var_os(VARIABLE).is_some();
    if is_limited {
        limit(Resource::As, 2 * GIB);
    }
    is_limited
}

fn limit(resource: Resource, bytes: u64) {
    let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
    setrlimit(resource, limit).unwrap();
}

/// A budget that allows more than there is.
fn budget() -> Budget {
    Budget::new(Policy::new(Bytes(1 << 50)), Vec::new()).unwrap()
}

#[test]
fn leases_end_with_an_error() {
    if !is_limited() {
        return run_limited("leases_end_with_an_error");
    }
    let budget = budget();
    let options = BufferPoolOptions { cap: Bytes(1 << 40), ..BufferPoolOptions::default() };
    let pool = BufferPool::new(&budget, Component::Market, "columns", options).unwrap();
    let mut leases: Vec<Lease<u8>> = Vec::with_capacity(1_000);
    let error = loop {
        match pool.lease(64 << 20) {
            Ok(lease) => leases.push(lease),
            Err(error) => break error,
        }
        assert!(leases.len() < 40, "the limit is 32 buffers");
    };
    assert_eq!(error, LeaseError::OutOfMemory(Bytes(64 << 20)));
    assert_eq!(error.to_string(), "the operating system has no 64 MiB left");
    assert_eq!(budget.held(), Bytes(leases.len() as u64 * (64 << 20)), "the ask was undone");
    leases.pop();
    leases.push(pool.lease(60 << 20).unwrap());
}

#[test]
fn arenas_end_with_an_error() {
    if !is_limited() {
        return run_limited("arenas_end_with_an_error");
    }
    let budget = budget();
    let job = budget.job(Component::Lyra, "evaluate", None);
    let arena = Arena::new(&job, Bytes(64 << 20)).unwrap();
    let values = vec![1.0; 1 << 20];
    let mut placed = 0;
    let error = loop {
        match arena.try_alloc_slice(&values) {
            Ok(_) => placed += 1,
            Err(error) => break error,
        }
        assert!(placed < 256, "the limit is 256 slices");
    };
    assert!(matches!(error, ArenaError::OutOfMemory(_)), "{error}");
    assert!(placed > 100, "{placed}");
    assert!(arena.held().0 < 2 * GIB && arena.held() == budget.held(), "the ask was undone");
    drop(arena);
    Arena::new(&job, Bytes(64 << 20)).unwrap();
}

#[test]
fn what_is_freed_is_there_for_blocks_of_any_size() {
    if std::env::var_os(VARIABLE).is_none() {
        return run_limited("what_is_freed_is_there_for_blocks_of_any_size");
    }
    CountingAllocator::map_as_needed();
    let mapped = status_bytes("VmData");
    limit(Resource::Data, mapped + (200 << 20));
    let can_hold = |mib: usize| Vec::<u8>::new().try_reserve_exact(mib << 20).is_ok();
    let blocks = [(); 3].map(|()| Vec::<u8>::with_capacity(50 << 20));
    assert!(!can_hold(60) && can_hold(10));
    drop(blocks);
    assert!(can_hold(170) && !can_hold(210));
    assert!(status_bytes("VmData") < mapped + (8 << 20));
}

/// Returns a size of this process: `VmData` is what counts against the limit of data.
fn status_bytes(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
}
