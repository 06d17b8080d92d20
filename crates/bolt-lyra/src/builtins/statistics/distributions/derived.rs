//! Distributions that are made of others, of data or of a formula.

use super::{Family, Kind, construct, families};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;

families! {
    Discrete "EmpiricalDistribution", "d_" if "VectorQ[d, NumericQ] && d =!= {}", "{}",
    "EmpiricalDistribution[{x1, x2, ...}] is the distribution of the values of a list, each as \
     likely as it is frequent.",
    &[
        ("PDF[EmpiricalDistribution[{1, 2, 2, 5}], 2]", "1/2"),
        ("CDF[EmpiricalDistribution[{1, 2, 2, 5}], 3]", "3/4"),
        ("Mean[EmpiricalDistribution[{1, 2, 3}]]", "2"),
    ], {
        "Support": "{Min[d], Max[d]}",
        "AnyValue": "True",
        "PDF": "If[NumericQ[x], Count[d, $e_ /; $e == x]/Length[d], $Failed, $Failed]",
        "CDF": "If[NumericQ[x], Count[d, $e_ /; $e <= x]/Length[d], $Failed, $Failed]",
        "Quantile": "If[NumericQ[x], Quantile[d, x], $Failed, $Failed]",
        "Mean": "Mean[d]",
        "Variance": "CentralMoment[d, 2]",
        "Skewness": "Skewness[d]",
        "Kurtosis": "Kurtosis[d]",
        "Moment": "Moment[d, x]",
        "CharacteristicFunction": "Mean[E^(I x d)]",
    }
    Continuous "ProbabilityDistribution", "f_, {v_, a_, b_}" if "True", "{}",
    "ProbabilityDistribution[f, {x, a, b}] is the distribution with the density f of x from a to b.",
    &[
        ("Mean[ProbabilityDistribution[2 x, {x, 0, 1}]]", "2/3"),
        ("PDF[ProbabilityDistribution[2 x, {x, 0, 1}], 1/2]", "1"),
    ], {
        "Support": "{a, b}",
        "PDF": "Piecewise[{{f /. v -> x, a < x < b}}, 0]",
        "CDF": "Piecewise[{{Integrate[f, {v, a, x}], a < x < b}, {1, x >= b}}, 0]",
        "Mean": "Integrate[v f, {v, a, b}]",
        "Variance": "Integrate[v^2 f, {v, a, b}] - Integrate[v f, {v, a, b}]^2",
        "Moment": "Integrate[v^x f, {v, a, b}]",
    }
    Continuous "TruncatedDistribution", "{a_, b_}, d_" if "a < b && DistributionParameterQ[d]", "{}",
    "TruncatedDistribution[{a, b}, d] is the distribution d of values that are known to be above a \
     and not above b.",
    &[
        ("CDF[TruncatedDistribution[{1, 3}, UniformDistribution[{0, 4}]], 2]", "1/2"),
        ("PDF[TruncatedDistribution[{0, Infinity}, LaplaceDistribution[0, 1]], 1]", "E^-1"),
    ], {
        "Support": "{a, b}",
        "PDF": "Piecewise[{{PDF[d, x]/(CDF[d, b] - CDF[d, a]), a < x <= b}}, 0]",
        "CDF": "Piecewise[{{(CDF[d, x] - CDF[d, a])/(CDF[d, b] - CDF[d, a]), a < x <= b}, {1, x > b}}, 0]",
        "Quantile": "InverseCDF[d, CDF[d, a] + x (CDF[d, b] - CDF[d, a])]",
    }
    Continuous "MixtureDistribution", "w_List, d_List" if "Length[w] == Length[d] && And @@ (DistributionParameterQ /@ d)", "{}",
    "MixtureDistribution[{w1, ...}, {d1, ...}] is the distribution of what comes from the \
     distributions di as often as the weights wi say.",
    &[
        (
            "Mean[MixtureDistribution[{1, 3}, {NormalDistribution[0, 1], NormalDistribution[4, 1]}]]",
            "3",
        ),
        (
            "CDF[MixtureDistribution[{1, 1}, {UniformDistribution[], UniformDistribution[{0, 2}]}], 1]",
            "3/4",
        ),
    ], {
        "Support": "{Min[(List @@ DistributionDomain[#])[[1, 1]] & /@ d], Max[(List @@ DistributionDomain[#])[[1, -1]] & /@ d]}",
        "PDF": "w . (PDF[#, x] & /@ d)/Total[w]",
        "CDF": "w . (CDF[#, x] & /@ d)/Total[w]",
        "Mean": "w . (Mean /@ d)/Total[w]",
        "Variance": "w . (Variance[#] + Mean[#]^2 & /@ d)/Total[w] - (w . (Mean /@ d)/Total[w])^2",
        "Moment": "w . (Moment[#, x] & /@ d)/Total[w]",
        "CharacteristicFunction": "w . (CharacteristicFunction[#, x] & /@ d)/Total[w]",
    }
    Continuous "SmoothKernelDistribution", "d_List, h_" if "VectorQ[d, NumericQ] && d =!= {} && h > 0",
    "{_[x_List] :> With[{h = 0.9 Min[DeleteCases[N[{StandardDeviation[x], InterquartileRange[x]/1.34}], 0.]] Length[x]^(-1/5)}, {x, h} /; NumericQ[h]], _[x_List, Automatic | \"Silverman\"] :> With[{h = 0.9 Min[DeleteCases[N[{StandardDeviation[x], InterquartileRange[x]/1.34}], 0.]] Length[x]^(-1/5)}, {x, h} /; NumericQ[h]], _[x_List, \"Scott\"] :> With[{h = 1.06 N[StandardDeviation[x]] Length[x]^(-1/5)}, {x, h} /; NumericQ[h]]}",
    "SmoothKernelDistribution[data] is the distribution with the mean of normal densities around the \
     data; SmoothKernelDistribution[data, h] with the deviation h of these, which \"Silverman\" (the \
     default) and \"Scott\" choose by their rules.",
    &[
        ("{Mean[#], Variance[#]} &[SmoothKernelDistribution[{1, 2, 6}, 1]]", "{3, 17/3}"),
        ("Round[CDF[SmoothKernelDistribution[{-1., 1.}, 0.5], 0], 10^-6]", "1/2"),
    ], {
        "Support": "{-Infinity, Infinity}",
        "PDF": "Mean[E^(-((x - d)/h)^2/2)]/(h Sqrt[2 Pi])",
        "CDF": "Mean[Erfc[(d - x)/(Sqrt[2] h)]]/2",
        "Mean": "Mean[d]",
        "Variance": "CentralMoment[d, 2] + h^2",
        "Skewness": "CentralMoment[d, 3]/(CentralMoment[d, 2] + h^2)^(3/2)",
        "Kurtosis": "(CentralMoment[d, 4] + 6 h^2 CentralMoment[d, 2] + 3 h^4)/(CentralMoment[d, 2] + h^2)^2",
        "CharacteristicFunction": "Mean[E^(I x d)] E^(-h^2 x^2/2)",
    }
    Continuous "HistogramDistribution", "{e_List, w_List}, 1" if "Length[e] == Length[w] + 1 && Total[w] > 0",
    "{_[x_List] :> With[{h = HistogramList[x]}, {h, 1} /; ListQ[h]], _[x_List, b_] :> With[{h = HistogramList[x, b]}, {h, 1} /; ListQ[h]]}",
    "HistogramDistribution[data] is the distribution whose density is that of a histogram of the \
     data; HistogramDistribution[data, bins] has the bins of HistogramList[data, bins].",
    &[
        ("PDF[HistogramDistribution[{1, 2, 2, 5}, {0, 6, 3}], 4]", "1/12"),
        ("CDF[HistogramDistribution[{1, 2, 2, 5}, {0, 6, 3}], {3, 9/2}]", "{3/4, 7/8}"),
    ], {
        "Support": "{First[e], Last[e]}",
        "PDF": "If[NumericQ[x], With[{k = Count[e, $e_ /; $e <= x]}, If[1 <= k <= Length[w], w[[k]]/Total[w]/(e[[k + 1]] - e[[k]]), 0]], $Failed, $Failed]",
        "CDF": "If[NumericQ[x], With[{k = Count[e, $e_ /; $e <= x]}, Which[k == 0, 0, k > Length[w], 1, True, (Total[Take[w, k - 1]] + w[[k]] (x - e[[k]])/(e[[k + 1]] - e[[k]]))/Total[w]]], $Failed, $Failed]",
        "Mean": "w . MovingAverage[e, 2]/Total[w]",
        "Variance": "w . (MovingAverage[e, 2]^2 + Differences[e]^2/12)/Total[w] - (w . MovingAverage[e, 2]/Total[w])^2",
    }
}
