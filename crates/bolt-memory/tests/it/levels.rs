//! Levels, and what owners are asked at them.

use std::sync::Arc;

use bolt_base::Bytes;
use bolt_memory::Component::{Cache, Market, Swarm};
use bolt_memory::{
    AdaptiveShares, Bound, Budget, Cost, Kind, Level, NoLoan, Policy, PolicyError, Shares,
    Thresholds,
};

use crate::support::{FakePressure, Owner, budget};

fn crossings(budget: &Budget) -> (u64, u64) {
    let events = budget.report().events;
    (events.warnings, events.criticals)
}

#[test]
fn a_crossing_is_one_event_however_much_it_trembles() {
    let (budget, _) = budget(1_000);
    let mut held = [Market, Cache, bolt_memory::Component::Code, Swarm]
        .map(|component| budget.job(component, "work", None).reservation(Kind::Fixed));
    for (held, bytes) in held.iter_mut().zip([500, 100, 170, 0]) {
        held.try_grow(Bytes(bytes)).unwrap();
    }
    let lyra = budget.job(bolt_memory::Component::Lyra, "definitions", None);
    let mut lyra = lyra.reserve(Kind::Fixed, Bytes(50)).unwrap();
    assert_eq!((budget.held(), crossings(&budget)), (Bytes(820), (0, 0)));
    for _ in 0..100 {
        held[3].try_grow(Bytes(30)).unwrap();
        assert_eq!(budget.level(), Level::Warning, "at 850");
        lyra.shrink(Bytes(50));
        assert_eq!(budget.level(), Level::Warning, "at 800");
        lyra.try_grow(Bytes(50)).unwrap();
        held[3].shrink(Bytes(30));
    }
    assert_eq!(crossings(&budget), (1, 0));
    lyra.shrink(Bytes(21));
    assert_eq!(budget.level(), Level::Normal, "at 799");
    held[3].try_grow(Bytes(50)).unwrap();
    assert_eq!((budget.level(), crossings(&budget)), (Level::Normal, (1, 0)), "at 849");
    lyra.try_grow(Bytes(1)).unwrap();
    assert_eq!((budget.level(), crossings(&budget)), (Level::Warning, (2, 0)), "at 850");
}

#[test]
fn the_outside_crosses_once_too() {
    let (budget, pressure) = budget(1_000);
    let mut seen = Vec::new();
    for ratio in [0.84, 0.85, 0.81, 0.86, 0.79, 0.96, 0.91, 0.95, 0.89, 0.2] {
        pressure.set(ratio);
        seen.push(budget.poll());
    }
    let (n, w, c) = (Level::Normal, Level::Warning, Level::Critical);
    assert_eq!(seen, [n, w, w, w, n, c, c, c, w, n]);
    assert_eq!(crossings(&budget), (2, 1));
}

#[test]
fn a_source_that_says_nothing_is_reported_and_changes_nothing() {
    let (budget, pressure) = budget(1_000);
    pressure.set(-1.0);
    assert_eq!(budget.poll(), Level::Normal);
    let reading = budget.report().readings.remove(0);
    assert_eq!(reading.source, "fake");
    assert_eq!(reading.ratio.unwrap_err().to_string(), "unavailable (nobody says)");
}

/// The pressure rises step by step while work asks for more at every step.
#[test]
fn caches_shrink_before_any_ask_fails() {
    let (budget, pressure) = budget(100_000);
    let cache = Owner::new(&budget, Cache, Cost::Shrink, "columns");
    let spills = Owner::new(&budget, Swarm, Cost::Spill, "population");
    assert!(cache.try_hold(40_000) && spills.try_hold(5_000));
    let sweep = budget.job(Market, "sweep", None);
    let mut held = sweep.reservation(Kind::Fixed);
    let mut shrunk_at = None;
    for percent in 0..=96 {
        pressure.set(f64::from(percent) / 100.0);
        budget.poll();
        if cache.held() < 40_000 {
            shrunk_at.get_or_insert(percent);
        }
        held.try_grow(Bytes(300)).unwrap_or_else(|refused| panic!("at {percent} %: {refused}"));
    }
    assert_eq!(shrunk_at, Some(85));
    assert_eq!(budget.report().events.refusals, 0);
    assert_eq!(budget.level(), Level::Critical);
    assert!(spills.held() < 5_000, "at the critical level owners spill");
    // Now the share is 30 %, and there is nothing more.
    let refused = held.try_grow(Bytes(1_000)).unwrap_err();
    assert_eq!((refused.bound, refused.limit), (Bound::Share, Bytes(30_000)));
}

#[test]
fn what_is_held_reaching_the_threshold_makes_caches_shrink() {
    let (budget, _) = budget(1_000);
    let cache = Owner::new(&budget, Cache, Cost::Shrink, "columns");
    let sweep = Owner::new(&budget, Market, Cost::Spill, "sweep");
    assert!(cache.try_hold(300) && sweep.try_hold(549));
    assert!(cache.asked.lock().unwrap().is_empty());
    assert!(sweep.try_hold(1));
    assert_eq!(*cache.asked.lock().unwrap(), [51]);
    assert_eq!((budget.held(), budget.level()), (Bytes(799), Level::Normal));
    assert!(sweep.asked.lock().unwrap().is_empty(), "nobody spills at a warning");
}

#[test]
fn a_level_asks_for_no_more_than_it_needs() {
    let (budget, pressure) = budget(1_000);
    let cache = Owner::new(&budget, Cache, Cost::Shrink, "columns");
    let sweep = Owner::new(&budget, Market, Cost::Spill, "sweep");
    let explore = Owner::new(&budget, Swarm, Cost::Cancel, "explore");
    assert!(cache.try_hold(10) && sweep.try_hold(20) && explore.try_hold(400));
    let owners = [&cache, &sweep, &explore];
    let asked = || owners.map(|owner| std::mem::take(&mut *owner.asked.lock().unwrap()));
    pressure.set(1.0);
    assert_eq!(budget.poll(), Level::Critical);
    // Caches give until the warning would end, below 430 x 0.80 / 1.00; the others until the
    // critical level would, below 430 x 0.90 / 1.00.
    assert_eq!(asked(), [vec![430 - 343], vec![420 - 386], vec![]]);
    assert_eq!(budget.poll(), Level::Critical);
    assert_eq!(asked(), [vec![400 - 319], vec![400 - 359], vec![400 - 359]], "jobs are cancelled");
    pressure.set(0.85);
    assert_eq!(budget.poll(), Level::Warning);
    assert_eq!(asked(), [vec![359 - 337], vec![], vec![]], "at a warning only caches give");
    assert_eq!(owners.map(|owner| owner.held()), [0, 0, 359]);
    let events = budget.report().events;
    assert_eq!(events.reclaims, [3, 2, 1]);
    assert_eq!(events.reclaimed, [10, 20, 41].map(Bytes));
}

#[test]
fn nothing_is_lent_while_memory_is_critical() {
    let (budget, pressure) = budget(1_000);
    let sweep = Owner::new(&budget, Market, Cost::Cancel, "sweep");
    pressure.set(0.95);
    budget.poll();
    let job = budget.job(Market, "next", None);
    let refused = job.reserve(Kind::Spillable, Bytes(301)).unwrap_err();
    assert_eq!((refused.bound, refused.no_loan), (Bound::Loan, Some(NoLoan::Critical)));
    pressure.set(0.89);
    budget.poll();
    assert!(sweep.try_hold(451), "lent again, and the share is that of medium pressure");
}

#[test]
fn shares_follow_the_outside_and_not_what_is_held() {
    let (budget, pressure) = budget(1_000);
    let share = |budget: &Budget| budget.report().components[0].share.0;
    let jobs = [(Market, 500), (bolt_memory::Component::Code, 170), (Cache, 100)];
    let _held = jobs.map(|(component, bytes)| {
        budget.job(component, "work", None).reserve(Kind::Fixed, Bytes(bytes)).unwrap()
    });
    let rest = [bolt_memory::Component::Search, Swarm, bolt_memory::Component::Lyra]
        .map(|c| budget.job(c, "work", None).reserve(Kind::Fixed, Bytes(50)).unwrap());
    assert_eq!((budget.level(), share(&budget)), (Level::Warning, 500));
    drop(rest);
    let mut seen = Vec::new();
    for ratio in [0.85, 0.95, 0.90, 0.89, 0.80, 0.79] {
        pressure.set(ratio);
        budget.poll();
        seen.push(share(&budget));
    }
    assert_eq!(seen, [450, 300, 300, 450, 450, 500]);
}

#[test]
fn shares_shrink_where_the_policy_says_and_levels_stay_where_they_are() {
    let pressure = Thresholds { warning: 0.2, critical: 0.4, hysteresis: 0.1 };
    let source = FakePressure::default();
    let policy = Policy { pressure, ..Policy::new(Bytes(1_000)) };
    let budget = Budget::new(policy, vec![Box::new(source.clone())]).unwrap();
    let mut seen = Vec::new();
    for ratio in [0.19, 0.2, 0.4, 0.31, 0.29, 0.09] {
        source.set(ratio);
        assert_eq!(budget.poll(), Level::Normal, "{ratio}");
        seen.push(budget.report().components[0].share.0);
    }
    assert_eq!(seen, [500, 450, 300, 300, 450, 500]);
}

#[test]
fn settings_of_the_policy_have_effects() {
    let shares = Shares::default().with([("duckdb", 0.2), ("jarvis", 0.47)]).unwrap();
    let policy = Policy {
        limit: Bytes(1_000),
        shares: AdaptiveShares::constant(shares),
        thresholds: Thresholds { warning: 0.25, critical: 0.5, hysteresis: 0.125 },
        pressure: Thresholds::default(),
    };
    let pressure = FakePressure::default();
    let budget = Budget::new(policy, vec![Box::new(pressure.clone())]).unwrap();
    let job = budget.job(Market, "work", None);
    let mut held = job.reserve(Kind::Fixed, Bytes(200)).unwrap();
    held.try_grow(Bytes(1)).unwrap_err();
    pressure.set(0.5);
    assert_eq!(budget.poll(), Level::Critical);
    assert_eq!(budget.report().components[0].share, Bytes(200));
    pressure.set(0.125);
    assert_eq!(budget.poll(), Level::Warning);
    drop(held);
    pressure.set(0.12);
    assert_eq!(budget.poll(), Level::Normal);
}

#[test]
fn a_lower_limit_is_reached_by_giving_back() {
    let (budget, _) = budget(1_000);
    let cache = Owner::new(&budget, Cache, Cost::Shrink, "columns");
    assert!(cache.try_hold(600));
    budget.set_limit(Bytes(400)).unwrap();
    assert_eq!(budget.level(), Level::Critical);
    let job = budget.job(Market, "work", None);
    let _held = job.reserve(Kind::Fixed, Bytes(200)).unwrap();
    assert!(budget.held().0 <= 400, "{}", budget.held());
    assert!(Arc::strong_count(&cache) == 1);
}

#[test]
fn policies_without_sense_are_refused() {
    let policy = |limit, warning| Policy {
        limit: Bytes(limit),
        shares: AdaptiveShares::default(),
        thresholds: Thresholds { warning, critical: 0.95, hysteresis: 0.05 },
        pressure: Thresholds::default(),
    };
    let error = |policy| Budget::new(policy, Vec::new()).unwrap_err();
    assert_eq!(error(policy(0, 0.85)), PolicyError::NoMemory);
    let text = error(policy(1, 0.96)).to_string();
    let expected = "thresholds must be 0 <= hysteresis < warning < critical <= 1; they are 0.05, \
                    0.96 and 0.95";
    assert_eq!(text, expected);
    let pressure = Thresholds { warning: 0.96, ..Thresholds::default() };
    assert_eq!(error(Policy { pressure, ..policy(1, 0.85) }).to_string(), expected);
    let (budget, _) = budget(1);
    assert_eq!(budget.set_limit(Bytes(0)), Err(PolicyError::NoMemory));
}
