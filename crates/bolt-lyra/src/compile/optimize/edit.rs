//! Replacing runs of instructions.

use crate::compile::code::{Code, Op, Position, Region};

/// Positions from here on are those of what is put at the end of the unit.
const COLD: Position = 1 << 40;

/// Replacements in a unit, made all at once.
#[derive(Default)]
pub(super) struct Edit {
    /// Runs, by where they begin and end, with what comes instead; in order.
    replaced: Vec<(Position, Position, Vec<Op>)>,
    /// What is put at the end, and where it was taken from.
    cold: Vec<(Vec<Op>, Position)>,
}

impl Edit {
    /// Replaces a run; jumps in what comes instead are to positions as they are before.
    pub(super) fn replace(&mut self, start: Position, end: Position, by: Vec<Op>) {
        self.replaced.push((start, end, by));
    }

    /// Puts a run at the end of the unit, from where it leads to what follows it; returns where it
    /// begins.
    pub(super) fn keep_cold(&mut self, code: &Code, start: Position, end: Position) -> Position {
        let mut ops = code.ops[start..end].to_vec();
        if ops.last().is_some_and(Op::falls_through) {
            ops.push(Op::Jump { to: end });
        }
        self.cold.push((ops, start));
        COLD + self.cold.len() - 1
    }

    /// Makes the replacements.
    pub(super) fn apply(self, code: &mut Code) {
        let old = std::mem::take(&mut code.ops);
        let mut places = vec![0; old.len() + 1];
        let mut replaced = self.replaced.into_iter().peekable();
        let mut position = 0;
        while position < old.len() {
            match replaced.next_if(|(start, _, _)| *start == position) {
                Some((start, end, by)) => {
                    places[start..end].fill(code.ops.len());
                    code.ops.extend(by);
                    position = end;
                }
                None => {
                    places[position] = code.ops.len();
                    code.ops.push(old[position].clone());
                    position += 1;
                }
            }
        }
        places[old.len()] = code.ops.len();
        let regions = code.regions.clone();
        for region in &mut code.regions {
            relocate(region, &places);
        }
        let mut begins = Vec::with_capacity(self.cold.len());
        for (ops, origin) in self.cold {
            let (start, end) = (code.ops.len(), code.ops.len() + ops.len());
            begins.push(start);
            code.ops.extend(ops);
            for region in regions.iter().filter(|r| (r.start..r.end).contains(&origin)) {
                let mut region = region.clone();
                relocate(&mut region, &places);
                code.regions.push(Region { start, end, ..region });
            }
        }
        for op in &mut code.ops {
            op.each_target(|target| {
                *target = match target.checked_sub(COLD) {
                    Some(place) => begins[place],
                    None => places[*target],
                };
            });
        }
    }
}

fn relocate(region: &mut Region, places: &[Position]) {
    for position in [&mut region.start, &mut region.end, &mut region.after, &mut region.on_continue]
    {
        *position = places[*position];
    }
}
