//! Roots of positive integers in a product, in one form: each prime has one exponent in all of them
//! and the coefficient together, which is split towards 0 into a whole number and a fraction; primes
//! with the same fraction share a root. `2/Sqrt[2]` is `Sqrt[2]`, `Sqrt[6]/3` the roots of 2 above
//! and of 3 below.

use std::collections::BTreeMap;

use dashu_base::Gcd;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::power::small_factors;
use super::to_the;
use crate::number;
use crate::symbol::sym;
use crate::value::{Args, Value};

/// A root of a positive integer.
struct Radical {
    place: usize,
    base: IBig,
    exponent: RBig,
}

/// Returns a coefficient and factors whose roots are in their one form; `None` if they are already.
pub(super) fn collected(coefficient: &Value, factors: &[Value]) -> Option<(Value, Args)> {
    let radicals: Vec<Radical> = factors.iter().enumerate().filter_map(radical).collect();
    if radicals.is_empty() || !number::is_exact(coefficient) || is_settled(coefficient, &radicals) {
        return None;
    }
    let mut exponents: BTreeMap<IBig, RBig> = BTreeMap::new();
    for radical in &radicals {
        for (prime, times) in small_factors(&radical.base, &radical.exponent) {
            let own = &radical.exponent * RBig::from(IBig::from(times));
            let total = exponents.entry(prime).or_default();
            *total += own;
        }
    }
    let mut coefficient = coefficient.clone();
    let mut roots: Vec<(RBig, IBig)> = Vec::new();
    for (prime, exponent) in exponents {
        let held = valuation(&coefficient, &prime);
        let total = exponent + RBig::from(IBig::from(held));
        let whole = total.trunc();
        let part = &total - RBig::from(whole.clone());
        let change = i64::try_from(&whole).ok()?.checked_sub(held)?;
        let taken = number::power(&Value::from(prime.clone()), change)?;
        coefficient = number::multiply(&coefficient, &taken);
        if part.is_zero() {
            continue;
        }
        match roots.iter_mut().find(|(exponent, _)| *exponent == part) {
            Some((_, base)) => *base *= prime,
            None => roots.push((part, prime)),
        }
    }
    let is_same = roots.len() == radicals.len()
        && radicals.iter().all(|radical| {
            roots.iter().any(|root| root.0 == radical.exponent && root.1 == radical.base)
        });
    if is_same {
        return None;
    }
    let is_radical = |place: usize| radicals.iter().any(|radical| radical.place == place);
    let others = factors.iter().enumerate().filter(|(place, _)| !is_radical(*place));
    let mut all: Args = others.map(|(_, factor)| factor.clone()).collect();
    let root = |(exponent, base)| to_the(Value::from(base), Value::from(exponent));
    all.extend(roots.into_iter().map(root));
    Some((coefficient, all))
}

fn radical((place, factor): (usize, &Value)) -> Option<Radical> {
    let [base, Value::Rational(exponent)] = factor.exactly(sym::Power)? else { return None };
    if !matches!(base, Value::Integer(2..) | Value::BigInteger(_)) || number::is_negative(base) {
        return None;
    }
    Some(Radical { place, base: number::integer(base)?, exponent: (**exponent).clone() })
}

/// Returns whether no root shares a prime with another one or with the side of the coefficient that
/// it could be taken from, and no two have the same exponent.
fn is_settled(coefficient: &Value, radicals: &[Radical]) -> bool {
    let parts = number::parts(coefficient);
    let parts = [&parts.0, &parts.1].map(number::rational);
    let alone = |radical: &Radical| {
        let above = radical.exponent > RBig::ZERO;
        let shared = |part: &Option<RBig>| match part {
            Some(part) if above => part.denominator().gcd(&radical.base),
            Some(part) if part.is_zero() => UBig::ZERO,
            Some(part) => part.numerator().gcd(&radical.base),
            None => UBig::ONE,
        };
        match above {
            true => parts.iter().all(|part| shared(part).is_one()),
            // Of a sum of two parts, both must share it.
            false => shared(&parts[0]).gcd(&shared(&parts[1])).is_one(),
        }
    };
    let apart = |(at, a): (usize, &Radical)| {
        radicals[at + 1..]
            .iter()
            .all(|b| a.exponent != b.exponent && (&a.base).gcd(&b.base).is_one())
    };
    radicals.iter().all(alone) && radicals.iter().enumerate().all(apart)
}

/// Returns how often a prime divides a coefficient, less than 0 if it is below.
fn valuation(coefficient: &Value, prime: &IBig) -> i64 {
    let (re, im) = number::parts(coefficient);
    let of = |part: &Value| {
        let part = number::rational(part).filter(|part| !part.is_zero())?;
        Some(times_in(part.numerator(), prime) - times_in(part.denominator().as_ibig(), prime))
    };
    of(&re).into_iter().chain(of(&im)).min().unwrap_or(0)
}

fn times_in(integer: &IBig, prime: &IBig) -> i64 {
    let (mut left, mut times) = (integer.clone(), 0);
    while &left % prime == IBig::ZERO {
        left /= prime;
        times += 1;
    }
    times
}

#[cfg(test)]
mod tests {
    use crate::session::Session;
    use crate::tests::check;
    use crate::value::Value;

    #[test]
    fn roots_of_numbers_have_one_form() {
        check(&[
            ("{10/Sqrt[10], 2/Sqrt[2], 5/Sqrt[10]}", "{Sqrt[10], Sqrt[2], Sqrt[5/2]}"),
            ("{6/Sqrt[10], 3/Sqrt[6], 12/Sqrt[6]}", "{3*Sqrt[2/5], Sqrt[3/2], 2*Sqrt[6]}"),
            ("{Sqrt[10]/2, Sqrt[3]/3, Sqrt[2]/4}", "{Sqrt[5/2], 1/Sqrt[3], 1/(2*Sqrt[2])}"),
            ("{Sqrt[2/3] Sqrt[6], 6^(1/3)/2^(1/3)}", "{2, 3^(1/3)}"),
            ("{2^(1/3) 2^(1/2), 2/3^(1/3), 2 Sqrt[2]}", "{2^(5/6), 2/3^(1/3), 2*Sqrt[2]}"),
            ("(2 + 2 I)/Sqrt[2] == (1 + I) Sqrt[2]", "True"),
            ("{Sqrt[6] x/Sqrt[2], y 3^(1/3) 9^(1/3)}", "{Sqrt[3]*x, 3*y}"),
        ]);
    }

    #[test]
    fn products_that_are_equal_are_the_same() {
        let mut rng = bolt_base::Rng::new(11);
        let mut session = Session::new();
        for _ in 0..150 {
            let mut factors = Vec::new();
            for _ in 0..2 + rng.below(3) {
                let (a, b) = (1 + rng.below(12), 1 + rng.below(12));
                let exponent =
                    ["1", "-1", "1/2", "-1/2", "1/3", "-2/3", "3/2"][rng.below(7) as usize];
                factors.push(format!("({a}/{b})^({exponent})"));
            }
            let forward = factors.join(" ");
            factors.reverse();
            let backward = factors.join(" ");
            let nested = factors.iter().fold("1".to_owned(), |all, one| format!("({all}) ({one})"));
            for other in [backward, nested] {
                let same = session.run(&format!("({forward}) === ({other})"));
                assert_eq!(same, Value::TRUE, "{forward} and {other}");
            }
            let right = format!("Abs[N[{forward}] - ({})] < 10^-9", forward.replace('/', "./"));
            assert_eq!(session.run(&right), Value::TRUE, "{forward}");
        }
    }
}
