//! Connections that are kept open and lent.
//!
//! A pool opens connections as they are asked for, up to a limit, and lends one to one borrower at
//! a time. What comes back is kept for the next; what has not been used for long, is old, broken or
//! no longer valid is closed. Connecting, asking whether a connection is valid and closing happen
//! outside of the pool's lock: a server that does not answer holds up nobody else.
//!
//! The pool starts no thread. What time brings about is seen to when somebody borrows, and by
//! [`ConnectionPool::maintain`], which also keeps the fewest open.

mod shelf;

use crate::monitor::Monitor;
use bolt_base::Clock;
use shelf::{Kept, Shelf};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

/// How connections are made and looked at.
pub trait Connect: Send + Sync + 'static {
    /// A connection. It is closed by dropping it.
    type Connection: Send + 'static;
    /// Why there is none.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Opens a connection.
    ///
    /// # Errors
    /// If it cannot be opened.
    fn connect(&self) -> Result<Self::Connection, Self::Error>;

    /// Returns whether a connection can still be used.
    fn is_valid(&self, connection: &mut Self::Connection) -> bool;
}

/// How a pool is set up. The defaults are those of the tuning guides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionOptions {
    /// The fewest connections that are kept, however long they are not used.
    pub min: usize,
    /// The most connections, at least 1.
    pub max: usize,
    /// How long a borrower waits for a connection.
    pub wait: Duration,
    /// A connection that was not used for so long is closed.
    pub idle: Duration,
    /// A connection that was opened so long ago is closed when it comes back.
    pub lifetime: Duration,
    /// A connection that was seen to be valid so recently is lent without asking it again; zero
    /// asks each time.
    pub validation_interval: Duration,
}

impl Default for ConnectionOptions {
    fn default() -> Self {
        Self {
            min: 10,
            max: 100,
            wait: Duration::from_secs(5),
            idle: Duration::from_secs(60),
            lifetime: Duration::from_secs(300),
            validation_interval: Duration::ZERO,
        }
    }
}

/// Why no connection was lent.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError<E: std::error::Error + 'static> {
    /// All are lent, and none came back in time.
    #[error(
        "all {max} connections are lent, and none came back within {waited:?}; {waiting} others wait"
    )]
    Exhausted {
        /// The most connections.
        max: usize,
        /// How long was waited.
        waited: Duration,
        /// How many others wait now.
        waiting: usize,
    },
    /// One could not be opened.
    #[error("a connection could not be opened: {0}")]
    Connect(#[source] E),
    /// The pool was closed.
    #[error("the pool of connections is closed")]
    Closed,
}

/// Counts since the start, and what there is now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConnectionStatistics {
    /// Connections that are open now, or being opened.
    pub open: usize,
    /// Of these, those that nobody has.
    pub idle: usize,
    /// Borrowers that wait now.
    pub waiting: usize,
    /// Connections opened.
    pub opened: u64,
    /// Connections lent.
    pub lent: u64,
    /// Borrowers that had to wait.
    pub waited: u64,
    /// Borrowers that waited in vain.
    pub exhausted: u64,
    /// Attempts to connect that failed.
    pub failed: u64,
    /// Connections closed because they were not used.
    pub closed_idle: u64,
    /// Connections closed because they were old.
    pub closed_old: u64,
    /// Connections closed because they were no longer valid, or their borrower said so or panicked.
    pub closed_broken: u64,
}

/// Lends connections. Clones share them.
pub struct ConnectionPool<C: Connect> {
    shared: Arc<Shared<C>>,
}

struct Shared<C: Connect> {
    connect: C,
    options: ConnectionOptions,
    clock: Arc<dyn Clock>,
    shelf: Arc<Monitor<Shelf<C::Connection>>>,
}

/// A connection that is lent until this is dropped.
pub struct Lease<C: Connect> {
    place: Place<C>,
    /// Taken when it is dropped.
    kept: Option<Kept<C::Connection>>,
    is_broken: bool,
}

/// A place among the connections, which is given back when this is dropped.
struct Place<C: Connect> {
    shared: Arc<Shared<C>>,
    is_kept: bool,
}

/// A place, and the connection that is there, if one is.
type Found<C> = (Place<C>, Option<Kept<<C as Connect>::Connection>>);

impl<C: Connect> Drop for Place<C> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.shared.shelf.lock().leave();
            self.shared.shelf.notify_all();
        }
    }
}

impl<C: Connect> ConnectionPool<C> {
    /// Opens the fewest connections.
    ///
    /// # Errors
    /// If one of them cannot be opened.
    pub fn new(
        connect: C,
        options: ConnectionOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConnectionError<C::Error>> {
        let shelf = Arc::new(Monitor::new(Shelf::new(&options)));
        let pool = Self { shared: Arc::new(Shared { connect, options, clock, shelf }) };
        pool.maintain()?;
        Ok(pool)
    }

    /// Lends a connection: the one that was used last, else a new one. Who asks first is served
    /// first.
    ///
    /// # Errors
    /// If none can be had in time or opened, or the pool is closed.
    pub fn borrow(&self) -> Result<Lease<C>, ConnectionError<C::Error>> {
        let (place, kept) = self.find()?;
        let shared = &self.shared;
        let usable = kept.and_then(|kept| shared.checked(kept));
        let kept = match usable {
            Some(kept) => kept,
            None => shared.opened()?,
        };
        shared.shelf.lock().counts.lent += 1;
        Ok(Lease { place, kept: Some(kept), is_broken: false })
    }

    /// Waits for a place, and maybe the connection that is there.
    fn find(&self) -> Result<Found<C>, ConnectionError<C::Error>> {
        let Shared { options, clock, shelf: monitor, .. } = &*self.shared;
        let start = clock.now();
        let deadline = start.saturating_add(options.wait);
        let mut shelf = monitor.lock();
        let turn = shelf.queue();
        let mut has_waited = false;
        let found = loop {
            if shelf.is_closed {
                break Err(ConnectionError::Closed);
            }
            if let Some(kept) = shelf.take(turn) {
                break Ok(kept);
            }
            let now = clock.now();
            if now >= deadline {
                let waiting = shelf.waiting() - 1;
                shelf.counts.exhausted += 1;
                let waited = now.saturating_sub(start);
                break Err(ConnectionError::Exhausted { max: shelf.max(), waited, waiting });
            }
            has_waited = true;
            shelf = monitor.wait_until(shelf, &**clock, Some(deadline));
        };
        shelf.leave_queue(turn);
        shelf.counts.waited += u64::from(has_waited);
        drop(shelf);
        // The next in the queue may have its turn now.
        monitor.notify_all();
        let kept = found?;
        Ok((Place { shared: Arc::clone(&self.shared), is_kept: false }, kept))
    }

    /// Closes connections that were not used for long or are old, and opens as many as are kept at
    /// least. Returns when it should be called again.
    ///
    /// # Errors
    /// If a connection cannot be opened; the rest was seen to.
    pub fn maintain(&self) -> Result<Option<Duration>, ConnectionError<C::Error>> {
        let shared = &self.shared;
        let (closed, next) = shared.shelf.lock().expire(shared.clock.now());
        // Closing may take its time.
        drop(closed);
        while shared.shelf.lock().enter_for_min() {
            let mut place = Place { shared: Arc::clone(shared), is_kept: false };
            let kept = shared.opened()?;
            place.keep(kept);
        }
        shared.shelf.notify_all();
        Ok(next)
    }

    /// Lends nothing from now on and closes what is idle; what is lent is closed when it comes
    /// back.
    pub fn close(&self) {
        let idle = self.shared.shelf.lock().close();
        self.shared.shelf.notify_all();
        drop(idle);
    }

    /// Returns what was done so far, and what there is now.
    pub fn statistics(&self) -> ConnectionStatistics {
        self.shared.shelf.lock().statistics()
    }
}

impl<C: Connect> Shared<C> {
    fn opened(&self) -> Result<Kept<C::Connection>, ConnectionError<C::Error>> {
        let connection = self.connect.connect();
        let now = self.clock.now();
        let mut shelf = self.shelf.lock();
        match connection {
            Ok(connection) => {
                shelf.counts.opened += 1;
                Ok(Kept { connection, opened: now, used: now, checked: now })
            }
            Err(error) => {
                shelf.counts.failed += 1;
                Err(ConnectionError::Connect(error))
            }
        }
    }

    /// Returns a connection if it can be used, else closes it.
    fn checked(&self, mut kept: Kept<C::Connection>) -> Option<Kept<C::Connection>> {
        let now = self.clock.now();
        if let Some(reason) = kept.expired(&self.options, now) {
            self.shelf.lock().count_closed(reason);
            return None;
        }
        let age = now.saturating_sub(kept.checked);
        if self.options.validation_interval.is_zero() || age >= self.options.validation_interval {
            if !self.connect.is_valid(&mut kept.connection) {
                self.shelf.lock().counts.closed_broken += 1;
                return None;
            }
            kept.checked = now;
        }
        Some(kept)
    }
}

impl<C: Connect> Place<C> {
    /// Puts a connection where the next borrower finds it; closes it if it is of no more use.
    fn keep(&mut self, kept: Kept<C::Connection>) {
        let now = self.shared.clock.now();
        let refused = self.shared.shelf.lock().put(kept, now);
        // What is refused leaves its place free.
        self.is_kept = refused.is_none();
        if self.is_kept {
            self.shared.shelf.notify_all();
        }
    }
}

impl<C: Connect> Lease<C> {
    /// Closes the connection instead of giving it back.
    pub fn discard(mut self) {
        self.is_broken = true;
    }

    fn kept(&self) -> &Kept<C::Connection> {
        self.kept.as_ref().expect("a lease has its connection until it is dropped")
    }
}

impl<C: Connect> Deref for Lease<C> {
    type Target = C::Connection;

    fn deref(&self) -> &C::Connection {
        &self.kept().connection
    }
}

impl<C: Connect> DerefMut for Lease<C> {
    fn deref_mut(&mut self) -> &mut C::Connection {
        let kept = self.kept.as_mut().expect("a lease has its connection until it is dropped");
        &mut kept.connection
    }
}

impl<C: Connect> Drop for Lease<C> {
    fn drop(&mut self) {
        let Some(mut kept) = self.kept.take() else { return };
        // Whoever panics may leave an answer half read.
        if self.is_broken || std::thread::panicking() {
            drop(kept);
            self.place.shared.shelf.lock().counts.closed_broken += 1;
            return;
        }
        kept.used = self.place.shared.clock.now();
        self.place.keep(kept);
    }
}

impl<C: Connect> Clone for ConnectionPool<C> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<C: Connect> fmt::Debug for ConnectionPool<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &self.shared.options;
        f.debug_struct("ConnectionPool").field("options", options).finish_non_exhaustive()
    }
}

impl<C: Connect> fmt::Debug for Lease<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("is_broken", &self.is_broken).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
