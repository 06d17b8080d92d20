//! All interleavings of a few threads over the ledger, by loom: the counters stay within their
//! limits at every moment, and come back to zero.

use loom::sync::Arc;
use loom::thread;

use crate::{Bound, Component, Kind};

mod sync {
    pub(super) use loom::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
}

/// The ledger again, counting with what loom can interleave.
#[allow(dead_code, reason = "the tests call what threads contend for")]
#[allow(clippy::duplicate_mod, reason = "here it counts with other atomics")]
#[path = "ledger.rs"]
mod ledger;

use ledger::{JobAccount, Ledger, Mark};

const MARKET: Component = Component::Market;
const CACHE: Component = Component::Cache;

/// A limit of 10: 6 of it the market's, 4 the cache's.
fn ledger() -> Ledger {
    let mut shares = [0; Component::COUNT];
    shares[MARKET.index()] = 6;
    shares[CACHE.index()] = 4;
    Ledger::new(10, shares)
}

fn check(threads: impl Fn(Arc<Ledger>) -> Vec<thread::JoinHandle<()>> + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        let ledger = Arc::new(ledger());
        for thread in threads(Arc::clone(&ledger)) {
            thread.join().unwrap();
        }
        assert_eq!(ledger.total().now(), 0);
        assert!(ledger.total().peak() <= 10, "{}", ledger.total().peak());
        for component in Component::all() {
            assert_eq!((ledger.held(component).now(), ledger.fixed(component).now()), (0, 0));
        }
    });
}

/// Takes, holds while others run, and gives back; returns whether it got anything.
fn use_some(ledger: &Ledger, job: &JobAccount, kind: Kind, bytes: u64) -> Result<Mark, Bound> {
    let mark = ledger.try_grow(job, kind, bytes, false).map_err(|exceeded| exceeded.bound)?;
    thread::yield_now();
    ledger.shrink(job, kind, bytes);
    Ok(mark)
}

#[test]
fn fixed_memory_of_two_jobs_stays_within_the_share() {
    check(|ledger| {
        let spawn = |bytes| {
            let ledger = Arc::clone(&ledger);
            thread::spawn(move || {
                let job = JobAccount::new(MARKET, u64::MAX);
                let got = use_some(&ledger, &job, Kind::Fixed, bytes);
                assert!(got.is_ok() || got == Err(Bound::Share), "{got:?}");
                let peak = if got.is_ok() { bytes } else { 0 };
                assert_eq!((job.held.now(), job.held.peak()), (0, peak));
            })
        };
        vec![spawn(4), spawn(3)]
    });
}

/// Lets two components grow by turns, and returns what they were told in all orders.
fn both_grow(
    marks: (u64, u64),
    bytes: [u64; 2],
    see: impl Fn([Result<Mark, Bound>; 2]) + Sync + Send + 'static,
) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        let ledger = Arc::new(ledger());
        ledger.set_marks(marks.0, marks.1);
        let spawn = |component, bytes| {
            let ledger = Arc::clone(&ledger);
            ledger.add_reclaimer(component);
            thread::spawn(move || {
                let job = JobAccount::new(component, u64::MAX);
                let grown = ledger.try_grow(&job, Kind::Spillable, bytes, false);
                grown.map_err(|exceeded| exceeded.bound)
            })
        };
        let threads = [spawn(MARKET, bytes[0]), spawn(CACHE, bytes[1])];
        see(threads.map(|thread| thread.join().unwrap()));
    });
}

#[test]
fn one_of_two_asks_for_the_last_bytes_gets_them() {
    both_grow((u64::MAX, 0), [7, 7], |grown| {
        let got = [Ok(Mark::Between), Err(Bound::Limit)];
        assert!(grown == got || [grown[1], grown[0]] == got, "{grown:?}");
    });
}

#[test]
fn whoever_passes_a_mark_is_told() {
    both_grow((6, 0), [4, 3], |grown| {
        let told = [Ok(Mark::Between), Ok(Mark::Up)];
        assert!(grown == told || [grown[1], grown[0]] == told, "{grown:?}");
    });
}

#[test]
fn nothing_is_lent_after_a_claim() {
    check(|ledger| {
        ledger.add_reclaimer(CACHE);
        let claims = {
            let ledger = Arc::clone(&ledger);
            thread::spawn(move || {
                let claim = ledger.claim();
                let job = JobAccount::new(MARKET, u64::MAX);
                // At worst the cache was lent 6 before; the other 4 are free for good.
                use_some(&ledger, &job, Kind::Fixed, 4).unwrap();
                drop(claim);
            })
        };
        let borrows = thread::spawn(move || {
            let job = JobAccount::new(CACHE, u64::MAX);
            let got = use_some(&ledger, &job, Kind::Spillable, 6);
            assert!(matches!(got, Ok(_) | Err(Bound::Loan)), "{got:?}");
        });
        vec![claims, borrows]
    });
}

#[test]
fn making_fixed_contends_with_growing() {
    check(|ledger| {
        let converts = {
            let ledger = Arc::clone(&ledger);
            thread::spawn(move || {
                let job = JobAccount::new(MARKET, u64::MAX);
                let mark = ledger.try_grow(&job, Kind::Spillable, 3, false);
                if mark.is_err() {
                    return;
                }
                let kind = match ledger.try_fix(MARKET, 3) {
                    Ok(()) => Kind::Fixed,
                    Err(exceeded) => {
                        assert_eq!((exceeded.bound, exceeded.limit), (Bound::Share, 6));
                        Kind::Spillable
                    }
                };
                ledger.shrink(&job, kind, 3);
            })
        };
        let grows = thread::spawn(move || {
            let job = JobAccount::new(MARKET, u64::MAX);
            let _ = use_some(&ledger, &job, Kind::Fixed, 4);
        });
        vec![converts, grows]
    });
}
