//! A process for each case, so that nothing that one does to its session, its memory or itself
//! reaches another.
//!
//! A few servers are forked before any thread is started; each forks a child for each of its cases,
//! with limits, and waits for the line that it writes.
#![allow(unsafe_code, reason = "the standard library does not fork")]

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bolt_lyra::Session;

use crate::case::{Case, Outcome};
use crate::judge::judge;

/// Processor time of a case, after which its evaluation is aborted.
const TIME: Duration = Duration::from_secs(2);
/// Time of a case by the clock, after which it is killed: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(20);
/// Address space of a case.
const MEMORY: u64 = 1 << 30;
/// Bytes of what a failing case says.
const FOUND_MAX: usize = 2000;

/// Judges all cases, each in a copy of a session.
pub(crate) fn run(session: Session, cases: &[Case], jobs: usize) -> Result<Vec<Outcome>, String> {
    let mut session = Some(session);
    let mut servers = Vec::new();
    for job in 0..jobs.min(cases.len()) {
        let (reader, writer) = pipe()?;
        match fork()? {
            0 => {
                drop(reader);
                let session = session.take().expect("each process has one");
                serve(session, cases, job, jobs, writer);
                exit();
            }
            child => servers.push((child, reader)),
        }
    }
    let mut outcomes = vec![Outcome::Fails("no answer".into()); cases.len()];
    for (child, reader) in servers {
        for line in BufReader::new(reader).lines().map_while(Result::ok) {
            let Some((index, outcome)) = line.split_once('\t') else { continue };
            if let Some(slot) = index.parse().ok().and_then(|index: usize| outcomes.get_mut(index))
            {
                *slot = read_outcome(outcome);
            }
        }
        wait(child);
    }
    Ok(outcomes)
}

/// Judges each case of a server's share.
fn serve(session: Session, cases: &[Case], job: usize, jobs: usize, mut results: File) {
    let mut session = Some(session);
    for (index, case) in cases.iter().enumerate().skip(job).step_by(jobs) {
        let answer = answer(&mut session, case).unwrap_or_else(|why| format!("fails\t{why}"));
        let answer = answer.lines().next().unwrap_or("fails\tno answer");
        if writeln!(results, "{index}\t{answer}").is_err() {
            return;
        }
    }
}

/// Judges one case in a child; returns the line that it writes.
fn answer(session: &mut Option<Session>, case: &Case) -> Result<String, String> {
    let (reader, mut writer) = pipe()?;
    let child = fork()?;
    if child == 0 {
        limit();
        let mut session = session.take().expect("the child has a copy");
        abort_after(session.interrupt());
        let line = write_outcome(&judge(&mut session, case));
        let _ = writeln!(writer, "{line}");
        exit();
    }
    drop(writer);
    let answer = read_until(reader, Instant::now() + PATIENCE);
    if answer.is_empty() {
        kill(child);
    }
    wait(child);
    match answer.is_empty() {
        true => Err("ended without an answer".to_owned()),
        false => Ok(answer),
    }
}

fn write_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passes => "passes".to_owned(),
        Outcome::NotJudged => "not judged".to_owned(),
        Outcome::Fails(found) => {
            let found: String = found.chars().take(FOUND_MAX).collect();
            format!("fails\t{}", found.replace(['\n', '\r'], " "))
        }
    }
}

fn read_outcome(text: &str) -> Outcome {
    match text.split_once('\t') {
        Some((_, found)) => Outcome::Fails(found.to_owned()),
        None if text == "passes" => Outcome::Passes,
        None if text == "not judged" => Outcome::NotJudged,
        None => Outcome::Fails(text.to_owned()),
    }
}

/// Aborts the evaluation when its processor time is over.
fn abort_after(interrupt: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        while processor_time() < TIME {
            std::thread::sleep(Duration::from_millis(20));
        }
        interrupt.store(true, Ordering::Relaxed);
    });
}

fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes one `timespec`, which outlives it.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Bounds what this process may take; one that ignores its abort is ended by the system.
fn limit() {
    let seconds = TIME.as_secs() + 2;
    for (resource, most) in [(libc::RLIMIT_AS, MEMORY), (libc::RLIMIT_CPU, seconds)] {
        let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
        // SAFETY: the limit outlives the call.
        unsafe { libc::setrlimit(resource, &raw const limit) };
    }
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: as above. What crashes leaves no core behind.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
}

fn pipe() -> Result<(File, File), String> {
    let mut ends = [0; 2];
    // SAFETY: the call writes two descriptors, which are owned by nobody else.
    unsafe {
        match libc::pipe(ends.as_mut_ptr()) {
            0 => Ok((File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1]))),
            _ => Err(format!("no pipe: {}", std::io::Error::last_os_error())),
        }
    }
}

/// Forks; returns 0 in the child.
fn fork() -> Result<libc::pid_t, String> {
    // SAFETY: the process has one thread, so that no lock is held by another.
    match unsafe { libc::fork() } {
        -1 => Err(format!("no process: {}", std::io::Error::last_os_error())),
        child => Ok(child),
    }
}

/// Ends a child without what the parent would do at its end.
fn exit() -> ! {
    // SAFETY: nothing runs afterwards.
    unsafe { libc::_exit(0) }
}

fn kill(child: libc::pid_t) {
    // SAFETY: the child was not waited for, so that the number is its own.
    unsafe { libc::kill(child, libc::SIGKILL) };
}

fn wait(child: libc::pid_t) {
    // SAFETY: nobody asks for the status.
    unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
}

/// Reads a line or to the end, at most until a deadline.
fn read_until(mut reader: File, deadline: Instant) -> String {
    let mut bytes = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now()).as_millis();
        let mut poll = libc::pollfd { fd: reader.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: there is one entry, which outlives the call.
        let ready = unsafe { libc::poll(&raw mut poll, 1, i32::try_from(left).unwrap_or(0)) };
        let mut block = [0; 4096];
        match (ready > 0).then(|| reader.read(&mut block)) {
            Some(Ok(count @ 1..)) => bytes.extend(&block[..count]),
            _ => break,
        }
        if bytes.ends_with(b"\n") {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).trim_end().to_owned()
}
