//! What the profiler tells of a query.

use std::sync::Mutex;
use std::time::Duration;

use bolt_base::Clock;
use rusqlite::Connection;

use super::*;
use crate::{ErrorKind, QueryProfile, QueryProfiler, SqlValue, optimize_database};

/// A clock by which everything takes the same time.
#[derive(Debug)]
struct StepClock {
    step: Duration,
    now: Mutex<Duration>,
}

impl Clock for StepClock {
    fn now(&self) -> Duration {
        let mut now = self.now.lock().unwrap();
        *now += self.step;
        *now
    }
}

fn profiler(threshold_ms: u64, step_ms: u64) -> QueryProfiler {
    let clock = StepClock { step: Duration::from_millis(step_ms), now: Mutex::default() };
    QueryProfiler::with_clock(Duration::from_millis(threshold_ms), Box::new(clock))
}

fn profile(fixture: &Fixture, sql: &str, parameters: &[SqlValue]) -> QueryProfile {
    QueryProfiler::default().profile_query(&fixture.path(), sql, parameters).unwrap()
}

#[test]
fn a_query_is_slow_from_the_threshold_on() {
    let fixture = Fixture::with_trades(1, 10);
    for (step_ms, is_slow) in [(99, false), (100, true), (101, true)] {
        let mut profiler = profiler(100, step_ms);
        let profile = profiler.profile_query(&fixture.path(), "SELECT 1", &[]).unwrap();
        assert_eq!(profile.execution_time, Duration::from_millis(step_ms));
        assert_eq!(profile.is_slow, is_slow, "{step_ms} ms");
        assert_eq!(profiler.slow_queries().count(), usize::from(is_slow));
    }
}

#[test]
fn a_query_that_really_takes_long_is_slow_by_the_real_clock() {
    let fixture = Fixture::new();
    let count = |n: u32| {
        format!(
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < {n}) \
                 SELECT count(*) FROM c"
        )
    };
    let mut profiler = QueryProfiler::new(Duration::from_millis(20));
    let slow = profiler.profile_query(&fixture.path(), &count(3_000_000), &[]).unwrap();
    assert_eq!(slow.rows, [[SqlValue::Integer(3_000_000)]]);
    assert!(slow.is_slow, "{:?}", slow.execution_time);
    profiler.slow_query_threshold = Duration::MAX;
    let fast = profiler.profile_query(&fixture.path(), &count(1), &[]).unwrap();
    assert!(!fast.is_slow && fast.execution_time < slow.execution_time);
}

#[test]
fn only_the_latest_slow_queries_are_remembered() {
    let fixture = Fixture::new();
    let mut profiler = profiler(0, 1);
    for i in 0..QueryProfiler::SLOW_QUERIES_MAX + 5 {
        profiler.profile_query(&fixture.path(), &format!("SELECT {i}"), &[]).unwrap();
    }
    assert_eq!(profiler.slow_queries().count(), QueryProfiler::SLOW_QUERIES_MAX);
    let latest = profiler.slow_queries().next().unwrap();
    assert_eq!((latest.sql.as_str(), latest.path.clone()), ("SELECT 104", fixture.path()));
}

#[test]
fn rows_come_with_their_types_and_beyond_a_limit_are_counted() {
    let fixture = Fixture::with_trades(1, 30);
    let sql =
        "SELECT sequence AS n, symbol, size, exit_reason, x'00ff' FROM trades WHERE sequence >= ?";
    let mut profiler = QueryProfiler::default();
    profiler.rows_kept_max = 2;
    let profile = profiler.profile_query(&fixture.path(), sql, &[SqlValue::Integer(10)]).unwrap();
    assert_eq!(profile.columns, ["n", "symbol", "size", "exit_reason", "x'00ff'"]);
    assert_eq!((profile.rows.len(), profile.row_count), (2, 20));
    let blob = SqlValue::Blob(vec![0, 255]);
    let text = |text: &str| SqlValue::Text(text.into());
    let first =
        [SqlValue::Integer(10), text("AAPL"), SqlValue::Real(11.0), SqlValue::Null, blob.clone()];
    assert_eq!(profile.rows[0], first);
    let echoed = [first[1].clone(), SqlValue::Real(0.5), SqlValue::Null, blob];
    let profile = self::profile(&fixture, "SELECT ?, ?, ?, ?", &echoed);
    assert_eq!(profile.rows, [echoed]);
}

/// Checks which tables a query reads to their ends, and which indexes are suggested.
#[track_caller]
fn check(fixture: &Fixture, sql: &str, scanned: &[&str], suggested: &[&str]) {
    let profile = profile(fixture, sql, &[]);
    let indexes = profile.suggested_indexes.iter();
    let indexes: Vec<String> = indexes.map(|i| format!("{}.{}", i.table, i.column)).collect();
    let scans: Vec<&String> = profile.full_scans.iter().collect();
    assert_eq!(scans, scanned, "{sql}\n{}", profile.plan);
    assert_eq!(indexes, suggested, "{sql}\n{}", profile.plan);
}

#[test]
fn full_scans_are_found_and_an_index_is_suggested_where_one_would_help() {
    let fixture = Fixture::with_trades(3, 100);
    let check =
        |sql, scanned: &[&str], suggested: &[&str]| check(&fixture, sql, scanned, suggested);
    check("SELECT * FROM trades", &["trades"], &[]);
    check("SELECT count(*) FROM trades", &["trades"], &[]);
    check("SELECT * FROM trades WHERE symbol = 'AAPL'", &["trades"], &["trades.symbol"]);
    check("SELECT * FROM trades AS t WHERE t.pnl > 100", &["trades"], &["trades.pnl"]);
    check("SELECT * FROM trades WHERE pnl * 2 > 100", &["trades"], &[]);
    check("SELECT * FROM trades WHERE symbol LIKE '%A%'", &["trades"], &[]);
    check("SELECT * FROM trades WHERE run = 2", &[], &[]);
    check("SELECT * FROM runs WHERE key = 2", &[], &[]);
    check("SELECT * FROM runs WHERE id = 'x'", &[], &[]);
    check("SELECT id FROM runs ORDER BY id", &["runs"], &[]);
    check("SELECT max(id) FROM runs", &[], &[]);
    check("SELECT * FROM runs ORDER BY created", &["runs"], &[]);
    check("SELECT 1", &[], &[]);
    check("SELECT name FROM sqlite_schema", &["sqlite_schema"], &[]);
    check("SELECT * FROM json_each('[1,2]')", &[], &[]);
    check(
        "SELECT * FROM runs JOIN trades ON trades.exit_reason = runs.name WHERE runs.id = 'x'",
        &["trades"],
        &["trades.exit_reason"],
    );
    check(
        "SELECT * FROM runs AS a, runs AS b WHERE a.created = b.created",
        &["runs"],
        &["runs.created"],
    );
    check(
        "WITH part AS MATERIALIZED (SELECT * FROM trades WHERE run = 1) \
         SELECT * FROM part LEFT JOIN part AS again ON again.sequence > part.sequence",
        &[],
        &[],
    );
    check(
        "SELECT (SELECT count(*) FROM figures WHERE value > 1), name FROM runs WHERE key = 1",
        &["figures"],
        &["figures.value"],
    );
}

#[test]
fn a_suggested_index_helps() {
    let fixture = Fixture::with_trades(3, 100);
    let sql = "SELECT * FROM trades WHERE symbol = ?";
    let symbol = [SqlValue::Text("AAPL".into())];
    let before = profile(&fixture, sql, &symbol);
    assert_eq!(before.plan, "SCAN trades\n");
    assert!(before.rows_scanned >= 299, "{}", before.rows_scanned);
    let suggested = before.suggested_indexes[0].sql();
    assert_eq!(suggested, "CREATE INDEX \"trades_by_symbol\" ON \"trades\" (\"symbol\")");
    Connection::open(fixture.path()).unwrap().execute_batch(&suggested).unwrap();
    let after = profile(&fixture, sql, &symbol);
    assert_eq!(after.plan, "SEARCH trades USING INDEX trades_by_symbol (symbol=?)\n");
    assert!(after.full_scans.is_empty() && after.rows_scanned == 0);
    assert_eq!(after.suggested_indexes, []);
    assert_eq!((before.row_count, after.row_count), (150, 150));
    optimize_database(&fixture.path(), &StoreOptions::default()).unwrap();
}

#[test]
fn plans_are_indented_by_depth() {
    let fixture = Fixture::with_trades(1, 1);
    let sql = "SELECT name FROM runs WHERE key = 1 UNION ALL SELECT symbol FROM trades";
    let expected = "COMPOUND QUERY\n  LEFT-MOST SUBQUERY\n    \
                    SEARCH runs USING INTEGER PRIMARY KEY (rowid=?)\n  UNION ALL\n    SCAN trades\n";
    assert_eq!(profile(&fixture, sql, &[]).plan, expected);
}

#[test]
fn any_database_can_be_profiled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "CREATE TABLE \"odd \"\" name\" (\"a b\" TEXT, c TEXT);
             CREATE INDEX \"by c\" ON \"odd \"\" name\" (c) WHERE c > 'm';
             CREATE VIEW v AS SELECT * FROM \"odd \"\" name\";
             CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN SELECT 1; END;
             INSERT INTO \"odd \"\" name\" VALUES ('x', 'y');",
        )
        .unwrap();
    let mut profiler = QueryProfiler::default();
    for (column, expected) in [("\"a b\"", "a b"), ("c", "c")] {
        let sql = format!("SELECT * FROM v WHERE {column} = ?");
        let profile = profiler.profile_query(&path, &sql, &[SqlValue::Text("x".into())]).unwrap();
        assert_eq!(profile.suggested_indexes[0].column, expected);
    }
}

#[test]
fn indexes_are_suggested_for_full_scans_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let schema = "CREATE TABLE t (key INTEGER PRIMARY KEY, a, b); CREATE INDEX by_a ON t (a);
                  CREATE TABLE u (c); INSERT INTO t VALUES (1, 2, 3); INSERT INTO u VALUES (4);";
    Connection::open(&path).unwrap().execute_batch(schema).unwrap();
    for sql in [
        "SELECT * FROM t, u WHERE t.a = 1 AND t.b > 3 AND u.c * 2 > 1",
        "SELECT * FROM u CROSS JOIN t ON t.a = u.c WHERE t.b = 3",
        "SELECT x.key FROM t AS x, t AS y WHERE x.key > 0 AND y.b + 0 = 3",
        "SELECT x.key FROM t AS x, t AS y WHERE x.key = y.b",
    ] {
        let profile = QueryProfiler::default().profile_query(&path, sql, &[]).unwrap();
        assert!(!profile.full_scans.is_empty(), "{sql}\n{}", profile.plan);
        assert_eq!(profile.suggested_indexes, [], "{sql}\n{}", profile.plan);
    }
}

#[test]
fn what_is_no_query_is_refused_unless_writing_is_allowed() {
    let fixture = Fixture::with_trades(2, 10);
    let before = std::fs::read(fixture.path()).unwrap();
    let other = fixture.folder.path().join("other.db");
    let mut profiler = QueryProfiler::default();
    for sql in [
        "DELETE FROM runs",
        "DELETE FROM runs RETURNING key",
        "UPDATE trades SET pnl = 0",
        "DROP TABLE runs",
        "BEGIN",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = DELETE",
        "VACUUM",
        &format!("VACUUM INTO '{}'", other.display()),
        &format!("ATTACH '{}' AS other", other.display()),
    ] {
        let error = profiler.profile_query(&fixture.path(), sql, &[]).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Query(_)), "{sql}: {error}");
    }
    assert_eq!(std::fs::read(fixture.path()).unwrap(), before);
    assert!(!other.exists());

    profiler.allow_writes = true;
    let profile = profiler
        .profile_query(&fixture.path(), "DELETE FROM runs WHERE key = 1 RETURNING name", &[])
        .unwrap();
    assert_eq!(profile.rows, [[SqlValue::Text("Run 0".into())]]);
    assert_eq!(fixture.store.runs(&Default::default()).unwrap().len(), 1);
}

#[test]
fn a_locked_database_is_waited_for_up_to_the_busy_timeout() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let writer = Connection::open(&path).unwrap();
    writer.execute_batch("CREATE TABLE t (x); BEGIN EXCLUSIVE").unwrap();
    let mut profiler = QueryProfiler::default();
    profiler.busy_timeout = Duration::from_millis(50);
    let begun = std::time::Instant::now();
    let error = profiler.profile_query(&path, "SELECT * FROM t", &[]).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Busy), "{error}");
    let waited = begun.elapsed();
    assert!(profiler.busy_timeout <= waited && waited < Duration::from_secs(4), "{waited:?}");
}

#[test]
fn wrong_queries_are_errors() {
    let fixture = Fixture::new();
    let check = |sql: &str, parameters: &[SqlValue], expected: &str| {
        let error =
            QueryProfiler::default().profile_query(&fixture.path(), sql, parameters).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Query(_)), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    };
    check("SELEC 1", &[], "near \"SELEC\": syntax error");
    check("SELECT * FROM tradess", &[], "no such table: tradess");
    check("SELECT 1; DELETE FROM runs", &[], "Multiple statements");
    check("SELECT ?, ?", &[SqlValue::Null], "the query has 2 parameters, and 1 were given");
    check("", &[], "not a query");
    check("EXPLAIN SELECT 1", &[], "syntax error");
    let missing = fixture.folder.path().join("missing.db");
    let error = QueryProfiler::default().profile_query(&missing, "SELECT 1", &[]).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::CannotOpen(_)), "{error}");
}
