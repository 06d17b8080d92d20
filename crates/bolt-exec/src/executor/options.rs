//! How an executor is set up, and what it refuses.

use super::scaling::ScalingOptions;
use super::timeouts::TimeoutOptions;
use std::time::Duration;

/// The urgency of a task: its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Somebody waits and cannot go on.
    Critical,
    /// Somebody waits.
    High,
    /// Ordinary work.
    Normal,
    /// Work in the background.
    Low,
}

impl Priority {
    /// Every priority, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Normal, Self::Low];

    /// Returns the name used in settings and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }

    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// One lane of waiting tasks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaneOptions {
    /// Its share of starts, relative to the other lanes that have tasks waiting.
    pub weight: f64,
    /// How long its tasks have from submission to end.
    pub timeout: Duration,
}

/// How requests of a kind that has a batch handler are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchOptions {
    /// The most requests that are handled at a time.
    pub tasks_max: usize,
    /// How long the first of them waits for others at most.
    pub delay: Duration,
}

/// When an agent takes a task that was meant for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StealOptions {
    /// A task is left to its own agent for so long.
    pub after: Duration,
    /// It is not left alone where so many wait for the same agent.
    pub threshold: usize,
}

/// An agent: a thread that runs one task or batch at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentOptions {
    /// The processors that its thread may use; empty for all.
    pub processors: Vec<usize>,
    /// Of idle agents, the one of the highest rank is called; of the lowest, the first to go.
    pub rank: u8,
}

/// How an executor is set up. The defaults are those of the tuning guide.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecutorOptions {
    /// The lanes, by [`Priority`].
    pub lanes: [LaneOptions; 4],
    /// The most tasks that may wait; another one is refused.
    pub waiting_max: usize,
    /// How requests are gathered into batches; `None` handles each by itself.
    pub batching: Option<BatchOptions>,
    /// When agents help each other out; `None` leaves a task to the agent it was meant for.
    pub stealing: Option<StealOptions>,
    /// Agents in order; those beyond the list run anywhere, with rank 0.
    pub agents: Vec<AgentOptions>,
    /// How many agents there are.
    pub scaling: ScalingOptions,
    /// How long tasks of a kind may run.
    pub timeouts: TimeoutOptions,
    /// An agent whose task has not ended so long after its deadline is replaced by a new thread.
    pub hung_after: Duration,
    /// How many threads may be lost to hung tasks at a time.
    pub hung_max: usize,
    /// How deep tasks may submit tasks: 1 lets a task submit others, which may submit none.
    pub depth_max: usize,
}

impl Default for ExecutorOptions {
    fn default() -> Self {
        let lane = |weight, seconds| LaneOptions { weight, timeout: Duration::from_secs(seconds) };
        Self {
            lanes: [lane(1.0, 300), lane(0.8, 180), lane(0.6, 120), lane(0.4, 60)],
            waiting_max: 1_000,
            batching: Some(BatchOptions { tasks_max: 4, delay: Duration::from_millis(100) }),
            stealing: Some(StealOptions { after: Duration::from_millis(100), threshold: 4 }),
            agents: Vec::new(),
            scaling: ScalingOptions::default(),
            timeouts: TimeoutOptions::default(),
            hung_after: Duration::from_secs(10),
            hung_max: 8,
            depth_max: 1,
        }
    }
}

/// An option that cannot be meant.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OptionsError {
    /// A weight that gives no share, or a lane everything.
    #[error("the weight of lane `{lane}` is {weight}; it must be from 0.01 to 100")]
    Weight {
        /// The lane's name.
        lane: &'static str,
        /// What was found.
        weight: f64,
    },
    /// A number that must not be zero.
    #[error("`{name}` is 0; it must be at least 1")]
    Zero {
        /// The option's name.
        name: &'static str,
    },
    /// A lower bound above its upper bound.
    #[error("`{low}` is {low_value}, which is more than `{high}` of {high_value}")]
    Order {
        /// The lower bound's name.
        low: &'static str,
        /// The lower bound.
        low_value: String,
        /// The upper bound's name.
        high: &'static str,
        /// The upper bound.
        high_value: String,
    },
}

impl ExecutorOptions {
    pub(super) fn check(&self) -> Result<(), OptionsError> {
        for (lane, priority) in self.lanes.iter().zip(Priority::ALL) {
            if !(0.01..=100.0).contains(&lane.weight) {
                let lane_name = priority.name();
                return Err(OptionsError::Weight { lane: lane_name, weight: lane.weight });
            }
            not_zero("lanes.timeout", lane.timeout.as_nanos())?;
        }
        not_zero("waiting_max", self.waiting_max as u128)?;
        not_zero("hung_after", self.hung_after.as_nanos())?;
        if let Some(batching) = self.batching {
            not_zero("batching.tasks_max", batching.tasks_max as u128)?;
        }
        if let Some(stealing) = self.stealing {
            not_zero("stealing.threshold", stealing.threshold as u128)?;
        }
        self.scaling.check()?;
        self.timeouts.check()
    }
}

pub(super) fn not_zero(name: &'static str, value: u128) -> Result<(), OptionsError> {
    if value == 0 { Err(OptionsError::Zero { name }) } else { Ok(()) }
}

pub(super) fn ordered<T: PartialOrd + std::fmt::Debug>(
    low: (&'static str, T),
    high: (&'static str, T),
) -> Result<(), OptionsError> {
    if low.1 <= high.1 {
        return Ok(());
    }
    let shown = |value: T| format!("{value:?}");
    Err(OptionsError::Order {
        low: low.0,
        low_value: shown(low.1),
        high: high.0,
        high_value: shown(high.1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut ExecutorOptions)) -> String {
        let mut options = ExecutorOptions::default();
        change(&mut options);
        options.check().unwrap_err().to_string()
    }

    #[test]
    fn the_defaults_are_the_guide_s() {
        let options = ExecutorOptions::default();
        assert_eq!(options.check(), Ok(()));
        let weights: Vec<f64> = options.lanes.iter().map(|lane| lane.weight).collect();
        let timeouts: Vec<u64> = options.lanes.iter().map(|lane| lane.timeout.as_secs()).collect();
        assert_eq!((weights, timeouts), (vec![1.0, 0.8, 0.6, 0.4], vec![300, 180, 120, 60]));
        let batching = BatchOptions { tasks_max: 4, delay: Duration::from_millis(100) };
        assert_eq!((options.waiting_max, options.batching), (1_000, Some(batching)));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        assert_eq!(
            refused(|o| o.lanes[2].weight = 0.0),
            "the weight of lane `normal` is 0; it must be from 0.01 to 100"
        );
        assert!(refused(|o| o.lanes[3].weight = f64::NAN).starts_with("the weight of lane `low`"));
        assert!(refused(|o| o.lanes[0].timeout = Duration::ZERO).starts_with("`lanes.timeout`"));
        assert_eq!(refused(|o| o.waiting_max = 0), "`waiting_max` is 0; it must be at least 1");
        let no_batch = BatchOptions { tasks_max: 0, delay: Duration::ZERO };
        assert!(refused(|o| o.batching = Some(no_batch)).starts_with("`batching.tasks_max` is 0"));
        let no_tasks = StealOptions { after: Duration::ZERO, threshold: 0 };
        assert!(refused(|o| o.stealing = Some(no_tasks)).starts_with("`stealing.threshold` is 0"));
        assert!(refused(|o| o.scaling.agents_min = 9).contains("more than"));
    }
}
