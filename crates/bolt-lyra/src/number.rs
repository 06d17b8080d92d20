//! Arithmetic of the numbers of the language: integers and fractions are exact, a machine real
//! makes the result a machine real, and a real of its own precision carries how much of it is
//! known, as in significance arithmetic (Wolfram, "Numerical Precision").

use std::cmp::Ordering;

use dashu_base::{Approximation, Sign, Signed};
use dashu_int::IBig;
use dashu_ratio::RBig;
use triomphe::Arc;

use crate::aside;
use crate::symbol::sym;
use crate::value::{BigReal, Binary, Call, Complex, Value};

/// Bits in a decimal digit.
const BITS_PER_DIGIT: f64 = std::f64::consts::LOG2_10;

/// Digits that a number may be known to.
const DIGITS_MAX: f64 = 1e12;

/// Bits that are computed beyond those that are known.
const GUARD_BITS: usize = 16;

/// The decimal digits of a machine real.
pub(crate) const MACHINE_DIGITS: f64 = 15.954_589_770_191_003;

impl BigReal {
    /// Returns a number of which so many decimal digits are known.
    pub(crate) fn new(value: Binary, precision: f64) -> Self {
        let value = value.with_precision(bits_of(precision)).value();
        Self { value, precision }
    }

    /// Returns the decimal logarithm of how far the value may be off. Of 0, the precision is how
    /// many digits behind the point are known.
    fn error(&self) -> f64 {
        match self.value.repr().significand().is_zero() {
            true => -self.precision,
            false => magnitude(&self.value) - self.precision,
        }
    }
}

/// Returns how many bits are computed for so many decimal digits.
pub(crate) fn bits_of(precision: f64) -> usize {
    let bits = (precision.clamp(1.0, DIGITS_MAX) * BITS_PER_DIGIT).ceil();
    bits as usize + GUARD_BITS
}

/// Returns the decimal logarithm of the size of a number.
fn magnitude(value: &Binary) -> f64 {
    match value.repr().significand().is_zero() {
        true => f64::NEG_INFINITY,
        false => {
            let shift = value.repr().digits().saturating_sub(64);
            let top: f64 = (value.repr().significand() >> shift).to_f64().value();
            let exponent = shift as f64 + value.repr().exponent() as f64;
            top.abs().log10() + exponent / BITS_PER_DIGIT
        }
    }
}

/// Returns the exact integer, if it is one.
pub(crate) fn integer(value: &Value) -> Option<IBig> {
    match value {
        Value::Integer(small) => Some(IBig::from(*small)),
        Value::BigInteger(big) => Some((**big).clone()),
        _ => None,
    }
}

/// Returns the exact rational, if it is one.
pub(crate) fn rational(value: &Value) -> Option<RBig> {
    match value {
        Value::Rational(rational) => Some((**rational).clone()),
        _ => integer(value).map(RBig::from),
    }
}

/// Returns the nearest machine real of a real number.
pub(crate) fn to_f64(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(integer) => Some(*integer as f64),
        Value::Real(real) => Some(*real),
        Value::BigInteger(integer) => Some(nearest(integer.to_f64())),
        Value::Rational(rational) => Some(nearest(rational.to_f64())),
        Value::BigReal(real) => Some(real.value.to_f64().value()),
        _ => None,
    }
}

fn nearest(approximation: Approximation<f64, Sign>) -> f64 {
    approximation.value()
}

/// Returns a real number to so many digits; exact ones are known to all of them.
pub(crate) fn to_binary(value: &Value, precision: f64) -> Option<Binary> {
    let bits = bits_of(precision);
    match value {
        Value::Real(real) => {
            let finite = real.is_finite().then(|| Binary::try_from(*real).ok()).flatten();
            finite.map(|real| real.with_precision(bits).value())
        }
        Value::BigReal(real) => Some(real.value.clone().with_precision(bits).value()),
        _ => {
            let (numerator, denominator) = rational(value)?.into_parts();
            let of = |integer: IBig| Binary::from(integer).with_precision(bits).value();
            Some(of(numerator) / of(denominator.into()))
        }
    }
}

/// Returns whether it is a number without approximation.
pub(crate) fn is_exact(value: &Value) -> bool {
    match value {
        Value::Integer(_) | Value::BigInteger(_) | Value::Rational(_) => true,
        Value::Complex(complex) => is_exact(&complex.re) && is_exact(&complex.im),
        _ => false,
    }
}

/// Returns whether a machine real is in it.
pub(crate) fn is_machine(value: &Value) -> bool {
    match value {
        Value::Complex(complex) => is_machine(&complex.re) || is_machine(&complex.im),
        _ => matches!(value, Value::Real(_)),
    }
}

/// Returns whether it is a number that is not complex.
pub(crate) fn is_real(value: &Value) -> bool {
    value.is_number() && !matches!(value, Value::Complex(_))
}

/// Returns whether it is the exact or approximate 0.
pub(crate) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Integer(integer) => *integer == 0,
        Value::Real(real) => *real == 0.0,
        Value::BigReal(real) => real.value.repr().significand().is_zero(),
        _ => false,
    }
}

/// Returns whether it is the exact 1.
pub(crate) fn is_one(value: &Value) -> bool {
    matches!(value, Value::Integer(1))
}

/// Returns whether it is a real number below 0.
pub(crate) fn is_negative(value: &Value) -> bool {
    match value {
        Value::Integer(integer) => *integer < 0,
        Value::Real(real) => *real < 0.0,
        Value::BigInteger(integer) => integer.is_negative(),
        Value::Rational(rational) => rational.is_negative(),
        Value::BigReal(real) => real.value.is_negative(),
        _ => false,
    }
}

/// Returns a complex number, or the real one if the imaginary part is exactly 0.
pub(crate) fn complex(re: Value, im: Value) -> Value {
    match im {
        Value::Integer(0) => re,
        _ => Value::Complex(Arc::new(Complex { re, im })),
    }
}

/// Returns the real and the imaginary part of a number.
pub(crate) fn parts(value: &Value) -> (Value, Value) {
    match value {
        Value::Complex(complex) => (complex.re.clone(), complex.im.clone()),
        _ => (value.clone(), Value::Integer(0)),
    }
}

/// What an operation does to each kind of real number.
struct Operation {
    machine: fn(f64, f64) -> f64,
    exact: fn(RBig, RBig) -> RBig,
    binary: fn(Binary, Binary) -> Binary,
    /// How many digits are known of the result, from the operands.
    precision: fn(&BigReal, &BigReal, &Binary) -> f64,
}

/// Computes with two real numbers that are not both small integers or machine reals.
fn of_reals(a: &Value, b: &Value, operation: &Operation) -> Value {
    if matches!(a, Value::Real(_)) || matches!(b, Value::Real(_)) {
        return of_machine(a, b, operation);
    }
    if let (Some(a), Some(b)) = (rational(a), rational(b)) {
        let bits = bits_of_fraction(&a).saturating_add(bits_of_fraction(&b));
        if bits > aside::SHORT_BITS {
            bolt_base::interrupt::poll();
        }
        let exact = operation.exact;
        return Value::from(aside::of_bits(bits, move || exact(a, b)));
    }
    let digits = |value: &Value| match value {
        Value::BigReal(real) => real.precision,
        _ => f64::INFINITY,
    };
    let (of_a, of_b) = (digits(a), digits(b));
    // A small number of few digits may leave all of those of a large one.
    let known = |digits: f64| if digits.is_finite() { digits } else { 0.0 };
    let working = known(of_a).max(known(of_b));
    let big = |value: &Value, precision: f64| {
        to_binary(value, working).map(|value| BigReal { value, precision })
    };
    let (Some(a), Some(b)) = (big(a, of_a), big(b, of_b)) else { return Value::Real(f64::NAN) };
    let (binary, left, right) = (operation.binary, a.value.clone(), b.value.clone());
    let value = aside::of_bits(bits_of(working), move || binary(left, right));
    if value.repr().is_infinite() {
        bolt_base::interrupt::stop(bolt_base::interrupt::Broken::Overflow);
    }
    let precision = (operation.precision)(&a, &b, &value);
    Value::BigReal(Arc::new(BigReal::new(value, precision)))
}

/// Computes with machine reals, or one and another number. What is beyond their range has a
/// precision of its own.
fn of_machine(a: &Value, b: &Value, operation: &Operation) -> Value {
    let of = |value| to_f64(value).unwrap_or(f64::NAN);
    let result = (operation.machine)(of(a), of(b));
    if result.is_finite() {
        return Value::Real(result);
    }
    let big = |value| to_binary(value, MACHINE_DIGITS);
    match (big(a), big(b)) {
        (Some(a), Some(b)) => {
            let value = (operation.binary)(a, b);
            Value::BigReal(Arc::new(BigReal::new(value, MACHINE_DIGITS)))
        }
        _ => Value::Real(result),
    }
}

fn sum_precision(a: &BigReal, b: &BigReal, sum: &Binary) -> f64 {
    let error = a.error().max(b.error());
    match sum.repr().significand().is_zero() {
        true => -error,
        false => (magnitude(sum) - error).max(0.0),
    }
}

fn product_precision(a: &BigReal, b: &BigReal, product: &Binary) -> f64 {
    let is_zero = |of: &Binary| of.repr().significand().is_zero();
    match (is_zero(&a.value), is_zero(&b.value)) {
        (true, true) => a.precision + b.precision,
        (true, false) => a.precision - magnitude(&b.value),
        (false, true) => b.precision - magnitude(&a.value),
        (false, false) if is_zero(product) => f64::INFINITY,
        (false, false) => a.precision.min(b.precision),
    }
}

const SUM: Operation = Operation {
    machine: |a, b| a + b,
    exact: |a, b| a + b,
    binary: |a, b| a + b,
    precision: sum_precision,
};

const PRODUCT: Operation = Operation {
    machine: |a, b| a * b,
    exact: |a, b| a * b,
    binary: |a, b| a * b,
    precision: product_precision,
};

/// Returns the sum of two numbers.
pub(crate) fn add(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Integer(x), Value::Integer(y)) => match x.checked_add(*y) {
            Some(sum) => Value::Integer(sum),
            None => Value::from(IBig::from(*x) + IBig::from(*y)),
        },
        (Value::Real(x), Value::Real(y)) => match x + y {
            sum if sum.is_finite() => Value::Real(sum),
            _ => of_machine(a, b, &SUM),
        },
        (Value::Complex(_), _) | (_, Value::Complex(_)) => {
            let ((a, b), (c, d)) = (parts(a), parts(b));
            complex(add(&a, &c), add(&b, &d))
        }
        (Value::Integer(_) | Value::BigInteger(_), Value::Integer(_) | Value::BigInteger(_)) => {
            match (integer(a), integer(b)) {
                (Some(a), Some(b)) => Value::from(a + b),
                _ => of_reals(a, b, &SUM),
            }
        }
        _ => of_reals(a, b, &SUM),
    }
}

/// Returns the product of two numbers.
pub(crate) fn multiply(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Integer(x), Value::Integer(y)) => match x.checked_mul(*y) {
            Some(product) => Value::Integer(product),
            None => Value::from(IBig::from(*x) * IBig::from(*y)),
        },
        (Value::Real(x), Value::Real(y)) => match x * y {
            product if product.is_finite() => Value::Real(product),
            _ => of_machine(a, b, &PRODUCT),
        },
        (Value::Complex(_), _) | (_, Value::Complex(_)) => {
            let ((a, b), (c, d)) = (parts(a), parts(b));
            complex(
                subtract(&multiply(&a, &c), &multiply(&b, &d)),
                add(&multiply(&a, &d), &multiply(&b, &c)),
            )
        }
        // Nothing times an exact 0 is anything else.
        (Value::Integer(0), _) | (_, Value::Integer(0)) => Value::Integer(0),
        (Value::Integer(_) | Value::BigInteger(_), Value::Integer(_) | Value::BigInteger(_)) => {
            match (integer(a), integer(b)) {
                (Some(a), Some(b)) => Value::from(aside::product(a, b)),
                _ => of_reals(a, b, &PRODUCT),
            }
        }
        _ => of_reals(a, b, &PRODUCT),
    }
}

/// Returns the number with the other sign.
pub(crate) fn negate(a: &Value) -> Value {
    multiply(&Value::Integer(-1), a)
}

/// Returns the difference of two numbers.
pub(crate) fn subtract(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Integer(x), Value::Integer(y)) if x.checked_sub(*y).is_some() => {
            Value::Integer(x.wrapping_sub(*y))
        }
        (Value::Real(x), Value::Real(y)) if (x - y).is_finite() => Value::Real(x - y),
        _ => add(a, &negate(b)),
    }
}

/// Returns 1 divided by a number, `None` for 0.
pub(crate) fn reciprocal(a: &Value) -> Option<Value> {
    if is_zero(a) {
        return None;
    }
    Some(match a {
        Value::Real(real) => Value::Real(1.0 / real),
        Value::BigReal(real) => {
            let (bits, own) = (bits_of(real.precision), real.value.clone());
            let one = Binary::ONE.with_precision(bits).value();
            let inverse = aside::of_bits(bits, move || one / own);
            Value::BigReal(Arc::new(BigReal::new(inverse, real.precision)))
        }
        Value::Complex(complex_number) => {
            let Complex { re, im } = &**complex_number;
            let norm = add(&multiply(re, re), &multiply(im, im));
            let inverse = reciprocal(&norm)?;
            complex(multiply(re, &inverse), multiply(&negate(im), &inverse))
        }
        _ => Value::from(RBig::ONE / rational(a)?),
    })
}

/// Returns the quotient of two numbers, `None` where the divisor is 0.
pub(crate) fn divide(a: &Value, b: &Value) -> Option<Value> {
    match (a, b) {
        (Value::Real(x), Value::Real(y)) if *y != 0.0 => Some(Value::Real(x / y)),
        (Value::Real(x), Value::Integer(y)) if *y != 0 => Some(Value::Real(x / *y as f64)),
        (Value::Integer(x), Value::Real(y)) if *y != 0.0 => Some(Value::Real(*x as f64 / y)),
        (Value::Integer(x), Value::Integer(y)) if *y != 0 && x.checked_rem(*y) == Some(0) => {
            Some(Value::Integer(x / y))
        }
        _ => Some(multiply(a, &reciprocal(b)?)),
    }
}

/// Integers of more bits than this are not computed: multiplying two of half as many takes some
/// gigabytes.
pub(crate) const MAX_BITS: u64 = 1 << 30;

/// Powers of machine reals beyond 2 to this are not computed.
const MAX_EXPONENT: f64 = 1e10;

/// Returns a number to an integer power by repeated squaring; `None` for 0 to a negative power or
/// an integer of more than [`MAX_BITS`] bits.
pub(crate) fn power(base: &Value, exponent: i64) -> Option<Value> {
    if exponent < 0 {
        return power(&reciprocal(base)?, exponent.checked_neg()?);
    }
    if let Some(power) = exact_power(base, exponent) {
        return power;
    }
    if is_power_too_large(base, exponent) {
        return None;
    }
    let (mut result, mut square, mut left) = (Value::Integer(1), base.clone(), exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = multiply(&result, &square);
        }
        left >>= 1;
        if left > 0 {
            square = multiply(&square, &square);
        }
    }
    Some(result)
}

/// Returns whether a power of an exact complex number has a part of more than [`MAX_BITS`] bits. Its
/// size is the root of its norm to the exponent.
fn is_power_too_large(base: &Value, exponent: i64) -> bool {
    let Value::Complex(parts) = base else { return false };
    let norm = add(&multiply(&parts.re, &parts.re), &multiply(&parts.im, &parts.im));
    let bits = integer(&norm).map_or(0, |norm| bit_length(&norm).saturating_sub(1));
    (bits as u64).saturating_mul(exponent.unsigned_abs()) / 2 > MAX_BITS
}

/// Powers of integers, fractions and machine reals; the outer `None` is for other numbers.
fn exact_power(base: &Value, exponent: i64) -> Option<Option<Value>> {
    let fits = |bits: usize| (bits as u64).saturating_mul(exponent.unsigned_abs()) <= MAX_BITS;
    match base {
        Value::Real(real) => {
            let power = match i32::try_from(exponent) {
                Ok(small) => real.powi(small),
                Err(_) => real.powf(exponent as f64),
            };
            // What is beyond the range of machine reals is multiplied out, within that of others.
            let bits = real.abs().log2() * exponent as f64;
            let is_beyond = !power.is_finite() && real.is_finite() && bits < MAX_EXPONENT;
            (!is_beyond).then_some(Some(Value::Real(power)))
        }
        Value::Integer(0 | 1) => {
            Some(Some(if exponent == 0 { Value::Integer(1) } else { base.clone() }))
        }
        Value::Integer(-1) => Some(Some(Value::Integer(1 - 2 * (exponent & 1)))),
        Value::Integer(small) => {
            if let Some(power) = u32::try_from(exponent).ok().and_then(|e| small.checked_pow(e)) {
                return Some(Some(Value::Integer(power)));
            }
            let bits = 64 - small.unsigned_abs().leading_zeros();
            let exponent = usize::try_from(exponent).ok().filter(|_| fits(bits as usize));
            Some(exponent.map(|exponent| Value::from(raised(&IBig::from(*small), exponent))))
        }
        Value::BigInteger(big) => {
            let exponent = usize::try_from(exponent).ok().filter(|_| fits(bit_length(big)));
            Some(exponent.map(|exponent| Value::from(raised(big, exponent))))
        }
        Value::Rational(rational) => {
            let (numerator, denominator) = (rational.numerator(), rational.denominator());
            let bits = bit_length(numerator).max(bit_length(denominator.as_ibig()));
            let exponent = usize::try_from(exponent).ok().filter(|_| fits(bits));
            Some(exponent.map(|exponent| {
                let top = raised(numerator, exponent);
                let bottom = raised(denominator.as_ibig(), exponent).into_parts().1;
                Value::from(RBig::from_parts(top, bottom))
            }))
        }
        _ => None,
    }
}

/// Returns a power of an integer.
fn raised(base: &IBig, exponent: usize) -> IBig {
    let own = base.clone();
    aside::of_bits(bit_length(base).saturating_mul(exponent), move || own.pow(exponent))
}

fn bits_of_fraction(fraction: &RBig) -> usize {
    bit_length(fraction.numerator()).saturating_add(bit_length(fraction.denominator().as_ibig()))
}

/// Powers of 2 beyond this one have so many decimal digits that they are not written out.
const WRITTEN_OUT: i64 = 1 << 20;

/// Returns the first decimal digits of a number, and the power of 10 that they are multiples of.
pub(crate) fn decimal(value: &Binary, digits: usize) -> (IBig, isize) {
    let exponent = value.repr().digits() as i64 + value.repr().exponent() as i64;
    let own = value.clone();
    let of = move |value: Binary| {
        let decimal = value.with_base_and_precision::<10>(digits).value();
        (decimal.repr().significand().clone(), decimal.repr().exponent())
    };
    aside::of_bits(bits_of(digits as f64), move || {
        if exponent.abs() < WRITTEN_OUT {
            return of(own);
        }
        // Each squaring of the power loses a bit.
        let bits = bits_of(digits as f64) + 64;
        let places = (exponent as f64 / BITS_PER_DIGIT).floor() as isize;
        let ten = Binary::from(10).with_precision(bits).value();
        let scaled = own.with_precision(bits).value() / ten.powi(IBig::from(places));
        let (significand, exponent) = of(scaled);
        (significand, exponent + places)
    })
}

/// Returns how many bits an integer has, without its sign.
pub(crate) fn bit_length(integer: &IBig) -> usize {
    use dashu_base::BitTest;
    integer.bit_len()
}

/// Compares two real numbers, `None` if one is complex or not a number.
pub(crate) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Integer(x), Value::Integer(y)) => Some(x.cmp(y)),
        (Value::Real(x), Value::Real(y)) => x.partial_cmp(y),
        (Value::Complex(_), _) | (_, Value::Complex(_)) => None,
        (Value::Real(x), _) => x.partial_cmp(&to_f64(b)?),
        (_, Value::Real(y)) => to_f64(a)?.partial_cmp(y),
        (Value::BigReal(_), _) | (_, Value::BigReal(_)) => {
            let difference = subtract(a, b);
            Some(match difference {
                _ if is_zero(&difference) => Ordering::Equal,
                _ if is_negative(&difference) => Ordering::Less,
                _ => Ordering::Greater,
            })
        }
        _ => Some(rational(a)?.cmp(&rational(b)?)),
    }
}

/// Bits in which numbers that count as equal may differ.
const BITS_OF_EQUALS: f64 = 7.0;

/// Returns whether two real numbers, of which one at least has a precision of its own, differ by no
/// more than what is not known of them, the last bits included.
pub(crate) fn agree(a: &Value, b: &Value) -> bool {
    let error = |value: &Value, binary: &Binary| match value {
        Value::BigReal(real) => real.error(),
        _ => magnitude(binary) - precision(value),
    };
    let digits = precision(a).min(precision(b)).max(1.0);
    let (Some(x), Some(y)) = (to_binary(a, digits), to_binary(b, digits)) else { return false };
    let error = error(a, &x).max(error(b, &y));
    magnitude(&(x - y)) <= error + BITS_OF_EQUALS / BITS_PER_DIGIT
}

/// Returns how many decimal digits of a number are known; of an exact one, infinitely many.
pub(crate) fn precision(value: &Value) -> f64 {
    match value {
        Value::Real(_) => MACHINE_DIGITS,
        Value::BigReal(real) => real.precision,
        Value::Complex(complex) => complex_precision(&complex.re, &complex.im),
        _ => f64::INFINITY,
    }
}

/// Returns the digits that are known of a complex number: its size against the larger error, so
/// that a part which is nothing beside the other does not count.
fn complex_precision(re: &Value, im: &Value) -> f64 {
    let (Value::BigReal(re), Value::BigReal(im)) = (re, im) else {
        return precision(re).min(precision(im));
    };
    let error = re.error().max(im.error());
    let size = magnitude(&re.value).max(magnitude(&im.value));
    match size.is_finite() && error.is_finite() {
        true => (size - error).max(0.0),
        false => re.precision.min(im.precision),
    }
}

/// Returns the call that a fraction or a complex number is written as in patterns.
pub(crate) fn as_call(value: &Value) -> Option<Call> {
    match value {
        Value::Rational(rational) => {
            let numerator = Value::from(rational.numerator().clone());
            let denominator = Value::from(rational.denominator().as_ibig().clone());
            Some(Call::new(sym::Rational, [numerator, denominator]))
        }
        Value::Complex(complex) => {
            Some(Call::new(sym::Complex, [complex.re.clone(), complex.im.clone()]))
        }
        _ => None,
    }
}

/// Returns whether 2 divides an integer.
pub(crate) fn is_even_integer(integer: &IBig) -> bool {
    use dashu_base::BitTest;
    !integer.bit(0)
}
