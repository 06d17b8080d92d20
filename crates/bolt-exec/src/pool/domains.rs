//! Loops over all domains of a pool.

use super::Pool;
use rayon::prelude::*;

impl Pool {
    /// Does `work` with each item on all threads; results are in the order of items.
    ///
    /// Of several domains each has a run of neighbouring items, in proportion to its threads, and
    /// takes none from others: what lies together is looked at by threads that share a cache and
    /// the memory next to them. Each item is a [piece](Pool::piece).
    ///
    /// # Panics
    /// If `work` does, or if this process was forked from the one that has the pool's threads.
    pub fn map_items<T: Send, R: Send>(
        &self,
        items: Vec<T>,
        work: impl Fn(T) -> R + Send + Sync,
    ) -> Vec<R> {
        self.expect_here();
        let work = self.piece(work);
        let domains = &self.started.domains;
        if domains.len() == 1 {
            return self.run(|| items.into_par_iter().map(work).collect());
        }
        let threads: Vec<usize> =
            domains.iter().map(rayon::ThreadPool::current_num_threads).collect();
        let mut parts = split(items, &threads);
        map_parts(domains, &mut parts, &work);
        parts.into_iter().flat_map(|part| part.results).collect()
    }
}

/// What a domain works on.
struct Part<T, R> {
    items: Vec<T>,
    results: Vec<R>,
}

/// Cuts items into a run for each domain, as long as it has threads among all.
fn split<T, R>(mut items: Vec<T>, threads: &[usize]) -> Vec<Part<T, R>> {
    let (count, all) = (items.len(), threads.iter().sum::<usize>());
    let mut parts = Vec::with_capacity(threads.len());
    let mut before = all;
    for &own in threads.iter().rev() {
        before -= own;
        let items = items.split_off((count * before).div_ceil(all));
        parts.push(Part { items, results: Vec::new() });
    }
    parts.reverse();
    parts
}

/// Starts every part before it waits for the first.
fn map_parts<T: Send, R: Send>(
    domains: &[rayon::ThreadPool],
    parts: &mut [Part<T, R>],
    work: &(impl Fn(T) -> R + Send + Sync),
) {
    let (Some((domain, others)), Some((part, rest))) =
        (domains.split_first(), parts.split_first_mut())
    else {
        return;
    };
    let Part { items, results } = part;
    domain.in_place_scope(|scope| {
        let items = std::mem::take(items);
        if !items.is_empty() {
            scope.spawn(|_| *results = items.into_par_iter().map(work).collect());
        }
        map_parts(others, rest, work);
    });
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::pool::PoolOptions;
    use crate::threads::Threads;
    use std::sync::Barrier;

    fn pool(threads: &[usize]) -> Pool {
        let options =
            |(index, &count): (usize, &usize)| PoolOptions::new(format!("node{index}"), count);
        let options: Vec<PoolOptions> = threads.iter().enumerate().map(options).collect();
        Pool::start_domains(&options, &Threads::new(64)).expect("threads")
    }

    fn own_name() -> String {
        std::thread::current().name().unwrap_or_default().to_owned()
    }

    /// Returns how many neighbouring items each domain had, in order.
    fn runs(names: &[String]) -> Vec<(String, usize)> {
        let domain = |name: &String| name.rsplit_once('-').expect("a number").0.to_owned();
        let mut runs: Vec<(String, usize)> = Vec::new();
        for name in names.iter().map(domain) {
            match runs.last_mut().filter(|(last, _)| *last == name) {
                Some((_, count)) => *count += 1,
                None => runs.push((name, 1)),
            }
        }
        runs
    }

    #[track_caller]
    fn check(threads: &[usize], items: usize, expected: &[(&str, usize)]) {
        let pool = pool(threads);
        assert_eq!((pool.threads(), pool.domains()), (threads.iter().sum(), threads.len()));
        let found = pool.map_items((0..items).collect(), |item| (item, own_name()));
        let (order, names): (Vec<usize>, Vec<String>) = found.into_iter().unzip();
        assert!(order.into_iter().eq(0..items));
        let expected: Vec<_> =
            expected.iter().map(|(name, count)| (format!("bolt-{name}"), *count)).collect();
        assert_eq!(runs(&names), expected, "{threads:?} {items}");
    }

    #[test]
    fn each_domain_works_on_neighbours_as_many_as_it_has_threads() {
        check(&[2], 5, &[("node0", 5)]);
        check(&[2, 2], 4, &[("node0", 2), ("node1", 2)]);
        check(&[1, 3], 8, &[("node0", 2), ("node1", 6)]);
        check(&[1, 1, 1, 1], 10, &[("node0", 3), ("node1", 2), ("node2", 3), ("node3", 2)]);
        check(&[2, 2], 1, &[("node0", 1)]);
        check(&[2, 2], 0, &[]);
    }

    #[test]
    fn domains_work_at_the_same_time() {
        let (pool, all) = (pool(&[1, 1, 1]), Barrier::new(3));
        let found = pool.map_items(vec![1, 2, 3], |item| {
            all.wait();
            item * 10
        });
        assert_eq!(found, [10, 20, 30]);
    }

    #[test]
    fn a_panic_in_one_domain_reaches_the_caller() {
        let pool = pool(&[1, 1]);
        let work = || pool.map_items(vec![1, 2, 3, 4], |item| assert!(item != 4, "no four"));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err());
        assert_eq!(pool.map_items(vec![5, 6], |item| item), [5, 6]);
    }
}
