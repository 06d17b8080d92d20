//! All decisions of the executor, as a state machine over time that is given to it.
//!
//! It starts no threads, reads no clock and runs no task. Whoever does calls it, and then sees to
//! what it left in its outbox: tasks to settle, agents to wake, threads to start. So a day of load
//! is a loop over events.
//!
//! It alone decides how a task ends: by a result, its deadline, a cancellation or the end of the
//! executor, whichever it was told of first.

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

/// What a task asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Submission {
    pub(super) priority: Priority,
    pub(super) kind: usize,
    /// The agent that it is meant for.
    pub(super) home: Option<usize>,
    /// Less time than its lane gives, from submission to end.
    pub(super) timeout: Option<Duration>,
    pub(super) complexity: f64,
}

/// What an agent is to do.
#[derive(Debug)]
pub(super) enum Next<P> {
    Run(Claim<P>),
    Sleep,
    Exit,
}

/// Tasks to run together: one, or a batch.
#[derive(Debug)]
pub(super) struct Claim<P> {
    pub(super) kind: Arc<str>,
    pub(super) tasks: Vec<Claimed<P>>,
}

#[derive(Debug)]
pub(super) struct Claimed<P> {
    pub(super) sequence: u64,
    pub(super) payload: P,
    pub(super) deadline: Duration,
}

/// How a task that ran came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Completed,
    /// It panicked, or its batch handler did wrong.
    Failed,
}

/// A task whose handle is to be settled without a result.
#[derive(Debug)]
pub(super) struct Settled<P> {
    pub(super) payload: P,
    pub(super) error: TaskError,
}

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

    /// Gives an agent that has nothing to do its next work.
    pub(super) fn claim(&mut self, now: Duration, agent: AgentId) -> Next<P> {
        self.advance(now);
        if !self.agents.is_current(agent) {
            return Next::Exit;
        }
        let is_present = |index| self.agents.is_present(index);
        let view = Self::view(&self.options, self.is_closed, self.now, agent.index, &is_present);
        let Some(taken) = self.queue.take(view) else {
            if self.is_closed && self.queue.len() == 0 {
                self.agents.set(agent.index, State::Absent, self.now);
                return Next::Exit;
            }
            self.agents.set(agent.index, State::Idle { since: self.now }, self.now);
            self.call_agent();
            return Next::Sleep;
        };
        self.agents.set(agent.index, State::Busy, self.now);
        let claim = self.start(agent, taken);
        self.call_agent();
        Next::Run(claim)
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

    /// Takes note that an agent's thread has come back from its work, however long it took.
    pub(super) fn returned(&mut self, agent: AgentId) {
        if !self.agents.is_current(agent) {
            self.agents.hung -= 1;
        }
    }

    /// Takes note that an agent's thread could not be started.
    pub(super) fn refused(&mut self, now: Duration, agent: AgentId) {
        self.advance(now);
        self.counts.agents.refused += 1;
        if self.agents.is_current(agent) {
            self.agents.set(agent.index, State::Absent, self.now);
            self.changed = Some(self.now);
        }
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

    /// Does what time alone brings about.
    pub(super) fn tick(&mut self, now: Duration) {
        self.advance(now);
        if !self.is_closed {
            self.rescale();
        }
        self.call_agent();
    }

    /// Returns when [`Scheduler::tick`] is to be called if nothing else happens before.
    pub(super) fn next_tick(&self) -> Option<Duration> {
        if !self.started.is_empty() {
            return Some(self.now);
        }
        let alarm = self.alarms.first().map(|(at, _)| *at);
        let decision = if self.is_closed {
            None
        } else {
            scaling::next_decision(&self.options.scaling, &self.load())
        };
        let decision = decision.map(|after| self.now + after);
        let is_present = |index| self.agents.is_present(index);
        let work = self.agents.idle().filter_map(|index| {
            let view = Self::view(&self.options, self.is_closed, self.now, index, &is_present);
            // For what can be done now an agent has been called.
            self.queue.work_at(view).filter(|at| *at > self.now)
        });
        alarm.into_iter().chain(decision).chain(work.min()).min()
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

    /// Returns whether an agent's thread should go on sleeping.
    pub(super) fn is_asleep(&self, agent: AgentId) -> bool {
        self.agents.is_current(agent) && self.agents.is_idle(agent.index)
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

    fn view<'a>(
        options: &ExecutorOptions,
        is_closed: bool,
        now: Duration,
        agent: usize,
        is_present: &'a dyn Fn(usize) -> bool,
    ) -> View<'a> {
        let mut batching = options.batching;
        if let Some(batching) = &mut batching
            && is_closed
        {
            batching.delay = Duration::ZERO;
        }
        View { agent, now, batching, stealing: options.stealing, is_present }
    }

    /// Moves time on, never back, and sees to the alarms that are due.
    fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
        while let Some(&(at, sequence)) = self.alarms.first() {
            if at > self.now {
                break;
            }
            self.alarms.pop_first();
            self.alarm(sequence);
        }
    }

    fn alarm(&mut self, sequence: u64) {
        match self.stages.get_mut(&sequence) {
            Some(Stage::Waiting(_)) => self.time_out_waiting(sequence),
            Some(Stage::Running(running)) if running.overdue => {
                let agent = running.agent;
                self.give_up(agent, sequence);
            }
            Some(Stage::Running(running)) => {
                running.overdue = true;
                self.alarms.insert((self.now + self.options.hung_after, sequence));
                if !running.settled {
                    running.settled = true;
                    self.counts.timed_out_running += 1;
                    let settled = time_out_running(running, &mut self.kinds[running.kind]);
                    self.settled.push(settled);
                }
            }
            None => {}
        }
    }

    fn time_out_waiting(&mut self, sequence: u64) {
        let Some(task) = self.remove_waiting(sequence) else { return };
        let error = TaskError::TimedOut {
            kind: self.kind_name(task.kind),
            phase: Phase::Waiting,
            limit: task.deadline - task.submitted,
        };
        self.settled.push(Settled { payload: task.payload, error });
        self.counts.timed_out_waiting += 1;
    }

    /// Replaces an agent that has not come back long after its task's deadline.
    fn give_up(&mut self, agent: AgentId, sequence: u64) {
        if !self.agents.is_current(agent) || self.is_closed {
            return;
        }
        if self.agents.hung >= self.options.hung_max {
            self.alarms.insert((self.now + self.options.hung_after, sequence));
            return;
        }
        let replacement = self.agents.replace(agent.index, self.now);
        self.counts.agents.replaced += 1;
        self.started.push(replacement);
    }

    fn remove_waiting(&mut self, sequence: u64) -> Option<Waiting<P>> {
        let Some(Stage::Waiting(place)) = self.stages.remove(&sequence) else { return None };
        let task = self.queue.remove(sequence, place)?;
        self.alarms.remove(&(task.deadline, sequence));
        self.place_freed(1);
        Some(task)
    }

    fn start(&mut self, agent: AgentId, taken: Taken<P>) -> Claim<P> {
        let Taken { place, tasks } = taken;
        self.place_freed(tasks.len());
        let kind = self.kind_name(tasks[0].1.kind);
        if place.home.is_some_and(|home| home != agent.index) {
            self.counts.stolen += tasks.len() as u64;
        }
        if tasks[0].1.gathers {
            self.counts.batches += 1;
            self.counts.batched += tasks.len() as u64;
        }
        let waits = &mut self.waits[place.lane.index()];
        for (_, task) in &tasks {
            waits.record(self.now.saturating_sub(task.submitted));
        }
        let start = |(sequence, task)| self.start_one(agent, sequence, task);
        Claim { kind, tasks: tasks.into_iter().map(start).collect() }
    }

    fn start_one(&mut self, agent: AgentId, sequence: u64, task: Waiting<P>) -> Claimed<P> {
        let Waiting { kind, gathers: _, submitted, deadline: until, complexity, payload } = task;
        let run_until = self.now + self.kinds[kind].timeout.timeout(complexity);
        let deadline = until.min(run_until);
        self.alarms.remove(&(until, sequence));
        self.alarms.insert((deadline, sequence));
        let running = Running {
            agent,
            kind,
            submitted,
            started: self.now,
            deadline,
            limit_is_run: run_until < until,
            settled: false,
            overdue: false,
            payload: payload.clone(),
        };
        self.stages.insert(sequence, Stage::Running(running));
        Claimed { sequence, payload, deadline }
    }

    /// Keeps the usual time between two places becoming free, while tasks wait for one.
    fn place_freed(&mut self, places: usize) {
        if let Some(freed) = self.freed {
            let each = self.now.saturating_sub(freed) / places as u32;
            self.free_every = Some(self.free_every.map_or(each, |usual| (usual * 7 + each) / 8));
        }
        self.freed = (self.queue.len() > 0).then_some(self.now);
    }

    fn retry_after(&self) -> Duration {
        let usual = self.free_every.unwrap_or(RETRY_AFTER_UNKNOWN);
        let deadline = self.alarms.first().map_or(usual, |(at, _)| at.saturating_sub(self.now));
        usual.min(deadline).max(Duration::from_millis(1))
    }

    fn load(&self) -> Load {
        let wait = self.queue.oldest_shared();
        Load {
            agents: self.agents.count(),
            waiting: self.queue.len(),
            wait: wait.map_or(Duration::ZERO, |since| self.now.saturating_sub(since)),
            spare: self.agents.spare_for(self.now),
            since_change: self.changed.map(|at| self.now.saturating_sub(at)),
        }
    }

    fn rescale(&mut self) {
        match scaling::scale(&self.options.scaling, &self.load()) {
            Scale::Hold => {}
            Scale::Up(count) => {
                self.add_agents(count);
                self.changed = Some(self.now);
                self.counts.agents.scaled_up += 1;
            }
            Scale::Down(_) => {
                if let Some(index) = self.agents.dismiss(self.now) {
                    self.called.push(index);
                    self.changed = Some(self.now);
                    self.counts.agents.scaled_down += 1;
                }
            }
        }
    }

    fn add_agents(&mut self, count: usize) {
        while self.agents.count() < count {
            let Some(agent) = self.agents.add(self.now) else { break };
            self.started.push(agent);
        }
    }

    /// Wakes an idle agent that has something to do. It calls the next one when it has taken its
    /// own work, so one at a time is enough. Where there will be no more work, all wake and leave.
    fn call_agent(&mut self) {
        if self.is_closed && self.queue.len() == 0 {
            for index in self.agents.idle().collect::<Vec<_>>() {
                self.call(index);
            }
            return;
        }
        if self.agents.count_called() >= self.queue.len() {
            return;
        }
        let is_present = |index| self.agents.is_present(index);
        let called = self.agents.idle().find(|&index| {
            let view = Self::view(&self.options, self.is_closed, self.now, index, &is_present);
            self.queue.has_work(view)
        });
        if let Some(index) = called {
            self.call(index);
        }
    }

    fn call(&mut self, index: usize) {
        self.agents.set(index, State::Called, self.now);
        self.called.push(index);
    }
}

/// Settles a task that ran into its deadline.
fn time_out_running<P: Clone>(running: &Running<P>, kind: &mut Kind) -> Settled<P> {
    // How long a task would have run says something about its kind only where that was the limit.
    let since = if running.limit_is_run {
        kind.timeout.record(running.deadline - running.started);
        running.started
    } else {
        running.submitted
    };
    let error = TaskError::TimedOut {
        kind: Arc::clone(&kind.name),
        phase: Phase::Running,
        limit: running.deadline - since,
    };
    Settled { payload: running.payload.clone(), error }
}
