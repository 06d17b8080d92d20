#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bolt_config::{Config, Sources};
use bolt_exec::{CancelToken, Pool, PoolOptions, Threads};
use bolt_hardware::{CpuSet, Hardware, Root};
use bolt_market::sweep::{Grid, Parameter, Row};
use bolt_testkit::Machine;

use super::{background, plan, pool_options};
use crate::tests::{bars, config, session, signal};
use crate::{Done, MarketEvents, SweepRequest, Trading};

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
    let options = pool_options(&config, &hardware, &plan, 100).unwrap();
    let [options] = &options[..] else { panic!("one domain: {options:?}") };
    (plan.compute.to_string(), options.threads, options.processors.clone())
}

/// Returns the domains of the pool that a machine gets.
fn domains(machine: &Machine, settings: &[(&str, &str)]) -> Vec<PoolOptions> {
    let hardware = Hardware::read(&Root::at(machine.path()));
    let config = config(settings);
    pool_options(&config, &hardware, &plan(&config, &hardware).unwrap(), 100).unwrap()
}

/// Starts the pool that a machine gets; its threads are not bound, as this is another machine.
fn start(machine: &Machine, settings: &[(&str, &str)]) -> (Pool, Threads) {
    let threads = Threads::new(100).with_binding(Arc::new(|_: &[usize]| Ok(())));
    (Pool::start_domains(&domains(machine, settings), &threads).unwrap(), threads)
}

#[test]
fn threads_are_on_the_processors_of_their_domain() {
    let planned = |machine: Machine, settings: &[(&str, &str)]| {
        let (_pool, threads) = start(&machine, settings);
        let told = threads.list().into_iter().map(|thread| {
            let cpus = thread.processors.into_iter().collect::<CpuSet>();
            format!("{} on {cpus}", thread.name)
        });
        told.collect::<Vec<_>>()
    };
    let sockets = planned(Machine::two_sockets(), &[]);
    assert_eq!(sockets.len(), 16);
    assert_eq!(
        (&*sockets[0], &*sockets[7]),
        ("bolt-cpu0-0 on 0-3,8-11", "bolt-cpu0-7 on 0-3,8-11")
    );
    assert!(sockets[8..].iter().all(|thread| thread.ends_with(" on 4-7,12-15")), "{sockets:?}");
    let pinned = planned(Machine::two_sockets(), &[("exec.pin", "true"), ("exec.threads", "4")]);
    let expected = ["bolt-cpu0-0 on 0", "bolt-cpu0-1 on 1", "bolt-cpu1-0 on 4", "bolt-cpu1-1 on 5"];
    assert_eq!(pinned, expected);
    let nodes =
        planned(Machine::four_nodes(), &[("exec.processors", "2-9"), ("exec.threads", "6")]);
    let expected = [
        "bolt-cpu0-0 on 2-3",
        "bolt-cpu0-1 on 2-3",
        "bolt-cpu1-0 on 4-7",
        "bolt-cpu1-1 on 4-7",
        "bolt-cpu2-0 on 8-9",
        "bolt-cpu2-1 on 8-9",
    ];
    assert_eq!(nodes, expected);
    // More threads than processors go around.
    let counts = |machine: &Machine, threads: &str| {
        let domains = domains(machine, &[("exec.threads", threads)]);
        domains.iter().map(|domain| domain.threads).collect::<Vec<_>>()
    };
    assert_eq!(counts(&Machine::four_nodes(), "18"), [5, 5, 4, 4]);
    assert_eq!(counts(&Machine::four_nodes(), "3"), [1, 1, 1]);
    assert_eq!(counts(&Machine::two_sockets(), "1"), [1]);
}

/// Each chunk of combinations runs as a whole on one thread, so that domains only say where.
#[test]
fn results_do_not_depend_on_domains() {
    let grid = || Grid::new(vec![Parameter::parse("n=2..150").unwrap()]).unwrap();
    let rows = |pool: Pool, stop_loss: Option<f64>| {
        let mut session = session(&[]).unwrap();
        session.pool = pool;
        let trading = Trading { stop_loss, ..Trading::of_config(&session.config) };
        let plan = signal("close > SMA[close, n]");
        let events = MarketEvents::default();
        let request =
            SweepRequest { plan, trading, grid: grid(), condition: None, events, seed: 1 };
        let all = session.combinations(&request).unwrap();
        let none = CancelToken::default();
        let sink = &mut |_: &[Row]| Ok(());
        let found = session.sweep(&bars(), &request, &all, Done::default(), &none, sink).unwrap();
        format!("{:?} {:?}", found.rows, found.selection)
    };
    for stop_loss in [None, Some(0.05)] {
        let of_one = || Pool::start(&PoolOptions::new("cpu", 16), &Threads::new(16)).unwrap();
        let expected = rows(of_one(), stop_loss);
        assert!(expected.contains("index: 148"), "{expected}");
        for machine in [Machine::two_sockets(), Machine::four_nodes()] {
            let (pool, _threads) = start(&machine, &[]);
            assert!(pool.domains() > 1 && pool.threads() == 16);
            assert_eq!(rows(pool, stop_loss), expected);
        }
    }
}

#[test]
fn exec_processors() {
    let bound = (String::from("2,5-6"), 3, vec![vec![2, 5, 6]]);
    assert_eq!(planned(&[("exec.processors", "2,5-6")]), bound);
    let told = |list: &str| {
        let (_machine, hardware) = hybrid();
        plan(&config(&[("exec.processors", list)]), &hardware).unwrap_err().to_string()
    };
    let expected = "the setting `exec.processors` (--test): the process may not use the processors \
                    8-9, only 0-7";
    assert_eq!(told("2-9"), expected);
    assert!(told("5-2").contains("`exec.processors`"), "{}", told("5-2"));
    let (_machine, hardware) = hybrid();
    let environment = BTreeMap::from([("BOLT_CPU_AFFINITY".to_owned(), "9".into())]);
    let guide = Config::resolve(&Sources { environment, ..Sources::default() }).unwrap();
    let told = plan(&guide, &hardware).unwrap_err().to_string();
    assert!(told.starts_with("the setting `exec.processors` (BOLT_CPU_AFFINITY): "), "{told}");
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

/// Returns on which processors the threads of a name may run, as the kernel says.
fn allowed_of(name: &str) -> Vec<CpuSet> {
    let status = |task: std::fs::DirEntry| {
        let comm = std::fs::read_to_string(task.path().join("comm")).ok()?;
        let status = std::fs::read_to_string(task.path().join("status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
        (comm.trim() == name).then(|| line.trim().parse().unwrap())
    };
    std::fs::read_dir("/proc/self/task").unwrap().flatten().filter_map(status).collect()
}

#[test]
fn what_watches_deadlines_runs_on_the_processors_of_the_background() {
    let (_machine, hardware) = hybrid();
    let of = |settings: &[(&str, &str)]| {
        background(&plan(&config(settings), &hardware).unwrap(), &hardware)
    };
    assert_eq!(of(&[]), [4, 5, 6, 7]);
    assert_eq!(of(&[("exec.efficiency_cores", "never")]), [0, 1, 2, 3]);
    let all = Hardware::get().cpus();
    if !cfg!(target_os = "linux") || all.len() < 2 {
        return;
    }
    let first = all.iter().next().unwrap();
    let settings = [("exec.processors", &*first.to_string()), ("limits.query_timeout", "60s")];
    let session = session(&settings).unwrap();
    let _query = session.limits.query("probe", &CancelToken::default()).unwrap();
    let expected = plan(&session.config, Hardware::get()).unwrap().background;
    let until = Instant::now() + Duration::from_secs(60);
    while !allowed_of("bolt-deadlines").contains(&expected) {
        assert!(Instant::now() < until, "{:?}", allowed_of("bolt-deadlines"));
        std::thread::yield_now();
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
    let expected = "the settings `exec.threads` (--test), `limits.threads` (--test): 4 threads are \
                    needed, and 2 may be started";
    assert_eq!(told.to_string(), expected);
    let few = session(&[("limits.threads", "1")]).unwrap();
    assert_eq!(few.pool.threads(), 1);
    let with_deadlines = [("limits.threads", "2"), ("limits.query_timeout", "9")];
    let few = session(&with_deadlines).unwrap();
    assert_eq!(few.pool.threads(), 1, "what is left beside the thread for deadlines");
    assert_eq!(few.limits.threads.list().len(), 1, "which is started when it is needed");
    let told = session(&[("limits.threads", "1"), with_deadlines[1]]).unwrap_err().to_string();
    assert!(told.contains("one of them for `limits.query_timeout`"), "{told}");
    let session = session(&[("limits.threads", "5"), ("exec.threads", "4")]).unwrap();
    assert_eq!(session.limits.report().limits.len(), 6);
    assert_eq!(session.limits.threads.list().len(), 4);
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
