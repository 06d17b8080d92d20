use std::collections::BTreeMap;

use super::*;
use crate::{Plan, PlanSettings};

/// Values as `sysctl -a` prints them.
struct Recorded(BTreeMap<String, String>);

impl Recorded {
    fn of(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| line.trim().split_once(": "));
        Self(lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

impl Sysctl for Recorded {
    fn number(&self, name: &str) -> Reading<u64> {
        let text = self.text(name)?;
        text.parse().map_err(|_| Unavailable::new(format!("`{name}` is not a number")))
    }

    fn text(&self, name: &str) -> Reading<String> {
        let value = self.0.get(name).cloned();
        value.ok_or_else(|| Unavailable::new(format!("there is no `{name}`")))
    }
}

const EIGHT_AND_FOUR: &str = "hw.nperflevels: 2
    hw.perflevel0.name: Performance
    hw.perflevel0.physicalcpu: 8
    hw.perflevel0.logicalcpu: 8
    hw.perflevel0.l1dcachesize: 131072
    hw.perflevel0.l1icachesize: 196608
    hw.perflevel0.l2cachesize: 16777216
    hw.perflevel0.cpusperl2: 4
    hw.perflevel1.name: Efficiency
    hw.perflevel1.physicalcpu: 4
    hw.perflevel1.logicalcpu: 4
    hw.perflevel1.l1dcachesize: 65536
    hw.perflevel1.l1icachesize: 131072
    hw.perflevel1.l2cachesize: 4194304
    hw.perflevel1.cpusperl2: 4
    hw.cachelinesize: 128
    hw.pagesize: 16384
    hw.memsize: 25769803776
    vm.page_free_count: 100000
    vm.page_purgeable_count: 20000
    vm.page_speculative_count: 3000
    machdep.cpu.brand_string: Apple M4 Pro";

#[test]
fn performance_cores_compute_and_efficiency_cores_do_the_rest() {
    let topology = topology(&Recorded::of(EIGHT_AND_FOUR));
    assert_eq!(topology.gaps, []);
    assert_eq!(
        topology.to_string(),
        "1 package, 1 node, 12 cores (8 performance, 4 efficiency), 12 processors"
    );
    let l2 = |cpu| topology.data_cache(2, cpu).map(|l2| (l2.cpus.to_string(), l2.size.clone()));
    assert_eq!(l2(5), Some(("4-7".to_owned(), Ok(Bytes(16 << 20)))));
    assert_eq!(l2(11), Some(("8-11".to_owned(), Ok(Bytes(4 << 20)))));
    assert!(topology.caches.iter().all(|cache| cache.line_bytes == Ok(128)));
    assert_eq!(topology.caches.len(), 2 * 12 + 3);
    let allowed = limits(&topology).cpus().unwrap();
    let plan = Plan::new(&topology, &allowed, None, &PlanSettings::default()).unwrap();
    assert_eq!(plan.to_string(), "compute 0-7 (8 threads), io 0-11, background 8-11");
    assert_eq!(plan.domains.len(), 2);
}

#[test]
fn a_processor_of_intel_has_one_kind_and_two_threads_a_core() {
    let topology = topology(&Recorded::of(
        "hw.physicalcpu: 4
         hw.logicalcpu: 8
         hw.l1dcachesize: 32768
         hw.l1icachesize: 32768
         hw.l2cachesize: 262144
         hw.l3cachesize: 8388608
         hw.cachelinesize: 64
         hw.memsize: 17179869184",
    ));
    assert_eq!(topology.to_string(), "1 package, 1 node, 4 cores, 8 processors");
    assert_eq!(topology.cores[3].cpus.to_string(), "6-7");
    assert_eq!(topology.data_cache(3, 5).map(|l3| l3.cpus.to_string()), Some("0-7".to_owned()));
    assert_eq!(topology.kinds_from, Err(Unavailable::new("all cores are of one kind")));
}

#[test]
fn three_levels_may_have_two_that_are_for_speed() {
    let level = |rank: usize, name: &str| {
        format!(
            "hw.perflevel{rank}.name: {name}
             hw.perflevel{rank}.physicalcpu: 2
             hw.perflevel{rank}.logicalcpu: 2\n"
        )
    };
    let text = format!(
        "hw.nperflevels: 3\n{}{}{}",
        level(0, "Super"),
        level(1, "Performance"),
        level(2, "Efficiency")
    );
    let topology = topology(&Recorded::of(&text));
    assert_eq!(topology.cpus_of(CoreKind::Performance).to_string(), "0-3");
    assert_eq!(topology.cpus_of(CoreKind::Efficiency).to_string(), "4-5");
}

#[test]
fn memory_is_counted_in_pages() {
    let memory = memory(&Recorded::of(EIGHT_AND_FOUR));
    assert_eq!(memory.total, Ok(Bytes(24 << 30)));
    assert_eq!(memory.available, Ok(Bytes(123_000 * 16_384)));
    assert!(memory.limit.is_err());
}

#[test]
fn what_an_administrator_may_set_is_a_command() {
    let changes: Vec<&str> = tuning().iter().filter_map(|t| Some(t.change?.command)).collect();
    assert_eq!(changes, ["sudo pmset -c sleep 0"]);
}

#[test]
fn nothing_and_nonsense_are_one_processor_with_a_reason() {
    for text in ["", "hw.physicalcpu: 0\nhw.logicalcpu: 8", "hw.physicalcpu: x\nhw.logicalcpu: 8"] {
        let topology = topology(&Recorded::of(text));
        assert_eq!(topology.to_string(), "1 package, 1 node, 1 core, 1 processor");
        assert!(topology.gaps.iter().any(|gap| gap.reason().contains("assumed")), "{text}");
    }
    let huge = "hw.physicalcpu: 1\nhw.logicalcpu: 99999999999";
    assert_eq!(topology(&Recorded::of(huge)).cpus.len(), 1);
}
