//! Order within lanes, shares between them, and the limit of what waits.

use super::*;
use crate::executor::Priority::{Critical, High, Low, Normal};

#[test]
fn a_lane_is_first_in_first_out() {
    let mut rig = Rig::new(1, |_| {});
    let tasks: Vec<u32> = (0..100).map(|_| rig.submit_to(Normal)).collect();
    let started: Vec<u32> = (0..100).flat_map(|_| rig.run(0)).collect();
    assert_eq!(started, tasks);
    assert!(rig.run(0).is_empty());
}

#[test]
fn the_task_beyond_the_limit_is_refused_and_told_when_to_try_again() {
    let mut rig = Rig::new(1, |_| {});
    for _ in 0..1_000 {
        rig.submit_to(Low);
    }
    let refused = |rig: &mut Rig| match rig.submit(rig.submission(Critical)) {
        Err(SubmitError::Full { waiting_max: 1_000, retry_after }) => retry_after,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&mut rig), seconds(1), "nothing has been started yet");
    // One start in 20 ms.
    for _ in 0..20 {
        rig.pass(ms(20));
        assert_eq!(rig.run(0).len(), 1);
        rig.submit_to(Low);
    }
    assert_eq!(refused(&mut rig), ms(20));
    let statistics = rig.scheduler.statistics();
    assert_eq!((statistics.submitted, statistics.rejected), (1_020, 2));
    assert_eq!(statistics.lane(Low).waiting, 1_000);
    // A place is free as soon as a deadline makes it so.
    let first_deadline = seconds(60) - rig.now;
    rig.pass(first_deadline - ms(5));
    assert_eq!(refused(&mut rig), ms(5));
    assert_eq!(rig.pass(ms(5)).len(), 980);
    assert!(rig.submit(rig.submission(Critical)).is_ok());
}

/// Keeps some lanes full and counts which are served.
fn shares(lanes: &[Priority], starts: usize) -> Vec<usize> {
    let mut rig = Rig::new(1, |_| {});
    let mut lane_of = std::collections::HashMap::new();
    let mut counts = vec![0; lanes.len()];
    for (i, &lane) in lanes.iter().enumerate() {
        for _ in 0..3 {
            lane_of.insert(rig.submit_to(lane), i);
        }
    }
    for _ in 0..starts {
        let served = lane_of[&rig.run(0)[0]];
        counts[served] += 1;
        lane_of.insert(rig.submit_to(lanes[served]), served);
    }
    counts
}

#[test]
fn full_lanes_share_starts_by_weight() {
    // 1.0, 0.8, 0.6 and 0.4 of 2.8.
    let counts = shares(&Priority::ALL, 2_800);
    for (count, expected) in counts.iter().zip([1_000i64, 800, 600, 400]) {
        assert!((*count as i64 - expected).abs() <= 1, "{counts:?}");
    }
    let counts = shares(&[Critical, Low], 1_400);
    assert!(counts[0].abs_diff(1_000) <= 1 && counts[1].abs_diff(400) <= 1, "{counts:?}");
}

#[test]
fn low_is_served_at_least_every_eighth_start_beside_full_lanes() {
    let mut rig = Rig::new(1, |_| {});
    for _ in 0..200 {
        for lane in [Critical, High, Normal] {
            rig.submit_to(lane);
        }
    }
    let low: Vec<u32> = (0..50).map(|_| rig.submit_to(Low)).collect();
    let starts: Vec<u32> = (0..400).flat_map(|_| rig.run(0)).collect();
    let at: Vec<usize> = (0..starts.len()).filter(|&i| low.contains(&starts[i])).collect();
    assert_eq!(at.len(), 50);
    assert!(at[0] < 8 && at.windows(2).all(|pair| pair[1] - pair[0] <= 8), "{at:?}");
}

#[test]
fn a_lane_that_was_empty_saves_nothing_up() {
    let mut rig = Rig::new(1, |_| {});
    for _ in 0..400 {
        rig.submit_to(Critical);
    }
    (0..300).for_each(|_| assert_eq!(rig.run(0).len(), 1));
    let low: Vec<u32> = (0..50).map(|_| rig.submit_to(Low)).collect();
    let next: Vec<u32> = (0..14).flat_map(|_| rig.run(0)).collect();
    let served = next.iter().filter(|task| low.contains(task)).count();
    assert!((4..=5).contains(&served), "0.4 of 1.4: {served} of 14");
}

#[test]
fn of_lanes_at_the_same_pass_the_most_urgent_is_served() {
    let mut rig = Rig::new(1, |_| {});
    let tasks = [Low, Normal, High, Critical].map(|lane| rig.submit_to(lane));
    let started: Vec<u32> = (0..4).flat_map(|_| rig.run(0)).collect();
    assert_eq!(started, tasks.into_iter().rev().collect::<Vec<_>>());
}

#[test]
fn waits_are_measured_by_lane() {
    let mut rig = Rig::new(1, |_| {});
    for wait in [10, 20, 30] {
        rig.submit_to(High);
        rig.pass(ms(wait));
        rig.run(0);
    }
    let statistics = rig.scheduler.statistics();
    let lane = statistics.lane(High);
    assert_eq!((lane.started, lane.wait_max), (3, ms(30)));
    assert!(lane.wait_p50.is_some_and(|p50| p50 >= ms(20) && p50 < ms(24)), "{lane:?}");
    assert!(lane.wait_p95.is_some_and(|p95| p95 >= ms(30) && p95 < ms(36)), "{lane:?}");
    assert_eq!(statistics.lane(Low).wait_p50, None);
}
