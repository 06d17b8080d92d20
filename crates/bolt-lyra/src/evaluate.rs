//! Evaluation: an expression is rewritten until nothing applies to it any more.
//!
//! The head is evaluated, then the arguments unless attributes hold them; the result is brought
//! into the form that the attributes ask for (`Flat`, `Listable`, `Orderless`), and the first of
//! the rules of the arguments, the rules of the head and the built-in function that applies says
//! what comes instead. What evaluates to itself is marked with the epoch of definitions, so that
//! it is not looked at again before something changes that it depends on.

use std::sync::atomic::Ordering;

use bolt_base::interrupt;
use triomphe::Arc;

use crate::association::{Association, Entry};
use crate::definition::Attributes;
use crate::function;
use crate::number;
use crate::session::{Evaluated, Session, Stop};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value, with_room};

/// What a built-in function makes of a call.
pub(crate) enum Step {
    /// Nothing: the call is as it was.
    Same,
    /// Something that is yet to be evaluated.
    Again(Value),
    /// Something in its final form.
    Done(Value),
}

impl From<Value> for Step {
    fn from(value: Value) -> Self {
        Self::Again(value)
    }
}

/// What one round of rewriting came to.
enum Round {
    Final(Value),
    Next(Value),
}

/// Stack that is kept free for what an evaluation calls, and how much is added when it is not.
pub(crate) const STACK_LEFT: usize = 256 << 10;
pub(crate) const STACK_ADDED: usize = 8 << 20;

impl Session {
    /// Evaluates an expression.
    ///
    /// # Errors
    /// What ends the evaluation otherwise: `Throw`, `Abort`, `Return` and the like.
    pub fn evaluate(&mut self, value: &Value) -> Evaluated {
        match value {
            Value::Symbol(symbol) => self.evaluate_symbol(*symbol, value),
            Value::Temporary(temporary) => self.evaluate_symbol(temporary.symbol, value),
            Value::Call(call) if !self.is_final(call) => self.deeper(value),
            Value::Association(_) => self.evaluate_association(value),
            _ => Ok(value.clone()),
        }
    }

    /// Returns whether a call is known to evaluate to itself.
    pub(crate) fn is_final(&self, call: &Call) -> bool {
        let mark = call.evaluated_at();
        mark == Call::EVER || mark == self.epoch
    }

    fn evaluate_symbol(&mut self, symbol: Symbol, value: &Value) -> Evaluated {
        if self.inspection.is_some() && self.is_traced() {
            return self.inspected(value, |session| session.symbol_value(symbol, value));
        }
        self.symbol_value(symbol, value)
    }

    fn symbol_value(&mut self, symbol: Symbol, value: &Value) -> Evaluated {
        let epoch = self.epoch;
        if self.inspection.is_some()
            && let Some(own) = self.definition(symbol).and_then(|known| known.own.clone())
        {
            let mark = self.trace_mark();
            self.trace_step(mark, value, Some(&own), Some(symbol));
        }
        let Some(definition) = self.definitions.get_mut(symbol.index()) else {
            self.definition_mut(symbol).seen = epoch;
            return Ok(value.clone());
        };
        match &definition.own {
            // Most values are in their final form.
            Some(own)
                if !matches!(own, Value::Call(_) | Value::Symbol(_) | Value::Temporary(_)) =>
            {
                Ok(own.clone())
            }
            Some(own) => {
                let own = own.clone();
                self.evaluate_own(value, &own)
            }
            None if definition.rare.is_none() => {
                definition.seen = epoch;
                Ok(value.clone())
            }
            None => self.evaluate_conditional_own(symbol, value),
        }
    }

    fn evaluate_own(&mut self, symbol: &Value, own: &Value) -> Evaluated {
        match own {
            Value::Call(call) if self.is_final(call) => Ok(own.clone()),
            _ if own == symbol => Ok(own.clone()),
            _ => {
                self.enter()?;
                let result = self.on_enough_stack(|session| session.evaluate(own));
                self.depth -= 1;
                result
            }
        }
    }

    fn evaluate_conditional_own(&mut self, symbol: Symbol, value: &Value) -> Evaluated {
        let rules = self.definition_mut(symbol).rare().own.clone();
        match rules.apply(self, value)? {
            Some(result) => self.evaluate_own(value, &result),
            None => {
                let epoch = self.epoch;
                self.definition_mut(symbol).seen = epoch;
                Ok(value.clone())
            }
        }
    }

    fn evaluate_association(&mut self, value: &Value) -> Evaluated {
        let Value::Association(entries) = value else { return Ok(value.clone()) };
        let is_plain = |value: &Value| match value {
            Value::Call(call) => self.is_final(call),
            Value::Symbol(_) | Value::Temporary(_) | Value::Association(_) => false,
            _ => true,
        };
        if entries
            .iter()
            .all(|(key, entry)| is_plain(key) && (entry.delayed || is_plain(&entry.value)))
        {
            return Ok(value.clone());
        }
        let mut new = Association::default();
        for (key, entry) in entries.iter() {
            let key = self.evaluate(key)?;
            let value =
                if entry.delayed { entry.value.clone() } else { self.evaluate(&entry.value)? };
            new.insert_entry(key, Entry { value, delayed: entry.delayed });
        }
        match new == **entries {
            true => Ok(value.clone()),
            false => Ok(Value::Association(Arc::new(new))),
        }
    }

    /// Evaluates a call, one level deeper.
    fn deeper(&mut self, value: &Value) -> Evaluated {
        self.enter()?;
        if self.profile.is_some() {
            let result = self.profiled(|session| session.deeper_than(value));
            self.depth -= 1;
            return result;
        }
        let result = self.deeper_than(value);
        self.depth -= 1;
        result
    }

    fn deeper_than(&mut self, value: &Value) -> Evaluated {
        let depth = self.depth;
        let result = interrupt::caught(|| {
            self.on_enough_stack(|session| match session.inspection.is_some() {
                true => session.inspected(value, |session| session.rewrite(value)),
                false => session.rewrite(value),
            })
        });
        result.unwrap_or_else(|why| {
            self.depth = depth;
            Err(self.broken(why))
        })
    }

    pub(crate) fn on_enough_stack(
        &mut self,
        run: impl FnOnce(&mut Self) -> Evaluated,
    ) -> Evaluated {
        stacker::maybe_grow(STACK_LEFT, STACK_ADDED, || run(self))
    }

    /// Begins a level of evaluation; the caller ends it by taking 1 from `depth`.
    pub(crate) fn enter(&mut self) -> Evaluated<()> {
        if self.interrupt.load(Ordering::Relaxed) {
            return Err(Box::new(Stop::Abort));
        }
        if self.depth >= self.limits.recursion {
            let limit = Value::Integer(i64::from(self.limits.recursion));
            self.message(sym::RecursionLimit, "reclim2", &[limit]);
            return Err(Box::new(Stop::Abort));
        }
        self.depth += 1;
        Ok(())
    }

    /// Rewrites a call until nothing applies.
    fn rewrite(&mut self, value: &Value) -> Evaluated {
        let mut current = value.clone();
        let mut rounds = 0;
        loop {
            let Value::Call(call) = &current else { return self.evaluate(&current) };
            if self.is_final(call) {
                return Ok(current);
            }
            if self.profile.is_some() {
                self.profile_round(call);
            }
            match self.round(call, rounds)? {
                Round::Final(value) => return Ok(value),
                Round::Next(next) => current = next,
            }
            rounds += 1;
            if rounds > self.limits.iterations {
                let limit = Value::Integer(i64::from(self.limits.iterations));
                self.message(sym::IterationLimit, "itlim", &[limit]);
                return Ok(Value::call(sym::Hold, [current].as_slice()));
            }
            if self.interrupt.load(Ordering::Relaxed) {
                return Err(Box::new(Stop::Abort));
            }
        }
    }

    /// Evaluates the head and the arguments and applies what applies first.
    fn round(&mut self, call: &Arc<Call>, rounds: u32) -> Evaluated<Round> {
        if call.is(sym::List) && call.args().iter().all(crate::value::is_ground) {
            return Ok(Round::Final(ground_list(call)));
        }
        let hidden_before = std::mem::replace(&mut self.hidden_dependence, false);
        let round = self.apply_evaluated(call, rounds);
        self.hidden_dependence |= hidden_before;
        round
    }

    fn apply_evaluated(&mut self, call: &Arc<Call>, rounds: u32) -> Evaluated<Round> {
        let epoch = self.epoch;
        let head = match call.head() {
            Value::Symbol(symbol) if !self.has_own(*symbol) => call.head().clone(),
            head => self.evaluate(head)?,
        };
        let attributes = self.attributes_of(&head);
        let mut unevaluated = false;
        let mut args = Args::with_capacity(call.args().len());
        let mut changed = !identical(&head, call.head());
        for (place, arg) in call.args().iter().enumerate() {
            let value = match attributes.holds(place) {
                true => self.held(arg, attributes)?,
                false => match arg.exactly(sym::Unevaluated) {
                    Some([inner]) => {
                        unevaluated = true;
                        inner.clone()
                    }
                    None => self.evaluate(arg)?,
                },
            };
            changed |= !identical(&value, arg);
            args.push(value);
        }
        changed |= self.normalize(&head, attributes, &mut args);
        if attributes.has(Attributes::NUMERIC_FUNCTION) {
            changed |= self.approximate(&head, &mut args)?;
        }
        if self.has_objects
            && let Some(value) = self.of_objects(&head, &args)?
        {
            return Ok(Round::Next(value));
        }
        if attributes.has(Attributes::LISTABLE)
            && let Some(round) = self.over_lists(&head, &args)
        {
            return Ok(round);
        }
        let form = self.inspection.is_some().then(|| Value::call(head.clone(), args.clone()));
        if attributes.has(Attributes::ORDERLESS) && !is_in_order(&self.names, &args) {
            crate::order::sort(&self.names, &mut args);
            changed = true;
        }
        let mut new = match changed {
            true => Arc::new(Call::new(head, args)),
            false => call.clone(),
        };
        let mark = self.trace_mark();
        let step = with_room(new.depth(), || self.apply(&mut new, attributes, rounds))?;
        form.into_iter().for_each(|form| self.trace_round(&form, mark, &step));
        match step {
            Step::Again(value) => Ok(Round::Next(value)),
            Step::Done(value) => Ok(Round::Final(value)),
            // What was given unevaluated stays so.
            Step::Same if unevaluated => Ok(Round::Final(Value::Call(call.clone()))),
            Step::Same => Ok(Round::Final(self.final_form(new, epoch))),
        }
    }

    /// Applies a listable function to the elements of lists, if there are any among its arguments.
    fn over_lists(&mut self, head: &Value, args: &Args) -> Option<Round> {
        if let Some(value) = self.thread_packed(head, args) {
            self.trace_threads(head, args, &value);
            return Some(Round::Final(value));
        }
        let threaded = self.thread(head, args)?;
        self.trace_threads(head, args, &threaded);
        Some(Round::Next(threaded))
    }

    /// Returns a call that nothing applies to, marked unless it may change without a definition.
    fn final_form(&mut self, call: Arc<Call>, epoch: u32) -> Value {
        if let Some(packed) = crate::array::pack(&call) {
            return packed;
        }
        if !self.hidden_dependence && epoch == self.epoch && epoch != Self::LAST_EPOCH {
            self.remember_final(&call, epoch);
        }
        Value::Call(call)
    }

    /// Marks a call as final in an epoch; its head is remembered to have been seen in it.
    fn remember_final(&mut self, call: &Call, epoch: u32) {
        if let Some(symbol) = call.head().as_symbol() {
            self.definition_mut(symbol).seen = epoch;
        }
        call.mark_evaluated(epoch);
    }

    pub(crate) fn has_own(&self, symbol: Symbol) -> bool {
        self.definition(symbol).is_some_and(crate::definition::Definition::has_own)
    }

    /// An argument that is not evaluated, unless it is wrapped in `Evaluate`.
    fn held(&mut self, arg: &Value, attributes: Attributes) -> Evaluated {
        match arg.args_of(sym::Evaluate) {
            Some(inner) if !attributes.has(Attributes::HOLD_ALL_COMPLETE) => match inner {
                [inner] => self.evaluate(inner),
                all => {
                    let all: Args =
                        all.iter().map(|value| self.evaluate(value)).collect::<Evaluated<_>>()?;
                    Ok(Value::call(sym::Sequence, all))
                }
            },
            _ => Ok(arg.clone()),
        }
    }

    /// Splices sequences and the arguments of nested calls of a flat head; returns whether
    /// anything changed.
    pub(crate) fn normalize(&self, head: &Value, attributes: Attributes, args: &mut Args) -> bool {
        let holds_sequences =
            attributes.has_any(Attributes::SEQUENCE_HOLD | Attributes::HOLD_ALL_COMPLETE);
        let is_flat = attributes.has(Attributes::FLAT);
        let drops_nothing = head.is(sym::List);
        let splices = |arg: &Value| match arg {
            Value::Call(call) => {
                (!holds_sequences && call.is(sym::Sequence)) || (is_flat && call.head() == head)
            }
            Value::Symbol(sym::Nothing) => drops_nothing,
            _ => false,
        };
        if !args.iter().any(splices) {
            return false;
        }
        let mut pending: Vec<Value> = std::mem::take(args).into_vec();
        pending.reverse();
        while let Some(arg) = pending.pop() {
            match &arg {
                Value::Call(call) if splices(&arg) => {
                    pending.extend(call.args().iter().rev().cloned());
                }
                Value::Symbol(sym::Nothing) if drops_nothing => {}
                _ => args.push(arg),
            }
        }
        true
    }

    /// Replaces exact quantities beside approximate numbers by their approximations: `2. Pi`.
    fn approximate(&mut self, head: &Value, args: &mut Args) -> Evaluated<bool> {
        let precision = |arg: &Value| match arg {
            Value::Real(_) | Value::BigReal(_) | Value::Complex(_) if !number::is_exact(arg) => {
                Some(number::precision(arg))
            }
            _ => None,
        };
        let is_open = |arg: &Value| matches!(arg, Value::Symbol(_) | Value::Call(_));
        // The exponential function is better than a power of its approximate base.
        let is_exponential = head.is(sym::Power) && args.first().is_some_and(|e| e.is(sym::E));
        if !args.iter().any(is_open) || is_exponential {
            return Ok(false);
        }
        let Some(precision) = args.iter().filter_map(precision).reduce(f64::min) else {
            return Ok(false);
        };
        let mut changed = false;
        for arg in args.iter_mut() {
            if !is_open(arg) || !self.is_numeric(arg) {
                continue;
            }
            let digits = match precision == number::MACHINE_DIGITS {
                true => Value::Symbol(sym::MachinePrecision),
                false => Value::Real(precision),
            };
            let value = self.evaluate(&Value::call(sym::N, [arg.clone(), digits]))?;
            if value.is_number() {
                *arg = value;
                changed = true;
            }
        }
        Ok(changed)
    }

    /// Applies a listable function to packed arrays among its arguments.
    fn thread_packed(&self, head: &Value, args: &Args) -> Option<Value> {
        if !args.iter().any(|arg| arg.as_array().is_some()) {
            return None;
        }
        let symbol = head.as_symbol().filter(|&symbol| self.is_as_built(symbol))?;
        crate::array::thread(symbol, args)
    }

    /// Threads a listable function over lists among its arguments.
    fn thread(&mut self, head: &Value, args: &Args) -> Option<Value> {
        let mut length = None;
        for list in args.iter().filter_map(Value::as_list) {
            match length {
                None => length = Some(list.len()),
                Some(length) if length != list.len() => {
                    let call = Value::call(head.clone(), args.clone());
                    self.message(sym::General, "tdlen", &[call]);
                    return None;
                }
                Some(_) => {}
            }
        }
        let element = |place: usize| {
            let of = |arg: &Value| arg.as_list().map_or_else(|| arg.clone(), |l| l[place].clone());
            Value::call(head.clone(), args.iter().map(of).collect::<Args>())
        };
        match length {
            Some(length) => Some(Value::list((0..length).map(element).collect::<Args>())),
            None => thread_over_associations(head, args),
        }
    }

    /// Applies the first rule or function that applies to a call whose arguments are evaluated.
    fn apply(
        &mut self,
        call: &mut Arc<Call>,
        attributes: Attributes,
        rounds: u32,
    ) -> Evaluated<Step> {
        let value = Value::Call(call.clone());
        if self.has_up_rules
            && !attributes.has(Attributes::HOLD_ALL_COMPLETE)
            && let Some(result) = self.apply_up_rules(&value)?
        {
            return Ok(Step::Again(result));
        }
        let Some(symbol) = call.head().as_symbol() else {
            return self.apply_compound_head(&value);
        };
        let Some(definition) = self.definition(symbol) else { return Ok(Step::Same) };
        let builtin = definition.builtin;
        if !definition.down.is_empty() {
            let rules = definition.down.clone();
            let is_called_plainly = definition.is_called_plainly() && self.inspection.is_none();
            crate::compile::count_call(self, symbol);
            if is_called_plainly
                && let Some(result) = crate::compile::call(self, symbol, &rules, call, rounds)?
            {
                return Ok(Step::Again(result));
            }
            if let Some(result) = rules.apply(self, &value)? {
                return Ok(Step::Again(self.body(result)?));
            }
        }
        drop(value);
        if combines(symbol, attributes)
            && let Some(step) = crate::builtins::combined(self, call)?
        {
            return Ok(step);
        }
        match builtin {
            Some(builtin) if self.tuning.memory.is_some() => self.apply_remembered(builtin, call),
            Some(builtin) => (builtin.apply)(self, call),
            None => Ok(Step::Same),
        }
    }

    /// What a definition of a function stands for, where `Return` ends.
    fn body(&mut self, body: Value) -> Evaluated {
        if !function::returns(&body) {
            return Ok(body);
        }
        match self.evaluate(&body) {
            Err(stop) => match *stop {
                Stop::Return(value) => Ok(value),
                other => Err(Box::new(other)),
            },
            done => done,
        }
    }

    fn apply_up_rules(&mut self, value: &Value) -> Evaluated<Option<Value>> {
        let Some(call) = value.as_call() else { return Ok(None) };
        for arg in call.args() {
            let symbol = match arg {
                Value::Call(inner) => match inner.head() {
                    Value::Call(curried) => curried.head().as_symbol(),
                    head => head.as_symbol(),
                },
                _ => arg.as_symbol(),
            };
            let rare = symbol.and_then(|symbol| self.definition(symbol)?.rare.as_ref());
            let Some(rules) = rare.map(|rare| rare.up.clone()).filter(|rules| !rules.is_empty())
            else {
                continue;
            };
            if let Some(result) = rules.apply(self, value)? {
                return Ok(Some(result));
            }
        }
        Ok(None)
    }

    /// Applies a function or the rules for `f[a][b]`.
    fn apply_compound_head(&mut self, value: &Value) -> Evaluated<Step> {
        let Some(call) = value.as_call() else { return Ok(Step::Same) };
        let mut innermost = call.head();
        while let Value::Call(inner) = innermost {
            innermost = inner.head();
        }
        if let Some(symbol) = innermost.as_symbol() {
            let rare = self.definition(symbol).and_then(|definition| definition.rare.as_ref());
            if let Some(rules) = rare.map(|rare| rare.sub.clone()).filter(|rules| !rules.is_empty())
                && let Some(result) = rules.apply(self, value)?
            {
                return Ok(Step::Again(self.body(result)?));
            }
        }
        function::apply_head(self, call)
    }
}

/// Returns a list that nothing will ever change.
fn ground_list(call: &Arc<Call>) -> Value {
    call.mark_evaluated(Call::EVER);
    crate::array::pack(call).unwrap_or_else(|| call.clone().into())
}

/// Threads a listable function over the values of associations with the same keys.
fn thread_over_associations(head: &Value, args: &Args) -> Option<Value> {
    let entries = |arg: &Value| match arg {
        Value::Association(entries) => Some(entries.clone()),
        _ => None,
    };
    let first = args.iter().find_map(entries)?;
    let has_same_keys = |entries: &Association| {
        entries.len() == first.len() && first.keys().all(|key| entries.get(key).is_some())
    };
    if !args.iter().filter_map(entries).all(|entries| has_same_keys(&entries)) {
        return None;
    }
    let at = |arg: &Value, key: &Value| match arg {
        Value::Association(entries) => entries.get(key).map(|entry| entry.value.clone()),
        _ => Some(arg.clone()),
    };
    let mut new = Association::default();
    for key in first.keys() {
        let own: Option<Args> = args.iter().map(|arg| at(arg, key)).collect();
        new.insert(key.clone(), Value::call(head.clone(), own?));
    }
    Some(Value::Association(Arc::new(new)))
}

/// Returns whether a function works on what stands for numbers, such as intervals.
fn combines(symbol: Symbol, attributes: Attributes) -> bool {
    attributes.has(Attributes::NUMERIC_FUNCTION)
        || matches!(
            symbol,
            sym::Equal
                | sym::Unequal
                | sym::Less
                | sym::LessEqual
                | sym::Greater
                | sym::GreaterEqual
        )
}

/// Returns whether they are the same without looking inside.
pub(crate) fn identical(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a == b,
        (Value::Real(a), Value::Real(b)) => a.to_bits() == b.to_bits(),
        (Value::Symbol(a), Value::Symbol(b)) => a == b,
        (Value::Temporary(a), Value::Temporary(b)) => Arc::ptr_eq(a, b),
        (Value::String(a), Value::String(b)) => Arc::ptr_eq(a, b),
        (Value::BigInteger(a), Value::BigInteger(b)) => Arc::ptr_eq(a, b),
        (Value::Rational(a), Value::Rational(b)) => Arc::ptr_eq(a, b),
        (Value::BigReal(a), Value::BigReal(b)) => Arc::ptr_eq(a, b),
        (Value::Complex(a), Value::Complex(b)) => Arc::ptr_eq(a, b),
        (Value::Call(a), Value::Call(b)) => Arc::ptr_eq(a, b),
        (Value::Association(a), Value::Association(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

fn is_in_order(names: &crate::session::Names, args: &[Value]) -> bool {
    args.is_sorted_by(|a, b| crate::order::compare(names, a, b).is_le())
}
