//! Integrals of rational functions: partial fractions by the given factors of the denominator
//! (Bronstein, "Symbolic Integration I", chapter 2), logarithms and arc tangents of the linear and
//! quadratic ones, sums over roots of the others.

use super::super::check::vanishes;
use super::super::formula::lyra;
use super::super::poly::Poly;
use super::super::terms::{is_free, is_zero};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// A fraction of polynomials, the denominator in factors.
#[derive(Debug, Clone)]
pub(crate) struct Fraction {
    pub(crate) top: Poly,
    pub(crate) bottom: Vec<(Poly, usize)>,
}

/// A term of a partial fraction expansion: a numerator of lower degree over a power of a factor.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) top: Poly,
    pub(crate) factor: Poly,
    pub(crate) power: usize,
}

impl Session {
    /// Reads a rational function of a variable.
    pub(crate) fn fraction_in(&mut self, of: &Value, x: &Value) -> Evaluated<Option<Fraction>> {
        if is_free(of, x) || of == x {
            let Some(top) = self.poly(of, x)? else { return Ok(None) };
            return Ok(Some(Fraction { top, bottom: Vec::new() }));
        }
        let Some(call) = of.as_call() else { return Ok(None) };
        match (call.head().as_symbol(), call.args()) {
            (Some(sym::Plus), terms) => {
                if let Some(top) = self.poly(of, x)? {
                    return Ok(Some(Fraction { top, bottom: Vec::new() }));
                }
                let mut sum: Option<Fraction> = None;
                for term in terms {
                    let Some(term) = self.fraction_in(term, x)? else { return Ok(None) };
                    sum = Some(match sum {
                        None => term,
                        Some(sum) => self.fraction_sum(&sum, &term)?,
                    });
                }
                Ok(sum)
            }
            (Some(sym::Times), args) => {
                let mut all =
                    Fraction { top: Poly::constant(Value::Integer(1)), bottom: Vec::new() };
                for arg in args {
                    let Some(factor) = self.fraction_in(arg, x)? else { return Ok(None) };
                    all.top = self.poly_product(&all.top, &factor.top)?;
                    for (poly, power) in factor.bottom {
                        merge(&mut all.bottom, poly, power);
                    }
                }
                Ok(Some(all))
            }
            (Some(sym::Power), [base, Value::Integer(exponent)]) if exponent.abs() <= 200 => {
                let Some(base) = self.fraction_in(base, x)? else { return Ok(None) };
                self.fraction_power(base, *exponent)
            }
            _ => Ok(None),
        }
    }

    fn fraction_power(&mut self, base: Fraction, exponent: i64) -> Evaluated<Option<Fraction>> {
        let power = exponent.unsigned_abs() as usize;
        let degree: usize = base.bottom.iter().map(|(poly, k)| poly.degree() * k).sum();
        if (degree + base.top.degree()) * power > 200 {
            return Ok(None);
        }
        let mut bottom_product = Poly::constant(Value::Integer(1));
        if exponent > 0 {
            let top = self.poly_power(&base.top, power)?;
            let bottom = base.bottom.into_iter().map(|(poly, k)| (poly, k * power)).collect();
            return Ok(Some(Fraction { top, bottom }));
        }
        for (poly, k) in &base.bottom {
            let factor = self.poly_power(poly, k * power)?;
            bottom_product = self.poly_product(&bottom_product, &factor)?;
        }
        if base.top.degree() == 0 {
            let Some(constant) = base.top.0.first() else { return Ok(None) };
            let scale = self.power_of(constant, &Value::Integer(exponent))?;
            let top = self.poly_scaled(&bottom_product, &scale)?;
            return Ok(Some(Fraction { top, bottom: Vec::new() }));
        }
        Ok(Some(Fraction { top: bottom_product, bottom: vec![(base.top, power)] }))
    }

    fn fraction_sum(&mut self, a: &Fraction, b: &Fraction) -> Evaluated<Fraction> {
        let mut bottom = a.bottom.clone();
        for (poly, power) in &b.bottom {
            match bottom.iter_mut().find(|(known, _)| known == poly) {
                Some((_, known)) => *known = (*known).max(*power),
                None => bottom.push((poly.clone(), *power)),
            }
        }
        let mut raise = |of: &Fraction| -> Evaluated<Poly> {
            let mut top = of.top.clone();
            for (poly, power) in &bottom {
                let own = of.bottom.iter().find(|(known, _)| known == poly).map_or(0, |(_, k)| *k);
                let factor = self.poly_power(poly, power - own)?;
                top = self.poly_product(&top, &factor)?;
            }
            Ok(top)
        };
        let (left, right) = (raise(a)?, raise(b)?);
        Ok(Fraction { top: self.poly_sum(&left, &right)?, bottom })
    }

    /// Returns the factors of a denominator, no two with a common root, and the constant by which
    /// their product has to be multiplied.
    fn separated(&mut self, bottom: &[(Poly, usize)]) -> Evaluated<(Vec<(Poly, usize)>, Value)> {
        let mut found: Vec<(Poly, usize)> = Vec::new();
        let mut constant = Value::Integer(1);
        for (poly, power) in bottom {
            let mut lead = Value::Integer(1);
            for (factor, times) in self.radical_factors(poly)? {
                let own = self.power_of(&factor.leading(), &Value::Integer(times as i64))?;
                lead = self.product_of([lead, own])?;
                merge(&mut found, factor, times * power);
            }
            let ratio = self.quotient_of(&poly.leading(), &lead)?;
            let ratio = self.power_of(&ratio, &Value::Integer(*power as i64))?;
            constant = self.product_of([constant, ratio])?;
        }
        Ok((found, constant))
    }

    /// Returns the polynomial part and the partial fractions of a rational function.
    pub(crate) fn partial_fractions(
        &mut self,
        of: &Fraction,
    ) -> Evaluated<Option<(Poly, Vec<Part>)>> {
        let (mut factors, mut constant) = self.separated(&of.bottom)?;
        if !self.make_coprime(&mut factors, &mut constant)? {
            return Ok(None);
        }
        let inverse = self.power_of(&constant, &Value::Integer(-1))?;
        let mut top = self.poly_scaled(&of.top, &inverse)?;
        // Cancel common factors that are linear.
        for (factor, power) in &mut factors {
            while *power > 0 {
                let (quotient, rest) = self.poly_divide(&top, factor)?;
                if !rest.is_zero() || top.is_zero() {
                    break;
                }
                top = quotient;
                *power -= 1;
            }
        }
        factors.retain(|(_, power)| *power > 0);
        let mut bottom = Poly::constant(Value::Integer(1));
        for (factor, power) in &factors {
            let raised = self.poly_power(factor, *power)?;
            bottom = self.poly_product(&bottom, &raised)?;
        }
        let (whole, top) = self.poly_divide(&top, &bottom)?;
        let mut parts = Vec::new();
        for (factor, power) in &factors {
            let raised = self.poly_power(factor, *power)?;
            let (rest, _) = self.poly_divide(&bottom, &raised)?;
            if !self.digits(&top, &rest, factor, *power, &mut parts)? {
                return Ok(None);
            }
        }
        Ok(Some((whole, parts)))
    }

    /// Splits factors that have roots in common; returns whether that could be done.
    fn make_coprime(
        &mut self,
        factors: &mut Vec<(Poly, usize)>,
        constant: &mut Value,
    ) -> Evaluated<bool> {
        for _ in 0..40 {
            let mut split = None;
            'pairs: for i in 0..factors.len() {
                for j in i + 1..factors.len() {
                    let common = self.poly_gcd(&factors[i].0, &factors[j].0)?;
                    if common.degree() > 0 {
                        split = Some((i, j, common));
                        break 'pairs;
                    }
                }
            }
            let Some((i, j, common)) = split else { return Ok(true) };
            let (second, first) = (factors.remove(j), factors.remove(i));
            for (poly, power) in [first, second] {
                let (rest, _) = self.poly_divide(&poly, &common)?;
                if rest.degree() > 0 {
                    factors.push((rest, power));
                } else {
                    let scale = self.power_of(&rest.leading(), &Value::Integer(power as i64))?;
                    *constant = self.product_of([constant.clone(), scale])?;
                }
                match factors.iter_mut().find(|(known, _)| *known == common) {
                    Some((_, known)) => *known += power,
                    None => factors.push((common.clone(), power)),
                }
            }
        }
        Ok(false)
    }

    /// The expansion of top/rest in powers of a factor, from the lowest one on.
    pub(crate) fn digits(
        &mut self,
        top: &Poly,
        rest: &Poly,
        factor: &Poly,
        power: usize,
        parts: &mut Vec<Part>,
    ) -> Evaluated<bool> {
        let Some(inverse) = self.poly_inverse(rest, factor)? else { return Ok(false) };
        let mut top = top.clone();
        for left in (1..=power).rev() {
            self.check_interrupt()?;
            let residue = self.poly_divide(&top, factor)?.1;
            let product = self.poly_product(&residue, &inverse)?;
            let digit = self.poly_divide(&product, factor)?.1;
            let used = self.poly_product(&digit, rest)?;
            let remaining = self.poly_difference(&top, &used)?;
            top = self.poly_divide(&remaining, factor)?.0;
            if !digit.is_zero() {
                parts.push(Part { top: digit, factor: factor.clone(), power: left });
            }
        }
        Ok(true)
    }

    /// Returns the integral of a rational function.
    pub(crate) fn rational_integral(
        &mut self,
        of: &Fraction,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let Some((whole, parts)) = self.partial_fractions(of)? else { return Ok(None) };
        let mut sum = vec![self.poly_integral(&whole, x)?];
        for part in &parts {
            match self.part_integral(part, x)? {
                Some(value) => sum.push(value),
                None => return Ok(None),
            }
        }
        self.sum_of(Args::from(sum)).map(Some)
    }

    pub(crate) fn poly_integral(&mut self, poly: &Poly, x: &Value) -> Evaluated {
        let mut terms = Args::new();
        for (power, a) in poly.0.iter().enumerate() {
            let n = Value::Integer(power as i64 + 1);
            terms.push(self.filled("a*x^n/n", &[("a", a), ("x", x), ("n", &n)]));
        }
        self.sum_of(terms)
    }

    pub(crate) fn part_integral(&mut self, part: &Part, x: &Value) -> Evaluated<Option<Value>> {
        match part.factor.degree() {
            1 => self.linear_part(part, x).map(Some),
            2 => self.quadratic_part(part, x).map(Some),
            _ => self.higher_part(part, x),
        }
    }

    fn linear_part(&mut self, part: &Part, x: &Value) -> Evaluated {
        let a = self.unpoly(&part.factor, x)?;
        let (b, c) = (part.factor.at(1), part.top.at(0));
        if part.power == 1 {
            return lyra!(self, "c*Log[a]/b", a, b, c);
        }
        let n = Value::Integer(part.power as i64 - 1);
        lyra!(self, "-c/(b*n*a^n)", a, b, c, n)
    }

    fn quadratic_part(&mut self, part: &Part, x: &Value) -> Evaluated {
        let q = self.unpoly(&part.factor, x)?;
        let (a, b, c) = (part.factor.at(0), part.factor.at(1), part.factor.at(2));
        let (d, e) = (part.top.at(0), part.top.at(1));
        // d + e x is e/(2c) of the derivative of the factor and a rest.
        let slope = lyra!(self, "e/(2*c)", e, c)?;
        let rest = lyra!(self, "d - slope*b", d, slope, b)?;
        let mut sum = Args::new();
        let n = Value::Integer(part.power as i64 - 1);
        if !is_zero(&slope) {
            sum.push(match part.power {
                1 => lyra!(self, "slope*Log[q]", slope, q)?,
                _ => lyra!(self, "-slope/(n*q^n)", slope, n, q)?,
            });
        }
        let is_zero = is_zero(&rest) || vanishes(self, &rest) == Some(true);
        if !is_zero {
            let inverse = self.inverse_quadratic(&a, &b, &c, part.power, &q, x)?;
            sum.push(self.product_of([rest, inverse])?);
        }
        self.sum_of(sum)
    }

    /// The integral of (a + b x + c x^2)^(-n).
    fn inverse_quadratic(
        &mut self,
        a: &Value,
        b: &Value,
        c: &Value,
        power: usize,
        q: &Value,
        x: &Value,
    ) -> Evaluated {
        let d = lyra!(self, "4*a*c - b^2", a, b, c)?;
        let d = self.tidy(d)?;
        if power == 1 {
            return self.arc_of_quadratic(a, b, c, &d, x);
        }
        let n = Value::Integer(power as i64 - 1);
        let lower = self.inverse_quadratic(a, b, c, power - 1, q, x)?;
        lyra!(self, "(b + 2*c*x)/(n*d*q^n) + 2*c*(2*n - 1)/(n*d)*lower", a, b, c, d, n, q, x, lower)
    }

    fn arc_of_quadratic(
        &mut self,
        a: &Value,
        b: &Value,
        c: &Value,
        d: &Value,
        x: &Value,
    ) -> Evaluated {
        let sign = self.machine_value(d)?;
        if is_zero(b) {
            let ratio = self.quotient_of(c, a)?;
            let is_negative = match self.machine_value(&ratio)? {
                Some(ratio) => ratio < 0.0,
                None => is_minus(&ratio),
            };
            if is_negative {
                return match number::is_negative(c) || is_minus(c) {
                    true => lyra!(self, "ArcTanh[Sqrt[-c]*x/Sqrt[a]]/(Sqrt[a]*Sqrt[-c])", a, c, x),
                    false => {
                        lyra!(self, "-ArcTanh[Sqrt[c]*x/Sqrt[-a]]/(Sqrt[-a]*Sqrt[c])", a, c, x)
                    }
                };
            }
            let (a, c, sign) = match self.machine_value(a)?.is_some_and(|a| a < 0.0) || is_minus(a)
            {
                true => (negated(self, a)?, negated(self, c)?, Value::Integer(-1)),
                false => (a.clone(), c.clone(), Value::Integer(1)),
            };
            return lyra!(self, "sign*ArcTan[Sqrt[c]*x/Sqrt[a]]/(Sqrt[a]*Sqrt[c])", a, c, x, sign);
        }
        match sign {
            Some(sign) if sign > 0.0 => {
                lyra!(self, "2*ArcTan[(b + 2*c*x)/Sqrt[d]]/Sqrt[d]", b, c, d, x)
            }
            _ => {
                let e = negated(self, d)?;
                lyra!(self, "-2*ArcTanh[(b + 2*c*x)/Sqrt[e]]/Sqrt[e]", b, c, e, x)
            }
        }
    }

    /// A factor of degree 3 or more: powers are reduced by Hermite's method, the rest is a sum of
    /// logarithms over the roots.
    fn higher_part(&mut self, part: &Part, x: &Value) -> Evaluated<Option<Value>> {
        let mut sum = Args::new();
        let mut top = part.top.clone();
        let derivative = self.poly_derivative(&part.factor)?;
        let Some(inverse) = self.poly_inverse(&derivative, &part.factor)? else { return Ok(None) };
        let q = self.unpoly(&part.factor, x)?;
        for power in (2..=part.power).rev() {
            // top = s f + t f'
            let product = self.poly_product(&top, &inverse)?;
            let t = self.poly_divide(&product, &part.factor)?.1;
            let used = self.poly_product(&t, &derivative)?;
            let rest = self.poly_difference(&top, &used)?;
            let s = self.poly_divide(&rest, &part.factor)?.0;
            let n = Value::Integer(power as i64 - 1);
            let w = self.unpoly(&t, x)?;
            sum.push(lyra!(self, "-w/(n*q^n)", w, n, q)?);
            let slope = self.poly_derivative(&t)?;
            let slope =
                self.poly_scaled(&slope, &super::super::terms::fraction(1, power as i64 - 1))?;
            top = self.poly_sum(&s, &slope)?;
        }
        if top.is_zero() {
            return self.sum_of(sum).map(Some);
        }
        let Some(logs) = self.root_logs(&top, &part.factor, x)? else { return Ok(None) };
        sum.push(logs);
        self.sum_of(sum).map(Some)
    }
}

/// Returns whether an expression is written with a minus.
pub(crate) fn is_minus(value: &Value) -> bool {
    if value.is_number() {
        return number::is_negative(value);
    }
    match value.args_of(sym::Times) {
        Some(factors) => factors.first().is_some_and(number::is_negative),
        None => value.args_of(sym::Plus).is_some_and(|terms| terms.iter().all(is_minus)),
    }
}

fn negated(session: &mut Session, value: &Value) -> Evaluated {
    session.product_of([Value::Integer(-1), value.clone()])
}

impl Session {
    /// The sum of residue times logarithm over the roots of a factor.
    fn root_logs(&mut self, top: &Poly, factor: &Poly, x: &Value) -> Evaluated<Option<Value>> {
        let derivative = self.poly_derivative(factor)?;
        if let Some(roots) = self.poly_roots(factor)? {
            let mut sum = Args::new();
            for root in roots {
                let (a, b) = (self.poly_at(top, &root)?, self.poly_at(&derivative, &root)?);
                sum.push(lyra!(self, "a*Log[x - root]/b", a, b, x, root)?);
            }
            return self.sum_of(sum).map(Some);
        }
        let slot = Value::call(sym::Slot, [Value::Integer(1)].as_slice());
        let function = |body: Value| Value::call(sym::Function, [body].as_slice());
        let polynomial = function(self.unpoly(factor, &slot)?);
        let (a, b) = (self.unpoly(top, &slot)?, self.unpoly(&derivative, &slot)?);
        let body = function(lyra!(self, "a*Log[x - slot]/b", a, b, x, slot)?);
        Ok(Some(Value::call(sym::RootSum, [polynomial, body])))
    }
}

/// Adds a factor to others, equal ones together.
fn merge(factors: &mut Vec<(Poly, usize)>, factor: Poly, power: usize) {
    match factors.iter_mut().find(|(known, _)| *known == factor) {
        Some((_, known)) => *known += power,
        None => factors.push((factor, power)),
    }
}
