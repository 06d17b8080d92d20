//! Inputs that are read where they are and results that are written where they go, over one lane:
//! without a copy of each block.

use super::Stage;
use super::ir::Pointer;
use super::lower;
use crate::effects::{self, Kind};
use crate::graph::Shape;
use crate::in_place::{InPlace, Part};
use crate::plan::{Layout, Plan, RootSlot, Slot, Step};

/// What takes the place of each buffer of numbers.
#[derive(Debug, Default)]
pub(super) struct Direct {
    pub(super) place: InPlace,
    /// Inputs with one value a row, over several lanes.
    pub(super) series: Vec<Option<usize>>,
    /// Whether no rows of a buffer are read or written, by steps, for inputs or as roots.
    pub(super) is_free: bool,
}

impl Direct {
    pub(super) fn new(plan: &Plan, layout: Layout, stages: &[Stage]) -> Self {
        let place = if layout == Layout::OneLane {
            let parts: Vec<Part> = stages.iter().map(|stage| part(plan, stage)).collect();
            InPlace::new(plan, &[Shape::Panel, Shape::Series], &parts)
        } else {
            InPlace::none(plan)
        };
        let mut series = vec![None; plan.numbers.len()];
        for (slot, input) in series_inputs(plan, layout) {
            series[slot] = Some(input);
        }
        let is_free = are_free(stages)
            && plan.roots.is_empty()
            && plan.input_slots.iter().zip(&plan.inputs).all(|(slot, input)| {
                slot.is_none_or(|slot| input.shape == Shape::Lanes || series[slot].is_some())
            });
        Self { place, series, is_free }
    }
}

/// A compiled loop or a step of its own, as a part of the program.
fn part(plan: &Plan, stage: &Stage) -> Part {
    let number = |(pointer, _)| match pointer {
        Pointer::Number(view) => Some(view.slot),
        _ => None,
    };
    match stage {
        Stage::Map(map) => {
            Part { numbers: map.places().filter_map(number).collect(), reaches_out: true }
        }
        Stage::Scan(scan) => {
            Part { numbers: scan.places().filter_map(number).collect(), reaches_out: false }
        }
        Stage::Step(position) => {
            let step = &plan.steps[*position];
            Part {
                numbers: effects::numbers(step),
                reaches_out: matches!(step, Step::Linear { .. }),
            }
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
