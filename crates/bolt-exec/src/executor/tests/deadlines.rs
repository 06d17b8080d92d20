//! How tasks end otherwise than by a result, and what becomes of agents that hang.

use super::*;
use crate::executor::Phase;
use crate::executor::Priority::{Critical, High, Low, Normal};

fn timed_out(phase: Phase, limit: Duration) -> TaskError {
    TaskError::TimedOut { kind: "plain".into(), phase, limit }
}

#[test]
fn a_deadline_counts_from_submission() {
    for (lane, limit) in [(Critical, 300), (High, 180), (Normal, 120), (Low, 60)] {
        let mut rig = Rig::new(1, |_| {});
        rig.submit_to(lane);
        assert_eq!(rig.pass(seconds(limit) - ms(1)), []);
        assert_eq!(rig.pass(ms(1)), [(0, timed_out(Phase::Waiting, seconds(limit)))]);
        assert!(rig.run(0).is_empty());
        assert_eq!(rig.scheduler.statistics().timed_out_waiting, 1);
        // The time it waited is taken off the time to run.
        rig.submit_to(lane);
        rig.pass(seconds(40));
        let claim = rig.claim(0).unwrap();
        assert_eq!(claim.tasks[0].deadline, rig.now + seconds(limit - 40));
        assert_eq!(rig.pass(seconds(limit - 40)), [(1, timed_out(Phase::Running, seconds(limit)))]);
        assert_eq!(rig.scheduler.statistics().timed_out_running, 1);
    }
}

#[test]
fn a_task_may_have_less_time_than_its_lane_but_no_more() {
    let mut rig = Rig::new(1, |_| {});
    for timeout in [5, 500] {
        let timeout = Some(seconds(timeout));
        rig.submit(Submission { timeout, ..rig.submission(Low) }).unwrap();
    }
    assert_eq!(rig.pass(seconds(5)), [(0, timed_out(Phase::Waiting, seconds(5)))]);
    assert_eq!(rig.pass(seconds(55)), [(1, timed_out(Phase::Waiting, seconds(60)))]);
}

#[test]
fn a_kind_s_timeout_counts_from_the_start() {
    let mut rig = Rig::new(1, |_| {});
    let kind = rig.scheduler.add_kind("pattern_search", None, false);
    let search = Submission { kind, complexity: 10.0, ..rig.submission(Normal) };
    rig.submit(search).unwrap();
    rig.pass(seconds(7));
    assert_eq!(rig.claim(0).unwrap().tasks[0].deadline, seconds(37));
    let error = TaskError::TimedOut {
        kind: "pattern_search".into(),
        phase: Phase::Running,
        limit: seconds(30),
    };
    assert_eq!(rig.pass(seconds(30)), [(0, error)]);
}

#[test]
fn a_kind_s_timeout_follows_what_its_tasks_take() {
    let mut rig = Rig::new(1, |_| {});
    let kind = rig.scheduler.add_kind("slow", Some(seconds(10)), false);
    let slow = Submission { kind, ..rig.submission(Critical) };
    let mut run = |takes: Duration| {
        rig.submit(slow).unwrap();
        let claim = rig.claim(0).unwrap();
        let allowed = claim.tasks[0].deadline - rig.now;
        rig.pass(takes.min(allowed));
        rig.scheduler.finish(rig.now, claim.tasks[0].sequence, Ending::Completed);
        rig.scheduler.returned(rig.agents[0]);
        allowed
    };
    assert_eq!(run(seconds(8)), seconds(10));
    (0..20).for_each(|_| {
        run(seconds(8));
    });
    let allowed = run(seconds(8));
    assert!(allowed >= seconds(24) && allowed < seconds(29), "{allowed:?}");
    // Tasks that are stopped count as long as they were let run.
    (0..40).for_each(|_| {
        run(seconds(200));
    });
    assert!(run(seconds(200)) > seconds(60));
}

#[test]
fn a_result_after_the_deadline_comes_too_late() {
    let mut rig = Rig::new(1, |_| {});
    rig.submit_to(Low);
    let claim = rig.claim(0).unwrap();
    assert_eq!(rig.pass(seconds(60)).len(), 1);
    assert!(!rig.scheduler.finish(rig.now, claim.tasks[0].sequence, Ending::Completed));
    let statistics = rig.scheduler.statistics();
    assert_eq!((statistics.completed, statistics.late, statistics.running), (0, 1, 0));
}

#[test]
fn an_expired_task_is_never_started() {
    let mut rig = Rig::new(1, |_| {});
    rig.submit_to(Low);
    rig.now = seconds(60);
    assert!(rig.run(0).is_empty());
    assert_eq!(rig.settled().len(), 1);
}

#[test]
fn a_task_is_cancelled_once_whether_it_waits_or_runs() {
    let mut rig = Rig::new(1, |_| {});
    let numbers: Vec<u64> = (0..2).map(|_| rig.submit(rig.submission(Normal)).unwrap().1).collect();
    let claim = rig.claim(0).unwrap();
    assert_eq!(rig.scheduler.cancel(rig.now, numbers[0]), Some(0));
    assert_eq!(rig.scheduler.cancel(rig.now, numbers[0]), None);
    assert_eq!(rig.scheduler.cancel(rig.now, numbers[1]), Some(1));
    assert_eq!(rig.scheduler.cancel(rig.now, numbers[1]), None);
    assert!(!rig.scheduler.finish(rig.now, claim.tasks[0].sequence, Ending::Completed));
    assert!(rig.run(0).is_empty());
    assert_eq!(rig.pass(seconds(1_000)), []);
    let statistics = rig.scheduler.statistics();
    assert_eq!((statistics.cancelled, statistics.late, statistics.timed_out_running), (2, 1, 0));
    assert!(rig.scheduler.is_drained());
}

#[test]
fn an_agent_that_hangs_is_replaced_and_its_thread_let_go_when_it_returns() {
    let mut rig = Rig::new(1, |_| {});
    rig.submit_to(Low);
    let claim = rig.claim(0).unwrap();
    rig.submit_to(Critical);
    assert_eq!(rig.pass(seconds(60)).len(), 1);
    assert_eq!(rig.scheduler.next_tick(), Some(seconds(70)));
    rig.pass(seconds(10) - ms(1));
    assert!(rig.scheduler.take_started().is_empty());
    rig.pass(ms(1));
    let lost = std::mem::replace(&mut rig.agents, rig.scheduler.take_started());
    assert_eq!((rig.agents.len(), rig.agents[0].index), (1, 0));
    assert_eq!(rig.run(0), [1]);
    assert_eq!(rig.scheduler.statistics().agents.hung, 1);
    assert!(!rig.scheduler.finish(rig.now, claim.tasks[0].sequence, Ending::Completed));
    rig.scheduler.returned(lost[0]);
    assert!(matches!(rig.scheduler.claim(rig.now, lost[0]), Next::Exit));
    let agents = rig.scheduler.statistics().agents;
    assert_eq!((agents.hung, agents.replaced, agents.present), (0, 1, 1));
}

#[test]
fn an_agent_counts_as_hung_from_the_deadline_that_its_task_had() {
    let mut rig = Rig::new(1, |_| {});
    let kind = rig.scheduler.add_kind("pattern_search", None, false);
    let search = Submission { kind, timeout: Some(seconds(18)), ..rig.submission(Normal) };
    rig.submit(search).unwrap();
    rig.start(0);
    assert_eq!(rig.pass(seconds(15)).len(), 1);
    for (by, replaced) in [(3, 0), (6, 0), (1, 1)] {
        rig.pass(seconds(by));
        assert_eq!(rig.scheduler.take_started().len(), replaced, "{:?}", rig.now);
    }
}

#[test]
fn a_task_that_is_over_wakes_nobody() {
    let mut rig = Rig::new(1, |_| {});
    let (_, sequence) = rig.submit(rig.submission(Normal)).unwrap();
    assert!(rig.scheduler.next_tick().is_some());
    rig.scheduler.cancel(rig.now, sequence).unwrap();
    rig.start(0);
    assert_eq!(rig.scheduler.next_tick(), None);
    rig.submit_to(Normal);
    rig.run(0);
    rig.start(0);
    assert_eq!(rig.scheduler.next_tick(), None);
}

#[test]
fn only_so_many_threads_may_be_lost() {
    let mut rig = Rig::new(2, |options| options.hung_max = 1);
    for _ in 0..2 {
        rig.submit_to(Low);
    }
    let claims = [rig.claim(0).unwrap(), rig.claim(1).unwrap()];
    rig.pass(seconds(60));
    rig.pass(seconds(10));
    let first = rig.scheduler.take_started();
    assert_eq!(first.len(), 1);
    rig.pass(seconds(10));
    assert!(rig.scheduler.take_started().is_empty());
    // The lost one comes back, and there is room for another.
    let lost = rig.agents[first[0].index];
    rig.scheduler.finish(rig.now, claims[first[0].index].tasks[0].sequence, Ending::Completed);
    rig.scheduler.returned(lost);
    rig.pass(seconds(10));
    assert_eq!(rig.scheduler.take_started().len(), 1);
}

#[test]
fn a_batch_that_hangs_loses_one_thread() {
    let mut rig = Rig::new(1, |_| {});
    for _ in 0..4 {
        let gather = Submission { kind: rig.gathering, ..rig.submission(Low) };
        rig.submit(gather).unwrap();
    }
    assert_eq!(rig.start(0).len(), 4);
    assert_eq!(rig.pass(seconds(60)).len(), 4);
    rig.pass(seconds(10));
    assert_eq!(rig.scheduler.take_started().len(), 1);
    assert_eq!(rig.scheduler.statistics().agents.replaced, 1);
}

#[test]
fn after_closing_what_waits_is_run_and_then_agents_leave() {
    let mut rig = Rig::new(2, |_| {});
    rig.submit(Submission { kind: rig.gathering, ..rig.submission(Low) }).unwrap();
    rig.submit_to(High);
    rig.scheduler.take_called();
    rig.scheduler.close(rig.now);
    assert_eq!(rig.submit(rig.submission(High)), Err(SubmitError::Closed));
    assert_eq!(rig.run(0), [1]);
    assert_eq!(rig.run(0), [0], "a batch does not wait for others any more");
    assert_eq!(rig.scheduler.take_called(), [1]);
    for agent in rig.agents.clone() {
        assert!(matches!(rig.scheduler.claim(rig.now, agent), Next::Exit));
    }
    assert!(rig.scheduler.is_drained());
    assert_eq!(rig.scheduler.statistics().agents.present, 0);
    assert_eq!(rig.scheduler.next_tick(), None);
}

#[test]
fn what_is_abandoned_is_settled_and_agents_leave() {
    let mut rig = Rig::new(2, |_| {});
    for _ in 0..3 {
        rig.submit_to(Normal);
    }
    let claim = rig.claim(0).unwrap();
    rig.scheduler.close(rig.now);
    rig.scheduler.abandon(rig.now);
    let expected: Vec<_> = (0..3).map(|task| (task, TaskError::Stopped)).collect();
    assert_eq!(rig.settled(), expected);
    assert!(!rig.scheduler.finish(rig.now, claim.tasks[0].sequence, Ending::Completed));
    assert!(matches!(rig.scheduler.claim(rig.now, rig.agents[0]), Next::Exit));
    assert!(matches!(rig.scheduler.claim(rig.now, rig.agents[1]), Next::Exit));
    let statistics = rig.scheduler.statistics();
    assert_eq!((statistics.stopped, statistics.late, statistics.cancelled), (3, 1, 0));
}

#[test]
fn a_clock_that_goes_back_is_taken_for_one_that_stands() {
    let mut rig = Rig::new(1, |_| {});
    rig.pass(seconds(100));
    rig.submit_to(Low);
    rig.now = seconds(3);
    rig.submit_to(Low);
    assert_eq!(rig.pass(ms(1)), []);
    let claim = rig.claim(0).unwrap();
    assert_eq!(claim.tasks[0].deadline, seconds(160));
    assert_eq!(rig.scheduler.statistics().lane(Low).wait_max, Duration::ZERO);
}

#[test]
fn errors_say_what_happened() {
    let kind: std::sync::Arc<str> = "code_analysis".into();
    let told = |error: TaskError| error.to_string();
    let error = |phase| TaskError::TimedOut { kind: kind.clone(), phase, limit: seconds(60) };
    assert_eq!(told(error(Phase::Waiting)), "the task `code_analysis` did not start within 60s");
    assert_eq!(told(error(Phase::Running)), "the task `code_analysis` did not end within 60s");
    let panicked = TaskError::Panicked { kind: kind.clone(), message: "index".to_owned() };
    assert_eq!(told(panicked), "the task `code_analysis` panicked: index");
    let sizes = TaskError::BatchSize { kind, requests: 4, results: 3 };
    assert_eq!(told(sizes), "the handler of `code_analysis` returned 3 results for 4 requests");
    let full = SubmitError::Full { waiting_max: 1_000, retry_after: ms(20) };
    assert_eq!(full.to_string(), "1000 tasks wait, which is the limit; try again in 20ms");
}
