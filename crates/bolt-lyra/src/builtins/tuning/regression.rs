//! Benchmarks of the session that are compared with how long they took before.

use std::time::Duration;

use triomphe::Arc;

use super::settings::{Kind, Setting, configure, remembered, setting, unavailable};
use super::stats::nothing_given;
use crate::association::Association;
use crate::builtins::forms::record;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "SetupRegressionTesting",
        Attributes::NONE,
        |s, c| Ok(configure(s, "SetupRegressionTesting", SETTINGS, c)),
        "SetupRegressionTesting[benchmarks -> {\"arithmetic_operations\", ...}, baseline -> \"latest_stable\", threshold -> 0.05, alerting -> True] says what RunRegressionTests measures, which baseline it compares with, and by which part a benchmark must be slower to count as a regression, which alerting tells as a message. The settings in effect are returned.",
        &[
            ("SetupRegressionTesting[threshold -> 0.1][\"threshold\"]", "0.1"),
            ("Quiet[SetupRegressionTesting[benchmarks -> {\"arithmetic\"}]]", "$Failed"),
        ],
    ),
    builtin(
        "SaveRegressionBaseline",
        Attributes::NONE,
        save,
        "SaveRegressionBaseline[] measures the benchmarks of SetupRegressionTesting and writes their times to the file of its baseline, such as latest_stable.baseline.json in the current directory, which is returned.",
        &[
            (
                "SetupRegressionTesting[benchmarks -> {\"arithmetic_operations\"}]; SaveRegressionBaseline[]",
                "\"latest_stable.baseline.json\"",
            ),
            (
                "SetupRegressionTesting[benchmarks -> {\"arithmetic_operations\"}, baseline -> \"b\"]; SaveRegressionBaseline[]; FileExistsQ[\"b.baseline.json\"]",
                "True",
            ),
        ],
    ),
    builtin(
        "RunRegressionTests",
        Attributes::NONE,
        run,
        "RunRegressionTests[] measures the benchmarks of SetupRegressionTesting, the fastest of several runs in processor time, and compares them with the baseline: an association of \"seconds\", \"baseline\", \"change\" and \"isRegression\" for each.",
        &[
            (
                "SetupRegressionTesting[benchmarks -> {\"arithmetic_operations\"}]; Keys[RunRegressionTests[]]",
                "{\"arithmetic_operations\"}",
            ),
            (
                "SetupRegressionTesting[benchmarks -> {\"pattern_matching\"}]; First[RunRegressionTests[][\"pattern_matching\"][\"baseline\"]]",
                "\"Unavailable\"",
            ),
        ],
    ),
];

/// Programs that are measured, by name.
const BENCHMARKS: &[(&str, &str)] = &[
    ("arithmetic_operations", "Do[Sum[1/k, {k, 60}]; Mod[3^k, 1009]; Sqrt[2. k], {k, 60}]"),
    (
        "pattern_matching",
        "Do[Cases[{f[1], g[x, 2], h, f[y]}, f[_Integer] | g[_, _]]; a + b + c + k /. {b + c -> d, k -> 1}, {k, 60}]",
    ),
    ("symbolic_computation", "Expand[(x + y + 1)^8]; Factor[x^12 - 1]; D[Sin[x^2] Exp[x], {x, 3}]"),
    ("parallel_execution", "ParallelTable[Sum[N[k/i], {k, 40}], {i, 40}]"),
];

const NAMES: &[&str] =
    &["arithmetic_operations", "pattern_matching", "symbolic_computation", "parallel_execution"];

const KEY: &str = "SetupRegressionTesting";

fn all_names() -> Value {
    Value::list(NAMES.iter().map(|name| Value::string(*name)).collect::<Args>())
}

const SETTINGS: &[Setting] = &[
    setting("benchmarks", Kind::Words(NAMES), |session, value| {
        Ok(remembered(session, KEY, "benchmarks", value, all_names))
    }),
    setting("baseline", Kind::Text, |session, value| {
        Ok(remembered(session, KEY, "baseline", value, || Value::string("latest_stable")))
    }),
    setting("threshold", Kind::Number(0.0, 100.0), |session, value| {
        Ok(remembered(session, KEY, "threshold", value, || Value::Real(0.05)))
    }),
    setting("alerting", Kind::Switch, |session, value| {
        Ok(remembered(session, KEY, "alerting", value, || Value::TRUE))
    }),
];

/// Runs of each benchmark, of which the fastest counts.
const RUNS: usize = 7;

/// Measures the benchmarks that were chosen, in seconds of processor time.
fn measured(session: &mut Session) -> Evaluated<Vec<(&'static str, f64)>> {
    let wanted = remembered(session, KEY, "benchmarks", None, all_names);
    let wanted = wanted.as_list().unwrap_or(&[]).to_vec();
    let mut times = Vec::new();
    for (name, program) in BENCHMARKS {
        if !wanted.contains(&Value::string(*name)) {
            continue;
        }
        let Ok(expr) = bolt_lyra_syntax::parse_expression(program) else { continue };
        let program = session.read(&expr);
        let mut fastest = Duration::MAX;
        for _ in 0..RUNS {
            let start = crate::builtins::processor_time(session);
            session.quiet += 1;
            let done = session.evaluate(&program);
            session.quiet -= 1;
            done?;
            fastest = fastest.min(crate::builtins::processor_time(session).saturating_sub(start));
        }
        times.push((*name, fastest.as_secs_f64()));
    }
    Ok(times)
}

fn file(session: &mut Session) -> String {
    let name = remembered(session, KEY, "baseline", None, || Value::string("latest_stable"));
    format!("{}.baseline.json", name.as_str().unwrap_or("latest_stable"))
}

fn save(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if !call.args().is_empty() {
        return Ok(Step::Same);
    }
    session.hidden_dependence = true;
    let times = measured(session)?;
    let path = file(session);
    let lines: Vec<String> =
        times.iter().map(|(name, seconds)| format!("  \"{name}\": {seconds:e}")).collect();
    let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
    Ok(match session.host.write(&path, text.as_bytes(), false) {
        Ok(()) => Step::Done(Value::string(path)),
        Err(_) => {
            session.message_of("SaveRegressionBaseline", "noopen", &[Value::string(path)]);
            Step::Done(Value::Symbol(sym::Failed))
        }
    })
}

/// Reads a baseline: lines of names and numbers.
fn baseline(session: &mut Session) -> Result<Vec<(String, f64)>, String> {
    let path = file(session);
    let bytes = session
        .host
        .read(&path)
        .map_err(|_| format!("there is no {path}; SaveRegressionBaseline[] writes it"))?;
    let text = String::from_utf8_lossy(&bytes);
    let entry = |line: &str| {
        let (name, seconds) = line.trim().trim_end_matches(',').split_once(':')?;
        Some((name.trim().trim_matches('"').to_owned(), seconds.trim().parse().ok()?))
    };
    Ok(text.lines().filter_map(entry).collect())
}

fn run(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if let Step::Same = nothing_given(call, || Value::NULL) {
        return Ok(Step::Same);
    }
    session.hidden_dependence = true;
    let times = measured(session)?;
    let baseline = baseline(session);
    let threshold = remembered(session, KEY, "threshold", None, || Value::Real(0.05));
    let threshold = number::to_f64(&threshold).unwrap_or(0.05);
    let alerts = remembered(session, KEY, "alerting", None, || Value::TRUE).is(sym::True);
    let mut results = Association::default();
    for (name, seconds) in times {
        let before = baseline.as_ref().map_err(Clone::clone).and_then(|all| {
            let own = all.iter().find(|(known, _)| known == name).map(|(_, seconds)| *seconds);
            own.ok_or_else(|| format!("the baseline has no {name}"))
        });
        let own = match before {
            Ok(before) => {
                let change = seconds / before.max(1e-12) - 1.0;
                let is_regression = change > threshold;
                if is_regression && alerts {
                    let parts = [Value::string(name), Value::Real(1.0 + change)];
                    session.message_of("RunRegressionTests", "slower", &parts);
                }
                [
                    ("seconds", Value::Real(seconds)),
                    ("baseline", Value::Real(before)),
                    ("change", Value::Real(change)),
                    ("isRegression", Value::boolean(is_regression)),
                ]
            }
            Err(why) => [
                ("seconds", Value::Real(seconds)),
                ("baseline", unavailable(why.as_str())),
                ("change", unavailable(why.as_str())),
                ("isRegression", unavailable(why)),
            ],
        };
        results.insert(Value::string(name), record(own));
    }
    Ok(Step::Done(Value::Association(Arc::new(results))))
}
