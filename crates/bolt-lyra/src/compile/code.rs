//! What translated units are made of.

use crate::rule::Template;
use crate::session::Session;
use crate::symbol::Symbol;
use crate::value::Value;

/// The place of a value in the frame of a unit.
pub(super) type Register = u16;

/// The place of an instruction.
pub(super) type Position = usize;

/// Where an instruction takes a value from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operand {
    /// A register of the frame.
    Register(Register),
    /// A constant of the unit.
    Constant(u16),
    /// The value of a symbol; the symbol itself if it has none.
    Own(Symbol),
}

/// Where a loop keeps its variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable {
    None,
    Register(Register),
    Own(Symbol),
}

/// Operations of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Modulo,
    Quotient,
    Greatest,
    Least,
}

/// Comparisons of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    Unequal,
    Same,
    Unsame,
}

/// An instruction. Results go `to` a register.
#[derive(Debug, Clone)]
pub(super) enum Op {
    /// Copies a value, evaluated.
    Move { to: Register, from: Operand },
    /// Makes a register hold no value.
    Clear { register: Register },
    /// Computes with two values.
    Binary { kind: Binary, to: Register, a: Operand, b: Operand },
    /// Computes a function of one value; `place` is its place in [`super::fast::UNARY`].
    Unary { place: u8, to: Register, of: Operand },
    /// Calls a head with the values of neighbouring registers.
    Apply { to: Register, head: u16, first: Register, count: u16 },
    /// Compares two values.
    Compare { relation: Relation, to: Register, a: Operand, b: Operand },
    /// Compares two values and jumps where the comparison fails, or where nothing is known: then
    /// the register has what it evaluates to.
    BranchUnless {
        relation: Relation,
        to: Register,
        a: Operand,
        b: Operand,
        no: Position,
        unknown: Position,
    },
    /// Jumps where a value is `False`, or where it is neither `True` nor `False`.
    Branch { of: Operand, no: Position, unknown: Position },
    /// Goes on elsewhere.
    Jump { to: Position },
    /// Goes back, unless an abort was asked for.
    Back { to: Position },
    /// Sets the value of a symbol.
    Store { symbol: Symbol, from: Operand },
    /// Changes the value of a symbol: `s += e`, `s++`; the result is the new value or the old.
    Update { place: u16, to: Register, by: Operand },
    /// Changes a local: the same where the variable is a register.
    UpdateLocal { kind: Binary, local: Register, to: Register, by: Operand, gives_old: bool },
    /// Takes an element of a list.
    Part { to: Register, of: Operand, index: Operand },
    /// Sets an element of the list that is a symbol's value.
    StorePart { symbol: Symbol, index: Operand, from: Operand },
    /// Makes a list of the values of neighbouring registers.
    List { to: Register, first: Register, count: u16 },
    /// Evaluates one of [`Code::templates`].
    Interpret { to: Register, template: u16 },
    /// Begins to iterate: `count` bounds are in neighbouring registers.
    Iterate {
        variable: Variable,
        bounds: Register,
        count: u8,
        is_table: bool,
        /// The template of the iterator, for messages.
        spec: u16,
        invalid: Position,
    },
    /// Gives the variable its next value, or jumps where there is none.
    Next { end: Position },
    /// Ends an iteration.
    EndLoop,
    /// Begins a list that values are added to.
    BeginList,
    /// Adds a value to the list.
    Push { from: Operand },
    /// Ends the list.
    EndList { to: Register },
    /// Ends the unit.
    Return { from: Operand },
}

/// How a symbol is changed.
#[derive(Debug, Clone)]
pub(super) struct Update {
    pub(super) symbol: Symbol,
    pub(super) kind: Binary,
    pub(super) gives_old: bool,
    /// The function that does it otherwise: `AddTo`, `Increment`.
    pub(super) function: Symbol,
    /// Whether that function takes what it is changed by.
    pub(super) takes_operand: bool,
}

/// An expression with names, whose values stand in registers.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) template: Template,
    pub(super) slots: Vec<Register>,
    /// Those of the names that are locals: a symbol is made for each.
    pub(super) locals: Vec<Local>,
    /// Whether the expression is evaluated, or only put together.
    pub(super) evaluates: bool,
}

/// A variable of `Module` that is a register.
#[derive(Debug, Clone)]
pub(super) struct Local {
    /// Its place among the slots of a template.
    pub(super) slot: usize,
    /// The register of its value.
    pub(super) value: Register,
    /// The symbol it is named after.
    pub(super) like: Symbol,
}

/// Where `Break`, `Continue` and `Return` lead within a range of instructions.
#[derive(Debug, Clone)]
pub(super) struct Region {
    pub(super) start: Position,
    pub(super) end: Position,
    /// Where the loop's value goes: `Null`, or that of `Return`; what follows the loop.
    pub(super) result: Register,
    pub(super) after: Position,
    pub(super) on_continue: Position,
    /// How many iterations of the unit are begun outside the loop, and in its body.
    pub(super) outside: usize,
    pub(super) inside: usize,
    /// How many lists are begun.
    pub(super) lists: usize,
}

/// A unit: an expression that was translated.
#[derive(Debug)]
pub(crate) struct Code {
    /// What was translated.
    pub(crate) source: Value,
    pub(super) ops: Vec<Op>,
    pub(super) constants: Vec<Value>,
    pub(super) updates: Vec<Update>,
    pub(super) templates: Vec<Held>,
    /// Innermost regions first.
    pub(super) regions: Vec<Region>,
    /// How many registers it needs; the first are its parameters.
    pub(super) registers: usize,
    /// The epoch of what built-in functions do.
    pub(super) epoch: u32,
}

impl Code {
    /// Returns whether built-in functions still do what they did.
    pub(crate) fn is_valid(&self, session: &Session) -> bool {
        self.epoch == session.builtin_epoch
    }
}
