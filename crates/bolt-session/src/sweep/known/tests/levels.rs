//! Levels above the disk: memory, and a Redis server.

use bolt_base::{Clock, ManualClock};
use bolt_memory::{Component, Kind};
use bolt_testkit::RedisServer;

use super::*;

/// A session with a level in memory above a shelf.
fn with_memory(settings: &[(&str, &str)]) -> (Session, Arc<Shelf>, Arc<ManualClock>) {
    let mut session = session(settings).unwrap();
    let (shelf, clock) = (Arc::new(Shelf::default()), Arc::new(ManualClock::default()));
    let time: Arc<dyn Clock> = clock.clone();
    let results = Results::of_store(shelf.clone());
    session.results = results.in_memory(&session.config, &session.memory.budget, &time);
    (session, shelf, clock)
}

fn held_by_caches(session: &Session) -> Bytes {
    let report = session.memory.budget.report();
    report.components.iter().find(|part| part.component == Component::Cache).unwrap().held
}

#[test]
fn cache_memory() {
    let request = request(&["fast=2..40", "slow=10..150:5"]);
    let twice = |settings: &[(&str, &str)]| {
        let (session, shelf, _) = with_memory(settings);
        assert_eq!(sweep(&session, &bars(), &request).cache, usage(0, 1_131));
        let found = sweep(&session, &bars(), &request);
        (session, shelf, found)
    };
    let (session, shelf, found) = twice(&[]);
    assert_eq!(found.cache, usage_of("memory", 1_131, 0));
    let stats = session.results.stats().unwrap();
    let counts = |name: &str| {
        let level = stats.level(name).unwrap();
        (level.hits, level.misses, level.writes, level.entries)
    };
    // Rows and what is said of the best, looked for twice.
    assert_eq!(counts("memory"), (2, 2, 2, 2));
    assert_eq!(shelf.stats().entries, 2);
    let held = stats.level("memory").unwrap().bytes;
    assert!(held.0 > 1_131 * 80 && held_by_caches(&session) >= held, "{held}");
    assert!(stats.level("memory").unwrap().limit > Bytes(1 << 20));
    // When others need it, it is given back, and rows are found below.
    let others = Bytes(session.memory.limit.bytes.0 - (8 << 10));
    let job = session.memory.job(&*session.clock, Component::Market, "all there is");
    let before = held_by_caches(&session);
    let room = crate::memory::room_up_to(&job, others, Bytes(0)).unwrap();
    let taken = job.reserve(Kind::Fixed, room).unwrap();
    session.memory.budget.poll();
    assert!(taken.bytes() > Bytes(0) && held_by_caches(&session) <= before);
    drop(taken);
    let (_, _, found) = twice(&[("cache.memory", "0")]);
    assert_eq!(found.cache, usage(1_131, 0));
    let (session, _, found) = twice(&[("cache.memory", "64 KB")]);
    assert_eq!(found.cache, usage(1_131, 0), "the rows are too large for it");
    let stats = session.results.stats().unwrap();
    assert_eq!(stats.level("memory").unwrap().limit, Bytes(64 << 10));
}

#[test]
fn cache_memory_time_to_live() {
    let request = request(&["fast=2..4", "slow=10..20:5"]);
    let (session, _, clock) = with_memory(&[("cache.memory_time_to_live", "60")]);
    assert_eq!(sweep(&session, &bars(), &request).cache, usage(0, 9));
    clock.advance(Duration::from_secs(59));
    assert_eq!(sweep(&session, &bars(), &request).cache, usage_of("memory", 9, 0));
    clock.advance(Duration::from_secs(2));
    assert_eq!(sweep(&session, &bars(), &request).cache, usage(9, 0));
    assert_eq!(sweep(&session, &bars(), &request).cache, usage_of("memory", 9, 0));
}

#[test]
fn a_grid_that_grows_is_written_to_all_levels() {
    let (session, shelf, _) = with_memory(&[]);
    let small = request(&["fast=2..4", "slow=10..20:5"]);
    let large = request(&["fast=2..6", "slow=10..20:5"]);
    assert_eq!(sweep(&session, &bars(), &small).cache, usage(0, 9));
    let grown = sweep(&session, &bars(), &large).cache;
    assert_eq!((grown.found, grown.kept), (9, 6));
    assert_eq!(grown.by_level["memory"], 9);
    // What another session would find below.
    let mut other = super::session(&[]).unwrap();
    other.results = Results::of_store(shelf);
    assert_eq!(sweep(&other, &bars(), &large).cache, usage(15, 0));
}

/// Returns a session with a server, a folder if there is one, and nothing in memory.
fn shared(server: &RedisServer, folder: Option<&Path>) -> Session {
    let url = format!("redis://127.0.0.1:{}", server.port());
    let path = folder.map(|folder| ("cache.path", folder.to_str().unwrap()));
    let settings = [("cache.redis", url.as_str()), ("cache.memory", "0")];
    session(&settings.into_iter().chain(path).collect::<Vec<_>>()).unwrap()
}

#[test]
fn cache_redis() {
    let wrong = session(&[("cache.redis", "redis://host:70000")]).unwrap_err().to_string();
    assert_eq!(wrong, "the setting `cache.redis` is no address: `70000` is no port");
    let Some(server) = RedisServer::start(&[]) else { return };
    let request = request(&["fast=2..4", "slow=10..20:5"]);
    let rows = text(&sweep(&session(&[]).unwrap(), &bars(), &request).rows);
    // Two machines, of which the second has never run anything.
    assert_eq!(sweep(&shared(&server, None), &bars(), &request).cache, usage(0, 9));
    let folder = tempfile::tempdir().unwrap();
    let second = shared(&server, Some(folder.path()));
    let found = sweep(&second, &bars(), &request);
    assert_eq!((found.cache, text(&found.rows)), (usage_of("redis", 9, 0), rows));
    second.results.clear().unwrap();
    assert_eq!(sweep(&shared(&server, None), &bars(), &request).cache, usage(0, 9));
}

#[test]
fn a_server_that_goes_while_rows_are_run_costs_no_row() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let session = shared(&server, Some(folder.path()));
    let small = request(&["fast=2..4", "slow=10..20:5"]);
    assert_eq!(sweep(&session, &bars(), &small).cache, usage(0, 9));
    let large = request(&["fast=2..6", "slow=10..20:5"]);
    let rows = text(&sweep(&super::session(&[]).unwrap(), &bars(), &large).rows);
    let (all, cancel) = (session.combinations(&large).unwrap(), CancelToken::default());
    let mut server = Some(server);
    let sink = &mut |_: &[Row]| {
        drop(server.take());
        Ok(())
    };
    let found = session.sweep(&bars(), &large, &all, Done::default(), &cancel, sink).unwrap();
    assert_eq!(text(&found.rows), rows);
    let CacheUse { found, by_level, kept, degraded, failed, .. } = found.cache;
    assert_eq!((found, by_level["redis"], kept, failed), (9, 9, 6, None));
    let reason = &degraded["redis"];
    assert!(reason.starts_with("cache level `redis`: the remote cache: Redis at `127"), "{reason}");
    assert_eq!(degraded.len(), 1);
    // Without it, the disk has all; alone, it has nothing to say.
    let again = sweep(&session, &bars(), &large);
    assert_eq!((text(&again.rows), again.cache.by_level["persistent"]), (rows, 15));
    assert!(again.cache.failed.is_none() && again.cache.degraded.contains_key("redis"));
}

#[test]
fn a_server_that_was_never_there_is_told() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (alone, with_disk) = (shared(&server, None), shared(&server, Some(folder.path())));
    drop(server);
    let request = request(&["fast=2..4", "slow=10..20:5"]);
    // The disk does without it.
    let first = sweep(&with_disk, &bars(), &request).cache;
    assert_eq!((first.kept, first.failed), (9, None));
    let then = sweep(&with_disk, &bars(), &request).cache;
    assert_eq!((then.found, then.by_level["persistent"], then.failed), (9, 9, None));
    assert!(first.degraded.contains_key("redis") && then.degraded.contains_key("redis"));
    let found = sweep(&alone, &bars(), &request);
    let CacheUse { found: 0, kept: 0, degraded, failed: Some(failed), .. } = found.cache else {
        panic!("{:?}", found.cache)
    };
    assert_eq!(failed, format!("{}: the cache was not used", degraded["redis"]));
}
