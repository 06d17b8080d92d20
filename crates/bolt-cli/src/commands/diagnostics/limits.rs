//! `bolt diagnostics limits`: what the program may use at most, as a command finds it.

use std::io::Write;

use anyhow::Result;
use bolt_base::count;
use bolt_exec::{Limit, LimitCounts, LimitReport, Thread};
use bolt_session::Session;
use serde_json::{Value, json};

use super::page::Page;
use crate::context::Context;
use crate::output::{Table, number};

pub(super) fn run(mut context: Context) -> Result<()> {
    let session = context.session()?;
    let limits = session.limits.report().limits;
    let threads = session.limits.threads.list();
    if context.json {
        return context.write_json(&json!({
            "schema": "bolt.diagnostics.limits/1",
            "limits": limits.iter().map(view).collect::<Vec<_>>(),
            "threads": threads.iter().map(view_thread).collect::<Vec<_>>(),
            "memory_limit_bytes": session.memory.limit.bytes.0,
        }));
    }
    show(&limits, &threads, &session, &mut context)
}

fn show(
    limits: &[LimitReport],
    threads: &[Thread],
    session: &Session,
    context: &mut Context,
) -> Result<()> {
    let page = &mut Page { out: &mut context.out, style: context.style };
    let mut table = Table::new(["  limit", ">most", ">held", ">?refused", ">?waited", "~because"]);
    for LimitReport { limit, most, held, counts, reason } in limits {
        let LimitCounts { granted: _, refused, waited, wait: _ } = counts;
        let unit = match limit {
            Limit::Cpu => " %",
            Limit::QueryTimeout => " s",
            _ => "",
        };
        table.push([
            format!("  {limit}"),
            most.map_or_else(|| "any".to_owned(), |most| format!("{}{unit}", number(most))),
            held.map(count).unwrap_or_default(),
            count(*refused),
            count(*waited),
            reason.clone().unwrap_or_default(),
        ]);
    }
    page.table("Limits", &table)?;
    page.facts("Memory", [("limit", session.memory.limit.bytes.to_string())])?;
    let mut table = Table::new(["  thread", "~processors"]);
    for thread in threads {
        table.push([format!("  {}", thread.name), place(thread)]);
    }
    page.table("Threads", &table)?;
    Ok(context.out.flush()?)
}

/// Returns where a thread runs.
fn place(thread: &Thread) -> String {
    let Thread { name: _, processors, bound } = thread;
    let list = processors.iter().copied().collect::<bolt_hardware::CpuSet>();
    match bound {
        _ if processors.is_empty() => "any".to_owned(),
        Some(Err(reason)) => format!("{list}, but not bound: {reason}"),
        Some(Ok(())) | None => list.to_string(),
    }
}

fn view(report: &LimitReport) -> Value {
    let LimitReport { limit, most, held, counts, reason } = report;
    let LimitCounts { granted, refused, waited, wait } = counts;
    json!({
        "limit": limit.name(),
        "most": most,
        "held": held,
        "granted": granted,
        "refused": refused,
        "waited": waited,
        "wait_s": wait.as_secs_f64(),
        "reason": reason,
    })
}

fn view_thread(thread: &Thread) -> Value {
    let Thread { name, processors, bound } = thread;
    json!({
        "name": name,
        "processors": processors,
        "unbound_because": bound.as_ref().and_then(|bound| bound.as_ref().err()),
    })
}
