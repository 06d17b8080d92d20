//! Signs and domains of quantities.

use std::cmp::Ordering;

use super::forms::terms;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::Value;

/// What a quantity may be: bits for negative, zero, positive, and not real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signs(pub(super) u8);

impl Signs {
    pub(crate) const NEGATIVE: Self = Self(1);
    pub(crate) const ZERO: Self = Self(2);
    pub(crate) const POSITIVE: Self = Self(4);
    pub(crate) const REAL: Self = Self(7);
    pub(crate) const ANY: Self = Self(15);
    pub(super) const NONE: Self = Self(0);

    /// Returns whether it is one of these at most.
    pub(crate) fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns whether it is known to be at least 0.
    pub(crate) fn is_non_negative(self) -> bool {
        self.within(Self::ZERO.or(Self::POSITIVE))
    }

    /// Returns whether it is known to be at most 0.
    pub(crate) fn is_non_positive(self) -> bool {
        self.within(Self::ZERO.or(Self::NEGATIVE))
    }

    pub(crate) fn is_positive(self) -> bool {
        self == Self::POSITIVE
    }

    pub(crate) fn is_negative(self) -> bool {
        self == Self::NEGATIVE
    }

    pub(crate) fn is_real(self) -> bool {
        self.within(Self::REAL)
    }

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns whether it is known not to be 0.
    pub(crate) fn is_nonzero(self) -> bool {
        !self.has(Self::ZERO)
    }

    pub(super) fn negated(self) -> Self {
        let swap = (self.0 & 1) << 2 | (self.0 & 4) >> 2;
        Self(self.0 & 10 | swap)
    }

    pub(super) fn times(self, other: Self) -> Self {
        let mut all = Self::NONE;
        for a in 0..3 {
            for b in 0..3 {
                if self.0 >> a & 1 == 1 && other.0 >> b & 1 == 1 {
                    all = all.or(Self(1 << (1 + (a - 1) * (b - 1))));
                }
            }
        }
        let nonreal = Self(8);
        if self.has(nonreal) || other.has(nonreal) {
            // Two that are not real may have any product, one with a real has none that is real
            // but 0.
            let both = self.has(nonreal) && other.has(nonreal);
            let zero =
                if self.has(Self::ZERO) || other.has(Self::ZERO) { Self::ZERO } else { Self::NONE };
            all = all.or(nonreal).or(zero);
            if both {
                all = all.or(if all.has(Self::ZERO) { Self::ANY } else { Self(13) });
            }
        }
        all
    }

    pub(super) fn plus(self, other: Self) -> Self {
        if !self.is_real() || !other.is_real() {
            let one_real = self.is_real() || other.is_real();
            let sure = one_real && (self == Self(8) || other == Self(8));
            return if sure { Self(8) } else { Self::ANY };
        }
        match (self, other) {
            (Self::ZERO, other) => other,
            (own, Self::ZERO) => own,
            _ => {
                let (a, b) = (self, other);
                let mut all = Self::NONE;
                if a.has(Self::POSITIVE) || b.has(Self::POSITIVE) {
                    all = all.or(Self::POSITIVE);
                }
                if a.has(Self::NEGATIVE) || b.has(Self::NEGATIVE) {
                    all = all.or(Self::NEGATIVE);
                }
                let opposed = (a.has(Self::POSITIVE) && b.has(Self::NEGATIVE))
                    || (a.has(Self::NEGATIVE) && b.has(Self::POSITIVE));
                if opposed || (a.has(Self::ZERO) && b.has(Self::ZERO)) {
                    all = all.or(Self::ZERO);
                }
                all
            }
        }
    }
}

/// Sets of numbers, each within the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Domain {
    Primes,
    Integers,
    Rationals,
    Algebraics,
    Reals,
    Complexes,
}

/// Returns the domain that a symbol names, and the signs of what is in it.
pub(crate) fn domain(session: &Session, value: &Value) -> Option<(Domain, Signs)> {
    let name = &session.names.full(value.as_symbol()?).name;
    let (signs, rest) = [
        ("Positive", Signs::POSITIVE),
        ("Negative", Signs::NEGATIVE),
        ("NonNegative", Signs::POSITIVE.or(Signs::ZERO)),
        ("NonPositive", Signs::NEGATIVE.or(Signs::ZERO)),
    ]
    .into_iter()
    .find_map(|(prefix, signs)| Some((signs, name.strip_prefix(prefix)?)))
    .unwrap_or((Signs::REAL, name));
    Some(match rest {
        "Primes" => (Domain::Primes, Signs::POSITIVE),
        "Integers" => (Domain::Integers, signs),
        "Rationals" => (Domain::Rationals, signs),
        "Algebraics" => (Domain::Algebraics, Signs::ANY),
        "Reals" => (Domain::Reals, signs),
        "Complexes" => (Domain::Complexes, Signs::ANY),
        _ => return None,
    })
}

/// Returns the sign of a numeric expression, if it is known for sure.
pub(super) fn numeric_sign(session: &mut Session, value: &Value) -> Evaluated<Option<Signs>> {
    if value.is_number() {
        return Ok(Some(match value {
            Value::Complex(_) => Signs(8),
            _ if number::is_zero(value) => Signs::ZERO,
            _ if number::is_negative(value) => Signs::NEGATIVE,
            _ => Signs::POSITIVE,
        }));
    }
    if !session.is_numeric(value) {
        return Ok(None);
    }
    let Some((re, im)) = session.complex_value(value)? else { return Ok(None) };
    if im.abs() > 1e-10 * (re.abs() + 1.0) {
        return Ok(Some(Signs(8)));
    }
    if im != 0.0 {
        return Ok(None);
    }
    // Cancellation leaves an error of the size of the terms.
    let size = terms(value).len() as f64;
    Ok(match re.partial_cmp(&0.0) {
        Some(Ordering::Less) if re < -1e-11 * size => Some(Signs::NEGATIVE),
        Some(Ordering::Greater) if re > 1e-11 * size => Some(Signs::POSITIVE),
        _ => None,
    })
}

/// Returns whether a number is in a domain.
pub(super) fn number_is_in(
    session: &mut Session,
    value: &Value,
    domain: Domain,
) -> Evaluated<Option<bool>> {
    if value.is_number() {
        let is_real = number::is_real(value);
        return Ok(match domain {
            Domain::Complexes => Some(true),
            Domain::Reals => Some(is_real),
            Domain::Algebraics => number::is_exact(value).then_some(true),
            Domain::Rationals => match number::is_exact(value) || !is_real {
                true => Some(number::rational(value).is_some()),
                false => None,
            },
            Domain::Integers => match number::is_exact(value) || !is_real {
                true => Some(number::integer(value).is_some()),
                // An approximate whole number may be any real near it.
                false => match number::to_f64(value) {
                    Some(x) if x.fract() == 0.0 => None,
                    _ => Some(false),
                },
            },
            Domain::Primes => match number::integer(value) {
                Some(_) => session.system("PrimeQ", [value.clone()].as_slice())?.as_bool(),
                None => Some(false),
            },
        });
    }
    if domain <= Domain::Integers
        && session.is_numeric(value)
        && let Some((re, im)) = session.complex_value(value)?
        && ((re - re.round()).abs() > 1e-9 * re.abs().max(1.0) || im.abs() > 1e-9)
    {
        return Ok(Some(false));
    }
    Ok(match value {
        Value::Symbol(sym::Pi | sym::E | sym::Degree) => Some(domain >= Domain::Reals),
        // (1 + Sqrt[5])/2
        Value::Symbol(sym::GoldenRatio) => Some(domain >= Domain::Algebraics),
        Value::Symbol(sym::EulerGamma | sym::Catalan) if domain >= Domain::Reals => Some(true),
        // A root that evaluation left alone is irrational.
        Value::Call(_) if domain < Domain::Algebraics => match value.exactly(sym::Power) {
            Some([base, Value::Rational(_)]) if number::rational(base).is_some() => Some(false),
            _ => None,
        },
        _ => None,
    })
}
