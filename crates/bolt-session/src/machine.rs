//! The threads of a session: how many, on which processors, and within which limits.

use std::sync::Arc;

use bolt_base::Clock;
use bolt_config::Config;
use bolt_exec::{LimitSettings, Limits, Pool, PoolOptions, pinning};
use bolt_hardware::{CpuSet, EfficiencyCoreUse, Hardware, Plan, PlanSettings};

use crate::SessionError;

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
    let granted = hardware.plan(&PlanSettings::default()).map_or(1, |plan| plan.compute_threads);
    let auto = (THREADS_PER_PROCESSOR * granted).max(THREADS_LEAST);
    let threads = usize::try_from(config.limits_threads()).ok().filter(|&count| count > 0);
    let settings = LimitSettings {
        threads: threads.unwrap_or(auto),
        cpu_percent: config.limits_cpu_percent(),
        ..LimitSettings::default()
    };
    let limits = Limits::new(&settings, granted as f64, Some(pinning()), clock);
    limits.map_err(|error| SessionError::Settings(format!("the settings `limits.*`: {error}")))
}

/// Plans which processors do what.
///
/// # Errors
/// If the settings ask for processors that are not there.
pub fn plan(config: &Config, hardware: &Hardware) -> Result<Plan, SessionError> {
    let processors = config.exec_processors().map(str::parse::<CpuSet>).transpose();
    let settings = PlanSettings {
        efficiency_cores: match config.exec_efficiency_cores() {
            "compute" => EfficiencyCoreUse::Compute,
            "never" => EfficiencyCoreUse::Never,
            _ => EfficiencyCoreUse::Background,
        },
        reserved_cores: usize::try_from(config.exec_reserved_cores()).unwrap_or(usize::MAX),
        compute: processors.map_err(|reason| wrong("exec.processors", &reason))?,
        ..PlanSettings::default()
    };
    hardware.plan(&settings).map_err(|error| wrong("exec.*", &error.to_string()))
}

fn wrong(setting: &str, reason: &str) -> SessionError {
    SessionError::Settings(format!("the setting `{setting}`: {reason}"))
}

/// Starts the pool of a plan. Threads run on the processors of the plan only where these are not
/// all that the process may use, or on one each, if they are to be pinned.
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
    let options = pool_options(config, hardware, &plan, left);
    let pool = Pool::start(&options, &limits.threads);
    let pool = pool.map_err(|error| SessionError::Settings(error.to_string()))?;
    Ok(match config.limits_cpu_percent() < 100.0 {
        true => pool.governed_by(limits.cpu.clone()),
        false => pool,
    })
}

/// Where no number of threads is asked for, there are no more than are left of the limit.
fn pool_options(config: &Config, hardware: &Hardware, plan: &Plan, left: usize) -> PoolOptions {
    let asked = usize::try_from(config.exec_threads()).ok().filter(|&count| count > 0);
    let threads = asked.unwrap_or_else(|| plan.compute_threads.min(left).max(1));
    let mut options = PoolOptions::new("cpu", threads);
    if config.exec_pin() {
        options.processors = plan.pinning.iter().map(|&processor| vec![processor]).collect();
    } else if plan.compute != hardware.cpus() {
        options.processors = vec![plan.compute.iter().collect()];
    }
    options
}

#[cfg(test)]
mod tests;
