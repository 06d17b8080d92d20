//! Batches, homes, who is called, and how many agents there are.

use super::*;
use crate::executor::Priority::{High, Normal};
use crate::executor::options::AgentOptions;

fn gather(rig: &Rig) -> Submission {
    Submission { kind: rig.gathering, ..rig.submission(Normal) }
}

#[test]
fn a_full_batch_does_not_wait() {
    let mut rig = Rig::new(1, |_| {});
    for _ in 0..9 {
        rig.submit(gather(&rig)).unwrap();
    }
    assert_eq!(rig.run(0), [0, 1, 2, 3]);
    assert_eq!(rig.run(0), [4, 5, 6, 7]);
    assert!(rig.run(0).is_empty(), "the last waits for others");
    let statistics = rig.scheduler.statistics();
    assert_eq!((statistics.batches, statistics.batched), (2, 8));
}

#[test]
fn a_batch_that_is_not_full_waits_for_its_delay() {
    let mut rig = Rig::new(1, |_| {});
    rig.submit(gather(&rig)).unwrap();
    rig.pass(ms(60));
    rig.submit(gather(&rig)).unwrap();
    assert!(rig.run(0).is_empty());
    assert_eq!(rig.scheduler.next_tick(), Some(ms(100)));
    rig.pass(ms(39));
    assert!(rig.run(0).is_empty());
    rig.pass(ms(1));
    assert_eq!(rig.scheduler.take_called(), [0]);
    assert_eq!(rig.run(0), [0, 1]);
}

#[test]
fn a_batch_that_cannot_grow_does_not_hold_up_what_follows() {
    let mut rig = Rig::new(1, |_| {});
    rig.submit(gather(&rig)).unwrap();
    rig.submit(gather(&rig)).unwrap();
    rig.submit_to(Normal);
    rig.submit(gather(&rig)).unwrap();
    assert_eq!(rig.run(0), [0, 1]);
    assert_eq!(rig.run(0), [2]);
    assert!(rig.run(0).is_empty());
}

#[test]
fn batches_hold_one_kind_and_can_be_switched_off() {
    let mut rig = Rig::new(1, |_| {});
    let other = rig.scheduler.add_kind("other", None, true);
    for kind in [rig.gathering, rig.gathering, other, other, other, other, rig.gathering] {
        rig.submit(Submission { kind, ..rig.submission(Normal) }).unwrap();
    }
    assert_eq!([rig.run(0), rig.run(0)], [vec![0, 1], vec![2, 3, 4, 5]]);
    let mut rig = Rig::new(1, |options| options.batching = None);
    for _ in 0..4 {
        rig.submit(gather(&rig)).unwrap();
    }
    assert_eq!(rig.run(0), [0]);
}

fn homed(rig: &Rig, home: usize) -> Submission {
    Submission { home: Some(home), ..rig.submission(Normal) }
}

#[test]
fn a_task_is_left_to_its_home_for_a_while() {
    let mut rig = Rig::new(2, |_| {});
    rig.submit(homed(&rig, 1)).unwrap();
    assert_eq!(rig.scheduler.take_called(), [1], "its home is called");
    assert!(rig.start(0).is_empty());
    assert_eq!(rig.start(1), [0]);
    rig.submit(homed(&rig, 1)).unwrap();
    assert!(rig.scheduler.take_called().is_empty(), "its home is busy");
    assert_eq!(rig.scheduler.next_tick(), Some(ms(100)));
    rig.pass(ms(99));
    assert!(rig.start(0).is_empty());
    rig.pass(ms(1));
    assert_eq!(rig.scheduler.take_called(), [0]);
    assert_eq!(rig.start(0), [1]);
    assert_eq!(rig.scheduler.statistics().stolen, 1);
}

#[test]
fn a_crowd_for_one_agent_is_shared_at_once() {
    let mut rig = Rig::new(2, |_| {});
    for _ in 0..3 {
        rig.submit(homed(&rig, 1)).unwrap();
    }
    assert!(rig.start(0).is_empty());
    rig.submit(homed(&rig, 1)).unwrap();
    assert_eq!(rig.start(0), [0]);
    assert!(rig.start(0).is_empty(), "three are no crowd");
}

#[test]
fn without_stealing_only_the_home_takes_its_tasks() {
    let mut rig = Rig::new(2, |options| options.stealing = None);
    rig.submit(homed(&rig, 1)).unwrap();
    rig.pass(seconds(100));
    assert!(rig.start(0).is_empty());
    assert_eq!(rig.start(1), [0]);
    // There is no agent 7.
    rig.submit(homed(&rig, 7)).unwrap();
    assert_eq!(rig.start(0), [1]);
}

#[test]
fn a_home_s_tasks_keep_their_place_among_the_others() {
    let mut rig = Rig::new(2, |_| {});
    for home in [None, Some(0), None, Some(0)] {
        rig.submit(Submission { home, ..rig.submission(Normal) }).unwrap();
    }
    let started: Vec<u32> = (0..4).flat_map(|_| rig.run(0)).collect();
    assert_eq!(started, [0, 1, 2, 3]);
}

#[test]
fn idle_agents_are_called_by_rank_and_then_in_turn() {
    let ranked = |rank| AgentOptions { rank, ..AgentOptions::default() };
    let mut rig = Rig::new(4, |options| options.agents = [0, 2, 0, 2].map(ranked).to_vec());
    let mut called = Vec::new();
    for _ in 0..6 {
        rig.submit_to(High);
        rig.pass(ms(1));
        for agent in rig.scheduler.take_called() {
            called.push(agent);
            assert_eq!(rig.run(agent).len(), 1);
            assert!(rig.run(agent).is_empty());
        }
    }
    assert_eq!(called, [1, 3, 1, 3, 1, 3]);
    let called: Vec<Vec<usize>> = (0..5)
        .map(|_| {
            rig.submit_to(High);
            rig.scheduler.take_called()
        })
        .collect();
    assert_eq!(called, [vec![1], vec![3], vec![0], vec![2], vec![]]);
}

#[test]
fn an_agent_that_finds_nothing_calls_the_one_that_would() {
    let mut rig = Rig::new(2, |options| options.stealing = None);
    let (_, first) = rig.submit(rig.submission(Normal)).unwrap();
    assert_eq!(rig.scheduler.take_called(), [0]);
    rig.scheduler.cancel(rig.now, first).unwrap();
    rig.submit(homed(&rig, 1)).unwrap();
    assert!(rig.start(0).is_empty());
    assert_eq!(rig.scheduler.take_called(), [1]);
}

#[test]
fn agents_come_with_load_and_go_without() {
    let mut rig = Rig::new(2, |options| options.scaling.agents_max = 8);
    for _ in 0..49 {
        rig.submit_to(Normal);
    }
    rig.pass(ms(499));
    assert!(rig.scheduler.take_started().is_empty());
    rig.submit_to(Normal);
    assert_eq!(rig.scheduler.next_tick(), Some(rig.now), "50 tasks wait");
    rig.pass(Duration::ZERO);
    let started = rig.scheduler.take_started();
    assert_eq!(started.iter().map(|agent| agent.index).collect::<Vec<_>>(), [2, 3]);
    rig.agents.extend(started);
    rig.pass(seconds(29));
    assert!(rig.scheduler.take_started().is_empty(), "cooling down");
    rig.pass(seconds(1));
    rig.agents.extend(rig.scheduler.take_started());
    assert_eq!(rig.agents.len(), 8);
    for agent in (0..8).cycle().take(60) {
        rig.run(agent);
    }
    let statistics = rig.scheduler.statistics();
    assert_eq!((statistics.agents.present, statistics.agents.idle), (8, 8));
    let mut present = vec![8];
    for _ in 0..400 {
        rig.pass(seconds(1));
        present.push(rig.scheduler.statistics().agents.present);
    }
    let gone: Vec<usize> = (1..401).filter(|&i| present[i] < present[i - 1]).collect();
    assert_eq!(gone, [60, 90, 120, 150, 180, 210], "after 60 s, then every 30 s");
    assert_eq!(present.last(), Some(&2));
    let dismissed = rig.agents[7];
    assert!(matches!(rig.scheduler.claim(rig.now, dismissed), Next::Exit));
    let statistics = rig.scheduler.statistics();
    assert_eq!((statistics.agents.scaled_up, statistics.agents.scaled_down), (2, 6));
}

#[test]
fn a_thread_that_was_refused_is_asked_for_again_after_the_cooldown() {
    let mut options = ExecutorOptions::default();
    options.scaling.agents_min = 1;
    let mut scheduler: Scheduler<u32> = Scheduler::new(options, Duration::ZERO);
    let agent = scheduler.take_started()[0];
    scheduler.refused(Duration::ZERO, agent);
    scheduler.tick(seconds(29));
    assert!(scheduler.take_started().is_empty());
    assert_eq!(scheduler.next_tick(), Some(seconds(30)));
    scheduler.tick(seconds(30));
    let again = scheduler.take_started();
    assert_eq!((again[0].index, again[0].generation), (0, 2));
    assert_eq!(scheduler.statistics().agents.refused, 1);
}
