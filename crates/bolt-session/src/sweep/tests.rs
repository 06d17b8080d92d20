use std::sync::Arc;
use std::time::Duration;

use bolt_base::ManualClock;
use bolt_exec::CancelToken;
use bolt_market::sweep::{Grid, Parameter};

use super::{Assessment, Done, SweepOutcome, SweepRequest};
use crate::tests::{bars, session, signal};
use crate::{MarketEvents, Session, Trading};

fn request(session: &Session, seed: u64) -> SweepRequest {
    SweepRequest {
        plan: signal("close > SMA[close, n]"),
        trading: Trading::of_config(&session.config),
        grid: Grid::new(vec![Parameter::parse("n=2..20").unwrap()]).unwrap(),
        condition: None,
        events: MarketEvents::default(),
        seed,
    }
}

fn sweep(session: &Session, seed: u64, done: Done) -> SweepOutcome {
    let request = request(session, seed);
    let all = session.combinations(&request).unwrap();
    session.sweep(&bars(), &request, &all, done, &CancelToken::default(), &mut |_| Ok(())).unwrap()
}

fn assessment(outcome: &SweepOutcome) -> Assessment {
    outcome.selection.clone().unwrap().unwrap()
}

#[test]
fn an_assessment_counts_for_its_rows_and_seed_only() {
    let session = session(&[]).unwrap();
    let first = sweep(&session, 1, Done::default());
    let measured = assessment(&first);
    assert_eq!((measured.tried, measured.seed), (19, 1));
    let known = Assessment { independent_tries: -1.0, ..measured.clone() };
    let with = |rows: usize, seed: u64| {
        let done = Done { rows: first.rows[..rows].to_vec(), assessment: Some(known.clone()) };
        let found = sweep(&session, seed, done);
        assert_eq!(format!("{:?}", found.rows), format!("{:?}", first.rows));
        assessment(&found)
    };
    assert_eq!(with(19, 1), known);
    assert_eq!(with(18, 1), measured);
    assert_eq!(with(19, 2), Assessment { seed: 2, ..measured });
}

#[test]
fn of_a_sweep_that_was_interrupted_nothing_is_said() {
    let (session, cancel) = (session(&[]).unwrap(), CancelToken::default());
    cancel.cancel();
    let request = request(&session, 1);
    let all = session.combinations(&request).unwrap();
    let found = session.sweep(&bars(), &request, &all, Done::default(), &cancel, &mut |_| Ok(()));
    let json = found.unwrap().to_json();
    assert!(json["combinations"] == 0 && json["selection"].is_null(), "{json}");
    assert_eq!(json["reasons"]["selection"], "the sweep was interrupted");
}

#[test]
fn rows_come_every_few_seconds() {
    // Both ways of running combinations.
    for stop_loss in [None, Some(0.05)] {
        let (clock, mut session) =
            (Arc::new(ManualClock::default()), session(&[("exec.threads", "1")]).unwrap());
        session.clock = clock.clone();
        let mut request = request(&session, 1);
        request.trading.stop_loss = stop_loss;
        let all = session.combinations(&request).unwrap();
        let mut batches = Vec::new();
        let sink = &mut |rows: &[_]| {
            batches.push(rows.len());
            clock.advance(Duration::from_millis(1250) * rows.len() as u32);
            Ok(())
        };
        let cancel = CancelToken::default();
        session.sweep(&bars(), &request, &all, Done::default(), &cancel, sink).unwrap();
        assert_eq!(batches, [8, 4, 4, 3]);
    }
}
