//! Expansion of expressions in power series.

use super::super::derivative::derivative;
use super::super::formula::lyra;
use super::super::terms::{is_free, small_fraction, substituted};
use super::power::{EXACT, PowerSeries};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value, grown};

/// Expands expressions in t.
pub(crate) struct Expansion<'s> {
    pub(crate) session: &'s mut Session,
    /// The variable, which is small.
    pub(crate) t: Value,
    /// What stands for the logarithm of the variable.
    pub(crate) log: Value,
    /// How many terms of a series that does not end are kept.
    pub(crate) keep: i64,
}

/// Functions whose derivative is expanded and integrated.
const BY_DERIVATIVE: &[&str] = &[
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
    "SinhIntegral",
    "LogIntegral",
];

impl Expansion<'_> {
    pub(crate) fn of(&mut self, value: &Value) -> Evaluated<Option<PowerSeries>> {
        if *value == self.t {
            return Ok(Some(PowerSeries::monomial(Value::Integer(1), 1, 1)));
        }
        if is_free(value, &self.t) {
            return Ok(Some(PowerSeries::constant(value.clone())));
        }
        self.session.check_interrupt()?;
        match value {
            Value::Call(call) => grown(call.depth(), || self.of_call(call)),
            _ => Ok(None),
        }
    }

    fn of_call(&mut self, call: &Call) -> Evaluated<Option<PowerSeries>> {
        let Some(head) = call.head().as_symbol() else { return self.by_taylor(call) };
        match (head, call.args()) {
            (sym::Plus, terms) => {
                let mut sum = PowerSeries::constant(Value::Integer(0));
                for term in terms {
                    let Some(term) = self.of(term)? else { return Ok(None) };
                    sum = self.session.series_sum(&sum, &term)?;
                }
                Ok(Some(sum))
            }
            (sym::Times, factors) => {
                let mut product = PowerSeries::constant(Value::Integer(1));
                for factor in factors {
                    let Some(factor) = self.of(factor)? else { return Ok(None) };
                    product = self.session.series_product(&product, &factor)?;
                    product = self.kept(product);
                }
                Ok(Some(product))
            }
            (sym::Power, [base, exponent]) => self.of_power(base, exponent),
            (sym::Log, [inner]) => {
                let Some(inner) = self.of(inner)? else { return Ok(None) };
                self.log_of(&inner)
            }
            (_, [inner]) => self.of_function(call, head, inner),
            _ => self.by_taylor(call),
        }
    }

    /// Keeps a series that is known exactly but long to what is needed.
    fn kept(&self, series: PowerSeries) -> PowerSeries {
        match series.order >= EXACT && series.terms.len() as i64 > self.keep * series.scale {
            true => {
                let order = series.low + self.keep * series.scale;
                series.truncated(order)
            }
            false => series,
        }
    }

    fn of_power(&mut self, base: &Value, exponent: &Value) -> Evaluated<Option<PowerSeries>> {
        if is_free(exponent, &self.t) {
            let Some(base) = self.of(base)? else { return Ok(None) };
            if base.is_zero() && base.order < EXACT {
                return Ok(None);
            }
            if base.low != 0 && small_fraction(exponent).is_none() && !base.is_zero() {
                return Ok(None);
            }
            return self.session.series_power(&base, exponent, self.keep);
        }
        let exponent = match base.is(sym::E) {
            true => exponent.clone(),
            false => lyra!(self.session, "exponent*Log[base]", exponent, base)?,
        };
        let Some(series) = self.of(&exponent)? else { return Ok(None) };
        let Some((constant, rest)) = self.session.series_parts(&series) else { return Ok(None) };
        let power = self.session.series_exponential(&rest, self.keep)?;
        let lead = self.exponential_of(&constant)?;
        let Some(lead) = lead else { return Ok(None) };
        self.session.series_product(&power, &lead).map(Some)
    }

    /// E to a constant, in which multiples of the logarithm of the variable are powers of it.
    fn exponential_of(&mut self, constant: &Value) -> Evaluated<Option<PowerSeries>> {
        let log = self.log.clone();
        if is_free(constant, &log) {
            return lyra!(self.session, "E^constant", constant)
                .map(|lead| Some(PowerSeries::constant(lead)));
        }
        let slope = derivative(self.session, constant, &log)?;
        let Some((p, q)) = small_fraction(&slope) else { return Ok(None) };
        let rest = lyra!(self.session, "Expand[constant - slope*log]", constant, slope, log)?;
        let lead = lyra!(self.session, "E^rest", rest)?;
        Ok(is_free(&rest, &log).then(|| PowerSeries::monomial(lead, p, q)))
    }

    fn log_of(&mut self, inner: &PowerSeries) -> Evaluated<Option<PowerSeries>> {
        if inner.is_zero() {
            return Ok(None);
        }
        let lead = inner.terms[0].clone();
        let first = lyra!(self.session, "Log[lead]", lead)?;
        let power = super::super::terms::fraction(inner.low, inner.scale);
        let log = self.log.clone();
        let first = lyra!(self.session, "first + power*log", first, power, log)?;
        // The rest is the integral of its derivative over itself.
        let mut unit = inner.clone();
        unit.order = if unit.order >= EXACT { EXACT } else { unit.order - unit.low };
        unit.low = 0;
        let slope = self.session.series_derivative(&unit)?;
        let Some(inverse) = self.session.series_power(&unit, &Value::Integer(-1), self.keep)?
        else {
            return Ok(None);
        };
        let quotient = self.session.series_product(&slope, &inverse)?;
        let Some(rest) = self.session.series_integral(&quotient)? else { return Ok(None) };
        let first = PowerSeries::constant(first);
        self.session.series_sum(&first, &rest).map(Some)
    }

    fn of_function(
        &mut self,
        call: &Call,
        head: Symbol,
        inner: &Value,
    ) -> Evaluated<Option<PowerSeries>> {
        let ratio = |top: Symbol, bottom: Symbol| {
            let of = |f: Symbol| Value::call(f, [inner.clone()].as_slice());
            let inverse = crate::builtins::arithmetic::to_the(of(bottom), -1);
            Value::call(sym::Times, [of(top), inverse])
        };
        let inverse = |f: Symbol| {
            crate::builtins::arithmetic::to_the(Value::call(f, [inner.clone()].as_slice()), -1)
        };
        match head {
            sym::Sin | sym::Cos | sym::Sinh | sym::Cosh => self.circular(head, inner),
            sym::Tan => self.of(&ratio(sym::Sin, sym::Cos)),
            sym::Cot => self.of(&ratio(sym::Cos, sym::Sin)),
            sym::Sec => self.of(&inverse(sym::Cos)),
            sym::Csc => self.of(&inverse(sym::Sin)),
            sym::Tanh => self.of(&ratio(sym::Sinh, sym::Cosh)),
            sym::Coth => self.of(&ratio(sym::Cosh, sym::Sinh)),
            sym::Sech => self.of(&inverse(sym::Cosh)),
            sym::Csch => self.of(&inverse(sym::Sinh)),
            _ => {
                let name = self.session.names.full(head).name.clone();
                match BY_DERIVATIVE.contains(&&*name) {
                    true => self.by_derivative(call, head, inner),
                    false => self.by_taylor(call),
                }
            }
        }
    }

    fn circular(&mut self, head: Symbol, inner: &Value) -> Evaluated<Option<PowerSeries>> {
        let Some(series) = self.of(inner)? else { return Ok(None) };
        let Some((a, rest)) = self.session.series_parts(&series) else { return Ok(None) };
        let is_hyperbolic = matches!(head, sym::Sinh | sym::Cosh);
        let sign = if is_hyperbolic { 1 } else { -1 };
        let (sine, cosine) = self.session.series_circular(&rest, sign, self.keep)?;
        let s = &mut *self.session;
        let (p, q) = match head {
            sym::Sin => (lyra!(s, "Cos[a]", a)?, lyra!(s, "Sin[a]", a)?),
            sym::Cos => (lyra!(s, "-Sin[a]", a)?, lyra!(s, "Cos[a]", a)?),
            sym::Sinh => (lyra!(s, "Cosh[a]", a)?, lyra!(s, "Sinh[a]", a)?),
            _ => (lyra!(s, "Sinh[a]", a)?, lyra!(s, "Cosh[a]", a)?),
        };
        let (x, y) = (s.series_scaled(&sine, &p)?, s.series_scaled(&cosine, &q)?);
        s.series_sum(&x, &y).map(Some)
    }

    /// f(g) as the value at the constant term and the integral of f'(g) g'.
    fn by_derivative(
        &mut self,
        call: &Call,
        head: Symbol,
        inner: &Value,
    ) -> Evaluated<Option<PowerSeries>> {
        let Some(series) = self.of(inner)? else { return Ok(None) };
        let Some((a, _)) = self.session.series_parts(&series) else { return Ok(None) };
        let first = self.session.evaluate(&Value::call(head, [a].as_slice()))?;
        if !is_finite(&first) {
            return Ok(None);
        }
        let slope = derivative(self.session, &Value::from(call.clone()), &self.t)?;
        let Some(slope) = self.of(&slope)? else { return Ok(None) };
        let Some(rest) = self.session.series_integral(&slope)? else { return Ok(None) };
        if rest.low < 0 {
            return Ok(None);
        }
        let first = PowerSeries::constant(first);
        self.session.series_sum(&first, &rest).map(Some)
    }

    /// The Taylor series of a function of arguments that are series, by its derivatives.
    fn by_taylor(&mut self, call: &Call) -> Evaluated<Option<PowerSeries>> {
        let depending: Vec<usize> = (0..call.args().len())
            .filter(|&place| !is_free(&call.args()[place], &self.t))
            .collect();
        let [place] = depending[..] else { return self.by_derivatives_at_zero(call) };
        let Some(series) = self.of(&call.args()[place])? else { return Ok(None) };
        let Some((a, rest)) = self.session.series_parts(&series) else { return Ok(None) };
        let count = (self.keep * rest.scale + 1).min(200);
        let u = Value::Symbol(self.session.names.symbol("Lyra`Series`u"));
        let mut args = Args::from(call.args());
        args[place] = u.clone();
        let mut current = Value::call(call.head().clone(), args);
        let mut coefficients = Vec::new();
        let mut factorial = Value::Integer(1);
        let needed =
            if rest.is_zero() && rest.order >= EXACT { 1 } else { count / rest.low.max(1) + 1 };
        for k in 0..needed {
            if k > 0 {
                current = derivative(self.session, &current, &u)?;
                factorial = number::multiply(&factorial, &Value::Integer(k));
            }
            self.session.quiet += 1;
            let value = self.session.put(&current, &u, &a);
            self.session.quiet -= 1;
            let value = value?;
            if !is_finite(&value) {
                return Ok(None);
            }
            coefficients.push(self.session.quotient_of(&value, &factorial)?);
        }
        let order =
            if rest.is_zero() && rest.order >= EXACT { EXACT } else { rest.low.max(1) * needed };
        self.session.series_composed(&coefficients, &rest, order).map(Some)
    }

    /// Of a function of several arguments: derivatives of the whole at 0.
    fn by_derivatives_at_zero(&mut self, call: &Call) -> Evaluated<Option<PowerSeries>> {
        let mut current = Value::from(call.clone());
        let mut terms = Vec::new();
        let mut factorial = Value::Integer(1);
        for k in 0..=self.keep.min(40) {
            if k > 0 {
                current = derivative(self.session, &current, &self.t)?;
                factorial = number::multiply(&factorial, &Value::Integer(k));
            }
            let with = substituted(&current, &self.t, &Value::Integer(0));
            self.session.quiet += 1;
            let value = self.session.evaluate(&with);
            self.session.quiet -= 1;
            let value = value?;
            if !is_finite(&value) {
                return Ok(None);
            }
            terms.push(self.session.quotient_of(&value, &factorial)?);
        }
        let order = terms.len() as i64;
        let series = PowerSeries { low: 0, scale: 1, terms, order };
        Ok(Some(series.trimmed(self.session)))
    }
}

/// Whether nothing in a value is infinite or undetermined.
pub(crate) fn is_finite(value: &Value) -> bool {
    match value {
        Value::Symbol(sym::Indeterminate | sym::ComplexInfinity | sym::Infinity) => false,
        Value::Call(call) => !call.is(sym::DirectedInfinity) && call.args().iter().all(is_finite),
        _ => true,
    }
}
