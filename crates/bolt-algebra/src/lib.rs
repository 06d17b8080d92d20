//! Polynomials in several variables: products, quotients, greatest common divisors, factors.
//!
//! A [`Polynomial`] is sparse: packed exponents in lexicographic order, each with a coefficient.
//! Coefficients are of a [`Ring`], which is passed along; what needs more than a ring is over the
//! integers or a prime field. The crate knows nothing of expressions.
//!
//! Start reading at `polynomial`, then `multiply`, `divide`, `gcd` and `factor`.

mod divide;
mod extension;
pub mod factor;
mod field;
mod fractions;
mod gcd;
mod groebner;
mod integer;
mod multiply;
mod packing;
mod polynomial;
mod remainder;
mod ring;
pub mod univariate;
mod watch;

pub use extension::{Extension, FactoredOver, factor_over};
pub use field::{BigPrimeField, PrimeField, is_prime};
pub use fractions::{Fractions, Quotient};
pub use gcd::{content_in, gcd, gcd_of_all};
pub use groebner::{Order, Reduction, groebner_basis, reduce};
pub use integer::Integer;
pub use packing::EXPONENT_MAX;
pub use polynomial::{Polynomial, Term};
pub use remainder::{pseudo_divide, resultant, subresultants};
pub use ring::{Field, FiniteField, Integers, Ring};
pub use watch::{Stopped, Watch};

#[cfg(test)]
mod tests;
