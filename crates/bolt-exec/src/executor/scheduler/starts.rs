//! Tasks that begin, and how fast their places become free.

use super::{
    AgentId, Claim, Claimed, ExecutorOptions, Next, RETRY_AFTER_UNKNOWN, Running, Scheduler, Stage,
    State, Taken, View, Waiting,
};
use std::time::Duration;

impl<P: Clone> Scheduler<P> {
    /// Gives an agent that has nothing to do its next work.
    pub(in crate::executor) fn claim(&mut self, now: Duration, agent: AgentId) -> Next<P> {
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

    pub(super) fn view<'a>(
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

    pub(super) fn start(&mut self, agent: AgentId, taken: Taken<P>) -> Claim<P> {
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

    pub(super) fn start_one(
        &mut self,
        agent: AgentId,
        sequence: u64,
        task: Waiting<P>,
    ) -> Claimed<P> {
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
    pub(super) fn place_freed(&mut self, places: usize) {
        if let Some(freed) = self.freed {
            let each = self.now.saturating_sub(freed) / places as u32;
            self.free_every = Some(self.free_every.map_or(each, |usual| (usual * 7 + each) / 8));
        }
        self.freed = (self.queue.len() > 0).then_some(self.now);
    }

    pub(super) fn retry_after(&self) -> Duration {
        let usual = self.free_every.unwrap_or(RETRY_AFTER_UNKNOWN);
        let deadline = self.alarms.first().map_or(usual, |(at, _)| at.saturating_sub(self.now));
        usual.min(deadline).max(Duration::from_millis(1))
    }
}
