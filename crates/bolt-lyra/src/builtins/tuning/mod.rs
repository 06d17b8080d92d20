//! Tuning: settings of the session, what is known of its work, profiles and monitors.

mod flame;
mod groups;
mod monitors;
mod pools;
mod profiling;
mod regression;
mod settings;
mod stats;
pub(crate) mod units;

#[cfg(test)]
mod tests;

use super::Builtin;
pub(crate) use monitors::begin_monitor;

/// The tables of this area.
pub(super) const TABLES: &[&[Builtin]] = &[
    groups::TABLE,
    monitors::TABLE,
    pools::TABLE,
    profiling::TABLE,
    regression::TABLE,
    stats::TABLE,
    units::TABLE,
];
