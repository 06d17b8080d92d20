//! Columns and results over several lanes that steps reach where they are.
//!
//! Steps over windows go down the rows a vector of lanes at a time, whatever the distance between
//! rows. What only they read is not copied into a buffer first, and what one of them writes for a
//! root alone is not copied out.

use crate::effects;
use crate::graph::Shape;
use crate::in_place::{InPlace, Part};
use crate::plan::{Layout, Plan, RootSlot, Slot, Step};

/// What of a plan can be outside of the machine's buffers.
#[derive(Debug, Clone)]
pub(crate) struct Strided {
    place: InPlace,
    /// Whether nothing else is read or written.
    is_whole: bool,
}

fn fits(step: &Step) -> bool {
    matches!(step, Step::Window(..) | Step::WindowSums { .. } | Step::Extreme { .. })
}

impl Strided {
    pub(crate) fn new(plan: &Plan, layout: Layout) -> Self {
        if layout == Layout::OneLane {
            return Self { place: InPlace::none(plan), is_whole: false };
        }
        let part = |step| Part { numbers: effects::numbers(step), reaches_out: fits(step) };
        let parts: Vec<Part> = plan.steps.iter().map(part).collect();
        let place = InPlace::new(plan, &[Shape::Panel], &parts);
        let is_outside = |slot: &Slot| place.input(*slot).or_else(|| place.root(*slot)).is_some();
        let is_root = |root: &RootSlot| match root {
            RootSlot::Number(view) => place.root(view.slot).is_some(),
            RootSlot::Truth(_) => false,
        };
        let is_whole =
            parts.iter().all(|part| part.reaches_out && part.numbers.iter().all(is_outside))
                && plan.roots.iter().all(is_root);
        Self { place, is_whole }
    }

    /// Returns the input to read in place of a buffer.
    pub(crate) fn input(&self, slot: Slot) -> Option<usize> {
        self.place.input(slot)
    }

    /// Returns the root to write in place of a buffer.
    pub(crate) fn root(&self, slot: Slot) -> Option<usize> {
        self.place.root(slot)
    }

    /// Returns whether all that is read and written can be outside of the buffers.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }
}
