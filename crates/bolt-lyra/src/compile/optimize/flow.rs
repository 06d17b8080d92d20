//! Where instructions lead and which registers they touch.

use crate::compile::code::{Code, Op, Operand, Position, Register, Variable};
use crate::symbol::Symbol;

impl Op {
    /// Calls a function with each position that it may lead to, other than the next.
    pub(super) fn each_target(&mut self, mut visit: impl FnMut(&mut Position)) {
        match self {
            Self::Jump { to } | Self::Back { to } => visit(to),
            Self::Branch { no, unknown, .. } | Self::BranchUnless { no, unknown, .. } => {
                visit(no);
                visit(unknown);
            }
            Self::Next { end } => visit(end),
            Self::Iterate { invalid, .. } => visit(invalid),
            Self::Known { otherwise, .. }
            | Self::Guard { otherwise }
            | Self::Reuse { otherwise, .. }
            | Self::Enter { otherwise, .. } => visit(otherwise),
            _ => {}
        }
    }

    /// Calls a function with each symbol whose value it refers to or sets.
    pub(in crate::compile) fn each_symbol(&self, mut visit: impl FnMut(Symbol)) {
        let mut operand = |operand: Operand| {
            if let Operand::Own(symbol) = operand {
                visit(symbol);
            }
        };
        match *self {
            Self::Binary { a, b, .. }
            | Self::Compare { a, b, .. }
            | Self::BranchUnless { a, b, .. } => [a, b].into_iter().for_each(operand),
            Self::Part { of, index, .. } => [of, index].into_iter().for_each(operand),
            Self::Unary { of, .. } | Self::Branch { of, .. } => operand(of),
            Self::Move { from, .. }
            | Self::Assign { from, .. }
            | Self::Leave { from, .. }
            | Self::Push { from }
            | Self::Return { from }
            | Self::UpdateLocal { by: from, .. } => operand(from),
            Self::Store { symbol, from } => {
                [Operand::Own(symbol), from].into_iter().for_each(operand);
            }
            Self::StorePart { symbol, index, from } => {
                [Operand::Own(symbol), index, from].into_iter().for_each(operand);
            }
            Self::Update { by, .. } => operand(by),
            Self::Iterate { variable: Variable::Own(symbol), .. } => visit(symbol),
            _ => {}
        }
    }

    /// Returns whether it jumps only where something is not as foreseen.
    pub(super) fn is_check(&self) -> bool {
        matches!(
            self,
            Self::Known { .. } | Self::Guard { .. } | Self::Reuse { .. } | Self::Enter { .. }
        )
    }

    /// Returns whether the next instruction may follow.
    pub(super) fn falls_through(&self) -> bool {
        !matches!(
            self,
            Self::Jump { .. } | Self::Back { .. } | Self::Return { .. } | Self::TailApply { .. }
        )
    }
}

/// Which instructions are reached from elsewhere than the one before.
pub(in crate::compile) fn labels(code: &Code) -> Vec<bool> {
    let mut labels = vec![false; code.ops.len() + 1];
    for op in &code.ops {
        op.clone().each_target(|target| labels[*target] = true);
    }
    for region in &code.regions {
        for position in [region.start, region.end, region.after, region.on_continue] {
            labels[position] = true;
        }
    }
    labels
}

/// A set of registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registers(Vec<u64>);

impl Registers {
    pub(super) fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    pub(super) fn has(&self, register: Register) -> bool {
        self.0.get(register as usize / 64).is_some_and(|word| word >> (register % 64) & 1 == 1)
    }

    pub(super) fn insert(&mut self, register: Register) {
        self.0[register as usize / 64] |= 1 << (register % 64);
    }

    fn remove(&mut self, register: Register) {
        self.0[register as usize / 64] &= !(1 << (register % 64));
    }

    /// Adds those of another set; returns whether there were new ones.
    fn add(&mut self, other: &Self) -> bool {
        let mut is_new = false;
        for (own, more) in self.0.iter_mut().zip(&other.0) {
            is_new |= *more & !*own != 0;
            *own |= more;
        }
        is_new
    }
}

/// What an instruction does with registers.
#[derive(Debug, Default)]
pub(super) struct Touched {
    pub(super) reads: Vec<Register>,
    /// Those that certainly get another value.
    pub(super) writes: Vec<Register>,
    /// Those that may get another value.
    pub(super) may_write: Vec<Register>,
    /// From this one on all may get another value: a called unit has its frame there.
    pub(super) clobbers: Option<Register>,
}

impl Touched {
    fn read(mut self, operands: &[Operand]) -> Self {
        for operand in operands {
            if let Operand::Register(register) = operand {
                self.reads.push(*register);
            }
        }
        self
    }

    fn neighbours(mut self, first: Register, count: u16) -> Self {
        self.reads.extend(first..first + count);
        self
    }

    fn write(mut self, register: Register) -> Self {
        self.writes.push(register);
        self
    }

    fn template(mut self, code: &Code, place: u16) -> Self {
        let held = &code.templates[place as usize];
        self.reads.extend(&held.slots);
        self.reads.extend(held.locals.iter().map(|local| local.value));
        self.may_write.extend(held.locals.iter().map(|local| local.value));
        self
    }

    pub(super) fn changes(&self, register: Register) -> bool {
        self.writes.contains(&register)
            || self.may_write.contains(&register)
            || self.clobbers.is_some_and(|first| register >= first)
    }
}

/// Returns what an instruction does with registers.
pub(super) fn touched(code: &Code, op: &Op) -> Touched {
    let none = Touched::default();
    match *op {
        Op::Move { to, from } | Op::Leave { to, from } => none.read(&[from]).write(to),
        // If a symbol stands for the local, its value changes and the register does not.
        Op::Assign { local, from } => none.read(&[from, Operand::Register(local)]).write(local),
        Op::Clear { register } => none.write(register),
        Op::Binary { to, a, b, .. } | Op::Compare { to, a, b, .. } => none.read(&[a, b]).write(to),
        Op::Unary { to, of, .. } => none.read(&[of]).write(to),
        Op::Apply { to, first, count, .. } => {
            Touched { clobbers: Some(first), ..none.neighbours(first, count).write(to) }
        }
        Op::TailApply { first, count, .. } => none.neighbours(first, count),
        Op::BranchUnless { to, a, b, .. } => Touched { may_write: vec![to], ..none.read(&[a, b]) },
        Op::Branch { of, .. } => none.read(&[of]),
        Op::Jump { .. } | Op::Back { .. } | Op::BeginList | Op::Guard { .. } => none,
        Op::Store { from, .. } | Op::Push { from } | Op::Return { from } => none.read(&[from]),
        Op::Update { to, by, .. } => none.read(&[by]).write(to),
        Op::UpdateLocal { local, to, by, .. } => {
            none.read(&[by, Operand::Register(local)]).write(local).write(to)
        }
        Op::Part { to, of, index } => none.read(&[of, index]).write(to),
        Op::StorePart { index, from, .. } => none.read(&[index, from]),
        Op::List { to, first, count } | Op::Fold { to, first, count, .. } => {
            none.neighbours(first, count).write(to)
        }
        Op::Interpret { to, template } => none.template(code, template).write(to),
        Op::Iterate { bounds, count, spec, .. } => Touched {
            may_write: loop_variables(code),
            ..none.neighbours(bounds, count.into()).template(code, spec)
        },
        Op::Next { .. } | Op::EndLoop => {
            let variables = loop_variables(code);
            Touched { reads: variables.clone(), may_write: variables, ..none }
        }
        Op::EndList { to } | Op::Known { to, .. } => none.write(to),
        Op::Reuse { to, from, guards, .. } => {
            let mut touched = none.read(&[Operand::Register(from)]).write(to);
            touched.reads.extend(&code.guards[guards as usize]);
            touched
        }
        Op::Enter { inlined, first, .. } => {
            none.neighbours(first, code.inlined[inlined as usize].count as u16)
        }
    }
}

/// The registers that are variables of iterations.
fn loop_variables(code: &Code) -> Vec<Register> {
    let variable = |op: &Op| match *op {
        Op::Iterate { variable: Variable::Register(register), .. } => Some(register),
        _ => None,
    };
    code.ops.iter().filter_map(variable).collect()
}

/// Returns the register that an instruction sets only if it goes on at a position.
fn set_on_the_way(op: &Op, place: Position, next: Position) -> Option<Register> {
    match *op {
        Op::BranchUnless { to, no, unknown, .. }
            if next == unknown && next != no && next != place + 1 =>
        {
            Some(to)
        }
        _ => None,
    }
}

/// Which registers are read before they get another value, before and after each instruction.
#[derive(Debug)]
pub(in crate::compile) struct Live {
    before: Vec<Registers>,
    after: Vec<Registers>,
}

impl Live {
    pub(in crate::compile) fn is_before(&self, position: Position, register: Register) -> bool {
        self.before[position].has(register)
    }

    pub(in crate::compile) fn is_after(&self, position: Position, register: Register) -> bool {
        self.after[position].has(register)
    }
}

/// Returns which registers are read after each instruction before they get another value.
pub(super) fn live_after(code: &Code) -> Vec<Registers> {
    live(code).after
}

/// Returns which registers are read before they get another value.
pub(in crate::compile) fn live(code: &Code) -> Live {
    let count = code.ops.len();
    let touches: Vec<Touched> = code.ops.iter().map(|op| touched(code, op)).collect();
    let mut successors: Vec<Vec<Position>> = vec![Vec::new(); count];
    for (place, op) in code.ops.iter().enumerate() {
        op.clone().each_target(|target| successors[place].push(*target));
        if op.falls_through() {
            successors[place].push(place + 1);
        }
    }
    for region in &code.regions {
        // Any instruction of a loop's body may end in one of these.
        for next in &mut successors[region.start..region.end] {
            next.extend([region.after, region.on_continue]);
        }
    }
    let mut before = vec![Registers::none(code.registers); count + 1];
    let mut after = vec![Registers::none(code.registers); count];
    let mut is_changed = true;
    while is_changed {
        is_changed = false;
        for place in (0..count).rev() {
            for &next in &successors[place] {
                match set_on_the_way(&code.ops[place], place, next) {
                    Some(register) => {
                        let mut live = before[next].clone();
                        live.remove(register);
                        after[place].add(&live);
                    }
                    None => {
                        after[place].add(&before[next]);
                    }
                }
            }
            let mut live = after[place].clone();
            for &register in &touches[place].writes {
                live.remove(register);
            }
            for &register in &touches[place].reads {
                live.insert(register);
            }
            is_changed |= before[place].add(&live);
        }
    }
    Live { before, after }
}
