//! What a closure allocates counts for who submitted it, whichever thread runs it.

use bolt_base::SystemClock;
use bolt_exec::{
    ChunkOptions, Chunks, Executor, ExecutorOptions, Fork, Pool, Priority, Request, Threads,
};
use bolt_memory::Component::{self, Code, Lyra, Market, Other};
use bolt_memory::Scope;
use rayon::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn chunks() -> Chunks {
    let options = ChunkOptions { items_min: 1, items_max: 4, ..ChunkOptions::default() };
    Chunks::new(options, Arc::new(SystemClock::default()))
}

fn check(component: Component, seen: &AtomicUsize) {
    assert_eq!(Component::in_scope(), component);
    // Long enough for others to take the rest.
    std::thread::yield_now();
    seen.fetch_add(1, Ordering::Relaxed);
}

fn tree(fork: &Fork, depth: usize, component: Component, seen: &AtomicUsize) {
    check(component, seen);
    if depth > 0 {
        let branch = |fork: &Fork| tree(fork, depth - 1, component, seen);
        fork.join(branch, branch);
    }
}

/// Hands work of all kinds to a pool, as one component.
fn submit(pool: &Pool, component: Component) {
    let _scope = component.enter();
    let (seen, chunks) = (AtomicUsize::new(0), chunks());
    let items: Vec<usize> = (0..500).collect();
    for _ in 0..20 {
        pool.run(|| {
            items.par_iter().for_each(Scope::carry(|_: &usize| check(component, &seen)));
        });
        pool.for_each(&items, &chunks, |_| check(component, &seen));
        pool.map(&items, &chunks, |_| check(component, &seen));
        pool.batched(&chunks, |batch| {
            items.iter().for_each(|_| batch.push(|| check(component, &seen)));
        });
        pool.fork(|fork| tree(fork, 8, component, &seen));
        assert_eq!(Component::in_scope(), component);
    }
    assert_eq!(seen.into_inner(), 20 * (4 * 500 + (1 << 9) - 1));
}

#[test]
fn stolen_work_counts_for_who_submitted_it() {
    let pool = Pool::new(Some(3)).unwrap();
    std::thread::scope(|scope| {
        for component in [Market, Lyra, Code] {
            let pool = &pool;
            scope.spawn(move || submit(pool, component));
        }
    });
    let left = pool.run(|| (0..500).into_par_iter().all(|_| Component::in_scope() == Other));
    assert!(left, "threads of the pool keep no scope");
}

#[test]
fn a_task_counts_for_who_handed_it_in() {
    let threads = Threads::new(20);
    let clock = Arc::new(SystemClock::default());
    let executor = Executor::start(ExecutorOptions::default(), &threads, clock).unwrap();
    let kind = executor.kind("plain", None);
    let request =
        Request { priority: Priority::Normal, agent: None, timeout: None, complexity: 0.0 };
    for component in [Market, Other, Lyra] {
        let _scope = component.enter();
        let task = executor.submit(kind, request, |_| Component::in_scope()).unwrap();
        assert_eq!(task.wait(), Ok(component));
    }
}
