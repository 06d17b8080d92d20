//! How long work runs.

use super::counts::{Counters, LimitCounts};
use super::error::DeadlineExceeded;
use crate::cancel::{CancelReason, CancelToken};
use crate::home::Home;
use crate::monitor::Monitor;
use crate::threads::{ThreadError, Threads};
use bolt_base::Clock;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Cancels the tokens of work whose time is over. One thread watches all of it: it is started when
/// the first work begins and ends when this is dropped, and work that still runs then has no
/// deadline.
pub struct Deadlines {
    shared: Arc<Shared>,
    threads: Threads,
    home: Home,
}

struct Shared {
    watched: Arc<Monitor<Watched>>,
    clock: Arc<dyn Clock>,
    counters: Counters,
}

#[derive(Debug, Default)]
struct Watched {
    /// By deadline and order of beginning.
    tokens: BTreeMap<(Duration, u64), CancelToken>,
    begun: u64,
    /// Whether the thread was started.
    is_watching: bool,
    is_closed: bool,
}

/// Work that has a deadline, until it is dropped.
#[must_use = "work has a deadline for as long as this lives"]
pub struct Deadline {
    shared: Arc<Shared>,
    job: String,
    limit: Duration,
    start: Duration,
    key: (Duration, u64),
    token: CancelToken,
}

impl Deadlines {
    pub(super) fn new(threads: &Threads, clock: Arc<dyn Clock>) -> Self {
        let (watched, counters) = (Arc::default(), Counters::default());
        let shared = Arc::new(Shared { watched, clock, counters });
        Self { shared, threads: threads.clone(), home: Home::here() }
    }

    /// Begins work that may run so long, and stops with `whole`, which its token is a part of.
    ///
    /// # Errors
    /// If the thread that watches is refused, or this process was forked from the one that has it.
    pub fn begin(
        &self,
        job: &str,
        limit: Duration,
        whole: &CancelToken,
    ) -> Result<Deadline, ThreadError> {
        self.home.check(|| "what watches deadlines".to_owned())?;
        let start = self.shared.clock.now();
        let mut watched = self.shared.watched.lock();
        if !watched.is_watching {
            let watching = Arc::clone(&self.shared);
            self.threads.spawn_background("bolt-deadlines".to_owned(), move || watching.watch())?;
            watched.is_watching = true;
        }
        watched.begun += 1;
        let key = (start.saturating_add(limit), watched.begun);
        let token = whole.child();
        watched.tokens.insert(key, token.clone());
        let is_first = watched.tokens.first_key_value().is_some_and(|(first, _)| *first == key);
        drop(watched);
        if is_first {
            self.shared.watched.notify_all();
        }
        let shared = Arc::clone(&self.shared);
        Ok(Deadline { shared, job: job.to_owned(), limit, start, key, token })
    }

    /// Returns how much work has a deadline now.
    pub fn watched(&self) -> usize {
        self.shared.watched.lock().tokens.len()
    }

    /// Returns what ended in time (granted) and what was stopped (refused).
    pub fn counts(&self) -> LimitCounts {
        self.shared.counters.read()
    }
}

impl Shared {
    fn watch(&self) {
        let mut watched = self.watched.lock();
        while !watched.is_closed {
            let now = self.clock.now();
            let later = watched.tokens.split_off(&(now, u64::MAX));
            let due = std::mem::replace(&mut watched.tokens, later);
            for token in due.into_values() {
                token.cancel_because(CancelReason::Deadline);
            }
            let next = watched.tokens.first_key_value().map(|((at, _), _)| *at);
            watched = self.watched.wait_until(watched, &*self.clock, next);
        }
    }
}

impl Deadline {
    /// Returns the token that the work is to look at.
    pub fn token(&self) -> &CancelToken {
        &self.token
    }

    /// Returns how long the work may still run.
    pub fn left(&self) -> Duration {
        self.key.0.saturating_sub(self.shared.clock.now())
    }

    /// Asks whether the work may go on, where it looks at no token.
    ///
    /// # Errors
    /// If its time is over.
    pub fn check(&self) -> Result<(), DeadlineExceeded> {
        if self.left().is_zero() {
            self.token.cancel_because(CancelReason::Deadline);
        }
        match self.token.reason() {
            Some(CancelReason::Deadline) => Err(self.exceeded()),
            _ => Ok(()),
        }
    }

    fn exceeded(&self) -> DeadlineExceeded {
        self.shared.counters.refuse();
        let ran = self.shared.clock.now().saturating_sub(self.start);
        DeadlineExceeded { job: self.job.clone(), limit: self.limit, ran }
    }

    /// Ends the work and returns what it came to. Work that was complete before it saw its token
    /// has its result.
    ///
    /// # Errors
    /// If it has no result and its time is over.
    pub fn end<T>(self, result: Option<T>) -> Result<Option<T>, DeadlineExceeded> {
        if result.is_some() || self.token.reason() != Some(CancelReason::Deadline) {
            self.shared.counters.grant();
            return Ok(result);
        }
        Err(self.exceeded())
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        self.shared.watched.lock().tokens.remove(&self.key);
    }
}

impl Drop for Deadlines {
    fn drop(&mut self) {
        if !self.home.is_here() {
            return;
        }
        self.shared.watched.lock().is_closed = true;
        self.shared.watched.notify_all();
    }
}

impl fmt::Debug for Deadlines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deadlines").field("watched", &self.watched()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (job, limit) = (&self.job, &self.limit);
        f.debug_struct("Deadline").field("job", job).field("limit", limit).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use bolt_base::ManualClock;

    const SECOND: Duration = Duration::from_secs(1);

    fn rig() -> (Deadlines, Arc<ManualClock>, Threads) {
        let (clock, threads) = (Arc::new(ManualClock::default()), Threads::new(1));
        let deadlines = Deadlines::new(&threads, clock.clone());
        (deadlines, clock, threads)
    }

    /// Waits until a token is cancelled.
    fn wait_for(token: &CancelToken) {
        while !token.is_cancelled() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn work_is_stopped_at_its_deadline_and_says_so() {
        let (deadlines, clock, _) = rig();
        let whole = CancelToken::default();
        let begin = |job, limit| deadlines.begin(job, limit, &whole).unwrap();
        let (long, short) = (begin("sweep", 600 * SECOND), begin("search", SECOND));
        let done = begin("report", SECOND);
        // An earlier deadline wakes the watcher anew.
        while clock.alarms().first() != Some(&SECOND) {
            std::thread::yield_now();
        }
        assert_eq!((short.left(), deadlines.watched()), (SECOND, 3));
        assert_eq!(done.end(Some(7)), Ok(Some(7)));
        clock.advance(2 * SECOND);
        wait_for(short.token());
        assert_eq!(short.token().reason(), Some(CancelReason::Deadline));
        assert!(!long.token().is_cancelled());
        assert_eq!(
            short.end::<()>(None).unwrap_err().to_string(),
            "`search` was stopped after 2s: the setting `limits.query_timeout` is 1s"
        );
        clock.advance(600 * SECOND);
        wait_for(long.token());
        assert_eq!(long.end(Some("all the same")), Ok(Some("all the same")));
        let counts = deadlines.counts();
        assert_eq!((counts.granted, counts.refused, deadlines.watched()), (2, 1, 0));
    }

    #[test]
    fn work_that_somebody_else_gave_up_ran_into_no_deadline() {
        let (deadlines, clock, _) = rig();
        let whole = CancelToken::default();
        let work = deadlines.begin("sweep", SECOND, &whole).unwrap();
        whole.cancel();
        assert!(work.token().is_cancelled());
        assert_eq!((work.check(), work.end::<()>(None)), (Ok(()), Ok(None)));
        let late = deadlines.begin("sweep", SECOND, &CancelToken::default()).unwrap();
        assert_eq!(late.check(), Ok(()));
        clock.advance(SECOND);
        // Whether or not the thread has seen it.
        assert_eq!(late.check().unwrap_err().ran, SECOND);
    }

    #[test]
    fn nothing_watches_before_there_is_something_to_watch() {
        let (deadlines, _, threads) = rig();
        assert_eq!(threads.list(), []);
        let whole = CancelToken::default();
        let work = [0, 1].map(|_| deadlines.begin("sweep", SECOND, &whole).unwrap());
        let names = || threads.list().into_iter().map(|thread| thread.name).collect::<Vec<_>>();
        assert_eq!(names(), ["bolt-deadlines"]);
        drop(work);
        let none_left = Deadlines::new(&threads, Arc::new(ManualClock::default()));
        let refused = none_left.begin("sweep", SECOND, &whole).unwrap_err();
        assert!(refused.to_string().contains("limit of 1 thread"), "{refused}");
        assert_eq!(none_left.watched(), 0);
    }

    #[test]
    fn the_watcher_ends_with_what_it_watches_for() {
        let (deadlines, _, threads) = rig();
        let work = deadlines.begin("sweep", SECOND, &CancelToken::default()).unwrap();
        drop(deadlines);
        while !threads.list().is_empty() {
            std::thread::yield_now();
        }
        assert!(!work.token().is_cancelled());
    }
}
