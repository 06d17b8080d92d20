//! Sparse polynomials: their terms, in order, and what needs only one pass over them.

use std::cmp::Ordering;

use smallvec::SmallVec;

use crate::integer::Integer;
use crate::packing::Packing;
use crate::ring::{Integers, Ring};

/// A monomial, packed.
pub(crate) type Words = SmallVec<[u64; 2]>;

/// A polynomial in so many variables. Its terms are in descending lexicographic order, the first
/// variable counting most; none has the coefficient 0. Operations take the ring of the
/// coefficients; both operands have the same number of variables.
#[derive(Debug, Clone)]
pub struct Polynomial<E = Integer> {
    pub(crate) packing: Packing,
    pub(crate) exponents: Vec<u64>,
    pub(crate) coefficients: Vec<E>,
}

/// A term: its exponents and its coefficient.
#[derive(Debug, Clone, Copy)]
pub struct Term<'a, E> {
    packing: Packing,
    pub(crate) monomial: &'a [u64],
    /// The coefficient.
    pub coefficient: &'a E,
}

impl<E> Term<'_, E> {
    /// Returns the exponent of a variable.
    pub fn exponent(&self, variable: usize) -> u64 {
        self.packing.get(self.monomial, variable)
    }

    /// Returns the exponents of all variables.
    pub fn exponents(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.packing.variables()).map(|variable| self.exponent(variable))
    }
}

impl<E: Clone + PartialEq> Polynomial<E> {
    /// Returns 0, in so many variables.
    pub fn zero(variables: usize) -> Self {
        Self::empty(Packing::new(variables, 1))
    }

    pub(crate) fn empty(packing: Packing) -> Self {
        Self { packing, exponents: Vec::new(), coefficients: Vec::new() }
    }

    /// Returns a constant.
    pub fn constant<R: Ring<Element = E>>(ring: &R, variables: usize, value: E) -> Self {
        Self::from_terms(ring, variables, [(std::iter::repeat_n(0, variables), value)])
    }

    /// Returns a variable to a power.
    pub fn variable<R: Ring<Element = E>>(
        ring: &R,
        variables: usize,
        variable: usize,
        exponent: u64,
    ) -> Self {
        let exponents = (0..variables).map(|v| if v == variable { exponent } else { 0 });
        Self::from_terms(ring, variables, [(exponents, ring.one())])
    }

    /// Returns the sum of terms in any order, given by their exponents and coefficients.
    pub fn from_terms<R, T, M>(ring: &R, variables: usize, terms: T) -> Self
    where
        R: Ring<Element = E>,
        T: IntoIterator<Item = (M, E)>,
        M: IntoIterator<Item = u64>,
    {
        let mut exponents: Vec<u64> = Vec::new();
        let mut coefficients = Vec::new();
        for (monomial, coefficient) in terms {
            exponents.extend(monomial);
            coefficients.push(coefficient);
            exponents.resize(coefficients.len() * variables, 0);
        }
        let packing = Packing::new(variables, exponents.iter().copied().max().unwrap_or(1));
        let mut packed = vec![0; coefficients.len() * packing.words()];
        if variables > 0 {
            let rows = packed.chunks_exact_mut(packing.words());
            for (row, own) in rows.zip(exponents.chunks_exact(variables)) {
                for (variable, &exponent) in own.iter().enumerate() {
                    packing.set(row, variable, exponent);
                }
            }
        }
        Self { packing, exponents: packed, coefficients }.sorted(ring)
    }

    /// Returns the sum of polynomials in so many variables.
    pub fn sum<R: Ring<Element = E>>(ring: &R, variables: usize, of: &[Self]) -> Self {
        let most = |a: Packing, b: &Self| if b.packing.words() > a.words() { b.packing } else { a };
        let packing = of.iter().fold(Packing::new(variables, 1), most);
        let mut all = Self::empty(packing);
        all.reserve(of.iter().map(Self::len).sum());
        for polynomial in of {
            match polynomial.packing == packing {
                true => all.append(polynomial),
                false => all.append(&polynomial.repacked(packing)),
            }
        }
        all.sorted(ring)
    }

    fn append(&mut self, other: &Self) {
        self.exponents.extend_from_slice(&other.exponents);
        self.coefficients.extend_from_slice(&other.coefficients);
    }

    /// Sorts terms and adds up those of one monomial.
    pub(crate) fn sorted<R: Ring<Element = E>>(self, ring: &R) -> Self {
        let words = self.packing.words();
        let monomial = |place: usize| &self.exponents[place * words..(place + 1) * words];
        let mut order: Vec<u32> = (0..self.coefficients.len() as u32).collect();
        order.sort_by(|&a, &b| monomial(b as usize).cmp(monomial(a as usize)));
        let mut result = Self::empty(self.packing);
        result.reserve(order.len());
        for place in order {
            let (words, value) = (monomial(place as usize), &self.coefficients[place as usize]);
            if result.last() == Some(words) {
                if let Some(last) = result.coefficients.last_mut() {
                    *last = ring.add(last, value);
                }
            } else {
                result.drop_zero(ring);
                result.push(words, value.clone());
            }
        }
        result.drop_zero(ring);
        result
    }

    fn last(&self) -> Option<&[u64]> {
        let count = self.coefficients.len().checked_sub(1)?;
        Some(self.monomial(count))
    }

    fn drop_zero<R: Ring<Element = E>>(&mut self, ring: &R) {
        if self.coefficients.last().is_some_and(|last| ring.is_zero(last)) {
            self.coefficients.pop();
            self.exponents.truncate(self.coefficients.len() * self.packing.words());
        }
    }

    pub(crate) fn reserve(&mut self, terms: usize) {
        self.exponents.reserve(terms * self.packing.words());
        self.coefficients.reserve(terms);
    }

    /// Adds a term that comes after all others.
    pub(crate) fn push(&mut self, monomial: &[u64], coefficient: E) {
        self.exponents.extend_from_slice(monomial);
        self.coefficients.push(coefficient);
    }

    pub(crate) fn monomial(&self, place: usize) -> &[u64] {
        let words = self.packing.words();
        &self.exponents[place * words..(place + 1) * words]
    }

    /// Returns the number of variables.
    pub fn variables(&self) -> usize {
        self.packing.variables()
    }

    /// Returns the number of terms.
    pub fn len(&self) -> usize {
        self.coefficients.len()
    }

    /// Returns whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.coefficients.is_empty()
    }

    /// Returns whether it has no terms, which is 0.
    pub fn is_empty(&self) -> bool {
        self.is_zero()
    }

    /// Returns the value of a polynomial without variables in its terms; `None` of others.
    pub fn as_constant<R: Ring<Element = E>>(&self, ring: &R) -> Option<E> {
        match self.len() {
            0 => Some(ring.zero()),
            1 if self.exponents.iter().all(|word| *word == 0) => Some(self.coefficients[0].clone()),
            _ => None,
        }
    }

    /// Returns whether no variable is in it.
    pub fn is_constant(&self) -> bool {
        self.is_zero() || (self.len() == 1 && self.exponents.iter().all(|word| *word == 0))
    }

    /// Returns whether it is 1.
    pub fn is_one<R: Ring<Element = E>>(&self, ring: &R) -> bool {
        self.len() == 1 && self.is_constant() && ring.is_one(&self.coefficients[0])
    }

    /// Returns its terms in descending order.
    pub fn terms(&self) -> impl DoubleEndedIterator<Item = Term<'_, E>> + ExactSizeIterator {
        let packing = self.packing;
        self.exponents
            .chunks_exact(packing.words())
            .zip(&self.coefficients)
            .map(move |(monomial, coefficient)| Term { packing, monomial, coefficient })
    }

    /// Returns the first term, `None` of 0.
    pub fn leading(&self) -> Option<Term<'_, E>> {
        self.terms().next()
    }

    /// Returns the coefficients of its terms.
    pub fn coefficients(&self) -> &[E] {
        &self.coefficients
    }

    /// Returns the degree in a variable, 0 of 0.
    pub fn degree(&self, variable: usize) -> u64 {
        self.terms().map(|term| term.exponent(variable)).max().unwrap_or(0)
    }

    /// Returns the degrees in all variables.
    pub fn degrees(&self) -> Vec<u64> {
        let mut degrees = vec![0; self.variables()];
        for term in self.terms() {
            for (variable, degree) in degrees.iter_mut().enumerate() {
                *degree = (*degree).max(term.exponent(variable));
            }
        }
        degrees
    }

    /// Returns the lowest exponent of each variable.
    pub fn low_degrees(&self) -> Vec<u64> {
        let mut low: Option<Vec<u64>> = None;
        for term in self.terms() {
            match &mut low {
                None => low = Some(term.exponents().collect()),
                Some(low) => {
                    for (variable, least) in low.iter_mut().enumerate() {
                        *least = (*least).min(term.exponent(variable));
                    }
                }
            }
        }
        low.unwrap_or_else(|| vec![0; self.variables()])
    }

    /// Returns the highest sum of the exponents of a term.
    pub fn total_degree(&self) -> u64 {
        self.terms().map(|term| term.exponents().sum()).max().unwrap_or(0)
    }

    /// Returns which variables stand in it.
    pub fn used(&self) -> Vec<bool> {
        self.degrees().into_iter().map(|degree| degree > 0).collect()
    }

    /// Returns it in another packing, which holds its exponents.
    pub(crate) fn repacked(&self, packing: Packing) -> Self {
        if packing == self.packing {
            return self.clone();
        }
        let mut result = Self::empty(packing);
        result.reserve(self.len());
        let mut words = Words::from_elem(0, packing.words());
        for term in self.terms() {
            for (variable, exponent) in term.exponents().enumerate() {
                packing.set(&mut words, variable, exponent);
            }
            result.push(&words, term.coefficient.clone());
        }
        result
    }

    /// Returns two polynomials in one packing, which holds exponents up to the given one too.
    pub(crate) fn aligned<'a>(
        a: &'a Self,
        b: &'a Self,
        largest: u64,
    ) -> (std::borrow::Cow<'a, Self>, std::borrow::Cow<'a, Self>) {
        use std::borrow::Cow;
        debug_assert_eq!(a.variables(), b.variables());
        let target = [a.packing, b.packing, Packing::new(a.variables(), largest)]
            .into_iter()
            .max_by_key(|packing| packing.words())
            .unwrap_or(a.packing);
        let of = |polynomial: &'a Self| match polynomial.packing == target {
            true => Cow::Borrowed(polynomial),
            false => Cow::Owned(polynomial.repacked(target)),
        };
        (of(a), of(b))
    }

    /// Returns what a function makes of the coefficients; terms that become 0 are dropped.
    pub fn map<R: Ring>(&self, ring: &R, of: impl Fn(&E) -> R::Element) -> Polynomial<R::Element> {
        let mut result = Polynomial::empty(self.packing);
        for term in self.terms() {
            let coefficient = of(term.coefficient);
            if !ring.is_zero(&coefficient) {
                result.push(term.monomial, coefficient);
            }
        }
        result
    }

    /// Returns the sum.
    pub fn add<R: Ring<Element = E>>(&self, ring: &R, other: &Self) -> Self {
        self.merged(ring, other, Clone::clone, |a, b| ring.add(a, b))
    }

    /// Returns the difference.
    pub fn sub<R: Ring<Element = E>>(&self, ring: &R, other: &Self) -> Self {
        self.merged(ring, other, |b| ring.neg(b), |a, b| ring.sub(a, b))
    }

    fn merged<R: Ring<Element = E>>(
        &self,
        ring: &R,
        other: &Self,
        alone: impl Fn(&E) -> E,
        both: impl Fn(&E, &E) -> E,
    ) -> Self {
        let (a, b) = Self::aligned(self, other, 0);
        let mut result = Self::empty(a.packing);
        result.reserve(a.len() + b.len());
        let (mut i, mut j) = (0, 0);
        while i < a.len() && j < b.len() {
            match a.monomial(i).cmp(b.monomial(j)) {
                Ordering::Greater => {
                    result.push(a.monomial(i), a.coefficients[i].clone());
                    i += 1;
                }
                Ordering::Less => {
                    result.push(b.monomial(j), alone(&b.coefficients[j]));
                    j += 1;
                }
                Ordering::Equal => {
                    let value = both(&a.coefficients[i], &b.coefficients[j]);
                    if !ring.is_zero(&value) {
                        result.push(a.monomial(i), value);
                    }
                    i += 1;
                    j += 1;
                }
            }
        }
        (i..a.len()).for_each(|i| result.push(a.monomial(i), a.coefficients[i].clone()));
        (j..b.len()).for_each(|j| result.push(b.monomial(j), alone(&b.coefficients[j])));
        result
    }

    /// Returns the negative.
    pub fn neg<R: Ring<Element = E>>(&self, ring: &R) -> Self {
        self.map(ring, |value| ring.neg(value))
    }

    /// Returns it times a number.
    pub fn scale<R: Ring<Element = E>>(&self, ring: &R, factor: &E) -> Self {
        match ring.is_one(factor) {
            true => self.clone(),
            false => self.map(ring, |value| ring.mul(value, factor)),
        }
    }

    /// Returns whether both are the same.
    pub fn equals(&self, other: &Self) -> bool {
        let (a, b) = Self::aligned(self, other, 0);
        a.len() == b.len() && a.exponents == b.exponents && a.coefficients == b.coefficients
    }

    /// Returns it with other exponents: what a function makes of those of each term. The terms
    /// stay distinct.
    pub fn with_exponents<R: Ring<Element = E>>(
        &self,
        ring: &R,
        variables: usize,
        change: impl Fn(usize, u64) -> (usize, u64),
    ) -> Self {
        let terms = self.terms().map(|term| {
            let mut exponents = vec![0; variables];
            for (variable, exponent) in term.exponents().enumerate() {
                if exponent > 0 {
                    let (variable, exponent) = change(variable, exponent);
                    exponents[variable] = exponent;
                }
            }
            (exponents, term.coefficient.clone())
        });
        Self::from_terms(ring, variables, terms)
    }

    /// Returns it as a polynomial in one variable: exponents, highest first, with their
    /// coefficients, in which the variable no longer stands.
    pub fn by_powers_of(&self, variable: usize) -> Vec<(u64, Self)> {
        let mut powers: Vec<(u64, Self)> = Vec::new();
        let mut places: hashbrown::HashMap<u64, usize, foldhash::fast::FixedState> =
            hashbrown::HashMap::default();
        let mut words = Words::new();
        for term in self.terms() {
            let exponent = term.exponent(variable);
            let place = *places.entry(exponent).or_insert_with(|| {
                powers.push((exponent, Self::empty(self.packing)));
                powers.len() - 1
            });
            words.clear();
            words.extend_from_slice(term.monomial);
            self.packing.set(&mut words, variable, 0);
            powers[place].1.push(&words, term.coefficient.clone());
        }
        powers.sort_by_key(|(power, _)| std::cmp::Reverse(*power));
        powers
    }

    /// Returns the sum of coefficients times powers of a variable that stands in none of them.
    pub fn from_powers_of<R: Ring<Element = E>>(
        ring: &R,
        variables: usize,
        variable: usize,
        powers: &[(u64, Self)],
    ) -> Self {
        let terms = powers.iter().flat_map(|(power, coefficient)| {
            coefficient.terms().map(move |term| {
                let exponents = term
                    .exponents()
                    .enumerate()
                    .map(move |(v, e)| if v == variable { *power } else { e });
                (exponents.collect::<Vec<_>>(), term.coefficient.clone())
            })
        });
        Self::from_terms(ring, variables, terms)
    }

    /// Returns the coefficient of the highest power of a variable.
    pub fn leading_in(&self, variable: usize) -> Self {
        let degree = self.degree(variable);
        let mut result = Self::empty(self.packing);
        let mut words = Words::new();
        for term in self.terms().filter(|term| term.exponent(variable) == degree) {
            words.clear();
            words.extend_from_slice(term.monomial);
            self.packing.set(&mut words, variable, 0);
            result.push(&words, term.coefficient.clone());
        }
        result
    }

    /// Returns the derivative with respect to a variable.
    pub fn derivative<R: Ring<Element = E>>(&self, ring: &R, variable: usize) -> Self {
        let mut result = Self::empty(self.packing);
        let mut words = Words::new();
        for term in self.terms() {
            let exponent = term.exponent(variable);
            let Some(lower) = exponent.checked_sub(1) else { continue };
            let factor = ring.of_integer(&Integer::from(exponent));
            let value = ring.mul(term.coefficient, &factor);
            if ring.is_zero(&value) {
                continue;
            }
            words.clear();
            words.extend_from_slice(term.monomial);
            self.packing.set(&mut words, variable, lower);
            result.push(&words, value);
        }
        result
    }

    /// Returns its value where a variable is a number; the variable no longer stands in it.
    pub fn evaluate<R: Ring<Element = E>>(&self, ring: &R, variable: usize, at: &E) -> Self {
        let mut powers = Powers::new(ring, at);
        let mut result = Self::empty(self.packing);
        let mut words = Words::new();
        for term in self.terms() {
            let factor = powers.get(ring, term.exponent(variable));
            words.clear();
            words.extend_from_slice(term.monomial);
            self.packing.set(&mut words, variable, 0);
            result.push(&words, ring.mul(term.coefficient, &factor));
        }
        result.sorted(ring)
    }

    /// Returns its value where each variable is a polynomial over the same ring.
    pub fn compose<R: Ring<Element = E>>(&self, ring: &R, variable: usize, at: &Self) -> Self {
        let powers = self.by_powers_of(variable);
        let mut result = Self::zero(self.variables());
        let mut last = powers.first().map_or(0, |(power, _)| *power);
        for (power, coefficient) in &powers {
            for _ in *power..last {
                result = result.mul(ring, at);
            }
            last = *power;
            result = result.add(ring, coefficient);
        }
        result.mul(ring, &at.pow(ring, last))
    }
}

/// Powers of an element, those found so far being kept.
pub(crate) struct Powers<E> {
    base: E,
    known: Vec<E>,
}

impl<E: Clone> Powers<E> {
    pub(crate) fn new<R: Ring<Element = E>>(ring: &R, base: &E) -> Self {
        Self { base: base.clone(), known: vec![ring.one()] }
    }

    pub(crate) fn get<R: Ring<Element = E>>(&mut self, ring: &R, exponent: u64) -> E {
        const KEPT: u64 = 4096;
        if exponent > KEPT {
            return ring.pow(&self.base, exponent);
        }
        while self.known.len() as u64 <= exponent {
            let next = ring.mul(&self.known[self.known.len() - 1], &self.base);
            self.known.push(next);
        }
        self.known[exponent as usize].clone()
    }
}

impl Polynomial {
    /// Returns the greatest common divisor of its coefficients, with the sign of the first.
    pub fn content(&self) -> Integer {
        let mut content = Integer::ZERO;
        for value in &self.coefficients {
            content = content.gcd(value);
            if content.is_one() {
                break;
            }
        }
        match self.coefficients.first().is_some_and(Integer::is_negative) {
            true => content.neg(),
            false => content,
        }
    }

    /// Returns it divided by its content.
    pub fn primitive(&self) -> Self {
        let content = self.content();
        match content.is_one() {
            true => self.clone(),
            false => {
                self.map(&Integers, |value| value.div_exact(&content).unwrap_or(Integer::ZERO))
            }
        }
    }

    /// Returns how many bits the largest coefficient has.
    pub fn bits(&self) -> usize {
        self.coefficients.iter().map(Integer::bits).max().unwrap_or(0)
    }
}
