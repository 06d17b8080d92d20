//! Attributes, options and lists of definitions.

use triomphe::Arc;

use super::options::options_of;
use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::{Rule, Rules, sides};
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value, fixed};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Attributes",
        Attributes::HOLD_ALL.and(Attributes::LISTABLE),
        |s, c| Ok(attributes(s, c)),
        "Attributes[f] gives the list of the attributes of f; it can be assigned to.",
        &[
            (
                "Attributes[Plus]",
                "{Flat, Listable, NumericFunction, OneIdentity, Orderless, Protected}",
            ),
            ("Attributes[f] = {Flat}; f[f[a], b]", "f[a, b]"),
        ],
    ),
    builtin(
        "SetAttributes",
        Attributes::HOLD_FIRST,
        |s, c| change(s, c, true),
        "SetAttributes[f, attributes] adds attributes to those of f.",
        &[
            ("SetAttributes[f, Orderless]; f[b, a]", "f[a, b]"),
            ("SetAttributes[f, Listable]; f[{1, 2}]", "{f[1], f[2]}"),
        ],
    ),
    builtin(
        "ClearAttributes",
        Attributes::HOLD_FIRST,
        |s, c| change(s, c, false),
        "ClearAttributes[f, attributes] removes attributes of f.",
        &[
            (
                "SetAttributes[f, {Flat, Listable}]; ClearAttributes[f, Flat]; Attributes[f]",
                "{Listable}",
            ),
            ("ClearAttributes[f, Flat]; Attributes[f]", "{}"),
        ],
    ),
    builtin(
        "Protect",
        Attributes::HOLD_ALL,
        |s, c| Ok(protect(s, c, true)),
        "Protect[a, b] keeps symbols from being given values.",
        &[("x = 1; Protect[x]; x = 2; x", "1"), ("Protect[y]; Attributes[y]", "{Protected}")],
    ),
    builtin(
        "Unprotect",
        Attributes::HOLD_ALL,
        |s, c| Ok(protect(s, c, false)),
        "Unprotect[a, b] lets symbols be given values again.",
        &[("Unprotect[Sin]; Sin[q] = 7; Sin[q]", "7"), ("Protect[y]; Unprotect[y]; y = 2", "2")],
    ),
    builtin(
        "OwnValues",
        Attributes::HOLD_ALL,
        |s, c| Ok(values(s, c, Kind::Own)),
        "OwnValues[x] gives the value of x as a list of rules.",
        &[("x = 3; OwnValues[x]", "{HoldPattern[x] :> 3}"), ("OwnValues[y]", "{}")],
    ),
    builtin(
        "DownValues",
        Attributes::HOLD_ALL,
        |s, c| Ok(values(s, c, Kind::Down)),
        "DownValues[f] gives the rules for calls of f in the order in which they are tried.",
        &[
            ("f[1] = 2; DownValues[f]", "{HoldPattern[f[1]] :> 2}"),
            ("f[x_] := x; f[1] = 0; Length[DownValues[f]]", "2"),
        ],
    ),
    builtin(
        "UpValues",
        Attributes::HOLD_ALL,
        |s, c| Ok(values(s, c, Kind::Up)),
        "UpValues[f] gives the rules for calls that f is an argument of.",
        &[("f /: g[f] = 1; UpValues[f]", "{HoldPattern[g[f]] :> 1}"), ("UpValues[h]", "{}")],
    ),
    builtin(
        "SubValues",
        Attributes::HOLD_ALL,
        |s, c| Ok(values(s, c, Kind::Sub)),
        "SubValues[f] gives the rules for calls whose head is a call of f.",
        &[("f[a][x_] := x; Length[SubValues[f]]", "1"), ("SubValues[h]", "{}")],
    ),
    builtin(
        "NValues",
        Attributes::HOLD_ALL,
        |s, c| Ok(values(s, c, Kind::Numeric)),
        "NValues[f] gives the rules for numerical values of f.",
        &[
            ("N[f] = 5; NValues[f]", "{HoldPattern[N[f, {MachinePrecision, Infinity}]] :> 5}"),
            ("NValues[h]", "{}"),
        ],
    ),
    builtin(
        "Messages",
        Attributes::HOLD_ALL,
        |s, c| Ok(messages(s, c)),
        "Messages[f] gives the texts of messages that are defined for f, as rules.",
        &[
            ("f::bad = \"no\"; Messages[f]", "{HoldPattern[f::bad] :> \"no\"}"),
            ("Messages[h]", "{}"),
        ],
    ),
    builtin(
        "DefaultValues",
        Attributes::HOLD_ALL,
        |s, c| Ok(values(s, c, Kind::Default)),
        "DefaultValues[f] gives the rules for defaults of arguments of f.",
        &[
            ("Default[f] = 4; DefaultValues[f]", "{HoldPattern[Default[f]] :> 4}"),
            ("DefaultValues[Power]", "{HoldPattern[Default[Power, 2]] :> 1}"),
            ("DefaultValues[h]", "{}"),
        ],
    ),
    builtin(
        "Default",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [of, places @ ..] if places.len() <= 2 => {
                    let places: Option<Vec<usize>> = places.iter().map(Value::as_usize).collect();
                    let default = places.and_then(|places| s.default_of(of, &places));
                    default.map_or(Step::Same, Step::Again)
                }
                _ => Step::Same,
            })
        },
        "Default[f] is what an argument of f is where the pattern x_. leaves it out, Default[f, i] the i-th argument, Default[f, i, n] the i-th of n; they can be assigned to.",
        &[
            ("Default[Plus]", "0"),
            ("Default[f] = 7; f[1] /. f[1, x_.] -> x", "7"),
            ("Default[f, 2] = 5; f[1] /. f[x_, y_.] -> {x, y}", "{1, 5}"),
        ],
    ),
    builtin(
        "Options",
        Attributes::NONE,
        options,
        "Options[f] gives the options of f with their defaults; it can be assigned to. Options[f, name] gives one of them.",
        &[
            ("Options[f] = {a -> 1}; Options[f]", "{a -> 1}"),
            ("Options[f] = {a -> 1, b -> 2}; Options[f, b]", "{b -> 2}"),
        ],
    ),
    builtin(
        "SetOptions",
        Attributes::NONE,
        set_options,
        "SetOptions[f, name -> value] changes defaults of options of f.",
        &[
            ("Options[f] = {a -> 1}; SetOptions[f, a -> 2]", "{a -> 2}"),
            ("Options[f] = {a -> 1, b -> 2}; SetOptions[f, b -> 3]", "{a -> 1, b -> 3}"),
        ],
    ),
];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Own,
    Down,
    Up,
    Sub,
    Numeric,
    Default,
}

/// Returns the symbol that an expression or a string names.
pub(super) fn named(session: &Session, value: &Value) -> Option<Symbol> {
    match value {
        Value::String(name) => session.names.find(name),
        _ => value.as_symbol(),
    }
}

fn attributes(session: &mut Session, call: &Arc<Call>) -> Step {
    let Some([of]) = fixed(call) else { return Step::Same };
    let Some(symbol) = named(session, of) else { return Step::Same };
    let own = session.attributes(symbol);
    let held = Attributes::NAMED.iter().filter(|(attribute, _)| own.has(*attribute));
    let mut list: Vec<Value> = held.map(|(_, name)| Value::Symbol(*name)).collect();
    crate::order::sort(&session.names, &mut list);
    Step::Done(Value::list(Args::from(list)))
}

fn read(session: &mut Session, value: &Value) -> Option<Attributes> {
    let mut all = Attributes::NONE;
    for name in value.as_list().unwrap_or(std::slice::from_ref(value)) {
        let known = Attributes::NAMED.iter().find(|(_, symbol)| name.is(*symbol));
        match known {
            Some((attribute, _)) => all |= *attribute,
            None => {
                session.message(sym::Attributes, "attnf", std::slice::from_ref(name));
                return None;
            }
        }
    }
    Some(all)
}

fn change(session: &mut Session, call: &mut Arc<Call>, adds: bool) -> Evaluated<Step> {
    let Some([of, names]) = fixed(call) else { return Ok(Step::Same) };
    let Some(these) = read(session, names) else { return Ok(Step::Same) };
    for one in of.as_list().unwrap_or(std::slice::from_ref(of)) {
        let Some(symbol) = named(session, one) else { continue };
        let own = session.attributes(symbol);
        set(session, symbol, if adds { own | these } else { own.without(these) });
    }
    Ok(Step::Done(Value::NULL))
}

fn set(session: &mut Session, symbol: Symbol, attributes: Attributes) {
    if session.attributes(symbol).has(Attributes::LOCKED) {
        session.message(sym::Attributes, "locked", &[Value::Symbol(symbol)]);
        return;
    }
    session.touch(symbol);
    session.definition_mut(symbol).attributes = attributes;
    session.attribute_epoch += 1;
    session.builtin_epoch += 1;
    session.new_epoch();
}

fn protect(session: &mut Session, call: &Arc<Call>, protects: bool) -> Step {
    let mut changed = Args::new();
    for arg in call.args() {
        for one in arg.as_list().unwrap_or(std::slice::from_ref(arg)) {
            let Some(symbol) = named(session, one) else { continue };
            let own = session.attributes(symbol);
            if own.has(Attributes::PROTECTED) != protects {
                let new = match protects {
                    true => own | Attributes::PROTECTED,
                    false => own.without(Attributes::PROTECTED),
                };
                set(session, symbol, new);
                changed.push(Value::string(&*session.names.full(symbol).name));
            }
        }
    }
    Step::Done(Value::list(changed))
}

fn rules_of(session: &Session, symbol: Symbol, kind: Kind) -> Rules {
    let Some(definition) = session.definition(symbol) else { return Rules::default() };
    let rare = definition.rare.as_deref();
    match kind {
        Kind::Own => rare.map(|rare| rare.own.clone()),
        Kind::Down => Some(definition.down.clone()),
        Kind::Up => rare.map(|rare| rare.up.clone()),
        Kind::Sub => rare.map(|rare| rare.sub.clone()),
        Kind::Numeric => rare.map(|rare| rare.numeric.clone()),
        Kind::Default => rare.map(|rare| rare.default.clone()),
    }
    .unwrap_or_default()
}

fn values(session: &mut Session, call: &Arc<Call>, kind: Kind) -> Step {
    let Some([of]) = fixed(call) else { return Step::Same };
    let Some(symbol) = named(session, of) else { return Step::Same };
    let held = |lhs: &Value, rhs: &Value| {
        let lhs = Value::call(sym::HoldPattern, [lhs.clone()].as_slice());
        Value::call(sym::RuleDelayed, [lhs, rhs.clone()])
    };
    let mut list = Args::new();
    if kind == Kind::Own
        && let Some(own) = session.definition(symbol).and_then(|definition| definition.own.as_ref())
    {
        list.push(held(of, own));
    }
    if kind == Kind::Default {
        list.extend(default_that_is_built_in(symbol).map(|(lhs, rhs)| held(&lhs, &rhs)));
    }
    for rule in rules_of(session, symbol, kind).list(session) {
        list.push(match kind {
            Kind::Numeric => held(&with_any_precision(&rule.lhs), &rule.rhs),
            _ => held(&rule.lhs, &rule.rhs),
        });
    }
    Step::Done(Value::list(list))
}

fn default_that_is_built_in(symbol: Symbol) -> Option<(Value, Value)> {
    let default = |places: &[Value], value: i64| {
        let of = std::iter::once(Value::Symbol(symbol));
        let lhs = Value::call(sym::Default, of.chain(places.iter().cloned()).collect::<Args>());
        Some((lhs, Value::Integer(value)))
    };
    match symbol {
        sym::Plus => default(&[], 0),
        sym::Times => default(&[], 1),
        sym::Power => default(&[Value::Integer(2)], 1),
        _ => None,
    }
}

/// Returns the left side of a rule for numerical values as it is shown: `N[f, _]` holds for
/// precisions from that of the machine on.
fn with_any_precision(lhs: &Value) -> Value {
    let digits = Value::list([Value::Symbol(sym::MachinePrecision), Value::Symbol(sym::Infinity)]);
    match lhs.exactly(sym::N) {
        Some([inner, precision]) if *precision == any() => {
            Value::call(sym::N, [inner.clone(), digits])
        }
        _ => lhs.clone(),
    }
}

fn any() -> Value {
    Value::call(sym::Blank, Args::new())
}

fn messages(session: &mut Session, call: &Arc<Call>) -> Step {
    let Some([of]) = fixed(call) else { return Step::Same };
    let Some(symbol) = named(session, of) else { return Step::Same };
    let rare = session.definition(symbol).and_then(|definition| definition.rare.as_ref());
    let mut texts: Vec<(&String, &Value)> =
        rare.map_or(Vec::new(), |rare| rare.messages.iter().collect());
    texts.sort_unstable_by_key(|(tag, _)| *tag);
    let rule = |(tag, text): (&String, &Value)| {
        let name =
            Value::call(sym::MessageName, [Value::Symbol(symbol), Value::string(tag.as_str())]);
        let name = Value::call(sym::HoldPattern, [name].as_slice());
        Value::call(sym::RuleDelayed, [name, text.clone()])
    };
    Step::Done(Value::list(texts.into_iter().map(rule).collect::<Args>()))
}

fn options(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, names) = match call.args() {
        [of] => (of, None),
        [of, names] => (of, Some(names)),
        _ => return Ok(Step::Same),
    };
    let all = match named(session, of) {
        Some(symbol) => options_of(session, symbol),
        None => return Ok(Step::Same),
    };
    let Some(names) = names else { return Ok(Step::Done(all)) };
    let wanted = names.as_list().unwrap_or(std::slice::from_ref(names));
    let is_wanted = |rule: &&Value| sides(rule).is_some_and(|(name, ..)| wanted.contains(name));
    let found: Args = all.as_list().unwrap_or(&[]).iter().filter(is_wanted).cloned().collect();
    Ok(Step::Done(Value::list(found)))
}

fn set_options(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, new @ ..] = call.args() else { return Ok(Step::Same) };
    let Some(symbol) = named(session, of) else { return Ok(Step::Same) };
    let mut all: Args = options_of(session, symbol).as_list().unwrap_or(&[]).into();
    for rule in new.iter().flat_map(|new| new.as_list().unwrap_or(std::slice::from_ref(new))) {
        let Some((name, ..)) = sides(rule) else { continue };
        let same = |known: &&mut Value| sides(known).is_some_and(|(known, ..)| known == name);
        match all.iter_mut().find(same) {
            Some(known) => *known = rule.clone(),
            None => {
                session.message(sym::Options, "optnf", &[name.clone(), of.clone()]);
                return Ok(Step::Same);
            }
        }
    }
    let all = Value::list(all);
    session.change(symbol).rare().options = Some(all.clone());
    Ok(Step::Done(all))
}

/// Assigns to `Attributes[f]`, `Options[f]`, `DownValues[f]`, `f::tag` and the like; `None` if the
/// left side is none of these.
pub(super) fn assign_special(
    session: &mut Session,
    call: &Call,
    rhs: &Value,
) -> Evaluated<Option<bool>> {
    let Some(head) = call.head().as_symbol() else { return Ok(None) };
    let target = call.args().first().and_then(|of| named(session, of));
    match (head, call.args(), target) {
        (sym::Attributes, [_], Some(symbol)) => {
            let Some(new) = read(session, rhs) else { return Ok(Some(false)) };
            set(session, symbol, new);
        }
        (sym::Options, [_], Some(symbol)) => {
            let list = match rhs.as_list() {
                Some(_) => rhs.clone(),
                None => Value::list([rhs.clone()].as_slice()),
            };
            session.change(symbol).rare().options = Some(list);
        }
        (sym::MessageName, [_, tag], Some(symbol)) => {
            let Some(tag) = tag.as_str().map(str::to_owned) else { return Ok(Some(false)) };
            session.touch(symbol);
            session.definition_mut(symbol).rare().messages.insert(tag, rhs.clone());
        }
        (sym::Default, [_, ..], Some(symbol)) => {
            let rule = Rule::new(session, &Value::from(call.clone()), rhs, false);
            session.new_epoch();
            session.touch(symbol);
            session.definition_mut(symbol).rare().default.add(rule);
        }
        (sym::N, [inner] | [inner, _], _) => {
            let Some(symbol) = inner.as_symbol().or_else(|| inner.as_call()?.head().as_symbol())
            else {
                return Ok(Some(false));
            };
            let precision = call.args().get(1).cloned().unwrap_or_else(any);
            let lhs = Value::call(sym::N, [inner.clone(), precision]);
            let rule = Rule::new(session, &lhs, rhs, true);
            session.new_epoch();
            session.touch(symbol);
            session.definition_mut(symbol).rare().numeric.add(rule);
        }
        (sym::OwnValues | sym::DownValues | sym::UpValues | sym::SubValues, [_], Some(symbol)) => {
            replace_rules(session, head, symbol, rhs);
        }
        _ => return Ok(None),
    }
    Ok(Some(true))
}

fn replace_rules(session: &mut Session, head: Symbol, symbol: Symbol, rhs: &Value) {
    let mut rules = Rules::default();
    let mut own = None;
    for rule in rhs.as_list().unwrap_or(std::slice::from_ref(rhs)) {
        let Some((lhs, value, delayed)) = sides(rule) else { continue };
        let rule = Rule::new(session, lhs, value, delayed);
        if head == sym::OwnValues && rule.lhs.as_symbol() == Some(symbol) {
            own = Some(value.clone());
            continue;
        }
        rules.add(rule);
    }
    session.new_epoch();
    session.touch(symbol);
    let definition = session.definition_mut(symbol);
    match head {
        sym::OwnValues => {
            definition.own = own;
            definition.rare().own = rules;
        }
        sym::DownValues => definition.down = rules,
        sym::SubValues => definition.rare().sub = rules,
        _ => {
            definition.rare().up = rules;
            session.has_up_rules = true;
        }
    }
}
