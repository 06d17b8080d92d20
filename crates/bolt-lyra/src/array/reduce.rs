//! Sums, differences and order of machine numbers.

use std::cmp::Ordering;

use dashu_int::IBig;

use super::Elements;
use crate::symbol::{Symbol, sym};
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

    /// Returns what a function of two numbers comes to with one element after the other, beginning
    /// with a number of their kind; `None` if it is not among those that are known, or leaves the
    /// machine numbers.
    pub(crate) fn folded(&self, function: Symbol, first: &Value) -> Option<Self> {
        Some(match (self, first) {
            (Self::Integers(all), Value::Integer(first)) => {
                let of: fn(i64, i64) -> Option<i64> = match function {
                    sym::Plus => i64::checked_add,
                    sym::Times => i64::checked_mul,
                    sym::Max => |a, b| Some(a.max(b)),
                    sym::Min => |a, b| Some(a.min(b)),
                    _ => return None,
                };
                Self::Integers(scanned(all, *first, of)?)
            }
            (Self::Reals(all), Value::Real(first)) => Self::Reals(match function {
                sym::Plus => scanned(all, *first, |a, b| Some(a + b))?,
                sym::Times => scanned(all, *first, |a, b| Some(a * b))?,
                sym::Max => extremes(all, *first, f64::max)?,
                sym::Min => extremes(all, *first, f64::min)?,
                _ => return None,
            }),
            _ => return None,
        })
    }

    /// Returns the greatest element, or the least; `None` if two cannot be compared.
    pub(crate) fn extreme(&self, is_greatest: bool) -> Option<Value> {
        match self {
            Self::Integers(all) if is_greatest => all.iter().max().copied().map(Value::Integer),
            Self::Integers(all) => all.iter().min().copied().map(Value::Integer),
            Self::Reals(all) => {
                let sign = if is_greatest { 1.0 } else { -1.0 };
                let mut best = sign * all.first()?;
                let mut is_number = !best.is_nan();
                for x in all {
                    best = best.max(sign * x);
                    is_number &= !x.is_nan();
                }
                (is_number && best != 0.0).then_some(Value::Real(sign * best))
            }
        }
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
                reals.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
                Self::Reals(reals)
            }
        })
    }
}

fn scanned<T: Copy>(all: &[T], first: T, mut of: impl FnMut(T, T) -> Option<T>) -> Option<Vec<T>> {
    let mut last = first;
    let mut results = Vec::with_capacity(all.len() + 1);
    results.push(last);
    for &next in all {
        last = of(last, next)?;
        results.push(last);
    }
    Some(results)
}

/// Returns the extremes of the first numbers; `None` if one is no number, or two are zeros, which
/// have signs.
fn extremes(all: &[f64], first: f64, of: impl Fn(f64, f64) -> f64) -> Option<Vec<f64>> {
    let mut is_doubtful = first.is_nan();
    let results = scanned(all, first, |last, next| {
        is_doubtful |= next.is_nan() | (last == 0.0) & (next == 0.0);
        Some(of(last, next))
    })?;
    (!is_doubtful).then_some(results)
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
