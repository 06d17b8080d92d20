//! What limits tell about themselves.

use super::{Limit, LimitCounts, Limits};

/// All limits, read at one time while others go on.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitsReport {
    /// In the order of [`Limit::ALL`].
    pub limits: Vec<LimitReport>,
}

/// One limit.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitReport {
    /// What is limited.
    pub limit: Limit,
    /// How much there may be: files, threads, seconds, bytes a second, percent.
    pub most: f64,
    /// What is held now, where something is held: files, threads, queries.
    pub held: Option<u64>,
    /// What was asked so far.
    pub counts: LimitCounts,
    /// Why the limit is another than the setting, if it is.
    pub reason: Option<String>,
}

impl Limits {
    /// Returns what the limits are, what is held of them and what they did so far.
    pub fn report(&self) -> LimitsReport {
        LimitsReport { limits: Limit::ALL.map(|limit| self.report_of(limit)).into() }
    }

    fn report_of(&self, limit: Limit) -> LimitReport {
        let (most, held, counts) = match limit {
            Limit::OpenFiles => {
                let files = &self.open_files;
                (files.most() as f64, Some(files.held()), files.counts())
            }
            Limit::Threads => {
                let threads = &self.threads;
                let living = threads.list().len() as u64;
                (threads.limit() as f64, Some(living), threads.counts())
            }
            Limit::QueryTimeout => {
                let watched = self.deadlines.watched() as u64;
                (self.query_timeout().as_secs_f64(), Some(watched), self.deadlines.counts())
            }
            Limit::Read => (self.read.rate() as f64, None, self.read.counts()),
            Limit::Write => (self.write.rate() as f64, None, self.write.counts()),
            Limit::Network => (self.network.rate() as f64, None, self.network.counts()),
            Limit::Cpu => (self.cpu.percent(), None, self.cpu.counts()),
        };
        let reason = (limit == Limit::OpenFiles).then(|| self.file_limit.reason()).flatten();
        LimitReport { limit, most, held, counts, reason }
    }
}
