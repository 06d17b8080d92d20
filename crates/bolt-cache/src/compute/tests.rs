use super::*;
use crate::cache::CacheOptions;
use bolt_base::{Bytes, ManualClock};
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

fn cache() -> Cache<u32, String> {
    let options = CacheOptions {
        capacity: Bytes(1_000),
        entries: 10,
        threads: 1,
        time_to_live: Some(Duration::from_secs(1)),
    };
    Cache::new(&options, |_, value: &String| value.len() as u64, Arc::new(ManualClock::default()))
}

/// Waits until so many callers wait for a computation.
fn wait_for_joined(cache: &Cache<u32, String>, count: u64) {
    while cache.stats().joined < count {
        std::thread::yield_now();
    }
}

/// Has eight threads ask for a key whose computation ends, as `compute` says, when all the others
/// wait for it; returns what they got.
fn ask_at_once(
    cache: &Cache<u32, String>,
    compute: impl Fn() -> Result<String, std::io::Error> + Sync,
) -> Vec<std::thread::Result<Result<String, ComputeError>>> {
    let before = cache.stats().joined;
    std::thread::scope(|scope| {
        let ask = || {
            cache.get_or_compute(&7, || {
                wait_for_joined(cache, before + 7);
                compute()
            })
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    })
}

#[test]
fn one_computes_for_all_who_ask_at_once() {
    let (cache, count) = (cache(), AtomicU32::new(0));
    let outcomes = ask_at_once(&cache, || {
        count.fetch_add(1, Ordering::Relaxed);
        Ok("value".to_owned())
    });
    assert!(outcomes.into_iter().all(|outcome| outcome.unwrap().unwrap() == "value"));
    assert_eq!((count.into_inner(), cache.get(&7).as_deref()), (1, Some("value")));
    let stats = cache.stats();
    assert_eq!((stats.computed, stats.failed, stats.joined, stats.inserts), (1, 0, 7, 1));
    let again = cache.get_or_compute(&7, || -> Result<_, Infallible> { panic!("it is there") });
    assert_eq!(again.unwrap(), "value");
}

#[test]
fn everyone_gets_the_error_and_the_next_one_computes_anew() {
    let cache = cache();
    let outcomes = ask_at_once(&cache, || Err(std::io::Error::other("no such symbol")));
    for outcome in outcomes {
        let error = outcome.unwrap().unwrap_err();
        let ComputeError::Failed(source) = &error else { panic!("{error}") };
        assert!(source.downcast_ref::<std::io::Error>().is_some());
        assert_eq!(error.to_string(), "no such symbol");
    }
    assert_eq!((cache.stats().computed, cache.stats().failed), (1, 1));
    let next = cache.get_or_compute(&7, || Ok::<_, Infallible>("value".to_owned()));
    assert_eq!(next.unwrap(), "value");
}

#[test]
fn a_panic_goes_on_where_it_began_and_wakes_the_others() {
    let cache = cache();
    let outcomes = ask_at_once(&cache, || panic!("on purpose"));
    let (panics, others): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_err);
    assert_eq!((panics.len(), others.len()), (1, 7));
    for outcome in others {
        assert!(matches!(outcome.unwrap(), Err(ComputeError::Panicked)));
    }
    assert_eq!((cache.stats().computed, cache.stats().failed), (1, 1));
    let next = cache.get_or_compute(&7, || Ok::<_, Infallible>("value".to_owned()));
    assert_eq!(next.unwrap(), "value");
}

#[test]
fn different_keys_are_computed_at_the_same_time() {
    let (cache, both) = (cache(), Barrier::new(2));
    std::thread::scope(|scope| {
        for key in 0..2 {
            let (cache, both) = (&cache, &both);
            scope.spawn(move || {
                cache.get_or_compute(&key, || {
                    both.wait();
                    Ok::<_, Infallible>(String::new())
                })
            });
        }
    });
    assert_eq!(cache.stats().computed, 2);
}

#[test]
fn a_computation_that_asks_for_its_own_value_is_told() {
    let cache = cache();
    let ask = || cache.get_or_compute(&1, || Ok::<_, Infallible>(String::new()));
    let outcome = cache.get_or_compute(&1, ask);
    let Err(ComputeError::Failed(inner)) = outcome else { panic!("{outcome:?}") };
    let inner = inner.downcast_ref::<ComputeError>();
    assert!(matches!(inner, Some(ComputeError::Recursive)));
    assert_eq!(cache.stats().joined, 0);
}

#[test]
fn a_value_whose_key_was_removed_meanwhile_is_not_kept() {
    let cache = cache();
    for forget in [|cache: &Cache<u32, String>| assert!(!cache.remove(&3)), Cache::clear] {
        let value = cache.get_or_compute(&3, || {
            forget(&cache);
            Ok::<_, Infallible>("old".to_owned())
        });
        assert_eq!((value.unwrap().as_str(), cache.get(&3)), ("old", None));
    }
    // A computation that began after the removal is.
    let value = cache.get_or_compute(&3, || {
        cache.remove(&3);
        cache.get_or_compute(&3, || Ok::<_, Infallible>("new".to_owned())).unwrap();
        Ok::<_, Infallible>("old".to_owned())
    });
    assert_eq!((value.unwrap().as_str(), cache.get(&3).as_deref()), ("old", Some("new")));
}

/// A value that cannot be copied.
#[derive(Debug)]
struct Fragile;

impl Clone for Fragile {
    fn clone(&self) -> Self {
        panic!("on purpose")
    }
}

#[test]
fn a_value_that_panics_when_copied_leaves_no_one_waiting() {
    let options = CacheOptions { capacity: Bytes(9), entries: 9, threads: 1, time_to_live: None };
    let cache: Cache<u32, Fragile> =
        Cache::new(&options, |_, _| 1, Arc::new(ManualClock::default()));
    for _ in 0..2 {
        let ask = || cache.get_or_compute(&1, || Ok::<_, Infallible>(Fragile));
        assert!(catch_unwind(AssertUnwindSafe(ask)).is_err());
    }
    assert_eq!((cache.stats().computed, cache.stats().failed), (2, 2));
    cache.insert(2, Fragile);
    assert!(catch_unwind(AssertUnwindSafe(|| cache.get(&2))).is_err());
    assert!(cache.remove(&2));
}
