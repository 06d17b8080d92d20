//! Small tasks that come one by one and go to the pool by the piece.

use super::chunks::Chunks;
use crate::pool::Pool;
use bolt_memory::Scope;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Where small tasks of one type are handed in. Tasks of several types are boxed closures.
///
/// A task costs a move into a vector, a call, and its share of what it costs to hand a piece to
/// the pool.
#[derive(Debug)]
pub struct Batch<'a, 'scope, F> {
    scope: &'a rayon::Scope<'scope>,
    chunks: &'scope Chunks,
    threads: usize,
    tasks: Vec<F>,
    /// How many tasks go to the pool together this time.
    items: usize,
}

impl Pool {
    /// Runs `submit` on this thread while the pool runs the tasks that it hands in, and returns
    /// when all have run.
    ///
    /// # Panics
    /// If `submit` or a task does, when all tasks have run; or if this process was forked from the
    /// one that has the pool's threads.
    pub fn batched<'scope, F, R>(
        &self,
        chunks: &'scope Chunks,
        submit: impl FnOnce(&mut Batch<'_, 'scope, F>) -> R,
    ) -> R
    where
        F: FnOnce() + Send + 'scope,
    {
        self.expect_here();
        let threads = self.inner().current_num_threads();
        self.inner().in_place_scope(|scope| {
            let mut batch = Batch { scope, chunks, threads, tasks: Vec::new(), items: 0 };
            batch.begin();
            let result = catch_unwind(AssertUnwindSafe(|| submit(&mut batch)));
            batch.flush();
            result.unwrap_or_else(|panic| resume_unwind(panic))
        })
    }
}

impl<'scope, F: FnOnce() + Send + 'scope> Batch<'_, 'scope, F> {
    /// Hands in a task.
    #[inline]
    pub fn push(&mut self, task: F) {
        if self.tasks.len() == self.items {
            self.flush();
        }
        self.tasks.push(task);
    }

    /// Sends what was handed in to the pool without waiting for more.
    #[cold]
    pub fn flush(&mut self) {
        let tasks = std::mem::take(&mut self.tasks);
        if !tasks.is_empty() {
            let chunks = self.chunks;
            let piece = Scope::carry_once(|()| chunks.run_piece(tasks.len(), || run_all(tasks)));
            self.scope.spawn(move |_| piece(()));
        }
        self.begin();
    }

    fn begin(&mut self) {
        // How many there will be is not known, so that pieces are not cut finer for a short end.
        self.items = self.chunks.items(usize::MAX, self.threads);
        self.tasks.reserve_exact(self.items);
    }
}

/// Runs all tasks, also those after one that panics, whose panic comes out at the end.
fn run_all<F: FnOnce()>(tasks: Vec<F>) {
    let mut tasks = tasks.into_iter();
    let mut first = None;
    while let Err(panic) = catch_unwind(AssertUnwindSafe(|| tasks.by_ref().for_each(|task| task())))
    {
        first.get_or_insert(panic);
    }
    if let Some(panic) = first {
        resume_unwind(panic);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use crate::{ChunkOptions, Chunks, Pool};
    use bolt_base::{ManualClock, SystemClock};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    fn chunks() -> Chunks {
        Chunks::new(ChunkOptions::default(), Arc::new(SystemClock::default()))
    }

    #[test]
    fn each_task_runs_once() {
        for threads in [1, 2, 4] {
            let pool = Pool::new(Some(threads)).unwrap();
            let chunks = chunks();
            let runs: Vec<AtomicU32> = (0..50_000).map(|_| AtomicU32::new(0)).collect();
            let told = pool.batched(&chunks, |batch| {
                for run in &runs {
                    batch.push(move || {
                        run.fetch_add(1, Ordering::Relaxed);
                    });
                }
                "submitted"
            });
            assert_eq!(told, "submitted");
            assert!(runs.iter().all(|runs| runs.load(Ordering::Relaxed) == 1));
        }
    }

    #[test]
    fn tasks_run_while_others_are_handed_in() {
        let pool = Pool::new(Some(1)).unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        let chunks = chunks();
        pool.batched(&chunks, |batch| {
            batch.push(move || sender.send(7).unwrap());
            batch.flush();
            assert_eq!(receiver.recv(), Ok(7));
        });
    }

    #[test]
    fn pieces_have_as_many_tasks_as_fill_their_time() {
        let clock = Arc::new(ManualClock::default());
        let chunks = Chunks::new(ChunkOptions::default(), clock.clone());
        let pool = Pool::new(Some(1)).unwrap();
        let pieces = |count: u64, item: Duration| {
            let before = chunks.pieces();
            pool.batched(&chunks, |batch| {
                (0..count).for_each(|_| batch.push(|| clock.advance(item)));
            });
            chunks.pieces() - before
        };
        assert_eq!(pieces(10, Duration::from_micros(1)), 1, "nothing is known: ten");
        assert_eq!(pieces(100, Duration::from_micros(1)), 5, "twenty take 20 us");
    }

    #[test]
    fn a_panic_comes_out_when_all_tasks_have_run() {
        let pool = Pool::new(Some(2)).unwrap();
        let (chunks, runs) = (chunks(), AtomicU32::new(0));
        let run = |panics: &'static [u32], submit_panics: bool| {
            let submit = || {
                pool.batched(&chunks, |batch| {
                    for i in 0..1_000 {
                        let runs = &runs;
                        batch.push(move || {
                            runs.fetch_add(1, Ordering::Relaxed);
                            assert!(!panics.contains(&i), "task {i}");
                        });
                    }
                    assert!(!submit_panics, "submit");
                });
            };
            let panic = catch_unwind(AssertUnwindSafe(submit)).unwrap_err();
            panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
        };
        assert_eq!(run(&[500], false).as_deref(), Some("task 500"));
        assert_eq!(runs.load(Ordering::Relaxed), 1_000);
        assert!(run(&[3, 4, 997], false).is_some_and(|told| told.starts_with("task ")));
        assert_eq!(run(&[], true).as_deref(), Some("submit"));
        assert_eq!(runs.load(Ordering::Relaxed), 3_000);
    }
}
