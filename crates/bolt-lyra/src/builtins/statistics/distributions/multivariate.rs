//! Distributions of vectors.

use super::{Family, Kind, construct, families};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;

families! {
    Continuous "MultinormalDistribution", "m_List, s_?MatrixQ" if "Length[m] == Length[s]",
    "{_[s_?MatrixQ] :> {ConstantArray[0, Length[s]], s}}",
    "MultinormalDistribution[m, s] is the normal distribution of vectors with the mean m and the \
     covariance matrix s; MultinormalDistribution[s] has the mean 0.",
    &[
        ("PDF[MultinormalDistribution[{0, 0}, {{1, 0}, {0, 1}}], {0, 0}]", "1/(2*Pi)"),
        ("Mean[MultinormalDistribution[{a, b}, {{1, 0}, {0, 2}}]]", "{a, b}"),
    ], {
        "Vector": "True",
        "PDF": "E^(-Expand[(x - m) . Inverse[s] . (x - m)]/2)/((2 Pi)^(Length[m]/2) Sqrt[Det[s]])",
        "Mean": "m",
        "Variance": "Diagonal[s]",
        "Covariance": "s",
        "Correlation": "s/Outer[Times, Sqrt[Diagonal[s]], Sqrt[Diagonal[s]]]",
        "Skewness": "ConstantArray[0, Length[m]]",
        "Kurtosis": "ConstantArray[3, Length[m]]",
        "CharacteristicFunction": "E^(I m . x - x . s . x/2)",
    }
    Continuous "BinormalDistribution", "{m_, n_}, {s_, t_}, r_" if "s > 0 && t > 0 && -1 < r < 1",
    "{_[r_] :> {{0, 0}, {1, 1}, r}, _[{s_, t_}, r_] :> {{0, 0}, {s, t}, r}}",
    "BinormalDistribution[{m1, m2}, {s1, s2}, r] is the normal distribution of pairs with the means \
     mi, the deviations si and the correlation r; BinormalDistribution[r] has the means 0 and the \
     deviations 1.",
    &[
        ("PDF[BinormalDistribution[0], {0, 0}]", "1/(2*Pi)"),
        ("Covariance[BinormalDistribution[{2, 3}, 1/2]]", "{{4, 3}, {3, 9}}"),
    ], {
        "Vector": "True",
        "PDF": "E^(-((x[[1]] - m)^2/s^2 - 2 r (x[[1]] - m) (x[[2]] - n)/(s t) + (x[[2]] - n)^2/t^2)/(2 (1 - r^2)))/(2 Pi Sqrt[1 - r^2] s t)",
        "Mean": "{m, n}",
        "Variance": "{s^2, t^2}",
        "Covariance": "{{s^2, r s t}, {r s t, t^2}}",
        "Correlation": "{{1, r}, {r, 1}}",
        "Skewness": "{0, 0}",
        "Kurtosis": "{3, 3}",
    }
    Discrete "MultinomialDistribution", "n_, p_List" if "n >= 0 && Total[p] == 1", "{}",
    "MultinomialDistribution[n, {p1, p2, ...}] is the distribution of how often each of several \
     outcomes with the probabilities pi occurs in n trials.",
    &[
        ("PDF[MultinomialDistribution[4, {1/2, 1/4, 1/4}], {2, 1, 1}]", "3/16"),
        ("Mean[MultinomialDistribution[4, {1/2, 1/4, 1/4}]]", "{2, 1, 1}"),
    ], {
        "Vector": "True",
        "PDF": "If[VectorQ[x, NumericQ], If[Length[x] == Length[p] && VectorQ[x, IntegerQ] && Min[x] >= 0 && Total[x] == n, Multinomial @@ x (Times @@ (p^x)), 0], $Failed]",
        "Mean": "n p",
        "Variance": "n p (1 - p)",
        "Covariance": "n (DiagonalMatrix[p] - Outer[Times, p, p])",
    }
}
