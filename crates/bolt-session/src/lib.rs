//! Assembles the engines from a configuration.
//!
//! A [`Session`] holds what every command needs: settings, the operators that formulas may use, how
//! kernels run, and a pool of threads. Each job is a function over it: [`Session::backtest`],
//! [`Session::sweep`] and their kin take plain requests and give plain results. This crate knows
//! nothing of terminals and prints nothing.

mod backtest;
mod build;
mod data;
mod error;
pub mod machine;
mod manifest;
mod memory;
mod pages;
mod record;
pub mod report;
mod results;
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
pub use manifest::{Manifest, version};
pub use memory::{Memory, MemoryError, MemoryLimit, UsableFrom};
pub use pages::{backtest_page, sweep_page, walk_forward_page};
pub use record::Recorder;
pub use report::{check_report_path, write_report};
pub use results::{Results, Usage};
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
        let memory = Memory::new(&config, &Arc::new(hardware.clone()))?;
        let kernel = kernel_options(&config)?;
        let results = Results::of_config(&config);
        let catalog = bolt_indicators::catalog();
        Ok(Self { config, catalog, kernel, memory, limits, pool, results, clock })
    }
}

fn kernel_options(config: &Config) -> Result<Options, SessionError> {
    let jit = if config.kernel_jit() { Jit::Auto } else { Jit::Off };
    let level = match config.kernel_simd() {
        "auto" => SimdLevel::detect(),
        name => name.parse().map_err(|reason| {
            SessionError::Settings(format!("the setting `kernel.simd`: {reason}"))
        })?,
    };
    Ok(Options { level, jit, ..Options::default() })
}
