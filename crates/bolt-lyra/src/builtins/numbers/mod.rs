//! Numbers: their precision, digits, divisors; chosen by chance.

pub(super) mod bits;
pub(super) mod congruences;
pub(super) mod continued;
pub(super) mod digits;
pub(super) mod divisors;
pub(super) mod interpolation;
pub(super) mod precision;
pub(super) mod primes;
pub(super) mod random;
pub(super) mod rho;
pub(super) mod sequences;

/// The functions of this folder.
pub(super) const TABLES: &[&[super::Builtin]] = &[
    bits::TABLE,
    congruences::TABLE,
    continued::TABLE,
    digits::TABLE,
    divisors::TABLE,
    interpolation::TABLE,
    precision::TABLE,
    primes::TABLE,
    random::TABLE,
    sequences::TABLE,
];
