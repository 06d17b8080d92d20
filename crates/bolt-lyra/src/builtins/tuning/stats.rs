//! What a session knows of its own work: names, memory, workers, calls.

use triomphe::Arc;

use super::settings::{Kind, Setting, configure, known, setting, unavailable};
use crate::builtins::forms::record;
use crate::builtins::{Builtin, builtin};
use crate::definition::{Attributes, Definition};
use crate::evaluate::Step;
use crate::parallel::{Report, Tally};
use crate::runtime::{Gauge, NodeGauge};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "NumCpus",
        Attributes::NONE,
        |s, c| {
            Ok(nothing_given(c, || match s.runtime() {
                Ok(runtime) => count(runtime.processors() as u64),
                Err(why) => unavailable(why),
            }))
        },
        "NumCpus[] is how many processors the program may use.",
        &[("NumCpus[1]", "NumCpus[1]"), ("MatchQ[NumCpus[], _Integer | _Rule]", "True")],
    ),
    builtin(
        "NumaNodeCount",
        Attributes::NONE,
        |s, c| {
            Ok(nothing_given(c, || match s.runtime() {
                Ok(runtime) => count(runtime.nodes() as u64),
                Err(why) => unavailable(why),
            }))
        },
        "NumaNodeCount[] is how many memory nodes the machine has.",
        &[
            ("NumaNodeCount[1]", "NumaNodeCount[1]"),
            ("MatchQ[NumaNodeCount[], _Integer | _Rule]", "True"),
        ],
    ),
    builtin(
        "GetNumaStats",
        Attributes::NONE,
        |s, c| Ok(nothing_given(c, || numa(s))),
        "GetNumaStats[] is an association: \"node\" has for each memory node, from 0, its memory, its processors and the part of all processors (\"cpu\") that it has; \"crossNodeTraffic\" the pages of it that processors of others took.",
        &[
            ("Keys[GetNumaStats[]]", "{\"node\", \"crossNodeTraffic\"}"),
            ("AssociationQ[GetNumaStats[][\"node\"]]", "True"),
        ],
    ),
    builtin(
        "EnablePerformanceMonitoring",
        Attributes::NONE,
        |s, c| Ok(configure(s, "EnablePerformanceMonitoring", MONITORING, c)),
        "EnablePerformanceMonitoring[includeMemoryStats -> True, includeConcurrencyStats -> True, includeSymbolStats -> True, sampleInterval -> Milliseconds[100]] says what GetPerformanceStats tells, and how often the memory and the processor time of the program are read; the last 3600 readings are kept. The settings in effect are returned.",
        &[
            (
                "EnablePerformanceMonitoring[includeMemoryStats -> False][\"includeMemoryStats\"]",
                "False",
            ),
            (
                "EnablePerformanceMonitoring[includeSymbolStats -> False]; First[GetPerformanceStats[][\"symbolEfficiency\"]]",
                "\"Unavailable\"",
            ),
        ],
    ),
    builtin(
        "GetPerformanceStats",
        Attributes::NONE,
        |s, c| Ok(nothing_given(c, || performance(s))),
        "GetPerformanceStats[] is an association of what is known of the session's work: \"memoryUsage\" of the program, \"symbolEfficiency\", the part of names that were known when they were read, \"concurrencyUtilization\", the part of their time that workers evaluated, and more under \"memory\", \"symbols\", \"concurrency\" and \"monitor\".",
        &[
            ("NumberQ[GetPerformanceStats[][\"symbolEfficiency\"]]", "True"),
            ("AssociationQ[GetPerformanceStats[][\"symbols\"]]", "True"),
        ],
    ),
    builtin(
        "DiagnoseMemoryUsage",
        Attributes::NONE,
        |s, c| Ok(nothing_given(c, || memory_usage(s))),
        "DiagnoseMemoryUsage[] is an association: what the table of names and the definitions take, what the program has in memory and has allocated, and the part of the former that it did not allocate (\"memoryFragmentation\").",
        &[
            ("DiagnoseMemoryUsage[][\"symbolTableSize\"] < Gigabytes[1]", "True"),
            ("DiagnoseMemoryUsage[][\"symbolCount\"] > 500", "True"),
        ],
    ),
    builtin(
        "DiagnoseConcurrency",
        Attributes::NONE,
        |s, c| Ok(nothing_given(c, || concurrency(&s.workers.all))),
        "DiagnoseConcurrency[] is an association of what the workers of all parallel loops did: \"threadUtilization\", the part of their time that they evaluated items, \"workStealEfficiency\", the part of asks for items that were met, \"lockContention\", the part of steps at which another worker came first, and counts.",
        &[
            ("First[DiagnoseConcurrency[][\"threadUtilization\"]]", "\"Unavailable\""),
            ("AssociationQ[DiagnoseConcurrency[]]", "True"),
        ],
    ),
    builtin(
        "AnalyzeLoadBalance",
        Attributes::NONE,
        |s, c| Ok(nothing_given(c, || balance(s))),
        "AnalyzeLoadBalance[] says of the last parallel loop how many items each worker evaluated and how long, and \"imbalance\", the longest of these times over their mean.",
        &[
            ("First[AnalyzeLoadBalance[][\"imbalance\"]]", "\"Unavailable\""),
            ("AnalyzeLoadBalance[][\"workers\"]", "{}"),
        ],
    ),
    builtin(
        "TriggerMemoryCompaction",
        Attributes::NONE,
        compact,
        "TriggerMemoryCompaction[] frees what can be made again: values that were kept, code and rules of functions that are written in the language, room of tables. It returns how much was allocated before and after.",
        &[
            ("Keys[TriggerMemoryCompaction[]]", "{\"before\", \"after\"}"),
            ("f[x_] := x^2; TriggerMemoryCompaction[]; f[3]", "9"),
        ],
    ),
];

/// Returns what a function without arguments returns.
pub(super) fn nothing_given(call: &Call, value: impl FnOnce() -> Value) -> Step {
    if call.args().is_empty() { Step::Done(value()) } else { Step::Same }
}

pub(super) fn count(count: u64) -> Value {
    i64::try_from(count).map_or(Value::Real(count as f64), Value::Integer)
}

fn bytes(bytes: f64) -> Value {
    Value::call(sym::Bytes, [Value::Integer(bytes as i64)].as_slice())
}

/// Reads a gauge of the machine.
pub(super) fn read(session: &Session, gauge: Gauge) -> Result<f64, String> {
    session.runtime()?.read(gauge)
}

fn read_bytes(session: &Session, gauge: Gauge) -> Value {
    known(read(session, gauge).map(bytes))
}

fn numa(session: &Session) -> Value {
    let numbered = |read: &dyn Fn(usize) -> Value| {
        let mut all = crate::association::Association::default();
        let nodes = session.runtime().map_or(0, |runtime| runtime.nodes());
        for node in 0..nodes {
            all.insert(count(node as u64), read(node));
        }
        Value::Association(Arc::new(all))
    };
    let gauge = |node: usize, gauge: NodeGauge| session.runtime()?.read_node(node, gauge);
    let node = numbered(&|node| {
        let own = gauge(node, NodeGauge::Processors);
        let all = session.runtime().map_or(0, |runtime| runtime.nodes());
        let all: f64 = (0..all).filter_map(|one| gauge(one, NodeGauge::Processors).ok()).sum();
        record([
            ("memory", known(gauge(node, NodeGauge::Memory).map(bytes))),
            ("processors", known(own.clone().map(|own| count(own as u64)))),
            ("cpu", known(own.map(|own| Value::Real(own / all.max(1.0))))),
        ])
    });
    let traffic =
        numbered(&|node| known(gauge(node, NodeGauge::Traffic).map(|pages| count(pages as u64))));
    record([("node", node), ("crossNodeTraffic", traffic)])
}

/// Whether a part of the statistics is told.
macro_rules! included {
    ($name:literal) => {
        setting($name, Kind::Switch, |session, value| {
            if let Some(value) = value {
                let key = ("EnablePerformanceMonitoring", $name);
                session.tuning.chosen.insert(key, value.clone());
            }
            Ok(Value::boolean(is_included(session, $name)))
        })
    };
}

const MONITORING: &[Setting] = &[
    included!("includeMemoryStats"),
    included!("includeConcurrencyStats"),
    included!("includeSymbolStats"),
    setting("sampleInterval", Kind::Time, |session, value| {
        super::monitors::sample_interval(session, value)
    }),
];

fn is_included(session: &Session, name: &'static str) -> bool {
    let chosen = session.tuning.chosen.get(&("EnablePerformanceMonitoring", name));
    chosen.is_none_or(|value| value.is(sym::True))
}

fn performance(session: &mut Session) -> Value {
    session.hidden_dependence = true;
    let off = |name: &str| unavailable(format!("{name} is False"));
    let mut entries = Vec::new();
    let (memory, concurrency_on, symbols) =
        ("includeMemoryStats", "includeConcurrencyStats", "includeSymbolStats");
    let has_memory = is_included(session, memory);
    let has_symbols = is_included(session, symbols);
    let has_concurrency = is_included(session, concurrency_on);
    let usage = match has_memory {
        true => read_bytes(session, Gauge::Resident),
        false => off(memory),
    };
    let efficiency = match has_symbols {
        true => Value::Real(symbol_efficiency(session)),
        false => off(symbols),
    };
    let utilization = match (has_concurrency, session.workers.all.utilization()) {
        (false, _) => off(concurrency_on),
        (true, Some(part)) => Value::Real(part),
        (true, None) => unavailable(NO_LOOP),
    };
    entries.push(("memoryUsage", usage));
    entries.push(("symbolEfficiency", efficiency));
    entries.push(("concurrencyUtilization", utilization));
    if has_memory {
        entries.push(("memory", memory_usage(session)));
    }
    if has_symbols {
        entries.push(("symbols", symbols_known(session)));
    }
    if has_concurrency {
        entries.push(("concurrency", concurrency(&session.workers.all)));
    }
    entries.push(("monitor", super::monitors::seen(session)));
    record(entries)
}

/// Returns the part of the names that were read that were known.
fn symbol_efficiency(session: &Session) -> f64 {
    let names = &session.names;
    let new = names.interned() as f64;
    (1.0 - new / (names.lookups as f64).max(new)).max(0.0)
}

fn symbols_known(session: &Session) -> Value {
    let names = &session.names;
    let kept = session.tuning.memory.as_ref();
    record([
        ("symbols", count(names.interned() as u64)),
        ("lookups", count(names.lookups)),
        ("hotCacheHits", count(names.hot_hits)),
        ("hotCacheSize", count(names.hot_size() as u64)),
        ("rememberedValues", count(kept.map_or(0, |kept| kept.values.len() as u64))),
        ("rememberedHits", count(kept.map_or(0, |kept| kept.hits))),
    ])
}

fn memory_usage(session: &mut Session) -> Value {
    session.hidden_dependence = true;
    let resident = read(session, Gauge::Resident);
    let allocated = read(session, Gauge::Allocated);
    let fragmentation = match (&resident, &allocated) {
        (Ok(resident), Ok(allocated)) => {
            Ok(Value::Real(((resident - allocated) / resident.max(1.0)).max(0.0)))
        }
        (Err(why), _) | (_, Err(why)) => Err(why.clone()),
    };
    let definitions = session.definitions.capacity() * size_of::<Definition>();
    record([
        ("symbolCount", count(session.names.interned() as u64)),
        ("symbolTableSize", bytes(session.names.bytes() as f64)),
        ("definitionTableSize", bytes(definitions as f64)),
        ("residentMemory", known(resident.map(bytes))),
        ("allocatedMemory", known(allocated.map(bytes))),
        ("memoryLimit", read_bytes(session, Gauge::MemoryLimit)),
        ("memoryFragmentation", known(fragmentation)),
    ])
}

/// Why nothing is known of workers.
const NO_LOOP: &str = "no parallel loop was evaluated by workers";

/// Returns what workers did.
pub(super) fn concurrency(report: &Report) -> Value {
    let Tally { items, chunks, steals, misses, conflicts, busy } = report.sum();
    let part = |part: Option<f64>| part.map_or_else(|| unavailable(NO_LOOP), Value::Real);
    let has_run = report.loops > 0;
    // Without an ask none was in vain.
    let efficiency = has_run.then(|| report.steal_efficiency().unwrap_or(1.0));
    let steps = (chunks + steals + conflicts) as f64;
    let contention = has_run.then(|| conflicts as f64 / steps.max(1.0));
    record([
        ("threadUtilization", part(report.utilization())),
        ("workStealEfficiency", part(efficiency)),
        ("lockContention", part(contention)),
        ("loops", count(report.loops)),
        ("workers", count(report.tallies.len() as u64)),
        ("items", count(items)),
        ("chunks", count(chunks)),
        ("steals", count(steals)),
        ("failedSteals", count(misses)),
        ("busyTime", Value::call(sym::Seconds, [Value::Real(busy.as_secs_f64())].as_slice())),
    ])
}

fn balance(session: &Session) -> Value {
    let none = Report::default();
    let report = session.workers.last.as_ref().unwrap_or(&none);
    let seconds = |tally: &Tally| tally.busy.as_secs_f64();
    let worker = |tally: &Tally| {
        let busy = Value::call(sym::Seconds, [Value::Real(seconds(tally))].as_slice());
        record([("items", count(tally.items)), ("busyTime", busy), ("steals", count(tally.steals))])
    };
    let longest = report.tallies.iter().map(seconds).fold(0.0, f64::max);
    let mean = seconds(&report.sum()) / report.tallies.len().max(1) as f64;
    let imbalance = match mean > 0.0 {
        true => Value::Real(longest / mean),
        false => unavailable(NO_LOOP),
    };
    let workers = Value::list(report.tallies.iter().map(worker).collect::<Args>());
    record([("workers", workers), ("imbalance", imbalance)])
}

fn compact(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if !call.args().is_empty() {
        return Ok(Step::Same);
    }
    session.leave("the memory of the session");
    let before = read_bytes(session, Gauge::Allocated);
    session.written.clear();
    session.formulas.clear();
    session.machines.clear();
    if let Some(kept) = &mut session.tuning.memory {
        kept.values = std::collections::HashMap::new();
    }
    session.definitions.shrink_to_fit();
    session.names.shrink_to_fit();
    let after = read_bytes(session, Gauge::Allocated);
    Ok(Step::Done(record([("before", before), ("after", after)])))
}
