//! Profiles of one evaluation: time, memory, workers.

use std::fmt::Write as _;
use std::sync::Arc as Shared;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use triomphe::Arc;

use super::groups::as_f64;
use super::settings::{Kind, Setting, known, read, setting, unavailable};
use super::stats::{concurrency, count};
use super::{flame, units};
use crate::association::Association;
use crate::builtins::forms::record;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::parallel::Report;
use crate::profile::Profile;
use crate::runtime::Gauge;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "ProfileCPU",
        Attributes::HOLD_FIRST,
        processor,
        "ProfileCPU[e, duration -> Minutes[5], includeCallStack -> True, flamegraph -> True] evaluates e, for so long at most, and times every call: \"hotFunctions\" has the seconds of each function without those of what it calls, \"callStacks\" those of each chain of calls, \"flamegraph\" the same for SaveFlameGraph, \"result\" the value of e.",
        &[
            ("ProfileCPU[1 + 1][\"result\"]", "2"),
            ("f[x_] := x^2; MemberQ[Keys[ProfileCPU[f[y]][\"hotFunctions\"]], \"f\"]", "True"),
        ],
    ),
    builtin(
        "SaveFlameGraph",
        Attributes::NONE,
        save,
        "SaveFlameGraph[graph, \"file.svg\"] writes the flame graph of a ProfileCPU: chains of calls are drawn one on the other, as wide as the time that they took.",
        &[
            ("SaveFlameGraph[ProfileCPU[Range[3]][\"flamegraph\"], \"a.svg\"]", "\"a.svg\""),
            ("Quiet[SaveFlameGraph[1, \"a.svg\"]]", "$Failed"),
        ],
    ),
    builtin(
        "ProfileMemory",
        Attributes::HOLD_FIRST,
        memory,
        "ProfileMemory[e, trackAllocations -> True, detectLeaks -> True] evaluates e and tells of the program's memory: \"peakMemory\", the most that was in memory, \"growth\", what is allocated more than before, \"allocationRate\", that growth at its peak a second, and \"leaks\", the symbols that have more definitions than before; \"result\" is the value of e.",
        &[
            ("ProfileMemory[1 + 1][\"result\"]", "2"),
            ("ProfileMemory[kept = Range[5]][\"leaks\"]", "{\"kept\"}"),
        ],
    ),
    builtin(
        "ProfileConcurrency",
        Attributes::HOLD_FIRST,
        concurrent,
        "ProfileConcurrency[e, trackContention -> True, includeScheduling -> True, visualizeWorkflow -> True] evaluates e and tells what the workers of its parallel loops did, as DiagnoseConcurrency does; \"schedule\" has what each worker did, \"workflow\" draws it as text, and \"result\" is the value of e.",
        &[
            ("ProfileConcurrency[1 + 1][\"result\"]", "2"),
            ("First[ProfileConcurrency[1][\"threadUtilization\"]]", "\"Unavailable\""),
        ],
    ),
];

/// A setting that is asked for by name in what a profile returns.
macro_rules! part {
    ($name:literal, $kind:expr) => {
        setting($name, $kind, |_, _| Ok(Value::NULL))
    };
}

const PROCESSOR: &[Setting] = &[
    part!("duration", Kind::Time),
    part!("includeCallStack", Kind::Switch),
    part!("flamegraph", Kind::Switch),
];

const MEMORY: &[Setting] = &[
    part!("trackAllocations", Kind::Switch),
    part!("includeCallStack", Kind::Switch),
    part!("detectLeaks", Kind::Switch),
];

const CONCURRENCY: &[Setting] = &[
    part!("trackContention", Kind::Switch),
    part!("includeScheduling", Kind::Switch),
    part!("visualizeWorkflow", Kind::Switch),
];

/// What a profile is asked for.
struct Asked {
    expression: Value,
    given: Vec<(&'static str, Value)>,
}

impl Asked {
    /// Reads the arguments of a profile; tells what is wrong with them.
    fn read(
        session: &mut Session,
        name: &'static str,
        settings: &[Setting],
        call: &Call,
    ) -> Evaluated<Option<Self>> {
        let [expression, options @ ..] = call.args() else {
            session.wrong_count_of(name, 0, 1, usize::MAX);
            return Ok(None);
        };
        let options: Vec<Value> =
            options.iter().map(|option| session.evaluate(option)).collect::<Evaluated<_>>()?;
        let Some(given) = read(session, name, settings, &options) else { return Ok(None) };
        let given = given.iter().map(|(setting, value)| (setting.name, (*value).clone())).collect();
        session.leave("what is measured of the session");
        session.hidden_dependence = true;
        Ok(Some(Self { expression: expression.clone(), given }))
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.given.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Returns whether something is wanted, which it is unless it is switched off.
    fn wants(&self, name: &str) -> bool {
        self.get(name).is_none_or(|value| value.is(sym::True))
    }
}

const FAILED: Step = Step::Done(Value::Symbol(sym::Failed));

fn processor(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(asked) = Asked::read(session, "ProfileCPU", PROCESSOR, call)? else {
        return Ok(FAILED);
    };
    let limit = asked.get("duration").and_then(units::seconds);
    let expression = match limit {
        Some(seconds) => {
            let constrained = Value::Symbol(session.names.symbol("System`TimeConstrained"));
            Value::call(constrained, [asked.expression.clone(), Value::Real(seconds)])
        }
        None => asked.expression.clone(),
    };
    let start = session.clock.now();
    let (result, profile) = session.evaluate_profiled(&expression);
    let elapsed = session.clock.now().saturating_sub(start);
    let result = result?;
    let time = |seconds: f64| Value::call(sym::Seconds, [Value::Real(seconds)].as_slice());
    let functions = profile.functions();
    let hot: Vec<(String, Value)> = functions
        .iter()
        .filter(|calls| !calls.own.is_zero())
        .map(|calls| (session.names.shown(calls.symbol), Value::Real(calls.own.as_secs_f64())))
        .collect();
    let mut entries = vec![
        ("result", result),
        ("elapsed", time(elapsed.as_secs_f64())),
        ("hotFunctions", record(hot.iter().map(|(name, value)| (name.as_str(), value.clone())))),
        ("calls", count(profile.calls())),
        ("cacheMissRate", known(super::stats::read(session, Gauge::CacheMisses).map(Value::Real))),
    ];
    let chains = chains(session, &profile);
    if asked.wants("includeCallStack") {
        entries.push(("callStacks", chains.clone()));
    }
    if asked.wants("flamegraph") {
        let graph = Value::Symbol(session.names.symbol("System`FlameGraph"));
        entries.push(("flamegraph", Value::call(graph, [chains].as_slice())));
    }
    Ok(Step::Done(record(entries)))
}

/// Returns the seconds of each chain of calls, whose names `;` parts.
fn chains(session: &Session, profile: &Profile) -> Value {
    let name = |symbols: &[Symbol]| {
        let names: Vec<String> =
            symbols.iter().map(|&symbol| session.names.shown(symbol)).collect();
        names.join(";")
    };
    let mut all = Association::default();
    for (chain, own) in profile.chains() {
        all.insert(Value::string(name(&chain)), Value::Real(own.as_secs_f64()));
    }
    Value::Association(Arc::new(all))
}

fn save(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [graph, Value::String(path)] = call.args() else {
        if call.len() != 2 {
            session.wrong_count_of("SaveFlameGraph", call.len(), 2, 2);
        }
        return Ok(Step::Same);
    };
    let is_graph = |call: &&Call| {
        let head = call.head().as_symbol();
        head.is_some_and(|head| &*session.names.full(head).name == "FlameGraph")
    };
    let chains = graph.as_call().filter(is_graph).and_then(|graph| match graph.args() {
        [Value::Association(chains)] => chains
            .iter()
            .map(|(chain, entry)| Some((chain.as_str()?.to_owned(), as_f64(Some(&entry.value))?)))
            .collect::<Option<Vec<(String, f64)>>>(),
        _ => None,
    });
    let Some(chains) = chains else {
        session.message_of("SaveFlameGraph", "graph", std::slice::from_ref(graph));
        return Ok(FAILED);
    };
    session.hidden_dependence = true;
    let svg = flame::svg(&chains);
    Ok(match session.host.write(path, svg.as_bytes(), false) {
        Ok(()) => Step::Done(Value::String(path.clone())),
        Err(_) => {
            session.message_of("SaveFlameGraph", "noopen", &[Value::String(path.clone())]);
            FAILED
        }
    })
}

/// How often memory is read while something is evaluated.
const READ_EVERY: Duration = Duration::from_millis(5);

fn memory(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(asked) = Asked::read(session, "ProfileMemory", MEMORY, call)? else {
        return Ok(FAILED);
    };
    let sizes = |session: &Session| -> Vec<usize> {
        session.definitions.iter().map(crate::definition::Definition::size).collect()
    };
    let before = sizes(session);
    let allocated = super::stats::read(session, Gauge::Allocated);
    let (peaks, ends) =
        (Shared::new([AtomicU64::new(0), AtomicU64::new(0)]), Shared::new(AtomicBool::new(false)));
    let runtime = session.runtime();
    if let Ok(runtime) = &runtime {
        let (peaks, ends, reader) = (peaks.clone(), ends.clone(), runtime.clone());
        let look = move || {
            for (peak, gauge) in peaks.iter().zip([Gauge::Resident, Gauge::Allocated]) {
                let now = reader.read(gauge).unwrap_or(0.0);
                peak.fetch_max(now.max(0.0) as u64, Ordering::Relaxed);
            }
            !ends.load(Ordering::Relaxed)
        };
        let first = look.clone();
        first();
        // Where no thread can be had, the memory before and after is the peak.
        let _ = runtime.every(READ_EVERY, Box::new(look));
    }
    let start = session.clock.now();
    let result = session.evaluate(&asked.expression);
    ends.store(true, Ordering::Relaxed);
    let result = result?;
    let seconds = session.clock.now().saturating_sub(start).as_secs_f64().max(1e-9);
    let bytes = |bytes: f64| Value::call(sym::Bytes, [Value::Integer(bytes as i64)].as_slice());
    let resident = super::stats::read(session, Gauge::Resident);
    let after = super::stats::read(session, Gauge::Allocated);
    let peak = |place: usize, now: f64| now.max(peaks[place].load(Ordering::Relaxed) as f64);
    let mut entries =
        vec![("result", result), ("peakMemory", known(resident.map(|now| bytes(peak(0, now)))))];
    if asked.wants("trackAllocations") {
        let both = allocated.and_then(|before| Ok((before, after?)));
        let growth = both.clone().map(|(before, after)| bytes(after - before));
        let rate = both.map(|(before, after)| bytes((peak(1, after) - before).max(0.0) / seconds));
        entries.push(("growth", known(growth)));
        entries.push(("allocationRate", known(rate)));
    }
    if asked.wants("includeCallStack") {
        entries.push(("callStacks", unavailable("allocations are not counted by function")));
    }
    if asked.wants("detectLeaks") {
        let now = sizes(session);
        let grown = now
            .iter()
            .enumerate()
            .filter(|(index, size)| **size > before.get(*index).copied().unwrap_or(0));
        let names: Args = grown
            .map(|(index, _)| Symbol(index as u32))
            .filter(|&symbol| !session.attributes(symbol).has(Attributes::TEMPORARY))
            .map(|symbol| Value::string(session.names.shown(symbol)))
            .collect();
        entries.push(("leaks", Value::list(names)));
    }
    Ok(Step::Done(record(entries)))
}

fn concurrent(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(asked) = Asked::read(session, "ProfileConcurrency", CONCURRENCY, call)? else {
        return Ok(FAILED);
    };
    let outer = std::mem::take(&mut session.workers.all);
    let result = session.evaluate(&asked.expression);
    let own = std::mem::replace(&mut session.workers.all, outer);
    session.workers.all.add(&own);
    let result = result?;
    let Value::Association(told) = concurrency(&own) else { return Ok(Step::Same) };
    let mut told = (*told).clone();
    if !asked.wants("trackContention") {
        told.remove(&Value::string("lockContention"));
    }
    let mut add = |name: &str, value: Value| told.insert(Value::string(name), value);
    if asked.wants("includeScheduling") {
        let worker = |tally: &crate::parallel::Tally| {
            let busy = Value::Real(tally.busy.as_secs_f64());
            record([
                ("items", count(tally.items)),
                ("chunks", count(tally.chunks)),
                ("steals", count(tally.steals)),
                ("busyTime", Value::call(sym::Seconds, [busy].as_slice())),
            ])
        };
        add("schedule", Value::list(own.tallies.iter().map(worker).collect::<Args>()));
    }
    if asked.wants("visualizeWorkflow") {
        add("workflow", Value::string(workflow(&own)));
    }
    add("result", result);
    Ok(Step::Done(Value::Association(Arc::new(told))))
}

/// Draws which part of the time each worker evaluated items, a line each.
fn workflow(report: &Report) -> String {
    const WIDTH: f64 = 40.0;
    let whole = report.elapsed.as_secs_f64().max(1e-9);
    let mut text = String::new();
    for (number, tally) in report.tallies.iter().enumerate() {
        let part = (tally.busy.as_secs_f64() / whole).min(1.0);
        let bar = "#".repeat((part * WIDTH).round() as usize);
        let _ = writeln!(text, "{:>3} {bar:<40} {:>3.0} %", number + 1, 100.0 * part);
    }
    text
}
