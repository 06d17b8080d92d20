//! Inputs that compiled code reads where they are, without a copy of each block.

use super::Stage;
use super::effects::{self, Kind};
use super::ir::Pointer;
use crate::graph::Shape;
use crate::plan::{Layout, Plan, RootSlot, Slot};

/// Returns the input of each slot of numbers that only compiled maps read, over one lane. Roots,
/// scans and interpreted steps find their operands in the machine's buffers.
pub(super) fn direct_inputs(plan: &Plan, layout: Layout, stages: &[Stage]) -> Vec<Option<usize>> {
    let mut direct = vec![None; plan.numbers.len()];
    if layout != Layout::OneLane {
        return direct;
    }
    for (index, (slot, input)) in plan.input_slots.iter().zip(&plan.inputs).enumerate() {
        if let (Some(slot), Shape::Panel | Shape::Series) = (*slot, input.shape) {
            direct[slot] = Some(index);
        }
    }
    let mut copied: Vec<Slot> = Vec::new();
    for root in &plan.roots {
        if let RootSlot::Number(view) = root {
            copied.push(view.slot);
        }
    }
    for stage in stages {
        match stage {
            Stage::Map(_) => {}
            Stage::Scan(scan) => scan.places().for_each(|(place, _)| {
                if let Pointer::Number(view) = place {
                    copied.push(view.slot);
                }
            }),
            Stage::Step(position) => {
                effects::reads(&plan.steps[*position], &mut |(kind, slot)| {
                    if kind == Kind::Number {
                        copied.push(slot);
                    }
                });
            }
        }
    }
    copied.into_iter().for_each(|slot| direct[slot] = None);
    direct
}
