//! A scan of 4,096 agents over 10,000 steps in single precision. Each agent follows two exponential
//! averages of its own lengths, is long while the fast one is above the slow one, and keeps its
//! profit, its peak and its largest fall.
//!
//! It is a program of the kernel whose lanes are agents: state that is carried from row to row.
//! Only the last row is asked for, so states stay in registers from the first price to the last; a
//! regression means that they do not, or that a price is copied for every lane.
//!
//! There are two peers: numba's loop as one writes it, agent by agent, and a tiled one over agents
//! that its compiler turns into the same vectors as ours, which is some 13 times as fast as the
//! first. Ten times the second would be more than the processor can add and multiply.

use crate::bench::{Bench, Case, Goal, Peer};
use crate::inputs::{Inputs, minutes};
use crate::values::Values;
use anyhow::Result;
use bolt_kernel::{Binary, Column, Compare, Graph, NodeId, Options, Output, Program, Shape, Unary};
use serde_json::json;

const AGENTS: usize = 4_096;
const STEPS: usize = 10_000;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    let name = "agents-4096-10k".to_owned();
    if !bench.wants(&name) {
        return Ok(());
    }
    let (inputs, bars) = (Inputs::new()?, minutes(STEPS)?);
    // Prices from 1: the differences of single precision stay small.
    let prices: Vec<f32> =
        bars.close().iter().map(|price| (price / bars.close()[0]) as f32).collect();
    let length = |agent: usize, least: usize, step: usize| (least + step * (agent % 64)) as f64;
    let weight = |length: f64| (2.0 / (length + 1.0)) as f32;
    let fast: Vec<f32> = (0..AGENTS).map(|agent| weight(length(agent, 5, 1))).collect();
    let slow: Vec<f32> = (0..AGENTS).map(|agent| weight(length(agent / 64, 80, 4))).collect();
    let double = |values: &[f32]| values.iter().map(|&value| value.into()).collect::<Vec<f64>>();
    inputs.column("price", &double(&prices))?;
    inputs.column("fast", &double(&fast))?;
    inputs.column("slow", &double(&slow))?;
    inputs.numbers(&json!({}))?;
    let mut peers = bench.peers("agents.py", &inputs)?;
    let program = program();
    let ours = || Ok(Values::F32(scan(&program, &prices, &fast, &slow)));
    let goals = vec![
        Goal::Ratio(10.0, vec![Peer::whole("numba")]),
        Goal::Ratio(1.0, vec![Peer::whole("numba-lanes")]),
    ];
    bench.run(&mut peers, Case { name, ours: Box::new(ours), goals, tolerance: 0.0 })
}

/// Returns the program: profit, largest fall and changes of position.
fn program() -> Program {
    let mut graph = Graph::new();
    let g = &mut graph;
    let (one, zero) = (g.constant(1.0), g.constant(0.0));
    let [price, change] = ["price", "change"].map(|name| g.input(name, Shape::Series));
    let weights = [g.input("fast", Shape::Lanes), g.input("slow", Shape::Lanes)];
    let averages = weights.map(|weight| {
        // Averages begin at the first price, which is 1.
        let (state, before) = g.state(1.0);
        let away = g.binary(Binary::Sub, price, before);
        let step = g.binary(Binary::Mul, away, weight);
        let average = g.binary(Binary::Add, before, step);
        g.set_state(state, average);
        average
    });
    let above = g.compare(Compare::Less, averages[1], averages[0]);
    let position = g.select(above, one, zero);
    let (state, held) = g.state(0.0);
    g.set_state(state, position);
    let gain = g.binary(Binary::Mul, held, change);
    let profit = accumulate(g, 0.0, gain, Binary::Add);
    let peak = accumulate(g, 0.0, profit, Binary::Max);
    let fall = g.binary(Binary::Sub, peak, profit);
    let deepest = accumulate(g, 0.0, fall, Binary::Max);
    let change = g.binary(Binary::Sub, position, held);
    let changed = g.unary(Unary::Abs, change);
    let changes = accumulate(g, 0.0, changed, Binary::Add);
    Program::new(&graph, &[profit, deepest, changes])
}

fn accumulate(g: &mut Graph, initial: f64, x: NodeId, operation: Binary) -> NodeId {
    let (state, before) = g.state(initial);
    let after = g.binary(operation, before, x);
    g.set_state(state, after);
    after
}

/// Returns the last row of each root.
fn scan(program: &Program, prices: &[f32], fast: &[f32], slow: &[f32]) -> Vec<Vec<f32>> {
    let before = std::iter::once(&1.0).chain(prices);
    let changes: Vec<f32> =
        prices.iter().zip(before).map(|(price, before)| price - before).collect();
    let columns: Vec<Column<'_, f32>> = program
        .inputs()
        .iter()
        .map(|input| match input.name.as_str() {
            "price" => Column::Series(prices),
            "change" => Column::Series(&changes),
            "fast" => Column::Lanes(fast),
            _ => Column::Lanes(slow),
        })
        .collect();
    let last = program.evaluate_last(&columns, prices.len(), fast.len(), &Options::default());
    last.into_iter().map(Output::into_numbers).collect()
}
