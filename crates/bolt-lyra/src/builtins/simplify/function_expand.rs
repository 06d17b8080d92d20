//! `FunctionExpand`: special functions in terms of simpler ones, by rules.

use triomphe::Arc;

use super::assume::assumptions_of;
use super::facts::Facts;
use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[builtin(
    "FunctionExpand",
    Attributes::NONE,
    function_expand,
    "FunctionExpand[e] writes special functions in e by simpler ones where that is known: factorials \
     and binomials by gamma functions, gamma functions of sums by those of the terms, polynomials \
     of named families by elementary functions. FunctionExpand[e, a] goes by assumptions.",
    &[
        ("FunctionExpand[Binomial[n, 2]]", "((-1 + n)*n)/2"),
        ("FunctionExpand[Gamma[n + 2]]", "n*(1 + n)*Gamma[n]"),
    ],
)];

/// What each function is by simpler ones.
const RULES: &str = "{
    Gamma[x_ + n_Integer?(0 < # <= 50 &)] :> Product[x + k, {k, 0, n - 1}] Gamma[x],
    Gamma[x_ + n_Integer?(-50 <= # < 0 &)] :> Gamma[x]/Product[x - k, {k, 1, -n}],
    Factorial[n_] :> Gamma[1 + n],
    Factorial2[n_] :> 2^(n/2 + (1 - Cos[n Pi])/4) Pi^((-1 + Cos[n Pi])/4) Gamma[1 + n/2],
    Binomial[n_, k_Integer?(0 <= # <= 20 &)] :> Product[n - j, {j, 0, k - 1}]/Factorial[k],
    Binomial[n_, n_] :> 1,
    Binomial[n_, k_] :> Gamma[1 + n]/(Gamma[1 + k] Gamma[1 - k + n]),
    Multinomial[a_, b_] :> Gamma[1 + a + b]/(Gamma[1 + a] Gamma[1 + b]),
    Pochhammer[a_, n_Integer?(0 <= # <= 50 &)] :> Product[a + k, {k, 0, n - 1}],
    Pochhammer[a_, n_] :> Gamma[a + n]/Gamma[a],
    FactorialPower[x_, n_] :> Gamma[1 + x]/Gamma[1 - n + x],
    Beta[a_, b_] :> Gamma[a] Gamma[b]/Gamma[a + b],
    CatalanNumber[n_] :> 2^(2 n) Gamma[1/2 + n]/(Sqrt[Pi] Gamma[2 + n]),
    Subfactorial[n_] :> Gamma[1 + n, -1]/E,
    HarmonicNumber[n_] :> EulerGamma + PolyGamma[0, 1 + n],
    PolyGamma[0, x_ + n_Integer?(0 < # <= 50 &)] :> Sum[1/(x + k), {k, 0, n - 1}] + PolyGamma[0, x],
    PolyGamma[0, 1/2] :> -EulerGamma - Log[4],
    Fibonacci[n_] :> ((2/(1 + Sqrt[5]))^-n - (2/(1 + Sqrt[5]))^n Cos[n Pi])/Sqrt[5],
    LucasL[n_] :> (2/(1 + Sqrt[5]))^-n + (2/(1 + Sqrt[5]))^n Cos[n Pi],
    PolygonalNumber[n_] :> n (1 + n)/2,
    PolygonalNumber[r_, n_] :> n (4 - r + n (r - 2))/2,
    ChebyshevT[n_, x_] :> Cos[n ArcCos[x]],
    ChebyshevU[n_, x_] :> Sin[(1 + n) ArcCos[x]]/(Sqrt[1 - x] Sqrt[1 + x]),
    LegendreP[1/2, x_] :> 2 (2 EllipticE[(1 - x)/2] - EllipticK[(1 - x)/2])/Pi,
    GegenbauerC[n_, 1, x_] :> Sin[(1 + n) ArcCos[x]]/(Sqrt[1 - x] Sqrt[1 + x]),
    HermiteH[n_, 0] :> 2^n Sqrt[Pi]/Gamma[(1 - n)/2],
    BesselJ[1/2, x_] :> Sqrt[2/Pi] Sin[x]/Sqrt[x],
    BesselJ[-1/2, x_] :> Sqrt[2/Pi] Cos[x]/Sqrt[x],
    BesselY[1/2, x_] :> -Sqrt[2/Pi] Cos[x]/Sqrt[x],
    BesselI[1/2, x_] :> Sqrt[2/Pi] Sinh[x]/Sqrt[x],
    BesselK[1/2, x_] :> Sqrt[Pi/2]/(E^x Sqrt[x]),
    Haversine[x_] :> (1 - Cos[x])/2,
    InverseHaversine[x_] :> 2 ArcSin[Sqrt[x]],
    Sinc[x_] :> Sin[x]/x,
    LogisticSigmoid[x_] :> 1/(1 + E^-x),
    Gudermannian[x_] :> -Pi/2 + 2 ArcTan[E^x],
    InverseGudermannian[x_] :> Log[Tan[Pi/4 + x/2]],
    ProductLog[x_ Log[x_]] :> Log[x],
    Erfc[x_] :> 1 - Erf[x],
    Hypergeometric2F1[1, 1, 2, x_] :> -Log[1 - x]/x,
    Hypergeometric2F1[a_, b_, b_, x_] :> (1 - x)^-a,
    Hypergeometric2F1[a_, b_, a_, x_] :> (1 - x)^-b,
    Hypergeometric1F1[a_, a_, x_] :> E^x,
    Hypergeometric0F1[1/2, x_] :> Cosh[2 Sqrt[x]],
    PolyLog[1, x_] :> -Log[1 - x],
    PolyLog[0, x_] :> x/(1 - x),
    PolyLog[-1, x_] :> x/(1 - x)^2,
    Zeta[2, 1/2] :> Pi^2/2,
    EllipticK[0] :> Pi/2,
    CosIntegral[-x_] :> CosIntegral[x] - Log[x] + Log[-x],
    ExpIntegralE[1, x_] :> Gamma[0, x],
    Log[n_Rational] :> Log[Numerator[n]] - Log[Denominator[n]],
    UnitBox[x_] :> Piecewise[{{1, -1/2 <= x <= 1/2}}, 0],
    UnitTriangle[x_] :> Piecewise[{{1 - x, 0 <= x <= 1}, {1 + x, -1 <= x <= 0}}, 0],
    Ramp[x_] :> x UnitStep[x],
    Surd[x_, n_Integer?OddQ] :> Sign[x] Abs[x]^(1/n),
    CubeRoot[x_] :> Sign[x] Abs[x]^(1/3),
    AngerJ[n_Integer, x_] :> BesselJ[n, x],
    Sin[Pi/5] :> Sqrt[5/8 - Sqrt[5]/8],
    Cos[Pi/5] :> (1 + Sqrt[5])/4,
    Tan[Pi/8] :> Sqrt[2] - 1,
    Sin[Pi/8] :> Sqrt[2 - Sqrt[2]]/2,
    Cos[Pi/8] :> Sqrt[2 + Sqrt[2]]/2
}";

fn function_expand(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value, rest @ ..] = call.args() else {
        session.wrong_count_of("FunctionExpand", 0, 1, 2);
        return Ok(Step::Same);
    };
    let (assumptions, _) = assumptions_of(session, rest)?;
    let facts = Facts::read(session, &assumptions)?;
    let current = session.rewrite_parts(value, &mut |session, part| expanded(session, part))?;
    let current = match facts.is_empty() {
        true => current,
        false => super::refine::refine(session, &facts, &current)?,
    };
    Ok(Step::Done(current))
}

fn expanded(session: &mut Session, part: &Value) -> Evaluated<Option<Value>> {
    let Value::Call(call) = part else { return Ok(None) };
    let is_plain = [sym::Plus, sym::Times, sym::Power, sym::List].iter().any(|&head| call.is(head));
    if is_plain || call.head().as_symbol().is_none() {
        return Ok(None);
    }
    match session.by_rules(call, RULES)? {
        Step::Again(value) => Ok(Some(value)),
        _ => Ok(None),
    }
}
