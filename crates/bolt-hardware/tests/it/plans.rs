//! Which processors do what.

use std::sync::LazyLock;

use bolt_hardware::{
    CpuSet, EfficiencyCoreUse, Hardware, Placement, Plan, PlanError, PlanSettings, Quota, Role,
};
use bolt_testkit::Machine;
use proptest::prelude::*;

use crate::machines::{arm, eight_nodes, four_nodes, hybrid, read, two_sockets};

fn settings() -> PlanSettings {
    PlanSettings::default()
}

fn set(list: &str) -> CpuSet {
    list.parse().unwrap()
}

/// Returns the domains of a plan: `2 on 0-3@0`.
fn domains(plan: &Plan) -> Vec<String> {
    plan.domains.iter().map(|d| format!("{} on {}@{}", d.threads, d.cpus, d.node)).collect()
}

#[track_caller]
fn check(machine: &Machine, settings: &PlanSettings, expected: &str) -> Plan {
    let plan = read(machine).plan(settings).unwrap();
    assert_eq!(plan.to_string(), expected);
    plan
}

#[test]
fn performance_cores_compute_and_efficiency_cores_do_the_rest() {
    let plan =
        check(&hybrid(), &settings(), "compute 0-15 (16 threads), io 0-31, background 16-31");
    assert_eq!(domains(&plan), ["16 on 0-15@0"]);
    assert_eq!(plan.pinning[..9], [0, 2, 4, 6, 8, 10, 12, 14, 1], "cores before siblings");
    check(&arm(), &settings(), "compute 4-7 (4 threads), io 0-7, background 0-3");
}

#[test]
fn efficiency_cores_do_what_they_are_told_to() {
    let of = |efficiency_cores| PlanSettings { efficiency_cores, ..settings() };
    let compute = of(EfficiencyCoreUse::Compute);
    let plan = check(&hybrid(), &compute, "compute 0-31 (32 threads), io 0-31, background 16-31");
    let order = &plan.pinning;
    assert_eq!((order[7], order[8], order[23], order[24]), (14, 16, 31, 1), "siblings come last");
    let never = of(EfficiencyCoreUse::Never);
    check(&hybrid(), &never, "compute 0-15 (16 threads), io 0-15, background 0-15");
}

#[test]
fn where_all_cores_are_alike_all_do_everything() {
    let plan =
        check(&two_sockets(), &settings(), "compute 0-15 (16 threads), io 0-15, background 0-15");
    assert_eq!(domains(&plan), ["8 on 0-3,8-11@0", "8 on 4-7,12-15@1"]);
    // A container with nothing but efficiency cores.
    let machine = hybrid().affinity("20-23");
    let never =
        PlanSettings { efficiency_cores: EfficiencyCoreUse::Never, ..PlanSettings::default() };
    for settings in [settings(), never] {
        check(&machine, &settings, "compute 20-23 (4 threads), io 20-23, background 20-23");
    }
}

#[test]
fn threads_spread_over_nodes_and_caches_or_stay_together() {
    let quota = Some(Quota { used_us: 500_000, period_us: 100_000 });
    let plan = |machine: &Machine, placement| {
        let hardware = read(machine);
        let settings = PlanSettings { placement, ..settings() };
        Plan::new(&hardware.topology, &hardware.cpus(), quota, &settings).unwrap()
    };
    let spread = plan(&four_nodes(), Placement::Spread);
    assert_eq!(spread.pinning, [0, 4, 8, 12, 2, 6, 10, 14, 1, 5, 9, 13, 3, 7, 11, 15]);
    assert_eq!(
        domains(&spread),
        ["1 on 0-1@0", "1 on 2-3@0", "1 on 4-5@1", "1 on 8-9@2", "1 on 12-13@3"]
    );
    let compact = plan(&four_nodes(), Placement::Compact);
    assert_eq!(compact.pinning, (0..16).collect::<Vec<_>>());
    assert_eq!(domains(&compact), ["2 on 0-1@0", "2 on 2-3@0", "1 on 4-5@1"]);
    assert_eq!(compact.compute, set("0-15"), "a quota limits time, not where it is used");
    let compact = plan(&eight_nodes(), Placement::Compact);
    assert_eq!(compact.pinning[..6], [0, 1, 16, 17, 2, 3], "a domain is full before the next");
    assert_eq!(domains(&compact), ["4 on 0-1,16-17@0", "1 on 2-3,18-19@1"]);
    assert_eq!((compact.cpu_of_thread(2), compact.cpu_of_thread(34)), (16, 16));
}

#[test]
fn second_processors_of_cores_can_be_left_idle() {
    let alone = PlanSettings { siblings: false, ..settings() };
    let plan = check(&two_sockets(), &alone, "compute 0-7 (8 threads), io 0-15, background 0-15");
    assert_eq!(plan.pinning, [0, 4, 1, 5, 2, 6, 3, 7]);
}

#[test]
fn reserved_cores_are_left_alone() {
    let reserve = |reserved_cores| PlanSettings { reserved_cores, ..settings() };
    check(
        &two_sockets(),
        &reserve(1),
        "compute 1-7,9-15 (14 threads), io 1-7,9-15, background 1-7,9-15",
    );
    check(&hybrid(), &reserve(2), "compute 4-15 (12 threads), io 4-31, background 16-31");
    // All performance cores are reserved: what is left computes.
    check(&hybrid(), &reserve(8), "compute 16-31 (16 threads), io 16-31, background 16-31");
    let error = read(&hybrid()).plan(&reserve(24)).unwrap_err();
    assert_eq!(error.to_string(), "24 cores cannot be left to others, at most 23");
}

#[test]
fn a_list_is_taken_as_it_is() {
    let list = |compute: &str| PlanSettings { compute: Some(set(compute)), ..settings() };
    check(&hybrid(), &list("0-7"), "compute 0-7 (8 threads), io 0-31, background 16-31");
    check(&hybrid(), &list("3,18-19"), "compute 3,18-19 (3 threads), io 0-31, background 16-31");
    check(&two_sockets(), &list("4-7"), "compute 4-7 (4 threads), io 0-15, background 0-3,8-11");
    // The second processor of a core is its first if the list has no other of it.
    let compact = PlanSettings { placement: Placement::Compact, ..list("0,8-9") };
    assert_eq!(read(&two_sockets()).plan(&compact).unwrap().pinning, [0, 9, 8]);
    // Reserved cores are others than those of the list.
    let reserving = PlanSettings { reserved_cores: 2, ..list("0-1") };
    check(
        &two_sockets(),
        &reserving,
        "compute 0-1 (2 threads), io 0-1,4-9,12-15, background 4-7,12-15",
    );
    let error = read(&two_sockets().affinity("0-5")).plan(&list("4-9")).unwrap_err();
    assert_eq!(
        error,
        PlanError::NotAllowed { asked: set("6-9"), allowed: set("0-5") },
        "nothing is dropped silently"
    );
    assert_eq!(error.to_string(), "the process may not use the processors 6-9, only 0-5");
    assert_eq!(read(&hybrid()).plan(&list("")).unwrap_err(), PlanError::NothingAsked);
}

#[test]
fn roles_have_their_processors() {
    let plan = read(&hybrid()).plan(&settings()).unwrap();
    let roles = Role::ALL.map(|role| format!("{} {}", role.name(), plan.cpus(role)));
    assert_eq!(roles, ["compute 0-15", "io 0-31", "background 16-31"]);
}

#[test]
fn a_machine_of_which_nothing_is_allowed_has_no_plan() {
    let topology = read(&hybrid()).topology;
    let plan = Plan::new(&topology, &set("40"), None, &settings());
    assert_eq!(plan, Err(PlanError::NoProcessor));
}

static MACHINES: LazyLock<[Hardware; 5]> = LazyLock::new(|| {
    [hybrid, two_sockets, four_nodes, eight_nodes, arm].map(|machine| read(&machine()))
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn plans_keep_their_promises(
        index in 0usize..5,
        allowed in prop::collection::btree_set(0usize..32, 1..32),
        quota in prop::option::of(1u64..4_000),
        asked in prop::option::of(prop::collection::btree_set(0usize..32, 0..6)),
        reserved_cores in 0usize..5,
        choice in (0usize..3, any::<bool>(), any::<bool>()),
    ) {
        let (efficiency, siblings, compact) = choice;
        let allowed: CpuSet = allowed.into_iter().collect();
        let compute: Option<CpuSet> = asked.map(|asked| asked.into_iter().collect());
        let quota = quota.map(|percent| Quota { used_us: percent * 1000, period_us: 100_000 });
        let uses =
            [EfficiencyCoreUse::Background, EfficiencyCoreUse::Compute, EfficiencyCoreUse::Never];
        let settings = PlanSettings {
            efficiency_cores: uses[efficiency],
            reserved_cores,
            compute: compute.clone(),
            siblings,
            placement: if compact { Placement::Compact } else { Placement::Spread },
        };
        let topology = &MACHINES[index].topology;
        let Ok(plan) = Plan::new(topology, &allowed, quota, &settings) else { return Ok(()) };
        for role in Role::ALL {
            prop_assert!(!plan.cpus(role).is_empty());
            prop_assert!(plan.cpus(role).is_subset(&allowed));
        }
        prop_assert!(siblings || topology.cores.iter().all(|c| (&c.cpus & &plan.compute).len() < 2));
        if let Some(asked) = compute {
            prop_assert!(plan.compute.is_subset(&asked) && (!siblings || plan.compute == asked));
        }
        // Each processor is pinned to once, and threads are those of the domains.
        prop_assert_eq!(plan.pinning.len(), plan.compute.len());
        prop_assert_eq!(plan.pinning.iter().copied().collect::<CpuSet>(), plan.compute.clone());
        let threads: usize = plan.domains.iter().map(|domain| domain.threads).sum();
        prop_assert_eq!(threads, plan.compute_threads);
        prop_assert!(quota.is_none_or(|quota| threads as f64 <= quota.cpus().ceil().max(1.0)));
        for domain in &plan.domains {
            prop_assert!((1..=domain.cpus.len()).contains(&domain.threads));
            let node = topology.nodes.iter().find(|node| node.id == domain.node).unwrap();
            prop_assert!(domain.cpus.is_subset(&node.cpus));
        }
    }
}
