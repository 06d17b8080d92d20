//! Numbers that count: of Bernoulli, Euler, Stirling, Bell, Catalan and others.

use bolt_base::interrupt::poll;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use triomphe::Arc;

use super::super::{Builtin, builtin};
use crate::aside;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

const LISTABLE: Attributes = Attributes::LISTABLE;
const NUMERIC: Attributes = Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION);
const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "BernoulliB",
        LISTABLE,
        |s, c| {
            of_index(s, c, |n| Some(bernoulli(n)), "{BernoulliB[n_Integer?NonNegative, x_] :> Expand[Sum[Binomial[n, $k] BernoulliB[n - $k] x^$k, {$k, 0, n}]]}")
        },
        "BernoulliB[n] is the n-th Bernoulli number; BernoulliB[n, x] the n-th Bernoulli polynomial.",
        &[("BernoulliB[4]", "-(1/30)"), ("BernoulliB[1]", "-(1/2)")],
    ),
    builtin(
        "EulerE",
        LISTABLE,
        |s, c| {
            of_index(s, c, |n| Some(RBig::from(euler(n))), "{EulerE[n_Integer?NonNegative, x_] :> Expand[Sum[Binomial[n, $k] EulerE[$k]/2^$k (x - 1/2)^(n - $k), {$k, 0, n}]]}")
        },
        "EulerE[n] is the n-th Euler number; EulerE[n, x] the n-th Euler polynomial.",
        &[("EulerE[4]", "5"), ("EulerE[{1, 6}]", "{0, -61}")],
    ),
    builtin(
        "LucasL",
        NUMERIC,
        |s, c| s.by_rules(c, "{LucasL[n_Integer] :> 2 Fibonacci[n + 1] - Fibonacci[n],
            LucasL[n_Integer?NonNegative, x_] :> If[n == 0, 2, Expand[x Fibonacci[n, x] + 2 Fibonacci[n - 1, x]]],
            LucasL[n_?InexactNumberQ] :> GoldenRatio^n + Cos[Pi n] GoldenRatio^-n}"),
        "LucasL[n] is the n-th Lucas number; LucasL[n, x] the n-th Lucas polynomial.",
        &[("LucasL[5]", "11"), ("LucasL[0]", "2")],
    ),
    written!(
        "CatalanNumber",
        NUMERIC,
        "{CatalanNumber[n_Integer] :> Which[n >= 0, Binomial[2 n, n]/(n + 1), n == -1, -1, True, 0],
          CatalanNumber[n_?NumericQ] /; Precision[n] < Infinity :> 4^n Gamma[n + 1/2]/(Sqrt[Pi] Gamma[n + 2])}",
        "CatalanNumber[n] is the number of ways to put n pairs of parentheses.",
        &[("CatalanNumber[4]", "14"), ("CatalanNumber[{0, 1, 2}]", "{1, 1, 2}")],
    ),
    builtin(
        "BellB",
        LISTABLE,
        |s, c| {
            of_index(s, c, |n| (n <= 4000).then(|| RBig::from(stirling_row(n, second_kind).into_iter().sum::<IBig>())), "{BellB[n_Integer?NonNegative, x_] :> Sum[StirlingS2[n, $k] x^$k, {$k, 0, n}]}")
        },
        "BellB[n] is the number of partitions of a set of n; BellB[n, x] the n-th Bell polynomial.",
        &[("BellB[5]", "52"), ("BellB[2, x]", "x + x^2")],
    ),
    builtin(
        "StirlingS1",
        LISTABLE,
        |_, c| Ok(stirling(c, first_kind)),
        "StirlingS1[n, m] is the Stirling number of the first kind, with its sign: of permutations \
         of n with m cycles.",
        &[("StirlingS1[4, 2]", "11"), ("StirlingS1[5, 2]", "-50")],
    ),
    builtin(
        "StirlingS2",
        LISTABLE,
        |_, c| Ok(stirling(c, second_kind)),
        "StirlingS2[n, m] is the Stirling number of the second kind: the ways to divide a set of n \
         into m parts.",
        &[("StirlingS2[4, 2]", "7"), ("StirlingS2[3, 5]", "0")],
    ),
    builtin(
        "HarmonicNumber",
        NUMERIC,
        |s, c| {
            of_index(s, c, |n| Some(harmonic(1, n as u64)), "{HarmonicNumber[0] :> 0, HarmonicNumber[Infinity] :> Infinity,
                HarmonicNumber[n_Integer?Negative] :> ComplexInfinity,
                HarmonicNumber[x_Rational] /; Denominator[x] == 2 && Abs[x] < 1000 :> (EulerGamma + PolyGamma[0, x + 1]),
                HarmonicNumber[x_?NumericQ] /; Precision[x] < Infinity :> EulerGamma + PolyGamma[0, x + 1],
                HarmonicNumber[n_, 1] :> HarmonicNumber[n], HarmonicNumber[n_, 0] :> n,
                HarmonicNumber[n_Integer, r_] /; 0 <= n < 10^5 :> Total[Range[n]^-r],
                HarmonicNumber[Infinity, r_] /; r > 1 :> Zeta[r],
                HarmonicNumber[n_?NumericQ, r_?NumericQ] /; Precision[{n, r}] < Infinity && r != 1 :> Zeta[r] - HurwitzZeta[r, n + 1]}")
        },
        "HarmonicNumber[n] is 1 + 1/2 + ... + 1/n; HarmonicNumber[n, r] is the sum of the r-th \
         powers of the terms.",
        &[("HarmonicNumber[4]", "25/12"), ("HarmonicNumber[3, 2]", "49/36")],
    ),
    written!(
        "Multinomial",
        NUMERIC.and(Attributes::ORDERLESS),
        "{Multinomial[] :> 1, Multinomial[_] :> 1,
          Multinomial[n__Integer] /; Min[n] >= 0 :> (Plus[n])!/Times @@ ({n}!),
          Multinomial[a_, b_] :> Binomial[a + b, b],
          Multinomial[n__?NumericQ] /; Precision[{n}] < Infinity :> Gamma[1 + Plus[n]]/Times @@ (Gamma[1 + #] & /@ {n}),
          Multinomial[a_, b__, c_] :> Binomial[a + b + c, c] Multinomial[a, b]}",
        "Multinomial[n1, n2, ...] is (n1 + n2 + ...)!/(n1! n2! ...).",
        &[("Multinomial[1, 2, 3]", "60"), ("Multinomial[2, 2]", "6")],
    ),
    builtin(
        "PartitionsP",
        LISTABLE,
        |s, c| integer_index(s, c, partitions),
        "PartitionsP[n] is the number of ways to write n as a sum of positive integers.",
        &[("PartitionsP[5]", "7"), ("PartitionsP[100]", "190569292")],
    ),
    builtin(
        "PartitionsQ",
        LISTABLE,
        |s, c| integer_index(s, c, distinct_partitions),
        "PartitionsQ[n] is the number of ways to write n as a sum of different positive integers.",
        &[("PartitionsQ[6]", "4"), ("PartitionsQ[100]", "444793")],
    ),
    written!(
        "Subfactorial",
        NUMERIC,
        "{Subfactorial[0] :> 1, Subfactorial[n_Integer?Positive] /; n < 20000 :> Fold[#1 #2 + (-1)^#2 &, 1, Range[n]],
          Subfactorial[x_Real] /; x == Round[x] && 0 <= x < 170 :> N[Subfactorial[Round[x]]]}",
        "Subfactorial[n] is the number of permutations of n that leave nothing in its place.",
        &[("Subfactorial[4]", "9"), ("Subfactorial[{0, 1}]", "{1, 0}")],
    ),
    builtin(
        "Factorial2",
        NUMERIC,
        |s, c| s.by_rules(c, "{Factorial2[n_Integer] /; -1 <= n <= 10^6 :> Times @@ Range[n, 1, -2],
            Factorial2[n_Integer?OddQ] /; -10^5 < n < -1 :> (-1)^((n + 1)/2)/Factorial2[-n - 2],
            Factorial2[n_Integer?EvenQ] /; n < 0 :> ComplexInfinity, Factorial2[Infinity] :> Infinity,
            Factorial2[x_?NumericQ] /; Precision[x] < Infinity :> 2^(x/2 + (1 - Cos[Pi x])/4) Pi^((Cos[Pi x] - 1)/4) Gamma[x/2 + 1]}"),
        "n!! or Factorial2[n] is the product n (n - 2) (n - 4) ....",
        &[("7!!", "105"), ("{6!!, (-1)!!}", "{48, 1}")],
    ),
    written!(
        "LinearRecurrence",
        NONE,
        "{LinearRecurrence[k_List, a_List, n_Integer?NonNegative] /; Length[a] >= Length[k] :>
            If[n <= Length[a], Take[a, n], Join[a, Last /@ Rest[NestList[Append[Rest[#], Reverse[k] . #] &, Take[a, -Length[k]], n - Length[a]]]]],
          LinearRecurrence[k_List, a_List, {n_Integer?Positive}] :> Last[LinearRecurrence[k, a, n]],
          LinearRecurrence[k_List, a_List, {m_Integer?Positive, n_Integer}] /; m <= n :> Take[LinearRecurrence[k, a, n], {m, n}]}",
        "LinearRecurrence[{k1, k2, ...}, start, n] is the list of the first n elements of the \
         sequence that begins so and has a(i) = k1 a(i - 1) + k2 a(i - 2) + ...; {n} is the n-th \
         element, {m, n} those from m to n.",
        &[
            ("LinearRecurrence[{1, 1}, {1, 1}, 6]", "{1, 1, 2, 3, 5, 8}"),
            ("LinearRecurrence[{2}, {1}, {5}]", "16"),
        ],
    ),
    written!(
        "PolygonalNumber",
        NUMERIC,
        "{PolygonalNumber[n_] :> n (n + 1)/2, PolygonalNumber[r_, n_] :> n (n (r - 2) - r + 4)/2}",
        "PolygonalNumber[n] is the n-th triangular number; PolygonalNumber[r, n] that of polygons \
         with r sides.",
        &[("PolygonalNumber[4]", "10"), ("PolygonalNumber[4, 3]", "9")],
    ),
    written!(
        "ThreeJSymbol",
        NONE,
        "{ThreeJSymbol[{a_?NumericQ, b_?NumericQ}, {c_?NumericQ, d_?NumericQ}, {e_?NumericQ, f_?NumericQ}] /; AllTrue[2 {a, b, c, d, e, f}, IntegerQ] :>
            If[b + d + f != 0 || Abs[b] > a || Abs[d] > c || Abs[f] > e || e < Abs[a - c] || e > a + c || !IntegerQ[a + c + e] || !IntegerQ[a - b] || !IntegerQ[c - d], 0,
              (-1)^(a - c - f) Sqrt[(a + c - e)! (a - c + e)! (-a + c + e)!/(a + c + e + 1)!] Sqrt[(a + b)! (a - b)! (c + d)! (c - d)! (e + f)! (e - f)!] *
              Total[Table[(-1)^$k/($k! (e - c + b + $k)! (e - a - d + $k)! (a + c - e - $k)! (a - b - $k)! (c + d - $k)!),
                {$k, Max[0, c - e - b, a - e + d], Min[a + c - e, a - b, c + d]}]]]}",
        "ThreeJSymbol[{j1, m1}, {j2, m2}, {j3, m3}] is the Wigner 3-j symbol (Racah's formula).",
        &[
            ("ThreeJSymbol[{1, 0}, {1, 0}, {2, 1}]", "0"),
            ("ThreeJSymbol[{1, 0}, {1, 0}, {0, 0}]", "-(1/Sqrt[3])"),
        ],
    ),
    written!(
        "ClebschGordan",
        NONE,
        "{ClebschGordan[{a_, b_}, {c_, d_}, {e_, f_}] /; AllTrue[2 {a, b, c, d, e, f}, IntegerQ] :> (-1)^(a - c + f) Sqrt[2 e + 1] ThreeJSymbol[{a, b}, {c, d}, {e, -f}]}",
        "ClebschGordan[{j1, m1}, {j2, m2}, {j, m}] is the coefficient of the state j, m in the \
         product of two states.",
        &[
            ("ClebschGordan[{1/2, 1/2}, {1/2, 1/2}, {1, 1}]", "1"),
            ("ClebschGordan[{1, 1}, {1, 1}, {2, 1}]", "0"),
        ],
    ),
    written!(
        "SixJSymbol",
        NONE,
        "{SixJSymbol[{a_, b_, c_}, {d_, e_, f_}] /; AllTrue[2 {a, b, c, d, e, f}, IntegerQ] :>
            With[{t = {{a, b, c}, {a, e, f}, {d, b, f}, {d, e, c}}, u = {a + b + d + e, b + c + e + f, a + c + d + f}},
              If[AnyTrue[t, !IntegerQ[Total[#]] || #[[3]] > #[[1]] + #[[2]] || #[[3]] < Abs[#[[1]] - #[[2]]] &], 0,
                Sqrt[Times @@ ((#[[1]] + #[[2]] - #[[3]])! (#[[1]] - #[[2]] + #[[3]])! (-#[[1]] + #[[2]] + #[[3]])!/(Total[#] + 1)! & /@ t)] *
                Total[Table[(-1)^$k ($k + 1)!/(Times @@ (($k - Total[#])! & /@ t) Times @@ ((# - $k)! & /@ u)), {$k, Max[Total /@ t], Min[u]}]]]]}",
        "SixJSymbol[{j1, j2, j3}, {j4, j5, j6}] is the Wigner 6-j symbol (Racah's formula).",
        &[("SixJSymbol[{1, 1, 1}, {1, 1, 1}]", "1/6"), ("SixJSymbol[{1, 2, 5}, {1, 1, 1}]", "0")],
    ),
    written!(
        "PauliMatrix",
        LISTABLE,
        "{PauliMatrix[0] :> {{1, 0}, {0, 1}}, PauliMatrix[1] :> {{0, 1}, {1, 0}}, PauliMatrix[2] :> {{0, -I}, {I, 0}}, PauliMatrix[3] :> {{1, 0}, {0, -1}}, PauliMatrix[4] :> {{1, 0}, {0, 1}}}",
        "PauliMatrix[k] is the k-th Pauli spin matrix.",
        &[("PauliMatrix[1]", "{{0, 1}, {1, 0}}"), ("PauliMatrix[3]", "{{1, 0}, {0, -1}}")],
    ),
];

/// Indices beyond this are left alone.
const MOST: usize = 1 << 14;

/// Applies a function of one index that is an integer not below 0; other calls go by rules.
fn of_index(
    session: &mut Session,
    call: &Arc<Call>,
    value: fn(usize) -> Option<RBig>,
    rules: &'static str,
) -> Evaluated<Step> {
    if let [n] = call.args()
        && let Some(n) = n.as_usize().filter(|&n| n <= MOST)
        && let Some(value) = value(n)
    {
        return Ok(Step::Done(Value::from(value)));
    }
    session.by_rules(call, rules)
}

/// The tangent numbers 1, 2, 16, 272, ... (Brent and Harvey 2011, algorithm TangentNumbers).
fn tangent_numbers(count: usize) -> Vec<IBig> {
    let mut tangent = vec![IBig::ONE; count];
    for k in 1..count {
        tangent[k] = &tangent[k - 1] * k;
    }
    for k in 1..count {
        for j in k..count {
            poll();
            tangent[j] = &tangent[j - 1] * (j - k) + &tangent[j] * (j - k + 2);
        }
    }
    tangent
}

/// The secant numbers 1, 1, 5, 61, ... (Brent and Harvey 2011, algorithm SecantNumbers).
fn secant_numbers(count: usize) -> Vec<IBig> {
    let mut secant = vec![IBig::ONE; count];
    for k in 1..count {
        secant[k] = &secant[k - 1] * k;
    }
    for k in 1..count {
        for j in k + 1..count {
            poll();
            secant[j] = &secant[j - 1] * (j - k) + &secant[j] * (j - k + 1);
        }
    }
    secant
}

/// Returns a Bernoulli number.
pub(in crate::builtins) fn bernoulli(n: usize) -> RBig {
    match n {
        0 => RBig::ONE,
        1 => RBig::from_parts(-IBig::ONE, UBig::from(2u8)),
        _ if n % 2 == 1 => RBig::ZERO,
        _ => bernoulli_numbers(n / 2).pop().unwrap_or(RBig::ZERO),
    }
}

/// Returns the Bernoulli numbers of indices 2, 4, ..., 2 `count`.
pub(in crate::builtins) fn bernoulli_numbers(count: usize) -> Vec<RBig> {
    // B(2k) = (-1)^(k-1) 2k T(k)/(4^k (4^k - 1))
    let of = |(place, tangent): (usize, IBig)| {
        let k = place + 1;
        let power = UBig::ONE << (2 * k);
        let sign = if k % 2 == 1 { IBig::ONE } else { -IBig::ONE };
        RBig::from_parts(tangent * (2 * k) * sign, &power * (&power - UBig::ONE))
    };
    tangent_numbers(count).into_iter().enumerate().map(of).collect()
}

/// Returns an Euler number.
fn euler(n: usize) -> IBig {
    if n % 2 == 1 {
        return IBig::ZERO;
    }
    let secant = secant_numbers(n / 2 + 1).pop().unwrap_or(IBig::ZERO);
    if n.is_multiple_of(4) { secant } else { -secant }
}

/// Returns 1/from + ... + 1/to, halves first.
fn harmonic(from: u64, to: u64) -> RBig {
    fn sum(from: u64, to: u64) -> (IBig, IBig) {
        if from == to {
            return (IBig::ONE, IBig::from(from));
        }
        let middle = from + (to - from) / 2;
        let ((a, b), (c, d)) = (sum(from, middle), sum(middle + 1, to));
        let over = aside::product(a, d.clone()) + aside::product(c, b.clone());
        (over, aside::product(b, d))
    }
    if from > to {
        return RBig::ZERO;
    }
    let (top, bottom) = sum(from, to);
    RBig::from_parts(top, bottom.into_parts().1)
}

type Step2 = fn(&IBig, &IBig, usize, usize) -> IBig;

/// s(n, m) = s(n-1, m-1) - (n-1) s(n-1, m)
fn first_kind(before: &IBig, above: &IBig, n: usize, _: usize) -> IBig {
    before - above * (n - 1)
}

/// S(n, m) = S(n-1, m-1) + m S(n-1, m)
fn second_kind(before: &IBig, above: &IBig, _: usize, m: usize) -> IBig {
    before + above * m
}

/// Returns a row of a triangle of Stirling numbers.
fn stirling_row(n: usize, next: Step2) -> Vec<IBig> {
    let mut row = vec![IBig::ONE];
    for size in 1..=n {
        let of = |m: usize| {
            let before = if m == 0 { &IBig::ZERO } else { &row[m - 1] };
            next(before, row.get(m).unwrap_or(&IBig::ZERO), size, m)
        };
        row = (0..=size).map(of).collect();
    }
    row
}

fn stirling(call: &Call, next: Step2) -> Step {
    let [n, m] = call.args() else { return Step::Same };
    match (n.as_usize(), m.as_usize()) {
        (Some(n), Some(m)) if n <= 4000 => {
            let row = stirling_row(n, next);
            Step::Done(row.get(m).map_or(Value::Integer(0), |value| Value::from(value.clone())))
        }
        _ => Step::Same,
    }
}

fn integer_index(
    session: &mut Session,
    call: &Arc<Call>,
    value: fn(&Session, usize) -> Evaluated<IBig>,
) -> Evaluated<Step> {
    match call.args() {
        [Value::Integer(..0)] => Ok(Step::Done(Value::Integer(0))),
        [Value::Integer(n)] if *n <= 300_000 => {
            Ok(Step::Done(Value::from(value(session, *n as usize)?)))
        }
        _ => Ok(Step::Same),
    }
}

/// The generalized pentagonal numbers k (3k - 1)/2 for k = 1, -1, 2, -2, ... with their signs.
fn pentagonal() -> impl Iterator<Item = (usize, bool)> {
    (1usize..).flat_map(|k| [(k * (3 * k - 1) / 2, k % 2 == 1), (k * (3 * k + 1) / 2, k % 2 == 1)])
}

/// Euler's recurrence by pentagonal numbers.
fn partitions(session: &Session, n: usize) -> Evaluated<IBig> {
    let mut all = vec![IBig::ONE];
    for size in 1..=n {
        session.check_interrupt()?;
        let mut sum = IBig::ZERO;
        for (step, is_added) in pentagonal().take_while(|(step, _)| *step <= size) {
            match is_added {
                true => sum += &all[size - step],
                false => sum -= &all[size - step],
            }
        }
        all.push(sum);
    }
    Ok(all.swap_remove(n))
}

/// The product of 1 + x^k, multiplied out part by part.
fn distinct_partitions(session: &Session, n: usize) -> Evaluated<IBig> {
    let mut ways = vec![IBig::ZERO; n + 1];
    ways[0] = IBig::ONE;
    for part in 1..=n {
        session.check_interrupt()?;
        for size in (part..=n).rev() {
            let (before, after) = ways.split_at_mut(size);
            after[0] += &before[size - part];
        }
    }
    Ok(ways.swap_remove(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bernoulli_numbers_satisfy_their_recurrence() {
        // The sum of Binomial(n + 1, k) B(k) for k up to n is 0.
        for n in 1..40usize {
            let mut sum = RBig::ZERO;
            let mut binomial = IBig::ONE;
            for k in 0..=n {
                sum += bernoulli(k) * RBig::from(binomial.clone());
                binomial = binomial * (n + 1 - k) / (k + 1);
            }
            assert_eq!(sum, RBig::ZERO, "{n}");
        }
    }

    #[test]
    fn euler_numbers_satisfy_their_recurrence() {
        for n in (2..40usize).step_by(2) {
            let mut sum = IBig::ZERO;
            let mut binomial = IBig::ONE;
            for k in 0..=n {
                sum += euler(k) * &binomial;
                binomial = binomial * (n - k) / (k + 1);
            }
            assert_eq!(sum, IBig::ZERO, "{n}");
        }
    }

    #[test]
    fn stirling_numbers_of_both_kinds_are_inverse_matrices() {
        let size = 12;
        let entry = |row: &[IBig], m: usize| row.get(m).cloned().unwrap_or(IBig::ZERO);
        for n in 0..size {
            let first = stirling_row(n, first_kind);
            for m in 0..size {
                let term = |k: usize| entry(&first, k) * entry(&stirling_row(k, second_kind), m);
                let sum: IBig = (0..size).map(term).sum();
                assert_eq!(sum, IBig::from(i32::from(n == m)));
            }
        }
    }

    #[test]
    fn partitions_are_counted_as_listing_them_does() {
        fn count(n: usize, most: usize, distinct: bool) -> u64 {
            if n == 0 {
                return 1;
            }
            let next =
                |part: usize| count(n - part, if distinct { part - 1 } else { part }, distinct);
            (1..=most.min(n)).map(next).sum()
        }
        let session = Session::new();
        for n in 0..25 {
            let (all, distinct) = (partitions(&session, n), distinct_partitions(&session, n));
            assert_eq!(all.unwrap(), IBig::from(count(n, n, false)));
            assert_eq!(distinct.unwrap(), IBig::from(count(n, n, true)));
        }
    }

    #[test]
    fn harmonic_numbers_are_the_sums_of_their_terms() {
        let mut sum = RBig::ZERO;
        for n in 1..60u64 {
            sum += RBig::from_parts(IBig::ONE, UBig::from(n));
            assert_eq!(harmonic(1, n), sum);
        }
    }
}
