//! Recurrences of one's own, built from states.

use bolt_base::Rng;
use bolt_hardware::SimdLevel;
use bolt_kernel::{Binary, Column, Compare, Graph, Jit, NodeId, Options, Program, Shape};

const JITS: [Jit; 2] = [Jit::Off, Jit::Always];

/// A position that is entered above an upper bound and left below a lower one, and a running sum
/// of the returns earned while it is held; all written as states.
fn hysteresis(graph: &mut Graph) -> [NodeId; 3] {
    let price = graph.input("price", Shape::Series);
    let upper = graph.input("upper", Shape::Lanes);
    let lower = graph.input("lower", Shape::Lanes);
    let previous = graph.delay(price, 1);
    let change = graph.binary(Binary::Sub, price, previous);
    let missing = graph.is_missing(change);
    let zero = graph.constant(0.0);
    let one = graph.constant(1.0);
    let change = graph.select(missing, zero, change);

    let (position, held) = graph.state(0.0);
    let (total, sum) = graph.state(0.0);
    let earned = graph.binary(Binary::Mul, held, change);
    let next_sum = graph.binary(Binary::Add, sum, earned);
    let above = graph.compare(Compare::Less, upper, price);
    let below = graph.compare(Compare::Less, price, lower);
    let is_held = graph.to_bool(held);
    let stays = graph.not(below);
    let stays = graph.and(is_held, stays);
    let held_next = graph.or(above, stays);
    let next_position = graph.select(held_next, one, zero);
    graph.set_state(position, next_position);
    graph.set_state(total, next_sum);
    [next_position, next_sum, held_next]
}

fn by_hand(prices: &[f64], upper: f64, lower: f64) -> (Vec<f64>, Vec<f64>) {
    let (mut held, mut sum) = (false, 0.0);
    let (mut positions, mut sums) = (Vec::new(), Vec::new());
    for (row, &price) in prices.iter().enumerate() {
        let change = if row == 0 { 0.0 } else { price - prices[row - 1] };
        sum += if held { change } else { 0.0 };
        held = price > upper || (held && price >= lower);
        positions.push(f64::from(u8::from(held)));
        sums.push(sum);
    }
    (positions, sums)
}

#[test]
fn states_carry_values_from_row_to_row() {
    let mut rng = Rng::new(3);
    let prices: Vec<f64> = (0..200).map(|_| rng.normal()).collect();
    for lanes in [1, 5, 40] {
        let uppers: Vec<f64> = (0..lanes).map(|_| rng.uniform()).collect();
        let lowers: Vec<f64> = (0..lanes).map(|_| -rng.uniform()).collect();
        let mut graph = Graph::new();
        let roots = hysteresis(&mut graph);
        let program = Program::new(&graph, &roots);
        let columns: Vec<Column<'_, f64>> = program
            .inputs()
            .iter()
            .map(|input| match input.name.as_str() {
                "price" => Column::Series(&prices),
                "upper" => Column::Lanes(&uppers),
                _ => Column::Lanes(&lowers),
            })
            .collect();
        for level in SimdLevel::ALL.into_iter().filter(|level| level.is_supported()) {
            for (block_rows, jit) in
                [1, 9, 500].into_iter().flat_map(|rows| JITS.map(|jit| (rows, jit)))
            {
                let options = Options { level, block_rows: Some(block_rows), jit };
                let mut outputs = program.evaluate(&columns, 200, lanes, &options);
                let held = outputs.remove(2).into_truths();
                let sums = outputs.remove(1).into_numbers();
                let positions = outputs.remove(0).into_numbers();
                for lane in 0..lanes {
                    let (by_hand_positions, by_hand_sums) =
                        by_hand(&prices, uppers[lane], lowers[lane]);
                    for row in 0..200 {
                        let at = row * lanes + lane;
                        assert_eq!(positions[at], by_hand_positions[row], "row {row}, lane {lane}");
                        assert_eq!(sums[at], by_hand_sums[row], "row {row}, lane {lane}");
                        assert_eq!(held[at], Some(positions[at] == 1.0));
                    }
                }
            }
        }
    }
}

#[test]
fn a_state_can_be_what_it_reads() {
    // A state set to its input is a delay with an initial value.
    let mut graph = Graph::new();
    let x = graph.input("x", Shape::Panel);
    let (state, before) = graph.state(-1.0);
    graph.set_state(state, x);
    let sum = graph.binary(Binary::Add, before, x);
    let program = Program::new(&graph, &[before, sum]);
    let values = [1.0, 2.0, 4.0, 8.0];
    let columns = [Column::Panel { values: &values[..], stride: 1 }];
    for jit in JITS {
        let options = Options { jit, ..Options::default() };
        let mut outputs = program.evaluate(&columns, 4, 1, &options);
        assert_eq!(outputs.remove(1).into_numbers(), [0.0, 3.0, 6.0, 12.0]);
        assert_eq!(outputs.remove(0).into_numbers(), [-1.0, 1.0, 2.0, 4.0]);
    }
}
