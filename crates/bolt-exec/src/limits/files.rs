//! How many files may be open.

/// What comes of a wish for open files and what the operating system allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimit {
    /// What was wished for.
    pub wished: u64,
    /// How many may be open.
    pub most: u64,
    /// What the operating system allows now (`RLIMIT_NOFILE`, soft); `None` if it sets no limit.
    pub soft: Option<u64>,
    /// What the process may let itself be allowed (`RLIMIT_NOFILE`, hard).
    pub hard: Option<u64>,
}

/// Returns the soft limit to be set for a wish, if that is another than the present one: limits are
/// raised as far as the wish needs, and never lowered.
fn raised(wished: u64, soft: Option<u64>, hard: Option<u64>) -> Option<u64> {
    let most = hard.map_or(wished, |hard| wished.min(hard));
    soft.filter(|&soft| soft < most).map(|_| most)
}

impl FileLimit {
    fn of(wished: u64, soft: Option<u64>, hard: Option<u64>) -> Self {
        Self { wished, most: soft.map_or(wished, |soft| wished.min(soft)), soft, hard }
    }

    /// Returns why there may be fewer than was wished for, if so.
    pub fn reason(&self) -> Option<String> {
        let Self { wished, most, soft: _, hard } = self;
        let allowed = hard.map_or("more".to_owned(), |hard| format!("up to {hard}"));
        (most < wished).then(|| {
            format!("the system allows {most} of {wished} (`ulimit -n`), and would allow {allowed}")
        })
    }

    /// Returns how many files may be open of those wished for; with `may_raise`, after the process
    /// was allowed as many, as far as it may be. What the system then refuses stays as it was.
    #[cfg(unix)]
    pub(super) fn get(wished: u64, may_raise: bool) -> Self {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        if let Some(soft) = raised(wished, current, maximum).filter(|_| may_raise) {
            let limit = Rlimit { current: Some(soft), maximum };
            if setrlimit(Resource::Nofile, limit).is_ok() {
                return Self::of(wished, Some(soft), maximum);
            }
        }
        Self::of(wished, current, maximum)
    }

    /// Returns what was wished for: nothing is known of a limit of the system.
    #[cfg(not(unix))]
    pub(super) fn get(wished: u64, _: bool) -> Self {
        Self::of(wished, None, None)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_wish_and_system_counts() {
        for (wished, soft, hard, most, raise) in [
            (10_000, Some(1_024), Some(4_096), 1_024, Some(4_096)),
            (10_000, Some(1_024), Some(524_288), 1_024, Some(10_000)),
            (10_000, Some(1_024), None, 1_024, Some(10_000)),
            (10_000, Some(65_536), Some(524_288), 10_000, None),
            (10_000, None, None, 10_000, None),
            (10_000, Some(4_096), Some(4_096), 4_096, None),
        ] {
            assert_eq!(FileLimit::of(wished, soft, hard).most, most, "{wished} {soft:?} {hard:?}");
            let reason = FileLimit::of(wished, soft, hard).reason();
            assert_eq!(reason.is_some(), most < wished, "{reason:?}");
            assert_eq!(raised(wished, soft, hard), raise, "{wished} {soft:?} {hard:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_process_is_allowed_as_many_as_it_may_be() {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let before = getrlimit(Resource::Nofile);
        let soft = 256;
        let lowered = Rlimit { current: Some(soft), maximum: before.maximum };
        setrlimit(Resource::Nofile, lowered).unwrap();
        assert_eq!(FileLimit::get(1_000, false).most, soft);
        assert_eq!(getrlimit(Resource::Nofile).current, Some(soft));
        let expected = before.maximum.map_or(1_000, |hard| hard.min(1_000));
        let raised = FileLimit::get(1_000, true);
        assert_eq!((raised.most, getrlimit(Resource::Nofile).current), (expected, Some(expected)));
        setrlimit(Resource::Nofile, before).unwrap();
    }
}
