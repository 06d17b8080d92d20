//! Integral transforms, and transforms of sequences.

pub(super) mod convolution;
pub(super) mod fourier;
pub(super) mod fourier_series;
pub(super) mod generalized;
pub(super) mod laplace;
pub(super) mod sequences;
