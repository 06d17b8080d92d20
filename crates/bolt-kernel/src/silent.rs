//! What of a plan has to run when nobody reads its roots.
//!
//! Rows whose results are not wanted still move on what later rows look back at: states, sums,
//! and the histories of buffers. Everything else is left out.

use crate::effects::{self, Buffer, Kind};
use crate::plan::{Plan, Step};
use std::collections::HashSet;

impl Plan {
    /// Returns the part of the plan that later rows depend on, over the same buffers and memory.
    pub(crate) fn without_roots(&self) -> Self {
        let mut live = self.histories();
        let mut steps = keep_live(&self.steps, &mut live);
        steps.reverse();
        let mut input_slots = self.input_slots.clone();
        for slot in &mut input_slots {
            *slot = slot.filter(|&slot| live.contains(&(Kind::Number, slot)));
        }
        Self { steps, input_slots, roots: Vec::new(), ..self.clone() }
    }

    fn histories(&self) -> HashSet<Buffer> {
        let kinds =
            [(Kind::Number, &self.numbers), (Kind::Wide, &self.wides), (Kind::Truth, &self.truths)];
        let buffers = kinds.into_iter().flat_map(|(kind, histories)| {
            histories.iter().enumerate().map(move |(slot, &rows)| ((kind, slot), rows))
        });
        buffers.filter(|&(_, rows)| rows > 0).map(|(buffer, _)| buffer).collect()
    }
}

/// Returns the steps whose results are live, the last one first; `live` is what is read after them,
/// then what is read from before them.
fn keep_live(steps: &[Step], live: &mut HashSet<Buffer>) -> Vec<Step> {
    let mut kept = Vec::new();
    for step in steps.iter().rev() {
        if let Step::Scan { steps, next } = step {
            for (_, view) in next {
                live.insert((Kind::Number, view.slot));
            }
            let mut steps = keep_live(steps, live);
            steps.reverse();
            kept.push(Step::Scan { steps, next: next.clone() });
            continue;
        }
        let mut is_live = remembers(step);
        effects::writes(step, &mut |buffer| is_live |= live.contains(&buffer));
        // What it writes is not taken out: a buffer with history is read by later blocks, too,
        // and keeping a step too many does no harm.
        if is_live {
            effects::reads(step, &mut |buffer| {
                live.insert(buffer);
            });
            kept.push(step.clone());
        }
    }
    kept
}

fn remembers(step: &Step) -> bool {
    matches!(
        step,
        Step::WindowSums { .. }
            | Step::Quantile { .. }
            | Step::Linear { .. }
            | Step::WeightedMean { .. }
    )
}

#[cfg(test)]
mod tests {
    use crate::graph::{Binary, Graph, Shape};
    use crate::plan::{Layout, Plan, Step};

    #[test]
    fn only_what_later_rows_depend_on_is_kept() {
        let mut graph = Graph::new();
        let [x, y] = ["x", "y"].map(|name| graph.input(name, Shape::Panel));
        let (state, before) = graph.state(0.0);
        let sum = graph.binary(Binary::Add, before, x);
        graph.set_state(state, sum);
        let difference = graph.binary(Binary::Sub, sum, y);
        let old = graph.delay(sum, 3);
        let product = graph.binary(Binary::Mul, difference, old);
        let plan = Plan::new(&graph, &[product], Layout::Lanes);
        let silent = plan.without_roots();
        // The sum is a state and has a history; what is computed of it is nobody's past.
        assert!(plan.steps.len() > 1);
        assert!(matches!(&silent.steps[..], [Step::Scan { .. }]), "{:?}", silent.steps);
        assert!(silent.input_slots[0].is_some() && silent.input_slots[1].is_none());
        assert!(silent.roots.is_empty());
    }
}
