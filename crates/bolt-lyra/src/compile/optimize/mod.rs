//! Passes over the instructions of a unit.
//!
//! What an instruction does with symbols and big numbers is up to the session, and users may give
//! built-in functions another meaning while a unit runs. So no pass relies on what it cannot see
//! from the registers: where instructions are left out since numbers come to what is known, an
//! instruction in their place checks that, and where the check fails, those that were left out
//! run, at the end of the unit, and lead back. That holds results, effects, their order and
//! messages the same.
//!
//! `flow` knows where instructions lead and what they touch, `edit` replaces runs of them, and each
//! pass has a file. Tail calls are always jumps, for the frame of the caller is not needed any
//! more; the setting says whether `$IterationLimit` counts them, as it does in interpretation: a
//! rule whose right side is a call is another round of rewriting of the same expression, and so is
//! what `If`, `Which`, `Module`, `With` and the last of a `CompoundExpression` lead to. (Published
//! implementations count a `CompoundExpression` against `$RecursionLimit`.)

mod cse;
mod dead;
mod edit;
mod flow;
mod fold;
mod inline;
mod unroll;

pub(super) use flow::{Live, labels, live};
pub(super) use inline::inline;

use super::code::{Code, Op, Operand};
use super::settings::Passes;

/// A pass; it returns how many instructions it left out, changed or added.
type Pass = fn(&mut Code) -> usize;

/// Units with more instructions or registers are left as they are.
const MOST_OPS: usize = 4_096;
const MOST_REGISTERS: usize = 512;

/// Applies the passes to a unit and says in its report what they did.
pub(super) fn optimize(code: &mut Code, passes: Passes) {
    if code.ops.len() <= MOST_OPS && code.registers <= MOST_REGISTERS {
        let steps: [(&str, bool, Pass); 4] = [
            ("constantFolding", passes.constant_folding, fold::fold),
            ("commonSubexpressionElim", passes.common_subexpressions, cse::eliminate),
            ("deadCodeElimination", passes.dead_code, dead::eliminate),
            ("loopUnrolling", passes.loop_unrolling, unroll::unroll),
        ];
        for (name, is_on, pass) in steps {
            if is_on {
                let count = pass(code);
                code.report.changed.push((name, count));
            }
        }
    }
    let count = tail_calls(code);
    if passes.tail_calls {
        code.report.changed.push(("tailCallOptimization", count));
    }
    code.has_calls = code.ops.iter().any(|op| matches!(op, Op::Apply { .. }));
    code.report.after = foreseen(code).into_iter().filter(|is| *is).count();
}

/// Returns which instructions may run where every check holds.
pub(super) fn foreseen(code: &Code) -> Vec<bool> {
    let mut reached = vec![false; code.ops.len()];
    let mut pending = vec![0];
    while let Some(position) = pending.pop() {
        if position >= reached.len() || std::mem::replace(&mut reached[position], true) {
            continue;
        }
        let mut op = code.ops[position].clone();
        if !op.is_check() {
            op.each_target(|target| pending.push(*target));
        }
        if op.falls_through() {
            pending.push(position + 1);
        }
    }
    reached
}

/// Makes the calls whose result is that of the unit give up the frame.
fn tail_calls(code: &mut Code) -> usize {
    let mut count = 0;
    for position in 0..code.ops.len() {
        if let Op::Apply { to, head, first, count: args, rounds } = code.ops[position]
            && leads_to_return(code, position + 1, to)
        {
            code.ops[position] = Op::TailApply { head, first, count: args, rounds };
            count += 1;
        }
    }
    count
}

/// Returns whether nothing is done from a position on but to return a register.
pub(super) fn leads_to_return(code: &Code, mut position: usize, register: u16) -> bool {
    for _ in 0..code.ops.len() {
        match code.ops[position] {
            Op::Jump { to } => position = to,
            Op::Return { from } => return from == Operand::Register(register),
            _ => return false,
        }
    }
    false
}
