//! Runs conformance cases and prints how many pass, by area.
//!
//! ```text
//! conformance [--failures] FILE...
//! ```
//! A file holds one case a line: `{"area", "input", "expected", "kind", "context"}`. A case passes
//! if, in a fresh session, the input and the expected value are the same expression, are equal, have
//! the same `InputForm`, or differ by what `Simplify` brings to 0.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use bolt_lyra::{Args, Session, Value, sym};

/// How long a case may run.
const TIME: Duration = Duration::from_secs(2);

struct Case {
    area: String,
    input: String,
    expected: String,
    context: Vec<String>,
}

fn cases(path: &str) -> Vec<Case> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let case = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).expect("a case is JSON");
        let text = |key: &str| record[key].as_str().unwrap_or("").to_owned();
        let context = match &record["context"] {
            serde_json::Value::Array(lines) => {
                lines.iter().filter_map(|line| line.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        };
        Case { area: text("area"), input: text("input"), expected: text("expected"), context }
    };
    text.lines().map(case).collect()
}

/// Evaluates a source; `None` if it is broken or does not end as a value.
fn evaluate(session: &mut Session, source: &str) -> Option<Value> {
    let parsed = bolt_lyra_syntax::parse(source);
    if parsed.has_errors() {
        return None;
    }
    let mut last = Value::NULL;
    for expr in &parsed.exprs {
        let value = session.read(expr);
        last = session.evaluate_line(&value).ok()?;
    }
    Some(last)
}

fn passes(session: &mut Session, case: &Case) -> Result<(), String> {
    for line in &case.context {
        evaluate(session, line);
    }
    session.take_notes();
    let Some(value) = evaluate(session, &case.input) else { return Err("no value".into()) };
    let Some(expected) = evaluate(session, &case.expected) else {
        return Err("the expected value is not read".into());
    };
    let strip = |value: Value| match value.as_call() {
        Some(call)
            if (call.is(sym::InputForm) || call.is(sym::FullForm)) && call.args().len() == 1 =>
        {
            call.args()[0].clone()
        }
        _ => value,
    };
    let (value, expected) = (strip(value), strip(expected));
    if value == expected || session.input_form(&value) == session.input_form(&expected) {
        return Ok(());
    }
    let both = Args::from([value.clone(), expected.clone()].as_slice());
    let equal = session.evaluate(&Value::call(sym::Equal, both));
    if equal.is_ok_and(|equal| equal.is(sym::True)) {
        return Ok(());
    }
    Err(session.input_form(&value).chars().take(160).collect())
}

fn main() {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let shows_failures = files.iter().any(|file| file == "--failures");
    files.retain(|file| !file.starts_with("--"));
    for file in &files {
        let cases = Arc::new(cases(file));
        let next = AtomicUsize::new(0);
        let results = Mutex::new(BTreeMap::<usize, Result<(), String>>::new());
        let worker = || loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= cases.len() {
                return;
            }
            let (sender, receiver) = mpsc::channel::<Arc<AtomicBool>>();
            let (done, is_done) = mpsc::channel::<()>();
            let watch = std::thread::spawn(move || {
                let Ok(interrupt) = receiver.recv() else { return };
                if is_done.recv_timeout(TIME).is_err() {
                    interrupt.store(true, Ordering::Relaxed);
                }
            });
            let mut session = Session::new();
            let _ = sender.send(session.interrupt());
            let run = std::panic::AssertUnwindSafe(|| passes(&mut session, &cases[index]));
            let result = std::panic::catch_unwind(run).unwrap_or_else(|_| Err("PANIC".into()));
            let _ = done.send(());
            drop(watch);
            results.lock().expect("no worker panics").insert(index, result);
        };
        std::thread::scope(|scope| {
            for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
                let builder = std::thread::Builder::new().stack_size(64 << 20);
                builder.spawn_scoped(scope, worker).expect("a thread starts");
            }
        });
        let results = results.into_inner().expect("no worker panics");
        let mut areas: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (index, result) in &results {
            let case = &cases[*index];
            let (passed, all) = areas.entry(&case.area).or_default();
            *all += 1;
            match result {
                Ok(()) => *passed += 1,
                Err(got) if shows_failures => {
                    println!("{}\t{}\t{}\t{got}", case.area, case.input, case.expected);
                }
                Err(_) => {}
            }
        }
        println!("{file}");
        for (area, (passed, all)) in &areas {
            println!("  {area:<20} {passed:>5} of {all:>5}  {:.3}", *passed as f64 / *all as f64);
        }
        let passed: usize = areas.values().map(|(passed, _)| passed).sum();
        println!(
            "  {:<20} {passed:>5} of {:>5}  {:.3}",
            "all",
            results.len(),
            passed as f64 / results.len() as f64
        );
    }
}
