//! Inputs that are read where they are and results that are written where they go, over one lane:
//! without a copy of each block.

use super::Stage;
use super::effects::{self, Kind};
use super::ir::Pointer;
use crate::graph::Shape;
use crate::plan::{Layout, Plan, RootSlot, Slot, Step};

/// What takes the place of each buffer of numbers.
#[derive(Debug, Default)]
pub(super) struct Direct {
    pub(super) inputs: Vec<Option<usize>>,
    pub(super) roots: Vec<Option<usize>>,
}

impl Direct {
    pub(super) fn new(plan: &Plan, layout: Layout, stages: &[Stage]) -> Self {
        let none = vec![None; plan.numbers.len()];
        let mut direct = Self { inputs: none.clone(), roots: none };
        if layout == Layout::OneLane {
            direct.find_inputs(plan, stages);
            direct.find_roots(plan, stages);
        }
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
