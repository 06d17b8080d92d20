//! Integrals of functions of sine and cosine, or of their hyperbolic counterparts, of one argument.
//!
//! An integrand is a power of the cosine times a function of the sine (or the other way round, or
//! of the tangent); sine, cosine, tangent or the tangent of half the argument is substituted as
//! the powers ask for (Bioche's rules).

use super::super::formula::lyra;
use super::super::terms::{is_free, is_integer, terms};
use super::Integrator;
use crate::builtins::arithmetic::{times, to_the};
use crate::session::Evaluated;
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};

/// Which family of functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Circular,
    Hyperbolic,
}

/// What is substituted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inner {
    Sine,
    Cosine,
    Tangent,
}

/// An expression as a function of the substituted u times a power of the other function: for the
/// tangent, of the cosine.
struct Split {
    of_u: Value,
    power: Value,
    /// Quotients of roots that are constant between zeros, as they are given.
    constant: Args,
}

impl Split {
    fn new(of_u: Value, power: Value) -> Self {
        Self { of_u, power, constant: Args::new() }
    }
}

/// What is substituted: u, by which function of which argument.
#[derive(Debug, Clone, Copy)]
struct Target<'a> {
    family: Family,
    inner: Inner,
    u: &'a Value,
    argument: &'a Value,
}

impl Target<'_> {
    /// The function that u stands for, and the other one.
    fn functions(&self) -> (Value, Value) {
        let (own, other) = match (self.family, self.inner) {
            (Family::Circular, Inner::Sine) => (sym::Sin, sym::Cos),
            (Family::Circular, Inner::Cosine) => (sym::Cos, sym::Sin),
            (Family::Circular, Inner::Tangent) => (sym::Tan, sym::Cos),
            (Family::Hyperbolic, Inner::Sine) => (sym::Sinh, sym::Cosh),
            (Family::Hyperbolic, Inner::Cosine) => (sym::Cosh, sym::Sinh),
            (Family::Hyperbolic, Inner::Tangent) => (sym::Tanh, sym::Cosh),
        };
        let of = |head| Value::call(head, [self.argument.clone()].as_slice());
        (of(own), of(other))
    }
}

impl Integrator<'_> {
    pub(super) fn by_trigonometry(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut found = None;
        if !only_functions(f, x, &mut found) {
            return Ok(None);
        }
        let Some((family, argument)) = found else { return Ok(None) };
        let Some(poly) = self.session.poly(&argument, x)? else { return Ok(None) };
        if poly.degree() != 1 {
            return Ok(None);
        }
        let slope = poly.at(1);
        let u = self.fresh();
        for inner in [Inner::Cosine, Inner::Sine, Inner::Tangent] {
            if inner == Inner::Tangent
                && let Some(value) = self.by_multiples(f, x, family)?
            {
                return Ok(Some(value));
            }
            let target = Target { family, inner, u: &u, argument: &argument };
            let Some(split) = self.split(f, x, target)? else { continue };
            let is_right = match (&split.power, inner) {
                (Value::Integer(n), Inner::Tangent) => n % 2 == 0,
                (Value::Integer(n), _) => n % 2 != 0,
                _ => false,
            };
            if is_right && let Some(value) = self.substituted(&split, target)? {
                return lyra!(self.session, "value/slope", value, slope).map(Some);
            }
        }
        if let Some(value) = self.by_half_angle(f, x, family, &argument)? {
            return lyra!(self.session, "value/slope", value, slope).map(Some);
        }
        for inner in [Inner::Sine, Inner::Cosine, Inner::Tangent] {
            let target = Target { family, inner, u: &u, argument: &argument };
            let Some(split) = self.split(f, x, target)? else { continue };
            if let Some(value) = self.substituted(&split, target)? {
                let value = lyra!(self.session, "value/slope", value, slope)?;
                if self.is_right(&value, f, x)? {
                    return Ok(Some(value));
                }
            }
        }
        Ok(None)
    }

    fn substituted(&mut self, split: &Split, target: Target<'_>) -> Evaluated<Option<Value>> {
        let Target { family, inner, u, argument: w } = target;
        let (g, n) = (&split.of_u, &split.power);
        let s = &mut *self.session;
        let f = match (family, inner) {
            (Family::Circular, Inner::Sine) => lyra!(s, "g*(1 - u^2)^((n - 1)/2)", g, u, n)?,
            (Family::Circular, Inner::Cosine) => lyra!(s, "-g*(1 - u^2)^((n - 1)/2)", g, u, n)?,
            (Family::Circular, Inner::Tangent) => lyra!(s, "g/(1 + u^2)^(n/2 + 1)", g, u, n)?,
            (Family::Hyperbolic, Inner::Sine) => lyra!(s, "g*(1 + u^2)^((n - 1)/2)", g, u, n)?,
            (Family::Hyperbolic, Inner::Cosine) => lyra!(s, "g*(u^2 - 1)^((n - 1)/2)", g, u, n)?,
            (Family::Hyperbolic, Inner::Tangent) => lyra!(s, "g/(1 - u^2)^(n/2 + 1)", g, u, n)?,
        };
        let Some(result) = self.integrate(&f, u)? else { return Ok(None) };
        let result = match inner {
            Inner::Tangent => without_inverse(&result, u, family, w),
            _ => result,
        };
        let (own, other) = target.functions();
        let result = self.session.put(&result, u, &own)?;
        let result = self.with_sign_of_root(result, n, target, &other)?;
        if split.constant.is_empty() {
            return Ok(Some(result));
        }
        let factors: Args = split.constant.iter().cloned().chain([result]).collect();
        self.session.product_of(factors).map(Some)
    }

    /// A power of the other function was written as one of its square, which has another sign
    /// where the function is negative: their quotient is constant between zeros.
    fn with_sign_of_root(
        &mut self,
        result: Value,
        n: &Value,
        target: Target<'_>,
        other: &Value,
    ) -> Evaluated {
        let is_whole = match (n, target.inner) {
            (Value::Integer(n), Inner::Tangent) => n % 2 == 0,
            (Value::Integer(n), _) => n % 2 != 0,
            _ => false,
        };
        // The hyperbolic cosine is positive.
        if is_whole || other.args_of(sym::Cosh).is_some() {
            return Ok(result);
        }
        // With a sine or cosine the derivative of u is the other function as well.
        let power = match target.inner {
            Inner::Tangent => n.clone(),
            _ => lyra!(self.session, "n - 1", n)?,
        };
        lyra!(self.session, "result*(other^power/(other^2)^(power/2))", result, other, power)
    }

    /// Powers and products of sines and cosines as sums of sines and cosines of multiples.
    fn by_multiples(&mut self, f: &Value, x: &Value, family: Family) -> Evaluated<Option<Value>> {
        if family != Family::Circular || !is_product_of_sines(f, x) {
            return Ok(None);
        }
        let reduced = self.session.system("TrigReduce", [f.clone()].as_slice())?;
        let sum = self.session.system("Expand", [reduced].as_slice())?;
        match sum != *f && terms(&sum).len() > 1 {
            true => self.integrate(&sum, x),
            false => Ok(None),
        }
    }

    /// t = Tan[w/2] or Tanh[w/2].
    fn by_half_angle(
        &mut self,
        f: &Value,
        x: &Value,
        family: Family,
        w: &Value,
    ) -> Evaluated<Option<Value>> {
        let t = self.fresh();
        let Some(written) = self.in_half_angle(f, x, family, &t)? else { return Ok(None) };
        let s = &mut *self.session;
        let (g, value) = match family {
            Family::Circular => {
                (lyra!(s, "2*written/(1 + t^2)", written, t)?, lyra!(s, "Tan[w/2]", w)?)
            }
            Family::Hyperbolic => {
                (lyra!(s, "2*written/(1 - t^2)", written, t)?, lyra!(s, "Tanh[w/2]", w)?)
            }
        };
        let Some(fraction) = s.fraction_in(&g, &t)? else { return Ok(None) };
        let Some(result) = s.rational_integral(&fraction, &t)? else { return Ok(None) };
        let half = lyra!(s, "w/2", w)?;
        let result = without_inverse(&result, &t, family, &half);
        s.put(&result, &t, &value).map(Some)
    }

    fn in_half_angle(
        &mut self,
        f: &Value,
        x: &Value,
        family: Family,
        t: &Value,
    ) -> Evaluated<Option<Value>> {
        if is_free(f, x) {
            return Ok(Some(f.clone()));
        }
        let Some(call) = f.as_call() else { return Ok(None) };
        let Some(head) = call.head().as_symbol() else { return Ok(None) };
        if matches!(head, sym::Plus | sym::Times | sym::Power) {
            if head == sym::Power && !call.args().get(1).is_some_and(is_integer) {
                return Ok(None);
            }
            let mut parts = Args::new();
            for arg in call.args() {
                let Some(part) = self.in_half_angle(arg, x, family, t)? else { return Ok(None) };
                parts.push(part);
            }
            return self.session.evaluate(&Value::call(head, parts)).map(Some);
        }
        let s = &mut *self.session;
        let plus = Value::Integer(match family {
            Family::Circular => 1,
            Family::Hyperbolic => -1,
        });
        Ok(Some(match head {
            sym::Sin | sym::Sinh => lyra!(s, "2*t/(1 + plus*t^2)", t, plus)?,
            sym::Cos | sym::Cosh => lyra!(s, "(1 - plus*t^2)/(1 + plus*t^2)", t, plus)?,
            sym::Tan | sym::Tanh => lyra!(s, "2*t/(1 - plus*t^2)", t, plus)?,
            sym::Cot | sym::Coth => lyra!(s, "(1 - plus*t^2)/(2*t)", t, plus)?,
            sym::Sec | sym::Sech => lyra!(s, "(1 + plus*t^2)/(1 - plus*t^2)", t, plus)?,
            sym::Csc | sym::Csch => lyra!(s, "(1 + plus*t^2)/(2*t)", t, plus)?,
            _ => return Ok(None),
        }))
    }

    /// Writes an expression as a function of u times a power of the other function.
    fn split(&mut self, f: &Value, x: &Value, target: Target<'_>) -> Evaluated<Option<Split>> {
        if is_free(f, x) {
            return Ok(Some(Split::new(f.clone(), Value::Integer(0))));
        }
        let Some(call) = f.as_call() else { return Ok(None) };
        let Some(head) = call.head().as_symbol() else { return Ok(None) };
        match head {
            sym::Plus => self.split_sum(call.args(), x, target),
            sym::Times => {
                let (mut parts, mut powers) = (Args::new(), Args::new());
                let mut constant = Args::new();
                for factor in call.args() {
                    let Some(split) = self.split(factor, x, target)? else { return Ok(None) };
                    parts.push(split.of_u);
                    powers.push(split.power);
                    constant.extend(split.constant);
                }
                let of_u = self.session.product_of(parts)?;
                let power = self.session.sum_of(powers)?;
                Ok(Some(Split { of_u, power, constant }))
            }
            sym::Power => self.split_power(f, call.args(), x, target),
            _ => self.split_function(head, target),
        }
    }

    fn split_sum(
        &mut self,
        terms: &[Value],
        x: &Value,
        target: Target<'_>,
    ) -> Evaluated<Option<Split>> {
        let mut power: Option<Value> = None;
        let mut parts = Args::new();
        for term in terms {
            let Some(split) = self.split(term, x, target)? else { return Ok(None) };
            let split = self.lowered(split, target)?;
            let is_same = power.get_or_insert_with(|| split.power.clone()) == &split.power;
            if !is_same || !split.constant.is_empty() {
                return Ok(None);
            }
            parts.push(split.of_u);
        }
        let of_u = self.session.sum_of(parts)?;
        Ok(Some(Split::new(of_u, power.unwrap_or(Value::Integer(0)))))
    }

    fn split_power(
        &mut self,
        f: &Value,
        args: &[Value],
        x: &Value,
        target: Target<'_>,
    ) -> Evaluated<Option<Split>> {
        let [base, exponent] = args else { return Ok(None) };
        if !is_free(exponent, x) {
            return Ok(None);
        }
        let Some(split) = self.split(base, x, target)? else { return Ok(None) };
        if !split.constant.is_empty() {
            return Ok(None);
        }
        let split = match terms(base).len() {
            1 => split,
            _ => self.lowered(split, target)?,
        };
        // (g C^n)^e is g^e C^(n e) but for a factor that is constant between zeros.
        let of_u = self.session.power_of(&split.of_u, exponent)?;
        let power = self.session.product_of([split.power.clone(), exponent.clone()])?;
        let is_plain = is_integer(exponent)
            || crate::number::is_zero(&split.power)
            || crate::number::is_one(&split.power) && crate::number::is_one(&split.of_u);
        let mut constant = Args::new();
        if !is_plain {
            let (own, other) = target.functions();
            let with = self.session.put(&of_u, target.u, &own)?;
            constant.push(lyra!(self.session, "f/(with*other^power)", f, with, other, power)?);
        }
        Ok(Some(Split { of_u, power, constant }))
    }

    fn split_function(&mut self, head: Symbol, target: Target<'_>) -> Evaluated<Option<Split>> {
        // Powers of u and of the other function: for the tangent, of it and of the cosine.
        let (sine, cosine) = match head {
            sym::Sin | sym::Sinh => (1, 0),
            sym::Cos | sym::Cosh => (0, 1),
            sym::Tan | sym::Tanh => (1, -1),
            sym::Cot | sym::Coth => (-1, 1),
            sym::Sec | sym::Sech => (0, -1),
            sym::Csc | sym::Csch => (-1, 0),
            _ => return Ok(None),
        };
        let (own, other) = match target.inner {
            Inner::Sine => (sine, cosine),
            Inner::Cosine => (cosine, sine),
            Inner::Tangent => (sine, sine + cosine),
        };
        let of_u = self.session.evaluate(&to_the(target.u.clone(), own))?;
        Ok(Some(Split::new(of_u, Value::Integer(other))))
    }

    /// Writes even powers of the other function in u.
    fn lowered(&mut self, split: Split, target: Target<'_>) -> Evaluated<Split> {
        let Value::Integer(power) = split.power else { return Ok(split) };
        let (half, left) = (power.div_euclid(2), power.rem_euclid(2));
        if half == 0 {
            return Ok(split);
        }
        let (n, u) = (Value::Integer(half), target.u);
        let s = &mut *self.session;
        let square = match (target.family, target.inner) {
            (Family::Circular, Inner::Sine | Inner::Cosine) => lyra!(s, "(1 - u^2)^n", u, n)?,
            (Family::Circular, Inner::Tangent) => lyra!(s, "(1 + u^2)^(-n)", u, n)?,
            (Family::Hyperbolic, Inner::Sine) => lyra!(s, "(1 + u^2)^n", u, n)?,
            (Family::Hyperbolic, Inner::Cosine) => lyra!(s, "(u^2 - 1)^n", u, n)?,
            (Family::Hyperbolic, Inner::Tangent) => lyra!(s, "(1 - u^2)^(-n)", u, n)?,
        };
        let of_u = self.session.evaluate(&times([split.of_u, square]))?;
        Ok(Split { of_u, power: Value::Integer(left), constant: split.constant })
    }
}

/// Puts w for the inverse tangent of u = Tan[w], from which it differs by a constant between jumps.
fn without_inverse(value: &Value, u: &Value, family: Family, w: &Value) -> Value {
    let inverse = match family {
        Family::Circular => sym::ArcTan,
        Family::Hyperbolic => sym::ArcTanh,
    };
    let of_u = Value::call(inverse, [u.clone()].as_slice());
    crate::builtins::forms::substituted(value, &of_u, w)
}

/// The largest power of a sine that is written as a sum.
const MOST_POWER: i64 = 12;

/// Whether an expression is a product of positive powers of sines and cosines.
fn is_product_of_sines(f: &Value, x: &Value) -> bool {
    let is_factor = |factor: &Value| {
        let (base, exponent) = super::super::terms::base_and_exponent(factor);
        let is_sine = base.args_of(sym::Sin).or_else(|| base.args_of(sym::Cos)).is_some();
        is_free(factor, x) || is_sine && matches!(exponent, Value::Integer(1..=MOST_POWER))
    };
    super::super::terms::factors(f).iter().all(is_factor)
}

/// Whether the variable stands in functions of one family and of one argument only.
fn only_functions(f: &Value, x: &Value, found: &mut Option<(Family, Value)>) -> bool {
    if is_free(f, x) {
        return true;
    }
    let Some(call) = f.as_call() else { return false };
    let Some(head) = call.head().as_symbol() else { return false };
    let family = match head {
        sym::Plus | sym::Times | sym::Power => {
            return call.args().iter().all(|arg| only_functions(arg, x, found));
        }
        sym::Sin | sym::Cos | sym::Tan | sym::Cot | sym::Sec | sym::Csc => Family::Circular,
        sym::Sinh | sym::Cosh | sym::Tanh | sym::Coth | sym::Sech | sym::Csch => Family::Hyperbolic,
        _ => return false,
    };
    let [argument] = call.args() else { return false };
    let this = (family, argument.clone());
    *found.get_or_insert_with(|| this.clone()) == this
}
