//! What limits tell about themselves.

use super::{Limit, LimitCounts, Limits, RateLimit};

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
    /// How much there may be: files, threads, seconds, bytes a second, percent; `None` for any.
    pub most: Option<f64>,
    /// What is held now, where something is held: files that the process has open (where the
    /// system does not tell, those that were asked for), threads, queries.
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
        let of_rate = |rate: &Option<RateLimit>| {
            let counts = rate.as_ref().map(RateLimit::counts).unwrap_or_default();
            (rate.as_ref().map(|rate| rate.rate() as f64), None, counts)
        };
        let (most, held, counts) = match limit {
            Limit::OpenFiles => {
                let files = &self.open_files;
                // Most files are opened by whoever does not ask; the system counts them all.
                let open = bolt_hardware::Hardware::get().open_files();
                (Some(files.most() as f64), Some(open.unwrap_or(files.held())), files.counts())
            }
            Limit::Threads => {
                let threads = &self.threads;
                let living = threads.list().len() as u64;
                (Some(threads.limit() as f64), Some(living), threads.counts())
            }
            Limit::QueryTimeout => {
                let most = self.query_timeout().map(|most| most.as_secs_f64());
                (most, Some(self.deadlines.watched() as u64), self.deadlines.counts())
            }
            Limit::Read => of_rate(&self.read),
            Limit::Write => of_rate(&self.write),
            Limit::Cpu => (Some(self.cpu.percent()), None, self.cpu.counts()),
        };
        let reason = (limit == Limit::OpenFiles).then(|| self.file_limit.reason()).flatten();
        LimitReport { limit, most, held, counts, reason }
    }
}
