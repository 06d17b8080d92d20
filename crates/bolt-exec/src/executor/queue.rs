//! The four lanes of waiting tasks.
//!
//! Within a lane tasks are started in the order of their submission. Lanes share starts by stride
//! scheduling (Waldspurger and Weihl, 1995): each lane has a pass, which a start raises by the
//! inverse of the lane's weight; of the lanes that have a task for the agent that asks, the one
//! with the lowest pass is served. So a lane that always has tasks gets its share whatever the
//! others hold, and none starves. A lane that was empty resumes at the pass of the lane served
//! last: what it did not use is not saved up.
//!
//! A task may be meant for one agent, its home, which then finds it in order among the tasks for
//! all. Other agents leave it alone at first; see [`StealOptions`].

use super::options::{BatchOptions, LaneOptions, Priority, StealOptions};
use std::collections::BTreeMap;
use std::time::Duration;

/// A pass is counted in these parts of a start at weight 1.
const STRIDE_ONE: f64 = (1u64 << 20) as f64;

/// A task that waits.
#[derive(Debug, Clone)]
pub(super) struct Waiting<P> {
    pub(super) kind: usize,
    /// Whether it may be handled together with others of its kind.
    pub(super) gathers: bool,
    pub(super) submitted: Duration,
    pub(super) deadline: Duration,
    pub(super) complexity: f64,
    pub(super) payload: P,
}

/// Where a task waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) lane: Priority,
    /// The agent that it is meant for.
    pub(super) home: Option<usize>,
}

/// What decides which tasks an agent may take.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) agent: usize,
    pub(super) now: Duration,
    pub(super) batching: Option<BatchOptions>,
    pub(super) stealing: Option<StealOptions>,
    /// Whether an agent is there to run what is meant for it.
    pub(super) is_present: &'a dyn Fn(usize) -> bool,
}

/// Tasks taken together: one, or several of a kind that gathers.
#[derive(Debug)]
pub(super) struct Taken<P> {
    pub(super) place: Place,
    pub(super) tasks: Vec<(u64, Waiting<P>)>,
}

/// What to take: so many tasks from the head of a list.
#[derive(Debug, Clone, Copy)]
struct Choice {
    place: Place,
    count: usize,
}

/// Waiting tasks by sequence number, which is their order of submission.
type List<P> = BTreeMap<u64, Waiting<P>>;

#[derive(Debug)]
struct Lane<P> {
    stride: u64,
    pass: u64,
    shared: List<P>,
    homed: BTreeMap<usize, List<P>>,
}

#[derive(Debug)]
pub(super) struct Queue<P> {
    lanes: [Lane<P>; 4],
    waiting: usize,
    /// The pass at which the lane served last was served.
    pass: u64,
}

impl<P> Queue<P> {
    pub(super) fn new(lanes: &[LaneOptions; 4]) -> Self {
        let lane = |options: &LaneOptions| Lane {
            stride: (STRIDE_ONE / options.weight).round() as u64,
            pass: 0,
            shared: List::new(),
            homed: BTreeMap::new(),
        };
        Self { lanes: lanes.each_ref().map(lane), waiting: 0, pass: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.waiting
    }

    pub(super) fn lane_len(&self, lane: Priority) -> usize {
        self.lanes[lane.index()].len()
    }

    pub(super) fn push(&mut self, sequence: u64, place: Place, task: Waiting<P>) {
        let lane = &mut self.lanes[place.lane.index()];
        if lane.len() == 0 {
            lane.pass = lane.pass.max(self.pass);
        }
        lane.list_mut(place.home).insert(sequence, task);
        self.waiting += 1;
    }

    pub(super) fn remove(&mut self, sequence: u64, place: Place) -> Option<Waiting<P>> {
        let lane = &mut self.lanes[place.lane.index()];
        let task = lane.list_mut(place.home).remove(&sequence);
        lane.drop_empty(place.home);
        self.waiting -= usize::from(task.is_some());
        task
    }

    /// Takes what the agent is to do next, if there is anything that it may do now.
    pub(super) fn take(&mut self, view: View<'_>) -> Option<Taken<P>> {
        let Choice { place, count } = self.choose(view)?;
        let chosen = &mut self.lanes[place.lane.index()];
        self.pass = chosen.pass;
        chosen.pass += chosen.stride * count as u64;
        let list = chosen.list_mut(place.home);
        let tasks: Vec<_> = (0..count).filter_map(|_| list.pop_first()).collect();
        chosen.drop_empty(place.home);
        self.waiting -= tasks.len();
        Some(Taken { place, tasks })
    }

    /// Returns whether there is anything that the agent may do now.
    pub(super) fn has_work(&self, view: View<'_>) -> bool {
        self.choose(view).is_some()
    }

    /// Returns when there will be something that the agent may do, if nothing else happens.
    pub(super) fn work_at(&self, view: View<'_>) -> Option<Duration> {
        let lists = self.lanes.iter().flat_map(Lane::lists);
        lists.filter_map(|(home, list)| available(home, list, view)).map(|(at, _)| at).min()
    }

    /// Returns when the oldest task was submitted that any agent may take.
    pub(super) fn oldest_shared(&self) -> Option<Duration> {
        let heads = self.lanes.iter().filter_map(|lane| lane.shared.first_key_value());
        heads.map(|(_, task)| task.submitted).min()
    }

    fn choose(&self, view: View<'_>) -> Option<Choice> {
        let mut best: Option<(u64, Choice)> = None;
        for (priority, lane) in Priority::ALL.into_iter().zip(&self.lanes) {
            if best.as_ref().is_some_and(|(pass, _)| *pass <= lane.pass) {
                continue;
            }
            let oldest = lane
                .lists()
                .filter_map(|(home, list)| {
                    let (at, count) = available(home, list, view)?;
                    let (sequence, _) = list.first_key_value()?;
                    (at <= view.now).then_some((*sequence, home, count))
                })
                .min();
            if let Some((_, home, count)) = oldest {
                let place = Place { lane: priority, home };
                best = Some((lane.pass, Choice { place, count }));
            }
        }
        best.map(|(_, choice)| choice)
    }
}

impl<P> Lane<P> {
    fn len(&self) -> usize {
        self.shared.len() + self.homed.values().map(List::len).sum::<usize>()
    }

    fn lists(&self) -> impl Iterator<Item = (Option<usize>, &List<P>)> {
        let homed = self.homed.iter().map(|(home, list)| (Some(*home), list));
        std::iter::once((None, &self.shared)).chain(homed)
    }

    fn list_mut(&mut self, home: Option<usize>) -> &mut List<P> {
        match home {
            None => &mut self.shared,
            Some(agent) => self.homed.entry(agent).or_default(),
        }
    }

    fn drop_empty(&mut self, home: Option<usize>) {
        if let Some(agent) = home
            && self.homed.get(&agent).is_some_and(List::is_empty)
        {
            self.homed.remove(&agent);
        }
    }
}

/// Returns from when on an agent may take the first tasks of a list, and how many they are.
///
/// `None` if it never may, or there are none.
fn available<P>(home: Option<usize>, list: &List<P>, view: View<'_>) -> Option<(Duration, usize)> {
    let (_, first) = list.first_key_value()?;
    let (ripe, count) = match view.batching {
        Some(batching) if first.gathers => ripe(list, first, batching),
        _ => (first.submitted, 1),
    };
    let allowed = match home {
        Some(agent) if agent != view.agent && (view.is_present)(agent) => {
            let stealing = view.stealing?;
            let is_crowded = list.len() >= stealing.threshold;
            if is_crowded { first.submitted } else { first.submitted + stealing.after }
        }
        _ => first.submitted,
    };
    Some((ripe.max(allowed), count))
}

/// Returns from when on the batch at the head of a list is handled, and its size.
///
/// A batch that is full, or that the next task, being of another kind, keeps from growing, is not
/// delayed: so one that is never holds up a task behind it.
fn ripe<P>(list: &List<P>, first: &Waiting<P>, batching: BatchOptions) -> (Duration, usize) {
    let alike = |task: &&Waiting<P>| task.gathers && task.kind == first.kind;
    let count = list.values().take(batching.tasks_max).take_while(alike).count();
    let can_grow = count == list.len() && count < batching.tasks_max;
    (if can_grow { first.submitted + batching.delay } else { first.submitted }, count)
}
