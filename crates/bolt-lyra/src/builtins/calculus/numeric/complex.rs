//! Complex numbers of machine precision with the branch cuts of the language.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A complex number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct C {
    pub(crate) re: f64,
    pub(crate) im: f64,
}

pub(crate) const ONE: C = C { re: 1.0, im: 0.0 };
pub(crate) const ZERO: C = C { re: 0.0, im: 0.0 };
pub(crate) const I: C = C { re: 0.0, im: 1.0 };

/// Returns a complex number.
pub(crate) const fn c(re: f64, im: f64) -> C {
    C { re, im }
}

/// Returns a real number.
pub(crate) const fn r(re: f64) -> C {
    C { re, im: 0.0 }
}

impl Add for C {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        c(self.re + other.re, self.im + other.im)
    }
}

impl Sub for C {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        c(self.re - other.re, self.im - other.im)
    }
}

impl Mul for C {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        if self.im == 0.0 && other.im == 0.0 {
            return r(self.re * other.re);
        }
        c(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)
    }
}

impl Div for C {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let scale = other.re.abs().max(other.im.abs());
        if scale == f64::INFINITY && self.is_finite() && !other.re.is_nan() && !other.im.is_nan() {
            return r(0.0);
        }
        if scale == 0.0 || !scale.is_finite() {
            return c(f64::NAN, f64::NAN);
        }
        let (re, im) = (other.re / scale, other.im / scale);
        let norm = (re * re + im * im) * scale;
        c((self.re * re + self.im * im) / norm, (self.im * re - self.re * im) / norm)
    }
}

impl Neg for C {
    type Output = Self;
    fn neg(self) -> Self {
        c(-self.re, -self.im)
    }
}

impl Mul<f64> for C {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        c(self.re * factor, self.im * factor)
    }
}

impl C {
    pub(crate) fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }

    /// The argument; a negative real number has the argument pi.
    pub(crate) fn arg(self) -> f64 {
        (self.im + 0.0).atan2(self.re)
    }

    pub(crate) fn is_finite(self) -> bool {
        self.re.is_finite() && self.im.is_finite()
    }

    pub(crate) fn ln(self) -> Self {
        c(self.abs().ln(), self.arg())
    }

    pub(crate) fn exp(self) -> Self {
        let size = self.re.exp();
        if self.im == 0.0 {
            return r(size);
        }
        c(size * self.im.cos(), size * self.im.sin())
    }

    pub(crate) fn sqrt(self) -> Self {
        if self.im == 0.0 {
            return if self.re >= 0.0 { r(self.re.sqrt()) } else { c(0.0, (-self.re).sqrt()) };
        }
        let size = self.abs();
        let re = (0.5 * (size + self.re.abs())).sqrt();
        let im = self.im / (2.0 * re);
        if self.re >= 0.0 { c(re, im) } else { c(im.abs(), re.copysign(self.im)) }
    }

    pub(crate) fn powi(self, exponent: i64) -> Self {
        if exponent < 0 {
            return ONE / self.powi(-exponent);
        }
        let (mut result, mut square, mut left) = (ONE, self, exponent);
        while left > 0 {
            if left & 1 == 1 {
                result = result * square;
            }
            square = square * square;
            left >>= 1;
        }
        result
    }

    pub(crate) fn pow(self, exponent: Self) -> Self {
        if self == ZERO {
            return if exponent.re > 0.0 { ZERO } else { c(f64::NAN, f64::NAN) };
        }
        if exponent.im == 0.0 {
            if exponent.re == 0.5 {
                return self.sqrt();
            }
            if exponent.re.fract() == 0.0 && exponent.re.abs() < 1024.0 {
                return self.powi(exponent.re as i64);
            }
            if self.im == 0.0 && self.re > 0.0 {
                return r(self.re.powf(exponent.re));
            }
        }
        (self.ln() * exponent).exp()
    }

    pub(crate) fn sinh(self) -> Self {
        c(self.re.sinh() * self.im.cos(), self.re.cosh() * self.im.sin())
    }

    pub(crate) fn cosh(self) -> Self {
        c(self.re.cosh() * self.im.cos(), self.re.sinh() * self.im.sin())
    }

    pub(crate) fn tanh(self) -> Self {
        if self.re.abs() > 300.0 {
            return r(self.re.signum());
        }
        self.sinh() / self.cosh()
    }

    /// i z
    pub(crate) fn turned(self) -> Self {
        c(-self.im, self.re)
    }

    /// -i z
    pub(crate) fn turned_back(self) -> Self {
        c(self.im, -self.re)
    }

    pub(crate) fn sin(self) -> Self {
        self.turned().sinh().turned_back()
    }

    pub(crate) fn cos(self) -> Self {
        self.turned().cosh()
    }

    pub(crate) fn tan(self) -> Self {
        self.turned().tanh().turned_back()
    }

    pub(crate) fn asinh(self) -> Self {
        // The sum that does not cancel.
        let root = (self * self + ONE).sqrt();
        if self.re >= 0.0 { (self + root).ln() } else { -(root - self).ln() }
    }

    pub(crate) fn acosh(self) -> Self {
        (self + (self + ONE).sqrt() * (self - ONE).sqrt()).ln()
    }

    pub(crate) fn atanh(self) -> Self {
        ((ONE + self).ln() - (ONE - self).ln()) * 0.5
    }

    pub(crate) fn asin(self) -> Self {
        if self.im == 0.0 && self.re.abs() <= 1.0 {
            return r(self.re.asin());
        }
        (self.turned() + (ONE - self * self).sqrt()).ln().turned_back()
    }

    pub(crate) fn acos(self) -> Self {
        r(std::f64::consts::FRAC_PI_2) - self.asin()
    }

    pub(crate) fn atan(self) -> Self {
        if self.im == 0.0 {
            return r(self.re.atan());
        }
        self.turned().atanh().turned_back()
    }
}
