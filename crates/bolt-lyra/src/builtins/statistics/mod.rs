//! Statistics of data and distributions.

pub(super) mod descriptive;
pub(super) mod distributions;
mod events;
pub(super) mod expectation;
pub(super) mod sample;
