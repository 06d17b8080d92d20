//! Random texts for the parser: examples with parts changed, and bytes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bolt_base::Rng;
use bolt_lyra::Session;
use bolt_lyra_syntax::{classes, parse, parse_expression, to_full_form, to_input_form};

use crate::program::pick;

/// Pieces that are put in.
const PIECES: [&str; 48] = [
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "[[",
    "]]",
    "<|",
    "|>",
    "\"",
    "\\",
    "(*",
    "*)",
    "`",
    "_",
    "__",
    "___.",
    "#",
    "##",
    "&",
    "->",
    ":>",
    ":=",
    "=.",
    "/;",
    "//.",
    "/@",
    "@@@",
    ";;",
    "''",
    "!!",
    "++",
    "--",
    "^",
    "~",
    "1.5`20",
    "2^^101",
    "*^",
    "\\[Alpha]",
    "\\:03b1",
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "α",
    "\u{1F600}",
    "e",
];

/// Parses the texts of these numbers; returns how many go wrong.
pub(crate) fn run(seed: u64, numbers: std::ops::Range<u64>) -> usize {
    let examples: Vec<&'static str> =
        Session::built_in().flat_map(|builtin| builtin.examples).map(|(input, _)| *input).collect();
    let count = numbers.end - numbers.start;
    let mut wrong = 0;
    for number in numbers {
        let text = text(&examples, seed, number);
        if let Err(why) = check(&text) {
            wrong += 1;
            println!("{seed}:{number}: {text:?}\n    {why}");
        }
    }
    println!("{count} texts, {wrong} go wrong");
    wrong
}

/// Returns the text of a number.
pub(crate) fn text(examples: &[&'static str], seed: u64, number: u64) -> String {
    let mut rng = Rng::new(seed).fork(number);
    if rng.below(8) == 0 {
        let bytes: Vec<u8> = (0..rng.below(40)).map(|_| rng.below(256) as u8).collect();
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    let mut characters: Vec<char> = pick(&mut rng, examples).chars().collect();
    for _ in 0..=rng.below(4) {
        let place = rng.below(characters.len() as u64 + 1) as usize;
        match rng.below(4) {
            0 if place < characters.len() => {
                let end = (place + 1 + rng.below(4) as usize).min(characters.len());
                characters.drain(place..end);
            }
            1 => {
                let other = rng.below(characters.len() as u64 + 1) as usize;
                let part = characters[place.min(other)..place.max(other)].to_vec();
                characters.splice(place..place, part);
            }
            _ => {
                characters.splice(place..place, pick(&mut rng, &PIECES).chars());
            }
        }
    }
    characters.into_iter().collect()
}

/// Parses a text: that may not panic, every place is within it, and what is no error is read back
/// from what it is written as.
///
/// # Errors
/// What goes wrong.
pub(crate) fn check(text: &str) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| read_back(text))).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        Err(format!("panic: {}", said.or(panic.downcast_ref().copied()).unwrap_or("unknown")))
    })
}

fn read_back(text: &str) -> Result<(), String> {
    let parsed = parse(text);
    let end = text.len();
    let within = |start: u32, stop: u32| {
        let (start, stop) = (start as usize, stop as usize);
        start <= stop && stop <= end && text.is_char_boundary(start) && text.is_char_boundary(stop)
    };
    for diagnostic in &parsed.diagnostics {
        if !within(diagnostic.span.start, diagnostic.span.end) {
            return Err(format!("the place of `{}` is outside", diagnostic.message));
        }
    }
    if classes(text).iter().any(|(span, _)| !within(span.start, span.end)) {
        return Err("the place of a class is outside".to_owned());
    }
    if parsed.has_errors() {
        return Ok(());
    }
    for expr in &parsed.exprs {
        for written in [to_input_form(expr), to_full_form(expr)] {
            match parse_expression(&written) {
                Ok(again) if again.same_tree(expr) => {}
                Ok(again) => {
                    return Err(format!("`{written}` is read as {}", to_full_form(&again)));
                }
                Err(_) => return Err(format!("`{written}` is not read")),
            }
        }
    }
    Ok(())
}
