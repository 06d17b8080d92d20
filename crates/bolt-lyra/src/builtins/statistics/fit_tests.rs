//! Tests of whether data come from a distribution, or a series returns to its mean.

use crate::builtins::Builtin;
use crate::definition::Attributes;

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    written!(
        "JarqueBeraALMTest",
        NONE,
        "{JarqueBeraALMTest[d_, o : Rule[_, _] ...] :> JarqueBeraALMTest[d, \"PValue\", o],
          JarqueBeraALMTest[d_List, w_String, o___] /; VectorQ[d, NumericQ] && Length[d] > 3 && Variance[d] != 0 :> With[{n = N[Length[d]], x = N[d]}, With[{s = Skewness[x]^2 (n + 1) (n + 3)/(6 (n - 2)) + (Kurtosis[x] - 3 (n - 1)/(n + 1))^2 (n + 1)^2 (n + 3) (n + 5)/(24 n (n - 2) (n - 3))}, HypothesisTestData[\"Answer\", \"Jarque-Bera ALM\", {s, E^(-s/2)}, w, o]]]}",
        "JarqueBeraALMTest[data] is the probability that normal data would have a skewness and \
         a kurtosis as far from 0 and 3, with the corrections of Urzua for few data, in the \
         limit of many data.",
        &[
            ("Round[JarqueBeraALMTest[{1, 2, 3, 4, 5, 6, 7, 20}], 10^-4]", "0"),
            ("JarqueBeraALMTest[{1, 2, 3, 4}, \"ShortTestConclusion\"]", "\"Do not reject\""),
        ],
    ),
    written!(
        "ShapiroWilkTest",
        NONE,
        "{ShapiroWilkTest[d_, o : Rule[_, _] ...] :> ShapiroWilkTest[d, \"PValue\", o],
          ShapiroWilkTest[d_List, w_String, o___] /; VectorQ[d, NumericQ] && 3 <= Length[d] <= 5000 && Min[d] != Max[d] :> With[{n = Length[d], x = Sort[N[d]]}, With[{m = Sqrt[2.] InverseErf[2 (Range[n] - 0.375)/(n + 0.25) - 1], u = 1/Sqrt[N[n]]}, With[{c = m/Sqrt[m . m]}, With[{p = c[[n]] + 0.221157 u - 0.147981 u^2 - 2.071190 u^3 + 4.434685 u^4 - 2.706056 u^5, q = c[[-2]] + 0.042981 u - 0.293762 u^2 - 1.752461 u^3 + 5.682633 u^4 - 3.582633 u^5}, With[{a = Which[n == 3, {-Sqrt[0.5], 0., Sqrt[0.5]}, n <= 5, With[{f = (m . m - 2 m[[n]]^2)/(1 - 2 p^2)}, Join[{-p}, m[[2 ;; -2]]/Sqrt[f], {p}]], True, With[{f = (m . m - 2 m[[n]]^2 - 2 m[[n - 1]]^2)/(1 - 2 p^2 - 2 q^2)}, Join[{-p, -q}, m[[3 ;; -3]]/Sqrt[f], {q, p}]]]}, With[{s = Min[1., (a . x)^2/Total[(x - Mean[x])^2]], l = Log[N[n]]}, HypothesisTestData[\"Answer\", \"Shapiro-Wilk\", {s, Which[n == 3, Clip[6/Pi (ArcSin[Sqrt[s]] - ArcSin[Sqrt[0.75]]), {0., 1.}], n <= 11, With[{g = -2.273 + 0.459 n}, If[Log[1 - s] >= g, 10.^-99, HypothesisTestData[\"Tail\", (-Log[g - Log[1 - s]] - (0.5440 - 0.39978 n + 0.025054 n^2 - 0.0006714 n^3))/Exp[1.3822 - 0.77857 n + 0.062767 n^2 - 0.0020322 n^3]]]], True, HypothesisTestData[\"Tail\", (Log[1 - s] - (-1.5861 - 0.31082 l - 0.083751 l^2 + 0.0038915 l^3))/Exp[-0.4803 - 0.082676 l + 0.0030302 l^2]]]}, w, o]]]]]]]}",
        "ShapiroWilkTest[data] is the probability that normal data would be as far from a line \
         against the quantiles of the normal distribution, by Royston's approximation for 3 to \
         5000 data.",
        &[
            ("Round[ShapiroWilkTest[{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}], 10^-3]", "223/250"),
            ("Round[ShapiroWilkTest[{1., 2, 3, 4, 5, 6, 7, 20}, \"TestStatistic\"], 10^-3]", "37/50"),
        ],
    ),
    written!(
        "AndersonDarlingTest",
        NONE,
        "{AndersonDarlingTest[d_List, o : Rule[_, _] ...] :> AndersonDarlingTest[d, Automatic, \"PValue\", o],
          AndersonDarlingTest[d_List, t_, o : Rule[_, _] ...] :> AndersonDarlingTest[d, t, \"PValue\", o],
          AndersonDarlingTest[d_List, t_, w_String, o___] /; VectorQ[d, NumericQ] && Length[d] > 1 :> With[{h = HypothesisTestData[\"Heights\", d, t], n = Length[d]}, With[{s = If[ListQ[h], -n - Total[(2 Range[n] - 1) (Log[h] + Log[1 - Reverse[h]])]/n, Infinity]}, HypothesisTestData[\"Answer\", \"Anderson-Darling\", {s, If[t === Automatic, HypothesisTestData[\"NormalAnderson\", s (1 + 0.75/n + 2.25/n^2)], 1 - HypothesisTestData[\"Anderson\", n, s]]}, w, o] /; NumericQ[s]]]}",
        "AndersonDarlingTest[data, distribution] is the probability that data of a continuous \
         distribution would have a distribution function as far from its, with more weight on \
         the ends (by Marsaglia and Marsaglia); AndersonDarlingTest[data] that of a normal \
         distribution with the mean and deviation of the data (by Stephens and D'Agostino).",
        &[
            ("Round[AndersonDarlingTest[{0.1, 0.3, 0.5, 0.9}, UniformDistribution[]], 10^-3]", "971/1000"),
            ("Round[AndersonDarlingTest[{1, 2, 3, 4, 5, 6, 7, 20}], 10^-3]", "11/1000"),
        ],
    ),
    written!(
        "CramerVonMisesTest",
        NONE,
        "{CramerVonMisesTest[d_List, o : Rule[_, _] ...] :> CramerVonMisesTest[d, Automatic, \"PValue\", o],
          CramerVonMisesTest[d_List, t_, o : Rule[_, _] ...] :> CramerVonMisesTest[d, t, \"PValue\", o],
          CramerVonMisesTest[d_List, t_, w_String, o___] /; VectorQ[d, NumericQ] && Length[d] > 1 :> With[{h = HypothesisTestData[\"Heights\", d, t], n = Length[d]}, With[{s = If[ListQ[h], 1/(12. n) + Total[(h - (2 Range[n] - 1)/(2 n))^2], Infinity]}, HypothesisTestData[\"Answer\", \"Cramer-von Mises\", {s, If[t === Automatic, HypothesisTestData[\"NormalCramer\", s (1 + 0.5/n)], HypothesisTestData[\"Cramer\", n, s]]}, w, o] /; NumericQ[s]]]}",
        "CramerVonMisesTest[data, distribution] is the probability that data of a continuous \
         distribution would have a distribution function as far from its in the mean of squares \
         (by Csorgo and Faraway); CramerVonMisesTest[data] that of a normal distribution with \
         the mean and deviation of the data (by Stephens).",
        &[
            ("Round[CramerVonMisesTest[{0.1, 0.3, 0.5, 0.9}, UniformDistribution[]], 10^-3]", "939/1000"),
            ("Round[CramerVonMisesTest[{0.1, 0.3, 0.5, 0.9}, UniformDistribution[], \"TestStatistic\"], 10^-4]", "433/10000"),
        ],
    ),
    written!(
        "PearsonChiSquareTest",
        NONE,
        "{PearsonChiSquareTest[d_List, o : Rule[_, _] ...] :> PearsonChiSquareTest[d, Automatic, \"PValue\", o],
          PearsonChiSquareTest[d_List, t_, o : Rule[_, _] ...] :> PearsonChiSquareTest[d, t, \"PValue\", o],
          PearsonChiSquareTest[d_List, t_, w_String, o___] /; VectorQ[d, NumericQ] && Length[d] > 4 :> With[{f = If[t === Automatic, NormalDistribution[N[Mean[d]], Sqrt[CentralMoment[N[d], 2]]], t], n = Length[d], k = Ceiling[2 Length[d]^(2/5)]}, With[{e = N[Quantile[f, Range[k - 1]/k]]}, With[{c = If[VectorQ[e, NumericQ], Union[e], {}]}, With[{p = If[c =!= {}, Differences[Join[{0}, N[CDF[f, c]], {1}]], {}], b = BinCounts[-N[d], {Join[{-Infinity}, -Reverse[c], {Infinity}]}]}, With[{s = Total[(Reverse[b] - n p)^2/(n p)]}, HypothesisTestData[\"Answer\", \"Pearson Chi-Square\", {s, N[SurvivalFunction[ChiSquareDistribution[Length[p] - 1 - If[t === Automatic, 2, 0]], s]]}, w, o] /; NumericQ[s] && Length[p] > 1 + If[t === Automatic, 2, 0]]]]]]}",
        "PearsonChiSquareTest[data, distribution] is the probability that data of a \
         distribution would be as unevenly distributed over 2 n^(2/5) intervals of the same \
         probability, by the chi-square distribution; PearsonChiSquareTest[data] that of a \
         normal distribution with the mean and deviation of the data.",
        &[
            ("Round[PearsonChiSquareTest[Range[100]/101., UniformDistribution[], \"TestStatistic\"], 10^-4]", "9/25"),
            ("Round[PearsonChiSquareTest[Range[100]/101., UniformDistribution[]], 10^-4]", "1"),
        ],
    ),
    written!(
        "DistributionFitTest",
        NONE,
        "{DistributionFitTest[d_List] :> DistributionFitTest[d, Automatic, Automatic],
          DistributionFitTest[d_List, t_] :> DistributionFitTest[d, t, Automatic],
          DistributionFitTest[d_List, t_, w : \"HypothesisTestData\" | \"TestConclusion\" | \"ShortTestConclusion\" | \"TestData\" | \"TestDataTable\" | \"PValue\" | \"TestStatistic\"] :> DistributionFitTest[d, t, {Automatic, w}],
          DistributionFitTest[d_List, t_, w_] /; !ListQ[w] :> DistributionFitTest[d, t, {w, \"PValue\"}],
          DistributionFitTest[d_List, t_, {Automatic, w_}] :> DistributionFitTest[d, t, {If[MatchQ[t, _BinomialDistribution | _PoissonDistribution | _GeometricDistribution | _NegativeBinomialDistribution | _DiscreteUniformDistribution | _BernoulliDistribution | _HypergeometricDistribution], \"PearsonChiSquare\", \"CramerVonMises\"], w}],
          DistributionFitTest[d_List, t_, {m_String, w_}] /; t =!= Automatic && !FreeQ[t, _Symbol?(!NumericQ[#] &), {1}, Heads -> False] :> With[{e = EstimatedDistribution[d, t]}, If[Head[t] === NormalDistribution, DistributionFitTest[d, Automatic, {m, w}], DistributionFitTest[d, e, {m, w}]] /; FreeQ[e, EstimatedDistribution]],
          DistributionFitTest[d_List, t_, {m_String, w_}] :> With[{f = Switch[m, \"AndersonDarling\", AndersonDarlingTest[d, t, w], \"CramerVonMises\", CramerVonMisesTest[d, t, w], \"KolmogorovSmirnov\", KolmogorovSmirnovTest[d, t, w], \"PearsonChiSquare\", PearsonChiSquareTest[d, t, w], \"JarqueBeraALM\", JarqueBeraALMTest[d, w], \"ShapiroWilk\", ShapiroWilkTest[d, w], _, $Failed]}, f /; f =!= $Failed]}",
        "DistributionFitTest[data, distribution] is the probability that data of a distribution \
         would be as far from it; DistributionFitTest[data] that of a normal distribution. A \
         third argument names the test, such as \"AndersonDarling\", \"KolmogorovSmirnov\", \
         \"PearsonChiSquare\", \"ShapiroWilk\" or \"JarqueBeraALM\", or what is asked for; else \
         it is that of Cramer and von Mises, of whole numbers that of Pearson. Symbols in the \
         distribution are estimated first.",
        &[
            ("Round[DistributionFitTest[{0.1, 0.3, 0.5, 0.9}, UniformDistribution[]], 10^-3]", "939/1000"),
            ("Round[DistributionFitTest[{1, 2, 3, 4, 5, 6, 7, 20}, Automatic, \"AndersonDarling\"], 10^-3]", "11/1000"),
        ],
    ),
    written!(
        "UnitRootTest",
        NONE,
        "{UnitRootTest[d_] :> UnitRootTest[d, Automatic, \"PValue\"],
          UnitRootTest[d_, m_] :> UnitRootTest[d, m, \"PValue\"],
          UnitRootTest[d_, m_, {\"DickeyFullerT\", w_String}] :> UnitRootTest[d, m, w],
          UnitRootTest[d_, Automatic, w_] :> UnitRootTest[d, {\"Constant\", 0}, w],
          UnitRootTest[d_, k_Integer, w_] :> UnitRootTest[d, {\"None\", k}, w],
          UnitRootTest[d_, m_String, w_] :> UnitRootTest[d, {m, 0}, w],
          UnitRootTest[d_List, {m : \"None\" | \"Constant\" | \"Trend\", k_Integer?NonNegative}, w_String, o___] /; VectorQ[d, NumericQ] && Length[d] > 2 k + 5 :> With[{x = N[d], e = Differences[N[d]]}, With[{y = Drop[e, k], r = Transpose[Join[{Drop[Most[x], k]}, Table[Take[e, {k + 1 - $j, -1 - $j}], {$j, k}], Switch[m, \"None\", {}, \"Constant\", {ConstantArray[1., Length[e] - k]}, _, {ConstantArray[1., Length[e] - k], N[Range[Length[e] - k]]}]]]}, With[{g = Inverse[Transpose[r] . r]}, With[{b = g . Transpose[r] . y}, With[{s = b[[1]]/Sqrt[g[[1, 1]] Total[(y - r . b)^2]/(Length[y] - Length[b])]}, HypothesisTestData[\"Answer\", \"Dickey-Fuller T\", {s, HypothesisTestData[\"DickeyFuller\", m, s]}, w, o] /; NumericQ[s]]]]]]}",
        "UnitRootTest[data] is the probability that a series with a unit root would have as \
         negative a statistic of Dickey and Fuller, by MacKinnon's approximation of its \
         distribution; UnitRootTest[data, {\"Constant\", k}] in a regression with a constant \
         and k differences before, {\"None\", k} without a constant, {\"Trend\", k} with a \
         trend. A third argument asks for \"TestStatistic\" and others of HypothesisTestData.",
        &[
            ("UnitRootTest[{1., 2., 1., 3., 1., 2., 1., 2., 3., 1., 2., 1.}] < 0.05", "True"),
            ("UnitRootTest[Accumulate[{1., -1., 1., 1., 1., -1., 1., 1., -1., 1.}]] > 0.05", "True"),
        ],
    ),
];
