//! What becomes of a program: in a child, with limits.

use std::io::Write;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use bolt_lyra::{Session, Value};
use bolt_lyra_syntax::parse;

use crate::child::{abort_after, exit, fork, kill, limit, pipe, read_until, wait};

/// Processor time of a program, after which its evaluation is aborted.
const TIME: Duration = Duration::from_millis(700);
/// Seconds of processor time after which it counts as one that does not end when it is aborted.
const SECONDS_MAX: u64 = 5;
/// Time by the clock, after which it is killed: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// Address space of a program.
const MEMORY: u64 = 3 << 30;
/// What a child writes when it is done.
const DONE: &str = "\ndone\n";

/// What is wrong with a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What happened, as it is shown.
    pub(crate) text: String,
}

impl Failure {
    /// Returns what failures of the same cause have in common: the place of a panic, or what is
    /// said up to a colon.
    pub(crate) fn kind(&self) -> String {
        let line = self.text.lines().next().unwrap_or_default();
        match line.split_once("panicked at ") {
            Some((_, place)) => place.to_owned(),
            None => line.split(':').next().unwrap_or(line).to_owned(),
        }
    }
}

/// Judges programs with copies of a session.
pub(crate) struct Judge {
    session: Option<Session>,
}

impl Judge {
    pub(crate) fn new(session: Session) -> Self {
        Self { session: Some(session) }
    }

    /// Returns what is wrong with a program, if anything is.
    ///
    /// # Errors
    /// If no process can be started.
    pub(crate) fn of(&mut self, source: &str) -> Result<Option<Failure>, String> {
        let (reader, mut writer) = pipe()?;
        let child = fork()?;
        if child == 0 {
            limit(SECONDS_MAX, MEMORY);
            #[expect(unsafe_code, reason = "what the runtime says at its end goes to the pipe")]
            // SAFETY: both descriptors are open.
            unsafe {
                libc::dup2(writer.as_raw_fd(), 2);
            }
            let mut session = self.session.take().expect("the child has a copy");
            abort_after(TIME, session.interrupt());
            let said = evaluate(&mut session, source).unwrap_or_default();
            let _ = write!(writer, "{said}{DONE}");
            exit();
        }
        drop(writer);
        let answer = read_until(reader, Instant::now() + PATIENCE, |_| false);
        if !answer.ends_with(DONE) {
            kill(child);
        }
        let signal = wait(child);
        Ok(failure(&answer, signal))
    }
}

fn failure(answer: &str, signal: Option<i32>) -> Option<Failure> {
    let text = match answer.strip_suffix(DONE) {
        Some("") => return None,
        Some(said) => said.trim().to_owned(),
        None if answer.contains("panicked at ") || answer.contains("overflowed its stack") => {
            answer.lines().filter(|line| !line.is_empty()).take(3).collect::<Vec<_>>().join("\n")
        }
        None if answer.contains("memory allocation") => format!("no memory: {}", answer.trim()),
        None if matches!(signal, Some(libc::SIGXCPU | libc::SIGKILL)) => {
            "goes on after an abort".to_owned()
        }
        None => format!("ends: signal {signal:?} {}", answer.trim()),
    };
    Some(Failure { text })
}

/// Evaluates a program, writes what comes out and reads that again; returns what is wrong.
fn evaluate(session: &mut Session, source: &str) -> Option<String> {
    let parsed = parse(source);
    if parsed.has_errors() {
        return Some(format!("not read: {}", parsed.diagnostics.first()?.message));
    }
    let interrupt = session.interrupt();
    for expr in &parsed.exprs {
        let value = session.read(expr);
        let Ok(result) = session.evaluate_input(&value) else { return None };
        let texts = [session.output_form(&result), session.full_form(&result)];
        let input = session.input_form(&result);
        if texts.iter().chain([&input]).any(|text| text.len() > 2_000)
            || interrupt.load(std::sync::atomic::Ordering::Relaxed)
        {
            return None;
        }
        let wrong = reads_back(session, &input, &result, "InputForm")
            .or_else(|| reads_back(session, &texts[1], &result, "FullForm"));
        if wrong.is_some() {
            return wrong;
        }
    }
    None
}

/// Returns what is wrong if a value that evaluates to itself is not read back from its text.
fn reads_back(session: &mut Session, text: &str, value: &Value, form: &str) -> Option<String> {
    let stays = session.evaluate_line(value).is_ok_and(|again| again == *value);
    if !stays {
        return None;
    }
    let parsed = parse(text);
    if let Some(first) = parsed.diagnostics.first()
        && parsed.has_errors()
    {
        return Some(format!("{form} is no syntax: {text}\n{}", first.message));
    }
    let [expr] = &parsed.exprs[..] else {
        return Some(format!("{form} is not one expression: {text}"));
    };
    let read = session.read(expr);
    let read = session.evaluate_line(&read).ok()?;
    if session.interrupt().load(std::sync::atomic::Ordering::Relaxed) {
        return None;
    }
    let (was, is) = (session.full_form(value), session.full_form(&read));
    (was != is).then(|| format!("{form} is read as another value: {text}\n{was}\n{is}"))
}
