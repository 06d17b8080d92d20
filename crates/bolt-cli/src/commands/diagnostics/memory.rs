//! `bolt diagnostics memory`: the budget as a command finds it, before any engine runs.

use std::io::Write;

use anyhow::Result;
use bolt_base::{Bytes, count, counted};
use bolt_hardware::{Reading, Unavailable};
use bolt_memory::{ComponentReport, Cost, Events, Holder, Report};
use bolt_session::MemoryLimit;
use serde_json::{Value, json};

use super::page::{Page, shown};
use crate::context::Context;
use crate::output::{Table, percent};

pub(super) fn run(mut context: Context) -> Result<()> {
    let session = context.session()?;
    let memory = &session.memory;
    memory.budget.poll();
    let report = memory.budget.report();
    if context.json {
        return context.write_json(&view(&memory.limit, &report));
    }
    show(&memory.limit, &report, &mut context)
}

fn show(limit: &MemoryLimit, report: &Report, context: &mut Context) -> Result<()> {
    let page = &mut Page { out: &mut context.out, style: context.style };
    let usable = limit.usable.as_ref().map(|(bytes, from)| format!("{bytes} ({})", from.name()));
    let asked = limit.asked.map_or_else(|| "auto".to_owned(), |asked| asked.to_string());
    page.facts(
        "Memory",
        [
            ("limit", format!("{} (memory.limit {asked})", limit.bytes)),
            ("usable by this process", usable.unwrap_or_else(Unavailable::to_string)),
            ("left to others", limit.reserve.to_string()),
            ("held", format!("{} (at most {})", report.held, report.peak)),
            ("level", report.level.name().to_owned()),
        ],
    )?;
    let mut sources = Table::new(["  pressure", "~of what ends in failure"]);
    for reading in &report.readings {
        let ratio = reading.ratio.clone().map(|ratio| percent((1000.0 * ratio).round() / 1000.0));
        sources.push([format!("  {}", reading.source), shown(&ratio)]);
    }
    page.table("Pressure from outside", &sources)?;
    page.table("Components", &components(report))?;
    if !report.jobs.is_empty() {
        let mut jobs = Table::new(["  job", ">held"]);
        for Holder { component, job, bytes } in &report.jobs {
            jobs.push([format!("  {}/{job}", component.name()), bytes.to_string()]);
        }
        page.table("Jobs", &jobs)?;
    }
    if report.events != Events::default() {
        events(report.events, page)?;
    }
    Ok(context.out.flush()?)
}

fn events(events: Events, page: &mut Page<'_>) -> std::io::Result<()> {
    let Events { warnings, criticals, refusals, reclaims, reclaimed } = events;
    let given = Cost::ALL.map(|cost| {
        let (asked, bytes) = (reclaims[cost as usize], reclaimed[cost as usize]);
        (cost.name(), format!("{bytes} (asked {})", counted(asked, "time")))
    });
    let [shrink, spill, cancel] = given;
    page.facts(
        "Since the start",
        [
            ("warnings", count(warnings)),
            ("critical", count(criticals)),
            ("refusals", count(refusals)),
            shrink,
            spill,
            cancel,
        ],
    )
}

fn components(report: &Report) -> Table {
    let mut table =
        Table::new(["  component", ">share", ">held", ">?fixed", ">?at most", ">in use"]);
    for part in &report.components {
        let ComponentReport { component, share, held, fixed, peak, used } = part;
        table.push([
            format!("  {}", component.name()),
            share.to_string(),
            held.to_string(),
            fixed.to_string(),
            peak.to_string(),
            shown(&used.clone().map(in_use)),
        ]);
    }
    table
}

/// Shows what is allocated; below zero where a component freed what others allocated.
fn in_use(bytes: i64) -> String {
    let size = Bytes(bytes.unsigned_abs());
    if bytes < 0 { format!("-{size}") } else { size.to_string() }
}

fn reading<T>(reading: &Reading<T>, view: impl FnOnce(&T) -> Value) -> Value {
    match reading {
        Ok(value) => view(value),
        Err(why) => json!({"unavailable": why.reason()}),
    }
}

fn view(limit: &MemoryLimit, report: &Report) -> Value {
    let MemoryLimit { bytes, asked, usable, reserve } = limit;
    let sources = report.readings.iter().map(
        |read| json!({"source": read.source, "ratio": reading(&read.ratio, |ratio| json!(ratio))}),
    );
    let components = report.components.iter().map(|part| {
        let ComponentReport { component, share, held, fixed, peak, used } = part;
        json!({
            "component": component.name(),
            "share_bytes": share.0,
            "held_bytes": held.0,
            "fixed_bytes": fixed.0,
            "peak_bytes": peak.0,
            "in_use_bytes": reading(used, |bytes| json!(bytes)),
        })
    });
    let jobs = report.jobs.iter().map(|Holder { component, job, bytes }| {
        json!({"component": component.name(), "job": job, "held_bytes": bytes.0})
    });
    let Events { warnings, criticals, refusals, reclaims, reclaimed } = report.events;
    let given = Cost::ALL.map(|cost| {
        let (asked, bytes) = (reclaims[cost as usize], reclaimed[cost as usize]);
        (cost.name().to_owned(), json!({"asked": asked, "given_bytes": bytes.0}))
    });
    json!({
        "schema": "bolt.diagnostics.memory/1",
        "limit_bytes": bytes.0,
        "limit": {
            "asked_bytes": asked.map(|asked| asked.0),
            "usable_bytes": reading(usable, |(usable, _)| json!(usable.0)),
            "usable_from": reading(usable, |(_, from)| json!(from.name())),
            "reserve_bytes": reserve.0,
        },
        "held_bytes": report.held.0,
        "peak_bytes": report.peak.0,
        "level": report.level.name(),
        "pressure": sources.collect::<Vec<_>>(),
        "components": components.collect::<Vec<_>>(),
        "jobs": jobs.collect::<Vec<_>>(),
        "events": {
            "warnings": warnings,
            "criticals": criticals,
            "refusals": refusals,
            "reclaims": serde_json::Map::from_iter(given),
        },
    })
}
