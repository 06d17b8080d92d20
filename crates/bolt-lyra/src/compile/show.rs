//! Units as text.

use std::fmt::Write;

use super::code::{Binary, Code, Op, Operand, Register, Relation, Variable};
use super::fast::UNARY;
use super::optimize;
use super::translate::function_of;
use crate::pattern::Binding;
use crate::session::Session;
use crate::symbol::Symbol;
use crate::value::Value;

/// Shows the instructions of a unit, one a line; those that run only where something is not as
/// foreseen are marked by `!`.
pub(super) fn unit(session: &Session, code: &Code) -> String {
    let mut text = String::new();
    let foreseen = optimize::foreseen(code);
    let lines = Lines { session, code };
    for (position, op) in code.ops.iter().enumerate() {
        let mark = if foreseen[position] { ' ' } else { '!' };
        let _ = writeln!(text, "{position:4}{mark} {}", lines.op(op));
    }
    text
}

struct Lines<'s> {
    session: &'s Session,
    code: &'s Code,
}

impl Lines<'_> {
    fn value(&self, value: &Value) -> String {
        self.session.input_form(value)
    }

    fn name(&self, symbol: Symbol) -> String {
        self.session.names.shown(symbol)
    }

    fn operand(&self, operand: Operand) -> String {
        match operand {
            Operand::Register(register) => format!("r{register}"),
            Operand::Constant(place) => self.value(&self.code.constants[place as usize]),
            Operand::Own(symbol) => self.name(symbol),
        }
    }

    fn arguments(first: Register, count: u16) -> String {
        let names: Vec<String> = (first..first + count).map(|place| format!("r{place}")).collect();
        names.join(", ")
    }

    fn template(&self, place: u16) -> String {
        let held = &self.code.templates[place as usize];
        let mut slots: Vec<Option<Binding>> = held
            .slots
            .iter()
            .map(|slot| Some(Binding::One(Value::string(format!("r{slot}")))))
            .collect();
        for local in &held.locals {
            slots[local.slot] = Some(Binding::One(Value::string(format!("r{}", local.value))));
        }
        self.value(&held.template.fill(&slots))
    }

    fn op(&self, op: &Op) -> String {
        let of = |operand: Operand| self.operand(operand);
        match *op {
            Op::Move { to, from } => format!("r{to} = {}", of(from)),
            Op::Assign { local, from } => format!("local r{local} = {}", of(from)),
            Op::Clear { register } => format!("clear r{register}"),
            Op::Binary { kind, to, a, b } => {
                format!("r{to} = {} {} {}", of(a), self.binary(kind), of(b))
            }
            Op::Unary { place, to, of: from } => {
                format!("r{to} = {}[{}]", self.name(UNARY[place as usize].0), of(from))
            }
            Op::Compare { relation, to, a, b } => {
                format!("r{to} = {} {} {}", of(a), Self::relation(relation), of(b))
            }
            Op::Update { place, to, by } => {
                let update = &self.code.updates[place as usize];
                let function = self.name(update.function);
                format!("r{to} = {function}[{}, {}]", self.name(update.symbol), of(by))
            }
            Op::UpdateLocal { kind, local, to, by, gives_old } => {
                let when = if gives_old { "before" } else { "after" };
                let kind = self.binary(kind);
                format!("r{to} = local r{local} {kind}= {} ({when})", of(by))
            }
            Op::Part { to, of: list, index } => format!("r{to} = {}[[{}]]", of(list), of(index)),
            Op::List { to, first, count } => {
                format!("r{to} = {{{}}}", Self::arguments(first, count))
            }
            Op::Fold { is_sum, to, first, count } => {
                let name = if is_sum { "sum" } else { "product" };
                format!("r{to} = {name} of {}", Self::arguments(first, count))
            }
            Op::Interpret { to, template } => {
                format!("r{to} = evaluate {}", self.template(template))
            }
            Op::EndList { to } => format!("r{to} = end of list"),
            ref op => self.effect(op),
        }
    }

    /// Instructions that call, jump, or set something else than a register.
    fn effect(&self, op: &Op) -> String {
        let of = |operand: Operand| self.operand(operand);
        let head = |place: u16| self.value(&self.code.constants[place as usize]);
        match *op {
            Op::Apply { to, head: place, first, count, .. } => {
                format!("r{to} = call {}[{}]", head(place), Self::arguments(first, count))
            }
            Op::TailApply { head: place, first, count, .. } => {
                format!("tail call {}[{}]", head(place), Self::arguments(first, count))
            }
            Op::Enter { inlined, first, otherwise } => {
                let entry = &self.code.inlined[inlined as usize];
                let args = Self::arguments(first, entry.count as u16);
                format!("inlined {}[{args}], else {otherwise}", self.name(entry.symbol))
            }
            Op::Leave { to, from } => format!("r{to} = {} (end of inlined)", of(from)),
            Op::Known { to, constant, otherwise } => {
                let value = self.value(&self.code.constants[constant as usize]);
                format!("r{to} = {value} (folded), else {otherwise}")
            }
            Op::Guard { otherwise } => format!("check built-in functions, else {otherwise}"),
            Op::Reuse { to, from, otherwise, .. } => {
                format!("r{to} = r{from} (computed before), else {otherwise}")
            }
            Op::BranchUnless { relation, a, b, no, unknown, .. } => {
                let test = format!("{} {} {}", of(a), Self::relation(relation), of(b));
                format!("unless {test} jump {no}, if unknown {unknown}")
            }
            Op::Branch { of: from, no, unknown } => {
                format!("unless {} jump {no}, if unknown {unknown}", of(from))
            }
            Op::Jump { to } => format!("jump {to}"),
            Op::Back { to } => format!("back to {to}"),
            Op::Store { symbol, from } => format!("{} = {}", self.name(symbol), of(from)),
            Op::StorePart { symbol, index, from } => {
                format!("{}[[{}]] = {}", self.name(symbol), of(index), of(from))
            }
            Op::Push { from } => format!("add {} to the list", of(from)),
            Op::Return { from } => format!("return {}", of(from)),
            ref op => self.iteration(op),
        }
    }

    fn iteration(&self, op: &Op) -> String {
        match *op {
            Op::Iterate { variable, bounds, count, invalid, .. } => {
                let variable = match variable {
                    Variable::None => String::new(),
                    Variable::Register(register) => format!("r{register} "),
                    Variable::Own(symbol) => format!("{} ", self.name(symbol)),
                };
                let bounds = Self::arguments(bounds, count.into());
                format!("iterate {variable}over {{{bounds}}}, else {invalid}")
            }
            Op::Next { end } => format!("next, at the end jump {end}"),
            Op::EndLoop => "end of loop".to_owned(),
            Op::BeginList => "begin list".to_owned(),
            ref other => format!("{other:?}"),
        }
    }

    fn binary(&self, kind: Binary) -> String {
        match kind {
            Binary::Add => "+".to_owned(),
            Binary::Subtract => "-".to_owned(),
            Binary::Multiply => "*".to_owned(),
            Binary::Divide => "/".to_owned(),
            Binary::Power => "^".to_owned(),
            _ => self.name(function_of(kind)),
        }
    }

    fn relation(relation: Relation) -> &'static str {
        match relation {
            Relation::Less => "<",
            Relation::LessEqual => "<=",
            Relation::Greater => ">",
            Relation::GreaterEqual => ">=",
            Relation::Equal => "==",
            Relation::Unequal => "!=",
            Relation::Same => "===",
            Relation::Unsame => "=!=",
        }
    }
}
