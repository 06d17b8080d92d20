//! Results do not depend on how they are computed, to the last bit.

use crate::operators::{flat, run};
use crate::oracle::{Expr, Values};
use crate::random::{number, panel, random_linear, truth};
use bolt_base::Rng;
use bolt_hardware::SimdLevel;
use bolt_kernel::{Binary, Column, Element, Graph, Jit, Machine, Options, Program, Scalar, Window};

const PROGRAMS: u64 = 300;

fn case(seed: u64) -> (Expr, Vec<Values>) {
    let mut rng = Rng::new(seed);
    let lanes = [1, 1, 2, 17, 40][rng.below(5) as usize];
    let inputs = vec![panel(&mut rng, 90, lanes, true), panel(&mut rng, 90, lanes, true)];
    let depth = 1 + rng.below(4) as u32;
    let expr =
        if rng.below(4) == 0 { truth(&mut rng, depth, 2) } else { number(&mut rng, depth, 2) };
    (expr, inputs)
}

#[track_caller]
fn check_same(seed: u64, expr: &Expr, a: &[f64], b: &[f64], what: &str) {
    for (index, (a, b)) in a.iter().zip(b).enumerate() {
        assert!(
            a.canonical_bits() == b.canonical_bits(),
            "seed {seed}, {what}, position {index}: {a:?} and {b:?}\n{expr:?}"
        );
    }
}

fn options(level: SimdLevel, block_rows: usize) -> Options {
    Options { level, block_rows: Some(block_rows), ..Options::default() }
}

fn check_levels_and_blocks<E: Scalar>(seed: u64) {
    let (expr, inputs) = case(seed);
    let base = run::<E>(&expr, &inputs, &options(SimdLevel::Portable, 90));
    for level in SimdLevel::ALL.into_iter().filter(|level| level.is_supported()) {
        for jit in [Jit::Off, Jit::Always] {
            for block_rows in [1, 7, 64, 1000] {
                let options = Options { jit, ..options(level, block_rows) };
                let other = run::<E>(&expr, &inputs, &options);
                let what = format!("{level}, {block_rows} rows, {jit:?}");
                check_same(seed, &expr, &base, &other, &what);
            }
        }
    }
}

#[test]
fn levels_and_block_lengths_do_not_matter() {
    for seed in 0..PROGRAMS {
        check_levels_and_blocks::<f64>(seed);
        check_levels_and_blocks::<f32>(seed);
    }
}

#[test]
fn the_first_rows_do_not_depend_on_later_ones() {
    for seed in 0..PROGRAMS {
        let (expr, inputs) = case(seed);
        let whole = run::<f64>(&expr, &inputs, &Options::default());
        let rows = 1 + Rng::new(seed).fork(1).below(90) as usize;
        let first: Vec<Values> = inputs.iter().map(|values| values[..rows].to_vec()).collect();
        let part = run::<f64>(&expr, &first, &Options::default());
        check_same(seed, &expr, &part, &whole[..part.len()], &format!("first {rows} rows"));
    }
}

#[test]
fn rows_given_one_by_one_or_in_pieces_give_the_same() {
    for seed in 0..PROGRAMS {
        check_pieces(seed, false);
    }
}

/// Long enough for results to be written where they go, and columns to be read where they are.
#[test]
fn recurrences_over_one_long_lane() {
    for seed in 0..12 {
        let mut rng = Rng::new(seed).fork(3);
        let rows = 3_000 + rng.below(40) as usize;
        let mut inputs = [panel(&mut rng, rows, 1, false)];
        if seed % 3 == 0 {
            inputs[0][2_100][0] = f64::NAN;
        }
        let inner = Expr::Linear(random_linear(&mut rng), Box::new(Expr::Input(0)));
        let difference = Expr::Binary(Binary::Sub, Box::new(inner), Box::new(Expr::Input(0)));
        let expr = match seed % 2 {
            0 => Expr::Linear(random_linear(&mut rng), Box::new(difference)),
            _ => difference,
        };
        let slow = Options { jit: Jit::Off, ..options(SimdLevel::Portable, 1) };
        let expected = run::<f64>(&expr, &inputs, &slow);
        for level in SimdLevel::ALL.into_iter().filter(|level| level.is_supported()) {
            for jit in [Jit::Off, Jit::Always] {
                let options = Options { level, block_rows: None, jit };
                let actual = run::<f64>(&expr, &inputs, &options);
                check_same(seed, &expr, &expected, &actual, &format!("{level:?} {jit:?}"));
            }
        }
    }
}

#[test]
fn rows_passed_over_change_nothing_about_later_ones() {
    for seed in 0..PROGRAMS {
        check_pieces(seed, true);
    }
}

/// Gives rows in pieces, of which some are only passed over.
fn check_pieces(seed: u64, pass_over: bool) {
    let (expr, inputs) = case(seed);
    let whole = run::<f64>(&expr, &inputs, &Options::default());
    let mut graph = Graph::new();
    let node = expr.build(&mut graph);
    let program = Program::new(&graph, &[node]);
    let lanes = inputs[0][0].len();
    let mut machine = Machine::<f64>::new(&program, lanes, &Options::default());
    let mut rng = Rng::new(seed).fork(2);
    let (mut row, mut streamed) = (0, Vec::new());
    while row < 90 {
        let rows = (1 + rng.below(3) * rng.below(20)).min(90 - row as u64) as usize;
        let pieces: Vec<Vec<f64>> = program
            .inputs()
            .iter()
            .map(|input| {
                flat(&inputs[input.name[1..].parse::<usize>().unwrap()][row..row + rows].to_vec())
            })
            .collect();
        let columns: Vec<Column<'_, f64>> =
            pieces.iter().map(|values| Column::Panel { values, stride: lanes }).collect();
        if pass_over && rng.below(3) > 0 {
            machine.advance(&columns, rows);
            let end = row + rows;
            streamed.extend_from_slice(&whole[row * lanes..end * lanes]);
            row = end;
            continue;
        }
        machine.run(&columns, rows, |_, block| {
            for row in 0..block.rows {
                for lane in 0..lanes {
                    streamed.push(if expr.is_truth() {
                        block.truth(row, lane).map_or(f64::NAN, |v| f64::from(u8::from(v)))
                    } else {
                        block.numbers(row)[lane]
                    });
                }
            }
        });
        row += rows;
    }
    check_same(seed, &expr, &whole, &streamed, "streamed");
}

#[test]
fn other_expressions_in_the_program_do_not_matter() {
    for seed in 0..PROGRAMS {
        let (expr, inputs) = case(seed);
        let (other, _) = case(seed + PROGRAMS);
        let alone = run::<f64>(&expr, &inputs, &Options::default());
        let mut graph = Graph::new();
        let roots = [other.build(&mut graph), expr.build(&mut graph), other.build(&mut graph)];
        assert_eq!(roots[0], roots[2], "equal expressions are one node");
        let program = Program::new(&graph, &roots);
        let (rows, lanes) = (90, inputs[0][0].len());
        let columns: Vec<Vec<f64>> = program
            .inputs()
            .iter()
            .map(|input| flat(&inputs[input.name[1..].parse::<usize>().unwrap()]))
            .collect();
        let columns: Vec<Column<'_, f64>> =
            columns.iter().map(|values| Column::Panel { values, stride: lanes }).collect();
        let outputs = program.evaluate(&columns, rows, lanes, &Options::default());
        let together: Vec<f64> = match outputs[1].clone() {
            bolt_kernel::Output::Numbers(values) => values,
            bolt_kernel::Output::Truths(values) => {
                values.into_iter().map(|v| v.map_or(f64::NAN, |v| f64::from(u8::from(v)))).collect()
            }
        };
        check_same(seed, &expr, &alone, &together, "beside others");
    }
}

#[test]
fn other_lanes_do_not_matter() {
    for seed in 0..PROGRAMS {
        let mut rng = Rng::new(seed);
        let lanes = 3 + rng.below(30) as usize;
        let inputs = vec![panel(&mut rng, 90, lanes, true), panel(&mut rng, 90, lanes, true)];
        let expr = number(&mut rng, 3, 2);
        if expr.looks_across_lanes() || expr.subtracts_sums() {
            continue;
        }
        let together = run::<f64>(&expr, &inputs, &Options::default());
        let lane = rng.below(lanes as u64) as usize;
        let alone: Vec<Values> = inputs
            .iter()
            .map(|values| values.iter().map(|row| vec![row[lane]]).collect())
            .collect();
        let alone = run::<f64>(&expr, &alone, &Options::default());
        let own: Vec<f64> = together.iter().skip(lane).step_by(lanes).copied().collect();
        check_same(seed, &expr, &alone, &own, "one lane alone");
    }
}

/// Values of which many are equal: both zeros, both infinities, missing ones.
fn few_values(rng: &mut Rng, count: usize) -> Vec<f64> {
    let values = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    // The later ones come up seldom, so that whole windows are without them.
    let one = |_| values[(rng.below(values.len() as u64) * rng.below(9) / 8) as usize];
    (0..count).map(one).collect()
}

#[test]
fn windows_over_many_lanes_are_those_of_each_lane() {
    let (rows, lanes) = (150, 73);
    let values = few_values(&mut Rng::new(1), rows * lanes);
    let mut graph = Graph::new();
    let x = graph.input("x", bolt_kernel::Shape::Panel);
    let earlier = graph.delay(x, 3);
    let mut roots = Vec::new();
    for length in [1, 2, 3, 4, 5, 7, 20, 33, 64] {
        roots.push(graph.ts_max(x, length));
        roots.push(graph.ts_min(earlier, length));
        roots.push(graph.ts_argmax(x, length));
        roots.push(graph.ts_argmin(earlier, length));
        roots.push(graph.window(Window::Rank, x, length));
        // Of small integers every sum is exact.
        roots.push(graph.ts_mean(x, length));
        roots.push(graph.ts_std(x, length, 0));
        roots.push(graph.ts_cov(x, earlier, length));
    }
    let program = Program::new(&graph, &roots);
    let options = Options::default();
    let column = [Column::Panel { values: &values, stride: lanes }];
    let together = program.evaluate(&column, rows, lanes, &options);
    for lane in 0..lanes {
        let own: Vec<f64> = values.iter().skip(lane).step_by(lanes).copied().collect();
        let alone = program.evaluate(&[Column::Series(&own)], rows, 1, &options);
        for (root, (together, alone)) in together.iter().zip(alone).enumerate() {
            let together = together.clone().into_numbers();
            let together = together.iter().skip(lane).step_by(lanes);
            for (row, (a, b)) in together.zip(alone.into_numbers()).enumerate() {
                let same = a.canonical_bits() == b.canonical_bits();
                assert!(same, "root {root}, lane {lane}, row {row}: {a:?} and {b:?}");
            }
        }
    }
}
