//! Each operator, and smooth compositions of them, against the oracle.

use crate::oracle::{Expr, Rolling, Together, Values};
use crate::random::{self, panel};
use bolt_base::Rng;
use bolt_kernel::{
    Binary, Column, Compare, Cross, Graph, Linear, Options, Output, Program, Scalar, Unary,
};

pub(crate) fn flat<E: Scalar>(values: &Values) -> Vec<E> {
    values.iter().flatten().map(|value| E::from_f64(*value)).collect()
}

/// Evaluates an expression with the kernel; truth values become 1, 0 and NaN.
pub(crate) fn run<E: Scalar>(expr: &Expr, inputs: &[Values], options: &Options) -> Vec<f64> {
    let mut graph = Graph::new();
    let node = expr.build(&mut graph);
    let program = Program::new(&graph, &[node]);
    let (rows, lanes) = (inputs[0].len(), inputs[0][0].len());
    let columns: Vec<Vec<E>> = program
        .inputs()
        .iter()
        .map(|input| flat(&inputs[input.name[1..].parse::<usize>().unwrap()]))
        .collect();
    let columns: Vec<Column<'_, E>> =
        columns.iter().map(|values| Column::Panel { values, stride: lanes }).collect();
    match program.evaluate(&columns, rows, lanes, options).remove(0) {
        Output::Numbers(values) => values.into_iter().map(E::to_f64).collect(),
        Output::Truths(values) => {
            let number = |value: Option<bool>| value.map_or(f64::NAN, |v| f64::from(u8::from(v)));
            values.into_iter().map(number).collect()
        }
    }
}

#[track_caller]
fn check_within(expr: &Expr, inputs: &[Values], tolerance: f64) {
    let expected = expr.evaluate(inputs);
    let lanes = inputs[0][0].len();
    let actual = run::<f64>(expr, inputs, &Options::default());
    for (index, (a, e)) in actual.iter().zip(expected.iter().flatten()).enumerate() {
        assert!(
            bolt_testkit::is_close(*a, *e, tolerance),
            "{expr:?} at row {} lane {}: {a:?}, not {e:?}",
            index / lanes,
            index % lanes
        );
    }
}

#[track_caller]
fn check(expr: &Expr) {
    for (seed, lanes, missing) in [(1, 1, false), (2, 1, true), (3, 3, true), (4, 50, true)] {
        let mut rng = Rng::new(seed);
        let inputs = [panel(&mut rng, 150, lanes, missing), panel(&mut rng, 150, lanes, missing)];
        check_within(expr, &inputs, 1e-9);
    }
}

fn x() -> Box<Expr> {
    Box::new(Expr::Input(0))
}

fn y() -> Box<Expr> {
    Box::new(Expr::Input(1))
}

fn centered() -> Box<Expr> {
    Box::new(Expr::Binary(Binary::Sub, x(), y()))
}

#[test]
fn element_wise_operations() {
    use Unary::{Abs, Ceil, Cos, Exp, Floor, Ln, Neg, Round, Sign, Sin, Sqrt, Tan, Tanh};
    for operation in [Neg, Abs, Sign, Sqrt, Exp, Ln, Sin, Cos, Tan, Tanh, Floor, Ceil, Round] {
        check(&Expr::Unary(operation, x()));
        check(&Expr::Unary(operation, centered()));
    }
    use Binary::{Add, Div, Max, Min, Mod, Mul, Pow, Sub};
    for operation in [Add, Sub, Mul, Div, Min, Max, Pow, Mod] {
        check(&Expr::Binary(operation, x(), y()));
        for constant in [0.0, 1.0, -1.0, 2.0, 0.5, 3.0, 7.25] {
            let constant = || Box::new(Expr::Constant(constant));
            check(&Expr::Binary(operation, centered(), constant()));
            check(&Expr::Binary(operation, constant(), centered()));
        }
    }
}

#[test]
fn comparisons_and_logic_have_three_values() {
    use Compare::{Equal, Less, LessEqual, Unequal};
    let compare = |comparison| Box::new(Expr::Compare(comparison, x(), y()));
    for comparison in [Less, LessEqual, Equal, Unequal] {
        check(&compare(comparison));
        let constant = || Box::new(Expr::Constant(100.0));
        check(&Expr::Compare(comparison, x(), constant()));
        check(&Expr::Compare(comparison, constant(), x()));
        check(&Expr::Not(compare(comparison)));
        check(&Expr::And(compare(comparison), compare(Less)));
        check(&Expr::Or(compare(comparison), compare(Less)));
        check(&Expr::Select(compare(comparison), x(), y()));
        check(&Expr::ToNumber(compare(comparison)));
        check(&Expr::Delay(compare(comparison), 3));
    }
    check(&Expr::IsMissing(x()));
    check(&Expr::ToBool(centered()));
}

#[test]
fn rolling_operations_of_every_length() {
    use Rolling::{
        ArgMax, ArgMin, DecayLinear, Max, Mean, MeanDeviation, Min, Quantile, Rank, Skew, Slope,
        Std, Sum, ZScore,
    };
    let all = [
        Sum,
        Mean,
        Std,
        Min,
        Max,
        ArgMin,
        ArgMax,
        Rank,
        ZScore,
        Slope,
        DecayLinear,
        Skew,
        Quantile(0.0),
        Quantile(0.3),
        Quantile(1.0),
        MeanDeviation,
    ];
    for rolling in all {
        for rows in [1, 2, 3, 4, 5, 7, 8, 14, 20, 31, 33, 64, 100] {
            let too_short =
                matches!(rolling, Std | ZScore | Slope) && rows < 2 || rolling == Skew && rows < 3;
            if !too_short {
                check(&Expr::Rolling(rolling, x(), rows));
            }
        }
    }
    for together in [Together::Cov, Together::Corr] {
        for rows in [2, 3, 9, 20, 65] {
            check(&Expr::Together(together, x(), y(), rows));
            check(&Expr::Together(together, x(), x(), rows));
        }
    }
}

#[test]
fn windows_survive_extreme_values() {
    // A spike of 1e12, a level that dwarfs the variation, and a column that stands still.
    for lanes in [1usize, 20] {
        let mut rng = Rng::new(9);
        let mut column = |value: &dyn Fn(usize, f64) -> f64| -> Values {
            let mut row =
                |row: usize| (0..lanes).map(|lane| value(row + lane, rng.normal())).collect();
            (0..300).map(&mut row).collect()
        };
        let spike = column(&|row, noise| if row == 60 { 1e12 } else { 100.0 + noise });
        let level = column(&|_, noise| 1e9 + noise);
        let still = column(&|row, noise| if row < 50 { noise } else { 0.1 });
        for input in [&spike, &level, &still] {
            let inputs = [input.clone(), level.clone()];
            use Rolling::{DecayLinear, Mean, Slope, Std, Sum, ZScore};
            for rolling in [Sum, Mean, Std, ZScore, Slope, DecayLinear] {
                for rows in [3, 10, 20, 50] {
                    check_within(&Expr::Rolling(rolling, x(), rows), &inputs, 2e-9);
                }
            }
            for other in [x(), y()] {
                check_within(&Expr::Together(Together::Corr, x(), other, 20), &inputs, 2e-9);
            }
        }
    }
}

#[test]
fn recurrences() {
    for seed in 0..30 {
        check(&Expr::Linear(random::random_linear(&mut Rng::new(seed)), x()));
    }
    for decay in [0.0, 0.5, 0.99] {
        check(&Expr::WeightedMean(decay, x()));
    }
}

#[test]
fn long_averages_stay_close() {
    let mut rng = Rng::new(5);
    let mut prices = panel(&mut rng, 20_000, 1, false);
    prices[3_000][0] = 1e9;
    for n in [2_u32, 14, 200, 2_000] {
        let share = 1.0 / f64::from(n);
        let linear = Linear {
            decay: (1.0 - share).into(),
            gain: share.into(),
            offset: 1,
            seed: n,
            seed_divisor: f64::from(n).into(),
            warm_up: n,
            row_by_row: false,
        };
        check_within(&Expr::Linear(linear, x()), &[prices.clone()], 1e-10);
    }
}

/// Rounding must not make a moving average of a price that stands still go up and down.
#[test]
fn averages_of_a_flat_column_go_straight_to_it() {
    let mut rng = Rng::new(6);
    for n in [3_u32, 10, 30] {
        let mut prices = panel(&mut rng, 100, 1, false);
        let flat = prices[99][0] + 0.1;
        prices.resize(4_000, vec![flat]);
        let share = 2.0 / (f64::from(n) + 1.0);
        let linear = Linear {
            decay: (1.0 - share).into(),
            gain: share.into(),
            offset: 0,
            seed: 1,
            seed_divisor: 1.0.into(),
            warm_up: n,
            row_by_row: false,
        };
        let average = run::<f64>(&Expr::Linear(linear, x()), &[prices], &Options::default());
        let distances: Vec<f64> = average[100..].iter().map(|y| (y - flat).abs()).collect();
        assert!(distances.is_sorted_by(|a, b| a >= b), "over {n} rows");
        assert_eq!(average[3_999], flat, "over {n} rows");
    }
}

#[test]
fn operations_across_lanes() {
    use Cross::{Demean, GroupDemean, Rank, Residual, Scale, Winsorize, ZScore};
    for cross in [Rank, ZScore, Demean, Winsorize(0.05.into()), Scale(1.0.into())] {
        check(&Expr::Cross(cross, x()));
        check(&Expr::Cross(cross, Box::new(Expr::Unary(Unary::Round, centered()))));
    }
    let group = || Box::new(Expr::Binary(Binary::Mod, y(), Box::new(Expr::Constant(4.0))));
    check(&Expr::CrossTogether(GroupDemean, x(), Box::new(Expr::Unary(Unary::Floor, group()))));
    check(&Expr::CrossTogether(Residual, x(), y()));
}

#[test]
fn compositions_of_smooth_operators() {
    use Rolling::{DecayLinear, Max, Mean, Min, Slope, Std, Sum};
    let mut rng = Rng::new(77);
    let mut build = |depth: u32| {
        let mut expr = Expr::Input(0);
        for _ in 0..depth {
            expr = match rng.below(5) {
                0 => Expr::Delay(Box::new(expr), rng.below(9) as u32),
                1 => Expr::Binary(Binary::Add, Box::new(expr), y()),
                2 => Expr::Linear(random::random_linear(&mut rng), Box::new(expr)),
                _ => {
                    let all = [Sum, Mean, Std, Min, Max, Slope, DecayLinear];
                    let rolling = all[rng.below(7) as usize];
                    Expr::Rolling(rolling, Box::new(expr), 2 + rng.below(12) as u32)
                }
            };
        }
        expr
    };
    for _ in 0..60 {
        check(&build(4));
    }
}

#[test]
fn single_precision_columns_use_double_precision_inside() {
    let mut rng = Rng::new(5);
    let inputs = [panel(&mut rng, 200, 20, true), panel(&mut rng, 200, 20, true)];
    // The oracle sees the same rounded inputs.
    let rounded: Vec<Values> = inputs
        .iter()
        .map(|values| {
            let round = |row: &Vec<f64>| row.iter().map(|x| f64::from(*x as f32)).collect();
            values.iter().map(round).collect()
        })
        .collect();
    let n = 20;
    for expr in [
        Expr::Rolling(Rolling::Mean, x(), n),
        Expr::Rolling(Rolling::Std, x(), n),
        Expr::Rolling(Rolling::Rank, x(), n),
        Expr::Rolling(Rolling::Slope, x(), n),
        Expr::Rolling(Rolling::DecayLinear, x(), n),
        Expr::Rolling(Rolling::Skew, x(), n),
        Expr::Rolling(Rolling::ArgMax, x(), n),
        Expr::Together(Together::Corr, x(), y(), n),
        Expr::Cross(Cross::Rank, x()),
        Expr::Unary(Unary::Exp, Box::new(Expr::Unary(Unary::Ln, x()))),
        Expr::Linear(random::random_linear(&mut rng), x()),
        Expr::Compare(Compare::Less, x(), y()),
    ] {
        let expected = expr.evaluate(&rounded);
        let actual = run::<f32>(&expr, &inputs, &Options::default());
        for (a, e) in actual.iter().zip(expected.iter().flatten()) {
            assert!(bolt_testkit::is_close(*a, *e, 3e-7), "{expr:?}: {a:?}, not {e:?}");
        }
    }
}
