//! Indexes are made, and used by the queries that they are for.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::*;
use crate::{ErrorKind, INDEXES, Optimized, RunFilter, TradeFilter, optimize_database};
use crate::{portfolio, runs, trades};

fn optimize(fixture: &Fixture) -> Optimized {
    optimize_database(&fixture.path(), &StoreOptions::default()).unwrap()
}

/// Returns the steps of a query's plan.
fn plan(fixture: &Fixture, (sql, parameters): (String, Vec<Value>)) -> Vec<String> {
    let connection = Connection::open(fixture.path()).unwrap();
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let steps = statement.query_map(params_from_iter(parameters), |row| row.get("detail")).unwrap();
    steps.map(Result::unwrap).collect()
}

fn populated() -> Fixture {
    let mut fixture = Fixture::with_trades(8, 400);
    let points: Vec<_> = (0..300).map(point).collect();
    for name in ["a", "b", "c"] {
        fixture.store.append_history(name, &points).unwrap();
    }
    fixture
}

#[test]
fn every_index_is_made_once() {
    let fixture = populated();
    let names: Vec<&str> = INDEXES.iter().map(|index| index.name).collect();
    let first = optimize(&fixture);
    assert_eq!(first, Optimized { created: names.clone(), ..Optimized::default() });
    let second = optimize(&fixture);
    assert_eq!(second, Optimized { present: names, ..Optimized::default() });
    fixture.store.verify().unwrap();
}

/// The first columns that must be indexed, for anybody who asks by one of them alone.
#[test]
fn the_columns_that_are_asked_for_most_begin_an_index() {
    let fixture = populated();
    optimize(&fixture);
    for (table, column) in
        [("trades", "timestamp"), ("trades", "symbol"), ("portfolio_history", "date")]
    {
        let sql = format!("SELECT * FROM {table} WHERE {column} = 5");
        let plan = plan(&fixture, (sql, Vec::new())).join("\n");
        assert!(plan.contains(&format!("({column}=?)")) && !plan.contains("SCAN"), "{plan}");
    }
}

/// Checks that a query reads no table to its end, and uses an index that it did not have before.
#[track_caller]
fn check_used(fixture: &mut Fixture, query: &(String, Vec<Value>), index: &str) {
    let connection = Connection::open(fixture.path()).unwrap();
    for index in INDEXES {
        connection.execute_batch(&format!("DROP INDEX IF EXISTS {}", index.name)).unwrap();
    }
    let before = plan(fixture, query.clone()).join("\n");
    assert!(!before.contains(index), "{before}");
    optimize(fixture);
    let after = plan(fixture, query.clone()).join("\n");
    assert!(
        after.contains(&format!(" INDEX {index} (")) && !after.contains("SCAN"),
        "{query:?}\n{after}"
    );
}

#[test]
fn each_query_uses_its_index() {
    let mut fixture = populated();
    let all = TradeFilter { limit: Some(10), ..TradeFilter::default() };
    let times = TradeFilter { from: Some(minute(100)), until: Some(minute(120)), ..all.clone() };
    let symbol = TradeFilter { symbol: Some("AAPL".into()), ..times.clone() };
    let open = TradeFilter { open: Some(true), ..times.clone() };
    check_used(&mut fixture, &trades::select(&times, None), "trades_by_timestamp");
    check_used(&mut fixture, &trades::select(&symbol, None), "trades_by_symbol");
    check_used(&mut fixture, &trades::select(&open, None), "trades_open");

    let sql = "SELECT sum(equity) FROM portfolio_history WHERE date >= ? AND date < ?";
    let range = vec![Value::Integer(minute(10).0), Value::Integer(minute(20).0)];
    check_used(&mut fixture, &(sql.into(), range), "portfolio_history_by_date");

    let recent = RunFilter { from: Some(minute(6)), ..RunFilter::default() };
    let kind = RunFilter { kind: Some(RunKind::Sweep), ..recent.clone() };
    check_used(&mut fixture, &runs::select(&recent), "runs_by_created");
    check_used(&mut fixture, &runs::select(&kind), "runs_by_kind");
}

#[test]
fn a_run_s_trades_and_a_portfolio_s_history_need_no_index() {
    let fixture = populated();
    for query in [
        trades::select(&TradeFilter::default(), Some(3)),
        (portfolio::HISTORY_SQL.to_owned(), vec![Value::Null; 3]),
    ] {
        let plan = plan(&fixture, query).join("\n");
        assert!(plan.contains("SEARCH") && !plan.contains("SCAN"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}

#[test]
fn answers_are_the_same_with_indexes() {
    let fixture = populated();
    let filters = [
        TradeFilter { from: Some(minute(100)), until: Some(minute(120)), ..Default::default() },
        TradeFilter { symbol: Some("BTC-USD".into()), limit: Some(50), ..Default::default() },
        TradeFilter { open: Some(true), symbol: Some("AAPL".into()), ..Default::default() },
    ];
    let ask = || filters.each_ref().map(|filter| fixture.store.trades(filter).unwrap());
    let before = ask();
    optimize(&fixture);
    assert!(before.iter().all(|found| !found.is_empty()));
    assert_eq!(ask(), before);
}

#[test]
fn a_database_of_another_program_gets_the_indexes_that_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trades.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE trades (timestamp TEXT, symbol TEXT, price REAL);
             CREATE TABLE portfolio_history (date TEXT, value REAL);",
        )
        .unwrap();
    let done = optimize_database(&path, &StoreOptions::default()).unwrap();
    assert_eq!(
        done.created,
        ["trades_by_timestamp", "trades_by_symbol", "portfolio_history_by_date"]
    );
    assert_eq!(done.not_applicable, ["trades_open", "runs_by_created", "runs_by_kind"]);

    let missing = folder.path().join("missing.db");
    let error = optimize_database(&missing, &StoreOptions::default()).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::CannotOpen(_)), "{error}");
    assert!(!missing.exists());
}
