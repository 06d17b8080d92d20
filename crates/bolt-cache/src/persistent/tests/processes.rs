//! Other processes at the same folder. They are this test program, started again.

use super::*;
use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Set in a child: what it is to do, and where.
const ROLE: &str = "BOLT_CACHE_TEST_ROLE";
const FOLDER: &str = "BOLT_CACHE_TEST_FOLDER";

/// What the children do; in the parent, nothing.
#[test]
fn child() {
    let (Ok(role), Ok(folder)) = (std::env::var(ROLE), std::env::var(FOLDER)) else { return };
    let folder = Path::new(&folder);
    match role.split_once(' ').unwrap_or((&role, "")) {
        ("locked", _) => expect_locked(folder),
        ("read-only", _) => read_what_may_not_be_written(folder),
        ("crash", arguments) => crash::put_for_ever(folder, arguments),
        ("full", _) => limits::put_until_full(folder),
        _ => panic!("role {role}"),
    }
    println!("done");
}

/// Returns a command that runs a program as a child.
pub(super) fn command(program: &Path, role: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    with_role(&mut command, role, folder);
    command
}

pub(super) fn with_role(command: &mut Command, role: &str, folder: &Path) {
    command
        .args(["--exact", "persistent::tests::processes::child", "--nocapture"])
        .env(ROLE, role)
        .env(FOLDER, folder)
        .stdout(Stdio::piped());
}

/// Lets a child do all that it has to.
#[track_caller]
pub(super) fn run(mut command: Command) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("done\n"), "{}\n{text}", output.status);
}

fn program() -> PathBuf {
    std::env::current_exe().unwrap()
}

fn expect_locked(folder: &Path) {
    let error = Persistent::open(&options(folder, 1 << 20), Now::new().clock()).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    assert_eq!(error.to_string(), format!("another process uses the cache `{}`", folder.display()));
    let view = Persistent::open_read_only(folder, Now::new().clock()).unwrap();
    assert_eq!(view.get(b"key").unwrap().unwrap(), b"value");
}

#[test]
fn one_process_writes_and_others_are_told() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    store.put(b"key", b"value", None).unwrap();
    run(command(&program(), "locked", folder.path()));
    expect_locked(folder.path());
    drop(store);
    open(folder.path(), 1 << 20, &now).put(b"key", b"other", None).unwrap();
}

#[test]
fn a_reader_sees_what_was_there_when_it_opened_the_folder() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 200_000, &now);
    let value = |key: u64| noise(key, 900);
    for key in 0..100u64 {
        store.put(&key.to_le_bytes(), &value(key), None).unwrap();
    }
    let view = Persistent::open_read_only(folder.path(), now.clock()).unwrap();
    assert_eq!((view.stats().entries, view.stats().corrupt), (100, 0));
    for key in 100..2_000u64 {
        store.put(&key.to_le_bytes(), &value(key), None).unwrap();
    }
    store.remove(&1_999u64.to_le_bytes()).unwrap();
    assert!(store.get(&5u64.to_le_bytes()).unwrap().is_none(), "it made room");
    for key in 0..100u64 {
        assert_eq!(view.get(&key.to_le_bytes()).unwrap(), Some(value(key)));
    }
    assert_eq!(view.get(&1_998u64.to_le_bytes()).unwrap(), None);
    let calls: [Result<(), StoreError>; 5] = [
        view.put(b"key", b"value", None),
        view.remove(b"key").map(drop),
        view.clear(),
        view.resize(Bytes(1)),
        view.sync(),
    ];
    for call in calls {
        assert!(matches!(call, Err(StoreError::ReadOnly { .. })), "{call:?}");
    }
    assert_eq!(view.stats().errors, 5);
    assert!(Persistent::open_read_only(folder.path().join("none"), now.clock()).is_err());
}

/// Opens the folder again and again while room is made in it.
#[test]
fn a_reader_opens_while_another_writes() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 100_000, &now);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for key in 0..4_000u64 {
                store.put(&(key % 300).to_le_bytes(), &noise(key, 500), None).unwrap();
            }
        });
        let mut seen = 0;
        while !writer.is_finished() {
            let view = Persistent::open_read_only(folder.path(), now.clock()).unwrap();
            for key in 0..300u64 {
                let value = view.get(&key.to_le_bytes()).unwrap();
                let is_one =
                    |value: &Vec<u8>| (0..14).any(|round| *value == noise(key + round * 300, 500));
                assert!(value.as_ref().is_none_or(is_one));
                seen += u64::from(value.is_some());
            }
            assert_eq!(view.stats().corrupt, 0);
        }
        assert!(seen > 0);
    });
}

fn read_what_may_not_be_written(folder: &Path) {
    let now = Now::new();
    let error = Persistent::open(&options(folder, 1 << 20), now.clock()).unwrap_err();
    let StoreError::Io { path, source } = &error else { panic!("{error}") };
    assert_eq!(source.kind(), std::io::ErrorKind::PermissionDenied);
    assert_eq!(path, &folder.join("lock"));
    let view = Persistent::open_read_only(folder, now.clock()).unwrap();
    assert_eq!(view.get(b"key").unwrap().unwrap(), b"value");
}

/// Permissions do not bind the superuser, so that the child is another user where it can be.
#[test]
fn what_may_not_be_written_can_still_be_read() {
    const NOBODY: u32 = 65_534;
    let (folder, programs, now) = (temporary(), tempfile::tempdir().unwrap(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    store.put(b"key", b"value", None).unwrap();
    drop(store);
    let program = programs.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    fs::set_permissions(programs.path(), Permissions::from_mode(0o755)).unwrap();
    for file in files(folder.path()) {
        fs::set_permissions(file, Permissions::from_mode(0o444)).unwrap();
    }
    fs::set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    let mut command = command(&program, "read-only", folder.path());
    if fs::metadata(folder.path()).unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    run(command);
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_folder_that_is_made_is_its_owner_s() {
    let (folder, now) = (temporary(), Now::new());
    let path = folder.path().join("a/b");
    open(&path, 1 << 20, &now).put(b"key", b"value", None).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
    fs::write(folder.path().join("file"), "").unwrap();
    let in_a_file = options(&folder.path().join("file/c"), 1 << 20);
    let error = Persistent::open(&in_a_file, now.clock()).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
}
