//! What is limited, and what is said when a limit is reached.

use std::fmt;
use std::time::Duration;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// Files and sockets that are open at a time.
    OpenFiles,
    /// Threads that live at a time.
    Threads,
    /// How long a query runs.
    QueryTimeout,
    /// Bytes read from files in a second.
    Read,
    /// Bytes written to files in a second.
    Write,
    /// Processor time in a time, of what the process was granted.
    Cpu,
}

impl Limit {
    /// Every limit.
    pub const ALL: [Self; 6] =
        [Self::OpenFiles, Self::Threads, Self::QueryTimeout, Self::Read, Self::Write, Self::Cpu];

    /// Returns the name used in settings, messages and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenFiles => "open_files",
            Self::Threads => "threads",
            Self::QueryTimeout => "query_timeout",
            Self::Read => "read_bytes_per_second",
            Self::Write => "write_bytes_per_second",
            Self::Cpu => "cpu_percent",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who holds some of what is limited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its name.
    pub name: String,
    /// How much.
    pub held: u64,
}

/// More was asked for than may be held at a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.explanation())]
pub struct LimitExceeded {
    /// What is limited.
    pub limit: Limit,
    /// Who asked.
    pub asker: String,
    /// How much more was asked for.
    pub asked: u64,
    /// What is held.
    pub held: u64,
    /// What may be.
    pub most: u64,
    /// Who holds most, at most three, the largest first.
    pub holders: Vec<Holder>,
}

impl LimitExceeded {
    fn explanation(&self) -> String {
        let Self { limit, asker, asked, held, most, holders } = self;
        let text =
            format!("`{asker}` asks for {asked} of `{limit}`, and {held} of {most} are held");
        text + &told(holders)
    }
}

/// Returns holders in words that end a sentence; nothing if there is none.
pub(crate) fn told(holders: &[Holder]) -> String {
    let told = holders.iter().map(|Holder { name, held }| format!("`{name}` {held}"));
    match told.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => none,
        list => format!(", by {list}"),
    }
}

/// Returns those that hold most, the largest first.
pub(crate) fn largest<'a>(holders: impl Iterator<Item = (&'a str, u64)>) -> Vec<Holder> {
    const HOLDERS_MAX: usize = 3;
    let mut holders: Vec<Holder> =
        holders.map(|(name, held)| Holder { name: name.to_owned(), held }).collect();
    holders.sort_by(|a, b| b.held.cmp(&a.held).then_with(|| a.name.cmp(&b.name)));
    holders.truncate(HOLDERS_MAX);
    holders
}

/// Bytes would have to wait longer for their turn than their asker lets them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{asker}` asks for {asked} bytes of `{limit}`, {rate} a second; they would have to wait \
     {wait:?}, and may wait {longest:?}"
)]
pub struct RateExceeded {
    /// What is limited.
    pub limit: Limit,
    /// Who asked.
    pub asker: String,
    /// The bytes.
    pub asked: u64,
    /// Bytes a second.
    pub rate: u64,
    /// How long until they could go.
    pub wait: Duration,
    /// How long they may wait.
    pub longest: Duration,
}

/// Work was stopped because its time was over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{job}` was stopped after {ran:?}: the setting `limits.query_timeout` is {limit:?}")]
pub struct DeadlineExceeded {
    /// What ran.
    pub job: String,
    /// How long it might.
    pub limit: Duration,
    /// How long it did.
    pub ran: Duration,
}
