//! The machine that runs typed instructions.

use std::sync::atomic::Ordering;

use triomphe::Arc;

use super::code::{Beginning, Element, Inst, Kind, Program, SLOTS, Slot, Steps, value};
use crate::array::Elements;
use crate::builtins::iteration::{MAX_LENGTH, Values};
use crate::compile::code::{Binary, Relation};
use crate::compile::fast;
use crate::compile::machine::Growing;
use crate::session::Session;
use crate::value::{Call, Value};

type Numbers = [i64; SLOTS];

/// What typed code works on.
pub(in crate::compile) struct Frame {
    pub(in crate::compile) numbers: Box<Numbers>,
    pub(in crate::compile) objects: Vec<Value>,
    pub(in crate::compile) lists: Vec<Growing>,
    /// How often it went back to the top of a loop.
    pub(in crate::compile) backs: u64,
}

impl Default for Frame {
    fn default() -> Self {
        Self { numbers: Box::new([0; SLOTS]), objects: Vec::new(), lists: Vec::new(), backs: 0 }
    }
}

#[inline]
fn int(n: &Numbers, slot: Slot) -> i64 {
    n[usize::from(slot)]
}

#[inline]
fn real(n: &Numbers, slot: Slot) -> f64 {
    f64::from_bits(n[usize::from(slot)] as u64)
}

#[inline]
fn finite(x: f64) -> Option<i64> {
    x.is_finite().then_some(x.to_bits() as i64)
}

impl Frame {
    /// Runs instructions; returns the exit that is taken in the end.
    pub(in crate::compile) fn run(&mut self, session: &mut Session, program: &Program) -> usize {
        let interrupt = session.interrupt.clone();
        let is_interrupted = || interrupt.load(Ordering::Relaxed);
        let insts = &program.insts[..];
        let mut pc = 0;
        let mut backs = 0;
        let mut n = &mut *self.numbers;
        macro_rules! put {
            ($to:expr, $value:expr) => {
                match $value {
                    Some(value) => n[usize::from($to)] = value,
                    None => break,
                }
            };
        }
        macro_rules! unless {
            ($holds:expr, $to:expr) => {
                if !$holds {
                    pc = $to as usize;
                }
            };
        }
        loop {
            let inst = insts[pc];
            pc += 1;
            match inst {
                Inst::Move { to, from } => n[usize::from(to)] = int(n, from),
                Inst::AddI { to, a, b } => put!(to, int(n, a).checked_add(int(n, b))),
                Inst::SubtractI { to, a, b } => put!(to, int(n, a).checked_sub(int(n, b))),
                Inst::MultiplyI { to, a, b } => put!(to, int(n, a).checked_mul(int(n, b))),
                Inst::DivideI { to, a, b } => put!(to, quotient(int(n, a), int(n, b))),
                Inst::ModuloI { to, a, b } => put!(to, modulo(int(n, a), int(n, b))),
                Inst::AddR { to, a, b } => put!(to, finite(real(n, a) + real(n, b))),
                Inst::SubtractR { to, a, b } => put!(to, finite(real(n, a) - real(n, b))),
                Inst::MultiplyR { to, a, b } => put!(to, finite(real(n, a) * real(n, b))),
                Inst::DivideR { to, a, b } => put!(to, finite(real(n, a) * (1.0 / real(n, b)))),
                Inst::Fold3R { is_sum, to, a, b, c } => {
                    put!(to, fold_three(is_sum, [real(n, a), real(n, b), real(n, c)]));
                }
                Inst::RealOfI { to, of, is_compared } => put!(to, as_real(int(n, of), is_compared)),
                Inst::UnlessLessI { a, b, to } => unless!(int(n, a) < int(n, b), to),
                Inst::UnlessLessEqualI { a, b, to } => unless!(int(n, a) <= int(n, b), to),
                Inst::UnlessEqualI { a, b, to } => unless!(int(n, a) == int(n, b), to),
                Inst::UnlessUnequalI { a, b, to } => unless!(int(n, a) != int(n, b), to),
                Inst::UnlessLessR { a, b, to } => unless!(is_less(real(n, a), real(n, b)), to),
                Inst::UnlessParity { of, is_odd, to } => {
                    unless!((int(n, of) & 1 == 1) == is_odd, to);
                }
                Inst::Unless { of, to } => unless!(int(n, of) != 0, to),
                Inst::If { of, to } => unless!(int(n, of) == 0, to),
                Inst::Jump { to } => pc = to as usize,
                Inst::NextI { base, variable, to } => unless!(next_integer(n, base, variable), to),
                Inst::LoopI { base, variable, to } => {
                    if is_interrupted() {
                        break;
                    }
                    backs += 1;
                    unless!(!next_integer(n, base, variable), to);
                }
                Inst::Back { to } => {
                    if is_interrupted() {
                        break;
                    }
                    backs += 1;
                    pc = to as usize;
                }
                Inst::Exit => break,
                inst => match self.rarer(session, program, inst) {
                    Some(true) => n = &mut *self.numbers,
                    Some(false) => {
                        n = &mut *self.numbers;
                        if let Some(to) = program.insts[pc - 1].clone().target() {
                            pc = *to as usize;
                        }
                    }
                    None => break,
                },
            }
        }
        self.backs = backs;
        usize::from(program.exit_of[pc - 1])
    }

    /// Runs an instruction; returns whether the next one follows, `None` if it is an exit.
    fn rarer(&mut self, session: &mut Session, program: &Program, inst: Inst) -> Option<bool> {
        let n = &mut *self.numbers;
        let (to, value) = match inst {
            Inst::BinaryI { kind, to, a, b } => {
                let (a, b) = (Value::Integer(int(n, a)), Value::Integer(int(n, b)));
                (to, fast::binary(kind, &a, &b)?.as_i64()?)
            }
            Inst::BinaryR { kind, to, a, b } => {
                let (a, b) = (Value::Real(real(n, a)), Value::Real(real(n, b)));
                (to, bits(&fast::binary(kind, &a, &b)?)?)
            }
            Inst::PowerRI { to, a, b } => {
                let (a, b) = (Value::Real(real(n, a)), Value::Integer(int(n, b)));
                (to, bits(&fast::binary(Binary::Power, &a, &b)?)?)
            }
            Inst::FoldR { is_sum, to, group } => {
                (to, fold_reals(is_sum, n, &program.groups[usize::from(group)])?)
            }
            Inst::NegateI { to, of } => (to, int(n, of).checked_neg()?),
            Inst::NegateR { to, of } => (to, (-real(n, of)).to_bits() as i64),
            Inst::AbsI { to, of } => (to, int(n, of).checked_abs()?),
            Inst::AbsR { to, of } => (to, real(n, of).abs().to_bits() as i64),
            Inst::SqrtR { to, of } => {
                let x = real(n, of);
                (to, (x > 0.0).then(|| x.sqrt().to_bits() as i64)?)
            }
            Inst::UnaryR { function, to, of, is_integer } => {
                let result = program.functions[usize::from(function)](&Value::Real(real(n, of)))?;
                (to, if is_integer { result.as_i64()? } else { bits(&result)? })
            }
            Inst::Parity { to, of, is_odd } => (to, i64::from((int(n, of) & 1 == 1) == is_odd)),
            Inst::Not { to, of } => (to, i64::from(int(n, of) == 0)),
            Inst::CompareI { relation, to, a, b } => {
                (to, i64::from(compare_integers(relation, int(n, a), int(n, b))?))
            }
            Inst::CompareR { relation, to, a, b } => {
                (to, i64::from(compare_reals(relation, real(n, a), real(n, b))?))
            }
            Inst::UnlessR { relation, a, b, .. } => {
                return compare_reals(relation, real(n, a), real(n, b));
            }
            Inst::NextR { base, variable, .. } => return Some(next_real(n, base, variable)),
            Inst::NextElement { element, base, variable, .. } => {
                return self.next_element(element, base, variable);
            }
            Inst::Part { element, to, of, index } => {
                (to, part(&self.objects[usize::from(of)], element, int(n, index))?)
            }
            inst => return self.of_objects(session, program, inst).then_some(true),
        };
        n[usize::from(to)] = value;
        Some(true)
    }

    /// Runs an instruction of lists and other objects; returns whether it could.
    fn of_objects(&mut self, session: &mut Session, program: &Program, inst: Inst) -> bool {
        let n = &*self.numbers;
        match inst {
            Inst::MoveObject { to, from, takes } => {
                let from = &mut self.objects[usize::from(from)];
                let object =
                    if takes { std::mem::replace(from, Value::NULL) } else { from.clone() };
                self.objects[usize::from(to)] = object;
            }
            Inst::SetPart { element, of, index, from } => {
                let kind = Kind::of_element(element).unwrap_or(Kind::Other);
                let Some(new) = value(int(n, from), &Value::NULL, kind) else { return false };
                return set_part(&mut self.objects[usize::from(of)], int(n, index), &new);
            }
            Inst::Length { to, of } => {
                let Value::Call(list) = &self.objects[usize::from(of)] else { return false };
                self.numbers[usize::from(to)] = list.len() as i64;
            }
            Inst::BeginList { list } => self.lists[usize::from(list)] = Growing::default(),
            Inst::Push { kind, list, from } => {
                let kind = Kind::of_element(kind).unwrap_or(Kind::List(Element::Any));
                let object = &self.objects[usize::from(from)];
                let Some(new) = value(int(n, from), object, kind) else { return false };
                self.lists[usize::from(list)].push(new);
            }
            Inst::EndList { to, list } => {
                let list = std::mem::take(&mut self.lists[usize::from(list)]);
                self.objects[usize::from(to)] = list.finish(session, Session::NO_EPOCH);
            }
            Inst::Begin { place } => {
                return self.begin(session, &program.begun[usize::from(place)]).is_some();
            }
            _ => return false,
        }
        true
    }

    /// Begins an iteration; `None` if only the ordinary machine can.
    fn begin(&mut self, session: &mut Session, beginning: &Beginning) -> Option<()> {
        let Beginning { open, bounds, count, is_table, variable } = *beginning;
        let base = usize::from(open.base);
        let given: Vec<Value> = bounds[..usize::from(count)]
            .iter()
            .map(|&(slot, kind)| {
                value(int(&self.numbers, slot), &self.objects[usize::from(slot)], kind)
            })
            .collect::<Option<_>>()?;
        match (Values::new(session, &given, variable.is_some()).ok()??, open.steps) {
            (Values::Steps { count: MAX_LENGTH.., .. }, _) if is_table => return None,
            (Values::Steps { first, step, count }, Steps::Integers) => {
                let slots = [first.as_i64()?, step.as_i64()?, count as i64];
                self.numbers[base..base + 3].copy_from_slice(&slots);
            }
            (Values::Steps { first, step, count }, Steps::Reals) => {
                let slots = [bits(&first)?, bits(&step)?, 0, count as i64];
                self.numbers[base..base + 4].copy_from_slice(&slots);
            }
            (Values::Elements(list), Steps::Elements(_)) => {
                self.objects[base] = Value::Call(list);
                self.numbers[base] = 0;
            }
            _ => return None,
        }
        if let (Some((_, saved)), Some(variable)) = (open.begun, variable) {
            let (saved, variable) = (usize::from(saved), usize::from(variable));
            self.numbers[saved] = self.numbers[variable];
            self.objects.swap(saved, variable);
        }
        Some(())
    }

    fn next_element(&mut self, element: Element, base: Slot, variable: Slot) -> Option<bool> {
        let Value::Call(list) = &self.objects[usize::from(base)] else { return None };
        let place = self.numbers[usize::from(base)];
        if place as usize >= list.len() {
            return Some(false);
        }
        let next = part(&self.objects[usize::from(base)], element, place + 1)?;
        self.numbers[usize::from(variable)] = next;
        self.numbers[usize::from(base)] = place + 1;
        Some(true)
    }
}

#[inline]
fn quotient(a: i64, b: i64) -> Option<i64> {
    (b != 0 && a.checked_rem(b)? == 0).then(|| a / b)
}

#[inline]
fn modulo(a: i64, b: i64) -> Option<i64> {
    (b > 0).then(|| a.rem_euclid(b))
}

/// Returns an integer as a real. Beside a real, an exact 0 is no real 0.
#[inline]
fn as_real(integer: i64, is_compared: bool) -> Option<i64> {
    let is_exact = integer.unsigned_abs() <= fast::EXACT && (is_compared || integer != 0);
    is_exact.then(|| (integer as f64).to_bits() as i64)
}

fn bits(value: &Value) -> Option<i64> {
    match value {
        Value::Real(real) => finite(*real),
        _ => None,
    }
}

/// Returns whether a real is less than another by more than the tolerance of comparisons: see
/// [`crate::builtins::comparison::order_of_reals`].
#[inline]
fn is_less(x: f64, y: f64) -> bool {
    y - x > x.abs().max(y.abs()) * f64::EPSILON * 64.0
}

fn compare_integers(relation: Relation, a: i64, b: i64) -> Option<bool> {
    fast::compare(relation, &Value::Integer(a), &Value::Integer(b))
}

fn compare_reals(relation: Relation, x: f64, y: f64) -> Option<bool> {
    fast::compare(relation, &Value::Real(x), &Value::Real(y))
}

#[inline]
fn next_integer(n: &mut Numbers, base: Slot, variable: Slot) -> bool {
    let base = usize::from(base);
    let left = n[(base + 2) % SLOTS];
    if left == 0 {
        return false;
    }
    n[(base + 2) % SLOTS] = left - 1;
    let value = n[base];
    n[base] = value.wrapping_add(n[(base + 1) % SLOTS]);
    n[usize::from(variable)] = value;
    true
}

fn next_real(n: &mut Numbers, base: Slot, variable: Slot) -> bool {
    let at = usize::from(base);
    let (place, count) = (n[at + 2], n[at + 3]);
    if place as u64 >= count as u64 {
        return false;
    }
    n[at + 2] = place + 1;
    let value = real(n, base) + place as f64 * real(n, base + 1);
    n[usize::from(variable)] = value.to_bits() as i64;
    true
}

/// Adds or multiplies in the order of the values, as canonical order has it; a sum begins at 0.
fn fold_three(is_sum: bool, [a, b, c]: [f64; 3]) -> Option<i64> {
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    let [x, y, z] = match () {
        () if c <= low => [c, low, high],
        () if c <= high => [low, c, high],
        () => [low, high, c],
    };
    match is_sum {
        true => finite(finite_only(0.0 + x + y)? + z),
        false => finite(finite_only(x * y)? * z),
    }
}

fn finite_only(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

fn fold_reals(is_sum: bool, n: &Numbers, group: &[Slot]) -> Option<i64> {
    let mut all: Vec<f64> = group.iter().map(|&slot| real(n, slot)).collect();
    all.sort_by(f64::total_cmp);
    let mut result = if is_sum { 0.0 } else { 1.0 };
    for x in all {
        result = finite_only(if is_sum { result + x } else { result * x })?;
    }
    finite(result)
}

/// Returns an element of a list, if it is of a kind.
#[inline]
fn part(of: &Value, element: Element, index: i64) -> Option<i64> {
    let Value::Call(list) = of else { return None };
    let place = match index {
        1.. => index as usize - 1,
        _ => list.len().checked_sub(usize::try_from(index.checked_neg()?).ok()?)?,
    };
    if let Some(array) = list.array() {
        return match (array.elements(), element) {
            _ if array.dimensions().len() != 1 => None,
            (Elements::Integers(all), Element::Integer) => all.get(place).copied(),
            (Elements::Reals(all), Element::Real) => finite(*all.get(place)?),
            _ => None,
        };
    }
    match (list.args().get(place)?, element) {
        (Value::Integer(integer), Element::Integer) => Some(*integer),
        (Value::Real(real), Element::Real) => finite(*real),
        (value, Element::Boolean) => value.as_bool().map(i64::from),
        _ => None,
    }
}

/// Sets an element of a list, in place if nothing else refers to the list; returns whether it did.
fn set_part(of: &mut Value, index: i64, new: &Value) -> bool {
    let (Value::Call(list), 1..) = (of, index) else { return false };
    let (place, is_array) = (index as usize - 1, list.array().is_some());
    if place >= list.len() {
        return false;
    }
    let list: &mut Call = Arc::make_mut(list);
    match is_array {
        true => list.change_packed(place, new),
        false => list.change_arg(place, |element| {
            *element = new.clone();
            true
        }),
    }
}
