//! The pools of a process: for computing, for waiting, for both, and for what nobody waits for.
//!
//! How many threads each has and where they run is planned from the machine ([`PoolsPlan`]), and
//! counts against the limit of threads. Loops and recursions run on the pools of `cpu`, one for
//! each domain of the machine; tasks are handed to any kind ([`TaskPool`]). Urgency and deadlines
//! are the executor's matter.

mod plan;
mod tasks;

pub use plan::{PoolKind, PoolPlan, PoolsPlan, PoolsPlanError, PoolsSettings, Reduction, TooMany};
pub use tasks::{PoolStatistics, RejectedTask, TaskPool};

use crate::pool::{Pool, PoolOptions};
use crate::threads::{Bind, ThreadError, Threads};
use bolt_base::Clock;
use bolt_hardware::{CpuSet, Plan, pin_thread};
use std::sync::Arc;

/// All pools. Dropping them lets tasks that were accepted end.
#[derive(Debug)]
pub struct Pools {
    plan: PoolsPlan,
    /// By [`PoolKind`].
    pools: [TaskPool; 4],
}

/// Why pools were not started.
#[derive(Debug, thiserror::Error)]
pub enum PoolsError {
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PoolsPlanError),
    /// A thread was refused.
    #[error(transparent)]
    Thread(#[from] ThreadError),
}

/// Returns what pins threads to processors, for [`Threads::with_binding`].
pub fn pinning() -> Arc<Bind> {
    Arc::new(|processors: &[usize]| {
        let cpus: CpuSet = processors.iter().copied().collect();
        pin_thread(&cpus).map(drop).map_err(|unavailable| unavailable.reason().to_owned())
    })
}

impl Pools {
    /// Starts the pools that a machine's plan asks for, from what is left of the limit of threads.
    ///
    /// # Errors
    /// If a setting cannot be meant, or threads are refused; none is left then.
    pub fn start(
        plan: &Plan,
        settings: &PoolsSettings,
        threads: &Threads,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, PoolsError> {
        let left = threads.limit().saturating_sub(threads.list().len());
        let plan = PoolsPlan::new(plan, settings, left)?;
        let start = |kind: PoolKind| {
            let of_kind = plan.pools.iter().filter(|pool| pool.kind == kind);
            let pools: Result<Vec<Pool>, ThreadError> =
                of_kind.map(|pool| start(pool, threads)).collect();
            let waiting_max = settings.waiting_max[kind as usize];
            Ok::<_, ThreadError>(TaskPool::new(kind, pools?, waiting_max, Arc::clone(clock)))
        };
        let [cpu, io, general, background] = PoolKind::ALL;
        let pools = [start(cpu)?, start(io)?, start(general)?, start(background)?];
        Ok(Self { plan, pools })
    }

    /// Returns the pools of a kind.
    pub fn of(&self, kind: PoolKind) -> &TaskPool {
        &self.pools[kind as usize]
    }

    /// Returns what was planned, and where it is less than was asked for.
    pub fn plan(&self) -> &PoolsPlan {
        &self.plan
    }

    /// Returns what each kind did so far.
    pub fn statistics(&self) -> [PoolStatistics; 4] {
        self.pools.each_ref().map(TaskPool::statistics)
    }
}

fn start(plan: &PoolPlan, threads: &Threads) -> Result<Pool, ThreadError> {
    let processors = plan.cpus.iter().map(|cpus| cpus.iter().collect()).collect();
    let options = PoolOptions { name: plan.name.clone(), threads: plan.threads, processors };
    Pool::start(&options, threads)
}
