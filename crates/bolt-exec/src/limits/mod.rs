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

use crate::home::Forked;
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
    /// How long a query runs.
    pub query_timeout: Duration,
    /// Processor time, in percent of what the process was granted.
    pub cpu_percent: f64,
    /// Bytes read from files in a second.
    pub read: Bytes,
    /// Bytes written to files in a second.
    pub write: Bytes,
    /// Bytes sent and received in a second.
    pub network: Bytes,
    /// What may pass at once of these is what comes in during so long.
    pub burst: Duration,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            open_files: 10_000,
            raise_open_files: true,
            threads: 100,
            query_timeout: Duration::from_secs(600),
            cpu_percent: 90.0,
            read: Bytes(6 << 30),
            write: Bytes(6 << 30),
            network: Bytes(1 << 30),
            burst: Duration::from_millis(100),
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

/// Why limits could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LimitsError {
    /// A setting cannot be meant.
    #[error(transparent)]
    Setting(#[from] LimitSettingError),
    /// The thread that watches deadlines was refused.
    #[error(transparent)]
    Thread(#[from] ThreadError),
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
    /// Reading of files.
    pub read: RateLimit,
    /// Writing of files.
    pub write: RateLimit,
    /// Sockets.
    pub network: RateLimit,
    /// Processors.
    pub cpu: Governor,
    query_timeout: Duration,
}

impl Limits {
    /// Sets limits up for a process that was granted so many processors, a part of one included.
    /// Threads are bound to processors by `bind`, if by anything.
    ///
    /// # Errors
    /// If a setting cannot be meant, or a first thread is refused.
    pub fn new(
        settings: &LimitSettings,
        processors: f64,
        bind: Option<Arc<Bind>>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, LimitsError> {
        settings.check()?;
        let threads = Threads::new(settings.threads);
        let threads = match bind {
            Some(bind) => threads.with_binding(bind),
            None => threads,
        };
        let file_limit = FileLimit::get(settings.open_files, settings.raise_open_files);
        let rate =
            |limit, bytes: Bytes| RateLimit::new(limit, bytes.0, settings.burst, clock.clone());
        Ok(Self {
            open_files: Permits::new(Limit::OpenFiles, file_limit.most, clock.clone()),
            file_limit,
            deadlines: Deadlines::start(&threads, clock.clone())?,
            threads,
            read: rate(Limit::Read, settings.read),
            write: rate(Limit::Write, settings.write),
            network: rate(Limit::Network, settings.network),
            cpu: Governor::of_process(settings.cpu_percent, processors, clock.clone()),
            query_timeout: settings.query_timeout,
        })
    }

    /// Begins a query, which has the time of the setting.
    ///
    /// # Errors
    /// If this process was forked from the one that has the thread that watches.
    pub fn query(&self, name: &str) -> Result<Deadline, Forked> {
        self.deadlines.begin(name, self.query_timeout)
    }

    /// Returns how long a query may run.
    pub fn query_timeout(&self) -> Duration {
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
            network,
            burst: _,
        } = self;
        for (limit, is_zero) in [
            (Limit::OpenFiles, *open_files == 0),
            (Limit::Threads, *threads == 0),
            (Limit::QueryTimeout, query_timeout.is_zero()),
            (Limit::Read, read.0 == 0),
            (Limit::Write, write.0 == 0),
            (Limit::Network, network.0 == 0),
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

    fn limits(change: impl FnOnce(&mut LimitSettings)) -> Result<Limits, LimitsError> {
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
        assert_eq!(told(|s| s.query_timeout = Duration::ZERO), zero("query_timeout"));
        assert_eq!(told(|s| s.read = Bytes(0)), zero("read_bytes_per_second"));
        assert_eq!(told(|s| s.write = Bytes(0)), zero("write_bytes_per_second"));
        assert_eq!(told(|s| s.network = Bytes(0)), zero("network_bytes_per_second"));
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
            (s.read, s.write, s.network) = (Bytes(100), Bytes(200), Bytes(300));
        });
        let limits = limits.unwrap();
        let _files = limits.open_files.take("bars", 2).unwrap();
        limits.open_files.take("bars", 2).unwrap_err();
        let query = limits.query("sweep").unwrap();
        limits.read.take("csv", 10, Duration::ZERO).unwrap();
        limits.write.take("csv", 2_000, Duration::ZERO).unwrap_err();
        let report = limits.report();
        let told: Vec<_> = report
            .limits
            .iter()
            .map(|LimitReport { limit, most, held, counts, reason }| {
                assert_eq!(*reason, None);
                (limit.name(), *most, *held, counts.granted, counts.refused)
            })
            .collect();
        let expected = [
            ("open_files", 3.0, Some(2), 1, 1),
            ("threads", 2.0, Some(1), 1, 0),
            ("query_timeout", 600.0, Some(1), 0, 0),
            ("read_bytes_per_second", 100.0, None, 1, 0),
            ("write_bytes_per_second", 200.0, None, 0, 1),
            ("network_bytes_per_second", 300.0, None, 0, 0),
            ("cpu_percent", 75.0, None, 0, 0),
        ];
        assert_eq!(told, expected);
        assert_eq!(query.left(), Duration::from_secs(600));
        assert_eq!(query.end(Some(())), Ok(Some(())));
        assert_eq!(limits.report().limits[2].counts.granted, 1);
    }
}
