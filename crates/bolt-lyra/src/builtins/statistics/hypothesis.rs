//! Tests of hypotheses: how likely data are that are at least as far from what is assumed.

use triomphe::Arc;

use super::super::{Builtin, builtin};
use super::distributions::{Distribution, below};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    written!(
        "TTest",
        NONE,
        "{TTest[d_] :> TTest[d, 0],
          TTest[d_, m_?NumericQ, o : Rule[AlternativeHypothesis, _] ...] :> With[{r = TTest[d, m, \"PValue\", o]}, r /; NumericQ[r]],
          TTest[d_List, m_?NumericQ, p : \"PValue\" | \"TestStatistic\" | \"DegreesOfFreedom\", o : Rule[AlternativeHypothesis, _] ...] :>
            With[{r = N[Which[
              VectorQ[d, NumericQ] && Length[d] > 1 && Variance[d] != 0, {(Mean[d] - m)/Sqrt[Variance[d]/Length[d]], Length[d] - 1},
              MatchQ[d, {{_, __}, {_, __}}] && VectorQ[Join @@ d, NumericQ] && And @@ (Variance[#] != 0 & /@ d),
                With[{n = Length /@ d, v = Variance /@ d, e = Subtract @@ (Mean /@ d) - m}, If[FisherRatioTest[d] < 0.05,
                  {e/Sqrt[Total[v/n]], Total[v/n]^2/Total[(v/n)^2/(n - 1)]},
                  {e/Sqrt[(n - 1) . v/(Total[n] - 2) Total[1/n]], Total[n] - 2}]],
              True, None]]},
            Switch[p, \"TestStatistic\", r[[1]], \"DegreesOfFreedom\", r[[2]], _, With[{s = SurvivalFunction[StudentTDistribution[r[[2]]], #] &},
              Switch[AlternativeHypothesis /. {o}, \"Greater\", s[r[[1]]], \"Less\", s[-r[[1]]], _, 2 s[Abs[r[[1]]]]]]] /; ListQ[r]],
          TTest[d_List, m_?NumericQ, w_String, o___] :> With[{s = TTest[d, m, \"TestStatistic\"], p = TTest[d, m, \"PValue\", o]}, HypothesisTestData[\"Answer\", \"T\", {s, p}, w, o] /; NumericQ[p]]}",
        "TTest[data, m] is the probability that normal data with the mean m would be at least as \
         far from it by Student's t; TTest[{a, b}, m] that of two samples with the difference m of \
         their means, with equal variances unless FisherRatioTest rejects that at 5%. A third \
         argument asks for \"TestStatistic\" or \"DegreesOfFreedom\"; AlternativeHypothesis is \
         \"Unequal\", \"Greater\" or \"Less\".",
        &[
            ("TTest[{1., 2., 3.}, 2]", "1."),
            ("Round[TTest[{1, 2, 3, 4, 5}, 2], 1/10000]", "1151/5000"),
            ("TTest[{1, 2, 3}, 2, \"DegreesOfFreedom\"]", "2."),
        ],
    ),
    written!(
        "ZTest",
        NONE,
        "{ZTest[d_, v_?NumericQ] :> ZTest[d, v, 0],
          ZTest[{a_List, b_List}, v_, m_?NumericQ, o___] /; VectorQ[Join[a, b], NumericQ] && (NumericQ[v] || MatchQ[v, {_?NumericQ, _?NumericQ}]) :> With[{w = If[ListQ[v], v, {v, v}]}, With[{z = N[(Mean[a] - Mean[b] - m)/Sqrt[w[[1]]/Length[a] + w[[2]]/Length[b]]]}, HypothesisTestData[\"Answer\", \"Z\", {z, HypothesisTestData[\"Normal\", z, 1, 0, o]}, FirstCase[{o}, _String, \"PValue\"], o]]],
          ZTest[d_List, v_?NumericQ, m_?NumericQ, w_String, o___] /; VectorQ[d, NumericQ] && d =!= {} && v > 0 :> With[{z = N[(Mean[d] - m)/Sqrt[v/Length[d]]]}, HypothesisTestData[\"Answer\", \"Z\", {z, HypothesisTestData[\"Normal\", z, 1, 0, o]}, w, o]],
          ZTest[d_, v_?NumericQ, m_?NumericQ, o : Rule[AlternativeHypothesis, _] ...] /; VectorQ[d, NumericQ] && d =!= {} && v > 0 :>
            With[{z = N[(Mean[d] - m)/Sqrt[v/Length[d]]], s = SurvivalFunction[NormalDistribution[0, 1], #] &},
              Switch[AlternativeHypothesis /. {o}, \"Greater\", s[z], \"Less\", s[-z], _, 2 s[Abs[z]]]]}",
        "ZTest[data, v, m] is the probability that normal data with the mean m and the variance v \
         would be at least as far from the mean; ZTest[{a, b}, v, m] that of two samples whose means differ by m, with a variance or two. A fourth argument asks for \"TestStatistic\" or others of HypothesisTestData.",
        &[
            ("Round[ZTest[{1, 2, 3}, 1, 1], 1/10000]", "833/10000"),
            ("ZTest[{1, -1}, 1]", "1."),
        ],
    ),
    builtin(
        "KolmogorovSmirnovTest",
        NONE,
        kolmogorov_smirnov,
        "KolmogorovSmirnovTest[data, distribution] is the probability that data of a continuous \
         distribution would have a distribution function at least as far from its; a third argument \
         \"TestStatistic\" asks for the distance.",
        &[
            (
                "Round[KolmogorovSmirnovTest[{0.1, 0.4, 0.7, 0.9}, UniformDistribution[]], 1/10000]",
                "4939/5000",
            ),
            (
                "KolmogorovSmirnovTest[{0.25, 0.5}, UniformDistribution[], \"TestStatistic\"]",
                "0.5",
            ),
        ],
    ),
];

fn kolmogorov_smirnov(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (data, of, is_statistic) = match call.args() {
        [data, of] => (data, of, false),
        [data, of, what] => match what.as_str() {
            Some("PValue") => (data, of, false),
            Some("TestStatistic") => (data, of, true),
            _ => return Ok(Step::Same),
        },
        _ => return Ok(Step::Same),
    };
    let Some(of) = Distribution::read(session, of)?.filter(|of| !of.is_discrete()) else {
        return Ok(Step::Same);
    };
    let Some(list) = data.as_list().filter(|list| !list.is_empty()) else { return Ok(Step::Same) };
    let mut heights = Vec::new();
    for point in list {
        session.check_interrupt()?;
        let Some(value) = below(session, &of, point)? else { return Ok(Step::Same) };
        match session.machine_value(&value)? {
            Some(height) => heights.push(height),
            None => return Ok(Step::Same),
        }
    }
    let distance = distance(&mut heights);
    Ok(Step::Done(Value::Real(match is_statistic {
        true => distance,
        false => (1.0 - closer(heights.len(), distance)).clamp(0.0, 1.0),
    })))
}

/// Returns how far the steps of a sample are from the diagonal at most.
fn distance(heights: &mut [f64]) -> f64 {
    heights.sort_by(f64::total_cmp);
    let n = heights.len() as f64;
    let each =
        |(i, height): (usize, &f64)| ((i + 1) as f64 / n - height).max(height - i as f64 / n);
    heights.iter().enumerate().map(each).fold(0.0, f64::max)
}

/// A square matrix whose entries are to be multiplied by a power of 10.
struct Scaled {
    rows: Vec<Vec<f64>>,
    exponent: i32,
}

impl Scaled {
    fn times(&self, other: &Self) -> Self {
        let size = self.rows.len();
        let mut rows = vec![vec![0.0; size]; size];
        for (row, left) in rows.iter_mut().zip(&self.rows) {
            for (k, factor) in left.iter().enumerate().filter(|(_, factor)| **factor != 0.0) {
                row.iter_mut().zip(&other.rows[k]).for_each(|(sum, b)| *sum += factor * b);
            }
        }
        let mut exponent = self.exponent + other.exponent;
        if rows[size / 2][size / 2] > 1e140 {
            rows.iter_mut().flatten().for_each(|x| *x *= 1e-140);
            exponent += 140;
        }
        Self { rows, exponent }
    }
}

/// Returns the probability that n uniform numbers are closer than d to their distribution function
/// (Marsaglia, Tsang and Wang, 2003); of many, in the limit (Kolmogorov, 1933).
fn closer(n: usize, d: f64) -> f64 {
    let size = n as f64;
    let s = d * d * size;
    if s > 18.0 {
        return 1.0;
    }
    if size * d > 200.0 {
        let sum = (1..100).map(|k| {
            let k = f64::from(k);
            let sign = if k % 2.0 == 0.0 { -2.0 } else { 2.0 };
            sign * (-2.0 * k * k * s).exp()
        });
        return 1.0 - sum.sum::<f64>();
    }
    let k = (size * d) as usize + 1;
    let m = 2 * k - 1;
    let h = k as f64 - size * d;
    let mut rows = vec![vec![0.0; m]; m];
    for (i, row) in rows.iter_mut().enumerate() {
        row.iter_mut().enumerate().filter(|(j, _)| i + 1 >= *j).for_each(|(_, x)| *x = 1.0);
    }
    rows.iter_mut().enumerate().for_each(|(i, row)| row[0] -= h.powi(i as i32 + 1));
    rows[m - 1].iter_mut().enumerate().for_each(|(i, x)| *x -= h.powi((m - i) as i32));
    rows[m - 1][0] += if 2.0 * h > 1.0 { (2.0 * h - 1.0).powi(m as i32) } else { 0.0 };
    for (i, row) in rows.iter_mut().enumerate() {
        for (j, x) in row.iter_mut().enumerate().filter(|(j, _)| i + 1 > *j) {
            (1..=i + 1 - j).for_each(|g| *x /= g as f64);
        }
    }
    let unit = (0..m).map(|i| (0..m).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    let (mut power, mut square) =
        (Scaled { rows: unit, exponent: 0 }, Scaled { rows, exponent: 0 });
    let mut left = n;
    while left > 0 {
        if left % 2 == 1 {
            power = power.times(&square);
        }
        left /= 2;
        if left > 0 {
            square = square.times(&square);
        }
    }
    let mut probability = power.rows[k - 1][k - 1];
    let mut exponent = power.exponent;
    for i in 1..=n {
        probability *= i as f64 / size;
        if probability < 1e-140 {
            probability *= 1e140;
            exponent -= 140;
        }
    }
    probability * 10f64.powi(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_of_samples_are_as_likely_as_they_are_frequent() {
        let mut random = crate::random::Generator::new(5);
        for (n, d) in [(1, 0.7), (5, 0.4), (20, 0.2), (60, 0.15)] {
            let count = 4000;
            let is_closer = |_: &i32| {
                let mut sample: Vec<f64> = (0..n).map(|_| random.uniform()).collect();
                distance(&mut sample) < d
            };
            let found = (0..count).filter(is_closer).count() as f64 / f64::from(count);
            assert!((found - closer(n, d)).abs() < 0.03, "{n} {d}: {found} {}", closer(n, d));
        }
        // One point is closer than d with the probability 2 d - 1.
        assert!((closer(1, 0.7) - 0.4).abs() < 1e-14);
    }
}
