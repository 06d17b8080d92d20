//! What a program can find out about itself: the steps of an evaluation, what is being evaluated,
//! what is defined, how much memory it takes, and whether what must hold does.

mod checks;
mod definitions;
mod evaluation;
mod memory;
mod stack;
mod trace;

use super::Builtin;

pub(super) use checks::of_failure;
pub(crate) use definitions::defined;
pub(super) use evaluation::echo_function;

pub(super) const TABLES: &[&[Builtin]] = &[
    checks::TABLE,
    definitions::TABLE,
    evaluation::TABLE,
    super::inquiry::TABLE,
    memory::TABLE,
    stack::TABLE,
    trace::TABLE,
];
