//! Which buffers a step reads and writes.

use crate::plan::{NumberOperand, Slot, Step, View};

/// What a buffer holds; slots are counted for each kind apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Number,
    Wide,
    Truth,
}

pub(crate) type Buffer = (Kind, Slot);

/// Calls `visit` with each buffer whose current rows a step reads.
pub(crate) fn reads(step: &Step, visit: &mut dyn FnMut(Buffer)) {
    let mut number = |view: &View| visit((Kind::Number, view.slot));
    match step {
        Step::Unary(_, x, _)
        | Step::ToBool(x, _)
        | Step::IsMissing(x, _)
        | Step::Window(_, x, ..)
        | Step::Extreme { x, .. }
        | Step::Quantile { x, .. }
        | Step::Linear { x, .. }
        | Step::WeightedMean { x, .. } => number(x),
        Step::Binary(_, a, b, _) | Step::Compare(_, a, b, _) => {
            for operand in [a, b] {
                if let NumberOperand::View(view) = operand {
                    number(view);
                }
            }
        }
        Step::FromNumbers(_, a, b, _) | Step::WindowSums { x: a, y: b, .. } => {
            number(a);
            number(b);
        }
        Step::Select { condition, yes, no, .. } => {
            number(yes);
            number(no);
            visit((Kind::Truth, *condition));
        }
        Step::Cross { x, other, .. } => {
            number(x);
            other.iter().for_each(number);
        }
        Step::Not(a, _) | Step::ToNumber(a, _) => visit((Kind::Truth, *a)),
        Step::And(a, b, _) | Step::Or(a, b, _) => {
            visit((Kind::Truth, *a));
            visit((Kind::Truth, *b));
        }
        Step::WideAdd(a, b, _) | Step::WideAddScaled(a, b, ..) => {
            visit((Kind::Wide, a.slot));
            visit((Kind::Wide, b.slot));
        }
        Step::WideAddNumber(a, x, _) => {
            number(x);
            visit((Kind::Wide, a.slot));
        }
        Step::Finish { sums, .. } => sums.iter().for_each(|sum| visit((Kind::Wide, sum.slot))),
        Step::ReadState(..) => {}
        Step::Scan { steps, next } => {
            next.iter().for_each(|(_, view)| number(view));
            steps.iter().for_each(|step| reads(step, visit));
        }
    }
}

/// Calls `visit` with each buffer that a step writes.
pub(crate) fn writes(step: &Step, visit: &mut dyn FnMut(Buffer)) {
    match step {
        Step::Unary(.., out)
        | Step::Binary(.., out)
        | Step::Select { out, .. }
        | Step::ToNumber(_, out)
        | Step::Finish { out, .. }
        | Step::WindowSums { out, .. }
        | Step::Quantile { out, .. }
        | Step::Window(.., out)
        | Step::Extreme { out, .. }
        | Step::Linear { out, .. }
        | Step::WeightedMean { out, .. }
        | Step::Cross { out, .. }
        | Step::ReadState(_, out) => visit((Kind::Number, *out)),
        Step::Compare(.., out)
        | Step::Not(_, out)
        | Step::And(.., out)
        | Step::Or(.., out)
        | Step::ToBool(_, out)
        | Step::IsMissing(_, out) => visit((Kind::Truth, *out)),
        Step::FromNumbers(.., out)
        | Step::WideAdd(.., out)
        | Step::WideAddNumber(.., out)
        | Step::WideAddScaled(.., out) => visit((Kind::Wide, *out)),
        Step::Scan { steps, .. } => steps.iter().for_each(|step| writes(step, visit)),
    }
}

/// Returns the buffers of numbers that a step reads and those it writes.
pub(crate) fn numbers(step: &Step) -> Vec<Slot> {
    let mut slots = Vec::new();
    let mut number = |(kind, slot)| {
        if kind == Kind::Number {
            slots.push(slot);
        }
    };
    reads(step, &mut number);
    writes(step, &mut number);
    slots
}
