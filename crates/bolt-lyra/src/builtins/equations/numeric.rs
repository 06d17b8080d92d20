//! Roots of polynomials as numbers: all at once by the method of Aberth (1973), then to any
//! precision by Newton's.

use std::ops::{Add, Div, Mul, Sub};

use super::polynomial::Polynomial;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::Value;

/// A complex machine number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) re: f64,
    pub(crate) im: f64,
}

impl Point {
    pub(crate) const ZERO: Self = Self { re: 0.0, im: 0.0 };
    const ONE: Self = Self { re: 1.0, im: 0.0 };

    pub(crate) fn size(self) -> f64 {
        self.re.hypot(self.im)
    }
}

impl Add for Point {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Point {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Mul for Point {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

impl Div for Point {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        // Scaled, so that squares do not overflow.
        let scale = other.re.abs().max(other.im.abs());
        let (re, im) = (other.re / scale, other.im / scale);
        let norm = (re * re + im * im) * scale;
        Self { re: (self.re * re + self.im * im) / norm, im: (self.im * re - self.re * im) / norm }
    }
}

/// Returns the value and the derivative of a polynomial, coefficients by rising power.
fn with_derivative(p: &[Point], x: Point) -> (Point, Point) {
    let (mut value, mut slope) = (Point::ZERO, Point::ZERO);
    for c in p.iter().rev() {
        slope = slope * x + value;
        value = value * x + *c;
    }
    (value, slope)
}

/// An upper bound of the rounding error of a value.
fn error_bound(p: &[Point], x: Point) -> f64 {
    let size = x.size();
    p.iter().rev().fold(0.0, |sum, c| sum * size + c.size()) * f64::EPSILON * 8.0
}

/// Rounds after which what was reached is taken.
const MOST_ROUNDS: usize = 500;

/// Returns the roots of a polynomial with complex coefficients by rising power; the last is not 0.
pub(crate) fn aberth(p: &[Point]) -> Vec<Point> {
    let zeros = p.iter().take_while(|c| c.size() == 0.0).count();
    let p = &p[zeros.min(p.len())..];
    let mut all = vec![Point::ZERO; zeros];
    let Some(degree) = p.len().checked_sub(1).filter(|degree| *degree > 0) else { return all };
    let lead = p[degree].size();
    // The radius at which the leading term balances the constant one.
    let radius = (p[0].size() / lead).powf(1.0 / degree as f64);
    let mut roots: Vec<Point> = (0..degree)
        .map(|k| {
            let angle = std::f64::consts::TAU * k as f64 / degree as f64 + 0.4;
            let own = radius * (1.0 + 0.05 * (k % 7) as f64);
            Point { re: own * angle.cos(), im: own * angle.sin() }
        })
        .collect();
    let mut settled = vec![false; degree];
    for _ in 0..MOST_ROUNDS {
        for place in 0..degree {
            if settled[place] {
                continue;
            }
            let x = roots[place];
            let (value, slope) = with_derivative(p, x);
            if value.size() <= error_bound(p, x) {
                settled[place] = true;
                continue;
            }
            let ratio = value / slope;
            let mut repulsion = Point::ZERO;
            for (other, y) in roots.iter().enumerate() {
                if other != place && *y != x {
                    repulsion = repulsion + Point::ONE / (x - *y);
                }
            }
            let step = ratio / (Point::ONE - ratio * repulsion);
            if !step.re.is_finite() || !step.im.is_finite() {
                roots[place] = Point { re: x.re + radius * 1e-3, im: x.im + radius * 2e-3 };
                continue;
            }
            roots[place] = x - step;
            settled[place] = step.size() <= roots[place].size() * f64::EPSILON;
        }
        if settled.iter().all(|is| *is) {
            break;
        }
    }
    let is_real = p.iter().all(|c| c.im == 0.0);
    all.extend(roots.into_iter().map(|root| polished(p, root, is_real)));
    all.sort_by(|a, b| {
        let near = (a.re - b.re).abs() <= 1e-9 * (a.size() + b.size());
        let by_re = if near { std::cmp::Ordering::Equal } else { a.re.total_cmp(&b.re) };
        by_re.then(a.im.abs().total_cmp(&b.im.abs())).then(a.im.total_cmp(&b.im))
    });
    pair_conjugates(&mut all, is_real);
    all
}

/// A last step of Newton, and onto the real axis where the root is there.
fn polished(p: &[Point], root: Point, is_real: bool) -> Point {
    let step = |x: Point| {
        let (value, slope) = with_derivative(p, x);
        let next = x - value / slope;
        let is_better = next.re.is_finite()
            && next.im.is_finite()
            && with_derivative(p, next).0.size() < value.size();
        if is_better { next } else { x }
    };
    let root = step(root);
    if is_real && root.im.abs() <= 1e-6 * (root.re.abs() + 1e-300) {
        let onto = step(step(Point { re: root.re, im: 0.0 }));
        let (value, _) = with_derivative(p, onto);
        if value.size() <= 4.0 * error_bound(p, onto)
            || value.size() <= with_derivative(p, root).0.size()
        {
            return Point { re: onto.re, im: 0.0 };
        }
    }
    if is_real && root.re.abs() <= 1e-14 * root.im.abs() {
        let onto = Point { re: 0.0, im: root.im };
        if with_derivative(p, onto).0.size() <= error_bound(p, onto) {
            return onto;
        }
    }
    root
}

/// Makes roots next to each other that are conjugates but for rounding exactly so.
fn pair_conjugates(all: &mut [Point], is_real: bool) {
    if !is_real {
        return;
    }
    let mut place = 0;
    while place + 1 < all.len() {
        let (a, b) = (all[place], all[place + 1]);
        let is_pair = a.im != 0.0
            && (a.re - b.re).abs() <= 1e-8 * a.size()
            && (a.im + b.im).abs() <= 1e-8 * a.size();
        if is_pair {
            let (re, im) = (f64::midpoint(a.re, b.re), f64::midpoint(a.im.abs(), b.im.abs()));
            all[place] = Point { re, im: -im };
            all[place + 1] = Point { re, im };
            place += 1;
        }
        place += 1;
    }
}

/// Returns the coefficients as machine numbers, if they are numeric.
pub(crate) fn machine_coefficients(
    session: &mut Session,
    p: &Polynomial,
) -> Evaluated<Option<Vec<Point>>> {
    let mut all = Vec::with_capacity(p.0.len());
    for c in &p.0 {
        let Some((re, im)) = session.complex_value(c)? else { return Ok(None) };
        all.push(Point { re, im });
    }
    Ok(Some(all))
}

/// Returns the value of a polynomial with fractions as coefficients at a complex point.
pub(super) fn at(p: &Polynomial, x: (f64, f64)) -> Option<(f64, f64)> {
    let point = |c: &Value| number::to_f64(c).map(|re| Point { re, im: 0.0 });
    let coefficients: Option<Vec<Point>> = p.0.iter().map(point).collect();
    let (value, _) = with_derivative(&coefficients?, Point { re: x.0, im: x.1 });
    Some((value.re, value.im))
}

/// Returns a machine number as a value; without an imaginary part, a real.
pub(crate) fn value_of(point: Point) -> Value {
    match point.im == 0.0 {
        true => Value::Real(point.re),
        false => number::complex(Value::Real(point.re), Value::Real(point.im)),
    }
}

/// Returns the roots of a polynomial with numeric coefficients as machine numbers, or to the
/// precision of its coefficients if that is higher; `None` if they are not numeric.
pub(crate) fn roots_of(session: &mut Session, p: &Polynomial) -> Evaluated<Option<Vec<Value>>> {
    let precision = p.0.iter().map(number::precision).fold(f64::INFINITY, f64::min);
    let is_big = p.0.iter().any(|c| matches!(c, Value::BigReal(_)))
        && !p.0.iter().any(|c| matches!(c, Value::Real(_)));
    match is_big && precision.is_finite() {
        true => precise_roots(session, p, precision),
        false => {
            let Some(machine) = machine_coefficients(session, p)? else { return Ok(None) };
            if machine.len() > MOST_MACHINE {
                return Ok(None);
            }
            Ok(Some(aberth(&machine).into_iter().map(value_of).collect()))
        }
    }
}

/// Polynomials of a higher degree are not solved numerically.
const MOST_MACHINE: usize = 2_000;

/// Returns the roots to so many digits.
pub(crate) fn precise_roots(
    session: &mut Session,
    p: &Polynomial,
    digits: f64,
) -> Evaluated<Option<Vec<Value>>> {
    let Some(machine) = machine_coefficients(session, p)? else { return Ok(None) };
    if machine.len() > MOST_MACHINE {
        return Ok(None);
    }
    let starts = aberth(&machine);
    let mut precise = Vec::with_capacity(p.0.len());
    for c in &p.0 {
        precise.push(to_digits(session, c, digits * 1.3 + 15.0)?);
    }
    let mut all = Vec::with_capacity(starts.len());
    for start in starts {
        all.push(newton(session, &precise, start, digits)?);
    }
    Ok(Some(all))
}

/// Returns a numeric expression to so many digits.
pub(crate) fn to_digits(session: &mut Session, value: &Value, digits: f64) -> Evaluated {
    let digits = Value::Real(digits);
    session.evaluate(&Value::call(crate::symbol::sym::N, [value.clone(), digits]))
}

/// Newton's method from a machine number to so many digits, each step doubling them.
fn newton(session: &mut Session, p: &[Value], start: Point, digits: f64) -> Evaluated {
    let working = digits * 1.3 + 15.0;
    let exact = |x: f64| match super::exact(x) {
        Some(exact) => exact,
        None => Value::Real(x),
    };
    let start = match start.im == 0.0 {
        true => exact(start.re),
        false => number::complex(exact(start.re), exact(start.im)),
    };
    let mut x = to_digits(session, &start, working)?;
    let rounds = (working / 12.0).log2().ceil() as usize + 3;
    for _ in 0..rounds {
        session.check_interrupt()?;
        let (mut value, mut slope) = (Value::Integer(0), Value::Integer(0));
        for c in p.iter().rev() {
            slope = number::add(&number::multiply(&slope, &x), &value);
            value = number::add(&number::multiply(&value, &x), c);
        }
        let Some(step) = number::divide(&value, &slope) else { break };
        let next = number::subtract(&x, &step);
        // Significance arithmetic would lose digits in each step that Newton's method regains.
        x = to_digits(session, &rationalized(&next), working)?;
    }
    to_digits(session, &x, digits)
}

/// The exact value of an approximate number.
fn rationalized(value: &Value) -> Value {
    let of = |part: &Value| match part {
        Value::BigReal(real) => {
            let repr = real.value.repr();
            let base = number::power(&Value::Integer(2), repr.exponent() as i64);
            match base {
                Some(base) => number::multiply(&Value::from(repr.significand().clone()), &base),
                None => part.clone(),
            }
        }
        Value::Real(real) => super::exact(*real).unwrap_or_else(|| part.clone()),
        _ => part.clone(),
    };
    let (re, im) = number::parts(value);
    number::complex(of(&re), of(&im))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roots_found_are_the_roots_put_in() {
        let mut seed = 3u64;
        let mut next = || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 40) as f64 / f64::from(1 << 24) * 4.0 - 2.0
        };
        for degree in 1..12 {
            let wanted: Vec<Point> =
                (0..degree).map(|_| Point { re: next(), im: next() }).collect();
            let mut p = vec![Point::ONE];
            for root in &wanted {
                let mut new = vec![Point::ZERO; p.len() + 1];
                for (power, c) in p.iter().enumerate() {
                    new[power + 1] = new[power + 1] + *c;
                    new[power] = new[power] - *c * *root;
                }
                p = new;
            }
            let found = aberth(&p);
            assert_eq!(found.len(), wanted.len());
            for root in &wanted {
                let nearest = found.iter().map(|x| (*x - *root).size()).fold(f64::MAX, f64::min);
                assert!(nearest < 1e-6, "degree {degree}: {nearest}");
            }
        }
    }

    #[test]
    fn real_polynomials_have_real_roots_and_conjugates() {
        let real = |c: &[f64]| c.iter().map(|re| Point { re: *re, im: 0.0 }).collect::<Vec<_>>();
        // (x - 1)(x - 2)(x^2 + 1)
        let found = aberth(&real(&[2.0, -3.0, 3.0, -3.0, 1.0]));
        let reals = found.iter().filter(|x| x.im == 0.0).count();
        assert_eq!(reals, 2);
        assert!(found.iter().all(|x| found.iter().any(|y| y.re == x.re && y.im == -x.im)));
    }
}
