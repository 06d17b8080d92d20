//! Columns and results over several lanes that steps reach where they are.
//!
//! Steps over windows go down the rows a vector of lanes at a time, whatever the distance between
//! rows. What only they read is not copied into a buffer first, and what one of them writes for a
//! root alone is not copied out.

use crate::effects::{self, Kind};
use crate::graph::Shape;
use crate::plan::{Layout, Plan, RootSlot, Slot, Step};

/// What of a plan can be outside of the machine's buffers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Strided {
    /// The input to read in place of each buffer of numbers.
    inputs: Vec<Option<usize>>,
    /// The root to write in place of each buffer of numbers.
    roots: Vec<Option<usize>>,
    /// Whether nothing else is read or written.
    is_whole: bool,
}

fn fits(step: &Step) -> bool {
    matches!(step, Step::Window(..) | Step::WindowSums { .. } | Step::Extreme { .. })
}

impl Strided {
    pub(crate) fn new(plan: &Plan, layout: Layout) -> Self {
        let none = vec![None; plan.numbers.len()];
        let mut strided = Self { inputs: none.clone(), roots: none, is_whole: false };
        if layout == Layout::OneLane {
            return strided;
        }
        for (index, (slot, input)) in plan.input_slots.iter().zip(&plan.inputs).enumerate() {
            if let (Some(slot), Shape::Panel) = (*slot, input.shape) {
                strided.inputs[slot] = Some(index);
            }
        }
        strided.find_roots(plan);
        strided.keep_inputs(plan);
        let whole = |step: &Step| {
            let mut whole = fits(step);
            effects::reads(step, &mut |(_, slot)| whole &= strided.inputs[slot].is_some());
            effects::writes(step, &mut |(_, slot)| whole &= strided.roots[slot].is_some());
            whole
        };
        strided.is_whole = plan.steps.iter().all(whole)
            && plan.roots.iter().all(|root| strided.is_direct_root(*root));
        strided
    }

    /// Roots that one step writes, which nothing reads.
    fn find_roots(&mut self, plan: &Plan) {
        for (index, root) in plan.roots.iter().enumerate() {
            let &RootSlot::Number(view) = root else { continue };
            let mut uses = plan.roots.iter().filter(|other| **other == *root).count();
            for step in &plan.steps {
                let own = (Kind::Number, view.slot);
                effects::reads(step, &mut |buffer| uses += 2 * usize::from(buffer == own));
                let cost = if fits(step) { 1 } else { 2 };
                effects::writes(step, &mut |buffer| uses += cost * usize::from(buffer == own));
            }
            // Once as this root, and once written by a step that can.
            if uses == 2 && view.delay == 0 && plan.numbers[view.slot] == 0 {
                self.roots[view.slot] = Some(index);
            }
        }
        // An input or a constant is written by no step.
        for slot in plan.input_slots.iter().flatten().chain(plan.constants.iter().map(|(s, _)| s)) {
            self.roots[*slot] = None;
        }
    }

    /// Leaves out inputs that are found in their buffers.
    fn keep_inputs(&mut self, plan: &Plan) {
        for root in &plan.roots {
            if let RootSlot::Number(view) = root {
                self.inputs[view.slot] = None;
            }
        }
        for step in plan.steps.iter().filter(|step| !fits(step)) {
            effects::reads(step, &mut |(kind, slot)| {
                if kind == Kind::Number {
                    self.inputs[slot] = None;
                }
            });
        }
    }

    fn is_direct_root(&self, root: RootSlot) -> bool {
        matches!(root, RootSlot::Number(view) if self.roots[view.slot].is_some())
    }

    /// Returns the input to read in place of a buffer.
    pub(crate) fn input(&self, slot: Slot) -> Option<usize> {
        self.inputs[slot]
    }

    /// Returns the root to write in place of a buffer.
    pub(crate) fn root(&self, slot: Slot) -> Option<usize> {
        self.roots[slot]
    }

    /// Returns whether all that is read and written can be outside of the buffers.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }
}
