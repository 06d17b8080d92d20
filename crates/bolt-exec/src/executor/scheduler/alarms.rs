//! What time brings about: deadlines, and agents that do not come back.

use super::{
    AgentId, Kind, Phase, Running, Scheduler, Settled, Stage, TaskError, Waiting, scaling,
};
use std::sync::Arc;
use std::time::Duration;

impl<P: Clone> Scheduler<P> {
    /// Does what time alone brings about.
    pub(in crate::executor) fn tick(&mut self, now: Duration) {
        self.advance(now);
        if !self.is_closed {
            self.rescale();
        }
        self.call_agent();
    }

    /// Returns when [`Scheduler::tick`] is to be called if nothing else happens before.
    pub(in crate::executor) fn next_tick(&self) -> Option<Duration> {
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

    /// Moves time on, never back, and sees to the alarms that are due.
    pub(super) fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
        while let Some(&(at, sequence)) = self.alarms.first() {
            if at > self.now {
                break;
            }
            self.alarms.pop_first();
            self.alarm(sequence);
        }
    }

    pub(super) fn alarm(&mut self, sequence: u64) {
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

    pub(super) fn time_out_waiting(&mut self, sequence: u64) {
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
    pub(super) fn give_up(&mut self, agent: AgentId, sequence: u64) {
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

    pub(super) fn remove_waiting(&mut self, sequence: u64) -> Option<Waiting<P>> {
        let Some(Stage::Waiting(place)) = self.stages.remove(&sequence) else { return None };
        let task = self.queue.remove(sequence, place)?;
        self.alarms.remove(&(task.deadline, sequence));
        self.place_freed(1);
        Some(task)
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
