//! How many agents there should be: a pure function of the load and of the time that has passed.

use super::options::{OptionsError, not_zero, ordered};
use std::time::Duration;

/// When agents are added and let go. The defaults are those of the tuning guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScalingOptions {
    /// There are never fewer.
    pub agents_min: usize,
    /// There are never more.
    pub agents_max: usize,
    /// Agents are added when so many tasks wait...
    pub depth_up: usize,
    /// ...or when one that any agent may take has waited for so long.
    pub wait_up: Duration,
    /// An agent is let go when no more than so many tasks wait...
    pub depth_down: usize,
    /// ...and some agent was idle at each moment of so long.
    pub idle_down: Duration,
    /// After a change the number stays for so long.
    pub cooldown: Duration,
}

impl Default for ScalingOptions {
    fn default() -> Self {
        Self {
            agents_min: 2,
            agents_max: 8,
            depth_up: 50,
            wait_up: Duration::from_millis(500),
            depth_down: 10,
            idle_down: Duration::from_secs(60),
            cooldown: Duration::from_secs(30),
        }
    }
}

impl ScalingOptions {
    pub(super) fn check(&self) -> Result<(), OptionsError> {
        not_zero("agents_min", self.agents_min as u128)?;
        not_zero("depth_up", self.depth_up as u128)?;
        not_zero("wait_up", self.wait_up.as_nanos())?;
        ordered(("agents_min", self.agents_min), ("agents_max", self.agents_max))?;
        // With both bounds the same, one waiting task more or less would be a change.
        ordered(("depth_down", self.depth_down + 1), ("depth_up", self.depth_up))
    }
}

/// What the number of agents is decided from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Agents there are.
    pub agents: usize,
    /// Tasks that wait.
    pub waiting: usize,
    /// How long the oldest task that any agent may take has waited; zero if there is none.
    pub wait: Duration,
    /// For how long some agent has been idle at each moment; `None` if all are busy.
    pub spare: Option<Duration>,
    /// How long ago the number of agents was changed; `None` if it never was.
    pub since_change: Option<Duration>,
}

/// What to do about the number of agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Leave it.
    Hold,
    /// Add agents, up to this many.
    Up(usize),
    /// Let one go, down to this many.
    Down(usize),
}

/// Decides how many agents there should be.
///
/// Up by doubling, so that a step of load is met within two decisions, but by no more agents than
/// there are tasks for them; down by one, because an agent too many costs little. Down wants both few tasks waiting and an agent to spare: with few
/// waiting alone, the agents that keep the queue short would be let go because it is short, and
/// the number would swing. Fewer agents than the least there should be, which is so when threads
/// were refused, are filled up whatever the load.
pub fn scale(options: &ScalingOptions, load: &Load) -> Scale {
    if load.since_change.is_some_and(|since| since < options.cooldown) {
        return Scale::Hold;
    }
    if load.agents < options.agents_min {
        return Scale::Up(options.agents_min);
    }
    if wants_more(options, load) && load.agents < options.agents_max {
        let most = (load.agents * 2).min(options.agents_max);
        return Scale::Up(most.min(load.agents + load.waiting));
    }
    let spare = load.spare.is_some_and(|spare| spare >= options.idle_down);
    if spare && load.waiting <= options.depth_down && load.agents > options.agents_min {
        return Scale::Down(load.agents - 1);
    }
    Scale::Hold
}

fn wants_more(options: &ScalingOptions, load: &Load) -> bool {
    load.waiting >= options.depth_up || (load.waiting > 0 && load.wait >= options.wait_up)
}

/// Returns after how long [`scale`] could first decide otherwise than to hold if nothing but time
/// passed; `None` if it never could.
pub fn next_decision(options: &ScalingOptions, load: &Load) -> Option<Duration> {
    let cooling =
        load.since_change.map_or(Duration::ZERO, |since| options.cooldown.saturating_sub(since));
    if load.agents < options.agents_min {
        return Some(cooling);
    }
    let up = (load.agents < options.agents_max && load.waiting > 0).then(|| {
        let wait = options.wait_up.saturating_sub(load.wait);
        if load.waiting >= options.depth_up { Duration::ZERO } else { wait }
    });
    let may_shrink = load.agents > options.agents_min && load.waiting <= options.depth_down;
    let spare = if may_shrink { load.spare } else { None };
    let down = spare.map(|spare| options.idle_down.saturating_sub(spare));
    [up, down].into_iter().flatten().min().map(|after| after.max(cooling))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_base::Rng;

    const IDLE: Load = Load {
        agents: 4,
        waiting: 0,
        wait: Duration::ZERO,
        spare: Some(Duration::ZERO),
        since_change: None,
    };

    fn decide(load: Load) -> Scale {
        scale(&ScalingOptions::default(), &load)
    }

    #[test]
    fn depth_or_wait_add_agents() {
        let ms = Duration::from_millis;
        assert_eq!(decide(Load { waiting: 49, wait: ms(499), spare: None, ..IDLE }), Scale::Hold);
        assert_eq!(decide(Load { waiting: 50, spare: None, ..IDLE }), Scale::Up(8));
        assert_eq!(decide(Load { waiting: 1, wait: ms(500), spare: None, ..IDLE }), Scale::Up(5));
        assert_eq!(decide(Load { waiting: 9, wait: ms(500), spare: None, ..IDLE }), Scale::Up(8));
        assert_eq!(decide(Load { agents: 2, waiting: 50, ..IDLE }), Scale::Up(4));
        assert_eq!(decide(Load { agents: 5, waiting: 50, ..IDLE }), Scale::Up(8));
        assert_eq!(decide(Load { agents: 8, waiting: 1_000, ..IDLE }), Scale::Hold);
        assert_eq!(decide(Load { agents: 0, waiting: 0, ..IDLE }), Scale::Up(2));
    }

    #[test]
    fn a_spare_agent_and_a_short_queue_let_one_go() {
        let spare = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(decide(Load { spare: spare(59), ..IDLE }), Scale::Hold);
        assert_eq!(decide(Load { spare: spare(60), ..IDLE }), Scale::Down(3));
        assert_eq!(decide(Load { spare: spare(60), waiting: 10, ..IDLE }), Scale::Down(3));
        assert_eq!(decide(Load { spare: spare(60), waiting: 11, ..IDLE }), Scale::Hold);
        assert_eq!(decide(Load { spare: None, waiting: 0, ..IDLE }), Scale::Hold);
        assert_eq!(decide(Load { spare: spare(999), agents: 2, ..IDLE }), Scale::Hold);
    }

    #[test]
    fn nothing_changes_during_the_cooldown() {
        let since = |seconds| Some(Duration::from_secs(seconds));
        let crowded = Load { waiting: 900, spare: None, ..IDLE };
        assert_eq!(decide(Load { since_change: since(29), ..crowded }), Scale::Hold);
        assert_eq!(decide(Load { since_change: since(30), ..crowded }), Scale::Up(8));
        let empty = Load { spare: since(100), ..IDLE };
        assert_eq!(decide(Load { since_change: since(29), ..empty }), Scale::Hold);
        assert_eq!(decide(Load { since_change: since(30), ..empty }), Scale::Down(3));
    }

    /// The oracle lets time pass a millisecond at a time.
    #[test]
    fn the_next_decision_is_foreseen() {
        let mut rng = Rng::new(17);
        let ms = Duration::from_millis;
        let options = ScalingOptions {
            wait_up: ms(20),
            idle_down: ms(60),
            cooldown: ms(30),
            ..ScalingOptions::default()
        };
        for case in 0..20_000 {
            let mut draw = |below| rng.below(below);
            let load = Load {
                agents: draw(9) as usize,
                waiting: [0, 5, 10, 11, 30, 50, 80][draw(7) as usize],
                wait: ms(draw(30)),
                spare: (draw(2) == 0).then_some(ms(draw(80))),
                since_change: (draw(2) == 0).then_some(ms(draw(40))),
            };
            let later = |by: Duration| Load {
                wait: load.wait + by,
                spare: load.spare.map(|spare| spare + by),
                since_change: load.since_change.map(|since| since + by),
                ..load
            };
            let slow = (0..200).map(ms).find(|by| scale(&options, &later(*by)) != Scale::Hold);
            assert_eq!(next_decision(&options, &load), slow, "case {case}: {load:?}");
        }
    }
}
