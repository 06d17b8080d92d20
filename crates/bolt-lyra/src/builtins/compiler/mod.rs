//! Translation of functions to code: what is told of it, and how it is set.

mod functions;
mod inspection;
mod settings;

use super::forms::{count, plain_name, record};
use super::{Builtin, builtin};

pub(super) const TABLES: &[&[Builtin]] = &[functions::TABLE, inspection::TABLE, settings::TABLE];
