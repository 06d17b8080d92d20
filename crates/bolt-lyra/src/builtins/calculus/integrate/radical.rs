//! Integrals of R(x)/s where s is the square root of a quadratic polynomial.

use super::super::check::vanishes;
use super::super::formula::lyra;
use super::super::poly::Poly;
use super::super::terms::{is_free, is_zero};
use super::Integrator;
use super::rational::{Part, is_minus};
use crate::session::Evaluated;
use crate::value::{Args, Value};

impl Integrator<'_> {
    /// The integral of f/s with s^2 = q for a rational f.
    pub(super) fn over_root(
        &mut self,
        f: &Value,
        q: &Poly,
        s: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let Some(fraction) = self.session.fraction_in(f, x)? else { return Ok(None) };
        let Some((whole, parts)) = self.session.partial_fractions(&fraction)? else {
            return Ok(None);
        };
        let mut sum = vec![self.poly_over_root(&whole, q, s, x)?];
        for part in &parts {
            let Some(value) = self.part_over_root(part, q, s, x)? else { return Ok(None) };
            sum.push(value);
        }
        self.session.sum_of(Args::from(sum)).map(Some)
    }

    /// The integral of S/s for a polynomial: T s and a multiple of that of 1/s, where the
    /// coefficients of T follow from the highest on.
    fn poly_over_root(&mut self, of: &Poly, q: &Poly, s: &Value, x: &Value) -> Evaluated {
        if of.is_zero() {
            return Ok(Value::Integer(0));
        }
        let (a, b, c) = (q.at(0), q.at(1), q.at(2));
        let is_linear = q.degree() == 1;
        let top = if is_linear { of.degree() } else { of.degree().saturating_sub(1) };
        let mut t = vec![Value::Integer(0); top + 2];
        let session = &mut *self.session;
        for j in (0..=of.degree()).rev() {
            let k = Value::Integer(j as i64);
            let (given, above) = (of.at(j), t.get(j + 1).cloned().unwrap_or(Value::Integer(0)));
            if is_linear {
                let value = lyra!(
                    session,
                    "(given - (k + 1)*a*above)/((k + 1/2)*b)",
                    given,
                    k,
                    a,
                    b,
                    above
                )?;
                t[j] = session.tidy(value)?;
            } else if j > 0 {
                let own = t[j].clone();
                let value = lyra!(
                    session,
                    "(given - (k + 1/2)*b*own - (k + 1)*a*above)/(k*c)",
                    given,
                    k,
                    a,
                    b,
                    c,
                    own,
                    above
                )?;
                t[j - 1] = session.tidy(value)?;
            }
        }
        let poly = Poly(t.clone());
        let factor = session.unpoly(&poly, x)?;
        let first = session.product_of([factor, s.clone()])?;
        if is_linear {
            return Ok(first);
        }
        let (given, t0, t1) =
            (of.at(0), t[0].clone(), t.get(1).cloned().unwrap_or(Value::Integer(0)));
        let rest = lyra!(session, "given - b*t0/2 - a*t1", given, a, b, t0, t1)?;
        if is_zero(&rest) || vanishes(session, &rest) == Some(true) {
            return Ok(first);
        }
        let inverse = self.inverse_root(q, s, x)?;
        lyra!(self.session, "first + rest*inverse", first, rest, inverse)
    }

    /// The integral of 1/s.
    fn inverse_root(&mut self, q: &Poly, s: &Value, x: &Value) -> Evaluated {
        let (a, b, c) = (q.at(0), q.at(1), q.at(2));
        let session = &mut *self.session;
        let is_plain_root = s.args_of(crate::symbol::sym::Power).is_some() && is_free(&b, x);
        let (known_a, known_c) = (session.machine_value(&a)?, session.machine_value(&c)?);
        if let (true, true, Some(low), Some(high)) = (is_plain_root, is_zero(&b), known_a, known_c)
            && low > 0.0
        {
            return match high > 0.0 {
                true => lyra!(session, "ArcSinh[Sqrt[c]*x/Sqrt[a]]/Sqrt[c]", a, c, x),
                false => lyra!(session, "ArcSin[Sqrt[-c]*x/Sqrt[a]]/Sqrt[-c]", a, c, x),
            };
        }
        let discriminant = lyra!(session, "b^2 - 4*a*c", a, b, c)?;
        let discriminant = session.machine_value(&discriminant)?;
        if let (true, Some(low), Some(high)) = (is_plain_root, discriminant, known_c)
            && low > 0.0
            && high < 0.0
        {
            return lyra!(session, "-ArcSin[(b + 2*c*x)/Sqrt[b^2 - 4*a*c]]/Sqrt[-c]", a, b, c, x);
        }
        match is_minus(&c) || known_c.is_some_and(|c| c < 0.0) {
            true => lyra!(session, "-ArcTan[(b + 2*c*x)/(2*Sqrt[-c]*s)]/Sqrt[-c]", b, c, s, x),
            false => lyra!(session, "ArcTanh[(b + 2*c*x)/(2*Sqrt[c]*s)]/Sqrt[c]", b, c, s, x),
        }
    }

    fn part_over_root(
        &mut self,
        part: &Part,
        q: &Poly,
        s: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        if part.factor.degree() == 2
            && let Some(ratio) = self.constant_ratio(q, &part.factor)?
        {
            return self.part_over_own(part, &ratio, q, s, x).map(Some);
        }
        if part.factor.degree() == 1 {
            return self.pole_over_root(&part.top.at(0), &part.factor, part.power, q, s, x);
        }
        // Linear factors over the roots.
        let Some(roots) = self.session.poly_roots(&part.factor)? else { return Ok(None) };
        let linear = |session: &mut crate::session::Session, root: &Value| -> Evaluated<Poly> {
            Ok(Poly(vec![lyra!(session, "-root", root)?, Value::Integer(1)]))
        };
        let lead =
            self.session.power_of(&part.factor.leading(), &Value::Integer(part.power as i64))?;
        let scale = self.session.power_of(&lead, &Value::Integer(-1))?;
        let top = self.session.poly_scaled(&part.top, &scale)?;
        let mut bottom = Vec::new();
        for root in &roots {
            bottom.push((linear(self.session, root)?, part.power));
        }
        let mut sum = Args::new();
        for place in 0..bottom.len() {
            let mut rest = Poly::constant(Value::Integer(1));
            for (other, (factor, power)) in bottom.iter().enumerate() {
                if other != place {
                    let raised = self.session.poly_power(factor, *power)?;
                    rest = self.session.poly_product(&rest, &raised)?;
                }
            }
            let mut found = Vec::new();
            if !self.session.digits(&top, &rest, &bottom[place].0, part.power, &mut found)? {
                return Ok(None);
            }
            for piece in found {
                let c = piece.top.at(0);
                let Some(value) = self.pole_over_root(&c, &piece.factor, piece.power, q, s, x)?
                else {
                    return Ok(None);
                };
                sum.push(value);
            }
        }
        self.session.sum_of(sum).map(Some)
    }

    /// Returns r with q = r p, if there is one.
    fn constant_ratio(&mut self, q: &Poly, p: &Poly) -> Evaluated<Option<Value>> {
        if q.degree() != p.degree() {
            return Ok(None);
        }
        let (ratio, rest) = self.session.poly_divide(q, p)?;
        Ok(rest.is_zero().then(|| ratio.at(0)))
    }

    /// (d + e x)/(p^n s) where q = r p.
    fn part_over_own(
        &mut self,
        part: &Part,
        ratio: &Value,
        q: &Poly,
        s: &Value,
        x: &Value,
    ) -> Evaluated {
        let (a, b, c) = (q.at(0), q.at(1), q.at(2));
        let (d, e) = (part.top.at(0), part.top.at(1));
        let n = Value::Integer(part.power as i64);
        let value = self.session.unpoly(q, x)?;
        let session = &mut *self.session;
        let scale = lyra!(session, "ratio^n", ratio, n)?;
        // e/(2c) q' and a constant.
        let slope = lyra!(session, "e/(2*c)", e, c)?;
        let rest = lyra!(session, "d - slope*b", d, slope, b)?;
        let first = lyra!(session, "-2*slope*s/((2*n - 1)*value^n)", slope, s, n, value)?;
        let mut inverse = Value::Integer(0);
        let delta = lyra!(session, "4*a*c - b^2", a, b, c)?;
        for j in 1..=part.power {
            let k = Value::Integer(j as i64);
            inverse = lyra!(
                session,
                "2*(b + 2*c*x)*s/((2*k - 1)*delta*value^k) + 8*c*(k - 1)/((2*k - 1)*delta)*inverse",
                b,
                c,
                x,
                s,
                k,
                delta,
                value,
                inverse
            )?;
        }
        lyra!(session, "scale*(first + rest*inverse)", scale, first, rest, inverse)
    }

    /// c/(p^n s) for a linear p, by t = 1/(x - r).
    fn pole_over_root(
        &mut self,
        c: &Value,
        factor: &Poly,
        power: usize,
        q: &Poly,
        s: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let (p, lead) = (factor.at(0), factor.at(1));
        let root = lyra!(self.session, "-p/lead", p, lead)?;
        let t = self.fresh();
        let derivative = self.session.poly_derivative(q)?;
        let mut low = self.session.poly_at(q, &root)?;
        if !is_zero(&low) && vanishes(self.session, &low) == Some(true) {
            low = Value::Integer(0);
        }
        let turned = Poly(vec![q.at(2), self.session.poly_at(&derivative, &root)?, low]);
        let turned = Poly(match is_zero(&turned.0[2]) {
            true => turned.0[..2].to_vec(),
            false => turned.0,
        });
        let mut of = vec![Value::Integer(0); power];
        let n = Value::Integer(power as i64);
        of[power - 1] = lyra!(self.session, "-c/lead^n", c, lead, n)?;
        let sigma = self.fresh();
        let result = self.poly_over_root(&Poly(of), &turned, &sigma, &t)?;
        let above = lyra!(self.session, "s/(x - root)", s, x, root)?;
        let result = super::super::terms::substituted(&result, &sigma, &above);
        let value = lyra!(self.session, "1/(x - root)", x, root)?;
        self.session.put(&result, &t, &value).map(Some)
    }
}
