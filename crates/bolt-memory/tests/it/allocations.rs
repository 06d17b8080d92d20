//! The process counts: its allocator is the exact one.

use bolt_base::Bytes;
use bolt_memory::{Component, Kind, allocations_of_this_thread, usage};

use crate::support::budget;

/// Returns how often the work allocated.
pub(crate) fn allocations<T>(work: impl FnOnce() -> T) -> u64 {
    let before = allocations_of_this_thread();
    drop(std::hint::black_box(work()));
    allocations_of_this_thread() - before
}

fn used(component: Component) -> i64 {
    usage().expect("the allocator counts").of(component)
}

#[test]
fn memory_belongs_to_the_component_it_was_allocated_in() {
    let component = Component::Search;
    let mut vector = {
        let _scope = component.enter();
        let boxed = Box::new([0u64; 100]);
        assert_eq!(used(component), 800);
        drop(boxed);
        vec![1u8; 10_000]
    };
    assert_eq!(used(component), 10_000);
    vector.reserve_exact(10_000);
    assert_eq!(used(component), 20_000, "it grows where it was made");
    std::thread::spawn(move || drop(vector)).join().unwrap();
    assert_eq!(used(component), 0, "wherever it is freed");
}

#[test]
fn allocations_are_counted_by_thread() {
    assert_eq!(allocations(|| 1 + 1), 0);
    assert_eq!(allocations(|| Box::new(1)), 1);
    assert_eq!(allocations(|| (Box::new(1), vec![0u8; 100])), 2);
    let grown = || {
        let mut vector = vec![0u8; 100];
        vector.reserve_exact(1_000);
        vector
    };
    assert_eq!(allocations(grown), 2);
}

#[test]
fn reserving_allocates_nothing() {
    let (budget, _) = budget(1_000);
    let job = budget.job(Component::Market, "sweep", None);
    let mut held = job.reservation(Kind::Fixed);
    let count = allocations(|| {
        for _ in 0..1_000 {
            held.try_grow(Bytes(400)).unwrap();
            let half = held.split(Bytes(200));
            held.shrink(Bytes(200));
            drop(half);
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn a_report_says_what_is_used() {
    let (budget, _) = budget(1_000);
    let component = Component::Swarm;
    let used = || budget.report().components[component as usize].used.clone().unwrap();
    let before = used();
    let _scope = component.enter();
    let boxed = Box::new([0u8; 5_000]);
    assert_eq!(used() - before, 5_000, "and not what the report itself allocates");
    drop(boxed);
}
