//! All decisions of the executor, as a state machine over time that is given to it.
//!
//! It starts no threads, reads no clock and runs no task. Whoever does calls it, and then sees to
//! what it left in its outbox: tasks to settle, agents to wake, threads to start. So a day of load
//! is a loop over events.
//!
//! It alone decides how a task ends: by a result, its deadline, a cancellation or the end of the
//! executor, whichever it was told of first.

mod alarms;
mod claims;
mod staff;
mod starts;

pub(super) use claims::{Claim, Claimed, Ending, Next, Settled, Submission};

use super::agents::{AgentId, Agents, State};
use super::error::{Phase, SubmitError, TaskError};
use super::options::{ExecutorOptions, Priority};
use super::queue::{Place, Queue, Taken, View, Waiting};
use super::scaling::{self, Load, Scale};
use super::statistics::{Statistics, Waits};
use super::timeouts::{AdaptiveTimeout, guide_base};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// What a refused task is told to wait for when nothing is known about how fast places free up.
const RETRY_AFTER_UNKNOWN: Duration = Duration::from_secs(1);

#[derive(Debug)]
struct Kind {
    name: Arc<str>,
    gathers: bool,
    timeout: AdaptiveTimeout,
}

#[derive(Debug)]
enum Stage<P> {
    Waiting(Place),
    Running(Running<P>),
}

#[derive(Debug)]
struct Running<P> {
    agent: AgentId,
    kind: usize,
    submitted: Duration,
    started: Duration,
    deadline: Duration,
    /// Whether it is the time since its start, not since its submission, that is limited.
    limit_is_run: bool,
    /// Whether the handle has been settled.
    settled: bool,
    /// Whether the deadline has passed.
    overdue: bool,
    payload: P,
}

#[derive(Debug)]
pub(super) struct Scheduler<P> {
    options: ExecutorOptions,
    now: Duration,
    kinds: Vec<Kind>,
    queue: Queue<P>,
    stages: HashMap<u64, Stage<P>>,
    /// When something is to be done about a task: its deadline, or when its agent counts as hung.
    alarms: BTreeSet<(Duration, u64)>,
    agents: Agents,
    changed: Option<Duration>,
    /// When a place was freed last while tasks kept waiting, and the usual time between two.
    freed: Option<Duration>,
    free_every: Option<Duration>,
    next_sequence: u64,
    is_closed: bool,
    counts: Statistics,
    waits: [Waits; 4],
    settled: Vec<Settled<P>>,
    called: Vec<usize>,
    started: Vec<AgentId>,
}

impl<P: Clone> Scheduler<P> {
    pub(super) fn new(options: ExecutorOptions, now: Duration) -> Self {
        let scaling = options.scaling;
        let mut scheduler = Self {
            queue: Queue::new(&options.lanes),
            agents: Agents::new(&options.agents, scaling.agents_max),
            options,
            now,
            kinds: Vec::new(),
            stages: HashMap::new(),
            alarms: BTreeSet::new(),
            changed: None,
            freed: None,
            free_every: None,
            next_sequence: 0,
            is_closed: false,
            counts: Statistics::default(),
            waits: Default::default(),
            settled: Vec::new(),
            called: Vec::new(),
            started: Vec::new(),
        };
        scheduler.add_agents(scaling.agents_min);
        scheduler
    }

    /// Adds a kind of task and returns its number.
    pub(super) fn add_kind(&mut self, name: &str, base: Option<Duration>, gathers: bool) -> usize {
        let timeouts = self.options.timeouts;
        let base = base.or_else(|| guide_base(name)).unwrap_or(timeouts.base);
        let timeout = AdaptiveTimeout::new(timeouts, base);
        self.kinds.push(Kind { name: name.into(), gathers, timeout });
        self.kinds.len() - 1
    }

    fn kind_name(&self, kind: usize) -> Arc<str> {
        Arc::clone(&self.kinds[kind].name)
    }

    /// Accepts a task and returns its number, or refuses it.
    pub(super) fn submit(
        &mut self,
        now: Duration,
        submission: Submission,
        payload: P,
    ) -> Result<u64, SubmitError> {
        self.advance(now);
        if self.is_closed {
            return Err(SubmitError::Closed);
        }
        let waiting_max = self.options.waiting_max;
        if self.queue.len() >= waiting_max {
            self.counts.rejected += 1;
            return Err(SubmitError::Full { waiting_max, retry_after: self.retry_after() });
        }
        let Submission { priority, kind, home, timeout, complexity } = submission;
        let limit = self.options.lanes[priority.index()].timeout;
        let deadline = self.now + timeout.map_or(limit, |timeout| timeout.min(limit));
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let place = Place { lane: priority, home };
        let gathers = self.kinds[kind].gathers;
        let submitted = self.now;
        let task = Waiting { kind, gathers, submitted, deadline, complexity, payload };
        self.queue.push(sequence, place, task);
        self.stages.insert(sequence, Stage::Waiting(place));
        self.alarms.insert((deadline, sequence));
        self.counts.submitted += 1;
        self.call_agent();
        Ok(sequence)
    }

    /// Takes note that a task has run. Returns whether its handle is to be settled with its
    /// result; if not, it was settled before.
    pub(super) fn finish(&mut self, now: Duration, sequence: u64, ending: Ending) -> bool {
        self.advance(now);
        let Some(Stage::Running(running)) = self.stages.remove(&sequence) else { return false };
        self.alarms.remove(&(running.deadline, sequence));
        if running.settled {
            self.counts.late += 1;
            return false;
        }
        match ending {
            Ending::Completed => {
                self.counts.completed += 1;
                let ran = self.now.saturating_sub(running.started);
                self.kinds[running.kind].timeout.record(ran);
            }
            Ending::Failed => self.counts.failed += 1,
        }
        true
    }

    /// Gives a task up. Returns what is to be settled, and stopped if it runs.
    pub(super) fn cancel(&mut self, now: Duration, sequence: u64) -> Option<P> {
        self.advance(now);
        let payload = match self.stages.get_mut(&sequence)? {
            Stage::Waiting(_) => self.remove_waiting(sequence)?.payload,
            Stage::Running(running) if !running.settled => {
                running.settled = true;
                running.payload.clone()
            }
            Stage::Running(_) => return None,
        };
        self.counts.cancelled += 1;
        self.call_agent();
        Some(payload)
    }

    /// Refuses tasks from now on; batches wait no longer.
    pub(super) fn close(&mut self, now: Duration) {
        self.advance(now);
        self.is_closed = true;
        self.call_agent();
    }

    /// Gives up all tasks.
    pub(super) fn abandon(&mut self, now: Duration) {
        self.advance(now);
        let mut sequences: Vec<u64> = self.stages.keys().copied().collect();
        sequences.sort_unstable();
        for sequence in sequences {
            let payload = match self.stages.get_mut(&sequence) {
                Some(Stage::Waiting(_)) => self.remove_waiting(sequence).map(|task| task.payload),
                Some(Stage::Running(running)) if !running.settled => {
                    running.settled = true;
                    Some(running.payload.clone())
                }
                _ => None,
            };
            if let Some(payload) = payload {
                self.counts.stopped += 1;
                self.settled.push(Settled { payload, error: TaskError::Stopped });
            }
        }
        self.call_agent();
    }

    pub(super) fn take_settled(&mut self) -> Vec<Settled<P>> {
        std::mem::take(&mut self.settled)
    }

    pub(super) fn take_called(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.called)
    }

    pub(super) fn take_started(&mut self) -> Vec<AgentId> {
        std::mem::take(&mut self.started)
    }

    /// Returns whether it was closed and the last agent has left.
    pub(super) fn is_over(&self) -> bool {
        self.is_closed && self.agents.count() == 0
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    #[cfg(all(test, not(loom)))]
    pub(super) fn queue(&self) -> &Queue<P> {
        &self.queue
    }

    #[cfg(all(test, not(loom)))]
    pub(super) fn agents(&self) -> &Agents {
        &self.agents
    }

    /// Returns whether no task waits or runs.
    pub(super) fn is_drained(&self) -> bool {
        self.stages.is_empty()
    }

    pub(super) fn statistics(&self) -> Statistics {
        let mut statistics = self.counts.clone();
        for ((lane, waits), priority) in
            statistics.lanes.iter_mut().zip(&self.waits).zip(Priority::ALL)
        {
            waits.fill(lane);
            lane.waiting = self.queue.lane_len(priority);
        }
        statistics.running = self.stages.len() - self.queue.len();
        let agents = &mut statistics.agents;
        agents.present = self.agents.count();
        agents.idle = self.agents.count_idle();
        agents.busy = self.agents.count_busy();
        agents.hung = self.agents.hung;
        statistics
    }
}
