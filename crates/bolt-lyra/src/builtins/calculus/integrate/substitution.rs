//! Integrals by substitution.

use super::super::derivative::derivative;
use super::super::formula::lyra;
use super::super::terms::{
    base_and_exponent, factors, fraction, is_free, is_integer, is_zero, small_fraction, substituted,
};
use super::Integrator;
use crate::builtins::arithmetic::{times, to_the};
use crate::session::Evaluated;
use crate::symbol::sym;
use crate::value::{Args, Value};

impl Integrator<'_> {
    /// Derivative divides: f = g(u) u' for a part u of f.
    pub(super) fn by_substitution(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut parts = Vec::new();
        candidates(f, x, &mut parts);
        for u in &parts {
            if let Some(found) = self.with_inner(f, u, x)? {
                return Ok(Some(found));
            }
        }
        if let Some(found) = self.by_power(f, x)? {
            return Ok(Some(found));
        }
        self.by_linear_root(f, x)
    }

    fn with_inner(&mut self, f: &Value, u: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let slope = derivative(self.session, u, x)?;
        if is_zero(&slope) {
            return Ok(None);
        }
        let t = self.fresh();
        // What is left in x is a function of u where the quotient simplifies.
        let quotient = self.session.quotient_of(f, &slope)?;
        let mut with = substituted(&quotient, u, &t);
        if !is_free(&with, x) {
            with = replace_powers(&quotient, u, &t);
            with = self.session.evaluate(&with)?;
        }
        if !is_free(&with, x) && self.session.has_builtin("Together") {
            let simple = self.session.system("Together", [quotient].as_slice())?;
            with = replace_powers(&simple, u, &t);
        }
        if !is_free(&with, x) {
            return self.by_logarithmic_derivative(f, u, x);
        }
        let with = self.session.evaluate(&with)?;
        let Some(result) = self.integrate(&with, &t)? else { return Ok(None) };
        self.session.put(&result, &t, u).map(Some)
    }

    /// x^(k-1) g(x^k): t = x^k, where all powers of x stand in functions.
    fn by_power(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut powers = Vec::new();
        if !collect_powers(f, x, true, &mut powers) || powers.is_empty() {
            return Ok(None);
        }
        // A common divisor of the powers inside and of the one outside plus 1.
        let mut divisor: Option<(i64, i64)> = None;
        let mut outside = 0i64;
        for factor in factors(f) {
            let (base, exponent) = base_and_exponent(factor);
            if base == *x {
                match small_fraction(&exponent) {
                    Some((n, 1)) => outside += n,
                    _ => return Ok(None),
                }
            }
        }
        for power in &powers {
            let Some((n, d)) = small_fraction(power) else { return Ok(None) };
            divisor = Some(match divisor {
                None => (n.abs(), d),
                Some((m, e)) => (gcd(m * d, n.abs() * e), d * e),
            });
        }
        let Some((n, d)) = divisor else { return Ok(None) };
        let (n, d) = {
            let g = gcd(n, d);
            (n / g, d / g)
        };
        // Of whole powers only those help that divide the one outside, of roots the root.
        let k = match d {
            1 => fraction(gcd(n, outside + 1), 1),
            _ => fraction(1, d),
        };
        if crate::number::is_one(&k) || is_zero(&k) {
            return Ok(None);
        }
        let t = self.fresh();
        let inverse = self.session.power_of(&k, &Value::Integer(-1))?;
        let with = powers_replaced(f, x, &t, &inverse);
        let g = lyra!(self.session, "with*inverse*t^(inverse - 1)", with, inverse, t)?;
        let Some(result) = self.integrate(&g, &t)? else { return Ok(None) };
        let value = self.session.power_of(x, &k)?;
        let back = powers_replaced(&result, &t, x, &k);
        let _ = value;
        self.session.evaluate(&back).map(Some)
    }

    /// g(Sqrt[a + b x], x): t is the root of the linear expression.
    fn by_linear_root(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut found: Vec<(Value, i64)> = Vec::new();
        roots_of_linear(f, x, &mut found);
        let Some((base, _)) = found.first().cloned() else { return Ok(None) };
        if found.iter().any(|(other, _)| *other != base) {
            return Ok(None);
        }
        let Some(poly) = self.session.poly(&base, x)? else { return Ok(None) };
        if poly.degree() != 1 {
            return Ok(None);
        }
        let q = found.iter().fold(1, |all, (_, q)| all / gcd(all, *q) * q);
        let (a, b, n) = (poly.at(0), poly.at(1), Value::Integer(q));
        let t = self.fresh();
        let marker = self.fresh();
        // Roots first, the variable elsewhere then.
        let with = powers_replaced(f, &base, &marker, &n);
        let with = substituted(&with, &marker, &t);
        let inner = lyra!(self.session, "(t^n - a)/b", t, n, a, b)?;
        let with = substituted(&with, x, &inner);
        let g = lyra!(self.session, "with*n*t^(n - 1)/b", with, n, t, b)?;
        if g == *f {
            return Ok(None);
        }
        let Some(result) = self.integrate(&g, &t)? else { return Ok(None) };
        let value = lyra!(self.session, "base^(1/n)", base, n)?;
        self.session.put(&result, &t, &value).map(Some)
    }

    /// g(a + b x) with no other x: t is the linear expression.
    pub(super) fn by_linear_argument(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let Some(linear) = innermost_sum(f, x) else { return Ok(None) };
        let Some(poly) = self.session.poly(&linear, x)? else { return Ok(None) };
        if poly.degree() != 1 || linear == *x {
            return Ok(None);
        }
        let t = self.fresh();
        let with = substituted(f, &linear, &t);
        if !is_free(&with, x) {
            return Ok(None);
        }
        let with = self.session.evaluate(&with)?;
        let b = poly.at(1);
        let Some(result) = self.integrate(&with, &t)? else { return Ok(None) };
        let result = lyra!(self.session, "result/b", result, b)?;
        self.session.put(&result, &t, &linear).map(Some)
    }
}

pub(super) fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs().max(1) } else { gcd(b, a % b) }
}

/// The first part that is linear in its look: a sum with x, or a multiple of x in a function.
pub(super) fn innermost_sum(f: &Value, x: &Value) -> Option<Value> {
    let call = f.as_call()?;
    let has_x = |value: &Value| !is_free(value, x);
    if call.is(sym::Plus) {
        let is_linear = call.args().iter().filter(|term| has_x(term)).all(|term| {
            factors(term).iter().filter(|factor| has_x(factor)).all(|factor| factor == x)
        });
        if is_linear {
            return Some(f.clone());
        }
    }
    let is_function = ![sym::Plus, sym::Times, sym::Power].iter().any(|&head| call.is(head));
    for arg in call.args().iter().filter(|arg| has_x(arg)) {
        let is_multiple = arg
            .args_of(sym::Times)
            .is_some_and(|all| all.iter().filter(|factor| has_x(factor)).all(|factor| factor == x));
        let in_exponent =
            call.is(sym::Power) && call.args().last() == Some(arg) && is_free(&call.args()[0], x);
        if is_multiple && (is_function || in_exponent) {
            return Some(arg.clone());
        }
        if let Some(found) = innermost_sum(arg, x) {
            return Some(found);
        }
    }
    None
}

/// Collects parts that may be the inner function, the outer ones first.
fn candidates(f: &Value, x: &Value, found: &mut Vec<Value>) {
    let Some(call) = f.as_call() else { return };
    if is_free(f, x) {
        return;
    }
    let mut add = |value: &Value| {
        if value != x && !is_free(value, x) && !found.contains(value) && found.len() < 24 {
            found.push(value.clone());
        }
    };
    if call.is(sym::Power) && call.args().len() == 2 {
        let (base, exponent) = (&call.args()[0], &call.args()[1]);
        if !is_free(exponent, x) {
            add(f);
            add(exponent);
        } else if !is_integer(exponent) {
            add(f);
        }
        add(base);
    } else if !call.is(sym::Times) && !call.is(sym::Plus) {
        add(f);
        call.args().iter().for_each(add);
    }
    for arg in call.args() {
        candidates(arg, x, found);
    }
}

/// Replaces u by t, and powers of u's base.
fn replace_powers(value: &Value, u: &Value, t: &Value) -> Value {
    if value == u {
        return t.clone();
    }
    let (base, exponent) = base_and_exponent(u);
    if let Some([own, power]) = value.exactly(sym::Power) {
        if *own == base
            && exponent.is_number()
            && power.is_number()
            && let Some(ratio) = crate::number::divide(power, &exponent)
            && (is_integer(&ratio) || base == *u)
        {
            return to_the(t.clone(), ratio);
        }
        if *own == base && !exponent.is_number() && *u != base {
            // b^(2 e) is u^2, b^(e + c) is b^c u.
            let mut rest = Args::new();
            let mut count = 0i64;
            for term in super::super::terms::terms(power) {
                match term == &exponent {
                    true => count += 1,
                    false => match term.args_of(sym::Times) {
                        Some([Value::Integer(n), others @ ..])
                            if *others == *factors_without_number(&exponent)
                                && n % number_factor(&exponent) == 0 =>
                        {
                            count += n / number_factor(&exponent);
                        }
                        _ => rest.push(term.clone()),
                    },
                }
            }
            if count != 0 {
                let rest = to_the(base, crate::builtins::arithmetic::plus(rest));
                return times([to_the(t.clone(), count), rest]);
            }
        }
    }
    let Value::Call(call) = value else { return value.clone() };
    let args: Args = call.args().iter().map(|arg| replace_powers(arg, u, t)).collect();
    Value::call(substituted(call.head(), u, t), args)
}

/// The whole number that a product starts with, 1 if there is none.
fn number_factor(value: &Value) -> i64 {
    match value.args_of(sym::Times) {
        Some([Value::Integer(n), ..]) if *n != 0 => *n,
        _ => 1,
    }
}

fn factors_without_number(value: &Value) -> Vec<Value> {
    match value.args_of(sym::Times) {
        Some([first, rest @ ..]) if first.is_number() => rest.to_vec(),
        Some(all) => all.to_vec(),
        None => vec![value.clone()],
    }
}

/// Collects the powers of x inside of functions and sums; false if x stands otherwise.
fn collect_powers(f: &Value, x: &Value, outside: bool, found: &mut Vec<Value>) -> bool {
    if f == x {
        found.push(Value::Integer(1));
        return true;
    }
    if is_free(f, x) {
        return true;
    }
    if let Some([base, exponent]) = f.exactly(sym::Power)
        && base == x
    {
        found.push(exponent.clone());
        return exponent.is_number();
    }
    let Some(call) = f.as_call() else { return false };
    if outside && call.is(sym::Times) {
        return call.args().iter().all(|factor| {
            let (base, exponent) = base_and_exponent(factor);
            if base == *x {
                // A root outside counts as one inside.
                if !is_integer(&exponent) {
                    found.push(exponent.clone());
                }
                return exponent.is_number();
            }
            collect_powers(factor, x, false, found)
        });
    }
    is_free(call.head(), x) && call.args().iter().all(|arg| collect_powers(arg, x, false, found))
}

/// Replaces x by t^n and powers of x by those of t.
fn powers_replaced(value: &Value, x: &Value, t: &Value, n: &Value) -> Value {
    if value == x {
        return to_the(t.clone(), n.clone());
    }
    if let Some([base, exponent]) = value.exactly(sym::Power)
        && base == x
    {
        return to_the(t.clone(), times([n.clone(), exponent.clone()]));
    }
    let Value::Call(call) = value else { return value.clone() };
    let args: Args = call.args().iter().map(|arg| powers_replaced(arg, x, t, n)).collect();
    Value::call(call.head().clone(), args)
}

/// Collects bases of roots that are linear in x.
fn roots_of_linear(f: &Value, x: &Value, found: &mut Vec<(Value, i64)>) {
    let Some(call) = f.as_call() else { return };
    if let Some([base, exponent]) = f.exactly(sym::Power)
        && let Some((_, q @ 2..=12)) = small_fraction(exponent)
        && !is_free(base, x)
    {
        let is_linear = super::super::terms::terms(base).iter().all(|term| {
            factors(term).iter().filter(|factor| !is_free(factor, x)).all(|factor| factor == x)
        });
        if is_linear {
            found.push((base.clone(), q));
        }
    }
    for arg in call.args() {
        roots_of_linear(arg, x, found);
    }
}
