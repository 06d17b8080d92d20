//! Tests of samples: their places, spreads and dependence.

use crate::builtins::Builtin;
use crate::definition::Attributes;

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    written!(
        "HypothesisTestData",
        NONE,
        "{HypothesisTestData[\"Answer\", n_String, {s_, p_}, w_String, o___] :> With[{a = SignificanceLevel /. {o} /. SignificanceLevel -> 0.05}, With[{c = If[p < a, \"Reject\", \"Do not reject\"]}, With[{r = Switch[w, \"PValue\", p, \"TestStatistic\", s, \"TestData\", {s, p}, \"TestDataTable\", Grid[{{\"\", \"Statistic\", \"P-Value\"}, {n, s, p}}], \"TestStatisticTable\", Grid[{{\"\", \"Statistic\"}, {n, s}}], \"PValueTable\", Grid[{{\"\", \"P-Value\"}, {n, p}}], \"ShortTestConclusion\", c, \"TestConclusion\", \"The null hypothesis is \" <> If[p < a, \"\", \"not \"] <> \"rejected at the level \" <> ToString[a] <> \" by the test \" <> n <> \".\", \"HypothesisTestData\", HypothesisTestData[<|\"Test\" -> n, \"TestStatistic\" -> s, \"PValue\" -> p, \"SignificanceLevel\" -> a|>], \"Properties\", {\"PValue\", \"PValueTable\", \"ShortTestConclusion\", \"Test\", \"TestConclusion\", \"TestData\", \"TestDataTable\", \"TestStatistic\", \"TestStatisticTable\"}, _, $Failed]}, r /; r =!= $Failed]]],
          HypothesisTestData[\"Ranks\", x_] :> With[{o = Ordering[x]}, With[{g = Length /@ Split[x[[o]]]}, With[{e = Accumulate[g]}, (Join @@ MapThread[ConstantArray[#2 - (#1 - 1)/2., #1] &, {g, e}])[[Ordering[o]]]]]],
          HypothesisTestData[\"Tail\", z_] :> Erfc[N[z]/Sqrt[2.]]/2,
          HypothesisTestData[\"Sides\", b_, a_, o___] :> Switch[AlternativeHypothesis /. {o}, \"Greater\", a, \"Less\", b, _, Min[1., 2 Min[a, b]]],
          HypothesisTestData[\"Normal\", x_, s_, c_, o___] :> Switch[AlternativeHypothesis /. {o}, \"Greater\", HypothesisTestData[\"Tail\", (x - c)/s], \"Less\", HypothesisTestData[\"Tail\", (-x - c)/s], _, Min[1., 2 HypothesisTestData[\"Tail\", (Abs[x] - c)/s]]],
          HypothesisTestData[\"Student\", r_, n_, o___] :> If[Abs[r] >= 1 - 10.^-15, Switch[AlternativeHypothesis /. {o}, \"Greater\", Boole[r < 0], \"Less\", Boole[r > 0], _, 0], With[{t = r Sqrt[n/(1 - r^2)], d = StudentTDistribution[n]}, HypothesisTestData[\"Sides\", CDF[d, t], SurvivalFunction[d, t], o]]],
          HypothesisTestData[\"Spread\", z_] :> With[{n = Length /@ z, m = Mean /@ z}, With[{g = Total[Join @@ z]/Total[n], k = Length[z]}, With[{b = n . (m - g)^2/(k - 1), w = Total[MapThread[Total[(#1 - #2)^2] &, {z, m}]]/(Total[n] - k)}, If[w == 0, {If[b == 0, 0., Infinity], If[b == 0, 1., 0.]}, {b/w, SurvivalFunction[FRatioDistribution[k - 1, Total[n] - k], b/w]}]]]],
          HypothesisTestData[\"Heights\", d_, t_] :> With[{f = If[t === Automatic, If[Variance[d] == 0, None, NormalDistribution[N[Mean[d]], N[StandardDeviation[d]]]], t]}, With[{h = If[f === None, None, Sort[N[CDF[f, d]]]]}, If[VectorQ[h, NumericQ] && Min[h] > 0 && Max[h] < 1, h, None]]],
          HypothesisTestData[\"NormalAnderson\", a_] :> Which[a < 0.2, 1 - Exp[-13.436 + 101.14 a - 223.73 a^2], a < 0.34, 1 - Exp[-8.318 + 42.796 a - 59.938 a^2], a < 0.6, Exp[0.9177 - 4.279 a - 1.38 a^2], a < 10, Exp[1.2937 - 5.709 a + 0.0186 a^2], True, 3.7*10^-24],
          HypothesisTestData[\"NormalCramer\", w_] :> Which[w < 0.0275, 1 - Exp[-13.953 + 775.5 w - 12542.61 w^2], w < 0.051, 1 - Exp[-5.903 + 179.546 w - 1515.29 w^2], w < 0.092, Exp[0.886 - 31.62 w + 10.897 w^2], w < 1.1, Exp[1.111 - 34.242 w + 12.832 w^2], True, 7.37*10^-10],
          HypothesisTestData[\"Anderson\", n_, z_] :> With[{x = Which[z <= 0, 0., z < 2, Exp[-1.2337141/z]/Sqrt[z] (2.00012 + (0.247105 - (0.0649821 - (0.0347962 - (0.0116720 - 0.00168691 z) z) z) z) z), True, Exp[-Exp[1.0776 - (2.30695 - (0.43424 - (0.082433 - (0.008056 - 0.0003146 z) z) z) z) z]]], c = 0.01265 + 0.1757/n}, Clip[x + Which[x > 0.8, (-130.2137 + (745.2337 - (1705.091 - (1950.646 - (1116.360 - 255.7844 x) x) x) x) x)/n, x < c, Sqrt[x/c] (1 - x/c) (49 x/c - 102) (0.0037/n^2 + 0.00078/n + 0.00006)/n, True, With[{t = (x - c)/(0.8 - c)}, (-0.00022633 + (6.54034 - (14.6538 - (14.458 - (8.259 - 1.91864 t) t) t) t) t) (0.04213 + 0.01365/n)/n]], {0., 1.}]],
          HypothesisTestData[\"Cramer\", n_, x_] /; x <= 1/(12 n) :> 1.,
          HypothesisTestData[\"Cramer\", n_, x_] /; x >= n/3 :> 0.,
          HypothesisTestData[\"Cramer\", n_, x_] :> With[{k = N[Range[0, 40]], e2 = Exp[-#^2/4] (#/2)^1.5 (BesselK[1/4, #^2/4] + BesselK[3/4, #^2/4])/Sqrt[N[Pi]] &, e3 = Exp[-#^2/4] (#/2)^2.5 (2 BesselK[1/4, #^2/4] + 3 BesselK[3/4, #^2/4] - BesselK[5/4, #^2/4])/Sqrt[N[Pi]] &, s = 2 Sqrt[x]}, With[{j = Select[k, (4 # + 1)^2/(16 x) < 300 &]}, Clip[1 - (1 + 1/(12 n)) Total[Gamma[# + 1/2]/Gamma[# + 1]/(N[Pi]^1.5 Sqrt[x]) Sqrt[4 # + 1] Exp[-(4 # + 1)^2/(16 x)] BesselK[1/4, (4 # + 1)^2/(16 x)] & /@ j] + Total[With[{m = 2 # + 1, g = Gamma[# + 1/2]}, (m g e2[(4 # + 3)/s]/(9 x^0.75) + g e3[(4 # + 1)/s]/(72 x^1.25) + 2 (m + 2) Gamma[# + 3/2] e3[(4 # + 5)/s]/(12 x^1.25) + 7 m g e2[(4 # + 1)/s]/(144 x^0.75) + 7 m g e2[(4 # + 5)/s]/(144 x^0.75))/(N[Pi] Gamma[# + 1])] & /@ j]/n, {0., 1.}]]],
          HypothesisTestData[\"DickeyFuller\", m_, t_] :> With[{c = Switch[m, \"None\", {-1.04, -19.04, 1.51, {0.6344, 1.2378, 0.032496}, {0.4797, 0.93557, -0.06999, 0.033066}}, \"Constant\", {-1.61, -18.83, 2.74, {2.1659, 1.4412, 0.038269}, {1.7339, 0.93202, -0.12745, -0.010368}}, _, {-2.89, -16.18, 0.7, {3.2512, 1.6047, 0.049588}, {2.5261, 0.61654, -0.37956, -0.060285}}]}, Which[t > c[[3]], 1., t < c[[2]], 0., True, 1 - HypothesisTestData[\"Tail\", If[t <= c[[1]], c[[4]], c[[5]]] . t^Range[0, If[t <= c[[1]], 2, 3]]]]]}",
        "HypothesisTestData[...] is what a test of a hypothesis, asked for \
         \"HypothesisTestData\", has found: h[\"PValue\"], h[\"TestStatistic\"], \
         h[\"TestConclusion\"] and the other of h[\"Properties\"] tell of it. SignificanceLevel \
         -> a, 0.05 if it is not given, is below which probability a hypothesis is rejected.",
        &[
            ("SignTest[{1, 2, 3, 4, 5, 6}, 0, \"HypothesisTestData\"][\"PValue\"]", "0.03125"),
            ("SignTest[{1, 2, 3, 4, 5, 6}, 0, \"HypothesisTestData\"][\"ShortTestConclusion\"]", "\"Reject\""),
        ],
    ),
    written!(
        "SignTest",
        NONE,
        "{SignTest[d_] :> SignTest[d, 0],
          SignTest[d_, m_, o : Rule[_, _] ...] /; !MatchQ[m, _Rule] :> SignTest[d, m, \"PValue\", o],
          SignTest[{a_List, b_List}, m_?NumericQ, w_String, o___] /; Length[a] == Length[b] :> SignTest[a - b, m, w, o],
          SignTest[d_List, m_?NumericQ, w_String, o___] /; VectorQ[d, NumericQ] && d =!= {} :> With[{k = Count[d, $x_ /; $x > m], n = Count[d, $x_ /; $x != m]}, With[{b = BinomialDistribution[n, 1/2]}, HypothesisTestData[\"Answer\", \"Sign\", {k, N[If[n == 0, 1, Switch[AlternativeHypothesis /. {o}, \"Greater\", 1 - CDF[b, k - 1], \"Less\", CDF[b, k], _, Min[1, 2 CDF[b, Min[k, n - k]]]]]]}, w, o]]]}",
        "SignTest[data, m] is the probability that data with the median m would have as few on \
         one of its sides, by the binomial distribution; SignTest[{a, b}, m] that of the \
         differences of pairs. A third argument asks for \"TestStatistic\", \"TestConclusion\" \
         or others of HypothesisTestData; AlternativeHypothesis is \"Unequal\", \"Greater\" or \
         \"Less\".",
        &[
            ("SignTest[{1, 2, 3, 4, 5, 6}]", "0.03125"),
            ("SignTest[{1, 2, 3, -1}, 0, \"TestStatistic\"]", "3"),
        ],
    ),
    written!(
        "SignedRankTest",
        NONE,
        "{SignedRankTest[d_] :> SignedRankTest[d, 0],
          SignedRankTest[d_, m_, o : Rule[_, _] ...] /; !MatchQ[m, _Rule] :> SignedRankTest[d, m, \"PValue\", o],
          SignedRankTest[{a_List, b_List}, m_?NumericQ, w_String, o___] /; Length[a] == Length[b] :> SignedRankTest[a - b, m, w, o],
          SignedRankTest[d_List, m_?NumericQ, w_String, o___] /; VectorQ[d, NumericQ] && AnyTrue[d, # != m &] :> With[{x = DeleteCases[N[d - m], 0.]}, With[{r = HypothesisTestData[\"Ranks\", Abs[x]], n = Length[x]}, With[{s = r . Boole[# > 0 & /@ x]}, HypothesisTestData[\"Answer\", \"Signed-Rank\", {N[s], If[n <= 50 && Length[Union[r]] == Length[r], With[{c = Accumulate[Fold[PadRight[#1, Length[#1] + #2] + PadLeft[#1, Length[#1] + #2] &, {1}, Range[n]]]/2^n, i = Round[s], z = n (n + 1)/2}, N[Switch[AlternativeHypothesis /. {o}, \"Greater\", c[[z - i + 1]], \"Less\", c[[i + 1]], _, Min[1, 2 c[[Min[i, z - i] + 1]]]]]], HypothesisTestData[\"Normal\", s - n (n + 1)/4., Sqrt[n (n + 1) (2 n + 1)/24. - Total[Last /@ Tally[r] /. $k_Integer :> $k^3 - $k]/48.], 0.5, o]]}, w, o]]]]}",
        "SignedRankTest[data, m] is the probability that symmetric data with the median m would \
         have ranks as uneven on its sides (Wilcoxon); SignedRankTest[{a, b}, m] that of the \
         differences of pairs. It is exact for 50 data without ties, else by the normal \
         distribution.",
        &[
            ("SignedRankTest[{1, 2, 3, 4, 5}]", "0.0625"),
            ("SignedRankTest[{1, 2, -3}, 0, \"TestStatistic\"]", "3."),
        ],
    ),
    written!(
        "MannWhitneyTest",
        NONE,
        "{MannWhitneyTest[d_] :> MannWhitneyTest[d, 0],
          MannWhitneyTest[d_, m_, o : Rule[_, _] ...] /; !MatchQ[m, _Rule] :> MannWhitneyTest[d, m, \"PValue\", o],
          MannWhitneyTest[{a_List, b_List}, m_?NumericQ, w_String, o___] /; a =!= {} && b =!= {} && VectorQ[Join[a, b], NumericQ] :> With[{r = HypothesisTestData[\"Ranks\", N[Join[a - m, b]]], k = Length[a], l = Length[b]}, With[{u = Total[Take[r, k]] - k (k + 1)/2, n = k + l}, HypothesisTestData[\"Answer\", \"Mann-Whitney\", {N[u], If[n <= 50 && Length[Union[r]] == Length[r], With[{c = Accumulate[CoefficientList[Cancel[Product[(1 - $q^(l + $i))/(1 - $q^$i), {$i, k}]], $q]]/Binomial[n, k], i = Round[u]}, N[Switch[AlternativeHypothesis /. {o}, \"Greater\", c[[k l - i + 1]], \"Less\", c[[i + 1]], _, Min[1, 2 c[[Min[i, k l - i] + 1]]]]]], HypothesisTestData[\"Normal\", u - k l/2., Sqrt[k l/12. (n + 1 - Total[Last /@ Tally[r] /. $t_Integer :> $t^3 - $t]/(n (n - 1)))], 0.5, o]]}, w, o]]]}",
        "MannWhitneyTest[{a, b}, m] is the probability that two samples whose medians differ by \
         m would have ranks as uneven. It is exact for 50 data without ties, else by the normal \
         distribution with a correction for ties.",
        &[
            ("MannWhitneyTest[{{1, 2, 3}, {4, 5, 6}}]", "0.1"),
            ("MannWhitneyTest[{{1, 2, 3}, {4, 5, 6}}, 0, \"TestStatistic\"]", "0."),
        ],
    ),
    written!(
        "KruskalWallisTest",
        NONE,
        "{KruskalWallisTest[d_, o : Rule[_, _] ...] :> KruskalWallisTest[d, \"PValue\", o],
          KruskalWallisTest[d : {_List, __List}, w_String, o___] /; VectorQ[Join @@ d, NumericQ] && FreeQ[Length /@ d, 0] && Length[Union[Join @@ d]] > 1 :> With[{r = HypothesisTestData[\"Ranks\", N[Join @@ d]], n = Length[Join @@ d], c = Accumulate[Prepend[Length /@ d, 0]]}, With[{h = (12/(n (n + 1)) Total[MapThread[Total[Take[r, {#1 + 1, #2}]]^2/(#2 - #1) &, {Most[c], Rest[c]}]] - 3 (n + 1))/(1 - Total[Last /@ Tally[r] /. $t_Integer :> $t^3 - $t]/(n^3 - n))}, HypothesisTestData[\"Answer\", \"Kruskal-Wallis\", {N[h], N[SurvivalFunction[ChiSquareDistribution[Length[d] - 1], N[h]]]}, w, o]]]}",
        "KruskalWallisTest[{a, b, ...}] is the probability that samples with the same median \
         would have ranks as uneven, by the chi-square distribution.",
        &[
            ("Round[KruskalWallisTest[{{1, 2, 3}, {4, 5, 6}}], 10^-4]", "99/2000"),
            ("KruskalWallisTest[{{1, 2, 3}, {4, 5, 6}}, \"TestStatistic\"]", "3.857142857142857"),
        ],
    ),
    written!(
        "FriedmanRankTest",
        NONE,
        "{FriedmanRankTest[d_, o : Rule[_, _] ...] :> FriedmanRankTest[d, \"PValue\", o],
          FriedmanRankTest[d_?MatrixQ, w_String, o___] /; VectorQ[Flatten[d], NumericQ] && Min[Dimensions[d]] > 1 :> With[{r = HypothesisTestData[\"Ranks\", N[#]] & /@ d, n = Length[d], k = Length[First[d]]}, With[{t = Total[Total[Last /@ Tally[#] /. $t_Integer :> $t^3 - $t] & /@ r]}, With[{q = (12/(n k (k + 1)) Total[Total[r]^2] - 3 n (k + 1))/(1 - t/(n k (k^2 - 1)))}, HypothesisTestData[\"Answer\", \"Friedman\", {N[q], N[SurvivalFunction[ChiSquareDistribution[k - 1], N[q]]]}, w, o]]]]}",
        "FriedmanRankTest[m] is the probability that treatments, the columns of a matrix, that \
         do the same in each of its rows would have ranks as uneven, by the chi-square \
         distribution.",
        &[
            ("FriedmanRankTest[{{1, 2, 3}, {1, 2, 3}, {1, 2, 3}}, \"TestStatistic\"]", "6."),
            ("Round[FriedmanRankTest[{{1, 2, 3}, {1, 2, 3}, {1, 2, 3}}], 10^-4]", "249/5000"),
        ],
    ),
    written!(
        "PairedTTest",
        NONE,
        "{PairedTTest[d_] :> PairedTTest[d, 0],
          PairedTTest[{a_List, b_List}, m_, o___] /; Length[a] == Length[b] :> TTest[a - b, m, o],
          PairedTTest[d_List, m_, o___] /; VectorQ[d, NumericQ] :> TTest[d, m, o]}",
        "PairedTTest[{a, b}, m] is TTest[a - b, m]: that of the differences of pairs.",
        &[
            ("PairedTTest[{{2, 4, 6}, {1, 2, 3}}, 2]", "1."),
            ("PairedTTest[{{1, 2, 4}, {0, 1, 2}}, 0, \"DegreesOfFreedom\"]", "2."),
        ],
    ),
    written!(
        "PairedZTest",
        NONE,
        "{PairedZTest[d_, v_] :> PairedZTest[d, v, 0],
          PairedZTest[{a_List, b_List}, v_, m_, o___] /; Length[a] == Length[b] :> ZTest[a - b, v, m, o]}",
        "PairedZTest[{a, b}, v, m] is ZTest[a - b, v, m]: that of the differences of pairs, \
         whose variance is known.",
        &[
            ("PairedZTest[{{2, 4}, {1, 3}}, 1, 1]", "1."),
            ("Round[PairedZTest[{{2, 4}, {1, 3}}, 1], 10^-3]", "157/1000"),
        ],
    ),
    written!(
        "VarianceTest",
        NONE,
        "{VarianceTest[d_] :> VarianceTest[d, 1],
          VarianceTest[d_, v_, o : Rule[_, _] ...] /; !MatchQ[v, _Rule] :> VarianceTest[d, v, \"PValue\", o],
          VarianceTest[{a_List, b_List}, v_?NumericQ, w_String, o___] :> FisherRatioTest[{a/Sqrt[v], b}, 1, w, o],
          VarianceTest[d_List, v_?NumericQ, w_String, o___] /; VectorQ[d, NumericQ] && Length[d] > 1 && v > 0 :> With[{s = N[(Length[d] - 1) Variance[d]/v], c = ChiSquareDistribution[Length[d] - 1]}, HypothesisTestData[\"Answer\", \"Fisher Ratio\", {s, HypothesisTestData[\"Sides\", N[CDF[c, s]], N[SurvivalFunction[c, s]], o]}, w, o]]}",
        "VarianceTest[data, v] is the probability that normal data with the variance v would \
         vary as much or as little, by the chi-square distribution; VarianceTest[{a, b}, v] \
         that two samples have variances in the ratio v, by FisherRatioTest.",
        &[
            ("Round[VarianceTest[{1, 2, 3, 4, 5}, 1], 10^-4]", "809/10000"),
            ("VarianceTest[{1, 2, 3}, 2, \"TestStatistic\"]", "1."),
        ],
    ),
    written!(
        "LeveneTest",
        NONE,
        "{LeveneTest[d_, o : Rule[_, _] ...] :> LeveneTest[d, 1, \"PValue\", o],
          LeveneTest[d_, v_?NumericQ, o : Rule[_, _] ...] :> LeveneTest[d, v, \"PValue\", o],
          LeveneTest[d_, w_String, o___] :> LeveneTest[d, 1, w, o],
          LeveneTest[{a_, r__}, v_?NumericQ, w_String, o___] /; VectorQ[Join[a, r], NumericQ] :> HypothesisTestData[\"Answer\", \"Levene\", HypothesisTestData[\"Spread\", Abs[# - Mean[#]] & /@ N[{a/Sqrt[v], r}]], w, o]}",
        "LeveneTest[{a, b, ...}] is the probability that samples with the same variance would \
         be as unevenly far from their means, by the ratio F; LeveneTest[{a, b}, v] with \
         variances in the ratio v.",
        &[
            ("Round[LeveneTest[{{1, 2, 3, 4}, {1, 5, 9, 20}}], 10^-4]", "959/10000"),
            ("LeveneTest[{{1, 2, 3}, {5, 6, 7}}, \"TestStatistic\"]", "0."),
        ],
    ),
    written!(
        "BrownForsytheTest",
        NONE,
        "{BrownForsytheTest[d_, o : Rule[_, _] ...] :> BrownForsytheTest[d, 1, \"PValue\", o],
          BrownForsytheTest[d_, v_?NumericQ, o : Rule[_, _] ...] :> BrownForsytheTest[d, v, \"PValue\", o],
          BrownForsytheTest[d_, w_String, o___] :> BrownForsytheTest[d, 1, w, o],
          BrownForsytheTest[{a_, r__}, v_?NumericQ, w_String, o___] /; VectorQ[Join[a, r], NumericQ] :> HypothesisTestData[\"Answer\", \"Brown-Forsythe\", HypothesisTestData[\"Spread\", Abs[# - Median[#]] & /@ N[{a/Sqrt[v], r}]], w, o]}",
        "BrownForsytheTest[{a, b, ...}] is the probability that samples with the same variance \
         would be as unevenly far from their medians, by the ratio F; BrownForsytheTest[{a, b}, \
         v] with variances in the ratio v.",
        &[
            ("Round[BrownForsytheTest[{{1, 2, 3, 4}, {1, 5, 9, 20}}], 10^-4]", "593/5000"),
            ("BrownForsytheTest[{{1, 2, 3}, {5, 6, 7}}, \"TestStatistic\"]", "0."),
        ],
    ),
    written!(
        "BartlettTest",
        NONE,
        "{BartlettTest[d_, o : Rule[_, _] ...] :> BartlettTest[d, \"PValue\", o],
          BartlettTest[d : {_List, __List}, w_String, o___] /; VectorQ[Join @@ d, NumericQ] && Min[Length /@ d] > 1 && And @@ (Variance[#] > 0 & /@ d) :> With[{k = Length[d], f = N[Length /@ d] - 1, v = Variance /@ N[d]}, With[{t = (Total[f] Log[f . v/Total[f]] - f . Log[v])/(1 + (Total[1/f] - 1/Total[f])/(3 (k - 1)))}, HypothesisTestData[\"Answer\", \"Bartlett\", {t, N[SurvivalFunction[ChiSquareDistribution[k - 1], t]]}, w, o]]]}",
        "BartlettTest[{a, b, ...}] is the probability that normal samples with the same \
         variance would have variances as different, by the chi-square distribution.",
        &[
            ("Round[BartlettTest[{{1, 2, 3, 4}, {1, 5, 9, 20}}], 10^-4]", "139/10000"),
            ("BartlettTest[{{1, 2, 3}, {5, 6, 7}}]", "1."),
        ],
    ),
    written!(
        "PearsonCorrelationTest",
        NONE,
        "{PearsonCorrelationTest[a_, b_, o : Rule[_, _] ...] :> PearsonCorrelationTest[a, b, \"PValue\", o],
          PearsonCorrelationTest[a_List, b_List, w_String, o___] /; Length[a] == Length[b] > 2 && VectorQ[Join[a, b], NumericQ] && Variance[a] != 0 && Variance[b] != 0 :> With[{r = N[Correlation[a, b]], n = Length[a]}, HypothesisTestData[\"Answer\", \"Pearson Correlation\", {r, HypothesisTestData[\"Student\", r, n - 2, o]}, w, o]]}",
        "PearsonCorrelationTest[a, b] is the probability that independent normal data would \
         have as large a correlation, by Student's t.",
        &[
            ("Round[PearsonCorrelationTest[{1, 2, 3, 4, 5}, {2, 1, 4, 3, 5}], 10^-4]", "1041/10000"),
            ("PearsonCorrelationTest[{1, 2, 3, 4, 5}, {2, 1, 4, 3, 5}, \"TestStatistic\"]", "0.8"),
        ],
    ),
    written!(
        "SpearmanRankTest",
        NONE,
        "{SpearmanRankTest[a_, b_, o : Rule[_, _] ...] :> SpearmanRankTest[a, b, \"PValue\", o],
          SpearmanRankTest[a_List, b_List, w_String, o___] /; Length[a] == Length[b] > 2 && VectorQ[Join[a, b], NumericQ] && Variance[a] != 0 && Variance[b] != 0 :> With[{r = N[Correlation[HypothesisTestData[\"Ranks\", N[a]], HypothesisTestData[\"Ranks\", N[b]]]], n = Length[a]}, HypothesisTestData[\"Answer\", \"Spearman Rank\", {r, HypothesisTestData[\"Student\", r, n - 2, o]}, w, o]]}",
        "SpearmanRankTest[a, b] is the probability that independent data would have as large a \
         correlation of their ranks, by Student's t.",
        &[
            ("Round[SpearmanRankTest[{1, 2, 3, 4, 5}, {5, 6, 7, 8, 7}], 10^-4]", "443/5000"),
            ("SpearmanRankTest[{1, 2, 3}, {1, 4, 2}, \"TestStatistic\"]", "0.5"),
        ],
    ),
    written!(
        "KendallTauTest",
        NONE,
        "{KendallTauTest[a_, b_, o : Rule[_, _] ...] :> KendallTauTest[a, b, \"PValue\", o],
          KendallTauTest[a_List, b_List, w_String, o___] /; Length[a] == Length[b] > 2 && VectorQ[Join[a, b], NumericQ] && Variance[a] != 0 && Variance[b] != 0 :> With[{n = Length[a], t = Last /@ Tally[N[a]], u = Last /@ Tally[N[b]], s = Total[Sign[Flatten[Table[(a[[$i]] - a[[$j]]) (b[[$i]] - b[[$j]]), {$i, 2, Length[a]}, {$j, $i - 1}]]]]}, With[{x = Total[t (t - 1)/2], y = Total[u (u - 1)/2], z = n (n - 1)/2}, With[{v = (n (n - 1) (2 n + 5) - Total[t (t - 1) (2 t + 5)] - Total[u (u - 1) (2 u + 5)])/18 + 2 x y/z + Total[t (t - 1) (t - 2)] Total[u (u - 1) (u - 2)]/(9 n (n - 1) (n - 2))}, HypothesisTestData[\"Answer\", \"Kendall Tau\", {N[s/Sqrt[(z - x) (z - y)]], HypothesisTestData[\"Normal\", N[s], N[Sqrt[v]], 0, o]}, w, o]]]]}",
        "KendallTauTest[a, b] is the probability that independent data would be as often in the \
         same order in both lists, by the normal distribution.",
        &[
            ("KendallTauTest[{1, 2, 3, 4}, {1, 2, 4, 3}, \"TestStatistic\"]", "0.6666666666666666"),
            ("Round[KendallTauTest[{1, 2, 3, 4, 5, 6}, {2, 1, 4, 3, 6, 5}], 10^-4]", "909/10000"),
        ],
    ),
    written!(
        "CorrelationTest",
        NONE,
        "{CorrelationTest[a_] :> CorrelationTest[a, 0],
          CorrelationTest[a_, r_?NumericQ, o : Rule[_, _] ...] :> CorrelationTest[a, r, \"PValue\", o],
          CorrelationTest[d_?MatrixQ, c_?NumericQ, w_String, o___] /; Last[Dimensions[d]] == 2 && Length[d] > 3 && -1 < c < 1 :> With[{r = N[Correlation[d[[All, 1]], d[[All, 2]]]], n = Length[d]}, HypothesisTestData[\"Answer\", \"Fisher Z\", {r, HypothesisTestData[\"Normal\", (ArcTanh[r] - ArcTanh[N[c]]) Sqrt[n - 3.], 1, 0, o]}, w, o]]}",
        "CorrelationTest[pairs, r] is the probability that pairs of normal data with the \
         correlation r would have one as far from it, by Fisher's z.",
        &[
            ("CorrelationTest[{{1, 2}, {2, 1}, {3, 4}, {4, 3}, {5, 5}}, 0, \"TestStatistic\"]", "0.8"),
            ("Round[CorrelationTest[{{1, 2}, {2, 1}, {3, 4}, {4, 3}, {5, 5}}, 0], 10^-4]", "1203/10000"),
        ],
    ),
    written!(
        "IndependenceTest",
        NONE,
        "{IndependenceTest[a_, b_, o : Rule[_, _] ...] :> IndependenceTest[a, b, \"PValue\", o],
          IndependenceTest[a_List, b_List, w_String, o___] /; Length[a] == Length[b] > 2 && VectorQ[Join[a, b], NumericQ] :> If[Length[a] > 7 && Min[JarqueBeraALMTest[a], JarqueBeraALMTest[b]] >= 0.05, PearsonCorrelationTest, SpearmanRankTest][a, b, w, o]}",
        "IndependenceTest[a, b] is the probability that independent data would depend on each \
         other as much: PearsonCorrelationTest if both look normal, else SpearmanRankTest.",
        &[
            ("Round[IndependenceTest[{1, 2, 3, 4, 5}, {5, 6, 7, 8, 7}], 10^-4]", "443/5000"),
            ("IndependenceTest[{1, 2, 3}, {1, 4, 2}, \"TestStatistic\"]", "0.5"),
        ],
    ),
    written!(
        "LocationTest",
        NONE,
        "{LocationTest[d_] :> LocationTest[d, 0],
          LocationTest[d_, m_, o : Rule[_, _] ...] /; !MatchQ[m, _Rule] :> LocationTest[d, m, \"PValue\", o],
          LocationTest[d_List, m_, w_, o___] :> With[{n = If[VectorQ[d], Length[d] < 8 || JarqueBeraALMTest[d] >= 0.05, And @@ (Length[#] < 8 || JarqueBeraALMTest[#] >= 0.05 & /@ d)]}, Which[n && MemberQ[{\"PValue\", \"TestStatistic\"}, w], TTest[d, m, w, o], VectorQ[d], SignedRankTest[d, m, w, o], True, MannWhitneyTest[d, m, w, o]]]}",
        "LocationTest[data, m] is the probability that data with the mean or median m would be \
         as far from it: TTest if the data look normal, else SignedRankTest or, of two samples, \
         MannWhitneyTest.",
        &[
            ("LocationTest[{1., 2., 3.}, 2]", "1."),
            ("LocationTest[{1, 2, 3}, 2, \"TestStatistic\"]", "0."),
        ],
    ),
    written!(
        "LocationEquivalenceTest",
        NONE,
        "{LocationEquivalenceTest[d_, o : Rule[_, _] ...] :> LocationEquivalenceTest[d, \"PValue\", o],
          LocationEquivalenceTest[d : {_List, __List}, w_String, o___] /; VectorQ[Join @@ d, NumericQ] :> If[And @@ (Length[#] < 8 || JarqueBeraALMTest[#] >= 0.05 & /@ d) && Min[Length /@ d] > 1, HypothesisTestData[\"Answer\", \"K-Sample T\", HypothesisTestData[\"Spread\", N[d]], w, o], KruskalWallisTest[d, w, o]]}",
        "LocationEquivalenceTest[{a, b, ...}] is the probability that samples with the same \
         mean would have means as different: the analysis of variance if they look normal, else \
         KruskalWallisTest.",
        &[
            ("Round[LocationEquivalenceTest[{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}], 10^-4]", "1/1000"),
            ("LocationEquivalenceTest[{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, \"TestStatistic\"]", "27."),
        ],
    ),
    written!(
        "VarianceEquivalenceTest",
        NONE,
        "{VarianceEquivalenceTest[d_, o : Rule[_, _] ...] :> VarianceEquivalenceTest[d, \"PValue\", o],
          VarianceEquivalenceTest[d : {_List, __List}, w_String, o___] /; VectorQ[Join @@ d, NumericQ] :> If[And @@ (Length[#] < 8 || JarqueBeraALMTest[#] >= 0.05 & /@ d), BartlettTest[d, w, o], BrownForsytheTest[d, w, o]]}",
        "VarianceEquivalenceTest[{a, b, ...}] is the probability that samples with the same \
         variance would have variances as different: BartlettTest if they look normal, else \
         BrownForsytheTest.",
        &[
            ("Round[VarianceEquivalenceTest[{{1, 2, 3, 4}, {1, 5, 9, 20}}], 10^-4]", "139/10000"),
            ("VarianceEquivalenceTest[{{1, 2, 3}, {5, 6, 7}}]", "1."),
        ],
    ),
    written!(
        "FisherRatioTest",
        NONE,
        "{FisherRatioTest[d_] :> FisherRatioTest[d, 1, \"PValue\"],
          FisherRatioTest[d_, v_?NumericQ, o : Rule[_, _] ...] :> FisherRatioTest[d, v, \"PValue\", o],
          FisherRatioTest[d_List, v_?NumericQ, w_String, o___] /; VectorQ[d, NumericQ] :> VarianceTest[d, v, w, o],
          FisherRatioTest[{a_List, b_List}, v_?NumericQ, w_String, o___] /; VectorQ[Join[a, b], NumericQ] && Length[a] > 1 && Length[b] > 1 && Variance[b] != 0 && v > 0 :> With[{f = N[Variance[a]/Variance[b]/v], d = FRatioDistribution[Length[a] - 1, Length[b] - 1]}, HypothesisTestData[\"Answer\", \"Fisher Ratio\", {f, HypothesisTestData[\"Sides\", N[CDF[d, f]], N[SurvivalFunction[d, f]], o]}, w, o]]}",
        "FisherRatioTest[{a, b}] is the probability that two samples of normal data with the \
         same variance would have variances that differ as much, by their ratio; \
         FisherRatioTest[{a, b}, v] for variances in the ratio v, FisherRatioTest[data, v] for \
         a sample and a variance.",
        &[
            ("FisherRatioTest[{{1, 2, 3}, {4, 5, 6}}]", "1."),
            ("Round[FisherRatioTest[{{1, 2, 3, 4}, {1, 5, 9, 20}}], 1/10000]", "8/625"),
        ],
    ),
];
