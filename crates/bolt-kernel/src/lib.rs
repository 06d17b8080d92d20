//! Typed causal expression graphs over columns, and the machines that run them.
//!
//! A [`Graph`] is built node by node, from a formula or by code, shared and folded as it grows. A
//! [`Program`] is a graph planned for evaluation. A [`Machine`] runs a program over rows: all at
//! once, or as they arrive, with the same results to the last bit.
//!
//! What holds here:
//! - **Causality.** No node can see a later row; the first rows of a result do not depend on how
//!   many follow.
//! - **Missing values.** NaN is missing and stays missing; a comparison with a missing value is
//!   missing, neither true nor false.
//! - **Reproducibility.** Results do not depend on the SIMD level, the block length, compilation or
//!   other expressions in the program. Nor do they depend on other lanes, but for the last places of
//!   rolling deviations, covariances and slopes, whose sums are moved over many lanes and rebuilt
//!   over one.
//!
//! On x86-64 with AVX2 or AVX-512 a program that has done enough work is compiled to machine code,
//! as far as [`Program::explain`] says; the interpreter does the rest, and all of it elsewhere.
//!
//! This crate does no input or output, starts no threads, and knows nothing of markets.

mod cross;
mod effects;
mod elementwise;
mod explain;
mod extreme;
mod graph;
mod hash;
mod in_place;
#[cfg_attr(not(all(target_arch = "x86_64", unix)), path = "jit/absent.rs")]
mod jit;
mod lower;
mod machine;
mod operator;
mod operators;
mod parse;
mod plan;
mod prepared;
mod program;
mod quantile;
mod rank;
mod recurrence;
mod rolling;
mod rows;
mod scalar;
mod silent;
mod simd;
mod strided;
mod wide;
mod window;
mod window_sums;

pub use explain::{Jit, Run, StepReport};
pub use graph::{
    Binary, Bits, Compare, Cross, Finish, Graph, Input, Linear, Node, NodeId, Recurrence, Shape,
    StateId, Unary, ValueType, Window,
};
pub use lower::{FormulaError, Scope, formula, lower};
pub use machine::{Block, Column, Machine, Options, Scalar};
pub use operator::{ACROSS_ASSETS, Argument, ArgumentKind, Arguments, Catalog, Operator, ROWS_MAX};
pub use operators::operators;
pub use parse::parse_formula;
pub use program::{Output, Program};
pub use simd::Element;
