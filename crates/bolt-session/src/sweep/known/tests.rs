#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod levels;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bolt_base::{Bytes, UnixNanos};
use bolt_cache::{Store, StoreError, StoreStats};
use bolt_exec::CancelToken;
use bolt_market::data::Bars;
use bolt_market::formulas::Formula;
use bolt_market::ledger::Side;
use bolt_market::plan::Plan;
use bolt_market::rules::{Condition, ExitRule, OrderRule, Rules};
use bolt_market::sweep::{Grid, Parameter, Row};

use super::super::{Done, SweepOutcome, SweepRequest};
use super::{CacheUse, InOrder};
use crate::tests::{bars, session, signal};
use crate::{MarketEvents, Results, Session, Trading, Usage, WalkForwardRequest, Windows};

/// Keeps everything, until it is told to fail.
#[derive(Default)]
struct Shelf {
    values: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
    /// Calls that succeed, if not all do.
    calls_left: Mutex<Option<usize>>,
}

impl Shelf {
    fn call(&self) -> Result<(), StoreError> {
        match &mut *self.calls_left.lock().unwrap() {
            Some(0) => Err(StoreError::Remote("gone".to_owned())),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Store for Shelf {
    fn name(&self) -> &str {
        "shelf"
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.call()?;
        Ok(self.values.lock().unwrap().get(key).cloned())
    }

    fn put(&self, key: &[u8], value: &[u8], _: Option<Duration>) -> Result<(), StoreError> {
        self.call()?;
        self.values.lock().unwrap().insert(key.to_vec(), value.to_vec());
        Ok(())
    }

    fn remove(&self, key: &[u8]) -> Result<bool, StoreError> {
        Ok(self.values.lock().unwrap().remove(key).is_some())
    }

    fn clear(&self) -> Result<(), StoreError> {
        self.values.lock().unwrap().clear();
        Ok(())
    }

    fn resize(&self, _: Bytes) -> Result<(), StoreError> {
        Ok(())
    }

    fn stats(&self) -> StoreStats {
        StoreStats { entries: self.values.lock().unwrap().len() as u64, ..StoreStats::default() }
    }
}

/// A session with a cache.
fn with_cache() -> (Session, Arc<Shelf>) {
    let mut session = session(&[("exec.threads", "2")]).unwrap();
    let shelf = Arc::new(Shelf::default());
    session.results = Results::of_store(shelf.clone());
    (session, shelf)
}

fn request(grid: &[&str]) -> SweepRequest {
    let session = session(&[]).unwrap();
    let parameters = grid.iter().map(|text| Parameter::parse(text).unwrap()).collect();
    SweepRequest {
        plan: signal("SMA[close, fast] > SMA[close, slow]"),
        trading: Trading::of_config(&session.config),
        grid: Grid::new(parameters).unwrap(),
        condition: None,
        events: MarketEvents::default(),
        seed: 1,
    }
}

/// Runs a sweep; the rows that were handed on are those of the outcome.
fn sweep(session: &Session, bars: &Bars, request: &SweepRequest) -> SweepOutcome {
    let all = session.combinations(request).unwrap();
    let mut handed = Vec::new();
    let sink = &mut |rows: &[Row]| {
        handed.extend_from_slice(rows);
        Ok(())
    };
    let cancel = CancelToken::default();
    let outcome = session.sweep(bars, request, &all, Done::default(), &cancel, sink).unwrap();
    assert_eq!(text(&outcome.rows), text(&handed));
    outcome
}

fn text(rows: &[Row]) -> String {
    format!("{rows:?}")
}

/// Rows that the level below memory had, if any, and what is said of the choice of the best, if all
/// rows were there.
fn usage_of(level: &str, found: usize, kept: usize) -> CacheUse {
    let by_level = (found > 0).then(|| (level.to_owned(), found)).into_iter().collect();
    let assessment_found = found > 0 && kept == 0;
    CacheUse { found, by_level, kept, assessment_found, ..CacheUse::default() }
}

fn usage(found: usize, kept: usize) -> CacheUse {
    usage_of("shelf", found, kept)
}

#[test]
fn a_grid_that_grows_runs_what_is_new() {
    let (with, without) = (with_cache().0, session(&[]).unwrap());
    let first = request(&["fast=2..6", "slow=10..30:5"]);
    assert_eq!(sweep(&with, &bars(), &first).cache, usage(0, 25));
    // Larger on all sides, and the parameters in another order.
    let larger = request(&["slow=5..40:5", "fast=1..8"]);
    let found = sweep(&with, &bars(), &larger);
    assert_eq!(found.cache, usage(25, 39));
    let anew = sweep(&without, &bars(), &larger);
    assert_eq!(anew.cache, CacheUse::default());
    assert_eq!(text(&found.rows), text(&anew.rows));
    assert_eq!(sweep(&with, &bars(), &larger).cache, usage(64, 0));
}

#[test]
fn rows_are_those_of_the_same_bars_strategy_and_trading() {
    let ((with, shelf), without) = (with_cache(), session(&[]).unwrap());
    let base = request(&["fast=2..4", "slow=10..20:5"]);
    let fresh = |bars: &Bars, request: &SweepRequest| {
        let found = sweep(&with, bars, request);
        assert_eq!(found.cache, usage(0, 9), "{request:?}");
        assert_eq!(text(&found.rows), text(&sweep(&without, bars, request).rows));
    };
    fresh(&bars(), &base);
    fresh(&bars().slice(0..399), &base);
    let mut other = base.clone();
    other.plan = signal("EMA[close, fast] > SMA[close, slow]");
    fresh(&bars(), &other);
    let mut other = base.clone();
    other.trading.costs.fee_rate = 0.001;
    fresh(&bars(), &other);
    let mut other = base.clone();
    other.trading.stop_loss = Some(0.03);
    fresh(&bars(), &other);
    let mut other = base.clone();
    other.events.dividends = Some(vec![0.25; 400]);
    fresh(&bars(), &other);
    other.events.dividends = Some(vec![0.5; 400]);
    fresh(&bars(), &other);
    let mut other = base.clone();
    other.events.splits = Some(vec![1.0; 400]);
    fresh(&bars(), &other);
    let mut sessions = [("market.risk_free_rate", "0.02"), ("market.periods_per_year", "252")]
        .map(|setting| (session(&[setting]).unwrap(), session(&[setting]).unwrap()));
    for (session, plain) in &mut sessions {
        session.results = Results::of_store(shelf.clone());
        let found = sweep(session, &bars(), &base);
        assert_eq!(found.cache, usage(0, 9));
        assert_eq!(text(&found.rows), text(&sweep(plain, &bars(), &base).rows));
    }
    // Neither the seed nor the condition is of the rows.
    let other = SweepRequest { seed: 7, condition: Some("fast < slow".to_owned()), ..base };
    let expected = CacheUse { assessment_found: false, ..usage(9, 0) };
    assert_eq!(sweep(&with, &bars(), &other).cache, expected);
}

/// Rules for orders whose formulas are written in one way or another.
fn orders(formulas: [&str; 2], portion: f64) -> Plan {
    let formula = |place: &str, text: &str| Formula::parse("when", place, text).unwrap();
    let order = OrderRule {
        when: formula("a.toml:1", formulas[0]),
        condition: Condition::Flat,
        side: Side::Long,
        size: None,
        limit: None,
        stop: None,
        stop_loss: None,
        take_profit: None,
        trailing_stop: None,
        max_bars: None,
        lasts_bars: None,
        one_cancels_other: None,
    };
    let when = Some(formula(formulas[1], formulas[1]));
    let exit = ExitRule { when, after_bars: None, side: None, portion };
    Plan::Orders(Rules { orders: vec![order], exits: vec![exit], stops: Vec::new() })
}

#[test]
fn a_formula_is_found_however_it_is_written() {
    let (with, _) = with_cache();
    let base = request(&["fast=2..4", "slow=10..20:5"]);
    let run = |plan: Plan| sweep(&with, &bars(), &SweepRequest { plan, ..base.clone() }).cache;
    assert_eq!(run(signal("SMA[close,fast]>SMA[close, slow] + 2 fast")), usage(0, 9));
    for same in [
        "SMA[close, fast] > SMA[close, slow] + 2*fast",
        " ((SMA[close, fast]) > (SMA[(close), slow] + (2 fast)))",
        "Greater[SMA[close, fast], Plus[SMA[close, slow], Times[2, fast]]] (* as calls *)",
    ] {
        assert_eq!(run(signal(same)), usage(9, 0), "{same}");
    }
    assert_eq!(run(signal("SMA[close, fast] > (SMA[close, slow] + 2) fast")), usage(0, 9));
    let rules = ["close > SMA[close, fast]", "close < SMA[close, slow]"];
    assert_eq!(run(orders(rules, 1.0)), usage(0, 9));
    assert_eq!(
        run(orders(["close>SMA[close,fast]", "(close<SMA[close, slow])"], 1.0)),
        usage(9, 0)
    );
    assert_eq!(run(orders(rules, 0.5)), usage(0, 9));
    assert_eq!(run(orders([rules[1], rules[0]], 1.0)), usage(0, 9));
}

#[test]
fn a_walk_forward_run_finds_what_the_last_one_chose_from() {
    let (with, shelf) = with_cache();
    let request = |grid: &[&str]| WalkForwardRequest {
        sweep: request(grid),
        windows: Windows::folds(400, 3),
        choose_by: |row| row.sharpe,
    };
    let run = |session: &Session, request: &WalkForwardRequest| {
        let cancel = CancelToken::default();
        let found = session.walk_forward(&bars(), request, &cancel, &mut |_, _| ());
        text(&found.unwrap().unwrap().folds.iter().map(|fold| fold.trained).collect::<Vec<_>>())
    };
    let small = run(&with, &request(&["fast=2..4", "slow=10..20:5"]));
    assert_eq!(shelf.stats().entries, 3, "the bars of each choice are others");
    // What is there is taken: rows that no run could give are chosen.
    let all = 1e9f64.to_le_bytes();
    for value in shelf.values.lock().unwrap().values_mut() {
        let (rows, rest) = value.as_chunks_mut::<80>();
        assert!(rest.is_empty());
        rows.iter_mut().for_each(|row| row[32..40].copy_from_slice(&all));
    }
    let again = run(&with, &request(&["fast=2..4", "slow=10..20:5"]));
    assert!(again.contains("sharpe: 1000000000.0") && again != small, "{again}");
    shelf.clear().unwrap();
    assert_eq!(run(&with, &request(&["fast=2..4", "slow=10..20:5"])), small);
}

#[test]
fn a_cache_that_fails_is_told_and_changes_no_row() {
    let (with, shelf) = with_cache();
    let small = request(&["fast=2..4", "slow=10..20:5"]);
    sweep(&with, &bars(), &small);
    let larger = request(&["fast=2..6", "slow=10..20:5"]);
    let rows = text(&sweep(&session(&[]).unwrap(), &bars(), &larger).rows);
    // Reading fails, and writing, too; writing fails.
    for (calls, found, then) in [(0, 0, "the cache was not used"), (1, 9, "new rows are not kept")]
    {
        *shelf.calls_left.lock().unwrap() = Some(calls);
        let outcome = sweep(&with, &bars(), &larger);
        assert_eq!(text(&outcome.rows), rows);
        let told = "cache level `shelf`: the remote cache: gone";
        let cache = outcome.cache;
        assert_eq!((cache.found, cache.kept), (found, 0), "after {calls} calls");
        assert_eq!(cache.failed, Some(format!("{told}: {then}")));
        assert_eq!(cache.degraded["shelf"], told);
    }
}

#[test]
fn a_sweep_whose_rows_are_all_there_asks_nobody() {
    let (with, shelf) = with_cache();
    let request = request(&["fast=2..4", "slow=10..20:5"]);
    let first = sweep(&with, &bars(), &request);
    *shelf.calls_left.lock().unwrap() = Some(0);
    let all = with.combinations(&request).unwrap();
    let (done, cancel) = (Done { rows: first.rows, assessment: None }, CancelToken::default());
    let found = with.sweep(&bars(), &request, &all, done, &cancel, &mut |_| Ok(())).unwrap();
    assert_eq!((found.cache, found.rows.len()), (CacheUse::default(), 9));
}

#[test]
fn without_memory_for_its_rows_the_cache_is_not_used() {
    let request = request(&["fast=2..4", "slow=10..20:5"]);
    let mut without_share = session(&[("memory.share_cache", "0")]).unwrap();
    without_share.results = Results::of_store(Arc::new(Shelf::default()));
    let found = sweep(&without_share, &bars(), &request);
    let reason = found.cache.failed.unwrap();
    assert!(reason.contains("rows of sweeps") && reason.contains("not used"), "{reason}");
    assert_eq!(text(&found.rows), text(&sweep(&session(&[]).unwrap(), &bars(), &request).rows));
}

#[test]
fn a_full_table_keeps_what_is_used_of_it_else_what_is_new() {
    let (with, shelf) = with_cache();
    let of = |fast: &str, slow: &str| sweep(&with, &bars(), &request(&[fast, slow])).cache;
    assert_eq!(of("fast=2..50", "slow=100..182"), usage(0, 4_067));
    let larger = CacheUse { left_out: 20, ..usage(4_067, 29) };
    assert_eq!(of("fast=2..50", "slow=100..183"), larger);
    let writes = shelf.stats().writes;
    let full = CacheUse { left_out: 20, ..usage(4_096, 0) };
    let told = of("fast=2..50", "slow=100..183");
    assert_eq!(
        CacheUse { assessment_found: false, ..told },
        CacheUse { assessment_found: false, ..full }
    );
    assert_eq!(shelf.stats().writes, writes, "nothing is written where nothing is added");
    assert_eq!(of("fast=2..4", "slow=10..20:5"), usage(0, 9));
    assert_eq!(of("fast=2..4", "slow=10..20:5"), usage(9, 0));
}

#[test]
fn rows_of_a_sweep_that_was_interrupted_are_kept() {
    let (with, shelf) = with_cache();
    let request = request(&["fast=2..90", "slow=10..20:5"]);
    let (all, cancel) = (with.combinations(&request).unwrap(), CancelToken::default());
    let mut handed = 0;
    let sink = &mut |rows: &[Row]| {
        handed += rows.len();
        cancel.cancel();
        Ok(())
    };
    with.sweep(&bars(), &request, &all, Done::default(), &cancel, sink).unwrap();
    assert!((1..all.len()).contains(&handed), "{handed}");
    assert_eq!(shelf.stats().entries, 1);
    assert_eq!(sweep(&with, &bars(), &request).cache, usage(handed, all.len() - handed));
}

#[test]
fn values_that_are_no_rows_are_run_again() {
    let (with, shelf) = with_cache();
    let request = request(&["fast=2..4", "slow=10..20:5"]);
    let rows = text(&sweep(&with, &bars(), &request).rows);
    for wrong in [&[][..], &[0; 79], &[0; 81], &[0; 160]] {
        shelf.values.lock().unwrap().values_mut().for_each(|value| *value = wrong.to_vec());
        let found = sweep(&with, &bars(), &request);
        assert_eq!((text(&found.rows), found.cache), (rows.clone(), usage(0, 9)));
    }
}

#[test]
fn rows_are_handed_on_in_the_order_of_the_grid() {
    let row = |index: usize| super::line::row(index, &[0.0; 8]).unwrap();
    let places = |found: &[usize]| (0..6).map(|i| found.contains(&i).then(|| row(i))).collect();
    let fill = |order: &mut InOrder, new: &[usize]| -> Vec<usize> {
        let new: Vec<Row> = new.iter().map(|&index| row(index)).collect();
        order.fill(&new).iter().map(|row| row.index).collect()
    };
    let mut order = InOrder::new(places(&[0, 3, 5]));
    assert_eq!(fill(&mut order, &[]), [0]);
    assert_eq!(fill(&mut order, &[1]), [1]);
    assert_eq!(fill(&mut order, &[2, 4]), [2, 3, 4, 5]);
    assert_eq!(fill(&mut order, &[]), [] as [usize; 0]);
    assert_eq!(fill(&mut InOrder::new(places(&[0, 1, 2, 3, 4, 5])), &[]), [0, 1, 2, 3, 4, 5]);
}

/// Returns a session whose results are in files.
fn on_disk(settings: &[(&str, &str)]) -> Session {
    session(settings).unwrap()
}

#[test]
fn cache_path() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let request = request(&["fast=2..4", "slow=10..20:5"]);
    let run = |folder: &Path| {
        let session = on_disk(&[("cache.path", folder.to_str().unwrap())]);
        sweep(&session, &bars(), &request).cache
    };
    assert_eq!(run(folder.path()), usage_of("persistent", 0, 9));
    assert_eq!(run(folder.path()), usage_of("persistent", 9, 0));
    assert_eq!(run(other.path()), usage_of("persistent", 0, 9));
    let counts = Usage::of(&folder.path().join("results")).on_disk();
    assert_eq!((counts.hits, counts.misses, counts.writes), (2, 2, 2), "rows and assessment");
    let held = on_disk(&[("cache.path", folder.path().to_str().unwrap())]).results;
    assert_eq!(held.look().unwrap().unwrap().stats().entries, 2);
    held.clear().unwrap();
    drop(held);
    assert_eq!(run(folder.path()), usage_of("persistent", 0, 9));
}

#[test]
fn cache_path_that_cannot_be_used_is_told_and_changes_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let request = request(&["fast=2..4", "slow=10..20:5"]);
    let session = on_disk(&[("cache.path", file.to_str().unwrap())]);
    let found = sweep(&session, &bars(), &request);
    assert!(found.cache.failed.unwrap().contains("file/results"));
    assert_eq!(found.rows.len(), 9);
    // Another process writes there.
    let settings = [("cache.path", folder.path().to_str().unwrap())];
    let (first, second) = (on_disk(&settings), on_disk(&settings));
    assert_eq!(sweep(&first, &bars(), &request).cache, usage_of("persistent", 0, 9));
    let larger = self::request(&["fast=2..5", "slow=10..20:5"]);
    let told = sweep(&second, &bars(), &larger);
    assert_eq!((told.cache.found, told.cache.kept, told.rows.len()), (9, 0, 12));
    let reason = told.cache.failed.unwrap();
    assert!(reason.contains("while another process writes to it: new rows"), "{reason}");
}

#[test]
fn cache_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache");
    let request = request(&["fast=2..60", "slow=10..200:5"]);
    let run = |size: &str| {
        let settings = [("cache.path", path.to_str().unwrap()), ("cache.size", size)];
        sweep(&on_disk(&settings), &bars(), &request).cache
    };
    assert_eq!(run("0"), usage_of("persistent", 0, 0));
    assert!(!path.exists());
    // 2,301 rows of 80 bytes that hardly compress.
    let told = run("96 KB");
    let reason = told.failed.unwrap();
    assert!(told.kept == 0 && reason.contains("nearly half of `cache.size`"), "{reason}");
    // What is said of the best is small enough.
    let expected = CacheUse { assessment_found: true, ..usage_of("persistent", 0, 2_301) };
    assert_eq!(run("4 MB"), expected);
    assert_eq!(run("4 MB"), usage_of("persistent", 2_301, 0));
    assert_eq!(run("0"), usage_of("persistent", 0, 0));
}

#[test]
fn cache_time_to_live() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("cache.path", folder.path().to_str().unwrap()), ("cache.time_to_live", "60")];
    let request = request(&["fast=2..4", "slow=10..20:5"]);
    let at = |second: i64| {
        let mut session = on_disk(&settings);
        session.results.set_clock(Arc::new(move || UnixNanos(second * 1_000_000_000)));
        sweep(&session, &bars(), &request).cache
    };
    assert_eq!(at(1_000), usage_of("persistent", 0, 9));
    assert_eq!(at(1_059), usage_of("persistent", 9, 0));
    assert_eq!(at(1_061), usage_of("persistent", 0, 9));
}
