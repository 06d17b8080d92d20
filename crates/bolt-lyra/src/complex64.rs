//! Complex machine numbers.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::number;
use crate::value::Value;

/// A complex number of two machine reals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Complex64 {
    pub(crate) re: f64,
    pub(crate) im: f64,
}

impl Complex64 {
    pub(crate) const ZERO: Self = Self { re: 0.0, im: 0.0 };
    pub(crate) const ONE: Self = Self { re: 1.0, im: 0.0 };

    pub(crate) fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    /// Returns a number of the language as a complex machine number.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let (re, im) = number::parts(value);
        Some(Self { re: number::to_f64(&re)?, im: number::to_f64(&im)? })
    }
    /// Returns it as a number of the language, real if the imaginary part is 0.
    pub(crate) fn value(self) -> Value {
        match self.im == 0.0 {
            true => Value::Real(self.re),
            false => number::complex(Value::Real(self.re), Value::Real(self.im)),
        }
    }
    pub(crate) fn conj(self) -> Self {
        Self { re: self.re, im: -self.im }
    }
    pub(crate) fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }
    pub(crate) fn scale(self, by: f64) -> Self {
        Self { re: self.re * by, im: self.im * by }
    }
    pub(crate) fn sqrt(self) -> Self {
        let size = self.abs();
        let re = ((size + self.re.abs()) / 2.0).sqrt();
        if re == 0.0 {
            return Self::ZERO;
        }
        let im = self.im / (2.0 * re);
        match self.re >= 0.0 {
            true => Self { re, im },
            false => Self { re: im.abs(), im: if self.im < 0.0 { -re } else { re } },
        }
    }
}

impl Add for Complex64 {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Complex64 {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Neg for Complex64 {
    type Output = Self;
    fn neg(self) -> Self {
        Self { re: -self.re, im: -self.im }
    }
}

impl Mul for Complex64 {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

impl Div for Complex64 {
    type Output = Self;
    /// Smith's way, which does not overflow where the quotient does not.
    fn div(self, other: Self) -> Self {
        if other.re.abs() >= other.im.abs() {
            let ratio = other.im / other.re;
            let scale = other.re + other.im * ratio;
            return Self {
                re: (self.re + self.im * ratio) / scale,
                im: (self.im - self.re * ratio) / scale,
            };
        }
        let ratio = other.re / other.im;
        let scale = other.re * ratio + other.im;
        Self { re: (self.re * ratio + self.im) / scale, im: (self.im * ratio - self.re) / scale }
    }
}
