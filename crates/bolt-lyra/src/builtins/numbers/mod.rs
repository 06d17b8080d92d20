//! Numbers: their precision, digits, divisors; chosen by chance.

pub(super) mod precision;
pub(super) mod random;

/// The functions of this folder.
pub(super) const TABLES: &[&[super::Builtin]] = &[precision::TABLE, random::TABLE];
