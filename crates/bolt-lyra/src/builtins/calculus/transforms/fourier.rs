//! Fourier transforms. All are found with the parameters {1, 1}, the integral of f E^(I w t).

use crate::builtins::Builtin;
use crate::definition::Attributes;

pub(in crate::builtins::calculus) const TABLE: &[Builtin] = &[
    written!(
        "FourierTransform",
        Attributes::NONE,
        r"{
        FourierTransform[f_Plus, t_, w_, o___] :> Map[FourierTransform[#, t, w, o] &, f],
        FourierTransform[f_List, t_Symbol, w_, o___] :> Map[FourierTransform[#, t, w, o] &, f],
        FourierTransform[a_ == b_, t_, w_, o___] :> FourierTransform[a, t, w, o] ==
            FourierTransform[b, t, w, o],
        FourierTransform[f_, t_Symbol, w_] :> With[{g = FourierTransform[f, t, w,
            FourierParameters -> {1, 1}]}, Expand[g (2 Pi)^(-1/2)] /; FreeQ[g, FourierTransform]],
        FourierTransform[f_, t_Symbol, w_, FourierParameters -> {a_, b_}] :> With[{g =
            FourierTransform[f, t, w, FourierParameters -> {1, 1}]}, Expand[Sqrt[Abs[b]] (2
            Pi)^((a - 1)/2) (g /. w -> b w)] /; FreeQ[g, FourierTransform]] /; {a, b} =!= {1, 1}
            && AtomQ[w] && FreeQ[f, w],
        FourierTransform[c_, t_Symbol, w_, FourierParameters -> {1, 1}] :> 2 Pi c DiracDelta[w]
            /; FreeQ[c, t],
        FourierTransform[c_ f_, t_Symbol, w_, o : (FourierParameters -> {1, 1})] :> c
            FourierTransform[f, t, w, o] /; FreeQ[c, t],
        FourierTransform[f_. DiracDelta[a_. t_ + b_.], t_Symbol, w_, FourierParameters -> {1, 1}]
            :> (f /. t -> -b/a) E^(-I w b/a)/Abs[a] /; FreeQ[{a, b}, t],
        FourierTransform[Derivative[n_Integer][DiracDelta][t_], t_Symbol, w_, FourierParameters
            -> {1, 1}] :> (-I w)^n /; n > 0,
        FourierTransform[f_. E^(Complex[0, k_] a_. t_ + b_.), t_Symbol, w_, o :
            (FourierParameters -> {1, 1})] :> E^b (FourierTransform[f, t, w, o] /. w -> w + k a)
            /; FreeQ[{a, b}, t] && FreeQ[a, Complex],
        FourierTransform[f_. Cos[a_. t_ + b_.], t_Symbol, w_, o : (FourierParameters -> {1, 1})]
            :> With[{g = FourierTransform[f, t, w, o]}, Expand[E^(I b) (g /. w -> w + a)/2 +
            E^(-I b) (g /. w -> w - a)/2] /; FreeQ[g, FourierTransform]] /; FreeQ[{a, b}, t] &&
            FreeQ[a, Complex],
        FourierTransform[f_. Sin[a_. t_ + b_.], t_Symbol, w_, o : (FourierParameters -> {1, 1})]
            :> With[{g = FourierTransform[f, t, w, o]}, Expand[E^(I b) (g /. w -> w + a)/(2 I) -
            E^(-I b) (g /. w -> w - a)/(2 I)] /; FreeQ[g, FourierTransform]] /; FreeQ[{a, b}, t]
            && FreeQ[a, Complex] && !MatchQ[f, t^_],
        FourierTransform[Sin[a_. t_]/t_, t_Symbol, w_, FourierParameters -> {1, 1}] :> Pi (Sign[w
            + a] - Sign[w - a])/2 /; FreeQ[a, t] && FreeQ[a, Complex],
        FourierTransform[Sinc[a_. t_], t_Symbol, w_, FourierParameters -> {1, 1}] :> Pi (Sign[w +
            a] - Sign[w - a])/(2 a) /; FreeQ[a, t] && FreeQ[a, Complex],
        FourierTransform[t_^n_., t_Symbol, w_, FourierParameters -> {1, 1}] :> 2 Pi (-I)^n
            Derivative[n][DiracDelta][w] /; IntegerQ[n] && n > 0,
        FourierTransform[t_^n_, t_Symbol, w_, FourierParameters -> {1, 1}] :> Pi I^(-n) w^(-n -
            1) Sign[w]/(-n - 1)! /; IntegerQ[n] && n < 0,
        FourierTransform[Sign[t_], t_Symbol, w_, FourierParameters -> {1, 1}] :> 2 I/w,
        FourierTransform[Abs[t_], t_Symbol, w_, FourierParameters -> {1, 1}] :> -2/w^2,
        FourierTransform[Abs[t_]^p_, t_Symbol, w_, FourierParameters -> {1, 1}] :> -2 Sin[Pi p/2]
            Gamma[p + 1]/Abs[w]^(p + 1) /; FreeQ[p, t] && (!NumericQ[p] || TrueQ[p > -1] &&
            !EvenQ[p]),
        FourierTransform[(UnitStep | HeavisideTheta)[t_], t_Symbol, w_, FourierParameters -> {1,
            1}] :> Pi DiracDelta[w] + I/w,
        FourierTransform[f_. E^(a_. t_ + b_.) (UnitStep | HeavisideTheta)[t_], t_Symbol, w_,
            FourierParameters -> {1, 1}] :> Module[{s}, E^b (LaplaceTransform[f, t, s] /. s -> -a
            - I w)] /; FreeQ[{a, b}, t] && !TrueQ[Simplify[Re[a] >= 0]] && MatchQ[f, 1 | t^_. |
            Sin[_. t] | Cos[_. t] | t^_. Sin[_. t] | t^_. Cos[_. t]],
        FourierTransform[f_. (h : (UnitStep | HeavisideTheta))[a_. t_ + b_], t_Symbol, w_, o :
            (FourierParameters -> {1, 1})] :> With[{g = FourierTransform[Expand[(f /. t -> t -
            b/a) h[a t]], t, w, o]}, Expand[E^(-I w b/a) g] /; FreeQ[g, FourierTransform]] /;
            FreeQ[{a, b}, t] && FreeQ[f, UnitStep | HeavisideTheta],
        FourierTransform[f_. (UnitStep | HeavisideTheta)[t_ + b_.] (UnitStep |
            HeavisideTheta)[a_. t_ + c_.], t_Symbol, w_, o : (FourierParameters -> {1, 1})] :>
            With[{l = -b, u = -c/a}, If[l < u, FourierTransform[f UnitStep[t - l] - f UnitStep[t
            - u], t, w, o], 0]] /; TrueQ[a < 0] && Element[b | c, Reals] && NumericQ[b] &&
            NumericQ[c],
        FourierTransform[f_. (h : (UnitStep | HeavisideTheta))[a_ t_], t_Symbol, w_, o :
            (FourierParameters -> {1, 1})] :> If[a > 0, FourierTransform[f h[t], t, w, o],
            FourierTransform[(f /. t -> -t) h[t], t, w, o] /. w -> -w] /; TrueQ[a != 0],
        FourierTransform[t_^n_. f_, t_Symbol, w_, o : (FourierParameters -> {1, 1})] :> With[{g =
            FourierTransform[f, t, w, o]}, (-I)^n D[g, {w, n}] /; FreeQ[g, FourierTransform]] /;
            IntegerQ[n] && n > 0 && !MatchQ[f, Power[_, _?Negative]],
        FourierTransform[E^(a_. t_^2 + b_.), t_Symbol, w_, FourierParameters -> {1, 1}] :>
            Sqrt[Pi]/Sqrt[-a] E^(b + w^2/(4 a)) /; FreeQ[{a, b}, t] && !TrueQ[Simplify[Re[a] >=
            0]],
        FourierTransform[E^(a_. t_^2 + c_. t_ + b_.), t_Symbol, w_, FourierParameters -> {1, 1}]
            :> Sqrt[Pi]/Sqrt[-a] E^(b - (c + I w)^2/(4 a)) /; FreeQ[{a, b, c}, t] &&
            !TrueQ[Simplify[Re[a] >= 0]],
        FourierTransform[E^(a_. Abs[t_] + b_.), t_Symbol, w_, FourierParameters -> {1, 1}] :> -2
            a E^b/(a^2 + w^2) /; FreeQ[{a, b}, t] && !TrueQ[Simplify[Re[a] >= 0]],
        FourierTransform[UnitBox[a_. t_ + b_.] | HeavisidePi[a_. t_ + b_.], t_Symbol, w_,
            FourierParameters -> {1, 1}] :> E^(-I w b/a) Sinc[w/(2 a)]/Abs[a] /; FreeQ[{a, b}, t],
        FourierTransform[UnitTriangle[a_. t_ + b_.] | HeavisideLambda[a_. t_ + b_.], t_Symbol,
            w_, FourierParameters -> {1, 1}] :> E^(-I w b/a) Sinc[w/(2 a)]^2/Abs[a] /; FreeQ[{a,
            b}, t],
        FourierTransform[Sech[a_. t_], t_Symbol, w_, FourierParameters -> {1, 1}] :> Pi Sech[Pi
            w/(2 a)]/a /; FreeQ[a, t] && !TrueQ[a < 0],
        FourierTransform[BesselJ[0, a_. t_], t_Symbol, w_, FourierParameters -> {1, 1}] :> 2
            UnitStep[a^2 - w^2]/Sqrt[a^2 - w^2] /; FreeQ[a, t],
        FourierTransform[(p_. + q_. t_)/(a_. t_^2 + b_. t_ + c_), t_Symbol, w_, FourierParameters
            -> {1, 1}] :> Module[{h = b/(2 a), r}, r = PowerExpand[Sqrt[Together[c/a - h^2]]];
            E^(-I w h - r Abs[w]) ((p - q h) Pi/r + I q Pi Sign[w])/a] /; FreeQ[{a, b, c, p, q},
            t] && !TrueQ[Simplify[4 a c - b^2 <= 0]],
        FourierTransform[(p_. + q_. t_)/(a_. t_^2 + c_), t_Symbol, w_, FourierParameters -> {1,
            1}] :> With[{r = PowerExpand[Sqrt[c/a]]}, E^(-r Abs[w]) (p Pi/r + I q Pi Sign[w])/a]
            /; FreeQ[{a, c, p, q}, t] && !TrueQ[Simplify[a c <= 0]],
        FourierTransform[q_. t_/(a_. t_^2 + c_), t_Symbol, w_, FourierParameters -> {1, 1}] :>
            With[{r = PowerExpand[Sqrt[c/a]]}, I q Pi Sign[w] E^(-r Abs[w])/a] /; FreeQ[{a, c,
            q}, t] && !TrueQ[Simplify[a c <= 0]],
        FourierTransform[1/(a_. t_^2 + b_. t_ + c_), t_Symbol, w_, FourierParameters -> {1, 1}]
            :> Module[{h = b/(2 a), r}, r = PowerExpand[Sqrt[Together[c/a - h^2]]]; E^(-I w h - r
            Abs[w]) Pi/(r a)] /; FreeQ[{a, b, c}, t] && !TrueQ[Simplify[4 a c - b^2 <= 0]],
        FourierTransform[1/(a_. t_^2 + c_), t_Symbol, w_, FourierParameters -> {1, 1}] :> With[{r
            = PowerExpand[Sqrt[c/a]]}, E^(-r Abs[w]) Pi/(r a)] /; FreeQ[{a, c}, t] &&
            !TrueQ[Simplify[a c <= 0]],
        FourierTransform[1/(a_. t_^2 + c_)^2, t_Symbol, w_, FourierParameters -> {1, 1}] :>
            With[{r = PowerExpand[Sqrt[c/a]]}, E^(-r Abs[w]) Pi (1 + r Abs[w])/(2 r^3 a^2)] /;
            FreeQ[{a, c}, t] && !TrueQ[Simplify[a c <= 0]],
        FourierTransform[(p_ + Complex[0, k_] q_. t_)^n_, t_Symbol, w_, FourierParameters -> {1,
            1}] :> With[{c = Abs[k] q, v = Sign[k] w}, 2 Pi c^n v^(-n - 1)/(-n - 1)! E^(-v p/c)
            HeavisideTheta[v]] /; FreeQ[{p, q}, t] && FreeQ[{p, q}, Complex] && IntegerQ[n] && n
            < 0 && !TrueQ[p < 0] && !TrueQ[q < 0],
        FourierTransform[Derivative[n_Integer][y_][t_], t_Symbol, w_, o : (FourierParameters ->
            {1, 1})] :> (-I w)^n FourierTransform[y[t], t, w, o] /; n > 0,
        FourierTransform[f_, t_Symbol, w_, o : (FourierParameters -> {1, 1})] :> With[{g =
            Expand[f]}, FourierTransform[g, t, w, o] /; Head[g] === Plus]
        }",
        "FourierTransform[f, t, w] is the integral of f E^(I w t) over all real t, over Sqrt[2 \
         Pi]. The option FourierParameters -> {a, b} asks for Sqrt[Abs[b]/(2 Pi)^(1 - a)] times \
         the integral of f E^(I b w t). Symbols are taken for positive where it matters.",
        &[
            ("FourierTransform[Exp[-t^2], t, w]", "E^-(w^2/4)/Sqrt[2]"),
            ("FourierTransform[UnitBox[t], t, w, FourierParameters -> {1, 1}]", "Sinc[w/2]"),
        ],
    ),
    written!(
        "InverseFourierTransform",
        Attributes::NONE,
        r"{
        InverseFourierTransform[f_Plus, w_, t_, o___] :> Map[InverseFourierTransform[#, w, t, o]
            &, f],
        InverseFourierTransform[f_List, w_Symbol, t_, o___] :> Map[InverseFourierTransform[#, w,
            t, o] &, f],
        InverseFourierTransform[a_ == b_, w_, t_, o___] :> InverseFourierTransform[a, w, t, o] ==
            InverseFourierTransform[b, w, t, o],
        InverseFourierTransform[f_, w_Symbol, t_] :> With[{g = FourierTransform[f, w, t,
            FourierParameters -> {1, 1}]}, Expand[(2 Pi)^(-1/2) (g /. t -> -t)] /; FreeQ[g,
            FourierTransform]] /; AtomQ[t] && FreeQ[f, t],
        InverseFourierTransform[f_, w_Symbol, t_, FourierParameters -> {a_, b_}] :> With[{g =
            FourierTransform[f, w, t, FourierParameters -> {1, 1}]}, Expand[Sqrt[Abs[b]] (2
            Pi)^(-(1 + a)/2) (g /. t -> -b t)] /; FreeQ[g, FourierTransform]] /; AtomQ[t] &&
            FreeQ[f, t]
        }",
        "InverseFourierTransform[F, w, t] is the function of t whose Fourier transform is F; it \
         takes the option FourierParameters of FourierTransform.",
        &[
            (
                "InverseFourierTransform[DiracDelta[w], w, t, FourierParameters -> {1, 1}]",
                "1/(2*Pi)"
            ),
            ("InverseFourierTransform[Exp[-w^2/4]/Sqrt[2], w, t]", "E^-t^2"),
        ],
    ),
];
