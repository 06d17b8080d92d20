//! Ways to choose, arrange and divide.

pub(super) mod choices;
pub(super) mod numbers;
pub(super) mod permutations;
pub(super) mod products;

/// The functions of this folder.
pub(super) const TABLES: &[&[super::Builtin]] =
    &[choices::TABLE, numbers::TABLE, permutations::TABLE, products::TABLE];
