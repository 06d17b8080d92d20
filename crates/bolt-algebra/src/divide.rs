//! Division without remainder.

use std::collections::BinaryHeap;

use crate::multiply::Grid;
use crate::packing::Packing;
use crate::polynomial::{Polynomial, Words};
use crate::ring::Ring;

/// Tables of all possible monomials are no larger than this.
const DENSE_MAX: usize = 1 << 20;

impl<E: Clone + PartialEq> Polynomial<E> {
    /// Returns the quotient if the divisor divides, `None` if it does not or is 0.
    pub fn div<R: Ring<Element = E>>(&self, ring: &R, divisor: &Self) -> Option<Self> {
        if divisor.is_zero() {
            return None;
        }
        if self.is_zero() {
            return Some(self.clone());
        }
        let (high, of_divisor) = (self.degrees(), divisor.degrees());
        let room: Vec<u64> =
            high.iter().zip(&of_divisor).map(|(a, b)| a.checked_sub(*b)).collect::<Option<_>>()?;
        let (low, low_divisor) = (self.low_degrees(), divisor.low_degrees());
        if low.iter().zip(&low_divisor).any(|(a, b)| a < b) {
            return None;
        }
        let (a, b) = Self::aligned(self, divisor, 0);
        if b.len() == 1 {
            return a.over_term(ring, &b);
        }
        let most = a.len().saturating_mul(16).min(DENSE_MAX);
        match Grid::new(vec![0; a.variables()], &high, most) {
            Some(grid) if b.len() < a.len().saturating_mul(4) => {
                a.dense_quotient(ring, &b, &grid, &room)
            }
            _ => a.sparse_quotient(ring, &b, &room),
        }
    }

    fn over_term<R: Ring<Element = E>>(&self, ring: &R, divisor: &Self) -> Option<Self> {
        let mut result = Self::empty(self.packing);
        let mut words = Words::new();
        for term in self.terms() {
            words.clear();
            words.extend(term.monomial.iter().zip(divisor.monomial(0)).map(|(a, b)| a - b));
            result.push(&words, ring.div(term.coefficient, &divisor.coefficients[0])?);
        }
        Some(result)
    }

    /// Divides in a table of all monomials, from the highest downward.
    fn dense_quotient<R: Ring<Element = E>>(
        &self,
        ring: &R,
        divisor: &Self,
        grid: &Grid,
        room: &[u64],
    ) -> Option<Self> {
        let zeros = vec![0; self.variables()];
        let mut rest = vec![ring.zero(); grid.size];
        for (place, value) in grid.places(self, &zeros) {
            rest[place] = value;
        }
        let parts = grid.places(divisor, &zeros);
        let (lead, leading) = parts.first()?.clone();
        let negative: Vec<(usize, E)> =
            parts[1..].iter().map(|(place, value)| (*place, ring.neg(value))).collect();
        let mut quotient = Self::empty(self.packing);
        let mut words = Words::from_elem(0, self.packing.words());
        for place in (0..grid.size).rev() {
            if ring.is_zero(&rest[place]) {
                continue;
            }
            let own = place.checked_sub(lead)?;
            let value = ring.div(&rest[place], &leading)?;
            for (variable, most) in room.iter().enumerate() {
                let exponent = grid.exponent(own, variable);
                if exponent > *most {
                    return None;
                }
                self.packing.set(&mut words, variable, exponent);
            }
            for (step, factor) in &negative {
                ring.add_product(&mut rest[own + step], &value, factor);
            }
            quotient.push(&words, value);
        }
        Some(quotient)
    }

    /// Divides with a heap of the products that are yet to be subtracted (S. Johnson, "Sparse
    /// polynomial arithmetic", 1974).
    fn sparse_quotient<R: Ring<Element = E>>(
        &self,
        ring: &R,
        divisor: &Self,
        room: &[u64],
    ) -> Option<Self> {
        let guard = self.packing.guard();
        let mut quotient = Self::empty(self.packing);
        let mut heap: BinaryHeap<(Words, u32, u32)> = BinaryHeap::new();
        let mut next = 0;
        loop {
            let own = (next < self.len()).then(|| self.monomial(next));
            let monomial = match (own, heap.peek()) {
                (None, None) => return Some(quotient),
                (Some(own), Some((top, _, _))) if &top[..] > own => top.clone(),
                (Some(own), _) => Words::from_slice(own),
                (None, Some((top, _, _))) => top.clone(),
            };
            let mut value = ring.zero();
            if own == Some(&monomial[..]) {
                value = self.coefficients[next].clone();
                next += 1;
            }
            while let Some((top, _, _)) = heap.peek()
                && *top == monomial
            {
                let Some((_, of_quotient, of_divisor)) = heap.pop() else { break };
                let factor = ring.neg(&quotient.coefficients[of_quotient as usize]);
                let part = &divisor.coefficients[of_divisor as usize];
                ring.add_product(&mut value, &factor, part);
                push_product(&mut heap, &quotient, divisor, of_quotient, of_divisor + 1);
            }
            if ring.is_zero(&value) {
                continue;
            }
            if !Packing::divides(guard, divisor.monomial(0), &monomial) {
                return None;
            }
            let words: Words =
                monomial.iter().zip(divisor.monomial(0)).map(|(a, b)| a - b).collect();
            let is_too_high = |(v, most): (usize, &u64)| self.packing.get(&words, v) > *most;
            if room.iter().enumerate().any(is_too_high) {
                return None;
            }
            quotient.push(&words, ring.div(&value, &divisor.coefficients[0])?);
            push_product(&mut heap, &quotient, divisor, quotient.len() as u32 - 1, 1);
        }
    }
}

/// Adds the product of two terms, if the divisor has so many.
fn push_product<E: Clone + PartialEq>(
    heap: &mut BinaryHeap<(Words, u32, u32)>,
    quotient: &Polynomial<E>,
    divisor: &Polynomial<E>,
    of_quotient: u32,
    of_divisor: u32,
) {
    if (of_divisor as usize) < divisor.len() {
        let a = quotient.monomial(of_quotient as usize);
        let b = divisor.monomial(of_divisor as usize);
        heap.push((a.iter().zip(b).map(|(a, b)| a + b).collect(), of_quotient, of_divisor));
    }
}
