//! Assembles the engines from a configuration.
//!
//! A [`Session`] holds what every command needs: settings, the operators that formulas may use, how
//! kernels run, and a pool of threads. Each job is a function over it: [`Session::backtest`],
//! [`Session::sweep`] and their kin take plain requests and give plain results. This crate knows
//! nothing of terminals and prints nothing.

mod backtest;
mod build;
mod cooling;
mod data;
mod error;
mod lyra;
mod lyra_host;
mod lyra_runtime;
pub mod machine;
mod manifest;
mod memory;
mod pages;
mod query;
mod record;
pub mod report;
mod results;
mod settings;
mod statistics;
mod strategy_file;
mod sweep;
mod trading;
mod walk_forward;
mod weights;
mod when;

#[cfg(test)]
mod tests;

pub use backtest::{Backtest, BacktestRequest, MarketEvents, Summary};
pub use data::{DataSource, Loaded, formula_columns};
pub use error::SessionError;
pub use lyra::{Definitions, LyraMarket};
pub use lyra_host::LyraHost;
pub use lyra_runtime::LyraRuntime;
pub use manifest::{Manifest, version};
pub use memory::{Memory, MemoryError, MemoryLimit, UsableFrom};
pub use pages::{backtest_page, sweep_page, walk_forward_page};
pub use record::Recorder;
pub use report::{check_report_path, write_report};
pub use results::{Results, Usage};
pub use settings::{CheckedSettings, SettingError, check_settings};
pub use statistics::{Figure, Line};
pub use strategy_file::{SourceFile, StrategyDefinition};
pub use sweep::{
    Assessment, CacheUse, Done, Format, ResultFile, SweepOutcome, SweepRequest, row_line,
};
pub use trading::{ConventionName, SizeKind, Trading, TradingOptions, VolatilitySizing};
pub use walk_forward::{Fold, WalkForward, WalkForwardRequest, Windows};
pub use weights::WeightsRequest;
pub use when::{Moment, parse_moment, show_time};

use std::sync::Arc;

use bolt_base::{Clock, SystemClock};
use bolt_config::Config;
use bolt_exec::{Limits, Pool};
use bolt_hardware::{Hardware, SimdLevel};
use bolt_kernel::{Catalog, Jit, Options};

use cooling::Cooling;

/// What every job needs.
#[derive(Debug)]
pub struct Session {
    /// The settings.
    pub config: Config,
    /// The operators that formulas may use.
    pub catalog: Catalog,
    /// How kernels run.
    pub kernel: Options,
    /// What all engines reserve memory from.
    pub memory: Memory,
    /// What the process may use at most.
    pub limits: Limits,
    /// The threads of sweeps and panels.
    pub pool: Pool,
    /// Results that were computed before, by whichever process.
    pub results: Results,
    /// How long things take, where it decides when results are handed on.
    pub clock: Arc<dyn Clock>,
    /// What it does otherwise than the settings say.
    pub notes: Vec<String>,
    cooling: Cooling,
}

impl Session {
    /// Assembles a session.
    ///
    /// # Errors
    /// If the settings ask for what this machine does not have.
    pub fn new(config: Config) -> Result<Self, SessionError> {
        let hardware = Hardware::get();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let limits = machine::limits(&config, hardware, &clock)?;
        let pool = machine::pool(&config, hardware, &limits)?;
        let hardware = Arc::new(hardware.clone());
        let cooling = Cooling::new(&config, hardware.clone(), &pool)?;
        let memory = Memory::new(&config, &hardware, pool.threads())
            .map_err(|error| settings::of_memory(&config, error))?;
        let (kernel, note) = kernel_options(&config)?;
        let notes = memory.limit.note().into_iter().chain(note).collect();
        let results = Results::of_config(&config, &clock)?;
        let results = results.in_memory(&config, &memory.budget, &clock);
        let catalog = bolt_indicators::catalog();
        Ok(Self { config, catalog, kernel, memory, limits, pool, results, clock, notes, cooling })
    }
}

/// Returns how kernels run, and what is done otherwise than the settings say. Files of guides are
/// written for certain machines; what one of them asks for under its own name, and this processor
/// lacks, is replaced by the widest that it has.
fn kernel_options(config: &Config) -> Result<(Options, Option<String>), SettingError> {
    let jit = if config.kernel_jit() { Jit::Auto } else { Jit::Off };
    let options = |level| Options { level, jit, ..Options::default() };
    let name = config.kernel_simd();
    if name == "auto" {
        return Ok((options(SimdLevel::detect()), None));
    }
    match name.parse() {
        Ok(level) => Ok((options(level), None)),
        Err(reason) => {
            let error = SettingError::new(config, ["kernel.simd"], reason);
            let of_guide = config
                .settings()
                .any(|(knob, setting)| knob.name == "kernel.simd" && setting.alias.is_some());
            match of_guide {
                true => Ok((options(SimdLevel::detect()), Some(format!("{error}, which is used")))),
                false => Err(error),
            }
        }
    }
}
