//! Fourier series.

use crate::builtins::Builtin;
use crate::definition::Attributes;

pub(in crate::builtins::calculus) const TABLE: &[Builtin] = &[
    written!(
        "FourierCoefficient",
        Attributes::NONE,
        r"{
        FourierCoefficient[f_, t_Symbol, n_] :> With[{v = Integrate[f E^(-I n t), {t, -Pi,
            Pi}]/(2 Pi)}, Simplify[v] /; FreeQ[v, Integrate]] /; IntegerQ[n],
        FourierCoefficient[f_, t_Symbol, n_Symbol] :> Module[{v, p, z}, v = Simplify[Integrate[f
            E^(-I n t), {t, -Pi, Pi}]/(2 Pi) /. {E^(Complex[0, k_Integer] n Pi) :> (-1)^(k n),
            E^(Complex[0, k_Integer] Pi n + c_) :> (-1)^(k n) E^c, Sin[k_. n Pi] :> 0 /;
            IntegerQ[k], Cos[k_. n Pi] :> (-1)^(k n) /; IntegerQ[k]}, Element[n, Integers]];
            p = If[FreeQ[v, Integrate], Cases[n /. Solve[Denominator[Together[v]] == 0, n],
            _Integer], {}];
            z = Map[{FourierCoefficient[f, t, #], n == #} &, Union[p]];
            If[z === {}, v, If[Length[z] === 1 && p[[1]] === 0, Piecewise[{{v, n != 0}}, z[[1,
            1]]], Piecewise[z, v]]] /; FreeQ[{v, z}, Integrate | FourierCoefficient |
            Indeterminate | ComplexInfinity]] /; FreeQ[f, n] && FreeQ[f, Sin | Cos | Abs |
            UnitStep | Sign | Piecewise | HeavisideTheta]
        }",
        "FourierCoefficient[f, t, n] is the coefficient of E^(I n t) in the Fourier series of f \
         on the interval from -Pi to Pi.",
        &[("FourierCoefficient[t, t, 3]", "-(1/3*I)"), ("FourierCoefficient[t^2, t, 0]", "Pi^2/3"),],
    ),
    written!(
        "FourierSinCoefficient",
        Attributes::NONE,
        r"{
        FourierSinCoefficient[f_, t_Symbol, n_] :> Module[{v}, v = Integrate[f Sin[n t], {t, 0,
            Pi}] 2/Pi; Simplify[v /. {Sin[k_. n Pi] :> 0 /; IntegerQ[k], Cos[k_. n Pi] :> (-1)^(k
            n) /; IntegerQ[k]}, Element[n, Integers]] /; FreeQ[v, Integrate]] /; IntegerQ[n] ||
            MatchQ[n, _Symbol] && PolynomialQ[f, t]
        }",
        "FourierSinCoefficient[f, t, n] is the coefficient of Sin[n t] in the sine series of f on \
         the interval from 0 to Pi.",
        &[
            ("FourierSinCoefficient[t, t, 2]", "-1"),
            ("FourierSinCoefficient[t, t, n]", "-((2*(-1)^n)/n)"),
        ],
    ),
    written!(
        "FourierCosCoefficient",
        Attributes::NONE,
        r"{
        FourierCosCoefficient[f_, t_Symbol, 0] :> With[{v = Integrate[f, {t, 0, Pi}]/Pi}, v /;
            FreeQ[v, Integrate]],
        FourierCosCoefficient[f_, t_Symbol, n_Integer] :> With[{v = Integrate[f Cos[n t], {t, 0,
            Pi}] 2/Pi}, Simplify[v] /; FreeQ[v, Integrate]],
        FourierCosCoefficient[f_, t_Symbol, n_Symbol] :> Module[{v = Integrate[f Cos[n t], {t, 0,
            Pi}] 2/Pi, z = FourierCosCoefficient[f, t, 0]}, Piecewise[{{Simplify[v /. {Sin[k_. n
            Pi] :> 0 /; IntegerQ[k], Cos[k_. n Pi] :> (-1)^(k n) /; IntegerQ[k]}, Element[n,
            Integers]], n != 0}}, z] /; FreeQ[{v, z}, Integrate | FourierCosCoefficient]] /;
            PolynomialQ[f, t]
        }",
        "FourierCosCoefficient[f, t, n] is the coefficient of Cos[n t] in the cosine series of f \
         on the interval from 0 to Pi.",
        &[
            ("FourierCosCoefficient[t, t, 0]", "Pi/2"),
            ("FourierCosCoefficient[t, t, 3]", "-(4/(9*Pi))"),
        ],
    ),
    written!(
        "FourierSeries",
        Attributes::NONE,
        r"{
        FourierSeries[f_, t_Symbol, k_Integer] :> With[{c = Table[FourierCoefficient[f, t, n],
            {n, -k, k}]}, Sum[c[[n + k + 1]] E^(I n t), {n, -k, k}] /; FreeQ[c,
            FourierCoefficient]] /; 0 <= k < 500
        }",
        "FourierSeries[f, t, k] is the Fourier series of f on the interval from -Pi to Pi in \
         exponentials, with the terms to E^(I k t).",
        &[
            ("FourierSeries[t, t, 1]", "I*E^(-I*t) + -I*E^(I*t)"),
            ("FourierSeries[Cos[t], t, 1]", "E^(-I*t)/2 + E^(I*t)/2"),
        ],
    ),
    written!(
        "FourierTrigSeries",
        Attributes::NONE,
        r"{
        FourierTrigSeries[f_, t_Symbol, k_Integer] :> With[{c = Table[FourierCoefficient[f, t,
            n], {n, -k, k}]}, Sum[Simplify[c[[k + 1 + n]] + c[[k + 1 - n]]] If[n == 0, 1/2, 1]
            Cos[n t] + Simplify[I (c[[k + 1 + n]] - c[[k + 1 - n]])] Sin[n t], {n, 0, k}] /;
            FreeQ[c, FourierCoefficient]] /; 0 <= k < 500
        }",
        "FourierTrigSeries[f, t, k] is the Fourier series of f on the interval from -Pi to Pi in \
         sines and cosines, with the terms to k t.",
        &[
            ("FourierTrigSeries[t^2, t, 2]", "Pi^2/3 - 4*Cos[t] + Cos[2*t]"),
            ("FourierTrigSeries[t, t, 2]", "2*Sin[t] - Sin[2*t]"),
        ],
    ),
    written!(
        "FourierSinSeries",
        Attributes::NONE,
        r"{
        FourierSinSeries[f_, t_Symbol, k_Integer] :> With[{c = Table[FourierSinCoefficient[f, t,
            n], {n, k}]}, Sum[c[[n]] Sin[n t], {n, k}] /; FreeQ[c, FourierSinCoefficient]] /; 0
            <= k < 500
        }",
        "FourierSinSeries[f, t, k] is the series of f on the interval from 0 to Pi in sines, with \
         the terms to k t.",
        &[
            ("FourierSinSeries[t, t, 2]", "2*Sin[t] - Sin[2*t]"),
            ("FourierSinSeries[1, t, 3]", "(4*Sin[t])/Pi + (4*Sin[3*t])/(3*Pi)"),
        ],
    ),
    written!(
        "FourierCosSeries",
        Attributes::NONE,
        r"{
        FourierCosSeries[f_, t_Symbol, k_Integer] :> With[{c = Table[FourierCosCoefficient[f, t,
            n], {n, 0, k}]}, Sum[c[[n + 1]] Cos[n t], {n, 0, k}] /; FreeQ[c,
            FourierCosCoefficient]] /; 0 <= k < 500
        }",
        "FourierCosSeries[f, t, k] is the series of f on the interval from 0 to Pi in cosines, \
         with the terms to k t.",
        &[
            ("FourierCosSeries[t, t, 1]", "Pi/2 - (4*Cos[t])/Pi"),
            ("FourierCosSeries[1, t, 2]", "1"),
        ],
    ),
];
