//! Ways to choose, arrange and divide.

pub(super) mod choices;
pub(super) mod numbers;
pub(super) mod permutations;
pub(super) mod products;
