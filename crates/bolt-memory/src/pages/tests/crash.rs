//! A process that is killed while it writes. The process is this test program, started again.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::support::{bytes_of, five, open};

/// Set in a child: the folder to write to.
const FOLDER: &str = "BOLT_MEMORY_TEST_FOLDER";
const IDS: u64 = 120;

/// What the child does; in the parent, nothing. Page `id` has version `v` from round `v` on, but for
/// every eleventh, which is removed in odd rounds.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let store = open(&five(Path::new(&folder)));
    for round in 0.. {
        for id in 0..IDS {
            if is_removed(id, round) {
                store.remove(id).unwrap();
            } else {
                store.write(id, &bytes_of(id, round)).unwrap();
            }
        }
        store.flush().unwrap();
        println!("flushed {round}");
    }
}

fn is_removed(id: u64, round: u64) -> bool {
    id.is_multiple_of(11) && round % 2 == 1
}

fn page(id: u64, round: u64) -> Option<Vec<u8>> {
    (!is_removed(id, round)).then(|| bytes_of(id, round))
}

/// Lets a child write until some rounds are flushed, kills it, and returns the last round that it
/// told of.
fn run_and_kill(folder: &Path, rounds: usize) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "pages::tests::crash::child", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut told = lines.filter_map(|line| {
        let line = line.ok()?;
        line.split_once("flushed ")?.1.parse::<u64>().ok()
    });
    let mut last = None;
    for _ in 0..rounds {
        last = told.next();
    }
    // SIGKILL, in the middle of whatever it does.
    child.kill().unwrap();
    last = told.last().or(last);
    child.wait().unwrap();
    last.expect("the child flushed")
}

#[test]
fn what_was_flushed_survives_a_kill() {
    for rounds in [1, 2, 5, 9] {
        let folder = tempfile::tempdir().unwrap();
        let last = run_and_kill(folder.path(), rounds);
        let store = open(&five(folder.path()));
        let recovery = store.report().recovery;
        assert_eq!((recovery.lost, recovery.unknown_sectors), (vec![], 0));
        let mut newer = 0;
        for id in 0..IDS {
            let read = store.read(id).unwrap().map(|page| page.to_vec());
            assert!(
                read == page(id, last) || read == page(id, last + 1),
                "round {last}, page {id}: {read:?}"
            );
            newer += u64::from(read != page(id, last));
        }
        println!("killed after round {last}: {newer} pages of the next one were kept");
        store.check_for_test();
        store.write(0, b"and on").unwrap();
        store.flush().unwrap();
        drop(store);
        assert_eq!(open(&five(folder.path())).read(0).unwrap().as_deref(), Some(&b"and on"[..]));
    }
}
