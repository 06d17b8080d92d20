//! The functions that numerical programs know.

use super::complex::{C, ONE, c, r};
use super::special;

/// A function of complex arguments.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known {
    One(fn(C) -> C),
    Two(fn(C, C) -> C),
    Four(fn(C, C, C, C) -> C),
}

impl Known {
    pub(super) fn apply(self, places: &[usize], work: &[C]) -> C {
        match (self, places) {
            (Self::One(function), [z]) => function(work[*z]),
            (Self::Two(function), [a, z]) => function(work[*a], work[*z]),
            (Self::Four(function), [a, b, c, z]) => {
                function(work[*a], work[*b], work[*c], work[*z])
            }
            _ => c(f64::NAN, f64::NAN),
        }
    }
}

/// Returns a function by its name and the number of its arguments.
pub(crate) fn known(name: &str, count: usize) -> Option<Known> {
    match count {
        1 => one(name).map(Known::One),
        2 => two(name).map(Known::Two),
        4 if name == "Hypergeometric2F1" => Some(Known::Four(special::hypergeometric)),
        _ => None,
    }
}

fn one(name: &str) -> Option<fn(C) -> C> {
    Some(match name {
        "Log" => C::ln,
        "Exp" => C::exp,
        "Sqrt" => C::sqrt,
        "Abs" | "RealAbs" => |z| r(z.abs()),
        "Sign" | "RealSign" => |z| if z.abs() == 0.0 { z } else { z * (1.0 / z.abs()) },
        "Re" => |z| r(z.re),
        "Im" => |z| r(z.im),
        "Arg" => |z| r(z.arg()),
        "Conjugate" => |z| c(z.re, -z.im),
        "Floor" => |z| c(z.re.floor(), z.im.floor()),
        "Ceiling" => |z| c(z.re.ceil(), z.im.ceil()),
        "UnitStep" | "HeavisideTheta" => |z| r(if z.re >= 0.0 { 1.0 } else { 0.0 }),
        "Gamma" => special::gamma,
        "Factorial" => |z| special::gamma(z + ONE),
        "PolyGamma" => special::digamma,
        "ProductLog" => special::product_log,
        "LogIntegral" => |z| special::ei(z.ln()),
        "ExpIntegralEi" => special::ei,
        "Erf" => special::erf,
        "Erfc" => special::erfc,
        "Erfi" => special::erfi,
        "FresnelS" => |z| special::fresnel(z).0,
        "FresnelC" => |z| special::fresnel(z).1,
        "SinIntegral" => special::si,
        "CosIntegral" => special::ci,
        "SinhIntegral" => special::shi,
        "CoshIntegral" => special::chi,
        "EllipticK" => |m| special::elliptic_f(r(std::f64::consts::FRAC_PI_2), m),
        _ => return trigonometric(name),
    })
}

fn trigonometric(name: &str) -> Option<fn(C) -> C> {
    Some(match name {
        "Sin" => C::sin,
        "Cos" => C::cos,
        "Tan" => C::tan,
        "Cot" => |z| ONE / z.tan(),
        "Sec" => |z| ONE / z.cos(),
        "Csc" => |z| ONE / z.sin(),
        "Sinh" => C::sinh,
        "Cosh" => C::cosh,
        "Tanh" => C::tanh,
        "Coth" => |z| ONE / z.tanh(),
        "Sech" => |z| ONE / z.cosh(),
        "Csch" => |z| ONE / z.sinh(),
        "ArcSin" => C::asin,
        "ArcCos" => C::acos,
        "ArcTan" => C::atan,
        "ArcCot" => |z| (ONE / z).atan(),
        "ArcSec" => |z| (ONE / z).acos(),
        "ArcCsc" => |z| (ONE / z).asin(),
        "ArcSinh" => C::asinh,
        "ArcCosh" => C::acosh,
        "ArcTanh" => C::atanh,
        "ArcCoth" => |z| (ONE / z).atanh(),
        "ArcSech" => |z| (ONE / z).acosh(),
        "ArcCsch" => |z| (ONE / z).asinh(),
        "Sinc" => |z| if z.abs() == 0.0 { ONE } else { z.sin() / z },
        _ => return None,
    })
}

fn two(name: &str) -> Option<fn(C, C) -> C> {
    Some(match name {
        "Log" => |b, z| z.ln() / b.ln(),
        "Gamma" => special::upper_gamma,
        "ExpIntegralE" => |n, z| (z.ln() * (n - ONE)).exp() * special::upper_gamma(ONE - n, z),
        "EllipticF" => special::elliptic_f,
        "ArcTan" => |x, y| {
            if x.im == 0.0 && y.im == 0.0 {
                return r(y.re.atan2(x.re));
            }
            ((x + y.turned()) / (x * x + y * y).sqrt()).ln().turned_back()
        },
        "PolyLog" => |n, z| {
            if n.im == 0.0 && n.re.fract() == 0.0 && n.re.abs() < 20.0 {
                return special::polylog(n.re as i64, z);
            }
            c(f64::NAN, f64::NAN)
        },
        "PolyGamma" => |n, z| match n.re == 0.0 && n.im == 0.0 {
            true => special::digamma(z),
            false => c(f64::NAN, f64::NAN),
        },
        "Max" => |a, b| if a.re >= b.re { a } else { b },
        "Min" => |a, b| if a.re <= b.re { a } else { b },
        "Mod" => |a, b| r(a.re - b.re * (a.re / b.re).floor()),
        _ => return None,
    })
}
