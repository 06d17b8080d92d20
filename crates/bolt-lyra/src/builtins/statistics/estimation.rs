//! Parameters of distributions from data, and how likely data are.

use super::super::Builtin;
use crate::definition::Attributes;

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    written!(
        "Likelihood",
        NONE,
        "{Likelihood[d_, x_List] /; DistributionParameterQ[d] && VectorQ[x] :> Times @@ (PDF[d, #] & /@ x)}",
        "Likelihood[distribution, data] is the product of the densities at the data.",
        &[
            ("Likelihood[PoissonDistribution[1], {0, 1}]", "E^-2"),
            ("Likelihood[UniformDistribution[{0, 2}], {1, 1, 5}]", "0"),
        ],
    ),
    written!(
        "LogLikelihood",
        NONE,
        "{LogLikelihood[d_, x_List] /; DistributionParameterQ[d] && VectorQ[x] :> Total[PowerExpand[Log[PDF[d, #]]] & /@ x]}",
        "LogLikelihood[distribution, data] is the sum of the logarithms of the densities at the \
         data.",
        &[
            ("LogLikelihood[ExponentialDistribution[l], {1, 3}]", "-(4*l) + 2*Log[l]"),
            ("LogLikelihood[BernoulliDistribution[1/2], {0, 1}]", "-(2*Log[2])"),
        ],
    ),
    written!(
        "FindDistributionParameters",
        NONE,
        "{FindDistributionParameters[x_List, NormalDistribution[m_Symbol, s_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} :> {m -> Mean[N[x]], s -> Sqrt[CentralMoment[N[x], 2]]},
          FindDistributionParameters[x_List, NormalDistribution[m_?NumericQ, s_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} :> {s -> Sqrt[Mean[(N[x] - m)^2]]},
          FindDistributionParameters[x_List, NormalDistribution[m_Symbol, _?NumericQ]] /; VectorQ[x, NumericQ] && x =!= {} :> {m -> Mean[N[x]]},
          FindDistributionParameters[x_List, LogNormalDistribution[m_Symbol, s_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && Min[x] > 0 :> {m -> Mean[Log[N[x]]], s -> Sqrt[CentralMoment[Log[N[x]], 2]]},
          FindDistributionParameters[x_List, ExponentialDistribution[l_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && Min[x] >= 0 && Max[x] > 0 :> {l -> 1/Mean[N[x]]},
          FindDistributionParameters[x_List, PoissonDistribution[m_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && VectorQ[x, IntegerQ] && Min[x] >= 0 :> {m -> Mean[N[x]]},
          FindDistributionParameters[x_List, BernoulliDistribution[p_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && SubsetQ[{0, 1}, x] :> {p -> Mean[N[x]]},
          FindDistributionParameters[x_List, GeometricDistribution[p_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && VectorQ[x, IntegerQ] && Min[x] >= 0 :> {p -> 1/(1 + Mean[N[x]])},
          FindDistributionParameters[x_List, BinomialDistribution[n_Integer, p_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && VectorQ[x, IntegerQ] && 0 <= Min[x] && Max[x] <= n :> {p -> Mean[N[x]]/n},
          FindDistributionParameters[x_List, NegativeBinomialDistribution[n_?NumericQ, p_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && VectorQ[x, IntegerQ] && Min[x] >= 0 :> {p -> n/(n + Mean[N[x]])},
          FindDistributionParameters[x_List, UniformDistribution[{a_Symbol, b_Symbol}]] /; VectorQ[x, NumericQ] && x =!= {} && Min[x] < Max[x] :> {a -> Min[N[x]], b -> Max[N[x]]},
          FindDistributionParameters[x_List, DiscreteUniformDistribution[{a_Symbol, b_Symbol}]] /; VectorQ[x, NumericQ] && x =!= {} && VectorQ[x, IntegerQ] :> {a -> Min[x], b -> Max[x]},
          FindDistributionParameters[x_List, LaplaceDistribution[m_Symbol, b_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} :> {m -> Median[N[x]], b -> Mean[Abs[N[x] - Median[N[x]]]]},
          FindDistributionParameters[x_List, ParetoDistribution[k_Symbol, a_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && 0 < Min[x] < Max[x] :> {k -> Min[N[x]], a -> Length[x]/Total[Log[N[x]/Min[N[x]]]]},
          FindDistributionParameters[x_List, RayleighDistribution[s_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && Min[x] >= 0 :> {s -> Sqrt[Mean[N[x]^2]/2]},
          FindDistributionParameters[x_List, MaxwellDistribution[s_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && Min[x] >= 0 :> {s -> Sqrt[Mean[N[x]^2]/3]},
          FindDistributionParameters[x_List, HalfNormalDistribution[t_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && Min[x] >= 0 :> {t -> Sqrt[N[Pi]/2]/Sqrt[Mean[N[x]^2]]},
          FindDistributionParameters[x_List, GammaDistribution[a_Symbol, b_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && 0 < Min[x] < Max[x] :> With[{c = Log[Mean[N[x]]] - Mean[Log[N[x]]]}, With[{k = $k /. FindRoot[Log[$k] - PolyGamma[0, $k] == c, {$k, (3 - c + Sqrt[(c - 3)^2 + 24 c])/(12 c)}]}, {a -> k, b -> Mean[N[x]]/k}]],
          FindDistributionParameters[x_List, WeibullDistribution[a_Symbol, b_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && 0 < Min[x] < Max[x] :> With[{y = Log[N[x]/Mean[N[x]]]}, With[{k = $k /. FindRoot[1/$k + Mean[y] - Total[E^($k y) y]/Total[E^($k y)], {$k, 1.2/Sqrt[CentralMoment[y, 2]]}]}, {a -> k, b -> Mean[N[x]] Mean[E^(k y)]^(1/k)}]],
          FindDistributionParameters[x_List, BetaDistribution[a_Symbol, b_Symbol]] /; VectorQ[x, NumericQ] && x =!= {} && 0 < Min[x] < Max[x] < 1 :> With[{m = Mean[N[x]], v = CentralMoment[N[x], 2], g = Mean[Log[N[x]]], h = Mean[Log[1 - N[x]]]}, With[{t = m (1 - m)/v - 1}, {a -> $a, b -> $b} /. FindRoot[{PolyGamma[0, $a] - PolyGamma[0, $a + $b] == g, PolyGamma[0, $b] - PolyGamma[0, $a + $b] == h}, {{$a, m t}, {$b, (1 - m) t}}]]]}",
        "FindDistributionParameters[data, distribution] is a list of rules for the symbols among \
         the parameters that make the data most likely.",
        &[
            (
                "FindDistributionParameters[{1, 2, 3, 4, 5}, NormalDistribution[m, s]]",
                "{m -> 3., s -> 1.4142135623730951}",
            ),
            ("FindDistributionParameters[{1, 2, 6}, PoissonDistribution[m]]", "{m -> 3.}"),
        ],
    ),
    written!(
        "EstimatedDistribution",
        NONE,
        "{EstimatedDistribution[x_List, d_] :> With[{p = FindDistributionParameters[x, d]}, (d /. p) /; ListQ[p]]}",
        "EstimatedDistribution[data, distribution] is the distribution with the parameters that \
         make the data most likely.",
        &[
            (
                "EstimatedDistribution[{1, 2, 3}, ExponentialDistribution[l]]",
                "ExponentialDistribution[0.5]",
            ),
            (
                "EstimatedDistribution[{1, 5, 2}, UniformDistribution[{a, b}]]",
                "UniformDistribution[{1., 5.}]",
            ),
        ],
    ),
];
