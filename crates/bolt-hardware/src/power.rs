//! Energy that processors count (powercap, Intel's RAPL).

use std::time::Duration;

use crate::{Reading, Root, Unavailable};

/// A counter of energy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Energy {
    /// What it counts for, such as `package-0` or `dram`.
    pub name: String,
    /// Its folder under `/sys/class/powercap`; names repeat from package to package.
    pub zone: String,
    /// Energy used, from an arbitrary beginning. Mostly for the superuser to read.
    pub microjoules: Reading<u64>,
    /// The reading after which it begins at 0 again.
    pub max_microjoules: Reading<u64>,
}

/// Reads the counters under a root.
///
/// # Errors
/// If there is none.
pub(crate) fn energy(root: &Root) -> Reading<Vec<Energy>> {
    let class = "/sys/class/powercap";
    let zones = root.names(class)?;
    let counter = |zone: String| {
        let at = |name: &str| format!("{class}/{zone}/{name}");
        let name = root.text(&at("name")).ok()?;
        let (microjoules, max) = (root.number(&at("energy_uj")), at("max_energy_range_uj"));
        Some(Energy { name, microjoules, max_microjoules: root.number(&max), zone })
    };
    let counters: Vec<Energy> = zones.into_iter().filter_map(counter).collect();
    match counters.is_empty() {
        true => Err(Unavailable::new(format!("`{class}` has no counters"))),
        false => Ok(counters),
    }
}

impl Energy {
    /// Returns the mean power in watts since an earlier reading of the same counter.
    ///
    /// # Errors
    /// If a reading is missing, no time has passed, or the counter began again at an unknown end.
    pub fn watts_since(&self, earlier: &Self, elapsed: Duration) -> Reading<f64> {
        let (now, then) = (self.microjoules.clone()?, earlier.microjoules.clone()?);
        let used = match now.checked_sub(then) {
            Some(used) => used,
            None => self.max_microjoules.clone()?.saturating_sub(then).saturating_add(now),
        };
        match elapsed.is_zero() {
            true => Err(Unavailable::new("no time between the readings")),
            false => Ok(used as f64 / 1e6 / elapsed.as_secs_f64()),
        }
    }
}
