//! The operating system has no more memory: what asks for it gets an error, and goes on.

use std::process::Command;

use bolt_base::Bytes;
use bolt_memory::{
    Arena, ArenaError, Budget, BufferPool, BufferPoolOptions, Component, Lease, LeaseError, Policy,
};
use rustix::process::{Resource, Rlimit, setrlimit};

const VARIABLE: &str = "BOLT_MEMORY_TEST_LIMIT";
const GIB: u64 = 1 << 30;

/// Runs a test of this file in a process of its own whose address space is limited.
fn run_limited(name: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("exhaustion::{name}"), "--nocapture", "--test-threads=1"])
        .env(VARIABLE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}\n{text}", output.status);
    assert!(text.contains("1 passed"), "{text}");
}

/// Returns whether this process is the limited one, and limits it.
fn is_limited() -> bool {
    let is_limited = std::env::var_os(VARIABLE).is_some();
    if is_limited {
        let limit = Rlimit { current: Some(2 * GIB), maximum: Some(2 * GIB) };
        setrlimit(Resource::As, limit).unwrap();
    }
    is_limited
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
