//! Exponentials, sines and cosines of quadratic polynomials and of powers.

use super::super::formula::lyra;
use super::super::poly::Poly;
use super::super::terms::{factors, is_free, is_zero};
use super::Integrator;
use super::rational::is_minus;
use crate::session::Evaluated;
use crate::symbol::sym;
use crate::value::{Args, Value};

impl Integrator<'_> {
    pub(super) fn by_gaussian(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let (mut rest, mut exponents, mut trig) = (Args::new(), Args::new(), None);
        for factor in factors(f) {
            let call = factor.as_call().filter(|_| !is_free(factor, x));
            match call.map(|call| (call.head().as_symbol(), call.args())) {
                Some((Some(sym::Power), [base, exponent])) if is_free(base, x) => {
                    exponents.push(lyra!(self.session, "Log[base]*exponent", base, exponent)?);
                }
                Some((Some(head @ (sym::Sin | sym::Cos)), [inner])) if trig.is_none() => {
                    trig = Some((head, inner.clone()));
                }
                _ => rest.push(factor.clone()),
            }
        }
        let outer = self.session.product_of(rest)?;
        let exponent = self.session.sum_of(exponents)?;
        let exponent = expand_linear(self.session, &exponent)?;
        match trig {
            None if !is_zero(&exponent) => self.power_times_gaussian(&outer, &exponent, x),
            Some((head, inner)) if is_zero(&exponent) => {
                if is_free(&outer, x)
                    && let Some(found) = self.fresnel(head, &inner, x)?
                {
                    return self.session.product_of([outer, found]).map(Some);
                }
                self.by_exponential_halves(&outer, &exponent, head, &inner, x)
            }
            Some((head, inner)) => {
                if let Some(found) =
                    self.exponential_times_trig(&outer, &exponent, head, &inner, x)?
                {
                    return Ok(Some(found));
                }
                self.by_exponential_halves(&outer, &exponent, head, &inner, x)
            }
            None => Ok(None),
        }
    }

    fn power_times_gaussian(
        &mut self,
        outer: &Value,
        exponent: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let poly = self.session.poly(exponent, x)?;
        if let Some(quadratic) = poly.as_ref().filter(|poly| poly.degree() == 2)
            && let Some(outer) = self.session.poly(outer, x)?
        {
            return self.poly_times_gaussian(&outer, quadratic, x).map(Some);
        }
        self.power_times_exponential_of_power(outer, exponent, x)
    }

    /// P(x) E^(a + b x + c x^2), by recurrence from the error function.
    fn poly_times_gaussian(&mut self, outer: &Poly, q: &Poly, x: &Value) -> Evaluated {
        let (a, b, c) = (q.at(0), q.at(1), q.at(2));
        let exponent = self.session.unpoly(q, x)?;
        let s = &mut *self.session;
        let g = lyra!(s, "E^exponent", exponent)?;
        let is_decaying = is_minus(&c);
        let first = match is_decaying {
            true => lyra!(
                s,
                "Sqrt[Pi]*E^(a - b^2/(4*c))*Erf[(-b - 2*c*x)/(2*Sqrt[-c])]/(2*Sqrt[-c])",
                a,
                b,
                c,
                x
            )?,
            false => lyra!(
                s,
                "Sqrt[Pi]*E^(a - b^2/(4*c))*Erfi[(b + 2*c*x)/(2*Sqrt[c])]/(2*Sqrt[c])",
                a,
                b,
                c,
                x
            )?,
        };
        let mut all = vec![first];
        for n in 1..=outer.degree() {
            let k = Value::Integer(n as i64);
            let before = match n {
                1 => Value::Integer(0),
                _ => all[n - 2].clone(),
            };
            let last = all[n - 1].clone();
            all.push(lyra!(
                s,
                "(x^(k - 1)*g - (k - 1)*before - b*last)/(2*c)",
                x,
                k,
                g,
                before,
                b,
                last,
                c
            )?);
        }
        let mut sum = Args::new();
        for (value, coefficient) in all.into_iter().zip(&outer.0) {
            sum.push(s.product_of([value, coefficient.clone()])?);
        }
        s.sum_of(sum)
    }

    /// x^m E^(a + b x^n) by the incomplete gamma function.
    fn power_times_exponential_of_power(
        &mut self,
        outer: &Value,
        exponent: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let Some(a) = self.constant_term(exponent, x)? else { return Ok(None) };
        let rest = self.session.difference_of(exponent, &a)?;
        let Some(n) = self.logarithmic_slope(&rest, x)? else { return Ok(None) };
        let m = match is_free(outer, x) {
            true => Value::Integer(0),
            false => match self.logarithmic_slope(outer, x)? {
                Some(m) => m,
                None => return Ok(None),
            },
        };
        let k = lyra!(self.session, "(m + 1)/n", m, n)?;
        let t = lyra!(self.session, "-rest", rest)?;
        if let Value::Integer(count @ 1..=40) = k {
            // (m+1)/n whole: a polynomial in x^n times the exponential.
            let mut value = Value::Integer(0);
            for j in 0..count {
                let (j, last) = (Value::Integer(j), Value::Integer(count - 1));
                value = lyra!(self.session, "value + last!/j!*t^j", value, last, j, t)?;
            }
            return lyra!(
                self.session,
                "-outer*x*E^exponent*value/(n*t^k)",
                outer,
                x,
                exponent,
                value,
                n,
                t,
                k
            )
            .map(Some);
        }
        if let Value::Integer(count @ -40..=0) = k {
            // Gamma[-j, t] by the exponential integral.
            let mut value = lyra!(self.session, "-ExpIntegralEi[-t]", t)?;
            for j in 1..=-count {
                let j = Value::Integer(j);
                value = lyra!(self.session, "(E^(-t)/t^j - value)/j", t, j, value)?;
            }
            return lyra!(self.session, "-outer*x*E^a*value/(n*t^k)", outer, x, a, value, n, t, k)
                .map(Some);
        }
        lyra!(self.session, "-outer*x*E^a*Gamma[k, t]/(n*t^k)", outer, x, a, k, t, n).map(Some)
    }

    fn constant_term(&mut self, of: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let constant: Args = super::super::terms::terms(of)
            .iter()
            .filter(|term| is_free(term, x))
            .cloned()
            .collect();
        self.session.sum_of(constant).map(Some)
    }

    /// Returns n if an expression is a multiple of x^n.
    pub(super) fn logarithmic_slope(&mut self, of: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut sum = Args::new();
        for factor in factors(of) {
            if is_free(factor, x) {
                continue;
            }
            let slope = super::super::derivative::derivative(self.session, factor, x)?;
            let n = lyra!(self.session, "slope*x/factor", slope, x, factor)?;
            let n = match is_free(&n, x) {
                true => n,
                false => self.session.system("Together", [n].as_slice())?,
            };
            if !is_free(&n, x) {
                return Ok(None);
            }
            sum.push(n);
        }
        let n = self.session.sum_of(sum)?;
        Ok((!is_zero(&n)).then_some(n))
    }

    /// The sine or cosine of a quadratic polynomial by Fresnel's integrals.
    fn fresnel(
        &mut self,
        head: crate::symbol::Symbol,
        inner: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let Some(q) = self.session.poly(inner, x)?.filter(|q| q.degree() == 2) else {
            return Ok(None);
        };
        let (a, b, c) = (q.at(0), q.at(1), q.at(2));
        if is_minus(&c) {
            return Ok(None);
        }
        let s = &mut *self.session;
        let t = lyra!(s, "a - b^2/(4*c)", a, b, c)?;
        let u = lyra!(s, "(b + 2*c*x)/Sqrt[2*Pi*c]", b, c, x)?;
        Ok(Some(match head {
            sym::Sin => {
                lyra!(s, "Sqrt[Pi/2]/Sqrt[c]*(Cos[t]*FresnelS[u] + Sin[t]*FresnelC[u])", c, t, u)?
            }
            _ => lyra!(s, "Sqrt[Pi/2]/Sqrt[c]*(Cos[t]*FresnelC[u] - Sin[t]*FresnelS[u])", c, t, u)?,
        }))
    }

    /// Writes a sine or cosine by two exponentials.
    fn by_exponential_halves(
        &mut self,
        outer: &Value,
        exponent: &Value,
        head: crate::symbol::Symbol,
        inner: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let s = &mut *self.session;
        let up = lyra!(s, "exponent + I*inner", exponent, inner)?;
        let down = lyra!(s, "exponent - I*inner", exponent, inner)?;
        let (up, down) = (expand_linear(s, &up)?, expand_linear(s, &down)?);
        let (Some(above), Some(below)) = (
            self.power_times_gaussian(outer, &up, x)?,
            self.power_times_gaussian(outer, &down, x)?,
        ) else {
            return Ok(None);
        };
        match head {
            sym::Sin => lyra!(self.session, "-I*(above - below)/2", above, below).map(Some),
            _ => lyra!(self.session, "(above + below)/2", above, below).map(Some),
        }
    }

    /// P(x) E^(a + b x) times the sine or cosine of a linear argument.
    fn exponential_times_trig(
        &mut self,
        outer: &Value,
        exponent: &Value,
        head: crate::symbol::Symbol,
        inner: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let (Some(poly), Some(e), Some(u)) = (
            self.session.poly(outer, x)?,
            self.session.poly(exponent, x)?,
            self.session.poly(inner, x)?,
        ) else {
            return Ok(None);
        };
        if e.degree() != 1 || u.degree() != 1 {
            return Ok(None);
        }
        let (a, b) = (e.at(1), u.at(1));
        let (zero, one) = (Value::Integer(0), Value::Integer(1));
        let (mut c, mut d) = match head {
            sym::Sin => (zero, one),
            _ => (one, zero),
        };
        let mut derivative = poly;
        let mut sum = Args::new();
        let mut sign = 1;
        while !derivative.is_zero() {
            // The integral of E^(a x) (c Cos + d Sin) has these coefficients.
            let s = &mut *self.session;
            let next = lyra!(s, "(a*c - b*d)/(a^2 + b^2)", a, b, c, d)?;
            d = lyra!(s, "(b*c + a*d)/(a^2 + b^2)", a, b, c, d)?;
            c = next;
            let p = s.unpoly(&derivative, x)?;
            let sign_value = Value::Integer(sign);
            let sg = &sign_value;
            sum.push(lyra!(
                s,
                "sg*p*E^exponent*(c*Cos[inner] + d*Sin[inner])",
                sg,
                p,
                exponent,
                inner,
                c,
                d
            )?);
            derivative = self.session.poly_derivative(&derivative)?;
            sign = -sign;
        }
        self.session.sum_of(sum).map(Some)
    }
}

fn expand_linear(session: &mut crate::session::Session, value: &Value) -> Evaluated {
    session.system("Expand", [value.clone()].as_slice())
}
