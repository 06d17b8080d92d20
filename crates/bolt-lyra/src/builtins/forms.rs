//! Building expressions and taking them apart, as algorithms on formulas need it.

use dashu_int::IBig;
use dashu_ratio::RBig;
use triomphe::Arc;

use crate::association::Association;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value, grown};

pub(crate) use super::arithmetic::{half, inverse, negative, plus, times, to_the};

/// Returns a function of one argument.
pub(crate) fn of(head: Symbol, arg: Value) -> Value {
    Value::call(head, [arg].as_slice())
}

/// Returns a fraction of small integers.
pub(crate) fn ratio(top: i64, bottom: i64) -> Value {
    let (top, bottom) = if bottom < 0 { (-top, -bottom) } else { (top, bottom) };
    Value::from(RBig::from_parts(IBig::from(top), bottom.unsigned_abs().into()))
}

/// Returns an association with names as keys.
pub(crate) fn record<'n>(entries: impl IntoIterator<Item = (&'n str, Value)>) -> Value {
    let mut record = Association::default();
    for (name, value) in entries {
        record.insert(Value::string(name), value);
    }
    Value::Association(Arc::new(record))
}

/// Returns the name that a symbol or a text stands for, without its context.
pub(crate) fn plain_name(session: &Session, value: &Value) -> Option<String> {
    match value.as_symbol() {
        Some(symbol) => Some(session.names.full(symbol).name.to_string()),
        None => value.as_str().map(str::to_owned),
    }
}

/// Returns how many there are of something.
pub(crate) fn count(of: impl TryInto<i64>) -> Value {
    Value::Integer(of.try_into().unwrap_or(i64::MAX))
}

/// Returns the square root, which is yet to be evaluated.
pub(crate) fn root(value: Value) -> Value {
    to_the(value, half())
}

/// Returns the quotient, which is yet to be evaluated.
pub(crate) fn over(top: Value, bottom: Value) -> Value {
    times([top, inverse(bottom)])
}

/// Returns `a - b`, which is yet to be evaluated.
pub(crate) fn minus(a: Value, b: Value) -> Value {
    plus([a, negative(b)])
}

/// Returns whether it is the exact 0.
pub(crate) fn is_zero(value: &Value) -> bool {
    matches!(value, Value::Integer(0))
}

/// Returns whether it is infinite in a direction, or in none that is known.
pub(crate) fn is_infinite(value: &Value) -> bool {
    value.is(sym::Infinity) || value.args_of(sym::DirectedInfinity).is_some()
}

/// Returns the terms of a sum; of anything else, itself.
pub(crate) fn terms(value: &Value) -> &[Value] {
    value.args_of(sym::Plus).unwrap_or(std::slice::from_ref(value))
}

/// Returns the factors of a product; of anything else, itself.
pub(crate) fn factors(value: &Value) -> &[Value] {
    value.args_of(sym::Times).unwrap_or(std::slice::from_ref(value))
}

/// Returns the base and the exponent of a power; of anything else, itself and 1.
pub(crate) fn base_and_exponent(value: &Value) -> (Value, Value) {
    let (base, exponent) = crate::order::base_and_exponent(value);
    (base.clone(), exponent)
}

/// Splits a product into its leading number and the rest.
pub(crate) fn coefficient_and_rest(value: &Value) -> (Value, Value) {
    if value.is_number() {
        return (value.clone(), Value::Integer(1));
    }
    match value.args_of(sym::Times) {
        Some([first, second]) if first.is_number() => (first.clone(), second.clone()),
        Some([first, rest @ ..]) if first.is_number() => (first.clone(), times(Args::from(rest))),
        _ => (Value::Integer(1), value.clone()),
    }
}

/// Returns whether a part occurs anywhere in an expression.
pub(crate) fn contains(value: &Value, part: &Value) -> bool {
    any_part(value, &|inner| inner == part)
}

/// Returns whether one of some parts occurs anywhere in an expression.
pub(crate) fn contains_any(value: &Value, parts: &[Value]) -> bool {
    any_part(value, &|inner| parts.contains(inner))
}

/// Returns whether a part occurs nowhere in an expression.
pub(crate) fn is_free(value: &Value, of: &Value) -> bool {
    !contains(value, of)
}

/// Returns whether a test holds for the expression or something in it.
pub(crate) fn any_part(value: &Value, test: &dyn Fn(&Value) -> bool) -> bool {
    test(value)
        || match value {
            Value::Call(call) => grown(call.depth(), || {
                any_part(call.head(), test) || call.args().iter().any(|arg| any_part(arg, test))
            }),
            Value::Association(entries) => entries.values().any(|value| any_part(value, test)),
            _ => false,
        }
}

/// Replaces every occurrence of a part by another; the result is yet to be evaluated.
pub(crate) fn substituted(value: &Value, part: &Value, by: &Value) -> Value {
    if value == part {
        return by.clone();
    }
    let Value::Call(call) = value else { return value.clone() };
    grown(call.depth(), || {
        let head = substituted(call.head(), part, by);
        let args: Args = call.args().iter().map(|arg| substituted(arg, part, by)).collect();
        let is_same = |(new, old): (&Value, &Value)| crate::evaluate::identical(new, old);
        match head == *call.head() && args.iter().zip(call.args()).all(is_same) {
            true => value.clone(),
            false => Value::call(head, args),
        }
    })
}

/// Returns how many atoms an expression has, its heads included.
pub(crate) fn leaf_count(value: &Value) -> usize {
    match value {
        Value::Call(call) => grown(call.depth(), || {
            leaf_count(call.head()) + call.args().iter().map(leaf_count).sum::<usize>()
        }),
        Value::Association(entries) => 1 + entries.values().map(leaf_count).sum::<usize>(),
        _ => match number::as_call(value) {
            Some(parts) => 1 + parts.args().iter().map(leaf_count).sum::<usize>(),
            None => 1,
        },
    }
}

/// Returns the symbols and other expressions that a formula is made of by arithmetic and numeric
/// functions, without numbers and constants, each once.
pub(crate) fn unknowns(session: &Session, value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    collect_unknowns(session, value, &mut found);
    found
}

fn collect_unknowns(session: &Session, value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Symbol(symbol) => {
            let is_constant = session.is_numeric(value)
                || matches!(*symbol, sym::True | sym::False | sym::Infinity | sym::ComplexInfinity);
            if !is_constant && !found.contains(value) {
                found.push(value.clone());
            }
        }
        Value::Temporary(_) if !found.contains(value) => found.push(value.clone()),
        Value::Call(call) => grown(call.depth(), || {
            call.args().iter().for_each(|arg| collect_unknowns(session, arg, found));
        }),
        _ => {}
    }
}

/// What rewrites a part of an expression; `None` leaves it.
pub(crate) type Rewrite<'a> = &'a mut dyn FnMut(&mut Session, &Value) -> Evaluated<Option<Value>>;

impl Session {
    /// Evaluates a built-in function by its name.
    pub(crate) fn system(&mut self, name: &str, args: impl Into<Args>) -> Evaluated {
        let symbol = self.system_symbol(name);
        self.evaluate(&Value::call(symbol, args))
    }

    /// Returns the symbol of a built-in name.
    pub(crate) fn system_symbol(&mut self, name: &str) -> Symbol {
        self.names.symbol(&format!("System`{name}"))
    }

    /// Returns the symbol of a built-in name as a value.
    pub(crate) fn named_symbol(&mut self, name: &str) -> Value {
        Value::Symbol(self.system_symbol(name))
    }

    /// Expands products and powers of sums.
    pub(crate) fn expanded(&mut self, value: &Value) -> Evaluated {
        let has_sum = any_part(value, &|part| part.args_of(sym::Plus).is_some());
        match has_sum && value.args_of(sym::List).is_none() {
            true => self.evaluate(&of(sym::Expand, value.clone())),
            false => self.evaluate(value),
        }
    }

    /// Rewrites an expression from the inside out, evaluating what changed.
    pub(crate) fn rewrite_parts(&mut self, value: &Value, rewrite: Rewrite<'_>) -> Evaluated {
        self.check_interrupt()?;
        let inner = match value {
            Value::Call(call) => self.rewrite_args(value, call, rewrite)?,
            _ => value.clone(),
        };
        match rewrite(self, &inner)? {
            Some(new) => self.evaluate(&new),
            None => Ok(inner),
        }
    }

    fn rewrite_args(&mut self, value: &Value, call: &Arc<Call>, rewrite: Rewrite<'_>) -> Evaluated {
        let mut args = Args::with_capacity(call.args().len());
        for arg in call.args() {
            args.push(grown(call.depth(), || self.rewrite_parts(arg, rewrite))?);
        }
        let is_same = |(new, old): (&Value, &Value)| crate::evaluate::identical(new, old);
        match args.iter().zip(call.args()).all(is_same) {
            true => Ok(value.clone()),
            false => self.evaluate(&Value::call(call.head().clone(), args)),
        }
    }

    /// Returns the machine value of a numeric expression as real and imaginary part.
    pub(crate) fn complex_value(&mut self, value: &Value) -> Evaluated<Option<(f64, f64)>> {
        let number = match value.is_number() {
            true => value.clone(),
            false => {
                self.quiet += 1;
                let number = self.evaluate(&of(sym::N, value.clone()));
                self.quiet -= 1;
                number?
            }
        };
        let (re, im) = number::parts(&number);
        let both = number::to_f64(&re).zip(number::to_f64(&im));
        Ok(both.filter(|(re, im)| re.is_finite() && im.is_finite()))
    }
}
