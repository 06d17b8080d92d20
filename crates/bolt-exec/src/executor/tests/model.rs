//! The queue against a list of tasks that is searched from end to end.

use crate::executor::options::{BatchOptions, LaneOptions, Priority, StealOptions};
use crate::executor::queue::{Place, Queue, View, Waiting};
use proptest::prelude::*;
use std::time::Duration;

const BATCHING: BatchOptions = BatchOptions { tasks_max: 3, delay: Duration::from_millis(100) };
const STEALING: StealOptions = StealOptions { after: Duration::from_millis(70), threshold: 3 };
/// Weights 1, 1/2, 1/4 and 1/5: what a start costs a lane.
const COSTS: [u64; 4] = [1, 2, 4, 5];

#[derive(Debug, Clone)]
enum Step {
    Push { lane: usize, home: Option<usize>, kind: usize },
    Remove(usize),
    Take(usize),
    Pass(u64),
}

#[derive(Debug, Clone, PartialEq)]
struct Task {
    sequence: u64,
    lane: usize,
    home: Option<usize>,
    kind: usize,
    submitted: u64,
}

#[derive(Debug, Default)]
struct Model {
    tasks: Vec<Task>,
    now: u64,
    passes: [u64; 4],
    served: u64,
}

/// Kinds 0 and 1 gather.
fn gathers(kind: usize) -> bool {
    kind < 2
}

/// Agents 0 and 1 are there; agent 2 is not.
fn is_present(agent: usize) -> bool {
    agent < 2
}

impl Model {
    fn push(&mut self, task: Task) {
        if self.tasks.iter().all(|other| other.lane != task.lane) {
            self.passes[task.lane] = self.passes[task.lane].max(self.served);
        }
        self.tasks.push(task);
    }

    /// Returns the tasks that a task would be taken with, if it is one to begin with.
    fn batch(&self, first: &Task, agent: usize, now: u64) -> Option<Vec<Task>> {
        let same = |task: &&Task| (task.lane, task.home) == (first.lane, first.home);
        let list: Vec<&Task> = self.tasks.iter().filter(same).collect();
        if list[0] != first {
            return None;
        }
        let waited = Duration::from_millis(now - first.submitted);
        let is_allowed = match first.home {
            Some(home) if home != agent && is_present(home) => {
                waited >= STEALING.after || list.len() >= STEALING.threshold
            }
            _ => true,
        };
        let mut batch = vec![first.clone()];
        while gathers(first.kind)
            && batch.len() < BATCHING.tasks_max
            && list.get(batch.len()).is_some_and(|next| next.kind == first.kind)
        {
            batch.push(list[batch.len()].clone());
        }
        let is_full = batch.len() == BATCHING.tasks_max || batch.len() < list.len();
        let is_ripe = !gathers(first.kind) || is_full || waited >= BATCHING.delay;
        (is_allowed && is_ripe).then_some(batch)
    }

    fn candidates(&self, agent: usize, now: u64) -> Vec<Vec<Task>> {
        self.tasks.iter().filter_map(|task| self.batch(task, agent, now)).collect()
    }

    fn take(&mut self, agent: usize) -> Vec<Task> {
        let candidates = self.candidates(agent, self.now);
        let key =
            |batch: &Vec<Task>| (self.passes[batch[0].lane], batch[0].lane, batch[0].sequence);
        let Some(taken) = candidates.into_iter().min_by_key(key) else { return Vec::new() };
        let lane = taken[0].lane;
        self.served = self.passes[lane];
        self.passes[lane] += COSTS[lane] * taken.len() as u64;
        self.tasks.retain(|task| !taken.contains(task));
        taken
    }

    fn work_at(&self, agent: usize) -> Option<u64> {
        (0..=20).map(|by| self.now + 10 * by).find(|at| !self.candidates(agent, *at).is_empty())
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let home = prop_oneof![3 => Just(None), 2 => (0..3usize).prop_map(Some)];
    let step = prop_oneof![
        6 => (0..4usize, home, 0..3usize)
            .prop_map(|(lane, home, kind)| Step::Push { lane, home, kind }),
        1 => (0..40usize).prop_map(Step::Remove),
        5 => (0..3usize).prop_map(Step::Take),
        3 => (0..6u64).prop_map(|tens| Step::Pass(10 * tens)),
    ];
    prop::collection::vec(step, 0..120)
}

fn view(agent: usize, now: u64) -> View<'static> {
    View {
        agent,
        now: Duration::from_millis(now),
        batching: Some(BATCHING),
        stealing: Some(STEALING),
        is_present: &is_present,
    }
}

fn place(task: &Task) -> Place {
    Place { lane: Priority::ALL[task.lane], home: task.home }
}

fn waiting(task: &Task) -> Waiting<u64> {
    Waiting {
        kind: task.kind,
        gathers: gathers(task.kind),
        submitted: Duration::from_millis(task.submitted),
        deadline: Duration::MAX,
        complexity: 0.0,
        payload: task.sequence,
    }
}

/// Takes the same steps in both and compares what they give and what is left.
fn compare(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let lanes = COSTS
        .map(|cost| LaneOptions { weight: 1.0 / cost as f64, timeout: Duration::from_secs(1) });
    let (mut queue, mut model) = (Queue::new(&lanes), Model::default());
    for (sequence, step) in (0..).zip(steps) {
        match step {
            Step::Push { lane, home, kind } => {
                let task = Task { sequence, lane, home, kind, submitted: model.now };
                queue.push(sequence, place(&task), waiting(&task));
                model.push(task);
            }
            Step::Remove(index) if index < model.tasks.len() => {
                let task = model.tasks.remove(index);
                let removed = queue.remove(task.sequence, place(&task));
                prop_assert_eq!(removed.map(|task| task.payload), Some(task.sequence));
                prop_assert!(queue.remove(task.sequence, place(&task)).is_none());
            }
            Step::Remove(_) => {}
            Step::Take(agent) => {
                let now = model.now;
                prop_assert_eq!(
                    queue.has_work(view(agent, now)),
                    !model.candidates(agent, now).is_empty()
                );
                let taken = queue.take(view(agent, now)).map_or(Vec::new(), |taken| taken.tasks);
                let taken: Vec<u64> = taken.into_iter().map(|(_, task)| task.payload).collect();
                let expected: Vec<u64> =
                    model.take(agent).iter().map(|task| task.sequence).collect();
                prop_assert_eq!(taken, expected);
            }
            Step::Pass(by) => model.now += by,
        }
        prop_assert_eq!(queue.len(), model.tasks.len());
        for (lane, priority) in Priority::ALL.into_iter().enumerate() {
            let count = model.tasks.iter().filter(|task| task.lane == lane).count();
            prop_assert_eq!(queue.lane_len(priority), count);
        }
        let shared = model.tasks.iter().filter(|task| task.home.is_none());
        let oldest = shared.map(|task| Duration::from_millis(task.submitted)).min();
        prop_assert_eq!(queue.oldest_shared(), oldest);
        for agent in 0..3 {
            let at = queue.work_at(view(agent, model.now));
            let at = at.map(|at| at.max(Duration::from_millis(model.now)));
            prop_assert_eq!(at, model.work_at(agent).map(Duration::from_millis));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_queue_does_what_the_list_does(steps in steps()) {
        compare(steps)?;
    }
}
