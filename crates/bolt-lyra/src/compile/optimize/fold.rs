//! Constant folding: what numbers come to is computed once.

use std::collections::HashMap;

use super::edit::Edit;
use super::flow::{self, Registers};
use crate::compile::code::{Code, Op, Operand, Position, Register};
use crate::compile::fast;
use crate::value::Value;

/// What an instruction comes to.
#[derive(Debug, Clone)]
enum Outcome {
    /// A register has this value.
    Value(Register, Value),
    /// The branch is taken or not; it depends on built-in functions or not.
    Decided { is_taken: bool, to: Position, is_guarded: bool },
}

/// Computes what depends on constants only; returns how many instructions that were.
pub(super) fn fold(code: &mut Code) -> usize {
    let labels = flow::labels(code);
    let outcomes = outcomes(code, &labels);
    if outcomes.iter().all(Option::is_none) {
        return 0;
    }
    let live = flow::live_after(code);
    let mut edit = Edit::default();
    let (mut folded, mut start) = (0, 0);
    while start < code.ops.len() {
        let mut end = start;
        while end < code.ops.len() && outcomes[end].is_some() && (end == start || !labels[end]) {
            end += 1;
            if matches!(outcomes[end - 1], Some(Outcome::Decided { .. })) {
                break;
            }
        }
        if end == start {
            start += 1;
            continue;
        }
        if let Some(by) = instead(code, &mut edit, (start, end), &outcomes, &live[end - 1]) {
            folded += (end - start).saturating_sub(by.len()).max(1);
            edit.replace(start, end, by);
        }
        start = end;
    }
    edit.apply(code);
    folded
}

/// Returns what each instruction comes to, where that is known.
fn outcomes(code: &Code, labels: &[bool]) -> Vec<Option<Outcome>> {
    let mut known: HashMap<Register, Value> = HashMap::new();
    let mut outcomes = Vec::with_capacity(code.ops.len());
    for (position, op) in code.ops.iter().enumerate() {
        if labels[position] {
            known.clear();
        }
        let outcome = outcome(code, &known, op);
        let touched = flow::touched(code, op);
        known.retain(|register, _| !touched.changes(*register));
        if let Some(Outcome::Value(register, value)) = &outcome {
            known.insert(*register, value.clone());
        }
        outcomes.push(outcome);
    }
    outcomes
}

fn outcome(code: &Code, known: &HashMap<Register, Value>, op: &Op) -> Option<Outcome> {
    let value = |operand: Operand| match operand {
        Operand::Register(register) => known.get(&register).cloned(),
        Operand::Constant(place) => Some(code.constants[place as usize].clone()),
        Operand::Own(_) => None,
    };
    let number = |operand: Operand| {
        value(operand).filter(|value| matches!(value, Value::Integer(_) | Value::Real(_)))
    };
    Some(match *op {
        Op::Binary { kind, to, a, b } => {
            Outcome::Value(to, fast::binary(kind, &number(a)?, &number(b)?)?)
        }
        Op::Unary { place, to, of } => {
            let (_, function) = fast::UNARY[place as usize];
            Outcome::Value(to, function(&number(of)?)?)
        }
        Op::Compare { relation, to, a, b } => {
            let holds = fast::compare(relation, &number(a)?, &number(b)?)?;
            Outcome::Value(to, Value::boolean(holds))
        }
        Op::BranchUnless { relation, a, b, no, .. } => {
            let holds = fast::compare(relation, &number(a)?, &number(b)?)?;
            Outcome::Decided { is_taken: !holds, to: no, is_guarded: true }
        }
        Op::Branch { of, no, .. } => {
            let holds = value(of)?.as_bool()?;
            let is_guarded = !matches!(of, Operand::Constant(_));
            Outcome::Decided { is_taken: !holds, to: no, is_guarded }
        }
        _ => return None,
    })
}

/// Returns what comes instead of a run: what it leaves in registers, and where it leads.
fn instead(
    code: &mut Code,
    edit: &mut Edit,
    (start, end): (Position, Position),
    outcomes: &[Option<Outcome>],
    live: &Registers,
) -> Option<Vec<Op>> {
    let mut left: Vec<(Register, Value)> = Vec::new();
    let mut jump = None;
    let mut is_guarded = false;
    for outcome in outcomes[start..end].iter().flatten() {
        match outcome {
            Outcome::Value(register, value) => {
                left.retain(|(known, _)| known != register);
                left.push((*register, value.clone()));
                is_guarded = true;
            }
            Outcome::Decided { is_taken, to, is_guarded: depends } => {
                jump = is_taken.then_some(Op::Jump { to: *to });
                is_guarded |= depends;
            }
        }
    }
    // The registers of the run may be read on the way that a decided branch leads.
    left.retain(|(register, _)| live.has(*register));
    let mut constants = Vec::with_capacity(left.len());
    for (_, value) in &left {
        constants.push(code.place_of_constant(value)?);
    }
    let mut by = Vec::new();
    if is_guarded {
        let otherwise = edit.keep_cold(code, start, end);
        for ((to, _), constant) in left.iter().zip(constants) {
            by.push(Op::Known { to: *to, constant, otherwise });
        }
        if by.is_empty() {
            by.push(Op::Guard { otherwise });
        }
    }
    by.extend(jump);
    Some(by)
}
