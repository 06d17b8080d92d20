//! Dead code: what is never reached, copies that nobody reads, jumps that lead nowhere else.

use super::edit::Edit;
use super::flow::{self, Registers};
use crate::compile::code::{Code, Op, Operand, Position, Register};
use crate::symbol::sym;
use crate::value::Value;

/// Leaves instructions out; returns how many.
pub(super) fn eliminate(code: &mut Code) -> usize {
    let mut removed = 0;
    loop {
        let count = round(code);
        removed += count;
        if count == 0 {
            break;
        }
    }
    removed
}

fn round(code: &mut Code) -> usize {
    thread_jumps(code);
    let reached = reached(code);
    let labels = flow::labels(code);
    let live = flow::live_after(code);
    let mut edit = Edit::default();
    let mut removed = 0;
    let mut position = 0;
    while position < code.ops.len() {
        let next = position + 1;
        let is_dead = !reached[position]
            || is_unused(code, &code.ops[position], &live[position])
            || matches!(code.ops[position], Op::Jump { to } if to == next);
        if is_dead {
            edit.replace(position, next, Vec::new());
            removed += 1;
        } else if next < code.ops.len()
            && !labels[next]
            && reached[next]
            && let Some(op) = without_copy(code, position, &live[next])
        {
            edit.replace(position, next + 1, vec![op]);
            removed += 1;
            position += 1;
        }
        position += 1;
    }
    edit.apply(code);
    removed
}

/// Makes jumps to jumps lead to where those lead.
fn thread_jumps(code: &mut Code) {
    let jumps: Vec<Option<Position>> = code
        .ops
        .iter()
        .map(|op| match op {
            Op::Jump { to } => Some(*to),
            _ => None,
        })
        .collect();
    for op in &mut code.ops {
        op.each_target(|target| {
            for _ in 0..jumps.len() {
                match jumps.get(*target) {
                    Some(Some(to)) => *target = *to,
                    _ => break,
                }
            }
        });
    }
}

/// Returns which instructions are reached.
fn reached(code: &mut Code) -> Vec<bool> {
    let mut reached = vec![false; code.ops.len()];
    let mut pending = vec![0];
    while let Some(position) = pending.pop() {
        if position >= reached.len() || std::mem::replace(&mut reached[position], true) {
            continue;
        }
        let op = &mut code.ops[position];
        op.each_target(|target| pending.push(*target));
        if op.falls_through() {
            pending.push(position + 1);
        }
        for region in &code.regions {
            if (region.start..region.end).contains(&position) {
                pending.extend([region.after, region.on_continue]);
            }
        }
    }
    reached
}

/// Returns whether an instruction does nothing but to set a register that is not read.
fn is_unused(code: &Code, op: &Op, live: &Registers) -> bool {
    match op {
        Op::Move { to, from: Operand::Constant(place) } => {
            let value = &code.constants[*place as usize];
            let is_constant = matches!(
                value,
                Value::Integer(_)
                    | Value::Real(_)
                    | Value::String(_)
                    | Value::Symbol(sym::Null | sym::True | sym::False)
            );
            is_constant && !live.has(*to)
        }
        _ => false,
    }
}

/// Returns an instruction that computes into a local what the next one would copy there.
fn without_copy(code: &Code, position: Position, live: &Registers) -> Option<Op> {
    // A local that a symbol may stand for is set by an instruction of its own.
    let may_escape = code.templates.iter().any(|held| !held.locals.is_empty());
    let Op::Assign { local, from: Operand::Register(from) } = code.ops[position + 1] else {
        return None;
    };
    if may_escape || live.has(from) || from == local {
        return None;
    }
    let is = |to: Register| to == from;
    match code.ops[position] {
        Op::Binary { kind, to, a, b } if is(to) => Some(Op::Binary { kind, to: local, a, b }),
        Op::Unary { place, to, of } if is(to) => Some(Op::Unary { place, to: local, of }),
        Op::Compare { relation, to, a, b } if is(to) => {
            Some(Op::Compare { relation, to: local, a, b })
        }
        Op::Move { to, from } if is(to) => Some(Op::Move { to: local, from }),
        _ => None,
    }
}
