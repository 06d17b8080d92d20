//! Primes in order: the n-th, how many there are up to a bound, the next.

use dashu_base::Signed;
use dashu_int::IBig;
use triomphe::Arc;

use super::super::integers::{floor, is_prime};
use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

const LISTABLE: Attributes = Attributes::LISTABLE;

/// The exponents p of the primes 2^p - 1 that are proven to be the first (Mersenne primes).
const MERSENNE: [i64; 30] = [
    2, 3, 5, 7, 13, 17, 19, 31, 61, 89, 107, 127, 521, 607, 1279, 2203, 2281, 3217, 4253, 4423,
    9689, 9941, 11213, 19937, 21701, 23209, 44497, 86243, 110503, 132049,
];

/// Exponents up to here are tested.
const MOST_EXPONENT: i64 = 1 << 20;

/// Primes are counted up to here; it takes x^(3/4) steps.
const MOST_COUNTED: f64 = 1e13;

/// The n-th prime is found up to this n: it is below [`MOST_COUNTED`].
const MOST_NUMBERED: i64 = 300_000_000_000;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Prime",
        LISTABLE,
        prime,
        "Prime[n] is the n-th prime: Prime[1] is 2.",
        &[("Prime[1]", "2"), ("Prime[{5, 100}]", "{11, 541}"), ("Prime[2000000]", "32452843")],
    ),
    builtin(
        "PrimePi",
        LISTABLE,
        prime_pi,
        "PrimePi[x] is the number of primes that are not above x.",
        &[("PrimePi[100]", "25"), ("PrimePi[E]", "1"), ("PrimePi[10^9]", "50847534")],
    ),
    builtin(
        "NextPrime",
        LISTABLE,
        next_prime,
        "NextPrime[x] is the least prime above x, NextPrime[x, k] the k-th above; NextPrime[x, -k] \
         is the k-th below x. Negative primes count.",
        &[
            ("NextPrime[10]", "11"),
            ("NextPrime[{10, 7.5}, -1]", "{7, 7}"),
            ("NextPrime[3, -2]", "-2"),
        ],
    ),
    builtin(
        "MersennePrimeExponent",
        LISTABLE,
        |_, c| {
            Ok(match c.args() {
                [Value::Integer(n @ 1..)] => match MERSENNE.get(*n as usize - 1) {
                    Some(&exponent) => Step::Done(Value::Integer(exponent)),
                    None => Step::Same,
                },
                _ => Step::Same,
            })
        },
        "MersennePrimeExponent[n] is the n-th p for which 2^p - 1 is a prime; the first 30 are known.",
        &[("MersennePrimeExponent[5]", "13"), ("PrimeQ[2^MersennePrimeExponent[10] - 1]", "True")],
    ),
    builtin(
        "MersennePrimeExponentQ",
        LISTABLE,
        |s, c| mersenne_exponent(s, c),
        "MersennePrimeExponentQ[p] is True if 2^p - 1 is a prime.",
        &[("MersennePrimeExponentQ[13]", "True"), ("MersennePrimeExponentQ[11]", "False")],
    ),
];

/// Returns whether 2^p - 1 is a prime, for a prime p above 2 (Lucas and Lehmer).
fn lucas_lehmer(session: &Session, p: usize) -> Evaluated<bool> {
    let mersenne = (IBig::ONE << p) - IBig::ONE;
    let mut s = IBig::from(4);
    for _ in 0..p - 2 {
        session.check_interrupt()?;
        s = (&s * &s - IBig::from(2)) % &mersenne;
    }
    Ok(s == IBig::ZERO || s == mersenne)
}

fn mersenne_exponent(session: &Session, call: &Call) -> Evaluated<Step> {
    let [p] = call.args() else { return Ok(Step::Same) };
    let is = match p {
        Value::Integer(2) => true,
        Value::Integer(p @ 3..=MOST_EXPONENT) => {
            is_prime(&IBig::from(*p)) && lucas_lehmer(session, *p as usize)?
        }
        Value::Integer(3..) | Value::BigInteger(_) => return Ok(Step::Same),
        _ => false,
    };
    Ok(Step::Done(Value::boolean(is)))
}

/// Returns the primes from one number up to another (Eratosthenes), given those up to its root.
fn sieve_between(first: u64, last: u64, small: &[u64]) -> Vec<u64> {
    let first = first.max(2);
    if last < first {
        return Vec::new();
    }
    let mut is_composite = vec![false; (last - first + 1) as usize];
    for &prime in small.iter().take_while(|&&prime| prime * prime <= last) {
        let start = (first.div_ceil(prime) * prime).max(prime * prime);
        for multiple in (start..=last).step_by(prime as usize) {
            is_composite[(multiple - first) as usize] = true;
        }
    }
    (first..=last).filter(|n| !is_composite[(n - first) as usize]).collect()
}

/// Returns the primes up to a bound.
pub(in crate::builtins) fn sieve(bound: u64) -> Vec<u64> {
    match bound {
        0..2 => Vec::new(),
        2..4 => (2..=bound).collect(),
        _ => {
            let mut small = sieve(bound.isqrt());
            let more = sieve_between(bound.isqrt() + 1, bound, &small);
            small.extend(more);
            small
        }
    }
}

/// Returns how many primes are up to x: of the integers up to each quotient of x, those are taken
/// away that a prime is the least to divide, prime by prime (Lucy's form of Legendre's count).
fn count(session: &Session, x: u64) -> Evaluated<u64> {
    if x < 2 {
        return Ok(0);
    }
    let root = x.isqrt();
    let mut small: Vec<u64> = (0..=root).map(|v| v.saturating_sub(1)).collect();
    let mut large: Vec<u64> = std::iter::once(0).chain((1..=root).map(|i| x / i - 1)).collect();
    for p in 2..=root {
        if small[p as usize] == small[p as usize - 1] {
            continue;
        }
        session.check_interrupt()?;
        let (before, square) = (small[p as usize - 1], p * p);
        for i in 1..=root.min(x / square) {
            let inner = i * p;
            let of_rest = match inner <= root {
                true => large[inner as usize],
                false => small[(x / inner) as usize],
            };
            large[i as usize] -= of_rest - before;
        }
        for v in (square..=root).rev() {
            small[v as usize] -= small[(v / p) as usize] - before;
        }
    }
    Ok(large[1])
}

fn prime_pi(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [x] = call.args() else { return Ok(Step::Same) };
    let whole = match number::is_real(x) {
        true => floor(x),
        false if session.is_numeric(x) => session.system("Floor", [x.clone()].as_slice())?,
        false => return Ok(Step::Same),
    };
    Ok(match whole {
        Value::Integer(..2) => Step::Done(Value::Integer(0)),
        Value::Integer(x) if x as f64 <= MOST_COUNTED => {
            Step::Done(Value::Integer(count(session, x as u64)? as i64))
        }
        Value::BigInteger(x) if x.is_negative() => Step::Done(Value::Integer(0)),
        _ => Step::Same,
    })
}

/// Returns about how many primes are up to x (Riemann's function by the series of Gram).
fn riemann(x: f64) -> f64 {
    let log = x.ln();
    let (mut sum, mut power) = (1.0, 1.0);
    for k in 1..200 {
        let k = f64::from(k);
        power *= log / k;
        sum += power / (k * zeta(k + 1.0));
    }
    sum
}

/// Returns the sum of n^-s for s of 2 and more (Euler and Maclaurin).
fn zeta(s: f64) -> f64 {
    const DIRECT: u32 = 10;
    let n = f64::from(DIRECT);
    let head: f64 = (1..DIRECT).map(|k| f64::from(k).powf(-s)).sum();
    let tail = n.powf(1.0 - s) / (s - 1.0) + n.powf(-s) / 2.0;
    let first = s * n.powf(-s - 1.0) / 12.0;
    let second = s * (s + 1.0) * (s + 2.0) * n.powf(-s - 3.0) / 720.0;
    head + tail + first - second
}

/// Returns the n-th prime.
fn nth(session: &Session, n: u64) -> Evaluated<u64> {
    if n < 6 {
        return Ok([2, 3, 5, 7, 11][n as usize - 1]);
    }
    let mut x = n as f64 * (n as f64).ln();
    for _ in 0..20 {
        x = (x - (riemann(x) - n as f64) * x.ln()).max(11.0);
    }
    let mut at = x as u64;
    let mut known = count(session, at)?;
    // The root of what is looked at is below twice that of where it starts.
    let small = sieve(2 * at.isqrt() + 10);
    let step = 1 << 16;
    while known < n {
        session.check_interrupt()?;
        let found = sieve_between(at + 1, at + step, &small);
        if let Some(&prime) = found.get((n - known - 1) as usize) {
            return Ok(prime);
        }
        known += found.len() as u64;
        at += step;
    }
    loop {
        session.check_interrupt()?;
        let from = at.saturating_sub(step).max(1);
        let found = sieve_between(from + 1, at, &small);
        let below = known - found.len() as u64;
        if below < n {
            return Ok(found[(n - below - 1) as usize]);
        }
        (known, at) = (below, from);
    }
}

fn prime(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [n] = call.args() else { return Ok(Step::Same) };
    match n {
        Value::Integer(n @ 1..=MOST_NUMBERED) => {
            Ok(Step::Done(Value::Integer(nth(session, *n as u64)? as i64)))
        }
        Value::Integer(..1) | Value::Real(_) | Value::Rational(_) => {
            session.message_of("Prime", "intpp", &[Value::Call(call.clone())]);
            Ok(Step::Same)
        }
        _ => Ok(Step::Same),
    }
}

fn next_prime(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (x, count) = match call.args() {
        [x] => (x, 1),
        [x, Value::Integer(count)] => (x, *count),
        _ => return Ok(Step::Same),
    };
    let whole = match number::is_real(x) {
        true => floor(x),
        false if session.is_numeric(x) => session.system("Floor", [x.clone()].as_slice())?,
        false => return Ok(Step::Same),
    };
    let Some(mut at) = number::integer(&whole) else { return Ok(Step::Same) };
    if count < 0 && number::integer(x).is_none() {
        at += IBig::ONE;
    }
    let step = if count < 0 { IBig::NEG_ONE } else { IBig::ONE };
    let mut left = count.unsigned_abs();
    while left > 0 {
        session.check_interrupt()?;
        at += &step;
        if is_prime(&IBig::from(at.clone().into_parts().1)) {
            left -= 1;
        }
    }
    Ok(Step::Done(Value::from(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sieve_finds_what_the_test_calls_primes() {
        let primes = sieve(3000);
        for n in 0..=3000u64 {
            assert_eq!(primes.contains(&n), is_prime(&IBig::from(n)), "{n}");
        }
    }

    #[test]
    fn counts_and_places_are_those_of_the_sieve() {
        let session = Session::new();
        let primes = sieve(200_000);
        for x in (0..2000).chain([9_409, 65_536, 123_456, 199_999]) {
            let below = primes.partition_point(|&prime| prime <= x) as u64;
            assert_eq!(count(&session, x).expect("no interrupt"), below, "{x}");
        }
        for n in (1..500).chain((500..17_000).step_by(311)) {
            assert_eq!(nth(&session, n).expect("no interrupt"), primes[n as usize - 1], "{n}");
        }
    }

    #[test]
    fn exponents_of_the_list_pass_the_test_of_lucas_and_lehmer() {
        let session = Session::new();
        for p in sieve(700).into_iter().skip(1) {
            let is_listed = MERSENNE.contains(&(p as i64));
            assert_eq!(lucas_lehmer(&session, p as usize).expect("no interrupt"), is_listed, "{p}");
        }
    }
}
