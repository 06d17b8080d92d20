#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use bolt_hardware::{CpuSet, Hardware, Root};
use bolt_testkit::Machine;

use super::{plan, pool_options};
use crate::tests::{config, session};

/// Two performance cores of two processors each and four efficiency cores.
fn hybrid() -> (Machine, Hardware) {
    let mut machine = Machine::new();
    for cpus in ["0-1", "2-3", "4", "5", "6", "7"] {
        machine = machine.core(0, cpus);
    }
    let machine = machine
        .file("sys/devices/cpu_core/cpus", "0-3\n")
        .file("sys/devices/cpu_atom/cpus", "4-7\n");
    let hardware = Hardware::read(&Root::at(machine.path()));
    (machine, hardware)
}

/// The processors that compute, and those of each thread of the pool.
fn planned(settings: &[(&str, &str)]) -> (String, usize, Vec<Vec<usize>>) {
    let (_machine, hardware) = hybrid();
    let config = config(settings);
    let plan = plan(&config, &hardware).unwrap();
    let options = pool_options(&config, &hardware, &plan, 100);
    (plan.compute.to_string(), options.threads, options.processors)
}

#[test]
fn exec_processors() {
    let bound = (String::from("2,5-6"), 3, vec![vec![2, 5, 6]]);
    assert_eq!(planned(&[("exec.processors", "2,5-6")]), bound);
    let told = |list: &str| {
        let (_machine, hardware) = hybrid();
        plan(&config(&[("exec.processors", list)]), &hardware).unwrap_err().to_string()
    };
    assert!(told("2-9").contains("8-9"), "{}", told("2-9"));
    assert!(told("5-2").contains("`exec.processors`"), "{}", told("5-2"));
}

#[test]
fn exec_processors_are_those_on_which_threads_run() {
    let all = Hardware::get().cpus();
    let first = all.iter().next().unwrap();
    let session = session(&[("exec.processors", &first.to_string())]).unwrap();
    assert_eq!(session.pool.threads(), 1);
    let allowed = || {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        line.unwrap().trim().parse::<CpuSet>().unwrap()
    };
    if cfg!(target_os = "linux") {
        assert_eq!(session.pool.run(allowed), [first].into_iter().collect());
    }
}

#[test]
fn exec_efficiency_cores() {
    let compute = |cores: &str| planned(&[("exec.efficiency_cores", cores)]).0;
    assert_eq!(compute("background"), "0-3");
    assert_eq!(compute("compute"), "0-7");
    assert_eq!(compute("never"), "0-3");
    let (_machine, hardware) = hybrid();
    let background = |cores: &str| {
        let config = config(&[("exec.efficiency_cores", cores)]);
        plan(&config, &hardware).unwrap().background.to_string()
    };
    assert_eq!((background("background"), background("never")), ("4-7".into(), "0-3".into()));
}

#[test]
fn exec_reserved_cores() {
    assert_eq!(planned(&[("exec.reserved_cores", "1")]).0, "2-3");
    let (_machine, hardware) = hybrid();
    let told = plan(&config(&[("exec.reserved_cores", "6")]), &hardware).unwrap_err();
    assert!(told.to_string().contains('6'), "{told}");
}

#[test]
fn exec_pin() {
    let (_, threads, processors) = planned(&[("exec.pin", "true")]);
    assert_eq!(threads, 4);
    let mut all: Vec<usize> = processors.concat();
    all.sort_unstable();
    assert_eq!((processors.len(), all), (4, vec![0, 1, 2, 3]));
    // Efficiency cores compute, too: then all processors do, and nothing is bound.
    assert_eq!(planned(&[("exec.efficiency_cores", "compute")]).2, Vec::<Vec<usize>>::new());
}

#[test]
fn limits_threads() {
    let told = session(&[("limits.threads", "2"), ("exec.threads", "4")]).unwrap_err();
    assert!(told.to_string().contains("the limit of 2 threads is reached"), "{told}");
    let few = session(&[("limits.threads", "2")]).unwrap();
    assert_eq!(few.pool.threads(), 1, "what is left beside the thread for deadlines");
    let session = session(&[("limits.threads", "5"), ("exec.threads", "4")]).unwrap();
    assert_eq!(session.limits.report().limits.len(), 7);
    assert_eq!(session.limits.threads.list().len(), 5, "four of the pool, and one for deadlines");
}

#[test]
fn limits_cpu_percent() {
    let work = |percent: &str| {
        let session = session(&[("limits.cpu_percent", percent), ("exec.threads", "1")]).unwrap();
        let spin = || {
            let until = Instant::now() + Duration::from_millis(5);
            while Instant::now() < until {
                std::hint::spin_loop();
            }
        };
        for _ in 0..60 {
            session.pool.run(spin);
        }
        session.limits.cpu.counts().waited
    };
    assert_eq!(work("100"), 0);
    let processors = Hardware::get().cpus().len() as f64;
    assert!(work(&(50.0 / processors).to_string()) > 0, "half of what one thread takes");
}
