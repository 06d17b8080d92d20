//! What a refusal says.

use bolt_base::Bytes;
use bolt_memory::Component::{Cache, Code, Market};
use bolt_memory::{Bound, Budget, Kind, Policy, Refused};

use crate::support::{budget, lend_to};

const GIB: u64 = 1 << 30;

#[test]
fn it_names_who_asks_for_what_and_who_holds_most() {
    let budget = Budget::new(Policy::new(Bytes(16 * GIB)), Vec::new()).unwrap();
    let hold = |component, name: &str, bytes| {
        budget.job(component, name, None).reserve(Kind::Fixed, Bytes(bytes)).unwrap()
    };
    let _held = [
        hold(Cache, "columns", GIB),
        hold(Market, "sweep", 7 * GIB),
        hold(Code, "index", 2 * GIB),
        hold(Code, "references", GIB / 2),
    ];
    let job = budget.job(Market, "walk-forward", None);
    let refused = job.reserve(Kind::Fixed, Bytes(2 * GIB)).unwrap_err();
    let expected = "`market/walk-forward` asks for 2 GiB more: `market` holds 7 GiB that cannot be \
                    had back, of its share of 8 GiB; the largest holders are `market/sweep` with 7 GiB, `code/index` with \
                    2 GiB, `cache/columns` with 1 GiB";
    assert_eq!(refused.to_string(), expected);
    assert_eq!((refused.component, refused.job.as_str()), (Market, "walk-forward"));
    assert_eq!((refused.held, refused.limit), (Bytes(7 * GIB), Bytes(8 * GIB)));
}

#[test]
fn every_bound_is_explained() {
    let (budget, pressure) = budget(1_000);
    let why = |refused: Refused| refused.to_string().split("more: ").nth(1).unwrap().to_owned();
    let job = budget.job(Market, "sweep", Some(Bytes(100)));
    let _held = job.reserve(Kind::Fixed, Bytes(60)).unwrap();
    let refused = job.reserve(Kind::Fixed, Bytes(41)).unwrap_err();
    let largest = "; the largest holders are `market/sweep` with 60 B";
    assert_eq!(why(refused), format!("it holds 60 B of its limit of 100 B{largest}"));

    let cache = budget.job(Cache, "columns", None);
    let refused = cache.reserve(Kind::Spillable, Bytes(101)).unwrap_err();
    let text = "`cache` holds 0 B of its share of 100 B and is lent no more, as nothing of it could \
                be had back";
    assert_eq!(why(refused), format!("{text}{largest}"));

    let _lends = lend_to(&budget, Cache);
    let refused = cache.reserve(Kind::Spillable, Bytes(941)).unwrap_err();
    assert_eq!(why(refused), format!("60 B of the limit of 1000 B are held{largest}"));

    pressure.set(1.0);
    budget.poll();
    let refused = cache.reserve(Kind::Spillable, Bytes(101)).unwrap_err();
    assert!(refused.to_string().contains("is lent no more, as memory is critical"), "{refused}");
}

#[test]
fn asks_beyond_all_numbers_are_refused() {
    let budget = Budget::new(Policy::new(Bytes(u64::MAX)), Vec::new()).unwrap();
    let _lends = lend_to(&budget, Market);
    let job = budget.job(Market, "sweep", None);
    let mut held = job.reserve(Kind::Spillable, Bytes(u64::MAX - 1)).unwrap();
    let refused = held.try_grow(Bytes(u64::MAX)).unwrap_err();
    assert_eq!(refused.bound, Bound::Job);
    assert_eq!((refused.held, held.bytes()), (Bytes(u64::MAX - 1), Bytes(u64::MAX - 1)));
    held.shrink(Bytes(u64::MAX - 1));
    assert_eq!(budget.held(), Bytes(0));
}

#[test]
#[should_panic = "no more is given back than is reserved"]
fn giving_back_what_was_not_taken_is_a_bug() {
    let (budget, _) = budget(1_000);
    let mut held = budget.job(Market, "sweep", None).reserve(Kind::Fixed, Bytes(1)).unwrap();
    held.shrink(Bytes(2));
}

#[test]
fn a_job_ends_with_its_last_reservation() {
    let (budget, _) = budget(1_000);
    let job = budget.job(Market, "sweep", None);
    let held = job.reserve(Kind::Fixed, Bytes(10)).unwrap();
    drop(job);
    assert_eq!(budget.report().jobs.len(), 1);
    drop(held);
    assert_eq!(budget.report().jobs.len(), 0);
}
