//! Complex numbers of any precision, for the evaluation of functions.
//!
//! A function is written as if it were computed exactly, for a number of bits that it is told.
//! [`evaluate`] computes it twice with different numbers of bits and takes more of them until both
//! results agree to the digits that are wanted, so that cancellation costs time, not correctness.

use bolt_base::interrupt::poll;
use dashu_base::Signed;
use dashu_int::IBig;
use dashu_ratio::RBig;
use triomphe::Arc;

use crate::number;
use crate::value::{BigReal, Binary, Value};

/// A complex number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Precise {
    pub(crate) re: Binary,
    pub(crate) im: Binary,
    bits: usize,
}

/// Arguments of exponentials beyond this are out of range.
const MAX_EXPONENT: f64 = 1e12;

fn rounded(value: Binary, bits: usize) -> Binary {
    value.with_precision(bits).value()
}

fn is_zero(value: &Binary) -> bool {
    value.repr().significand().is_zero()
}

/// Returns the binary exponent: the number is below 2 to it and not below half of that.
fn exponent_of(value: &Binary) -> i64 {
    match is_zero(value) {
        true => i64::MIN / 4,
        false => value.repr().digits() as i64 + value.repr().exponent() as i64,
    }
}

impl Precise {
    /// Returns an integer.
    pub(crate) fn int(value: i64, bits: usize) -> Self {
        Self::real(Binary::from(IBig::from(value)), bits)
    }

    /// Returns a real number.
    pub(crate) fn real(re: Binary, bits: usize) -> Self {
        Self { re: rounded(re, bits), im: rounded(Binary::ZERO, bits), bits }
    }

    /// Returns a complex number.
    pub(crate) fn complex(re: Binary, im: Binary, bits: usize) -> Self {
        Self { re: rounded(re, bits), im: rounded(im, bits), bits }
    }

    /// Returns a fraction.
    pub(crate) fn ratio(value: &RBig, bits: usize) -> Self {
        let of = |integer: IBig| rounded(Binary::from(integer), bits);
        let (top, bottom) = value.clone().into_parts();
        Self::real(of(top) / of(bottom.into()), bits)
    }

    /// Returns Pi.
    pub(crate) fn pi(bits: usize) -> Self {
        Self::real(long(bits, Binary::pi), bits)
    }

    /// Returns the imaginary unit.
    pub(crate) fn i(bits: usize) -> Self {
        Self::complex(Binary::ZERO, Binary::ONE, bits)
    }

    /// Reads a number of the language.
    pub(crate) fn read(value: &Value, bits: usize) -> Option<Self> {
        let of = |value: &Value| match value {
            Value::Real(real) => Binary::try_from(*real).ok().map(|real| rounded(real, bits)),
            Value::BigReal(real) => Some(rounded(real.value.clone(), bits)),
            _ => number::rational(value).map(|value| Self::ratio(&value, bits).re),
        };
        let (re, im) = number::parts(value);
        Some(Self { re: of(&re)?, im: of(&im)?, bits })
    }

    /// Returns how many bits it is computed with.
    pub(crate) fn bits(&self) -> usize {
        self.bits
    }

    /// Returns it with another number of bits.
    pub(crate) fn with_bits(&self, bits: usize) -> Self {
        Self::complex(self.re.clone(), self.im.clone(), bits)
    }

    pub(crate) fn is_zero(&self) -> bool {
        is_zero(&self.re) && is_zero(&self.im)
    }

    pub(crate) fn is_real(&self) -> bool {
        is_zero(&self.im)
    }

    pub(crate) fn is_negative(&self) -> bool {
        !is_zero(&self.re) && self.re.is_negative()
    }

    /// Returns the integer, if it is one and not large.
    pub(crate) fn as_integer(&self) -> Option<i64> {
        if !self.is_real() || exponent_of(&self.re) > 40 {
            return None;
        }
        let floor = self.re.floor();
        (floor == self.re).then(|| IBig::try_from(floor).ok())??.try_into().ok()
    }

    /// Returns the nearest machine numbers of its parts.
    pub(crate) fn to_f64(&self) -> (f64, f64) {
        (self.re.to_f64().value(), self.im.to_f64().value())
    }

    /// Returns a bound of its size: it is below 2 to this.
    pub(crate) fn magnitude(&self) -> i64 {
        exponent_of(&self.re).max(exponent_of(&self.im)) + i64::from(!self.is_real())
    }

    /// Returns an approximate size.
    pub(crate) fn size(&self) -> f64 {
        let (re, im) = self.to_f64();
        re.hypot(im)
    }

    pub(crate) fn add(&self, other: &Self) -> Self {
        Self { re: &self.re + &other.re, im: &self.im + &other.im, bits: self.bits }
    }

    pub(crate) fn sub(&self, other: &Self) -> Self {
        Self { re: &self.re - &other.re, im: &self.im - &other.im, bits: self.bits }
    }

    pub(crate) fn neg(&self) -> Self {
        Self { re: -self.re.clone(), im: -self.im.clone(), bits: self.bits }
    }

    pub(crate) fn conj(&self) -> Self {
        Self { re: self.re.clone(), im: -self.im.clone(), bits: self.bits }
    }

    pub(crate) fn mul(&self, other: &Self) -> Self {
        poll();
        match (self.is_real(), other.is_real()) {
            (true, true) => Self::real(&self.re * &other.re, self.bits),
            (true, false) => {
                Self { re: &self.re * &other.re, im: &self.re * &other.im, bits: self.bits }
            }
            (false, true) => {
                Self { re: &self.re * &other.re, im: &self.im * &other.re, bits: self.bits }
            }
            (false, false) => Self {
                re: &self.re * &other.re - &self.im * &other.im,
                im: &self.re * &other.im + &self.im * &other.re,
                bits: self.bits,
            },
        }
    }

    pub(crate) fn square(&self) -> Self {
        self.mul(self)
    }

    /// Returns the quotient, `None` if the divisor is 0.
    pub(crate) fn div(&self, other: &Self) -> Option<Self> {
        poll();
        if other.is_zero() {
            return None;
        }
        if other.is_real() {
            let (re, im) = (&self.re / &other.re, &self.im / &other.re);
            return Some(Self { re, im, bits: self.bits });
        }
        let norm = &other.re * &other.re + &other.im * &other.im;
        let product = self.mul(&other.conj());
        Some(Self { re: product.re / &norm, im: product.im / &norm, bits: self.bits })
    }

    /// Returns 1 divided by it.
    pub(crate) fn inv(&self) -> Option<Self> {
        Self::int(1, self.bits).div(self)
    }

    /// Returns it times a small integer.
    pub(crate) fn times(&self, by: i64) -> Self {
        let by = Binary::from(IBig::from(by));
        Self { re: &self.re * &by, im: &self.im * &by, bits: self.bits }
    }

    /// Returns it divided by a small integer that is not 0.
    pub(crate) fn over(&self, by: i64) -> Self {
        poll();
        let by = rounded(Binary::from(IBig::from(by)), self.bits);
        Self { re: &self.re / &by, im: &self.im / &by, bits: self.bits }
    }

    /// Returns it plus a small integer.
    pub(crate) fn plus(&self, by: i64) -> Self {
        self.add(&Self::int(by, self.bits))
    }

    /// Returns it times the imaginary unit.
    pub(crate) fn times_i(&self) -> Self {
        Self { re: -self.im.clone(), im: self.re.clone(), bits: self.bits }
    }

    pub(crate) fn abs(&self) -> Self {
        match self.is_real() {
            true if self.is_negative() => self.neg(),
            true => self.clone(),
            false => Self::real(self.re.hypot(&self.im), self.bits),
        }
    }

    /// Returns the angle, from -Pi to Pi.
    pub(crate) fn arg(&self) -> Self {
        if self.is_real() {
            return if self.is_negative() { Self::pi(self.bits) } else { Self::int(0, self.bits) };
        }
        Self::real(self.im.atan2(&self.re), self.bits)
    }

    pub(crate) fn exp(&self) -> Option<Self> {
        poll();
        let (re, im) = self.to_f64();
        if !(re.abs() < MAX_EXPONENT && im.abs() < MAX_EXPONENT) {
            return None;
        }
        let size = Self::real(self.re.exp(), self.bits);
        if self.is_real() {
            return Some(size);
        }
        let (sin, cos) = self.im.sin_cos();
        Some(size.mul(&Self::complex(cos, sin, self.bits)))
    }

    /// Returns the principal logarithm, `None` of 0.
    pub(crate) fn ln(&self) -> Option<Self> {
        poll();
        if self.is_zero() {
            return None;
        }
        let size = self.abs().re.ln();
        Some(Self {
            re: rounded(size, self.bits),
            im: rounded(self.arg().re, self.bits),
            bits: self.bits,
        })
    }

    pub(crate) fn sqrt(&self) -> Self {
        poll();
        use dashu_base::SquareRoot;
        if self.is_zero() {
            return self.clone();
        }
        if self.is_real() {
            let root = SquareRoot::sqrt(&self.abs().re);
            return match self.is_negative() {
                true => Self::complex(Binary::ZERO, root, self.bits),
                false => Self::real(root, self.bits),
            };
        }
        let two = Binary::from(2);
        let size = self.abs().re;
        let re_size = if self.is_negative() { -self.re.clone() } else { self.re.clone() };
        let larger = SquareRoot::sqrt(&rounded((size + re_size) / &two, self.bits));
        let smaller = &self.im / (&larger * &two);
        if !self.is_negative() {
            return Self::complex(larger, smaller, self.bits);
        }
        let is_below = self.im.is_negative();
        let re = if is_below { -smaller } else { smaller };
        Self::complex(re, if is_below { -larger } else { larger }, self.bits)
    }

    /// Returns the principal power; 0 to a positive power is 0.
    pub(crate) fn pow(&self, exponent: &Self) -> Option<Self> {
        if let Some(n) = exponent.as_integer() {
            return self.powi(n);
        }
        if self.is_zero() {
            return (!exponent.is_negative() && !exponent.is_zero()).then(|| self.clone());
        }
        self.ln()?.mul(exponent).exp()
    }

    pub(crate) fn powi(&self, exponent: i64) -> Option<Self> {
        let (mut result, mut square) = (Self::int(1, self.bits), self.clone());
        let mut left = exponent.unsigned_abs();
        while left > 0 {
            if left & 1 == 1 {
                result = result.mul(&square);
            }
            left >>= 1;
            if left > 0 {
                square = square.square();
            }
            if square.magnitude().abs() > 1 << 50 {
                return None;
            }
        }
        if exponent < 0 { result.inv() } else { Some(result) }
    }

    /// Returns the sine and the cosine.
    pub(crate) fn sin_cos(&self) -> Option<(Self, Self)> {
        poll();
        let (re, im) = self.to_f64();
        if !(re.abs() < 1e300 && im.abs() < MAX_EXPONENT) || exponent_of(&self.re) > 1 << 16 {
            return None;
        }
        let (sin, cos) = self.re.sin_cos();
        if self.is_real() {
            return Some((Self::real(sin, self.bits), Self::real(cos, self.bits)));
        }
        let (sinh, cosh) = self.im.sinh_cosh();
        Some((
            Self::complex(&sin * &cosh, &cos * &sinh, self.bits),
            Self::complex(cos * cosh, -(sin * sinh), self.bits),
        ))
    }

    pub(crate) fn sin(&self) -> Option<Self> {
        self.sin_cos().map(|(sin, _)| sin)
    }

    pub(crate) fn cos(&self) -> Option<Self> {
        self.sin_cos().map(|(_, cos)| cos)
    }

    /// Returns the sine of Pi times it.
    pub(crate) fn sin_pi(&self) -> Option<Self> {
        if self.is_real() {
            return (exponent_of(&self.re) < 1 << 16)
                .then(|| Self::real(self.re.sin_pi(), self.bits));
        }
        self.mul(&Self::pi(self.bits)).sin()
    }

    /// Returns the cosine of Pi times it.
    pub(crate) fn cos_pi(&self) -> Option<Self> {
        if self.is_real() {
            return (exponent_of(&self.re) < 1 << 16)
                .then(|| Self::real(self.re.cos_pi(), self.bits));
        }
        self.mul(&Self::pi(self.bits)).cos()
    }

    /// Returns the hyperbolic sine and cosine.
    pub(crate) fn sinh_cosh(&self) -> Option<(Self, Self)> {
        let (sin, cos) = self.times_i().sin_cos()?;
        // sinh(z) = -i sin(i z)
        let sinh = sin.times_i().neg();
        match self.is_real() {
            true => Some((Self::real(sinh.re, self.bits), Self::real(cos.re, self.bits))),
            false => Some((sinh, cos)),
        }
    }

    /// Returns the angle between -Pi/2 and Pi/2 whose tangent it is, `None` at the poles.
    pub(crate) fn atan(&self) -> Option<Self> {
        if self.is_real() {
            return Some(Self::real(self.re.atan(), self.bits));
        }
        // (log(1 - i z) - log(1 + i z)) i/2, with as many more bits as are lost near 0
        let bits = self.bits + usize::try_from((-self.magnitude()).max(0)).ok()? + 8;
        let turned = self.with_bits(bits).times_i();
        let one = Self::int(1, bits);
        let difference = one.sub(&turned).ln()?.sub(&one.add(&turned).ln()?);
        Some(difference.times_i().over(2).with_bits(self.bits))
    }

    /// Returns the angle whose sine it is.
    pub(crate) fn asin(&self) -> Option<Self> {
        let is_inside = self.is_real() && self.abs().re <= Binary::ONE;
        if is_inside {
            return Some(Self::real(self.re.asin(), self.bits));
        }
        // -i log(i z + sqrt(1 - z^2))
        let bits =
            self.bits + usize::try_from(self.magnitude().unsigned_abs().min(1 << 20)).ok()? * 2 + 8;
        let z = self.with_bits(bits);
        let root = Self::int(1, bits).sub(&z.square()).sqrt();
        let sum = z.times_i().add(&root);
        Some(sum.ln()?.times_i().neg().with_bits(self.bits))
    }

    /// Returns the angle whose cosine it is.
    pub(crate) fn acos(&self) -> Option<Self> {
        let is_inside = self.is_real() && self.abs().re <= Binary::ONE;
        if is_inside {
            return Some(Self::real(self.re.acos(), self.bits));
        }
        Some(Self::pi(self.bits).over(2).sub(&self.asin()?))
    }

    /// Returns the number whose hyperbolic sine it is.
    pub(crate) fn asinh(&self) -> Option<Self> {
        if self.is_real() {
            return Some(Self::real(self.re.asinh(), self.bits));
        }
        // asinh(z) = -i asin(i z)
        Some(self.times_i().asin()?.times_i().neg())
    }

    /// Returns the number whose hyperbolic cosine it is.
    pub(crate) fn acosh(&self) -> Option<Self> {
        // log(z + sqrt(z - 1) sqrt(z + 1))
        let product = self.plus(-1).sqrt().mul(&self.plus(1).sqrt());
        self.add(&product).ln()
    }

    /// Returns the number whose hyperbolic tangent it is, `None` at the poles.
    pub(crate) fn atanh(&self) -> Option<Self> {
        let bits = self.bits + usize::try_from((-self.magnitude()).max(0)).ok()? + 8;
        let z = self.with_bits(bits);
        let one = Self::int(1, bits);
        let difference = one.add(&z).ln()?.sub(&one.sub(&z).ln()?);
        Some(difference.over(2).with_bits(self.bits))
    }
}

/// A function of complex numbers, computed with the bits of its arguments. `None` where it has no
/// finite value or is not computed.
pub(crate) type Function = fn(&[Precise]) -> Option<Precise>;

/// A function of so many bits may take long.
const LONG_BITS: usize = 1 << 13;

/// Returns what a function gives for so many bits, aside where that takes long.
pub(crate) fn long<T: Send + 'static>(
    bits: usize,
    function: impl FnOnce(usize) -> T + Send + 'static,
) -> T {
    if bits < LONG_BITS { function(bits) } else { crate::aside::aside(move || function(bits)) }
}

/// Bits beyond which no more are tried.
const MOST_BITS: usize = 40_000;

/// Computes a function to so many bits; the arguments are taken for exact.
pub(crate) fn converged(function: Function, args: &[Value], bits: usize) -> Option<Precise> {
    let at = |bits: usize| {
        let args: Option<Vec<Precise>> = args.iter().map(|arg| Precise::read(arg, bits)).collect();
        let args = args?;
        long(bits, move |_| function(&args))
    };
    let mut working = bits + 24;
    let mut before = at(working)?;
    loop {
        let more = working + working / 2 + 32;
        let after = at(more)?;
        if agree(&before, &after, bits) {
            return Some(without_noise(after, more));
        }
        (working, before) = (more, after);
        if working > MOST_BITS.max(4 * bits) {
            return None;
        }
    }
}

/// Returns whether two results are the same to so many bits, each part or both together.
fn agree(a: &Precise, b: &Precise, bits: usize) -> bool {
    let a = a.with_bits(b.bits());
    let difference = a.sub(b).magnitude();
    b.is_zero() && a.is_zero() || difference <= b.magnitude() - bits as i64
}

/// Drops an imaginary part that is nothing but rounding.
fn without_noise(value: Precise, bits: usize) -> Precise {
    let noise = |part: &Binary, other: &Binary| {
        exponent_of(part) < exponent_of(other) - bits as i64 * 2 / 3
    };
    if noise(&value.im, &value.re) {
        return Precise::real(value.re.clone(), value.bits);
    }
    if noise(&value.re, &value.im) {
        return Precise::complex(Binary::ZERO, value.im.clone(), value.bits);
    }
    value
}

/// Computes a function of numbers of which one is approximate: to machine precision if one is a
/// machine number, else to as many digits as are known of the result.
pub(crate) fn evaluate(function: Function, args: &[Value]) -> Option<Value> {
    let digits = args.iter().map(number::precision).fold(f64::INFINITY, f64::min);
    if args.iter().any(is_machine) {
        let value = converged(function, args, 55)?;
        return Some(machine(&value));
    }
    let bits = number::bits_of(digits);
    let value = converged(function, args, bits)?;
    let precision = known_digits(function, args, &value, bits)?;
    let real = |part: &Binary| Value::BigReal(Arc::new(BigReal::new(part.clone(), precision)));
    let im = if value.is_real() { Value::Integer(0) } else { real(&value.im) };
    Some(number::complex(real(&value.re), im))
}

/// Returns a machine number, or what is too large or small for one with as many digits.
fn machine(value: &Precise) -> Value {
    let (re, im) = value.to_f64();
    let fits = |part: f64, of: &Binary| part.is_finite() && (part != 0.0 || is_zero(of));
    let all_fit = fits(re, &value.re) && fits(im, &value.im);
    let part = |machine: f64, of: &Binary| match all_fit {
        true => Value::Real(machine),
        false => Value::BigReal(Arc::new(BigReal::new(of.clone(), number::MACHINE_DIGITS))),
    };
    let im = if value.is_real() { Value::Integer(0) } else { part(im, &value.im) };
    number::complex(part(re, &value.re), im)
}

/// Returns whether a number has machine precision.
pub(crate) fn is_machine(value: &Value) -> bool {
    match value {
        Value::Real(_) => true,
        Value::Complex(z) => is_machine(&z.re) || is_machine(&z.im),
        _ => false,
    }
}

/// Returns how many digits of a result are known: how much it changes when each argument changes
/// by as much as it is uncertain.
fn known_digits(function: Function, args: &[Value], value: &Precise, bits: usize) -> Option<f64> {
    let working = bits * 2 + 64;
    let exact: Vec<Precise> =
        args.iter().map(|arg| Precise::read(arg, working)).collect::<Option<_>>()?;
    let center = function(&exact)?;
    let mut error = f64::NEG_INFINITY;
    let mut least = f64::INFINITY;
    for (place, arg) in args.iter().enumerate() {
        let digits = number::precision(arg);
        if !digits.is_finite() {
            continue;
        }
        least = least.min(digits);
        let shift = Precise::real(
            Binary::from_parts(IBig::ONE, -((digits * std::f64::consts::LOG2_10) as isize)),
            working,
        );
        let mut moved = exact.clone();
        moved[place] = moved[place].add(&moved[place].mul(&shift));
        let change = function(&moved)?.sub(&center);
        if !change.is_zero() {
            error = error.max(change.magnitude() as f64);
        }
    }
    let digits = (value.magnitude() as f64 - error) * std::f64::consts::LOG10_2;
    // The bit that magnitudes are rounded by is no loss.
    let digits = if (digits - least).abs() < 0.7 { least } else { digits };
    Some(digits.clamp(0.0, least + 1000.0).min(bits as f64 * std::f64::consts::LOG10_2))
}

/// What tests of special functions ask.
#[cfg(test)]
pub(crate) mod test {
    use super::{Binary, Precise};

    /// Returns a complex number of 96 bits.
    pub(crate) fn at(re: f64, im: f64) -> Precise {
        let of = |x: f64| Binary::try_from(x).expect("finite");
        Precise::complex(of(re), of(im), 96)
    }

    /// Checks that two numbers are the same to 50 bits.
    pub(crate) fn near(a: &Precise, b: &Precise) {
        let allowed = b.magnitude().max(-10) - 50;
        assert!(a.sub(b).magnitude() < allowed, "{:?} {:?}", a.to_f64(), b.to_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(re: f64, im: f64) -> Precise {
        let of = |x: f64| Binary::try_from(x).expect("finite");
        Precise::complex(of(re), of(im), 200)
    }

    fn near(a: &Precise, b: &Precise) {
        let size = b.magnitude().max(0);
        assert!(a.sub(b).magnitude() < size - 150, "{a:?} {b:?}");
    }

    #[test]
    fn inverse_functions_are_inverse() {
        for (re, im) in [(0.3, 0.0), (0.4, 0.7), (-0.2, -1.5), (2.0, 0.1), (1e-9, 1e-12)] {
            let z = at(re, im);
            near(&z.asin().and_then(|w| w.sin()).expect("finite"), &z);
            near(&z.acos().and_then(|w| w.cos()).expect("finite"), &z);
            near(&z.asinh().and_then(|w| w.sinh_cosh()).expect("finite").0, &z);
            near(&z.acosh().and_then(|w| w.sinh_cosh()).expect("finite").1, &z);
            let tan = z.atan().and_then(|w| w.sin_cos()).and_then(|(s, c)| s.div(&c));
            near(&tan.expect("finite"), &z);
            let tanh = z.atanh().and_then(|w| w.sinh_cosh()).and_then(|(s, c)| s.div(&c));
            near(&tanh.expect("finite"), &z);
            near(&z.sqrt().square(), &z);
            near(&z.ln().and_then(|w| w.exp()).expect("finite"), &z);
        }
    }

    #[test]
    fn cancellation_takes_more_bits() {
        // (1 + x) - 1 - x is 0 but for rounding; (1 + x)^2 - 1 - 2 x is x^2.
        fn lost(args: &[Precise]) -> Option<Precise> {
            let one_more = args[0].plus(1);
            Some(one_more.square().plus(-1).sub(&args[0].times(2)))
        }
        let value = evaluate(lost, &[Value::Real(1e-30)]);
        assert!(matches!(value, Some(Value::Real(x)) if (x - 1e-60).abs() < 1e-75));
    }
}
