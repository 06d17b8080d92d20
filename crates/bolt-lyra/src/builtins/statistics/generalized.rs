//! Generalized linear models, by iterated least squares (Nelder and Wedderburn 1972), and the
//! principal components of data.

use crate::builtins::Builtin;
use crate::definition::Attributes;

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    written!(
        "GeneralizedLinearModelFit",
        NONE,
        "{GeneralizedLinearModelFit[\"Link\", \"LogitLink\"] :> {1/(1 + E^(-#)) &, E^(-#)/(1 + E^(-#))^2 &, Log[#/(1 - #)] &},
          GeneralizedLinearModelFit[\"Link\", \"ProbitLink\"] :> {Erfc[-#/Sqrt[2]]/2 &, E^(-#^2/2)/Sqrt[2 Pi] &, -Sqrt[2] InverseErfc[2 #] &},
          GeneralizedLinearModelFit[\"Link\", \"LogLink\"] :> {E^# &, E^# &, Log},
          GeneralizedLinearModelFit[\"Link\", \"IdentityLink\"] :> {# &, 1 + 0 # &, # &},
          GeneralizedLinearModelFit[\"Link\", \"InverseLink\"] :> {1/# &, -1/#^2 &, 1/# &},
          GeneralizedLinearModelFit[\"Link\", _] :> $Failed,
          GeneralizedLinearModelFit[\"Family\", \"Binomial\"] :> {\"LogitLink\", # (1 - #) &, (# + 1/2)/2 &, 2 Total[If[# > 0, # Log[#/#2], 0] + If[# < 1, (1 - #) Log[(1 - #)/(1 - #2)], 0] & @@@ Transpose[{#1, #2}]] &, 0 <= Min[#] && Max[#] <= 1 &},
          GeneralizedLinearModelFit[\"Family\", \"Poisson\"] :> {\"LogLink\", # &, # + 1/10 &, 2 Total[If[# > 0, # Log[#/#2], 0] - # + #2 & @@@ Transpose[{#1, #2}]] &, Min[#] >= 0 &},
          GeneralizedLinearModelFit[\"Family\", \"Gaussian\"] :> {\"IdentityLink\", 1 + 0 # &, # &, Total[(#1 - #2)^2] &, True &},
          GeneralizedLinearModelFit[\"Family\", \"Gamma\"] :> {\"InverseLink\", #^2 &, # &, 2 Total[(#1 - #2)/#2 - Log[#1/#2]] &, Min[#] > 0 &},
          GeneralizedLinearModelFit[\"Family\", _] :> $Failed,
          GeneralizedLinearModelFit[\"Solve\", x_, y_, k_, f_] :> FixedPoint[With[{e = x . #}, With[{m = k[[1]][e], g = k[[2]][e]}, With[{w = g^2/f[[2]][m]}, LinearSolve[Transpose[x] . (w x), Transpose[x] . (w e + g (y - m)/f[[2]][m])]]]] &, LeastSquares[x, N[k[[3]][f[[3]][y]]]], 60, SameTest -> (Max[Abs[#1 - #2]] < 10^-11 (1 + Max[Abs[#2]]) &)],
          GeneralizedLinearModelFit[d_List, b_, v_, o : Rule[_, _] ...] :> With[{m = LinearModelFit[d, b, v, Sequence @@ Select[{o}, #[[1]] === IncludeConstantBasis &]], f = GeneralizedLinearModelFit[\"Family\", ExponentialFamily /. {o} /. ExponentialFamily -> \"Gaussian\"]}, GeneralizedLinearModelFit[\"Model\", m, f, LinkFunction /. {o} /. LinkFunction | Automatic -> f[[1]], ExponentialFamily /. {o} /. ExponentialFamily -> \"Gaussian\"] /; Head[m] === FittedModel && ListQ[f]],
          GeneralizedLinearModelFit[\"Model\", m_, f_, l_, n_] /; f[[5]][m[\"Response\"]] :> With[{x = m[\"DesignMatrix\"], y = m[\"Response\"], k = GeneralizedLinearModelFit[\"Link\", l]}, With[{b = GeneralizedLinearModelFit[\"Solve\", x, y, k, f]}, With[{e = x . b}, With[{u = k[[1]][e], g = k[[2]][e]}, With[{w = g^2/f[[2]][u], p = Length[b], c = Length[y]}, With[{s = If[MemberQ[{\"Binomial\", \"Poisson\"}, n], 1., Total[(y - u)^2/f[[2]][u]]/(c - p)], z = f[[4]][y, u], nul = f[[4]][y, ConstantArray[Mean[y], c]]}, With[{q = s Inverse[Transpose[x] . (w x)]}, With[{r = Sqrt[Diagonal[q]], ll = Switch[n, \"Binomial\", Total[If[# > 0, # Log[#2], 0] + If[# < 1, (1 - #) Log[1 - #2], 0] & @@@ Transpose[{y, u}]], \"Poisson\", Total[y Log[u] - u - Log[Gamma[y + 1]]], \"Gaussian\", -c/2 (Log[2 Pi z/c] + 1), _, With[{h = c/z}, Total[h Log[h y/u] - h y/u - Log[y] - Log[Gamma[h]]]]]}, With[{a = <|\"Type\" -> \"GeneralizedLinear\", \"BestFit\" -> k[[1]][b . m[\"BasisFunctions\"]], \"BestFitParameters\" -> b, \"BasisFunctions\" -> m[\"BasisFunctions\"], \"Variables\" -> (List @@ m)[[1]][\"Variables\"], \"DesignMatrix\" -> x, \"Response\" -> y, \"PredictedResponse\" -> u, \"LinearPredictor\" -> e, \"HasConstant\" -> True, \"CovarianceMatrix\" -> q, \"ParameterErrors\" -> r, \"ParameterZStatistics\" -> b/r, \"ParameterPValues\" -> Erfc[Abs[b/r]/Sqrt[2.]], \"EstimatedDispersion\" -> s, \"Deviance\" -> z, \"NullDeviance\" -> nul, \"LogLikelihood\" -> ll, \"AIC\" -> 2 p - 2 ll, \"BIC\" -> p Log[N[c]] - 2 ll, \"ParameterConfidenceIntervals\" -> Transpose[{b - 1.959963984540054 r, b + 1.959963984540054 r}]|>}, FittedModel[a] /; VectorQ[b, NumericQ]]]]]]]]]]}",
        "GeneralizedLinearModelFit[data, {f1, f2, ...}, vars, ExponentialFamily -> family] is a \
         FittedModel of the function of a link of a constant and multiples of the fi that makes \
         the data most likely, by iterated least squares. The family is \"Gaussian\", \
         \"Binomial\", \"Poisson\" or \"Gamma\", LinkFunction -> link one of \"LogitLink\", \
         \"ProbitLink\", \"LogLink\", \"InverseLink\" and \"IdentityLink\"; else it is that of \
         the family. The model tells \"Deviance\", \"LogLikelihood\", \"AIC\", \
         \"ParameterErrors\", \"ParameterPValues\" and others.",
        &[
            ("Round[GeneralizedLinearModelFit[{{0, 1}, {1, 2}, {2, 7}, {3, 15}}, x, x, ExponentialFamily -> \"Poisson\"][\"BestFitParameters\"], 10^-4]", "{-(103/5000), 4593/5000}"),
            ("Round[GeneralizedLinearModelFit[{{0, 1}, {1, 3}, {2, 6}}, x, x][\"BestFitParameters\"], 10^-6]", "{833333/1000000, 5/2}"),
        ],
    ),
    written!(
        "LogitModelFit",
        NONE,
        "{LogitModelFit[d_, b_, v_, o___] :> With[{m = GeneralizedLinearModelFit[d, b, v, ExponentialFamily -> \"Binomial\", LinkFunction -> \"LogitLink\", o]}, m /; Head[m] === FittedModel]}",
        "LogitModelFit[data, {f1, f2, ...}, vars] is a FittedModel 1/(1 + E^-(b0 + b1 f1 + \
         ...)) of the probability of values 0 and 1.",
        &[
            ("Round[LogitModelFit[{{1, 0}, {2, 0}, {3, 1}, {4, 0}, {5, 1}, {6, 1}}, x, x][\"BestFitParameters\"], 10^-4]", "{-(42491/10000), 607/500}"),
            ("Round[LogitModelFit[{{1, 0}, {2, 0}, {3, 1}, {4, 0}, {5, 1}, {6, 1}}, x, x][3], 10^-4]", "3527/10000"),
        ],
    ),
    written!(
        "ProbitModelFit",
        NONE,
        "{ProbitModelFit[d_, b_, v_, o___] :> With[{m = GeneralizedLinearModelFit[d, b, v, ExponentialFamily -> \"Binomial\", LinkFunction -> \"ProbitLink\", o]}, m /; Head[m] === FittedModel]}",
        "ProbitModelFit[data, {f1, f2, ...}, vars] is a FittedModel of the probability of \
         values 0 and 1, the normal distribution function of b0 + b1 f1 + ...",
        &[
            ("Round[ProbitModelFit[{{1, 0}, {2, 0}, {3, 1}, {4, 0}, {5, 1}, {6, 1}}, x, x][\"BestFitParameters\"], 10^-4]", "{-(1662/625), 3799/5000}"),
            ("Round[ProbitModelFit[{{1, 0}, {2, 0}, {3, 1}, {4, 0}, {5, 1}, {6, 1}}, x, x][7/2], 10^-6]", "1/2"),
        ],
    ),
    written!(
        "PrincipalComponents",
        NONE,
        "{PrincipalComponents[m_?MatrixQ, Method -> \"Correlation\"] /; VectorQ[Flatten[m], NumericQ] && Length[m] > 1 && And @@ (Variance[#] != 0 & /@ Transpose[m]) :> PrincipalComponents[\"Scores\", Standardize[N[m]]],
          PrincipalComponents[m_?MatrixQ, Method -> \"Covariance\"] :> PrincipalComponents[m],
          PrincipalComponents[\"Scores\", c_] :> With[{s = SingularValueDecomposition[c]}, s[[1]] . s[[2]]],
          PrincipalComponents[m_?MatrixQ] /; VectorQ[Flatten[m], NumericQ] && Length[m] > 1 :> PrincipalComponents[\"Scores\", # - Mean[N[m]] & /@ N[m]]}",
        "PrincipalComponents[m] turns the rows of a matrix, less their mean, so that the \
         columns do not correlate and the first have the greatest variances; Method -> \
         \"Correlation\" gives all columns the variance 1 before. The signs of the columns are \
         arbitrary.",
        &[
            ("Round[Abs[PrincipalComponents[{{1, 1}, {2, 2}, {3, 3}}]], 10^-6]", "{{707107/500000, 0}, {0, 0}, {707107/500000, 0}}"),
            ("With[{p = PrincipalComponents[{{1., 2.}, {2., 1.}, {4., 5.}, {0., 3.}}]}, Chop[Correlation[p][[1, 2]], 10^-10]]", "0"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use crate::tests::check;

    /// At the maximum of the likelihood its slope is 0: the residuals are at right angles to the
    /// functions under the link that belongs to the family.
    #[test]
    fn slopes_of_the_likelihood_are_0_at_the_fit() {
        for family in ["Binomial", "Poisson", "Gamma"] {
            let values = match family {
                "Binomial" => "{0, 0, 1, 0, 1, 1, 0, 1}",
                _ => "{1, 2, 2, 5, 4, 9, 8, 12}",
            };
            let source = format!(
                "m = GeneralizedLinearModelFit[Transpose[{{N[Range[8]], {values}}}], {{x, x^2}}, x, ExponentialFamily -> \"{family}\"]; \
                 Max[Abs[Transpose[m[\"DesignMatrix\"]] . (m[\"Response\"] - m[\"PredictedResponse\"])]] < 10^-6"
            );
            check(&[(source.as_str(), "True")]);
        }
    }

    #[test]
    fn components_do_not_correlate_and_keep_the_distances() {
        check(&[(
            "m = {{1., 2., 4.}, {2., 1., 0.}, {4., 5., 1.}, {0., 3., 3.}, {7., 1., 2.}}; p = PrincipalComponents[m]; c = Covariance[p]; \
             {Max[Abs[c - DiagonalMatrix[Diagonal[c]]]] < 10^-12, OrderedQ[Reverse[Diagonal[c]]], Max[Abs[DistanceMatrix[p] - DistanceMatrix[m]]] < 10^-12}",
            "{True, True, True}",
        )]);
    }
}
