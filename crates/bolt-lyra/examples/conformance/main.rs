//! Runs conformance cases and prints how many pass, by area.
//!
//! ```text
//! conformance [--failures] [--area AREA]... [--without AREA,AREA] [--package FILE]... [--jobs N] FILE...
//! ```
//! A file holds one case a line: `{"area", "input", "expected", "kind", "context"}`. What passes is
//! said in `judge`. Each case has a process of its own, which gets 2 s of processor time and 1 GiB;
//! packages are loaded once, before. `cargo xtask conformance lyra` builds and calls this.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

mod case;
mod child;
mod judge;
mod process;

/// The judge of syntax trees is that of the parser's own tests.
#[path = "../../../bolt-lyra-syntax/tests/it/code_parser.rs"]
mod code_parser;

use std::collections::BTreeMap;
use std::process::ExitCode;

use case::{Case, Outcome};

/// What the command line asks for.
#[derive(Debug, Default)]
struct Options {
    shows_failures: bool,
    /// The areas to run, all if none is given.
    areas: Vec<String>,
    /// The areas to leave out.
    without: Vec<String>,
    packages: Vec<String>,
    jobs: usize,
    files: Vec<String>,
}

const USAGE: &str = "conformance [--failures] [--area AREA]... [--without AREA,AREA] \
                     [--package FILE]... [--jobs N] FILE...";

impl Options {
    fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let jobs = std::thread::available_parallelism().map_or(1, usize::from);
        let mut options = Self { jobs, ..Self::default() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("`{argument}` needs a value"));
            let names = |text: String| text.split(',').map(str::to_owned).collect::<Vec<_>>();
            match argument.as_str() {
                "--failures" => options.shows_failures = true,
                "--area" => options.areas.extend(names(value()?)),
                "--without" => options.without.extend(names(value()?)),
                "--package" => options.packages.push(value()?),
                "--jobs" => {
                    let jobs = value()?.parse().ok().filter(|jobs| *jobs > 0);
                    options.jobs = jobs.ok_or("`--jobs` needs a number of 1 or more")?;
                }
                _ if argument.starts_with('-') => return Err(format!("usage: {USAGE}")),
                _ => options.files.push(argument),
            }
        }
        match options.files.is_empty() {
            true => Err(format!("usage: {USAGE}")),
            false => Ok(options),
        }
    }

    fn takes(&self, case: &Case) -> bool {
        (self.areas.is_empty() || self.areas.contains(&case.area))
            && !self.without.contains(&case.area)
    }
}

fn main() -> ExitCode {
    let run = || {
        let options = Options::parse(std::env::args().skip(1))?;
        options.files.iter().try_for_each(|file| run(file, &options))
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(file: &str, options: &Options) -> Result<(), String> {
    let mut cases = case::read(file)?;
    cases.retain(|case| options.takes(case));
    let session = judge::session(&options.packages)?;
    let outcomes = process::run(session, &cases, options.jobs)?;
    if options.shows_failures {
        for (case, outcome) in cases.iter().zip(&outcomes) {
            if let Outcome::Fails(found) = outcome {
                println!("{}\t{}\t{}\t{found}", case.area, case.input, case.expected);
            }
        }
    }
    println!("{file}");
    let mut areas: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (case, outcome) in cases.iter().zip(&outcomes) {
        if *outcome != Outcome::NotJudged {
            let (passed, all) = areas.entry(&case.area).or_default();
            *all += 1;
            *passed += usize::from(*outcome == Outcome::Passes);
        }
    }
    for (area, counts) in &areas {
        show(area, *counts);
    }
    let sum = |of: fn(&(usize, usize)) -> usize| areas.values().map(of).sum();
    show("all", (sum(|counts| counts.0), sum(|counts| counts.1)));
    let left_out = outcomes.iter().filter(|outcome| **outcome == Outcome::NotJudged).count();
    if left_out > 0 {
        println!("  {left_out} cases are about what a parser does not have");
    }
    Ok(())
}

fn show(name: &str, (passed, all): (usize, usize)) {
    let share = if all == 0 { 0.0 } else { passed as f64 / all as f64 };
    println!("  {name:<20} {passed:>5} of {all:>5}  {share:.3}");
}
