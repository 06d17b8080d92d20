//! A terminal in which a command runs, as a user sees and types.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Terminal {
    child: Child,
    side: File,
    output: Receiver<Vec<u8>>,
    /// What was written and not expected yet, without escapes.
    pending: String,
}

impl Terminal {
    /// Runs a command in a terminal of its own.
    pub(crate) fn new(mut command: Command) -> Self {
        let (side, other) = pair();
        let descriptor = other.as_raw_fd();
        let stream = || other.try_clone().unwrap();
        command.stdin(stream()).stdout(stream()).stderr(stream()).env("TERM", "xterm");
        #[expect(unsafe_code, reason = "the standard library makes no sessions")]
        // SAFETY: both are system calls that may be made after a fork.
        unsafe {
            command.pre_exec(move || {
                libc::setsid();
                libc::ioctl(descriptor, libc::TIOCSCTTY, 0);
                Ok(())
            });
        }
        let child = command.spawn().unwrap();
        let (sender, output) = channel();
        let mut reader = side.try_clone().unwrap();
        let mut answers = side.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut block = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut block) {
                // The editor asks where the cursor is.
                if block[..count].windows(4).any(|bytes| bytes == b"\x1b[6n") {
                    let _ = answers.write_all(b"\x1b[1;1R");
                }
                if sender.send(block[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, side, output, pending: String::new() }
    }

    /// Types something.
    pub(crate) fn send(&mut self, keys: &str) {
        self.side.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until a text was shown.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(place) = self.pending.find(text) {
                self.pending.drain(..place + text.len());
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.pending += &without_escapes(&String::from_utf8_lossy(&bytes)),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("`{text}` is not shown, but {:?}", self.pending)
                }
            }
        }
    }

    /// Waits until the command has ended; returns its exit code.
    #[track_caller]
    pub(crate) fn end(mut self) -> Option<i32> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "it goes on after {:?}", self.pending);
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A test that fails leaves nothing running.
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a terminal of 100 columns: the user's side, and the command's.
fn pair() -> (File, OwnedFd) {
    let (mut side, mut other) = (0, 0);
    let mut size = libc::winsize { ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
    #[expect(unsafe_code, reason = "the standard library makes no terminals")]
    // SAFETY: the call writes two descriptors, which nobody else owns, and reads the size; commands
    // get copies of theirs.
    unsafe {
        let (name, settings) = (std::ptr::null_mut(), std::ptr::null_mut());
        let made = libc::openpty(&raw mut side, &raw mut other, name, settings, &raw mut size);
        assert_eq!(made, 0, "{}", std::io::Error::last_os_error());
        for descriptor in [side, other] {
            libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC);
        }
        (File::from_raw_fd(side), OwnedFd::from_raw_fd(other))
    }
}

/// Removes what moves the cursor and sets colours.
fn without_escapes(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\x1b' if characters.next_if_eq(&'[').is_some() => {
                while characters.next().is_some_and(|c| !c.is_ascii_alphabetic()) {}
            }
            '\x1b' => drop(characters.next()),
            '\r' => {}
            _ => out.push(character),
        }
    }
    out
}
