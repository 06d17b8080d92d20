//! Polynomials in one variable whose coefficients are expressions.
//!
//! Whether a coefficient is 0 is decided by its values at random points: coefficients are rational
//! in their symbols and roots, and need not be in any normal form.

use super::check::vanishes;
use super::terms::{is_free, is_zero};
use crate::builtins::arithmetic::{plus, times, to_the};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// Coefficients from the constant one on; the last one is not 0. No coefficients are 0.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Poly(pub(crate) Vec<Value>);

/// Degrees above this are not expanded.
const MOST: usize = 200;

impl Poly {
    pub(crate) fn constant(value: Value) -> Self {
        match is_zero(&value) {
            true => Self(Vec::new()),
            false => Self(vec![value]),
        }
    }

    /// Returns the variable itself.
    pub(crate) fn variable() -> Self {
        Self(vec![Value::Integer(0), Value::Integer(1)])
    }

    pub(crate) fn degree(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn at(&self, power: usize) -> Value {
        self.0.get(power).cloned().unwrap_or(Value::Integer(0))
    }

    pub(crate) fn leading(&self) -> Value {
        self.0.last().cloned().unwrap_or(Value::Integer(0))
    }

    /// Returns whether all coefficients are exact real numbers.
    pub(crate) fn is_rational(&self) -> bool {
        self.0.iter().all(|coefficient| number::rational(coefficient).is_some())
    }

    /// Returns whether it is a + b x^n with neither 0, and n.
    pub(crate) fn binomial(&self) -> Option<usize> {
        let degree = self.degree();
        let is = degree >= 1 && !is_zero(&self.0[0]) && self.0[1..degree].iter().all(is_zero);
        is.then_some(degree)
    }
}

/// Brings coefficients that are 0 to the exact 0 and drops leading ones.
fn trimmed(session: &Session, mut coefficients: Vec<Value>) -> Poly {
    for coefficient in &mut coefficients {
        if !coefficient.is_number()
            && has_sum(coefficient)
            && vanishes(session, coefficient) == Some(true)
        {
            *coefficient = Value::Integer(0);
        }
    }
    while coefficients.last().is_some_and(number::is_zero) {
        coefficients.pop();
    }
    Poly(coefficients)
}

fn has_sum(value: &Value) -> bool {
    value.as_call().is_some_and(|call| call.is(sym::Plus) || call.args().iter().any(has_sum))
}

/// How large a coefficient may be before it is simplified.
const SIZE: i64 = 40;

fn size(value: &Value) -> i64 {
    value.as_call().map_or(1, |call| 1 + call.args().iter().map(size).sum::<i64>())
}

impl Session {
    /// Returns a coefficient in a smaller form if it has grown.
    pub(crate) fn tidy(&mut self, value: Value) -> Evaluated {
        if value.is_number() || size(&value) < SIZE || !self.has_builtin("Together") {
            return Ok(value);
        }
        let simpler = self.system("Together", [value.clone()].as_slice())?;
        Ok(if size(&simpler) < size(&value) { simpler } else { value })
    }

    /// Returns an expression as a polynomial in a variable.
    pub(crate) fn poly(&mut self, of: &Value, x: &Value) -> Evaluated<Option<Poly>> {
        if of == x {
            return Ok(Some(Poly::variable()));
        }
        if is_free(of, x) {
            return Ok(Some(Poly::constant(of.clone())));
        }
        let Some(call) = of.as_call() else { return Ok(None) };
        match (call.head().as_symbol(), call.args()) {
            (Some(sym::Plus), terms) => {
                let mut sum = Poly(Vec::new());
                for term in terms {
                    let Some(term) = self.poly(term, x)? else { return Ok(None) };
                    sum = self.poly_sum(&sum, &term)?;
                }
                Ok(Some(sum))
            }
            (Some(sym::Times), factors) => {
                let mut product = Poly::constant(Value::Integer(1));
                for factor in factors {
                    let Some(factor) = self.poly(factor, x)? else { return Ok(None) };
                    if product.degree() + factor.degree() > MOST {
                        return Ok(None);
                    }
                    product = self.poly_product(&product, &factor)?;
                }
                Ok(Some(product))
            }
            (Some(sym::Power), [base, Value::Integer(exponent @ 1..=200)]) => {
                let Some(base) = self.poly(base, x)? else { return Ok(None) };
                if base.degree() * (*exponent as usize) > MOST {
                    return Ok(None);
                }
                self.poly_power(&base, *exponent as usize).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Returns the expression of a polynomial.
    pub(crate) fn unpoly(&mut self, poly: &Poly, x: &Value) -> Evaluated {
        let terms: Args = poly
            .0
            .iter()
            .enumerate()
            .filter(|(_, coefficient)| !is_zero(coefficient))
            .map(|(power, coefficient)| {
                times([coefficient.clone(), to_the(x.clone(), power as i64)])
            })
            .collect();
        self.evaluate(&plus(terms))
    }

    pub(crate) fn poly_sum(&mut self, a: &Poly, b: &Poly) -> Evaluated<Poly> {
        let mut sum = Vec::new();
        for place in 0..a.0.len().max(b.0.len()) {
            let (a, b) = (a.at(place), b.at(place));
            sum.push(match (is_zero(&a), is_zero(&b)) {
                (true, _) => b,
                (_, true) => a,
                _ => self.sum_of([a, b])?,
            });
        }
        Ok(trimmed(self, sum))
    }

    pub(crate) fn poly_scaled(&mut self, a: &Poly, factor: &Value) -> Evaluated<Poly> {
        let mut scaled = Vec::with_capacity(a.0.len());
        for coefficient in &a.0 {
            scaled.push(self.product_of([coefficient.clone(), factor.clone()])?);
        }
        Ok(trimmed(self, scaled))
    }

    pub(crate) fn poly_difference(&mut self, a: &Poly, b: &Poly) -> Evaluated<Poly> {
        let b = self.poly_scaled(b, &Value::Integer(-1))?;
        self.poly_sum(a, &b)
    }

    pub(crate) fn poly_product(&mut self, a: &Poly, b: &Poly) -> Evaluated<Poly> {
        if a.is_zero() || b.is_zero() {
            return Ok(Poly(Vec::new()));
        }
        self.check_interrupt()?;
        let mut product = Vec::with_capacity(a.0.len() + b.0.len());
        for place in 0..a.0.len() + b.0.len() - 1 {
            let mut terms = Args::new();
            for (i, left) in a.0.iter().enumerate() {
                if let Some(right) = place.checked_sub(i).and_then(|j| b.0.get(j))
                    && !is_zero(left)
                    && !is_zero(right)
                {
                    terms.push(match left.is_number() && right.is_number() {
                        true => number::multiply(left, right),
                        false => times([left.clone(), right.clone()]),
                    });
                }
            }
            let sum = self.evaluate(&plus(terms))?;
            product.push(self.tidy(sum)?);
        }
        Ok(trimmed(self, product))
    }

    pub(crate) fn poly_power(&mut self, base: &Poly, exponent: usize) -> Evaluated<Poly> {
        let mut result = Poly::constant(Value::Integer(1));
        for _ in 0..exponent {
            result = self.poly_product(&result, base)?;
        }
        Ok(result)
    }

    pub(crate) fn poly_derivative(&mut self, a: &Poly) -> Evaluated<Poly> {
        let mut result = Vec::new();
        for (power, coefficient) in a.0.iter().enumerate().skip(1) {
            result.push(self.product_of([Value::Integer(power as i64), coefficient.clone()])?);
        }
        Ok(Poly(result))
    }

    /// Returns quotient and remainder.
    pub(crate) fn poly_divide(&mut self, a: &Poly, b: &Poly) -> Evaluated<(Poly, Poly)> {
        let mut rest = a.0.clone();
        let degree = b.degree();
        if a.0.len() < b.0.len() || b.is_zero() {
            return Ok((Poly(Vec::new()), a.clone()));
        }
        let lead = b.leading();
        let mut quotient = vec![Value::Integer(0); rest.len() - degree];
        while rest.len() > degree {
            self.check_interrupt()?;
            let top = rest.pop().unwrap_or(Value::Integer(0));
            let place = rest.len() - degree;
            let top = self.tidy(top)?;
            let vanished = is_zero(&top)
                || (!top.is_number() && has_sum(&top) && vanishes(self, &top) == Some(true));
            if vanished {
                continue;
            }
            let factor = self.quotient_of(&top, &lead)?;
            for (offset, coefficient) in b.0[..degree].iter().enumerate() {
                if !is_zero(coefficient) {
                    let product = times([factor.clone(), coefficient.clone()]);
                    let product = self.evaluate(&product)?;
                    rest[place + offset] = self.difference_of(&rest[place + offset], &product)?;
                }
            }
            quotient[place] = factor;
        }
        Ok((trimmed(self, quotient), trimmed(self, rest)))
    }

    /// Returns a greatest common divisor with leading coefficient 1.
    pub(crate) fn poly_gcd(&mut self, a: &Poly, b: &Poly) -> Evaluated<Poly> {
        let (mut a, mut b) = (a.clone(), b.clone());
        while !b.is_zero() {
            let (_, rest) = self.poly_divide(&a, &b)?;
            a = b;
            b = self.poly_monic(&rest)?;
        }
        self.poly_monic(&a)
    }

    pub(crate) fn poly_monic(&mut self, a: &Poly) -> Evaluated<Poly> {
        if a.is_zero() || number::is_one(&a.leading()) {
            return Ok(a.clone());
        }
        let lead = self.evaluate(&to_the(a.leading(), -1))?;
        let mut monic = self.poly_scaled(a, &lead)?;
        if let Some(last) = monic.0.last_mut() {
            *last = Value::Integer(1);
        }
        Ok(monic)
    }

    /// Returns b with a b = 1 modulo m, if there is one.
    pub(crate) fn poly_inverse(&mut self, a: &Poly, m: &Poly) -> Evaluated<Option<Poly>> {
        let (mut r0, mut r1) = (m.clone(), self.poly_divide(a, m)?.1);
        let (mut t0, mut t1) = (Poly(Vec::new()), Poly::constant(Value::Integer(1)));
        while r1.degree() > 0 {
            let (q, r) = self.poly_divide(&r0, &r1)?;
            let product = self.poly_product(&q, &t1)?;
            let t = self.poly_difference(&t0, &product)?;
            (r0, r1) = (r1, r);
            (t0, t1) = (t1, t);
        }
        if r1.is_zero() {
            return Ok(None);
        }
        let unit = self.evaluate(&to_the(r1.leading(), -1))?;
        self.poly_scaled(&t1, &unit).map(Some)
    }

    /// Returns the value of a polynomial at an expression, by Horner's rule.
    pub(crate) fn poly_at(&mut self, poly: &Poly, at: &Value) -> Evaluated {
        let mut value = Value::Integer(0);
        for coefficient in poly.0.iter().rev() {
            let product = times([value, at.clone()]);
            value = self.evaluate(&plus([product, coefficient.clone()]))?;
        }
        self.tidy(value)
    }
}
