//! What compiling gains: nanoseconds of processor time a value, compiled and interpreted.
//!
//! `cargo run --release -p bolt-kernel --example jit`
//!
//! Two programs: an expression of twelve operations with a rolling mean over a million rows of
//! `f64`, which is bound by memory, division and square root; and 4,096 agents in `f32`, each
//! following its own fast and slow moving average of one price, which is bound by arithmetic. A
//! regression of the second one means that states no longer stay in registers.
#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use bolt_base::Rng;
use bolt_hardware::SimdLevel;
use bolt_kernel::{
    Binary, Column, Compare, Graph, Jit, Machine, NodeId, Options, Program, Shape, Unary,
};
use std::hint::black_box;

const RUNS: usize = 9;

/// Returns the processor time of this process in nanoseconds.
#[expect(unsafe_code, reason = "the standard library has no clock of processor time")]
fn now() -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock writes to a `timespec` that lives as long as the call.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(result, 0, "every process has this clock");
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Returns the median time of a run in nanoseconds, after one to warm up.
fn median(mut run: impl FnMut()) -> f64 {
    run();
    let mut times = [(); RUNS].map(|()| {
        let before = now();
        run();
        now() - before
    });
    times.sort_unstable();
    times[RUNS / 2] as f64
}

/// Returns every way to run that this processor knows.
fn ways() -> impl Iterator<Item = Options> {
    let levels = SimdLevel::ALL.into_iter().filter(|level| level.is_supported());
    levels.flat_map(|level| {
        let jits: &[Jit] =
            if level == SimdLevel::Portable { &[Jit::Off] } else { &[Jit::Off, Jit::Always] };
        jits.iter().map(move |&jit| Options { level, jit, ..Options::default() })
    })
}

/// A price that wanders around 100.
fn walk(rng: &mut Rng, rows: usize, step: f64) -> Vec<f64> {
    let mut price = 100.0;
    (0..rows)
        .map(|_| {
            price *= 1.0 + step * rng.normal();
            price
        })
        .collect()
}

/// The distance from a rolling mean over a scale, times the bar's change, clipped.
fn twelve_operations(graph: &mut Graph) -> NodeId {
    let [close, open, volume] =
        ["close", "open", "volume"].map(|name| graph.input(name, Shape::Panel));
    let [half, quarter, least, most] = [0.5, 0.25, -3.0, 3.0].map(|value| graph.constant(value));
    let mean = graph.ts_mean(close, 20);
    let distance = graph.binary(Binary::Sub, close, mean);
    let square = graph.binary(Binary::Mul, distance, distance);
    let weight = graph.binary(Binary::Mul, volume, half);
    let sum = graph.binary(Binary::Add, square, weight);
    let scale = graph.unary(Unary::Sqrt, sum);
    let ratio = graph.binary(Binary::Div, distance, scale);
    let change = graph.binary(Binary::Sub, close, open);
    let product = graph.binary(Binary::Mul, ratio, change);
    let clipped = graph.binary(Binary::Min, product, most);
    let clipped = graph.binary(Binary::Max, clipped, least);
    let rest = graph.binary(Binary::Mul, ratio, quarter);
    graph.binary(Binary::Add, clipped, rest)
}

fn expression() {
    const ROWS: usize = 1_000_000;
    let mut graph = Graph::new();
    let root = twelve_operations(&mut graph);
    let program = Program::new(&graph, &[root]);
    let mut rng = Rng::new(1);
    let close = walk(&mut rng, ROWS, 1e-3);
    let open: Vec<f64> = close.iter().map(|price| price * (1.0 + 1e-3 * rng.normal())).collect();
    let volume: Vec<f64> = (0..ROWS).map(|_| 1e3 + 9e3 * rng.uniform()).collect();
    let columns = [&close, &open, &volume]
        .map(|values| Column::Panel { values: values.as_slice(), stride: 1 });
    for options in ways() {
        let mut out = vec![0.0; ROWS];
        let nanos = median(|| {
            let mut machine = Machine::<f64>::new(&program, 1, &options);
            machine.run(&columns, ROWS, |_, block| {
                block.copy_numbers(options.level, &mut out[block.first_row..], 1);
            });
            black_box(&mut out);
        });
        let per_value = nanos / ROWS as f64;
        println!("expression  {:<8} {:<8?} {per_value:7.2} ns/row", options.level, options.jit);
    }
}

/// An agent that is long while its fast average is above its slow one, and pays for trades.
fn crossover(graph: &mut Graph) -> [NodeId; 2] {
    let [price, change] = ["price", "change"].map(|name| graph.input(name, Shape::Series));
    let [fast_gain, slow_gain] = ["fast", "slow"].map(|name| graph.input(name, Shape::Lanes));
    let [zero, one, cost] = [0.0, 1.0, 0.001].map(|value| graph.constant(value));
    let (position_state, position) = graph.state(0.0);
    let (cash_state, cash) = graph.state(1.0);
    let averages = [fast_gain, slow_gain].map(|gain| {
        let (state, average) = graph.state(100.0);
        let distance = graph.binary(Binary::Sub, price, average);
        let step = graph.binary(Binary::Mul, gain, distance);
        let next = graph.binary(Binary::Add, average, step);
        graph.set_state(state, next);
        next
    });
    let held = graph.binary(Binary::Mul, cash, position);
    let earned = graph.binary(Binary::Mul, held, change);
    let cash = graph.binary(Binary::Add, cash, earned);
    let above = graph.compare(Compare::Less, averages[1], averages[0]);
    let wanted = graph.select(above, one, zero);
    let trade = graph.binary(Binary::Sub, wanted, position);
    let size = graph.unary(Unary::Abs, trade);
    let traded = graph.binary(Binary::Mul, cash, size);
    let paid = graph.binary(Binary::Mul, traded, cost);
    let cash = graph.binary(Binary::Sub, cash, paid);
    graph.set_state(position_state, wanted);
    graph.set_state(cash_state, cash);
    [cash, wanted]
}

fn agents() {
    const AGENTS: usize = 4_096;
    const STEPS: usize = 2_000;
    /// Agents run together: their rows stay in the first cache.
    const TOGETHER: usize = 48;
    let mut graph = Graph::new();
    let roots = crossover(&mut graph);
    let program = Program::new(&graph, &roots);
    let mut rng = Rng::new(2);
    let price: Vec<f32> = walk(&mut rng, STEPS, 1e-2).iter().map(|&price| price as f32).collect();
    let change: Vec<f32> =
        (0..STEPS).map(|t| price[t] / price[t.saturating_sub(1)] - 1.0).collect();
    let mut gains = |least: u64, most: u64| -> Vec<f32> {
        let rows = |rng: &mut Rng| (least + rng.below(most - least)) as f32;
        (0..AGENTS).map(|_| 2.0 / (rows(&mut rng) + 1.0)).collect()
    };
    let (fast, slow) = (gains(3, 30), gains(30, 200));
    for options in ways() {
        let mut last = vec![0f32; AGENTS];
        let nanos = median(|| {
            for first in (0..AGENTS).step_by(TOGETHER) {
                let end = (first + TOGETHER).min(AGENTS);
                let columns = [
                    Column::Series(&price),
                    Column::Series(&change),
                    Column::Lanes(&fast[first..end]),
                    Column::Lanes(&slow[first..end]),
                ];
                let mut machine = Machine::<f32>::new(&program, end - first, &options);
                machine.run(&columns, STEPS, |root, block| {
                    if root == 0 && block.first_row + block.rows == STEPS {
                        last[first..end].copy_from_slice(block.numbers(block.rows - 1));
                    }
                });
            }
            black_box(&mut last);
        });
        let rate = (AGENTS * STEPS) as f64 / nanos;
        println!("agents      {:<8} {:<8?} {rate:7.3} agent-steps/ns", options.level, options.jit);
    }
    program
        .explain::<f32>(TOGETHER, &Options::default())
        .iter()
        .for_each(|report| println!("            {report}"));
}

fn main() {
    expression();
    agents();
}
