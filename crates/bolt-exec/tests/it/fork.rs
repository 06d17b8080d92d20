//! Joins: results, panics and drops, whoever runs the branches.

use bolt_base::Rng;
use bolt_exec::{Fork, Pool};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

fn pools() -> Vec<Pool> {
    [1, 2, 4].map(|threads| Pool::new(Some(threads)).unwrap()).into()
}

/// A binary tree of any shape: the sizes of the left branches.
fn shape(size: usize, rng: &mut Rng, left: &mut Vec<usize>) {
    if size < 2 {
        return;
    }
    // Some are chains to one side.
    let split = match rng.below(4) {
        0 => 1,
        1 => size - 1,
        _ => 1 + rng.below(size as u64 - 1) as usize,
    };
    left.push(split);
    shape(split, rng, left);
    shape(size - split, rng, left);
}

/// Sums `from..from + size` by halves of the given sizes.
fn sum(fork: &Fork, from: usize, size: usize, left: &[usize]) -> usize {
    let Some((&split, rest)) = left.split_first() else {
        assert_eq!(size, 1);
        return from;
    };
    let (a, b) = rest.split_at(split - 1);
    let (a, b) = fork
        .join(|fork| sum(fork, from, split, a), |fork| sum(fork, from + split, size - split, b));
    a + b
}

#[test]
fn recursions_of_any_shape_give_what_a_loop_gives() {
    for pool in pools() {
        for seed in 0..40 {
            let mut rng = Rng::new(seed);
            let size = 1 + rng.below(3_000) as usize;
            let mut left = Vec::new();
            shape(size, &mut rng, &mut left);
            let told = pool.fork(|fork| sum(fork, 0, size, &left));
            assert_eq!(told, (0..size).sum(), "seed {seed}");
        }
    }
}

#[test]
fn the_second_branch_runs_while_the_first_waits_for_it() {
    let pool = Pool::new(Some(2)).unwrap();
    let both = Barrier::new(2);
    let meet = |_: &Fork| {
        both.wait();
        std::thread::current().id()
    };
    let (a, b) = pool.fork(|fork| fork.join(meet, meet));
    assert_ne!(a, b);
}

#[test]
fn as_many_branches_are_on_offer_as_there_are_other_threads() {
    let pool = Pool::new(Some(4)).unwrap();
    let all = Barrier::new(4);
    let meet = |_: &Fork| {
        all.wait();
    };
    pool.fork(|fork| {
        fork.join(|fork| fork.join(|fork| fork.join(meet, meet), meet), meet);
    });
}

/// Counts how many were made and not dropped.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A tree in which the leaves that `panics` names panic; each branch owns something.
fn leaves(fork: &Fork, depth: u32, leaf: u64, panics: &[u64], living: &AtomicUsize) -> u64 {
    if depth == 0 {
        assert!(!panics.contains(&leaf), "leaf {leaf}");
        return 1;
    }
    let owned = [Counted::new(living), Counted::new(living)];
    let [first, second] = owned;
    let (a, b) = fork.join(
        move |fork| {
            let _owned = first;
            leaves(fork, depth - 1, 2 * leaf, panics, living)
        },
        move |fork| {
            let _owned = second;
            leaves(fork, depth - 1, 2 * leaf + 1, panics, living)
        },
    );
    a + b
}

#[test]
fn a_panic_anywhere_comes_out_and_everything_is_dropped_once() {
    for pool in pools() {
        for seed in 0..60 {
            let mut rng = Rng::new(seed);
            let panics: Vec<u64> = (0..1 + rng.below(4)).map(|_| rng.below(1 << 9)).collect();
            let living = AtomicUsize::new(0);
            let run = || pool.fork(|fork| leaves(fork, 9, 0, &panics, &living));
            let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
            let message = panic.downcast_ref::<String>().unwrap();
            let leaf: u64 = message.strip_prefix("leaf ").unwrap().parse().unwrap();
            assert!(panics.contains(&leaf), "{message}");
            assert_eq!(living.load(Ordering::SeqCst), 0, "seed {seed}");
            let told = pool.fork(|fork| leaves(fork, 9, 0, &[], &living));
            assert_eq!((told, living.load(Ordering::SeqCst)), (512, 0));
        }
    }
}

#[test]
fn a_branch_ends_before_the_panic_of_the_first_comes_out() {
    let pool = Pool::new(Some(2)).unwrap();
    let (begun, ended) = (Barrier::new(2), AtomicBool::new(false));
    let join = |fork: &Fork| {
        fork.join(
            |_| {
                begun.wait();
                panic!("first");
            },
            |_| {
                begun.wait();
                for _ in 0..1_000 {
                    std::thread::yield_now();
                }
                ended.store(true, Ordering::SeqCst);
            },
        )
    };
    let run = || pool.fork(|fork| catch_unwind(AssertUnwindSafe(|| join(fork))).is_err());
    assert!(run());
    assert!(ended.load(Ordering::SeqCst));
}

#[test]
fn when_both_panic_the_first_one_s_comes_out() {
    for pool in pools() {
        let join = |fork: &Fork| fork.join(|_| panic!("first"), |_| panic!("second"));
        let run = || pool.fork(|fork| join(fork));
        let panic = catch_unwind(AssertUnwindSafe(run)).map(|((), ())| ()).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"first"));
    }
}

#[test]
fn recursions_may_stand_in_branches_and_use_the_pool_otherwise() {
    use rayon::prelude::*;
    let pool = Pool::new(Some(3)).unwrap();
    let branch = |_: &Fork| {
        let inner = pool.fork(|fork| {
            let (a, b) = fork.join(|_| 1, |fork| fork.join(|_| 2, |_| 3));
            a + b.0 + b.1
        });
        inner + (0..1_000u64).into_par_iter().map(|i| i % 2).sum::<u64>()
    };
    let told = pool.fork(|fork| fork.join(branch, branch));
    assert_eq!(told, (506, 506));
}
