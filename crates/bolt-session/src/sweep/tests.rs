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
        let (rows, assessment) = (first.rows[..rows].to_vec(), Some(known.clone()));
        assessment_of(&sweep(&session, seed, Done { rows, assessment }), &first)
    };
    assert_eq!(with(19, 1), known);
    assert_eq!(with(18, 1), measured);
    assert_eq!(with(19, 2), Assessment { seed: 2, ..measured });
}

/// Returns what is said of rows, which must be those of another sweep.
fn assessment_of(found: &SweepOutcome, other: &SweepOutcome) -> Assessment {
    assert_eq!(format!("{:?}", found.rows), format!("{:?}", other.rows));
    assessment(found)
}
