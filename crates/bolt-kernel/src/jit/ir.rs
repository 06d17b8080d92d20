//! The straight-line code of one loop: values on vectors, each defined once.
//!
//! Operations are those of [`crate::simd::Vector`], so that recording the interpreter's own code
//! (see `trace`) gives the same bits. Equal operations on equal operands are one value; values
//! that nothing stores are dropped by [`Body::prune`].

use crate::plan::{Slot, View};
use std::collections::HashMap;

/// A value of a [`Body`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Value(pub(super) u32);

/// What a value's lanes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Type {
    F64,
    F32,
    /// Truth for each lane of a vector of numbers of that size.
    Mask64,
    Mask32,
}

impl Type {
    /// Returns the type of comparisons of this type.
    pub(super) fn mask(self) -> Self {
        match self {
            Self::F64 | Self::Mask64 => Self::Mask64,
            Self::F32 | Self::Mask32 => Self::Mask32,
        }
    }

    pub(super) fn is_mask(self) -> bool {
        matches!(self, Self::Mask64 | Self::Mask32)
    }

    pub(super) fn bytes(self) -> usize {
        match self {
            Self::F64 | Self::Mask64 => 8,
            Self::F32 | Self::Mask32 => 4,
        }
    }
}

/// Operations on two numbers, bit operations and the addition of 64-bit integers among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
    /// The processor's: the second operand if they are equal or either is NaN.
    Min,
    Max,
    And,
    Or,
    Xor,
    AddBits,
}

/// Operations on one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Single {
    Sqrt,
    Floor,
    Ceil,
    Round,
    ShiftLeft52,
    ShiftRight52,
}

/// Comparisons; all but `Unordered` are false where either operand is NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Predicate {
    Less,
    LessEqual,
    Equal,
    Unequal,
    Unordered,
}

/// A column or plane that the code reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pointer {
    Number(View),
    /// A buffer whose rows are all equal: read without moving.
    Fixed(Slot),
    /// An input with one value a row for all lanes.
    Series(Slot),
    /// The parts of an accumulator.
    High(View),
    Low(View),
    /// The planes of truth values.
    Yes(Slot),
    No(Slot),
}

/// Where a vector of a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    /// Index into [`Body::pointers`].
    pub(super) pointer: usize,
    /// Rows back, where rows are next to each other in memory.
    pub(super) back: usize,
    /// Which half of a vector's lanes, for accumulators of `f32` columns.
    pub(super) half: usize,
    /// Which of several vectors that are worked on together.
    pub(super) part: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Op {
    /// The same bits in each lane.
    Constant(u64),
    Load(Place),
    LoadMask(Place),
    /// What a state was set to on the row before.
    State(usize),
    Arithmetic(Arithmetic, Value, Value),
    /// `a * b + c`, rounded once.
    MultiplyAdd(Value, Value, Value),
    Single(Single, Value),
    Compare(Predicate, Value, Value),
    Both(Value, Value),
    Either(Value, Value),
    /// Mask, value where it holds, value elsewhere.
    Blend(Value, Value, Value),
    /// The lower (0) or upper (1) half of `f32` lanes as `f64`.
    Widen(Value, usize),
    /// Two halves of `f64` lanes as `f32`.
    Narrow(Value, Value),
    /// The lanes that begin so many before those of the first vector; the second one is the
    /// vector before it.
    Shift(Value, Value, usize),
    /// The same value in a place of its own.
    Copy(Value),
}

impl Op {
    /// Returns the same operation of another part, on other operands.
    fn of_part(self, part: usize, states: usize, map: impl Fn(Value) -> Value) -> Self {
        let place = |place: Place| Place { part, ..place };
        match self {
            Self::Constant(bits) => Self::Constant(bits),
            Self::Load(from) => Self::Load(place(from)),
            Self::LoadMask(from) => Self::LoadMask(place(from)),
            Self::State(state) => Self::State(part * states + state),
            Self::Arithmetic(operation, a, b) => Self::Arithmetic(operation, map(a), map(b)),
            Self::MultiplyAdd(a, b, c) => Self::MultiplyAdd(map(a), map(b), map(c)),
            Self::Single(operation, a) => Self::Single(operation, map(a)),
            Self::Compare(predicate, a, b) => Self::Compare(predicate, map(a), map(b)),
            Self::Both(a, b) => Self::Both(map(a), map(b)),
            Self::Either(a, b) => Self::Either(map(a), map(b)),
            Self::Blend(mask, yes, no) => Self::Blend(map(mask), map(yes), map(no)),
            Self::Widen(a, half) => Self::Widen(map(a), half),
            Self::Narrow(low, high) => Self::Narrow(map(low), map(high)),
            Self::Shift(newer, older, lanes) => Self::Shift(map(newer), map(older), lanes),
            Self::Copy(a) => Self::Copy(map(a)),
        }
    }

    pub(super) fn operands(&self) -> impl Iterator<Item = Value> {
        let (a, b, c) = match *self {
            Self::Constant(_) | Self::Load(_) | Self::LoadMask(_) | Self::State(_) => {
                (None, None, None)
            }
            Self::Single(_, a) | Self::Widen(a, _) | Self::Copy(a) => (Some(a), None, None),
            Self::Arithmetic(_, a, b)
            | Self::Compare(_, a, b)
            | Self::Both(a, b)
            | Self::Either(a, b)
            | Self::Narrow(a, b)
            | Self::Shift(a, b, _) => (Some(a), Some(b), None),
            Self::MultiplyAdd(a, b, c) | Self::Blend(a, b, c) => (Some(a), Some(b), Some(c)),
        };
        [a, b, c].into_iter().flatten()
    }
}

/// One thing to do, in program order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Define(Value),
    Store(Value, Place),
    StoreMask(Value, Place),
    /// Sets what a state is on the next row.
    Next(usize, Value),
}

impl Item {
    /// Returns the value that is read by something other than an operation.
    fn sink(self) -> Option<Value> {
        match self {
            Self::Define(_) => None,
            Self::Store(value, _) | Self::StoreMask(value, _) | Self::Next(_, value) => Some(value),
        }
    }
}

/// The body of a loop.
#[derive(Debug, Clone, Default)]
pub(super) struct Body {
    pub(super) items: Vec<Item>,
    pub(super) pointers: Vec<Pointer>,
    /// Whether only the first lane counts.
    pub(super) one_lane: bool,
    values: Vec<(Op, Type)>,
    shared: HashMap<(Op, Type), Value>,
}

impl Body {
    pub(super) fn new(one_lane: bool) -> Self {
        Self { one_lane, ..Self::default() }
    }

    pub(super) fn op(&self, value: Value) -> Op {
        self.values[value.0 as usize].0
    }

    pub(super) fn value_type(&self, value: Value) -> Type {
        self.values[value.0 as usize].1
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Returns the value of an operation, defining it at this point if it is new.
    pub(super) fn define(&mut self, op: Op, value_type: Type) -> Value {
        if let Some(&value) = self.shared.get(&(op, value_type)) {
            return value;
        }
        let value = Value(u32::try_from(self.values.len()).expect("a body is far shorter"));
        self.values.push((op, value_type));
        self.shared.insert((op, value_type), value);
        self.items.push(Item::Define(value));
        value
    }

    pub(super) fn constant(&mut self, value: f64, value_type: Type) -> Value {
        let bits = match value_type {
            Type::F32 | Type::Mask32 => u64::from((value as f32).to_bits()),
            Type::F64 | Type::Mask64 => value.to_bits(),
        };
        self.define(Op::Constant(bits), value_type)
    }

    /// Returns a constant's value.
    pub(super) fn as_constant(&self, value: Value) -> Option<f64> {
        match self.values[value.0 as usize] {
            (Op::Constant(bits), Type::F32) => Some(f64::from(f32::from_bits(bits as u32))),
            (Op::Constant(bits), Type::F64) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    pub(super) fn pointer(&mut self, pointer: Pointer) -> usize {
        self.pointers.iter().position(|known| *known == pointer).unwrap_or_else(|| {
            self.pointers.push(pointer);
            self.pointers.len() - 1
        })
    }

    /// Returns whether a place holds one value for all lanes.
    pub(super) fn is_series(&self, place: Place) -> bool {
        matches!(self.pointers[place.pointer], Pointer::Series(_))
    }

    /// Returns one more than the highest state that is read or set.
    pub(super) fn state_count(&self) -> usize {
        let states = self.items.iter().filter_map(|&item| match item {
            Item::Define(value) => match self.op(value) {
                Op::State(state) => Some(state),
                _ => None,
            },
            Item::Next(state, _) => Some(state),
            _ => None,
        });
        states.max().map_or(0, |highest| highest + 1)
    }

    /// Returns a body that works on several vectors: item by item for all of them, so that their
    /// chains of dependent operations overlap, or on one after the other. States are counted part
    /// by part.
    pub(super) fn unrolled(&self, parts: usize, item_by_item: bool) -> Self {
        let mut body = Self::new(self.one_lane);
        body.pointers.clone_from(&self.pointers);
        let states = self.state_count();
        let mut values = vec![vec![Value(u32::MAX); self.len()]; parts];
        let order: Vec<(usize, Item)> = if item_by_item {
            self.items.iter().flat_map(|&item| (0..parts).map(move |part| (part, item))).collect()
        } else {
            (0..parts).flat_map(|part| self.items.iter().map(move |&item| (part, item))).collect()
        };
        for (part, item) in order {
            let map = |value: Value| values[part][value.0 as usize];
            let item = match item {
                Item::Define(value) => {
                    let op = match self.op(value) {
                        Op::Load(place) if self.is_series(place) => Op::Load(place),
                        op => op.of_part(part, states, map),
                    };
                    values[part][value.0 as usize] = body.define(op, self.value_type(value));
                    continue;
                }
                Item::Store(value, place) => Item::Store(map(value), Place { part, ..place }),
                Item::StoreMask(value, place) => {
                    Item::StoreMask(map(value), Place { part, ..place })
                }
                Item::Next(state, value) => Item::Next(part * states + state, map(value)),
            };
            body.items.push(item);
        }
        body
    }

    /// Drops what no store and no state needs.
    pub(super) fn prune(&mut self) {
        let mut needed = vec![false; self.values.len()];
        for item in self.items.iter().rev() {
            match *item {
                Item::Define(value) if needed[value.0 as usize] => {
                    self.op(value).operands().for_each(|v| needed[v.0 as usize] = true);
                }
                Item::Define(_) => {}
                item => item.sink().into_iter().for_each(|v| needed[v.0 as usize] = true),
            }
        }
        self.items.retain(|item| match item {
            Item::Define(value) => needed[value.0 as usize],
            _ => true,
        });
    }
}
