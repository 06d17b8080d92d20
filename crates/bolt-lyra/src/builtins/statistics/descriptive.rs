//! What describes data: location, spread and shape.

use super::super::{Builtin, builtin};
use super::distributions::described;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::value::Value;

const NONE: Attributes = Attributes::NONE;

/// An entry of a table for a function of data that is written in the language, and of
/// distributions.
macro_rules! described {
    ($name:literal, $attributes:expr, $rules:literal, $usage:literal, $examples:expr $(,)?) => {
        builtin(
            $name,
            $attributes,
            |session, call| {
                if let [of @ Value::Call(_), rest @ ..] = call.args()
                    && rest.len() < 2
                    && of.as_list().is_none()
                    && let Some(value) = described(session, of, $name, rest.first())?
                {
                    return Ok(Step::Done(value));
                }
                session.by_rules(call, $rules)
            },
            $usage,
            $examples,
        )
    };
}

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    described!(
        "Mean",
        NONE,
        "{Mean[l_List] /; Length[l] > 0 :> Total[l]/Length[l],
          Mean[a_Association] :> Mean[Values[a]]}",
        "Mean[list] is the mean of the elements, of a matrix that of each column; Mean[distribution] \
         the mean of a distribution.",
        &[("Mean[{1, 2, 6}]", "3"), ("Mean[{{1, 2}, {3, 4}}]", "{2, 3}")],
    ),
    written!(
        "Median",
        NONE,
        "{Median[m_?MatrixQ] :> Median /@ Transpose[m],
          Median[l_List] /; VectorQ[l, NumericQ] && l =!= {} :>
            With[{s = Sort[l, Less], n = Length[l]}, If[OddQ[n], s[[(n + 1)/2]], (s[[n/2]] + s[[n/2 + 1]])/2]],
          Median[a_Association] :> Median[Values[a]],
          Median[d_] /; DistributionParameterQ[d] :> Quantile[d, 1/2]}",
        "Median[list] is the middle of the sorted elements, of a matrix that of each column.",
        &[("Median[{3, 1, 2}]", "2"), ("Median[{4, 1, 2, 3}]", "5/2")],
    ),
    described!(
        "Variance",
        NONE,
        "{Variance[m_?MatrixQ] /; Length[m] > 1 :> Variance /@ Transpose[m],
          Variance[l_List] /; VectorQ[l] && Length[l] > 1 :> If[VectorQ[l, NumericQ] && Max[Abs[Im[l]]] === 0, Total[(l - Mean[l])^2], (l - Mean[l]) . Conjugate[l - Mean[l]]]/(Length[l] - 1),
          Variance[a_Association] :> Variance[Values[a]]}",
        "Variance[list] is the sum of the squared differences from the mean, divided by one less \
         than their number; of a matrix that of each column.",
        &[("Variance[{1, 2, 6}]", "7"), ("Variance[{1 + 2 I, 3 - 10 I}]", "74"), ("Variance[{{1, 0}, {3, 4}}]", "{2, 8}")],
    ),
    written!(
        "StandardDeviation",
        NONE,
        "{StandardDeviation[m_?MatrixQ] /; Length[m] > 1 :> StandardDeviation /@ Transpose[m],
          StandardDeviation[l_List] /; VectorQ[l] && Length[l] > 1 :> Sqrt[Variance[l]],
          StandardDeviation[a_Association] :> StandardDeviation[Values[a]],
          StandardDeviation[d_] /; DistributionParameterQ[d] :> PowerExpand[Sqrt[Variance[d]]]}",
        "StandardDeviation[list] is the square root of the variance.",
        &[("StandardDeviation[{1, 2, 3}]", "1"), ("StandardDeviation[{0, 4}]", "2*Sqrt[2]")],
    ),
    described!(
        "Covariance",
        NONE,
        "{Covariance[a_List, b_List] /; VectorQ[a] && VectorQ[b] && Length[a] == Length[b] > 1 :> (a - Mean[a]) . Conjugate[b - Mean[b]]/(Length[a] - 1),
          Covariance[a_?MatrixQ, b_?MatrixQ] /; Length[a] == Length[b] :> Outer[Covariance, Transpose[a], Transpose[b], 1],
          Covariance[m_?MatrixQ] /; Length[m] > 1 :> Covariance[m, m]}",
        "Covariance[a, b] is the covariance of two lists; Covariance[m] the matrix of those of the \
         columns of m.",
        &[
            ("Covariance[{1, 2, 3}, {2, 4, 6}]", "2"),
            ("Covariance[{{1, 2}, {3, 6}}]", "{{2, 4}, {4, 8}}"),
        ],
    ),
    described!(
        "Correlation",
        NONE,
        "{Correlation[a_List, b_List] /; VectorQ[a] && VectorQ[b] && Length[a] == Length[b] > 1 :> Covariance[a, b]/(StandardDeviation[a] StandardDeviation[b]),
          Correlation[a_?MatrixQ, b_?MatrixQ] /; Length[a] == Length[b] :> Outer[Correlation, Transpose[a], Transpose[b], 1],
          Correlation[m_?MatrixQ] /; Length[m] > 1 :> Correlation[m, m]}",
        "Correlation[a, b] is the correlation of two lists; Correlation[m] the matrix of those of \
         the columns of m.",
        &[
            ("Correlation[{1, 2, 3}, {2, 4, 6}]", "1"),
            ("Correlation[{{1, 2}, {3, 0}}]", "{{1, -1}, {-1, 1}}"),
        ],
    ),
    described!(
        "CentralMoment",
        NONE,
        "{CentralMoment[m_?MatrixQ, r_] :> (CentralMoment[#, r] & /@ Transpose[m]),
          CentralMoment[l_List, r_] /; VectorQ[l] && l =!= {} :> Total[(l - Mean[l])^r]/Length[l]}",
        "CentralMoment[list, r] is the mean of the r-th powers of the differences from the mean.",
        &[("CentralMoment[{1, 2, 3}, 2]", "2/3"), ("CentralMoment[{a}, 3]", "0")],
    ),
    described!(
        "Moment",
        NONE,
        "{Moment[m_?MatrixQ, r_] :> (Moment[#, r] & /@ Transpose[m]),
          Moment[l_List, r_] /; VectorQ[l] && l =!= {} :> Total[l^r]/Length[l]}",
        "Moment[list, r] is the mean of the r-th powers of the elements.",
        &[("Moment[{1, 2, 3}, 2]", "14/3"), ("Moment[{a}, 3]", "a^3")],
    ),
    described!(
        "Skewness",
        NONE,
        "{Skewness[m_?MatrixQ] :> Skewness /@ Transpose[m],
          Skewness[l_List] /; VectorQ[l] && Length[l] > 1 :> CentralMoment[l, 3]/CentralMoment[l, 2]^(3/2)}",
        "Skewness[list] is the third central moment in units of the spread: 0 of symmetric data.",
        &[("Skewness[{1, 2, 3}]", "0"), ("Skewness[{0, 0, 3}]", "1/Sqrt[2]")],
    ),
    described!(
        "Kurtosis",
        NONE,
        "{Kurtosis[m_?MatrixQ] :> Kurtosis /@ Transpose[m],
          Kurtosis[l_List] /; VectorQ[l] && Length[l] > 1 :> CentralMoment[l, 4]/CentralMoment[l, 2]^2}",
        "Kurtosis[list] is the fourth central moment in units of the squared variance: 3 of normal \
         data.",
        &[("Kurtosis[{1, 2, 3}]", "3/2"), ("Kurtosis[{0, 1}]", "1")],
    ),
    written!(
        "GeometricMean",
        NONE,
        "{GeometricMean[m_?MatrixQ] :> GeometricMean /@ Transpose[m], GeometricMean[l_List] /; l =!= {} :> (Times @@ l)^(1/Length[l])}",
        "GeometricMean[list] is the n-th root of the product of n elements.",
        &[("GeometricMean[{2, 8}]", "4"), ("GeometricMean[{1, 3, 9}]", "3")],
    ),
    written!(
        "HarmonicMean",
        NONE,
        "{HarmonicMean[m_?MatrixQ] :> HarmonicMean /@ Transpose[m], HarmonicMean[l_List] /; l =!= {} :> Length[l]/Total[1/l]}",
        "HarmonicMean[list] is the number of elements divided by the sum of their inverses.",
        &[("HarmonicMean[{1, 3}]", "3/2"), ("HarmonicMean[{2, 2}]", "2")],
    ),
    written!(
        "ContraharmonicMean",
        NONE,
        "{ContraharmonicMean[l_List] /; l =!= {} :> Total[l^2]/Total[l]}",
        "ContraharmonicMean[list] is the sum of the squares divided by the sum.",
        &[("ContraharmonicMean[{1, 3}]", "5/2"), ("ContraharmonicMean[{2}]", "2")],
    ),
    written!(
        "RootMeanSquare",
        NONE,
        "{RootMeanSquare[m_?MatrixQ] :> RootMeanSquare /@ Transpose[m], RootMeanSquare[l_List] /; l =!= {} :> Sqrt[Total[l^2]/Length[l]]}",
        "RootMeanSquare[list] is the root of the mean of the squares.",
        &[("RootMeanSquare[{1, 7}]", "5"), ("RootMeanSquare[{3}]", "3")],
    ),
    written!(
        "TrimmedMean",
        NONE,
        "{TrimmedMean[l_List] :> TrimmedMean[l, 1/20],
          TrimmedMean[l_List, f_?NumericQ] :> TrimmedMean[l, {f, f}],
          TrimmedMean[l_List, {a_, b_}] /; VectorQ[l, NumericQ] && a + b < 1 :> Mean[Sort[l, Less][[Floor[a Length[l]] + 1 ;; Length[l] - Floor[b Length[l]]]]]}",
        "TrimmedMean[list, f] is the mean without the fraction f of the smallest and of the largest \
         elements; {f, g} without different fractions.",
        &[("TrimmedMean[{1, 2, 3, 100}, 1/4]", "5/2"), ("TrimmedMean[{0, 4, 5}, {1/3, 0}]", "9/2")],
    ),
    written!(
        "MeanDeviation",
        NONE,
        "{MeanDeviation[l_List] /; VectorQ[l] && l =!= {} :> Mean[Abs[l - Mean[l]]]}",
        "MeanDeviation[list] is the mean of the absolute differences from the mean.",
        &[("MeanDeviation[{1, 2, 6}]", "2"), ("MeanDeviation[{5}]", "0")],
    ),
    written!(
        "MedianDeviation",
        NONE,
        "{MedianDeviation[l_List] /; VectorQ[l, NumericQ] && l =!= {} :> Median[Abs[l - Median[l]]]}",
        "MedianDeviation[list] is the median of the absolute differences from the median.",
        &[("MedianDeviation[{1, 2, 6}]", "1"), ("MedianDeviation[{5}]", "0")],
    ),
    written!(
        "Standardize",
        NONE,
        "{Standardize[m_?MatrixQ] :> Transpose[Standardize /@ Transpose[m]],
          Standardize[l_List] /; Length[l] > 1 :> (l - Mean[l])/StandardDeviation[l],
          Standardize[l_List, f_] :> l - f[l], Standardize[l_List, f_, g_] :> (l - f[l])/g[l]}",
        "Standardize[list] subtracts the mean and divides by the standard deviation; \
         Standardize[list, f, g] by other functions.",
        &[
            ("Standardize[{1, 2, 3}]", "{-1, 0, 1}"),
            ("Standardize[{1, 3}, Min, Max]", "{0, 2/3}"),
        ],
    ),
    described!(
        "Quantile",
        NONE,
        "{Quantile[m_?MatrixQ, q_, r___] :> (Quantile[#, q, r] & /@ Transpose[m]),
          Quantile[l_, q_List, r___] :> (Quantile[l, #, r] & /@ q),
          Quantile[l_List, q_] /; NumericQ[q] && 0 <= q <= 1 && VectorQ[l, NumericQ] && l =!= {} :> Sort[l, Less][[Max[1, Ceiling[q Length[l]]]]],
          Quantile[l_List, q_, {{a_, b_}, {c_, d_}}] /; NumericQ[q] && 0 <= q <= 1 && VectorQ[l, NumericQ] && l =!= {} :>
            With[{s = Sort[l, Less], n = Length[l], u = a + (Length[l] + b) q}, With[{k = s[[Clip[Floor[u], {1, n}]]], g = s[[Clip[Ceiling[u], {1, n}]]]}, k + (g - k) (c + d FractionalPart[u])]]}",
        "Quantile[list, q] is the least element that the fraction q of the elements is not above; \
         Quantile[list, q, {{a, b}, {c, d}}] goes between elements by four parameters; \
         Quantile[distribution, q] is the inverse of its CDF.",
        &[("Quantile[{1, 2, 3, 4}, 1/2]", "2"), ("Quantile[Range[10], {1/4, 9/10}]", "{3, 9}")],
    ),
    written!(
        "Quartiles",
        NONE,
        "{Quartiles[l_List] :> Quantile[l, {1/4, 1/2, 3/4}, {{1/2, 0}, {0, 1}}],
          Quartiles[l_List, p_] :> Quantile[l, {1/4, 1/2, 3/4}, p],
          Quartiles[d_] /; DistributionParameterQ[d] :> Quantile[d, {1/4, 1/2, 3/4}]}",
        "Quartiles[list] is the list of the three numbers that divide the sorted elements into \
         quarters.",
        &[("Quartiles[{1, 2, 3, 4}]", "{3/2, 5/2, 7/2}"), ("Quartiles[Range[5]]", "{7/4, 3, 17/4}")],
    ),
    written!(
        "InterquartileRange",
        NONE,
        "{InterquartileRange[x_] :> With[{q = Quartiles[x]}, (q[[3]] - q[[1]]) /; ListQ[q]]}",
        "InterquartileRange[list] is the difference of the upper and the lower quartile.",
        &[("InterquartileRange[{1, 2, 3, 4}]", "2"), ("InterquartileRange[Range[5]]", "5/2")],
    ),
    written!(
        "QuartileDeviation",
        NONE,
        "{QuartileDeviation[x_] :> InterquartileRange[x]/2}",
        "QuartileDeviation[list] is half the difference of the upper and the lower quartile.",
        &[("QuartileDeviation[{1, 2, 3, 4}]", "1"), ("QuartileDeviation[Range[5]]", "5/4")],
    ),
];
