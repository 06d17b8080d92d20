//! Laplace transforms, by their rules of shift, scale and derivative and a table (NIST Digital Library
//! of Mathematical Functions, section 1.14).

use crate::builtins::Builtin;
use crate::definition::Attributes;

pub(in crate::builtins::calculus) const TABLE: &[Builtin] = &[
    written!(
        "LaplaceTransform",
        Attributes::NONE,
        r"{
        LaplaceTransform[f_List, t_, s_] :> Map[LaplaceTransform[#, t, s] &, f],
        LaplaceTransform[a_ == b_, t_, s_] :> LaplaceTransform[a, t, s] == LaplaceTransform[b, t,
            s],
        LaplaceTransform[f_Plus, t_Symbol, s_] :> Map[LaplaceTransform[#, t, s] &, f],
        LaplaceTransform[c_, t_Symbol, s_] :> c/s /; FreeQ[c, t],
        LaplaceTransform[c_ f_, t_Symbol, s_] :> c LaplaceTransform[f, t, s] /; FreeQ[c, t],
        LaplaceTransform[t_^n_., t_Symbol, s_] :> Gamma[n + 1]/s^(n + 1) /; FreeQ[n, t] &&
            (!NumericQ[n] || TrueQ[Re[n] > -1]),
        LaplaceTransform[DiracDelta[a_. t_ + b_.], t_Symbol, s_] :> E^(s b/a)/Abs[a] /; FreeQ[{a,
            b}, t] && TrueQ[Simplify[-b/a >= 0]],
        LaplaceTransform[f_ DiracDelta[a_. t_ + b_.], t_Symbol, s_] :> (f /. t -> -b/a) E^(s
            b/a)/Abs[a] /; FreeQ[{a, b}, t] && TrueQ[Simplify[-b/a >= 0]],
        LaplaceTransform[Derivative[n_Integer][DiracDelta][t_], t_Symbol, s_] :> s^n /; n > 0,
        LaplaceTransform[f_. (UnitStep | HeavisideTheta)[a_. t_ + b_.], t_Symbol, s_] :>
            LaplaceTransform[f, t, s] /; FreeQ[{a, b}, t] && TrueQ[Simplify[a > 0 && b >= 0]],
        LaplaceTransform[f_. (UnitStep | HeavisideTheta)[a_. t_ + b_.], t_Symbol, s_] :> E^(s
            b/a) LaplaceTransform[Expand[f /. t -> t - b/a], t, s] /; FreeQ[{a, b}, t] &&
            TrueQ[Simplify[a > 0 && b < 0]],
        LaplaceTransform[f_. (UnitStep | HeavisideTheta)[a_. t_ + b_.], t_Symbol, s_] :>
            LaplaceTransform[f, t, s] - E^(s b/a) LaplaceTransform[Expand[f /. t -> t - b/a], t,
            s] /; FreeQ[{a, b}, t] && TrueQ[Simplify[a < 0 && b > 0]],
        LaplaceTransform[f_. E^(a_. t_ + b_.), t_Symbol, s_] :> E^b (LaplaceTransform[f, t, s] /.
            s -> s - a) /; FreeQ[{a, b}, t] && AtomQ[s] && FreeQ[f, s],
        LaplaceTransform[f_. r_^(a_. t_ + b_.), t_Symbol, s_] :> r^b (LaplaceTransform[f, t, s]
            /. s -> s - a Log[r]) /; FreeQ[{a, b, r}, t] && AtomQ[s] && FreeQ[f, s],
        LaplaceTransform[t_^n_Integer f_, t_Symbol, s_] :> With[{g = LaplaceTransform[f, t, s]},
            Together[(-1)^n D[g, {s, n}]] /; FreeQ[g, LaplaceTransform] || FreeQ[f, t^_. |
            _Plus]] /; n > 0 && AtomQ[s],
        LaplaceTransform[t_ f_, t_Symbol, s_] :> With[{g = LaplaceTransform[f, t, s]},
            Together[-D[g, s]] /; FreeQ[g, LaplaceTransform] || FreeQ[f, t^_. | _Plus]] /;
            AtomQ[s],
        LaplaceTransform[Sin[a_. t_], t_Symbol, s_] :> a/(s^2 + a^2) /; FreeQ[a, t],
        LaplaceTransform[Cos[a_. t_], t_Symbol, s_] :> s/(s^2 + a^2) /; FreeQ[a, t],
        LaplaceTransform[Sinh[a_. t_], t_Symbol, s_] :> a/(s^2 - a^2) /; FreeQ[a, t],
        LaplaceTransform[Cosh[a_. t_], t_Symbol, s_] :> s/(s^2 - a^2) /; FreeQ[a, t],
        LaplaceTransform[Sin[a_. t_ + b_], t_Symbol, s_] :> (a Cos[b] + s Sin[b])/(s^2 + a^2) /;
            FreeQ[{a, b}, t],
        LaplaceTransform[Cos[a_. t_ + b_], t_Symbol, s_] :> (s Cos[b] - a Sin[b])/(s^2 + a^2) /;
            FreeQ[{a, b}, t],
        LaplaceTransform[Sinh[a_. t_ + b_], t_Symbol, s_] :> (a Cosh[b] + s Sinh[b])/(s^2 - a^2)
            /; FreeQ[{a, b}, t],
        LaplaceTransform[Cosh[a_. t_ + b_], t_Symbol, s_] :> (s Cosh[b] + a Sinh[b])/(s^2 - a^2)
            /; FreeQ[{a, b}, t],
        LaplaceTransform[Sin[a_. t_]/t_, t_Symbol, s_] :> ArcTan[a/s] /; FreeQ[a, t],
        LaplaceTransform[Sinh[a_. t_]/t_, t_Symbol, s_] :> Log[(s + a)/(s - a)]/2 /; FreeQ[a, t],
        LaplaceTransform[Sin[a_. Sqrt[t_]], t_Symbol, s_] :> a Sqrt[Pi] E^(-a^2/(4 s))/(2
            s^(3/2)) /; FreeQ[a, t],
        LaplaceTransform[Cos[a_. Sqrt[t_]]/Sqrt[t_], t_Symbol, s_] :> Sqrt[Pi] E^(-a^2/(4
            s))/Sqrt[s] /; FreeQ[a, t],
        LaplaceTransform[Log[a_. t_], t_Symbol, s_] :> -(EulerGamma + Log[s/a])/s /; FreeQ[a, t]
            && TrueQ[Simplify[a > 0]],
        LaplaceTransform[Erf[a_. t_], t_Symbol, s_] :> E^(s^2/(4 a^2)) Erfc[s/(2 a)]/s /;
            FreeQ[a, t] && TrueQ[a > 0],
        LaplaceTransform[Erf[a_. Sqrt[t_]], t_Symbol, s_] :> a/(s Sqrt[a^2 + s]) /; FreeQ[a, t],
        LaplaceTransform[Erfc[a_./Sqrt[t_]], t_Symbol, s_] :> E^(-2 a Sqrt[s])/s /; FreeQ[a, t]
            && TrueQ[Simplify[a > 0]],
        LaplaceTransform[BesselJ[n_, a_. t_], t_Symbol, s_] :> (Sqrt[s^2 + a^2] - s)^n/(a^n
            Sqrt[s^2 + a^2]) /; FreeQ[{a, n}, t] && (!NumericQ[n] || TrueQ[n > -1]),
        LaplaceTransform[BesselI[n_, a_. t_], t_Symbol, s_] :> (s - Sqrt[s^2 - a^2])^n/(a^n
            Sqrt[s^2 - a^2]) /; FreeQ[{a, n}, t] && (!NumericQ[n] || TrueQ[n > -1]),
        LaplaceTransform[BesselJ[0, a_. Sqrt[t_]], t_Symbol, s_] :> E^(-a^2/(4 s))/s /; FreeQ[a,
            t],
        LaplaceTransform[SinIntegral[a_. t_], t_Symbol, s_] :> ArcTan[a/s]/s /; FreeQ[a, t],
        LaplaceTransform[Derivative[n_Integer][y_][t_], t_Symbol, s_] :> s^n
            LaplaceTransform[y[t], t, s] - Sum[s^(n - 1 - k) Derivative[k][y][0], {k, 0, n - 1}]
            /; n > 0,
        LaplaceTransform[f_, t_Symbol, s_] :> With[{g = Expand[f]}, LaplaceTransform[g, t, s] /;
            Head[g] === Plus],
        LaplaceTransform[f_, t_Symbol, s_] :> With[{g = Expand[TrigReduce[f]]},
            LaplaceTransform[g, t, s] /; g =!= f] /; !FreeQ[f, (Sin | Cos)[_]],
        LaplaceTransform[f_, t_Symbol, s_] :> With[{g = Expand[TrigToExp[f]]},
            Together[LaplaceTransform[g, t, s]] /; Head[g] === Plus] /; !FreeQ[f, (Sin | Cos |
            Sinh | Cosh)[_]]
        }",
        "LaplaceTransform[f, t, s] is the Laplace transform of f, the integral of f E^(-s t) over \
         t from 0 to Infinity, for s with a real part that is large enough.",
        &[
            ("LaplaceTransform[t^2 E^(3 t), t, s]", "2/(-3 + s)^3"),
            ("LaplaceTransform[y'[t], t, s]", "-y[0] + s*LaplaceTransform[y[t], t, s]"),
        ],
    ),
    written!(
        "InverseLaplaceTransform",
        Attributes::NONE,
        r"{
        InverseLaplaceTransform[f_List, s_, t_] :> Map[InverseLaplaceTransform[#, s, t] &, f],
        InverseLaplaceTransform[a_ == b_, s_, t_] :> InverseLaplaceTransform[a, s, t] ==
            InverseLaplaceTransform[b, s, t],
        InverseLaplaceTransform[f_Plus, s_Symbol, t_] :> Map[InverseLaplaceTransform[#, s, t] &,
            f],
        InverseLaplaceTransform[c_, s_Symbol, t_] :> c DiracDelta[t] /; FreeQ[c, s],
        InverseLaplaceTransform[c_ f_, s_Symbol, t_] :> c InverseLaplaceTransform[f, s, t] /;
            FreeQ[c, s],
        InverseLaplaceTransform[LaplaceTransform[f_, u_, s_], s_Symbol, t_] :> (f /. u -> t),
        InverseLaplaceTransform[f_. E^(a_. s_ + b_.), s_Symbol, t_Symbol] :> E^b HeavisideTheta[t
            + a] (InverseLaplaceTransform[f, s, t] /. t -> t + a) /; FreeQ[{a, b}, s] &&
            !TrueQ[Simplify[a > 0]] && !(NumericQ[a] && !TrueQ[a < 0]),
        InverseLaplaceTransform[s_, s_Symbol, t_] :> Derivative[1][DiracDelta][t],
        InverseLaplaceTransform[s_^n_Integer, s_Symbol, t_] :> Derivative[n][DiracDelta][t] /; n
            > 0,
        InverseLaplaceTransform[s_^n_, s_Symbol, t_] :> t^(-n - 1)/Gamma[-n] /; FreeQ[n, s] &&
            (!NumericQ[n] || TrueQ[n < 0]),
        InverseLaplaceTransform[(a_. s_ + b_)^n_, s_Symbol, t_] :> a^n E^(-b t/a) t^(-n -
            1)/Gamma[-n] /; FreeQ[{a, b, n}, s] && (!NumericQ[n] || TrueQ[n < 0]) && (IntegerQ[n]
            || TrueQ[Simplify[a > 0]]),
        InverseLaplaceTransform[(a_. s_^2 + b_.)^(-1/2), s_Symbol, t_] :> BesselJ[0,
            PowerExpand[Sqrt[b/a]] t]/Sqrt[a] /; FreeQ[{a, b}, s] && !TrueQ[a < 0] && !TrueQ[b <
            0],
        InverseLaplaceTransform[(a_. s_^2 + b_.)^(-1/2), s_Symbol, t_] :> BesselI[0, Sqrt[-b/a]
            t]/Sqrt[a] /; FreeQ[{a, b}, s] && TrueQ[a > 0] && TrueQ[b < 0],
        InverseLaplaceTransform[E^(a_ Sqrt[s_]), s_Symbol, t_] :> -a E^(-a^2/(4 t))/(2 Sqrt[Pi]
            t^(3/2)) /; FreeQ[a, s] && !TrueQ[a > 0],
        InverseLaplaceTransform[E^(a_ Sqrt[s_])/s_, s_Symbol, t_] :> Erfc[-a/(2 Sqrt[t])] /;
            FreeQ[a, s] && !TrueQ[a > 0],
        InverseLaplaceTransform[E^(a_ Sqrt[s_])/Sqrt[s_], s_Symbol, t_] :> E^(-a^2/(4 t))/Sqrt[Pi
            t] /; FreeQ[a, s] && !TrueQ[a > 0],
        InverseLaplaceTransform[E^(a_/s_)/s_, s_Symbol, t_] :> BesselI[0, 2 Sqrt[a] Sqrt[t]] /;
            FreeQ[a, s] && !TrueQ[a < 0],
        InverseLaplaceTransform[E^(a_/s_)/s_, s_Symbol, t_] :> BesselJ[0, 2 Sqrt[-a] Sqrt[t]] /;
            FreeQ[a, s] && TrueQ[a < 0],
        InverseLaplaceTransform[(ArcTan[a_./s_] | ArcCot[s_/a_.]), s_Symbol, t_] :> Sin[a t]/t /;
            FreeQ[a, s],
        InverseLaplaceTransform[ArcCot[s_], s_Symbol, t_] :> Sin[t]/t,
        InverseLaplaceTransform[Log[f_], s_Symbol, t_] :> With[{g = Together[D[Log[f], s]]},
            With[{h = InverseLaplaceTransform[g, s, t]}, -h/t /; FreeQ[h, InverseLaplaceTransform
            | DiracDelta]]] /; PolynomialQ[Numerator[Together[f]], s] &&
            PolynomialQ[Denominator[Together[f]], s] && Limit[f, s -> Infinity] === 1,
        InverseLaplaceTransform[p_. b_^n_Integer, s_Symbol, t_] :> Module[{a = Coefficient[b, s,
            2], k = -n, h, q, c, w, u, i, m, j, r},
            h = Coefficient[b, s, 1]/(2 a); q = Together[Coefficient[b, s, 0]/a - h^2]; c =
            CoefficientList[Expand[p /. s -> u - h], u];
            r = Sum[c[[i + 1]] Sum[Binomial[Quotient[i, 2], j] (-q)^(Quotient[i, 2] - j)
            Nest[D[#, w]/w &, If[OddQ[i], Cos[w t], Sin[w t]/w], k - j - 1] (-1/2)^(k - j - 1)/(k
            - j - 1)!, {j, 0, Quotient[i, 2]}], {i, 0, Length[c] - 1}];
            E^(-h t) Expand[r /. w -> PowerExpand[Sqrt[q]]]/a^k] /; n < 0 && PolynomialQ[b, s] &&
            Exponent[b, s] == 2 && PolynomialQ[p, s] && Exponent[p, s] < -2 n &&
            !PossibleZeroQ[Coefficient[b, s, 1]^2 - 4 Coefficient[b, s, 0] Coefficient[b, s, 2]],
        InverseLaplaceTransform[f_, s_Symbol, t_] :> With[{g = Apart[Together[f], s]},
            InverseLaplaceTransform[g, s, t] /; Head[g] === Plus || g =!= f] /;
            PolynomialQ[Numerator[Together[f]], s] && PolynomialQ[Denominator[Together[f]], s],
        InverseLaplaceTransform[p_. /b_, s_Symbol, t_] :> With[{d = D[b, s]},
            RootSum[Function[Evaluate[b /. s -> #]], Function[Evaluate[E^(# t) (p/d /. s ->
            #)]]]] /; PolynomialQ[p, s] && PolynomialQ[b, s] && Exponent[p, s] < Exponent[b, s]
            && Exponent[b, s] > 2 && FreeQ[PolynomialGCD[b, D[b, s]], s],
        InverseLaplaceTransform[f_, s_Symbol, t_] :> With[{g = Expand[f]},
            InverseLaplaceTransform[g, s, t] /; Head[g] === Plus]
        }",
        "InverseLaplaceTransform[F, s, t] is the function of t > 0 whose Laplace transform is F. \
         What has an irreducible denominator of a higher degree is a RootSum.",
        &[
            ("InverseLaplaceTransform[1/(s (s + 1)), s, t]", "1 - E^-t"),
            ("InverseLaplaceTransform[s/(s^2 + a^2), s, t]", "Cos[a*t]"),
        ],
    ),
];
