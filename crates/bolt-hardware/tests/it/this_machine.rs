//! The machine that runs the tests.

use std::num::NonZero;

use bolt_base::Bytes;
use bolt_hardware::{
    CpuSet, Hardware, Placed, PlanSettings, Role, available_cores, pin_thread, place_thread,
    thread_affinity,
};

/// Returns what the kernel says of the calling thread, read by hand.
fn cpus_allowed_list() -> String {
    let task = std::fs::read_link("/proc/thread-self").unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", task.display())).unwrap();
    let line = status.lines().find(|line| line.starts_with("Cpus_allowed_list")).unwrap();
    line.split_once(':').unwrap().1.trim().to_owned()
}

fn on_a_thread<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().unwrap())
}

#[test]
fn workers_run_where_the_plan_says() {
    let plan = Hardware::get().plan(&PlanSettings::default()).unwrap();
    for index in 0..plan.compute.len() + 2 {
        let cpus = CpuSet::from_iter([plan.cpu_of_thread(index)]);
        let (pinned, told) = on_a_thread(|| (pin_thread(&cpus), cpus_allowed_list()));
        assert_eq!((pinned, told), (Ok(cpus.clone()), cpus.to_string()));
    }
    for role in Role::ALL {
        let cpus = plan.cpus(role);
        let (placed, told) = on_a_thread(|| (place_thread(role, cpus), cpus_allowed_list()));
        assert_eq!((placed, told), (Ok(Placed::Pinned(cpus.clone())), cpus.to_string()));
    }
}

#[test]
fn pinning_to_nothing_and_to_what_is_not_there_is_refused() {
    for cpus in [CpuSet::default(), CpuSet::from_iter([CpuSet::IDS_MAX - 1])] {
        let (refused, before, after) = on_a_thread(|| {
            let before = thread_affinity();
            (pin_thread(&cpus), before, thread_affinity())
        });
        assert!(refused.unwrap_err().reason().contains("pinning to"), "{cpus}");
        assert_eq!(before, after);
    }
}

#[test]
fn a_pinned_thread_does_not_make_the_machine_smaller() {
    let before = (available_cores(), Hardware::get().cpus());
    let first = CpuSet::from_iter(before.1.first());
    let (told, after) = on_a_thread(|| {
        pin_thread(&first).unwrap();
        let told = std::thread::available_parallelism().map(NonZero::get).unwrap();
        (told, (available_cores(), Hardware::get().cpus()))
    });
    assert_eq!(told, 1, "what the standard library says of a pinned thread");
    assert_eq!(before, after);
}

#[test]
fn the_first_to_ask_may_be_a_pinned_thread() {
    const NAME: &str = "this_machine::the_first_to_ask_may_be_a_pinned_thread";
    const CHILD: &str = "BOLT_TEST_CHILD";
    if std::env::var_os(CHILD).is_none() {
        // Another process, in which nothing has been asked yet.
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        let output = child.args(["--exact", NAME, "--nocapture"]).env(CHILD, "1").output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let all = thread_affinity().unwrap();
    let first = CpuSet::from_iter(all.first());
    let (cores, cpus) = on_a_thread(|| {
        pin_thread(&first).unwrap();
        (available_cores(), Hardware::get().cpus())
    });
    assert_eq!(cpus, all);
    assert_eq!(cores > 1, all.len() > 1, "unless a quota leaves one");
}

#[test]
fn what_is_read_is_what_the_system_says() {
    let hardware = Hardware::get();
    let told = std::thread::available_parallelism().map(NonZero::get).unwrap();
    // The standard library rounds a quota down.
    assert!((told..=told + 1).contains(&available_cores()), "{told}");
    assert_eq!(Ok(hardware.cpus()), on_a_thread(thread_affinity));
    assert!(hardware.cpus().is_subset(&hardware.topology.cpus));
    let page = hardware.page_bytes.clone().unwrap();
    assert!(page.is_power_of_two() && page >= 4096);
    for cache in &hardware.topology.caches {
        assert!(cache.size.as_ref().is_ok_and(|size| *size >= Bytes(4096)), "{cache:?}");
    }
}

#[test]
fn memory_is_within_what_there_is() {
    let hardware = Hardware::get();
    let memory = hardware.memory();
    let of = |reading: &Result<Bytes, _>| reading.clone().unwrap();
    let (total, usable) = (of(&memory.total), of(&memory.usable));
    assert!(Bytes(64 << 20) < total && usable <= total, "{memory:?}");
    assert!(of(&memory.available) < usable && of(&memory.resident) < usable, "{memory:?}");
    // Touched memory is resident.
    let block = std::hint::black_box(vec![1u8; 64 << 20]);
    let now = hardware.memory();
    let grown = of(&now.resident).0.saturating_sub(of(&memory.resident).0);
    assert!(grown > 48 << 20, "{grown} of {}", block.len());
}
