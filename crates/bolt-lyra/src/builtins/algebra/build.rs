//! Expressions as polynomials in their kernels, and back.

use bolt_algebra::Polynomial;

use super::kernels::{Basis, Leaf};
use super::scalar::Scalars;
use crate::number;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

/// Polynomials of more terms than this are not multiplied out.
const TERMS_MAX: f64 = 4e6;

/// Why an expression is no polynomial that can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It would have too many terms or too large exponents.
    TooLarge,
    /// It holds something that is no number, sum, product or power.
    Unknown,
    /// It divides by 0.
    Infinite,
    /// The computation was stopped.
    Stopped,
}

impl From<bolt_algebra::Stopped> for Refusal {
    fn from(_: bolt_algebra::Stopped) -> Self {
        Self::Stopped
    }
}

/// Reads expressions as polynomials. Each kernel with an inverse has a second variable for it,
/// after those of all kernels.
pub(crate) struct Reader<'a, R: Scalars> {
    pub(crate) basis: &'a Basis,
    pub(crate) ring: R,
    inverses: Vec<Option<usize>>,
    variables: usize,
}

impl<'a, R: Scalars> Reader<'a, R> {
    pub(crate) fn new(basis: &'a Basis, ring: R) -> Self {
        let mut variables = basis.len();
        let inverse = |kernel: &super::kernels::Kernel| {
            kernel.has_inverse.then(|| {
                variables += 1;
                variables - 1
            })
        };
        let inverses = basis.kernels.iter().map(inverse).collect();
        Self { basis, ring, inverses, variables }
    }

    /// Returns the polynomial that an expression is.
    pub(crate) fn read(&self, value: &Value) -> Result<Polynomial<R::Element>, Refusal> {
        match self.basis.leaf(value) {
            Leaf::Number => {
                let number = self.ring.read(value).ok_or(Refusal::Unknown)?;
                Ok(Polynomial::constant(&self.ring, self.variables, number))
            }
            Leaf::Powers(powers) => self.monomial(&powers),
            Leaf::Split(powers, whole) => {
                let base = value.as_call().map(|call| &call.args()[0]).ok_or(Refusal::Unknown)?;
                self.product(&self.monomial(&powers)?, &self.power(&self.read(base)?, whole)?)
            }
            Leaf::Compound(exponent) => match value {
                Value::Call(call) => grown(call.depth(), || self.compound(call, exponent)),
                _ => Err(Refusal::Unknown),
            },
            Leaf::Unknown => Err(Refusal::Unknown),
        }
    }

    fn compound(&self, call: &Call, exponent: i64) -> Result<Polynomial<R::Element>, Refusal> {
        if call.is(sym::Power) {
            return self.power(&self.read(&call.args()[0])?, exponent);
        }
        if call.is(sym::Plus) {
            let terms: Result<Vec<_>, _> = call.args().iter().map(|arg| self.read(arg)).collect();
            return Ok(Polynomial::sum(&self.ring, self.variables, &terms?));
        }
        let mut product: Option<Polynomial<R::Element>> = None;
        for factor in call.args() {
            let factor = self.read(factor)?;
            product = Some(match product {
                None => factor,
                Some(product) => self.product(&product, &factor)?,
            });
        }
        product.ok_or(Refusal::Unknown)
    }

    fn monomial(&self, powers: &[(usize, i64)]) -> Result<Polynomial<R::Element>, Refusal> {
        let mut exponents = vec![0_u64; self.variables];
        for &(place, exponent) in powers {
            let variable = match exponent < 0 {
                true => self.inverses[place].ok_or(Refusal::Unknown)?,
                false => place,
            };
            exponents[variable] += exponent.unsigned_abs();
        }
        Ok(Polynomial::from_terms(&self.ring, self.variables, [(exponents, self.ring.one())]))
    }

    pub(crate) fn product(
        &self,
        a: &Polynomial<R::Element>,
        b: &Polynomial<R::Element>,
    ) -> Result<Polynomial<R::Element>, Refusal> {
        let terms = (a.len() as f64 * b.len() as f64).min(box_size(a, b));
        check(terms, a.degrees().into_iter().zip(b.degrees()).map(|(a, b)| a as f64 + b as f64))?;
        Ok(a.mul(&self.ring, b))
    }

    fn power(
        &self,
        base: &Polynomial<R::Element>,
        exponent: i64,
    ) -> Result<Polynomial<R::Element>, Refusal> {
        let exponent = u64::try_from(exponent).map_err(|_| Refusal::Unknown)?;
        let high = base.degrees().into_iter().map(|degree| degree as f64 * exponent as f64);
        let sizes: f64 = high.clone().map(|degree| degree + 1.0).product();
        check(compositions(base.len() as f64, exponent as f64).min(sizes), high)?;
        Ok(base.pow(&self.ring, exponent))
    }

    /// Returns the exponents of a term, those of inverses counting as negative.
    fn exponents(&self, term: &bolt_algebra::Term<'_, R::Element>) -> Vec<i64> {
        let own = |place: usize| term.exponent(place) as i64;
        let inverse = |place: usize| self.inverses[place].map_or(0, own);
        (0..self.basis.len()).map(|place| own(place) - inverse(place)).collect()
    }

    /// Returns the terms, those of the same exponents added up, with the exponents of the kernels.
    pub(crate) fn terms(&self, of: &Polynomial<R::Element>) -> Vec<(Vec<i64>, R::Element)> {
        let all = of.terms().map(|term| (self.exponents(&term), term.coefficient.clone()));
        if self.variables == self.basis.len() {
            return all.collect();
        }
        let mut all: Vec<_> = all.collect();
        all.sort_by(|a, b| b.0.cmp(&a.0));
        let mut joined: Vec<(Vec<i64>, R::Element)> = Vec::new();
        for (exponents, value) in all {
            match joined.last_mut() {
                Some(last) if last.0 == exponents => last.1 = self.ring.add(&last.1, &value),
                _ => joined.push((exponents, value)),
            }
        }
        joined.retain(|(_, value)| !self.ring.is_zero(value));
        joined
    }

    /// Returns the expression of a polynomial, which is yet to be evaluated.
    pub(crate) fn write(&self, of: &Polynomial<R::Element>) -> Value {
        let term = |(exponents, value): (Vec<i64>, R::Element)| {
            let powers = self.basis.product(exponents.into_iter().enumerate());
            with_number(self.ring.write(&value), powers)
        };
        sum_of(self.terms(of).into_iter().rev().map(term).collect())
    }
}

fn box_size<E: Clone + PartialEq>(a: &Polynomial<E>, b: &Polynomial<E>) -> f64 {
    let size = |(x, y): (u64, u64)| x as f64 + y as f64 + 1.0;
    a.degrees().into_iter().zip(b.degrees()).map(size).product()
}

/// The number of terms of a sum of so many terms to a power: binomial(n + k - 1, k).
fn compositions(terms: f64, exponent: f64) -> f64 {
    let mut count = 1.0;
    let (least, most) = (exponent.min(terms - 1.0), exponent.max(terms - 1.0));
    let mut step = 1.0;
    while step <= least && count < 1e12 {
        count *= (most + step) / step;
        step += 1.0;
    }
    count
}

fn check(terms: f64, mut degrees: impl Iterator<Item = f64>) -> Result<(), Refusal> {
    let fits = terms <= TERMS_MAX && degrees.all(|degree| degree < 1e18);
    if fits { Ok(()) } else { Err(Refusal::TooLarge) }
}

/// Returns a number times factors, which is yet to be evaluated.
pub(crate) fn with_number(number: Value, mut factors: Args) -> Value {
    match factors.len() {
        0 => number,
        1 if number::is_one(&number) => factors.remove(0),
        _ => {
            if !number::is_one(&number) {
                factors.insert(0, number);
            }
            Value::call(sym::Times, factors)
        }
    }
}

/// Returns a sum, which is yet to be evaluated.
pub(crate) fn sum_of(mut terms: Args) -> Value {
    match terms.len() {
        0 => Value::Integer(0),
        1 => terms.remove(0),
        _ => Value::call(sym::Plus, terms),
    }
}

/// Returns whether all numbers that an expression is built of are integers.
pub(crate) fn is_whole(value: &Value) -> bool {
    match value {
        Value::Call(call) if [sym::Plus, sym::Times].iter().any(|head| call.is(*head)) => {
            grown(call.depth(), || call.args().iter().all(is_whole))
        }
        Value::Call(call) if call.is(sym::Power) && call.args().len() == 2 => {
            grown(call.depth(), || is_whole(&call.args()[0]))
        }
        Value::Integer(_) | Value::BigInteger(_) => true,
        _ => !value.is_number(),
    }
}

impl Session {
    /// Returns whether sums and products mean only what they are.
    pub(crate) fn has_plain_arithmetic(&self) -> bool {
        let is_plain = |symbol| self.definition(symbol).is_none_or(|d| d.down.is_empty());
        !self.has_up_rules && [sym::Plus, sym::Times, sym::Power].into_iter().all(is_plain)
    }

    /// Returns the expression of a polynomial in plain kernels, the last of which comes first, in
    /// its final form.
    pub(crate) fn write_final<R: Scalars>(
        &mut self,
        reader: &Reader<'_, R>,
        of: &Polynomial<R::Element>,
    ) -> Value {
        let epoch = self.epoch;
        for symbol in [sym::Plus, sym::Times, sym::Power] {
            self.definition_mut(symbol).seen = epoch;
        }
        let count = reader.basis.len();
        let mut powers: Vec<Vec<Option<Value>>> = vec![Vec::new(); count];
        let mut terms = Args::with_capacity(of.len());
        for term in of.terms().rev() {
            let mut factors = Args::new();
            let number = reader.ring.write(term.coefficient);
            if !number::is_one(&number) {
                factors.push(number);
            }
            for place in (0..count).rev() {
                let exponent = term.exponent(place) as usize;
                if exponent > 0 {
                    factors.push(self.final_power(
                        reader.basis,
                        &mut powers[place],
                        place,
                        exponent,
                    ));
                }
            }
            terms.push(match factors.len() {
                0 => Value::Integer(1),
                1 => factors.remove(0),
                _ => self.final_call(sym::Times, factors),
            });
        }
        match terms.len() {
            0 => Value::Integer(0),
            1 => terms.remove(0),
            _ => self.final_call(sym::Plus, terms),
        }
    }

    fn final_call(&self, head: crate::symbol::Symbol, args: Args) -> Value {
        let call = Call::new(head, args);
        self.mark_elements_final(&call, self.epoch);
        Value::from(call)
    }

    fn final_power(
        &self,
        basis: &Basis,
        known: &mut Vec<Option<Value>>,
        place: usize,
        exponent: usize,
    ) -> Value {
        /// Powers that are kept for other terms.
        const KEPT: usize = 1 << 12;
        let base = &basis.kernels[place].base;
        let make = || match exponent {
            1 => base.clone(),
            _ => {
                let exponent = i64::try_from(exponent).unwrap_or(i64::MAX);
                self.final_call(sym::Power, [base.clone(), Value::Integer(exponent)].into())
            }
        };
        if exponent >= KEPT {
            return make();
        }
        if known.len() <= exponent {
            known.resize(exponent + 1, None);
        }
        known[exponent].get_or_insert_with(make).clone()
    }
}
