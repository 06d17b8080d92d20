//! Fractions of polynomials, kept as products: a number, powers of kernels, and powers of
//! polynomials that have no factor in common with those on the other side.

use bolt_algebra::{Integer, Integers, Polynomial, Watch, gcd};
use dashu_ratio::RBig;

use super::build::{Refusal, sum_of, with_number};
use super::kernels::{Basis, Leaf};
use super::scalar::from_integer;
use crate::number;
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

/// A fraction of polynomials.
#[derive(Debug, Clone)]
pub(crate) struct Ratio {
    /// The number, as numerator and positive denominator without common factors.
    pub(crate) number: (Integer, Integer),
    /// The exponents of the kernels.
    pub(crate) monomial: Vec<i64>,
    /// Primitive polynomials of two terms or more that no kernel divides, with exponents other
    /// than 0. Their first coefficients are positive.
    pub(crate) factors: Vec<(Polynomial, i64)>,
}

impl Ratio {
    pub(crate) fn number(numerator: &Integer, denominator: &Integer, variables: usize) -> Self {
        let mut ratio = Self {
            number: (Integer::ONE, Integer::ONE),
            monomial: vec![0; variables],
            factors: Vec::new(),
        };
        ratio.times_number(numerator, denominator);
        ratio
    }

    pub(super) fn times_number(&mut self, numerator: &Integer, denominator: &Integer) {
        let (mut top, mut bottom) = (self.number.0.mul(numerator), self.number.1.mul(denominator));
        let common = top.gcd(&bottom);
        let common = if bottom.is_negative() { common.neg() } else { common };
        if !common.is_one() {
            top = top.div_exact(&common).unwrap_or(Integer::ZERO);
            bottom = bottom.div_exact(&common).unwrap_or(Integer::ONE);
        }
        self.number = (top, bottom);
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.number.0.is_zero()
    }

    /// Takes the number and the powers of kernels out of a polynomial.
    pub(crate) fn from_polynomial(polynomial: &Polynomial) -> Self {
        let variables = polynomial.variables();
        let content = polynomial.content();
        let mut ratio = Self::number(&content, &Integer::ONE, variables);
        if content.is_zero() {
            return ratio;
        }
        let low = polynomial.low_degrees();
        let term = Polynomial::from_terms(&Integers, variables, [(low.clone(), content)]);
        let rest = polynomial.div(&Integers, &term).unwrap_or_else(|| polynomial.clone());
        ratio.monomial = low.into_iter().map(|exponent| exponent as i64).collect();
        if rest.len() > 1 {
            ratio.factors.push((rest, 1));
        }
        ratio
    }

    /// Returns the product, in lowest terms.
    pub(crate) fn times(&self, other: &Self, watch: Watch<'_>) -> Result<Self, Refusal> {
        let mut product = self.clone();
        product.times_number(&other.number.0, &other.number.1);
        for (own, exponent) in product.monomial.iter_mut().zip(&other.monomial) {
            *own += exponent;
        }
        for (factor, exponent) in &other.factors {
            product.push(factor, *exponent, watch)?;
        }
        Ok(product)
    }

    /// Multiplies by a power of a primitive polynomial, cancelling what is common.
    fn push(
        &mut self,
        factor: &Polynomial,
        exponent: i64,
        watch: Watch<'_>,
    ) -> Result<(), Refusal> {
        let mut left = vec![(factor.clone(), exponent)];
        while let Some((factor, exponent)) = left.pop() {
            if exponent == 0 || factor.is_constant() {
                continue;
            }
            if let Some(place) = self.factors.iter().position(|(own, _)| own.equals(&factor)) {
                self.factors[place].1 += exponent;
                if self.factors[place].1 == 0 {
                    self.factors.remove(place);
                }
                continue;
            }
            let mut common = None;
            for (place, (own, power)) in self.factors.iter().enumerate() {
                if (*power < 0) != (exponent < 0) {
                    let divisor = gcd(own, &factor, watch)?;
                    if !divisor.is_constant() {
                        common = Some((place, divisor));
                        break;
                    }
                }
            }
            match common {
                None => self.factors.push((factor, exponent)),
                Some((place, divisor)) => {
                    let (own, power) = self.factors.remove(place);
                    let of =
                        |side: &Polynomial| side.div(&Integers, &divisor).ok_or(Refusal::Unknown);
                    left.push((of(&factor)?, exponent));
                    left.push((divisor.clone(), exponent + power));
                    left.push((of(&own)?, power));
                }
            }
        }
        Ok(())
    }

    /// Returns it to a whole power.
    pub(crate) fn power(&self, exponent: i64) -> Result<Self, Refusal> {
        if self.is_zero() && exponent < 0 {
            return Err(Refusal::Infinite);
        }
        let size = usize::try_from(exponent.unsigned_abs()).map_err(|_| Refusal::TooLarge)?;
        let bits = self.number.0.bits().max(self.number.1.bits());
        if bits > 1 && bits.saturating_mul(size) > 1 << 26 {
            return Err(Refusal::TooLarge);
        }
        let (mut top, mut bottom) = (self.number.0.pow(size), self.number.1.pow(size));
        if exponent < 0 {
            (top, bottom) = (bottom, top);
            if bottom.is_negative() {
                (top, bottom) = (top.neg(), bottom.neg());
            }
        }
        let raised = |own: i64| own.checked_mul(exponent).ok_or(Refusal::TooLarge);
        let monomial = self.monomial.iter().map(|own| raised(*own)).collect::<Result<_, _>>()?;
        let factor = |(factor, own): &(Polynomial, i64)| Ok((factor.clone(), raised(*own)?));
        let factors = self.factors.iter().map(factor).collect::<Result<_, Refusal>>()?;
        Ok(Self { number: (top, bottom), monomial, factors })
    }

    /// Returns the sum, over the least common denominator and in lowest terms.
    pub(crate) fn sum(
        terms: Vec<Self>,
        variables: usize,
        watch: Watch<'_>,
    ) -> Result<Self, Refusal> {
        let mut groups: Vec<Vec<Self>> = Vec::new();
        for term in terms.into_iter().filter(|term| !term.is_zero()) {
            match groups.iter_mut().find(|group| group[0].has_denominator_of(&term)) {
                Some(group) => group.push(term),
                None => groups.push(vec![term]),
            }
        }
        let mut sums = Vec::with_capacity(groups.len());
        for group in groups {
            sums.push(Self::over_one_base(group, watch)?);
        }
        let mut total: Option<Self> = None;
        for sum in sums {
            total = Some(match total {
                None => sum,
                Some(total) => Self::over_one_base(vec![total, sum], watch)?,
            });
        }
        Ok(total.unwrap_or_else(|| Self::number(&Integer::ZERO, &Integer::ONE, variables)))
    }

    fn has_denominator_of(&self, other: &Self) -> bool {
        fn below(ratio: &Ratio) -> impl Iterator<Item = &(Polynomial, i64)> {
            ratio.factors.iter().filter(|(_, exponent)| *exponent < 0)
        }
        let same =
            |(a, b): (&(Polynomial, i64), &(Polynomial, i64))| a.1 == b.1 && a.0.equals(&b.0);
        let low = |(a, b): (&i64, &i64)| a.min(&0) == b.min(&0);
        below(self).count() == below(other).count()
            && self.monomial.iter().zip(&other.monomial).all(low)
            && below(self).zip(below(other)).all(same)
    }

    /// Adds terms by taking out what they have in common.
    fn over_one_base(terms: Vec<Self>, watch: Watch<'_>) -> Result<Self, Refusal> {
        let [first, _, ..] = &terms[..] else {
            return terms.into_iter().next().ok_or(Refusal::Unknown);
        };
        let variables = first.monomial.len();
        let bases = common_bases(&terms, watch)?;
        let exponents: Vec<Vec<i64>> = terms.iter().map(|term| term.in_bases(&bases)).collect();
        let least = |of: &mut dyn Iterator<Item = i64>| of.min().unwrap_or(0);
        let low: Vec<i64> =
            (0..bases.len()).map(|b| least(&mut exponents.iter().map(|e| e[b]))).collect();
        let monomial: Vec<i64> =
            (0..variables).map(|v| least(&mut terms.iter().map(|t| t.monomial[v]))).collect();
        let denominator = terms.iter().fold(Integer::ONE, |sum, term| {
            let own = &term.number.1;
            sum.mul(&own.div_exact(&sum.gcd(own)).unwrap_or(Integer::ONE))
        });
        let mut numerators = Vec::with_capacity(terms.len());
        for (term, exponents) in terms.iter().zip(&exponents) {
            watch.check()?;
            let scale = denominator.div_exact(&term.number.1).unwrap_or(Integer::ONE);
            let own = term.monomial.iter().zip(&monomial).map(|(a, b)| (a - b) as u64);
            let value = term.number.0.mul(&scale);
            let mut numerator = Polynomial::from_terms(&Integers, variables, [(own, value)]);
            for (base, (own, low)) in bases.iter().zip(exponents.iter().zip(&low)) {
                numerator = times_power(&numerator, base, (own - low) as u64)?;
            }
            numerators.push(numerator);
        }
        let total = Polynomial::sum(&Integers, variables, &numerators);
        let outside = Self {
            number: (Integer::ONE, denominator),
            monomial,
            factors: bases.into_iter().zip(low).filter(|(_, low)| *low != 0).collect(),
        };
        outside.times(&Self::from_polynomial(&total), watch)
    }

    /// Returns its exponents in coprime polynomials of which its factors are products.
    pub(super) fn in_bases(&self, bases: &[Polynomial]) -> Vec<i64> {
        let mut exponents = vec![0; bases.len()];
        for (factor, power) in &self.factors {
            let mut rest = factor.clone();
            for (base, exponent) in bases.iter().zip(&mut exponents) {
                while !rest.is_constant()
                    && let Some(quotient) = rest.div(&Integers, base)
                {
                    rest = quotient;
                    *exponent += power;
                }
            }
        }
        exponents
    }

    /// Returns the numerator and the denominator, multiplied out; the number is in the numerator.
    pub(crate) fn expanded(&self) -> Result<(Polynomial, Polynomial), Refusal> {
        let variables = self.monomial.len();
        let side = |number: &Integer, sign: i64| {
            let powers = self.monomial.iter().map(|own| (own * sign).max(0) as u64);
            let start = Polynomial::from_terms(&Integers, variables, [(powers, number.clone())]);
            self.factors
                .iter()
                .filter(|(_, e)| e * sign > 0)
                .try_fold(start, |product, (f, e)| times_power(&product, f, (e * sign) as u64))
        };
        Ok((side(&self.number.0, 1)?, side(&self.number.1, -1)?))
    }
}

/// Multiplies by a power, unless the product would be too large.
pub(crate) fn times_power(
    product: &Polynomial,
    base: &Polynomial,
    exponent: u64,
) -> Result<Polynomial, Refusal> {
    if exponent == 0 {
        return Ok(product.clone());
    }
    let degrees = product.degrees().into_iter().zip(base.degrees());
    let sizes: f64 = degrees.map(|(a, b)| a as f64 + b as f64 * exponent as f64 + 1.0).product();
    let count = product.len() as f64 * (base.len() as f64).powf(exponent as f64);
    if sizes.min(count) > 4e6 {
        return Err(Refusal::TooLarge);
    }
    Ok(product.mul(&Integers, &base.pow(&Integers, exponent)))
}

/// Returns polynomials without common factors of which the factors of all terms are products.
pub(super) fn common_bases(terms: &[Ratio], watch: Watch<'_>) -> Result<Vec<Polynomial>, Refusal> {
    let mut bases: Vec<Polynomial> = Vec::new();
    for (factor, _) in terms.iter().flat_map(|term| &term.factors) {
        let mut left = vec![factor.clone()];
        while let Some(factor) = left.pop() {
            if factor.is_constant() || bases.iter().any(|base| base.equals(&factor)) {
                continue;
            }
            let mut common = None;
            for (place, base) in bases.iter().enumerate() {
                let divisor = gcd(base, &factor, watch)?;
                if !divisor.is_constant() {
                    common = Some((place, divisor));
                    break;
                }
            }
            let Some((place, divisor)) = common else {
                bases.push(factor);
                continue;
            };
            let base = bases.remove(place);
            left.extend(base.div(&Integers, &divisor));
            left.extend(factor.div(&Integers, &divisor));
            left.push(divisor);
        }
    }
    Ok(bases)
}

/// Reads an expression as a fraction of polynomials in the kernels of a basis.
pub(crate) fn read(basis: &Basis, value: &Value, watch: Watch<'_>) -> Result<Ratio, Refusal> {
    let variables = basis.len();
    match basis.leaf(value) {
        Leaf::Number => read_number(basis, value),
        Leaf::Powers(powers) => {
            let mut ratio = Ratio::number(&Integer::ONE, &Integer::ONE, variables);
            for (place, exponent) in powers {
                ratio.monomial[place] += exponent;
            }
            Ok(ratio)
        }
        Leaf::Compound(exponent) => match value {
            Value::Call(call) => grown(call.depth(), || compound(basis, call, exponent, watch)),
            _ => Err(Refusal::Unknown),
        },
        Leaf::Split(..) | Leaf::Unknown => Err(Refusal::Unknown),
    }
}

/// Reads an expression by its parts, even if it is the base of a kernel itself.
pub(crate) fn read_inside(
    basis: &Basis,
    value: &Value,
    watch: Watch<'_>,
) -> Result<Ratio, Refusal> {
    match value {
        Value::Call(call) if call.is(sym::Plus) => compound(basis, call, 1, watch),
        _ => read(basis, value, watch),
    }
}

fn compound(basis: &Basis, call: &Call, exponent: i64, watch: Watch<'_>) -> Result<Ratio, Refusal> {
    watch.check()?;
    if call.is(sym::Power) {
        return read(basis, &call.args()[0], watch)?.power(exponent);
    }
    let parts: Result<Vec<Ratio>, Refusal> =
        call.args().iter().map(|arg| read(basis, arg, watch)).collect();
    if call.is(sym::Plus) {
        return Ratio::sum(parts?, basis.len(), watch);
    }
    let one = Ratio::number(&Integer::ONE, &Integer::ONE, basis.len());
    parts?.iter().try_fold(one, |product, part| product.times(part, watch))
}

fn read_number(basis: &Basis, value: &Value) -> Result<Ratio, Refusal> {
    let (re, im) = number::parts(value);
    let fraction = |value: &Value| -> Result<Ratio, Refusal> {
        let exact = exact(value).ok_or(Refusal::Unknown)?;
        let (top, bottom) = exact.into_parts();
        Ok(Ratio::number(
            &Integer::from(top),
            &Integer::from(dashu_int::IBig::from(bottom)),
            basis.len(),
        ))
    };
    let re = fraction(&re)?;
    if number::is_zero(&im) && !matches!(value, Value::Complex(_)) {
        return Ok(re);
    }
    let mut im = fraction(&im)?;
    let place = basis.place_of(&Value::i()).ok_or(Refusal::Unknown)?;
    im.monomial[place] += 1;
    Ratio::sum(vec![re, im], basis.len(), Watch::NEVER)
}

/// Returns the exact value of a real number.
pub(crate) fn exact(value: &Value) -> Option<RBig> {
    match value {
        Value::Real(real) => RBig::try_from(*real).ok(),
        Value::BigReal(real) => exact_binary(&real.value),
        _ => number::rational(value),
    }
}

fn exact_binary(value: &crate::value::Binary) -> Option<RBig> {
    let repr = value.repr();
    let exponent = repr.exponent();
    let significand = repr.significand().clone();
    let shift = exponent.unsigned_abs();
    if shift > 1 << 20 {
        return None;
    }
    Some(match exponent >= 0 {
        true => RBig::from(significand << shift),
        false => RBig::from_parts(significand, dashu_int::UBig::ONE << shift),
    })
}

/// Returns the expression of a polynomial, which is yet to be evaluated.
pub(crate) fn write_polynomial(basis: &Basis, polynomial: &Polynomial) -> Value {
    let term = |term: bolt_algebra::Term<'_, Integer>| {
        let powers = basis.product((0..basis.len()).map(|v| (v, term.exponent(v) as i64)));
        with_number(from_integer(term.coefficient), powers)
    };
    sum_of(polynomial.terms().map(term).collect())
}

/// Returns the expression of a fraction, which is yet to be evaluated.
pub(crate) fn write(basis: &Basis, ratio: &Ratio) -> Value {
    let mut factors = basis.product(ratio.monomial.iter().copied().enumerate());
    for (factor, exponent) in &ratio.factors {
        let base = write_polynomial(basis, factor);
        factors.push(match exponent {
            1 => base,
            _ => Value::call(sym::Power, [base, Value::Integer(*exponent)]),
        });
    }
    with_number(number_of(ratio), factors)
}

/// Returns the number of a fraction.
pub(crate) fn number_of(ratio: &Ratio) -> Value {
    let (top, bottom) = (from_integer(&ratio.number.0), from_integer(&ratio.number.1));
    number::divide(&top, &bottom).unwrap_or(Value::Integer(0))
}

/// Returns the expression of a fraction with the sign within a sum of the numerator, which is yet
/// to be evaluated.
pub(crate) fn write_signed(basis: &Basis, ratio: &Ratio) -> Value {
    let mut ratio = ratio.clone();
    let is_minus = ratio.number.0 == Integer::from(-1_i64);
    if is_minus && let Some(place) = ratio.factors.iter().position(|(_, e)| *e > 0 && e & 1 == 1) {
        ratio.number.0 = Integer::ONE;
        ratio.factors[place].0 = ratio.factors[place].0.neg(&Integers);
    }
    write(basis, &ratio)
}

/// Returns the factors of a product as arguments.
pub(crate) fn factors_of(value: &Value) -> Args {
    match value.args_of(sym::Times) {
        Some(factors) => Args::from(factors),
        None => std::iter::once(value.clone()).collect(),
    }
}
