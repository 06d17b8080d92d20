//! The special functions by name, with their exact values.

use super::super::{Builtin, builtin};
use super::{apply, apply_pfq, gamma, hypergeometric as hyper, integrals};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::value::Value;

const NUMERIC: Attributes = Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION);

macro_rules! special {
    ($name:literal, $functions:expr, $rules:literal, $usage:literal, $examples:expr $(,)?) => {
        builtin($name, NUMERIC, |s, c| apply(s, c, $functions, $rules), $usage, $examples)
    };
}

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    special!(
        "Gamma",
        &[(1, gamma::gamma), (2, integrals::upper_gamma)],
        "{Gamma[n_Integer] /; 0 < n < 10^6 :> (n - 1)!, Gamma[n_Integer] /; n <= 0 :> ComplexInfinity, Gamma[x_Real] /; x <= 0 && x == Round[x] :> ComplexInfinity,
          Gamma[x_Rational] /; Denominator[x] == 2 && 0 < x < 5000 :> (2 x - 2)!!/2^(x - 1/2) Sqrt[Pi],
          Gamma[x_Rational] /; Denominator[x] == 2 && -5000 < x < 0 :> (-2)^(1/2 - x)/(-2 x)!! Sqrt[Pi],
          Gamma[Infinity] :> Infinity, Gamma[-Infinity | ComplexInfinity | Indeterminate] :> Indeterminate,
          Gamma[a_, 0] /; NumericQ[a] && Re[a] > 0 :> Gamma[a], Gamma[1, z_] :> E^-z, Gamma[0, z_] /; z =!= 0 :> ExpIntegralE[1, z], Gamma[0, 0] :> Infinity, Gamma[1/2, z_] :> Sqrt[Pi] Erfc[Sqrt[z]],
          Gamma[_, Infinity] :> 0, Gamma[n_Integer, z_] /; 1 < n < 100 && NumericQ[z] :> (n - 1)! E^-z Sum[z^$k/$k!, {$k, 0, n - 1}],
          Gamma[a_, z0_, z1_] :> Gamma[a, z0] - Gamma[a, z1]}",
        "Gamma[z] is the gamma function, Gamma[a, z] the upper incomplete one, Gamma[a, z0, z1] the \
         difference of two.",
        &[("Gamma[5]", "24"), ("Gamma[1/2]", "Sqrt[Pi]"), ("Gamma[1, x]", "E^-x"), ("Gamma[0.5]", "1.772453850905516"), ("Gamma[-1.]", "ComplexInfinity")],
    ),
    special!(
        "LogGamma",
        &[(1, gamma::log_gamma)],
        "{LogGamma[n_Integer] /; 0 < n < 10^4 :> Log[(n - 1)!], LogGamma[n_Integer] /; n <= 0 :> Infinity, LogGamma[1/2] :> Log[Pi]/2, LogGamma[Infinity] :> Infinity}",
        "LogGamma[z] is the logarithm of the gamma function, continued from positive numbers.",
        &[("LogGamma[3]", "Log[2]"), ("LogGamma[1]", "0"), ("LogGamma[2.]", "0.")],
    ),
    special!(
        "GammaRegularized",
        &[(2, |z| integrals::upper_gamma(z)?.mul(&gamma::gamma(&z[..1])?.inv()?).into()), (3, |z| {
            let [a, low, high] = z else { return None };
            let whole = gamma::gamma(&z[..1])?.inv()?;
            match low.is_zero() {
                true => integrals::lower_gamma(a, high)?.mul(&whole).into(),
                false => {
                    let first = integrals::upper_gamma(&[a.clone(), low.clone()])?;
                    first.sub(&integrals::upper_gamma(&[a.clone(), high.clone()])?).mul(&whole).into()
                }
            }
        })],
        "{GammaRegularized[a_, 0] /; NumericQ[a] && a > 0 :> 1, GammaRegularized[1, z_] :> E^-z, GammaRegularized[_, Infinity] :> 0, GammaRegularized[n_Integer, _] /; n <= 0 :> 0,
          GammaRegularized[1/2, z_] :> Erfc[Sqrt[z]], GammaRegularized[n_Integer, z_?NumericQ] /; 0 < n < 200 && Precision[z] === Infinity :> E^-z Sum[z^$k/$k!, {$k, 0, n - 1}],
          GammaRegularized[_, 0, 0] :> 0, GammaRegularized[1, 0, z_] :> 1 - E^-z, GammaRegularized[1/2, 0, z_] :> Erf[Sqrt[z]], GammaRegularized[a_?NumericQ, 0, Infinity] /; a > 0 :> 1,
          GammaRegularized[n_Integer, 0, z_?NumericQ] /; 0 < n < 200 && Precision[z] === Infinity :> 1 - E^-z Sum[z^$k/$k!, {$k, 0, n - 1}],
          GammaRegularized[a_, z0_, z1_] /; z0 =!= 0 && !(MachineNumberQ[z0] && z0 == 0) :> GammaRegularized[a, z0] - GammaRegularized[a, z1]}",
        "GammaRegularized[a, z] is Gamma[a, z]/Gamma[a]; GammaRegularized[a, 0, z] is one less it.",
        &[("GammaRegularized[1, x]", "E^-x"), ("GammaRegularized[2, 0]", "1")],
    ),
    special!(
        "InverseGammaRegularized",
        &[],
        "{InverseGammaRegularized[a_, 1] :> 0, InverseGammaRegularized[a_, 0] :> Infinity, InverseGammaRegularized[a_, 0, 0] :> 0, InverseGammaRegularized[a_, 0, 1] :> Infinity,
          InverseGammaRegularized[1, 0, q_] :> -Log[1 - q], InverseGammaRegularized[1, q_] :> -Log[q],
          InverseGammaRegularized[a_?NumericQ, 0, q_?NumericQ] /; Precision[{a, q}] === MachinePrecision && a > 0 && 0 < q < 1 :>
            Module[{lo = 0., hi = 2. a + 10.}, While[GammaRegularized[1. a, 0, hi] < q, hi = 2 hi]; Do[With[{m = If[lo > 0 && hi > 4 lo, Sqrt[lo hi], (lo + hi)/2]}, If[m <= lo || m >= hi, Break[]]; If[GammaRegularized[1. a, 0, m] < q, lo = m, hi = m]], 400]; hi],
          InverseGammaRegularized[a_?NumericQ, q_?NumericQ] /; Precision[{a, q}] === MachinePrecision && a > 0 && 0 < q < 1 :>
            Module[{lo = 0., hi = 2. a + 10.}, While[GammaRegularized[1. a, hi] > q, hi = 2 hi]; Do[With[{m = (lo + hi)/2}, If[GammaRegularized[1. a, m] > q, lo = m, hi = m]], 70]; (lo + hi)/2]}",
        "InverseGammaRegularized[a, q] is the z with GammaRegularized[a, z] == q.",
        &[("InverseGammaRegularized[2, 1]", "0"), ("InverseGammaRegularized[2, 0]", "Infinity")],
    ),
    special!(
        "InverseBetaRegularized",
        &[],
        "{InverseBetaRegularized[0, a_, b_] :> 0, InverseBetaRegularized[1, a_, b_] :> 1, InverseBetaRegularized[q_, 1, 1] :> q,
          InverseBetaRegularized[1/2, a_, a_] :> 1/2,
          InverseBetaRegularized[q_?NumericQ, a_?NumericQ, b_?NumericQ] /; Precision[{q, a, b}] === MachinePrecision && a > 0 && b > 0 && 0 < q < 1 :>
            Module[{lo = 0., hi = 1.}, Do[With[{m = If[lo > 0 && hi > 4 lo, Sqrt[lo hi], (lo + hi)/2]}, If[m <= lo || m >= hi, Break[]]; If[BetaRegularized[m, 1. a, 1. b] < q, lo = m, hi = m]], 400]; hi]}",
        "InverseBetaRegularized[q, a, b] is the z with BetaRegularized[z, a, b] == q.",
        &[
            ("InverseBetaRegularized[1, 2, 3]", "1"),
            ("Round[10^9 InverseBetaRegularized[0.5, 2, 3]]", "385727568"),
        ],
    ),
    special!(
        "PolyGamma",
        &[(1, gamma::digamma), (2, gamma::polygamma)],
        "{PolyGamma[z_] :> PolyGamma[0, z], PolyGamma[_, n_Integer] /; n <= 0 :> ComplexInfinity,
          PolyGamma[0, n_Integer] /; 0 < n <= 1000 :> HarmonicNumber[n - 1] - EulerGamma,
          PolyGamma[0, x_Rational] /; Denominator[x] == 2 && 0 < x < 1000 :> -EulerGamma - 2 Log[2] + Sum[2/(2 $k - 1), {$k, 1, x - 1/2}],
          PolyGamma[0, 1/4] :> -EulerGamma - Pi/2 - 3 Log[2], PolyGamma[0, 3/4] :> -EulerGamma + Pi/2 - 3 Log[2],
          PolyGamma[k_Integer, n_Integer] /; 0 < k && 0 < n <= 1000 :> (-1)^(k + 1) k! (Zeta[k + 1] - HarmonicNumber[n - 1, k + 1]),
          PolyGamma[k_Integer, 1/2] /; k > 0 :> (-1)^(k + 1) k! (2^(k + 1) - 1) Zeta[k + 1],
          PolyGamma[0, Infinity] :> Infinity, PolyGamma[_Integer?Positive, Infinity] :> 0, PolyGamma[-1, z_] :> LogGamma[z]}",
        "PolyGamma[z] is the digamma function, PolyGamma[n, z] its n-th derivative.",
        &[("PolyGamma[2]", "1 - EulerGamma"), ("PolyGamma[1, 1]", "Pi^2/6")],
    ),
    special!(
        "Beta",
        &[(2, gamma::beta), (3, |z| {
            // z^a/a F(a, 1 - b; a + 1; z)
            let [x, a, b] = z else { return None };
            let one = crate::precise::Precise::int(1, x.bits());
            let sum = hyper::f2f1(&[a.clone(), one.sub(b), a.plus(1), x.clone()])?;
            x.pow(a)?.mul(&sum).div(a)
        })],
        "{Beta[a_Integer, b_Integer] /; a > 0 && b > 0 :> (a - 1)! (b - 1)!/(a + b - 1)!, Beta[a_, b_] /; NumericQ[a] && NumericQ[b] && IntegerQ[2 a] && IntegerQ[2 b] && a > 0 && b > 0 :> Gamma[a] Gamma[b]/Gamma[a + b],
          Beta[1, b_, c_] /; NumericQ[b] && NumericQ[c] :> Beta[b, c], Beta[0, a_, b_] /; NumericQ[a] && a > 0 :> 0, Beta[x0_, x1_, a_, b_] :> Beta[x1, a, b] - Beta[x0, a, b]}",
        "Beta[a, b] is Gamma[a] Gamma[b]/Gamma[a + b]; Beta[z, a, b] is the incomplete beta function.",
        &[("Beta[2, 3]", "1/12"), ("Beta[1/2, 1/2]", "Pi")],
    ),
    special!(
        "BetaRegularized",
        &[(3, |z| {
            let [x, a, b] = z else { return None };
            let one = crate::precise::Precise::int(1, x.bits());
            let sum = hyper::f2f1(&[a.clone(), one.sub(b), a.plus(1), x.clone()])?;
            x.pow(a)?.mul(&sum).div(a)?.div(&gamma::beta(&z[1..])?)
        })],
        "{BetaRegularized[0, a_, b_] :> 0, BetaRegularized[1, a_, b_] :> 1, BetaRegularized[x_, 1/2, 1/2] /; NumericQ[x] && Precision[x] === Infinity && 0 < x < 1 :> 2 ArcSin[Sqrt[x]]/Pi, BetaRegularized[x_, a_Integer, b_Integer] /; a > 0 && b > 0 && NumericQ[x] && a + b < 200 :> Sum[Binomial[a + b - 1, $k] x^$k (1 - x)^(a + b - 1 - $k), {$k, a, a + b - 1}]}",
        "BetaRegularized[z, a, b] is Beta[z, a, b]/Beta[a, b].",
        &[("BetaRegularized[1/2, 2, 2]", "1/2"), ("BetaRegularized[1, a, b]", "1")],
    ),
    special!(
        "Pochhammer",
        &[(2, gamma::pochhammer)],
        "{Pochhammer[a_, 0] :> 1, Pochhammer[a_?NumericQ, n_Integer] /; 0 < n < 10^5 :> Product[a + $k, {$k, 0, n - 1}], Pochhammer[a_Symbol, n_Integer] /; 0 < n < 1000 :> Product[a + $k, {$k, 0, n - 1}],
          Pochhammer[a_?NumericQ, n_Integer] /; -10^5 < n < 0 :> 1/Product[a - $k, {$k, 1, -n}], Pochhammer[1, n_] :> n!, Pochhammer[a_Integer, x_] /; NumericQ[x] && a > 0 && Precision[x] === Infinity :> Gamma[a + x]/Gamma[a]}",
        "Pochhammer[a, n] is a (a + 1) ... (a + n - 1), or Gamma[a + n]/Gamma[a].",
        &[("Pochhammer[2, 3]", "24"), ("Pochhammer[1/2, 2]", "3/4")],
    ),
    special!(
        "FactorialPower",
        &[],
        "{FactorialPower[x_, n_Integer] /; 0 <= n < 10^4 :> Product[x - $k, {$k, 0, n - 1}], FactorialPower[x_, n_Integer] /; -10^4 < n < 0 :> 1/Product[x + $k, {$k, 1, -n}],
          FactorialPower[x_, n_Integer, h_] /; 0 <= n < 10^4 :> Product[x - $k h, {$k, 0, n - 1}],
          FactorialPower[x_?NumericQ, n_?NumericQ] /; Precision[{x, n}] < Infinity :> Gamma[x + 1]/Gamma[x - n + 1]}",
        "FactorialPower[x, n] is x (x - 1) ... (x - n + 1); FactorialPower[x, n, h] has steps of h.",
        &[("FactorialPower[5, 3]", "60"), ("FactorialPower[x, 2]", "(-1 + x)*x")],
    ),
    builtin(
        "BarnesG",
        NUMERIC,
        |_, c| {
            Ok(match c.args() {
                [Value::Integer(n)] => {
                    gamma::barnes(*n).map_or(Step::Same, |value| Step::Done(Value::from(value)))
                }
                _ => Step::Same,
            })
        },
        "BarnesG[n] is the product of the factorials up to (n - 2)!, for integers.",
        &[("BarnesG[5]", "12"), ("BarnesG[0]", "0")],
    ),
    special!(
        "Zeta",
        &[(1, gamma::zeta), (2, gamma::hurwitz)],
        "{Zeta[0] :> -1/2, Zeta[1] :> ComplexInfinity, Zeta[n_Integer?EvenQ] /; 0 < n <= 500 :> (-1)^(n/2 + 1) BernoulliB[n] (2 Pi)^n/(2 n!), Zeta[n_Integer] /; -2000 < n < 0 :> -BernoulliB[1 - n]/(1 - n), Zeta[Infinity] :> 1,
          Zeta[s_, 1] :> Zeta[s], Zeta[s_, 0] :> Zeta[s], Zeta[s_, a_Integer] /; 1 < a < 1000 :> Zeta[s] - HarmonicNumber[a - 1, s], Zeta[s_, 1/2] :> (2^s - 1) Zeta[s], Zeta[0, a_] :> 1/2 - a, Zeta[n_Integer, a_?NumericQ] /; -100 < n < 0 :> -BernoulliB[1 - n, a]/(1 - n)}",
        "Zeta[s] is Riemann's zeta function, Zeta[s, a] the sum of 1/(k + a)^s.",
        &[("Zeta[2]", "Pi^2/6"), ("Zeta[-1]", "-(1/12)")],
    ),
    special!(
        "HurwitzZeta",
        &[(2, gamma::hurwitz)],
        "{HurwitzZeta[s_, 1] :> Zeta[s], HurwitzZeta[s_, a_Integer] /; 1 < a < 1000 :> Zeta[s] - HarmonicNumber[a - 1, s], HurwitzZeta[s_, 1/2] :> (2^s - 1) Zeta[s], HurwitzZeta[0, a_] :> 1/2 - a, HurwitzZeta[1, _] :> ComplexInfinity, HurwitzZeta[n_Integer, a_] /; -100 < n < 0 :> -BernoulliB[1 - n, a]/(1 - n)}",
        "HurwitzZeta[s, a] is the sum of 1/(k + a)^s from k = 0.",
        &[("HurwitzZeta[2, 1]", "Pi^2/6"), ("HurwitzZeta[0, a]", "1/2 - a")],
    ),
    special!(
        "PolyLog",
        &[(2, gamma::polylog)],
        "{PolyLog[_, 0] :> 0, PolyLog[s_, 1] /; s =!= 1 :> Zeta[s], PolyLog[1, 1] :> Infinity, PolyLog[1, z_] :> -Log[1 - z], PolyLog[0, z_] :> z/(1 - z), PolyLog[n_Integer, -1] /; n > 1 :> -(1 - 2^(1 - n)) Zeta[n],
          PolyLog[2, 1/2] :> Pi^2/12 - Log[2]^2/2, PolyLog[3, 1/2] :> Log[2]^3/6 - Pi^2 Log[2]/12 + 7 Zeta[3]/8, PolyLog[2, I] :> -Pi^2/48 + I Catalan, PolyLog[2, -I] :> -Pi^2/48 - I Catalan,
          PolyLog[n_Integer, z_] /; -30 < n < 0 && z =!= 1 :> With[{m = -n}, z Sum[Sum[(-1)^$j Binomial[m + 1, $j] ($k + 1 - $j)^m, {$j, 0, $k}] z^$k, {$k, 0, m - 1}]/(1 - z)^(m + 1)]}",
        "PolyLog[n, z] is the sum of z^k/k^n, continued.",
        &[
            ("PolyLog[2, 1]", "Pi^2/6"),
            ("PolyLog[1, z]", "-Log[1 - z]"),
            ("{PolyLog[-1, z], PolyLog[-7, I]}", "{z/(1 - z)^2, 136}"),
        ],
    ),
    special!(
        "LerchPhi",
        &[(3, gamma::lerch)],
        "{LerchPhi[0, s_, a_] :> (a^2)^(-s/2) /; False, LerchPhi[z_, s_, 1] /; z =!= 0 :> PolyLog[s, z]/z, LerchPhi[1, s_, a_] /; NumericQ[s] && s > 1 :> Zeta[s, a], LerchPhi[z_, 0, a_] :> 1/(1 - z), LerchPhi[-1, 1, 1/2] :> Pi/2}",
        "LerchPhi[z, s, a] is the sum of z^k/(k + a)^s.",
        &[("LerchPhi[1, 2, 1]", "Pi^2/6"), ("LerchPhi[z, 0, a]", "(1 - z)^-1")],
    ),
    special!(
        "DirichletEta",
        &[(1, |z| {
            let two = crate::precise::Precise::int(2, z[0].bits());
            let one = crate::precise::Precise::int(1, z[0].bits());
            if z[0].as_integer() == Some(1) { return two.ln(); }
            Some(one.sub(&two.pow(&one.sub(&z[0]))?).mul(&gamma::zeta(z)?))
        })],
        "{DirichletEta[1] :> Log[2], DirichletEta[s_?NumericQ] :> (1 - 2^(1 - s)) Zeta[s]}",
        "DirichletEta[s] is the sum of (-1)^(k - 1)/k^s.",
        &[("DirichletEta[2]", "Pi^2/12"), ("DirichletEta[1]", "Log[2]")],
    ),
    special!(
        "Erf",
        &[(1, integrals::erf), (2, |z| Some(integrals::erf(&z[1..])?.sub(&integrals::erf(&z[..1])?)))],
        "{Erf[0] :> 0, Erf[Infinity] :> 1, Erf[-Infinity] :> -1, Erf[InverseErf[x_]] :> x, Erf[InverseErfc[x_]] :> 1 - x, Erf[Times[n_?Negative, x_]] :> -Erf[-n x], Erf[n_?Negative] :> -Erf[-n], Erf[Times[Complex[0, b_], x_]] :> I Erfi[b x], Erf[0, x_] :> Erf[x], Erf[x_, 0] :> -Erf[x], Erf[x_, y_] /; NumericQ[x] && NumericQ[y] && Precision[{x, y}] < Infinity :> Erf[y] - Erf[x]}",
        "Erf[z] is the error function; Erf[z0, z1] is Erf[z1] - Erf[z0].",
        &[("Erf[0]", "0"), ("Erf[-x]", "-Erf[x]"), ("Erf[1.]", "0.8427007929497149")],
    ),
    special!(
        "Erfc",
        &[(1, integrals::erfc)],
        "{Erfc[0] :> 1, Erfc[Infinity] :> 0, Erfc[-Infinity] :> 2, Erfc[InverseErfc[x_]] :> x, Erfc[InverseErf[x_]] :> 1 - x}",
        "Erfc[z] is 1 - Erf[z].",
        &[("Erfc[0]", "1"), ("Erfc[Infinity]", "0")],
    ),
    special!(
        "Erfi",
        &[(1, integrals::erfi)],
        "{Erfi[0] :> 0, Erfi[Infinity] :> Infinity, Erfi[-Infinity] :> -Infinity, Erfi[Times[n_?Negative, x_]] :> -Erfi[-n x], Erfi[n_?Negative] :> -Erfi[-n], Erfi[Times[Complex[0, b_], x_]] :> I Erf[b x]}",
        "Erfi[z] is Erf[I z]/I.",
        &[("Erfi[0]", "0"), ("Erfi[-x]", "-Erfi[x]")],
    ),
    special!(
        "InverseErf",
        &[(1, integrals::inverse_erf)],
        "{InverseErf[0] :> 0, InverseErf[1 | 1.] :> Infinity, InverseErf[-1 | -1.] :> -Infinity, InverseErf[Times[-1, x_]] :> -InverseErf[x], InverseErf[n_Rational?Negative] :> -InverseErf[-n]}",
        "InverseErf[y] is the x with Erf[x] == y.",
        &[("InverseErf[0]", "0"), ("InverseErf[1]", "Infinity")],
    ),
    special!(
        "InverseErfc",
        &[(1, integrals::inverse_erfc)],
        "{InverseErfc[0] :> Infinity, InverseErfc[1] :> 0, InverseErfc[2] :> -Infinity}",
        "InverseErfc[y] is the x with Erfc[x] == y.",
        &[("InverseErfc[1]", "0"), ("InverseErfc[0]", "Infinity")],
    ),
    special!(
        "ExpIntegralE",
        &[(2, integrals::exp_integral_e)],
        "{ExpIntegralE[0, z_] :> E^-z/z, ExpIntegralE[n_?NumericQ, 0] /; n > 1 :> 1/(n - 1), ExpIntegralE[n_?NumericQ, 0] /; n <= 1 :> ComplexInfinity, ExpIntegralE[_, Infinity] :> 0}",
        "ExpIntegralE[n, z] is the integral of E^(-z t)/t^n from 1 to infinity.",
        &[("ExpIntegralE[2, 0]", "1"), ("ExpIntegralE[0, z]", "E^-z/z")],
    ),
    special!(
        "ExpIntegralEi",
        &[(1, integrals::exp_integral_ei)],
        "{ExpIntegralEi[0] :> -Infinity, ExpIntegralEi[Infinity] :> Infinity, ExpIntegralEi[-Infinity] :> 0}",
        "ExpIntegralEi[z] is the principal value of the integral of E^t/t up to z.",
        &[("ExpIntegralEi[0]", "-Infinity"), ("ExpIntegralEi[Infinity]", "Infinity")],
    ),
    special!(
        "LogIntegral",
        &[(1, integrals::log_integral)],
        "{LogIntegral[0] :> 0, LogIntegral[1] :> -Infinity, LogIntegral[Infinity] :> Infinity}",
        "LogIntegral[z] is the principal value of the integral of 1/Log[t] from 0 to z.",
        &[("LogIntegral[0]", "0"), ("LogIntegral[1]", "-Infinity")],
    ),
    special!(
        "SinIntegral",
        &[(1, integrals::sin_integral)],
        "{SinIntegral[0] :> 0, SinIntegral[Infinity] :> Pi/2, SinIntegral[-Infinity] :> -Pi/2, SinIntegral[Times[n_?Negative, x_]] :> -SinIntegral[-n x], SinIntegral[n_?Negative] :> -SinIntegral[-n]}",
        "SinIntegral[z] is the integral of Sin[t]/t from 0 to z.",
        &[("SinIntegral[0]", "0"), ("SinIntegral[Infinity]", "Pi/2")],
    ),
    special!(
        "CosIntegral",
        &[(1, integrals::cos_integral)],
        "{CosIntegral[0] :> -Infinity, CosIntegral[Infinity] :> 0, CosIntegral[-Infinity] :> I Pi}",
        "CosIntegral[z] is minus the integral of Cos[t]/t from z to infinity.",
        &[("CosIntegral[0]", "-Infinity"), ("CosIntegral[Infinity]", "0")],
    ),
    special!(
        "SinhIntegral",
        &[(1, integrals::sinh_integral)],
        "{SinhIntegral[0] :> 0, SinhIntegral[Infinity] :> Infinity, SinhIntegral[-Infinity] :> -Infinity, SinhIntegral[Times[n_?Negative, x_]] :> -SinhIntegral[-n x]}",
        "SinhIntegral[z] is the integral of Sinh[t]/t from 0 to z.",
        &[("SinhIntegral[0]", "0"), ("SinhIntegral[-x]", "-SinhIntegral[x]")],
    ),
    special!(
        "CoshIntegral",
        &[(1, integrals::cosh_integral)],
        "{CoshIntegral[0] :> -Infinity, CoshIntegral[Infinity] :> Infinity}",
        "CoshIntegral[z] is EulerGamma + Log[z] and the integral of (Cosh[t] - 1)/t from 0 to z.",
        &[("CoshIntegral[0]", "-Infinity"), ("CoshIntegral[Infinity]", "Infinity")],
    ),
    special!(
        "FresnelS",
        &[(1, integrals::fresnel_s)],
        "{FresnelS[0] :> 0, FresnelS[Infinity] :> 1/2, FresnelS[-Infinity] :> -1/2, FresnelS[Times[n_?Negative, x_]] :> -FresnelS[-n x], FresnelS[n_?Negative] :> -FresnelS[-n]}",
        "FresnelS[z] is the integral of Sin[Pi t^2/2] from 0 to z.",
        &[("FresnelS[0]", "0"), ("FresnelS[Infinity]", "1/2")],
    ),
    special!(
        "FresnelC",
        &[(1, integrals::fresnel_c)],
        "{FresnelC[0] :> 0, FresnelC[Infinity] :> 1/2, FresnelC[-Infinity] :> -1/2, FresnelC[Times[n_?Negative, x_]] :> -FresnelC[-n x], FresnelC[n_?Negative] :> -FresnelC[-n]}",
        "FresnelC[z] is the integral of Cos[Pi t^2/2] from 0 to z.",
        &[("FresnelC[0]", "0"), ("FresnelC[-Infinity]", "-(1/2)")],
    ),
    special!(
        "ProductLog",
        &[(1, integrals::product_log), (2, integrals::product_log)],
        "{ProductLog[0] :> 0, ProductLog[E] :> 1, ProductLog[-1/E] :> -1, ProductLog[-Pi/2] :> I Pi/2, ProductLog[Infinity] :> Infinity, ProductLog[Log[2] 2] :> Log[2], ProductLog[0, z_] :> ProductLog[z], ProductLog[-1, -1/E] :> -1, ProductLog[k_Integer, 0] /; k != 0 :> -Infinity}",
        "ProductLog[z] is the principal w with z == w E^w; ProductLog[k, z] that of another branch.",
        &[("ProductLog[0]", "0"), ("ProductLog[E]", "1")],
    ),
    special!(
        "BesselJ",
        &[(2, hyper::bessel_j)],
        "{BesselJ[0, 0] :> 1, BesselJ[n_?NumericQ, 0] /; n > 0 :> 0, BesselJ[n_Integer, z_] /; n < 0 && !NumberQ[z] :> (-1)^n BesselJ[-n, z], BesselJ[_?NumericQ, Infinity | -Infinity] :> 0,
          BesselJ[1/2, z_] :> Sqrt[2/Pi] Sin[z]/Sqrt[z], BesselJ[-1/2, z_] :> Sqrt[2/Pi] Cos[z]/Sqrt[z], BesselJ[3/2, z_] :> Sqrt[2/Pi] (Sin[z]/z - Cos[z])/Sqrt[z], BesselJ[-3/2, z_] :> Sqrt[2/Pi] (-Cos[z]/z - Sin[z])/Sqrt[z]}",
        "BesselJ[n, z] is the Bessel function of the first kind.",
        &[("BesselJ[0, 0]", "1"), ("BesselJ[-1, x]", "-BesselJ[1, x]"), ("BesselJ[0, 1.5]", "0.5118276717359181")],
    ),
    special!(
        "BesselY",
        &[(2, hyper::bessel_y)],
        "{BesselY[0, 0] :> -Infinity, BesselY[n_?NumericQ, 0] /; n != 0 :> ComplexInfinity, BesselY[n_?InexactNumberQ, x_?InexactNumberQ] /; n == 0 && x == 0 :> -Infinity, BesselY[_?NumericQ, Infinity | -Infinity] :> 0, BesselY[n_Integer, z_] /; n < 0 && !NumberQ[z] :> (-1)^n BesselY[-n, z],
          BesselY[1/2, z_] :> -Sqrt[2/Pi] Cos[z]/Sqrt[z], BesselY[-1/2, z_] :> Sqrt[2/Pi] Sin[z]/Sqrt[z], BesselY[-3/2, z_] :> Sqrt[2/Pi] (Cos[z] - Sin[z]/z)/Sqrt[z], BesselY[3/2, z_] :> Sqrt[2/Pi] (-Cos[z]/z - Sin[z])/Sqrt[z]}",
        "BesselY[n, z] is the Bessel function of the second kind.",
        &[("BesselY[0, 0]", "-Infinity"), ("BesselY[-1, x]", "-BesselY[1, x]")],
    ),
    special!(
        "BesselI",
        &[(2, hyper::bessel_i)],
        "{BesselI[0, 0] :> 1, BesselI[n_?NumericQ, 0] /; n > 0 :> 0, BesselI[n_Integer, z_] /; n < 0 && !NumberQ[z] :> BesselI[-n, z], BesselI[_?NumericQ, Infinity] :> Infinity,
          BesselI[1/2, z_] :> Sqrt[2/Pi] Sinh[z]/Sqrt[z], BesselI[-1/2, z_] :> Sqrt[2/Pi] Cosh[z]/Sqrt[z], BesselI[3/2, z_] :> Sqrt[2/Pi] (Cosh[z] - Sinh[z]/z)/Sqrt[z], BesselI[-3/2, z_] :> Sqrt[2/Pi] (Sinh[z] - Cosh[z]/z)/Sqrt[z]}",
        "BesselI[n, z] is the modified Bessel function of the first kind.",
        &[("BesselI[0, 0]", "1"), ("BesselI[-2, x]", "BesselI[2, x]")],
    ),
    special!(
        "BesselK",
        &[(2, hyper::bessel_k)],
        "{BesselK[0, 0] :> Infinity, BesselK[n_?NumericQ, 0] /; n != 0 :> ComplexInfinity, BesselK[n_?Negative, z_] /; !NumberQ[z] :> BesselK[-n, z], BesselK[_?NumericQ, Infinity] :> 0,
          BesselK[1/2, z_] :> Sqrt[Pi/2] E^-z/Sqrt[z], BesselK[3/2, z_] :> Sqrt[Pi/2] E^-z (1 + 1/z)/Sqrt[z]}",
        "BesselK[n, z] is the modified Bessel function of the second kind.",
        &[("BesselK[-1, x]", "BesselK[1, x]"), ("BesselK[0, 0]", "Infinity")],
    ),
    special!(
        "SphericalBesselJ",
        &[(2, |z| spherical(z, hyper::bessel_j))],
        "{SphericalBesselJ[0, 0] :> 1, SphericalBesselJ[0, z_] /; !NumericQ[z] :> Sinc[z]}",
        "SphericalBesselJ[n, z] is Sqrt[Pi/(2 z)] BesselJ[n + 1/2, z].",
        &[("SphericalBesselJ[0, 0]", "1"), ("SphericalBesselJ[0, z]", "Sinc[z]")],
    ),
    special!(
        "SphericalBesselY",
        &[(2, |z| spherical(z, hyper::bessel_y))],
        "{SphericalBesselY[0, z_] /; !NumericQ[z] :> -Cos[z]/z}",
        "SphericalBesselY[n, z] is Sqrt[Pi/(2 z)] BesselY[n + 1/2, z].",
        &[("SphericalBesselY[0, z]", "-(Cos[z]/z)"), ("SphericalBesselY[1, z]", "SphericalBesselY[1, z]")],
    ),
    special!(
        "HankelH1",
        &[(2, |z| Some(hyper::bessel_j(z)?.add(&hyper::bessel_y(z)?.times_i())))],
        "{HankelH1[1/2, z_] :> -I Sqrt[2/Pi] E^(I z)/Sqrt[z]}",
        "HankelH1[n, z] is BesselJ[n, z] + I BesselY[n, z].",
        &[("HankelH1[0, x]", "HankelH1[0, x]"), ("HankelH1[0, 1.] == BesselJ[0, 1.] + I BesselY[0, 1.]", "True")],
    ),
    special!(
        "HankelH2",
        &[(2, |z| Some(hyper::bessel_j(z)?.sub(&hyper::bessel_y(z)?.times_i())))],
        "{HankelH2[1/2, z_] :> I Sqrt[2/Pi] E^(-I z)/Sqrt[z]}",
        "HankelH2[n, z] is BesselJ[n, z] - I BesselY[n, z].",
        &[("HankelH2[0, x]", "HankelH2[0, x]"), ("HankelH2[0, 1.] == BesselJ[0, 1.] - I BesselY[0, 1.]", "True")],
    ),
    special!(
        "AiryAi",
        &[(1, hyper::airy_ai)],
        "{AiryAi[0] :> 1/(3^(2/3) Gamma[2/3]), AiryAi[Infinity | -Infinity] :> 0}",
        "AiryAi[z] is the Airy function Ai.",
        &[("AiryAi[Infinity]", "0"), ("AiryAi[0] == 1/(3^(2/3) Gamma[2/3])", "True")],
    ),
    special!(
        "AiryBi",
        &[(1, hyper::airy_bi)],
        "{AiryBi[0] :> 1/(3^(1/6) Gamma[2/3]), AiryBi[Infinity] :> Infinity, AiryBi[-Infinity] :> 0}",
        "AiryBi[z] is the Airy function Bi.",
        &[("AiryBi[Infinity]", "Infinity"), ("AiryBi[-Infinity]", "0")],
    ),
    special!(
        "AiryAiPrime",
        &[(1, hyper::airy_ai_prime)],
        "{AiryAiPrime[0] :> -1/(3^(1/3) Gamma[1/3]), AiryAiPrime[Infinity] :> 0}",
        "AiryAiPrime[z] is the derivative of AiryAi.",
        &[("AiryAiPrime[Infinity]", "0"), ("AiryAiPrime[x]", "AiryAiPrime[x]")],
    ),
    special!(
        "AiryBiPrime",
        &[(1, hyper::airy_bi_prime)],
        "{AiryBiPrime[0] :> 3^(1/6)/Gamma[1/3], AiryBiPrime[Infinity] :> Infinity}",
        "AiryBiPrime[z] is the derivative of AiryBi.",
        &[("AiryBiPrime[Infinity]", "Infinity"), ("AiryBiPrime[x]", "AiryBiPrime[x]")],
    ),
    special!(
        "StruveH",
        &[(2, hyper::struve_h)],
        "{StruveH[n_?NumericQ, 0] /; n > -1 :> 0}",
        "StruveH[n, z] is the Struve function H.",
        &[("StruveH[0, 0]", "0"), ("StruveH[n, x]", "StruveH[n, x]")],
    ),
    special!(
        "StruveL",
        &[(2, hyper::struve_l)],
        "{StruveL[n_?NumericQ, 0] /; n > -1 :> 0}",
        "StruveL[n, z] is the modified Struve function L.",
        &[("StruveL[0, 0]", "0"), ("StruveL[n, x]", "StruveL[n, x]")],
    ),
    special!(
        "KelvinBer",
        &[(1, |z| kelvin(z, false, true)), (2, |z| kelvin(z, false, true))],
        "{KelvinBer[0] :> 1, KelvinBer[0, 0] :> 1}",
        "KelvinBer[z] and KelvinBer[n, z] are the Kelvin function ber.",
        &[("KelvinBer[0]", "1"), ("KelvinBer[x]", "KelvinBer[x]")],
    ),
    special!(
        "KelvinBei",
        &[(1, |z| kelvin(z, false, false)), (2, |z| kelvin(z, false, false))],
        "{KelvinBei[0] :> 0, KelvinBei[0, 0] :> 0}",
        "KelvinBei[z] and KelvinBei[n, z] are the Kelvin function bei.",
        &[("KelvinBei[0]", "0"), ("KelvinBei[x]", "KelvinBei[x]")],
    ),
    special!(
        "KelvinKer",
        &[(1, |z| kelvin(z, true, true)), (2, |z| kelvin(z, true, true))],
        "{KelvinKer[0] :> Infinity}",
        "KelvinKer[z] and KelvinKer[n, z] are the Kelvin function ker.",
        &[("KelvinKer[0]", "Infinity"), ("KelvinKer[x]", "KelvinKer[x]")],
    ),
    special!(
        "KelvinKei",
        &[(1, |z| kelvin(z, true, false)), (2, |z| kelvin(z, true, false))],
        "{KelvinKei[0] :> -Pi/4}",
        "KelvinKei[z] and KelvinKei[n, z] are the Kelvin function kei.",
        &[("KelvinKei[0]", "-(Pi/4)"), ("KelvinKei[x]", "KelvinKei[x]")],
    ),
    special!(
        "LegendreP",
        &[(2, hyper::legendre_p), (3, hyper::associated_legendre_p)],
        "{LegendreP[n_Integer, x_] /; n < 0 :> LegendreP[-n - 1, x], LegendreP[n_Integer, x_] /; 0 <= n < 300 :> Expand[Sum[(-1)^$k Binomial[n, $k] Binomial[2 n - 2 $k, n] x^(n - 2 $k), {$k, 0, Floor[n/2]}]/2^n],
          LegendreP[_, 1] :> 1, LegendreP[n_, 0, x_] :> LegendreP[n, x],
          LegendreP[n_Integer, m_Integer, x_] /; 0 <= n < 100 && 0 < m :> If[m > n, 0, (-1)^m (1 - x^2)^(m/2) Expand[Sum[(-1)^$k Binomial[n, $k] Binomial[2 n - 2 $k, n] FactorialPower[n - 2 $k, m] x^(n - 2 $k - m), {$k, 0, Floor[(n - m)/2]}]/2^n]],
          LegendreP[n_Integer, m_Integer, x_] /; 0 <= n < 100 && -n <= m < 0 :> (-1)^m (n + m)!/(n - m)! LegendreP[n, -m, x]}",
        "LegendreP[n, x] is the Legendre polynomial or function; LegendreP[n, m, x] the associated \
         one.",
        &[("LegendreP[2, x]", "-(1/2) + (3*x^2)/2"), ("LegendreP[1, 1, x]", "-Sqrt[1 - x^2]")],
    ),
    special!(
        "LegendreQ",
        &[(2, |z| legendre_q(z))],
        "{LegendreQ[0, x_] :> -Log[1 - x]/2 + Log[1 + x]/2, LegendreQ[1, x_] :> -1 + x (-Log[1 - x]/2 + Log[1 + x]/2),
          LegendreQ[n_Integer, x_] /; 2 <= n < 50 :> Expand[LegendreP[n, x]] (Log[1 + x] - Log[1 - x])/2 - Expand[Sum[LegendreP[$k - 1, x] LegendreP[n - $k, x]/$k, {$k, 1, n}]]}",
        "LegendreQ[n, x] is the Legendre function of the second kind.",
        &[("LegendreQ[0, 1/2]", "Log[3/2]/2 + Log[2]/2"), ("LegendreQ[n, x]", "LegendreQ[n, x]")],
    ),
    special!(
        "ChebyshevT",
        &[(2, hyper::chebyshev_t)],
        "{ChebyshevT[n_Integer, x_] /; n < 0 :> ChebyshevT[-n, x], ChebyshevT[0, _] :> 1, ChebyshevT[1, x_] :> x, ChebyshevT[n_Integer, x_] /; 1 < n < 500 :> Expand[n/2 Sum[(-1)^$k (n - $k - 1)!/($k! (n - 2 $k)!) (2 x)^(n - 2 $k), {$k, 0, Floor[n/2]}]], ChebyshevT[n_?NumericQ, 1] :> 1}",
        "ChebyshevT[n, x] is the Chebyshev polynomial or function of the first kind.",
        &[("ChebyshevT[3, x]", "-(3*x) + 4*x^3"), ("ChebyshevT[2, 1/2]", "-(1/2)")],
    ),
    special!(
        "ChebyshevU",
        &[(2, hyper::chebyshev_u)],
        "{ChebyshevU[-1, _] :> 0, ChebyshevU[n_Integer, x_] /; n < -1 :> -ChebyshevU[-n - 2, x], ChebyshevU[0, _] :> 1, ChebyshevU[n_Integer, x_] /; 0 < n < 500 :> Expand[Sum[(-1)^$k Binomial[n - $k, $k] (2 x)^(n - 2 $k), {$k, 0, Floor[n/2]}]]}",
        "ChebyshevU[n, x] is the Chebyshev polynomial or function of the second kind.",
        &[("ChebyshevU[2, x]", "-1 + 4*x^2"), ("ChebyshevU[3, 1]", "4")],
    ),
    special!(
        "HermiteH",
        &[(2, hyper::hermite)],
        "{HermiteH[n_Integer, x_] /; 0 <= n < 500 :> Expand[n! Sum[(-1)^$k (2 x)^(n - 2 $k)/($k! (n - 2 $k)!), {$k, 0, Floor[n/2]}]]}",
        "HermiteH[n, x] is the Hermite polynomial or function.",
        &[("HermiteH[2, x]", "-2 + 4*x^2"), ("HermiteH[3, 1]", "-4")],
    ),
    special!(
        "LaguerreL",
        &[
            (2, |z| {
                let zero = crate::precise::Precise::int(0, z[0].bits());
                hyper::laguerre(&[z[0].clone(), zero, z[1].clone()])
            }),
            (3, hyper::laguerre),
        ],
        "{LaguerreL[n_Integer, x_] /; 0 <= n < 500 :> Expand[Sum[Binomial[n, $k] (-x)^$k/$k!, {$k, 0, n}]], LaguerreL[n_Integer, a_, x_] /; 0 <= n < 200 && NumericQ[a] :> Expand[Sum[Product[a + $j, {$j, $k + 1, n}]/(n - $k)! (-x)^$k/$k!, {$k, 0, n}]],
          LaguerreL[n_Integer, a_, x_] /; 0 <= n < 20 :> Expand[Sum[Product[a + $j, {$j, $k + 1, n}]/(n - $k)! (-x)^$k/$k!, {$k, 0, n}]]}",
        "LaguerreL[n, x] is the Laguerre polynomial or function; LaguerreL[n, a, x] the generalized \
         one.",
        &[("LaguerreL[2, x]", "1 - 2*x + x^2/2"), ("LaguerreL[1, a, x]", "1 + a - x")],
    ),
    special!(
        "GegenbauerC",
        &[(3, hyper::gegenbauer)],
        "{GegenbauerC[0, _, _] :> 1, GegenbauerC[n_Integer, a_, x_] /; 0 < n < 200 && a =!= 0 :> Expand[Sum[(-1)^$k Product[a + $j, {$j, 0, n - $k - 1}]/($k! (n - 2 $k)!) (2 x)^(n - 2 $k), {$k, 0, Floor[n/2]}]], GegenbauerC[n_Integer, x_] /; n > 0 :> Expand[2/n ChebyshevT[n, x]]}",
        "GegenbauerC[n, a, x] is the Gegenbauer polynomial or function.",
        &[("GegenbauerC[2, 1, x]", "-1 + 4*x^2"), ("GegenbauerC[1, a, x]", "2*a*x")],
    ),
    special!(
        "JacobiP",
        &[(4, hyper::jacobi)],
        "{JacobiP[0, _, _, _] :> 1, JacobiP[1, a_, b_, x_] :> (a - b + (2 + a + b) x)/2, JacobiP[n_Integer, a_?NumericQ, b_?NumericQ, x_] /; 0 < n < 100 :> Expand[Sum[Product[n + a + b + $j, {$j, 1, $k}] Product[a + $k + $j, {$j, 1, n - $k}]/($k! (n - $k)!) ((x - 1)/2)^$k, {$k, 0, n}]]}",
        "JacobiP[n, a, b, x] is the Jacobi polynomial or function.",
        &[("JacobiP[2, 0, 0, x]", "-(1/2) + (3*x^2)/2"), ("JacobiP[0, a, b, x]", "1")],
    ),
    written!(
        "SphericalHarmonicY",
        NUMERIC,
        "{SphericalHarmonicY[l_Integer, m_Integer, t_, p_] /; l >= 0 && Abs[m] > l :> 0,
          SphericalHarmonicY[l_Integer, m_Integer, t_, p_] /; 0 <= l < 60 && m >= 0 :> Sqrt[(2 l + 1)/(4 Pi) (l - m)!/(l + m)!] E^(I m p) (-1)^m Sin[t]^m Sum[(-1)^$k Binomial[l, $k] Binomial[2 l - 2 $k, l] FactorialPower[l - 2 $k, m] Cos[t]^(l - 2 $k - m), {$k, 0, Floor[(l - m)/2]}]/2^l,
          SphericalHarmonicY[l_Integer, m_Integer, t_, p_] /; 0 <= l < 60 && -l <= m < 0 :> Sqrt[(2 l + 1)/(4 Pi) (l + m)!/(l - m)!] E^(I m p) Sin[t]^-m Sum[(-1)^$k Binomial[l, $k] Binomial[2 l - 2 $k, l] FactorialPower[l - 2 $k, -m] Cos[t]^(l - 2 $k + m), {$k, 0, Floor[(l + m)/2]}]/2^l,
          SphericalHarmonicY[l_?NumericQ, m_?NumericQ, t_?NumericQ, p_?NumericQ] /; Precision[{l, m, t, p}] < Infinity :> Sqrt[(2 l + 1)/(4 Pi) Gamma[l - m + 1]/Gamma[l + m + 1]] LegendreP[l, m, Cos[t]] E^(I m p)}",
        "SphericalHarmonicY[l, m, t, p] is the spherical harmonic at the angles t and p.",
        &[("SphericalHarmonicY[0, 0, t, p] == 1/Sqrt[4 Pi]", "True"), ("SphericalHarmonicY[1, 2, t, p]", "0")],
    ),
    special!(
        "Hypergeometric0F1",
        &[(2, hyper::f0f1)],
        "{Hypergeometric0F1[_, 0] :> 1}",
        "Hypergeometric0F1[a, z] is the sum of z^k/((a)_k k!).",
        &[("Hypergeometric0F1[a, 0]", "1"), ("Hypergeometric0F1[a, z]", "Hypergeometric0F1[a, z]")],
    ),
    special!(
        "Hypergeometric1F1",
        &[(3, hyper::f1f1)],
        "{Hypergeometric1F1[_, _, 0] :> 1, Hypergeometric1F1[0, _, _] :> 1, Hypergeometric1F1[a_, a_, z_] :> E^z, Hypergeometric1F1[1, 2, z_] :> (E^z - 1)/z, Hypergeometric1F1[2, 1, z_] :> E^z (1 + z), Hypergeometric1F1[1/2, 1, z_] :> E^(z/2) BesselI[0, z/2],
          Hypergeometric1F1[n_Integer, b_, z_] /; -100 < n < 0 :> Sum[Pochhammer[n, $k]/Pochhammer[b, $k] z^$k/$k!, {$k, 0, -n}]}",
        "Hypergeometric1F1[a, b, z] is Kummer's function, the sum of (a)_k/(b)_k z^k/k!.",
        &[("Hypergeometric1F1[a, a, z]", "E^z"), ("Hypergeometric1F1[-1, b, z]", "1 - z/b")],
    ),
    special!(
        "HypergeometricU",
        &[(3, hyper::tricomi)],
        "{HypergeometricU[0, _, _] :> 1, HypergeometricU[-1, b_, z_] :> z - b, HypergeometricU[a_, b_, z_] /; b === a + 1 :> z^-a}",
        "HypergeometricU[a, b, z] is Tricomi's function.",
        &[("HypergeometricU[0, b, z]", "1"), ("HypergeometricU[2, 3, z]", "z^-2")],
    ),
    special!(
        "Hypergeometric2F1",
        &[(4, hyper::f2f1)],
        "{Hypergeometric2F1[_, _, _, 0] :> 1, Hypergeometric2F1[0, _, _, _] :> 1, Hypergeometric2F1[_, 0, _, _] :> 1,
          Hypergeometric2F1[a_?NumericQ, b_?NumericQ, c_?NumericQ, 1] /; Re[c - a - b] > 0 :> Gamma[c] Gamma[c - a - b]/(Gamma[c - a] Gamma[c - b]),
          Hypergeometric2F1[n_Integer, b_, c_, z_] /; -100 < n < 0 :> Sum[Pochhammer[n, $k] Pochhammer[b, $k]/Pochhammer[c, $k] z^$k/$k!, {$k, 0, -n}],
          Hypergeometric2F1[b_, n_Integer, c_, z_] /; -100 < n < 0 :> Sum[Pochhammer[n, $k] Pochhammer[b, $k]/Pochhammer[c, $k] z^$k/$k!, {$k, 0, -n}],
          Hypergeometric2F1[a_, b_, b_, z_] :> (1 - z)^-a, Hypergeometric2F1[b_, a_, b_, z_] :> (1 - z)^-a, Hypergeometric2F1[1, 1, 2, z_] :> -Log[1 - z]/z, Hypergeometric2F1[1/2, 1, 3/2, z_] /; MatchQ[z, -_^2] :> ArcTan[Sqrt[-z]]/Sqrt[-z]}",
        "Hypergeometric2F1[a, b, c, z] is Gauss's function, the sum of (a)_k (b)_k/(c)_k z^k/k!, \
         continued.",
        &[("Hypergeometric2F1[1, 1, 2, z]", "-(Log[1 - z]/z)"), ("Hypergeometric2F1[a, b, b, z]", "(1 - z)^-a")],
    ),
    builtin(
        "HypergeometricPFQ",
        Attributes::NUMERIC_FUNCTION,
        |s, c| apply_pfq(s, c, "{HypergeometricPFQ[_List, _List, 0] :> 1, HypergeometricPFQ[{___, 0, ___}, _, _] :> 1, HypergeometricPFQ[{a___, x_, b___}, {c___, x_, d___}, z_] :> HypergeometricPFQ[{a, b}, {c, d}, z], HypergeometricPFQ[{}, {}, z_] :> E^z, HypergeometricPFQ[{a_}, {}, z_] :> (1 - z)^-a, HypergeometricPFQ[{}, {b_}, z_] :> Hypergeometric0F1[b, z],
            HypergeometricPFQ[{a_}, {b_}, z_] :> Hypergeometric1F1[a, b, z], HypergeometricPFQ[{a_, b_}, {c_}, z_] :> Hypergeometric2F1[a, b, c, z],
            HypergeometricPFQ[a : {___, n_Integer, ___}, b_List, z_] /; -60 < n < 0 :> Sum[Product[Pochhammer[a[[$j]], $k], {$j, Length[a]}]/Product[Pochhammer[b[[$j]], $k], {$j, Length[b]}] z^$k/$k!, {$k, 0, -n}]}"),
        "HypergeometricPFQ[{a1, ...}, {b1, ...}, z] is the generalized hypergeometric function.",
        &[("HypergeometricPFQ[{}, {}, z]", "E^z"), ("HypergeometricPFQ[{a, b}, {b}, 0]", "1")],
    ),
    special!(
        "EllipticK",
        &[(1, integrals::elliptic_k)],
        "{EllipticK[0] :> Pi/2, EllipticK[1] :> ComplexInfinity, EllipticK[1/2] :> 8 Pi^(3/2)/Gamma[-1/4]^2, EllipticK[-1] :> Gamma[1/4]^2/(4 Sqrt[2 Pi]), EllipticK[Infinity | -Infinity] :> 0}",
        "EllipticK[m] is the complete elliptic integral of the first kind.",
        &[("EllipticK[0]", "Pi/2"), ("EllipticK[0.5]", "1.8540746773013719")],
    ),
    special!(
        "EllipticF",
        &[(2, integrals::elliptic_f)],
        "{EllipticF[0, _] :> 0, EllipticF[p_, 0] :> p, EllipticF[Pi/2, m_] :> EllipticK[m], EllipticF[Times[n_?Negative, x_], m_] :> -EllipticF[-n x, m]}",
        "EllipticF[p, m] is the elliptic integral of the first kind.",
        &[("EllipticF[p, 0]", "p"), ("EllipticF[Pi/2, m]", "EllipticK[m]")],
    ),
    special!(
        "EllipticE",
        &[(1, integrals::elliptic_e), (2, integrals::elliptic_e)],
        "{EllipticE[0] :> Pi/2, EllipticE[1] :> 1, EllipticE[0, _] :> 0, EllipticE[p_, 0] :> p, EllipticE[Pi/2, m_] :> EllipticE[m], EllipticE[Times[n_?Negative, x_], m_] :> -EllipticE[-n x, m]}",
        "EllipticE[m] is the complete elliptic integral of the second kind, EllipticE[p, m] that up \
         to the angle p.",
        &[("EllipticE[0]", "Pi/2"), ("EllipticE[1]", "1")],
    ),
    special!(
        "EllipticPi",
        &[(2, integrals::elliptic_pi), (3, integrals::elliptic_pi)],
        "{EllipticPi[0, m_] :> EllipticK[m], EllipticPi[0, p_, m_] :> EllipticF[p, m], EllipticPi[n_?NumericQ, 0] /; n < 1 :> Pi/(2 Sqrt[1 - n]), EllipticPi[_, 0, _] :> 0}",
        "EllipticPi[n, m] is the complete elliptic integral of the third kind, EllipticPi[n, p, m] \
         that up to the angle p.",
        &[("EllipticPi[0, 0]", "Pi/2"), ("EllipticPi[0, p, m]", "EllipticF[p, m]")],
    ),
    special!(
        "JacobiSN",
        &[(2, |z| integrals::jacobi_sn_cn_dn(&z[0], &z[1]).map(|(sn, _, _)| sn))],
        "{JacobiSN[0, _] :> 0, JacobiSN[u_, 0] :> Sin[u], JacobiSN[u_, 1] :> Tanh[u], JacobiSN[Times[n_?Negative, u_], m_] :> -JacobiSN[-n u, m], JacobiSN[EllipticK[m_], m_] :> 1}",
        "JacobiSN[u, m] is the Jacobi elliptic function sn.",
        &[("JacobiSN[u, 0]", "Sin[u]"), ("JacobiSN[-u, m]", "-JacobiSN[u, m]")],
    ),
    special!(
        "JacobiCN",
        &[(2, |z| integrals::jacobi_sn_cn_dn(&z[0], &z[1]).map(|(_, cn, _)| cn))],
        "{JacobiCN[0, _] :> 1, JacobiCN[u_, 0] :> Cos[u], JacobiCN[u_, 1] :> Sech[u], JacobiCN[Times[n_?Negative, u_], m_] :> JacobiCN[-n u, m], JacobiCN[EllipticK[m_], m_] :> 0}",
        "JacobiCN[u, m] is the Jacobi elliptic function cn.",
        &[("JacobiCN[u, 0]", "Cos[u]"), ("JacobiCN[0, m]", "1")],
    ),
    special!(
        "JacobiDN",
        &[(2, |z| integrals::jacobi_sn_cn_dn(&z[0], &z[1]).map(|(_, _, dn)| dn))],
        "{JacobiDN[0, _] :> 1, JacobiDN[u_, 0] :> 1, JacobiDN[u_, 1] :> Sech[u], JacobiDN[Times[n_?Negative, u_], m_] :> JacobiDN[-n u, m], JacobiDN[EllipticK[m_], m_] :> Sqrt[1 - m]}",
        "JacobiDN[u, m] is the Jacobi elliptic function dn.",
        &[("JacobiDN[u, 1]", "Sech[u]"), ("JacobiDN[0, m]", "1")],
    ),
    special!(
        "JacobiAmplitude",
        &[(2, |z| {
            let (sn, cn, _) = integrals::jacobi_sn_cn_dn(&z[0], &z[1])?;
            let quarter = integrals::elliptic_k(&z[1..])?;
            let turns = (z[0].to_f64().0 / (2.0 * quarter.to_f64().0)).round() as i64;
            if !z[0].is_real() { return None; }
            let sign = if turns % 2 == 0 { 1 } else { -1 };
            let rest = crate::precise::Precise::real(sn.times(sign).re.atan2(&cn.times(sign).re), sn.bits());
            Some(rest.add(&crate::precise::Precise::pi(sn.bits()).times(turns)))
        })],
        "{JacobiAmplitude[0, _] :> 0, JacobiAmplitude[u_, 0] :> u, JacobiAmplitude[u_, 1] :> Gudermannian[u]}",
        "JacobiAmplitude[u, m] is the angle p with EllipticF[p, m] == u.",
        &[("JacobiAmplitude[u, 0]", "u"), ("JacobiAmplitude[0, m]", "0")],
    ),
    special!(
        "ArithmeticGeometricMean",
        &[(2, integrals::agm)],
        "{ArithmeticGeometricMean[a_, a_] :> a, ArithmeticGeometricMean[0, _] :> 0, ArithmeticGeometricMean[_, 0] :> 0}",
        "ArithmeticGeometricMean[a, b] is the limit of taking the arithmetic and the geometric mean \
         again and again.",
        &[("ArithmeticGeometricMean[3, 3]", "3"), ("ArithmeticGeometricMean[0, x]", "0")],
    ),
    special!(
        "EllipticTheta",
        &[(3, |z| {
            let kind = z[0].as_integer().filter(|kind| (1..=4).contains(kind))?;
            integrals::theta(kind as u8, &z[1], &z[2])
        })],
        "{EllipticTheta[1, 0, _] :> 0, EllipticTheta[3 | 4, _, 0] :> 1, EllipticTheta[1 | 2, _, 0] :> 0, EllipticTheta[k_, q_] :> EllipticTheta[k, 0, q]}",
        "EllipticTheta[k, z, q] is Jacobi's theta function k; EllipticTheta[k, q] that at 0.",
        &[("EllipticTheta[1, 0, q]", "0"), ("EllipticTheta[3, z, 0]", "1")],
    ),
    special!(
        "DawsonF",
        &[(1, |z| {
            let bits = z[0].bits();
            let factor = crate::precise::Precise::pi(bits).sqrt().over(2);
            Some(factor.mul(&z[0].square().neg().exp()?).mul(&integrals::erfi(z)?))
        })],
        "{DawsonF[0] :> 0, DawsonF[Times[n_?Negative, x_]] :> -DawsonF[-n x]}",
        "DawsonF[z] is Sqrt[Pi]/2 E^(-z^2) Erfi[z].",
        &[("DawsonF[0]", "0"), ("DawsonF[-x]", "-DawsonF[x]")],
    ),
    written!(
        "MittagLefflerE",
        NUMERIC,
        "{MittagLefflerE[a_, z_] :> MittagLefflerE[a, 1, z] /; a === 0 || a === 1 || a === 2, MittagLefflerE[a_, 0] :> 1, MittagLefflerE[0, 1, z_] :> 1/(1 - z), MittagLefflerE[1, 1, z_] :> E^z, MittagLefflerE[2, 1, z_] :> Cosh[Sqrt[z]], MittagLefflerE[1/2, z_] :> E^z^2 Erfc[-z], MittagLefflerE[a_, b_, 0] :> 1/Gamma[b]}",
        "MittagLefflerE[a, z] is the sum of z^k/Gamma[a k + 1]; MittagLefflerE[a, b, z] has \
         Gamma[a k + b].",
        &[("MittagLefflerE[1, z]", "E^z"), ("MittagLefflerE[2, z]", "Cosh[Sqrt[z]]")],
    ),
    written!(
        "BesselJZero",
        NUMERIC,
        "{BesselJZero[n_?NumericQ, k_?NumericQ] /; Precision[{n, k}] < Infinity && n >= 0 && k == Round[k] && k > 0 :> With[{b = Pi (k + n/2 - 1/4)},
            With[{s = N[b - (4 n^2 - 1)/(8 b)]}, Fold[#1 - BesselJ[n, #1]/((BesselJ[n - 1, #1] - BesselJ[n + 1, #1])/2) &, If[Precision[{n, k}] === MachinePrecision, s, SetPrecision[s, Precision[{n, k}] + 5]], Range[If[Precision[{n, k}] === MachinePrecision, 8, 8 + Ceiling[Log[2, Precision[{n, k}]]]]]]]] /; n < 10}",
        "BesselJZero[n, k] is the k-th positive zero of BesselJ[n, x].",
        &[("BesselJZero[0, 1]", "BesselJZero[0, 1]"), ("Abs[BesselJ[0, BesselJZero[0, 1.]]] < 10^-12", "True")],
    ),
];

fn spherical(
    args: &[crate::precise::Precise],
    of: crate::precise::Function,
) -> Option<crate::precise::Precise> {
    use crate::precise::Precise;
    let [n, z] = args else { return None };
    let bits = z.bits();
    let factor = Precise::pi(bits).div(&z.times(2))?.sqrt();
    Some(factor.mul(&of(&[n.add(&Precise::int(1, bits).over(2)), z.clone()])?))
}

/// ber + i bei = J_n(x exp(3 Pi i/4)), ker + i kei = exp(-n Pi i/2) K_n(x exp(Pi i/4)); of complex
/// arguments both are taken with i and -i.
fn kelvin(
    args: &[crate::precise::Precise],
    second: bool,
    real: bool,
) -> Option<crate::precise::Precise> {
    use crate::precise::Precise;
    let bits = args[0].bits();
    let zero = Precise::int(0, bits);
    let (n, z) = match args {
        [z] => (&zero, z),
        [n, z] => (n, z),
        _ => return None,
    };
    let at = |turn: i64| {
        let angle = Precise::pi(bits).times(turn).over(4);
        let (sin, cos) = angle.sin_cos()?;
        let x = z.mul(&cos.add(&sin.times_i()));
        match second {
            false => hyper::bessel_j(&[n.clone(), x]),
            true => {
                let sign = if turn > 0 { -1 } else { 1 };
                let (sin, cos) = n.mul(&Precise::pi(bits)).times(sign).over(2).sin_cos()?;
                Some(cos.add(&sin.times_i()).mul(&hyper::bessel_k(&[n.clone(), x])?))
            }
        }
    };
    let (up, down) = if second { (at(1)?, at(-1)?) } else { (at(3)?, at(-3)?) };
    Some(match real {
        true => up.add(&down).over(2),
        false => up.sub(&down).over(2).times_i().neg(),
    })
}

/// Pi/2 (cos(n Pi) P_n(x) - P_n(-x))/sin(n Pi) between -1 and 1, by moving integers.
fn legendre_q(args: &[crate::precise::Precise]) -> Option<crate::precise::Precise> {
    use crate::precise::Precise;
    let [n, x] = args else { return None };
    if n.as_integer().is_some() || !x.is_real() || x.size() >= 1.0 {
        return None;
    }
    let pi = Precise::pi(x.bits());
    let (p, other) = (hyper::legendre_p(args)?, hyper::legendre_p(&[n.clone(), x.neg()])?);
    n.cos_pi()?.mul(&p).sub(&other).mul(&pi).over(2).div(&n.sin_pi()?)
}
