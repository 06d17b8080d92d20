//! Common subexpressions: what was computed already from the same numbers is used again.
//!
//! The values that instructions compute within a stretch without labels are numbered; the same
//! instruction with values of the same numbers computes the same, if all of them are machine
//! numbers.

use std::collections::HashMap;

use super::edit::Edit;
use super::flow;
use crate::compile::code::{Binary, Code, Op, Operand, Position, Register};
use crate::compile::fast::UNARY;
use crate::symbol::sym;

type Number = u32;

/// What is computed: the function and the numbers of what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Computed {
    Constant(u16),
    Binary(Binary, Number, Number),
    Unary(u8, Number),
}

/// What registers have within a stretch of instructions.
#[derive(Default)]
struct Values {
    next: Number,
    numbers: HashMap<Computed, Number>,
    of_register: HashMap<Register, Number>,
}

/// An instruction whose result was computed before.
struct Redundant {
    to: Register,
    number: Number,
    /// The registers that it takes, and the one that has its result.
    operands: Vec<Register>,
    holder: Register,
}

impl Values {
    fn new_number(&mut self) -> Number {
        self.next += 1;
        self.next
    }

    fn of(&mut self, operand: Operand) -> Option<Number> {
        Some(match operand {
            Operand::Own(_) => return None,
            Operand::Constant(place) => self.computed(Computed::Constant(place)),
            Operand::Register(register) => match self.of_register.get(&register) {
                Some(number) => *number,
                None => {
                    let number = self.new_number();
                    self.of_register.insert(register, number);
                    number
                }
            },
        })
    }

    fn computed(&mut self, what: Computed) -> Number {
        if let Some(number) = self.numbers.get(&what) {
            return *number;
        }
        let number = self.new_number();
        self.numbers.insert(what, number);
        number
    }

    /// Returns the number of what an instruction computes and the registers that it takes.
    fn of_op(&mut self, op: &Op) -> Option<(Register, Number, Vec<Register>)> {
        let mut registers = Vec::new();
        let mut take = |operand: Operand| {
            if let Operand::Register(register) = operand {
                registers.push(register);
            }
        };
        Some(match *op {
            Op::Binary { kind, to, a, b } => {
                let (first, second) = (self.of(a)?, self.of(b)?);
                take(a);
                take(b);
                (to, self.computed(Computed::Binary(kind, first, second)), registers)
            }
            Op::Unary { place, to, of } if computes_number(place) => {
                let number = self.of(of)?;
                take(of);
                (to, self.computed(Computed::Unary(place, number)), registers)
            }
            _ => return None,
        })
    }

    /// Returns a register that has a value.
    fn holder(&self, number: Number) -> Option<Register> {
        let holds = |(_, known): &(&Register, &Number)| **known == number;
        self.of_register.iter().filter(holds).map(|(register, _)| *register).min()
    }
}

fn computes_number(place: u8) -> bool {
    let (function, _) = UNARY[place as usize];
    !matches!(function, sym::Not | sym::EvenQ | sym::OddQ | sym::IntegerQ | sym::Length)
}

/// Whether computing takes longer than checking that it needs not be done.
fn is_worth_it(ops: &[Op]) -> bool {
    ops.len() > 1
        || ops.iter().any(|op| match op {
            Op::Unary { place, .. } => !matches!(UNARY[*place as usize].0, sym::Minus | sym::Abs),
            Op::Binary { kind, .. } => matches!(kind, Binary::Power),
            _ => false,
        })
}

/// Uses results again; returns how many instructions that saves.
pub(super) fn eliminate(code: &mut Code) -> usize {
    let labels = flow::labels(code);
    let live = flow::live_after(code);
    let mut values = Values::default();
    let mut edit = Edit::default();
    let (mut saved, mut position) = (0, 0);
    while position < code.ops.len() {
        if labels[position] {
            values = Values::default();
        }
        let run = redundant_run(code, &labels, &mut values, position);
        let end = position + run.len();
        let ends: Vec<&Redundant> = run.iter().filter(|one| live[end - 1].has(one.to)).collect();
        if !run.is_empty()
            && is_worth_it(&code.ops[position..end])
            && let [result] = ends[..]
            && let Some(by) = reuse(code, &mut edit, (position, end), &run, result)
        {
            saved += run.len() - 1 + usize::from(run.len() == 1);
            edit.replace(position, end, vec![by]);
            // The others are not computed.
            for one in &run {
                values.of_register.remove(&one.to);
            }
            values.of_register.insert(result.to, result.number);
            position = end;
            continue;
        }
        step(code, &mut values, position);
        position += 1;
    }
    edit.apply(code);
    saved
}

/// Accounts for an instruction that stays.
fn step(code: &Code, values: &mut Values, position: Position) {
    let op = &code.ops[position];
    let computed = values.of_op(op);
    let touched = flow::touched(code, op);
    values.of_register.retain(|register, _| !touched.changes(*register));
    if let Some((to, number, _)) = computed {
        values.of_register.insert(to, number);
    }
}

/// Returns the instructions from a position on whose results were all computed before.
fn redundant_run(
    code: &Code,
    labels: &[bool],
    values: &mut Values,
    start: Position,
) -> Vec<Redundant> {
    let mut run: Vec<Redundant> = Vec::new();
    let first = values.of_op(&code.ops[start]);
    if first.is_none_or(|(_, number, _)| values.holder(number).is_none()) {
        return run;
    }
    // What registers have while the run is looked at; the holders are those from before.
    let mut inner = Values {
        next: values.next,
        numbers: values.numbers.clone(),
        of_register: values.of_register.clone(),
    };
    for (position, op) in code.ops.iter().enumerate().skip(start) {
        if position > start && labels[position] {
            break;
        }
        let Some((to, number, operands)) = inner.of_op(op) else { break };
        let Some(holder) = values.holder(number) else { break };
        inner.of_register.insert(to, number);
        let operands: Vec<Register> = operands
            .into_iter()
            .filter(|operand| !run.iter().any(|one| one.to == *operand))
            .collect();
        run.push(Redundant { to, number, operands, holder });
    }
    run
}

/// Returns the instruction that uses the result of a run again.
fn reuse(
    code: &mut Code,
    edit: &mut Edit,
    (start, end): (Position, Position),
    run: &[Redundant],
    result: &Redundant,
) -> Option<Op> {
    let mut guards: Vec<Register> =
        run.iter().flat_map(|one| one.operands.iter().copied().chain([one.holder])).collect();
    guards.sort_unstable();
    guards.dedup();
    let place = u16::try_from(code.guards.len()).ok()?;
    code.guards.push(guards.into_boxed_slice());
    let otherwise = edit.keep_cold(code, start, end);
    Some(Op::Reuse { to: result.to, from: result.holder, guards: place, otherwise })
}
