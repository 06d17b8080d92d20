//! Compares values with those of Python and SymPy on random inputs.
//!
//! ```text
//! differential [--seed N] [--count N] [--area AREA]
//! ```
//! Each case is a program of Lyra and an expression of Python that mean the same. `PYTHON` names the
//! interpreter, which needs SymPy; without one the exit code is 2.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

mod cases;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};

use bolt_base::Rng;
use bolt_lyra::{Session, Value, sym};
use bolt_lyra_syntax::parse;

use cases::{AREAS, Case, Compared};

const USAGE: &str = "differential [--seed N] [--count N] [--area AREA]";

/// An interpreter of Python that answers line by line.
struct Peer {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    fn start() -> Result<Self, String> {
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let mut process = Command::new(&python)
            .args(["-W", "ignore", "-c", include_str!("peer.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot run `{python}`: {error}"))?;
        let (input, output) = (process.stdin.take(), process.stdout.take());
        let (Some(input), Some(output)) = (input, output) else {
            return Err(format!("`{python}` has no pipes"));
        };
        let mut peer = Self { process, input, output: BufReader::new(output) };
        match peer.ask("1 + 1") {
            Ok(two) if two == "(2)" => Ok(peer),
            _ => {
                Err(format!("`{python}` has no SymPy\nhint: set PYTHON to an interpreter that has"))
            }
        }
    }

    fn ask(&mut self, expression: &str) -> Result<String, String> {
        let mut answer = String::new();
        writeln!(self.input, "{expression}")
            .and_then(|()| self.input.flush())
            .and_then(|()| self.output.read_line(&mut answer))
            .map_err(|error| format!("the peer is gone: {error}"))?;
        match answer.trim_end() {
            "" => Err("the peer is gone".to_owned()),
            answer => Ok(answer.to_owned()),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Compares what the command line asks for; returns how many cases differ.
fn run() -> Result<usize, String> {
    let (mut seed, mut count, mut area) = (1u64, 200u64, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("`{argument}` needs a value"));
        let number =
            |text: String| text.parse::<u64>().map_err(|_| format!("`{text}` is no number"));
        match argument.as_str() {
            "--seed" => seed = number(value()?)?,
            "--count" => count = number(value()?)?,
            "--area" => area = Some(value()?),
            _ => return Err(format!("unknown argument `{argument}`\nusage: {USAGE}")),
        }
    }
    let mut peer = Peer::start()?;
    let mut session = Session::new();
    let mut all = 0;
    for (name, make) in AREAS.iter().filter(|(name, _)| area.as_deref().is_none_or(|a| a == *name))
    {
        let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
        for number in 0..count {
            let case = make(&mut Rng::new(seed).fork(number));
            let (outcome, told) = judge(&mut session, &mut peer, &case)?;
            *outcomes.entry(outcome).or_default() += 1;
            if outcome == "differ" {
                println!("{name} {seed}:{number}: {}\n    {}\n    {told}", case.lyra, case.python);
            }
        }
        let counts: Vec<String> =
            outcomes.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
        println!("{name:<12} {}", counts.join(", "));
        all += usize::try_from(outcomes.get("differ").copied().unwrap_or(0)).unwrap_or(usize::MAX);
    }
    Ok(all)
}

fn judge(
    session: &mut Session,
    peer: &mut Peer,
    case: &Case,
) -> Result<(&'static str, String), String> {
    let answer = peer.ask(&case.python)?;
    if answer.starts_with("error: ") {
        return Ok(("refused by the peer", answer));
    }
    let question = match case.compared {
        Compared::Same => format!("({}) === ({answer})", case.lyra),
        Compared::Expanded => format!("Expand[Together[({}) - ({answer})]] === 0", case.lyra),
    };
    if evaluate(session, &question)?.is(sym::True) {
        return Ok(("agree", String::new()));
    }
    let value = evaluate(session, &case.lyra)?;
    Ok(("differ", format!("{}\n    {answer}", session.input_form(&value))))
}

fn evaluate(session: &mut Session, source: &str) -> Result<Value, String> {
    let parsed = parse(source);
    let [expr] = &parsed.exprs[..] else { return Err(format!("`{source}` is not one expression")) };
    let value = session.read(expr);
    let value = session.evaluate_line(&value).map_err(|_| "the session has ended".to_owned());
    session.take_notes();
    value
}
