//! Consequences of linear inequalities, by Fourier-Motzkin elimination over exact fractions.

use dashu_int::IBig;
use dashu_ratio::RBig;

/// `sum of coefficients times unknowns + constant`, at least 0 or above it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Inequality {
    /// By unknown, in rising order, none of them 0.
    pub(super) coefficients: Vec<(usize, RBig)>,
    pub(super) constant: RBig,
    pub(super) strict: bool,
}

impl Inequality {
    fn coefficient(&self, unknown: usize) -> Option<&RBig> {
        let place = self.coefficients.binary_search_by_key(&unknown, |(u, _)| *u).ok()?;
        Some(&self.coefficients[place].1)
    }

    /// Returns `a self + b other` for positive a and b.
    fn combined(&self, a: &RBig, other: &Self, b: &RBig) -> Self {
        let mut coefficients: Vec<(usize, RBig)> =
            self.coefficients.iter().map(|(u, c)| (*u, c * a)).collect();
        for (unknown, coefficient) in &other.coefficients {
            let term = coefficient * b;
            match coefficients.binary_search_by_key(unknown, |(u, _)| *u) {
                Ok(place) => coefficients[place].1 = &coefficients[place].1 + term,
                Err(place) => coefficients.insert(place, (*unknown, term)),
            }
        }
        coefficients.retain(|(_, c)| !c.is_zero());
        let constant = &self.constant * a + &other.constant * b;
        Self { coefficients, constant, strict: self.strict || other.strict }
    }

    /// Returns whether it cannot hold, being without unknowns.
    fn is_contradiction(&self) -> bool {
        let zero = RBig::ZERO;
        self.coefficients.is_empty()
            && (self.constant < zero || (self.strict && self.constant == zero))
    }
}

/// Systems that grow beyond this are given up.
const MOST: usize = 400;

/// Returns whether no real numbers satisfy all inequalities; `false` also if that is not found.
pub(super) fn is_impossible(mut all: Vec<Inequality>) -> bool {
    loop {
        if all.iter().any(Inequality::is_contradiction) {
            return true;
        }
        all.retain(|inequality| !inequality.coefficients.is_empty());
        let Some(unknown) = cheapest(&all) else { return false };
        let (with, mut rest): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|inequality| inequality.coefficient(unknown).is_some());
        let zero = RBig::ZERO;
        let is_lower = |i: &&Inequality| i.coefficient(unknown).is_some_and(|c| *c > zero);
        let (lower, upper): (Vec<_>, Vec<_>) = with.iter().partition(|i| is_lower(i));
        if lower.len() * upper.len() + rest.len() > MOST {
            return false;
        }
        for low in &lower {
            for high in &upper {
                let (Some(a), Some(b)) = (low.coefficient(unknown), high.coefficient(unknown))
                else {
                    continue;
                };
                let new = low.combined(&-b.clone(), high, a);
                if !rest.contains(&new) {
                    rest.push(new);
                }
            }
        }
        all = rest;
    }
}

/// The unknown whose elimination leaves the fewest inequalities.
fn cheapest(all: &[Inequality]) -> Option<usize> {
    let mut counts: Vec<(usize, usize, usize)> = Vec::new();
    for inequality in all {
        for (unknown, coefficient) in &inequality.coefficients {
            let place = match counts.iter().position(|(u, ..)| u == unknown) {
                Some(place) => place,
                None => {
                    counts.push((*unknown, 0, 0));
                    counts.len() - 1
                }
            };
            match *coefficient > RBig::ZERO {
                true => counts[place].1 += 1,
                false => counts[place].2 += 1,
            }
        }
    }
    counts.into_iter().min_by_key(|(_, low, high)| low * high).map(|(unknown, ..)| unknown)
}

/// Returns the fraction nearest to a machine real, moved by a small part of it in a direction.
pub(super) fn moved(real: f64, direction: i32) -> Option<RBig> {
    const SCALE: f64 = 4_503_599_627_370_496.0;
    if !real.is_finite() || real.abs() > 1e12 {
        return None;
    }
    let (whole, part) = (real.floor(), real - real.floor());
    let part = (part * SCALE).round() + f64::from(direction) * (real.abs() + 1.0) * 4096.0;
    let fraction = RBig::from_parts(IBig::from(part as i64), (SCALE as u64).into());
    Some(RBig::from(IBig::from(whole as i64)) + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inequality(a: i64, b: i64, constant: i64, strict: bool) -> Inequality {
        let coefficients = [(0, a), (1, b)];
        let nonzero = coefficients.into_iter().filter(|(_, c)| *c != 0);
        Inequality {
            coefficients: nonzero.map(|(u, c)| (u, RBig::from(c))).collect(),
            constant: RBig::from(constant),
            strict,
        }
    }

    /// Three half planes have a common point if one is at a corner, on a line or in the open:
    /// points with small denominators show it for small coefficients.
    #[test]
    fn elimination_agrees_with_a_search_of_points() {
        let mut seed = 1u64;
        let mut next = |bound: i64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99_991);
            (seed >> 33) as i64 % (2 * bound + 1) - bound
        };
        let mut impossible = 0;
        for _ in 0..300 {
            let system: Vec<(i64, i64, i64, bool)> =
                (0..3).map(|_| (next(2), next(2), next(3), next(1) > 0)).collect();
            let holds = |x: i64, y: i64| {
                system.iter().all(|(a, b, c, strict)| {
                    // Points in units of 1/12.
                    let value = a * x + b * y + 12 * c;
                    if *strict { value > 0 } else { value >= 0 }
                })
            };
            let found = (-240..=240).any(|x| (-240..=240).any(|y| holds(x, y)));
            let all = system.iter().map(|(a, b, c, s)| inequality(*a, *b, *c, *s)).collect();
            assert_eq!(is_impossible(all), !found, "{system:?}");
            impossible += usize::from(!found);
        }
        assert!(impossible > 10);
    }
}
