//! Typed forms of arithmetic and comparisons.

use super::{Lowered, Lowering, Then};
use crate::compile::code::{Binary, Op, Operand, Position, Register, Relation, Update};
use crate::compile::fast::UNARY;
use crate::compile::specialize::code::{Inst, Kind, Place, Slot};
use crate::compile::specialize::state::State;
use crate::symbol::sym;

/// Two numbers of one kind.
type Pair = (Slot, Slot, Kind);

impl Lowering<'_> {
    /// Makes the typed form of an instruction that computes.
    pub(super) fn compute(&mut self, position: Position, state: &mut State) -> Lowered<Then> {
        match self.code.ops[position] {
            Op::Binary { kind, to, a, b } => match self.binary(state, kind, a, b)? {
                Some((inst, kind)) => self.put(state, Place::Register(to), inst, kind),
                None => Ok(Then::Leave),
            },
            Op::Fold { is_sum, to, first, count } => {
                match self.fold(state, is_sum, first, count)? {
                    Some((inst, kind)) => self.put(state, Place::Register(to), inst, kind),
                    None => Ok(Then::Leave),
                }
            }
            Op::Unary { place, to, of } => match self.unary(state, place, of)? {
                Some((inst, kind)) => self.put(state, Place::Register(to), inst, kind),
                None => Ok(Then::Leave),
            },
            Op::Compare { relation, to, a, b } => {
                let inst = match self.pair(state, a, b, Some(relation))? {
                    Some((a, b, Kind::Real)) => Inst::CompareR { relation, to: 0, a, b },
                    Some((a, b, _)) => Inst::CompareI { relation, to: 0, a, b },
                    None => return Ok(Then::Leave),
                };
                self.put(state, Place::Register(to), inst, Kind::Boolean)
            }
            Op::BranchUnless { relation, a, b, no, .. } => {
                let inst = match self.pair(state, a, b, Some(relation))? {
                    Some((a, b, Kind::Real)) => unless_reals(relation, a, b),
                    Some((a, b, _)) => unless_integers(relation, a, b),
                    None => return Ok(Then::Leave),
                };
                self.branch(inst, no, state.clone())?;
                Ok(Then::Next)
            }
            Op::Update { place, to, by } => {
                let Update { symbol, kind, gives_old, .. } = self.code.updates[usize::from(place)];
                self.store(symbol);
                self.update(state, (Place::Own(symbol), kind), to, by, gives_old)
            }
            Op::UpdateLocal { kind, local, to, by, gives_old } => {
                self.update(state, (Place::Register(local), kind), to, by, gives_old)
            }
            _ => Ok(Then::Leave),
        }
    }

    /// Returns two numbers; an integer beside a real becomes one, unless they are only compared
    /// exactly.
    fn pair(
        &mut self,
        state: &State,
        a: Operand,
        b: Operand,
        relation: Option<Relation>,
    ) -> Lowered<Option<Pair>> {
        let (Some((x, of_x)), Some((y, of_y))) = (self.machine(state, a)?, self.machine(state, b)?)
        else {
            return Ok(None);
        };
        let is_exact = matches!(relation, Some(Relation::Same | Relation::Unsame));
        Ok(match (of_x, of_y) {
            (Kind::Integer, Kind::Integer) | (Kind::Real, Kind::Real) => Some((x, y, of_x)),
            (Kind::Boolean, Kind::Boolean) if is_exact => Some((x, y, Kind::Integer)),
            (Kind::Integer, Kind::Real) if !is_exact => {
                Some((self.real(a, x, relation.is_some())?, y, Kind::Real))
            }
            (Kind::Real, Kind::Integer) if !is_exact => {
                Some((x, self.real(b, y, relation.is_some())?, Kind::Real))
            }
            _ => None,
        })
    }

    /// Returns an integer as a real.
    fn real(&mut self, of: Operand, slot: Slot, is_compared: bool) -> Lowered<Slot> {
        if let Operand::Constant(place) = of
            && let Some(integer) = self.code.constants[usize::from(place)].as_i64()
            && integer.unsigned_abs() <= 1 << 53
            && (integer != 0 || is_compared)
        {
            return self.constant((integer as f64).to_bits() as i64);
        }
        let to = self.temporary()?;
        self.emit(Inst::RealOfI { to, of: slot, is_compared })?;
        Ok(to)
    }

    fn binary(
        &mut self,
        state: &State,
        kind: Binary,
        a: Operand,
        b: Operand,
    ) -> Lowered<Option<(Inst, Kind)>> {
        if kind == Binary::Power
            && let (Some((a, Kind::Real)), Some((b, Kind::Integer))) =
                (self.machine(state, a)?, self.machine(state, b)?)
        {
            return Ok(Some((Inst::PowerRI { to: 0, a, b }, Kind::Real)));
        }
        let is_mixed = |lowering: &mut Self| -> Lowered<bool> {
            let kinds = (lowering.machine(state, a)?, lowering.machine(state, b)?);
            Ok(matches!(kinds, (Some((_, x)), Some((_, y))) if x != y))
        };
        let is_simple =
            matches!(kind, Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide);
        if !is_simple && is_mixed(self)? {
            return Ok(None);
        }
        let to = 0;
        Ok(match self.pair(state, a, b, None)? {
            Some((a, b, Kind::Integer)) => Some((
                match kind {
                    Binary::Add => Inst::AddI { to, a, b },
                    Binary::Subtract => Inst::SubtractI { to, a, b },
                    Binary::Multiply => Inst::MultiplyI { to, a, b },
                    Binary::Divide => Inst::DivideI { to, a, b },
                    Binary::Modulo => Inst::ModuloI { to, a, b },
                    kind => Inst::BinaryI { kind, to, a, b },
                },
                Kind::Integer,
            )),
            Some((a, b, Kind::Real)) => Some((
                match kind {
                    Binary::Add => Inst::AddR { to, a, b },
                    Binary::Subtract => Inst::SubtractR { to, a, b },
                    Binary::Multiply => Inst::MultiplyR { to, a, b },
                    Binary::Divide => Inst::DivideR { to, a, b },
                    Binary::Greatest | Binary::Least => Inst::BinaryR { kind, to, a, b },
                    Binary::Power | Binary::Modulo | Binary::Quotient => return Ok(None),
                },
                Kind::Real,
            )),
            _ => None,
        })
    }

    /// A sum or product of more than two numbers.
    fn fold(
        &mut self,
        state: &State,
        is_sum: bool,
        first: Register,
        count: u16,
    ) -> Lowered<Option<(Inst, Kind)>> {
        let mut all = Vec::with_capacity(usize::from(count));
        for register in first..first + count {
            let operand = Operand::Register(register);
            let Some(found) = self.machine(state, operand)? else { return Ok(None) };
            all.push(found);
        }
        // Integers beside reals are added exactly first.
        let integers = all.iter().filter(|(_, kind)| *kind == Kind::Integer).count();
        if integers > 1 && integers < all.len() {
            return Ok(None);
        }
        if all.iter().all(|(_, kind)| *kind == Kind::Integer) {
            return self.fold_integers(is_sum, &all).map(Some);
        }
        let mut slots = Vec::with_capacity(all.len());
        for (register, (slot, kind)) in (first..).zip(all) {
            slots.push(match kind {
                Kind::Real => slot,
                Kind::Integer => self.real(Operand::Register(register), slot, false)?,
                _ => return Ok(None),
            });
        }
        let inst = match slots[..] {
            [a, b, c] => Inst::Fold3R { is_sum, to: 0, a, b, c },
            _ => {
                let group = self.program.groups.len() as u16;
                self.program.groups.push(slots.into());
                Inst::FoldR { is_sum, to: 0, group }
            }
        };
        Ok(Some((inst, Kind::Real)))
    }

    fn fold_integers(&mut self, is_sum: bool, all: &[(Slot, Kind)]) -> Lowered<(Inst, Kind)> {
        let inst = |to, a, b| match is_sum {
            true => Inst::AddI { to, a, b },
            false => Inst::MultiplyI { to, a, b },
        };
        let mut sum = all[0].0;
        for (slot, _) in &all[1..all.len() - 1] {
            let to = self.temporary()?;
            self.emit(inst(to, sum, *slot))?;
            sum = to;
        }
        Ok((inst(0, sum, all[all.len() - 1].0), Kind::Integer))
    }

    fn unary(&mut self, state: &State, place: u8, of: Operand) -> Lowered<Option<(Inst, Kind)>> {
        let (symbol, function) = UNARY[usize::from(place)];
        let to = 0;
        if symbol == sym::Length {
            let found = self.operand(state, of)?;
            let Some((of, Kind::List(_))) = found else { return Ok(None) };
            return Ok(Some((Inst::Length { to, of }, Kind::Integer)));
        }
        let Some((of, kind)) = self.machine(state, of)? else { return Ok(None) };
        Ok(Some(match (symbol, kind) {
            (sym::Not, Kind::Boolean) => (Inst::Not { to, of }, Kind::Boolean),
            (sym::EvenQ, Kind::Integer) => (Inst::Parity { to, of, is_odd: false }, Kind::Boolean),
            (sym::OddQ, Kind::Integer) => (Inst::Parity { to, of, is_odd: true }, Kind::Boolean),
            (sym::Minus, Kind::Integer) => (Inst::NegateI { to, of }, kind),
            (sym::Minus, Kind::Real) => (Inst::NegateR { to, of }, kind),
            (sym::Abs, Kind::Integer) => (Inst::AbsI { to, of }, kind),
            (sym::Abs, Kind::Real) => (Inst::AbsR { to, of }, kind),
            (sym::Sqrt, Kind::Real) => (Inst::SqrtR { to, of }, kind),
            (sym::Floor | sym::Round, Kind::Integer) => (Inst::Move { to, from: of }, kind),
            (sym::Not | sym::EvenQ | sym::OddQ | sym::IntegerQ, _) | (_, Kind::Boolean) => {
                return Ok(None);
            }
            (symbol, Kind::Real) => {
                let is_integer = matches!(symbol, sym::Floor | sym::Round);
                let result = if is_integer { Kind::Integer } else { Kind::Real };
                let function = self.function(function)?;
                (Inst::UnaryR { function, to, of, is_integer }, result)
            }
            _ => return Ok(None),
        }))
    }

    fn function(&mut self, function: crate::compile::fast::Unary) -> Lowered<u16> {
        self.program.functions.push(function);
        u16::try_from(self.program.functions.len() - 1).map_err(|_| super::Refused)
    }

    /// `s += e`, `s++`
    fn update(
        &mut self,
        state: &mut State,
        (place, kind): (Place, Binary),
        to: Register,
        by: Operand,
        gives_old: bool,
    ) -> Lowered<Then> {
        let own = match place {
            Place::Register(register) => Operand::Register(register),
            Place::Own(symbol) => Operand::Own(symbol),
        };
        let Some((inst, new)) = self.binary(state, kind, own, by)? else { return Ok(Then::Leave) };
        let slot = self.slot(place)?;
        let is_read = self.live.is_after(self.at, to);
        let result = self.slot(Place::Register(to))?;
        let old = state.kind(slot);
        match is_read && gives_old {
            true => {
                let new = self.temporary()?;
                self.emit_to(inst, new)?;
                self.emit(Inst::Move { to: result, from: slot })?;
                self.emit(Inst::Move { to: slot, from: new })?;
            }
            false => {
                self.emit_to(inst, slot)?;
                if is_read {
                    self.emit(Inst::Move { to: result, from: slot })?;
                }
            }
        }
        state.set(slot, new);
        let given = if gives_old { old } else { new };
        state.set(result, if is_read { given } else { Kind::Dead });
        Ok(Then::Next)
    }

    fn emit_to(&mut self, mut inst: Inst, slot: Slot) -> Lowered {
        if let Some(to) = inst.result() {
            *to = slot;
        }
        self.emit(inst).map(drop)
    }
}

fn unless_integers(relation: Relation, a: Slot, b: Slot) -> Inst {
    let to = 0;
    match relation {
        Relation::Less => Inst::UnlessLessI { a, b, to },
        Relation::LessEqual => Inst::UnlessLessEqualI { a, b, to },
        Relation::Greater => Inst::UnlessLessI { a: b, b: a, to },
        Relation::GreaterEqual => Inst::UnlessLessEqualI { a: b, b: a, to },
        Relation::Equal | Relation::Same => Inst::UnlessEqualI { a, b, to },
        Relation::Unequal | Relation::Unsame => Inst::UnlessUnequalI { a, b, to },
    }
}

fn unless_reals(relation: Relation, a: Slot, b: Slot) -> Inst {
    match relation {
        Relation::Less => Inst::UnlessLessR { a, b, to: 0 },
        Relation::Greater => Inst::UnlessLessR { a: b, b: a, to: 0 },
        relation => Inst::UnlessR { relation, a, b, to: 0 },
    }
}
