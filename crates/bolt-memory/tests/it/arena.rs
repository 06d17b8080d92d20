//! Values that are freed together.

use bolt_base::Bytes;
use bolt_memory::{
    Arena, ArenaError, Budget, Component, Kind, Policy, allocations_of_this_thread, usage,
};
use proptest::prelude::*;

use crate::support::budget;

const KIB: u64 = 1 << 10;

fn budget_of(limit: u64) -> Budget {
    Budget::new(Policy::new(Bytes(limit)), Vec::new()).unwrap()
}

#[test]
fn values_stay_where_they_are() {
    let budget = budget_of(1 << 30);
    let job = budget.job(Component::Lyra, "evaluate", None);
    let arena = Arena::new(&job, Bytes(4 * KIB)).unwrap();
    let numbers: Vec<&mut u64> =
        (0..10_000).map(|number| arena.try_alloc(number).unwrap()).collect();
    let slice = arena.try_alloc_slice(&[1.5; 7_000]).unwrap();
    let text = arena.try_alloc_str("Sin[x]^2").unwrap();
    assert!(numbers.iter().zip(0..).all(|(number, expected)| **number == expected));
    assert!(slice.iter().all(|number| *number == 1.5));
    assert_eq!(text, "Sin[x]^2");
    assert_eq!(*arena.try_alloc(()).unwrap(), ());
}

#[test]
fn what_an_arena_holds_is_what_it_allocated() {
    let budget = budget_of(1 << 30);
    let job = budget.job(Component::Lyra, "evaluate", None);
    let used = || usage().unwrap().of(Component::Code) as u64;
    let _scope = Component::Code.enter();
    let before = used();
    let mut arena = Arena::new(&job, Bytes(64 * KIB)).unwrap();
    for step in 0..2_000u64 {
        if step % 100 == 7 {
            arena.try_alloc_slice(&vec![step; step as usize * 5]).unwrap();
        }
        arena.try_alloc([step; 9]).unwrap();
        assert_eq!(arena.held().0, used() - before, "at {step}");
        assert_eq!(arena.held(), budget.held());
    }
    arena.reset();
    assert!(arena.held().0 == used() - before && arena.held() == budget.held());
    drop(arena);
    assert_eq!((used() - before, budget.held()), (0, Bytes(0)));
}

#[test]
fn a_block_that_was_kept_is_used_again() {
    let (budget, _) = budget(1 << 30);
    let job = budget.job(Component::Lyra, "evaluate", None);
    let mut arena = Arena::new(&job, Bytes(256 * KIB)).unwrap();
    let held = arena.held();
    let before = allocations_of_this_thread();
    for _ in 0..50 {
        for number in 0..20_000u64 {
            arena.try_alloc(number).unwrap();
        }
        arena.reset();
    }
    assert_eq!((allocations_of_this_thread() - before, arena.held()), (0, held));
}

#[test]
fn without_room_for_a_block_the_arena_stays_as_it_is() {
    let budget = budget_of(1_000 * KIB);
    let job = budget.job(Component::Lyra, "evaluate", Some(Bytes(50 * KIB)));
    let mut arena = Arena::new(&job, Bytes(16 * KIB)).unwrap();
    let mut placed = 0;
    let error = loop {
        match arena.try_alloc_slice(&[7u8; 1_000]) {
            Ok(_) => placed += 1,
            Err(error) => break error,
        }
        assert!(job.held() <= Bytes(50 * KIB));
    };
    assert!((30..50).contains(&placed), "{placed}");
    let text = error.to_string();
    assert!(text.starts_with("`lyra/evaluate` asks for 20.1 KiB more: it holds "), "{text}");
    assert!(arena.try_alloc(1u8).is_ok(), "the last block has room for that");
    arena.reset();
    arena.try_alloc_slice(&[7u8; 1_000]).unwrap();
    let other = Arena::new(&job, Bytes(40 * KIB)).unwrap_err();
    assert!(matches!(other, ArenaError::Refused(_)), "{other}");
}

#[test]
fn blocks_that_no_machine_has_are_refused() {
    let budget = budget_of(u64::MAX);
    let job = budget.job(Component::Market, "evaluate", None);
    let arena = |bytes| Arena::new(&job, Bytes(bytes)).map(drop).unwrap_err().to_string();
    assert!(arena(u64::MAX).contains("asks for"), "more than its share");
    assert!(arena(1 << 62).starts_with("the operating system has no "));
    assert_eq!(budget.held(), Bytes(0));
    Arena::new(&job, Bytes(0)).unwrap().try_alloc([1u64; 100]).unwrap();
}

/// Values are counted up from the first.
#[derive(Debug, Clone, Copy)]
enum Place {
    Bytes { first: u8, length: usize },
    Numbers { first: u64, length: usize },
    Wide(u128),
    Reset,
}

fn place() -> impl Strategy<Value = Place> {
    let bytes = (any::<u8>(), 0..3_000usize);
    let numbers = (any::<u64>(), 0..700usize);
    prop_oneof![
        6 => bytes.prop_map(|(first, length)| Place::Bytes { first, length }),
        6 => numbers.prop_map(|(first, length)| Place::Numbers { first, length }),
        6 => any::<u128>().prop_map(Place::Wide),
        1 => Just(Place::Reset),
    ]
}

fn bytes(first: u8, length: usize) -> Vec<u8> {
    (0..length).map(|index| first.wrapping_add(index as u8)).collect()
}

fn numbers(first: u64, length: usize) -> Vec<u64> {
    (0..length as u64).map(|index| first.wrapping_add(index)).collect()
}

/// Places values, and finds them unchanged when all are placed.
fn place_all(arena: &Arena, places: &[Place]) {
    let mut checks: Vec<Box<dyn Fn() -> bool + '_>> = Vec::new();
    for place in places.iter().copied() {
        match place {
            Place::Bytes { first, length } => {
                let kept = arena.try_alloc_slice(&bytes(first, length)).unwrap();
                checks.push(Box::new(move || *kept == bytes(first, length)));
            }
            Place::Numbers { first, length } => {
                let kept = arena.try_alloc_slice(&numbers(first, length)).unwrap();
                checks.push(Box::new(move || *kept == numbers(first, length)));
            }
            Place::Wide(value) => {
                let kept = arena.try_alloc(value).unwrap();
                checks.push(Box::new(move || *kept == value));
            }
            Place::Reset => {}
        }
    }
    assert!(checks.iter().all(|check| check()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn an_arena_keeps_what_it_was_given(places in prop::collection::vec(place(), 1..80), block in 0..9_000u64) {
        let budget = budget_of(1 << 30);
        let job = budget.job(Component::Market, "evaluate", None);
        let mut arena = Arena::new(&job, Bytes(block)).unwrap();
        for places in places.split(|place| matches!(place, Place::Reset)) {
            arena.reset();
            place_all(&arena, places);
            prop_assert_eq!(arena.held(), job.held());
        }
        drop(arena);
        prop_assert_eq!(budget.held(), Bytes(0));
        job.reserve(Kind::Fixed, Bytes(1 << 29)).unwrap();
    }
}
