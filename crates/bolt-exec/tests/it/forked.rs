//! Pools that were started before the process was forked.
//!
//! The child has one thread and tells by its exit status what it saw. It is killed when it hangs.

use bolt_base::{Clock, SystemClock};
use bolt_exec::{
    Executor, ExecutorOptions, Pool, PoolKind, Pools, PoolsSettings, Priority, RejectedTask,
    Request, SubmitError, TaskError, ThreadError, Threads,
};
use bolt_hardware::{Hardware, PlanSettings};
use std::sync::Arc;
use std::time::Duration;

/// Runs something in a forked child and returns whether it said yes in time.
fn in_child(ask: impl FnOnce() -> bool) -> bool {
    #[expect(unsafe_code, reason = "what is tested is a process without its threads")]
    // SAFETY: the child runs what is tested and leaves without unwinding into the test harness;
    // the C library's allocator can be used after a fork.
    let child = unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::alarm(30);
            libc::_exit(if ask() { 0 } else { 1 });
        }
        child
    };
    assert!(child > 0, "the process cannot be forked");
    let mut status = 0;
    #[expect(unsafe_code, reason = "the standard library waits for no process it did not start")]
    // SAFETY: the status has room, and the child is ours.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(waited, child);
    libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
}

#[test]
fn a_child_sees_what_it_says() {
    assert!(in_child(|| true));
    assert!(!in_child(|| false));
}

#[test]
fn pools_of_the_parent_are_refused_in_the_child_and_new_ones_work() {
    let pool = Pool::new(Some(2)).unwrap();
    assert_eq!(pool.run(|| 7), 7);
    assert!(in_child(|| {
        let refused = pool.try_run(|| 7).is_err_and(|forked| forked.what == "the pool `cpu`");
        let forks = pool.try_fork(|_| 7).is_err();
        refused && forks && Pool::new(Some(2)).is_ok_and(|pool| pool.try_run(|| 8) == Ok(8))
    }));
    assert_eq!(pool.try_run(|| 7), Ok(7), "the parent goes on");
}

#[test]
fn tasks_of_the_child_are_refused_by_the_parent_s_pools() {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let plan = Hardware::get().plan(&PlanSettings::default()).unwrap();
    let pools =
        Pools::start(&plan, &PoolsSettings::default(), &Threads::new(1_000), &clock).unwrap();
    let handle = pools.of(PoolKind::Io).submit(|_| 7).unwrap();
    assert!(in_child(|| {
        let refused = pools.of(PoolKind::Io).submit(|_| 7);
        let waits = handle.wait_for(Duration::from_secs(600));
        let has_result = matches!(waits, Some(Ok(7) | Err(TaskError::Forked(_))));
        matches!(refused, Err(RejectedTask::Forked(_))) && has_result
    }));
}

#[test]
fn the_executor_of_the_parent_refuses_and_is_dropped_without_waiting() {
    let (threads, clock) = (Threads::new(100), Arc::new(SystemClock::default()));
    let executor = Executor::start(ExecutorOptions::default(), &threads, clock).unwrap();
    let kind = executor.kind("plain", None);
    let request = Request::new(Priority::Normal);
    let handle = executor.submit(kind, request, |context| {
        while !context.is_cancelled() {
            std::thread::yield_now();
        }
    });
    let handle = handle.unwrap();
    let mut executor = Some(executor);
    assert!(in_child(|| {
        let Some(executor) = executor.take() else { return false };
        let refused = executor.submit(kind, request, |_| ());
        let spawned = threads.spawn("more".to_owned(), &[], || ());
        let waits = handle.wait_for(Duration::from_secs(600));
        let is_closed = !executor.close(Duration::from_secs(600));
        drop(executor);
        matches!(refused, Err(SubmitError::Forked(_)))
            && matches!(spawned, Err(ThreadError::Forked(_)))
            && matches!(waits, Some(Err(TaskError::Forked(_))))
            && is_closed
    }));
    handle.cancel();
}
