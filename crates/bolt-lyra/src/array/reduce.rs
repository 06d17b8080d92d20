//! Sums, differences and order of machine numbers.

use dashu_int::IBig;

use super::Elements;
use crate::value::Value;

impl Elements {
    /// Returns the sum. Reals are added in pairs of halves, so that the error grows with the
    /// logarithm of their number (Higham, *Accuracy and Stability of Numerical Algorithms*, 4.2).
    pub(crate) fn total(&self) -> Value {
        match self {
            Self::Reals(reals) => Value::Real(pairwise(reals)),
            Self::Integers(integers) => {
                let wide: i128 = integers.iter().map(|&integer| i128::from(integer)).sum();
                Value::from(IBig::from(wide))
            }
        }
    }

    /// Returns the sums of the first elements; `None` if one is no small integer.
    pub(crate) fn accumulated(&self) -> Option<Self> {
        Some(match self {
            Self::Integers(integers) => {
                let mut sum = 0i64;
                let mut next = |integer: &i64| {
                    sum = sum.checked_add(*integer)?;
                    Some(sum)
                };
                Self::Integers(integers.iter().map(&mut next).collect::<Option<_>>()?)
            }
            Self::Reals(reals) => {
                let mut sum = reals.first().copied()?;
                let mut all = Vec::with_capacity(reals.len());
                all.push(sum);
                for real in &reals[1..] {
                    sum += real;
                    all.push(sum);
                }
                Self::Reals(all)
            }
        })
    }

    /// Returns the differences of elements that stand so far apart; `None` if one is no small
    /// integer.
    pub(crate) fn differences(&self, apart: usize) -> Option<Self> {
        Some(match self {
            Self::Integers(all) => {
                let pairs = all.iter().zip(all.get(apart..).unwrap_or(&[]));
                Self::Integers(pairs.map(|(a, b)| b.checked_sub(*a)).collect::<Option<_>>()?)
            }
            Self::Reals(all) => {
                let pairs = all.iter().zip(all.get(apart..).unwrap_or(&[]));
                Self::Reals(pairs.map(|(a, b)| b - a).collect())
            }
        })
    }

    /// Returns the elements from the least to the greatest; `None` if two cannot be compared.
    pub(crate) fn sorted(&self) -> Option<Self> {
        Some(match self {
            Self::Integers(integers) => {
                let mut integers = integers.clone();
                integers.sort_unstable();
                Self::Integers(integers)
            }
            Self::Reals(reals) => {
                if reals.iter().any(|real| real.is_nan()) {
                    return None;
                }
                let mut reals = reals.clone();
                reals.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
                Self::Reals(reals)
            }
        })
    }
}

/// So many reals are added one after another, in lanes.
const BLOCK: usize = 128;

fn pairwise(reals: &[f64]) -> f64 {
    if reals.len() > BLOCK {
        let (left, right) = reals.split_at(reals.len() / 2);
        return pairwise(left) + pairwise(right);
    }
    let mut lanes = [0.0; 8];
    let mut chunks = reals.chunks_exact(8);
    for chunk in &mut chunks {
        for (lane, real) in lanes.iter_mut().zip(chunk) {
            *lane += real;
        }
    }
    let rest: f64 = chunks.remainder().iter().sum();
    lanes.iter().sum::<f64>() + rest
}
