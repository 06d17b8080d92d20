//! Substitutions that the arguments of functions ask for: the reciprocal of a linear expression
//! where arguments are rational, the linear expression itself where the rest is a polynomial, and
//! products of roots by their logarithmic derivative.

use super::super::derivative::derivative;
use super::super::formula::lyra;
use super::super::poly::Poly;
use super::super::terms::{base_and_exponent, factors, is_free, is_integer, substituted};
use super::Integrator;
use super::substitution::innermost_sum;
use crate::builtins::arithmetic::{times, to_the};
use crate::session::Evaluated;
use crate::symbol::sym;
use crate::value::{Args, Value};

impl Integrator<'_> {
    /// R(x) g(a + b/(c + d x)): u = 1/(c + d x), in which the arguments are polynomials.
    pub(super) fn by_reciprocal(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut arguments = Vec::new();
        transcendental_arguments(f, x, &mut arguments);
        let Some(linear) = self.common_denominator(&arguments, x)? else { return Ok(None) };
        let (a, b) = (linear.at(0), linear.at(1));
        let u = self.fresh();
        let inner = lyra!(self.session, "(1/u - a)/b", u, a, b)?;
        let mut with = f.clone();
        for argument in &arguments {
            let Some(fraction) = self.session.fraction_in(&substituted(argument, x, &inner), &u)?
            else {
                return Ok(None);
            };
            let Some((whole, parts)) = self.session.partial_fractions(&fraction)? else {
                return Ok(None);
            };
            if !parts.is_empty() {
                return Ok(None);
            }
            let new = self.session.unpoly(&whole, &u)?;
            with = substituted(&with, argument, &new);
        }
        let with = substituted(&with, x, &inner);
        let g = lyra!(self.session, "-with/(b*u^2)", with, b, u)?;
        let g = self.with_rational_part_together(&g, &u)?;
        let Some(result) = self.integrate(&g, &u)? else { return Ok(None) };
        let value = self.session.unpoly(&linear, x)?;
        let value = self.session.power_of(&value, &Value::Integer(-1))?;
        self.session.put(&result, &u, &value).map(Some)
    }

    /// The only root of the denominators of arguments that are not all polynomials.
    fn common_denominator(&mut self, arguments: &[Value], x: &Value) -> Evaluated<Option<Poly>> {
        let mut found: Option<Poly> = None;
        for argument in arguments {
            let Some(fraction) = self.session.fraction_in(argument, x)? else { return Ok(None) };
            for (poly, _) in &fraction.bottom {
                if poly.degree() != 1 {
                    return Ok(None);
                }
                match &found {
                    None => found = Some(poly.clone()),
                    Some(known) if !self.session.poly_divide(poly, known)?.1.is_zero() => {
                        return Ok(None);
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(found)
    }

    /// Brings the rational factors of a product to one fraction.
    fn with_rational_part_together(&mut self, f: &Value, x: &Value) -> Evaluated {
        let (mut rational, mut rest) = (Args::new(), Args::new());
        for factor in factors(f) {
            match self.session.fraction_in(factor, x)? {
                Some(_) => rational.push(factor.clone()),
                None => rest.push(factor.clone()),
            }
        }
        let one = self.session.system("Together", [times(rational)].as_slice())?;
        rest.push(one);
        self.session.product_of(rest)
    }

    /// P(x) g(a + b x): t = a + b x, in which the polynomial is multiplied out.
    pub(super) fn by_shift(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let Some(linear) = innermost_sum(f, x).filter(|linear| linear.args_of(sym::Plus).is_some())
        else {
            return Ok(None);
        };
        let Some(poly) = self.session.poly(&linear, x)? else { return Ok(None) };
        if poly.degree() != 1 {
            return Ok(None);
        }
        let t = self.fresh();
        let (mut own, mut polynomial) = (Args::new(), Args::new());
        for factor in factors(f) {
            let with = substituted(factor, &linear, &t);
            if is_free(&with, x) && !is_free(&with, &t) {
                own.push(with);
            } else if self.session.poly(factor, x)?.is_some() {
                polynomial.push(factor.clone());
            } else {
                return Ok(None);
            }
        }
        if own.is_empty() || polynomial.iter().all(|factor| is_free(factor, x)) {
            return Ok(None);
        }
        let (a, b) = (poly.at(0), poly.at(1));
        let inner = lyra!(self.session, "(t - a)/b", t, a, b)?;
        let shifted = substituted(&times(polynomial), x, &inner);
        let Some(shifted) = self.session.poly(&shifted, &t)? else { return Ok(None) };
        let mut sum = Args::new();
        for (power, c) in shifted.0.iter().enumerate() {
            let mut term = own.clone();
            term.push(to_the(t.clone(), power as i64));
            let term = self.session.product_of(term)?;
            let Some(value) = self.integrate(&term, &t)? else { return Ok(None) };
            sum.push(lyra!(self.session, "c*value/b", c, value, b)?);
        }
        let sum = self.session.sum_of(sum)?;
        self.session.put(&sum, &t, &linear).map(Some)
    }

    /// g(u)/R(x) for a product u of roots whose logarithmic derivative is a multiple of 1/R.
    pub(super) fn by_logarithmic_derivative(
        &mut self,
        f: &Value,
        u: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let mut slopes = Args::new();
        let mut has_root = false;
        for factor in factors(u).iter().filter(|factor| !is_free(factor, x)) {
            let (base, exponent) = base_and_exponent(factor);
            if !is_free(&exponent, x) || self.session.poly(&base, x)?.is_none() {
                return Ok(None);
            }
            has_root |= !is_integer(&exponent);
            let slope = derivative(self.session, &base, x)?;
            slopes.push(lyra!(self.session, "exponent*slope/base", exponent, slope, base)?);
        }
        if !has_root || slopes.len() < 2 {
            return Ok(None);
        }
        let slope = self.session.sum_of(slopes)?;
        let t = self.fresh();
        let (mut rational, mut own) = (Args::new(), Args::new());
        for factor in factors(f) {
            let with = substituted(factor, u, &t);
            match is_free(&with, x) {
                true => own.push(with),
                false => rational.push(factor.clone()),
            }
        }
        let rational = times(rational);
        let quotient = lyra!(self.session, "rational/slope", rational, slope)?;
        let quotient = self.session.system("Together", [quotient].as_slice())?;
        let quotient = self.session.system("Cancel", [quotient].as_slice())?;
        if !is_free(&quotient, x) {
            return Ok(None);
        }
        let own = self.session.product_of(own)?;
        let g = lyra!(self.session, "quotient*own/t", quotient, own, t)?;
        let Some(result) = self.integrate(&g, &t)? else { return Ok(None) };
        self.session.put(&result, &t, u).map(Some)
    }
}

/// Collects the outermost arguments of functions that are not algebraic, with exponents.
fn transcendental_arguments(f: &Value, x: &Value, found: &mut Vec<Value>) {
    let Some(call) = f.as_call().filter(|_| !is_free(f, x)) else { return };
    let mut add = |value: &Value| {
        if !is_free(value, x) && !found.contains(value) {
            found.push(value.clone());
        }
    };
    match (call.head().as_symbol(), call.args()) {
        (Some(sym::Power), [base, exponent]) if !is_free(exponent, x) => {
            add(exponent);
            add(base);
        }
        (Some(sym::Plus | sym::Times | sym::Power), args) => {
            args.iter().for_each(|arg| transcendental_arguments(arg, x, found));
        }
        (_, args) => args.iter().for_each(add),
    }
}
