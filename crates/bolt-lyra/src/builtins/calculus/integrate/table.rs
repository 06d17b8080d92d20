//! Integrals of single functions of the variable.

use super::super::formula::lyra;
use super::super::terms::is_free;
use super::Integrator;
use crate::number;
use crate::session::Evaluated;
use crate::symbol::sym;
use crate::value::Value;

/// Functions of one argument and their integrals, with u for the variable.
const FUNCTIONS: &[(&str, &str)] = &[
    ("Sin", "-Cos[u]"),
    ("Cos", "Sin[u]"),
    ("Tan", "-Log[Cos[u]]"),
    ("Cot", "Log[Sin[u]]"),
    ("Sec", "ArcTanh[Sin[u]]"),
    ("Csc", "-ArcTanh[Cos[u]]"),
    ("Sinh", "Cosh[u]"),
    ("Cosh", "Sinh[u]"),
    ("Tanh", "Log[Cosh[u]]"),
    ("Coth", "Log[Sinh[u]]"),
    ("Sech", "ArcTan[Sinh[u]]"),
    ("Csch", "-ArcTanh[Cosh[u]]"),
    ("Log", "u*Log[u] - u"),
    ("ArcSin", "u*ArcSin[u] + Sqrt[1 - u^2]"),
    ("ArcCos", "u*ArcCos[u] - Sqrt[1 - u^2]"),
    ("ArcTan", "u*ArcTan[u] - Log[1 + u^2]/2"),
    ("ArcCot", "u*ArcCot[u] + Log[1 + u^2]/2"),
    ("ArcSec", "u*ArcSec[u] - ArcTanh[Sqrt[1 - 1/u^2]]"),
    ("ArcCsc", "u*ArcCsc[u] + ArcTanh[Sqrt[1 - 1/u^2]]"),
    ("ArcSinh", "u*ArcSinh[u] - Sqrt[1 + u^2]"),
    ("ArcCosh", "u*ArcCosh[u] - Sqrt[-1 + u]*Sqrt[1 + u]"),
    ("ArcTanh", "u*ArcTanh[u] + Log[1 - u^2]/2"),
    ("ArcCoth", "u*ArcCoth[u] + Log[1 - u^2]/2"),
    ("ArcSech", "u*ArcSech[u] - 2*ArcTan[Sqrt[(1 - u)/(1 + u)]]"),
    ("ArcCsch", "u*ArcCsch[u] + ArcTanh[Sqrt[1 + 1/u^2]]"),
    ("Erf", "u*Erf[u] + 1/(E^u^2*Sqrt[Pi])"),
    ("Erfc", "u*Erfc[u] - 1/(E^u^2*Sqrt[Pi])"),
    ("Erfi", "u*Erfi[u] - E^u^2/Sqrt[Pi]"),
    ("FresnelS", "u*FresnelS[u] + Cos[Pi*u^2/2]/Pi"),
    ("FresnelC", "u*FresnelC[u] - Sin[Pi*u^2/2]/Pi"),
    ("SinIntegral", "u*SinIntegral[u] + Cos[u]"),
    ("CosIntegral", "u*CosIntegral[u] - Sin[u]"),
    ("SinhIntegral", "u*SinhIntegral[u] - Cosh[u]"),
    ("CoshIntegral", "u*CoshIntegral[u] - Sinh[u]"),
    ("ExpIntegralEi", "u*ExpIntegralEi[u] - E^u"),
    ("LogIntegral", "u*LogIntegral[u] - ExpIntegralEi[2*Log[u]]"),
    ("ProductLog", "u*(ProductLog[u] - 1 + 1/ProductLog[u])"),
    ("PolyGamma", "LogGamma[u]"),
    ("LogGamma", "PolyGamma[-2, u]"),
    ("UnitStep", "u*UnitStep[u]"),
    ("HeavisideTheta", "u*HeavisideTheta[u]"),
    ("DiracDelta", "HeavisideTheta[u]"),
    ("Gudermannian", "Integrate[Gudermannian[u], u]"),
    ("Abs", "Integrate[Abs[u], u]"),
    ("RealAbs", "u*RealAbs[u]/2"),
    ("RealSign", "RealAbs[u]"),
    ("AiryAiPrime", "AiryAi[u]"),
    ("AiryBiPrime", "AiryBi[u]"),
];

impl Integrator<'_> {
    pub(super) fn by_table(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        if f == x {
            return lyra!(self.session, "x^2/2", x).map(Some);
        }
        let Some(call) = f.as_call() else { return Ok(None) };
        match (call.head().as_symbol(), call.args()) {
            (Some(sym::Power), [base, n]) if base == x && is_free(n, x) => match n {
                Value::Integer(-1) => lyra!(self.session, "Log[x]", x).map(Some),
                _ => lyra!(self.session, "x^(n + 1)/(n + 1)", x, n).map(Some),
            },
            (Some(sym::Power), [base, exponent]) if is_free(base, x) => {
                let Some(poly) = self.session.poly(exponent, x)? else { return Ok(None) };
                let (k, b) = (poly.at(1), base);
                if poly.degree() != 1 || number::is_zero(&k) {
                    return Ok(None);
                }
                lyra!(self.session, "f/(k*Log[b])", f, k, b).map(Some)
            }
            (Some(head), [argument]) if argument == x => {
                let name = self.session.names.full(head).name.clone();
                let Some((_, text)) = FUNCTIONS.iter().find(|(known, _)| *known == &*name) else {
                    return Ok(None);
                };
                if text.starts_with("Integrate") {
                    return Ok(None);
                }
                self.session.evaluate_formula(text, &[("u", x)]).map(Some)
            }
            _ => self.derivative_of_function(f, x),
        }
    }

    /// f'[x], and derivatives by one of several arguments.
    fn derivative_of_function(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let Some(call) = f.as_call() else { return Ok(None) };
        let Some(inner) = call.head().as_call() else { return Ok(None) };
        let (Some(orders), [function]) = (inner.head().args_of(sym::Derivative), inner.args())
        else {
            return Ok(None);
        };
        let depending: Vec<usize> =
            (0..call.args().len()).filter(|&place| !is_free(&call.args()[place], x)).collect();
        let [place] = depending[..] else { return Ok(None) };
        if call.args()[place] != *x || orders.len() != call.args().len() {
            return Ok(None);
        }
        let mut orders = crate::value::Args::from(orders);
        match &orders[place] {
            Value::Integer(order @ 1..) => orders[place] = Value::Integer(order - 1),
            Value::Integer(_) => return Ok(None),
            order => orders[place] = self.session.sum_of([order.clone(), Value::Integer(-1)])?,
        }
        let head = Value::call(Value::call(sym::Derivative, orders), [function.clone()].as_slice());
        let args = crate::value::Args::from(call.args());
        self.session.evaluate(&Value::call(head, args)).map(Some)
    }
}
