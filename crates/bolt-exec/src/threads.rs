//! All threads of the process, under one limit.
//!
//! Pools and executors start no thread otherwise. Which processors a thread is bound to is data
//! that they are given; how a thread is bound is up to whoever sets this up, because it depends on
//! the operating system.

use crate::home::{Forked, Home};
use crate::limits::{Counters, Holder, LimitCounts, largest, told};
use crate::sync::{Mutex, MutexGuard};
use bolt_base::counted;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;

/// Binds the calling thread to some processors, by their numbers, or says why it cannot.
pub type Bind = dyn Fn(&[usize]) -> Result<(), String> + Send + Sync;

/// What a thread's stack may take, mapped when it starts; of it only what is used becomes memory.
/// Set here, so that limits on what the process maps can count on it.
pub const STACK_BYTES: usize = 2 << 20;

/// Starts threads and knows those that live. Clones share limit and list.
#[derive(Clone)]
pub struct Threads {
    registry: Arc<Registry>,
    bind: Option<Arc<Bind>>,
    /// Where threads run that nobody waits for; empty for all processors.
    background: Arc<[usize]>,
}

#[derive(Debug)]
struct Registry {
    limit: usize,
    living: Mutex<Living>,
    counters: Counters,
    home: Home,
}

#[derive(Debug, Default)]
struct Living {
    threads: BTreeMap<u64, Thread>,
    started: u64,
}

/// A thread that lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Its name.
    pub name: String,
    /// The processors that it should run on; empty for all.
    pub processors: Vec<usize>,
    /// Whether it is bound to them; `None` until it has begun.
    pub bound: Option<Result<(), String>>,
}

/// Why a thread was not started.
#[derive(Debug, thiserror::Error)]
pub enum ThreadError {
    /// There are as many as may be.
    #[error(
        "cannot start the thread `{name}`: the limit of {} is reached{}",
        counted(*limit as u64, "thread"),
        told(holders)
    )]
    Limit {
        /// The thread's name.
        name: String,
        /// The limit.
        limit: usize,
        /// Whose threads most of them are, by name without number.
        holders: Vec<Holder>,
    },
    /// The others are in another process.
    #[error(transparent)]
    Forked(#[from] Forked),
    /// The operating system refused.
    #[error("cannot start the thread `{name}`: {source}")]
    System {
        /// The thread's name.
        name: String,
        /// What it said.
        source: std::io::Error,
    },
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { registry, bind, background } = self;
        f.debug_struct("Threads")
            .field("registry", registry)
            .field("binds", &bind.is_some())
            .field("background", background)
            .finish()
    }
}

impl Threads {
    /// Lets at most `limit` threads live at a time; binds none.
    pub fn new(limit: usize) -> Self {
        let (living, counters) = (Mutex::new(Living::default()), Counters::default());
        let registry = Registry { limit, living, counters, home: Home::here() };
        Self { registry: Arc::new(registry), bind: None, background: Arc::default() }
    }

    /// Binds threads that are to run on certain processors, by this function.
    #[must_use]
    pub fn with_binding(mut self, bind: Arc<Bind>) -> Self {
        self.bind = Some(bind);
        self
    }

    /// Sets the processors of threads that nobody waits for.
    #[must_use]
    pub fn with_background(mut self, processors: &[usize]) -> Self {
        self.background = processors.into();
        self
    }

    /// Starts a thread that nobody waits for, such as one that watches the time.
    ///
    /// # Errors
    /// As [`Threads::spawn`].
    pub fn spawn_background(
        &self,
        name: String,
        body: impl FnOnce() + Send + 'static,
    ) -> Result<JoinHandle<()>, ThreadError> {
        self.spawn(name, &self.background, body)
    }

    /// Starts a thread. It counts until `body` returns.
    ///
    /// A thread that cannot be bound runs all the same; [`Threads::list`] says so.
    ///
    /// # Errors
    /// If as many live as may, the operating system refuses, or this process was forked from the
    /// one whose threads these are.
    pub fn spawn(
        &self,
        name: String,
        processors: &[usize],
        body: impl FnOnce() + Send + 'static,
    ) -> Result<JoinHandle<()>, ThreadError> {
        self.registry.home.check(|| "the list of threads".to_owned())?;
        let lease = Lease::new(&self.registry, &name, processors)?;
        let bind = self.bind.clone();
        let processors = processors.to_vec();
        let builder = std::thread::Builder::new().name(name.clone()).stack_size(STACK_BYTES);
        let thread = builder.spawn(move || {
            lease.set_bound(bind_thread(bind.as_deref(), &processors));
            body();
        });
        thread.map_err(|source| ThreadError::System { name, source })
    }

    /// Returns the threads that live, in the order of their starts; none in a forked process.
    pub fn list(&self) -> Vec<Thread> {
        if !self.registry.home.is_here() {
            return Vec::new();
        }
        self.registry.lock().threads.values().cloned().collect()
    }

    /// Returns how many were started and how many refused.
    pub fn counts(&self) -> LimitCounts {
        self.registry.counters.read()
    }

    /// Returns how many may live at a time.
    pub fn limit(&self) -> usize {
        self.registry.limit
    }
}

fn bind_thread(bind: Option<&Bind>, processors: &[usize]) -> Result<(), String> {
    match bind {
        _ if processors.is_empty() => Ok(()),
        Some(bind) => bind(processors),
        None => Err("nothing that binds threads was set up".to_owned()),
    }
}

impl Living {
    /// Returns whose threads they are: `bolt-cpu` for `bolt-cpu-0`.
    fn holders(&self) -> Vec<Holder> {
        let mut counts = BTreeMap::<&str, u64>::new();
        for thread in self.threads.values() {
            let name = thread.name.trim_end_matches(|c: char| c.is_ascii_digit());
            let name = if name == thread.name { name } else { name.trim_end_matches('-') };
            *counts.entry(name).or_default() += 1;
        }
        largest(counts.into_iter())
    }
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, Living> {
        self.living.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the list, given back when dropped: at the end of the thread, or if it never began.
struct Lease {
    registry: Arc<Registry>,
    number: u64,
}

impl Lease {
    fn new(
        registry: &Arc<Registry>,
        name: &str,
        processors: &[usize],
    ) -> Result<Self, ThreadError> {
        let mut living = registry.lock();
        if living.threads.len() >= registry.limit {
            registry.counters.refuse();
            let (limit, holders) = (registry.limit, living.holders());
            return Err(ThreadError::Limit { name: name.to_owned(), limit, holders });
        }
        registry.counters.grant();
        living.started += 1;
        let number = living.started;
        let thread = Thread { name: name.to_owned(), processors: processors.to_vec(), bound: None };
        living.threads.insert(number, thread);
        Ok(Self { registry: Arc::clone(registry), number })
    }

    fn set_bound(&self, bound: Result<(), String>) {
        if let Some(thread) = self.registry.lock().threads.get_mut(&self.number) {
            thread.bound = Some(bound);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.registry.lock().threads.remove(&self.number);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// Starts a thread that lives until the sender is dropped.
    fn hold(threads: &Threads, name: &str) -> Result<(mpsc::Sender<()>, JoinHandle<()>), String> {
        let (sender, receiver) = mpsc::channel();
        let body = move || assert!(receiver.recv().is_err());
        let thread = threads.spawn(name.to_owned(), &[], body);
        thread.map(|thread| (sender, thread)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_limit_counts_those_that_live() {
        let threads = Threads::new(2);
        let (first, first_thread) = hold(&threads, "first").unwrap();
        let (_second, _) = hold(&threads, "second").unwrap();
        assert_eq!(
            hold(&threads.clone(), "third").unwrap_err(),
            "cannot start the thread `third`: the limit of 2 threads is reached, by `first` 1, `second` 1"
        );
        drop(first);
        first_thread.join().unwrap();
        let (_third, _) = hold(&threads, "third").unwrap();
        let names: Vec<String> = threads.list().into_iter().map(|thread| thread.name).collect();
        assert_eq!(names, ["second", "third"]);
        let counts = threads.counts();
        assert_eq!((counts.granted, counts.refused), (3, 1));
    }

    #[test]
    fn a_thread_that_panics_gives_its_place_back() {
        let threads = Threads::new(1);
        let body = || std::panic::panic_any(());
        assert!(threads.spawn("panics".to_owned(), &[], body).unwrap().join().is_err());
        assert_eq!(threads.list(), []);
    }

    #[test]
    fn threads_are_bound_to_their_processors_or_say_why_not() {
        let (sender, receiver) = mpsc::channel();
        let bind = move |processors: &[usize]| {
            let name = std::thread::current().name().unwrap_or_default().to_owned();
            sender.send((name, processors.to_vec())).unwrap();
            if processors.contains(&99) { Err("no processor 99".to_owned()) } else { Ok(()) }
        };
        let threads = Threads::new(8).with_binding(Arc::new(bind));
        let bound = |threads: &Threads, processors: &[usize]| {
            let (sender, receiver) = mpsc::channel();
            let list = threads.clone();
            let body = move || sender.send(list.list()[0].bound.clone()).unwrap();
            threads.spawn("t".to_owned(), processors, body).unwrap().join().unwrap();
            receiver.recv().unwrap()
        };
        assert_eq!(bound(&threads, &[2, 3]), Some(Ok(())));
        assert_eq!(receiver.recv().unwrap(), ("t".to_owned(), vec![2, 3]));
        assert_eq!(bound(&threads, &[99]), Some(Err("no processor 99".to_owned())));
        assert_eq!(bound(&threads, &[]), Some(Ok(())));
        let told = bound(&Threads::new(1), &[0]);
        assert_eq!(told, Some(Err("nothing that binds threads was set up".to_owned())));
    }
}
