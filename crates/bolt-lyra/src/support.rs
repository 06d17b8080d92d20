//! What built-in functions ask of their session.

use std::sync::atomic::Ordering;

use bolt_base::interrupt::{self, Broken};
use bolt_lyra_syntax::Expr;
use triomphe::Arc;

use crate::definition::Attributes;
use crate::number;
use crate::session::{Evaluated, Session, Stop};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

/// So many bytes are not asked after before they are taken.
const ALWAYS_THERE: u64 = 16 << 20;

impl Session {
    /// Stops if an abort was asked for.
    pub(crate) fn check_interrupt(&self) -> Evaluated<()> {
        match self.interrupt.load(Ordering::Relaxed) {
            true => Err(Box::new(Stop::Abort)),
            false => Ok(()),
        }
    }

    /// Runs something that looks at the handle of [`Session::interrupt`], wherever it is.
    ///
    /// # Errors
    /// What it returns, or `Stop::Abort` if it was stopped or panicked.
    pub(crate) fn guarded<T>(
        &mut self,
        run: impl FnOnce(&mut Self) -> Evaluated<T>,
    ) -> Evaluated<T> {
        let flag = self.interrupt.clone();
        let result = interrupt::watched(&flag, || interrupt::caught(|| run(self)));
        result.unwrap_or_else(|why| Err(self.broken(why)))
    }

    /// Returns the expression that a syntax tree of a program stands for, `$Aborted` if reading it
    /// was stopped.
    pub fn read_input(&mut self, expr: &Expr) -> Value {
        let read = self.guarded(|session| Ok(session.read(expr)));
        read.unwrap_or(Value::Symbol(sym::Aborted))
    }

    /// Tells why a computation was broken off, and returns the stop that its caller gets.
    #[cold]
    pub(crate) fn broken(&mut self, why: Broken) -> Box<Stop> {
        match why {
            Broken::Interrupted => {}
            Broken::Overflow => self.message(sym::General, "ovfl", &[]),
            Broken::Panicked(text) => {
                self.message(sym::General, "intern", &[Value::string(text)]);
            }
        }
        Box::new(Stop::Abort)
    }

    /// Returns whether there is memory for so many values of so many bytes; tells if there is not.
    pub(crate) fn has_room(&mut self, count: u64, bytes: usize) -> bool {
        let wanted = count.saturating_mul(bytes as u64);
        let has_room = wanted < ALWAYS_THERE || self.host.memory_left().is_none_or(|l| wanted < l);
        if !has_room {
            self.message(sym::General, "nomem", &[]);
        }
        has_room
    }

    /// Tells a message of a function by its name.
    pub(crate) fn message_of(&mut self, name: &str, tag: &str, parts: &[Value]) {
        let symbol = self.system_symbol(name);
        self.message(symbol, tag, parts);
    }

    /// Tells that a function by its name was called with a wrong number of arguments.
    pub(crate) fn wrong_count_of(&mut self, name: &str, count: usize, least: usize, most: usize) {
        let symbol = self.system_symbol(name);
        self.wrong_count(symbol, count, least, most);
    }

    /// Evaluates a function of arguments.
    pub(crate) fn call(&mut self, function: &Value, args: impl Into<Args>) -> Evaluated {
        self.evaluate(&Value::call(function.clone(), args))
    }

    /// Returns a list of values that were evaluated since an epoch, without what vanishes in
    /// lists.
    pub(crate) fn list_of(&self, mut elements: Args, epoch: u32) -> Value {
        let head = Value::Symbol(sym::List);
        self.normalize(&head, Attributes::NONE, &mut elements);
        let list = Call::new(head, elements);
        if let Some(packed) = crate::array::pack(&list) {
            return packed;
        }
        self.mark_elements_final(&list, epoch);
        Value::from(list)
    }

    /// Marks a call whose arguments were evaluated since an epoch, if nothing has changed since.
    pub(crate) fn mark_elements_final(&self, call: &Call, epoch: u32) {
        if call.is(sym::List) && call.args().iter().all(crate::value::is_ground) {
            call.mark_evaluated(Call::EVER);
        } else if epoch == self.epoch && epoch != Self::LAST_EPOCH && !self.hidden_dependence {
            call.mark_evaluated(epoch);
        }
    }

    /// Returns a test of one expression where the answer needs no evaluation.
    pub(crate) fn quick_test(&self, test: &Value, value: &Value) -> Option<bool> {
        let symbol = test.as_symbol()?;
        let definition = self.definition(symbol)?;
        if !definition.down.is_empty() || definition.own.is_some() {
            return None;
        }
        let is_integer = || number::integer(value).is_some();
        let has_rules = || match value {
            Value::Call(_) | Value::Symbol(_) | Value::Temporary(_) => self.has_up_rules,
            _ => false,
        };
        if has_rules() {
            return None;
        }
        match definition.builtin?.name {
            "IntegerQ" => Some(is_integer()),
            "NumberQ" => Some(value.is_number()),
            "AtomQ" => Some(value.is_atom()),
            "ListQ" => Some(value.as_list().is_some()),
            "StringQ" => Some(value.as_str().is_some()),
            "EvenQ" | "OddQ" => {
                let wanted = i64::from(definition.builtin?.name == "OddQ");
                match value {
                    Value::Integer(integer) => Some(integer & 1 == wanted),
                    Value::BigInteger(_) => None,
                    _ => Some(false),
                }
            }
            _ => None,
        }
    }

    /// Returns whether a function is a built-in test that is `True` of each machine number.
    pub(crate) fn is_true_of_all_numbers(&self, test: &Value) -> bool {
        let Some(symbol) = test.as_symbol().filter(|&symbol| self.is_as_built(symbol)) else {
            return false;
        };
        let built_in = self.definition(symbol).and_then(|definition| definition.builtin);
        built_in.is_some_and(|built_in| matches!(built_in.name, "NumberQ" | "NumericQ" | "AtomQ"))
    }

    /// Returns the default of an argument that a pattern leaves out: of the `n` arguments that may
    /// be there the `i`-th, given as `[i, n]` or `[i]`; of any with no places.
    pub(crate) fn default_of(&self, head: &Value, places: &[usize]) -> Option<Value> {
        let symbol = head.as_symbol()?;
        let rare = self.definition(symbol).and_then(|definition| definition.rare.as_ref());
        if let Some(rare) = rare {
            let rules = rare.default.list(self);
            for count in (0..=places.len()).rev() {
                let is_it = |lhs: &Value| {
                    let given = lhs.args_of(sym::Default).unwrap_or(&[]);
                    given.len() == count + 1
                        && given[1..].iter().zip(places).all(|(a, b)| a.as_usize() == Some(*b))
                };
                if let Some(rule) = rules.iter().find(|rule| is_it(&rule.lhs)) {
                    return Some(rule.rhs.clone());
                }
            }
        }
        match (symbol, places) {
            (sym::Plus, _) => Some(Value::Integer(0)),
            (sym::Times, _) | (sym::Power, [2, ..]) => Some(Value::Integer(1)),
            _ => None,
        }
    }

    /// Returns a call with its arguments in the form that the head's attributes ask for.
    pub(crate) fn arranged(&self, value: &Value) -> Value {
        let Value::Call(call) = value else { return value.clone() };
        let attributes = self.attributes_of(call.head());
        let mut args = Args::from(call.args());
        self.normalize(call.head(), attributes, &mut args);
        if attributes.has(Attributes::ORDERLESS) {
            crate::order::sort(&self.names, &mut args);
        }
        Value::Call(Arc::new(Call::new(call.head().clone(), args)))
    }

    /// Takes over a setting that was assigned to, such as `$RecursionLimit`.
    pub(crate) fn setting_changed(&mut self, symbol: Symbol) {
        if symbol == sym::RecursionLimit || symbol == sym::IterationLimit {
            self.settings_changed();
        }
        if symbol == sym::Context || symbol == sym::ContextPath {
            crate::builtins::context_assigned(self, symbol);
        }
    }

    /// Takes over all settings that are symbols.
    pub(crate) fn settings_changed(&mut self) {
        let read = |session: &Self, symbol: Symbol| match session
            .definition(symbol)
            .and_then(|definition| definition.own.clone())
        {
            Some(Value::Integer(limit @ 20..)) => u32::try_from(limit).unwrap_or(u32::MAX),
            Some(Value::Symbol(sym::Infinity)) => u32::MAX,
            Some(Value::Call(call)) if call.is(sym::DirectedInfinity) => u32::MAX,
            _ => 1024,
        };
        self.limits.recursion = read(self, sym::RecursionLimit);
        self.limits.iterations = read(self, sym::IterationLimit);
    }
}
