//! Inlining: the instructions of a small definition in the place of its call.
//!
//! The frame of a call begins at the registers of its arguments, so that the instructions of the
//! definition need only be moved by that many registers. They run if the definition is still what
//! it was and its pattern matches; else the call is made.

use super::edit::Edit;
use super::leads_to_return;
use crate::compile::code::{Code, Held, Inlined, Local, Op, Operand, Position, Register};
use crate::compile::translate;
use crate::session::Session;
use crate::symbol::Symbol;

/// Puts definitions that are called often in the place of their calls.
pub(in crate::compile) fn inline(session: &mut Session, code: &mut Code) {
    let policy = session.compiler.inlining;
    let mut known: Vec<Symbol> = Vec::new();
    let mut count = 0;
    for _ in 0..policy.depth {
        let mut edit = Edit::default();
        let mut new = Vec::new();
        for position in 0..code.ops.len() {
            if let Some((symbol, by)) = inlined(session, code, &known, position, &mut edit) {
                edit.replace(position, position + 1, by);
                new.push(symbol);
                count += 1;
            }
        }
        if new.is_empty() {
            break;
        }
        edit.apply(code);
        known.extend(new);
    }
    if count > 0 {
        code.report.changed.push(("inlining", count));
    }
}

/// Returns what comes instead of a call.
fn inlined(
    session: &mut Session,
    code: &mut Code,
    known: &[Symbol],
    position: Position,
    edit: &mut Edit,
) -> Option<(Symbol, Vec<Op>)> {
    let Op::Apply { to, head, first, count, .. } = code.ops[position] else { return None };
    let symbol = code.constants[head as usize].as_symbol()?;
    if known.contains(&symbol) || leads_to_return(code, position + 1, to) {
        return None;
    }
    let definition = session.definition(symbol)?;
    let calls = definition.units.as_ref()?.calls;
    let rules = definition.down.clone();
    let is_open = definition.is_called_plainly() && !rules.has_exact();
    let [rule] = rules.patterns() else { return None };
    let takes = rule.simple.as_ref()?.tests.len();
    if !is_open || calls < session.compiler.inlining.hot || takes != usize::from(count) {
        return None;
    }
    let callee = translate::plain_rule(session, rule).ok()?;
    if callee.ops.len() > session.compiler.inlining.instructions || !is_straight(&callee, symbol) {
        return None;
    }
    let entry = Inlined { symbol, version: rules.version(), place: 0, count: takes };
    let place = u16::try_from(code.inlined.len()).ok()?;
    let body = moved(code, &callee, (to, first))?;
    code.inlined.push(entry);
    let otherwise = edit.keep_cold(code, position, position + 1);
    let mut ops = vec![Op::Enter { inlined: place, first, otherwise }];
    ops.extend(body);
    Some((symbol, ops))
}

/// Returns whether a unit has no loops, no jumps, and no call that gives up its frame.
fn is_straight(code: &Code, own: Symbol) -> bool {
    let is_simple = |(position, op): (usize, &Op)| match op {
        Op::Apply { to, head, .. } => {
            code.constants[*head as usize].as_symbol() != Some(own)
                && !leads_to_return(code, position + 1, *to)
        }
        Op::Move { .. }
        | Op::Clear { .. }
        | Op::Assign { .. }
        | Op::Binary { .. }
        | Op::Fold { .. }
        | Op::Unary { .. }
        | Op::Compare { .. }
        | Op::Store { .. }
        | Op::Update { .. }
        | Op::UpdateLocal { .. }
        | Op::Part { .. }
        | Op::StorePart { .. }
        | Op::List { .. }
        | Op::Interpret { .. } => true,
        Op::Return { .. } => position + 1 == code.ops.len(),
        _ => false,
    };
    code.regions.is_empty()
        && code.templates.iter().all(|held| held.locals.is_empty())
        && code.ops.iter().enumerate().all(is_simple)
}

/// Returns the instructions of a unit as part of another.
fn moved(code: &mut Code, callee: &Code, (to, first): (Register, Register)) -> Option<Vec<Op>> {
    let registers = first as usize + callee.registers;
    if registers > super::MOST_REGISTERS {
        return None;
    }
    let constants: Vec<u16> = callee
        .constants
        .iter()
        .map(|constant| code.place_of_constant(constant))
        .collect::<Option<_>>()?;
    let updates = u16::try_from(code.updates.len()).ok()?;
    let templates = u16::try_from(code.templates.len()).ok()?;
    code.registers = code.registers.max(registers);
    code.updates.extend(callee.updates.iter().cloned());
    code.templates.extend(callee.templates.iter().map(|held| shifted(held, first)));
    let change = Change { first, constants, updates, templates };
    Some(callee.ops.iter().map(|op| change.op(op, to)).collect())
}

fn shifted(held: &Held, first: Register) -> Held {
    let local = |local: &Local| Local { value: local.value + first, ..local.clone() };
    Held {
        slots: held.slots.iter().map(|slot| slot + first).collect(),
        locals: held.locals.iter().map(local).collect(),
        ..held.clone()
    }
}

/// Where the parts of a unit are in another.
struct Change {
    first: Register,
    constants: Vec<u16>,
    updates: u16,
    templates: u16,
}

impl Change {
    fn operand(&self, operand: Operand) -> Operand {
        match operand {
            Operand::Register(register) => Operand::Register(register + self.first),
            Operand::Constant(place) => Operand::Constant(self.constants[place as usize]),
            Operand::Own(_) => operand,
        }
    }

    fn op(&self, op: &Op, result: Register) -> Op {
        let at = |register: Register| register + self.first;
        let of = |operand: Operand| self.operand(operand);
        match *op {
            Op::Return { from } => Op::Leave { to: result, from: of(from) },
            Op::Move { to, from } => Op::Move { to: at(to), from: of(from) },
            Op::Clear { register } => Op::Clear { register: at(register) },
            Op::Assign { local, from } => Op::Assign { local: at(local), from: of(from) },
            Op::Binary { kind, to, a, b } => Op::Binary { kind, to: at(to), a: of(a), b: of(b) },
            Op::Fold { is_sum, to, first, count } => {
                Op::Fold { is_sum, to: at(to), first: at(first), count }
            }
            Op::Unary { place, to, of: from } => Op::Unary { place, to: at(to), of: of(from) },
            Op::Compare { relation, to, a, b } => {
                Op::Compare { relation, to: at(to), a: of(a), b: of(b) }
            }
            Op::Apply { to, head, first, count, rounds } => {
                let head = self.constants[head as usize];
                Op::Apply { to: at(to), head, first: at(first), count, rounds }
            }
            Op::Store { symbol, from } => Op::Store { symbol, from: of(from) },
            Op::Update { place, to, by } => {
                Op::Update { place: place + self.updates, to: at(to), by: of(by) }
            }
            Op::UpdateLocal { kind, local, to, by, gives_old } => {
                Op::UpdateLocal { kind, local: at(local), to: at(to), by: of(by), gives_old }
            }
            Op::Part { to, of: list, index } => {
                Op::Part { to: at(to), of: of(list), index: of(index) }
            }
            Op::StorePart { symbol, index, from } => {
                Op::StorePart { symbol, index: of(index), from: of(from) }
            }
            Op::List { to, first, count } => Op::List { to: at(to), first: at(first), count },
            Op::Interpret { to, template } => {
                Op::Interpret { to: at(to), template: template + self.templates }
            }
            ref other => unreachable!("straight code has no {other:?}"),
        }
    }
}
