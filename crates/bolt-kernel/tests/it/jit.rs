//! Compiled programs compute what interpreted ones do, to the last bit.

use crate::random::{number, panel};
use bolt_base::Rng;
use bolt_hardware::SimdLevel;
use bolt_kernel::{
    Binary, Block, Column, Compare, Element, Graph, Jit, Linear, Machine, NodeId, Options, Output,
    Program, Recurrence, Run, Scalar, Shape, Unary, ValueType,
};

const ROWS: usize = 120;

/// Values that arithmetic treats specially, among ordinary ones.
fn special(rng: &mut Rng) -> f64 {
    const VALUES: [f64; 12] = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        1e-310,
        1e-42,
        1e30,
        -2.5,
    ];
    match rng.below(3) {
        0 => VALUES[rng.below(VALUES.len() as u64) as usize],
        1 => (rng.normal() * 4.0).round() / 2.0,
        _ => rng.normal(),
    }
}

/// A graph under construction, with nodes to pick operands from.
struct Nodes {
    graph: Graph,
    numbers: Vec<NodeId>,
    truths: Vec<NodeId>,
}

impl Nodes {
    /// Inputs of every shape, and a constant.
    fn new() -> Self {
        let mut graph = Graph::new();
        let numbers = vec![
            graph.input("x", Shape::Panel),
            graph.input("y", Shape::Panel),
            graph.input("series", Shape::Series),
            graph.input("lanes", Shape::Lanes),
            graph.constant(1.5),
        ];
        let truths = vec![graph.compare(Compare::Less, numbers[0], numbers[1])];
        Self { graph, numbers, truths }
    }

    fn pick(rng: &mut Rng, from: &[NodeId]) -> NodeId {
        // The newest more often, so that expressions grow deep.
        let back = rng.below(from.len() as u64).min(rng.below(from.len() as u64));
        from[from.len() - 1 - back as usize]
    }

    fn add(&mut self, rng: &mut Rng) {
        use Binary::{Add, Div, Max, Min, Mod, Mul, Pow, Sub};
        use Unary::{Abs, Ceil, Exp, Floor, Ln, Neg, Round, Sign, Sin, Sqrt, Tanh};
        const UNARY: [Unary; 11] = [Neg, Abs, Sign, Sqrt, Exp, Ln, Tanh, Floor, Ceil, Round, Sin];
        const BINARY: [Binary; 8] = [Add, Sub, Mul, Div, Min, Max, Mod, Pow];
        const COMPARE: [Compare; 4] =
            [Compare::Less, Compare::LessEqual, Compare::Equal, Compare::Unequal];
        let (a, b) = (Self::pick(rng, &self.numbers), Self::pick(rng, &self.numbers));
        let (p, q) = (Self::pick(rng, &self.truths), Self::pick(rng, &self.truths));
        let graph = &mut self.graph;
        let node = match rng.below(16) {
            0 | 1 => graph.unary(UNARY[rng.below(11) as usize], a),
            // Most of them cheap, so that many are in one loop.
            2..=5 => graph.binary(BINARY[rng.below(7) as usize], a, b),
            6 if rng.below(4) == 0 => graph.binary(Pow, a, b),
            6 => {
                let constant = graph.constant(special(rng));
                graph.binary(BINARY[rng.below(7) as usize], constant, a)
            }
            7 | 8 => graph.compare(COMPARE[rng.below(4) as usize], a, b),
            9 => graph.not(p),
            10 => graph.and(p, q),
            11 => graph.or(p, q),
            12 => graph.select(p, a, b),
            13 => graph.to_number(p),
            14 => graph.is_missing(a),
            _ if rng.below(2) == 0 => graph.to_bool(a),
            _ => graph.delay(a, 1 + rng.below(11) as u32),
        };
        match self.graph.value_type(node) {
            ValueType::Bool => self.truths.push(node),
            _ => self.numbers.push(node),
        }
    }

    fn add_some(&mut self, rng: &mut Rng, count: u64) {
        (0..count).for_each(|_| self.add(rng));
    }

    fn roots(&self, rng: &mut Rng) -> Vec<NodeId> {
        let mut roots = vec![*self.numbers.last().unwrap(), *self.truths.last().unwrap()];
        roots.extend((0..3).map(|_| Self::pick(rng, &self.numbers)));
        roots.extend((0..2).map(|_| Self::pick(rng, &self.truths)));
        roots
    }
}

/// A program of element-wise operations and delays, and some rolling ones.
fn expression(rng: &mut Rng) -> Program {
    let mut nodes = Nodes::new();
    let count = 2 + rng.below(90);
    nodes.add_some(rng, count);
    if rng.below(2) == 0 {
        let x = Nodes::pick(rng, &nodes.numbers);
        let y = Nodes::pick(rng, &nodes.numbers);
        let rows = 2 + rng.below(30) as u32;
        let graph = &mut nodes.graph;
        let rolling = match rng.below(5) {
            0 => graph.ts_mean(x, rows),
            1 => graph.ts_std(x, rows, 1),
            2 => graph.ts_slope(x, rows),
            3 => graph.ts_corr(x, y, rows),
            _ => graph.ts_max(x, rows),
        };
        nodes.numbers.push(rolling);
        nodes.add_some(rng, 8);
    }
    let roots = nodes.roots(rng);
    Program::new(&nodes.graph, &roots)
}

/// A program with states whose next values depend on each other, on delays and on inputs.
fn machine_of_states(rng: &mut Rng) -> Program {
    let mut nodes = Nodes::new();
    nodes.add_some(rng, rng.clone().below(6));
    let states: Vec<_> = (0..1 + rng.below(7)).map(|_| nodes.graph.state(special(rng))).collect();
    nodes.numbers.extend(states.iter().map(|&(_, value)| value));
    let count = 1 + rng.below(40);
    nodes.add_some(rng, count);
    for (state, _) in states {
        let next = Nodes::pick(rng, &nodes.numbers);
        nodes.graph.set_state(state, next);
    }
    nodes.add_some(rng, 5);
    let roots = nodes.roots(rng);
    Program::new(&nodes.graph, &roots)
}

/// Columns of a program's inputs.
struct Data<E> {
    lanes: usize,
    columns: Vec<(Shape, Vec<E>)>,
}

impl<E: Scalar> Data<E> {
    fn new(rng: &mut Rng, program: &Program, lanes: usize) -> Self {
        let columns = program
            .inputs()
            .iter()
            .map(|input| {
                let length = match input.shape {
                    Shape::Panel => ROWS * lanes,
                    Shape::Series => ROWS,
                    Shape::Lanes => lanes,
                };
                (input.shape, (0..length).map(|_| E::from_f64(special(rng))).collect())
            })
            .collect();
        Self { lanes, columns }
    }

    fn rows(&self, rows: std::ops::Range<usize>) -> Vec<Column<'_, E>> {
        let stride = self.lanes;
        let columns = self.columns.iter().map(|(shape, values)| match shape {
            Shape::Panel => {
                Column::Panel { values: &values[rows.start * stride..rows.end * stride], stride }
            }
            Shape::Series => Column::Series(&values[rows.clone()]),
            Shape::Lanes => Column::Lanes(values),
        });
        columns.collect()
    }

    fn evaluate(&self, program: &Program, options: &Options) -> Vec<Vec<u64>> {
        let outputs = program.evaluate(&self.rows(0..ROWS), ROWS, self.lanes, options);
        outputs.into_iter().map(bits).collect()
    }

    /// The same, rows given a few at a time.
    fn stream(&self, program: &Program, options: &Options, rng: &mut Rng) -> Vec<Vec<u64>> {
        let mut machine = Machine::<E>::new(program, self.lanes, options);
        let mut outputs = vec![Vec::new(); program.types().len()];
        let mut first = 0;
        while first < ROWS {
            // Whole vectors now and then, so that columns are read where they are to their end.
            let rows = [1 + rng.below(9), 32, 48, 33 + rng.below(9)][rng.below(4) as usize];
            let end = (first + rows as usize).min(ROWS);
            machine.run(&self.rows(first..end), end - first, |root, block| {
                outputs[root].extend(block_bits(program, root, &block));
            });
            first = end;
        }
        outputs
    }

    /// The same with some rows passed over; returns the rows that were not, with their values.
    fn skip(&self, program: &Program, options: &Options, rng: &mut Rng) -> Vec<Seen> {
        let mut machine = Machine::<E>::new(program, self.lanes, options);
        let mut found = Vec::new();
        let mut first = 0;
        while first < ROWS {
            let end = (first + 1 + rng.below(50) as usize).min(ROWS);
            let (rows, count) = (self.rows(first..end), end - first);
            let mut see = |root, block: Block<'_, E>| {
                found.push((root, first + block.first_row, block_bits(program, root, &block)));
            };
            match rng.below(3) {
                0 => machine.advance(&rows, count),
                1 => machine.run(&rows, count, &mut see),
                _ => machine.run_last(&rows, count, &mut see),
            }
            first = end;
        }
        found
    }
}

/// A root, a row and the values from there on.
type Seen = (usize, usize, Vec<u64>);

fn block_bits<E: Scalar>(program: &Program, root: usize, block: &Block<'_, E>) -> Vec<u64> {
    let cells = (0..block.rows).flat_map(|row| (0..block.lanes).map(move |lane| (row, lane)));
    let bits = cells.map(|(row, lane)| match program.types()[root] {
        ValueType::Bool => truth_bits(block.truth(row, lane)),
        _ => block.numbers(row)[lane].canonical_bits(),
    });
    bits.collect()
}

fn bits<E: Scalar>(output: Output<E>) -> Vec<u64> {
    match output {
        Output::Numbers(values) => {
            let is_canonical = |x: f64| !x.is_nan() || x.to_bits() == f64::NAN.to_bits();
            assert!(values.iter().all(|x| is_canonical(x.to_f64())), "NaNs are the canonical one");
            values.iter().map(|x| x.canonical_bits()).collect()
        }
        Output::Truths(values) => values.into_iter().map(truth_bits).collect(),
    }
}

fn truth_bits(truth: Option<bool>) -> u64 {
    truth.map_or(2, u64::from)
}

fn compiling_levels() -> impl Iterator<Item = SimdLevel> {
    let levels = SimdLevel::ALL.into_iter().filter(|level| level.is_supported());
    levels.filter(|&level| level != SimdLevel::Portable)
}

fn check<E: Scalar>(seed: u64, make: fn(&mut Rng) -> Program) {
    let mut rng = Rng::new(seed);
    let program = make(&mut rng);
    let lanes = [1, 1, 2, 16, 17, 35, 90][rng.below(7) as usize];
    let data = Data::<E>::new(&mut rng, &program, lanes);
    let interpreted = Options { jit: Jit::Off, level: SimdLevel::Portable, ..Options::default() };
    let expected = data.evaluate(&program, &interpreted);
    for level in compiling_levels() {
        for block_rows in [None, Some(1), Some(3), Some(16), Some(64)] {
            let options = Options { level, block_rows, jit: Jit::Always };
            let what = format!("seed {seed}, {level}, {lanes} lanes, {block_rows:?} rows a block");
            assert!(data.evaluate(&program, &options) == expected, "{what}");
            let streamed = data.stream(&program, &options, &mut rng);
            assert!(streamed == expected, "{what}, streamed");
            check_rows_passed_over(&program, &data, &expected, &options, &mut rng, &what);
        }
    }
    let interpreted = Options { level: SimdLevel::detect(), ..interpreted };
    check_rows_passed_over(&program, &data, &expected, &interpreted, &mut rng, "interpreted");
}

/// Rows without results change nothing about those that have some.
fn check_rows_passed_over<E: Scalar>(
    program: &Program,
    data: &Data<E>,
    expected: &[Vec<u64>],
    options: &Options,
    rng: &mut Rng,
    what: &str,
) {
    for (root, row, values) in data.skip(program, options, rng) {
        let first = row * data.lanes;
        let same = expected[root][first..first + values.len()] == values;
        assert!(same, "{what}, root {root} from row {row} on");
    }
    let last = program.evaluate_last(&data.rows(0..ROWS), ROWS, data.lanes, options);
    for (expected, last) in expected.iter().zip(last) {
        assert_eq!(expected[(ROWS - 1) * data.lanes..], bits(last), "{what}, last row");
    }
}

#[test]
fn expressions() {
    for seed in 0..400 {
        check::<f64>(seed, expression);
        check::<f32>(seed, expression);
    }
}

#[test]
fn scans() {
    for seed in 0..400 {
        check::<f64>(seed, machine_of_states);
        check::<f32>(seed, machine_of_states);
    }
}

fn is_compiled(run: &Run) -> bool {
    matches!(run, Run::Compiled { .. })
}

#[cfg(all(target_arch = "x86_64", unix))]
#[test]
fn what_is_compiled_is_said() {
    let mut graph = Graph::new();
    let x = graph.input("x", Shape::Panel);
    let half = graph.constant(0.5);
    let sum = graph.binary(Binary::Add, x, half);
    let root = graph.unary(Unary::Sqrt, sum);
    let sine = graph.unary(Unary::Sin, root);
    let (state, before) = graph.state(0.0);
    let total = graph.binary(Binary::Add, before, sine);
    graph.set_state(state, total);
    let program = Program::new(&graph, &[total]);
    for level in compiling_levels() {
        let options = Options { level, ..Options::default() };
        let reports = program.explain::<f64>(1, &options);
        let names: Vec<&str> = reports.iter().map(|report| report.step.as_str()).collect();
        assert_eq!(names, ["Add", "Sqrt", "Sin", "Scan of 1 states in 2 steps"]);
        let compiled: Vec<bool> = reports.iter().map(|report| is_compiled(&report.run)).collect();
        assert_eq!(compiled, [true, true, false, true]);
        assert!(reports[0].to_string().starts_with(&format!("Add: compiled, {level}, loop 0")));
        let reason = "Sin: interpreted, large arguments are reduced one by one";
        assert_eq!(reports[2].to_string(), reason);
    }
}

#[test]
fn what_is_not_compiled_says_why() {
    let mut rng = Rng::new(1);
    let program = expression(&mut rng);
    let off = Options { jit: Jit::Off, ..Options::default() };
    let portable = Options { level: SimdLevel::Portable, ..Options::default() };
    for (options, reason) in [(off, "compilation is off"), (portable, "")] {
        for report in program.explain::<f64>(3, &options) {
            let Run::Interpreted { reason: found } = &report.run else {
                panic!("{report} with {options:?}")
            };
            assert!(reason.is_empty() || found == reason, "{report}");
        }
    }
}

/// A machine that has interpreted for a while goes on with compiled code where it was.
#[test]
fn compiling_in_the_middle_changes_nothing() {
    let mut rng = Rng::new(5);
    let mut graph = Graph::new();
    let expr = number(&mut rng, 4, 2);
    let value = expr.build(&mut graph);
    let (state, before) = graph.state(1.0);
    let half = graph.constant(0.5);
    let next = graph.binary(Binary::Mul, before, half);
    let next = graph.binary(Binary::Add, next, value);
    graph.set_state(state, next);
    let program = Program::new(&graph, &[next, value]);
    let rows = 60_000;
    let inputs =
        [panel(&mut rng, rows, 3, true), panel(&mut rng, rows, 3, true)].map(|v| v.concat());
    let columns: Vec<Column<'_, f64>> = program
        .inputs()
        .iter()
        .map(|input| {
            let values = &inputs[input.name[1..].parse::<usize>().unwrap()];
            Column::Panel { values, stride: 3 }
        })
        .collect();
    let run = |jit, pieces: usize| {
        let options = Options { jit, ..Options::default() };
        let mut machine = Machine::<f64>::new(&program, 3, &options);
        let mut outputs = vec![Vec::new(); 2];
        for first in (0..rows).step_by(rows / pieces) {
            let columns: Vec<Column<'_, f64>> = columns
                .iter()
                .map(|column| match *column {
                    Column::Panel { values, stride } => {
                        Column::Panel { values: &values[first * stride..], stride }
                    }
                    other => other,
                })
                .collect();
            machine.run(&columns, rows / pieces, |root, block| {
                for row in 0..block.rows {
                    outputs[root].extend(block.numbers(row).iter().map(|x| x.canonical_bits()));
                }
            });
        }
        outputs
    };
    assert!(run(Jit::Off, 1) == run(Jit::Auto, 100));
}

/// Returns the bits of every result, in the order of roots, rows and lanes, of one call over all
/// lanes that is not compiled.
fn interpreted<E: Scalar>(
    program: &Program,
    columns: &[Column<'_, E>],
    (rows, lanes): (usize, usize),
) -> Vec<Vec<u64>> {
    let options = Options { jit: Jit::Off, ..Options::default() };
    let mut machine = Machine::<E>::new(program, lanes, &options);
    let mut outputs = vec![Vec::new(); program.types().len()];
    machine.run(columns, rows, |root, block| {
        for row in 0..block.rows {
            outputs[root].extend(block.numbers(row).iter().map(|x| x.canonical_bits()));
        }
    });
    outputs
}

/// Compares a compiled evaluation with an interpreted run.
#[track_caller]
fn check_evaluation<E: Scalar>(
    program: &Program,
    columns: &[Column<'_, E>],
    (rows, lanes): (usize, usize),
) {
    let expected = interpreted(program, columns, (rows, lanes));
    let options = Options { jit: Jit::Always, ..Options::default() };
    let outputs = program.evaluate(columns, rows, lanes, &options);
    for (root, (output, expected)) in outputs.into_iter().zip(expected).enumerate() {
        let actual: Vec<u64> =
            output.into_numbers().into_iter().map(|x: E| x.canonical_bits()).collect();
        assert!(actual == expected, "root {root} of {lanes} lanes");
    }
}

/// Numbers of lanes that leave one over where they are cut into tiles.
#[test]
fn a_lane_left_over_is_one_of_many() {
    let mut graph = Graph::new();
    let x = graph.input("x", Shape::Panel);
    let decay = Linear {
        decay: 0.9.into(),
        gain: 0.1.into(),
        offset: 0,
        seed: 10,
        seed_divisor: 10.0.into(),
        warm_up: 10,
        row_by_row: false,
    };
    let mean = graph.recurrence(Recurrence::Linear(decay), x);
    let difference = graph.binary(Binary::Sub, x, mean);
    let deviation = graph.ts_std(x, 20, 1);
    let program = Program::new(&graph, &[mean, difference, deviation]);
    for lanes in [2, 48, 49, 50, 97] {
        let rows = 200;
        let values = panel(&mut Rng::new(lanes as u64), rows, lanes, false).concat();
        let columns = [Column::Panel { values: &values, stride: lanes }];
        check_evaluation::<f64>(&program, &columns, (rows, lanes));
    }
}

/// Constants, and inputs with a value a lane, over more rows than a buffer has.
#[test]
fn roots_that_no_step_computes() {
    let mut graph = Graph::new();
    let constant = graph.constant(3.0);
    let own = graph.input("own", Shape::Lanes);
    let program = Program::new(&graph, &[constant, own]);
    for lanes in [1, 5, 97] {
        let values: Vec<f64> = (0..lanes).map(f64::from).collect();
        check_evaluation::<f64>(&program, &[Column::Lanes(&values)], (5_000, values.len()));
    }
}

#[test]
fn windows_of_a_state_over_one_lane() {
    let mut graph = Graph::new();
    let x = graph.input("x", Shape::Panel);
    let (state, before) = graph.state(1.0);
    let deviation = graph.ts_std(before, 5, 1);
    let half = graph.constant(0.5);
    let next = graph.binary(Binary::Mul, before, half);
    let next = graph.binary(Binary::Add, next, x);
    graph.set_state(state, next);
    // A state that reads the windows keeps them within the loop.
    let (other, last) = graph.state(0.0);
    let larger = graph.binary(Binary::Sub, deviation, last);
    graph.set_state(other, larger);
    let program = Program::new(&graph, &[deviation, larger]);
    let values = panel(&mut Rng::new(1), 300, 1, false).concat();
    check_evaluation::<f64>(&program, &[Column::Series(&values)], (300, 1));
    let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    check_evaluation::<f32>(&program, &[Column::Series(&values)], (300, 1));
}
