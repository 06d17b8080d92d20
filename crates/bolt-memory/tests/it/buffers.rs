//! Buffers that are lent out and used again.

use std::sync::Arc;

use bolt_base::{Bytes, Rng};
use bolt_memory::Component::{Code, Market};
use bolt_memory::{
    ALIGNMENT, Bound, Budget, BufferPool, BufferPoolOptions, BufferPoolOptionsError, Kind, Lease,
    LeaseError, Policy, ResidentMemory,
};

use crate::allocations::allocations;
use crate::support::FakePressure;

const MIB: u64 = 1 << 20;

fn pool_of(limit: u64, options: BufferPoolOptions) -> (Budget, BufferPool) {
    let budget = Budget::new(Policy::new(Bytes(limit)), Vec::new()).unwrap();
    let pool = BufferPool::new(&budget, Market, "columns", options).unwrap();
    (budget, pool)
}

fn pool() -> (Budget, BufferPool) {
    pool_of(8 << 30, BufferPoolOptions::default())
}

#[test]
fn buffers_are_aligned_as_long_as_asked_for_and_zero() {
    let (budget, pool) = pool();
    for length in [0, 1, 511, 512, 513, 100_000] {
        let mut lease: Lease<f64> = pool.lease(length).unwrap();
        assert_eq!((lease.len(), lease.as_ptr().addr() % ALIGNMENT), (length, 0));
        assert!(lease.iter().all(|number| *number == 0.0));
        lease.fill(1.5);
        assert!(lease.iter().all(|number| *number == 1.5));
        drop(lease);
        assert_eq!(pool.report().held, budget.held());
        pool.trim();
    }
}

#[test]
fn what_is_lent_out_is_charged() {
    let (budget, pool) = pool();
    let first: Lease<u8> = pool.lease(10_000).unwrap();
    let second: Lease<u32> = pool.lease(4_096).unwrap();
    let report = &budget.report().components[0];
    assert_eq!((report.held, report.fixed), (Bytes(10_240 + 16_384), Bytes(10_240 + 16_384)));
    assert_eq!(budget.report().jobs[0].job, "columns");
    drop(first);
    let report = &budget.report().components[0];
    assert_eq!((report.held, report.fixed), (Bytes(10_240 + 16_384), Bytes(16_384)));
    drop(second);
    assert_eq!(pool.trim(), Bytes(10_240 + 16_384));
    assert_eq!(budget.held(), Bytes(0));
}

#[test]
fn a_buffer_is_used_again_and_zeroed_if_asked() {
    let (_, pool) = pool();
    let mut lease: Lease<u64> = pool.lease(1_000).unwrap();
    let address = lease.as_ptr().addr();
    lease.fill(7);
    drop(lease);
    let again: Lease<f32> = pool.lease(1_990).unwrap();
    assert_eq!(again.as_ptr().addr(), address);
    assert!(again.iter().any(|number| *number != 0.0), "what the last holder left");
    drop(again);
    let zeroed: Lease<u16> = pool.lease_zeroed(4_000).unwrap();
    assert_eq!(zeroed.as_ptr().addr(), address);
    assert!(zeroed.iter().all(|number| *number == 0));
    let report = pool.report();
    assert_eq!((report.hits, report.misses, report.leased, report.idle), (2, 1, 1, 0));
}

#[test]
fn a_steady_state_allocates_nothing() {
    let (_, pool) = pool();
    let mut leases: Vec<Lease<f64>> = Vec::with_capacity(20);
    let mut cycle = || {
        for index in 0..20 {
            leases.push(pool.lease(1_000 + index % 5 * 3_000).unwrap());
        }
        leases.clear();
    };
    cycle();
    let count = allocations(|| {
        for _ in 0..500 {
            cycle();
        }
    });
    assert_eq!(count, 0);
    assert_eq!((pool.report().misses, pool.report().hits), (20, 10_000));
}

/// Leases `count` buffers at a time, `times` times.
fn bursts(pool: &BufferPool, count: usize, times: usize) {
    for _ in 0..times {
        let _leases: Vec<Lease<u8>> = (0..count).map(|_| pool.lease(5_000).unwrap()).collect();
    }
}

#[test]
fn what_was_not_out_for_a_while_is_freed() {
    let kept = |growth, shrink| {
        let (_, pool) =
            pool_of(8 << 30, BufferPoolOptions { growth, shrink, ..Default::default() });
        let idle = || pool.report().idle;
        bursts(&pool, 60, 1);
        let mut seen = vec![idle()];
        for _ in 0..6 {
            bursts(&pool, 2, 90);
            seen.push(idle());
        }
        bursts(&pool, 40, 9);
        let misses = pool.report().misses;
        bursts(&pool, 40, 9);
        assert_eq!(pool.report().misses, misses, "a rhythm is kept");
        seen
    };
    // A burst of 60 makes 63 buffers to be kept (64 with a growth of 4). The review that follows
    // 126 returns still sees it; the next ones divide by the growth, as long as 2 are at most 0.3
    // of what is kept: 63, 42, 28, 18, 12, 8, 5.
    assert_eq!(kept(1.5, 0.3), [60, 60, 18, 5, 5, 5, 5]);
    assert_eq!(kept(4.0, 0.3), [60, 60, 4, 4, 4, 4, 4]);
    assert_eq!(kept(1.5, 0.0), [60; 7], "a pool that never shrinks");
}

#[test]
fn kept_buffers_make_room_for_others() {
    let options =
        BufferPoolOptions { cap: Bytes(8 * MIB), largest: Bytes(4 * MIB), ..Default::default() };
    let (budget, pool) = pool_of(64 * MIB, options);
    drop(pool.lease::<u8>(4 << 20).unwrap());
    drop([pool.lease::<u8>(1 << 20).unwrap(), pool.lease::<u8>(1 << 20).unwrap()]);
    assert_eq!(pool.report().idle, 3);
    // In the pool: 2 MiB are left below its cap.
    let large = pool.lease::<u8>(3 << 20).unwrap();
    assert_eq!((pool.report().idle, pool.report().held), (2, Bytes(5 * MIB)));
    drop(large);
    // In the budget: others need their share.
    let job = budget.job(Code, "index", None);
    let market = budget.job(Market, "sweep", None);
    let _held = market.reserve(Kind::Fixed, Bytes(31 * MIB)).unwrap();
    assert_eq!(budget.held(), Bytes(36 * MIB), "5 MiB kept and 31, of a share of 32");
    let refused = pool.lease::<u8>(2 << 20).unwrap_err();
    assert!(matches!(refused, LeaseError::Refused(refused) if refused.bound == Bound::Share));
    drop(job);
}

#[test]
fn kept_buffers_shrink_under_pressure() {
    let pressure = FakePressure::default();
    let policy = Policy::new(Bytes(64 * MIB));
    let budget = Budget::new(policy, vec![Box::new(pressure.clone())]).unwrap();
    let options =
        BufferPoolOptions { cap: Bytes(16 * MIB), largest: Bytes(MIB), ..Default::default() };
    let pool = BufferPool::new(&budget, Market, "columns", options).unwrap();
    let leases: Vec<Lease<u8>> = (0..8).map(|_| pool.lease(1 << 20).unwrap()).collect();
    let kept: Vec<Lease<u8>> = (0..8).map(|_| pool.lease(1 << 20).unwrap()).collect();
    drop(kept);
    pressure.set(1.0);
    budget.poll();
    // A fifth of 16 MiB, in whole buffers.
    assert_eq!((pool.report().idle, pool.report().leased), (4, 8));
    drop(leases);
}

#[test]
fn leases_have_limits() {
    let options = BufferPoolOptions {
        cap: Bytes(MIB),
        largest: Bytes(MIB / 2),
        leases_max: 3,
        ..Default::default()
    };
    let (budget, pool) = pool_of(64 * MIB, options);
    let text = |error: LeaseError| error.to_string();
    let large = pool.lease::<u8>((1 << 19) + 1).unwrap_err();
    assert_eq!(text(large), "a buffer of 512.0 KiB is asked for, and the largest is 512 KiB");
    assert!(matches!(pool.lease::<f64>(usize::MAX), Err(LeaseError::TooLarge { .. })));
    let mut leases: Vec<Lease<u8>> = (0..2).map(|_| pool.lease(1 << 19).unwrap()).collect();
    let refused = text(pool.lease::<u8>(1).unwrap_err());
    let expected = "`market/columns` asks for 4 KiB more: it holds 1 MiB of its limit of 1 MiB";
    assert!(refused.starts_with(expected), "{refused}");
    leases.pop();
    leases.push(pool.lease(1).unwrap());
    leases.push(pool.lease(1).unwrap());
    let many = text(pool.lease::<u8>(1).unwrap_err());
    assert_eq!(many, "3 buffers are lent out, and no more may be; give some back");
    drop(leases);
    assert_eq!(pool.report().leased, 0);
    pool.trim();
    assert_eq!(budget.held(), Bytes(0));
}

#[test]
fn options_without_sense_are_refused() {
    let budget = Budget::new(Policy::new(Bytes(MIB)), Vec::new()).unwrap();
    let error = |options| BufferPool::new(&budget, Market, "columns", options).unwrap_err();
    let default = BufferPoolOptions::default;
    let growth = error(BufferPoolOptions { growth: 1.0, ..default() });
    assert_eq!(growth, BufferPoolOptionsError::Growth(1.0));
    assert!(error(BufferPoolOptions { growth: f64::NAN, ..default() }).to_string().contains("NaN"));
    let shrink = error(BufferPoolOptions { shrink: 1.0, ..default() });
    assert_eq!(shrink, BufferPoolOptionsError::Shrink(1.0));
    let leases = error(BufferPoolOptions { leases_max: 0, ..default() });
    assert_eq!(leases, BufferPoolOptionsError::NoLeases);
    let largest =
        error(BufferPoolOptions { cap: Bytes(MIB), largest: Bytes(MIB + 1), ..default() });
    assert_eq!(largest.to_string(), "the largest buffer (1.2 MiB) does not fit the cap of 1 MiB");
    error(BufferPoolOptions { cap: Bytes(u64::MAX - 1), largest: Bytes(u64::MAX), ..default() });
    assert_eq!(budget.report().jobs.len(), 0);
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_not_touched_is_not_resident() {
    const ALONE: &str = "BOLT_MEMORY_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        // In a process of its own: what other tests touch is resident, too.
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        alone.args(["--exact", "buffers::what_is_not_touched_is_not_resident"]).env(ALONE, "1");
        let output = alone.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    const NUMBERS: usize = 64 << 20;
    let (_, pool) = pool();
    let resident = ResidentMemory::new(Bytes(1));
    let before = resident.bytes().unwrap();
    let mut lease: Lease<f32> = pool.lease(NUMBERS).unwrap();
    let leased = resident.bytes().unwrap();
    assert!(leased < before + 32 * MIB, "{before} to {leased}: 256 MiB were touched");
    lease[..NUMBERS / 2].fill(1.0);
    let written = resident.bytes().unwrap();
    assert!(written > before + 100 * MIB, "{before} to {written}");
}

#[test]
fn threads_share_a_pool() {
    let (budget, pool) = pool();
    let work = |seed: u64| {
        let mut rng = Rng::new(seed);
        let mut held: Vec<(u64, Lease<u64>)> = Vec::new();
        for _ in 0..3_000 {
            let pick = rng.next_u64();
            if pick & 1 == 0 || held.is_empty() {
                let mut lease = pool.lease(1 + (pick >> 8) as usize % 4_000).unwrap();
                lease.fill(pick);
                held.push((pick, lease));
            } else {
                let (value, lease) = held.swap_remove((pick >> 8) as usize % held.len());
                assert!(lease.iter().all(|number| *number == value), "somebody else wrote");
            }
        }
    };
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let work = &work;
            scope.spawn(move || work(seed));
        }
        scope.spawn(|| {
            for _ in 0..200 {
                pool.trim();
                std::thread::yield_now();
            }
        });
    });
    let report = pool.report();
    assert_eq!((report.leased, report.held), (0, budget.held()));
    pool.trim();
    assert_eq!(budget.held(), Bytes(0));
    let shared = Arc::new(pool);
    drop(shared);
    assert_eq!(budget.report().jobs.len(), 0, "the pool and its job are gone");
}
