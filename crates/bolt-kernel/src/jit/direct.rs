//! Inputs that are read where they are and results that are written where they go, over one lane:
//! without a copy of each block.

use super::Stage;
use super::effects::{self, Kind};
use super::ir::Pointer;
use super::lower;
use crate::graph::Shape;
use crate::plan::{Layout, Plan, RootSlot, Slot, Step};

/// What takes the place of each buffer of numbers.
#[derive(Debug, Default)]
pub(super) struct Direct {
    pub(super) inputs: Vec<Option<usize>>,
    pub(super) roots: Vec<Option<usize>>,
    /// Inputs with one value a row, over several lanes.
    pub(super) series: Vec<Option<usize>>,
    /// Whether no rows of a buffer are read or written, by steps, for inputs or as roots.
    pub(super) is_free: bool,
}

impl Direct {
    pub(super) fn new(plan: &Plan, layout: Layout, stages: &[Stage]) -> Self {
        let none = vec![None; plan.numbers.len()];
        let (inputs, roots) = (none.clone(), none.clone());
        let mut direct = Self { inputs, roots, series: none, is_free: false };
        if layout == Layout::OneLane {
            direct.find_inputs(plan, stages);
            direct.find_roots(plan, stages);
        }
        for (slot, input) in series_inputs(plan, layout) {
            direct.series[slot] = Some(input);
        }
        direct.is_free = are_free(stages)
            && plan.roots.is_empty()
            && plan.input_slots.iter().zip(&plan.inputs).all(|(slot, input)| {
                slot.is_none_or(|slot| input.shape == Shape::Lanes || direct.series[slot].is_some())
            });
        direct
    }

    /// Inputs that are no roots, and read only by what can reach outside of the buffers.
    fn find_inputs(&mut self, plan: &Plan, stages: &[Stage]) {
        for (index, (slot, input)) in plan.input_slots.iter().zip(&plan.inputs).enumerate() {
            if let (Some(slot), Shape::Panel | Shape::Series) = (*slot, input.shape) {
                self.inputs[slot] = Some(index);
            }
        }
        for root in &plan.roots {
            if let RootSlot::Number(view) = root {
                self.inputs[view.slot] = None;
            }
        }
        for stage in stages.iter().filter(|stage| !reaches_out(plan, stage)) {
            uses(plan, stage, &mut |slot| self.inputs[slot] = None);
        }
    }

    /// Roots that a stage which can reach outside of the buffers writes, and no other uses.
    fn find_roots(&mut self, plan: &Plan, stages: &[Stage]) {
        let mut users = vec![0; plan.numbers.len()];
        for stage in stages {
            let more = if reaches_out(plan, stage) { 1 } else { 2 };
            uses(plan, stage, &mut |slot| users[slot] += more);
        }
        // A root twice, an input and a constant are copied.
        let inputs = plan.input_slots.iter().flatten();
        inputs.chain(plan.constants.iter().map(|(slot, _)| slot)).for_each(|&slot| users[slot] = 2);
        for (index, root) in plan.roots.iter().enumerate() {
            let &RootSlot::Number(view) = root else { continue };
            let is_last = users[view.slot] == 1 && plan.numbers[view.slot] == 0;
            if self.roots[view.slot].is_none() && is_last && view.delay == 0 {
                self.roots[view.slot] = Some(index);
            } else {
                users[view.slot] = 2;
                self.roots[view.slot] = None;
            }
        }
    }
}

fn reaches_out(plan: &Plan, stage: &Stage) -> bool {
    match stage {
        Stage::Map(_) => true,
        Stage::Scan(_) => false,
        Stage::Step(position) => matches!(plan.steps[*position], Step::Linear { .. }),
    }
}

/// Calls `visit` with each buffer of numbers that a stage reads or writes.
fn uses(plan: &Plan, stage: &Stage, visit: &mut dyn FnMut(Slot)) {
    let mut place = |(pointer, _)| {
        if let Pointer::Number(view) = pointer {
            visit(view.slot);
        }
    };
    match stage {
        Stage::Map(map) => map.places().for_each(place),
        Stage::Scan(scan) => scan.places().for_each(&mut place),
        Stage::Step(position) => {
            let mut number = |(kind, slot)| {
                if kind == Kind::Number {
                    visit(slot);
                }
            };
            effects::reads(&plan.steps[*position], &mut number);
            effects::writes(&plan.steps[*position], &mut number);
        }
    }
}

/// Returns the slots of inputs with one value a row that only compiled scans read, with the inputs:
/// a scan spreads the value over the lanes of a register by itself.
pub(super) fn series_inputs(
    plan: &Plan,
    layout: Layout,
) -> impl Iterator<Item = (Slot, usize)> + use<'_> {
    let inputs = plan.input_slots.iter().zip(&plan.inputs).enumerate();
    inputs.filter_map(move |(index, (slot, input))| {
        let slot = (*slot)?;
        let is_root = |root: &RootSlot| matches!(root, RootSlot::Number(view) if view.slot == slot);
        let is_series = layout == Layout::Lanes
            && input.shape == Shape::Series
            && plan.numbers[slot] == 0
            && !plan.roots.iter().any(is_root);
        (is_series && plan.steps.iter().all(|step| fits_series(step, slot)))
            .then_some((slot, index))
    })
}

/// Returns whether a step that reads a slot is a compiled scan.
fn fits_series(step: &Step, slot: Slot) -> bool {
    let mut is_read = false;
    effects::reads(step, &mut |buffer| is_read |= buffer == (Kind::Number, slot));
    let is_scan = matches!(step, Step::Scan { .. }) && lower::refusal(step).is_none();
    !is_read || is_scan
}

/// Returns whether the stages are scans that neither read nor write rows of a buffer.
fn are_free(stages: &[Stage]) -> bool {
    stages.iter().all(|stage| match stage {
        Stage::Scan(scan) => {
            scan.places().all(|(place, _)| matches!(place, Pointer::Fixed(_) | Pointer::Series(_)))
        }
        Stage::Map(_) | Stage::Step(_) => false,
    })
}
