//! The pools of a process, with real threads.

use bolt_base::{Clock, SystemClock};
use bolt_exec::{
    PoolKind, Pools, PoolsError, PoolsPlanError, PoolsSettings, RejectedTask, TaskError, Threads,
    TooMany, pinning,
};
use bolt_hardware::{Hardware, Plan, PlanSettings};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

fn plan() -> Plan {
    Hardware::get().plan(&PlanSettings::default()).unwrap()
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::default())
}

fn pools(settings: &PoolsSettings) -> Pools {
    Pools::start(&plan(), settings, &Threads::new(1_000), &clock()).unwrap()
}

/// Settings of one thread for each kind but `cpu`, of which so many tasks may wait.
fn single(waiting_max: usize) -> PoolsSettings {
    PoolsSettings {
        background_threads: 1,
        waiting_max: [waiting_max; 4],
        pinned: false,
        ..PoolsSettings::default()
    }
}

/// Occupies the only thread of `background` until the sender is dropped.
fn hold(pools: &Pools) -> mpsc::Sender<()> {
    let (sender, receiver) = mpsc::channel::<()>();
    let (begun, begins) = mpsc::channel();
    let work = move |_: &_| {
        begun.send(()).unwrap();
        let _ = receiver.recv();
    };
    pools.of(PoolKind::Background).submit(work).unwrap();
    begins.recv().unwrap();
    sender
}

#[test]
fn tasks_run_on_the_threads_of_their_kind() {
    let pools = pools(&single(100));
    for kind in PoolKind::ALL {
        let name = |_: &_| std::thread::current().name().map(str::to_owned);
        let told = pools.of(kind).submit(name).unwrap().wait().unwrap().unwrap();
        assert!(told.starts_with(&format!("bolt-{}", kind.name())), "{told}");
    }
    let told = pools.statistics().map(|statistics| (statistics.kind, statistics.submitted));
    assert_eq!(told, PoolKind::ALL.map(|kind| (kind, 1)));
}

#[test]
fn a_task_beyond_the_limit_is_rejected() {
    let pools = pools(&single(3));
    let held = hold(&pools);
    let background = pools.of(PoolKind::Background);
    let waiting: Vec<_> = (0..3).map(|i| background.submit(move |_| i).unwrap()).collect();
    let rejected = background.submit(|_| 3).unwrap_err();
    assert_eq!(rejected, RejectedTask::Full { pool: "background", waiting_max: 3 });
    assert_eq!(rejected.to_string(), "3 tasks wait for the pool `background`, which is the limit");
    assert_eq!(background.statistics().to_string(), "background: 1 threads, 1 tasks run, 3 wait");
    drop(held);
    let results: Vec<i32> = waiting.into_iter().map(|task| task.wait().unwrap()).collect();
    assert_eq!(results, [0, 1, 2]);
    assert_eq!(background.submit(|_| 4).unwrap().wait(), Ok(4));
    assert_eq!(background.statistics().rejected, 1);
}

#[test]
fn tasks_begin_in_the_order_of_their_submission() {
    let pools = pools(&single(100));
    let held = hold(&pools);
    let (sender, receiver) = mpsc::channel();
    for i in 0..100 {
        let sender = sender.clone();
        pools.of(PoolKind::Background).submit(move |_| sender.send(i).unwrap()).unwrap();
    }
    drop((held, sender));
    assert!(receiver.iter().eq(0..100));
}

#[test]
fn a_task_that_panics_harms_no_other() {
    let pools = pools(&single(100));
    let background = pools.of(PoolKind::Background);
    let panics = background.submit(|_| -> u32 { panic!("seven") }).unwrap();
    let fine = background.submit(|_| 8).unwrap();
    assert_eq!(
        panics.wait(),
        Err(TaskError::Panicked { kind: "background".into(), message: "seven".to_owned() })
    );
    assert_eq!(fine.wait(), Ok(8));
    assert_eq!(background.statistics().panicked, 1);
}

#[test]
fn a_task_that_was_cancelled_is_not_begun_or_sees_it() {
    let pools = pools(&single(100));
    let background = pools.of(PoolKind::Background);
    let held = hold(&pools);
    let ran = Arc::new(AtomicBool::new(false));
    let waits = {
        let ran = Arc::clone(&ran);
        background.submit(move |_| ran.store(true, Ordering::SeqCst)).unwrap()
    };
    waits.cancel();
    assert_eq!(waits.wait(), Err(TaskError::Cancelled));
    drop(held);
    let (begun, begins) = mpsc::channel();
    let (ended, ends) = mpsc::channel();
    let runs = background
        .submit(move |token| {
            begun.send(()).unwrap();
            while !token.is_cancelled() {
                std::thread::yield_now();
            }
            ended.send(()).unwrap();
        })
        .unwrap();
    begins.recv().unwrap();
    runs.cancel();
    assert_eq!(runs.wait(), Err(TaskError::Cancelled));
    ends.recv_timeout(Duration::from_secs(60)).unwrap();
    assert!(!ran.load(Ordering::SeqCst));
    assert_eq!(background.statistics().cancelled, 1);
}

#[test]
fn threads_count_against_their_limit() {
    let cpu = plan().compute_threads;
    let threads = Threads::new(cpu + 4);
    let reduced = Pools::start(&plan(), &PoolsSettings::default(), &threads, &clock()).unwrap();
    assert_eq!((reduced.plan().threads(), threads.list().len()), (cpu + 4, cpu + 4));
    assert!(!reduced.plan().reduced.is_empty());
    drop(reduced);
    while !threads.list().is_empty() {
        std::thread::yield_now();
    }
    let settings = PoolsSettings { too_many: TooMany::Refuse, ..PoolsSettings::default() };
    let refused = Pools::start(&plan(), &settings, &threads, &clock()).unwrap_err();
    assert!(matches!(refused, PoolsError::Plan(PoolsPlanError::TooMany { .. })), "{refused}");
    assert_eq!(threads.list(), []);
}

/// Returns the processors that the calling thread may run on, as the kernel lists them.
#[cfg(target_os = "linux")]
fn allowed() -> String {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    line.unwrap().trim().to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn workers_may_run_where_the_plan_says() {
    // One processor computes, so that the pools differ where the machine has two.
    let one = Hardware::get().cpus().iter().last().unwrap();
    let compute = Some([one].into_iter().collect());
    let plan = Hardware::get().plan(&PlanSettings { compute, ..PlanSettings::default() }).unwrap();
    let threads = Threads::new(1_000).with_binding(pinning());
    let pools = Pools::start(&plan, &PoolsSettings::default(), &threads, &clock()).unwrap();
    for pool in &pools.plan().pools {
        let planned = pool.cpus.as_ref().unwrap().to_string();
        let tasks = pools.of(pool.kind);
        let seen: BTreeSet<String> =
            (0..20).map(|_| tasks.submit(|_| allowed()).unwrap().wait().unwrap()).collect();
        assert_eq!(seen, BTreeSet::from([planned]), "{}", pool.name);
    }
    assert!(threads.list().iter().all(|thread| thread.bound == Some(Ok(()))));
}
