//! Statistics of data and distributions.

pub(super) mod descriptive;
pub(super) mod distributions;
pub(super) mod estimation;
mod events;
pub(super) mod expectation;
pub(super) mod fit;
mod fit_tests;
mod generalized;
pub(super) mod hypothesis;
mod least_squares;
pub(super) mod rank;
pub(super) mod sample;
mod sample_tests;

/// The functions of this folder, without the distributions.
pub(super) const TABLES: &[&[super::Builtin]] = &[
    descriptive::TABLE,
    estimation::TABLE,
    expectation::TABLE,
    fit::TABLE,
    fit_tests::TABLE,
    generalized::TABLE,
    hypothesis::TABLE,
    rank::TABLE,
    sample::TABLE,
    sample_tests::TABLE,
];
