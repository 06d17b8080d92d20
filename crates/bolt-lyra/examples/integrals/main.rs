//! Asks for integrals, sums, limits, series and solutions of random questions and judges the
//! answers by numbers.
//!
//! ```text
//! integrals [--count N] [--seed N] [--seconds N] [KIND]...
//! ```
//! The kinds are `derivatives` (integrals of derivatives of random expressions), `expressions`
//! (integrals of random expressions), `definite`, `sums`, `limits`, `series` and `equations`; all
//! are asked if none is given. A wrong answer is printed with its question.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

mod grammar;
mod kinds;
mod session;

use std::process::ExitCode;

use grammar::Random;
use kinds::{KINDS, Verdict};
use session::Asked;

fn main() -> ExitCode {
    let (mut count, mut seed, mut seconds, mut names) = (2000, 1, 2.0, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|text| text.parse::<f64>().ok());
        match argument.as_str() {
            "--count" => count = number().unwrap_or(0.0) as u64,
            "--seed" => seed = number().unwrap_or(0.0) as u64,
            "--seconds" => seconds = number().unwrap_or(0.0),
            _ => names.push(argument),
        }
    }
    let mut wrong = 0;
    for kind in KINDS.iter().filter(|kind| names.is_empty() || names.iter().any(|n| n == kind.name))
    {
        let mut counts = [0_usize; 5];
        for number in seed..seed + count {
            let question = (kind.make)(&mut Random(number));
            let verdict = (kind.judge)(&mut Asked::new(seconds), &question);
            let place = match &verdict {
                Verdict::Right => 0,
                Verdict::Unevaluated => 1,
                Verdict::TimedOut => 2,
                Verdict::Unjudged => 3,
                Verdict::Wrong(why) => {
                    println!("{number}: f = {}; {}\n    {why}", question.about, question.asked);
                    4
                }
            };
            counts[place] += 1;
        }
        let [right, unevaluated, late, unjudged, bad] = counts;
        wrong += bad;
        println!(
            "{}: {right} right, {unevaluated} unevaluated, {late} timed out, {unjudged} without \
             numbers, {bad} wrong",
            kind.name
        );
    }
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
