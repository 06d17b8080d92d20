//! What is read ahead.

use std::path::Path;

use bolt_base::{Bytes, Rng};

use super::super::{AccessPattern, PageStore, PageStoreOptions, PageStoreReport, PrefetchOptions};
use super::support::{PAGE, disk, memory, open};

const PAGES: u64 = 8_000;

/// Memory of a thousand pages, and all pages on disk.
fn options(folder: &Path) -> PageStoreOptions {
    let nvme = disk(folder, "nvme", 16, 2_000);
    PageStoreOptions { cpu: Bytes(1_000 * PAGE), nvme: Some(nvme), ..memory() }
}

fn fill(options: &PageStoreOptions) {
    let store = open(options);
    for id in 0..PAGES {
        store.write(id, &id.to_le_bytes()).unwrap();
    }
}

fn replay(store: &PageStore, ids: impl IntoIterator<Item = u64>) -> PageStoreReport {
    let mut stream = store.stream();
    for id in ids {
        assert_eq!(stream.read(id).unwrap().as_deref(), Some(&id.to_le_bytes()[..]));
    }
    store.check_for_test();
    store.report()
}

#[test]
fn pages_are_there_before_they_are_read_if_there_is_a_pattern() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    fill(&options);
    let traces: [(&str, Vec<u64>, f64); 3] = [
        ("sequential", (0..4_000).collect(), 0.95),
        ("strided", (0..1_100).map(|i| 7 * i).collect(), 0.9),
        ("backwards", (0..2_000).rev().map(|i| 3 * i).collect(), 0.9),
    ];
    for (name, trace, least) in traces {
        let report = replay(&open(&options), trace);
        let rate = report.prefetch_hit_rate().unwrap();
        println!("{name}: {rate:.3} of {:?}", report.prefetch);
        assert!(rate >= least, "{name}: {rate}");
        assert!(report.prefetch.wasted * 20 <= report.prefetch.issued, "{name}");
    }
}

#[test]
fn what_was_read_before_in_some_order_is_read_ahead_in_that_order() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    fill(&options);
    let mut rng = Rng::new(2);
    // More than memory holds, so that every lap reads from disk again.
    let mut lap: Vec<(u64, u64)> = (0..PAGES).map(|id| (rng.next_u64(), id)).collect();
    lap.sort_unstable();
    lap.truncate(2_500);
    let store = open(&options);
    let mut stream = store.stream();
    let mut laps = (0..3).map(|_| {
        lap.iter().for_each(|(_, id)| drop(stream.read(*id).unwrap()));
        (store.report().prefetch.used, store.report().misses)
    });
    let first = laps.next().unwrap();
    let last = laps.last().unwrap();
    assert_eq!(first.0, 0);
    let (used, misses) = (last.0 - first.0, last.1 - first.1);
    let rate = used as f64 / (used + misses) as f64;
    println!("temporal: {rate:.3}");
    assert!(rate >= 0.9, "{rate}");
    assert_eq!(stream.pattern(), (AccessPattern::Temporal, 1.0));
}

#[test]
fn nothing_is_read_ahead_of_random_reads_nor_when_it_is_off() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    fill(&options);
    let mut rng = Rng::new(5);
    let random: Vec<u64> = (0..3_000).map(|_| rng.below(PAGES)).collect();
    let report = replay(&open(&options), random);
    assert_eq!(report.prefetch.issued, 0);
    assert!(report.misses > 2_000);
    let prefetch = PrefetchOptions { is_on: false, ..PrefetchOptions::default() };
    let report = replay(&open(&PageStoreOptions { prefetch, ..options }), 0..1_000);
    assert_eq!((report.prefetch.issued, report.misses), (0, 1_000));
}

#[test]
fn no_more_waits_to_be_read_than_may() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    fill(&options);
    let prefetch =
        PrefetchOptions { in_flight_max: Bytes(10 * PAGE), ..PrefetchOptions::default() };
    let store = open(&PageStoreOptions { prefetch, ..options });
    let mut stream = store.stream();
    for id in 0..500 {
        stream.read(id).unwrap();
        assert!(store.report().prefetch.waiting <= 10);
        if let Some(ahead) = stream.read_ahead() {
            ahead.run().unwrap();
        }
        assert!(store.report().prefetch.waiting <= 10);
    }
    assert!(store.report().prefetch.issued > 300);
}

#[test]
fn another_thread_can_read_ahead() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    fill(&options);
    let store = open(&options);
    let mut stream = store.stream();
    for id in 0..2_000 {
        stream.read(id).unwrap();
        if let Some(ahead) = stream.read_ahead() {
            std::thread::spawn(|| ahead.run().unwrap()).join().unwrap();
        }
    }
    assert_eq!(stream.pattern(), (AccessPattern::Sequential, 1.0));
    // Until the pattern is known pages are missing, and never after.
    assert!(store.report().misses < 10, "{}", store.report().misses);
    store.check_for_test();
}

#[test]
fn threads_share_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    fill(&options);
    let store = open(&options);
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            let store = &store;
            scope.spawn(move || {
                let mut rng = Rng::new(thread);
                for _ in 0..1_500 {
                    // Each has pages that it alone writes.
                    let id = rng.below(PAGES / 4) * 4 + thread;
                    if rng.below(3) == 0 {
                        let version = rng.next_u64();
                        store.write(id, &version.to_le_bytes()).unwrap();
                        let read = store.read(id).unwrap();
                        assert_eq!(read.as_deref(), Some(&version.to_le_bytes()[..]));
                        store.write(id, &id.to_le_bytes()).unwrap();
                    } else {
                        let read = store.read(id).unwrap();
                        assert_eq!(read.as_deref(), Some(&id.to_le_bytes()[..]));
                    }
                }
            });
        }
    });
    store.check_for_test();
    drop(store);
    replay(&open(&options), 0..PAGES);
}

#[test]
fn old_copies_in_blocks_that_are_read_ahead_are_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    {
        let store = open(&options);
        (0..200u64).for_each(|id| store.write(id, b"old").unwrap());
        store.flush().unwrap();
        (0..200u64).step_by(2).for_each(|id| store.write(id, b"new").unwrap());
    }
    let store = open(&options);
    let mut stream = store.stream();
    for id in 0..200u64 {
        let expected: &[u8] = if id % 2 == 0 { b"new" } else { b"old" };
        assert_eq!(stream.read(id).unwrap().as_deref(), Some(expected), "page {id}");
    }
}
