//! Several processes at one file. The processes are this test program, started again.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::{ErrorKind, RunFilter, TradeFilter};

/// Set in a child: what it is to do.
const ROLE: &str = "BOLT_SQL_TEST_ROLE";
const FILE: &str = "BOLT_SQL_TEST_FILE";

/// What the children do; in the parent, nothing.
#[test]
fn child() {
    let (Ok(role), Ok(file)) = (std::env::var(ROLE), std::env::var(FILE)) else { return };
    let path = Path::new(&file);
    match role.split_once(' ') {
        Some(("write", seed)) => write_batches(path, seed.parse().unwrap()),
        Some(("pause", rows)) => pause_in_a_batch(path, rows.parse().unwrap()),
        Some(("refused", "read-only")) => expect_read_only(path),
        _ => panic!("role {role}"),
    }
}

fn start(role: &str, path: &Path) -> Child {
    command(&std::env::current_exe().unwrap(), role, path).spawn().unwrap()
}

fn command(program: &Path, role: &str, path: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--exact", "tests::processes::child", "--nocapture"])
        .env(ROLE, role)
        .env(FILE, path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

const BATCHES: usize = 12;
const BATCH: usize = 150;

/// Records a run and writes batches to it, as fast as the others let it.
fn write_batches(path: &Path, seed: u64) {
    let mut store = Store::open(
        path,
        &StoreOptions { busy_timeout: Duration::from_secs(60), ..StoreOptions::default() },
    )
    .unwrap();
    let id = store.record(&run(seed as usize), &[], &[], &mut Rng::new(seed)).unwrap();
    for batch in 0..BATCHES {
        let trades = (0..BATCH).map(|i| trade(batch * BATCH + i));
        store.batch_insert_trades(&id, trades).unwrap();
    }
}

/// Says `paused` in the middle of a batch, and stays there until standard input ends.
fn pause_in_a_batch(path: &Path, rows: usize) {
    let mut store = open(path);
    let id = store.runs(&RunFilter::default()).unwrap()[0].id.clone();
    let trades = (0..2 * rows).map(|i| {
        if i == rows {
            println!("paused");
            std::io::stdin().lines().for_each(drop);
        }
        trade(i)
    });
    store.batch_insert_trades(&id, trades).unwrap();
}

fn wait_for_pause(child: &mut Child) {
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("paused")), "the child wrote no batch");
}

#[test]
fn processes_that_write_at_once_lose_nothing_and_readers_see_whole_batches() {
    let folder = tempfile::tempdir().unwrap();
    // Opened by all at once, so that they also race to make the tables.
    let path = folder.path().join("store.db");
    let mut children: Vec<Child> = (0..3).map(|i| start(&format!("write {i}"), &path)).collect();
    let store = open(&path);
    let mut codes = Vec::new();
    while !children.is_empty() {
        let trades = store.trades(&TradeFilter::default()).unwrap().len();
        assert_eq!(trades % BATCH, 0, "a reader sees a part of a batch");
        children.retain_mut(|child| {
            let status = child.try_wait().unwrap();
            codes.extend(status);
            status.is_none()
        });
    }
    assert!(codes.iter().all(std::process::ExitStatus::success), "{codes:?}");
    let runs = store.runs(&RunFilter::default()).unwrap();
    assert_eq!(runs.len(), 3);
    for record in runs {
        let filter = TradeFilter { run: Some(record.id), ..TradeFilter::default() };
        let found: Vec<_> = store.trades(&filter).unwrap().into_iter().map(|t| t.trade).collect();
        assert_eq!(found, (0..BATCHES * BATCH).map(trade).collect::<Vec<_>>());
    }
    store.verify().unwrap();
}

#[test]
fn a_new_store_can_be_opened_by_many_at_once() {
    const OPENERS: usize = 8;
    let folder = tempfile::tempdir().unwrap();
    for attempt in 0..20 {
        let path = folder.path().join(format!("{attempt}.db"));
        let start = std::sync::Barrier::new(OPENERS);
        std::thread::scope(|scope| {
            for i in 0..OPENERS {
                let (path, start) = (&path, &start);
                scope.spawn(move || {
                    start.wait();
                    open(path).append_history("mine", &[point(i)]).unwrap();
                });
            }
        });
        let points = open(&path).history("mine", minute(0)..minute(OPENERS)).unwrap();
        assert_eq!(points, (0..OPENERS).map(point).collect::<Vec<_>>());
    }
}

#[test]
fn a_writer_killed_in_a_batch_leaves_whole_batches_and_no_lock() {
    let mut fixture = Fixture::with_trades(1, 100);
    // More than SQLite keeps in memory, so that a part of the batch has reached the file.
    let mut child = start("pause 40000", &fixture.path());
    wait_for_pause(&mut child);
    let log = fixture.folder.path().join("store.db-wal");
    assert!(std::fs::metadata(log).unwrap().len() > 1 << 20, "nothing of the batch is in the file");
    let trades = |store: &Store| store.trades(&TradeFilter::default()).unwrap().len();
    assert_eq!(trades(&fixture.store), 100, "a reader sees a part of the batch");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(trades(&fixture.store), 100);
    fixture.store.verify().unwrap();
    let mut store = open(&fixture.path());
    let id = store.runs(&RunFilter::default()).unwrap()[0].id.clone();
    store.batch_insert_trades(&id, [trade(100)]).unwrap();
    assert_eq!(trades(&store), 101);
    fixture.record(&run(1));
    store.verify().unwrap();
}

#[test]
fn a_writer_waits_as_long_as_the_busy_timeout() {
    let mut fixture = Fixture::with_trades(1, 0);
    let mut child = start("pause 50", &fixture.path());
    wait_for_pause(&mut child);
    let hasty = StoreOptions { busy_timeout: Duration::from_millis(60), ..StoreOptions::default() };
    let mut store = Store::open(&fixture.path(), &hasty).unwrap();
    let begun = Instant::now();
    let error = store.append_history("mine", &[point(0)]).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Busy), "{error}");
    assert!(begun.elapsed() >= hasty.busy_timeout, "{:?}", begun.elapsed());
    assert!(begun.elapsed() < StoreOptions::default().busy_timeout, "{:?}", begun.elapsed());
    assert_eq!(store.portfolios().unwrap(), [""; 0], "reading does not wait");

    let pause = Duration::from_millis(150);
    let input = child.stdin.take();
    let begun = Instant::now();
    let release = std::thread::spawn(move || {
        std::thread::sleep(pause);
        drop(input);
    });
    fixture.record(&run(1));
    assert!(begun.elapsed() >= pause, "{:?}", begun.elapsed());
    release.join().unwrap();
    assert!(child.wait().unwrap().success(), "both writers get their turn");
    assert_eq!(fixture.store.trades(&TradeFilter::default()).unwrap().len(), 100);
}

#[test]
fn a_name_that_sqlite_gives_a_meaning_is_just_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    for name in ["store.db", ":memory:", "file:x.db?mode=memory"] {
        let mut command = command(&program, "write 0", Path::new(name));
        assert!(command.current_dir(folder.path()).status().unwrap().success(), "{name}");
        let runs = open(&folder.path().join(name)).runs(&RunFilter::default()).unwrap();
        assert_eq!(runs.len(), 1, "{name}");
    }
}

fn expect_read_only(path: &Path) {
    let error = Store::open(path, &StoreOptions::default()).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::ReadOnly), "{error:?}");
}

/// Permissions do not bind the superuser, so that the child is another user where it can be.
#[cfg(unix)]
#[test]
fn what_may_not_be_written_to_is_reported_as_read_only() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;

    const NOBODY: u32 = 65_534;
    let fixture = Fixture::with_trades(1, 1);
    let path = fixture.path();
    let Fixture { folder, store, .. } = fixture;
    drop(store);
    let program = folder.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let is_superuser = fs::metadata(&path).unwrap().uid() == 0;
    for (file_mode, folder_mode) in [(0o444, 0o555), (0o666, 0o555), (0o444, 0o777)] {
        fs::set_permissions(&path, Permissions::from_mode(file_mode)).unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(folder_mode)).unwrap();
        let mut command = command(&program, "refused read-only", &path);
        if is_superuser {
            command.uid(NOBODY).gid(NOBODY);
        }
        assert!(command.status().unwrap().success(), "{file_mode:o} {folder_mode:o}");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    }
}
