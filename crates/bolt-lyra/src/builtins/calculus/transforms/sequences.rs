//! Z-transforms and generating functions of sequences.

use crate::builtins::Builtin;
use crate::definition::Attributes;

pub(in crate::builtins::calculus) const TABLE: &[Builtin] = &[
    written!(
        "ZTransform",
        Attributes::NONE,
        r"{
        ZTransform[f_List, n_, z_] :> Map[ZTransform[#, n, z] &, f],
        ZTransform[a_ == b_, n_, z_] :> ZTransform[a, n, z] == ZTransform[b, n, z],
        ZTransform[f_Plus, n_Symbol, z_] :> Map[ZTransform[#, n, z] &, f],
        ZTransform[c_, n_Symbol, z_] :> c z/(z - 1) /; FreeQ[c, n],
        ZTransform[c_ f_, n_Symbol, z_] :> c ZTransform[f, n, z] /; FreeQ[c, n],
        ZTransform[f_. (DiscreteDelta | KroneckerDelta)[n_ + k_.], n_Symbol, z_] :> If[k > 0, 0,
            (f /. n -> -k) z^k] /; IntegerQ[k],
        ZTransform[f_. KroneckerDelta[n_, k_Integer], n_Symbol, z_] :> If[k < 0, 0, (f /. n ->
            k)/z^k],
        ZTransform[f_. KroneckerDelta[k_Integer, n_], n_Symbol, z_] :> If[k < 0, 0, (f /. n ->
            k)/z^k],
        ZTransform[f_. (DiscreteDelta | KroneckerDelta)[n_], n_Symbol, z_] :> (f /. n -> 0),
        ZTransform[f_. (UnitStep | HeavisideTheta)[n_ + k_.], n_Symbol, z_] :> ZTransform[f, n,
            z] /; IntegerQ[k] && k >= 0,
        ZTransform[f_. UnitStep[n_ + k_.], n_Symbol, z_] :> z^k ZTransform[Expand[f /. n -> n -
            k], n, z] /; IntegerQ[k] && k < 0,
        ZTransform[f_. r_^(a_. n_ + b_.), n_Symbol, z_] :> r^b (ZTransform[f, n, z] /. z ->
            z/r^a) /; FreeQ[{a, b, r}, n] && AtomQ[z] && FreeQ[f, z],
        ZTransform[n_^k_. f_., n_Symbol, z_] :> With[{g = ZTransform[f, n, z]}, Together[Nest[-z
            D[#, z] &, g, k]] /; FreeQ[g, ZTransform]] /; IntegerQ[k] && k > 0 && AtomQ[z],
        ZTransform[Sin[a_. n_ + b_.], n_Symbol, z_] :> z (z Sin[b] + Sin[a - b])/(z^2 - 2 z
            Cos[a] + 1) /; FreeQ[{a, b}, n],
        ZTransform[Cos[a_. n_ + b_.], n_Symbol, z_] :> z (z Cos[b] - Cos[a - b])/(z^2 - 2 z
            Cos[a] + 1) /; FreeQ[{a, b}, n],
        ZTransform[Sinh[a_. n_ + b_.], n_Symbol, z_] :> z (z Sinh[b] + Sinh[a - b])/(z^2 - 2 z
            Cosh[a] + 1) /; FreeQ[{a, b}, n],
        ZTransform[Cosh[a_. n_ + b_.], n_Symbol, z_] :> z (z Cosh[b] - Cosh[a - b])/(z^2 - 2 z
            Cosh[a] + 1) /; FreeQ[{a, b}, n],
        ZTransform[1/n_!, n_Symbol, z_] :> E^(1/z),
        ZTransform[1/(n_ + k_Integer)!, n_Symbol, z_] :> z^k (E^(1/z) - Sum[z^-j/j!, {j, 0, k -
            1}]) /; 0 < k < 100,
        ZTransform[1/(2 n_)!, n_Symbol, z_] :> Cosh[1/Sqrt[z]],
        ZTransform[1/(2 n_ + 1)!, n_Symbol, z_] :> Sqrt[z] Sinh[1/Sqrt[z]],
        ZTransform[1/(n_ + k_Integer), n_Symbol, z_] :> z^k (-Log[1 - 1/z] - Sum[z^-j/j, {j, k -
            1}]) /; 0 < k < 100,
        ZTransform[Binomial[n_, k_], n_Symbol, z_] :> z/(z - 1)^(k + 1) /; FreeQ[k, n],
        ZTransform[Binomial[m_, n_], n_Symbol, z_] :> (1 + 1/z)^m /; FreeQ[m, n],
        ZTransform[Binomial[n_ + k_, k_], n_Symbol, z_] :> (z/(z - 1))^(k + 1) /; FreeQ[k, n],
        ZTransform[Binomial[n_ + k_, n_], n_Symbol, z_] :> (z/(z - 1))^(k + 1) /; FreeQ[k, n],
        ZTransform[Binomial[2 n_, n_], n_Symbol, z_] :> 1/Sqrt[1 - 4/z],
        ZTransform[HarmonicNumber[n_], n_Symbol, z_] :> z Log[z/(z - 1)]/(z - 1),
        ZTransform[Fibonacci[n_], n_Symbol, z_] :> z/(z^2 - z - 1),
        ZTransform[LucasL[n_], n_Symbol, z_] :> z (2 z - 1)/(z^2 - z - 1),
        ZTransform[y_[n_ + k_Integer], n_Symbol, z_] :> z^k ZTransform[y[n], n, z] - Sum[y[j]
            z^(k - j), {j, 0, k - 1}] /; 0 < k < 100 && FreeQ[y, n] && !MemberQ[Attributes[y],
            NumericFunction],
        ZTransform[f_, n_Symbol, z_] :> With[{g = Expand[f]}, ZTransform[g, n, z] /; Head[g] ===
            Plus],
        ZTransform[f_, n_Symbol, z_] :> With[{g = Expand[TrigReduce[f]]}, ZTransform[g, n, z] /;
            g =!= f] /; !FreeQ[f, (Sin | Cos)[_]],
        ZTransform[f_, n_Symbol, z_] :> With[{g = Expand[TrigToExp[f]]}, Together[ZTransform[g,
            n, z]] /; Head[g] === Plus] /; !FreeQ[f, (Sin | Cos | Sinh | Cosh)[_]]
        }",
        "ZTransform[f, n, z] is the Z-transform of a sequence, the sum of f z^-n over n from 0 to \
         Infinity.",
        &[
            ("ZTransform[2^n, n, z]", "z/(2*(-1 + z/2))"),
            ("ZTransform[y[n + 1], n, z]", "-(z*y[0]) + z*ZTransform[y[n], n, z]"),
        ],
    ),
    written!(
        "InverseZTransform",
        Attributes::NONE,
        r"{
        InverseZTransform[f_List, z_, n_] :> Map[InverseZTransform[#, z, n] &, f],
        InverseZTransform[a_ == b_, z_, n_] :> InverseZTransform[a, z, n] == InverseZTransform[b,
            z, n],
        InverseZTransform[ZTransform[f_, k_, z_], z_Symbol, n_] :> (f /. k -> n),
        InverseZTransform[c_, z_Symbol, n_] :> c DiscreteDelta[n] /; FreeQ[c, z],
        InverseZTransform[c_ f_, z_Symbol, n_] :> c InverseZTransform[f, z, n] /; FreeQ[c, z],
        InverseZTransform[z_^k_Integer, z_Symbol, n_] :> DiscreteDelta[n + k] /; k < 0,
        InverseZTransform[E^(a_./z_), z_Symbol, n_] :> a^n/n! /; FreeQ[a, z],
        InverseZTransform[(1 + a_./z_)^m_, z_Symbol, n_] :> Binomial[m, n] a^n /; FreeQ[{a, m},
            z],
        InverseZTransform[f_, z_Symbol, n_] :> Module[{g = Apart[Together[f/z], z], d, r, parts},
            d = FactorList[Denominator[Together[g]]];
            parts = If[Head[g] === Plus, List @@ g, {g}];
            parts = Map[Function[part, Replace[part, {
            c_. z^k_. :> c DiscreteDelta[n + k + 1] /; FreeQ[c, z] && k < 0,
            c_. (a_. z + b_)^k_. :> c a^k (-b/a)^(n + k + 1) Product[n - j, {j, 0, -k - 2}]/(-k -
            1)! /; FreeQ[{a, b, c}, z] && k < 0,
            p_. b_^-1 :> Module[{a = Coefficient[b, z, 2], w}, w = Together[Coefficient[b, z,
            1]^2 - 4 a Coefficient[b, z, 0]]; w = PowerExpand[Sqrt[w]];
            Total[Map[Function[root, Simplify[(p /. z -> root)/(2 a root + Coefficient[b, z, 1])]
            root^n], {(-Coefficient[b, z, 1] + w)/(2 a), (-Coefficient[b, z, 1] - w)/(2 a)}]]] /;
            PolynomialQ[b, z] && Exponent[b, z] == 2 && PolynomialQ[p, z] && Exponent[p, z] < 2,
            _ :> $Failed}]], parts];
            Total[parts] /; FreeQ[parts, $Failed]] /; PolynomialQ[Numerator[Together[f]], z] &&
            PolynomialQ[Denominator[Together[f]], z],
        InverseZTransform[f_Plus, z_Symbol, n_] :> Map[InverseZTransform[#, z, n] &, f],
        InverseZTransform[f_, z_Symbol, n_] :> With[{g = Expand[f]}, InverseZTransform[g, z, n]
            /; Head[g] === Plus]
        }",
        "InverseZTransform[F, z, n] is the sequence in n >= 0 whose Z-transform is F.",
        &[
            ("InverseZTransform[z/(z - a), z, n]", "a^n"),
            ("InverseZTransform[z/((z - 1) (z - 2)), z, n]", "-1 + 2^n"),
        ],
    ),
    written!(
        "GeneratingFunction",
        Attributes::NONE,
        r"{
        GeneratingFunction[f_, n_Symbol, x_] :> Module[{z}, With[{g = ZTransform[f, n, z]},
            Together[g /. z -> 1/x] /; FreeQ[g, ZTransform]]],
        GeneratingFunction[f_Plus, n_Symbol, x_] :> Map[GeneratingFunction[#, n, x] &, f]
        }",
        "GeneratingFunction[f, n, x] is the sum of f x^n over n from 0 to Infinity.",
        &[
            ("GeneratingFunction[1/n!, n, x]", "E^x"),
            ("GeneratingFunction[2^n, n, x]", "-(1/(-1 + 2*x))"),
        ],
    ),
    written!(
        "ExponentialGeneratingFunction",
        Attributes::NONE,
        r"{
        ExponentialGeneratingFunction[f_Plus, n_Symbol, x_] :>
            Map[ExponentialGeneratingFunction[#, n, x] &, f],
        ExponentialGeneratingFunction[c_, n_Symbol, x_] :> c E^x /; FreeQ[c, n],
        ExponentialGeneratingFunction[c_ f_, n_Symbol, x_] :> c ExponentialGeneratingFunction[f,
            n, x] /; FreeQ[c, n],
        ExponentialGeneratingFunction[n_^k_. f_., n_Symbol, x_] :> With[{g =
            ExponentialGeneratingFunction[f, n, x]}, Simplify[Nest[x D[#, x] &, g, k]] /;
            FreeQ[g, ExponentialGeneratingFunction]] /; IntegerQ[k] && k > 0 && AtomQ[x],
        ExponentialGeneratingFunction[r_^(a_. n_ + b_.), n_Symbol, x_] :> r^b E^(r^a x) /;
            FreeQ[{a, b, r}, n],
        ExponentialGeneratingFunction[n_!, n_Symbol, x_] :> 1/(1 - x),
        ExponentialGeneratingFunction[Sin[a_. n_], n_Symbol, x_] :> E^(x Cos[a]) Sin[x Sin[a]] /;
            FreeQ[a, n],
        ExponentialGeneratingFunction[Cos[a_. n_], n_Symbol, x_] :> E^(x Cos[a]) Cos[x Sin[a]] /;
            FreeQ[a, n]
        }",
        "ExponentialGeneratingFunction[f, n, x] is the sum of f x^n/n! over n from 0 to Infinity.",
        &[
            ("ExponentialGeneratingFunction[2^n, n, x]", "E^(2*x)"),
            ("ExponentialGeneratingFunction[n, n, x]", "E^x*x"),
        ],
    ),
];
