//! Residues, approximants, lengths, domains.

use crate::builtins::Builtin;
use crate::definition::Attributes;

pub(in crate::builtins::calculus) const TABLE: &[Builtin] = &[
    written!(
        "Residue",
        Attributes::NONE,
        r"{
        Residue[f_, {z_Symbol, z0_}] :> 0 /; FreeQ[f, z] && z0 =!= Infinity,
        Residue[f_, {z_Symbol, Infinity}] :> With[{r = Residue[Together[-(f /. z -> 1/z)/z^2],
            {z, 0}]}, r /; FreeQ[r, Residue]],
        Residue[f_, {z_Symbol, z0_}] :> Module[{g = Together[f], p, q, v}, p = Numerator[g]; q =
            Denominator[g];
            v = Which[!PossibleZeroQ[q /. z -> z0], 0, !PossibleZeroQ[D[q, z] /. z -> z0],
            Simplify[(p /. z -> z0)/(D[q, z] /. z -> z0)], True, $Failed];
            v /; v =!= $Failed && FreeQ[v, Indeterminate | ComplexInfinity | DirectedInfinity |
            Infinity]] /; FreeQ[z0, DirectedInfinity | Infinity | ComplexInfinity] &&
            Quiet[MemberQ[{True}, FreeQ[{Numerator[Together[f]], Denominator[Together[f]]} /. z
            -> z0, Indeterminate | ComplexInfinity | DirectedInfinity | Infinity]]] && FreeQ[f,
            ArcSin | ArcCos | ArcSec | ArcCsc | ArcSinh | ArcCosh | ArcSech | ArcCsch |
            ProductLog | PolyLog | Abs | Arg | Sign | Re | Im | Conjugate | Floor | Ceiling |
            Round | UnitStep | Power[_, _Rational]],
        Residue[f_, {z_Symbol, z0_}] :> Module[{s = Series[f, {z, z0, 0}]}, SeriesCoefficient[s,
            -1] /; MatchQ[s, _SeriesData] && s[[6]] === 1 && s[[5]] >= 0 && FreeQ[s[[3]], z |
            Series | Derivative]] /; FreeQ[z0, DirectedInfinity | Infinity | ComplexInfinity]
        }",
        "Residue[f, {z, z0}] is the coefficient of 1/(z - z0) in the Laurent series of f at z0; \
         at Infinity it is less that of the rest of the plane.",
        &[("Residue[Exp[z]/z^3, {z, 0}]", "1/2"), ("Residue[1/(z^2 + 1), {z, I}]", "-(1/2*I)"),],
    ),
    written!(
        "RootSum",
        Attributes::NONE,
        r"{
        RootSum[f_, g_] :> Total[Map[g, Map[Last, Flatten[NSolve[f[x] == 0, x]]]]] /; !FreeQ[{f,
            g}, _Real],
        RootSum[f_, g_] :> Module[{x, p, c, d, m, u, v, at}, p = f[x]; d = Exponent[p, x]; c =
            CoefficientList[p, x]/Coefficient[p, x, d];
            m = Table[If[j == d, -c[[i]], If[i == j + 1, 1, 0]], {i, d}, {j, d}]; u =
            Together[g[x]]; v = Denominator[u]; u = Numerator[u];
            at[q_] := Sum[Coefficient[q, x, k] If[k == 0, IdentityMatrix[d], MatrixPower[m, k]],
            {k, 0, Exponent[q, x]}];
            Together[Tr[at[u].Inverse[at[v]]]]] /; Module[{x}, PolynomialQ[f[x], x] && 0 <
            Exponent[f[x], x] < 12 && With[{q = Together[g[x]]}, PolynomialQ[Numerator[q], x] &&
            PolynomialQ[Denominator[q], x] && FreeQ[PolynomialGCD[Denominator[q], f[x]], x]]]
        }",
        "RootSum[f, g] is the sum of g[r] over the roots r of the polynomial f[x]: a closed form \
         if g is rational, a number if numbers in it are approximate.",
        &[("RootSum[#^3 + # + 1 &, 1/# &]", "-1"), ("RootSum[#^5 - # - 1 &, #^2 &]", "0"),],
    ),
    written!(
        "PadeApproximant",
        Attributes::NONE,
        r"{
        PadeApproximant[f_, {x_Symbol, x0_, n_Integer}] :> PadeApproximant[f, {x, x0, {n, n}}] /;
            n >= 0,
        PadeApproximant[f_, {x_Symbol, x0_, {m_Integer, n_Integer}}] :> Module[{s = Series[f, {x,
            x0, m + n}], c, b, p}, c[k_] := If[k < 0, 0, SeriesCoefficient[s, k]];
            b = If[n == 0, {}, LinearSolve[Table[c[m + i - j], {i, n}, {j, n}], Table[-c[m + i],
            {i, n}]]]; p = Prepend[b, 1];
            Sum[Sum[p[[j + 1]] c[k - j], {j, 0, Min[k, n]}] (x - x0)^k, {k, 0, m}]/Sum[p[[j + 1]]
            (x - x0)^j, {j, 0, n}] /; MatchQ[s, _SeriesData] && s[[6]] === 1 && s[[4]] >= 0 &&
            ListQ[b]] /; m >= 0 && n >= 0 && m + n < 100
        }",
        "PadeApproximant[f, {x, a, {m, n}}] is the quotient of polynomials of the degrees m and n \
         in x - a that agrees with the series of f to the power m + n; {x, a, n} takes n for \
         both.",
        &[
            ("PadeApproximant[Exp[x], {x, 0, {1, 1}}]", "(1 + x/2)/(1 - x/2)"),
            ("PadeApproximant[1/(1 - x), {x, 0, {0, 1}}]", "(1 - x)^-1"),
        ],
    ),
    written!(
        "Asymptotic",
        Attributes::NONE,
        r"{
        Asymptotic[f_, {x_Symbol, a_, n_Integer}] :> With[{s = Series[f, {x, a, n}]}, Normal[s]
            /; MatchQ[s, _SeriesData]],
        Asymptotic[f_, x_Symbol -> a_] :> Module[{s = Null, k = 0}, While[k < 12 && (s =
            Series[f, {x, a, k}]; MatchQ[s, _SeriesData] && s[[3]] === {}), k = 2 k + 1];
            If[MatchQ[a, Infinity | -Infinity], s[[3, 1]] x^(-s[[4]]/s[[6]]), s[[3, 1]] (x -
            a)^(s[[4]]/s[[6]])] /; MatchQ[s, _SeriesData] && s[[3]] =!= {}]
        }",
        "Asymptotic[f, x -> a] is the leading term of f near a; Asymptotic[f, {x, a, n}] the \
         terms to the power n.",
        &[
            ("Asymptotic[Sin[x] - x, x -> 0]", "-(x^3/6)"),
            ("Asymptotic[(x^2 + 1)/(x^3 - 1), x -> Infinity]", "x^-1"),
        ],
    ),
    written!(
        "ArcLength",
        Attributes::NONE,
        r"{
        ArcLength[f_List, {t_Symbol, a_, b_}] :> With[{r =
            Integrate[Simplify[Sqrt[Simplify[Total[D[f, t]^2]]], a <= t <= b], {t, a, b}]}, r /;
            FreeQ[r, Integrate]],
        ArcLength[f_, {t_Symbol, a_, b_}] :> ArcLength[{t, f}, {t, a, b}] /; Head[f] =!= List
        }",
        "ArcLength[{x, y, ...}, {t, a, b}] is the length of a curve that is given by a parameter \
         t from a to b; ArcLength[f, {x, a, b}] that of the graph of f.",
        &[
            ("ArcLength[{Cos[t], Sin[t]}, {t, 0, 2 Pi}]", "2*Pi"),
            ("ArcLength[2 x, {x, 0, 1}]", "Sqrt[5]"),
        ],
    ),
    written!(
        "Wronskian",
        Attributes::NONE,
        r"{
        Wronskian[f_List, x_Symbol] :> Simplify[Det[Table[D[f, {x, k}], {k, 0, Length[f] - 1}]]]
            /; f =!= {},
        Wronskian[f_, x_Symbol] :> f /; Head[f] =!= List && Head[f] =!= Equal
        }",
        "Wronskian[{f, g, ...}, x] is the determinant of functions and their derivatives by x, \
         which is 0 where they depend on each other linearly.",
        &[("Wronskian[{Sin[x], Cos[x]}, x]", "-1"), ("Wronskian[{x, x^2}, x]", "x^2"),],
    ),
    written!(
        "FunctionDomain",
        Attributes::NONE,
        r"{
        FunctionDomain[f_, x_Symbol] :> Module[{c}, c = Join[Cases[{f}, Power[b_, e_Rational] /;
            !FreeQ[b, x] :> If[e > 0, b >= 0, b > 0], Infinity],
            Cases[{f}, Power[b_, e_] /; !FreeQ[b, x] && TrueQ[e < 0] && !MatchQ[e, _Rational] :>
            b != 0, Infinity],
            Cases[{f}, Power[b_, e_] /; !FreeQ[b, x] && !FreeQ[e, x] :> b > 0, Infinity],
            Cases[{f}, Log[b_] /; !FreeQ[b, x] :> b > 0, Infinity], Cases[{f}, (ArcSin |
            ArcCos)[b_] /; !FreeQ[b, x] :> -1 <= b <= 1, Infinity],
            Cases[{f}, ArcTanh[b_] /; !FreeQ[b, x] :> -1 < b < 1, Infinity], Cases[{f},
            ArcCosh[b_] /; !FreeQ[b, x] :> b >= 1, Infinity]];
            If[c === {}, True, Reduce[And @@ c, x, Reals]]] /; FreeQ[f, Tan | Sec | Cot | Csc |
            Coth | Csch | ArcSec | ArcCsc | ArcSech | ArcCoth | ArcCsch | Gamma | Factorial |
            Zeta | Piecewise | Floor | Sech]
        }",
        "FunctionDomain[f, x] is the condition on a real x for which f is a real number, as far \
         as powers, logarithms and inverse functions set it.",
        &[("FunctionDomain[Log[x - 1], x]", "x > 1"), ("FunctionDomain[1/x, x]", "x < 0 || x > 0"),],
    ),
    written!(
        "DSolveValue",
        Attributes::NONE,
        r"{
        DSolveValue[e_, y_, x_] :> With[{s = DSolve[e, y, x]}, (y /. First[s]) /; MatchQ[s,
            {{__Rule}, ___}]]
        }",
        "DSolveValue[equations, y[x], x] is the value of y[x] in the first solution that DSolve \
         finds; y in place of y[x] gives a function.",
        &[
            ("DSolveValue[{y'[x] == y[x], y[0] == 2}, y[x], x]", "2*E^x"),
            ("DSolveValue[{y'[x] == 1, y[0] == 0}, y, x][3]", "3"),
        ],
    ),
];
