//! `ComplexExpand`: the real and the imaginary part of a formula, written out.

use triomphe::Arc;

use super::super::forms::{half, is_zero, minus, negative, of, over, plus, root, times, to_the};
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value, grown};

/// `ComplexExpand[e]`, `ComplexExpand[e, {z, ...}]`
pub(super) fn complex_expand(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, complex) = match call.args() {
        [value] => (value, Vec::new()),
        [_, option] if crate::rule::sides(option).is_some() => return Ok(Step::Same),
        [value, one] => (value, one.as_list().unwrap_or(std::slice::from_ref(one)).to_vec()),
        args => {
            session.wrong_count_of("ComplexExpand", args.len(), 1, 2);
            return Ok(Step::Same);
        }
    };
    expand(session, value, &complex).map(Step::Done)
}

fn expand(session: &mut Session, value: &Value, complex: &[Value]) -> Evaluated {
    if let Some(elements) = value.as_list() {
        let mut all = Args::new();
        for element in elements {
            all.push(expand(session, element, complex)?);
        }
        return session.evaluate(&Value::list(all));
    }
    if let Some(call) = value.as_call()
        && [sym::Equal, sym::Rule, sym::And, sym::Or].iter().any(|&head| call.is(head))
    {
        let mut all = Args::new();
        for arg in call.args() {
            all.push(expand(session, arg, complex)?);
        }
        return session.evaluate(&Value::call(call.head().clone(), all));
    }
    let parts = parts_of(session, value, complex)?;
    let imaginary = session.expanded(&times([Value::i(), parts.im]))?;
    let real = session.expanded(&parts.re)?;
    session.evaluate(&plus([real, imaginary]))
}

/// The real and the imaginary part.
#[derive(Clone)]
struct Parts {
    re: Value,
    im: Value,
}

impl Parts {
    fn real(re: Value) -> Self {
        Self { re, im: Value::Integer(0) }
    }

    fn evaluated(session: &mut Session, re: &Value, im: &Value) -> Evaluated<Self> {
        Ok(Self { re: session.expanded(re)?, im: session.expanded(im)? })
    }

    fn is_real(&self) -> bool {
        is_zero(&self.im)
    }

    /// The number itself.
    fn whole(&self) -> Value {
        plus([self.re.clone(), times([Value::i(), self.im.clone()])])
    }

    /// The square of its size.
    fn norm(&self) -> Value {
        plus([to_the(self.re.clone(), 2), to_the(self.im.clone(), 2)])
    }

    /// Its size, without a root where it is a known number.
    fn size(&self, session: &mut Session) -> Evaluated {
        let size = match self.is_real() {
            true => match session.is_numeric(&self.re) {
                true => of(sym::Abs, self.re.clone()),
                false => root(to_the(self.re.clone(), 2)),
            },
            false => root(self.norm()),
        };
        session.evaluate(&size)
    }

    fn angle(&self, session: &mut Session) -> Evaluated {
        if self.is_real()
            && let Some(value) = session.machine_value(&self.re)?
        {
            let angle = if value < 0.0 { Value::Symbol(sym::Pi) } else { Value::Integer(0) };
            return Ok(angle);
        }
        session.evaluate(&of(sym::Arg, self.whole()))
    }
}

/// Returns the parts of an expression, with all symbols real that are not among `complex`.
fn parts_of(session: &mut Session, value: &Value, complex: &[Value]) -> Evaluated<Parts> {
    session.check_interrupt()?;
    if complex.contains(value) {
        return Ok(Parts { re: of(sym::Re, value.clone()), im: of(sym::Im, value.clone()) });
    }
    let Value::Call(call) = value else {
        let (re, im) = number::parts(value);
        return Ok(Parts { re, im });
    };
    grown(call.depth(), || match (call.head().as_symbol(), call.args()) {
        (Some(sym::Plus), terms) => {
            let (mut re, mut im) = (Args::new(), Args::new());
            for term in terms {
                let parts = parts_of(session, term, complex)?;
                re.push(parts.re);
                im.push(parts.im);
            }
            Parts::evaluated(session, &plus(re), &plus(im))
        }
        (Some(sym::Times), factors) => {
            let mut all = Parts::real(Value::Integer(1));
            for factor in factors {
                let parts = parts_of(session, factor, complex)?;
                all = product(session, &all, &parts)?;
            }
            Ok(all)
        }
        (Some(sym::Power), [base, exponent]) => power(session, base, exponent, complex),
        (Some(head), [x]) => {
            let parts = parts_of(session, x, complex)?;
            function(session, value, head, &parts)
        }
        (_, args) => {
            for arg in args {
                if !parts_of(session, arg, complex)?.is_real() {
                    return Ok(unknown(value));
                }
            }
            Ok(Parts::real(value.clone()))
        }
    })
}

fn unknown(value: &Value) -> Parts {
    Parts { re: of(sym::Re, value.clone()), im: of(sym::Im, value.clone()) }
}

fn product(session: &mut Session, a: &Parts, b: &Parts) -> Evaluated<Parts> {
    if a.is_real() && b.is_real() {
        let re = session.evaluate(&times([a.re.clone(), b.re.clone()]))?;
        return Ok(Parts::real(re));
    }
    let both = |x: &Value, y: &Value| times([x.clone(), y.clone()]);
    let re = minus(both(&a.re, &b.re), both(&a.im, &b.im));
    let im = plus([both(&a.re, &b.im), both(&a.im, &b.re)]);
    Parts::evaluated(session, &re, &im)
}

/// Powers of more than this are not multiplied out.
const MOST: i64 = 200;

fn power(
    session: &mut Session,
    base: &Value,
    exponent: &Value,
    complex: &[Value],
) -> Evaluated<Parts> {
    let z = parts_of(session, exponent, complex)?;
    if base.is(sym::E) {
        return exponential(session, &z, Value::Symbol(sym::E), Value::Integer(1));
    }
    let b = parts_of(session, base, complex)?;
    if let Value::Integer(whole) = exponent
        && whole.abs() <= MOST
    {
        return whole_power(session, &b, *whole);
    }
    let value = || to_the(base.clone(), exponent.clone());
    if b.is_real() && z.is_real() && is_known_positive(session, base)? {
        return Ok(Parts::real(session.evaluate(&value())?));
    }
    if b.is_real() && is_known_positive(session, base)? {
        let log = session.evaluate(&of(sym::Log, base.clone()))?;
        return exponential(session, &z, base.clone(), log);
    }
    // |b|^x e^(-y arg b) times cos and sin of x arg b + y log |b|
    let (size, angle) = (b.size(session)?, b.angle(session)?);
    let damping = to_the(Value::Symbol(sym::E), negative(times([z.im.clone(), angle.clone()])));
    let scale = times([to_the(size.clone(), z.re.clone()), damping]);
    let turn = match z.is_real() {
        true => times([z.re, angle]),
        false => plus([times([z.re, angle]), times([z.im, of(sym::Log, size)])]),
    };
    let re = times([scale.clone(), of(sym::Cos, turn.clone())]);
    let im = times([scale, of(sym::Sin, turn)]);
    Ok(Parts { re: session.evaluate(&re)?, im: session.evaluate(&im)? })
}

fn is_known_positive(session: &mut Session, value: &Value) -> Evaluated<bool> {
    Ok(session.machine_value(value)?.is_some_and(|value| value > 0.0))
}

/// `b^(x + i y)` for a positive b with this logarithm.
fn exponential(session: &mut Session, z: &Parts, base: Value, log: Value) -> Evaluated<Parts> {
    let scale = session.evaluate(&to_the(base, z.re.clone()))?;
    if z.is_real() {
        return Ok(Parts::real(scale));
    }
    let turn = times([z.im.clone(), log]);
    let re = times([scale.clone(), of(sym::Cos, turn.clone())]);
    let im = times([scale, of(sym::Sin, turn)]);
    Ok(Parts { re: session.evaluate(&re)?, im: session.evaluate(&im)? })
}

fn whole_power(session: &mut Session, base: &Parts, exponent: i64) -> Evaluated<Parts> {
    if base.is_real() {
        let power = to_the(base.re.clone(), exponent);
        return Ok(Parts::real(session.evaluate(&power)?));
    }
    let mut all = base.clone();
    for _ in 1..exponent.abs() {
        all = product(session, &all, base)?;
    }
    if exponent > 0 {
        return Ok(all);
    }
    let norm = match exponent {
        -1 => base.norm(),
        _ => to_the(base.norm(), -exponent),
    };
    let norm = session.evaluate(&norm)?;
    let re = over(all.re, norm.clone());
    let im = over(negative(all.im), norm);
    Ok(Parts { re: session.evaluate(&re)?, im: session.evaluate(&im)? })
}

fn function(session: &mut Session, value: &Value, head: Symbol, z: &Parts) -> Evaluated<Parts> {
    let (x, y) = (z.re.clone(), z.im.clone());
    let call = |head: Symbol, arg: &Value| of(head, arg.clone());
    let (re, im) = match head {
        sym::Re => (x, Value::Integer(0)),
        sym::Im => (y, Value::Integer(0)),
        sym::Conjugate => (x, negative(y)),
        sym::Abs => (z.size(session)?, Value::Integer(0)),
        sym::Arg => (z.angle(session)?, Value::Integer(0)),
        sym::Log => match z.is_real() && is_known_positive(session, &x)? {
            true => (value.clone(), Value::Integer(0)),
            false => {
                let norm = if z.is_real() { to_the(x, 2) } else { z.norm() };
                (times([half(), of(sym::Log, norm)]), z.angle(session)?)
            }
        },
        sym::Sign if !z.is_real() => {
            let size = z.size(session)?;
            (over(x, size.clone()), over(y, size))
        }
        _ if z.is_real() => (value.clone(), Value::Integer(0)),
        sym::Sin => (
            times([call(sym::Sin, &x), call(sym::Cosh, &y)]),
            times([call(sym::Cos, &x), call(sym::Sinh, &y)]),
        ),
        sym::Cos => (
            times([call(sym::Cos, &x), call(sym::Cosh, &y)]),
            negative(times([call(sym::Sin, &x), call(sym::Sinh, &y)])),
        ),
        sym::Sinh => (
            times([call(sym::Sinh, &x), call(sym::Cos, &y)]),
            times([call(sym::Cosh, &x), call(sym::Sin, &y)]),
        ),
        sym::Cosh => (
            times([call(sym::Cosh, &x), call(sym::Cos, &y)]),
            times([call(sym::Sinh, &x), call(sym::Sin, &y)]),
        ),
        _ => match of_double_angle(head, &x, &y) {
            Some(both) => both,
            None => return Ok(unknown(value)),
        },
    };
    Ok(Parts { re: session.evaluate(&re)?, im: session.evaluate(&im)? })
}

/// Tangents and secants, over the sum or difference of cos 2x and cosh 2y.
fn of_double_angle(head: Symbol, x: &Value, y: &Value) -> Option<(Value, Value)> {
    let double = |head: Symbol, x: &Value| of(head, times([Value::Integer(2), x.clone()]));
    let call = |head: Symbol, x: &Value| of(head, x.clone());
    let (cos, cosh) = match head {
        sym::Tan | sym::Cot | sym::Sec | sym::Csc => (double(sym::Cos, x), double(sym::Cosh, y)),
        _ => (double(sym::Cos, y), double(sym::Cosh, x)),
    };
    let (sum, difference) = (plus([cos.clone(), cosh.clone()]), minus(cos, cosh));
    let both = |re: Value, im: Value, below: Value| (over(re, below.clone()), over(im, below));
    let two = |a: Value, b: Value| times([Value::Integer(2), a, b].as_slice());
    Some(match head {
        sym::Tan => both(double(sym::Sin, x), double(sym::Sinh, y), sum),
        sym::Cot => both(negative(double(sym::Sin, x)), double(sym::Sinh, y), difference),
        sym::Tanh => both(double(sym::Sinh, x), double(sym::Sin, y), sum),
        sym::Coth => both(negative(double(sym::Sinh, x)), double(sym::Sin, y), difference),
        sym::Sec => both(
            two(call(sym::Cos, x), call(sym::Cosh, y)),
            two(call(sym::Sin, x), call(sym::Sinh, y)),
            sum,
        ),
        sym::Csc => both(
            negative(two(call(sym::Sin, x), call(sym::Cosh, y))),
            two(call(sym::Cos, x), call(sym::Sinh, y)),
            difference,
        ),
        sym::Sech => both(
            two(call(sym::Cosh, x), call(sym::Cos, y)),
            negative(two(call(sym::Sinh, x), call(sym::Sin, y))),
            sum,
        ),
        sym::Csch => both(
            negative(two(call(sym::Sinh, x), call(sym::Cos, y))),
            two(call(sym::Cosh, x), call(sym::Sin, y)),
            difference,
        ),
        _ => return None,
    })
}
