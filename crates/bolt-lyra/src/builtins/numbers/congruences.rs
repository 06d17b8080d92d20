//! Congruences: inverses, remainders, orders, residues.

use super::super::Builtin;
use crate::definition::Attributes;

const LISTABLE: Attributes = Attributes::LISTABLE;
const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    written!(
        "ModularInverse",
        LISTABLE,
        "{ModularInverse[k_Integer, n_Integer] /; n != 0 && GCD[k, n] == 1 :> If[Abs[n] == 1, 0, PowerMod[k, -1, Abs[n]]] + If[n < -1, n, 0]}",
        "ModularInverse[k, n] is the inverse of k modulo n, if k and n have no divisor in common.",
        &[("ModularInverse[3, 7]", "5"), ("ModularInverse[2, 4]", "ModularInverse[2, 4]")],
    ),
    written!(
        "ExtendedGCD",
        LISTABLE,
        "{ExtendedGCD[a_Integer] :> {Abs[a], {If[a < 0, -1, 1]}},
          ExtendedGCD[a_Integer, b_Integer] :> Module[{r = {a, 1, 0}, s = {b, 0, 1}}, While[First[s] != 0, {r, s} = {s, r - Quotient[First[r], First[s]] s}]; If[First[r] < 0, r = -r]; {First[r], Rest[r]}],
          ExtendedGCD[a_Integer, b__Integer, c_Integer] :> With[{g = ExtendedGCD[a, b]}, With[{h = ExtendedGCD[g[[1]], c]}, {h[[1]], Append[h[[2, 1]] g[[2]], h[[2, 2]]]}]]}",
        "ExtendedGCD[a, b] is {g, {r, s}} with g = GCD[a, b] = r a + s b; there may be more integers.",
        &[
            ("ExtendedGCD[2, 3]", "{1, {-1, 1}}"),
            ("ExtendedGCD[6, 4]", "{2, {1, -1}}"),
            ("ExtendedGCD[6, 10, 15]", "{1, {-14, 7, 1}}"),
        ],
    ),
    written!(
        "ChineseRemainder",
        NONE,
        "{ChineseRemainder[{}, {}] :> 0,
          ChineseRemainder[r : {__Integer}, m : {__Integer}] :> With[{x = ChineseRemainder[r, m, 0]}, x /; IntegerQ[x]],
          ChineseRemainder[r : {__Integer}, m : {__Integer}, d_] /; Length[r] == Length[m] && FreeQ[m, 0] && Im[d] === 0 :>
            With[{s = Fold[Function[{p, q}, If[p === None, None, With[{g = ExtendedGCD[p[[2]], q[[2]]]},
              If[Mod[q[[1]] - p[[1]], g[[1]]] != 0, None, With[{l = LCM[p[[2]], q[[2]]]}, {Mod[p[[1]] + p[[2]] g[[2, 1]] (q[[1]] - p[[1]])/g[[1]], l], l}]]]]], {0, 1}, Transpose[{r, Abs[m]}]]},
              Mod[s[[1]], s[[2]], Ceiling[d]] /; s =!= None]}",
        "ChineseRemainder[{r1, r2, ...}, {m1, m2, ...}] is the least x of 0 and more with the \
         remainders ri modulo mi; a third argument is a bound that x is not below.",
        &[
            ("ChineseRemainder[{2, 3}, {3, 5}]", "8"),
            ("ChineseRemainder[{2, 3}, {3, 5}, 100]", "113"),
            ("ChineseRemainder[{0, 1}, {2, 4}]", "ChineseRemainder[{0, 1}, {2, 4}]"),
        ],
    ),
    written!(
        "JacobiSymbol",
        LISTABLE,
        "{JacobiSymbol[n_Integer, m_Integer?Positive] /; OddQ[m] :> Module[{a = Mod[n, m], b = m, s = 1},
            While[a != 0, While[EvenQ[a], a = a/2; If[MemberQ[{3, 5}, Mod[b, 8]], s = -s]]; {a, b} = {b, a}; If[Mod[a, 4] == 3 && Mod[b, 4] == 3, s = -s]; a = Mod[a, b]]; If[b == 1, s, 0]]}",
        "JacobiSymbol[n, m] is the Jacobi symbol (n/m) for a positive odd m: for a prime m it is 1 \
         if n is a square modulo m, else -1, and 0 if m divides n.",
        &[("JacobiSymbol[2, 7]", "1"), ("JacobiSymbol[{2, 10}, 5]", "{-1, 0}")],
    ),
    written!(
        "KroneckerSymbol",
        LISTABLE,
        "{KroneckerSymbol[n_Integer, 0] :> If[Abs[n] == 1, 1, 0],
          KroneckerSymbol[n_Integer, m_Integer] :> With[{e = IntegerExponent[m, 2]}, If[m < 0 && n < 0, -1, 1] If[e == 0, 1, Which[EvenQ[n], 0, MemberQ[{1, 7}, Mod[n, 8]], 1, True, (-1)^e]] JacobiSymbol[n, Abs[m]/2^e]]}",
        "KroneckerSymbol[n, m] is the Jacobi symbol continued to all integers m.",
        &[("KroneckerSymbol[3, 2]", "-1"), ("KroneckerSymbol[2, 5]", "-1")],
    ),
    written!(
        "CarmichaelLambda",
        LISTABLE,
        "{CarmichaelLambda[0] :> 0,
          CarmichaelLambda[n_Integer] :> LCM @@ Prepend[If[First[#] == 2 && Last[#] > 2, 2^(Last[#] - 2), First[#]^(Last[#] - 1) (First[#] - 1)] & /@ DeleteCases[FactorInteger[Abs[n]], {1, _}], 1]}",
        "CarmichaelLambda[n] is the least m above 0 with k^m == 1 modulo n for all k that have no \
         divisor in common with n.",
        &[("CarmichaelLambda[8]", "2"), ("CarmichaelLambda[15]", "4")],
    ),
    written!(
        "MultiplicativeOrder",
        NONE,
        "{MultiplicativeOrder[k_, n_] /; ListQ[k] || ListQ[n] :> Thread[Unevaluated[MultiplicativeOrder[k, n]]],
          MultiplicativeOrder[k_Integer, n_Integer] /; n != 0 && GCD[k, n] == 1 :> Module[{m = Abs[n], e = CarmichaelLambda[n]},
            Do[While[Divisible[e, $p] && PowerMod[k, e/$p, m] == Mod[1, m], e = e/$p], {$p, First /@ DeleteCases[FactorInteger[e], {1, _}]}]; e],
          MultiplicativeOrder[k_Integer, n_Integer, r : {__Integer}] /; n != 0 && GCD[k, n] == 1 :> With[{e = Module[{m = Abs[n], o = MultiplicativeOrder[k, n], p = 1, j = 0, w = Mod[r, Abs[n]]},
            While[j < o && !MemberQ[w, Mod[p, m]], p = Mod[p k, m]; j++]; If[j < o, j]]}, e /; IntegerQ[e]]}",
        "MultiplicativeOrder[k, n] is the least m above 0 with k^m == 1 modulo n; \
         MultiplicativeOrder[k, n, {r1, r2, ...}] the least m of 0 and more with k^m congruent to \
         one of the numbers.",
        &[
            ("MultiplicativeOrder[5, 7]", "6"),
            ("MultiplicativeOrder[5, 7, {3, 11}]", "2"),
            ("MultiplicativeOrder[2, 4]", "MultiplicativeOrder[2, 4]"),
        ],
    ),
    written!(
        "PrimitiveRoot",
        LISTABLE,
        "{PrimitiveRoot[n_Integer] :> PrimitiveRoot[n, 1],
          PrimitiveRoot[n_Integer, k_Integer] /; n > 1 && CarmichaelLambda[n] == EulerPhi[n] :> With[{o = EulerPhi[n]}, With[{p = First /@ DeleteCases[FactorInteger[o], {1, _}]},
            Module[{g = k}, While[GCD[g, n] != 1 || AnyTrue[p, PowerMod[g, o/#, n] == 1 &], g++]; g]]]}",
        "PrimitiveRoot[n] is the least number whose powers are all those modulo n that have no \
         divisor in common with n; PrimitiveRoot[n, k] the least that is not below k.",
        &[
            ("PrimitiveRoot[7]", "3"),
            ("PrimitiveRoot[{9, 7}, {1, 4}]", "{2, 5}"),
            ("PrimitiveRoot[8, 1]", "PrimitiveRoot[8, 1]"),
        ],
    ),
    written!(
        "PrimitiveRootList",
        LISTABLE,
        "{PrimitiveRootList[1] :> {}, PrimitiveRootList[n_Integer] /; n > 1 && n < 10^7 :> If[CarmichaelLambda[n] != EulerPhi[n], {},
            With[{g = PrimitiveRoot[n], o = EulerPhi[n]}, Sort[PowerMod[g, Select[Range[o], GCD[#, o] == 1 &], n]]]]}",
        "PrimitiveRootList[n] is the list of the numbers below n whose powers are all those modulo n \
         that have no divisor in common with n.",
        &[("PrimitiveRootList[7]", "{3, 5}"), ("PrimitiveRootList[8]", "{}")],
    ),
    written!(
        "PowerModList",
        LISTABLE,
        "{PowerModList[a_Integer, s_Integer, m_Integer?Positive] /; s > 0 || GCD[a, m] == 1 :> {PowerMod[a, s, m]},
          PowerModList[a_Integer, s_Rational, m_Integer?Positive] /; m < 10^6 && (s > 0 || GCD[a, m] == 1) :> With[{w = PowerMod[a, Numerator[s], m], r = Denominator[s]}, Select[Range[0, m - 1], PowerMod[#, r, m] == w &]]}",
        "PowerModList[a, s/r, m] is the list of the x below m with x^r == a^s modulo m.",
        &[("PowerModList[4, 1/2, 15]", "{2, 7, 8, 13}"), ("PowerModList[3, 1/2, 7]", "{}")],
    ),
];

#[cfg(test)]
mod tests {
    use crate::session::Session;
    use crate::symbol::sym;

    /// What the functions are by definition, for small numbers.
    const DEFINITIONS: &[&str] = &[
        "And @@ Flatten[Table[PowerMod[a, -1, m] == ModularInverse[a, m] && Mod[a ModularInverse[a, m], m] == 1, {m, 2, 20}, {a, Select[Range[m], GCD[#, m] == 1 &]}]]",
        "And @@ Flatten[Table[JacobiSymbol[a, p] == Which[Mod[a, p] == 0, 0, MemberQ[Mod[Range[p - 1]^2, p], a], 1, True, -1], {p, Prime[Range[2, 8]]}, {a, 0, p - 1}]]",
        "And @@ Flatten[Table[KroneckerSymbol[a, 15] == KroneckerSymbol[a, 3] KroneckerSymbol[a, 5], {a, -15, 15}]]",
        "And @@ Flatten[Table[MultiplicativeOrder[a, m] == LengthWhile[Table[PowerMod[a, k, m], {k, m}], # != 1 &] + 1, {m, 2, 25}, {a, Select[Range[m], GCD[#, m] == 1 &]}]]",
        "And @@ Table[CarmichaelLambda[m] == LCM @@ (MultiplicativeOrder[#, m] & /@ Select[Range[m], GCD[#, m] == 1 &]), {m, 40}]",
        "And @@ Table[PrimitiveRootList[m] == Select[Range[m - 1], GCD[#, m] == 1 && MultiplicativeOrder[#, m] == EulerPhi[m] &], {m, 2, 30}]",
        "And @@ Flatten[Table[With[{e = ExtendedGCD[a, b]}, e[[1]] == GCD[a, b] == e[[2]] . {a, b}], {a, -9, 9}, {b, -9, 9}]]",
        "And @@ Flatten[Table[ChineseRemainder[Mod[x, {4, 6, 35}], {4, 6, 35}] == x, {x, 0, 419, 7}]]",
    ];

    #[test]
    fn functions_agree_with_their_definitions() {
        let mut session = Session::new();
        for source in DEFINITIONS {
            let parsed = bolt_lyra_syntax::parse(source);
            let value = session.read(&parsed.exprs[0]);
            let value = session.evaluate(&value).expect("nothing stops it");
            assert!(value.is(sym::True), "{source}");
        }
    }
}
