//! A disk that is full.

use super::*;
use std::io::Write;
use std::process::Command;

/// Puts values until there is no room for more, then goes on with what there is.
pub(super) fn put_until_full(folder: &Path) {
    let store = open(folder, 64 << 20, &Now::new());
    let mut key = 0u64;
    let error = loop {
        match store.put(&key.to_le_bytes(), &noise(key, 3_000), None) {
            Ok(()) => key += 1,
            Err(error) => break error,
        }
        assert!(key < 10_000, "there is room for all");
    };
    let StoreError::Full { path, .. } = &error else { panic!("{error}") };
    assert!(path.starts_with(folder), "{error}");
    let check = || {
        for key in 0..key {
            assert_eq!(store.get(&key.to_le_bytes()).unwrap(), Some(noise(key, 3_000)), "{key}");
        }
    };
    check();
    assert!(matches!(store.put(&[0; 8], &noise(0, 3_000), None), Err(StoreError::Full { .. })));
    check();
    assert_eq!((store.stats().errors, store.stats().corrupt), (2, 0));
    // What is smaller may still fit, and what was written in part is not met again.
    let is_small_kept = store.put(b"small", b"1", None).is_ok();
    let copy = image(folder);
    let other = open(copy.path(), 64 << 20, &Now::new());
    assert_eq!((other.stats().entries, other.stats().corrupt), (key + u64::from(is_small_kept), 0));
    // There is room again when something goes.
    store.resize(Bytes(on_disk(folder) / 2)).unwrap();
    store.put(b"again", &noise(1, 3_000), None).unwrap();
    assert_eq!(store.get(b"again").unwrap(), Some(noise(1, 3_000)));
    drop(store);
    let store = open(folder, 64 << 20, &Now::new());
    assert_eq!(store.get(b"again").unwrap(), Some(noise(1, 3_000)));
}

/// Returns a shell that runs the child after a script.
fn shell(script: &str, folder: &Path) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c"]).arg(format!("{script} && exec \"$0\" \"$@\""));
    command.arg(std::env::current_exe().unwrap());
    processes::with_role(&mut command, "full", folder);
    command
}

#[test]
fn a_full_disk_is_an_error_and_what_is_there_can_be_read() {
    let folder = temporary();
    let script = "mount -t tmpfs -o size=300k none \"$BOLT_CACHE_TEST_FOLDER\"";
    let mut try_it = Command::new("unshare");
    try_it.args(["--mount", "sh", "-c", script]).env("BOLT_CACHE_TEST_FOLDER", folder.path());
    if !try_it.output().is_ok_and(|output| output.status.success()) {
        let told = "skipped: this user may not mount a file system in memory";
        writeln!(std::io::stderr(), "{told}").unwrap();
        return;
    }
    processes::run(shell(script, folder.path()));
}

/// The operating system's limit on the length of a file; a signal comes with it, which is ignored.
#[test]
fn a_limit_on_files_is_an_error_and_what_is_there_can_be_read() {
    let folder = temporary();
    let mut command = Command::new("sh");
    // In units of 512 bytes: a segment has 512 KiB.
    command.args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$0\" \"$@\""]);
    command.arg(std::env::current_exe().unwrap());
    processes::with_role(&mut command, "full", folder.path());
    processes::run(command);
}
