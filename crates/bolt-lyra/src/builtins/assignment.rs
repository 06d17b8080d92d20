//! Definitions: `=`, `:=`, `^=`, `/:` and what removes or changes them.

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::association::Entry;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::rule::{Rule, Rules};
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value, fixed};

const HOLD_FIRST: Attributes = Attributes::HOLD_FIRST.and(Attributes::SEQUENCE_HOLD);
const HOLD_ALL: Attributes = Attributes::HOLD_ALL.and(Attributes::SEQUENCE_HOLD);

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Set",
        HOLD_FIRST,
        |session, call| set(session, call, false),
        "lhs = rhs or Set[lhs, rhs] evaluates rhs and makes it the value of lhs. A list on the left \
         takes its elements from a list on the right.",
        &[("x = 3; x^2", "9"), ("{a, b} = {1, 2}; a + b", "3")],
    ),
    builtin(
        "SetDelayed",
        HOLD_ALL,
        |session, call| set(session, call, true),
        "lhs := rhs or SetDelayed[lhs, rhs] makes rhs the value of lhs, to be evaluated each time \
         it is used.",
        &[("f[x_] := x^2; f[3]", "9"), ("n = 1; g := n; n = 2; g", "2")],
    ),
    builtin(
        "UpSet",
        HOLD_FIRST,
        |session, call| up_set(session, call, false),
        "lhs ^= rhs or UpSet[lhs, rhs] gives rhs as the value of lhs to the symbols that are \
         arguments in it.",
        &[
            ("area[square] ^= 4; area[square]", "4"),
            ("area[square] ^= 4; UpValues[square]", "{HoldPattern[area[square]] :> 4}"),
        ],
    ),
    builtin(
        "UpSetDelayed",
        HOLD_ALL,
        |session, call| up_set(session, call, true),
        "lhs ^:= rhs or UpSetDelayed[lhs, rhs] is UpSet with the right side left unevaluated.",
        &[
            ("area[s[x_]] ^:= x^2; area[s[3]]", "9"),
            ("len[v[x__]] ^:= Length[{x}]; len[v[a, b]]", "2"),
        ],
    ),
    builtin(
        "TagSet",
        Attributes::HOLD_ALL,
        |session, call| tag_set(session, call, false),
        "f /: lhs = rhs or TagSet[f, lhs, rhs] gives rhs as the value of lhs to f.",
        &[("f /: g[f[x_]] = 7; g[f[1]]", "7"), ("q /: q + q = r; q + q", "r")],
    ),
    builtin(
        "TagSetDelayed",
        Attributes::HOLD_ALL,
        |session, call| tag_set(session, call, true),
        "f /: lhs := rhs or TagSetDelayed[f, lhs, rhs] is TagSet with the right side left \
         unevaluated.",
        &[
            ("f /: h[f[x_]] := x + 1; h[f[1]]", "2"),
            ("mod /: mod[a_] + mod[b_] := mod[a + b]; mod[1] + mod[2]", "mod[3]"),
        ],
    ),
    builtin(
        "Unset",
        Attributes::HOLD_FIRST,
        unset,
        "lhs =. or Unset[lhs] removes the value of lhs.",
        &[("x = 3; x =.; x", "x"), ("f[1] = 2; f[1] =.; f[1]", "f[1]")],
    ),
    builtin(
        "Clear",
        Attributes::HOLD_ALL,
        |session, call| Ok(clear(session, call, false)),
        "Clear[a, b] removes the values and definitions of symbols; their attributes stay.",
        &[("x = 3; Clear[x]; x", "x"), ("f[x_] := 1; Clear[f]; f[2]", "f[2]")],
    ),
    builtin(
        "ClearAll",
        Attributes::HOLD_ALL,
        |session, call| Ok(clear(session, call, true)),
        "ClearAll[a, b] removes everything that is defined for symbols, attributes included.",
        &[
            ("x = 3; ClearAll[x]; x", "x"),
            ("SetAttributes[f, Flat]; ClearAll[f]; Attributes[f]", "{}"),
        ],
    ),
    builtin(
        "Increment",
        Attributes::HOLD_FIRST,
        |s, c| change(s, c, 1, true),
        "x++ or Increment[x] adds 1 to the value of x and gives the old value.",
        &[("i = 5; {i++, i}", "{5, 6}"), ("l = {1, 2}; l[[1]]++; l", "{2, 2}")],
    ),
    builtin(
        "Decrement",
        Attributes::HOLD_FIRST,
        |s, c| change(s, c, -1, true),
        "x-- or Decrement[x] takes 1 from the value of x and gives the old value.",
        &[("i = 5; {i--, i}", "{5, 4}"), ("i = 0.5; i--; i", "-0.5")],
    ),
    builtin(
        "PreIncrement",
        Attributes::HOLD_FIRST,
        |s, c| change(s, c, 1, false),
        "++x or PreIncrement[x] adds 1 to the value of x and gives the new value.",
        &[("i = 5; ++i", "6"), ("i = 5; {++i, i}", "{6, 6}")],
    ),
    builtin(
        "PreDecrement",
        Attributes::HOLD_FIRST,
        |s, c| change(s, c, -1, false),
        "--x or PreDecrement[x] takes 1 from the value of x and gives the new value.",
        &[("i = 5; --i", "4"), ("i = 5; {--i, i}", "{4, 4}")],
    ),
    builtin(
        "AddTo",
        Attributes::HOLD_FIRST,
        |s, c| combine(s, c, |a, b| super::arithmetic::plus([a, b])),
        "x += d or AddTo[x, d] adds d to the value of x and gives the new value.",
        &[("x = 3; x += 4", "7"), ("x = {1, 2}; x += 1; x", "{2, 3}")],
    ),
    builtin(
        "SubtractFrom",
        Attributes::HOLD_FIRST,
        |s, c| combine(s, c, |a, b| super::arithmetic::plus([a, super::arithmetic::negative(b)])),
        "x -= d or SubtractFrom[x, d] takes d from the value of x and gives the new value.",
        &[("x = 3; x -= 4", "-1"), ("x = 3; x -= y", "3 - y")],
    ),
    builtin(
        "TimesBy",
        Attributes::HOLD_FIRST,
        |s, c| combine(s, c, |a, b| super::arithmetic::times([a, b])),
        "x *= c or TimesBy[x, c] multiplies the value of x by c and gives the new value.",
        &[("x = 3; x *= 4", "12"), ("x = y; x *= y", "y^2")],
    ),
    builtin(
        "DivideBy",
        Attributes::HOLD_FIRST,
        |s, c| combine(s, c, |a, b| super::arithmetic::times([a, super::arithmetic::inverse(b)])),
        "x /= c or DivideBy[x, c] divides the value of x by c and gives the new value.",
        &[("x = 6; x /= 4", "3/2"), ("x = y; x /= y", "1")],
    ),
    builtin(
        "AppendTo",
        Attributes::HOLD_FIRST,
        |s, c| append_to(s, c, true),
        "AppendTo[x, e] adds e at the end of the value of x, a list or another expression; to an \
         association it adds a rule.",
        &[
            ("l = {1, 2}; AppendTo[l, 3]; l", "{1, 2, 3}"),
            ("l = {}; Do[AppendTo[l, i^2], {i, 3}]; l", "{1, 4, 9}"),
            ("l = <|a -> 1|>; AppendTo[l, b -> 2]; l", "<|a -> 1, b -> 2|>"),
        ],
    ),
    builtin(
        "PrependTo",
        Attributes::HOLD_FIRST,
        |s, c| append_to(s, c, false),
        "PrependTo[x, e] adds e at the beginning of the value of x.",
        &[
            ("l = {1, 2}; PrependTo[l, 0]; l", "{0, 1, 2}"),
            ("l = f[a]; PrependTo[l, b]", "f[b, a]"),
        ],
    ),
];

fn set(session: &mut Session, call: &mut Arc<Call>, delayed: bool) -> Evaluated<Step> {
    let Some([lhs, rhs]) = fixed(call) else {
        session.wrong_count(
            if delayed { sym::SetDelayed } else { sym::Set },
            call.args().len(),
            2,
            2,
        );
        return Ok(Step::Same);
    };
    let (lhs, rhs) = (lhs.clone(), rhs.clone());
    // The call must not hold what is changed in place.
    if let Some(call) = Arc::get_mut(call) {
        call.take_args();
    }
    let is_set = assign(session, &lhs, &rhs, delayed)?;
    Ok(Step::Done(match (is_set, delayed) {
        (true, true) => Value::NULL,
        (_, false) => rhs,
        (false, true) => Value::Symbol(sym::Failed),
    }))
}

/// Makes a value or a definition; returns whether that was possible.
pub(crate) fn assign(
    session: &mut Session,
    lhs: &Value,
    rhs: &Value,
    delayed: bool,
) -> Evaluated<bool> {
    match lhs {
        Value::Symbol(_) | Value::Temporary(_) => Ok(set_own(session, lhs, rhs, delayed)),
        Value::Call(call) if call.is(sym::List) => set_elements(session, call, rhs, delayed),
        Value::Call(call) if call.is(sym::Part) && !call.args().is_empty() => {
            super::structure::set_part(session, call, rhs)
        }
        Value::Call(call) => define(session, lhs, call, rhs, delayed),
        _ => {
            session.message(sym::Set, "setraw", std::slice::from_ref(lhs));
            Ok(false)
        }
    }
}

fn set_own(session: &mut Session, lhs: &Value, rhs: &Value, delayed: bool) -> bool {
    let Some(symbol) = lhs.as_symbol() else { return false };
    if session.attributes(symbol).has_any(Attributes::PROTECTED | Attributes::LOCKED) {
        let tag = if delayed { sym::SetDelayed } else { sym::Set };
        session.message(tag, "wrsym", std::slice::from_ref(lhs));
        return false;
    }
    if delayed && rhs.exactly::<2>(sym::Condition).is_some() {
        let rule = Rule::new(session, lhs, rhs, true);
        session.change(symbol).rare().own.add(rule);
        return true;
    }
    session.change(symbol).own = Some(rhs.clone());
    session.setting_changed(symbol);
    true
}

fn set_elements(session: &mut Session, call: &Call, rhs: &Value, delayed: bool) -> Evaluated<bool> {
    let values = if delayed { session.evaluate(rhs)? } else { rhs.clone() };
    match values.as_list() {
        Some(values) if values.len() == call.args().len() => {
            let mut all = true;
            for (lhs, value) in call.args().iter().zip(values) {
                all &= assign(session, lhs, value, false)?;
            }
            Ok(all)
        }
        _ => {
            session.message(sym::Set, "shape", &[Value::from(call.clone()), values.clone()]);
            Ok(false)
        }
    }
}

/// Adds a rule for calls: to the head, or to what a special left side names.
/// Sets the value of a key where `x[key]` is assigned to and the value of x is an association;
/// returns whether that is so.
fn set_entry(session: &mut Session, lhs: &Value, rhs: &Value, delayed: bool) -> bool {
    let Some(call) = lhs.as_call() else { return false };
    let (Some(symbol), [key]) = (call.head().as_symbol(), call.args()) else { return false };
    let is_entry = session
        .definition(symbol)
        .is_some_and(|definition| matches!(definition.own, Some(Value::Association(_))));
    if !is_entry || session.attributes(symbol).has(Attributes::PROTECTED) {
        return false;
    }
    if let Some(Value::Association(entries)) = &mut session.change(symbol).own {
        let entry = Entry { value: rhs.clone(), delayed };
        Arc::make_mut(entries).insert_entry(key.clone(), entry);
    }
    true
}

fn define(
    session: &mut Session,
    lhs: &Value,
    call: &Call,
    rhs: &Value,
    delayed: bool,
) -> Evaluated<bool> {
    if let Some(done) = super::attributes::assign_special(session, call, rhs)? {
        return Ok(done);
    }
    if let (true, [of]) = (call.is(sym::NumericQ), call.args())
        && let Some(symbol) = of.as_symbol()
    {
        add_up_rule(session, symbol, lhs, rhs, delayed);
        return Ok(true);
    }
    let lhs = evaluate_arguments(session, lhs)?;
    let (mut pattern, mut rhs) = (lhs.clone(), rhs.clone());
    // `f[x_] /; c := b` is `f[x_] := b /; c`.
    while let Some([inner, test]) = pattern.exactly(sym::Condition) {
        rhs = Value::call(sym::Condition, [rhs, test.clone()]);
        pattern = inner.clone();
    }
    if set_entry(session, &pattern, &rhs, delayed) {
        return Ok(true);
    }
    let Some((owner, nested)) = owner(&pattern) else {
        session.message(sym::Set, "setraw", &[lhs]);
        return Ok(false);
    };
    let Some(symbol) = owner.as_symbol() else { return Ok(false) };
    // How something is shown may be said in spite of that.
    let is_protected =
        session.attributes(symbol).has_any(Attributes::PROTECTED | Attributes::LOCKED);
    if is_protected && symbol != sym::Format {
        let tag = if delayed { sym::SetDelayed } else { sym::Set };
        session.message(tag, "write", &[owner, pattern]);
        return Ok(false);
    }
    let rule = Rule::new(session, &pattern, &rhs, delayed || has_condition(&rhs));
    let definition = session.change(symbol);
    match nested {
        true => definition.rare().sub.add(rule),
        false => definition.down.add(rule),
    }
    Ok(true)
}

fn has_condition(rhs: &Value) -> bool {
    rhs.exactly::<2>(sym::Condition).is_some()
}

/// Returns the symbol whose rules a left side belongs to, and whether its head is a call.
fn owner(pattern: &Value) -> Option<(Value, bool)> {
    let mut head = match pattern.as_call()? {
        call if call.is(sym::HoldPattern) && call.args().len() == 1 => {
            return owner(&call.args()[0]);
        }
        call => call.head().clone(),
    };
    let mut nested = false;
    loop {
        head = match &head {
            Value::Symbol(_) | Value::Temporary(_) => return Some((head, nested)),
            Value::Call(call) if call.is(sym::Pattern) && call.args().len() == 2 => {
                call.args()[1].clone()
            }
            Value::Call(call) if call.is(sym::Blank) => call.args().first()?.clone(),
            Value::Call(call) => {
                nested = true;
                call.head().clone()
            }
            _ => return None,
        };
    }
}

/// Evaluates the arguments of a left side as far as the head's attributes let them be.
fn evaluate_arguments(session: &mut Session, lhs: &Value) -> Evaluated {
    let Value::Call(call) = lhs else { return Ok(lhs.clone()) };
    if call.is(sym::HoldPattern) {
        return Ok(lhs.clone());
    }
    if let Some([inner, test]) = lhs.exactly(sym::Condition) {
        let inner = evaluate_arguments(session, inner)?;
        return Ok(Value::call(sym::Condition, [inner, test.clone()]));
    }
    let head = match call.head() {
        Value::Symbol(_) | Value::Temporary(_) => call.head().clone(),
        head => evaluate_arguments(session, head)?,
    };
    let attributes = session.attributes_of(&head);
    let mut args = Args::with_capacity(call.args().len());
    for (place, arg) in call.args().iter().enumerate() {
        args.push(match attributes.holds(place) {
            true => arg.clone(),
            false => session.evaluate(arg)?,
        });
    }
    let new = Value::call(head, args);
    // Flat and unordered heads bring their arguments into their form.
    Ok(match attributes.has_any(Attributes::FLAT | Attributes::ORDERLESS) {
        true => session.arranged(&new),
        false => new,
    })
}

fn up_set(session: &mut Session, call: &mut Arc<Call>, delayed: bool) -> Evaluated<Step> {
    let Some([lhs, rhs]) = fixed(call) else { return Ok(Step::Same) };
    let lhs = evaluate_arguments(session, lhs)?;
    let owners: Vec<Symbol> = lhs
        .as_call()
        .map(|call| call.args().iter().filter_map(|arg| Some(owner_of_argument(arg)?.0)).collect())
        .unwrap_or_default();
    for symbol in owners {
        add_up_rule(session, symbol, &lhs, rhs, delayed);
    }
    Ok(Step::Done(if delayed { Value::NULL } else { rhs.clone() }))
}

fn owner_of_argument(arg: &Value) -> Option<(Symbol, ())> {
    match arg {
        Value::Symbol(_) | Value::Temporary(_) => Some((arg.as_symbol()?, ())),
        Value::Call(call) if call.is(sym::Pattern) && call.args().len() == 2 => {
            owner_of_argument(&call.args()[1])
        }
        Value::Call(call) if call.is(sym::Blank) => Some((call.args().first()?.as_symbol()?, ())),
        _ => Some((owner(arg)?.0.as_symbol()?, ())),
    }
}

fn add_up_rule(session: &mut Session, symbol: Symbol, lhs: &Value, rhs: &Value, delayed: bool) {
    if session.attributes(symbol).has_any(Attributes::PROTECTED | Attributes::LOCKED) {
        session.message(sym::UpSet, "write", &[Value::Symbol(symbol), lhs.clone()]);
        return;
    }
    let rule = Rule::new(session, lhs, rhs, delayed);
    session.has_up_rules = true;
    session.new_epoch();
    session.touch(symbol);
    session.definition_mut(symbol).rare().up.add(rule);
}

fn tag_set(session: &mut Session, call: &mut Arc<Call>, delayed: bool) -> Evaluated<Step> {
    let Some([tag, lhs, rhs]) = fixed(call) else { return Ok(Step::Same) };
    let Some(symbol) = tag.as_symbol() else { return Ok(Step::Same) };
    let lhs = evaluate_arguments(session, lhs)?;
    let rhs = if delayed { rhs.clone() } else { session.evaluate(rhs)? };
    if let Some(call) = lhs.as_call().filter(|call| call.is(sym::N))
        && super::attributes::assign_special(session, call, &rhs)?.is_some()
    {
        return Ok(Step::Done(if delayed { Value::NULL } else { rhs }));
    }
    let is_head = owner(&lhs).is_some_and(|(owner, nested)| owner == *tag && !nested);
    match is_head {
        true => {
            let rule = Rule::new(session, &lhs, &rhs, delayed);
            session.change(symbol).down.add(rule);
        }
        false => add_up_rule(session, symbol, &lhs, &rhs, delayed),
    }
    Ok(Step::Done(if delayed { Value::NULL } else { rhs }))
}

fn unset(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some([lhs]) = fixed(call) else { return Ok(Step::Same) };
    if let Some(symbol) = lhs.as_symbol() {
        session.change(symbol).own = None;
        return Ok(Step::Done(Value::NULL));
    }
    if let Some(all) = lhs.as_list() {
        let one = |one: &Value| Value::call(sym::Unset, [one.clone()].as_slice());
        return Ok(Step::Again(Value::list(all.iter().map(one).collect::<Args>())));
    }
    if let Some([of, tag]) = lhs.exactly(sym::MessageName) {
        if let (Some(symbol), Some(tag)) = (of.as_symbol(), tag.as_str()) {
            session.change(symbol).rare().messages.remove(tag);
        }
        return Ok(Step::Done(Value::NULL));
    }
    let lhs = evaluate_arguments(session, lhs)?;
    let Some(symbol) = owner(&lhs).and_then(|(owner, _)| owner.as_symbol()) else {
        return Ok(Step::Done(Value::Symbol(sym::Failed)));
    };
    let rule = Rule::new(session, &lhs, &Value::NULL, true);
    let definition = session.change(symbol);
    let removed = definition.down.remove(&rule) || definition.rare().sub.remove(&rule);
    if !removed {
        session.message(sym::Unset, "norep", &[lhs, Value::Symbol(symbol)]);
        return Ok(Step::Done(Value::Symbol(sym::Failed)));
    }
    Ok(Step::Done(Value::NULL))
}

fn clear(session: &mut Session, call: &mut Arc<Call>, everything: bool) -> Step {
    for arg in call.args() {
        let symbols = match (arg, arg.as_symbol()) {
            (Value::String(pattern), _) => {
                session.matching_names(pattern).into_iter().map(|(symbol, _)| symbol).collect()
            }
            (_, Some(symbol)) => vec![symbol],
            _ => {
                session.message(sym::Clear, "ssym", std::slice::from_ref(arg));
                continue;
            }
        };
        for symbol in symbols {
            if session.attributes(symbol).has_any(Attributes::PROTECTED | Attributes::LOCKED) {
                session.message(sym::Clear, "wrsym", &[Value::Symbol(symbol)]);
                continue;
            }
            clear_symbol(session, symbol, everything);
        }
    }
    Step::Done(Value::NULL)
}

fn clear_symbol(session: &mut Session, symbol: Symbol, everything: bool) {
    let definition = session.change(symbol);
    definition.own = None;
    definition.down = Rules::default();
    if let Some(rare) = &mut definition.rare {
        let kept = crate::definition::Rare {
            options: rare.options.take(),
            messages: std::mem::take(&mut rare.messages),
            default: std::mem::take(&mut rare.default),
            ..Default::default()
        };
        definition.rare = (!everything).then(|| Box::new(kept));
    }
    if everything {
        definition.attributes = Attributes::NONE;
        session.attribute_epoch += 1;
        session.builtin_epoch += 1;
    }
    session.new_epoch();
}

/// Returns the value of something that can be assigned to.
fn value_of(session: &mut Session, lhs: &Value, tag: Symbol) -> Evaluated<Option<Value>> {
    let value = session.evaluate(lhs)?;
    if value == *lhs {
        session.message(tag, "rvalue", std::slice::from_ref(lhs));
        return Ok(None);
    }
    Ok(Some(value))
}

fn change(
    session: &mut Session,
    call: &mut Arc<Call>,
    by: i64,
    gives_old: bool,
) -> Evaluated<Step> {
    let Some([lhs]) = fixed(call) else { return Ok(Step::Same) };
    let tag = if by > 0 { sym::Increment } else { sym::Decrement };
    let Some(old) = value_of(session, lhs, tag)? else { return Ok(Step::Same) };
    let new = match old.is_number() {
        true => number::add(&old, &Value::Integer(by)),
        false => super::arithmetic::add_up(session, [old.clone(), Value::Integer(by)])?,
    };
    assign(session, lhs, &new, false)?;
    Ok(Step::Done(if gives_old { old } else { new }))
}

fn combine(
    session: &mut Session,
    call: &mut Arc<Call>,
    with: fn(Value, Value) -> Value,
) -> Evaluated<Step> {
    let Some([lhs, rhs]) = fixed(call) else { return Ok(Step::Same) };
    let Some(old) = value_of(session, lhs, sym::AddTo)? else { return Ok(Step::Same) };
    let new = session.evaluate(&with(old, rhs.clone()))?;
    assign(session, lhs, &new, false)?;
    Ok(Step::Done(new))
}

/// Adds an element in place if nothing else refers to the value.
fn append_to(session: &mut Session, call: &mut Arc<Call>, at_end: bool) -> Evaluated<Step> {
    let Some([lhs, element]) = fixed(call) else { return Ok(Step::Same) };
    let Some(value) = value_of(session, lhs, sym::Set)? else { return Ok(Step::Same) };
    if value.is_atom() {
        session.message(sym::General, "normal", &[Value::Integer(1), Value::Call(call.clone())]);
        return Ok(Step::Same);
    }
    let value = match value {
        Value::Call(list) => Value::Call(extended(session, lhs, list, element, at_end)),
        value => {
            let name = if at_end { "System`Append" } else { "System`Prepend" };
            let function = Value::Symbol(session.names.symbol(name));
            session.call(&function, [value, element.clone()])?
        }
    };
    assign(session, lhs, &value, false)?;
    Ok(Step::Done(value))
}

/// Adds an element to the value of what is to be assigned.
fn extended(
    session: &mut Session,
    lhs: &Value,
    mut list: Arc<Call>,
    element: &Value,
    at_end: bool,
) -> Arc<Call> {
    if let Some(symbol) = lhs.as_symbol()
        && !session.attributes(symbol).has(Attributes::PROTECTED)
    {
        // While it is changed, the symbol does not refer to it.
        session.change(symbol).own = None;
    }
    let own = Arc::make_mut(&mut list);
    if at_end {
        own.push(element.clone());
    } else {
        let mut args = own.take_args();
        args.insert(0, element.clone());
        own.set_args(args);
    }
    list
}
