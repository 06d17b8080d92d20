//! Groebner bases over the rationals (B. Buchberger, 1965), with polynomials kept primitive over
//! the integers, and division by several polynomials.

use std::collections::BTreeSet;

use crate::integer::Integer;
use crate::packing::Packing;
use crate::polynomial::{Polynomial, Words};
use crate::ring::{Integers, Ring};
use crate::watch::{Stopped, Watch};

/// How monomials are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// The exponent of the first variable counts most.
    Lexicographic,
    /// The total degree, then lexicographically.
    DegreeLexicographic,
    /// The total degree, then the one with less of the last variable is larger.
    DegreeReverseLexicographic,
    /// The degree in the first so many variables, by the order before, then that in the others.
    Elimination(usize),
}

impl Order {
    /// Returns the numbers that are compared lexicographically.
    fn key(&self, exponents: &[u64]) -> Vec<u64> {
        let sums = |exponents: &[u64]| -> Vec<u64> {
            let mut sum = 0;
            let mut sums: Vec<u64> = exponents
                .iter()
                .map(|exponent| {
                    sum += exponent;
                    sum
                })
                .collect();
            sums.reverse();
            sums
        };
        match self {
            Self::Lexicographic => Vec::new(),
            Self::DegreeLexicographic => vec![exponents.iter().sum()],
            Self::DegreeReverseLexicographic => sums(exponents),
            Self::Elimination(count) => {
                let (first, second) = exponents.split_at(*count);
                let mut key = sums(first);
                key.extend(sums(second));
                key
            }
        }
    }

    /// Returns the polynomial with the key before the exponents, so that its terms are in order.
    fn write(&self, polynomial: &Polynomial) -> Polynomial {
        let mut count = polynomial.variables();
        let terms: Vec<_> = polynomial
            .terms()
            .map(|term| {
                let exponents: Vec<u64> = term.exponents().collect();
                let mut all = self.key(&exponents);
                all.extend(exponents);
                count = all.len();
                (all, term.coefficient.clone())
            })
            .collect();
        Polynomial::from_terms(&Integers, count, terms)
    }

    fn read(&self, polynomial: &Polynomial, variables: usize) -> Polynomial {
        let skipped = polynomial.variables() - variables;
        let terms = polynomial.terms().map(|term| {
            let exponents: Vec<u64> = term.exponents().skip(skipped).collect();
            (exponents, term.coefficient.clone())
        });
        Polynomial::from_terms(&Integers, variables, terms)
    }
}

/// Returns the reduced Groebner basis: primitive polynomials, from the smallest leading monomial.
///
/// # Errors
/// If the computation is stopped.
pub fn groebner_basis(
    polynomials: &[Polynomial],
    variables: usize,
    order: &Order,
    watch: Watch<'_>,
) -> Result<Vec<Polynomial>, Stopped> {
    let mut basis = Basis { order, variables, all: Vec::new(), pairs: BTreeSet::new() };
    for polynomial in polynomials.iter().filter(|own| !own.is_zero()) {
        let own = basis.reduced(&order.write(polynomial).primitive(), watch)?;
        basis.push(own);
    }
    while let Some((_, i, j)) = basis.pairs.pop_first() {
        watch.check()?;
        if basis.is_superfluous(i, j) {
            continue;
        }
        let s = basis.s_polynomial(i, j);
        let rest = basis.reduced(&s, watch)?;
        basis.push(rest);
    }
    let found = basis.finish(watch)?;
    Ok(found.iter().map(|own| order.read(own, variables)).collect())
}

struct Basis<'a> {
    order: &'a Order,
    variables: usize,
    /// The polynomials, with the exponents of their leading monomials.
    all: Vec<(Polynomial, Vec<u64>)>,
    /// Pairs that are yet to be looked at, by the least common multiples of their leading
    /// monomials.
    pairs: BTreeSet<(Vec<u64>, usize, usize)>,
}

fn common_multiple(a: &[u64], b: &[u64]) -> Vec<u64> {
    a.iter().zip(b).map(|(a, b)| *a.max(b)).collect()
}

impl Basis<'_> {
    fn exponents(&self, polynomial: &Polynomial) -> Vec<u64> {
        let skipped = polynomial.variables() - self.variables;
        polynomial
            .leading()
            .map(|term| term.exponents().skip(skipped).collect())
            .unwrap_or_default()
    }

    fn push(&mut self, polynomial: Polynomial) {
        if polynomial.is_zero() {
            return;
        }
        let leading = self.exponents(&polynomial);
        let place = self.all.len();
        for (other, (_, own)) in self.all.iter().enumerate() {
            let multiple = common_multiple(own, &leading);
            let mut key = vec![multiple.iter().sum()];
            key.extend(self.order.key(&multiple));
            key.extend(multiple);
            self.pairs.insert((key, other, place));
        }
        self.all.push((polynomial, leading));
    }

    /// Returns whether a pair leads to nothing new: the leading monomials have nothing in common,
    /// or a third one divides their multiple and both pairs with it were looked at.
    fn is_superfluous(&self, i: usize, j: usize) -> bool {
        let (a, b) = (&self.all[i].1, &self.all[j].1);
        if a.iter().zip(b).all(|(a, b)| *a == 0 || *b == 0) {
            return true;
        }
        let multiple = common_multiple(a, b);
        let is_open = |x: usize, y: usize| {
            let (x, y) = (x.min(y), x.max(y));
            let own = common_multiple(&self.all[x].1, &self.all[y].1);
            let mut key = vec![own.iter().sum()];
            key.extend(self.order.key(&own));
            key.extend(own);
            self.pairs.contains(&(key, x, y))
        };
        (0..self.all.len()).any(|k| {
            k != i
                && k != j
                && self.all[k].1.iter().zip(&multiple).all(|(own, all)| own <= all)
                && !is_open(i, k)
                && !is_open(j, k)
        })
    }

    fn term(&self, exponents: &[u64], value: Integer) -> Polynomial {
        let mut all = self.order.key(exponents);
        all.extend(exponents);
        let count = all.len();
        Polynomial::from_terms(&Integers, count, [(all, value)])
    }

    fn s_polynomial(&self, i: usize, j: usize) -> Polynomial {
        let ((f, a), (g, b)) = (&self.all[i], &self.all[j]);
        let multiple = common_multiple(a, b);
        let (x, y) = (&f.coefficients()[0], &g.coefficients()[0]);
        let common = x.gcd(y);
        let cofactor = |value: &Integer| value.div_exact(&common).unwrap_or(Integer::ONE);
        let rest = |own: &[u64]| -> Vec<u64> {
            multiple.iter().zip(own).map(|(all, own)| all - own).collect()
        };
        let left = f.mul(&Integers, &self.term(&rest(a), cofactor(y)));
        let right = g.mul(&Integers, &self.term(&rest(b), cofactor(x)));
        left.sub(&Integers, &right).primitive()
    }

    /// Returns what is left of a polynomial, all of whose terms no leading monomial divides.
    fn reduced(&self, polynomial: &Polynomial, watch: Watch<'_>) -> Result<Polynomial, Stopped> {
        let divisors: Vec<&Polynomial> = self.all.iter().map(|(own, _)| own).collect();
        let (_, rest, _) = divide_all(polynomial, &divisors, false, watch)?;
        Ok(rest.primitive())
    }

    /// Drops what is superfluous and reduces each polynomial by the others.
    fn finish(mut self, watch: Watch<'_>) -> Result<Vec<Polynomial>, Stopped> {
        let mut kept: Vec<(Polynomial, Vec<u64>)> = Vec::new();
        let divides = |a: &[u64], b: &[u64]| a.iter().zip(b).all(|(a, b)| a <= b);
        for (place, (own, leading)) in self.all.iter().enumerate() {
            let is_multiple = self.all.iter().enumerate().any(|(other, (_, of_other))| {
                other != place
                    && divides(of_other, leading)
                    && (of_other != leading || other < place)
            });
            if !is_multiple {
                kept.push((own.clone(), leading.clone()));
            }
        }
        self.all = kept;
        let mut found = Vec::with_capacity(self.all.len());
        for place in 0..self.all.len() {
            let others = self.all.iter().enumerate().filter(|(other, _)| *other != place);
            let others: Vec<&Polynomial> = others.map(|(_, (own, _))| own).collect();
            let (_, rest, _) = divide_all(&self.all[place].0, &others, false, watch)?;
            found.push(crate::gcd::positive(&rest.primitive()));
        }
        found.sort_by(|a, b| {
            let leading = |own: &Polynomial| -> Vec<u64> {
                own.leading().map(|term| term.exponents().collect()).unwrap_or_default()
            };
            leading(a).cmp(&leading(b))
        });
        Ok(found)
    }
}

/// Divides by several polynomials: returns quotients, remainder and a number such that the number
/// times the polynomial is the sum of the products of quotients and divisors, plus the remainder.
/// Quotients are empty unless asked for.
fn divide_all(
    polynomial: &Polynomial,
    divisors: &[&Polynomial],
    with_quotients: bool,
    watch: Watch<'_>,
) -> Result<(Vec<Polynomial>, Polynomial, Integer), Stopped> {
    let variables = polynomial.variables();
    let zero = || Polynomial::zero(variables);
    let mut quotients: Vec<Polynomial> = divisors.iter().map(|_| zero()).collect();
    let (mut left, mut rest, mut scale) = (polynomial.clone(), zero(), Integer::ONE);
    let mut steps = 0_u32;
    while !left.is_zero() {
        steps += 1;
        if steps.is_multiple_of(64) {
            watch.check()?;
        }
        let Some(place) = divisors.iter().position(|divisor| leads(divisor, &left)) else {
            let packing = left.packing;
            let mut first = Polynomial::empty(packing);
            first.push(left.monomial(0), left.coefficients[0].clone());
            rest = rest.add(&Integers, &first);
            left.exponents.drain(..packing.words());
            left.coefficients.remove(0);
            continue;
        };
        let divisor = divisors[place];
        let (value, leading) = (left.coefficients[0].clone(), &divisor.coefficients()[0]);
        let common = value.gcd(leading);
        let common = if leading.is_negative() { common.neg() } else { common };
        let own = leading.div_exact(&common).unwrap_or(Integer::ONE);
        let factor = value.div_exact(&common).unwrap_or(Integer::ONE);
        let (a, b) = Polynomial::aligned(&left, divisor, 0);
        let quotient: Words = a.monomial(0).iter().zip(b.monomial(0)).map(|(x, y)| x - y).collect();
        let mut term = Polynomial::empty(a.packing);
        term.push(&quotient, factor);
        let product = term.mul(&Integers, &b);
        left = left.scale(&Integers, &own).sub(&Integers, &product);
        if !own.is_one() {
            rest = rest.scale(&Integers, &own);
            scale = scale.mul(&own);
            quotients.iter_mut().for_each(|sum| *sum = sum.scale(&Integers, &own));
        }
        if with_quotients {
            quotients[place] = quotients[place].add(&Integers, &term);
        } else if steps.is_multiple_of(16) && scale.bits() > 64 {
            let content = left.content().gcd(&rest.content());
            let of = |own: &Polynomial| {
                own.map(&Integers, |value| value.div_exact(&content).unwrap_or(Integer::ZERO))
            };
            if !content.is_zero() {
                (left, rest, scale) = (of(&left), of(&rest), Integer::ONE);
            }
        }
    }
    Ok((quotients, rest, scale))
}

/// Returns whether the first monomial of a divisor divides that of a polynomial.
fn leads(divisor: &Polynomial, polynomial: &Polynomial) -> bool {
    if divisor.packing == polynomial.packing {
        let guard = divisor.packing.guard();
        return Packing::divides(guard, divisor.monomial(0), polynomial.monomial(0));
    }
    let (Some(a), Some(b)) = (divisor.leading(), polynomial.leading()) else { return false };
    a.exponents().zip(b.exponents()).all(|(a, b)| a <= b)
}

/// Quotients and remainder of a division by several polynomials, and the number by which the
/// polynomial was multiplied.
#[derive(Debug, Clone)]
pub struct Reduction {
    /// A quotient for each divisor.
    pub quotients: Vec<Polynomial>,
    /// What no leading monomial of a divisor divides.
    pub remainder: Polynomial,
    /// The number that quotients and remainder are too large by.
    pub scale: Integer,
}

/// Divides a polynomial by several others, none of which is 0.
///
/// # Errors
/// If the computation is stopped.
pub fn reduce(
    polynomial: &Polynomial,
    divisors: &[Polynomial],
    order: &Order,
    watch: Watch<'_>,
) -> Result<Reduction, Stopped> {
    let variables = polynomial.variables();
    let written: Vec<Polynomial> = divisors.iter().map(|own| order.write(own)).collect();
    let all: Vec<&Polynomial> = written.iter().collect();
    let mut own = order.write(polynomial);
    if own.is_zero() {
        own = Polynomial::zero(written.first().map_or(variables, Polynomial::variables));
    }
    let (quotients, remainder, scale) = divide_all(&own, &all, true, watch)?;
    let read = |own: &Polynomial| match own.is_zero() {
        true => Polynomial::zero(variables),
        false => order.read(own, variables),
    };
    debug_assert!(!Integers.is_zero(&scale));
    Ok(Reduction {
        quotients: quotients.iter().map(read).collect(),
        remainder: read(&remainder),
        scale,
    })
}
