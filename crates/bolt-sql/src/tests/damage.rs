//! Files that are not as they should be.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use rusqlite::Connection;

use super::*;
use crate::{ErrorKind, RunFilter, StoreError, TradeFilter, optimize_database};

fn refused(path: &Path) -> StoreError {
    let before = fs::read(path).ok();
    let error = Store::open(path, &StoreOptions::default()).expect_err("the file is no store");
    assert_eq!(error.path, path);
    assert_eq!(fs::read(path).ok(), before, "the file is left as it was");
    error
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    fs::write(&path, "This is no database. ".repeat(100)).unwrap();
    let error = refused(&path);
    let expected = "cannot open a store in `PATH`: this is not a database; choose another file";
    assert_eq!(error.to_string(), expected.replace("PATH", path.to_str().unwrap()));

    let error = refused(folder.path());
    assert!(matches!(error.kind, ErrorKind::CannotOpen(_)), "{error}");
    let error = refused(&path.join("below/a/file.db"));
    assert!(matches!(error.kind, ErrorKind::CannotOpen(_)), "{error}");
}

#[test]
fn a_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE runs (x)").unwrap();
    assert!(matches!(refused(&path).kind, ErrorKind::NotAStore));
    let path = folder.path().join("marked.db");
    Connection::open(&path).unwrap().pragma_update(None, "application_id", 7).unwrap();
    assert!(matches!(refused(&path).kind, ErrorKind::NotAStore));
}

#[test]
fn a_store_of_a_newer_version_is_refused() {
    let fixture = Fixture::new();
    let path = fixture.path();
    let Fixture { folder: _folder, store, .. } = fixture;
    drop(store);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = refused(&path);
    assert!(matches!(error.kind, ErrorKind::Newer { found: 99, known: 2 }));
    assert!(
        error
            .to_string()
            .ends_with("the store has version 99, and this program knows up to 2; update it")
    );
}

#[test]
fn folders_are_made_and_odd_names_are_just_names() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a/b/store.db", ":memory:", "file:x.db?mode=memory", "ü ' \" %.db"] {
        let path = folder.path().join(name);
        open(&path).append_history("mine", &[point(0)]).unwrap();
        assert!(path.exists(), "{name}");
        let patient =
            StoreOptions { busy_timeout: std::time::Duration::MAX, ..StoreOptions::default() };
        assert_eq!(Store::open(&path, &patient).unwrap().portfolios().unwrap(), ["mine"]);
    }
}

#[test]
fn only_writing_makes_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/store.db");
    let existing = || Store::open_existing(&path, &StoreOptions::default());
    let error = existing().unwrap_err();
    let expected = "cannot open a store in `PATH`: there is no such file";
    assert_eq!(error.to_string(), expected.replace("PATH", path.to_str().unwrap()));
    let empty = Store::empty(&path).unwrap();
    assert_eq!((empty.path(), empty.portfolios().unwrap().len()), (path.as_path(), 0));
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
    fs::create_dir(folder.path().join("a")).unwrap();
    fs::write(&path, "").unwrap();
    assert!(matches!(existing().unwrap_err().kind, ErrorKind::Missing));
    assert_eq!(fs::read(&path).unwrap(), b"");
    open(&path).append_history("mine", &[point(0)]).unwrap();
    assert_eq!(existing().unwrap().portfolios().unwrap(), ["mine"]);
}

#[test]
fn values_that_the_schema_forbids_are_damage() {
    let fixture = Fixture::with_trades(1, 3);
    Connection::open(fixture.path())
        .unwrap()
        .execute_batch("PRAGMA ignore_check_constraints = ON; UPDATE trades SET side = 'up'")
        .unwrap();
    let found = [
        fixture.store.verify().unwrap_err(),
        fixture.store.trades(&TradeFilter::default()).unwrap_err(),
    ];
    for (error, expected) in found.iter().zip(["CHECK constraint failed", "a trade is `up`"]) {
        assert!(
            matches!(&error.kind, ErrorKind::Corrupt(what) if what.contains(expected)),
            "{error}"
        );
    }
}

#[test]
fn opening_waits_for_whoever_reads_without_a_write_ahead_log() {
    let Fixture { folder, store, .. } = Fixture::with_trades(1, 3);
    let path = store.path().to_owned();
    drop(store);
    let reader = Connection::open(&path).unwrap();
    reader.execute_batch("PRAGMA journal_mode = DELETE; BEGIN; SELECT * FROM runs").unwrap();
    let hasty = StoreOptions {
        busy_timeout: std::time::Duration::from_millis(20),
        ..StoreOptions::default()
    };
    let error = Store::open(&path, &hasty).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Busy), "{error}");
    let release = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(100));
        drop(reader);
    });
    open(&path).verify().unwrap();
    release.join().unwrap();
    drop(folder);
}

/// That a commit survives a power cut cannot be tried here; what SQLite needs for it can be asked.
#[test]
fn commits_are_synchronised_to_the_disk() {
    const FULL: i64 = 2;
    let fixture = Fixture::new();
    let settings = fixture.store.read("read settings", |connection| {
        let sql = "SELECT journal_mode, synchronous FROM pragma_journal_mode, pragma_synchronous";
        Ok(connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
    });
    assert_eq!(settings.unwrap(), ("wal".to_owned(), FULL));
}

#[test]
fn a_full_disk_takes_back_the_batch() {
    let mut fixture = Fixture::with_trades(1, 10);
    let id = fixture.store.runs(&RunFilter::default()).unwrap()[0].id.clone();
    let limit_pages = |store: &Store, pages: u32| {
        let limit = |c: &Connection| Ok(c.pragma_update(None, "max_page_count", pages)?);
        store.read("set a limit", limit).unwrap();
    };
    limit_pages(&fixture.store, 40);
    let error = fixture.store.batch_insert_trades(&id, (0..5000).map(trade)).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::DiskFull), "{error}");
    assert_eq!(fixture.store.trades(&TradeFilter::default()).unwrap().len(), 10);
    limit_pages(&fixture.store, 4000);
    fixture.store.batch_insert_trades(&id, (0..5000).map(trade)).unwrap();
    fixture.store.verify().unwrap();
}

/// Reads everything there is in a store; the result does not matter, only that there is one.
fn read_everything(path: &Path) -> Result<(), StoreError> {
    let mut store = Store::open(path, &StoreOptions::default())?;
    for record in store.runs(&RunFilter::default())? {
        store.run(&record.id)?;
        let filter = TradeFilter { run: Some(record.id.clone()), ..TradeFilter::default() };
        store.trades(&filter)?;
        store.history(record.id.as_str(), UnixNanos(i64::MIN)..UnixNanos(i64::MAX))?;
    }
    store.trades(&TradeFilter::default())?;
    store.verify()?;
    optimize_database(path, &StoreOptions::default())?;
    store.append_history("mine", &[point(0)])
}

/// Returns the bytes of a store with some of everything.
fn store_bytes() -> Vec<u8> {
    let mut fixture = Fixture::with_trades(2, 120);
    let points: Vec<_> = (0..30).map(point).collect();
    fixture.store.record(&run(2), &[], &points, &mut fixture.rng).unwrap();
    let path = fixture.path();
    let Fixture { folder: _folder, store, .. } = fixture;
    drop(store);
    fs::read(path).unwrap()
}

#[test]
fn damage_is_reported_with_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.db");
    let bytes = store_bytes();
    let mut overwritten = bytes.clone();
    overwritten[8192..].fill(0xA5);
    let half = &bytes[..bytes.len() / 2];
    for damaged in [&overwritten, half] {
        fs::write(&path, damaged).unwrap();
        let error = read_everything(&path).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Corrupt(_)), "{error}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
    fs::write(&path, &bytes).unwrap();
    read_everything(&path).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_damage_makes_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
        length in prop::option::of(any::<prop::sample::Index>()),
    ) {
        static BYTES: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(store_bytes);
        let mut bytes = BYTES.clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(length) = length {
            bytes.truncate(length.index(bytes.len()));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("damaged.db");
        fs::write(&path, bytes).unwrap();
        if let Err(error) = read_everything(&path) {
            prop_assert!(error.to_string().contains(path.to_str().unwrap()));
        }
    }
}
