//! Plans of machines that are read from their files.

use super::*;
use bolt_hardware::{Hardware, PlanSettings, Root};
use bolt_testkit::Machine;

/// Eight performance cores with two processors each and sixteen efficiency cores.
fn hybrid() -> Machine {
    let performance = (0..8).fold(Machine::new(), |machine, core| {
        machine.core(0, &format!("{}-{}", 2 * core, 2 * core + 1))
    });
    (16..32)
        .fold(performance, |machine, cpu| machine.core(0, &cpu.to_string()))
        .cache(3, "Unified", "36864K", "0-31")
        .node(0, "0-31", 64, "10")
        .file("/sys/devices/cpu_core/cpus", "0-15")
        .file("/sys/devices/cpu_atom/cpus", "16-31")
}

fn plan_of(machine: &Machine) -> Plan {
    let hardware = Hardware::read(&Root::at(machine.path()));
    hardware.plan(&PlanSettings::default()).expect("a machine with processors")
}

/// Shows a plan: `cpu 16 on 0-15, io 32 on 0-31`.
fn shown(plan: &PoolsPlan) -> String {
    let told = plan.pools.iter().map(|PoolPlan { kind, name, threads, cpus }| {
        assert!(name.starts_with(kind.name()));
        match cpus {
            Some(cpus) => format!("{name} {threads} on {cpus}"),
            None => format!("{name} {threads}"),
        }
    });
    told.collect::<Vec<_>>().join(", ")
}

fn check(machine: &Machine, expected: &str) {
    let plan = PoolsPlan::new(&plan_of(machine), &PoolsSettings::default(), 1_000);
    let plan = plan.expect("settings that can be meant");
    assert_eq!(shown(&plan), expected);
    assert_eq!(plan.reduced, []);
}

#[test]
fn each_domain_has_a_pool_and_each_role_its_processors() {
    check(&hybrid(), "cpu 16 on 0-15, io 32 on 0-31, general 24 on 0-31, background 2 on 16-31");
    check(
        &Machine::two_sockets(),
        "cpu0 8 on 0-3,8-11, cpu1 8 on 4-7,12-15, io 32 on 0-15, general 24 on 0-15, \
         background 2 on 0-15",
    );
    check(
        &Machine::four_nodes(),
        "cpu0 4 on 0-3, cpu1 4 on 4-7, cpu2 4 on 8-11, cpu3 4 on 12-15, io 32 on 0-15, \
         general 24 on 0-15, background 2 on 0-15",
    );
}

#[test]
fn threads_run_anywhere_if_they_are_not_to_be_pinned() {
    let settings = PoolsSettings { pinned: false, ..PoolsSettings::default() };
    let plan = PoolsPlan::new(&plan_of(&hybrid()), &settings, 1_000).unwrap();
    assert_eq!(shown(&plan), "cpu 16, io 32, general 24, background 2");
}

#[test]
fn parts_of_threads_are_rounded_up() {
    let one = plan_of(&hybrid().affinity("4"));
    let plan = PoolsPlan::new(&one, &PoolsSettings::default(), 1_000).unwrap();
    assert_eq!(shown(&plan), "cpu 1 on 4, io 2 on 4, general 2 on 4, background 2 on 4");
}

#[test]
fn too_many_threads_are_refused_or_reduced_and_told() {
    let plan = plan_of(&hybrid());
    let with = |too_many, left| {
        PoolsPlan::new(&plan, &PoolsSettings { too_many, ..PoolsSettings::default() }, left)
    };
    assert_eq!(with(TooMany::Refuse, 74).unwrap().threads(), 74);
    let told = "the pools ask for 74 threads (cpu 16, io 32, general 24, background 2), and 73 may \
                be started";
    assert_eq!(with(TooMany::Refuse, 73).unwrap_err().to_string(), told);
    let reduced = with(TooMany::Reduce, 45).unwrap();
    let told: Vec<String> = reduced.reduced.iter().map(Reduction::to_string).collect();
    assert_eq!(told, ["io 16 of 32", "general 12 of 24", "background 1 of 2"]);
    assert_eq!(reduced.threads(), 45);
    // The pool that computes keeps its threads, and each other one at least one.
    assert_eq!(with(TooMany::Reduce, 19).unwrap().threads(), 19);
    assert!(matches!(with(TooMany::Reduce, 18), Err(PoolsPlanError::TooMany { left: 18, .. })));
}

#[test]
fn there_never_are_more_than_may_be() {
    for cpu in 1..20usize {
        for left in 0..120 {
            let asked = [2 * cpu, (3 * cpu).div_ceil(2), 2];
            let Ok(given) = fitting(cpu, asked, TooMany::Reduce, left) else {
                assert!(left < cpu + 3);
                continue;
            };
            let all = left.min(cpu + asked.iter().sum::<usize>());
            assert_eq!(cpu + given.iter().sum::<usize>(), all, "{cpu} {left}: {given:?}");
            assert!(given.iter().zip(asked).all(|(given, asked)| (1..=asked).contains(given)));
        }
    }
}

#[test]
fn settings_that_cannot_be_meant_are_named() {
    let plan = plan_of(&Machine::two_sockets());
    let told = |change: fn(&mut PoolsSettings)| {
        let mut settings = PoolsSettings::default();
        change(&mut settings);
        PoolsPlan::new(&plan, &settings, 1_000).unwrap_err().to_string()
    };
    assert_eq!(told(|s| s.io_factor = 0.0), "`io_factor` is 0; it must be from 0.1 to 100");
    let told_nan = told(|s| s.general_factor = f64::NAN);
    assert_eq!(told_nan, "`general_factor` is NaN; it must be from 0.1 to 100");
    assert_eq!(
        told(|s| s.background_threads = 0),
        "`background_threads` is 0; it must be at least 1"
    );
    assert_eq!(told(|s| s.waiting_max[1] = 0), "`waiting_max` is 0; it must be at least 1");
}
