//! A plan with what was compiled of it, shared by all machines of a program.

use crate::explain::{Jit, Run, StepReport};
use crate::jit::Compiled;
use crate::plan::{Layout, Plan};
use crate::simd::Element;
use crate::strided::Strided;
use bolt_hardware::SimdLevel;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// A plan for one layout.
#[derive(Debug)]
pub(crate) struct Prepared {
    plan: Arc<Plan>,
    layout: Layout,
    strided: Strided,
    /// The part of the plan that runs where no results are wanted.
    silent: OnceLock<Arc<Prepared>>,
    /// Values computed so far, of all steps together.
    work: AtomicU64,
    /// For each element type and level above the portable one.
    compiled: [OnceLock<Result<Compiled, String>>; 4],
}

/// Compiling takes as long as interpreting about so many values: some 0.2 ms.
const HOT_WORK: u64 = 1 << 20;

/// Compiling a step takes as long as interpreting about so many of its values: some 10 us.
const HOT_WORK_PER_STEP: u64 = 1 << 16;

impl Prepared {
    pub(crate) fn new(plan: Plan, layout: Layout) -> Self {
        let compiled = std::array::from_fn(|_| OnceLock::new());
        let strided = Strided::new(&plan, layout);
        let (silent, work) = (OnceLock::new(), AtomicU64::new(0));
        Self { plan: Arc::new(plan), layout, strided, silent, work, compiled }
    }

    pub(crate) fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan)
    }

    /// Returns what runs over rows whose results are not wanted.
    pub(crate) fn silent(&self) -> Arc<Self> {
        let make = || Arc::new(Self::new(self.plan.without_roots(), self.layout));
        Arc::clone(self.silent.get_or_init(make))
    }

    pub(crate) fn strided(&self) -> &Strided {
        &self.strided
    }

    fn compile<E: Element>(&self, level: SimdLevel) -> Result<&Compiled, &str> {
        let index = usize::from(level == SimdLevel::Avx512) + 2 * usize::from(size_of::<E>() == 4);
        let make = || Compiled::new(&self.plan, self.layout, level, size_of::<E>());
        self.compiled[index].get_or_init(make).as_ref().map_err(String::as_str)
    }

    /// Returns the compiled plan if that is wanted and possible, before `values` more values a
    /// step are computed.
    pub(crate) fn compiled<E: Element>(
        &self,
        jit: Jit,
        level: SimdLevel,
        values: usize,
    ) -> Option<&Compiled> {
        let wanted = level != SimdLevel::Portable
            && match jit {
                Jit::Off => false,
                Jit::Always => true,
                Jit::Auto => {
                    let steps = self.plan.steps.len() as u64;
                    let more = values as u64 * steps;
                    let work = self.work.fetch_add(more, Ordering::Relaxed) + more;
                    work >= HOT_WORK + HOT_WORK_PER_STEP * steps
                }
            };
        if wanted { self.compile::<E>(level).ok() } else { None }
    }

    /// Returns how each step runs once the program is hot.
    pub(crate) fn explain<E: Element>(&self, jit: Jit, level: SimdLevel) -> Vec<StepReport> {
        let reason = match (jit, self.compile::<E>(level)) {
            (Jit::Off, _) => "compilation is off",
            (_, Ok(compiled)) => return compiled.reports().to_vec(),
            (_, Err(reason)) => reason,
        };
        let run = Run::Interpreted { reason: reason.to_owned() };
        self.plan.steps.iter().map(|step| StepReport::new(step, run.clone())).collect()
    }
}
