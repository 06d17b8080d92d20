//! Stands in for the compiler where there is none.

use crate::explain::StepReport;
use crate::machine::{Direct, Machine, Scalar};
use crate::plan::{Layout, Plan, Slot};
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

    pub(crate) fn direct_input(&self, _slot: Slot) -> Option<usize> {
        match *self {}
    }

    pub(crate) fn series(&self, _slot: Slot) -> Option<usize> {
        match *self {}
    }

    pub(crate) fn is_free(&self) -> bool {
        match *self {}
    }

    pub(crate) fn reports(&self) -> &[StepReport] {
        match *self {}
    }
}

impl<E: Scalar> Machine<E> {
    pub(crate) fn run_compiled(
        &mut self,
        _plan: &Plan,
        compiled: &Compiled,
        _rows: usize,
        _direct: &Direct<'_, E>,
    ) {
        match *compiled {}
    }
}
