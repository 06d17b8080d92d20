//! Monitors: gauges of the machine that are read again and again.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc as Shared, Mutex, PoisonError};
use std::time::Duration;

use super::settings::{Kind, Setting, configure, known, read, remembered, setting, unavailable};
use super::stats::{count, nothing_given};
use super::units;
use crate::builtins::forms::record;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::profile::Profile;
use crate::runtime::{Gauge, Runtime};
use crate::session::Session;
use crate::symbol::sym;
use crate::tuning::{Monitor, Reading};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "StartPerformanceMonitor",
        Attributes::NONE,
        |s, c| Ok(start(s, c)),
        "StartPerformanceMonitor[metrics -> {\"cpu_usage\", ...}, interval -> Seconds[1], alertThreshold -> 0.9] reads gauges of the program again and again: cpu_usage and memory_usage as parts of what it may use, which count as alerts above the threshold, and cache_misses, context_switches, page_faults and numa_traffic a second. GetPerformanceStats[][\"monitor\"] says what was read last. The settings in effect are returned, and under \"unavailable\" which metrics cannot be read.",
        &[
            ("First[StartPerformanceMonitor[][\"interval\"]]", "\"Unavailable\""),
            ("Quiet[StartPerformanceMonitor[metrics -> {\"cpu\"}]]", "$Failed"),
        ],
    ),
    builtin(
        "StopPerformanceMonitor",
        Attributes::NONE,
        |s, c| Ok(nothing_given(c, || stop(s))),
        "StopPerformanceMonitor[] ends what StartPerformanceMonitor began, and returns what was read last.",
        &[
            ("StopPerformanceMonitor[]", "\"Unavailable\" -> \"no monitor was started\""),
            ("StartPerformanceMonitor[]; First[StopPerformanceMonitor[]]", "\"Unavailable\""),
        ],
    ),
    builtin(
        "StartLyraMonitor",
        Attributes::NONE,
        |s, c| Ok(configure(s, "StartLyraMonitor", LYRA, c)),
        "StartLyraMonitor[metrics -> {...}, granularity -> \"function_level\", sampling -> 0.01] counts and times calls of functions from now on, one of so many as sampling says and scaled up; DiagnoseFunctionCalls tells of them. LyraMonitorData tells the metrics.",
        &[
            ("StartLyraMonitor[sampling -> 0.5][\"sampling\"]", "0.5"),
            (
                "StartLyraMonitor[granularity -> \"session_level\"][\"granularity\"]",
                "\"session_level\"",
            ),
        ],
    ),
    builtin(
        "StopLyraMonitor",
        Attributes::NONE,
        |s, c| {
            Ok(nothing_given(c, || {
                let data = lyra_data(s);
                s.profile = None;
                data
            }))
        },
        "StopLyraMonitor[] ends the counting of calls, and returns what LyraMonitorData does.",
        &[
            ("AssociationQ[StopLyraMonitor[]]", "True"),
            (
                "StartLyraMonitor[]; StopLyraMonitor[]; DiagnoseFunctionCalls[][\"recording\"]",
                "False",
            ),
        ],
    ),
    builtin(
        "LyraMonitorData",
        Attributes::NONE,
        |s, c| Ok(nothing_given(c, || lyra_data(s))),
        "LyraMonitorData[] is an association of the metrics that StartLyraMonitor was asked for: symbols made and calls a second of the session, the part of asks for items that workers met, symbols of Module that wait to be used again.",
        &[
            (
                "StartLyraMonitor[metrics -> {\"function_call_rate\"}]; NumberQ[LyraMonitorData[][\"function_call_rate\"]]",
                "True",
            ),
            (
                "StartLyraMonitor[metrics -> {\"gc_pressure\"}]; Keys[LyraMonitorData[]]",
                "{\"gc_pressure\"}",
            ),
        ],
    ),
    builtin(
        "DiagnoseFunctionCalls",
        Attributes::NONE,
        |s, c| Ok(nothing_given(c, || function_calls(s))),
        "DiagnoseFunctionCalls[] is an association: \"recording\" says whether calls are counted, which StartLyraMonitor begins, and \"functionStats\" has \"name\", \"callCount\", \"averageTime\" and \"totalTime\", with that of what it calls, for each function, the slowest first.",
        &[
            ("DiagnoseFunctionCalls[]", "<|\"recording\" -> False, \"functionStats\" -> {}|>"),
            (
                "StartLyraMonitor[sampling -> 1]; f[x_] := x^2 + 1; Do[f[y], {5}]; MemberQ[DiagnoseFunctionCalls[][\"functionStats\"][[All, \"name\"]], \"f\"]",
                "True",
            ),
        ],
    ),
];

/// Metrics of the machine: those that are parts of something, and those that count.
const METRICS: &[&str] = &[
    "cpu_usage",
    "memory_usage",
    "cache_misses",
    "context_switches",
    "page_faults",
    "numa_traffic",
];

/// Readings that are kept.
const READINGS_MAX: usize = 3_600;

const MACHINE: &[Setting] = &[
    setting("metrics", Kind::Words(METRICS), |session, value| {
        Ok(remembered(session, "StartPerformanceMonitor", "metrics", value, || words(METRICS)))
    }),
    setting("interval", Kind::Time, |session, value| {
        session.runtime()?;
        let default = || Value::call(sym::Seconds, [Value::Integer(1)].as_slice());
        Ok(remembered(session, "StartPerformanceMonitor", "interval", value, default))
    }),
    setting("alertThreshold", Kind::Number(0.0, 1.0), |session, value| {
        Ok(remembered(session, "StartPerformanceMonitor", "alertThreshold", value, || {
            Value::Real(0.9)
        }))
    }),
];

fn words(all: &[&str]) -> Value {
    Value::list(all.iter().map(|word| Value::string(*word)).collect::<Args>())
}

fn start(session: &mut Session, call: &Call) -> Step {
    const NAME: &str = "StartPerformanceMonitor";
    if read(session, NAME, MACHINE, call.args()).is_none() {
        return Step::Done(Value::Symbol(sym::Failed));
    }
    let Step::Done(Value::Association(settings)) = configure(session, NAME, MACHINE, call) else {
        return Step::Same;
    };
    let wanted = remembered(session, "StartPerformanceMonitor", "metrics", None, || words(METRICS));
    let interval =
        remembered(session, "StartPerformanceMonitor", "interval", None, || Value::Integer(1));
    let threshold =
        remembered(session, "StartPerformanceMonitor", "alertThreshold", None, || Value::Real(0.9));
    let interval = Duration::from_secs_f64(units::seconds(&interval).unwrap_or(1.0));
    let threshold = crate::number::to_f64(&threshold).unwrap_or(0.9);
    let wanted: Vec<&'static str> = METRICS
        .iter()
        .copied()
        .filter(|name| wanted.as_list().unwrap_or(&[]).contains(&Value::string(*name)))
        .collect();
    let started = begin(session, wanted, interval, threshold);
    let mut settings = (*settings).clone();
    let unavailable_metrics = match started {
        Ok(missing) => {
            record(missing.iter().map(|(name, why)| (*name, Value::string(why.as_str()))))
        }
        Err(why) => {
            settings.insert(Value::string("interval"), unavailable(why.as_str()));
            unavailable(why)
        }
    };
    settings.insert(Value::string("unavailable"), unavailable_metrics);
    Step::Done(Value::Association(triomphe::Arc::new(settings)))
}

/// Starts the readings of some metrics; returns those that cannot be read, with the reasons.
fn begin(
    session: &mut Session,
    wanted: Vec<&'static str>,
    interval: Duration,
    threshold: f64,
) -> Result<Vec<(&'static str, String)>, String> {
    let runtime = session.runtime()?;
    let mut missing = Vec::new();
    let mut readable = Vec::new();
    for name in wanted {
        match gauge_of(name).and_then(|gauge| runtime.read(gauge)) {
            Ok(_) => readable.push(name),
            Err(why) => missing.push((name, why)),
        }
    }
    stop(session);
    let monitor = Monitor {
        ends: Shared::new(AtomicBool::new(false)),
        series: Shared::new(Mutex::new(VecDeque::new())),
        count: Shared::new(AtomicU64::new(0)),
        alerts: Shared::new(AtomicU64::new(0)),
    };
    let (own, clock, reader) = (monitor.clone(), session.clock.clone(), runtime.clone());
    let mut before: Option<Reading> = None;
    let tick = move || {
        if own.ends.load(Ordering::Relaxed) {
            return false;
        }
        let value = |name: &&'static str| Some((*name, reader.read(gauge_of(name).ok()?).ok()?));
        let now = Reading { at: clock.now(), values: readable.iter().filter_map(value).collect() };
        if let Some(before) = &before {
            let seen = Reading { at: now.at, values: rates(&*reader, before, &now) };
            let is_part = |name: &str| name.ends_with("_usage");
            let is_high = |(name, value): &(&str, f64)| is_part(name) && *value > threshold;
            own.alerts.fetch_add(
                seen.values.iter().filter(|one| is_high(one)).count() as u64,
                Ordering::Relaxed,
            );
            let mut series = own.series.lock().unwrap_or_else(PoisonError::into_inner);
            if series.len() == READINGS_MAX {
                series.pop_front();
            }
            series.push_back(seen);
            own.count.fetch_add(1, Ordering::Relaxed);
        }
        before = Some(now);
        true
    };
    runtime.every(interval, Box::new(tick))?;
    session.tuning.monitor = Some(monitor);
    Ok(missing)
}

fn gauge_of(metric: &str) -> Result<Gauge, String> {
    Ok(match metric {
        "cpu_usage" => Gauge::ProcessorTime,
        "memory_usage" => Gauge::Resident,
        "cache_misses" => Gauge::CacheMisses,
        "context_switches" => Gauge::ContextSwitches,
        "page_faults" => Gauge::PageFaults,
        "numa_traffic" => Gauge::NodeTraffic,
        _ => return Err(format!("there is no metric {metric}")),
    })
}

/// Returns what two readings tell of the time between them.
fn rates(runtime: &dyn Runtime, before: &Reading, now: &Reading) -> Vec<(&'static str, f64)> {
    let seconds = now.at.saturating_sub(before.at).as_secs_f64().max(1e-9);
    let of = |name: &&'static str, value: f64| {
        let (_, old) = before.values.iter().find(|(known, _)| known == name)?;
        let rate = (value - old) / seconds;
        Some(match *name {
            "cpu_usage" => rate / runtime.processors() as f64,
            "memory_usage" => value / runtime.read(Gauge::MemoryLimit).ok()?,
            _ => rate,
        })
    };
    now.values.iter().filter_map(|(name, value)| Some((*name, of(name, *value)?))).collect()
}

/// Ends the monitor.
fn stop(session: &mut Session) -> Value {
    let last = seen(session);
    if let Some(monitor) = session.tuning.monitor.take() {
        monitor.ends.store(true, Ordering::Relaxed);
    }
    last
}

/// Returns what the monitor read last.
pub(super) fn seen(session: &Session) -> Value {
    let Some(monitor) = &session.tuning.monitor else {
        return unavailable("no monitor was started");
    };
    let series = monitor.series.lock().unwrap_or_else(PoisonError::into_inner);
    let last = series.back().map_or(&[][..], |reading| &reading.values);
    record([
        ("samples", count(monitor.count.load(Ordering::Relaxed))),
        ("alerts", count(monitor.alerts.load(Ordering::Relaxed))),
        ("metrics", record(last.iter().map(|(name, value)| (*name, Value::Real(*value))))),
    ])
}

const KEY: (&str, &str) = ("EnablePerformanceMonitoring", "sampleInterval");

/// Has all metrics read again and again.
pub(crate) fn begin_monitor(session: &mut Session, interval: Duration) -> Result<(), String> {
    begin(session, METRICS.to_vec(), interval, 1.0)?;
    let seconds = Value::Real(interval.as_secs_f64());
    let seconds = Value::call(sym::Seconds, [seconds].as_slice());
    session.tuning.chosen.insert(KEY, seconds);
    Ok(())
}

/// Sets how often the memory and the processor time are read; returns how often they are.
pub(super) fn sample_interval(
    session: &mut Session,
    value: Option<&Value>,
) -> Result<Value, String> {
    if let Some(value) = value {
        let seconds = units::seconds(value).unwrap_or(1.0);
        begin_monitor(session, Duration::from_secs_f64(seconds))?;
    }
    let chosen = session.tuning.chosen.get(&KEY).cloned();
    chosen.ok_or_else(|| match session.runtime() {
        Ok(_) => "no interval was given, so that nothing is read again and again".to_owned(),
        Err(why) => why,
    })
}

/// Metrics of the session.
const LYRA_METRICS: &[&str] = &[
    "symbol_interning_rate",
    "work_steal_efficiency",
    "gc_pressure",
    "compilation_time",
    "function_call_rate",
];

const LYRA: &[Setting] = &[
    setting("metrics", Kind::Words(LYRA_METRICS), |session, value| {
        Ok(remembered(session, "StartLyraMonitor", "metrics", value, || words(LYRA_METRICS)))
    }),
    setting("granularity", Kind::Word(&["function_level", "session_level"]), |session, value| {
        Ok(remembered(session, "StartLyraMonitor", "granularity", value, || {
            Value::string("function_level")
        }))
    }),
    setting("sampling", Kind::Number(1e-9, 1.0), |session, value| {
        let part = remembered(session, "StartLyraMonitor", "sampling", value, || Value::Real(0.01));
        if value.is_some() || session.profile.is_none() {
            let by_function =
                remembered(session, "StartLyraMonitor", "granularity", None, || Value::NULL);
            let stride = 1.0 / crate::number::to_f64(&part).unwrap_or(1.0);
            session.profile = match by_function.as_str() {
                Some("session_level") => None,
                _ => Some(Box::new(Profile::new(session.clock.now(), stride.round() as u64))),
            };
        }
        Ok(part)
    }),
];

fn lyra_data(session: &mut Session) -> Value {
    session.hidden_dependence = true;
    let wanted = remembered(session, "StartLyraMonitor", "metrics", None, || words(LYRA_METRICS));
    let seconds = session.clock.now().as_secs_f64().max(1e-9);
    let value = |name: &str| -> Result<Value, String> {
        Ok(match name {
            "symbol_interning_rate" => Value::Real(session.names.interned() as f64 / seconds),
            "work_steal_efficiency" => {
                let part = session.workers.all.steal_efficiency();
                Value::Real(part.ok_or("no worker has asked another for items")?)
            }
            "gc_pressure" => {
                let waiting = session.released.len() as f64;
                Value::Real(waiting / session.names.len().max(1) as f64)
            }
            "function_call_rate" => {
                let profile = session.profile.as_ref().ok_or("calls are not counted")?;
                Value::Real(profile.calls() as f64 / seconds)
            }
            _ => return Err("the time of translation is not counted apart".to_owned()),
        })
    };
    let wanted = wanted.as_list().unwrap_or(&[]);
    record(wanted.iter().filter_map(Value::as_str).map(|name| (name, known(value(name)))))
}

fn function_calls(session: &mut Session) -> Value {
    session.hidden_dependence = true;
    let functions = session.profile.as_ref().map_or_else(Vec::new, |profile| profile.functions());
    let one = |calls: &crate::profile::Calls| {
        let seconds = calls.total.as_secs_f64();
        let time = |seconds: f64| Value::call(sym::Seconds, [Value::Real(seconds)].as_slice());
        record([
            ("name", Value::string(session.names.shown(calls.symbol))),
            ("callCount", count(calls.calls)),
            ("averageTime", time(seconds * calls.share() / calls.calls.max(1) as f64)),
            ("totalTime", time(seconds * calls.share())),
        ])
    };
    let all: Args = functions.iter().map(one).collect();
    record([
        ("recording", Value::boolean(session.profile.is_some())),
        ("functionStats", Value::list(all)),
    ])
}
