//! Tasks on agents' threads. Time is the test's, but for one test.

use bolt_base::{ManualClock, SystemClock};
use bolt_exec::{
    AgentOptions, BatchKind, CancelReason, Context, Executor, ExecutorOptions, Handle, Kind, Phase,
    Priority, Request, Statistics, SubmitError, TaskError, Threads,
};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const NORMAL: Request =
    Request { priority: Priority::Normal, agent: None, timeout: None, complexity: 0.0 };

struct Rig {
    executor: Executor,
    clock: Arc<ManualClock>,
    plain: Kind,
}

fn rig(change: impl FnOnce(&mut ExecutorOptions)) -> Rig {
    let clock = Arc::new(ManualClock::default());
    let mut options = ExecutorOptions::default();
    change(&mut options);
    let executor = Executor::start(options, &Threads::new(20), clock.clone()).unwrap();
    let plain = executor.kind("plain", None);
    Rig { executor, clock, plain }
}

impl Rig {
    fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Context) -> T + Send + 'static,
    ) -> Handle<T> {
        self.executor.submit(self.plain, NORMAL, work).unwrap()
    }

    /// Submits a task that says when it has begun and then waits until the sender is dropped.
    fn hold(&self, request: Request) -> (Handle<usize>, Sender<()>) {
        let ((begun, has_begun), (sender, receiver)) = (channel(), channel::<()>());
        let work = move |context: &Context| {
            begun.send(()).unwrap();
            assert!(receiver.recv().is_err());
            context.agent()
        };
        let handle = self.executor.submit(self.plain, request, work).unwrap();
        has_begun.recv().unwrap();
        (handle, sender)
    }

    /// Waits until the statistics are as expected.
    fn until(&self, holds: impl Fn(&Statistics) -> bool) -> Statistics {
        loop {
            let statistics = self.executor.statistics();
            if holds(&statistics) {
                return statistics;
            }
            std::thread::yield_now();
        }
    }
}

/// Submits a task that works until it is asked to stop, and waits until it has begun.
fn endless(rig: &Rig) -> (Handle<()>, Receiver<Option<CancelReason>>) {
    let ((begun, has_begun), (sender, receiver)) = (channel(), channel());
    let handle = rig.submit(move |context| {
        begun.send(()).unwrap();
        while !context.is_cancelled() {
            std::thread::yield_now();
        }
        sender.send(context.cancel_token().reason()).unwrap();
    });
    has_begun.recv().unwrap();
    (handle, receiver)
}

#[test]
fn results_come_through_handles() {
    let rig = rig(|_| {});
    let handles: Vec<Handle<u64>> = (0..100).map(|i| rig.submit(move |_| i * i)).collect();
    let results: Vec<u64> = handles.into_iter().map(|handle| handle.wait().unwrap()).collect();
    assert_eq!(results, (0..100).map(|i| i * i).collect::<Vec<_>>());
    let name = rig.submit(|_| std::thread::current().name().unwrap().to_owned()).wait().unwrap();
    assert!(name.starts_with("bolt-agent-"), "{name}");
}

#[test]
fn a_panic_is_told_and_harms_nobody() {
    let rig = rig(|options| options.scaling.agents_min = 1);
    let panics = rig.submit(|_| -> u8 { panic!("no such {}", "symbol") });
    let error = panics.wait().unwrap_err();
    let expected =
        TaskError::Panicked { kind: "plain".into(), message: "no such symbol".to_owned() };
    assert_eq!(error, expected);
    assert_eq!(rig.submit(|_| 5).wait(), Ok(5));
    assert_eq!(rig.executor.statistics().failed, 1);
}

#[test]
fn requests_are_answered_together() {
    let rig = rig(|_| {});
    let double = |_: &Context, inputs: Vec<u32>| {
        let size = inputs.len();
        inputs.into_iter().map(|input| (2 * input, size)).collect()
    };
    let kind = rig.executor.batch_kind("double", None, double);
    let handles: Vec<_> =
        (0..4).map(|input| rig.executor.gather(&kind, NORMAL, input).unwrap()).collect();
    let results: Vec<_> = handles.into_iter().map(|handle| handle.wait().unwrap()).collect();
    assert_eq!(results, [(0, 4), (2, 4), (4, 4), (6, 4)]);
    let handles: Vec<_> =
        (0..2).map(|input| rig.executor.gather(&kind, NORMAL, input).unwrap()).collect();
    rig.clock.advance(Duration::from_millis(100));
    let results: Vec<_> = handles.into_iter().map(|handle| handle.wait().unwrap()).collect();
    assert_eq!(results, [(0, 2), (2, 2)]);
}

#[test]
fn a_handler_that_does_wrong_fails_its_whole_batch() {
    let rig = rig(|options| options.batching = None);
    let handler = |_: &Context, inputs: Vec<bool>| match inputs[0] {
        true => panic!("unfit"),
        false => vec![1, 2],
    };
    let kind = rig.executor.batch_kind("wrong", None, handler);
    let ask = |input| rig.executor.gather(&kind, NORMAL, input).unwrap().wait().unwrap_err();
    let expected = TaskError::Panicked { kind: "wrong".into(), message: "unfit".to_owned() };
    assert_eq!(ask(true), expected);
    let expected = TaskError::BatchSize { kind: "wrong".into(), requests: 1, results: 2 };
    assert_eq!(ask(false), expected);
    assert_eq!(rig.executor.statistics().failed, 2);
}

#[test]
fn a_batch_is_asked_to_stop_when_none_of_its_requests_is_wanted() {
    let rig = rig(|_| {});
    let ((begun, has_begun), (sender, receiver)) = (channel(), channel());
    let (begun, sender) = (Mutex::new(begun), Mutex::new(sender));
    let handler = move |context: &Context, inputs: Vec<u8>| {
        begun.lock().unwrap().send(()).unwrap();
        while !context.is_cancelled() {
            std::thread::yield_now();
        }
        sender.lock().unwrap().send(()).unwrap();
        inputs
    };
    let kind = rig.executor.batch_kind("slow", None, handler);
    let handles: Vec<_> =
        (0..4).map(|input| rig.executor.gather(&kind, NORMAL, input).unwrap()).collect();
    has_begun.recv().unwrap();
    for (i, handle) in handles.iter().enumerate() {
        assert!(receiver.try_recv().is_err(), "{i} were cancelled");
        handle.cancel();
    }
    receiver.recv().unwrap();
    for handle in handles {
        assert_eq!(handle.wait(), Err(TaskError::Cancelled));
    }
    let statistics = rig.until(|statistics| statistics.running == 0);
    assert_eq!((statistics.cancelled, statistics.late), (4, 4));
}

#[test]
fn a_deadline_ends_a_task_and_asks_it_to_stop() {
    let rig = rig(|_| {});
    let (handle, stopped) = endless(&rig);
    assert_eq!(handle.try_take(), None);
    rig.clock.advance(Duration::from_secs(119));
    assert_eq!(handle.try_take(), None);
    rig.clock.advance(Duration::from_secs(1));
    let limit = Duration::from_secs(120);
    let expected = TaskError::TimedOut { kind: "plain".into(), phase: Phase::Running, limit };
    assert_eq!(handle.wait(), Err(expected));
    assert_eq!(stopped.recv().unwrap(), Some(CancelReason::Deadline));
}

#[test]
fn a_task_is_cancelled_while_it_runs_or_waits() {
    let rig = rig(|options| options.scaling.agents_max = 2);
    let (handle, stopped) = endless(&rig);
    let (other, hold) = rig.hold(NORMAL);
    let captured = Arc::new(());
    let weak = Arc::downgrade(&captured);
    let waiting = rig.submit(move |_| drop(captured));
    waiting.cancel();
    assert!(weak.upgrade().is_none(), "what the task would have used is dropped");
    assert_eq!(waiting.wait(), Err(TaskError::Cancelled));
    handle.cancel();
    handle.cancel();
    assert_eq!(handle.wait(), Err(TaskError::Cancelled));
    assert_eq!(stopped.recv().unwrap(), Some(CancelReason::Requested));
    drop(hold);
    assert!(other.wait().is_ok());
    let statistics = rig.until(|statistics| statistics.running == 0);
    assert_eq!((statistics.cancelled, statistics.completed), (2, 1));
}

#[test]
fn a_result_is_taken_once() {
    let rig = rig(|_| {});
    let (handle, hold) = rig.hold(NORMAL);
    assert_eq!(handle.try_take(), None);
    drop(hold);
    rig.until(|statistics| statistics.completed == 1);
    assert!(handle.wait_for(Duration::from_secs(1)).is_some_and(|result| result.is_ok()));
    assert_eq!((handle.try_take(), handle.wait_for(Duration::ZERO)), (None, None));
}

#[test]
fn waiting_for_a_task_ends_by_the_clock() {
    let rig = rig(|_| {});
    let (handle, hold) = rig.hold(NORMAL);
    let clock = Arc::clone(&rig.clock);
    let waiting = std::thread::spawn(move || {
        assert_eq!(handle.wait_for(Duration::from_secs(5)), None);
        handle
    });
    while !rig.clock.alarms().contains(&Duration::from_secs(5)) {
        std::thread::yield_now();
    }
    clock.advance(Duration::from_secs(5));
    let handle = waiting.join().unwrap();
    drop(hold);
    assert!(handle.wait().is_ok());
}

#[test]
fn a_hung_agent_is_replaced_and_its_thread_goes_when_it_returns() {
    let rig = rig(|options| {
        options.scaling.agents_min = 1;
        options.scaling.agents_max = 1;
    });
    let low = Request { priority: Priority::Low, ..NORMAL };
    let (handle, hold) = rig.hold(low);
    let next = rig.submit(Context::agent);
    rig.clock.advance(Duration::from_secs(60));
    assert!(matches!(handle.wait(), Err(TaskError::TimedOut { .. })));
    rig.clock.advance(Duration::from_secs(10));
    assert_eq!(next.wait(), Ok(0));
    let agents = rig.executor.statistics().agents;
    assert_eq!((agents.present, agents.hung, agents.replaced), (1, 1, 1));
    drop(hold);
    rig.until(|statistics| statistics.agents.hung == 0 && statistics.late == 1);
    assert_eq!(rig.submit(|_| 1).wait(), Ok(1));
}

#[test]
fn tasks_may_submit_tasks_but_those_no_more() {
    let rig = Arc::new(rig(|_| {}));
    let (inner, innermost) = (Arc::clone(&rig), Arc::clone(&rig));
    let handle = rig.submit(move |_| {
        let child = inner
            .submit(move |_| innermost.executor.submit(innermost.plain, NORMAL, |_| ()).map(drop));
        child.wait().unwrap()
    });
    assert_eq!(handle.wait(), Ok(Err(SubmitError::TooDeep { depth_max: 1 })));
}

#[test]
fn a_task_runs_on_the_agent_that_was_asked_for() {
    let rig = rig(|options| options.scaling.agents_min = 8);
    let handles: Vec<(usize, Handle<usize>)> = (0..80)
        .map(|i| {
            let request = Request { agent: Some(i % 8), ..NORMAL };
            (i % 8, rig.executor.submit(rig.plain, request, Context::agent).unwrap())
        })
        .collect();
    // Many wait for one agent here, so others may help.
    let own = handles.into_iter().map(|(home, handle)| (home, handle.wait()));
    let helped = own.filter(|(home, agent)| *agent != Ok(*home)).count();
    assert_eq!(helped as u64, rig.executor.statistics().stolen);
}

#[test]
fn agents_run_on_their_processors() {
    let bound = Arc::new(Mutex::new(Vec::new()));
    let threads = {
        let bound = Arc::clone(&bound);
        Threads::new(20).with_binding(Arc::new(move |processors: &[usize]| {
            let name = std::thread::current().name().unwrap_or_default().to_owned();
            bound.lock().unwrap().push((name, processors.to_vec()));
            Ok(())
        }))
    };
    let agent = |processor| AgentOptions { processors: vec![processor], rank: 0 };
    let agents = vec![agent(4), agent(6)];
    let mut options = ExecutorOptions { agents, ..ExecutorOptions::default() };
    options.scaling.agents_min = 3;
    let executor = Executor::start(options, &threads, Arc::new(ManualClock::default())).unwrap();
    while executor.statistics().agents.idle < 3 {
        std::thread::yield_now();
    }
    let mut bound = bound.lock().unwrap().clone();
    bound.sort();
    let expected = [("bolt-agent-0".to_owned(), vec![4]), ("bolt-agent-1".to_owned(), vec![6])];
    assert_eq!(bound, expected);
}

#[test]
fn agents_whose_threads_are_refused_are_counted() {
    let mut options = ExecutorOptions::default();
    options.scaling.agents_min = 4;
    let clock = Arc::new(ManualClock::default());
    let executor = Executor::start(options, &Threads::new(3), clock).unwrap();
    let plain = executor.kind("plain", None);
    assert_eq!(executor.submit(plain, NORMAL, |_| 3).unwrap().wait(), Ok(3));
    while executor.statistics().agents.refused < 2 {
        std::thread::yield_now();
    }
    assert_eq!(executor.statistics().agents.present, 2);
    let refused = Executor::start(
        ExecutorOptions::default(),
        &Threads::new(0),
        Arc::new(ManualClock::default()),
    );
    assert_eq!(
        refused.unwrap_err().to_string(),
        "cannot start the thread `bolt-timekeeper`: the limit of 0 threads is reached"
    );
}

#[test]
fn closing_lets_tasks_end() {
    let rig = rig(|_| {});
    let (_held, hold) = rig.hold(NORMAL);
    let handles: Vec<Handle<u32>> = (0..20).map(|i| rig.submit(move |_| i)).collect();
    let (executor, plain) = (Arc::new(rig.executor), rig.plain);
    let closing = {
        let executor = Arc::clone(&executor);
        std::thread::spawn(move || executor.close(Duration::from_secs(10)))
    };
    // Until the other thread has closed it, tasks are accepted or too many wait.
    while executor.submit(plain, NORMAL, |_| ()).err() != Some(SubmitError::Closed) {
        std::thread::yield_now();
    }
    drop(hold);
    assert!(closing.join().unwrap());
    for (i, handle) in handles.into_iter().enumerate() {
        assert_eq!(handle.wait(), Ok(i as u32));
    }
}

#[test]
fn what_does_not_end_in_time_is_given_up() {
    let rig = rig(|options| options.scaling.agents_max = 2);
    let (running, stopped) = endless(&rig);
    let (_held, hold) = rig.hold(NORMAL);
    let waiting = rig.submit(|_| ());
    assert!(!rig.executor.close(Duration::ZERO));
    assert_eq!(waiting.wait(), Err(TaskError::Stopped));
    assert_eq!(running.wait(), Err(TaskError::Stopped));
    assert_eq!(stopped.recv().unwrap(), Some(CancelReason::Closing));
    drop(hold);
}

#[test]
fn a_dropped_executor_leaves_no_handle_open_and_no_thread() {
    let threads = Threads::new(20);
    let mut options = ExecutorOptions::default();
    options.scaling.agents_min = 1;
    options.scaling.agents_max = 1;
    let clock = Arc::new(ManualClock::default());
    let executor = Executor::start(options, &threads, clock).unwrap();
    let plain = executor.kind("plain", None);
    let work = |context: &Context| while !context.is_cancelled() {};
    let handles: Vec<_> = (0..10).map(|_| executor.submit(plain, NORMAL, work).unwrap()).collect();
    drop(executor);
    for handle in handles {
        assert_eq!(handle.wait(), Err(TaskError::Stopped));
    }
    while !threads.list().is_empty() {
        std::thread::yield_now();
    }
}

#[test]
fn by_the_system_s_clock_batches_are_handled_and_deadlines_pass() {
    let clock = Arc::new(SystemClock::default());
    let executor = Executor::start(ExecutorOptions::default(), &Threads::new(20), clock).unwrap();
    let echo = executor.batch_kind("echo", None, |_, inputs: Vec<u8>| inputs);
    assert_eq!(executor.gather(&echo, NORMAL, 7).unwrap().wait(), Ok(7));
    let plain = executor.kind("plain", None);
    let request = Request { timeout: Some(Duration::from_millis(20)), ..NORMAL };
    let work = |context: &Context| while !context.is_cancelled() {};
    let ended = executor.submit(plain, request, work).unwrap().wait();
    assert!(matches!(ended, Err(TaskError::TimedOut { .. })), "{ended:?}");
}

/// Submits tasks and requests of all lanes and homes, cancels some, and waits for all. Returns how
/// they ended, and how many were refused.
fn submit_many(
    rig: &Rig,
    double: &BatchKind<u32, u32>,
    first: usize,
) -> (Vec<Result<u32, TaskError>>, u64) {
    let work = |context: &Context| match context.agent() {
        1 => panic!("agent 1 panics"),
        _ => 0,
    };
    let (mut handles, mut rejected) = (Vec::new(), 0);
    for n in 0..500 {
        let agent = (n % 3 == 0).then_some(n % 5);
        let request = Request { agent, ..Request::new(Priority::ALL[(n + first) % 4]) };
        let submitted = match n % 2 {
            0 => rig.executor.submit(rig.plain, request, work),
            _ => rig.executor.gather(double, request, 1),
        };
        match submitted {
            Ok(handle) => handles.push(handle),
            Err(_) => rejected += 1,
        }
        if n % 7 == 0
            && let Some(handle) = handles.last()
        {
            handle.cancel();
        }
        rig.clock.advance(Duration::from_millis(20));
    }
    (handles.into_iter().map(Handle::wait).collect(), rejected)
}

#[test]
fn whatever_happens_each_task_ends_once() {
    let rig = rig(|options| options.scaling.agents_min = 4);
    let double = rig.executor.batch_kind("double", None, |_, inputs: Vec<u32>| inputs);
    let (mut outcomes, mut rejected) = ([0u64; 4], 0);
    std::thread::scope(|scope| {
        let (rig, double) = (&rig, &double);
        let submitters: Vec<_> =
            (0..4).map(|first| scope.spawn(move || submit_many(rig, double, first))).collect();
        // The submitters alone let less time pass than a task has, however slow the agents are.
        rig.until(|statistics| statistics.completed > 0 && statistics.batches > 0);
        // The last batches are not full, and time has to go on for them.
        while submitters.iter().any(|submitter| !submitter.is_finished()) {
            rig.clock.advance(Duration::from_millis(100));
            std::thread::yield_now();
        }
        for submitter in submitters {
            let (results, refused) = submitter.join().unwrap();
            rejected += refused;
            for result in results {
                let place = match result {
                    Ok(_) => 0,
                    Err(TaskError::Panicked { .. }) => 1,
                    Err(TaskError::Cancelled) => 2,
                    Err(TaskError::TimedOut { .. }) => 3,
                    Err(error) => panic!("{error}"),
                };
                outcomes[place] += 1;
            }
        }
    });
    let statistics = rig.until(|statistics| statistics.running == 0);
    let timed_out = statistics.timed_out_waiting + statistics.timed_out_running;
    let told = [statistics.completed, statistics.failed, statistics.cancelled, timed_out];
    assert_eq!(told, outcomes);
    assert_eq!((statistics.submitted, statistics.rejected), (outcomes.iter().sum(), rejected));
    assert!(statistics.completed > 0 && statistics.batches > 0, "{statistics:?}");
}
