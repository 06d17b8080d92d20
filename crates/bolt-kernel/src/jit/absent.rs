//! Stands in for the compiler where there is none.

use crate::explain::StepReport;
use crate::machine::{Machine, Scalar};
use crate::plan::{Layout, Plan};
use bolt_hardware::SimdLevel;

/// A compiled plan, of which there are none.
#[derive(Debug)]
pub(crate) enum Compiled {}

impl Compiled {
    /// # Errors
    /// Always: nothing can be compiled.
    pub(crate) fn new(
        _plan: &Plan,
        _layout: Layout,
        _level: SimdLevel,
        _number_bytes: usize,
    ) -> Result<Self, String> {
        Err("there is no compiler for this processor".to_owned())
    }

    pub(crate) fn reports(&self) -> &[StepReport] {
        match *self {}
    }
}

impl<E: Scalar> Machine<E> {
    pub(crate) fn run_compiled(&mut self, compiled: &Compiled, _rows: usize) {
        match *compiled {}
    }
}
