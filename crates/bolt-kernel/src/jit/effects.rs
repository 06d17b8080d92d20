//! What of a plan is read after some of its steps.

pub(super) use crate::effects::{Buffer, Kind, reads, writes};

use crate::plan::{Plan, RootSlot, Step};
use std::collections::HashSet;

/// Returns the buffers that are read after step `end` before they are written again.
pub(super) fn live_after(plan: &Plan, end: usize) -> HashSet<Buffer> {
    let mut live: HashSet<Buffer> = plan
        .roots
        .iter()
        .map(|root| match root {
            RootSlot::Number(view) => (Kind::Number, view.slot),
            RootSlot::Truth(slot) => (Kind::Truth, *slot),
        })
        .collect();
    for step in plan.steps[end..].iter().rev() {
        // A scan reads the rows that it wrote before, so its own results count as read.
        if !matches!(step, Step::Scan { .. }) {
            writes(step, &mut |buffer| {
                live.remove(&buffer);
            });
        }
        reads(step, &mut |buffer| {
            live.insert(buffer);
        });
    }
    live
}

/// Returns whether later blocks look back at a buffer.
pub(super) fn has_history(plan: &Plan, (kind, slot): Buffer) -> bool {
    let histories = match kind {
        Kind::Number => &plan.numbers,
        Kind::Wide => &plan.wides,
        Kind::Truth => &plan.truths,
    };
    histories[slot] > 0
}
