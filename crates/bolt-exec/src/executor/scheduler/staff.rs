//! Agents: how many there are, and who is called.

use super::{AgentId, Load, Scale, Scheduler, State, scaling};
use std::time::Duration;

impl<P: Clone> Scheduler<P> {
    /// Takes note that an agent's thread has come back from its work, however long it took.
    pub(in crate::executor) fn returned(&mut self, agent: AgentId) {
        if !self.agents.is_current(agent) {
            self.agents.hung -= 1;
        }
    }

    /// Takes note that an agent's thread could not be started.
    pub(in crate::executor) fn refused(&mut self, now: Duration, agent: AgentId) {
        self.advance(now);
        self.counts.agents.refused += 1;
        if self.agents.is_current(agent) {
            self.agents.set(agent.index, State::Absent, self.now);
            self.changed = Some(self.now);
        }
    }

    /// Returns whether an agent's thread should go on sleeping.
    pub(in crate::executor) fn is_asleep(&self, agent: AgentId) -> bool {
        self.agents.is_current(agent) && self.agents.is_idle(agent.index)
    }

    pub(super) fn load(&self) -> Load {
        let wait = self.queue.oldest_shared();
        Load {
            agents: self.agents.count(),
            waiting: self.queue.len(),
            wait: wait.map_or(Duration::ZERO, |since| self.now.saturating_sub(since)),
            spare: self.agents.spare_for(self.now),
            since_change: self.changed.map(|at| self.now.saturating_sub(at)),
        }
    }

    pub(super) fn rescale(&mut self) {
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

    pub(super) fn add_agents(&mut self, count: usize) {
        while self.agents.count() < count {
            let Some(agent) = self.agents.add(self.now) else { break };
            self.started.push(agent);
        }
    }

    /// Wakes an idle agent that has something to do. It calls the next one when it has taken its
    /// own work, so one at a time is enough. Where there will be no more work, all wake and leave.
    pub(super) fn call_agent(&mut self) {
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

    pub(super) fn call(&mut self, index: usize) {
        self.agents.set(index, State::Called, self.now);
        self.called.push(index);
    }
}
