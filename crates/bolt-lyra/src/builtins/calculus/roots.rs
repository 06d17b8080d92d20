//! Factors and roots of polynomials in closed form.

use super::check::vanishes;
use super::formula::lyra;
use super::poly::Poly;
use super::terms::{base_and_exponent, factors, is_free, is_zero};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::Value;

impl Session {
    /// Returns factors of a polynomial with their multiplicities; their product is it but for a
    /// constant.
    pub(crate) fn poly_factors(&mut self, poly: &Poly) -> Evaluated<Vec<(Poly, usize)>> {
        if poly.degree() <= 1 {
            return Ok(vec![(poly.clone(), 1)]);
        }
        // Powers of the variable.
        let low = poly.0.iter().take_while(|coefficient| is_zero(coefficient)).count();
        if low > 0 {
            let mut rest = match poly.degree() > low {
                true => self.poly_factors(&Poly(poly.0[low..].to_vec()))?,
                false => Vec::new(),
            };
            rest.push((Poly::variable(), low));
            return Ok(rest);
        }
        if poly.degree() == 2 {
            return self.quadratic_factors(poly);
        }
        if self.has_builtin("Factor") {
            return self.factors_by_name(poly);
        }
        if poly.is_rational() {
            return self.rational_root_factors(poly);
        }
        self.squarefree(poly)
    }

    fn quadratic_factors(&mut self, poly: &Poly) -> Evaluated<Vec<(Poly, usize)>> {
        let (a, b, c) = (poly.at(2), poly.at(1), poly.at(0));
        let discriminant = lyra!(self, "b^2 - 4*a*c", a, b, c)?;
        if vanishes(self, &discriminant) == Some(true) {
            // a (x + b/(2a))^2
            let shift = lyra!(self, "b/(2*a)", a, b)?;
            return Ok(vec![(Poly(vec![shift, Value::Integer(1)]), 2)]);
        }
        let root = lyra!(self, "Sqrt[discriminant]", discriminant)?;
        if number::rational(&root).is_some() && poly.is_rational() {
            let one = Value::Integer(1);
            let low = lyra!(self, "(b - root)/(2*a)", a, b, root)?;
            let high = lyra!(self, "(b + root)/(2*a)", a, b, root)?;
            return Ok(vec![(Poly(vec![low, one.clone()]), 1), (Poly(vec![high, one]), 1)]);
        }
        Ok(vec![(poly.clone(), 1)])
    }

    fn factors_by_name(&mut self, poly: &Poly) -> Evaluated<Vec<(Poly, usize)>> {
        let x = self.formula("factored");
        let whole = self.unpoly(poly, &x)?;
        let factored = self.system("Factor", [whole].as_slice())?;
        let mut found = Vec::new();
        for factor in factors(&factored) {
            if is_free(factor, &x) {
                continue;
            }
            let (base, exponent) = base_and_exponent(factor);
            let (Some(base), Some(exponent)) = (self.poly(&base, &x)?, exponent.as_usize()) else {
                return self.squarefree(poly);
            };
            match base.degree() {
                2 => {
                    for (inner, times) in self.quadratic_factors(&base)? {
                        found.push((inner, times * exponent));
                    }
                }
                _ => found.push((base, exponent)),
            }
        }
        Ok(found)
    }

    fn squarefree(&mut self, poly: &Poly) -> Evaluated<Vec<(Poly, usize)>> {
        if poly.binomial().is_some() {
            return Ok(vec![(poly.clone(), 1)]);
        }
        let derivative = self.poly_derivative(poly)?;
        let common = self.poly_gcd(poly, &derivative)?;
        if common.degree() == 0 {
            return Ok(vec![(poly.clone(), 1)]);
        }
        // Yun's algorithm.
        let mut found = Vec::new();
        let (mut b, _) = self.poly_divide(poly, &common)?;
        let (mut c, _) = self.poly_divide(&derivative, &common)?;
        let mut multiplicity = 1;
        while b.degree() > 0 {
            let d = self.poly_derivative(&b)?;
            let d = self.poly_difference(&c, &d)?;
            let factor = self.poly_gcd(&b, &d)?;
            b = self.poly_divide(&b, &factor)?.0;
            c = self.poly_divide(&d, &factor)?.0;
            if factor.degree() > 0 {
                match factor.degree() {
                    2 => {
                        for (inner, times) in self.quadratic_factors(&factor)? {
                            found.push((inner, times * multiplicity));
                        }
                    }
                    _ => found.push((factor, multiplicity)),
                }
            }
            multiplicity += 1;
        }
        Ok(found)
    }

    /// Splits off rational roots that are small fractions.
    fn rational_root_factors(&mut self, poly: &Poly) -> Evaluated<Vec<(Poly, usize)>> {
        let mut found = Vec::new();
        for (factor, multiplicity) in self.squarefree(poly)? {
            let mut rest = factor;
            for bottom in 1..=6i64 {
                for top in -12..=12i64 {
                    let root = super::terms::fraction(top, bottom);
                    if rest.degree() < 2 || !is_zero(&self.poly_at(&rest, &root)?) {
                        continue;
                    }
                    let linear = Poly(vec![number::negate(&root), Value::Integer(1)]);
                    rest = self.poly_divide(&rest, &linear)?.0;
                    found.push((linear, multiplicity));
                }
            }
            match rest.degree() {
                0 => {}
                2 => {
                    for (inner, times) in self.quadratic_factors(&rest)? {
                        found.push((inner, times * multiplicity));
                    }
                }
                _ => found.push((rest, multiplicity)),
            }
        }
        Ok(found)
    }

    /// Returns the roots of a polynomial without multiple ones, if they have a closed form here:
    /// of degree 1 and 2, of a + b x^n, and of a + b x^n + c x^(2n).
    pub(crate) fn poly_roots(&mut self, poly: &Poly) -> Evaluated<Option<Vec<Value>>> {
        let degree = poly.degree();
        let (a, b) = (poly.at(0), poly.at(1));
        match degree {
            0 => return Ok(Some(Vec::new())),
            1 => return Ok(Some(vec![lyra!(self, "-a/b", a, b)?])),
            2 => {
                let c = poly.at(2);
                let root = lyra!(self, "Sqrt[b^2 - 4*a*c]", a, b, c)?;
                let root = self.tidy(root)?;
                let low = lyra!(self, "(-b - root)/(2*c)", b, c, root)?;
                let high = lyra!(self, "(-b + root)/(2*c)", b, c, root)?;
                return Ok(Some(vec![low, high]));
            }
            _ => {}
        }
        if poly.binomial().is_some() {
            let b = poly.leading();
            let power = lyra!(self, "-a/b", a, b)?;
            return self.roots_of_power(&power, degree).map(Some);
        }
        let half = degree / 2;
        let is_quadratic_in_power = degree.is_multiple_of(2)
            && poly.0.iter().enumerate().all(|(k, v)| k.is_multiple_of(half) || is_zero(v));
        if is_quadratic_in_power {
            let inner = Poly(vec![poly.at(0), poly.at(half), poly.at(degree)]);
            let Some(inner) = self.poly_roots(&inner)? else { return Ok(None) };
            let mut all = Vec::new();
            for power in inner {
                all.extend(self.roots_of_power(&power, half)?);
            }
            return Ok(Some(all));
        }
        Ok(None)
    }

    /// Returns the n-th roots of an expression.
    fn roots_of_power(&mut self, of: &Value, n: usize) -> Evaluated<Vec<Value>> {
        let count = Value::Integer(n as i64);
        // The real root of a negative number is taken first.
        let is_negative =
            number::is_negative(of) || factors(of).first().is_some_and(number::is_negative);
        let mut all = Vec::new();
        for k in 0..n {
            let turn = super::terms::fraction(2 * k as i64 + i64::from(is_negative), n as i64);
            let root = match is_negative {
                true => lyra!(self, "(-of)^(1/count)*(-1)^turn", of, count, turn)?,
                false => lyra!(self, "of^(1/count)*(-1)^turn", of, count, turn)?,
            };
            all.push(root);
        }
        Ok(all)
    }
}

impl Session {
    /// Returns factors as [`Session::poly_factors`] does, with those of degree 3 and 4 that are
    /// binomials or even split by roots of their coefficients.
    pub(crate) fn radical_factors(&mut self, poly: &Poly) -> Evaluated<Vec<(Poly, usize)>> {
        let mut found = Vec::new();
        for (factor, multiplicity) in self.poly_factors(poly)? {
            match self.split_by_radicals(&factor)? {
                Some(parts) => found.extend(parts.into_iter().map(|part| (part, multiplicity))),
                None => found.push((factor, multiplicity)),
            }
        }
        Ok(found)
    }

    fn split_by_radicals(&mut self, poly: &Poly) -> Evaluated<Option<Vec<Poly>>> {
        let is_minus = super::integrate::rational::is_minus;
        if poly.degree() == 3 && poly.binomial().is_some() {
            let (a, b) = (poly.at(0), poly.at(3));
            let root = |session: &mut Self, of: &Value| match is_minus(of) {
                true => lyra!(session, "-(-of)^(1/3)", of),
                false => lyra!(session, "of^(1/3)", of),
            };
            let (u, v) = (root(self, &a)?, root(self, &b)?);
            let linear = Poly(vec![u.clone(), v.clone()]);
            let rest =
                vec![lyra!(self, "u^2", u)?, lyra!(self, "-u*v", u, v)?, lyra!(self, "v^2", v)?];
            return Ok(Some(vec![linear, Poly(rest)]));
        }
        if poly.degree() != 4 || !is_zero(&poly.at(1)) || !is_zero(&poly.at(3)) {
            return Ok(None);
        }
        let (a, b, c) = (poly.at(0), poly.at(2), poly.at(4));
        let discriminant = lyra!(self, "b^2 - 4*a*c", a, b, c)?;
        let is_negative = match self.machine_value(&discriminant)? {
            Some(value) => value < 0.0,
            None => is_zero(&b) && !is_minus(&a) && !is_minus(&c),
        };
        let parts = if is_negative {
            let (u, w) = (lyra!(self, "Sqrt[a]", a)?, lyra!(self, "Sqrt[c]", c)?);
            let v = lyra!(self, "Sqrt[2*u*w - b]", u, w, b)?;
            let minus = lyra!(self, "-v", v)?;
            vec![Poly(vec![u.clone(), v, w.clone()]), Poly(vec![u, minus, w])]
        } else {
            let d = lyra!(self, "Sqrt[discriminant]", discriminant)?;
            let d = self.tidy(d)?;
            let zero = Value::Integer(0);
            let low = lyra!(self, "(b - d)/(2*c)", b, c, d)?;
            let high = lyra!(self, "(b + d)/2", b, d)?;
            vec![Poly(vec![low, zero.clone(), Value::Integer(1)]), Poly(vec![high, zero, c])]
        };
        let mut all = Vec::new();
        for part in parts {
            all.extend(self.poly_factors(&part)?.into_iter().map(|(factor, _)| factor));
        }
        Ok(Some(all))
    }
}
