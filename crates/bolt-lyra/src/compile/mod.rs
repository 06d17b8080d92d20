//! Hot code: expressions translated to instructions for a register machine.
//!
//! A unit is the body of a function, the right side of a rule or a whole loop. Its parameters and
//! the locals of its `Module`s are registers; other variables stay where they are, in the
//! definitions of their symbols, so that whatever the unit calls sees their values. Instructions
//! have a fast way for machine numbers and otherwise ask the session to evaluate the same call, so
//! that a unit computes what interpretation does.
//!
//! `code` says what instructions there are, `translate` makes them, `machine` runs them.

mod code;
mod condition;
mod dispatch;
mod fast;
mod inspect;
mod machine;
mod optimize;
mod settings;
mod show;
mod specialize;
mod translate;
mod typed;

use code::Binary;
pub(crate) use code::Code;
pub(crate) use condition::Condition;
pub(crate) use dispatch::{Units, count_call};
pub(crate) use inspect::{Inspected, distinct, inspect, statistics};
use machine::Hot;
pub(crate) use machine::{Growing, Machine};
pub(crate) use settings::{Dispatch, Settings};
pub(crate) use typed::{
    Compiled, CompiledCode, apply as apply_compiled, check as check_compiled,
    inspect as inspect_compiled, read_parameter,
};

#[cfg(test)]
mod tests;

use std::cell::RefCell;

use triomphe::Arc;

use crate::definition::Attributes;
use crate::rule::Rules;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};
use dispatch::Selected;

/// A function that is called many times.
pub(crate) enum Callable {
    /// A body that is translated, how many arguments it takes at least, and its typed code.
    Code(Arc<Code>, usize, RefCell<Hot>),
    /// A built-in function of two numbers, or of one, that has a fast way.
    Binary(Symbol, Binary),
    Unary(Symbol, fast::Unary),
    /// Any other head.
    Head(Value),
}

impl Callable {
    /// Translates a function, if it is one that can be.
    pub(crate) fn new(session: &mut Session, function: &Value) -> Self {
        let head = || Self::Head(function.clone());
        if !session.translates() {
            return head();
        }
        if let Some(symbol) = function.as_symbol() {
            if !session.is_as_built(symbol) {
                return head();
            }
            return match (translate::binary_of(symbol), fast::unary_of(symbol)) {
                (Some(kind), _) => Self::Binary(symbol, kind),
                (_, Some(unary)) => Self::Unary(symbol, unary),
                _ => head(),
            };
        }
        let Value::Call(call) = function else { return head() };
        if !call.is(sym::Function) || !session.is_as_built(sym::Function) {
            return head();
        }
        match translate::function(session, call) {
            Ok((code, least)) => Self::Code(code, least, RefCell::default()),
            Err(_) => head(),
        }
    }

    /// Calls it with arguments that are evaluated.
    pub(crate) fn call(&self, session: &mut Session, args: impl Into<Args>) -> Evaluated {
        session.check_interrupt()?;
        let args = args.into();
        match self {
            Self::Code(code, least, hot)
                if args.len() >= *least
                    && code.is_valid(session)
                    && args.iter().all(|arg| session.is_plain(arg)) =>
            {
                let args = &args[..*least];
                let typed = hot.try_borrow_mut().ok();
                match typed.and_then(|mut hot| hot.call(session, code, args)) {
                    Some(result) => result,
                    None => machine::run(session, code, args),
                }
            }
            Self::Binary(symbol, kind) => {
                let fast = match &args[..] {
                    [a, b] if session.is_as_built(*symbol) => fast::binary(*kind, a, b),
                    _ => None,
                };
                match fast {
                    Some(value) => Ok(value),
                    None => session.evaluate(&Value::call(*symbol, args)),
                }
            }
            Self::Unary(symbol, function) => {
                let fast = match &args[..] {
                    [x] if session.is_as_built(*symbol) => function(x),
                    _ => None,
                };
                match fast {
                    Some(value) => Ok(value),
                    None => session.evaluate(&Value::call(*symbol, args)),
                }
            }
            Self::Code(code, ..) => session.evaluate(&Value::call(code.source.clone(), args)),
            Self::Head(head) => session.evaluate(&Value::call(head.clone(), args)),
        }
    }
}

/// Calls a function by its rules, once so many rounds of rewriting led to the call, if translated
/// code computes what it is worth: that may be yet to be evaluated.
pub(crate) fn call(
    session: &mut Session,
    symbol: Symbol,
    rules: &Rules,
    call: &Call,
    rounds: u32,
) -> Evaluated<Option<Value>> {
    if !session.translates() || !call.args().iter().all(|arg| session.is_plain(arg)) {
        return Ok(None);
    }
    match dispatch::select(session, symbol, rules, call.head(), call.args()) {
        Selected::Code(code) => machine::run_after(session, &code, call.args(), rounds).map(Some),
        Selected::Value(value) => Ok(Some(value)),
        Selected::Unknown => Ok(None),
    }
}

impl Session {
    /// Runs a loop: `Do`, `Table`, `While` or `For`; `None` if it has to be interpreted.
    pub(crate) fn run_loop(&mut self, call: &Arc<Call>) -> Evaluated<Option<Value>> {
        if !self.translates() {
            return Ok(None);
        }
        match translate::whole_loop(self, call) {
            Some(code) => machine::run(self, &code, &[]).map(Some),
            None => Ok(None),
        }
    }

    /// Returns whether a built-in function does what it did when the session began, and its
    /// arguments are evaluated as its table says.
    pub(crate) fn is_as_built(&self, symbol: Symbol) -> bool {
        self.definition(symbol).is_some_and(|definition| {
            definition.builtin.is_some_and(|builtin| {
                definition.attributes.without(Attributes::PROTECTED)
                    == builtin.attributes.without(Attributes::PROTECTED)
            }) && definition.down.is_empty()
                && !definition.has_own()
                && definition.rare.as_ref().is_none_or(|rare| rare.up.is_empty())
        })
    }

    /// Returns whether an argument is a value that stands for itself where it is used.
    pub(crate) fn is_plain(&self, value: &Value) -> bool {
        match value {
            Value::Call(call) => {
                self.is_final(call) && !call.is(sym::Sequence) && !call.is(sym::Unevaluated)
            }
            Value::Symbol(symbol) => !self.has_own(*symbol),
            Value::Temporary(temporary) => !self.has_own(temporary.symbol),
            _ => true,
        }
    }
}
