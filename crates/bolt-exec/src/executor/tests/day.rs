//! A day of load, simulated event by event.
//!
//! Tasks of all lanes and kinds arrive at a rate that follows the hours, with bursts, a flood
//! beyond the limit of what may wait, and half an hour in which more arrives than eight agents can
//! do. Some tasks panic, some are cancelled, some stop only long after they were asked to.

use super::*;
use bolt_base::Rng;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

const DAY: Duration = Duration::from_secs(86_400);
const OVERLOAD: std::ops::Range<u64> = 50_000..51_800;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrive,
    Burst(u32),
    Ask { index: usize, generation: u32 },
    End { claim: usize },
    Cancel { sequence: u64 },
    Tick,
}

#[derive(Debug)]
struct Submitted {
    at: Duration,
    lane: Priority,
    home: Option<usize>,
    kind: usize,
    takes: Duration,
    hangs: bool,
}

#[derive(Debug)]
struct RunningClaim {
    agent: AgentId,
    tasks: Vec<u64>,
    /// When it ends if it is not asked to stop.
    ends: Duration,
    hangs: bool,
}

struct Day {
    scheduler: Scheduler<u32>,
    rng: Rng,
    now: Duration,
    events: BinaryHeap<Reverse<(Duration, u64, Event)>>,
    scheduled: u64,
    tick_at: Option<Duration>,
    kinds: [usize; 3],
    /// What was accepted, by payload.
    submitted: Vec<Submitted>,
    sequences: HashMap<u64, u32>,
    settled: Vec<bool>,
    claims: Vec<Option<RunningClaim>>,
    /// The claims of running tasks, by payload.
    running: HashMap<u32, usize>,
    /// The task for all agents that was started last, by lane.
    last_started: [Option<u64>; 4],
    /// Starts by lane while all lanes had tasks waiting.
    contended: [u64; 4],
    changes: Vec<(Duration, usize)>,
    present: usize,
    wait_max: [Duration; 4],
    rejected: u64,
}

impl Day {
    fn new(seed: u64) -> Self {
        let mut scheduler = Scheduler::new(ExecutorOptions::default(), Duration::ZERO);
        let kinds = [
            scheduler.add_kind("pattern_search", None, false),
            scheduler.add_kind("code_analysis", None, false),
            scheduler.add_kind("semantic_search", None, true),
        ];
        let mut day = Self {
            scheduler,
            rng: Rng::new(seed),
            now: Duration::ZERO,
            events: BinaryHeap::new(),
            scheduled: 0,
            tick_at: None,
            kinds,
            submitted: Vec::new(),
            sequences: HashMap::new(),
            settled: Vec::new(),
            claims: Vec::new(),
            running: HashMap::new(),
            last_started: [None; 4],
            contended: [0; 4],
            changes: Vec::new(),
            present: 2,
            wait_max: [Duration::ZERO; 4],
            rejected: 0,
        };
        day.schedule(Duration::ZERO, Event::Arrive);
        for _ in 0..40 {
            let at = DAY.mul_f64(day.rng.uniform());
            let size = 50 + day.rng.below(300) as u32;
            day.schedule(at, Event::Burst(size));
        }
        day.schedule(seconds(30_000), Event::Burst(3_000));
        day.follow_up();
        day
    }

    fn schedule(&mut self, at: Duration, event: Event) {
        self.scheduled += 1;
        self.events.push(Reverse((at, self.scheduled, event)));
    }

    /// Tasks a second.
    fn rate(&self) -> f64 {
        let seconds = self.now.as_secs();
        if OVERLOAD.contains(&seconds) {
            return 30.0;
        }
        let hour = self.now.as_secs_f64() / 3_600.0;
        0.2 + 5.0 * (std::f64::consts::PI * (hour - 6.0) / 12.0).sin().max(0.0)
    }

    fn run(&mut self) {
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            self.now = at;
            match event {
                Event::Arrive => {
                    self.submit();
                    let gap = -(1.0 - self.rng.uniform()).ln() / self.rate();
                    let next = self.now + Duration::from_secs_f64(gap);
                    if next < DAY {
                        self.schedule(next, Event::Arrive);
                    }
                }
                Event::Burst(size) => (0..size).for_each(|_| self.submit()),
                Event::Ask { index, generation } => self.ask(AgentId { index, generation }),
                Event::End { claim } => self.end(claim),
                Event::Cancel { sequence } => {
                    if let Some(task) = self.scheduler.cancel(self.now, sequence) {
                        self.settle(task);
                        self.stop(task);
                    }
                }
                Event::Tick => {
                    if self.tick_at == Some(self.now) {
                        self.tick_at = None;
                        self.scheduler.tick(self.now);
                    }
                }
            }
            self.follow_up();
        }
    }

    fn submit(&mut self) {
        let lane = Priority::ALL[[0, 1, 1, 2, 2, 2, 3, 3][self.rng.below(8) as usize]];
        let kind = self.rng.below(3) as usize;
        let home = (self.rng.below(5) == 0).then_some(self.rng.below(8) as usize);
        let submission = Submission { kind: self.kinds[kind], home, ..plain(lane) };
        let payload = self.submitted.len() as u32;
        match self.scheduler.submit(self.now, submission, payload) {
            Ok(sequence) => {
                let takes = [0.2, 0.8, 0.4][kind] * (0.6 * self.rng.normal()).exp();
                let hangs = self.rng.below(20_000) == 0;
                let takes = Duration::from_secs_f64(if hangs { 1_000.0 } else { takes });
                let at = self.now;
                self.submitted.push(Submitted { at, lane, home, kind, takes, hangs });
                self.settled.push(false);
                self.sequences.insert(sequence, payload);
                if self.rng.below(200) == 0 {
                    let at = self.now + takes.mul_f64(self.rng.uniform());
                    self.schedule(at, Event::Cancel { sequence });
                }
            }
            Err(SubmitError::Full { retry_after, .. }) => {
                assert_eq!(self.scheduler.queue().len(), 1_000);
                assert!(
                    retry_after > Duration::ZERO && retry_after <= seconds(1),
                    "{retry_after:?}"
                );
                self.rejected += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn ask(&mut self, agent: AgentId) {
        let queue = self.scheduler.queue();
        let contended = Priority::ALL.into_iter().all(|lane| queue.lane_len(lane) > 4);
        let Next::Run(claim) = self.scheduler.claim(self.now, agent) else { return };
        let tasks: Vec<u64> = claim.tasks.iter().map(|task| task.sequence).collect();
        let first = &self.submitted[claim.tasks[0].payload as usize];
        let lane = first.lane.index();
        assert!(tasks.len() == 1 || (first.kind == 2 && tasks.len() <= 4));
        for task in &claim.tasks {
            self.running.insert(task.payload, self.claims.len());
            let submitted = &self.submitted[task.payload as usize];
            assert_eq!((submitted.kind, submitted.lane.index()), (first.kind, lane));
            assert!(!self.settled[task.payload as usize], "{} runs again", task.sequence);
            self.wait_max[lane] = self.wait_max[lane].max(self.now - submitted.at);
        }
        if first.home.is_none() {
            assert!(self.last_started[lane] < Some(tasks[0]), "out of order");
            self.last_started[lane] = tasks.last().copied();
        }
        if contended {
            self.contended[lane] += tasks.len() as u64;
        }
        let of = |task: &u64| &self.submitted[self.sequences[task] as usize];
        let ends = self.now + tasks.iter().map(|task| of(task).takes).max().unwrap_or_default();
        let hangs = tasks.iter().any(|task| of(task).hangs);
        self.schedule(ends, Event::End { claim: self.claims.len() });
        self.claims.push(Some(RunningClaim { agent, tasks, ends, hangs }));
    }

    /// A task that was asked to stop does so a little later, unless it hangs.
    fn stop(&mut self, task: u32) {
        let Some(&claim) = self.running.get(&task) else { return };
        let stops = |claim: &RunningClaim| claim.tasks.len() == 1 && !claim.hangs;
        if self.claims[claim].as_ref().is_some_and(stops) {
            self.schedule(self.now + ms(50), Event::End { claim });
        }
    }

    fn end(&mut self, claim: usize) {
        let Some(running) = self.claims[claim].take() else { return };
        for &sequence in &running.tasks {
            let failed = self.rng.below(500) == 0 && running.tasks.len() == 1;
            let ending = if failed { Ending::Failed } else { Ending::Completed };
            let payload = self.sequences[&sequence];
            self.running.remove(&payload);
            if self.scheduler.finish(self.now, sequence, ending) {
                assert!(self.now <= running.ends);
                self.settle(payload);
            } else {
                assert!(self.settled[payload as usize]);
            }
        }
        self.scheduler.returned(running.agent);
        let AgentId { index, generation } = running.agent;
        self.schedule(self.now, Event::Ask { index, generation });
    }

    fn settle(&mut self, payload: u32) {
        let settled = &mut self.settled[payload as usize];
        assert!(!*settled, "{payload} ends twice");
        *settled = true;
    }

    /// Does what threads would do about decisions, and looks at what must always hold.
    fn follow_up(&mut self) {
        for Settled { payload, error } in self.scheduler.take_settled() {
            assert!(matches!(error, TaskError::TimedOut { .. }), "{error}");
            self.settle(payload);
            self.stop(payload);
        }
        for index in self.scheduler.take_called() {
            let generation = self.scheduler.agents().generation(index);
            self.schedule(self.now, Event::Ask { index, generation });
        }
        for AgentId { index, generation } in self.scheduler.take_started() {
            self.schedule(self.now + ms(1), Event::Ask { index, generation });
        }
        assert!(self.scheduler.queue().len() <= 1_000);
        let present = self.scheduler.agents().count();
        assert!((2..=8).contains(&present), "{present} agents");
        if present != self.present {
            self.changes.push((self.now, present));
            self.present = present;
        }
        let next = self.scheduler.next_tick();
        if let Some(at) = next
            && self.tick_at.is_none_or(|planned| at < planned)
        {
            self.tick_at = Some(at.max(self.now));
            self.schedule(at.max(self.now), Event::Tick);
        }
    }
}

fn plain(priority: Priority) -> Submission {
    Submission { priority, kind: 0, home: None, timeout: None, complexity: 0.0 }
}

/// Agents come at least a cooldown after any change, and go only after a minute with one to spare.
fn assert_no_flapping(changes: &[(Duration, usize)]) {
    let mut before = (Duration::ZERO, 2);
    let mut last_up = None;
    for &(at, count) in changes {
        assert!(before.0 == Duration::ZERO || at - before.0 >= seconds(30), "{before:?}, {at:?}");
        if count > before.1 {
            last_up = Some(at);
            assert!(count <= 2 * before.1);
        } else {
            assert!(last_up.is_some_and(|up| at - up >= seconds(60)), "{last_up:?}, {at:?}");
            assert_eq!(count, before.1 - 1);
        }
        before = (at, count);
    }
}

#[test]
fn a_day_of_load_is_handled() {
    let mut day = Day::new(7);
    day.run();
    assert!(day.settled.iter().all(|settled| *settled), "a task has no end");
    assert!(day.scheduler.is_drained());
    let statistics = day.scheduler.statistics();
    let ended = statistics.completed
        + statistics.failed
        + statistics.cancelled
        + statistics.timed_out_waiting
        + statistics.timed_out_running;
    let accepted = day.submitted.len() as u64;
    assert_eq!((statistics.submitted, ended), (accepted, accepted));
    assert!(accepted > 150_000 && statistics.completed > accepted * 9 / 10, "{statistics:?}");
    assert_eq!(statistics.rejected, day.rejected);
    assert!(day.rejected >= 2_000, "the flood alone is 3,000");

    // Each lane got its share of the starts while all had tasks waiting.
    let contended: u64 = day.contended.iter().sum();
    assert!(contended > 1_000);
    for (count, weight) in day.contended.iter().zip([1.0, 0.8, 0.6, 0.4]) {
        let share = *count as f64 / contended as f64;
        assert!((share / (weight / 2.8) - 1.0).abs() < 0.1, "{:?}", day.contended);
    }
    for (wait, lane) in day.wait_max.iter().zip(ExecutorOptions::default().lanes) {
        assert!(*wait < lane.timeout, "{:?}", day.wait_max);
    }

    let agents = statistics.agents;
    assert_eq!((agents.present, agents.idle, agents.hung), (2, 2, 0));
    assert!(agents.replaced > 0 && statistics.stolen > 0, "{statistics:?}");
    assert!(day.changes.iter().any(|(_, present)| *present == 8));
    assert_no_flapping(&day.changes);
}
