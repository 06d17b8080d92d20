//! The fork-join pool.

use crate::fork::Fork;
use std::sync::Arc;

/// A fixed-size fork-join pool (rayon). Clones share the threads.
#[derive(Debug, Clone)]
pub struct Pool {
    threads: Arc<rayon::ThreadPool>,
}

impl Pool {
    /// Starts a pool of `threads` threads, or one for each available processor if `None`.
    ///
    /// # Errors
    /// If the operating system refuses a thread.
    pub fn new(threads: Option<usize>) -> Result<Self, String> {
        let count = threads.unwrap_or_else(bolt_hardware::available_cores).max(1);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(count)
            .thread_name(|index| format!("bolt-{index}"))
            .build()
            .map_err(|error| format!("cannot start {count} threads: {error}"))?;
        Ok(Self { threads: Arc::new(pool) })
    }

    /// Returns the number of threads.
    pub fn threads(&self) -> usize {
        self.threads.current_num_threads()
    }

    /// Runs `work` inside the pool: rayon's parallel iterators in it use this pool's threads.
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.threads.install(work)
    }

    /// Runs a recursion inside the pool: its joins share work with this pool's threads.
    pub fn fork<R: Send>(&self, work: impl FnOnce(&Fork) -> R + Send) -> R {
        self.threads.install(|| work(&Fork::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    #[test]
    fn work_runs_on_the_pool_s_threads() {
        let pool = Pool::new(Some(3)).unwrap();
        assert_eq!(pool.threads(), 3);
        let names: Vec<Option<String>> = pool.run(|| {
            let name = |_| std::thread::current().name().map(str::to_owned);
            (0..100).into_par_iter().map(name).collect()
        });
        assert!(names.iter().all(|n| n.as_deref().is_some_and(|n| n.starts_with("bolt-"))));
    }
}
