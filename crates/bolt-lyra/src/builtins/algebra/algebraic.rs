//! Algebraic numbers: the polynomials whose roots they are.

use bolt_algebra::{Integer, Integers, Polynomial, Watch, factor, resultant};
use triomphe::Arc;

use super::build::Refusal;
use super::kernels::{Basis, Kernel};
use super::ratio::{Ratio, read_inside};
use crate::builtins::arithmetic::to_the;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[builtin(
    "MinimalPolynomial",
    Attributes::LISTABLE,
    minimal_polynomial,
    "MinimalPolynomial[a, x] is the polynomial in x of lowest degree with integer coefficients whose \
     root is the algebraic number a, which is built of rational numbers, roots and I.",
    &[
        ("MinimalPolynomial[Sqrt[2] + Sqrt[3], x]", "1 - 10*x^2 + x^4"),
        ("MinimalPolynomial[3/2, x]", "-3 + 2*x"),
    ],
)];

fn minimal_polynomial(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (number, variable) = match call.args() {
        [number] => (number.clone(), None),
        [number, variable] => (number.clone(), Some(variable.clone())),
        args => {
            let count = args.len();
            session.wrong_count_of("MinimalPolynomial", count, 1, 2);
            return Ok(Step::Same);
        }
    };
    let Some(factors) = annihilators(session, &number)? else { return Ok(Step::Same) };
    let slot = Value::call(sym::Slot, [Value::Integer(1)].as_slice());
    let unknown = variable.clone().unwrap_or(slot);
    let mut best: Option<(f64, Value)> = None;
    for own in factors {
        let at = |base: &Value| {
            let term = |(power, value): (usize, &Integer)| {
                let value = super::scalar::from_integer(value);
                match power {
                    0 => value,
                    _ => Value::call(sym::Times, [value, to_the(base.clone(), power as i64)]),
                }
            };
            let terms = own.iter().enumerate().filter(|(_, value)| !value.is_zero()).map(term);
            Value::call(sym::Plus, terms.collect::<Args>())
        };
        let approximation = Value::call(sym::N, [at(&number), Value::Integer(60)]);
        let size = session.evaluate(&Value::call(sym::Abs, [approximation].as_slice()))?;
        let Some(size) = number::to_f64(&size) else { return Ok(Step::Same) };
        if best.as_ref().is_none_or(|(least, _)| size < *least) {
            best = Some((size, at(&unknown)));
        }
    }
    let Some((size, polynomial)) = best else { return Ok(Step::Same) };
    if size > 1e-20 {
        return Ok(Step::Same);
    }
    let written = session.evaluate(&polynomial)?;
    Ok(Step::Done(match variable {
        Some(_) => written,
        None => Value::call(sym::Function, [written].as_slice()),
    }))
}

/// Returns irreducible polynomials, one of which has the number as a root; `None` if it is not
/// built of rational numbers, roots and `I`.
fn annihilators(session: &mut Session, number: &Value) -> Evaluated<Option<Vec<Vec<Integer>>>> {
    // The bases of roots may have roots in them.
    let mut all = vec![number.clone()];
    let mut seen = 0;
    while seen < all.len() {
        let basis = Basis::new(
            session,
            super::kernels::Form::Fraction,
            &[&all[seen]],
            std::collections::HashSet::new(),
        );
        for kernel in &basis.kernels {
            let base = root_base(kernel);
            let Some(base) = base else { return Ok(None) };
            if !base.is_number() && !all.contains(&base) {
                all.push(base);
            }
        }
        seen += 1;
        if all.len() > 12 {
            return Ok(None);
        }
    }
    let every: Vec<&Value> = all.iter().collect();
    if every.iter().any(|value| super::together::has_approximate(value)) {
        return Ok(None);
    }
    let basis = Basis::new(
        session,
        super::kernels::Form::Fraction,
        &every,
        std::collections::HashSet::new(),
    );
    let flag = session.interrupt.clone();
    let watch = Watch::new(&flag);
    let ratios: Result<Vec<Ratio>, Refusal> =
        every.iter().map(|value| read_inside(&basis, value, watch)).collect();
    match ratios.and_then(|ratios| eliminated(&basis, &all, &ratios, watch)) {
        Ok(found) => Ok(found),
        Err(refusal) => {
            session.refused(refusal)?;
            Ok(None)
        }
    }
}

/// Returns what a kernel is a root of: -1 for `I`; `None` if it is no algebraic number.
fn root_base(kernel: &Kernel) -> Option<Value> {
    if !number::is_one(&kernel.rest) {
        return None;
    }
    match &kernel.base {
        Value::Complex(_) => Some(Value::Integer(-1)),
        base if kernel.root > 1 => Some(base.clone()),
        _ => None,
    }
}

/// Eliminates the kernels one after another, each by the equation that it fulfils.
fn eliminated(
    basis: &Basis,
    all: &[Value],
    ratios: &[Ratio],
    watch: Watch<'_>,
) -> Result<Option<Vec<Vec<Integer>>>, Refusal> {
    let count = basis.len();
    let widened = |own: &Polynomial| own.with_exponents(&Integers, count + 1, |v, e| (v, e));
    let variable =
        |place: usize, exponent: u64| Polynomial::variable(&Integers, count + 1, place, exponent);
    let (above, below) = ratios[0].expanded()?;
    let mut sum =
        variable(count, 1).mul(&Integers, &widened(&below)).sub(&Integers, &widened(&above));
    let mut left: Vec<usize> = (0..count).collect();
    while !left.is_empty() {
        // A kernel that stands in no base of another that is left goes next.
        let base_of = |place: usize| all.iter().position(|own| *own == basis.kernels[place].base);
        let stands_in = |place: usize, other: usize| match base_of(other) {
            Some(number) => {
                let ratio = &ratios[number];
                ratio.monomial[place] != 0
                    || ratio.factors.iter().any(|(factor, _)| factor.degree(place) > 0)
            }
            None => false,
        };
        let next = left.iter().position(|&place| {
            left.iter().all(|&other| other == place || !stands_in(place, other))
        });
        let Some(next) = next else { return Ok(None) };
        let place = left.remove(next);
        let kernel = &basis.kernels[place];
        let (top, bottom, root) = match (&kernel.base, base_of(place)) {
            (Value::Complex(_), _) => {
                let constant =
                    |value: i64| Polynomial::constant(&Integers, count + 1, Integer::from(value));
                (constant(-1), constant(1), 2)
            }
            (base, None) => {
                let Some(exact) = number::rational(base) else { return Ok(None) };
                let (top, bottom) = exact.into_parts();
                let constant = |own| Polynomial::constant(&Integers, count + 1, Integer::from(own));
                (constant(top), constant(dashu_int::IBig::from(bottom)), kernel.root as u64)
            }
            (_, Some(number)) => {
                let (top, bottom) = ratios[number].expanded()?;
                (widened(&top), widened(&bottom), kernel.root as u64)
            }
        };
        let relation = variable(place, root).mul(&Integers, &bottom).sub(&Integers, &top);
        if sum.degree(place) > 0 {
            sum = resultant(&sum, &relation, place, watch)?.primitive();
        }
    }
    let found = factor::factor(&sum, watch)?.factors;
    let dense = |own: &Polynomial| bolt_algebra::univariate::from_sparse(&Integers, own, count);
    Ok(Some(found.iter().map(|(own, _)| dense(own)).collect()))
}
