//! Ranks, and how two lists go together by them.

use super::super::Builtin;
use crate::definition::Attributes;

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    written!(
        "SpearmanRho",
        NONE,
        "{SpearmanRho[a_List, b_List] /; VectorQ[a, NumericQ] && VectorQ[b, NumericQ] && Length[a] == Length[b] > 1 :>
            With[{ranks = Function[v, With[{s = Sort[v, Less]}, Mean[Flatten[Position[s, #, {1}, Heads -> False]]] & /@ v]]}, With[{p = ranks[a], q = ranks[b]}, If[Precision[{a, b}] < Infinity, N, Identity][Correlation[p, q]]]],
          SpearmanRho[a_?MatrixQ, b_?MatrixQ] /; Length[a] == Length[b] :> Outer[SpearmanRho, Transpose[a], Transpose[b], 1],
          SpearmanRho[m_?MatrixQ] :> SpearmanRho[m, m]}",
        "SpearmanRho[a, b] is the correlation of the ranks of the elements of two lists; equal ones \
         share the mean of their ranks.",
        &[("SpearmanRho[{1, 2, 3}, {1, 3, 2}]", "1/2"), ("SpearmanRho[{1, 5, 9}, {2, 4, 80}]", "1")],
    ),
    written!(
        "KendallTau",
        NONE,
        "{KendallTau[a_List, b_List] /; VectorQ[a, NumericQ] && VectorQ[b, NumericQ] && Length[a] == Length[b] > 1 :>
            With[{n = Length[a], ties = Function[v, Total[# (# - 1)/2 & /@ Values[Counts[v]]]]}, With[{t = n (n - 1)/2},
              If[Precision[{a, b}] < Infinity, N, Identity][Sum[Sign[a[[$i]] - a[[$j]]] Sign[b[[$i]] - b[[$j]]], {$i, n}, {$j, $i + 1, n}]/Sqrt[(t - ties[a]) (t - ties[b])]]]],
          KendallTau[a_?MatrixQ, b_?MatrixQ] /; Length[a] == Length[b] :> Outer[KendallTau, Transpose[a], Transpose[b], 1],
          KendallTau[m_?MatrixQ] :> KendallTau[m, m]}",
        "KendallTau[a, b] is the number of pairs of places in the same order in two lists less that \
         in opposite orders, in units of the number of pairs, where ties are left out.",
        &[("KendallTau[{1, 2, 3}, {1, 3, 2}]", "1/3"), ("KendallTau[{1, 2, 3}, {3, 2, 1}]", "-1")],
    ),
    written!(
        "WinsorizedMean",
        NONE,
        "{WinsorizedMean[l_List] :> WinsorizedMean[l, 1/20], WinsorizedMean[l_List, f_?NumericQ] :> WinsorizedMean[l, {f, f}],
          WinsorizedMean[l_List, {a_, b_}] /; VectorQ[l, NumericQ] && l =!= {} && a >= 0 && b >= 0 && a + b < 1 :> With[{s = Sort[l, Less], n = Length[l]}, Mean[Clip[l, {s[[Floor[a n] + 1]], s[[n - Floor[b n]]]}]]]}",
        "WinsorizedMean[list, f] is the mean where the fraction f of the smallest and of the largest \
         elements are replaced by what is nearest to them of the rest.",
        &[
            ("WinsorizedMean[{1, 2, 3, 100}, 1/4]", "5/2"),
            ("WinsorizedMean[{0, 4, 5}, {1/3, 0}]", "13/3"),
        ],
    ),
];
