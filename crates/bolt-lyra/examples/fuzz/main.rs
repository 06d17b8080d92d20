//! Looks for programs that a session does not survive, and for what it gets wrong by its own word.
//!
//! ```text
//! fuzz [programs|text|patterns] [--seed N] [--from N] [--count N] [--names NAME,NAME]
//! ```
//! `programs` evaluates random calls of the built-in functions: none may panic, overflow the stack,
//! ask for absurd memory or go on after an abort, and what a result is written as must be read as
//! the same result. `text` parses random and broken programs, `patterns` compares matches with an
//! enumeration of all. A seed and a number reproduce a case; each runs in a process of its own with
//! limits. Failures are shown once for each place, with a program as small as could be found.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

mod check;
#[allow(dead_code, reason = "the conformance program reads lines")]
#[path = "../conformance/child.rs"]
mod child;
mod matches;
mod minimise;
mod oracle;
mod program;
mod text;

use std::collections::BTreeSet;
use std::process::ExitCode;

use bolt_lyra::Session;
use bolt_lyra_syntax::to_input_form;

use check::{Failure, Judge};
use program::Programs;

/// What the command line asks for.
#[derive(Debug)]
struct Options {
    what: String,
    seed: u64,
    from: u64,
    count: u64,
    /// The functions to call, all if none is given.
    names: Vec<String>,
}

const USAGE: &str =
    "fuzz [programs|text|patterns] [--seed N] [--from N] [--count N] [--names NAME,NAME]";

impl Options {
    fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let what = "programs".to_owned();
        let mut options = Self { what, seed: 1, from: 0, count: 1_000, names: Vec::new() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("`{argument}` needs a value"));
            let number =
                |text: String| text.parse::<u64>().map_err(|_| format!("`{text}` is no number"));
            match argument.as_str() {
                "--seed" => options.seed = number(value()?)?,
                "--from" => options.from = number(value()?)?,
                "--count" => options.count = number(value()?)?,
                "--names" => options.names = value()?.split(',').map(str::to_owned).collect(),
                "programs" | "text" | "patterns" => options.what = argument,
                _ => return Err(format!("unknown argument `{argument}`\nusage: {USAGE}")),
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    let run = || {
        let options = Options::parse(std::env::args().skip(1))?;
        let numbers = options.from..options.from.saturating_add(options.count);
        match options.what.as_str() {
            "text" => Ok(text::run(options.seed, numbers)),
            "patterns" => matches::run(options.seed, numbers),
            _ => programs(&options, numbers),
        }
    };
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Evaluates random programs; returns how many kinds of failures there were.
fn programs(options: &Options, numbers: std::ops::Range<u64>) -> Result<usize, String> {
    let programs = Programs::new(&options.names)?;
    let mut judge = Judge::new(Session::new());
    let mut known = BTreeSet::new();
    let mut failing = 0;
    for number in numbers {
        let program = programs.get(options.seed, number);
        let Some(failure) = judge.of(&to_input_form(&program))? else { continue };
        failing += 1;
        if !known.insert(failure.kind()) {
            continue;
        }
        let (small, failure) = minimise::smallest(&program, &failure, &mut judge)?;
        show(options.seed, number, &to_input_form(&small), &failure);
    }
    println!("{} programs, {failing} fail in {} ways", options.count, known.len());
    Ok(known.len())
}

fn show(seed: u64, number: u64, program: &str, failure: &Failure) {
    println!("{seed}:{number}: {program}\n    {}", failure.text.replace('\n', "\n    "));
}
