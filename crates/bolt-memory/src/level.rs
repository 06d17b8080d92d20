//! How full memory is, in three levels.

/// How full memory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Below the threshold of a warning.
    Normal,
    /// Caches shrink.
    Warning,
    /// Owners spill, and nothing is lent any more.
    Critical,
}

impl Level {
    /// Returns the name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// Where the levels begin, as ratios of what is held to what may be held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Where the warning begins.
    pub warning: f64,
    /// Where the critical level begins.
    pub critical: f64,
    /// How far below its beginning a level ends.
    pub hysteresis: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { warning: 0.85, critical: 0.95, hysteresis: 0.05 }
    }
}

impl Thresholds {
    /// Returns whether `0 <= hysteresis < warning < critical <= 1`.
    pub(crate) fn are_ordered(&self) -> bool {
        let Self { warning, critical, hysteresis } = *self;
        (0.0..warning).contains(&hysteresis) && warning < critical && critical <= 1.0
    }

    /// Returns the ratio at which a level begins; nothing begins after the critical one.
    pub(crate) fn begin(&self, level: Level) -> f64 {
        match level {
            Level::Normal => 0.0,
            Level::Warning => self.warning,
            Level::Critical => self.critical,
        }
    }

    /// Returns the ratio below which a level ends.
    pub(crate) fn end(&self, level: Level) -> f64 {
        match level {
            Level::Normal => 0.0,
            Level::Warning | Level::Critical => self.begin(level) - self.hysteresis,
        }
    }

    /// Returns the level that follows `level` when the ratio is read.
    pub(crate) fn next(&self, level: Level, ratio: f64) -> Level {
        let is_on = |other: Level| {
            ratio >= if level >= other { self.end(other) } else { self.begin(other) }
        };
        match (is_on(Level::Critical), is_on(Level::Warning)) {
            (true, _) => Level::Critical,
            (false, true) => Level::Warning,
            (false, false) => Level::Normal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Level::{Critical, Normal, Warning};
    use super::*;

    #[test]
    fn a_level_ends_below_where_it_began() {
        let thresholds = Thresholds { warning: 0.75, critical: 0.875, hysteresis: 0.125 };
        let mut level = Normal;
        for (ratio, expected) in [
            (0.74, Normal),
            (0.75, Warning),
            (0.70, Warning),
            (0.625, Warning),
            (0.62, Normal),
            (0.74, Normal),
            (0.90, Critical),
            (0.75, Critical),
            (0.74, Warning),
            (0.87, Warning),
            (0.875, Critical),
            (0.10, Normal),
            (7.0, Critical),
        ] {
            level = thresholds.next(level, ratio);
            assert_eq!(level, expected, "at {ratio}");
        }
    }

    #[test]
    fn thresholds_have_an_order() {
        let thresholds = |warning, critical, hysteresis| {
            Thresholds { warning, critical, hysteresis }.are_ordered()
        };
        assert!(Thresholds::default().are_ordered());
        assert!(thresholds(0.5, 1.0, 0.0));
        assert!(!thresholds(0.9, 0.8, 0.05));
        assert!(!thresholds(0.9, 1.1, 0.05));
        assert!(!thresholds(0.1, 0.2, 0.1));
        assert!(!thresholds(0.1, f64::NAN, 0.01));
        assert!(!thresholds(0.8, 0.9, -0.1));
    }
}
