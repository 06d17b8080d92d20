//! Convolutions.

use crate::builtins::Builtin;
use crate::definition::Attributes;

pub(in crate::builtins::calculus) const TABLE: &[Builtin] = &[written!(
    "Convolve",
    Attributes::NONE,
    r"{
    Convolve[c_ f_, g_, x_Symbol, y_] :> c Convolve[f, g, x, y] /; FreeQ[c, x],
    Convolve[f_, c_ g_, x_Symbol, y_] :> c Convolve[f, g, x, y] /; FreeQ[c, x],
    Convolve[f_Plus, g_, x_Symbol, y_] :> Map[Convolve[#, g, x, y] &, f],
    Convolve[f_, g_Plus, x_Symbol, y_] :> Map[Convolve[f, #, x, y] &, g],
    Convolve[DiracDelta[x_ + a_.], g_, x_Symbol, y_] :> (g /. x -> y + a) /; FreeQ[a, x],
    Convolve[f_, DiracDelta[x_ + a_.], x_Symbol, y_] :> (f /. x -> y + a) /; FreeQ[a, x],
    Convolve[f_. (UnitStep | HeavisideTheta)[x_], g_. (UnitStep | HeavisideTheta)[x_], x_Symbol,
        y_] :> Module[{t, r}, r = Integrate[(f /. x -> t) (g /. x -> y - t), {t, 0, y}];
        Simplify[r] UnitStep[y] /; FreeQ[r, Integrate]],
    Convolve[f_, g_, x_Symbol, y_] :> Module[{t, r}, r = Integrate[(f /. x -> t) (g /. x -> y -
        t), {t, -Infinity, Infinity}, Assumptions -> Element[y, Reals]];
        r /; FreeQ[r, Integrate]] /; FreeQ[{f, g}, UnitStep | HeavisideTheta | UnitBox]
    }",
    "Convolve[f, g, x, y] is the convolution of f and g, the integral over all t of f at t times g \
     at y - t; of what is 0 below 0 by UnitStep[x], the integral from 0 to y.",
    &[
        ("Convolve[E^-x UnitStep[x], UnitStep[x], x, y]", "(1 - E^-y)*UnitStep[y]"),
        ("Convolve[DiracDelta[x - 1], Sin[x], x, y]", "-Sin[1 - y]"),
    ],
)];
