//! What the process may use at most: files, threads, time, bytes in a second and processors.
//!
//! Each limit is asked by whoever uses what it limits; it refuses with an error that names the
//! limit, the ask and who holds what, or lets the asker wait. What it did is counted
//! ([`LimitsReport`]). Memory has a crate of its own, with shares and loans. Nothing here watches
//! code that does not ask.

mod counts;
mod deadline;
mod error;
mod files;
mod governor;
mod permits;
mod rate;
mod report;

pub use counts::LimitCounts;
pub use deadline::{Deadline, Deadlines};
pub use error::{DeadlineExceeded, Holder, Limit, LimitExceeded, RateExceeded};
pub use files::FileLimit;
pub use governor::Governor;
pub use permits::{Permit, Permits};
pub use rate::RateLimit;
pub use report::{LimitReport, LimitsReport};

pub(crate) use counts::Counters;
pub(crate) use error::{largest, told};

use crate::cancel::CancelToken;
use crate::threads::{Bind, ThreadError, Threads};
use bolt_base::{Bytes, Clock};
use std::sync::Arc;
use std::time::Duration;

/// What is allowed. The defaults are those of the tuning guides.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitSettings {
    /// Files and sockets open at a time.
    pub open_files: u64,
    /// Whether the process may ask the system for as many, up to what the system lets it.
    pub raise_open_files: bool,
    /// Threads.
    pub threads: usize,
    /// How long a query runs; `None` for as long as it takes.
    pub query_timeout: Option<Duration>,
    /// Processor time, in percent of what the process was granted.
    pub cpu_percent: f64,
    /// Bytes read from files in a second; `None` for any number.
    pub read: Option<Bytes>,
    /// Bytes written to files in a second; `None` for any number.
    pub write: Option<Bytes>,
    /// What may pass at once of these is what comes in during so long.
    pub burst: Duration,
    /// The processors of threads that nobody waits for; empty for all.
    pub background: Vec<usize>,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            open_files: 10_000,
            raise_open_files: true,
            threads: 100,
            query_timeout: Some(Duration::from_secs(600)),
            cpu_percent: 90.0,
            read: Some(Bytes(6 << 30)),
            write: Some(Bytes(6 << 30)),
            burst: Duration::from_millis(100),
            background: Vec::new(),
        }
    }
}

/// A setting that cannot be meant.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LimitSettingError {
    /// Nothing would be allowed.
    #[error("`limits.{0}` is 0, which would allow nothing")]
    Zero(Limit),
    /// A percentage beyond what there is.
    #[error("`limits.cpu_percent` is {0}; it must be above 0 and at most 100")]
    Percent(f64),
}

/// The limits of a process.
#[derive(Debug)]
pub struct Limits {
    /// Files and sockets.
    pub open_files: Permits,
    /// Where the limit of files comes from.
    pub file_limit: FileLimit,
    /// Threads.
    pub threads: Threads,
    /// Deadlines of queries.
    pub deadlines: Deadlines,
    /// Reading of files, if it is limited.
    pub read: Option<RateLimit>,
    /// Writing of files, if it is limited.
    pub write: Option<RateLimit>,
    /// Processors.
    pub cpu: Governor,
    query_timeout: Option<Duration>,
}

impl Limits {
    /// Sets limits up for a process that was granted so many processors, a part of one included.
    /// Threads are bound to processors by `bind`, if by anything.
    ///
    /// # Errors
    /// If a setting cannot be meant.
    pub fn new(
        settings: &LimitSettings,
        processors: f64,
        bind: Option<Arc<Bind>>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, LimitSettingError> {
        settings.check()?;
        let threads = Threads::new(settings.threads).with_background(&settings.background);
        let threads = match bind {
            Some(bind) => threads.with_binding(bind),
            None => threads,
        };
        let file_limit = FileLimit::get(settings.open_files, settings.raise_open_files);
        let rate = |limit, bytes: Option<Bytes>| {
            bytes.map(|Bytes(rate)| RateLimit::new(limit, rate, settings.burst, clock.clone()))
        };
        Ok(Self {
            open_files: Permits::new(Limit::OpenFiles, file_limit.most, clock.clone()),
            file_limit,
            deadlines: Deadlines::new(&threads, clock.clone()),
            threads,
            read: rate(Limit::Read, settings.read),
            write: rate(Limit::Write, settings.write),
            cpu: Governor::of_process(settings.cpu_percent, processors, clock.clone()),
            query_timeout: settings.query_timeout,
        })
    }

    /// Begins a query, which stops with `whole` and has the time of the setting, if there is one.
    ///
    /// # Errors
    /// If the thread that watches is refused, or this process was forked from the one that has it.
    pub fn query(&self, name: &str, whole: &CancelToken) -> Result<Option<Deadline>, ThreadError> {
        let begin = |limit| self.deadlines.begin(name, limit, whole);
        self.query_timeout.map(begin).transpose()
    }

    /// Returns how long a query may run, if that is limited.
    pub fn query_timeout(&self) -> Option<Duration> {
        self.query_timeout
    }
}

impl LimitSettings {
    fn check(&self) -> Result<(), LimitSettingError> {
        let Self {
            open_files,
            raise_open_files: _,
            threads,
            query_timeout,
            cpu_percent,
            read,
            write,
            burst: _,
            background: _,
        } = self;
        for (limit, is_zero) in [
            (Limit::OpenFiles, *open_files == 0),
            (Limit::Threads, *threads == 0),
            (Limit::QueryTimeout, *query_timeout == Some(Duration::ZERO)),
            (Limit::Read, *read == Some(Bytes(0))),
            (Limit::Write, *write == Some(Bytes(0))),
        ] {
            if is_zero {
                return Err(LimitSettingError::Zero(limit));
            }
        }
        if *cpu_percent > 0.0 && *cpu_percent <= 100.0 {
            Ok(())
        } else {
            Err(LimitSettingError::Percent(*cpu_percent))
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use bolt_base::ManualClock;

    fn limits(change: impl FnOnce(&mut LimitSettings)) -> Result<Limits, LimitSettingError> {
        let mut settings = LimitSettings { raise_open_files: false, ..LimitSettings::default() };
        change(&mut settings);
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
        Limits::new(&settings, 2.0, None, &clock)
    }

    #[test]
    fn settings_that_cannot_be_meant_are_named() {
        let told = |change: fn(&mut LimitSettings)| limits(change).unwrap_err().to_string();
        let zero = |name| format!("`limits.{name}` is 0, which would allow nothing");
        assert_eq!(told(|s| s.open_files = 0), zero("open_files"));
        assert_eq!(told(|s| s.threads = 0), zero("threads"));
        assert_eq!(told(|s| s.query_timeout = Some(Duration::ZERO)), zero("query_timeout"));
        assert_eq!(told(|s| s.read = Some(Bytes(0))), zero("read_bytes_per_second"));
        assert_eq!(told(|s| s.write = Some(Bytes(0))), zero("write_bytes_per_second"));
        for percent in [0.0, -1.0, 100.1, f64::NAN] {
            let error = limits(|s| s.cpu_percent = percent).unwrap_err().to_string();
            let expected = format!("`limits.cpu_percent` is {percent}; it must be above 0");
            assert!(error.starts_with(&expected), "{error}");
        }
    }

    #[test]
    fn each_limit_reports_what_it_is_and_what_it_did() {
        let limits = limits(|s| {
            (s.open_files, s.threads, s.cpu_percent) = (3, 2, 75.0);
            (s.read, s.write) = (Some(Bytes(100)), Some(Bytes(200)));
            s.background = vec![5, 7];
        });
        let limits = limits.unwrap();
        let _files = limits.open_files.take("bars", 2).unwrap();
        limits.open_files.take("bars", 2).unwrap_err();
        let query = limits.query("sweep", &CancelToken::default()).unwrap().unwrap();
        let (read, write) = (limits.read.as_ref().unwrap(), limits.write.as_ref().unwrap());
        read.take("csv", 10, Duration::ZERO).unwrap();
        write.take("csv", 2_000, Duration::ZERO).unwrap_err();
        let report = limits.report();
        let told: Vec<_> = report
            .limits
            .iter()
            .map(|LimitReport { limit, most, held, counts, reason }| {
                assert_eq!(*reason, None);
                // Files are those of the process, of which tests open some.
                let held = held.filter(|_| *limit != Limit::OpenFiles);
                (limit.name(), most.unwrap(), held, counts.granted, counts.refused)
            })
            .collect();
        let expected = [
            ("open_files", 3.0, None, 1, 1),
            ("threads", 2.0, Some(1), 1, 0),
            ("query_timeout", 600.0, Some(1), 0, 0),
            ("read_bytes_per_second", 100.0, None, 1, 0),
            ("write_bytes_per_second", 200.0, None, 0, 1),
            ("cpu_percent", 75.0, None, 0, 0),
        ];
        assert_eq!(told, expected);
        assert_eq!(query.left(), Duration::from_secs(600));
        assert_eq!(query.end(Some(())), Ok(Some(())));
        assert_eq!(limits.report().limits[2].counts.granted, 1);
        let places: Vec<_> =
            limits.threads.list().into_iter().map(|one| (one.name, one.processors)).collect();
        assert_eq!(places, [("bolt-deadlines".to_owned(), vec![5, 7])]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn files_that_are_open_are_counted_whoever_opened_them() {
        let limits = limits(|_| ()).unwrap();
        let held = || limits.report().limits[0].held.unwrap();
        let before = held();
        let files: Vec<_> = (0..200).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
        assert!(held() >= before.min(50) + 150, "{before}, then {}", held());
        drop(files);
        // Other tests have some open, too, but no hundreds.
        assert!((3..150).contains(&held()), "{}", held());
    }

    #[test]
    fn what_is_not_limited_is_not_watched() {
        let limits = limits(|s| (s.query_timeout, s.read, s.write) = (None, None, None)).unwrap();
        assert!(limits.query("sweep", &CancelToken::default()).unwrap().is_none());
        assert_eq!(limits.threads.list(), []);
        let most = |limit: Limit| limits.report().limits[limit as usize].most;
        let rates = [Limit::QueryTimeout, Limit::Read, Limit::Write].map(most);
        assert_eq!((rates, most(Limit::Threads)), ([None; 3], Some(100.0)));
    }
}
