//! What it costs to share work: joins in a recursion, and small tasks that are handed in one by one.
//!
//! The recursion sums a tree whose nodes lie level by level, so that the work at a node is a load and
//! an addition and what is left is the price of the join. In this layout it costs the same to begin
//! with the first branch, as rayon and ours do, or with the second, as chili does. A tree that was
//! built by the recursion itself lies backwards, and is read from memory in one sweep by whoever
//! begins with the second branch: then the row would compare prefetching. Calls alone are shown
//! beside the peers.
//!
//! A regression of `every join` means that recursions whose size is not known beforehand pay for
//! being shared; one of the rows with a cut-off, that leaving a recursion alone costs something.
//! Each side has its own threads, as many as there are processors, which are started before and
//! ended after it is measured: a peer that keeps a thread awake pays for it in its own time only.

use crate::bench::{Bench, median};
use crate::clock::process_seconds;
use crate::report::{Outcome, PeerValue, Row};
use anyhow::{Context, Result, ensure};
use bolt_base::{Clock, SystemClock};
use bolt_exec::{ChunkOptions, Chunks, Fork, Pool};
use std::hint::black_box;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A node may take 1.5 times what it takes the faster of the peers.
const LEAST_RATIO: f64 = 1.0 / 1.5;
/// Nodes that each measurement of a tree visits.
const VISITS: usize = 1 << 23;
/// Subtrees of so many nodes or fewer are summed without a join where there is a cut-off.
const CUT_NODES: usize = 1 << 10;
/// Small tasks of a measurement, and the most seconds that one may take.
const TASKS: usize = 300_000;
const TASK_SECONDS: f64 = 5e-9;

/// A complete binary tree.
struct Node {
    value: u64,
    /// Nodes of the tree that begins here.
    size: usize,
    children: Option<Box<[Node; 2]>>,
}

impl Node {
    /// Returns a tree of `2^levels - 1` nodes with the values from 0 on, allocated level by level.
    fn tree(levels: u32) -> Self {
        let node = |value, levels: u32| Self { value, size: (1 << levels) - 1, children: None };
        let (mut root, mut values) = (node(0, levels), 1..);
        let mut level = vec![&mut root];
        for below in (1..levels).rev() {
            let mut next = Vec::with_capacity(2 * level.len());
            for parent in level {
                let mut child = || node(values.next().expect("an open range"), below);
                let children = Box::new([child(), child()]);
                next.extend(parent.children.insert(children).iter_mut());
            }
            level = next;
        }
        root
    }

    fn sum(&self) -> u64 {
        let children = self.children.as_deref().into_iter().flatten();
        self.value + children.map(Self::sum).sum::<u64>()
    }
}

/// Returns what follows a node: its children, unless it is a leaf or is summed alone.
fn parts(node: &Node, cut: usize) -> Result<&[Node; 2], u64> {
    match &node.children {
        Some(children) if node.size > cut => Ok(children),
        Some(_) => Err(node.sum()),
        None => Err(node.value),
    }
}

fn ours(fork: &Fork, node: &Node, cut: usize) -> u64 {
    match parts(node, cut) {
        Ok([a, b]) => {
            let (a, b) = fork.join(move |fork| ours(fork, a, cut), move |fork| ours(fork, b, cut));
            node.value + a + b
        }
        Err(sum) => sum,
    }
}

fn calls(node: &Node, cut: usize) -> u64 {
    match parts(node, cut) {
        Ok([a, b]) => node.value + calls(a, cut) + calls(b, cut),
        Err(sum) => sum,
    }
}

fn rayons(node: &Node, cut: usize) -> u64 {
    match parts(node, cut) {
        Ok([a, b]) => {
            let (a, b) = rayon::join(move || rayons(a, cut), move || rayons(b, cut));
            node.value + a + b
        }
        Err(sum) => sum,
    }
}

fn chilis(scope: &mut chili::Scope<'_>, node: &Node, cut: usize) -> u64 {
    match parts(node, cut) {
        Ok([a, b]) => {
            let (a, b) =
                scope.join(move |scope| chilis(scope, a, cut), move |scope| chilis(scope, b, cut));
            node.value + a + b
        }
        Err(sum) => sum,
    }
}

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    for levels in [10, 14, 17] {
        let tree = Node::tree(levels);
        joins(bench, &format!("tree of 2^{levels}, every join"), &tree, 0)?;
        if tree.size > CUT_NODES {
            joins(bench, &format!("tree of 2^{levels}, cut at 2^10"), &tree, CUT_NODES)?;
        }
    }
    batches(bench)
}

/// Measures the three sides and calls in turn; a time is that of a node.
fn joins(bench: &mut Bench, case: &str, tree: &Node, cut: usize) -> Result<()> {
    if !bench.wants(case) {
        return Ok(());
    }
    let threads = bolt_hardware::available_cores();
    let mut times = [const { Vec::new() }; 4];
    for _ in 0..bench.repeats() {
        let pool = Pool::new(Some(threads)).map_err(anyhow::Error::msg)?;
        times[0].push(pool.fork(|fork| visits(tree, |tree| ours(fork, tree, cut)))?);
        drop(pool);
        let pool = rayon_pool(threads)?;
        times[1].push(pool.install(|| visits(tree, |tree| rayons(tree, cut)))?);
        drop(pool);
        let thread_count = NonZero::new(threads);
        let pool = chili::ThreadPool::with_config(chili::Config { thread_count, ..<_>::default() });
        let mut scope = pool.scope();
        times[2].push(visits(tree, |tree| chilis(&mut scope, tree, cut))?);
        times[3].push(visits(tree, |tree| calls(tree, cut))?);
    }
    for (index, case) in [case.to_owned(), format!("{case}, elapsed")].into_iter().enumerate() {
        let medians = times.each_ref().map(|times: &Vec<[f64; 2]>| {
            median(&times.iter().map(|seconds| seconds[index]).collect::<Vec<_>>())
        });
        bench.add(judge(case, medians));
    }
    Ok(())
}

/// Returns the row of ours beside rayon and chili, the faster of which counts, and calls.
fn judge(case: String, [ours, rayon, chili, calls]: [f64; 4]) -> Row {
    let peer = |name: &str, value| PeerValue { name: name.into(), value, scale: 1.0 };
    let mut peers = vec![peer("rayon", rayon), peer("chili", chili)];
    peers.sort_by(|a, b| a.value.total_cmp(&b.value));
    peers.push(peer("calls", calls));
    let ratio = peers[0].value / ours;
    let outcome = Outcome::Ratio { ratio, least: LEAST_RATIO, reached: ratio >= LEAST_RATIO };
    Row { case, ours, peers, outcome }
}

fn rayon_pool(threads: usize) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("rayon's threads")
}

/// Sums a tree again and again and returns the seconds of a node: of processors, and elapsed.
fn visits(tree: &Node, mut sum: impl FnMut(&Node) -> u64) -> Result<[f64; 2]> {
    let expected = tree.sum();
    let rounds = VISITS / tree.size;
    // The first round wakes the other threads.
    ensure!(sum(tree) == expected, "the sum of a tree is wrong");
    let (clock, start) = (SystemClock::default(), process_seconds()?);
    for _ in 0..rounds {
        ensure!(sum(black_box(tree)) == expected, "the sum of a tree is wrong");
    }
    let nodes = (rounds * tree.size) as f64;
    Ok([process_seconds()? - start, clock.now().as_secs_f64()].map(|seconds| seconds / nodes))
}

/// Hands in tasks that each write down a number in a place of their own; a time is that of a task.
fn batches(bench: &mut Bench) -> Result<()> {
    let case = format!("{TASKS} tasks, handed in");
    if !bench.wants(&case) {
        return Ok(());
    }
    let places: Vec<AtomicU64> = (0..TASKS).map(|_| AtomicU64::new(0)).collect();
    let write = |place: &AtomicU64, round| place.store(round, Ordering::Relaxed);
    let threads = bolt_hardware::available_cores();
    let chunks = Chunks::new(ChunkOptions::default(), Arc::new(SystemClock::default()));
    let (mut ours, mut rayon) = (Vec::new(), Vec::new());
    for _ in 0..bench.repeats() {
        let pool = Pool::new(Some(threads)).map_err(anyhow::Error::msg)?;
        ours.push(submissions(&places, |round| {
            pool.batched(&chunks, |batch| {
                places.iter().for_each(|place| batch.push(move || write(place, round)));
            });
        })?);
        drop(pool);
        let pool = rayon_pool(threads)?;
        rayon.push(submissions(&places, |round| {
            pool.scope(|scope| {
                places.iter().for_each(|place| scope.spawn(move |_| write(place, round)));
            });
        })?);
    }
    let (ours, value) = (median(&ours), median(&rayon));
    let peers = vec![PeerValue { name: "rayon::scope".into(), value, scale: 1.0 }];
    let outcome = Outcome::Seconds { most: TASK_SECONDS, reached: ours <= TASK_SECONDS };
    bench.add(Row { case, ours, peers, outcome });
    Ok(())
}

/// Hands in all tasks several times and returns the seconds of a task.
fn submissions(places: &[AtomicU64], mut submit: impl FnMut(u64)) -> Result<f64> {
    const ROUNDS: u64 = 20;
    // The first round gets memory and wakes the threads.
    submit(1);
    let start = process_seconds()?;
    for round in 0..ROUNDS {
        submit(round + 2);
    }
    let spent = process_seconds()? - start;
    let is_written = |place: &AtomicU64| place.load(Ordering::Relaxed) == ROUNDS + 1;
    ensure!(places.iter().all(is_written), "a task was not run");
    Ok(spent / (places.len() as u64 * ROUNDS) as f64)
}
