//! Many threads over one budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use bolt_base::{Bytes, Rng};
use bolt_memory::{Component, Cost, Kind, Reservation};

use crate::support::{Owner, budget};

const LIMIT: u64 = 100_000;

/// One thread's life: it grows, shrinks, splits and drops at random.
fn live(seed: u64, budget: &bolt_memory::Budget) {
    let mut rng = Rng::new(seed);
    let jobs: Vec<_> = Component::all()
        .map(|component| budget.job(component, "random", Some(Bytes(9_000))))
        .collect();
    let mut held: Vec<Reservation> = Vec::new();
    for _ in 0..20_000 {
        let pick = rng.next_u64();
        let index = (pick >> 8) as usize % held.len().max(1);
        match pick % 6 {
            0 => {
                let kind = if pick & 64 == 0 { Kind::Fixed } else { Kind::Spillable };
                let job = &jobs[(pick >> 32) as usize % jobs.len()];
                held.extend(job.reserve(kind, Bytes(pick % 3_000)).ok());
            }
            1 | 2 if !held.is_empty() => drop(held[index].try_grow(Bytes(pick % 2_000))),
            3 if !held.is_empty() => {
                let half = held[index].bytes().0 / 2;
                held[index].shrink(Bytes(half));
            }
            4 if !held.is_empty() => {
                let half = held[index].bytes().0 / 2;
                let split = held[index].split(Bytes(half));
                held.push(split);
            }
            5 if !held.is_empty() => drop(held.swap_remove(index)),
            _ => {}
        }
    }
}

#[test]
fn nothing_passes_the_limit_and_everything_comes_back() {
    let (budget, pressure) = budget(LIMIT);
    let cache = Owner::new(&budget, Component::Cache, Cost::Shrink, "columns");
    let is_over = Arc::new(AtomicBool::new(false));
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|seed| {
                let budget = budget.clone();
                scope.spawn(move || live(seed, &budget))
            })
            .collect();
        let (watched, over) = (budget.clone(), Arc::clone(&is_over));
        let cache = &cache;
        scope.spawn(move || {
            let mut rng = Rng::new(99);
            while !over.load(SeqCst) {
                pressure.set((rng.next_u64() % 100) as f64 / 100.0);
                watched.poll();
                cache.try_hold(rng.next_u64() % 30_000);
                assert!(watched.held().0 <= LIMIT);
            }
        });
        for worker in workers {
            worker.join().unwrap();
        }
        is_over.store(true, SeqCst);
    });
    let report = budget.report();
    assert!(report.peak.0 <= LIMIT, "{}", report.peak);
    assert!(report.peak.0 > LIMIT / 2, "the threads had little to do: {}", report.peak);
    assert_eq!(report.held.0, cache.held());
    drop(cache);
    let report = budget.report();
    assert_eq!((report.held, report.jobs.len()), (Bytes(0), 0));
    assert!(report.components.iter().all(|c| (c.held, c.fixed) == (Bytes(0), Bytes(0))));
}
