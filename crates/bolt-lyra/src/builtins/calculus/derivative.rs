//! Derivatives.
//!
//! Equal parts of an expression are differentiated once: derivatives are remembered by the
//! expression for as long as a call of `D` lasts, and the results share what they have in common.

use std::collections::HashMap;

use super::formula::lyra;
use super::terms::{is_free, is_zero};
use crate::builtins::arithmetic::{plus, times, to_the};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

/// With respect to what is differentiated.
#[derive(Debug, Clone)]
pub(crate) enum Mode {
    /// One variable; the others do not depend on it unless they are listed.
    Partial { variable: Value, depending: Vec<Value> },
    /// All variables but the constants; with a variable, relative to it.
    Total { variable: Option<Value>, constants: Vec<Value> },
}

/// Differentiates expressions and remembers what it has found.
pub(crate) struct Differ<'s> {
    pub(crate) session: &'s mut Session,
    mode: Mode,
    known: HashMap<Value, Value>,
}

/// Returns the derivative of an expression with respect to a variable.
pub(crate) fn derivative(session: &mut Session, of: &Value, variable: &Value) -> Evaluated {
    let mode = Mode::Partial { variable: variable.clone(), depending: Vec::new() };
    Differ::new(session, mode).of(of)
}

impl<'s> Differ<'s> {
    pub(crate) fn new(session: &'s mut Session, mode: Mode) -> Self {
        Self { session, mode, known: HashMap::new() }
    }

    /// Returns the derivative of an expression.
    pub(crate) fn of(&mut self, value: &Value) -> Evaluated {
        match &self.mode {
            Mode::Partial { variable, depending } => {
                if value == variable {
                    return Ok(Value::Integer(1));
                }
                if depending.contains(value) {
                    let inner = [value.clone(), variable.clone()];
                    let list = Value::list(Args::from(depending.clone()));
                    let option = Value::rule(sym::NonConstants, list);
                    let args: Args = inner.into_iter().chain([option]).collect();
                    return Ok(Value::call(sym::D, args));
                }
                if value.is_atom() {
                    return Ok(Value::Integer(0));
                }
            }
            Mode::Total { variable, constants } => {
                if variable.as_ref() == Some(value) {
                    return Ok(Value::Integer(1));
                }
                if let Some(result) = self.total_of_atom(value, variable.as_ref(), constants) {
                    return Ok(result);
                }
            }
        }
        if let Some(known) = self.known.get(value) {
            return Ok(known.clone());
        }
        let result = grown(value.depth(), || self.of_parts(value))?;
        self.known.insert(value.clone(), result.clone());
        Ok(result)
    }

    fn total_of_atom(
        &self,
        value: &Value,
        variable: Option<&Value>,
        constants: &[Value],
    ) -> Option<Value> {
        let symbol = match value {
            Value::Symbol(_) | Value::Temporary(_) => value.as_symbol()?,
            Value::Call(call) => {
                let is_constant = constants.contains(call.head()) || constants.contains(value);
                return is_constant.then_some(Value::Integer(0));
            }
            _ => return Some(Value::Integer(0)),
        };
        let is_constant = constants.contains(value)
            || self.session.attributes(symbol).has(crate::definition::Attributes::CONSTANT)
            || matches!(symbol, sym::True | sym::False | sym::Infinity | sym::ComplexInfinity);
        if is_constant {
            return Some(Value::Integer(0));
        }
        let option = (!constants.is_empty())
            .then(|| Value::rule(sym::Constants, Value::list(Args::from(constants.to_vec()))));
        let inner = std::iter::once(value.clone()).chain(variable.cloned());
        Some(Value::call(sym::Dt, inner.chain(option).collect::<Args>()))
    }

    fn of_parts(&mut self, value: &Value) -> Evaluated {
        self.session.check_interrupt()?;
        let Value::Call(call) = value else { return Ok(Value::Integer(0)) };
        match call.head().as_symbol() {
            Some(sym::Plus) => self.of_sum(call),
            Some(sym::Times) => self.of_product(call),
            Some(sym::Power) if call.args().len() == 2 => self.of_power(call),
            Some(sym::List | sym::Equal) => self.of_elements(call),
            Some(sym::Integrate) => self.of_integral(call),
            Some(sym::Sum | sym::Product) => self.of_sum_function(call),
            Some(sym::Piecewise) => self.of_piecewise(call),
            Some(sym::If) => self.of_if(call),
            Some(sym::SeriesData) => self.of_series(call),
            Some(sym::Function) => Ok(Value::Integer(0)),
            _ => self.of_function(call),
        }
    }

    fn of_elements(&mut self, call: &Call) -> Evaluated {
        let parts: Args = call.args().iter().map(|arg| self.of(arg)).collect::<Evaluated<_>>()?;
        self.session.evaluate(&Value::call(call.head().clone(), parts))
    }

    fn of_sum(&mut self, call: &Call) -> Evaluated {
        let mut parts = Args::new();
        for term in call.args() {
            let part = self.of(term)?;
            if !is_zero(&part) {
                parts.push(part);
            }
        }
        self.session.evaluate(&plus(parts))
    }

    fn of_product(&mut self, call: &Call) -> Evaluated {
        let mut parts = Args::new();
        for (place, factor) in call.args().iter().enumerate() {
            let part = self.of(factor)?;
            if is_zero(&part) {
                continue;
            }
            let mut factors = Args::from(call.args());
            factors[place] = part;
            parts.push(times(factors));
        }
        self.session.evaluate(&plus(parts))
    }

    fn of_power(&mut self, call: &Call) -> Evaluated {
        let [base, exponent] = call.args() else { return Ok(Value::Integer(0)) };
        let (in_base, in_exponent) = (self.of(base)?, self.of(exponent)?);
        let mut parts = Args::new();
        if !is_zero(&in_base) {
            let lower = match exponent.is_number() {
                true => number::add(exponent, &Value::Integer(-1)),
                false => plus([Value::Integer(-1), exponent.clone()]),
            };
            let power = to_the(base.clone(), lower);
            parts.push(times(Args::from(vec![exponent.clone(), power, in_base])));
        }
        if !is_zero(&in_exponent) {
            let log = Value::call(sym::Log, [base.clone()].as_slice());
            let power = Value::from(call.clone());
            parts.push(times(Args::from(vec![power, log, in_exponent])));
        }
        match parts.len() {
            0 => Ok(Value::Integer(0)),
            _ => self.session.evaluate(&plus(parts)),
        }
    }

    /// The derivative of a function of arguments, by the chain rule.
    fn of_function(&mut self, call: &Call) -> Evaluated {
        let mut parts = Args::new();
        for (place, arg) in call.args().iter().enumerate() {
            let inner = match arg.as_list() {
                // A list among the arguments is not one variable.
                Some(_) if !self.is_constant(arg) => return Ok(self.unknown(call)),
                _ => self.of(arg)?,
            };
            if is_zero(&inner) {
                continue;
            }
            let outer = self.outer(call, place)?;
            parts.push(times([outer, inner]));
        }
        if !self.is_constant(call.head()) {
            return Ok(self.unknown(call));
        }
        match parts.len() {
            0 => Ok(Value::Integer(0)),
            _ => self.session.evaluate(&plus(parts)),
        }
    }

    fn is_constant(&self, value: &Value) -> bool {
        match &self.mode {
            Mode::Partial { variable, .. } => is_free(value, variable),
            Mode::Total { .. } => true,
        }
    }

    fn unknown(&self, call: &Call) -> Value {
        match &self.mode {
            Mode::Partial { variable, .. } => {
                Value::call(sym::D, [Value::from(call.clone()), variable.clone()])
            }
            Mode::Total { .. } => Value::call(sym::Dt, [Value::from(call.clone())].as_slice()),
        }
    }

    /// The derivative of a function with respect to one of its arguments.
    fn outer(&mut self, call: &Call, place: usize) -> Evaluated {
        if let Some(symbol) = call.head().as_symbol() {
            let name = self.session.names.full(symbol).name.clone();
            if let Some(text) = super::derivative_table::partial(&name, call.args().len(), place) {
                let names = ["u", "v", "w", "z"];
                let values: Vec<(&str, &Value)> = names.into_iter().zip(call.args()).collect();
                return self.session.evaluate_formula(text, &values);
            }
        }
        let order = |at: usize| Value::Integer(i64::from(at == place));
        let orders: Args = (0..call.args().len()).map(order).collect();
        let head =
            Value::call(Value::call(sym::Derivative, orders), [call.head().clone()].as_slice());
        self.session.evaluate(&Value::call(head, Args::from(call.args())))
    }

    /// Leibniz' rule for definite integrals, the fundamental theorem for indefinite ones.
    fn of_integral(&mut self, call: &Call) -> Evaluated {
        let [integrand, range] = call.args() else { return Ok(self.unknown(call)) };
        if let Some([inner, low, high]) = range.as_list() {
            let at = |bound: &Value| super::terms::substituted(integrand, inner, bound);
            let (at_low, at_high) = (at(low), at(high));
            let under = self.under(integrand, inner)?;
            let (d_low, d_high) = (self.of(low)?, self.of(high)?);
            let under = match is_zero(&under) {
                true => under,
                false => Value::call(sym::Integrate, [under, range.clone()]),
            };
            let parts = [
                under,
                times([at_high, d_high]),
                times(Args::from(vec![Value::Integer(-1), at_low, d_low])),
            ];
            return self.session.evaluate(&plus(Args::from(parts.to_vec())));
        }
        if let Mode::Partial { variable, .. } = &self.mode {
            if range == variable {
                return Ok(integrand.clone());
            }
            let under = self.under(integrand, range)?;
            return self.session.evaluate(&Value::call(sym::Integrate, [under, range.clone()]));
        }
        Ok(self.unknown(call))
    }

    /// The derivative of what stands under an integral or a sum over a variable.
    fn under(&mut self, value: &Value, bound: &Value) -> Evaluated {
        match &self.mode {
            Mode::Partial { variable, .. } if variable == bound => Ok(Value::Integer(0)),
            _ => self.of(value),
        }
    }

    fn of_sum_function(&mut self, call: &Call) -> Evaluated {
        let [body, range] = call.args() else { return Ok(self.unknown(call)) };
        let Some([bound, limits @ ..]) = range.as_list() else { return Ok(self.unknown(call)) };
        if !call.is(sym::Sum) || !limits.iter().all(|limit| self.is_constant(limit)) {
            return Ok(self.unknown(call));
        }
        let under = self.under(body, bound)?;
        self.session.evaluate(&Value::call(sym::Sum, [under, range.clone()]))
    }

    fn of_piecewise(&mut self, call: &Call) -> Evaluated {
        let mut cases = Args::new();
        for case in call.args().first().and_then(Value::as_list).unwrap_or(&[]) {
            let Some([value, condition]) = case.as_list() else { return Ok(self.unknown(call)) };
            cases.push(Value::list([self.of(value)?, condition.clone()]));
        }
        let otherwise = match call.args().get(1) {
            Some(value) => self.of(value)?,
            None => Value::Integer(0),
        };
        self.session.evaluate(&Value::call(sym::Piecewise, [Value::list(cases), otherwise]))
    }

    fn of_if(&mut self, call: &Call) -> Evaluated {
        let [condition, values @ ..] = call.args() else { return Ok(self.unknown(call)) };
        let mut args = Args::from([condition.clone()].as_slice());
        for value in values {
            args.push(self.of(value)?);
        }
        self.session.evaluate(&Value::call(sym::If, args))
    }

    fn of_series(&mut self, call: &Call) -> Evaluated {
        let Mode::Partial { variable, .. } = &self.mode else { return Ok(self.unknown(call)) };
        let variable = variable.clone();
        match call.args() {
            [x, center, coefficients, low, high, denominator] if *x == variable => {
                let (x, p, c, d) = (x, center, coefficients, denominator);
                lyra!(
                    self.session,
                    "SeriesData[x, p, c*(Range[low, low + Length[c] - 1]/d), low - d, high - d, d]",
                    x,
                    p,
                    c,
                    low,
                    high,
                    d
                )
            }
            [x, center, coefficients, rest @ ..] => {
                let coefficients = self.of(coefficients)?;
                let head = [x.clone(), center.clone(), coefficients];
                let args: Args = head.into_iter().chain(rest.iter().cloned()).collect();
                self.session.evaluate(&Value::call(sym::SeriesData, args))
            }
            _ => Ok(self.unknown(call)),
        }
    }
}
