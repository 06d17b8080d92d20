//! Integration by parts.

use super::super::derivative::derivative;
use super::super::terms::{base_and_exponent, factors, is_free};
use super::Integrator;
use crate::builtins::arithmetic::times;
use crate::session::Evaluated;
use crate::symbol::sym;
use crate::value::{Args, Value};

/// Functions that are simpler when they are differentiated.
const DIFFERENTIATED: &[&str] = &[
    "Log",
    "ArcSin",
    "ArcCos",
    "ArcTan",
    "ArcCot",
    "ArcSec",
    "ArcCsc",
    "ArcSinh",
    "ArcCosh",
    "ArcTanh",
    "ArcCoth",
    "ArcSech",
    "ArcCsch",
    "Erf",
    "Erfc",
    "Erfi",
    "FresnelS",
    "FresnelC",
    "SinIntegral",
    "CosIntegral",
    "SinhIntegral",
    "CoshIntegral",
    "ExpIntegralEi",
    "LogIntegral",
    "PolyLog",
    "Gamma",
    "ExpIntegralE",
];

impl Integrator<'_> {
    pub(super) fn by_parts(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        for (place, factor) in factors(f).iter().enumerate() {
            if !self.is_differentiated(factor, x) {
                continue;
            }
            let rest: Args = factors(f)
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != place)
                .map(|(_, factor)| factor.clone())
                .collect();
            let rest = self.session.evaluate(&times(rest))?;
            let Some(integral) = self.integrate(&rest, x)? else { continue };
            let slope = derivative(self.session, factor, x)?;
            let inner = self.session.product_of([integral.clone(), slope])?;
            let inner = match self.expanded(&inner, x)? {
                Some(expanded) => expanded,
                None => inner,
            };
            let Some(inner) = self.integrate(&inner, x)? else { continue };
            let product = self.session.product_of([factor.clone(), integral])?;
            return self.session.difference_of(&product, &inner).map(Some);
        }
        Ok(None)
    }

    /// Whether a factor is a power of such a function, or of a linear expression in one.
    fn is_differentiated(&mut self, factor: &Value, x: &Value) -> bool {
        let (base, exponent) = base_and_exponent(factor);
        if is_free(factor, x) || !matches!(exponent, Value::Integer(1..)) {
            return false;
        }
        self.has_function(&base, x)
    }

    fn has_function(&mut self, value: &Value, x: &Value) -> bool {
        let Some(call) = value.as_call() else { return false };
        let Some(head) = call.head().as_symbol() else {
            return call
                .head()
                .as_call()
                .is_some_and(|head| head.head().args_of(sym::Derivative).is_some());
        };
        if matches!(head, sym::Plus | sym::Times) {
            let depending: Vec<Value> =
                call.args().iter().filter(|arg| !is_free(arg, x)).cloned().collect();
            return depending.len() == 1 && self.has_function(&depending[0], x);
        }
        let name = &self.session.names.full(head).name;
        DIFFERENTIATED.contains(&&**name)
    }
}
