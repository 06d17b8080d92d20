//! Fewer threads while the machine is too hot.
//!
//! Between the batches of a sweep the sensors and the counters of throttling are read. While a
//! processor is at its alert, or has slowed down, batches run on fewer threads: on the efficiency
//! cores if there are any, else on half as many. Results do not depend on it; what was done is told.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bolt_base::{Clock, count, counted};
use bolt_config::Config;
use bolt_exec::{Pool, PoolOptions, Threads};
use bolt_hardware::{CoreKind, CpuSet, Hardware, Plan, Thermal, ThermalState, Throttling};

use crate::{SessionError, machine};

/// The time between two readings.
const READ_AFTER: Duration = Duration::from_secs(1);
/// Threads stay few for so long after the last reading that was hot, so that they do not come and
/// go with every batch.
const HOT_FOR: Duration = Duration::from_secs(30);

/// Watches the heat and has the smaller pool.
#[derive(Debug)]
pub(crate) struct Cooling {
    hardware: Arc<Hardware>,
    /// The domains of the smaller pool; none where there is nothing less than the usual one.
    reduced: Vec<PoolOptions>,
    watched: Mutex<Watched>,
}

#[derive(Debug, Default)]
struct Watched {
    read_at: Option<Duration>,
    hot_at: Option<Duration>,
    cause: String,
    throttling: Option<Throttling>,
    /// Started when it is needed first; why it was not, if so.
    pool: Option<Result<Pool, String>>,
}

/// Why the machine is too hot, and what came of it.
#[derive(Debug, Clone, PartialEq)]
struct Reduced {
    cause: String,
    /// The threads, and their processors if these are chosen; or why there are not fewer.
    threads: Result<(usize, CpuSet), String>,
}

/// How many combinations ran on fewer threads.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Slowed {
    combinations: usize,
    last: Option<Reduced>,
    usual: usize,
}

impl Cooling {
    /// Watches the machine that a session runs on.
    ///
    /// # Errors
    /// If the settings ask for processors that are not there.
    pub(crate) fn new(
        config: &Config,
        hardware: Arc<Hardware>,
        pool: &Pool,
    ) -> Result<Self, SessionError> {
        let plan = machine::plan(config, &hardware)?;
        let usual = machine::pool_options(config, &hardware, &plan, pool.threads() + 1)?;
        // Where the user chose the processors, there are no others.
        let may = match config.exec_processors() {
            Some(_) => plan.compute.clone(),
            None => &plan.compute | &plan.io,
        };
        let slow = &hardware.topology.cpus_of(CoreKind::Efficiency) & &may;
        let reduced = reduced(usual, &plan, &slow);
        Ok(Self { hardware, reduced, watched: Mutex::default() })
    }

    /// Returns the pool for the next batch of so many combinations: the usual one or, while the
    /// machine is too hot, the smaller one, which is noted.
    pub(crate) fn pool(
        &self,
        usual: &Pool,
        threads: &Threads,
        clock: &dyn Clock,
        combinations: usize,
        slowed: &mut Slowed,
    ) -> Pool {
        let Some(first) = self.reduced.first() else { return usual.clone() };
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.read(&self.hardware, clock.now());
        if !watched.is_hot(clock.now()) {
            return usual.clone();
        }
        let start =
            || usual.start_beside(&self.reduced, threads).map_err(|error| error.to_string());
        let cause = watched.cause.clone();
        let pool = watched.pool.get_or_insert_with(start);
        slowed.combinations += combinations;
        slowed.usual = usual.threads();
        let place = || {
            let chosen = if first.name == COOL { &first.processors[..] } else { &[] };
            chosen.iter().flatten().copied().collect()
        };
        let placed = pool.as_ref().map(|pool| (pool.threads(), place())).map_err(String::clone);
        slowed.last = Some(Reduced { cause, threads: placed });
        pool.as_ref().unwrap_or(usual).clone()
    }
}

/// The name of a pool on efficiency cores, and of one that is smaller only.
const COOL: &str = "cool";
const FEW: &str = "few";

/// Returns the pool of efficiency cores, if they are not those that compute anyway, else the usual
/// one with half of the threads; nothing if it has one thread.
fn reduced(usual: Vec<PoolOptions>, plan: &Plan, slow: &CpuSet) -> Vec<PoolOptions> {
    let threads: usize = usual.iter().map(|domain| domain.threads).sum();
    if !slow.is_empty() && !(&plan.compute - slow).is_empty() {
        let threads = threads.min(slow.len());
        let processors = vec![slow.iter().collect()];
        return vec![PoolOptions { name: COOL.to_owned(), threads, processors }];
    }
    let mut left = threads / 2;
    let half = |domain: PoolOptions| {
        let threads = domain.threads.div_ceil(2).min(left);
        left -= threads;
        PoolOptions { name: FEW.to_owned(), threads, ..domain }
    };
    usual.into_iter().map(half).filter(|domain| domain.threads > 0).collect()
}

impl Watched {
    /// Reads the machine if that is due.
    fn read(&mut self, hardware: &Hardware, now: Duration) {
        if self.read_at.is_some_and(|last| now.saturating_sub(last) < READ_AFTER) {
            return;
        }
        self.read_at = Some(now);
        let thermal = hardware.thermal();
        let state = thermal.state(self.throttling.as_ref(), Thermal::ALERT_CELSIUS);
        let cause = match state {
            Ok(ThermalState::TooHot) => {
                let alerts = thermal.alerts(Thermal::ALERT_CELSIUS);
                let of_processor = alerts.iter().find(|alert| alert.sensor.is_processor);
                of_processor.or(alerts.first()).map(ToString::to_string)
            }
            Ok(ThermalState::SlowedDown) => {
                Some("processors have slowed down because of heat".to_owned())
            }
            Ok(ThermalState::Normal) | Err(_) => None,
        };
        if let Some(cause) = cause {
            (self.hot_at, self.cause) = (Some(now), cause);
        }
        self.throttling = thermal.throttling.ok().or(self.throttling);
    }

    fn is_hot(&self, now: Duration) -> bool {
        self.hot_at.is_some_and(|at| now.saturating_sub(at) < HOT_FOR)
    }
}

impl Slowed {
    /// Adds what came after.
    pub(crate) fn add(&mut self, later: Self) {
        self.combinations += later.combinations;
        if later.last.is_some() {
            (self.last, self.usual) = (later.last, later.usual);
        }
    }

    /// Returns what is to be told, if anything.
    pub(crate) fn note(&self) -> Option<String> {
        let Reduced { cause, threads } = self.last.as_ref()?;
        let (ran, usual) = (counted(self.combinations as u64, "combination"), self.usual);
        Some(match threads {
            Ok((threads, cpus)) => {
                let threads = counted(*threads as u64, "thread");
                let place = match cpus.is_empty() {
                    true => String::new(),
                    false => format!(" on the efficiency cores {cpus}"),
                };
                format!(
                    "{ran} ran on {threads}{place} instead of {}, as the machine was too hot: {cause}",
                    count(usual as u64)
                )
            }
            Err(reason) => format!(
                "the machine was too hot ({cause}) and {ran} ran on all threads all the same: \
                 {reason}"
            ),
        })
    }
}

#[cfg(test)]
mod tests;
