//! Numbers: their precision, digits, divisors; chosen by chance.

pub(super) mod precision;
pub(super) mod random;
