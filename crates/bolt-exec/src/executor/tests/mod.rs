//! The scheduler under a time that tests give it.

mod day;
mod deadlines;
mod lanes;
mod model;
mod sharing;

use super::agents::AgentId;
use super::options::{ExecutorOptions, Priority};
use super::scheduler::{Claim, Ending, Next, Scheduler, Settled, Submission};
use super::{SubmitError, TaskError};
use std::time::Duration;

pub(super) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A scheduler whose tasks are numbers, with as many agents as there are at most, all asleep.
pub(super) struct Rig {
    pub(super) scheduler: Scheduler<u32>,
    pub(super) now: Duration,
    pub(super) agents: Vec<AgentId>,
    /// A kind whose tasks run one by one.
    pub(super) plain: usize,
    /// A kind whose tasks gather into batches.
    pub(super) gathering: usize,
    next: u32,
}

impl Rig {
    pub(super) fn new(agents: usize, change: impl FnOnce(&mut ExecutorOptions)) -> Self {
        let mut options = ExecutorOptions::default();
        options.scaling.agents_min = agents;
        options.scaling.agents_max = agents;
        change(&mut options);
        options.check().expect("options that can be meant");
        let mut scheduler = Scheduler::new(options, Duration::ZERO);
        let plain = scheduler.add_kind("plain", None, false);
        let gathering = scheduler.add_kind("gathering", None, true);
        let mut rig =
            Self { scheduler, now: Duration::ZERO, agents: Vec::new(), plain, gathering, next: 0 };
        rig.agents = rig.scheduler.take_started();
        rig.agents.sort_by_key(|agent| agent.index);
        for agent in rig.agents.clone() {
            assert!(matches!(rig.scheduler.claim(Duration::ZERO, agent), Next::Sleep));
        }
        rig
    }

    pub(super) fn submission(&self, priority: Priority) -> Submission {
        Submission { priority, kind: self.plain, home: None, timeout: None, complexity: 0.0 }
    }

    /// Submits a task and returns its payload, which counts up from 0, and its number.
    pub(super) fn submit(&mut self, submission: Submission) -> Result<(u32, u64), SubmitError> {
        let payload = self.next;
        let sequence = self.scheduler.submit(self.now, submission, payload)?;
        self.next += 1;
        Ok((payload, sequence))
    }

    pub(super) fn submit_to(&mut self, priority: Priority) -> u32 {
        self.submit(self.submission(priority)).expect("a free place").0
    }

    pub(super) fn claim(&mut self, agent: usize) -> Option<Claim<u32>> {
        match self.scheduler.claim(self.now, self.agents[agent]) {
            Next::Run(claim) => Some(claim),
            Next::Sleep => None,
            Next::Exit => panic!("agent {agent} was told to go"),
        }
    }

    /// Lets an agent take its next work and returns the payloads.
    pub(super) fn start(&mut self, agent: usize) -> Vec<u32> {
        let claim = self.claim(agent);
        claim.map_or(Vec::new(), |claim| claim.tasks.iter().map(|task| task.payload).collect())
    }

    /// Lets an agent take its next work and end it at once; returns the payloads.
    pub(super) fn run(&mut self, agent: usize) -> Vec<u32> {
        let Some(claim) = self.claim(agent) else { return Vec::new() };
        for task in &claim.tasks {
            assert!(self.scheduler.finish(self.now, task.sequence, Ending::Completed));
        }
        self.scheduler.returned(self.agents[agent]);
        claim.tasks.iter().map(|task| task.payload).collect()
    }

    /// Moves time on and returns what was settled.
    pub(super) fn pass(&mut self, by: Duration) -> Vec<(u32, TaskError)> {
        self.now += by;
        self.scheduler.tick(self.now);
        self.settled()
    }

    pub(super) fn settled(&mut self) -> Vec<(u32, TaskError)> {
        let settled = self.scheduler.take_settled();
        settled.into_iter().map(|Settled { payload, error }| (payload, error)).collect()
    }
}
