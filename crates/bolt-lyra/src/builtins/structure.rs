//! Heads, parts and lengths.

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::association::Association;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, fixed};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Head",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [value] => Step::Done(value.head()),
                [value, wrap] => Step::Again(Value::call(wrap.clone(), [value.head()].as_slice())),
                _ => Step::Same,
            })
        },
        "Head[e] is the head of e; of an atom it is what kind it is.",
        &[("Head[f[x]]", "f"), ("Head[1/2]", "Rational")],
    ),
    builtin(
        "Length",
        Attributes::NONE,
        |_, c| {
            Ok(match fixed(c) {
                Some([value]) => Step::Done(Value::Integer(length(value) as i64)),
                None => Step::Same,
            })
        },
        "Length[e] is the number of elements of e; of an atom it is 0.",
        &[("Length[{a, b, c}]", "3"), ("Length[x]", "0")],
    ),
    builtin(
        "Depth",
        Attributes::NONE,
        |_, c| {
            Ok(match fixed(c) {
                Some([value]) => Step::Done(Value::Integer(crate::level::depth(value))),
                None => Step::Same,
            })
        },
        "Depth[e] is one more than the number of levels of e.",
        &[("Depth[{{a}}]", "3"), ("Depth[x]", "1")],
    ),
    builtin(
        "LeafCount",
        Attributes::NONE,
        |_, c| {
            Ok(match fixed(c) {
                Some([value]) => Step::Done(Value::Integer(leaves(value))),
                None => Step::Same,
            })
        },
        "LeafCount[e] is the number of atoms in e, heads included.",
        &[("LeafCount[1 + x]", "3"), ("LeafCount[1/2]", "3")],
    ),
    builtin(
        "Part",
        Attributes::NONE,
        |s, c| Ok(part(s, c)),
        "e[[i]] or Part[e, i, j] is an element of e, of that element, and so on; negative places count from the end, lists and spans take several.",
        &[("{a, b, c}[[2]]", "b"), ("{{1, 2}, {3, 4}}[[All, 1]]", "{1, 3}")],
    ),
    builtin(
        "First",
        Attributes::NONE,
        |s, c| Ok(end(s, c, "First", "nofirst", 0)),
        "First[e] is the first element; First[e, default] gives the default if there is none.",
        &[("First[{a, b}]", "a"), ("First[{}, none]", "none")],
    ),
    builtin(
        "Last",
        Attributes::NONE,
        |s, c| Ok(end(s, c, "Last", "nolast", -1)),
        "Last[e] is the last element; Last[e, default] gives the default if there is none.",
        &[("Last[{a, b}]", "b"), ("Last[{}, none]", "none")],
    ),
    builtin(
        "Rest",
        Attributes::NONE,
        |s, c| Ok(without_end(s, c, "Rest", "norest", 1, 0)),
        "Rest[e] is e without its first element.",
        &[("Rest[{a, b, c}]", "{b, c}"), ("Rest[f[x]]", "f[]")],
    ),
    builtin(
        "Most",
        Attributes::NONE,
        |s, c| Ok(without_end(s, c, "Most", "nomost", 0, 1)),
        "Most[e] is e without its last element.",
        &[("Most[{a, b, c}]", "{a, b}"), ("Most[f[x]]", "f[]")],
    ),
    builtin(
        "ReplacePart",
        Attributes::NONE,
        replace_part,
        "ReplacePart[e, i -> new] is e with another part; {i, j} -> new a part of a part; a list of \
         rules does several.",
        &[
            ("ReplacePart[{a, b, c}, 2 -> x]", "{a, x, c}"),
            ("ReplacePart[{{a}, b}, {1, 1} -> x]", "{{x}, b}"),
        ],
    ),
    builtin(
        "Level",
        Attributes::NONE,
        |s, c| {
            let (args, options) = super::options::Options::split(c.args(), 2);
            let heads = options.is_set(s, "Heads");
            let (of, levels, function) = match args {
                [of, levels] => (of, levels, None),
                [of, levels, function] => (of, levels, Some(function)),
                _ => return Ok(Step::Same),
            };
            let Some(levels) = crate::level::Levels::read(s, levels) else {
                return Ok(Step::Same);
            };
            let parts = Args::from(levels.with_heads(heads).parts(of));
            Ok(match function {
                None => Step::Done(Value::list(parts)),
                Some(function) => Step::Again(Value::call(function.clone(), parts)),
            })
        },
        "Level[e, levels] is the list of the parts of e at the levels; with Heads -> True, heads are parts, too. Level[e, levels, f] applies f to them.",
        &[("Level[a + f[x], {-1}]", "{a, x}"), ("Level[{{a}, b}, {1}]", "{{a}, b}")],
    ),
    builtin(
        "Symbol",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [Value::String(name)] => Step::Again(Value::Symbol(s.names.symbol(name))),
                _ => Step::Same,
            })
        },
        "Symbol[\"name\"] is the symbol of that name.",
        &[("Symbol[\"abc\"]", "abc"), ("Head[Symbol[\"x\"]]", "Symbol")],
    ),
    builtin(
        "SymbolName",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [symbol] if symbol.as_symbol().is_some() => Step::Done(Value::string(
                    symbol
                        .as_symbol()
                        .map_or_else(String::new, |own| s.names.full(own).name.to_string()),
                )),
                _ => Step::Same,
            })
        },
        "SymbolName[x] is the name of the symbol x.",
        &[("SymbolName[abc]", "\"abc\""), ("SymbolName[Global`x]", "\"x\"")],
    ),
    builtin(
        "Context",
        Attributes::HOLD_FIRST,
        |s, c| {
            Ok(match c.args() {
                [symbol] if symbol.as_symbol().is_some() => Step::Done(Value::string(
                    symbol
                        .as_symbol()
                        .map_or_else(String::new, |own| s.names.full(own).context.to_string()),
                )),
                [] => Step::Done(Value::string(&*s.names.context)),
                _ => Step::Same,
            })
        },
        "Context[x] is the context of the symbol x; Context[] the current one.",
        &[("Context[Plus]", "\"System`\""), ("Context[]", "\"Global`\"")],
    ),
];

/// Returns how many elements there are.
pub(crate) fn length(value: &Value) -> usize {
    match value {
        Value::Call(call) => call.len(),
        Value::Association(entries) => entries.len(),
        _ => 0,
    }
}

fn leaves(value: &Value) -> i64 {
    match value {
        Value::Call(call) => crate::value::grown(call.depth(), || {
            leaves(call.head()) + call.args().iter().map(leaves).sum::<i64>()
        }),
        Value::Association(entries) => {
            1 + entries.iter().map(|(k, e)| leaves(k) + leaves(&e.value) + 1).sum::<i64>()
        }
        _ => {
            number::as_call(value).map_or(1, |call| 1 + call.args().iter().map(leaves).sum::<i64>())
        }
    }
}

/// What one part specification takes.
enum Taken {
    /// One element; 0 is the head.
    One(usize),
    /// The value of a key.
    Key(Value),
    /// Several, each by its place or key.
    Several(Vec<Taken>),
}

/// Returns the place from 1 that a number means in a collection of a length.
fn place(index: i64, length: usize) -> Option<usize> {
    let length = length as i64;
    let place = if index < 0 { length + 1 + index } else { index };
    (0..=length).contains(&place).then_some(place as usize).filter(|_| index >= 0 || place > 0)
}

fn taken(spec: &Value, of: &Value) -> Option<Taken> {
    let length = length(of);
    match spec {
        Value::Integer(index) => place(*index, length).map(Taken::One),
        Value::Symbol(sym::All) => Some(Taken::Several((1..=length).map(Taken::One).collect())),
        Value::String(_) if matches!(of, Value::Association(_)) => Some(Taken::Key(spec.clone())),
        Value::Call(call) if call.is(sym::Key) && call.args().len() == 1 => {
            Some(Taken::Key(call.args()[0].clone()))
        }
        Value::Call(call) if call.is(sym::List) => {
            let all: Option<Vec<Taken>> = call.args().iter().map(|spec| taken(spec, of)).collect();
            all.map(Taken::Several)
        }
        Value::Call(call) if call.is(sym::Span) => {
            let places = span(call, length)?;
            Some(Taken::Several(places.into_iter().map(Taken::One).collect()))
        }
        _ => None,
    }
}

/// Returns the places that a span means: `i ;; j ;; step`.
pub(crate) fn span(span: &Call, length: usize) -> Option<Vec<usize>> {
    let bound = |value: &Value| match value {
        Value::Symbol(sym::All) => Some(None),
        Value::Integer(index) => {
            let place = if *index < 0 { length as i64 + 1 + index } else { *index };
            Some(Some(place))
        }
        _ => None,
    };
    let (first, last, step) = match span.args() {
        [first, last] => (bound(first)?, bound(last)?, 1),
        [first, last, step] => (bound(first)?, bound(last)?, step.as_i64()?),
        _ => return None,
    };
    if step == 0 {
        return None;
    }
    let (from, to) = match step > 0 {
        true => (first.unwrap_or(1), last.unwrap_or(length as i64)),
        false => (first.unwrap_or(length as i64), last.unwrap_or(1)),
    };
    let is_empty = if step > 0 { to < from } else { to > from };
    // One before the beginning is an empty span, anything further is none.
    if is_empty {
        return ((to - from).abs() == 1).then(Vec::new);
    }
    let inside = 1..=length as i64;
    if !inside.contains(&from) || !inside.contains(&to) {
        return None;
    }
    let mut places = Vec::new();
    let mut place = from;
    while if step > 0 { place <= to } else { place >= to } {
        places.push(place as usize);
        place += step;
    }
    Some(places)
}

fn element(of: &Value, place: usize) -> Option<Value> {
    match (of, place) {
        (_, 0) => Some(of.head()),
        (Value::Call(call), _) => call.args().get(place - 1).cloned(),
        (Value::Association(entries), _) => {
            entries.nth(place - 1).map(|(_, entry)| entry.value.clone())
        }
        _ => None,
    }
}

/// Returns the part of an expression that specifications mean, `None` if there is none.
pub(crate) fn get(of: &Value, specs: &[Value]) -> Option<Value> {
    let Some((spec, rest)) = specs.split_first() else { return Some(of.clone()) };
    match taken(spec, of)? {
        Taken::One(place) => get(&element(of, place)?, rest),
        Taken::Key(key) => get(&value_of_key(of, &key)?, rest),
        Taken::Several(all) => {
            if let Value::Association(entries) = of {
                return several_of_association(entries, &all, rest);
            }
            let each = |one: &Taken| match one {
                Taken::One(place) => get(&element(of, *place)?, rest),
                Taken::Key(key) => get(&value_of_key(of, key)?, rest),
                Taken::Several(_) => None,
            };
            let args: Option<Args> = all.iter().map(each).collect();
            Some(Value::call(of.head(), args?))
        }
    }
}

fn several_of_association(entries: &Association, all: &[Taken], rest: &[Value]) -> Option<Value> {
    let mut new = Association::default();
    for one in all {
        let (key, value) = match one {
            Taken::One(place) => {
                let (key, entry) = entries.nth(place.checked_sub(1)?)?;
                (key.clone(), entry.value.clone())
            }
            Taken::Key(key) => (key.clone(), missing_or(entries, key)),
            Taken::Several(_) => return None,
        };
        new.insert(key, get(&value, rest)?);
    }
    Some(Value::Association(Arc::new(new)))
}

fn missing_or(entries: &Association, key: &Value) -> Value {
    match entries.get(key) {
        Some(entry) => entry.value.clone(),
        None => Value::call(sym::Missing, [Value::string("KeyAbsent"), key.clone()]),
    }
}

fn value_of_key(of: &Value, key: &Value) -> Option<Value> {
    match of {
        Value::Association(entries) => Some(missing_or(entries, key)),
        _ => None,
    }
}

fn part(session: &mut Session, call: &Arc<Call>) -> Step {
    let [of, specs @ ..] = call.args() else { return Step::Same };
    if super::sparse::is_sparse(of) {
        return Step::Same;
    }
    // The most frequent case.
    if let (Value::Call(list), [Value::Integer(index)]) = (of, specs)
        && *index > 0
        && let Some(element) = list.get(*index as usize - 1)
    {
        return Step::Again(element);
    }
    match get(of, specs) {
        Some(part) => Step::Again(part),
        None => {
            let is_spec = |spec: &Value| {
                matches!(spec, Value::Integer(_) | Value::String(_))
                    || spec.as_list().is_some()
                    || spec.is(sym::All)
                    || spec.args_of(sym::Span).is_some()
                    || spec.args_of(sym::Key).is_some()
            };
            let specs_list = Value::list(Args::from(specs));
            match specs.iter().find(|spec| !is_spec(spec)) {
                Some(wrong) => session.message(sym::Part, "pkspec1", std::slice::from_ref(wrong)),
                None if of.is_atom() => {
                    session.message(sym::Part, "partd", &[Value::Call(call.clone())]);
                }
                None => session.message(sym::Part, "partw", &[specs_list, of.clone()]),
            }
            Step::Same
        }
    }
}

/// Sets a part of the value of a symbol: `x[[i, j]] = rhs`.
pub(super) fn set_part(session: &mut Session, call: &Call, rhs: &Value) -> Evaluated<bool> {
    let [target, specs @ ..] = call.args() else { return Ok(false) };
    let mut places = Vec::with_capacity(specs.len());
    for spec in specs {
        places.push(session.evaluate(spec)?);
    }
    let Some(symbol) = target.as_symbol() else {
        session.message(sym::Set, "setps", std::slice::from_ref(target));
        return Ok(false);
    };
    if session.attributes(symbol).has(Attributes::PROTECTED) {
        session.message(sym::Set, "wrsym", std::slice::from_ref(target));
        return Ok(false);
    }
    // While it is changed, the symbol does not refer to it: it is changed in place if nothing
    // else does.
    let Some(mut value) = session.change(symbol).own.take() else {
        session.message(sym::Set, "noval", std::slice::from_ref(target));
        return Ok(false);
    };
    let is_set = match super::sparse::set_part(&mut value, &places, rhs) {
        Some(is_set) => is_set,
        None => put(&mut value, &places, rhs),
    };
    if !is_set {
        session.message(sym::Part, "partw", &[Value::list(Args::from(places)), value.clone()]);
    }
    session.change(symbol).own = Some(value);
    Ok(is_set)
}

/// Changes a part of an expression; returns whether there is such a part.
fn put(of: &mut Value, specs: &[Value], rhs: &Value) -> bool {
    let Some((spec, rest)) = specs.split_first() else {
        *of = rhs.clone();
        return true;
    };
    if let Value::Association(entries) = of
        && let Some(key) = match spec {
            Value::String(_) => Some(spec.clone()),
            Value::Call(call) if call.is(sym::Key) => call.args().first().cloned(),
            _ => None,
        }
    {
        let entries = Arc::make_mut(entries);
        let mut value = entries.get(&key).map_or(Value::NULL, |entry| entry.value.clone());
        return put(&mut value, rest, rhs) && {
            entries.insert(key, value);
            true
        };
    }
    let Some(taken) = taken(spec, of) else { return false };
    match taken {
        Taken::One(place) => put_one(of, place, rest, rhs),
        Taken::Several(all) => {
            let values = rhs.as_list().filter(|values| values.len() == all.len());
            all.iter().enumerate().all(|(index, one)| match one {
                Taken::One(place) => {
                    let value = values.map_or(rhs, |values| &values[index]);
                    put_one(of, *place, rest, value)
                }
                _ => false,
            })
        }
        Taken::Key(_) => false,
    }
}

fn put_one(of: &mut Value, place: usize, rest: &[Value], rhs: &Value) -> bool {
    match of {
        Value::Call(call) => {
            let call = Arc::make_mut(call);
            if place == 0 {
                let args = call.take_args();
                *call = Call::new(rhs.clone(), args);
                return true;
            }
            call.change_arg(place - 1, |element| put(element, rest, rhs))
        }
        Value::Association(entries) => {
            let entries = Arc::make_mut(entries);
            let Some((key, mut value)) = place
                .checked_sub(1)
                .and_then(|place| entries.nth(place))
                .map(|(key, entry)| (key.clone(), entry.value.clone()))
            else {
                return false;
            };
            put(&mut value, rest, rhs) && {
                entries.insert(key, value);
                true
            }
        }
        _ => false,
    }
}

fn replace_part(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, rules) = match call.args() {
        [of, rules] => (of, rules.clone()),
        [of, new, place] => (of, Value::rule(place.clone(), new.clone())),
        _ => return Ok(Step::Same),
    };
    let mut value = of.clone();
    for rule in rules.as_list().unwrap_or(std::slice::from_ref(&rules)) {
        let Some((places, new, delayed)) = crate::rule::sides(rule) else { return Ok(Step::Same) };
        // A list of lists means several places.
        let is_several = places
            .as_list()
            .is_some_and(|list| !list.is_empty() && list.iter().all(|one| one.as_list().is_some()));
        let all = match places.as_list().filter(|_| is_several) {
            Some(all) => all,
            None => std::slice::from_ref(places),
        };
        for place in all {
            let specs = place.as_list().unwrap_or(std::slice::from_ref(place));
            if specs.iter().all(|spec| matches!(spec, Value::Integer(_) | Value::String(_))) {
                // A place that is not there is left alone.
                put(&mut value, specs, new);
            } else {
                replace_where(session, &mut value, specs, new, delayed)?;
            }
        }
    }
    Ok(Step::Again(value))
}

/// Replaces the parts whose places match a pattern: `{i_, 2} -> f[i]`.
fn replace_where(
    session: &mut Session,
    of: &mut Value,
    specs: &[Value],
    new: &Value,
    delayed: bool,
) -> Evaluated<()> {
    let pattern = Value::list(Args::from(specs));
    let rule = crate::rule::Rule::new(session, &pattern, new, delayed);
    let mut places = Vec::new();
    crate::level::Levels::between(1, i64::MAX).visit(of, &mut |_, index| {
        places.push(Args::from(index));
        true
    });
    for place in places {
        if let Some(new) = rule.apply(session, &Value::list(place.clone()))? {
            put(of, &place, &new);
        }
    }
    Ok(())
}

fn end(session: &mut Session, call: &Arc<Call>, name: &str, tag: &str, place: i64) -> Step {
    let (of, default) = match call.args() {
        [of] => (of, None),
        [of, default] => (of, Some(default)),
        all => {
            session.wrong_count_of(name, all.len(), 1, 2);
            return Step::Same;
        }
    };
    let wanted = if place == 0 { 1 } else { length(of) };
    match element(of, wanted).filter(|_| length(of) > 0) {
        Some(element) => Step::Again(element),
        None if default.is_some() => Step::Again(default.cloned().unwrap_or(Value::NULL)),
        None if of.is_atom() => {
            session.message_of(name, "normal", &[Value::Integer(1), Value::Call(call.clone())]);
            Step::Same
        }
        None => {
            session.message_of(name, tag, std::slice::from_ref(of));
            Step::Same
        }
    }
}

fn without_end(
    session: &mut Session,
    call: &Arc<Call>,
    name: &str,
    tag: &str,
    first: usize,
    last: usize,
) -> Step {
    let Some([of]) = fixed(call) else {
        session.wrong_count_of(name, call.args().len(), 1, 1);
        return Step::Same;
    };
    let count = length(of);
    if of.is_atom() && !matches!(of, Value::Association(_)) {
        session.message_of(name, "normal", &[Value::Integer(1), Value::Call(call.clone())]);
        return Step::Same;
    }
    if count == 0 {
        session.message_of(name, tag, std::slice::from_ref(of));
        return Step::Same;
    }
    let places: Vec<usize> = (first..count - last).collect();
    Step::Again(super::functional::with_elements(of, &places))
}
