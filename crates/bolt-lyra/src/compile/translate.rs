//! From expressions to instructions.

mod forms;
mod loops;

use triomphe::Arc;

use super::code::{Binary, Code, Op, Operand, Register, Relation, Report};
use super::fast::UNARY;
use super::optimize;
use super::specialize::Versions;
use crate::definition::Attributes;
use crate::rule::Rule;
use crate::session::Session;
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value, grown};

/// A name that is a register.
struct Name {
    name: Value,
    register: Register,
    /// Whether it is a variable of `Module`: it may change.
    is_local: bool,
    /// Whether it certainly has a value where translation has come to.
    is_assigned: bool,
}

/// A translation in progress.
struct Translator<'s> {
    session: &'s mut Session,
    code: Code,
    names: Vec<Name>,
    /// The first register that is free.
    free: usize,
    /// How many iterations and lists are begun.
    iterations: usize,
    lists: usize,
    /// How many calls are being translated around the current one.
    nesting: u8,
    refusal: Option<Refusal>,
}

/// Why an expression is not translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The pattern does not look at each argument by itself, or a condition follows.
    Pattern,
    /// `Return` may end it.
    Return,
    Depth,
    Registers,
    /// A parameter is no symbol, or the slots are not numbered.
    Parameters,
    /// A form that has no instructions.
    Form,
}

impl Refusal {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Pattern => "the pattern does not look at each argument by itself",
            Self::Return => "Return may end it",
            Self::Depth => "it nests too deeply",
            Self::Registers => "it needs too many registers",
            Self::Parameters => "its parameters are not symbols or numbered slots",
            Self::Form => "a local variable stands where only the session can evaluate it",
        }
    }
}

/// A unit, or why there is none.
pub(crate) type Translated = Result<Arc<Code>, Refusal>;

/// More registers than this are not used.
const MOST_REGISTERS: usize = 1 << 12;

/// Expressions that nest deeper than this are not translated.
const DEEPEST: u32 = 100;

/// Translates a function without attributes; returns how many arguments it takes, too.
pub(super) fn function(
    session: &mut Session,
    call: &Arc<Call>,
) -> Result<(Arc<Code>, usize), Refusal> {
    let source = Value::Call(call.clone());
    let (parameters, body) = match call.args() {
        [body] => slots(session, body).ok_or(Refusal::Parameters)?,
        [Value::Symbol(sym::Null), body] => slots(session, body).ok_or(Refusal::Parameters)?,
        [parameters, body] => {
            let parameters = parameters.as_list().unwrap_or(std::slice::from_ref(parameters));
            if parameters.iter().any(|parameter| parameter.as_symbol().is_none()) {
                return Err(Refusal::Parameters);
            }
            let body = crate::scoping::rename_where_mixed(session, body, parameters);
            (parameters.to_vec(), body)
        }
        _ => return Err(Refusal::Parameters),
    };
    let count = parameters.len();
    let places: Vec<usize> = (0..count).collect();
    let code = unit(session, &source, &body, &parameters, &places, count)?;
    Ok((optimized(session, code), count))
}

/// Translates the right side of a rule; its names are bound to arguments.
pub(super) fn rule(session: &mut Session, rule: &Rule) -> Translated {
    let code = plain_rule(session, rule)?;
    Ok(optimized(session, code))
}

/// Translates the right side of a rule without optimisations.
pub(super) fn plain_rule(session: &mut Session, rule: &Rule) -> Result<Code, Refusal> {
    let Some(simple) = &rule.simple else { return Err(Refusal::Pattern) };
    let names = &rule.pattern.names;
    let body = crate::scoping::rename_where_mixed(session, &rule.rhs, names);
    unit(session, &body, &body, names, &simple.places, simple.tests.len())
}

/// Translates a loop.
pub(super) fn whole_loop(session: &mut Session, call: &Arc<Call>) -> Option<Arc<Code>> {
    let source = Value::Call(call.clone());
    let head = call.head().as_symbol().filter(|&head| session.is_as_built(head))?;
    if source.depth() > DEEPEST {
        return None;
    }
    let mut translator = Translator::new(session, &source, Vec::new(), 0);
    let to = translator.register()?;
    translator.repeat(call, head, to)?;
    let code = translator.finish(Operand::Register(to));
    Some(optimized(session, code))
}

fn optimized(session: &mut Session, mut code: Code) -> Arc<Code> {
    code.report.before = code.ops.len();
    optimize::inline(session, &mut code);
    optimize::optimize(&mut code, session.compiler.passes);
    Arc::new(code)
}

fn unit(
    session: &mut Session,
    source: &Value,
    body: &Value,
    names: &[Value],
    places: &[usize],
    count: usize,
) -> Result<Code, Refusal> {
    if body.depth() > DEEPEST {
        return Err(Refusal::Depth);
    }
    if crate::function::returns(body) {
        return Err(Refusal::Return);
    }
    let name = |(name, &place): (&Value, &usize)| Name {
        name: name.clone(),
        register: place as Register,
        is_local: false,
        is_assigned: true,
    };
    let names = names.iter().zip(places).map(name).collect();
    let mut translator = Translator::new(session, source, names, count);
    match translator.operand(body) {
        Some(from) => Ok(translator.finish(from)),
        None => Err(translator.refusal.unwrap_or(Refusal::Form)),
    }
}

/// Replaces the slots of a body by symbols of their own; returns these, too.
fn slots(session: &mut Session, body: &Value) -> Option<(Vec<Value>, Value)> {
    let most = highest_slot(body)?;
    let names: Vec<Value> = (0..most).map(|_| session.temporary(sym::Slot)).collect();
    Some((names.clone(), named(body, &names)))
}

/// Returns the highest number of a slot; `None` if there are others than numbered ones.
fn highest_slot(body: &Value) -> Option<usize> {
    let Value::Call(call) = body else { return Some(0) };
    if call.is(sym::Slot) {
        return match call.args() {
            [Value::Integer(place @ 1..=64)] => Some(*place as usize),
            _ => None,
        };
    }
    if call.is(sym::SlotSequence) {
        return None;
    }
    if call.is(sym::Function) && call.args().len() == 1 {
        return Some(0);
    }
    grown(call.depth(), || {
        let mut most = highest_slot(call.head())?;
        for arg in call.args() {
            most = most.max(highest_slot(arg)?);
        }
        Some(most)
    })
}

fn named(body: &Value, names: &[Value]) -> Value {
    let Value::Call(call) = body else { return body.clone() };
    if let Some([Value::Integer(place)]) = body.exactly(sym::Slot) {
        return names[*place as usize - 1].clone();
    }
    if call.is(sym::Function) && call.args().len() == 1 {
        return body.clone();
    }
    grown(call.depth(), || {
        let args: Args = call.args().iter().map(|arg| named(arg, names)).collect();
        Value::call(named(call.head(), names), args)
    })
}

/// The functions of two numbers that have an instruction of their own.
const BINARY: &[(Symbol, Binary)] = &[
    (sym::Plus, Binary::Add),
    (sym::Subtract, Binary::Subtract),
    (sym::Times, Binary::Multiply),
    (sym::Divide, Binary::Divide),
    (sym::Power, Binary::Power),
    (sym::Mod, Binary::Modulo),
    (sym::Quotient, Binary::Quotient),
    (sym::Max, Binary::Greatest),
    (sym::Min, Binary::Least),
];

const RELATIONS: &[(Symbol, Relation)] = &[
    (sym::Less, Relation::Less),
    (sym::LessEqual, Relation::LessEqual),
    (sym::Greater, Relation::Greater),
    (sym::GreaterEqual, Relation::GreaterEqual),
    (sym::Equal, Relation::Equal),
    (sym::Unequal, Relation::Unequal),
    (sym::SameQ, Relation::Same),
    (sym::UnsameQ, Relation::Unsame),
];

fn of<T: Copy>(table: &[(Symbol, T)], symbol: Symbol) -> Option<T> {
    table.iter().find(|(known, _)| *known == symbol).map(|(_, found)| *found)
}

/// Returns the instruction of a function of two numbers.
pub(super) fn binary_of(symbol: Symbol) -> Option<Binary> {
    of(BINARY, symbol)
}

/// Returns the comparison of a function of two values.
pub(super) fn relation_of(symbol: Symbol) -> Option<Relation> {
    of(RELATIONS, symbol)
}

/// Returns the function that an instruction stands for.
pub(super) fn function_of(kind: Binary) -> Symbol {
    BINARY.iter().find(|(_, known)| *known == kind).map_or(sym::Plus, |(symbol, _)| *symbol)
}

/// Returns the comparison that an instruction stands for.
pub(super) fn function_of_relation(relation: Relation) -> Symbol {
    RELATIONS.iter().find(|(_, known)| *known == relation).map_or(sym::SameQ, |(symbol, _)| *symbol)
}

impl<'s> Translator<'s> {
    fn new(session: &'s mut Session, source: &Value, names: Vec<Name>, registers: usize) -> Self {
        let code = Code {
            source: source.clone(),
            ops: Vec::new(),
            constants: Vec::new(),
            updates: Vec::new(),
            templates: Vec::new(),
            regions: Vec::new(),
            registers,
            guards: Vec::new(),
            inlined: Vec::new(),
            epoch: session.builtin_epoch,
            hot: session.compiler.hot,
            has_calls: false,
            report: Report::default(),
            versions: Versions::default(),
        };
        let free = registers;
        Self { session, code, names, free, iterations: 0, lists: 0, nesting: 0, refusal: None }
    }

    fn finish(mut self, from: Operand) -> Code {
        self.emit(Op::Return { from });
        self.code
    }

    fn emit(&mut self, op: Op) -> usize {
        self.code.ops.push(op);
        self.code.ops.len() - 1
    }

    fn here(&self) -> usize {
        self.code.ops.len()
    }

    /// Makes a jump lead here.
    fn land(&mut self, jump: usize) {
        let here = self.here();
        match &mut self.code.ops[jump] {
            Op::Jump { to } => *to = here,
            Op::Branch { no, .. } | Op::BranchUnless { no, .. } => *no = here,
            Op::Next { end } => *end = here,
            Op::Iterate { invalid, .. } => *invalid = here,
            _ => {}
        }
    }

    fn land_unknown(&mut self, branch: usize) {
        let here = self.here();
        if let Op::Branch { unknown, .. } | Op::BranchUnless { unknown, .. } =
            &mut self.code.ops[branch]
        {
            *unknown = here;
        }
    }

    fn register(&mut self) -> Option<Register> {
        let register = self.free;
        self.free += 1;
        self.code.registers = self.code.registers.max(self.free);
        if self.free > MOST_REGISTERS {
            self.refusal = Some(Refusal::Registers);
            return None;
        }
        Some(register as Register)
    }

    fn constant(&mut self, value: &Value) -> Option<Operand> {
        self.code.place_of_constant(value).map(Operand::Constant)
    }

    /// Translates an expression; returns where its value is then.
    fn operand(&mut self, value: &Value) -> Option<Operand> {
        match value {
            Value::Symbol(_) | Value::Temporary(_) => self.symbol(value),
            Value::Call(_) | Value::Association(_) => {
                let to = self.register()?;
                self.value_to(value, to)?;
                Some(Operand::Register(to))
            }
            _ => self.constant(value),
        }
    }

    fn symbol(&mut self, value: &Value) -> Option<Operand> {
        if let Some(name) = self.names.iter().rev().find(|name| name.name == *value) {
            return name.is_assigned.then_some(Operand::Register(name.register));
        }
        let symbol = value.as_symbol()?;
        let is_fixed = self.session.attributes(symbol).has(Attributes::PROTECTED)
            && !self.session.has_own(symbol);
        match is_fixed {
            true => self.constant(value),
            false => {
                self.keep(value);
                Some(Operand::Own(symbol))
            }
        }
    }

    /// Keeps a symbol that lives only as long as it is referred to.
    fn keep(&mut self, value: &Value) {
        if let Value::Temporary(_) = value
            && !self.code.constants.contains(value)
        {
            self.code.constants.push(value.clone());
        }
    }

    /// Translates an expression whose value is to be in a register.
    fn value_to(&mut self, value: &Value, to: Register) -> Option<()> {
        let free = self.free;
        match value {
            Value::Call(call) => {
                self.nesting = self.nesting.saturating_add(1);
                let done = self.call(value, call, to);
                self.nesting = self.nesting.saturating_sub(1);
                done?;
            }
            Value::Association(_) => self.interpret(value, to)?,
            _ => {
                let from = self.operand(value)?;
                self.emit(Op::Move { to, from });
            }
        }
        self.free = free;
        Some(())
    }

    /// Translates an expression whose value nobody uses.
    fn effect(&mut self, value: &Value) -> Option<()> {
        let free = self.free;
        if let Value::Call(_) = value {
            self.operand(value)?;
        }
        self.free = free;
        Some(())
    }

    /// Translates an expression and returns a place of its value that does not change when what
    /// stands after it is evaluated.
    fn operand_before(&mut self, value: &Value, later: &[Value]) -> Option<Operand> {
        let operand = self.operand(value)?;
        let is_variable = match operand {
            Operand::Constant(_) => false,
            Operand::Own(_) => true,
            Operand::Register(register) => {
                self.names.iter().any(|name| name.is_local && name.register == register)
            }
        };
        if !is_variable || later.iter().all(|value| self.is_quiet(value)) {
            return Some(operand);
        }
        let to = self.register()?;
        self.emit(Op::Move { to, from: operand });
        Some(Operand::Register(to))
    }

    /// Returns whether evaluating an expression certainly changes no variable.
    fn is_quiet(&self, value: &Value) -> bool {
        let Value::Call(call) = value else { return true };
        let Some(head) = call.head().as_symbol() else { return false };
        let is_known = of(BINARY, head).is_some()
            || of(RELATIONS, head).is_some()
            || of(UNARY, head).is_some()
            || head == sym::Part;
        is_known && call.args().iter().all(|arg| self.is_quiet(arg))
    }

    /// Translates the arguments of a call to neighbouring registers; returns the first.
    fn neighbours(&mut self, args: &[Value]) -> Option<Register> {
        let first = self.free;
        let places: Vec<Register> = args.iter().map(|_| self.register()).collect::<Option<_>>()?;
        for (arg, to) in args.iter().zip(places) {
            self.value_to(arg, to)?;
        }
        Some(first as Register)
    }

    fn call(&mut self, value: &Value, call: &Arc<Call>, to: Register) -> Option<()> {
        let Some(head) = call.head().as_symbol() else { return self.interpret(value, to) };
        if self.names.iter().any(|name| name.name == *call.head()) {
            return self.interpret(value, to);
        }
        let is_special = |arg: &Value| {
            [sym::Sequence, sym::Unevaluated, sym::Evaluate, sym::SlotSequence]
                .iter()
                .any(|&special| arg.args_of(special).is_some())
        };
        if call.args().iter().any(is_special) {
            return self.interpret(value, to);
        }
        if self.session.is_as_built(head) {
            // What cannot be translated at all leaves no instructions behind.
            let mark = (self.here(), self.code.regions.len(), self.iterations, self.lists);
            match self.built_in(call, head, to) {
                Some(true) => return Some(()),
                Some(false) => {}
                None => {
                    self.code.ops.truncate(mark.0);
                    self.code.regions.truncate(mark.1);
                    (self.iterations, self.lists) = (mark.2, mark.3);
                    return self.interpret(value, to);
                }
            }
        }
        let attributes = self.session.attributes(head);
        let holds = Attributes::HOLD_ALL
            .and(Attributes::HOLD_ALL_COMPLETE)
            .and(Attributes::HOLD_FIRST)
            .and(Attributes::HOLD_REST);
        if attributes.has_any(holds.and(Attributes::SEQUENCE_HOLD)) || head == sym::Function {
            return self.interpret(value, to);
        }
        let count = u16::try_from(call.args().len()).ok()?;
        let first = self.neighbours(call.args())?;
        self.keep(call.head());
        let Operand::Constant(head) = self.constant(call.head())? else { return None };
        let rounds = self.nesting;
        self.emit(Op::Apply { to, head, first, count, rounds });
        Some(())
    }

    /// Translates a call of a built-in function that has instructions of its own; `Some(false)` if
    /// it has none, `None` if they cannot express this call.
    fn built_in(&mut self, call: &Arc<Call>, head: Symbol, to: Register) -> Option<bool> {
        match (head, call.args()) {
            (sym::Plus, [a, b]) => self.sum_of_two(a, b, to)?,
            (sym::Times, [a, b]) => self.product_of_two(a, b, to)?,
            (sym::Times, [Value::Integer(-1), rest @ ..]) if rest.len() > 1 => {
                let rest = crate::builtins::arithmetic::times(Args::from(rest));
                self.unary(sym::Minus, &rest, to)?;
            }
            (sym::Power, [Value::Symbol(sym::E), exponent]) => {
                self.unary(sym::Exp, exponent, to)?;
            }
            (_, [of_value]) if of(UNARY, head).is_some() => self.unary(head, of_value, to)?,
            (_, [a, b]) if of(BINARY, head).is_some() => {
                self.binary(of(BINARY, head)?, a, b, to)?;
            }
            (_, [a, b]) if of(RELATIONS, head).is_some() => {
                let relation = of(RELATIONS, head)?;
                let (a, b) = self.pair(a, b)?;
                self.emit(Op::Compare { relation, to, a, b });
            }
            (sym::Plus | sym::Times, args) if args.len() > 2 => {
                let count = u16::try_from(args.len()).ok()?;
                let first = self.neighbours(args)?;
                self.emit(Op::Fold { is_sum: head == sym::Plus, to, first, count });
            }
            (sym::List, args) => {
                let count = u16::try_from(args.len()).ok()?;
                let first = self.neighbours(args)?;
                self.emit(Op::List { to, first, count });
            }
            (sym::Part, [list, index]) => {
                let (of, index) = self.pair(list, index)?;
                self.emit(Op::Part { to, of, index });
            }
            (sym::CompoundExpression, args) => self.sequence(args, to)?,
            (sym::If, [condition, branches @ ..]) if (1..=3).contains(&branches.len()) => {
                self.condition(call, condition, branches, to)?;
            }
            (sym::Which, args) if args.len() >= 2 && args.len().is_multiple_of(2) => {
                self.cases(args, to)?;
            }
            (sym::And | sym::Or, args) if args.len() > 1 => self.connective(head, args, to)?,
            (sym::Set, [lhs, rhs]) => self.assign(lhs, rhs, to)?,
            (sym::AddTo | sym::SubtractFrom | sym::TimesBy | sym::DivideBy, [lhs, rhs]) => {
                self.update(head, lhs, Some(rhs), to)?;
            }
            (sym::Increment | sym::Decrement | sym::PreIncrement | sym::PreDecrement, [lhs]) => {
                self.update(head, lhs, None, to)?;
            }
            (sym::Module, [variables, body]) => self.module(variables, body, to)?,
            (sym::With, [variables, body]) => self.with(variables, body, to)?,
            (sym::While | sym::For | sym::Do | sym::Table, _) => self.repeat(call, head, to)?,
            _ => return Some(false),
        }
        Some(true)
    }

    fn pair(&mut self, a: &Value, b: &Value) -> Option<(Operand, Operand)> {
        let a = self.operand_before(a, std::slice::from_ref(b))?;
        Some((a, self.operand(b)?))
    }

    fn binary(&mut self, kind: Binary, a: &Value, b: &Value, to: Register) -> Option<()> {
        let (a, b) = self.pair(a, b)?;
        self.emit(Op::Binary { kind, to, a, b });
        Some(())
    }

    fn unary(&mut self, function: Symbol, value: &Value, to: Register) -> Option<()> {
        let place = UNARY.iter().position(|(symbol, _)| *symbol == function)?;
        let of = self.operand(value)?;
        self.emit(Op::Unary { place: u8::try_from(place).ok()?, to, of });
        Some(())
    }

    /// `a + b`; `a - b` is `a + (-1) b`.
    fn sum_of_two(&mut self, a: &Value, b: &Value, to: Register) -> Option<()> {
        match b.exactly(sym::Times) {
            Some([Value::Integer(-1), b]) => self.binary(Binary::Subtract, a, b, to),
            _ => self.binary(Binary::Add, a, b, to),
        }
    }

    /// `a b`; `a/b` is `a b^(-1)`.
    fn product_of_two(&mut self, a: &Value, b: &Value, to: Register) -> Option<()> {
        match (a, b.exactly(sym::Power)) {
            (Value::Integer(-1), _) => self.unary(sym::Minus, b, to),
            (_, Some([b, Value::Integer(-1)])) => self.binary(Binary::Divide, a, b, to),
            _ => self.binary(Binary::Multiply, a, b, to),
        }
    }

    fn sequence(&mut self, args: &[Value], to: Register) -> Option<()> {
        let Some((last, first)) = args.split_last() else {
            return self.value_to(&Value::NULL, to);
        };
        for value in first {
            self.effect(value)?;
        }
        self.value_to(last, to)
    }

    /// Translates a test: a branch that is taken if it fails.
    fn test(&mut self, test: &Value) -> Option<(usize, Operand)> {
        let relation = match test {
            Value::Call(call) if call.args().len() == 2 => call
                .head()
                .as_symbol()
                .filter(|&head| self.session.is_as_built(head))
                .and_then(|head| of(RELATIONS, head)),
            _ => None,
        };
        if let (Some(relation), Some(call)) = (relation, test.as_call())
            && let [a, b] = call.args()
            && self.is_quiet(a)
            && self.is_quiet(b)
        {
            let (a, b) = self.pair(a, b)?;
            let to = self.register()?;
            let branch = self.emit(Op::BranchUnless { relation, to, a, b, no: 0, unknown: 0 });
            return Some((branch, Operand::Register(to)));
        }
        let of = self.operand(test)?;
        Some((self.emit(Op::Branch { of, no: 0, unknown: 0 }), of))
    }
}
