//! Fields of algebraic numbers, and factors over them (B. Trager, "Algebraic factoring and rational
//! function integration", 1976).

use crate::fractions::{Fractions, Quotient};
use crate::integer::Integer;
use crate::polynomial::Polynomial;
use crate::remainder::resultant;
use crate::ring::{Field, Integers, Ring};
use crate::univariate::{self as u, Dense};
use crate::watch::{Stopped, Watch};

/// The fractions of polynomials with an algebraic number: polynomials in it, modulo the one whose
/// root it is.
#[derive(Debug, Clone)]
pub struct Extension<'a> {
    base: Fractions<'a>,
    /// The variable that stands for the number.
    number: usize,
    /// The polynomial whose root it is, monic and irreducible.
    modulus: Dense<Quotient>,
}

type Element = Dense<Quotient>;

impl<'a> Extension<'a> {
    /// Returns the field with the root of an irreducible polynomial, which one of the variables
    /// stands for.
    pub fn new(base: Fractions<'a>, number: usize, modulus: &Polynomial) -> Self {
        let mut field = Self { base, number, modulus: Vec::new() };
        let dense = field.dense(modulus);
        field.modulus = u::monic(&field.base, &dense);
        field
    }

    /// Returns a polynomial in the number.
    fn dense(&self, polynomial: &Polynomial) -> Element {
        let mut dense = vec![self.base.zero(); polynomial.degree(self.number) as usize + 1];
        for (power, coefficient) in polynomial.by_powers_of(self.number) {
            dense[power as usize] = self.base.whole(coefficient);
        }
        u::trim(&self.base, &mut dense);
        dense
    }

    fn reduced(&self, element: &Element) -> Element {
        u::rem(&self.base, element, &self.modulus)
    }

    /// Reads a polynomial as one in a variable over the field.
    fn read(&self, polynomial: &Polynomial, variable: usize) -> Dense<Element> {
        let mut dense = vec![self.zero(); polynomial.degree(variable) as usize + 1];
        for (power, coefficient) in polynomial.by_powers_of(variable) {
            dense[power as usize] = self.reduced(&self.dense(&coefficient));
        }
        u::trim(self, &mut dense);
        dense
    }

    /// Returns a polynomial over the integers that is a multiple by a factor without the variable,
    /// and this factor.
    fn write(&self, dense: &[Element], variable: usize) -> (Polynomial, Polynomial) {
        let variables = self.base.variables;
        let mut below = Polynomial::constant(&Integers, variables, Integer::ONE);
        for own in dense.iter().flatten() {
            let left = self.base.reduced(&below, &own.denominator).denominator;
            below = below.mul(&Integers, &left);
        }
        let mut terms = Vec::new();
        for (power, element) in dense.iter().enumerate() {
            for (degree, own) in element.iter().enumerate() {
                let scale = below.div(&Integers, &own.denominator).expect("a common multiple");
                let shift = Polynomial::variable(&Integers, variables, variable, power as u64).mul(
                    &Integers,
                    &Polynomial::variable(&Integers, variables, self.number, degree as u64),
                );
                terms.push(own.numerator.mul(&Integers, &scale).mul(&Integers, &shift));
            }
        }
        (Polynomial::sum(&Integers, variables, &terms), below)
    }
}

impl Ring for Extension<'_> {
    type Element = Element;

    fn zero(&self) -> Element {
        Vec::new()
    }

    fn one(&self) -> Element {
        vec![self.base.one()]
    }

    fn is_zero(&self, a: &Element) -> bool {
        a.is_empty()
    }

    fn add(&self, a: &Element, b: &Element) -> Element {
        u::add(&self.base, a, b)
    }

    fn sub(&self, a: &Element, b: &Element) -> Element {
        u::sub(&self.base, a, b)
    }

    fn mul(&self, a: &Element, b: &Element) -> Element {
        self.reduced(&u::mul(&self.base, a, b))
    }

    fn neg(&self, a: &Element) -> Element {
        a.iter().map(|own| self.base.neg(own)).collect()
    }

    fn div(&self, a: &Element, b: &Element) -> Option<Element> {
        Some(self.mul(a, &self.inverse(b)?))
    }

    fn of_integer(&self, integer: &Integer) -> Element {
        let mut element = vec![self.base.of_integer(integer)];
        u::trim(&self.base, &mut element);
        element
    }
}

impl Field for Extension<'_> {
    fn inverse(&self, a: &Element) -> Option<Element> {
        let [divisor, inverse, _] = u::extended_gcd(&self.base, a, &self.modulus);
        (divisor.len() == 1).then_some(inverse)
    }
}

/// Factors over a field with an algebraic number: polynomials in a variable and the number with
/// exponents, and what is left, as numerator and denominator.
#[derive(Debug, Clone)]
pub struct FactoredOver {
    /// Irreducible polynomials with exponents.
    pub factors: Vec<(Polynomial, u64)>,
    /// What does not depend on the variable.
    pub rest: (Polynomial, Polynomial),
}

/// Factors a polynomial in a variable over the field with the root of an irreducible polynomial,
/// which another variable stands for.
///
/// # Errors
/// If the computation is stopped.
pub fn factor_over(
    polynomial: &Polynomial,
    variable: usize,
    number: usize,
    modulus: &Polynomial,
    watch: Watch<'_>,
) -> Result<FactoredOver, Stopped> {
    let base = Fractions { variables: polynomial.variables(), watch };
    let field = Extension::new(base, number, modulus);
    let whole = field.read(polynomial, variable);
    let mut factors: Vec<(Polynomial, u64)> = Vec::new();
    let mut left = whole.clone();
    for (part, exponent) in square_free(&field, &u::monic(&field, &whole), watch)? {
        for own in irreducible(&field, &part, variable, modulus, watch)? {
            let (own, _) = field.write(&own, variable);
            let own = crate::gcd::positive(&own.primitive());
            let dense = field.read(&own, variable);
            for _ in 0..exponent {
                left = u::quotient(&field, &left, &dense);
            }
            factors.push((own, exponent));
        }
    }
    watch.check()?;
    let rest = field.write(&left, variable);
    Ok(FactoredOver { factors, rest })
}

/// Returns square-free polynomials with exponents, whose product is a monic one.
fn square_free(
    field: &Extension<'_>,
    polynomial: &[Element],
    watch: Watch<'_>,
) -> Result<Vec<(Dense<Element>, u64)>, Stopped> {
    let mut found = Vec::new();
    let mut common = u::gcd(field, polynomial, &u::derivative(field, polynomial));
    let mut rest = u::quotient(field, polynomial, &common);
    let mut exponent = 1;
    while rest.len() > 1 {
        watch.check()?;
        let next = u::gcd(field, &rest, &common);
        let part = u::quotient(field, &rest, &next);
        if part.len() > 1 {
            found.push((part, exponent));
        }
        common = u::quotient(field, &common, &next);
        rest = next;
        exponent += 1;
    }
    Ok(found)
}

/// Returns the irreducible factors of a monic square-free polynomial: its greatest common divisors
/// with the factors of the product of its conjugates.
fn irreducible(
    field: &Extension<'_>,
    polynomial: &[Element],
    variable: usize,
    modulus: &Polynomial,
    watch: Watch<'_>,
) -> Result<Vec<Dense<Element>>, Stopped> {
    if polynomial.len() == 2 {
        return Ok(vec![polynomial.to_vec()]);
    }
    let variables = field.base.variables;
    let (whole, _) = field.write(polynomial, variable);
    let shifted = |own: &Polynomial, step: i64| {
        let x = Polynomial::variable(&Integers, variables, variable, 1);
        let a = Polynomial::variable(&Integers, variables, field.number, 1);
        let sum = x.add(&Integers, &a.scale(&Integers, &Integer::from(step)));
        own.compose(&Integers, variable, &sum)
    };
    for step in (0..).flat_map(|step: i64| [step, -step]) {
        watch.check()?;
        let norm = resultant(modulus, &shifted(&whole, -step), field.number, watch)?;
        let slope = norm.derivative(&Integers, variable);
        if crate::gcd::gcd(&norm, &slope, watch)?.degree(variable) > 0 {
            continue;
        }
        let parts = crate::factor::factor(&norm, watch)?.factors;
        let mut found = Vec::new();
        let mut left = polynomial.to_vec();
        for (part, _) in parts.iter().filter(|(part, _)| part.degree(variable) > 0) {
            let own = field.read(&shifted(part, step), variable);
            let divisor = u::gcd(field, &left, &own);
            watch.check()?;
            if divisor.len() > 1 {
                left = u::quotient(field, &left, &divisor);
                found.push(divisor);
            }
        }
        return Ok(found);
    }
    unreachable!("only finitely many steps are bad")
}
