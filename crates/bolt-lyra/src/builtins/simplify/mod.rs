//! Simplification and what it stands on: logic, assumptions, conditional values, intervals.

pub(crate) mod assume;
mod boolean;
mod command;
mod complexity;
mod conditional;
pub(crate) mod facts;
mod formula;
mod function_expand;
mod interval;
mod linear;
mod piecewise;
pub(crate) mod refine;
pub(crate) mod search;
mod signs;
mod transform;

pub(crate) use conditional::combined;

use super::{Builtin, builtin, forms};

/// The tables of this area.
pub(super) const TABLES: &[&[Builtin]] = &[
    assume::TABLE,
    boolean::TABLE,
    command::TABLE,
    conditional::TABLE,
    function_expand::TABLE,
    interval::TABLE,
    piecewise::TABLE,
];
