//! `bolt diagnostics cache`: where results are kept, and whether they can be.

use std::io::Write;

use anyhow::Result;
use bolt_base::{Bytes, count};
use bolt_cache::{LevelStats, PersistentOptions, Store, StoreStats};
use bolt_session::{Results, Session, Usage};
use serde_json::{Value, json};

use super::page::Page;
use crate::context::Context;
use crate::output::{Table, number};

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
    let results = &session.results;
    let findings = results.options().map(|options| Findings::of(results, options));
    let levels = levels(results);
    if context.json {
        return context.write_json(&json!({
            "schema": "bolt.diagnostics.cache/1",
            "memory_share_bytes": memory.0,
            "results": findings.as_ref().map(Findings::view),
            "redis": results.redis(),
            "levels": levels.iter().map(view_of).collect::<Vec<_>>(),
        }));
    }
    if levels.is_empty() && findings.is_none() {
        writeln!(context.out, "no results are kept: see `cache.size` and `cache.path`")?;
        return Ok(context.out.flush()?);
    }
    if let Some(findings) = &findings {
        findings.show(&mut context)?;
    }
    show_levels(&levels, memory, &mut context)
}

/// What is said of a level: what it holds and may hold in this process, and what all processes did
/// with it since the results were last cleared.
struct LevelFindings {
    now: LevelStats,
    done: StoreStats,
    /// What makes it of no use now.
    unusable: Option<String>,
}

fn levels(results: &Results) -> Vec<LevelFindings> {
    let now = results.look_at_levels().ok().flatten().unwrap_or_default();
    let usage = results.options().map(|options| Usage::of(&options.path)).unwrap_or_default();
    let level = |now: LevelStats| LevelFindings {
        done: usage.levels.get(&now.name).copied().unwrap_or_default(),
        unusable: results.unusable(&now.name),
        now,
    };
    now.levels.into_iter().map(level).collect()
}

fn view_of(level: &LevelFindings) -> Value {
    let LevelFindings { now, done, unusable } = level;
    let mut view = json!({
        "name": now.name,
        "limit_bytes": limit(now).map(|limit| limit.0),
        "hit_ratio": done.hit_ratio(),
        "unusable_because": unusable,
    });
    for (name, count) in Usage::counts(*done) {
        view[name] = count.into();
    }
    view
}

/// Returns the room of a level, where it is ours to know.
fn limit(level: &LevelStats) -> Option<Bytes> {
    (level.name != "redis").then_some(level.limit)
}

fn show_levels(levels: &[LevelFindings], memory: Bytes, context: &mut Context) -> Result<()> {
    let page = &mut Page { out: &mut context.out, style: context.style };
    let mut table = Table::new(["", "~"]);
    for LevelFindings { now, done, unusable } in levels {
        let room = limit(now).map_or(String::new(), |limit| format!("up to {limit}, "));
        let share = done.hit_ratio().map_or("no look-ups yet".to_owned(), |share| {
            let asked = count(done.hits + done.misses);
            format!("found {} of {asked} ({} %)", count(done.hits), number(100.0 * share))
        });
        let unusable = unusable.as_ref().map_or(String::new(), |why| format!("; {why}"));
        table.push([format!("  {}", now.name), format!("{room}{share}{unusable}")]);
    }
    page.table("Levels", &table)?;
    page.facts("In memory", [("share of caches", memory.to_string())])?;
    Ok(context.out.flush()?)
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
            Ok(store) => (Ok(store.map(|store| store.stats()).unwrap_or_default()), None),
            Err(reason) => {
                let held = results.look().map(|store| store.map(|store| store.stats()));
                let held = held.map(Option::unwrap_or_default).map_err(|error| error.to_string());
                (held, Some(reason.to_owned()))
            }
        };
        Self { options, held, unusable }
    }

    fn view(&self) -> Value {
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

    fn show(&self, context: &mut Context) -> Result<()> {
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
        Ok(())
    }
}
