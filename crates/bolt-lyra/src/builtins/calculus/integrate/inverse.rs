//! Integrals with logarithms and inverse functions, by substitution of the function itself.

use super::super::derivative::derivative;
use super::super::formula::lyra;
use super::super::poly::Poly;
use super::super::terms::{base_and_exponent, factors, is_free, is_integer, substituted};
use super::Integrator;
use crate::session::Evaluated;
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};

/// An inverse function with argument u = g(w): g, its derivative, and the square s^2 that is a
/// polynomial in u, with s in w.
struct Inverse {
    g: &'static str,
    slope: &'static str,
    /// Coefficients of the polynomial in u.
    square: [i64; 3],
    s: &'static str,
}

fn inverse_of(head: Symbol) -> Option<Inverse> {
    let of = |g, slope, square, s| Some(Inverse { g, slope, square, s });
    match head {
        sym::ArcSin => of("Sin[w]", "Cos[w]", [1, 0, -1], "Cos[w]"),
        sym::ArcCos => of("Cos[w]", "-Sin[w]", [1, 0, -1], "Sin[w]"),
        sym::ArcTan => of("Tan[w]", "Sec[w]^2", [1, 0, 1], "Sec[w]"),
        sym::ArcCot => of("Cot[w]", "-Csc[w]^2", [1, 0, 1], "Csc[w]"),
        sym::ArcSec => of("Sec[w]", "Sec[w]*Tan[w]", [-1, 0, 1], "Tan[w]"),
        sym::ArcCsc => of("Csc[w]", "-Csc[w]*Cot[w]", [-1, 0, 1], "Cot[w]"),
        sym::ArcSinh => of("Sinh[w]", "Cosh[w]", [1, 0, 1], "Cosh[w]"),
        sym::ArcCosh => of("Cosh[w]", "Sinh[w]", [-1, 0, 1], "Sinh[w]"),
        sym::ArcTanh => of("Tanh[w]", "Sech[w]^2", [1, 0, -1], "Sech[w]"),
        sym::ArcCoth => of("Coth[w]", "-Csch[w]^2", [-1, 0, 1], "Csch[w]"),
        sym::ArcSech => of("Sech[w]", "-Sech[w]*Tanh[w]", [1, 0, -1], "Tanh[w]"),
        sym::ArcCsch => of("Csch[w]", "-Csch[w]*Coth[w]", [1, 0, 1], "Coth[w]"),
        _ => None,
    }
}

impl Integrator<'_> {
    pub(super) fn by_inverse(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut found = Vec::new();
        collect(f, x, &mut found);
        let [function] = &found[..] else { return Ok(None) };
        let Some(call) = function.as_call() else { return Ok(None) };
        let (Some(head), [u]) = (call.head().as_symbol(), call.args()) else { return Ok(None) };
        match inverse_of(head) {
            Some(inverse) => {
                let Some(poly) = self.session.poly(u, x)? else { return Ok(None) };
                if poly.degree() != 1 {
                    return Ok(None);
                }
                self.by_inverse_function(f, function, u, &poly, &inverse, x)
            }
            None if head == sym::Log => self.by_logarithm(f, function, u, x),
            None if head == sym::ProductLog => self.by_product_log(f, function, u, x),
            None => Ok(None),
        }
    }

    fn by_inverse_function(
        &mut self,
        f: &Value,
        function: &Value,
        u: &Value,
        poly: &Poly,
        inverse: &Inverse,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let w = self.fresh();
        let (p, q) = (poly.at(0), poly.at(1));
        let g = self.session.evaluate_formula(inverse.g, &[("w", &w)])?;
        let slope = self.session.evaluate_formula(inverse.slope, &[("w", &w)])?;
        let at = lyra!(self.session, "(g - p)/q", g, p, q)?;
        // The square as a polynomial in x.
        let squares = inverse.square.map(Value::Integer);
        let square = {
            let unit = Poly(squares.to_vec());
            let value = self.session.unpoly(&unit, u)?;
            self.session.poly(&value, x)?
        };
        let Some(square) = square else { return Ok(None) };
        let Some((roots, rest, power)) = self.roots_of_square(f, &square, x)? else {
            return Ok(None);
        };
        let with = substituted(&rest, function, &w);
        let with = self.session.put(&with, x, &at)?;
        let s = self.session.evaluate_formula(inverse.s, &[("w", &w)])?;
        let h = lyra!(self.session, "with*s^(2*power)*slope/q", with, s, power, slope, q)?;
        if !is_free(&h, x) || !is_free(&h, function) {
            return Ok(None);
        }
        let Some(result) = self.integrate(&h, &w)? else { return Ok(None) };
        // The roots are the power of s but for a factor that is constant between their zeros.
        let value = self.session.put(&result, &w, function)?;
        let root = self.session.put(&s, &w, function)?;
        lyra!(self.session, "value*(roots/root^(2*power))", value, roots, root, power).map(Some)
    }

    /// Splits off the powers of multiples of a quadratic polynomial, and of its two factors to the
    /// same power: the roots, the other factors, and the power of the polynomial.
    fn roots_of_square(
        &mut self,
        f: &Value,
        square: &Poly,
        x: &Value,
    ) -> Evaluated<Option<(Value, Value, Value)>> {
        let (mut roots, mut rest) = (Args::new(), Args::new());
        let mut power = Value::Integer(0);
        let mut linear: Vec<(Poly, Value)> = Vec::new();
        for factor in factors(f) {
            let (base, exponent) = base_and_exponent(factor);
            if is_integer(&exponent) || is_free(factor, x) || !is_free(&exponent, x) {
                rest.push(factor.clone());
                continue;
            }
            let poly = self.session.poly(&base, x)?;
            match poly {
                Some(poly) if poly.degree() == 2 => {
                    if !self.session.poly_divide(&poly, square)?.1.is_zero() {
                        return Ok(None);
                    }
                    power = self.session.sum_of([power, exponent])?;
                    roots.push(factor.clone());
                }
                Some(poly) if poly.degree() == 1 => {
                    if !self.session.poly_divide(square, &poly)?.1.is_zero() {
                        rest.push(factor.clone());
                        continue;
                    }
                    linear.push((poly, exponent));
                    roots.push(factor.clone());
                }
                _ => rest.push(factor.clone()),
            }
        }
        match &linear[..] {
            [] => {}
            [(_, m), (_, n)] => {
                let difference = self.session.difference_of(n, m)?;
                let Value::Integer(_) = difference else { return Ok(None) };
                power = self.session.sum_of([power, m.clone()])?;
                // (second)^(n - m) is rational.
                let second = self.session.unpoly(&linear[1].0, x)?;
                let rational = self.session.power_of(&second, &difference)?;
                let inverse = self.session.power_of(&rational, &Value::Integer(-1))?;
                rest.push(rational);
                roots.push(inverse);
            }
            _ => return Ok(None),
        }
        let roots = self.session.product_of(roots)?;
        let rest = self.session.product_of(rest)?;
        Ok(Some((roots, rest, power)))
    }

    /// Log[A] where A is a constant times a power of a linear expression or of a quotient of two.
    fn by_logarithm(
        &mut self,
        f: &Value,
        function: &Value,
        a: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let mut linear = vec![x.clone()];
        linear_parts(a, x, &mut linear);
        let slope = derivative(self.session, a, x)?;
        for z in linear.clone() {
            let n = lyra!(self.session, "slope*z/a", slope, z, a)?;
            if is_free(&n, x) {
                let Some(poly) = self.session.poly(&z, x)? else { continue };
                let e = poly.at(1);
                let n = lyra!(self.session, "n/e", n, e)?;
                return self.by_log_of(f, function, &z, &poly, None, &n, x);
            }
        }
        for i in 1..linear.len() {
            for j in 1..linear.len() {
                if i == j {
                    continue;
                }
                let (p, q) = (linear[i].clone(), linear[j].clone());
                let (Some(above), Some(below)) =
                    (self.session.poly(&p, x)?, self.session.poly(&q, x)?)
                else {
                    continue;
                };
                let (a0, b, c, d) = (above.at(0), above.at(1), below.at(0), below.at(1));
                let n =
                    lyra!(self.session, "slope*p*q/(a*(b*c - a0*d))", slope, p, q, a, a0, b, c, d)?;
                let n = self.session.system("Together", [n].as_slice())?;
                if is_free(&n, x) {
                    let z = lyra!(self.session, "p/q", p, q)?;
                    return self.by_log_of(f, function, &z, &above, Some(&below), &n, x);
                }
            }
        }
        Ok(None)
    }

    /// The logarithm is n v and a constant, with v the logarithm of z, which is linear or a
    /// quotient of linear expressions.
    #[expect(clippy::too_many_arguments, reason = "the parts of one substitution")]
    fn by_log_of(
        &mut self,
        f: &Value,
        function: &Value,
        z: &Value,
        above: &Poly,
        below: Option<&Poly>,
        n: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let (v, constant) = (self.fresh(), self.fresh());
        let log = lyra!(self.session, "constant + n*v", constant, n, v)?;
        let (a, b) = (above.at(0), above.at(1));
        let (at, slope) = match below {
            None => {
                (lyra!(self.session, "(E^v - a)/b", v, a, b)?, lyra!(self.session, "E^v/b", v, b)?)
            }
            Some(below) => {
                let (c, d) = (below.at(0), below.at(1));
                (
                    lyra!(self.session, "(a - c*E^v)/(d*E^v - b)", v, a, b, c, d)?,
                    lyra!(self.session, "(b*c - a*d)*E^v/(b - d*E^v)^2", v, a, b, c, d)?,
                )
            }
        };
        let with = substituted(f, function, &log);
        // Powers of z itself come out as exponentials; others are shifted.
        let with = match below {
            None => {
                let power = lyra!(self.session, "E^v", v)?;
                substituted(&with, z, &power)
            }
            Some(_) => with,
        };
        let with = self.with_powers_of_exponential(&with, x, &at, &v)?;
        let h = self.session.product_of([with, slope])?;
        if !is_free(&h, x) {
            return Ok(None);
        }
        let Some(result) = self.integrate(&h, &v)? else { return Ok(None) };
        let plain = lyra!(self.session, "Log[z]", z)?;
        let result = self.session.put(&result, &v, &plain)?;
        let value = lyra!(self.session, "function - n*plain", function, n, plain)?;
        self.session.put(&result, &constant, &value).map(Some)
    }

    /// Puts the exponential for x: powers of a multiple of E^v are written with one exponent.
    fn with_powers_of_exponential(
        &mut self,
        f: &Value,
        x: &Value,
        at: &Value,
        v: &Value,
    ) -> Evaluated {
        let is_plain = at.exactly::<2>(sym::Power).is_some();
        if !is_plain {
            return self.session.put(f, x, at);
        }
        let new = powers_of(f, x, v);
        self.session.put(&new, x, at)
    }

    /// g(W) x^m with W = ProductLog[a x^n], where x^n = W E^W/a.
    fn by_product_log(
        &mut self,
        f: &Value,
        function: &Value,
        u: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let slope = derivative(self.session, u, x)?;
        let n = lyra!(self.session, "slope*x/u", slope, x, u)?;
        if !is_free(&n, x) {
            let Some(poly) = self.session.poly(u, x)? else { return Ok(None) };
            if poly.degree() != 1 {
                return Ok(None);
            }
            // x = (t - a)/b
            let t = self.fresh();
            let (a, b) = (poly.at(0), poly.at(1));
            let inner = lyra!(self.session, "(t - a)/b", t, a, b)?;
            let with = substituted(f, u, &t);
            let with = substituted(&with, x, &inner);
            let g = lyra!(self.session, "with/b", with, b)?;
            let g = self.expanded(&g, &t)?.unwrap_or(g);
            let Some(result) = self.integrate(&g, &t)? else { return Ok(None) };
            return self.session.put(&result, &t, u).map(Some);
        }
        let w = self.fresh();
        let with = substituted(f, function, &w);
        let with = self.session.evaluate(&with)?;
        // What is left of x is a power.
        let mut m = Value::Integer(0);
        let (mut outer, mut inner) = (Args::new(), Args::new());
        for factor in factors(&with) {
            if is_free(factor, x) {
                inner.push(factor.clone());
                continue;
            }
            let slope = derivative(self.session, factor, x)?;
            let power = lyra!(self.session, "slope*x/factor", slope, x, factor)?;
            if !is_free(&power, x) || !is_free(factor, &w) {
                return Ok(None);
            }
            m = self.session.sum_of([m, power])?;
            outer.push(factor.clone());
        }
        let outer = self.session.product_of(outer)?;
        let inner = self.session.product_of(inner)?;
        let k = lyra!(self.session, "(m + 1)/n", m, n)?;
        let h = lyra!(self.session, "inner*w^(k - 1)*(1 + w)*E^(k*w)/n", inner, w, k, n)?;
        let Some(result) = self.integrate(&h, &w)? else { return Ok(None) };
        let value = self.session.put(&result, &w, function)?;
        lyra!(
            self.session,
            "value*(x*outer/(function^k*E^(k*function)))",
            value,
            x,
            outer,
            function,
            k
        )
        .map(Some)
    }
}

/// Writes x^m as E^(m v).
fn powers_of(f: &Value, x: &Value, v: &Value) -> Value {
    if let Some([base, exponent]) = f.exactly(sym::Power)
        && base == x
    {
        let product = crate::builtins::arithmetic::times([exponent.clone(), v.clone()]);
        return crate::builtins::arithmetic::to_the(Value::Symbol(sym::E), product);
    }
    let Value::Call(call) = f else { return f.clone() };
    let args: Args = call.args().iter().map(|arg| powers_of(arg, x, v)).collect();
    Value::call(call.head().clone(), args)
}

/// Collects the inverse functions of expressions with x.
fn collect(f: &Value, x: &Value, found: &mut Vec<Value>) {
    let Some(call) = f.as_call() else { return };
    if is_free(f, x) {
        return;
    }
    if let (Some(head), [_]) = (call.head().as_symbol(), call.args())
        && (inverse_of(head).is_some() || matches!(head, sym::Log | sym::ProductLog))
    {
        if !found.contains(f) {
            found.push(f.clone());
        }
        return;
    }
    for arg in call.args() {
        collect(arg, x, found);
    }
}

/// Collects the sums that are linear in x by their look.
fn linear_parts(a: &Value, x: &Value, found: &mut Vec<Value>) {
    let Some(call) = a.as_call() else { return };
    if call.is(sym::Plus) && !is_free(a, x) {
        let is_linear = call.args().iter().filter(|term| !is_free(term, x)).all(|term| {
            factors(term).iter().filter(|factor| !is_free(factor, x)).all(|factor| factor == x)
        });
        if is_linear && !found.contains(a) {
            found.push(a.clone());
        }
        return;
    }
    for arg in call.args() {
        linear_parts(arg, x, found);
    }
}
