//! Columns and results that a program reaches where they are, without a copy of each block.

use crate::graph::Shape;
use crate::plan::{Plan, RootSlot, Slot};

/// A part of a program that runs over a whole block before the next one does.
#[derive(Debug)]
pub(crate) struct Part {
    /// The buffers of numbers it reads and those it writes.
    pub(crate) numbers: Vec<Slot>,
    /// Whether it can read and write outside of the machine's buffers.
    pub(crate) reaches_out: bool,
}

/// What takes the place of each buffer of numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct InPlace {
    inputs: Vec<Option<usize>>,
    roots: Vec<Option<usize>>,
}

impl InPlace {
    /// Nothing of a plan.
    pub(crate) fn none(plan: &Plan) -> Self {
        let none = vec![None; plan.numbers.len()];
        Self { inputs: none.clone(), roots: none }
    }

    /// What the parts of a plan reach where it is, of inputs of some shapes.
    pub(crate) fn new(plan: &Plan, shapes: &[Shape], parts: &[Part]) -> Self {
        let mut place = Self::none(plan);
        place.find_inputs(plan, shapes, parts);
        place.find_roots(plan, parts);
        place
    }

    /// Inputs that are no roots, and read only by what can reach outside of the buffers.
    fn find_inputs(&mut self, plan: &Plan, shapes: &[Shape], parts: &[Part]) {
        for (index, (slot, input)) in plan.input_slots.iter().zip(&plan.inputs).enumerate() {
            if let Some(slot) = *slot
                && shapes.contains(&input.shape)
            {
                self.inputs[slot] = Some(index);
            }
        }
        for root in &plan.roots {
            if let RootSlot::Number(view) = root {
                self.inputs[view.slot] = None;
            }
        }
        for part in parts.iter().filter(|part| !part.reaches_out) {
            part.numbers.iter().for_each(|&slot| self.inputs[slot] = None);
        }
    }

    /// Roots that a part which can reach outside of the buffers writes, and no other uses.
    fn find_roots(&mut self, plan: &Plan, parts: &[Part]) {
        let mut users = vec![0; plan.numbers.len()];
        for part in parts {
            let more = if part.reaches_out { 1 } else { 2 };
            part.numbers.iter().for_each(|&slot| users[slot] += more);
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

    /// Returns the input to read in place of a buffer.
    pub(crate) fn input(&self, slot: Slot) -> Option<usize> {
        self.inputs[slot]
    }

    /// Returns the root to write in place of a buffer.
    pub(crate) fn root(&self, slot: Slot) -> Option<usize> {
        self.roots[slot]
    }
}
