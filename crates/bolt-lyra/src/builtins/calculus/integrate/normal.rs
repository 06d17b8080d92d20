//! Powers of polynomials in factors: what is a power of a perfect square, of a multiple of another
//! base or of a fraction is written in powers of simple bases, times what is constant.

use super::super::formula::lyra;
use super::super::poly::Poly;
use super::super::terms::{base_and_exponent, factors, is_free, is_integer, small_fraction};
use super::Integrator;
use crate::builtins::arithmetic::{times, to_the};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

impl Integrator<'_> {
    /// Rewrites the bases of roots and integrates what comes of it.
    pub(super) fn by_simple_bases(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        for splits in [false, true] {
            if let Some((g, constant, value)) = self.with_simple_bases(f, x, splits)?
                && g != *f
            {
                let Some(result) = self.integrate(&g, x)? else { continue };
                let product = self.session.product_of([result, constant.clone()])?;
                return self.session.put(&product, &constant, &value).map(Some);
            }
        }
        Ok(None)
    }

    /// Returns the rewritten integrand, a symbol for the constant factor and its value.
    fn with_simple_bases(
        &mut self,
        f: &Value,
        x: &Value,
        splits: bool,
    ) -> Evaluated<Option<(Value, Value, Value)>> {
        let mut bases: Vec<(Poly, Value)> = Vec::new();
        let (mut rest, mut roots) = (Args::new(), Args::new());
        for factor in factors(f) {
            let (base, exponent) = base_and_exponent(factor);
            if is_free(factor, x) || is_integer(&exponent) || !is_free(&exponent, x) {
                rest.push(factor.clone());
                continue;
            }
            let Some(fraction) = self.session.fraction_in(&base, x)? else {
                rest.push(factor.clone());
                continue;
            };
            roots.push(factor.clone());
            let above = self.simple_factors(&fraction.top, splits)?;
            let all = above
                .into_iter()
                .map(|(poly, times)| (poly, times as i64))
                .chain(fraction.bottom.into_iter().map(|(poly, times)| (poly, -(times as i64))));
            for (poly, times) in all {
                let power = self.session.product_of([exponent.clone(), Value::Integer(times)])?;
                self.add_base(&mut bases, poly, power)?;
            }
        }
        if roots.is_empty() {
            return Ok(None);
        }
        // Rational factors take part where they have a root in common.
        let mut powers = Args::new();
        for (poly, exponent) in &bases {
            let value = self.session.unpoly(poly, x)?;
            powers.push(to_the(value, exponent.clone()));
        }
        let mut inverse = roots.clone();
        inverse.extend(powers.iter().map(|power| to_the(power.clone(), -1)));
        let constant = self.session.product_of(inverse)?;
        rest.extend(powers);
        let g = self.session.product_of(rest)?;
        if is_free(&constant, x) {
            let one = self.session.product_of([g, constant])?;
            return Ok(Some((one, Value::Integer(1), Value::Integer(1))));
        }
        let symbol = self.fresh();
        Ok(Some((g, symbol, constant)))
    }

    fn add_base(
        &mut self,
        bases: &mut Vec<(Poly, Value)>,
        poly: Poly,
        power: Value,
    ) -> Evaluated<()> {
        if poly.degree() == 0 {
            return Ok(());
        }
        for (known, own) in bases.iter_mut() {
            if known.degree() == poly.degree() {
                let (_, remainder) = self.session.poly_divide(&poly, known)?;
                if remainder.is_zero() {
                    *own = self.session.sum_of([own.clone(), power])?;
                    return Ok(());
                }
            }
        }
        bases.push((poly, power));
        Ok(())
    }

    fn simple_factors(&mut self, poly: &Poly, splits: bool) -> Evaluated<Vec<(Poly, usize)>> {
        let mut found = Vec::new();
        for (factor, times) in self.session.poly_factors(poly)? {
            if factor.degree() == 2
                && splits
                && let Some((low, high)) = self.session.plain_roots(&factor)?
            {
                for root in [low, high] {
                    let low = lyra!(self.session, "-root", root)?;
                    found.push((Poly(vec![low, Value::Integer(1)]), times));
                }
                continue;
            }
            found.push((factor, times));
        }
        // A factor that stands alone is kept as it was given.
        if let [(factor, 1)] = &found[..]
            && factor.degree() == poly.degree()
        {
            return Ok(vec![(poly.clone(), 1)]);
        }
        Ok(found)
    }

    /// Writes powers of multiples of powers of x as multiples of powers of x: (c x^k)^e is x^(k e)
    /// times what is constant but for a jump at 0.
    pub(super) fn by_monomials(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut constants = Vec::new();
        let with = self.monomials_apart(f, x, &mut constants)?;
        if constants.is_empty() {
            return Ok(None);
        }
        let with = self.session.evaluate(&with)?;
        let Some(mut result) = self.integrate(&with, x)? else { return Ok(None) };
        for (symbol, value) in &constants {
            result = self.session.put(&result, symbol, value)?;
        }
        Ok(Some(result))
    }

    fn monomials_apart(
        &mut self,
        f: &Value,
        x: &Value,
        constants: &mut Vec<(Value, Value)>,
    ) -> Evaluated {
        let Some(call) = f.as_call().filter(|_| !is_free(f, x)) else { return Ok(f.clone()) };
        if let Some([base, exponent]) = f.exactly(sym::Power)
            && base != x
            && is_free(exponent, x)
            && !is_integer(exponent)
            && let Some(k) = self.monomial_exponent(base, x)?
        {
            let constant = self.fresh();
            let k = self.session.product_of([k, exponent.clone()])?;
            let value = lyra!(self.session, "f/x^k", f, x, k)?;
            let with = lyra!(self.session, "constant*x^k", constant, x, k)?;
            constants.push((constant, value));
            return Ok(with);
        }
        if let Some([base, exponent]) = f.exactly(sym::Power)
            && let Some([inner, k]) = base.exactly(sym::Power)
            && is_free(exponent, x)
            && is_free(k, x)
        {
            let constant = self.fresh();
            let with = lyra!(self.session, "inner^(k*exponent)", inner, k, exponent)?;
            constants.push((constant.clone(), lyra!(self.session, "f/with", f, with)?));
            return Ok(times([constant, with]));
        }
        let mut args = Args::new();
        for arg in call.args() {
            args.push(self.monomials_apart(arg, x, constants)?);
        }
        Ok(Value::call(call.head().clone(), args))
    }

    /// Returns k of c x^k, also where powers are raised to powers.
    fn monomial_exponent(&mut self, of: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut sum = Args::new();
        for factor in factors(of).iter().filter(|factor| !is_free(factor, x)) {
            let (base, exponent) = base_and_exponent(factor);
            let own = match base == *x {
                true => Value::Integer(1),
                false if base == *factor => return Ok(None),
                false => match self.monomial_exponent(&base, x)? {
                    Some(own) => own,
                    None => return Ok(None),
                },
            };
            if !is_free(&exponent, x) {
                return Ok(None);
            }
            sum.push(self.session.product_of([own, exponent])?);
        }
        self.session.sum_of(sum).map(Some)
    }

    /// Writes exponentials of inverse functions as powers, and multiplies exponents out.
    pub(super) fn by_rewriting(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut changed = false;
        let with = self.rewritten(f, x, &mut changed)?;
        if !changed || with == *f {
            return Ok(None);
        }
        self.integrate(&with, x)
    }

    fn rewritten(&mut self, f: &Value, x: &Value, changed: &mut bool) -> Evaluated {
        let Some(call) = f.as_call().filter(|_| !is_free(f, x)) else { return Ok(f.clone()) };
        if let Some([Value::Symbol(sym::E), exponent]) = f.exactly(sym::Power)
            && let Some(new) = self.power_of_inverse(exponent, x)?
        {
            *changed = true;
            return Ok(new);
        }
        let mut args = Args::new();
        for arg in call.args() {
            args.push(self.rewritten(arg, x, changed)?);
        }
        if !*changed {
            return Ok(f.clone());
        }
        self.session.evaluate(&Value::call(call.head().clone(), args))
    }

    /// E^(n ArcTanh[u]) and the like.
    fn power_of_inverse(&mut self, exponent: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let (depending, constant): (Args, Args) =
            factors(exponent).iter().cloned().partition(|factor| !is_free(factor, x));
        let [function] = &depending[..] else { return Ok(None) };
        let Some(call) = function.as_call() else { return Ok(None) };
        let (Some(head), [u]) = (call.head().as_symbol(), call.args()) else { return Ok(None) };
        let n = self.session.product_of(constant)?;
        let s = &mut *self.session;
        Ok(Some(match head {
            sym::ArcTanh => lyra!(s, "(1 + u)^(n/2)*(1 - u)^(-n/2)", u, n)?,
            sym::ArcCoth => lyra!(s, "(1 + 1/u)^(n/2)*(1 - 1/u)^(-n/2)", u, n)?,
            sym::ArcTan => lyra!(s, "(1 - I*u)^(I*n/2)*(1 + I*u)^(-I*n/2)", u, n)?,
            sym::ArcCot => lyra!(s, "(1 - I/u)^(I*n/2)*(1 + I/u)^(-I*n/2)", u, n)?,
            sym::ArcSinh => lyra!(s, "(u + Sqrt[1 + u^2])^n", u, n)?,
            sym::ArcCosh => lyra!(s, "(u + Sqrt[u - 1]*Sqrt[u + 1])^n", u, n)?,
            _ => return Ok(None),
        }))
    }
}

impl Session {
    /// Returns the roots of a quadratic polynomial if they are free of square roots.
    pub(crate) fn plain_roots(&mut self, poly: &Poly) -> Evaluated<Option<(Value, Value)>> {
        let (a, b, c) = (poly.at(2), poly.at(1), poly.at(0));
        let discriminant = lyra!(self, "b^2 - 4*a*c", a, b, c)?;
        let Some(root) = self.plain_root(&discriminant)? else { return Ok(None) };
        let low = lyra!(self, "(-b - root)/(2*a)", a, b, root)?;
        let high = lyra!(self, "(-b + root)/(2*a)", a, b, root)?;
        Ok(Some((low, high)))
    }

    /// Returns an expression whose square it is, if there is one without roots.
    pub(crate) fn plain_root(&mut self, of: &Value) -> Evaluated<Option<Value>> {
        if let Some(root) = plain_root_of_product(of) {
            return self.evaluate(&root).map(Some);
        }
        if of.args_of(sym::Plus).is_some() && self.has_builtin("Factor") {
            let factored = self.system("Factor", [of.clone()].as_slice())?;
            if let Some(root) = plain_root_of_product(&factored) {
                return self.evaluate(&root).map(Some);
            }
        }
        Ok(None)
    }
}

fn plain_root_of_product(of: &Value) -> Option<Value> {
    let mut parts = Args::new();
    for factor in factors(of) {
        if let Some((top, bottom)) = small_fraction(factor) {
            let root = |n: i64| {
                let size = n.unsigned_abs();
                let root = (size as f64).sqrt().round() as u64;
                (root.checked_mul(root) == Some(size)).then_some(root as i64)
            };
            parts.push(super::super::terms::fraction(root(top)?, root(bottom)?));
            if top < 0 {
                parts.push(to_the(Value::Integer(-1), super::super::terms::fraction(1, 2)));
            }
            continue;
        }
        let (base, exponent) = base_and_exponent(factor);
        match number::integer(&exponent) {
            Some(power) if number::is_even_integer(&power) => {
                let half = Value::from(power / dashu_int::IBig::from(2));
                parts.push(to_the(base, half));
            }
            _ => return None,
        }
    }
    Some(times(parts))
}
