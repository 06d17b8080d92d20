//! Shares cannot be taken; what nobody uses is lent.

use std::sync::{Arc, Mutex};

use bolt_base::Bytes;
use bolt_memory::Component::{Cache, Code, Lyra, Market, Swarm};
use bolt_memory::{Bound, Component, Cost, Kind, NoLoan, Reservation};
use proptest::prelude::*;

use crate::support::{Owner, budget, calm_budget, is_alive, lend_to};

#[test]
fn fixed_memory_ends_at_the_share() {
    let (budget, _) = budget(1_000);
    let _lends = lend_to(&budget, Market);
    let job = budget.job(Market, "greedy", None);
    let mut held = job.reserve(Kind::Fixed, Bytes(500)).unwrap();
    let refused = held.try_grow(Bytes(1)).unwrap_err();
    assert_eq!(
        (refused.bound, refused.held, refused.limit),
        (Bound::Share, Bytes(500), Bytes(500))
    );
    assert_eq!(held.bytes(), Bytes(500));
}

#[test]
fn what_nobody_uses_is_lent_and_comes_back() {
    let budget = calm_budget();
    let sweep = Owner::new(&budget, Market, Cost::Spill, "sweep");
    assert!(sweep.try_hold(940), "the market may have what is free");
    let job = budget.job(Code, "index", None);
    let index = job.reserve(Kind::Fixed, Bytes(170)).unwrap();
    // What is missing, and the byte that a full budget has back.
    assert_eq!(*sweep.asked.lock().unwrap(), [110, 1]);
    assert_eq!(sweep.held(), 829);
    drop(index);
    assert!(sweep.try_hold(170), "and it is lent again");
}

#[test]
fn without_an_owner_to_ask_nothing_is_lent() {
    let (budget, _) = budget(1_000);
    let job = budget.job(Market, "sweep", None);
    let mut held = job.reserve(Kind::Spillable, Bytes(500)).unwrap();
    let refused = held.try_grow(Bytes(1)).unwrap_err();
    assert_eq!((refused.bound, refused.no_loan), (Bound::Loan, Some(NoLoan::NotReclaimable)));
    let lends = lend_to(&budget, Market);
    held.try_grow(Bytes(1)).unwrap();
    drop(lends);
    held.try_grow(Bytes(1)).unwrap_err();
}

#[test]
fn the_cheapest_owners_are_asked_first_and_only_those_over_their_share() {
    let budget = calm_budget();
    let cancels = Owner::new(&budget, Swarm, Cost::Cancel, "explore");
    let spills = Owner::new(&budget, Market, Cost::Spill, "sweep");
    let cache = Owner::new(&budget, Cache, Cost::Shrink, "columns");
    let modest = Owner::new(&budget, Lyra, Cost::Shrink, "definitions");
    // Over their shares by 10, 150 and 100; the last is within its share of 50.
    for (owner, bytes) in [(&cancels, 60), (&spills, 650), (&cache, 200), (&modest, 30)] {
        assert!(owner.try_hold(bytes));
    }
    let owners = [&cache, &modest, &spills, &cancels];
    let asked = || owners.map(|owner| std::mem::take(&mut *owner.asked.lock().unwrap()));
    let job = budget.job(Code, "index", None);
    let mut index = job.reserve(Kind::Fixed, Bytes(70)).unwrap();
    // A full budget has one byte back, of the cache again.
    assert_eq!(asked(), [vec![10, 1], vec![], vec![], vec![]]);
    index.try_grow(Bytes(100)).unwrap();
    assert_eq!(asked(), [vec![89, 1], vec![], vec![10], vec![]]);
}

#[test]
fn for_a_loan_only_caches_over_their_share_shrink() {
    let budget = calm_budget();
    let spills = Owner::new(&budget, Market, Cost::Spill, "sweep");
    let cache = Owner::new(&budget, Cache, Cost::Shrink, "columns");
    let swarm = Owner::new(&budget, Swarm, Cost::Spill, "population");
    assert!(spills.try_hold(550) && cache.try_hold(240) && swarm.try_hold(50));
    // 160 are free, and the cache is 140 over its share.
    assert!(swarm.try_hold(300));
    assert_eq!(*cache.asked.lock().unwrap(), [140, 1]);
    assert!(!swarm.try_hold(2), "nobody spills for a loan");
    assert!(spills.asked.lock().unwrap().is_empty());
}

#[test]
fn for_an_ask_that_cannot_be_granted_nobody_gives() {
    let budget = calm_budget();
    let cache = Owner::new(&budget, Cache, Cost::Shrink, "columns");
    let sweep = Owner::new(&budget, Market, Cost::Spill, "sweep");
    assert!(cache.try_hold(300) && sweep.try_hold(400));
    // With the cache back at its share of 100 there would be 500.
    for bytes in [501, 5_000, u64::MAX] {
        assert!(!sweep.try_hold(bytes));
    }
    let job = budget.job(Code, "index", None);
    job.reserve(Kind::Fixed, Bytes(171)).unwrap_err();
    assert!(cache.asked.lock().unwrap().is_empty());
    assert!(sweep.try_hold(500));
    assert_eq!(*cache.asked.lock().unwrap(), [200, 1]);
}

#[test]
fn an_owner_that_is_gone_is_not_asked_and_not_kept() {
    let (budget, _) = budget(1_000);
    let owner = Owner::new(&budget, Cache, Cost::Shrink, "columns");
    assert!(owner.try_hold(150));
    let weak = Arc::downgrade(&owner);
    drop(owner);
    assert!(!is_alive(&weak), "the budget keeps no owner alive");
    assert_eq!(budget.held(), Bytes(0));
    let job = budget.job(Cache, "next", None);
    job.reserve(Kind::Spillable, Bytes(101)).unwrap_err();
}

#[test]
fn an_owner_that_asks_back_is_answered_at_once() {
    let budget = calm_budget();
    let job = budget.job(Cache, "columns", None);
    let held = Arc::new(Mutex::new(job.reservation(Kind::Spillable)));
    let owner = {
        let (job, held) = (job.clone(), Arc::clone(&held));
        Arc::new(move |bytes: Bytes| {
            let refused = job.reserve(Kind::Spillable, Bytes(1)).unwrap_err();
            assert_eq!(refused.no_loan, Some(NoLoan::Claimed));
            let given = Bytes(bytes.0 + 5);
            held.lock().unwrap().shrink(given);
            given
        })
    };
    let _registration = budget.on_reclaim(Cache, Cost::Shrink, &owner);
    // Not while the lock is held that the owner will want.
    let more = job.reserve(Kind::Spillable, Bytes(900)).unwrap();
    *held.lock().unwrap() = more;
    let code = budget.job(Code, "index", None);
    let _index = code.reserve(Kind::Fixed, Bytes(120)).unwrap();
    assert_eq!(held.lock().unwrap().bytes(), Bytes(875));
    assert_eq!(budget.report().events.refusals, 1);
}

#[derive(Debug, Clone)]
enum Ask {
    Borrow { owner: usize, bytes: u64 },
    Hold { component: usize, kind: Kind, bytes: u64 },
    Release { index: usize },
}

fn ask() -> impl Strategy<Value = Ask> {
    let kind = prop_oneof![Just(Kind::Fixed), Just(Kind::Spillable)];
    prop_oneof![
        (0..Component::COUNT, 1..500u64).prop_map(|(owner, bytes)| Ask::Borrow { owner, bytes }),
        (0..Component::COUNT, kind, 1..300u64).prop_map(|(component, kind, bytes)| Ask::Hold {
            component,
            kind,
            bytes
        }),
        (0..usize::MAX).prop_map(|index| Ask::Release { index }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever others borrowed, an ask within the share is granted.
    #[test]
    fn a_share_cannot_be_taken(asks in prop::collection::vec(ask(), 1..60)) {
        const SHARES: [u64; Component::COUNT] = [500, 170, 80, 50, 50, 100, 50];
        let (budget, _) = budget(1_000);
        let components: Vec<Component> = Component::all().collect();
        let costs = [Cost::Shrink, Cost::Spill, Cost::Cancel];
        let owner = |(index, component): (usize, &Component)| {
            Owner::new(&budget, *component, costs[index % 3], "owner")
        };
        let owners: Vec<Arc<Owner>> = components.iter().enumerate().map(owner).collect();
        // Held by nobody who can be asked: fixed, so within the shares.
        let mut fixed: Vec<(usize, Reservation)> = Vec::new();
        for ask in asks {
            match ask {
                Ask::Borrow { owner, bytes } => {
                    owners[owner].try_hold(bytes);
                }
                Ask::Release { index } if !fixed.is_empty() => {
                    let index = index % fixed.len();
                    fixed.swap_remove(index);
                }
                Ask::Release { .. } => {}
                Ask::Hold { component, kind, bytes } => {
                    let held_fixed: u64 = fixed
                        .iter()
                        .filter(|(of, _)| *of == component)
                        .map(|(_, held)| held.bytes().0)
                        .sum();
                    let held = held_fixed + owners[component].held();
                    let counted = if kind == Kind::Fixed { held_fixed } else { held };
                    let is_within = counted + bytes <= SHARES[component];
                    let got = if kind == Kind::Fixed {
                        let job = budget.job(components[component], "fixed", None);
                        let got = job.reserve(Kind::Fixed, Bytes(bytes));
                        let is_granted = got.is_ok();
                        fixed.extend(got.ok().map(|held| (component, held)));
                        prop_assert!(is_within || !is_granted);
                        is_granted
                    } else {
                        owners[component].try_hold(bytes)
                    };
                    prop_assert!(got || !is_within, "{bytes} of {component} with {counted}");
                }
            }
            prop_assert!(budget.held().0 <= 1_000);
        }
    }
}
