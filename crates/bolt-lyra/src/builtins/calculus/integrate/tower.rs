//! Integrals of polynomials and powers of x times rational functions of exponentials of x.
//!
//! All exponentials, trigonometric and hyperbolic functions of linear arguments are written in one
//! exponential E with E' = k E. Powers of E are integrated by parts; over a pole E - r stand a
//! logarithm and polylogarithms of E/r (Lewin, "Polylogarithms and Associated Functions").

use super::super::formula::lyra;
use super::super::poly::Poly;
use super::super::terms::{
    base_and_exponent, factors, is_free, is_integer, is_zero, small_fraction,
};
use super::Integrator;
use super::rational::Part;
use super::substitution::gcd;
use crate::builtins::arithmetic::{plus, times};
use crate::number;
use crate::session::Evaluated;
use crate::symbol::sym;
use crate::value::{Args, Value};

/// The largest denominator of a ratio of logarithms, as of 4 and 8.
const MOST_DENOMINATOR: i64 = 12;

/// An integrand in terms of one exponential.
struct Tower {
    /// The factors without the exponential.
    outer: Vec<Value>,
    /// The factors in the exponential alone, as a function of the symbol for it.
    inner: Value,
    /// The symbol for the exponential, and its logarithmic derivative.
    symbol: Value,
    k: Value,
    /// Symbols for what is constant between branch points, as (b^x)^n/b^(n x), and their values.
    constants: Vec<(Value, Value)>,
}

impl Integrator<'_> {
    pub(super) fn by_exponentials(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let Some(tower) = self.tower(f, x)? else { return Ok(None) };
        let (e, k) = (&tower.symbol, &tower.k);
        let Some(result) = self.in_tower(&tower, x)? else { return Ok(None) };
        let value = lyra!(self.session, "E^(k*x)", k, x)?;
        let mut result = self.session.put(&result, e, &value)?;
        for (symbol, value) in &tower.constants {
            result = self.session.put(&result, symbol, value)?;
        }
        Ok(Some(result))
    }

    fn in_tower(&mut self, tower: &Tower, x: &Value) -> Evaluated<Option<Value>> {
        let outer = self.session.product_of(Args::from(tower.outer.clone()))?;
        let Some(inner) = self.session.fraction_in(&tower.inner, &tower.symbol)? else {
            return match is_free(&outer, x) {
                true => self.function_of_exponential(&outer, tower),
                false => Ok(None),
            };
        };
        let Some((whole, parts)) = self.session.partial_fractions(&inner)? else { return Ok(None) };
        match self.session.poly(&outer, x)? {
            Some(poly) => match self.poly_times_exponential(&poly, &whole, &parts, tower, x)? {
                None if poly.degree() == 0 => self.function_of_exponential(&outer, tower),
                found => Ok(found),
            },
            None => self.power_times_exponential(&outer, &whole, &parts, tower, x),
        }
    }

    /// The exponential itself is the variable: dx = dE/(k E).
    fn function_of_exponential(
        &mut self,
        outer: &Value,
        tower: &Tower,
    ) -> Evaluated<Option<Value>> {
        let (e, k, inner) = (&tower.symbol, &tower.k, &tower.inner);
        let g = lyra!(self.session, "outer*inner/(k*e)", outer, inner, e, k)?;
        self.integrate(&g, e)
    }

    /// Writes an integrand in terms of one exponential.
    fn tower(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Tower>> {
        let mut slopes = Vec::new();
        if !self.slopes(f, x, &mut slopes)? || slopes.is_empty() {
            return Ok(None);
        }
        let Some(k) = self.common_slope(&slopes)? else { return Ok(None) };
        let symbol = self.fresh();
        let empty = Value::Integer(1);
        let mut tower = Tower { outer: Vec::new(), inner: empty, symbol, k, constants: Vec::new() };
        let mut inner = Args::new();
        for factor in factors(f) {
            let Some(written) = self.in_exponential(factor, x, &mut tower)? else {
                return Ok(None);
            };
            match (is_free(&written, x), is_free(&written, &tower.symbol)) {
                (true, _) => inner.push(written),
                (_, true) => tower.outer.push(written),
                _ => return Ok(None),
            }
        }
        tower.inner = self.session.product_of(inner)?;
        Ok(Some(tower))
    }

    /// Collects the slopes of the exponents; false if an exponent is not linear.
    fn slopes(&mut self, f: &Value, x: &Value, found: &mut Vec<Value>) -> Evaluated<bool> {
        if is_free(f, x) || f == x {
            return Ok(true);
        }
        let Some(call) = f.as_call() else { return Ok(false) };
        let Some(head) = call.head().as_symbol() else { return Ok(false) };
        match (head, call.args()) {
            (sym::Power, [base, exponent]) if is_free(base, x) => {
                let Some(poly) = self.session.poly(exponent, x)? else { return Ok(false) };
                if poly.degree() != 1 {
                    return Ok(false);
                }
                let slope = poly.at(1);
                found.push(lyra!(self.session, "slope*Log[base]", slope, base)?);
                Ok(true)
            }
            (_, [inner]) if circular(head).is_some() => {
                let Some(poly) = self.session.poly(inner, x)? else { return Ok(false) };
                if poly.degree() != 1 {
                    return Ok(false);
                }
                let slope = poly.at(1);
                found.push(match circular(head) {
                    Some((_, true)) => lyra!(self.session, "I*slope", slope)?,
                    _ => slope,
                });
                Ok(true)
            }
            (sym::Power, [base, exponent])
                if !is_integer(exponent)
                    && is_free(exponent, x)
                    && let Some(slope) = self.slope_of_exponentials(base, x)? =>
            {
                found.push(self.session.product_of([slope, exponent.clone()])?);
                Ok(true)
            }
            // Inside of other functions of x there is none but the exponential.
            (_, args) => {
                for arg in args {
                    if !self.slopes(arg, x, found)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }

    /// The logarithmic derivative of a product of exponentials of linear arguments.
    fn slope_of_exponentials(&mut self, of: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut sum = Args::new();
        for factor in factors(of) {
            if is_free(factor, x) {
                continue;
            }
            let Some([base, exponent]) = factor.exactly(sym::Power) else { return Ok(None) };
            let slope = if is_free(base, x) {
                let Some(poly) = self.session.poly(exponent, x)? else { return Ok(None) };
                if poly.degree() != 1 {
                    return Ok(None);
                }
                let slope = poly.at(1);
                lyra!(self.session, "slope*Log[base]", slope, base)?
            } else {
                let Some(inner) = self.slope_of_exponentials(base, x)? else { return Ok(None) };
                if !is_free(exponent, x) {
                    return Ok(None);
                }
                self.session.product_of([inner, exponent.clone()])?
            };
            sum.push(slope);
        }
        match sum.is_empty() {
            true => Ok(None),
            false => self.session.sum_of(sum).map(Some),
        }
    }

    /// Returns k such that all slopes are integer multiples of it.
    fn common_slope(&mut self, slopes: &[Value]) -> Evaluated<Option<Value>> {
        let first = slopes[0].clone();
        let (mut top, mut bottom) = (0i64, 1i64);
        for slope in slopes {
            let ratio = self.session.quotient_of(slope, &first)?;
            let ratio = self.whole(ratio)?;
            let Some((p, q)) = small_fraction(&ratio) else { return Ok(None) };
            // gcd(top/bottom, p/q)
            let denominator = bottom / gcd(bottom, q) * q;
            top = gcd(top * (denominator / bottom), p * (denominator / q));
            bottom = denominator;
            if bottom > 1000 || top > 1000 {
                return Ok(None);
            }
        }
        let ratio = super::super::terms::fraction(top, bottom);
        self.session.product_of([first, ratio]).map(Some)
    }

    /// Writes a factor in the symbol e for E^(k x).
    fn in_exponential(
        &mut self,
        f: &Value,
        x: &Value,
        tower: &mut Tower,
    ) -> Evaluated<Option<Value>> {
        if is_free(f, x) || f == x {
            return Ok(Some(f.clone()));
        }
        let Some(call) = f.as_call() else { return Ok(None) };
        let Some(head) = call.head().as_symbol() else { return Ok(None) };
        let (e, k) = (&tower.symbol, &tower.k);
        match (head, call.args()) {
            (sym::Power, [base, exponent]) if is_free(base, x) => {
                let Some(poly) = self.session.poly(exponent, x)? else { return Ok(None) };
                let (a, b) = (poly.at(0), poly.at(1));
                let n = lyra!(self.session, "b*Log[base]/k", b, base, k)?;
                let n = self.whole(n)?;
                lyra!(self.session, "base^a*e^n", base, a, e, n).map(Some)
            }
            (_, [inner]) if circular(head).is_some() => {
                let Some((text, is_circular)) = circular(head) else { return Ok(None) };
                let Some(poly) = self.session.poly(inner, x)? else { return Ok(None) };
                let (a, b) = (poly.at(0), poly.at(1));
                let (a, n) = match is_circular {
                    true => (lyra!(self.session, "I*a", a)?, lyra!(self.session, "I*b/k", b, k)?),
                    false => (a, lyra!(self.session, "b/k", b, k)?),
                };
                let n = self.whole(n)?;
                let v = lyra!(self.session, "E^a*e^n", a, e, n)?;
                self.session.evaluate_formula(text, &[("v", &v)]).map(Some)
            }
            (sym::Power, [base, exponent])
                if !is_integer(exponent)
                    && is_free(exponent, x)
                    && let Some(slope) = self.slope_of_exponentials(base, x)? =>
            {
                let n = lyra!(self.session, "slope*exponent/k", slope, exponent, k)?;
                let n = self.whole(n)?;
                let constant = self.fresh();
                let value = lyra!(self.session, "f/E^(n*k*x)", f, n, k, x)?;
                let written = lyra!(self.session, "constant*e^n", constant, e, n)?;
                tower.constants.push((constant, value));
                Ok(Some(written))
            }
            (head, args) => {
                let mut parts = Args::new();
                for arg in args {
                    let Some(part) = self.in_exponential(arg, x, tower)? else { return Ok(None) };
                    parts.push(part);
                }
                self.session.evaluate(&Value::call(head, parts)).map(Some)
            }
        }
    }

    /// Brings a ratio that is a rational number to that number, also one of logarithms.
    fn whole(&mut self, ratio: Value) -> Evaluated {
        if ratio.is_number() {
            return Ok(ratio);
        }
        let ratio = self.session.system("Together", [ratio].as_slice())?;
        if ratio.is_number() {
            return Ok(ratio);
        }
        let Some(value) = self.session.machine_value(&ratio)? else { return Ok(ratio) };
        let near = (1..=MOST_DENOMINATOR).find_map(|q| {
            let p = (value * q as f64).round();
            ((value * q as f64 - p).abs() < 1e-13 * p.abs() && p.abs() < 1e3)
                .then(|| super::super::terms::fraction(p as i64, q))
        });
        Ok(near.unwrap_or(ratio))
    }

    fn poly_times_exponential(
        &mut self,
        poly: &Poly,
        whole: &Poly,
        parts: &[Part],
        tower: &Tower,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        if poly.degree() > 12 {
            return Ok(None);
        }
        let mut sum = Args::new();
        for (power, c) in whole.0.iter().enumerate().filter(|(_, c)| !is_zero(c)) {
            let value = self.poly_times_power(poly, power as i64, tower, x)?;
            sum.push(self.session.product_of([c.clone(), value])?);
        }
        for part in parts {
            if part.factor == Poly::variable() {
                let value = self.poly_times_power(poly, -(part.power as i64), tower, x)?;
                sum.push(self.session.product_of([part.top.at(0), value])?);
                continue;
            }
            for (c, root, power) in match self.poles(part)? {
                Some(poles) => poles,
                None => return Ok(None),
            } {
                let value = self.over_pole(poly, &root, power, tower, x)?;
                sum.push(self.session.product_of([c, value])?);
            }
        }
        self.session.sum_of(sum).map(Some)
    }

    /// Splits a partial fraction into those over the roots of its factor: c/(e - root)^power.
    pub(super) fn poles(&mut self, part: &Part) -> Evaluated<Option<Vec<(Value, Value, usize)>>> {
        let Some(roots) = self.session.poly_roots(&part.factor)? else { return Ok(None) };
        let lead = part.factor.leading();
        let n = Value::Integer(part.power as i64);
        if roots.len() == 1 {
            let c = part.top.at(0);
            let c = lyra!(self.session, "c/lead^n", c, lead, n)?;
            return Ok(Some(vec![(c, roots[0].clone(), part.power)]));
        }
        let mut linear = Vec::new();
        for root in &roots {
            linear.push(Poly(vec![lyra!(self.session, "-root", root)?, Value::Integer(1)]));
        }
        let scale = lyra!(self.session, "1/lead^n", lead, n)?;
        let top = self.session.poly_scaled(&part.top, &scale)?;
        let mut found = Vec::new();
        for (place, root) in roots.iter().enumerate() {
            let mut rest = Poly::constant(Value::Integer(1));
            for (other, factor) in linear.iter().enumerate() {
                if other != place {
                    let raised = self.session.poly_power(factor, part.power)?;
                    rest = self.session.poly_product(&rest, &raised)?;
                }
            }
            let mut pieces = Vec::new();
            if !self.session.digits(&top, &rest, &linear[place], part.power, &mut pieces)? {
                return Ok(None);
            }
            found.extend(pieces.into_iter().map(|p| (p.top.at(0), root.clone(), p.power)));
        }
        Ok(Some(found))
    }

    /// P(x) E^j
    fn poly_times_power(&mut self, poly: &Poly, j: i64, tower: &Tower, x: &Value) -> Evaluated {
        if j == 0 {
            return self.session.poly_integral(poly, x);
        }
        let (e, k, j) = (&tower.symbol, &tower.k, Value::Integer(j));
        let mut derivative = poly.clone();
        let mut sum = Args::new();
        let mut i = 0i64;
        while !derivative.is_zero() {
            let (p, n) = (self.session.unpoly(&derivative, x)?, Value::Integer(i));
            sum.push(lyra!(self.session, "(-1)^n*p*e^j/(j*k)^(n + 1)", p, e, j, k, n)?);
            derivative = self.session.poly_derivative(&derivative)?;
            i += 1;
        }
        self.session.sum_of(sum)
    }

    /// P(x)/(E - r)^n
    fn over_pole(
        &mut self,
        poly: &Poly,
        r: &Value,
        power: usize,
        tower: &Tower,
        x: &Value,
    ) -> Evaluated {
        self.session.check_interrupt()?;
        if poly.is_zero() {
            return Ok(Value::Integer(0));
        }
        let (e, k) = (tower.symbol.clone(), tower.k.clone());
        if power == 1 {
            let plain = self.session.poly_integral(poly, x)?;
            let mut derivative = poly.clone();
            let mut sum = Args::new();
            let mut i = 0i64;
            while !derivative.is_zero() {
                let (p, n) = (self.session.unpoly(&derivative, x)?, Value::Integer(i));
                sum.push(match i {
                    0 => lyra!(self.session, "p*Log[1 - e/r]/k", p, e, r, k)?,
                    _ => lyra!(
                        self.session,
                        "-(-1)^n*p*PolyLog[n + 1, e/r]/k^(n + 1)",
                        p,
                        e,
                        r,
                        k,
                        n
                    )?,
                });
                derivative = self.session.poly_derivative(&derivative)?;
                i += 1;
            }
            let logs = self.session.sum_of(sum)?;
            return lyra!(self.session, "(logs - plain)/r", logs, plain, r);
        }
        // P E/(E - r)^n by parts.
        let derivative = self.session.poly_derivative(poly)?;
        let inner = self.over_pole(&derivative, r, power - 1, tower, x)?;
        let lower = self.over_pole(poly, r, power - 1, tower, x)?;
        let (p, n) = (self.session.unpoly(poly, x)?, Value::Integer(power as i64 - 1));
        lyra!(self.session, "((inner - p/(e - r)^n)/(n*k) - lower)/r", inner, p, e, r, n, k, lower)
    }

    /// (a + b x)^p times a Laurent polynomial in the exponential.
    fn power_times_exponential(
        &mut self,
        outer: &Value,
        whole: &Poly,
        parts: &[Part],
        tower: &Tower,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        if parts.iter().any(|part| part.factor != Poly::variable()) {
            return Ok(None);
        }
        let Some(pieces) = self.linear_powers(outer, x)? else { return Ok(None) };
        let above = whole.0.iter().enumerate().map(|(j, c)| (j as i64, c.clone()));
        let below = parts.iter().map(|part| (-(part.power as i64), part.top.at(0)));
        let powers: Vec<(i64, Value)> = above.chain(below).filter(|(_, c)| !is_zero(c)).collect();
        let mut sum = Args::new();
        for (coefficient, (a, b), p) in &pieces {
            let base = lyra!(self.session, "a + b*x", a, b, x)?;
            for (j, c) in &powers {
                let j = Value::Integer(*j);
                let value = if is_zero(&j) {
                    match p {
                        Value::Integer(-1) => lyra!(self.session, "Log[base]/b", base, b)?,
                        _ => lyra!(self.session, "base^(p + 1)/(b*(p + 1))", base, b, p)?,
                    }
                } else {
                    self.power_of_linear_times_exponential(a, b, p, &j, tower, &base)?
                };
                sum.push(
                    self.session.product_of([coefficient.clone(), c.clone(), value].to_vec())?,
                );
            }
        }
        self.session.sum_of(sum).map(Some)
    }

    fn power_of_linear_times_exponential(
        &mut self,
        a: &Value,
        b: &Value,
        p: &Value,
        j: &Value,
        tower: &Tower,
        base: &Value,
    ) -> Evaluated {
        let (e, k) = (&tower.symbol, &tower.k);
        let s = lyra!(self.session, "j*k", j, k)?;
        if let Value::Integer(n @ ..=-1) = p {
            let t = lyra!(self.session, "s*base/b", s, base, b)?;
            let mut value = lyra!(self.session, "ExpIntegralEi[t]/(b*E^(s*a/b))", s, a, b, t)?;
            for m in 1..-n {
                let m = Value::Integer(m);
                value = lyra!(
                    self.session,
                    "(s*value - e^j/base^m)/(m*b)",
                    s,
                    value,
                    e,
                    j,
                    base,
                    m,
                    b
                )?;
            }
            return Ok(value);
        }
        if let Value::Integer(n @ 0..=40) = p {
            let mut value = lyra!(self.session, "e^j/s", e, j, s)?;
            for m in 1..=*n {
                let m = Value::Integer(m);
                value =
                    lyra!(self.session, "(e^j*base^m - m*b*value)/s", e, j, s, base, m, b, value)?;
            }
            return Ok(value);
        }
        lyra!(
            self.session,
            "base^p*Gamma[p + 1, -s*base/b]/(s*E^(s*a/b)*(-s*base/b)^p)",
            a,
            b,
            p,
            s,
            base
        )
    }

    /// Reads a sum of multiples of powers of linear expressions: c (a + b x)^p.
    #[expect(clippy::type_complexity, reason = "three parts of a term")]
    fn linear_powers(
        &mut self,
        outer: &Value,
        x: &Value,
    ) -> Evaluated<Option<Vec<(Value, (Value, Value), Value)>>> {
        let mut base: Option<(Poly, Value)> = None;
        let mut rest = Args::new();
        for factor in factors(outer) {
            let (own, exponent) = base_and_exponent(factor);
            let is_plain = is_integer(&exponent) && !number::is_negative(&exponent);
            if is_free(factor, x) || is_plain {
                rest.push(factor.clone());
                continue;
            }
            let Some(poly) = self.session.poly(&own, x)? else { return Ok(None) };
            if !is_free(&exponent, x) {
                return Ok(None);
            }
            if poly.degree() != 1 || base.is_some() {
                return self.linear_powers_by_fractions(outer, x);
            }
            base = Some((poly, exponent));
        }
        let rest = self.session.product_of(rest)?;
        let Some((poly, p)) = base else { return Ok(None) };
        let (a, b) = (poly.at(0), poly.at(1));
        let u = self.fresh();
        let inner = lyra!(self.session, "(u - a)/b", a, b, u)?;
        let shifted = self.session.put(&rest, x, &inner)?;
        let Some(shifted) = self.session.poly(&shifted, &u)? else { return Ok(None) };
        let mut found = Vec::new();
        for (i, c) in shifted.0.iter().enumerate().filter(|(_, c)| !is_zero(c)) {
            let power = self.session.evaluate(&plus([p.clone(), Value::Integer(i as i64)]))?;
            found.push((c.clone(), (a.clone(), b.clone()), power));
        }
        Ok(Some(found))
    }

    #[expect(clippy::type_complexity, reason = "three parts of a term")]
    fn linear_powers_by_fractions(
        &mut self,
        outer: &Value,
        x: &Value,
    ) -> Evaluated<Option<Vec<(Value, (Value, Value), Value)>>> {
        let Some(fraction) = self.session.fraction_in(outer, x)? else { return Ok(None) };
        let Some((whole, parts)) = self.session.partial_fractions(&fraction)? else {
            return Ok(None);
        };
        let mut found = Vec::new();
        let (zero, one) = (Value::Integer(0), Value::Integer(1));
        for (i, c) in whole.0.iter().enumerate().filter(|(_, c)| !is_zero(c)) {
            found.push((c.clone(), (zero.clone(), one.clone()), Value::Integer(i as i64)));
        }
        for part in &parts {
            let Some(poles) = self.poles(part)? else { return Ok(None) };
            for (c, root, power) in poles {
                let low = lyra!(self.session, "-root", root)?;
                found.push((c, (low, one.clone()), Value::Integer(-(power as i64))));
            }
        }
        Ok(Some(found))
    }

    /// Writes products of sines and cosines of linear arguments as a sum of them.
    pub(super) fn by_product_to_sum(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let (mut trig, mut rest) = (Vec::new(), Args::new());
        for factor in factors(f) {
            let (base, exponent) = base_and_exponent(factor);
            let head = base.as_call().and_then(|call| call.head().as_symbol());
            match (head, &exponent) {
                (Some(sym::Sin | sym::Cos | sym::Sinh | sym::Cosh), Value::Integer(n @ 1..=12))
                    if !is_free(&base, x) =>
                {
                    trig.extend(std::iter::repeat_n(base, *n as usize));
                }
                _ => rest.push(factor.clone()),
            }
        }
        if trig.len() < 2 {
            return Ok(None);
        }
        let mut sum = trig[0].clone();
        for other in &trig[1..] {
            let mut terms = Args::new();
            for term in super::super::terms::terms(&sum).to_vec() {
                match self.trig_product(&term, other)? {
                    Some(product) => terms.push(product),
                    None => return Ok(None),
                }
            }
            sum = self.session.sum_of(terms)?;
        }
        let mut parts = Args::new();
        for term in super::super::terms::terms(&sum).to_vec() {
            let all: Args = rest.iter().cloned().chain([term]).collect();
            let term = self.session.evaluate(&times(all))?;
            let Some(value) = self.integrate(&term, x)? else { return Ok(None) };
            parts.push(value);
        }
        self.session.sum_of(parts).map(Some)
    }

    /// The product of c times a function with another one as a sum.
    fn trig_product(&mut self, term: &Value, other: &Value) -> Evaluated<Option<Value>> {
        let is_trig = |value: &Value| {
            value
                .as_call()
                .and_then(|call| call.head().as_symbol())
                .is_some_and(|head| matches!(head, sym::Sin | sym::Cos | sym::Sinh | sym::Cosh))
        };
        let (own, constant): (Args, Args) = factors(term).iter().cloned().partition(is_trig);
        let c = self.session.product_of(constant)?;
        let Some(own) = own.first() else {
            return self.session.product_of([c, other.clone()]).map(Some);
        };
        let take = |value: &Value| {
            let call = value.as_call()?;
            Some((call.head().as_symbol()?, call.args().first()?.clone()))
        };
        let (Some((f, a)), Some((g, b))) = (take(own), take(other)) else { return Ok(None) };
        let s = &mut *self.session;
        let sum = match (f, g) {
            (sym::Sin, sym::Sin) => lyra!(s, "c*(Cos[a - b] - Cos[a + b])/2", a, b, c)?,
            (sym::Cos, sym::Cos) => lyra!(s, "c*(Cos[a - b] + Cos[a + b])/2", a, b, c)?,
            (sym::Sin, sym::Cos) => lyra!(s, "c*(Sin[a - b] + Sin[a + b])/2", a, b, c)?,
            (sym::Cos, sym::Sin) => lyra!(s, "c*(Sin[b - a] + Sin[a + b])/2", a, b, c)?,
            (sym::Sinh, sym::Sinh) => lyra!(s, "c*(Cosh[a + b] - Cosh[a - b])/2", a, b, c)?,
            (sym::Cosh, sym::Cosh) => lyra!(s, "c*(Cosh[a + b] + Cosh[a - b])/2", a, b, c)?,
            (sym::Sinh, sym::Cosh) => lyra!(s, "c*(Sinh[a + b] + Sinh[a - b])/2", a, b, c)?,
            (sym::Cosh, sym::Sinh) => lyra!(s, "c*(Sinh[a + b] + Sinh[b - a])/2", a, b, c)?,
            _ => return Ok(None),
        };
        self.session.evaluate(&expanded_sum(sum)).map(Some)
    }

    /// (a + b x)^n times a sine or cosine of a linear argument.
    pub(super) fn power_times_trig(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let (mut function, mut rest) = (None, Args::new());
        for factor in factors(f) {
            let head = factor.as_call().and_then(|call| call.head().as_symbol());
            match head {
                Some(sym::Sin | sym::Cos | sym::Sinh | sym::Cosh) if function.is_none() => {
                    function = Some(factor.clone());
                }
                _ => rest.push(factor.clone()),
            }
        }
        let Some(function) = function else { return Ok(None) };
        let Some(call) = function.as_call() else { return Ok(None) };
        let (Some(head), [inner]) = (call.head().as_symbol(), call.args()) else { return Ok(None) };
        let Some(poly) = self.session.poly(inner, x)? else { return Ok(None) };
        let outer = self.session.product_of(rest)?;
        if poly.degree() != 1 {
            return Ok(None);
        }
        let (a, b) = (poly.at(0), poly.at(1));
        if let Some(outer) = self.session.poly(&outer, x)? {
            return self.poly_times_trig(&outer, head, &b, inner, x).map(Some);
        }
        self.trig_over_power(&outer, head, &a, &b, x)
    }

    fn poly_times_trig(
        &mut self,
        poly: &Poly,
        head: crate::symbol::Symbol,
        b: &Value,
        u: &Value,
        x: &Value,
    ) -> Evaluated {
        let is_circular = matches!(head, sym::Sin | sym::Cos);
        let mut derivative = poly.clone();
        let mut sum = Args::new();
        // The functions follow each other: cos, sin, -cos, -sin; cosh, sinh.
        let mut turn = match head {
            sym::Sin | sym::Sinh => 0,
            _ => 1,
        };
        let mut n = 1i64;
        while !derivative.is_zero() {
            let (p, k) = (self.session.unpoly(&derivative, x)?, Value::Integer(n));
            let s = &mut *self.session;
            sum.push(match (is_circular, turn % 4) {
                (true, 0) => lyra!(s, "-p*Cos[u]/b^k", p, u, b, k)?,
                (true, 1) => lyra!(s, "p*Sin[u]/b^k", p, u, b, k)?,
                (true, 2) => lyra!(s, "p*Cos[u]/b^k", p, u, b, k)?,
                (true, _) => lyra!(s, "-p*Sin[u]/b^k", p, u, b, k)?,
                (false, 0 | 2) => lyra!(s, "-(-1)^k*p*Cosh[u]/b^k", p, u, b, k)?,
                (false, _) => lyra!(s, "-(-1)^k*p*Sinh[u]/b^k", p, u, b, k)?,
            });
            derivative = self.session.poly_derivative(&derivative)?;
            n += 1;
            turn += 1;
        }
        self.session.sum_of(sum)
    }

    /// Negative whole powers of a linear expression: sine and cosine integrals.
    fn trig_over_power(
        &mut self,
        outer: &Value,
        head: crate::symbol::Symbol,
        a: &Value,
        b: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let Some(pieces) = self.linear_powers(outer, x)? else { return Ok(None) };
        let mut sum = Args::new();
        for (coefficient, (c, d), p) in &pieces {
            let Value::Integer(n @ ..=-1) = p else { return Ok(None) };
            let base = lyra!(self.session, "c + d*x", c, d, x)?;
            let u = lyra!(self.session, "a + b*x", a, b, x)?;
            // a + b x = t + z with z = b (c + d x)/d
            let z = lyra!(self.session, "b*base/d", b, base, d)?;
            let t = lyra!(self.session, "a - b*c/d", a, b, c, d)?;
            let value = self.iterated_over_power(head, -n, &base, &u, &z, &t, b, d)?;
            sum.push(self.session.product_of([coefficient.clone(), value])?);
        }
        self.session.sum_of(sum).map(Some)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one formula")]
    fn iterated_over_power(
        &mut self,
        head: crate::symbol::Symbol,
        n: i64,
        base: &Value,
        u: &Value,
        z: &Value,
        t: &Value,
        b: &Value,
        d: &Value,
    ) -> Evaluated {
        let s = &mut *self.session;
        if n == 1 {
            return match head {
                sym::Sin => lyra!(s, "(Sin[t]*CosIntegral[z] + Cos[t]*SinIntegral[z])/d", t, z, d),
                sym::Cos => lyra!(s, "(Cos[t]*CosIntegral[z] - Sin[t]*SinIntegral[z])/d", t, z, d),
                sym::Sinh => {
                    lyra!(s, "(Sinh[t]*CoshIntegral[z] + Cosh[t]*SinhIntegral[z])/d", t, z, d)
                }
                _ => lyra!(s, "(Cosh[t]*CoshIntegral[z] + Sinh[t]*SinhIntegral[z])/d", t, z, d),
            };
        }
        let (next, sign) = match head {
            sym::Sin => (sym::Cos, 1),
            sym::Cos => (sym::Sin, -1),
            sym::Sinh => (sym::Cosh, 1),
            _ => (sym::Sinh, 1),
        };
        let inner = self.iterated_over_power(next, n - 1, base, u, z, t, b, d)?;
        let f = Value::call(head, [u.clone()].as_slice());
        let (m, sign) = (Value::Integer(n - 1), Value::Integer(sign));
        lyra!(self.session, "(sign*b*inner - f/base^m)/(m*d)", sign, b, inner, f, base, m, d)
    }
}

/// A sum times a number is multiplied out by evaluation already; other factors are not.
fn expanded_sum(value: Value) -> Value {
    let Some(all) = value.args_of(sym::Times) else { return value };
    let Some(place) = all.iter().position(|factor| factor.args_of(sym::Plus).is_some()) else {
        return value;
    };
    let Some(terms) = all[place].args_of(sym::Plus) else { return value };
    let product = |term: &Value| {
        let mut factors = Args::from(all);
        factors[place] = term.clone();
        times(factors)
    };
    plus(terms.iter().map(product).collect::<Args>())
}

/// The function in terms of v = E^z or E^(I z), and whether it is the latter.
fn circular(head: crate::symbol::Symbol) -> Option<(&'static str, bool)> {
    Some(match head {
        sym::Sin => ("-I*(v - 1/v)/2", true),
        sym::Cos => ("(v + 1/v)/2", true),
        sym::Tan => ("-I*(v^2 - 1)/(v^2 + 1)", true),
        sym::Cot => ("I*(v^2 + 1)/(v^2 - 1)", true),
        sym::Sec => ("2*v/(v^2 + 1)", true),
        sym::Csc => ("2*I*v/(v^2 - 1)", true),
        sym::Sinh => ("(v - 1/v)/2", false),
        sym::Cosh => ("(v + 1/v)/2", false),
        sym::Tanh => ("(v^2 - 1)/(v^2 + 1)", false),
        sym::Coth => ("(v^2 + 1)/(v^2 - 1)", false),
        sym::Sech => ("2*v/(v^2 + 1)", false),
        sym::Csch => ("2*v/(v^2 - 1)", false),
        _ => return None,
    })
}
