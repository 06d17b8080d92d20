//! The scheduler behind a lock, and the threads around it.
//!
//! Decisions are made under the lock; what follows from them, which may run code of users or the
//! operating system, is done after it is free.

use super::agents::AgentId;
use super::error::TaskError;
use super::handle::Cancel;
use super::options::AgentOptions;
use super::scheduler::{Claim, Next, Scheduler, Settled};
use super::task::{Site, Task};
use crate::monitor::Monitor;
use crate::panic::drop_quietly;
use crate::sync::{Condvar, MutexGuard};
use crate::threads::Threads;
use bolt_base::Clock;
use std::cell::Cell;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

pub(super) struct Shared {
    /// Its condition is for the timekeeper, and for whoever waits for the end.
    core: Arc<Monitor<Core>>,
    /// A condition for each agent.
    wakes: Vec<Condvar>,
    agents: Vec<AgentOptions>,
    threads: Threads,
    pub(super) clock: Arc<dyn Clock>,
}

pub(super) struct Core {
    pub(super) scheduler: Scheduler<Arc<dyn Task>>,
    timekeeper: Timekeeper,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Timekeeper {
    Awake,
    AsleepUntil(Option<Duration>),
}

/// What is left to do after a decision.
struct Outbox {
    settled: Vec<Settled<Arc<dyn Task>>>,
    called: Vec<usize>,
    wakes_timekeeper: bool,
}

thread_local! {
    /// The depth of the task that this thread runs.
    static DEPTH: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Returns the depth of a task that is submitted here: 0 outside of tasks.
pub(super) fn depth_here() -> usize {
    DEPTH.get().map_or(0, |depth| depth + 1)
}

impl Shared {
    pub(super) fn new(
        scheduler: Scheduler<Arc<dyn Task>>,
        agents: Vec<AgentOptions>,
        agents_max: usize,
        threads: Threads,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let core = Core { scheduler, timekeeper: Timekeeper::Awake };
        let wakes = (0..agents_max).map(|_| Condvar::new()).collect();
        Self { core: Arc::new(Monitor::new(core)), wakes, agents, threads, clock }
    }

    /// Lets the scheduler decide something now and sees to what follows.
    pub(super) fn decide<R>(
        &self,
        decision: impl FnOnce(&mut Scheduler<Arc<dyn Task>>, Duration) -> R,
    ) -> R {
        let mut core = self.core.lock();
        let result = decision(&mut core.scheduler, self.clock.now());
        let outbox = core.outbox();
        drop(core);
        self.deliver(outbox);
        result
    }

    /// Waits until something holds of the scheduler, or until `deadline`; returns whether it does.
    pub(super) fn wait_until(
        &self,
        deadline: Duration,
        holds: impl Fn(&Scheduler<Arc<dyn Task>>) -> bool,
    ) -> bool {
        let mut core = self.core.lock();
        while !holds(&core.scheduler) && self.clock.now() < deadline {
            core = self.core.wait_until(core, &*self.clock, Some(deadline));
        }
        holds(&core.scheduler)
    }

    /// Watches deadlines, batches, homes and load until the executor is closed and empty.
    pub(super) fn keep_time(self: &Arc<Self>) {
        let mut core = self.core.lock();
        loop {
            core.timekeeper = Timekeeper::Awake;
            let now = self.clock.now();
            core.scheduler.tick(now);
            let started = core.scheduler.take_started();
            let outbox = core.outbox();
            if !started.is_empty() || !outbox.is_empty() {
                drop(core);
                for agent in started {
                    self.start(agent);
                }
                self.deliver(outbox);
                core = self.core.lock();
                continue;
            }
            if core.scheduler.is_over() {
                return;
            }
            let next = core.scheduler.next_tick();
            core.timekeeper = Timekeeper::AsleepUntil(next);
            core = self.core.wait_until(core, &*self.clock, next);
        }
    }

    /// Starts the thread of an agent.
    fn start(self: &Arc<Self>, agent: AgentId) {
        let shared = Arc::clone(self);
        let processors = self.agents.get(agent.index).map_or(&[][..], |agent| &agent.processors);
        let name = format!("bolt-agent-{}", agent.index);
        let thread = self.threads.spawn(name, processors, move || shared.work(agent));
        if thread.is_err() {
            self.decide(|scheduler, now| scheduler.refused(now, agent));
        }
    }

    /// What an agent's thread does.
    pub(super) fn work(&self, agent: AgentId) {
        let mut core = self.core.lock();
        loop {
            let next = core.scheduler.claim(self.clock.now(), agent);
            let outbox = core.outbox();
            drop(core);
            self.deliver(outbox);
            match next {
                Next::Exit => return,
                Next::Run(claim) => self.run(agent, claim),
                Next::Sleep => {}
            }
            core = self.core.lock();
            while core.scheduler.is_asleep(agent) {
                core = self.sleep(agent, core);
            }
        }
    }

    fn sleep<'a>(&self, agent: AgentId, core: MutexGuard<'a, Core>) -> MutexGuard<'a, Core> {
        self.wakes[agent.index].wait(core).unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, agent: AgentId, claim: Claim<Arc<dyn Task>>) {
        let Claim { kind, tasks } = claim;
        let deadline = tasks.iter().map(|task| task.deadline).max().unwrap_or_default();
        let site = Site { agent: agent.index, deadline, clock: Arc::clone(&self.clock), kind };
        let (sequences, tasks): (Vec<u64>, Vec<Arc<dyn Task>>) =
            tasks.into_iter().map(|task| (task.sequence, task.payload)).unzip();
        DEPTH.set(tasks.iter().map(|task| task.depth()).max());
        let endings = tasks[0].run(&tasks, &site);
        DEPTH.set(None);
        let wanted = self.decide(|scheduler, now| {
            let ended = sequences.iter().zip(endings);
            let wanted: Vec<bool> =
                ended.map(|(sequence, ending)| scheduler.finish(now, *sequence, ending)).collect();
            scheduler.returned(agent);
            wanted
        });
        for (task, wanted) in tasks.iter().zip(wanted) {
            if wanted { task.publish() } else { task.discard() }
        }
        drop_quietly(tasks);
    }

    fn deliver(&self, outbox: Outbox) {
        let Outbox { settled, called, wakes_timekeeper } = outbox;
        for index in called {
            // Threads of earlier generations may sleep there, too.
            self.wakes[index].notify_all();
        }
        if wakes_timekeeper {
            self.core.notify_all();
        }
        for Settled { payload, error } in settled {
            payload.fail(error);
            drop_quietly(payload);
        }
    }
}

impl Cancel for Shared {
    fn cancel(&self, sequence: u64) {
        let task = self.decide(|scheduler, now| scheduler.cancel(now, sequence));
        if let Some(task) = task {
            task.fail(TaskError::Cancelled);
            drop_quietly(task);
        }
    }
}

impl Core {
    fn outbox(&mut self) -> Outbox {
        let scheduler = &mut self.scheduler;
        let (settled, called) = (scheduler.take_settled(), scheduler.take_called());
        let is_earlier = match (self.timekeeper, scheduler.next_tick()) {
            (Timekeeper::Awake, _) | (_, None) => false,
            (Timekeeper::AsleepUntil(until), Some(next)) => until.is_none_or(|until| next < until),
        };
        // Whoever closed the executor waits for its end, and so does the timekeeper.
        let wakes_timekeeper = is_earlier || scheduler.is_closed();
        Outbox { settled, called, wakes_timekeeper }
    }
}

impl Outbox {
    fn is_empty(&self) -> bool {
        self.settled.is_empty() && self.called.is_empty()
    }
}
