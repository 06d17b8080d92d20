//! Loop unrolling: the bodies of small innermost loops stand several times in a row, with one jump
//! back at the end.

use crate::compile::code::{Code, Op, Position};

/// How many instructions the body of a loop may have.
const LARGEST_BODY: usize = 16;

/// How often it stands in a row.
const COPIES: usize = 4;

/// Unrolls loops; returns how many instructions were added.
pub(super) fn unroll(code: &mut Code) -> usize {
    let mut added = 0;
    let mut position = 0;
    while position < code.ops.len() {
        if let Op::Back { to: top } = code.ops[position]
            && is_small(code, top, position)
        {
            let more = (COPIES - 1) * (position - top);
            repeat(code, top, position);
            added += more;
            position += more;
        }
        position += 1;
    }
    added
}

/// Returns whether a loop is small and has no loop in it.
fn is_small(code: &Code, top: Position, back: Position) -> bool {
    let is_simple = |op: &Op| {
        !matches!(op, Op::Back { .. } | Op::Iterate { .. } | Op::EndLoop | Op::Interpret { .. })
    };
    top < back && back - top <= LARGEST_BODY && code.ops[top..back].iter().all(is_simple)
}

/// Repeats what stands between the top of a loop and the jump back.
fn repeat(code: &mut Code, top: Position, back: Position) {
    let length = back - top;
    let shift = (COPIES - 1) * length;
    // What follows moves; jumps into the loop from outside lead to its first copy.
    let moved = |target: Position| if target >= back { target + shift } else { target };
    let body: Vec<Op> = code.ops[top..back].to_vec();
    let mut ops = Vec::with_capacity(code.ops.len() + shift);
    for (position, op) in code.ops.iter().enumerate() {
        if position == back {
            for copy in 1..COPIES {
                ops.extend(body.iter().map(|op| copied(op, copy, (top, back), moved)));
            }
        }
        let mut op = op.clone();
        // In the first copy, the end of the body is where the second begins.
        match (top..back).contains(&position) {
            true => op = copied(&op, 0, (top, back), moved),
            false => op.each_target(|target| *target = moved(*target)),
        }
        ops.push(op);
    }
    code.ops = ops;
    let regions = std::mem::take(&mut code.regions);
    for region in regions {
        let is_within = top <= region.start && region.end <= back;
        let copies = if is_within { COPIES } else { 1 };
        for copy in 0..copies {
            let offset = copy * length;
            let place = |position: Position| match is_within {
                true if position <= back => position + offset,
                _ => moved(position),
            };
            let mut new = region.clone();
            new.start = place(region.start);
            new.end = place(region.end);
            new.on_continue = place(region.on_continue);
            new.after = moved(region.after);
            code.regions.push(new);
        }
    }
}

/// Returns an instruction of a copy of the body: jumps within lead to the same copy, those to its
/// end to the next one.
fn copied(
    op: &Op,
    copy: usize,
    (top, back): (Position, Position),
    moved: impl Fn(Position) -> Position,
) -> Op {
    let mut op = op.clone();
    let offset = copy * (back - top);
    op.each_target(|target| {
        *target = match (top..=back).contains(target) {
            // The end of the last copy is the jump back.
            true => *target + offset,
            false => moved(*target),
        };
    });
    op
}
