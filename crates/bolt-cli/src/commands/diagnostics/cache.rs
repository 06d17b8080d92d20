//! `bolt diagnostics cache`: where results are kept, and whether they can be.

use std::io::Write;

use anyhow::Result;
use bolt_base::{Bytes, count};
use bolt_cache::{PersistentOptions, Store, StoreStats};
use bolt_session::{Results, Session};
use serde_json::json;

use super::page::Page;
use crate::context::Context;

/// What is found of the folder of kept results.
struct Findings<'a> {
    options: &'a PersistentOptions,
    held: Result<StoreStats, String>,
    /// Why results cannot be written there now.
    unusable: Option<String>,
}

pub(super) fn run(mut context: Context) -> Result<()> {
    let session = context.session()?;
    let memory = share(&session);
    let Some(options) = session.results.options() else {
        if context.json {
            return context.write_json(&json!({
                "schema": "bolt.diagnostics.cache/1", "results": null, "memory_share_bytes": memory.0,
            }));
        }
        writeln!(context.out, "no results are kept: see `cache.size` and `cache.path`")?;
        return Ok(context.out.flush()?);
    };
    let findings = Findings::of(&session.results, options);
    if context.json {
        return context.write_json(&json!({
            "schema": "bolt.diagnostics.cache/1",
            "memory_share_bytes": memory.0,
            "results": findings.view(),
        }));
    }
    findings.show(memory, &mut context)
}

/// Returns the memory that caches cannot be denied.
fn share(session: &Session) -> Bytes {
    let report = session.memory.budget.report();
    let cache = report.components.iter().find(|part| part.component.name() == "cache");
    cache.map_or(Bytes(0), |part| part.share)
}

impl<'a> Findings<'a> {
    fn of(results: &Results, options: &'a PersistentOptions) -> Self {
        // Opening makes the folder, if it is not there, as the first result would.
        let (held, unusable) = match results.store() {
            Ok(store) => (Ok(store.map(Store::stats).unwrap_or_default()), None),
            Err(reason) => {
                let held = results.look().map(|store| store.map(|store| store.stats()));
                let held = held.map(Option::unwrap_or_default).map_err(|error| error.to_string());
                (held, Some(reason.to_owned()))
            }
        };
        Self { options, held, unusable }
    }

    fn view(&self) -> serde_json::Value {
        let Self { options, held, unusable } = self;
        let PersistentOptions { path, capacity, time_to_live } = options;
        let held = match held {
            Ok(StoreStats { entries, bytes, raw_bytes, corrupt, .. }) => json!({
                "entries": entries,
                "stored_bytes": bytes.0,
                "raw_bytes": raw_bytes.0,
                "corrupt": corrupt,
            }),
            Err(reason) => json!({"unavailable": reason}),
        };
        json!({
            "path": path.display().to_string(),
            "capacity_bytes": capacity.0,
            "time_to_live_s": time_to_live.as_secs_f64(),
            "held": held,
            "unusable_because": unusable,
        })
    }

    fn show(&self, memory: Bytes, context: &mut Context) -> Result<()> {
        let Self { options, held, unusable } = self;
        let PersistentOptions { path, capacity, time_to_live } = options;
        let page = &mut Page { out: &mut context.out, style: context.style };
        let unavailable = |reason: &String| format!("unavailable ({reason})");
        let shown = |of: &dyn Fn(&StoreStats) -> String| held.as_ref().map_or_else(unavailable, of);
        page.facts(
            "Kept results",
            [
                ("folder", path.display().to_string()),
                ("can be used", unusable.clone().map_or("yes".into(), |why| format!("no: {why}"))),
                ("room", capacity.to_string()),
                ("kept for", format!("{} h", count(time_to_live.as_secs() / 3600))),
                ("results", shown(&|held| count(held.entries))),
                ("on disk", shown(&|held| held.bytes.to_string())),
                ("damaged", shown(&|held| count(held.corrupt))),
            ],
        )?;
        page.facts("In memory", [("share of caches", memory.to_string())])?;
        Ok(context.out.flush()?)
    }
}
