//! `bolt cache`.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use bolt_base::{Bytes, Clock, SystemClock, count, counted};
use bolt_cache::{PersistentOptions, Store, StoreStats};
use bolt_session::{Results, Usage};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::output::{Table, number};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt cache stats
  bolt cache resize 2GB
  bolt sweep GOOG.csv --signal 'close > SMA[close, n]' --set n=5..50 --no-cache

What is kept: rows of sweeps and walk-forward runs, and what is said of the choice of the best, by
bars, strategy, trading and program; on disk and, if cache.redis names one, in a Redis server.
Settings: cache.path, cache.size, cache.time_to_live, cache.memory, cache.redis.")]
pub(crate) struct CacheArguments {
    #[command(subcommand)]
    command: CacheCommand,
}

#[derive(Debug, Subcommand)]
enum CacheCommand {
    /// Show what is kept on disk, and how often each level was of use
    Stats,
    /// Read everything that is kept, so that it is in memory when it is needed
    Warm,
    /// Let results go until the rest fits; the setting cache.size keeps it so
    Resize {
        /// The room, such as 2GB; 0 lets everything go
        #[arg(value_name = "SIZE", value_parser = room)]
        size: Bytes,
    },
    /// Remove everything that is kept, on disk and in the server
    Clear,
}

/// The least room, below which hardly a result fits.
const ROOM_LEAST: Bytes = Bytes(1 << 20);

/// Parses a room: a number without a unit is hardly meant in bytes, and would let everything go.
fn room(text: &str) -> Result<Bytes, String> {
    let room: Bytes = text.parse()?;
    let has_unit = text.ends_with(|end: char| end.is_ascii_alphabetic());
    match room {
        Bytes(0) => Ok(room),
        _ if !has_unit => Err(format!("a size has a unit; write for example `{} GB`", text.trim())),
        _ if room < ROOM_LEAST => Err(format!("the room is 0 or at least {ROOM_LEAST}")),
        _ => Ok(room),
    }
}

pub(crate) fn run(arguments: &CacheArguments, context: Context) -> Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let results = Results::of_config(&context.config, &clock)?;
    let Some(options) = results.options() else {
        let reason = match context.config.cache_size() {
            Bytes(0) => "`cache.size` is 0",
            _ => "`cache.path` is not set, and no home directory is known",
        };
        bail!("no results are kept: {reason}");
    };
    match &arguments.command {
        CacheCommand::Stats => stats(&results, options, context),
        CacheCommand::Warm => warm(&results, context),
        CacheCommand::Resize { size } => resize(&results, options, *size, context),
        CacheCommand::Clear => clear(&results, context),
    }
}

fn stats(results: &Results, options: &PersistentOptions, mut context: Context) -> Result<()> {
    let PersistentOptions { path, capacity, time_to_live } = options;
    let held = results.look()?.map(|store| store.stats()).unwrap_or_default();
    let usage = Usage::of(path);
    let on_disk = usage.on_disk();
    if context.json {
        let counts = |done: StoreStats| -> Map<String, Value> {
            let counts = Usage::counts(done).into_iter();
            counts.map(|(name, count)| (name.to_owned(), count.into())).collect()
        };
        let level = |(name, done): (&String, &StoreStats)| {
            let mut level = counts(*done);
            level.insert("hit_ratio".to_owned(), json!(done.hit_ratio()));
            (name.clone(), Value::Object(level))
        };
        let levels: Map<String, Value> = usage.levels.iter().map(level).collect();
        return context.write_json(&json!({
            "schema": "bolt.cache.stats/1",
            "path": path.display().to_string(),
            "capacity_bytes": capacity.0,
            "time_to_live_s": time_to_live.as_secs_f64(),
            "entries": held.entries,
            "stored_bytes": held.bytes.0,
            "raw_bytes": held.raw_bytes.0,
            "corrupt_now": held.corrupt,
            "usage": counts(on_disk),
            "hit_ratio": on_disk.hit_ratio(),
            "levels": levels,
        }));
    }
    let mut table = Table::new(["", ""]);
    let days = time_to_live.as_secs_f64() / 86_400.0;
    for (name, value) in [
        ("kept results", count(held.entries)),
        ("on disk", format!("{} of {capacity}", held.bytes)),
        ("before compression", held.raw_bytes.to_string()),
        ("kept for", format!("{} days", number(days))),
        ("look-ups", lookups(&on_disk)),
    ] {
        table.push([name.to_owned(), value]);
    }
    for (name, times) in Usage::counts(on_disk) {
        if times > 0 && !matches!(name, "hits" | "misses") {
            table.push([name.to_owned(), count(times)]);
        }
    }
    for (name, done) in usage.levels.iter().filter(|(name, _)| *name != "persistent") {
        table.push([format!("look-ups in {name}"), lookups(done)]);
    }
    writeln!(context.out, "{}", context.style.bold(&path.display().to_string()))?;
    table.write(&mut context.out, context.style)?;
    Ok(context.out.flush()?)
}

fn warm(results: &Results, mut context: Context) -> Result<()> {
    let Some(store) = results.look()? else { return nothing(context) };
    let (entries, bytes) = (store.stats().entries, store.warm()?);
    let corrupt = store.stats().corrupt;
    if context.json {
        return context.write_json(&json!({
            "schema": "bolt.cache.warm/1",
            "entries": entries,
            "read_bytes": bytes.0,
            "corrupt": corrupt,
        }));
    }
    writeln!(context.out, "read {} in {}", bytes, counted(entries, "result"))?;
    if corrupt > 0 {
        context.warn(&format!("{} cannot be read any longer", counted(corrupt, "result")));
    }
    Ok(context.out.flush()?)
}

fn resize(
    results: &Results,
    options: &PersistentOptions,
    size: Bytes,
    mut context: Context,
) -> Result<()> {
    if size > options.capacity {
        bail!(
            "`cache.size` is {}, and less than the {size} asked for; raise the setting instead",
            options.capacity
        );
    }
    let Some(store) = results.store().map_err(|reason| anyhow!("{reason}"))? else {
        return nothing(context);
    };
    let before = store.stats();
    store.resize(size)?;
    let after = store.stats();
    tell(&mut context, &before, &after, "resize")?;
    context.note(&format!("to keep it so: cache.size = \"{size}\""));
    Ok(())
}

fn clear(results: &Results, mut context: Context) -> Result<()> {
    let stats =
        || results.store().map(|store| store.map(|store| store.stats()).unwrap_or_default());
    let before = stats().map_err(|reason| anyhow!("{reason}"))?;
    results.clear().map_err(|reason| anyhow!("{reason}"))?;
    tell(&mut context, &before, &StoreStats::default(), "clear")
}

/// Says what went and what is left.
fn tell(
    context: &mut Context,
    before: &StoreStats,
    after: &StoreStats,
    command: &str,
) -> Result<()> {
    let gone = before.entries - after.entries;
    let freed = Bytes(before.bytes.0.saturating_sub(after.bytes.0));
    if context.json {
        return context.write_json(&json!({
            "schema": format!("bolt.cache.{command}/1"),
            "removed": gone,
            "freed_bytes": freed.0,
            "entries": after.entries,
            "stored_bytes": after.bytes.0,
        }));
    }
    writeln!(context.out, "removed {}, {freed}; {} left", counted(gone, "result"), after.bytes)?;
    Ok(context.out.flush()?)
}

fn nothing(mut context: Context) -> Result<()> {
    if context.json {
        return context.write_json(&json!({"schema": "bolt.cache/1", "entries": 0}));
    }
    writeln!(context.out, "nothing is kept yet")?;
    Ok(context.out.flush()?)
}

fn lookups(done: &StoreStats) -> String {
    let share = done.hit_ratio().map(|share| format!(" ({} %)", number(100.0 * share)));
    let (all, found) = (count(done.hits + done.misses), count(done.hits));
    format!("{all}, found {found}{}", share.unwrap_or_default())
}
