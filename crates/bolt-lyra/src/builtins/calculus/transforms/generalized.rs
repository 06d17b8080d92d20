//! Generalized functions.

use crate::builtins::Builtin;
use crate::definition::Attributes;

pub(in crate::builtins::calculus) const TABLE: &[Builtin] = &[
    written!(
        "HeavisideTheta",
        Attributes::LISTABLE,
        r"{
        HeavisideTheta[x_?NumericQ] /; x < 0 :> 0,
        HeavisideTheta[x_?NumericQ] /; x > 0 :> 1,
        HeavisideTheta[Infinity] :> 1,
        HeavisideTheta[-Infinity] :> 0
        }",
        "HeavisideTheta[x] is 0 for x < 0 and 1 for x > 0; its derivative is DiracDelta[x].",
        &[("HeavisideTheta[-1]", "0"), ("HeavisideTheta[Pi]", "1"),],
    ),
    written!(
        "DiracDelta",
        Attributes::LISTABLE,
        r"{
        DiracDelta[x_?NumericQ] /; x != 0 :> 0,
        DiracDelta[a_?Negative x_.] :> DiracDelta[-a x],
        DiracDelta[Infinity | -Infinity] :> 0
        }",
        "DiracDelta[x] is 0 but at x = 0, and has the integral 1.",
        &[("DiracDelta[2]", "0"), ("DiracDelta[-x]", "DiracDelta[x]"),],
    ),
    written!(
        "HeavisidePi",
        Attributes::LISTABLE,
        r"{
        HeavisidePi[x_?NumericQ] /; Abs[x] < 1/2 :> 1,
        HeavisidePi[x_?NumericQ] /; Abs[x] > 1/2 :> 0
        }",
        "HeavisidePi[x] is 1 for Abs[x] < 1/2 and 0 for Abs[x] > 1/2.",
        &[("HeavisidePi[1/4]", "1"), ("HeavisidePi[3]", "0"),],
    ),
    written!(
        "HeavisideLambda",
        Attributes::LISTABLE,
        r"{
        HeavisideLambda[x_?NumericQ] /; Abs[x] < 1 :> 1 - Abs[x],
        HeavisideLambda[x_?NumericQ] /; Abs[x] >= 1 :> 0
        }",
        "HeavisideLambda[x] is 1 - Abs[x] for Abs[x] < 1 and 0 beyond.",
        &[("HeavisideLambda[1/4]", "3/4"), ("HeavisideLambda[3]", "0"),],
    ),
];
