//! Random panels and random expressions.

use crate::oracle::{Expr, Rolling, Together, Values};
use bolt_base::Rng;
use bolt_kernel::{Binary, Compare, Cross, Linear, Unary};

/// Prices around a level, with runs of equal values, spikes and missing values.
pub(crate) fn panel(rng: &mut Rng, rows: usize, lanes: usize, missing: bool) -> Values {
    let mut last: Vec<f64> = (0..lanes).map(|_| 50.0 + 100.0 * rng.uniform()).collect();
    (0..rows)
        .map(|_| {
            last.iter_mut()
                .map(|price| {
                    match rng.below(20) {
                        0 => {}
                        1 => *price *= 1.0 + 0.2 * (rng.uniform() - 0.5),
                        _ => *price *= 1.0 + 0.01 * rng.normal(),
                    }
                    let absent = missing && rng.below(40) == 0;
                    if absent { f64::NAN } else { (*price * 100.0).round() / 100.0 }
                })
                .collect()
        })
        .collect()
}

fn pick<T: Copy>(rng: &mut Rng, items: &[T]) -> T {
    items[rng.below(items.len() as u64) as usize]
}

pub(crate) fn random_linear(rng: &mut Rng) -> Linear {
    let n = 1 + rng.below(12) as u32;
    let share = 2.0 / (f64::from(n) + 1.0);
    // An average, a sum that fades, and one that does not.
    let (decay, gain) = pick(rng, &[(1.0 - share, share), (1.0 - share, 1.0), (1.0, 1.0)]);
    Linear {
        decay: decay.into(),
        gain: gain.into(),
        offset: rng.below(4) as u32,
        seed: n,
        seed_divisor: f64::from(n).into(),
        warm_up: n + rng.below(3) as u32,
        row_by_row: rng.below(4) == 0,
    }
}

/// A random number expression of bounded depth over `inputs` inputs.
pub(crate) fn number(rng: &mut Rng, depth: u32, inputs: u64) -> Expr {
    if depth == 0 {
        return match rng.below(6) {
            0 => Expr::Constant(pick(rng, &[0.0, 1.0, -1.0, 2.0, 0.5, 100.0, -3.25])),
            _ => Expr::Input(rng.below(inputs) as usize),
        };
    }
    let sub = |rng: &mut Rng| Box::new(number(rng, depth - 1, inputs));
    let rows = |rng: &mut Rng| 1 + rng.below(40) as u32;
    match rng.below(12) {
        0 | 1 => {
            use Unary::{Abs, Ceil, Cos, Exp, Floor, Ln, Neg, Round, Sign, Sin, Sqrt, Tan, Tanh};
            let all = [Neg, Abs, Sign, Sqrt, Exp, Ln, Sin, Cos, Tan, Tanh, Floor, Ceil, Round];
            Expr::Unary(pick(rng, &all), sub(rng))
        }
        2..=4 => {
            use Binary::{Add, Div, Max, Min, Mod, Mul, Pow, Sub};
            let all = [Add, Sub, Mul, Div, Min, Max, Pow, Mod];
            Expr::Binary(pick(rng, &all), sub(rng), sub(rng))
        }
        5 => Expr::Select(Box::new(truth(rng, depth - 1, inputs)), sub(rng), sub(rng)),
        6 => Expr::Delay(sub(rng), rng.below(30) as u32),
        7 | 8 => {
            use Rolling::{
                ArgMax, ArgMin, DecayLinear, Max, Mean, MeanDeviation, Min, Quantile, Rank, Skew,
                Slope, Std, Sum, ZScore,
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
                Quantile(0.25),
                MeanDeviation,
            ];
            let least = 3;
            Expr::Rolling(pick(rng, &all), sub(rng), rows(rng).max(least))
        }
        9 => {
            let together = pick(rng, &[Together::Cov, Together::Corr]);
            Expr::Together(together, sub(rng), sub(rng), rows(rng).max(2))
        }
        10 => match rng.below(3) {
            0 => Expr::WeightedMean(0.9, sub(rng)),
            1 => Expr::ToNumber(Box::new(truth(rng, depth - 1, inputs))),
            _ => Expr::Linear(random_linear(rng), sub(rng)),
        },
        _ => {
            use Cross::{Demean, GroupDemean, Rank, Residual, Scale, Winsorize, ZScore};
            let all = [Rank, ZScore, Demean, Winsorize(0.1.into()), Scale(1.0.into())];
            match rng.below(7) {
                5 => Expr::CrossTogether(GroupDemean, sub(rng), sub(rng)),
                6 => Expr::CrossTogether(Residual, sub(rng), sub(rng)),
                _ => Expr::Cross(pick(rng, &all), sub(rng)),
            }
        }
    }
}

/// A random truth expression.
pub(crate) fn truth(rng: &mut Rng, depth: u32, inputs: u64) -> Expr {
    let number = |rng: &mut Rng| Box::new(number(rng, depth.saturating_sub(1), inputs));
    let compare = |rng: &mut Rng| {
        use Compare::{Equal, Less, LessEqual, Unequal};
        Expr::Compare(pick(rng, &[Less, LessEqual, Equal, Unequal]), number(rng), number(rng))
    };
    if depth == 0 {
        return compare(rng);
    }
    let sub = |rng: &mut Rng| Box::new(truth(rng, depth - 1, inputs));
    match rng.below(8) {
        0 => Expr::Not(sub(rng)),
        1 => Expr::And(sub(rng), sub(rng)),
        2 => Expr::Or(sub(rng), sub(rng)),
        3 => Expr::ToBool(number(rng)),
        4 => Expr::IsMissing(number(rng)),
        5 => Expr::Delay(sub(rng), rng.below(5) as u32),
        _ => compare(rng),
    }
}
