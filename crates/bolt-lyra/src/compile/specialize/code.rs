//! Instructions for values whose types are known.

use crate::compile::code::{Binary, Position, Register, Relation, Variable};
use crate::compile::fast::Unary;
use crate::definition::Attributes;
use crate::session::Session;
use crate::symbol::Symbol;
use crate::value::Value;

/// Where a number is in a frame; what is no number has the same place among the objects.
pub(in crate::compile) type Slot = u8;

/// How many slots a frame has.
pub(in crate::compile) const SLOTS: usize = 256;

/// The place of an instruction.
pub(in crate::compile) type Target = u32;

/// Where the ordinary machine has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::compile) enum Place {
    Register(Register),
    Own(Symbol),
}

/// What a list is expected to have as elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::compile) enum Element {
    Integer,
    Real,
    Boolean,
    /// Anything: elements are not looked at.
    Any,
}

/// What is known of the value of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::compile) enum Kind {
    /// It is not read any more.
    Dead,
    /// It is as it was when the code was entered, and not read here.
    Other,
    /// A symbol has no value; a register stands for a local without one.
    Unset,
    Null,
    Known(bool),
    Boolean,
    Integer,
    Real,
    /// A list that evaluates to itself.
    List(Element),
}

impl Kind {
    /// Returns whether its values are in the slots of numbers.
    pub(in crate::compile) fn is_machine(self) -> bool {
        matches!(self, Self::Boolean | Self::Integer | Self::Real)
    }

    pub(in crate::compile) fn of_element(element: Element) -> Option<Self> {
        Some(match element {
            Element::Integer => Self::Integer,
            Element::Real => Self::Real,
            Element::Boolean => Self::Boolean,
            Element::Any => return None,
        })
    }

    pub(in crate::compile) fn as_element(self) -> Element {
        match self {
            Self::Integer => Element::Integer,
            Self::Real => Element::Real,
            Self::Boolean | Self::Known(_) => Element::Boolean,
            _ => Element::Any,
        }
    }
}

/// What an iteration runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::compile) enum Steps {
    /// Slots: the next, the step, how many are left.
    Integers,
    /// Slots: the first, the step, how many were given, how many there are.
    Reals,
    /// Slots: how many were given; the list is among the objects.
    Elements(Element),
    /// Only the ordinary machine knows.
    Other,
}

/// An iteration that has begun.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::compile) struct Open {
    /// Its first slot.
    pub(in crate::compile) base: Slot,
    pub(in crate::compile) steps: Steps,
    pub(in crate::compile) variable: Variable,
    /// What its variable was before, if it was begun by typed code.
    pub(in crate::compile) begun: Option<(Kind, Slot)>,
}

/// An instruction; the last letter of its name is the type: integers, reals, truth values.
#[derive(Debug, Clone, Copy)]
pub(in crate::compile) enum Inst {
    Move {
        to: Slot,
        from: Slot,
    },
    /// Copies what is no number; `takes` if nobody reads it there any more.
    MoveObject {
        to: Slot,
        from: Slot,
        takes: bool,
    },
    AddI {
        to: Slot,
        a: Slot,
        b: Slot,
    },
    SubtractI {
        to: Slot,
        a: Slot,
        b: Slot,
    },
    MultiplyI {
        to: Slot,
        a: Slot,
        b: Slot,
    },
    DivideI {
        to: Slot,
        a: Slot,
        b: Slot,
    },
    ModuloI {
        to: Slot,
        a: Slot,
        b: Slot,
    },
    BinaryI {
        kind: Binary,
        to: Slot,
        a: Slot,
        b: Slot,
    },
    AddR {
        to: Slot,
        a: Slot,
        b: Slot,
    },
    SubtractR {
        to: Slot,
        a: Slot,
        b: Slot,
    },
    MultiplyR {
        to: Slot,
        a: Slot,
        b: Slot,
    },
    DivideR {
        to: Slot,
        a: Slot,
        b: Slot,
    },
    BinaryR {
        kind: Binary,
        to: Slot,
        a: Slot,
        b: Slot,
    },
    PowerRI {
        to: Slot,
        a: Slot,
        b: Slot,
    },
    /// Adds or multiplies the reals in slots of [`Program::groups`] in the order of their values.
    FoldR {
        is_sum: bool,
        to: Slot,
        group: u16,
    },
    Fold3R {
        is_sum: bool,
        to: Slot,
        a: Slot,
        b: Slot,
        c: Slot,
    },
    /// An integer beside a real, which has to be other than 0 where that is exact.
    RealOfI {
        to: Slot,
        of: Slot,
        is_compared: bool,
    },
    NegateI {
        to: Slot,
        of: Slot,
    },
    NegateR {
        to: Slot,
        of: Slot,
    },
    AbsI {
        to: Slot,
        of: Slot,
    },
    AbsR {
        to: Slot,
        of: Slot,
    },
    SqrtR {
        to: Slot,
        of: Slot,
    },
    /// A function of [`Program::functions`], from and to a type.
    UnaryR {
        function: u16,
        to: Slot,
        of: Slot,
        is_integer: bool,
    },
    Parity {
        to: Slot,
        of: Slot,
        is_odd: bool,
    },
    Not {
        to: Slot,
        of: Slot,
    },
    CompareI {
        relation: Relation,
        to: Slot,
        a: Slot,
        b: Slot,
    },
    CompareR {
        relation: Relation,
        to: Slot,
        a: Slot,
        b: Slot,
    },
    UnlessLessI {
        a: Slot,
        b: Slot,
        to: Target,
    },
    UnlessLessEqualI {
        a: Slot,
        b: Slot,
        to: Target,
    },
    UnlessEqualI {
        a: Slot,
        b: Slot,
        to: Target,
    },
    UnlessUnequalI {
        a: Slot,
        b: Slot,
        to: Target,
    },
    UnlessR {
        relation: Relation,
        a: Slot,
        b: Slot,
        to: Target,
    },
    UnlessLessR {
        a: Slot,
        b: Slot,
        to: Target,
    },
    UnlessParity {
        of: Slot,
        is_odd: bool,
        to: Target,
    },
    Unless {
        of: Slot,
        to: Target,
    },
    If {
        of: Slot,
        to: Target,
    },
    Jump {
        to: Target,
    },
    /// Goes back, unless an abort was asked for.
    Back {
        to: Target,
    },
    /// Begins an iteration of [`Program::begun`].
    Begin {
        place: u16,
    },
    /// Gives the variable its next value, or jumps where there is none.
    NextI {
        base: Slot,
        variable: Slot,
        to: Target,
    },
    NextR {
        base: Slot,
        variable: Slot,
        to: Target,
    },
    NextElement {
        element: Element,
        base: Slot,
        variable: Slot,
        to: Target,
    },
    /// Goes back to what follows a `NextI`, unless there is no value.
    LoopI {
        base: Slot,
        variable: Slot,
        to: Target,
    },
    BeginList {
        list: u8,
    },
    Push {
        kind: Element,
        list: u8,
        from: Slot,
    },
    EndList {
        to: Slot,
        list: u8,
    },
    Part {
        element: Element,
        to: Slot,
        of: Slot,
        index: Slot,
    },
    SetPart {
        element: Element,
        of: Slot,
        index: Slot,
        from: Slot,
    },
    Length {
        to: Slot,
        of: Slot,
    },
    /// Leaves the typed code.
    Exit,
}

/// The bounds of an iteration that typed code begins.
#[derive(Debug, Clone, Copy)]
pub(in crate::compile) struct Beginning {
    pub(in crate::compile) open: Open,
    /// The slots of the bounds and their kinds.
    pub(in crate::compile) bounds: [(Slot, Kind); 3],
    pub(in crate::compile) count: u8,
    pub(in crate::compile) is_table: bool,
    pub(in crate::compile) variable: Option<Slot>,
}

/// How the ordinary machine goes on where typed code is left.
#[derive(Debug)]
pub(in crate::compile) struct Exit {
    pub(in crate::compile) position: Position,
    /// What places have.
    pub(in crate::compile) values: Vec<(Place, Slot, Kind)>,
    pub(in crate::compile) iterations: Vec<Open>,
    pub(in crate::compile) lists: Vec<u8>,
    /// The value that the unit returns instead.
    pub(in crate::compile) result: Option<(Slot, Kind)>,
}

/// Typed code of a unit from a position on.
#[derive(Debug)]
pub(in crate::compile) struct Program {
    pub(in crate::compile) insts: Vec<Inst>,
    /// Which of the exits each instruction takes if it cannot go on.
    pub(in crate::compile) exit_of: Vec<u16>,
    pub(in crate::compile) exits: Vec<Exit>,
    /// What the slots have when it is entered: the constants.
    pub(in crate::compile) numbers: Box<[i64; SLOTS]>,
    /// How many slots there are.
    pub(in crate::compile) slots: usize,
    pub(in crate::compile) lists: usize,
    pub(in crate::compile) entry: Vec<(Place, Slot, Kind)>,
    pub(in crate::compile) iterations: Vec<Open>,
    /// The symbols whose values it changes, and those whose elements it changes.
    pub(in crate::compile) stored: Vec<Symbol>,
    pub(in crate::compile) changed: Vec<Symbol>,
    pub(in crate::compile) begun: Vec<Beginning>,
    pub(in crate::compile) groups: Vec<Box<[Slot]>>,
    pub(in crate::compile) functions: Vec<Unary>,
}

impl Program {
    /// Returns whether the symbols may be set that it sets.
    pub(in crate::compile) fn may_store(&self, session: &Session) -> bool {
        let closed = Attributes::PROTECTED.and(Attributes::LOCKED);
        self.stored.iter().all(|symbol| !session.attributes(*symbol).has_any(closed))
    }
}

impl Inst {
    /// Returns the slot of its result, to be changed, if nothing else depends on it.
    pub(in crate::compile) fn result(&mut self) -> Option<&mut Slot> {
        match self {
            Self::Move { to, .. }
            | Self::AddI { to, .. }
            | Self::SubtractI { to, .. }
            | Self::MultiplyI { to, .. }
            | Self::DivideI { to, .. }
            | Self::ModuloI { to, .. }
            | Self::BinaryI { to, .. }
            | Self::AddR { to, .. }
            | Self::SubtractR { to, .. }
            | Self::MultiplyR { to, .. }
            | Self::DivideR { to, .. }
            | Self::BinaryR { to, .. }
            | Self::PowerRI { to, .. }
            | Self::FoldR { to, .. }
            | Self::Fold3R { to, .. }
            | Self::NegateI { to, .. }
            | Self::NegateR { to, .. }
            | Self::AbsI { to, .. }
            | Self::AbsR { to, .. }
            | Self::SqrtR { to, .. }
            | Self::UnaryR { to, .. }
            | Self::Parity { to, .. }
            | Self::Not { to, .. }
            | Self::CompareI { to, .. }
            | Self::CompareR { to, .. }
            | Self::Part { to, .. }
            | Self::Length { to, .. } => Some(to),
            _ => None,
        }
    }

    /// Returns where it may jump to, to be changed.
    pub(in crate::compile) fn target(&mut self) -> Option<&mut Target> {
        match self {
            Self::UnlessLessI { to, .. }
            | Self::UnlessLessEqualI { to, .. }
            | Self::UnlessEqualI { to, .. }
            | Self::UnlessUnequalI { to, .. }
            | Self::UnlessR { to, .. }
            | Self::UnlessLessR { to, .. }
            | Self::UnlessParity { to, .. }
            | Self::Unless { to, .. }
            | Self::If { to, .. }
            | Self::Jump { to }
            | Self::Back { to }
            | Self::NextI { to, .. }
            | Self::NextR { to, .. }
            | Self::NextElement { to, .. }
            | Self::LoopI { to, .. } => Some(to),
            _ => None,
        }
    }
}

/// Returns the value that a slot has, if its kind says so.
pub(in crate::compile) fn value(number: i64, object: &Value, kind: Kind) -> Option<Value> {
    Some(match kind {
        Kind::Dead | Kind::Other => return None,
        Kind::Unset => Value::Symbol(crate::symbol::sym::Unset),
        Kind::Null => Value::NULL,
        Kind::Known(is) => Value::boolean(is),
        Kind::Boolean => Value::boolean(number != 0),
        Kind::Integer => Value::Integer(number),
        Kind::Real => Value::Real(f64::from_bits(number as u64)),
        Kind::List(_) => object.clone(),
    })
}
