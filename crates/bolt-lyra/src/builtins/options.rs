//! Options: rules among the arguments of a call, and their defaults.

use triomphe::Arc;

use super::attributes::named;
use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value, grown};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "OptionValue",
        Attributes::NONE,
        option_value,
        "OptionValue[name] is, in the definition of a function whose pattern has an OptionsPattern, the value of an option as it was given, else its default. OptionValue[f, name] takes the defaults of f, OptionValue[f, rules, name] looks among rules first.",
        &[
            ("Options[f] = {a -> 1}; OptionValue[f, {}, a]", "1"),
            (
                "Options[f] = {n -> 2}; f[x_, OptionsPattern[]] := x^OptionValue[n]; {f[z], f[z, n -> 3]}",
                "{z^2, z^3}",
            ),
        ],
    ),
    builtin(
        "OptionQ",
        Attributes::NONE,
        |_, c| Ok(is_option(c, true)),
        "OptionQ[e] is True if e is a rule, or a list of rules and such lists.",
        &[("OptionQ[a -> 1]", "True"), ("OptionQ[{a -> 1, {b :> 2}}]", "True")],
    ),
    builtin(
        "NotOptionQ",
        Attributes::NONE,
        |_, c| Ok(is_option(c, false)),
        "NotOptionQ[e] is True unless e is a rule, or a list of rules and such lists.",
        &[("NotOptionQ[x]", "True"), ("NotOptionQ[a -> 1]", "False")],
    ),
    builtin(
        "FilterRules",
        Attributes::NONE,
        filter_rules,
        "FilterRules[rules, patterns] keeps the rules whose left sides match one of the patterns; of a rule among the patterns, its left side counts.",
        &[
            ("FilterRules[{a -> 1, b -> 2}, a]", "{a -> 1}"),
            ("Options[f] = {b -> 0}; FilterRules[{a -> 1, b -> 2}, Options[f]]", "{b -> 2}"),
        ],
    ),
];

/// The name that is bound to the options that an `OptionsPattern` matches; no program can write it.
pub(crate) const GIVEN: &str = "\u{0}options";

/// Options that were given to a call, as rules and lists of rules.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options<'a>(&'a [Value]);

impl<'a> Options<'a> {
    /// Splits the options off arguments of which the first few are none.
    pub(crate) fn split(args: &'a [Value], least: usize) -> (&'a [Value], Self) {
        let is_option = |arg: &Value| match sides(arg) {
            Some((name, _, _)) => name.as_symbol().is_some() || name.as_str().is_some(),
            None => arg
                .as_list()
                .is_some_and(|all| !all.is_empty() && all.iter().all(|one| sides(one).is_some())),
        };
        let mut end = args.len();
        while end > least && is_option(&args[end - 1]) {
            end -= 1;
        }
        (&args[..end], Self(&args[end..]))
    }

    /// Returns the value of an option, if it was given.
    pub(crate) fn get(&self, session: &Session, name: &str) -> Option<&'a Value> {
        find(session, self.0, name)
    }

    /// Returns whether an option is `True`.
    pub(crate) fn is_set(&self, session: &Session, name: &str) -> bool {
        self.get(session, name).is_some_and(|value| value.is(sym::True))
    }
}

/// Returns whether a value is a rule, or a list of rules and such lists.
fn is_options(value: &Value) -> bool {
    sides(value).is_some() || value.as_list().is_some_and(|list| list.iter().all(is_options))
}

/// Returns the value of an option by its name, among rules and lists of them.
fn find<'v>(session: &Session, options: &'v [Value], name: &str) -> Option<&'v Value> {
    let is = |key: &Value| match key {
        Value::String(text) => **text == *name,
        _ => key.as_symbol().is_some_and(|symbol| *session.names.full(symbol).name == *name),
    };
    options.iter().find_map(|option| match sides(option) {
        Some((key, value, _)) => is(key).then_some(value),
        None => find(session, option.as_list()?, name),
    })
}

/// Returns the right side of a rule with `OptionValue` told where to look: among what the pattern
/// matched, then among the defaults of `of`.
pub(crate) fn resolve(rhs: &Value, of: &Value) -> Value {
    let Value::Call(call) = rhs else { return rhs.clone() };
    let given = || Value::list([Value::string(GIVEN)].as_slice());
    match call.args() {
        [name] if call.is(sym::OptionValue) => {
            Value::call(sym::OptionValue, [of.clone(), given(), name.clone()].as_slice())
        }
        [of, name] if call.is(sym::OptionValue) => {
            Value::call(sym::OptionValue, [of.clone(), given(), name.clone()].as_slice())
        }
        args => grown(call.depth(), || {
            let new: Args = args.iter().map(|arg| resolve(arg, of)).collect();
            match new.as_slice() == args {
                true => rhs.clone(),
                false => Value::call(resolve(call.head(), of), new),
            }
        }),
    }
}

/// Returns what an `OptionsPattern` in a pattern names: a function or defaults; else the head.
pub(crate) fn owner(lhs: &Value) -> Option<Value> {
    let call = lhs.as_call()?;
    let named = call.args().iter().find_map(named_by);
    named.or_else(|| match call.head() {
        Value::Call(_) => owner_of_head(call.head()),
        head => Some(head.clone()),
    })
}

fn owner_of_head(head: &Value) -> Option<Value> {
    match head {
        Value::Call(call) => owner_of_head(call.head()),
        _ => Some(head.clone()),
    }
}

fn named_by(arg: &Value) -> Option<Value> {
    match arg.as_call()? {
        call if call.is(sym::OptionsPattern) => call.args().first().cloned(),
        call if call.is(sym::Pattern) => named_by(call.args().get(1)?),
        _ => None,
    }
}

/// Returns the defaults of options of a symbol.
pub(in crate::builtins) fn options_of(session: &Session, symbol: Symbol) -> Value {
    let rare = session.definition(symbol).and_then(|definition| definition.rare.as_ref());
    rare.and_then(|rare| rare.options.clone()).unwrap_or_else(|| Value::list(Args::new()))
}

fn option_value(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let none = Value::list(Args::new());
    let (of, given, name) = match call.args() {
        [of, name] => (of, &none, name),
        [of, given, name] => (of, given, name),
        _ => return Ok(Step::Same),
    };
    let defaults = match named(session, of) {
        Some(symbol) => options_of(session, symbol),
        None => of.clone(),
    };
    let value = |session: &mut Session, name: &Value| {
        let found = find_option(session, given, name);
        found.or_else(|| find_option(session, &defaults, name)).unwrap_or_else(|| {
            session.message(sym::OptionValue, "optnf", &[name.clone(), of.clone()]);
            name.clone()
        })
    };
    Ok(Step::Again(match name.as_list() {
        Some(names) => Value::list(names.iter().map(|name| value(session, name)).collect::<Args>()),
        None => value(session, name),
    }))
}

/// Finds an option among rules and lists of them; a string names the same option as a symbol.
fn find_option(session: &Session, rules: &Value, name: &Value) -> Option<Value> {
    let text = match name {
        Value::String(text) => text.to_string(),
        _ => match name.as_symbol() {
            Some(symbol) => session.names.full(symbol).name.to_string(),
            None => {
                let is_it = |rule: &&Value| sides(rule).is_some_and(|(known, ..)| known == name);
                let found = rules.as_list()?.iter().find(is_it)?;
                return sides(found).map(|(_, value, _)| value.clone());
            }
        },
    };
    find(session, std::slice::from_ref(rules), &text).cloned()
}

fn is_option(call: &Call, wanted: bool) -> Step {
    match call.args() {
        [value] => Step::Done(Value::boolean(is_options(value) == wanted)),
        _ => Step::Same,
    }
}

fn filter_rules(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [rules, wanted] = call.args() else { return Ok(Step::Same) };
    let wanted = wanted.as_list().unwrap_or(std::slice::from_ref(wanted));
    let key = |value: &Value| sides(value).map_or_else(|| value.clone(), |(key, ..)| key.clone());
    let patterns: Args = wanted.iter().map(key).collect();
    let any = Value::call(sym::Alternatives, patterns);
    let mut kept = Args::new();
    for rule in rules.as_list().unwrap_or(std::slice::from_ref(rules)) {
        if let Some((name, ..)) = sides(rule)
            && session.matches(&any, name)?
        {
            kept.push(rule.clone());
        }
    }
    Ok(Step::Done(Value::list(kept)))
}
