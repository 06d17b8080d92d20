//! Algebra: what polynomials and fractions of polynomials are made of.
//!
//! An expression is read as a polynomial in its kernels (`kernels`, `build`, `ratio`), worked on by
//! `bolt-algebra`, and written as an expression again.

pub(super) mod algebraic;
pub(super) mod apart;
mod build;
pub(super) mod coefficients;
pub(super) mod divide;
pub(super) mod expand;
mod extension;
pub(super) mod factor;
pub(super) mod forms;
mod grouped;
pub(super) mod ideals;
mod kernels;
mod modular;
pub(super) mod parts;
pub(super) mod polynomials;
mod ratio;
pub(super) mod resultants;
pub(super) mod rules;
mod scalar;
pub(super) mod together;

#[allow(unused_imports, reason = "other areas take them from here")]
pub(crate) use {
    apart::apart,
    coefficients::{coefficient_in, coefficients_in, collect_in},
    divide::{common_divisor, quotient_remainder},
    expand::{expand, expand_all},
    factor::factor,
    parts::{denominator, numerator, numerator_denominator},
    together::{cancel, together},
};
