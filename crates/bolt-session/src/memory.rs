//! The memory of a session: how much of it there is, whose it is, and what jobs reserve.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bolt_base::{Bytes, Clock};
use bolt_config::Config;
use bolt_exec::STACK_BYTES;
use bolt_hardware::{Hardware, ProcessLimitKind, Reading, Unavailable};
use bolt_memory::{
    AdaptiveShares, Bound, Budget, Component, ControlGroup, Job, Kind, MachineMemory, Policy,
    PolicyError, Pressure, Refused, ResidentMemory, Shares, SharesError, Stalls, Thresholds,
};

/// Of what the process may have, so much is left to others where `memory.reserve` is `auto`.
const RESERVE_PART: u64 = 6;

/// The pressure is read when a job begins and between batches, this long after the last time.
const POLL_AFTER: Duration = Duration::from_secs(1);

/// The budget that all engines of a session reserve from, and where its limit comes from.
#[derive(Debug)]
pub struct Memory {
    /// The budget.
    pub budget: Budget,
    /// Its limit when the session began.
    pub limit: MemoryLimit,
    source: LimitSource,
    polled: Mutex<Option<Duration>>,
}

/// How the limit of a session's memory came about.
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryLimit {
    /// The limit.
    pub bytes: Bytes,
    /// What `memory.limit` asks for; `None` for `auto`.
    pub asked: Option<Bytes>,
    /// What the process may have, and what says so.
    pub usable: Reading<(Bytes, UsableFrom)>,
    /// What is left to others of that.
    pub reserve: Bytes,
}

/// What bounds the memory that the process may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsableFrom {
    /// A limit of its control groups.
    ControlGroup,
    /// What the machine has.
    Machine,
    /// What a limit that the process was started with leaves for data, without the stacks of its
    /// threads.
    ProcessLimit(ProcessLimitKind),
}

impl UsableFrom {
    /// Returns the name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::ControlGroup => "control group",
            Self::Machine => "machine",
            Self::ProcessLimit(ProcessLimitKind::AddressSpace) => "process limit on address space",
            Self::ProcessLimit(ProcessLimitKind::Data) => "process limit on data",
        }
    }
}

/// Why the settings of memory cannot be met.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MemoryError {
    /// `memory.limit` is `auto`, and the machine does not say what it has.
    #[error("nothing says how much memory there is: {0}\nhint: set `memory.limit`")]
    Unknown(Unavailable),
    /// What is to be left to others is all there is.
    #[error(
        "{reserve} are to be left to others, and the {} leaves this process {usable}: nothing is \
         left",
        from.name()
    )]
    NothingLeft {
        /// What is to be left to others.
        reserve: Bytes,
        /// What there is.
        usable: Bytes,
        /// What says so.
        from: UsableFrom,
    },
    /// The shares of the components are no parts of a whole.
    #[error(transparent)]
    Shares(#[from] SharesError),
    /// Thresholds are not in order.
    #[error("{1}")]
    Thresholds([&'static str; 2], PolicyError),
    /// There is not enough memory for a job.
    #[error("{}{}", .0, hint(.0))]
    Refused(#[from] Refused),
}

impl Memory {
    /// Makes the budget that the settings ask for on a machine, for a process of so many threads.
    ///
    /// # Errors
    /// If they ask for what makes no sense or is not there.
    pub fn new(
        config: &Config,
        hardware: &Arc<Hardware>,
        threads: usize,
    ) -> Result<Self, MemoryError> {
        let source = LimitSource::new(config, hardware, threads);
        let limit = source.read()?;
        let low = shares(config)?;
        let shares = match config.memory_adaptive() {
            true => AdaptiveShares::of(low),
            false => AdaptiveShares::constant(low),
        };
        let begins = |warning, critical| Thresholds { warning, critical, ..Thresholds::default() };
        let thresholds = begins(config.memory_warning(), config.memory_critical());
        let pressure = begins(config.memory_medium_pressure(), config.memory_high_pressure());
        let policy = Policy { limit: limit.bytes, shares, thresholds, pressure };
        let resident = limit.usable.as_ref().map_or(limit.bytes, |(usable, _)| *usable);
        let sources: Vec<Box<dyn Pressure>> = vec![
            Box::new(ControlGroup(hardware.clone())),
            Box::new(MachineMemory(hardware.clone())),
            Box::new(Stalls(hardware.clone())),
            Box::new(ResidentMemory::new(resident)),
        ];
        let budget = Budget::new(policy, sources).map_err(|error| {
            let of_levels = matches!(error, PolicyError::Thresholds(wrong) if wrong == thresholds);
            let settings = match of_levels {
                true => ["memory.warning", "memory.critical"],
                false => ["memory.medium_pressure", "memory.high_pressure"],
            };
            MemoryError::Thresholds(settings, error)
        })?;
        Ok(Self { budget, limit, source, polled: Mutex::new(None) })
    }

    /// Begins a job, once the pressure was read if that is due.
    pub(crate) fn job(&self, clock: &dyn Clock, component: Component, name: &str) -> Job {
        self.poll(clock);
        self.budget.job(component, name, None)
    }

    /// Reads the pressure if that is due.
    pub(crate) fn poll(&self, clock: &dyn Clock) {
        let now = clock.now();
        let mut polled = self.polled.lock().unwrap_or_else(PoisonError::into_inner);
        if polled.is_none_or(|last| now.saturating_sub(last) >= POLL_AFTER) {
            *polled = Some(now);
            drop(polled);
            self.follow_limit();
            self.budget.poll();
        }
    }

    /// Sets the limit to what it is now: files that were mapped take address space, and limits of
    /// control groups change.
    pub(crate) fn follow_limit(&self) {
        let bytes = match self.source.read() {
            Ok(limit) => limit.bytes,
            // What is held stays; no more is given out.
            Err(MemoryError::NothingLeft { .. }) => Bytes(1),
            Err(_) => return,
        };
        if bytes != self.budget.limit() {
            self.budget.set_limit(bytes).expect("it is not 0");
        }
    }
}

/// What the limit is made of.
#[derive(Debug)]
struct LimitSource {
    hardware: Arc<Hardware>,
    /// `memory.limit`.
    asked: Option<Bytes>,
    /// `memory.reserve`.
    reserve: Option<Bytes>,
    /// What the stacks of the session's threads may take.
    stacks: Bytes,
}

impl LimitSource {
    fn new(config: &Config, hardware: &Arc<Hardware>, threads: usize) -> Self {
        Self {
            hardware: hardware.clone(),
            asked: config.memory_limit(),
            reserve: config.memory_reserve(),
            stacks: Bytes((threads * STACK_BYTES) as u64),
        }
    }

    fn read(&self) -> Result<MemoryLimit, MemoryError> {
        let Self { asked, reserve, .. } = *self;
        let usable = self.usable();
        let (bytes, reserve) = match (&usable, asked) {
            (&Ok((usable, from)), asked) => {
                let reserve = reserve.unwrap_or(Bytes(usable.0 / RESERVE_PART));
                let left = usable.0.checked_sub(reserve.0).filter(|&left| left > 0);
                let nothing = MemoryError::NothingLeft { reserve, usable, from };
                let left = Bytes(left.ok_or(nothing)?);
                (asked.map_or(left, |asked| asked.min(left)), reserve)
            }
            (Err(_), Some(asked)) => (asked, reserve.unwrap_or_default()),
            (Err(why), None) => return Err(MemoryError::Unknown(why.clone())),
        };
        Ok(MemoryLimit { bytes, asked, usable, reserve })
    }

    /// Returns the least of what machine, control groups and limits of the process leave.
    fn usable(&self) -> Reading<(Bytes, UsableFrom)> {
        let memory = self.hardware.memory();
        let group = memory.limit.ok().flatten().map(|bytes| (bytes, UsableFrom::ControlGroup));
        let process = memory.process_limit.ok().flatten().map(|limit| {
            let room = limit.room().0.saturating_sub(self.stacks.0);
            (Bytes(room), UsableFrom::ProcessLimit(limit.kind))
        });
        let machine = (memory.total?, UsableFrom::Machine);
        let least = |a: (Bytes, UsableFrom), b: (Bytes, UsableFrom)| if b.0 < a.0 { b } else { a };
        Ok([group, process].into_iter().flatten().fold(machine, least))
    }
}

impl MemoryLimit {
    /// Returns the limit that the settings ask for on a machine, for a process of so many threads.
    ///
    /// # Errors
    /// If nothing says how much there is, or nothing is left.
    pub fn new(
        config: &Config,
        hardware: &Arc<Hardware>,
        threads: usize,
    ) -> Result<Self, MemoryError> {
        LimitSource::new(config, hardware, threads).read()
    }

    /// Returns what a user should know: that there is not what the settings ask for.
    pub fn note(&self) -> Option<String> {
        let asked = self.asked.filter(|asked| *asked > self.bytes)?;
        let (usable, from) = self.usable.as_ref().ok()?;
        Some(format!(
            "`memory.limit` asks for {asked}, and the {} has {usable}, of which {} are left to \
             others: the limit is {}",
            from.name(),
            self.reserve,
            self.bytes
        ))
    }
}

/// Names the settings that would let a job have more.
fn hint(refused: &Refused) -> String {
    let settings = match refused.bound {
        Bound::Job => return String::new(),
        Bound::Share | Bound::Loan => {
            format!("`memory.share_{}` or `memory.limit`", refused.component.name())
        }
        Bound::Limit => "`memory.limit`".to_owned(),
    };
    format!("\nhint: raise {settings}; `bolt diagnostics memory` shows what bounds the limit")
}

fn shares(config: &Config) -> Result<Shares, MemoryError> {
    let shares = [
        ("market", config.memory_share_market()),
        ("code", config.memory_share_code()),
        ("search", config.memory_share_search()),
        ("lyra", config.memory_share_lyra()),
        ("swarm", config.memory_share_swarm()),
        ("cache", config.memory_share_cache()),
        ("other", config.memory_share_other()),
    ];
    Ok(Shares::default().with(shares)?)
}

/// Returns how much there is to reserve, at most `most` and at least `least`: half as much after
/// each refusal.
///
/// # Errors
/// If even the least is refused.
pub(crate) fn room_up_to(job: &Job, most: Bytes, least: Bytes) -> Result<Bytes, Refused> {
    let mut wanted = most.max(least);
    loop {
        match job.check(Kind::Fixed, wanted) {
            Err(_) if wanted > least => wanted = Bytes(wanted.0 / 2).max(least),
            answer => return answer.map(|()| wanted),
        }
    }
}

#[cfg(test)]
mod tests;
