//! Integrals of products of powers of polynomials.
//!
//! What becomes rational by a root of a linear polynomial or of a quotient of two is substituted;
//! a square root of a quadratic polynomial is reduced to 1/Sqrt[q]; binomials are brought to
//! linear ones by t = x^n (Chebyshev), and are hypergeometric where that does not help.

use super::super::formula::lyra;
use super::super::poly::Poly;
use super::super::terms::{
    base_and_exponent, factors, fraction, is_free, is_integer, is_zero, small_fraction, substituted,
};
use super::Integrator;
use crate::builtins::arithmetic::{times, to_the};
use crate::number;
use crate::session::Evaluated;
use crate::value::{Args, Value};

/// A product of powers: a constant, polynomials to powers that are no integers, and the rest,
/// which is rational.
#[derive(Debug, Clone)]
pub(super) struct Product {
    pub(super) powers: Vec<(Poly, Value)>,
    pub(super) rational: Value,
}

fn lcm(a: i64, b: i64) -> i64 {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}

impl Integrator<'_> {
    /// Reads a product of powers of polynomials in x.
    pub(super) fn product(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Product>> {
        let mut powers: Vec<(Poly, Value)> = Vec::new();
        let mut rational = Args::new();
        for factor in factors(f) {
            let (base, exponent) = base_and_exponent(factor);
            if is_free(factor, x) || is_integer(&exponent) {
                if self.session.fraction_in(factor, x)?.is_none() {
                    return Ok(None);
                }
                rational.push(factor.clone());
                continue;
            }
            if !is_free(&exponent, x) {
                return Ok(None);
            }
            let Some(poly) = self.session.poly(&base, x)? else { return Ok(None) };
            match powers.iter_mut().find(|(known, _)| *known == poly) {
                Some((_, known)) => *known = self.session.sum_of([known.clone(), exponent])?,
                None => powers.push((poly, exponent)),
            }
        }
        let rational = self.session.product_of(rational)?;
        Ok(Some(Product { powers, rational }))
    }

    /// Returns the integral of a product of powers of polynomials.
    pub(super) fn algebraic(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        if let Some(fraction) = self.session.fraction_in(f, x)? {
            return self.session.rational_integral(&fraction, x);
        }
        let product = self.product(f, x)?;
        let found = match &product {
            Some(product) => self.by_bases(product, x)?,
            None => None,
        };
        match found {
            Some(_) => Ok(found),
            None => self.monomial_times_binomial(f, x),
        }
    }

    /// Returns the integral of a product of powers of polynomials with more than two roots.
    pub(super) fn by_branch_points(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        match self.product(f, x)? {
            Some(product) if !product.powers.is_empty() => self.elliptic(&product, x),
            _ => Ok(None),
        }
    }

    fn by_bases(&mut self, product: &Product, x: &Value) -> Evaluated<Option<Value>> {
        match &product.powers[..] {
            [(base, exponent)] if base.degree() == 1 => {
                self.one_linear(base, exponent, &product.rational, x)
            }
            [(base, exponent)] if base.degree() == 2 => {
                let base = base.clone();
                self.one_quadratic(&base, exponent, &product.rational, x)
            }
            [(a, m), (b, n)] if a.degree() == 1 && b.degree() == 1 => {
                self.two_linear((a, m), (b, n), &product.rational, x)
            }
            _ => Ok(None),
        }
    }

    /// R(x) (a + b x)^m
    fn one_linear(
        &mut self,
        base: &Poly,
        m: &Value,
        rational: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let (a, b) = (base.at(0), base.at(1));
        let u = self.fresh();
        if let Some((_, q)) = small_fraction(m) {
            let root = Value::Integer(q);
            let inner = lyra!(self.session, "(u^root - a)/b", a, b, u, root)?;
            let with = substituted(rational, x, &inner);
            let (p, _) = small_fraction(m).unwrap_or((0, 1));
            let p = Value::Integer(p + q - 1);
            let f = lyra!(self.session, "with*u^p*root/b", with, u, p, root, b)?;
            let Some(result) = self.integrate(&f, &u)? else { return Ok(None) };
            let value = self.session.unpoly(base, x)?;
            let value = lyra!(self.session, "value^(1/root)", value, root)?;
            return self.session.put(&result, &u, &value).map(Some);
        }
        let Some(rest) = self.session.fraction_in(rational, x)? else { return Ok(None) };
        let value = self.session.unpoly(base, x)?;
        if rest.bottom.is_empty() {
            let inner = lyra!(self.session, "(u - a)/b", a, b, u)?;
            let shifted = substituted(rational, x, &inner);
            let shifted = self.session.evaluate(&shifted)?;
            let Some(poly) = self.session.poly(&shifted, &u)? else { return Ok(None) };
            let mut sum = Args::new();
            for (k, c) in poly.0.iter().enumerate() {
                let k = Value::Integer(k as i64 + 1);
                let n = self.session.sum_of([m.clone(), k])?;
                sum.push(lyra!(self.session, "c*value^n/(b*n)", c, value, n, b)?);
            }
            return self.session.sum_of(sum).map(Some);
        }
        self.linear_over_linears(base, m, &rest, x)
    }

    /// (a + b x)^m times partial fractions, which are hypergeometric.
    fn linear_over_linears(
        &mut self,
        base: &Poly,
        m: &Value,
        rest: &super::rational::Fraction,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let Some((whole, parts)) = self.session.partial_fractions(rest)? else { return Ok(None) };
        let mut sum = Args::new();
        let power = self.session.unpoly(base, x)?;
        let power = lyra!(self.session, "power^m", power, m)?;
        if !whole.is_zero() {
            let whole = self.session.unpoly(&whole, x)?;
            let f = self.session.product_of([whole, power.clone()])?;
            let Some(value) = self.integrate(&f, x)? else { return Ok(None) };
            sum.push(value);
        }
        for part in parts {
            let (Some(roots), derivative) = (
                self.session.poly_roots(&part.factor)?,
                self.session.poly_derivative(&part.factor)?,
            ) else {
                return Ok(None);
            };
            if part.factor.degree() > 1 && part.power > 1 {
                return Ok(None);
            }
            for root in roots {
                let c = self.session.poly_at(&part.top, &root)?;
                let d = self.session.poly_at(&derivative, &root)?;
                let n = Value::Integer(-(part.power as i64));
                let lead = lyra!(self.session, "c*d^n", c, d, n)?;
                let low = lyra!(self.session, "-root", root)?;
                let other = Poly(vec![low, Value::Integer(1)]);
                let value = self.two_linear_hypergeometric((base, m), (&other, &n), x)?;
                sum.push(self.session.product_of([lead, value])?);
            }
        }
        self.session.sum_of(sum).map(Some)
    }

    /// (a + b x)^m (c + d x)^n as a hypergeometric function.
    fn two_linear_hypergeometric(
        &mut self,
        (p, m): (&Poly, &Value),
        (q, n): (&Poly, &Value),
        x: &Value,
    ) -> Evaluated {
        let (a, b, c, d) = (p.at(0), p.at(1), q.at(0), q.at(1));
        let (u, v) = (self.session.unpoly(p, x)?, self.session.unpoly(q, x)?);
        let e = lyra!(self.session, "b*c - a*d", a, b, c, d)?;
        if is_integer(n) {
            // Then no root stands before the function.
            return lyra!(
                self.session,
                "u^(m + 1)*b^(-n - 1)*e^n/(m + 1)*Hypergeometric2F1[m + 1, -n, m + 2, -d*u/e]",
                u,
                m,
                n,
                b,
                d,
                e
            );
        }
        lyra!(
            self.session,
            "u^(m + 1)*v^n/(b*(m + 1)*(b*v/e)^n)*Hypergeometric2F1[m + 1, -n, m + 2, -d*u/e]",
            u,
            v,
            m,
            n,
            b,
            d,
            e
        )
    }

    /// R(x) (a + b x)^m (c + d x)^n
    fn two_linear(
        &mut self,
        (p, m): (&Poly, &Value),
        (q, n): (&Poly, &Value),
        rational: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let (a, b, c, d) = (p.at(0), p.at(1), q.at(0), q.at(1));
        let total = self.session.sum_of([m.clone(), n.clone()])?;
        let both = small_fraction(m).zip(small_fraction(n));
        if let Some(((_, r), (_, s))) = both
            && r == 2
            && s == 2
        {
            // Both are square roots: of one quadratic polynomial.
            let quadratic = self.session.poly_product(p, q)?;
            let (u, v) = (self.session.unpoly(p, x)?, self.session.unpoly(q, x)?);
            let root = lyra!(self.session, "Sqrt[u]*Sqrt[v]", u, v)?;
            let (i, j) = (half_up(m), half_up(n));
            let f = lyra!(self.session, "rational*u^i*v^j", rational, u, v, i, j)?;
            return self.over_root(&f, &quadratic, &root, x);
        }
        if let Some(((_, r), (_, s))) = both
            && is_integer(&total)
        {
            // w^k = (a + b x)/(c + d x)
            let k = Value::Integer(lcm(r, s));
            let w = self.fresh();
            let inner = lyra!(self.session, "(c*w^k - a)/(b - d*w^k)", a, b, c, d, w, k)?;
            let slope =
                lyra!(self.session, "(b*c - a*d)*k*w^(k - 1)/(b - d*w^k)^2", a, b, c, d, w, k)?;
            let below = lyra!(self.session, "(b*c - a*d)/(b - d*w^k)", a, b, c, d, w, k)?;
            let with = substituted(rational, x, &inner);
            let f = lyra!(
                self.session,
                "with*w^(k*m)*below^total*slope",
                with,
                w,
                k,
                m,
                below,
                total,
                slope
            )?;
            let Some(result) = self.integrate(&f, &w)? else { return Ok(None) };
            let (u, v) = (self.session.unpoly(p, x)?, self.session.unpoly(q, x)?);
            let value = lyra!(self.session, "u^(1/k)/v^(1/k)", u, v, k)?;
            return self.session.put(&result, &w, &value).map(Some);
        }
        if is_free(rational, x) {
            let value = self.two_linear_hypergeometric((p, m), (q, n), x)?;
            return self.session.product_of([rational.clone(), value]).map(Some);
        }
        let Some(rest) = self.session.fraction_in(rational, x)? else { return Ok(None) };
        if rest.bottom.is_empty() && rest.top.degree() <= 6 {
            return self.two_linear_times_poly((p, m), (q, n), rational, x);
        }
        Ok(None)
    }

    /// A polynomial in powers of the first base.
    fn two_linear_times_poly(
        &mut self,
        (p, m): (&Poly, &Value),
        (q, n): (&Poly, &Value),
        rational: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let (a, b) = (p.at(0), p.at(1));
        let u = self.fresh();
        let inner = lyra!(self.session, "(u - a)/b", a, b, u)?;
        let shifted = self.session.put(rational, x, &inner)?;
        let Some(poly) = self.session.poly(&shifted, &u)? else { return Ok(None) };
        let mut sum = Args::new();
        for (k, c) in poly.0.iter().enumerate().filter(|(_, c)| !is_zero(c)) {
            let power = self.session.sum_of([m.clone(), Value::Integer(k as i64)])?;
            let value = self.two_linear_hypergeometric((p, &power), (q, n), x)?;
            sum.push(self.session.product_of([c.clone(), value])?);
        }
        self.session.sum_of(sum).map(Some)
    }

    /// R(x) (a + b x + c x^2)^p
    fn one_quadratic(
        &mut self,
        base: &Poly,
        exponent: &Value,
        rational: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        if let Some(found) = self.root_of_square(base, exponent, rational, x)? {
            return Ok(Some(found));
        }
        let q = self.session.unpoly(base, x)?;
        if let Some((_, 2)) = small_fraction(exponent) {
            let k = half_up(exponent);
            let f = lyra!(self.session, "rational*q^k", rational, q, k)?;
            let root = lyra!(self.session, "Sqrt[q]", q)?;
            return self.over_root(&f, base, &root, x);
        }
        let (a, b, c) = (base.at(0), base.at(1), base.at(2));
        if !is_zero(&b) {
            // Without the linear term.
            let u = self.fresh();
            let inner = lyra!(self.session, "u - b/(2*c)", b, c, u)?;
            let with = self.session.put(rational, x, &inner)?;
            let constant = lyra!(self.session, "a - b^2/(4*c)", a, b, c)?;
            let f = lyra!(
                self.session,
                "with*(constant + c*u^2)^exponent",
                with,
                constant,
                c,
                u,
                exponent
            )?;
            if self.session.poly(&with, &u)?.is_none() {
                return Ok(None);
            }
            let Some(result) = self.integrate(&f, &u)? else { return Ok(None) };
            // The shifted base is the given one.
            let shifted = lyra!(self.session, "constant + c*u^2", constant, c, u)?;
            let result = substituted(&result, &shifted, &q);
            let value = lyra!(self.session, "x + b/(2*c)", b, c, x)?;
            return self.session.put(&result, &u, &value).map(Some);
        }
        let Some(poly) = self.session.poly(rational, x)? else { return Ok(None) };
        let mut sum = Args::new();
        for (k, factor) in poly.0.iter().enumerate().filter(|(_, c)| !is_zero(c)) {
            let k = Value::Integer(k as i64);
            let f = lyra!(self.session, "factor*x^k*q^exponent", factor, x, k, q, exponent)?;
            let Some(value) = self.monomial_times_binomial(&f, x)? else { return Ok(None) };
            sum.push(value);
        }
        self.session.sum_of(sum).map(Some)
    }

    /// x^m (a + b x^n)^p
    pub(super) fn monomial_times_binomial(
        &mut self,
        f: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let Some(parts) = self.read_binomial(f, x)? else { return Ok(None) };
        let Binomial { constant, monomial, m, a, b, n, p } = parts;
        let t = self.fresh();
        let order = lyra!(self.session, "(m + 1)/n", m, n)?;
        let inner = lyra!(self.session, "order - 1", order)?;
        let sum = lyra!(self.session, "order + p", order, p)?;
        let helps = is_integer(&order) || is_integer(&sum) || is_integer(&p);
        let roots = small_fraction(&inner).is_some() && small_fraction(&p).is_some();
        let is_linear = number::is_one(&n);
        if helps && !is_linear && (roots || is_integer(&order)) {
            let g = lyra!(self.session, "t^inner*(a + b*t)^p/n", t, inner, a, b, p, n)?;
            if let Some(result) = self.integrate(&g, &t)? {
                let power = self.substituted_power(&result, &t, x, &n)?;
                return self.session.product_of([constant, power]).map(Some);
            }
        }
        if is_linear && (roots || is_integer(&order)) || is_elliptic(&m, &n, &p) {
            return Ok(None);
        }
        let value = match is_integer(&p) {
            true => lyra!(
                self.session,
                "monomial*x*a^p/(m + 1)*Hypergeometric2F1[order, -p, 1 + order, -b*x^n/a]",
                monomial,
                x,
                a,
                b,
                m,
                n,
                p,
                order
            )?,
            false => lyra!(
                self.session,
                "monomial*x*(a + b*x^n)^p/((m + 1)*(1 + b*x^n/a)^p)*Hypergeometric2F1[order, -p, 1 + order, -b*x^n/a]",
                monomial,
                x,
                a,
                b,
                m,
                n,
                p,
                order
            )?,
        };
        Ok(Some(value))
    }

    /// Puts x^n for t: roots of t become powers of x.
    fn substituted_power(&mut self, result: &Value, t: &Value, x: &Value, n: &Value) -> Evaluated {
        let direct = power_of_power(result, t, x, n);
        self.session.evaluate(&direct)
    }

    fn read_binomial(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Binomial>> {
        let (mut constant, mut monomial) = (Args::new(), Args::new());
        let mut m = Value::Integer(0);
        let mut found: Option<(Value, Value, Value, Value)> = None;
        for factor in factors(f) {
            if is_free(factor, x) {
                constant.push(factor.clone());
                continue;
            }
            let (base, exponent) = base_and_exponent(factor);
            if !is_free(&exponent, x) {
                return Ok(None);
            }
            let of_x = self.single_power(&base, x)?;
            if let Some(power) = of_x {
                let own = self.session.product_of([power, exponent])?;
                m = self.session.sum_of([m, own])?;
                monomial.push(factor.clone());
                continue;
            }
            let Some((a, b, n)) = self.two_powers(&base, x)? else { return Ok(None) };
            if found.is_some() {
                return Ok(None);
            }
            found = Some((a, b, n, exponent));
        }
        let Some((a, b, n, p)) = found else { return Ok(None) };
        let constant = self.session.product_of(constant)?;
        let scale = {
            // (c x)^m is not c^m x^m everywhere: the quotient is constant.
            let power = to_the(x.clone(), m.clone());
            let all = times(monomial.clone());
            self.session.evaluate(&times([all, to_the(power, -1)]))?
        };
        let lead = self.session.product_of([constant.clone(), scale])?;
        let monomial = self.session.product_of(monomial)?;
        let with_constant = self.session.product_of([constant, monomial])?;
        Ok(Some(Binomial { constant: lead, monomial: with_constant, m, a, b, n, p }))
    }

    /// Returns n if an expression is c x^n.
    fn single_power(&mut self, base: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut sum = Value::Integer(0);
        for factor in factors(base) {
            if is_free(factor, x) {
                continue;
            }
            let (base, exponent) = base_and_exponent(factor);
            if base != *x || !is_free(&exponent, x) {
                return Ok(None);
            }
            sum = self.session.sum_of([sum, exponent])?;
        }
        Ok((!is_zero(&sum)).then_some(sum))
    }

    /// Reads a + b x^n.
    fn two_powers(&mut self, base: &Value, x: &Value) -> Evaluated<Option<(Value, Value, Value)>> {
        let mut power: Option<Value> = None;
        let (mut a, mut b) = (Args::new(), Args::new());
        for term in super::super::terms::terms(base) {
            if is_free(term, x) {
                a.push(term.clone());
                continue;
            }
            let Some(n) = self.single_power(term, x)? else { return Ok(None) };
            if power.as_ref().is_some_and(|known| *known != n) {
                return Ok(None);
            }
            let coefficient = times([term.clone(), to_the(to_the(x.clone(), n.clone()), -1)]);
            let coefficient = self.session.evaluate(&coefficient)?;
            if !is_free(&coefficient, x) {
                return Ok(None);
            }
            b.push(coefficient);
            power = Some(n);
        }
        let Some(power) = power.filter(|_| !a.is_empty()) else { return Ok(None) };
        Ok(Some((self.session.sum_of(a)?, self.session.sum_of(b)?, power)))
    }
}

/// constant x^m (a + b x^n)^p; the monomial is as it was given.
struct Binomial {
    constant: Value,
    monomial: Value,
    m: Value,
    a: Value,
    b: Value,
    n: Value,
    p: Value,
}

/// Whether x^m (a + b x^n)^p has three or four branch points of square roots.
fn is_elliptic(m: &Value, n: &Value, p: &Value) -> bool {
    let is_root = small_fraction(p).is_some_and(|(_, q)| q == 2);
    is_root && is_integer(m) && matches!(n, Value::Integer(-4 | -3 | 3 | 4))
}

/// Returns k - 1/2 + 1/2 for an exponent k - 1/2, rounded the right way for negative ones.
fn half_up(exponent: &Value) -> Value {
    number::add(exponent, &fraction(1, 2))
}

/// Replaces t by x^n, powers of t by powers of x.
fn power_of_power(value: &Value, t: &Value, x: &Value, n: &Value) -> Value {
    if value == t {
        return to_the(x.clone(), n.clone());
    }
    let Value::Call(call) = value else { return value.clone() };
    if let Some([base, exponent]) = value.exactly(crate::symbol::sym::Power)
        && base == t
    {
        return to_the(x.clone(), times([n.clone(), exponent.clone()]));
    }
    let args: Args = call.args().iter().map(|arg| power_of_power(arg, t, x, n)).collect();
    Value::call(call.head().clone(), args)
}
