//! Every interleaving of a few threads around the scheduler, by loom.
//!
//! Run with `RUSTFLAGS="--cfg loom" cargo test -p bolt-exec --lib schedules`.

use super::agents::AgentId;
use super::batch::{Gathered, Handler};
use super::handle::{Cancel, Handle};
use super::options::{ExecutorOptions, Priority};
use super::scheduler::{Scheduler, Submission};
use super::shared::Shared;
use super::task::{Context, Parts, Single, Task};
use super::{Phase, TaskError};
use crate::home::Home;
use crate::threads::Threads;
use bolt_base::ManualClock;
use std::sync::Arc;
use std::time::Duration;

struct Rig {
    shared: Arc<Shared>,
    clock: Arc<ManualClock>,
    agents: Vec<AgentId>,
}

/// A scheduler with so many agents whose threads the test starts, and two kinds: 0 for closures
/// and 1 for requests.
fn rig(agents: usize) -> Rig {
    let mut options = ExecutorOptions::default();
    options.scaling.agents_min = agents;
    options.scaling.agents_max = agents;
    let clock = Arc::new(ManualClock::default());
    let mut scheduler = Scheduler::new(options, Duration::ZERO);
    scheduler.add_kind("closure", None, false);
    scheduler.add_kind("request", None, true);
    let agents = scheduler.take_started();
    let count = agents.len();
    let shared = Shared::new(scheduler, Vec::new(), count, Threads::new(0), clock.clone());
    Rig { shared: Arc::new(shared), clock, agents }
}

impl Rig {
    fn start(&self, agent: usize) -> loom::thread::JoinHandle<()> {
        let (shared, agent) = (Arc::clone(&self.shared), self.agents[agent]);
        loom::thread::spawn(move || shared.work(agent))
    }

    fn submit(&self, kind: usize, task: Arc<dyn Task>) -> u64 {
        let priority = Priority::Low;
        let submission = Submission { priority, kind, home: None, timeout: None, complexity: 0.0 };
        let sequence = self.shared.decide(|scheduler, now| scheduler.submit(now, submission, task));
        sequence.expect("a free place")
    }

    fn handle<T>(&self, slot: super::handle::Slot<T>, sequence: u64) -> Handle<T> {
        let (owner, clock) = (self.shared.clone(), self.clock.clone());
        Handle { slot, sequence, owner, clock, home: Home::here() }
    }

    fn closure(&self, value: u32) -> Handle<u32> {
        let parts = Parts::new(move |_: &Context| value, 0);
        let slot = Arc::clone(&parts.slot);
        let sequence = self.submit(0, Arc::new(Single(parts)));
        self.handle(slot, sequence)
    }

    fn close(&self) {
        self.shared.decide(Scheduler::close);
    }
}

fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

#[test]
fn no_task_is_forgotten_and_no_agent_sleeps_through_its_call() {
    explore(|| {
        let rig = rig(2);
        let agents = [rig.start(0), rig.start(1)];
        let handles = [rig.closure(1), rig.closure(2)];
        assert_eq!(handles.map(Handle::wait), [Ok(1), Ok(2)]);
        rig.close();
        for agent in agents {
            agent.join().expect("an agent that leaves");
        }
        let statistics = rig.shared.decide(|scheduler, _| scheduler.statistics());
        assert_eq!((statistics.completed, statistics.late), (2, 0));
    });
}

#[test]
fn a_task_is_cancelled_or_completed_but_not_both() {
    explore(|| {
        let rig = rig(1);
        let agent = rig.start(0);
        let handle = rig.closure(1);
        let (shared, sequence) = (Arc::clone(&rig.shared), handle.sequence);
        let canceller = loom::thread::spawn(move || shared.cancel(sequence));
        let result = handle.wait();
        canceller.join().expect("a thread that ends");
        rig.close();
        agent.join().expect("an agent that leaves");
        let statistics = rig.shared.decide(|scheduler, _| scheduler.statistics());
        let told = (statistics.completed, statistics.cancelled);
        match result {
            Ok(1) => assert_eq!(told, (1, 0)),
            other => assert_eq!((other, told), (Err(TaskError::Cancelled), (0, 1))),
        }
    });
}

#[test]
fn a_deadline_and_a_result_do_not_both_count() {
    explore(|| {
        let rig = rig(1);
        let agent = rig.start(0);
        let handle = rig.closure(1);
        let (shared, clock) = (Arc::clone(&rig.shared), Arc::clone(&rig.clock));
        let timekeeper = loom::thread::spawn(move || {
            clock.advance(Duration::from_secs(60));
            shared.decide(Scheduler::tick);
        });
        let result = handle.wait();
        timekeeper.join().expect("a thread that ends");
        rig.close();
        agent.join().expect("an agent that leaves");
        let statistics = rig.shared.decide(|scheduler, _| scheduler.statistics());
        let (limit, kind) = (Duration::from_secs(60), "closure".into());
        let told = (
            statistics.completed,
            statistics.timed_out_waiting,
            statistics.timed_out_running,
            statistics.late,
        );
        match result {
            Ok(1) => assert_eq!(told, (1, 0, 0, 0)),
            Err(TaskError::TimedOut { phase: Phase::Waiting, .. }) => {
                assert_eq!(told, (0, 1, 0, 0));
            }
            other => {
                let phase = Phase::Running;
                assert_eq!(other, Err(TaskError::TimedOut { kind, phase, limit }));
                assert_eq!(told, (0, 0, 1, 1));
            }
        }
    });
}

#[test]
fn a_batch_is_not_stopped_while_one_of_its_requests_is_wanted() {
    explore(|| {
        let rig = rig(1);
        let handler: Arc<Handler<u32, bool>> = Arc::new(|context: &Context, inputs: Vec<u32>| {
            inputs.iter().map(|_| context.is_cancelled()).collect()
        });
        let handles: Vec<Handle<bool>> = (0..4)
            .map(|input| {
                let parts = Parts::new(input, 0);
                let slot = Arc::clone(&parts.slot);
                let sequence = rig.submit(1, Arc::new(Gathered::new(parts, Arc::clone(&handler))));
                rig.handle(slot, sequence)
            })
            .collect();
        let agent = rig.start(0);
        handles[0].cancel();
        handles[1].cancel();
        rig.close();
        let results: Vec<_> = handles.into_iter().map(Handle::wait).collect();
        agent.join().expect("an agent that leaves");
        assert_eq!(results[2..], [Ok(false), Ok(false)], "two were wanted all along");
    });
}
