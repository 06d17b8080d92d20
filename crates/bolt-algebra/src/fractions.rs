//! The field of fractions of polynomials.

use crate::gcd::gcd;
use crate::integer::Integer;
use crate::polynomial::Polynomial;
use crate::ring::{Field, Integers, Ring};
use crate::watch::Watch;

/// A fraction of polynomials in lowest terms, whose denominator has a positive first coefficient.
#[derive(Debug, Clone)]
pub struct Quotient {
    /// What stands above the line.
    pub numerator: Polynomial,
    /// What stands below the line.
    pub denominator: Polynomial,
}

impl PartialEq for Quotient {
    fn eq(&self, other: &Self) -> bool {
        self.numerator.equals(&other.numerator) && self.denominator.equals(&other.denominator)
    }
}

/// The field of fractions of polynomials in so many variables. A stopped watch lets its elements
/// be as they are, not in lowest terms; who asks looks at the watch.
#[derive(Debug, Clone, Copy)]
pub struct Fractions<'a> {
    /// The number of variables.
    pub variables: usize,
    /// What stops long computations.
    pub watch: Watch<'a>,
}

impl Fractions<'_> {
    /// Returns a fraction in lowest terms.
    ///
    /// # Panics
    /// If the denominator is 0.
    pub fn reduced(&self, numerator: &Polynomial, denominator: &Polynomial) -> Quotient {
        assert!(!denominator.is_zero(), "a denominator that is not 0");
        let divisor = gcd(numerator, denominator, self.watch);
        let is_negative = denominator.coefficients().first().is_some_and(Integer::is_negative);
        let of = |side: &Polynomial| {
            let own = match &divisor {
                Ok(divisor) if !divisor.is_one(&Integers) => side.div(&Integers, divisor),
                _ => None,
            };
            let own = own.unwrap_or_else(|| side.clone());
            if is_negative { own.neg(&Integers) } else { own }
        };
        Quotient { numerator: of(numerator), denominator: of(denominator) }
    }

    /// Returns the fraction that a polynomial is.
    pub fn whole(&self, numerator: Polynomial) -> Quotient {
        let denominator = Polynomial::constant(&Integers, self.variables, Integer::ONE);
        Quotient { numerator, denominator }
    }
}

impl Ring for Fractions<'_> {
    type Element = Quotient;

    fn zero(&self) -> Quotient {
        self.whole(Polynomial::zero(self.variables))
    }

    fn one(&self) -> Quotient {
        self.of_integer(&Integer::ONE)
    }

    fn is_zero(&self, a: &Quotient) -> bool {
        a.numerator.is_zero()
    }

    fn add(&self, a: &Quotient, b: &Quotient) -> Quotient {
        if a.denominator.equals(&b.denominator) {
            let sum = a.numerator.add(&Integers, &b.numerator);
            return match a.denominator.is_one(&Integers) {
                true => self.whole(sum),
                false => self.reduced(&sum, &a.denominator),
            };
        }
        let left = a.numerator.mul(&Integers, &b.denominator);
        let right = b.numerator.mul(&Integers, &a.denominator);
        let below = a.denominator.mul(&Integers, &b.denominator);
        self.reduced(&left.add(&Integers, &right), &below)
    }

    fn sub(&self, a: &Quotient, b: &Quotient) -> Quotient {
        self.add(a, &self.neg(b))
    }

    fn mul(&self, a: &Quotient, b: &Quotient) -> Quotient {
        let above = a.numerator.mul(&Integers, &b.numerator);
        let below = a.denominator.mul(&Integers, &b.denominator);
        match below.is_one(&Integers) {
            true => self.whole(above),
            false => self.reduced(&above, &below),
        }
    }

    fn neg(&self, a: &Quotient) -> Quotient {
        Quotient { numerator: a.numerator.neg(&Integers), denominator: a.denominator.clone() }
    }

    fn div(&self, a: &Quotient, b: &Quotient) -> Option<Quotient> {
        Some(self.mul(a, &self.inverse(b)?))
    }

    fn of_integer(&self, integer: &Integer) -> Quotient {
        self.whole(Polynomial::constant(&Integers, self.variables, integer.clone()))
    }
}

impl Field for Fractions<'_> {
    fn inverse(&self, a: &Quotient) -> Option<Quotient> {
        if a.numerator.is_zero() {
            return None;
        }
        let is_negative = a.numerator.coefficients()[0].is_negative();
        let inverse =
            Quotient { numerator: a.denominator.clone(), denominator: a.numerator.clone() };
        Some(match is_negative {
            true => Quotient {
                numerator: inverse.numerator.neg(&Integers),
                denominator: inverse.denominator.neg(&Integers),
            },
            false => inverse,
        })
    }
}
