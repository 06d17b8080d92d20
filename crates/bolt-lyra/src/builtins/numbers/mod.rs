//! Numbers: their precision, digits, divisors; chosen by chance.

pub(super) mod random;
