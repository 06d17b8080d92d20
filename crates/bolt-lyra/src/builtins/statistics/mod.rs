//! Statistics of data and distributions.

pub(super) mod descriptive;
