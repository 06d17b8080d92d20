//! Products and powers.

use bolt_base::interrupt::poll;
use hashbrown::HashTable;

use crate::integer::Integer;
use crate::packing::{EXPONENT_MAX, Packing};
use crate::polynomial::{Polynomial, Words};
use crate::ring::Ring;

/// Tables of all possible monomials are no larger than this.
const DENSE_MAX: usize = 1 << 22;

/// The monomials between the lowest and the highest exponents of each variable, numbered so that
/// numbers of factors add up to that of the product.
pub(crate) struct Grid {
    low: Vec<u64>,
    strides: Vec<usize>,
    sizes: Vec<usize>,
    /// How many there are.
    pub(crate) size: usize,
}

impl Grid {
    /// Returns the grid of the monomials from the lowest to the highest exponents, if it has no
    /// more than so many.
    pub(crate) fn new(low: Vec<u64>, high: &[u64], most: usize) -> Option<Self> {
        let mut strides = vec![0; low.len()];
        let mut sizes = vec![0; low.len()];
        let mut size = 1_usize;
        for variable in (0..low.len()).rev() {
            strides[variable] = size;
            sizes[variable] =
                usize::try_from(high[variable] - low[variable]).ok()?.checked_add(1)?;
            size = size.checked_mul(sizes[variable]).filter(|size| *size <= most)?;
        }
        Some(Self { low, strides, sizes, size })
    }

    /// Returns the number of a monomial relative to a lowest one.
    fn place(&self, low: &[u64], exponents: impl Iterator<Item = u64>) -> usize {
        let steps = exponents.zip(low).map(|(exponent, low)| (exponent - low) as usize);
        steps.zip(&self.strides).map(|(step, stride)| step * stride).sum()
    }

    /// Returns the terms of a polynomial by number.
    pub(crate) fn places<E: Clone + PartialEq>(
        &self,
        polynomial: &Polynomial<E>,
        low: &[u64],
    ) -> Vec<(usize, E)> {
        let place = |term: crate::polynomial::Term<'_, E>| {
            (self.place(low, term.exponents()), term.coefficient.clone())
        };
        polynomial.terms().map(place).collect()
    }

    /// Returns the polynomial of the coefficients by number.
    pub(crate) fn polynomial<R: Ring>(
        &self,
        ring: &R,
        packing: Packing,
        values: Vec<R::Element>,
    ) -> Polynomial<R::Element> {
        let mut result = Polynomial::empty(packing);
        let mut words = Words::from_elem(0, packing.words());
        for (place, value) in values.into_iter().enumerate().rev() {
            if ring.is_zero(&value) {
                continue;
            }
            for variable in 0..self.low.len() {
                packing.set(&mut words, variable, self.exponent(place, variable));
            }
            result.push(&words, value);
        }
        result
    }

    pub(crate) fn exponent(&self, place: usize, variable: usize) -> u64 {
        self.low[variable] + (place / self.strides[variable] % self.sizes[variable]) as u64
    }
}

impl<E: Clone + PartialEq> Polynomial<E> {
    /// Returns the product.
    ///
    /// # Panics
    /// If an exponent is beyond [`crate::EXPONENT_MAX`].
    pub fn mul<R: Ring<Element = E>>(&self, ring: &R, other: &Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::empty(self.packing);
        }
        let sums = |a: Vec<u64>, b: Vec<u64>| -> Vec<u64> {
            a.into_iter().zip(b).map(|(a, b)| a + b).collect()
        };
        let high = sums(self.degrees(), other.degrees());
        let largest = high.iter().copied().max().unwrap_or(0);
        assert!(largest <= EXPONENT_MAX, "an exponent beyond 2^62");
        let (a, b) = Self::aligned(self, other, largest);
        let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        if a.len() == 1 {
            return b.times_term(ring, a.monomial(0), &a.coefficients[0]);
        }
        let most = a.len().saturating_mul(b.len()).saturating_mul(4).min(DENSE_MAX);
        let (low_a, low_b) = (a.low_degrees(), b.low_degrees());
        match Grid::new(sums(low_a.clone(), low_b.clone()), &high, most) {
            Some(grid) => {
                let (x, y) = (grid.places(&a, &low_a), grid.places(&b, &low_b));
                grid.polynomial(ring, a.packing, ring.dense_product(&x, &y, grid.size))
            }
            None => a.sparse_product(ring, &b),
        }
    }

    /// Returns it times a term, whose exponents fit.
    pub(crate) fn times_term<R: Ring<Element = E>>(
        &self,
        ring: &R,
        monomial: &[u64],
        factor: &E,
    ) -> Self {
        let mut result = Self::empty(self.packing);
        result.reserve(self.len());
        let mut words = Words::new();
        for term in self.terms() {
            poll();
            let value = ring.mul(term.coefficient, factor);
            if !ring.is_zero(&value) {
                words.clear();
                words.extend(term.monomial.iter().zip(monomial).map(|(a, b)| a + b));
                result.push(&words, value);
            }
        }
        result
    }

    /// Returns the product by way of a table of the monomials that occur.
    fn sparse_product<R: Ring<Element = E>>(&self, ring: &R, other: &Self) -> Self {
        let words = self.packing.words();
        let mut table: HashTable<u32> = HashTable::with_capacity(self.len() + other.len());
        let mut sum = Self::empty(self.packing);
        let mut product = Words::from_elem(0, words);
        for a in self.terms() {
            poll();
            for b in other.terms() {
                for (word, (x, y)) in product.iter_mut().zip(a.monomial.iter().zip(b.monomial)) {
                    *word = x + y;
                }
                let found = table
                    .find(hash(&product), |&place| sum.monomial(place as usize) == &product[..]);
                match found {
                    Some(&place) => ring.add_product(
                        &mut sum.coefficients[place as usize],
                        a.coefficient,
                        b.coefficient,
                    ),
                    None => {
                        let place = u32::try_from(sum.len()).expect("fewer than 2^32 terms");
                        sum.push(&product, ring.mul(a.coefficient, b.coefficient));
                        let rehash = |&place: &u32| hash(sum.monomial(place as usize));
                        table.insert_unique(hash(&product), place, rehash);
                    }
                }
            }
        }
        sum.sorted(ring).without_zeros(ring)
    }

    fn without_zeros<R: Ring<Element = E>>(self, ring: &R) -> Self {
        match self.coefficients.iter().any(|value| ring.is_zero(value)) {
            true => self.map(ring, Clone::clone),
            false => self,
        }
    }

    /// Returns it to a power.
    ///
    /// # Panics
    /// If an exponent is beyond [`crate::EXPONENT_MAX`].
    pub fn pow<R: Ring<Element = E>>(&self, ring: &R, exponent: u64) -> Self {
        match (exponent, self.len()) {
            (0, _) => Self::constant(ring, self.variables(), ring.one()),
            (1, _) | (_, 0) => self.clone(),
            (_, 1) => self.power_of_term(ring, exponent),
            (_, 2) => self.power_of_binomial(ring, exponent),
            _ => self.power_by_squaring(ring, exponent),
        }
    }

    fn power_by_squaring<R: Ring<Element = E>>(&self, ring: &R, exponent: u64) -> Self {
        let mut result = self.clone();
        for bit in (0..63 - exponent.leading_zeros()).rev() {
            result = result.mul(ring, &result);
            if exponent >> bit & 1 == 1 {
                result = result.mul(ring, self);
            }
        }
        result
    }

    fn power_of_term<R: Ring<Element = E>>(&self, ring: &R, exponent: u64) -> Self {
        let term = |term: crate::polynomial::Term<'_, E>| {
            let raised = |own: u64| {
                own.checked_mul(exponent)
                    .filter(|e| *e <= EXPONENT_MAX)
                    .expect("an exponent that fits")
            };
            (term.exponents().map(raised).collect::<Vec<_>>(), ring.pow(term.coefficient, exponent))
        };
        Self::from_terms(ring, self.variables(), self.terms().map(term))
    }

    /// Returns a power of two terms by the binomial theorem.
    fn power_of_binomial<R: Ring<Element = E>>(&self, ring: &R, exponent: u64) -> Self {
        let [a, b] = [0, 1].map(|place| {
            let monomial = self.monomial(place);
            let exponents = (0..self.variables()).map(|v| self.packing.get(monomial, v));
            exponents.collect::<Vec<u64>>()
        });
        let mut powers_a = Vec::with_capacity(exponent as usize + 1);
        let mut power = ring.one();
        for _ in 0..=exponent {
            poll();
            powers_a.push(power.clone());
            power = ring.mul(&power, &self.coefficients[0]);
        }
        let mut choose = Integer::ONE;
        let mut power_b = ring.one();
        let mut terms = Vec::with_capacity(exponent as usize + 1);
        for k in 0..=exponent {
            poll();
            let rest = exponent - k;
            let exponents: Vec<u64> = a.iter().zip(&b).map(|(x, y)| x * rest + y * k).collect();
            let value = ring.mul(&powers_a[rest as usize], &power_b);
            terms.push((exponents, ring.mul(&value, &ring.of_integer(&choose))));
            power_b = ring.mul(&power_b, &self.coefficients[1]);
            let next = choose.mul(&Integer::from(rest));
            choose = next.div_exact(&Integer::from(k + 1)).expect("binomials are whole");
        }
        Self::from_terms(ring, self.variables(), terms)
    }
}

/// Mixes the words of a monomial.
fn hash(words: &[u64]) -> u64 {
    let step = |hash: u64, word: &u64| {
        let wide = u128::from(hash ^ word) * 0x9e37_79b9_7f4a_7c15;
        (wide >> 64) as u64 ^ wide as u64
    };
    words.iter().fold(0x2545_f491_4f6c_dd1d, step)
}
