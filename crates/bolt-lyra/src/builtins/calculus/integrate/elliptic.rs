//! Integrals of R(x)/y where y is a product of square roots with three or four branch points, or
//! with such many in x^2: elliptic integrals in Legendre's form.
//!
//! A Möbius transformation brings the branch points to 0, 1, 1/m and infinity. In the new variable
//! z the integrand is a rational function over w, w^2 = z (1 - z) (1 - m z), and derivatives of
//! z^k w and of w/(z - p)^k take away all but 1, z and 1/(z - p) (Byrd and Friedman, "Handbook of
//! Elliptic Integrals", 200-end). With Sin[phi]^2 = z these are F, E and Pi. What stands before
//! them, w/(y z'), is constant between branch points and carries the signs of the roots.

use super::super::check::vanishes;
use super::super::formula::lyra;
use super::super::poly::Poly;
use super::super::terms::{fraction, is_zero, small_fraction, substituted};
use super::Integrator;
use super::algebraic::Product;
use crate::builtins::arithmetic::{times, to_the};
use crate::session::Evaluated;
use crate::value::{Args, Value};

/// A place where a rational function has poles, with the coefficients of 1/(z - p), 1/(z - p)^2, ...
struct Pole {
    place: Value,
    coefficients: Vec<Value>,
}

/// What is left of a rational function over w: c0 + c1 z + the sum of c/(z - p), and A of the
/// part A w that is integrated.
struct Reduced {
    polynomial: Vec<Value>,
    poles: Vec<Pole>,
    algebraic: Args,
}

/// The transformation: z and its derivative in terms of t, t in terms of z, and m.
struct Moebius {
    z: Value,
    slope: Value,
    inverse: Value,
    m: Value,
}

impl Integrator<'_> {
    /// The integral of a rational function over a product of square roots.
    pub(super) fn elliptic(&mut self, product: &Product, x: &Value) -> Evaluated<Option<Value>> {
        let mut y = Args::new();
        let mut rational = Args::from([product.rational.clone()].as_slice());
        for (poly, exponent) in &product.powers {
            let Some((_, 2)) = small_fraction(exponent) else { return Ok(None) };
            let base = self.session.unpoly(poly, x)?;
            let whole = self.session.sum_of([exponent.clone(), fraction(1, 2)])?;
            rational.push(to_the(base.clone(), whole));
            y.push(to_the(base, fraction(1, 2)));
        }
        let (rational, y) = (self.session.product_of(rational)?, self.session.product_of(y)?);
        let polys: Vec<Poly> = product.powers.iter().map(|(poly, _)| poly.clone()).collect();
        match self.branch_points(&polys)? {
            Some(roots) if matches!(roots.len(), 3 | 4) && !polys.iter().all(is_even) => {
                self.over_branch_points(&rational, &roots, &y, x)
            }
            _ if polys.iter().all(is_even) => self.elliptic_in_square(&rational, &polys, &y, x),
            _ => Ok(None),
        }
    }

    /// The roots of all polynomials, if no two are equal.
    fn branch_points(&mut self, polys: &[Poly]) -> Evaluated<Option<Vec<Value>>> {
        let mut all = Vec::new();
        for poly in polys {
            let Some(roots) = self.session.poly_roots(poly)? else { return Ok(None) };
            all.extend(roots);
        }
        if all.len() > 4 {
            return Ok(None);
        }
        for (place, root) in all.iter().enumerate() {
            for other in &all[..place] {
                let difference = self.session.difference_of(root, other)?;
                if is_zero(&difference) || vanishes(self.session, &difference) == Some(true) {
                    return Ok(None);
                }
            }
        }
        let mut keyed = Vec::new();
        for root in all {
            let value = match is_zero(&root) {
                true => Some(f64::NEG_INFINITY),
                false => self.session.machine_value(&root)?,
            };
            keyed.push((value, root));
        }
        // From 0 the interval to the next positive one is where z is between 0 and 1.
        let has_zero = keyed.iter().any(|(value, _)| *value == Some(f64::NEG_INFINITY));
        keyed.sort_by(|(a, _), (b, _)| match (a, b) {
            (Some(a), Some(b)) => {
                let is_below = |value: &f64| has_zero && value.is_finite() && *value < 0.0;
                is_below(a).cmp(&is_below(b)).then(a.total_cmp(b))
            }
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
        Ok(Some(keyed.into_iter().map(|(_, root)| root).collect()))
    }

    fn over_branch_points(
        &mut self,
        rational: &Value,
        roots: &[Value],
        y: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let z = self.fresh();
        let moebius = self.moebius(roots, x, &z)?;
        let with = substituted(rational, x, &moebius.inverse);
        let (zx, slope) = (&moebius.z, &moebius.slope);
        let sine = lyra!(self.session, "Sqrt[zx]", zx)?;
        let scale = lyra!(self.session, "1/(y*slope)", y, slope)?;
        self.legendre(&with, &z, &moebius, &sine, &scale)
    }

    /// R(x)/y where y depends on x^2 only: t = x^2 in the even part of R.
    fn elliptic_in_square(
        &mut self,
        rational: &Value,
        polys: &[Poly],
        y: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let minus = lyra!(self.session, "-x", x)?;
        let turned = substituted(rational, x, &minus);
        let even = lyra!(self.session, "(rational + turned)/2", rational, turned)?;
        let even = self.session.system("Together", [even].as_slice())?;
        let odd = lyra!(self.session, "rational - even", rational, even)?;
        let odd = self.session.system("Together", [odd].as_slice())?;
        let mut sum = Args::new();
        if !is_zero(&odd) {
            let t = self.fresh();
            let root = lyra!(self.session, "Sqrt[t]", t)?;
            let f = lyra!(self.session, "odd/(2*x*y)", odd, x, y)?;
            let f = self.session.put(&f, x, &root)?;
            let Some(value) = self.integrate(&f, &t)? else { return Ok(None) };
            let square = lyra!(self.session, "x^2", x)?;
            sum.push(self.session.put(&value, &t, &square)?);
        }
        if !is_zero(&even) {
            let Some(value) = self.even_over_root(&even, polys, y, x)? else { return Ok(None) };
            sum.push(value);
        }
        self.session.sum_of(sum).map(Some)
    }

    fn even_over_root(
        &mut self,
        even: &Value,
        polys: &[Poly],
        y: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let halved = |poly: &Poly| Poly(poly.0.iter().step_by(2).cloned().collect());
        let mut in_square: Vec<Poly> = polys.iter().map(halved).collect();
        in_square.push(Poly::variable());
        let Some(roots) = self.branch_points(&in_square)? else { return Ok(None) };
        if !matches!(roots.len(), 3 | 4) {
            return Ok(None);
        }
        let (t, z) = (self.fresh(), self.fresh());
        let moebius = self.moebius(&roots, &t, &z)?;
        let root = to_the(moebius.inverse.clone(), fraction(1, 2));
        let with = self.session.put(even, x, &root)?;
        let square = lyra!(self.session, "x^2", x)?;
        let (zx, slope) = (&moebius.z, &moebius.slope);
        let sine = match (&roots[..], is_zero(&roots[0])) {
            ([_, one, _], true) => lyra!(self.session, "x/Sqrt[one]", x, one)?,
            _ => lyra!(self.session, "Sqrt[zx]", zx)?,
        };
        let scale = lyra!(self.session, "1/(2*x*y*slope)", x, y, slope)?;
        let (sine, scale) =
            (self.session.put(&sine, &t, &square)?, self.session.put(&scale, &t, &square)?);
        let zx = self.session.put(zx, &t, &square)?;
        let moebius = Moebius { z: zx, ..moebius };
        self.legendre(&with, &z, &moebius, &sine, &scale)
    }

    /// Brings the first two roots to 0 and 1, the last of four or infinity to infinity.
    fn moebius(&mut self, roots: &[Value], t: &Value, z: &Value) -> Evaluated<Moebius> {
        let s = &mut *self.session;
        let (zt, inverse, m) = match roots {
            [a, b, c, d] => (
                lyra!(s, "(t - a)*(b - d)/((t - d)*(b - a))", t, a, b, d)?,
                lyra!(s, "(a*(b - d) - d*(b - a)*z)/(b - d - (b - a)*z)", a, b, d, z)?,
                lyra!(s, "(c - d)*(b - a)/((c - a)*(b - d))", a, b, c, d)?,
            ),
            [a, b, c, ..] => (
                lyra!(s, "(t - a)/(b - a)", t, a, b)?,
                lyra!(s, "a + (b - a)*z", a, b, z)?,
                lyra!(s, "(b - a)/(c - a)", a, b, c)?,
            ),
            _ => unreachable!("there are three or four branch points"),
        };
        let slope = match roots {
            [a, b, _, d] => lyra!(s, "(a - d)*(b - d)/((t - d)^2*(b - a))", t, a, b, d)?,
            [a, b, ..] => lyra!(s, "1/(b - a)", a, b)?,
            _ => unreachable!("there are three or four branch points"),
        };
        let m = s.system("Together", [m].as_slice())?;
        Ok(Moebius { z: zt, slope, inverse, m })
    }

    /// The integral of R(z)/w z' times w scale, where `scale` is 1/(y z').
    fn legendre(
        &mut self,
        rational: &Value,
        z: &Value,
        moebius: &Moebius,
        sine: &Value,
        scale: &Value,
    ) -> Evaluated<Option<Value>> {
        let Some(fraction) = self.session.fraction_in(rational, z)? else { return Ok(None) };
        let Some((whole, parts)) = self.session.partial_fractions(&fraction)? else {
            return Ok(None);
        };
        let mut poles: Vec<Pole> = Vec::new();
        for part in &parts {
            let Some(found) = self.poles(part)? else { return Ok(None) };
            for (c, place, power) in found {
                let at = match poles.iter().position(|pole| pole.place == place) {
                    Some(at) => at,
                    None => {
                        poles.push(Pole { place, coefficients: Vec::new() });
                        poles.len() - 1
                    }
                };
                let own = &mut poles[at].coefficients;
                own.resize(own.len().max(power), Value::Integer(0));
                own[power - 1] = self.session.sum_of([own[power - 1].clone(), c])?;
            }
        }
        let mut reduced = Reduced { polynomial: whole.0.clone(), poles, algebraic: Args::new() };
        reduced.polynomial.resize(whole.0.len().max(2), Value::Integer(0));
        for place in 0..reduced.poles.len() {
            self.reduce_pole(&mut reduced, place, z, &moebius.m)?;
        }
        self.reduce_polynomial(&mut reduced, z, &moebius.m)?;
        self.in_legendre_form(&reduced, z, moebius, sine, scale).map(Some)
    }

    /// Takes away all powers of z above the first.
    fn reduce_polynomial(&mut self, of: &mut Reduced, z: &Value, m: &Value) -> Evaluated<()> {
        for n in (2..of.polynomial.len()).rev() {
            let c = of.polynomial[n].clone();
            if is_zero(&c) {
                continue;
            }
            let k = Value::Integer(n as i64 - 2);
            let a = lyra!(self.session, "c/(m*(k + 3/2))", c, m, k)?;
            let a = self.session.tidy(a)?;
            of.algebraic.push(lyra!(self.session, "a*z^k", a, z, k)?);
            let (low, middle) = (of.polynomial[n - 2].clone(), of.polynomial[n - 1].clone());
            let low = lyra!(self.session, "low - a*(k + 1/2)", low, a, k)?;
            let middle = lyra!(self.session, "middle + a*(1 + m)*(k + 1)", middle, a, m, k)?;
            of.polynomial[n - 2] = self.session.tidy(low)?;
            of.polynomial[n - 1] = self.session.tidy(middle)?;
        }
        of.polynomial.truncate(2);
        Ok(())
    }

    /// Takes away the powers of 1/(z - p) above the first, and the first as well where w is 0.
    fn reduce_pole(&mut self, of: &mut Reduced, at: usize, z: &Value, m: &Value) -> Evaluated<()> {
        let p = of.poles[at].place.clone();
        let s = &mut *self.session;
        let w = [
            lyra!(s, "p*(1 - p)*(1 - m*p)", p, m)?,
            lyra!(s, "1 - 2*(1 + m)*p + 3*m*p^2", p, m)?,
            lyra!(s, "3*m*p - 1 - m", p, m)?,
            m.clone(),
        ];
        let is_branch_point = is_zero(&w[0]) || vanishes(s, &w[0]) == Some(true);
        let last = if is_branch_point { 0 } else { 1 };
        for place in (last..of.poles[at].coefficients.len()).rev() {
            let c = std::mem::replace(&mut of.poles[at].coefficients[place], Value::Integer(0));
            if is_zero(&c) {
                continue;
            }
            let k = place as i64 + i64::from(is_branch_point);
            let (first, kv) = (usize::from(is_branch_point), Value::Integer(k));
            let (half, lead) = (fraction(first as i64, 2), &w[first]);
            let a = lyra!(self.session, "c/((half - kv)*lead)", c, half, kv, lead)?;
            let a = self.session.tidy(a)?;
            of.algebraic.push(lyra!(self.session, "a/(z - p)^kv", a, z, p, kv)?);
            for (j, coefficient) in w.iter().enumerate().skip(first + 1) {
                let power = j as i64 - k - 1;
                let half = fraction(j as i64, 2);
                let change =
                    lyra!(self.session, "-a*(half - kv)*coefficient", a, half, kv, coefficient)?;
                self.add_power(of, at, power, &change)?;
            }
        }
        Ok(())
    }

    /// Adds c (z - p)^power.
    fn add_power(&mut self, of: &mut Reduced, at: usize, power: i64, c: &Value) -> Evaluated<()> {
        if is_zero(c) {
            return Ok(());
        }
        let slot = match power {
            ..0 => &mut of.poles[at].coefficients[(-power - 1) as usize],
            _ => &mut of.polynomial[power as usize],
        };
        let sum = self.session.sum_of([slot.clone(), c.clone()])?;
        *slot = self.session.tidy(sum)?;
        if power == 1 {
            let (p, low) = (of.poles[at].place.clone(), of.polynomial[0].clone());
            of.polynomial[0] = lyra!(self.session, "low - c*p", low, c, p)?;
        }
        Ok(())
    }

    fn in_legendre_form(
        &mut self,
        of: &Reduced,
        z: &Value,
        moebius: &Moebius,
        sine: &Value,
        scale: &Value,
    ) -> Evaluated {
        let (m, zx) = (&moebius.m, &moebius.z);
        let phi = lyra!(self.session, "ArcSin[sine]", sine)?;
        let (c0, c1) = (&of.polynomial[0], &of.polynomial[1]);
        let mut sum = Args::new();
        let f = lyra!(self.session, "2*c0 + 2*c1/m", c0, c1, m)?;
        let f = self.session.tidy(f)?;
        if !is_zero(&f) && vanishes(self.session, &f) != Some(true) {
            sum.push(lyra!(self.session, "f*EllipticF[phi, m]", f, phi, m)?);
        }
        if !is_zero(c1) && vanishes(self.session, c1) != Some(true) {
            sum.push(lyra!(self.session, "-2*c1*EllipticE[phi, m]/m", c1, phi, m)?);
        }
        for pole in &of.poles {
            let Some(c) = pole.coefficients.first().filter(|c| !is_zero(c)) else { continue };
            let p = &pole.place;
            sum.push(lyra!(self.session, "-2*c/p*EllipticPi[1/p, phi, m]", c, p, phi, m)?);
        }
        let functions = self.session.sum_of(sum)?;
        let root = lyra!(self.session, "sine*Sqrt[1 - zx]*Sqrt[1 - m*zx]", sine, zx, m)?;
        let first = lyra!(self.session, "root*scale*functions", root, scale, functions)?;
        if of.algebraic.is_empty() {
            return Ok(first);
        }
        let algebraic = self.session.sum_of(of.algebraic.clone())?;
        let algebraic = self.session.put(&algebraic, z, zx)?;
        let square = lyra!(self.session, "zx*(1 - zx)*(1 - m*zx)", zx, m)?;
        let second = self.session.product_of(vec![algebraic, square, scale.clone()])?;
        self.session.sum_of([first, second])
    }
}

fn is_even(poly: &Poly) -> bool {
    poly.0.iter().skip(1).step_by(2).all(is_zero)
}

impl Integrator<'_> {
    /// R(x) q^e where q is a multiple of the square of a linear expression.
    pub(super) fn root_of_square(
        &mut self,
        base: &Poly,
        exponent: &Value,
        rational: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let (a, b, c) = (base.at(0), base.at(1), base.at(2));
        let discriminant = lyra!(self.session, "b^2 - 4*a*c", a, b, c)?;
        if !is_zero(&discriminant) && vanishes(self.session, &discriminant) != Some(true) {
            return Ok(None);
        }
        let linear = lyra!(self.session, "b + 2*c*x", b, c, x)?;
        let power = lyra!(self.session, "linear^(2*exponent)", linear, exponent)?;
        let f = self.session.product_of([rational.clone(), power.clone()])?;
        let Some(value) = self.integrate(&f, x)? else { return Ok(None) };
        let q = self.session.unpoly(base, x)?;
        let root = self.session.power_of(&q, exponent)?;
        self.session.evaluate(&times(vec![root, to_the(power, -1), value])).map(Some)
    }
}
