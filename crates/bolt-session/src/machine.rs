//! The threads of a session: how many, on which processors, and within which limits.

use std::collections::BTreeMap;
use std::sync::Arc;

use bolt_base::{Clock, counted};
use bolt_config::Config;
use bolt_exec::{LimitSettings, Limits, Pool, PoolOptions, pinning};
use bolt_hardware::{CpuSet, EfficiencyCoreUse, Hardware, Plan, PlanError, PlanSettings};

use crate::{SessionError, SettingError};

/// Threads for each processor that are allowed where no number is set, and how many at least.
const THREADS_PER_PROCESSOR: usize = 4;
const THREADS_LEAST: usize = 100;

/// Sets up the limits that the settings ask for.
///
/// # Errors
/// If they allow less than what has to be.
pub(crate) fn limits(
    config: &Config,
    hardware: &Hardware,
    clock: &Arc<dyn Clock>,
) -> Result<Limits, SessionError> {
    let timeout = config.limits_query_timeout();
    let settings = LimitSettings {
        threads: threads_limit(config, hardware),
        query_timeout: (!timeout.is_zero()).then_some(timeout),
        cpu_percent: config.limits_cpu_percent(),
        read: config.limits_read_bytes_per_second(),
        write: config.limits_write_bytes_per_second(),
        background: background(&plan(config, hardware)?, hardware),
        ..LimitSettings::default()
    };
    let limits = Limits::new(&settings, granted(hardware) as f64, Some(pinning()), clock);
    limits.map_err(|error| SessionError::Settings(error.to_string()))
}

/// Returns how many threads may live at a time.
pub(crate) fn threads_limit(config: &Config, hardware: &Hardware) -> usize {
    let asked = usize::try_from(config.limits_threads()).ok().filter(|&count| count > 0);
    asked.unwrap_or_else(|| (THREADS_PER_PROCESSOR * granted(hardware)).max(THREADS_LEAST))
}

/// Returns how many processors the process was granted.
fn granted(hardware: &Hardware) -> usize {
    hardware.plan(&PlanSettings::default()).map_or(1, |plan| plan.compute_threads)
}

/// Returns the processors of threads that nobody waits for; none if these may run anywhere.
fn background(plan: &Plan, hardware: &Hardware) -> Vec<usize> {
    match plan.background == hardware.cpus() {
        true => Vec::new(),
        false => plan.background.iter().collect(),
    }
}

/// Plans which processors do what.
///
/// # Errors
/// If the settings ask for processors that are not there.
pub fn plan(config: &Config, hardware: &Hardware) -> Result<Plan, SettingError> {
    let wrong = |names: &[&'static str], reason: String| {
        SettingError::new(config, names.iter().copied(), reason)
    };
    let processors = config.exec_processors().map(str::parse::<CpuSet>).transpose();
    let settings = PlanSettings {
        efficiency_cores: match config.exec_efficiency_cores() {
            "compute" => EfficiencyCoreUse::Compute,
            "never" => EfficiencyCoreUse::Never,
            _ => EfficiencyCoreUse::Background,
        },
        reserved_cores: usize::try_from(config.exec_reserved_cores()).unwrap_or(usize::MAX),
        compute: processors.map_err(|reason| wrong(&["exec.processors"], reason))?,
        ..PlanSettings::default()
    };
    hardware.plan(&settings).map_err(|error| {
        let names: &[&'static str] = match error {
            PlanError::NotAllowed { .. } | PlanError::NothingAsked => &["exec.processors"],
            PlanError::TooManyReserved { .. } => &["exec.reserved_cores"],
            PlanError::NoProcessor => &["exec.processors", "exec.reserved_cores"],
        };
        wrong(names, error.to_string())
    })
}

/// Starts the pool of a plan: a domain for each cache that threads share, on its processors. On
/// one domain, threads run on the processors of the plan only where these are not all that the
/// process may use, or on one each, if they are to be pinned.
///
/// # Errors
/// If threads are refused.
pub(crate) fn pool(
    config: &Config,
    hardware: &Hardware,
    limits: &Limits,
) -> Result<Pool, SessionError> {
    let plan = plan(config, hardware)?;
    let left = limits.threads.limit().saturating_sub(limits.threads.list().len());
    let domains = pool_options(config, hardware, &plan, left)?;
    let pool = Pool::start_domains(&domains, &limits.threads)?;
    Ok(match config.limits_cpu_percent() < 100.0 {
        true => pool.governed_by(limits.cpu.clone()),
        false => pool,
    })
}

/// Plans the threads of each domain.
///
/// # Errors
/// If more are asked for than are left.
pub(crate) fn pool_options(
    config: &Config,
    hardware: &Hardware,
    plan: &Plan,
    left: usize,
) -> Result<Vec<PoolOptions>, SettingError> {
    let threads = thread_count(config, plan, left)?;
    let caches = hardware.topology.cache_domains();
    let domain_of = |cpu: usize| caches.iter().position(|domain| domain.cpus.contains(cpu));
    let mut domains: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for thread in 0..threads {
        let cpu = plan.cpu_of_thread(thread);
        domains.entry(domain_of(cpu)).or_default().push(cpu);
    }
    let is_alone = domains.len() == 1;
    let options = |(index, (domain, pinned)): (usize, (Option<usize>, Vec<usize>))| {
        let name = if is_alone { "cpu".to_owned() } else { format!("cpu{index}") };
        let mut options = PoolOptions::new(name, pinned.len());
        let own =
            domain.map_or_else(|| plan.compute.clone(), |at| &caches[at].cpus & &plan.compute);
        if config.exec_pin() {
            options.processors = pinned.into_iter().map(|cpu| vec![cpu]).collect();
        } else if !is_alone || own != hardware.cpus() {
            options.processors = vec![own.iter().collect()];
        }
        options
    };
    Ok(domains.into_iter().enumerate().map(options).collect())
}

/// Returns how many threads compute. Where no number is asked for, there are no more than are left
/// of the limit; one is kept for what watches deadlines, if jobs have any.
fn thread_count(config: &Config, plan: &Plan, left: usize) -> Result<usize, SettingError> {
    let watching = usize::from(!config.limits_query_timeout().is_zero());
    let most = left.saturating_sub(watching);
    let asked = usize::try_from(config.exec_threads()).ok().filter(|&count| count > 0);
    let threads = asked.unwrap_or_else(|| plan.compute_threads.min(most).max(1));
    if threads <= most {
        return Ok(threads);
    }
    let reason = format!(
        "{} are needed{}, and {left} may be started",
        counted((threads + watching) as u64, "thread"),
        if watching > 0 { ", one of them for `limits.query_timeout`" } else { "" },
    );
    Err(SettingError::new(config, ["exec.threads", "limits.threads"], reason))
}

#[cfg(test)]
mod tests;
