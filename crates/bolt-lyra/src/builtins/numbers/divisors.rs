//! Divisors, and functions of the primes in an integer.

use dashu_int::IBig;

use super::super::integers::factors;
use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

const LISTABLE: Attributes = Attributes::LISTABLE;
const NONE: Attributes = Attributes::NONE;

/// The primes in an integer, in order, with their exponents.
type Factors = [(IBig, i64)];

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Divisors",
        LISTABLE,
        |s, c| {
            of_factors(s, c, |all| {
                let count =
                    all.iter().try_fold(1i64, |count, (_, times)| count.checked_mul(times + 1));
                count.filter(|&count| count <= 1 << 24).map(|_| {
                    Value::list(divisors(all).into_iter().map(Value::from).collect::<Args>())
                })
            })
        },
        "Divisors[n] is the list of the positive divisors of n.",
        &[("Divisors[12]", "{1, 2, 3, 4, 6, 12}"), ("Divisors[-7]", "{1, 7}")],
    ),
    builtin(
        "EulerPhi",
        LISTABLE,
        |s, c| match c.args() {
            [Value::Integer(0)] => Ok(Step::Done(Value::Integer(0))),
            _ => of_factors(s, c, |all| {
                let part = |(p, times): &(IBig, i64)| p.pow(*times as usize - 1) * (p - IBig::ONE);
                Some(Value::from(all.iter().map(part).fold(IBig::ONE, |a, b| a * b)))
            }),
        },
        "EulerPhi[n] is the number of integers from 1 to n that have no divisor in common with n.",
        &[("EulerPhi[12]", "4"), ("EulerPhi[{7, -10}]", "{6, 4}")],
    ),
    builtin(
        "MoebiusMu",
        LISTABLE,
        |s, c| match c.args() {
            [Value::Integer(0)] => Ok(Step::Done(Value::Integer(0))),
            _ => of_factors(s, c, |all| {
                let is_free = all.iter().all(|(_, times)| *times == 1);
                Some(Value::Integer(if is_free { sign(all.len() as i64) } else { 0 }))
            }),
        },
        "MoebiusMu[n] is 1 or -1 as n is a product of an even or odd number of different primes, \
         else 0.",
        &[("MoebiusMu[6]", "1"), ("MoebiusMu[{30, 12}]", "{-1, 0}")],
    ),
    builtin(
        "LiouvilleLambda",
        LISTABLE,
        |s, c| of_factors(s, c, |all| Some(Value::Integer(sign(omega(all))))),
        "LiouvilleLambda[n] is 1 or -1 as the number of primes in n, counted as often as they \
         occur, is even or odd.",
        &[("LiouvilleLambda[12]", "-1"), ("LiouvilleLambda[10]", "1")],
    ),
    builtin(
        "MangoldtLambda",
        LISTABLE,
        |s, c| {
            let step = of_factors(s, c, |all| {
                Some(match all {
                    [(prime, _)] => Value::from(prime.clone()),
                    _ => Value::Integer(1),
                })
            })?;
            Ok(match step {
                Step::Done(prime) => {
                    Step::Again(Value::call(crate::symbol::sym::Log, [prime].as_slice()))
                }
                other => other,
            })
        },
        "MangoldtLambda[n] is Log[p] if n is a power of a prime p, else 0.",
        &[("MangoldtLambda[9]", "Log[3]"), ("MangoldtLambda[10]", "0")],
    ),
    builtin(
        "PrimeNu",
        LISTABLE,
        |s, c| of_factors(s, c, |all| Some(Value::Integer(all.len() as i64))),
        "PrimeNu[n] is the number of different primes that divide n.",
        &[("PrimeNu[12]", "2"), ("PrimeNu[1]", "0")],
    ),
    builtin(
        "PrimeOmega",
        LISTABLE,
        |s, c| of_factors(s, c, |all| Some(Value::Integer(omega(all)))),
        "PrimeOmega[n] is the number of primes in n, counted as often as they occur.",
        &[("PrimeOmega[12]", "3"), ("PrimeOmega[1]", "0")],
    ),
    written!(
        "DivisorSigma",
        LISTABLE,
        "{DivisorSigma[k_Integer, n_Integer] /; n != 0 && k != 0 && Abs[k] < 10^4 :> Times @@ ((First[#]^(k (Last[#] + 1)) - 1)/(First[#]^k - 1) & /@ DeleteCases[FactorInteger[Abs[n]], {1, _}]),
          DivisorSigma[0, n_Integer] /; n != 0 :> Times @@ (Last[#] + 1 & /@ DeleteCases[FactorInteger[Abs[n]], {1, _}]),
          DivisorSigma[k_, n_Integer] /; n != 0 && Head[k] =!= Integer :> Total[Divisors[n]^k]}",
        "DivisorSigma[k, n] is the sum of the k-th powers of the divisors of n.",
        &[
            ("DivisorSigma[1, 6]", "12"),
            ("DivisorSigma[0, 2^100]", "101"),
            ("DivisorSigma[k, 4]", "1 + 2^k + 4^k"),
        ],
    ),
    written!(
        "DivisorSum",
        NONE,
        "{DivisorSum[n_Integer, f_] /; n != 0 :> Total[f /@ Divisors[n]],
          DivisorSum[n_Integer, f_, t_] /; n != 0 :> Total[f /@ Select[Divisors[n], t]]}",
        "DivisorSum[n, f] is the sum of f over the divisors of n; DivisorSum[n, f, test] over those \
         for which test is True.",
        &[("DivisorSum[6, # &]", "12"), ("DivisorSum[6, # &, OddQ]", "4")],
    ),
    written!(
        "Divisible",
        LISTABLE,
        "{Divisible[n_?NumericQ, m_?NumericQ] /; m != 0 && Precision[{n, m}] === Infinity :> With[{q = Simplify[n/m]}, IntegerQ[q] || (Head[q] === Complex && IntegerQ[Re[q]] && IntegerQ[Im[q]])]}",
        "Divisible[n, m] is True if n/m is an integer.",
        &[("Divisible[10, 5]", "True"), ("Divisible[{10, 15}, 4]", "{False, False}")],
    ),
    written!(
        "CoprimeQ",
        LISTABLE,
        "{CoprimeQ[] :> False, CoprimeQ[n_Integer] :> Abs[n] == 1,
          CoprimeQ[n__Integer] :> LCM[n] == Abs[Times[n]] && FreeQ[{n}, 0] || Sort[Abs[{n}]] === {0, 1},
          CoprimeQ[a_, b_] /; NumberQ[a] && NumberQ[b] && !(IntegerQ[a] && IntegerQ[b]) && !MatchQ[{a, b}, {_Complex, _} | {_, _Complex}] :> False}",
        "CoprimeQ[a, b, ...] is True if no two of the integers have a divisor in common.",
        &[("CoprimeQ[8, 15]", "True"), ("CoprimeQ[2, 3, 4]", "False")],
    ),
    builtin(
        "SquareFreeQ",
        NONE,
        |s, c| match c.args() {
            [Value::Integer(0)] => Ok(Step::Done(Value::FALSE)),
            [n] if number::integer(n).is_some() => of_factors(s, c, |all| {
                Some(Value::boolean(all.iter().all(|(_, times)| *times == 1)))
            }),
            _ => s.by_rules(
                c,
                "{SquareFreeQ[q_Rational] :> SquareFreeQ[Numerator[q]] && SquareFreeQ[Denominator[q]],
                  SquareFreeQ[p_, r___] /; !NumberQ[p] && Length[Variables[p]] > 0 && PolynomialQ[p, Variables[p]] :>
                    AllTrue[FactorSquareFreeList[p, r], NumberQ[First[#]] || Last[#] == 1 &]}",
            ),
        },
        "SquareFreeQ[n] is True if no square of a prime divides n; SquareFreeQ[poly] if no square \
         of a polynomial divides it.",
        &[
            ("SquareFreeQ[10]", "True"),
            ("SquareFreeQ[12]", "False"),
            ("SquareFreeQ[x^2 + 2 x + 1]", "False"),
        ],
    ),
    written!(
        "PrimePowerQ",
        LISTABLE,
        "{PrimePowerQ[n_Integer] :> n != 0 && PrimeNu[n] == 1,
          PrimePowerQ[q_Rational] :> Length[DeleteCases[FactorInteger[q], {1 | -1, _}]] == 1,
          PrimePowerQ[_] :> False}",
        "PrimePowerQ[n] is True if n is a power of a prime.",
        &[("PrimePowerQ[8]", "True"), ("PrimePowerQ[6]", "False")],
    ),
    written!(
        "CompositeQ",
        LISTABLE,
        "{CompositeQ[n_Integer] :> n > 1 && !PrimeQ[n], CompositeQ[_] :> False}",
        "CompositeQ[n] is True if n is a product of two or more primes.",
        &[("CompositeQ[9]", "True"), ("CompositeQ[{1, 7}]", "{False, False}")],
    ),
    written!(
        "PerfectNumberQ",
        LISTABLE,
        "{PerfectNumberQ[n_Integer] :> n > 0 && DivisorSigma[1, n] == 2 n, PerfectNumberQ[_] :> False}",
        "PerfectNumberQ[n] is True if n is the sum of its divisors below n.",
        &[("PerfectNumberQ[28]", "True"), ("PerfectNumberQ[12]", "False")],
    ),
    written!(
        "PerfectNumber",
        LISTABLE,
        "{PerfectNumber[n_Integer?Positive] :> With[{p = MersennePrimeExponent[n]}, 2^(p - 1) (2^p - 1) /; IntegerQ[p]]}",
        "PerfectNumber[n] is the n-th even number that is the sum of its divisors below it.",
        &[("PerfectNumber[3]", "496"), ("PerfectNumber[{1, 2}]", "{6, 28}")],
    ),
    written!(
        "SquaresR",
        LISTABLE,
        "{SquaresR[d_Integer?Positive, 0] :> 1, SquaresR[d_Integer?Positive, n_Integer?Negative] :> 0,
          SquaresR[1, n_Integer] :> If[IntegerQ[Sqrt[n]], 2, 0],
          SquaresR[2, n_Integer] :> 4 DivisorSum[n, Which[Mod[#, 4] == 1, 1, Mod[#, 4] == 3, -1, True, 0] &],
          SquaresR[4, n_Integer] :> 8 DivisorSum[n, If[Mod[#, 4] == 0, 0, #] &],
          SquaresR[8, n_Integer] :> 16 DivisorSum[n, (-1)^(n + #) #^3 &],
          SquaresR[3, n_Integer] /; n < 10^8 :> SquaresR[2, n] + 2 Sum[SquaresR[2, n - $k^2], {$k, Floor[Sqrt[n]]}],
          SquaresR[d_Integer, n_Integer] /; d > 4 && n < 10^4 :> Module[{s = Table[SquaresR[2, $k], {$k, 0, n}], t, m = Quotient[d, 2] - 1}, t = s; Do[t = Take[ListConvolve[s, t, {1, -1}, 0], n + 1], {m}];
            If[OddQ[d], Sum[If[$k == 0, 1, 2] t[[n - $k^2 + 1]], {$k, 0, Floor[Sqrt[n]]}], t[[n + 1]]]]}",
        "SquaresR[d, n] is the number of ways to write n as a sum of d squares of integers, with \
         regard to order and sign.",
        &[("SquaresR[2, 5]", "8"), ("SquaresR[{3, 4}, 3]", "{8, 32}"), ("SquaresR[5, 10]", "560")],
    ),
    written!(
        "PowersRepresentations",
        NONE,
        "{PowersRepresentations[n_Integer, k_Integer?Positive, p_Integer?Positive] :> If[n < 0, {},
            Module[{ways}, ways[m_, 1, low_] := With[{r = Round[m^(1/p)]}, If[r^p == m && r >= low, {{r}}, {}]];
              ways[m_, j_, low_] := Join @@ Table[Prepend[#, $a] & /@ ways[m - $a^p, j - 1, $a], {$a, low, Floor[(m/j)^(1/p)]}];
              ways[n, k, 0]]]}",
        "PowersRepresentations[n, k, p] is the list of the ways to write n as a sum of k p-th powers \
         of integers that are not negative, in ascending order.",
        &[
            ("PowersRepresentations[50, 2, 2]", "{{1, 7}, {5, 5}}"),
            ("PowersRepresentations[1729, 2, 3]", "{{1, 12}, {9, 10}}"),
        ],
    ),
];

/// Returns (-1)^n.
fn sign(n: i64) -> i64 {
    1 - 2 * (n & 1)
}

/// Returns how many primes there are, counted as often as they occur.
fn omega(factors: &Factors) -> i64 {
    factors.iter().map(|(_, times)| times).sum()
}

/// Applies a function of the primes in an integer that is not 0.
fn of_factors(
    session: &mut Session,
    call: &Call,
    with: fn(&Factors) -> Option<Value>,
) -> Evaluated<Step> {
    let [n] = call.args() else { return Ok(Step::Same) };
    let Some(n) = number::integer(n).filter(|n| *n != IBig::ZERO) else { return Ok(Step::Same) };
    let size = IBig::from(n.into_parts().1);
    Ok(with(&factors(session, &size)?).map_or(Step::Same, Step::Done))
}

/// Returns the divisors in order.
pub(super) fn divisors(factors: &Factors) -> Vec<IBig> {
    let mut all = vec![IBig::ONE];
    for (prime, times) in factors {
        let known = all.clone();
        let mut power = IBig::ONE;
        for _ in 0..*times {
            power *= prime;
            all.extend(known.iter().map(|divisor| divisor * &power));
        }
    }
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisors_are_those_that_trial_finds() {
        let session = Session::new();
        for n in 1..300u32 {
            let found = divisors(&factors(&session, &IBig::from(n)).expect("no interrupt"));
            let tried: Vec<IBig> = (1..=n).filter(|d| n % d == 0).map(IBig::from).collect();
            assert_eq!(found, tried);
        }
    }
}
