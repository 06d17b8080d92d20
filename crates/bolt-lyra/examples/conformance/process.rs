//! A process for each case, so that nothing that one does to its session, its memory or itself
//! reaches another.
//!
//! A few servers are forked before any thread is started; each forks a child for each of its cases,
//! with limits, and waits for the line that it writes.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::time::{Duration, Instant};

use bolt_lyra::Session;

use crate::case::{Case, Outcome};
use crate::child::{abort_after, exit, fork, kill, limit, pipe, read_line, wait};
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
        limit(TIME.as_secs() + 2, MEMORY);
        let mut session = session.take().expect("the child has a copy");
        abort_after(TIME, session.interrupt());
        let line = write_outcome(&judge(&mut session, case));
        let _ = writeln!(writer, "{line}");
        exit();
    }
    drop(writer);
    let answer = read_line(reader, Instant::now() + PATIENCE);
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
