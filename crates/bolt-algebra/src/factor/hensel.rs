//! Lifting a factorization modulo a prime to one modulo a power of it, in one variable.

use crate::field::BigPrimeField;
use crate::integer::Integer;
use crate::ring::{Field, FiniteField, Integers};
use crate::univariate::{self as u, Dense};

type Whole = Dense<Integer>;

/// A product of factors, and the two products that it is made of.
enum Tree {
    Leaf(Whole),
    Node(Box<Node>),
}

struct Node {
    left: Tree,
    right: Tree,
    /// The products, and multipliers that make their sum 1: `s left + t right = 1`.
    g: Whole,
    h: Whole,
    s: Whole,
    t: Whole,
}

impl Tree {
    /// Builds the tree of monic factors; the first of its products has a leading coefficient.
    fn new<F: FiniteField>(field: &F, factors: &[Dense<F::Element>], leading: &F::Element) -> Self {
        let write = |side: &[F::Element]| -> Whole {
            let prime = field.order();
            side.iter().map(|own| field.to_integer(own).rem_euclid(&prime)).collect()
        };
        let product = |side: &[Dense<F::Element>]| {
            let one = vec![field.one()];
            side.iter().fold(one, |product, factor| u::mul(field, &product, factor))
        };
        if let [only] = factors {
            return Self::Leaf(write(&u::scale(field, only, leading)));
        }
        let (first, second) = factors.split_at(factors.len() / 2);
        let g = u::scale(field, &product(first), leading);
        let h = product(second);
        let [_, s, t] = u::extended_gcd(field, &g, &h);
        Self::Node(Box::new(Node {
            left: Self::new(field, first, leading),
            right: Self::new(field, second, &field.one()),
            g: write(&g),
            h: write(&h),
            s: write(&s),
            t: write(&t),
        }))
    }

    /// Lifts to the square of the modulus; the product is known modulo that.
    fn lift(&mut self, product: &[Integer], ring: &BigPrimeField) {
        match self {
            Self::Leaf(own) => *own = product.to_vec(),
            Self::Node(node) => {
                node.lift(product, ring);
                node.left.lift(&node.g, ring);
                node.right.lift(&node.h, ring);
            }
        }
    }

    fn leaves(self, found: &mut Vec<Whole>) {
        match self {
            Self::Leaf(own) => found.push(own),
            Self::Node(node) => {
                node.left.leaves(found);
                node.right.leaves(found);
            }
        }
    }
}

impl Node {
    /// One step of quadratic lifting (H. Zassenhaus, "On Hensel factorization", 1969).
    fn lift(&mut self, product: &[Integer], ring: &BigPrimeField) {
        let error = u::sub(ring, product, &u::mul(ring, &self.g, &self.h));
        let [quotient, rest] = u::div_rem(ring, &u::mul(ring, &self.s, &error), &self.h)
            .expect("the divisor is monic");
        let step = u::add(ring, &u::mul(ring, &self.t, &error), &u::mul(ring, &quotient, &self.g));
        self.g = u::add(ring, &self.g, &step);
        self.h = u::add(ring, &self.h, &rest);
        let sum = u::add(ring, &u::mul(ring, &self.s, &self.g), &u::mul(ring, &self.t, &self.h));
        let excess = u::sub(ring, &sum, &[Integer::ONE]);
        let [quotient, rest] = u::div_rem(ring, &u::mul(ring, &self.s, &excess), &self.h)
            .expect("the divisor is monic");
        let step = u::add(ring, &u::mul(ring, &self.t, &excess), &u::mul(ring, &quotient, &self.g));
        self.s = u::sub(ring, &self.s, &rest);
        self.t = u::sub(ring, &self.t, &step);
    }
}

/// Lifts the monic factors of a polynomial modulo a prime until the modulus is above a bound;
/// returns them, monic, with the modulus.
pub(super) fn lift<F: FiniteField>(
    field: &F,
    polynomial: &[Integer],
    factors: &[Dense<F::Element>],
    bound: &Integer,
) -> (Vec<Whole>, Integer) {
    let mut modulus = field.order();
    let leading = polynomial.last().expect("a polynomial that is not 0");
    let mut tree = Tree::new(field, factors, &field.of_integer(leading));
    while modulus <= *bound {
        modulus = modulus.mul(&modulus);
        let ring = BigPrimeField::new(modulus.clone());
        let reduced: Whole = polynomial.iter().map(|own| own.rem_euclid(&modulus)).collect();
        tree.lift(&reduced, &ring);
    }
    let mut found = Vec::new();
    tree.leaves(&mut found);
    let ring = BigPrimeField::new(modulus.clone());
    // The first factor has the leading coefficient, all others are monic.
    if let Some(first) = found.first_mut() {
        let inverse = ring.inverse(&leading.rem_euclid(&modulus));
        *first = u::scale(&ring, first, &inverse.expect("the prime does not divide it"));
        u::trim(&Integers, first);
    }
    (found, modulus)
}
