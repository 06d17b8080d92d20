//! Programs of Lyra beside the same work in CPython, numpy, FLINT, SymEngine and Woxi.
//!
//! The programs stand beside the project. Of each, what stands within `Timing` is measured, in a new
//! session each time and as often as it takes 0.2 s; what comes before it is not. The peers' side,
//! `benches/peers/lyra.py`, has the same work as functions. What is compared is a number or a few that
//! each program comes to.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use bolt_lyra::{Session, Value, sym};
use bolt_lyra_syntax::{Expr, ExprKind, parse};
use serde_json::{Map, Value as Json, json};

use crate::bench::{Bench, Case, Goal, Peer};
use crate::clock::process_seconds;
use crate::inputs::Inputs;
use crate::values::Values;

/// What is measured takes so long at least, by repeating it.
const LEAST_SECONDS: f64 = 0.2;

/// A program of the folder, what it comes to, and what it must be at least so many times as fast as.
struct Program {
    file: &'static str,
    /// An expression of numbers, evaluated once the program has run.
    result: &'static str,
    goals: &'static [(f64, &'static str)],
}

const fn program(
    file: &'static str,
    result: &'static str,
    goals: &'static [(f64, &'static str)],
) -> Program {
    Program { file, result, goals }
}

/// As fast as numpy in one thread, but for half as much again.
const NUMPY: f64 = 1.0 / 1.5;
/// Within twice the time of functions that are written in C.
const OF_C: f64 = 0.5;
/// Within ten times the time of FLINT.
const FLINT: f64 = 0.1;

const PROGRAMS: &[Program] = &[
    program("01_fib", "res", &[(1.0, "cpython"), (1.0, "woxi")]),
    program("02_doloop", "res", &[(4.0, "cpython"), (1.0, "woxi")]),
    program("03_table_total", "res", &[(4.0, "cpython"), (1.0, "woxi")]),
    program("04_map_pure", "res", &[(4.0, "cpython"), (1.0, "woxi")]),
    program("05_sort", "res[[500000]]", &[(OF_C, "cpython"), (1.0, "woxi")]),
    program("06_nestlist", "Last[res]", &[(4.0, "cpython"), (1.0, "woxi")]),
    program("07_strings", "res", &[(OF_C, "cpython"), (1.0, "woxi")]),
    program("08_expand", "Length[res]", &[(1.0, "symengine"), (FLINT, "flint"), (1.0, "woxi")]),
    program("09_expand_prod", "Length[res]", &[(1.0, "symengine"), (FLINT, "flint")]),
    program("10_diff6", "N[res /. x -> 1/2]", &[(1.0, "woxi")]),
    program("11_rewrite_fold", "First[res]", &[(1.0, "woxi")]),
    program("12_rewrite_peano", "Depth[res]", &[(1.0, "woxi")]),
    program("13_bubble", "Boole[res === Range[30]]", &[(1.0, "woxi")]),
    program("14_integrate", "Boole[FreeQ[res, Integrate]]", &[(1.0, "woxi")]),
    program("15_solve", "Map[Length, res]", &[(1.0, "woxi")]),
    program("16_det_hilbert", "Boole[1/res > 10^500]", &[(FLINT, "flint"), (1.0, "woxi")]),
    program("17_dot_real", "Round[1000*res[[7, 9]]]", &[(NUMPY, "numpy"), (1.0, "woxi")]),
    program("18_linsolve_real", "Round[1000*Total[res]]", &[(NUMPY, "numpy"), (1.0, "woxi")]),
    program("19_sieve", "res", &[(4.0, "cpython"), (1.0, "woxi")]),
    program("20_memo", "Mod[res, 1000003]", &[(1.0, "cpython")]),
    program("21_assoc", "res", &[(OF_C, "cpython"), (1.0, "woxi")]),
    program("22_factor", "Length[res]", &[(FLINT, "flint")]),
    program("23_bigint", "res", &[(1.0, "cpython"), (1.0, "woxi")]),
    program("24_collatz", "res", &[(4.0, "cpython"), (1.0, "woxi")]),
    program("25_ema", "Round[1000*Last[res]]", &[(4.0, "cpython"), (1.0, "woxi")]),
    program("26_vector", "Round[res]", &[(NUMPY, "numpy"), (1.0, "woxi")]),
    program("27_drawdown", "Round[1000000*res[[1]]]", &[(NUMPY, "numpy"), (1.0, "woxi")]),
    program("28_cases", "res", &[(1.0, "cpython"), (1.0, "woxi")]),
    program("29_series", "Coefficient[Normal[res], x, 8] // N", &[(1.0, "woxi")]),
    program("30_mandel", "res", &[(4.0, "cpython")]),
    program("31_module_call", "res", &[(1.0, "cpython"), (1.0, "woxi")]),
    program("32_simplify", "Length[res]", &[(1.0, "woxi")]),
];

/// Returns the folder of the programs.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/benchmarks/lyra")
}

pub(crate) const CASES: &[fn(&mut Bench) -> Result<()>] = &[run];

fn run(bench: &mut Bench) -> Result<()> {
    let inputs = Inputs::new()?;
    let wanted = PROGRAMS.iter().filter(|program| bench.wants(program.file));
    let read = |program| Ok((program, Parts::read(program)?));
    let programs: Vec<(&Program, Parts)> = wanted.map(read).collect::<Result<_>>()?;
    let texts = programs.iter().map(|(program, parts)| (program.file.to_owned(), parts.texts()));
    inputs.numbers(&json!({ "programs": texts.collect::<Map<_, _>>() }))?;
    let mut peers = bench.peers("lyra.py", &inputs)?;
    for (program, parts) in &programs {
        let name = program.file.to_owned();
        let goal = |(ratio, peer): &(f64, &str)| {
            let peer = Peer::whole(format!("{peer}:{}", program.file));
            Goal::Ratio(*ratio, vec![peer])
        };
        let goals = program.goals.iter().map(goal).collect();
        let ours = || Ok(Values::F64(vec![parts.result()?]));
        let case = Case { name, ours: Box::new(ours), goals, tolerance: 1e-6 };
        if let Err(error) = bench.run_timed(&mut peers, case, &mut |_| parts.seconds()) {
            eprintln!("{}: {error:#}", program.file);
        }
    }
    Ok(())
}

/// A program taken apart.
struct Parts {
    /// What comes before what is measured.
    before: Vec<Expr>,
    measured: Expr,
    result: Expr,
}

impl Parts {
    fn read(program: &Program) -> Result<Self> {
        let path = folder().join(format!("{}.wl", program.file));
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("reading the program `{}`", path.display()))?;
        let parsed = parse(&text);
        ensure!(!parsed.has_errors(), "`{}` is broken", path.display());
        let mut before = parsed.exprs;
        let place = before.iter().position(|expr| timed(expr).is_some());
        let place = place.with_context(|| format!("`{}` measures nothing", path.display()))?;
        let measured = timed(&before[place]).cloned().context("it was just there")?;
        before.truncate(place);
        let result = parse(program.result).exprs.pop().context("a result is an expression")?;
        Ok(Self { before, measured, result })
    }

    /// Returns it as text, for a peer that speaks the language.
    fn texts(&self) -> Json {
        let before: Vec<String> = self.before.iter().map(ToString::to_string).collect();
        json!({
            "before": before,
            "measured": self.measured.to_string(),
            "result": self.result.to_string(),
        })
    }

    /// Returns a session in which what comes before was evaluated.
    fn session(&self) -> Result<Session> {
        let mut session = Session::new();
        for expr in &self.before {
            evaluate(&mut session, expr)?;
        }
        Ok(session)
    }

    fn result(&self) -> Result<Vec<f64>> {
        let mut session = self.session()?;
        evaluate(&mut session, &self.measured)?;
        let value = evaluate(&mut session, &self.result)?;
        numbers(&value).with_context(|| format!("it comes to {}", session.input_form(&value)))
    }

    /// Returns the processor time of what is measured.
    fn seconds(&self) -> Result<f64> {
        let (mut spent, mut count) = (0.0, 0);
        while spent < LEAST_SECONDS {
            let mut session = self.session()?;
            let measured = session.read(&self.measured);
            let start = process_seconds()?;
            let result = session.evaluate_line(&measured);
            spent += process_seconds()? - start;
            count += 1;
            ensure!(result.is_ok_and(|value| !value.is(sym::Aborted)), "it was aborted");
        }
        Ok(spent / f64::from(count))
    }
}

/// Returns what is measured by an expression: `ta = First[AbsoluteTiming[this]]` within `Timing`.
fn timed(expr: &Expr) -> Option<&Expr> {
    let mut found = None;
    find(expr, "AbsoluteTiming", &mut found);
    found
}

/// Finds the first argument of the first call of a function.
fn find<'e>(expr: &'e Expr, name: &str, found: &mut Option<&'e Expr>) {
    if let ExprKind::Call { head, args } = &expr.kind {
        if head.as_symbol() == Some(name) && found.is_none() {
            *found = args.first();
        }
        args.iter().for_each(|arg| find(arg, name, found));
    }
}

fn evaluate(session: &mut Session, expr: &Expr) -> Result<Value> {
    let value = session.read(expr);
    match session.evaluate_line(&value) {
        Ok(value) if !value.is(sym::Aborted) => Ok(value),
        _ => bail!("it was aborted"),
    }
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::Integer(integer) => Some(vec![*integer as f64]),
        Value::Real(real) => Some(vec![*real]),
        _ => {
            let parts: Option<Vec<Vec<f64>>> = value.as_list()?.iter().map(numbers).collect();
            Some(parts?.concat())
        }
    }
}
