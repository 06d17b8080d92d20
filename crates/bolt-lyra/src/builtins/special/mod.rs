//! Special functions.

pub(super) mod constants;
