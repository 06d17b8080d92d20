//! A level in a Redis server, which several processes and machines can share.
//!
//! It speaks as much of the protocol as it needs (`redis/resp.rs`), over TCP without encryption.
//! Every key begins with the namespace; nothing else on the server is read, written or set: how
//! much memory it has, and what goes when that is full, is said in the server's own settings.
//!
//! A call waits no longer than the timeout for an answer, and as long for a connection where there is
//! none; finding the address of a host by its name is up to the operating system. After a failure
//! the server is left alone for a while, twice as long each time, and calls fail at once, so that one
//! that is gone costs next to nothing. An answer that is an error leaves the connection as it is.

mod connection;
mod resp;
mod url;

use crate::store::{Store, StoreError, StoreStats};
use bolt_base::{Bytes, Clock};
use connection::Connection;
use resp::Reply;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Connections that are kept while nobody uses them.
const IDLE_MOST: usize = 8;
/// How long a server is left alone after a failure, and at most after several.
const PAUSE_FIRST: Duration = Duration::from_millis(100);
const PAUSE_MOST: Duration = Duration::from_secs(10);
/// Keys that are looked at and removed at a time.
const BATCH: &str = "1000";
/// Longer times are as good as for ever, and the server refuses times beyond its numbers.
const TIME_TO_LIVE_MOST: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);

/// Which server, and how it is used.
#[derive(Debug, Clone)]
pub struct RedisOptions {
    /// Host and port.
    pub address: String,
    /// What all keys begin with, before a colon.
    pub namespace: String,
    /// How long a value is valid, if it does not say.
    pub time_to_live: Duration,
    /// How long to wait for a connection, and for an answer.
    pub timeout: Duration,
    /// The number of the database.
    pub database: u32,
    /// What the server is told first, if it asks for a password.
    pub login: Option<RedisLogin>,
}

/// Who uses a server.
#[derive(Clone)]
pub struct RedisLogin {
    /// The server's default user, if `None`.
    pub user: Option<String>,
    /// Its password, which goes over the network as it is.
    pub password: String,
}

impl RedisOptions {
    /// Returns options of 300 seconds to live and 250 milliseconds to wait.
    pub fn new(address: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            namespace: namespace.into(),
            time_to_live: Duration::from_secs(300),
            timeout: Duration::from_millis(250),
            database: 0,
            login: None,
        }
    }
}

impl fmt::Debug for RedisLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisLogin").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A store in a Redis server; see the module's documentation.
#[derive(Debug)]
pub struct Redis {
    options: RedisOptions,
    clock: Arc<dyn Clock>,
    idle: Mutex<Vec<Connection>>,
    health: Mutex<Health>,
    counters: Counters,
}

/// Whether the server is left alone.
#[derive(Debug, Default)]
struct Health {
    /// Failures since the last success.
    failures: u32,
    /// When it is tried again.
    retry_at: Duration,
}

#[derive(Debug, Default)]
struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    writes: AtomicU64,
    removed: AtomicU64,
    errors: AtomicU64,
}

impl Redis {
    /// Connects to a server. Time comes from the clock: with one that does not move by itself, a
    /// timeout begins anew with every piece of an answer.
    ///
    /// # Errors
    /// If it does not answer as a Redis server does, or refuses the login or the database.
    pub fn connect(options: RedisOptions, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let redis = Self::new(options, clock);
        redis.ping()?;
        Ok(redis)
    }

    /// Asks the server whether it is there.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn ping(&self) -> Result<(), StoreError> {
        self.call(&[b"PING"]).map(drop)
    }

    /// Returns a store that connects when it is first asked, so that a server that is not there yet
    /// is as good as one that is gone. Time is as for [`connect`](Self::connect).
    pub fn new(options: RedisOptions, clock: Arc<dyn Clock>) -> Self {
        let (idle, health, counters) = Default::default();
        Self { options, clock, idle, health, counters }
    }

    /// Says something on one of the connections and returns the answer.
    fn call(&self, parts: &[&[u8]]) -> Result<Reply, StoreError> {
        self.admit()?;
        let answered = self.connection().and_then(|mut connection| {
            let reply = connection.call(parts, self.options.timeout)?;
            Ok((connection, reply))
        });
        let (connection, reply) = answered.map_err(|error| self.failed(&error))?;
        self.health().failures = 0;
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE_MOST {
            idle.push(connection);
        }
        drop(idle);
        match reply {
            Reply::Error(error) => Err(self.refused(parts[0], &error)),
            reply => Ok(reply),
        }
    }

    /// Returns a connection that nobody uses, or a new one.
    fn connection(&self) -> io::Result<Connection> {
        loop {
            let idle = lock(&self.idle).pop();
            match idle {
                Some(connection) if connection.is_usable() => return Ok(connection),
                Some(_) => {}
                None => return self.open(),
            }
        }
    }

    fn open(&self) -> io::Result<Connection> {
        let RedisOptions { address, timeout, database, login, .. } = &self.options;
        let mut connection = Connection::open(address, *timeout, &self.clock)?;
        let mut demand = |parts: &[&[u8]]| match connection.call(parts, *timeout)? {
            Reply::Error(error) => Err(io::Error::other(error)),
            _ => Ok(()),
        };
        if let Some(RedisLogin { user, password }) = login {
            let user = user.as_ref().map(String::as_bytes);
            let parts = [Some(&b"AUTH"[..]), user, Some(password.as_bytes())];
            demand(&parts.into_iter().flatten().collect::<Vec<_>>())?;
        }
        if *database > 0 {
            demand(&[b"SELECT", database.to_string().as_bytes()])?;
        }
        Ok(connection)
    }

    /// Fails if the server is left alone. When the pause is over, one call tries it; for the others
    /// it is not over before that one knows.
    fn admit(&self) -> Result<(), StoreError> {
        let mut health = self.health();
        let now = self.clock.now();
        if health.failures > 0 {
            if now < health.retry_at {
                let seconds = (health.retry_at - now).as_secs_f64();
                let told = format!("it did not answer; tried again in {seconds:.1} s");
                return Err(self.error(&told));
            }
            health.retry_at = now + self.options.timeout * 2;
        }
        Ok(())
    }

    /// Leaves the server alone after a failure.
    fn failed(&self, error: &io::Error) -> StoreError {
        lock(&self.idle).clear();
        let mut health = self.health();
        let pause = PAUSE_FIRST.saturating_mul(1 << health.failures.min(16)).min(PAUSE_MOST);
        health.failures = health.failures.saturating_add(1);
        health.retry_at = self.clock.now() + pause;
        drop(health);
        match error.kind() {
            io::ErrorKind::TimedOut => {
                self.error(&format!("no answer within {:?}", self.options.timeout))
            }
            io::ErrorKind::UnexpectedEof => self.error("it closed the connection"),
            _ => self.error(&error.to_string()),
        }
    }

    fn refused(&self, command: &[u8], error: &str) -> StoreError {
        self.error(&format!("`{}`: {error}", String::from_utf8_lossy(command)))
    }

    fn error(&self, told: &str) -> StoreError {
        StoreError::Remote(format!("Redis at `{}`: {told}", self.options.address))
    }

    /// Returns the error for an answer that the command does not have.
    fn unexpected<T>(&self, command: &[u8], reply: &Reply) -> Result<T, StoreError> {
        let kind = match reply {
            Reply::Simple(_) => "a word",
            Reply::Error(_) => "an error",
            Reply::Integer(_) => "a number",
            Reply::Bulk(_) => "a value",
            Reply::Array(_) => "a list",
        };
        Err(self.refused(command, &format!("answered by {kind}")))
    }

    fn key(&self, key: &[u8]) -> Vec<u8> {
        [self.options.namespace.as_bytes(), b":", key].concat()
    }

    fn delete(&self, keys: &[Vec<u8>]) -> Result<u64, StoreError> {
        let mut parts: Vec<&[u8]> = vec![b"DEL"];
        parts.extend(keys.iter().map(Vec::as_slice));
        match self.call(&parts)? {
            Reply::Integer(count) => Ok(count.unsigned_abs()),
            reply => self.unexpected(b"DEL", &reply),
        }
    }

    fn look_up(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.call(&[b"GET", &self.key(key)])? {
            Reply::Bulk(value) => Ok(value),
            reply => self.unexpected(b"GET", &reply),
        }
    }

    fn set(&self, key: &[u8], value: &[u8], time_to_live: Duration) -> Result<(), StoreError> {
        let key = self.key(key);
        let millis = time_to_live.min(TIME_TO_LIVE_MOST).as_millis();
        if millis == 0 {
            // The server refuses a value that is never valid.
            return self.delete(&[key]).map(drop);
        }
        match self.call(&[b"SET", &key, value, b"PX", millis.to_string().as_bytes()])? {
            Reply::Simple(_) => Ok(()),
            reply => self.unexpected(b"SET", &reply),
        }
    }

    /// Removes all keys of the namespace; others on the server are looked at and left.
    fn remove_all(&self) -> Result<(), StoreError> {
        let pattern = self.key(b"").iter().flat_map(|byte| escaped(*byte)).collect::<Vec<u8>>();
        let pattern = [&pattern[..], b"*"].concat();
        let mut cursor = b"0".to_vec();
        loop {
            let parts: [&[u8]; 6] =
                [b"SCAN", &cursor, b"MATCH", &pattern, b"COUNT", BATCH.as_bytes()];
            let reply = self.call(&parts)?;
            let Some((next, keys)) = page(&reply) else { return self.unexpected(b"SCAN", &reply) };
            if !keys.is_empty() {
                let removed = self.delete(&keys)?;
                self.counters.removed.fetch_add(removed, Ordering::Relaxed);
            }
            if next == b"0" {
                return Ok(());
            }
            cursor = next;
        }
    }

    fn counted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_err() {
            self.counters.errors.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        lock(&self.health)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a byte as it stands for itself in a pattern.
fn escaped(byte: u8) -> impl Iterator<Item = u8> {
    let is_special = b"*?[]^-\\".contains(&byte);
    is_special.then_some(b'\\').into_iter().chain([byte])
}

/// Returns the cursor and the keys that `SCAN` answers.
fn page(reply: &Reply) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
    let Reply::Array(parts) = reply else { return None };
    let [Reply::Bulk(Some(next)), Reply::Array(keys)] = parts.as_slice() else { return None };
    let keys = keys.iter().map(|key| match key {
        Reply::Bulk(key) => key.clone(),
        _ => None,
    });
    Some((next.clone(), keys.collect::<Option<_>>()?))
}

impl Store for Redis {
    fn name(&self) -> &str {
        "redis"
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.counted(self.look_up(key))?;
        let Counters { hits, misses, .. } = &self.counters;
        if value.is_some() { hits } else { misses }.fetch_add(1, Ordering::Relaxed);
        Ok(value)
    }

    /// As [`Store::put`]; times to live are whole milliseconds, rounded down.
    fn put(
        &self,
        key: &[u8],
        value: &[u8],
        time_to_live: Option<Duration>,
    ) -> Result<(), StoreError> {
        let time_to_live = time_to_live.unwrap_or(self.options.time_to_live);
        self.counted(self.set(key, value, time_to_live))?;
        self.counters.writes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn remove(&self, key: &[u8]) -> Result<bool, StoreError> {
        let removed = self.counted(self.delete(&[self.key(key)]))?;
        self.counters.removed.fetch_add(removed, Ordering::Relaxed);
        Ok(removed > 0)
    }

    fn clear(&self) -> Result<(), StoreError> {
        self.counted(self.remove_all())
    }

    /// Fails: the server's settings say how much it may keep.
    fn resize(&self, _: Bytes) -> Result<(), StoreError> {
        let (store, what) =
            ("redis".to_owned(), "change its capacity, which is the server's `maxmemory`");
        self.counted(Err(StoreError::Unsupported { store, what }))
    }

    /// Returns what this process has asked for. What the server holds is not asked: entries and
    /// bytes are 0, and so is what it made go.
    fn stats(&self) -> StoreStats {
        let Counters { hits, misses, writes, removed, errors } = &self.counters;
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        StoreStats {
            hits: count(hits),
            misses: count(misses),
            writes: count(writes),
            removed: count(removed),
            errors: count(errors),
            ..StoreStats::default()
        }
    }
}

#[cfg(test)]
mod tests;
