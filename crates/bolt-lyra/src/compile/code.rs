//! What translated units are made of.

use super::specialize::Versions;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// Adds or multiplies the values of neighbouring registers.
    Fold { is_sum: bool, to: Register, first: Register, count: u16 },
    /// Computes a function of one value; `place` is its place in [`super::fast::UNARY`].
    Unary { place: u8, to: Register, of: Operand },
    /// Sets a local of `Module`.
    Assign { local: Register, from: Operand },
    /// Calls a head with the values of neighbouring registers. `rounds` says how many rounds of
    /// rewriting lead from the body of the unit to the call, if it is the unit's value.
    Apply { to: Register, head: u16, first: Register, count: u16, rounds: u8 },
    /// Calls a head whose result is that of the unit: the frame is given up for it.
    TailApply { head: u16, first: Register, count: u16, rounds: u8 },
    /// Sets a register to what was computed when the unit was translated; jumps where built-in
    /// functions do something else now.
    Known { to: Register, constant: u16, otherwise: Position },
    /// Jumps where built-in functions do not do what they did when the unit was translated.
    Guard { otherwise: Position },
    /// Copies what was computed before from the same numbers; jumps where it cannot be told that
    /// computing it again would come to the same and do nothing else: where one of the registers
    /// of [`Code::guards`] holds no machine number.
    Reuse { to: Register, from: Register, guards: u16, otherwise: Position },
    /// Begins the instructions of a definition in the place of its call; jumps to the call where
    /// it is not what it was, or does not match.
    Enter { inlined: u16, first: Register, otherwise: Position },
    /// Ends them.
    Leave { to: Register, from: Operand },
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
#[derive(Debug, Clone)]
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
    /// Registers that have to hold machine numbers: of [`Op::Reuse`].
    pub(super) guards: Vec<Box<[Register]>>,
    /// The definitions whose instructions are part of it.
    pub(super) inlined: Vec<Inlined>,
    /// The epoch of what built-in functions do.
    pub(super) epoch: u32,
    /// How many definitions had become hot when it was translated.
    pub(super) hot: u32,
    /// Whether it calls something whose instructions could be part of it.
    pub(super) has_calls: bool,
    pub(super) report: Report,
    /// Its typed code.
    pub(super) versions: Versions,
}

/// A definition whose instructions are part of a unit.
#[derive(Debug)]
pub(super) struct Inlined {
    pub(super) symbol: Symbol,
    /// The state of its rules then.
    pub(super) version: u64,
    /// The rule among those with patterns.
    pub(super) place: usize,
    pub(super) count: usize,
}

/// What was done to a unit.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// How many instructions there were as translated.
    pub(crate) before: usize,
    /// How many there are where everything is as foreseen.
    pub(crate) after: usize,
    /// How many instructions each pass changed: see [`super::optimize`].
    pub(crate) changed: Vec<(&'static str, usize)>,
}

impl Code {
    /// Returns whether built-in functions still do what they did.
    pub(crate) fn is_valid(&self, session: &Session) -> bool {
        self.epoch == session.builtin_epoch
    }

    /// Returns the place of a constant, which is added if it is none yet.
    pub(super) fn place_of_constant(&mut self, value: &Value) -> Option<u16> {
        let constants = &mut self.constants;
        let place = constants.iter().position(|known| crate::evaluate::identical(known, value));
        let place = place.unwrap_or_else(|| {
            constants.push(value.clone());
            constants.len() - 1
        });
        u16::try_from(place).ok()
    }

    /// Returns a symbol as the value that it is in the program: one that lives only as long as it
    /// is referred to is among the constants.
    pub(super) fn symbol(&self, symbol: Symbol) -> Value {
        let is_it = |value: &&Value| matches!(value, Value::Temporary(temporary) if temporary.symbol == symbol);
        self.constants.iter().find(is_it).cloned().unwrap_or(Value::Symbol(symbol))
    }
}
