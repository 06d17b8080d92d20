//! The fork-join pool.

mod domains;

use crate::fork::Fork;
use crate::home::{Forked, Home};
use crate::limits::Governor;
use crate::threads::{ThreadError, Threads};
use bolt_memory::Scope;
use std::sync::Arc;

/// A fixed-size fork-join pool (rayon), of one domain of the machine or several: processors that
/// share a cache and the memory next to them. Clones share the threads.
#[derive(Debug, Clone)]
pub struct Pool {
    started: Arc<Started>,
    /// Holds work up that uses more processor time than it may.
    governor: Option<Governor>,
}

#[derive(Debug)]
struct Started {
    name: String,
    home: Home,
    /// Those of each domain; none once it is dropped.
    domains: Vec<rayon::ThreadPool>,
}

impl Drop for Started {
    fn drop(&mut self) {
        // Ending threads takes locks that threads of a forked process's parent may have held.
        if !self.home.is_here() {
            std::mem::forget(std::mem::take(&mut self.domains));
        }
    }
}

/// How a pool is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolOptions {
    /// What its threads are called, before their number: `cpu` for `bolt-cpu-0`.
    pub name: String,
    /// The number of threads, at least 1.
    pub threads: usize,
    /// The processors of each thread in turn; empty for all.
    pub processors: Vec<Vec<usize>>,
}

impl PoolOptions {
    /// Names a pool of so many threads that run anywhere.
    pub fn new(name: impl Into<String>, threads: usize) -> Self {
        Self { name: name.into(), threads, processors: Vec::new() }
    }

    /// Names a pool for a domain, such as the processors of one memory node or one cache: with a
    /// thread for each processor, which may run on any of them.
    pub fn for_domain(name: impl Into<String>, processors: &[usize]) -> Self {
        let threads = processors.len().max(1);
        Self { name: name.into(), threads, processors: vec![processors.to_vec()] }
    }
}

impl Pool {
    /// Starts a pool of `threads` threads, or one for each available processor if `None`.
    ///
    /// # Errors
    /// If the operating system refuses a thread.
    pub fn new(threads: Option<usize>) -> Result<Self, String> {
        let count = threads.unwrap_or_else(bolt_hardware::available_cores);
        let unlimited = Threads::new(usize::MAX);
        Self::start(&PoolOptions::new("cpu", count), &unlimited).map_err(|error| error.to_string())
    }

    /// Starts a pool whose threads count against a limit.
    ///
    /// # Errors
    /// If the limit or the operating system refuses a thread.
    pub fn start(options: &PoolOptions, threads: &Threads) -> Result<Self, ThreadError> {
        Self::start_domains(std::slice::from_ref(options), threads)
    }

    /// Starts a pool of several domains, named like the first, whose threads count against a limit.
    ///
    /// # Errors
    /// If the limit or the operating system refuses a thread.
    ///
    /// # Panics
    /// Without a domain.
    pub fn start_domains(domains: &[PoolOptions], threads: &Threads) -> Result<Self, ThreadError> {
        let name = domains.first().expect("a pool has a domain").name.clone();
        let domains: Result<_, ThreadError> =
            domains.iter().map(|domain| Self::start_domain(domain, threads)).collect();
        let started = Started { name, home: Home::here(), domains: domains? };
        Ok(Self { started: Arc::new(started), governor: None })
    }

    fn start_domain(
        options: &PoolOptions,
        threads: &Threads,
    ) -> Result<rayon::ThreadPool, ThreadError> {
        let PoolOptions { name, threads: count, processors } = options;
        let mut refused = None;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads((*count).max(1))
            .spawn_handler(|thread| {
                let number = thread.index();
                let own = number.checked_rem(processors.len()).map_or(&[][..], |i| &processors[i]);
                let started = threads.spawn(format!("bolt-{name}-{number}"), own, || thread.run());
                started.map(drop).map_err(|error| {
                    let told = std::io::Error::other(error.to_string());
                    refused = Some(error);
                    told
                })
            })
            .build();
        match (pool, refused) {
            (Ok(threads), _) => Ok(threads),
            (Err(_), Some(error)) => Err(error),
            (Err(error), None) => {
                let source = std::io::Error::other(error.to_string());
                Err(ThreadError::System { name: format!("bolt-{name}"), source })
            }
        }
    }

    /// Lets a governor hold up whoever has run something here, or a piece of it
    /// ([`Pool::piece`]), until the process is within its share of processor time.
    #[must_use]
    pub fn governed_by(mut self, governor: Governor) -> Self {
        self.governor = Some(governor);
        self
    }

    /// Starts another pool of one or more domains under the governor of this one.
    ///
    /// # Errors
    /// If the limit or the operating system refuses a thread.
    ///
    /// # Panics
    /// Without a domain.
    pub fn start_beside(
        &self,
        domains: &[PoolOptions],
        threads: &Threads,
    ) -> Result<Self, ThreadError> {
        let pool = Self::start_domains(domains, threads)?;
        Ok(Self { governor: self.governor.clone(), ..pool })
    }

    /// Returns the number of threads.
    pub fn threads(&self) -> usize {
        self.started.domains.iter().map(rayon::ThreadPool::current_num_threads).sum()
    }

    /// Returns the number of domains.
    pub fn domains(&self) -> usize {
        self.started.domains.len()
    }

    /// Runs `work` inside the pool: rayon's parallel iterators in it use this pool's threads, those
    /// of its first domain. What is to use all threads is given to [`Pool::map_items`].
    ///
    /// What `work` allocates counts for the caller's component; closures that it gives to parallel
    /// iterators are to be pieces ([`Pool::piece`]), which do so on every thread.
    ///
    /// # Panics
    /// If this process was forked from the one that has the pool's threads.
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.try_run(work).unwrap_or_else(|forked| panic!("{forked}"))
    }

    /// Does what [`Pool::run`] does.
    ///
    /// # Errors
    /// If this process was forked from the one that has the pool's threads.
    pub fn try_run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> Result<R, Forked> {
        self.check()?;
        let work = Scope::carry_once(|()| work());
        let result = self.inner().install(|| work(()));
        self.pause();
        Ok(result)
    }

    /// Returns `work` as a piece of what runs here, for parallel iterators: whichever thread takes
    /// it, what it allocates counts for the caller's component, and the thread is held up after it
    /// while the process is beyond its share of processor time.
    pub fn piece<A, R>(&self, work: impl Fn(A) -> R) -> impl Fn(A) -> R {
        let work = Scope::carry(work);
        move |argument| {
            let result = work(argument);
            self.pause();
            result
        }
    }

    /// Waits while the process is beyond its share of processor time. Work that takes longer than
    /// some 50 ms calls it in between.
    pub fn pause(&self) {
        if let Some(governor) = &self.governor {
            governor.tick();
        }
    }

    /// Runs a recursion inside the pool: its joins share work with the threads of its first domain.
    ///
    /// # Panics
    /// If this process was forked from the one that has the pool's threads.
    pub fn fork<R: Send>(&self, work: impl FnOnce(&Fork) -> R + Send) -> R {
        self.run(|| work(&Fork::new()))
    }

    /// Does what [`Pool::fork`] does.
    ///
    /// # Errors
    /// If this process was forked from the one that has the pool's threads.
    pub fn try_fork<R: Send>(&self, work: impl FnOnce(&Fork) -> R + Send) -> Result<R, Forked> {
        self.try_run(|| work(&Fork::new()))
    }

    fn check(&self) -> Result<(), Forked> {
        self.started.home.check(|| format!("the pool `{}`", self.started.name))
    }

    /// # Panics
    /// If this process was forked from the one that has the pool's threads.
    pub(crate) fn expect_here(&self) {
        self.check().unwrap_or_else(|forked| panic!("{forked}"));
    }

    pub(crate) fn inner(&self) -> &rayon::ThreadPool {
        self.started.domains.first().expect("a pool has its threads until it is dropped")
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use bolt_base::{Clock, ManualClock};
    use rayon::prelude::*;
    use std::sync::Mutex;
    use std::task::Waker;
    use std::time::Duration;

    #[test]
    fn work_runs_on_the_pool_s_threads() {
        let pool = Pool::new(Some(3)).unwrap();
        assert_eq!(pool.threads(), 3);
        let names: Vec<Option<String>> = pool.run(|| {
            let name = |_| std::thread::current().name().map(str::to_owned);
            (0..100).into_par_iter().map(name).collect()
        });
        assert!(names.iter().all(|n| n.as_deref().is_some_and(|n| n.starts_with("bolt-cpu-"))));
    }

    /// A clock on which nobody waits: it is moved to the time that a thread would sleep until.
    #[derive(Debug, Default)]
    struct Leaps(ManualClock);

    impl Clock for Leaps {
        fn now(&self) -> Duration {
            self.0.now()
        }

        fn wake_at(&self, deadline: Duration, _: &Waker) -> Option<Duration> {
            self.0.advance(deadline.saturating_sub(self.now()));
            Some(Duration::ZERO)
        }
    }

    /// Runs rounds of pieces of work on a thread, each of which uses a processor for so long, and
    /// returns the percentage of a processor that was used in all.
    fn percent_used(percent: f64, piece: Duration, rounds: usize, pieces: usize) -> f64 {
        let (clock, used) = (Arc::new(Leaps::default()), Arc::new(Mutex::new(Duration::ZERO)));
        let told = Arc::clone(&used);
        let used_time = Box::new(move || *told.lock().expect("not poisoned"));
        let governor = Governor::new(percent, 1.0, used_time, clock.clone());
        let pool = Pool::new(Some(1)).expect("a thread").governed_by(governor);
        let mut longest = Duration::ZERO;
        for _ in 0..rounds {
            let work = pool.piece(|_: usize| {
                *used.lock().expect("not poisoned") += piece;
                clock.0.advance(piece);
                clock.now()
            });
            let ends: Vec<Duration> = pool.run(|| (0..pieces).into_par_iter().map(work).collect());
            let between = ends.windows(2).map(|pair| pair[1] - pair[0]);
            longest = longest.max(between.max().unwrap_or_default());
        }
        // A thread is held up after each piece, not for all of them after the round.
        assert!(pieces == 1 || longest >= piece.mul_f64(0.9 * 100.0 / percent), "{longest:?}");
        100.0 * used.lock().expect("not poisoned").as_secs_f64() / clock.now().as_secs_f64()
    }

    #[test]
    fn processor_time_stays_at_its_share_however_long_pieces_take() {
        for percent in [90.0, 50.0, 20.0, 10.0] {
            for (milliseconds, rounds, pieces) in [(2_000, 20, 1), (2_000, 4, 5), (30, 10, 40)] {
                let piece = Duration::from_millis(milliseconds);
                let used = percent_used(percent, piece, rounds, pieces);
                assert!((used - percent).abs() < 1.0, "{percent} %, {piece:?}: {used} %");
            }
        }
    }

    #[test]
    fn a_pool_that_the_limit_does_not_allow_is_refused_and_leaves_no_thread() {
        let threads = Threads::new(3);
        let pool = Pool::start(&PoolOptions::new("io", 2), &threads).unwrap();
        let refused = Pool::start(&PoolOptions::new("general", 2), &threads);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "cannot start the thread `bolt-general-1`: the limit of 3 threads is reached, by `bolt-io` 2, \
             `bolt-general` 1"
        );
        drop(pool);
        while !threads.list().is_empty() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn threads_are_given_their_processors_in_turn() {
        let threads = Threads::new(8).with_binding(Arc::new(|_: &[usize]| Ok(())));
        let mut options = PoolOptions::new("cpu", 3);
        options.processors = vec![vec![4], vec![6, 7]];
        let _pool = Pool::start(&options, &threads).unwrap();
        let processors = |threads: &Threads| {
            let list = threads.list().into_iter();
            list.map(|thread| thread.processors).collect::<Vec<_>>()
        };
        assert_eq!(processors(&threads), [vec![4], vec![6, 7], vec![4]]);
        let threads = Threads::new(8);
        let domain = PoolOptions::for_domain("node1", &[8, 9]);
        let pool = Pool::start(&domain, &threads).unwrap();
        assert_eq!((pool.threads(), processors(&threads)), (2, vec![vec![8, 9], vec![8, 9]]));
    }
}
