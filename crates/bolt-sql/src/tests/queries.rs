//! Listing, finding, comparing and deleting.

use super::*;
use crate::{ErrorKind, PruneRule, RunFilter, TradeFilter};

#[track_caller]
fn check_runs(filter: &RunFilter, expected: &[usize]) {
    let fixture = Fixture::with_trades(6, 1);
    let found = fixture.store.runs(filter).unwrap();
    let names: Vec<&str> = found.iter().map(|record| record.run.name.as_str()).collect();
    let expected: Vec<String> = expected.iter().map(|i| format!("Run {i}")).collect();
    assert_eq!(names, expected, "{filter:?}");
}

#[test]
fn runs_are_listed_newest_first() {
    let all = RunFilter::default();
    check_runs(&all, &[5, 4, 3, 2, 1, 0]);
    check_runs(&RunFilter { limit: Some(2), ..all.clone() }, &[5, 4]);
    check_runs(&RunFilter { limit: Some(0), ..all.clone() }, &[]);
    check_runs(&RunFilter { limit: Some(u64::MAX), ..all.clone() }, &[5, 4, 3, 2, 1, 0]);
    check_runs(&RunFilter { kind: Some(RunKind::Sweep), ..all.clone() }, &[4, 1]);
    check_runs(&RunFilter { name: Some("RUN 3".into()), ..all.clone() }, &[3]);
    check_runs(&RunFilter { name: Some("%".into()), ..all.clone() }, &[]);
    check_runs(
        &RunFilter { formula: Some("sma[CLOSE, 20]".into()), limit: Some(1), ..all.clone() },
        &[5],
    );
    check_runs(&RunFilter { formula: Some("RSI".into()), ..all.clone() }, &[]);
    check_runs(&RunFilter { from: Some(minute(4)), ..all.clone() }, &[5, 4]);
    check_runs(&RunFilter { from: Some(minute(1)), until: Some(minute(3)), ..all }, &[2, 1]);
}

#[test]
fn runs_of_one_moment_are_listed_in_the_order_of_recording() {
    let mut fixture = Fixture::new();
    let mut ids = [0, 0, 0].map(|i| fixture.record(&run(i)));
    ids.reverse();
    let found: Vec<RunId> =
        fixture.store.runs(&RunFilter::default()).unwrap().into_iter().map(|r| r.id).collect();
    assert_eq!(found, ids);
}

#[track_caller]
fn check_trades(filter: &TradeFilter, expected: &[usize]) {
    let fixture = Fixture::with_trades(2, 15);
    let found: Vec<TradeRecord> =
        fixture.store.trades(filter).unwrap().into_iter().map(|found| found.trade).collect();
    let expected: Vec<TradeRecord> = expected.iter().map(|i| trade(*i)).collect();
    assert_eq!(found, expected, "{filter:?}");
}

#[test]
fn trades_are_filtered() {
    let all = TradeFilter::default();
    check_trades(&all, &(0..30).collect::<Vec<_>>());
    check_trades(&TradeFilter { open: Some(true), ..all.clone() }, &[0, 10, 20]);
    check_trades(&TradeFilter { open: Some(false), limit: Some(3), ..all.clone() }, &[1, 2, 3]);
    let middle = TradeFilter { from: Some(minute(13)), until: Some(minute(17)), ..all.clone() };
    check_trades(&middle, &[13, 14, 15, 16]);
    check_trades(&TradeFilter { symbol: Some("AAPL".into()), ..middle.clone() }, &[14, 16]);
    check_trades(&TradeFilter { symbol: Some("aapl".into()), ..middle }, &[]);
}

#[test]
fn a_run_is_shown_with_its_trades() {
    let fixture = Fixture::with_trades(3, 20);
    let newest = &fixture.store.runs(&RunFilter::default()).unwrap()[1];
    assert_eq!(newest.run, run(1));
    assert_eq!(fixture.store.run(&newest.id).unwrap(), *newest);
    let filter = TradeFilter { run: Some(newest.id.clone()), ..TradeFilter::default() };
    let mut exported = Vec::new();
    fixture
        .store
        .export_trades(&filter, |found| exported.push((found.sequence, found.trade)))
        .unwrap();
    let expected: Vec<_> = (0..20).map(|i| (i, trade(20 + i as usize))).collect();
    assert_eq!(exported, expected);
}

#[test]
fn the_store_can_be_asked_while_it_exports() {
    let fixture = Fixture::with_trades(2, 3);
    let mut names = Vec::new();
    let ask =
        |found: crate::StoredTrade| names.push(fixture.store.run(&found.run).unwrap().run.name);
    fixture.store.export_trades(&TradeFilter::default(), ask).unwrap();
    assert_eq!(names, ["Run 0", "Run 0", "Run 0", "Run 1", "Run 1", "Run 1"]);
}

#[test]
fn batches_follow_one_another_in_a_run() {
    let mut fixture = Fixture::new();
    let id = fixture.record(&run(0));
    let mut written = 0;
    for count in [0, 1, 31, 32, 33, 65] {
        let batch: Vec<_> = (written..written + count).map(trade).collect();
        assert_eq!(fixture.store.batch_insert_trades(&id, batch).unwrap(), count);
        written += count;
    }
    let filter = TradeFilter { run: Some(id), ..TradeFilter::default() };
    let found = fixture.store.trades(&filter).unwrap();
    assert_eq!(found.len(), written);
    for (i, found) in found.iter().enumerate() {
        assert_eq!((found.sequence, &found.trade), (i as u64, &trade(i)));
    }
}

#[track_caller]
fn check_found(text: impl Fn(&[RunId]) -> String, expected: Result<usize, &str>) {
    let mut fixture = Fixture::new();
    let ids = [0, 0, 1].map(|i| fixture.record(&run(i)));
    let text = text(&ids);
    match (fixture.store.find_run(&text), expected) {
        (Ok(found), Ok(i)) => assert_eq!(found, ids[i], "{text}"),
        (Err(error), Err(expected)) => {
            assert!(error.to_string().contains(expected), "{error}");
        }
        (found, expected) => panic!("`{text}` found {found:?}, not {expected:?}"),
    }
}

#[test]
fn a_run_is_found_by_what_identifies_it() {
    check_found(|ids| ids[0].to_string(), Ok(0));
    check_found(|ids| ids[1].as_str()[..22].to_owned(), Ok(1));
    check_found(|ids| ids[1].as_str()[RunId::RANDOM_FROM..][..4].to_owned(), Ok(1));
    check_found(|_| "20260131-1426".into(), Ok(2));
    check_found(
        |_| "20260131-1425".into(),
        Err("`20260131-1425` fits several runs: `20260131-142512-"),
    );
    check_found(|_| "20270131".into(), Err("there is no run `20270131`"));
    check_found(|_| "".into(), Err("there is no run ``"));
    check_found(|_| "%".into(), Err("there is no run `%`"));
}

#[test]
fn runs_are_compared_figure_by_figure() {
    let mut fixture = Fixture::new();
    let figures = |pairs: &[(&str, f64)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect::<BTreeMap<_, _>>()
    };
    let first = Run { figures: figures(&[("sharpe", 1.5), ("calmar", f64::INFINITY)]), ..run(0) };
    let second = Run { figures: figures(&[("sharpe", -0.5), ("alpha", 0.1)]), ..run(1) };
    let ids = [fixture.record(&second), fixture.record(&first)];
    let comparison = fixture.store.compare(&ids).unwrap();
    assert_eq!(
        comparison.runs.iter().map(|r| &r.id).collect::<Vec<_>>(),
        ids.iter().collect::<Vec<_>>()
    );
    let expected = BTreeMap::from([
        ("alpha".to_owned(), vec![Some(0.1), None]),
        ("calmar".to_owned(), vec![None, Some(f64::INFINITY)]),
        ("sharpe".to_owned(), vec![Some(-0.5), Some(1.5)]),
    ]);
    assert_eq!(comparison.figures, expected);
}

#[test]
fn a_run_that_does_not_exist_is_an_error_everywhere() {
    let mut fixture = Fixture::new();
    let known = fixture.record(&run(0));
    let unknown = RunId("20260131-142512-xxxxxxxx".into());
    let filter = TradeFilter { run: Some(unknown.clone()), ..TradeFilter::default() };
    let store = &mut fixture.store;
    let errors = [
        store.run(&unknown).unwrap_err(),
        store.trades(&filter).unwrap_err(),
        store.batch_insert_trades(&unknown, [trade(0)]).unwrap_err(),
        store.compare(&[known.clone(), unknown.clone()]).unwrap_err(),
        store.delete_runs(&[known.clone(), unknown.clone()]).unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(&error.kind, ErrorKind::UnknownRun(id) if *id == unknown.0), "{error}");
    }
    store.run(&known).expect("a failed deletion deletes nothing");
}

/// Returns how many rows there are of everything.
fn row_counts(fixture: &Fixture) -> Vec<i64> {
    let connection = rusqlite::Connection::open(fixture.path()).unwrap();
    let count = |table| {
        connection
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
            .unwrap()
    };
    ["runs", "figures", "trades", "portfolios", "portfolio_history"].map(count).to_vec()
}

#[test]
fn a_deleted_run_leaves_nothing_behind_and_gives_its_space_back() {
    let mut fixture = Fixture::new();
    fixture.store.append_history("mine", &[point(0)]).unwrap();
    let before = row_counts(&fixture);
    let trades: Vec<_> = (0..5000).map(trade).collect();
    let points: Vec<_> = (0..500).map(point).collect();
    let ids =
        [0, 1].map(|i| fixture.store.record(&run(i), &trades, &points, &mut fixture.rng).unwrap());
    fixture.store.compact().unwrap();
    let full = std::fs::metadata(fixture.path()).unwrap().len();
    fixture.store.delete_runs(&ids).unwrap();
    assert_eq!(row_counts(&fixture), before);
    fixture.store.compact().unwrap();
    let left = std::fs::metadata(fixture.path()).unwrap().len();
    assert!(left * 10 < full, "{left} of {full} bytes");
    fixture.store.verify().unwrap();
}

#[track_caller]
fn check_prunable(rule: &PruneRule, expected: &[usize]) {
    let fixture = Fixture::with_trades(6, 0);
    let prunable = fixture.store.prunable(rule).unwrap();
    let found: Vec<Run> = prunable.iter().map(|id| fixture.store.run(id).unwrap().run).collect();
    assert_eq!(found, expected.iter().map(|i| run(*i)).collect::<Vec<_>>(), "{rule:?}");
}

#[test]
fn old_runs_can_be_pruned() {
    let all = PruneRule { kind: None, keep_newest: 0, recorded_before: None };
    check_prunable(&all, &[0, 1, 2, 3, 4, 5]);
    check_prunable(&PruneRule { keep_newest: 4, ..all.clone() }, &[0, 1]);
    check_prunable(&PruneRule { keep_newest: u64::MAX, ..all.clone() }, &[]);
    check_prunable(&PruneRule { recorded_before: Some(minute(3)), ..all.clone() }, &[0, 1, 2]);
    let sweeps = PruneRule { kind: Some(RunKind::Sweep), ..all };
    check_prunable(&sweeps, &[1, 4]);
    check_prunable(&PruneRule { keep_newest: 1, ..sweeps.clone() }, &[1]);
    check_prunable(&PruneRule { keep_newest: 1, recorded_before: Some(minute(1)), ..sweeps }, &[]);
}

#[test]
fn portfolios_grow_and_are_read_by_range() {
    let mut fixture = Fixture::new();
    let store = &mut fixture.store;
    store.append_history("mine", &[point(5), point(1)]).unwrap();
    store.append_history("mine", &[point(3)]).unwrap();
    store.append_history("other", &[point(3)]).unwrap();
    let id = store.record(&run(0), &[], &[point(2), point(4)], &mut fixture.rng).unwrap();

    let history = |store: &Store, name: &str, range: std::ops::Range<usize>| {
        store.history(name, minute(range.start)..minute(range.end)).unwrap()
    };
    assert_eq!(history(store, "mine", 0..9), [point(1), point(3), point(5)]);
    assert_eq!(history(store, "mine", 1..5), [point(1), point(3)]);
    assert_eq!(history(store, id.as_str(), 0..9), [point(2), point(4)]);
    assert_eq!(history(store, "unknown", 0..9), []);
    assert_eq!(store.portfolios().unwrap(), ["mine", "other"]);

    let error = store.append_history("mine", &[point(7), point(3)]).unwrap_err();
    let expected = "the portfolio `mine` has a point of 2026-01-31T14:28:12Z already";
    assert!(error.to_string().ends_with(expected), "{error}");
    assert_eq!(history(store, "mine", 0..9).len(), 3, "nothing of a refused batch is kept");

    assert!(store.delete_portfolio("mine").unwrap());
    assert!(!store.delete_portfolio("mine").unwrap());
    assert!(!store.delete_portfolio(id.as_str()).unwrap(), "a run's history goes with the run");
    assert_eq!(history(store, "mine", 0..9), []);
    assert_eq!(history(store, id.as_str(), 0..9).len(), 2);
}

#[test]
fn a_query_is_stopped_when_its_time_is_over() {
    let fixture = Fixture::with_trades(4, 200);
    let open = |query_timeout| {
        let options = StoreOptions { query_timeout, ..StoreOptions::default() };
        Store::open(&fixture.path(), &options).unwrap()
    };
    let trades = |store: &Store| store.trades(&TradeFilter::default());
    assert_eq!(trades(&open(None)).unwrap().len(), 800);
    assert_eq!(trades(&open(Some(std::time::Duration::MAX))).unwrap().len(), 800);
    let mut hasty = open(Some(std::time::Duration::ZERO));
    let stopped = trades(&hasty).unwrap_err();
    assert!(matches!(stopped.kind, ErrorKind::TimedOut), "{stopped}");
    assert!(stopped.to_string().contains("`limits.query_timeout`"), "{stopped}");
    let many: Vec<TradeRecord> = (0..200).map(trade).collect();
    let stopped = hasty.record(&run(9), &many, &[], &mut Rng::new(9)).unwrap_err();
    assert!(matches!(stopped.kind, ErrorKind::TimedOut), "{stopped}");
    assert_eq!(fixture.store.slow_work(), [], "nothing here takes a tenth of a second");
    // What was begun is taken back, and what takes no time is done.
    assert_eq!(trades(&fixture.store).unwrap().len(), 800);
    assert_eq!(hasty.runs(&RunFilter::default()).unwrap().len(), 4);
}

#[test]
fn work_is_slow_from_the_threshold_on() {
    let fixture = Fixture::with_trades(1, 1);
    let doing = |slow_query| {
        let options = StoreOptions { slow_query, ..StoreOptions::default() };
        let mut store = Store::open(&fixture.path(), &options).unwrap();
        let ids: Vec<RunId> =
            store.runs(&RunFilter::default()).unwrap().into_iter().map(|run| run.id).collect();
        store.run(&ids[0]).unwrap();
        store.record(&run(1), &[], &[], &mut Rng::new(7)).unwrap();
        store.slow_work().into_iter().map(|work| work.doing).collect::<Vec<_>>()
    };
    assert_eq!(doing(std::time::Duration::ZERO), ["list runs", "read a run", "record a run"]);
    assert_eq!(doing(std::time::Duration::MAX), [""; 0]);
}
