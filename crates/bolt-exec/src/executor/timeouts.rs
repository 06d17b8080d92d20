//! How long tasks of a kind may run: what was set for it, or what its tasks are seen to take.
//!
//! A task may run for the larger of a prior, the kind's base times `1 + complexity / 10`, and
//! three times the 95th percentile of how long recent tasks of the kind ran. A task that was
//! stopped counts as having run as long as it was let: where more than one in twenty are stopped,
//! the percentile is the timeout itself, and the next one is three times as long, up to the
//! ceiling. So the rule follows tasks that become slower, and one that hangs ends.

use super::options::{OptionsError, ordered};
use crate::histogram::DecayedHistogram;
use std::time::Duration;

/// Bases of kinds that the tuning guide names, in seconds.
const GUIDE_SECONDS: [(&str, u64); 5] = [
    ("semantic_search", 30),
    ("pattern_search", 15),
    ("code_analysis", 60),
    ("dependency_check", 45),
    ("optimization", 120),
];

/// Fewer observations say little about a 95th percentile.
const OBSERVATIONS_MIN: u64 = 20;

/// How long tasks may run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeoutOptions {
    /// Whether what tasks are seen to take counts.
    pub adaptive: bool,
    /// The base of kinds that neither set one nor are named by the guide.
    pub base: Duration,
    /// No task has less.
    pub floor: Duration,
    /// No task has more.
    pub ceiling: Duration,
    /// After so many others, an observation counts half.
    pub half_life: f64,
}

impl Default for TimeoutOptions {
    fn default() -> Self {
        let second = Duration::from_secs(1);
        Self {
            adaptive: true,
            base: second * 300,
            floor: second,
            ceiling: second * 600,
            half_life: 100.0,
        }
    }
}

impl TimeoutOptions {
    pub(super) fn check(&self) -> Result<(), OptionsError> {
        ordered(("timeouts.floor", self.floor), ("timeouts.ceiling", self.ceiling))?;
        ordered(("1", 1.0), ("timeouts.half_life", self.half_life))
    }
}

/// Returns the base that the guide has for a kind.
pub(super) fn guide_base(kind: &str) -> Option<Duration> {
    let known = GUIDE_SECONDS.iter().find(|(name, _)| *name == kind);
    known.map(|(_, seconds)| Duration::from_secs(*seconds))
}

/// The timeout of one kind of task.
#[derive(Debug, Clone)]
pub(super) struct AdaptiveTimeout {
    options: TimeoutOptions,
    base: Duration,
    ran: DecayedHistogram,
}

impl AdaptiveTimeout {
    pub(super) fn new(options: TimeoutOptions, base: Duration) -> Self {
        Self { options, base, ran: DecayedHistogram::new(options.half_life) }
    }

    /// Returns how long a task may run; `complexity` is 0 for an ordinary one.
    pub(super) fn timeout(&self, complexity: f64) -> Duration {
        let factor = 1.0 + complexity.max(0.0) / 10.0;
        let prior = Duration::try_from_secs_f64(self.base.as_secs_f64() * factor);
        let prior = prior.unwrap_or(Duration::MAX);
        let seen = if self.options.adaptive && self.ran.count() >= OBSERVATIONS_MIN {
            self.ran.quantile(0.95).map_or(Duration::ZERO, |p95| p95.saturating_mul(3))
        } else {
            Duration::ZERO
        };
        prior.max(seen).clamp(self.options.floor, self.options.ceiling)
    }

    /// Takes note of how long a task ran, or for how long one that was stopped was let run.
    pub(super) fn record(&mut self, ran: Duration) {
        self.ran.record(ran);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_base::Rng;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn options() -> TimeoutOptions {
        TimeoutOptions { ceiling: seconds(100_000.0), ..TimeoutOptions::default() }
    }

    #[test]
    fn the_prior_grows_with_complexity() {
        let timeout = AdaptiveTimeout::new(options(), seconds(30.0));
        for (complexity, expected) in [(0.0, 30.0), (5.0, 45.0), (10.0, 60.0), (-3.0, 30.0)] {
            assert_eq!(timeout.timeout(complexity), seconds(expected), "{complexity}");
        }
        assert_eq!(timeout.timeout(f64::INFINITY), options().ceiling);
        assert_eq!(timeout.timeout(f64::NAN), seconds(30.0));
    }

    #[test]
    fn slow_tasks_get_three_times_their_95th_percentile() {
        let mut timeout = AdaptiveTimeout::new(options(), seconds(30.0));
        for _ in 0..OBSERVATIONS_MIN - 1 {
            timeout.record(seconds(100.0));
        }
        assert_eq!(timeout.timeout(0.0), seconds(30.0), "too few seen");
        timeout.record(seconds(100.0));
        let told = timeout.timeout(0.0).as_secs_f64();
        assert!((300.0..=360.0).contains(&told), "{told}");
        let fixed = TimeoutOptions { adaptive: false, ..options() };
        let mut timeout = AdaptiveTimeout::new(fixed, seconds(30.0));
        (0..100).for_each(|_| timeout.record(seconds(100.0)));
        assert_eq!(timeout.timeout(0.0), seconds(30.0));
    }

    #[test]
    fn floor_and_ceiling_hold() {
        let bounded = TimeoutOptions { floor: seconds(2.0), ceiling: seconds(50.0), ..options() };
        assert_eq!(AdaptiveTimeout::new(bounded, seconds(0.1)).timeout(0.0), seconds(2.0));
        let mut timeout = AdaptiveTimeout::new(bounded, seconds(30.0));
        (0..100).for_each(|_| timeout.record(seconds(40.0)));
        assert_eq!(timeout.timeout(0.0), seconds(50.0));
    }

    #[test]
    fn kinds_of_the_guide_have_its_bases() {
        assert_eq!(guide_base("pattern_search"), Some(seconds(15.0)));
        assert_eq!(guide_base("optimization"), Some(seconds(120.0)));
        assert_eq!(guide_base("patternsearch"), None);
    }

    /// Runs 40,000 tasks whose times are log-normal with a median that drifts, jumps by eight and
    /// falls back, and returns the share of them that were stopped.
    fn stopped_share(sigma: f64, seed: u64) -> f64 {
        let mut rng = Rng::new(seed);
        let mut timeout = AdaptiveTimeout::new(options(), seconds(30.0));
        let mut stopped = 0;
        for i in 0..40_000 {
            let drift = (f64::from(i) / 2_000.0).sin();
            let jump = if (i / 10_000) % 2 == 1 { 8.0 } else { 1.0 };
            let takes = seconds(40.0 * jump * (drift + sigma * rng.normal()).exp());
            let allowed = timeout.timeout(0.0);
            stopped += u32::from(takes > allowed);
            timeout.record(takes.min(allowed));
        }
        f64::from(stopped) / 40_000.0
    }

    #[test]
    fn at_most_one_in_a_hundred_honest_tasks_is_stopped() {
        for sigma in [0.25, 0.5, 0.75, 1.0] {
            for seed in 0..5 {
                let share = stopped_share(sigma, seed);
                assert!(share <= 0.01, "sigma {sigma}, seed {seed}: {share}");
            }
        }
    }

    #[test]
    fn a_kind_that_always_hangs_stops_at_the_ceiling() {
        let mut timeout = AdaptiveTimeout::new(TimeoutOptions::default(), seconds(30.0));
        for _ in 0..10_000 {
            let allowed = timeout.timeout(0.0);
            assert!(allowed <= seconds(600.0));
            timeout.record(allowed);
        }
        assert_eq!(timeout.timeout(0.0), seconds(600.0));
    }
}
