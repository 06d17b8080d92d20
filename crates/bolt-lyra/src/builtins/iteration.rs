//! `Do`, `Table` and other functions with iterators.

use std::cmp::Ordering;

use triomphe::Arc;

use super::comparison::known_order;
use super::control::{Turn, turn};
use super::{Builtin, builtin};
use crate::array::Elements;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Do",
        Attributes::HOLD_ALL,
        do_loop,
        "Do[body, {i, a, b, step}] evaluates body for i from a to b; Do[body, n] n times. With several iterators the last runs fastest.",
        &[("s = 0; Do[s += i, {i, 4}]; s", "10"), ("Do[If[i == 2, Return[i]], {i, 9}]", "2")],
    ),
    builtin(
        "Table",
        Attributes::HOLD_ALL,
        table,
        "Table[e, {i, a, b, step}] is the list of the values of e for i from a to b; {i, list} takes the elements of a list, n alone repeats.",
        &[
            ("Table[i^2, {i, 4}]", "{1, 4, 9, 16}"),
            ("Table[i + j, {i, 2}, {j, i}]", "{{2}, {3, 4}}"),
        ],
    ),
    builtin(
        "Sum",
        Attributes::HOLD_ALL,
        |s, c| accumulate(s, c, sym::Plus),
        "Sum[e, {i, a, b}] is the sum of the values of e for i from a to b.",
        &[("Sum[i^2, {i, 10}]", "385"), ("Sum[x^i, {i, 0, 3}]", "1 + x + x^2 + x^3")],
    ),
    builtin(
        "Product",
        Attributes::HOLD_ALL,
        |s, c| accumulate(s, c, sym::Times),
        "Product[e, {i, a, b}] is the product of the values of e for i from a to b.",
        &[("Product[i, {i, 5}]", "120"), ("Product[x + i, {i, 0, 1}]", "x*(1 + x)")],
    ),
    builtin(
        "Range",
        Attributes::LISTABLE,
        range,
        "Range[n] is {1, 2, ..., n}; Range[a, b, step] runs from a to b.",
        &[("Range[4]", "{1, 2, 3, 4}"), ("Range[0, 1, 1/4]", "{0, 1/4, 1/2, 3/4, 1}")],
    ),
    builtin(
        "Array",
        Attributes::NONE,
        array,
        "Array[f, n] is {f[1], ..., f[n]}; Array[f, {m, n}] is a matrix; a third argument gives the first index, or the first and the last one, {a, b}, between which the others lie evenly; a fourth is the head instead of List.",
        &[
            ("Array[f, 3]", "{f[1], f[2], f[3]}"),
            ("Array[f, 2, 0]", "{f[0], f[1]}"),
            ("Array[f, 3, {0, 1}]", "{f[0], f[1/2], f[1]}"),
            ("Array[f, {2, 2}, 1, Plus]", "f[1, 1] + f[1, 2] + f[2, 1] + f[2, 2]"),
        ],
    ),
    builtin(
        "ConstantArray",
        Attributes::NONE,
        constant_array,
        "ConstantArray[c, n] is a list of n copies of c; ConstantArray[c, {m, n}] is a matrix.",
        &[("ConstantArray[0, 3]", "{0, 0, 0}"), ("ConstantArray[a, {2, 2}]", "{{a, a}, {a, a}}")],
    ),
];

/// What an iterator runs over.
pub(crate) enum Values {
    /// So many values from the first one by the step.
    Steps { first: Value, step: Value, count: u64 },
    /// The elements of a list.
    Elements(Arc<Call>),
}

pub(super) struct Iterator {
    pub(super) variable: Option<Symbol>,
    pub(super) values: Values,
}

/// Lists of more elements than this are refused.
pub(crate) const MAX_LENGTH: u64 = 1 << 32;

/// Reads an iterator: `n`, `{n}`, `{i, n}`, `{i, a, b}`, `{i, a, b, step}`, `{i, list}`.
pub(super) fn iterator(
    session: &mut Session,
    spec: &Value,
    name: Symbol,
) -> Evaluated<Option<Iterator>> {
    let items = match spec.as_list() {
        Some(items) => items.to_vec(),
        None => match session.evaluate(spec)? {
            value if value.as_list().is_some() => value.as_list().unwrap_or(&[]).to_vec(),
            value => vec![value],
        },
    };
    let (variable, bounds) = match &items[..] {
        [count] => (None, vec![count.clone()]),
        [variable, bounds @ ..] if bounds.len() <= 3 => (variable.as_symbol(), bounds.to_vec()),
        _ => (None, Vec::new()),
    };
    if bounds.is_empty() || (items.len() > 1 && variable.is_none()) {
        session.message(name, "itform", &[spec.clone(), Value::Integer(2)]);
        return Ok(None);
    }
    let mut evaluated = Vec::with_capacity(bounds.len());
    for bound in &bounds {
        evaluated.push(session.evaluate(bound)?);
    }
    match Values::new(session, &evaluated, items.len() > 1)? {
        Some(values) => Ok(Some(Iterator { variable, values })),
        None => {
            session.message(name, "iterb", std::slice::from_ref(spec));
            Ok(None)
        }
    }
}

impl Values {
    /// Reads bounds that are evaluated: the last value, or the first, the last and the step; a list
    /// alone is what a variable runs over.
    pub(crate) fn new(
        session: &mut Session,
        bounds: &[Value],
        has_variable: bool,
    ) -> Evaluated<Option<Self>> {
        let one = Value::Integer(1);
        let (first, last, step) = match bounds {
            [Value::Call(list)] if has_variable && list.is(sym::List) => {
                return Ok(Some(Self::Elements(list.clone())));
            }
            [last] => (one.clone(), last.clone(), one),
            [first, last] => (first.clone(), last.clone(), one),
            [first, last, step] => (first.clone(), last.clone(), step.clone()),
            _ => return Ok(None),
        };
        let count = count(session, &first, &last, &step)?;
        Ok(count.map(|count| Self::Steps { first, step, count }))
    }
}

/// Returns how many steps fit between two bounds.
fn count(
    session: &mut Session,
    first: &Value,
    last: &Value,
    step: &Value,
) -> Evaluated<Option<u64>> {
    if let (Value::Integer(first), Value::Integer(last), Value::Integer(step @ 1..)) =
        (first, last, step)
    {
        let span = i128::from(*last) - i128::from(*first);
        let count = if span < 0 { 0 } else { span / i128::from(*step) + 1 };
        return Ok(u64::try_from(count).ok());
    }
    if step.is(sym::Infinity) && known_order(session, first, last)?.is_some_and(Ordering::is_le) {
        return Ok(Some(1));
    }
    let difference = super::arithmetic::add_up(
        session,
        [last.clone(), super::arithmetic::negative(first.clone())],
    )?;
    let quotient = super::arithmetic::times([difference, super::arithmetic::inverse(step.clone())]);
    let quotient = session.evaluate(&quotient)?;
    Ok(match session.machine_value(&quotient)? {
        Some(steps) if steps < 0.0 => Some(0),
        // A last value that is reached but for rounding counts.
        Some(steps) if steps < 1e18 => Some((steps * (1.0 + 1e-14)).floor() as u64 + 1),
        _ => None,
    })
}

/// Calls something for each combination of values; it may end the iteration by a value.
fn iterate(
    session: &mut Session,
    specs: &[Value],
    name: Symbol,
    each: &mut dyn FnMut(&mut Session) -> Evaluated<Option<Value>>,
) -> Evaluated<Result<Option<Value>, ()>> {
    let Some((spec, rest)) = specs.split_first() else { return each(session).map(Ok) };
    let Some(iterator) = iterator(session, spec, name)? else { return Ok(Err(())) };
    let mut result = Ok(None);
    let variable = iterator.variable;
    with_variable(session, variable, |session| {
        for_each(session, &iterator, |session| {
            result = iterate(session, rest, name, each)?;
            Ok(matches!(result, Ok(None)))
        })
    })?;
    Ok(result)
}

/// Runs something while the variable of an iterator may have any value.
pub(crate) fn with_variable<T>(
    session: &mut Session,
    variable: Option<Symbol>,
    run: impl FnOnce(&mut Session) -> Evaluated<T>,
) -> Evaluated<T> {
    let Some(symbol) = variable else { return run(session) };
    let old = std::mem::take(session.change(symbol));
    session.definition_mut(symbol).attributes = old.attributes;
    let result = run(session);
    *session.change(symbol) = old;
    result
}

/// Gives the variable each value in turn, as long as `each` wants more.
fn for_each(
    session: &mut Session,
    iterator: &Iterator,
    mut each: impl FnMut(&mut Session) -> Evaluated<bool>,
) -> Evaluated<()> {
    let mut give = |session: &mut Session, value: Value| {
        session.check_interrupt()?;
        if let Some(symbol) = iterator.variable {
            session.change(symbol).own = Some(value);
        }
        each(session)
    };
    match &iterator.values {
        Values::Elements(list) => {
            for value in list.args() {
                if !give(session, value.clone())? {
                    break;
                }
            }
        }
        Values::Steps { first, step, count } => {
            for place in 0..*count {
                let value = nth(session, first, step, place)?;
                if !give(session, value)? {
                    break;
                }
            }
        }
    }
    Ok(())
}

pub(crate) fn nth(session: &mut Session, first: &Value, step: &Value, place: u64) -> Evaluated {
    if place == 0 {
        return Ok(first.clone());
    }
    let place = Value::from(dashu_int::IBig::from(place));
    if first.is_number() && step.is_number() {
        return Ok(number::add(first, &number::multiply(&place, step)));
    }
    let offset = super::arithmetic::times([place, step.clone()]);
    super::arithmetic::add_up(session, [first.clone(), offset])
}

fn do_loop(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [body, specs @ ..] = call.args() else { return Ok(Step::Same) };
    if specs.is_empty() {
        return Ok(Step::Same);
    }
    if let Some(value) = session.run_loop(call)? {
        return Ok(Step::Done(value));
    }
    let ended = iterate(session, specs, sym::Do, &mut |session| {
        Ok(match turn(session, body)? {
            Turn::Next => None,
            Turn::End(value) => Some(value),
        })
    })?;
    Ok(match ended {
        Ok(value) => Step::Done(value.unwrap_or(Value::NULL)),
        Err(()) => Step::Same,
    })
}

fn table(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [body, specs @ ..] = call.args() else { return Ok(Step::Same) };
    if !specs.is_empty()
        && let Some(value) = session.run_loop(call)?
    {
        return Ok(Step::Done(value));
    }
    Ok(match nested(session, body, specs)? {
        Some(list) => Step::Done(list),
        None => Step::Same,
    })
}

fn nested(session: &mut Session, body: &Value, specs: &[Value]) -> Evaluated<Option<Value>> {
    let Some((spec, rest)) = specs.split_first() else { return session.evaluate(body).map(Some) };
    let Some(iterator) = iterator(session, spec, sym::Table)? else { return Ok(None) };
    if let Values::Steps { count: MAX_LENGTH.., .. } = iterator.values {
        session.message(sym::General, "nomem", &[]);
        return Ok(None);
    }
    let epoch = session.epoch;
    let mut list = Args::new();
    let mut failed = false;
    let variable = iterator.variable;
    with_variable(session, variable, |session| {
        for_each(session, &iterator, |session| {
            match nested(session, body, rest)? {
                Some(value) => list.push(value),
                None => failed = true,
            }
            Ok(!failed)
        })
    })?;
    if failed {
        return Ok(None);
    }
    Ok(Some(session.list_of(list, epoch)))
}

/// A sum or a product that grows term by term.
pub(super) struct Accumulator {
    with: Symbol,
    /// That of the numbers.
    total: Value,
    terms: Args,
}

impl Accumulator {
    pub(super) fn new(with: Symbol) -> Self {
        Self { with, total: Value::Integer(i64::from(with == sym::Times)), terms: Args::new() }
    }

    pub(super) fn add(&mut self, value: Value) {
        match (value.is_number(), self.with) {
            (true, sym::Plus) => self.total = number::add(&self.total, &value),
            (true, _) => self.total = number::multiply(&self.total, &value),
            _ => self.terms.push(value),
        }
    }

    /// Returns it, yet to be evaluated.
    pub(super) fn value(mut self) -> Value {
        self.terms.push(self.total);
        Value::call(self.with, self.terms)
    }
}

fn accumulate(session: &mut Session, call: &mut Arc<Call>, with: Symbol) -> Evaluated<Step> {
    let [body, specs @ ..] = call.args() else { return Ok(Step::Same) };
    if specs.is_empty() {
        return Ok(Step::Same);
    }
    let name = if with == sym::Plus { sym::Sum } else { sym::Product };
    let mut total = Accumulator::new(with);
    session.quiet += 1;
    let done = iterate(session, specs, name, &mut |session| {
        total.add(session.evaluate(body)?);
        Ok(None)
    });
    session.quiet -= 1;
    match done? {
        Ok(_) => Ok(Step::Again(total.value())),
        Err(()) => Ok(match super::calculus::summation::symbolic(session, call)? {
            Some(value) => Step::Again(value),
            None => Step::Same,
        }),
    }
}

fn range(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let one = Value::Integer(1);
    let (first, last, step) = match call.args() {
        [last] => (one.clone(), last.clone(), one),
        [first, last] => (first.clone(), last.clone(), one),
        [first, last, step] => (first.clone(), last.clone(), step.clone()),
        all => {
            session.wrong_count_of("Range", all.len(), 1, 3);
            return Ok(Step::Same);
        }
    };
    let Some(count) = count(session, &first, &last, &step)? else {
        session.message_of("Range", "range", &[Value::Call(call.clone())]);
        return Ok(Step::Same);
    };
    if count >= MAX_LENGTH {
        session.message(sym::General, "nomem", &[]);
        return Ok(Step::Same);
    }
    if !session.has_room(count, size_of::<i64>()) {
        return Ok(Step::Same);
    }
    if let Some(elements) = machine_range(session, &first, &step, count as usize)? {
        return Ok(Step::Done(Value::vector(elements)));
    }
    let epoch = session.epoch;
    let mut list = Args::with_capacity(count as usize);
    for place in 0..count {
        list.push(nth(session, &first, &step, place)?);
    }
    Ok(Step::Done(session.list_of(list, epoch)))
}

/// Elements that are made between two looks at whether to go on.
const BLOCK: usize = 1 << 16;

/// Returns so many machine numbers from the first one by the step.
fn machine_range(
    session: &Session,
    first: &Value,
    step: &Value,
    count: usize,
) -> Evaluated<Option<Elements>> {
    match (first, step) {
        (Value::Integer(first), Value::Integer(step)) => {
            // The last one is the greatest, or the least.
            let last = i64::try_from(count).ok().and_then(|count| count.checked_sub(1));
            let extreme = last
                .and_then(|last| last.checked_mul(*step))
                .and_then(|span| first.checked_add(span));
            if extreme.is_none() {
                return Ok(None);
            }
            let nth = |place: usize| first + place as i64 * step;
            Ok(Some(Elements::Integers(in_blocks(session, count, nth)?)))
        }
        (Value::Real(first), Value::Real(step)) => {
            let nth = |place: usize| first + place as f64 * step;
            Ok(Some(Elements::Reals(in_blocks(session, count, nth)?)))
        }
        _ => Ok(None),
    }
}

/// Returns what a function gives for the places up to a count, unless an abort is asked for.
fn in_blocks<T>(session: &Session, count: usize, nth: impl Fn(usize) -> T) -> Evaluated<Vec<T>> {
    let mut all = Vec::with_capacity(count);
    for start in (0..count).step_by(BLOCK) {
        session.check_interrupt()?;
        all.extend((start..count.min(start + BLOCK)).map(&nth));
    }
    Ok(all)
}

/// Reads the size of each level of a nested list.
fn sizes(value: &Value) -> Option<Vec<usize>> {
    let items = value.as_list().unwrap_or(std::slice::from_ref(value));
    items.iter().map(Value::as_usize).collect()
}

fn array(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (function, sizes_of, origin, head) = match call.args() {
        [function, sizes] => (function, sizes, None, None),
        [function, sizes, origin] => (function, sizes, Some(origin), None),
        [function, sizes, origin, head] => (function, sizes, Some(origin), Some(head)),
        _ => return Ok(Step::Same),
    };
    let Some(sizes) = sizes(sizes_of) else { return Ok(Step::Same) };
    let Some(axes) = axes(&sizes, sizes_of.as_list().is_some(), origin) else {
        return Ok(Step::Same);
    };
    if is_too_large(&sizes) {
        session.message(sym::General, "nomem", &[]);
        return Ok(Step::Same);
    }
    let head = head.cloned().unwrap_or(Value::Symbol(sym::List));
    Ok(Step::Again(array_level(session, function, &head, &axes, &mut Args::new())?))
}

/// The indices of one level of an array: so many from the first one by the step.
struct Axis {
    size: usize,
    first: Value,
    step: Value,
}

/// Reads where the indices of an array begin, or between which bounds they lie.
fn axes(sizes: &[usize], is_list: bool, origin: Option<&Value>) -> Option<Vec<Axis>> {
    let one = Value::Integer(1);
    let axis = |(level, size): (usize, &usize)| {
        let own = match (origin, origin.and_then(Value::as_list)) {
            (None, _) => &one,
            (Some(_), Some(list)) if is_list => list.get(level).unwrap_or(&one),
            (Some(origin), _) => origin,
        };
        let (first, step) = match own.as_list() {
            Some([first, last]) if first.is_number() && last.is_number() => {
                let steps = Value::Integer(i64::try_from(*size).ok()? - 1);
                let span = number::subtract(last, first);
                (first.clone(), number::divide(&span, &steps).unwrap_or(one.clone()))
            }
            Some(_) => return None,
            None => (own.clone(), one.clone()),
        };
        first.is_number().then_some(Axis { size: *size, first, step })
    };
    sizes.iter().enumerate().map(axis).collect()
}

/// Returns whether an array of these dimensions has more elements than a list may have.
fn is_too_large(sizes: &[usize]) -> bool {
    let total = sizes.iter().try_fold(1u64, |total, &size| total.checked_mul(size as u64));
    total.is_none_or(|total| total >= MAX_LENGTH)
}

fn array_level(
    session: &Session,
    function: &Value,
    head: &Value,
    axes: &[Axis],
    index: &mut Args,
) -> Evaluated {
    let [axis, axes @ ..] = axes else {
        session.check_interrupt()?;
        return Ok(Value::call(function.clone(), index.clone()));
    };
    let elements = (0..axis.size).map(|place| {
        let offset = number::multiply(&Value::Integer(place as i64), &axis.step);
        index.push(number::add(&axis.first, &offset));
        let element = array_level(session, function, head, axes, index);
        index.pop();
        element
    });
    Ok(Value::call(head.clone(), elements.collect::<Evaluated<Args>>()?))
}

fn constant_array(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value, sizes_of] = call.args() else { return Ok(Step::Same) };
    let Some(sizes) = sizes(sizes_of) else { return Ok(Step::Same) };
    if is_too_large(&sizes) {
        session.message(sym::General, "nomem", &[]);
        return Ok(Step::Same);
    }
    // Inner lists are shared.
    if !session.has_room(sizes.iter().map(|&size| size as u64).sum(), size_of::<Value>()) {
        return Ok(Step::Same);
    }
    let list = sizes.iter().rev().fold(value.clone(), |inner, &size| {
        Value::list(std::iter::repeat_n(inner, size).collect::<Args>())
    });
    Ok(Step::Again(list))
}
