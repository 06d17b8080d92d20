//! Which agents there are, what each is about, and which is called next.

use super::options::AgentOptions;
use std::time::Duration;

/// An agent's thread. A thread that is lost to a hung task is followed by another one for the
/// same agent, of the next generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct AgentId {
    pub(super) index: usize,
    pub(super) generation: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// There is no thread, or it was told to go.
    Absent,
    /// It sleeps.
    Idle { since: Duration },
    /// It was woken or started, and will ask for work.
    Called,
    /// It runs a task or a batch.
    Busy,
}

#[derive(Debug)]
struct Agent {
    generation: u32,
    state: State,
    rank: u8,
}

#[derive(Debug)]
pub(super) struct Agents {
    agents: Vec<Agent>,
    /// Since when at least one agent was idle at each moment.
    spare_since: Option<Duration>,
    /// Threads of earlier generations that have not come back.
    pub(super) hung: usize,
}

impl Agents {
    pub(super) fn new(options: &[AgentOptions], count_max: usize) -> Self {
        let rank = |index: usize| options.get(index).map_or(0, |agent| agent.rank);
        let agent = |index| Agent { generation: 0, state: State::Absent, rank: rank(index) };
        Self { agents: (0..count_max).map(agent).collect(), spare_since: None, hung: 0 }
    }

    /// Returns how many there are.
    pub(super) fn count(&self) -> usize {
        self.count_of(|state| state != State::Absent)
    }

    pub(super) fn count_idle(&self) -> usize {
        self.count_of(|state| matches!(state, State::Idle { .. }))
    }

    pub(super) fn count_busy(&self) -> usize {
        self.count_of(|state| state == State::Busy)
    }

    pub(super) fn count_called(&self) -> usize {
        self.count_of(|state| state == State::Called)
    }

    fn count_of(&self, is: impl Fn(State) -> bool) -> usize {
        self.agents.iter().filter(|agent| is(agent.state)).count()
    }

    pub(super) fn is_present(&self, index: usize) -> bool {
        self.agents.get(index).is_some_and(|agent| agent.state != State::Absent)
    }

    pub(super) fn is_idle(&self, index: usize) -> bool {
        matches!(self.agents[index].state, State::Idle { .. })
    }

    #[cfg(all(test, not(loom)))]
    pub(super) fn generation(&self, index: usize) -> u32 {
        self.agents[index].generation
    }

    /// Returns whether this is the agent's present thread, and was not told to go.
    pub(super) fn is_current(&self, id: AgentId) -> bool {
        let agent = &self.agents[id.index];
        agent.generation == id.generation && agent.state != State::Absent
    }

    pub(super) fn spare_for(&self, now: Duration) -> Option<Duration> {
        self.spare_since.map(|since| now.saturating_sub(since))
    }

    pub(super) fn set(&mut self, index: usize, state: State, now: Duration) {
        self.agents[index].state = state;
        self.spare_since = match (self.count_idle(), self.spare_since) {
            (0, _) => None,
            (_, since) => since.or(Some(now)),
        };
    }

    /// Makes an agent of the highest rank present; its thread is to be started.
    pub(super) fn add(&mut self, now: Duration) -> Option<AgentId> {
        let absent = self.positions(|state| state == State::Absent);
        let (_, _, index) =
            absent.max_by_key(|(rank, _, index)| (*rank, std::cmp::Reverse(*index)))?;
        self.set(index, State::Called, now);
        // That there was one to spare among fewer says nothing about there being one among more.
        self.spare_since = self.spare_since.map(|_| now);
        // A thread that was told to go may not have gone yet.
        Some(self.renew(index))
    }

    /// Tells an idle agent of the lowest rank to go.
    pub(super) fn dismiss(&mut self, now: Duration) -> Option<usize> {
        let idle = self.positions(|state| matches!(state, State::Idle { .. }));
        let (_, _, index) =
            idle.min_by_key(|(rank, _, index)| (*rank, std::cmp::Reverse(*index)))?;
        self.set(index, State::Absent, now);
        Some(index)
    }

    /// Gives up on an agent's thread; another one is to be started.
    pub(super) fn replace(&mut self, index: usize, now: Duration) -> AgentId {
        self.hung += 1;
        self.set(index, State::Called, now);
        self.renew(index)
    }

    /// Returns idle agents in the order in which they are called: by rank, then in turn.
    pub(super) fn idle(&self) -> impl Iterator<Item = usize> {
        let idle = self.positions(|state| matches!(state, State::Idle { .. }));
        let mut idle: Vec<_> = idle.collect();
        idle.sort_by_key(|(rank, since, index)| (std::cmp::Reverse(*rank), *since, *index));
        idle.into_iter().map(|(_, _, index)| index)
    }

    fn renew(&mut self, index: usize) -> AgentId {
        self.agents[index].generation += 1;
        AgentId { index, generation: self.agents[index].generation }
    }

    /// Returns rank, time of falling idle, and index of agents in some state.
    fn positions(&self, is: impl Fn(State) -> bool) -> impl Iterator<Item = (u8, Duration, usize)> {
        self.agents.iter().enumerate().filter(move |(_, agent)| is(agent.state)).map(
            |(index, agent)| match agent.state {
                State::Idle { since } => (agent.rank, since, index),
                State::Absent | State::Called | State::Busy => (agent.rank, Duration::ZERO, index),
            },
        )
    }
}
