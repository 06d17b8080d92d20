//! Sequences of integers and fractions.

use super::super::Builtin;
use crate::definition::Attributes;

const LISTABLE: Attributes = Attributes::LISTABLE;
const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    written!(
        "FareySequence",
        NONE,
        "{FareySequence[n_Integer?Positive] /; n <= 2000 :> Module[{a = 0, b = 1, c = 1, d = n, k, all = {0}}, While[c <= n, k = Quotient[n + b, d]; {a, b, c, d} = {c, d, k c - a, k d - b}; all = {all, a/b}]; Flatten[all]]}",
        "FareySequence[n] is the list of the fractions from 0 to 1 with denominators up to n.",
        &[("FareySequence[3]", "{0, 1/3, 1/2, 2/3, 1}"), ("FareySequence[1]", "{0, 1}")],
    ),
    written!(
        "ThueMorse",
        LISTABLE,
        "{ThueMorse[n_Integer?NonNegative] :> Mod[DigitCount[n, 2, 1], 2]}",
        "ThueMorse[n] is 1 or 0 as n has an odd or even number of binary digits 1.",
        &[("ThueMorse[7]", "1"), ("ThueMorse[{0, 1, 2, 3}]", "{0, 1, 1, 0}")],
    ),
    written!(
        "RudinShapiro",
        LISTABLE,
        "{RudinShapiro[n_Integer?NonNegative] :> With[{d = IntegerDigits[n, 2]}, (-1)^(Most[d] . Rest[d])]}",
        "RudinShapiro[n] is 1 or -1 as the binary digits of n have an even or odd number of places \
         with two ones side by side.",
        &[("RudinShapiro[3]", "-1"), ("RudinShapiro[{0, 5, 7}]", "{1, 1, 1}")],
    ),
    written!(
        "RamanujanTau",
        LISTABLE,
        "{RamanujanTau[n_Integer] /; n < 1 :> 0,
          RamanujanTau[n_Integer] /; n <= 3000 :> n^4 DivisorSigma[1, n] - 24 Sum[$i^2 (35 $i^2 - 52 $i n + 18 n^2) DivisorSigma[1, $i] DivisorSigma[1, n - $i], {$i, n - 1}]}",
        "RamanujanTau[n] is the coefficient of q^n in q times the product of (1 - q^k)^24 over all k.",
        &[("RamanujanTau[2]", "-24"), ("RamanujanTau[{1, 3, 11}]", "{1, 252, 534612}")],
    ),
    written!(
        "NumberExpand",
        NONE,
        "{NumberExpand[n_Integer] :> NumberExpand[n, 10],
          NumberExpand[n_Integer, b_Integer] /; b > 1 :> With[{d = IntegerDigits[n, b]}, Sign[n] d b^Range[Length[d] - 1, 0, -1]]}",
        "NumberExpand[n] is the list of what each decimal digit of n stands for; NumberExpand[n, b] \
         of its digits in base b.",
        &[("NumberExpand[1035]", "{1000, 0, 30, 5}"), ("NumberExpand[5, 2]", "{4, 0, 1}")],
    ),
    written!(
        "AlternatingFactorial",
        LISTABLE,
        "{AlternatingFactorial[n_Integer?NonNegative] /; n < 10^4 :> Sum[(-1)^(n - $k) $k!, {$k, n}]}",
        "AlternatingFactorial[n] is n! - (n - 1)! + (n - 2)! - ...",
        &[("AlternatingFactorial[4]", "19"), ("AlternatingFactorial[{0, 1, 3}]", "{0, 1, 5}")],
    ),
];
