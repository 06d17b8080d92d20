//! Truncated power series with rational exponents, whose coefficients are expressions.

use super::super::check::vanishes;
use super::super::terms::{fraction, is_zero};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// The sum of `terms[i] t^((low + i)/scale)`, known up to but without `t^(order/scale)`.
#[derive(Debug, Clone)]
pub(crate) struct PowerSeries {
    pub(crate) low: i64,
    pub(crate) scale: i64,
    pub(crate) terms: Vec<Value>,
    pub(crate) order: i64,
}

/// The order of what is known exactly.
pub(crate) const EXACT: i64 = i64::MAX / 4;

/// Terms above this number are not computed.
pub(crate) const MOST: usize = 20_000;

impl PowerSeries {
    pub(crate) fn constant(value: Value) -> Self {
        let terms = if is_zero(&value) { Vec::new() } else { vec![value] };
        Self { low: 0, scale: 1, terms, order: EXACT }
    }

    /// c t^(n/scale), exactly.
    pub(crate) fn monomial(c: Value, n: i64, scale: i64) -> Self {
        Self { low: n, scale, terms: vec![c], order: EXACT }
    }

    /// Returns a coefficient by its exponent in units of 1/scale.
    pub(crate) fn at(&self, exponent: i64) -> Value {
        let place = usize::try_from(exponent - self.low).ok();
        place.and_then(|place| self.terms.get(place)).cloned().unwrap_or(Value::Integer(0))
    }

    /// Writes it in units of 1/(scale factor).
    pub(crate) fn rescaled(&self, factor: i64) -> Self {
        if factor == 1 {
            return self.clone();
        }
        let mut terms = Vec::with_capacity(self.terms.len() * factor as usize);
        for (place, term) in self.terms.iter().enumerate() {
            if place > 0 {
                terms.extend(std::iter::repeat_n(Value::Integer(0), factor as usize - 1));
            }
            terms.push(term.clone());
        }
        let order = if self.order >= EXACT { EXACT } else { self.order * factor };
        Self { low: self.low * factor, scale: self.scale * factor, terms, order }
    }

    /// Forgets what is beyond an order.
    pub(crate) fn truncated(mut self, order: i64) -> Self {
        if order < self.order {
            self.order = order;
            self.terms.truncate(usize::try_from(order - self.low).unwrap_or(0));
        }
        self
    }

    /// Drops zeros at both ends; a coefficient that has the value 0 is 0.
    pub(crate) fn trimmed(mut self, session: &Session) -> Self {
        let is_zero = |value: &Value| {
            number::is_zero(value) || (!value.is_number() && vanishes(session, value) == Some(true))
        };
        let zeros = self.terms.iter().take_while(|term| is_zero(term)).count();
        self.terms.drain(..zeros);
        self.low += zeros as i64;
        while self.terms.last().is_some_and(is_zero) {
            self.terms.pop();
        }
        if self.terms.is_empty() {
            self.low = self.order.min(EXACT);
        }
        self
    }

    /// The order of what is known of the exponent of the first term.
    pub(crate) fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }
}

/// Writes two series in the same units.
pub(crate) fn aligned(a: &PowerSeries, b: &PowerSeries) -> (PowerSeries, PowerSeries) {
    let common = a.scale / super::gcd(a.scale, b.scale) * b.scale;
    (a.rescaled(common / a.scale), b.rescaled(common / b.scale))
}

impl Session {
    fn coefficient_sum(&mut self, terms: Args) -> Evaluated {
        if terms.iter().all(Value::is_number) {
            return Ok(terms.iter().fold(Value::Integer(0), |sum, term| number::add(&sum, term)));
        }
        let sum = self.sum_of(terms)?;
        match sum.args_of(sym::Plus) {
            Some(_) if self.has_builtin("Expand") => self.system("Expand", [sum].as_slice()),
            _ => Ok(sum),
        }
    }

    fn coefficient_product(&mut self, a: &Value, b: &Value) -> Evaluated {
        match (a, b) {
            (Value::Integer(0), _) | (_, Value::Integer(0)) => Ok(Value::Integer(0)),
            _ if a.is_number() && b.is_number() => Ok(number::multiply(a, b)),
            _ => self.product_of([a.clone(), b.clone()]),
        }
    }

    pub(crate) fn series_sum(
        &mut self,
        a: &PowerSeries,
        b: &PowerSeries,
    ) -> Evaluated<PowerSeries> {
        let (a, b) = aligned(a, b);
        let order = a.order.min(b.order);
        let low = match (a.is_zero(), b.is_zero()) {
            (true, _) => b.low.min(order),
            (_, true) => a.low.min(order),
            _ => a.low.min(b.low),
        };
        let end = |s: &PowerSeries| match s.is_zero() {
            true => low,
            false => s.low.saturating_add(s.terms.len() as i64),
        };
        let high = end(&a).max(end(&b)).min(order);
        let mut terms = Vec::new();
        for exponent in low..high {
            terms.push(self.coefficient_sum(Args::from([a.at(exponent), b.at(exponent)]))?);
        }
        Ok(PowerSeries { low, scale: a.scale, terms, order }.trimmed(self))
    }

    pub(crate) fn series_product(
        &mut self,
        a: &PowerSeries,
        b: &PowerSeries,
    ) -> Evaluated<PowerSeries> {
        let (a, b) = aligned(a, b);
        let bound = |own: &PowerSeries, other: &PowerSeries| match own.order >= EXACT {
            true => EXACT,
            false => own.order.saturating_add(other.low.min(EXACT)),
        };
        let order = bound(&a, &b).min(bound(&b, &a)).min(EXACT);
        let low = a.low.saturating_add(b.low).min(EXACT);
        let mut terms = Vec::new();
        if !a.is_zero() && !b.is_zero() {
            let count = (a.terms.len() + b.terms.len() - 1) as i64;
            for place in 0..count.min(order.saturating_sub(low)) as usize {
                self.check_interrupt()?;
                let mut parts = Args::new();
                for i in 0..=place.min(a.terms.len() - 1) {
                    if let (Some(x), Some(y)) = (a.terms.get(i), b.terms.get(place - i)) {
                        let product = self.coefficient_product(x, y)?;
                        if !is_zero(&product) {
                            parts.push(product);
                        }
                    }
                }
                terms.push(self.coefficient_sum(parts)?);
            }
        }
        Ok(PowerSeries { low, scale: a.scale, terms, order }.trimmed(self))
    }

    pub(crate) fn series_scaled(
        &mut self,
        a: &PowerSeries,
        factor: &Value,
    ) -> Evaluated<PowerSeries> {
        let mut terms = Vec::with_capacity(a.terms.len());
        for term in &a.terms {
            let product = self.coefficient_product(term, factor)?;
            terms.push(self.coefficient_sum(Args::from([product].as_slice()))?);
        }
        Ok(PowerSeries { terms, ..a.clone() }.trimmed(self))
    }

    /// A constant power, by Miller's recurrence; `keep` terms where it does not end.
    pub(crate) fn series_power(
        &mut self,
        a: &PowerSeries,
        exponent: &Value,
        keep: i64,
    ) -> Evaluated<Option<PowerSeries>> {
        if a.is_zero() {
            let Value::Integer(n @ 1..) = exponent else { return Ok(None) };
            let order = if a.order >= EXACT { EXACT } else { a.order * n };
            return Ok(Some(PowerSeries { order, low: order, ..a.clone() }));
        }
        let (mut a, mut low) = (a.clone(), 0);
        if a.low != 0 {
            let Some((p, q)) = super::super::terms::small_fraction(exponent) else {
                return Ok(None);
            };
            let factor = q / super::gcd(a.low * p, q);
            a = a.rescaled(factor);
            low = a.low * p / q;
        }
        let lead = a.terms[0].clone();
        let first = self.power_of(&lead, exponent)?;
        let is_exact_end = a.order >= EXACT;
        let is_whole = matches!(exponent, Value::Integer(0..=64));
        let known = match is_exact_end {
            true if a.terms.len() == 1 => 1,
            true if is_whole => {
                let n = exponent.as_i64().unwrap_or(0) as usize;
                (a.terms.len() - 1) * n + 1
            }
            true => (keep * a.scale) as usize,
            false => usize::try_from(a.order - a.low).unwrap_or(0),
        };
        let ends = is_exact_end && (a.terms.len() == 1 || is_whole);
        let mut ratio = Vec::with_capacity(a.terms.len());
        for term in &a.terms[1..] {
            ratio.push(self.quotient_of(term, &lead)?);
        }
        let mut terms = vec![Value::Integer(1)];
        for k in 1..known.min(MOST) {
            self.check_interrupt()?;
            let mut parts = Args::new();
            for i in 1..=k.min(ratio.len()) {
                if is_zero(&ratio[i - 1]) || is_zero(&terms[k - i]) {
                    continue;
                }
                let weight = number_or(self, exponent, i as i64, (k - i) as i64)?;
                let product = self.coefficient_product(&ratio[i - 1], &terms[k - i])?;
                parts.push(self.coefficient_product(&weight, &product)?);
            }
            let sum = self.coefficient_sum(parts)?;
            terms.push(self.coefficient_product(&sum, &fraction(1, k as i64))?);
        }
        let order = if ends { EXACT } else { low + known as i64 };
        let unit = PowerSeries { low, scale: a.scale, terms, order };
        self.series_scaled(&unit, &first).map(Some)
    }

    /// The derivative by t.
    pub(crate) fn series_derivative(&mut self, a: &PowerSeries) -> Evaluated<PowerSeries> {
        let mut terms = Vec::with_capacity(a.terms.len());
        for (place, term) in a.terms.iter().enumerate() {
            let exponent = fraction(a.low + place as i64, a.scale);
            terms.push(self.coefficient_product(term, &exponent)?);
        }
        let order = if a.order >= EXACT { EXACT } else { a.order - a.scale };
        let low = if a.is_zero() { order } else { a.low - a.scale };
        Ok(PowerSeries { low, scale: a.scale, terms, order }.trimmed(self))
    }

    /// The integral without a constant; `None` if there is a term in 1/t.
    pub(crate) fn series_integral(&mut self, a: &PowerSeries) -> Evaluated<Option<PowerSeries>> {
        let mut terms = Vec::with_capacity(a.terms.len());
        for (place, term) in a.terms.iter().enumerate() {
            let exponent = a.low + place as i64 + a.scale;
            if exponent == 0 {
                if !is_zero(term) {
                    return Ok(None);
                }
                terms.push(Value::Integer(0));
                continue;
            }
            terms.push(self.coefficient_product(term, &fraction(a.scale, exponent))?);
        }
        let order = if a.order >= EXACT { EXACT } else { a.order + a.scale };
        let low = if a.is_zero() { order } else { a.low + a.scale };
        Ok(Some(PowerSeries { low, scale: a.scale, terms, order }.trimmed(self)))
    }

    /// Splits off the constant term; `None` if there are negative powers.
    pub(crate) fn series_parts(&mut self, a: &PowerSeries) -> Option<(Value, PowerSeries)> {
        if a.low < 0 && !a.is_zero() {
            return None;
        }
        if a.order <= 0 {
            return None;
        }
        let constant = a.at(0);
        let mut rest = a.clone();
        if a.low == 0 && !a.is_zero() {
            rest.terms[0] = Value::Integer(0);
        }
        Some((constant, rest.trimmed(self)))
    }

    /// The exponential of a series without constant term and negative powers.
    pub(crate) fn series_exponential(
        &mut self,
        a: &PowerSeries,
        keep: i64,
    ) -> Evaluated<PowerSeries> {
        let count = length(a, keep);
        let mut terms = vec![Value::Integer(1)];
        for k in 1..count {
            let sum = self.convolved(a, &terms, k)?;
            terms.push(self.coefficient_product(&sum, &fraction(1, k as i64))?);
        }
        let order = if a.is_zero() && a.order >= EXACT { EXACT } else { count as i64 };
        Ok(PowerSeries { low: 0, scale: a.scale, terms, order }.trimmed(self))
    }

    /// The sum of i a_i b_(k-i).
    fn convolved(&mut self, a: &PowerSeries, b: &[Value], k: usize) -> Evaluated {
        self.check_interrupt()?;
        let mut parts = Args::new();
        for i in 1..=k {
            let own = a.at(i as i64);
            if is_zero(&own) || is_zero(&b[k - i]) {
                continue;
            }
            let product = self.coefficient_product(&own, &b[k - i])?;
            parts.push(self.coefficient_product(&Value::Integer(i as i64), &product)?);
        }
        self.coefficient_sum(parts)
    }

    /// Sine and cosine, or the hyperbolic ones for the sign 1, of a series like that of
    /// [`Session::series_exponential`].
    pub(crate) fn series_circular(
        &mut self,
        a: &PowerSeries,
        sign: i64,
        keep: i64,
    ) -> Evaluated<(PowerSeries, PowerSeries)> {
        let count = length(a, keep);
        let (mut sine, mut cosine) = (vec![Value::Integer(0)], vec![Value::Integer(1)]);
        for k in 1..count {
            let (s, c) = (self.convolved(a, &cosine, k)?, self.convolved(a, &sine, k)?);
            sine.push(self.coefficient_product(&s, &fraction(1, k as i64))?);
            cosine.push(self.coefficient_product(&c, &fraction(sign, k as i64))?);
        }
        let order = if a.is_zero() && a.order >= EXACT { EXACT } else { count as i64 };
        let of = |terms| PowerSeries { low: 0, scale: a.scale, terms, order };
        Ok((of(sine).trimmed(self), of(cosine).trimmed(self)))
    }

    /// The sum of c_k a^k for a series that begins above the constant term.
    pub(crate) fn series_composed(
        &mut self,
        coefficients: &[Value],
        a: &PowerSeries,
        order: i64,
    ) -> Evaluated<PowerSeries> {
        let mut result = PowerSeries::constant(Value::Integer(0));
        for coefficient in coefficients.iter().rev() {
            result = self.series_product(&result, a)?;
            let constant = PowerSeries::constant(coefficient.clone());
            result = self.series_sum(&result, &constant)?;
            result = result.truncated(order);
        }
        Ok(result.truncated(order))
    }
}

/// How many coefficients of a function of a series are known.
pub(crate) fn length(a: &PowerSeries, keep: i64) -> usize {
    let known = if a.order >= EXACT { keep * a.scale } else { a.order };
    match a.is_zero() && a.order >= EXACT {
        true => 1,
        false => usize::try_from(known).unwrap_or(1).clamp(1, MOST),
    }
}

/// p i - j, a number if p is one.
fn number_or(session: &mut Session, p: &Value, i: i64, j: i64) -> Evaluated {
    let (i, j) = (Value::Integer(i), Value::Integer(-j));
    match p.is_number() {
        true => Ok(number::add(&number::multiply(p, &i), &j)),
        false => {
            let product = session.product_of([p.clone(), i])?;
            session.sum_of([product, j])
        }
    }
}
